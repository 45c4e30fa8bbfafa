/* instant.c - timestamps as instants (section 1.5): a number of seconds, and the digits of the
 * fraction where they stand in the text, so that any number of them is exact. */
#include "instant.h"

#include <string.h>

#define SECONDS_A_DAY 86400

/* Days from 0000-01-01 to 1970-01-01 in the calendar carried back. */
#define EPOCH_DAY 719528

/* Days of a year before its month, without a leap day. */
static const uint16_t days_before_month[13] = { 0,   31,  59,  90,  120, 151, 181,
                                                212, 243, 273, 304, 334, 365 };

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 0000-01-01 to the first of January; the year 0 is a leap year. */
static int64_t days_before_year(unsigned year)
{
    if (year == 0)
        return 0;
    const unsigned y = year - 1;

    return (int64_t)year * 365 + 1 + y / 4 - y / 100 + y / 400;
}

static unsigned days_before(unsigned year, unsigned month)
{
    return days_before_month[month - 1] + (month > 2 && is_leap(year));
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days_before_month[month] - days_before_month[month - 1] +
                      (unsigned)(month == 2 && is_leap(year));
}

/* One digit, or 255 and more. */
static unsigned digit(const char *p)
{
    const unsigned d = (unsigned char)*p - (unsigned)'0';

    return d <= 9 ? d : 0x10000;
}

/* Two digits as a number up to 99; anything else is beyond it. */
static unsigned two(const char *p)
{
    return digit(p) * 10 + digit(p + 1);
}

/* The fraction at p[0..n), empty or a point and at least one digit; its length, n + 1 if wrong. */
static size_t read_fraction(const char *p, size_t n, struct dwr_instant *out)
{
    size_t i = 1;

    out->fraction = p;
    out->fraction_n = 0;
    if (n == 0 || p[0] != '.')
        return 0;
    while (i < n && digit(p + i) <= 9)
        i++;
    if (i == 1)
        return n + 1;
    out->fraction = p + 1;
    out->fraction_n = (uint32_t)(i - 1);
    while (out->fraction_n > 0 && out->fraction[out->fraction_n - 1] == '0')
        out->fraction_n--;
    return i;
}

/* Z or +hh:mm or -hh:mm, and nothing else. */
static bool read_zone(const char *p, size_t n, int *offset_seconds)
{
    *offset_seconds = 0;
    if (n == 1)
        return *p == 'Z' || *p == 'z';
    if (n != 6 || (*p != '+' && *p != '-') || p[3] != ':')
        return false;

    const unsigned hours = two(p + 1), minutes = two(p + 4);

    if (hours > 23 || minutes > 59)
        return false;
    *offset_seconds = (int)(hours * 3600 + minutes * 60);
    if (*p == '-')
        *offset_seconds = -*offset_seconds;
    return true;
}

bool dwr_instant_read(const char *p, size_t n, struct dwr_instant *out)
{
    if (n < 10 || p[4] != '-' || p[7] != '-')
        return false;

    const unsigned year = two(p) * 100 + two(p + 2), month = two(p + 5), day = two(p + 8);

    /* A character that is no digit makes a year beyond 9999. */
    if (year > 9999 || !is_date(year, month, day))
        return false;

    const int64_t days = days_before_year(year) + days_before(year, month) + (day - 1) - EPOCH_DAY;

    out->seconds = days * SECONDS_A_DAY;
    out->fraction = p + n;
    out->fraction_n = 0;
    if (n == 10)
        return true;
    if (n < 19 || p[13] != ':' || p[16] != ':')
        return false;

    const bool zoned = p[10] == 'T' || p[10] == 't';
    const unsigned hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
    int offset = 0;

    if ((!zoned && p[10] != ' ') || hour > 23 || minute > 59 || second > 60)
        return false;

    const size_t rest = 19 + read_fraction(p + 19, n - 19, out);

    if (zoned ? rest >= n || !read_zone(p + rest, n - rest, &offset) : rest != n)
        return false;
    out->seconds += (int64_t)(hour * 3600 + minute * 60 + second) - offset;
    return true;
}

int dwr_instant_compare(const struct dwr_instant *a, const struct dwr_instant *b)
{
    if (a->seconds != b->seconds)
        return a->seconds < b->seconds ? -1 : 1;

    const uint32_t n = a->fraction_n < b->fraction_n ? a->fraction_n : b->fraction_n;
    const int order = n == 0 ? 0 : memcmp(a->fraction, b->fraction, n);

    /* Neither ends in 0: of two that agree so far, the longer is the later. */
    if (order == 0)
        return (a->fraction_n > b->fraction_n) - (a->fraction_n < b->fraction_n);
    return order < 0 ? -1 : 1;
}

static char *put(char *p, unsigned value, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + digits;
}

size_t dwr_instant_stamp(const struct dwr_instant *at, char out[24])
{
    /* From 0000-01-01 on: no instant of 1.5 lies before it. */
    const int64_t seconds = at->seconds + (int64_t)EPOCH_DAY * SECONDS_A_DAY;
    const int64_t days = seconds / SECONDS_A_DAY;
    const unsigned time = (unsigned)(seconds % SECONDS_A_DAY);
    unsigned year = (unsigned)(days * 400 / 146097), month = 1;
    char *p = out;

    while (days_before_year(year) > days)
        year--;
    while (days_before_year(year + 1) <= days)
        year++;

    const unsigned day = (unsigned)(days - days_before_year(year));

    while (month < 12 && days_before(year, month + 1) <= day)
        month++;
    p = put(p, year, year > 9999 ? 5 : 4);
    p = put(p, month, 2);
    p = put(p, day - days_before(year, month) + 1, 2);
    *p++ = 'T';
    p = put(p, time / 3600, 2);
    p = put(p, time / 60 % 60, 2);
    p = put(p, time % 60, 2);
    *p++ = 'Z';
    return (size_t)(p - out);
}
