/* instant.h - timestamps as instants, exactly (section 1.5). */
#ifndef DWR_INSTANT_H
#define DWR_INSTANT_H

#include "../dwr.h"

struct dwr_instant {
    int64_t seconds;      /* since 1970-01-01T00:00:00Z; a second 60 is the next minute's first */
    const char *fraction; /* digits after the point, into the text */
    uint32_t fraction_n;  /* without trailing zeros */
};

/* p[0..n): a string's text, unescaped, without quotes. False when it is no timestamp of 1.5: then
 * it is just a string. */
bool dwr_instant_read(const char *p, size_t n, struct dwr_instant *out);

/* -1, 0 or 1. */
int dwr_instant_compare(const struct dwr_instant *a, const struct dwr_instant *b);

/* YYYYMMDDTHHMMSSZ in UTC, the fraction dropped; returns the length. (A year beyond 9999 or before
 * 0001, which an offset can make of the first and last day, is written as 10000 and 0000.) */
size_t dwr_instant_stamp(const struct dwr_instant *at, char out[24]);

#endif
