/* paths.c - every instruction set gives the same bytes: paths [-m MUTANTS] [-o ANSWERS] < LINES
 *
 * Merges each line of `resolve` input, and MUTANTS damaged versions of it, with every path this
 * build has on this machine, and compares the answers with those of the first. Each text lies
 * against a page that may not be touched, once at its end and once at its start, so that a read
 * outside it ends the program. A line that is a merge also goes through dwr_merge and
 * dwr_merge_stored with each document in a place of its own, which must answer as the line did.
 *
 * ANSWERS gets the answers of the first path, mutants' too: those of another build, or of another
 * machine, can be compared with them. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dwr.h"
#include RULES_HEADER

enum { PATHS_MAX = 5, PLACES = 4, DAMAGES_MAX = 8 };

static const char *const path_names[PATHS_MAX] = { "portable", "sse2", "avx2", "avx512", "neon" };

/* Readable bytes between two pages that are not. */
struct place {
    char *start, *end;
};

static struct place places[PLACES];
static size_t place_size;
static unsigned long failed_comparisons;

struct run {
    const char *names[PATHS_MAX];
    struct dwr_scratch *scratch[PATHS_MAX], *reader;
    int paths;
    FILE *out;
    struct dwr_text expected; /* of the line at hand; ours */
    unsigned long answers, merges;
};

