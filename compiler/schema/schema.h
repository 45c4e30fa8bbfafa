/* schema.h - what the real DocTypes are: Frappe's definitions, read from a folder of *.json.
 *
 * Of a definition only this is read: name, istable, issingle, fields (fieldname, fieldtype, label,
 * options, reqd, read_only, unique); everything else in it is ignored. A file that is JSON but no
 * DocType definition (no "doctype": "DocType", or no fields) is passed over; broken JSON, a
 * DocType twice and tables that contain themselves are findings at the file.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_SCHEMA_H
#define DWR_COMPILER_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "../../runtime/tables.h"
#include "../arena.h"
#include "../diag.h"

/* What a fieldtype is to a merge. */
enum schema_kind {
    SCHEMA_OTHER,     /* a fieldtype that is not known: nothing is said about it */
    SCHEMA_LAYOUT,    /* Section Break, Column Break, Tab Break, HTML, Button, Heading, Fold: no data */
    SCHEMA_DATA,      /* Data, Small Text in one line, Phone, Barcode, Autocomplete, Read Only … */
    SCHEMA_TEXT,      /* typed by people: Small Text, Text, Long Text, Text Editor, Markdown, HTML Editor */
    SCHEMA_CODE,      /* Code, JSON, Geolocation: text that is no prose */
    SCHEMA_SELECT,    /* options: one a line */
    SCHEMA_LINK,      /* options: a DocType */
    SCHEMA_DYNAMIC_LINK,
    SCHEMA_NUMBER,    /* Int, Float, Currency, Percent, Rating, Long Int */
    SCHEMA_DURATION,  /* Duration: a number of seconds */
    SCHEMA_CHECK,     /* 0 or 1 */
    SCHEMA_DATE, SCHEMA_TIME, SCHEMA_DATETIME,
    SCHEMA_ATTACH,    /* Attach, Attach Image, Image */
    SCHEMA_SIGNATURE,
    SCHEMA_TABLE,     /* Table, Table MultiSelect; options: the DocType of its rows */
    SCHEMA_PASSWORD, SCHEMA_COLOR, SCHEMA_ICON
};

struct schema_field {
    struct dwr_str name, label, type; /* type: the fieldtype as written; label p NULL: none */
    enum schema_kind kind;
    struct dwr_str options;       /* as written; p NULL: none */
    const struct dwr_str *select; /* SCHEMA_SELECT: its options, empty ones left out */
    uint16_t select_count;
    const struct schema_doctype *rows; /* SCHEMA_TABLE: of its options; NULL: not among the schemas */
    bool required, read_only, unique, hidden;
    struct span span; /* of the field's object in its file */
};

struct schema_doctype {
    struct dwr_str name;
    bool is_table, is_single;
    const struct schema_field *fields; /* with data: no layout; in the definition's order */
    uint32_t field_count;
    struct dwr_str path; /* the file */
};

struct schemas {
    struct sources sources; /* the files, for findings in them */
    struct diag diag;       /* findings in them; failures: a folder that cannot be read */
    const struct schema_doctype *v; /* in the order of their names */
    uint32_t count;
    uint32_t *slots, slot_mask; /* by hash of the name */
};

/* Reads every *.json under the folders, sorted by path, folders in folders too. */
void schema_read(struct arena *arena, struct schemas *schemas, const char *const *folders,
                 size_t folder_count, unsigned threads);

/* NULL: not among them. schemas NULL: none were read. */
const struct schema_doctype *schema_find(const struct schemas *schemas, struct dwr_str name);
const struct schema_field *schema_field(const struct schema_doctype *doctype, struct dwr_str name);

#endif
