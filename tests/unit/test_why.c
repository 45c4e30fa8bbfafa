/* test_why.c - a merge explained: what tests/support/why_test.py cannot see through a pipe. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/doc/why.h"
#include "rules_of.h"

static struct arena arena;
static struct trial_bench bench;
static struct why why;

static void explain(const char *body, const char *base, const char *server, const char *client)
{
    const struct dwr_ruleset *rules = rules_with(body);
    const struct dwr_write write = { .base = text_of(base),
                                     .server = text_of(server),
                                     .client = text_of(client) };

    cr_assert(trial_bench_open(&bench, &arena));
    cr_assert_eq(why_merge(&bench, &words_plain, &rules->doctypes[0], &write, &why), DWR_OK);
}

static void finish(void)
{
    trial_bench_close(&bench);
    arena_clear(&arena);
}

static void expect_text(struct dwr_str got, const char *expected)
{
    cr_expect(got.n == strlen(expected) && memcmp(got.p, expected, got.n) == 0,
              "expected:\n%s\ngot:\n%.*s", expected, (int)got.n, got.p);
}

static struct dwr_str shown(uint32_t width, bool color)
{
    const struct why_frame frame = { .doctype = DWR_STR("D"), .width = width, .color = color };
    struct out_memory m;

    out_memory_begin(&m, &arena);
    why_text(&m.out, &arena, &frame, &why);
    return out_memory_bytes(&m);
}

/* 55 characters: the columns take 44, and the words stand below. */
Test(why, words_stand_below_where_a_terminal_is_narrow, .fini = finish)
{
    explain("strategy field_level;", "{\"f\":1}", "{\"f\":2}", "{\"f\":3}");
    expect_text(shown(55, false), "D: merged\n"
                                  "Both sides wrote: the document is made by the rules below.\n"
                                  "  FIELD  WINS    BASE  SERVER  CLIENT  RULE        WHY\n"
                                  "  f      server  1     2       3       test.dwr:2  \n"
                                  "      Both changed it; the server's value stands.\n");
    expect_text(shown(0, false),
                "D: merged\n"
                "Both sides wrote: the document is made by the rules below.\n"
                "  FIELD  WINS    BASE  SERVER  CLIENT  RULE        WHY\n"
                "  f      server  1     2       3       test.dwr:2  Both changed it; the server's "
                "value stands.\n");
    expect_text(shown(30, false), "D: merged\n"
                                  "Both sides wrote: the document is made by the rules below.\n"
                                  "  FIELD  WINS    BASE  SERVER  CLIENT  RULE        WHY\n"
                                  "  f      server  1     2       3       test.dwr:2  \n"
                                  "      Both changed it; the\n"
                                  "      server's value stands.\n");
}

Test(why, who_wins_is_coloured, .fini = finish)
{
    struct dwr_str text;

    explain("strategy field_level;", "{\"f\":1}", "{\"f\":2}", "{\"f\":3}");
    text = shown(0, true);
    cr_expect_not_null(strstr(arena_copy(&arena, text.p, text.n), "\33[36mserver  \33[0m"));
}

/* Of a row only what differs is shown, and what became of it is found by its key. */
Test(why, rows_without_what_all_have, .fini = finish)
{
    explain("strategy field_level; child t { key k; on_same_key sum(q); }",
            "{\"t\":[{\"k\":\"A\",\"q\":1,\"n\":\"x\"},{\"k\":\"B\",\"q\":9}]}",
            "{\"t\":[{\"k\":\"A\",\"q\":2,\"n\":\"x\"},{\"k\":\"B\",\"q\":9}]}",
            "{\"t\":[{\"k\":\"B\",\"q\":9},{\"k\":\"A\",\"q\":4,\"n\":\"x\"}]}");
    cr_assert_geq(why.line_count, 1);
    expect_text(why.lines[0].field, "t[A]");
    expect_text(why.lines[0].shown[WHY_BASE], "q: 1");
    expect_text(why.lines[0].shown[WHY_OF_SERVER], "q: 2");
    expect_text(why.lines[0].shown[WHY_OF_CLIENT], "q: 4");
    expect_text(why.lines[0].result, "{\"k\":\"A\",\"q\":5,\"n\":\"x\"}");
    expect_text(why.lines[0].became, "q: 5");
}

/* SEMANTICS 2.4: base is known and equal to server, meta fields and the order of members aside. */
Test(why, concurrent_as_the_resolver_sees_it)
{
    static const struct {
        const char *base, *server;
        bool concurrent;
    } rows[] = {
        { "{\"a\":1}", "{\"a\":1}", false },
        { "{\"a\":1,\"b\":2}", "{\"b\":2.0,\"a\":1}", false },
        { "{\"modified\":1}", "{\"modified\":2}", false },
        { "{\"a\":1}", "{\"a\":2}", true },
        { NULL, "{\"a\":1}", true },
        { "null", "{\"a\":1}", true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* Locks and rules on deletes do not change what is asked. */
        explain("strategy field_level; lock when server.a = 1; tombstone { allow_delete no; }",
                rows[i].base, rows[i].server, "{\"c\":1}");
        cr_expect_eq(why.concurrent, rows[i].concurrent, "row %zu", i);
        finish();
    }
}

/* --- fields without a report --- */

Test(why, a_field_nobody_reports, .fini = finish)
{
    static const struct {
        const char *field, *wins;
        enum why_kind kind;
    } rows[] = {
        { "both", "server", WHY_REPORTED },
        { "name", "-", WHY_LAYER },
        { "server_only_one", "server", WHY_SERVER },
        { "nobody", "-", WHY_NOBODY },
        { "state", "set", WHY_COMPUTED },
        { "_seen", "-", WHY_LAYER },
        { "cause", "manual", WHY_REPORTED },
    };

    explain("strategy field_level; manual cause { set state = 1; }",
            "{\"name\":\"N\",\"both\":1,\"server_only_one\":1,\"nobody\":1,\"_seen\":1}",
            "{\"name\":\"N\",\"both\":2,\"server_only_one\":2,\"nobody\":1,\"_seen\":2,\"cause\":"
            "\"x\"}",
            "{\"both\":3,\"cause\":\"y\"}");
    cr_expect_eq(why.line_count, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct why_line *line = NULL;

        for (uint32_t k = 0; k < why.line_count; k++)
            if (why.lines[k].field.n == strlen(rows[i].field) &&
                memcmp(why.lines[k].field.p, rows[i].field, why.lines[k].field.n) == 0)
                line = &why.lines[k];
        cr_assert_not_null(line, "%s", rows[i].field);
        cr_expect_eq(line->kind, rows[i].kind, "%s", rows[i].field);
        cr_expect_str_eq(line->wins, rows[i].wins, "%s", rows[i].field);
    }
}
