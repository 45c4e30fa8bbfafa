/* scan.h - three JSON texts in, an index of spans out; no tree, no copy.
 *
 * One pass over the server's document finds its members; the base's and the client's are walked
 * beside it by comparing bytes, and only where they part are they scanned on their own, the
 * client's strictly (section 1.4). The members of the three documents are joined by name into
 * slots, the rows of a child table into three lists of rows. What the spans mean is value.h's and
 * resolve.c's.
 *
 * The code exists once and is compiled for each instruction set (scan_simd.h chooses); a
 * dwr_scan_ops is one of them. Every one gives the same slots, rows and errors. */
#ifndef DWR_SCAN_H
#define DWR_SCAN_H

#include "../tables.h"
#include "scratch.h"

/* The three documents of a merge, in the order the slots and the reports hold them. */
enum dwr_side { DWR_BASE, DWR_SERVER, DWR_CLIENT };

/* One row of a child table: an object. */
struct dwr_row {
    const char *p;
    uint32_t n;
    /* No array and no object inside the row (known only where true). */
    bool flat;
};

enum dwr_rows_state {
    DWR_ROWS_NONE,   /* the value is absent or unset: no rows */
    DWR_ROWS_READ,   /* an array of objects */
    DWR_ROWS_INVALID /* anything else; row_count is 0 */
};

struct dwr_rows {
    struct dwr_row *v;
    uint32_t count;
    uint8_t state; /* enum dwr_rows_state */
};

struct dwr_rows3 {
    struct dwr_rows side[3]; /* by enum dwr_side */
    /* Rows 0 .. same-1 are the same bytes in all three sides that are present in the document (the
     * base's and the client's compared with the server's; a side whose value is absent does not
     * count; with no server rows it is 0). */
    uint32_t same;
};

#define DWR_FIELD_UNKNOWN 0xFFFEu /* the slot's name has not been looked up */

/* One field name of the three documents. */
struct dwr_slot {
    struct dwr_text name; /* unescaped */
    struct dwr_text key; /* as written, with its quotes: the server's, else base's, else client's */
    struct dwr_text value[3]; /* by enum dwr_side; p NULL: that document lacks it */
    uint16_t field;           /* index into the DocType's names, DWR_NONE, or DWR_FIELD_UNKNOWN */
    bool base_same;           /* base's bytes are the server's (both present), or both are absent */
    bool client_same;         /* likewise the client's */
    struct dwr_rows3 *rows;   /* of a field that is a child table; else NULL */
};

/* Slots 0 .. server_count-1 are the server's members in its order; the others follow in the order
 * base's, then the client's.
 *
 * A slot's field is known (never DWR_FIELD_UNKNOWN) where the three values are not the same bytes,
 * and where some value begins with '[' or is unset: a child table is always recognised. */
struct dwr_index {
    struct dwr_slot *slots;
    uint32_t count, server_count;
    bool server_plain; /* the server's text is `{`, members, `}` with no white space at its ends */
    struct dwr_text document[3]; /* from '{' to '}'; p NULL: absent */
};

struct dwr_scan_ops {
    const char *name;

    /* One strictly valid JSON text (1.4): depth is how deep it may nest, the value itself being 1
     * (a scalar is 0). White space around it is allowed. The value without it goes to *value where
     * value is not NULL. */
    enum dwr_rc (*check)(struct dwr_scratch *s, struct dwr_text text, unsigned depth,
                         struct dwr_text *value);

    /* text[] by enum dwr_side, each p NULL (absent) or a document from '{' to '}' without white
     * space around it. base and server are valid; the client's text is checked as far as its bytes
     * are not the server's, unless client_checked says it is valid too. names are the DocType's,
     * tables its child tables (names' TABLE entries index them). */
    enum dwr_rc (*index)(struct dwr_scratch *s, const struct dwr_doctype *doctype,
                         const struct dwr_text text[3], bool client_checked,
                         struct dwr_index *index);

    /* The length of the longest common start of a and b, at most n. */
    size_t (*mismatch)(const char *a, const char *b, size_t n);

    /* p at the first byte of a value in valid JSON that ends before end: the byte after it. */
    const char *(*skip)(const char *p, const char *end);
};

/* The best code this machine has; by name, NULL where it is not in this build or this machine. */
const struct dwr_scan_ops *dwr_scan_best(void);
const struct dwr_scan_ops *dwr_scan_named(const char *name);

/* Index into the names, or DWR_NONE: dwr_names_find, once in the whole core. */
unsigned dwr_field_named(const struct dwr_names *names, struct dwr_text name);

/* --- walking a valid value; not vectorised, for small things --- */

struct dwr_walk {
    const char *p, *end;
    bool object; /* members are "name": value; else elements */
};

/* container: an object or array, from its bracket to its bracket. */
struct dwr_walk dwr_walk_of(struct dwr_text container);

/* The byte after a value of valid JSON that ends before end: short ones, which most are, without
 * the machinery of skip. */
const char *dwr_past_value(const char *p, const char *end, const struct dwr_scan_ops *scan);

/* The next member or element; false at the end. key (with quotes, as written) may be NULL for an
 * array. */
bool dwr_walk_next(struct dwr_walk *w, const struct dwr_scan_ops *scan, struct dwr_text *key,
                   struct dwr_text *value);

#endif
