/* random_domains.c - are the few values that prove tries enough? The same questions are asked of
 * each part with random values of the kinds its rules work on: longer texts, arrays and tables, any
 * spelling of unset, numbers of many digits. Whatever they find must have been found with the few.
 *
 *     random_domains [--seed N] [--cases N] RULES...
 *
 * RULES are files or folders of rules. Each part of each DocType (equal ones once) is tried with
 * --cases domains. The last line counts: "random_domains: N domains of M parts, K new". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/prove/inquiry.h"
#include "../support/load_rules.h"
#include "options.h"

enum { KEYS_MAX = 4096, CASES_MAX = 60000 };

struct random {
    uint64_t state;
    struct arena *arena;
};

static uint64_t next(struct random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u; /* splitmix64 */

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static unsigned below(struct random *r, unsigned n)
{
    return (unsigned)(next(r) % n);
}

#define PICK(r, list) ((list)[below((r), sizeof(list) / sizeof *(list))])

static struct dwr_str str(const char *text)
{
    return (struct dwr_str){ text, strlen(text) };
}

/* --- values by the rule that decides them --- */

static const char *const any_values[] = {
    "\"A\"",
    "\"B\"",
    "1",
    "2.50",
    "true",
    "false",
    "[1,2]",
    "[]",
    "{\"x\":1}",
    "{\"x\":1,\"y\":[null]}",
    "\"\\u00e9\"",
    "9007199254740993",
    "null",
    "\"\"",
    "\"2026-01-01\"",
    "\"a\\nb\"",
};
static const char *const numbers[] = {
    "0",
    "1",
    "2",
    "-1",
    "0.5",
    "-0.25",
    "10",
    "9007199254740993",
    "12345678901234567890",
    "3",
    "100",
    "7.50",
    "1e2",
    "0.1",
    "0.10000000000000000001",
};
static const char *const words[] = { "\"a\"", "\"b\"", "\"zz\"", "\"A\"", "\"x y\"" };
static const char *const dates[] = { "\"2026-01-01\"", "\"2026-01-02\"", "\"2025-12-31\"",
                                     "\"2026-02-30\"" };
static const char *const lines[] = { "a", "b", "c", "d", "e", "", "a b" };
static const char *const elements[] = { "\"a\"", "\"b\"", "\"c\"", "1", "2", "{\"x\":1}", "[]" };

static struct dwr_str random_text(struct random *r)
{
    const unsigned count = 1 + below(r, 6);
    struct dwr_str s = str("\"");

    for (unsigned i = 0; i < count; i++)
        s = arena_printf(r->arena, "%s%s%s", s.p, i ? "\\n" : "", PICK(r, lines));
    return arena_printf(r->arena, "%s%s\"", s.p, below(r, 6) == 0 ? "\\n" : "");
}

static struct dwr_str random_list(struct random *r, struct dwr_str key)
{
    const unsigned count = below(r, 6);
    struct dwr_str s = str("[");

    for (unsigned i = 0; i < count; i++) {
        s = arena_printf(r->arena, "%s%s", s.p, i ? "," : "");
        if (!key.p)
            s = arena_printf(r->arena, "%s%s", s.p, PICK(r, elements));
        else if (below(r, 10) == 0)
            s = arena_printf(r->arena, "%s{\"v\":%u}", s.p, below(r, 3));
        else
            s = arena_printf(r->arena, "%s{\"%.*s\":%u,\"v\":%u}", s.p, (int)key.n, key.p,
                             below(r, 5), below(r, 3));
    }
    return arena_printf(r->arena, "%s]", s.p);
}

static bool for_rule(struct random *r, const struct dwr_rule *rule, struct dwr_str *value)
{
    switch (rule->kind) {
    case DWR_RULE_MERGE_TEXT:
        *value = random_text(r);
        return true;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        *value = random_list(r, rule->key);
        return true;
    case DWR_RULE_SUM:
        *value = str(PICK(r, numbers));
        return true;
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        if (rule->ranked_count > 0)
            *value = rule->ranked[below(r, rule->ranked_count)];
        else
            *value = str(below(r, 3) == 0   ? PICK(r, dates)
                         : below(r, 2) == 0 ? PICK(r, words)
                                            : PICK(r, numbers));
        return true;
    default:
        return false;
    }
}

