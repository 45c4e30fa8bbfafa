/* part_envs.c - the times, roles and users that the rules of a part tell apart. */
#include "part.h"

#include "trial/conds.h"

struct asked {
    const struct part *part;
    bool times, server_role, client_role, user;
    bool any; /* a condition asks for a role or a user that none names: is there one, is it a
                 field's */
};

static void ask_operand(struct asked *a, const struct dwr_operand *o)
{
    a->server_role = a->server_role || o->side == DWR_SIDE_SERVER_ROLE;
    a->client_role = a->client_role || o->side == DWR_SIDE_CLIENT_ROLE;
    a->user = a->user || o->side == DWR_SIDE_CLIENT_USER;
}

static void ask_cond(void *context, const struct dwr_cond *c)
{
    struct asked *a = context;

    const bool is_compared = c->value_count == 0 && c->op < DWR_COND_IN;
    const bool is_set = c->op == DWR_COND_IS_SET || c->op == DWR_COND_IS_NOT_SET;

    ask_operand(a, &c->left);
    if (is_compared)
        ask_operand(a, &c->right);
    a->any = a->any || ((is_compared || is_set) && c->left.side >= DWR_SIDE_SERVER_ROLE) ||
             (is_compared && c->right.side >= DWR_SIDE_SERVER_ROLE);
}

static void ask_rule(struct asked *a, const struct dwr_rule *rule)
{
    a->times = a->times || rule->kind == DWR_RULE_LAST_WRITE_WINS;
    conds_of(rule->when, ask_cond, a);
}

static void ask_unit(struct asked *a, const struct dwr_unit *unit)
{
    for (uint16_t r = 0; r < unit->rule_count; r++)
        ask_rule(a, &unit->rules[r]);
}

static struct asked what_is_asked(const struct part *part)
{
    struct asked a = { .part = part };

    conds_of(part->doctype->lock, ask_cond, &a);
    for (uint8_t i = 0; i < part->slot_count; i++) {
        const struct dwr_unit *unit = part_unit(part, i);
        const struct dwr_table *table = part_table(part, i);

        if (unit)
            ask_unit(&a, unit);
        else if (table)
            conds_of(table->hold, ask_cond, &a);
        else
            ask_rule(&a, part->slots[i].in_row ? &part->doctype->tables[part->index].otherwise
                                               : &part->doctype->free_rule);
    }
    return a;
}

static struct dwr_text text(struct dwr_str s)
{
    return (struct dwr_text){ s.p, s.n };
}

/* Earlier, the same, later, a clock ahead, unknown: what last_write_wins tells apart (4). */
static uint16_t put_times(struct arena *arena, struct part_env *envs)
{
    const struct domain t = domain_of_instants(arena);
    const struct dwr_text early = text(t.values[1]), mid = text(t.values[2]),
                          late = text(t.values[3]);

    envs[0] = (struct part_env){ .client_ts = late, .server_ts = mid };
    envs[1] = (struct part_env){ .client_ts = mid, .server_ts = mid };
    envs[2] = (struct part_env){ .client_ts = early, .server_ts = mid };
    envs[3] = (struct part_env){ .client_ts = late, .server_ts = mid, .now = early };
    envs[4] = (struct part_env){ .server_ts = mid };
    envs[5] = (struct part_env){ .client_ts = mid };
    return 6;
}

/* No role is as good as another one that no condition names, unless one asks for any. */
static struct domain roles(struct arena *arena, const struct asked *a, bool client)
{
    struct domain d = domain_of_roles(arena, a->part->asked, client);

    if (!(client ? a->client_role : a->server_role))
        d.count = 1;
    else if (!a->any)
        d.count--;
    return d;
}

void part_put_envs(struct arena *arena, struct part *part)
{
    const struct asked a = what_is_asked(part);
    const struct domain one = { (const struct dwr_str[]){ { "null", 4 } }, 1 };
    const struct domain server = roles(arena, &a, false), client = roles(arena, &a, true);
    const struct domain users = a.user ? domain_of_users(arena, part->asked) : one;
    struct part_env times[6] = { { .now = { NULL, 0 } } };
    const uint16_t time_count = a.times ? put_times(arena, times) : 1;
    const size_t count = (size_t)time_count * server.count * client.count * users.count;
    struct part_env *envs;
    size_t n = 0;

    if (count > 1000) {
        part->too_large = true;
        return;
    }
    envs = arena_array(arena, count, sizeof *envs);
    for (uint16_t t = 0; t < time_count; t++)
        for (uint16_t s = 0; s < server.count; s++)
            for (uint16_t c = 0; c < client.count; c++)
                for (uint16_t u = 0; u < users.count; u++) {
                    envs[n] = times[t];
                    if (s > 0)
                        envs[n].server_role = text(server.values[s]);
                    if (c > 0)
                        envs[n].client_role = text(client.values[c]);
                    if (u > 0)
                        envs[n].client_user = text(users.values[u]);
                    n++;
                }
    part->envs = envs;
    part->env_count = (uint16_t)n;
}
