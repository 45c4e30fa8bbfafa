/* merge_text.c - two changes of one text, by lines (section 4.1).
 *
 * Each side's change is one region [from, to) of base's lines and the lines of the side that stand
 * for it now, [from, put):
 *
 *     base     a b | c d   | e          from = 2, to = 4
 *     server   a b | X Y Z | e          from = 2, put = 5
 *
 * Whatever is decided, the result is the server's lines with one run of them replaced by one run of
 * the client's, because what the server did not change stands in its text as well (struct splice).
 *
 * Two readings of the section. The regions meet as well where an insertion stands at the edge of
 * the other's region; only two insertions at one place need "the server's first", for any other
 * pair the places order the lines. Where they meet, the replacing lines of one may be covered by
 * the replacing lines of the other (not by lines both have from base: a line written again is not
 * lost); where they overlap, by the other's whole text.
 *
 * Lines are spans of the JSON text as written. Where no line has an escape, equal lines are equal
 * bytes. Everything is linear; looking for a run of lines in a text is Knuth, Morris and Pratt's
 * search with lines for letters. */
#include "merge_text.h"

#include <string.h>

#include "unescape.h"
#include "value.h"

struct line {
    const char *p;
    uint32_t n;
    bool escaped; /* holds a backslash */
};

struct lines {
    struct line *v;
    uint32_t count;
};

struct change {
    uint32_t from, to; /* of base's lines */
    uint32_t put;      /* of the side's own lines: [from, put) replaces them */
};

/* The server's lines with [at, end) replaced by the client's [from, put). */
struct splice {
    uint32_t at, end, from, put;
};

/* --- lines --- */

static bool push(struct dwr_scratch *s, struct lines *l, uint32_t *room, struct line line)
{
    if (l->count == *room) {
        struct line *const more = dwr_take(s, (size_t)*room * 2 * sizeof *more);

        if (more == NULL)
            return false;
        memcpy(more, l->v, l->count * sizeof *more);
        l->v = more;
        *room *= 2;
    }
    l->v[l->count++] = line;
    return true;
}

/* p at a backslash: the length of the escape. In a valid string the whole of it stands before end;
 * a stored document that was not valid after all is not read past its end either. */
static size_t escape_length(const char *p, const char *end)
{
    const size_t n = end - p > 1 && p[1] == 'u' ? 6 : 2, rest = (size_t)(end - p);

    return n < rest ? n : rest;
}

static bool is_newline(const char *p, size_t n)
{
    return n == 2 ? p[1] == 'n' : n == 6 && memcmp(p + 2, "000", 3) == 0 && (p[5] | 0x20) == 'a';
}

