/* part.h - a DocType taken apart into what merges on its own.
 *
 * Fields are independent of each other except through conditions, `watch`, `set`, `lock`,
 * `together` and `count_into` (compiler/PROVE.md says why). A part is one unit, the fields that no
 * rule names, one child table, the members of a row that one rule decides, or the document as a
 * whole, together with every field that has a say in it. Each of these fields is a slot with the
 * few values that are tried in it; the cases of a part are all combinations.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_PROVE_PART_H
#define DWR_COMPILER_PROVE_PART_H

#include <stdbool.h>

#include "arena.h"
#include "dwr.h"
#include "trial/domain.h"

enum part_kind {
    PART_UNIT,    /* index: the unit */
    PART_FREE,    /* two fields that no rule names */
    PART_TABLE,   /* index: the table */
    PART_ROW,     /* index: the table; member by member, `unit`: the members' unit */
    PART_DOCUMENT /* inserts, deletes, tombstones */
};

/* More fields than this in one part are not tried. */
enum { PART_SLOTS_MAX = 14 };

/* At most so many cases of one part are tried with the base known; of more, first only those of the
 * fields that are read that differ in what is seen of them (split.h), then fewer values of its own;
 * with the fewest, so many. No part has more documents of a side than the third. */
enum { PART_CASES_MAX = 14000, PART_CASES_LAST = 400000, PART_DOCUMENTS_MAX = 200000 };

struct part_slot {
    struct dwr_str name; /* of the field, or of the row's member */
    uint16_t field; /* index into the DocType's names; in_row: into the table's; DWR_NONE: none */
    bool own;       /* the part is about it; else it is read */
    bool in_row;
    bool plain;           /* its values are only ever compared for equality */
    struct domain values; /* values[0] is unset */
};

/* Times, roles and the user of a case. */
struct part_env {
    struct dwr_text client_ts, server_ts, now, server_role, client_role, client_user;
};

struct part {
    const struct dwr_doctype *doctype;
    const struct dwr_doctype *asked; /* its conditions are those that the part asks, no others */
    enum part_kind kind;
    uint16_t index;
    uint16_t unit; /* PART_ROW: index into the table's units; DWR_NONE: its `otherwise` */
    struct part_slot slots[PART_SLOTS_MAX];
    uint8_t slot_count;
    const struct part_env *envs;
    uint16_t env_count;
    bool too_large; /* more slots, times and roles, or rows than are tried */
    const struct part
        *smaller; /* the same with fewer values; NULL: there are few enough, or none */
};

struct parts {
    struct part *v;
    uint32_t count, capacity;
};

/* Appends the parts of a DocType; schema NULL: none. */
void parts_of(struct arena *arena, struct parts *parts, const struct dwr_doctype *doctype,
              const struct schema_doctype *schema);

/* The part's field as reports name it: "status", "tasks.title". */
struct dwr_str part_field_name(struct arena *arena, const struct part *part, uint8_t slot);

/* The unit, the table or the rule of free fields that decides a slot. */
const struct dwr_unit *part_unit(const struct part *part, uint8_t slot);
const struct dwr_table *part_table(const struct part *part, uint8_t slot);

/* Meta, counts, the version (1.6): what a client writes there is ignored. */
bool part_is_sync_layers(const struct part *part, uint8_t slot);

/* Combinations of the slots' values: of a stored document (unset: left out), of a client's (not
 * written: left out; unset: null). */
uint64_t part_stored_count(const struct part *part);
uint64_t part_client_count(const struct part *part);
uint32_t part_stored_values(const struct part *part, unsigned slot);
uint32_t part_client_values(const struct part *part, unsigned slot);
/* Which value of a slot a combination has; of a client's -1: not written. */
int part_stored_value(const struct part *part, uint64_t combination, uint8_t slot);
int part_client_value(const struct part *part, uint64_t combination, uint8_t slot);

/* What makes two parts the same to the resolver, whatever their fields and plain values are called:
 * parts with equal keys have equal verdicts (canonical.c). */
struct dwr_str part_key(struct arena *arena, const struct part *part);

/* --- for the files of this folder --- */

/* Leaves out the conditions of units and tables that have no slot (part_conds.c). */
void part_put_asked(struct arena *arena, struct part *part);

/* Gives the part its times, roles and users (part_envs.c). */
void part_put_envs(struct arena *arena, struct part *part);

/* Are all combinations few enough? */
bool part_is_small(const struct part *part);

/* Gives every slot its values (values.c): level 0 the most, PART_LEVELS - 1 the fewest. */
enum { PART_LEVELS = 4 };
void part_put_values(struct arena *arena, struct part *part, const struct schema_doctype *schema,
                     int level);

#endif
