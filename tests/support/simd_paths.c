/* simd_paths.c - every code path of the scanner against the reference, on random documents.
 *
 *     simd_paths [ROUNDS [SEED]]
 *
 * Stands alone (no test library), so that it also runs cross-compiled under user-mode emulation.
 * Prints the paths it ran, the seed and what it met; exit 1 where something is wrong.
 *
 * It brings a scratch of its own (and so the library's stays out of the program): each piece is an
 * allocation of exactly its size, so that a sanitizer sees every byte too many, and the n-th can be
 * made to fail. */
#define _DEFAULT_SOURCE 1

#include "scan_reference.h"

#include <time.h>

/* --- the scratch --- */

static struct {
    void **piece;
    size_t count, room;
    unsigned long fail_at; /* the piece that is refused, from 1 on; 0: none */
    bool failed;
} memory;

static char nothing[16]; /* what dwr_take finds to be full */

void *dwr_scratch_grow(struct dwr_scratch *s, size_t n)
{
    (void)s;
    if (memory.fail_at != 0 && --memory.fail_at == 0)
        memory.failed = true;
    if (memory.failed)
        return NULL;
    if (memory.count == memory.room) {
        memory.room = 2 * memory.room + 64;
        memory.piece = realloc(memory.piece, memory.room * sizeof *memory.piece);
        if (memory.piece == NULL)
            abort();
    }
    return memory.piece[memory.count++] = malloc(n);
}

void dwr_scratch_reset(struct dwr_scratch *s)
{
    s->failed = memory.failed = false;
    while (memory.count > 0)
        free(memory.piece[--memory.count]);
}

struct dwr_scratch *dwr_scratch_new(void)
{
    struct dwr_scratch *s = calloc(1, sizeof *s);

    if (s != NULL) {
        s->at = s->end = nothing;
        s->scan = dwr_scan_best();
    }
    return s;
}

void dwr_scratch_free(struct dwr_scratch *s)
{
    dwr_scratch_reset(s);
    free(memory.piece);
    free(s);
}

void dwr_scratch_limit(struct dwr_scratch *s, size_t document_bytes)
{
    s->document_limit = document_bytes;
}

const char *dwr_simd_name(const struct dwr_scratch *s)
{
    return s->scan->name;
}

bool dwr_scratch_simd(struct dwr_scratch *s, const char *name)
{
    s->scan = dwr_scan_named(name);
    return s->scan != NULL;
}

/* --- no memory --- */

/* The round's documents once more, with the first allocation refused, the second, and so on: each
 * time index() says so. */
static bool round_no_memory(struct reference_round *r, const struct dwr_scan_ops *scan,
                            unsigned long *refusals)
{
    struct dwr_text text[3];

    for (int d = 0; d < 3; d++)
        text[d] = guarded_copy(&r->guard[d], text_of(&r->text[d]));
    r->complaint.path = scan->name;
    for (unsigned long n = 1;; n++) {
        struct dwr_index x;
        enum dwr_rc rc;

        dwr_scratch_reset(r->scratch);
        memory.fail_at = n;
        rc = scan->index(r->scratch, &r->type.doctype, text, false, &x);
        memory.fail_at = 0;
        if (!memory.failed)
            return true;
        ++*refusals;
        if (rc != DWR_NOMEM)
            return complain(&r->complaint, "allocation %lu refused: index gives %d", n, (int)rc);
    }
}

int main(int argc, char **argv)
{
    const unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    struct reference_round r;
    unsigned long i = 0, refusals = 0;
    bool fine = true;

    printf("simd_paths: seed %llu, paths", (unsigned long long)seed);
    for (size_t k = 0; k < REFERENCE_PATHS; k++)
        if (reference_path(k) != NULL)
            printf(" %s", reference_paths[k]);
    printf(", best %s\n", dwr_scan_best()->name);
    fflush(stdout);
    round_init(&r, seed);
    for (; fine && i < rounds; i++) {
        /* Each round from a seed of its own: the last one is replayed alone. */
        r.chance.state = seed + i;
        fine = round_documents(&r) &&
               (i % 8 != 0 || round_no_memory(&r, dwr_scan_best(), &refusals)) &&
               round_mismatch(&r);
    }
    if (!fine)
        printf("simd_paths: wrong in round %lu (simd_paths 1 %llu): %s\n", i - 1,
               (unsigned long long)(seed + i - 1), r.complaint.text);
    else
        printf("simd_paths: %lu rounds; documents: %lu valid, %lu refused, %lu with a name twice, "
               "%lu too deep; %lu allocations refused\n",
               rounds, r.valid, r.refused, r.duplicate, r.deep, refusals);
    if (fine && rounds >= 1000 &&
        (r.valid == 0 || r.refused == 0 || r.duplicate == 0 || r.deep == 0 || refusals == 0)) {
        printf("simd_paths: some kind of document was never met\n");
        fine = false;
    }
    round_free(&r);
    return fine ? 0 : 1;
}
