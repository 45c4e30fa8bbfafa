/* test_lockstep.c - index(): three documents side by side, over every code path of the machine.
 *
 * First by hand, what scan.h promises sentence by sentence; then random triples against the slow
 * reference of scan_reference.h. */
#define _DEFAULT_SOURCE 1

#include "tests/support/scan_reference.h"

#include <criterion/criterion.h>
#include <time.h>

static struct reference_round r;

static void set_up(void)
{
    round_init(&r, 1);
}

static void tear_down(void)
{
    round_free(&r);
}

TestSuite(lockstep, .init = set_up, .fini = tear_down);

/* --- by hand --- */

/* Three texts (NULL: absent), the client's to be checked, and what must come of them. */
struct triple {
    const char *says;
    const char *base, *server, *client;
    enum dwr_rc rc;
};

static struct dwr_text copied(enum dwr_side side, const char *text)
{
    return guarded_copy(&r.guard[side], (struct dwr_text){ text, text != NULL ? strlen(text) : 0 });
}

static const struct triple triples[] = {
    { "all the same", "{\"a\":1,\"b\":[1],\"c\":\"x\"}", "{\"a\":1,\"b\":[1],\"c\":\"x\"}",
      "{\"a\":1,\"b\":[1],\"c\":\"x\"}", DWR_OK },
    { "empty documents", "{}", "{}", "{ }", DWR_OK },
    { "no base", NULL, "{\"a\":1}", "{\"a\":2}", DWR_OK },
    { "no server", "{\"a\":1}", NULL, "{\"b\":2}", DWR_OK },
    { "no client", "{\"a\":1}", "{\"a\":1}", NULL, DWR_OK },
    { "a number that goes on is another", "{\"a\":1,\"b\":12}", "{\"a\":12,\"b\":1}",
      "{\"a\":123,\"b\":1.0}", DWR_OK },
    { "a patch of some members in order", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}",
      "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "{\"b\":5,\"d\":6}", DWR_OK },
    { "members in another order", "{\"c\":3,\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}",
      "{\"b\":2,\"c\":4,\"a\":1}", DWR_OK },
    { "members that the server lacks", "{\"x\":1,\"a\":1}", "{\"a\":1}",
      "{\"a\":1,\"y\":2,\"x\":1}", DWR_OK },
    { "a name written in two ways", "{\"\\u0061\":1}", "{\"a\":1}", "{\"\\u0061\":2,\"b\":1}",
      DWR_OK },
    { "spaces in other places", "{ \"a\" :1 , \"status\": \"x\" }", "{\"a\": 1,\"status\":\"x\"}",
      "{\"a\":1\n,\"status\"\t:\t\"x\"}", DWR_OK },
    { "spaces in front of values, not the same ones", "{\"a\": 1,\"b\":2,\"c\":3}",
      "{\"a\":\t1,\"b\":\n2,\"c\":3}", "{\"a\":\t2,\"b\":2,\"c\":3}", DWR_OK },
    { "rows that go on", "{\"parts\":[{\"i\":1}]}", "{\"parts\":[{\"i\":1},{\"i\":2}]}",
      "{\"parts\":[{\"i\":1},{\"i\":3},{\"i\":2}]}", DWR_OK },
    { "rows with spaces between", "{\"parts\":[ {\"i\":1} , {\"i\":2}]}",
      "{\"parts\":[{\"i\":1},{\"i\":2} ]}", "{\"parts\":[{\"i\":1},\n{\"i\":2}]}", DWR_OK },
    { "a table that is unset", "{\"parts\":null}", "{\"parts\":[{\"i\":1}]}", "{\"parts\":\"\"}",
      DWR_OK },
    { "a table only the client has", "{}", "{}", "{\"parts\":[{\"i\":1}],\"log\":[]}", DWR_OK },
    { "tables that are none", "{\"parts\":[1],\"log\":{}}", "{\"parts\":[{}],\"log\":[[]]}",
      "{\"parts\":[{},[]],\"log\":7}", DWR_OK },
    { "a table first, the server's unset", "{\"parts\":[{\"i\":1}]}", "{\"parts\":null}",
      "{\"parts\":[{\"i\":1}]}", DWR_OK },
    { "a row that is a start of another", "{\"parts\":[{}]}", "{\"parts\":[{},{\"i\":[]}]}",
      "{\"parts\":[{},{\"i\":[{}]}]}", DWR_OK },

    { "a name twice beside the server's", NULL, "{\"a\":1}", "{\"a\":1,\"a\":1}",
      DWR_DUPLICATE_KEY },
    { "a name twice, once escaped", NULL, "{\"a\":1,\"b\":2}", "{\"a\":1,\"\\u0061\":3,\"b\":2}",
      DWR_DUPLICATE_KEY },
    { "a name twice that the server lacks", NULL, "{\"a\":1}", "{\"x\":1,\"y\":2,\"x\":3}",
      DWR_DUPLICATE_KEY },
    { "a name twice inside a value", NULL, "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2,\"b\":1}}",
      DWR_DUPLICATE_KEY },
    { "a name twice inside a row", NULL, "{\"parts\":[{\"i\":1}]}",
      "{\"parts\":[{\"i\":1},{\"i\":1,\"i\":2}]}", DWR_DUPLICATE_KEY },
    { "a value that is no JSON", NULL, "{\"a\":1}", "{\"a\":01}", DWR_INVALID_JSON },
    { "a value that begins as the server's", NULL, "{\"a\":tru}", "{\"a\":tru1}",
      DWR_INVALID_JSON },
    { "a string left open at the end", NULL, "{\"a\":\"\"}", "{\"a\":\"}", DWR_INVALID_JSON },
    { "no value", NULL, "{\"a\":1}", "{\"a\":}", DWR_INVALID_JSON },
    { "no colon", NULL, "{\"a\":1}", "{\"a\"1}", DWR_INVALID_JSON },
    { "a comma last", NULL, "{\"a\":1}", "{\"a\":1,}", DWR_INVALID_JSON },
    { "a document that goes on", NULL, "{\"a\":1}", "{\"a\":1}}", DWR_INVALID_JSON },
    { "no comma", NULL, "{\"a\":1,\"b\":2}", "{\"a\":1 \"b\":2}", DWR_INVALID_JSON },
    { "no object", NULL, "{\"a\":1}", "[\"a\"]", DWR_INVALID_JSON },
    { "a row that is no JSON", NULL, "{\"parts\":[{\"i\":1}]}", "{\"parts\":[{\"i\":1},{i:1}]}",
      DWR_INVALID_JSON },
    { "rows without comma", NULL, "{\"parts\":[{\"i\":1}]}", "{\"parts\":[{\"i\":1}{\"i\":1}]}",
      DWR_INVALID_JSON },
    { "rows with a comma last", NULL, "{\"parts\":[{\"i\":1}]}", "{\"parts\":[{\"i\":1},]}",
      DWR_INVALID_JSON },
    { "a table left open", NULL, "{\"parts\":[{\"i\":1}]}", "{\"parts\":[{\"i\":1}}",
      DWR_INVALID_JSON },
    { "half a pair of surrogates", NULL, "{\"a\":\"x\"}", "{\"a\":\"\\ud800\"}", DWR_INVALID_UTF8 },
    { "no UTF-8 in a name", NULL, "{\"a\":1}", "{\"\x80\":1}", DWR_INVALID_UTF8 },
};

