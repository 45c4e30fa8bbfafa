/* diff.h - what changes for people when rules change: by the merges, not by the words.
 *
 * Two rule sets merge the same made-up documents (draw.c), by the resolver itself; a merge that
 * ends differently is made as small as it can be and kept, one for each field. DocTypes whose
 * tables are equal (equal.c) are not tried. What the resolver does not read (settings, effects,
 * notifications, who may do what offline) is compared in words.
 *
 * Classes, from harmless to grave; a change has the gravest that was seen of it:
 *
 * - same: the merges end alike, the rules only say it otherwise;
 *
 * - safe: nothing that a person wrote ends otherwise; what is reported, notified or said beside the
 *   merge changes, or a person is asked who was not;
 *
 * - changes outcome: a field, or the document, ends otherwise, or a conflict that a person decided
 *   is decided by nobody any more;
 *
 * - needs both tables: what a client sends means something else than it did when the client was
 *   given its rules, such as a field that becomes a table, another key, a row left out that used to
 *   mean its removal, a field that the sync layer takes over or leaves, what may be done offline;
 *   until every client has the new rules, the server needs both;
 *
 * - can lose a write: a value that a client wrote, and that was kept, merged or shown to a person,
 *   is now in the field report alone, or is rejected (in a table this is asked of each member of
 *   each row, by its key); or the time in which an offline client may still push, or a person
 *   decide, gets shorter; or a file is dropped of two that both were kept.
 *
 * A write that the old rules rejected, or a value that they refused, cannot be lost, and a removal
 * that is refused (a delete, a row left out) loses no value.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_DIFF_H
#define DWR_COMPILER_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "dwr.h"
#include "out.h"
#include "schema/schema.h"
#include "trial/trial.h"

enum diff_class { DIFF_SAME, DIFF_SAFE, DIFF_OUTCOME, DIFF_BOTH_TABLES, DIFF_LOSES, DIFF_CLASSES };

/* "can_lose_a_write", and "can lose a write". */
extern const char *const diff_class_ids[DIFF_CLASSES];
extern const char *const diff_class_words[DIFF_CLASSES];

/* One side of a merge that ends differently. */
struct diff_side {
    enum dwr_status status;
    enum dwr_code code;
    struct dwr_str doc, branch; /* p NULL: none */
    struct dwr_str outcome;     /* of the field: "client", … or "" where it is not reported */
    struct dwr_str rule;        /* the line that decided it; p NULL: none */
};

struct diff_item {
    enum diff_class class;
    struct dwr_str field; /* a field or table; p NULL: the document, or no merge at all */
    struct dwr_str what;  /* a sentence: what changes */
    /* Lines of both rule sets that say it; p NULL: none does. */
    struct dwr_str old_at, new_at;
    bool has_merge; /* what follows is there; else `was` and `becomes` are words */
    struct trial trial;
    struct dwr_str request; /* the line for `dwrc resolve` */
    struct diff_side old_side, new_side;
    struct dwr_str lost;         /* can_lose_a_write: the client's value, JSON */
    struct dwr_str was, becomes; /* words; p NULL: nothing was said */
};

/* What an entry of the results is of. */
enum diff_kind {
    DIFF_DOCTYPE,
    DIFF_DEFAULT,  /* the DocTypes that are not named; called "default" */
    DIFF_SETTINGS, /* the rule set's own settings; called "settings" */
    DIFF_KINDS
};

extern const char *const diff_kind_ids[DIFF_KINDS]; /* "doctype", "default", "settings" */

struct diff_doctype {
    enum diff_kind kind;
    struct dwr_str name;
    enum diff_class class;
    bool added, removed;           /* named in one rule set only */
    const struct diff_item *items; /* the gravest first, then by field */
    uint32_t item_count;
    uint64_t merges; /* tried by both */
    bool cut;        /* not all kinds of merge were tried */
};

struct diff_results {
    const struct diff_doctype
        *v; /* the settings, then in the order of the names; those that are equal are not there */
    uint32_t count, equal;
    enum diff_class class;
    uint64_t merges;
    bool cut; /* of a DocType: not all kinds of merge were tried */
};

struct diff_options {
    const struct schemas *schemas; /* NULL: none */
    struct dwr_str only;           /* the DocType that is asked about; p NULL: all */
    uint64_t seed;
    uint32_t tries;   /* merges a DocType that changed; 0: DIFF_TRIES, or fewer (below) */
    unsigned threads; /* 0: as many as there are processors */
};

/* Where more DocTypes changed than share so many merges in all, each has its part of them, but the
 * least. */
#define DIFF_TRIES 120000u
#define DIFF_TRIES_ALL (20 * DIFF_TRIES)
#define DIFF_TRIES_LEAST 20000u

struct diff_results diff_rules(struct arena *arena, const struct dwr_ruleset *old_rules,
                               const struct dwr_ruleset *new_rules,
                               const struct diff_options *options);

