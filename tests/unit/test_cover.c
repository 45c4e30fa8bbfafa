/* test_cover.c - which conflict classes a DocType has, and of which a merge is (cover.h). */
#include <criterion/criterion.h>

#include "../../compiler/check.h"
#include "../../compiler/cover/cover.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"

static struct arena arena;
static struct ast_ruleset ast;
static struct diag diag;
static struct testrun_results results;

/* The coverage of `doctype "D" { BODY } TESTS` after its tests have run. */
static struct cover *cover_of(const char *body, const char *tests)
{
    static const struct parse_options options;
    struct testrun_options looked = { .observer = cover_see };
    const struct dwr_ruleset *rules;
    struct dwr_str text = arena_printf(&arena, "doctype \"D\" {\n%s\n}\n%s\n", body, tests);
    struct cover *cover;

    ast = (struct ast_ruleset){ .symbol_count = 0 };
    diag_init(&diag, &arena, &ast.sources);
    parse_text(&arena, &ast, &diag, "t.dwr", text.p, text.n, &options);
    check_rules(&arena, &ast, &diag);
    cr_assert_eq(diag.errors, 0, "%s: %.*s", text.p, diag.errors ? (int)diag.v[0]->text.n : 0,
                 diag.errors ? diag.v[0]->text.p : "");
    rules = plan_rules(&arena, &ast, &diag);
    cr_assert_not_null(rules);
    cover = cover_open(&arena, &ast, rules);
    cr_assert_not_null(cover);
    looked.observer_context = cover;
    results = testrun_with(&arena, &ast, rules, &looked);
    cover_finish(cover, NULL);
    cover_close(cover);
    return cover;
}

static void clear(void)
{
    arena_clear(&arena);
}

/* "status: server only, both same; document: retry", of all classes or of those tests try. */
static const char *classes(const struct cover *cover, bool all)
{
    const struct cover_type *type = &cover->types[0];
    struct out_memory m;
    struct dwr_str last = { "", 0 };
    bool first = true;

    out_memory_begin(&m, &arena);
    for (uint32_t i = 0; i < type->count; i++) {
        const struct dwr_str part = cover_part_text(&arena, type, &type->v[i]);
        const char *text = cover_kind_text((enum cover_kind)type->v[i].kind);

        if ((!all && type->v[i].tests == 0) || type->v[i].kind == COVER_RETRY)
            continue;
        if (part.n != last.n || memcmp(part.p, last.p, part.n) != 0) {
            if (!first)
                out_lit(&m.out, "; ");
            out_str(&m.out, part);
            out_lit(&m.out, ": ");
        } else {
            out_lit(&m.out, ", ");
        }
        out_bytes(&m.out, text, strlen(text));
        last = part;
        first = false;
    }
    out_char(&m.out, '\0');
    return out_memory_bytes(&m).p;
}

/* --- which there are --- */

#define FIELDS "other fields: server only, client only, both same, both differ; "
#define DELETABLE "document: insert, delete against update, update against delete"

