/* page.h - a page being written: the same elements as Markdown and as HTML.
 *
 * What comes from a rule file, a schema or a document is text and stays text: every function that
 * takes a dwr_str escapes it, but page_said, which takes what words.h made in the page's style.
 *
 * The HTML is one file that needs nothing else: its style and its script are in it, and its own
 * policy forbids it to load anything.
 *
 * Ownership: nothing is kept. */
#ifndef DWR_COMPILER_PAGE_H
#define DWR_COMPILER_PAGE_H

#include "out.h"
#include "words.h"

enum page_kind { PAGE_MARKDOWN, PAGE_HTML };

struct page {
    struct out *out;
    enum page_kind kind;
    bool in_cell;             /* of a table: a Markdown cell is one line, and '|' ends it */
    const char *const *heads; /* of the table, and the column that comes next */
    uint32_t column;
};

/* How words.h is to put fields and values where the page stands. */
const struct words_style *page_style(const struct page *p);

/* --- the whole --- */

void page_begin(struct page *p, struct dwr_str title);
void page_end(struct page *p);

/* The list of links beside the text; HTML alone, Markdown has none. Between them page_nav_group and
 * page_nav_link. */
void page_nav_begin(struct page *p);
void page_nav_group(struct page *p, struct dwr_str title);
void page_nav_link(struct page *p, struct dwr_str id, struct dwr_str text);
void page_nav_end(struct page *p);

/* A part that the search shows or hides as one. */
void page_part_begin(struct page *p);
void page_part_end(struct page *p);

/* --- blocks --- */

/* level 1 to 5; id: where links lead, p NULL: nowhere; at: the line that it stands on, or p NULL.
 */
void page_heading(struct page *p, int level, struct dwr_str id, struct dwr_str text,
                  struct dwr_str at);

void page_paragraph_begin(struct page *p);
void page_paragraph_end(struct page *p);
/* A paragraph that says why. */
void page_quote(struct page *p, const char *label, struct dwr_str text);

void page_list_begin(struct page *p);
void page_item_begin(struct page *p);
void page_item_end(struct page *p);
void page_list_end(struct page *p);

void page_table_begin(struct page *p, const char *const *heads, uint32_t count);
void page_row_begin(struct page *p);
void page_cell_begin(struct page *p);
void page_cell_end(struct page *p);
void page_row_end(struct page *p);
void page_table_end(struct page *p);

/* --- in a line --- */

void page_text(struct page *p, struct dwr_str text);
void page_word(struct page *p, const char *text); /* ours: plain ASCII, nothing to escape */
void page_code(struct page *p, struct dwr_str text);
void page_said(struct page *p, struct dwr_str words);
void page_link(struct page *p, struct dwr_str id, struct dwr_str text);
/* A line of the rules, small; p NULL: nothing. */
void page_at(struct page *p, struct dwr_str at);

#endif
