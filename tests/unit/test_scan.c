/* test_scan.c - the scanner's strict check (section 1.4), its small tools and its name sets, over
 * every code path of the machine. What index() gives is test_lockstep.c's. */
#define _DEFAULT_SOURCE 1

#include "tests/support/scan_reference.h"

#include <criterion/criterion.h>
#include <time.h>

#include "core/scan_names.h"

static struct dwr_scratch *scratch;
static struct guarded guard;

static void set_up(void)
{
    scratch = dwr_scratch_new();
    cr_assert_not_null(scratch);
    guard = guarded_new((size_t)16 << 20);
}

static void tear_down(void)
{
    dwr_scratch_free(scratch);
    guarded_free(&guard);
}

TestSuite(scan, .init = set_up, .fini = tear_down);

/* The path of this machine behind the given one, the first for NULL; NULL behind the last. */
static const struct dwr_scan_ops *path_after(const struct dwr_scan_ops *scan)
{
    size_t i = 0;

    while (scan != NULL && strcmp(reference_paths[i++], scan->name) != 0)
        ;
    while (i < REFERENCE_PATHS && reference_path(i) == NULL)
        i++;
    return i < REFERENCE_PATHS ? reference_path(i) : NULL;
}

#define EACH_PATH(scan)                                                                            \
    for (const struct dwr_scan_ops *scan = path_after(NULL); scan != NULL; scan = path_after(scan))

static enum dwr_rc check(const struct dwr_scan_ops *scan, struct dwr_text text, unsigned depth)
{
    struct dwr_text value;

    dwr_scratch_reset(scratch);
    return scan->check(scratch, text, depth, &value);
}

/* Every path says of the text what the reference says. */
static void expect_reference(struct dwr_text source, const char *says, unsigned detail)
{
    const struct dwr_text text = guarded_copy(&guard, source);
    struct dwr_text value;
    const enum dwr_rc rc = reference_check(text, DWR_DEPTH_MAX, &value);

    EACH_PATH(scan)
    cr_expect_eq(check(scan, text, DWR_DEPTH_MAX), rc, "%s: %s %x", scan->name, says, detail);
}

/* --- truncation --- */

/* Something of everything, longer than two blocks. */
static const char document[] =
    "{\"name\":\"JOB-17\",\"n\":-12.50e+3, \"\\u0061\\ud83d\\ude00\":\"\xE2\x82\xAC "
    "\xF0\x9F\x98\x80 "
    "\\\"quoted\\\" \\\\\",\n\t\"list\":[true,false,null,{\"deep\":[[],{}]},0],\"rows\":[{\"item\":"
    "\"WIDGET-9\",\"qty\":2},{\"item\":\"a text that goes on for so long that it fills a block of "
    "its own and some of the next\",\"qty\":3}],\"last\":\"\"}";

/* Semantics 1.4: a document that ends early is refused, and nothing behind its end is read. */
Test(scan, every_truncation_is_refused)
{
    for (size_t n = 0; n < sizeof document - 1; n++) {
        const struct dwr_text text = guarded_copy(&guard, (struct dwr_text){ (char *)document, n });

        EACH_PATH(scan)
        cr_expect_neq(check(scan, text, DWR_DEPTH_MAX), DWR_OK, "%s: the first %zu bytes",
                      scan->name, n);
    }
    EACH_PATH(scan)
    cr_expect_eq(check(scan, (struct dwr_text){ document, sizeof document - 1 }, DWR_DEPTH_MAX),
                 DWR_OK, "%s: all of it", scan->name);
}

/* The same for what is skimmed: a value that ends early ends at its end. */
Test(scan, skipping_stops_at_the_end)
{
    for (size_t n = 1; n < sizeof document - 1; n++) {
        const struct dwr_text text = guarded_copy(&guard, (struct dwr_text){ (char *)document, n });

        EACH_PATH(scan)
        for (size_t i = 0; i < n; i++) {
            const char *p = scan->skip(text.p + i, text.p + n);

            cr_assert(p >= text.p + i && p <= text.p + n, "%s: from %zu of %zu", scan->name, i, n);
        }
    }
}

