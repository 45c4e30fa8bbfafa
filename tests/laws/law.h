/* law.h - the guarantees of semantics section 10, and what section 8 says of a result, as checks of
 * one merge.
 *
 * The laws look at a merge from outside: its inputs and the text of its answer, read by tree.h, and
 * what the rules say in tables.h. They know nothing of how the resolver works and predict no merge;
 * they say what must hold whatever the rules decide. */
#ifndef DWR_TESTS_LAW_H
#define DWR_TESTS_LAW_H

#include "../support/tree.h"

enum law {
    LAW_NONE,
    LAW_VALID,         /* the answer and its documents are JSON, and valid documents */
    LAW_DETERMINISTIC, /* same inputs, same bytes: again, on every code path, by every entry */
    LAW_IDEMPOTENT,
    LAW_NO_LOSS,
    LAW_CONVERGENT,
    LAW_LOCAL,    /* what nobody wrote stays, the sync layer's fields (1.6) too */
    LAW_COMPUTED, /* count_into and the version field (5.1, 6) */
    LAW_STATUS,   /* the status says what the document is (8) */
    LAW_REPORT,   /* the field report agrees with the document and the inputs (8) */
    LAW_REJECTED, /* a rejected write leaves the document that stands */
    LAW_COUNT
};

const char *law_name(enum law law);

#define LAW_OUTCOMES 8
#define LAW_STATUSES 5
#define LAW_CODES 8
#define LAW_PATHS 8

/* How often what was seen: a test that never met a case has not tested it. */
struct law_tally {
    unsigned long merges; /* cases; each is merged several times */
    unsigned long errors; /* refused by 1.4 */
    unsigned long status[LAW_STATUSES], code[LAW_CODES], outcome[LAW_OUTCOMES];
    unsigned long rule[DWR_RULE_COUNT]; /* conflicts decided, by the rule of the field's unit */
    unsigned long rows;                 /* reports of rows of child tables */
    unsigned long notifications, branches;
    unsigned long judged[LAW_COUNT]; /* cases in which the law had something to say */
};

/* A planted fault: spoils a result before it is looked at. NULL: none. again: how often this very
 * write was merged before. */
typedef void law_spoil(void *context, const struct dwr_doctype *doctype,
                       const struct dwr_write *write, const char *path, unsigned again,
                       struct pool *pool, struct dwr_result *result);

struct laws {
    struct pool pool;
    struct dwr_scratch *scratch[LAW_PATHS]; /* [0]: the best code path, then each by name */
    const char *path[LAW_PATHS];
    size_t path_count;
    struct law_tally tally;
    law_spoil *spoil;
    void *spoil_context;

    /* The first law that was broken, and how. */
    enum law broken;
    char says[2000];
};

/* False where there is no memory. */
bool laws_init(struct laws *laws);
void laws_clear(struct laws *laws);

/* All laws but LAW_CONVERGENT for one write. True while none is broken. The pool is not reset. */
bool laws_hold(struct laws *laws, const struct dwr_doctype *doctype, const struct dwr_write *write);

/* LAW_CONVERGENT for the writes a and b (updates) of two clients who saw the server's document:
 * each has base and server equal to it. */
bool laws_converge(struct laws *laws, const struct dwr_doctype *doctype, const struct dwr_write *a,
                   const struct dwr_write *b);

/* The write as a line of `dwrc resolve`, to replay a case by hand; in the pool. */
struct dwr_text write_line(struct pool *pool, const struct dwr_doctype *doctype,
                           const struct dwr_write *write);

/* What a name is in a DocType's document. */
enum dwr_name_role name_role(const struct dwr_names *names, struct dwr_text name, unsigned *index);

#endif
