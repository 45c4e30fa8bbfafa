/* diff.c - the DocTypes of two rule sets, pair by pair. */
#include "diff.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "str.h"
#include "team.h"
#include "words.h"

const char *const diff_class_ids[DIFF_CLASSES] = { "same", "safe", "changes_outcome",
                                                   "needs_both_tables", "can_lose_a_write" };
const char *const diff_class_words[DIFF_CLASSES] = { "same", "safe", "changes outcome",
                                                     "needs both tables", "can lose a write" };

const char *const diff_kind_ids[DIFF_KINDS] = { "doctype", "default", "settings" };

struct diff_item *diff_add(struct arena *arena, struct diff_items *items)
{
    if (items->count == items->capacity) {
        const uint32_t capacity = items->capacity == 0 ? 8 : items->capacity * 2;

        items->v = arena_grow(arena, items->v, items->capacity, capacity, sizeof *items->v);
        items->capacity = capacity;
    }
    items->v[items->count] = (struct diff_item){ .class = DIFF_SAME };
    return &items->v[items->count++];
}

/* --- the gravest difference of each field, in the smallest documents met --- */

enum { FOUND_MAX = 32 };

struct gravest {
    struct dwr_str field;
    enum diff_class class;
    struct dwr_write write;
    size_t size;
};

struct search {
    struct diff_bench bench;
    struct arena *keep;
    struct gravest *v;
    uint32_t count, capacity;
};

static bool same(struct dwr_str a, struct dwr_str b)
{
    return (a.p == NULL) == (b.p == NULL) && str_same(a, b);
}

static size_t size_of(const struct dwr_write *w)
{
    return w->base.n + w->server.n + w->client.n +
           8 * ((w->client_ts.p != NULL) + (w->server_ts.p != NULL) + (w->now.p != NULL) +
                (w->server_role.p != NULL) + (w->client_role.p != NULL) +
                (w->client_user.p != NULL) + (w->op != DWR_UPDATE));
}

static struct gravest *gravest_of(struct search *s, struct dwr_str field)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (same(s->v[i].field, field))
            return &s->v[i];
    if (s->count == s->capacity) {
        const uint32_t capacity = s->capacity == 0 ? 16 : s->capacity * 2;

        s->v = arena_grow(s->keep, s->v, s->capacity, capacity, sizeof *s->v);
        s->capacity = capacity;
    }
    s->v[s->count] = (struct gravest){ .class = DIFF_SAME, .size = SIZE_MAX };
    if (field.p != NULL)
        s->v[s->count].field = (struct dwr_str){ arena_copy(s->keep, field.p, field.n), field.n };
    return &s->v[s->count++];
}

static void keep_if_gravest(struct search *s, const struct dwr_write *w,
                            const struct diff_difference *found)
{
    struct gravest *g = gravest_of(s, found->field);
    const size_t size = size_of(w);

    /* Half as large is worth keeping: all are made small in the end. */
    if (found->class < g->class || (found->class == g->class && size * 2 >= g->size))
        return;
    g->class = found->class;
    g->size = size;
    g->write = diff_kept(s->keep, w);
}

static void search(struct search *s, struct diff_deck *deck, uint32_t tries)
{
    struct arena draw = { .no_memory = s->keep->no_memory };

    for (uint32_t i = 0; i < tries; i++) {
        struct diff_difference found[FOUND_MAX];
        struct dwr_write write;
        uint32_t count;

        diff_draw(deck, &draw, &write);
        count = diff_compare(&s->bench, &draw, &write, found, FOUND_MAX);
        for (uint32_t k = 0; k < count; k++)
            keep_if_gravest(s, &write, &found[k]);
        if (i % 256 == 255)
            arena_clear(&draw), draw.no_memory = s->keep->no_memory;
    }
    arena_clear(&draw);
}

/* --- items --- */

static struct dwr_str copy(struct arena *arena, struct dwr_text text)
{
    return text.p == NULL ? (struct dwr_str){ NULL, 0 }
                          : (struct dwr_str){ arena_copy(arena, text.p, text.n), text.n };
}