/* --- depth --- */

static struct dwr_text nested(struct buffer *b, const char *open, const char *close, unsigned n)
{
    b->n = 0;
    for (unsigned i = 0; i < n; i++)
        put_text(b, open);
    for (unsigned i = 0; i < n; i++)
        put_text(b, close);
    return guarded_copy(&guard, text_of(b));
}

/* Semantics 1.4: nesting deeper than 64 is refused; the document itself is 1. */
Test(scan, depth_is_counted_from_the_value)
{
    static const unsigned limits[] = {
        1, 2, 3, DWR_DEPTH_MAX - 1, DWR_DEPTH_MAX, DWR_DEPTH_MAX + 1
    };
    struct buffer b = { 0 };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const unsigned limit = limits[i];

        EACH_PATH(scan)
        {
            cr_expect_eq(check(scan, nested(&b, "[", "]", limit), limit), DWR_OK, "%s: %u arrays",
                         scan->name, limit);
            cr_expect_eq(check(scan, nested(&b, "[", "]", limit + 1), limit), DWR_TOO_DEEP,
                         "%s: one array more than %u", scan->name, limit);
            if (limit >= 2)
                cr_expect_eq(check(scan, nested(&b, "{\"a\":[", "]}", limit / 2), limit), DWR_OK,
                             "%s: %u objects and arrays", scan->name, limit);
            cr_expect_eq(check(scan, nested(&b, "{\"a\":[", "]}", limit / 2 + 1), limit),
                         DWR_TOO_DEEP, "%s: objects and arrays over %u", scan->name, limit);
        }
    }
    EACH_PATH(scan)
    {
        cr_expect_eq(check(scan, (struct dwr_text){ "17", 2 }, 0), DWR_OK, "a scalar is no level");
        cr_expect_eq(check(scan, (struct dwr_text){ "[]", 2 }, 0), DWR_TOO_DEEP, "an array is one");
    }
    free(b.p);
}

/* --- bytes --- */

/* Every byte as it is inside a string, behind a backslash, and between two tokens. */
Test(scan, every_byte_everywhere)
{
    for (unsigned c = 0; c < 256; c++) {
        char raw[] = "[\"a?b\"]", escape[] = "[\"a\\?b\"]", space[] = "[1?]",
             hex[] = "[\"\\u00?0\"]";

        raw[3] = escape[4] = space[2] = (char)c;
        hex[6] = (char)c;
        expect_reference((struct dwr_text){ raw, sizeof raw - 1 }, "a string of", c);
        expect_reference((struct dwr_text){ escape, sizeof escape - 1 }, "an escape by", c);
        expect_reference((struct dwr_text){ space, sizeof space - 1 }, "behind a number", c);
        expect_reference((struct dwr_text){ hex, sizeof hex - 1 }, "a digit of an escape", c);
    }
}

/* Semantics 1.4, UTF-8: every first byte with what may and may not follow it. */
Test(scan, utf8_is_strict)
{
    static const unsigned char tails[] = { 0x22, 0x41, 0x7F, 0x80, 0x8F, 0x90,
                                           0x9F, 0xA0, 0xBF, 0xC0, 0xFF };
    const unsigned n = sizeof tails;

    for (unsigned first = 0x80; first < 0x100; first++)
        for (unsigned k = 0; k < n * n * n; k++) {
            const char text[] = { '"',
                                  (char)first,
                                  (char)tails[k % n],
                                  (char)tails[k / n % n],
                                  (char)tails[k / n / n],
                                  '"' };

            expect_reference((struct dwr_text){ text, sizeof text }, "a character of",
                             first << 24 | (unsigned)tails[k % n] << 16 |
                                 (unsigned)tails[k / n % n] << 8 | tails[k / n / n]);
        }
}

