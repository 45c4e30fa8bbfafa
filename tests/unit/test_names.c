/* test_names.c - the perfect hash that dwrc makes and the resolver reads. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "../../compiler/names.h"
#include "../../runtime/name_hash.h"

/* count names that look like fields, "field_0", "field_1", …, from the arena. */
static struct dwr_names names_of(struct arena *a, uint32_t count, const uint64_t **hash)
{
    struct dwr_name *v = arena_array(a, count, sizeof *v);
    uint64_t *h = arena_array(a, count, sizeof *h);

    for (uint32_t i = 0; i < count; i++) {
        v[i] = (struct dwr_name){ .name = arena_printf(a, "field_%u", i), .index = (uint16_t)i };
        h[i] = dwr_name_hash(v[i].name.p, v[i].name.n);
    }
    *hash = h;
    return (struct dwr_names){ .v = v, .count = (uint16_t)count };
}

static void expect_found(const struct dwr_names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        cr_assert_eq(dwr_names_find(names, names->v[i].name.p, names->v[i].name.n), i,
                     "of %u names, '%s' is found where it stands", names->count,
                     names->v[i].name.p);
}

static void expect_strangers_unfound(const struct dwr_names *names)
{
    for (unsigned i = 0; i < 1000; i++) {
        char stranger[32];
        const int n = snprintf(stranger, sizeof stranger, "stranger_%u", i);

        cr_assert_eq(dwr_names_find(names, stranger, (size_t)n), DWR_NONE,
                     "of %u names, none is '%s'", names->count, stranger);
    }
}

/* Tables as good as these are what the size of the generated files rests on. */
static void expect_small(const struct dwr_names *names)
{
    cr_assert_leq(names->slot_mask + 1, 4u * names->count + 4u, "%u slots for %u names",
                  names->slot_mask + 1, names->count);
    cr_assert_leq(names->bucket_mask + 1, 4u * names->count + 4u, "%u buckets for %u names",
                  names->bucket_mask + 1, names->count);
}

static void try_count(uint32_t count)
{
    struct arena a = { 0 };
    struct names_maker m = { 0 };
    const uint64_t *hash;
    struct dwr_names names = names_of(&a, count, &hash);

    cr_assert(names_make(&m, &a, &names, hash), "%u names get a table", count);
    expect_found(&names);
    expect_strangers_unfound(&names);
    expect_small(&names);
    arena_clear(&a);
}

Test(names, every_name_is_found_and_no_other_at_every_small_size)
{
    for (uint32_t count = 0; count <= 300; count++)
        try_count(count);
}

Test(names, large_sizes_up_to_the_limit)
{
    static const uint32_t counts[] = { 1000, 1024, 4096, 32768, 32769, DWR_NAMES_MAX };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        try_count(counts[i]);
}

Test(names, the_same_names_give_the_same_tables)
{
    struct arena a = { 0 };
    struct names_maker once = { 0 }, again = { 0 };
    const uint64_t *hash, *other;
    struct dwr_names x, y, between = names_of(&a, 700, &other);

    for (uint32_t count = 1; count <= 200; count++) {
        x = names_of(&a, count, &hash);
        y = x;
        cr_assert(names_make(&once, &a, &x, hash));
        cr_assert(
            names_make(&again, &a, &between, other)); /* what was made before does not count */
        cr_assert(names_make(&again, &a, &y, hash));
        cr_assert_eq(x.slot_mask, y.slot_mask);
        cr_assert_eq(x.bucket_mask, y.bucket_mask);
        cr_assert_arr_eq(x.slots, y.slots, (x.slot_mask + 1) * sizeof *x.slots);
        cr_assert_arr_eq(x.displace, y.displace, (x.bucket_mask + 1) * sizeof *x.displace);
    }
    arena_clear(&a);
}

Test(names, names_with_one_hash_are_refused_and_not_searched_for_ever)
{
    struct arena a = { 0 };
    struct names_maker m = { 0 };
    const struct dwr_name v[] = { { .name = DWR_STR("one") },
                                  { .name = DWR_STR("two") },
                                  { .name = DWR_STR("three") } };
    const uint64_t hash[] = { 12345, 99, 12345 };
    struct dwr_names names = { .v = v, .count = 3 };

    cr_expect_not(names_make(&m, &a, &names, hash));
    arena_clear(&a);
}

Test(names, many_hashes_of_one_bucket_are_refused)
{
    struct arena a = { 0 };
    struct names_maker m = { 0 };
    const uint64_t *hash;
    struct dwr_names names = names_of(&a, DWR_NAMES_MAX, &hash);
    uint64_t *same = arena_array(&a, DWR_NAMES_MAX, sizeof *same);

    for (uint32_t i = 0; i < DWR_NAMES_MAX; i++)
        same[i] = hash[i] << 32;
    cr_expect_not(names_make(&m, &a, &names, same));
    arena_clear(&a);
}
