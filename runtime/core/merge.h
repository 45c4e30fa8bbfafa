/* merge.h - one merge on its way: what the parts of the resolver share.
 *
 * A record is a document, or the three rows of one match of a child table: slots (what the three
 * sides say of each name) beside decisions (what becomes of it). resolve.c decides about documents
 * (2, 7), update.c about what is written into one, rules.c about records unit by unit (3 to 5),
 * children.c about tables (6); branch.c makes branches (5.1, 5.2), write.c the text and report.c
 * the result (8).
 *
 * Everything lives in the scratch until its next use. A function that returns bool returns false
 * only when there is no memory, unless it asks something. */
#ifndef DWR_MERGE_H
#define DWR_MERGE_H

#include <string.h>

#include "value.h"

#define NO_SLOT UINT32_MAX

/* What no side says, and the bytes of a text of C. */
#define ABSENT ((struct dwr_text){ NULL, 0 })

static inline struct dwr_text literal(const char *text)
{
    return (struct dwr_text){ text, strlen(text) };
}

/* Asks for memory that is needed soon; never wrong, whatever the address. */
#if defined(__GNUC__)
#define DWR_PREFETCH(p) __builtin_prefetch(p)
#else
#define DWR_PREFETCH(p) ((void)(p))
#endif

/* What becomes of the server's value of a slot. */
enum action { KEEP, REPLACE, REMOVE, ROWS };

/* A row of a child table in the result. */
struct result_row {
    struct dwr_text row;
    int32_t server; /* the index of the server's row that it is, byte for byte; -1 for none */
    bool of_server; /* matched with a row of the server's */
};

struct table_result {
    const struct result_row *rows;
    uint32_t count;
    bool is_view; /* what the client's view said */
    bool locked;  /* it stays the server's, order and count included */
};

struct decision {
    struct dwr_text value;      /* REPLACE */
    struct table_result *table; /* ROWS; also of a table that stays */
    const struct dwr_str *rule; /* that decided */
    uint8_t action;             /* enum action */
    uint8_t outcome;            /* enum dwr_outcome */
    bool decided, reported, conflict;
    /* Answers of slot_in_c and so on, asked several times: 0 not asked, 1 no, 2 yes. */
    uint8_t in_c, client_is_server, base_differs;
    bool touched; /* the slot is in its record's list */
    bool marked;  /* provisional: the document carries _f_conflict and so on (4.3) */
};

struct record {
    struct merge *m;
    const struct dwr_names *names;
    const struct dwr_unit *units;
    const struct dwr_rule *free_rule;
    const struct dwr_table *table; /* of a row; NULL for a document */
    struct dwr_slot *slots;
    struct decision *decisions; /* beside the slots */
    uint32_t count;
    /* The slots that are not the same bytes on all sides, and those something was decided about, in
     * their order: mostly few of many. */
    uint32_t *touched, touched_count;
    uint32_t *slot_of; /* by index into names; NO_SLOT: none */
    bool base_known;
    bool free_together;
    bool looked_up; /* every slot's field is known, and slot_of is complete */
};

/* A manual rule with `set` that opened a conflict. */
struct opened {
    const struct dwr_rule *rule;
    struct opened *next;
};

struct merge {
    struct dwr_scratch *s;
    const struct dwr_doctype *d;
    const struct dwr_write *w;
    struct dwr_text client_ts, server_ts, now, server_role, client_role, client_user; /* trimmed */
    struct dwr_index index;
    struct record doc;
    bool concurrent, locked;
    bool fresh; /* an insert where the server has nothing */
    struct dwr_rule lock_rule;
    struct opened *opened;
    bool branched;    /* sections 5.1 and 5.2 */
    bool resurrected; /* the server's text is a tombstone's last content */

    struct dwr_report *reports;
    size_t report_count, report_room;
    bool manual_open; /* a report is `manual` or `held` */
};

/* --- take.c --- */

/* A document, ABSENT for null. trusted: it has been checked. */
enum dwr_rc take_document(struct merge *m, struct dwr_text t, bool trusted, struct dwr_text *out);

