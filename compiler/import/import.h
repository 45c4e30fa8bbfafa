/* import.h - strategy dictionaries, as Python programs keep them, made into rules.
 *
 * The file is JSON: one dictionary of DocTypes, or an object of dictionaries that are known by the
 * end of their names: CONFLICT_STRATEGIES, SYNC_CONFIG, ATTACHMENT_SYNC_CONFIG, TOMBSTONE_RULES,
 * CHILD_TABLE_MERGE_RULES (also in small letters).
 *
 * Whatever had to be decided, because the dictionary does not say it, stands in a comment beside
 * it, in the reading that loses no data; what is not known is kept in a comment; what is wrong
 * becomes a finding, and then there are no rules. */
#ifndef DWR_COMPILER_IMPORT_H
#define DWR_COMPILER_IMPORT_H

#include "arena.h"
#include "diag.h"

/* The rules of a source (JSON, UTF-8 without NUL), in canonical form; p NULL where diag has an
 * error. Findings lie in the source. */
struct dwr_str import_rules(struct arena *arena, struct diag *diag, uint32_t source);

#endif
