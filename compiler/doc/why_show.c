/* why_show.c - an explained merge for a terminal and for programs. */
#include "str.h"
#include "why.h"

/* --- text: columns --- */

enum { VALUE_WIDTH = 18, VALUE_LEAST = 8, FIELD_WIDTH = 28, BECAME_WIDTH = 60, COLUMNS = 6 };

static const char *const heads[COLUMNS] = { "FIELD", "WINS", "BASE", "SERVER", "CLIENT", "RULE" };

/* A cell is plain already: nothing in it moves the cursor. */
struct row {
    struct dwr_str cell[COLUMNS], words;
    const struct why_line *line; /* NULL: the head */
};

struct sheet {
    struct arena *arena;
    bool color;
    uint32_t line_width; /* of the terminal; 0: as many as it takes */
    size_t value_width;
    struct row *rows;
    uint32_t count;
    size_t width[COLUMNS];
};

static struct dwr_str plain(struct arena *arena, struct dwr_str text)
{
    struct out_memory m;

    out_memory_begin(&m, arena);
    words_plain.name(&m.out, text);
    return out_memory_bytes(&m);
}

/* Characters, as far as a terminal gives each one place. */
static size_t width_of(struct dwr_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xC0) != 0x80;
    return n;
}

static struct dwr_str value_cell(const struct sheet *sheet, struct dwr_str shown,
                                 struct dwr_str json)
{
    return plain(sheet->arena,
                 words_short(sheet->arena, shown.p ? shown : json, sheet->value_width));
}

/* What was made of both sides is neither's value: it is said. */
static struct dwr_str words_of(struct arena *arena, const struct why_line *line)
{
    const struct dwr_str became = line->became.p ? line->became : line->result;
    struct dwr_str value;

    if (strcmp(line->wins, "merged") != 0 || !became.p)
        return line->words;
    value = plain(arena, words_short(arena, became, BECAME_WIDTH));
    return arena_printf(arena, "%.*s It is now %.*s.", (int)line->words.n, line->words.p,
                        (int)value.n, value.p);
}

static void add_row(struct sheet *sheet, struct row row)
{
    for (int c = 0; c < COLUMNS; c++) {
        const size_t width = width_of(row.cell[c]);

        /* A long name does not push the other rows' columns away. */
        if (width > sheet->width[c] && (c > 0 || width <= FIELD_WIDTH))
            sheet->width[c] = width;
    }
    sheet->rows[sheet->count++] = row;
}

static void add_line(struct sheet *sheet, const struct why_line *line)
{
    struct arena *a = sheet->arena;

    add_row(sheet,
            (struct row){ .cell = { plain(a, line->field), str_of(line->wins),
                                    value_cell(sheet, line->shown[WHY_BASE], line->base),
                                    value_cell(sheet, line->shown[WHY_OF_SERVER], line->server),
                                    value_cell(sheet, line->shown[WHY_OF_CLIENT], line->client),
                                    line->rule.p ? plain(a, line->rule) : str_of("-") },
                          .words = words_of(a, line),
                          .line = line });
}

/* The colour of who wins: where a person or a refusal is in play it is to be seen. */
static const char *color_of(const struct why_line *line)
{
    static const struct {
        const char *wins, *color;
    } colors[] = {
        { "server", "\33[36m" },   { "client", "\33[32m" }, { "merged", "\33[34m" },
        { "manual", "\33[1;33m" }, { "held", "\33[1;33m" }, { "refused", "\33[1;31m" },
        { "branched", "\33[35m" },
    };

    for (size_t i = 0; line && i < sizeof colors / sizeof *colors; i++)
        if (strcmp(line->wins, colors[i].wins) == 0)
            return colors[i].color;
    return line ? "" : "\33[2m";
}

static void paint(struct out *o, bool color, const char *code)
{
    if (color && *code)
        out_bytes(o, code, strlen(code));
}

static void put_cell(struct out *o, struct dwr_str text, size_t width)
{
    out_str(o, text);
    for (size_t n = width_of(text); n < width; n++)
        out_char(o, ' ');
    out_lit(o, "  ");
}

