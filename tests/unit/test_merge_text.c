/* test_merge_text.c - two changes of one text, by lines (semantics 4.1). */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../runtime/core/merge_text.h"
#include "../../runtime/dwr.h"

enum keeps { SERVER, CLIENT, JOINED };

static const struct text_case {
    const char *says, *base, *server, *client; /* JSON; NULL: unset or not known */
    enum keeps keeps;
    const char *text; /* JOINED */
} text_cases[] = {
    /* One region ends before the other begins. */
    { "changes apart are both applied", "\"a\\nb\\nc\"", "\"A\\nb\\nc\"", "\"a\\nb\\nC\"", JOINED,
      "\"A\\nb\\nC\"" },
    { "whichever side stands first", "\"a\\nb\\nc\"", "\"a\\nb\\nC\"", "\"A\\nb\\nc\"", JOINED,
      "\"A\\nb\\nC\"" },
    { "with more lines than before", "\"a\\nb\\nc\"", "\"1\\n2\\n3\\nb\\nc\"", "\"a\\nb\\nx\\ny\"",
      JOINED, "\"1\\n2\\n3\\nb\\nx\\ny\"" },
    { "a line removed above, one added below", "\"a\\nb\\nc\"", "\"b\\nc\"", "\"a\\nb\\nc\\nd\"",
      JOINED, "\"b\\nc\\nd\"" },
    { "added above and below", "\"m\"", "\"m\\nz\"", "\"a\\nm\"", JOINED, "\"a\\nm\\nz\"" },
    { "covered lines are applied too where the changes are apart", "\"a\\nb\\nc\"", "\"x\\nb\\nc\"",
      "\"a\\nb\\nx\"", JOINED, "\"x\\nb\\nx\"" },
    { "a removal and a change apart", "\"a\\nb\\nc\\nd\"", "\"a\\nb\\nd\"", "\"X\\nb\\nc\\nd\"",
      JOINED, "\"X\\nb\\nd\"" },

    /* They meet. */
    { "both wrote on: the server's first", "\"arrived\"", "\"arrived\\npump off\"",
      "\"arrived\\nvalve open\"", JOINED, "\"arrived\\npump off\\nvalve open\"" },
    { "both inserted at one place in the middle", "\"a\\nb\"", "\"a\\ns\\nb\"", "\"a\\nc\\nb\"",
      JOINED, "\"a\\ns\\nc\\nb\"" },
    { "base unknown: both texts", NULL, "\"broken\"", "\"fixed\"", JOINED, "\"broken\\nfixed\"" },
    { "a line inside a longer line is not covered by it", NULL, "\"broken\"", "\"ok\"", JOINED,
      "\"broken\\nok\"" },
    { "the server's text covers the client's lines", NULL, "\"a\\nb\\nc\"", "\"b\\nc\"", SERVER,
      NULL },
    { "the client's text covers the server's lines", NULL, "\"b\\nc\"", "\"a\\nb\\nc\"", CLIENT,
      NULL },
    { "both cover: the server's", NULL, "\"a\\nb\"", "\"a\\nb\\n\"", SERVER, NULL },
    { "lines in one run, not scattered", NULL, "\"a\\nx\\nb\"", "\"a\\nb\"", JOINED,
      "\"a\\nx\\nb\\na\\nb\"" },
    { "a line the base had already is written again, not covered", "\"a\\nb\"", "\"a\\nb\\nc\"",
      "\"a\\nb\\nb\"", JOINED, "\"a\\nb\\nc\\nb\"" },
    { "changes of neighbouring lines", "\"a\\nb\"", "\"A\\nb\"", "\"a\\nB\"", JOINED, "\"A\\nB\"" },
    { "the other way round the places order them", "\"a\\nb\"", "\"a\\nB\"", "\"A\\nb\"", JOINED,
      "\"A\\nB\"" },
    { "a removal meets a change", "\"a\\nb\"", "\"b\"", "\"a\\nB\"", JOINED, "\"B\"" },
    { "a removal meets lines that stand elsewhere in the other text", "\"a\\nb\"", "\"a\"",
      "\"a\\nb\\na\"", JOINED, "\"a\\na\"" },
    { "two removals leave nothing", "\"a\\nb\"", "\"a\"", "\"b\"", JOINED, "\"\"" },
    { "two removals that meet", "\"a\\nb\\nc\\nd\"", "\"a\\nc\\nd\"", "\"a\\nb\\nd\"", JOINED,
      "\"a\\nd\"" },
    { "an insertion before a region that begins there", "\"a\\nb\"", "\"a\\nB\"", "\"a\\nx\\nb\"",
      JOINED, "\"a\\nx\\nB\"" },
    { "an insertion of the server's before it", "\"a\\nb\"", "\"a\\nx\\nb\"", "\"a\\nB\"", JOINED,
      "\"a\\nx\\nB\"" },
    { "an insertion behind a region that ends there", "\"a\\nb\"", "\"A\\nb\"", "\"a\\nx\\nb\"",
      JOINED, "\"A\\nx\\nb\"" },

    /* They overlap. */
    { "the client replaced by nothing: the server's text", "\"a\\nb\\nc\"", "\"a\\nB\\nc\"",
      "\"a\\nc\"", SERVER, NULL },
    { "the server replaced by nothing: the client's text", "\"a\\nb\\nc\"", "\"a\\nc\"",
      "\"a\\nB\\nc\"", CLIENT, NULL },
    { "both removed, the server more: the server's text", "\"a\\nb\\nc\"", "\"a\"", "\"a\\nc\"",
      SERVER, NULL },
    { "the server's text covers the client's lines", "\"a\"", "\"x\\ny\"", "\"y\"", SERVER, NULL },
    { "the client's text covers the server's lines", "\"a\"", "\"y\"", "\"x\\ny\"", CLIENT, NULL },
    { "the same change: the server's", "\"a\"", "\"x\"", "\"x\\n\"", SERVER, NULL },
    { "neither: the server's lines, then the client's", "\"a\\nb\\nc\"", "\"a\\nS\\nc\"",
      "\"a\\nC\\nc\"", JOINED, "\"a\\nS\\nc\\nC\"" },
    { "the client's replacing lines alone", "\"a\\nb\\nc\\nd\"", "\"S\\nd\"", "\"a\\nC\\nD\\nd\"",
      JOINED, "\"S\\nd\\nC\\nD\"" },
    { "an insertion inside the other's region", "\"a\\nb\"", "\"X\"", "\"a\\nx\\nb\"", JOINED,
      "\"X\\nx\"" },

    /* Where the lines are those of one text, it stays as it was written. */
    { "only a final newline between server and base", "\"a\"", "\"a\\n\"", "\"a\\nb\"", CLIENT,
      NULL },
    { "only a final newline between client and base", "\"a\"", "\"a\\nb\"", "\"a\\n\"", SERVER,
      NULL },
    { "the same lines written otherwise: the server's", "\"a\"", "\"b\\n\"", "\"b\"", SERVER,
      NULL },
    { "the lines turn out to be the server's", "\"a\\nb\"", "\"a\\nb\\n\"", "\"\\u0061\\nb\"",
      SERVER, NULL },

    /* A text is split at newlines, one final newline ignored; unset is no lines. */
    { "no newline at the end of what is joined", NULL, "\"a\\n\"", "\"b\\n\"", JOINED,
      "\"a\\nb\"" },
    { "only one final newline is ignored", NULL, "\"a\\n\\n\"", "\"b\"", JOINED, "\"a\\n\\nb\"" },
    { "empty lines are lines", NULL, "\"a\\n\\nb\"", "\"\\nc\"", JOINED, "\"a\\n\\nb\\n\\nc\"" },
    { "an empty line is covered by an empty line", NULL, "\"a\\n\\nb\"", "\"\\n\"", SERVER, NULL },
    { "a newline written by its number", "\"a\\u000ab\"", "\"a\\u000Ab\\u000ac\"", "\"A\\nb\"",
      JOINED, "\"A\\nb\\u000ac\"" },
    { "an escaped backslash and an n are no newline", NULL, "\"a\\\\nb\"", "\"b\"", JOINED,
      "\"a\\\\nb\\nb\"" },
    { "an escaped backslash before a newline", "\"a\\\\\\nb\"", "\"a\\\\\\nB\"", "\"A\\nb\"",
      JOINED, "\"A\\nB\"" },
    { "a carriage return belongs to its line", "\"a\"", "\"a\\r\\nb\"", "\"a\\nc\"", JOINED,
      "\"a\\r\\nb\\nc\"" },
    { "null is no lines", "null", "\"a\"", "\"b\"", JOINED, "\"a\\nb\"" },
    { "an empty base is no lines", "\"\"", "\"a\"", "\"b\"", JOINED, "\"a\\nb\"" },
    { "the server cleared it: the client's text", "\"a\"", "null", "\"b\"", CLIENT, NULL },
    { "the server cleared it, absent", "\"a\"", NULL, "\"b\"", CLIENT, NULL },
    { "the client cleared it: the server's text", "\"a\"", "\"b\"", "null", SERVER, NULL },
    { "the client cleared what the server wrote on", "\"a\"", "\"a\\nb\"", "\"\"", JOINED,
      "\"b\"" },
    { "both cleared it, as the server wrote it", "\"a\"", "null", "\"\"", SERVER, NULL },

    /* Lines are compared after unescaping and leave as they were written. */
    { "an escaped letter is the letter", "\"\\u0061bc\\nd\"", "\"abc\\nD\"", "\"abc\\nd\\ne\"",
      JOINED, "\"abc\\nD\\ne\"" },
    { "an escaped slash", "\"1/2\\nx\"", "\"1\\/2\\ny\"", "\"1\\u002f2\\nx\\nz\"", JOINED,
      "\"1\\/2\\ny\\nz\"" },
    { "two, three and four bytes by their numbers",
      "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\\nx\"", "\"\\u00e9 \\u20AC \\uD83D\\uDE00\\ny\"",
      "\"\xC3\xA9 \\u20ac \xF0\x9F\x98\x80\\nx\\nz\"", JOINED,
      "\"\\u00e9 \\u20AC \\uD83D\\uDE00\\ny\\nz\"" },
    { "a NUL is a character", "\"a\\u0000b\\nx\"", "\"a\\u0000b\\ny\"", "\"a\\u0000c\\nx\"", JOINED,
      "\"a\\u0000c\\ny\"" },
    { "every short escape is its character", "\"\\\"\\\\\\/\\b\\f\\r\\t\\nx\"",
      "\"\\u0022\\u005C\\u002F\\u0008\\u000C\\u000D\\u0009\\nx\\ny\"",
      "\"\\\"\\\\/\\b\\f\\r\\t\\nX\"", JOINED,
      "\"\\u0022\\u005C\\u002F\\u0008\\u000C\\u000D\\u0009\\nX\\ny\"" },
    { "an escape that is not the letter", NULL, "\"\\u0061\"", "\"b\"", JOINED, "\"\\u0061\\nb\"" },
    { "covered after unescaping", NULL, "\"x\\n\\u0061\\ny\"", "\"a\"", SERVER, NULL },
};

