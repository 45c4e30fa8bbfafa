/* unescape.c - see unescape.h. */
#include "unescape.h"

static unsigned hex4(const char *p)
{
    unsigned v = 0;

    for (int i = 0; i < 4; i++) {
        const unsigned c = (unsigned char)p[i];

        v = v << 4 | ((c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) & 15);
    }
    return v;
}

int dwr_next_byte(struct dwr_unescape *u)
{
    unsigned c;

    if (u->pending_n > 0)
        return u->pending[--u->pending_n];
    if (u->p >= u->end)
        return -1;
    c = (unsigned char)*u->p++;
    if (c != '\\' || u->p >= u->end)
        return (int)c;
    c = (unsigned char)*u->p++;
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default:
        return (int)c;
    }
    if (u->end - u->p < 4)
        return -1;
    c = hex4(u->p);
    u->p += 4;
    if (c >= 0xD800 && c < 0xDC00 && u->end - u->p >= 6) {
        c = 0x10000 + ((c & 0x3FF) << 10) + (hex4(u->p + 2) & 0x3FF);
        u->p += 6;
    }
    if (c < 0x80)
        return (int)c;
    u->pending_n = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (int i = 0; i < u->pending_n; i++) {
        u->pending[i] = (unsigned char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    return (int)(c | (u->pending_n == 1 ? 0xC0 : u->pending_n == 2 ? 0xE0 : 0xF0));
}

struct dwr_text dwr_unescape(struct dwr_scratch *s, const char *p, size_t n)
{
    struct dwr_unescape u = { .p = p, .end = p + n };
    char *to = dwr_take(s, n);
    struct dwr_text out = { to, 0 };
    int c;

    /* No character is longer unescaped than it was written. */
    while (to != NULL && (c = dwr_next_byte(&u)) >= 0)
        to[out.n++] = (char)c;
    return out;
}
