/* test_decimal.c - numbers are exact (semantics 1.2, 1.3, 1.5; 4, sum). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../runtime/core/decimal.h"

static struct dwr_text text(const char *p)
{
    return (struct dwr_text){ p, p == NULL ? 0 : strlen(p) };
}

/* Every row also holds the other way round, and for the negated numbers. */
static const struct order_case {
    const char *says, *a, *b;
    int order;
} order_cases[] = {
    { "a number equals itself", "7", "7", 0 },
    { "1 is 1.0", "1", "1.0", 0 },
    { "1 is 1e0", "1", "1e0", 0 },
    { "1 is 10e-1", "1", "10e-1", 0 },
    { "1 is 0.1E+1", "1", "0.1E+1", 0 },
    { "100 is 1e2", "100", "1e2", 0 },
    { "leading zeros of an exponent mean nothing", "1e2", "1e0000002", 0 },
    { "e-0 is e0", "5e-0", "5e+00", 0 },
    { "zeros after the point mean nothing", "1.50", "1.5000000000000000000", 0 },
    { "12.5 is 0.0125e3", "12.5", "0.0125e3", 0 },
    { "12.5 is 1250.00e-2", "12.5", "1250.00e-2", 0 },
    { "0 is -0", "0", "-0", 0 },
    { "0 is 0.000", "0", "0.000", 0 },
    { "0 is 0 at any exponent", "0e999999999999999999999", "-0.0e-5", 0 },
    { "1 before 2", "1", "2", -1 },
    { "9 before 10", "9", "10", -1 },
    { "a negative number before 0", "-1e-400", "0", -1 },
    { "0 before the smallest", "0", "1e-999999999999999999999", -1 },
    { "a negative number before a positive one", "-5", "3", -1 },
    { "0.1 before 0.11", "0.1", "0.11", -1 },
    { "0.09 before 0.1", "0.09", "0.1", -1 },
    { "9.99 before 10", "9.99", "10", -1 },
    { "99 before 1e2", "99", "1e2", -1 },
    { "2^53 + 1 is not 2^53", "9007199254740992", "9007199254740993", -1 },
    { "beyond 64 bits", "12345678901234567890", "12345678901234567891", -1 },
    { "the twentieth digit after the point counts", "0.1", "0.10000000000000000001", -1 },
    { "the same digits, the point elsewhere", "12.345", "123.45", -1 },
    { "an exponent beyond 64 bits, moved by a digit of the mantissa", "1e1000000000000000000000",
      "10e999999999999999999999", 0 },
    { "and one less", "9.99e999999999999999999999", "1e1000000000000000000000000", -1 },
    { "a negative exponent beyond 64 bits, moved likewise", "1e-1000000000000000000000",
      "0.1e-999999999999999999999", 0 },
    { "exponents that differ in the last of many digits", "1e99999999999999999999999999998",
      "1e99999999999999999999999999999", -1 },
    { "exponents of unequal length", "9e99999999999999999999", "1e100000000000000000000", -1 },
    { "the digits decide only where the places agree", "99999999999999e5", "1e20", -1 },
    { "far apart", "9e-88888888888888888888888888", "1e77777777777777777777777777", -1 },
    { "a negative exponent of more digits is smaller", "1e-100000000000000000000000", "1e-99", -1 },
    { "1e400 is not infinite", "1e400", "2e400", -1 },
    { "1e-400 is not 0", "1e-400", "2e-400", -1 },
};

Test(decimal, numbers_compare_by_value)
{
    for (size_t i = 0; i < sizeof order_cases / sizeof *order_cases; i++) {
        const struct order_case *t = &order_cases[i];
        const struct dwr_text a = text(t->a), b = text(t->b);

        cr_expect_eq(dwr_decimal_compare(a, b), t->order, "%s", t->says);
        cr_expect_eq(dwr_decimal_compare(b, a), -t->order, "the other way: %s", t->says);
        cr_expect_eq(dwr_decimal_hash(7, a) == dwr_decimal_hash(7, b), t->order == 0, "hash: %s",
                     t->says);
        if (*t->a != '-' && *t->b != '-') {
            char x[64] = "-", y[64] = "-";

            strcat(x, t->a);
            strcat(y, t->b);
            cr_expect_eq(dwr_decimal_compare(text(x), text(y)), -t->order, "negated: %s", t->says);
            cr_expect_eq(dwr_decimal_hash(7, text(x)) == dwr_decimal_hash(7, text(y)),
                         t->order == 0, "hash, negated: %s", t->says);
        }
    }
}

