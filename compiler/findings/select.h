/* select.h - which findings a run is about: --select, --ignore and --severity.
 *
 * Each takes codes or the beginnings of codes, separated by commas, and may be said several times:
 * DW2001, DW20, 20. Of a selected and an ignored beginning the longer one counts, of two equally
 * long ones the ignored. Errors of structure (0xxx, 1xxx) are always shown: with them nothing else
 * of their DocTypes has been looked at. */
#ifndef DWR_COMPILER_SELECT_H
#define DWR_COMPILER_SELECT_H

#include "../cli.h"
#include "../diag.h"

struct select_lists {
    struct cli_list select, ignore, severity;
};

/* Takes findings away and changes severities. False: an option names no code there is, or an error
 * of structure, which has been said. */
bool select_findings(const struct cli_command *command, struct diag *diag,
                     const struct select_lists *lists);

#endif
