/* check.h - what parses but means nothing: one function a mistake (check.c).
 *
 * After check_rules has added no error to diag, a reader of the tree may rely on this:
 *   - each DocType stands once and has exactly one `strategy`; `default`, `sync`, `attachments`,
 *     `retry` and `ruleset` stand at most once, and so does every statement in a block except
 * rules, child, notify, link, current, as_of, no_overlap, effect, push_priority, create, watch,
 * set, always_sync/defer_sync's lists, expect, archive_after (one without `when`, see below);
 *   - every statement stands where its strategy takes it;
 *   - a field has rules of one unit only: the rules that name it name the same fields; all but the
 *     last of them have a `when`, and the last has none;
 *   - rules of single fields are not on a `together` of several; blocks hold only what their rule
 *     takes; a field with a rule is no child table, no meta, computed or version field;
 *   - every child has a key; row members likewise have one rule; otherwise at most once;
 *   - numbers, durations and sizes are whole and in range, so that they fit the tables;
 *   - conditions speak of sides where they must and of bare fields where they must;
 *   - tests name DocTypes of the rule set (or any DocType where `default` decides), and statuses,
 *     outcomes, codes and types that exist.
 *
 * A block that had a syntax error is not accused of what it may have meant. */
#ifndef DWR_CHECK_H
#define DWR_CHECK_H

#include "arena.h"
#include "ast.h"
#include "diag.h"

/* The longest duration (100 years) and the largest size (1 TiB) a rule may say. */
#define CHECK_SECONDS_MAX ((uint64_t)36500 * 86400)
#define CHECK_BYTES_MAX ((uint64_t)1 << 40)

void check_rules(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag);

/* Does a field of this name belong to the sync layer whatever the rules say (SEMANTICS 1.6)?
 * of_row: a member of a table's rows, where key and order_by may name one all the same (6). */
bool check_is_sync_field(struct dwr_str name, bool of_row);

#endif