static struct diff_side side_of(const struct diff_bench *b, int side, struct arena *arena,
                                struct dwr_str field)
{
    const struct dwr_result *r = &b->result[side];
    struct diff_side s = { .status = r->status,
                           .code = r->code,
                           .doc = copy(arena, r->doc),
                           .branch = copy(arena, r->branch),
                           .outcome = { "", 0 },
                           .rule = r->rule };

    for (size_t i = 0; i < r->field_count && field.p != NULL; i++) {
        const struct dwr_text name = r->fields[i].field;

        if (name.n < field.n || memcmp(name.p, field.p, field.n) != 0 ||
            (name.n > field.n && name.p[field.n] != '['))
            continue;
        s.outcome.p = dwr_outcome_name(r->fields[i].outcome);
        s.outcome.n = strlen(s.outcome.p);
        if (r->fields[i].rule.p != NULL)
            s.rule = r->fields[i].rule;
        break;
    }
    return s;
}

static const char *const what_words[DIFF_CLASSES] = {
    [DIFF_SAFE] = "only what is reported differs, or a person is asked, too",
    [DIFF_OUTCOME] = "it gets another value",
    [DIFF_BOTH_TABLES] = "it means something else",
    [DIFF_LOSES] = "a client's value that was kept, merged or shown is now only in the report",
};

static bool same_value(struct arena *arena, const struct diff_item *item)
{
    const struct dwr_text was = { item->old_side.doc.p, item->old_side.doc.n },
                          is = { item->new_side.doc.p, item->new_side.doc.n };

    return trial_equal(arena, trial_member(arena, was, item->field),
                       trial_member(arena, is, item->field));
}

static bool is_asked(const struct diff_side *side)
{
    return str_is(side->outcome, "manual") || str_is(side->outcome, "held");
}

static const char *what_of(struct arena *arena, const struct diff_item *item)
{
    if (item->field.p != NULL) {
        if (item->class != DIFF_OUTCOME || !same_value(arena, item))
            return what_words[item->class];
        return is_asked(&item->old_side) && !is_asked(&item->new_side)
                   ? "no person decides it any more"
                   : "the document says something else of it";
    }
    if (item->class == DIFF_LOSES)
        return "a write that was taken is now rejected";
    return item->class == DIFF_SAFE ? "only what is reported or notified differs"
                                    : "the document ends otherwise";
}

static void add_merge(struct search *s, struct diff_items *items, const struct gravest *g)
{
    const struct diff_difference goal = { g->field, g->class };
    struct diff_item *item = NULL;
    const char *what;

    /* Where clients send something else, that is the change; the merge shows it. */
    for (uint32_t i = 0; i < items->count && item == NULL; i++)
        if (items->v[i].class == DIFF_BOTH_TABLES && !items->v[i].has_merge &&
            same(items->v[i].field, g->field))
            item = &items->v[i];
    if (item == NULL)
        item = diff_add(s->keep, items);
    if (g->class > item->class)
        item->class = g->class;
    item->field = g->field;
    item->has_merge = true;
    item->trial = (struct trial){ .doctype = s->bench.pair->by[0],
                                  .doctype_name = s->bench.pair->request_name,
                                  .write = diff_shrink(&s->bench, s->keep, &g->write, &goal) };
    item->request = trial_line(s->keep, &item->trial);
    /* The results of the last merge of the shrinking may be another's. */
    diff_compare(&s->bench, s->keep, &item->trial.write, (struct diff_difference[1]){ goal }, 1);
    item->old_side = side_of(&s->bench, 0, s->keep, g->field);
    item->new_side = side_of(&s->bench, 1, s->keep, g->field);
    item->old_at = item->old_side.rule;
    item->new_at = item->new_side.rule;
    if (item->class == DIFF_LOSES && g->field.p != NULL)
        item->lost = diff_gone(&s->bench, s->keep, &item->trial.write, g->field);
    what = what_of(s->keep, item);
    if (item->what.p == NULL || item->class == DIFF_LOSES)
        item->what = (struct dwr_str){ what, strlen(what) };
}

