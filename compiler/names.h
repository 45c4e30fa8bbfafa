/* names.h - a perfect hash for the names of a DocType, a table or a rule set.
 *
 * The rule set carries, beside each list of names, two small tables by which the resolver finds a
 * name with one hash, two look-ups and one comparison (runtime/name_hash.h holds the hash and the
 * look-up; this module finds the numbers in the tables). The same names in the same order always
 * give the same tables.
 *
 * Ownership: everything comes from the arena, the memory of the search too, which a maker keeps
 * from one list to the next. */
#ifndef DWR_COMPILER_NAMES_H
#define DWR_COMPILER_NAMES_H

#include <stdbool.h>

#include "arena.h"
#include "tables.h"

/* All zero to begin with. */
struct names_maker {
    char *memory;
    size_t bytes;
};

/* Fills in everything of *names but v and count, which the caller has set; hash holds dwr_name_hash
 * of each name. The names differ. False: no tables of reasonable size tell them apart, which takes
 * names whose hashes were made to collide. */
bool names_make(struct names_maker *m, struct arena *arena, struct dwr_names *names,
                const uint64_t *hash);

#endif
