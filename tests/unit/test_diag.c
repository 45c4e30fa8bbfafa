/* test_diag.c - findings: their order, their shape, the exit codes, and what is near to what. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../compiler/diag.h"

struct fixture {
    struct arena arena;
    struct source source[2];
    struct sources sources;
    struct diag diag;
};

static void set_up(struct fixture *f, const char *first, const char *second)
{
    *f = (struct fixture){ 0 };
    f->source[0] = (struct source){ .path = { "a.dwr", 5 },
                                    .label = { "r/a.dwr", 7 },
                                    .text = (char *)(uintptr_t)first,
                                    .size = (uint32_t)strlen(first) };
    f->source[1] = (struct source){ .path = { "b.dwr", 5 },
                                    .label = { "r/b.dwr", 7 },
                                    .text = (char *)(uintptr_t)second,
                                    .size = (uint32_t)strlen(second) };
    f->sources = (struct sources){ f->source, 2, 2 };
    diag_init(&f->diag, &f->arena, &f->sources);
}

static char *printed(struct fixture *f, const struct diag_style *style, char **failures)
{
    char *out = NULL;
    size_t n, m;
    FILE *to = open_memstream(&out, &n), *err = open_memstream(failures, &m);

    diag_print(&f->diag, style, to, err);
    fclose(to);
    fclose(err);
    return out;
}

static void expect_printed(struct fixture *f, const struct diag_style *style, const char *expected)
{
    char *failures = NULL, *out = printed(f, style, &failures);

    cr_assert_str_eq(out, expected);
    free(out);
    free(failures);
}

static const struct diag_style plain = { DIAG_COLOR_NEVER, DIAG_FAIL_ERROR, DIAG_MAX_ERRORS };

/* gcc's first line, the code, the source line with its carets, help, notes, where to read more. */
Test(diag, a_finding_has_its_shape)
{
    struct fixture f;
    struct diag_finding *finding;

    set_up(&f, "doctype \"A\" {\n    strategy field_levl;\n}\n", "");
    finding = diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 27, 37 }, "unexpected word '%s'",
                       "field_levl");
    diag_help(&f.diag, finding, "did you mean '%s'?", "field_level");
    diag_note(&f.diag, finding, (struct span){ 0, 0, 7 }, "in this doctype");
    expect_printed(&f, &plain,
                   "a.dwr:2:14: error[DW0001]: unexpected word 'field_levl'\n"
                   "    2 |     strategy field_levl;\n"
                   "      |              ^~~~~~~~~~\n"
                   "  help: did you mean 'field_level'?\n"
                   "a.dwr:1:1: note: in this doctype\n"
                   "  = dwrc explain DW0001\n");
    arena_clear(&f.arena);
}

/* Columns are characters, and a tab stays a tab in the caret line. */
Test(diag, carets_stand_under_their_characters)
{
    struct fixture f;

    set_up(&f, "\t\xC3\xA4\xC3\xB6 \xE2\x82\xACx\n", "");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 6, 10 }, "here");
    expect_printed(&f, &plain,
                   "a.dwr:1:5: error[DW0001]: here\n"
                   "    1 | \t\xC3\xA4\xC3\xB6 \xE2\x82\xACx\n"
                   "      | \t   ^~\n"
                   "  = dwrc explain DW0001\n");
    arena_clear(&f.arena);
}

/* What a file holds must not steer the reader's terminal. */
Test(diag, nothing_unprintable_is_printed)
{
    struct fixture f;
    char *out, *failures = NULL;

    set_up(&f, "a\33[31mb\x80 \xE2\x80\xAE \xC2\x9B\n", "");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "of '%s'",
             "\33[31m\n\xE2\x80\xAE\xFF");
    out = printed(&f, &plain, &failures);
    cr_assert_null(strchr(out, '\33'));
    cr_assert_null(strchr(out, '\x80'));
    cr_assert_null(strstr(out, "\xE2\x80\xAE"));
    cr_assert_null(strstr(out, "\xC2\x9B"));
    cr_assert_not_null(strstr(out, "of '?[31m????"));
    cr_assert_not_null(strstr(out, "a?[31mb? "));
    free(out);
    free(failures);
    arena_clear(&f.arena);
}

/* Path, offset, code: the same every time. */
Test(diag, findings_come_in_the_order_of_the_files)
{
    struct fixture f;

    set_up(&f, "abc\n", "def\n");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 1, 0, 1 }, "4");
    diag_add(&f.diag, DIAG_TWICE, (struct span){ 0, 2, 3 }, "3");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 2, 3 }, "2");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "1");
    diag_sort(&f.diag);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(f.diag.v[i]->text.p[0], '1' + i);
    arena_clear(&f.arena);
}

Test(diag, a_long_line_is_shown_in_part)
{
    struct fixture f;
    char *line = malloc(100001), *out, *failures = NULL;

    memset(line, 'x', 100000);
    line[100000] = '\0';
    set_up(&f, line, "");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 50000, 50003 }, "here");
    out = printed(&f, &plain, &failures);
    cr_assert_lt(strlen(out), 600);
    cr_assert_not_null(strstr(out, "a.dwr:1:50001: "));
    cr_assert_not_null(strstr(out, "^~~\n"));
    free(out);
    free(failures);
    free(line);
    arena_clear(&f.arena);
}

