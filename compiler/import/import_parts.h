/* import_parts.h - what the files of the importer share.
 *
 *   import.c           which dictionaries there are; settings; the whole
 *   import_doctype.c   one DocType: strategy, lists of fields, tombstone
 *   import_tables.c    its child tables
 *   import_write.c     names, values and comments as rules have them */
#ifndef DWR_COMPILER_IMPORT_PARTS_H
#define DWR_COMPILER_IMPORT_PARTS_H

#include "import.h"
#include "import_json.h"
#include "out.h"

/* From an offset of the rules on they say what stands in a place of the dictionaries. */
struct import_mark {
    size_t offset;
    struct span from;
};

struct import {
    struct arena *arena;
    struct diag *diag;
    struct out_memory rules;
    struct import_mark *marks;
    uint32_t mark_count, mark_capacity;
    struct import_node *strategies, *sync, *attachments, *tombstones, *children; /* NULL: none */
};

/* --- import_doctype.c --- */

/* A field that something has been said about. */
struct import_said {
    struct dwr_str field;
    struct span span;
    struct dwr_str list; /* where */
    struct import_said *next;
};

struct import_doctype {
    struct import *im;
    struct import_node *node;
    struct dwr_str name, strategy;
    struct import_said *fields;
};

/* Whether a field is still to be spoken of. A child table has been already: it is left out with a
 * word. Any other that stands in two lists is a mistake. */
bool import_is_new(struct import_doctype *d, const struct import_node *field, struct dwr_str list);
void import_doctype(struct import *im, struct import_node *doctype);
/* The members of a tombstone; source NULL: nothing. ttl_days 0: what the dictionary says, if it
 * does. */
void import_tombstone(struct import *im, struct import_node *tombstone, uint64_t ttl_days);

/* --- import_tables.c --- */

void import_tables(struct import_doctype *d);

/* --- import_write.c --- */

void import_put(struct import *im, const char *text);
void import_put_name(struct import *im, struct dwr_str name); /* of a field */
void import_put_text(struct import *im, struct dwr_str text); /* in quotes */
void import_put_number(struct import *im, uint64_t number);
/* What is put from here on is made of this place: a mistake in it is said there. */
void import_mark(struct import *im, struct span from);
/* Where an offset of the rules comes from. */
struct span import_from(const struct import *im, uint32_t source, size_t offset);
/* A comment of its own lines. */
void import_comment(struct import *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What nobody used of an object, as comments. */
void import_leftovers(struct import *im, const struct import_node *object);

/* Values of members, marked as used; what is put next is made of the last one read. Where one is of
 * the wrong kind, a finding says so; false, or p NULL, then and where the member is not there. */
struct dwr_str import_string(struct import *im, struct import_node *object, const char *name);
bool import_number(struct import *im, struct import_node *object, const char *name,
                   uint64_t *number);
bool import_truth(struct import *im, struct import_node *object, const char *name, bool *truth);
/* Whether a node is an array of strings, which may not be empty. */
bool import_is_strings(struct import *im, struct import_node *node);
/* One text, or a list of them, as a list; NULL where it is not there, of the wrong kind or empty.
 */
const struct import_node *import_names(struct import *im, struct import_node *object,
                                       const char *name);

#endif
