/* test_request.c - one line in, one answer out: requests, errors, the answer's shape. */
#include <criterion/criterion.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_of.h"

static const struct dwr_ruleset *the_rules(void)
{
    return rules_with("strategy client_wins; server_wins s; child rows { key k; }\n"
                      "notify owner_changed when s changes;");
}

/* --- lines that are no merge --- */

#define DOCS "\"server\":{},\"client\":{}"

static const struct error_case {
    const char *says, *line, *code, *id; /* id NULL: null */
} error_cases[] = {
    { "no JSON", "hello", "INVALID_JSON", NULL },
    { "an empty line", "", "INVALID_JSON", NULL },
    { "something after it", "{\"id\":1,\"doctype\":\"D\"," DOCS "} x", "INVALID_JSON", "1" },
    { "two objects", "{\"id\":1,\"doctype\":\"D\"," DOCS "}{}", "INVALID_JSON", "1" },
    { "not closed", "{\"id\":\"a\",\"doctype\":\"D\"," DOCS, "INVALID_JSON", "\"a\"" },
    { "a comma too many", "{\"id\":\"a\",\"doctype\":\"D\"," DOCS ",}", "INVALID_JSON", "\"a\"" },
    { "the id before the mistake", "{\"id\":{\"x\":[1]},\"doctype\":D}", "INVALID_JSON",
      "{\"x\":[1]}" },
    { "the id behind a value", "{\"doctype\":\"D\",\"id\":7,\"op\":}", "INVALID_JSON", "7" },
    { "the id is the mistake", "{\"id\":01,\"doctype\":\"D\"," DOCS "}", "INVALID_JSON", NULL },
    { "a byte-order mark", "\xEF\xBB\xBF{\"doctype\":\"D\"," DOCS "}", "INVALID_JSON", NULL },
    { "single quotes", "{'id':1}", "INVALID_JSON", NULL },
    { "a raw line end in a string", "{\"id\":1,\"doctype\":\"D\n\"," DOCS "}", "INVALID_JSON",
      "1" },
    { "a document with a mistake",
      "{\"id\":1,\"doctype\":\"D\",\"server\":{\"a\":1.},\"client\":{}}", "INVALID_JSON", "1" },

    { "no UTF-8", "{\"id\":1,\"doctype\":\"D\xFF\"," DOCS "}", "INVALID_UTF8", "1" },
    { "an overlong form", "{\"id\":1,\"doctype\":\"D\xC0\x80\"," DOCS "}", "INVALID_UTF8", "1" },
    { "a surrogate in bytes", "{\"id\":1,\"doctype\":\"D\xED\xA0\x80\"," DOCS "}", "INVALID_UTF8",
      "1" },
    { "a lone surrogate, escaped", "{\"id\":1,\"doctype\":\"\\ud800\"," DOCS "}", "INVALID_UTF8",
      "1" },
    { "a low one first",
      "{\"id\":1,\"doctype\":\"D\",\"server\":{\"a\":\"\\udc00\"},\"client\":{}}", "INVALID_UTF8",
      "1" },

    { "a member twice", "{\"id\":1,\"doctype\":\"D\",\"doctype\":\"D\"," DOCS "}", "DUPLICATE_KEY",
      "1" },
    { "twice after unescaping",
      "{\"id\":1,\"doctype\":\"D\",\"\\u006fp\":null,\"op\":null," DOCS "}", "DUPLICATE_KEY", "1" },
    { "twice in a document",
      "{\"id\":1,\"doctype\":\"D\",\"server\":{\"a\":1,\"\\u0061\":1},\"client\":{}}",
      "DUPLICATE_KEY", "1" },
    { "twice deep in one",
      "{\"id\":1,\"doctype\":\"D\",\"server\":{\"r\":[{\"x\":1,\"x\":2}]},"
      "\"client\":{}}",
      "DUPLICATE_KEY", "1" },

    { "an array", "[]", "INVALID_REQUEST", NULL },
    { "a string", "\"id\"", "INVALID_REQUEST", NULL },
    { "null", "null", "INVALID_REQUEST", NULL },
    { "an empty object", "{}", "INVALID_REQUEST", NULL },
    { "no doctype", "{\"id\":1," DOCS "}", "INVALID_REQUEST", "1" },
    { "doctype null", "{\"id\":1,\"doctype\":null," DOCS "}", "INVALID_REQUEST", "1" },
    { "doctype a number", "{\"id\":1,\"doctype\":7," DOCS "}", "INVALID_REQUEST", "1" },
    { "doctype empty", "{\"id\":1,\"doctype\":\"\"," DOCS "}", "INVALID_REQUEST", "1" },
    { "an unknown op", "{\"id\":1,\"doctype\":\"D\",\"op\":\"upsert\"," DOCS "}", "INVALID_REQUEST",
      "1" },
    { "op in capitals", "{\"id\":1,\"doctype\":\"D\",\"op\":\"UPDATE\"," DOCS "}",
      "INVALID_REQUEST", "1" },
    { "op empty", "{\"id\":1,\"doctype\":\"D\",\"op\":\"\"," DOCS "}", "INVALID_REQUEST", "1" },
    { "op a number", "{\"id\":1,\"doctype\":\"D\",\"op\":1," DOCS "}", "INVALID_REQUEST", "1" },
    { "op an array", "{\"id\":1,\"doctype\":\"D\",\"op\":[\"update\"]," DOCS "}", "INVALID_REQUEST",
      "1" },
    { "no client", "{\"id\":1,\"doctype\":\"D\",\"server\":{}}", "INVALID_REQUEST", "1" },
    { "client null", "{\"id\":1,\"doctype\":\"D\",\"server\":{},\"client\":null}",
      "INVALID_REQUEST", "1" },
    { "an insert without one", "{\"id\":1,\"doctype\":\"D\",\"op\":\"insert\"}", "INVALID_REQUEST",
      "1" },
    { "client an array", "{\"id\":1,\"doctype\":\"D\",\"server\":{},\"client\":[]}",
      "INVALID_REQUEST", "1" },
    { "client a string", "{\"id\":1,\"doctype\":\"D\",\"server\":{},\"client\":\"{}\"}",
      "INVALID_REQUEST", "1" },
    { "server a number", "{\"id\":1,\"doctype\":\"D\",\"server\":0,\"client\":{}}",
      "INVALID_REQUEST", "1" },
    { "base true", "{\"id\":1,\"doctype\":\"D\",\"base\":true," DOCS "}", "INVALID_REQUEST", "1" },
};

