/* import_parts.h - what the files of the importer share.
 *
 *   import.c           which dictionaries there are; settings; the whole
 *   import_doctype.c   one DocType: strategy, lists of fields, child tables, tombstone
 *   import_write.c     names, values and comments as rules have them */
#ifndef DWR_COMPILER_IMPORT_PARTS_H
#define DWR_COMPILER_IMPORT_PARTS_H

#include "import.h"
#include "import_json.h"
#include "out.h"

struct import {
    struct arena *arena;
    struct diag *diag;
    struct out_memory rules;
    struct import_node *strategies, *sync, *attachments, *tombstones, *children; /* NULL: none */
};

/* --- import_doctype.c --- */

void import_doctype(struct import *im, struct import_node *doctype);
/* The members of a tombstone; source NULL: nothing. ttl_days 0: what the dictionary says, if it
 * does. */
void import_tombstone(struct import *im, struct import_node *tombstone, uint64_t ttl_days);

/* --- import_write.c --- */

void import_put(struct import *im, const char *text);
void import_put_name(struct import *im, struct dwr_str name); /* of a field */
void import_put_text(struct import *im, struct dwr_str text); /* in quotes */
void import_put_number(struct import *im, uint64_t number);
/* A comment of its own lines. */
void import_comment(struct import *im, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What nobody used of an object, as comments. */
void import_leftovers(struct import *im, const struct import_node *object);

/* Values of members, marked as used. Where one is of the wrong kind, a finding says so; false, or p
 * NULL, then and where the member is not there. */
struct dwr_str import_string(struct import *im, struct import_node *object, const char *name);
bool import_number(struct import *im, struct import_node *object, const char *name,
                   uint64_t *number);
bool import_truth(struct import *im, struct import_node *object, const char *name, bool *truth);
/* Whether a node is an array of strings, which may not be empty. */
bool import_is_strings(struct import *im, struct import_node *node);

#endif
