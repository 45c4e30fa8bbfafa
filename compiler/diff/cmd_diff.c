/* cmd_diff.c - `dwrc diff OLD NEW`: which merges change. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "diff/diff.h"

/* A folder or file of the disk, or of a git revision. False: it cannot be read, which was said. */
static bool read_side(struct cmd_rules *r, struct arena *arena, const char *name,
                      const struct cmd_findings *findings, const struct cli_list *schemas)
{
    struct parse_options parsing = { .threads = findings->threads };
    const struct cli_list paths = { &name, 1 };
    struct revision revision;
    struct stat st;

    if (stat(name, &st) != 0 && strchr(name, ':') != NULL) {
        const char *why = revision_read(arena, name, &revision);

        if (why != NULL) {
            cli_trouble("%s", why);
            return false;
        }
        if (revision.count == 0) {
            cli_trouble("%s: there is no .dwr file in this folder", name);
            return false;
        }
        parsing.overlays = revision.files;
        parsing.overlay_count = revision.count;
    }
    cmd_read_checked(r, arena, &paths, &parsing, schemas);
    return true;
}

/* False: it is no such number, which was said. */
static bool tries_said(const struct cli_command *command, const char *text, uint32_t *tries)
{
    char *end;
    unsigned long n;

    if (text == NULL)
        return true;
    errno = 0;
    n = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || n < 1 || n > 1000000000) {
        cli_usage(command, "'%s' is no value of --tries: a number from 1 to 1000000000", text);
        return false;
    }
    *tries = (uint32_t)n;
    return true;
}

int cmd_diff(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    enum { TEXT, JSON, MARKDOWN, JSONL, SARIF, GITHUB, JUNIT };
    static const char *const formats[] = { "text",  "json",   "markdown", "jsonl",
                                           "sarif", "github", "junit" };
    static const enum findings_format as_findings[] = { [JSONL] = FINDINGS_JSONL,
                                                        [SARIF] = FINDINGS_SARIF,
                                                        [GITHUB] = FINDINGS_GITHUB,
                                                        [JUNIT] = FINDINGS_JUNIT };
    struct cmd_findings findings = { .color = NULL };
    const char *format = NULL, *output = NULL, *only = NULL, *tries = NULL;
    struct cli_list paths = { NULL, 0 };
    const struct cli_option options[] = {
        CMD_FINDINGS_OPTIONS(&findings),
        { .name = "--doctype",
          .value = "NAME",
          .help = "compare this DocType only",
          .text = &only },
        { .name = "--tries",
          .value = "N",
          .help = "merges tried of a DocType that changed (120000)",
          .text = &tries },
        { .name = "--format",
          .value = "FORMAT",
          .help = "text (the default), json, markdown, jsonl, sarif, github or junit",
          .text = &format,
          .choices = "text json markdown jsonl sarif github junit" },
        { .name = "-o",
          .value = "FILE",
          .help = "write there instead of to standard output",
          .text = &output },
    };
    const int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);
    const struct cli_list no_schemas = { NULL, 0 };
    struct diff_options wanted = { .seed = 1 };
    struct diff_results results;
    struct cmd_rules sides[2];
    struct out_memory m;
    int chosen, code;

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings) ||
        (chosen = cli_choice(command, "--format", format, formats, 7)) < 0)
        return CLI_TROUBLE;
    if (!tries_said(command, tries, &wanted.tries))
        return CLI_TROUBLE;
    if (paths.count != 2)
        return cli_usage(
            command, "name two rule sets: the old one and the new one, each a folder, a file or "
                     "REVISION:FOLDER");
    for (int i = 0; i < 2; i++) {
        /* The schemas are those of today: what no longer fits the old rules is no news. */
        if (!read_side(&sides[i], arena, paths.v[i], &findings,
                       i == 0 ? &no_schemas : &findings.schemas))
            return CLI_TROUBLE;
        if (sides[i].rules == NULL) {
            findings.format = chosen == JSON    ? FINDINGS_JSON
                              : chosen >= JSONL ? as_findings[chosen]
                                                : FINDINGS_TEXT;
            cmd_put_findings(command, &sides[i].diag, &findings, output);
            if (access(paths.v[i], F_OK) != 0 && strchr(paths.v[i], ':') == NULL)
                return cli_trouble("a git revision is written with its folder: %s:rules",
                                   paths.v[i]);
            return cli_trouble("%s does not compile", paths.v[i]);
        }
    }
    wanted.schemas = sides[1].schemas;
    if (only != NULL)
        wanted.only = (struct dwr_str){ only, strlen(only) };
    results = diff_rules(arena, sides[0].rules, sides[1].rules, &wanted);
    diff_find(arena, &results, &sides[1].ast, &sides[1].diag);
    if (chosen >= JSONL) {
        findings.format = as_findings[chosen];
        code = cmd_put_findings(command, &sides[1].diag, &findings, output);
    } else {
        out_memory_begin(&m, arena);
        if (chosen == JSON)
            diff_json(&m.out, arena, &results, paths.v[0], paths.v[1]);
        else if (chosen == MARKDOWN)
            diff_markdown(&m.out, arena, &results, paths.v[0], paths.v[1]);
        else
            diff_text(&m.out, arena, &results, paths.v[0], paths.v[1],
                      output == NULL && diag_wants_color(findings.style.color, stdout));
        code = cmd_put(arena, output, out_memory_bytes(&m));
    }
    return code != CLI_GOOD ? code : diag_exit(&sides[1].diag, findings.style.fail_on);
}
