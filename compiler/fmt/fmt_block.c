/* fmt_block.c - the entries of a block, one under the other.
 *
 * Values stand below each other within a group: statements that follow one another without a blank
 * line, a statement that is not aligned, or a block of several lines between them. Where statements
 * of one shape follow one another, each on one line, what comes behind the value is aligned too:
 *
 *     link address  -> "Address"  refresh when status != "Done";
 *     link customer -> "Customer" refresh when status != "Done";
 *
 * What decides must be the same for the text that comes out: a block that is unfolded here ends its
 * group, as it will when that text is formatted. */
#include <string.h>

#include "fmt_parts.h"

/* --- values below each other --- */

static bool is_aligned(const struct fmt_list *list, const struct fmt_entry *entry)
{
    switch ((int)list->in) {
    case AST_KIND_COUNT: /* the source */
    case AST_RULE:
    case AST_EFFECT:
        return false;
    case AST_TEST: /* who wrote, and when; align_test has the documents */
        return entry->stmt->kind >= AST_TEST_CLIENT_TS && entry->stmt->kind <= AST_TEST_CLIENT_USER;
    default:
        return entry->stmt->kind != AST_CHILD && entry->stmt->kind != AST_LOCK &&
               entry->stmt->kind != AST_PUSH_PRIORITY;
    }
}

static uint32_t word_width(const struct fmt *f, const struct fmt_entry *entry)
{
    return f->tokens[entry->first].width;
}

static bool is_unfolded(const struct fmt_entry *entry)
{
    return entry->list && !entry->folded;
}

/* Whether a statement has a value on its line: `tombstone {` has not. */
static bool has_value(const struct fmt_entry *entry)
{
    return entry->stmt && !(is_unfolded(entry) && entry->open == entry->first + 1);
}

/* Whether a statement fits on one line with its value at a column (from the indentation). */
static bool fits(const struct fmt *f, const struct fmt_entry *entry, uint32_t indent,
                 uint32_t value)
{
    if (fmt_commented(f, entry->first, entry->last))
        return false;
    return indent + fmt_flat(f, entry->first, entry->last) + value - (word_width(f, entry) + 1) <=
           FMT_COLUMNS;
}

/* The entries behind the end of the group that begins at from: the source's own groups. */
static uint32_t group_end(const struct fmt_list *list, uint32_t from)
{
    uint32_t i = from;

    for (; i < list->count; i++) {
        const struct fmt_entry *entry = &list->v[i];

        if (i > from && entry->blank)
            break;
        if (!entry->stmt)
            continue;
        if (!is_aligned(list, entry))
            return i == from ? i + 1 : i;
        if (is_unfolded(entry))
            return i + 1;
    }
    return i;
}

static uint32_t widest(const struct fmt *f, const struct fmt_list *list, uint32_t from, uint32_t to)
{
    uint32_t width = 0;

    for (uint32_t i = from; i < to; i++)
        if (has_value(&list->v[i]) && width < word_width(f, &list->v[i]))
            width = word_width(f, &list->v[i]);
    return width;
}

static void set_values(struct fmt_list *list, uint32_t from, uint32_t to, uint32_t value)
{
    for (uint32_t i = from; i < to; i++)
        if (has_value(&list->v[i]))
            list->v[i].value = value;
}

/* Gives the statements of a group of the source their value column; returns where it ends. A block
 * that the alignment would push out of its line is unfolded, and what is behind it is another
 * group. */
static uint32_t align_group(const struct fmt *f, struct fmt_list *list, uint32_t from,
                            uint32_t indent)
{
    const uint32_t end = group_end(list, from);
    /* How wide the words from each entry on are. */
    uint32_t *behind = arena_zero(f->arena, ((size_t)(end - from) + 1) * sizeof *behind);
    uint32_t start = from;

    for (uint32_t i = end; i > from; i--) {
        const uint32_t width = widest(f, list, i - 1, i);

        behind[i - 1 - from] = width > behind[i - from] ? width : behind[i - from];
    }
    for (uint32_t i = from; i < end; i++) {
        struct fmt_entry *entry = &list->v[i];

        if (!entry->list || !entry->folded || fits(f, entry, indent, behind[start - from] + 1))
            continue;
        entry->folded = false;
        set_values(list, start, i + 1, widest(f, list, start, i + 1) + 1);
        start = i + 1;
    }
    set_values(list, start, end, behind[start - from] + 1);
    return end;
}

