/* split.c - which documents of a group that is read stand for all. */
#include "split_parts.h"

#include <stdlib.h>

#include "../../runtime/core/value.h"

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
        good = split_make_part(s, &s->groups[g]) && good;
    return good ? s : NULL;
}

unsigned split_group_count(const struct split *split)
{
    return split->group_count;
}

/* --- what is seen --- */

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
static uint64_t see(const struct split *s, const struct split_group *g, struct dwr_write *w,
                    struct dwr_result *result)
{
    const uint64_t equal = watched(s, g, w);

    if (dwr_merge(&g->doctype, w, s->j->again, result) != DWR_OK)
        result->doc.p = NULL;
    if (!result->doc.p)
        return equal << SPLIT_PROBES_MAX;
    w->server = stored_again(s, g, result->doc);
    return equal << (SPLIT_PROBES_MAX + 1) | probed(s, g, result->doc);
}

/* Makes documents, with the probes' fields. */
static void need(const struct split *s, struct split_group *g, struct inquiry_docs *docs,
                 uint32_t combination)
{
    const int value = docs->client ? WRITTEN : STORED;

    if (docs->doc[combination].p)
        return;
    inquiry_need(&g->part, docs, combination);
    docs->doc[combination] = with_probes(s, g, docs->doc[combination], value);
    if (!docs->client)
        docs->tombstone[combination] = with_probes(s, g, docs->tombstone[combination], value);
}

/* The result, its conflicts resolved. */
static struct dwr_text resolved(const struct split *s, const struct split_group *g,
                                const struct dwr_result *result)
{
    const struct part *part = s->j->part;
    struct dwr_text doc;

    s->j->part = &g->part;
    s->j->result = *result;
    doc = stored_again(s, g, inquiry_resolved(s->j));
    s->j->part = part;
    return doc;
}

static struct seen seen_of(const struct split *s, struct split_group *g, enum split_shape shape,
                           uint32_t env, struct split_pick pick)
{
    struct prove_case at = split_case(shape);
    struct seen seen = { .pick = pick };
    struct dwr_text after = { NULL, 0 };
    struct dwr_write write, other;
    struct dwr_result result;

    at.base = pick.base;
    at.server = pick.server;
    at.client = pick.client;
    at.env = env;
    if (at.op == DWR_DELETE)
        at.op = DWR_UPDATE;
    need(s, g, &g->stored, pick.base);
    need(s, g, &g->stored, pick.server);
    need(s, g, &g->client, pick.client);
    need(s, g, &g->client, 0);
    write = inquiry_write(&g->part, &g->stored, &g->client, &at);
    if (shape == SPLIT_ORDER) {
        other = write;
        other.client = g->client.doc[0];
        seen.states[0] = see(s, g, &write, &result);
        write.client = g->client.doc[0];
        seen.states[1] = see(s, g, &write, &result);
        seen.states[2] = see(s, g, &other, &result);
        return seen;
    }
    seen.states[0] = see(s, g, &write, &result);
    if (result.doc.p && at.server_is == PROVE_SERVER_TOMBSTONE) {
        write.op = DWR_UPDATE; /* inquiry_returned */
        write.base = g->stored.doc[pick.server];
    }
    if (result.doc.p && result.status == DWR_CONFLICT_MANUAL)
        after = resolved(s, g, &result);
    other = write;
    for (int i = 1; i < 3; i++)
        seen.states[i] = see(s, g, &write, &result);
    for (int i = 3; i < 5 && after.p; i++) {
        other.op = other.op == DWR_INSERT ? DWR_UPDATE : other.op; /* as inquiry_resolvable */
        other.server = i == 3 ? after : other.server;
        seen.states[i] = see(s, g, &other, &result);
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

static struct split_picks all_of(struct arena *arena, struct ranges r)
{
    struct split_picks picks = {
        arena_array(arena, (size_t)r.base * r.server * r.client, sizeof *picks.v), 0
    };

    for (uint32_t b = 0; b < r.base; b++)
        for (uint32_t v = 0; v < r.server; v++)
            for (uint32_t c = 0; c < r.client; c++)
                picks.v[picks.count++] = (struct split_pick){ r.base_is_server ? v : b, v, c };
    return picks;
}

/* Each of the picks with each of those of another group. */
static struct split_picks with_each(struct arena *arena, struct split_picks a, struct split_picks b)
{
    struct split_picks picks = { arena_array(arena, (size_t)a.count * b.count, sizeof *picks.v),
                                 0 };

    for (uint32_t i = 0; i < a.count; i++)
        for (uint32_t k = 0; k < b.count; k++)
            picks.v[picks.count++] =
                (struct split_pick){ a.v[i].base + b.v[k].base, a.v[i].server + b.v[k].server,
                                     a.v[i].client + b.v[k].client };
    return picks;
}

/* Those of a group that are looked at, as combinations of it. */
static struct split_picks picks_to_see(struct split *s, const struct split_group *g,
                                       enum split_shape shape, uint32_t env, struct ranges all)
{
    struct split_picks picks;

    if (!g->split)
        return all_of(s->arena, all);
    picks = split_picks(g->split, 0, shape, env);
    for (unsigned i = 1; i < g->split->group_count; i++)
        picks = with_each(s->arena, picks, split_picks(g->split, i, shape, env));
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
    struct split_picks picks, all;
    struct seen *seen;

    for (uint8_t i = 0; i < g->count; i++) {
        stored *= part_stored_values(s->part, g->slots[i]);
        client *= part_client_values(s->part, g->slots[i]);
    }
    all = picks_to_see(s, g, shape, env, ranges_of(shape, (uint32_t)stored, (uint32_t)client));
    picks = (struct split_picks){ arena_array(s->arena, all.count, sizeof *picks.v), 0 };
    if (g->whole) {
        for (uint32_t i = 0; i < all.count; i++)
            picks.v[picks.count++] = of_part(s, g, all.v[i]);
        return picks;
    }
    seen = arena_array(s->arena, all.count, sizeof *seen);
    for (uint32_t i = 0; i < all.count; i++)
        seen[i] = seen_of(s, g, shape, env, all.v[i]);
    qsort(seen, all.count, sizeof *seen, by_what_is_seen);
    for (uint32_t i = 0; i < all.count; i++)
        if (i == 0 || memcmp(seen[i].states, seen[i - 1].states, sizeof seen[i].states) != 0)
            picks.v[picks.count++] = of_part(s, g, seen[i].pick);
    return picks;
}
