/* check_schema.h - rules against the real DocTypes: that what they name is there, and is of a type
 * that what they say of it can be meant.
 *
 * Everything is judged by the schemas only; what a schema does not know (a fieldtype of another
 * version, a table whose rows have no schema) is taken to be right. The tree may have errors of its
 * own. Findings are the same on any number of threads. */
#ifndef DWR_COMPILER_CHECK_SCHEMA_H
#define DWR_COMPILER_CHECK_SCHEMA_H

#include "../ast.h"
#include "schema.h"

void check_schema(struct arena *arena, struct ast_ruleset *ruleset, const struct schemas *schemas,
                  struct diag *diag);

#endif
