/* split_groups.c - which slots of a part merge without each other. */
#include "split_parts.h"

#include "trial/conds.h"

/* --- groups --- */

uint8_t split_slot_of(const struct split *s, uint16_t field)
{
    for (uint8_t i = 0; i < s->part->slot_count && field != DWR_NONE; i++)
        if (s->part->slots[i].field == field && !s->part->slots[i].in_row)
            return i;
    return PART_SLOTS_MAX;
}

static void join(struct split *s, uint8_t a, uint8_t b)
{
    uint8_t low, high;

    if (a >= s->part->slot_count || b >= s->part->slot_count || s->of[a] == s->of[b])
        return;
    low = s->of[a] < s->of[b] ? s->of[a] : s->of[b];
    high = s->of[a] < s->of[b] ? s->of[b] : s->of[a];
    for (uint8_t i = 0; i < s->part->slot_count; i++)
        if (s->of[i] == high)
            s->of[i] = low;
}

static uint8_t role_of(const struct split *s, uint8_t slot)
{
    const struct part_slot *x = &s->part->slots[slot];

    return x->in_row || x->field == DWR_NONE ? DWR_NAME_FREE
                                             : s->part->doctype->names.v[x->field].role;
}

/* Is it the field that a mark of the sync layer is about, or its table's count? */
static bool is_kept_beside(const struct split *s, uint8_t slot, uint8_t of)
{
    const struct dwr_doctype *d = s->part->doctype;
    const struct dwr_str mark = s->part->slots[slot].name, name = s->part->slots[of].name;

    if (role_of(s, slot) == DWR_NAME_COUNT)
        return part_table(s->part, of) &&
               d->tables[d->names.v[s->part->slots[slot].field].index].field ==
                   s->part->slots[of].field;
    return role_of(s, slot) == DWR_NAME_META && mark.n == name.n + 10 && mark.p[0] == '_' &&
           memcmp(mark.p + 1, name.p, name.n) == 0 &&
           memcmp(mark.p + 1 + name.n, "_conflict", 9) == 0;
}

static bool are_tied(const struct split *s, uint8_t a, uint8_t b)
{
    const struct part_slot *x = &s->part->slots[a], *y = &s->part->slots[b];

    if ((x->own || x->in_row) && (y->own || y->in_row))
        return true;
    if (part_unit(s->part, a) && part_unit(s->part, a) == part_unit(s->part, b))
        return true;
    return is_kept_beside(s, a, b) || is_kept_beside(s, b, a) ||
           (s->part->doctype->free_together && role_of(s, a) == DWR_NAME_FREE &&
            role_of(s, b) == DWR_NAME_FREE);
}

struct joining {
    struct split *s;
    uint8_t slot;
};

static void join_operand(struct joining *joining, const struct dwr_operand *o)
{
    if (o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT)
        join(joining->s, joining->slot, split_slot_of(joining->s, o->field));
}

static void join_cond(void *context, const struct dwr_cond *c)
{
    struct joining *joining = context;

    if (c->op == DWR_COND_CHANGES) {
        join(joining->s, joining->slot, split_slot_of(joining->s, c->left.field));
        return;
    }
    join_operand(joining, &c->left);
    if (c->value_count == 0 && c->op < DWR_COND_IN)
        join_operand(joining, &c->right);
}

/* Two fields that are compared with each other. */
static void join_compared(void *context, const struct dwr_cond *c)
{
    struct joining joining = { context, PART_SLOTS_MAX };

    if (c->op < DWR_COND_EQ || c->op > DWR_COND_GE || c->value_count > 0 ||
        c->left.side > DWR_SIDE_CLIENT)
        return;
    joining.slot = split_slot_of(joining.s, c->left.field);
    join_operand(&joining, &c->right);
}

static void join_what_it_reads(struct split *s, uint8_t slot)
{
    struct joining joining = { s, slot };
    const struct dwr_unit *unit = part_unit(s->part, slot);
    const struct dwr_table *table = part_table(s->part, slot);

    if (table)
        conds_of(table->hold, join_cond, &joining);
    for (uint16_t r = 0; unit && r < unit->rule_count; r++) {
        conds_of(unit->rules[r].when, join_cond, &joining);
        for (uint16_t i = 0; i < unit->rules[r].watch_count; i++)
            join(s, slot, split_slot_of(s, unit->rules[r].watch[i]));
    }
}

static void join_what_it_sets(struct split *s, uint8_t slot)
{
    const struct dwr_unit *unit = part_unit(s->part, slot);

    if (s->part->slots[slot].in_row)
        return;
    for (uint16_t r = 0; unit && r < unit->rule_count; r++)
        for (uint16_t i = 0; i < unit->rules[r].set_count; i++)
            join(s, slot, split_slot_of(s, unit->rules[r].set[i].field));
}

