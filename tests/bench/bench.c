/* bench.c - how fast, as ratios measured in one run: bench BUILD [-q] [-o FILE.json]
 *
 * Each figure compares what is measured with its peer in the same process and in the same rounds:
 * in every round each takes its turn for a few milliseconds, the ratio is taken round by round and
 * the median of the rounds stands. So a machine that is slower, or busy for a while, changes the
 * times and not the figure. Every contestant's answer is checked before it is measured.
 *
 * The peer of most is the floor: cJSON parsing the three documents and printing one. The merges
 * that the table compares are dwr_merge_stored's, the entry of a server whose documents were
 * checked when they were stored, with the full field report in the result. Beside it stand
 * dwr_merge, which checks all three, and the report written out as JSON (dwr_answer).
 *
 * -q makes few and short rounds: do all parts work? The figures are not worth keeping then. */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"
#include "documents.h"
#include "name_hash.h"
#include "scan.h"
#include "bench_rules.h"
#include RULES_HEADER

extern char **environ;

enum { ROUNDS_MAX = 61 };

static int rounds = 41;
static double slot_ns = 4e6; /* what a contestant gets in a round */
static const char *build;    /* the folder with what is measured */

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s%s%s\n", what, errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    exit(2);
}

static void must(bool holds, const char *claim)
{
    if (!holds) {
        errno = 0;
        fprintf(stderr, "bench: not so: ");
        die(claim);
    }
}

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char *in_build(const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", build, name) < 0)
        die("memory");
    return path;
}

/* --- heap, counted: linked with --wrap --- */

static atomic_ulong allocations;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool counting;

void *__wrap_malloc(size_t n)
{
    if (counting)
        allocations++;
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    if (counting)
        allocations++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    if (counting)
        allocations++;
    return __real_realloc(p, n);
}

/* --- contestants and rounds --- */

struct contestant {
    const char *name;
    /* Makes n runs and returns the nanoseconds of all. */
    double (*run)(const struct contestant *c, unsigned long n);
    const struct library *library;
    const struct dwr_doctype *doctype;
    struct documents documents;
    struct dwr_scratch *scratch;
    bool check_all, write_answer;
    struct node *node;

    unsigned long per_slot;
    double ns[ROUNDS_MAX]; /* of one run, by round */
};

/* The functions that are measured, linked or from another build of the runtime. */
struct library {
    struct dwr_scratch *(*scratch_new)(void);
    enum dwr_rc (*merge)(const struct dwr_doctype *, const struct dwr_write *,
                         struct dwr_scratch *, struct dwr_result *);
    enum dwr_rc (*merge_stored)(const struct dwr_doctype *, const struct dwr_write *,
                                struct dwr_scratch *, struct dwr_result *);
    struct dwr_text (*answer)(const struct dwr_result *, struct dwr_text, struct dwr_scratch *);
    const char *(*simd_name)(const struct dwr_scratch *);
};