/* --- for the files of this folder --- */

/* A DocType by two rule sets. */
struct diff_pair {
    struct arena *arena;
    const struct dwr_doctype *by[2];     /* old, new */
    struct dwr_str name, request_name;   /* as results and as requests call it */
    const struct schema_doctype *schema; /* NULL: none */
};

/* Items as they are found. */
struct diff_items {
    struct diff_item *v;
    uint32_t count, capacity;
};

struct diff_item *diff_add(struct arena *arena, struct diff_items *items);

/* Whether both merge alike because their tables say the same, lines aside (equal.c). */
bool diff_tables_equal(const struct diff_pair *pair);
/* The same of what holds for the document as a whole and for fields that no rule names; and of one
 * field with its unit or table. */
bool diff_frames_equal(const struct diff_pair *pair);
bool diff_fields_equal(const struct diff_pair *pair, struct dwr_str name);
/* A condition of one rule set (0: old, 1: new), fields by their names; NULL: always. */
struct dwr_str diff_cond_text(const struct diff_pair *pair, int by, const struct dwr_cond *cond);
/* Rules of each rule set, but for when they apply. */
bool diff_rules_act_alike(const struct diff_pair *pair, const struct dwr_rule *old_rule,
                          const struct dwr_rule *new_rule);
/* Whether what clients send means something else; the items that say so (equal.c). */
void diff_meanings(const struct diff_pair *pair, struct diff_items *items);
/* One side's DocType, the conditions that no merge asks written so that two that say the same in
 * other words are the same (normal.c). */
struct dwr_doctype *diff_normal(const struct diff_pair *pair, int by);
/* What is said beside the merge (settings.c). */
void diff_words(const struct diff_pair *pair, struct diff_items *items);
void diff_settings(struct arena *arena, const struct dwr_ruleset *old_rules,
                   const struct dwr_ruleset *new_rules, struct diff_items *items);

/* Random numbers that are the same everywhere. */
struct diff_random {
    uint64_t state;
};
uint32_t diff_below(struct diff_random *random, uint32_t n);

/* What documents are drawn from (deck.c). The bench compares values. */
struct diff_deck;
struct diff_deck *diff_deck_new(const struct diff_pair *pair, struct trial_bench *bench,
                                uint64_t seed);
/* One merge, its texts in the arena: in turn one that leads to rules that differ (aim.c) and one of
 * a single field, until all of these are through, and one of several, without end. */
void diff_draw(struct diff_deck *deck, struct arena *arena, struct dwr_write *write);
/* All that can be counted were drawn. */
bool diff_drawn_all(const struct diff_deck *deck);

/* Merges by both and finds the fields that end differently (compare.c). */
struct diff_bench {
    const struct diff_pair *pair;
    struct trial_bench bench[2];
    struct dwr_result result[2];
    struct trial_view view[2]; /* of the results, where they are not alike */
};

/* One field that ends differently, and how gravely. */
struct diff_difference {
    struct dwr_str field; /* p NULL: the document */
    enum diff_class class;
};

/* How many there are, at most `room`; 0: both end alike. */
uint32_t diff_compare(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                      struct diff_difference *found, uint32_t room);

/* Of the latest merge (lost.c): whether something that the client wrote into rows is in the result
 * of the old rules, or shown to a person, and no more by the new; what it is, as JSON: of rows
 * their keys and the members that are gone, of arrays the elements, else the value. */
bool diff_rows_lost(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                    struct dwr_str table);
struct dwr_str diff_gone(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                         struct dwr_str field);

/* The same difference in as small documents as can be found, in `keep`. */
struct dwr_write diff_shrink(struct diff_bench *b, struct arena *keep,
                             const struct dwr_write *write, const struct diff_difference *found);

/* The merge with its documents, times and roles copied. */
struct dwr_write diff_kept(struct arena *keep, const struct dwr_write *write);

/* --- showing --- */

void diff_text(struct out *o, struct arena *arena, const struct diff_results *results,
               const char *old_name, const char *new_name, bool color);
void diff_markdown(struct out *o, struct arena *arena, const struct diff_results *results,
                   const char *old_name, const char *new_name);
void diff_json(struct out *o, struct arena *arena, const struct diff_results *results,
               const char *old_name, const char *new_name);

/* Every change that is not safe as a finding at a line of the new rules: DW7001 to DW7003. */
void diff_find(struct arena *arena, const struct diff_results *results,
               const struct ast_ruleset *new_rules, struct diag *diag);

/* --- REVISION:FOLDER (revision.c) --- */

struct file_overlay;

struct revision {
    struct file_overlay *files;
    uint32_t count;
};

/* Reads the .dwr files of a git revision's folder, or its one file, by running git. The paths begin
 * with `name` as it was given. NULL, or a sentence that says why not. */
const char *revision_read(struct arena *arena, const char *name, struct revision *revision);

#endif