/* The times, roles and user beside the documents. */
enum dwr_rc take_values(struct merge *m, bool trusted);

/* --- record.c: slots by name --- */

/* The record's index of slots by name, for `count` slots whose fields may be looked up later. */
bool record_init(struct record *r);

/* Puts slot i, which is not there, into the list of those something was decided about. */
void record_touch(struct record *r, uint32_t i);

/* The slot of a name of the tables; NO_SLOT where no side has it. */
uint32_t record_slot(struct record *r, unsigned field);

/* The same, but NO_SLOT also where the slot is the same bytes on all sides and nobody has asked for
 * its name yet: such a field is not in C and does not change. */
static inline uint32_t record_part(const struct record *r, unsigned field)
{
    return r->slot_of[field];
}

/* Looks the name of a slot up whose field is not known. */
unsigned record_look_up(struct record *r, uint32_t i);

/* Index into the names, or DWR_NONE. */
static inline unsigned record_field(struct record *r, uint32_t i)
{
    return r->slots[i].field != DWR_FIELD_UNKNOWN ? r->slots[i].field : record_look_up(r, i);
}

/* The slot of any name, by its bytes; NO_SLOT where no side has it. */
uint32_t record_find(const struct record *r, const char *name, size_t n);

/* What the name of slot i is to the resolver. */
static inline enum dwr_name_role record_role(struct record *r, uint32_t i)
{
    const unsigned field = record_field(r, i);

    if (field != DWR_NONE)
        return r->names->v[field].role;
    return r->slots[i].name.n > 0 && r->slots[i].name.p[0] == '_' ? DWR_NAME_META : DWR_NAME_FREE;
}

/* Meta, count_into and version fields (1.6): a client's value is ignored, and they take no part in
 * comparing documents. */
bool is_sync_layers(struct record *r, uint32_t i);

static inline bool client_wrote(const struct dwr_slot *slot)
{
    return slot->value[DWR_CLIENT].p != NULL;
}

/* The client's view of a slot (2.3). */
static inline struct dwr_text client_view(const struct record *r, const struct dwr_slot *slot)
{
    return client_wrote(slot) ? slot->value[DWR_CLIENT]
                              : slot->value[r->base_known ? DWR_BASE : DWR_SERVER];
}

/* The same, where it is not known that the field is not the sync layer's: what the client says of
 * such a field is ignored (1.6). */
struct dwr_text client_view_of(struct record *r, uint32_t i);

/* Each asks once and keeps the answer. */
bool ask_in_c(struct record *r, uint32_t i);
bool ask_client_is_server(struct record *r, uint32_t i);
bool ask_base_differs(struct record *r, uint32_t i);

/* In C of its unit: written with a value different from base's, else server's (section 3). */
static inline bool slot_in_c(struct record *r, uint32_t i)
{
    const uint8_t answer = r->decisions[i].in_c;

    return answer != 0 ? answer == 2 : ask_in_c(r, i);
}

/* The client wrote the server's value. */
static inline bool slot_client_is_server(struct record *r, uint32_t i)
{
    const uint8_t answer = r->decisions[i].client_is_server;

    return answer != 0 ? answer == 2 : ask_client_is_server(r, i);
}

/* The server's value is not base's. */
static inline bool slot_base_differs(struct record *r, uint32_t i)
{
    const uint8_t answer = r->decisions[i].base_differs;

    return answer != 0 ? answer == 2 : ask_base_differs(r, i);
}

/* `F changes` (section 4) of a name of the tables. */
bool field_changes(struct record *r, unsigned field);

/* The child table of a slot, or NULL. */
const struct dwr_table *record_table(struct record *r, uint32_t i);

/* Are the slot's values of two sides equal, child tables row by row? */
bool sides_equal(struct record *r, uint32_t i, enum dwr_side a, enum dwr_side b);

/* Section 1.7, of the server's document and another side's. */
bool equals_server(struct record *r, enum dwr_side side);