Test(lockstep, by_hand)
{
    for (size_t i = 0; i < sizeof triples / sizeof *triples; i++) {
        const struct triple *t = &triples[i];
        const struct dwr_text text[3] = { copied(DWR_BASE, t->base), copied(DWR_SERVER, t->server),
                                          copied(DWR_CLIENT, t->client) };

        for (size_t k = 0; k < REFERENCE_PATHS; k++) {
            const struct dwr_scan_ops *scan = reference_path(k);
            struct dwr_index x;
            enum dwr_rc rc;

            if (scan == NULL)
                continue;
            dwr_scratch_reset(r.scratch);
            rc = scan->index(r.scratch, &r.type.doctype, text, false, &x);
            cr_expect_eq(rc, t->rc, "%s: %s: %d", scan->name, t->says, (int)rc);
            r.complaint = (struct complaint){ .path = scan->name };
            if (rc == DWR_OK)
                cr_expect(reference_index(&r.type.doctype, text, &x, &r.complaint), "%s: %s",
                          t->says, r.complaint.text);
        }
    }
}

/* The document is level 1, a table's rows are level 3: what is refused alone is refused here. */
Test(lockstep, depth_counts_from_the_document)
{
    static const struct {
        const char *before, *behind;
        unsigned levels; /* that these are */
    } places[] = { { "{\"a\":", "}", 1 },
                   { "{\"x\":", "}", 1 },
                   { "{\"parts\":[{\"i\":", "}]}", 3 } };
    struct buffer b = { 0 };

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (unsigned over = 0; over < 2; over++) {
            const unsigned n = DWR_DEPTH_MAX - places[i].levels + over;
            struct dwr_text text[3] = { { NULL, 0 },
                                        copied(DWR_SERVER, "{\"a\":1,\"parts\":[{\"i\":1}]}") };

            b.n = 0;
            put_text(&b, places[i].before);
            for (unsigned k = 0; k < n; k++)
                put_text(&b, "[");
            for (unsigned k = 0; k < n; k++)
                put_text(&b, "]");
            put_text(&b, places[i].behind);
            text[DWR_CLIENT] = guarded_copy(&r.guard[DWR_CLIENT], text_of(&b));
            for (size_t k = 0; k < REFERENCE_PATHS; k++) {
                const struct dwr_scan_ops *scan = reference_path(k);
                struct dwr_index x;

                if (scan == NULL)
                    continue;
                dwr_scratch_reset(r.scratch);
                cr_expect_eq(scan->index(r.scratch, &r.type.doctype, text, false, &x),
                             over ? DWR_TOO_DEEP : DWR_OK, "%s: %s at level %u", scan->name,
                             places[i].before, DWR_DEPTH_MAX + over);
            }
        }
    free(b.p);
}

