/* guards.c - documents, roles and users for which a condition holds, as far as they are easily
 * made: the merge shows whether it was enough. */
#include "lint_parts.h"
#include "str.h"

#include <stdlib.h>

static struct dwr_str field_of(const struct lint *l, const struct dwr_operand *o)
{
    return l->plan->names.v[o->field].name;
}

/* A value that is set: as a text, where the schema does not ask for another. */
static struct dwr_str any_value(struct lint *l, const struct dwr_operand *o, const char *text)
{
    const bool of_field =
        o->side == DWR_SIDE_BASE || o->side == DWR_SIDE_SERVER || o->side == DWR_SIDE_CLIENT;
    const struct schema_field *f =
        of_field && l->schema ? schema_field(l->schema, field_of(l, o)) : NULL;
    struct dwr_str office, device;

    if (!f || f->kind == SCHEMA_DATA || f->kind == SCHEMA_TEXT || f->kind == SCHEMA_LINK)
        return str_of(text);
    lint_member_values(l, l->schema, f->name, &office, &device);
    return office;
}

/* What a field or role is compared with, made true: the value goes where it is not yet taken. */
static void set_operand(struct lint *l, struct lint_case *c, const struct dwr_operand *o,
                        struct dwr_str value)
{
    struct lint_cell *cell;

    switch (o->side) {
    case DWR_SIDE_SERVER_ROLE:
        c->server_role = c->server_role.p ? c->server_role : value;
        return;
    case DWR_SIDE_CLIENT_ROLE:
        c->client_role = c->client_role.p ? c->client_role : value;
        return;
    case DWR_SIDE_CLIENT_USER:
        c->client_user = c->client_user.p ? c->client_user : value;
        return;
    case DWR_SIDE_BASE:
        cell = lint_cell(c, field_of(l, o));
        cell->base = cell->base.p ? cell->base : value;
        return;
    case DWR_SIDE_SERVER:
        cell = lint_cell(c, field_of(l, o));
        if (!cell->server.p) {
            cell->server = value;
            cell->base = cell->base.p ? cell->base : value; /* nobody has just changed it */
        }
        return;
    case DWR_SIDE_CLIENT:
        cell = lint_cell(c, field_of(l, o));
        cell->client = cell->client.p ? cell->client : value;
        return;
    default:
        return;
    }
}

/* A literal that is itself unset. */
static bool is_unset(struct dwr_str value)
{
    return str_same(value, str_of("null")) || str_same(value, str_of("\"\""));
}

static void assume_equal(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                         bool want)
{
    const bool unset = cond->value_count > 0 && is_unset(cond->values[0]);

    if (cond->right.side != DWR_SIDE_VALUE) {
        if (want) { /* both of them unset is as good */
            const struct dwr_str alike = any_value(l, &cond->left, "\"alike\"");

            set_operand(l, c, &cond->left, alike);
            set_operand(l, c, &cond->right, alike);
        }
        return;
    }
    if (want != unset)
        set_operand(l, c, &cond->left,
                    want ? cond->values[0] : any_value(l, &cond->left, "\"something\""));
}

/* A number a little beyond the literal; other literals have no neighbour that is easily made. */
static void assume_beyond(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                          int step)
{
    const struct dwr_str value = cond->value_count > 0 ? cond->values[0] : str_of("0");
    char *end;
    const double number = strtod(arena_copy(l->arena, value.p, value.n), &end);

    if (*end == '\0' && number > -1e9 && number < 1e9)
        set_operand(l, c, &cond->left, arena_printf(l->arena, "%.0f", number + step));
}

static void assume_order(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                         bool want)
{
    const bool less = (cond->op == DWR_COND_LT || cond->op == DWR_COND_LE) == want;
    const bool touches = (cond->op == DWR_COND_LE || cond->op == DWR_COND_GE) == want;

    if (cond->right.side != DWR_SIDE_VALUE)
        return;
    if (touches)
        set_operand(l, c, &cond->left, cond->values[0]);
    else
        assume_beyond(l, c, cond, less ? -1 : 1);
}

static void assume_changes(struct lint *l, struct lint_case *c, const struct dwr_cond *cond)
{
    struct lint_cell *cell = lint_cell(c, field_of(l, &cond->left));

    if (!cell->base.p && !cell->server.p)
        cell->server = any_value(l, &cond->left, "\"changed meanwhile\"");
}

void lint_assume(struct lint *l, struct lint_case *c, const struct dwr_cond *cond, bool want)
{
    switch (cond->op) {
    case DWR_COND_NOT:
        lint_assume(l, c, cond->a, !want);
        return;
    case DWR_COND_AND:
    case DWR_COND_OR:
        lint_assume(l, c, cond->a, want);
        if ((cond->op == DWR_COND_AND) == want) /* both are needed; else one is enough */
            lint_assume(l, c, cond->b, want);
        return;
    case DWR_COND_EQ:
    case DWR_COND_NE:
    case DWR_COND_IN:
    case DWR_COND_NOT_IN:
        assume_equal(l, c, cond, (cond->op == DWR_COND_EQ || cond->op == DWR_COND_IN) == want);
        return;
    case DWR_COND_IS_SET:
    case DWR_COND_IS_NOT_SET:
        if ((cond->op == DWR_COND_IS_SET) == want)
            set_operand(l, c, &cond->left, any_value(l, &cond->left, "\"something\""));
        return;
    case DWR_COND_CHANGES:
        if (want)
            assume_changes(l, c, cond);
        return;
    case DWR_COND_LT:
    case DWR_COND_LE:
    case DWR_COND_GT:
    case DWR_COND_GE:
        assume_order(l, c, cond, want);
        return;
    default:
        return;
    }
}

void lint_assume_rule(struct lint *l, struct lint_case *c, const struct dwr_unit *unit,
                      const struct dwr_rule *rule)
{
    if (rule->when)
        lint_assume(l, c, rule->when, true);
    for (uint16_t i = 0; i < unit->rule_count && &unit->rules[i] != rule; i++)
        lint_assume(l, c, unit->rules[i].when, false);
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
}
