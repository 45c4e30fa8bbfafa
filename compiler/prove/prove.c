/* prove.c - all DocTypes: their parts, equal ones once, on all processors; then what each DocType's
 * verdicts are, with the smallest documents in its own names. */
#include "prove.h"
#include "str.h"

#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "inquiry.h"
#include "team.h"

/* --- equal parts --- */

struct kind_of_part {
    struct dwr_str key;
    uint64_t hash;
    const struct part *part; /* the first of them */
    struct prove_part result;
};

struct run {
    struct arena *arena;
    const struct dwr_ruleset *rules;
    const struct prove_options *options;
    struct prove_results results;
    struct prove_doctype *doctypes;
    struct parts *parts; /* by DocType */
    struct kind_of_part *kinds;
    uint32_t kind_count, kind_capacity;
    uint32_t *slots, slot_mask; /* kinds by hash, + 1; 0: free */
    uint32_t **kind_of;         /* [DocType][part] */
    uint32_t *order;            /* of the kinds: the largest first */
    unsigned threads;
    struct arena rooms[TEAM_MAX]; /* for the documents of the part that each of them is at */
    struct inquiry inquiries[TEAM_MAX];
    struct trial_bench benches[TEAM_MAX];
};

static void put_slots(struct run *r, uint32_t count)
{
    r->slots = arena_zero(r->arena, count * sizeof *r->slots);
    r->slot_mask = count - 1;
    for (uint32_t i = 0; i < r->kind_count; i++) {
        uint64_t at = r->kinds[i].hash;

        while (r->slots[at & r->slot_mask] != 0)
            at++;
        r->slots[at & r->slot_mask] = i + 1;
    }
}

static uint32_t kind_of(struct run *r, const struct part *part)
{
    const struct dwr_str key = part_key(r->arena, part);
    const uint64_t hash = XXH3_64bits(key.p, key.n);
    uint64_t at = hash;

    if (2 * (r->kind_count + 1) > r->slot_mask)
        put_slots(r, r->slot_mask == 0 ? 256 : 4 * (r->slot_mask + 1));
    for (; r->slots[at & r->slot_mask] != 0; at++) {
        const struct kind_of_part *k = &r->kinds[r->slots[at & r->slot_mask] - 1];

        if (k->hash == hash && k->key.n == key.n && memcmp(k->key.p, key.p, key.n) == 0)
            return r->slots[at & r->slot_mask] - 1;
    }
    if (r->kind_count == r->kind_capacity) {
        r->kinds = arena_grow(r->arena, r->kinds, r->kind_capacity, 2 * r->kind_capacity + 64,
                              sizeof *r->kinds);
        r->kind_capacity = 2 * r->kind_capacity + 64;
    }
    r->kinds[r->kind_count] = (struct kind_of_part){ .key = key, .hash = hash, .part = part };
    r->slots[at & r->slot_mask] = r->kind_count + 1;
    return r->kind_count++;
}

static bool is_wanted(const struct run *r, const struct dwr_doctype *d)
{
    const struct dwr_str only = r->options->only;

    return !only.p || (d->name.p && d->name.n == only.n && memcmp(d->name.p, only.p, only.n) == 0);
}

static const struct dwr_doctype *doctype_at(const struct run *r, uint32_t i)
{
    return i < r->rules->doctype_count ? &r->rules->doctypes[i] : &r->rules->other;
}

static void take_apart(struct run *r)
{
    const uint32_t all = r->rules->doctype_count + 1u;

    r->doctypes = arena_array(r->arena, all, sizeof *r->doctypes);
    r->parts = arena_array(r->arena, all, sizeof *r->parts);
    r->kind_of = arena_array(r->arena, all, sizeof *r->kind_of);
    for (uint32_t i = 0; i < all; i++) {
        const struct dwr_doctype *d = doctype_at(r, i);
        const uint32_t n = r->results.count;
        struct parts *parts = &r->parts[n];

        if (!is_wanted(r, d))
            continue;
        *parts = (struct parts){ NULL, 0, 0 };
        parts_of(r->arena, parts, d, d->name.p ? schema_find(r->options->schemas, d->name) : NULL);
        r->doctypes[n] = (struct prove_doctype){ .name = d->name, .doctype = d, .parts = parts };
        r->kind_of[n] = arena_array(r->arena, parts->count, sizeof **r->kind_of);
        for (uint32_t k = 0; k < parts->count; k++)
            r->kind_of[n][k] = kind_of(r, &parts->v[k]);
        r->results.parts += parts->count;
        r->results.count++;
    }
    r->results.different = r->kind_count;
}

/* --- trying them --- */

