/* decimal.c - JSON numbers by their mathematical value, without ever making one of them a binary
 * number.
 *
 * A number is read as: sign, its digits from the first to the last that is not 0, and the place of
 * that first digit, a power of ten. The place is the exponent as written plus what the mantissa
 * adds to it (`shift`). Shift is no larger than the text is long and fits an int64_t; the exponent
 * may have any number of digits and stays text. All that is ever asked of it is its difference to
 * another one, and that is streamed from the front: once the difference is far larger than any
 * shift, no later digit can bring it back, so it saturates (`exponent_minus`).
 *
 * Everything is linear in the text and nothing is allocated. */
#include "decimal.h"

#include <string.h>

/* Beyond any shift (a text has less than 2^31 bytes) and small enough to be multiplied by ten. */
#define FAR_APART ((int64_t)1 << 56)

struct number {
    bool negative;
    bool exponent_negative;
    const char *first, *end; /* digits, a point among them perhaps; first == end: it is 0 */
    const char *point;       /* NULL where there is none */
    int64_t shift;           /* the place of the first digit by the mantissa alone: 2 in 123 */
    const char *exponent;    /* without sign and leading zeros */
    size_t exponent_n;
};

static struct number number_of(struct dwr_text text)
{
    const char *p = text.p, *const end = text.p + text.n;
    struct number x = { .negative = *p == '-' };

    if (x.negative)
        p++;
    for (; p < end && (*p | 0x20) != 'e'; p++) {
        if (*p == '.') {
            x.point = p;
        } else if (*p != '0') {
            if (x.first == NULL)
                x.first = p;
            x.end = p + 1;
        }
    }
    if (x.first != NULL) {
        const char *const units = x.point != NULL ? x.point : p;

        x.shift = x.first < units ? units - x.first - 1 : units - x.first;
    }
    if (p < end) {
        p++;
        x.exponent_negative = *p == '-';
        if (*p == '-' || *p == '+')
            p++;
        while (p < end && *p == '0')
            p++;
        x.exponent = p;
        x.exponent_n = (size_t)(end - p);
    }
    return x;
}

static bool is_zero(const struct number *x)
{
    return x->first == NULL;
}

/* The digit of the exponent that has `right` digits to its right, with the exponent's sign. */
static int exponent_digit(const struct number *x, size_t right)
{
    if (right >= x->exponent_n)
        return 0;
    const int digit = x->exponent[x->exponent_n - 1 - right] - '0';

    return x->exponent_negative ? -digit : digit;
}

/* a's exponent minus b's, or one of +-FAR_APART and beyond. With |d| >= 2 the next digit, which
 * adds at most 18, cannot turn the sign of 10 * d: a difference that is far stays far. */
static int64_t exponent_minus(const struct number *a, const struct number *b)
{
    size_t right = a->exponent_n > b->exponent_n ? a->exponent_n : b->exponent_n;
    int64_t difference = 0;

    while (right-- > 0) {
        difference = difference * 10 + exponent_digit(a, right) - exponent_digit(b, right);
        if (difference >= FAR_APART || difference <= -FAR_APART)
            return difference;
    }
    return difference;
}

static const char *past_point(const struct number *x, const char *p)
{
    return p == x->point ? p + 1 : p;
}

/* Both begin with a digit at the same place. Neither ends in 0, so the longer one is the larger. */
static int compare_digits(const struct number *a, const struct number *b)
{
    const char *p = a->first, *q = b->first;

    while (p < a->end && q < b->end) {
        if (*p != *q)
            return *p < *q ? -1 : 1;
        p = past_point(a, p + 1);
        q = past_point(b, q + 1);
    }
    return (p < a->end) - (q < b->end);
}

int dwr_decimal_compare(struct dwr_text a, struct dwr_text b)
{
    const struct number x = number_of(a), y = number_of(b);
    const int x_sign = is_zero(&x) ? 0 : x.negative ? -1 : 1;
    const int y_sign = is_zero(&y) ? 0 : y.negative ? -1 : 1;

    if (x_sign != y_sign)
        return x_sign < y_sign ? -1 : 1;
    if (x_sign == 0)
        return 0;

    const int64_t places = exponent_minus(&x, &y) + x.shift - y.shift;
    const int order = places != 0 ? (places > 0) - (places < 0) : compare_digits(&x, &y);

    return x_sign * order;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9FB21C651E98DF25u;
    return h ^ h >> 32;
}

/* The place of the first digit, modulo a prime: exponents are too long to be anything else. */
static uint64_t place_hash(const struct number *x)
{
    const uint64_t prime = ((uint64_t)1 << 59) - 55;
    uint64_t v = 0;

    for (size_t i = 0; i < x->exponent_n; i++)
        v = (v * 10 + (uint64_t)(x->exponent[i] - '0')) % prime;
    if (x->exponent_negative)
        v = prime - v;
    return (v + prime + (uint64_t)x->shift) % prime;
}

uint64_t dwr_decimal_hash(uint64_t seed, struct dwr_text a)
{
    const struct number x = number_of(a);
    uint64_t h = seed ^ 0x8D2C5F4E91B3A607u, word = 0;
    unsigned digits = 0;

    if (is_zero(&x))
        return h;
    h = mix(h, place_hash(&x) << 1 | x.negative);
    /* Words of 18 digits, counted from the first. */
    for (const char *p = x.first; p < x.end; p = past_point(&x, p + 1)) {
        word = word * 10 + (uint64_t)(*p - '0');
        if (++digits == 18) {
            h = mix(h, word);
            word = 0;
            digits = 0;
        }
    }
    return digits == 0 ? h : mix(mix(h, word), digits);
}