static struct dwr_text text(const char *p)
{
    return (struct dwr_text){ p, p == NULL ? 0 : strlen(p) };
}

static bool same_bytes(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

Test(merge_text, every_sentence)
{
    struct dwr_scratch *const s = dwr_scratch_new();

    cr_assert_not_null(s);
    for (size_t i = 0; i < sizeof text_cases / sizeof *text_cases; i++) {
        const struct text_case *t = &text_cases[i];
        const struct dwr_text server = text(t->server), client = text(t->client);
        struct dwr_text out = { NULL, 0 };

        dwr_scratch_reset(s);
        cr_expect_eq(dwr_merge_text(s, text(t->base), server, client, &out), DWR_OK, "%s", t->says);
        if (t->keeps == JOINED)
            cr_expect(same_bytes(out, text(t->text)), "%s: %.*s", t->says, (int)out.n, out.p);
        else /* the very text, not one like it */
            cr_expect(out.p == (t->keeps == SERVER ? server : client).p &&
                          out.n == (t->keeps == SERVER ? server : client).n,
                      "%s: %.*s", t->says, (int)out.n, out.p == NULL ? "" : out.p);
    }
    dwr_scratch_free(s);
}

/* --- the section once more, said by its letter, over all small texts ---
 *
 * A model over arrays of letters: no spans, no KMP, no splices. Every text of up to three lines
 * over {a, b} and an empty line, for base, server and client. */

#define LINES_MAX 8

struct model_text {
    char line[LINES_MAX]; /* 'a', 'b', or '-' for an empty line */
    unsigned count;
};

static bool model_covers(const struct model_text *t, const char *lines, unsigned n)
{
    for (unsigned at = 0; at + n <= t->count; at++)
        if (memcmp(t->line + at, lines, n) == 0)
            return true;
    return n == 0;
}

static struct model_text model_of(unsigned number)
{
    struct model_text t = { { 0 }, 0 };

    for (; number > 0; number = (number - 1) / 3)
        t.line[t.count++] = "ab-"[(number - 1) % 3];
    return t;
}

static void append(struct model_text *t, const char *lines, unsigned n)
{
    cr_assert_leq(t->count + n, LINES_MAX);
    memcpy(t->line + t->count, lines, n);
    t->count += n;
}

struct model_change {
    unsigned from, to, put_n;
    const char *put;
};

static struct model_change model_change_of(const struct model_text *base,
                                           const struct model_text *side)
{
    unsigned start = 0, end = 0;

    while (start < base->count && start < side->count && base->line[start] == side->line[start])
        start++;
    while (end < base->count - start && end < side->count - start &&
           base->line[base->count - 1 - end] == side->line[side->count - 1 - end])
        end++;
    return (struct model_change){ start, base->count - end, side->count - end - start,
                                  side->line + start };
}

static struct model_text model_apply_both(const struct model_text *base, struct model_change first,
                                          struct model_change second)
{
    struct model_text t = { { 0 }, 0 };

    append(&t, base->line, first.from);
    append(&t, first.put, first.put_n);
    append(&t, base->line + first.to, second.from - first.to);
    append(&t, second.put, second.put_n);
    append(&t, base->line + second.to, base->count - second.to);
    return t;
}

static struct model_text model_merge(const struct model_text *base, const struct model_text *server,
                                     const struct model_text *client)
{
    const struct model_change s = model_change_of(base, server), c = model_change_of(base, client);
    const bool meet = s.to == c.from || c.to == s.from;
    struct model_text t;

    if (s.to < c.from)
        return model_apply_both(base, s, c);
    if (c.to < s.from)
        return model_apply_both(base, c, s);
    if (meet) {
        struct model_text put_by_server = { { 0 }, 0 }, put_by_client = { { 0 }, 0 };

        append(&put_by_server, s.put, s.put_n);
        append(&put_by_client, c.put, c.put_n);
        if (c.put_n > 0 && model_covers(&put_by_server, c.put, c.put_n))
            return *server;
        if (s.put_n > 0 && model_covers(&put_by_client, s.put, s.put_n))
            return *client;
        return s.to <= c.from ? model_apply_both(base, s, c) : model_apply_both(base, c, s);
    }
    if (c.put_n == 0 || model_covers(server, c.put, c.put_n))
        return *server;
    if (model_covers(client, s.put, s.put_n))
        return *client;
    t = *server;
    append(&t, c.put, c.put_n);
    return t;
}

/* The lines as JSON; a lone empty line is written with its newline, or it would be no line. */
static struct dwr_text model_json(const struct model_text *t, bool final_newline, char *buffer)
{
    char *p = buffer;

    *p++ = '"';
    for (unsigned i = 0; i < t->count; i++) {
        if (i > 0)
            p = (char *)memcpy(p, "\\n", 2) + 2;
        if (t->line[i] != '-')
            *p++ = t->line[i];
    }
    if (final_newline && t->count > 0)
        p = (char *)memcpy(p, "\\n", 2) + 2;
    *p++ = '"';
    return (struct dwr_text){ buffer, (size_t)(p - buffer) };
}

Test(merge_text, all_small_texts_agree_with_the_section)
{
    enum { TEXTS = 1 + 3 + 9 + 27 };
    struct dwr_scratch *const s = dwr_scratch_new();
    unsigned kept_server = 0, kept_client = 0, joined = 0;

    cr_assert_not_null(s);
    for (unsigned i = 0; i < TEXTS; i++)
        for (unsigned j = 0; j < TEXTS; j++)
            for (unsigned k = 0; k < TEXTS; k++) {
                const struct model_text base = model_of(i), server = model_of(j),
                                        client = model_of(k);
                const struct model_text result = model_merge(&base, &server, &client);
                char x[64], y[64], z[64], w[64];
                struct dwr_text expected, out;
                const struct dwr_text server_json = model_json(&server, true, y);
                const struct dwr_text client_json = model_json(&client, true, z);

                dwr_scratch_reset(s);
                cr_assert_eq(
                    dwr_merge_text(s, model_json(&base, true, x), server_json, client_json, &out),
                    DWR_OK);
                if (result.count == server.count &&
                    memcmp(result.line, server.line, result.count) == 0) {
                    expected = server_json;
                    kept_server++;
                } else if (result.count == client.count &&
                           memcmp(result.line, client.line, result.count) == 0) {
                    expected = client_json;
                    kept_client++;
                } else {
                    expected = model_json(&result, false, w);
                    joined++;
                }
                cr_assert(same_bytes(out, expected), "base %s: %.*s, not %.*s", x, (int)out.n,
                          out.p, (int)expected.n, expected.p);
            }
    dwr_scratch_free(s);
    cr_expect(kept_server > 1000 && kept_client > 1000 && joined > 1000, "%u, %u, %u", kept_server,
              kept_client, joined);
}

/* --- time --- */

static struct dwr_text repeated(const char *line, size_t times, const char *tail, char **owned)
{
    const size_t n = strlen(line);
    char *const p = malloc(n * times + strlen(tail) + 3);
    char *end = p;

    cr_assert_not_null(p);
    *end++ = '"';
    for (size_t i = 0; i < times; i++, end += n)
        memcpy(end, line, n);
    end = stpcpy(end, tail);
    *end++ = '"';
    *owned = p;
    return (struct dwr_text){ p, (size_t)(end - p) };
}

/* A megabyte of equal lines with another at the end: looking for it at every line would take
 * hours. */
Test(merge_text, equal_lines_do_not_take_quadratic_time)
{
    static const struct {
        const char *says, *line, *server_tail, *client_tail;
        size_t server_lines, client_lines;
    } cases[] = {
        { "the client's lines nearly covered everywhere", "a\\n", "b", "c", 350000, 170000 },
        { "the server's lines nearly covered everywhere", "a\\n", "b", "c", 170000, 350000 },
        { "covered at the very end", "a\\n", "b", "b", 350000, 170000 },
        { "empty lines", "\\n", "b", "c", 500000, 250000 },
        { "lines with escapes", "\\u0061\\n", "b", "c", 120000, 60000 },
        { "two lines in turn", "a\\nb\\n", "c", "b", 170000, 80000 },
    };
    struct dwr_scratch *const s = dwr_scratch_new();
    const clock_t start = clock();

    cr_assert_not_null(s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *x, *y;
        const struct dwr_text server =
            repeated(cases[i].line, cases[i].server_lines, cases[i].server_tail, &x);
        const struct dwr_text client =
            repeated(cases[i].line, cases[i].client_lines, cases[i].client_tail, &y);
        struct dwr_text out;

        dwr_scratch_reset(s);
        cr_expect_eq(dwr_merge_text(s, text(NULL), server, client, &out), DWR_OK);
        if (strcmp(cases[i].server_tail, cases[i].client_tail) == 0)
            cr_expect_eq(out.p, server.p, "%s", cases[i].says);
        else
            cr_expect_eq(out.n, server.n + client.n, "%s", cases[i].says);
        free(x);
        free(y);
    }
    dwr_scratch_free(s);
    cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 10.0);
}