/* base is as wide as server and client, where its document stands beside theirs. */
static void align_test(const struct fmt *f, struct fmt_list *list, uint32_t indent)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->v[i].stmt && list->v[i].stmt->kind == AST_TEST_BASE &&
            fits(f, &list->v[i], indent, (uint32_t)sizeof "server"))
            list->v[i].value = (uint32_t)sizeof "server";
}

static void align_values(const struct fmt *f, struct fmt_list *list, uint32_t indent)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct fmt_entry *entry = &list->v[i];

        entry->value = word_width(f, entry) + 1;
        if (entry->list && entry->folded && !fits(f, entry, indent, entry->value))
            entry->folded = false;
    }
    for (uint32_t i = 0; i < list->count;) {
        if (list->v[i].stmt && is_aligned(list, &list->v[i]))
            i = align_group(f, list, i, indent);
        else
            i++;
    }
    if (list->in == AST_TEST)
        align_test(f, list, indent);
}

/* --- what comes behind the value --- */

enum { CELLS_MAX = 3 };

/* Where the parts of a one-line statement begin that are aligned with those of its neighbours. */
struct cells {
    uint32_t shape; /* 0: none; statements of one shape are neighbours */
    uint32_t count;
    uint32_t at[CELLS_MAX]; /* tokens */
};

static uint32_t find(const struct fmt *f, const struct fmt_entry *entry, const char *word)
{
    for (uint32_t i = entry->first + 2; i <= entry->last; i++)
        if (fmt_is(f, i, word) && !fmt_is(f, i - 1, ",") && !fmt_is(f, i - 1, "together"))
            return i;
    return FMT_NONE;
}

static void add_cell(struct cells *cells, uint32_t i)
{
    if (i != FMT_NONE)
        cells->at[cells->count++] = i;
}

static struct cells cells_of(const struct fmt *f, const struct fmt_entry *entry, uint32_t indent)
{
    struct cells cells = { .shape = 0 };

    if (!entry->stmt || is_unfolded(entry) || !fits(f, entry, indent, entry->value))
        return cells;
    switch ((int)entry->stmt->kind) {
    case AST_LINK:
        add_cell(&cells, find(f, entry, "->"));
        add_cell(&cells, find(f, entry, "refresh"));
        break;
    case AST_EFFECT:
        add_cell(&cells, entry->first + 2);
        add_cell(&cells, entry->open);
        break;
    case AST_CHILD:
    case AST_DOCTYPE:
        add_cell(&cells, entry->open);
        break;
    case AST_RULE:
        add_cell(&cells, entry->open != FMT_NONE ? entry->open : find(f, entry, "ranked"));
        break;
    default:
        return cells;
    }
    if (cells.count > 0)
        cells.shape = 1 + 2 * (uint32_t)entry->stmt->kind +
                      (entry->stmt->kind == AST_RULE && entry->open != FMT_NONE);
    return cells;
}

static void put_cells(struct fmt *f, const struct fmt_entry *entry, const struct cells *cells,
                      const uint32_t *columns, uint32_t indent)
{
    uint32_t from = entry->first;

    fmt_line(f, indent);
    for (uint32_t c = 0; c <= cells->count; c++) {
        const uint32_t last = c < cells->count ? cells->at[c] - 1 : entry->last;

        if (c > 0)
            fmt_pad(f, indent + columns[c - 1]);
        if (c == 0 && last > from) {
            fmt_put(f, from);
            if (f->tokens[from + 1].space)
                fmt_pad(f, indent + entry->value);
            from++;
        }
        fmt_put_flat(f, from, last);
        from = last + 1;
    }
}

/* How wide the part of a statement before its cell c is. */
static uint32_t part_width(const struct fmt *f, const struct fmt_entry *entry,
                           const struct cells *cells, uint32_t c)
{
    const uint32_t first = c == 0 ? entry->first : cells->at[c - 1];
    const uint32_t last = c < cells->count ? cells->at[c] - 1 : entry->last;
    const uint32_t width = fmt_flat(f, first, last);

    return c == 0 ? width + entry->value - (word_width(f, entry) + 1) : width;
}

/* Columns for the cells of statements that follow one another. Those of a cell are aligned over
 * neighbours that have it. False where a line would become too long. */
