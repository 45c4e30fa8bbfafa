/* test_scratch.c - the memory of a merge (scratch.h): what is taken lies apart and aligned, and a
 * reset folds it into one block. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/scan.h"
#include "core/scratch.h"

/* Every piece is its own, from its first byte to its last. */
Test(scratch, pieces_lie_apart_and_aligned)
{
    static const size_t sizes[] = { 1, 15, 16, 17, 100, 0, 4096, 100000, 3, 1000000, 31 };
    struct dwr_scratch *s = dwr_scratch_new();
    unsigned char *pieces[200];
    const size_t kinds = sizeof sizes / sizeof *sizes;

    cr_assert_not_null(s);
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = dwr_take(s, sizes[i % kinds]);
        cr_assert_not_null(pieces[i], "piece %zu", i);
        cr_assert_eq((uintptr_t)pieces[i] % 16, 0, "piece %zu is aligned", i);
        memset(pieces[i], (int)i, sizes[i % kinds]);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < sizes[i % kinds]; k += 1 + sizes[i % kinds] / 50)
            cr_assert_eq(pieces[i][k], i, "piece %zu, byte %zu", i, k);
    dwr_scratch_free(s);
}

/* What a merge needed once stands in one block from then on: the same again takes no new one. */
Test(scratch, a_reset_settles_at_one_block)
{
    struct dwr_scratch *s = dwr_scratch_new();
    struct scratch_block *block = NULL;

    cr_assert_not_null(s);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 3000; i++)
            cr_assert_not_null(dwr_take(s, (size_t)(i % 700)));
        if (round >= 2)
            cr_expect_eq(s->blocks, block, "round %d takes no block", round);
        dwr_scratch_reset(s);
        if (round >= 1)
            block = s->blocks;
    }
    dwr_scratch_free(s);
}

Test(scratch, a_reset_forgets_failure_and_pieces)
{
    struct dwr_scratch *s = dwr_scratch_new();
    void *first;

    cr_assert_not_null(s);
    first = dwr_take(s, 100);
    s->failed = true;
    dwr_scratch_reset(s);
    cr_expect_not(s->failed);
    cr_expect_eq(dwr_take(s, 50), first, "the memory is used again");
    dwr_scratch_free(s);
}

/* Sizes that no machine has, and those that overflow when rounded, are refused; the scratch goes
 * on. */
Test(scratch, impossible_sizes_are_refused)
{
    struct dwr_scratch *s = dwr_scratch_new();
    volatile size_t huge[] = { SIZE_MAX, SIZE_MAX - 7, SIZE_MAX - 15, SIZE_MAX / 2,
                               SIZE_MAX / 4 + 1 };

    cr_assert_not_null(s);
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++)
        cr_expect_null(dwr_take(s, huge[i]), "%zu bytes", huge[i]);
    cr_expect_not_null(dwr_take(s, 100));
    dwr_scratch_free(s);
}

Test(scratch, limits_are_capped)
{
    struct dwr_scratch *s = dwr_scratch_new();

    cr_assert_not_null(s);
    cr_expect_eq(s->document_limit, DWR_DOCUMENT_MAX, "16 MiB unless said otherwise");
    dwr_scratch_limit(s, 1000);
    cr_expect_eq(s->document_limit, 1000);
    dwr_scratch_limit(s, SIZE_MAX);
    cr_expect_eq(s->document_limit, DWR_DOCUMENT_LIMIT_MAX);
    dwr_scratch_free(s);
    dwr_scratch_free(NULL);
}

Test(scratch, the_best_path_is_chosen)
{
    struct dwr_scratch *s = dwr_scratch_new();

    cr_assert_not_null(s);
    cr_expect_str_eq(dwr_simd_name(s), dwr_scan_best()->name);
    cr_expect_not(dwr_scratch_simd(s, "no such path"));
    cr_expect_str_eq(dwr_simd_name(s), dwr_scan_best()->name, "a refusal changes nothing");
    dwr_scratch_free(s);
}
