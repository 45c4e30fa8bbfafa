/* literals.c - walks a DocType's conditions and values. */
#include "literals.h"

static void comparison(const struct dwr_cond *c, bool merging, literal_use *use, void *context)
{
    const bool ordered = c->op >= DWR_COND_LT && c->op <= DWR_COND_GE;
    struct literal l = { .side = c->left.side,
                         .field = c->left.field,
                         .cond = c,
                         .ordered = ordered,
                         .merging = merging };

    if (c->left.side >= DWR_SIDE_SERVER_ROLE)
        l.field = DWR_NONE;
    for (uint16_t i = 0; i < c->value_count; i++) {
        l.value = c->values[i];
        use(context, &l);
    }
    if (c->value_count > 0)
        return;
    l.other = c->right;
    use(context, &l);
    l.side = c->right.side;
    l.field = c->right.side >= DWR_SIDE_SERVER_ROLE ? DWR_NONE : c->right.field;
    l.other = c->left;
    use(context, &l);
}

void literals_of_cond(const struct dwr_cond *c, bool merging, literal_use *use, void *context)
{
    if (!c)
        return;
    switch (c->op) {
    case DWR_COND_AND:
    case DWR_COND_OR:
        literals_of_cond(c->a, merging, use, context);
        literals_of_cond(c->b, merging, use, context);
        break;
    case DWR_COND_NOT:
        literals_of_cond(c->a, merging, use, context);
        break;
    case DWR_COND_IS_SET:
    case DWR_COND_IS_NOT_SET:
    case DWR_COND_CHANGES:
    case DWR_COND_CREATED:
        break;
    default:
        comparison(c, merging, use, context);
    }
}

static void value(uint16_t field, struct dwr_str text, bool merging, literal_use *use,
                  void *context)
{
    const struct literal l = {
        .side = DWR_SIDE_DOC, .field = field, .value = text, .merging = merging
    };

    if (field != DWR_NONE && text.p)
        use(context, &l);
}

static void unit(const struct dwr_unit *u, literal_use *use, void *context)
{
    for (uint16_t r = 0; r < u->rule_count; r++) {
        literals_of_cond(u->rules[r].when, true, use, context);
        for (uint16_t i = 0; i < u->rules[r].set_count; i++)
            value(u->rules[r].set[i].field, u->rules[r].set[i].value, true, use, context);
    }
}

void literals_each(const struct dwr_doctype *d, literal_use *use, void *context)
{
    for (uint16_t i = 0; i < d->unit_count; i++)
        unit(&d->units[i], use, context);
    for (uint16_t i = 0; i < d->free_rule.set_count; i++)
        value(d->free_rule.set[i].field, d->free_rule.set[i].value, true, use, context);
    for (uint16_t i = 0; i < d->table_count; i++)
        literals_of_cond(d->tables[i].hold, true, use, context);
    literals_of_cond(d->lock, true, use, context);
    value(d->tombstone.soft_delete.field, d->tombstone.soft_delete.value, true, use, context);
    literals_of_cond(d->tombstone.archive_when, false, use, context);
    for (uint16_t i = 0; i < d->no_overlap_count; i++)
        literals_of_cond(d->no_overlap[i].unless, false, use, context);
    for (uint16_t i = 0; i < d->link_count; i++)
        literals_of_cond(d->links[i].refresh_when, false, use, context);
    for (uint16_t i = 0; i < d->effect_count; i++)
        value(d->effects[i].field, d->effects[i].value, false, use, context);
    for (uint16_t i = 0; i < d->priority_count; i++)
        literals_of_cond(d->priorities[i].when, false, use, context);
}