static void expect_error(const char *says, const char *line, size_t number, const char *code,
                         const char *id)
{
    char *answer = answer_of(the_rules(), line, number);
    cJSON *tree = cJSON_Parse(answer), *want = cJSON_Parse(id == NULL ? "null" : id);
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(tree, "message");

    cr_assert_not_null(tree, "%s: %s", says, answer);
    cr_expect_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "status")),
                     "error", "%s: %s", says, answer);
    cr_expect_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tree, "code")), code,
                     "%s: %s", says, answer);
    cr_expect(cJSON_Compare(cJSON_GetObjectItemCaseSensitive(tree, "id"), want, true), "id: %s: %s",
              says, answer);
    cr_expect_eq(cJSON_GetObjectItemCaseSensitive(tree, "line")->valuedouble, (double)number,
                 "%s: %s", says, answer);
    cr_expect(cJSON_IsString(message) && strlen(message->valuestring) > 0, "%s: %s", says, answer);
    cr_expect_null(strchr(answer, '\n'), "an answer is one line");
    cJSON_Delete(tree);
    cJSON_Delete(want);
    free(answer);
}

Test(request, a_line_that_is_no_merge_gets_an_error_answer)
{
    for (size_t i = 0; i < sizeof error_cases / sizeof *error_cases; i++)
        expect_error(error_cases[i].says, error_cases[i].line, i + 1, error_cases[i].code,
                     error_cases[i].id);
}

Test(request, the_line_number_is_the_one_given)
{
    expect_error("0", "x", 0, "INVALID_JSON", NULL);
    expect_error("large", "x", 4294967297u, "INVALID_JSON", NULL);
}

Test(request, the_lines_after_it_are_merged)
{
    static const char merge[] =
        "{\"id\":\"m\",\"doctype\":\"D\",\"server\":{},\"client\":{\"a\":1}}";
    const struct dwr_ruleset *rules = the_rules();
    char *first = answer_of(rules, merge, 1);

    for (size_t i = 0; i < sizeof error_cases / sizeof *error_cases; i++) {
        char *again;

        free(answer_of(rules, error_cases[i].line, 1));
        again = answer_of(rules, merge, 2);
        cr_expect_str_eq(again, first, "after: %s", error_cases[i].says);
        free(again);
    }
    free(first);
}

