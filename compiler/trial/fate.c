/* fate.c - what became of a value that a client wrote: looked up in the document, the branch and
 * the field report of the result, in that order. Nothing here knows how the rules decide. */
#include "trial.h"

#include "../../runtime/core/value.h"

static const struct dwr_text none = { NULL, 0 };

/* The merge that is asked about. */
struct scene {
    struct trial_bench *bench;
    const struct dwr_doctype *d;
    const struct dwr_result *result;
    struct dwr_str name; /* of the field */
    const struct dwr_table *table;
    /* Values of the field; base: what C is told by (3), the server's where base is unknown. */
    struct dwr_text before, wrote, kept, branched;
};

static bool is_null(struct dwr_text t)
{
    return !t.p || (t.n == 4 && memcmp(t.p, "null", 4) == 0);
}

static bool is_tombstone(struct trial_bench *bench, struct dwr_text server)
{
    const struct dwr_text deleted =
        trial_member(bench->arena, server, (struct dwr_str)DWR_STR("_deleted"));

    return deleted.n == 4 && memcmp(deleted.p, "true", 4) == 0;
}

/* The document that the client's values are compared with (2, 7). */
static struct dwr_text document_before(struct trial_bench *bench, const struct dwr_write *w)
{
    if (is_null(w->server))
        return none;
    if (is_tombstone(bench, w->server) || w->op == DWR_INSERT || is_null(w->base))
        return w->server;
    return w->base;
}

/* --- values made of both --- */

/* What a rule decided by the line it stands in; a kind that is no rule where none is found. */
static enum dwr_rule_kind kind_of(const struct scene *s, const struct dwr_report *report,
                                  uint16_t field)
{
    const struct dwr_name *name = field == DWR_NONE ? NULL : &s->d->names.v[field];

    if (name && name->role == DWR_NAME_UNIT) {
        const struct dwr_unit *unit = &s->d->units[name->index];

        for (uint16_t i = 0; i < unit->rule_count; i++)
            if (unit->rules[i].at.p == report->rule.p || i + 1 == unit->rule_count)
                return (enum dwr_rule_kind)unit->rules[i].kind;
    }
    return (enum dwr_rule_kind)s->d->free_rule.kind;
}

/* Every line of the text stands in the other. Both are strings as written: a line ends at an
 * escaped newline. */
static bool lines_are_in(struct dwr_scratch *scratch, struct dwr_text lines, struct dwr_text in)
{
    const struct dwr_text a = dwr_string_bytes(scratch, lines), b = dwr_string_bytes(scratch, in);

    for (size_t i = 0; i < a.n;) {
        const char *stop = memchr(a.p + i, '\n', a.n - i);
        const size_t n = stop ? (size_t)(stop - (a.p + i)) : a.n - i;
        bool found = false;

        for (size_t k = 0; k <= b.n && !found;) {
            const char *end = k < b.n ? memchr(b.p + k, '\n', b.n - k) : NULL;
            const size_t m = end ? (size_t)(end - (b.p + k)) : b.n - k;

            found = m == n && memcmp(a.p + i, b.p + k, n) == 0;
            k += m + 1;
        }
        if (!found)
            return false;
        i += n + 1;
    }
    return true;
}

static bool element_is_in(struct trial_bench *bench, struct dwr_text element, struct dwr_text list)
{
    const struct dwr_scan_ops *scan = bench->compare->scan;
    struct dwr_walk walk = dwr_walk_of(list);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, scan, &key, &value))
        if (trial_same(bench, element, value))
            return true;
    return false;
}

static bool elements_are_in(struct trial_bench *bench, struct dwr_text list, struct dwr_text in)
{
    struct dwr_walk walk = dwr_walk_of(list);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, bench->compare->scan, &key, &value))
        if (!element_is_in(bench, value, in))
            return false;
    return true;
}

/* Does the merged value hold the client's? */
static bool holds(const struct scene *s, enum dwr_rule_kind kind)
{
    struct trial_bench *bench = s->bench;
    const struct dwr_text a = s->wrote, b = s->kept;

    if (dwr_is_unset(a))
        return kind == DWR_RULE_SUM; /* a cleared value is not in what stands */
    if (dwr_is_unset(b))
        return false;
    if (kind == DWR_RULE_SUM)
        return true; /* each side's part is in it */
    if (a.p[0] == '[' && b.p[0] == '[')
        return elements_are_in(bench, a, b);
    if (kind != DWR_RULE_MERGE_TEXT || a.p[0] != '"' || b.p[0] != '"')
        return false; /* max, min: one of them stands */
    dwr_scratch_reset(bench->compare);
    if (lines_are_in(bench->compare, a, b))
        return true;
    if (bench->compare->failed)
        arena_fail(bench->arena);
    return false;
}

