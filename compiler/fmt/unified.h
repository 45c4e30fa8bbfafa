/* unified.h - what differs between two texts, as `diff -u` prints it and `patch` reads it. */
#ifndef DWR_COMPILER_UNIFIED_H
#define DWR_COMPILER_UNIFIED_H

#include <stdbool.h>

#include "arena.h"
#include "out.h"

/* Prints nothing where the texts are equal. Of texts that have little in common the difference may
 * be larger than it had to be, never wrong. */
void unified_diff(struct out *o, struct arena *arena, struct dwr_str old_name, struct dwr_str old,
                  struct dwr_str new_name, struct dwr_str new, bool color);

#endif
