/* lint_parts.h - what the checks of lint.h share: lint.c (their list), kinds.c (what a field is),
 * trials.c, rowdocs.c, guards.c (the merge that shows it), tell.c (the finding), and a file for
 * each group of checks. */
#ifndef DWR_COMPILER_LINT_PARTS_H
#define DWR_COMPILER_LINT_PARTS_H

#include "lint.h"
#include "trial/trial.h"

/* --- kinds.c: what a field is to the people and devices that write it --- */

enum lint_kind {
    LINT_UNKNOWN, /* neither schema nor name say */
    LINT_PROSE,   /* text that a person types: notes, a description, feedback */
    LINT_SIGNATURE,
    LINT_FILE,  /* one attachment: a photo, a file */
    LINT_FILES, /* a list of them */
    LINT_DATE,
    LINT_TIME,   /* of the day */
    LINT_MOMENT, /* both: a time stamp */
    LINT_NUMBER,
    LINT_SELECT, /* by a schema only */
    LINT_TABLE,  /* likewise */
    LINT_PLAIN   /* the schema says it is something else: a link, a check, one line of data */
};

/* schema NULL: by the name alone. Names are read as words, `completion_notes`, `completionNotes`
 * and `notes_2` alike; the last word decides. The words are listed in kinds.c and in
 * compiler/LINT.md. */
enum lint_kind lint_field_kind(const struct schema_field *schema, struct dwr_str name);
/* A signature, a photo, a file, or the moment somebody clocked in: what nobody can make again. */
bool lint_is_evidence(enum lint_kind kind, struct dwr_str name);
/* Is one of the words of the name this one (lower case)? */
bool lint_has_word(struct dwr_str name, const char *word);
/* Or one of these; NULL ends them. */
bool lint_has_one_of(struct dwr_str name, const char *const *words);

/* --- what is being checked --- */

/* One a thread. */
struct lint {
    struct arena *arena;
    struct ast_ruleset *ast;
    const struct dwr_ruleset *rules;
    const struct schemas *schemas;
    struct diag *diag;
    struct trial_bench bench;

    /* The DocType at hand. */
    const struct ast_doctype *doctype;
    const struct ast_block *block;
    const struct dwr_doctype *plan;
    const struct schema_doctype *schema; /* NULL: none */
};

/* Text for messages, cut where it is long. */
#define LINT_TEXT(str) (int)((str).n < 80 ? (str).n : 80), (str).p

/* Makes it the DocType at hand. */
void lint_doctype_at_hand(struct lint *l, const struct ast_doctype *doctype);
/* The rule that a statement became for a field of a unit (they stand in the statements' order). */
const struct dwr_rule *lint_planned(const struct lint *l, const struct dwr_unit *unit,
                                    const struct ast_stmt *statement, uint32_t symbol);
/* The field's name in the plan, or NULL. */
const struct dwr_name *lint_name(const struct lint *l, struct dwr_str field);
/* What the field is, by schema or name. */
enum lint_kind lint_kind_of(const struct lint *l, struct dwr_str field);
/* The strategy's statement, or `otherwise` where there is one: what decides a field without a rule
 * of its own. */
const struct ast_stmt *lint_free_rule(const struct lint *l);
/* Fields without a rule of their own, from the schema, or those that the rules speak of where there
 * is none: calls visit for each. */
typedef void lint_visit(struct lint *l, void *context, struct dwr_str field);
void lint_each_free(struct lint *l, lint_visit *visit, void *context);

/* --- trials.c: merges that show something --- */

/* A field of the three documents; p NULL: the document lacks it. */
struct lint_cell {
    struct dwr_str name;
    struct dwr_str base, server, client; /* JSON */
};

enum { LINT_CELLS = 24 };

/* A merge while it is made up; all zero to begin with, then lint_case_begin. */
struct lint_case {
    struct lint_cell cells[LINT_CELLS];
    unsigned count;
    struct dwr_str server_role, client_role, client_user; /* JSON */
    bool dated;       /* with times: the server's change later than the client's */
    bool client_last; /* then the other way round */
    bool tombstone;   /* the server's document was deleted */
    bool full;        /* there were more fields than cells: no merge is made */
    enum dwr_op op;

