/* scan_code.h - the scanner, once for every instruction set: scan_<path>.c includes it with
 * SCAN_PATH, SCAN_NAME and SCAN_OPS defined.
 *
 * Two ways to read JSON live here. What is trusted (the base, the server, what was checked before)
 * is only skimmed: its quotes and brackets are found, nothing else is looked at. What is not goes
 * through the strict validator (section 1.4). index() brings them together: it skims the server's
 * document and lays the other two beside it, byte against byte.
 *
 * No function reads a byte at or behind `end`, whatever the text holds; a skimmed text that turns
 * out to be no JSON ends the work with DWR_INVALID_JSON or gives spans that lie inside it. */
#include "scan_simd.h"

/* --- small readers --- */

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *past_space(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What may stand behind a value inside an object or array. */
static inline bool ends_value(char c)
{
    return c == ',' || c == '}' || c == ']' || is_space(c);
}

/* p behind a name: at its value; NULL where there is none. */
static inline const char *past_colon(const char *p, const char *end)
{
    if (p < end && *p != ':')
        p = past_space(p, end);
    if (p >= end || *p != ':')
        return NULL;
    p++;
    if (p < end && (unsigned char)*p <= ' ')
        p = past_space(p, end);
    return p < end ? p : NULL;
}

/* The block at p, zeros from end on. */
static inline block block_at(const char *p, const char *end)
{
    const size_t n = (size_t)(end - p);

    return n >= 64 ? block_load(p) : block_part(p, n);
}

/* Zero where 64 bytes at a are those at b. */
static inline block difference(const char *a, const char *b)
{
    return block_xor(block_load(a), block_load(b));
}

/* How many of the 64 bytes at a, from the first on, are those at b. */
static inline size_t block_mismatch(const char *a, const char *b)
{
    const uint64_t parts = block_parts(block_load(a), block_load(b));

    return parts != 0 ? first_of(parts) : 64;
}

/* The same for less than 64 bytes: the bytes are compared where they are, none behind n is read. */
static inline size_t short_mismatch(const char *a, const char *b, size_t n)
{
#ifdef HAS_BLOCK_PART
    const uint64_t parts = n > 0 ? block_parts(block_part(a, n), block_part(b, n)) : 0;

    return parts != 0 ? first_of(parts) : n;
#else
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        const uint64_t x = dwr_load_le(a + i, 8) ^ dwr_load_le(b + i, 8);

        if (x != 0)
            return i + first_of(x) / 8;
    }
    while (i < n && a[i] == b[i])
        i++;
    return i;
#endif
}

/* Where two documents part is mostly near (a value that was changed) or far (a table that was not):
 * single blocks first, then four at a time. */
static size_t mismatch(const char *a, const char *b, size_t n)
{
    size_t i = 0;

    for (; n - i >= 64; i += 64) {
        const size_t same = block_mismatch(a + i, b + i);

        if (same < 64)
            return i + same;
        if (i < 512)
            continue;
        /* Aligned in one of them, or every load of both would touch two lines of the cache. */
        i += 64 - ((uintptr_t)(a + i) & 63);
        while (n - i >= 256 &&
               block_is_zero(
                   block_or(block_or(difference(a + i, b + i), difference(a + i + 64, b + i + 64)),
                            block_or(difference(a + i + 128, b + i + 128),
                                     difference(a + i + 192, b + i + 192)))))
            i += 256;
        i -= 64; /* which the loop adds */
    }
    return i + short_mismatch(a + i, b + i, n - i);
}

/* --- skimming --- */

/* p at the opening quote: behind the closing one; end where there is none. */
static SCAN_OUT const char *skim_string(const char *p, const char *end, bool *escaped)
{
    for (p++; p < end;) {
        const char *next = end - p > 64 ? p + 64 : end;
        uint64_t stops = block_stops(block_at(p, end));

        while (stops != 0) {
            const unsigned i = first_of(stops);

            if (p[i] == '"')
                return p + i + 1;
            *escaped = true;
            if (end - p < (ptrdiff_t)i + 2)
                return end;
            if (i == 63)
                next = p + 65;
            stops &= ~((uint64_t)3 << i);
        }
        p = next;
    }
    return end;
}

/* Block by block through text with strings in it. */
struct skim {
    uint64_t in_string; /* all ones: the block before ended inside a string */
    uint64_t escape;    /* 1: it ended with a backslash that escapes */
};

/* Which bytes of the block are escaped by a backslash before them. A run of backslashes escapes
 * every second byte behind its first; where a run that starts on an even place is subtracted from
 * the odd bits (and one on an odd place from them with itself behind), the borrow runs along it and
 * leaves just those bits different from the odd ones. */
static inline uint64_t escaped_bytes(uint64_t backslashes, uint64_t *escape)
{
    const uint64_t odd = 0xAAAAAAAAAAAAAAAAu;
    const uint64_t starts = backslashes & ~*escape;
    const uint64_t alternate = (((starts << 1) | odd) - starts) ^ odd;
    const uint64_t escaped = alternate ^ (backslashes | *escape);

    *escape = (alternate & backslashes) >> 63;
    return escaped;
}

/* The bytes of the next block that are inside a string (its opening quote included). */
static inline uint64_t skim_block(struct skim *k, block b)
{
    const uint64_t backslashes = block_eq(b, '\\');
    uint64_t quotes = block_eq(b, '"'), inside;

    if ((backslashes | k->escape) != 0)
        quotes &= ~escaped_bytes(backslashes, &k->escape);
    inside = prefix_xor(quotes) ^ k->in_string;
    k->in_string = 0 - (inside >> 63);
    return inside;
}

/* p at a bracket: behind the one that closes it, or end. That brackets of two kinds close each
 * other is not looked at. *flat: there are no brackets inside. */
static SCAN_OUT const char *skim_container(const char *p, const char *end, bool *flat)
{
    struct skim k = { 0, 0 };
    size_t opened = 0, closed = 0;

    for (; p < end; p += 64) {
        const block b = block_at(p, end);
        const uint64_t outside = ~skim_block(&k, b);
        const uint64_t open = block_folded(b, '{') & outside;
        uint64_t close = block_folded(b, '}') & outside;

        for (; close != 0; close &= close - 1) {
            const uint64_t below = (close & (0 - close)) - 1;

            closed++;
            if (opened + ones_of(open & below) == closed) {
                *flat = closed == 1;
                return p + first_of(close) + 1;
            }
        }
        opened += ones_of(open);
    }
    *flat = false;
    return end;
}

static inline const char *skim_scalar(const char *p, const char *end)
{
    while (p < end && !ends_value(*p))
        p++;
    return p;
}

/* p at the first byte of a value: behind it. */
static const char *skip(const char *p, const char *end)
{
    bool escaped, flat;

    if (p >= end)
        return end;
    if (*p == '"')
        return skim_string(p, end, &escaped);
    return *p == '{' || *p == '[' ? skim_container(p, end, &flat) : skim_scalar(p, end);
}

/* --- strict: the pieces of a string --- */

