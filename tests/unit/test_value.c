/* test_value.c - equality, order and hashes of JSON values (semantics 1.2, 1.5). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/instant.h"
#include "../../runtime/core/value.h"
#include "rules_of.h"

/* --- equality (1.2) --- */

/* As JSON values. Each row also holds the other way round, and each value equals itself. */
static const struct equal_case {
    const char *says, *a, *b;
    bool equal;
} equal_cases[] = {
    { "the letters are the same", "\"abc\"", "\"abc\"", true },
    { "another letter", "\"abc\"", "\"abd\"", false },
    { "a letter more", "\"abc\"", "\"abcd\"", false },
    { "capitals are other letters", "\"A\"", "\"a\"", false },
    { "an escaped letter", "\"\\u0041\"", "\"A\"", true },
    { "hexadecimal in both cases", "\"\\u00fc\"", "\"\\u00FC\"", true },
    { "of two bytes", "\"\\u00fc\"", "\"\xC3\xBC\"", true },
    { "of three bytes", "\"\\u20ac\"", "\"\xE2\x82\xAC\"", true },
    { "the last of three bytes", "\"\\uffff\"", "\"\xEF\xBF\xBF\"", true },
    { "a surrogate pair is one code point", "\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\"", true },
    { "the first beyond 16 bits", "\"\\ud800\\udc00\"", "\"\xF0\x90\x80\x80\"", true },
    { "the last there is", "\"\\udbff\\udfff\"", "\"\xF4\x8F\xBF\xBF\"", true },
    { "other pairs", "\"\\ud83d\\ude00\"", "\"\\ud83d\\ude01\"", false },
    { "short escapes", "\"\\b\\f\\n\\r\\t\"", "\"\\u0008\\u000c\\u000a\\u000d\\u0009\"", true },
    { "a slash needs no escape", "\"\\/\"", "\"/\"", true },
    { "an escaped quote", "\"\\\"\"", "\"\\u0022\"", true },
    { "an escaped backslash", "\"\\\\\"", "\"\\u005C\"", true },
    { "a backslash and n are no line end", "\"\\\\n\"", "\"\\n\"", false },
    { "a NUL is a character", "\"a\\u0000b\"", "\"a\\u0000c\"", false },
    { "and not the end", "\"a\\u0000\"", "\"a\"", false },
    { "of many letters, the last one another", "\"abcdefghijk\"", "\"abcdefghijl\"", false },
    { "the last one escaped", "\"abcdefghijk\"", "\"abcdefghij\\u006b\"", true },
    { "the last but five escaped", "\"abcdeghijkl\"", "\"abcde\\u0067hijkl\"", true },
    { "the last but six escaped", "\"abcdeghijklm\"", "\"abcde\\u0067hijklm\"", true },
    { "a pair last", "\"abcdefgh\\ud83d\\ude00\"", "\"abcdefgh\xF0\x9F\x98\x80\"", true },
    { "a letter behind an escape differs", "\"abcd\\u0067hijklmn\"", "\"abcd\\u0067hijklmo\"",
      false },
    { "a line end last", "\"abcdefgh\\n\"", "\"abcdefgh\\u000a\"", true },
    { "letters made of two code points are not those made of one", "\"\\u00e9\"", "\"e\\u0301\"",
      false },

    { "1 and 1.0", "1", "1.0", true },
    { "1 and 1e0", "1", "1e0", true },
    { "100 and 1E+2", "100", "1E+2", true },
    { "0 and -0.0", "0", "-0.0", true },
    { "1 and -1", "1", "-1", false },
    { "the last of 16 digits", "9007199254740992", "9007199254740993", false },
    { "the last of 20 digits", "12345678901234567890", "12345678901234567891", false },
    { "a fraction no double holds", "0.1", "0.10000000000000000001", false },
    { "beyond every double", "1e400", "2e400", false },
    { "a number is no string", "1", "\"1\"", false },
    { "1 is not true", "1", "true", false },
    { "0 is not false", "0", "false", false },
    { "0 is not null", "0", "null", false },
    { "true and false", "true", "false", false },
    { "null and false", "null", "false", false },

    { "the same elements", "[1,\"a\",null]", "[1.0,\"\\u0061\",null]", true },
    { "white space between them", "[1,2]", "[ 1 ,\n\t2\r]", true },
    { "in another order", "[1,2]", "[2,1]", false },
    { "one more", "[1]", "[1,2]", false },
    { "one more, the other nothing", "[]", "[null]", false },
    { "no elements", "[]", "[ ]", true },
    { "an array is no object", "[]", "{}", false },
    { "an array in an array", "[[]]", "[]", false },
    { "deeper down null and \"\" differ", "[null]", "[\"\"]", false },

    { "members in another order", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },
    { "and white space", "{\"a\":1,\"b\":2}", "{ \"b\" : 2 , \"a\" : 1 }", true },
    { "a name with an escape", "{\"a\":1}", "{\"\\u0061\":1}", true },
    { "another value", "{\"a\":1,\"b\":2}", "{\"b\":1,\"a\":2}", false },
    { "another name", "{\"a\":1}", "{\"b\":1}", false },
    { "a member more", "{\"a\":1}", "{\"a\":1,\"b\":2}", false },
    { "a member null is not an absent one", "{\"a\":1}", "{\"a\":1,\"b\":null}", false },
    { "a member null is not \"\"", "{\"a\":null}", "{\"a\":\"\"}", false },
    { "an object in an object", "{\"a\":{\"x\":1,\"y\":[2]}}", "{\"a\":{\"y\":[2.0],\"x\":1}}",
      true },
    { "which differs", "{\"a\":{\"x\":1,\"y\":[2]}}", "{\"a\":{\"y\":[3],\"x\":1}}", false },
    { "no members", "{}", "{ }", true },
    { "an empty name", "{\"\":1}", "{\"\":1.0}", true },
};

