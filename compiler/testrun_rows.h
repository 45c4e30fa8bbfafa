/* testrun_rows.h - a child table that a test expects, against the one that came out: row by row,
 * matched by their keys, and in a row member by member, so that what is said is what differs.
 *
 * Ownership: texts point into the tables or belong to the arena. */
#ifndef DWR_COMPILER_TESTRUN_ROWS_H
#define DWR_COMPILER_TESTRUN_ROWS_H

#include <stdbool.h>

#include "arena.h"
#include "dwr.h"

struct testrun_rows {
    struct arena *arena;
    struct dwr_scratch *scratch;
    const struct dwr_table *table;
    struct dwr_str name;           /* of its field */
    struct dwr_text expected, got; /* arrays */
};

/* What differs: "member 'qty' of parts_used[WIDGET-9]", "row parts_used[WIDGET-9]" where one side
 * alone has it, "order of 'parts_used'". label: as reports call the row; of the order, the table. A
 * value is p NULL where a side lacks it. */
typedef void testrun_row_differs(void *context, struct dwr_str what, struct dwr_str label,
                                 struct dwr_text expected, struct dwr_text got);

/* Rows are equal when their members are; unset members may be missing (1.2). */
bool testrun_rows_equal(const struct testrun_rows *rows);

/* Says what differs. False: the sides have no row in common, or one is no row; then nothing has
 * been said. */
bool testrun_rows_differ(const struct testrun_rows *rows, testrun_row_differs *differs,
                         void *context);

#endif
