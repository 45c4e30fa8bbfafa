/* import_json.h - a JSON file as a tree, with the place of every part of it.
 *
 * Read as strictly as documents are (SEMANTICS 1.4); whatever is wrong, and a member that stands
 * twice, becomes a finding. Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_IMPORT_JSON_H
#define DWR_COMPILER_IMPORT_JSON_H

#include <stdbool.h>

#include "arena.h"
#include "diag.h"

enum import_kind {
    IMPORT_NULL,
    IMPORT_BOOL,
    IMPORT_NUMBER,
    IMPORT_STRING,
    IMPORT_ARRAY,
    IMPORT_OBJECT
};

struct import_node {
    enum import_kind kind;
    struct span span;
    struct dwr_str text; /* a string: what it says; else as written */
    struct dwr_str name; /* as a member of an object */
    struct span name_span;
    struct import_node *first, *next; /* elements, members */
    bool used;                        /* somebody has made something of it */
};

/* The tree of a source, NULL where it is no JSON (a finding says why). */
struct import_node *import_json(struct arena *arena, struct diag *diag, uint32_t source);

/* The member of an object, NULL where there is none (or node is NULL or no object). */
struct import_node *import_member(const struct import_node *node, const char *name);

/* What a node is called in a message: "a number". */
const char *import_kind_word(enum import_kind kind);

#endif
