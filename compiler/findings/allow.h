/* allow.h - comments that allow a finding in place.
 *
 *     // dwrc: allow(DW2004) reason="disputes close at the end of the shift" until=2026-12-31
 *     manual_timeout 24h then server_wins;
 *
 * Behind a statement such a comment holds for its own line. Alone on its line it holds for the
 * statement that begins below it, other comments aside: for its line, and where the statement goes
 * on over several lines, for all of them up to its ';' or, of a block, to its '{'. What stands
 * inside a block is not allowed by a comment before it.
 *
 * Codes are separated by commas. The reason is compulsory. `until` is the last day on which the
 * comment holds. A comment that cannot be read, has no reason, names no code that there is, or
 * allows an error of structure (0xxx, 1xxx) or what this page finds itself (9xxx) allows nothing
 * and is a finding; so is one that has expired, and one that finds nothing to allow. */
#ifndef DWR_COMPILER_ALLOW_H
#define DWR_COMPILER_ALLOW_H

#include "../ast.h"
#include "../diag.h"

/* What was looked for in a run: a comment is unused only where its code could have been found. */
enum allow_scope {
    ALLOW_PART,   /* not everything (the rules have errors): no comment is called unused */
    ALLOW_RULES,  /* everything that rules say by themselves */
    ALLOW_SCHEMAS /* and what they say with the DocTypes' fields known */
};

/* Moves the findings that comments allow to diag->allowed, and adds those about the comments. */
void allow_findings(struct arena *arena, const struct ast_ruleset *ruleset, struct diag *diag,
                    enum allow_scope scope, long today);

/* Days since 1970-01-01 of "2026-12-31"; false: there is no such day, or it is written otherwise.
 */
bool allow_day(struct dwr_str text, long *day);

/* Whether a code can be allowed, ignored or part of a baseline: no error of structure, no 9xxx. */
bool allow_can(enum diag_code code);

#endif
