/* test_source.c - offsets as lines and columns, and what makes a text unfit to scan. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "../../compiler/source.h"

static struct source source_of(const char *text, size_t size)
{
    return (struct source){ .path = { "rules/a.dwr", 11 },
                            .label = { "rules/a.dwr", 11 },
                            .text = (char *)(uintptr_t)text,
                            .size = (uint32_t)size };
}

/* Columns count characters; UTF-16 units where machines ask. */
static const struct position_case {
    const char *text;
    uint32_t offset, line, column, utf16;
} position_cases[] = {
    { "", 0, 1, 1, 1 },
    { "abc", 2, 1, 3, 3 },
    { "abc\ndef", 4, 2, 1, 1 },
    { "abc\ndef", 3, 1, 4, 4 },
    { "abc\n", 4, 2, 1, 1 },
    { "\xC3\xA4x", 2, 1, 2, 2 },         /* two bytes, one character */
    { "\xE2\x82\xACx", 3, 1, 2, 2 },     /* three bytes */
    { "\xF0\x9F\x98\x80x", 4, 1, 2, 3 }, /* four bytes, two UTF-16 units */
    { "a\r\nb", 3, 2, 1, 1 },
    { "abc", 99, 1, 4, 4 }, /* beyond the end is the end */
};

Test(source, positions_count_characters)
{
    for (size_t i = 0; i < sizeof position_cases / sizeof *position_cases; i++) {
        const struct position_case *k = &position_cases[i];
        struct source source = source_of(k->text, strlen(k->text));
        struct arena arena = { 0 };
        const struct source_position at = source_position(&arena, &source, k->offset);

        cr_assert_eq(at.line, k->line, "row %zu: line %u", i, at.line);
        cr_assert_eq(at.column, k->column, "row %zu: column %u", i, at.column);
        cr_assert_eq(at.column_utf16, k->utf16, "row %zu: UTF-16 column %u", i, at.column_utf16);
        arena_clear(&arena);
    }
}

Test(source, a_line_is_found_from_any_hint)
{
    enum { LINES = 40 };
    char text[LINES * 2 + 1] = "";
    struct source source;
    struct arena arena = { 0 };

    for (int i = 0; i < LINES; i++)
        memcpy(text + i * 2, "x\n", 2);
    source = source_of(text, LINES * 2);
    for (uint32_t offset = 0; offset <= LINES * 2; offset++)
        for (uint32_t from = 0; from <= LINES + 3; from++) {
            uint32_t hint = from;
            const uint32_t line = source_line(&arena, &source, offset, &hint);

            cr_assert_eq(line, offset / 2 + 1, "offset %u from hint %u", offset, from);
        }
    arena_clear(&arena);
}

Test(source, a_line_has_no_line_end)
{
    struct source source = source_of("one\r\ntwo\nthree", 14);
    struct arena arena = { 0 };
    static const char *const lines[] = { "one", "two", "three" };

    for (uint32_t i = 1; i <= 3; i++) {
        const struct dwr_str line = source_line_text(&arena, &source, i);

        cr_assert_eq(line.n, strlen(lines[i - 1]));
        cr_assert_eq(memcmp(line.p, lines[i - 1], line.n), 0, "line %u", i);
    }
    cr_assert_eq(source_line_text(&arena, &source, 4).n, 0);
    arena_clear(&arena);
}

/* "rules/a.dwr:3" is the label and the line of the statement's first word. */
Test(source, at_is_label_and_line)
{
    char text[400];
    struct source source;
    struct sources sources = { &source, 1, 1 };
    struct arena arena = { 0 };
    uint32_t hint = 0;
    struct dwr_str at;

    memset(text, '\n', sizeof text);
    source = source_of(text, sizeof text);
    at = source_at(&arena, &sources, (struct span){ 0, 2, 3 }, &hint);
    cr_assert_str_eq(at.p, "rules/a.dwr:3");
    cr_assert_eq(at.n, strlen("rules/a.dwr:3"));
    cr_assert_str_eq(source_at(&arena, &sources, (struct span){ 0, 399, 400 }, &hint).p,
                     "rules/a.dwr:400");
    cr_assert_str_eq(source_at(&arena, &sources, (struct span){ 0, 0, 1 }, &hint).p,
                     "rules/a.dwr:1");
    arena_clear(&arena);
}

static const struct fault_case {
    const char *says;
    const char *text;
    size_t size;
    enum source_fault fault;
    uint32_t offset;
} fault_cases[] = {
    { "ASCII", "abc", 3, SOURCE_GOOD, 0 },
    { "nothing", "", 0, SOURCE_GOOD, 0 },
    { "two, three and four bytes", "\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80", 9, SOURCE_GOOD, 0 },
    { "the last code point", "\xF4\x8F\xBF\xBF", 4, SOURCE_GOOD, 0 },
    { "around the surrogates", "\xED\x9F\xBF\xEE\x80\x80", 6, SOURCE_GOOD, 0 },
    { "a NUL", "ab\0c", 4, SOURCE_NUL, 2 },
    { "a NUL at the end", "ab\0", 3, SOURCE_NUL, 2 },
    { "a continuation alone", "ab\x80", 3, SOURCE_UTF8, 2 },
    { "overlong, two bytes", "\xC1\xBF", 2, SOURCE_UTF8, 0 },
    { "overlong, three bytes", "a\xE0\x9F\xBF", 4, SOURCE_UTF8, 1 },
    { "overlong, four bytes", "\xF0\x8F\xBF\xBF", 4, SOURCE_UTF8, 0 },
    { "a surrogate", "\xED\xA0\x80", 3, SOURCE_UTF8, 0 },
    { "beyond Unicode", "\xF4\x90\x80\x80", 4, SOURCE_UTF8, 0 },
    { "no first byte", "\xFF", 1, SOURCE_UTF8, 0 },
    { "cut after two of three", "ab\xE2\x82", 4, SOURCE_UTF8, 2 },
    { "cut by ASCII", "\xE2\x82z", 3, SOURCE_UTF8, 0 },
};

Test(source, unfit_texts_are_told_apart)
{
    for (size_t i = 0; i < sizeof fault_cases / sizeof *fault_cases; i++) {
        const struct fault_case *k = &fault_cases[i];
        uint32_t offset;

        cr_assert_eq(source_inspect(k->text, k->size, &offset), k->fault, "%s", k->says);
        cr_assert_eq(offset, k->offset, "%s: at %u", k->says, offset);
    }
}

/* The fast path looks at 32 bytes at once: a fault is found wherever it lies. */
Test(source, a_bad_byte_is_found_at_every_place)
{
    char text[100];
    uint32_t offset;

    for (size_t size = 1; size <= sizeof text; size++)
        for (size_t at = 0; at < size; at++) {
            memset(text, 'x', sizeof text);
            text[at] = (char)0x80;
            cr_assert_eq(source_inspect(text, size, &offset), SOURCE_UTF8);
            cr_assert_eq(offset, at, "byte %zu of %zu", at, size);
        }
}

Test(source, a_line_may_be_a_mebibyte_and_no_longer)
{
    char *text = malloc(SOURCE_LINE_MAX + 3);
    uint32_t offset;

    memset(text, 'x', SOURCE_LINE_MAX + 3);
    text[1] = '\n';
    cr_assert_eq(source_inspect(text, SOURCE_LINE_MAX + 2, &offset), SOURCE_GOOD);
    cr_assert_eq(source_inspect(text, SOURCE_LINE_MAX + 3, &offset), SOURCE_LINE_LONG);
    cr_assert_eq(offset, 2);
    free(text);
}
