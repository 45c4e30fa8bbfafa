/* cmd_lint.c - `dwrc lint`: all findings of a run, less what is allowed, left out or known. */
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "findings/allow.h"
#include "findings/baseline.h"
#include "findings/fix.h"
#include "findings/select.h"
#include "fmt/unified.h"
#include "lint/lint.h"

struct lint {
    const struct cli_command *command;
    struct arena *arena;
    struct cmd_findings findings;
    struct select_lists select;
    struct parse_options parsing;
    struct cli_list paths;
    const char *output, *today_said, *baseline, *write_baseline;
    bool fix, diff;
    long today;
};

/* A rule set is a folder; files may be a part of one. */
static bool names_a_folder(const struct cli_list *paths)
{
    struct stat st;

    for (uint32_t i = 0; i < paths->count; i++)
        if (stat(paths->v[i], &st) == 0 && S_ISDIR(st.st_mode))
            return true;
    return false;
}

/* What --today says, else where the clock stands here. False: it is no day, which has been said. */
static bool find_today(struct lint *l)
{
    const char *said = l->today_said;

    if (!said && cmd_today(&l->today))
        return true;
    if (said && allow_day((struct dwr_str){ said, strlen(said) }, &l->today))
        return true;
    if (said)
        cli_usage(l->command, "'%s' is no value of --today: a day, written as 2026-12-31", said);
    else
        cli_trouble("the clock names no day: say --today");
    return false;
}

/* --- finding --- */

/* What there is to say about rules that have been read. False: an option was wrong. */
static bool look(struct lint *l, struct cmd_rules *r)
{
    if (r->rules)
        lint_rules(l->arena, &r->ast, r->rules, r->schemas, names_a_folder(&l->paths), &r->diag);
    allow_findings(l->arena, &r->ast, &r->diag,
                   !r->rules    ? ALLOW_PART
                   : r->schemas ? ALLOW_SCHEMAS
                                : ALLOW_RULES,
                   l->today);
    if (!select_findings(l->command, &r->diag, &l->select))
        return false;
    /* A baseline that is written holds what is known as well. */
    if (l->baseline && !(l->write_baseline && r->rules))
        baseline_apply(&r->diag, l->baseline, !r->rules);
    return true;
}

/* --- fixing --- */

/* So many times the rules are looked at again: a fix may bring forth another. */
enum { ROUNDS_MAX = 20 };

/* Applies fixes until there are none; *r is then what was found in the texts as they have become.
 * How many were applied; -1: an option was wrong. */
static long fix_all(struct lint *l, struct cmd_rules *r)
{
    struct source *texts;
    long fixed = 0;

    for (int round = 0; round < ROUNDS_MAX && r->diag.failure_count == 0; round++) {
        struct cmd_rules *next;
        uint32_t now;

        texts = arena_array(l->arena, (size_t)r->ast.sources.count + 1, sizeof *texts);
        now = fix_texts(&r->diag, &r->ast.sources, texts);
        if (now == 0)
            break;
        fixed += now;
        next = ARENA_NEW(l->arena, struct cmd_rules);
        cmd_read_texts(next, l->arena, r, texts, &l->parsing, &l->findings.schemas);
        /* Findings hold on to the sources of the rules they were found in. */
        *r = *next;
        r->diag.sources = r->schemas ? &r->sources : &r->ast.sources;
        if (!look(l, r))
            return -1;
    }
    return fixed;
}

static struct dwr_str text_of(const struct source *source)
{
    return (struct dwr_str){ source->text, source->size };
}

static void put_diffs(struct lint *l, struct out *o, const struct sources *before,
                      const struct sources *after)
{
    const bool color = !l->output && diag_wants_color(l->findings.style.color, stdout);

    for (uint32_t i = 0; i < before->count; i++)
        unified_diff(o, l->arena, before->v[i].path, text_of(&before->v[i]), after->v[i].path,
                     text_of(&after->v[i]), color);
}

static int write_files(struct lint *l, const struct sources *before, const struct sources *after)
{
    for (uint32_t i = 0; i < before->count; i++) {
        const struct dwr_str now = text_of(&after->v[i]), was = text_of(&before->v[i]);
        int status;

        if (now.n == was.n && memcmp(now.p, was.p, now.n) == 0)
            continue;
        status = cmd_put(l->arena, after->v[i].path.p, now);
        if (status != CLI_GOOD)
            return status;
    }
    return CLI_GOOD;
}

