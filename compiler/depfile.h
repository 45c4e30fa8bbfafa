/* depfile.h - what the files were made from, as a rule of make. */
#ifndef DWR_COMPILER_DEPFILE_H
#define DWR_COMPILER_DEPFILE_H

#include "cli.h"
#include "out.h"
#include "source.h"

/* The targets as they were given with -MT, unquoted as gcc leaves them; without any, the two files.
 * With phony, also a target without a rule for each source: make then does not stop where one has
 * been removed. */
void depfile_put(struct out *o, const struct cli_list *targets, const char *c, const char *h,
                 const struct sources *sources, bool phony);

#endif