static inline bool is_tail(const char *p)
{
    return ((unsigned char)*p & 0xC0) == 0x80;
}

/* p at a byte that is not ASCII: behind the character, NULL where it is no valid UTF-8. */
static const char *past_character(const char *p, const char *end)
{
    const unsigned c = (unsigned char)p[0];
    const size_t n = (size_t)(end - p);
    unsigned second;

    if (c < 0xC2 || n < 2 || !is_tail(p + 1))
        return NULL;
    if (c < 0xE0)
        return p + 2;
    second = (unsigned char)p[1];
    if (n < 3 || !is_tail(p + 2))
        return NULL;
    if (c < 0xF0) /* neither overlong nor a surrogate */
        return (c == 0xE0 && second < 0xA0) || (c == 0xED && second >= 0xA0) ? NULL : p + 3;
    if (n < 4 || !is_tail(p + 3))
        return NULL;
    /* Neither overlong nor above U+10FFFF. */
    return c > 0xF4 || (c == 0xF0 && second < 0x90) || (c == 0xF4 && second >= 0x90) ? NULL : p + 4;
}

/* Four hexadecimal digits; UINT32_MAX where they are not. */
static uint32_t four_hex(const char *p, const char *end)
{
    uint32_t v = 0;

    if (end - p < 4)
        return UINT32_MAX;
    for (int i = 0; i < 4; i++) {
        const char c = p[i];

        if (is_digit(c))
            v = v << 4 | (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return UINT32_MAX;
    }
    return v;
}

/* p at a backslash: behind the escape. NULL: *rc says why. */
static const char *past_escape(const char *p, const char *end, enum dwr_rc *rc)
{
    uint32_t unit;

    *rc = DWR_INVALID_JSON;
    if (end - p < 2)
        return NULL;
    switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 2;
    case 'u':
        break;
    default:
        return NULL;
    }
    unit = four_hex(p + 2, end);
    if (unit == UINT32_MAX)
        return NULL;
    p += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return p;
    /* Semantics 1.4: half a pair is refused. */
    *rc = DWR_INVALID_UTF8;
    if (unit > 0xDBFF || end - p < 2 || p[0] != '\\' || p[1] != 'u')
        return NULL;
    unit = four_hex(p + 2, end);
    if (unit == UINT32_MAX)
        *rc = DWR_INVALID_JSON;
    return unit >= 0xDC00 && unit <= 0xDFFF ? p + 6 : NULL;
}

/* --- strict: member names --- */

/* Names of one object up to here are compared one by one; more go into a set. */
#define LIST_MAX 48u
/* The names that need no memory. */
#define OWN_NAMES 32u

struct name {
    const char *p;
    uint32_t n, hash;
};

/* An open object or array. */
struct level {
    uint32_t first; /* of its names */
    bool object;
    struct dwr_nameset *set; /* all its names, where it has many */
    uint64_t seen[8];        /* a bit for each name's hash: most names are new at a glance */
};

struct strict {
    struct dwr_scratch *s;
    const char *end;
    unsigned depth, limit;
    struct name *names;
    uint32_t name_count, name_room;
    struct level *level;   /* the innermost; levels[0] is none */
    struct level *deepest; /* that was open */
    struct level levels[DWR_DEPTH_MAX + 2];
    struct name own[OWN_NAMES];
};

/* Cheap, for telling a few names apart: their ends and their length. Eight bytes from p on are read
 * where the text has them, whatever n is. */
static inline uint32_t short_hash(const char *p, size_t n, const char *end)
{
    static const uint64_t low[9] = { 0,
                                     0xFF,
                                     0xFFFF,
                                     0xFFFFFF,
                                     0xFFFFFFFF,
                                     0xFFFFFFFFFF,
                                     0xFFFFFFFFFFFF,
                                     0xFFFFFFFFFFFFFF,
                                     0xFFFFFFFFFFFFFFFF };
    const size_t shown = n < 8 ? n : 8;
    uint64_t a = 0, b;

    if ((size_t)(end - p) >= 8) {
        a = dwr_load_le(p, 8) & low[shown];
        b = dwr_load_le(p + n - shown, 8) & low[shown];
    } else {
        for (size_t i = 0; i < n; i++)
            a |= (uint64_t)(unsigned char)p[i] << 8 * i;
        b = a;
    }
    return (uint32_t)((a ^ (b << 25 | b >> 39) ^ n) * 0x9E3779B97F4A7C15u >> 32);
}

static bool names_grow(struct strict *t)
{
    struct name *more = dwr_take(t->s, 2 * (size_t)t->name_room * sizeof *more);

    if (more == NULL)
        return false;
    memcpy(more, t->names, t->name_count * sizeof *more);
    t->names = more;
    t->name_room *= 2;
    return true;
}

static enum dwr_rc set_put(struct dwr_nameset *set, const char *p, size_t n)
{
    uint32_t found;
    const enum dwr_rc rc = dwr_nameset_put(set, p, n, 0, &found);

    return rc != DWR_OK ? rc : found == DWR_NAMESET_NEW ? DWR_OK : DWR_DUPLICATE_KEY;
}

/* The object's list has become long: its names move into a set. */
static enum dwr_rc set_make(struct strict *t, struct level *l)
{
    struct dwr_nameset *set = dwr_take(t->s, sizeof *set);

    if (set == NULL)
        return DWR_NOMEM;
    dwr_nameset_init(set, t->s);
    for (uint32_t i = l->first; i < t->name_count; i++) {
        const enum dwr_rc rc = set_put(set, t->names[i].p, t->names[i].n);

        if (rc != DWR_OK)
            return rc;
    }
    l->set = set;
    return DWR_OK;
}

/* Semantics 1.4: a name twice in one object is refused. p, n: as written, between the quotes. */
static enum dwr_rc add_name(struct strict *t, const char *p, size_t n, bool escaped)
{
    struct level *const l = t->level;
    const char *end = t->end;
    uint64_t *word, bit;
    uint32_t hash;

    if (escaped) {
        const struct dwr_text plain = dwr_unescape(t->s, p, n);

        if (plain.p == NULL)
            return DWR_NOMEM;
        p = plain.p;
        n = plain.n;
        end = p + n;
    }
    if (l->set != NULL)
        return set_put(l->set, p, n);
    hash = short_hash(p, n, end);
    word = &l->seen[hash >> 6 & 7];
    bit = (uint64_t)1 << (hash & 63);
    if (*word & bit) {
        for (uint32_t i = l->first; i < t->name_count; i++)
            if (t->names[i].hash == hash && t->names[i].n == n && memcmp(t->names[i].p, p, n) == 0)
                return DWR_DUPLICATE_KEY;
    }
    *word |= bit;
    if (t->name_count == t->name_room && !names_grow(t))
        return DWR_NOMEM;
    t->names[t->name_count++] = (struct name){ p, (uint32_t)n, hash };
    return t->name_count - l->first >= LIST_MAX ? set_make(t, l) : DWR_OK;
}

/* --- strict: values --- */

/* Strings end where the window says; one load serves all the strings that end in it. */
struct window {
    const char *at;
    uint64_t stops; /* quotes, backslashes and what a string may not hold as it is */
};

