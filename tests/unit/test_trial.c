/* test_trial.c - merges made up: documents, lines, and what became of what a client wrote. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/trial/trial.h"
#include "rules_of.h"

static struct arena arena;
static struct trial_bench bench;

static void open_bench(void)
{
    cr_assert(trial_bench_open(&bench, &arena));
}

static void close_bench(void)
{
    trial_bench_close(&bench);
    arena_clear(&arena);
}

static struct dwr_str str(const char *p)
{
    return (struct dwr_str){ p, p ? strlen(p) : 0 };
}

static bool is(struct dwr_str s, const char *expected)
{
    return s.n == strlen(expected) && memcmp(s.p, expected, s.n) == 0;
}

/* ' for ", as tests write JSON. */
static struct dwr_text json(const char *text)
{
    char *copy;

    if (!text)
        return (struct dwr_text){ NULL, 0 };
    copy = arena_copy(&arena, text, strlen(text));
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return text_of(copy);
}

Test(trial, a_document_is_its_members_in_order, .fini = close_bench)
{
    struct trial_doc doc;

    trial_doc_start(&doc, &arena);
    cr_expect(text_is(trial_doc_end(&doc), "{}"));
    trial_doc_start(&doc, &arena);
    trial_doc_put(&doc, str("b"), str("1"));
    trial_doc_put(&doc, str("left out"), str(NULL));
    trial_doc_put(&doc, str("a \"quoted\\\" name"), str("[null]"));
    for (int i = 0; i < 3; i++)
        trial_doc_put(&doc, arena_printf(&arena, "a name that is long %d", i),
                      str("\"a value that is long: longer than what is left of the room\""));
    cr_expect(text_is(
        trial_doc_end(&doc),
        "{\"b\":1,\"a \\\"quoted\\\\\\\" name\":[null],"
        "\"a name that is long 0\":\"a value that is long: longer than what is left of the room\","
        "\"a name that is long 1\":\"a value that is long: longer than what is left of the room\","
        "\"a name that is long 2\":\"a value that is long: longer than what is left of the room\""
        "}"));
}

static const struct member_case {
    const char *says, *doc, *name, *value;
} member_cases[] = {
    { "a member", "{'a':1,'b':[2]}", "b", "[2]" },
    { "white space around all", " { 'a' : 1 , 'b' : 'x' } ", "b", "\"x\"" },
    { "a name written with an escape", "{'\\u0061b':true}", "ab", "true" },
    { "a member of a member is none", "{'a':{'b':1}}", "b", NULL },
    { "no such member", "{'a':1}", "b", NULL },
    { "an empty document", "{}", "b", NULL },
    { "no document", "null", "b", NULL },
    { "absent", NULL, "b", NULL },
};

Test(trial, members_are_found_by_their_names, .fini = close_bench)
{
    for (size_t i = 0; i < sizeof member_cases / sizeof *member_cases; i++) {
        const struct member_case *t = &member_cases[i];

        const struct trial_members members = trial_members_of(&arena, json(t->doc));

        cr_expect(text_is(trial_member(&arena, json(t->doc), str(t->name)), t->value), "%s",
                  t->says);
        cr_expect(text_is(trial_members_get(&members, str(t->name)), t->value), "%s, read once",
                  t->says);
    }
}

/* Few are looked at one by one, more by a table that is never full. */
Test(trial, as_many_members_as_there_are, .fini = close_bench)
{
    static const unsigned counts[] = { 0, 1, 12, 13, 16, 31, 32, 33, 1000 };

    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct trial_members members;
        struct trial_doc doc;

        trial_doc_start(&doc, &arena);
        for (unsigned i = 0; i < counts[c]; i++)
            trial_doc_put(&doc, arena_printf(&arena, "f%u", i), arena_printf(&arena, "%u", i));
        members = trial_members_of(&arena, trial_doc_end(&doc));
        cr_expect_eq(members.count, counts[c]);
        cr_expect(!members.marked);
        for (unsigned i = 0; i < counts[c]; i++)
            cr_expect(text_is(trial_members_get(&members, arena_printf(&arena, "f%u", i)),
                              arena_printf(&arena, "%u", i).p),
                      "%u of %u", i, counts[c]);
        cr_expect_null(trial_members_get(&members, arena_printf(&arena, "f%u", counts[c])).p);
        cr_expect_null(trial_members_get(&members, str("")).p);
    }
}

