/* random_rules.c - is what `dwrc prove` claims of rules true of documents that it does not try?
 *
 *     random_rules [--seed N] [--cases N] [--planted] RULES...
 *
 * Each named DocType is proved, and then --cases random writes are merged, with values from outside
 * the few that were tried (tests/laws/draw.h): sent twice, and of two clients in either order. A
 * field that changes the second time, that changes though nobody wrote it, that loses a value or
 * ends otherwise in the other order must be in the verdict. Nothing is looked at of what prove says
 * was too large to try. --planted forgets the exceptions that prove found for conditions, locks and
 * watched fields, and then must find documents: else this program could not find any. The last line
 * counts: "random_rules: N merges by M DocTypes, K too large, L claims false". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/prove/inquiry.h"
#include "../../compiler/str.h"
#include "../../runtime/core/value.h"
#include "../laws/draw.h"
#include "../support/load_rules.h"
#include "options.h"

struct run {
    struct arena arena; /* of one case */
    struct pool pool;
    struct trial_bench once, twice;
    struct inquiry inquiry; /* for its scratches */
    struct options options;
    unsigned long merges, doctypes, too_large, wrong, wrong_here;
    const struct prove_doctype *proved;
};

/* --- verdicts --- */

static const struct dwr_name *name_of(const struct dwr_doctype *d, struct dwr_str field)
{
    for (uint16_t i = 0; i < d->names.count; i++)
        if (str_same(d->names.v[i].name, field))
            return &d->names.v[i];
    return NULL;
}

static bool is_free(const struct dwr_doctype *d, struct dwr_str field)
{
    const struct dwr_name *name = name_of(d, field);

    return name ? name->role == DWR_NAME_FREE : field.n > 0 && field.p[0] != '_';
}

static bool is_sync_layers(const struct dwr_doctype *d, struct dwr_str field)
{
    const struct dwr_name *name = name_of(d, field);

    return name ? name->role >= DWR_NAME_META : field.n > 0 && field.p[0] == '_';
}

/* Does what is shown of one field stand for another: of its unit, of its rows' members? */
static bool stands_for(const struct dwr_doctype *d, struct dwr_str shown, struct dwr_str field)
{
    const struct dwr_name *a = name_of(d, shown), *b = name_of(d, field);

    if (str_same(shown, field) || (is_free(d, shown) && is_free(d, field)))
        return true;
    if (shown.n > field.n && memcmp(shown.p, field.p, field.n) == 0 && shown.p[field.n] == '.')
        return true;
    return a && b && a->role == DWR_NAME_UNIT && b->role == DWR_NAME_UNIT && a->index == b->index;
}

static bool is_claimed(const struct run *r, enum prove_property property, struct dwr_str field)
{
    const struct prove_doctype *p = r->proved;

    if (p->verdict[property] == PROVE_TOO_LARGE)
        return false;
    for (uint32_t i = 0; i < p->shown_count; i++)
        if (p->shown[i].property == property &&
            !(r->options.planted && !prove_reason_is_named(p->shown[i].reason)) &&
            (is_sync_layers(p->doctype, field) || stands_for(p->doctype, p->shown[i].field, field)))
            return false;
    return true;
}

static void claim(struct run *r, enum prove_property property, struct dwr_str field,
                  const struct trial *trial, struct dwr_text second)
{
    if (!is_claimed(r, property, field))
        return;
    r->wrong++;
    if (r->wrong_here++ > 0 || r->options.planted)
        return;
    fprintf(stderr, "random_rules: \"%.*s\": %s is claimed for '%.*s'\n%.*s\n",
            (int)r->proved->name.n, r->proved->name.p, prove_property_words(property), (int)field.n,
            field.p, (int)trial_line(&r->arena, trial).n, trial_line(&r->arena, trial).p);
    if (second.p)
        fprintf(stderr, "and another client: %.*s\n", (int)second.n, second.p);
}

/* --- what happens --- */

static enum dwr_rc merge(struct run *r, struct trial_bench *bench, const struct trial *trial,
                         struct dwr_result *result)
{
    r->merges++;
    return trial_merge(bench, trial, result);
}

static struct dwr_text copy(struct run *r, struct dwr_text t)
{
    return t.p ? (struct dwr_text){ arena_copy(&r->arena, t.p, t.n), t.n } : t;
}

/* Calls for each member of a document that has another value in the other one. */
typedef void differ_use(struct run *r, const struct trial *trial, struct dwr_str field);

static void each_difference(struct run *r, const struct trial *trial, struct dwr_text one,
                            struct dwr_text other, differ_use *use)
{
    struct dwr_walk walk = dwr_walk_of(one);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, r->inquiry.last->scan, &key, &value)) {
        const struct dwr_text name = dwr_string_bytes(r->inquiry.last, key);
        const struct dwr_str field = { arena_copy(&r->arena, name.p, name.n), name.n };

        if (!trial_equal(&r->arena, value, trial_member(&r->arena, other, field)))
            use(r, trial, field);
    }
}

