/* inquiry.c - runs the cases of a part and asks each property of each result. */
#include "inquiry.h"

#include <string.h>

#include "../../runtime/core/value.h"
#include "split.h"

bool inquiry_open(struct inquiry *j, struct trial_bench *bench)
{
    *j = (struct inquiry){ .bench = bench,
                           .other = dwr_scratch_new(),
                           .again = dwr_scratch_new(),
                           .last = dwr_scratch_new() };
    if (!j->other || !j->again || !j->last) {
        inquiry_close(j);
        return false;
    }
    /* Determinism is asked of two code paths at once. */
    return dwr_scratch_simd(j->other, "portable") || true;
}

void inquiry_close(struct inquiry *j)
{
    dwr_scratch_free(j->other);
    dwr_scratch_free(j->again);
    dwr_scratch_free(j->last);
    j->other = j->again = j->last = NULL;
}

/* --- tools --- */

enum dwr_rc inquiry_merge(struct inquiry *j, struct dwr_scratch *scratch,
                          const struct dwr_write *write, unsigned again, struct dwr_result *result)
{
    /* What is stored was checked when it was stored; the other path checks it once more. */
    const enum dwr_rc rc = scratch == j->other
                               ? dwr_merge(j->part->doctype, write, scratch, result)
                               : dwr_merge_stored(j->part->doctype, write, scratch, result);

    j->out->merges++;
    if (rc == DWR_NOMEM)
        arena_fail(j->bench->arena);
    if (j->spoil && rc == DWR_OK)
        j->spoil(j->spoil_context, j->part->doctype, write, again, result);
    return rc;
}

static struct prove_found *found_like(struct prove_part *out, enum prove_property property,
                                      enum prove_reason reason, uint8_t slot)
{
    for (uint32_t i = 0; i < out->found_count; i++)
        if (out->found[i].property == property && out->found[i].reason == reason &&
            out->found[i].slot == slot)
            return &out->found[i];
    return NULL;
}

static void measure(const struct inquiry *j, uint32_t *members, size_t *bytes)
{
    const struct prove_case *at = &j->at;

    *members = 0;
    *bytes = 0;
    if (at->base_known) {
        *members += j->stored.members[at->base];
        *bytes += j->stored.doc[at->base].n;
    }
    if (at->server_is != PROVE_SERVER_NOTHING) {
        *members += j->stored.members[at->server];
        *bytes += j->stored.doc[at->server].n;
    }
    if (at->server_is == PROVE_SERVER_TOMBSTONE) {
        *members += 1; /* _deleted */
        *bytes += j->stored.tombstone[at->server].n - j->stored.doc[at->server].n;
    }
    if (at->op != DWR_DELETE) {
        *members += j->client.members[at->client];
        *bytes += j->client.doc[at->client].n;
    }
    if (at->second >= 0) {
        *members += j->client.members[at->second];
        *bytes += j->client.doc[at->second].n;
    }
}

void inquiry_record(struct inquiry *j, enum prove_property property, enum prove_reason reason,
                    uint8_t slot)
{
    struct prove_part *out = j->out;
    struct prove_found *f = found_like(out, property, reason, slot);
    uint32_t members;
    size_t bytes;

    measure(j, &members, &bytes);
    if (!f) {
        if (out->found_count == out->found_capacity) {
            out->found = arena_grow(j->bench->arena, out->found, out->found_capacity,
                                    2 * out->found_capacity + 8, sizeof *out->found);
            out->found_capacity = 2 * out->found_capacity + 8;
        }
        f = &out->found[out->found_count++];
        *f = (struct prove_found){
            .property = property, .reason = reason, .slot = slot, .members = UINT32_MAX
        };
    }
    f->times++;
    if (members < f->members || (members == f->members && bytes < f->bytes)) {
        f->at = j->at;
        f->members = members;
        f->bytes = bytes;
    }
}

static struct dwr_text value_of(const struct inquiry *j, const struct inquiry_docs *docs,
                                uint32_t combination, uint8_t slot)
{
    const struct domain *values = &j->part->slots[slot].values;
    const int k = docs->value[(size_t)combination * j->part->slot_count + slot];

    if (k <= 0)
        return (struct dwr_text){ NULL, 0 };
    return (struct dwr_text){ values->values[k].p, values->values[k].n };
}

