/* test_lint.c - what lint finds in rules that are sound and lose something, and what it leaves
 * alone; each scenario is merged again by the resolver and must end as the finding says. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../compiler/check.h"
#include "../../compiler/lint/lint_parts.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "dwr.h"

/* --- a run --- */

struct run {
    struct arena arena;
    struct ast_ruleset ast;
    struct diag diag;
    struct sources sources;
    struct diag schema_diag;
    struct schemas schemas;
    const struct dwr_ruleset *rules;
};

static void lint_text(struct run *r, const char *rules, const char *schema, bool whole)
{
    const struct parse_options options = { .keep_tokens = false };

    *r = (struct run){ .rules = NULL };
    diag_init(&r->diag, &r->arena, &r->ast.sources);
    parse_text(&r->arena, &r->ast, &r->diag, "test.dwr", rules, strlen(rules), &options);
    check_rules(&r->arena, &r->ast, &r->diag);
    cr_assert_eq(r->diag.errors, 0, "the rules of this test are sound: %s", rules);
    r->rules = plan_rules(&r->arena, &r->ast, &r->diag);
    cr_assert_not_null(r->rules);
    diag_init(&r->schema_diag, &r->arena, &r->sources);
    if (schema)
        schema_read_text(&r->arena, &r->schemas, &r->sources, &r->schema_diag, "d.json", schema,
                         strlen(schema));
    cr_assert_eq(r->schema_diag.count, 0, "the schema of this test is sound: %s", schema);
    lint_rules(&r->arena, &r->ast, r->rules, schema ? &r->schemas : NULL, whole, &r->diag);
    diag_sort(&r->diag);
}

/* "2001@3 notes, 2006@5 visit_time" */
static struct dwr_str found(struct run *r)
{
    struct dwr_str all = arena_printf(&r->arena, "%s", "");

    for (uint32_t i = 0; i < r->diag.count; i++) {
        const struct diag_finding *f = r->diag.v[i];
        struct source *source = &r->ast.sources.v[f->span.source];

        all = arena_printf(&r->arena, "%.*s%s%d@%u%s%.*s", (int)all.n, all.p, i > 0 ? ", " : "",
                           (int)f->code, source_position(&r->arena, source, f->span.begin).line,
                           f->field.n > 0 ? " " : "", (int)f->field.n, f->field.p);
    }
    return all;
}

/* --- a scenario says what the resolver does --- */

static bool stands_in(struct dwr_text text, struct dwr_str wanted)
{
    for (size_t i = 0; text.p && i + wanted.n <= text.n; i++)
        if (memcmp(text.p + i, wanted.p, wanted.n) == 0)
            return true;
    return false;
}

/* The value of a field or of the rows of a table. */
static struct dwr_text value_of(struct arena *arena, struct dwr_text doc, struct dwr_str label)
{
    const char *bracket = memchr(label.p, '[', label.n);
    const size_t n = bracket ? (size_t)(bracket - label.p) : label.n;

    return trial_member(arena, doc, (struct dwr_str){ label.p, n });
}

static void scenario_is_true(struct run *r, const struct diag_finding *f, const char *says)
{
    const struct diag_scenario *s = f->scenario;
    struct dwr_scratch *scratch = dwr_scratch_new();
    struct dwr_request request;
    struct dwr_result result;

    cr_assert_eq(dwr_request_read(r->rules, (struct dwr_text){ s->request.p, s->request.n },
                                  scratch, &request),
                 DWR_OK, "%s: %.*s", says, (int)s->request.n, s->request.p);
    cr_assert_eq(dwr_request_merge(&request, scratch, &result), DWR_OK, "%s", says);
    cr_expect(result.doc.n == s->result.n &&
                  (result.doc.n == 0 || memcmp(result.doc.p, s->result.p, result.doc.n) == 0),
              "%s: %.*s", says, (int)result.doc.n, result.doc.p);
    cr_expect(s->story.n > 0, "%s", says);
    cr_expect(s->gone, "%s: something is gone", says);
    for (const struct diag_fate *fate = s->gone; fate; fate = fate->next)
        cr_expect_not(result.doc.p &&
                          stands_in(value_of(&r->arena, result.doc, fate->field), fate->value),
                      "%s: %.*s is not gone", says, (int)fate->field.n, fate->field.p);
    for (const struct diag_fate *fate = s->kept; fate; fate = fate->next)
        cr_expect(stands_in(value_of(&r->arena, result.doc, fate->field), fate->value),
                  "%s: %.*s is not kept", says, (int)fate->field.n, fate->field.p);
    dwr_scratch_free(scratch);
}