static struct dwr_text copy(const char *p)
{
    return exact_copy(text_of(p));
}

static void forget(struct dwr_text t)
{
    free((void *)t.p);
}

Test(value, equality_is_that_of_section_1_2)
{
    struct dwr_scratch *s = the_scratch();
    unsigned unequal = 0, collisions = 0;

    for (size_t i = 0; i < sizeof equal_cases / sizeof *equal_cases; i++) {
        const struct equal_case *t = &equal_cases[i];
        const struct dwr_text a = copy(t->a), b = copy(t->b);

        cr_expect_eq(dwr_value_equal(s, a, b), t->equal, "%s: %s %s", t->says, t->a, t->b);
        cr_expect_eq(dwr_value_equal(s, b, a), t->equal, "the other way: %s: %s %s", t->says, t->a,
                     t->b);
        cr_expect(dwr_value_equal(s, a, a) && dwr_value_equal(s, b, b), "itself: %s", t->says);
        if (t->equal)
            cr_expect_eq(dwr_value_hash(s, a), dwr_value_hash(s, b), "hash: %s: %s %s", t->says,
                         t->a, t->b);
        else
            collisions += dwr_value_hash(s, a) == dwr_value_hash(s, b);
        unequal += !t->equal;
        forget(a);
        forget(b);
    }
    cr_expect_leq(collisions, unequal / 10, "hashes tell values apart: %u of %u do not", collisions,
                  unequal);
    cr_expect_not(s->failed);
}

/* As values of fields or members of rows, in which absent, null and "" are one value. */
Test(value, unset_fields_are_equal_to_each_other_and_to_nothing_else)
{
    static const char *const unset[] = { NULL, "null", "\"\"" };
    static const char *const set[] = { "0",     "false", "true",   "[]",      "{}",
                                       "\" \"", "\"0\"", "[null]", "\"null\"" };
    struct dwr_scratch *s = the_scratch();

    for (size_t i = 0; i < 3; i++) {
        const struct dwr_text u = copy(unset[i]);

        cr_expect(dwr_is_unset(u), "unset: %s", unset[i] == NULL ? "absent" : unset[i]);
        for (size_t k = 0; k < 3; k++)
            cr_expect(dwr_field_equal(s, u, text_of(unset[k])), "two unset values");
        for (size_t k = 0; k < sizeof set / sizeof *set; k++) {
            const struct dwr_text v = copy(set[k]);

            cr_expect_not(dwr_is_unset(v), "set: %s", set[k]);
            cr_expect_not(dwr_field_equal(s, u, v), "unset is not %s", set[k]);
            cr_expect_not(dwr_field_equal(s, v, u), "%s is not unset", set[k]);
            cr_expect(dwr_field_equal(s, v, v));
            forget(v);
        }
        forget(u);
    }
    cr_expect(dwr_field_equal(s, text_of("1"), text_of("1.0")));
    cr_expect_not(dwr_field_equal(s, text_of("[null]"), text_of("[\"\"]")),
                  "deeper inside they are different things");
}