/* All pairs of code units as escapes: halves find each other or are refused. */
Test(scan, surrogates_come_in_pairs)
{
    static const unsigned units[] = { 0x0000, 0x0041, 0xD7FF, 0xD800, 0xDBFF,
                                      0xDC00, 0xDFFF, 0xE000, 0xFFFF };
    const size_t n = sizeof units / sizeof *units;

    for (size_t k = 0; k < n * n; k++) {
        char text[20];

        snprintf(text, sizeof text, "\"\\u%04x\\u%04X\"", units[k % n], units[k / n]);
        expect_reference((struct dwr_text){ text, strlen(text) }, text, 0);
    }
}

/* Backslashes in runs of every length across the border of a block. */
Test(scan, runs_of_backslashes)
{
    for (unsigned before = 40; before < 70; before++)
        for (unsigned run = 0; run < 70; run++) {
            struct buffer b = { 0 };
            struct dwr_text text;

            put_text(&b, "[\"");
            for (unsigned i = 0; i < before; i++)
                put_text(&b, "x");
            for (unsigned i = 0; i < run; i++)
                put_text(&b, "\\");
            put_text(&b, run % 2 == 0 ? "\",\"]\"]" : "\",]\"]");
            text = guarded_copy(&guard, text_of(&b));
            EACH_PATH(scan)
            {
                cr_expect_eq(check(scan, text, 1), DWR_OK, "%s: %u backslashes behind %u",
                             scan->name, run, before);
                cr_expect_eq(scan->skip(text.p, text.p + text.n), text.p + text.n,
                             "%s: skipping %u backslashes behind %u", scan->name, run, before);
            }
            free(b.p);
        }
}

/* --- names --- */

/* An object of n members "f0" to "f<n-1>" and, if it is set, one member more. */
static struct dwr_text members(struct buffer *b, unsigned n, const char *more)
{
    b->n = 0;
    put_text(b, "{");
    for (unsigned i = 0; i < n; i++) {
        char member[32];

        snprintf(member, sizeof member, "%s\"f%u\":%u", i > 0 ? "," : "", i, i);
        put_text(b, member);
    }
    if (more != NULL) {
        put_text(b, n > 0 ? "," : "");
        put_text(b, more);
    }
    put_text(b, "}");
    return guarded_copy(&guard, text_of(b));
}

/* Semantics 1.4: a name twice is found among few members and among many, wherever the first is,
 * and however either is written. */
Test(scan, a_name_twice_is_refused)
{
    struct buffer b = { 0 };

    for (unsigned n = 1; n < 300; n = n < 80 ? n + 1 : n * 2) {
        const unsigned firsts[] = { 0, n / 2, n - 1 };

        EACH_PATH(scan)
        cr_expect_eq(check(scan, members(&b, n, "\"g\":0"), 1), DWR_OK, "%s: %u names", scan->name,
                     n);
        for (int k = 0; k < 3; k++) {
            char same[32], escaped[32];

            snprintf(same, sizeof same, "\"f%u\":0", firsts[k]);
            snprintf(escaped, sizeof escaped, "\"\\u0066%u\":0", firsts[k]);
            EACH_PATH(scan)
            {
                cr_expect_eq(check(scan, members(&b, n, same), 1), DWR_DUPLICATE_KEY,
                             "%s: %u names, then %s", scan->name, n, same);
                cr_expect_eq(check(scan, members(&b, n, escaped), 1), DWR_DUPLICATE_KEY,
                             "%s: %u names, then %s", scan->name, n, escaped);
            }
        }
    }
    free(b.p);
}

/* Names that are alike at their ends, short ones and empty ones are names of their own. */
Test(scan, names_that_nearly_meet)
{
    static const char object[] =
        "{\"\":1,\"a\":1,\"aa\":1,\"aaa\":1,\"aba\":1,\"abba\":1,\"abcba\":1,\"\\u0000\":1,"
        "\"\\u0000\\u0000\":1,\"12345678\":1,\"1234567\":1,\"123456781\":1,\"12345678x12345678\":1,"
        "\"12345678y12345678\":1,\"a\\u0000\":1,\"\\u0000a\":1}";

    expect_reference((struct dwr_text){ object, sizeof object - 1 }, "near names", 0);
    EACH_PATH(scan)
    cr_expect_eq(check(scan, (struct dwr_text){ object, sizeof object - 1 }, 1), DWR_OK, "%s",
                 scan->name);
}

