/* lost.c - what of a client's write is in the result of the old rules and not in that of the new:
 * row by row, member by member. */
#include <string.h>

#include "../../runtime/core/scan.h"
#include "../../runtime/core/value.h"
#include "diff.h"
#include "str.h"

/* One table of one merge by both rule sets. */
struct scene {
    struct diff_bench *b;
    struct arena *arena;
    struct dwr_str name;
    const struct dwr_table *by[2];
    struct dwr_text before, wrote, result[2], branch[2];
    struct out *gone; /* NULL: nobody wants to know what */
    uint32_t rows;    /* of which something is gone */
};

static bool is_array(struct dwr_text t)
{
    return t.p != NULL && t.n >= 2 && t.p[0] == '[';
}

static bool is_row(struct dwr_text t)
{
    return t.p != NULL && t.n >= 2 && t.p[0] == '{';
}

static struct dwr_text member(const struct scene *s, struct dwr_text row, struct dwr_str name)
{
    return trial_member(s->arena, row, name);
}

static bool same(const struct scene *s, struct dwr_text a, struct dwr_text b)
{
    return trial_same(&s->b->bench[0], a, b);
}

static bool equal_rows(const struct scene *s, struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0 ? true : same(s, a, b);
}

static bool is_key(const struct dwr_table *t, struct dwr_str name)
{
    for (uint16_t i = 0; i < t->key_count; i++)
        if (str_same(t->names.v[t->key[i]].name, name))
            return true;
    return false;
}

static bool has_key(const struct scene *s, const struct dwr_table *t, struct dwr_text row)
{
    for (uint16_t i = 0; i < t->key_count; i++)
        if (dwr_is_unset(member(s, row, t->names.v[t->key[i]].name)))
            return false;
    return true;
}

static bool same_key(const struct scene *s, const struct dwr_table *t, struct dwr_text a,
                     struct dwr_text b)
{
    for (uint16_t i = 0; i < t->key_count; i++) {
        const struct dwr_str name = t->names.v[t->key[i]].name;

        if (!same(s, member(s, a, name), member(s, b, name)))
            return false;
    }
    return true;
}

/* How many rows are equal to this one, or have its key. */
static uint32_t count_like(const struct scene *s, struct dwr_text table, struct dwr_text row,
                           const struct dwr_table *by_key)
{
    struct dwr_text key, found;
    struct dwr_walk walk;
    uint32_t count = 0;

    if (!is_array(table))
        return 0;
    walk = dwr_walk_of(table);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &found))
        count += by_key != NULL ? is_row(found) && same_key(s, by_key, row, found)
                                : equal_rows(s, row, found);
    return count;
}

/* A row of the same key has the value there, too. */
static bool has_value(const struct scene *s, const struct dwr_table *t, struct dwr_text table,
                      struct dwr_text row, struct dwr_str name, struct dwr_text value)
{
    struct dwr_text key, found;
    struct dwr_walk walk;

    if (!is_array(table))
        return false;
    walk = dwr_walk_of(table);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &found))
        if (is_row(found) && same_key(s, t, row, found) && same(s, value, member(s, found, name)))
            return true;
    return false;
}

/* --- one row --- */

/* A person is shown the row: by a conflict record, or in the branch. */
static bool is_shown(const struct scene *s, int side, struct dwr_text row)
{
    const struct dwr_result *r = &s->b->result[side];

    if (count_like(s, s->branch[side], row, NULL) > 0)
        return true;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct dwr_report *report = &r->fields[i];
        const bool whole = report->field.n == s->name.n;

        if (report->outcome != DWR_OUTCOME_MANUAL && report->outcome != DWR_OUTCOME_HELD &&
            report->outcome != DWR_OUTCOME_BRANCHED)
            continue;
        if (report->field.n < s->name.n || memcmp(report->field.p, s->name.p, s->name.n) != 0 ||
            (!whole && report->field.p[s->name.n] != '['))
            continue;
        if (whole || (report->client.p != NULL && equal_rows(s, row, report->client)))
            return true;
    }
    return false;
}

/* What the rules make of both sides' members holds the client's. */
static bool makes_of_both(const struct dwr_table *t, struct dwr_str name)
{
    const struct dwr_rule *rule = &t->otherwise;

    if (t->same_key != DWR_SAME_KEY_FIELDS)
        return false;
    for (uint16_t u = 0; u < t->unit_count; u++)
        for (uint16_t i = 0; i < t->units[u].field_count; i++)
            if (str_same(t->names.v[t->units[u].fields[i]].name, name))
                rule = &t->units[u].rules[0];
    return rule->kind == DWR_RULE_SUM || rule->kind == DWR_RULE_MERGE_TEXT ||
           rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH;
}

static bool is_kept(const struct scene *s, int side, struct dwr_text row, struct dwr_str name,
                    struct dwr_text value)
{
    const struct dwr_table *t = s->by[side];

    return has_value(s, t, s->result[side], row, name, value) ||
           (makes_of_both(t, name) && count_like(s, s->result[side], row, t) > 0) ||
           is_shown(s, side, row);
}

