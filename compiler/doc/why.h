/* why.h - one merge explained: for each field who wins, by which line of the rules, in words.
 *
 * The merge is the resolver's; what is said of a field is its report, and of a field without one
 * what the three documents and the result show. `dwrc why` prints it, `dwrc doc` makes examples of
 * it.
 *
 * Ownership: everything is copied into the bench's arena. */
#ifndef DWR_COMPILER_WHY_H
#define DWR_COMPILER_WHY_H

#include "out.h"
#include "trial/trial.h"
#include "words.h"

enum why_kind {
    WHY_REPORTED, /* by the merge (SEMANTICS 8): whatever the client wrote, where others wrote too
                   */
    WHY_COMPUTED, /* the merge itself changed it: `set`, `count_into`, the version */
    WHY_CLIENT,   /* only the client changed it */
    WHY_SERVER,   /* only the server changed it */
    WHY_NOBODY,
    WHY_IGNORED, /* the client wrote a field that the rules give to the sync layer */
    WHY_LAYER    /* the sync layer's own (1.6) */
};

struct why_line {
    enum why_kind kind;
    struct dwr_str field; /* as reports name it: "status", "parts_used[WIDGET-9]" */
    const char *wins;     /* a report's outcome; else "client", "server", "set" or "-" */
    bool conflict;
    struct dwr_str base, server, client; /* JSON; p NULL: none. client: the client's view */
    /* What of a row differs between the sides, without its key: "qty: 4"; p NULL: not of a row. */
    struct dwr_str shown[3];
    struct dwr_str result; /* what the document has; of a row only where both were merged */
    struct dwr_str became; /* what of that a person wants to see of a `merged` row; p NULL */
    struct dwr_str rule;   /* "rules/operations.dwr:14"; p NULL: no line says it */
    struct dwr_str words;
};

struct why_notice {
    struct dwr_str type, field; /* field.p NULL: without */
};

struct why {
    enum dwr_status status;
    enum dwr_code code;
    bool concurrent;            /* the server's document is not what the client last saw (2.4) */
    struct dwr_str name;        /* the document's, JSON; p NULL: it has none */
    struct dwr_str words;       /* what became of the document */
    struct dwr_str rule;        /* of a decision about all of it; p NULL: none */
    struct dwr_str doc, branch; /* JSON; p NULL: none */
    struct why_line *lines;     /* the reports in their order, then the others in the document's */
    uint32_t line_count;
    struct why_notice *notices;
    uint32_t notice_count;
};

/* DWR_OK, or why the documents are refused; out of memory jumps. */
enum dwr_rc why_merge(struct trial_bench *bench, const struct words_style *style,
                      const struct dwr_doctype *doctype, const struct dwr_write *write,
                      struct why *why);

/* The sides of why_line.shown. */
enum { WHY_BASE, WHY_OF_SERVER, WHY_OF_CLIENT };

/* The table whose row a report is of, by the report's name; NULL: it is of a field. */
const struct dwr_table *why_table(const struct dwr_doctype *doctype, struct dwr_str label);

/* The row of the resulting table that a line about a row speaks of, found by its key; p NULL: there
 * is none, or it has no key. Looks through the whole table. */
struct dwr_str why_row(struct trial_bench *bench, const struct dwr_doctype *doctype,
                       const struct why *why, const struct why_line *line);

/* The members of a row that are not the same in all the rows that are there (`rows`; p NULL: none),
 * without its key, as "qty: 4, note: \"x\"". */
struct dwr_str why_row_part(struct trial_bench *bench, const struct dwr_table *table,
                            const struct dwr_str *rows, uint32_t count, struct dwr_str row);

/* The `set` of a conflict that gave a field what it has (4.3); NULL: none did. What was reported is
 * in the lines already. */
const struct dwr_set *why_set(struct trial_bench *bench, const struct dwr_doctype *doctype,
                              const struct why *why, struct dwr_text result, unsigned field);

/* Whether two tables are the same, row by row (SEMANTICS 6); unset is the empty one. */
bool why_same_tables(struct trial_bench *bench, const struct dwr_table *table, struct dwr_text a,
                     struct dwr_text b);

/* --- showing it --- */

/* What stands above and beside a merge. */
struct why_frame {
    struct dwr_str id;      /* JSON; p NULL: none */
    struct dwr_str doctype; /* as the request names it */
    bool all;               /* also lines of what nobody disputed */
    bool color;
    /* Characters of a line on the terminal; 0: as many as it takes. Where the words do not fit
     * behind the columns they stand below them. */
    uint32_t width;
};

/* A title, a sentence and a table with a line for each field. */
void why_text(struct out *o, struct arena *arena, const struct why_frame *frame,
              const struct why *why);
/* One object on one line, with a newline. */
void why_json(struct out *o, const struct why_frame *frame, const struct why *why);

#endif
