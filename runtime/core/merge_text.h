/* merge_text.h - two changes of one text, by lines (section 4.1). */
#ifndef DWR_MERGE_TEXT_H
#define DWR_MERGE_TEXT_H

#include "scratch.h"

/* Each text is a valid JSON string as written, with its quotes, or unset (p NULL, null, ""); a base
 * that is not known is p NULL. The merged text goes to *out, as JSON: it is server or client itself
 * where the lines are those of it. Lines are compared after unescaping and leave as they were
 * written. */
DWR_MUST_CHECK enum dwr_rc dwr_merge_text(struct dwr_scratch *s, struct dwr_text base,
                                          struct dwr_text server, struct dwr_text client,
                                          struct dwr_text *out);

#endif