/* The first stop from p on, or end. */
static inline const char *strict_stop(struct window *w, const char *p, const char *end)
{
    while (p < end) {
        size_t off = (size_t)(p - w->at);

        if (off >= 64) {
            w->at += off & ~(size_t)63;
            off &= 63;
            w->stops = block_strict(block_at(w->at, end));
        }
        if (w->stops >> off != 0)
            return p + first_of(w->stops >> off);
        p += 64 - off;
    }
    return end;
}

static inline struct window strict_window_at(const char *p, const char *end)
{
    return (struct window){ p, p < end ? block_strict(block_at(p, end)) : 0 };
}

/* q inside a string at a byte that stops it and is no quote: behind what is well-formed from there
 * on, NULL where it is not. */
static const char *past_stop(const char *q, const char *end, bool *escaped, enum dwr_rc *rc)
{
    if (*q == '\\') {
        *escaped = true;
        return past_escape(q, end, rc);
    }
    if ((unsigned char)*q < 0x20) {
        *rc = DWR_INVALID_JSON;
        return NULL;
    }
    do {
        q = past_character(q, end);
    } while (q != NULL && q < end && (unsigned char)*q >= 0x80);
    *rc = DWR_INVALID_UTF8;
    return q;
}

/* *p at the opening quote, then behind the closing one. */
static SCAN_INLINE enum dwr_rc strict_string(struct window *w, const char **p, const char *end,
                                             bool *escaped)
{
    const char *q = *p + 1;
    enum dwr_rc rc;

    for (;;) {
        q = strict_stop(w, q, end);
        if (q >= end)
            return DWR_INVALID_JSON;
        if (*q == '"') {
            *p = q + 1;
            return DWR_OK;
        }
        q = past_stop(q, end, escaped, &rc);
        if (q == NULL)
            return rc;
    }
}

/* The same where no other string is near. */
static SCAN_OUT enum dwr_rc strict_string_at(const char **p, const char *end, bool *escaped)
{
    struct window w = strict_window_at(*p, end);

    return strict_string(&w, p, end, escaped);
}

static inline const char *past_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* p at a minus or digit: behind the number, NULL where it is none. */
static const char *strict_number(const char *p, const char *end)
{
    const char *digits;

    if (*p == '-')
        p++;
    digits = p;
    p = past_digits(p, end);
    if (p == digits || (*digits == '0' && p - digits > 1))
        return NULL;
    if (p < end && *p == '.') {
        digits = ++p;
        p = past_digits(p, end);
        if (p == digits)
            return NULL;
    }
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        digits = p;
        p = past_digits(p, end);
        if (p == digits)
            return NULL;
    }
    return p;
}

static inline const char *past_word(const char *p, const char *end, const char *word, size_t n)
{
    return (size_t)(end - p) >= n && memcmp(p, word, n) == 0 ? p + n : NULL;
}

/* A value that is no string, object or array. */
static inline const char *strict_scalar(const char *p, const char *end)
{
    switch (*p) {
    case 't':
        return past_word(p, end, "true", 4);
    case 'f':
        return past_word(p, end, "false", 5);
    case 'n':
        return past_word(p, end, "null", 4);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return strict_number(p, end);
    default:
        return NULL;
    }
}

static inline void level_open(struct strict *t, bool object)
{
    t->depth++;
    t->level++;
    if (t->level > t->deepest)
        t->deepest = t->level;
    t->level->object = object;
    t->level->first = t->name_count;
    t->level->set = NULL;
    memset(t->level->seen, 0, sizeof t->level->seen);
}

/* p at a quote: the member's name, its colon and the space behind them. */
static SCAN_INLINE enum dwr_rc strict_name(struct strict *t, struct window *w, const char **p,
                                           const char *end)
{
    const char *const key = *p;
    bool escaped = false;
    enum dwr_rc rc;

    if (key >= end || *key != '"')
        return DWR_INVALID_JSON;
    rc = strict_string(w, p, end, &escaped);
    if (rc != DWR_OK)
        return rc;
    rc = add_name(t, key + 1, (size_t)(*p - key) - 2, escaped);
    if (rc != DWR_OK)
        return rc;
    *p = past_colon(*p, end);
    return *p != NULL ? DWR_OK : DWR_INVALID_JSON;
}

/* The value at *at, of which t knows nothing yet but its limits; *at goes behind it. One flat loop:
 * what is open stands in t's levels, not on the stack. */
static enum dwr_rc strict_run(struct strict *t, const char **at)
{
    const char *const end = t->end;
    const char *p = *at;
    struct window w = strict_window_at(p, end);
    bool object = false, escaped;
    enum dwr_rc rc;

    if (p >= end)
        return DWR_INVALID_JSON;
value:
    if (*p == '"') {
        rc = strict_string(&w, &p, end, &escaped);
        if (rc != DWR_OK)
            return rc;
    } else if (*p == '{' || *p == '[') {
        if (t->depth == t->limit)
            return DWR_TOO_DEEP;
        object = *p == '{';
        level_open(t, object);
        p = past_space(p + 1, end);
        if (p >= end)
            return DWR_INVALID_JSON;
        if (*p == (object ? '}' : ']'))
            goto close;
        goto member;
    } else {
        p = strict_scalar(p, end);
        if (p == NULL)
            return DWR_INVALID_JSON;
    }
behind:
    if (t->depth == 0) {
        *at = p;
        return DWR_OK;
    }
    p = past_space(p, end);
    if (p >= end)
        return DWR_INVALID_JSON;
    if (*p == ',') {
        p = past_space(p + 1, end);
        if (p >= end)
            return DWR_INVALID_JSON;
        goto member;
    }
    if (*p != (object ? '}' : ']'))
        return DWR_INVALID_JSON;
close:
    p++;
    t->name_count = t->level->first;
    t->level--;
    t->depth--;
    object = t->depth > 0 && t->level->object;
    goto behind;
member:
    if (object) {
        rc = strict_name(t, &w, &p, end);
        if (rc != DWR_OK)
            return rc;
    }
    goto value;
}

/* The value at *p strictly; *p goes behind it. depth: how deep it may nest. *flat: no array and no
 * object is inside. */
static enum dwr_rc strict_value(struct dwr_scratch *s, const char **p, const char *end,
                                unsigned depth, bool *flat)
{
    struct strict t;
    enum dwr_rc rc;

    t.s = s;
    t.end = end;
    t.depth = 0;
    t.limit = depth <= DWR_DEPTH_MAX + 1 ? depth : DWR_DEPTH_MAX + 1;
    t.names = t.own;
    t.name_count = 0;
    t.name_room = OWN_NAMES;
    t.level = t.levels;
    t.deepest = t.levels;
    rc = strict_run(&t, p);
    *flat = t.deepest <= t.levels + 1;
    return rc;
}

static enum dwr_rc check(struct dwr_scratch *s, struct dwr_text text, unsigned depth,
                         struct dwr_text *value)
{
    const char *end, *start, *p;
    enum dwr_rc rc;
    bool flat;