static uint64_t size_of(const struct part *part)
{
    const uint64_t stored = part_stored_count(part), client = part_client_count(part);

    if (part->too_large)
        return 0;
    return stored > PART_DOCUMENTS_MAX || client > PART_DOCUMENTS_MAX ? UINT64_MAX
                                                                      : stored * stored * client;
}

static int larger_first(const void *a, const void *b)
{
    const struct kind_of_part *const *x = a, *const *y = b;
    const uint64_t m = size_of((*x)->part), n = size_of((*y)->part);

    return m != n ? (m < n ? 1 : -1) : (*x > *y) - (*x < *y);
}

static void work(void *context, unsigned worker, struct arena *arena, uint32_t i)
{
    struct run *r = context;
    struct kind_of_part *k = &r->kinds[r->order[i]];
    struct inquiry *j = &r->inquiries[worker];
    struct arena *room = &r->rooms[worker];
    struct prove_found *found;

    room->no_memory = arena->no_memory;
    j->bench->arena = room;
    inquiry_part(j, k->part, &k->result);
    found = arena_array(arena, k->result.found_count, sizeof *found);
    if (k->result.found_count > 0)
        memcpy(found, k->result.found, k->result.found_count * sizeof *found);
    k->result.found = found;
    k->result.found_capacity = k->result.found_count;
    arena_clear(room);
}

static void sort_kinds(struct run *r)
{
    const struct kind_of_part **sorted = arena_array(r->arena, r->kind_count, sizeof *sorted);

    r->order = arena_array(r->arena, r->kind_count, sizeof *r->order);
    for (uint32_t i = 0; i < r->kind_count; i++)
        sorted[i] = &r->kinds[i];
    qsort(sorted, r->kind_count, sizeof *sorted, larger_first);
    for (uint32_t i = 0; i < r->kind_count; i++)
        r->order[i] = (uint32_t)(sorted[i] - r->kinds);
}

static bool open_benches(struct run *r)
{
    bool good = true;

    for (unsigned i = 0; i < r->threads; i++) {
        good = trial_bench_open(&r->benches[i], r->arena) && good;
        good = inquiry_open(&r->inquiries[i], &r->benches[i]) && good;
        r->inquiries[i].spoil = r->options->spoil;
        r->inquiries[i].spoil_context = r->options->spoil_context;
    }
    return good;
}

static void close_benches(struct run *r)
{
    for (unsigned i = 0; i < r->threads; i++) {
        inquiry_close(&r->inquiries[i]);
        trial_bench_close(&r->benches[i]);
        arena_clear(&r->rooms[i]);
    }
}

static unsigned thread_count(const struct prove_options *options)
{
    long processors;

    if (options->threads > 0)
        return options->threads < TEAM_MAX ? options->threads : TEAM_MAX;
    processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1)
        return 1;
    return processors < TEAM_MAX ? (unsigned)processors : TEAM_MAX;
}

/* --- showing what was found --- */

static struct dwr_str decided_at(const struct part *part, uint8_t slot)
{
    const struct dwr_unit *unit = slot == PROVE_DOCUMENT ? NULL : part_unit(part, slot);
    const struct dwr_table *table = slot == PROVE_DOCUMENT ? NULL : part_table(part, slot);

    if (slot == PROVE_DOCUMENT)
        return part->doctype->tombstone.delete_wins_at.p ? part->doctype->tombstone.delete_wins_at
                                                         : part->doctype->at;
    if (part->kind == PART_ROW && !unit)
        table = &part->doctype->tables[part->index];
    if (unit && unit->rules[0].at.p)
        return unit->rules[0].at;
    if (table)
        return table->same_key_at.p ? table->same_key_at : table->at;
    return part->doctype->free_rule.at.p ? part->doctype->free_rule.at : part->doctype->at;
}

/* The case once more, with the names of this DocType; the texts are copied out of the scratches. */
struct show {
    struct run *run;
    const struct part *part;
    struct inquiry_docs stored, client;
    struct inquiry *j;
};

static struct dwr_text keep(struct show *s, struct dwr_text t)
{
    return t.p ? (struct dwr_text){ arena_copy(s->run->arena, t.p, t.n), t.n } : t;
}

static struct dwr_text merged(struct show *s, const struct dwr_write *w, enum dwr_status *status)
{
    struct dwr_result result;
    const struct dwr_text none = { NULL, 0 };

    s->j->part = s->part;
    if (inquiry_merge(s->j, s->j->bench->scratch, w, 0, &result) != DWR_OK)
        return none;
    if (status)
        *status = result.status;
    return keep(s, result.doc);
}

