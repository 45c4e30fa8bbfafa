/* test_out.c - escapes, and files written whole or not at all. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../compiler/out.h"

/* --- escapes --- */

static const struct escape_case {
    const char *says;
    struct dwr_str text;
    const char *literal;
} escape_cases[] = {
    { "plain text stays", DWR_STR("status"), "status" },
    { "quotes and backslashes", DWR_STR("a \"b\" \\ c"), "a \\\"b\\\" \\\\ c" },
    { "line ends and tabs", DWR_STR("a\nb\tc"), "a\\nb\\tc" },
    { "control characters in three digits, so that a digit may follow",
      DWR_STR("\001"
              "7\177"
              "1"),
      "\\0017\\1771" },
    { "a NUL is a character like others", DWR_STR("a\0b"), "a\\000b" },
    { "letters of other scripts are kept", DWR_STR("Straße 東京 😀"), "Straße 東京 😀" },
    { "marks that turn the direction are shown", DWR_STR("a\u202Eb"), "a\\342\\200\\256b" },
    { "spaces of no width are shown", DWR_STR("a\u200Bb\uFEFF"),
      "a\\342\\200\\213b\\357\\273\\277" },
    { "C1 controls are shown", DWR_STR("\xC2\x85"), "\\302\\205" },
    { "bytes that are no UTF-8", DWR_STR("\xC3(\xFF\xE6\x9D"), "\\303(\\377\\346\\235" },
    { "one question mark", DWR_STR("why?"), "why?" },
    { "two would begin a trigraph", DWR_STR("?\?="), "?\\?=" },
    { "many", DWR_STR("?\?\?\?"), "?\\?\\?\\?" },
    { "not when something stands between", DWR_STR("?a?"), "?a?" },
    { "nothing", DWR_STR(""), "" },
};

static struct dwr_str escaped(struct arena *a, void (*put)(struct out *, struct dwr_str),
                              struct dwr_str text)
{
    struct out_memory m;

    out_memory_begin(&m, a);
    put(&m.out, text);
    return out_memory_bytes(&m);
}

static bool is(struct dwr_str s, const char *expected)
{
    return s.n == strlen(expected) && memcmp(s.p, expected, s.n) == 0;
}

Test(out, text_as_the_inside_of_a_c_literal)
{
    struct arena a = { 0 };

    for (size_t i = 0; i < sizeof escape_cases / sizeof *escape_cases; i++) {
        const struct escape_case *t = &escape_cases[i];
        const struct dwr_str got = escaped(&a, out_c_text, t->text);

        cr_expect(is(got, t->literal), "%s: got %.*s", t->says, (int)got.n, got.p);
    }
    arena_clear(&a);
}

Test(out, text_inside_a_comment_neither_ends_it_nor_begins_another)
{
    struct arena a = { 0 };

    cr_expect(is(escaped(&a, out_c_comment, (struct dwr_str)DWR_STR("a */ b /* c")),
                 "a \\052/ b /\\052 c"));
    cr_expect(is(escaped(&a, out_c_comment, (struct dwr_str)DWR_STR("a\n?\?/")), "a\\n?\\?/"));
    arena_clear(&a);
}

Test(out, text_inside_a_json_string)
{
    struct arena a = { 0 };

    cr_expect(is(escaped(&a, out_json_text, (struct dwr_str)DWR_STR("\"a\\\n\001 ü")),
                 "\\\"a\\\\\\n\\u0001 ü"));
    arena_clear(&a);
}

Test(out, text_of_xml_and_html)
{
    static const struct dwr_str text = DWR_STR("<a & \"b\">\n\t\001\xEF\xBF\xBFü");
    struct arena a = { 0 };

    cr_expect(is(escaped(&a, out_xml_text, text),
                 "&lt;a &amp; &quot;b&quot;&gt;&#10;\t\xEF\xBF\xBD\xEF\xBF\xBDü"));
    arena_clear(&a);
}

Test(out, numbers_in_full)
{
    struct arena a = { 0 };
    struct out_memory m;

    out_memory_begin(&m, &a);
    out_number(&m.out, 0);
    out_char(&m.out, ' ');
    out_number(&m.out, 10);
    out_char(&m.out, ' ');
    out_number(&m.out, UINT64_MAX);
    cr_expect(is(out_memory_bytes(&m), "0 10 18446744073709551615"));
    arena_clear(&a);
}

