/* fix.h - puts the safe fixes of findings into the text of the rules.
 *
 * A fix is safe where there is one right answer; only those are applied. Fixes that touch one
 * another go one at a time: the first in the file now, the others when the rules have been looked
 * at again. */
#ifndef DWR_COMPILER_FIX_H
#define DWR_COMPILER_FIX_H

#include "../diag.h"

/* The rules with the fixes applied: a text for each of the sources, the same pointer where nothing
 * changed. How many fixes were applied. Findings in other sources are passed over. */
uint32_t fix_texts(struct diag *diag, const struct sources *rules, struct source *fixed);

#endif
