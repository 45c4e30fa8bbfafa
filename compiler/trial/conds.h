/* conds.h - the conditions that rules ask, one comparison after the other. */
#ifndef DWR_COMPILER_CONDS_H
#define DWR_COMPILER_CONDS_H

#include "dwr.h"

/* Called for every node that compares or asks: no `and`, `or` or `not`. */
typedef void cond_use(void *context, const struct dwr_cond *cond);

/* Those of one condition; NULL: none. */
void conds_of(const struct dwr_cond *cond, cond_use *use, void *context);

/* Those that a merge asks: of the rules, of tables that hold their rows, of the lock. */
void conds_of_merging(const struct dwr_doctype *doctype, cond_use *use, void *context);

#endif
