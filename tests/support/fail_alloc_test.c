/* fail_alloc_test.c - the n-th allocation fails, for every n: once, and from there on for good.
 * Each job must then end with a clean error or, where it can do without, with the right result;
 * nothing may leak, crash, or stand half written.
 *
 *     fail_alloc_test FOLDER RULES
 *
 * FOLDER is an empty one for what `dwrc compile` writes, RULES a rule file that fits one
 * (tests/laws/all_forms.dwr).
 *
 * Jobs: merges by libdwr; `dwrc compile`, `lint`, `test`, `resolve`, `why` and `doc`, dwrc's main
 * called in this process. And three of no use, a leak, a wrong result and a half-written file,
 * which must be found.
 *
 * To build: objcopy --redefine-sym main=dwrc_main $B/compiler/dwrc.o DWRC_MAIN.o; link
 * tests/support/{fail_alloc_test,fail_alloc,load_rules}.c with it, libdwrc.a,
 * $B/runtime/resolve_lines.o, libdwr_core.a, -lcjson -lxxhash and
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free. With AddressSanitizer too. To run:
 * fail_alloc_test $B/fail_alloc.out tests/laws/all_forms.dwr */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../runtime/dwr.h"
#include "fail_alloc.h"
#include "load_rules.h"

int dwrc_main(int argc, char **argv);

enum verdict { RIGHT, CLEAN_ERROR, WRONG };

#define FILES_MAX 8
#define PATH_ROOM 512
#define LINES 9

/* What a run left behind, to compare with the run that nothing disturbed. */
struct output {
    struct {
        char name[256];
        char *text;
        size_t n;
    } file[FILES_MAX];
    size_t count;
};

struct world {
    const char *folder, *path;
    const struct dwr_ruleset *rules;
    char *line[LINES];
    size_t line_n[LINES];
    char *answer[LINES]; /* undisturbed */
    size_t answer_n[LINES];
    char input[PATH_ROOM], captured[PATH_ROOM]; /* files for standard input and output */
    struct output undisturbed;
    bool once; /* only one allocation fails */
};

struct job {
    const char *name;
    enum verdict (*run)(struct world *w, const struct job *job);
    const char *command;
    bool must_be_found; /* a planted fault */
};

/* --- merges by libdwr --- */

static bool is_answer(const struct world *w, int i, struct dwr_text answer)
{
    return answer.n == w->answer_n[i] && memcmp(answer.p, w->answer[i], answer.n) == 0;
}

/* All lines with one scratch: what was refused for want of memory must not spoil what comes after.
 */
static enum verdict run_merges(struct world *w, const struct job *job)
{
    struct dwr_scratch *const s = dwr_scratch_new();
    int refused = 0;

    (void)job;
    if (s == NULL)
        return CLEAN_ERROR;
    for (int i = 0; i < LINES; i++) {
        const struct dwr_text line = { w->line[i], w->line_n[i] };
        const struct dwr_text answer = dwr_resolve_line(w->rules, line, 1, s);

        if (answer.p == NULL) {
            refused++;
        } else if (!is_answer(w, i, answer)) {
            dwr_scratch_free(s);
            return WRONG;
        }
    }
    dwr_scratch_free(s);
    if (w->once && refused > 1)
        return WRONG;
    return refused > 0 ? CLEAN_ERROR : RIGHT;
}

/* The typed entries: the result is all zero, and the same merge works when there is memory again.
 */
static enum verdict run_entries(struct world *w, const struct job *job)
{
    struct dwr_scratch *const s = dwr_scratch_new();
    const struct dwr_text document = { w->line[0], w->line_n[0] };
    const struct dwr_write write = { .op = DWR_INSERT, .client = document };
    const struct dwr_doctype *const d = dwr_doctype_find(w->rules, "none", 4);
    struct dwr_result result = { .status = DWR_REJECTED };
    enum verdict verdict = RIGHT;

    (void)job;
    if (s == NULL)
        return CLEAN_ERROR;
    for (int i = 0; i < 3 && verdict != WRONG; i++) {
        const enum dwr_rc rc = i == 0   ? dwr_check(document, s)
                               : i == 1 ? dwr_merge(d, &write, s, &result)
                                        : dwr_merge_stored(d, &write, s, &result);

        if (rc == DWR_NOMEM)
            verdict = i > 0 && (result.doc.p != NULL || result.field_count > 0 ||
                                result.status != DWR_SUCCESS)
                          ? WRONG
                          : CLEAN_ERROR;
        else if (rc != DWR_OK || (i > 0 && result.doc.p == NULL))
            verdict = WRONG;
    }
    dwr_scratch_free(s);
    return verdict;
}

/* --- dwrc --- */

