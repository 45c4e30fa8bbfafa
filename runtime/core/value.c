/* value.c - equality, order and hashes of JSON spans. See value.h.
 *
 * The bytes are compared first; what follows serves values that are written differently: escapes,
 * number forms, member order. Recursion is bounded by the depth of checked documents
 * (DWR_DEPTH_MAX). */
#include "value.h"

#include <string.h>

#include "decimal.h"
#include "instant.h"
#include "unescape.h"

/* Up to here the members of two objects are joined by trying all pairs; beyond, through a hash. */
enum { PAIRWISE_MAX = 16 };

/* --- strings --- */

static struct dwr_unescape unescape_of(struct dwr_text text)
{
    return (struct dwr_unescape){ .p = text.p + 1, .end = text.p + text.n - 1 };
}

static bool has_escape(struct dwr_text text)
{
    return dwr_has_byte(text.p, text.n, '\\');
}

struct dwr_text dwr_string_bytes(struct dwr_scratch *s, struct dwr_text text)
{
    struct dwr_text out = { text.p + 1, text.n - 2 };

    if (has_escape(text)) {
        out = dwr_unescape(s, out.p, out.n);
        s->failed = s->failed || out.p == NULL;
    }
    return out;
}

int dwr_string_compare(struct dwr_text a, struct dwr_text b)
{
    struct dwr_unescape ua, ub;
    int ca, cb;

    if (!has_escape(a) && !has_escape(b)) {
        const size_t n = a.n < b.n ? a.n : b.n;
        const int order = n > 2 ? memcmp(a.p + 1, b.p + 1, n - 2) : 0;

        return order != 0 ? (order < 0 ? -1 : 1) : (a.n > b.n) - (a.n < b.n);
    }
    ua = unescape_of(a);
    ub = unescape_of(b);
    /* UTF-8 orders as its code points do. */
    do {
        ca = dwr_next_byte(&ua);
        cb = dwr_next_byte(&ub);
    } while (ca == cb && ca >= 0);
    return (ca > cb) - (ca < cb);
}

/* The last eight bytes, the closing quote among them, hold no backslash: no escape is long enough
 * to end in the last character then. */
static bool ends_plainly(struct dwr_text text)
{
    return text.n >= 8 && !dwr_has_byte(text.p + text.n - 8, 8, '\\');
}

/* Strings whose bytes differ: two spellings of one? */
static bool spelled_otherwise(struct dwr_text a, struct dwr_text b)
{
    /* Two first characters that differ and are no escapes, or one of them the closing quote. */
    if (a.p[1] != b.p[1] && a.p[1] != '\\' && b.p[1] != '\\')
        return false;
    /* Two last ones. */
    if (a.p[a.n - 2] != b.p[b.n - 2] && ends_plainly(a) && ends_plainly(b))
        return false;
    return (has_escape(a) || has_escape(b)) && dwr_string_compare(a, b) == 0;
}

bool dwr_string_equal(struct dwr_text a, struct dwr_text b)
{
    return (a.n == b.n && dwr_bytes_equal(a.p, b.p, a.n)) || spelled_otherwise(a, b);
}

bool dwr_string_is(struct dwr_text text, const char *p, size_t n)
{
    struct dwr_unescape u;
    size_t i = 0;
    int c;

    if (text.n - 2 == n && dwr_bytes_equal(text.p + 1, p, n) && !dwr_has_byte(p, n, '\\'))
        return true;
    if (!has_escape(text))
        return false;
    u = unescape_of(text);
    while ((c = dwr_next_byte(&u)) >= 0)
        if (i == n || (unsigned char)p[i++] != c)
            return false;
    return i == n;
}

/* --- hashes --- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * 0x9FB21C651E98DF25u;
    return a ^ a >> 32;
}

uint64_t dwr_bytes_hash(const struct dwr_scratch *s, const char *p, size_t n)
{
    uint64_t h = s->seed + n, rest = 0;

    if (n >= 8) {
        for (; n > 8; n -= 8, p += 8)
            h = mix(h, dwr_load_le(p, 8));
        rest = dwr_load_le(p + n - 8, 8);
    } else if (n >= 4) {
        rest = dwr_load_le(p, 4) << 32 | dwr_load_le(p + n - 4, 4);
    } else if (n > 0) {
        rest = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 |
               (unsigned char)p[n - 1];
    }
    return mix(mix(h, rest), n);
}

/* Strings hash as their unescaped bytes do, so that two spellings meet. */
static uint64_t string_hash(struct dwr_scratch *s, struct dwr_text text)
{
    struct dwr_mark mark;
    struct dwr_text bytes;
    uint64_t h;

    if (!has_escape(text))
        return dwr_bytes_hash(s, text.p + 1, text.n - 2);
    mark = dwr_mark(s);
    bytes = dwr_string_bytes(s, text);
    h = bytes.p == NULL ? 0 : dwr_bytes_hash(s, bytes.p, bytes.n);
    dwr_release(s, mark);
    return h;
}

