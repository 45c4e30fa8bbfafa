/* law_convergent.c - two clients' writes from one base end with the same values in either order of
 * arrival (semantics 10). */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Both writes, one after the other; NULL where one was rejected or failed. */
static struct tree *write_both(struct judge *j, const struct dwr_write *first,
                               const struct dwr_write *second)
{
    struct dwr_write next = *second;
    struct seen seen = judge_see(j, first, 0, false, 0);

    if (seen.rc != DWR_OK)
        return NULL;
    judge_read_answer(j, &seen);
    if (seen.doc == NULL || text_is(seen.status, "rejected"))
        return NULL;
    next.server = seen.doc->raw;
    seen = judge_see(j, &next, 0, false, 0);
    if (seen.rc != DWR_OK)
        return NULL;
    judge_read_answer(j, &seen);
    return text_is(seen.status, "rejected") ? NULL : seen.doc;
}

/* The element's identity in a union: its key where it has one, else the whole of it. */
static struct dwr_text element_identity(const struct dwr_rule *rule, const struct tree *e)
{
    const struct tree *const key = rule->key.p == NULL || e->kind != '{'
                                       ? NULL
                                       : tree_get(e, (struct dwr_text){ rule->key.p, rule->key.n });

    return tree_unset(key) ? e->canonical : key->canonical;
}

static bool all_identities_in(const struct dwr_rule *rule, const struct tree *a,
                              const struct tree *b)
{
    for (size_t i = 0; i < (tree_unset(a) ? 0 : a->count); i++) {
        bool found = false;

        for (size_t k = 0; k < (tree_unset(b) ? 0 : b->count) && !found; k++)
            found = text_equal(element_identity(rule, a->v[i]), element_identity(rule, b->v[k]));
        if (!found)
            return false;
    }
    return true;
}

static bool all_keys_in(struct judge *j, const struct dwr_table *table, const struct tree *a,
                        const struct tree *b)
{
    struct pool *const pool = &j->laws->pool;

    for (size_t i = 0; i < judge_row_count(a); i++) {
        const struct dwr_text key = judge_row_key(pool, table, a->v[i]);
        bool found = key.n == 0;

        for (size_t k = 0; k < judge_row_count(b) && !found; k++)
            found = text_equal(key, judge_row_key(pool, table, b->v[k]));
        if (!found)
            return false;
    }
    return true;
}

/* Two elements of one key in one array: which of them the other side's is, is left open. */
static bool identity_repeats(const struct dwr_rule *rule, const struct tree *t)
{
    for (size_t i = 0; rule->key.p != NULL && i < t->count; i++)
        for (size_t k = 0; k < i; k++)
            if (text_equal(element_identity(rule, t->v[i]), element_identity(rule, t->v[k])))
                return true;
    return false;
}

/* Do base and both clients have values the rule can work on? */
static bool fits(struct judge *j, const struct dwr_rule *rule, const struct tree *v)
{
    if (tree_unset(v))
        return true;
    switch (rule->kind) {
    case DWR_RULE_SUM:
        return v->kind == '#' && v->raw.n < 100 && memchr(v->raw.p, 'e', v->raw.n) == NULL &&
               memchr(v->raw.p, 'E', v->raw.n) == NULL;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        return v->kind == '[' && !identity_repeats(rule, v);
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        for (unsigned i = 0; i < rule->ranked_count; i++) {
            const struct tree *const rank = tree_parse(
                &j->laws->pool, (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n });

            if (tree_equal(rank, v))
                return true;
        }
        /* Times tie in many spellings: numbers and other strings show enough. */
        return rule->ranked_count == 0 &&
               (v->kind == '#' ||
                (v->kind == '"' && (v->string.p[0] < '0' || v->string.p[0] > '9')));
    default:
        return false;
    }
}

static bool field_converges(const struct dwr_rule *rule, const struct tree *one,
                            const struct tree *two)
{
    if (rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH)
        return all_identities_in(rule, one, two) && all_identities_in(rule, two, one);
    return tree_equal(one, two);
}

/* The client's table has every row of base's, unchanged. */
static bool only_adds(struct judge *j, const struct dwr_table *table, const struct tree *base,
                      const struct tree *client)
{
    if (client == NULL || !judge_is_table(base) || !judge_is_table(client) ||
        !judge_keys_are_plain(j, table, base) || !judge_keys_are_plain(j, table, client))
        return false;
    for (size_t i = 0; i < judge_row_count(base); i++)
        if (judge_rows_like(j, table, client,
                            judge_row_canonical(&j->laws->pool, table, base->v[i])) != 1)
            return false;
    return true;
}

bool laws_converge(struct laws *laws, const struct dwr_doctype *doctype, const struct dwr_write *a,
                   const struct dwr_write *b)
{
    struct judge j = { .laws = laws, .d = doctype, .w = a };
    struct tree *base, *client_a, *client_b, *one, *two;

    laws->broken = LAW_NONE;
    if (doctype->lock != NULL)
        return true;
    base = tree_parse(&laws->pool, a->base);
    client_a = tree_parse(&laws->pool, a->client);
    client_b = tree_parse(&laws->pool, b->client);
    one = write_both(&j, a, b);
    two = write_both(&j, b, a);
    if (one == NULL || two == NULL || laws->pool.inexact)
        return true;
    for (unsigned i = 0; i < doctype->names.count; i++) {
        const struct dwr_text name = judge_field_name(&j, i);
        const struct dwr_unit *const unit = judge_unit_of(&j, name);
        const struct dwr_table *const table = judge_table_of(&j, name);
        const struct tree *const x = tree_get(one, name), *const y = tree_get(two, name);

        if (unit != NULL && unit->rule_count == 1 && !judge_is_set_target(&j, name) &&
            fits(&j, &unit->rules[0], tree_get(base, name)) &&
            fits(&j, &unit->rules[0], tree_get(client_a, name)) &&
            fits(&j, &unit->rules[0], tree_get(client_b, name))) {
            laws->tally.judged[LAW_CONVERGENT]++;
            if (!field_converges(&unit->rules[0], x, y))
                return judge_break(&j, LAW_CONVERGENT, "%.*s: %.*s or %.*s", SHOW(name),
                                   SHOW(tree_raw(x)), SHOW(tree_raw(y)));
        }
        if (table != NULL && table->hold == NULL &&
            only_adds(&j, table, tree_get(base, name), tree_get(client_a, name)) &&
            only_adds(&j, table, tree_get(base, name), tree_get(client_b, name))) {
            laws->tally.judged[LAW_CONVERGENT]++;
            if (!all_keys_in(&j, table, x, y) || !all_keys_in(&j, table, y, x))
                return judge_break(&j, LAW_CONVERGENT, "%.*s: %.*s or %.*s", SHOW(name),
                                   SHOW(tree_raw(x)), SHOW(tree_raw(y)));
        }
    }
    return true;
}
