/* judge.h - one merge before the laws: what went in, what came out, and what the rules say of it.
 * For law.c and its parts. */
#ifndef DWR_TESTS_JUDGE_H
#define DWR_TESTS_JUDGE_H

#include "law.h"

struct seen {
    enum dwr_rc rc;
    struct dwr_text answer;
    struct tree *root, *doc, *fields, *branch; /* doc, branch: NULL for null */
    struct dwr_text status, code;
};

struct judge {
    struct laws *laws;
    const struct dwr_doctype *d;
    const struct dwr_write *w;
    struct tree *server;           /* as it is stored; NULL: nothing */
    struct tree *base, *client;    /* what the merge works with (2, 7): base NULL: unknown */
    struct tree *stands;           /* what the write is merged into: server, its last content, {} */
    bool fresh, resurrected, soft; /* soft: a delete that is a write */
    bool concurrent;
    struct seen seen;
};

/* For "%.*s": a text, cut where it is long. */
#define SHOW(t) (int)((t).n > 200 ? 200 : (t).n), ((t).p == NULL ? "" : (t).p)

/* --- the verdict --- */

/* Breaks the law unless one is broken already; always false. */
__attribute__((format(printf, 3, 4))) bool judge_break(struct judge *j, enum law law,
                                                       const char *format, ...);

/* --- merging --- */

/* Merges and answers; the answer is copied out of the scratch. */
struct seen judge_see(struct judge *j, const struct dwr_write *w, size_t path, bool stored,
                      unsigned again);
void judge_read_answer(struct judge *j, struct seen *seen);

/* Sections 2 and 7: what is merged with what. */
void judge_set_scene(struct judge *j);
bool judge_is_rejected(const struct judge *j);

/* A delete that is not a write, and what found nothing to write to, change no field. */
bool judge_writes_fields(const struct judge *j);

/* An insert of what is there already: nothing changes and nothing is reported. */
bool judge_is_repetition(struct judge *j);

/* --- what the rules say of a name --- */

struct dwr_text judge_field_name(const struct judge *j, unsigned index);
enum dwr_name_role judge_role_of(const struct judge *j, struct dwr_text name);
const struct dwr_table *judge_table_of(const struct judge *j, struct dwr_text name);
const struct dwr_unit *judge_unit_of(const struct judge *j, struct dwr_text name);

/* The sync layer's own: not the client's to write, not compared (1.6). */
bool judge_is_sync_layers(const struct judge *j, struct dwr_text name);

/* The field is written by some `set`. */
bool judge_is_set_target(const struct judge *j, struct dwr_text name);

/* _f_conflict, _server_f or _client_f of a field f that is reported (4.3). */
bool judge_is_mark(const struct judge *j, struct dwr_text name);

/* --- rows (6) --- */

/* Unset, or an array of objects. */
bool judge_is_table(const struct tree *t);
size_t judge_row_count(const struct tree *t);

/* A row's members and nothing else: what rows are compared by. */
struct dwr_text judge_row_canonical(struct pool *pool, const struct dwr_table *table,
                                    const struct tree *row);
size_t judge_rows_like(struct judge *j, const struct dwr_table *table, const struct tree *in,
                       struct dwr_text row);

bool judge_tables_equal(struct judge *j, const struct dwr_table *table, const struct tree *a,
                        const struct tree *b);

/* The key of a row; n 0: it has none. */
struct dwr_text judge_row_key(struct pool *pool, const struct dwr_table *table,
                              const struct tree *row);

/* Every row has a key and none has another's. */
bool judge_keys_are_plain(struct judge *j, const struct dwr_table *table, const struct tree *t);

/* --- documents --- */

bool judge_fields_equal(struct judge *j, struct dwr_text name, const struct tree *a,
                        const struct tree *b);
bool judge_documents_equal(struct judge *j, const struct tree *a, const struct tree *b); /* 1.7 */
struct tree *judge_view(const struct judge *j,
                        struct dwr_text name);          /* the client's view of a field (2.3) */
bool judge_in_c(struct judge *j, struct dwr_text name); /* in C of its unit (3) */

/* --- text --- */

bool text_is(struct dwr_text text, const char *word);
void text_put(char **to, const char *text, size_t n);
struct dwr_text tree_raw(const struct tree *t); /* as written, for messages */
struct tree *tree_not_null(struct tree *t);

/* --- laws in files of their own --- */

bool judge_idempotent(struct judge *j);

#endif