static bool read_file(const char *path, char **text, size_t *n)
{
    FILE *const f = fopen(path, "rb");
    struct stat st;

    *text = NULL;
    if (f == NULL || fstat(fileno(f), &st) != 0)
        return false;
    *n = (size_t)st.st_size;
    *text = malloc(*n + 1);
    if (*text == NULL || fread(*text, 1, *n, f) != *n)
        return false;
    fclose(f);
    return true;
}

static void clear_output(struct output *o)
{
    for (size_t i = 0; i < o->count; i++)
        free(o->file[i].text);
    o->count = 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_no_dot(const struct dirent *e)
{
    return e->d_name[0] != '.' || (e->d_name[1] != '\0' && strcmp(e->d_name, "..") != 0);
}

/* Takes the files of the folder away, and what was printed. */
static bool take_output(const struct world *w, struct output *o)
{
    struct dirent **entries;
    const int n = scandir(w->folder, &entries, is_no_dot, by_name);
    bool good = n >= 0 && n < FILES_MAX;

    o->count = 0;
    for (int i = 0; i < n; i++) {
        char path[PATH_ROOM];

        snprintf(path, sizeof path, "%s/%s", w->folder, entries[i]->d_name);
        if (good) {
            snprintf(o->file[o->count].name, sizeof o->file[0].name, "%s", entries[i]->d_name);
            good = read_file(path, &o->file[o->count].text, &o->file[o->count].n);
            o->count += good;
        }
        unlink(path);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    if (good) {
        strcpy(o->file[o->count].name, "standard output");
        good = read_file(w->captured, &o->file[o->count].text, &o->file[o->count].n);
        o->count += good;
    }
    return good;
}

static bool same_output(const struct output *a, const struct output *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->file[i].name, b->file[i].name) != 0 || a->file[i].n != b->file[i].n ||
            memcmp(a->file[i].text, b->file[i].text, a->file[i].n) != 0)
            return false;
    return true;
}

/* After a failure: each file that is there is whole. (What was printed may end anywhere.) */
static bool files_are_whole(const struct output *all, const struct output *left, bool quiet)
{
    for (size_t i = 0; i + 1 < left->count; i++) { /* the last one is standard output */
        bool whole = false;

        for (size_t k = 0; k < all->count && !whole; k++)
            whole = strcmp(all->file[k].name, left->file[i].name) == 0 &&
                    all->file[k].n == left->file[i].n &&
                    memcmp(all->file[k].text, left->file[i].text, left->file[i].n) == 0;
        if (!whole && !quiet)
            fprintf(stderr, "fail_alloc: half written, or not to be here: %s, %zu bytes\n",
                    left->file[i].name, left->file[i].n);
        if (!whole)
            return false;
    }
    return true;
}

