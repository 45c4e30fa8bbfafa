/* test_testrun.c - `test` blocks: which pass, which fail, and what is said of those. */
#include <criterion/criterion.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "../../compiler/testrun.h"

static struct arena arena;
static struct ast_ruleset ast;
static struct diag diag;

#define RULES                                                                                      \
    "doctype \"Note\" {\n"                                                                         \
    " strategy field_level;\n"                                                                     \
    " client_wins text;\n"                                                                         \
    " notify conflict;\n"                                                                          \
    " notify moved when folder changes;\n"                                                         \
    " child rows { key id; on_same_key client_wins; }\n"                                           \
    " tombstone { allow_delete no; }\n"                                                            \
    "}\n"                                                                                          \
    "doctype \"Drawing\" { strategy version_all; }\n"

#define DOCS                                                                                           \
    " base { \"text\": \"a\", \"folder\": \"in\", \"n\": 1, \"rows\": [{\"id\": 1, \"q\": 1}] }\n"     \
    " server { \"text\": \"b\", \"folder\": \"done\", \"n\": 1, \"rows\": [{\"id\": 1, \"q\": 2}] }\n" \
    " client { \"text\": \"c\", \"folder\": \"later\", \"rows\": [{\"id\": 1, \"q\": 3, \"x\": null}] }\n"

static struct testrun_results run(const char *expectations, const char *for_what)
{
    static const struct parse_options options;
    const struct dwr_ruleset *rules;
    struct dwr_str text;

    ast = (struct ast_ruleset){ .symbol_count = 0 };
    diag_init(&diag, &arena, &ast.sources);
    text = arena_printf(&arena, "%stest \"the <title>\" for \"%s\" {\n%s}\n", RULES, for_what,
                        expectations);
    parse_text(&arena, &ast, &diag, "t.dwr", text.p, text.n, &options);
    check_rules(&arena, &ast, &diag);
    cr_assert_eq(diag.errors, 0, "%s: %.*s", expectations, diag.errors ? (int)diag.v[0]->text.n : 0,
                 diag.errors ? diag.v[0]->text.p : "");
    rules = plan_rules(&arena, &ast, &diag);
    cr_assert_not_null(rules);
    return testrun(&arena, &ast, rules, NULL, NULL);
}

static void clear(void)
{
    arena_clear(&arena);
}

static bool is(struct dwr_str s, const char *expected)
{
    return expected ? s.n == strlen(expected) && memcmp(s.p, expected, s.n) == 0 : s.p == NULL;
}

