/* explain.h - one page a code: what it means, why it matters, the smallest example, the fix.
 *
 * The pages are the files DWnnnn.md beside this one; the build puts them into the program
 * (embed.sh). Their form, which tests/support/explain_test.py checks:
 *
 *     # DW1005: a field with two rules            the title of diag_codes.def
 *
 *     What it is and why it matters, in a few sentences for who writes rules.
 *
 *     ```dwr wrong                                a rule file that earns the code …
 *     ```
 *
 *     How to put it right.
 *
 *     ```dwr right                                … and one that earns none
 *     ```
 *
 * What a page's example needs beside the rule file stands in blocks before the one that needs it:
 *
 *     ```dwr wrong --today 2027-01-01             more arguments of `dwrc lint`
 *     ```json schema                              a DocType definition: linted with --schema
 *     ```json baseline                            linted with --baseline
 *     ```sh wrong                                 prints the rule file: for what no page can show
 *     ```sh run                                   runs by itself, "$1" being dwrc and "$2" the rule
 *                                                 file: for codes that another command reports */
#ifndef DWR_COMPILER_EXPLAIN_H
#define DWR_COMPILER_EXPLAIN_H

#include "../diag.h"

/* The page, as Markdown; p NULL: there is none. */
struct dwr_str explain_page(enum diag_code code);

/* Made by embed.sh: the pages in the order of their codes. */
struct explain_page {
    int code;
    uint32_t size;
    const char *text;
};
extern const struct explain_page explain_pages[];
extern const size_t explain_page_count;

#endif
