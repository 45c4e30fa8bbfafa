/* split.h - fields that a part only reads, by what the part sees of them.
 *
 * Of a field that conditions read, a merge sees which conditions hold, now and after it; not which
 * of many values make them hold. So the slots of a part fall into groups that merge without each
 * other: the first holds the part's own fields and all that is tied to them; each other one is
 * read. Of the documents of a group that is read, those stand for all of them that differ in what
 * is seen while the write is merged, merged again, and again (compiler/PROVE.md). What is seen is
 * found by merging them, each condition as the guard of a field of the sync layer, which nobody
 * reads.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_PROVE_SPLIT_H
#define DWR_COMPILER_PROVE_SPLIT_H

#include "inquiry.h"

/* What is tried of a group: which of base, server and client there are. */
enum split_shape {
    SPLIT_UPDATE,
    SPLIT_UPDATE_UNKNOWN, /* base */
    SPLIT_INSERT_NEW,
    SPLIT_INSERT,
    SPLIT_INSERT_DELETED, /* onto a tombstone */
    SPLIT_UPDATE_DELETED,
    SPLIT_UNDELETE_DELETED,
    SPLIT_UNDELETE,
    SPLIT_DELETE,
    SPLIT_DELETE_UNKNOWN,
    SPLIT_DELETE_DELETED,
    SPLIT_ORDER, /* the client and another one, who does not write the group, from one base */
    SPLIT_SHAPES
};

/* The case of a shape, but for the combinations and the environment. */
struct prove_case split_case(enum split_shape shape);

/* A case of a group: what it adds to the combinations of the part. */
struct split_pick {
    uint32_t base, server, client;
};

struct split_picks {
    struct split_pick *v;
    uint32_t count;
};

struct split;

/* NULL: a group has more documents than are looked at. whole: one group of all slots. */
struct split *split_new(struct inquiry *j, const struct part *part, bool whole);

unsigned split_group_count(const struct split *split);

/* How many updates of a group are tried (in the first environment). */
uint64_t split_count(struct split *split, unsigned group);

/* Those of a group (0: all of its cases) that stand for all, in an environment. */
struct split_picks split_picks(struct split *split, unsigned group, enum split_shape shape,
                               uint32_t env);

#endif