static size_t width_of_columns(const struct sheet *sheet)
{
    size_t width = 2;

    for (int c = 0; c < COLUMNS; c++)
        width += sheet->width[c] + 2;
    return width;
}

/* Below the columns, broken between words. */
static void put_below(struct out *o, struct dwr_str words, size_t line_width)
{
    enum { INDENT = 6 };
    size_t at = line_width; /* the first word begins a line */

    while (words.n > 0) {
        const char *space = memchr(words.p, ' ', words.n);
        const struct dwr_str word = { words.p, space ? (size_t)(space - words.p) : words.n };
        const size_t gone = word.n + (space ? 1 : 0);

        if (at + 1 + width_of(word) > line_width) {
            out_lit(o, "\n      ");
            at = INDENT;
        } else {
            out_char(o, ' ');
            at++;
        }
        out_str(o, word);
        at += width_of(word);
        words.p += gone;
        words.n -= gone;
    }
}

static void put_words(struct out *o, const struct sheet *sheet, const struct row *row)
{
    const bool below = sheet->line_width > 0 && row->line &&
                       width_of_columns(sheet) + width_of(row->words) > sheet->line_width;

    if (below)
        put_below(o, row->words, sheet->line_width);
    else
        out_str(o, row->words);
    out_char(o, '\n');
}

static void put_row(struct out *o, const struct sheet *sheet, const struct row *row)
{
    const char *color = color_of(row->line);
    const bool painted = sheet->color && *color;

    out_lit(o, "  ");
    for (int c = 0; c < COLUMNS; c++) {
        if (c == 1 || !row->line)
            paint(o, painted, color);
        put_cell(o, row->cell[c], sheet->width[c]);
        if (c == 1 || !row->line)
            paint(o, painted, "\33[0m");
    }
    put_words(o, sheet, row);
}

/* --- text: around the columns --- */

static bool is_shown(const struct why_frame *frame, const struct why_line *line)
{
    return frame->all || line->kind == WHY_REPORTED || line->kind == WHY_COMPUTED ||
           line->kind == WHY_IGNORED;
}

static void put_title(struct out *o, struct arena *arena, const struct why_frame *frame,
                      const struct why *why)
{
    const char *status = dwr_status_name(why->status), *code = dwr_code_name(why->code);

    paint(o, frame->color, "\33[1m");
    out_str(o, plain(arena, frame->doctype));
    if (why->name.p) {
        out_char(o, ' ');
        out_str(o, plain(arena, words_short(arena, why->name, 60)));
    }
    out_lit(o, ": ");
    out_bytes(o, status, strlen(status));
    if (*code) {
        out_char(o, ' ');
        out_bytes(o, code, strlen(code));
    }
    paint(o, frame->color, "\33[0m");
    if (frame->id.p) {
        out_lit(o, ", id ");
        out_str(o, plain(arena, words_short(arena, frame->id, 60)));
    }
    out_char(o, '\n');
    out_str(o, why->words);
    if (why->rule.p) {
        out_lit(o, " (");
        out_str(o, plain(arena, why->rule));
        out_char(o, ')');
    }
    out_char(o, '\n');
}

static void put_rest(struct out *o, struct arena *arena, const struct why *why)
{
    for (uint32_t i = 0; i < why->notice_count; i++) {
        if (i == 0)
            out_lit(o, "notified: ");
        else
            out_lit(o, ", ");
        out_str(o, plain(arena, why->notices[i].type));
        if (!why->notices[i].field.p)
            continue;
        out_lit(o, " (");
        out_str(o, plain(arena, why->notices[i].field));
        out_char(o, ')');
    }
    if (why->notice_count > 0)
        out_char(o, '\n');
    if (!why->branch.p)
        return;
    out_lit(o, "branch: ");
    out_str(o, plain(arena, words_short(arena, why->branch, 160)));
    out_char(o, '\n');
}

