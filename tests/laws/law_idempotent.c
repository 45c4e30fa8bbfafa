/* law_idempotent.c - the same write again onto its own result changes nothing (semantics 10), and
 * what is exempt from that. */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Did the write itself change the field? */
static bool was_changed(struct judge *j, unsigned index)
{
    const struct dwr_text name = judge_field_name(j, index);

    return !judge_fields_equal(j, name, tree_get(j->stands, name), tree_get(j->seen.doc, name));
}

static bool reads_changed(struct judge *j, const struct dwr_cond *c)
{
    const struct dwr_operand *const sides[2] = { &c->left, &c->right };

    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR)
        return reads_changed(j, c->a) || reads_changed(j, c->b);
    if (c->op == DWR_COND_NOT)
        return reads_changed(j, c->a);
    if (c->op == DWR_COND_CHANGES)
        return was_changed(j, c->left.field);
    for (int i = 0; i < 2; i++)
        if ((sides[i]->side == DWR_SIDE_SERVER ||
             (sides[i]->side == DWR_SIDE_CLIENT && j->base == NULL)) &&
            was_changed(j, sides[i]->field))
            return true;
    return false;
}

/* A line that stands twice, or an empty one: joined at the end of a text it is the final newline,
 * which is no line any more. */
static bool line_repeats(const struct tree *t)
{
    const char *p, *end;

    if (tree_unset(t) || t->kind != '"')
        return false;
    end = t->string.p + t->string.n;
    for (p = t->string.p; p < end;) {
        const char *const stop = memchr(p, '\n', (size_t)(end - p));
        const size_t n = (size_t)((stop == NULL ? end : stop) - p);

        if (n == 0)
            return true;
        for (const char *q = t->string.p; q < p;) {
            const char *const q_stop = memchr(q, '\n', (size_t)(end - q));

            if ((size_t)(q_stop - q) == n && memcmp(p, q, n) == 0)
                return true;
            q = q_stop + 1;
        }
        if (stop == NULL)
            break;
        p = stop + 1;
    }
    return false;
}

static bool text_repeats(struct judge *j, struct dwr_text name)
{
    return line_repeats(tree_get(j->base, name)) || line_repeats(tree_get(j->stands, name)) ||
           line_repeats(tree_get(j->client, name)) || line_repeats(tree_get(j->seen.doc, name));
}

static bool kind_is_exempt(struct judge *j, const struct dwr_rule *rule, struct dwr_text name)
{
    return rule->kind == DWR_RULE_SUM || rule->kind == DWR_RULE_KEEP_BOTH ||
           (rule->kind == DWR_RULE_MERGE_TEXT && text_repeats(j, name));
}

static bool unit_is_exempt(struct judge *j, const struct dwr_unit *unit, struct dwr_text name)
{
    for (unsigned r = 0; r < unit->rule_count; r++) {
        const struct dwr_rule *const rule = &unit->rules[r];

        if (kind_is_exempt(j, rule, name) || (rule->when != NULL && reads_changed(j, rule->when)))
            return true;
        for (unsigned k = 0; k < rule->watch_count; k++)
            if (was_changed(j, rule->watch[k]))
                return true;
    }
    return false;
}

static bool table_is_exempt(struct judge *j, const struct dwr_table *table, struct dwr_text name)
{
    if (table->same_key == DWR_SAME_KEY_KEEP_BOTH ||
        (table->hold != NULL && reads_changed(j, table->hold)))
        return true;
    if (table->same_key == DWR_SAME_KEY_FIELDS) {
        for (unsigned u = 0; u < table->unit_count; u++)
            for (unsigned r = 0; r < table->units[u].rule_count; r++)
                if (table->units[u].rules[r].kind == DWR_RULE_SUM ||
                    table->units[u].rules[r].kind == DWR_RULE_KEEP_BOTH ||
                    table->units[u].rules[r].kind == DWR_RULE_MERGE_TEXT)
                    return true;
        if (table->otherwise.kind == DWR_RULE_SUM || table->otherwise.kind == DWR_RULE_KEEP_BOTH ||
            table->otherwise.kind == DWR_RULE_MERGE_TEXT)
            return true;
    }
    return !judge_is_table(tree_get(j->base, name)) ||
           !judge_keys_are_plain(j, table, tree_get(j->base, name)) ||
           !judge_keys_are_plain(j, table, tree_get(j->stands, name)) ||
           !judge_keys_are_plain(j, table, tree_get(j->client, name)) ||
           !judge_keys_are_plain(j, table, tree_get(j->seen.doc, name));
}

