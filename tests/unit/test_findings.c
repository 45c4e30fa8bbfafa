/* test_findings.c - what findings are known by, the days that comments hold, and fixes as text. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "../../compiler/findings/allow.h"
#include "../../compiler/findings/findings.h"
#include "../../compiler/findings/fix.h"

struct fixture {
    struct arena arena;
    struct source source;
    struct sources sources;
    struct diag diag;
};

static void set_up(struct fixture *f, const char *text)
{
    *f = (struct fixture){ 0 };
    f->source = (struct source){ .path = { "r/a.dwr", 7 },
                                 .label = { "r/a.dwr", 7 },
                                 .text = (char *)(uintptr_t)text,
                                 .size = (uint32_t)strlen(text) };
    f->sources = (struct sources){ &f->source, 1, 1 };
    diag_init(&f->diag, &f->arena, &f->sources);
}

static struct dwr_str str(const char *p)
{
    return (struct dwr_str){ p, strlen(p) };
}

static const struct day_case {
    const char *text;
    long day; /* -1: none */
} day_cases[] = {
    { "1970-01-01", 0 },     { "1970-03-01", 59 },    { "1972-03-01", 790 },
    { "2000-02-29", 11016 }, { "2026-12-31", 20818 }, { "2026-02-29", -1 },
    { "1900-02-29", -1 },    { "2026-13-01", -1 },    { "2026-00-10", -1 },
    { "2026-04-31", -1 },    { "2026-4-3", -1 },      { "2026-12-31 ", -1 },
    { "0000-01-01", -1 },    { "20261231", -1 },      { "", -1 },
};

Test(findings, days_are_those_of_the_calendar)
{
    for (size_t i = 0; i < sizeof day_cases / sizeof *day_cases; i++) {
        const struct day_case *c = &day_cases[i];
        long day = -1;

        cr_expect_eq(allow_day(str(c->text), &day), c->day >= 0, "'%s'", c->text);
        if (c->day >= 0)
            cr_expect_eq(day, c->day, "'%s' is %ld", c->text, day);
    }
}

/* No line number, no white space: what moved or was laid out anew is the same. */
Test(findings, a_fingerprint_knows_no_lines)
{
    struct fixture f, moved;
    struct diag_finding *a, *b, *other;

    set_up(&f, "server_wins notes;\n");
    set_up(&moved, "// above\n\n   server_wins   notes;\n");
    a = diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 12, 17 }, "here");
    b = diag_add(&moved.diag, DIAG_SYNTAX, (struct span){ 0, 27, 32 }, "there");
    other = diag_add(&f.diag, DIAG_TWICE, (struct span){ 0, 12, 17 }, "here");
    cr_assert_str_eq(findings_fingerprint(&f.arena, a, 0).p,
                     findings_fingerprint(&f.arena, b, 0).p);
    cr_assert_str_neq(findings_fingerprint(&f.arena, a, 0).p,
                      findings_fingerprint(&f.arena, a, 1).p);
    cr_assert_str_neq(findings_fingerprint(&f.arena, a, 0).p,
                      findings_fingerprint(&f.arena, other, 0).p);
    diag_subject(a, str("Job"), str("notes"));
    diag_subject(b, str("Job"), str("notes"));
    b->span.begin = 0; /* with a subject even the line's text does not matter */
    cr_assert_str_eq(findings_fingerprint(&f.arena, a, 0).p,
                     findings_fingerprint(&f.arena, b, 0).p);
    diag_subject(b, str("Job"), str("remarks"));
    cr_assert_str_neq(findings_fingerprint(&f.arena, a, 0).p,
                      findings_fingerprint(&f.arena, b, 0).p);
    arena_clear(&f.arena);
    arena_clear(&moved.arena);
}

static struct diag_fix *fix_at(struct fixture *f, uint32_t begin, uint32_t end, const char *text,
                               bool safe)
{
    struct diag_finding *finding =
        diag_add(&f->diag, DIAG_SYNTAX, (struct span){ 0, begin, end }, "x");
    struct diag_fix *fix = diag_fix(&f->diag, finding, safe, "x");

    diag_edit(&f->diag, fix, (struct span){ 0, begin, end }, "%s", text);
    return fix;
}

/* Of fixes that touch, the first goes now; one that is not safe, or lies outside, never. */
Test(findings, fixes_that_touch_go_one_at_a_time)
{
    struct fixture f;
    struct source fixed[1];
    struct diag_fix *fix;

    set_up(&f, "abcdef");
    fix_at(&f, 4, 6, "", true);
    fix_at(&f, 0, 2, "XYZ", true);
    fix_at(&f, 1, 3, "no", true);
    fix_at(&f, 3, 3, "no", false);
    fix_at(&f, 5, 9, "no", true);
    fix = fix_at(&f, 2, 2, "+", true);
    diag_edit(&f.diag, fix, (struct span){ 0, 3, 4 }, "%s", "D");
    cr_assert_eq(fix_texts(&f.diag, &f.sources, fixed), 3);
    cr_assert_eq(fixed[0].size, 6);
    cr_assert_str_eq(fixed[0].text, "XYZ+cD");
    cr_assert_str_eq(f.source.text, "abcdef");
    arena_clear(&f.arena);
}

/* What a path or a name holds must not break a format. */
Test(findings, formats_hold_only_what_may_be_shown)
{
    struct fixture f;
    struct out_memory m;
    struct findings_report report = { .diag = &f.diag, .command = "lint" };

    set_up(&f, "abc\n");
    f.source.path = str("a\xFF,:%\n.dwr");
    diag_subject(diag_add(&f.diag, DIAG_SYNTAX, (struct span){ 0, 0, 1 }, "50%% of \"it\""),
                 str("J\x80"), str("\xE2\x80\xAE"));
    for (int format = 0; format < FINDINGS_FORMATS; format++) {
        struct dwr_str text;

        out_memory_begin(&m, &f.arena);
        findings_print((enum findings_format)format, &m.out, &report);
        text = out_memory_bytes(&m);
        cr_expect_null(memchr(text.p, 0xFF, text.n), "%s", findings_formats[format]);
        cr_expect_null(memchr(text.p, 0x80, text.n), "%s", findings_formats[format]);
    }
    arena_clear(&f.arena);
}