static void show_order(struct show *s, const struct prove_found *f, struct prove_shown *shown)
{
    struct dwr_write one = shown->trial.write, two = shown->trial.write;

    inquiry_need(s->part, &s->client, (uint32_t)f->at.second);
    shown->second = keep(s, s->client.doc[f->at.second]);
    shown->one_is = "this client first";
    shown->two_is = "the other first";
    one.server = merged(s, &shown->trial.write, NULL);
    one.client = shown->second;
    shown->one = merged(s, &one, NULL);
    two.client = shown->second;
    two.server = merged(s, &two, NULL);
    two.client = shown->trial.write.client;
    shown->two = merged(s, &two, NULL);
}

static void show_result(struct show *s, const struct prove_found *f, struct prove_shown *shown)
{
    struct dwr_write again = shown->trial.write;

    shown->one_is = "result";
    shown->one = merged(s, &shown->trial.write, NULL);
    if (f->property != PROVE_IDEMPOTENT || !shown->one.p)
        return;
    again.server = shown->one;
    if (f->at.server_is == PROVE_SERVER_TOMBSTONE && again.op != DWR_DELETE) {
        again.op = DWR_UPDATE; /* inquiry_returned */
        again.base = s->stored.doc[f->at.server];
    }
    shown->two_is = "again";
    shown->two = merged(s, &again, NULL);
}

static struct prove_shown show(struct show *s, const struct prove_found *f)
{
    const struct part *part = s->part;
    struct prove_shown shown = {
        .property = f->property,
        .reason = f->reason,
        .field = f->slot == PROVE_DOCUMENT ? (struct dwr_str)DWR_STR("a deleted document")
                                           : part_field_name(s->run->arena, part, f->slot),
        .at = decided_at(part, f->slot),
        .times = f->times,
        .trial = { .doctype = part->doctype,
                   .write = inquiry_write(part, &s->stored, &s->client, &f->at) },
        .members = f->members,
        .bytes = f->bytes,
    };

    shown.trial.write.base = keep(s, shown.trial.write.base);
    shown.trial.write.server = keep(s, shown.trial.write.server);
    shown.trial.write.client = keep(s, shown.trial.write.client);
    if (f->at.second >= 0)
        show_order(s, f, &shown);
    else
        show_result(s, f, &shown);
    return shown;
}

struct shown_list {
    struct prove_shown *v;
    uint32_t count, capacity;
};

/* A field may be in several parts: the smallest documents of all stand for it. */
static void add_shown(struct run *r, struct shown_list *list, const struct prove_shown *shown)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct prove_shown *there = &list->v[i];

        if (there->property != shown->property || there->reason != shown->reason ||
            !str_same(there->field, shown->field))
            continue;
        const uint64_t times = there->times + shown->times;

        if (shown->members < there->members ||
            (shown->members == there->members && shown->bytes < there->bytes))
            *there = *shown;
        there->times = times;
        return;
    }
    if (list->count == list->capacity) {
        list->v =
            arena_grow(r->arena, list->v, list->capacity, 2 * list->capacity + 8, sizeof *list->v);
        list->capacity = 2 * list->capacity + 8;
    }
    list->v[list->count++] = *shown;
}

static int worst_first(const void *a, const void *b)
{
    const struct prove_shown *x = a, *y = b;
    int order;

    if (x->property != y->property)
        return x->property < y->property ? -1 : 1;
    if ((x->reason == PROVE_BY_NOTHING) != (y->reason == PROVE_BY_NOTHING))
        return x->reason == PROVE_BY_NOTHING ? -1 : 1;
    order = memcmp(x->field.p, y->field.p, x->field.n < y->field.n ? x->field.n : y->field.n);
    if (order == 0 && x->field.n != y->field.n)
        order = x->field.n < y->field.n ? -1 : 1;
    return order != 0 ? order : (int)x->reason - (int)y->reason;
}

static void show_part(struct run *r, struct shown_list *list, const struct part *part,
                      const struct prove_part *result)
{
    for (uint32_t i = 0; i < result->level; i++)
        part = part->smaller;

    struct show s = { .run = r, .part = part, .j = &r->inquiries[0] };
    struct prove_part unused = { .merges = 0 };

    if (result->found_count == 0)
        return;
    s.j->out = &unused; /* what is shown again counts for nothing */
    r->rooms[0].no_memory = r->arena->no_memory;
    s.j->bench->arena = &r->rooms[0];
    inquiry_documents(&r->rooms[0], part, &s.stored, &s.client);
    for (uint32_t i = 0; i < result->found_count; i++) {
        const struct prove_shown shown = show(&s, &result->found[i]);

        add_shown(r, list, &shown);
    }
    arena_clear(&r->rooms[0]);
}

