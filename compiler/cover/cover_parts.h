/* cover_parts.h - what the parts of coverage share: classes.c (which classes there are), observe.c
 * (of which a merge is, by its fields), rows.c (by its rows), retry.c (the same write again). */
#ifndef DWR_COMPILER_COVER_PARTS_H
#define DWR_COMPILER_COVER_PARTS_H

#include "../../runtime/core/children.h"
#include "cover.h"

/* AGAIN: the result of the same write onto the result. */
enum { COVER_BASE, COVER_SERVER, COVER_CLIENT, COVER_RESULT, COVER_AGAIN, COVER_SIDES };

/* One field of a merge, or one member of a row; values: p NULL where a side does not have it. The
 * client's is what it wrote, p NULL where it wrote nothing. */
struct cover_field {
    struct dwr_text name; /* unescaped */
    unsigned index;       /* into the names, or DWR_NONE */
    uint8_t role;         /* enum dwr_name_role */
    struct dwr_text value[COVER_SIDES];
    const struct dwr_report *report; /* of the field; NULL: none, or it is a row's member */
};

/* The fields of a merge, found by name. */
struct cover_fields {
    struct cover_field *v;
    uint32_t count, capacity;
    uint32_t *slots, mask; /* by hash of the name: index + 1 */
};

struct cover_row {
    struct dwr_text row;
    uint64_t hash; /* of its key */
    uint32_t side;
    bool keyed;
};

/* What a merge is read into, kept from one to the next. */
struct cover_reader {
    struct dwr_scratch *scratch, *again; /* the second for the retry */
    struct cover_fields fields, row;
    struct cover_field **list; /* of some of the fields */
    uint32_t list_capacity;
    struct cover_row *rows;
    uint32_t row_capacity;
};

/* A merge that is being looked at. */
struct cover_look {
    struct cover *cover;
    struct cover_reader *reader;
    const struct cover_type *type;
    const struct dwr_doctype *d;
    const struct dwr_write *write;
    const struct dwr_result *result;
    bool base_known;
    bool *is;
};

/* The class of these, if there is one, is what the merge is of. */
void cover_mark(struct cover_look *look, enum cover_part part, unsigned index, unsigned member,
                enum cover_kind kind, unsigned rule);

/* --- classes.c --- */

/* docstatus has a unit also where no rule names it. */
bool cover_is_built_in(const struct dwr_doctype *d, const struct dwr_unit *unit);

/* The kind of both sides' differing by a rule, where the client's value is kept, or the server's.
 */
enum cover_kind cover_differ(enum dwr_rule_kind rule, bool client_kept);

/* Are rows that both edited decided by order_by? */
bool cover_by_order(const struct dwr_table *table);

/* --- observe.c --- */

/* Text without the white space around it. */
struct dwr_text cover_trimmed(struct dwr_text text);

/* Reads a document, or a row, as one side; p NULL: that side has none. */
void cover_read(struct cover *cover, struct cover_fields *fields, const struct dwr_names *names,
                struct dwr_text object, unsigned side);
void cover_read_none(struct cover_fields *fields);
/* NULL: no side has it. */
struct cover_field *cover_field_of(struct cover_fields *fields, struct dwr_str name);

/* Room for a list of so many fields, until it is asked for again. */
struct cover_field **cover_list(struct cover *cover, uint32_t count);

/* What the two sides did to some fields. */
struct cover_did {
    bool client;  /* changed some */
    bool server;  /* likewise */
    bool same;    /* all that the client changed have the server's value */
    bool differ;  /* one was changed by both, to different values */
    bool crossed; /* the server changed one, the client another */
    bool unset;   /* on the server, all of them */
};

struct cover_did cover_did_of(struct cover_look *look, struct cover_field *const *fields,
                              uint32_t count);

/* Was the merge's value of a field the client's? Else it was the server's, or neither. */
bool cover_kept(struct cover_look *look, const struct cover_field *field, unsigned side);

/* --- rows.c --- */

void cover_observe_table(struct cover_look *look, unsigned table);

/* Has every row of the field's values a key of its own? */
bool cover_keys_are_plain(struct cover_look *look, const struct dwr_table *table,
                          const struct cover_field *field);

#endif