static const struct there_case {
    const char *body, *classes;
} there_cases[] = {
    { "strategy server_wins;",
      "fields: server only, client only, both same, both differ, one field each; " DELETABLE },
    { "strategy client_wins;",
      "fields: server only, client only, both same, both differ; " DELETABLE },
    { "strategy last_write_wins;",
      "fields: server only, client only, both same, both differ, server's kept, both differ, "
      "client's kept; " DELETABLE },
    { "strategy append_only;",
      "fields: server only, client only, first value, both same, both differ; document: insert, "
      "insert under a taken name, delete against update, update against delete" },
    { "strategy version_all;",
      "fields: server only, client only, both same, both differ, one field each; " DELETABLE },
    { "strategy field_level; server_wins a; max b;",
      "a: server only, client only, both same, both differ; b: server only, client only, both "
      "same, both differ, server's kept, both differ, client's kept; " FIELDS DELETABLE },
    { "strategy field_level; client_wins together a, b;",
      "a + b: server only, client only, both same, both differ, one field each; " FIELDS
          DELETABLE },
    { "strategy field_level; server_wins a when server_role = \"x\"; first_write_wins a;",
      "a: server only, client only, both same, both differ, both differ, server's kept, both "
      "differ, client's kept; " FIELDS DELETABLE },
    { "strategy field_level; manual a { watch b; }",
      "a: server only, client only, both same, both differ, watched field changed; " FIELDS
          DELETABLE },
    { "strategy field_level; server_only docstatus;",
      "docstatus: server only, client only, both same, both differ; " FIELDS DELETABLE },
    { "strategy field_level; tombstone { allow_delete no; }", "fields: server only, client only, "
                                                              "both same, both differ; document: "
                                                              "insert, delete" },
    { "strategy field_level; tombstone { allow_delete no; soft_delete s = 1; }",
      "fields: server only, client only, both same, both differ; document: insert, delete, delete "
      "against update" },
    { "strategy field_level; child t { key id; }",
      FIELDS "t: row added by the server, row added by the client, row added by both, row edited "
             "by the server, row edited by the client, row edited alike by both, row edited by "
             "both, row removed by the server, row removed by the client, row edited by the "
             "client, removed by the server, repeated key, missing key; " DELETABLE },
    { "strategy field_level; child t { key id; order_by at; on_same_key last_write_wins; removes "
      "yes; hold when s changes; }",
      FIELDS "t: row added by the server, row added by the client, row added by both, row edited "
             "by the server, row edited by the client, row edited alike by both, row edited by "
             "both, server's kept, row edited by both, client's kept, row removed by the server, "
             "row removed by the client, row removed by the client, edited by the server, row "
             "edited by the client, removed by the server, repeated key, missing key, row "
             "held; " DELETABLE },
    { "strategy field_level; child t { key id; on_same_key sum(q); }",
      FIELDS "t: row added by the server, row added by the client, row added by both, row edited "
             "by the server, row edited by the client, row edited alike by both, row edited by "
             "both, row removed by the server, row removed by the client, row edited by the "
             "client, removed by the server, repeated key, missing key; t: q: server only, client "
             "only, both same, both differ; t: other members: server only, client only, both "
             "same, both differ; " DELETABLE },
    { "strategy field_level; lock when server.s = 1;",
      "fields: server only, client only, both same, both differ; lock: field refused, delete "
      "refused; " DELETABLE },
    { "strategy field_level; child t { key id; } lock when server.s = 1 except n;",
      FIELDS "t: row added by the server, row added by the client, row added by both, row edited "
             "by the server, row edited by the client, row edited alike by both, row edited by "
             "both, row removed by the server, row removed by the client, row edited by the "
             "client, removed by the server, repeated key, missing key; lock: field refused, row "
             "refused, excepted field written, delete refused; " DELETABLE },
};

Test(cover, which_classes_there_are, .fini = clear)
{
    for (size_t i = 0; i < sizeof there_cases / sizeof *there_cases; i++)
        cr_expect_str_eq(classes(cover_of(there_cases[i].body, ""), true), there_cases[i].classes,
                         "%s", there_cases[i].body);
}

/* --- of which a merge is --- */

