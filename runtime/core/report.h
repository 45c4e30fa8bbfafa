/* report.h - what a merge says of itself (section 8). */
#ifndef DWR_REPORT_H
#define DWR_REPORT_H

#include "merge.h"

/* The reports of the document's fields; those of rows are added by merge_table. */
bool report_fields(struct merge *m);

/* Reports and notifications into the result. */
bool finish_result(struct merge *m, struct dwr_result *out);

/* A write that is refused; `stands` is what the server has. */
enum dwr_rc reject(struct dwr_result *out, enum dwr_code code, struct dwr_str rule,
                   struct dwr_text stands);

/* A write that changes no field. */
enum dwr_rc plain_success(struct dwr_result *out, struct dwr_text doc, struct dwr_str rule);

/* `at`, or where no line says it the strategy's. */
struct dwr_str line_or_strategy(const struct merge *m, const struct dwr_str *at);

/* A sentence about a code. */
struct dwr_text code_message(enum dwr_code code);
const char *rc_message(enum dwr_rc rc);

/* dwr_merge without resetting the scratch. stored_checked: base and server are valid; then the
 * client's text is checked where it differs from the server's, unless client_checked. */
enum dwr_rc merge_in(struct dwr_scratch *s, const struct dwr_doctype *doctype,
                     const struct dwr_write *write, bool stored_checked, bool client_checked,
                     struct dwr_result *result);

#endif
