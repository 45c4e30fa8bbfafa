/* cmd_test.c - `dwrc test`: runs the `test` blocks of the rules, and says what they do not try. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "cover/cover.h"
#include "cover/scenario.h"
#include "testrun.h"

/* Behind those of all findings: coverage alone, as a tracefile. */
enum { FORMAT_LCOV = FINDINGS_FORMATS, FORMATS };

/* What the command line asks for. */
struct asked {
    const char *pattern, *format_said, *threshold_said, *output;
    int format;       /* enum findings_format, or FORMAT_LCOV */
    double threshold; /* below 0: none */
    bool coverage;
};

/* What came of it. */
struct tested {
    struct testrun_results results;
    struct cover *cover; /* NULL: not asked for */
    struct seek *seek;   /* likewise */
};

/* --- running --- */

static bool matches(void *context, const char *title)
{
    return regexec(context, title, 0, NULL, 0) == 0;
}

/* A run of the tests, beside which a regular expression and coverage hold memory of their own. */
struct running {
    struct arena *arena;
    struct cmd_rules *r;
    regex_t *regex;
    struct tested *tested;
};

static void run_tests(void *context)
{
    const struct running *run = context;
    struct tested *tested = run->tested;
    const struct testrun_options options = { .filter = run->regex ? matches : NULL,
                                             .filter_context = run->regex,
                                             .observer = tested->cover ? cover_see : NULL,
                                             .observer_context = tested->cover };

    tested->results = testrun_with(run->arena, &run->r->ast, run->r->rules, &options);
    if (tested->cover)
        cover_finish(tested->cover, tested->seek);
}

static bool run_all(struct cmd_rules *r, struct arena *arena, const struct asked *asked,
                    regex_t *regex, struct tested *tested)
{
    struct running run = { arena, r, regex, tested };
    bool done;

    *tested = (struct tested){ .cover = NULL };
    if (asked->coverage && !(tested->cover = cover_open(arena, &r->ast, r->rules)))
        return false;
    if (tested->cover)
        tested->seek = scenario_open(arena, tested->cover, r->schemas);
    done = (!tested->cover || tested->seek) && arena_try(arena, run_tests, &run);
    scenario_close(tested->seek);
    if (tested->cover)
        cover_close(tested->cover);
    return done;
}

/* CLI_GOOD with the results, or the status of what was said. */
static int run(const struct cli_command *command, struct cmd_rules *r, struct arena *arena,
               const struct asked *asked, struct tested *tested)
{
    regex_t regex;
    bool done;
    int rc = 0;

    if (asked->pattern)
        rc = regcomp(&regex, asked->pattern, REG_EXTENDED | REG_NOSUB);
    if (rc != 0) {
        char why[200];

        regerror(rc, &regex, why, sizeof why);
        return cli_usage(command, "'%s' is no value of --run: %s", asked->pattern, why);
    }
    done = run_all(r, arena, asked, asked->pattern ? &regex : NULL, tested);
    if (asked->pattern)
        regfree(&regex);
    if (!done)
        arena_fail(arena);
    if (asked->pattern && tested->results.count == 0)
        return cli_trouble("no test has a title that '%s' matches", asked->pattern);
    return CLI_GOOD;
}

/* --- showing --- */

static void show_json(struct out *o, struct arena *arena, struct sources *sources,
                      const struct tested *tested, const struct cover_shown *cover)
{
    out_char(o, '{');
    testrun_json_members(o, arena, sources, &tested->results);
    if (cover->cover) {
        out_lit(o, ",\"coverage\":");
        cover_json(o, arena, cover);
    }
    out_lit(o, "}\n");
}

static void show_junit(struct out *o, struct arena *arena, struct sources *sources,
                       const struct tested *tested, const struct cover_shown *cover)
{
    const bool coverage = cover->cover != NULL;
    const bool below = coverage && cover_is_below(cover->cover, cover->threshold);
    const uint32_t cases =
        coverage ? cover->cover->type_count + (cover->threshold >= 0 ? 1u : 0u) : 0;

    testrun_junit_begin(o, tested->results.count + cases,
                        tested->results.failed + (below ? 1u : 0u));
    testrun_junit_suite(o, arena, sources, &tested->results);
    if (coverage)
        cover_junit(o, arena, cover);
    testrun_junit_end(o);
}

/* Results as such: everything but what programs know as findings only. */
static void show(struct out *o, struct arena *arena, struct sources *sources,
                 const struct asked *asked, const struct tested *tested)
{
    const struct cover_shown cover = { tested->cover, sources, asked->threshold };

    switch (asked->format) {
    case FINDINGS_JSON:
        show_json(o, arena, sources, tested, &cover);
        break;
    case FINDINGS_JUNIT:
        show_junit(o, arena, sources, tested, &cover);
        break;
    case FORMAT_LCOV:
        cover_lcov(o, arena, &cover);
        break;
    default:
        testrun_text(o, arena, sources, &tested->results);
        if (tested->cover)
            cover_text(o, arena, &cover);
    }
}