static const struct merge_case {
    const char *body, *merge, *classes;
} merge_cases[] = {
    /* a unit of one field */
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":2} client {}",
      "a: server only" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":2} client {\"a\":1}",
      "a: server only" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":1.0} client {\"a\":3}",
      "a: client only" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":2} client {\"a\":2.0}",
      "a: both same" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":2} client {\"a\":3}",
      "a: both differ" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {} client {\"a\":3}",
      "a: both differ" },
    { "strategy field_level; server_wins a;", "base {\"a\":1} server {\"a\":1} client {\"a\":1}",
      "" },
    { "strategy field_level; server_wins a;", "base {} server {\"a\":\"\"} client {\"a\":null}",
      "" },
    /* no base */
    { "strategy field_level; server_wins a;", "server {} client {\"a\":3}", "a: client only" },
    { "strategy field_level; server_wins a;", "server {\"a\":1} client {\"a\":3}",
      "a: both differ" },
    { "strategy field_level; server_wins a;", "server {\"a\":1} client {\"a\":1}", "" },
    { "strategy field_level; server_wins a;", "base null; server {\"a\":1} client {\"a\":3}",
      "a: both differ" },
    /* the sync layer's own fields are none of these */
    { "strategy field_level; meta m;",
      "base {\"m\":1,\"_x\":1,\"name\":1} server {\"m\":2,\"_x\":2,\"name\":2} "
      "client {\"m\":3,\"_x\":3,\"name\":3}",
      "" },
    /* of several fields */
    { "strategy field_level; server_wins together a, b;",
      "base {\"a\":1,\"b\":1} server {\"a\":2,\"b\":1} client {\"b\":2}", "a + b: one field each" },
    { "strategy field_level; server_wins together a, b;",
      "base {\"a\":1,\"b\":1} server {\"a\":2,\"b\":1} client {\"a\":2,\"b\":2}",
      "a + b: one field each" },
    { "strategy field_level; server_wins together a, b, c;",
      "base {\"a\":1,\"b\":1,\"c\":1} server {\"a\":2,\"b\":2,\"c\":1} client {\"b\":3,\"c\":3}",
      "a + b + c: both differ, one field each" },
    { "strategy field_level; server_wins together a, b;",
      "base {\"a\":1,\"b\":1} server {\"a\":2,\"b\":2} client {\"a\":2}", "a + b: both same" },
    /* fields that the strategy decides */
    { "strategy field_level;", "base {\"x\":1,\"y\":1} server {\"x\":2,\"y\":1} client {\"y\":2}",
      "fields: server only, client only" },
    { "strategy server_wins;", "base {\"x\":1,\"y\":1} server {\"x\":2,\"y\":1} client {\"y\":2}",
      "fields: one field each" },
    { "strategy manual_resolve; client_wins a;",
      "base {\"x\":1,\"a\":1} server {\"x\":2,\"a\":1} client {\"a\":2}",
      "a: client only; other fields: server only" },
    { "strategy version_all;", "base {\"x\":1} server {\"x\":2} client {\"x\":3}",
      "fields: both differ" },
    /* rules that choose */
    { "strategy field_level; max a;", "base {\"a\":1} server {\"a\":2} client {\"a\":3}",
      "a: both differ, client's kept" },
    { "strategy field_level; max a;", "base {\"a\":1} server {\"a\":3} client {\"a\":2}",
      "a: both differ, server's kept" },
    { "strategy field_level; min a;", "base {\"a\":1} server {\"a\":3} client {\"a\":2}",
      "a: both differ, client's kept" },
    { "strategy field_level; first_write_wins a;", "base {\"a\":1} server {} client {\"a\":2}",
      "a: both differ, client's kept" },
    { "strategy last_write_wins;",
      "base {\"a\":1} server {\"a\":2} client {\"a\":3} client_ts \"2026-03-02\"; server_ts "
      "\"2026-03-01\";",
      "fields: both differ, client's kept" },
    { "strategy last_write_wins;", "base {\"a\":1} server {\"a\":2} client {\"a\":3}",
      "fields: both differ, server's kept" },
    { "strategy field_level; sum a;", "base {\"a\":1} server {\"a\":2} client {\"a\":2}",
      "a: both same" },
    /* what the rule cannot decide, server_wins does: not its class */
    { "strategy field_level; sum a;", "base {\"a\":1} server {\"a\":\"x\"} client {\"a\":2}", "" },
    /* writes that are refused without a conflict of two sides */
    { "strategy server_only;", "base {\"a\":1} server {\"a\":1} client {\"a\":2}",
      "fields: client only" },
    { "strategy append_only;", "base {\"a\":1} server {\"a\":1} client {\"a\":2}",
      "fields: client only" },
    { "strategy append_only;", "base {} server {} client {\"a\":2}", "fields: first value" },
    { "strategy append_only;", "base {\"a\":1} server {\"a\":2} client {\"a\":3}",
      "fields: both differ" },
    /* guards: the rule that decided */
    { "strategy field_level; server_wins a when server_role = \"x\"; max a;",
      "base {\"a\":1} server {\"a\":2} client {\"a\":3} server_role \"x\";", "a: both differ" },
    { "strategy field_level; server_wins a when server_role = \"x\"; max a;",
      "base {\"a\":1} server {\"a\":2} client {\"a\":3}", "a: both differ, client's kept" },
    /* watch */
    { "strategy field_level; manual a { watch b; }",
      "base {\"b\":1} server {\"b\":2} client {\"a\":3}",
      "a: watched field changed; other fields: server only" },
    { "strategy field_level; manual a { watch b; }",
      "base {\"a\":1,\"b\":1} server {\"a\":2,\"b\":1} client {\"a\":3}", "a: both differ" },
    /* locks */
    { "strategy field_level; client_wins n; lock when server.s = 1 except n;",
      "base {\"s\":1} server {\"s\":1} client {\"a\":3,\"n\":1}",
      "n: client only; lock: field refused, excepted field written" },
    { "strategy field_level; lock when server.s = 1;", "server {\"s\":1} op delete;",
      "lock: delete refused" },
    { "strategy field_level; child t { key id; } lock when server.s = 1;",
      "base {\"s\":1} server {\"s\":1} client {\"t\":[{\"id\":1}]}", "lock: row refused" },
    /* documents */
    { "strategy field_level;", "op insert; client {\"a\":1}", "document: insert" },
    { "strategy server_only;", "op insert; client {\"a\":1}", "document: insert" },
    { "strategy field_level;", "op insert; server {\"a\":1} client {\"a\":2}",
      "fields: both differ" },
    { "strategy append_only;", "op insert; server {\"a\":1} client {\"a\":2}",
      "document: insert under a taken name" },
    { "strategy field_level;", "base {\"a\":1} server {\"a\":1} op delete;", "" },
    { "strategy field_level;", "base {\"a\":1} server {\"a\":2} op delete;",
      "document: delete against update" },
    { "strategy field_level;", "server {\"a\":2} op delete;", "document: delete against update" },
    { "strategy field_level; tombstone { allow_delete no; }",
      "base {\"a\":1} server {\"a\":2} op delete;", "document: delete" },
    { "strategy field_level; tombstone { allow_delete no; soft_delete s = 1; }",
      "base {\"a\":1} server {\"a\":2} op delete;", "document: delete" },
    { "strategy field_level; tombstone { allow_delete no; soft_delete s = 1; }",
      "base {\"s\":3} server {\"s\":2} op delete;", "document: delete against update" },
    { "strategy field_level;", "server {\"_deleted\":true,\"a\":2} client {\"a\":3}",
      "document: update against delete" },
    { "strategy field_level;", "server {\"_deleted\":true,\"a\":2} op delete;", "" },
    { "strategy field_level;", "client {\"a\":3}", "" },
};