/* --- tables --- */

static bool is_key(const struct dwr_table *t, uint16_t member)
{
    for (uint16_t i = 0; i < t->key_count; i++)
        if (t->key[i] == member)
            return true;
    return false;
}

static struct dwr_str random_member(struct random *r, const struct dwr_table *t, uint16_t member)
{
    static const char *const keys[] = { "\"A\"", "\"B\"", "\"C\"", "1", "\"D\"" };
    struct dwr_str v = str(below(r, 2) ? PICK(r, numbers) : PICK(r, words));

    if (is_key(t, member))
        return str(below(r, 12) == 0 ? "null" : PICK(r, keys));
    if (t->order_by == member)
        return str(PICK(r, dates));
    if (t->same_key == DWR_SAME_KEY_FIELDS)
        for_rule(r,
                 t->names.v[member].role == DWR_NAME_UNIT
                     ? &t->units[t->names.v[member].index].rules[0]
                     : &t->otherwise,
                 &v);
    return v;
}

static struct dwr_str random_table(struct random *r, const struct dwr_table *t)
{
    const unsigned count = below(r, 5);
    struct dwr_str s = str("[");

    for (unsigned i = 0; i < count; i++) {
        struct trial_doc row;
        struct dwr_text text;

        trial_doc_start(&row, r->arena);
        for (uint16_t k = 0; k < t->names.count; k++)
            if (t->names.v[k].role != DWR_NAME_META && below(r, 8) > 0)
                trial_doc_put(&row, t->names.v[k].name, random_member(r, t, k));
        if (below(r, 3) > 0)
            trial_doc_put(&row, str("a_member"), str(PICK(r, words)));
        text = trial_doc_end(&row);
        s = arena_printf(r->arena, "%s%s%.*s", s.p, i ? "," : "", (int)text.n, text.p);
    }
    return arena_printf(r->arena, "%s]", s.p);
}

/* --- a part with other values --- */

static struct dwr_str random_value(struct random *r, const struct part *part, uint8_t slot)
{
    const struct part_slot *s = &part->slots[slot];
    const struct dwr_unit *unit = part_unit(part, slot);
    const struct dwr_table *table = part_table(part, slot);
    struct dwr_str v = str(PICK(r, any_values));

    if (table)
        return random_table(r, table);
    /* What conditions ask for must be among the values, or nothing would be asked. */
    if (below(r, 10) < (s->own ? 4 : 7) && s->values.count > 1)
        return s->values.values[1 + below(r, s->values.count - 1u)];
    if (below(r, 12) == 0)
        return v;
    if (unit)
        for_rule(r, &unit->rules[below(r, unit->rule_count)], &v);
    else
        for_rule(r,
                 s->in_row ? &part->doctype->tables[part->index].otherwise
                           : &part->doctype->free_rule,
                 &v);
    return v;
}

static struct part with_random_values(struct random *r, const struct part *part)
{
    struct part p = *part;

    for (uint8_t i = 0; i < p.slot_count; i++) {
        const unsigned most = p.slot_count == 1                    ? 8
                              : p.slot_count > 4                   ? 2
                              : p.slots[i].own && p.slot_count < 4 ? 4
                                                                   : 3;
        struct dwr_str *v = arena_array(r->arena, most, sizeof *v);

        v[0] = str("null");
        for (unsigned k = 1; k < most; k++)
            v[k] = random_value(r, part, i);
        p.slots[i].values = (struct domain){ v, (uint16_t)most };
    }
    return p;
}

static bool is_found(const struct prove_part *in, const struct prove_found *f)
{
    for (uint32_t i = 0; i < in->found_count; i++)
        if (in->found[i].property == f->property && in->found[i].reason == f->reason &&
            in->found[i].slot == f->slot)
            return true;
    return false;
}

struct run {
    struct options options;
    unsigned long domains, parts, new_ones;
    uint64_t merges;
    struct dwr_str keys[KEYS_MAX];
    unsigned key_count;
};

