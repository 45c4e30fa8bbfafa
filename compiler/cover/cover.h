/* cover.h - which kinds of merge the tests of a rule set try: coverage by conflict class.
 *
 * A line of rules that a test passes through says little: `server_wins status` is not tried by a
 * merge in which nobody wrote the status. So what counts is the conflict class: a part of a DocType
 * and what the two sides did to it. A merge is of a class when the resolver, given its documents,
 * did just that; nothing is modelled. The parts, and the classes of each:
 *
 * - A unit (a field with a rule of its own, or fields `together`), and the fields that the strategy
 *   decides, as one part: where they are one unit that unit, else whichever of them.
 *     server only    the server changed it, the client did not
 *     client only    the client changed it, the server did not (under server_only and immutable:
 *                    the write is refused)
 *     first value    immutable alone: the client sets what nobody has set
 *     both same      both changed it, and the client's values are the server's
 *     both differ    both changed a field of it to different values, and its rule decided. A class
 *                    for each rule where there are several with `when`; two classes, by whose value
 *                    is kept, for last_write_wins, first_write_wins, max and min
 *     one field each of several fields: the server changed one, the client another, and the rule
 *                    decided for both
 *     watched        a rule with `watch`: the client changed the unit, the server did not, but the
 *                    watched field
 *   Where base is unknown a merge is of `client only` (nothing is set on the server) or of the
 *   conflict's class.
 * - A child table that the client sent, by the rows whose key stands on each side once at most:
 *     row added      by the server, by the client, by both with different members
 *     row edited     by the server, by the client, by both alike, by both (two classes, by whose
 * row is kept, where on_same_key looks at order_by, unless that is the key: then all rows tie) row
 * removed    by the server; by the client; by the client what the server edited (a class of its own
 * with `removes yes` alone: without, every removal is refused); by the server what the client
 * edited repeated key   two rows of one side have one key missing key    a row has none row held
 * with `hold`
 * - The members of its rows that a rule of on_same_key decides, unit by unit, and the other
 * members: the classes of a unit, in a row that both sides have.
 * - A lock: a field is refused; a row is (unless all tables are excepted); an excepted field is
 *   written meanwhile; a delete is refused.
 * - The document: insert; for append_only, insert under a taken name; delete against update and
 *   update against delete, where deletes are allowed; delete alone (refused) where they are not,
 *   with soft_delete both, it being a write; retry, below.
 *
 * Only what can occur counts, so that a rule whose condition never holds, or a lock that always
 * does, is not held against the tests: a class is left out where no combination of the values that
 * its conditions tell apart makes a merge of it, or the schemas have no field or document that it
 * could be about. Of a class that counts a merge is looked for (scenario.h); where none was found
 * though nothing excludes it, that is said, and the class counts as untried.
 *
 * Retry: every test's write is merged again onto its result. It must change nothing, what semantics
 * 10 excepts aside; if it does, the test fails.
 *
 * Ownership: everything belongs to the arena, but the scratch, which cover_close frees. */
#ifndef DWR_COMPILER_COVER_H
#define DWR_COMPILER_COVER_H

#include "ast.h"
#include "diag.h"
#include "dwr.h"
#include "out.h"
#include "testrun.h"

enum cover_kind {
#define KIND(NAME, word, text) COVER_##NAME,
#include "kinds.def"
#undef KIND
    COVER_KIND_COUNT
};

enum cover_part {
    COVER_UNIT,   /* index: of the DocType's units */
    COVER_FREE,   /* the fields that the strategy decides */
    COVER_TABLE,  /* index: of the DocType's tables */
    COVER_MEMBER, /* index: the table's; member: of its units */
    COVER_OTHER,  /* index: the table's: the members that no rule names */
    COVER_LOCK,
    COVER_DOCUMENT
};

struct cover_class {
    uint8_t part; /* enum cover_part */
    uint8_t kind; /* enum cover_kind */
    uint16_t index, member;
    uint16_t rule;     /* of the unit, where the class is one rule's */
    struct dwr_str at; /* the line that decides it; p NULL: built in */
    uint32_t tests;    /* how many try it */
    bool made;         /* a test tries it, or a merge of it was found */
    bool possible;     /* it was made, or nothing says that there is none: it counts */
};

