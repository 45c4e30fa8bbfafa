/* test_emit.c - identifiers, and texts that C has no literal for. What the files look like is
 * tests/golden's; that they are C and say what the memory says, tests/support/golden.sh's. */
#include <criterion/criterion.h>

#include "../../compiler/emit.h"

static struct arena arena;

static void clear(void)
{
    arena_clear(&arena);
}

static const char *text(struct dwr_str s)
{
    return s.p ? arena_copy(&arena, s.p, s.n) : NULL;
}

Test(emit, identifiers, .fini = clear)
{
    cr_expect_str_eq(text(emit_identifier(&arena, (struct dwr_str)DWR_STR("dartwing_company"))),
                     "dartwing_company");
    cr_expect_str_eq(text(emit_identifier(&arena, (struct dwr_str)DWR_STR("A-b.c 9"))), "A_b_c_9");
    cr_expect_str_eq(text(emit_identifier(&arena, (struct dwr_str)DWR_STR("\xC3\xA4"))), "__");
    cr_expect_str_eq(text(emit_identifier(&arena, (struct dwr_str)DWR_STR(""))), "rules");
}

#define NAME(literal)                                                                              \
    {                                                                                              \
        .name = DWR_STR(literal), .role = DWR_NAME_FREE                                            \
    }

static const struct dwr_name plain[] = { NAME("status"), NAME("a_b") };
static const struct dwr_name short_[] = { NAME("b_c"), NAME("d") };
static const struct dwr_name odd[] = { NAME("x-y"), NAME("x y"), NAME("X_Y"), NAME("c") };

/* Only what the identifiers are made from. */
static const struct dwr_doctype doctypes[] = {
    { .name = DWR_STR("Plain"), .names = { .v = plain, .count = 2 } },
    { .name = DWR_STR("A"), .names = { .v = short_, .count = 2 } },
    { .name = DWR_STR("A B"), .names = { .v = odd, .count = 4 } },
    { .name = DWR_STR("a-b"), .names = { .v = plain, .count = 2 } },
};
static const struct dwr_ruleset rules = { .name = DWR_STR("set"),
                                          .doctypes = doctypes,
                                          .doctype_count = 4 };

Test(emit, names_that_become_one_identifier_are_told_apart, .fini = clear)
{
    struct emit e;

    cr_assert(emit_prepare(&e, &arena, &rules, (struct dwr_str)DWR_STR("x")));
    cr_expect_str_eq(text(e.doctypes[2].id), "a_b");
    cr_expect_str_eq(text(e.doctypes[3].id), "a_b_2");
    cr_expect_str_eq(text(e.doctypes[3].upper), "A_B_2");
    cr_expect_null(e.doctypes[0].fields, "nothing can go wrong with these");
    cr_assert_not_null(e.doctypes[2].fields);
    cr_expect_str_eq(text(e.doctypes[2].fields[0]), "X_Y");
    cr_expect_str_eq(text(e.doctypes[2].fields[1]), "X_Y_2");
    cr_expect_str_eq(text(e.doctypes[2].fields[2]), "X_Y_3");
    /* A's b_c is first: A_B_C. A B's c must not be that. */
    cr_assert_not_null(e.doctypes[1].fields);
    cr_expect_str_eq(text(e.doctypes[1].fields[0]), "B_C");
    cr_expect_str_eq(text(e.doctypes[2].fields[3]), "C_2");
}

Test(emit, the_same_rules_give_the_same_identifiers, .fini = clear)
{
    struct emit e, again;

    cr_assert(emit_prepare(&e, &arena, &rules, (struct dwr_str)DWR_STR("x")));
    cr_assert(emit_prepare(&again, &arena, &rules, (struct dwr_str)DWR_STR("x")));
    for (int i = 0; i < 4; i++)
        cr_expect_str_eq(text(e.doctypes[i].id), text(again.doctypes[i].id));
}

/* C17 promises room for literals of 4,095 bytes; -Woverlength-strings holds us to it. */
Test(emit, a_text_of_4096_bytes_is_an_array_of_characters, .fini = clear)
{
    struct dwr_ruleset long_text = { .other = { .tombstone.soft_delete.field = DWR_NONE,
                                                .version_field = DWR_NONE } };
    struct out_memory m;
    struct emit e;
    char *p = arena_alloc(&arena, 4096);
    const char *c;

    memset(p, 'x', 4096);
    memcpy(p, "'\\\n\303\274", 5);
    long_text.digest = (struct dwr_str){ p, 4095 };
    cr_assert(emit_prepare(&e, &arena, &long_text, (struct dwr_str)DWR_STR("x")));
    out_memory_begin(&m, &arena);
    emit_c(&e, &m.out);
    out_char(&m.out, '\0');
    cr_expect_not_null(strstr(out_memory_bytes(&m).p, ".digest = DWR_STR(\"'\\\\\\n\303\274xxx"));

    long_text.digest.n = 4096;
    out_memory_begin(&m, &arena);
    emit_c(&e, &m.out);
    out_char(&m.out, '\0');
    c = strstr(out_memory_bytes(&m).p, ".digest = { (const char[]){");
    cr_assert_not_null(c);
    cr_expect_not_null(strstr(c, "'\\047','\\134','\\012','\\303','\\274','x',"));
    cr_expect_not_null(strstr(c, " }, 4096 },"));
}
