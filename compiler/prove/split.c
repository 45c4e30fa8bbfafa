/* split.c - which documents of a group that is read stand for all. */
#include "split_parts.h"

#include <stdlib.h>

#include "../../runtime/core/value.h"
#include "str.h"

struct prove_case split_case(enum split_shape shape)
{
    static const struct prove_case cases[SPLIT_SHAPES] = {
        [SPLIT_UPDATE] = { .base_known = true },
        [SPLIT_UPDATE_UNKNOWN] = { .op = DWR_UPDATE },
        [SPLIT_INSERT_NEW] = { .op = DWR_INSERT, .server_is = PROVE_SERVER_NOTHING },
        [SPLIT_INSERT] = { .op = DWR_INSERT },
        [SPLIT_INSERT_DELETED] = { .op = DWR_INSERT, .server_is = PROVE_SERVER_TOMBSTONE },
        [SPLIT_UPDATE_DELETED] = { .op = DWR_UPDATE, .server_is = PROVE_SERVER_TOMBSTONE },
        [SPLIT_UNDELETE_DELETED] = { .op = DWR_UNDELETE, .server_is = PROVE_SERVER_TOMBSTONE },
        [SPLIT_UNDELETE] = { .op = DWR_UNDELETE },
        [SPLIT_DELETE] = { .op = DWR_DELETE, .base_known = true },
        [SPLIT_DELETE_UNKNOWN] = { .op = DWR_DELETE },
        [SPLIT_DELETE_DELETED] = { .op = DWR_DELETE, .server_is = PROVE_SERVER_TOMBSTONE },
        [SPLIT_ORDER] = { .base_known = true },
    };
    struct prove_case at = cases[shape];

    at.second = -1;
    return at;
}

static bool opens_conflicts(const struct split *s, const struct split_group *g)
{
    for (uint8_t i = 0; i < g->count; i++) {
        const struct dwr_unit *unit = part_unit(s->part, g->slots[i]);
        const struct dwr_table *table = part_table(s->part, g->slots[i]);

        if (table && (table->hold || table->same_key == DWR_SAME_KEY_MANUAL))
            return true;
        for (uint16_t r = 0; unit && r < unit->rule_count; r++)
            if (unit->rules[r].kind == DWR_RULE_MANUAL)
                return true;
        if (!unit && s->part->doctype->free_rule.kind == DWR_RULE_MANUAL)
            return true;
    }
    return false;
}

/* --- a group as a part --- */

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

/* {"a":1} with each probe's field before it. */
static struct dwr_text with_probes(const struct split *s, const struct split_group *g,
                                   struct dwr_text doc, int value)
{
    struct dwr_str head = { "{", 1 };

    if (g->probe_count == 0)
        return doc;
    for (uint8_t i = 0; i < g->probe_count; i++)
        head = arena_printf(s->arena, "%s%s\"%.*s\":%d", head.p, i ? "," : "", (int)g->names[i].n,
                            g->names[i].p, value);
    head =
        arena_printf(s->arena, "%s%s%.*s", head.p, doc.n > 2 ? "," : "", (int)doc.n - 1, doc.p + 1);
    return (struct dwr_text){ head.p, head.n };
}

enum { STORED = 2, WRITTEN = 3 }; /* in the probes' fields */

static bool make_part(struct split *s, struct split_group *g)
{
    bool asked = g->probe_count > 0;
    uint64_t cases;

    if (g->whole)
        return true;
    for (uint8_t i = 0; i < g->count; i++)
        asked = asked || g->watched[i];
    g->whole = !asked || (g->count > 1 && opens_conflicts(s, g));
    g->part = *s->part;
    g->part.slot_count = g->count;
    g->part.kind = PART_UNIT;
    for (uint8_t i = 0; i < g->count; i++)
        g->part.slots[i] = s->part->slots[g->slots[i]];
    cases = part_stored_count(&g->part);
    cases *= cases * part_client_count(&g->part);
    if (g->whole || cases > SPLIT_CASES_MAX || !make_doctype(s, g)) {
        g->whole = true;
        return cases <= SPLIT_CASES_MAX;
    }
    g->part.doctype = &g->doctype;
    inquiry_documents(s->arena, &g->part, &g->stored, &g->client);
    for (uint32_t i = 0; i < g->stored.count; i++) {
        inquiry_need(&g->part, &g->stored, i);
        g->stored.doc[i] = with_probes(s, g, g->stored.doc[i], STORED);
        g->stored.tombstone[i] = with_probes(s, g, g->stored.tombstone[i], STORED);
    }
    for (uint32_t i = 0; i < g->client.count; i++) {
        inquiry_need(&g->part, &g->client, i);
        g->client.doc[i] = with_probes(s, g, g->client.doc[i], WRITTEN);
    }
    return true;
}

struct split *split_new(struct inquiry *j, const struct part *part, bool whole)
{
    struct split *s = ARENA_NEW(j->bench->arena, struct split);
    bool good = true;

