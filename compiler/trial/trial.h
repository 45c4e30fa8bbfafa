/* trial.h - merges made up to find something out, by the resolver itself.
 *
 * lint shows the merge that loses a write, prove tries every small one, diff tries them by two rule
 * sets, coverage asks which kinds of merge the tests try, scenario prints those they do not, doc
 * shows examples. All of them make documents for a DocType out of its own field names and a few
 * values a field (domain.h), call dwr_merge on them and ask of the result what is asked here. The
 * merge is never modelled: whatever is said about a rule was seen to happen.
 *
 * Ownership: texts belong to the arena that the bench was given, results to the bench's scratch
 * until its next merge. */
#ifndef DWR_COMPILER_TRIAL_H
#define DWR_COMPILER_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "dwr.h"

/* One merge. Texts are whole documents, made by trial_doc or by hand. */
struct trial {
    const struct dwr_doctype *doctype;
    struct dwr_str doctype_name; /* for a DocType that is not named in the rules; else p NULL */
    struct dwr_write write;
};

/* Where trials are run: one a thread. */
struct trial_bench {
    struct arena *arena;
    struct dwr_scratch *scratch; /* of the merges: the latest result lies in it */
    struct dwr_scratch *compare; /* of the comparisons */
    uint64_t merges;             /* how many so far */
};

/* False where there is no memory. */
bool trial_bench_open(struct trial_bench *bench, struct arena *arena);
void trial_bench_close(struct trial_bench *bench);

/* Merges. DWR_OK, or why the documents were refused; out of memory jumps to the arena's no_memory.
 */
enum dwr_rc trial_merge(struct trial_bench *bench, const struct trial *trial,
                        struct dwr_result *result);

/* The merge as a line of `dwrc resolve` input, without newline: members in the order id, doctype,
 * op, base, server, client, client_ts, server_ts, now, server_role, client_role, client_user. */
struct dwr_str trial_line(struct arena *arena, const struct trial *trial);

/* --- documents --- */

/* A document being written: members in the order they are put. */
struct trial_doc {
    struct arena *arena;
    char *p;
    uint32_t n, capacity, members;
};

void trial_doc_start(struct trial_doc *doc, struct arena *arena);
/* One member; json is its value as JSON text. p NULL: left out. */
void trial_doc_put(struct trial_doc *doc, struct dwr_str name, struct dwr_str json);
struct dwr_text trial_doc_end(struct trial_doc *doc);

/* Without the white space around it. */
struct dwr_text trial_trimmed(struct dwr_text text);

/* The value of a top-level member of a valid document, p NULL where there is none. */
struct dwr_text trial_member(struct arena *arena, struct dwr_text doc, struct dwr_str name);

/* The members of a valid document, for whoever asks after many of them (members.c): the text is
 * walked once and must outlive them. */
struct trial_members {
    struct trial_named {
        struct dwr_str name; /* without quotes and escapes */
        struct dwr_text value;
    } * v;
    uint32_t count;
    uint32_t *slots, mask; /* by name, index + 1; NULL: too few for that */
    bool marked;           /* a name begins with an underscore */
};

/* None where the text is no object. */
struct trial_members trial_members_of(struct arena *arena, struct dwr_text doc);
/* As trial_member. */
struct dwr_text trial_members_get(const struct trial_members *members, struct dwr_str name);
/* The name a member is called by (with quotes), in the arena where it is written with escapes. */
struct dwr_str trial_unquoted(struct arena *arena, struct dwr_text key);

/* Equal as SEMANTICS 1.2 says: unset is absent, null and ""; numbers by value; p NULL is unset. */
bool trial_equal(struct arena *arena, struct dwr_text a, struct dwr_text b);
/* The same, where there is a bench: without taking memory. No white space around the values. */
bool trial_same(struct trial_bench *bench, struct dwr_text a, struct dwr_text b);
/* Below 0, 0, above 0 as SEMANTICS 1.5 orders them; p NULL is unset. */
int trial_order(struct trial_bench *bench, struct dwr_text a, struct dwr_text b);

/* --- what a merge did to a write --- */

enum trial_fate {
    TRIAL_KEPT,     /* the document has the client's value */
    TRIAL_MERGED,   /* the document has a value made of both, which holds the client's */
    TRIAL_SHOWN,    /* not in the document, but a person is asked: a conflict record, a branch */
    TRIAL_REPORTED, /* not in the document; the field report alone still has it */
    TRIAL_LOST      /* nowhere: no rule set may ever do this (SEMANTICS 10) */
};

/* What became of the value the client wrote into a field (its index into the DocType's names): what
 * was not written, is no change or is the sync layer's own (1.6) counts as kept. Of a child table,
 * the worst fate of a row that the client added or changed. A rejected write is in the audit
 * record: TRIAL_REPORTED. */
enum trial_fate trial_fate(struct trial_bench *bench, const struct trial *trial,
                           const struct dwr_result *result, uint16_t field);

/* The same of a field by its name; field DWR_NONE: no rule names it. */
enum trial_fate trial_fate_of(struct trial_bench *bench, const struct trial *trial,
                              const struct dwr_result *result, struct dwr_str name, uint16_t field);

/* The documents of one merge, read once; they must outlive the view, which is in the arena. */
struct trial_view {
    /* What the client wrote; what its values are compared with (2, 7); what stands now. */
    struct trial_members wrote, before, kept, branched;
};

struct trial_view trial_view_of(struct trial_bench *bench, struct arena *arena,
                                const struct dwr_write *write, const struct dwr_result *result);
/* Another merge of the same write. */
struct trial_view trial_view_again(struct arena *arena, const struct trial_view *view,
                                   const struct dwr_result *result);
/* trial_fate_of by a view. */
enum trial_fate trial_fate_in(struct trial_bench *bench, const struct trial *trial,
                              const struct dwr_result *result, const struct trial_view *view,
                              struct dwr_str name, uint16_t field);

#endif