/* An object of n members in an order that turn says; the member odd, if any, has another value. */
static char *many_members(int n, int turn, int odd)
{
    char *text = malloc((size_t)n * 48 + 3), *to = text;

    cr_assert_not_null(text);
    *to++ = '{';
    for (int i = 0; i < n; i++) {
        const int k = (i * 7 + turn) % n;

        to += sprintf(to, "%s\"%smember_%d\":%s", i == 0 ? "" : ",",
                      /* every third name is written another way in another turn */
                      k % 3 == 0 && turn > 0 ? "\\u0066" : "f", k,
                      k == odd                 ? "\"odd\""
                      : turn > 0 && k % 2 == 0 ? "5.0"
                                               : "5");
    }
    *to++ = '}';
    *to = '\0';
    return text;
}

/* Around the number from which members are found by hash, and far above it. No n is a multiple
 * of 7. */
Test(value, objects_of_many_members_in_any_order)
{
    static const int counts[] = { 1, 2, 15, 16, 17, 18, 31, 33, 64, 65, 300, 5000 };
    struct dwr_scratch *s = the_scratch();

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const int n = counts[i];
        char *a = many_members(n, 0, -1), *b = many_members(n, n / 2 + 1, -1);
        char *c = many_members(n, n / 2 + 1, n - 1),
             *more = many_members(n + (n % 7 == 6 ? 2 : 1), 0, -1);

        cr_expect(dwr_value_equal(s, text_of(a), text_of(b)), "%d members", n);
        cr_expect_eq(dwr_value_hash(s, text_of(a)), dwr_value_hash(s, text_of(b)), "hash of %d", n);
        cr_expect_not(dwr_value_equal(s, text_of(a), text_of(c)), "one of %d members differs", n);
        cr_expect_not(dwr_value_equal(s, text_of(c), text_of(a)), "one of %d members differs", n);
        cr_expect_not(dwr_value_equal(s, text_of(a), text_of(more)), "one more than %d", n);
        free(a);
        free(b);
        free(c);
        free(more);
        dwr_scratch_reset(s);
    }
    cr_expect_not(s->failed);
}

Test(value, cells_are_compared_as_the_members_of_an_object)
{
    const struct dwr_cell a[] = { { text_of("\"x\""), text_of("1") },
                                  { text_of("\"y\""), text_of("[2]") } };
    const struct dwr_cell b[] = { { text_of("\"y\""), text_of("[2.0]") },
                                  { text_of("\"\\u0078\""), text_of("1e0") } };
    const struct dwr_cell c[] = { { text_of("\"y\""), text_of("[2]") },
                                  { text_of("\"z\""), text_of("1") } };
    struct dwr_scratch *s = the_scratch();

    cr_expect(dwr_cells_equal(s, a, 2, b, 2));
    cr_expect_not(dwr_cells_equal(s, a, 2, c, 2));
    cr_expect_not(dwr_cells_equal(s, a, 2, b, 1));
    cr_expect_not(dwr_cells_equal(s, a, 1, b, 2));
    cr_expect(dwr_cells_equal(s, a, 0, b, 0));
}

/* --- order (1.5) --- */

