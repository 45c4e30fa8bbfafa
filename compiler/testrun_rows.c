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

/* --- what differs --- */

static bool side_by_side(const struct testrun_rows *rows)
{
    struct dwr_walk x = dwr_walk_of(rows->expected), y = dwr_walk_of(rows->got);
    struct dwr_text a, b;

    for (;;) {
        const bool more = dwr_walk_next(&x, rows->scratch->scan, NULL, &a);

        if (dwr_walk_next(&y, rows->scratch->scan, NULL, &b) != more)
            return false;
        if (!more)
            return true;
        if (a.p[0] != '{' || b.p[0] != '{')
            return false;
    }
}

/* As reports call the row: by its key, or by its place. */
static struct dwr_str label_of(const struct testrun_rows *rows, struct dwr_text row, unsigned place)
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
    if (!keyed)
        return arena_printf(rows->arena, "%.*s[#%u]", (int)rows->name.n, rows->name.p, place);
    out_char(&m.out, ']');
    return out_memory_bytes(&m);
}

struct telling {
    testrun_row_differs *differs;
    void *context;
    struct dwr_str label;
};

static void tell(void *context, struct dwr_text name, struct dwr_text a, struct dwr_text b)
{
    struct telling *t = context;

    t->differs(t->context, t->label, name, a, b);
}

static void tell_more(void *context, struct dwr_text name, struct dwr_text a, struct dwr_text b)
{
    tell(context, name, b, a);
}

bool testrun_rows_differ(const struct testrun_rows *rows, testrun_row_differs *differs,
                         void *context)
{
    struct dwr_walk x = dwr_walk_of(rows->expected), y = dwr_walk_of(rows->got);
    struct telling t = { .differs = differs, .context = context };
    struct dwr_text a, b;

    if (!side_by_side(rows))
        return false;
    for (unsigned i = 0; dwr_walk_next(&x, rows->scratch->scan, NULL, &a); i++) {
        dwr_walk_next(&y, rows->scratch->scan, NULL, &b);
        if (pair_equal(rows, a, b))
            continue;
        t.label = label_of(rows, a, i);
        members_differ(rows, a, b, false, tell, &t);
        members_differ(rows, b, a, true, tell_more, &t);
    }
    return true;
}
