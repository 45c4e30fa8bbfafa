/* prove.h - the guarantees of SEMANTICS section 10, tried on every small document of a DocType.
 *
 * Each part of a DocType (part.h) is merged by the resolver itself in every combination of its
 * values; what is asked of each result is a property below. A property is proved for the DocType
 * when it holds in all of them; where it does not, the smallest documents that show it are kept,
 * with the reason: one that section 10 names, one that follows from the rules although section 10
 * does not name it, or none, and then the property is refuted.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_PROVE_H
#define DWR_COMPILER_PROVE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "part.h"
#include "schema/schema.h"
#include "trial/trial.h"

enum prove_property {
#define PROPERTY(NAME, id, code, words) PROVE_##NAME,
#include "properties.def"
#undef PROPERTY
    PROVE_PROPERTIES
};

/* Why a property does not hold in a case. */
enum prove_reason {
#define REASON(NAME, id, named, words) PROVE_BY_##NAME,
#include "reasons.def"
#undef REASON
    PROVE_REASONS
};

enum prove_verdict {
    PROVE_NOTHING, /* no rule of the DocType is of the kind that the property is about */
    PROVE_PROVED,
    PROVE_EXCEPT, /* with the reasons below */
    PROVE_REFUTED,
    PROVE_TOO_LARGE /* some part has more combinations than are tried */
};

enum prove_server { PROVE_SERVER_HAS, PROVE_SERVER_NOTHING, PROVE_SERVER_TOMBSTONE };

/* One case of a part: which combinations stand where. */
struct prove_case {
    enum dwr_op op;
    enum prove_server server_is;
    bool base_known;
    uint32_t base, server, client, env;
    int64_t second; /* the other client's combination (order of arrival); -1: none */
};

/* A slot that is none: the document as a whole. */
enum { PROVE_DOCUMENT = PART_SLOTS_MAX };

/* The smallest case in which a property does not hold, for this reason, at this slot. */
struct prove_found {
    enum prove_property property;
    enum prove_reason reason;
    uint8_t slot;
    struct prove_case at;
    uint32_t members;
    size_t bytes;
    uint64_t times; /* in how many cases */
};

/* What came out for one part. */
struct prove_part {
    const struct part *tried; /* the part, or one of its smaller ones */
    uint32_t level;           /* so many times smaller */
    bool too_large;           /* nothing was tried */
    bool order_too_large;     /* pairs of clients were not */
    uint64_t merges;          /* by the resolver */
    uint64_t cases[PROVE_PROPERTIES];
    struct prove_found *found;
    uint32_t found_count, found_capacity;
};

/* Something found, with the names and documents of its DocType. */
struct prove_shown {
    enum prove_property property;
    enum prove_reason reason;
    struct dwr_str field; /* "notes", "parts_used.qty"; p NULL: the document */
    struct dwr_str at;    /* "rules/ops.dwr:14": what decides the field */
    uint64_t times;
    struct trial trial;
    struct dwr_text second; /* the other client's write; p NULL: there is none */
    struct dwr_str before;  /* what is to be compared: "once", … */
    struct dwr_text one, two;
    const char *one_is, *two_is; /* "once", "again"; "first client first", … */
    uint32_t members;
    size_t bytes;
};

struct prove_doctype {
    struct dwr_str name; /* p NULL: of the DocTypes that are not named */
    const struct dwr_doctype *doctype;
    uint64_t merges; /* of its parts, those that are proved elsewhere too */
    enum prove_verdict verdict[PROVE_PROPERTIES];
    uint64_t cases[PROVE_PROPERTIES];
    const struct prove_shown *shown; /* by property, then what is refuted first, then by field */
    uint32_t shown_count;
    uint32_t too_large;       /* parts: nothing is claimed */
    uint32_t order_too_large; /* parts: nothing about the order of arrival */
    const struct parts *parts;
};

struct prove_results {
    const struct prove_doctype *v;
    uint32_t count;
    uint64_t merges;           /* that were made */
    uint32_t parts, different; /* of all DocTypes; of these the ones that are not equal */
    uint32_t refuted, excepted,
        unnamed;        /* properties; unnamed: excepted for what section 10 does not name */
    uint32_t too_large; /* DocTypes of which something is not claimed, since it was not tried */
};

/* A fault planted into results, for tests: `again` counts the merges of one case. */
typedef void prove_spoil(void *context, const struct dwr_doctype *doctype,
                         const struct dwr_write *write, unsigned again, struct dwr_result *result);

struct prove_options {
    const struct schemas *schemas; /* NULL: none */
    struct dwr_str only;           /* the DocType that is asked about; p NULL: all */
    unsigned threads;              /* 0: as many as there are processors */
    prove_spoil *spoil;            /* NULL: none */
    void *spoil_context;
};

struct prove_results prove(struct arena *arena, const struct dwr_ruleset *rules,
                           const struct prove_options *options);

/* --- words --- */

const char *prove_property_id(enum prove_property property);    /* "no_silent_loss" */
const char *prove_property_words(enum prove_property property); /* "no silent loss" */
int prove_property_code(enum prove_property property);          /* 6003 */
const char *prove_reason_id(enum prove_reason reason);
const char *prove_reason_words(enum prove_reason reason);
bool prove_reason_is_named(enum prove_reason reason); /* section 10 names it */
const char *prove_verdict_word(enum prove_verdict verdict);

#endif