    /* After lint_try. */
    struct trial trial;
    struct dwr_result result;
};

/* An empty merge of the DocType at hand. */
struct lint_case lint_case_begin(struct lint *l);
/* Its field, added where it is not there. */
struct lint_cell *lint_cell(struct lint_case *c, struct dwr_str field);
void lint_put(struct lint_case *c, struct dwr_str field, struct dwr_str base, struct dwr_str server,
              struct dwr_str client);
/* guards.c: puts in what makes a condition hold (want) or not, as far as that is simple; the merge
 * shows whether it was enough. Fields that are there keep their values. */
void lint_assume(struct lint *l, struct lint_case *c, const struct dwr_cond *cond, bool want);
/* Lets the rule of a unit decide: its condition holds, and none before it. */
void lint_assume_rule(struct lint *l, struct lint_case *c, const struct dwr_unit *unit,
                      const struct dwr_rule *rule);

/* Merges. False: it was refused as no merge at all. The result lasts until the next. */
bool lint_try(struct lint *l, struct lint_case *c);
/* Is the client's value of the field gone: not in the document, and nobody is asked? */
bool lint_client_lost(const struct lint_case *c, struct dwr_str field);
/* Is the server's? */
bool lint_server_lost(const struct lint_case *c, struct dwr_str field);
/* The field's value in the resulting document. */
struct dwr_str lint_result(const struct lint_case *c, struct dwr_str field);
/* Does a text stand in the field's value there? For rows and elements. */
bool lint_result_has(const struct lint_case *c, struct dwr_str field, struct dwr_str text);
/* The report of a field, or the first of a row of it; NULL: none. */
const struct dwr_report *lint_report(const struct lint_case *c, struct dwr_str field);

/* Two different values of a kind, as an office and a device would write them. */
void lint_values(enum lint_kind kind, struct dwr_str *office, struct dwr_str *device);
/* One of the device that is less than the office's. */
struct dwr_str lint_least_value(enum lint_kind kind);

/* A text as JSON. */
struct dwr_str lint_quoted(struct lint *l, struct dwr_str text);

/* Is a person asked about the field, or a row of it: a conflict record, a held row, a branch? */
bool lint_is_asked(const struct lint_case *c, struct dwr_str field);
/* Where a text begins in another, its length where it does not; how often it is there. */
size_t lint_find(struct dwr_str in, struct dwr_str wanted);
unsigned lint_count(struct dwr_str in, struct dwr_str wanted);

/* --- rowdocs.c: rows of child tables --- */

/* The field's table in the plan; the DocType of its rows, by the schema. NULL: none. */
const struct dwr_table *lint_table(const struct lint *l, struct dwr_str field);
const struct schema_doctype *lint_rows_of(const struct lint *l, struct dwr_str field);
enum lint_kind lint_member_kind(const struct schema_doctype *rows, struct dwr_str member);
const struct dwr_name *lint_row_name(const struct dwr_table *table, struct dwr_str member);
/* Is the member part of the key; of the key or what orders the rows? */
bool lint_is_key_part(const struct dwr_table *table, struct dwr_str member);
bool lint_is_key(const struct dwr_table *table, struct dwr_str member);
/* A member that is none of these, to be changed in a merge, typed text before all else: nth is 0 or
 * 1. p NULL: by the schema, people write nothing else in a row. */
struct dwr_str lint_plain_member(const struct dwr_table *table, const struct schema_doctype *rows,
                                 unsigned nth);
/* The same of an element with one key. */
struct dwr_str lint_plain_part(const struct schema_doctype *rows, struct dwr_str key);
/* "\"remark\":\"on site\"": how a member stands in a row. */
struct dwr_str lint_as_member(struct lint *l, struct dwr_str member, struct dwr_str value);
/* Two values of a member that the schema lets be. */
void lint_member_values(struct lint *l, const struct schema_doctype *rows, struct dwr_str member,
                        struct dwr_str *office, struct dwr_str *device);

