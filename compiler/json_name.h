/* json_name.h - what a string in JSON text says. */
#ifndef DWR_COMPILER_JSON_NAME_H
#define DWR_COMPILER_JSON_NAME_H

#include "arena.h"
#include "tables.h"

/* What n bytes between the quotes of a valid JSON string say: themselves where they hold no escape,
 * else a copy in the arena. */
struct dwr_str json_name(struct arena *arena, const char *p, size_t n);

#endif