/* Truncated at every byte, a line is no merge and nothing worse. */
Test(request, a_line_cut_anywhere_is_invalid)
{
    static const char line[] =
        " {\"id\":\"\\u0041\",\"doctype\":\"D\",\"server\":{\"\xC3\xBC\":[1.5e3,"
        "true,null]},\"client\":{\"a\":\"\\ud83d\\ude00\"}}";

    for (size_t n = 0; n < sizeof line - 1; n++) {
        const struct dwr_text cut = exact_copy((struct dwr_text){ line, n });
        struct dwr_request request;
        const enum dwr_rc rc = dwr_request_read(the_rules(), cut, the_scratch(), &request);

        cr_expect(rc == DWR_INVALID_JSON || rc == DWR_INVALID_UTF8, "%zu bytes: %s", n,
                  dwr_rc_name(rc));
        cr_expect_eq(text_is(request.id, "\"\\u0041\""), n >= 15, "the id in %zu bytes", n);
        free((void *)cut.p);
    }
}

/* --- nesting and size --- */

/* {"x":[[…]]} of so many levels; free it. */
static char *nested(unsigned levels)
{
    char *text = malloc(2 * (size_t)levels + 8), *to = text;

    cr_assert_not_null(text);
    to += sprintf(to, "{\"x\":");
    for (unsigned i = 1; i < levels; i++)
        *to++ = '[';
    if (levels == 1)
        *to++ = '0';
    for (unsigned i = 1; i < levels; i++)
        *to++ = ']';
    *to++ = '}';
    *to = '\0';
    return text;
}

static char *line_with(const char *format, const char *document)
{
    const size_t room = strlen(format) + strlen(document) + 1;
    char *line = malloc(room);

    cr_assert_not_null(line);
    snprintf(line, room, format, document);
    return line;
}

/* Section 1.4: 64 levels, the document's own braces being level 1, wherever it stands. */
Test(request, a_document_of_64_levels_is_merged_one_of_65_is_not)
{
    static const char *const places[] = {
        "{\"id\":3,\"doctype\":\"D\",\"server\":{},\"client\":%s}",
        "{\"id\":3,\"doctype\":\"D\",\"server\":%s,\"client\":{}}",
        "{\"id\":3,\"doctype\":\"D\",\"base\":%s,\"server\":{},\"client\":{}}",
    };
    static const unsigned refused[] = { 65, 66, 1000, 100000 };
    char *good = nested(64);

    cr_assert_eq(dwr_check(text_of(good), the_scratch()), DWR_OK);
    for (size_t i = 0; i < 3; i++) {
        char *line = line_with(places[i], good), *answer = answer_of(the_rules(), line, 1);

        cr_expect_null(strstr(answer, "\"error\""), "64 levels: %.100s", answer);
        free(answer);
        free(line);
    }
    free(good);
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        char *deep = nested(refused[k]);

        cr_expect_eq(dwr_check(text_of(deep), the_scratch()), DWR_TOO_DEEP, "%u", refused[k]);
        for (size_t i = 0; i < 3; i++) {
            char *line = line_with(places[i], deep);

            expect_error("too deep", line, 9, "TOO_DEEP", "3");
            free(line);
        }
        free(deep);
    }
}

/* The limit is one of a document's bytes; the line around it does not count. */
Test(request, a_document_above_the_limit_is_too_large)
{
    static const char *const places[] = {
        "{\"id\":4,\"doctype\":\"D\",\"server\":{},\"client\":%s}",
        "{\"id\":4,\"doctype\":\"D\",\"server\":%s,\"client\":{}}",
        "{\"id\":4,\"doctype\":\"D\",\"base\":%s,\"server\":{},\"client\":{}}",
    };
    static const char fits[] = "{\"a\":\"0123456789\"}", more[] = "{\"a\":\"0123456789a\"}";

    dwr_scratch_limit(the_scratch(), sizeof fits - 1);
    cr_expect_eq(dwr_check(text_of(fits), the_scratch()), DWR_OK);
    cr_expect_eq(dwr_check(text_of(more), the_scratch()), DWR_TOO_LARGE);
    for (size_t i = 0; i < 3; i++) {
        char *line = line_with(places[i], fits), *answer = answer_of(the_rules(), line, 1);

        cr_expect_null(strstr(answer, "\"error\""), "just as large: %s", answer);
        free(answer);
        free(line);
        line = line_with(places[i], more);
        expect_error("a byte more", line, 2, "TOO_LARGE", "4");
        free(line);
    }
    dwr_scratch_limit(the_scratch(), DWR_DOCUMENT_MAX);
}