Test(trial, a_name_of_the_sync_layer_marks_a_document, .fini = close_bench)
{
    cr_expect(trial_members_of(&arena, json("{'a':1,'_server_a':2}")).marked);
    cr_expect(trial_members_of(&arena, json("{'\\u005fa':2}")).marked);
    cr_expect(!trial_members_of(&arena, json("{'a_':{'_b':1}}")).marked);
}

/* Semantics 1.2. */
static const struct equal_case {
    const char *says, *a, *b;
    bool equal;
} equal_cases[] = {
    { "absent is null", NULL, "null", true },
    { "absent is an empty text", NULL, "''", true },
    { "null is an empty text", "null", "''", true },
    { "absent is not 0", NULL, "0", false },
    { "an empty array is set", "[]", "null", false },
    { "numbers by value", "1", "1.0", true },
    { "an exponent", "100", "1e2", true },
    { "digits beyond a double", "9007199254740993", "9007199254740992", false },
    { "texts after unescaping", "'a'", "'\\u0061'", true },
    { "texts", "'a'", "'b'", false },
    { "a text is no number", "'1'", "1", false },
    { "members in any order", "{'a':1,'b':2}", "{'b':2,'a':1}", true },
    { "elements in order", "[1,2]", "[2,1]", false },
    { "white space", "[1, 2]", " [1,2] ", true },
    { "true and false", "true", "false", false },
};

Test(trial, values_are_equal_as_semantics_1_2_says, .init = open_bench, .fini = close_bench)
{
    for (size_t i = 0; i < sizeof equal_cases / sizeof *equal_cases; i++) {
        const struct equal_case *t = &equal_cases[i];

        cr_expect_eq(trial_equal(&arena, json(t->a), json(t->b)), t->equal, "%s", t->says);
        cr_expect_eq(trial_equal(&arena, json(t->b), json(t->a)), t->equal, "%s, turned", t->says);
        if (t->b[0] != ' ')
            cr_expect_eq(trial_same(&bench, json(t->a), json(t->b)), t->equal, "%s, on a bench",
                         t->says);
    }
}

Test(trial, a_line_has_what_the_merge_has, .fini = close_bench)
{
    const struct dwr_ruleset *rules = rules_with("strategy server_wins;");
    struct trial t = { .doctype = &rules->doctypes[0], .write = { .client = json("{'a':1}") } };

    cr_expect(is(trial_line(&arena, &t),
                 "{\"id\":\"1\",\"doctype\":\"D\",\"op\":\"update\",\"client\":{\"a\":1}}"));
    t.doctype = &rules->other;
    t.doctype_name = str("Another \"one\"");
    t.write = (struct dwr_write){ .op = DWR_INSERT,
                                  .base = json("{'a':0}"),
                                  .server = json("{'a':2}"),
                                  .client = json("{'a':1}"),
                                  .client_ts = json("'c'"),
                                  .server_ts = json("'s'"),
                                  .now = json("'n'"),
                                  .server_role = json("'r'"),
                                  .client_role = json("['q']"),
                                  .client_user = json("'u'") };
    cr_expect(is(trial_line(&arena, &t),
                 "{\"id\":\"1\",\"doctype\":\"Another \\\"one\\\"\",\"op\":\"insert\","
                 "\"base\":{\"a\":0},\"server\":{\"a\":2},\"client\":{\"a\":1},"
                 "\"client_ts\":\"c\",\"server_ts\":\"s\",\"now\":\"n\",\"server_role\":\"r\","
                 "\"client_role\":[\"q\"],\"client_user\":\"u\"}"));
}

/* --- fates --- */

#define RULES                                                                                      \
    "strategy field_level;\n"                                                                      \
    "client_wins c; manual m; merge_text t; union u; sum n; max x; immutable i;\n"                 \
    "manual p { provisional client; }\n"                                                           \
    "child rows { key k; on_same_key server_wins; }\n"                                             \
    "child sums { key k; on_same_key sum(q); }\n"                                                  \
    "child held { key k; hold when m changes; }\n"                                                 \
    "tombstone { allow_delete yes; }\n"                                                            \
    "meta seen;\n"