/* A number of many digits: `digit` n times, then the tail. */
static struct dwr_text long_number(char *buffer, const char *head, char digit, size_t n,
                                   const char *tail)
{
    char *p = buffer;

    p += strlen(strcpy(p, head));
    memset(p, digit, n);
    p += n;
    p += strlen(strcpy(p, tail));
    return (struct dwr_text){ buffer, (size_t)(p - buffer) };
}

Test(decimal, a_million_digits_are_exact_and_take_linear_time)
{
    enum { MANY = 1000000 };
    char *x = malloc(MANY + 32), *y = malloc(MANY + 32);
    const clock_t start = clock();
    struct dwr_text a, b;

    cr_assert(x != NULL && y != NULL);
    a = long_number(x, "0.", '3', MANY, "1");
    b = long_number(y, "0.", '3', MANY, "2");
    cr_expect_eq(dwr_decimal_compare(a, b), -1, "the last of a million digits decides");
    cr_expect_neq(dwr_decimal_hash(7, a), dwr_decimal_hash(7, b));
    b = long_number(y, "0.", '3', MANY, "1000000000000");
    cr_expect_eq(dwr_decimal_compare(a, b), 0, "zeros behind it do not");
    cr_expect_eq(dwr_decimal_hash(7, a), dwr_decimal_hash(7, b));
    a = long_number(x, "1", '0', MANY, "");
    cr_expect_eq(dwr_decimal_compare(a, text("1e1000000")), 0, "a one and a million zeros");
    cr_expect_eq(dwr_decimal_hash(7, a), dwr_decimal_hash(7, text("1e1000000")));
    a = long_number(x, "0.", '0', MANY, "1");
    cr_expect_eq(dwr_decimal_compare(a, text("1e-1000001")), 0, "a million zeros after the point");
    cr_expect_eq(dwr_decimal_hash(7, a), dwr_decimal_hash(7, text("1e-1000001")));
    a = long_number(x, "1e", '9', MANY, "8");
    b = long_number(y, "10e", '9', MANY, "7");
    cr_expect_eq(dwr_decimal_compare(a, b), 0, "an exponent of a million digits");
    cr_expect_eq(dwr_decimal_hash(7, a), dwr_decimal_hash(7, b));
    b = long_number(y, "10e", '9', MANY, "8");
    cr_expect_eq(dwr_decimal_compare(a, b), -1);
    cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5.0, "linear: not quadratic");
    free(x);
    free(y);
}

/* A hash that gave all numbers of a kind one value would make every table of them slow. */
Test(decimal, numbers_spread_over_the_hash)
{
    enum { COUNT = 4096 };
    static unsigned char seen[COUNT];
    unsigned used = 0;

    for (int i = 0; i < COUNT; i++) {
        char number[16];

        snprintf(number, sizeof number, "%d", i);
        seen[dwr_decimal_hash(7, text(number)) % COUNT] = 1;
    }
    for (int i = 0; i < COUNT; i++)
        used += seen[i];
    /* Random values would use 63 of 100 places. */
    cr_expect_gt(used, COUNT / 2, "%u of %d places used", used, COUNT);
}

/* --- sum --- */

