/* diag.h - findings: collected while reading, parsing and checking, sorted and printed at the end.
 *
 * A finding has a code (DW and four digits, never used for anything else again), a severity, a
 * span, a sentence, and where they help a `help` and notes that show other places. Nothing is
 * printed while it is found: flex writes into the text it scans, and people want the findings in
 * the order of the files. A span is of the sources of the diag that the finding or note was added
 * by, and stays so when the finding is joined to another's: rules and schemas print together, and a
 * finding in a rule may have a note in a schema.
 *
 * What could not even be read (a file that does not open) has no span; it is a failure of the run
 * and goes to stderr (exit 2), not a finding.
 *
 * Ownership: findings, notes and their texts belong to the arena. */
#ifndef DWR_DIAG_H
#define DWR_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"
#include "source.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

/* --fail-on: findings of this severity and above make the run fail. */
enum diag_fail_on { DIAG_FAIL_ERROR, DIAG_FAIL_WARNING, DIAG_FAIL_NOTE, DIAG_FAIL_NEVER };

enum diag_color { DIAG_COLOR_AUTO, DIAG_COLOR_ALWAYS, DIAG_COLOR_NEVER };

enum diag_code {
#define DIAG_CODE(NAME, number, severity, title) DIAG_##NAME = number,
#include "diag_codes.def"
#undef DIAG_CODE
};

struct diag_note {
    struct span span;
    struct sources *sources; /* in which the span is */
    struct dwr_str text;
    struct diag_note *next;
};

/* One replacement of text; an empty span inserts. */
struct diag_edit {
    struct span span;
    struct dwr_str text;
    struct diag_edit *next;
};

/* What would do away with a finding. Its edits do not overlap and go together. */
struct diag_fix {
    struct dwr_str title;    /* "put 'rank' between 'priority' and ';'": an imperative */
    bool safe;               /* there is one right answer: `lint --fix` applies it */
    bool told;               /* the finding's help says it already */
    struct diag_edit *edits; /* in the order they were added */
};

/* A value that a merge keeps or loses, in the scenario of a finding. */
struct diag_fate {
    struct dwr_str field;  /* as reports name it: "notes", "parts_used[WIDGET-9]" */
    struct dwr_str value;  /* JSON */
    struct dwr_str reason; /* "the server's note replaces it, rules/ops.dwr:14" */
    struct diag_fate *next;
};

/* The documents that show what a finding means, in the DocType's own field names. `request` is the
 * whole merge as `dwrc resolve` takes it: whoever doubts the finding can run it. */
struct diag_scenario {
    struct dwr_str story; /* one sentence: who did what while offline */
    struct dwr_str request;
    struct dwr_str op;                   /* p NULL: update */
    struct dwr_str base, server, client; /* JSON; p NULL: none */
    struct dwr_str result;               /* the document after the merge; p NULL: none */
    struct diag_fate *kept, *gone;       /* gone: what the client wrote that nobody is shown */
};

struct diag_finding {
    enum diag_code code;
    enum diag_severity severity;
    struct span span;
    struct sources *sources; /* in which the span and the fix's are: rules, or schemas */
    struct dwr_str text;
    struct dwr_str help;     /* p NULL: none */
    struct diag_note *notes; /* in the order they were added */
    uint32_t order;          /* the order found in, for findings of one place and code */
    /* What it is about, apart from where it stands: what baselines and fingerprints go by. */
    struct dwr_str doctype, field;  /* p NULL: of no DocType; of no one field */
    struct diag_fix *fix;           /* NULL: none */
    struct diag_scenario *scenario; /* NULL: none */
    struct dwr_str allowed; /* the reason of the comment that allows it; p NULL: none does */
};

struct diag {
    struct arena *arena;
    struct sources *sources;
    struct diag_finding **v;
    uint32_t count, capacity;
    uint32_t errors, warnings, notes; /* how many of each */
    /* Those that were taken away: allowed in place. */
    struct diag_finding **allowed;
    uint32_t allowed_count;
    /* Failures of the run, in order: sentences with the path in them. */
    struct dwr_str *failures;
    uint32_t failure_count, failure_capacity;
};

