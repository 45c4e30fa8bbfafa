/* test_check_schema.c - rules against the DocTypes as they are: what is told, where, and what is
 * meant instead. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/schema/check_schema.h"
#include "str.h"

#define F(name, type) "{\"fieldname\":\"" name "\",\"fieldtype\":\"" type "\"}"
#define FO(name, type, options)                                                                    \
    "{\"fieldname\":\"" name "\",\"fieldtype\":\"" type "\",\"options\":\"" options "\"}"
#define DEFINITION(name, fields)                                                                   \
    "{\"doctype\":\"DocType\",\"name\":\"" name "\",\"fields\":[" fields "]}"

/* One field of each kind. */
static const char schema_text[] = "[" DEFINITION(
    "Job", F(
               "title", "Data") "," F("notes", "Text") "," F("code", "Code") "," F("extra", "JSON") "," FO("status", "Select", "\\nOpen\\nIn Progress\\nDone") "," FO("series", "Select", "") "," FO("customer", "Link", "Customer") "," FO("owner_user", "Link", "User") "," FO("other", "Dynamic Link", "title") "," F("qty", "Float") "," F("count",
                                                                                                                                                                                                                                                                                                                                               "Int") "," F("length",
                                                                                                                                                                                                                                                                                                                                                            "Duration") "," F("urgent", "Check") "," F("day",
                                                                                                                                                                                                                                                                                                                                                                                                       "Date") "," F("at",
                                                                                                                                                                                                                                                                                                                                                                                                                     "Time") "," F("begins", "Datetime") "," F("ends", "Datetime") "," F("photo",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "Attach Image") "," F("signature", "Signature") "," FO("parts", "Table", "Job Part") "," FO("people", "Table MultiSelect", "Job Person") "," F("secret",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "Password") "," F("odd",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "Hologram") "," F("street_1",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "Data") "," F("scheduled_date", "Date") "," F("scheduled_time", "Time") "," F("2nd visit",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "Data") "," F("left_arm",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "Data") "," F("lift_arm", "Data")) "," DEFINITION("Job Part",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          F("item_code", "Data") "," F(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "qty",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "Float") "," F("photo", "Attach") "," F("remark", "Small Text")) "," DEFINITION("Customer", F("version",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "Int")) "," DEFINITION("Invoice",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "") "]";

struct checked {
    struct arena arena;
    struct ast_ruleset rules;
    struct sources sources;
    struct diag diag;
    struct schemas schemas;
};

static void check(struct checked *r, const char *text)
{
    *r = (struct checked){ .diag = { .count = 0 } };
    diag_init(&r->diag, &r->arena, &r->rules.sources);
    parse_text(&r->arena, &r->rules, &r->diag, "rules/a.dwr", text, strlen(text), NULL);
    check_rules(&r->arena, &r->rules, &r->diag);
    cr_assert_eq(r->diag.count, 0, "%s: %s", text, r->diag.count > 0 ? r->diag.v[0]->text.p : "");
    r->sources = (struct sources){ arena_alloc(&r->arena, sizeof *r->sources.v), 1, 1 };
    r->sources.v[0] = r->rules.sources.v[0];
    r->diag.sources = &r->sources;
    schema_read_text(&r->arena, &r->schemas, &r->sources, &r->diag, "schema.json", schema_text,
                     strlen(schema_text));
    cr_assert_eq(r->diag.count, 0, "%s", r->diag.count > 0 ? r->diag.v[0]->text.p : "");
    check_schema(&r->arena, &r->rules, &r->schemas, &r->diag);
    diag_sort(&r->diag);
}

static bool is(struct dwr_str text, const char *word)
{
    return str_is(text, word);
}

#define JOB(body) "doctype \"Job\" { strategy field_level; " body " }"
#define TEST(body) JOB("") " test \"t\" for \"Job\" { " body " }"

