/* update.c - the fields of a write: what every operation but a delete comes to, once the documents
 * are joined. What happens to each field is rules.c's, and to each row children.c's; here is what
 * is left to do around them. */
#include <string.h>

#include "decimal.h"
#include "report.h"

/* --- child tables (6) --- */

/* Is the side's value neither unset nor an array of objects? Rows are read wherever a value begins
 * like an array. */
static bool is_no_table(const struct dwr_slot *slot, enum dwr_side side)
{
    return slot->rows != NULL ? slot->rows->side[side].state == DWR_ROWS_INVALID
                              : !dwr_is_unset(slot->value[side]);
}

const struct dwr_table *invalid_table(struct record *r)
{
    for (unsigned k = 0; k < r->m->d->table_count; k++) {
        const struct dwr_table *table = &r->m->d->tables[k];
        const uint32_t i = record_slot(r, table->field);
        const struct dwr_slot *slot = i == NO_SLOT ? NULL : &r->slots[i];

        if (slot != NULL && client_wrote(slot) &&
            (is_no_table(slot, DWR_CLIENT) || is_no_table(slot, DWR_SERVER) ||
             (r->base_known && is_no_table(slot, DWR_BASE))))
            return table;
    }
    return NULL;
}

static bool merge_tables(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count && r->m->d->table_count > 0; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_table *table =
            r->slots[i].rows == NULL || !client_wrote(&r->slots[i]) ? NULL : record_table(r, i);

        if (table != NULL && !merge_table(r, i, table))
            return false;
    }
    return true;
}

static struct dwr_text count_text(struct merge *m, uint32_t n)
{
    char *start = dwr_take(m->s, 16);
    size_t at = 11, end = 11;

    if (start == NULL)
        return ABSENT;
    do
        start[--at] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    return (struct dwr_text){ start + at, end - at };
}

/* Section 6: count_into holds the number of rows whenever the client sent the table. */
static bool set_counts(struct record *r)
{
    for (unsigned k = 0; k < r->m->d->table_count; k++) {
        const struct dwr_table *table = &r->m->d->tables[k];
        uint32_t i, at;
        struct dwr_text count;

        if (table->count_into == DWR_NONE || (i = record_slot(r, table->field)) == NO_SLOT ||
            r->decisions[i].table == NULL || r->decisions[i].table->locked)
            continue;
        count = count_text(r->m, r->decisions[i].table->count);
        at = record_slot(r, table->count_into);
        if (at == NO_SLOT)
            at = record_add(r, table->count_into);
        if (count.p == NULL || at == NO_SLOT)
            return false;
        decide_value(r, at, count);
    }
    return true;
}

/* Is the content, the sync layer's fields aside, not the server's any more? */
static bool content_changed(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct decision *d = &r->decisions[i];

        if (d->action == KEEP || is_sync_layers(r, i))
            continue;
        if (d->action == ROWS || !dwr_field_equal(r->m->s, d->action == REMOVE ? ABSENT : d->value,
                                                  r->slots[i].value[DWR_SERVER]))
            return true;
    }
    return false;
}

/* Section 5.1: 1 on a new document, one more on every change. */
static bool set_version(struct merge *m)
{
    struct record *r = &m->doc;
    const unsigned field = m->d->version_field;
    uint32_t i;
    struct dwr_text version;

    if (field == DWR_NONE || (!m->fresh && !content_changed(r)))
        return true;
    i = record_slot(r, field);
    if (i == NO_SLOT)
        i = record_add(r, field);
    if (i == NO_SLOT)
        return false;
    version = m->fresh ? literal("1") : next_version(m, r->slots[i].value[DWR_SERVER]);
    decide_value(r, i, version);
    return version.p != NULL;
}

/* Section 8, `success`: the document now is what the client's view said. */
static bool is_client_view(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_slot *slot = &r->slots[i];
        const struct decision *d = &r->decisions[i];
        const bool stays = d->action == KEEP;
        struct dwr_text result;

        if (stays && (slot->base_same || !r->base_known) &&
            (slot->client_same || !client_wrote(slot)) && d->table == NULL)
            continue;
        if (is_sync_layers(r, i))
            continue;
        if (d->table != NULL) {
            if (!d->table->is_view)
                return false;
            continue;
        }
        if (!client_wrote(slot) && stays) {
            if (r->base_known && !sides_equal(r, i, DWR_BASE, DWR_SERVER))
                return false;
            continue;
        }
        result = stays ? slot->value[DWR_SERVER] : d->action == REMOVE ? ABSENT : d->value;
        if (!dwr_field_equal(r->m->s, result, client_view(r, slot)))
            return false;
    }
    return true;
}

/* --- provisional values (4.3) --- */

