/* test_write.c - the resulting text: the server's, with what was decided spliced in.
 *
 * What a document says is semantics; that members nobody touched keep their bytes is 1.3 for
 * numbers, and what lets a store compare documents by their bytes for the rest. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/merge.h"
#include "rules_of.h"

/* --- strings --- */

static const struct string_case {
    const char *says, *bytes;
    size_t n;
    const char *json;
} string_cases[] = {
    { "nothing", "", 0, "\"\"" },
    { "letters stay", "status", 6, "\"status\"" },
    { "a quote", "a\"b", 3, "\"a\\\"b\"" },
    { "a backslash", "a\\b", 3, "\"a\\\\b\"" },
    { "a slash stays", "a/b", 3, "\"a/b\"" },
    { "line end and tab", "a\nb\tc", 5, "\"a\\nb\\tc\"" },
    { "a NUL", "a\0b", 3, "\"a\\u0000b\"" },
    { "the last control character", "\x1F", 1, "\"\\u001f\"" },
    { "a blank is none", " ", 1, "\" \"" },
    { "DEL may stand", "\x7F", 1, "\"\x7F\"" },
    { "other scripts stay as they are",
      "Stra\xC3\x9F"
      "e \xF0\x9F\x98\x80",
      12,
      "\"Stra\xC3\x9F"
      "e \xF0\x9F\x98\x80\"" },
};

Test(write, strings_are_escaped_where_json_asks_for_it)
{
    struct dwr_scratch *s = the_scratch();

    for (size_t i = 0; i < sizeof string_cases / sizeof *string_cases; i++) {
        const struct string_case *t = &string_cases[i];
        const struct dwr_text out = write_string(s, t->bytes, t->n);
        char buffer[128];

        cr_expect(text_is(out, t->json), "%s: %.*s", t->says, (int)out.n, out.p);
        cr_expect_eq(put_string(buffer, t->bytes, t->n) - buffer, (ptrdiff_t)strlen(t->json), "%s",
                     t->says);
    }
}

/* Every byte there is: what is written is JSON of the same bytes. */
Test(write, every_byte_comes_back)
{
    struct dwr_scratch *s = the_scratch();

    for (unsigned c = 0; c < 0x80; c++) {
        const char bytes[3] = { 'a', (char)c, 'b' };
        const struct dwr_text json = write_string(s, bytes, 3);
        struct dwr_text value;

        cr_assert_eq(s->scan->check(s, json, 0, &value), DWR_OK, "character %u", c);
        cr_expect(dwr_string_is(json, bytes, 3), "character %u", c);
    }
}

/* --- documents --- */

/* Each field is a unit; client_wins takes the client's view, which is absent where base lacks it.
 */
static const struct write_case {
    const char *says, *base, *server, *client, *doc; /* the exact bytes */
} write_cases[] = {
    { "nothing to do: the server's bytes", "{\"a\":1}", " { \"a\" : 1.50 }\n", "{\"a\":1}",
      "{ \"a\" : 1.50 }" },
    { "the first member", "{\"a\":0}", "{\"a\":1,\"b\":2.0}", "{\"a\":3}", "{\"a\":3,\"b\":2.0}" },
    { "the last member", "{\"b\":0}", "{\"a\":1.0,\"b\":2}", "{\"b\":3}", "{\"a\":1.0,\"b\":3}" },
    { "one in the middle", "{\"b\":0}", "{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":null}",
      "{\"a\":1,\"b\":null,\"c\":3}" },
    { "several at once", "{}", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}",
      "{\"d\":\"dd\",\"b\":[ 1 ],\"a\":9}", "{\"a\":9,\"b\":[ 1 ],\"c\":3,\"d\":\"dd\"}" },
    { "the only member", "{}", "{\"a\":1}", "{\"a\":22}", "{\"a\":22}" },
    { "a new member comes last", "{}", "{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}" },
    { "new members in the client's order", "{}", "{\"a\":1}", "{\"c\":3,\"b\":2}",
      "{\"a\":1,\"c\":3,\"b\":2}" },
    { "into an empty document", "{}", "{}", "{\"b\":2}", "{\"b\":2}" },
    { "also one with white space", "{}", "{ \n }", "{\"b\":2,\"c\":3}", "{\"b\":2,\"c\":3}" },
    { "an empty patch", "{}", "{}", "{}", "{}" },
    { "digits as they were sent", "{}", "{\"a\":12345678901234567890}", "{\"b\":1.00E+02}",
      "{\"a\":12345678901234567890,\"b\":1.00E+02}" },
    { "a name as it was written", "{}", "{\"\\u0061\":1}", "{\"a\":2}", "{\"\\u0061\":2}" },
    { "an empty name", "{}", "{\"\":1}", "{\"\":2}", "{\"\":2}" },
    { "the same value written otherwise is no change", "{}", "{\"a\":1.0}", "{\"a\":1}",
      "{\"a\":1.0}" },
};

