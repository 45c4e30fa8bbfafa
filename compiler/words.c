/* words.c - values and durations in words, and how a sentence is put together. */
#include "words_parts.h"

#include "diag.h"

/* --- the plain style --- */

/* Nothing that a terminal would obey. */
static void plain_text(struct out *o, struct dwr_str text)
{
    for (size_t i = 0; i < text.n;) {
        const size_t n = diag_printable(text.p + i, text.n - i);

        if (n == 0)
            out_char(o, '?');
        else
            out_bytes(o, text.p + i, n);
        i += n == 0 ? 1 : n;
    }
}

const struct words_style words_plain = { plain_text, plain_text, plain_text };

/* --- values --- */

/* White space between the tokens of valid JSON left out. */
static struct dwr_str compact(struct arena *arena, struct dwr_str json)
{
    char *p = arena_alloc(arena, json.n + 1);
    size_t n = 0;
    bool in_string = false;

    for (size_t i = 0; i < json.n; i++) {
        const char c = json.p[i];

        if (in_string && c == '\\' && i + 1 < json.n) {
            p[n++] = c;
            p[n++] = json.p[++i];
            continue;
        }
        in_string ^= c == '"';
        if (in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            p[n++] = c;
    }
    return (struct dwr_str){ p, n };
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

/* Where the text's character number `character` begins; its end where it has fewer. */
static size_t offset_of(struct dwr_str text, size_t character)
{
    size_t i = 0;

    for (; i < text.n; i++)
        if (begins_character(text.p[i]) && character-- == 0)
            break;
    return i;
}

/* An escape is not cut in two. */
static size_t before_escape(struct dwr_str text, size_t end)
{
    size_t backslashes = 0, from = end;

    for (size_t back = 1; back <= 5 && back <= end; back++) {
        const size_t i = end - back;

        if (text.p[i] != '\\')
            continue;
        while (backslashes <= i && text.p[i - backslashes] == '\\')
            backslashes++;
        if (backslashes % 2 == 1 && (back == 1 || text.p[i + 1] == 'u'))
            from = i;
        break;
    }
    return from;
}

struct dwr_str words_short(struct arena *arena, struct dwr_str json, size_t characters)
{
    struct dwr_str text;
    size_t cut;

    if (!json.p || json.n == 0 || (json.n == 2 && json.p[0] == '"') ||
        (json.n == 4 && memcmp(json.p, "null", 4) == 0))
        return (struct dwr_str)DWR_STR("-");
    text = compact(arena, json);
    if (offset_of(text, characters) == text.n)
        return text;
    cut = offset_of(text, characters < 4 ? 1 : characters - (text.p[0] == '"' ? 2 : 1));
    if (text.p[0] != '"')
        return arena_printf(arena, "%.*s\xE2\x80\xA6", (int)cut, text.p);
    return arena_printf(arena, "%.*s\xE2\x80\xA6\"", (int)before_escape(text, cut), text.p);
}

struct dwr_str words_duration(struct arena *arena, uint64_t seconds)
{
    static const struct {
        uint64_t seconds;
        const char *one, *many;
    } units[] = {
        { 86400, "day", "days" },
        { 3600, "hour", "hours" },
        { 60, "minute", "minutes" },
        { 1, "second", "seconds" },
    };
    size_t i = 0;

    while (seconds % units[i].seconds != 0 || (seconds == 0 && i < 3))
        i++;
    seconds /= units[i].seconds;
    return arena_printf(arena, "%llu %s", (unsigned long long)seconds,
                        seconds == 1 ? units[i].one : units[i].many);
}

/* --- sentences --- */

enum { VALUE_SHOWN = 60 }; /* characters of a value inside a sentence */

void say_begin(struct sentence *s, const struct words *w)
{
    out_memory_begin(&s->m, w->arena);
    s->w = w;
    s->named = false;
}

struct dwr_str say_end(struct sentence *s)
{
    return out_memory_bytes(&s->m);
}

struct dwr_str say_sentence(struct sentence *s)
{
    if (!s->named && *s->m.out.start >= 'a' && *s->m.out.start <= 'z')
        *s->m.out.start = (char)(*s->m.out.start - 'a' + 'A');
    say(s, ".");
    return say_end(s);
}

const struct dwr_names *names_of(const struct words *w, const struct dwr_table *table)
{
    return table ? &table->names : &w->doctype->names;
}

bool is_unset_value(struct dwr_str json)
{
    return (json.n == 2 && json.p[0] == '"') || (json.n == 4 && json.p[0] == 'n');
}

static void put_value(struct sentence *s, struct dwr_str json)
{
    if (is_unset_value(json)) {
        say(s, "nothing");
        return;
    }
    s->w->style->value(&s->m.out, words_short(s->w->arena, json, VALUE_SHOWN));
}

static void put_field(struct sentence *s, const struct dwr_table *table, unsigned field)
{
    s->w->style->field(&s->m.out, names_of(s->w, table)->v[field].name);
}

void put_between(struct sentence *s, uint32_t i, uint32_t count, const char *last)
{
    if (i > 0 && i + 1 == count)
        say(s, " %s ", last);
    else if (i > 0)
        say(s, ", ");
}

static void put_fields(struct sentence *s, const struct dwr_table *table, const uint16_t *fields,
                       unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        put_between(s, i, count, "and");
        put_field(s, table, fields[i]);
    }
}

static void say_args(struct sentence *s, const char *format, va_list args)
{
    struct out *o = &s->m.out;
    const struct dwr_table *table;
    const struct dwr_cond *cond;
    const uint16_t *fields;

    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            out_char(o, *p);
            continue;
        }
        if (o->at == o->start && strchr("fmlvn", p[1]))
            s->named = true;
        switch (*++p) {
        case 'f':
            put_field(s, NULL, va_arg(args, unsigned));
            break;
        case 'm':
            table = va_arg(args, const struct dwr_table *);
            put_field(s, table, va_arg(args, unsigned));
            break;
        case 'l':
            table = va_arg(args, const struct dwr_table *);
            fields = va_arg(args, const uint16_t *);
            put_fields(s, table, fields, va_arg(args, unsigned));
            break;
        case 'v':
            put_value(s, va_arg(args, struct dwr_str));
            break;
        case 'n':
            s->w->style->name(o, va_arg(args, struct dwr_str));
            break;
        case 't':
            out_str(o, va_arg(args, struct dwr_str));
            break;
        case 'c':
            cond = va_arg(args, const struct dwr_cond *);
            put_condition(s, cond, (enum words_of)va_arg(args, int));
            break;
        case 'd':
            out_str(o, words_duration(s->w->arena, va_arg(args, uint64_t)));
            break;
        case 'u':
            out_number(o, va_arg(args, unsigned));
            break;
        default: { /* s */
            const char *text = va_arg(args, const char *);

            out_bytes(o, text, strlen(text));
        }
        }
    }
}

void say(struct sentence *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_args(s, format, args);
    va_end(args);
}

struct dwr_str said(const struct words *w, const char *format, ...)
{
    struct sentence s;
    va_list args;

    say_begin(&s, w);
    va_start(args, format);
    say_args(&s, format, args);
    va_end(args);
    return say_end(&s);
}

struct dwr_str words_fields(const struct words *w, const struct dwr_table *table,
                            const uint16_t *fields, uint16_t count)
{
    return said(w, "%l", table, fields, (unsigned)count);
}

void add_line(struct words_lines *lines, const struct words *w, struct dwr_str text,
              struct dwr_str at)
{
    if (lines->count == lines->capacity) {
        const uint32_t capacity = lines->capacity == 0 ? 4 : 2 * lines->capacity;

        lines->v = arena_grow(w->arena, lines->v, lines->capacity, capacity, sizeof *lines->v);
        lines->capacity = capacity;
    }
    lines->v[lines->count++] = (struct words_line){ text, at };
}
