/* same_rules.h - are two rule sets the same, member by member? One comes from dwrc's memory, the
 * other from the C that dwrc wrote. */
#ifndef DWR_TESTS_SAME_RULES_H
#define DWR_TESTS_SAME_RULES_H

#include <stdbool.h>

#include "../../runtime/tables.h"

/* Follows every pointer. Where they differ, false, with the member's path ("doctypes[3].units[1].
 * rules[0].at") in where, which holds 256 bytes. */
bool same_rules(const struct dwr_ruleset *a, const struct dwr_ruleset *b, char where[256]);

#endif