static const struct library linked = { dwr_scratch_new, dwr_merge, dwr_merge_stored, dwr_answer,
                                       dwr_simd_name };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *v, int n)
{
    double sorted[ROUNDS_MAX];

    memcpy(sorted, v, (size_t)n * sizeof *v);
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    return n % 2 != 0 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* How many times as long a takes as b: the median over the rounds. */
static double ratio(const struct contestant *a, const struct contestant *b)
{
    double v[ROUNDS_MAX];

    for (int i = 0; i < rounds; i++)
        v[i] = a->ns[i] / b->ns[i];
    return median(v, rounds);
}

static double typical(const struct contestant *c)
{
    return median(c->ns, rounds);
}

/* All take turns, in every round. */
static void race(struct contestant *const *all, int n)
{
    for (int i = 0; i < n; i++) {
        double ns = all[i]->run(all[i], 1); /* warm */

        for (all[i]->per_slot = 1; ns < slot_ns / 4; ns = all[i]->run(all[i], all[i]->per_slot))
            all[i]->per_slot *= 2;
        all[i]->per_slot = (unsigned long)((double)all[i]->per_slot * slot_ns / ns) + 1;
    }
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < n; i++)
            all[i]->ns[round] =
                all[i]->run(all[i], all[i]->per_slot) / (double)all[i]->per_slot;
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

static void merge_once(const struct contestant *c, const struct dwr_write *write,
                       struct dwr_result *result)
{
    const enum dwr_rc rc =
        (c->check_all ? c->library->merge : c->library->merge_stored)(c->doctype, write, c->scratch,
                                                                      result);

    if (rc != DWR_OK)
        die(dwr_rc_name(rc));
}

static double run_merge(const struct contestant *c, unsigned long n)
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

static cJSON *parse(struct dwr_text text)
{
    cJSON *tree = cJSON_ParseWithLength(text.p, text.n);

    must(tree != NULL, "cJSON reads the document");
    return tree;
}

/* The floor: three parsed, one printed, nothing decided. */
static double run_floor(const struct contestant *c, unsigned long n)
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
static double run_index(const struct contestant *c, unsigned long n)
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

/* --- Node --- */

struct node {
    FILE *to, *from;
    pid_t pid;
};

static char *save(const char *name, struct dwr_text text)
{
    char *path = in_build(name);
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
        die(path);
    return path;
}

static struct node node_start(const struct documents *d)
{
    char *argv[] = { (char[]){ "node" }, (char[]){ "tests/bench/merge.js" },
                     save("bench/base.json", d->base), save("bench/server.json", d->server),
                     save("bench/client.json", d->client), NULL };
    posix_spawn_file_actions_t actions;
    struct node node = { 0 };
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0)
        die("pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawn_file_actions_addclose(&actions, to[1]);
    posix_spawn_file_actions_addclose(&actions, from[0]);
    errno = posix_spawnp(&node.pid, "node", &actions, NULL, argv, environ);
    if (errno != 0)
        die("node");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    node.to = fdopen(to[1], "w");
    node.from = fdopen(from[0], "r");
    for (int i = 2; i < 5; i++)
        free(argv[i]);
    return node;
}

/* Its answer, without the newline; yours. */
static struct dwr_text node_ask(struct node *node, const char *command)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n;

    if (fprintf(node->to, "%s\n", command) < 0 || fflush(node->to) != 0)
        die("node");
    n = getline(&line, &capacity, node->from);
    must(n > 0, "node answers");
    line[n - 1] = '\0';
    return (struct dwr_text){ line, (size_t)n - 1 };
}

static double run_node(const struct contestant *c, unsigned long n)
{
    char command[32];
    struct dwr_text answer;
    double ns;

    snprintf(command, sizeof command, "%lu", n);
    answer = node_ask(c->node, command);
    ns = strtod(answer.p, NULL) * (double)n;
    free((char *)answer.p);
    return ns;
}

static void node_end(struct node *node)
{
    int status;

    fclose(node->to);
    fclose(node->from);
    if (waitpid(node->pid, &status, 0) < 0 || status != 0)
        die("node did not end well");
}

/* --- what the answers must be --- */

static void must_be_json_equal(struct dwr_text a, struct dwr_text b, const char *claim)
{
    cJSON *x = parse(a), *y = parse(b);

    must(cJSON_Compare(x, y, 1), claim);
    cJSON_Delete(x);
    cJSON_Delete(y);
}

static int rows_of(struct dwr_text document, const char *table)
{
    cJSON *tree = parse(document);
    const int rows = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(tree, table));

    cJSON_Delete(tree);
    return rows;
}

static void must_be_the_job(const struct dwr_result *r)
{
    size_t fields = 0, rows = 0, conflicts = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        const bool row = memchr(r->fields[i].field.p, '[', r->fields[i].field.n) != NULL;

        rows += row;
        fields += !row;
        conflicts += !row && r->fields[i].conflict;
    }
    must(r->status == DWR_MERGED, "the job is merged");
    must(fields == 8, "the job's report names the client's 8 fields");
    must(conflicts == 3, "3 of them in conflict");
    must(rows == 2, "and the two rows the client wrote");
    must(rows_of(r->doc, "parts_used") == 7, "the job has 7 rows of parts");
}

static struct contestant contestant(const char *name,
                                    double (*run)(const struct contestant *, unsigned long),
                                    const struct dwr_doctype *doctype, struct documents documents)
{
    struct contestant c = { .name = name, .run = run, .doctype = doctype, .documents = documents,
                            .library = &linked };

    if ((run == run_merge || run == run_index) && (c.scratch = dwr_scratch_new()) == NULL)
        die("memory");
    return c;
}