uint64_t dwr_value_hash(struct dwr_scratch *s, struct dwr_text v)
{
    struct dwr_walk w;
    struct dwr_text key, value;
    uint64_t h;

    switch (v.p[0]) {
    case '"':
        return string_hash(s, v);
    case '{':
    case '[':
        w = dwr_walk_of(v);
        h = (unsigned char)v.p[0];
        /* Elements in order; members in any, so their hashes are added up. */
        while (dwr_walk_next(&w, s->scan, &key, &value))
            h = w.object ? h + mix(string_hash(s, key), dwr_value_hash(s, value))
                         : mix(h * 3, dwr_value_hash(s, value));
        return h;
    case 't':
    case 'f':
    case 'n':
        return (unsigned char)v.p[0] * 0xD6E8FEB86659FD93u;
    default:
        return dwr_decimal_hash(s->seed, v);
    }
}

/* --- equality --- */

static bool arrays_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b)
{
    struct dwr_walk wa = dwr_walk_of(a), wb = dwr_walk_of(b);
    struct dwr_text key, va, vb;

    for (;;) {
        const bool more = dwr_walk_next(&wa, s->scan, &key, &va);

        if (more != dwr_walk_next(&wb, s->scan, &key, &vb))
            return false;
        if (!more)
            return true;
        if (!dwr_value_equal(s, va, vb))
            return false;
    }
}

/* b's cells by the hash of their names, then each of a's looked up. */
static bool many_cells_equal(struct dwr_scratch *s, const struct dwr_cell *a,
                             const struct dwr_cell *b, size_t n)
{
    size_t buckets = 16;
    uint32_t *first, *next;

    while (buckets < n)
        buckets *= 2;
    first = dwr_take(s, buckets * sizeof *first);
    next = dwr_take(s, n * sizeof *next);
    if (first == NULL || next == NULL) {
        s->failed = true;
        return false;
    }
    memset(first, 0, buckets * sizeof *first);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t *at = &first[string_hash(s, b[i].key) & (buckets - 1)];

        next[i] = *at;
        *at = i + 1;
    }
    for (size_t k = 0; k < n; k++) {
        uint32_t i = first[string_hash(s, a[k].key) & (buckets - 1)];

        while (i != 0 && !dwr_string_equal(b[i - 1].key, a[k].key))
            i = next[i - 1];
        if (i == 0 || !dwr_value_equal(s, b[i - 1].value, a[k].value))
            return false;
    }
    return true;
}

bool dwr_cells_equal(struct dwr_scratch *s, const struct dwr_cell *a, size_t na,
                     const struct dwr_cell *b, size_t nb)
{
    size_t at = 0;

    if (na != nb)
        return false;
    if (na > PAIRWISE_MAX) {
        const struct dwr_mark mark = dwr_mark(s);
        const bool equal = many_cells_equal(s, a, b, na);

        dwr_release(s, mark);
        return equal;
    }
    for (size_t i = 0; i < na; i++) {
        size_t tried = 0;

        /* Behind the last one found is where the next one is looked for first. */
        while (tried < nb && !dwr_string_equal(a[i].key, b[at].key)) {
            at = at + 1 == nb ? 0 : at + 1;
            tried++;
        }
        if (tried == nb || !dwr_value_equal(s, a[i].value, b[at].value))
            return false;
        at = at + 1 == nb ? 0 : at + 1;
    }
    return true;
}

/* The members of an object; false when there is no memory. */
static bool cells_of(struct dwr_scratch *s, struct dwr_text object, struct dwr_cell **cells,
                     size_t *count)
{
    struct dwr_walk w = dwr_walk_of(object);
    struct dwr_cell cell;
    size_t n = 0;

    while (dwr_walk_next(&w, s->scan, &cell.key, &cell.value))
        n++;
    *count = n;
    *cells = dwr_take(s, (n + 1) * sizeof **cells);
    if (*cells == NULL) {
        s->failed = true;
        return false;
    }
    w = dwr_walk_of(object);
    for (n = 0; dwr_walk_next(&w, s->scan, &cell.key, &cell.value); n++)
        (*cells)[n] = cell;
    return true;
}

