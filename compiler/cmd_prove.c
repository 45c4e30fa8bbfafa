/* cmd_prove.c - `dwrc prove`: the guarantees, tried on every small document. */
#include <string.h>

#include "cmd.h"
#include "prove/prove.h"
#include "prove/report.h"

struct proving {
    struct cmd_findings findings;
    const char *output, *doctype;
    bool verbose;
};

/* Verdicts where people or programs ask for them, findings where a build wants those. */
static int put(const struct cli_command *command, struct arena *arena, struct cmd_rules *r,
               const struct proving *p, const struct prove_results *results)
{
    struct out_memory shown;

    out_memory_begin(&shown, arena);
    switch (p->findings.format) {
    case FINDINGS_TEXT:
        prove_text(&shown.out, arena, results, p->verbose);
        break;
    case FINDINGS_JSON:
        prove_json(&shown.out, arena, results);
        break;
    case FINDINGS_JSONL:
        prove_jsonl(&shown.out, arena, results);
        break;
    default:
        return cmd_put_findings(command, &r->diag, &p->findings, p->output);
    }
    fflush(stdout); /* what was found in the rules comes first */
    return cmd_put(arena, p->output, out_memory_bytes(&shown));
}

static int run(const struct cli_command *command, struct arena *arena, struct cmd_rules *r,
               const struct proving *p)
{
    struct prove_options options = { .schemas = r->schemas, .threads = p->findings.threads };
    struct prove_results results;
    int status;

    if (p->doctype)
        options.only = (struct dwr_str){ p->doctype, strlen(p->doctype) };
    results = prove(arena, r->rules, &options);
    if (results.count == 0)
        return cli_trouble("no DocType '%s' in the rules", p->doctype);
    prove_findings(arena, &r->diag, r->diag.sources, &results);
    status = put(command, arena, r, p, &results);
    return status != CLI_GOOD ? status : diag_exit(&r->diag, p->findings.style.fail_on);
}

int cmd_prove(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct proving p = { .output = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    const struct cli_option options[] = {
        { .name = "--doctype", .value = "NAME", .help = "only this DocType", .text = &p.doctype },
        { .name = "--verbose",
          .help = "a line a property, and the smallest documents of every exception",
          .flag = &p.verbose },
        CMD_FORMAT_OPTION(&p.findings),
        { .name = "-o",
          .value = "FILE",
          .help = "the verdicts' file, instead of standard output",
          .text = &p.output },
        CMD_FINDINGS_OPTIONS(&p.findings),
    };
    struct cmd_rules r;
    int status = cmd_start(command, arena, options, sizeof options / sizeof *options, argc, argv,
                           &p.findings, &paths);

    if (status != CLI_RUN)
        return status;
    parsing.threads = p.findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &p.findings.schemas);
    if (r.rules)
        return run(command, arena, &r, &p);
    if (p.findings.format == FINDINGS_TEXT)
        return cmd_report(&r, &p.findings.style, stdout);
    status = cmd_put_findings(command, &r.diag, &p.findings, p.output);
    return status != CLI_GOOD ? status : r.diag.failure_count > 0 ? CLI_TROUBLE : CLI_FINDINGS;
}