/* Ascending; values of one rank tie. Every pair of two rows is tried, both ways. */
static const struct rank_case {
    int rank;
    const char *value; /* NULL: absent */
} rank_cases[] = {
    { 0, NULL },
    { 0, "null" },
    { 0, "\"\"" },
    { 10, "-1e400" },
    { 11, "-2" },
    { 12, "-0.5" },
    { 13, "0" },
    { 13, "-0.0" },
    { 14, "0.10000000000000000001" },
    { 15, "9" },
    { 15, "9.0" },
    { 16, "10" },
    { 16, "1e1" },
    { 17, "9007199254740992" },
    { 18, "9007199254740993" },
    { 19, "1e400" },
    { 20, "\"0001-01-01\"" },
    { 21, "\"1969-12-31 23:59:59\"" },
    { 22, "\"1970-01-01\"" },
    { 22, "\"1970-01-01 00:00:00\"" },
    { 22, "\"1970-01-01T00:00:00Z\"" },
    { 22, "\"1970-01-01t01:00:00.000+01:00\"" },
    { 22, "\"1970\\u002d01-01\"" },
    { 23, "\"1970-01-01 00:00:00.0000000000000000000001\"" },
    { 24, "\"1970-01-01 00:00:00.5\"" },
    { 24, "\"1970-01-01 00:00:00.50\"" },
    { 25, "\"2026-03-02T12:00:00+02:00\"" },
    { 26, "\"2026-03-02T11:00:00Z\"" },
    { 27, "\"9999-12-31T23:59:60Z\"" },
    { 30, "\" 1970-01-01\"" },
    { 31, "\"1970-01-01T00:00:00\"" }, /* no zone: a plain string */
    { 32, "\"1970-1-1\"" },
    { 33, "\"2026-02-30\"" }, /* no such day */
    { 34, "\"Z\"" },
    { 35, "\"a\"" },
    { 36, "\"a\\u0000\"" },
    { 37, "\"aa\"" },
    { 37, "\"a\\u0061\"" },
    { 38, "\"b\"" },
    { 39, "\"\xC3\xBC\"" },
    { 39, "\"\\u00FC\"" },
    { 40, "\"\\ud7ff\"" },
    /* UTF-16 units would put the pairs before these. */
    { 41, "\"\\ue000\"" },
    { 42, "\"\\uffff\"" },
    { 43, "\"\xF0\x90\x80\x80\"" },
    { 43, "\"\\ud800\\udc00\"" },
    { 44, "\"\\ud83d\\ude00\"" },
    { 45, "\"\\udbff\\udfff\"" },
    { 50, "false" },
    { 60, "true" },
    { 70, "[]" },
    { 70, "[1,2]" },
    { 70, "[null]" },
    { 80, "{}" },
    { 80, "{\"a\":1}" },
};

Test(value, any_two_values_are_ordered_by_section_1_5)
{
    const size_t n = sizeof rank_cases / sizeof *rank_cases;
    struct dwr_scratch *s = the_scratch();

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            const struct rank_case *x = &rank_cases[i], *y = &rank_cases[k];
            const int expected = (x->rank > y->rank) - (x->rank < y->rank);
            const struct dwr_text a = copy(x->value), b = copy(y->value);

            cr_expect_eq(dwr_value_compare(s, a, b), expected, "%s and %s",
                         x->value == NULL ? "absent" : x->value,
                         y->value == NULL ? "absent" : y->value);
            forget(a);
            forget(b);
        }
    cr_expect_not(s->failed);
}

Test(value, an_order_read_once_serves_many_comparisons)
{
    const size_t n = sizeof rank_cases / sizeof *rank_cases;
    struct dwr_scratch *s = the_scratch();
    struct dwr_order orders[sizeof rank_cases / sizeof *rank_cases];

    for (size_t i = 0; i < n; i++)
        orders[i] = dwr_order_of(s, text_of(rank_cases[i].value));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            cr_expect_eq(dwr_order_compare(&orders[i], &orders[k]),
                         (rank_cases[i].rank > rank_cases[k].rank) -
                             (rank_cases[i].rank < rank_cases[k].rank),
                         "rows %zu and %zu", i, k);
}

Test(value, strings_compare_by_code_points)
{
    cr_expect_lt(dwr_string_compare(text_of("\"a\""), text_of("\"b\"")), 0);
    cr_expect_lt(dwr_string_compare(text_of("\"\""), text_of("\"a\"")), 0);
    cr_expect_lt(dwr_string_compare(text_of("\"\\uffff\""), text_of("\"\\ud800\\udc00\"")), 0);
    cr_expect_gt(dwr_string_compare(text_of("\"\\ud800\\udc00\""), text_of("\"\xEF\xBF\xBF\"")), 0);
    cr_expect_eq(dwr_string_compare(text_of("\"\\ud83d\\ude00\""), text_of("\"\xF0\x9F\x98\x80\"")),
                 0);
    cr_expect(dwr_string_equal(text_of("\"\\u0061\""), text_of("\"a\"")));
    cr_expect_not(dwr_string_equal(text_of("\"a\""), text_of("\"a \"")));
}

/* --- strings and members --- */

