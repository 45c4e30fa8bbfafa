/* check_parts.h - what the parts of the check share (check.h says what it is for).
 *
 * Names are told apart by symbol: what a DocType says about a field stands in an array by symbol,
 * valid where its stamp is the DocType's, so that going from one DocType to the next clears
 * nothing and every question is one look. */
#ifndef DWR_CHECK_PARTS_H
#define DWR_CHECK_PARTS_H

#include "check.h"

/* What a field (of a DocType, or of a row) is used as. */
enum check_use {
    USE_NAMED, /* it is spoken of, no more */
    USE_META,
    USE_RULE,
    USE_CHILD,
    USE_COUNT,  /* count_into */
    USE_VERSION /* version_field */
};

/* The fields that win or lose together, and the rules that decide them. */
struct check_unit {
    const struct ast_rule *first, *last;
    bool guarded; /* one of them has a `when` */
};

struct check_field {
    uint32_t stamp;
    enum check_use use;
    struct span span;        /* where it became that */
    struct check_unit *unit; /* USE_RULE */
};

struct check_doctype_place {
    const struct ast_doctype *doctype; /* the first of this name */
    uint32_t test;                     /* the first test for it: index into tests + 1; 0: none */
};

struct check {
    struct arena *arena;
    struct ast_ruleset *ruleset;
    struct diag *diag;
    struct check_field *fields;  /* by symbol: of the DocType being checked */
    struct check_field *members; /* by symbol: of the child table being checked */
    uint32_t *listed;            /* by symbol: the number of the list it last stood in */
    struct span *listed_at;
    uint32_t field_stamp, member_stamp, list_stamp;
    uint32_t field_count, member_count; /* different ones with the present stamp */
    struct check_doctype_place *places; /* by symbol */
    struct check_test {
        const struct ast_test *test;
        uint32_t next; /* the next for the same DocType: index + 1, 0: none */
    } * tests;
    uint32_t test_count;
    bool *is_meta;                      /* by symbol: built-in meta fields (SEMANTICS 1.6) */
    bool *is_row_meta;                  /* by symbol: and those of rows (SEMANTICS 6) */
    const struct ast_section *defaults; /* the first `default`, or NULL */
    struct variable *variables;         /* check_truth.c's, used again for each condition */
};

/* What a block belongs to. */
struct check_scope {
    const struct ast_block *block;
    struct span head;    /* the first word of its statement */
    struct dwr_str name; /* the DocType's; "default" */
    bool is_default;
    enum dwr_strategy strategy;
    bool has_strategy; /* one was said (or, in default, taken for granted) */
};

/* --- check.c: what all parts use --- */

/* Text for messages: cut where it is long. */
#define CHECK_TEXT(str) (int)((str).n < 80 ? (str).n : 80), (str).p

/* Every statement of these kinds stands at most once in a block. */
void check_once(struct check *c, const struct ast_block *block, const enum ast_kind *kinds,
                size_t count);
/* No name stands twice in a list. */
void check_list(struct check *c, const struct ast_names *names);
void check_limit(struct check *c, struct span span, uint64_t count, const char *what);
/* A whole number from low to high. */
bool check_number(struct check *c, const struct ast_number *number, uint64_t low, uint64_t high);
/* A duration from `low` seconds to the longest there may be. */
void check_seconds(struct check *c, const struct ast_number *number, uint64_t low);
/* One of the words (their list ends with NULL); a finding with `code` proposes the nearest. */
bool check_word(struct check *c, enum diag_code code, const struct ast_word *word, const char *what,
                const char *const *words);

/* The block's tombstone statement; NULL: it has none, or there is no block. */
const struct ast_block *check_tombstone_of(const struct ast_block *block);

/* --- check_fields.c: fields and rules, of DocTypes and of rows --- */

/* The DocType's field as it is known so far, or NULL. */
const struct check_field *check_field_of(const struct check *c, uint32_t symbol);
/* The field is spoken of. */
void check_name(struct check *c, const struct ast_name *name);
void check_names(struct check *c, const struct ast_names *names);
void check_fields(struct check *c, const struct check_scope *scope);

/* DocType fields or row members, whichever a rule is about. */
struct check_owner {
    struct check_field *fields;
    uint32_t stamp;
    uint32_t *count;
    bool of_rows;
};

/* The field with the present stamp; new: it was not known. */
struct check_field *check_touch(struct check_field *fields, uint32_t stamp, uint32_t *count,
                                const struct ast_name *name);
/* SEMANTICS 1.6: what the sync layer writes is no rule's; that has then been said. */
bool check_may_have_rule(struct check *c, const struct check_owner *o, const struct ast_name *name);
void check_rule(struct check *c, const struct check_owner *o, const struct ast_rule *rule);

/* --- check_tables.c --- */

void check_child(struct check *c, const struct check_scope *scope, const struct ast_child *child);

/* --- check_cond.c --- */

enum check_moment {
    WHILE_MERGING, /* a rule's when, lock, hold: fields have sides */
    OF_DOCUMENT,   /* unless, refresh when, archive_after: bare fields */
    OF_WRITE       /* push_priority: bare fields, and what this write does */
};

/* cond NULL: there is none. */
void check_cond(struct check *c, const struct ast_cond *cond, enum check_moment moment);
/* The same for the `when` of a rule: where it never holds, the rule is never reached. */
void check_guard(struct check *c, const struct ast_cond *cond);
/* Whether two conditions are written alike, and so hold together. */
bool check_same_cond(const struct ast_cond *a, const struct ast_cond *b);

/* --- check_truth.c --- */

/* Warns of comparisons whose answer is known, of a condition that always holds or never; `never` is
 * the code of the last. False: one of these was told. */
bool check_truth(struct check *c, const struct ast_cond *cond, enum diag_code never);
/* Whether one of the conditions before it holds wherever this one does; *by is the one that does
 * alone, or the last. Conditions that check_truth tells of are not asked. */
bool check_covered(struct check *c, const struct ast_cond *const *before, unsigned count,
                   const struct ast_cond *cond, unsigned *by);

/* --- check_service.c: settings and the statements of the sync service --- */

void check_sections(struct check *c);
void check_service(struct check *c, const struct check_scope *scope);

/* --- check_times.c: tombstones and time away --- */

void check_times(struct check *c);

/* --- check_tests.c --- */

/* The tests for the DocType with this name, its fields being known; doctype NULL: no DocType of the
 * rule set is called so. */
void check_tests(struct check *c, uint32_t symbol, const struct ast_doctype *doctype);

#endif
