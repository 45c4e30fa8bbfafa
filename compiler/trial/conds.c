/* conds.c - walks conditions. */
#include "conds.h"

void conds_of(const struct dwr_cond *c, cond_use *use, void *context)
{
    if (!c)
        return;
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR || c->op == DWR_COND_NOT) {
        conds_of(c->a, use, context);
        if (c->op != DWR_COND_NOT)
            conds_of(c->b, use, context);
        return;
    }
    use(context, c);
}

void conds_of_merging(const struct dwr_doctype *d, cond_use *use, void *context)
{
    for (uint16_t u = 0; u < d->unit_count; u++)
        for (uint16_t r = 0; r < d->units[u].rule_count; r++)
            conds_of(d->units[u].rules[r].when, use, context);
    for (uint16_t t = 0; t < d->table_count; t++)
        conds_of(d->tables[t].hold, use, context);
    conds_of(d->lock, use, context);
}
