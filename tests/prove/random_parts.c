/* random_parts.c - do the parts of a DocType merge on their own? Whole random documents are merged,
 * and beside them what is left of them when only the fields of one part stay: the part's own fields
 * must end alike, and be in conflict alike.
 *
 *     random_parts [--seed N] [--cases N] [--planted] RULES...
 *
 * --cases for each DocType. --planted leaves out the fields that a part only reads, and then must
 * find that parts differ: else this program could not find anything. The last line counts:
 * "random_parts: N merges against M of parts, K differ". */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/prove/part.h"
#include "../../compiler/trial/trial.h"
#include "../../runtime/core/value.h"
#include "../laws/draw.h"
#include "../support/load_rules.h"
#include "options.h"

enum { FIELDS_MAX = 200 };

/* The fields that a part is about or reads: those of its slots with all of their units. */
struct kept {
    bool field[FIELDS_MAX]; /* by index into the DocType's names */
    bool own[FIELDS_MAX];
    bool free; /* all that no rule names */
};

struct run {
    struct arena arena;
    struct pool pool;
    struct trial_bench whole, part;
    struct options options;
    unsigned long merges, compared, differ;
};

static void keep(struct kept *k, const struct dwr_doctype *d, uint16_t field, bool own)
{
    const struct dwr_name *name = &d->names.v[field];

    if (name->role == DWR_NAME_FREE && d->free_together)
        k->free = true;
    k->field[field] = true;
    k->own[field] = k->own[field] || own;
    if (name->role != DWR_NAME_UNIT)
        return;
    for (uint16_t i = 0; i < d->units[name->index].field_count; i++) {
        k->field[d->units[name->index].fields[i]] = true;
        k->own[d->units[name->index].fields[i]] |= own;
    }
}

static struct kept kept_of(const struct part *part, bool planted)
{
    struct kept k = { .free = part->kind == PART_FREE };
    const struct dwr_doctype *d = part->doctype;

    for (uint8_t i = 0; i < part->slot_count; i++)
        if (part->slots[i].field != DWR_NONE && (part->slots[i].own || !planted))
            keep(&k, d, part->slots[i].field, part->slots[i].own);
    for (uint16_t i = 0; i < d->names.count && part->kind == PART_FREE; i++)
        if (d->names.v[i].role == DWR_NAME_FREE)
            k.field[i] = k.own[i] = true;
    return k;
}

/* Index into the names; DWR_NONE: no rule names it. */
static unsigned index_of(const struct dwr_doctype *d, struct dwr_text key)
{
    for (uint16_t i = 0; i < d->names.count; i++)
        if (dwr_string_is(key, d->names.v[i].name.p, d->names.v[i].name.n))
            return i;
    return DWR_NONE;
}

static bool is_kept(const struct dwr_doctype *d, const struct kept *k, struct dwr_text key)
{
    const unsigned i = index_of(d, key);

    if (i != DWR_NONE)
        return k->field[i];
    return dwr_string_is(key, "_deleted", 8) || (k->free && key.p[1] != '_');
}

static struct dwr_text projected(struct run *r, const struct dwr_doctype *d, const struct kept *k,
                                 struct dwr_text doc)
{
    struct trial_doc out;
    struct dwr_walk walk;
    struct dwr_text key, value, whole;
    size_t begin = 0;

    while (begin < doc.n && doc.p[begin] != '{')
        begin++;
    if (!doc.p || begin == doc.n)
        return doc;
    whole = (struct dwr_text){ doc.p + begin, doc.n - begin };
    walk = dwr_walk_of(whole);
    trial_doc_start(&out, &r->arena);
    while (dwr_walk_next(&walk, r->whole.scratch->scan, &key, &value)) {
        const unsigned i = index_of(d, key);

        if (is_kept(d, k, key))
            trial_doc_put(
                &out, i != DWR_NONE ? d->names.v[i].name : (struct dwr_str){ key.p + 1, key.n - 2 },
                (struct dwr_str){ value.p, value.n });
    }
    return trial_doc_end(&out);
}

static const struct dwr_report *report_of(const struct dwr_result *r, struct dwr_str name)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (r->fields[i].field.n == name.n && memcmp(r->fields[i].field.p, name.p, name.n) == 0)
            return &r->fields[i];
    return NULL;
}

static bool same_conflict(const struct dwr_result *whole, const struct dwr_result *part,
                          struct dwr_str name)
{
    const struct dwr_report *a = report_of(whole, name), *b = report_of(part, name);