static double seconds_of_check(const struct dwr_scan_ops *scan, struct dwr_text text)
{
    double best = 1e9;

    for (int i = 0; i < 3; i++) {
        const clock_t start = clock();
        double spent;

        cr_expect_eq(check(scan, text, 1), DWR_OK, "%s", scan->name);
        spent = (double)(clock() - start) / CLOCKS_PER_SEC;
        best = spent < best ? spent : best;
    }
    return best;
}

/* No quadratic time in the number of members: ten times as many may take thirty times as long. */
Test(scan, many_members_take_linear_time)
{
    struct buffer b = { 0 };

    EACH_PATH(scan)
    {
        const double few = seconds_of_check(scan, members(&b, 10000, NULL));
        const double many = seconds_of_check(scan, members(&b, 100000, NULL));

        cr_expect_lt(many, 30 * few + 0.01, "%s: %g s, then %g s", scan->name, few, many);
        cr_expect_eq(check(scan, members(&b, 100000, "\"f77777\":0"), 1), DWR_DUPLICATE_KEY);
    }
    free(b.p);
}

/* --- names made to have one hash --- */

#define HOSTILE_BYTES 32

/* The hash takes a name of more than 16 bytes word by word: the second word can undo what the first
 * did. Only names of plain letters are kept; no two numbers give the same one. */
static void hostile_name(struct chance *c, unsigned number, char name[HOSTILE_BYTES])
{
    const uint64_t goal = 0x5A5A5A5A00000000u ^ 0x1234567890ABCDEFu;

    for (;;) {
        uint64_t h = HOSTILE_BYTES * 0x9E3779B97F4A7C15u, second;
        bool plain = true;

        for (unsigned i = 8, rest = number; i-- > 0; rest /= 26)
            name[i] = (char)('a' + (i >= 5 ? rest % 26 : pick(c, 26)));
        h = (h ^ dwr_load_le(name, 8)) * 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
        second = h ^ goal;
        for (int i = 0; i < 8; i++) {
            name[8 + i] = (char)(second >> 8 * i);
            plain = plain && name[8 + i] > 0x20 && name[8 + i] < 0x7F && name[8 + i] != '"' &&
                    name[8 + i] != '\\';
        }
        memcpy(name + 16, "the same for all", 16);
        if (plain)
            return;
    }
}

#define HOSTILE_NAMES 4000

/* What names of one hash cost is bounded: against as many honest ones, tens of times. (Compared one
 * by one they would cost thousands.) */
Test(scan, names_of_one_hash_are_no_trap)
{
    static char names[HOSTILE_NAMES][HOSTILE_BYTES];
    struct chance c = { 4 };
    struct buffer hostile = { 0 }, honest = { 0 };
    double spent, fair;

    for (unsigned i = 0; i < HOSTILE_NAMES; i++) {
        char member[64];

        hostile_name(&c, i, names[i]);
        if (i > 0)
            cr_assert_eq(dwr_name_hash(names[i], HOSTILE_BYTES),
                         dwr_name_hash(names[0], HOSTILE_BYTES), "the names have one hash");
        snprintf(member, sizeof member, "%s\"%.32s\":0", i > 0 ? "," : "{", names[i]);
        put_text(&hostile, member);
        snprintf(member, sizeof member, "%s\"%031u!\":0", i > 0 ? "," : "{", i * 7919);
        put_text(&honest, member);
    }
    put_text(&hostile, "}");
    put_text(&honest, "}");
    EACH_PATH(scan)
    {
        fair = seconds_of_check(scan, text_of(&honest));
        spent = seconds_of_check(scan, text_of(&hostile));
        cr_expect_lt(spent, 60 * fair + 0.01, "%s: %g s against %g s", scan->name, spent, fair);
    }
    hostile.n--;
    put_text(&hostile, ",\"");
    put_bytes(&hostile, names[HOSTILE_NAMES / 3], HOSTILE_BYTES);
    put_text(&hostile, "\":1}");
    EACH_PATH(scan)
    cr_expect_eq(check(scan, text_of(&hostile), 1), DWR_DUPLICATE_KEY, "%s", scan->name);
    free(hostile.p);
    free(honest.p);
}