/* What is right in every statement. */
Test(check_schema, what_is_there_and_fits_is_no_finding)
{
    static const char *const rows[] = {
        JOB("sum qty, count, length; max day, begins, title, urgent; merge_text notes, code;"),
        JOB("union extra, people; keep_both parts { key item_code; }"),
        JOB("max status ranked (\"Open\", \"Done\");"),
        JOB("sum odd; lock when server.odd = 7 or client.extra = 7;"),
        JOB("manual signature { provisional client; watch title; set status = \"Done\"; }"),
        JOB("server_wins together day, at; meta title;"),
        JOB("lock when server.status in (\"Done\", \"\") and client.qty > 5 except notes, "
            "docstatus;"),
        JOB("child parts { key item_code; order_by idx; on_same_key sum(qty); count_into count;"
            " hold when status changes; }"),
        JOB("child parts { key name; order_by remark; on_same_key fields { sum qty;"
            " client_wins together remark, photo; } }"),
        JOB("child extra { key anything; order_by whatever; }"),
        JOB("tombstone { allow_delete no; soft_delete status = \"Done\";"
            " archive_after 9d when urgent = 1 or urgent = false; }"),
        JOB("no_overlap by customer from day + at to begins unless status = null;"),
        JOB("no_overlap by customer from begins for qty minutes;"),
        JOB("no_overlap by customer from day to scheduled_date;"),
        JOB("no_overlap by customer from begins for length seconds;"),
        JOB("notify moved when day changes; notify conflict;"),
        JOB("link customer -> \"Customer\" refresh when day > \"2026-01-01\";"),
        JOB("link owner_user -> \"User\"; link other -> \"Invoice\"; link title -> \"Invoice\";"),
        JOB("current count of customer -> \"Customer\".version otherwise manual signature;"
            " manual signature;"),
        JOB("as_of begins customer -> \"Customer\";"),
        JOB("effect bill when status becomes \"Done\" { create \"Invoice\"; create \"Job\"; }"),
        JOB("push_priority 3 when status becomes \"Done\" or at = \"09:30:00\";"),
        JOB("push_priority 4 when begins = \"2026-01-01 10:00:00\" and series = \"S-1\";"),
        JOB("server_wins \"2nd visit\";"),
        "default { tombstone { allow_delete no; soft_delete gone = 1; archive_after 9d when old = "
        "1; } } " JOB("tombstone { allow_delete yes; archive_after 9d when urgent = 1; }"),
        "default { tombstone { allow_delete no; soft_delete gone = 1; } } " JOB(
            "tombstone { soft_delete status = \"Done\"; }"),
        TEST("base null; server { \"_deleted\": true, \"name\": \"J\", \"parts\": [{ \"qty\": 1, "
             "\"idx\": 2 }, {}] }"
             " client { \"status\": \"Done\", \"extra\": { \"any\": 1 }, "
             "\"docstatus\": 1, \"title\": \"7\","
             " \"people\": [{ \"x\": 1 }] }"
             " server_ts { \"*\": \"2026-01-01\", \"title\": \"2026-01-01\" } expect no conflict "
             "title;"),
        TEST("client { \"parts\": {} } expect rejected; expect code VALIDATION_ERROR;"),
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checked r;

        check(&r, rows[i]);
        cr_expect_eq(r.diag.count, 0, "%s: %s", rows[i],
                     r.diag.count > 0 ? r.diag.v[0]->text.p : "");
        arena_clear(&r.arena);
    }
}