struct dwr_text inquiry_base(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_text none = { NULL, 0 };

    return j->at.base_known ? value_of(j, &j->stored, j->at.base, slot) : none;
}

struct dwr_text inquiry_server(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_text none = { NULL, 0 };

    return j->at.server_is == PROVE_SERVER_NOTHING ? none
                                                   : value_of(j, &j->stored, j->at.server, slot);
}

bool inquiry_is_written(const struct inquiry *j, uint8_t slot)
{
    return j->at.op != DWR_DELETE &&
           j->client.value[(size_t)j->at.client * j->part->slot_count + slot] >= 0;
}

struct dwr_text inquiry_wrote(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_text none = { NULL, 0 };

    return inquiry_is_written(j, slot) ? value_of(j, &j->client, j->at.client, slot) : none;
}

/* A row's member: of the first row, which is the only one. */
static struct dwr_text member_of_row(const struct inquiry *j, struct dwr_text doc, uint8_t slot)
{
    const struct dwr_table *table = &j->part->doctype->tables[j->part->index];
    const struct dwr_text rows =
        trial_member(j->bench->arena, doc, j->part->doctype->names.v[table->field].name);
    struct dwr_text key, row = { NULL, 0 };
    struct dwr_walk walk;

    if (rows.n < 2 || rows.p[0] != '[')
        return (struct dwr_text){ NULL, 0 };
    walk = dwr_walk_of(rows);
    if (!dwr_walk_next(&walk, j->again->scan, &key, &row))
        return (struct dwr_text){ NULL, 0 };
    return trial_member(j->bench->arena, row, j->part->slots[slot].name);
}

struct dwr_text inquiry_value_in(const struct inquiry *j, struct dwr_text doc, uint8_t slot)
{
    if (!doc.p)
        return doc;
    if (j->part->slots[slot].in_row)
        return member_of_row(j, doc, slot);
    return trial_member(j->bench->arena, doc, j->part->slots[slot].name);
}

bool inquiry_is_changed(const struct inquiry *j, uint8_t slot)
{
    return !trial_same(j->bench, j->seen[slot], inquiry_server(j, slot));
}

static bool members_in(const struct inquiry *j, struct dwr_text a, struct dwr_text b)
{
    struct dwr_walk walk = dwr_walk_of(a), other;
    struct dwr_text key, value, other_key, other_value;

    while (dwr_walk_next(&walk, j->again->scan, &key, &value)) {
        struct dwr_text found = { NULL, 0 };

        other = dwr_walk_of(b);
        while (!found.p && dwr_walk_next(&other, j->again->scan, &other_key, &other_value))
            if (dwr_string_equal(key, other_key))
                found = other_value;
        if (!trial_same(j->bench, value, found))
            return false;
    }
    return true;
}

bool inquiry_documents_equal(const struct inquiry *j, struct dwr_text a, struct dwr_text b)
{
    if (!a.p || !b.p)
        return a.p == b.p;
    return dwr_same_bytes(a, b) || (members_in(j, a, b) && members_in(j, b, a));
}

/* --- deterministic --- */

static bool same_reports(const struct dwr_result *a, const struct dwr_result *b)
{
    if (a->field_count != b->field_count || a->notification_count != b->notification_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++) {
        const struct dwr_report *x = &a->fields[i], *y = &b->fields[i];

        if (x->outcome != y->outcome || x->conflict != y->conflict || x->rule.p != y->rule.p ||
            !dwr_same_bytes(x->field, y->field) || !dwr_same_bytes(x->base, y->base) ||
            !dwr_same_bytes(x->server, y->server) || !dwr_same_bytes(x->client, y->client))
            return false;
    }
    for (size_t i = 0; i < a->notification_count; i++)
        if (!dwr_same_bytes(a->notifications[i].type, b->notifications[i].type) ||
            !dwr_same_bytes(a->notifications[i].field, b->notifications[i].field))
            return false;
    return true;
}