    if (text.p == NULL)
        return DWR_INVALID_JSON;
    end = text.p + text.n;
    p = start = past_space(text.p, end);
    rc = strict_value(s, &p, end, depth, &flat);
    if (rc != DWR_OK)
        return rc;
    if (value != NULL)
        *value = (struct dwr_text){ start, (size_t)(p - start) };
    return past_space(p, end) == end ? DWR_OK : DWR_INVALID_JSON;
}

/* --- lock-step: three documents side by side --- */

/* A stretch in which the server's bytes and a side's are the same. */
struct run {
    const char *server, *side;
    size_t n;
};

/* A member that was left behind when the one after it turned out to be the server's. */
struct passed {
    const char *p, *next; /* the quotes of the two */
};

/* The base's or the client's document, as far as it has been walked. */
struct side {
    enum dwr_side which;
    bool strict;
    const char *p;      /* the quote of the member that waits; NULL: there is none */
    const char *second; /* that of the member after it, where p is `peeked`; NULL: there is none */
    const char *peeked;
    const char *end;
    const char *agreed; /* so far the server's bytes from its member on are the side's from p on */
    struct run run;
    struct passed *passed;
    uint32_t passed_count, passed_room;
};

struct lockstep {
    struct dwr_scratch *s;
    const struct dwr_doctype *doctype;
    struct dwr_index *index;
    uint32_t room; /* for slots */
    const char *server_end;
    struct side base, client;
    /* Once members are joined by name: the slots of the tables' names by field, and the names of
     * the others. */
    uint32_t *slot_of;
    struct dwr_nameset names;
};

/* How many bytes from the server's p on are the side's bytes from q on, where the run tells; else
 * 0. */
static inline size_t agreement_known(const struct run *r, const char *p, const char *q)
{
    const size_t off = (size_t)(p - r->server);

    return off < r->n && (size_t)(q - r->side) == off ? r->n - off : 0;
}

/* The same by comparing, for a new run. */
static inline size_t agreement_anew(struct run *r, const char *p, const char *server_end,
                                    const char *q, const char *side_end)
{
    size_t n = (size_t)(server_end - p);

    if ((size_t)(side_end - q) < n)
        n = (size_t)(side_end - q);
    r->server = p;
    r->side = q;
    r->n = n < 64 || (r->n = block_mismatch(p, q)) == 64 ? mismatch(p, q, n) : r->n;
    return r->n;
}

static inline size_t agreement(struct run *r, const char *p, const char *server_end, const char *q,
                               const char *side_end)
{
    const size_t n = agreement_known(r, p, q);

    return n > 0 ? n : agreement_anew(r, p, server_end, q, side_end);
}

/* Are the side's bytes at q the server's value (or member) of n bytes at p? `agree` of them are the
 * same; where no more are, a delimiter must follow, or 1 would be 12. */
static inline bool is_same(size_t agree, size_t n, const char *q, const char *side_end)
{
    return agree > n || (agree == n && (size_t)(side_end - q) > n && ends_value(q[n]));
}

/* Behind a member: to the next member's quote, or p NULL at the end of the document. */
static inline enum dwr_rc side_next(struct side *d, const char *p)
{
    if (d->end - p >= 2 && p[0] == ',' && p[1] == '"') {
        d->p = p + 1;
        return DWR_OK;
    }
    p = past_space(p, d->end);
    if (p < d->end && *p == ',') {
        d->p = past_space(p + 1, d->end);
        return d->p < d->end && *d->p == '"' ? DWR_OK : DWR_INVALID_JSON;
    }
    d->p = NULL;
    return d->end - p == 1 && *p == '}' ? DWR_OK : DWR_INVALID_JSON;
}

/* To the first member. */
static enum dwr_rc side_open(struct side *d, struct dwr_text text)
{
    const char *p;

    d->p = NULL;
    if (text.p == NULL)
        return DWR_OK;
    d->end = text.p + text.n;
    if (text.n < 2 || *text.p != '{' || d->end[-1] != '}')
        return DWR_INVALID_JSON;
    p = past_space(text.p + 1, d->end);
    if (*p == '"') {
        d->p = p;
        return DWR_OK;
    }
    return d->end - p == 1 ? DWR_OK : DWR_INVALID_JSON;
}

/* --- rows --- */

/* Room for at least `room` things of `size` bytes instead of `old` (count of them in use): in place
 * where nothing was taken since, else elsewhere. NULL: no memory. */
static void *widened(struct dwr_scratch *s, void *v, size_t old, size_t room, size_t size)
{
    void *more;

    if (v != NULL && (char *)v + ((old * size + 15) & ~(size_t)15) == s->at &&
        ((room - old) * size | 15) < (size_t)(s->end - s->at)) {
        s->at = (char *)v + ((room * size + 15) & ~(size_t)15);
        return v;
    }
    more = dwr_take(s, room * size);
    if (more != NULL && old > 0)
        memcpy(more, v, old * size);
    return more;
}

static bool rows_grow(struct dwr_scratch *s, struct dwr_rows *rows, uint32_t *room)
{
    const uint32_t more = *room == 0 ? 16 : 2 * *room;
    struct dwr_row *v = widened(s, rows->v, *room, more, sizeof *v);

    if (v == NULL)
        return false;
    rows->v = v;
    *room = more;
    return true;
}

static void rows_invalid(struct dwr_rows *rows)
{
    *rows = (struct dwr_rows){ NULL, 0, DWR_ROWS_INVALID };
}

/* Between two rows, or before the first: only space, and the comma that is due. */
static inline bool is_gap(const char *p, const char *to, bool comma)
{
    if (comma && to - p == 1)
        return *p == ',';
    p = past_space(p, to);
    if (comma) {
        if (p == to || *p != ',')
            return false;
        p = past_space(p + 1, to);
    }
    return p == to;
}

/* p at '[' in trusted text: its rows, and *after behind its end. */
static enum dwr_rc skim_rows(struct dwr_scratch *s, const char *p, const char *end,
                             struct dwr_rows *rows, const char **after)
{
    struct skim k = { 0, 0 };
    const char *behind = p + 1; /* the last row, or the bracket */
    uint32_t room = 0;
    size_t depth = 0;
    bool valid = true;

    *rows = (struct dwr_rows){ NULL, 0, DWR_ROWS_READ };
    for (; p < end; p += 64) {
        const block b = block_at(p, end);
        const uint64_t outside = ~skim_block(&k, b);
        const uint64_t open = block_folded(b, '{') & outside;
        uint64_t brackets = open | (block_folded(b, '}') & outside);

        for (; brackets != 0; brackets &= brackets - 1) {
            const char *const at = p + first_of(brackets);
            struct dwr_row *row;

            if (open & brackets & (0 - brackets)) {
                if (++depth > 2) {
                    rows->v[rows->count - 1].flat = false;
                } else if (depth == 2) {
                    if (rows->count == room && !rows_grow(s, rows, &room))
                        return DWR_NOMEM;
                    rows->v[rows->count] = (struct dwr_row){ at, 0, true };
                    valid = valid && *at == '{' && is_gap(behind, at, rows->count > 0);
                    rows->count++;
                }
                continue;
            }
            if (--depth == 1) {
                row = &rows->v[rows->count - 1];
                behind = at + 1;
                row->n = (uint32_t)(behind - row->p);
            } else if (depth == 0) {
                *after = at + 1;
                if (!valid || !is_gap(behind, at, false))
                    rows_invalid(rows);
                return DWR_OK;
            }
        }
    }
    return DWR_INVALID_JSON;
}

