/* canonical.c - a part without its names: what it is to the resolver.
 *
 * Written out: the slots in their order with their values (plain ones only counted), and every rule
 * that decides them, fields as slots and plain literals as places in their slot's values. Two parts
 * with the same bytes merge alike, case by case. */
#include "part.h"

#include "out.h"
#include "trial/trial.h"

struct writer {
    struct arena *arena;
    struct out *o;
    const struct part *part;
};

static void put_number(struct writer *w, uint64_t n)
{
    out_number(w->o, n);
    out_char(w->o, ',');
}

/* A field of the document as its slot; one that is in no slot has no say. */
static void put_field(struct writer *w, uint16_t field)
{
    uint8_t i = 0;

    while (i < w->part->slot_count &&
           (w->part->slots[i].field != field || w->part->slots[i].in_row))
        i++;
    put_number(w, field == DWR_NONE || i == w->part->slot_count ? 99 : i);
}

static const struct part_slot *slot_of(const struct part *part, uint16_t field)
{
    for (uint8_t i = 0; field != DWR_NONE && i < part->slot_count; i++)
        if (part->slots[i].field == field && !part->slots[i].in_row)
            return &part->slots[i];
    return NULL;
}

/* A literal that a field is compared with: where it is plain, as its place in the values (one that
 * is not tried stands for none). */
static void put_value(struct writer *w, uint16_t field, struct dwr_str value)
{
    const struct part_slot *slot = slot_of(w->part, field);

    if (!slot || !slot->plain) {
        out_measured(w->o, value);
        return;
    }
    for (uint16_t i = 0; i < slot->values.count; i++)
        if (trial_equal(w->arena, (struct dwr_text){ value.p, value.n },
                        (struct dwr_text){ slot->values.values[i].p, slot->values.values[i].n }))
            put_number(w, i);
    out_char(w->o, '.');
}

static void put_operand(struct writer *w, const struct dwr_operand *o)
{
    put_number(w, o->side);
    put_field(w, o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_DOC ? o->field : DWR_NONE);
}

static void put_cond(struct writer *w, const struct dwr_cond *c)
{
    if (!c) {
        out_char(w->o, '-');
        return;
    }
    out_char(w->o, '(');
    put_number(w, c->op);
    if (c->op <= DWR_COND_NOT) {
        put_cond(w, c->a);
        put_cond(w, c->op == DWR_COND_NOT ? NULL : c->b);
    } else {
        if (c->op == DWR_COND_CHANGES)
            put_field(w, c->left.field);
        else
            put_operand(w, &c->left);
        for (uint16_t i = 0; i < c->value_count; i++)
            put_value(w, c->left.side >= DWR_SIDE_SERVER_ROLE ? DWR_NONE : c->left.field,
                      c->values[i]);
        if (c->value_count == 0 && c->op < DWR_COND_IN)
            put_operand(w, &c->right);
    }
    out_char(w->o, ')');
}

static void put_rule(struct writer *w, const struct dwr_rule *r)
{
    out_char(w->o, 'r');
    put_number(w, r->kind);
    put_number(w, r->provisional_client);
    put_cond(w, r->when);
    for (uint16_t i = 0; i < r->ranked_count; i++)
        out_measured(w->o, r->ranked[i]);
    out_measured(w->o, r->key);
    for (uint16_t i = 0; i < r->watch_count; i++)
        put_field(w, r->watch[i]);
    out_char(w->o, ';');
    for (uint16_t i = 0; i < r->set_count; i++) {
        put_field(w, r->set[i].field);
        put_value(w, r->set[i].field, r->set[i].value);
    }
}

/* Units as numbers of their own: fields of one unit have the same. */
static void put_unit(struct writer *w, const struct dwr_unit *unit, uint8_t slot)
{
    for (uint8_t i = 0; i < slot; i++)
        if (part_unit(w->part, i) == unit &&
            w->part->slots[i].in_row == w->part->slots[slot].in_row) {
            out_char(w->o, '=');
            put_number(w, i);
            return;
        }
    out_char(w->o, 'u');
    put_number(w, unit->field_count == 1);
    for (uint16_t i = 0; i < unit->rule_count; i++)
        put_rule(w, &unit->rules[i]);
}

static void put_table(struct writer *w, const struct dwr_table *t)
{
    out_char(w->o, 't');
    put_number(w, t->key_count);
    put_number(w, t->order_by != DWR_NONE);
    put_number(w, t->same_key);
    for (uint16_t u = 0; u < t->unit_count; u++) {
        put_number(w, t->units[u].field_count);
        for (uint16_t i = 0; i < t->units[u].rule_count; i++)
            put_rule(w, &t->units[u].rules[i]);
    }
    put_rule(w, &t->otherwise);
    put_number(w, t->count_into != DWR_NONE);
    put_number(w, t->removes);
    put_number(w, t->append_only);
    put_cond(w, t->hold);
}

static void put_slot(struct writer *w, uint8_t i)
{
    const struct part_slot *s = &w->part->slots[i];
    const struct dwr_unit *unit = part_unit(w->part, i);
    const struct dwr_table *table = part_table(w->part, i);
    const struct dwr_doctype *d = w->part->doctype;
    bool excepted = false;

    put_number(w, s->own);
    put_number(w, s->in_row);
    put_number(w, s->plain);
    put_number(w, s->values.count);
    for (uint16_t k = 0; k < s->values.count && !s->plain; k++)
        out_measured(w->o, s->values.values[k]);
    if (unit)
        put_unit(w, unit, i);
    if (table)
        put_table(w, table);
    for (uint16_t k = 0; k < d->lock_except_count; k++)
        excepted = excepted || d->lock_except[k] == s->field;
    put_number(w, excepted);
    out_char(w->o, '\n');
}

static void put_env(struct writer *w, const struct part_env *e)
{
    const struct dwr_text all[] = { e->client_ts,   e->server_ts,   e->now,
                                    e->server_role, e->client_role, e->client_user };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        out_measured(w->o, (struct dwr_str){ all[i].p, all[i].n });
}

struct dwr_str part_key(struct arena *arena, const struct part *part)
{
    const struct dwr_doctype *d = part->doctype;
    struct out_memory m;
    struct writer w = { .arena = arena, .o = &m.out, .part = part };

    out_memory_begin(&m, arena);
    put_number(&w, part->kind);
    put_number(&w, part->too_large);
    put_number(&w, d->strategy);
    put_number(&w, d->version_field != DWR_NONE);
    put_number(&w, d->tombstone.delete_wins_over_update);
    put_rule(&w, &d->free_rule);
    put_number(&w, d->free_together);
    put_cond(&w, d->lock);
    if (part->kind == PART_DOCUMENT) {
        put_number(&w, d->tombstone.allow_delete);
        put_field(&w, d->tombstone.soft_delete.field);
        put_value(&w, d->tombstone.soft_delete.field, d->tombstone.soft_delete.value);
    }
    if (part->kind == PART_ROW)
        put_table(&w, &d->tables[part->index]);
    for (uint8_t i = 0; i < part->slot_count; i++)
        put_slot(&w, i);
    for (uint16_t i = 0; i < part->env_count; i++)
        put_env(&w, &part->envs[i]);
    while ((w.part = w.part->smaller) != NULL)
        for (uint8_t i = 0; i < part->slot_count; i++)
            put_slot(&w, i);
    return out_memory_bytes(&m);
}
