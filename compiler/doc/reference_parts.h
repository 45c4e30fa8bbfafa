/* reference_parts.h - what the files of the reference share. */
#ifndef DWR_COMPILER_REFERENCE_PARTS_H
#define DWR_COMPILER_REFERENCE_PARTS_H

#include "reference.h"

/* A DocType as the reference shows it. */
struct ref_doctype {
    const struct dwr_doctype *rules;
    const struct ast_doctype *said;      /* NULL: the DocTypes that are not named */
    const struct schema_doctype *schema; /* NULL: none */
    struct dwr_str title, id;
    const struct ast_test **tests; /* in source order */
    uint32_t test_count;
    uint32_t source; /* the file it stands in */
};

struct ref {
    const struct reference *r;
    struct arena *arena;
    struct page page;
    struct ref_doctype *v; /* in source order; the one for all others last */
    uint32_t count;
};

/* Fills v: the DocTypes, their titles and ids, their tests. */
void ref_collect(struct ref *ref);

/* The table of all DocTypes: strategy, what the server wins, what the client wins, the rest. */
void ref_overview(struct ref *ref);
/* One DocType's part. */
void ref_doctype(struct ref *ref, const struct ref_doctype *d);
/* Its tests as merges, or a merge made up where it has none. */
void ref_examples(struct ref *ref, const struct ref_doctype *d);

/* How words.h is to put it where the page stands. */
struct words ref_words(const struct ref *ref, const struct ref_doctype *d);

/* The same for the next cell of a table. */
struct words ref_cell_words(const struct ref *ref, const struct ref_doctype *d);

/* "rules/operations.dwr:12" of a statement. */
struct dwr_str ref_at(const struct ref *ref, const struct ast_stmt *stmt);

/* A list of lines with where they stand; nothing where there is none. */
void ref_lines(struct ref *ref, struct words_lines lines);

#endif