/* The rows of a valid value. */
static enum dwr_rc rows_of(struct dwr_scratch *s, struct dwr_text value, struct dwr_rows *rows)
{
    const char *after;

    *rows = (struct dwr_rows){ NULL, 0, DWR_ROWS_NONE };
    if (value.p == NULL || dwr_is_unset(value))
        return DWR_OK;
    if (*value.p == '[')
        return skim_rows(s, value.p, value.p + value.n, rows, &after);
    rows_invalid(rows);
    return DWR_OK;
}

/* q at a row (or what stands in its place) of the side: behind it. */
static enum dwr_rc row_scan(struct lockstep *k, struct side *d, const char **q, struct dwr_row *row)
{
    const char *const start = *q;
    bool flat = false;
    enum dwr_rc rc;

    if (start >= d->end)
        return DWR_INVALID_JSON;
    if (d->strict) {
        rc = strict_value(k->s, q, d->end, DWR_DEPTH_MAX - 2, &flat);
        if (rc != DWR_OK)
            return rc;
    } else {
        *q = *start == '{' ? skim_container(start, d->end, &flat) : skip(start, d->end);
        if (*q == start)
            return DWR_INVALID_JSON;
    }
    *row = (struct dwr_row){ start, (uint32_t)(*q - start), flat };
    return DWR_OK;
}

/* How many of the server's rows from i on end within the `agree` bytes from row i's start. */
static inline uint32_t rows_within(const struct dwr_rows *server, uint32_t i, size_t agree)
{
    const char *const end = server->v[i].p + agree;
    uint32_t k = i;

    while (k < server->count && server->v[k].p + server->v[k].n <= end)
        k++;
    return k - i;
}

/* Behind a row: *q goes to the next one and true is given; false at the end of the array (*q behind
 * it) or where it is none (*q NULL). */
static inline bool next_row(const char **q, const char *end)
{
    const char *p = *q;

    if (end - p >= 2 && p[0] == ',' && p[1] == '{') {
        *q = p + 1;
        return true;
    }
    p = past_space(p, end);
    *q = NULL;
    if (p >= end || (*p != ',' && *p != ']'))
        return false;
    if (*p == ']') {
        *q = p + 1;
        return false;
    }
    *q = past_space(p + 1, end);
    return true;
}

/* *at at the '[' of the side's table, the server's rows are known: reads the side's rows beside
 * them. What is the server's bytes is given as the server's row. *prefix: so many at the start. */
static enum dwr_rc rows_beside(struct lockstep *k, struct side *d, const struct dwr_rows *server,
                               const char **at, struct dwr_rows *rows, uint32_t *prefix)
{
    const char *q = past_space(*at + 1, d->end);
    uint32_t room = server->count + 16;
    bool valid = true, more = q >= d->end || *q != ']';
    enum dwr_rc rc;

    *rows = (struct dwr_rows){ NULL, 0, DWR_ROWS_READ };
    *prefix = 0;
    if (!more)
        q++;
    else if ((rows->v = dwr_take(k->s, room * sizeof *rows->v)) == NULL)
        return DWR_NOMEM;
    while (more) {
        const uint32_t i = rows->count;
        uint32_t same = 0;

        if (i < server->count)
            same = rows_within(server, i,
                               agreement(&d->run, server->v[i].p, k->server_end, q, d->end));
        if (same > 0) {
            const struct dwr_row *last = &server->v[i + same - 1];

            memcpy(&rows->v[i], &server->v[i], same * sizeof *rows->v);
            q += last->p + last->n - server->v[i].p;
            *prefix += *prefix == i ? same : 0;
            rows->count += same;
        } else {
            if (i == room && !rows_grow(k->s, rows, &room))
                return DWR_NOMEM;
            rc = row_scan(k, d, &q, &rows->v[i]);
            if (rc != DWR_OK)
                return rc;
            valid = valid && *rows->v[i].p == '{';
            rows->count++;
        }
        more = next_row(&q, d->end);
    }
    if (q == NULL)
        return DWR_INVALID_JSON;
    *at = q;
    if (!valid) {
        rows_invalid(rows);
        *prefix = 0;
    }
    return DWR_OK;
}

/* --- slots --- */

static DWR_SELDOM bool slots_grow(struct lockstep *k)
{
    struct dwr_index *const x = k->index;
    const uint32_t room = k->room == 0 ? 32 : 2 * k->room;
    struct dwr_slot *slots = widened(k->s, x->slots, k->room, room, sizeof *slots);

    if (slots == NULL)
        return false;
    x->slots = slots;
    k->room = room;
    return true;
}

/* Room for one more; the slots move. */
static SCAN_INLINE struct dwr_slot *slot_new(struct lockstep *k)
{
    struct dwr_index *const x = k->index;

    if (x->count == k->room && !slots_grow(k))
        return NULL;
    return &x->slots[x->count++];
}

static inline const struct dwr_table *slot_table(const struct lockstep *k,
                                                 const struct dwr_slot *slot)
{
    const struct dwr_name *name;

    if (slot->field >= DWR_FIELD_UNKNOWN)
        return NULL;
    name = &k->doctype->names.v[slot->field];
    return name->role == DWR_NAME_TABLE ? &k->doctype->tables[name->index] : NULL;
}

static inline void slot_look_up(const struct lockstep *k, struct dwr_slot *slot)
{
    if (slot->field == DWR_FIELD_UNKNOWN)
        slot->field = (uint16_t)dwr_field_named(&k->doctype->names, slot->name);
}

/* The slot is a child table's: makes its rows, as yet none. */
static enum dwr_rc slot_rows(struct lockstep *k, struct dwr_slot *slot)
{
    slot->rows = dwr_take(k->s, sizeof *slot->rows);
    if (slot->rows == NULL)
        return DWR_NOMEM;
    memset(slot->rows, 0, sizeof *slot->rows);
    return DWR_OK;
}

/* The slot's field is known and no value has been given rows: does it for the values that are
 * there, all of them valid. */
static SCAN_INLINE enum dwr_rc slot_rows_late(struct lockstep *k, struct dwr_slot *slot)
{
    enum dwr_rc rc;

    if (slot->rows != NULL || slot_table(k, slot) == NULL)
        return DWR_OK;
    rc = slot_rows(k, slot);
    for (int i = 0; rc == DWR_OK && i < 3; i++)
        rc = rows_of(k->s, slot->value[i], &slot->rows->side[i]);
    return rc;
}

/* The side has the server's very rows. */
static inline void side_rows_same(struct dwr_slot *slot, const struct side *d)
{
    if (slot->rows != NULL)
        slot->rows->side[d->which] = slot->rows->side[DWR_SERVER];
}

