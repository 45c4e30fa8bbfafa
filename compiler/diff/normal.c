/* normal.c - conditions that say the same in other words made one: no `not` but before what has no
 * opposite, lists for alternatives of one field, everything that may be swapped in one order. */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "str.h"

struct normal {
    const struct diff_pair *pair;
    int by;
};

/* A condition with what it is sorted by. */
struct part {
    const struct dwr_cond *cond;
    struct dwr_str text;
};

struct parts {
    struct part *v;
    uint32_t count, capacity;
};

static struct arena *arena_of(const struct normal *n)
{
    return n->pair->arena;
}

static int by_bytes(struct dwr_str a, struct dwr_str b)
{
    const int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_value(const void *a, const void *b)
{
    return by_bytes(*(const struct dwr_str *)a, *(const struct dwr_str *)b);
}

static int by_text(const void *a, const void *b)
{
    return by_bytes(((const struct part *)a)->text, ((const struct part *)b)->text);
}

static const struct dwr_cond *kept(const struct normal *n, struct dwr_cond cond)
{
    struct dwr_cond *c = ARENA_NEW(arena_of(n), struct dwr_cond);

    *c = cond;
    return c;
}

/* --- comparisons --- */

static bool is_unset(struct dwr_str v)
{
    return str_is(v, "null") || str_is(v, "\"\"");
}

/* A field is one of the literals, or none of them. */
static bool is_list(const struct dwr_cond *c, bool one_of)
{
    return c->value_count > 0 && (one_of ? c->op == DWR_COND_IN || c->op == DWR_COND_EQ
                                         : c->op == DWR_COND_NOT_IN || c->op == DWR_COND_NE);
}

/* The values in order, each once; `=` for a list of one, `is set` where that one is no value. */
static const struct dwr_cond *listed(const struct normal *n, struct dwr_cond c)
{
    const bool one_of = is_list(&c, true);
    struct dwr_str *v = arena_array(arena_of(n), c.value_count, sizeof *v);
    uint16_t count = 0;

    memcpy(v, c.values, c.value_count * sizeof *v);
    qsort(v, c.value_count, sizeof *v, by_value);
    for (uint16_t i = 0; i < c.value_count; i++)
        if (count == 0 || !str_same(v[count - 1], v[i]))
            v[count++] = v[i];
    c.values = v;
    c.value_count = count;
    if (count > 1) {
        c.op = one_of ? DWR_COND_IN : DWR_COND_NOT_IN;
    } else if (!is_unset(v[0])) {
        c.op = one_of ? DWR_COND_EQ : DWR_COND_NE;
    } else {
        c.op = one_of ? DWR_COND_IS_NOT_SET : DWR_COND_IS_SET;
        c.value_count = 0;
    }
    return kept(n, c);
}

static const struct dwr_cond *comparison(const struct normal *n, const struct dwr_cond *c,
                                         bool holds)
{
    static const uint8_t opposites[] = {
        [DWR_COND_EQ] = DWR_COND_NE,
        [DWR_COND_NE] = DWR_COND_EQ,
        [DWR_COND_LT] = DWR_COND_GE,
        [DWR_COND_GE] = DWR_COND_LT,
        [DWR_COND_LE] = DWR_COND_GT,
        [DWR_COND_GT] = DWR_COND_LE,
        [DWR_COND_IN] = DWR_COND_NOT_IN,
        [DWR_COND_NOT_IN] = DWR_COND_IN,
        [DWR_COND_IS_SET] = DWR_COND_IS_NOT_SET,
        [DWR_COND_IS_NOT_SET] = DWR_COND_IS_SET,
    };
    struct dwr_cond copy = *c;

    if (c->op >= sizeof opposites) /* it has none */
        return holds ? c : kept(n, (struct dwr_cond){ .op = DWR_COND_NOT, .a = c });
    copy.op = holds ? c->op : opposites[c->op];
    return is_list(&copy, true) || is_list(&copy, false) ? listed(n, copy) : kept(n, copy);
}

/* --- all of several, or one of them --- */

static const struct dwr_cond *normal(const struct normal *n, const struct dwr_cond *c, bool holds);

static void put(const struct normal *n, struct parts *parts, const struct dwr_cond *c)
{
    if (parts->count == parts->capacity) {
        const uint32_t capacity = 2 * parts->capacity + 8;

        parts->v = arena_grow(arena_of(n), parts->v, parts->capacity, capacity, sizeof *parts->v);
        parts->capacity = capacity;
    }
    parts->v[parts->count++] = (struct part){ c, { NULL, 0 } };
}

/* What is joined by the same word, however it is bracketed. */
static void flatten(const struct normal *n, struct parts *parts, const struct dwr_cond *c, bool all,
                    bool holds)
{
    const bool joined = c->op == DWR_COND_AND || c->op == DWR_COND_OR;

    if (c->op == DWR_COND_NOT) {
        flatten(n, parts, c->a, all, !holds);
    } else if (joined && ((c->op == DWR_COND_AND) == holds) == all) {
        flatten(n, parts, c->a, all, holds);
        flatten(n, parts, c->b, all, holds);
    } else {
        put(n, parts, normal(n, c, holds));
    }
}

/* Lists of one operand become one: any of both, or none of either. */
static void join_lists(const struct normal *n, struct parts *parts, bool all)
{
    for (uint32_t i = 0; i < parts->count; i++)
        for (uint32_t k = parts->count - 1; k > i; k--) {
            const struct dwr_cond *a = parts->v[i].cond, *b = parts->v[k].cond;
            struct dwr_cond both = *a;
            struct dwr_str *v;

            if (!is_list(a, !all) || !is_list(b, !all) || a->left.side != b->left.side ||
                a->left.field != b->left.field)
                continue;
            v = arena_array(arena_of(n), (size_t)a->value_count + b->value_count, sizeof *v);
            memcpy(v, a->values, a->value_count * sizeof *v);
            memcpy(v + a->value_count, b->values, b->value_count * sizeof *v);
            both.values = v;
            both.value_count = (uint16_t)(a->value_count + b->value_count);
            parts->v[i].cond = listed(n, both);
            parts->v[k] = parts->v[--parts->count];
        }
}

static const struct dwr_cond *normal(const struct normal *n, const struct dwr_cond *c, bool holds)
{
    const bool all = (c->op == DWR_COND_AND) == holds;
    struct parts parts = { NULL, 0, 0 };
    const struct dwr_cond *made;

    if (c->op == DWR_COND_NOT)
        return normal(n, c->a, !holds);
    if (c->op > DWR_COND_NOT)
        return comparison(n, c, holds);
    flatten(n, &parts, c, all, holds);
    join_lists(n, &parts, all);
    for (uint32_t i = 0; i < parts.count; i++)
        parts.v[i].text = diff_cond_text(n->pair, n->by, parts.v[i].cond);
    qsort(parts.v, parts.count, sizeof *parts.v, by_text);
    made = parts.v[0].cond;
    for (uint32_t i = 1; i < parts.count; i++)
        if (!str_same(parts.v[i - 1].text, parts.v[i].text))
            made = kept(n, (struct dwr_cond){ .op = all ? DWR_COND_AND : DWR_COND_OR,
                                              .a = made,
                                              .b = parts.v[i].cond });
    return made;
}

/* --- a DocType --- */

static const struct dwr_cond *of(const struct normal *n, const struct dwr_cond *c)
{
    return c == NULL ? NULL : normal(n, c, true);
}

struct dwr_doctype *diff_normal(const struct diff_pair *pair, int by)
{
    const struct normal n = { pair, by };
    struct dwr_doctype *d = ARENA_NEW(pair->arena, struct dwr_doctype);
    struct dwr_no_overlap *overlaps;
    struct dwr_link *links;
    struct dwr_priority *priorities;

    *d = *pair->by[by];
    d->no_overlap = overlaps = arena_array(pair->arena, d->no_overlap_count + 1u, sizeof *overlaps);
    d->links = links = arena_array(pair->arena, d->link_count + 1u, sizeof *links);
    d->priorities = priorities =
        arena_array(pair->arena, d->priority_count + 1u, sizeof *priorities);
    for (uint16_t i = 0; i < d->no_overlap_count; i++) {
        overlaps[i] = pair->by[by]->no_overlap[i];
        overlaps[i].unless = of(&n, overlaps[i].unless);
    }
    for (uint16_t i = 0; i < d->link_count; i++) {
        links[i] = pair->by[by]->links[i];
        links[i].refresh_when = of(&n, links[i].refresh_when);
    }
    for (uint16_t i = 0; i < d->priority_count; i++) {
        priorities[i] = pair->by[by]->priorities[i];
        priorities[i].when = of(&n, priorities[i].when);
    }
    d->tombstone.archive_when = of(&n, d->tombstone.archive_when);
    return d;
}