/* The set answers with the number a name was put with first, before and after it is a trie. */
Test(scan, a_set_of_names_keeps_the_first_number)
{
    static char names[HOSTILE_NAMES][HOSTILE_BYTES];
    struct chance c = { 5 };
    struct dwr_nameset set;
    uint32_t found;

    dwr_nameset_init(&set, scratch);
    for (uint32_t i = 0; i < HOSTILE_NAMES; i++) {
        if (i % 2 == 0)
            hostile_name(&c, i, names[i]);
        else
            snprintf(names[i], HOSTILE_BYTES, "%*u", (int)(1 + i % 20), i);
    }
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < HOSTILE_NAMES; i++) {
            const size_t n = i % 2 == 0 ? HOSTILE_BYTES : strlen(names[i]);

            cr_assert_eq(dwr_nameset_put(&set, names[i], n, i + 100000u * (unsigned)round, &found),
                         DWR_OK);
            cr_assert_eq(found, round == 0 ? DWR_NAMESET_NEW : i, "name %u, round %d", i, round);
        }
    cr_expect(set.trie, "so many names of one hash make a trie");
    /* Starts of names, and the empty name, are others. */
    cr_assert_eq(dwr_nameset_put(&set, names[0], 20, 1, &found), DWR_OK);
    cr_expect_eq(found, DWR_NAMESET_NEW);
    cr_assert_eq(dwr_nameset_put(&set, "", 0, 2, &found), DWR_OK);
    cr_expect_eq(found, DWR_NAMESET_NEW);
    cr_assert_eq(dwr_nameset_put(&set, "", 0, 3, &found), DWR_OK);
    cr_expect_eq(found, 2);
}

