/* test_fmt.c - the canonical form, rule by rule as grammar/LANGUAGE.md 15 says them, and that a
 * text which is not the same rules is noticed. Each form is a file of its own: its formatting again
 * and its looking over come with every row. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/fmt/fmt.h"
#include "../../compiler/fmt/unified.h"
#include "../../compiler/parse.h"

struct read {
    struct arena arena;
    struct ast_ruleset rules;
    struct diag diag;
};

static void read_n(struct read *r, const char *text, size_t n)
{
    const struct parse_options options = { .keep_tokens = true };

    *r = (struct read){ 0 };
    diag_init(&r->diag, &r->arena, &r->rules.sources);
    parse_text(&r->arena, &r->rules, &r->diag, "rules/a.dwr", text, n, &options);
}

static bool is(struct dwr_str text, const char *expected)
{
    return text.p && text.n == strlen(expected) && memcmp(text.p, expected, text.n) == 0;
}

struct row {
    const char *says, *text, *form;
};

static void expect_form(const struct row *t)
{
    struct read r;
    struct dwr_str form;
    uint32_t at;

    read_n(&r, t->text, strlen(t->text));
    cr_assert_eq(r.diag.errors, 0, "%s: %s", t->says, r.diag.errors ? r.diag.v[0]->text.p : "");
    form = fmt_source(&r.arena, &r.rules, 0);
    cr_expect(is(form, t->form), "%s:\n%.*s", t->says, (int)form.n, form.p);
    cr_expect_eq(fmt_verify(&r.arena, &r.rules, &form, &at), FMT_GOOD, "%s", t->says);
    arena_clear(&r.arena);
}

#define EXPECT_FORMS(rows)                                                                         \
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)                                        \
    expect_form(&rows[i])

/* 50 characters, and 60 */
#define WORD_50 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#define WORD_60 WORD_50 "ffffffffff"

static const struct row white_space[] = {
    { "nothing stays nothing", "", "" },
    { "nor does white space make a file", " \n\n\t\r\n", "" },
    { "a comment alone", "\n\n  // c", "// c\n" },
    { "a byte-order mark and carriage returns go away",
      "\xEF\xBB\xBFretry {\r\n  max_attempts 3; // c\r\n}\r\n",
      "retry {\n    max_attempts 3;  // c\n}\n" },
    { "no line end at the end", "retry { max_attempts 3; }", "retry { max_attempts 3; }\n" },
    { "one blank line at most, none at the ends of a block",
      "retry {\n\n\n    max_attempts 3;\n\n\n\n    backoff 1s;\n\n}\n\n\n",
      "retry {\n    max_attempts 3;\n\n    backoff 1s;\n}\n" },
    { "a blank line around what takes several lines",
      "ruleset \"a\";\nretry {\n    max_attempts 3;\n}\nsync {\n    batch_size 5;\n}\n",
      "ruleset \"a\";\n\nretry {\n    max_attempts 3;\n}\n\nsync {\n    batch_size 5;\n}\n" },
    { "not between lines",
      "ruleset \"a\";\nretry { max_attempts 3; }\n// c\nsync { batch_size 5; }\n",
      "ruleset \"a\";\nretry { max_attempts 3; }\n// c\nsync { batch_size 5; }\n" },
    { "the comment goes with what it stands before",
      "retry { max_attempts 3; }\n// c\nsync {\nbatch_size 5; }\n",
      "retry { max_attempts 3; }\n\n// c\nsync {\n    batch_size 5;\n}\n" },
    { "unless a blank line says otherwise",
      "retry { max_attempts 3; }\n// c\n\nsync {\nbatch_size 5; }\n",
      "retry { max_attempts 3; }\n// c\n\nsync {\n    batch_size 5;\n}\n" },
    { "an empty block has no lines", "retry {\n\n}\n", "retry {}\n" },
    { "but for a comment", "retry {\n// c\n}\n", "retry {\n    // c\n}\n" },
};

Test(fmt, white_space)
{
    EXPECT_FORMS(white_space);
}

