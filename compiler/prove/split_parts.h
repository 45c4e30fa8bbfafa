/* split_parts.h - what split.c (documents that stand for all) and split_groups.c (which slots merge
 * without each other) share. */
#ifndef DWR_COMPILER_PROVE_SPLIT_PARTS_H
#define DWR_COMPILER_PROVE_SPLIT_PARTS_H

#include "split.h"

enum {
    SPLIT_PROBES_MAX = 5,    /* conditions that are asked of one group */
    SPLIT_CASES_MAX = 60000, /* of one group */
    SPLIT_STATES = 5 /* that a group is seen in: as it is, merged, merged twice; resolved, and
                        merged again */
};

struct split_group {
    uint8_t slots[PART_SLOTS_MAX], count;
    const struct dwr_cond *probes[SPLIT_PROBES_MAX];
    uint8_t probe_count;
    bool watched[PART_SLOTS_MAX]; /* by place in slots */
    bool whole;                   /* every case of it is tried */
    /* The slots as a part of their own, with a field of the sync layer for each probe. */
    struct part part;
    struct split *split; /* of that part: what the probes do not read is read by it; NULL: none */
    struct dwr_doctype doctype;
    struct dwr_str names[SPLIT_PROBES_MAX];
    struct inquiry_docs stored, client;
};

struct split {
    struct inquiry *j;
    const struct part *part;
    struct arena *arena;
    struct split_group groups[PART_SLOTS_MAX];
    uint8_t group_count;
    uint8_t of[PART_SLOTS_MAX]; /* the group of a slot; while they are made, any slot of it */
    uint64_t stored_step[PART_SLOTS_MAX], client_step[PART_SLOTS_MAX];
    bool failed;
};

/* The slot of a field of the document; PART_SLOTS_MAX: none. */
uint8_t split_slot_of(const struct split *split, uint16_t field);

/* Puts the slots into groups, and what the first group's conditions ask of the others into them.
 * whole: one group. */
void split_make_groups(struct split *split, bool whole);

/* Makes it a part (split_make.c); false: it has more cases than are looked at. */
bool split_make_part(struct split *split, struct split_group *group);

#endif
