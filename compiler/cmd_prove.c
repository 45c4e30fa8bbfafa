/* cmd_prove.c - `dwrc prove`: the guarantees, tried on every small document. */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "prove/prove.h"
#include "prove/report.h"

int cmd_prove(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    static const char *const formats[] = { "text", "json", "jsonl" };
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    const char *format = NULL, *output = NULL, *doctype = NULL;
    bool verbose = false;
    const struct cli_option options[] = {
        { .name = "--doctype", .value = "NAME", .help = "only this DocType", .text = &doctype },
        { .name = "--verbose",
          .help = "a line a property, and the smallest documents of every exception",
          .flag = &verbose },
        { .name = "--format", .value = "FORMAT", .help = "text, json or jsonl", .text = &format },
        { .name = "-o",
          .value = "FILE",
          .help = "the verdicts' file, instead of standard output",
          .text = &output },
        CMD_FINDINGS_OPTIONS(&findings),
    };
    struct prove_options proving = { .schemas = NULL };
    struct prove_results results;
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
    status = cmd_report(&r, &findings.style, as == 0 ? stdout : stderr);
    if (status != CLI_GOOD)
        return status;
    proving.schemas = r.schemas;
    proving.threads = findings.threads;
    if (doctype)
        proving.only = (struct dwr_str){ doctype, strlen(doctype) };
    results = prove(arena, r.rules, &proving);
    if (results.count == 0)
        return cli_trouble("no DocType '%s' in the rules", doctype);
    out_memory_begin(&shown, arena);
    prove_text(&shown.out, arena, &results, verbose);
    fflush(stdout);
    status = cmd_put(arena, output, out_memory_bytes(&shown));
    return status != CLI_GOOD ? status : results.refuted > 0 ? CLI_FINDINGS : CLI_GOOD;
}