static void die(const char *what)
{
    fprintf(stderr, "paths: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void make_places(size_t n)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    place_size = (n + page - 1) / page * page;
    for (int i = 0; i < PLACES; i++) {
        char *p = mmap(NULL, place_size + 2 * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED || mprotect(p, page, PROT_NONE) != 0 ||
            mprotect(p + page + place_size, page, PROT_NONE) != 0)
            die("mmap");
        places[i] = (struct place){ p + page, p + page + place_size };
    }
}

static struct dwr_text put(int place, struct dwr_text text, bool at_end)
{
    char *p;

    if (text.p == NULL)
        return text;
    p = at_end ? places[place].end - text.n : places[place].start;
    memmove(p, text.p, text.n);
    return (struct dwr_text){ p, text.n };
}

static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Damages text[0..n) in place, with room for one byte more. Returns the new length. */
static size_t mutate(char *text, size_t n, uint64_t *state)
{
    static const char bytes[] = "\"\\{}[],:0-.eEu/ \n\t\x01\x1f\x7f\x80\xc0\xed\xa0\xf4\xff"
                                "nultrfas19";
    const size_t at = n == 0 ? 0 : random_next(state) % n;
    const char byte = bytes[random_next(state) % (sizeof bytes - 1)];

    if (n == 0)
        return 0;
    switch (random_next(state) % 6) {
    case 0:
        return at; /* cut off */
    case 1:
        text[at] = (char)(text[at] ^ 1 << random_next(state) % 8);
        return n;
    case 2:
        memmove(text + at, text + at + 1, n - at - 1);
        return n - 1;
    case 3:
        memmove(text + at + 1, text + at, n - at);
        text[at] = byte;
        return n + 1;
    case 4: { /* a run of the line over another: repeated names, shifted values */
        const size_t from = random_next(state) % n;
        const size_t most = n - (at > from ? at : from);

        memmove(text + at, text + from, random_next(state) % (most < 40 ? most + 1 : 40));
        return n;
    }
    default:
        text[at] = byte;
        return n;
    }
}

static void complain(const char *path, const char *what, struct dwr_text line,
                     struct dwr_text expected, struct dwr_text got)
{
    failed_comparisons++;
    printf("FAIL %s: %s\n  line     %.*s\n  expected %.*s\n  got      %.*s\n", path, what,
           (int)line.n, line.p, (int)expected.n, expected.p, (int)got.n, got.p);
    fflush(stdout);
}

static bool same(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool is_error(struct dwr_text answer)
{
    return memmem(answer.p, answer.n, "\"status\":\"error\"", 16) != NULL;
}

/* The first path's answer is what the others must give. */
static void keep_answer(struct run *run, struct dwr_text answer)
{
    char *copy = realloc((char *)run->expected.p, answer.n);

    if (copy == NULL)
        die("realloc");
    memcpy(copy, answer.p, answer.n);
    run->expected = (struct dwr_text){ copy, answer.n };
    run->answers++;
    run->merges += !is_error(answer);
    if (run->out != NULL &&
        (fwrite(copy, 1, answer.n, run->out) != answer.n || putc('\n', run->out) == EOF))
        die("write");
}

/* The documents of a line, each in a place of its own, by both entries. */
static void entries_agree(const char *path, struct dwr_text line, struct dwr_text answer,
                          struct dwr_scratch *reader, struct dwr_scratch *scratch, bool at_end)
{
    struct dwr_request request;
    struct dwr_write write;
    struct dwr_result result;
    struct dwr_text got;

    if (dwr_request_read(RULES_SYMBOL, line, reader, &request) != DWR_OK)
        return;
    write = request.write;
    write.base = put(1, write.base, at_end);
    write.server = put(2, write.server, at_end);
    write.client = put(3, write.client, at_end);
    for (int stored = 0; stored < 2; stored++) {
        const enum dwr_rc rc = stored ? dwr_merge_stored(request.doctype, &write, scratch, &result)
                                      : dwr_merge(request.doctype, &write, scratch, &result);

        if (rc != DWR_OK) {
            if (!is_error(answer))
                complain(path, stored ? "dwr_merge_stored fails" : "dwr_merge fails", line, answer,
                         (struct dwr_text){ dwr_rc_name(rc), strlen(dwr_rc_name(rc)) });
            continue;
        }
        got = dwr_answer(&result, request.id, scratch);
        if (!same(got, answer))
            complain(path, stored ? "dwr_merge_stored" : "dwr_merge", line, answer, got);
    }
}

/* One line, whole or damaged, by every path and at both ends of its place. */
static void try_line(struct run *run, struct dwr_text line, size_t number)
{
    for (int i = 0; i < 2 * run->paths; i++) {
        const bool at_end = i % 2 == 0;
        struct dwr_scratch *const scratch = run->scratch[i / 2];
        const struct dwr_text where = put(0, line, at_end);
        const struct dwr_text answer = dwr_resolve_line(RULES_SYMBOL, where, number, scratch);

        if (answer.p == NULL)
            die("dwr_resolve_line");
        if (i == 0)
            keep_answer(run, answer);
        else if (!same(answer, run->expected))
            complain(run->names[i / 2], "another answer", where, run->expected, answer);
        entries_agree(run->names[i / 2], where, run->expected, run->reader, scratch, at_end);
    }
}

static void open_paths(struct run *run)
{
    run->reader = dwr_scratch_new();
    for (int i = 0; i < PATHS_MAX; i++) {
        struct dwr_scratch *s = dwr_scratch_new();

        if (s == NULL || run->reader == NULL)
            die("dwr_scratch_new");
        if (dwr_scratch_simd(s, path_names[i])) {
            run->names[run->paths] = path_names[i];
            run->scratch[run->paths++] = s;
        } else {
            dwr_scratch_free(s);
        }
    }
}

int main(int argc, char **argv)
{
    struct run run = { 0 };
    unsigned long mutants = 0, cases = 0, good = 0, lines = 0;
    char *line = NULL, *text = NULL;
    size_t capacity = 0;
    ssize_t got;
    int option;

    while ((option = getopt(argc, argv, "m:o:")) != -1) {
        if (option == 'm')
            mutants = strtoul(optarg, NULL, 10);
        else if (option != 'o' || (run.out = fopen(optarg, "w")) == NULL)
            die("usage: paths [-m MUTANTS] [-o ANSWERS]");
    }
    open_paths(&run);

    while (failed_comparisons < 5 && (got = getline(&line, &capacity, stdin)) > 0) {
        const size_t n = (size_t)got - (line[got - 1] == '\n');
        const unsigned long failed_before = failed_comparisons;
        uint64_t state = ++lines;

        if (n == 0)
            continue;
        if (place_size < n + DAMAGES_MAX) {
            make_places(2 * n + DAMAGES_MAX);
            if ((text = realloc(text, place_size)) == NULL)
                die("realloc");
        }
        for (unsigned long m = 0; m <= mutants && failed_comparisons < 5; m++) {
            size_t length = n;

            memcpy(text, line, n);
            for (unsigned long damages = m == 0 ? 0 : 1 + m % DAMAGES_MAX; damages > 0; damages--)
                length = mutate(text, length, &state);
            try_line(&run, (struct dwr_text){ text, length }, lines);
        }
        cases++;
        good += failed_comparisons == failed_before;
    }
    if (run.out != NULL && fclose(run.out) != 0)
        die("write");

    printf("paths:");
    for (int i = 0; i < run.paths; i++) {
        printf(" %s", run.names[i]);
        dwr_scratch_free(run.scratch[i]);
    }
    printf("; %lu lines, %lu answers of which %lu merges, each by each path twice\n", lines,
           run.answers, run.merges);
    printf("%lu passed, %lu failed\n", good, cases - good);
    dwr_scratch_free(run.reader);
    free(line);
    free(text);
    free((char *)run.expected.p);
    return good != cases || cases == 0;
}
