/* test_page.c - text in a page stays text, in Markdown and in HTML. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/doc/page.h"

static struct arena arena;

static struct dwr_str str(const char *text)
{
    return (struct dwr_str){ text, strlen(text) };
}

static void expect_text(struct dwr_str got, const char *expected, const char *says)
{
    cr_expect(got.n == strlen(expected) && memcmp(got.p, expected, got.n) == 0,
              "%s\n  expected: %s\n  got:      %.*s", says, expected, (int)got.n, got.p);
}

enum { TEXT, CODE, CODE_IN_CELL };

static struct dwr_str put(enum page_kind kind, int what, const char *text)
{
    struct out_memory m;
    struct page page = { .out = &m.out, .kind = kind, .in_cell = what == CODE_IN_CELL };

    out_memory_begin(&m, &arena);
    if (what == TEXT)
        page_text(&page, str(text));
    else
        page_code(&page, str(text));
    return out_memory_bytes(&m);
}

static const struct {
    const char *text, *markdown, *html;
} text_rows[] = {
    { "plain, and 3 < 4 & 5", "plain, and 3 &lt; 4 &amp; 5", "plain, and 3 &lt; 4 &amp; 5" },
    { "<b>", "&lt;b&gt;", "&lt;b&gt;" },
    { "\"quoted\"", "\"quoted\"", "&quot;quoted&quot;" },
    { "a_b *c* `d` [e](f) g|h ~i $j \\", "a\\_b \\*c\\* \\`d\\` \\[e\\](f) g\\|h \\~i \\$j \\\\",
      "a_b *c* `d` [e](f) g|h ~i $j \\" },
    { "# no heading", "\\# no heading", "# no heading" },
    { "- no list", "\\- no list", "- no list" },
    { "12. no list", "12\\. no list", "12. no list" },
    { "12 is - no # list.", "12 is - no # list.", "12 is - no # list." },
    /* One line stays one line. */
    { "a\nb\tc\r", "a b c ", "a b c " },
    { "x\001y\xE2\x80\xAEz\xFF", "x\xEF\xBF\xBDy\xEF\xBF\xBDz\xEF\xBF\xBD",
      "x\xEF\xBF\xBDy\xEF\xBF\xBDz\xEF\xBF\xBD" },
};

Test(page, text_is_never_markup)
{
    for (size_t i = 0; i < sizeof text_rows / sizeof *text_rows; i++) {
        expect_text(put(PAGE_MARKDOWN, TEXT, text_rows[i].text), text_rows[i].markdown,
                    text_rows[i].text);
        expect_text(put(PAGE_HTML, TEXT, text_rows[i].text), text_rows[i].html, text_rows[i].text);
    }
    arena_clear(&arena);
}

Test(page, code_between_backticks)
{
    expect_text(put(PAGE_MARKDOWN, CODE, "a|b_c"), "`a|b_c`", "nothing is escaped in code");
    expect_text(put(PAGE_MARKDOWN, CODE_IN_CELL, "a|b"), "`a\\|b`", "but the end of a cell");
    expect_text(put(PAGE_MARKDOWN, CODE, "a`b"), "`` a`b ``", "more backticks than inside");
    expect_text(put(PAGE_MARKDOWN, CODE, "```"), "```` ``` ````", "and more");
    expect_text(put(PAGE_MARKDOWN, CODE, "a\nb"), "`a b`", "on one line");
    expect_text(put(PAGE_HTML, CODE, "</code>|`"), "<code>&lt;/code&gt;|`</code>", "HTML");
    arena_clear(&arena);
}

Test(page, a_table_in_both_forms)
{
    static const char *const heads[] = { "A", "B" };
    static const char *const expected[] = {
        "| A | B |\n| --- | --- |\n| x | r:1 |\n\n",
        "<div class=\"table\"><table>\n<thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th>"
        "</tr></thead>\n<tbody>\n<tr><td data-label=\"A\">x</td><td "
        "data-label=\"B\">r:1</td></tr>\n"
        "</tbody>\n</table></div>\n",
    };

    for (int kind = PAGE_MARKDOWN; kind <= PAGE_HTML; kind++) {
        struct out_memory m;
        struct page page = { .out = &m.out, .kind = (enum page_kind)kind };

        out_memory_begin(&m, &arena);
        page_table_begin(&page, heads, 2);
        page_row_begin(&page);
        for (int i = 0; i < 2; i++) {
            page_cell_begin(&page);
            page_text(&page, str(i == 0 ? "x" : "r:1"));
            page_cell_end(&page);
        }
        page_row_end(&page);
        page_table_end(&page);
        expect_text(out_memory_bytes(&m), expected[kind], "a table");
    }
    arena_clear(&arena);
}
