/* names.c - hash and displace: the search for a perfect hash.
 *
 * The low bits of a name's hash choose a bucket, and the bucket's displacement chooses the slots of
 * its names: the d-th try puts a name at base + d * step, base and step being other bits of its
 * hash. Buckets are placed one after the other, the fullest first, each with the first d that finds
 * its names free slots of their own. As the step is odd, a bucket of one name finds any slot that
 * is free, so slots need not be many more than names: the power of two that holds them, usually.
 * Where a bucket cannot be placed (two of its names have the same base and step, or the tables are
 * very small), slots and buckets are doubled in turn. */
#include "names.h"

#include <string.h>

#include "name_hash.h"

/* More names than this in one bucket come from hashes chosen to collide: do not even try. */
enum { BUCKET_MAX = 32 };

/* Doublings of buckets and slots together, before the names are called alike. Ordinary names need
 * one in a few cases of a hundred and two in hardly any. */
enum { DOUBLINGS_MAX = 10 };

/* One attempt at one size. Everything points into the maker's memory. */
struct search {
    const uint64_t *hash; /* of each name */
    uint32_t names;
    uint32_t bucket_mask, slot_mask;
    uint32_t *first;   /* of each bucket: where its names start in `order`; one more at the end */
    uint16_t *order;   /* names by bucket */
    uint32_t *by_size; /* buckets, the fullest first */
    uint64_t *taken;   /* a bit a slot */
    uint16_t *displace, *slots;
};

static uint32_t power_of_two_from(uint32_t n)
{
    uint32_t p = 1;

    while (p < n)
        p *= 2;
    return p;
}

/* Names by bucket: a counting sort. */
static void sort_names(struct search *s)
{
    const uint32_t buckets = s->bucket_mask + 1;

    memset(s->first, 0, (buckets + 1) * sizeof *s->first);
    for (uint32_t i = 0; i < s->names; i++)
        s->first[s->hash[i] & s->bucket_mask]++;
    for (uint32_t b = 0, sum = 0; b <= buckets; b++) {
        sum += s->first[b];
        s->first[b] = sum;
    }
    /* first[b] is where b ends; filling from the end moves it to where b starts. */
    for (uint32_t i = s->names; i-- > 0;)
        s->order[--s->first[s->hash[i] & s->bucket_mask]] = (uint16_t)i;
}

/* Buckets by size, the fullest first and those of one size in order. False: one is too full. */
static bool sort_buckets(struct search *s)
{
    const uint32_t buckets = s->bucket_mask + 1;
    uint32_t of_size[BUCKET_MAX + 1] = { 0 };
    uint32_t start = 0;

    for (uint32_t b = 0; b < buckets; b++) {
        const uint32_t size = s->first[b + 1] - s->first[b];

        if (size > BUCKET_MAX)
            return false;
        of_size[size]++;
    }
    for (uint32_t size = BUCKET_MAX + 1; size-- > 0;) {
        const uint32_t n = of_size[size];

        of_size[size] = start;
        start += n;
    }
    for (uint32_t b = 0; b < buckets; b++)
        s->by_size[of_size[s->first[b + 1] - s->first[b]]++] = b;
    return true;
}

static bool take_slot(struct search *s, uint32_t slot)
{
    const uint64_t bit = (uint64_t)1 << (slot & 63);

    if (s->taken[slot >> 6] & bit)
        return false;
    s->taken[slot >> 6] |= bit;
    return true;
}

static void give_slot_back(struct search *s, uint32_t slot)
{
    s->taken[slot >> 6] &= ~((uint64_t)1 << (slot & 63));
}

/* Takes slots for all names of a bucket, or for none. */
static bool take_slots(struct search *s, const uint16_t *names, uint32_t n, uint32_t displacement)
{
    for (uint32_t i = 0; i < n; i++) {
        if (take_slot(s, dwr_names_slot(s->hash[names[i]], displacement, s->slot_mask)))
            continue;
        while (i-- > 0)
            give_slot_back(s, dwr_names_slot(s->hash[names[i]], displacement, s->slot_mask));
        return false;
    }
    return true;
}