/* --- cond.c --- */

/* Whose time and roles count (2.5): the fields of a unit, or one name, or (neither) "*". */
struct scope {
    const struct dwr_names *names;
    const uint16_t *fields;
    uint32_t field_count;
    struct dwr_text name;
};

bool cond_holds(struct merge *m, const struct dwr_cond *c, const struct scope *scope);

/* The DocType's lock (3), of the document as the server has it. */
bool lock_holds(struct merge *m);

/* Section 4, last_write_wins: does the client's view win? */
bool client_wrote_last(struct merge *m, const struct scope *scope);

/* --- rules.c --- */

/* Decides every unit the client wrote in. */
bool decide_units(struct record *r);

/* The value of slot i becomes v (p NULL: it goes). */
void decide_value(struct record *r, uint32_t i, struct dwr_text v);

/* Reports slot i. */
void decide_report(struct record *r, uint32_t i, enum dwr_outcome outcome, bool conflict,
                   const struct dwr_str *rule);

/* `set F = V` of the manual rules that opened (4.3); may add slots. */
bool decide_sets(struct record *r, const struct opened *opened);

/* The first rule of the unit whose condition holds. */
const struct dwr_rule *select_rule(struct merge *m, const struct dwr_unit *unit,
                                   const struct scope *scope);

/* A slot for a name of the tables that no side has; the record's slots may move. NO_SLOT: no
 * memory. */
uint32_t record_add(struct record *r, unsigned field);

/* --- update.c --- */

/* What a write does to the fields, once the documents are joined and m->concurrent is known. */
enum dwr_rc update(struct merge *m, struct dwr_result *out);

/* Section 6: what the client sends as a child table is an array of objects; so must be what it is
 * merged with. The first table of which that is not so, or NULL. */
const struct dwr_table *invalid_table(struct record *r);

/* --- branch.c --- */

/* The version after this one (5.1); unset, and what is no number, counts as 1. p NULL: no memory.
 */
struct dwr_text next_version(struct merge *m, struct dwr_text version);

/* The result of a merge that branches; as_sent: of the client's document, not of its view. */
enum dwr_rc branched(struct merge *m, bool as_sent, struct dwr_result *out);

/* Section 5.2: an insert into an append_only DocType whose name exists with other content. */
enum dwr_rc branch_insert(struct merge *m, struct dwr_result *out);

/* --- list.c --- */

/* union and keep_both (4.2) of arrays or unset values. base: p NULL where not known. */
bool merge_lists(struct merge *m, bool keep_both, struct dwr_str key, bool base_known,
                 struct dwr_text base, struct dwr_text server, struct dwr_text client,
                 struct dwr_text *out);

/* --- children.c --- */

/* The child table of slot i, which the client sent: decides and reports its rows. */
bool merge_table(struct record *r, uint32_t i, const struct dwr_table *table);

/* Row by row, as 1.7 compares documents. Both sides of the slot must be tables' values. */
bool tables_equal(struct merge *m, const struct dwr_table *table, const struct dwr_slot *slot,
                  enum dwr_side a, enum dwr_side b);

/* --- write.c --- */

/* The object a record becomes: the server's text with what was decided spliced in, then the extra
 * members. p NULL: no memory. */
struct extra {
    struct dwr_text key, value; /* key as JSON, with its quotes */
};
struct dwr_text write_record(struct record *r, struct dwr_text server, const struct extra *extra,
                             size_t extra_count);

/* A JSON string of these bytes; p NULL: no memory. */
struct dwr_text write_string(struct dwr_scratch *s, const char *p, size_t n);
/* Writes it to `to`, which has room for 6 n + 2 bytes; returns the end. */
char *put_string(char *to, const char *p, size_t n);
char *put_text(char *to, const char *p, size_t n);
/* A member's key and colon, and a comma before it unless it is the first. */
char *put_key(char *to, struct dwr_text key);

/* --- report.c --- */

struct dwr_report *add_report(struct merge *m); /* NULL: no memory */

#endif
