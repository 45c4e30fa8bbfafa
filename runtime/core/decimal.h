/* decimal.h - JSON numbers by their mathematical value, exactly (sections 1.2, 1.3, 1.5, 4 sum).
 *
 * Every text here is a valid JSON number without white space: any number of digits, any exponent,
 * also one of a million digits. Nothing is rounded and nothing overflows. */
#ifndef DWR_DECIMAL_H
#define DWR_DECIMAL_H

#include "../dwr.h"

/* -1, 0 or 1. */
int dwr_decimal_compare(struct dwr_text a, struct dwr_text b);

/* Equal numbers have equal hashes with one seed: 1, 1.0, 10e-1; 0, -0, 0e9. */
uint64_t dwr_decimal_hash(uint64_t seed, struct dwr_text a);

/* At most DWR_SUM_DIGITS_MAX digits written out without exponent: the digits before the point (at
 * least one) and those after it, trailing zeros after the point not counted. */
bool dwr_decimal_summable(struct dwr_text a);

/* server + client - base into out, of summable numbers; p NULL counts 0 and for base: server +
 * client. Without exponent, without trailing zeros after the point, never -0. Returns the length,
 * at most DWR_DECIMAL_SUM_BYTES. */
#define DWR_DECIMAL_SUM_BYTES (2 * DWR_SUM_DIGITS_MAX + 8)
size_t dwr_decimal_sum(struct dwr_text base, struct dwr_text server, struct dwr_text client,
                       char out[DWR_DECIMAL_SUM_BYTES]);

/* a + 1 likewise, of a summable number. */
size_t dwr_decimal_next(struct dwr_text a, char out[DWR_DECIMAL_SUM_BYTES]);

#endif