/* The place of the first digit, right where it is within FAR_APART. */
static int64_t first_place(const struct number *x)
{
    const struct number none = { .first = NULL };

    return exponent_minus(x, &none) + x->shift;
}

static int64_t digit_count(const struct number *x)
{
    const bool across = x->point != NULL && x->first < x->point && x->point < x->end;

    return x->end - x->first - across;
}

/* A whole number of at most 17 digits without point and exponent: three of them added fit an
 * int64_t. Most numbers are such. */
static bool small_integer(struct dwr_text a, int64_t *value)
{
    size_t i = a.p[0] == '-';
    int64_t v = 0;

    if (a.n > 17 + i)
        return false;
    for (; i < a.n; i++) {
        if (a.p[i] < '0' || a.p[i] > '9')
            return false;
        v = v * 10 + (a.p[i] - '0');
    }
    *value = a.p[0] == '-' ? -v : v;
    return true;
}

static size_t write_integer(int64_t v, char *out)
{
    char digits[20];
    size_t n = 0, length = 0;
    uint64_t rest = v < 0 ? (uint64_t)-v : (uint64_t)v;

    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (v < 0)
        out[length++] = '-';
    while (n > 0)
        out[length++] = digits[--n];
    return length;
}

bool dwr_decimal_summable(struct dwr_text a)
{
    struct number x;
    int64_t small;

    if (small_integer(a, &small))
        return true;
    x = number_of(a);

    if (is_zero(&x))
        return true;

    const int64_t first = first_place(&x), last = first - digit_count(&x) + 1;
    const int64_t before = first > 0 ? first + 1 : 1, after = last < 0 ? -last : 0;

    return before + after <= DWR_SUM_DIGITS_MAX;
}

/* A number written out: digit[PLACE(k)] stands for 10^k. A summable number lies between the places
 * -(DWR_SUM_DIGITS_MAX - 1) and DWR_SUM_DIGITS_MAX - 1; three of them added need one place more. */
#define PLACE(k) ((k) + DWR_SUM_DIGITS_MAX)

struct column_sum {
    int lowest, highest; /* places in use; 0 lies between them */
    int digit[2 * DWR_SUM_DIGITS_MAX + 2];
};

static void widen(struct column_sum *sum, const struct number *x)
{
    const int highest = (int)first_place(x), lowest = highest - (int)digit_count(x) + 1;

    if (highest > sum->highest)
        sum->highest = highest;
    if (lowest < sum->lowest)
        sum->lowest = lowest;
}

static void add(struct column_sum *sum, const struct number *x, bool minus)
{
    const int sign = x->negative != minus ? -1 : 1;
    int place = (int)first_place(x);

    for (const char *p = x->first; p < x->end; p = past_point(x, p + 1))
        sum->digit[PLACE(place--)] += sign * (*p - '0');
}

/* Brings every digit into 0..9; what is carried out at the top: -1 where the sum is below 0. */
static int carry(struct column_sum *sum)
{
    int over = 0;

    for (int k = sum->lowest; k <= sum->highest; k++) {
        const int v = sum->digit[PLACE(k)] + over;
        const int digit = ((v % 10) + 10) % 10;

        sum->digit[PLACE(k)] = digit;
        over = (v - digit) / 10;
    }
    return over;
}

static size_t write_out(const struct column_sum *sum, bool negative, char *out)
{
    int k = sum->highest, lowest = sum->lowest;
    char *p = out;

    if (negative)
        *p++ = '-';
    while (k > 0 && sum->digit[PLACE(k)] == 0)
        k--;
    for (; k >= 0; k--)
        *p++ = (char)('0' + sum->digit[PLACE(k)]);
    while (lowest < 0 && sum->digit[PLACE(lowest)] == 0)
        lowest++;
    if (lowest < 0)
        *p++ = '.';
    for (; k >= lowest; k--)
        *p++ = (char)('0' + sum->digit[PLACE(k)]);
    return (size_t)(p - out);
}

size_t dwr_decimal_sum(struct dwr_text base, struct dwr_text server, struct dwr_text client,
                       char out[DWR_DECIMAL_SUM_BYTES])
{
    const struct dwr_text terms[3] = { server, client, base };
    struct number x[3];
    struct column_sum sum;
    unsigned count = 0, base_at = 3;
    int64_t small[3] = { 0, 0, 0 };
    bool negative, all_small = true;

    for (unsigned i = 0; i < 3 && all_small; i++)
        all_small = terms[i].p == NULL || small_integer(terms[i], &small[i]);
    if (all_small)
        return write_integer(small[0] + small[1] - small[2], out);
    sum.lowest = sum.highest = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (terms[i].p == NULL)
            continue;
        x[count] = number_of(terms[i]);
        if (is_zero(&x[count]))
            continue;
        if (i == 2)
            base_at = count;
        widen(&sum, &x[count++]);
    }
    sum.highest++;
    memset(&sum.digit[PLACE(sum.lowest)], 0,
           (size_t)(sum.highest - sum.lowest + 1) * sizeof *sum.digit);
    for (unsigned i = 0; i < count; i++)
        add(&sum, &x[i], i == base_at);

    negative = carry(&sum) < 0;
    if (negative) {
        /* The digits are those of 10^(highest + 1) + sum; take them from that power again. */
        for (int k = sum.lowest; k <= sum.highest; k++)
            sum.digit[PLACE(k)] = -sum.digit[PLACE(k)];
        (void)carry(&sum);
    }
    return write_out(&sum, negative, out);
}

size_t dwr_decimal_next(struct dwr_text a, char out[DWR_DECIMAL_SUM_BYTES])
{
    const struct dwr_text one = { "1", 1 }, none = { NULL, 0 };

    return dwr_decimal_sum(none, a, one, out);
}
