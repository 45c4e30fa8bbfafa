/* cmd_lint.c - `dwrc lint`: all findings of a run. */
#include <errno.h>
#include <string.h>

#include <sys/stat.h>

#include "cmd.h"
#include "lint/lint.h"

/* --fail-on never means it: errors are then findings like others. */
static int report(struct cmd_rules *r, const struct diag_style *style, FILE *out)
{
    diag_print(&r->diag, style, out, stderr);
    return diag_exit(&r->diag, style->fail_on);
}

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
    static const char *const formats[] = { "text" };
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = true };
    struct cli_list paths = { NULL, 0 };
    const char *format = NULL, *output = NULL;
    const struct cli_option options[] = {
        CMD_FINDINGS_OPTIONS(&findings),
        { .name = "--format", .value = "FORMAT", .help = "text", .text = &format },
        { .name = "-o",
          .value = "FILE",
          .help = "the findings' file, instead of standard output",
          .text = &output },
        { .name = "--stdin-filename",
          .value = "NAME",
          .help = "what '-' is called in findings",
          .text = &parsing.stdin_name },
    };
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);
    struct cmd_rules r;
    FILE *out = stdout;

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings) || cli_choice(command, "--format", format, formats, 1) < 0)
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders, or '-'");
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    if (r.rules)
        lint_rules(arena, &r.ast, r.rules, r.schemas, names_a_folder(&paths), &r.diag);
    if (output && !(out = fopen(output, "w")))
        return cli_trouble("%s: %s", output, strerror(errno));
    status = report(&r, &findings.style, out);
    if (output && fclose(out) != 0)
        return cli_trouble("%s: %s", output, strerror(errno));
    return status;
}
