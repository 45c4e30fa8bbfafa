/* lint.h - rules that are sound and still lose something: what a write, a delete or a timeout does
 * to what people typed, signed, photographed or counted (codes 20xx and 40xx), and what no rule or
 * test speaks of (50xx).
 *
 * A check proposes a merge that should lose something, in the DocType's own field names; the
 * resolver merges it; only what was seen to be lost is reported, with that merge as the finding's
 * scenario. Where the rules make the merge end otherwise (a lock, a guard, a strategy) there is no
 * finding, whatever the rule's name suggests.
 *
 * What a field is comes from the schema, where there is one, else from its name (lint_kind, in
 * lint_parts.h).
 *
 * Ownership: findings belong to the diag's arena. */
#ifndef DWR_COMPILER_LINT_H
#define DWR_COMPILER_LINT_H

#include "ast.h"
#include "diag.h"
#include "schema/schema.h"
#include "tables.h"

/* Adds the findings to diag. rules: the plan of the tree, so no error has been found; schemas NULL:
 * none were read; whole: the tree is a whole rule set and not a file of one, so that tests which
 * are not there, and DocTypes that no rule names, are missing indeed. Out of memory: jumps to the
 * arena's no_memory, with nothing lost. */
void lint_rules(struct arena *arena, struct ast_ruleset *ast, const struct dwr_ruleset *rules,
                const struct schemas *schemas, bool whole, struct diag *diag);

#endif