static struct dwr_result result_of(const struct contestant *c)
{
    const struct dwr_write write = write_of(&c->documents);
    struct dwr_result result;

    merge_once(c, &write, &result);
    return result;
}

static const struct dwr_doctype *doctype(const struct dwr_ruleset *rules, const char *name)
{
    const struct dwr_doctype *d = dwr_doctype_find(rules, name, strlen(name));

    must(d->name.p != NULL, name);
    return d;
}

/* The runtime as a build with the portable path alone; its own copy of everything. */
static struct library portable_library(void)
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

/* --- the figures --- */

static void job_figures(const struct dwr_ruleset *rules)
{
    const struct dwr_doctype *job = doctype(rules, "Dispatch Job");
    struct documents plain = documents_job(false), shuffled = documents_job(true);
    struct library portable = portable_library();
    struct node node = node_start(&plain);
    struct contestant floor = contestant("cJSON: parse 3, print 1", run_floor, job, plain);
    struct contestant stored = contestant("dwr_merge_stored", run_merge, job, plain);
    struct contestant order = contestant("dwr_merge_stored, members shuffled", run_merge, job, shuffled);
    struct contestant checked = contestant("dwr_merge", run_merge, job, plain);
    struct contestant answer = contestant("dwr_merge_stored, dwr_answer", run_merge, job, plain);
    struct contestant slow = contestant("dwr_merge_stored, portable build", run_merge, job, plain);
    struct contestant script = contestant("JavaScript in Node", run_node, job, plain);
    struct contestant reading = contestant("of it, reading the three documents", run_index, job, plain);
    struct contestant *all[] = { &floor,  &stored, &order,  &checked,
                                 &answer, &slow,   &script, &reading };
    struct dwr_text theirs = node_ask(&node, "doc");
    struct dwr_result r;

    checked.check_all = true;
    answer.write_answer = true;
    script.node = &node;
    dwr_scratch_free(slow.scratch);
    slow.library = &portable;
    slow.scratch = portable.scratch_new();
    must(slow.scratch != NULL, "the portable build has a scratch");
    must(strcmp(portable.simd_name(slow.scratch), "portable") == 0, "the portable build is portable");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->run == run_merge) {
            r = result_of(all[i]);
            must_be_the_job(&r);
            must_be_json_equal(r.doc, theirs, "the document is the JavaScript merge's");
        }
    free((char *)theirs.p);

    race(all, sizeof all / sizeof *all);
    node_end(&node);
    figure_text("merges of this run: vector code", dwr_simd_name(stored.scratch));
    figure("job", "2 KB Dispatch Job against cJSON, full field report", AT_LEAST, 10,
           ratio(&floor, &stored));
    figure_time(floor.name, typical(&floor));
    figure_time(stored.name, typical(&stored));
    figure_time(reading.name, typical(&reading));
    figure_beside("job_merge", "the same, all three documents checked (dwr_merge)",
                  ratio(&floor, &checked), typical(&checked));
    figure_beside("job_answer", "the same, the report written out (dwr_answer)",
                  ratio(&floor, &answer), typical(&answer));
    figure("job_shuffled", "the client's members in another order", AT_LEAST, 6,
           ratio(&floor, &order));
    figure_time(order.name, typical(&order));
    figure("job_node", "against plain JavaScript in Node", AT_LEAST, 10, ratio(&script, &stored));
    figure_time(script.name, typical(&script));
    figure("job_portable", "the portable build against cJSON", AT_LEAST, 4, ratio(&floor, &slow));
    figure_time(slow.name, typical(&slow));

    dwr_scratch_free(stored.scratch);
    dwr_scratch_free(order.scratch);
    dwr_scratch_free(checked.scratch);
    dwr_scratch_free(answer.scratch);
    dwr_scratch_free(reading.scratch);
    documents_free(&plain);
    documents_free(&shuffled);
}

