/* report.h - what was proved, for people and for programs.
 *
 * Ownership: texts belong to the arena. */
#ifndef DWR_COMPILER_PROVE_REPORT_H
#define DWR_COMPILER_PROVE_REPORT_H

#include "diag.h"
#include "out.h"
#include "prove.h"

/* A line a DocType and, for what is refuted, the documents; verbose: for exceptions too, and a line
 * a property. */
void prove_text(struct out *o, struct arena *arena, const struct prove_results *results,
                bool verbose);

/* One object: format_version, counts, doctypes. */
void prove_json(struct out *o, struct arena *arena, const struct prove_results *results);
/* One object a line: a DocType. */
void prove_jsonl(struct out *o, struct arena *arena, const struct prove_results *results);

/* As findings at the rules that decide: what is refuted is an error, an exception that section 10
 * does not name a warning, one that it names a note. */
void prove_findings(struct arena *arena, struct diag *diag, struct sources *sources,
                    const struct prove_results *results);

/* The name of a DocType, or what stands for those that are not named. */
struct dwr_str prove_doctype_name(const struct prove_doctype *doctype);

/* "proved except parts_used (sum), photos (keep_both)" */
struct dwr_str prove_verdict_text(struct arena *arena, const struct prove_doctype *doctype,
                                  enum prove_property property);

#endif
