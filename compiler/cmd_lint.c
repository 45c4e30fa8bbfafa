/* cmd_lint.c - `dwrc lint`: all findings of a run. */
#include <sys/stat.h>

#include "cmd.h"
#include "lint/lint.h"

/* A rule set is a folder; files may be a part of one. */
static bool names_a_folder(const struct cli_list *paths)
{
    struct stat st;

    for (uint32_t i = 0; i < paths->count; i++)
        if (stat(paths->v[i], &st) == 0 && S_ISDIR(st.st_mode))
            return true;
    return false;
}

int cmd_lint(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = true };
    struct cli_list paths = { NULL, 0 };
    const char *output = NULL, *today = NULL;
    const struct cli_option options[] = {
        CMD_FINDINGS_OPTIONS(&findings),
        CMD_FORMAT_OPTION(&findings),
        { .name = "-o",
          .value = "FILE",
          .help = "the findings' file, instead of standard output",
          .text = &output },
        { .name = "--today",
          .value = "YYYY-MM-DD",
          .help = "the day by which comments that allow a finding expire; else the clock's",
          .text = &today },
        { .name = "--stdin-filename",
          .value = "NAME",
          .help = "what '-' is called in findings",
          .text = &parsing.stdin_name },
    };
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);
    struct cmd_rules r;

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings))
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders, or '-'");
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    if (r.rules)
        lint_rules(arena, &r.ast, r.rules, r.schemas, names_a_folder(&paths), &r.diag);
    status = cmd_put_findings(command, &r.diag, &findings, output);
    /* --fail-on never means it: errors are then findings like others. */
    return status != CLI_GOOD ? status : diag_exit(&r.diag, findings.style.fail_on);
}
