/* json_name.c - what a string in JSON text says. */
#include "json_name.h"

#include <string.h>

#include "../runtime/core/unescape.h"

struct dwr_str json_name(struct arena *arena, const char *p, size_t n)
{
    struct dwr_unescape u = { .p = p, .end = p + n };
    char *name, *to;
    int byte;

    if (memchr(p, '\\', n) == NULL)
        return (struct dwr_str){ p, n };
    name = to = arena_alloc(arena, n + 1); /* escapes are longer than what they stand for */
    while ((byte = dwr_next_byte(&u)) >= 0)
        *to++ = (char)byte;
    return (struct dwr_str){ name, (size_t)(to - name) };
}