static bool align_cells(const struct fmt *f, const struct fmt_entry *entries,
                        const struct cells *cells, uint32_t count, uint32_t indent,
                        uint32_t (*columns)[CELLS_MAX])
{
    for (uint32_t c = 0; c < CELLS_MAX; c++)
        for (uint32_t i = 0, end; i < count; i = end + 1) {
            uint32_t widest = 0;

            for (end = i; end < count && c < cells[end].count; end++) {
                const uint32_t begin = c == 0 ? 0 : columns[end][c - 1];
                const uint32_t column = begin + part_width(f, &entries[end], &cells[end], c) + 1;

                if (widest < column)
                    widest = column;
            }
            for (; i < end; i++)
                columns[i][c] = widest;
        }
    for (uint32_t i = 0; i < count; i++)
        if (indent + columns[i][cells[i].count - 1] +
                part_width(f, &entries[i], &cells[i], cells[i].count) >
            FMT_COLUMNS)
            return false;
    return true;
}

/* --- entries --- */

static void put_entry(struct fmt *f, const struct fmt_entry *entry, uint32_t indent)
{
    fmt_line(f, indent);
    if (!entry->stmt) {
        fmt_put(f, entry->first);
        return;
    }
    if (is_unfolded(entry)) {
        if (entry->stmt->kind == AST_TEST && !fmt_commented(f, entry->first, entry->open))
            fmt_put_flat(f, entry->first, entry->open); /* a title is not wrapped */
        else
            fmt_stmt(f, entry, entry->open);
        fmt_trailing(f, entry->list->trailing);
        fmt_block(f, entry->list, indent + FMT_INDENT);
        fmt_line(f, indent);
        fmt_put(f, entry->last);
    } else {
        /* A folded block fits as a whole. */
        fmt_stmt(f, entry, entry->last);
    }
    fmt_trailing(f, entry->trailing);
}

/* At the top a statement of several lines has a blank line on either side: between two statements
 * where no other one stands, it goes directly behind the first. */
static void separate(struct fmt_list *list)
{
    uint32_t before = FMT_NONE;
    bool blank = false;

    for (uint32_t i = 0; i < list->count; i++) {
        struct fmt_entry *entry = &list->v[i];

        blank |= entry->blank;
        if (!entry->stmt)
            continue;
        if (before != FMT_NONE && !blank && (is_unfolded(&list->v[before]) || is_unfolded(entry)))
            list->v[before + 1].blank = true;
        before = i;
        blank = false;
    }
}

/* Statements of one shape that follow one another, from i on: put, and how many they are. */
static uint32_t put_run(struct fmt *f, const struct fmt_list *list, uint32_t from, uint32_t indent)
{
    const uint32_t room = list->count - from;
    struct cells first = cells_of(f, &list->v[from], indent), *cells;
    uint32_t count = 1, (*columns)[CELLS_MAX];

    if (first.shape == 0 || room < 2)
        return 0;
    while (count < room && !list->v[from + count].blank &&
           cells_of(f, &list->v[from + count], indent).shape == first.shape)
        count++;
    if (count < 2)
        return 0;
    cells = arena_array(f->arena, count, sizeof *cells);
    columns = arena_array(f->arena, count, sizeof *columns);
    for (uint32_t i = 0; i < count; i++)
        cells[i] = cells_of(f, &list->v[from + i], indent);
    if (!align_cells(f, &list->v[from], cells, count, indent, columns)) {
        for (uint32_t i = from; i < from + count; i++)
            put_entry(f, &list->v[i], indent);
        return count;
    }
    for (uint32_t i = 0; i < count; i++) {
        put_cells(f, &list->v[from + i], &cells[i], columns[i], indent);
        fmt_trailing(f, list->v[from + i].trailing);
    }
    return count;
}

void fmt_block(struct fmt *f, struct fmt_list *list, uint32_t indent)
{
    align_values(f, list, indent);
    if (list->in == AST_KIND_COUNT)
        separate(list);
    for (uint32_t i = 0, done; i < list->count; i += done) {
        if (list->v[i].blank)
            fmt_blank(f);
        done = put_run(f, list, i, indent);
        if (done == 0) {
            put_entry(f, &list->v[i], indent);
            done = 1;
        }
    }
}

struct dwr_str fmt_source(struct arena *arena, const struct ast_ruleset *rules, uint32_t source)
{
    struct fmt f = { .arena = arena };
    struct dwr_str text;

    if (rules->files[source].broken)
        return (struct dwr_str){ NULL, 0 };
    fmt_read(&f, rules, source);
    out_memory_begin(&f.text, arena);
    fmt_block(&f, &f.top, 0);
    text = fmt_finish(&f);
    return f.too_large ? (struct dwr_str){ NULL, 0 } : text;
}