/* --- tables of cases --- */

struct lint_row_case {
    const char *says;
    const char *body;   /* of doctype "Job", whose first line is line 2 */
    const char *fields; /* of its schema; NULL: none */
    const char *found;
};

#define FIELD(name, type) "{\"fieldname\":\"" name "\",\"fieldtype\":\"" type "\"}"
#define WITH(name, type, more) "{\"fieldname\":\"" name "\",\"fieldtype\":\"" type "\"," more "}"

static void run_cases(const struct lint_row_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char rules[4096], schema[4096];
        struct run r;
        struct dwr_str got;

        snprintf(rules, sizeof rules, "doctype \"Job\" {\n%s\n}\n", cases[i].body);
        if (cases[i].fields)
            snprintf(schema, sizeof schema,
                     "{\"doctype\":\"DocType\",\"name\":\"Job\",\"fields\":[%s]}", cases[i].fields);
        lint_text(&r, rules, cases[i].fields ? schema : NULL, false);
        got = found(&r);
        cr_expect_str_eq(got.p, cases[i].found, "%s: %s", cases[i].says, got.p);
        for (uint32_t k = 0; k < r.diag.count; k++)
            if (r.diag.v[k]->scenario)
                scenario_is_true(&r, r.diag.v[k], cases[i].says);
        arena_clear(&r.arena);
    }
}

#define RUN(cases) run_cases(cases, sizeof(cases) / sizeof *(cases))

Test(lint, typed_text_that_is_discarded)
{
    static const struct lint_row_case cases[] = {
        { "the server's text stands", "strategy client_wins; server_wins notes;", NULL,
          "2001@2 notes" },
        { "the first to write", "strategy client_wins; first_write_wins completionNotes;", NULL,
          "2001@2 completionNotes" },
        { "the greater of two texts", "strategy client_wins; max customer_feedback;", NULL,
          "2001@2 customer_feedback" },
        { "the smaller of two texts", "strategy client_wins; min remarks_2;", NULL,
          "2001@2 remarks_2" },
        { "in a unit with others", "strategy client_wins; server_wins together status, notes;",
          NULL, "2001@2 notes" },
        { "under a guard",
          "strategy client_wins;\nserver_wins notes when server_role = \"boss\";\n"
          "merge_text notes;",
          NULL, "2001@3 notes" },
        { "the last of guarded rules",
          "strategy client_wins;\n"
          "merge_text notes when server.status != \"closed\";\nserver_wins notes;",
          NULL, "2001@4 notes" },
        { "by the clock", "strategy client_wins; last_write_wins description;", NULL,
          "2003@2 description" },
        { "by the strategy, as the schema knows", "strategy server_wins;", FIELD("story", "Text"),
          "2001@2 story" },
        { "by the strategy's clock", "strategy last_write_wins;", FIELD("story", "Long Text"),
          "2003@2 story" },
        { "by otherwise", "strategy field_level;\notherwise first_write_wins;",
          FIELD("story", "Text Editor"), "2001@3 story" },
        { "both texts are kept", "strategy client_wins; merge_text notes;", NULL, "" },
        { "a person is asked", "strategy client_wins; manual notes;", NULL, "" },
        { "whoever is offline is the author", "strategy client_wins; client_wins notes;", NULL,
          "" },
        { "not the client's to write", "strategy server_only; server_only notes;", NULL, "" },
        { "written once", "strategy append_only; immutable notes;", NULL, "" },
        { "no text, by its name", "strategy client_wins; server_wins notes_count, commented_by;",
          NULL, "" },
        { "no text, by the schema", "strategy client_wins; server_wins summary;",
          FIELD("summary", "Currency"), "" },
        { "shown to people, typed by nobody", "strategy client_wins; server_wins summary;",
          WITH("summary", "Small Text", "\"read_only\":1"), "" },
        { "devices do not write it",
          "strategy server_wins; server_wins notes;\n"
          "offline create no, update no, delete no;",
          NULL, "" },
        { "every version is kept", "strategy version_all;", FIELD("story", "Text"), "" },
        { "a person decides about all of it", "strategy manual_resolve;", FIELD("story", "Text"),
          "" },
    };

    RUN(cases);
}