static const struct row blocks[] = {
    { "on one line if it was and fits", "doctype \"A\"{strategy field_level;child c{key k;}}",
      "doctype \"A\" { strategy field_level; child c { key k; } }\n" },
    { "else a statement a line", "doctype \"A\" { strategy field_level;\n child c{key k;} }",
      "doctype \"A\" {\n    strategy field_level;\n    child c { key k; }\n}\n" },
    { "100 columns fit", "doctype \"A\" { strategy append_only; reason \"" WORD_50 "ff\"; }",
      "doctype \"A\" { strategy append_only; reason \"" WORD_50 "ff\"; }\n" },
    { "101 do not", "doctype \"A\" { strategy append_only; reason \"" WORD_50 "fff\"; }",
      "doctype \"A\" {\n    strategy append_only;\n    reason   \"" WORD_50 "fff\";\n}\n" },
    { "columns are characters", "doctype \"A\" { strategy append_only; reason \"" WORD_50 "ää\"; }",
      "doctype \"A\" { strategy append_only; reason \"" WORD_50 "ää\"; }\n" },
};

Test(fmt, blocks)
{
    EXPECT_FORMS(blocks);
}

#define DOCTYPE(text) "doctype \"A\" {\n" text "}\n"

static const struct row aligned[] = {
    { "values below each other", DOCTYPE("strategy field_level;server_wins a;\nsum b;"),
      DOCTYPE("    strategy    field_level;\n    server_wins a;\n    sum         b;\n") },
    { "a blank line begins anew", DOCTYPE("strategy field_level;\n\nserver_wins a;\nsum b;"),
      DOCTYPE("    strategy field_level;\n\n    server_wins a;\n    sum         b;\n") },
    { "a comment does not", DOCTYPE("strategy field_level;\n// c\nserver_wins a;\n"),
      DOCTYPE("    strategy    field_level;\n    // c\n    server_wins a;\n") },
    { "a block of several lines does, and so does what takes no part",
      DOCTYPE("strategy field_level;\nmanual a {\nprovisional client; }\nserver_wins b;\n"
              "push_priority 3;\nsum c;\n"),
      DOCTYPE("    strategy field_level;\n    manual   a {\n        provisional client;\n    }\n"
              "    server_wins b;\n    push_priority 3;\n    sum c;\n") },
    { "a block without a value is no part of it",
      DOCTYPE("strategy field_level;\nsum a;\ntombstone {\nttl 9d; }\n"),
      DOCTYPE("    strategy field_level;\n    sum      a;\n"
              "    tombstone {\n        ttl 9d;\n    }\n") },
    { "links",
      DOCTYPE("link a -> \"A\" refresh when x = 1;\nlink bb, c -> \"BBB\" refresh when x = 1;\n"),
      DOCTYPE("    link a     -> \"A\"   refresh when x = 1;\n"
              "    link bb, c -> \"BBB\" refresh when x = 1;\n") },
    { "a link that has no refresh parts those that have",
      DOCTYPE("link a -> \"A\" refresh when x = 1;\nlink b -> \"BBBBB\";\n"
              "link c -> \"CC\" refresh when x = 1;\n"),
      DOCTYPE("    link a -> \"A\" refresh when x = 1;\n    link b -> \"BBBBB\";\n"
              "    link c -> \"CC\" refresh when x = 1;\n") },
    { "not where a line would become too long for it",
      DOCTYPE("link a -> \"A\";\nlink " WORD_60 " -> \"BBB\" refresh when x = 1;\n"
              "link b -> \"" WORD_50 "\";\n"),
      DOCTYPE("    link a -> \"A\";\n    link " WORD_60 " -> \"BBB\" refresh when x = 1;\n"
              "    link b -> \"" WORD_50 "\";\n") },
    { "effects",
      DOCTYPE("effect a when s becomes \"x\" { create \"X\"; }\n"
              "effect bb when s becomes \"yyy\" { create \"Y\"; }\n"),
      DOCTYPE("    effect a  when s becomes \"x\"   { create \"X\"; }\n"
              "    effect bb when s becomes \"yyy\" { create \"Y\"; }\n") },
    { "children, rules with blocks, ranked",
      DOCTYPE("child a { key k; }\nchild bb { key k; }\nunion c { key k; }\n"
              "keep_both dd { key k; }\nmax e ranked (1, 2);\nmin ff ranked (1, 2);\n"),
      DOCTYPE("    child a  { key k; }\n    child bb { key k; }\n    union     c  { key k; }\n"
              "    keep_both dd { key k; }\n    max       e  ranked (1, 2);\n"
              "    min       ff ranked (1, 2);\n") },
    { "a test's documents, and who wrote when",
      "test \"t\" for \"A\" {\nbase {\"a\":1}\nclient {\"a\":2}\nclient_ts \"x\";\nnow \"y\";\n"
      "op update;\nexpect success;\n}",
      "test \"t\" for \"A\" {\n    base   { \"a\": 1 }\n    client { \"a\": 2 }\n"
      "    client_ts \"x\";\n    now       \"y\";\n    op update;\n    expect success;\n}\n" },
};

