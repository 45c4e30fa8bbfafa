/* simd_paths.c - every code path of the scanner against the reference, on random documents.
 *
 *     simd_paths [ROUNDS [SEED]]
 *
 * Stands alone (no test library), so that it also runs cross-compiled under user-mode emulation.
 * Prints the paths it ran, the seed and what it met; exit 1 where something is wrong. */
#define _DEFAULT_SOURCE 1

#include "scan_reference.h"

#include <time.h>

int main(int argc, char **argv)
{
    const unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    struct reference_round r;
    unsigned long i = 0;
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
        fine = round_documents(&r) && round_mismatch(&r);
    }
    if (!fine)
        printf("simd_paths: wrong in round %lu (simd_paths 1 %llu): %s\n", i - 1,
               (unsigned long long)(seed + i - 1), r.complaint.text);
    else
        printf("simd_paths: %lu rounds; documents: %lu valid, %lu refused, %lu with a name twice, "
               "%lu too deep\n",
               rounds, r.valid, r.refused, r.duplicate, r.deep);
    if (fine && rounds >= 1000 && (r.valid == 0 || r.refused == 0 || r.duplicate == 0 || r.deep == 0)) {
        printf("simd_paths: some kind of document was never met\n");
        fine = false;
    }
    round_free(&r);
    return fine ? 0 : 1;
}