/* One finding each: its code, the text it stands on, and what it proposes (NULL: nothing). */
static const struct wrong {
    const char *rules;
    enum diag_code code;
    const char *at, *proposes;
} wrongs[] = {
    { "doctype \"Jobs\" { strategy server_wins; server_wins whatever; }", DIAG_UNKNOWN_DOCTYPE,
      "\"Jobs\"", "\"Job\"" },
    { "default { strategy server_wins; } test \"t\" for \"Zebra\" { client {} expect success; }",
      DIAG_UNKNOWN_DOCTYPE, "\"Zebra\"", NULL },
    { JOB("server_wins titel;"), DIAG_UNKNOWN_FIELD, "titel", "title" },
    { JOB("server_wins \"titel\";"), DIAG_UNKNOWN_FIELD, "\"titel\"", "\"title\"" },
    { JOB("server_wins \"2nd visti\";"), DIAG_UNKNOWN_FIELD, "\"2nd visti\"", "\"2nd visit\"" },
    { JOB("server_wins Title;"), DIAG_UNKNOWN_FIELD, "Title", "title" },
    { JOB("server_wins together day, when_;"), DIAG_UNKNOWN_FIELD, "when_", NULL },
    { JOB("meta updatedAt;"), DIAG_UNKNOWN_FIELD, "updatedAt", NULL },
    { JOB("manual signature { watch tilte; }"), DIAG_UNKNOWN_FIELD, "tilte", "title" },
    { JOB("manual signature { set statsu = \"Done\"; }"), DIAG_UNKNOWN_FIELD, "statsu", "status" },
    { JOB("lock when server.statu = \"Done\";"), DIAG_UNKNOWN_FIELD, "statu", "status" },
    { JOB("lock when server.status = \"Done\" except note;"), DIAG_UNKNOWN_FIELD, "note", "notes" },
    { JOB("server_wins qty when qtyy changes; client_wins qty;"), DIAG_UNKNOWN_FIELD, "qtyy",
      "qty" },
    { JOB("notify x when customr changes;"), DIAG_UNKNOWN_FIELD, "customr", "customer" },
    { JOB("tombstone { allow_delete no; soft_delete stat = \"Done\"; }"), DIAG_UNKNOWN_FIELD,
      "stat", "status" },
    { JOB("tombstone { archive_after 9d when stauts = \"Done\"; }"), DIAG_UNKNOWN_FIELD, "stauts",
      "status" },
    { JOB("no_overlap by hsot from begins to ends;"), DIAG_UNKNOWN_FIELD, "hsot", NULL },
    { JOB("no_overlap by customer from begin to ends;"), DIAG_UNKNOWN_FIELD, "begin", "begins" },
    { JOB("no_overlap by customer from begins for lenght seconds;"), DIAG_UNKNOWN_FIELD, "lenght",
      "length" },
    { JOB("no_overlap by customer from begins to ends unless sattus = \"Done\";"),
      DIAG_UNKNOWN_FIELD, "sattus", "status" },
    { JOB("link costumer -> \"Customer\";"), DIAG_UNKNOWN_FIELD, "costumer", "customer" },
    { JOB("as_of begin customer -> \"Customer\";"), DIAG_UNKNOWN_FIELD, "begin", "begins" },
    { JOB("current count of customer -> \"Customer\".versoin otherwise manual title;"),
      DIAG_UNKNOWN_FIELD, "versoin", "version" },
    { JOB("current coutn of customer -> \"Customer\".version otherwise manual title;"),
      DIAG_UNKNOWN_FIELD, "coutn", "count" },
    { JOB("effect e when sttus becomes \"Done\" { create \"Invoice\"; }"), DIAG_UNKNOWN_FIELD,
      "sttus", "status" },
    { JOB("effect e when status becomes \"Done\" { create \"Invioce\"; }"), DIAG_UNKNOWN_DOCTYPE,
      "\"Invioce\"", "\"Invoice\"" },
    { JOB("push_priority 3 when ttile changes;"), DIAG_UNKNOWN_FIELD, "ttile", "title" },
    { JOB("child prats { key item_code; }"), DIAG_UNKNOWN_FIELD, "prats", "parts" },
    { JOB("child parts { key item_cod; }"), DIAG_UNKNOWN_MEMBER, "item_cod", "item_code" },
    { JOB("child parts { key item_code; order_by remarks; }"), DIAG_UNKNOWN_MEMBER, "remarks",
      "remark" },
    { JOB("child parts { key item_code; on_same_key sum(qyt); }"), DIAG_UNKNOWN_MEMBER, "qyt",
      "qty" },
    { JOB("child parts { key item_code; on_same_key fields { client_wins remrak; } }"),
      DIAG_UNKNOWN_MEMBER, "remrak", "remark" },
    { JOB("keep_both parts { key item_coed; }"), DIAG_UNKNOWN_MEMBER, "item_coed", "item_code" },
    { TEST("client { \"titel\": 1 } expect success;"), DIAG_UNKNOWN_FIELD, "\"titel\"",
      "\"title\"" },
    { TEST("base { \"a\": {} } client { \"title\": \"x\" } expect success;"), DIAG_UNKNOWN_FIELD,
      "\"a\"", "\"at\"" },
    { TEST("client { \"title\": \"x\" } expect merged {\n  \"day\" : null, \"n\\u006fte\": 1 }"),
      DIAG_UNKNOWN_FIELD, "\"n\\u006fte\"", "\"notes\"" },
    { TEST("client { \"parts\": [ {}, { \"qty\": 1, \"gty\": 2 } ] } expect success;"),
      DIAG_UNKNOWN_MEMBER, "\"gty\"", "\"qty\"" },
    { TEST("client { \"title\": \"x\" } server_ts { \"tilte\": \"2026-01-01\" } expect success;"),
      DIAG_UNKNOWN_FIELD, "\"tilte\"", "\"title\"" },

    /* Values of tests, as those of rules; a table that is none only where that is the point. */
    { TEST("client { \"qty\": \"5\" } expect success;"), DIAG_VALUE_TYPE, "\"5\"", NULL },
    { TEST("client { \"parts\": [ { \"qty\": true } ] } expect success;"), DIAG_VALUE_TYPE, "true",
      NULL },
    { TEST("client { \"parts\": [ 7 ] } expect success;"), DIAG_VALUE_TYPE, "7", NULL },
    { TEST("client { \"parts\": {} } expect merged;"), DIAG_VALUE_TYPE, "{}", NULL },
    { TEST("server { \"parts\": {} } client { \"qty\": 1 } expect rejected;"), DIAG_VALUE_TYPE,
      "{}", NULL },
    { TEST("server { \"status\": \"Opne\" } client { \"qty\": 1 } expect success;"), DIAG_OPTION,
      "\"Opne\"", "\"Open\"" },

    { JOB("sum title;"), DIAG_RULE_TYPE, "title", NULL },
    { JOB("sum urgent;"), DIAG_RULE_TYPE, "urgent", NULL },
    { JOB("sum status;"), DIAG_RULE_TYPE, "status", NULL },
    { JOB("max photo;"), DIAG_RULE_TYPE, "photo", NULL },
    { JOB("min parts;"), DIAG_RULE_TYPE, "parts", NULL },
    { JOB("merge_text qty;"), DIAG_RULE_TYPE, "qty", NULL },
    { JOB("merge_text customer;"), DIAG_RULE_TYPE, "customer", NULL },
    { JOB("merge_text extra;"), DIAG_RULE_TYPE, "extra", NULL },
    { JOB("union photo;"), DIAG_RULE_TYPE, "photo", NULL },
    { JOB("keep_both signature;"), DIAG_RULE_TYPE, "signature", NULL },
    { JOB("keep_both title;"), DIAG_RULE_TYPE, "title", NULL },
    { JOB("child parts { key item_code; on_same_key sum(remark); }"), DIAG_RULE_TYPE, "remark",
      NULL },
    { JOB("child parts { key item_code; on_same_key fields { sum photo; } }"), DIAG_RULE_TYPE,
      "photo", NULL },
    { JOB("child title { key item_code; }"), DIAG_NO_TABLE, "title", NULL },
    { JOB("child people { key who; }"), DIAG_SCHEMA_ROWS, "people", NULL },
    { JOB("child parts { key item_code; order_by photo; }"), DIAG_NO_ORDER, "photo", NULL },
    { JOB("lock when server.parts > 5;"), DIAG_NO_ORDER, "parts", NULL },
    { JOB("no_overlap by customer from title to ends;"), DIAG_NO_TIME, "title", NULL },
    { JOB("no_overlap by customer from begins to count;"), DIAG_NO_TIME, "count", NULL },
    { JOB("no_overlap by customer from begins + at to ends;"), DIAG_NO_TIME, "begins", NULL },
    { JOB("no_overlap by customer from day + begins to ends;"), DIAG_NO_TIME, "begins", NULL },
    { JOB("no_overlap by customer from begins for length minutes;"), DIAG_NO_TIME, "length", NULL },
    { JOB("no_overlap by customer from begins for title minutes;"), DIAG_NO_COUNT, "title", NULL },
    { JOB("as_of at customer -> \"Customer\";"), DIAG_NO_TIME, "at", NULL },
    { JOB("child parts { key item_code; count_into title; }"), DIAG_NO_COUNT, "title", NULL },
    { "doctype \"Job\" { strategy version_all; branch \"{name}\" version_field title; }",
      DIAG_NO_COUNT, "title", NULL },
    { "default { tombstone { allow_delete no; soft_delete gone = true; } } " JOB(""),
      DIAG_UNKNOWN_FIELD, "gone", NULL },
    { "default { tombstone { allow_delete no; soft_delete status = \"Gone\"; } } " JOB(""),
      DIAG_OPTION, "\"Gone\"", NULL },
    { "default { tombstone { archive_after 9d when staus = \"Done\"; } } " JOB(
          "tombstone { ttl 90d; }"),
      DIAG_UNKNOWN_FIELD, "staus", NULL },
    { JOB("link customer -> \"Invoice\";"), DIAG_LINK_TYPE, "\"Invoice\"", NULL },
    { JOB("link customer -> \"Costumer\";"), DIAG_LINK_TYPE, "\"Costumer\"", "\"Customer\"" },
    { JOB("link qty -> \"Customer\";"), DIAG_LINK_TYPE, "qty", NULL },
    { JOB("link title -> \"Custmer\";"), DIAG_UNKNOWN_DOCTYPE, "\"Custmer\"", "\"Customer\"" },
    { JOB("current count of customer -> \"Invoice\".x otherwise manual title;"), DIAG_LINK_TYPE,
      "\"Invoice\"", NULL },

    { JOB("tombstone { allow_delete no; soft_delete status = \"Doen\"; }"), DIAG_OPTION, "\"Doen\"",
      "\"Done\"" },
    { JOB("manual signature { set status = \"pending\"; }"), DIAG_OPTION, "\"pending\"", NULL },
    { JOB("effect e when status becomes \"done\" { create \"Invoice\"; }"), DIAG_OPTION, "\"done\"",
      "\"Done\"" },
    { JOB("push_priority 3 when status becomes \"Open \";"), DIAG_OPTION, "\"Open \"", "\"Open\"" },
    { JOB("lock when client.status in (\"Open\", \"InProgress\");"), DIAG_OPTION, "\"InProgress\"",
      "\"In Progress\"" },
    { JOB("max status ranked (\"Open\", \"Closed\");"), DIAG_OPTION, "\"Closed\"", NULL },
    { JOB("lock when server.status = 7;"), DIAG_VALUE_TYPE, "7", NULL },
    { JOB("lock when server.qty = \"7\";"), DIAG_VALUE_TYPE, "\"7\"", NULL },
    { JOB("lock when server.urgent = \"yes\";"), DIAG_VALUE_TYPE, "\"yes\"", NULL },
    { JOB("lock when server.urgent = 2;"), DIAG_VALUE_TYPE, "2", NULL },
    { JOB("lock when server.title = 7;"), DIAG_VALUE_TYPE, "7", NULL },
    { JOB("lock when server.customer = true;"), DIAG_VALUE_TYPE, "true", NULL },
    { JOB("lock when server.day < \"tomorrow\";"), DIAG_VALUE_TYPE, "\"tomorrow\"", NULL },
    { JOB("lock when server.day = \"2026-02-30\";"), DIAG_VALUE_TYPE, "\"2026-02-30\"", NULL },
    { JOB("lock when server.at > \"9h\";"), DIAG_VALUE_TYPE, "\"9h\"", NULL },
    { JOB("lock when 5 = server.title;"), DIAG_VALUE_TYPE, "5", NULL },
    { JOB("lock when server.parts = \"none\";"), DIAG_VALUE_TYPE, "\"none\"", NULL },
    { JOB("lock when server.title = \"x\" and (client.qty > 1 or not server.length in (1, "
          "\"2\"));"),
      DIAG_VALUE_TYPE, "\"2\"", NULL },
};

