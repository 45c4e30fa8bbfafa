/* why_rows.c - rows of a table, as an explained merge shows them. */
#include "why.h"

#include "../../runtime/core/children.h"
#include "../../runtime/core/value.h"

static struct dwr_text member(struct trial_bench *bench, struct dwr_text row, struct dwr_str name)
{
    return dwr_member(bench->compare, row, name.p, name.n);
}

/* Does a member tell the rows apart that are there? In a single row every member does. */
static bool differs(struct trial_bench *bench, const struct dwr_str *rows, uint32_t count,
                    struct dwr_str name)
{
    const struct dwr_str *first = NULL;
    uint32_t there = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (!rows[i].p)
            continue;
        there++;
        if (!first)
            first = &rows[i];
        else if (!dwr_field_equal(bench->compare,
                                  member(bench, (struct dwr_text){ first->p, first->n }, name),
                                  member(bench, (struct dwr_text){ rows[i].p, rows[i].n }, name)))
            return true;
    }
    return there < 2;
}

static bool is_key(const struct dwr_table *table, struct dwr_str name)
{
    const unsigned i = dwr_names_find(&table->names, name.p, name.n);

    for (uint32_t k = 0; k < table->key_count; k++)
        if (table->key[k] == i)
            return true;
    return i != DWR_NONE && table->names.v[i].role == DWR_NAME_META;
}

enum { MEMBERS_SHOWN = 8, VALUE_CHARACTERS = 24 };

struct dwr_str why_row_part(struct trial_bench *bench, const struct dwr_table *table,
                            const struct dwr_str *rows, uint32_t count, struct dwr_str row)
{
    struct dwr_text key, value;
    struct out_memory m;
    struct dwr_walk w;
    uint32_t n = 0;

    if (!row.p)
        return (struct dwr_str)DWR_STR("-");
    out_memory_begin(&m, bench->arena);
    w = dwr_walk_of((struct dwr_text){ row.p, row.n });
    while (n < MEMBERS_SHOWN && dwr_walk_next(&w, bench->compare->scan, &key, &value)) {
        const struct dwr_text bytes = dwr_string_bytes(bench->compare, key);
        struct dwr_str name;

        if (!bytes.p)
            arena_fail(bench->arena);
        name = (struct dwr_str){ arena_copy(bench->arena, bytes.p, bytes.n), bytes.n };
        dwr_scratch_reset(bench->compare);
        if (is_key(table, name) || !differs(bench, rows, count, name))
            continue;
        if (n++ > 0)
            out_lit(&m.out, ", ");
        out_str(&m.out, name);
        out_lit(&m.out, ": ");
        out_str(&m.out,
                words_short(bench->arena, (struct dwr_str){ value.p, value.n }, VALUE_CHARACTERS));
    }
    return n > 0 ? out_memory_bytes(&m) : words_short(bench->arena, row, VALUE_CHARACTERS);
}

static bool same_key(struct trial_bench *bench, const struct dwr_table *table, struct dwr_text a,
                     struct dwr_text b)
{
    bool keyed = false, equal = true;

    for (uint32_t k = 0; k < table->key_count && equal; k++) {
        const struct dwr_str name = table->names.v[table->key[k]].name;
        const struct dwr_text x = member(bench, a, name), y = member(bench, b, name);

        keyed = keyed || !dwr_is_unset(x);
        equal = dwr_field_equal(bench->compare, x, y);
    }
    return keyed && equal;
}

const struct dwr_table *why_table(const struct dwr_doctype *d, struct dwr_str label)
{
    for (uint32_t i = 0; i < d->table_count && label.n > 0 && label.p[label.n - 1] == ']'; i++) {
        const struct dwr_str name = d->names.v[d->tables[i].field].name;

        if (label.n > name.n + 1 && label.p[name.n] == '[' && memcmp(label.p, name.p, name.n) == 0)
            return &d->tables[i];
    }
    return NULL;
}

struct dwr_str why_row(struct trial_bench *bench, const struct dwr_doctype *doctype,
                       const struct why *why, const struct why_line *line)
{
    const struct dwr_table *table = why_table(doctype, line->field);
    const struct dwr_str known = line->server.p ? line->server : line->client;
    struct dwr_scratch *s = bench->compare;
    struct dwr_text rows, row;
    struct dwr_walk w;

    if (!table || !why->doc.p || !known.p)
        return (struct dwr_str){ NULL, 0 };
    rows = trial_member(bench->arena, (struct dwr_text){ why->doc.p, why->doc.n },
                        doctype->names.v[table->field].name);
    if (!rows.p || rows.p[0] != '[')
        return (struct dwr_str){ NULL, 0 };
    for (w = dwr_walk_of(rows); dwr_walk_next(&w, s->scan, NULL, &row);) {
        dwr_scratch_reset(s);
        if (same_key(bench, table, (struct dwr_text){ known.p, known.n }, row))
            return (struct dwr_str){ arena_copy(bench->arena, row.p, row.n), row.n };
    }
    return (struct dwr_str){ NULL, 0 };
}

/* Rows of a table are the same when their members are (6); elements of anything else, when they
 * are. */
static bool same_element(struct trial_bench *bench, const struct dwr_table *table,
                         struct dwr_text a, struct dwr_text b)
{
    bool equal;

    if (*a.p != '{' || *b.p != '{')
        return trial_same(bench, a, b);
    equal = rows_equal(table, bench->compare, a, b);
    if (bench->compare->failed)
        arena_fail(bench->arena);
    dwr_scratch_reset(bench->compare);
    return equal;
}

bool why_same_tables(struct trial_bench *bench, const struct dwr_table *table, struct dwr_text a,
                     struct dwr_text b)
{
    static const struct dwr_text empty = { "[]", 2 };
    const struct dwr_scan_ops *scan = bench->compare->scan;
    struct dwr_text row_a, row_b;
    struct dwr_walk rows_a, rows_b;

    a = dwr_is_unset(a) ? empty : a;
    b = dwr_is_unset(b) ? empty : b;
    if (*a.p != '[' || *b.p != '[')
        return trial_same(bench, a, b);
    rows_a = dwr_walk_of(a);
    rows_b = dwr_walk_of(b);
    for (;;) {
        const bool more = dwr_walk_next(&rows_a, scan, NULL, &row_a);

        if (more != dwr_walk_next(&rows_b, scan, NULL, &row_b))
            return false;
        if (!more)
            return true;
        if (!same_element(bench, table, row_a, row_b))
            return false;
    }
}