/* --- files --- */

static char folder[] = "/tmp/dwr-test-out-XXXXXX";

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void remove_folder(void)
{
    cr_expect_eq(chdir("/"), 0);
    cr_expect_eq(rmdir(folder), 0, "nothing is left behind in the folder");
}

/* Writes n bytes, byte i being i % 251 but for the one at `odd`. */
static void put_bytes(struct out *o, size_t n, size_t odd)
{
    for (size_t i = 0; i < n; i++)
        out_char(o, i == odd ? '!' : (char)(i % 251));
}

static bool holds(const char *path, size_t n, size_t odd)
{
    FILE *f = fopen(path, "rb");
    bool same = f != NULL;
    int c;

    for (size_t i = 0; same && i < n; i++)
        same = getc(f) == (i == odd ? '!' : (int)(i % 251));
    c = f ? getc(f) : 0;
    if (f)
        fclose(f);
    return same && c == EOF;
}

/* One run of an output over what is there; whether it says that it differs. */
static bool run(struct arena *a, const char *path, size_t n, size_t odd, bool check)
{
    struct out_file f;
    bool differs;

    out_file_prepare(&f, a, path, check);
    out_file_begin(&f);
    put_bytes(&f.out, n, odd);
    cr_assert(out_file_finish(&f), "%s: %s", path, strerror(f.error));
    differs = f.differs;
    cr_assert(out_file_commit(&f));
    out_file_end(&f);
    return differs;
}

enum { NOWHERE = -1 };
static const size_t sizes[] = { 0, 1, 1000, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 700001 };

Test(out_file, replaces_what_differs_wherever_it_differs, .init = make_folder,
     .fini = remove_folder)
{
    struct arena a = { 0 };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n = sizes[i];
        const size_t odds[] = { 0, n / 2, n - 1 };

        cr_expect(run(&a, "f", n, (size_t)NOWHERE, false), "%zu bytes: a new file differs", n);
        cr_expect(holds("f", n, (size_t)NOWHERE));
        for (size_t k = 0; n > 2 && k < 3; k++) {
            cr_expect(run(&a, "f", n, odds[k], false), "%zu bytes: byte %zu is another", n,
                      odds[k]);
            cr_expect(holds("f", n, odds[k]), "%zu bytes, byte %zu another", n, odds[k]);
        }
        cr_expect(run(&a, "f", n + 1, (size_t)NOWHERE, false), "one byte more than %zu", n);
        cr_expect(holds("f", n + 1, (size_t)NOWHERE));
        cr_expect(run(&a, "f", n, (size_t)NOWHERE, false), "one byte less again: %zu", n);
        cr_expect(holds("f", n, (size_t)NOWHERE));
        cr_assert_eq(unlink("f"), 0);
    }
    arena_clear(&a);
}

Test(out_file, does_not_touch_what_is_the_same, .init = make_folder, .fini = remove_folder)
{
    struct arena a = { 0 };
    struct stat before, after;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        run(&a, "f", sizes[i], (size_t)NOWHERE, false);
        cr_assert_eq(stat("f", &before), 0);
        cr_expect_not(run(&a, "f", sizes[i], (size_t)NOWHERE, false), "%zu bytes", sizes[i]);
        cr_assert_eq(stat("f", &after), 0);
        cr_expect_eq(before.st_ino, after.st_ino, "%zu bytes: the same file", sizes[i]);
        cr_assert_eq(unlink("f"), 0);
    }
    arena_clear(&a);
}

Test(out_file, a_check_writes_nothing, .init = make_folder, .fini = remove_folder)
{
    struct arena a = { 0 };

    cr_expect(run(&a, "f", 10, (size_t)NOWHERE, true), "there is no file yet");
    cr_expect_neq(access("f", F_OK), 0, "and there is none afterwards");
    run(&a, "f", 500000, (size_t)NOWHERE, false);
    cr_expect_not(run(&a, "f", 500000, (size_t)NOWHERE, true));
    cr_expect(run(&a, "f", 500000, 499999, true));
    cr_expect(run(&a, "f", 499999, (size_t)NOWHERE, true));
    cr_expect(holds("f", 500000, (size_t)NOWHERE));
    cr_assert_eq(unlink("f"), 0);
    arena_clear(&a);
}

