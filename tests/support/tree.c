/* tree.c - JSON as a tree, for tests (tree.h). Written for being plainly right, not fast. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- memory --- */

struct pool_block {
    struct pool_block *next;
    size_t used, room;
    max_align_t data[];
};

#define FIRST_BLOCK ((size_t)64 << 10)
/* What a reset keeps at most. */
#define KEPT_BLOCK ((size_t)8 << 20)

static struct pool_block *add_block(struct pool *pool, size_t room)
{
    struct pool_block *const b = malloc(sizeof *b + room);

    if (b == NULL) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    *b = (struct pool_block){ .next = pool->blocks, .room = room };
    pool->blocks = b;
    return b;
}

void *pool_take(struct pool *pool, size_t n)
{
    struct pool_block *b = pool->blocks;

    n = (n + 15) & ~(size_t)15;
    if (b == NULL || b->room - b->used < n)
        b = add_block(pool, n > FIRST_BLOCK ? n : FIRST_BLOCK);
    b->used += n;
    return (char *)b->data + b->used - n;
}

struct dwr_text pool_copy(struct pool *pool, struct dwr_text text)
{
    char *p;

    if (text.p == NULL)
        return text;
    p = pool_take(pool, text.n + 1);
    memcpy(p, text.p, text.n);
    p[text.n] = '\0';
    return (struct dwr_text){ p, text.n };
}

void pool_free(struct pool *pool)
{
    while (pool->blocks != NULL) {
        struct pool_block *const next = pool->blocks->next;

        free(pool->blocks);
        pool->blocks = next;
    }
}

/* Several blocks become one of their joint size: soon nothing is taken from the system any more. */
void pool_reset(struct pool *pool)
{
    size_t total = 0;

    pool->inexact = false;
    for (const struct pool_block *b = pool->blocks; b != NULL; b = b->next)
        total += b->room;
    if (pool->blocks != NULL && pool->blocks->next != NULL) {
        pool_free(pool);
        (void)add_block(pool, total < KEPT_BLOCK ? total : KEPT_BLOCK);
    }
    if (pool->blocks != NULL)
        pool->blocks->used = 0;
}

/* --- text --- */