static void join_slots(struct split *s, bool whole)
{
    const struct part *part = s->part;
    const uint8_t n = part->slot_count;

    for (uint8_t i = 0; i < n; i++)
        s->of[i] = i;
    for (uint8_t i = 0; i < n; i++) {
        whole = whole || role_of(s, i) == DWR_NAME_VERSION; /* it depends on everything */
        join_what_it_sets(s, i);
        for (uint8_t k = 0; k < i; k++)
            if (are_tied(s, i, k))
                join(s, i, k);
    }
    conds_of_merging(part->asked, join_compared, s);
    /* What a group is that is read must not depend on another one. */
    for (uint8_t i = 0; i < n; i++)
        for (uint8_t k = 0; k < n; k++)
            if (s->of[k] != s->of[0] && !part->slots[k].in_row)
                join_what_it_reads(s, k);
    for (uint8_t i = 1; i < n && whole; i++)
        join(s, 0, i);
}

static void number_groups(struct split *s)
{
    uint8_t group_of_first[PART_SLOTS_MAX];
    uint8_t of[PART_SLOTS_MAX];

    for (uint8_t i = 0; i < s->part->slot_count; i++) {
        struct split_group *g;

        if (s->of[i] == i) {
            group_of_first[i] = s->group_count;
            s->groups[s->group_count++] = (struct split_group){ .count = 0 };
        }
        of[i] = group_of_first[s->of[i]];
        g = &s->groups[of[i]];
        g->slots[g->count++] = i;
    }
    memcpy(s->of, of, sizeof s->of);
    s->groups[0].whole = true;
}

/* --- what is asked of a group --- */

/* The groups that a condition reads, as bits. */
static unsigned groups_in(const struct split *s, const struct dwr_cond *c);

static unsigned group_of_operand(const struct split *s, const struct dwr_operand *o)
{
    const uint8_t slot = o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT
                             ? split_slot_of(s, o->field)
                             : PART_SLOTS_MAX;

    return slot < PART_SLOTS_MAX ? 1u << s->of[slot] : 0;
}

static unsigned groups_in(const struct split *s, const struct dwr_cond *c)
{
    if (c->op == DWR_COND_NOT)
        return groups_in(s, c->a);
    if (c->op < DWR_COND_NOT)
        return groups_in(s, c->a) | groups_in(s, c->b);
    if (c->op == DWR_COND_CHANGES) {
        const uint8_t slot = split_slot_of(s, c->left.field);

        return slot < PART_SLOTS_MAX ? 1u << s->of[slot] : 0;
    }
    return group_of_operand(s, &c->left) |
           (c->value_count == 0 && c->op < DWR_COND_IN ? group_of_operand(s, &c->right) : 0);
}

/* The largest parts of the condition that one group alone answers. */
static void put_probes(struct split *s, const struct dwr_cond *c)
{
    unsigned in, g = 0;

    if (!c || (in = groups_in(s, c)) < 2)
        return;
    if ((in & (in - 1)) != 0) {
        put_probes(s, c->a);
        if (c->op != DWR_COND_NOT)
            put_probes(s, c->b);
        return;
    }
    while (in >> g != 1)
        g++;
    if (s->groups[g].probe_count == SPLIT_PROBES_MAX)
        s->groups[g].whole = true;
    else
        s->groups[g].probes[s->groups[g].probe_count++] = c;
}

static void watch(struct split *s, uint16_t field)
{
    const uint8_t slot = split_slot_of(s, field);

    for (uint8_t i = 0; slot < PART_SLOTS_MAX && i < s->groups[s->of[slot]].count; i++)
        if (s->groups[s->of[slot]].slots[i] == slot)
            s->groups[s->of[slot]].watched[i] = true;
}

static void ask_groups(struct split *s)
{
    put_probes(s, s->part->doctype->lock);
    for (uint8_t i = 0; i < s->groups[0].count; i++) {
        const uint8_t slot = s->groups[0].slots[i];
        const struct dwr_unit *unit = part_unit(s->part, slot);
        const struct dwr_table *table = part_table(s->part, slot);
        bool before = false;

        for (uint8_t k = 0; k < i; k++)
            before = before || (unit && part_unit(s->part, s->groups[0].slots[k]) == unit);
        if (table)
            put_probes(s, table->hold);
        for (uint16_t r = 0;
             unit && !before && !s->part->slots[slot].in_row && r < unit->rule_count; r++) {
            put_probes(s, unit->rules[r].when);
            for (uint16_t k = 0; k < unit->rules[r].watch_count; k++)
                watch(s, unit->rules[r].watch[k]);
        }
    }
}

void split_make_groups(struct split *s, bool whole)
{
    join_slots(s, whole);
    number_groups(s);
    ask_groups(s);
}
