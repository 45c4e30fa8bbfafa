/* baseline.h - findings that were there before, and are not to be spoken of again.
 *
 * A baseline lists findings by their fingerprints, which know nothing of lines: a file that grew
 * above a finding leaves it in the baseline, and a second finding of the same kind in the same
 * field is a new one. It holds what a comment could allow: no errors of structure.
 *
 *     {
 *       "format_version": 1,
 *       "findings": [
 *         {"fingerprint":"9c…","code":"DW2001","doctype":"Job","field":"notes"},
 *
 * One finding a line, sorted, so that changes of it can be reviewed. */
#ifndef DWR_COMPILER_BASELINE_H
#define DWR_COMPILER_BASELINE_H

#include "../diag.h"
#include "../out.h"

/* Takes away the findings that the baseline in the file holds, and adds a note for each of its
 * entries that is found no more (not where `part`: then not everything has been looked for). A file
 * that cannot be read, or is no baseline, is a failure. */
void baseline_apply(struct diag *diag, const char *path, bool part);

/* The findings as a baseline; they are then taken away from diag, and how many they were. */
uint32_t baseline_take(struct out *o, struct diag *diag);

#endif