static void print_new(struct arena *arena, struct inquiry *j, const struct part *part,
                      const struct prove_found *f)
{
    const struct trial trial = { .doctype = part->doctype,
                                 .write = inquiry_write(part, &j->stored, &j->client, &f->at) };
    const struct dwr_str line = trial_line(arena, &trial);
    const struct dwr_str field =
        f->slot == PROVE_DOCUMENT ? str("the document") : part_field_name(arena, part, f->slot);

    fprintf(stderr, "random_domains: new: '%.*s', field '%.*s': %s (%s)\n%.*s\n",
            (int)part->doctype->name.n, part->doctype->name.p, (int)field.n, field.p,
            prove_property_words(f->property), prove_reason_words(f->reason), (int)line.n, line.p);
    if (f->at.second >= 0)
        fprintf(stderr, "and then client %.*s\n", (int)j->client.doc[f->at.second].n,
                j->client.doc[f->at.second].p);
}

static void try_part(struct run *run, struct inquiry *j, struct arena *kept,
                     const struct part *part)
{
    struct prove_part few;

    j->bench->arena = kept;
    inquiry_part(j, part, &few);
    run->parts++;
    for (unsigned long i = 0; i < run->options.cases; i++) {
        struct arena arena = { .no_memory = NULL };
        struct random r = { run->options.seed * 1000003 + run->parts * 1009 + i, &arena };
        const struct part other = with_random_values(&r, part);
        const uint64_t stored = part_stored_count(&other);
        struct prove_part many;

        if (stored * stored * part_client_count(&other) * other.env_count > CASES_MAX) {
            arena_clear(&arena);
            continue;
        }

        j->bench->arena = &arena;
        inquiry_part(j, &other, &many);
        run->domains++;
        run->merges += many.merges;
        for (uint32_t k = 0; k < many.found_count; k++)
            if (!is_found(&few, &many.found[k])) {
                print_new(&arena, j, &other, &many.found[k]);
                run->new_ones++;
            }
        arena_clear(&arena);
    }
}

static bool is_known(struct run *run, struct dwr_str key)
{
    for (unsigned i = 0; i < run->key_count; i++)
        if (run->keys[i].n == key.n && memcmp(run->keys[i].p, key.p, key.n) == 0)
            return true;
    if (run->key_count < KEYS_MAX)
        run->keys[run->key_count++] = key;
    return false;
}

static void try_rules(struct run *run, struct inquiry *j, struct arena *arena,
                      const struct dwr_ruleset *rules)
{
    for (unsigned d = 0; d <= rules->doctype_count; d++) {
        struct parts parts = { NULL, 0, 0 };

        parts_of(arena, &parts, d < rules->doctype_count ? &rules->doctypes[d] : &rules->other,
                 NULL);
        for (uint32_t i = 0; i < parts.count; i++)
            if (!parts.v[i].too_large && !is_known(run, part_key(arena, &parts.v[i])))
                try_part(run, j, arena, &parts.v[i]);
    }
}

int main(int argc, char **argv)
{
    static struct run run = { .options = { .seed = 1, .cases = 20 } };
    struct arena arena = { .no_memory = NULL };
    struct trial_bench bench;
    struct inquiry inquiry;

    if (!options_read(&run.options, argc, argv) || !trial_bench_open(&bench, &arena) ||
        !inquiry_open(&inquiry, &bench))
        return 2;
    for (int i = run.options.rules; i < argc; i++) {
        const struct dwr_ruleset *rules = load_rules(&arena, argv[i]);

        if (!rules)
            return 2;
        try_rules(&run, &inquiry, &arena, rules);
    }
    inquiry_close(&inquiry);
    trial_bench_close(&bench);
    arena_clear(&arena);
    printf("random_domains: seed %" PRIu64 ", %" PRIu64 " merges\n", run.options.seed, run.merges);
    printf("random_domains: %lu domains of %lu parts, %lu new\n", run.domains, run.parts,
           run.new_ones);
    return run.new_ones == 0 ? 0 : 1;
}
