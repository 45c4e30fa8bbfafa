/* values.h - what values.c (the values of a slot) and values_counts.c share. */
#ifndef DWR_COMPILER_PROVE_VALUES_H
#define DWR_COMPILER_PROVE_VALUES_H

#include "part.h"

/* Arrays that no list is longer than. */
enum { CHOSEN_MAX = 96 };

struct chosen {
    struct arena *arena;
    struct dwr_str v[CHOSEN_MAX];
    uint16_t count;
};

/* Unless an equal one is there. */
void values_put(struct chosen *c, struct dwr_str value);

/* Is it a side of the field? */
bool values_is_side(const struct dwr_operand *o, uint16_t field);

/* Each number that a condition names for a count or the version, and its neighbours. */
void values_put_numbers(struct chosen *c, struct part *part, uint16_t field);

/* Tables with so many rows as let the count be each of its numbers, less and more. */
void values_put_sizes(struct chosen *c, struct part *part, const struct dwr_table *table);

#endif
