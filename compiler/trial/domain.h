/* domain.h - the few values of a field that decide how it merges.
 *
 * A merge looks at values through equality and order, arithmetic and the parts of a text or an
 * array aside, and the language has no loops: so what a rule does to three or four different values
 * and to unset is what it does to all (compiler/PROVE.md argues it rule by rule, and tests compare
 * with random large domains).
 *
 * The values are of the kind the rule wants (texts of several lines for merge_text, numbers for
 * sum, ranks and values of no rank for ranked, timestamps where a field orders rows), with every
 * literal that a condition, a `set` or an effect of the DocType compares the field with among them,
 * and behind the literals what is near them (near.h): a value in each gap between those that values
 * are compared with by order, arrays and objects that are almost the literal. With a schema they
 * are values a person would see there (schema.h).
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_DOMAIN_H
#define DWR_COMPILER_DOMAIN_H

#include <stdbool.h>

#include "arena.h"
#include "dwr.h"
#include "schema/schema.h"

struct domain {
    const struct dwr_str *values; /* JSON texts; values[0] is unset ("null") */
    uint16_t count; /* 4 or 5, and the literals of the conditions with what is near them */
};

/* The values of a field of a DocType (an index into its names); for a child table: small tables
 * that between them have no row, one, two, equal keys, no key, rows in another order. schema NULL:
 * none. */
struct domain domain_of_field(struct arena *arena, const struct dwr_doctype *doctype,
                              uint16_t field, const struct schema_doctype *schema);

/* The values of a row member; table is an index into the DocType's tables, the schema that of its
 * rows (schema_field.rows). */
struct domain domain_of_member(struct arena *arena, const struct dwr_doctype *doctype,
                               uint16_t table, uint16_t member,
                               const struct schema_doctype *schema);

/* Roles, users and instants that conditions and last_write_wins tell apart: JSON texts, values[0]
 * "null"; arrays of roles where a condition can tell them from one; the last is a role that no
 * condition names. Instants are in rising order. */
struct domain domain_of_roles(struct arena *arena, const struct dwr_doctype *doctype, bool client);
struct domain domain_of_users(struct arena *arena, const struct dwr_doctype *doctype);
struct domain domain_of_instants(struct arena *arena);

#endif
