/* threads.c - many threads merge at once, each with a scratch of its own: threads [-p] < LINES
 *
 * Every thread answers every line, each beginning at another one, and must give what one thread
 * alone gave. Stands alone, because the thread sanitizer does not run under Criterion; without it
 * the answers are still compared.
 *
 * -p plants the mistake that the sanitizer must find: two threads that share something without
 * asking (a count of their merges). */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dwr.h"
#include RULES_HEADER

enum { THREADS = 4, ROUNDS = 2 };

struct line {
    struct dwr_text text, answer;
};

static struct line *lines;
static size_t line_count;
static unsigned long planted_count;

struct worker {
    pthread_t thread;
    size_t first;
    bool planted;
    unsigned long answers, wrong;
};

static void out_of_memory(void)
{
    fputs("threads: out of memory\n", stderr);
    exit(2);
}

static struct dwr_text copy_of(struct dwr_text text)
{
    char *p = malloc(text.n + 1);

    if (p == NULL || text.p == NULL)
        out_of_memory();
    memcpy(p, text.p, text.n);
    return (struct dwr_text){ p, text.n };
}

static struct dwr_text answer(size_t i, struct dwr_scratch *scratch)
{
    const struct dwr_text text = dwr_resolve_line(RULES_SYMBOL, lines[i].text, i + 1, scratch);

    if (text.p == NULL)
        out_of_memory();
    return text;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    struct dwr_scratch *scratch = dwr_scratch_new();

    if (scratch == NULL)
        out_of_memory();
    for (size_t k = 0; k < ROUNDS * line_count; k++) {
        const size_t i = (w->first + k) % line_count;
        const struct dwr_text got = answer(i, scratch);

        w->answers++;
        w->wrong += got.n != lines[i].answer.n || memcmp(got.p, lines[i].answer.p, got.n) != 0;
        if (w->planted)
            planted_count++;
    }
    dwr_scratch_free(scratch);
    return NULL;
}

static void read_lines(void)
{
    struct dwr_scratch *scratch = dwr_scratch_new();
    char *line = NULL;
    size_t capacity = 0, room = 0;
    ssize_t n;

    if (scratch == NULL)
        out_of_memory();
    while ((n = getline(&line, &capacity, stdin)) > 0) {
        if (line_count == room) {
            room = 2 * room + 64;
            lines = realloc(lines, room * sizeof *lines);
            if (lines == NULL)
                out_of_memory();
        }
        lines[line_count++].text =
            copy_of((struct dwr_text){ line, (size_t)n - (line[n - 1] == '\n') });
    }
    for (size_t i = 0; i < line_count; i++)
        lines[i].answer = copy_of(answer(i, scratch));
    free(line);
    dwr_scratch_free(scratch);
}

int main(int argc, char **argv)
{
    struct worker workers[THREADS] = { 0 };
    unsigned long answers = 0, wrong = 0;

    read_lines();
    for (size_t i = 0; i < THREADS; i++) {
        workers[i].first = i * line_count / THREADS;
        workers[i].planted = argc > 1 && strcmp(argv[1], "-p") == 0;
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            out_of_memory();
    }
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        answers += workers[i].answers;
        wrong += workers[i].wrong;
    }
    for (size_t i = 0; i < line_count; i++) {
        free((char *)lines[i].text.p);
        free((char *)lines[i].answer.p);
    }
    free(lines);
    printf("threads: %d threads, %zu lines\n%lu passed, %lu failed\n", THREADS, line_count,
           answers - wrong, wrong);
    return wrong != 0 || answers == 0;
}
