/* work.h - how much a merge does, counted and not timed.
 *
 * Every walk over a value that holds another calls the scanner's `skip` for it. A scratch whose
 * scanner counts these calls therefore counts how often rows and elements are looked into, given
 * that each holds an array or object: the same on every machine and on a busy one. */
#ifndef DWR_TESTS_WORK_H
#define DWR_TESTS_WORK_H

#include "../../runtime/core/scan.h"

static const struct dwr_scan_ops *work_real;
static struct dwr_scan_ops work_ops;
static unsigned long work_skips;

static inline const char *work_skip(const char *p, const char *end)
{
    work_skips++;
    return work_real->skip(p, end);
}

/* From now on the scratch counts. */
static inline void work_count(struct dwr_scratch *s)
{
    if (s->scan != &work_ops) {
        work_real = s->scan;
        work_ops = *work_real;
        work_ops.skip = work_skip;
        s->scan = &work_ops;
    }
    work_skips = 0;
}

#endif
