/* stamp.h - what was proved of the rules, in the head of the file that is made from them: comment
 * lines that say which resolver guarantees hold for which DocType, for whoever reviews the rows.
 *
 * The lines depend on the rules alone. Ownership: texts belong to the arena. */
#ifndef DWR_COMPILER_PROVE_STAMP_H
#define DWR_COMPILER_PROVE_STAMP_H

#include "prove.h"

/* The lines, each with its newline. */
struct dwr_str prove_stamp(struct arena *arena, const struct prove_results *results);

/* Does the file have such lines? Then a check makes them too. */
bool prove_is_stamped(const char *path);

#endif
