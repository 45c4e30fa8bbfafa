/* leftover.h - generated files that no rules make any more.
 *
 * A rule set that gets another name leaves the files of its old name behind, and a program may
 * still be linked with them. What a file was made from stands in its first line. */
#ifndef DWR_COMPILER_LEFTOVER_H
#define DWR_COMPILER_LEFTOVER_H

#include "cli.h"
#include "emit.h"
#include "source.h"

struct leftovers {
    struct cli_list paths; /* sorted */
    struct cli_list from;  /* what each was made from */
    int error;             /* errno where the folder could not be read, or 0 */
};

/* The files of the folder that dwrc wrote under another name than e's, from the same rules, or from
 * a file of the rules' folders that is there no more. What other rules made in the same folder is
 * theirs. */
struct leftovers leftovers_find(struct arena *arena, const char *folder, const struct emit *e,
                                const struct sources *sources);

#endif
