/* plan.h - what was decided: the tree as the rule set that the resolver reads.
 *
 * Every default is filled in here and every name becomes an index; nothing behind this decides
 * anything any more. The same struct goes to emit.c, which prints it, and to dwr_resolve_line,
 * which merges by it.
 *
 * Ownership: everything belongs to the arena; texts may point into the sources. */
#ifndef DWR_COMPILER_PLAN_H
#define DWR_COMPILER_PLAN_H

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "tables.h"

/* The rule set of a tree in which check_rules has found no error. NULL where it does not fit the
 * tables (more than 65,535 of something, or names made to collide); diag then has a failure that
 * says so. */
const struct dwr_ruleset *plan_rules(struct arena *arena, struct ast_ruleset *ast,
                                     struct diag *diag);

#endif