static void document_figure(const char *key, const char *says, double target,
                            const struct dwr_doctype *d, struct documents documents,
                            void (*check)(const struct dwr_result *))
{
    struct contestant floor = contestant("cJSON: parse 3, print 1", run_floor, d, documents);
    struct contestant stored = contestant("dwr_merge_stored", run_merge, d, documents);
    struct contestant checked = contestant("dwr_merge", run_merge, d, documents);
    struct contestant answer = contestant("dwr_answer", run_merge, d, documents);
    struct contestant reading = contestant("of it, reading the three documents", run_index, d, documents);
    struct contestant *all[] = { &floor, &stored, &checked, &answer, &reading };
    struct dwr_result r = result_of(&stored);
    char name[64];

    checked.check_all = true;
    answer.write_answer = true;
    check(&r);
    race(all, sizeof all / sizeof *all);
    figure(key, says, AT_LEAST, target, ratio(&floor, &stored));
    figure_time(floor.name, typical(&floor));
    figure_time(stored.name, typical(&stored));
    figure_time(reading.name, typical(&reading));
    snprintf(name, sizeof name, "%s_merge", key);
    figure_beside(name, "the same, all three documents checked (dwr_merge)",
                  ratio(&floor, &checked), typical(&checked));
    snprintf(name, sizeof name, "%s_answer", key);
    figure_beside(name, "the same, the report written out (dwr_answer)", ratio(&floor, &answer),
                  typical(&answer));
    dwr_scratch_free(stored.scratch);
    dwr_scratch_free(checked.scratch);
    dwr_scratch_free(answer.scratch);
    dwr_scratch_free(reading.scratch);
    documents_free(&documents);
}

static void must_be_the_conversation(const struct dwr_result *r)
{
    must(rows_of(r->doc, "messages") == 500, "the conversation has 500 messages");
    must(r->field_count == 10, "10 of them reported as the client's");
}

static void must_be_wide(const struct dwr_result *r)
{
    size_t conflicts = 0;

    for (size_t i = 0; i < r->field_count; i++)
        conflicts += r->fields[i].conflict;
    must(r->field_count == 40 && conflicts == 10, "40 fields reported, 10 in conflict");
}

static void table_figure(const char *key, const char *says, double target,
                         const struct dwr_doctype *d, enum row_order order)
{
    enum { FEW = 1000, MANY = 100000 };
    const int rounds_before = rounds;
    struct documents few = documents_table(FEW, order), many = documents_table(MANY, order);
    struct contestant short_one = contestant("1,000 rows", run_merge, d, few);
    struct contestant long_one = contestant("100,000 rows", run_merge, d, many);
    struct contestant *all[] = { &short_one, &long_one };
    struct dwr_result r = result_of(&short_one);

    must(rows_of(r.doc, "rows") == FEW, "1,000 rows");
    r = result_of(&long_one);
    must(rows_of(r.doc, "rows") == MANY, "100,000 rows");
    rounds = rounds > 15 ? 15 : rounds;
    race(all, 2);
    figure(key, says, AT_MOST, target, ratio(&long_one, &short_one) * FEW / MANY);
    figure_time("a row of 1,000", typical(&short_one) / FEW);
    figure_time("a row of 100,000", typical(&long_one) / MANY);
    rounds = rounds_before;
    dwr_scratch_free(short_one.scratch);
    dwr_scratch_free(long_one.scratch);
    documents_free(&few);
    documents_free(&many);
}

/* --- two threads and two processes --- */

struct shared {
    atomic_int ready, go, stop;
    atomic_ulong merges;
};

static struct shared *shared;
static const struct dwr_doctype *worker_doctype;

/* Everything a worker touches is its own. */
static void *work(void *unused)
{
    struct documents d = documents_job(false);
    struct contestant c = contestant("worker", run_merge, worker_doctype, d);
    unsigned long merges = 0;

    (void)unused;
    run_merge(&c, 100);
    shared->ready++;
    while (!shared->go)
        ;
    for (; !shared->stop; merges += 50)
        run_merge(&c, 50);
    shared->merges += merges;
    dwr_scratch_free(c.scratch);
    documents_free(&d);
    return NULL;
}

static double let_two_work(bool threads)
{
    pthread_t thread[2];
    pid_t process[2];
    double start, ns;

    *shared = (struct shared){ 0 };
    for (int i = 0; i < 2; i++) {
        if (threads) {
            if (pthread_create(&thread[i], NULL, work, NULL) != 0)
                die("pthread_create");
        } else if ((process[i] = fork()) == 0) {
            work(NULL);
            _exit(0);
        } else if (process[i] < 0) {
            die("fork");
        }
    }
    while (shared->ready < 2)
        usleep(100);
    start = now_ns();
    shared->go = 1;
    usleep((useconds_t)(slot_ns * 15 / 1e3));
    shared->stop = 1;
    ns = now_ns() - start;
    for (int i = 0; i < 2; i++) {
        int status = 0;

        if (threads)
            pthread_join(thread[i], NULL);
        else if (waitpid(process[i], &status, 0) < 0 || status != 0)
            die("a process did not end well");
    }
    return (double)shared->merges / ns * 1e9;
}

