/* literals.h - what the rules of a DocType compare its fields with.
 *
 * Ownership: texts belong to the rule set. */
#ifndef DWR_COMPILER_LITERALS_H
#define DWR_COMPILER_LITERALS_H

#include <stdbool.h>

#include "dwr.h"

/* One value that a field is compared with, set to, or becomes. */
struct literal {
    uint8_t side;         /* enum dwr_operand_side; a role's or the user's: field is DWR_NONE */
    uint16_t field;       /* DWR_NONE: none */
    struct dwr_str value; /* JSON; p NULL: compared with another operand, and that is `other` */
    struct dwr_operand other;
    const struct dwr_cond *cond; /* the comparison; NULL: of no condition */
    bool ordered;                /* by <, <=, > or >= */
    bool merging;                /* while merging; else by the service, on what was merged */
};

typedef void literal_use(void *context, const struct literal *literal);

/* Every literal of the DocType, in the order of the tables. */
void literals_each(const struct dwr_doctype *doctype, literal_use *use, void *context);

/* Those of one condition; NULL: none. */
void literals_of_cond(const struct dwr_cond *cond, bool merging, literal_use *use, void *context);

#endif
