/* why_sets.c - what the `set` of a conflict gave a field that nobody reports (SEMANTICS 4.3). */
#include "why.h"

#include "str.h"

static bool is_set_by(const struct dwr_unit *unit, struct dwr_str at)
{
    for (uint32_t i = 0; i < unit->rule_count; i++)
        for (uint32_t k = 0; k < unit->rules[i].set_count; k++)
            if (str_same(at, unit->rules[i].set[k].at))
                return true;
    return false;
}

/* Was there a conflict over the unit: a field of it is a person's to decide, or would be, had the
 * rule not set it. */
static bool is_open(const struct dwr_doctype *d, const struct why *why, const struct dwr_unit *unit)
{
    for (uint32_t i = 0; i < why->line_count; i++) {
        const struct why_line *line = &why->lines[i];

        for (uint32_t k = 0; k < unit->field_count && line->wins; k++)
            if (str_same(line->field, d->names.v[unit->fields[k]].name) &&
                (strcmp(line->wins, dwr_outcome_name(DWR_OUTCOME_MANUAL)) == 0 ||
                 is_set_by(unit, line->rule)))
                return true;
    }
    return false;
}

const struct dwr_set *why_set(struct trial_bench *bench, const struct dwr_doctype *d,
                              const struct why *why, struct dwr_text result, unsigned field)
{
    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t i = 0; i < d->units[u].rule_count; i++)
            for (uint32_t k = 0; k < d->units[u].rules[i].set_count; k++) {
                const struct dwr_set *set = &d->units[u].rules[i].set[k];
                const struct dwr_text value = { set->value.p, set->value.n };

                if (set->field == field && trial_same(bench, value, result) &&
                    is_open(d, why, &d->units[u]))
                    return set;
            }
    return NULL;
}