Test(diag, the_rest_is_counted)
{
    struct fixture f;
    const struct diag_style two = { DIAG_COLOR_NEVER, DIAG_FAIL_ERROR, 2 };
    const struct diag_style all = { DIAG_COLOR_NEVER, DIAG_FAIL_ERROR, 0 };
    char *out, *failures = NULL;

    set_up(&f, "abc\n", "");
    for (int i = 0; i < 5; i++)
        diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "number %d", i);
    out = printed(&f, &two, &failures);
    cr_assert_not_null(strstr(out, "number 1"));
    cr_assert_null(strstr(out, "number 2"));
    cr_assert_not_null(strstr(out, "3 more"));
    free(out);
    free(failures);
    out = printed(&f, &all, &failures);
    cr_assert_not_null(strstr(out, "number 4"));
    cr_assert_null(strstr(out, "more"));
    free(out);
    free(failures);
    arena_clear(&f.arena);
}

/* 0: nothing at or above the level; 1: findings; 2: could not do the job, whatever was found. */
Test(diag, exit_codes)
{
    struct fixture f;
    char *out, *failures = NULL;

    set_up(&f, "abc\n", "");
    cr_assert_eq(diag_exit(&f.diag, DIAG_FAIL_NOTE), 0);
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "x");
    cr_assert_eq(diag_exit(&f.diag, DIAG_FAIL_ERROR), 1);
    cr_assert_eq(diag_exit(&f.diag, DIAG_FAIL_WARNING), 1);
    cr_assert_eq(diag_exit(&f.diag, DIAG_FAIL_NEVER), 0);
    diag_failure(&f.diag, "cannot read %s", "x.dwr");
    cr_assert_eq(diag_exit(&f.diag, DIAG_FAIL_NEVER), 2);
    out = printed(&f, &plain, &failures);
    cr_assert_str_eq(failures, "dwrc: cannot read x.dwr\n");
    free(out);
    free(failures);
    arena_clear(&f.arena);
}

Test(diag, colour_is_asked_for)
{
    struct fixture f;
    const struct diag_style always = { DIAG_COLOR_ALWAYS, DIAG_FAIL_ERROR, 0 };
    const struct diag_style automatic = { DIAG_COLOR_AUTO, DIAG_FAIL_ERROR, 0 };
    char *out, *failures = NULL;

    set_up(&f, "abc\n", "");
    diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "x");
    out = printed(&f, &always, &failures);
    cr_assert_not_null(strstr(out, "\33[1;31merror[DW0001]\33[0m"));
    free(out);
    free(failures);
    out = printed(&f, &automatic, &failures); /* no terminal */
    cr_assert_null(strchr(out, '\33'));
    free(out);
    free(failures);
    arena_clear(&f.arena);
}

static const struct near_case {
    const char *word, *nearest; /* NULL: none is near */
} near_cases[] = {
    { "field_levl", "field_level" },
    { "field_level", "field_level" },
    { "Field_Level", "field_level" },
    { "stategy", "strategy" },
    { "srategy", "strategy" },
    { "tsrategy", "strategy" }, /* a swap counts once */
    { "kye", "key" },
    { "xyz", NULL },
    { "k", NULL },
    { "", NULL },
    { "on_same", NULL },
    { "completely_other", NULL },
    { "Payment Entry", "Payment Entrie" },
    { "Payment Country", NULL }, /* as far as Country is from Entrie */
    { "Paymet Entrie", "Payment Entrie" },
    { "on_some_key", "on_same_key" },
    { "on_any_key", NULL },
};

Test(diag, only_what_is_near_is_proposed)
{
    static const char *const words[] = { "strategy", "field_level", "key", "on_same_key",
                                         "Payment Entrie" };
    enum { COUNT = sizeof words / sizeof *words };
    struct dwr_str candidates[COUNT];

    for (size_t i = 0; i < COUNT; i++)
        candidates[i] = (struct dwr_str){ words[i], strlen(words[i]) };
    for (size_t i = 0; i < sizeof near_cases / sizeof *near_cases; i++) {
        const struct near_case *k = &near_cases[i];
        const int n = diag_nearest((struct dwr_str){ k->word, strlen(k->word) }, candidates, COUNT);

        if (k->nearest == NULL)
            cr_assert_eq(n, -1, "'%s' is near to nothing", k->word);
        else
            cr_assert(n >= 0 && strcmp(words[n], k->nearest) == 0, "'%s' is near to '%s'", k->word,
                      k->nearest);
    }
}

Test(diag, every_code_has_a_title_and_stands_once)
{
    static const enum diag_code codes[] = {
#define DIAG_CODE(NAME, number, severity, title) number,
#include "../../compiler/diag_codes.def"
#undef DIAG_CODE
    };
    const size_t count = sizeof codes / sizeof *codes;

    for (size_t i = 0; i < count; i++) {
        cr_assert_not_null(diag_code_title(codes[i]));
        cr_assert(codes[i] >= 1 && codes[i] <= 9999);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(codes[i], codes[j], "DW%04d stands twice", (int)codes[i]);
    }
    cr_assert_null(diag_code_title((enum diag_code)9998));
}
