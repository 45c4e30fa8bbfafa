/* plan_parts.h - what the parts of the planner share: plan.c (the rule set and its DocTypes),
 * plan_names.c (lists of names), plan_rules.c (conditions, rules, units), plan_tables.c (child
 * tables), plan_service.c (what only the sync service reads). */
#ifndef DWR_COMPILER_PLAN_PARTS_H
#define DWR_COMPILER_PLAN_PARTS_H

#include "names.h"
#include "plan.h"

/* The names of a DocType, a table or the rule set while they are collected. `place` is by symbol:
 * which list it was last put into, and where. */
struct plan_names {
    struct dwr_name *v;
    uint64_t *hash;
    uint32_t count, capacity;
    struct plan_place {
        uint32_t list;
        uint32_t index;
    } * place;
    uint32_t list; /* the number of the list that is being made */
};

/* A unit while its rules are collected; they need not stand together in the source. */
struct plan_unit {
    const uint16_t *fields;
    uint32_t field_count;
    struct plan_link {
        const struct dwr_rule *rule;
        struct plan_link *next;
    } * first, *last;
    uint32_t rule_count;
};

struct plan_units {
    struct plan_unit *v;
    uint32_t count, capacity;
};

/* The fields that are the sync layer's in every document (SEMANTICS 1.6), then docstatus, then what
 * else is no member of a row (6). */
enum { PLAN_META = 7, PLAN_DOCSTATUS = 7, PLAN_BUILT_IN = 11 };

struct plan {
    struct arena *arena;
    struct ast_ruleset *ast;
    struct diag *diag;
    const struct ast_block *defaults; /* of `default`; NULL: there is none */
    struct names_maker maker;
    struct plan_names fields; /* of the DocType */
    struct plan_names rows;   /* of a table in it */
    struct plan_units units, row_units;
    struct ast_name built_in[PLAN_BUILT_IN]; /* symbol UINT32_MAX: no rule names it */
    uint32_t line_hint;

    /* The DocType that is being made. */
    struct dwr_doctype *doctype;
    const struct ast_block *block;
    struct span place; /* of its first word, for failures */
    struct dwr_notify *notify;
    struct dwr_table *tables;
    struct dwr_link *links;
    struct dwr_no_overlap *no_overlap;
    struct dwr_current *current;
    struct dwr_as_of *as_of;
    struct dwr_effect *effects;
    struct dwr_priority *priorities;
    bool failed; /* a failure has been added */
};

/* --- plan.c --- */

/* "rules/ops.dwr:14" of the statement. */
struct dwr_str plan_at(struct plan *p, const struct ast_stmt *stmt);

/* A count as the tables hold it; more than they can hold is a failure. */
uint16_t plan_count(struct plan *p, uint32_t count, const char *of_what);

/* The rule set does not fit: adds a failure that names the place, one a rule set. */
void plan_fail(struct plan *p, struct span span, const char *why);

/* The statement of a kind in the block, NULL where there is none (or no block). */
static inline struct ast_stmt *plan_said(const struct ast_block *block, enum ast_kind kind)
{
    return block ? block->of[kind] : NULL;
}

static inline uint32_t plan_how_many(const struct ast_block *block, enum ast_kind kind)
{
    uint32_t n = 0;

    for (const struct ast_stmt *s = plan_said(block, kind); s; s = s->same)
        n++;
    return n;
}

/* --- plan_names.c --- */

void plan_names_init(struct plan *p, struct plan_names *names);
void plan_names_begin(struct plan_names *names);
/* The index of a name in the list; it is put there where it is not, FREE (META if it begins with
 * '_'). */
uint16_t plan_name(struct plan *p, struct plan_names *names, const struct ast_name *name);
/* The indices of several names. */
const uint16_t *plan_name_list(struct plan *p, struct plan_names *names,
                               const struct ast_names *list);
/* What a name is, unless it already is something. */
void plan_role(struct plan_names *names, uint16_t i, enum dwr_name_role role, uint32_t index);
/* The list with its perfect hash. */
struct dwr_names plan_names_end(struct plan *p, struct plan_names *names);
/* Finds the symbols of the built-in fields. */
void plan_built_in(struct plan *p);

/* --- plan_rules.c --- */

/* NULL for NULL. Fields are put into the DocType's names. */
const struct dwr_cond *plan_condition(struct plan *p, const struct ast_cond *cond);
struct dwr_set plan_set(struct plan *p, const struct ast_set *set);
/* Adds the rule of a statement to the units of its fields, which are names of the list. */
void plan_rule(struct plan *p, struct plan_names *names, struct plan_units *units,
               const struct ast_rule *rule);
/* Adds a unit of one field with one rule. */
void plan_single_unit(struct plan *p, struct plan_names *names, struct plan_units *units,
                      uint16_t field, const struct dwr_rule *rule);
/* The units that were collected; the list is empty again. */
const struct dwr_unit *plan_units_end(struct plan *p, struct plan_units *units, uint16_t *count);

/* --- plan_tables.c --- */

void plan_table(struct plan *p, const struct ast_child *child);

/* --- plan_service.c --- */

void plan_no_overlap(struct plan *p, const struct ast_no_overlap *s);
void plan_link(struct plan *p, const struct ast_link *s);
void plan_current(struct plan *p, const struct ast_current *s);
void plan_as_of(struct plan *p, const struct ast_as_of *s);
void plan_effect(struct plan *p, const struct ast_effect *s);
void plan_priority(struct plan *p, const struct ast_push_priority *s);
void plan_offline(struct plan *p);
void plan_settings(struct plan *p, struct dwr_ruleset *set);

#endif
