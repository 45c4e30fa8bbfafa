/* cond.c - conditions while merging (section 4), and whose time and roles they speak of (2.5). */
#include "instant.h"
#include "merge.h"

static struct dwr_text of_str(struct dwr_str v)
{
    return (struct dwr_text){ v.p, v.n };
}

/* server_ts and server_role are one value, or an object by field with "*" for the rest. */
static struct dwr_text by_field(struct merge *m, struct dwr_text v, const char *name, size_t n)
{
    struct dwr_text found = ABSENT;

    if (v.p == NULL || v.p[0] != '{')
        return v;
    if (name != NULL)
        found = dwr_member(m->s, v, name, n);
    return found.p != NULL ? found : dwr_member(m->s, v, "*", 1);
}

/* Calls visit for the value that server_ts or server_role has for each name of the scope, until it
 * returns true. */
typedef bool visit_fn(struct merge *m, struct dwr_text v, void *context);

static bool for_scope(struct merge *m, struct dwr_text v, const struct scope *scope,
                      visit_fn *visit, void *context)
{
    if (v.p == NULL)
        return false;
    if (v.p[0] != '{' || scope->fields == NULL)
        return visit(m, by_field(m, v, scope->name.p, scope->name.n), context);
    for (uint32_t i = 0; i < scope->field_count; i++) {
        const struct dwr_str name = scope->names->v[scope->fields[i]].name;

        if (visit(m, by_field(m, v, name.p, name.n), context))
            return true;
    }
    return false;
}

/* --- roles --- */

struct wanted_roles {
    const struct dwr_text *v; /* JSON values; NULL: any role at all */
    uint32_t count;
};

static bool role_wanted(struct merge *m, struct dwr_text role, const struct wanted_roles *wanted)
{
    if (role.p == NULL || role.p[0] != '"')
        return false;
    if (wanted->v == NULL)
        return role.n > 2;
    for (uint32_t i = 0; i < wanted->count; i++)
        if (dwr_field_equal(m->s, role, wanted->v[i]))
            return true;
    return false;
}

/* A role is a string or an array of strings. */
static bool has_role(struct merge *m, struct dwr_text roles, void *context)
{
    const struct wanted_roles *wanted = context;
    struct dwr_walk w;
    struct dwr_text key, role;

    if (roles.p == NULL || roles.p[0] != '[')
        return role_wanted(m, roles, wanted);
    w = dwr_walk_of(roles);
    while (dwr_walk_next(&w, m->s->scan, &key, &role))
        if (role_wanted(m, role, wanted))
            return true;
    return false;
}

static bool any_role(struct merge *m, unsigned side, const struct scope *scope,
                     struct wanted_roles wanted)
{
    return side == DWR_SIDE_SERVER_ROLE ? for_scope(m, m->server_role, scope, has_role, &wanted)
                                        : has_role(m, m->client_role, &wanted);
}

static bool is_role(unsigned side)
{
    return side == DWR_SIDE_SERVER_ROLE || side == DWR_SIDE_CLIENT_ROLE;
}

/* --- operands --- */

static struct dwr_text operand_value(struct merge *m, const struct dwr_cond *c,
                                     const struct dwr_operand *o)
{
    uint32_t i;

    switch (o->side) {
    case DWR_SIDE_VALUE:
        return of_str(c->values[0]);
    case DWR_SIDE_CLIENT_USER:
        return m->client_user.p != NULL && m->client_user.p[0] == '"' ? m->client_user : ABSENT;
    case DWR_SIDE_BASE:
    case DWR_SIDE_SERVER:
    case DWR_SIDE_CLIENT:
        break;
    default:
        return ABSENT;
    }
    i = record_slot(&m->doc, o->field);
    if (i == NO_SLOT)
        return ABSENT;
    if (o->side == DWR_SIDE_CLIENT)
        return client_view_of(&m->doc, i);
    return m->doc.slots[i].value[o->side == DWR_SIDE_BASE ? DWR_BASE : DWR_SERVER];
}

static bool in_values(struct merge *m, struct dwr_text v, const struct dwr_cond *c)
{
    for (uint32_t i = 0; i < c->value_count; i++)
        if (dwr_field_equal(m->s, v, of_str(c->values[i])))
            return true;
    return false;
}

