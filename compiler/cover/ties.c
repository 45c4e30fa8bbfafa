/* ties.c - fields that conditions compare with each other: whether one is equal to another, before
 * or behind it, is told by values of both, and by those between. */
#include "scenario_parts.h"
#include "trial/conds.h"
#include "trial/near.h"

/* Groups of fields, by their index among these. */
struct ties {
    const uint16_t *fields;
    uint32_t count;
    uint32_t *group; /* the index of one of its fields */
    bool ordered;    /* some of them by <, <=, > or >= */
};

static uint32_t index_of(const struct ties *ties, uint16_t field)
{
    uint32_t i = 0;

    while (i < ties->count && ties->fields[i] != field)
        i++;
    return i;
}

static bool is_of_field(const struct dwr_operand *o)
{
    return o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT;
}

static void tie(void *context, const struct dwr_cond *c)
{
    struct ties *ties = context;
    uint32_t one, two;

    if (c->op < DWR_COND_EQ || c->op > DWR_COND_GE || c->value_count > 0 ||
        !is_of_field(&c->left) || !is_of_field(&c->right))
        return;
    one = index_of(ties, c->left.field);
    two = index_of(ties, c->right.field);
    if (one == ties->count || two == ties->count)
        return;
    ties->ordered = ties->ordered || c->op >= DWR_COND_LT;
    one = ties->group[one];
    two = ties->group[two];
    for (uint32_t i = 0; i < ties->count; i++)
        if (ties->group[i] == two)
            ties->group[i] = one;
}

static void add_domain(struct seek *seek, struct near_values *values, struct domain domain)
{
    for (uint16_t i = 0; i < domain.count; i++) {
        const struct dwr_text value = { domain.values[i].p, domain.values[i].n };
        uint32_t k = 0;

        while (
            k < values->count &&
            !trial_same(&seek->bench, value, (struct dwr_text){ values->v[k].p, values->v[k].n }))
            k++;
        if (k == values->count)
            near_put(seek->arena, values, domain.values[i]);
    }
}

void ties_share(struct seek *seek, const struct cover_class *class_, const uint16_t *fields,
                uint32_t count, struct domain *domains)
{
    struct ties ties = { .fields = fields,
                         .count = count,
                         .group = arena_array(seek->arena, count, sizeof *ties.group) };
    const struct dwr_unit *unit = &seek->d->units[class_->index];

    for (uint32_t i = 0; i < count; i++)
        ties.group[i] = i;
    conds_of(seek->d->lock, tie, &ties);
    for (unsigned r = 0; class_->part == COVER_UNIT && r < unit->rule_count; r++)
        conds_of(unit->rules[r].when, tie, &ties);
    if (class_->part == COVER_TABLE)
        conds_of(seek->d->tables[class_->index].hold, tie, &ties);
    for (uint32_t g = 0; g < count; g++) {
        struct near_values all = { NULL, 0, 0 };
        uint32_t members = 0;

        for (uint32_t i = 0; i < count; i++)
            if (ties.group[i] == g) {
                add_domain(seek, &all, domains[i]);
                members++;
            }
        if (ties.ordered && members > 1) {
            const struct near_values gaps = near_gaps(seek->arena, &all);

            add_domain(seek, &all, (struct domain){ gaps.v, (uint16_t)gaps.count });
        }
        for (uint32_t i = 0; i < count && members > 1; i++)
            if (ties.group[i] == g)
                domains[i] = (struct domain){ all.v, (uint16_t)all.count };
    }
}