/* With --diff what would change is all that is printed. */
static int fix(struct lint *l, struct cmd_rules *r)
{
    struct cmd_rules before = *r;
    const long fixed = fix_all(l, r);
    struct out_memory text;
    int status;

    if (fixed < 0)
        return CLI_TROUBLE;
    out_memory_begin(&text, l->arena);
    if (l->diff) {
        diag_print_failures(&r->diag, stderr);
        put_diffs(l, &text.out, &before.ast.sources, &r->ast.sources);
        status = cmd_put(l->arena, l->output, out_memory_bytes(&text));
        return status != CLI_GOOD          ? status
               : r->diag.failure_count > 0 ? CLI_TROUBLE
               : fixed > 0                 ? CLI_FINDINGS
                                           : CLI_GOOD;
    }
    status = write_files(l, &before.ast.sources, &r->ast.sources);
    if (status != CLI_GOOD)
        return status;
    status = cmd_put_findings(l->command, &r->diag, &l->findings, l->output);
    if (status == CLI_GOOD && fixed > 0 && l->findings.format == FINDINGS_TEXT) {
        out_str(&text.out, arena_printf(l->arena, "%ld fixed\n", fixed));
        status = cmd_put(l->arena, NULL, out_memory_bytes(&text));
    }
    return status != CLI_GOOD ? status : diag_exit(&r->diag, l->findings.style.fail_on);
}

/* --- the command --- */

static int write_baseline(struct lint *l, struct cmd_rules *r)
{
    struct out_memory text;

    if (!r->rules) { /* not everything has been looked for: nothing would be a baseline */
        cli_trouble("%s: not written: the rules have errors", l->write_baseline);
        return CLI_GOOD;
    }
    out_memory_begin(&text, l->arena);
    baseline_take(&text.out, &r->diag);
    return cmd_put(l->arena, l->write_baseline, out_memory_bytes(&text));
}

static int run(struct lint *l)
{
    struct cmd_rules r;
    int status;

    cmd_read_checked(&r, l->arena, &l->paths, &l->parsing, &l->findings.schemas);
    if (!look(l, &r))
        return CLI_TROUBLE;
    if (l->fix)
        return fix(l, &r);
    if (l->write_baseline && (status = write_baseline(l, &r)) != CLI_GOOD)
        return status;
    status = cmd_put_findings(l->command, &r.diag, &l->findings, l->output);
    /* --fail-on never means it: errors are then findings like others. */
    return status != CLI_GOOD ? status : diag_exit(&r.diag, l->findings.style.fail_on);
}

/* CLI_GOOD, or the status of what was said about options that do not go together. */
static int check_options(struct lint *l)
{
    if (!cmd_style(l->command, &l->findings) || !find_today(l))
        return CLI_TROUBLE;
    if (l->paths.count == 0)
        return cli_usage(l->command, "no rules given: name files or folders, or '-'");
    if (l->diff && !l->fix)
        return cli_usage(l->command, "--diff goes with --fix");
    if (l->fix && l->write_baseline)
        return cli_usage(l->command, "--fix or --write-baseline, not both");
    for (uint32_t i = 0; i < l->paths.count; i++)
        if (l->fix && !l->diff && strcmp(l->paths.v[i], "-") == 0)
            return cli_usage(l->command, "there is no file to fix: --fix --diff shows it");
    l->parsing.threads = l->findings.threads;
    return CLI_GOOD;
}

int cmd_lint(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct lint l = { .command = command,
                      .arena = arena,
                      .parsing = { .warn = true, .allow_stdin = true } };
    const struct cli_option options[] = {
        CMD_FINDINGS_OPTIONS(&l.findings),
        CMD_FORMAT_OPTION(&l.findings),
        { .name = "-o",
          .value = "FILE",
          .help = "the findings' file, instead of standard output",
          .text = &l.output },
        { .name = "--select",
          .value = "CODES",
          .help = "only these findings: codes or their beginnings, DW20,DW4002",
          .list = &l.select.select },
        { .name = "--ignore",
          .value = "CODES",
          .help = "all but these findings",
          .list = &l.select.ignore },
        { .name = "--severity",
          .value = "CODES=LEVEL",
          .help = "makes these findings errors, warnings or notes",
          .list = &l.select.severity },
        { .name = "--baseline",
          .value = "FILE",
          .help = "leave out the findings that the file lists",
          .text = &l.baseline },
        { .name = "--write-baseline",
          .value = "FILE",
          .help = "write all findings there, known ones too, and leave them out",
          .text = &l.write_baseline },
        { .name = "--fix", .help = "put right what has one right answer", .flag = &l.fix },
        { .name = "--diff", .help = "with --fix: print what would change", .flag = &l.diff },
        { .name = "--today",
          .value = "YYYY-MM-DD",
          .help = "the day by which comments that allow a finding expire; else the clock's",
          .text = &l.today_said },
        { .name = "--stdin-filename",
          .value = "NAME",
          .help = "what '-' is called in findings",
          .text = &l.parsing.stdin_name },
    };
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &l.paths);

    if (status != CLI_RUN)
        return status;
    status = check_options(&l);
    return status == CLI_GOOD ? run(&l) : status;
}
