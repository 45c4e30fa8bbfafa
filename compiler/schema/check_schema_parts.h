/* check_schema_parts.h - what the parts of the check against schemas share. */
#ifndef DWR_COMPILER_CHECK_SCHEMA_PARTS_H
#define DWR_COMPILER_CHECK_SCHEMA_PARTS_H

#include "check_schema.h"

/* Proposals cost a look at every candidate: who has more unknown names than this in a part of the
 * rules has another trouble. */
#define SCHEMA_PROPOSALS_MAX 200u

struct schema_check {
    struct arena *arena;
    struct ast_ruleset *ruleset;
    const struct schemas *schemas;
    struct diag *diag;
    const struct dwr_str *doctype_names;  /* of the schemas, by their place */
    const struct ast_block *defaults;     /* the first `default`, or NULL */
    const bool *is_ruled;                 /* by symbol: a DocType of the rules is called so */
    struct dwr_str name;                  /* the DocType's, whose rules are looked at */
    const struct schema_doctype *doctype; /* NULL: it has no schema, its fields are not looked at */
    uint32_t proposals;
    /* Fields that rules, tables and meta of the DocType name, by symbol: a name mistyped there is
     * not surely one of these, which would then stand twice. */
    uint32_t *ruled_fields, ruled_stamp;
    bool ruling; /* such a name is looked at */
};

/* Text for messages: cut where it is long. */
#define SCHEMA_TEXT(str) (int)((str).n < 80 ? (str).n : 80), (str).p

/* --- check_names.c: that it is there --- */

/* Fields and members that a statement speaks of. */
struct schema_owner {
    const struct schema_doctype *doctype; /* NULL: nothing is known of them */
    /* The table, where they are members of its rows; p NULL: they are a DocType's. */
    struct dwr_str table;
};

/* The field with this name. NULL: there is none, which has been said, or nothing is known, or it is
 * one of those that every DocType has. */
const struct schema_field *schema_names(struct schema_check *c, const struct schema_owner *owner,
                                        const struct ast_name *name);
/* The same for a name in a document, which stands at span with its quotes. */
const struct schema_field *schema_names_text(struct schema_check *c,
                                             const struct schema_owner *owner, struct dwr_str text,
                                             struct span span);
/* The schema of a DocType of the rules; of one named by a statement. NULL: there is none, which has
 * been said, for DocTypes of the rules where they stand. */
const struct schema_doctype *schema_of_doctype(struct schema_check *c, const struct ast_name *name);
const struct schema_doctype *schema_names_doctype(struct schema_check *c,
                                                  const struct ast_name *name);

/* "did you mean", with a fix that puts the candidate in the place of the span; the fix is safe
 * where nothing else can be meant. quoted: names stand in quotes there. */
void schema_propose(struct schema_check *c, struct diag_finding *finding, struct span span,
                    bool quoted, struct dwr_str word, const struct dwr_str *candidates,
                    size_t count);

/* Adds where the field is defined, and what the finding is about. */
void schema_defined(struct schema_check *c, struct diag_finding *finding,
                    const struct schema_field *field);

/* --- check_types.c: that it is of the type --- */

/* Is the field's kind one of these (SCHEMA_BIT)? field NULL, or of an unknown type: yes. */
#define SCHEMA_BIT(kind) (1u << SCHEMA_##kind)
bool schema_is(const struct schema_field *field, uint32_t kinds);

void schema_rule_type(struct schema_check *c, const struct schema_owner *owner,
                      const struct ast_rule *rule);
/* A unit's rule, said in another way (on_same_key sum(…)). */
void schema_rule_takes(struct schema_check *c, enum dwr_rule_kind rule, const struct ast_name *name,
                       const struct schema_field *field);
/* False: it has none, which has been said. */
bool schema_has_order(struct schema_check *c, const struct ast_name *name,
                      const struct schema_field *field, const char *what);
void schema_holds_number(struct schema_check *c, const struct ast_name *name,
                         const struct schema_field *field, const char *what);

/* --- check_values.c: that a value can be the field's --- */

void schema_value(struct schema_check *c, const struct schema_field *field,
                  const struct ast_value *value);
void schema_cond(struct schema_check *c, const struct schema_owner *owner,
                 const struct ast_cond *cond);

/* --- check_test_docs.c: what tests speak of --- */

void schema_test(struct schema_check *c, const struct ast_test *test);

#endif
