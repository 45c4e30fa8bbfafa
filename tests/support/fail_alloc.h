/* fail_alloc.h - memory that runs out at a chosen allocation.
 *
 * The program is linked with -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free, so every
 * such call in our own objects comes here; libc's and other libraries' own do not (what they hand
 * out is passed on when it is freed). One thread. */
#ifndef DWR_TESTS_FAIL_ALLOC_H
#define DWR_TESTS_FAIL_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the n-th allocation fails (0: none), and with `for_good` every one after it. */
void fail_alloc_start(unsigned long n, bool for_good);

/* Allocations work again. What was seen since the start: */
struct fail_alloc_seen {
    unsigned long allocations, failed;
    size_t live; /* blocks that were taken and not given back */
};
struct fail_alloc_seen fail_alloc_stop(void);

/* For libraries that take hooks (cJSON). */
void *fail_alloc_malloc(size_t n);
void fail_alloc_free(void *p);

#endif