    *s = (struct split){ .j = j, .part = part, .arena = j->bench->arena };
    s->stored_step[0] = s->client_step[0] = 1;
    for (uint8_t i = 1; i < part->slot_count; i++) {
        s->stored_step[i] = s->stored_step[i - 1] * part_stored_values(part, i - 1u);
        s->client_step[i] = s->client_step[i - 1] * part_client_values(part, i - 1u);
    }
    split_make_groups(s, whole);
    for (uint8_t g = 1; g < s->group_count; g++)
        good = make_part(s, &s->groups[g]) && good;
    return good ? s : NULL;
}

unsigned split_group_count(const struct split *split)
{
    return split->group_count;
}

/* --- what is seen --- */

struct seen {
    uint64_t states[SPLIT_STATES];
    struct split_pick pick; /* of the group */
};

/* The result with the probes' fields as they are stored: what the next write finds. */
static struct dwr_text stored_again(const struct split *s, const struct split_group *g,
                                    struct dwr_text doc)
{
    char *text = arena_copy(s->arena, doc.p, doc.n);

    for (uint8_t i = 0; i < g->probe_count; i++) {
        const struct dwr_str mark =
            arena_printf(s->arena, "\"%.*s\":%d", (int)g->names[i].n, g->names[i].p, WRITTEN);
        char *at = strstr(text, mark.p);

        if (at)
            at[mark.n - 1] = '0' + STORED;
    }
    return (struct dwr_text){ text, doc.n };
}

static uint64_t probed(const struct split *s, const struct split_group *g, struct dwr_text doc)
{
    uint64_t bits = 1;

    for (uint8_t i = 0; i < g->probe_count; i++) {
        const struct dwr_text v = trial_member(s->arena, doc, g->names[i]);

        bits = 2 * bits + (v.n == 1 && v.p[0] == '0' + WRITTEN);
    }
    return bits;
}

/* Which values of the watched fields are equal. */
static uint64_t watched(const struct split *s, const struct split_group *g,
                        const struct dwr_write *w)
{
    uint64_t bits = 0;

    for (uint8_t i = 0; i < g->count; i++) {
        const struct dwr_str name = g->part.slots[i].name;
        struct dwr_text base, server, client;

        if (!g->watched[i])
            continue;
        base = trial_member(s->arena, w->base, name);
        server = trial_member(s->arena, w->server, name);
        client = trial_member(s->arena, w->client, name);
        bits = 8 * bits + (client.p ? 4u : 0u) + (trial_same(s->j->bench, server, base) ? 2u : 0u) +
               (trial_same(s->j->bench, server, client.p ? client : base) ? 1u : 0u);
    }
    return bits;
}

/* Merges; what is stored then, and what the merge saw. */
static uint64_t see(const struct split *s, const struct split_group *g, struct dwr_write *w)
{
    struct dwr_result result;
    const uint64_t equal = watched(s, g, w);

    if (dwr_merge(&g->doctype, w, s->j->again, &result) != DWR_OK || !result.doc.p)
        return equal << SPLIT_PROBES_MAX;
    w->server = stored_again(s, g, result.doc);
    return equal << (SPLIT_PROBES_MAX + 1) | probed(s, g, result.doc);
}

/* The stored combination of the client's view. */
static uint32_t view_of(const struct split_group *g, const struct split_pick *p, bool base_known)
{
    uint64_t combination = 0, step = 1;

    for (uint8_t i = 0; i < g->count; i++) {
        const int wrote = part_client_value(&g->part, p->client, i);

        combination +=
            step * (uint64_t)(wrote >= 0 ? wrote
                                         : part_stored_value(&g->part,
                                                             base_known ? p->base : p->server, i));
        step *= g->part.slots[i].values.count;
    }
    return (uint32_t)combination;
}

static struct seen seen_of(const struct split *s, struct split_group *g, enum split_shape shape,
                           uint32_t env, struct split_pick pick)
{
    struct prove_case at = split_case(shape);
    struct seen seen = { .pick = pick };
    struct dwr_write write, other;
    struct dwr_text deleted;

    at.base = pick.base;
    at.server = pick.server;
    at.client = pick.client;
    at.env = env;
    if (at.op == DWR_DELETE)
        at.op = DWR_UPDATE;
    write = inquiry_write(&g->part, &g->stored, &g->client, &at);
    deleted = write.server;
    if (shape == SPLIT_ORDER) {
        other = write;
        other.client = g->client.doc[0];
        seen.states[0] = see(s, g, &write);
        write.client = g->client.doc[0];
        seen.states[1] = see(s, g, &write);
        seen.states[2] = see(s, g, &other);
        return seen;
    }
    for (int i = 0; i < 3; i++) {
        seen.states[i] = see(s, g, &write);
        if (at.server_is == PROVE_SERVER_TOMBSTONE && write.server.p != deleted.p) {
            write.op = DWR_UPDATE; /* inquiry_returned */
            write.base = g->stored.doc[pick.server];
        }
    }
    if (opens_conflicts(s, g) && at.server_is != PROVE_SERVER_NOTHING) {
        write.server = g->stored.doc[view_of(g, &pick, at.base_known)];
        seen.states[3] = see(s, g, &write);
    }
    return seen;
}

