/* findings.h - what was found, written for people and for programs: one function, six formats.
 *
 *   text    for people: gcc's first line, the source line, the documents that show what it means
 *   json    one object: format_version, counts, findings
 *   jsonl   a finding a line
 *   sarif   2.1.0, for code scanning; allowed findings as suppressed ones
 *   github  workflow commands, the most severe first
 *   junit   a case a finding, and one for each file without any
 *
 * Every command that finds things prints them by findings_print, so that a format looks the same
 * whoever found something. A program that reads them can rely on the members that are there:
 * new ones may come, and format_version rises when one changes its meaning.
 *
 * Ownership: everything comes from the diag's arena. */
#ifndef DWR_COMPILER_FINDINGS_H
#define DWR_COMPILER_FINDINGS_H

#include "../diag.h"
#include "../out.h"

enum findings_format {
    FINDINGS_TEXT,
    FINDINGS_JSON,
    FINDINGS_JSONL,
    FINDINGS_SARIF,
    FINDINGS_GITHUB,
    FINDINGS_JUNIT,
    FINDINGS_FORMATS
};

/* Their words, for --format. */
extern const char *const findings_formats[FINDINGS_FORMATS];

struct findings_report {
    struct diag *diag;
    const char *command;     /* "lint": who found them */
    struct diag_style style; /* color: already decided (findings_print has no stream to ask) */
    bool summary;            /* text: a last line that counts, where there is something to count */
};

/* Sorts and prints. Formats for programs hold all findings, whatever style.max_errors says. */
void findings_print(enum findings_format format, struct out *o,
                    const struct findings_report *report);

/* --- what the formats share --- */

/* One each; findings are sorted. */
void findings_text(struct out *o, const struct findings_report *report);
void findings_json(struct out *o, const struct findings_report *report);
void findings_jsonl(struct out *o, const struct findings_report *report);
void findings_sarif(struct out *o, const struct findings_report *report);
void findings_github(struct out *o, const struct findings_report *report);
void findings_junit(struct out *o, const struct findings_report *report);

/* "error", "warning", "note". */
extern const char *const findings_severities[3];

/* "DW1004" */
void findings_code(struct out *o, enum diag_code code);
/* The inside of a JSON string; bytes that are no character that may be shown become U+FFFD. */
void findings_json_text(struct out *o, struct dwr_str s);
/* "NAME":"TEXT", or null for p NULL. */
void findings_json_string(struct out *o, const char *name, struct dwr_str text);

/* Where a span begins and ends. */
struct findings_place {
    const struct source *source;
    struct dwr_str path; /* the source's, without bytes that must not be shown */
    struct source_position begin, end;
};
struct findings_place findings_place(struct arena *arena, const struct sources *sources,
                                     struct span span);

/* What a finding is known by from one run to the next, wherever it stands: 16 hexadecimal digits of
 * its code, DocType and field; where it has no DocType, of its code, its file and the text of its
 * line. `n` tells apart those that are alike in all this: 0 for the first of them. */
struct dwr_str findings_fingerprint(struct arena *arena, const struct diag_finding *finding,
                                    uint32_t n);
/* The n of each finding in the order that diag_sort gives, those that are allowed after them. */
uint32_t *findings_ordinals(struct diag *diag);

/* A text without bytes that must not be shown: '?' in their places. The text itself where there are
 * none. */
struct dwr_str findings_shown(struct arena *arena, struct dwr_str text);

/* A path as it is called from the repository's root (the nearest folder above the working one that
 * holds .git; else the working folder): "./" and "x/../" resolved, forward slashes. What lies
 * outside stays as it was given. */
struct dwr_str findings_repository_path(struct arena *arena, struct dwr_str path);

#endif