/* --- lines that are merges --- */

Test(request, what_may_be_missing)
{
    const struct dwr_ruleset *rules = the_rules();

    expect_answer("op absent: update", rules, "{'server':{'a':1},'client':{'b':2}}",
                  "{'status':'success','doc':{'a':1,'b':2}}");
    expect_answer("op null: update", rules, "{'op':null,'server':{'a':1},'client':{'b':2}}",
                  "{'status':'success','doc':{'a':1,'b':2}}");
    expect_answer("op update", rules, "{'op':'update','server':{'a':1},'client':{'b':2}}",
                  "{'status':'success','doc':{'a':1,'b':2}}");
    expect_answer("server absent", rules, "{'client':{'b':2}}",
                  "{'status':'rejected','code':'NOT_FOUND','doc':null}");
    expect_answer("server null", rules, "{'server':null,'client':{'b':2}}",
                  "{'status':'rejected','code':'NOT_FOUND','doc':null}");
    expect_answer(
        "base null: unknown", rules, "{'base':null,'server':{'s':1},'client':{'s':2}}",
        "{'status':'merged','doc':{'s':1},'fields':{'s':{'base':null,'outcome':'server'}}}");
    expect_answer(
        "base absent: unknown", rules, "{'server':{'s':1},'client':{'s':2}}",
        "{'status':'merged','doc':{'s':1},'fields':{'s':{'base':null,'outcome':'server'}}}");
    expect_answer("an empty base is known", rules, "{'base':{},'server':{},'client':{'s':2}}",
                  "{'status':'success','doc':{'s':2},'fields':{}}");
    expect_answer("a delete needs no data", rules, "{'op':'delete','base':{},'server':{}}",
                  "{'status':'success','doc':null}");
    expect_answer("and looks at none", rules, "{'op':'delete','base':{},'server':{},'client':7}",
                  "{'status':'success','doc':null}");
    expect_answer("an undelete needs none", rules,
                  "{'op':'undelete','server':{'_deleted':true,'a':1}}",
                  "{'status':'success','doc':{'a':1}}");
    expect_answer("an insert", rules, "{'op':'insert','client':{'name':'N','a':1}}",
                  "{'status':'success','doc':{'name':'N','a':1}}");
    expect_answer("unknown members are ignored", rules,
                  "{'server':{},'client':{'a':1},'colour':'red','fields':{},'Client':[1]}",
                  "{'status':'success','doc':{'a':1}}");
    expect_answer("times and roles of other kinds are not known", rules,
                  "{'server':{},'client':{'a':1},'client_ts':7,'server_ts':[],'now':{},"
                  "'server_role':false,'client_role':3,'client_user':[]}",
                  "{'status':'success','doc':{'a':1}}");
    expect_answer("a DocType nobody named is the server's", rules,
                  "{'doctype':'E','base':{},'server':{'a':1},'client':{'a':2}}",
                  "{'status':'merged','doc':{'a':1},"
                  "'fields':{'a':{'outcome':'server','conflict':true,'rule':null}}}");
}

/* Every name of the request may be written with escapes, and the words in it. */
Test(request, names_and_words_with_escapes)
{
    char *answer = answer_of(the_rules(),
                             "{\"\\u0069d\":\"\\u0031\",\"doct\\u0079pe\":\"\\u0044\","
                             "\"\\u006fp\":\"\\u0075pdate\",\"\\u0062ase\":{},\"s\\u0065rver\":"
                             "{\"s\":1},\"clien\\u0074\":{\"s\":2}}",
                             1);

    cr_expect(same_json(answer,
                        "{\"id\":\"1\",\"status\":\"merged\",\"doc\":{\"s\":1},\"fields\":{\"s\":"
                        "{\"outcome\":\"server\",\"conflict\":true,\"base\":null,\"server\":1,"
                        "\"client\":2,\"rule\":\"test.dwr:2\"}},\"notifications\":[{\"type\":"
                        "\"owner_changed\",\"field\":\"s\"}]}"),
              "%s", answer);
    free(answer);
}