struct marks {
    struct extra *extra;
    size_t count;
};

/* A member "_f_conflict", "_server_f" or "_client_f": where some side has it, in its slot. */
static DWR_SELDOM bool set_mark(struct record *r, struct marks *marks, struct dwr_text name,
                                struct dwr_text value, bool keep)
{
    uint32_t i = record_find(r, name.p, name.n);
    struct dwr_text key;

    if (i != NO_SLOT) {
        if (!keep || r->slots[i].value[DWR_SERVER].p == NULL)
            decide_value(r, i, value);
        return true;
    }
    key = write_string(r->m->s, name.p, name.n);
    if (key.p == NULL)
        return false;
    marks->extra[marks->count++] = (struct extra){ key, value };
    return true;
}

static DWR_SELDOM struct dwr_text joined(struct dwr_scratch *s, const char *before,
                                         struct dwr_text name, const char *after)
{
    const size_t nb = strlen(before), na = strlen(after);
    char *p = dwr_take(s, nb + name.n + na);

    if (p == NULL)
        return ABSENT;
    put_text(put_text(put_text(p, before, nb), name.p, name.n), after, na);
    return (struct dwr_text){ p, nb + name.n + na };
}

static struct dwr_text or_null(struct dwr_text v)
{
    return v.p == NULL ? literal("null") : v;
}

static bool mark_provisional(struct merge *m, struct marks *marks)
{
    struct record *r = &m->doc;
    uint32_t marked = 0;

    for (uint32_t k = 0; k < r->touched_count; k++) {
        struct decision *d = &r->decisions[r->touched[k]];

        /* Another unit's `set` may have made it `refused`. */
        d->marked = d->marked && d->outcome == DWR_OUTCOME_MANUAL;
        marked += d->marked;
    }
    if (marked == 0)
        return true;
    marks->extra = dwr_take(m->s, 3 * (size_t)marked * sizeof *marks->extra);
    if (marks->extra == NULL)
        return false;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct dwr_slot slot = r->slots[i];
        const struct dwr_text conflict = joined(m->s, "_", slot.name, "_conflict");
        const struct dwr_text server = joined(m->s, "_server_", slot.name, "");
        const struct dwr_text client = joined(m->s, "_client_", slot.name, "");
        uint32_t open;

        if (!r->decisions[i].marked)
            continue;
        if (conflict.p == NULL || server.p == NULL || client.p == NULL)
            return false;
        /* An open conflict keeps the server's value it began with. */
        open = record_find(r, conflict.p, conflict.n);
        if (!set_mark(r, marks, server, or_null(slot.value[DWR_SERVER]),
                      open != NO_SLOT && dwr_is_true(r->slots[open].value[DWR_SERVER])) ||
            !set_mark(r, marks, conflict, literal("true"), false) ||
            !set_mark(r, marks, client, or_null(client_view(r, &slot)), false))
            return false;
    }
    return true;
}

/* The name the client gave a new document. */
static bool keep_name(struct merge *m)
{
    const uint32_t i = m->fresh ? record_find(&m->doc, "name", 4) : NO_SLOT;

    if (i != NO_SLOT && !dwr_is_unset(m->doc.slots[i].value[DWR_CLIENT]))
        decide_value(&m->doc, i, m->doc.slots[i].value[DWR_CLIENT]);
    return true;
}

/* --- all of it --- */

enum dwr_rc update(struct merge *m, struct dwr_result *out)
{
    struct record *r = &m->doc;
    const struct dwr_table *invalid = invalid_table(r);
    struct marks marks = { NULL, 0 };

    if (invalid != NULL)
        return reject(out, DWR_CODE_VALIDATION_ERROR, invalid->at,
                      m->fresh || m->resurrected ? ABSENT : m->index.document[DWR_SERVER]);
    m->locked = lock_holds(m);
    m->lock_rule = (struct dwr_rule){ .kind = DWR_RULE_SERVER_ONLY, .at = m->d->lock_at };
    if (!decide_units(r))
        return DWR_NOMEM;
    if (m->branched)
        return branched(m, false, out);
    if (!decide_sets(r, m->opened) || !report_fields(m) || !merge_tables(r) || !set_counts(r) ||
        !set_version(m) || !keep_name(m) || !mark_provisional(m, &marks) || !finish_result(m, out))
        return DWR_NOMEM;
    out->status = m->manual_open      ? DWR_CONFLICT_MANUAL
                  : is_client_view(r) ? DWR_SUCCESS
                                      : DWR_MERGED;
    out->doc = write_record(r, m->index.document[DWR_SERVER], marks.extra, marks.count);
    return out->doc.p == NULL ? DWR_NOMEM : DWR_OK;
}
