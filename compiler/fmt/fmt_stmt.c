/* fmt_stmt.c - one statement that does not fit on its line.
 *
 * A statement is its word, the value that stands at the value column, and clauses (`when …`,
 * `unless …`, `-> …`). Clauses fill the lines; one that does not fit begins a line at the value
 * column. One that is longer than a line is broken itself: in lists behind commas, in conditions
 * before `and` and `or`, the parts below one another. A JSON value is on one line or has each
 * member on its own.
 *
 * A statement with comments inside is filled token by token; the comments stay between the tokens
 * they stand between. */
#include <string.h>

#include "fmt_parts.h"

/* --- JSON values --- */

/* Whether an array's one element is an object: their brackets stand together. */
static bool hugs(const struct fmt *f, uint32_t first)
{
    return fmt_is(f, first, "[") && fmt_is(f, first + 1, "{") &&
           f->tokens[first + 1].match + 1 == f->tokens[first].match;
}

/* A value behind what the line holds; tail: how wide is what must stand behind it on its line. */
static void put_json(struct fmt *f, uint32_t first, uint32_t tail)
{
    const uint32_t last = f->tokens[first].match, indent = fmt_indent(f);
    uint32_t i = first + 1;

    fmt_space(f, first);
    if (last == first + 1 || fmt_column(f) + fmt_flat(f, first, last) + tail <= FMT_COLUMNS) {
        fmt_put_flat(f, first, last);
        return;
    }
    fmt_put(f, first);
    if (hugs(f, first)) {
        put_json(f, i, FMT_COLUMNS); /* not on one line either */
        fmt_put(f, last);
        return;
    }
    while (i < last) {
        fmt_line(f, indent + FMT_INDENT);
        for (; i < last && !fmt_is(f, i, ","); i++) {
            if (f->tokens[i].match == FMT_NONE) {
                fmt_put_flat(f, i, i);
            } else {
                put_json(f, i, 1);
                i = f->tokens[i].match;
            }
        }
        if (i < last)
            fmt_put(f, i++);
    }
    fmt_line(f, indent);
    fmt_put(f, last);
}

static bool is_open(const struct fmt *f, uint32_t i, const char *which)
{
    const struct fmt_token *t = &f->tokens[i];

    return t->match != FMT_NONE && t->match > i && strchr(which, f->source[t->begin]) != NULL;
}

/* --- what is longer than a line --- */

/* Behind a comma, before `and` and `or`. (A field may be called so: then a line breaks before it,
 * which does no harm.) */
static bool may_break(const struct fmt *f, uint32_t i)
{
    return fmt_is(f, i - 1, ",") || fmt_is(f, i, "and") || fmt_is(f, i, "or");
}

/* The last token of the part that begins with i, of tokens up to last. */
static uint32_t part_end(const struct fmt *f, uint32_t i, uint32_t last)
{
    for (;;) {
        if (is_open(f, i, "([{") && f->tokens[i].match <= last)
            i = f->tokens[i].match;
        if (i >= last || may_break(f, i + 1))
            return i < last ? i : last;
        i++;
    }
}

/* Where a part begins its line: `or` and `and` so that what they join stands below each other. */
static uint32_t hang(const struct fmt *f, uint32_t i, uint32_t column, uint32_t least)
{
    const uint32_t word = fmt_is(f, i, "or") ? 3 : fmt_is(f, i, "and") ? 4 : 0;

    return column >= least + word ? column - word : column;
}

/* Tokens first to last, lines hanging at column; tail: what must stand behind the last. */
static void fill(struct fmt *f, uint32_t first, uint32_t last, uint32_t column, uint32_t least,
                 uint32_t tail);

/* A part that is itself longer than a line: broken in its brackets. */
static void fill_part(struct fmt *f, uint32_t first, uint32_t last, uint32_t tail)
{
    for (uint32_t i = first; i <= last; i++) {
        const uint32_t end = f->tokens[i].match;

        if (is_open(f, i, "[{") && end <= last) {
            put_json(f, i, (end < last ? fmt_flat(f, end, last) - 1 : 0) + tail);
            i = end;
        } else {
            fmt_put_flat(f, i, i);
            if (is_open(f, i, "(") && end <= last && end > i + 1) {
                fill(f, i + 1, end - 1, fmt_column(f), fmt_column(f),
                     fmt_flat(f, end, last) + tail);
                i = end - 1;
            }
        }
    }
}

static void fill(struct fmt *f, uint32_t first, uint32_t last, uint32_t column, uint32_t least,
                 uint32_t tail)
{
    for (uint32_t i = first, end; i <= last; i = end + 1) {
        uint32_t wide, behind;

        end = part_end(f, i, last);
        behind = end == last ? tail : 0;
        wide = fmt_flat(f, i, end) + behind;
        if (fmt_column(f) + f->tokens[i].space + wide > FMT_COLUMNS && i > first)
            fmt_line(f, hang(f, i, column, least));
        if (fmt_column(f) + f->tokens[i].space + wide <= FMT_COLUMNS)
            fmt_put_flat(f, i, end);
        else
            fill_part(f, i, end, behind);
    }
}