/* Names are unique in each, so equal counts and every member of a in b is enough. */
static bool objects_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b)
{
    const struct dwr_mark mark = dwr_mark(s);
    struct dwr_cell *ca, *cb;
    size_t na, nb;
    const bool equal =
        cells_of(s, a, &ca, &na) && cells_of(s, b, &cb, &nb) && dwr_cells_equal(s, ca, na, cb, nb);

    dwr_release(s, mark);
    return equal;
}

/* Digits alone: JSON has no leading zeros, so two such numbers are equal only as bytes. */
static bool is_plain_integer(struct dwr_text v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return true;
}

bool dwr_value_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b)
{
    if (a.n == b.n && dwr_bytes_equal(a.p, b.p, a.n))
        return true;
    switch (a.p[0]) {
    case '"':
        return b.p[0] == '"' && spelled_otherwise(a, b);
    case '{':
        return b.p[0] == '{' && objects_equal(s, a, b);
    case '[':
        return b.p[0] == '[' && arrays_equal(s, a, b);
    case 't':
    case 'f':
    case 'n':
        return false;
    default:
        return (b.p[0] == '-' || (b.p[0] >= '0' && b.p[0] <= '9')) &&
               !(is_plain_integer(a) && is_plain_integer(b)) && dwr_decimal_compare(a, b) == 0;
    }
}

bool dwr_field_equal(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b)
{
    const bool unset = dwr_is_unset(a);

    if (unset || dwr_is_unset(b))
        return unset && dwr_is_unset(b);
    return dwr_value_equal(s, a, b);
}

/* --- order (1.5) --- */

enum kind { UNSET, NUMBER, TIMESTAMP, STRING, FALSE_, TRUE_, ARRAY, OBJECT };

bool dwr_value_instant(struct dwr_scratch *s, struct dwr_text v, struct dwr_instant *out)
{
    struct dwr_text bytes;

    /* The shortest timestamp is a date of ten characters, the quotes beside them. */
    if (v.p == NULL || v.n < 12 || v.p[0] != '"')
        return false;
    bytes = dwr_string_bytes(s, v);
    return bytes.p != NULL && dwr_instant_read(bytes.p, bytes.n, out);
}

static enum kind kind_of(char first)
{
    switch (first) {
    case '"':
        return STRING;
    case 'f':
        return FALSE_;
    case 't':
        return TRUE_;
    case '[':
        return ARRAY;
    case '{':
        return OBJECT;
    default:
        return NUMBER;
    }
}

struct dwr_order dwr_order_of(struct dwr_scratch *s, struct dwr_text v)
{
    struct dwr_order o = { .value = v, .kind = UNSET };
    struct dwr_instant at;

    if (dwr_is_unset(v))
        return o;
    o.kind = (uint8_t)kind_of(v.p[0]);
    if (o.kind == STRING && dwr_value_instant(s, v, &at)) {
        o.kind = TIMESTAMP;
        o.seconds = at.seconds;
        o.fraction = at.fraction;
        o.fraction_n = at.fraction_n;
    }
    return o;
}

int dwr_order_compare(const struct dwr_order *a, const struct dwr_order *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    switch (a->kind) {
    case NUMBER:
        return dwr_decimal_compare(a->value, b->value);
    case TIMESTAMP:
        if (a->seconds != b->seconds)
            return a->seconds < b->seconds ? -1 : 1;
        return dwr_instant_compare(&(struct dwr_instant){ a->seconds, a->fraction, a->fraction_n },
                                   &(struct dwr_instant){ b->seconds, b->fraction, b->fraction_n });
    case STRING:
        return dwr_string_compare(a->value, b->value);
    default:
        return 0;
    }
}

int dwr_value_compare(struct dwr_scratch *s, struct dwr_text a, struct dwr_text b)
{
    const struct dwr_mark mark = dwr_mark(s);
    const struct dwr_order oa = dwr_order_of(s, a), ob = dwr_order_of(s, b);
    const int order = dwr_order_compare(&oa, &ob);

    dwr_release(s, mark);
    return order;
}

/* --- members --- */

struct dwr_text dwr_member(struct dwr_scratch *s, struct dwr_text object, const char *name,
                           size_t n)
{
    struct dwr_walk w = dwr_walk_of(object);
    struct dwr_text key, value;

    while (dwr_walk_next(&w, s->scan, &key, &value))
        if (dwr_string_is(key, name, n))
            return value;
    return (struct dwr_text){ NULL, 0 };
}
