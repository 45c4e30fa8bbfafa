/* deck.h - what the merges are drawn from: for the files of drawing alone.
 *
 * A slot is a field that either rule set names (or one that stands for those they do not), with the
 * values that either tells apart. An aim is one way to be decided by a rule of the old rules and by
 * another one of the new: the conditions that must hold and those that must not.
 *
 * Ownership: everything belongs to the deck's arena. */
#ifndef DWR_COMPILER_DECK_H
#define DWR_COMPILER_DECK_H

#include "diff.h"
#include "trial/near.h"

struct member {
    struct dwr_str name;
    struct near_values values; /* v[0] is unset */
    bool key;
};

struct slot {
    struct dwr_str name;
    struct near_values values; /* v[0] is unset */
    bool hot, differs; /* the rule sets treat it differently; hot also: it decides what they do */
    bool table;        /* in one of them */
    struct member *members;
    uint32_t member_count, member_capacity;
};

/* What a condition looks at: a side of a slot, roles, the user. */
struct operand {
    uint8_t side;  /* enum dwr_operand_side */
    uint32_t slot; /* where the side is base, server or client */
};

/* A comparison that is to hold or not; only EQ, LT, LE, IN, IS_SET and CHANGES (of left.slot). */
struct term {
    uint8_t op;
    bool holds;
    struct operand left, right;   /* right: where there are no values */
    const struct dwr_str *values; /* literals */
    uint16_t value_count;
};

/* The values by which an operand answers all terms that ask literals of it alone. */
struct choice {
    struct operand of;
    const struct dwr_str *v;
    uint32_t count;
};

#define AIM_ANY UINT32_MAX

struct aim {
    uint32_t subject;            /* the slot that is decided; AIM_ANY: whichever */
    const uint32_t *with;        /* slots that are decided along with it, or that it watches */
    uint32_t with_count, beside; /* of these, how many are of its units: the first ones */
    const struct choice *choices;
    uint32_t choice_count;
    const struct term *terms; /* those of two operands */
    uint32_t term_count;
    uint32_t draws;
    bool base; /* base is looked at, and so must be known */
};

struct diff_deck {
    struct arena *arena;
    const struct diff_pair *pair;
    struct trial_bench *bench; /* compares values */
    struct slot *slots;
    uint32_t slot_count;
    uint32_t *slot_of[2]; /* by rule set and name: UINT32_MAX where there is none */
    uint32_t *hot, hot_count;
    struct near_values instants, server_roles, client_roles, users;
    struct diff_random random;
    /* Where the one-field merges are. */
    uint32_t at_hot, at_base, at_server, at_client, turn;
    /* Where the directed ones are. */
    struct aim *aims;
    uint32_t aim_count, aim_capacity, at_aim, at_draw;
    bool found, gave_up; /* of this aim: values that agree; the search for them */
    bool cut;            /* there are more ways than aims were made for, or values found */
};

/* What base, server and client have in a slot; p NULL: nothing was written. */
struct three {
    struct dwr_str base, server, client;
};

struct documents {
    struct trial_doc v[3];
    bool named;
};

uint16_t deck_name(const struct dwr_names *names, struct dwr_str name);
struct slot *deck_slot(struct diff_deck *deck, struct dwr_str name);

/* Makes the aims (aim.c). */
void deck_aim(struct diff_deck *deck);
/* Does it hold (or not, as the term says) for these values? p NULL or null: unset. (hit.c) */
bool deck_holds(struct trial_bench *bench, const struct term *term, struct dwr_str left,
                struct dwr_str right);
/* The next merge of the aims; false: they are through (hit.c). */
bool deck_hit(struct diff_deck *deck, struct arena *arena, struct dwr_write *w);

/* --- documents (draw.c) --- */

struct dwr_str deck_pick(struct diff_deck *deck, const struct near_values *values);
struct three deck_value(struct diff_deck *deck, struct arena *arena, const struct slot *slot);
void deck_who_and_when(struct diff_deck *deck, struct dwr_write *w);
void deck_start(struct documents *docs, struct arena *arena, bool tombstone);
void deck_put(struct documents *docs, struct dwr_str name, const struct three *t);
void deck_finish(struct dwr_write *w, struct documents *docs, bool base, bool server);

#endif
