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
static unsigned long work_looks;

static inline const char *work_skip(const char *p, const char *end)
{
    work_looks++;
    return work_real->skip(p, end);
}

static inline enum dwr_rc work_index(struct dwr_scratch *s, const struct dwr_doctype *doctype,
                                     const struct dwr_text text[3], bool client_checked,
                                     struct dwr_index *index)
{
    work_looks++;
    return work_real->index(s, doctype, text, client_checked, index);
}

/* From now on the scratch counts. */
static inline void work_count(struct dwr_scratch *s)
{
    if (s->scan != &work_ops) {
        work_real = s->scan;
        work_ops = *work_real;
        work_ops.skip = work_skip;
        work_ops.index = work_index;
        s->scan = &work_ops;
    }
    work_looks = 0;
}

#endif