static const struct sum_case {
    const char *says, *base, *server, *client, *sum; /* NULL: unset */
} sum_cases[] = {
    { "base + (server - base) + (client - base)", "10", "12", "9", "11" },
    { "base unknown: server + client", NULL, "12", "9", "21" },
    { "unset counts 0", "5", NULL, "8", "3" },
    { "a side that cleared the field counts 0 too", "5", NULL, NULL, "-5" },
    { "nothing at all is 0", NULL, NULL, NULL, "0" },
    { "never -0", "0", "-5", "5", "0" },
    { "never -0, of negative zeros", "-0", "-0.0", "-0e7", "0" },
    { "exact beyond a double", "0", "9007199254740993", "1", "9007199254740994" },
    { "0.1 + 0.2 is 0.3", NULL, "0.1", "0.2", "0.3" },
    { "without trailing zeros after the point", NULL, "1.25", "0.75", "2" },
    { "zeros before the point stay", NULL, "60", "40", "100" },
    { "without exponent", NULL, "1e3", "2.5E-2", "1000.025" },
    { "a carry through all digits", NULL, "999999999999999999999", "1", "1000000000000000000000" },
    { "a borrow through all digits", "1", "1000000000000000000000", "0", "999999999999999999999" },
    { "below 0", "10", "3", "2", "-5" },
    { "below 0 with a fraction", "10", "3.75", "2", "-4.25" },
    { "a little below 0", "0.3", "0.1", "0.1", "-0.1" },
    { "a borrow from nothing", "1", "0.0001", "0", "-0.9999" },
    { "just below a power of ten", "100", "0", "0.01", "-99.99" },
    { "two negative numbers", NULL, "-1.5", "-2.75", "-4.25" },
    { "a negative base", "-10", "-5", "-8", "-3" },
    { "different places", NULL, "123456789", "0.000000001", "123456789.000000001" },
    { "the integer part is written when it is 0", NULL, "0.5", "-1", "-0.5" },
    { "many leading zeros by the exponent", NULL, "0.0001e8", "1", "10001" },
};

Test(decimal, sum_is_exact_and_written_in_one_way)
{
    for (size_t i = 0; i < sizeof sum_cases / sizeof *sum_cases; i++) {
        const struct sum_case *t = &sum_cases[i];
        char out[DWR_DECIMAL_SUM_BYTES];
        const size_t n = dwr_decimal_sum(text(t->base), text(t->server), text(t->client), out);

        cr_expect(n == strlen(t->sum) && memcmp(out, t->sum, n) == 0, "%s: %.*s", t->says, (int)n,
                  out);
    }
}

Test(decimal, sum_of_the_largest_numbers_fits)
{
    char nines[DWR_SUM_DIGITS_MAX + 1], small[DWR_SUM_DIGITS_MAX + 2] = "0.";
    char out[DWR_DECIMAL_SUM_BYTES], minus[DWR_SUM_DIGITS_MAX + 2] = "-";
    size_t n;

    memset(nines, '9', DWR_SUM_DIGITS_MAX);
    nines[DWR_SUM_DIGITS_MAX] = '\0';
    strcat(minus, nines);
    memset(small + 2, '3', DWR_SUM_DIGITS_MAX - 1);
    cr_assert(dwr_decimal_summable(text(nines)));
    cr_assert(dwr_decimal_summable((struct dwr_text){ small, DWR_SUM_DIGITS_MAX + 1 }));

    /* 99…9 + 99…9 + 99…9 = 3 * 10^400 - 3 */
    n = dwr_decimal_sum(text(minus), text(nines), text(nines), out);
    cr_assert_eq(n, DWR_SUM_DIGITS_MAX + 1);
    cr_expect_eq(out[0], '2');
    for (int i = 1; i < DWR_SUM_DIGITS_MAX; i++)
        cr_expect_eq(out[i], '9', "digit %d", i);
    cr_expect_eq(out[n - 1], '7');

    /* -99…9 - 0.33…3: as long as it gets with a sign and a point. */
    n = dwr_decimal_sum((struct dwr_text){ small, DWR_SUM_DIGITS_MAX + 1 }, text(minus), text(NULL),
                        out);
    cr_expect_eq(n, 1 + DWR_SUM_DIGITS_MAX + 1 + DWR_SUM_DIGITS_MAX - 1);
    cr_expect_leq(n, DWR_DECIMAL_SUM_BYTES);
    cr_expect_eq(memcmp(out, minus, DWR_SUM_DIGITS_MAX + 1), 0);
    cr_expect_eq(out[DWR_SUM_DIGITS_MAX + 1], '.');
    cr_expect_eq(out[n - 1], '3');
}