/* A tracefile has no place for a test that fails: those are said to people. */
static int show_failures(struct arena *arena, struct sources *sources, const struct tested *tested)
{
    struct out_stream stream;

    if (tested->results.failed == 0)
        return CLI_GOOD;
    out_stream_begin(&stream, STDERR_FILENO);
    testrun_text(&stream.out, arena, sources, &tested->results);
    return out_stream_end(&stream) ? CLI_GOOD : CLI_TROUBLE;
}

static bool is_of_findings(const struct asked *asked)
{
    return asked->format == FINDINGS_JSONL || asked->format == FINDINGS_SARIF ||
           asked->format == FINDINGS_GITHUB;
}

static int put(const struct cli_command *command, struct arena *arena, struct cmd_rules *r,
               const struct cmd_findings *findings, const struct asked *asked,
               const struct tested *tested)
{
    const struct cover_shown cover = { tested->cover, &r->ast.sources, asked->threshold };
    struct out_memory shown;
    int status;

    if (is_of_findings(asked)) {
        testrun_findings(&r->diag, &tested->results);
        if (tested->cover)
            cover_findings(&r->diag, &cover);
        return cmd_put_findings(command, &r->diag, findings, asked->output);
    }
    out_memory_begin(&shown, arena);
    show(&shown.out, arena, &r->ast.sources, asked, tested);
    fflush(stdout); /* what was found in the rules comes first */
    status = cmd_put(arena, asked->output, out_memory_bytes(&shown));
    return status == CLI_GOOD && asked->format == FORMAT_LCOV
               ? show_failures(arena, &r->ast.sources, tested)
               : status;
}

/* --- the command --- */

static bool is_asked_well(const struct cli_command *command, struct asked *asked)
{
    const char *formats[FORMATS];
    char *end;

    memcpy(formats, findings_formats, sizeof findings_formats);
    formats[FORMAT_LCOV] = "lcov";
    asked->format = cli_choice(command, "--format", asked->format_said, formats, FORMATS);
    if (asked->format < 0)
        return false;
    asked->threshold = -1;
    if (asked->threshold_said) {
        const char first = asked->threshold_said[0];

        errno = 0;
        asked->threshold = strtod(asked->threshold_said, &end);
        if (first < '0' || first > '9' || *end != '\0' || errno != 0 ||
            !(asked->threshold <= 100)) {
            cli_usage(command, "'%s' is no value of --threshold: a number from 0 to 100",
                      asked->threshold_said);
            return false;
        }
    }
    asked->coverage = asked->coverage || asked->threshold >= 0 || asked->format == FORMAT_LCOV;
    return true;
}

/* What is found in the rules. Standard output is for the results alone where a program reads them;
 * where there can be none, for what stands in their way. */
static int report(const struct cli_command *command, struct cmd_rules *r,
                  const struct cmd_findings *findings, const struct asked *asked)
{
    const bool plain = asked->format == FINDINGS_TEXT || asked->format == FORMAT_LCOV;

    if (!plain && !r->rules)
        return cmd_report_findings(command, r, findings, asked->output);
    if (is_of_findings(asked))
        return CLI_GOOD;
    return cmd_report(r, &findings->style, asked->format == FINDINGS_TEXT ? stdout : stderr);
}

int cmd_test(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    struct asked asked = { .pattern = NULL };
    const struct cli_option options[] = {
        { .name = "--run",
          .value = "REGEX",
          .help = "only tests whose title matches",
          .text = &asked.pattern },
        { .name = "--coverage",
          .help = "also say which kinds of merge no test tries",
          .flag = &asked.coverage },
        { .name = "--threshold",
          .value = "PERCENT",
          .help = "with --coverage: fail where less is tried",
          .text = &asked.threshold_said },
        { .name = "--format",
          .value = "FORMAT",
          .help = "text (the default), json, jsonl, sarif, github, junit or lcov",
          .text = &asked.format_said,
          .choices = "text json jsonl sarif github junit lcov" },
        { .name = "-o",
          .value = "FILE",
          .help = "the results' file, instead of standard output",
          .text = &asked.output },
        CMD_FINDINGS_OPTIONS(&findings),
    };
    struct tested tested;
    struct cmd_rules r;
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings) || !is_asked_well(command, &asked))
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders");
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    findings.format =
        (enum findings_format)(asked.format == FORMAT_LCOV ? FINDINGS_TEXT : asked.format);
    status = report(command, &r, &findings, &asked);
    if (status == CLI_GOOD)
        status = run(command, &r, arena, &asked, &tested);
    if (status == CLI_GOOD)
        status = put(command, arena, &r, &findings, &asked, &tested);
    if (status != CLI_GOOD || findings.style.fail_on == DIAG_FAIL_NEVER)
        return status;
    return tested.results.failed > 0 ||
                   (tested.cover && cover_is_below(tested.cover, asked.threshold))
               ? CLI_FINDINGS
               : diag_exit(&r.diag, findings.style.fail_on);
}
