/* scratch.c - the memory of a merge: blocks that are filled from their start and forgotten at once.
 *
 * The newest block is the one that is filled; the older ones only keep what was taken from them. A
 * reset replaces several blocks by one of their joint size, so that a scratch settles at one block
 * and a merge of a size it has seen before takes nothing from the system. */
#include <stdlib.h>

#include "scan.h"
#include "scratch.h"

/* The first block: what a merge of three documents of 2 KB needs, with room. */
#define FIRST_BLOCK ((size_t)32 << 10)

/* A multiple of 16 bytes, so that what follows it in the block is aligned. */
struct scratch_block {
    struct scratch_block *next;
    size_t size; /* of the whole block, this head included */
};

_Static_assert(sizeof(struct scratch_block) % 16 == 0, "what dwr_take gives is aligned to 16");

static char *block_start(struct scratch_block *b)
{
    return (char *)(b + 1);
}

/* Makes a block of this many bytes the newest; the scratch is as it was where memory runs out. */
static bool block_add(struct dwr_scratch *s, size_t size)
{
    struct scratch_block *b = malloc(size);

    if (b == NULL)
        return false;
    b->next = s->blocks;
    b->size = size;
    s->blocks = b;
    s->total += size;
    s->at = block_start(b);
    s->end = (char *)b + size;
    return true;
}

static void blocks_free(struct scratch_block *b)
{
    while (b != NULL) {
        struct scratch_block *next = b->next;

        free(b);
        b = next;
    }
}

void *dwr_scratch_grow(struct dwr_scratch *s, size_t n)
{
    const size_t head = sizeof(struct scratch_block);
    size_t rounded, size;

    if (n > SIZE_MAX / 4)
        return NULL;
    rounded = (n + 15) & ~(size_t)15;
    /* Doubling keeps the number of blocks at the logarithm of what is needed. */
    size = s->total > rounded ? s->total : rounded;
    if (!block_add(s, size + head) && !block_add(s, rounded + head))
        return NULL;
    s->at += rounded;
    return s->at - rounded;
}

void dwr_scratch_reset(struct dwr_scratch *s)
{
    struct scratch_block *newest = s->blocks, *older = newest->next;
    const size_t total = s->total;

    s->failed = false;
    s->at = block_start(newest);
    if (older == NULL)
        return;
    newest->next = NULL;
    blocks_free(older);
    s->total = newest->size;
    if (block_add(s, total)) {
        s->blocks->next = NULL;
        free(newest);
        s->total = total;
    } /* else the newest block, at least half of them all, has to do */
}

struct dwr_scratch *dwr_scratch_new(void)
{
    struct dwr_scratch *s = malloc(sizeof *s);

    if (s == NULL)
        return NULL;
    *s = (struct dwr_scratch){ .document_limit = DWR_DOCUMENT_MAX, .scan = dwr_scan_best() };
    s->seed = (uint64_t)(uintptr_t)s * 0x9E3779B97F4A7C15u;
    if (!block_add(s, FIRST_BLOCK)) {
        free(s);
        return NULL;
    }
    return s;
}

void dwr_scratch_free(struct dwr_scratch *s)
{
    if (s == NULL)
        return;
    blocks_free(s->blocks);
    free(s);
}

void dwr_scratch_limit(struct dwr_scratch *s, size_t document_bytes)
{
    s->document_limit =
        document_bytes < DWR_DOCUMENT_LIMIT_MAX ? document_bytes : DWR_DOCUMENT_LIMIT_MAX;
}

const char *dwr_simd_name(const struct dwr_scratch *s)
{
    return s->scan->name;
}

bool dwr_scratch_simd(struct dwr_scratch *s, const char *name)
{
    const struct dwr_scan_ops *scan = dwr_scan_named(name);

    if (scan == NULL)
        return false;
    s->scan = scan;
    return true;
}
