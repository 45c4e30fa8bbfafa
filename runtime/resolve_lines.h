/* resolve_lines.h - the loop of `dwr resolve` and `dwrc resolve`: lines in, answers out.
 *
 * Not part of the library: it reads and writes, which the library never does. One loop for both
 * programs, so that their outputs can only differ by their rules. */
#ifndef DWR_RESOLVE_LINES_H
#define DWR_RESOLVE_LINES_H

#include "dwr.h"

enum dwr_lines_rc {
    DWR_LINES_OK,
    DWR_LINES_READ,  /* errno says why */
    DWR_LINES_WRITE, /* likewise */
    DWR_LINES_NOMEM,
    DWR_LINES_BAD_TABLES /* the rule set is of another DWR_TABLES_VERSION */
};

/* Reads lines from one descriptor until its end and writes an answer for each to the other, in
 * order; blank lines get none. What is answered so far is written before more is waited for, so
 * that a program can talk with this one line by line. A line may be up to 64 MiB long; of a longer
 * one the rest is skipped and the answer is TOO_LARGE. */
enum dwr_lines_rc dwr_resolve_lines(const struct dwr_ruleset *rules, int in, int out);

#endif
