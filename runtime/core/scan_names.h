/* scan_names.h - a set of member names, each with a number: the join of three documents by name,
 * and duplicates among many members.
 *
 * A hash table over the unescaped names. The hash is a fixed function, so a hostile document can
 * hold many names of one hash; where a look-up gets long the set turns into a binary trie over the
 * names' bits, whose time is bounded by the names' lengths alone. */
#ifndef DWR_SCAN_NAMES_H
#define DWR_SCAN_NAMES_H

#include "unescape.h"

struct nameset_entry;
struct nameset_cell;
struct nameset_fork;

/* Memory is the scratch's; the names are borrowed. */
struct dwr_nameset {
    struct dwr_scratch *s;
    struct nameset_entry *entries;
    struct nameset_cell *cells; /* the hash table, mask + 1 of them; NULL: not made yet */
    struct nameset_fork *forks; /* of the trie; entry i > 0 hangs from fork i - 1 */
    uint32_t count, room, mask;
    uint32_t root;
    bool trie;
};

#define DWR_NAMESET_NEW UINT32_MAX

void dwr_nameset_init(struct dwr_nameset *set, struct dwr_scratch *s);

/* Puts a name (unescaped) with its number. *found becomes the number that the name already has (and
 * keeps), else DWR_NAMESET_NEW. */
DWR_MUST_CHECK enum dwr_rc dwr_nameset_put(struct dwr_nameset *set, const char *p, size_t n,
                                           uint32_t number, uint32_t *found);

#endif