Test(request, white_space_between_everything)
{
    char *answer = answer_of(the_rules(),
                             " \t\r\n{ \"id\" :\n[ 1 ] , \"doctype\"\t: \"D\" , \"server\" : { } , "
                             "\"client\" : {\r\"a\" : [ 1 , 2 ] } , \"base\" : null } \n",
                             1);

    cr_expect(same_json(answer, "{\"id\":[1],\"status\":\"success\",\"doc\":{\"a\":[1,2]},"
                                "\"fields\":{\"a\":{\"outcome\":\"client\",\"conflict\":false,"
                                "\"base\":null,\"server\":null,\"client\":[1,2],\"rule\":"
                                "\"test.dwr:2\"}},\"notifications\":[]}"),
              "%s", answer);
    free(answer);
}

/* An id is any JSON value and comes back with its digits. */
Test(request, ids_of_every_kind)
{
    static const char *const ids[] = { "\"a\\u0000\\\"b\"",
                                       "9007199254740993",
                                       "1.0",
                                       "null",
                                       "true",
                                       "[1,{}]",
                                       "{\"a\":\"b\"}",
                                       "\"\"" };

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char start[64];
        char *line = line_with("{\"doctype\":\"D\",\"server\":{},\"client\":{},\"id\":%s}", ids[i]);
        char *answer = answer_of(the_rules(), line, 1);

        snprintf(start, sizeof start, "{\"id\":%s,", ids[i]);
        cr_expect_eq(strncmp(answer, start, strlen(start)), 0, "%s: %s", ids[i], answer);
        free(answer);
        free(line);
    }
}

/* --- the answer --- */

/* An answer has id, status, doc, fields and notifications always, in this order, and the others
 * where they apply. */
Test(request, the_members_of_an_answer_in_their_order)
{
    static const struct {
        const char *line, *names, *whole; /* the answer; NULL: the names are enough */
    } forms[] = {
        { "{\"id\":1,\"doctype\":\"V\",\"base\":{\"name\":\"X\"},\"server\":{\"name\":\"X\",\"a\":"
          "1},"
          "\"client\":{\"a\":2}}",
          "id status doc fields notifications branch rule ",
          "{\"id\":1,\"status\":\"branched\",\"doc\":{\"name\":\"X\",\"a\":1},\"fields\":{\"a\":"
          "{\"outcome\":\"branched\",\"conflict\":true,\"base\":null,\"server\":1,\"client\":2,"
          "\"rule\":\"test.dwr:1\"}},\"notifications\":[{\"type\":\"branch_created\"}],\"branch\":"
          "{\"name\":\"X-b\",\"a\":2,\"_branch_of\":\"X\"},\"rule\":\"test.dwr:1\"}" },
        { "{\"doctype\":\"N\",\"op\":\"delete\",\"base\":{},\"server\":{}}",
          "id status doc fields notifications code message rule ", NULL },
        { "{\"doctype\":\"N\",\"server\":null,\"client\":{}}",
          "id status doc fields notifications code message ", NULL },
        { "{\"doctype\":\"N\",\"server\":{},\"client\":{}}", "id status doc fields notifications ",
          "{\"id\":null,\"status\":\"success\",\"doc\":{},\"fields\":{},\"notifications\":[]}" },
    };
    const struct dwr_ruleset *rules =
        rules_of("doctype \"V\" { strategy version_all; branch \"{name}-b\"; }\n"
                 "doctype \"N\" { strategy field_level; tombstone { allow_delete no; } }");

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *answer = answer_of(rules, forms[i].line, 1), names[128] = "";
        cJSON *tree = cJSON_Parse(answer);
        const cJSON *member;

        cJSON_ArrayForEach(member, tree)
        {
            strcat(names, member->string);
            strcat(names, " ");
        }
        cr_expect_str_eq(names, forms[i].names, "%s", answer);
        if (forms[i].whole != NULL)
            cr_expect(same_json(answer, forms[i].whole), "%s", answer);
        cJSON_Delete(tree);
        free(answer);
    }
}

/* Names of fields are escaped anew. */
Test(request, reports_of_fields_with_strange_names)
{
    expect_answer("a quote, a backslash, a NUL, another script", the_rules(),
                  "{'base':{},'server':{'x':1},'client':{'a\\\"\\\\b\\u0001\\u00fc':2}}",
                  "{'fields':{'a\\\"\\\\b\\u0001\xC3\xBC':{'outcome':'client','client':2}}}");
}
