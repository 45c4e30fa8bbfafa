/* diag.c - findings: collected, sorted, and printed in gcc's shape with the source line and carets. */
#include "diag.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

/* A source line is shown in full up to this many characters, then a part of it around the caret. */
#define LINE_SHOWN 160u
/* Of a long line, this many characters stand before the caret. */
#define LINE_BEFORE 60u

void diag_init(struct diag *diag, struct arena *arena, struct sources *sources)
{
    *diag = (struct diag){ .arena = arena, .sources = sources };
}

/* --- the codes --- */

static const struct code_row {
    enum diag_code code;
    enum diag_severity severity;
    const char *title;
} codes[] = {
#define DIAG_CODE(NAME, number, severity, title) { DIAG_##NAME, severity, title },
#include "diag_codes.def"
#undef DIAG_CODE
};

static const struct code_row *code_row(enum diag_code code)
{
    size_t i;

    for (i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

const char *diag_code_title(enum diag_code code)
{
    const struct code_row *row = code_row(code);

    return row == NULL ? NULL : row->title;
}

enum diag_severity diag_code_severity(enum diag_code code)
{
    const struct code_row *row = code_row(code);

    return row == NULL ? DIAG_ERROR : row->severity;
}

/* --- text that is safe to show --- */

/* How many bytes of p are one character that may be printed; 0: its first byte must not be. */
static size_t printable(const char *p, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)p;
    size_t length = u[0] < 0x80 ? 1 : u[0] < 0xC2 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    uint32_t c = u[0] & (0xFFu >> (length + 1));
    size_t i;

    if (length == 0 || length > n || u[0] > 0xF4)
        return 0;
    if (length == 1)
        return u[0] >= 0x20 && u[0] != 0x7F;
    for (i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (u[i] & 0x3Fu);
    }
    if (c < least[length] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
        return 0;
    /* C1 controls, and the marks that turn the direction of text, would change what a reader sees. */
    if (c < 0xA0 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
        return 0;
    return length;
}

size_t diag_printable(const char *p, size_t n)
{
    return printable(p, n);
}

/* Overwrites what must not reach a terminal. */
static struct dwr_str make_printable(struct dwr_str text)
{
    char *p = (char *)(uintptr_t)text.p; /* just made by arena_vprintf, so it is ours to write */
    size_t i = 0;

    while (i < text.n) {
        size_t length = printable(p + i, text.n - i);

        if (length == 0)
            p[i++] = '?';
        i += length;
    }
    return text;
}

/* --- collecting --- */

static void append(struct diag *diag, struct diag_finding *finding)
{
    finding->order = diag->count;
    if (diag->count == diag->capacity) {
        uint32_t capacity = diag->capacity == 0 ? 16 : diag->capacity * 2;

        diag->v = arena_grow(diag->arena, diag->v, diag->capacity, capacity, sizeof(diag->v[0]));
        diag->capacity = capacity;
    }
    diag->v[diag->count++] = finding;
    diag->errors += finding->severity == DIAG_ERROR;
    diag->warnings += finding->severity == DIAG_WARNING;
    diag->notes += finding->severity == DIAG_NOTE;
}

struct diag_finding *diag_add(struct diag *diag, enum diag_code code, struct span span,
                              const char *format, ...)
{
    struct diag_finding *finding = ARENA_NEW(diag->arena, struct diag_finding);
    va_list args;

    va_start(args, format);
    finding->text = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
    finding->code = code;
    finding->severity = diag_code_severity(code);
    finding->span = span;
    append(diag, finding);
    return finding;
}

void diag_help(struct diag *diag, struct diag_finding *finding, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    finding->help = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
}

void diag_note(struct diag *diag, struct diag_finding *finding, struct span span,
               const char *format, ...)
{
    struct diag_note *note = ARENA_NEW(diag->arena, struct diag_note), **last = &finding->notes;
    va_list args;

    va_start(args, format);
    note->text = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
    note->span = span;
    while (*last != NULL)
        last = &(*last)->next;
    *last = note;
}

void diag_subject(struct diag_finding *finding, struct dwr_str doctype, struct dwr_str field)
{
    finding->doctype = doctype;
    finding->field = field;
}

struct diag_fix *diag_fix(struct diag *diag, struct diag_finding *finding, bool safe,
                          const char *title, ...)
{
    struct diag_fix *fix = ARENA_NEW(diag->arena, struct diag_fix);
    va_list args;

    va_start(args, title);
    fix->title = make_printable(arena_vprintf(diag->arena, title, args));
    va_end(args);
    fix->safe = safe;
    finding->fix = fix;
    return fix;
}

void diag_edit(struct diag *diag, struct diag_fix *fix, struct span span, const char *text, ...)
{
    struct diag_edit *edit = ARENA_NEW(diag->arena, struct diag_edit), **last = &fix->edits;
    va_list args;

    va_start(args, text);
    edit->text = arena_vprintf(diag->arena, text, args);
    va_end(args);
    edit->span = span;
    while (*last != NULL)
        last = &(*last)->next;
    *last = edit;
}

static void append_failure(struct diag *diag, struct dwr_str text)
{
    if (diag->failure_count == diag->failure_capacity) {
        uint32_t capacity = diag->failure_capacity == 0 ? 4 : diag->failure_capacity * 2;

        diag->failures = arena_grow(diag->arena, diag->failures, diag->failure_capacity, capacity,
                                    sizeof *diag->failures);
        diag->failure_capacity = capacity;
    }
    diag->failures[diag->failure_count++] = text;
}

void diag_failure(struct diag *diag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append_failure(diag, make_printable(arena_vprintf(diag->arena, format, args)));
    va_end(args);
}

void diag_join(struct diag *diag, const struct diag *part)
{
    for (uint32_t i = 0; i < part->count; i++)
        append(diag, part->v[i]);
    for (uint32_t i = 0; i < part->failure_count; i++)
        append_failure(diag, part->failures[i]);
}

/* --- printing --- */

static int by_place(const void *a, const void *b)
{
    const struct diag_finding *x = *(struct diag_finding *const *)a;
    const struct diag_finding *y = *(struct diag_finding *const *)b;

    if (x->span.source != y->span.source)
        return x->span.source < y->span.source ? -1 : 1;
    if (x->span.begin != y->span.begin)
        return x->span.begin < y->span.begin ? -1 : 1;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void diag_sort(struct diag *diag)
{
    if (diag->count > 1)
        qsort(diag->v, diag->count, sizeof(diag->v[0]), by_place);
}

struct printer {
    struct diag *diag;
    FILE *out;
    bool color;
};

static const char *const severity_words[] = { "error", "warning", "note" };
static const char *const severity_colors[] = { "\33[1;31m", "\33[1;35m", "\33[1;36m" };

static void paint(const struct printer *p, const char *color)
{
    if (p->color)
        fputs(color, p->out);
}

static void put_place(const struct printer *p, struct span span)
{
    struct source *source = &p->diag->sources->v[span.source];
    struct source_position at = source_position(p->diag->arena, source, span.begin);

    paint(p, "\33[1m");
    fprintf(p->out, "%s:%u:%u: ", source->path.p, (unsigned)at.line, (unsigned)at.column);
    paint(p, "\33[0m");
}

/* One character of a source line, or '?' for what must not be printed; a tab stays one. */
static size_t put_char(FILE *out, const char *text, size_t n)
{
    size_t length = text[0] == '\t' ? 1 : printable(text, n);

    if (length > 0)
        fwrite(text, 1, length, out);
    else
        putc('?', out);
    return length > 0 ? length : 1;
}

/* The source line, and carets under the span (as far as it lies on this line). Columns of the
 * caret line are characters; tabs are repeated so that the two lines stay aligned. */
static void put_source_line(const struct printer *p, struct span span)
{
    struct arena *arena = p->diag->arena;
    struct source *source = &p->diag->sources->v[span.source];
    struct source_position at = source_position(arena, source, span.begin);
    struct dwr_str line = source_line_text(arena, source, at.line);
    size_t caret = span.begin < source->size ? span.begin : source->size;
    size_t begin = 0, end, i, shown;

    caret -= (size_t)(line.p - source->text);
    if (caret > line.n)
        caret = line.n;
    if (line.n > LINE_SHOWN && caret > LINE_BEFORE) {
        begin = caret - LINE_BEFORE;
        while (begin < caret && ((unsigned char)line.p[begin] & 0xC0) == 0x80)
            begin++;
    }
    fprintf(p->out, "%5u | %s", (unsigned)at.line, begin > 0 ? "..." : "");
    for (i = begin, shown = 0; i < line.n && shown < LINE_SHOWN; shown++)
        i += put_char(p->out, line.p + i, line.n - i);
    end = i;
    fprintf(p->out, "%s\n      | %s", end < line.n ? "..." : "", begin > 0 ? "   " : "");
    for (i = begin; i < caret;) {
        size_t length = line.p[i] == '\t' ? 1 : printable(line.p + i, line.n - i);

        putc(line.p[i] == '\t' ? '\t' : ' ', p->out);
        i += length > 0 ? length : 1;
    }
    paint(p, "\33[1;32m");
    putc('^', p->out);
    if (caret < line.n) {
        size_t stop = span.end - (size_t)(line.p - source->text);
        size_t length = printable(line.p + caret, line.n - caret);

        stop = stop < end ? stop : end;
        for (i = caret + (length > 0 ? length : 1); i < stop; i += length > 0 ? length : 1) {
            length = printable(line.p + i, line.n - i);
            putc('~', p->out);
        }
    }
    paint(p, "\33[0m");
    putc('\n', p->out);
}

static void put_finding(const struct printer *p, const struct diag_finding *finding)
{
    const struct diag_note *note;

    put_place(p, finding->span);
    paint(p, severity_colors[finding->severity]);
    fprintf(p->out, "%s[DW%04d]", severity_words[finding->severity], (int)finding->code);
    paint(p, "\33[0m");
    fprintf(p->out, ": %s\n", finding->text.p);
    put_source_line(p, finding->span);
    if (finding->help.p != NULL)
        fprintf(p->out, "  help: %s\n", finding->help.p);
    for (note = finding->notes; note != NULL; note = note->next) {
        put_place(p, note->span);
        paint(p, severity_colors[DIAG_NOTE]);
        fputs("note", p->out);
        paint(p, "\33[0m");
        fprintf(p->out, ": %s\n", note->text.p);
    }
    fprintf(p->out, "  = dwrc explain DW%04d\n", (int)finding->code);
}

static bool wants_color(enum diag_color color, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (color != DIAG_COLOR_AUTO)
        return color == DIAG_COLOR_ALWAYS;
    if (no_color != NULL && no_color[0] != '\0')
        return false;
    return term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}

bool diag_wants_color(enum diag_color color, FILE *out)
{
    return wants_color(color, out);
}

void diag_print(struct diag *diag, const struct diag_style *style, FILE *out, FILE *err)
{
    struct printer p = { diag, out, wants_color(style->color, out) };
    uint32_t i;

    diag_sort(diag);
    for (i = 0; i < diag->count && (style->max_errors == 0 || i < style->max_errors); i++)
        put_finding(&p, diag->v[i]);
    if (i < diag->count)
        fprintf(out, "... and %u more (--max-errors 0 shows all)\n", (unsigned)(diag->count - i));
    for (i = 0; i < diag->failure_count; i++)
        fprintf(err, "dwrc: %s\n", diag->failures[i].p);
}

int diag_exit(const struct diag *diag, enum diag_fail_on fail_on)
{
    if (diag->failure_count > 0)
        return 2;
    switch (fail_on) {
    case DIAG_FAIL_ERROR:
        return diag->errors > 0;
    case DIAG_FAIL_WARNING:
        return diag->errors + diag->warnings > 0;
    case DIAG_FAIL_NOTE:
        return diag->errors + diag->warnings + diag->notes > 0;
    case DIAG_FAIL_NEVER:
        break;
    }
    return 0;
}

/* --- did you mean --- */

/* Longer words than this are not compared: nobody mistypes them by a letter or two. */
#define WORD_MAX 64u

/* diag_distance of words that are not too long. Letters to insert, leave out, change or swap with their neighbour to make b of a, case aside; the
 * row of the distance table two lines up is kept for the swaps. */
static unsigned distance(struct dwr_str a, struct dwr_str b)
{
    unsigned rows[3][WORD_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    size_t i, j;

    for (j = 0; j <= b.n; j++)
        above[j] = (unsigned)j;
    for (i = 1; i <= a.n; i++) {
        unsigned *spare = before;
        int x = tolower((unsigned char)a.p[i - 1]);

        row[0] = (unsigned)i;
        for (j = 1; j <= b.n; j++) {
            int y = tolower((unsigned char)b.p[j - 1]);
            unsigned d = above[j - 1] + (x != y);

            if (above[j] + 1 < d)
                d = above[j] + 1;
            if (row[j - 1] + 1 < d)
                d = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b.p[j - 2]) &&
                y == tolower((unsigned char)a.p[i - 2]) && before[j - 2] + 1 < d)
                d = before[j - 2] + 1;
            row[j] = d;
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.n];
}

unsigned diag_distance(struct dwr_str a, struct dwr_str b)
{
    return a.n > WORD_MAX || b.n > WORD_MAX ? UINT_MAX : distance(a, b);
}

int diag_nearest(struct dwr_str word, const struct dwr_str *candidates, size_t count)
{
    unsigned best = word.n < 3 ? 1 : (unsigned)(word.n + 2) / 3, d;
    int nearest = -1;
    size_t i;

    if (word.n == 0 || word.n > WORD_MAX)
        return -1;
    best += 1;
    for (i = 0; i < count; i++) {
        size_t n = candidates[i].n;

        if (n > WORD_MAX || n + best <= word.n || word.n + best <= n)
            continue;
        d = distance(word, candidates[i]);
        /* A word of two letters that shares none is another word. */
        if (d < best && d < n) {
            best = d;
            nearest = (int)i;
        }
    }
    return nearest;
}