/* What passes: problem NULL. Else the first thing that is not as expected. */
static const struct expect_case {
    const char *expect, *what, *expected, *got, *decided;
} expect_cases[] = {
    { "expect merged;", NULL, NULL, NULL, NULL },
    { "expect success;", "status", "success", "merged", "" },
    { "expect merged { \"text\": \"c\", \"folder\": \"done\" }", NULL, NULL, NULL, NULL },
    { "expect merged { \"n\": 1.0 }", NULL, NULL, NULL, NULL },
    { "expect merged { \"unheard_of\": null }", NULL, NULL, NULL, NULL },
    { "expect merged { \"unheard_of\": \"\" }", NULL, NULL, NULL, NULL },
    { "expect merged { \"folder\": \"later\" }", "field 'folder'", "\"later\"", "\"done\"",
      "t.dwr:2 (folder: server, conflict)" },
    { "expect merged { \"nothing\": 1 }", "field 'nothing'", "1", "nothing", NULL },
    { "expect merged { \"rows\": [{\"q\": 3.0, \"id\": 1}] }", NULL, NULL, NULL, NULL },
    { "expect merged { \"rows\": [{\"q\": 3, \"id\": 1, \"y\": \"\"}] }", NULL, NULL, NULL, NULL },
    { "expect merged { \"rows\": [{\"q\": 2, \"id\": 1}] }", "member 'q' of rows[1]", "2", "3",
      "t.dwr:6 (rows[1]: client, conflict)" },
    { "expect merged { \"rows\": [{\"q\": 3, \"id\": 1, \"y\": 5}] }", "member 'y' of rows[1]", "5",
      "nothing", "t.dwr:6 (rows[1]: client, conflict)" },
    { "expect merged { \"rows\": [{\"id\": 1}] }", "member 'q' of rows[1]", "nothing", "3",
      "t.dwr:6 (rows[1]: client, conflict)" },
    { "expect merged { \"rows\": [{\"q\": 3}] }", "member 'id' of rows[#0]", "nothing", "1", NULL },
    { "expect merged { \"rows\": [{\"id\": 7, \"q\": 1}, {\"q\": 3, \"id\": 1}] }", "row rows[7]",
      "{\"id\":7,\"q\":1}", "nothing", NULL },
    { "expect merged { \"rows\": [1] }", "field 'rows'", "[1]", "",
      "t.dwr:6 (rows[1]: client, conflict)" },
    { "expect merged { \"rows\": [] }", "field 'rows'", "[]", "",
      "t.dwr:6 (rows[1]: client, conflict)" },
    { "expect outcome text client;", NULL, NULL, NULL, NULL },
    { "expect outcome text server;", "outcome of 'text'", "server", "client",
      "t.dwr:3 (text: client, conflict)" },
    { "expect outcome n client;", "outcome of 'n'", "client", "no report", NULL },
    { "expect outcome rows[\"1\"] client;", NULL, NULL, NULL, NULL },
    { "expect outcome rows[\"2\"] client;", "outcome of 'rows[2]'", "client", "no report", NULL },
    { "expect conflict folder;", NULL, NULL, NULL, NULL },
    { "expect conflict rows;", NULL, NULL, NULL, NULL },
    { "expect conflict rows[\"1\"];", NULL, NULL, NULL, NULL },
    { "expect conflict n;", "'n'", "a conflict", "no report", NULL },
    { "expect no conflict n;", NULL, NULL, NULL, NULL },
    { "expect no conflict;", "'text'", "no conflict", "a conflict",
      "t.dwr:3 (text: client, conflict)" },
    { "expect no conflict folder;", "'folder'", "no conflict", "a conflict",
      "t.dwr:2 (folder: server, conflict)" },
    { "expect notification moved;", NULL, NULL, NULL, NULL },
    { "expect notification branch_created;", "notification", "branch_created", "", NULL },
    { "expect no notification branch_created;", NULL, NULL, NULL, NULL },
    { "expect no notification moved;", "notification", "no moved", "", NULL },
    { "expect no notification;", "notification", "none", "", NULL },
    { "expect branch { \"text\": \"c\" }", "branch", "a branch", "none", NULL },
    { "expect code DELETED;", "code", "DELETED", "no code", NULL },
    { "op delete; expect rejected; expect code DELETE_NOT_ALLOWED;", NULL, NULL, NULL, NULL },
    { "op delete; expect code DELETED;", "code", "DELETED", "DELETE_NOT_ALLOWED", "t.dwr:7" },
    { "op delete; expect merged;", "status", "merged", "rejected (DELETE_NOT_ALLOWED)", "t.dwr:7" },
};

/* "": not of interest. */
static void expect_is(const struct expect_case *t, const char *part, struct dwr_str got,
                      const char *expected)
{
    if (expected && *expected == '\0')
        return;
    cr_expect(is(got, expected), "%s: %s is '%.*s', not '%s'", t->expect, part, (int)got.n,
              got.p ? got.p : "", expected ? expected : "(absent)");
}

Test(testrun, expectations, .fini = clear)
{
    for (size_t i = 0; i < sizeof expect_cases / sizeof *expect_cases; i++) {
        const struct expect_case *t = &expect_cases[i];
        const struct testrun_results r =
            run(arena_printf(&arena, DOCS " %s\n", t->expect).p, "Note");
        const struct testrun_problem *p = r.v[0].problems;

        cr_assert_eq(r.count, 1);
        cr_expect_eq(r.failed, t->what != NULL, "%s", t->expect);
        cr_assert_eq(p != NULL, t->what != NULL, "%s: %s", t->expect, p ? p->what.p : "passed");
        if (!p)
            continue;
        expect_is(t, "what", p->what, t->what);
        expect_is(t, "expected", p->expected, t->expected);
        expect_is(t, "got", p->got, t->got);
        expect_is(t, "decided", p->decided, t->decided);
    }
}

