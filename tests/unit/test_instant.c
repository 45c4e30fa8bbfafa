/* test_instant.c - what is a timestamp, and which instant it is (semantics 1.5). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/instant.h"

static bool read(const char *text, struct dwr_instant *out)
{
    return dwr_instant_read(text, strlen(text), out);
}

static const struct timestamp_case {
    const char *says, *text;
    bool is_timestamp;
    int64_t seconds; /* `date -u -d … +%s` */
    const char *fraction;
} timestamp_cases[] = {
    { "the epoch", "1970-01-01", true, 0, "" },
    { "a date is midnight UTC", "2024-03-01", true, 1709251200, "" },
    { "a date and a time are UTC", "2024-03-01 12:34:56", true, 1709296496, "" },
    { "with a fraction", "2024-03-01 12:34:56.5", true, 1709296496, "5" },
    { "zeros at the end of a fraction mean nothing", "2024-03-01 12:34:56.500", true, 1709296496,
      "5" },
    { "a fraction of zeros is none", "2024-03-01 12:34:56.000000", true, 1709296496, "" },
    { "any number of digits", "2024-03-01 12:34:56.0000000000000000000000000000000000000001", true,
      1709296496, "0000000000000000000000000000000000000001" },
    { "T and Z", "2024-03-01T12:34:56Z", true, 1709296496, "" },
    { "in either case", "2024-03-01t12:34:56z", true, 1709296496, "" },
    { "and mixed", "2024-03-01T12:34:56.25z", true, 1709296496, "25" },
    { "east of Greenwich it is earlier", "2024-03-01T12:34:56+02:00", true, 1709289296, "" },
    { "west it is later", "2024-03-01T12:34:56-05:30", true, 1709316296, "" },
    { "offsets to 23:59", "2024-03-01T12:34:56+23:59", true, 1709210156, "" },
    { "an offset of -00:00", "2024-03-01T12:34:56-00:00", true, 1709296496, "" },
    { "a fraction and an offset", "2024-03-01T12:34:56.125+02:00", true, 1709289296, "125" },
    { "a second 60 is the next minute's first", "2016-12-31 23:59:60", true, 1483228800, "" },
    { "the first year", "0001-01-01", true, -62135596800, "" },
    { "the last second", "9999-12-31 23:59:59", true, 253402300799, "" },
    { "before the first year by an offset", "0001-01-01T00:00:00+23:59", true, -62135683140, "" },
    { "a leap year", "2024-02-29", true, 1709164800, "" },
    { "a leap year of 400", "2000-02-29", true, 951782400, "" },
    { "a date before the epoch", "1969-12-31 23:59:59", true, -1, "" },
    { "no leap year of 100", "1900-02-29", false, 0, NULL },
    { "no leap year", "2023-02-29", false, 0, NULL },
    { "February has no 30th", "2024-02-30", false, 0, NULL },
    { "April has 30 days", "2024-04-31", false, 0, NULL },
    { "December has 31", "2024-12-32", false, 0, NULL },
    { "there is no month 13", "2024-13-01", false, 0, NULL },
    { "nor month 0", "2024-00-01", false, 0, NULL },
    { "nor day 0", "2024-01-00", false, 0, NULL },
    { "nor year 0", "0000-01-01", false, 0, NULL },
    { "hours to 23", "2024-03-01 24:00:00", false, 0, NULL },
    { "minutes to 59", "2024-03-01 12:60:00", false, 0, NULL },
    { "seconds to 60", "2024-03-01 12:00:61", false, 0, NULL },
    { "offset hours to 23", "2024-03-01T12:00:00+24:00", false, 0, NULL },
    { "offset minutes to 59", "2024-03-01T12:00:00+12:60", false, 0, NULL },
    { "T without a zone", "2024-03-01T12:34:56", false, 0, NULL },
    { "T with a fraction and without a zone", "2024-03-01T12:34:56.5", false, 0, NULL },
    { "a space with a zone", "2024-03-01 12:34:56Z", false, 0, NULL },
    { "a space with an offset", "2024-03-01 12:34:56+00:00", false, 0, NULL },
    { "a point without a digit", "2024-03-01 12:34:56.", false, 0, NULL },
    { "a point without a digit, then a zone", "2024-03-01T12:34:56.Z", false, 0, NULL },
    { "a comma for the point", "2024-03-01 12:34:56,5", false, 0, NULL },
    { "no seconds", "2024-03-01 12:34", false, 0, NULL },
    { "no seconds, with a zone", "2024-03-01T12:34Z", false, 0, NULL },
    { "an offset without its colon", "2024-03-01T12:34:56+0200", false, 0, NULL },
    { "an offset without minutes", "2024-03-01T12:34:56+02", false, 0, NULL },
    { "two zones", "2024-03-01T12:34:56ZZ", false, 0, NULL },
    { "something behind it", "2024-03-01 12:34:56 ", false, 0, NULL },
    { "something behind a date", "2024-03-01 ", false, 0, NULL },
    { "something before it", " 2024-03-01", false, 0, NULL },
    { "slashes", "2024/03/01", false, 0, NULL },
    { "one digit short", "2024-3-01", false, 0, NULL },
    { "five digits of a year", "12024-03-01", false, 0, NULL },
    { "a letter for a digit", "2024-O3-01", false, 0, NULL },
    { "a letter in the time", "2024-03-01 1a:00:00", false, 0, NULL },
    { "a letter in the fraction", "2024-03-01 12:34:56.5x", false, 0, NULL },
    { "a sign for a digit", "-024-03-01", false, 0, NULL },
    { "nothing", "", false, 0, NULL },
    { "half a date", "2024-03-0", false, 0, NULL },
};