Test(out_file, what_is_not_committed_leaves_no_trace, .init = make_folder, .fini = remove_folder)
{
    struct arena a = { 0 };
    struct out_file f;

    run(&a, "f", 5, (size_t)NOWHERE, false);
    out_file_prepare(&f, &a, "f", false);
    out_file_begin(&f);
    put_bytes(&f.out, 300000, (size_t)NOWHERE);
    cr_expect(out_file_finish(&f));
    out_file_end(&f);
    cr_expect(holds("f", 5, (size_t)NOWHERE));
    cr_assert_eq(unlink("f"), 0);
    arena_clear(&a);
}

/* A limit on the size of files fails a write in the middle, as a full disk does. */
Test(out_file, a_write_that_fails_leaves_the_old_file_and_no_other, .init = make_folder,
     .fini = remove_folder)
{
    struct arena a = { 0 };
    struct rlimit limit;
    struct out_file f;

    run(&a, "f", 5, (size_t)NOWHERE, false);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = 200000;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    out_file_prepare(&f, &a, "f", false);
    out_file_begin(&f);
    put_bytes(&f.out, 1000000, (size_t)NOWHERE);
    cr_expect_not(out_file_finish(&f));
    cr_expect_eq(f.error, EFBIG, "%s", strerror(f.error));
    out_file_end(&f);
    limit.rlim_cur = limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    cr_expect(holds("f", 5, (size_t)NOWHERE));
    cr_assert_eq(unlink("f"), 0);
    arena_clear(&a);
}

/* A device as output must not become a file: here a pipe, which needs no rights to make. */
Test(out_file, a_pipe_is_written_to_and_stays_one, .init = make_folder, .fini = remove_folder)
{
    struct arena a = { 0 };
    struct stat status;
    char got[8] = "";
    int reader;

    cr_assert_eq(mkfifo("p", 0600), 0);
    reader = open("p", O_RDONLY | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    cr_expect(run(&a, "p", 5, (size_t)NOWHERE, false));
    cr_expect_eq(read(reader, got, sizeof got), 5, "the bytes came out of it");
    cr_expect_eq(memcmp(got, "\0\1\2\3\4", 5), 0);
    cr_assert_eq(lstat("p", &status), 0);
    cr_expect(S_ISFIFO(status.st_mode));
    cr_expect(run(&a, "p", 5, (size_t)NOWHERE, true), "a check opens nothing");
    cr_expect_eq(read(reader, got, sizeof got), 0);
    close(reader);
    cr_assert_eq(unlink("p"), 0);
    arena_clear(&a);
}

Test(out_file, what_a_link_leads_to_is_replaced, .init = make_folder, .fini = remove_folder)
{
    struct arena a = { 0 };
    struct stat status;

    run(&a, "f", 5, (size_t)NOWHERE, false);
    cr_assert_eq(symlink("f", "l"), 0);
    cr_assert_eq(symlink("l", "m"), 0);
    cr_expect(run(&a, "m", 9, (size_t)NOWHERE, false));
    cr_expect(holds("f", 9, (size_t)NOWHERE));
    cr_assert_eq(lstat("m", &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    cr_assert_eq(unlink("m") + unlink("l") + unlink("f"), 0);
    arena_clear(&a);
}

Test(out_file, a_folder_that_is_not_there_is_an_error)
{
    struct arena a = { 0 };
    struct out_file f;

    out_file_prepare(&f, &a, "/nonexistent/folder/f", false);
    out_file_begin(&f);
    put_bytes(&f.out, 300000, (size_t)NOWHERE);
    cr_expect_not(out_file_finish(&f));
    cr_expect_eq(f.error, ENOENT);
    out_file_end(&f);
    arena_clear(&a);
}

Test(out_stream, a_write_that_fails_is_kept_until_the_end)
{
    struct out_stream s;
    const int full = open("/dev/full", O_WRONLY);

    cr_assert_geq(full, 0);
    out_stream_begin(&s, full);
    put_bytes(&s.out, 100000, (size_t)NOWHERE);
    cr_expect_not(out_stream_end(&s));
    cr_expect_eq(s.error, ENOSPC);
    close(full);
}
