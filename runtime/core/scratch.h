/* scratch.h - the caller-supplied memory of a merge: a bump allocator over blocks that grow.
 *
 * Nothing taken from it is freed alone; dwr_scratch_reset forgets everything at once and folds what
 * a merge needed into one block, so that the next merge of that size allocates nothing. Every
 * allocation may fail (NULL); callers give DWR_NOMEM back. */
#ifndef DWR_SCRATCH_H
#define DWR_SCRATCH_H

#include "../dwr.h"

/* What few merges come to: compiled for size, out of the way of what every merge does. */
#if defined(__GNUC__)
#define DWR_SELDOM __attribute__((noinline, cold))
#else
#define DWR_SELDOM
#endif

struct dwr_scan_ops;

struct dwr_scratch {
    char *at, *end;               /* the free rest of the newest block */
    struct scratch_block *blocks; /* newest first */
    size_t total;                 /* bytes of all blocks */
    size_t document_limit;
    uint64_t seed; /* of hashes; from where the scratch lies, which differs from run to run */
    const struct dwr_scan_ops *scan; /* the vector code, chosen once (scan.h) */
    /* Memory ran out where a function had no way to say so (an equality, a hash): set by it,
     * cleared by dwr_scratch_reset, looked at before a result is given out. */
    bool failed;
};

/* Forgets all that was taken, and `failed`. */
void dwr_scratch_reset(struct dwr_scratch *s);

/* The slow way of dwr_take: a new block. */
void *dwr_scratch_grow(struct dwr_scratch *s, size_t n);

/* n bytes, aligned to 16; not cleared; NULL when there is no memory. */
static inline void *dwr_take(struct dwr_scratch *s, size_t n)
{
    const size_t rounded = (n + 15) & ~(size_t)15;

    if (rounded >= n && rounded <= (size_t)(s->end - s->at)) {
        char *p = s->at;

        s->at += rounded;
        return p;
    }
    return dwr_scratch_grow(s, n);
}

#endif