Test(testrun, every_problem_of_a_test_is_kept_in_order, .fini = clear)
{
    const struct testrun_results r =
        run(DOCS " expect success { \"folder\": 1, \"text\": 2 } expect no notification;", "Note");
    const struct testrun_problem *p = r.v[0].problems;

    cr_assert_eq(r.failed, 1);
    cr_assert(p && p->next && p->next->next && p->next->next->next);
    cr_expect(is(p->what, "status"));
    cr_expect(is(p->next->what, "field 'folder'"));
    cr_expect(is(p->next->next->what, "field 'text'"));
    cr_expect(is(p->next->next->next->what, "notification"));
    cr_expect_null(p->next->next->next->next);
}

Test(testrun, a_branch_is_looked_into, .fini = clear)
{
    struct testrun_results r =
        run(DOCS " expect branched; expect branch { \"text\": \"c\" }", "Drawing");

    cr_expect_eq(r.failed, 0, "%s", r.v[0].problems ? r.v[0].problems->what.p : "");
    r = run(DOCS " expect branch { \"text\": \"b\" }", "Drawing");
    cr_assert_eq(r.failed, 1);
    cr_expect(is(r.v[0].problems->got, "\"c\""));
}

/* --- formats --- */

typedef void show(struct out *, struct arena *, struct sources *, const struct testrun_results *);

static const char *shown(show *as, const struct testrun_results *r)
{
    struct out_memory m;

    out_memory_begin(&m, &arena);
    as(&m.out, &arena, &ast.sources, r);
    out_char(&m.out, '\0');
    return out_memory_bytes(&m).p;
}

Test(testrun, a_failure_as_text_json_and_junit, .fini = clear)
{
    const struct testrun_results r = run(DOCS " expect merged { \"folder\": \"a<b\" }\n", "Note");

    cr_expect_str_eq(shown(testrun_text, &r), "t.dwr:10: failed: \"the <title>\" for \"Note\"\n"
                                              "  t.dwr:14: field 'folder'\n"
                                              "    expected  \"a<b\"\n"
                                              "    got       \"done\"\n"
                                              "    decided   t.dwr:2 (folder: server, conflict)\n"
                                              "1 test, 1 failed\n");
    cr_expect_str_eq(
        shown(testrun_json, &r),
        "{\"format_version\":1,\"command\":\"test\",\"counts\":{\"tests\":1,\"failed\":1},\"results\":[{"
        "\"title\":\"the <title>\",\"doctype\":\"Note\",\"file\":\"t.dwr\",\"line\":10,"
        "\"status\":\"failed\",\"problems\":[{\"file\":\"t.dwr\",\"line\":14,"
        "\"what\":\"field 'folder'\",\"expected\":\"\\\"a<b\\\"\","
        "\"got\":\"\\\"done\\\"\",\"decided\":\"t.dwr:2 (folder: server, conflict)\"}]}]}\n");
    cr_expect_str_eq(
        shown(testrun_junit, &r),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites tests=\"1\" failures=\"1\" errors=\"0\">\n"
        "  <testsuite name=\"dwrc test\" tests=\"1\" failures=\"1\" errors=\"0\">\n"
        "    <testcase classname=\"Note\" name=\"the &lt;title&gt;\" file=\"t.dwr\" line=\"10\">\n"
        "      <failure message=\"field 'folder': expected &quot;a&lt;b&quot;, got &quot;done&quot;\">"
        "t.dwr:14: field 'folder'&#10;    expected  &quot;a&lt;b&quot;&#10;    got       &quot;done&quot;&#10;"
        "    decided   t.dwr:2 (folder: server, conflict)&#10;</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

Test(testrun, what_passes_is_counted, .fini = clear)
{
    const struct testrun_results r = run(DOCS " expect merged;\n", "Note");

    cr_expect_str_eq(shown(testrun_text, &r), "1 test, 0 failed\n");
    cr_expect_not_null(strstr(shown(testrun_json, &r), "\"status\":\"passed\",\"problems\":[]}]}"));
    cr_expect_not_null(strstr(shown(testrun_junit, &r), "line=\"10\"/>\n"));
}