Test(lint, attachments_that_are_discarded)
{
    static const struct lint_row_case cases[] = {
        { "the server's photos stand",
          "strategy client_wins; server_wins photos; tombstone { allow_delete no; }", NULL,
          "2002@2 photos" },
        { "a list of the client replaces the office's",
          "strategy client_wins; client_wins attachments; tombstone { allow_delete no; }", NULL,
          "2002@2 attachments" },
        { "by the clock",
          "strategy client_wins; last_write_wins signature; tombstone { allow_delete no; }", NULL,
          "2002@2 signature" },
        { "by the strategy", "strategy server_wins; tombstone { allow_delete no; }",
          FIELD("scan", "Attach Image"), "2002@2 scan" },
        { "drawn by the server", "strategy server_wins; tombstone { allow_delete no; }",
          WITH("barcode", "Attach Image", "\"read_only\":1"), "" },
        { "all are kept", "strategy client_wins; keep_both photos; tombstone { allow_delete no; }",
          NULL, "" },
        { "it is made on the device",
          "strategy client_wins; client_wins signature, photo; tombstone { allow_delete no; }",
          NULL, "" },
        { "how many there are is none", "strategy client_wins; server_wins photo_count;", NULL,
          "" },
    };

    RUN(cases);
}

Test(lint, deletes_that_beat_evidence)
{
    static const struct lint_row_case cases[] = {
        { "a photo", "strategy client_wins; keep_both photos;", NULL, "2005@1 photos" },
        { "a signature, where the delete is let through",
          "strategy client_wins; manual signature;\ntombstone {\ndelete_wins_over_update yes; }",
          NULL, "2005@4 signature" },
        { "a clock-in", "strategy server_wins; push_priority 3 when clock_in_time changes;", NULL,
          "2005@1 clock_in_time" },
        { "what the office put in, by a device that only deletes",
          "strategy server_wins; keep_both photos; offline create no, update no, delete yes;", NULL,
          "2005@1 photos" },
        { "the edit brings the document back",
          "strategy client_wins; keep_both photos; tombstone { delete_wins_over_update no; }", NULL,
          "" },
        { "nobody deletes it",
          "strategy client_wins; keep_both photos; tombstone { allow_delete no; }", NULL, "" },
        { "devices neither write nor delete it",
          "strategy client_wins; keep_both photos; offline create yes, update no, delete no;", NULL,
          "" },
        { "what is no evidence", "strategy client_wins; client_wins started_at, status;", NULL,
          "" },
    };

    RUN(cases);
}

Test(lint, dates_and_times_that_are_apart)
{
    static const struct lint_row_case cases[] = {
        { "a date and its time", "strategy client_wins; server_wins visit_date, visit_time;", NULL,
          "2006@2 visit_time" },
        { "a word that ends like it", "strategy client_wins; server_wins update_date, update_time;",
          NULL, "2006@2 update_time" },
        { "what the server sets", "strategy field_level;\notherwise server_wins;",
          WITH("visit_date", "Date", "\"read_only\":1") "," WITH("visit_time", "Time",
                                                                 "\"read_only\":1"),
          "" },
        { "of two rules", "strategy client_wins;\nserver_wins visitDate;\nclient_wins visitTime;",
          NULL, "2006@4 visitTime" },
        { "by the schema, with no rule", "strategy field_level;\notherwise server_wins;",
          FIELD("visit_date", "Date") "," FIELD("visit_time", "Time"), "2006@3 visit_time" },
        { "the length of a slot",
          "strategy client_wins;\nserver_wins together d_date, d_time;\nserver_wins duration;\n"
          "no_overlap by host from d_date + d_time for duration minutes;",
          NULL, "2006@4 duration" },
        { "the end of a slot", "strategy last_write_wins;\nno_overlap by room from starts to ends;",
          NULL, "2006@2 ends" },
        { "one unit", "strategy client_wins; server_wins together visit_date, visit_time;", NULL,
          "" },
        { "one decision anyway", "strategy server_wins;",
          FIELD("visit_date", "Date") "," FIELD("visit_time", "Time"), "" },
        { "not the client's to write", "strategy client_wins; server_only visit_date, visit_time;",
          NULL, "" },
        { "a moment beside a date", "strategy client_wins; server_wins visit_date, visit_time;",
          FIELD("visit_date", "Date") "," FIELD("visit_time", "Datetime"), "" },
        { "a date and another's time", "strategy client_wins; server_wins due_date, visit_time;",
          NULL, "" },
    };

    RUN(cases);
}