static void changed_again(struct run *r, const struct trial *trial, struct dwr_str field)
{
    claim(r, PROVE_IDEMPOTENT, field, trial, (struct dwr_text){ NULL, 0 });
}

static void send_twice(struct run *r, const struct trial *trial, struct dwr_text doc)
{
    struct trial again = *trial;
    struct dwr_result result;

    again.write.server = doc;
    if (merge(r, &r->twice, &again, &result) != DWR_OK || !result.doc.p)
        return;
    each_difference(r, trial, doc, result.doc, changed_again);
    each_difference(r, trial, result.doc, doc, changed_again);
}

static void changed_unwritten(struct run *r, const struct trial *trial, struct dwr_str field)
{
    if (is_sync_layers(r->proved->doctype, field) ||
        trial_member(&r->arena, trial->write.client, field).p)
        return;
    claim(r, PROVE_LOCAL, field, trial, (struct dwr_text){ NULL, 0 });
}

static uint16_t index_of(const struct dwr_doctype *d, struct dwr_str field)
{
    const struct dwr_name *name = name_of(d, field);

    return name ? (uint16_t)(name - d->names.v) : (uint16_t)DWR_NONE;
}

static void look_for_losses(struct run *r, const struct trial *trial,
                            const struct dwr_result *result)
{
    struct dwr_walk walk = dwr_walk_of(trial->write.client);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, r->inquiry.last->scan, &key, &value)) {
        const struct dwr_text name = dwr_string_bytes(r->inquiry.last, key);
        const struct dwr_str field = { arena_copy(&r->arena, name.p, name.n), name.n };

        if (!is_sync_layers(trial->doctype, field) &&
            trial_fate_of(&r->once, trial, result, field, index_of(trial->doctype, field)) ==
                TRIAL_LOST)
            claim(r, PROVE_NO_LOSS, field, trial, (struct dwr_text){ NULL, 0 });
    }
}

/* A document without white space around it, as texts are looked into here. */
static struct dwr_text trimmed(struct dwr_text t)
{
    while (t.n > 0 && strchr(" \t\r\n", t.p[0]))
        t = (struct dwr_text){ t.p + 1, t.n - 1 };
    while (t.n > 0 && strchr(" \t\r\n", t.p[t.n - 1]))
        t.n--;
    return t;
}

static void one_write(struct run *r, struct draw *draw, const struct dwr_doctype *d)
{
    struct trial trial = { .doctype = d, .write = draw_write(draw, &r->pool, d) };
    struct dwr_result result;
    struct dwr_text doc;

    if (trial.write.op == DWR_DELETE || !trial.write.client.p)
        return;
    trial.write.server = trimmed(trial.write.server);
    trial.write.client = trimmed(trial.write.client);
    if (merge(r, &r->once, &trial, &result) != DWR_OK || !result.doc.p ||
        result.status == DWR_REJECTED)
        return;
    doc = copy(r, result.doc);
    look_for_losses(r, &trial, &result);
    if (!trial.write.server.p || trial.write.server.p[0] != '{' ||
        dwr_is_true(
            trial_member(&r->arena, trial.write.server, (struct dwr_str)DWR_STR("_deleted"))))
        return;
    each_difference(r, &trial, doc, trial.write.server, changed_unwritten);
    send_twice(r, &trial, doc);
}

/* --- two clients --- */

static bool is_number(struct dwr_text v)
{
    /* With an exponent it may be one of more digits than rules work on (4). */
    return (v.p[0] == '-' || (v.p[0] >= '0' && v.p[0] <= '9')) && !memchr(v.p, 'e', v.n) &&
           !memchr(v.p, 'E', v.n);
}

/* A value that section 10 speaks of. */
static bool fits(struct run *r, const struct dwr_rule *rule, struct dwr_text v)
{
    if (dwr_is_unset(v))
        return true;
    if (rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH)
        return v.p[0] == '[';
    for (uint16_t i = 0; i < rule->ranked_count; i++)
        if (trial_equal(&r->arena, v, (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n }))
            return true;
    return rule->ranked_count == 0 &&
           (is_number(v) || (rule->kind != DWR_RULE_SUM && v.p[0] == '"'));
}

static bool commutes(const struct dwr_unit *unit)
{
    const uint8_t kind = unit->rules[0].kind;

    return unit->rule_count == 1 &&
           (kind == DWR_RULE_UNION || kind == DWR_RULE_KEEP_BOTH || kind == DWR_RULE_SUM ||
            kind == DWR_RULE_MAX || kind == DWR_RULE_MIN);
}