Test(check_schema, what_is_not_there_or_does_not_fit_is_told)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        const struct wrong *w = &wrongs[i];
        const struct diag_finding *f;
        struct checked r;

        check(&r, w->rules);
        cr_expect_eq(r.diag.count, 1, "%s: %u findings", w->rules, (unsigned)r.diag.count);
        if (r.diag.count == 0)
            continue;
        f = r.diag.v[0];
        cr_expect_eq(f->code, w->code, "%s: DW%04d", w->rules, (int)f->code);
        cr_expect(is(source_text(&r.sources, f->span), w->at), "%s: at '%.*s'", w->rules,
                  (int)source_text(&r.sources, f->span).n, source_text(&r.sources, f->span).p);
        cr_expect_eq(f->fix != NULL, w->proposes != NULL, "%s: %s", w->rules,
                     f->help.p != NULL ? f->help.p : "nothing proposed");
        if (f->fix != NULL && w->proposes != NULL)
            cr_expect(is(f->fix->edits->text, w->proposes), "%s: %s", w->rules,
                      f->fix->edits->text.p);
        cr_expect_not_null(f->doctype.p, "%s: about no DocType", w->rules);
        arena_clear(&r.arena);
    }
}

/* A fix is applied unasked only where one thing can be meant. */
Test(check_schema, a_fix_is_safe_where_nothing_else_can_be_meant)
{
    static const struct {
        const char *rules;
        bool safe;
        const char *why;
    } rows[] = {
        { JOB("server_wins Signature;"), true, "only a capital differs" },
        { JOB("server_wins signature, SIGNATURE;"), false, "it would stand twice" },
        { JOB("server_wins signature; lock when server.Signature is set;"), true,
          "asked, not ruled" },
        { JOB("server_wins signature when server.Signature is set; client_wins signature;"), true,
          "likewise" },
        { JOB("server_wins signatrue;"), false, "it may be a field that is to come" },
        { JOB("server_wins scheduled_tame;"), false, "or the date's" },
        { JOB("server_wins street_2;"), false, "another number is another field" },
        { JOB("server_wins l_ft_arm;"), false, "as near to left_arm as to lift_arm" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct checked r;

        check(&r, rows[i].rules);
        cr_assert_eq(r.diag.count, 1, "%s", rows[i].rules);
        cr_assert_not_null(r.diag.v[0]->fix, "%s", rows[i].rules);
        cr_expect_eq(r.diag.v[0]->fix->safe, rows[i].safe, "%s: %s", rows[i].rules, rows[i].why);
        arena_clear(&r.arena);
    }
}

/* A wrong name is told once, where it stands; what depends on it stays silent. */
Test(check_schema, there_are_no_cascades)
{
    struct checked r;

    check(&r, "doctype \"Jbo\" { strategy field_level; sum anything; child t { key k; }"
              " link x -> \"Jbo\"; effect e when y becomes \"z\" { create \"Jbo\"; } }"
              " test \"t\" for \"Jbo\" { client { \"q\": 1 } expect success; }");
    cr_expect_eq(r.diag.count, 1);
    arena_clear(&r.arena);
    check(&r, JOB("child prats { key nothing; order_by of_it; on_same_key sum(known); }"));
    cr_expect_eq(r.diag.count, 1);
    arena_clear(&r.arena);
}