Test(write, what_nobody_touched_keeps_its_bytes)
{
    const struct dwr_ruleset *rules = rules_with("strategy client_wins;");

    for (size_t i = 0; i < sizeof write_cases / sizeof *write_cases; i++) {
        const struct write_case *t = &write_cases[i];
        const struct dwr_write w = { .base = text_of(t->base),
                                     .server = text_of(t->server),
                                     .client = text_of(t->client) };
        struct dwr_result r;

        cr_assert_eq(dwr_merge(&rules->doctypes[0], &w, the_scratch(), &r), DWR_OK);
        cr_expect(text_is(r.doc, t->doc), "%s: %.*s", t->says, (int)r.doc.n, r.doc.p);
    }
}

/* A unit that the client wins becomes the client's view; a field that the view lacks is removed
 * (section 4, client_wins). The client always wrote f; base has neither a nor b nor c. */
static const struct removal_case {
    const char *says, *server, *doc; /* as JSON */
} removal_cases[] = {
    { "the first member goes", "{\"a\":1,\"f\":2,\"x\":3}", "{\"f\":9,\"x\":3}" },
    { "one in the middle goes", "{\"x\":3,\"a\":1,\"f\":2}", "{\"x\":3,\"f\":9}" },
    { "the last member goes", "{\"x\":3,\"f\":2,\"a\":1}", "{\"x\":3,\"f\":9}" },
    { "two neighbours go", "{\"f\":1,\"a\":1,\"b\":2,\"x\":3}", "{\"f\":9,\"x\":3}" },
    { "the first and the last go", "{\"a\":1,\"f\":2,\"b\":3}", "{\"f\":9}" },
    { "all there were go, one comes", "{\"a\":1,\"b\":2,\"c\":3}", "{\"f\":9}" },
    { "with white space around", " { \"a\" : 1 , \"f\" : 2 , \"b\" : 3 } ", "{\"f\":9}" },
    { "an object and an array go", "{\"a\":{\"f\":[1,{}]},\"x\":[],\"b\":[[]],\"f\":1}",
      "{\"x\":[],\"f\":9}" },
};

Test(write, members_are_removed)
{
    const struct dwr_ruleset *rules =
        rules_with("strategy field_level; client_wins together f, a, b, c;");

    for (size_t i = 0; i < sizeof removal_cases / sizeof *removal_cases; i++) {
        const struct removal_case *t = &removal_cases[i];
        const struct dwr_write w = { .base = text_of("{}"),
                                     .server = text_of(t->server),
                                     .client = text_of("{\"f\":9}") };
        struct dwr_result r;
        char *doc;

        cr_assert_eq(dwr_merge(&rules->doctypes[0], &w, the_scratch(), &r), DWR_OK);
        doc = strndup(r.doc.p, r.doc.n);
        cr_expect(same_json(doc, t->doc), "%s: %s", t->says, doc);
        cr_expect_eq(dwr_check(r.doc, the_scratch()), DWR_OK, "%s: %s", t->says, doc);
        free(doc);
    }
}

/* Section 4.3: members that a conflict adds come after all others. */
Test(write, marks_of_a_provisional_value_are_added)
{
    const struct dwr_ruleset *rules =
        rules_with("strategy field_level; manual f { provisional client; set \"the state\" = 5; }");

    expect_answer("a document of one member", rules,
                  "{'base':{},'server':{'f':1},'client':{'f':2}}",
                  "{'doc':{'f':2,'_f_conflict':true,'_server_f':1,'_client_f':2,"
                  "'the state':5}}");
}