static void inquiry_deterministic(struct inquiry *j)
{
    struct dwr_result twice;
    const struct dwr_result *once = &j->result;

    j->out->cases[PROVE_DETERMINISTIC]++;
    if (inquiry_merge(j, j->other, &j->trial.write, 1, &twice) == DWR_OK &&
        once->status == twice.status && once->code == twice.code && once->rule.p == twice.rule.p &&
        dwr_same_bytes(once->doc, twice.doc) && dwr_same_bytes(once->branch, twice.branch) &&
        same_reports(once, &twice))
        return;
    inquiry_record(j, PROVE_DETERMINISTIC, PROVE_BY_NOTHING, 0);
}

/* --- no silent loss --- */

static void inquiry_no_loss_of_rows(struct inquiry *j)
{
    const struct dwr_table *table = &j->part->doctype->tables[j->part->index];

    j->out->cases[PROVE_NO_LOSS]++;
    if (trial_fate(j->bench, &j->trial, &j->result, table->field) == TRIAL_LOST)
        inquiry_record(j, PROVE_NO_LOSS, PROVE_BY_NOTHING, 0);
}

static void inquiry_no_loss(struct inquiry *j)
{
    const struct part *part = j->part;

    if (j->at.op == DWR_DELETE)
        return;
    if (part->kind == PART_ROW)
        inquiry_no_loss_of_rows(j);
    for (uint8_t i = 0; i < part->slot_count; i++) {
        if (part->slots[i].in_row || !inquiry_is_written(j, i) || part_is_sync_layers(part, i))
            continue;
        j->out->cases[PROVE_NO_LOSS]++;
        if (j->result.doc.p && trial_same(j->bench, j->seen[i], inquiry_wrote(j, i)))
            continue;
        if (trial_fate_of(j->bench, &j->trial, &j->result, part->slots[i].name,
                          part->slots[i].field) == TRIAL_LOST)
            inquiry_record(j, PROVE_NO_LOSS, PROVE_BY_NOTHING, i);
    }
}

/* --- local --- */

static bool is_slot(const struct inquiry *j, struct dwr_text key)
{
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (dwr_string_is(key, j->part->slots[i].name.p, j->part->slots[i].name.n))
            return true;
    return false;
}

/* A field that is in no document of the case may come from the sync layer alone. */
static bool may_appear(const struct inquiry *j, struct dwr_text key)
{
    const struct dwr_doctype *d = j->part->doctype;

    if (is_slot(j, key) || key.p[1] == '_')
        return true;
    for (uint16_t i = 0; i < d->names.count; i++) {
        const struct dwr_name *name = &d->names.v[i];

        if (dwr_string_is(key, name->name.p, name->name.n))
            return name->role == DWR_NAME_META || name->role == DWR_NAME_COUNT ||
                   name->role == DWR_NAME_VERSION || reason_is_set_target(j->part, i) ||
                   (j->part->kind == PART_ROW && d->tables[j->part->index].field == i) ||
                   (j->at.server_is == PROVE_SERVER_NOTHING && name->name.n == 9 &&
                    memcmp(name->name.p, "docstatus", 9) == 0);
    }
    return false;
}

static void inquiry_local(struct inquiry *j)
{
    struct dwr_walk walk;
    struct dwr_text key, value;

    if (!j->result.doc.p)
        return;
    j->out->cases[PROVE_LOCAL]++;
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (!j->part->slots[i].in_row && !part_is_sync_layers(j->part, i) &&
            !inquiry_is_written(j, i) && inquiry_is_changed(j, i))
            inquiry_record(j, PROVE_LOCAL, reason_not_written(j, i), i);
    walk = dwr_walk_of(j->result.doc);
    while (dwr_walk_next(&walk, j->again->scan, &key, &value))
        if (!may_appear(j, key))
            inquiry_record(j, PROVE_LOCAL, PROVE_BY_NOTHING, 0);
}

/* --- a case --- */