static bool is_exempt(struct judge *j, struct dwr_text name)
{
    const struct dwr_unit *const unit = judge_unit_of(j, name);
    const struct dwr_table *const table = judge_table_of(j, name);

    if (judge_is_set_target(j, name))
        return true;
    if (table != NULL)
        return table_is_exempt(j, table, name);
    if (unit != NULL)
        return unit_is_exempt(j, unit, name);
    return judge_role_of(j, name) == DWR_NAME_FREE && kind_is_exempt(j, &j->d->free_rule, name);
}

/* What depends on all fields: the version, the counts and the marks. */
static bool depends_on_others(struct judge *j, struct dwr_text name)
{
    const enum dwr_name_role role = judge_role_of(j, name);

    return role == DWR_NAME_COUNT || role == DWR_NAME_VERSION || judge_is_mark(j, name);
}

bool judge_idempotent(struct judge *j)
{
    struct dwr_write again = *j->w;
    struct seen seen;
    bool exempt = false;

    if (judge_is_rejected(j) || (j->server == NULL && !j->fresh))
        return true;
    if (j->d->lock != NULL && j->seen.doc != NULL && reads_changed(j, j->d->lock))
        return true;
    if (j->resurrected) {
        /* What it was merged with as base was the tombstone's content (7). */
        again.base = j->server->raw;
        again.op = DWR_UPDATE;
        again.client = j->client->raw;
    }
    if (j->seen.doc != NULL) {
        again.server = j->seen.doc->raw;
    } else { /* the tombstone that the store keeps */
        char *const text = pool_take(&j->laws->pool, again.server.n + 32);
        const struct dwr_text last = j->server->raw;
        const int n = tree_at(j->server, "_deleted") != NULL
                          ? sprintf(text, "%.*s", (int)last.n, last.p)
                          : sprintf(text, "{\"_deleted\":true%s%.*s",
                                    j->server->count > 0 ? "," : "", (int)last.n - 1, last.p + 1);

        again.server = (struct dwr_text){ text, (size_t)n };
    }
    seen = judge_see(j, &again, 0, false, 0);
    if (seen.rc != DWR_OK)
        return judge_break(j, LAW_IDEMPOTENT, "the second time: %s", dwr_rc_name(seen.rc));
    judge_read_answer(j, &seen);
    if (seen.root == NULL)
        return judge_break(j, LAW_VALID, "the second time: no JSON: %.*s", SHOW(seen.answer));
    if ((seen.doc == NULL) != (j->seen.doc == NULL))
        return judge_break(j, LAW_IDEMPOTENT, "the second time: %.*s", SHOW(seen.answer));
    j->laws->tally.judged[LAW_IDEMPOTENT]++;
    if (seen.doc == NULL)
        return true;
    for (int dependent = 0; dependent < 2; dependent++) {
        const struct tree *const sides[2] = { j->seen.doc, seen.doc };

        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < sides[k]->count; i++) {
                const struct dwr_text name = sides[k]->v[i]->name;
                const struct tree *const once = tree_get(j->seen.doc, name);
                const struct tree *const twice = tree_get(seen.doc, name);

                if (depends_on_others(j, name) != (dependent == 1) ||
                    (once != NULL && twice != NULL &&
                     text_equal(once->canonical, twice->canonical)))
                    continue;
                if (is_exempt(j, name))
                    exempt = true;
                else if (dependent == 0 || !exempt)
                    return judge_break(j, LAW_IDEMPOTENT, "%.*s: %.*s, the second time %.*s",
                                       SHOW(name), SHOW(tree_raw(once)), SHOW(tree_raw(twice)));
            }
    }
    return true;
}
