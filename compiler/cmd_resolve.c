/* cmd_resolve.c - `dwrc resolve`: merges JSON lines by rules compiled in memory. */
#include <errno.h>
#include <string.h>

#include "../runtime/resolve_lines.h"
#include "cmd.h"

static int run(const struct dwr_ruleset *rules)
{
    switch (dwr_resolve_lines(rules, 0, 1)) {
    case DWR_LINES_READ:
        return cli_trouble("standard input: %s", strerror(errno));
    case DWR_LINES_WRITE:
        return cli_trouble("standard output: %s", strerror(errno));
    case DWR_LINES_NOMEM:
        return cli_trouble("out of memory");
    case DWR_LINES_BAD_TABLES:
        return cli_trouble("dwrc and its runtime are of different versions");
    case DWR_LINES_OK:
        break;
    }
    return CLI_GOOD;
}

int cmd_resolve(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    const struct cli_option options[] = { CMD_FINDINGS_OPTIONS(&findings) };
    int status = cmd_start(command, arena, options, sizeof options / sizeof *options, argc, argv,
                           &findings, &paths);
    struct cmd_rules r;

    if (status != CLI_RUN)
        return status;
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    /* Standard output is for answers alone. */
    status = cmd_report(&r, &findings.style, stderr);
    return status == CLI_GOOD ? run(r.rules) : status;
}