static void thread_figure(const struct dwr_ruleset *rules)
{
    double v[ROUNDS_MAX], threads[ROUNDS_MAX], processes[ROUNDS_MAX];
    const int n = rounds > 21 ? 21 : rounds;

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("mmap");
    worker_doctype = doctype(rules, "Dispatch Job");
    for (int i = 0; i < n; i++) {
        /* Who goes first alternates: the second finds the machine warmer. */
        for (int k = 0; k < 2; k++)
            if ((k + i) % 2 == 0)
                threads[i] = let_two_work(true);
            else
                processes[i] = let_two_work(false);
        v[i] = threads[i] / processes[i];
    }
    figure("threads", "merges a second of two threads against two processes", AT_LEAST, 0.95,
           median(v, n));
    figure_rate("two threads, merges a second", median(threads, n));
    figure_rate("two processes, merges a second", median(processes, n));
}

/* --- dwrc compile --- */

static void empty(const char *folder)
{
    DIR *d = opendir(folder);

    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
}

static unsigned long lines_in(const char *folder)
{
    DIR *d = opendir(folder);
    unsigned long lines = 0;

    if (d == NULL)
        die(folder);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        const int fd = openat(dirfd(d), e->d_name, 0);
        FILE *f = e->d_name[0] == '.' || fd < 0 ? NULL : fdopen(fd, "r");

        for (int c; f != NULL && (c = getc(f)) != EOF;)
            lines += c == '\n';
        if (f != NULL)
            fclose(f);
        else if (fd >= 0)
            close(fd);
    }
    closedir(d);
    return lines;
}

static void compile_figure(void)
{
    char *dwrc = in_build("dwrc"), *rules = in_build("bench/large"), *out = in_build("bench/tables");
    char *argv[] = { dwrc, (char[]){ "compile" }, rules, (char[]){ "-o" }, out, NULL };
    const unsigned long lines = lines_in(rules);
    double v[ROUNDS_MAX];
    const int n = rounds > 15 ? 15 : rounds;

    mkdir(out, 0777);
    for (int i = 0; i < n; i++) {
        double start;
        int status;
        pid_t pid;

        empty(out);
        start = now_ns();
        errno = posix_spawn(&pid, dwrc, NULL, NULL, argv, environ);
        if (errno != 0 || waitpid(pid, &status, 0) < 0)
            die(dwrc);
        v[i] = (double)lines / (now_ns() - start) * 1e9;
        must(status == 0, "dwrc compiles the large rule set");
        must(lines_in(out) > 0, "and writes its tables");
    }
    figure("compile", "dwrc compile, lines a second of the whole process", AT_LEAST, 2e6,
           median(v, n));
    figure_rate("lines compiled", (double)lines);
    free(dwrc);
    free(rules);
    free(out);
}

/* --- heap, size, look-up --- */

static void heap_figure(const struct dwr_ruleset *rules)
{
    struct documents d[] = { documents_job(false), documents_job(true), documents_conversation() };
    const struct dwr_doctype *of[] = { doctype(rules, "Dispatch Job"), doctype(rules, "Dispatch Job"),
                                       doctype(rules, "Conversation") };
    unsigned long steady = 0, merges = 0;

    for (size_t i = 0; i < sizeof d / sizeof *d; i++) {
        struct contestant c;

        allocations = 0;
        counting = true;
        c = contestant("heap", run_merge, of[i], d[i]);
        must(allocations > 0, "a new scratch takes memory and is seen to");
        for (int entry = 0; entry < 4; entry++) {
            c.check_all = entry % 2 != 0;
            c.write_answer = entry / 2 != 0;
            run_merge(&c, 3); /* grows to what it needs */
            allocations = 0;
            run_merge(&c, 100);
            steady += allocations;
            merges += 100;
        }
        counting = false;
        dwr_scratch_free(c.scratch);
        documents_free(&d[i]);
    }
    figure("heap", "heap allocations per merge in steady state", AT_MOST, 0,
           (double)steady / (double)merges);
}