    if (!a || !a->conflict || !b || !b->conflict)
        return (a && a->conflict) == (b && b->conflict);
    return a->outcome == b->outcome && a->rule.p == b->rule.p;
}

static void compare(struct run *r, const struct part *part, const struct dwr_write *write,
                    const struct dwr_result *whole, const struct kept *k)
{
    const struct dwr_doctype *d = part->doctype;
    struct trial trial = { .doctype = d, .write = *write };
    struct dwr_result result;

    trial.write.base = projected(r, d, k, write->base);
    trial.write.server = projected(r, d, k, write->server);
    trial.write.client = projected(r, d, k, write->client);
    if (trial_merge(&r->part, &trial, &result) != DWR_OK || result.status == DWR_REJECTED)
        return;
    r->compared++;
    for (uint16_t i = 0; i < d->names.count; i++) {
        const struct dwr_str name = d->names.v[i].name;
        struct dwr_text a, b;

        if (!k->own[i])
            continue;
        a = trial_member(&r->arena, whole->doc, name);
        b = trial_member(&r->arena, result.doc, name);
        if (trial_equal(&r->arena, a, b) && same_conflict(whole, &result, name))
            continue;
        if (r->differ++ == 0 && !r->options.planted)
            fprintf(
                stderr,
                "random_parts: '%.*s', field '%.*s': %.*s in the whole, %.*s in its part\n%.*s\n",
                (int)d->name.n, d->name.p ? d->name.p : "", (int)name.n, name.p, (int)a.n,
                a.p ? a.p : "", (int)b.n, b.p ? b.p : "", (int)trial_line(&r->arena, &trial).n,
                trial_line(&r->arena, &trial).p);
    }
}

static void try_case(struct run *r, const struct parts *parts, const struct kept *kept,
                     uint64_t seed)
{
    const struct dwr_doctype *d = parts->v[0].doctype;
    struct draw draw = draw_seeded(seed);
    const struct trial trial = { .doctype = d, .write = draw_write(&draw, &r->pool, d) };
    struct dwr_result whole;

    if (trial.write.op == DWR_DELETE || trial_merge(&r->whole, &trial, &whole) != DWR_OK ||
        whole.status == DWR_REJECTED || !whole.doc.p)
        return;
    r->merges++;
    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->v[i].kind != PART_ROW && parts->v[i].kind != PART_DOCUMENT)
            compare(r, &parts->v[i], &trial.write, &whole, &kept[i]);
}

static void try_doctype(struct run *r, struct arena *arena, const struct dwr_doctype *d)
{
    struct parts parts = { NULL, 0, 0 };
    struct kept *kept;

    if (d->names.count > FIELDS_MAX)
        return;
    parts_of(arena, &parts, d, NULL);
    kept = arena_array(arena, parts.count, sizeof *kept);
    for (uint32_t i = 0; i < parts.count; i++)
        kept[i] = kept_of(&parts.v[i], r->options.planted);
    for (unsigned long i = 0; i < r->options.cases; i++) {
        pool_reset(&r->pool);
        try_case(r, &parts, kept, (r->options.seed << 32) + (i << 8) + d->names.count);
        arena_clear(&r->arena);
    }
}

int main(int argc, char **argv)
{
    static struct run r = { .options = { .seed = 1, .cases = 60 } };
    struct arena arena = { .no_memory = NULL };

    if (!options_read(&r.options, argc, argv) || !trial_bench_open(&r.whole, &r.arena) ||
        !trial_bench_open(&r.part, &r.arena))
        return 2;
    for (int i = r.options.rules; i < argc; i++) {
        const struct dwr_ruleset *rules = load_rules(&arena, argv[i]);

        if (!rules)
            return 2;
        for (unsigned k = 0; k <= rules->doctype_count; k++)
            try_doctype(&r, &arena, k < rules->doctype_count ? &rules->doctypes[k] : &rules->other);
    }
    trial_bench_close(&r.whole);
    trial_bench_close(&r.part);
    pool_free(&r.pool);
    arena_clear(&arena);
    printf("random_parts: seed %" PRIu64 "\n", r.options.seed);
    printf("random_parts: %lu merges against %lu of parts, %lu differ\n", r.merges, r.compared,
           r.differ);
    return (r.differ > 0) == r.options.planted && r.merges > 0 ? 0 : 1;
}
