/* documents.h - the documents that are merged for the measurements, built by code.
 *
 * Each is written compactly, as a store would keep it. Ownership: a set is the caller's, free it
 * with documents_free; memory that cannot be had ends the program. */
#ifndef BENCH_DOCUMENTS_H
#define BENCH_DOCUMENTS_H

#include <stdbool.h>

#include "dwr.h"

struct documents {
    struct dwr_text base, server, client;
};

/* A Dispatch Job of 2 KB: 30 fields, notes of 400 bytes, 5 rows of parts. The server has changed 6
 * fields, the client 8, 3 of them in conflict; one row was edited by both, one added on each side.
 * shuffled: the client's members stand in another order. */
struct documents documents_job(bool shuffled);

/* A Conversation of 100 KB: 490 messages on each side, 500 in all. */
struct documents documents_conversation(void);

/* DocType "Wide" of bench.dwr: 300 fields, the server has changed 30, the client 40, 10 in
 * conflict. */
struct documents documents_wide(void);

enum row_order { ROWS_SAME_ORDER, ROWS_SHUFFLED };

/* A child table: the base has 98 % of the rows, each side has added 1 % of its own, so that the
 * result has `rows`. ROWS_SHUFFLED: the client's stand in another order. */
struct documents documents_table(unsigned rows, enum row_order order);

void documents_free(struct documents *d);

#endif