Test(scan, names_are_unescaped)
{
    static const struct {
        const char *written, *is;
        size_t n;
    } cases[] = {
        { "plain", "plain", 5 },
        { "\\u0061b", "ab", 2 },
        { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8 },
        { "x\\u0000y", "x\0y", 3 },
        { "\\u00e9\\u20AC", "\xC3\xA9\xE2\x82\xAC", 5 },
        { "\\ud83d\\ude00", "\xF0\x9F\x98\x80", 4 },
        { "\\\\u0061", "\\u0061", 6 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dwr_text name =
            dwr_unescape(scratch, cases[i].written, strlen(cases[i].written));

        cr_expect(name.n == cases[i].n && memcmp(name.p, cases[i].is, name.n) == 0, "%s",
                  cases[i].written);
    }
}

/* --- small tools --- */

Test(scan, mismatch_is_the_first_byte_that_differs)
{
    struct reference_round r;

    round_init(&r, 20240517);
    for (int i = 0; i < 3000; i++)
        if (!round_mismatch(&r)) {
            cr_expect(false, "round %d: %s", i, r.complaint.text);
            break;
        }
    round_free(&r);
}

/* Long stretches: every difference within and around the four blocks compared at once. */
Test(scan, mismatch_in_long_texts)
{
    static char a[2200], b[2200];

    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    EACH_PATH(scan)
    for (size_t shift = 0; shift < 64; shift += 21)
        for (size_t at = 0; at < sizeof a - shift; at += 1 + at / 90) {
            const size_t n = sizeof a - shift;

            b[shift + at] = 'y';
            cr_assert_eq(scan->mismatch(a + shift, b + shift, n), at, "%s: at %zu", scan->name, at);
            cr_assert_eq(scan->mismatch(a + shift, b + shift, at), at, "%s: before %zu", scan->name,
                         at);
            b[shift + at] = 'x';
        }
}

/* check() gives the value without the space around it. */
Test(scan, the_value_stands_without_its_spaces)
{
    EACH_PATH(scan)
    {
        const char text[] = " \n {\"a\": 1 }\t ";
        struct dwr_text value = { 0 };

        cr_expect_eq(scan->check(scratch, (struct dwr_text){ text, sizeof text - 1 }, 1, &value),
                     DWR_OK);
        cr_expect(value.p == text + 3 && value.n == 9, "%s: %.*s", scan->name, (int)value.n,
                  value.p);
        cr_expect_eq(scan->check(scratch, (struct dwr_text){ text, sizeof text - 1 }, 1, NULL),
                     DWR_OK, "the value need not be asked for");
        cr_expect_eq(check(scan, (struct dwr_text){ NULL, 0 }, 1), DWR_INVALID_JSON, "no text");
    }
}

/* What a walk meets, as "key=value;" or "value;". */
static void walked(const struct dwr_scan_ops *scan, const char *text, struct buffer *out)
{
    struct dwr_walk w = dwr_walk_of((struct dwr_text){ text, strlen(text) });
    struct dwr_text key, value;

    out->n = 0;
    while (dwr_walk_next(&w, scan, &key, &value)) {
        if (w.object) {
            put_bytes(out, key.p, key.n);
            put_text(out, "=");
        }
        put_bytes(out, value.p, value.n);
        put_text(out, ";");
    }
    put_bytes(out, "", 1);
}

Test(scan, walking_a_value)
{
    static const struct {
        const char *text, *meets;
    } cases[] = {
        { "[]", "" },
        { "[ ]", "" },
        { "{ \n}", "" },
        { "[1]", "1;" },
        { "[1,\"a,]\",[2,[3]],{\"b\":4},null]", "1;\"a,]\";[2,[3]];{\"b\":4};null;" },
        { "[ 1 , 2\t,\n3 ]", "1;2;3;" },
        { "{\"a\":1,\"b\":\"x\"}", "\"a\"=1;\"b\"=\"x\";" },
        { "{\"a\\\"}\" : [ 1 ] , \"\" :{}}", "\"a\\\"}\"=[ 1 ];\"\"={};" },
    };
    struct buffer out = { 0 };

    EACH_PATH(scan)
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        walked(scan, cases[i].text, &out);
        cr_expect_str_eq(out.p, cases[i].meets, "%s: %s", scan->name, cases[i].text);
    }
    free(out.p);
}

/* Garbage cannot make a walk endless or lead it outside. */
Test(scan, walking_garbage_ends)
{
    static const char wild[] = "{}[]\",:1 x\\";
    struct chance c = { 6 };

    for (int round = 0; round < 20000; round++) {
        char text[24];
        const size_t n = 2 + pick(&c, sizeof text - 2);
        struct dwr_text t, key, value;

        for (size_t i = 0; i < n; i++)
            text[i] = wild[pick(&c, sizeof wild - 1)];
        t = guarded_copy(&guard, (struct dwr_text){ text, n });
        EACH_PATH(scan)
        {
            struct dwr_walk w = dwr_walk_of(t);
            size_t steps = 0;

            while (dwr_walk_next(&w, scan, &key, &value)) {
                cr_assert(value.p > t.p && value.p + value.n < t.p + t.n, "%s", scan->name);
                cr_assert_lt(++steps, n, "%s: %.*s", scan->name, (int)n, text);
            }
        }
    }
}

/* --- the choice of a path --- */

Test(scan, paths_are_found_by_name)
{
    cr_expect_null(dwr_scan_named("mmx"));
    cr_expect_null(dwr_scan_named(""));
    cr_expect_not_null(dwr_scan_named(dwr_scan_best()->name), "the best is one of them");
    EACH_PATH(scan)
    {
        cr_expect_eq(dwr_scan_named(scan->name), scan);
        cr_expect(dwr_scratch_simd(scratch, scan->name));
        cr_expect_str_eq(dwr_simd_name(scratch), scan->name);
    }
    cr_expect_not(dwr_scratch_simd(scratch, "mmx"), "a path that is not there is refused");
}