/* What to print and how. */
struct diag_style {
    enum diag_color color;
    enum diag_fail_on fail_on;
    uint32_t max_errors; /* findings printed at most; 0: all. DIAG_MAX_ERRORS unless said */
};

#define DIAG_MAX_ERRORS 100

void diag_init(struct diag *diag, struct arena *arena, struct sources *sources);

/* Adds a finding; its severity is the code's. The finding may then get a help and notes. Never
 * NULL. Texts may quote the source: control characters and broken UTF-8 in them become '?'. */
struct diag_finding *diag_add(struct diag *diag, enum diag_code code, struct span span,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));
void diag_help(struct diag *diag, struct diag_finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diag_note(struct diag *diag, struct diag_finding *finding, struct span span,
               const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What the finding is about; field p NULL: the DocType as a whole. */
void diag_subject(struct diag_finding *finding, struct dwr_str doctype, struct dwr_str field);
/* Gives the finding a fix without edits, to be filled by diag_edit. */
struct diag_fix *diag_fix(struct diag *diag, struct diag_finding *finding, bool safe,
                          const char *title, ...) __attribute__((format(printf, 4, 5)));
void diag_edit(struct diag *diag, struct diag_fix *fix, struct span span, const char *text, ...)
    __attribute__((format(printf, 4, 5)));

/* The run could not do its job: printed as "dwrc: SENTENCE" to stderr; exit 2. */
void diag_failure(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The help "did you mean 'CANDIDATE'?" where one is near to the word (diag_nearest; its place, or
 * -1), and where no other can be meant, the safe fix that puts it in the span's place. */
int diag_propose(struct diag *diag, struct diag_finding *finding, struct span span,
                 struct dwr_str word, const struct dwr_str *candidates, size_t count);

/* Findings and failures that were collected apart, by an own diag: behind those that are here. An
 * own diag made with sources NULL means the sources of this one. */
void diag_join(struct diag *diag, const struct diag *part);

/* Leaves the findings for which keep says true, in their order, and counts again. */
void diag_filter(struct diag *diag, bool (*keep)(void *context, struct diag_finding *finding),
                 void *context);

/* Puts the findings in the order path, offset, code. Sources are in the order of their paths. */
void diag_sort(struct diag *diag);

/* Sorts, then prints findings to out and failures to err, as text (findings/text.c). */
void diag_print(struct diag *diag, const struct diag_style *style, FILE *out, FILE *err);

/* The failures alone. */
void diag_print_failures(const struct diag *diag, FILE *err);

/* Whether AUTO means colour for what is printed there. */
bool diag_wants_color(enum diag_color color, FILE *out);

/* The exit code of the run: 2 with failures, 1 with findings at or above the fail level, else 0. */
int diag_exit(const struct diag *diag, enum diag_fail_on fail_on);

/* "DW1004"; the title of a code ("a field has two rules"). NULL for a number that is no code. */
const char *diag_code_title(enum diag_code code);
enum diag_severity diag_code_severity(enum diag_code code);

/* How many bytes of p (n of them, at least 1) are one character that a terminal may be shown; 0:
 * its first byte must not be: a control character, a mark that turns the direction of text, no
 * UTF-8. */
size_t diag_printable(const char *p, size_t n);

/* All codes, in the order of diag_codes.def. */
enum diag_code diag_code_at(size_t i);
size_t diag_code_count(void);

/* The candidate nearest to the word, if it is near enough to be meant: at most a third of its
 * letters differ (swaps of neighbours count once). -1: none. */
int diag_nearest(struct dwr_str word, const struct dwr_str *candidates, size_t count);

/* How many letters have to be put in, left out, changed or swapped with their neighbour, case
 * aside, to make one word of the other; UINT_MAX for words so long that nobody mistypes them. */
unsigned diag_distance(struct dwr_str a, struct dwr_str b);

#endif
