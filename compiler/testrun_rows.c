/* testrun_rows.c - expected rows against those that came out. */
#include "testrun_rows.h"

#include "../runtime/core/value.h"
#include "out.h"

typedef void each_member(void *context, struct dwr_text name, struct dwr_text a, struct dwr_text b);

/* The members of a that b has otherwise; how many. */
static unsigned members_differ(const struct testrun_rows *rows, struct dwr_text a,
                               struct dwr_text b, bool missing_only, each_member *each,
                               void *context)
{
    struct dwr_walk w = dwr_walk_of(a);
    struct dwr_text key, value;
    unsigned count = 0;

    while (dwr_walk_next(&w, rows->scratch->scan, &key, &value)) {
        const struct dwr_text name = dwr_string_bytes(rows->scratch, key);
        struct dwr_text other;

        if (!name.p)
            arena_fail(rows->arena);
        other = dwr_member(rows->scratch, b, name.p, name.n);
        if ((missing_only && other.p) || dwr_field_equal(rows->scratch, value, other))
            continue;
        count++;
        if (each)
            each(context, name, value, other);
    }
    return count;
}

static bool pair_equal(const struct testrun_rows *rows, struct dwr_text a, struct dwr_text b)
{
    if (a.p[0] != '{' || b.p[0] != '{')
        return dwr_value_equal(rows->scratch, a, b);
    return members_differ(rows, a, b, false, NULL, NULL) == 0 &&
           members_differ(rows, b, a, true, NULL, NULL) == 0;
}

bool testrun_rows_equal(const struct testrun_rows *rows)
{
    struct dwr_walk x = dwr_walk_of(rows->expected), y = dwr_walk_of(rows->got);
    struct dwr_text a, b;

    for (;;) {
        const bool more = dwr_walk_next(&x, rows->scratch->scan, NULL, &a);

        if (dwr_walk_next(&y, rows->scratch->scan, NULL, &b) != more)
            return false;
        if (!more)
            return true;
        if (!pair_equal(rows, a, b))
            return false;
    }
}

/* --- which rows belong together --- */

#define NO_PAIR UINT32_MAX

struct side {
    struct side_row {
        struct dwr_text row;
        struct dwr_str label;
        bool is_keyed;
        uint32_t pair; /* of the other side's; NO_PAIR */
    } * v;
    uint32_t count;
};

/* As reports call the row: by its key, or by its place. */
static struct dwr_str label_of(const struct testrun_rows *rows, struct dwr_text row, unsigned place,
                               bool *is_keyed)
{
    struct out_memory m;
    bool keyed = false;

    out_memory_begin(&m, rows->arena);
    out_str(&m.out, rows->name);
    out_char(&m.out, '[');
    for (unsigned k = 0; k < rows->table->key_count; k++) {
        const struct dwr_str name = rows->table->names.v[rows->table->key[k]].name;
        const struct dwr_text part = dwr_member(rows->scratch, row, name.p, name.n);
        const bool text = part.p && part.p[0] == '"';
        const struct dwr_text shown = text ? dwr_string_bytes(rows->scratch, part) : part;

        if (k > 0)
            out_char(&m.out, '|');
        if (shown.p)
            out_bytes(&m.out, shown.p, shown.n);
        keyed = keyed || !dwr_is_unset(part);
    }
    *is_keyed = keyed;
    if (!keyed)
        return arena_printf(rows->arena, "%.*s[#%u]", (int)rows->name.n, rows->name.p, place);
    out_char(&m.out, ']');
    return out_memory_bytes(&m);
}

/* False: one is no row. */
static bool read_side(const struct testrun_rows *rows, struct dwr_text table, struct side *side)
{
    struct dwr_walk w = dwr_walk_of(table);
    uint32_t capacity = 0;
    struct dwr_text row;

    while (dwr_walk_next(&w, rows->scratch->scan, NULL, &row)) {
        struct side_row *one;

        if (row.p[0] != '{')
            return false;
        if (side->count == capacity) {
            side->v =
                arena_grow(rows->arena, side->v, capacity, 2 * capacity + 16, sizeof *side->v);
            capacity = 2 * capacity + 16;
        }
        one = &side->v[side->count];
        *one = (struct side_row){ .row = row, .pair = NO_PAIR };
        one->label = label_of(rows, row, side->count, &one->is_keyed);
        side->count++;
    }
    return true;
}

static void pair(struct side *a, uint32_t i, struct side *b, uint32_t k)
{
    a->v[i].pair = k;
    b->v[k].pair = i;
}