/* A client's document that ends early is refused at every byte. */
Test(lockstep, every_truncation_is_refused)
{
    static const char server[] =
        "{\"name\":\"J-1\",\"qty\":17,\"parts\":[{\"i\":\"a\"},{\"i\":\"b\"}],"
        "\"notes\":\"some words \\\"quoted\\\"\",\"status\":\"open\"}";
    static const char client[] =
        "{\"name\":\"J-1\",\"qty\":18,\"parts\":[{\"i\":\"a\"},{\"i\":\"c\"}],"
        "\"notes\":\"some words \\\"other\\\"\",\"new\":{\"a\":[]}}";

    for (size_t n = 0; n < sizeof client - 1; n++) {
        const struct dwr_text text[3] = { copied(DWR_BASE, server), copied(DWR_SERVER, server),
                                          guarded_copy(&r.guard[DWR_CLIENT],
                                                       (struct dwr_text){ client, n }) };

        for (size_t k = 0; k < REFERENCE_PATHS; k++) {
            const struct dwr_scan_ops *scan = reference_path(k);
            struct dwr_index x;

            if (scan == NULL)
                continue;
            dwr_scratch_reset(r.scratch);
            cr_expect_neq(scan->index(r.scratch, &r.type.doctype, text, false, &x), DWR_OK,
                          "%s: the first %zu bytes", scan->name, n);
        }
    }
}

/* Members are read in blocks of 64 bytes: names and values of every length around them, the same in
 * all three, and the client's with another last letter. */
Test(lockstep, members_of_every_length)
{
    static const enum dwr_side sides[] = { DWR_SERVER, DWR_BASE, DWR_CLIENT };

    for (unsigned n = 0; n < 150; n++)
        for (unsigned form = 0; form < 4; form++) {
            struct dwr_text text[3];

            for (int i = 0; i < 3; i++) {
                struct buffer *b = &r.text[sides[i]];

                b->n = 0;
                put_text(b, form < 2 ? "{\"first\":\"" : "{\"first");
                for (unsigned k = 0; k < n; k++)
                    put_text(b, form % 2 == 1 && sides[i] == DWR_CLIENT && k + 1 == n ? "y" : "x");
                put_text(b, form < 2 ? "\",\"count\":17,\"last\":null}"
                                     : "\":true,\"count\":17,\"last\":\"\"}");
                text[sides[i]] = guarded_copy(&r.guard[sides[i]], text_of(b));
            }
            for (size_t k = 0; k < REFERENCE_PATHS; k++) {
                const struct dwr_scan_ops *scan = reference_path(k);
                struct dwr_index x;

                if (scan == NULL)
                    continue;
                dwr_scratch_reset(r.scratch);
                r.complaint = (struct complaint){ .path = scan->name };
                cr_assert_eq(scan->index(r.scratch, &r.type.doctype, text, false, &x), DWR_OK,
                             "%s: %u letters, form %u", scan->name, n, form);
                cr_expect(reference_index(&r.type.doctype, text, &x, &r.complaint),
                          "%u letters, form %u: %s", n, form, r.complaint.text);
            }
        }
}

