/* scan_reference.h - what the scanner must give, by code that is slow and obvious, and random
 * documents to hold the two against each other.
 *
 * Everything here goes byte by byte and compares every name with every other. It shares no code
 * with the scanner. Included by the unit tests and by the stand-alone program simd_paths, hence a
 * header of static functions. Failures are told through a text, so that no test library is needed.
 * The including file defines _DEFAULT_SOURCE first (mmap). */
#ifndef DWR_TESTS_SCAN_REFERENCE_H
#define DWR_TESTS_SCAN_REFERENCE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/scan.h"
#include "name_hash.h"

/* --- chance --- */

struct chance {
    uint64_t state;
};

static uint64_t chance_next(struct chance *c)
{
    uint64_t z = c->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* 0 to n - 1. */
static unsigned pick(struct chance *c, unsigned n)
{
    return (unsigned)(chance_next(c) >> 32) % n;
}

static bool one_in(struct chance *c, unsigned n)
{
    return pick(c, n) == 0;
}

/* --- texts that end where no byte may be read --- */

struct guarded {
    char *map;
    size_t size; /* of the readable part */
};

static struct guarded guarded_new(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct guarded g;

    g.size = (size + page - 1) / page * page;
    g.map = mmap(NULL, g.size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g.map == MAP_FAILED || mprotect(g.map + g.size, page, PROT_NONE) != 0)
        abort();
    return g;
}

static void guarded_free(struct guarded *g)
{
    munmap(g->map, g->size + (size_t)sysconf(_SC_PAGESIZE));
}

/* A copy of the text right before the page that cannot be read. p NULL stays NULL. */
static struct dwr_text guarded_copy(struct guarded *g, struct dwr_text t)
{
    if (t.p == NULL)
        return t;
    if (t.n > g->size)
        abort();
    memcpy(g->map + g->size - t.n, t.p, t.n);
    return (struct dwr_text){ g->map + g->size - t.n, t.n };
}

/* --- texts that grow --- */

struct buffer {
    char *p;
    size_t n, room;
};

static void put_bytes(struct buffer *b, const char *p, size_t n)
{
    if (b->n + n > b->room) {
        b->room = 2 * (b->n + n) + 64;
        b->p = realloc(b->p, b->room);
        if (b->p == NULL)
            abort();
    }
    if (n > 0)
        memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void put_text(struct buffer *b, const char *s)
{
    put_bytes(b, s, strlen(s));
}

static struct dwr_text text_of(const struct buffer *b)
{
    return (struct dwr_text){ b->p, b->n };
}

static bool texts_equal(struct dwr_text a, struct dwr_text b)
{
    return (a.p == NULL) == (b.p == NULL) && a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* --- the obvious validator --- */

struct reader {
    const char *p;
    size_t n, i;
    enum dwr_rc rc; /* the first thing that is wrong */
};

static bool reader_fails(struct reader *r, enum dwr_rc rc)
{
    if (r->rc == DWR_OK)
        r->rc = rc;
    return false;
}

static int reader_byte(const struct reader *r, size_t ahead)
{
    return r->i + ahead < r->n ? (unsigned char)r->p[r->i + ahead] : -1;
}

static void reader_space(struct reader *r)
{
    while (r->i < r->n && strchr(" \t\r\n", r->p[r->i]) != NULL && r->p[r->i] != '\0')
        r->i++;
}

static void put_code_point(struct buffer *out, unsigned long c)
{
    char u[4];
    size_t n = 0;

    if (c < 0x80) {
        u[n++] = (char)c;
    } else if (c < 0x800) {
        u[n++] = (char)(0xC0 + c / 64);
        u[n++] = (char)(0x80 + c % 64);
    } else if (c < 0x10000) {
        u[n++] = (char)(0xE0 + c / 4096);
        u[n++] = (char)(0x80 + c / 64 % 64);
        u[n++] = (char)(0x80 + c % 64);
    } else {
        u[n++] = (char)(0xF0 + c / 262144);
        u[n++] = (char)(0x80 + c / 4096 % 64);
        u[n++] = (char)(0x80 + c / 64 % 64);
        u[n++] = (char)(0x80 + c % 64);
    }
    put_bytes(out, u, n);
}

/* -1 where these are not four hexadecimal digits. */
static long reader_hex(struct reader *r)
{
    long v = 0;

    for (int k = 0; k < 4; k++) {
        const int c = reader_byte(r, 0);

        if (c >= '0' && c <= '9')
            v = v * 16 + c - '0';
        else if (c >= 'a' && c <= 'f')
            v = v * 16 + c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            v = v * 16 + c - 'A' + 10;
        else
            return -1;
        r->i++;
    }
    return v;
}

static bool reader_escape(struct reader *r, struct buffer *out)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const int c = reader_byte(r, 1);
    const char *letter;
    long high, low;

    if (c <= 0)
        return reader_fails(r, DWR_INVALID_JSON);
    r->i += 2;
    letter = strchr(letters, c);
    if (letter != NULL) {
        put_bytes(out, &bytes[letter - letters], 1);
        return true;
    }
    if (c != 'u')
        return reader_fails(r, DWR_INVALID_JSON);
    high = reader_hex(r);
    if (high < 0)
        return reader_fails(r, DWR_INVALID_JSON);
    if (high < 0xD800 || high > 0xDFFF) {
        put_code_point(out, (unsigned long)high);
        return true;
    }
    if (high > 0xDBFF || reader_byte(r, 0) != '\\' || reader_byte(r, 1) != 'u')
        return reader_fails(r, DWR_INVALID_UTF8);
    r->i += 2;
    low = reader_hex(r);
    if (low < 0)
        return reader_fails(r, DWR_INVALID_JSON);
    if (low < 0xDC00 || low > 0xDFFF)
        return reader_fails(r, DWR_INVALID_UTF8);
    put_code_point(out, (unsigned long)(0x10000 + (high - 0xD800) * 1024 + low - 0xDC00));
    return true;
}

/* One character that is not ASCII, decoded and judged by its number. */
static bool reader_character(struct reader *r, struct buffer *out)
{
    static const long least[] = { 0, 0x80, 0x800, 0x10000 };
    const int c = reader_byte(r, 0);
    const int tails = c >= 0xF0 && c <= 0xF7  ? 3
                      : c >= 0xE0 && c < 0xF0 ? 2
                                              : c >= 0xC0 && c < 0xE0;
    long v = tails == 3 ? c & 7 : tails == 2 ? c & 15 : c & 31;

    if (tails == 0)
        return reader_fails(r, DWR_INVALID_UTF8);
    for (int k = 1; k <= tails; k++) {
        const int t = reader_byte(r, (size_t)k);

        if (t < 0x80 || t > 0xBF)
            return reader_fails(r, DWR_INVALID_UTF8);
        v = v * 64 + t - 0x80;
    }
    if (v < least[tails] || v > 0x10FFFF || (v >= 0xD800 && v <= 0xDFFF))
        return reader_fails(r, DWR_INVALID_UTF8);
    put_bytes(out, r->p + r->i, (size_t)tails + 1);
    r->i += (size_t)tails + 1;
    return true;
}

/* At the opening quote; the unescaped bytes go to out. */
static bool reader_string(struct reader *r, struct buffer *out)
{
    r->i++;
    for (;;) {
        const int c = reader_byte(r, 0);

        if (c < 0x20) /* also the end */
            return reader_fails(r, DWR_INVALID_JSON);
        if (c == '"') {
            r->i++;
            return true;
        }
        if (c == '\\') {
            if (!reader_escape(r, out))
                return false;
        } else if (c >= 0x80) {
            if (!reader_character(r, out))
                return false;
        } else {
            put_bytes(out, r->p + r->i, 1);
            r->i++;
        }
    }
}

static bool reader_digits(struct reader *r)
{
    const size_t first = r->i;

    while (reader_byte(r, 0) >= '0' && reader_byte(r, 0) <= '9')
        r->i++;
    return r->i > first || reader_fails(r, DWR_INVALID_JSON);
}

static bool reader_number(struct reader *r)
{
    if (reader_byte(r, 0) == '-')
        r->i++;
    if (reader_byte(r, 0) == '0') {
        r->i++;
        if (reader_byte(r, 0) >= '0' && reader_byte(r, 0) <= '9')
            return reader_fails(r, DWR_INVALID_JSON);
    } else if (!reader_digits(r)) {
        return false;
    }
    if (reader_byte(r, 0) == '.') {
        r->i++;
        if (!reader_digits(r))
            return false;
    }
    if (reader_byte(r, 0) != 'e' && reader_byte(r, 0) != 'E')
        return true;
    r->i++;
    if (reader_byte(r, 0) == '+' || reader_byte(r, 0) == '-')
        r->i++;
    return reader_digits(r);
}

static bool reader_word(struct reader *r)
{
    static const char *const words[] = { "true", "false", "null" };

    for (int k = 0; k < 3; k++) {
        const size_t n = strlen(words[k]);

        if (r->n - r->i >= n && memcmp(r->p + r->i, words[k], n) == 0) {
            r->i += n;
            return true;
        }
    }
    return reader_fails(r, DWR_INVALID_JSON);
}

static bool reader_value(struct reader *r, unsigned depth);

static bool reader_array(struct reader *r, unsigned depth)
{
    r->i++;
    reader_space(r);
    if (reader_byte(r, 0) == ']') {
        r->i++;
        return true;
    }
    for (;;) {
        if (!reader_value(r, depth))
            return false;
        reader_space(r);
        if (reader_byte(r, 0) == ']') {
            r->i++;
            return true;
        }
        if (reader_byte(r, 0) != ',')
            return reader_fails(r, DWR_INVALID_JSON);
        r->i++;
        reader_space(r);
    }
}

/* A name that is none of the names before it. */
static bool reader_name(struct reader *r, struct buffer *names, size_t *count)
{
    struct buffer name = { 0 };
    struct buffer *more;
    bool fine = reader_byte(r, 0) == '"' || reader_fails(r, DWR_INVALID_JSON);

    put_bytes(&name, "", 1); /* so that an empty name is no absent one */
    name.n = 0;
    fine = fine && reader_string(r, &name);
    more = (struct buffer *)names->p;
    for (size_t k = 0; fine && k < *count; k++)
        if (texts_equal(text_of(&more[k]), text_of(&name)))
            fine = reader_fails(r, DWR_DUPLICATE_KEY);
    put_bytes(names, (const char *)&name, sizeof name);
    ++*count;
    if (fine) {
        reader_space(r);
        fine = reader_byte(r, 0) == ':' || reader_fails(r, DWR_INVALID_JSON);
        r->i++;
        reader_space(r);
    }
    return fine;
}

static bool reader_object(struct reader *r, unsigned depth)
{
    struct buffer names = { 0 };
    size_t count = 0;
    bool fine = true;

    r->i++;
    reader_space(r);
    if (reader_byte(r, 0) == '}') {
        r->i++;
        return true;
    }
    for (;;) {
        fine = reader_name(r, &names, &count) && reader_value(r, depth);
        if (!fine)
            break;
        reader_space(r);
        if (reader_byte(r, 0) == '}') {
            r->i++;
            break;
        }
        if (reader_byte(r, 0) != ',') {
            fine = reader_fails(r, DWR_INVALID_JSON);
            break;
        }
        r->i++;
        reader_space(r);
    }
    for (size_t k = 0; k < count; k++)
        free(((struct buffer *)names.p)[k].p);
    free(names.p);
    return fine;
}

static bool reader_value(struct reader *r, unsigned depth)
{
    struct buffer bytes = { 0 };
    const int c = reader_byte(r, 0);
    bool fine;

    if (c == '{' || c == '[') {
        if (depth == 0)
            return reader_fails(r, DWR_TOO_DEEP);
        return c == '{' ? reader_object(r, depth - 1) : reader_array(r, depth - 1);
    }
    if (c == '"') {
        fine = reader_string(r, &bytes);
        free(bytes.p);
        return fine;
    }
    return c == '-' || (c >= '0' && c <= '9') ? reader_number(r) : reader_word(r);
}

/* What check() must say of a text; the value's place goes to *value. */
static enum dwr_rc reference_check(struct dwr_text t, unsigned depth, struct dwr_text *value)
{
    struct reader r = { t.p, t.n, 0, DWR_OK };
    size_t start;

    reader_space(&r);
    start = r.i;
    if (!reader_value(&r, depth))
        return r.rc;
    *value = (struct dwr_text){ t.p + start, r.i - start };
    reader_space(&r);
    return r.i == r.n ? DWR_OK : DWR_INVALID_JSON;
}

/* --- the obvious index --- */

struct reference_member {
    struct dwr_text key, value;
    struct buffer name;
};

struct reference_list {
    struct reference_member *v;
    size_t count;
};

/* The members of an object (or, with keys of p NULL, the elements of an array) that is valid. */
static struct reference_list reference_members(struct dwr_text t)
{
    struct reader r = { t.p, t.n, 0, DWR_OK };
    const bool object = t.n > 0 && t.p[0] == '{';
    struct buffer list = { 0 };
    size_t count = 0;

    r.i = 1;
    reader_space(&r);
    while (reader_byte(&r, 0) != (object ? '}' : ']')) {
        struct reference_member m = { 0 };
        size_t start = r.i;

        if (object) {
            put_bytes(&m.name, "", 1);
            m.name.n = 0;
            if (!reader_string(&r, &m.name))
                abort();
            m.key = (struct dwr_text){ t.p + start, r.i - start };
            reader_space(&r);
            r.i++;
            reader_space(&r);
            start = r.i;
        }
        if (!reader_value(&r, 1000))
            abort();
        m.value = (struct dwr_text){ t.p + start, r.i - start };
        put_bytes(&list, (const char *)&m, sizeof m);
        count++;
        reader_space(&r);
        if (reader_byte(&r, 0) == ',')
            r.i++;
        reader_space(&r);
    }
    return (struct reference_list){ (struct reference_member *)list.p, count };
}

static void reference_list_free(struct reference_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->v[i].name.p);
    free(l->v);
}

/* What is wrong, for a person. */
struct complaint {
    const char *path; /* whose code was run */
    char text[400];
    bool any;
};

static bool complain(struct complaint *c, const char *format, ...)
{
    va_list args;
    int n;

    if (c->any)
        return false;
    c->any = true;
    n = snprintf(c->text, sizeof c->text, "%s: ", c->path);
    va_start(args, format);
    vsnprintf(c->text + n, sizeof c->text - (size_t)n, format, args);
    va_end(args);
    return false;
}

static bool is_unset_text(struct dwr_text t)
{
    return t.p == NULL || (t.n == 4 && memcmp(t.p, "null", 4) == 0) ||
           (t.n == 2 && memcmp(t.p, "\"\"", 2) == 0);
}

static bool reference_rows(const struct dwr_rows *rows, struct dwr_text value, struct complaint *c,
                           const char *name)
{
    enum dwr_rows_state state = DWR_ROWS_NONE;
    struct reference_list list = { 0 };
    bool fine = true;

    if (!is_unset_text(value)) {
        state = value.p[0] == '[' ? DWR_ROWS_READ : DWR_ROWS_INVALID;
        if (state == DWR_ROWS_READ)
            list = reference_members(value);
        for (size_t i = 0; i < list.count; i++)
            if (list.v[i].value.p[0] != '{')
                state = DWR_ROWS_INVALID;
    }
    if (rows->state != state)
        fine = complain(c, "%s: rows of state %d, not %d", name, (int)rows->state, (int)state);
    else if (rows->count != (state == DWR_ROWS_READ ? list.count : 0))
        fine = complain(c, "%s: %u rows, not %zu", name, (unsigned)rows->count, list.count);
    for (size_t i = 0; fine && i < rows->count; i++) {
        const struct dwr_row *row = &rows->v[i];
        const struct dwr_text is = { row->p, row->n }, wanted = list.v[i].value;
        struct reader r = { is.p, is.n, 0, DWR_OK };

        if (!texts_equal(is, wanted)) {
            fine = complain(c, "%s: row %zu is %.*s, not %.*s", name, i, (int)is.n, is.p,
                            (int)wanted.n, wanted.p);
            break;
        }
        if (!row->flat)
            continue;
        /* Flat is only a promise where it is made: one level is enough to read the row. */
        if (!reader_value(&r, 1))
            fine = complain(c, "%s: row %zu is not flat", name, i);
    }
    reference_list_free(&list);
    return fine;
}

/* Rows at the start that are one in all the sides that have the value. */
static uint32_t reference_same(const struct dwr_slot *s)
{
    uint32_t n = 0;

    if (s->rows->side[DWR_SERVER].state != DWR_ROWS_READ)
        return 0;
    for (;; n++)
        for (int d = 0; d < 3; d++) {
            const struct dwr_rows *rows = &s->rows->side[d], *server = &s->rows->side[DWR_SERVER];

            if (s->value[d].p == NULL)
                continue;
            if (n >= rows->count || n >= server->count || rows->v[n].n != server->v[n].n ||
                memcmp(rows->v[n].p, server->v[n].p, rows->v[n].n) != 0)
                return n;
        }
}

static unsigned reference_field(const struct dwr_doctype *doctype, struct dwr_text name)
{
    for (unsigned i = 0; i < doctype->names.count; i++)
        if (doctype->names.v[i].name.n == name.n &&
            memcmp(doctype->names.v[i].name.p, name.p, name.n) == 0)
            return i;
    return DWR_NONE;
}

/* Section by section what scan.h says of a slot; members[]: of this name, by side, or NULL. */
static bool reference_slot(const struct dwr_doctype *doctype, const struct dwr_slot *slot,
                           const struct reference_member *const members[3], struct complaint *c)
{
    const struct reference_member *first = members[DWR_SERVER] ? members[DWR_SERVER]
                                           : members[DWR_BASE] ? members[DWR_BASE]
                                                               : members[DWR_CLIENT];
    struct dwr_text value[3] = { { 0 } };
    char name[60];
    bool same[3], needed = false;
    unsigned field;

    snprintf(name, sizeof name, "%.*s", (int)first->key.n, first->key.p);
    if (!texts_equal(slot->name, text_of(&first->name)))
        return complain(c, "%s: named %.*s", name, (int)slot->name.n, slot->name.p);
    if (!texts_equal(slot->key, first->key))
        return complain(c, "%s: key %.*s", name, (int)slot->key.n, slot->key.p);
    for (int d = 0; d < 3; d++) {
        if (members[d] != NULL)
            value[d] = members[d]->value;
        if (!texts_equal(slot->value[d], value[d]))
            return complain(c, "%s: value %d is %.*s, not %.*s", name, d, (int)slot->value[d].n,
                            slot->value[d].p ? slot->value[d].p : "", (int)value[d].n,
                            value[d].p ? value[d].p : "");
    }
    for (int d = 0; d < 3; d++) {
        same[d] = texts_equal(value[d], value[DWR_SERVER]);
        needed = needed || !same[d] || is_unset_text(value[d]) || value[d].p[0] == '[';
    }
    if (slot->base_same != same[DWR_BASE] || slot->client_same != same[DWR_CLIENT])
        return complain(c, "%s: same %d %d, not %d %d", name, slot->base_same, slot->client_same,
                        same[DWR_BASE], same[DWR_CLIENT]);
    field = reference_field(doctype, slot->name);
    if (slot->field == DWR_FIELD_UNKNOWN ? needed : slot->field != field)
        return complain(c, "%s: field %u, not %u", name, (unsigned)slot->field, field);
    if (slot->field >= DWR_FIELD_UNKNOWN || doctype->names.v[field].role != DWR_NAME_TABLE)
        return slot->rows == NULL || complain(c, "%s: has rows", name);
    if (slot->rows == NULL)
        return !needed || complain(c, "%s: has no rows", name);
    for (int d = 0; d < 3; d++)
        if (!reference_rows(&slot->rows->side[d], value[d], c, name))
            return false;
    return slot->rows->same == reference_same(slot) ||
           complain(c, "%s: %u rows the same, not %u", name, (unsigned)slot->rows->same,
                    (unsigned)reference_same(slot));
}

static const struct reference_member *reference_named(const struct reference_list *l,
                                                      struct dwr_text name)
{
    for (size_t i = 0; i < l->count; i++)
        if (texts_equal(text_of(&l->v[i].name), name))
            return &l->v[i];
    return NULL;
}

/* Is the index what the three (valid) documents say? */
static bool reference_index(const struct dwr_doctype *doctype, const struct dwr_text text[3],
                            const struct dwr_index *x, struct complaint *c)
{
    static const enum dwr_side order[] = { DWR_SERVER, DWR_BASE, DWR_CLIENT };
    struct reference_list list[3] = { { 0 } };
    const struct dwr_text server = text[DWR_SERVER];
    const bool plain = server.p != NULL && strchr(" \t\r\n", server.p[1]) == NULL &&
                       strchr(" \t\r\n", server.p[server.n - 2]) == NULL;
    uint32_t at = 0;
    bool fine = true;

    for (int d = 0; d < 3; d++) {
        if (text[d].p != NULL)
            list[d] = reference_members(text[d]);
        if (!texts_equal(x->document[d], text[d]))
            fine = complain(c, "document %d is another", d);
    }
    if (x->server_count != list[DWR_SERVER].count)
        fine = complain(c, "%u members of the server", (unsigned)x->server_count);
    if (x->server_plain != plain)
        fine = complain(c, "plain %d", x->server_plain);
    for (int o = 0; fine && o < 3; o++)
        for (size_t i = 0; fine && i < list[order[o]].count; i++) {
            const struct reference_member *members[3];
            const struct dwr_text name = text_of(&list[order[o]].v[i].name);

            for (int d = 0; d < 3; d++)
                members[d] = reference_named(&list[d], name);
            if ((o > 0 && members[DWR_SERVER] != NULL) || (o > 1 && members[DWR_BASE] != NULL))
                continue; /* its slot has been seen */
            fine = at < x->count ? reference_slot(doctype, &x->slots[at++], members, c)
                                 : complain(c, "a slot is missing");
        }
    if (fine && at != x->count)
        fine = complain(c, "%u slots, not %u", (unsigned)x->count, (unsigned)at);
    for (int d = 0; d < 3; d++)
        reference_list_free(&list[d]);
    return fine;
}

/* --- a DocType --- */

#define REFERENCE_NAMES 12

/* Names with and without rules, two child tables among them. */
struct reference_doctype {
    struct dwr_doctype doctype;
    struct dwr_name names[REFERENCE_NAMES];
    struct dwr_table tables[2];
    uint16_t displace[1], slots[1024];
};

static void reference_doctype_init(struct reference_doctype *t)
{
    static const char *const words[REFERENCE_NAMES] = { "name",
                                                        "status",
                                                        "qty",
                                                        "notes",
                                                        "parts",
                                                        "log",
                                                        "modified",
                                                        "a",
                                                        "tags",
                                                        "a_name_that_is_longer_than_sixteen_bytes",
                                                        "\xC3\xA9t\xC3\xA9",
                                                        "idx" };
    struct dwr_names *const names = &t->doctype.names;
    unsigned placed = 0;

    memset(t, 0, sizeof *t);
    for (uint16_t i = 0; i < REFERENCE_NAMES; i++)
        t->names[i] = (struct dwr_name){ { words[i], strlen(words[i]) }, DWR_NAME_FREE, DWR_NONE };
    for (uint16_t i = 0; i < 2; i++) {
        t->names[4 + i].role = DWR_NAME_TABLE;
        t->names[4 + i].index = i;
        t->tables[i].field = (uint16_t)(4 + i);
    }
    *names = (struct dwr_names){ t->names, REFERENCE_NAMES, 0, 1023, t->displace, t->slots };
    t->doctype.tables = t->tables;
    t->doctype.table_count = 2;
    /* One bucket and so many slots that a displacement without a clash is soon found. */
    while (placed < REFERENCE_NAMES) {
        t->displace[0]++;
        memset(t->slots, 0xFF, sizeof t->slots);
        for (placed = 0; placed < REFERENCE_NAMES; placed++) {
            const uint64_t h = dwr_name_hash(t->names[placed].name.p, t->names[placed].name.n);
            uint16_t *slot = &t->slots[dwr_names_slot(h, t->displace[0], 1023)];

            if (*slot != DWR_NONE)
                break;
            *slot = (uint16_t)placed;
        }
    }
}

/* --- random documents --- */

/* Spaces between all tokens of a document, one place in `space`; 0: none. */
struct style {
    unsigned space, escape;
};

static void random_space(struct chance *c, struct buffer *b, struct style style)
{
    if (style.space == 0 || !one_in(c, style.space))
        return;
    for (unsigned n = 1 + pick(c, one_in(c, 20) ? 80 : 3); n > 0; n--)
        put_bytes(b, &" \n\t\r"[pick(c, 4)], 1);
}

/* A string of these bytes (ASCII without quote, backslash and control characters, or UTF-8), some
 * of its ASCII letters escaped. */
static void random_spelling(struct chance *c, struct buffer *b, const char *p, size_t n,
                            unsigned escape)
{
    put_text(b, "\"");
    for (size_t i = 0; i < n; i++) {
        char u[8];

        if (escape == 0 || (unsigned char)p[i] >= 0x80 || !one_in(c, escape)) {
            put_bytes(b, p + i, 1);
            continue;
        }
        snprintf(u, sizeof u, one_in(c, 2) ? "\\u%04x" : "\\u%04X", (unsigned)(unsigned char)p[i]);
        put_text(b, u);
    }
    put_text(b, "\"");
}

static void random_string(struct chance *c, struct buffer *b)
{
    static const char *const bits[] = {
        "a",
        "b{",
        "}",
        "[x",
        "],",
        ":",
        ", ",
        "word ",
        "\\\"",
        "\\\\",
        "\\n",
        "\\u0041",
        "\\ud83d\\ude00",
        "\xC3\xA9",
        "\xE2\x82\xAC",
        "\xF0\x9F\x98\x80",
        "\\/",
        "\\t",
        "a longer stretch of text without anything in it that needs care, ",
        "\\\\\\\"",
        "\x7F"
    };
    const unsigned n = one_in(c, 12) ? pick(c, 60) : pick(c, 6);

    put_text(b, "\"");
    for (unsigned i = 0; i < n; i++)
        put_text(b, bits[pick(c, sizeof bits / sizeof *bits)]);
    put_text(b, "\"");
}

static void random_scalar(struct chance *c, struct buffer *b)
{
    static const char *const scalars[] = { "true",
                                           "false",
                                           "null",
                                           "\"\"",
                                           "0",
                                           "-0",
                                           "1",
                                           "12",
                                           "123456789012345678901234567890",
                                           "1.0",
                                           "1e0",
                                           "-1.5E+10",
                                           "0.10000000000000000001",
                                           "1e-7",
                                           "10",
                                           "100" };

    if (one_in(c, 2))
        random_string(c, b);
    else
        put_text(b, scalars[pick(c, sizeof scalars / sizeof *scalars)]);
}

static void random_value(struct chance *c, struct buffer *b, unsigned depth, struct style style)
{
    const bool object = one_in(c, 2);
    unsigned n;

    if (depth == 0 || !one_in(c, 3)) {
        random_scalar(c, b);
        return;
    }
    n = pick(c, one_in(c, 10) ? 70 : 5);
    put_text(b, object ? "{" : "[");
    random_space(c, b, style);
    for (unsigned i = 0; i < n; i++) {
        char name[16];

        if (i > 0) {
            put_text(b, ",");
            random_space(c, b, style);
        }
        if (object) {
            /* Now and then a name comes twice. */
            snprintf(name, sizeof name, "k%u", one_in(c, 600) && i > 0 ? pick(c, i) : i);
            random_spelling(c, b, name, strlen(name), style.escape);
            random_space(c, b, style);
            put_text(b, ":");
            random_space(c, b, style);
        }
        random_value(c, b, depth - 1, style);
        random_space(c, b, style);
    }
    put_text(b, object ? "}" : "]");
}

/* A document before it is written: members are texts, a table's rows too. */
#define RANDOM_MEMBERS 24
#define RANDOM_ROWS 12

struct random_member {
    struct buffer key, value;
    struct buffer rows[RANDOM_ROWS];
    unsigned row_count;
    bool table;
};

struct random_document {
    struct random_member m[RANDOM_MEMBERS];
    unsigned count;
};

static const char *random_name(unsigned i)
{
    static const char *const words[] = { "name",
                                         "status",
                                         "qty",
                                         "notes",
                                         "parts",
                                         "log",
                                         "modified",
                                         "a",
                                         "tags",
                                         "a_name_that_is_longer_than_sixteen_bytes",
                                         "\xC3\xA9t\xC3\xA9",
                                         "idx",
                                         "",
                                         "b",
                                         "aa",
                                         "ab",
                                         "other",
                                         "others",
                                         "\xF0\x9F\x98\x80",
                                         "a_name_that_is_longer_than_sixteen_bytez",
                                         "k0",
                                         "sta",
                                         "status2",
                                         "doctype" };

    return words[i];
}

static void buffer_set(struct buffer *to, const struct buffer *from)
{
    to->n = 0;
    put_bytes(to, from->p, from->n);
}

static void random_row(struct chance *c, struct buffer *row, struct style style)
{
    const unsigned depth = one_in(c, 4) ? 3 : 1;

    row->n = 0;
    put_text(row, "{");
    random_space(c, row, style);
    for (unsigned i = 0, n = pick(c, 5); i < n; i++) {
        char name[32];

        if (i > 0)
            put_text(row, ",");
        snprintf(name, sizeof name, "%s%u", i < 2 ? "item" : "a_longer_name", i);
        random_spelling(c, row, name, strlen(name), style.escape);
        random_space(c, row, style);
        put_text(row, ":");
        random_space(c, row, style);
        random_value(c, row, depth - 1, style);
        random_space(c, row, style);
    }
    put_text(row, "}");
}

static void random_member_value(struct chance *c, struct random_member *m, unsigned word,
                                struct style style)
{
    m->value.n = 0;
    m->table = word == 4 || word == 5 ? !one_in(c, 6) : one_in(c, 12);
    if (!m->table) {
        random_value(c, &m->value, one_in(c, 3) ? 3 : 1, style);
        return;
    }
    m->row_count = pick(c, RANDOM_ROWS);
    for (unsigned i = 0; i < m->row_count; i++) {
        random_row(c, &m->rows[i], style);
        if (one_in(c, 60)) { /* no row */
            m->rows[i].n = 0;
            random_value(c, &m->rows[i], 2, style);
        }
    }
}

static void random_document(struct chance *c, struct random_document *d, struct style style)
{
    unsigned used = 0;

    d->count = pick(c, one_in(c, 8) ? 3 : 16);
    for (unsigned i = 0; i < d->count; i++) {
        unsigned word = pick(c, RANDOM_MEMBERS);

        while (used & 1u << word)
            word = (word + 1) % RANDOM_MEMBERS;
        used |= 1u << word;
        d->m[i].key.n = 0;
        random_spelling(c, &d->m[i].key, random_name(word), strlen(random_name(word)),
                        style.escape);
        random_member_value(c, &d->m[i], word, style);
    }
}

static void document_free(struct random_document *d)
{
    for (unsigned i = 0; i < RANDOM_MEMBERS; i++) {
        free(d->m[i].key.p);
        free(d->m[i].value.p);
        for (unsigned k = 0; k < RANDOM_ROWS; k++)
            free(d->m[i].rows[k].p);
    }
}

static void member_copy(struct random_member *to, const struct random_member *from)
{
    buffer_set(&to->key, &from->key);
    buffer_set(&to->value, &from->value);
    to->table = from->table;
    to->row_count = from->row_count;
    for (unsigned i = 0; i < from->row_count; i++)
        buffer_set(&to->rows[i], &from->rows[i]);
}

static void members_swap(struct random_member *a, struct random_member *b)
{
    const struct random_member t = *a;

    *a = *b;
    *b = t;
}

static void member_edit(struct chance *c, struct random_member *m, struct style style)
{
    unsigned i, k;

    if (!m->table || one_in(c, 10)) {
        random_member_value(c, m, one_in(c, 8) ? 4 : 0, style);
        return;
    }
    i = pick(c, RANDOM_ROWS);
    if (i >= m->row_count) {
        random_row(c, &m->rows[m->row_count], style);
        if (m->row_count + 1 < RANDOM_ROWS)
            m->row_count++;
    } else if (one_in(c, 3)) {
        k = pick(c, m->row_count);
        const struct buffer t = m->rows[i];

        m->rows[i] = m->rows[k];
        m->rows[k] = t;
    } else if (one_in(c, 3)) {
        const struct buffer t = m->rows[i];

        for (k = i; k + 1 < m->row_count; k++)
            m->rows[k] = m->rows[k + 1];
        m->rows[--m->row_count] = t;
    } else {
        random_row(c, &m->rows[i], style);
    }
}

/* What a side made of another's document: edits, members left out, new, renamed, out of order. */
static void document_variant(struct chance *c, struct random_document *to,
                             const struct random_document *from, struct style style)
{
    const unsigned keep = 1 + pick(c, 10), edit = 1 + pick(c, 8);

    to->count = 0;
    for (unsigned i = 0; i < from->count; i++) {
        if (keep > 2 ? one_in(c, keep) : !one_in(c, 4))
            continue;
        member_copy(&to->m[to->count], &from->m[i]);
        if (one_in(c, edit))
            member_edit(c, &to->m[to->count], style);
        to->count++;
    }
    for (unsigned k = pick(c, 3); k > 0 && to->count < RANDOM_MEMBERS; k--) {
        struct random_member *m = &to->m[to->count++];
        const unsigned word = pick(c, RANDOM_MEMBERS);

        /* The name may be there already: two members of one name. */
        m->key.n = 0;
        random_spelling(c, &m->key, random_name(word), strlen(random_name(word)), style.escape);
        random_member_value(c, m, word, style);
        if (!one_in(c, 3))
            members_swap(m, &to->m[pick(c, to->count)]);
    }
    if (one_in(c, 4))
        for (unsigned i = 0; i < to->count; i++)
            members_swap(&to->m[i], &to->m[pick(c, to->count)]);
}

/* Names that come twice are left out, for the sides that are trusted. */
static void document_write(struct chance *c, const struct random_document *d, struct buffer *b,
                           struct style style)
{
    b->n = 0;
    put_text(b, "{");
    random_space(c, b, style);
    for (unsigned i = 0; i < d->count; i++) {
        const struct random_member *m = &d->m[i];

        if (i > 0) {
            put_text(b, ",");
            random_space(c, b, style);
        }
        put_bytes(b, m->key.p, m->key.n);
        random_space(c, b, style);
        put_text(b, ":");
        random_space(c, b, style);
        if (m->table) {
            put_text(b, "[");
            random_space(c, b, style);
            for (unsigned k = 0; k < m->row_count; k++) {
                if (k > 0) {
                    put_text(b, ",");
                    random_space(c, b, style);
                }
                put_bytes(b, m->rows[k].p, m->rows[k].n);
                random_space(c, b, style);
            }
            put_text(b, "]");
        } else {
            put_bytes(b, m->value.p, m->value.n);
        }
        random_space(c, b, style);
    }
    put_text(b, "}");
}

/* Some bytes become others; seldom the number of bytes changes. */
static void random_damage(struct chance *c, struct buffer *b)
{
    static const char wild[] =
        "\"\\{}[]:,0123456789.eE+-ntf \n\x01\x1F\x7F\x80\xBF\xC0\xC3\xED\xF4u";

    for (unsigned k = 1 + pick(c, 3); k > 0 && b->n > 0; k--) {
        const size_t i = pick(c, (unsigned)b->n);

        switch (pick(c, 4)) {
        case 0:
            b->p[i] = (char)pick(c, 256);
            break;
        case 1:
            memmove(b->p + i, b->p + i + 1, b->n - i - 1);
            b->n--;
            break;
        case 2:
            put_bytes(b, "x", 1);
            memmove(b->p + i + 1, b->p + i, b->n - i - 1);
            b->p[i] = wild[pick(c, sizeof wild - 1)];
            break;
        default:
            b->p[i] = wild[pick(c, sizeof wild - 1)];
        }
    }
}

/* --- one round: every path against the reference --- */

static const char *const reference_paths[] = { "portable", "sse2", "avx2", "avx512", "neon" };
#define REFERENCE_PATHS (sizeof reference_paths / sizeof *reference_paths)

/* The code of a path, NULL where this machine or this build has it not. */
static const struct dwr_scan_ops *reference_path(size_t i)
{
    return dwr_scan_named(reference_paths[i]);
}

struct reference_round {
    struct chance chance;
    struct dwr_scratch *scratch;
    struct reference_doctype type;
    struct guarded guard[3];
    struct buffer text[3];
    struct random_document documents[3];
    /* How many of each kind were met: a test that met none of one proves nothing of it. */
    unsigned long valid, refused, duplicate, deep;
    struct complaint complaint;
};

static inline void round_init(struct reference_round *r, uint64_t seed)
{
    memset(r, 0, sizeof *r);
    r->chance.state = seed;
    r->scratch = dwr_scratch_new();
    if (r->scratch == NULL)
        abort();
    reference_doctype_init(&r->type);
    for (int d = 0; d < 3; d++)
        r->guard[d] = guarded_new((size_t)4 << 20);
}

static inline void round_free(struct reference_round *r)
{
    for (int d = 0; d < 3; d++) {
        guarded_free(&r->guard[d]);
        free(r->text[d].p);
        document_free(&r->documents[d]);
    }
    dwr_scratch_free(r->scratch);
}

static void round_count(struct reference_round *r, enum dwr_rc rc)
{
    if (rc == DWR_OK)
        r->valid++;
    else if (rc == DWR_DUPLICATE_KEY)
        r->duplicate++;
    else if (rc == DWR_TOO_DEEP)
        r->deep++;
    else
        r->refused++;
}

/* check() of every path says of the text what the reference says. */
static bool round_check(struct reference_round *r, struct dwr_text source, unsigned depth)
{
    const struct dwr_text text = guarded_copy(&r->guard[0], source);
    struct dwr_text wanted = { 0 };
    const enum dwr_rc rc = reference_check(text, depth, &wanted);

    round_count(r, rc);
    for (size_t i = 0; i < REFERENCE_PATHS; i++) {
        const struct dwr_scan_ops *scan = reference_path(i);
        struct dwr_text value = { 0 };
        enum dwr_rc is;

        if (scan == NULL)
            continue;
        r->complaint.path = scan->name;
        dwr_scratch_reset(r->scratch);
        is = scan->check(r->scratch, text, depth, &value);
        if (is != rc)
            return complain(&r->complaint, "check gives %d, not %d, of %.*s", (int)is, (int)rc,
                            (int)text.n, text.p);
        if (rc == DWR_OK && (value.p != wanted.p || value.n != wanted.n))
            return complain(&r->complaint, "check finds another value in %.*s", (int)text.n,
                            text.p);
        if (rc == DWR_OK && scan->skip(wanted.p, text.p + text.n) != wanted.p + wanted.n)
            return complain(&r->complaint, "skip ends elsewhere in %.*s", (int)text.n, text.p);
    }
    return true;
}

/* index() of every path: of three valid documents what the reference says; an error where the
 * client's is not valid, whichever. Where the trusted ones are none, it only has to end. */
static bool round_index(struct reference_round *r, bool trusted_valid, bool client_checked,
                        bool absent_base, bool absent_server)
{
    struct dwr_text text[3], value;
    enum dwr_rc rc;

    for (int d = 0; d < 3; d++)
        text[d] = guarded_copy(&r->guard[d], text_of(&r->text[d]));
    if (absent_base)
        text[DWR_BASE] = (struct dwr_text){ NULL, 0 };
    if (absent_server)
        text[DWR_SERVER] = (struct dwr_text){ NULL, 0 };
    rc = reference_check(text[DWR_CLIENT], DWR_DEPTH_MAX, &value);
    if (rc == DWR_OK && value.n != text[DWR_CLIENT].n)
        return true; /* space around it: not what index() is given */
    if (rc == DWR_OK && text[DWR_CLIENT].p[0] != '{')
        rc = DWR_INVALID_JSON;
    round_count(r, rc);
    for (size_t i = 0; i < REFERENCE_PATHS; i++) {
        const struct dwr_scan_ops *scan = reference_path(i);
        struct dwr_index x = { 0 };
        enum dwr_rc is;

        if (scan == NULL)
            continue;
        r->complaint.path = scan->name;
        dwr_scratch_reset(r->scratch);
        is = scan->index(r->scratch, &r->type.doctype, text, client_checked && rc == DWR_OK, &x);
        if (!trusted_valid)
            continue;
        if ((is == DWR_OK) != (rc == DWR_OK))
            return complain(&r->complaint, "index gives %d, check %d", (int)is, (int)rc);
        if (rc == DWR_OK && !reference_index(&r->type.doctype, text, &x, &r->complaint))
            return false;
    }
    return true;
}

/* A random triple, and the client's document once more with damage. */
static inline bool round_documents(struct reference_round *r)
{
    struct chance *const c = &r->chance;
    struct random_document *const d = r->documents;
    const struct style style = { one_in(c, 3) ? 1 + pick(c, 8) : 0, one_in(c, 3) ? 6 : 0 };
    const bool checked = one_in(c, 3), no_base = one_in(c, 8), no_server = one_in(c, 20);
    struct dwr_text value;
    bool valid = true;

    random_document(c, &d[DWR_SERVER], style);
    document_variant(c, &d[DWR_BASE], &d[DWR_SERVER], style);
    document_variant(c, &d[DWR_CLIENT], &d[one_in(c, 2) ? DWR_BASE : DWR_SERVER], style);
    for (int i = 0; i < 3; i++) {
        const struct style own = { one_in(c, 4) ? 5 : style.space, style.escape };

        document_write(c, &d[i], &r->text[i], own);
        if (i != DWR_CLIENT)
            valid = valid && reference_check(text_of(&r->text[i]), DWR_DEPTH_MAX, &value) == DWR_OK;
    }
    if (!round_check(r, text_of(&r->text[DWR_CLIENT]), DWR_DEPTH_MAX) ||
        !round_index(r, valid, checked, no_base, no_server))
        return false;
    random_damage(c, &r->text[DWR_CLIENT]);
    if (!round_check(r, text_of(&r->text[DWR_CLIENT]), 1 + pick(c, 6)) ||
        !round_index(r, valid, false, no_base, no_server))
        return false;
    random_damage(c, &r->text[DWR_BASE]);
    random_damage(c, &r->text[DWR_SERVER]);
    return round_index(r, false, checked, no_base, no_server);
}

/* mismatch() of two random stretches at any distance from their ends. */
static inline bool round_mismatch(struct reference_round *r)
{
    struct chance *const c = &r->chance;
    const size_t n = pick(c, one_in(c, 4) ? 700 : 150);
    struct buffer *const a = &r->text[0], *const b = &r->text[1];
    struct dwr_text ta, tb;
    size_t wanted = 0;

    a->n = b->n = 0;
    for (size_t i = 0; i < n; i++)
        put_bytes(a, &(char){ (char)pick(c, 256) }, 1);
    put_bytes(b, a->p, a->n);
    for (unsigned k = pick(c, 3); k > 0 && n > 0; k--)
        b->p[pick(c, (unsigned)n)] ^= (char)(1 << pick(c, 8));
    if (n == 0)
        return true;
    ta = guarded_copy(&r->guard[0], text_of(a));
    tb = guarded_copy(&r->guard[1], text_of(b));
    while (wanted < n && ta.p[wanted] == tb.p[wanted])
        wanted++;
    for (size_t i = 0; i < REFERENCE_PATHS; i++) {
        const struct dwr_scan_ops *scan = reference_path(i);

        if (scan == NULL)
            continue;
        r->complaint.path = scan->name;
        if (scan->mismatch(ta.p, tb.p, n) != wanted)
            return complain(&r->complaint, "mismatch of %zu bytes is not %zu", n, wanted);
    }
    return true;
}

#endif