static bool is_meta(const struct dwr_table *t, struct dwr_str name)
{
    for (uint16_t i = 0; i < t->names.count; i++)
        if (str_same(t->names.v[i].name, name))
            return t->names.v[i].role == DWR_NAME_META;
    return name.n > 0 && name.p[0] == '_';
}

/* Members that the client wrote into a row with a key, and that are gone. */
static void look_at_members(struct scene *s, struct dwr_text row)
{
    const struct dwr_table *t = s->by[0];
    struct trial_doc gone;
    uint32_t lost = 0;
    struct dwr_walk walk = dwr_walk_of(row);
    struct dwr_text key, value;

    trial_doc_start(&gone, s->arena);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &value)) {
        const struct dwr_str name = trial_unquoted(s->arena, key);
        const bool wrote = !is_meta(t, name) && !dwr_is_unset(value) &&
                           !has_value(s, t, s->before, row, name, value);

        if (wrote && is_kept(s, 0, row, name, value) && !is_kept(s, 1, row, name, value))
            lost++;
        else if (!is_key(t, name))
            continue;
        trial_doc_put(&gone, name, (struct dwr_str){ value.p, value.n });
    }
    if (lost == 0)
        return;
    if (s->gone != NULL) {
        const struct dwr_text text = trial_doc_end(&gone);

        out_str(s->gone, str_of(s->rows > 0 ? "," : ""));
        out_bytes(s->gone, text.p, text.n);
    }
    s->rows++;
}

/* A row without a key, or one of several that have it: there or not there. So is an element of an
 * array that is one value: the client wrote them all. */
static void look_at_whole(struct scene *s, struct dwr_text row)
{
    const uint32_t was = count_like(s, s->result[0], row, NULL),
                   is = count_like(s, s->result[1], row, NULL);

    const bool of_table = s->by[0] != NULL && s->by[1] != NULL;

    if (is >= was || is_shown(s, 1, row) ||
        (of_table && count_like(s, s->wrote, row, NULL) <= count_like(s, s->before, row, NULL)))
        return;
    if (s->gone != NULL) {
        out_str(s->gone, str_of(s->rows > 0 ? "," : ""));
        out_bytes(s->gone, row.p, row.n);
    }
    s->rows++;
}

/* --- tables, and arrays that are one value --- */

static struct dwr_text before_of(const struct diff_bench *b, const struct dwr_write *w,
                                 struct dwr_str name)
{
    const bool known = w->base.p != NULL && w->op != DWR_INSERT;

    return trial_member(b->pair->arena, known ? w->base : w->server, name);
}

static const struct dwr_table *table_of(const struct dwr_doctype *d, struct dwr_str name)
{
    for (uint16_t i = 0; i < d->names.count; i++)
        if (str_same(d->names.v[i].name, name))
            return d->names.v[i].role == DWR_NAME_TABLE ? &d->tables[d->names.v[i].index] : NULL;
    return NULL;
}

/* Rows of a key of their own; where members are merged, also rows that share one. */
static bool by_members(const struct scene *s, struct dwr_text row)
{
    const struct dwr_table *a = s->by[0], *b = s->by[1];

    if (a == NULL || b == NULL || !has_key(s, a, row) || !has_key(s, b, row))
        return false;
    return a->same_key == DWR_SAME_KEY_FIELDS || b->same_key == DWR_SAME_KEY_FIELDS ||
           count_like(s, s->wrote, row, a) == 1;
}

static bool look(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                 struct dwr_str name, struct out *gone)
{
    struct scene s = { .b = b, .arena = arena, .name = name, .gone = gone };
    struct dwr_text key, row;
    struct dwr_walk walk;

    s.wrote = trial_member(arena, write->client, name);
    s.before = before_of(b, write, name);
    for (int i = 0; i < 2; i++) {
        s.by[i] = table_of(b->pair->by[i], name);
        s.result[i] = trial_member(arena, b->result[i].doc, name);
        s.branch[i] = trial_member(arena, b->result[i].branch, name);
    }
    if (!is_array(s.wrote))
        return false;
    walk = dwr_walk_of(s.wrote);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &row))
        if (is_row(row) && by_members(&s, row))
            look_at_members(&s, row);
        else
            look_at_whole(&s, row);
    return s.rows > 0;
}

bool diff_rows_lost(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                    struct dwr_str table)
{
    return look(b, arena, write, table, NULL);
}

struct dwr_str diff_gone(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                         struct dwr_str field)
{
    const struct dwr_text wrote = trial_member(arena, write->client, field);
    struct out_memory m;

    out_memory_begin(&m, arena);
    out_char(&m.out, '[');
    if (look(b, arena, write, field, &m.out)) {
        out_char(&m.out, ']');
        return out_memory_bytes(&m);
    }
    return wrote.p == NULL ? (struct dwr_str){ NULL, 0 }
                           : (struct dwr_str){ arena_copy(arena, wrote.p, wrote.n), wrote.n };
}