Test(lint, values_that_a_rule_cannot_mean)
{
    static const struct lint_row_case cases[] = {
        { "options by their letters", "strategy client_wins; max priority;",
          WITH("priority", "Select", "\"options\":\"Low\\nMedium\\nHigh\""), "2012@2 priority" },
        { "the lowest by their letters", "strategy client_wins; min priority;",
          WITH("priority", "Select", "\"options\":\"Low\\nHigh\""), "2012@2 priority" },
        { "ranks are said", "strategy client_wins; max priority ranked (\"Low\", \"High\");",
          WITH("priority", "Select", "\"options\":\"Low\\nHigh\""), "" },
        { "letters that say the same", "strategy client_wins; max grade;",
          WITH("grade", "Select", "\"options\":\"A\\nB\\nC\""), "" },
        { "a number", "strategy client_wins; max priority;", FIELD("priority", "Int"), "" },
        { "edits of keyed elements", "strategy client_wins; union tags { key code; }", NULL,
          "2013@2 tags" },
        { "both edits are kept", "strategy client_wins; keep_both tags { key code; }", NULL, "" },
        { "elements that are not edited", "strategy client_wins; union tags;", NULL, "" },
        { "an effect hangs on it",
          "strategy server_wins; client_wins status;\n"
          "effect bill when status becomes \"Done\" { create \"Invoice\"; }",
          NULL, "2014@2 status" },
        { "by the strategy, too",
          "strategy client_wins;\neffect bill when status becomes \"Done\" { create \"Invoice\"; }",
          NULL, "2014@2 status" },
        { "what the server computes", "strategy server_wins; client_wins total;",
          WITH("total", "Currency", "\"read_only\":1"), "2014@2 total" },
        { "the office decides",
          "strategy server_wins; effect bill when status becomes \"Done\" { create \"Invoice\"; }",
          NULL, "" },
        { "a guard that asks what the office set says when the client does",
          "strategy server_wins; client_wins status when server.status = \"Open\";\n"
          "server_wins status;\neffect bill when status becomes \"Done\" { create \"Invoice\"; }",
          NULL, "" },
        { "one that asks who the client is does not",
          "strategy server_wins; client_wins status when client_role = \"boss\";\n"
          "server_wins status;\neffect bill when status becomes \"Done\" { create \"Invoice\"; }",
          NULL, "2014@2 status" },
        { "what people edit", "strategy server_wins; client_wins total;",
          FIELD("total", "Currency"), "" },
    };

    RUN(cases);
}