/* --- verdicts --- */

static void verdicts_of(struct run *r, uint32_t n)
{
    struct prove_doctype *d = &r->doctypes[n];
    struct shown_list list = { NULL, 0, 0 };

    for (uint32_t k = 0; k < d->parts->count; k++) {
        const struct prove_part *result = &r->kinds[r->kind_of[n][k]].result;

        d->merges += result->merges;
        d->too_large += result->too_large;
        d->order_too_large += result->order_too_large;
        for (int p = 0; p < PROVE_PROPERTIES; p++)
            d->cases[p] += result->cases[p];
        show_part(r, &list, &d->parts->v[k], result);
    }
    if (list.count > 0)
        qsort(list.v, list.count, sizeof *list.v, worst_first);
    d->shown = list.v;
    d->shown_count = list.count;
    for (int p = 0; p < PROVE_PROPERTIES; p++)
        d->verdict[p] = d->too_large > 0 || (p == PROVE_ORDER && d->order_too_large > 0)
                            ? PROVE_TOO_LARGE
                        : d->cases[p] == 0 ? PROVE_NOTHING
                                           : PROVE_PROVED;
    for (uint32_t i = 0; i < list.count; i++) {
        enum prove_verdict *v = &d->verdict[list.v[i].property];

        if (list.v[i].reason == PROVE_BY_NOTHING)
            *v = PROVE_REFUTED;
        else if (*v == PROVE_PROVED)
            *v = PROVE_EXCEPT;
    }
}

static void count_verdicts(struct prove_results *results)
{
    for (uint32_t i = 0; i < results->count; i++) {
        const struct prove_doctype *d = &results->v[i];
        bool unnamed[PROVE_PROPERTIES] = { false };

        results->too_large += d->too_large > 0 || d->order_too_large > 0;
        for (uint32_t k = 0; k < d->shown_count; k++)
            if (!prove_reason_is_named(d->shown[k].reason))
                unnamed[d->shown[k].property] = true;
        for (int p = 0; p < PROVE_PROPERTIES; p++) {
            results->refuted += d->verdict[p] == PROVE_REFUTED;
            results->excepted += d->verdict[p] == PROVE_EXCEPT;
            results->unnamed += d->verdict[p] == PROVE_EXCEPT && unnamed[p];
        }
    }
}

static void run_all(void *context)
{
    struct run *r = context;

    take_apart(r);
    sort_kinds(r);
    team_run(r->arena, r->threads, r->kind_count, work, r);
    for (uint32_t i = 0; i < r->kind_count; i++)
        r->results.merges += r->kinds[i].result.merges;
    for (uint32_t n = 0; n < r->results.count; n++)
        verdicts_of(r, n);
    r->results.v = r->doctypes;
    count_verdicts(&r->results);
}

struct prove_results prove(struct arena *arena, const struct dwr_ruleset *rules,
                           const struct prove_options *options)
{
    struct run *r = ARENA_NEW(arena, struct run);
    bool good;

    r->arena = arena;
    r->rules = rules;
    r->options = options;
    r->threads = thread_count(options);
    good = open_benches(r) && arena_try(arena, run_all, r);
    close_benches(r);
    if (!good)
        arena_fail(arena);
    return r->results;
}

/* --- words --- */

static const struct {
    const char *id, *words;
    int code;
} properties[PROVE_PROPERTIES] = {
#define PROPERTY(NAME, id, code, words) { #id, words, code },
#include "properties.def"
#undef PROPERTY
};

static const struct {
    const char *id, *words;
    bool named;
} reasons[PROVE_REASONS] = {
#define REASON(NAME, id, named, words) { #id, words, named },
#include "reasons.def"
#undef REASON
};

const char *prove_property_id(enum prove_property property)
{
    return properties[property].id;
}

const char *prove_property_words(enum prove_property property)
{
    return properties[property].words;
}

int prove_property_code(enum prove_property property)
{
    return properties[property].code;
}

const char *prove_reason_id(enum prove_reason reason)
{
    return reasons[reason].id;
}

const char *prove_reason_words(enum prove_reason reason)
{
    return reasons[reason].words;
}

bool prove_reason_is_named(enum prove_reason reason)
{
    return reasons[reason].named;
}

const char *prove_verdict_word(enum prove_verdict verdict)
{
    static const char *const words[] = { [PROVE_NOTHING] = "nothing to prove",
                                         [PROVE_PROVED] = "proved",
                                         [PROVE_EXCEPT] = "proved, except",
                                         [PROVE_REFUTED] = "refuted",
                                         [PROVE_TOO_LARGE] = "too large to try" };

    return words[verdict];
}