Test(instant, what_is_a_timestamp_and_which_instant)
{
    for (size_t i = 0; i < sizeof timestamp_cases / sizeof *timestamp_cases; i++) {
        const struct timestamp_case *t = &timestamp_cases[i];
        struct dwr_instant at;

        cr_expect_eq(read(t->text, &at), t->is_timestamp, "%s: %s", t->says, t->text);
        if (!t->is_timestamp || !read(t->text, &at))
            continue;
        cr_expect_eq(at.seconds, t->seconds, "%s: %s is %lld", t->says, t->text,
                     (long long)at.seconds);
        cr_expect(at.fraction_n == strlen(t->fraction) &&
                      memcmp(at.fraction, t->fraction, at.fraction_n) == 0,
                  "%s: the fraction of %s", t->says, t->text);
    }
}

/* Every single byte of a timestamp matters: none of its places takes a letter, a high byte or a
 * NUL. (The exceptions are the places where another character is right as well.) */
Test(instant, no_place_takes_another_character)
{
    static const char *const texts[] = { "2024-03-01", "2024-03-01 12:34:56.5",
                                         "2024-03-01T12:34:56.5+01:30" };
    static const char wrong[] = { 'x', '/', ';', '\0', (char)0xB2, '?' };

    for (size_t i = 0; i < 3; i++)
        for (size_t at = 0; at < strlen(texts[i]); at++)
            for (size_t w = 0; w < sizeof wrong; w++) {
                char text[40];
                struct dwr_instant ignored;

                strcpy(text, texts[i]);
                text[at] = wrong[w];
                cr_expect_not(dwr_instant_read(text, strlen(texts[i]), &ignored), "%s, byte %zu",
                              texts[i], at);
            }
}

/* Cut at every place: a timestamp only where the whole of one stands. */
Test(instant, a_cut_timestamp_is_none)
{
    static const char text[] = "2024-03-01T12:34:56.5+01:30";

    for (size_t n = 0; n < sizeof text; n++) {
        /* Its own copy, so that a read past the end is found. */
        char *const copy = malloc(n + 1);
        struct dwr_instant ignored;

        memcpy(copy, text, n);
        cr_expect_eq(dwr_instant_read(copy, n, &ignored), n == 10 || n == sizeof text - 1,
                     "the first %zu bytes", n);
        free(copy);
    }
}