Test(lint, rows_that_are_lost)
{
    static const struct lint_row_case cases[] = {
        { "a row that both changed", "strategy server_wins; child parts { key code; }", NULL,
          "2011@2 parts" },
        { "said", "strategy server_wins; child parts { key code; on_same_key server_wins; }", NULL,
          "" },
        { "rows that are only added", "strategy append_only; child parts { key code; }", NULL, "" },
        { "text in a row",
          "strategy server_wins;\nchild parts { key code; on_same_key fields { sum qty;\n"
          "server_wins remarks; } }",
          NULL, "2001@4 parts" },
        { "text in a row, by the clock",
          "strategy server_wins;\nchild parts { key code; on_same_key fields { sum qty;\n"
          "last_write_wins remarks; } }",
          NULL, "2003@4 parts" },
        { "photos in a row",
          "strategy server_wins;\nchild parts { key code; on_same_key fields {\n"
          "client_wins photos; } }",
          NULL, "2002@4 parts" },
        { "both texts of a row are kept",
          "strategy server_wins; child parts { key code; on_same_key fields { merge_text remarks; "
          "keep_both photos; } }",
          NULL, "" },
        { "messages out of order", "strategy append_only; child messages { key sender, sent_at; }",
          NULL, "2008@2 messages" },
        { "messages, whose time no rule names",
          "strategy server_wins; child messages { key message_id; on_same_key server_wins; }", NULL,
          "2008@2 messages" },
        { "messages in order",
          "strategy append_only; child messages { key sender, sent_at; order_by sent_at; }", NULL,
          "" },
        { "rows that nobody reads from top to bottom",
          "strategy server_wins; child parts { key code, packed_at; on_same_key sum(qty); }", NULL,
          "" },
        { "a table in one piece", "strategy server_wins;",
          WITH("parts", "Table", "\"options\":\"Part\""), "2010@2 parts" },
        { "a table under a rule of its own", "strategy server_wins;\nclient_wins parts;",
          WITH("parts", "Table", "\"options\":\"Part\""), "2010@3 parts" },
        { "a table that is a child",
          "strategy server_wins; child parts { key code; on_same_key sum(qty); }",
          WITH("parts", "Table", "\"options\":\"Part\""), "" },
        { "a table that the server fills", "strategy server_wins;",
          WITH("parts", "Table", "\"options\":\"Part\",\"read_only\":1"), "" },
        { "a table that a person decides", "strategy manual_resolve;",
          WITH("parts", "Table", "\"options\":\"Part\""), "" },
    };

    RUN(cases);
}

/* --- the rule set's times --- */

static void expect_found(const char *says, const char *rules, bool whole, const char *expected)
{
    struct run r;
    struct dwr_str got;

    lint_text(&r, rules, NULL, whole);
    got = found(&r);
    cr_expect_str_eq(got.p, expected, "%s: %s", says, got.p);
    for (uint32_t k = 0; k < r.diag.count; k++)
        if (r.diag.v[k]->scenario)
            scenario_is_true(&r, r.diag.v[k], says);
    arena_clear(&r.arena);
}

