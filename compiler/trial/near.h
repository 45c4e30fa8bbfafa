/* near.h - values beside the literals of conditions: what a literal alone does not show.
 *
 * A condition that orders values tells every open interval between its literals from the next, so
 * one value of each is tried; one that asks for an array or an object is answered by the whole of
 * it, so others that look much like it are tried; and a person may have several roles at once.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_NEAR_H
#define DWR_COMPILER_NEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "dwr.h"

struct near_values {
    struct dwr_str *v; /* JSON texts; may repeat what it was made of */
    uint32_t count, capacity;
};

void near_put(struct arena *arena, struct near_values *values, struct dwr_str value);

/* For numbers and texts (timestamps among them) that values are compared with by order: a value
 * before all of them, one behind, and one in each gap between two, by 1.5. */
struct near_values near_gaps(struct arena *arena, const struct near_values *cuts);

/* For an array: turned around, its first element twice, one within it changed; for an object: one
 * value within it changed. Nothing for any other. */
struct near_values near_variants(struct arena *arena, struct dwr_str literal);

/* Arrays of roles that the conditions tell apart from one role, and from each other. */
struct near_values near_roles(struct arena *arena, const struct dwr_doctype *doctype, bool client);

#endif
