/* write.c - the resulting text: the server's bytes, with what was decided spliced in. */
#include <string.h>

#include "merge.h"

char *put_text(char *to, const char *p, size_t n)
{
    memcpy(to, p, n);
    return to + n;
}

char *put_string(char *to, const char *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '"';
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)p[i];

        if (c == '"' || c == '\\') {
            *to++ = '\\';
            *to++ = (char)c;
        } else if (c >= 0x20) {
            *to++ = (char)c;
        } else if (c == '\n' || c == '\t') {
            *to++ = '\\';
            *to++ = c == '\n' ? 'n' : 't';
        } else {
            to = put_text(to, "\\u00", 4);
            *to++ = hex[c >> 4];
            *to++ = hex[c & 15];
        }
    }
    *to++ = '"';
    return to;
}

struct dwr_text write_string(struct dwr_scratch *s, const char *p, size_t n)
{
    char *start = dwr_take(s, 6 * n + 2);

    if (start == NULL)
        return (struct dwr_text){ NULL, 0 };
    return (struct dwr_text){ start, (size_t)(put_string(start, p, n) - start) };
}

static size_t rows_size(const struct table_result *t)
{
    size_t n = 2;

    for (uint32_t i = 0; i < t->count; i++)
        n += t->rows[i].row.n + 1;
    return n;
}

/* Does row i follow on row i - 1 in the server's text with nothing but a comma between? */
static bool follows(const struct table_result *t, uint32_t i)
{
    const struct result_row *row = &t->rows[i], *last = &t->rows[i - 1];

    return row->server > 0 && row->server == last->server + 1 &&
           last->row.p + last->row.n + 1 == row->row.p;
}

/* Rows that follow each other in the server's text are copied at once. */
static char *put_rows(char *to, const struct table_result *t)
{
    *to++ = '[';
    for (uint32_t i = 0; i < t->count;) {
        const char *from = t->rows[i].row.p;

        if (i + 8 < t->count)
            DWR_PREFETCH(t->rows[i + 8].row.p);
        if (i > 0)
            *to++ = ',';
        for (i++; i < t->count && follows(t, i);)
            i++;
        to = put_text(to, from, (size_t)(t->rows[i - 1].row.p + t->rows[i - 1].row.n - from));
    }
    *to++ = ']';
    return to;
}

static size_t decided_size(const struct decision *d)
{
    return d->action == ROWS ? rows_size(d->table) : d->action == REPLACE ? d->value.n : 0;
}

static char *put_decided(char *to, const struct decision *d)
{
    return d->action == ROWS ? put_rows(to, d->table) : put_text(to, d->value.p, d->value.n);
}

char *put_key(char *to, struct dwr_text key)
{
    if (to[-1] != '{')
        *to++ = ',';
    to = put_text(to, key.p, key.n);
    *to++ = ':';
    return to;
}

/* The server's members, unbroken runs at once; returns the end, before the last '}'. */
static char *splice(char *to, const struct record *r, struct dwr_text server)
{
    const char *from = server.p;

    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_text value = r->slots[i].value[DWR_SERVER];

        if (value.p == NULL || r->decisions[i].action == KEEP)
            continue;
        to = put_text(to, from, (size_t)(value.p - from));
        to = put_decided(to, &r->decisions[i]);
        from = value.p + value.n;
    }
    return put_text(to, from, (size_t)(server.p + server.n - 1 - from));
}

/* The same where a member goes: each of the others is written anew. */
static char *rebuild(char *to, const struct record *r)
{
    *to++ = '{';
    for (uint32_t i = 0; i < r->count; i++) {
        const struct dwr_text value = r->slots[i].value[DWR_SERVER];

        if (value.p == NULL || r->decisions[i].action == REMOVE)
            continue;
        to = put_key(to, r->slots[i].key);
        to = r->decisions[i].action == KEEP ? put_text(to, value.p, value.n)
                                            : put_decided(to, &r->decisions[i]);
    }
    return to;
}

/* Nothing but white space between the bracket and here: no member stands before. */
static bool is_empty_object(const char *start, const char *end)
{
    for (start++; start < end; start++)
        if (*start != ' ' && *start != '\t' && *start != '\n' && *start != '\r')
            return false;
    return true;
}

struct dwr_text write_record(struct record *r, struct dwr_text server, const struct extra *extra,
                             size_t extra_count)
{
    size_t room = server.n + 16;
    bool plain = extra_count == 0, removes = false;
    char *start, *to;

    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct decision *d = &r->decisions[i];

        if (d->action == KEEP)
            continue;
        plain = false;
        removes = removes || d->action == REMOVE;
        room += decided_size(d);
        if (r->slots[i].value[DWR_SERVER].p == NULL)
            room += r->slots[i].key.n + 2;
    }
    if (plain)
        return server;
    for (size_t k = 0; k < extra_count; k++)
        room += extra[k].key.n + extra[k].value.n + 2;
    start = to = dwr_take(r->m->s, room);
    if (start == NULL)
        return (struct dwr_text){ NULL, 0 };
    to = removes ? rebuild(to, r) : splice(to, r, server);
    if (is_empty_object(start, to))
        to = start + 1;
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];

        if (r->slots[i].value[DWR_SERVER].p != NULL || r->decisions[i].action == KEEP ||
            r->decisions[i].action == REMOVE)
            continue;
        to = put_key(to, r->slots[i].key);
        to = put_decided(to, &r->decisions[i]);
    }
    for (size_t k = 0; k < extra_count; k++) {
        to = put_key(to, extra[k].key);
        to = put_text(to, extra[k].value.p, extra[k].value.n);
    }
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}
