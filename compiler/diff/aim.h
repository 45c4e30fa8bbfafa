/* aim.h - formulas made into aims: for the two files that aim alone.
 *
 * Ownership: everything belongs to the deck's arena. */
#ifndef DWR_COMPILER_AIM_H
#define DWR_COMPILER_AIM_H

#include "deck.h"

/* So many comparisons of two operands stand in one conjunction, and conditions of one pair of
 * rules; so many values of an operand are looked at, 64 in a word. */
enum { AIM_TERMS_MAX = 64, AIM_FORMULAS_MAX = 512, AIM_WORDS = 16 };

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

/* The values of an operand that are left by all that is to hold. */
struct left {
    struct operand of;
    const struct near_values *values;
    uint32_t used; /* so many comparisons look at it */
    uint64_t bits[AIM_WORDS];
};

/* A comparison as it stands in one rule set. */
struct compared {
    const struct dwr_cond *cond;
    uint8_t by;
    struct term term;  /* holds: as the condition does */
    bool alone;        /* one operand with literals */
    uint32_t of[2];    /* operands: numbers of what is left; the second where it is not alone */
    uint64_t *answers; /* alone: the values by which the condition holds, a bit each */
};

struct builder {
    struct diff_deck *deck;
    struct left *left;
    uint32_t left_count, left_capacity;
    struct compared **compared; /* hashed by condition and rule set */
    uint32_t compared_count, compared_capacity;
    struct formulas differ, alike;    /* what is to hold: as one rule set says, as both do */
    struct aim aim;                   /* the subject and what goes with it */
    struct term terms[AIM_TERMS_MAX]; /* those of two operands that are to hold */
    uint32_t count;
    const struct formula *rest; /* alike: to be satisfied, in a way or two */
    bool in_rest, both;         /* both: where one of two must hold, they may both */
    uint32_t ways, rest_ways, steps;
};

/* --- comparisons (compared.c) --- */

const struct compared *aim_compared(struct builder *b, const struct dwr_cond *cond, uint8_t by);
/* 1: it is so by all that is to hold; -1: it cannot be so; 0: either. */
int aim_said(const struct builder *b, const struct compared *c, bool holds);
/* Says that it is so (which can be), and takes that back: `before` keeps what was left. */
void aim_say(struct builder *b, const struct compared *c, bool holds, uint64_t before[AIM_WORDS]);
void aim_unsay(struct builder *b, const struct compared *c, const uint64_t before[AIM_WORDS]);
/* The values that are left of an operand. */
struct choice aim_choice(const struct builder *b, const struct left *left);

/* --- formulas (aim.c) --- */

/* What is to hold, or not; a condition that is NULL always holds. */
void aim_put(struct builder *b, struct formulas *f, const struct dwr_cond *cond, uint8_t by,
             bool holds);
/* The aims of all that was put, and nothing put any more. */
void aim_build(struct builder *b);

#endif
