/* part_conds.c - the DocType without the conditions that a part does not ask. */
#include "part.h"

#include <string.h>

static bool has_unit(const struct part *part, const struct dwr_unit *unit)
{
    for (uint8_t i = 0; i < part->slot_count; i++)
        if (part_unit(part, i) == unit)
            return true;
    return false;
}

static bool has_table(const struct part *part, const struct dwr_table *table)
{
    for (uint8_t i = 0; i < part->slot_count; i++)
        if (part_table(part, i) == table)
            return true;
    return false;
}

/* Of a unit that is not in the part what its fields want: its rules, but none when. */
static struct dwr_unit without_conditions(struct arena *arena, const struct dwr_unit *unit)
{
    struct dwr_rule *rules = arena_array(arena, unit->rule_count, sizeof *rules);
    struct dwr_unit copy = *unit;

    memcpy(rules, unit->rules, unit->rule_count * sizeof *rules);
    for (uint16_t r = 0; r < unit->rule_count; r++)
        rules[r].when = NULL;
    copy.rules = rules;
    return copy;
}

void part_put_asked(struct arena *arena, struct part *part)
{
    const struct dwr_doctype *d = part->doctype;
    struct dwr_unit *units = arena_array(arena, d->unit_count + 1u, sizeof *units);
    struct dwr_table *tables = arena_array(arena, d->table_count + 1u, sizeof *tables);
    struct dwr_doctype *asked = ARENA_NEW(arena, struct dwr_doctype);

    for (uint16_t u = 0; u < d->unit_count; u++)
        units[u] = d->units[u].rule_count == 1 || has_unit(part, &d->units[u])
                       ? d->units[u]
                       : without_conditions(arena, &d->units[u]);
    for (uint16_t t = 0; t < d->table_count; t++) {
        tables[t] = d->tables[t];
        if (!has_table(part, &d->tables[t]))
            tables[t].hold = NULL;
    }
    *asked = *d;
    asked->units = units;
    asked->tables = tables;
    part->asked = asked;
}
