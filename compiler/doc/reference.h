/* reference.h - the reference of a rule set, for people: who wins what and why, DocType by DocType.
 *
 * Everything in it is made from the compiled rules, their tests and merges that were really made;
 * of the tree only the reasons that are no rule are read: `///` comments, and where a DocType
 * stands. The same input gives the same bytes.
 *
 * Ownership: everything belongs to the bench's arena. */
#ifndef DWR_COMPILER_REFERENCE_H
#define DWR_COMPILER_REFERENCE_H

#include "ast.h"
#include "page.h"
#include "schema/schema.h"
#include "trial/trial.h"

struct reference {
    struct ast_ruleset *ast;
    const struct dwr_ruleset *rules;
    const struct schemas *schemas; /* NULL: none */
    struct trial_bench *bench;
};

/* Writes all of it. */
void reference_put(const struct reference *r, enum page_kind kind, struct out *out);

#endif
