/* machine.c - figures about processes, memory and files: threads against processes, dwrc compile as
 * a whole process, heap allocations, the size of the core. */
#define _GNU_SOURCE
#include "machine.h"

#include <dirent.h>
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
#include <unistd.h>

#include "figures.h"
#include "race.h"

extern char **environ;

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

void thread_figure(const struct dwr_ruleset *rules)
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

void compile_figure(void)
{
    char *dwrc = in_build("dwrc"), *rules = in_build("bench/large"),
         *out = in_build("bench/tables");
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

/* --- dwrc prove --- */

/* The merges that the last line of the verdicts counts: "…; 1,234,567 merges; …". */
static double merges_in(const char *path)
{
    FILE *f = fopen(path, "r");
    double merges = 0, n = 0;

    if (f == NULL)
        die(path);
    for (int c, before = 0; (c = getc(f)) != EOF; before = c) {
        if (c >= '0' && c <= '9')
            n = (before == ',' || (before >= '0' && before <= '9') ? 10 * n : 0) + (c - '0');
        else if (c == 'm' && before == ' ')
            merges = n; /* the last one stands */
        else if (c != ',' && c != ' ')
            n = 0;
    }
    fclose(f);
    return merges;
}

void prove_figure(void)
{
    char *dwrc = in_build("dwrc"), *out = in_build("bench/verdicts");
    char *argv[] = { dwrc, (char[]){ "prove" }, (char[]){ "rules" }, (char[]){ "-o" }, out, NULL };
    double v[ROUNDS_MAX], merges;
    const int n = rounds > 5 ? 5 : rounds;

    for (int i = 0; i < n; i++) {
        const double start = now_ns();
        int status;
        pid_t pid;

        errno = posix_spawn(&pid, dwrc, NULL, NULL, argv, environ);
        if (errno != 0 || waitpid(pid, &status, 0) < 0)
            die(dwrc);
        v[i] = (now_ns() - start) / 1e9;
        must(status == 0, "dwrc proves the shipped rules");
    }
    merges = merges_in(out);
    must(merges > 1000, "and counts what it merged");
    figure("prove", "dwrc prove of the shipped rules, seconds of the whole process", AT_MOST, 1,
           median(v, n));
    figure("prove_rate", "merges enumerated by it, a second", AT_LEAST, 500e3,
           merges / median(v, n));
    free(dwrc);
    free(out);
}

/* --- heap, size, look-up --- */

void heap_figure(const struct dwr_ruleset *rules)
{
    struct documents d[] = { documents_job(false), documents_job(true), documents_conversation() };
    const struct dwr_doctype *of[] = { doctype(rules, "Dispatch Job"),
                                       doctype(rules, "Dispatch Job"),
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

void size_figure(const char *const *paths, int n)
{
    double largest = 0;

    for (int i = 0; i < n; i++) {
        char *command, line[256];
        double bytes = 0;
        FILE *f;

        if (asprintf(&command, "sh tests/support/size.sh %s/only_%s/libdwr_core.a", build,
                     paths[i]) < 0 ||
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