static const struct fate_case {
    const char *says;
    enum dwr_op op;
    const char *field, *base, *server, *client;
    enum trial_fate fate;
} fate_cases[] = {
    { "nobody else wrote", DWR_UPDATE, "s", "{'s':1}", "{'s':1}", "{'s':2}", TRIAL_KEPT },
    { "the server's stands", DWR_UPDATE, "s", "{'s':1}", "{'s':3}", "{'s':2}", TRIAL_REPORTED },
    { "not written", DWR_UPDATE, "s", "{'s':1}", "{'s':3}", "{'c':2}", TRIAL_KEPT },
    { "not changed", DWR_UPDATE, "s", "{'s':1}", "{'s':3}", "{'s':1.0}", TRIAL_KEPT },
    { "both the same", DWR_UPDATE, "s", "{'s':1}", "{'s':2}", "{'s':2}", TRIAL_KEPT },
    { "client wins", DWR_UPDATE, "c", "{'c':1}", "{'c':3}", "{'c':2}", TRIAL_KEPT },
    { "a person is asked", DWR_UPDATE, "m", "{'m':1}", "{'m':3}", "{'m':2}", TRIAL_SHOWN },
    { "provisionally the client's", DWR_UPDATE, "p", "{'p':1}", "{'p':3}", "{'p':2}", TRIAL_KEPT },
    { "both texts", DWR_UPDATE, "t", "{'t':'a'}", "{'t':'a\\nb'}", "{'t':'a\\nc'}", TRIAL_MERGED },
    { "the client took lines away, the server changed them", DWR_UPDATE, "t", "{'t':'a\\nb'}",
      "{'t':'a\\nc'}", "{'t':null}", TRIAL_REPORTED },
    { "arrays as sets", DWR_UPDATE, "u", "{'u':[1]}", "{'u':[1,2]}", "{'u':[1,3]}", TRIAL_MERGED },
    { "added up", DWR_UPDATE, "n", "{'n':1}", "{'n':2}", "{'n':3}", TRIAL_MERGED },
    { "the larger is the client's", DWR_UPDATE, "x", "{'x':1}", "{'x':2}", "{'x':3}", TRIAL_KEPT },
    { "the larger is the server's", DWR_UPDATE, "x", "{'x':1}", "{'x':3}", "{'x':2}",
      TRIAL_REPORTED },
    { "refused", DWR_UPDATE, "i", "{'i':1}", "{'i':1}", "{'i':2}", TRIAL_REPORTED },
    { "the sync layer's own", DWR_UPDATE, "seen", "{'seen':1}", "{'seen':1}", "{'seen':2}",
      TRIAL_KEPT },
    { "deleted meanwhile: in the audit record", DWR_UPDATE, "c", "{'c':1}",
      "{'_deleted':true,'c':1}", "{'c':2}", TRIAL_REPORTED },
    { "a delete writes nothing", DWR_DELETE, "c", "{'c':1}", "{'c':1}", "{'c':2}", TRIAL_KEPT },
    { "base unknown: compared with the server", DWR_UPDATE, "s", NULL, "{'s':1}", "{'s':1}",
      TRIAL_KEPT },
    { "base unknown: the server's stands", DWR_UPDATE, "s", NULL, "{'s':1}", "{'s':2}",
      TRIAL_REPORTED },
    { "an insert that is there: base is not looked at", DWR_INSERT, "s", "{'s':2}", "{'s':1}",
      "{'s':2}", TRIAL_REPORTED },
    { "a row added", DWR_UPDATE, "rows", "{'rows':[]}", "{'rows':[{'k':1}]}", "{'rows':[{'k':2}]}",
      TRIAL_KEPT },
    { "a row of both", DWR_UPDATE, "rows", "{'rows':[]}", "{'rows':[{'k':1,'q':1}]}",
      "{'rows':[{'k':1,'q':2}]}", TRIAL_REPORTED },
    { "a row written otherwise is the same row", DWR_UPDATE, "rows", "{'rows':[]}",
      "{'rows':[{'k':1,'q':1}]}", "{'rows':[{'q':1.0,'k':1,'z':null,'idx':3}]}", TRIAL_KEPT },
    { "a row of which two are one", DWR_UPDATE, "rows", "{'rows':[{'k':1,'q':1}]}",
      "{'rows':[{'k':1,'q':2}]}", "{'rows':[{'k':1,'q':1},{'k':1,'q':1}]}", TRIAL_KEPT },
    { "the rows' sums", DWR_UPDATE, "sums", "{'sums':[]}", "{'sums':[{'k':1,'q':1}]}",
      "{'sums':[{'k':1,'q':2}]}", TRIAL_MERGED },
    { "a row that waits", DWR_UPDATE, "held", "{'m':1}", "{'m':2}", "{'held':[{'k':1}]}",
      TRIAL_SHOWN },
    { "the worst of the rows", DWR_UPDATE, "rows", "{'rows':[]}", "{'rows':[{'k':1,'q':1}]}",
      "{'rows':[{'k':2},{'k':1,'q':2},{'k':3}]}", TRIAL_REPORTED },
    { "no table: rejected", DWR_UPDATE, "rows", "{}", "{}", "{'rows':7}", TRIAL_REPORTED },
};