static inline void set_same(struct dwr_slot *slot, const struct side *d, bool same)
{
    if (d->which == DWR_BASE)
        slot->base_same = same;
    else
        slot->client_same = same;
}

/* *at at the first byte of a value of the side: behind it. */
static inline enum dwr_rc side_scan(struct lockstep *k, const struct side *d, const char **at)
{
    const char *const q = *at;
    bool escaped, flat;

    if (*q == '"') {
        const block b = block_at(q, d->end);

        uint64_t stops = d->strict ? block_strict(b) : block_stops(b);

        stops &= stops - 1;
        /* (A strict block that the text ends in stops behind the end.) */
        if (stops != 0 && first_of(stops) < (size_t)(d->end - q) && q[first_of(stops)] == '"') {
            *at = q + first_of(stops) + 1;
            return DWR_OK;
        }
        if (d->strict)
            return strict_string_at(at, d->end, &escaped);
        *at = skim_string(q, d->end, &escaped);
        return DWR_OK;
    }
    if (*q == '{' || *q == '[') {
        if (d->strict)
            return strict_value(k->s, at, d->end, DWR_DEPTH_MAX - 1, &flat);
        *at = skim_container(q, d->end, &flat);
        return DWR_OK;
    }
    *at = d->strict ? strict_scalar(q, d->end) : skim_scalar(q, d->end);
    return *at != NULL && *at != q ? DWR_OK : DWR_INVALID_JSON;
}

/* The same as side_value, of a child table. */
static SCAN_OUT enum dwr_rc side_table(struct lockstep *k, struct side *d, struct dwr_slot *slot,
                                       const char *q)
{
    const char *const start = q;
    struct dwr_rows3 *const rows = slot->rows;
    const bool beside = *q == '[' && rows->side[DWR_SERVER].state == DWR_ROWS_READ;
    uint32_t prefix = 0;
    enum dwr_rc rc =
        beside ? rows_beside(k, d, &rows->side[DWR_SERVER], &q, &rows->side[d->which], &prefix)
               : side_scan(k, d, &q);

    if (rc != DWR_OK)
        return rc;
    slot->value[d->which] = (struct dwr_text){ start, (size_t)(q - start) };
    if (!beside)
        rc = rows_of(k->s, slot->value[d->which], &rows->side[d->which]);
    if (prefix < rows->same)
        rows->same = prefix;
    return rc != DWR_OK ? rc : side_next(d, q);
}

/* The side's value of the slot begins at q and is not the server's bytes: finds its end, gives it
 * to the slot and moves the side on. Where the slot is a child table's it has been given rows. */
static enum dwr_rc side_value(struct lockstep *k, struct side *d, struct dwr_slot *slot,
                              const char *q)
{
    const char *const start = q;
    enum dwr_rc rc;

    if (slot->rows != NULL)
        return side_table(k, d, slot, q);
    rc = side_scan(k, d, &q);
    if (rc != DWR_OK)
        return rc;
    slot->value[d->which] = (struct dwr_text){ start, (size_t)(q - start) };
    return side_next(d, q);
}

/* The side's value of the slot begins at q: the server's bytes, in which the sides agree, or its
 * own. */
static SCAN_OUT enum dwr_rc side_value_beside(struct lockstep *k, struct side *d,
                                              struct dwr_slot *slot, const char *q)
{
    const struct dwr_text server = slot->value[DWR_SERVER];

    if (server.p == NULL ||
        !is_same(agreement(&d->run, server.p, k->server_end, q, d->end), server.n, q, d->end)) {
        set_same(slot, d, false);
        slot_look_up(k, slot);
        return side_value(k, d, slot, q);
    }
    slot->value[d->which] = (struct dwr_text){ q, server.n };
    set_same(slot, d, true);
    side_rows_same(slot, d);
    return side_next(d, q + server.n);
}

/* Finds the member after the one that waits. The text in between is only skimmed, also the
 * client's: it is checked when that member is joined, and has to end here then. */
static SCAN_OUT void side_peek(struct side *d)
{
    bool escaped;
    const char *p = past_colon(skim_string(d->p, d->end, &escaped), d->end);

    d->peeked = d->p;
    d->second = NULL;
    if (p == NULL)
        return;
    p = past_space(skip(p, d->end), d->end);
    if (p < d->end && *p == ',')
        p = past_space(p + 1, d->end);
    if (p < d->end && *p == '"')
        d->second = p;
}

/* How much of the member at q agrees with the server's from key on; nothing where the first letters
 * of their names show already that they are others. */
static inline size_t member_agreement(struct lockstep *k, struct side *d, const char *key,
                                      const char *q)
{
    const size_t n = agreement_known(&d->run, key, q);

    return n > 0 || q[1] != key[1] ? n : agreement_anew(&d->run, key, k->server_end, q, d->end);
}

/* The waiting member has another name than the slot's: has the one after it, then that one waits
 * from now on. */
static SCAN_OUT enum dwr_rc side_pass(struct lockstep *k, struct side *d,
                                      const struct dwr_slot *slot, size_t *agree)
{
    if (d->peeked != d->p)
        side_peek(d);
    if (d->second == NULL)
        return DWR_OK;
    *agree = member_agreement(k, d, slot->key.p, d->second);
    if (*agree < slot->key.n)
        return DWR_OK;
    if (d->passed_count == d->passed_room) {
        const uint32_t room = d->passed_room == 0 ? 16 : 2 * d->passed_room;
        struct passed *more = widened(k->s, d->passed, d->passed_room, room, sizeof *more);

        if (more == NULL)
            return DWR_NOMEM;
        d->passed = more;
        d->passed_room = room;
    }
    d->passed[d->passed_count++] = (struct passed){ d->p, d->second };
    d->p = d->second;
    return DWR_OK;
}

/* The server's next member begins at key: how far does the side's waiting one agree with it? */
static inline void side_agree(struct lockstep *k, struct side *d, const char *key)
{
    d->agreed = key + (d->p != NULL ? member_agreement(k, d, key, d->p) : 0);
}

/* The same of both, as far as they both do. */
static inline const char *sides_agree(struct lockstep *k, const char *key)
{
    if (key == NULL)
        return NULL;
    side_agree(k, &k->base, key);
    side_agree(k, &k->client, key);
    return k->base.agreed < k->client.agreed ? k->base.agreed : k->client.agreed;
}

/* The side's waiting member does not agree with the slot's up to its value: it is another one, or
 * is written with other space. */
static SCAN_OUT enum dwr_rc side_apart(struct lockstep *k, struct side *d, struct dwr_slot *slot)
{
    size_t agree = (size_t)(d->agreed - slot->key.p);
    const char *q;

    if (agree < slot->key.n) {
        const enum dwr_rc rc = side_pass(k, d, slot, &agree);

        if (rc != DWR_OK || agree < slot->key.n)
            return rc;
    }
    q = past_colon(d->p + slot->key.n, d->end);
    return q != NULL ? side_value_beside(k, d, slot, q) : DWR_INVALID_JSON;
}