/* A member that stands elsewhere in the client's document is read like any other: the same is
 * refused, and the same goes to its slot. Behind it stand more than 64 bytes, or few. */
Test(lockstep, members_elsewhere_are_checked)
{
    static const struct {
        const char *value;
        enum dwr_rc rc;
    } values[] = {
        { "1", DWR_OK },
        { "12", DWR_OK },
        { "-0.5e+3", DWR_OK },
        { "null", DWR_OK },
        { "\"\"", DWR_OK },
        { "\"x\"", DWR_OK },
        { "\"x\\n\"", DWR_OK },
        { "\"\xC3\xA9\"", DWR_OK },
        { "[1,{\"b\":2}]", DWR_OK },
        { " 1", DWR_OK },
        { "1 ", DWR_OK },
        { "01", DWR_INVALID_JSON },
        { "1.", DWR_INVALID_JSON },
        { "tru", DWR_INVALID_JSON },
        { "true1", DWR_INVALID_JSON },
        { "1,2", DWR_INVALID_JSON },
        { "1 2", DWR_INVALID_JSON },
        { "", DWR_INVALID_JSON },
        { "x", DWR_INVALID_JSON },
        { "1]", DWR_INVALID_JSON },
        { "\"x", DWR_INVALID_JSON },
        { "\"\x01\"", DWR_INVALID_JSON },
        { "\"\\q\"", DWR_INVALID_JSON },
        { "\"\xFF\"", DWR_INVALID_UTF8 },
        { "1,\"b\":2", DWR_DUPLICATE_KEY },
        { "1,\"status\":2", DWR_DUPLICATE_KEY },
    };
    static const char *const behind[] = {
        "}",
        ",\"a\":1}",
        ",\"a\":\"of a length that keeps what stands in front of it away from the end\"}",
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t n = 0; n < sizeof behind / sizeof *behind; n++) {
            struct buffer *b = &r.text[DWR_CLIENT];
            struct dwr_text text[3] = {
                copied(DWR_BASE, "{\"a\":1,\"status\":\"x\",\"b\":1}"),
                copied(DWR_SERVER, "{\"a\":1,\"status\":\"x\",\"b\":1}"),
            };

            b->n = 0;
            put_text(b, "{\"b\":0,\"new\":true,\"status\":");
            put_text(b, values[i].value);
            put_text(b, behind[n]);
            text[DWR_CLIENT] = guarded_copy(&r.guard[DWR_CLIENT], text_of(b));
            for (size_t k = 0; k < REFERENCE_PATHS; k++) {
                const struct dwr_scan_ops *scan = reference_path(k);
                struct dwr_index x;
                enum dwr_rc rc;

                if (scan == NULL)
                    continue;
                dwr_scratch_reset(r.scratch);
                r.complaint = (struct complaint){ .path = scan->name };
                rc = scan->index(r.scratch, &r.type.doctype, text, false, &x);
                cr_expect_eq(rc, values[i].rc, "%s: %s%s: %d", scan->name, values[i].value,
                             behind[n], (int)rc);
                if (rc == DWR_OK)
                    cr_expect(reference_index(&r.type.doctype, text, &x, &r.complaint), "%s: %s",
                              values[i].value, r.complaint.text);
            }
        }
}

/* --- many --- */

/* n members in the order i * step % n, so that another step is another order. */
static struct dwr_text many_members(enum dwr_side side, unsigned n, unsigned step)
{
    struct buffer *b = &r.text[side];

    b->n = 0;
    for (unsigned i = 0; i < n; i++) {
        char member[40];

        snprintf(member, sizeof member, "%s\"f%u\":%u", i > 0 ? "," : "{", i * step % n, i + step);
        put_text(b, member);
    }
    put_text(b, "}");
    return text_of(b);
}

static struct dwr_text many_rows(enum dwr_side side, unsigned n, unsigned first)
{
    struct buffer *b = &r.text[side];

    b->n = 0;
    put_text(b, "{\"parts\":[");
    for (unsigned i = 0; i < n; i++) {
        char row[40];

        snprintf(row, sizeof row, "%s{\"i\":%u}", i > 0 ? "," : "", i + first);
        put_text(b, row);
    }
    put_text(b, "]}");
    return text_of(b);
}

