/* load_rules.h - rules compiled in memory, for test programs of their own. */
#ifndef DWR_TESTS_LOAD_RULES_H
#define DWR_TESTS_LOAD_RULES_H

#include "../../compiler/arena.h"
#include "../../runtime/tables.h"

/* The rule set of a file or folder; it lives in the arena. NULL where it cannot be read or has a
 * mistake: that is printed to stderr. */
const struct dwr_ruleset *load_rules(struct arena *arena, const char *path);

#endif