/* The slot is the server's member from its key to end, its value at v: lays the side's waiting
 * member beside it. */
static SCAN_OUT enum dwr_rc side_beside(struct lockstep *k, struct side *d, struct dwr_slot *slot,
                                        const char *v, const char *end)
{
    const char *const key = slot->key.p, *const q = d->p;
    const size_t agree = (size_t)(d->agreed - key);

    if (q != NULL && is_same(agree, (size_t)(end - key), q, d->end)) {
        slot->value[d->which] = (struct dwr_text){ q + (v - key), (size_t)(end - v) };
        set_same(slot, d, true);
        side_rows_same(slot, d);
        return side_next(d, q + (end - key));
    }
    set_same(slot, d, false);
    /* The value is another from its first byte on, or later. */
    if (agree > (size_t)(v - key) ||
        (agree == (size_t)(v - key) && (size_t)(d->end - q) > agree && !is_space(q[agree])))
        return side_value(k, d, slot, q + (v - key));
    slot->value[d->which] = (struct dwr_text){ NULL, 0 };
    return q != NULL ? side_apart(k, d, slot) : DWR_OK;
}

/* The name of the key from p to end, unescaped; false: no memory. */
static inline bool key_name(struct dwr_scratch *s, const char *p, const char *end, bool escaped,
                            struct dwr_text *name)
{
    *name = (struct dwr_text){ p + 1, (size_t)(end - p) - 2 };
    if (escaped)
        *name = dwr_unescape(s, name->p, name->n);
    return name->p != NULL;
}

/* A member of the server. */
struct member {
    const char *key_end, *v, *end;
};

/* Most members are short and without escapes, their value is no container, another one follows, and
 * no white space is between: the quotes and backslashes of the 64 bytes from the key on tell where
 * they end. False: it is not such a one. */
static SCAN_INLINE bool short_member(struct member *m, const char *key, uint64_t stops)
{
    const char *p;

    stops &= stops - 1; /* the quote at key */
    if (stops == 0)
        return false;
    p = key + first_of(stops);
    if (p[0] != '"' || p[1] != ':')
        return false;
    m->key_end = p + 1;
    m->v = p + 2;
    stops &= stops - 1;
    if (p[2] == '"') {
        stops &= stops - 1;
        if (stops == 0)
            return false;
        p = key + first_of(stops);
        if (p[0] != '"')
            return false;
        m->end = p + 1;
    } else {
        if (stops == 0 || (p[2] | 0x20) == '{' || is_space(p[2]))
            return false;
        m->end = key + first_of(stops) - 1;
        if (m->end <= m->v || is_space(m->end[-1]))
            return false;
    }
    return m->end[0] == ',' && m->end[1] == '"';
}

/* Behind the string at key, where it ends in the 64 bytes whose quotes and backslashes are `stops`
 * and has no escape; else NULL. */
static inline const char *short_string(const char *key, uint64_t stops)
{
    stops &= stops - 1;
    return stops != 0 && key[first_of(stops)] == '"' ? key + first_of(stops) + 1 : NULL;
}

/* The slot has its name and its key: finds the end of the value at v, and the rows of a child
 * table. */
static enum dwr_rc server_value(struct lockstep *k, struct dwr_slot *slot, const char *v,
                                const char **v_end)
{
    const char *const end = k->server_end;
    enum dwr_rc rc = DWR_OK;

    if (*v == '[') {
        slot_look_up(k, slot);
        if (slot_table(k, slot) != NULL) {
            rc = slot_rows(k, slot);
            if (rc == DWR_OK)
                rc = skim_rows(k->s, v, end, &slot->rows->side[DWR_SERVER], v_end);
            if (rc == DWR_OK)
                slot->rows->same = slot->rows->side[DWR_SERVER].count;
            return rc;
        }
    }
    *v_end = skip(v, end);
    return *v_end != v ? DWR_OK : DWR_INVALID_JSON;
}

/* The server's members, one slot each, with what the sides have beside them. */
static enum dwr_rc walk_server(struct lockstep *k, struct dwr_text text)
{
    const char *const end = text.p + text.n;
    struct side walk;
    enum dwr_rc rc = side_open(&walk, text);
    const char *agreed = sides_agree(k, walk.p);

    while (rc == DWR_OK && walk.p != NULL) {
        const char *const key = walk.p;
        const uint64_t stops = block_stops(block_at(key, end));
        struct dwr_slot *const slot = slot_new(k);
        struct member m;
        bool escaped = false;

        if (slot == NULL)
            return DWR_NOMEM;
        slot->field = DWR_FIELD_UNKNOWN;
        slot->rows = NULL;
        if (short_member(&m, key, stops)) {
            slot->key = (struct dwr_text){ key, (size_t)(m.key_end - key) };
            slot->name = (struct dwr_text){ key + 1, (size_t)(m.key_end - key) - 2 };
            if (m.end + 1 < agreed) {
                const size_t v = (size_t)(m.v - key), n = (size_t)(m.end - m.v);

                slot->value[DWR_BASE] = (struct dwr_text){ k->base.p + v, n };
                slot->value[DWR_SERVER] = (struct dwr_text){ m.v, n };
                slot->value[DWR_CLIENT] = (struct dwr_text){ k->client.p + v, n };
                slot->base_same = slot->client_same = true;
                k->base.p += m.end + 1 - key;
                k->client.p += m.end + 1 - key;
                walk.p = m.end + 1;
                if (!dwr_is_unset(slot->value[DWR_SERVER]))
                    continue;
                slot_look_up(k, slot);
                rc = slot_rows_late(k, slot);
                continue;
            }
        } else {
            m.key_end = short_string(key, stops);
            if (m.key_end == NULL)
                m.key_end = skim_string(key, end, &escaped);
            m.v = past_colon(m.key_end, end);
            if (m.v == NULL)
                return DWR_INVALID_JSON;
            if (!key_name(k->s, key, m.key_end, escaped, &slot->name))
                return DWR_NOMEM;
            slot->key = (struct dwr_text){ key, (size_t)(m.key_end - key) };
            rc = server_value(k, slot, m.v, &m.end);
            if (rc != DWR_OK)
                return rc;
        }
        slot->value[DWR_SERVER] = (struct dwr_text){ m.v, (size_t)(m.end - m.v) };
        rc = side_beside(k, &k->base, slot, m.v, m.end);
        if (rc == DWR_OK)
            rc = side_beside(k, &k->client, slot, m.v, m.end);
        if (rc != DWR_OK)
            return rc;
        if (!slot->base_same || !slot->client_same || dwr_is_unset(slot->value[DWR_SERVER])) {
            slot_look_up(k, slot);
            rc = slot_rows_late(k, slot);
            if (rc != DWR_OK)
                return rc;
        }
        rc = side_next(&walk, m.end);
        agreed = sides_agree(k, rc == DWR_OK ? walk.p : NULL);
    }
    return rc;
}

/* --- members that stand elsewhere --- */

/* Names of the tables are found by their field, the others by a set of names. */
static enum dwr_rc names_make(struct lockstep *k)
{
    const size_t n = k->doctype->names.count;