Test(cover, of_which_class_a_merge_is, .fini = clear)
{
    for (size_t i = 0; i < sizeof merge_cases / sizeof *merge_cases; i++) {
        const struct merge_case *t = &merge_cases[i];
        const struct cover *cover = cover_of(
            t->body,
            arena_printf(&arena, "test \"t\" for \"D\" { %s expect no notification; }", t->merge)
                .p);

        cr_expect_str_eq(classes(cover, false), t->classes, "%s | %s", t->body, t->merge);
    }
}

/* Rows: base, server and client of table t, key id. */
static const struct row_case {
    const char *form, *base, *server, *client, *classes;
} row_cases[] = {
    { "", "", "{\"id\":1}", "", "t: row added by the server" },
    { "", "", "", "{\"id\":1}", "t: row added by the client" },
    { "", "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "t: row added by both" },
    { "", "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":1}", "" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "{\"id\":1,\"q\":1}",
      "t: row edited by the server" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":1,\"idx\":2}", "{\"id\":1,\"q\":2}",
      "t: row edited by the client" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "{\"id\":1,\"q\":2}",
      "t: row edited alike by both" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "{\"id\":1,\"q\":3}",
      "t: row edited by both" },
    { "", "{\"id\":1,\"q\":1}", "", "{\"id\":1,\"q\":1}", "t: row removed by the server" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":1}", "", "t: row removed by the client" },
    { "", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "", "t: row removed by the client" },
    { "removes yes;", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}", "",
      "t: row removed by the client, edited by the server" },
    { "", "{\"id\":1,\"q\":1}", "", "{\"id\":1,\"q\":2}",
      "t: row edited by the client, removed by the server" },
    { "", "", "", "{\"q\":2}", "t: missing key" },
    { "", "", "", "{\"id\":1,\"q\":2},{\"id\":1,\"q\":3}", "t: repeated key" },
    { "", "", "{\"id\":1},{\"id\":1.0}", "", "t: repeated key" },
    { "hold when client.s = 1;", "", "", "{\"id\":1}", "t: row held" },
    { "order_by at; on_same_key first_write_wins;", "{\"id\":1,\"at\":5}", "{\"id\":1,\"at\":4}",
      "{\"id\":1,\"at\":3}", "t: row edited by both, client's kept" },
    { "order_by at; on_same_key first_write_wins;", "{\"id\":1,\"at\":5}", "{\"id\":1,\"at\":2}",
      "{\"id\":1,\"at\":3}", "t: row edited by both, server's kept" },
    { "on_same_key sum(q);", "{\"id\":1,\"q\":1}", "{\"id\":1,\"q\":2}",
      "{\"id\":1,\"q\":4,\"n\":1}",
      "t: row edited by both; t: q: both differ; t: other members: "
      "client only" },
    { "on_same_key fields { max q; client_wins together a, b; }", "{\"id\":1,\"q\":1}",
      "{\"id\":1,\"q\":3,\"a\":1}", "{\"id\":1,\"q\":2,\"b\":1}",
      "t: row edited by both; t: q: both differ, server's kept; t: a + b: one field each" },
    { "on_same_key fields { immutable i; server_only o; }", "{\"id\":1,\"o\":1}",
      "{\"id\":1,\"o\":1}", "{\"id\":1,\"i\":2,\"o\":2}",
      "t: row edited by the client; t: i: first value; t: o: client only" },
};

