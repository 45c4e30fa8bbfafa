/* race.c - contestants take turns, in every round; what a figure says is the median over the
 * rounds. */
#define _GNU_SOURCE
#include "race.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scan.h"

int rounds = 41;
double slot_ns = 4e6; /* what a contestant gets in a round */
const char *build;    /* the folder with what is measured */

_Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s%s%s\n", what, errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    exit(2);
}

void must(bool holds, const char *claim)
{
    if (!holds) {
        errno = 0;
        fprintf(stderr, "bench: not so: ");
        die(claim);
    }
}

double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

char *in_build(const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", build, name) < 0)
        die("memory");
    return path;
}

static const struct library linked = { dwr_scratch_new, dwr_merge, dwr_merge_stored, dwr_answer,
                                       dwr_simd_name };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(const double *v, int n)
{
    double sorted[ROUNDS_MAX];

    memcpy(sorted, v, (size_t)n * sizeof *v);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    return n % 2 != 0 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* How many times as long a takes as b: the median over the rounds. */
double ratio(const struct contestant *a, const struct contestant *b)
{
    double v[ROUNDS_MAX];

    for (int i = 0; i < rounds; i++)
        v[i] = a->ns[i] / b->ns[i];
    return median(v, rounds);
}

double typical(const struct contestant *c)
{
    return median(c->ns, rounds);
}

/* All take turns, in every round. */
void race(struct contestant *const *all, int n)
{
    for (int i = 0; i < n; i++) {
        double ns = all[i]->run(all[i], 1); /* warm */

        for (all[i]->per_slot = 1; ns < slot_ns / 4; ns = all[i]->run(all[i], all[i]->per_slot))
            all[i]->per_slot *= 2;
        all[i]->per_slot = (unsigned long)((double)all[i]->per_slot * slot_ns / ns) + 1;
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < n; i++)
            all[i]->ns[round] = all[i]->run(all[i], all[i]->per_slot) / (double)all[i]->per_slot;
}

static struct dwr_write write_of(const struct documents *d)
{
    return (struct dwr_write){
        .op = DWR_UPDATE,
        .base = d->base,
        .server = d->server,
        .client = d->client,
        .client_ts = { "\"2026-03-03T09:36:00Z\"", 22 },
        .server_ts = { "\"2026-03-03T08:30:00Z\"", 22 },
        .now = { "\"2026-03-03T10:00:00Z\"", 22 },
    };
}

void merge_once(const struct contestant *c, const struct dwr_write *write,
                struct dwr_result *result)
{
    const enum dwr_rc rc = (c->check_all ? c->library->merge : c->library->merge_stored)(
        c->doctype, write, c->scratch, result);

    if (rc != DWR_OK)
        die(dwr_rc_name(rc));
}

double run_merge(const struct contestant *c, unsigned long n)
{
    const struct dwr_write write = write_of(&c->documents);
    const double start = now_ns();
    struct dwr_result result;

    while (n-- > 0) {
        merge_once(c, &write, &result);
        if (c->write_answer &&
            c->library->answer(&result, (struct dwr_text){ "1", 1 }, c->scratch).p == NULL)
            die("dwr_answer");
    }
    return now_ns() - start;
}

cJSON *parse(struct dwr_text text)
{
    cJSON *tree = cJSON_ParseWithLength(text.p, text.n);

    must(tree != NULL, "cJSON reads the document");
    return tree;
}

/* The floor: three parsed, one printed, nothing decided. */
double run_floor(const struct contestant *c, unsigned long n)
{
    const double start = now_ns();

    while (n-- > 0) {
        cJSON *base = parse(c->documents.base), *server = parse(c->documents.server),
              *client = parse(c->documents.client);
        char *text = cJSON_PrintUnformatted(server);

        must(text != NULL, "cJSON prints the document");
        cJSON_free(text);
        cJSON_Delete(base);
        cJSON_Delete(server);
        cJSON_Delete(client);
    }
    return now_ns() - start;
}

/* What of a merge is reading the three documents; the rest is deciding and reporting. */
double run_index(const struct contestant *c, unsigned long n)
{
    const struct dwr_text text[3] = { c->documents.base, c->documents.server, c->documents.client };
    const double start = now_ns();
    struct dwr_index index;

    while (n-- > 0) {
        dwr_scratch_reset(c->scratch);
        if (c->scratch->scan->index(c->scratch, c->doctype, text, false, &index) != DWR_OK)
            die("scan");
    }
    return now_ns() - start;
}

struct contestant contestant(const char *name,
                             double (*run)(const struct contestant *, unsigned long),
                             const struct dwr_doctype *doctype, struct documents documents)
{
    struct contestant c = {
        .name = name, .run = run, .doctype = doctype, .documents = documents, .library = &linked
    };

    if ((run == run_merge || run == run_index) && (c.scratch = dwr_scratch_new()) == NULL)
        die("memory");
    return c;
}

struct dwr_result result_of(const struct contestant *c)
{
    const struct dwr_write write = write_of(&c->documents);
    struct dwr_result result;

    merge_once(c, &write, &result);
    return result;
}

const struct dwr_doctype *doctype(const struct dwr_ruleset *rules, const char *name)
{
    const struct dwr_doctype *d = dwr_doctype_find(rules, name, strlen(name));

    must(d->name.p != NULL, name);
    return d;
}

/* The runtime as a build with the portable path alone; its own copy of everything. */
struct library portable_library(void)
{
    char *path = in_build("only_portable/libdwr.so");
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    struct library l;

    if (handle == NULL) {
        fprintf(stderr, "bench: %s\n", dlerror());
        exit(2);
    }
    *(void **)&l.scratch_new = dlsym(handle, "dwr_scratch_new");
    *(void **)&l.merge = dlsym(handle, "dwr_merge");
    *(void **)&l.merge_stored = dlsym(handle, "dwr_merge_stored");
    *(void **)&l.answer = dlsym(handle, "dwr_answer");
    *(void **)&l.simd_name = dlsym(handle, "dwr_simd_name");
    free(path);
    return l;
}
