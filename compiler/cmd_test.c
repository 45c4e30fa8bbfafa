/* cmd_test.c - `dwrc test`: runs the `test` blocks of the rules. */
#include <errno.h>
#include <regex.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "testrun.h"

typedef void show(struct out *, struct arena *, struct sources *, const struct testrun_results *);

static bool matches(void *context, const char *title)
{
    return regexec(context, title, 0, NULL, 0) == 0;
}

/* The regular expression holds memory of its own; nothing jumps between compiling and freeing it
 * but through here. */
static bool run_filtered(struct cmd_rules *r, struct arena *arena, regex_t *regex,
                         struct testrun_results *results)
{
    jmp_buf *const outer = arena->no_memory;
    jmp_buf no_memory;

    if (setjmp(no_memory) != 0) {
        arena->no_memory = outer;
        return false;
    }
    arena->no_memory = &no_memory;
    *results = testrun(arena, &r->ast, r->rules, regex ? matches : NULL, regex);
    arena->no_memory = outer;
    return true;
}

/* CLI_GOOD with the results, or the status of what was said. */
static int run(const struct cli_command *command, struct cmd_rules *r, struct arena *arena,
               const char *pattern, struct testrun_results *results)
{
    regex_t regex;
    bool done;
    int rc;

    if (!pattern) {
        *results = testrun(arena, &r->ast, r->rules, NULL, NULL);
        return CLI_GOOD;
    }
    rc = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        char why[200];

        regerror(rc, &regex, why, sizeof why);
        return cli_usage(command, "'%s' is no value of --run: %s", pattern, why);
    }
    done = run_filtered(r, arena, &regex, results);
    regfree(&regex);
    if (!done)
        arena_fail(arena);
    if (results->count == 0)
        return cli_trouble("no test has a title that '%s' matches", pattern);
    return CLI_GOOD;
}

/* To the file, whole or not at all; without one to standard output. */
static int put(struct arena *arena, const char *path, struct dwr_str bytes)
{
    struct out_stream stream;
    struct out_file file;
    bool good;

    if (!path) {
        out_stream_begin(&stream, STDOUT_FILENO);
        out_str(&stream.out, bytes);
        good = out_stream_end(&stream);
        return good ? CLI_GOOD : cli_trouble("standard output: %s", strerror(stream.error));
    }
    out_file_prepare(&file, arena, path, false);
    out_file_begin(&file);
    out_str(&file.out, bytes);
    good = out_file_finish(&file) && out_file_commit(&file);
    out_file_end(&file);
    return good ? CLI_GOOD : cli_trouble("%s: %s", path, strerror(file.error));
}

int cmd_test(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    static const char *const formats[] = { "text", "json", "junit" };
    static show *const shows[] = { testrun_text, testrun_json, testrun_junit };
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    const char *format = NULL, *output = NULL, *pattern = NULL;
    const struct cli_option options[] = {
        { .name = "--run",
          .value = "REGEX",
          .help = "only tests whose title matches",
          .text = &pattern },
        { .name = "--format", .value = "FORMAT", .help = "text, json or junit", .text = &format },
        { .name = "-o",
          .value = "FILE",
          .help = "the results' file, instead of standard output",
          .text = &output },
        CMD_FINDINGS_OPTIONS(&findings),
    };
    struct testrun_results results;
    struct out_memory shown;
    struct cmd_rules r;
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);
    int as;

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings) ||
        (as = cli_choice(command, "--format", format, formats, 3)) < 0)
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders");
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    /* Standard output is for the results alone where a program reads them. */
    status = cmd_report(&r, &findings.style, as == 0 ? stdout : stderr);
    if (status != CLI_GOOD)
        return status;
    status = run(command, &r, arena, pattern, &results);
    if (status != CLI_GOOD)
        return status;
    out_memory_begin(&shown, arena);
    shows[as](&shown.out, arena, &r.ast.sources, &results);
    fflush(stdout); /* what was found in the rules comes first */
    status = put(arena, output, out_memory_bytes(&shown));
    return status != CLI_GOOD ? status : results.failed > 0 ? CLI_FINDINGS : CLI_GOOD;
}
