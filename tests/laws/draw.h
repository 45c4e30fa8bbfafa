/* draw.h - random writes for a DocType: documents of its own fields, with the values its rules and
 * conditions speak of, unset ones of every form, wrong kinds, odd numbers and times, rows with
 * repeated and missing keys, and equal values written differently.
 *
 * Values come from small sets, so that base, server and client agree and disagree often. */
#ifndef DWR_TESTS_DRAW_H
#define DWR_TESTS_DRAW_H

#include "../support/tree.h"

/* Random numbers: from a seed, or from the bytes of a fuzzer (and zeros behind them). */
struct draw {
    uint64_t state;
    const uint8_t *bytes;
    size_t byte_count;
    bool from_bytes;
};

struct draw draw_seeded(uint64_t seed);
struct draw draw_from_bytes(const uint8_t *bytes, size_t n);

/* 0 .. n - 1 */
unsigned draw_below(struct draw *draw, unsigned n);

/* One write; everything in the pool. */
struct dwr_write draw_write(struct draw *draw, struct pool *pool,
                            const struct dwr_doctype *doctype);

/* Updates of two clients who saw the server's document: base and server of both are one document,
 * and the fields that the convergence of section 10 is about are written often. */
void draw_two_writes(struct draw *draw, struct pool *pool, const struct dwr_doctype *doctype,
                     struct dwr_write *a, struct dwr_write *b);

#endif