/* The field after both writes; false: one was refused. */
static bool both(struct run *r, const struct dwr_write *a, const struct dwr_write *b,
                 struct dwr_str field, const struct dwr_doctype *d, struct dwr_text *value)
{
    struct trial trial = { .doctype = d, .write = *a };
    struct dwr_result result;

    if (merge(r, &r->once, &trial, &result) != DWR_OK || result.status == DWR_REJECTED ||
        !result.doc.p)
        return false;
    trial.write = *b;
    trial.write.server = copy(r, result.doc);
    if (merge(r, &r->twice, &trial, &result) != DWR_OK || result.status == DWR_REJECTED ||
        !result.doc.p)
        return false;
    *value = copy(r, trial_member(&r->arena, result.doc, field));
    return true;
}

static void in_either_order(struct run *r, const struct dwr_doctype *d, uint16_t field,
                            struct dwr_write a, struct dwr_write b)
{
    const struct dwr_rule *rule = &d->units[d->names.v[field].index].rules[0];
    const struct dwr_str name = d->names.v[field].name;
    const struct dwr_text base = trial_member(&r->arena, a.base, name),
                          x = trial_member(&r->arena, a.client, name),
                          y = trial_member(&r->arena, b.client, name);
    const struct trial trial = { .doctype = d, .write = a };
    struct dwr_text one, two;
    struct trial_doc only;
    bool same;

    if (!x.p || !y.p || !fits(r, rule, base) || !fits(r, rule, x) || !fits(r, rule, y))
        return;
    trial_doc_start(&only, &r->arena);
    trial_doc_put(&only, name, (struct dwr_str){ y.p, y.n });
    b.client = trial_doc_end(&only);
    if (!both(r, &a, &b, name, d, &one) || !both(r, &b, &a, name, d, &two))
        return;
    same = rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH
               ? elements_in(&r->inquiry, rule->key, one, two) &&
                     elements_in(&r->inquiry, rule->key, two, one)
               : trial_equal(&r->arena, one, two) ||
                     (rule->kind != DWR_RULE_SUM && /* ties aside */
                      dwr_value_compare(r->inquiry.last, one, two) == 0);
    if (!same)
        claim(r, PROVE_ORDER, name, &trial, b.client);
}

static void two_writes(struct run *r, struct draw *draw, const struct dwr_doctype *d)
{
    struct dwr_write a, b;

    draw_two_writes(draw, &r->pool, d, &a, &b);
    if (!a.base.p || !a.client.p || !b.client.p)
        return;
    a.base = a.server = b.base = b.server = trimmed(a.base);
    a.client = trimmed(a.client);
    b.client = trimmed(b.client);
    for (uint16_t i = 0; i < d->names.count; i++)
        if (d->names.v[i].role == DWR_NAME_UNIT && commutes(&d->units[d->names.v[i].index]))
            in_either_order(r, d, i, a, b);
}

/* --- rules --- */

static void try_doctype(struct run *r, struct arena *arena, const struct dwr_ruleset *rules,
                        const struct dwr_doctype *d)
{
    const struct prove_options options = { .only = d->name, .threads = 1 };
    const struct prove_results results = prove(arena, rules, &options);

    r->proved = &results.v[0];
    r->doctypes++;
    r->too_large += results.too_large;
    r->wrong_here = 0;
    for (unsigned long i = 0; i < r->options.cases && r->proved->too_large == 0; i++) {
        struct draw draw = draw_seeded((r->options.seed << 40) + (r->doctypes << 20) + i);

        pool_reset(&r->pool);
        if (i % 4 == 3)
            two_writes(r, &draw, d);
        else
            one_write(r, &draw, d);
        arena_clear(&r->arena);
    }
}

int main(int argc, char **argv)
{
    static struct run r = { .options = { .seed = 1, .cases = 2000 } };
    struct arena arena = { .no_memory = NULL };

    if (!options_read(&r.options, argc, argv) || !trial_bench_open(&r.once, &r.arena) ||
        !trial_bench_open(&r.twice, &r.arena) || !inquiry_open(&r.inquiry, &r.once))
        return 2;
    for (int i = r.options.rules; i < argc; i++) {
        const struct dwr_ruleset *rules = load_rules(&arena, argv[i]);

        if (!rules)
            return 2;
        for (unsigned k = 0; k < rules->doctype_count; k++)
            try_doctype(&r, &arena, rules, &rules->doctypes[k]);
    }
    inquiry_close(&r.inquiry);
    trial_bench_close(&r.once);
    trial_bench_close(&r.twice);
    pool_free(&r.pool);
    arena_clear(&arena);
    printf("random_rules: seed %" PRIu64 "\n", r.options.seed);
    printf("random_rules: %lu merges by %lu DocTypes, %lu too large, %lu claims false\n", r.merges,
           r.doctypes, r.too_large, r.wrong);
    return (r.wrong > 0) == r.options.planted && r.merges > 0 ? 0 : 1;
}