static bool same_label(const struct side_row *a, const struct side_row *b)
{
    return a->is_keyed && b->is_keyed && a->label.n == b->label.n &&
           memcmp(a->label.p, b->label.p, a->label.n) == 0;
}

/* Rows of one key, equal ones first; those without a key by their place. How many. */
static uint32_t pair_rows(const struct testrun_rows *rows, struct side *expected, struct side *got)
{
    uint32_t count = 0;

    for (int any = 0; any < 2; any++)
        for (uint32_t i = 0; i < expected->count; i++)
            for (uint32_t k = 0; k < got->count && expected->v[i].pair == NO_PAIR; k++)
                if (got->v[k].pair == NO_PAIR && same_label(&expected->v[i], &got->v[k]) &&
                    (any || pair_equal(rows, expected->v[i].row, got->v[k].row)))
                    pair(expected, i, got, k);
    for (uint32_t i = 0; i < expected->count; i++) {
        if (!expected->v[i].is_keyed && i < got->count && got->v[i].pair == NO_PAIR)
            pair(expected, i, got, i);
        count += expected->v[i].pair != NO_PAIR;
    }
    return count;
}

/* --- what differs --- */

struct telling {
    const struct testrun_rows *rows;
    testrun_row_differs *differs;
    void *context;
    struct dwr_str label;
};

static void tell(void *context, struct dwr_text name, struct dwr_text a, struct dwr_text b)
{
    const struct telling *t = context;

    t->differs(t->context,
               arena_printf(t->rows->arena, "member '%.*s' of %.*s", (int)name.n, name.p,
                            (int)t->label.n, t->label.p),
               t->label, a, b);
}

static void tell_more(void *context, struct dwr_text name, struct dwr_text a, struct dwr_text b)
{
    tell(context, name, b, a);
}

static void tell_row(const struct telling *t, const struct side_row *row, bool is_expected)
{
    const struct dwr_text none = { NULL, 0 };

    t->differs(t->context,
               arena_printf(t->rows->arena, "row %.*s", (int)row->label.n, row->label.p),
               row->label, is_expected ? row->row : none, is_expected ? none : row->row);
}

/* The labels of those that the other side has too. */
static struct dwr_text order_of(const struct testrun_rows *rows, const struct side *side)
{
    struct out_memory m;
    bool first = true;

    out_memory_begin(&m, rows->arena);
    for (uint32_t i = 0; i < side->count; i++) {
        if (side->v[i].pair == NO_PAIR)
            continue;
        if (!first)
            out_lit(&m.out, ", ");
        out_str(&m.out, side->v[i].label);
        first = false;
    }
    return (struct dwr_text){ out_memory_bytes(&m).p, out_memory_bytes(&m).n };
}

static void tell_order(const struct telling *t, const struct side *expected, const struct side *got)
{
    uint32_t last = 0;

    for (uint32_t i = 0; i < expected->count; i++) {
        if (expected->v[i].pair == NO_PAIR)
            continue;
        if (expected->v[i].pair < last) {
            t->differs(t->context,
                       arena_printf(t->rows->arena, "order of '%.*s'", (int)t->rows->name.n,
                                    t->rows->name.p),
                       t->rows->name, order_of(t->rows, expected), order_of(t->rows, got));
            return;
        }
        last = expected->v[i].pair;
    }
}

bool testrun_rows_differ(const struct testrun_rows *rows, testrun_row_differs *differs,
                         void *context)
{
    struct telling t = { .rows = rows, .differs = differs, .context = context };
    struct side expected = { NULL, 0 }, got = { NULL, 0 };

    if (!read_side(rows, rows->expected, &expected) || !read_side(rows, rows->got, &got) ||
        pair_rows(rows, &expected, &got) == 0)
        return false;
    for (uint32_t i = 0; i < expected.count; i++) {
        const struct side_row *a = &expected.v[i], *b;

        if (a->pair == NO_PAIR) {
            tell_row(&t, a, true);
            continue;
        }
        b = &got.v[a->pair];
        t.label = a->label;
        members_differ(rows, a->row, b->row, false, tell, &t);
        members_differ(rows, b->row, a->row, true, tell_more, &t);
    }
    for (uint32_t i = 0; i < got.count; i++)
        if (got.v[i].pair == NO_PAIR)
            tell_row(&t, &got.v[i], false);
    tell_order(&t, &expected, &got);
    return true;
}
