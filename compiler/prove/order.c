/* order.c - two clients who saw the same document, arriving in either order. */
#include "inquiry.h"

#include "../../runtime/core/value.h"
#include "split.h"

/* More pairs of a part are not tried. */
enum { PAIRS_MAX = 400000 };

/* The rule whose writes commute as section 10 says; NULL: none is claimed to. */
static const struct dwr_rule *commuting(const struct part *part)
{
    const struct dwr_rule *rule = NULL;

    if (part->kind == PART_UNIT && part->doctype->units[part->index].rule_count == 1)
        rule = &part->doctype->units[part->index].rules[0];
    else if (part->kind == PART_FREE)
        rule = &part->doctype->free_rule;
    if (!rule)
        return NULL;
    switch (rule->kind) {
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
    case DWR_RULE_SUM:
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        return rule;
    default:
        return NULL;
    }
}

static bool is_rank(const struct inquiry *j, const struct dwr_rule *rule, struct dwr_text v)
{
    for (uint16_t i = 0; i < rule->ranked_count; i++)
        if (trial_same(j->bench, v, (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n }))
            return true;
    return false;
}

/* A value that the rule works on. */
static bool fits(const struct inquiry *j, const struct dwr_rule *rule, struct dwr_text v)
{
    if (dwr_is_unset(v))
        return true;
    if (rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH)
        return v.p[0] == '[';
    if (rule->ranked_count > 0)
        return is_rank(j, rule, v);
    if (rule->kind != DWR_RULE_SUM && v.p[0] == '"')
        return true;
    return v.p[0] == '-' || (v.p[0] >= '0' && v.p[0] <= '9');
}

struct pairs {
    struct inquiry *j;
    const struct dwr_rule *rule;   /* NULL: a table */
    const struct dwr_table *table; /* NULL: a rule */
    unsigned groups;
    struct split_picks picks[PART_SLOTS_MAX], others;
};

static struct dwr_text own_stored(const struct inquiry *j, uint32_t k)
{
    const int v = j->stored.value[(size_t)k * j->part->slot_count];

    return v > 0 ? (struct dwr_text){ j->part->slots[0].values.values[v].p,
                                      j->part->slots[0].values.values[v].n }
                 : (struct dwr_text){ NULL, 0 };
}

static struct dwr_text own_written(const struct inquiry *j, uint32_t k)
{
    const int v = j->client.value[(size_t)k * j->part->slot_count];

    return v > 0 ? (struct dwr_text){ j->part->slots[0].values.values[v].p,
                                      j->part->slots[0].values.values[v].n }
                 : (struct dwr_text){ NULL, 0 };
}

static bool is_written(const struct inquiry *j, uint32_t k, uint8_t slot)
{
    return j->client.value[(size_t)k * j->part->slot_count + slot] >= 0;
}

static bool writes_only_own(const struct inquiry *j, uint32_t k)
{
    for (uint8_t i = 1; i < j->part->slot_count; i++)
        if (is_written(j, k, i))
            return false;
    return is_written(j, k, 0);
}

/* Is this a write that the guarantee is about? */
static bool counts(const struct pairs *p, uint32_t base, uint32_t client)
{
    const struct dwr_text b = own_stored(p->j, base), c = own_written(p->j, client);

    if (!is_written(p->j, client, 0))
        return false;
    if (p->rule)
        return fits(p->j, p->rule, b) && fits(p->j, p->rule, c);
    return elements_keys_plain(p->j, p->table, b) && elements_keys_plain(p->j, p->table, c) &&
           elements_only_added(p->j, b, c);
}

/* Both writes, one after the other; p NULL: one was rejected. */
static struct dwr_text both(struct inquiry *j, uint32_t first, uint32_t second,
                            struct dwr_scratch *one, struct dwr_scratch *two, unsigned turn)
{
    struct dwr_write write = j->trial.write;
    struct dwr_result result;

    write.client = j->client.doc[first];
    if (inquiry_merge(j, one, &write, 4 + turn, &result) != DWR_OK ||
        result.status == DWR_REJECTED || !result.doc.p)
        return (struct dwr_text){ NULL, 0 };
    write.server = result.doc;
    write.client = j->client.doc[second];
    if (inquiry_merge(j, two, &write, 5 + turn, &result) != DWR_OK || result.status == DWR_REJECTED)
        return (struct dwr_text){ NULL, 0 };
    return result.doc;
}