Test(lint, times_that_are_too_short)
{
    static const char asks[] = "doctype \"D\" { strategy client_wins; manual verdict; }\n";
    static const char adds[] = "doctype \"D\" { strategy client_wins; sum visits; }\n";
    static const struct time_case {
        const char *says, *settings, *doctype, *found;
    } cases[] = {
        { "closed before the device is back", "sync { manual_timeout 24h then server_wins; }\n",
          asks, "2004@1" },
        { "open for as long as a device is away",
          "sync { manual_timeout 168h then server_wins; }\n", asks, "" },
        { "closed in favour of the device", "sync { manual_timeout 24h then client_wins; }\n", asks,
          "" },
        { "never closed", "sync { max_offline 300h; }\n", asks, "" },
        { "no person decides anything", "sync { manual_timeout 24h then server_wins; }\n",
          "doctype \"D\" { strategy client_wins; }\n", "" },
        { "the feed ends before the device is back",
          "sync { max_offline 40d; change_retention 30d; } default { tombstone { ttl 40d; } }\n",
          "doctype \"D\" { strategy client_wins; }\n", "4002@1" },
        { "and repeats are not recognized",
          "sync { max_offline 40d; } default { tombstone { ttl 40d; } }\n", adds,
          "4002@1, 2015@2 visits" },
        { "recognized", "sync { max_offline 30d; }\n", adds, "" },
        { "retries go on for longer than anybody remembers",
          "retry { backoff 1d; max_attempts 31; }\n", adds, "2015@2 visits" },
        { "retries end in time", "retry { backoff 1d; max_attempts 30; }\n", adds, "" },
        { "a set does not count", "sync { max_offline 40d; } default { tombstone { ttl 40d; } }\n",
          "doctype \"D\" { strategy client_wins; union tags; keep_both scans { key id; } }\n"
          "",
          "4002@1" },
        { "rows are added up", "sync { max_offline 40d; } default { tombstone { ttl 40d; } }\n",
          "doctype \"D\" { strategy client_wins; child parts { key code; on_same_key sum(qty); } "
          "}\n",
          "4002@1, 2015@2 parts" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rules[2048];

        snprintf(rules, sizeof rules, "%s%s", cases[i].settings, cases[i].doctype);
        expect_found(cases[i].says, rules, false, cases[i].found);
    }
}

/* --- what nobody speaks of --- */

Test(lint, what_nobody_speaks_of)
{
    static const char rules[] = "doctype \"Job\" {\nstrategy client_wins;\nserver_wins status;\n"
                                "max level;\n}\ndoctype \"Other\" { strategy server_wins; }\n";
    static const char test[] =
        "test \"a\" for \"Job\" { base { \"status\": 1 } server { \"status\": 2 }"
        " client { \"status\": 3, \"level\": 4 } expect merged; }\n";
    char tested[2048];

    expect_found("a file of a rule set", rules, false, "");
    expect_found("no test at all", rules, true, "5012@1");
    snprintf(tested, sizeof tested, "%s%s", rules, test);
    expect_found("a DocType and a rule without a test", tested, true, "5013@4 level, 5012@6");
}

Test(lint, what_only_the_default_decides)
{
    static const char schema[] = "{\"doctype\":\"DocType\",\"name\":\"Job\",\"fields\":[" FIELD(
        "status", "Data") "," FIELD("colour", "Data") "]}";
    static const struct default_case {
        const char *says, *rules;
        bool whole;
        const char *found;
    } cases[] = {
        { "fields that no rule names",
          "doctype \"Job\" { strategy field_level;\nserver_wins status; }", false, "5010@1" },
        { "the author said so",
          "doctype \"Job\" { strategy field_level; server_wins status; otherwise server_wins; }",
          false, "" },
        { "the strategy says so", "doctype \"Job\" { strategy client_wins; }", false, "" },
        { "a DocType that no rule names", "sync { batch_size 1; }", true, "5011@1" },
        { "a file of a rule set", "sync { batch_size 1; }", false, "" },
        { "the default is said", "default { strategy server_wins; }", true, "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run r;
        struct dwr_str got;

        lint_text(&r, cases[i].rules, schema, cases[i].whole);
        got = found(&r);
        cr_expect_str_eq(got.p, cases[i].found, "%s: %s", cases[i].says, got.p);
        arena_clear(&r.arena);
    }
}

/* --- what a field is --- */

Test(lint, what_a_name_says)
{
    static const struct name_case {
        const char *name;
        enum lint_kind kind;
        bool evidence;
    } cases[] = {
        { "notes", LINT_PROSE, false },
        { "completion_notes", LINT_PROSE, false },
        { "completionNotes", LINT_PROSE, false },
        { "NOTES", LINT_PROSE, false },
        { "internal notes 2", LINT_PROSE, false },
        { "notes_by", LINT_UNKNOWN, false },
        { "footnotes", LINT_UNKNOWN, false },
        { "customerFeedback", LINT_PROSE, false },
        { "signature", LINT_SIGNATURE, true },
        { "before_photo", LINT_FILE, true },
        { "photos", LINT_FILES, true },
        { "photo_count", LINT_UNKNOWN, false },
        { "visit_date", LINT_DATE, false },
        { "visitTime", LINT_TIME, false },
        { "created_at", LINT_MOMENT, false },
        { "clock_in_time", LINT_TIME, true },
        { "clockOutAt", LINT_MOMENT, true },
        { "checkin_time", LINT_TIME, true },
        { "check_time", LINT_TIME, false },
        { "", LINT_UNKNOWN, false },
        { "__2", LINT_UNKNOWN, false },
        { "Notizen", LINT_UNKNOWN, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dwr_str name = { cases[i].name, strlen(cases[i].name) };
        const enum lint_kind kind = lint_field_kind(NULL, name);

        cr_expect_eq(kind, cases[i].kind, "%s: %d", cases[i].name, (int)kind);
        cr_expect_eq(lint_is_evidence(kind, name), cases[i].evidence, "%s", cases[i].name);
    }
}