/* A value of the member that is greater the greater n is, in most kinds; of a Select an option. */
struct dwr_str lint_numbered(struct lint *l, const struct schema_doctype *rows,
                             struct dwr_str member, unsigned n);
/* A row with the key of row number n; table NULL: without. */
struct lint_row {
    const struct dwr_table *table;
    struct trial_doc doc;
};

struct lint_row lint_row_begin(struct lint *l, const struct dwr_table *table,
                               const struct schema_doctype *rows, unsigned n);
void lint_row_put(struct lint_row *row, struct dwr_str member, struct dwr_str value);
struct dwr_str lint_row_end(struct lint_row *row);
/* A row of one more member. */
struct dwr_str lint_row_of(struct lint *l, const struct dwr_table *table,
                           const struct schema_doctype *rows, unsigned n, struct dwr_str member,
                           struct dwr_str value);
/* An array of one or two values; b p NULL: of one. */
struct dwr_str lint_list(struct lint *l, struct dwr_str a, struct dwr_str b);

/* --- tell.c: findings with scenarios --- */

/* A finding names at most so many fields. */
enum { LINT_LISTED = 4 };
/* "'a', 'b' and 2 more": of count fields the first ones stand in listed. */
struct dwr_str lint_names(struct lint *l, const struct dwr_str *listed, unsigned count);

/* A finding about a field of the DocType at hand (field p NULL: about all of it). */
struct diag_finding *lint_found(struct lint *l, enum diag_code code, struct span span,
                                struct dwr_str field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The case as the finding's scenario; what it tells. */
void lint_show(struct lint *l, struct diag_finding *finding, const struct lint_case *c,
               const char *story, ...) __attribute__((format(printf, 4, 5)));
void lint_kept(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...) __attribute__((format(printf, 5, 6)));
void lint_gone(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...) __attribute__((format(printf, 5, 6)));

/* "tasks[T-1].remark": a member of the row that the merge reports. */
struct dwr_str lint_member_label(struct lint *l, const struct lint_case *c, struct dwr_str table,
                                 struct dwr_str member);
/* A safe fix: the statement, said behind another one, means what holds without it. */
void lint_say_behind(struct lint *l, struct diag_finding *finding, const struct ast_stmt *stmt,
                     const char *statement);

/* --- times.c: settings --- */

/* What `sync` and its like say, where they do; NULL: they do not. */
const struct ast_setting *lint_setting(const struct lint *l, enum ast_kind section,
                                       enum ast_kind kind);
/* A time of `sync`, as the rules say it where they do. */
struct dwr_str lint_time_said(struct lint *l, enum ast_kind kind, uint64_t seconds);

/* --- the checks: each looks at the DocType at hand --- */

/* discarded.c, discarded_rows.c */
bool lint_may_discard(enum dwr_rule_kind rule, enum lint_kind kind);
enum diag_code lint_discard_code(enum dwr_rule_kind rule, enum lint_kind kind);
void lint_discarded_fields(struct lint *l);
void lint_discarded_free(struct lint *l);
void lint_discarded_rows(struct lint *l);
/* ranks.c */
void lint_scales(struct lint *l);
/* values.c */
void lint_keyed_elements(struct lint *l);
void lint_client_wins(struct lint *l);
/* sets.c */
void lint_sets(struct lint *l);
/* slots.c */
void lint_split_slots(struct lint *l);
/* rows.c */
void lint_rows(struct lint *l);
void lint_whole_tables(struct lint *l);
/* deletes.c */
void lint_deleted_evidence(struct lint *l);
/* asks.c: of the rule set */
void lint_manual_timeout(struct lint *l);
/* times.c: of the rule set, and of the DocType at hand */
void lint_retention(struct lint *l);
void lint_repeats(struct lint *l);
/* unspoken.c */
void lint_undecided(struct lint *l);
void lint_unspoken(struct lint *l); /* of the rule set */

#endif