/* What a line has left for the three values. */
static size_t value_width(const struct why_frame *frame, const struct why *why)
{
    enum { WINS_WIDTH = 8, BETWEEN = 2 };
    size_t field = 0, rule = 0, taken;

    if (frame->width == 0)
        return VALUE_WIDTH;
    for (uint32_t i = 0; i < why->line_count; i++) {
        const size_t n = width_of(why->lines[i].field), m = width_of(why->lines[i].rule);

        if (!is_shown(frame, &why->lines[i]))
            continue;
        field = n > field && n <= FIELD_WIDTH ? n : field;
        rule = m > rule ? m : rule;
    }
    taken = field + rule + WINS_WIDTH + (COLUMNS + 1) * BETWEEN;
    if (taken + 3 * (size_t)VALUE_LEAST > frame->width)
        return VALUE_LEAST;
    taken = (frame->width - taken) / 3;
    return taken < VALUE_WIDTH ? taken : VALUE_WIDTH;
}

void why_text(struct out *o, struct arena *arena, const struct why_frame *frame,
              const struct why *why)
{
    struct sheet sheet = { .arena = arena,
                           .color = frame->color,
                           .line_width = frame->width,
                           .value_width = value_width(frame, why) };
    struct row head = { .words = str_of("WHY") };

    put_title(o, arena, frame, why);
    sheet.rows = arena_array(arena, (size_t)why->line_count + 1, sizeof *sheet.rows);
    for (int c = 0; c < COLUMNS; c++)
        head.cell[c] = str_of(heads[c]);
    add_row(&sheet, head);
    for (uint32_t i = 0; i < why->line_count; i++)
        if (is_shown(frame, &why->lines[i]))
            add_line(&sheet, &why->lines[i]);
    for (uint32_t i = 0; i < sheet.count && sheet.count > 1; i++)
        put_row(o, &sheet, &sheet.rows[i]);
    put_rest(o, arena, why);
}

/* --- JSON --- */

static void json_text(struct out *o, const char *name, struct dwr_str text)
{
    out_char(o, ',');
    out_json_member(o, name, text);
}

static void json_value(struct out *o, const char *name, struct dwr_str json)
{
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    if (json.p)
        out_str(o, json);
    else
        out_lit(o, "null");
}

static void json_flag(struct out *o, const char *name, bool flag)
{
    json_value(o, name, flag ? str_of("true") : str_of("false"));
}

static void json_line(struct out *o, const struct why_line *line)
{
    out_lit(o, "{\"field\":\"");
    out_json_text(o, line->field);
    out_char(o, '"');
    json_text(o, "wins", str_of(line->wins));
    json_flag(o, "reported", line->kind == WHY_REPORTED);
    json_flag(o, "conflict", line->conflict);
    json_value(o, "base", line->base);
    json_value(o, "server", line->server);
    json_value(o, "client", line->client);
    json_value(o, "result", line->result);
    json_text(o, "rule", line->rule);
    json_text(o, "words", line->words);
    out_char(o, '}');
}

static void json_notices(struct out *o, const struct why *why)
{
    out_lit(o, "],\"notifications\":[");
    for (uint32_t i = 0; i < why->notice_count; i++) {
        if (i > 0)
            out_char(o, ',');
        out_lit(o, "{\"type\":\"");
        out_json_text(o, why->notices[i].type);
        out_char(o, '"');
        if (why->notices[i].field.p)
            json_text(o, "field", why->notices[i].field);
        out_char(o, '}');
    }
    out_lit(o, "]}\n");
}

void why_json(struct out *o, const struct why_frame *frame, const struct why *why)
{
    const char *code = dwr_code_name(why->code);
    bool first = true;

    out_lit(o, "{\"format_version\":1");
    json_value(o, "id", frame->id);
    json_text(o, "doctype", frame->doctype);
    json_value(o, "name", why->name);
    json_text(o, "status", str_of(dwr_status_name(why->status)));
    json_text(o, "code", *code ? str_of(code) : (struct dwr_str){ NULL, 0 });
    json_flag(o, "concurrent", why->concurrent);
    json_text(o, "words", why->words);
    json_text(o, "rule", why->rule);
    json_value(o, "branch", why->branch);
    out_lit(o, ",\"fields\":[");
    for (uint32_t i = 0; i < why->line_count; i++) {
        if (!is_shown(frame, &why->lines[i]))
            continue;
        if (!first)
            out_char(o, ',');
        first = false;
        json_line(o, &why->lines[i]);
    }
    json_notices(o, why);
}