static void size_figure(const char *const *paths, int n)
{
    double largest = 0;

    for (int i = 0; i < n; i++) {
        char *command, line[256];
        double bytes = 0;
        FILE *f;

        if (asprintf(&command, "sh tests/support/size.sh %s/only_%s/libdwr_core.a", build, paths[i]) < 0 ||
            (f = popen(command, "r")) == NULL)
            die("size");
        while (fgets(line, sizeof line, f) != NULL)
            sscanf(line, "%*s %lf bytes", &bytes);
        must(pclose(f) == 0 && bytes > 0, "size.sh measures");
        free(command);
        figure_size(paths[i], bytes);
        if (strcmp(paths[i], "portable") != 0 && bytes > largest)
            largest = bytes;
    }
    figure("size", "stripped text of the core with one SIMD path, KiB", AT_MOST, 96,
           largest / 1024);
}

static unsigned find_linear(const struct dwr_names *names, const char *p, size_t n)
{
    for (unsigned i = 0; i < names->count; i++)
        if (names->v[i].name.n == n && memcmp(names->v[i].name.p, p, n) == 0)
            return i;
    return DWR_NONE;
}

static const struct dwr_names *lookup_names;
static volatile unsigned lookup_kept;

static double run_lookup(const struct contestant *c, unsigned long n)
{
    const double start = now_ns();
    unsigned kept = 0;

    while (n-- > 0)
        for (unsigned i = 0; i < lookup_names->count; i++) {
            const struct dwr_str name = lookup_names->v[i].name;

            kept += c->check_all ? find_linear(lookup_names, name.p, name.n)
                                 : dwr_names_find(lookup_names, name.p, name.n);
        }
    lookup_kept = kept;
    return now_ns() - start;
}

static void lookup_figure(const char *key, const char *says, const struct dwr_names *names)
{
    struct contestant perfect = { .name = "perfect hash", .run = run_lookup };
    struct contestant linear = { .name = "linear", .run = run_lookup, .check_all = true };
    struct contestant *all[] = { &perfect, &linear };

    lookup_names = names;
    for (unsigned i = 0; i < names->count; i++)
        must(dwr_names_find(names, names->v[i].name.p, names->v[i].name.n) == i, "every name is found");
    race(all, 2);
    figure_beside(key, says, ratio(&linear, &perfect), typical(&perfect) / names->count);
    figure_time("one, linear", typical(&linear) / names->count);
}

int main(int argc, char **argv)
{
    static const char *const only[] = { ONLY_PATHS };
    const struct dwr_ruleset *rules = RULES_SYMBOL;
    const char *json = NULL;
    int option;

    while ((option = getopt(argc, argv, "qo:")) != -1) {
        if (option == 'q') {
            rounds = 3;
            slot_ns = 3e5;
        } else if (option == 'o') {
            json = optarg;
        } else {
            return 2;
        }
    }
    if (optind + 1 != argc)
        die("usage: bench [-q] [-o FILE.json] BUILD");
    build = argv[optind];

    figures_start();
    job_figures(rules);
    document_figure("conversation", "100 KB Conversation against cJSON", 30,
                    doctype(rules, "Conversation"), documents_conversation(), must_be_the_conversation);
    document_figure("wide", "300 fields against cJSON", 10, doctype(&dwr_rules_bench_rules, "Wide"),
                    documents_wide(), must_be_wide);
    table_figure("rows", "100,000 rows against 1,000, time a row: in one order", 1.5,
                 doctype(&dwr_rules_bench_rules, "Log"), ROWS_SAME_ORDER);
    table_figure("rows_shuffled", "the client's rows shuffled", 3, doctype(&dwr_rules_bench_rules, "Log"),
                 ROWS_SHUFFLED);
    table_figure("rows_ordered", "with order_by", 4, doctype(&dwr_rules_bench_rules, "Ordered Log"),
                 ROWS_SAME_ORDER);
    thread_figure(rules);
    compile_figure();
    heap_figure(rules);
    size_figure(only, sizeof only / sizeof *only);
    lookup_figure("lookup", "name look-up, Dispatch Job: perfect hash against linear search",
                  &doctype(rules, "Dispatch Job")->names);
    lookup_figure("lookup_doctypes", "DocType look-up", &rules->names);
    return figures_end(json) ? 0 : 2;
}