/* --- picks --- */

struct ranges {
    uint32_t base, server, client;
    bool base_is_server;
};

static struct ranges ranges_of(enum split_shape shape, uint32_t stored, uint32_t client)
{
    const struct prove_case at = split_case(shape);

    return (struct ranges){
        .base = at.base_known && shape != SPLIT_ORDER ? stored : 1,
        .server = at.server_is == PROVE_SERVER_NOTHING ? 1 : stored,
        .client = at.op == DWR_DELETE ? 1 : client,
        .base_is_server = shape == SPLIT_ORDER,
    };
}

/* As combinations of the part. */
static struct split_pick of_part(const struct split *s, const struct split_group *g,
                                 struct split_pick in)
{
    struct split_pick out = { 0, 0, 0 };

    for (uint8_t i = 0; i < g->count; i++) {
        const uint8_t slot = g->slots[i];
        const uint64_t stored = s->stored_step[slot], client = s->client_step[slot];
        const uint32_t values = part_stored_values(s->part, slot),
                       written = part_client_values(s->part, slot);

        out.base += (uint32_t)(in.base % values * stored);
        out.server += (uint32_t)(in.server % values * stored);
        out.client += (uint32_t)(in.client % written * client);
        in.base /= values;
        in.server /= values;
        in.client /= written;
    }
    return out;
}

/* Those that are equal stand together; the first, which has base and server equal, stands for all.
 */
static int by_what_is_seen(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    const int order = memcmp(x->states, y->states, sizeof x->states);

    if (order != 0)
        return order;
    if ((x->pick.base == x->pick.server) != (y->pick.base == y->pick.server))
        return x->pick.base == x->pick.server ? -1 : 1;
    if (x->pick.base != y->pick.base)
        return x->pick.base < y->pick.base ? -1 : 1;
    if (x->pick.server != y->pick.server)
        return x->pick.server < y->pick.server ? -1 : 1;
    return (x->pick.client > y->pick.client) - (x->pick.client < y->pick.client);
}

static struct split_picks all_of(struct split *s, const struct split_group *g, struct ranges r)
{
    struct split_picks picks = {
        arena_array(s->arena, (size_t)r.base * r.server * r.client, sizeof *picks.v), 0
    };

    for (uint32_t b = 0; b < r.base; b++)
        for (uint32_t v = 0; v < r.server; v++)
            for (uint32_t c = 0; c < r.client; c++)
                picks.v[picks.count++] =
                    of_part(s, g, (struct split_pick){ r.base_is_server ? v : b, v, c });
    return picks;
}

uint64_t split_count(struct split *s, unsigned group)
{
    const struct split_group *g = &s->groups[group];
    uint64_t cases = 1;

    if (!g->whole)
        return split_picks(s, group, SPLIT_UPDATE, 0).count;
    for (uint8_t i = 0; i < g->count && cases < UINT32_MAX; i++)
        cases *= (uint64_t)part_stored_values(s->part, g->slots[i]) *
                 part_stored_values(s->part, g->slots[i]) *
                 part_client_values(s->part, g->slots[i]);
    return cases;
}

struct split_picks split_picks(struct split *s, unsigned group, enum split_shape shape,
                               uint32_t env)
{
    struct split_group *g = &s->groups[group];
    uint64_t stored = 1, client = 1;
    struct split_picks picks;
    struct seen *seen;
    struct ranges r;
    uint32_t n = 0;

    for (uint8_t i = 0; i < g->count; i++) {
        stored *= part_stored_values(s->part, g->slots[i]);
        client *= part_client_values(s->part, g->slots[i]);
    }
    r = ranges_of(shape, (uint32_t)stored, (uint32_t)client);
    if (g->whole)
        return all_of(s, g, r);
    seen = arena_array(s->arena, (size_t)r.base * r.server * r.client, sizeof *seen);
    for (uint32_t b = 0; b < r.base; b++)
        for (uint32_t v = 0; v < r.server; v++)
            for (uint32_t c = 0; c < r.client; c++)
                seen[n++] = seen_of(s, g, shape, env,
                                    (struct split_pick){ r.base_is_server ? v : b, v, c });
    qsort(seen, n, sizeof *seen, by_what_is_seen);
    picks = (struct split_picks){ arena_array(s->arena, n, sizeof *picks.v), 0 };
    for (uint32_t i = 0; i < n; i++)
        if (i == 0 || memcmp(seen[i].states, seen[i - 1].states, sizeof seen[i].states) != 0)
            picks.v[picks.count++] = of_part(s, g, seen[i].pick);
    return picks;
}
