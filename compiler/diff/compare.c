/* compare.c - one merge by two rule sets: what ends differently. */
#include <string.h>

#include "../../runtime/core/scan.h"
#include "../../runtime/core/unescape.h"
#include "diff.h"
#include "str.h"

static bool same_bytes(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.p == NULL) == (b.p == NULL) && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool same_reports(const struct dwr_result *a, const struct dwr_result *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!same_bytes(a->fields[i].field, b->fields[i].field) ||
            a->fields[i].outcome != b->fields[i].outcome ||
            a->fields[i].conflict != b->fields[i].conflict)
            return false;
    return true;
}

static bool same_notifications(const struct dwr_result *a, const struct dwr_result *b)
{
    if (a->notification_count != b->notification_count)
        return false;
    for (size_t i = 0; i < a->notification_count; i++)
        if (!same_bytes(a->notifications[i].type, b->notifications[i].type) ||
            !same_bytes(a->notifications[i].field, b->notifications[i].field))
            return false;
    return true;
}

/* Most merges end alike to the byte. */
static bool alike(const struct dwr_result *a, const struct dwr_result *b)
{
    return a->status == b->status && a->code == b->code && same_bytes(a->doc, b->doc) &&
           same_bytes(a->branch, b->branch) && same_reports(a, b) && same_notifications(a, b);
}

/* --- fields --- */

/* The name a member is called by, in the arena where it is written with escapes. */
static struct dwr_str unquoted(struct arena *arena, struct dwr_text key)
{
    struct dwr_unescape u = { .p = key.p + 1, .end = key.p + key.n - 1 };
    struct dwr_str name = { key.p + 1, key.n - 2 };
    char *to;
    int byte;

    if (memchr(name.p, '\\', name.n) == NULL)
        return name;
    name.p = to = arena_alloc(arena, name.n + 1); /* escapes are longer than what they stand for */
    while ((byte = dwr_next_byte(&u)) >= 0)
        *to++ = (char)byte;
    name.n = (size_t)(to - name.p);
    return name;
}

static uint16_t index_of(const struct dwr_doctype *d, struct dwr_str name)
{
    for (uint16_t i = 0; i < d->names.count; i++)
        if (d->names.v[i].name.n == name.n && memcmp(d->names.v[i].name.p, name.p, name.n) == 0)
            return i;
    return DWR_NONE;
}

static bool is_sync_layers(const struct dwr_doctype *d, uint16_t field)
{
    const uint8_t role = field == DWR_NONE ? DWR_NAME_FREE : d->names.v[field].role;

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

static enum trial_fate fate(struct diff_bench *b, int side, const struct dwr_write *write,
                            struct dwr_str name)
{
    const struct trial trial = { .doctype = b->pair->by[side], .write = *write };
    const uint16_t field = index_of(trial.doctype, name);
    struct dwr_text wrote, kept;

    if (write->op == DWR_DELETE || write->client.p == NULL)
        return TRIAL_KEPT;
    if (!is_sync_layers(trial.doctype, field))
        return trial_fate_of(&b->bench[side], &trial, &b->result[side], name, field);
    /* By these rules the client's value is not even looked at. */
    wrote = trial_member(b->pair->arena, write->client, name);
    kept = trial_member(b->pair->arena, b->result[side].doc, name);
    return wrote.p == NULL || trial_same(&b->bench[side], wrote, kept) ? TRIAL_KEPT : TRIAL_LOST;
}

static const struct dwr_report *report_of(const struct dwr_result *r, struct dwr_str name)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (r->fields[i].field.n >= name.n && memcmp(r->fields[i].field.p, name.p, name.n) == 0 &&
            (r->fields[i].field.n == name.n || r->fields[i].field.p[name.n] == '['))
            return &r->fields[i];
    return NULL;
}

/* The reports of a field and of its rows say the same. */
static bool field_reported_alike(const struct diff_bench *b, struct dwr_str name)
{
    const struct dwr_report *one = report_of(&b->result[0], name),
                            *two = report_of(&b->result[1], name);

    return one == NULL || two == NULL
               ? one == two
               : one->outcome == two->outcome && one->conflict == two->conflict;
}

/* --- members of rows: a row that is merged member by member may lose one of them --- */

static const struct dwr_table *table_of(const struct dwr_doctype *d, struct dwr_str name)
{
    const uint16_t field = index_of(d, name);

    return field == DWR_NONE || d->names.v[field].role != DWR_NAME_TABLE
               ? NULL
               : &d->tables[d->names.v[field].index];
}

static bool is_array(struct dwr_text t)
{
    return t.p != NULL && t.n >= 2 && t.p[0] == '[';
}

/* The row with the same key; p NULL: there is none. */
static struct dwr_text row_like(struct diff_bench *b, const struct dwr_table *t,
                                struct dwr_text table, struct dwr_text row)
{
    const struct dwr_text none = { NULL, 0 };
    struct dwr_text key, found;
    struct dwr_walk walk;

    if (!is_array(table))
        return none;
    walk = dwr_walk_of(table);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &found)) {
        bool same_key = true;

        for (uint16_t i = 0; i < t->key_count && same_key; i++) {
            const struct dwr_str name = t->names.v[t->key[i]].name;

            same_key = trial_same(&b->bench[0], trial_member(b->pair->arena, row, name),
                                  trial_member(b->pair->arena, found, name));
        }
        if (same_key)
            return found;
    }
    return none;
}

/* What the new rules make of both sides' members holds the client's. */
static bool makes_of_both(const struct dwr_table *t, struct dwr_str member)
{
    const struct dwr_rule *rule = &t->otherwise;

    for (uint16_t u = 0; u < t->unit_count; u++)
        for (uint16_t i = 0; i < t->units[u].field_count; i++)
            if (str_same(t->names.v[t->units[u].fields[i]].name, member))
                rule = &t->units[u].rules[0];
    return rule->kind == DWR_RULE_SUM || rule->kind == DWR_RULE_MERGE_TEXT ||
           rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH;
}