static int by_gravity(const void *a, const void *b)
{
    const struct diff_item *x = a, *y = b;
    const size_t n = x->field.n < y->field.n ? x->field.n : y->field.n;
    int order;

    if (x->class != y->class)
        return x->class < y->class ? 1 : -1;
    if ((x->field.p == NULL) != (y->field.p == NULL))
        return x->field.p == NULL ? -1 : 1;
    order = n == 0 ? 0 : memcmp(x->field.p, y->field.p, n);
    if (order == 0 && x->field.n != y->field.n)
        order = x->field.n < y->field.n ? -1 : 1;
    return order != 0 ? order : strcmp(x->what.p, y->what.p);
}

/* --- DocTypes --- */

/* One DocType of both rule sets. */
struct job {
    struct diff_pair pair;
    bool equal; /* by their tables: no merge is tried */
    struct diff_doctype found;
    bool is_news;
};

struct pairs {
    struct arena *arena;
    const struct dwr_ruleset *rules[2];
    const struct diff_options *options;
    struct job *jobs;
    uint32_t job_count, job_capacity, tries;
    struct diff_doctype *v;
    uint32_t count;
};

static void add_job(struct pairs *p, struct diff_pair pair, struct diff_doctype found)
{
    struct job *job;

    if (p->job_count == p->job_capacity) {
        const uint32_t capacity = p->job_capacity == 0 ? 8 : p->job_capacity * 2;

        p->jobs = arena_grow(p->arena, p->jobs, p->job_capacity, capacity, sizeof *p->jobs);
        p->job_capacity = capacity;
    }
    job = &p->jobs[p->job_count++];
    *job = (struct job){ .pair = pair, .found = found };
    job->pair.arena = p->arena;
    job->pair.schema =
        p->options->schemas == NULL ? NULL : schema_find(p->options->schemas, pair.name);
    job->found.name = pair.name;
    job->equal = diff_tables_equal(&job->pair);
}

static void finish(struct diff_doctype *d, struct diff_items *items)
{
    if (items->count > 0)
        qsort(items->v, items->count, sizeof *items->v, by_gravity);
    d->items = items->v;
    d->item_count = items->count;
    for (uint32_t i = 0; i < items->count; i++)
        if (items->v[i].class > d->class)
            d->class = items->v[i].class;
}

static void try_merges(const struct diff_pair *pair, uint64_t seed, uint32_t tries,
                       struct diff_doctype *d, struct diff_items *items)
{
    struct search s = { .bench = { .pair = pair }, .keep = pair->arena };
    struct diff_deck *deck;

    diff_meanings(pair, items);
    if (!trial_bench_open(&s.bench.bench[0], pair->arena) ||
        !trial_bench_open(&s.bench.bench[1], pair->arena))
        arena_fail(pair->arena);
    deck = diff_deck_new(pair, &s.bench.bench[0], seed);
    search(&s, deck, tries);
    d->cut = !diff_drawn_all(deck);
    for (uint32_t i = 0; i < s.count; i++)
        add_merge(&s, items, &s.v[i]);
    d->merges = tries;
    trial_bench_close(&s.bench.bench[0]);
    trial_bench_close(&s.bench.bench[1]);
}

static void work(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct pairs *p = context;
    struct job *job = &p->jobs[part];
    struct diff_items items = { NULL, 0, 0 };

    (void)worker;
    job->pair.arena = arena;
    if (!job->equal)
        try_merges(&job->pair, p->options->seed, p->tries, &job->found, &items);
    diff_words(&job->pair, &items);
    job->is_news = items.count > 0 || !job->equal || job->found.added || job->found.removed;
    finish(&job->found, &items);
}

static bool wanted(const struct pairs *p, struct dwr_str name)
{
    return p->options->only.p == NULL || same(p->options->only, name);
}

static const struct dwr_doctype *find(const struct dwr_ruleset *rules, struct dwr_str name)
{
    const struct dwr_doctype *d = dwr_doctype_find(rules, name.p, name.n);

    return d == &rules->other ? NULL : d;
}

