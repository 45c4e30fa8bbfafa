/* schema.h - what the real DocTypes are: Frappe's definitions, read from folders of *.json.
 *
 * Of a definition only this is read: name, istable, issingle, fields (fieldname, fieldtype, label,
 * options, reqd, read_only, is_virtual, unique, hidden, fetch_from, fetch_if_empty); everything
 * else in it is ignored. What Custom Fields add and Property Setters change is applied (custom.c).
 * A file that is JSON but no DocType definition (no "doctype": "DocType", or no fields) is passed
 * over, and so is a broken one that neither looks like a definition nor stands where one would;
 * otherwise broken JSON, a DocType twice and tables that contain themselves are findings at the
 * file.
 *
 * Ownership: everything belongs to the arena; texts may point into the sources. */
#ifndef DWR_COMPILER_SCHEMA_H
#define DWR_COMPILER_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "../../runtime/tables.h"
#include "../arena.h"
#include "../diag.h"

/* What a fieldtype is to a merge (schema_types.def). */
enum schema_kind {
    SCHEMA_OTHER,  /* a fieldtype that is not known: nothing is said about it */
    SCHEMA_LAYOUT, /* Section Break, Column Break, Tab Break, HTML, Button, Image …: no data */
    SCHEMA_DATA,   /* one line: Data, Phone, Barcode, Autocomplete, Read Only */
    SCHEMA_TEXT,   /* typed by people: Small Text, Text, Long Text, the editors */
    SCHEMA_CODE,   /* Code: text that is no prose */
    SCHEMA_JSON,   /* JSON, Geolocation: any value, a text or an array too */
    SCHEMA_SELECT, /* options: one a line */
    SCHEMA_LINK,   /* options: a DocType */
    SCHEMA_DYNAMIC_LINK,
    SCHEMA_NUMBER,   /* Int, Float, Currency, Percent, Rating, Long Int */
    SCHEMA_DURATION, /* Duration: a number of seconds */
    SCHEMA_CHECK,    /* 0 or 1 */
    SCHEMA_DATE,
    SCHEMA_TIME,
    SCHEMA_DATETIME,
    SCHEMA_ATTACH, /* Attach, Attach Image: the address of one file */
    SCHEMA_SIGNATURE,
    SCHEMA_TABLE, /* Table, Table MultiSelect; options: the DocType of its rows */
    SCHEMA_PASSWORD,
    SCHEMA_COLOR,
    SCHEMA_ICON
};

struct schema_field {
    struct dwr_str name, label, type; /* type: the fieldtype as written; label p NULL: none */
    enum schema_kind kind;
    struct dwr_str options;       /* as written; p NULL: none */
    const struct dwr_str *select; /* SCHEMA_SELECT: its options, empty ones left out */
    uint16_t select_count;
    /* SCHEMA_TABLE: of its options; NULL: not among the schemas, or it leads back to this DocType.
     * Following `rows` from field to field always ends. */
    const struct schema_doctype *rows;
    bool required, read_only, unique, hidden; /* a virtual field is read_only */
    /* Whenever the document is saved, the value is that of a document it links to; or only where
     * the field is empty. */
    bool fetched, fetched_if_empty;
    struct span span; /* of its fieldname in the file */
};

struct schema_doctype {
    struct dwr_str name;
    bool is_table, is_single;
    const struct schema_field
        *fields; /* with data: no layout; in the definition's order, custom ones last */
    uint32_t field_count;
    const uint32_t *slots; /* field + 1 by hash of its name, or 0: open addressing */
    uint32_t slot_mask;
    struct dwr_str path; /* the file */
    struct span span;    /* of its name in the file */
};

struct schemas {
    const struct schema_doctype *v; /* in the order of their names */
    uint32_t count;
    const uint32_t *slots; /* as a DocType's */
    uint32_t slot_mask;
    bool broken; /* a definition could not be read: what is missing may be there */
};

/* Reads every *.json under the folders, folders in folders too, and files named by themselves.
 * Their texts go behind what is in *sources, so that one list shows findings in rules and schemas;
 * findings and failures (a folder that cannot be read, or holds no DocType) go to diag. threads 0:
 * as many as the files are worth. */
void schema_read(struct arena *arena, struct schemas *schemas, struct sources *sources,
                 struct diag *diag, const char *const *folders, size_t folder_count,
                 unsigned threads);

/* One text as the only file: for tests and the fuzzer. The text is copied. */
void schema_read_text(struct arena *arena, struct schemas *schemas, struct sources *sources,
                      struct diag *diag, const char *name, const char *text, size_t size);

/* NULL: not among them. schemas or doctype NULL: none were read. */
const struct schema_doctype *schema_find(const struct schemas *schemas, struct dwr_str name);
const struct schema_field *schema_field(const struct schema_doctype *doctype, struct dwr_str name);
/* The same, where dwr_name_hash of the name is known (struct ast_symbol). */
const struct schema_doctype *schema_find_hashed(const struct schemas *schemas, struct dwr_str name,
                                                uint64_t hash);
const struct schema_field *schema_field_hashed(const struct schema_doctype *doctype,
                                               struct dwr_str name, uint64_t hash);

/* Fields that Frappe gives every DocType, without any definition of them: name, owner, docstatus,
 * parent, _user_tags …, and all that begin with '_' (SEMANTICS 1.6). */
bool schema_is_standard(struct dwr_str name);

/* May the field have the value (JSON, no white space around it)? Unset is right for every field. */
bool schema_can_hold(struct arena *arena, const struct schema_field *field, struct dwr_str json);

/* The fieldtypes of a kind in words: "a number", "a date and time". */
const char *schema_kind_words(enum schema_kind kind);

#endif