static uint16_t field_of(const struct dwr_doctype *d, const char *name)
{
    for (uint16_t i = 0; i < d->names.count; i++)
        if (is(d->names.v[i].name, name))
            return i;
    cr_assert_fail("no name '%s'", name);
    return DWR_NONE;
}

Test(trial, what_became_of_a_write, .init = open_bench, .fini = close_bench)
{
    const struct dwr_doctype *d = &rules_with(RULES "server_wins s;")->doctypes[0];

    for (size_t i = 0; i < sizeof fate_cases / sizeof *fate_cases; i++) {
        const struct fate_case *t = &fate_cases[i];
        const struct trial trial = { .doctype = d,
                                     .write = { .op = t->op,
                                                .base = json(t->base),
                                                .server = json(t->server),
                                                .client = json(t->client) } };
        struct trial_view view;
        struct dwr_result result;

        cr_assert_eq(trial_merge(&bench, &trial, &result), DWR_OK, "%s", t->says);
        cr_expect_eq(trial_fate(&bench, &trial, &result, field_of(d, t->field)), t->fate, "%s: %d",
                     t->says, trial_fate(&bench, &trial, &result, field_of(d, t->field)));
        view = trial_view_of(&bench, &arena, &trial.write, &result);
        cr_expect_eq(
            trial_fate_in(&bench, &trial, &result, &view, str(t->field), field_of(d, t->field)),
            t->fate, "%s, by a view", t->says);
        cr_expect_eq(bench.merges, i + 1);
    }
}

Test(trial, a_branch_shows_what_it_holds, .init = open_bench, .fini = close_bench)
{
    const struct dwr_doctype *d =
        &rules_with("strategy version_all; notify x when a changes;")->doctypes[0];
    const struct trial trial = { .doctype = d,
                                 .write = { .base = json("{'name':'N','a':1}"),
                                            .server = json("{'name':'N','a':2}"),
                                            .client = json("{'a':3}") } };
    struct dwr_result result;

    cr_assert_eq(trial_merge(&bench, &trial, &result), DWR_OK);
    cr_assert_eq(result.status, DWR_BRANCHED);
    cr_expect_eq(trial_fate(&bench, &trial, &result, field_of(d, "a")), TRIAL_SHOWN);
}

Test(trial, a_result_without_the_value_has_lost_it, .init = open_bench, .fini = close_bench)
{
    const struct dwr_doctype *d = &rules_with(RULES "server_wins s;")->doctypes[0];
    const struct trial trial = { .doctype = d,
                                 .write = { .base = json("{'s':1,'rows':[]}"),
                                            .server = json("{'s':2,'rows':[]}"),
                                            .client = json("{'s':3,'rows':[{'k':1}]}") } };
    /* What no rule set makes the resolver answer. */
    const struct dwr_result forgot = { .status = DWR_MERGED, .doc = json("{'s':2,'rows':[]}") };
    const struct dwr_report lie = {
        .field = text_of("s"), .outcome = DWR_OUTCOME_SERVER, .conflict = true, .client = json("4")
    };
    const struct dwr_result lied = { .doc = forgot.doc, .fields = &lie, .field_count = 1 };

    cr_expect_eq(trial_fate(&bench, &trial, &forgot, field_of(d, "s")), TRIAL_LOST);
    cr_expect_eq(trial_fate(&bench, &trial, &forgot, field_of(d, "rows")), TRIAL_LOST);
    cr_expect_eq(trial_fate(&bench, &trial, &lied, field_of(d, "s")), TRIAL_LOST);
}

Test(trial, what_is_no_document_is_refused, .init = open_bench, .fini = close_bench)
{
    const struct trial trial = { .doctype = &rules_with(RULES)->doctypes[0],
                                 .write = { .client = json("{'a':") } };
    struct dwr_result result;

    cr_expect_eq(trial_merge(&bench, &trial, &result), DWR_INVALID_JSON);
}
