/* value.h - spans of valid JSON as values: equality, order, hashes (sections 1.2, 1.5).
 *
 * A value is a dwr_text of one JSON value without white space around it; p NULL is absent. Equality
 * is tried on the bytes first; different bytes can still be the same value. */
#ifndef DWR_VALUE_H
#define DWR_VALUE_H

#include "scan.h"

/* Absent, null or "". */
static inline bool dwr_is_unset(struct dwr_text v)
{
    return v.p == NULL || (v.n == 2 && v.p[0] == '"') || (v.n == 4 && v.p[0] == 'n');
}

/* As JSON values (1.2): both present. */
bool dwr_value_equal(const struct dwr_scan_ops *scan, struct dwr_text a, struct dwr_text b);

/* As field values or row members: absent, null and "" are one. */
bool dwr_field_equal(const struct dwr_scan_ops *scan, struct dwr_text a, struct dwr_text b);

/* Equal values have equal hashes; never the same for every value of a kind. */
uint64_t dwr_value_hash(const struct dwr_scan_ops *scan, struct dwr_text v);

/* The order of 1.5: -1, 0, 1. Arrays tie, objects tie. */
int dwr_value_compare(const struct dwr_scan_ops *scan, struct dwr_text a, struct dwr_text b);

/* Strings: text is as written, with its quotes. The unescaped bytes are lent from the text itself or,
 * where it has an escape, written to the scratch; p NULL when there is no memory. */
struct dwr_text dwr_string_bytes(struct dwr_scratch *s, struct dwr_text text);
bool dwr_string_equal(struct dwr_text a, struct dwr_text b);
int dwr_string_compare(struct dwr_text a, struct dwr_text b); /* by code points */

/* The string as written, is it these bytes? */
bool dwr_string_is(struct dwr_text text, const char *p, size_t n);

/* The value of a member of a valid object, by unescaped name; p NULL: it lacks it. */
struct dwr_text dwr_member(const struct dwr_scan_ops *scan, struct dwr_text object, const char *name,
                           size_t n);

/* Like dwr_instant_read for a value: false when it is no string or no timestamp. An escaped
 * timestamp is unescaped into buffer where it fits, else into the scratch (no memory: false). */
struct dwr_instant;
bool dwr_value_instant(struct dwr_scratch *s, struct dwr_text v, struct dwr_instant *out);

#endif
