/* scenario_parts.h - what the parts of the search share: values.c (what stands in a field, by
 * examples.c and habits.c), free_names.c (in fields that no rule names), draft.c (a merge being
 * made), make.c and make_rows.c (a merge for a class), wishes.c (what conditions want), seek.c
 * (finding one for each), print.c (as a test block). */
#ifndef DWR_COMPILER_SCENARIO_PARTS_H
#define DWR_COMPILER_SCENARIO_PARTS_H

#include "cover_parts.h"
#include "scenario.h"
#include "trial/domain.h"
#include "trial/trial.h"

enum { DRAFT_BASE, DRAFT_SERVER, DRAFT_CLIENT, DRAFT_SIDES };

/* Whose change is the later one, for rules that ask. */
enum newer { NEWER_NOBODY, NEWER_CLIENT, NEWER_SERVER };

struct draft_field {
    struct dwr_str name;
    struct dwr_str value[DRAFT_SIDES]; /* JSON; p NULL: that side does not have it */
    uint8_t newer;                     /* enum newer */
};

/* So many rows a reader still takes in. */
enum { DRAFT_ROWS = 5 };

struct draft_row {
    struct dwr_str row[DRAFT_SIDES]; /* p NULL: that side does not have it */
};

/* The rows of one child table, in the client's patch too where there are any. */
struct draft_table {
    struct draft_row v[DRAFT_ROWS];
    uint8_t count, newer;
    uint64_t kinds; /* a bit for each kind of row that stands there */
};

/* A merge being made. */
struct draft {
    enum dwr_op op;
    bool two_way;   /* base is not known */
    bool no_server; /* the server has no such document */
    bool tombstone; /* the server's was deleted */
    bool timed;     /* client_ts is told though nobody compares it: a branch is named after it */
    struct draft_field *fields;
    uint32_t count, capacity;
    struct draft_table *tables;                           /* of the DocType */
    struct dwr_str server_role, client_role, client_user; /* p NULL: not told */
    enum cover_kind theme;                                /* the first kind that was put into it */
    bool of_rows;                                         /* about a table, not about fields */
    bool is_empty;
};

/* Values of a field, set and distinct; those that no condition speaks of first. */
struct values {
    const struct dwr_str *v;
    uint32_t count;
};

/* What tests or a schema say about a field or a row member. */
struct example {
    struct dwr_str name;
    unsigned table; /* of the DocType's, or DWR_NONE */
    struct dwr_str v[8];
    uint8_t count;
};

struct examples {
    struct example *v;
    uint32_t count, capacity;
};

/* A text that is made again and again in the same place. */
struct buffer {
    struct out_memory text;
    bool begun;
};

struct seek {
    struct arena *arena;
    struct cover *cover;
    const struct schemas *schemas;
    struct trial_bench bench;
    struct buffer documents[DRAFT_SIDES], server_ts;

    /* The DocType that is looked at. */
    struct cover_type *type;
    const struct dwr_doctype *d;
    struct dwr_str name; /* where the rules do not name it, one that fits; p NULL: there is none */
    const struct schema_doctype *schema;
    struct examples examples;
    struct values *values;         /* by index of the name; v NULL: not asked for yet */
    struct dwr_str free_names[3];  /* fields that the strategy decides */
    unsigned free_count;           /* how many of them there are */
    bool *found;                   /* by class: a test tries it, or a merge of it was made */
    bool *none;                    /* by class: there is no merge of it */
    bool *is;                      /* by class: what the latest merge is of */
    uint32_t number;               /* of the document */
    const struct scenario *titles; /* the tests so far */
    uint64_t random;
    struct dwr_write write; /* the latest */
    struct dwr_result result;
};

/* --- examples.c --- */

/* Gathers them for the DocType. */
void examples_begin(struct seek *seek);
/* NULL: no test has the field, or the member of the table's rows. */
struct example *example_of(struct seek *seek, unsigned table, struct dwr_str name);

/* --- habits.c --- */

enum { HABIT_VALUES = 3 };

/* So many values of a field of that name, as JSON; NULL: none is known. */
const char *const *habit_of(struct dwr_str name);

/* --- free_names.c --- */

/* Gets ready for the DocType: its name, its schema, names of fields that no rule names. */
void values_begin(struct seek *seek);

/* --- values.c --- */

/* Of a field of the rules (index into the names), or of one that is only named. */
struct values values_of(struct seek *seek, unsigned index, struct dwr_str name);
/* Those that one of its rules decides on; else as above, for the rule without a condition. */
struct values values_for_rule(struct seek *seek, unsigned index, struct dwr_str name,
                              const struct dwr_rule *rule);
struct values values_of_member(struct seek *seek, unsigned table, unsigned index,
                               struct dwr_str name);
/* NULL: its definition is not known. */
const struct schema_field *values_member_field(const struct seek *seek, unsigned table,
                                               struct dwr_str name);
/* Do the definitions know a member of the table's rows beside the key? */
bool values_can_be_edited(struct seek *seek, unsigned table);
/* A member of the table's rows that the rules do not name; always the same. p NULL: the schema has
 * none. */
struct dwr_str values_other_member(struct seek *seek, unsigned table);

/* --- draft.c --- */

void draft_begin(struct seek *seek, struct draft *draft);
struct draft_field *draft_field(struct seek *seek, struct draft *draft, struct dwr_str name);
/* NULL: it is not in it. */
struct draft_field *draft_find(struct draft *draft, struct dwr_str name);
/* Another draft's content; the place is a draft that was begun. */
void draft_copy(struct seek *seek, struct draft *to, const struct draft *from);

/* Merges it and looks of which classes it is: seek->write, result and is. False: it was refused. */
bool draft_try(struct seek *seek, const struct draft *draft);

/* --- make.c --- */

/* Adds to the draft what makes it a merge of the class. False: it does not go together with what
 * stands there, or nothing is known that would. */
bool make_class(struct seek *seek, struct draft *draft, const struct cover_class *class_);

/* Who has which value, as an index into three that differ; -1: does not have it. */
struct hands {
    int8_t base, server, client;
};

/* For a class of a unit; for the place of a field in a unit of which each side changes another. */
struct hands make_hands(enum cover_kind kind, enum dwr_rule_kind rule);
struct hands make_crossed(unsigned place);
void make_put(struct draft_field *field, struct values values, struct hands hands);

/* --- make_rows.c --- */

/* make_class for a class of a table or of its row members. */
bool make_row(struct seek *seek, struct draft *draft, const struct cover_class *class_);

/* --- ties.c --- */

/* Gives fields (indices into the DocType's names) that the class's conditions compare with each
 * other the values of all of them, and those between. */
void ties_share(struct seek *seek, const struct cover_class *class_, const uint16_t *fields,
                uint32_t count, struct domain *domains);

/* --- wishes.c --- */

/* What the conditions of a class look at and want; the draft has the fields that it is about. NULL:
 * they look at nothing. */
struct wishes;
const struct wishes *wishes_of(struct seek *seek, const struct cover_class *class_,
                               struct draft *draft);
/* Gives a draft what they look at, at random, mostly what satisfies the most of them. */
void wishes_shake(struct seek *seek, const struct wishes *wishes, struct draft *draft);
/* All combinations of the values that they tell apart: how many (0: too many), and the k-th. */
uint32_t wishes_count(const struct wishes *wishes);
void wishes_put(struct seek *seek, const struct wishes *wishes, struct draft *draft, uint32_t k);

/* --- print.c --- */

/* The latest merge, which is the draft's. */
struct scenario *print_scenario(struct seek *seek, const struct draft *draft);

#endif
