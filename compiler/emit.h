/* emit.h - the rule set as C: NAME.c with its rows, NAME.h with its name and its enumerations.
 *
 * Nothing is decided here: what is printed is what plan.h made, byte for byte the same every time,
 * whatever the day, the machine and the folder. Members that are zero are left out.
 *
 * Ownership: identifiers come from the arena, before any output is begun; the printing itself takes
 * no memory. */
#ifndef DWR_COMPILER_EMIT_H
#define DWR_COMPILER_EMIT_H

#include "arena.h"
#include "out.h"
#include "pieces.h"
#include "tables.h"

/* What a DocType is called in the C files. */
struct emit_doctype {
    struct dwr_str id, upper;     /* dispatch_job, DISPATCH_JOB */
    const struct dwr_str *tables; /* of each table: dispatch_job_parts_used */
    /* Of each field: STATUS; NULL: the names in capitals. */
    const struct dwr_str *fields;
};

struct emit {
    const struct dwr_ruleset *rules;
    struct dwr_str from;  /* what the first line says it was made from */
    struct dwr_str id;    /* the rule set's name as an identifier: dwr_rules_ID, ID.c, ID.h */
    struct dwr_str upper; /* the same in capitals */
    struct emit_doctype *doctypes, other;
    struct dwr_str names;  /* of the list of all DocTypes' names */
    struct dwr_str proofs; /* comment lines for the head of NAME.c; p NULL: none */
    struct pieces *pieces; /* NULL, as emit_prepare leaves it: printed without threads */
};

/* Finds the identifiers. False: names made to collide, which no rule set has by accident. */
bool emit_prepare(struct emit *e, struct arena *arena, const struct dwr_ruleset *rules,
                  struct dwr_str from);

/* A name as an identifier: its letters and digits, '_' for every other byte, "rules" for "". */
struct dwr_str emit_identifier(struct arena *arena, struct dwr_str name);

void emit_c(const struct emit *e, struct out *o);
void emit_h(const struct emit *e, struct out *o);

/* Shared by the two files. */
void emit_first_line(const struct emit *e, struct out *o);

#endif