static double seconds_of_index(const struct dwr_scan_ops *scan, const struct dwr_text text[3])
{
    double best = 1e9;

    for (int i = 0; i < 3; i++) {
        const clock_t start = clock();
        struct dwr_index x;
        double spent;

        dwr_scratch_reset(r.scratch);
        cr_expect_eq(scan->index(r.scratch, &r.type.doctype, text, false, &x), DWR_OK, "%s",
                     scan->name);
        spent = (double)(clock() - start) / CLOCKS_PER_SEC;
        best = spent < best ? spent : best;
    }
    return best;
}

/* No quadratic time, neither for members in another order nor for rows that moved: ten times as
 * many may take forty times as long. (Compared one by one they would take a hundred.) */
Test(lockstep, many_members_and_rows_take_linear_time)
{
    static const unsigned sizes[] = { 10000, 100000 };
    double members[2], rows[2];

    for (size_t k = 0; k < REFERENCE_PATHS; k++) {
        const struct dwr_scan_ops *scan = reference_path(k);

        if (scan == NULL)
            continue;
        for (int i = 0; i < 2; i++) {
            const struct dwr_text shuffled[3] = { many_members(DWR_BASE, sizes[i], 3),
                                                  many_members(DWR_SERVER, sizes[i], 1),
                                                  many_members(DWR_CLIENT, sizes[i], 7) };

            members[i] = seconds_of_index(scan, shuffled);
        }
        for (int i = 0; i < 2; i++) {
            const struct dwr_text moved[3] = { many_rows(DWR_BASE, sizes[i], 1),
                                               many_rows(DWR_SERVER, sizes[i], 0),
                                               many_rows(DWR_CLIENT, sizes[i], 2) };

            rows[i] = seconds_of_index(scan, moved);
        }
        cr_expect_lt(members[1], 40 * members[0] + 0.02, "%s: members: %g s, then %g s", scan->name,
                     members[0], members[1]);
        cr_expect_lt(rows[1], 40 * rows[0] + 0.02, "%s: rows: %g s, then %g s", scan->name, rows[0],
                     rows[1]);
    }
}

/* More members than any first guess of a table's size, in all three. */
Test(lockstep, many_members_are_joined)
{
    const struct dwr_text text[3] = { many_members(DWR_BASE, 700, 3),
                                      many_members(DWR_SERVER, 650, 1),
                                      many_members(DWR_CLIENT, 800, 7) };

    for (size_t k = 0; k < REFERENCE_PATHS; k++) {
        const struct dwr_scan_ops *scan = reference_path(k);
        struct dwr_index x;

        if (scan == NULL)
            continue;
        dwr_scratch_reset(r.scratch);
        r.complaint.path = scan->name;
        cr_assert_eq(scan->index(r.scratch, &r.type.doctype, text, false, &x), DWR_OK);
        cr_expect(reference_index(&r.type.doctype, text, &x, &r.complaint), "%s", r.complaint.text);
    }
}

/* --- random --- */

/* Documents, their variants and their damages; DWR_SEED replays, DWR_ROUNDS does more. */
Test(lockstep, random_triples, .timeout = 50)
{
    const char *seed_text = getenv("DWR_SEED"), *rounds_text = getenv("DWR_ROUNDS");
    const uint64_t seed = seed_text != NULL ? strtoull(seed_text, NULL, 10) : (uint64_t)time(NULL);
    const unsigned long rounds = rounds_text != NULL ? strtoul(rounds_text, NULL, 10) : 2000;

    for (unsigned long i = 0; i < rounds; i++) {
        r.chance.state = seed + i;
        if (!round_documents(&r)) {
            cr_expect(false, "DWR_SEED=%llu DWR_ROUNDS=1: %s", (unsigned long long)(seed + i),
                      r.complaint.text);
            return;
        }
    }
    /* None of these, and the test would have tried nothing of the kind. */
    if (rounds >= 1000)
        cr_expect(r.valid > 0 && r.refused > 0 && r.duplicate > 0 && r.deep > 0,
                  "seed %llu: %lu valid, %lu refused, %lu twice, %lu deep",
                  (unsigned long long)seed, r.valid, r.refused, r.duplicate, r.deep);
}