/* All days of the years 0001 to 9999 follow each other, and the stamp finds them again. */
Test(instant, every_day_follows_the_day_before)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int64_t expected = -62135596800;

    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

            for (int day = 1; day <= days[month - 1] + (month == 2 && leap); day++) {
                char text[48], stamp[48], out[24];
                struct dwr_instant at;

                snprintf(text, sizeof text, "%04d-%02d-%02d 23:05:09", year, month, day);
                snprintf(stamp, sizeof stamp, "%04d%02d%02dT230509Z", year, month, day);
                cr_assert(read(text, &at), "%s", text);
                cr_assert_eq(at.seconds, expected + 23 * 3600 + 5 * 60 + 9, "%s", text);
                cr_assert_eq(dwr_instant_stamp(&at, out), 16);
                cr_assert_eq(memcmp(out, stamp, 16), 0, "%s: %.16s", text, out);
                expected += 86400;
            }
        }
}

static const struct order_case {
    const char *says, *a, *b;
    int order;
} order_cases[] = {
    { "a date is its midnight", "2024-03-01", "2024-03-01 00:00:00", 0 },
    { "the same instant in two zones", "2024-03-01T12:00:00+02:00", "2024-03-01T05:00:00-05:00",
      0 },
    { "the space form is UTC", "2024-03-01 10:00:00", "2024-03-01T12:00:00+02:00", 0 },
    { "a second 60 is the next minute", "2024-03-01 10:00:60", "2024-03-01 10:01:00", 0 },
    { "over the year's end", "2024-12-31T23:30:00-01:00", "2025-01-01 00:30:00", 0 },
    { "a second earlier", "2024-03-01 10:00:00", "2024-03-01 10:00:01", -1 },
    { "any fraction is later than none", "2024-03-01 10:00:00", "2024-03-01 10:00:00.0001", -1 },
    { "0.5 is 0.50", "2024-03-01 10:00:00.5", "2024-03-01 10:00:00.50", 0 },
    { "0.5 before 0.51", "2024-03-01 10:00:00.5", "2024-03-01 10:00:00.51", -1 },
    { "0.49 before 0.5", "2024-03-01 10:00:00.49", "2024-03-01 10:00:00.5", -1 },
    { "the thirtieth digit counts", "2024-03-01 10:00:00.000000000000000000000000000001",
      "2024-03-01 10:00:00.000000000000000000000000000002", -1 },
    { "a fraction before the next second", "2024-03-01 10:00:00.999999", "2024-03-01 10:00:01",
      -1 },
    { "a fraction before the epoch is later too", "1969-12-31 23:59:59", "1969-12-31 23:59:59.5",
      -1 },
};

Test(instant, instants_compare_exactly)
{
    for (size_t i = 0; i < sizeof order_cases / sizeof *order_cases; i++) {
        const struct order_case *t = &order_cases[i];
        struct dwr_instant a, b;

        cr_assert(read(t->a, &a) && read(t->b, &b), "%s", t->says);
        cr_expect_eq(dwr_instant_compare(&a, &b), t->order, "%s", t->says);
        cr_expect_eq(dwr_instant_compare(&b, &a), -t->order, "the other way: %s", t->says);
    }
}

Test(instant, the_stamp_is_utc_without_fraction)
{
    static const struct {
        const char *says, *text, *stamp;
    } cases[] = {
        { "as written", "2024-03-01 12:34:56", "20240301T123456Z" },
        { "the fraction is dropped", "2024-03-01T12:34:56.999Z", "20240301T123456Z" },
        { "in UTC", "2024-03-01T00:30:00+02:00", "20240229T223000Z" },
        { "a date", "2024-02-29", "20240229T000000Z" },
        { "a second 60", "2023-12-31 23:59:60", "20240101T000000Z" },
        { "before the epoch", "1969-07-20 20:17:40", "19690720T201740Z" },
        { "an offset behind the last day", "9999-12-31T23:59:59-23:59", "100000101T235859Z" },
        { "an offset before the first", "0001-01-01T00:00:00+00:01", "00001231T235900Z" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[24];
        struct dwr_instant at;

        cr_assert(read(cases[i].text, &at), "%s", cases[i].says);
        const size_t n = dwr_instant_stamp(&at, out);

        cr_expect(n == strlen(cases[i].stamp) && memcmp(out, cases[i].stamp, n) == 0, "%s: %.*s",
                  cases[i].says, (int)n, out);
    }
}