/* `=` holds when one of the roles is it, `!=` when none is, `in` when one is in the list. */
static bool role_cond(struct merge *m, const struct dwr_cond *c, const struct scope *scope)
{
    const bool left = is_role(c->left.side);
    const unsigned side = left ? c->left.side : c->right.side;
    struct dwr_text one;
    bool found = false;

    if (c->op == DWR_COND_IS_SET || c->op == DWR_COND_IS_NOT_SET) {
        found = any_role(m, side, scope, (struct wanted_roles){ NULL, 0 });
    } else if (c->op == DWR_COND_IN || c->op == DWR_COND_NOT_IN) {
        for (uint32_t i = 0; i < c->value_count && !found; i++) {
            one = of_str(c->values[i]);
            found = any_role(m, side, scope, (struct wanted_roles){ &one, 1 });
        }
    } else {
        one = operand_value(m, c, left ? &c->right : &c->left);
        found = any_role(m, side, scope, (struct wanted_roles){ &one, 1 });
    }
    return found == (c->op == DWR_COND_EQ || c->op == DWR_COND_IN || c->op == DWR_COND_IS_SET);
}

static bool comparison(struct merge *m, const struct dwr_cond *c)
{
    const struct dwr_text a = operand_value(m, c, &c->left);
    struct dwr_text b;
    int order;

    switch (c->op) {
    case DWR_COND_IN:
        return in_values(m, a, c);
    case DWR_COND_NOT_IN:
        return !in_values(m, a, c);
    case DWR_COND_IS_SET:
        return !dwr_is_unset(a);
    case DWR_COND_IS_NOT_SET:
        return dwr_is_unset(a);
    default:
        break;
    }
    b = operand_value(m, c, &c->right);
    if (c->op == DWR_COND_EQ || c->op == DWR_COND_NE)
        return dwr_field_equal(m->s, a, b) == (c->op == DWR_COND_EQ);
    order = dwr_value_compare(m->s, a, b);
    return c->op == DWR_COND_LT   ? order < 0
           : c->op == DWR_COND_LE ? order <= 0
           : c->op == DWR_COND_GT ? order > 0
                                  : order >= 0;
}

bool cond_holds(struct merge *m, const struct dwr_cond *c, const struct scope *scope)
{
    switch (c->op) {
    case DWR_COND_AND:
        return cond_holds(m, c->a, scope) && cond_holds(m, c->b, scope);
    case DWR_COND_OR:
        return cond_holds(m, c->a, scope) || cond_holds(m, c->b, scope);
    case DWR_COND_NOT:
        return !cond_holds(m, c->a, scope);
    case DWR_COND_CHANGES:
        return field_changes(&m->doc, c->left.field);
    case DWR_COND_BECOMES:
    case DWR_COND_CREATED:
        return false; /* not of a merge; the checker lets them stand in push_priority alone */
    default:
        return is_role(c->left.side) || is_role(c->right.side) ? role_cond(m, c, scope)
                                                               : comparison(m, c);
    }
}

bool lock_holds(struct merge *m)
{
    static const struct scope star = { .name = { NULL, 0 } };

    return m->d->lock != NULL && cond_holds(m, m->d->lock, &star);
}

/* --- the three clocks --- */

struct latest {
    struct dwr_instant at;
    bool known;
};

static bool take_latest(struct merge *m, struct dwr_text v, void *context)
{
    struct latest *latest = context;
    struct dwr_instant at;

    if (dwr_value_instant(m->s, v, &at) &&
        (!latest->known || dwr_instant_compare(&at, &latest->at) > 0))
        *latest = (struct latest){ at, true };
    return false;
}

bool client_wrote_last(struct merge *m, const struct scope *scope)
{
    struct dwr_instant written, now;
    struct latest server = { .known = false };

    if (!dwr_value_instant(m->s, m->client_ts, &written))
        return false;
    for_scope(m, m->server_ts, scope, take_latest, &server);
    if (!server.known)
        return true;
    /* A clock ahead of now gains nothing. */
    if (dwr_value_instant(m->s, m->now, &now) && dwr_instant_compare(&now, &written) < 0)
        written = now;
    return dwr_instant_compare(&written, &server.at) > 0;
}
