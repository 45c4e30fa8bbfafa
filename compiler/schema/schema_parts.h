/* schema_parts.h - what the parts of the schema reader share: a file's definitions, what a site
 * adds to them, and tables of names. */
#ifndef DWR_COMPILER_SCHEMA_PARTS_H
#define DWR_COMPILER_SCHEMA_PARTS_H

#include "json_pull.h"
#include "name_hash.h"
#include "schema.h"

/* What is read of a field (schema_types.def). */
enum schema_member {
#define SCHEMA_MEMBER(member, name) SCHEMA_MEMBER_##member,
#include "schema_types.def"
#undef SCHEMA_MEMBER
    SCHEMA_MEMBER_OTHER
};

/* What is said of a DocType outside its definition: a Custom Field, which adds a field to it, or a
 * Property Setter, which changes one. */
struct schema_custom {
    struct dwr_str doctype;                     /* whose field it is; p NULL: not said */
    struct schema_field field;                  /* the Custom Field */
    struct dwr_str field_name, property, value; /* the Property Setter */
    bool is_setter;
    bool is_export; /* no document, but the lists that Customize Form exports */
    uint32_t first; /* of an export: its first entry in the file's list */
};

/* What one file says. */
struct schema_file {
    struct schema_doctype *v; /* the definitions, in order: one, where the file is one's */
    uint32_t count, capacity;
    struct schema_custom *custom; /* in order, fit to be applied */
    uint32_t custom_count, custom_capacity;
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

/* A file that is being read. */
struct schema_reader {
    struct arena *arena;
    struct schema_room *room;
    struct sources *sources;
    uint32_t source;
    struct schema_file *file;
    struct json_pull json;
};

/* A string's text; anything else is passed over and p stays NULL. span: where it stands, or NULL.
 */
struct dwr_str schema_text(struct schema_reader *r, struct span *span);
/* Reads this member's value into the field, or passes it over. */
void schema_field_member(struct schema_reader *r, struct json_string name,
                         struct schema_field *field);
enum schema_member schema_member(struct dwr_str name);
/* Makes of a field's type and options what it is; false: layout. */
bool schema_typed(struct arena *arena, struct schema_field *field);
/* Puts the field behind the DocType's others, in its arrays of fields and slots, where there is
 * room; or returns the one that has its name. */
const struct schema_field *schema_put(struct schema_doctype *doctype, struct schema_field *fields,
                                      uint32_t *slots, const struct schema_field *field);

/* --- custom.c: what a site adds --- */

/* An object of which a member after the other is read, and then whether it was one of these. */
void schema_custom_begin(struct schema_reader *r, struct schema_custom *custom);
void schema_custom_member(struct schema_reader *r, struct json_string name,
                          struct schema_custom *custom);
bool schema_custom_end(struct schema_reader *r, struct dwr_str doctype,
                       struct schema_custom *custom);
/* Applies what the files say to the DocTypes, which v are and can be found by name. */
void schema_customize(struct arena *arena, const struct schemas *schemas, struct schema_doctype *v,
                      const struct schema_file *files, uint32_t file_count);

/* A table for so many names: slots, all empty; the mask. */
uint32_t *schema_slots(struct arena *arena, uint32_t count, uint32_t *mask);

#endif