    k->slot_of = dwr_take(k->s, (n + 1) * sizeof *k->slot_of);
    if (k->slot_of == NULL)
        return DWR_NOMEM;
    memset(k->slot_of, 0xFF, n * sizeof *k->slot_of);
    dwr_nameset_init(&k->names, k->s);
    for (uint32_t i = 0; i < k->index->count; i++) {
        struct dwr_slot *slot = &k->index->slots[i];
        uint32_t found;
        enum dwr_rc rc;

        slot_look_up(k, slot);
        if (slot->field != DWR_NONE) {
            k->slot_of[slot->field] = i;
            continue;
        }
        rc = dwr_nameset_put(&k->names, slot->name.p, slot->name.n, i, &found);
        if (rc != DWR_OK)
            return rc;
    }
    return DWR_OK;
}

/* The key at d->p: behind it, checked where the side is. */
static enum dwr_rc side_key(const struct side *d, const char **key_end, bool *escaped)
{
    *escaped = false;
    *key_end = d->p;
    if (d->strict)
        return strict_string_at(key_end, d->end, escaped);
    *key_end = skim_string(d->p, d->end, escaped);
    return DWR_OK;
}

/* The slot of the waiting member's name, a new one where there is none yet. */
static SCAN_OUT enum dwr_rc slot_named(struct lockstep *k, const struct side *d,
                                       const char *key_end, struct dwr_text name,
                                       struct dwr_slot **slot)
{
    struct dwr_index *const x = k->index;
    const unsigned field = dwr_field_named(&k->doctype->names, name);
    uint32_t found = DWR_NAMESET_NEW;

    if (field != DWR_NONE) {
        found = k->slot_of[field];
    } else {
        const enum dwr_rc rc = dwr_nameset_put(&k->names, name.p, name.n, x->count, &found);

        if (rc != DWR_OK)
            return rc;
    }
    if (found != DWR_NAMESET_NEW) {
        *slot = &x->slots[found];
        return DWR_OK;
    }
    if (field != DWR_NONE)
        k->slot_of[field] = x->count;
    *slot = slot_new(k);
    if (*slot == NULL)
        return DWR_NOMEM;
    **slot = (struct dwr_slot){
        .name = name,
        .key = { d->p, (size_t)(key_end - d->p) },
        .field = (uint16_t)field,
        .base_same = true,
        .client_same = true,
    };
    return slot_table(k, *slot) != NULL ? slot_rows(k, *slot) : DWR_OK;
}

/* The value of a short member goes to its slot; false: it takes more than that. */
static inline bool join_short(struct side *d, struct dwr_slot *slot, const struct member *m)
{
    const struct dwr_text server = slot->value[DWR_SERVER];
    const size_t n = (size_t)(m->end - m->v);
    const bool same = server.p != NULL && server.n == n && dwr_bytes_equal(server.p, m->v, n);

    if (slot->rows != NULL ||
        (!same && d->strict && *m->v != '"' && strict_scalar(m->v, d->end) != m->end))
        return false;
    slot->value[d->which] = (struct dwr_text){ m->v, n };
    set_same(slot, d, same);
    d->p = m->end + 1;
    return true;
}

/* The side's waiting member goes to the slot of its name, wherever that is. */
static enum dwr_rc side_join(struct lockstep *k, struct side *d)
{
    struct dwr_slot *slot;
    struct dwr_text name;
    struct member m = { .v = NULL };
    bool escaped = false, is_short = false;
    enum dwr_rc rc = DWR_OK;

    /* All stops of such a block stand before the end. */
    if (d->end - d->p >= 64) {
        const block b = block_load(d->p);

        is_short = short_member(&m, d->p, d->strict ? block_strict(b) : block_stops(b));
    }
    if (!is_short) {
        rc = side_key(d, &m.key_end, &escaped);
        if (rc != DWR_OK)
            return rc;
        m.v = past_colon(m.key_end, d->end);
        if (m.v == NULL)
            return DWR_INVALID_JSON;
    }
    if (!key_name(k->s, d->p, m.key_end, escaped, &name))
        return DWR_NOMEM;
    rc = slot_named(k, d, m.key_end, name, &slot);
    if (rc != DWR_OK)
        return rc;
    /* Semantics 1.4: a name twice is refused, also where the first stood beside the server's. */
    if (slot->value[d->which].p != NULL)
        return DWR_DUPLICATE_KEY;
    return is_short && join_short(d, slot, &m) ? DWR_OK : side_value_beside(k, d, slot, m.v);
}

/* All that the side has left, in the order of its document. */
static enum dwr_rc side_join_rest(struct lockstep *k, struct side *d)
{
    const char *const rest = d->p;
    enum dwr_rc rc = DWR_OK;

    for (uint32_t i = 0; rc == DWR_OK && i < d->passed_count; i++) {
        d->p = d->passed[i].p;
        rc = side_join(k, d);
        if (rc == DWR_OK && d->p != d->passed[i].next)
            rc = DWR_INVALID_JSON;
    }
    d->p = rest;
    while (rc == DWR_OK && d->p != NULL)
        rc = side_join(k, d);
    return rc;
}

static enum dwr_rc join_rest(struct lockstep *k)
{
    enum dwr_rc rc;

    if (k->base.p == NULL && k->client.p == NULL && k->base.passed_count == 0 &&
        k->client.passed_count == 0)
        return DWR_OK;
    rc = names_make(k);
    if (rc == DWR_OK)
        rc = side_join_rest(k, &k->base);
    return rc == DWR_OK ? side_join_rest(k, &k->client) : rc;
}

static enum dwr_rc index_documents(struct dwr_scratch *s, const struct dwr_doctype *doctype,
                                   const struct dwr_text text[3], bool client_checked,
                                   struct dwr_index *index)
{
    const struct dwr_text server = text[DWR_SERVER];
    struct lockstep k = {
        .s = s,
        .doctype = doctype,
        .index = index,
        .base = { .which = DWR_BASE, .run = { server.p, text[DWR_BASE].p, 0 } },
        .client = { .which = DWR_CLIENT,
                    .strict = !client_checked,
                    .run = { server.p, text[DWR_CLIENT].p, 0 } },
    };
    enum dwr_rc rc;

    *index = (struct dwr_index){ .document = { text[0], text[1], text[2] } };
    rc = side_open(&k.base, text[DWR_BASE]);
    if (rc == DWR_OK)
        rc = side_open(&k.client, text[DWR_CLIENT]);
    if (rc == DWR_OK && server.p != NULL) {
        k.server_end = server.p + server.n;
        rc = walk_server(&k, server);
        index->server_plain =
            server.n >= 2 && !is_space(server.p[1]) && !is_space(server.p[server.n - 2]);
    }
    index->server_count = index->count;
    return rc == DWR_OK ? join_rest(&k) : rc;
}

const struct dwr_scan_ops SCAN_OPS = {
    .name = SCAN_NAME,
    .check = check,
    .index = index_documents,
    .mismatch = mismatch,
    .skip = skip,
};