/* Base and server may come from a store and be trusted: where one is no JSON after all the result
 * is anything, but nothing outside the texts is read (their own copies let a sanitizer see it). */
Test(merge_text, a_stored_text_that_is_not_valid_is_not_read_past_its_end)
{
    static const char *const texts[] = {
        "\"\\",          "\"\\\"",         "\"\\u\"",  "\"\\u00\"",       "\"",       "\"\\uD83D\"",
        "\"\\uD83D\\\"", "\"\\uD83D\\u\"", "\"a\\q\"", "\"\\uZZZZ\\nb\"", "\"a\\n\\", "\"\\uD83Dx\""
    };
    enum { COUNT = sizeof texts / sizeof *texts };
    struct dwr_scratch *const s = dwr_scratch_new();

    cr_assert_not_null(s);
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++) {
            const size_t n = strlen(texts[i]), m = strlen(texts[j]);
            char *const x = malloc(n), *const y = malloc(m);
            struct dwr_text out;

            memcpy(x, texts[i], n);
            memcpy(y, texts[j], m);
            dwr_scratch_reset(s);
            cr_expect_eq(dwr_merge_text(s, (struct dwr_text){ x, n }, (struct dwr_text){ y, m },
                                        text("\"\\u0061b\\nc\""), &out),
                         DWR_OK);
            free(x);
            free(y);
        }
    dwr_scratch_free(s);
}
