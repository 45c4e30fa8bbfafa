/* aim.h - formulas made into aims: for the two files that aim alone.
 *
 * Ownership: everything belongs to the deck's arena. */
#ifndef DWR_COMPILER_AIM_H
#define DWR_COMPILER_AIM_H

#include "deck.h"

/* So many comparisons stand in one conjunction, and conditions of one pair of rules. */
enum { AIM_TERMS_MAX = 512, AIM_FORMULAS_MAX = 512 };

/* What is to hold, or not, by one rule set. */
struct formula {
    const struct dwr_cond *cond;
    uint8_t by;
    bool holds;
    const struct formula *next;
};

/* Formulas in the order they are put. */
struct formulas {
    struct formula v[AIM_FORMULAS_MAX];
    uint32_t count;
};

struct builder {
    struct diff_deck *deck;
    struct formulas differ, alike; /* what is to hold: as one rule set says, as both do */
    struct aim aim;                /* the subject and what goes with it */
    struct term terms[AIM_TERMS_MAX];
    uint32_t count;
    const struct formula *rest; /* alike: to be satisfied, in a way or two */
    bool in_rest, both;         /* both: where one of two must hold, they may both */
    uint32_t ways, rest_ways, steps;
};

/* What is to hold, or not; a condition that is NULL always holds. */
void aim_put(struct builder *b, struct formulas *f, const struct dwr_cond *cond, uint8_t by,
             bool holds);
/* The aims of all that was put, and nothing put any more. */
void aim_build(struct builder *b);

#endif
