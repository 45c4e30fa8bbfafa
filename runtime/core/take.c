/* take.c - the texts of a write as they are taken in: without the white space around them, checked
 * where they have not been (1.3, 1.4). */
#include <string.h>

#include "merge.h"

static struct dwr_text trimmed(struct dwr_text t)
{
    while (t.n > 0 && (*t.p == ' ' || *t.p == '\t' || *t.p == '\n' || *t.p == '\r')) {
        t.p++;
        t.n--;
    }
    while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t' || t.p[t.n - 1] == '\n' ||
                       t.p[t.n - 1] == '\r'))
        t.n--;
    return t;
}

static bool is_null(struct dwr_text t)
{
    return t.p == NULL || (t.n == 4 && memcmp(t.p, "null", 4) == 0);
}

enum dwr_rc take_document(struct merge *m, struct dwr_text t, bool trusted, struct dwr_text *out)
{
    *out = ABSENT;
    if (t.p == NULL)
        return DWR_OK;
    if (t.n > m->s->document_limit)
        return DWR_TOO_LARGE;
    t = trimmed(t);
    if (is_null(t))
        return DWR_OK;
    if (!trusted) {
        const enum dwr_rc rc = m->s->scan->check(m->s, t, DWR_DEPTH_MAX, &t);

        if (rc != DWR_OK)
            return rc;
    }
    if (t.n < 2 || t.p[0] != '{' || t.p[t.n - 1] != '}')
        return DWR_INVALID_JSON;
    *out = t;
    return DWR_OK;
}

/* Is one of the eight bytes no printable ASCII, a quote or a backslash? Each of the four has the
 * high bit of every byte that is so (exactly so for the lowest such byte, which is enough). */
static bool is_odd_word(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const uint64_t quotes = w ^ ones * '"', backslashes = w ^ ones * '\\';

    return ((w | (w - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs) != 0;
}

/* A string of printable ASCII without escapes needs no parser. */
static bool is_plain_string(struct dwr_text t)
{
    const char *p = t.p + 1;
    size_t n = t.n - 2;

    if (t.n < 10 || t.n > 64 || t.p[0] != '"' || t.p[t.n - 1] != '"')
        return false;
    for (; n > 8; n -= 8, p += 8)
        if (is_odd_word(dwr_load_le(p, 8)))
            return false;
    return !is_odd_word(dwr_load_le(p + n - 8, 8));
}

/* One of the values beside the documents; of no kind but valid JSON. */
static enum dwr_rc take_value(struct merge *m, struct dwr_text t, bool trusted,
                              struct dwr_text *out)
{
    enum dwr_rc rc = DWR_OK;

    *out = ABSENT;
    if (t.p == NULL)
        return DWR_OK;
    t = trimmed(t);
    if (!trusted && !is_plain_string(t))
        rc = m->s->scan->check(m->s, t, DWR_DEPTH_MAX, &t);
    if (rc == DWR_OK && !is_null(t))
        *out = t;
    return rc;
}

enum dwr_rc take_values(struct merge *m, bool trusted)
{
    const struct dwr_write *w = m->w;
    const struct {
        struct dwr_text from, *to;
    } values[] = {
        { w->client_ts, &m->client_ts },
        { w->server_ts, &m->server_ts },
        { w->now, &m->now },
        { w->server_role, &m->server_role },
        { w->client_role, &m->client_role },
        { w->client_user, &m->client_user },
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const enum dwr_rc rc = take_value(m, values[i].from, trusted, values[i].to);

        if (rc != DWR_OK)
            return rc;
    }
    return DWR_OK;
}