/* A DocType. */
struct cover_type {
    const struct dwr_doctype *rules;
    struct dwr_str name; /* p NULL: those that are not named, where `default` is said */
    struct cover_class *v;
    uint32_t count;
    uint32_t tests;           /* for it */
    uint32_t possible, tried; /* of its classes */
};

/* How often a line decided, over all tests. */
struct cover_line {
    struct dwr_str at;
    uint32_t count;
};

struct cover {
    struct arena *arena;
    const struct ast_ruleset *ast;
    const struct dwr_ruleset *rules;
    struct cover_type *types; /* in the order of the rule set's DocTypes, the unnamed last */
    uint32_t type_count;
    uint32_t possible, tried; /* of all classes */
    struct cover_line *lines; /* those that can decide, sorted by file and line */
    uint32_t line_count;
    struct cover_reader *reader; /* observe.c's */
};

/* The classes of a rule set, none of them tried. NULL: no memory. */
struct cover *cover_open(struct arena *arena, const struct ast_ruleset *ast,
                         const struct dwr_ruleset *rules);
void cover_close(struct cover *cover);

/* The DocType's; NULL for one that is not named where `default` is not said. */
struct cover_type *cover_type_of(struct cover *cover, const struct dwr_doctype *rules);

/* Of which of its classes a merge is: is[i] for type->v[i]. The result must still be there. Not of
 * RETRY, which is two merges. */
void cover_observe(struct cover *cover, const struct cover_type *type,
                   const struct dwr_write *write, const struct dwr_result *result, bool *is);

/* The same write onto its result. False: something changed that no exception allows; *field is
 * then its name, *once and *twice its values (JSON, p NULL: absent). A write that was rejected is
 * not retried: true, with *retried false. */
struct cover_retry {
    bool retried;
    struct dwr_text field, once, twice;
};
bool cover_retry(struct cover *cover, const struct dwr_doctype *rules,
                 const struct dwr_write *write, const struct dwr_result *result,
                 struct cover_retry *found);

/* For testrun: counts what a test tries, and says what its retry broke. */
struct testrun_problem *cover_see(void *cover, const struct testrun_seen *seen);

/* Which classes are possible, and the sums: after the tests have run. seek NULL: all of them. */
struct seek;
void cover_finish(struct cover *cover, struct seek *seek);

/* The part of tried classes in per cent, 100 where there are none. */
double cover_percent(uint32_t tried, uint32_t possible);
/* A threshold was asked for, and it is not reached. */
bool cover_is_below(const struct cover *cover, double threshold);

/* --- words (words.c) --- */

const char *cover_kind_word(enum cover_kind kind); /* "both_differ" */
const char *cover_kind_text(enum cover_kind kind); /* "both differ" */
/* Its name, or "(DocTypes not named)". */
struct dwr_str cover_type_name(const struct cover_type *type);
/* "status", "scheduled_date + scheduled_time", "parts_used", "tasks: title", "other fields",
 * "tasks: other members", "lock", "document". */
struct dwr_str cover_part_text(struct arena *arena, const struct cover_type *type,
                               const struct cover_class *class_);

/* --- showing it (report.c, lcov.c, findings.c) --- */

/* threshold below 0: none was asked for. */
struct cover_shown {
    const struct cover *cover;
    struct sources *sources;
    double threshold;
};

/* A line for each DocType with what is missing, and the sum. */
void cover_text(struct out *o, struct arena *arena, const struct cover_shown *shown);
/* A value: {"classes":…,"tried":…,"percent":…,"doctypes":[…]}. */
void cover_json(struct out *o, struct arena *arena, const struct cover_shown *shown);
/* A <testsuite>: a case a DocType, and one for the threshold. */
void cover_junit(struct out *o, struct arena *arena, const struct cover_shown *shown);
/* "status: both same, client only; notes: both differ": the possible classes that no test tries. */
void cover_missing(struct out *o, struct arena *arena, const struct cover_type *type);
/* A note for each DocType with such classes, and an error where the threshold is not reached. */
void cover_findings(struct diag *diag, const struct cover_shown *shown);
/* lcov's tracefile: the lines that can decide (DA), the classes as branches (BRDA). */
void cover_lcov(struct out *o, struct arena *arena, const struct cover_shown *shown);

#endif