static bool same_end(const struct pairs *p, struct dwr_text a, struct dwr_text b)
{
    if (p->table)
        return elements_keys_in(p->j, p->table, a, b) && elements_keys_in(p->j, p->table, b, a);
    if (p->rule->kind == DWR_RULE_UNION || p->rule->kind == DWR_RULE_KEEP_BOTH)
        return elements_in(p->j, p->rule->key, a, b) && elements_in(p->j, p->rule->key, b, a);
    return trial_same(p->j->bench, a, b);
}

static enum prove_reason reason(const struct pairs *p, uint32_t base, uint32_t a, uint32_t b)
{
    const struct dwr_doctype *d = p->j->part->doctype;

    if (d->lock && !writes_only_own(p->j, a))
        return PROVE_BY_LOCK;
    if (p->rule && (elements_key_twice(p->j, p->rule->key, own_stored(p->j, base)) ||
                    elements_key_twice(p->j, p->rule->key, own_written(p->j, a)) ||
                    elements_key_twice(p->j, p->rule->key, own_written(p->j, b))))
        return PROVE_BY_KEY_TWICE;
    if (d->lock)
        return PROVE_BY_LOCK;
    return p->table && p->table->hold ? PROVE_BY_CONDITION : PROVE_BY_NOTHING;
}

static void try_pair(struct pairs *p, uint32_t env, uint32_t base, uint32_t a, uint32_t b)
{
    struct inquiry *j = p->j;
    struct dwr_text one, two;

    j->at = (struct prove_case){
        .base_known = true, .base = base, .server = base, .client = a, .env = env, .second = b
    };
    j->trial.write = inquiry_write(j->part, &j->stored, &j->client, &j->at);
    one = both(j, a, b, j->bench->scratch, j->other, 0);
    two = both(j, b, a, j->again, j->last, 2);
    if (!one.p || !two.p)
        return;
    j->out->cases[PROVE_ORDER]++;
    if (!same_end(p, inquiry_value_in(j, one, 0), inquiry_value_in(j, two, 0)))
        inquiry_record(j, PROVE_ORDER, reason(p, base, a, b), 0);
}

/* One client writes what it likes; the other one, from the same base, its own fields alone. */
static void try_pairs(struct pairs *p, unsigned group, struct prove_case at)
{
    struct inquiry *j = p->j;

    if (group < p->groups) {
        for (uint32_t i = 0; i < p->picks[group].count; i++) {
            struct prove_case with = at;

            with.server += p->picks[group].v[i].server;
            with.client += p->picks[group].v[i].client;
            try_pairs(p, group + 1, with);
        }
        return;
    }
    inquiry_need(j->part, &j->stored, at.server);
    inquiry_need(j->part, &j->client, at.client);
    if (!counts(p, at.server, at.client))
        return;
    for (uint32_t i = 0; i < p->others.count; i++) {
        const uint32_t b = p->others.v[i].client;

        inquiry_need(j->part, &j->client, b);
        if (writes_only_own(j, b) && counts(p, at.server, b))
            try_pair(p, at.env, at.server, at.client, b);
    }
}

static void try_pairs_in(struct pairs *p, struct split *split, uint32_t env)
{
    struct prove_case at = split_case(SPLIT_ORDER);
    uint64_t total;

    p->others = split_picks(split, 0, SPLIT_INSERT_NEW, env);
    total = p->others.count;
    for (unsigned g = 0; g < p->groups; g++) {
        p->picks[g] = split_picks(split, g, SPLIT_ORDER, env);
        total *= p->picks[g].count;
    }
    at.env = env;
    if (total > PAIRS_MAX)
        p->j->out->order_too_large = true;
    else
        try_pairs(p, 0, at);
}

void inquiry_order(struct inquiry *j, struct split *split)
{
    struct pairs p = { .j = j, .rule = commuting(j->part), .groups = split_group_count(split) };

    if (j->part->kind == PART_TABLE)
        p.table = &j->part->doctype->tables[j->part->index];
    for (uint32_t env = 0; env < j->part->env_count && (p.rule || p.table); env++)
        try_pairs_in(&p, split, env);
}