/* A member of the client's row that the old result has and the new one has not. */
static bool row_loses(struct diff_bench *b, struct arena *arena, const struct dwr_table *t,
                      struct dwr_text wrote, struct dwr_text was, struct dwr_text is)
{
    struct dwr_walk walk;
    struct dwr_text key, value;

    if (wrote.p[0] != '{')
        return false;
    walk = dwr_walk_of(wrote);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &value)) {
        const struct dwr_str name = unquoted(arena, key);

        if (!makes_of_both(t, name) &&
            trial_same(&b->bench[0], value, trial_member(arena, was, name)) &&
            !trial_same(&b->bench[0], value, trial_member(arena, is, name)))
            return true;
    }
    return false;
}

static bool table_loses(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                        struct dwr_str name)
{
    const struct dwr_table *t = table_of(b->pair->by[1], name);
    const struct dwr_text wrote = trial_member(arena, write->client, name);
    const struct dwr_text was = trial_member(arena, b->result[0].doc, name),
                          is = trial_member(arena, b->result[1].doc, name);
    struct dwr_text key, row;
    struct dwr_walk walk;

    if (t == NULL || table_of(b->pair->by[0], name) == NULL || !is_array(wrote))
        return false;
    walk = dwr_walk_of(wrote);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &row)) {
        const struct dwr_text old_row = row_like(b, t, was, row), new_row = row_like(b, t, is, row);

        if (old_row.p != NULL && new_row.p != NULL && row_loses(b, arena, t, row, old_row, new_row))
            return true;
    }
    return false;
}

/* By the new rules the value is made of both sides': nobody's is gone. */
static bool is_merged(const struct diff_bench *b, struct dwr_str name)
{
    const struct dwr_report *r = report_of(&b->result[1], name);

    return r != NULL && r->outcome == DWR_OUTCOME_MERGED;
}

static enum diff_class class_of_field(struct diff_bench *b, struct arena *arena,
                                      const struct dwr_write *write, struct dwr_str name)
{
    const struct dwr_text was = trial_member(b->pair->arena, b->result[0].doc, name),
                          is = trial_member(b->pair->arena, b->result[1].doc, name);
    const enum trial_fate old_fate = fate(b, 0, write, name), new_fate = fate(b, 1, write, name);

    if (old_fate <= TRIAL_SHOWN && new_fate >= TRIAL_REPORTED)
        return DIFF_LOSES;
    if (new_fate == TRIAL_MERGED && table_loses(b, arena, write, name))
        return DIFF_LOSES;
    if (!trial_same(&b->bench[0], was, is))
        return old_fate >= TRIAL_REPORTED && new_fate <= TRIAL_MERGED && is_merged(b, name)
                   ? DIFF_SAFE
                   : DIFF_OUTCOME;
    if (old_fate != new_fate || !field_reported_alike(b, name))
        return DIFF_SAFE;
    return DIFF_SAME;
}

struct found {
    struct diff_difference *v;
    uint32_t count, room;
};

static void add(struct found *f, struct dwr_str field, enum diff_class class)
{
    for (uint32_t i = 0; i < f->count; i++)
        if (f->v[i].field.n == field.n && (f->v[i].field.p == NULL) == (field.p == NULL) &&
            (field.n == 0 || memcmp(f->v[i].field.p, field.p, field.n) == 0))
            return;
    if (class != DIFF_SAME && f->count < f->room)
        f->v[f->count++] = (struct diff_difference){ field, class };
}

/* The members of a document. */
static void add_fields(struct diff_bench *b, const struct dwr_write *write, struct dwr_text doc,
                       struct arena *arena, struct found *f)
{
    struct dwr_text key, value;
    struct dwr_walk walk;

    if (doc.p == NULL || doc.n < 2 || doc.p[0] != '{')
        return;
    walk = dwr_walk_of(doc);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &value)) {
        const struct dwr_str name = unquoted(arena, key);

        if (name.n > 0 && name.p[0] != '_') /* the marks of a provisional value are its field's */
            add(f, name, class_of_field(b, arena, write, name));
    }
}

uint32_t diff_compare(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                      struct diff_difference *found, uint32_t room)
{
    const struct dwr_str none = { NULL, 0 };
    struct found f = { found, 0, room };

    for (int i = 0; i < 2; i++) {
        const struct trial trial = { .doctype = b->pair->by[i], .write = *write };

        if (trial_merge(&b->bench[i], &trial, &b->result[i]) != DWR_OK)
            return 0; /* what is drawn is valid: only a limit is left */
    }
    if (alike(&b->result[0], &b->result[1]))
        return 0;
    add_fields(b, write, write->client, arena, &f);
    add_fields(b, write, b->result[0].doc, arena, &f);
    add_fields(b, write, b->result[1].doc, arena, &f);
    /* Whether it is success or merged follows from the fields. */
    if ((b->result[0].status == DWR_REJECTED) != (b->result[1].status == DWR_REJECTED) ||
        b->result[0].code != b->result[1].code ||
        (b->result[0].doc.p == NULL) != (b->result[1].doc.p == NULL))
        add(&f, none,
            write->op != DWR_DELETE && b->result[1].status == DWR_REJECTED && f.count > 0
                ? DIFF_LOSES
                : DIFF_OUTCOME);
    else if (!same_bytes(b->result[0].branch, b->result[1].branch))
        add(&f, none, DIFF_OUTCOME);
    else if (f.count == 0)
        add(&f, none, DIFF_SAFE); /* only what is reported or notified */
    return f.count;
}
