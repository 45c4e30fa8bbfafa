/* scenario.h - the tests that are missing, made and run: for each conflict class that no test
 * tries, a merge of it in the DocType's own field names.
 *
 * A merge is made the way a person would write it: for the class, from values seen in the rule
 * set's tests, in its schema, or that fit the field's name; one merge tries many fields where they
 * do not get in each other's way. Whether it is of the class is then asked of the resolver
 * (cover.h). Where it is not, because of a condition, values and roles that the conditions speak of
 * are tried at random, always the same, and what the merge does not need is taken out again. A
 * class for which nothing is found counts as impossible.
 *
 * Ownership: everything belongs to the arena, but what scenario_close frees. */
#ifndef DWR_COMPILER_SCENARIO_H
#define DWR_COMPILER_SCENARIO_H

#include "cover.h"
#include "schema/schema.h"

/* A test block with a newline behind it, not laid out. */
struct scenario {
    struct dwr_str title, text;
    struct dwr_str plain; /* the title without what tells it from others like it */
    struct scenario *next;
};

struct seek;

/* schemas NULL: none. NULL: no memory. */
struct seek *scenario_open(struct arena *arena, struct cover *cover, const struct schemas *schemas);
void scenario_close(struct seek *seek);

/* Looks for a merge of each class of the type that no test tries, and sets `possible`. with_text:
 * the tests, in order; else NULL. */
struct scenario *scenario_seek(struct seek *seek, struct cover_type *type, bool with_text);

#endif