/* dwrc's main with standard input and output from and to files, standard error to nowhere. */
static int call_dwrc(const struct world *w, const char *command)
{
    char name[] = "dwrc", option[] = "-o", coverage[] = "--coverage";
    char schema[] = "--schema", schemas[] = "rules/schema";
    char path[PATH_ROOM], folder[PATH_ROOM], word[16];
    char *argv[] = { name, word, path, NULL, NULL, NULL };
    const bool with_schema = strcmp(command, "schema") == 0;
    const int in = open(w->input, O_RDONLY), err = open("/dev/null", O_WRONLY);
    const int out = open(w->captured, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int old_in = dup(0), old_out = dup(1), old_err = dup(2);
    int argc = 3, status;

    snprintf(word, sizeof word, "%s",
             strcmp(command, "coverage") == 0 ? "test"
             : with_schema                    ? "lint"
                                              : command);
    /* The schemas are those of the shipped rules. */
    snprintf(path, sizeof path, "%s", with_schema ? "rules/hr.dwr" : w->path);
    snprintf(folder, sizeof folder, "%s", w->folder);
    if (strcmp(command, "compile") == 0 || strcmp(command, "doc") == 0) {
        argv[argc++] = option;
        argv[argc++] = folder;
    }
    if (strcmp(command, "coverage") == 0)
        argv[argc++] = coverage;
    if (with_schema) {
        argv[argc++] = schema;
        argv[argc++] = schemas;
    }
    fflush(stdout);
    fflush(stderr);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    status = dwrc_main(argc, argv);
    fflush(stdout);
    fflush(stderr);
    clearerr(stdout);
    clearerr(stdin);
    dup2(old_in, 0);
    dup2(old_out, 1);
    dup2(old_err, 2);
    close(in);
    close(out);
    close(err);
    close(old_in);
    close(old_out);
    close(old_err);
    return status;
}

static int last_status;

static enum verdict run_dwrc(struct world *w, const struct job *job)
{
    last_status = call_dwrc(w, job->command);
    return last_status == 0 ? RIGHT : last_status == 2 ? CLEAN_ERROR : WRONG;
}

/* --- planted faults --- */

/* Found by now; given back at the end, so that a leak checker has nothing to say. */
static void *leaked;

static enum verdict run_leak(struct world *w, const struct job *job)
{
    char *const a = malloc(10), *const b = malloc(10);

    (void)w;
    (void)job;
    if (a == NULL || b == NULL) {
        leaked = a != NULL ? a : b;
        return CLEAN_ERROR;
    }
    free(a);
    free(b);
    return RIGHT;
}

static enum verdict run_wrong(struct world *w, const struct job *job)
{
    char *const a = malloc(10);
    const bool taken = a != NULL;

    (void)w;
    (void)job;
    free(a);
    return taken ? RIGHT : WRONG;
}

static enum verdict run_half_written(struct world *w, const struct job *job)
{
    char path[PATH_ROOM];
    FILE *f;
    char *a;

    (void)job;
    snprintf(path, sizeof path, "%s/half.c", w->folder);
    f = fopen(path, "w");
    if (f == NULL)
        return WRONG;
    fputs("int a", f);
    a = malloc(10);
    if (a != NULL)
        fputs(";\n", f);
    fclose(f);
    free(a);
    return a != NULL ? RIGHT : CLEAN_ERROR;
}

static const struct job jobs[] = {
    { "merges", run_merges, NULL, false },
    { "entries", run_entries, NULL, false },
    { "dwrc compile", run_dwrc, "compile", false },
    { "dwrc lint", run_dwrc, "lint", false },
    { "dwrc lint --schema", run_dwrc, "schema", false },
    { "dwrc test", run_dwrc, "test", false },
    { "dwrc test --coverage", run_dwrc, "coverage", false },
    { "dwrc scenario", run_dwrc, "scenario", false },
    { "dwrc resolve", run_dwrc, "resolve", false },
    { "dwrc why", run_dwrc, "why", false },
    { "dwrc doc", run_dwrc, "doc", false },
    { "a planted leak", run_leak, NULL, true },
    { "a planted wrong result", run_wrong, NULL, true },
    { "a planted half-written file", run_half_written, NULL, true },
};

/* --- for every n --- */

/* One run in which the n-th allocation fails (0: none). Whether all is well; *reached: the run came
 * as far as n. */
static bool run_once(struct world *w, const struct job *job, unsigned long n, bool for_good,
                     bool *reached, unsigned long *errors)
{
    struct output left = { .count = 0 };
    struct fail_alloc_seen seen;
    enum verdict verdict;
    bool good, whole = true;

    w->once = !for_good;
    fail_alloc_start(n, for_good);
    verdict = job->run(w, job);
    seen = fail_alloc_stop();
    *reached = n == 0 || seen.failed > 0;
    *errors += verdict == CLEAN_ERROR;
    if (!take_output(w, &left)) {
        fprintf(stderr, "fail_alloc: %s: %s\n", w->folder, strerror(errno));
        return false;
    }
    if (n == 0) {
        clear_output(&w->undisturbed);
        w->undisturbed = left;
        good = verdict == RIGHT && seen.live == 0;
    } else {
        whole = verdict == RIGHT ? same_output(&w->undisturbed, &left)
                                 : files_are_whole(&w->undisturbed, &left, job->must_be_found);
        good = verdict != WRONG && seen.live == 0 && whole;
        clear_output(&left);
    }
    if (!good && !job->must_be_found)
        fprintf(stderr,
                "fail_alloc: %s: allocation %lu fails %s: %s (status %d), %zu blocks leaked%s\n",
                job->name, n, for_good ? "for good" : "once",
                verdict == WRONG   ? "a wrong result"
                : verdict == RIGHT ? "said to be right"
                                   : "an error",
                last_status, seen.live, whole ? "" : ", what was written is not whole");
    return good;
}

static bool run_job(struct world *w, const struct job *job)
{
    unsigned long points = 0, errors = 0;
    bool reached = true, good = run_once(w, job, 0, false, &reached, &errors);

    for (int for_good = 0; for_good < 2 && good; for_good++) {
        reached = true;
        for (unsigned long n = 1; reached && good; n++) {
            good = run_once(w, job, n, for_good == 1, &reached, &errors);
            points += reached;
        }
    }
    if (job->must_be_found) {
        if (good)
            fprintf(stderr, "fail_alloc: %s was not found\n", job->name);
        return !good;
    }
    printf("fail_alloc: %s: %lu allocations failed, %lu clean errors\n", job->name, points, errors);
    if (good && errors == 0)
        fprintf(stderr, "fail_alloc: %s: nothing ever failed\n", job->name);
    return good && errors > 0;
}

/* --- the world --- */

/* A line whose documents are large enough that the scratch grows several times. */
static char *large_line(unsigned rows, size_t *n)
{
    const size_t room = 200 + 3 * (size_t)rows * 60;
    char *const line = malloc(room);
    char *to = line;

    if (line == NULL)
        return NULL;
    to += sprintf(to, "{\"doctype\":\"Tables\"");
    for (int side = 0; side < 3; side++) {
        static const char *const names[] = { "base", "server", "client" };

        to += sprintf(to, ",\"%s\":{\"name\":\"T\",\"sums\":[", names[side]);
        for (unsigned i = 0; i < rows; i++)
            to += sprintf(to, "%s{\"id\":\"K%u\",\"qty\":%u}", i > 0 ? "," : "",
                          side == 2 ? rows - i : i, i % 7 + (unsigned)side);
        to += sprintf(to, "]}");
    }
    *to++ = '}';
    *n = (size_t)(to - line);
    return line;
}

static bool make_lines(struct world *w)
{
    static const char *const lines[LINES] = {
        "{\"name\":\"N\",\"status\":\"Open\",\"text\":\"a\\nb\"}",
        "{\"doctype\":\"Single Fields\",\"base\":{\"text\":\"a\\nb\",\"amount\":1,\"tags\":[1]},"
        "\"server\":{\"text\":\"a\\nb\\nc\",\"amount\":2,\"tags\":[1,2]},"
        "\"client\":{\"text\":\"x\\na\\nb\",\"amount\":3,\"tags\":[{\"a\":[1,2]},3]}}",
        NULL,
        "{\"doctype\":\"Strategy Version All\",\"base\":{\"name\":\"V\",\"a\":1},"
        "\"server\":{\"name\":\"V\",\"a\":2},\"client\":{\"a\":3},\"now\":\"2026-01-01\"}",
        NULL,
        "{\"doctype\":\"Units\",\"base\":{\"template_version\":1},\"server\":{\"template_version\":"
        "2},"
        "\"client\":{\"signature\":\"s\",\"notes\":[1],\"labels\":[{\"code\":1}]}}",
        "no line at all",
        NULL,
        "{\"doctype\":\"Locked\",\"op\":\"delete\",\"server\":{\"status\":\"Closed\"}}",
    };
    struct dwr_scratch *const s = dwr_scratch_new();

    for (int i = 0; i < LINES && s != NULL; i++) {
        struct dwr_text answer;

        if (lines[i] != NULL) {
            w->line_n[i] = strlen(lines[i]);
            w->line[i] = malloc(w->line_n[i] + 1);
            if (w->line[i] != NULL)
                strcpy(w->line[i], lines[i]);
        } else {
            w->line[i] = large_line(400u * (unsigned)i, &w->line_n[i]);
        }
        if (w->line[i] == NULL)
            return false;
        answer = dwr_resolve_line(w->rules, (struct dwr_text){ w->line[i], w->line_n[i] }, 1, s);
        w->answer_n[i] = answer.n;
        w->answer[i] = malloc(answer.n + 1);
        if (answer.p == NULL || w->answer[i] == NULL)
            return false;
        memcpy(w->answer[i], answer.p, answer.n);
    }
    dwr_scratch_free(s);
    return s != NULL;
}

/* The lines as a file for `dwrc resolve`. */
static bool write_input(struct world *w)
{
    FILE *f;

    snprintf(w->input, sizeof w->input, "%s.in", w->folder);
    snprintf(w->captured, sizeof w->captured, "%s.out", w->folder);
    f = fopen(w->input, "w");
    if (f == NULL)
        return false;
    for (int i = 0; i < LINES; i++)
        fprintf(f, "%.*s\n", (int)w->line_n[i], w->line[i]);
    if (fclose(f) != 0)
        return false;
    f = fopen(w->captured, "w");
    return f != NULL && fclose(f) == 0;
}

static void clear_world(struct world *w)
{
    for (int i = 0; i < LINES; i++) {
        free(w->line[i]);
        free(w->answer[i]);
    }
    clear_output(&w->undisturbed);
    unlink(w->input);
    unlink(w->captured);
}

int main(int argc, char **argv)
{
    struct arena arena = { .no_memory = NULL };
    struct world w = { .once = false };
    bool good;

    if (argc != 3) {
        fputs("usage: fail_alloc_test FOLDER RULES\n", stderr);
        return 2;
    }
    w.folder = argv[1];
    w.path = argv[2];
    /* A buffer that is here from the start: libc would take one at the first character. */
    static char buffer[BUFSIZ];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    mkdir(w.folder, 0700);
    w.rules = load_rules(&arena, w.path);
    good = w.rules != NULL && make_lines(&w) && write_input(&w);
    if (!good)
        fprintf(stderr, "fail_alloc: cannot start: %s\n", strerror(errno));
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs && good; i++)
        good = run_job(&w, &jobs[i]);
    clear_world(&w);
    free(leaked);
    arena_clear(&arena);
    return good ? 0 : 1;
}