/* Splits at newlines; one final newline is ignored, unset is no lines. */
static bool split(struct dwr_scratch *s, struct dwr_text text, struct lines *out)
{
    uint32_t room = 32;

    *out = (struct lines){ NULL, 0 };
    if (dwr_is_unset(text) || text.n < 2)
        return true;
    out->v = dwr_take(s, room * sizeof *out->v);
    if (out->v == NULL)
        return false;

    const char *p = text.p + 1, *const end = text.p + text.n - 1;
    struct line line = { .p = p };

    while (p < end && (p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        const size_t n = escape_length(p, end);
        const char *const after = p + n;

        if (is_newline(p, n)) {
            line.n = (uint32_t)(p - line.p);
            if (!push(s, out, &room, line))
                return false;
            line = (struct line){ .p = after };
        } else {
            line.escaped = true;
        }
        p = after;
    }
    if (line.p == end)
        return true;
    line.n = (uint32_t)(end - line.p);
    return push(s, out, &room, line);
}

static bool unescaped_equal(const struct line *a, const struct line *b)
{
    struct dwr_unescape x = { .p = a->p, .end = a->p + a->n };
    struct dwr_unescape y = { .p = b->p, .end = b->p + b->n };
    int byte;

    do {
        byte = dwr_next_byte(&x);
        if (byte != dwr_next_byte(&y))
            return false;
    } while (byte >= 0);
    return true;
}

static bool line_equal(const struct line *a, const struct line *b)
{
    if (a->n == b->n && memcmp(a->p, b->p, a->n) == 0)
        return true;
    return (a->escaped || b->escaped) && unescaped_equal(a, b);
}

/* --- what a side did --- */

static struct change change_of(const struct lines *base, const struct lines *side)
{
    const uint32_t shorter = base->count < side->count ? base->count : side->count;
    uint32_t start = 0, tail = 0;

    while (start < shorter && line_equal(&base->v[start], &side->v[start]))
        start++;
    while (tail < shorter - start &&
           line_equal(&base->v[base->count - 1 - tail], &side->v[side->count - 1 - tail]))
        tail++;
    return (struct change){ start, base->count - tail, side->count - tail };
}

/* Has it replacing lines? Else it only removed some, or did nothing. */
static bool replaces(struct change c)
{
    return c.put > c.from;
}

static struct lines replacing(const struct lines *side, struct change c)
{
    return (struct lines){ replaces(c) ? side->v + c.from : NULL, c.put - c.from };
}

/* Whether the side's replacing lines stand in the text as one run; no lines are covered by any.
 * Out of memory: *rc. */
static bool covers(struct dwr_scratch *s, const struct lines *text, const struct lines *side,
                   struct change of_side, enum dwr_rc *rc)
{
    const uint32_t n = of_side.put - of_side.from;

    if (n == 0 || n > text->count)
        return n == 0;

    const struct line *const v = side->v + of_side.from;
    /* border[i]: the longest proper start of v[0..i] that also ends it. */
    uint32_t *const border = dwr_take(s, n * sizeof *border);

    if (border == NULL) {
        *rc = DWR_NOMEM;
        return false;
    }
    border[0] = 0;
    for (uint32_t i = 1, k = 0; i < n; i++) {
        while (k > 0 && !line_equal(&v[k], &v[i]))
            k = border[k - 1];
        k += line_equal(&v[k], &v[i]);
        border[i] = k;
    }
    for (uint32_t i = 0, k = 0; i < text->count; i++) {
        while (k > 0 && !line_equal(&v[k], &text->v[i]))
            k = border[k - 1];
        k += line_equal(&v[k], &text->v[i]);
        if (k == n)
            return true;
    }
    return false;
}

/* --- the decision --- */

enum verdict { SERVER_TEXT, CLIENT_TEXT, SPLICED };

static enum verdict decide(struct dwr_scratch *s, const struct lines *server,
                           const struct lines *client, struct change of_server,
                           struct change of_client, struct splice *out, enum dwr_rc *rc)
{
    const bool client_after = of_client.from >= of_server.to;
    const bool client_before = of_client.to <= of_server.from;

    if (!client_after && !client_before) {
        if (covers(s, server, client, of_client, rc))
            return SERVER_TEXT;
        if (covers(s, client, server, of_server, rc))
            return CLIENT_TEXT;
        *out = (struct splice){ server->count, server->count, of_client.from, of_client.put };
        return SPLICED;
    }
    if (of_client.from == of_server.to || of_client.to == of_server.from) {
        const struct lines put_by_server = replacing(server, of_server);
        const struct lines put_by_client = replacing(client, of_client);

        if (replaces(of_client) && covers(s, &put_by_server, client, of_client, rc))
            return SERVER_TEXT;
        if (replaces(of_server) && covers(s, &put_by_client, server, of_server, rc))
            return CLIENT_TEXT;
    }
    /* Base's line i is the server's line i before its region, and i + moved after it. */
    const uint32_t moved = client_after ? of_server.put - of_server.to : 0;

    *out = (struct splice){ of_client.from + moved, of_client.to + moved, of_client.from,
                            of_client.put };
    return SPLICED;
}

/* --- the result --- */

static const struct line *result_line(const struct lines *server, const struct lines *client,
                                      const struct splice *x, uint32_t i)
{
    const uint32_t put = x->put - x->from;

    if (i < x->at)
        return &server->v[i];
    if (i < x->at + put)
        return &client->v[x->from + (i - x->at)];
    return &server->v[x->end + (i - x->at - put)];
}

static bool result_is(const struct lines *text, const struct lines *server,
                      const struct lines *client, const struct splice *x)
{
    if (server->count - (x->end - x->at) + (x->put - x->from) != text->count)
        return false;
    for (uint32_t i = 0; i < text->count; i++) {
        const struct line *const line = result_line(server, client, x, i);

        if (line != &text->v[i] && !line_equal(line, &text->v[i]))
            return false;
    }
    return true;
}

/* The bytes of the lines [from, to), the newlines between them as they were written. */
static size_t run_bytes(const struct lines *l, uint32_t from, uint32_t to)
{
    return from == to ? 0 : (size_t)(l->v[to - 1].p + l->v[to - 1].n - l->v[from].p);
}

static char *put_run(char *p, bool *first, const struct lines *l, uint32_t from, uint32_t to)
{
    const size_t n = run_bytes(l, from, to);

    if (from == to)
        return p;
    if (!*first) {
        *p++ = '\\';
        *p++ = 'n';
    }
    *first = false;
    memcpy(p, l->v[from].p, n);
    return p + n;
}

static enum dwr_rc join(struct dwr_scratch *s, const struct lines *server,
                        const struct lines *client, const struct splice *x, struct dwr_text *out)
{
    /* Three runs, two newlines between them, two quotes. */
    const size_t most = run_bytes(server, 0, x->at) + run_bytes(client, x->from, x->put) +
                        run_bytes(server, x->end, server->count) + 2 * 2 + 2;
    char *const text = dwr_take(s, most);
    char *p = text;
    bool first = true;

    if (text == NULL)
        return DWR_NOMEM;
    *p++ = '"';
    p = put_run(p, &first, server, 0, x->at);
    p = put_run(p, &first, client, x->from, x->put);
    p = put_run(p, &first, server, x->end, server->count);
    *p++ = '"';
    *out = (struct dwr_text){ text, (size_t)(p - text) };
    return DWR_OK;
}

enum dwr_rc dwr_merge_text(struct dwr_scratch *s, struct dwr_text base, struct dwr_text server,
                           struct dwr_text client, struct dwr_text *out)
{
    struct lines lines[3];
    struct splice x = { 0 };
    enum dwr_rc rc = DWR_OK;

    if (!split(s, base, &lines[DWR_BASE]) || !split(s, server, &lines[DWR_SERVER]) ||
        !split(s, client, &lines[DWR_CLIENT]))
        return DWR_NOMEM;

    const struct lines *const of_server = &lines[DWR_SERVER], *const of_client = &lines[DWR_CLIENT];
    enum verdict verdict = decide(s, of_server, of_client, change_of(&lines[DWR_BASE], of_server),
                                  change_of(&lines[DWR_BASE], of_client), &x, &rc);

    if (rc != DWR_OK)
        return rc;
    /* Lines that are those of one text are that text as it was written. (Where the client's text is
     * kept for covering the server's lines, its lines are never the server's: those of equal texts
     * are covered by the server's, which is asked first.) */
    if (verdict == SPLICED && !result_is(of_server, of_server, of_client, &x)) {
        if (!result_is(of_client, of_server, of_client, &x))
            return join(s, of_server, of_client, &x, out);
        verdict = CLIENT_TEXT;
    }
    *out = verdict == CLIENT_TEXT ? client : server;
    return DWR_OK;
}