static const struct bytes_case {
    const char *text, *bytes;
    size_t n;
} bytes_cases[] = {
    { "\"\"", "", 0 },
    { "\"plain\"", "plain", 5 },
    { "\"\\u0000\"", "\0", 1 },
    { "\"a\\u0000b\"", "a\0b", 3 },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
    { "\"\\u007f\\u0080\"", "\x7F\xC2\x80", 3 },
    { "\"\\u07ff\\u0800\"", "\xDF\xBF\xE0\xA0\x80", 5 },
    { "\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!", 5 },
    { "\"\\ud83d\\ude00\\ud83d\\ude00\"", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 8 },
};

Test(value, strings_are_unescaped)
{
    struct dwr_scratch *s = the_scratch();

    for (size_t i = 0; i < sizeof bytes_cases / sizeof *bytes_cases; i++) {
        const struct bytes_case *t = &bytes_cases[i];
        const struct dwr_text text = copy(t->text);
        const struct dwr_text bytes = dwr_string_bytes(s, text);

        cr_expect(bytes.p != NULL && bytes.n == t->n && memcmp(bytes.p, t->bytes, t->n) == 0, "%s",
                  t->text);
        cr_expect(dwr_string_is(text, t->bytes, t->n), "is: %s", t->text);
        cr_expect_not(dwr_string_is(text, "another", 7), "%s is not another", t->text);
        if (t->n > 0)
            cr_expect_not(dwr_string_is(text, t->bytes, t->n - 1), "a byte less: %s", t->text);
        forget(text);
    }
    cr_expect_not(dwr_string_is(text_of("\"\\\\n\""), "\n", 1));
    cr_expect_not(dwr_string_is(text_of("\"\\n\""), "\\n", 2),
                  "bytes as written are not the string");
}

Test(value, members_are_found_by_their_unescaped_name)
{
    static const char object[] = "{ \"a\" : 1 , \"b\":{\"c\":2},\"\\u0063\":[3, 4],\"\":\"\" }";
    struct dwr_scratch *s = the_scratch();
    const struct dwr_text o = copy(object);

    cr_expect(text_is(dwr_member(s, o, "a", 1), "1"));
    cr_expect(text_is(dwr_member(s, o, "b", 1), "{\"c\":2}"));
    cr_expect(text_is(dwr_member(s, o, "c", 1), "[3, 4]"));
    cr_expect(text_is(dwr_member(s, o, "", 0), "\"\""));
    cr_expect_null(dwr_member(s, o, "d", 1).p);
    cr_expect_null(dwr_member(s, o, "A", 1).p);
    cr_expect_null(dwr_member(s, text_of("{}"), "a", 1).p);
    forget(o);
}

Test(value, timestamps_are_strings_of_certain_forms)
{
    static const char *const plain[] = {
        NULL, "null", "1", "\"\"", "\"yesterday\"", "\"2026-02-30\"", "\"2026-03-02T10:00:00\"",
        "[]"
    };
    struct dwr_scratch *s = the_scratch();
    struct dwr_instant a, b;

    cr_assert(dwr_value_instant(s, text_of("\"2026-03-02T10:00:00+01:00\""), &a));
    cr_assert(dwr_value_instant(s, text_of("\"2026-03-02 09:00:0\\u0030\""), &b));
    cr_expect_eq(dwr_instant_compare(&a, &b), 0);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        cr_expect_not(dwr_value_instant(s, text_of(plain[i]), &a), "%s",
                      plain[i] == NULL ? "absent" : plain[i]);
}

/* --- bytes --- */

Test(value, short_bytes_are_compared_whole)
{
    for (size_t n = 0; n <= 40; n++) {
        char a[40], b[40];

        for (size_t i = 0; i < n; i++)
            a[i] = b[i] = (char)('a' + i % 26);
        cr_expect(dwr_bytes_equal(a, b, n), "%zu equal bytes", n);
        for (size_t i = 0; i < n; i++) {
            b[i] ^= 1;
            cr_expect_not(dwr_bytes_equal(a, b, n), "of %zu bytes number %zu differs", n, i);
            b[i] ^= 1;
        }
    }
    cr_expect(dwr_same_bytes(text_of(NULL), text_of(NULL)));
    cr_expect_not(dwr_same_bytes(text_of(NULL), text_of("")));
    cr_expect_not(dwr_same_bytes(text_of("1"), text_of("1.0")));
}
