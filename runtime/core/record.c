/* record.c - what the three sides say of a name, and the questions of section 3 about it. */
#include <string.h>

#include "../name_hash.h"
#include "merge.h"

bool record_init(struct record *r)
{
    const size_t n = r->names->count;

    r->slot_of = dwr_take(r->m->s, (n + 1) * sizeof *r->slot_of);
    r->decisions = dwr_take(r->m->s, (r->count + 1) * sizeof *r->decisions);
    r->touched = dwr_take(r->m->s, (r->count + 1) * sizeof *r->touched);
    if (r->slot_of == NULL || r->decisions == NULL || r->touched == NULL)
        return false;
    memset(r->slot_of, 0xFF, n * sizeof *r->slot_of);
    memset(r->decisions, 0, r->count * sizeof *r->decisions);
    r->looked_up = true;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct dwr_slot *slot = &r->slots[i];
        const unsigned field = slot->field;

        if (!slot->base_same || !slot->client_same || slot->rows != NULL) {
            r->touched[r->touched_count++] = i;
            r->decisions[i].touched = true;
        }
        if (field == DWR_FIELD_UNKNOWN)
            r->looked_up = false;
        else if (field != DWR_NONE)
            r->slot_of[field] = i;
    }
    return true;
}

unsigned record_look_up(struct record *r, uint32_t i)
{
    struct dwr_slot *slot = &r->slots[i];

    slot->field = (uint16_t)dwr_field_named(r->names, slot->name);
    if (slot->field != DWR_NONE)
        r->slot_of[slot->field] = i;
    return slot->field;
}

/* Up to here one name is looked for among the slots; beyond, all slots are looked up. */
enum { SEARCH_MAX = 64 };

/* Most fields are the same on all sides and their names are never asked for. */
uint32_t record_slot(struct record *r, unsigned field)
{
    const struct dwr_str name = r->names->v[field].name;

    if (r->slot_of[field] != NO_SLOT || r->looked_up)
        return r->slot_of[field];
    if (r->count <= SEARCH_MAX) {
        for (uint32_t i = 0; i < r->count; i++)
            if (r->slots[i].field == DWR_FIELD_UNKNOWN && r->slots[i].name.n == name.n &&
                memcmp(r->slots[i].name.p, name.p, name.n) == 0) {
                r->slots[i].field = (uint16_t)field;
                return r->slot_of[field] = i;
            }
        return NO_SLOT;
    }
    for (uint32_t i = 0; i < r->count; i++)
        record_field(r, i);
    r->looked_up = true;
    return r->slot_of[field];
}

uint32_t record_find(const struct record *r, const char *name, size_t n)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->slots[i].name.n == n && dwr_bytes_equal(r->slots[i].name.p, name, n))
            return i;
    return NO_SLOT;
}

DWR_SELDOM uint32_t record_add(struct record *r, unsigned field)
{
    struct dwr_scratch *s = r->m->s;
    const struct dwr_str name = r->names->v[field].name;
    struct dwr_slot *slots = dwr_take(s, (r->count + 1) * sizeof *slots);
    struct decision *decisions = dwr_take(s, (r->count + 1) * sizeof *decisions);
    uint32_t *touched = dwr_take(s, (r->count + 1) * sizeof *touched);
    const struct dwr_text key = write_string(s, name.p, name.n);

    if (slots == NULL || decisions == NULL || touched == NULL || key.p == NULL)
        return NO_SLOT;
    if (r->count > 0) {
        memcpy(slots, r->slots, r->count * sizeof *slots);
        memcpy(decisions, r->decisions, r->count * sizeof *decisions);
        memcpy(touched, r->touched, r->touched_count * sizeof *touched);
    }
    slots[r->count] = (struct dwr_slot){
        .name = { name.p, name.n },
        .key = key,
        .field = (uint16_t)field,
        .base_same = true,
        .client_same = true,
    };
    decisions[r->count] = (struct decision){ .action = KEEP };
    r->slots = slots;
    r->decisions = decisions;
    r->touched = touched;
    r->slot_of[field] = r->count;
    return r->count++;
}

