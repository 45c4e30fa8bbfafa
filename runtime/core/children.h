/* children.h - one child table on its way: what the parts of section 6 share.
 *
 * child_rows.c knows what a row is, child_match.c which rows are the same row, children.c what
 * becomes of each and in which order they stand, child_report.c what they are called in the
 * report. Everything lives in the scratch until its next use. */
#ifndef DWR_CHILDREN_H
#define DWR_CHILDREN_H

#include "merge.h"

enum { NOBODY = -1 };

/* One row behind the common start that is not aligned. */
struct item {
    struct dwr_text row;
    struct dwr_text part;    /* the first part of its key; p NULL: not set */
    struct dwr_order *order; /* of order_by's value; NULL: not read yet */
    uint64_t hash;           /* of its key, or of the whole row where it has none */
    uint64_t whole;          /* of the whole row; 0: not computed */
    uint32_t index;          /* in its side's table */
    uint32_t group;
    int32_t next;  /* the next row of its side and group, or NOBODY */
    int32_t match; /* server's and client's: its match */
    bool keyed, flat, taken;
};

struct side_rows {
    struct item *v;
    uint32_t count;
};

struct group {
    uint64_t hash;
    struct dwr_text part; /* the first part of its key */
    const struct item *sample;
    uint32_t next; /* in its bucket, + 1 */
    bool keyed;
    uint32_t count[3];
    int32_t first[3], last[3]; /* by side, in position; NOBODY */
};

/* Base's, server's and client's row of one match; NOBODY: that side has none. */
struct match {
    int32_t row[3];
};

/* A row of the result, or its absence. */
struct outcome {
    struct dwr_text row; /* p NULL: not in the result */
    bool reported, conflict;
    uint8_t outcome;      /* enum dwr_outcome */
    bool keep_client_too; /* keep_both: the client's row is added at the end */
    bool of_server;       /* the match has a row of the server's */
    int32_t server; /* the index of the server's row that `row` is, byte for byte; or NOBODY */
    const struct dwr_str *rule;
};

struct merging {
    struct merge *m;
    struct dwr_scratch *s;
    const struct dwr_table *table;
    const struct dwr_rows3 *rows;
    bool base_known;
    bool hold, locked;
    uint32_t same;                /* rows at the start that are the same bytes on all sides */
    bool *aligned;                /* of the rows behind them, from `same` on */
    uint32_t aligned_end;         /* no row from this index on is aligned */
    struct dwr_doctype *row_type; /* the table's names, as a document's, for scan->index */
    struct side_rows side[3];
    struct group *groups;
    uint32_t group_count, mask;
    uint32_t *first_group;
    struct match *matches;
    uint32_t match_count, server_matches;
    struct outcome *outcomes; /* beside the matches */
    bool out_of_memory;
    /* Where a member stood in the last row it was looked for in. */
    uint32_t predicted[2];
    /* A date that has been read: most timestamps of a table share it. */
    char date[13];        /* "2025-11-20T with its quote */
    uint8_t date_kind;    /* of such a timestamp in the order; 0: none has been read */
    int64_t date_seconds; /* of its midnight */
};

static inline struct dwr_text row_text(const struct dwr_row *row)
{
    return (struct dwr_text){ row->p, row->n };
}

static inline struct dwr_text set_or_absent(struct dwr_text v)
{
    return dwr_is_unset(v) ? (struct dwr_text){ NULL, 0 } : v;
}

static inline const struct dwr_rows *rows_of(const struct merging *t, enum dwr_side side)
{
    return &t->rows->side[side];
}

/* A base that is not known has no rows. */
static inline uint32_t row_count(const struct merging *t, enum dwr_side side)
{
    return side == DWR_BASE && !t->base_known ? 0 : rows_of(t, side)->count;
}

static inline bool is_aligned(const struct merging *t, uint32_t i)
{
    return i < t->aligned_end && t->aligned[i - t->same];
}

static inline struct dwr_text match_text(const struct merging *t, const struct match *m,
                                         enum dwr_side side)
{
    return m->row[side] == NOBODY ? (struct dwr_text){ NULL, 0 }
                                  : t->side[side].v[m->row[side]].row;
}

/* --- child_rows.c --- */

/* Section 6: the sync layer's members and those that tie a row to its document are no members. */
bool is_member(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text key);

/* Rows are equal when their members are. */
bool rows_equal(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text a,
                struct dwr_text b);

/* Equal rows have equal hashes: members in any order, unset ones left out. Never 0. */
uint64_t row_hash(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text row);

/* The value of a name of the table in a row; *predicted is where it stood last. */
struct dwr_text row_member(struct merging *t, struct dwr_text row, bool flat, unsigned field,
                           uint32_t *predicted);

/* A part of the row's key; p NULL: unset. */
struct dwr_text key_part(struct merging *t, struct dwr_text row, unsigned k);

/* Where order_by puts the row. */
void row_order(struct merging *t, struct dwr_text row, bool flat, struct dwr_order *order);

/* --- child_match.c --- */

/* Reads the rows behind the common start into items and finds which of them are one row. */
bool match_rows(struct merging *t);

/* The same for an item, read once. */
const struct dwr_order *order_of(struct merging *t, struct item *item);

/* A stable merge sort of indices with as much spare room: libc's qsort promises neither stability
 * nor to take no memory. */
typedef int compare_fn(struct merging *t, uint32_t a, uint32_t b, const void *context);
void merge_sort(struct merging *t, uint32_t *v, uint32_t *spare, uint32_t n, compare_fn *compare,
                const void *context);

/* --- child_report.c --- */

bool report_rows(struct merging *t);

#endif
