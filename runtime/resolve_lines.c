/* resolve_lines.c - lines from a descriptor, merged, answers to another. */
#include "resolve_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer than the longest line that dwr_resolve_line takes (three documents of the largest size and
 * 1 MiB), so that what is cut off here is refused there. */
enum { LINE_MAX_BYTES = 4 * (16 << 20) };

/* A read and a write take this much: large enough that the calls do not count. */
enum { CHUNK = 1 << 18 };

struct lines {
    const struct dwr_ruleset *rules;
    struct dwr_scratch *scratch;
    int in, out;
    char *input;
    size_t capacity, start, end; /* input[start..end) is not answered yet */
    bool at_end;                 /* of the input */
    bool skipping;               /* the rest of a line that was too long */
    size_t line_number;
    char *output;
    size_t used;
};

static enum dwr_lines_rc write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t written = write(fd, p, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return DWR_LINES_WRITE;
        p += written;
        n -= (size_t)written;
    }
    return DWR_LINES_OK;
}

static enum dwr_lines_rc flush(struct lines *l)
{
    const size_t n = l->used;

    l->used = 0;
    return write_all(l->out, l->output, n);
}

/* An answer and its newline; the output has room for both where it is at least CHUNK behind. */
static enum dwr_lines_rc put_answer(struct lines *l, struct dwr_text answer)
{
    enum dwr_lines_rc rc = DWR_LINES_OK;

    if (answer.n >= CHUNK - l->used)
        rc = flush(l);
    if (rc == DWR_LINES_OK && answer.n >= CHUNK) {
        rc = write_all(l->out, answer.p, answer.n);
        answer.n = 0;
    }
    if (rc != DWR_LINES_OK)
        return rc;
    memcpy(l->output + l->used, answer.p, answer.n);
    l->used += answer.n;
    l->output[l->used++] = '\n';
    return DWR_LINES_OK;
}

static bool is_blank(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != ' ' && p[i] != '\t' && p[i] != '\r')
            return false;
    return true;
}

static enum dwr_lines_rc answer_line(struct lines *l, const char *p, size_t n)
{
    struct dwr_text answer;

    l->line_number++;
    if (is_blank(p, n))
        return DWR_LINES_OK;
    answer = dwr_resolve_line(l->rules, (struct dwr_text){ p, n }, l->line_number, l->scratch);
    return answer.p == NULL ? DWR_LINES_NOMEM : put_answer(l, answer);
}

/* Answers every line that is there as a whole; `seen` bytes of the first are known to hold no
 * newline. */
static enum dwr_lines_rc answer_whole_lines(struct lines *l, size_t seen)
{
    enum dwr_lines_rc rc = DWR_LINES_OK;

    while (rc == DWR_LINES_OK) {
        const char *line = l->input + l->start;
        const char *newline = memchr(line + seen, '\n', l->end - l->start - seen);

        if (newline == NULL)
            break;
        seen = 0;
        l->start += (size_t)(newline - line) + 1;
        if (!l->skipping)
            rc = answer_line(l, line, (size_t)(newline - line));
        l->skipping = false;
    }
    return rc;
}

/* Room behind `end`: moves what is left to the front, then grows. A line that fills the largest
 * buffer is answered as it is, and the rest of it skipped. */
static enum dwr_lines_rc make_room(struct lines *l)
{
    size_t capacity = 2 * l->capacity;
    char *grown;

    if (l->skipping)
        l->start = l->end;
    memmove(l->input, l->input + l->start, l->end - l->start);
    l->end -= l->start;
    l->start = 0;
    if (l->end < l->capacity)
        return DWR_LINES_OK;
    if (l->capacity == LINE_MAX_BYTES) {
        l->end = 0;
        l->skipping = true;
        return answer_line(l, l->input, l->capacity);
    }
    if (capacity > LINE_MAX_BYTES)
        capacity = LINE_MAX_BYTES;
    grown = realloc(l->input, capacity);
    if (grown == NULL)
        return DWR_LINES_NOMEM;
    l->input = grown;
    l->capacity = capacity;
    return DWR_LINES_OK;
}

static enum dwr_lines_rc read_more(struct lines *l)
{
    ssize_t got;

    do
        got = read(l->in, l->input + l->end, l->capacity - l->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return DWR_LINES_READ;
    l->at_end = got == 0;
    l->end += (size_t)got;
    return DWR_LINES_OK;
}

static enum dwr_lines_rc resolve_all(struct lines *l)
{
    enum dwr_lines_rc rc = DWR_LINES_OK;

    while (rc == DWR_LINES_OK && !l->at_end) {
        size_t seen;

        rc = make_room(l);
        if (rc == DWR_LINES_OK)
            rc = flush(l);
        if (rc != DWR_LINES_OK)
            break;
        seen = l->end - l->start;
        rc = read_more(l);
        if (rc == DWR_LINES_OK)
            rc = answer_whole_lines(l, seen);
    }
    /* The last line need not end. */
    if (rc == DWR_LINES_OK && l->end > l->start && !l->skipping)
        rc = answer_line(l, l->input + l->start, l->end - l->start);
    return rc;
}

enum dwr_lines_rc dwr_resolve_lines(const struct dwr_ruleset *rules, int in, int out)
{
    struct lines l = { .rules = rules, .in = in, .out = out, .capacity = CHUNK };
    enum dwr_lines_rc rc = DWR_LINES_NOMEM;
    int error;

    if (rules->tables_version != DWR_TABLES_VERSION)
        return DWR_LINES_BAD_TABLES;
    l.scratch = dwr_scratch_new();
    l.input = malloc(l.capacity);
    l.output = malloc(CHUNK);
    if (l.scratch != NULL && l.input != NULL && l.output != NULL) {
        rc = resolve_all(&l);
        error = errno;
        /* What was answered before something failed stands. */
        if (rc != DWR_LINES_WRITE && flush(&l) != DWR_LINES_OK)
            rc = DWR_LINES_WRITE;
        else
            errno = error;
    }
    free(l.output);
    free(l.input);
    dwr_scratch_free(l.scratch);
    return rc;
}