/* Each text has the form it should, and that form is looked over. */
static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *t = &rows[i];
        struct read r;
        struct dwr_str form;
        uint32_t at;

        /* Not all of them mean something: that is no matter of form. */
        read_n(&r, t->text, strlen(t->text));
        form = fmt_source(&r.arena, &r.rules, 0);
        cr_expect(is(form, t->form), "%s:\n%.*s", t->says, (int)form.n, form.p);
        cr_expect_eq(fmt_verify(&r.arena, &r.rules, &form, &at), FMT_GOOD, "%s", t->says);
        arena_clear(&r.arena);
    }
}

Test(fmt, aligned)
{
    check_rows(aligned, sizeof aligned / sizeof *aligned);
}

static const struct row broken[] = {
    { "a list goes on below itself",
      DOCTYPE("strategy field_level;\nserver_wins " WORD_50 ", b, " WORD_50 "1;\n"),
      DOCTYPE("    strategy    field_level;\n    server_wins " WORD_50 ", b,\n"
              "                " WORD_50 "1;\n") },
    { "behind `together` below the first field",
      DOCTYPE("strategy field_level;\nmanual together " WORD_50 ", " WORD_50 "1;\n"),
      DOCTYPE("    strategy field_level;\n    manual   together " WORD_50 ",\n"
              "                      " WORD_50 "1;\n") },
    { "a clause goes below the value",
      DOCTYPE("strategy field_level;\nserver_wins " WORD_50
              " when client_role = \"somebody else\";\n"
              "client_wins " WORD_50 ";\n"),
      DOCTYPE("    strategy    field_level;\n    server_wins " WORD_50 "\n"
              "                when client_role = \"somebody else\";\n    client_wins " WORD_50
              ";\n") },
    { "a condition is broken where its parts join, and they stand below each other",
      DOCTYPE("strategy field_level;\npush_priority 5 when " WORD_50 " changes or " WORD_50
              "1 changes and c = 20000000;\n"),
      DOCTYPE("    strategy field_level;\n    push_priority 5 when " WORD_50 " changes\n"
              "                      or " WORD_50 "1 changes\n"
              "                     and c = 20000000;\n") },
    { "in a list of values that is longer than a line",
      DOCTYPE("strategy field_level;\npush_priority 5 when a in (\"" WORD_60 "\", \"" WORD_60
              "\", \"c\");\n"),
      DOCTYPE("    strategy field_level;\n    push_priority 5 when a in (\"" WORD_60 "\",\n"
              "                               \"" WORD_60 "\", \"c\");\n") },
    { "words that are fields are no clauses",
      DOCTYPE(
          "strategy field_level;\nserver_wins when, unless, refresh, except, otherwise, " WORD_50
          ";\n"),
      DOCTYPE("    strategy    field_level;\n"
              "    server_wins when, unless, refresh, except, otherwise,\n"
              "                " WORD_50 ";\n") },
    { "a document is on one line, or each member on its own",
      "test \"t\" for \"A\" { client {\"a\":\"" WORD_50 "\",\"b\":[\"" WORD_60 "\",{\"c\":1}]} }",
      "test \"t\" for \"A\" {\n    client {\n        \"a\": \"" WORD_50
      "\",\n        \"b\": [\"" WORD_60 "\", { \"c\": 1 }]\n    }\n}\n" },
    { "and so is an array in it; one object in an array hugs it",
      "test \"t\" for \"A\" { client {\"a\":[{\"a\":\"" WORD_60 "\",\"b\":\"" WORD_60
      "\"}],\"b\":[\"" WORD_60 "\",\"" WORD_60 "\"]} }",
      "test \"t\" for \"A\" {\n    client {\n        \"a\": [{\n            \"a\": \"" WORD_60
      "\",\n            \"b\": \"" WORD_60
      "\"\n        }],\n        \"b\": [\n            \"" WORD_60 "\",\n            \"" WORD_60
      "\"\n        ]\n    }\n}\n" },
    { "a title is not broken", "test \"" WORD_60 WORD_50 "\" for \"A\" {\nop delete; }",
      "test \"" WORD_60 WORD_50 "\" for \"A\" {\n    op delete;\n}\n" },
};

