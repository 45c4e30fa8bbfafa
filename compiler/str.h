/* str.h - texts with their length: made of C strings, and compared. */
#ifndef DWR_COMPILER_STR_H
#define DWR_COMPILER_STR_H

#include <stdbool.h>
#include <string.h>

#include "tables.h"

static inline struct dwr_str str_of(const char *text)
{
    return (struct dwr_str){ text, strlen(text) };
}

/* Two that are not there (p NULL, n 0) are the same, and the same as an empty one. */
static inline bool str_same(struct dwr_str a, struct dwr_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct dwr_str text, const char *word)
{
    return str_same(text, str_of(word));
}

#endif
