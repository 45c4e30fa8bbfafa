/* schema_parts.h - what the parts of the schema reader share: a file's definitions, and tables of
 * names. */
#ifndef DWR_COMPILER_SCHEMA_PARTS_H
#define DWR_COMPILER_SCHEMA_PARTS_H

#include "name_hash.h"
#include "schema.h"

/* What one file says. */
struct schema_file {
    struct schema_doctype *v; /* the definitions, in order: one, where the file is one's */
    uint32_t count, capacity;
    bool broken;      /* it is one, and could not be read */
    struct diag diag; /* findings in it */
};

/* Memory of a thread that goes from one file to the next. */
struct schema_room {
    struct schema_field *fields;
    uint32_t capacity;
};

/* Reads the definitions in the source with this number. at_place: the file stands where a
 * definition does, so that it is one, though it be broken. */
void schema_read_file(struct arena *arena, struct schema_room *room, struct sources *sources,
                      uint32_t source, bool at_place, struct schema_file *file);

/* A table for so many names: slots, all empty; the mask. */
uint32_t *schema_slots(struct arena *arena, uint32_t count, uint32_t *mask);

#endif