static void inquiry_case(struct inquiry *j)
{
    struct dwr_scratch *scratch = j->bench->scratch;

    j->trial = (struct trial){ .doctype = j->part->doctype,
                               .write = inquiry_write(j->part, &j->stored, &j->client, &j->at) };
    if (inquiry_merge(j, scratch, &j->trial.write, 0, &j->result) != DWR_OK) {
        inquiry_record(j, PROVE_DETERMINISTIC, PROVE_BY_NOTHING, 0);
        return;
    }
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        j->seen[i] = inquiry_value_in(j, j->result.doc, i);
    inquiry_deterministic(j);
    inquiry_no_loss(j);
    inquiry_local(j);
    inquiry_resurrection(j);
    inquiry_idempotent(j);
    inquiry_resolvable(j);
}

static void try_case(struct inquiry *j, struct prove_case at)
{
    at.second = -1;
    j->at = at;
    inquiry_case(j);
}

/* --- the cases of a part --- */

struct walk {
    struct inquiry *j;
    struct split_picks picks[PART_SLOTS_MAX]; /* by group */
    unsigned groups;
};

/* Every pick of each group with every one of the others. */
static void try_picks(struct walk *w, unsigned group, struct prove_case at)
{
    if (group == w->groups) {
        try_case(w->j, at);
        return;
    }
    for (uint32_t i = 0; i < w->picks[group].count; i++) {
        struct prove_case with = at;

        with.base += w->picks[group].v[i].base;
        with.server += w->picks[group].v[i].server;
        with.client += w->picks[group].v[i].client;
        try_picks(w, group + 1, with);
    }
}

static void try_shape(struct inquiry *j, struct split *split, enum split_shape shape, uint32_t env)
{
    struct walk w = { .j = j, .groups = split_group_count(split) };
    struct prove_case at = split_case(shape);

    for (unsigned g = 0; g < w.groups; g++)
        w.picks[g] = split_picks(split, g, shape, env);
    at.env = env;
    try_picks(&w, 0, at);
}

/* Updates; inserts and tombstones: what they merge is one of the updates, or nothing (section 7);
 * deletes. */
static void try_shapes(struct inquiry *j, struct split *split, uint32_t env)
{
    const enum split_shape last = j->part->kind == PART_ROW        ? SPLIT_UPDATE_UNKNOWN
                                  : j->part->kind == PART_DOCUMENT ? SPLIT_DELETE_DELETED
                                                                   : SPLIT_UNDELETE_DELETED;

    for (int shape = SPLIT_UPDATE; shape <= (int)last; shape++)
        try_shape(j, split, (enum split_shape)shape, env);
}

/* Where there is no document. */
static void try_nothing(struct inquiry *j, uint32_t env)
{
    for (int op = DWR_UPDATE; op <= DWR_UNDELETE; op++)
        if (op != DWR_INSERT)
            try_case(j, (struct prove_case){
                            .op = (enum dwr_op)op, .server_is = PROVE_SERVER_NOTHING, .env = env });
}

/* The groups of the part; NULL: they have too many cases. */
static struct split *split_of(struct inquiry *j, const struct part *part, uint64_t most)
{
    const bool small = part_is_small(part);
    struct split *split;
    uint64_t cases = part->env_count;

    if (part_stored_count(part) > PART_DOCUMENTS_MAX ||
        part_client_count(part) > PART_DOCUMENTS_MAX)
        return NULL;
    split = split_new(j, part, small);
    for (unsigned g = 0; split && g < split_group_count(split) && cases <= most; g++)
        cases *= split_count(split, g);
    return small || cases <= most ? split : NULL;
}

void inquiry_part(struct inquiry *j, const struct part *part, struct prove_part *out)
{
    struct split *split = NULL;

    *out = (struct prove_part){ .tried = NULL };
    trial_doc_start(&j->resolved, j->bench->arena);
    for (; part && !part->too_large && !split; part = part->smaller) {
        out->tried = part;
        split = split_of(j, part, part->smaller ? PART_CASES_MAX : PART_CASES_LAST);
        out->level++;
    }
    out->too_large = !split;
    if (!split)
        return;
    out->level--;
    j->part = out->tried;
    j->out = out;
    inquiry_documents(j->bench->arena, j->part, &j->stored, &j->client);
    for (uint32_t env = 0; env < j->part->env_count; env++) {
        try_shapes(j, split, env);
        if (j->part->kind == PART_DOCUMENT)
            try_nothing(j, env);
    }
    inquiry_order(j, split);
}
