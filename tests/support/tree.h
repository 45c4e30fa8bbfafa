/* tree.h - JSON as a tree, for tests: an oracle's own reading of a document, sharing no code with
 * the runtime.
 *
 * Every node carries its canonical text: the same bytes for equal values (semantics 1.2), whatever
 * the member order, the escapes or the way a number is written. So equality is memcmp.
 *
 * Ownership: everything is taken from a pool and lives until pool_reset or pool_free. Running out
 * of memory ends the program: tests only. */
#ifndef DWR_TESTS_TREE_H
#define DWR_TESTS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../runtime/dwr.h"

struct pool_block;

struct pool {
    struct pool_block *blocks;
    bool inexact; /* tree_parse met an exponent it does not compute with: do not judge */
};

void *pool_take(struct pool *pool, size_t n);
struct dwr_text pool_copy(struct pool *pool, struct dwr_text text); /* of its own, exact size */
void pool_reset(struct pool *pool);
void pool_free(struct pool *pool);

struct tree {
    char kind; /* first byte: n t f # " [ { */
    struct dwr_text raw;
    struct dwr_text canonical;
    struct dwr_text name;   /* of a member, unescaped */
    struct dwr_text string; /* of a string, unescaped */
    struct tree **v;        /* members (sorted by name) or elements */
    size_t count;
};

/* The tree of a JSON text; NULL where it is none: also for a member name twice, invalid UTF-8, a
 * lone surrogate, or nesting beyond 70. */
struct tree *tree_parse(struct pool *pool, struct dwr_text text);

/* A member by name, NULL where there is none (or the tree is NULL or no object). */
struct tree *tree_get(const struct tree *object, struct dwr_text name);
struct tree *tree_at(const struct tree *object, const char *name);

/* Absent (NULL), null or "". */
bool tree_unset(const struct tree *t);

/* Equal as field values: the unset ones are equal to each other. */
bool tree_equal(const struct tree *a, const struct tree *b);

bool text_equal(struct dwr_text a, struct dwr_text b);
struct dwr_text text_of(const char *p); /* p NULL: absent */

#endif