/* --- rows of child tables --- */

/* A member of the sync layer is none (6). */
static bool is_member(const struct dwr_table *table, struct dwr_text key)
{
    const struct dwr_str name = { key.p + 1, key.n - 2 };

    for (uint16_t i = 0; i < table->names.count; i++)
        if (dwr_string_is(key, table->names.v[i].name.p, table->names.v[i].name.n))
            return table->names.v[i].role != DWR_NAME_META;
    return name.n == 0 || name.p[0] != '_';
}

/* Every member of one row is the other's. */
static bool row_is_part(const struct scene *s, struct dwr_text a, struct dwr_text b)
{
    const struct dwr_scan_ops *scan = s->bench->compare->scan;
    struct dwr_walk walk = dwr_walk_of(a);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, scan, &key, &value)) {
        struct dwr_walk other = dwr_walk_of(b);
        struct dwr_text other_key, other_value = none, v;

        if (!is_member(s->table, key))
            continue;
        while (dwr_walk_next(&other, scan, &other_key, &v))
            if (dwr_string_equal(key, other_key))
                other_value = v;
        if (!trial_same(s->bench, value, other_value))
            return false;
    }
    return true;
}

static bool rows_equal(const struct scene *s, struct dwr_text a, struct dwr_text b)
{
    if (a.p[0] != '{' || b.p[0] != '{')
        return trial_same(s->bench, a, b);
    return dwr_same_bytes(a, b) || (row_is_part(s, a, b) && row_is_part(s, b, a));
}

/* How many rows like this one the first n of a table are; n 0: all. */
static unsigned rows_like(const struct scene *s, struct dwr_text table, struct dwr_text row,
                          unsigned n)
{
    struct dwr_walk walk;
    struct dwr_text key, value;
    unsigned found = 0, i = 0;

    if (dwr_is_unset(table) || table.p[0] != '[')
        return 0;
    walk = dwr_walk_of(table);
    while (dwr_walk_next(&walk, s->bench->compare->scan, &key, &value) && (n == 0 || i++ < n))
        found += rows_equal(s, row, value);
    return found;
}

static bool is_row_of(const struct dwr_report *report, struct dwr_str field)
{
    return report->field.n > field.n && memcmp(report->field.p, field.p, field.n) == 0 &&
           report->field.p[field.n] == '[';
}

static enum trial_fate fate_reported(enum dwr_outcome outcome)
{
    switch (outcome) {
    case DWR_OUTCOME_MANUAL:
    case DWR_OUTCOME_HELD:
    case DWR_OUTCOME_BRANCHED:
        return TRIAL_SHOWN;
    case DWR_OUTCOME_MERGED:
        return TRIAL_MERGED;
    default:
        return TRIAL_REPORTED;
    }
}

static enum trial_fate row_fate(const struct scene *s, struct dwr_text row, unsigned i)
{
    const unsigned wrote = rows_like(s, s->wrote, row, i + 1);

    if (wrote <= rows_like(s, s->kept, row, 0) || wrote <= rows_like(s, s->before, row, 0))
        return TRIAL_KEPT;
    if (rows_like(s, s->branched, row, 0) > 0)
        return TRIAL_SHOWN;
    for (size_t k = 0; k < s->result->field_count; k++) {
        const struct dwr_report *report = &s->result->fields[k];

        if (!is_row_of(report, s->name) || !report->client.p || !rows_equal(s, row, report->client))
            continue;
        /* Of several rows that are equal, one is base's and another one new. */
        if (report->outcome == DWR_OUTCOME_CLIENT && rows_like(s, s->kept, row, 0) > 0)
            return TRIAL_KEPT;
        return fate_reported(report->outcome);
    }
    return TRIAL_LOST;
}

static enum trial_fate table_fate(const struct scene *s)
{
    struct dwr_walk walk = dwr_walk_of(s->wrote);
    enum trial_fate worst = TRIAL_KEPT;
    struct dwr_text key, row;

    for (unsigned i = 0; dwr_walk_next(&walk, s->bench->compare->scan, &key, &row); i++) {
        const enum trial_fate fate = row_fate(s, row, i);

        worst = fate > worst ? fate : worst;
    }
    return worst;
}