/* Base and step decide every slot a name can have, so two names of one bucket must differ there. */
static bool never_apart(const struct search *s, const uint16_t *names, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (dwr_names_slot(s->hash[names[i]], 0, s->slot_mask) ==
                    dwr_names_slot(s->hash[names[j]], 0, s->slot_mask) &&
                dwr_names_slot(s->hash[names[i]], 1, s->slot_mask) ==
                    dwr_names_slot(s->hash[names[j]], 1, s->slot_mask))
                return true;
    return false;
}

static bool place_bucket(struct search *s, uint32_t bucket)
{
    const uint16_t *names = s->order + s->first[bucket];
    const uint32_t n = s->first[bucket + 1] - s->first[bucket];
    /* The slots repeat after slot_mask + 1 displacements. */
    const uint32_t last = s->slot_mask < UINT16_MAX ? s->slot_mask : UINT16_MAX;

    if (n > 1 && never_apart(s, names, n))
        return false;
    for (uint32_t d = 0; d <= last; d++) {
        if (!take_slots(s, names, n, d))
            continue;
        s->displace[bucket] = (uint16_t)d;
        for (uint32_t i = 0; i < n; i++)
            s->slots[dwr_names_slot(s->hash[names[i]], d, s->slot_mask)] = names[i];
        return true;
    }
    return false;
}

static bool place_all(struct search *s)
{
    const uint32_t buckets = s->bucket_mask + 1, slots = s->slot_mask + 1;

    sort_names(s);
    if (!sort_buckets(s))
        return false;
    memset(s->taken, 0, (slots + 63) / 64 * sizeof *s->taken);
    memset(s->displace, 0, buckets * sizeof *s->displace);
    memset(s->slots, 0xFF, slots * sizeof *s->slots); /* DWR_NONE */
    for (uint32_t i = 0; i < buckets; i++) {
        const uint32_t b = s->by_size[i];

        if (s->first[b + 1] == s->first[b])
            break; /* only empty ones are left */
        if (!place_bucket(s, b))
            return false;
    }
    return true;
}

/* Lays the search's arrays out in the maker's memory. */
static void reserve(struct names_maker *m, struct arena *arena, struct search *s)
{
    const size_t n = s->names, buckets = (size_t)s->bucket_mask + 1,
                 slots = (size_t)s->slot_mask + 1;
    const size_t words = (slots + 63) / 64;
    const size_t bytes =
        words * sizeof *s->taken + (2 * buckets + 1) * sizeof *s->first + n * sizeof *s->order;
    char *p;

    if (bytes > m->bytes) {
        m->bytes = 2 * bytes;
        m->memory = arena_alloc(arena, m->bytes);
    }
    p = m->memory;
    s->taken = (uint64_t *)(void *)p;
    p += words * sizeof *s->taken;
    s->first = (uint32_t *)(void *)p;
    p += (buckets + 1) * sizeof *s->first;
    s->by_size = (uint32_t *)(void *)p;
    p += buckets * sizeof *s->by_size;
    s->order = (uint16_t *)(void *)p;
}

bool names_make(struct names_maker *m, struct arena *arena, struct dwr_names *names,
                const uint64_t *hash)
{
    uint32_t buckets = power_of_two_from((names->count + 1u) / 2);
    /* At least an eighth of the slots free: else one more attempt is likely, and no table smaller.
     */
    uint32_t slots = power_of_two_from(names->count + names->count / 8u);

    if (names->count == 0)
        return true;
    for (unsigned doubling = 0; doubling <= DOUBLINGS_MAX; doubling++) {
        struct search s = {
            .hash = hash, .names = names->count, .bucket_mask = buckets - 1, .slot_mask = slots - 1
        };

        s.displace = arena_alloc(arena, buckets * sizeof *s.displace);
        s.slots = arena_alloc(arena, slots * sizeof *s.slots);
        reserve(m, arena, &s);
        if (place_all(&s)) {
            names->bucket_mask = s.bucket_mask;
            names->slot_mask = s.slot_mask;
            names->displace = s.displace;
            names->slots = s.slots;
            return true;
        }
        *(doubling % 2 == 0 ? &slots : &buckets) *= 2;
    }
    return false;
}