/* --- clauses --- */

static bool begins_clause(const struct fmt *f, uint32_t i)
{
    static const char *const words[] = {
        "when", "unless", "refresh", "except", "otherwise", "ranked",
        "from", "to",     "for",     "->",     "of",        "version_field",
    };
    /* Behind these comes a name, or the condition that goes with the word. */
    static const char *const before[] = { ",",  ".", "+",  "->",  "=",       "!=",      "<",
                                          "<=", ">", ">=", "not", "refresh", "together" };

    for (size_t k = 0; k < sizeof before / sizeof *before; k++)
        if (fmt_is(f, i - 1, before[k]))
            return false;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (fmt_is(f, i, words[k]))
            return true;
    return false;
}

/* The last token of the clause that begins with i. */
static uint32_t clause_end(const struct fmt *f, uint32_t i, uint32_t last)
{
    for (;;) {
        if (is_open(f, i, "([{") && f->tokens[i].match <= last)
            i = f->tokens[i].match;
        if (i >= last || begins_clause(f, i + 1))
            return i < last ? i : last;
        i++;
    }
}

/* Where the clause goes on behind the word or two that it begins with: what is broken begins there.
 * The value's own are `together` and `by`, where they are not the names of fields. */
static uint32_t clause_content(const struct fmt *f, uint32_t first, uint32_t last)
{
    const bool is_value = !begins_clause(f, first);
    uint32_t i = first;

    if (i < last && fmt_is(f, i + 1, ","))
        return i;
    if (!is_value || fmt_is(f, i, "together") || fmt_is(f, i, "by"))
        i++;
    if (!is_value && i < last && fmt_is(f, first, "refresh"))
        i++;
    return i < last ? i : last;
}

/* A clause too long for a line of its own goes on where the line is, but not in its last third. */
static void put_long_clause(struct fmt *f, uint32_t first, uint32_t last, uint32_t column)
{
    const uint32_t content = clause_content(f, first, last);

    if (fmt_column(f) > FMT_COLUMNS * 2 / 3 && fmt_column(f) > column)
        fmt_line(f, column);
    if (content > first)
        fmt_put_flat(f, first, content - 1);
    fmt_space(f, content);
    fill(f, content, last, fmt_column(f), column, 0);
}

static void put_clauses(struct fmt *f, uint32_t first, uint32_t last)
{
    const uint32_t column = fmt_column(f);

    for (uint32_t i = first, end; i <= last; i = end + 1) {
        uint32_t wide;

        end = clause_end(f, i, last);
        wide = fmt_flat(f, i, end);
        if (fmt_column(f) + (i > first) + wide <= FMT_COLUMNS) {
            fmt_put_flat(f, i, end);
        } else if (column + wide <= FMT_COLUMNS) {
            fmt_line(f, column);
            fmt_put_flat(f, i, end);
        } else {
            put_long_clause(f, i, end, column);
        }
    }
}

/* --- comments inside --- */

static void put_commented(struct fmt *f, uint32_t first, uint32_t last, uint32_t column)
{
    bool over = false; /* the line ends with a comment */

    for (uint32_t i = first; i <= last; i++) {
        if (fmt_is_comment(f, i) && f->tokens[i].lines == 0) {
            fmt_trailing(f, i);
            over = true;
            continue;
        }
        if (over || fmt_is_comment(f, i) ||
            (f->tokens[i].space && fmt_column(f) > column &&
             fmt_column(f) + 1 + f->tokens[i].width > FMT_COLUMNS))
            fmt_line(f, column);
        over = fmt_is_comment(f, i);
        if (f->tokens[i].match == FMT_NONE || f->tokens[i].match < i || f->tokens[i].match > last ||
            fmt_commented(f, i, f->tokens[i].match) || !is_open(f, i, "[{")) {
            fmt_put_flat(f, i, i);
        } else {
            put_json(f, i, 1);
            i = f->tokens[i].match;
        }
    }
}

void fmt_stmt(struct fmt *f, const struct fmt_entry *entry, uint32_t last)
{
    fmt_put(f, entry->first);
    if (last == entry->first)
        return;
    if (fmt_commented(f, entry->first, last)) {
        /* The word may end its line. */
        if (!fmt_is_comment(f, entry->first + 1))
            fmt_pad(f, fmt_indent(f) + entry->value);
        put_commented(f, entry->first + 1, last, fmt_indent(f) + entry->value);
        return;
    }
    if (f->tokens[entry->first + 1].space)
        fmt_pad(f, fmt_indent(f) + entry->value);
    put_clauses(f, entry->first + 1, last);
}