static void add_doctypes(struct pairs *p)
{
    for (int side = 0; side < 2; side++)
        for (uint16_t i = 0; i < p->rules[side]->doctype_count; i++) {
            const struct dwr_doctype *d = &p->rules[side]->doctypes[i];
            const struct dwr_doctype *other = find(p->rules[1 - side], d->name);
            struct diff_pair pair = { .name = d->name, .request_name = d->name };

            if (!wanted(p, d->name) || (side == 1 && other != NULL))
                continue;
            pair.by[side] = d;
            pair.by[1 - side] = other == NULL ? &p->rules[1 - side]->other : other;
            add_job(p, pair,
                    (struct diff_doctype){ .kind = DIFF_DOCTYPE,
                                           .added = side == 1,
                                           .removed = side == 0 && other == NULL });
        }
}

/* So many for each DocType that changed: fewer where many did. */
static uint32_t tries_of(const struct pairs *p)
{
    uint32_t changed = 0;

    for (uint32_t i = 0; i < p->job_count; i++)
        changed += !p->jobs[i].equal;
    if (p->options->tries > 0)
        return p->options->tries;
    if (changed <= DIFF_TRIES_ALL / DIFF_TRIES)
        return DIFF_TRIES;
    return changed < DIFF_TRIES_ALL / DIFF_TRIES_LEAST ? DIFF_TRIES_ALL / changed
                                                       : DIFF_TRIES_LEAST;
}

static unsigned thread_count(const struct diff_options *options)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->threads > 0)
        return options->threads < TEAM_MAX ? options->threads : TEAM_MAX;
    return processors < 1 ? 1 : processors < TEAM_MAX ? (unsigned)processors : TEAM_MAX;
}

static int by_name(const void *a, const void *b)
{
    const struct diff_doctype *x = a, *y = b;
    const size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    const int order = n == 0 ? 0 : memcmp(x->name.p, y->name.p, n);

    if ((x->kind == DIFF_SETTINGS) != (y->kind == DIFF_SETTINGS))
        return x->kind == DIFF_SETTINGS ? -1 : 1;
    if (order != 0 || x->name.n != y->name.n)
        return order != 0 ? order : x->name.n < y->name.n ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

/* What a request calls a DocType that neither rule set names. */
static struct dwr_str unnamed(const struct pairs *p)
{
    struct dwr_str name = DWR_STR("default");

    for (unsigned n = 2; find(p->rules[0], name) != NULL || find(p->rules[1], name) != NULL; n++)
        name = arena_printf(p->arena, "default %u", n);
    return name;
}

static void compare_all(struct pairs *p, struct diff_results *results)
{
    p->tries = tries_of(p);
    team_run(p->arena, thread_count(p->options), p->job_count, work, p);
    p->v = arena_array(p->arena, p->job_count + 1u, sizeof *p->v); /* and the settings */
    for (uint32_t i = 0; i < p->job_count; i++) {
        const struct job *job = &p->jobs[i];

        results->merges += 2 * job->found.merges;
        results->cut = results->cut || job->found.cut;
        if (job->is_news)
            p->v[p->count++] = job->found;
        else
            results->equal++;
    }
}

struct diff_results diff_rules(struct arena *arena, const struct dwr_ruleset *old_rules,
                               const struct dwr_ruleset *new_rules,
                               const struct diff_options *options)
{
    struct pairs p = { .arena = arena, .rules = { old_rules, new_rules }, .options = options };
    struct diff_pair other = { .by = { &old_rules->other, &new_rules->other },
                               .name = DWR_STR("default") };
    struct diff_items settings = { NULL, 0, 0 };
    struct diff_results results = { .class = DIFF_SAME };

    add_doctypes(&p);
    other.request_name = unnamed(&p);
    if (options->only.p == NULL) {
        add_job(&p, other, (struct diff_doctype){ .kind = DIFF_DEFAULT });
        diff_settings(arena, old_rules, new_rules, &settings);
    }
    compare_all(&p, &results);
    if (settings.count > 0) {
        p.v[p.count] = (struct diff_doctype){ .kind = DIFF_SETTINGS, .name = DWR_STR("settings") };
        finish(&p.v[p.count++], &settings);
    }
    if (p.count > 0)
        qsort(p.v, p.count, sizeof *p.v, by_name);
    results.v = p.v;
    results.count = p.count;
    for (uint32_t i = 0; i < p.count; i++)
        if (p.v[i].class > results.class)
            results.class = p.v[i].class;
    return results;
}