Test(cover, of_which_class_a_row_is, .fini = clear)
{
    for (size_t i = 0; i < sizeof row_cases / sizeof *row_cases; i++) {
        const struct row_case *t = &row_cases[i];
        const char *body =
            arena_printf(&arena, "strategy field_level; child t { key id; %s }", t->form).p;
        const char *merge =
            arena_printf(
                &arena,
                "test \"t\" for \"D\" { base {\"s\":1,\"t\":[%s]} "
                "server {\"s\":1,\"t\":[%s]} client {\"t\":[%s]} expect no notification; }",
                t->base, t->server, t->client)
                .p;

        cr_expect_str_eq(classes(cover_of(body, merge), false), t->classes, "%s | %s", t->form,
                         merge);
    }
}

/* --- retry --- */

Test(cover, a_write_is_tried_again_on_its_result, .fini = clear)
{
    static const char *const merges[] = {
        "base {\"a\":1} server {\"a\":2} client {\"a\":3,\"n\":\"x\\ny\",\"t\":[{\"id\":1}]}",
        "server {\"n\":\"y\"} client {\"n\":\"x\"}",
        "op insert; client {\"a\":1}",
        "server {\"a\":1} op delete;",
        "server {\"_deleted\":true,\"a\":1} op undelete; client {}",
        "base {\"m\":1} server {\"m\":2} client {\"m\":3}",
    };
    static const char body[] = "strategy field_level; merge_text n; sum q; child t { key id; } "
                               "manual m { provisional client; set s = 1; } "
                               "notify conflict;";

    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        const char *test =
            arena_printf(&arena, "test \"t\" for \"D\" { %s expect conflict q; }", merges[i]).p;
        const struct cover *cover = cover_of(body, test);
        const struct cover_type *type = &cover->types[0];

        cr_expect_eq(type->v[type->count - 1].kind, COVER_RETRY);
        cr_expect_eq(type->v[type->count - 1].tests, 1, "%s", merges[i]);
        cr_expect_null(results.v[0].problems->next, "%s: %.*s", merges[i],
                       (int)results.v[0].problems->next->what.n,
                       results.v[0].problems->next->what.p);
    }
}

Test(cover, a_rejected_write_is_no_retry, .fini = clear)
{
    const struct cover *cover =
        cover_of("strategy field_level;", "test \"t\" for \"D\" { client {\"a\":1} expect "
                                          "rejected; }");

    cr_expect_eq(cover->types[0].v[cover->types[0].count - 1].tests, 0);
    cr_expect_eq(results.failed, 0);
}

/* What broke is said as a problem of the test. No rules do this, so the second merge is another
 * rule set's. */
Test(cover, what_a_retry_changes_is_found, .fini = clear)
{
    struct cover *cover = cover_of("strategy field_level; sum a;", "");
    const struct cover *wins = cover_of("strategy client_wins;", "");
    struct dwr_write write = { .base = { "{\"a\":1}", 7 },
                               .server = { "{\"a\":2}", 7 },
                               .client = { "{\"a\":4}", 7 } };
    struct dwr_result result;
    struct dwr_scratch *scratch = dwr_scratch_new();
    struct cover_retry found;

    cover = cover_open(&arena, wins->ast, wins->rules);
    cr_assert_eq(dwr_merge(&wins->rules->doctypes[0], &write, scratch, &result), DWR_OK);
    cr_expect(cover_retry(cover, &wins->rules->doctypes[0], &write, &result, &found));
    result.doc = (struct dwr_text){ "{\"a\":9}", 7 }; /* as if the first merge had ended so */
    cr_expect_not(cover_retry(cover, &wins->rules->doctypes[0], &write, &result, &found));
    cr_expect(found.field.n == 1 && found.field.p[0] == 'a');
    cr_expect(found.once.n == 1 && found.once.p[0] == '9');
    cr_expect(found.twice.n == 1 && found.twice.p[0] == '4');
    cover_close(cover);
    dwr_scratch_free(scratch);
}