Test(fmt, broken)
{
    check_rows(broken, sizeof broken / sizeof *broken);
}

static const struct row comments[] = {
    { "behind lines that follow one another, below each other",
      "retry { // r\nmax_attempts 3;//a\nbackoff 1s, 2s;    // b  \n} // end\n",
      "retry {  // r\n    max_attempts 3;       //a\n    backoff      1s, 2s;  // b\n}  // end\n" },
    { "on lines of their own, indented like what is around them",
      "//a\nretry {\n// b\n  max_attempts 3;\n      // c\n}\n//d",
      "//a\nretry {\n    // b\n    max_attempts 3;\n    // c\n}\n//d\n" },
    { "not far to the right for one long line",
      "retry {\nmax_attempts 3; // a\nbackoff 1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s, 9s, 10s, 11s, 12s, "
      "13s, 14s, 15s, 16s; // b\n}\n",
      "retry {\n    max_attempts 3;  // a\n    backoff      1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s, 9s, "
      "10s, "
      "11s, 12s, 13s, 14s, 15s, 16s;  // b\n}\n" },
    { "inside a statement, between the tokens they stand between",
      DOCTYPE(
          "strategy // s\nfield_level\n// t\n;\nserver_wins a, // first\n  b,\n// third\n c;\n"),
      DOCTYPE("    strategy  // s\n                field_level\n                // t\n"
              "                ;\n    server_wins a,  // first\n                b,\n"
              "                // third\n                c;\n") },
    { "in the head of a block", "doctype // d\n\"A\" // e\n{ strategy server_wins; }",
      "doctype  // d\n        \"A\"  // e\n        {\n    strategy server_wins;\n}\n" },
    { "before a document and behind it",
      DOCTYPE("strategy server_wins;\n") "test \"t\" for \"A\" {\nclient // c\n{\"a\":1} // d\n"
                                         "// e\nexpect success;}\n",
      DOCTYPE("    strategy server_wins;\n") "\ntest \"t\" for \"A\" {\n    client  // c\n"
                                             "           { \"a\": 1 }  // d\n    // e\n    expect "
                                             "success;\n}\n" },
};

Test(fmt, comments)
{
    EXPECT_FORMS(comments);
}

Test(fmt, what_has_a_syntax_error_has_no_form)
{
    static const char *const texts[] = {
        "doctype \"A\" { strategy; }",
        "doctype \"A\" { strategy field_level; } }",
        "doctype \"A { strategy field_level; }",
        "/* c */ doctype \"A\" { strategy field_level; }",
        "test \"t\" for \"A\" { client { \"a\": 1, // c\n \"b\": 2 } }",
        "test \"t\" for \"A\" { client { \"a\": 1, \"a\": 2 } }",
        "doctype \"A\" { strategy field_level; # c\n }",
        "retry { max_attempts 3; } \xFF",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct read r;

        read_n(&r, texts[i], strlen(texts[i]));
        cr_expect_null(fmt_source(&r.arena, &r.rules, 0).p, "%s", texts[i]);
        arena_clear(&r.arena);
    }
}

/* 64 levels of one element each take a line of up to 260 columns. */
Test(fmt, what_would_become_too_large_is_not_made)
{
    enum { LEVELS = 63, NUMBERS = 400000 };
    static char text[2 * LEVELS + 2 * NUMBERS + NUMBERS / 100 + 200];
    char *p = text;
    struct read r;

    p += sprintf(p, "test \"t\" for \"A\" { client ");
    p = memset(p, '[', LEVELS);
    p += LEVELS;
    for (int i = 0; i < NUMBERS; i++)
        p += sprintf(p, i == 0 ? "1" : i % 100 == 0 ? "\n,1" : ",1");
    p = memset(p, ']', LEVELS);
    p += LEVELS;
    p += sprintf(p, "}");
    read_n(&r, text, (size_t)(p - text));
    cr_assert_eq(r.diag.count, 0);
    cr_expect_null(fmt_source(&r.arena, &r.rules, 0).p);
    arena_clear(&r.arena);
}

