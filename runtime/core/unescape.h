/* unescape.h - what a JSON string says, byte by byte.
 *
 * For strings that have been checked; in one of a stored document that was not, the bytes may be
 * nonsense, but nothing is read behind the end. */
#ifndef DWR_UNESCAPE_H
#define DWR_UNESCAPE_H

#include "scratch.h"

/* Begins as { .p = the first byte of the string's text, .end = its end }, without the quotes. */
struct dwr_unescape {
    const char *p, *end;
    unsigned char pending[3]; /* of a character, the last byte first */
    int pending_n;
};

/* -1 at the end. */
int dwr_next_byte(struct dwr_unescape *u);

/* All of them, in the scratch; p NULL: no memory. */
struct dwr_text dwr_unescape(struct dwr_scratch *s, const char *p, size_t n);

#endif
