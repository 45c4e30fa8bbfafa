/* fmt_lines.c - the lines of a canonical text: built one after the other, and put together at the
 * end, when it is known where the comments behind them stand. */
#include "fmt_parts.h"

/* Comments behind lines of one indentation that follow one another stand below each other, unless
 * that would put them beyond this column. */
#define COMMENT_COLUMN_MAX 80u

static struct fmt_line *last_line(struct fmt *f)
{
    return &f->lines[f->line_count - 1];
}

static uint32_t text_end(const struct fmt *f)
{
    return (uint32_t)(f->text.out.at - f->text.out.start);
}

/* A text that is too large for a rule file is not written to its end: deep documents may grow. */
static bool too_large(struct fmt *f, uint32_t n)
{
    f->too_large |= text_end(f) + (size_t)f->line_count + n > SOURCE_BYTES_MAX;
    return f->too_large;
}

static void add_line(struct fmt *f, uint32_t indent)
{
    if (f->too_large)
        return;
    if (f->line_count == f->line_capacity) {
        const uint32_t capacity = f->line_capacity == 0 ? 64 : f->line_capacity * 2;

        f->lines = arena_grow(f->arena, f->lines, f->line_capacity, capacity, sizeof *f->lines);
        f->line_capacity = capacity;
    }
    f->lines[f->line_count++] = (struct fmt_line){
        .begin = text_end(f), .end = text_end(f), .indent = indent, .comment = FMT_NONE
    };
}

static void spaces(struct out *o, uint32_t n)
{
    static const char some[] = "                                ";

    for (; n > sizeof some - 1; n -= (uint32_t)sizeof some - 1)
        out_bytes(o, some, sizeof some - 1);
    out_bytes(o, some, n);
}

void fmt_line(struct fmt *f, uint32_t indent)
{
    add_line(f, indent);
    fmt_pad(f, indent);
}

void fmt_blank(struct fmt *f)
{
    if (f->line_count > 0)
        add_line(f, 0);
}

uint32_t fmt_column(const struct fmt *f)
{
    return f->lines[f->line_count - 1].width;
}

uint32_t fmt_indent(const struct fmt *f)
{
    return f->lines[f->line_count - 1].indent;
}

void fmt_pad(struct fmt *f, uint32_t column)
{
    struct fmt_line *line = last_line(f);

    if (column > line->width && !too_large(f, column - line->width)) {
        spaces(&f->text.out, column - line->width);
        line->width = column;
        line->end = text_end(f);
    }
}

void fmt_put(struct fmt *f, uint32_t i)
{
    const struct fmt_token *t = &f->tokens[i];
    struct fmt_line *line = last_line(f);

    if (too_large(f, t->end - t->begin))
        return;
    out_bytes(&f->text.out, f->source + t->begin, t->end - t->begin);
    line->width += t->width;
    line->end = text_end(f);
}

void fmt_space(struct fmt *f, uint32_t i)
{
    /* No token ends with a space: one that is there was put before this one. */
    if (f->tokens[i].space && last_line(f)->begin < text_end(f) && f->text.out.at[-1] != ' ')
        fmt_pad(f, fmt_column(f) + 1);
}

void fmt_put_flat(struct fmt *f, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++) {
        fmt_space(f, i);
        fmt_put(f, i);
    }
}

void fmt_trailing(struct fmt *f, uint32_t comment)
{
    last_line(f)->comment = comment;
}

/* --- all of it --- */

/* How many lines from one on have comments that stand below each other, and where. */
static uint32_t comment_run(const struct fmt *f, uint32_t from, uint32_t *column)
{
    uint32_t i = from;

    for (*column = 0; i < f->line_count; i++) {
        const struct fmt_line *line = &f->lines[i];

        if (line->comment == FMT_NONE || line->indent != f->lines[from].indent)
            break;
        if (*column < line->width + 2)
            *column = line->width + 2;
    }
    if (*column > COMMENT_COLUMN_MAX)
        *column = 0;
    return i - from;
}

static void put_line(struct out *o, const struct fmt *f, const struct fmt_line *line,
                     uint32_t column)
{
    out_bytes(o, f->text.out.start + line->begin, line->end - line->begin);
    if (line->comment != FMT_NONE) {
        const struct fmt_token *t = &f->tokens[line->comment];

        spaces(o, column > 0 ? column - line->width : 2);
        out_bytes(o, f->source + t->begin, t->end - t->begin);
    }
    out_char(o, '\n');
}

struct dwr_str fmt_finish(struct fmt *f)
{
    struct out_memory m;

    out_memory_begin(&m, f->arena);
    for (uint32_t i = 0; i < f->line_count;) {
        uint32_t column;
        uint32_t run = comment_run(f, i, &column);

        do
            put_line(&m.out, f, &f->lines[i++], column);
        while (run > 0 && --run > 0);
    }
    return out_memory_bytes(&m);
}