Test(fmt, a_text_that_is_not_the_same_rules_is_noticed)
{
    static const char was[] =
        "// c\n/// doc\ndoctype \"A\" {\n    strategy server_wins;  // d\n}\n";
    static const struct fault_case {
        const char *says, *text;
        enum fmt_fault fault;
    } cases[] = {
        { "the same", was, FMT_GOOD },
        { "another word", "// c\n/// doc\ndoctype \"A\" {\n    strategy client_wins;  // d\n}\n",
          FMT_TOKENS },
        { "a word less", "// c\n/// doc\ndoctype \"A\" {  // d\n}\n", FMT_TOKENS },
        { "a word that is two",
          "// c\n/// doc\ndoctype \"A\" {\n    strategy server _wins;  // d\n}\n", FMT_TOKENS },
        { "a statement more",
          "// c\n/// doc\ndoctype \"A\" {\n    strategy server_wins;  // d\n}\nretry {}\n",
          FMT_TOKENS },
        { "a comment less", "/// doc\ndoctype \"A\" {\n    strategy server_wins;  // d\n}\n",
          FMT_COMMENTS },
        { "a comment changed",
          "// C\n/// doc\ndoctype \"A\" {\n    strategy server_wins;  // d\n}\n", FMT_COMMENTS },
        { "comments in another order",
          "// d\n/// doc\ndoctype \"A\" {\n    strategy server_wins;  // c\n}\n", FMT_COMMENTS },
        { "a word that became a comment",
          "// c\n/// doc\ndoctype \"A\" {\n    strategy server_wins  // d;\n}\n", FMT_TOKENS },
        { "documentation that documents nothing any more",
          "// c\n\ndoctype \"A\" {\n    /// doc\n    strategy server_wins;  // d\n}\n",
          FMT_COMMENTS },
        { "another layout", "// c\n/// doc\ndoctype \"A\" {\n  strategy server_wins;  // d\n}\n",
          FMT_UNSTABLE },
    };
    struct read r;

    read_n(&r, was, sizeof was - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dwr_str text = { cases[i].text, strlen(cases[i].text) };
        uint32_t at = 9;

        const enum fmt_fault fault = fmt_verify(&r.arena, &r.rules, &text, &at);

        cr_expect_eq(fault, cases[i].fault, "%s: %s", cases[i].says, fmt_fault_text(fault));
        cr_expect_eq(at, 0);
    }
    arena_clear(&r.arena);
}

static const struct diff_case {
    const char *says, *a, *b, *diff;
} diff_cases[] = {
    { "equal texts", "a\nb\n", "a\nb\n", "" },
    { "a line changed", "a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" },
    { "nothing before", "", "a\n", "@@ -0,0 +1 @@\n+a\n" },
    { "nothing after", "a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n" },
    { "no line end", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n" },
    { "three lines around", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n",
      "@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n" },
    { "six lines between are one hunk", "a\n1\n2\n3\n4\n5\n6\nb\n", "1\n2\n3\n4\n5\n6\n",
      "@@ -1,8 +1,6 @@\n-a\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n" },
    { "seven are two", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\n",
      "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-b\n" },
};

Test(fmt, unified_differences)
{
    const struct dwr_str name = DWR_STR("f");

    for (size_t i = 0; i < sizeof diff_cases / sizeof *diff_cases; i++) {
        const struct diff_case *t = &diff_cases[i];
        struct arena arena = { 0 };
        struct out_memory m;
        struct dwr_str got;

        out_memory_begin(&m, &arena);
        unified_diff(&m.out, &arena, name, (struct dwr_str){ t->a, strlen(t->a) }, name,
                     (struct dwr_str){ t->b, strlen(t->b) }, false);
        got = out_memory_bytes(&m);
        if (t->diff[0] != '\0') {
            cr_assert(got.n > 12 && memcmp(got.p, "--- f\n+++ f\n", 12) == 0, "%s", t->says);
            got = (struct dwr_str){ got.p + 12, got.n - 12 };
        }
        cr_expect(is(got, t->diff) || (got.n == 0 && t->diff[0] == '\0'), "%s:\n%.*s", t->says,
                  (int)got.n, got.p);
        arena_clear(&arena);
    }
}
