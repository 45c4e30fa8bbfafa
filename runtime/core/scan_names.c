/* scan_names.c - sets of member names. See scan_names.h. */
#include <string.h>

#include "../name_hash.h"
#include "scan_names.h"

/* Entries at first; both arrays double. */
#define FIRST_ROOM 32u
/* Steps from a name's own place in the hash table, which is at most half full: only names that were
 * made to have one hash stand so close together. */
#define STEPS_MAX 128u

struct nameset_entry {
    const char *p;
    uint32_t n, number;
};

struct nameset_cell {
    uint32_t hash;
    uint32_t entry; /* index + 1; 0: free */
};

/* A fork tells two subtrees apart by the first bit in which their names differ. A name's bits are
 * the four bytes of its length and then its own, so that none is the start of another. */
struct nameset_fork {
    uint32_t child[2]; /* an entry's index, or a fork's with FORK set */
    uint32_t byte;
    unsigned char bit;
};

#define FORK 0x80000000u

void dwr_nameset_init(struct dwr_nameset *set, struct dwr_scratch *s)
{
    *set = (struct dwr_nameset){ .s = s };
}

static bool is_name(const struct nameset_entry *e, const char *p, size_t n)
{
    return e->n == n && memcmp(e->p, p, n) == 0;
}

/* --- the trie --- */

static unsigned name_byte(const struct nameset_entry *e, uint32_t i)
{
    if (i < 4)
        return e->n >> (24 - 8 * i) & 0xFF;
    return i - 4 < e->n ? (unsigned char)e->p[i - 4] : 0;
}

/* The entry whose name shares the longest start with this one, or one of several such. */
static uint32_t trie_nearest(const struct dwr_nameset *set, const struct nameset_entry *e)
{
    uint32_t at = set->root;

    while (at & FORK) {
        const struct nameset_fork *f = &set->forks[at & ~FORK];

        at = f->child[(name_byte(e, f->byte) & f->bit) != 0];
    }
    return at;
}

/* Where the names part; false: they are one. */
static bool names_part(const struct nameset_entry *a, const struct nameset_entry *b, uint32_t *byte,
                       unsigned char *bit)
{
    const uint32_t bytes = (a->n < b->n ? a->n : b->n) + 4;

    for (uint32_t i = 0; i < bytes; i++) {
        unsigned differ = name_byte(a, i) ^ name_byte(b, i);

        if (differ == 0)
            continue;
        while ((differ & (differ - 1)) != 0)
            differ &= differ - 1;
        *byte = i;
        *bit = (unsigned char)differ;
        return true;
    }
    return false;
}

/* Hangs entry i (not the first) into the trie, or gives the entry back that has its name. */
static uint32_t trie_put(struct dwr_nameset *set, uint32_t i)
{
    const struct nameset_entry *e = &set->entries[i];
    const uint32_t nearest = trie_nearest(set, e);
    struct nameset_fork *fresh = &set->forks[i - 1];
    uint32_t *at = &set->root;
    unsigned side;

    if (!names_part(e, &set->entries[nearest], &fresh->byte, &fresh->bit))
        return nearest;
    while (*at & FORK) {
        struct nameset_fork *f = &set->forks[*at & ~FORK];

        if (f->byte > fresh->byte || (f->byte == fresh->byte && f->bit < fresh->bit))
            break;
        at = &f->child[(name_byte(e, f->byte) & f->bit) != 0];
    }
    side = (name_byte(e, fresh->byte) & fresh->bit) != 0;
    fresh->child[side] = i;
    fresh->child[!side] = *at;
    *at = (i - 1) | FORK;
    return i;
}

static bool trie_grow(struct dwr_nameset *set)
{
    struct nameset_fork *forks = dwr_take(set->s, set->room * sizeof *forks);

    if (forks == NULL)
        return false;
    if (set->forks != NULL)
        memcpy(forks, set->forks, set->count * sizeof *forks);
    set->forks = forks;
    return true;
}

/* From now on the set is a trie of the entries it has. */
static bool trie_make(struct dwr_nameset *set)
{
    if (!trie_grow(set))
        return false;
    set->trie = true;
    set->root = 0;
    for (uint32_t i = 1; i < set->count; i++)
        (void)trie_put(set, i);
    return true;
}

/* --- the hash table --- */

/* The free cell for a name of this hash, or the one that has the name; NULL: too many steps. */
static struct nameset_cell *cell_of(const struct dwr_nameset *set, uint32_t hash, const char *p,
                                    size_t n)
{
    for (uint32_t steps = 0; steps < STEPS_MAX; steps++) {
        struct nameset_cell *cell = &set->cells[(hash + steps) & set->mask];

        if (cell->entry == 0 ||
            (cell->hash == hash && is_name(&set->entries[cell->entry - 1], p, n)))
            return cell;
    }
    return NULL;
}

static uint32_t hash_of(const char *p, size_t n)
{
    return (uint32_t)(dwr_name_hash(p, n) >> 32);
}

/* A table of twice as many cells as there is room for entries. */
static bool cells_grow(struct dwr_nameset *set)
{
    const uint32_t count = 2 * set->room;

    set->cells = dwr_take(set->s, count * sizeof *set->cells);
    if (set->cells == NULL)
        return false;
    memset(set->cells, 0, count * sizeof *set->cells);
    set->mask = count - 1;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct nameset_entry *e = &set->entries[i];
        const uint32_t hash = hash_of(e->p, e->n);
        struct nameset_cell *cell = cell_of(set, hash, e->p, e->n);

        if (cell == NULL)
            return trie_make(set);
        *cell = (struct nameset_cell){ hash, i + 1 };
    }
    return true;
}

static bool set_grow(struct dwr_nameset *set)
{
    const uint32_t room = set->room == 0 ? FIRST_ROOM : 2 * set->room;
    struct nameset_entry *entries = dwr_take(set->s, room * sizeof *entries);

    if (entries == NULL)
        return false;
    if (set->count > 0)
        memcpy(entries, set->entries, set->count * sizeof *entries);
    set->entries = entries;
    set->room = room;
    return set->trie ? trie_grow(set) : cells_grow(set);
}

enum dwr_rc dwr_nameset_put(struct dwr_nameset *set, const char *p, size_t n, uint32_t number,
                            uint32_t *found)
{
    struct nameset_entry *fresh;

    if (set->count == set->room && !set_grow(set))
        return DWR_NOMEM;
    fresh = &set->entries[set->count];
    *fresh = (struct nameset_entry){ p, (uint32_t)n, number };
    *found = DWR_NAMESET_NEW;
    if (!set->trie) {
        const uint32_t hash = hash_of(p, n);
        struct nameset_cell *cell = cell_of(set, hash, p, n);

        if (cell != NULL && cell->entry != 0) {
            *found = set->entries[cell->entry - 1].number;
            return DWR_OK;
        }
        if (cell != NULL) {
            set->count++;
            *cell = (struct nameset_cell){ hash, set->count };
            return DWR_OK;
        }
        if (!trie_make(set))
            return DWR_NOMEM;
    }
    if (set->count > 0) {
        const uint32_t i = trie_put(set, set->count);

        if (i != set->count) {
            *found = set->entries[i].number;
            return DWR_OK;
        }
    }
    set->count++;
    return DWR_OK;
}
