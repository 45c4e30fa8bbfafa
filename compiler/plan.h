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

/* A condition nests at most this deep in the tables: the resolver goes down as far on its stack,
 * and the braces of the generated C nest as deep (clang takes 256). Chains of one word (a and b
 * and c …) are laid out as flat trees and do not count. */
#define PLAN_CONDITION_DEPTH_MAX 100

/* The rule set of a tree in which check_rules has found no error. NULL where it does not fit the
 * tables (more than 65,535 of something, or names made to collide); diag then has a failure that
 * says so. */
const struct dwr_ruleset *plan_rules(struct arena *arena, struct ast_ruleset *ast,
                                     struct diag *diag);

#endif
