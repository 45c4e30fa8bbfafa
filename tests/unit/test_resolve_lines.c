/* test_resolve_lines.c - the loop over JSON lines: what is a line, what is answered when. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../runtime/resolve_lines.h"

/* Every DocType is decided by the server: enough to get answers. */
static const uint16_t docstatus[] = { 0 };
static const struct dwr_rule rule = { .kind = DWR_RULE_SERVER_ONLY };
static const struct dwr_unit unit = {
    .fields = docstatus, .field_count = 1, .rules = &rule, .rule_count = 1
};
static const struct dwr_name name = { .name = DWR_STR("docstatus"), .role = DWR_NAME_UNIT };
static const uint16_t zero[1];
static const struct dwr_ruleset rules = {
    .tables_version = DWR_TABLES_VERSION,
    .name = DWR_STR("test"),
    .other = { .names = { .v = &name, .count = 1, .displace = zero, .slots = zero },
               .units = &unit,
               .unit_count = 1,
               .free_rule = { .kind = DWR_RULE_SERVER_WINS },
               .tombstone = { .soft_delete = { .field = DWR_NONE } },
               .version_field = DWR_NONE },
};

/* A file that is gone when it is closed, with these bytes, at its start. */
static int file_of(const char *p, size_t n)
{
    FILE *f = tmpfile();
    int fd;

    cr_assert_not_null(f);
    cr_assert_eq(fwrite(p, 1, n, f), n);
    cr_assert_eq(fflush(f), 0);
    fd = dup(fileno(f));
    fclose(f);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* What comes out; the caller frees it. */
static char *resolve(const char *p, size_t n, enum dwr_lines_rc expected)
{
    const int in = file_of(p, n), out = file_of("", 0);
    off_t size;
    char *text;

    cr_assert_eq(dwr_resolve_lines(&rules, in, out), expected);
    size = lseek(out, 0, SEEK_END);
    text = calloc(1, (size_t)size + 1);
    cr_assert_eq(pread(out, text, (size_t)size, 0), size);
    close(in);
    close(out);
    return text;
}

#define WRITE(id) "{\"id\":" id ",\"doctype\":\"A\",\"op\":\"insert\",\"client\":{\"a\":1}}"
#define ANSWER(id)                                                                                 \
    "{\"id\":" id ",\"status\":\"success\",\"doc\":{\"a\":1},\"fields\":{},\"notifications\":[]}\n"

static const struct lines_case {
    const char *says, *in, *out;
} lines_cases[] = {
    { "one answer a line, in order", WRITE("1") "\n" WRITE("2") "\n", ANSWER("1") ANSWER("2") },
    { "the last line need not end", WRITE("1"), ANSWER("1") },
    { "blank lines are skipped", "\n \t\n" WRITE("1") "\n\r\n\n", ANSWER("1") },
    { "carriage returns do no harm", WRITE("1") "\r\n", ANSWER("1") },
    { "nothing in, nothing out", "", "" },
};

Test(resolve_lines, lines)
{
    for (size_t i = 0; i < sizeof lines_cases / sizeof *lines_cases; i++) {
        const struct lines_case *t = &lines_cases[i];
        char *out = resolve(t->in, strlen(t->in), DWR_LINES_OK);

        cr_expect_str_eq(out, t->out, "%s: got %s", t->says, out);
        free(out);
    }
}

Test(resolve_lines, a_line_that_is_no_merge_is_answered_with_its_number_and_the_next_one_merged)
{
    static const char in[] = "\n\nno json\n" WRITE("7") "\n";
    char *out = resolve(in, sizeof in - 1, DWR_LINES_OK);

    cr_expect_not_null(strstr(out, "\"status\":\"error\",\"line\":3,\"code\":\"INVALID_JSON\""),
                       "%s", out);
    cr_expect_not_null(strstr(out, "\n" ANSWER("7")), "%s", out);
    free(out);
}

/* Lines around the size of the buffers, so that every one of them is cut somewhere by a read. */
Test(resolve_lines, lines_of_every_length_across_the_reads)
{
    const size_t lengths[] = { 1, 1000, 100000, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3000000 };
    const size_t count = sizeof lengths / sizeof *lengths;
    size_t total = 0;
    char *in, *at, *out;

    for (size_t i = 0; i < count; i++)
        total += 2 * lengths[i] + 200;
    in = at = malloc(total);
    for (size_t i = 0; i < 2 * count; i++) {
        const size_t n = lengths[i / 2];

        at +=
            sprintf(at, "{\"id\":%zu,\"doctype\":\"A\",\"op\":\"insert\",\"client\":{\"a\":\"", i);
        memset(at, 'x', n);
        at += n;
        at += sprintf(at, "\"}}\n");
    }
    out = resolve(in, (size_t)(at - in), DWR_LINES_OK);
    at = out;
    for (size_t i = 0; i < 2 * count; i++) {
        char begin[80];
        const int n = sprintf(begin, "{\"id\":%zu,\"status\":\"success\",\"doc\":{\"a\":\"x", i);

        cr_assert_eq(strncmp(at, begin, (size_t)n), 0, "answer %zu of %zu bytes: %.100s", i,
                     lengths[i / 2], at);
        cr_assert_eq(strspn(at + n, "x"), lengths[i / 2] - 1);
        at = strchr(at, '\n');
        cr_assert_not_null(at);
        at++;
    }
    cr_expect_eq(*at, '\0');
    free(out);
    free(in);
}

Test(resolve_lines, of_a_line_that_is_too_long_the_rest_is_skipped, .timeout = 60)
{
    const size_t n = (size_t)70 << 20;
    char *in = malloc(n + 200), *out;

    memset(in, 'x', n);
    memcpy(in, "{\"id\":5,\"doctype\":\"", 19);
    in[n] = '\n';
    strcpy(in + n + 1, WRITE("6"));
    out = resolve(in, strlen(in), DWR_LINES_OK);
    cr_expect_eq(
        strncmp(out, "{\"id\":5,\"status\":\"error\",\"line\":1,\"code\":\"TOO_LARGE\"", 51), 0,
        "%.100s", out);
    cr_expect_not_null(strstr(out, "\n" ANSWER("6")), "%.300s", out);
    free(out);
    free(in);
}

/* A program that talks with this one waits for its answer before it writes the next line. */
Test(resolve_lines, an_answer_comes_before_more_input_is_waited_for)
{
    int to[2], from[2], status;
    char got[200];
    pid_t child;

    cr_assert_eq(pipe(to), 0);
    cr_assert_eq(pipe(from), 0);
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        close(to[1]);
        close(from[0]);
        if (dwr_resolve_lines(&rules, to[0], from[1]) != DWR_LINES_OK)
            abort();
        execl("/bin/true", "true", (char *)NULL);
        abort();
    }
    close(to[0]);
    close(from[1]);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(write(to[1], WRITE("1") "\n", sizeof WRITE("1")), (ssize_t)sizeof WRITE("1"));
        cr_assert_eq(read(from[0], got, sizeof got), (ssize_t)sizeof ANSWER("1") - 1);
        cr_expect_eq(memcmp(got, ANSWER("1"), sizeof ANSWER("1") - 1), 0);
    }
    close(to[1]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    close(from[0]);
}

Test(resolve_lines, input_and_output_that_fail_are_told_apart)
{
    const int folder = open("/", O_RDONLY), full = open("/dev/full", O_WRONLY);
    const int in = file_of(WRITE("1"), sizeof WRITE("1") - 1), out = file_of("", 0);

    cr_expect_eq(dwr_resolve_lines(&rules, folder, out), DWR_LINES_READ);
    cr_expect_eq(errno, EISDIR);
    cr_expect_eq(dwr_resolve_lines(&rules, in, full), DWR_LINES_WRITE);
    cr_expect_eq(errno, ENOSPC);
    close(folder);
    close(full);
    close(in);
    close(out);
}

Test(resolve_lines, tables_of_another_version_are_refused)
{
    const struct dwr_ruleset other = { .tables_version = DWR_TABLES_VERSION + 1 };

    cr_expect_eq(dwr_resolve_lines(&other, -1, -1), DWR_LINES_BAD_TABLES);
}
