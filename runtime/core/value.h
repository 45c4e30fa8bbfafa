/* value.h - spans of valid JSON as values: equality, order, hashes (sections 1.2, 1.5).
 *
 * A value is a dwr_text of one JSON value without white space around it; p NULL is absent. Equality
 * is tried on the bytes first; different bytes can still be the same value.
 *
 * The scratch is for what does not fit the stack (unescaped strings, objects of many members);
 * where it has no memory left, s->failed is set and the answer means nothing. */
#ifndef DWR_VALUE_H
#define DWR_VALUE_H

#include <string.h>

#include "../name_hash.h"
#include "scan.h"

/* Does the byte stand in the text? Words at a time: most texts are short, and this is asked of
 * nearly every one. */
static inline bool dwr_has_byte(const char *p, size_t n, unsigned char byte)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const uint64_t wanted = ones * byte;
    uint64_t w;

    if (n > 64)
        return memchr(p, byte, n) != NULL;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&w, p, 8);
        w ^= wanted;
        if (((w - ones) & ~w & highs) != 0)
            return true;
    }
    for (; n > 0; n--, p++)
        if ((unsigned char)*p == byte)
            return true;
    return false;
}

/* The same bytes, or both absent. */
static inline bool dwr_same_bytes(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.p == NULL) == (b.p == NULL) && dwr_bytes_equal(a.p, b.p, a.n);
}

/* Absent, null or "". */
static inline bool dwr_is_unset(struct dwr_text v)
{
    return v.p == NULL || (v.n == 2 && v.p[0] == '"') || (v.n == 4 && v.p[0] == 'n');
}

static inline bool dwr_is_true(struct dwr_text v)
{
    return v.n == 4 && v.p[0] == 't';
}

/* As JSON values (1.2): both present. */
bool dwr_value_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b);

/* As field values or row members: absent, null and "" are one. */
bool dwr_field_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b);

/* A member of an object: its name as written, with the quotes, and its value. */
struct dwr_cell {
    struct dwr_text key, value;
};

/* The same names with equal JSON values, in any order; names are unique in each. */
bool dwr_cells_equal(struct dwr_scratch *s, const struct dwr_cell *a, size_t na,
                     const struct dwr_cell *b, size_t nb);

/* A hash of bytes that depends on the scratch's seed: nobody outside can make keys that collide,
 * and no result depends on it. */
uint64_t dwr_bytes_hash(const struct dwr_scratch *s, const char *p, size_t n);

/* Equal values have equal hashes; never the same for every value of a kind. */
uint64_t dwr_value_hash(struct dwr_scratch *s, struct dwr_text v);

/* Where a value stands in the order of 1.5, read once for many comparisons. It borrows the value's
 * text (and the scratch, for a timestamp with an escape). */
struct dwr_order {
    struct dwr_text value;
    int64_t seconds; /* of a timestamp, with its fraction: instant.h */
    const char *fraction;
    uint32_t fraction_n;
    uint8_t kind;
};

struct dwr_order dwr_order_of(struct dwr_scratch *s, struct dwr_text v);

/* -1, 0, 1. Arrays tie, objects tie. */
int dwr_order_compare(const struct dwr_order *a, const struct dwr_order *b);

/* Both at once. */
int dwr_value_compare(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b);

/* Strings: text is as written, with its quotes. The unescaped bytes are lent from the text itself
 * or, where it has an escape, written to the scratch; p NULL when there is no memory. */
struct dwr_text dwr_string_bytes(struct dwr_scratch *s, struct dwr_text text);
bool dwr_string_equal(struct dwr_text a, struct dwr_text b);
int dwr_string_compare(struct dwr_text a, struct dwr_text b); /* by code points */

/* The string as written, is it these bytes? */
bool dwr_string_is(struct dwr_text text, const char *p, size_t n);

/* The value of a member of a valid object, by unescaped name; p NULL: it lacks it. */
struct dwr_text dwr_member(struct dwr_scratch *s, struct dwr_text object, const char *name,
                           size_t n);

/* The timestamp a value is; false when it is no string or no timestamp. */
struct dwr_instant;
bool dwr_value_instant(struct dwr_scratch *s, struct dwr_text v, struct dwr_instant *out);

/* Forgets what was taken since dwr_mark, where that stands in the same block. */
struct dwr_mark {
    char *at, *end;
};

static inline struct dwr_mark dwr_mark(const struct dwr_scratch *s)
{
    return (struct dwr_mark){ s->at, s->end };
}

static inline void dwr_release(struct dwr_scratch *s, struct dwr_mark m)
{
    if (s->end == m.end)
        s->at = m.at;
}

#endif