Test(decimal, next_adds_one)
{
    static const char *const cases[][2] = {
        { "1", "2" },
        { "9", "10" },
        { "0", "1" },
        { "-1", "0" },
        { "-0.5", "0.5" },
        { "1e2", "101" },
        { "9007199254740993", "9007199254740994" },
        { "99999999999999999999", "100000000000000000000" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[DWR_DECIMAL_SUM_BYTES];
        const size_t n = dwr_decimal_next(text(cases[i][0]), out);

        cr_expect(n == strlen(cases[i][1]) && memcmp(out, cases[i][1], n) == 0, "%s + 1: %.*s",
                  cases[i][0], (int)n, out);
    }
}

Test(decimal, at_most_400_digits_written_out_can_be_summed)
{
    static const struct {
        const char *says, *head;
        char digit;
        size_t n;
        const char *tail;
        bool summable;
    } cases[] = {
        { "0", "0", '0', 0, "", true },
        { "0 at any exponent", "0e", '9', 30, "", true },
        { "an ordinary number", "-12.50", '0', 0, "", true },
        { "400 digits before the point", "", '9', 400, "", true },
        { "401 digits", "", '9', 401, "", false },
        { "1e399 has 400", "1e399", '0', 0, "", true },
        { "1e400 has 401", "1e400", '0', 0, "", false },
        { "the 0 before the point counts: 399 after it", "0.", '7', 399, "", true },
        { "and not 400", "0.", '7', 400, "", false },
        { "1e-399", "1e-399", '0', 0, "", true },
        { "1e-400", "1e-400", '0', 0, "", false },
        { "zeros after the point at the end do not count", "5.", '0', 1000, "", true },
        { "zeros before the point do", "5", '0', 400, "", false },
        { "zeros in front by an exponent do not", "0.", '0', 500, "1e501", true },
        { "an exponent that takes zeros away", "5", '0', 500, "e-500", true },
        { "both sides count together", "1234567890.", '1', 390, "", true },
        { "and not one more", "1234567890.", '1', 391, "", false },
        { "an exponent of many digits", "1e", '9', 40, "", false },
        { "a negative one", "1e-", '9', 40, "", false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char number[2048];
        const struct dwr_text a =
            long_number(number, cases[i].head, cases[i].digit, cases[i].n, cases[i].tail);

        cr_expect_eq(dwr_decimal_summable(a), cases[i].summable, "%s", cases[i].says);
    }
}

/* Against arithmetic of the machine where that is exact: all pairs of small numbers, written in
 * several ways. */
Test(decimal, small_numbers_agree_with_the_machine)
{
    enum { FROM = -120, TO = 120 };
    static const struct {
        const char *format;
        int scale; /* hundredths that one unit of the format is */
    } ways[] = { { "%d", 100 }, { "%de-2", 1 }, { "%d.00e-1", 10 }, { "%d.0E+2", 10000 } };

    for (int i = FROM; i <= TO; i += 7)
        for (int j = FROM; j <= TO; j += 3)
            for (size_t v = 0; v < 4; v++)
                for (size_t w = 0; w < 4; w++) {
                    char a[32], b[32], out[DWR_DECIMAL_SUM_BYTES], back[DWR_DECIMAL_SUM_BYTES];
                    const long x = (long)i * ways[v].scale, y = (long)j * ways[w].scale;

                    snprintf(a, sizeof a, ways[v].format, i);
                    snprintf(b, sizeof b, ways[w].format, j);
                    cr_assert_eq(dwr_decimal_compare(text(a), text(b)), (x > y) - (x < y), "%s, %s",
                                 a, b);
                    cr_assert(x != y ||
                                  dwr_decimal_hash(7, text(a)) == dwr_decimal_hash(7, text(b)),
                              "%s, %s", a, b);
                    const size_t n = dwr_decimal_sum(text(NULL), text(a), text(b), out);
                    char expected[48];

                    snprintf(expected, sizeof expected, "%lde-2", x + y);
                    const struct dwr_text sum = { out, n };

                    cr_assert_eq(dwr_decimal_compare(sum, text(expected)), 0, "%s + %s", a, b);
                    const size_t m = dwr_decimal_sum(text(b), sum, text(NULL), back);

                    cr_assert_eq(dwr_decimal_compare((struct dwr_text){ back, m }, text(a)), 0,
                                 "%s + %s - %s", a, b, b);
                }
}
