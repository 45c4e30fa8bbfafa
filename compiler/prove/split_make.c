/* split_make.c - a group of slots as a part of its own, with what is asked of it. */
#include "split_parts.h"

#include "str.h"
#include "trial/conds.h"

/* While the lock holds some of its fields stay as they are and some do not. */
static bool is_parted_by_lock(const struct split *s, const struct split_group *g)
{
    const struct dwr_doctype *d = s->part->doctype;
    uint8_t excepted = 0;

    for (uint8_t i = 0; d->lock && i < g->count; i++)
        for (uint16_t k = 0; k < d->lock_except_count; k++)
            excepted += d->lock_except[k] == s->part->slots[g->slots[i]].field;
    return excepted > 0 && excepted < g->count;
}

/* Names of the sync layer that no slot has, for the probes. */
static bool find_names(const struct split *s, struct split_group *g, uint16_t *fields)
{
    static const char *const names[] = { "idx", "creation", "modified_by", "owner", "modified" };
    const struct dwr_names *all = &s->part->doctype->names;
    uint8_t n = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names && n < g->probe_count; i++)
        for (uint16_t k = 0; k < all->count; k++)
            if (str_is(all->v[k].name, names[i]) && all->v[k].role == DWR_NAME_META &&
                split_slot_of(s, k) == PART_SLOTS_MAX && n < g->probe_count) {
                fields[n] = k;
                g->names[n++] = all->v[k].name;
            }
    return n == g->probe_count;
}

/* The DocType without its lock, and a unit for each probe: client_wins when it holds, else
 * server_only. */
static bool make_doctype(struct split *s, struct split_group *g)
{
    const struct dwr_doctype *d = s->part->doctype;
    uint16_t *fields = arena_array(s->arena, SPLIT_PROBES_MAX, sizeof *fields);
    struct dwr_name *names = arena_array(s->arena, d->names.count, sizeof *names);
    struct dwr_unit *units =
        arena_array(s->arena, d->unit_count + (size_t)SPLIT_PROBES_MAX, sizeof *units);

    if (!find_names(s, g, fields))
        return false;
    memcpy(names, d->names.v, d->names.count * sizeof *names);
    if (d->unit_count > 0)
        memcpy(units, d->units, d->unit_count * sizeof *units);
    for (uint8_t i = 0; i < g->probe_count; i++) {
        struct dwr_rule *rules = arena_array(s->arena, 2, sizeof *rules);

        rules[0] = (struct dwr_rule){ .kind = DWR_RULE_CLIENT_WINS, .when = g->probes[i] };
        rules[1] = (struct dwr_rule){ .kind = DWR_RULE_SERVER_ONLY };
        units[d->unit_count + i] = (struct dwr_unit){ &fields[i], 1, rules, 2 };
        names[fields[i]].role = DWR_NAME_UNIT;
        names[fields[i]].index = (uint16_t)(d->unit_count + i);
    }
    g->doctype = *d;
    g->doctype.names.v = names;
    g->doctype.units = units;
    g->doctype.unit_count = (uint16_t)(d->unit_count + g->probe_count);
    g->doctype.lock = NULL;
    return true;
}

struct asking {
    const struct split *split;
    struct split_group *group;
};

static void mark_operand(const struct asking *a, uint16_t field)
{
    const uint8_t slot = split_slot_of(a->split, field);

    for (uint8_t i = 0; i < a->group->count; i++)
        if (a->group->slots[i] == slot)
            a->group->part.slots[i].own = true;
}

static void mark_asked(void *context, const struct dwr_cond *c)
{
    const struct asking *a = context;

    if (c->op == DWR_COND_CHANGES ||
        (c->left.side >= DWR_SIDE_BASE && c->left.side <= DWR_SIDE_CLIENT))
        mark_operand(a, c->left.field);
    if (c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE && c->value_count == 0 &&
        c->right.side >= DWR_SIDE_BASE && c->right.side <= DWR_SIDE_CLIENT)
        mark_operand(a, c->right.field);
}

/* The first group of a split is what it is about. */
static void put_asked_first(struct split_group *g)
{
    const struct part_slot slot = g->part.slots[0];
    const uint8_t number = g->slots[0];
    const bool watched = g->watched[0];

    for (uint8_t i = 1; i < g->count && !g->part.slots[0].own; i++) {
        if (!g->part.slots[i].own)
            continue;
        g->part.slots[0] = g->part.slots[i];
        g->slots[0] = g->slots[i];
        g->watched[0] = g->watched[i];
        g->part.slots[i] = slot;
        g->slots[i] = number;
        g->watched[i] = watched;
    }
}

/* The slots of the group as a part that is about those which are asked for. */
static void fill_part(struct split *s, struct split_group *g)
{
    struct asking asking = { s, g };

    g->part = *s->part;
    g->part.slot_count = g->count;
    g->part.kind = PART_UNIT;
    for (uint8_t i = 0; i < g->count; i++) {
        g->part.slots[i] = s->part->slots[g->slots[i]];
        g->part.slots[i].own = g->watched[i];
    }
    for (uint8_t i = 0; i < g->probe_count; i++)
        conds_of(g->probes[i], mark_asked, &asking);
    put_asked_first(g);
}

static uint64_t all_cases(const struct split_group *g)
{
    const uint64_t stored = part_stored_count(&g->part);

    return stored * stored * part_client_count(&g->part);
}

/* How many updates of the group are looked at. */
static uint64_t looked_at(const struct split_group *g)
{
    uint64_t cases = 1;

    if (!g->split)
        return all_cases(g);
    for (unsigned i = 0; i < g->split->group_count && cases <= SPLIT_CASES_MAX; i++)
        cases *= split_count(g->split, i);
    return cases;
}

bool split_make_part(struct split *s, struct split_group *g)
{
    bool asked = g->probe_count > 0;

    fill_part(s, g);
    for (uint8_t i = 0; i < g->count; i++)
        asked = asked || g->watched[i];
    if (g->whole || !asked || is_parted_by_lock(s, g) || !make_doctype(s, g)) {
        g->whole = true;
        return all_cases(g) <= SPLIT_CASES_MAX;
    }
    g->part.doctype = &g->doctype;
    g->split = split_new(s->j, &g->part, false);
    inquiry_documents(s->arena, &g->part, &g->stored, &g->client);
    return looked_at(g) <= SPLIT_CASES_MAX;
}
