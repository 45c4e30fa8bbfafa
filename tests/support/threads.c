/* threads.c - many threads merge by one rule set at once, each with a scratch of its own, and every
 * answer must be the one that a single thread gave.
 *
 *     threads [--seed N] [--threads N] RULES
 *
 * ThreadSanitizer does not run under Criterion; this is a program of its own, for `make tsan` and,
 * without the sanitizer, for `make check`. The threads take the cases in different orders, on every
 * code path in turn, and through both entries. A planted fault (one scratch for two threads) shows
 * that the comparison can fail: it is run in a process of its own, which must not end well.
 *
 * To build: tests/support/{threads,tree,load_rules}.c tests/laws/{draw,law}.c, libdwrc.a, libdwr.a,
 * -lcjson -lxxhash -pthread; all of it with -fsanitize=thread for ThreadSanitizer.
 * To run: $B/threads tests/laws/all_forms.dwr */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../laws/draw.h"
#include "../laws/law.h"
#include "load_rules.h"

#define CASES 600
#define ROUNDS 3
#define THREADS_MAX 16
#define THREADS 6

struct merge_case {
    const struct dwr_doctype *doctype;
    struct dwr_write write;
    struct dwr_text line;
    enum dwr_rc rc;
    struct dwr_text answer, line_answer; /* of a single thread */
};

struct shared {
    const struct dwr_ruleset *rules;
    struct merge_case cases[CASES];
};

struct worker {
    const struct shared *shared;
    struct dwr_scratch *scratch;
    unsigned number;
    unsigned long merged, wrong;
};

/* The cases, and what one thread makes of them. */
static bool prepare(struct shared *shared, struct pool *pool, uint64_t seed)
{
    struct dwr_scratch *const s = dwr_scratch_new();
    struct draw draw = draw_seeded(seed);

    if (s == NULL)
        return false;
    for (unsigned i = 0; i < CASES; i++) {
        struct merge_case *const c = &shared->cases[i];
        const unsigned k = draw_below(&draw, shared->rules->doctype_count + 1u);
        struct dwr_result result;

        c->doctype =
            k < shared->rules->doctype_count ? &shared->rules->doctypes[k] : &shared->rules->other;
        c->write = draw_write(&draw, pool, c->doctype);
        c->line = write_line(pool, c->doctype, &c->write);
        c->rc = dwr_merge(c->doctype, &c->write, s, &result);
        if (c->rc == DWR_OK)
            c->answer = pool_copy(pool, dwr_answer(&result, text_of("1"), s));
        c->line_answer = pool_copy(pool, dwr_resolve_line(shared->rules, c->line, i, s));
    }
    dwr_scratch_free(s);
    return true;
}

static bool is_same(const struct merge_case *c, enum dwr_rc rc, const struct dwr_result *result,
                    struct dwr_scratch *s)
{
    return rc == c->rc &&
           (rc != DWR_OK || text_equal(dwr_answer(result, text_of("1"), s), c->answer));
}

static void *work(void *argument)
{
    static const char *const paths[] = { "portable", "sse2", "avx2", "avx512", "neon" };
    struct worker *const w = argument;

    for (unsigned round = 0; round < ROUNDS; round++) {
        /* Not every machine has every path; then it stays as it was. */
        (void)dwr_scratch_simd(w->scratch, paths[(round + w->number) % 5]);
        for (unsigned i = 0; i < CASES; i++) {
            /* 7 has no common factor with CASES: each case once. */
            const unsigned at = (i * 7 + w->number * 101) % CASES;
            const struct merge_case *const c = &w->shared->cases[at];
            struct dwr_result result;
            enum dwr_rc rc = dwr_merge(c->doctype, &c->write, w->scratch, &result);

            w->wrong += !is_same(c, rc, &result, w->scratch);
            if (c->rc == DWR_OK) {
                rc = dwr_merge_stored(c->doctype, &c->write, w->scratch, &result);
                w->wrong += !is_same(c, rc, &result, w->scratch);
            }
            w->wrong += !text_equal(dwr_resolve_line(w->shared->rules, c->line, at, w->scratch),
                                    c->line_answer);
            w->merged += 3;
        }
    }
    return NULL;
}

/* The number of wrong answers, or 1 where a thread does not start. */
static unsigned long run_threads(const struct shared *shared, unsigned count, bool one_scratch,
                                 unsigned long *merged)
{
    struct worker workers[THREADS_MAX] = { { 0 } };
    pthread_t threads[THREADS_MAX];
    unsigned started = 0;
    unsigned long wrong = 0;

    for (unsigned i = 0; i < count; i++) {
        workers[i] = (struct worker){ .shared = shared, .number = i };
        workers[i].scratch = one_scratch && i > 0 ? workers[0].scratch : dwr_scratch_new();
        if (workers[i].scratch == NULL ||
            pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            wrong = 1;
            break;
        }
        started++;
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        wrong += workers[i].wrong;
        *merged += workers[i].merged;
    }
    for (unsigned i = 0; i < count; i++)
        if (i == 0 || !one_scratch)
            dwr_scratch_free(workers[i].scratch);
    return wrong;
}

/* Two threads that share a scratch, which dwr.h forbids: wrong answers, a crash or a report of the
 * sanitizer. In a process of its own. */
static bool shared_scratch_is_noticed(const struct shared *shared)
{
    const pid_t child = fork();
    unsigned long merged = 0;
    int status;

    if (child == 0) {
        /* It may hang as well. */
        alarm(20);
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(0);
        _exit(run_threads(shared, 2, true, &merged) > 0 ? 1 : 0);
    }
    return child > 0 && waitpid(child, &status, 0) == child &&
           (!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}

static int run(const struct dwr_ruleset *rules, uint64_t seed, unsigned threads)
{
    struct shared *const shared = calloc(1, sizeof *shared);
    struct pool pool = { 0 };
    unsigned long merged = 0, wrong = 1;
    bool noticed = false;

    if (shared != NULL) {
        shared->rules = rules;
        if (prepare(shared, &pool, seed)) {
            noticed = shared_scratch_is_noticed(shared);
            wrong = run_threads(shared, threads, false, &merged);
        }
    }
    printf("threads: seed %" PRIu64 ", %u threads, %lu merges, %lu wrong; a shared scratch is %s\n",
           seed, threads, merged, wrong, noticed ? "noticed" : "NOT noticed");
    pool_free(&pool);
    free(shared);
    return wrong == 0 && noticed ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct arena arena = { .no_memory = NULL };
    const struct dwr_ruleset *rules;
    uint64_t seed = 20260101;
    unsigned threads = THREADS;
    int i = 1, status = 2;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--threads") == 0)
            threads = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else
            break;
    }
    if (i + 1 != argc || threads == 0 || threads > THREADS_MAX) {
        fputs("usage: threads [--seed N] [--threads N] RULES\n", stderr);
        return 2;
    }
    rules = load_rules(&arena, argv[i]);
    if (rules != NULL)
        status = run(rules, seed, threads);
    arena_clear(&arena);
    return status;
}