void record_touch(struct record *r, uint32_t i)
{
    uint32_t at = r->touched_count++;

    r->decisions[i].touched = true;
    for (; at > 0 && r->touched[at - 1] > i; at--)
        r->touched[at] = r->touched[at - 1];
    r->touched[at] = i;
}

bool is_sync_layers(struct record *r, uint32_t i)
{
    const enum dwr_name_role role = record_role(r, i);

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

struct dwr_text client_view_of(struct record *r, uint32_t i)
{
    return is_sync_layers(r, i) ? r->slots[i].value[r->base_known ? DWR_BASE : DWR_SERVER]
                                : client_view(r, &r->slots[i]);
}

static bool remember(uint8_t *answer, bool yes)
{
    *answer = yes ? 2 : 1;
    return yes;
}

bool ask_client_is_server(struct record *r, uint32_t i)
{
    const struct dwr_slot *slot = &r->slots[i];
    uint8_t *answer = &r->decisions[i].client_is_server;

    return remember(answer, slot->client_same || dwr_field_equal(r->m->s, slot->value[DWR_CLIENT],
                                                                 slot->value[DWR_SERVER]));
}

bool ask_base_differs(struct record *r, uint32_t i)
{
    const struct dwr_slot *slot = &r->slots[i];
    uint8_t *answer = &r->decisions[i].base_differs;

    return remember(answer, !slot->base_same && !dwr_field_equal(r->m->s, slot->value[DWR_BASE],
                                                                 slot->value[DWR_SERVER]));
}

bool ask_in_c(struct record *r, uint32_t i)
{
    const struct dwr_slot *slot = &r->slots[i];
    uint8_t *answer = &r->decisions[i].in_c;

    if (!client_wrote(slot))
        return remember(answer, false);
    if (!r->base_known || slot->base_same)
        return remember(answer, !slot_client_is_server(r, i));
    if (slot->client_same)
        return remember(answer, slot_base_differs(r, i));
    return remember(answer,
                    !dwr_field_equal(r->m->s, slot->value[DWR_CLIENT], slot->value[DWR_BASE]));
}

bool field_changes(struct record *r, unsigned field)
{
    const uint32_t i = record_part(r, field);
    const struct dwr_table *table = NULL;

    if (i == NO_SLOT)
        return false;
    if (r->table == NULL && r->names->v[field].role == DWR_NAME_TABLE)
        table = &r->m->d->tables[r->names->v[field].index];
    if (!r->base_known) {
        /* What the client wrote into a field of the sync layer's is ignored. */
        if (!client_wrote(&r->slots[i]) || is_sync_layers(r, i))
            return false;
        return table == NULL ? !slot_client_is_server(r, i)
                             : !tables_equal(r->m, table, &r->slots[i], DWR_CLIENT, DWR_SERVER);
    }
    return table == NULL ? slot_base_differs(r, i)
                         : !tables_equal(r->m, table, &r->slots[i], DWR_BASE, DWR_SERVER);
}

const struct dwr_table *record_table(struct record *r, uint32_t i)
{
    return record_role(r, i) == DWR_NAME_TABLE
               ? &r->m->d->tables[r->names->v[r->slots[i].field].index]
               : NULL;
}

bool sides_equal(struct record *r, uint32_t i, enum dwr_side a, enum dwr_side b)
{
    const struct dwr_slot *slot = &r->slots[i];
    const struct dwr_table *table = record_table(r, i);

    return table != NULL ? tables_equal(r->m, table, slot, a, b)
                         : dwr_field_equal(r->m->s, slot->value[a], slot->value[b]);
}

bool equals_server(struct record *r, enum dwr_side side)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const bool same = side == DWR_BASE ? r->slots[i].base_same : r->slots[i].client_same;

        if (!same && !is_sync_layers(r, i) && !sides_equal(r, i, side, DWR_SERVER))
            return false;
    }
    return true;
}