/* --- the question --- */

static enum trial_fate field_fate(const struct scene *s, uint16_t field)
{
    for (size_t i = 0; i < s->result->field_count; i++) {
        const struct dwr_report *report = &s->result->fields[i];

        if (report->field.n != s->name.n || memcmp(report->field.p, s->name.p, s->name.n) != 0)
            continue;
        if (report->outcome == DWR_OUTCOME_MERGED && holds(s, kind_of(s, report, field)))
            return TRIAL_MERGED;
        if (!trial_same(s->bench, report->client, s->wrote))
            return TRIAL_LOST;
        return report->outcome == DWR_OUTCOME_MERGED ? TRIAL_REPORTED
                                                     : fate_reported(report->outcome);
    }
    return TRIAL_LOST;
}

static bool is_sync_layers(const struct dwr_name *name)
{
    return name->role == DWR_NAME_META || name->role == DWR_NAME_COUNT ||
           name->role == DWR_NAME_VERSION;
}

/* Without a view members are looked for in the texts. */
static enum trial_fate fate_of(struct trial_bench *bench, const struct trial *trial,
                               const struct dwr_result *result, const struct trial_view *view,
                               struct dwr_str name, uint16_t field)
{
    struct arena *arena = bench->arena;
    const struct dwr_name *known = field == DWR_NONE ? NULL : &trial->doctype->names.v[field];
    struct scene s = { .bench = bench, .d = trial->doctype, .result = result, .name = name };

    if (known && known->role == DWR_NAME_TABLE)
        s.table = &trial->doctype->tables[known->index];
    if (trial->write.op == DWR_DELETE || is_null(trial->write.client) ||
        (known && is_sync_layers(known)))
        return TRIAL_KEPT;
    s.wrote = view ? trial_members_get(&view->wrote, name)
                   : trial_member(arena, trial->write.client, name);
    if (!s.wrote.p)
        return TRIAL_KEPT;
    s.before = view ? trial_members_get(&view->before, name)
                    : trial_member(arena, document_before(bench, &trial->write), name);
    if (trial_same(bench, s.wrote, s.before))
        return TRIAL_KEPT;
    s.kept = view ? trial_members_get(&view->kept, name) : trial_member(arena, result->doc, name);
    if (trial_same(bench, s.wrote, s.kept))
        return TRIAL_KEPT;
    if (result->status == DWR_REJECTED)
        return TRIAL_REPORTED;
    s.branched =
        view ? trial_members_get(&view->branched, name) : trial_member(arena, result->branch, name);
    if (result->branch.p && trial_same(bench, s.wrote, s.branched))
        return TRIAL_SHOWN;
    if (s.table && !dwr_is_unset(s.wrote) && s.wrote.p[0] == '[')
        return table_fate(&s);
    /* A table cleared as a whole takes nothing away that is not a row's own removal. */
    return s.table && dwr_is_unset(s.wrote) ? TRIAL_KEPT : field_fate(&s, field);
}

struct trial_view trial_view_of(struct trial_bench *bench, struct arena *arena,
                                const struct dwr_write *write, const struct dwr_result *result)
{
    const struct trial_view view = {
        .wrote = trial_members_of(arena, write->client),
        .before = trial_members_of(arena, document_before(bench, write)),
    };

    return trial_view_again(arena, &view, result);
}

struct trial_view trial_view_again(struct arena *arena, const struct trial_view *view,
                                   const struct dwr_result *result)
{
    return (struct trial_view){ .wrote = view->wrote,
                                .before = view->before,
                                .kept = trial_members_of(arena, result->doc),
                                .branched = trial_members_of(arena, result->branch) };
}

enum trial_fate trial_fate_in(struct trial_bench *bench, const struct trial *trial,
                              const struct dwr_result *result, const struct trial_view *view,
                              struct dwr_str name, uint16_t field)
{
    return fate_of(bench, trial, result, view, name, field);
}

enum trial_fate trial_fate_of(struct trial_bench *bench, const struct trial *trial,
                              const struct dwr_result *result, struct dwr_str name, uint16_t field)
{
    return fate_of(bench, trial, result, NULL, name, field);
}

enum trial_fate trial_fate(struct trial_bench *bench, const struct trial *trial,
                           const struct dwr_result *result, uint16_t field)
{
    return trial_fate_of(bench, trial, result, trial->doctype->names.v[field].name, field);
}