bool text_equal(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct dwr_text text_of(const char *p)
{
    return (struct dwr_text){ p, p == NULL ? 0 : strlen(p) };
}

/* --- reading --- */

#define DEPTH_MAX 70

struct reader {
    struct pool *pool;
    const char *p, *end;
};

static void skip_space(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
        r->p++;
}

static bool take(struct reader *r, char c)
{
    skip_space(r);
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \uXXXX with p at the X; -1 where it is none. */
static long read_unit(const char *p, const char *end)
{
    long v = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const int d = hex_digit(p[i]);

        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static char *put_code(char *to, unsigned long c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
        *to++ = (char)(0x80 | (c & 0x3F));
    }
    return to;
}

/* One character written as itself: its length, 0 where it is no UTF-8. */
static size_t utf8_length(const char *p, const char *end)
{
    static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char first = (unsigned char)*p;
    const size_t n = first < 0x80   ? 1
                     : first < 0xC2 ? 0
                     : first < 0xE0 ? 2
                     : first < 0xF0 ? 3
                     : first < 0xF5 ? 4
                                    : 0;
    unsigned long code = n <= 1 ? first : first & (0x7Fu >> n);

    if (n == 0 || (size_t)(end - p) < n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)p[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | ((unsigned char)p[i] & 0x3F);
    }
    return code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ? 0 : n;
}

static char *read_escape(struct reader *r, char *to)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    long high, low;

    if (r->p == r->end || *r->p == '\0')
        return NULL;
    letter = strchr(letters, *r->p);
    if (letter != NULL) {
        r->p++;
        *to++ = meant[letter - letters];
        return to;
    }
    if (*r->p != 'u' || (high = read_unit(r->p + 1, r->end)) < 0)
        return NULL;
    r->p += 5;
    if (high >= 0xDC00 && high < 0xE000)
        return NULL;
    if (high < 0xD800 || high >= 0xE000)
        return put_code(to, (unsigned long)high);
    if (r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
        return NULL;
    low = read_unit(r->p + 2, r->end);
    if (low < 0xDC00 || low >= 0xE000)
        return NULL;
    r->p += 6;
    return put_code(to, 0x10000 + ((unsigned long)(high - 0xD800) << 10) +
                            (unsigned long)(low - 0xDC00));
}

/* A string behind its opening quote, unescaped. */
static bool read_string(struct reader *r, struct dwr_text *out)
{
    char *const start = pool_take(r->pool, (size_t)(r->end - r->p) + 1);
    char *to = start;

    while (r->p < r->end && *r->p != '"') {
        if ((unsigned char)*r->p < 0x20)
            return false;
        if (*r->p == '\\') {
            r->p++;
            to = read_escape(r, to);
            if (to == NULL)
                return false;
            continue;
        }
        const size_t n = utf8_length(r->p, r->end);

        if (n == 0)
            return false;
        memcpy(to, r->p, n);
        to += n;
        r->p += n;
    }
    if (r->p == r->end)
        return false;
    r->p++;
    *out = (struct dwr_text){ start, (size_t)(to - start) };
    return true;
}

static bool read_digits(struct reader *r)
{
    const char *const start = r->p;

    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > start;
}

/* A number: sign, digits without zeros at either end, the exponent of their last. */
static bool read_number(struct reader *r, struct tree *t)
{
    const char *const start = r->p;
    const char *digits, *end;
    char *out, *to;
    long long exponent = 0;

    if (*r->p == '-')
        r->p++;
    digits = r->p;
    if (!read_digits(r) || (*digits == '0' && r->p - digits > 1))
        return false;
    if (r->p < r->end && *r->p == '.') {
        const char *const point = r->p++;

        if (!read_digits(r))
            return false;
        exponent = -(r->p - point - 1);
    }
    end = r->p;
    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        bool negative;
        long long e = 0;

        r->p++;
        negative = r->p < r->end && *r->p == '-';
        if (r->p < r->end && (*r->p == '-' || *r->p == '+'))
            r->p++;
        const char *const from = r->p;

        if (!read_digits(r))
            return false;
        for (const char *p = from; p < r->p; p++) {
            if (e > 100000000000000)
                r->pool->inexact = true;
            else
                e = e * 10 + (*p - '0');
        }
        exponent += negative ? -e : e;
    }
    out = to = pool_take(r->pool, (size_t)(end - start) + 40);
    *to++ = '#';
    if (*start == '-')
        *to++ = '-';
    char *const first = to;

    for (const char *p = digits; p < end; p++)
        if (*p != '.' && (*p != '0' || to > first))
            *to++ = *p;
    while (to > first && to[-1] == '0') {
        to--;
        exponent++;
    }
    if (to == first) {
        memcpy(out, "#0", 2);
        to = out + 2;
    } else {
        to += sprintf(to, "e%lld", exponent);
    }
    t->canonical = (struct dwr_text){ out, (size_t)(to - out) };
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct tree *const x = *(struct tree *const *)a, *const y = *(struct tree *const *)b;
    const size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    const int order = n == 0 ? 0 : memcmp(x->name.p, y->name.p, n);

    return order != 0 ? order : (x->name.n > y->name.n) - (x->name.n < y->name.n);
}

static struct dwr_text canonical_string(struct pool *pool, struct dwr_text s)
{
    char *const out = pool_take(pool, s.n + 24);
    const int head = sprintf(out, "%zu\"", s.n);

    memcpy(out + head, s.p, s.n);
    return (struct dwr_text){ out, (size_t)head + s.n };
}

static void set_canonical(struct reader *r, struct tree *t)
{
    size_t room = 3;
    char *out, *to;

    for (size_t i = 0; i < t->count; i++)
        room += t->v[i]->canonical.n + t->v[i]->name.n + 26;
    out = to = pool_take(r->pool, room);
    *to++ = t->kind;
    for (size_t i = 0; i < t->count; i++) {
        if (t->kind == '{') {
            to += sprintf(to, "%zu:", t->v[i]->name.n);
            memcpy(to, t->v[i]->name.p, t->v[i]->name.n);
            to += t->v[i]->name.n;
        }
        memcpy(to, t->v[i]->canonical.p, t->v[i]->canonical.n);
        to += t->v[i]->canonical.n;
        *to++ = ',';
    }
    *to++ = t->kind == '{' ? '}' : ']';
    t->canonical = (struct dwr_text){ out, (size_t)(to - out) };
}

static struct tree *read_value(struct reader *r, unsigned depth);

static bool read_items(struct reader *r, struct tree *t, unsigned depth)
{
    const char close = t->kind == '{' ? '}' : ']';
    size_t room = 0;

    if (take(r, close))
        return true;
    do {
        struct dwr_text name = { NULL, 0 };

        if (t->kind == '{' && (!take(r, '"') || !read_string(r, &name) || !take(r, ':')))
            return false;
        struct tree *const item = read_value(r, depth + 1);

        if (item == NULL)
            return false;
        item->name = name;
        if (t->count == room) {
            struct tree **const more = pool_take(r->pool, (room = 2 * room + 8) * sizeof *more);

            if (t->count > 0)
                memcpy(more, t->v, t->count * sizeof *more);
            t->v = more;
        }
        t->v[t->count++] = item;
    } while (take(r, ','));
    return take(r, close);
}

static bool names_differ(const struct tree *t)
{
    for (size_t i = 1; i < t->count; i++)
        if (text_equal(t->v[i - 1]->name, t->v[i]->name))
            return false;
    return true;
}

static bool read_word(struct reader *r, struct tree *t, const char *word)
{
    const size_t n = strlen(word);

    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
        return false;
    r->p += n;
    t->canonical = (struct dwr_text){ word, 1 };
    return true;
}

static bool read_kind(struct reader *r, struct tree *t, unsigned depth)
{
    switch (*r->p) {
    case '{':
    case '[':
        t->kind = *r->p++;
        if (depth > DEPTH_MAX || !read_items(r, t, depth))
            return false;
        if (t->kind == '{' && t->count > 0)
            qsort(t->v, t->count, sizeof *t->v, by_name);
        if (t->kind == '{' && !names_differ(t))
            return false;
        set_canonical(r, t);
        return true;
    case '"':
        t->kind = *r->p++;
        if (!read_string(r, &t->string))
            return false;
        t->canonical = canonical_string(r->pool, t->string);
        return true;
    case 'n':
    case 't':
    case 'f':
        t->kind = *r->p;
        return read_word(r, t, t->kind == 'n' ? "null" : t->kind == 't' ? "true" : "false");
    default:
        t->kind = '#';
        return read_number(r, t);
    }
}

static struct tree *read_value(struct reader *r, unsigned depth)
{
    struct tree *const t = pool_take(r->pool, sizeof *t);

    *t = (struct tree){ .kind = 0 };
    skip_space(r);
    if (r->p == r->end)
        return NULL;
    t->raw.p = r->p;
    if (!read_kind(r, t, depth))
        return NULL;
    t->raw.n = (size_t)(r->p - t->raw.p);
    return t;
}

struct tree *tree_parse(struct pool *pool, struct dwr_text text)
{
    struct reader r;
    struct tree *t;

    if (text.p == NULL)
        return NULL;
    r = (struct reader){ pool, text.p, text.p + text.n };
    t = read_value(&r, 1);
    if (t == NULL)
        return NULL;
    skip_space(&r);
    return r.p == r.end ? t : NULL;
}

struct tree *tree_get(const struct tree *object, struct dwr_text name)
{
    if (object == NULL || object->kind != '{')
        return NULL;
    for (size_t i = 0; i < object->count; i++)
        if (text_equal(object->v[i]->name, name))
            return object->v[i];
    return NULL;
}

struct tree *tree_at(const struct tree *object, const char *name)
{
    return tree_get(object, text_of(name));
}

bool tree_unset(const struct tree *t)
{
    return t == NULL || t->kind == 'n' || (t->kind == '"' && t->string.n == 0);
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
    if (tree_unset(a) || tree_unset(b))
        return tree_unset(a) && tree_unset(b);
    return text_equal(a->canonical, b->canonical);
}
