/* name_hash.h - the perfect hash of struct dwr_names: one function for dwrc, which makes the
 * tables, and one for the resolver, which looks names up in them. Inline, because a look-up is a
 * few nanoseconds and stands in the middle of every merge. */
#ifndef DWR_NAME_HASH_H
#define DWR_NAME_HASH_H

#include <stdbool.h>
#include <string.h>

#include "tables.h"

/* One load where n is a constant, which it is; also in what is compiled for size. */
#if defined(__GNUC__)
__attribute__((always_inline))
#endif
static inline uint64_t
dwr_load_le(const char *p, size_t n)
{
    uint64_t v = 0;

    memcpy(&v, p, n);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* The same for every platform; names are short, so the ends of one are read as words. */
static inline uint64_t dwr_name_hash(const char *p, size_t n)
{
    uint64_t a, b, h = n * 0x9E3779B97F4A7C15u;

    while (n > 16) {
        h = (h ^ dwr_load_le(p, 8)) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
        p += 8;
        n -= 8;
    }
    if (n >= 8) {
        a = dwr_load_le(p, 8);
        b = dwr_load_le(p + n - 8, 8);
    } else if (n >= 4) {
        a = dwr_load_le(p, 4);
        b = dwr_load_le(p + n - 4, 4);
    } else {
        a = n == 0 ? 0
                   : (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
                         (unsigned char)p[n - 1];
        b = 0;
    }
    h ^= (a ^ 0xA0761D6478BD642Fu) * 0xE7037ED1A0B428DBu;
    h = (h << 29 | h >> 35) ^ b;
    h *= 0x9FB21C651E98DF25u;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93u;
    return h ^ h >> 29;
}

/* Most of what is compared is short: words at both ends, no call. */
static inline bool dwr_bytes_equal(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    uint32_t u, v;

    if (n > 16)
        return memcmp(a, b, n) == 0;
    if (n >= 8) {
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        if (x != y)
            return false;
        memcpy(&x, a + n - 8, 8);
        memcpy(&y, b + n - 8, 8);
        return x == y;
    }
    if (n >= 4) {
        memcpy(&u, a, 4);
        memcpy(&v, b, 4);
        if (u != v)
            return false;
        memcpy(&u, a + n - 4, 4);
        memcpy(&v, b + n - 4, 4);
        return u == v;
    }
    return n == 0 || (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

/* Where the name with this hash would stand in slots. */
static inline uint32_t dwr_names_slot(uint64_t h, uint32_t displacement, uint32_t slot_mask)
{
    return ((uint32_t)(h >> 32) + displacement * ((uint32_t)(h >> 16) | 1u)) & slot_mask;
}

/* Index into names->v, or DWR_NONE. h is dwr_name_hash(p, n). */
static inline unsigned dwr_names_find_hashed(const struct dwr_names *names, uint64_t h,
                                             const char *p, size_t n)
{
    unsigned i;

    if (names->count == 0)
        return DWR_NONE;
    i = names->slots[dwr_names_slot(h, names->displace[h & names->bucket_mask], names->slot_mask)];
    if (i == DWR_NONE || names->v[i].name.n != n || !dwr_bytes_equal(names->v[i].name.p, p, n))
        return DWR_NONE;
    return i;
}

static inline unsigned dwr_names_find(const struct dwr_names *names, const char *p, size_t n)
{
    return dwr_names_find_hashed(names, dwr_name_hash(p, n), p, n);
}

#endif
