/* emit_parts.h - what the printers of NAME.c share: emit_c.c (the file, its DocTypes), emit_rules.c
 * (names, conditions, rules, units, tables), emit_service.c (what only the sync service reads). */
#ifndef DWR_COMPILER_EMIT_PARTS_H
#define DWR_COMPILER_EMIT_PARTS_H

#include "emit.h"

/* A member that is printed where it is not zero: ", .name = value" behind the row's first member,
 * which is printed always. */
#define EMIT_MEMBER(o, name) out_lit(o, ", ." name " = ")

/* DWR_STR("…"), or something longer where the literal would be too long for C. */
void emit_str(struct out *o, struct dwr_str s);
/* The member where it is said. */
#define EMIT_STR_MEMBER(o, name, s)                                                                \
    do {                                                                                           \
        if ((s).p) {                                                                               \
            EMIT_MEMBER(o, name);                                                                  \
            emit_str(o, s);                                                                        \
        }                                                                                          \
    } while (0)

void emit_str_array(struct out *o, const struct dwr_str *v, uint16_t count);
/* An index, with the name that stands there in a comment. */
void emit_index(struct out *o, const struct dwr_names *names, uint16_t i);
void emit_index_array(struct out *o, const struct dwr_names *names, const uint16_t *v,
                      uint16_t count);
/* &(const struct dwr_cond){ … } */
void emit_condition(struct out *o, const struct dwr_names *names, const struct dwr_cond *c);
/* { .field = … } */
void emit_set(struct out *o, const struct dwr_names *names, const struct dwr_set *set);
/* { .kind = … } */
void emit_rule(struct out *o, const struct dwr_names *names, const struct dwr_rule *rule);
/* { .v = names_ID, … } of arrays that emit_names_arrays printed. */
void emit_names(struct out *o, struct dwr_str id, const struct dwr_names *names);
void emit_names_arrays(struct out *o, struct dwr_str id, const struct dwr_names *names);
/* The arrays rules_ID and units_ID. */
void emit_units(struct out *o, struct dwr_str id, const struct dwr_names *names,
                const struct dwr_unit *units, uint16_t count);
/* The arrays of the DocType's tables, then tables_ID. */
void emit_tables(struct out *o, const struct emit_doctype *ids, const struct dwr_doctype *d);

/* The members of a DocType that only the sync service reads, each on lines of its own. */
void emit_service_members(struct out *o, const struct dwr_doctype *d);
/* The members sync, attachments and retry of the rule set. */
void emit_settings(struct out *o, const struct dwr_ruleset *rules);

/* `static const uint16_t from[]`: from[i] is i, for i below this. */
uint32_t emit_from_size(const struct dwr_ruleset *rules);

#endif
