/* cmd_diff.c - `dwrc diff OLD NEW`: which merges change. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "diff/diff.h"
#include "str.h"

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

/* Of both rule sets the name that this one may have been meant to be; p NULL: it is one of theirs.
 * False: neither has it, nor one like it. */
static bool nearest(const struct cmd_rules sides[2], struct dwr_str wanted, struct dwr_str *meant)
{
    *meant = (struct dwr_str){ NULL, 0 };
    for (int i = 0; i < 2; i++)
        for (uint16_t k = 0; k < sides[i].rules->doctype_count; k++)
            if (str_same(sides[i].rules->doctypes[k].name, wanted))
                return true;
    for (int i = 0; i < 2; i++)
        for (uint16_t k = 0; k < sides[i].rules->doctype_count; k++) {
            *meant = sides[i].rules->doctypes[k].name;
            if (diag_nearest(wanted, meant, 1) == 0)
                return true;
        }
    return false;
}

/* False: neither rule set has the DocType, which was said. */
static bool doctype_exists(const struct cmd_rules sides[2], const char *doctype)
{
    struct dwr_str meant;

    if (!nearest(sides, str_of(doctype), &meant))
        cli_trouble("neither rule set has a DocType '%s'", doctype);
    else if (meant.p != NULL)
        cli_trouble("neither rule set has a DocType '%s'; did you mean '%.*s'?", doctype,
                    (int)meant.n, meant.p);
    else
        return true;
    return false;
}

/* What is wrong with rules that are not there to be compared; the exit status. */
static int put_wrong(const struct cli_command *command, struct cmd_rules *side, const char *name,
                     const struct cmd_findings *findings, const char *output)
{
    const int status = cmd_put_findings(command, &side->diag, findings, output);

    if (status != CLI_GOOD)
        return status;
    if (access(name, F_OK) != 0 && strchr(name, ':') == NULL)
        return cli_trouble("a git revision is written with its folder: %s:rules", name);
    cli_trouble("%s does not compile", name);
    return side->diag.failure_count > 0 ? CLI_TROUBLE : CLI_FINDINGS;
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
          .help = "merges tried of a DocType that changed (120000; fewer where many did)",
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
            return put_wrong(command, &sides[i], paths.v[i], &findings, output);
        }
    }
    if (only != NULL && !doctype_exists(sides, only))
        return CLI_TROUBLE;
    wanted.schemas = sides[1].schemas;
    wanted.threads = findings.threads;
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
