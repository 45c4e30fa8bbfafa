/* cmd_compile.c - `dwrc compile`: NAME.c and NAME.h in a folder, and the depfile of a build.
 *
 * Both files are written beside their places and moved there when both are complete; a file that
 * would not change is not touched. With --check nothing is written: what differs is named, and what
 * these rules made before and make no more. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "depfile.h"
#include "emit.h"
#include "leftover.h"
#include "prove/report.h"
#include "prove/stamp.h"

struct compile {
    struct arena *arena;
    struct cmd_findings findings;
    struct cmd_rules r;
    struct emit emit;
    const char *folder;
    const char *c, *h; /* the paths of the files */
    bool check, prove;
    bool make_depfile, phony; /* -MD, -MP */
    const char *depfile;
    struct cli_list targets;
};

/* What the first line says the files were made from: the lone file, or the folder of them all. */
static struct dwr_str made_from(const struct ast_ruleset *ast)
{
    const struct dwr_str first = ast->sources.v[0].label;
    const char *slash = memchr(first.p, '/', first.n);
    const size_t n = slash ? (size_t)(slash - first.p) + 1 : first.n;

    if (ast->sources.count == 1)
        return first;
    for (uint32_t i = 1; i < ast->sources.count; i++) {
        const struct dwr_str label = ast->sources.v[i].label;

        if (label.n < n || memcmp(label.p, first.p, n) != 0)
            return (struct dwr_str)DWR_STR("several folders");
    }
    return (struct dwr_str){ first.p, n };
}

/* Both files or neither, as far as two renames allow. */
static int write_files(struct compile *c, struct out_file *code, struct out_file *header)
{
    emit_c(&c->emit, &code->out);
    if (!out_file_finish(code))
        return cmd_failed(c->c, code->error);
    emit_h(&c->emit, &header->out);
    if (!out_file_finish(header))
        return cmd_failed(c->h, header->error);
    if (c->check)
        return CLI_GOOD;
    if (!out_file_commit(header))
        return cmd_failed(c->h, header->error);
    if (!out_file_commit(code))
        return cmd_failed(c->c, code->error);
    return CLI_GOOD;
}

/* What a check has found; the depfile is no rule's. */
static int report_check(struct compile *c, const struct out_file *code,
                        const struct out_file *header)
{
    const struct leftovers left = leftovers_find(c->arena, c->folder, &c->emit, &c->r.ast.sources);
    /* Findings for a program stand alone. */
    FILE *to = c->findings.format == FINDINGS_TEXT ? stdout : stderr;

    if (left.error != 0 && left.error != ENOENT)
        return cmd_failed(c->folder, left.error);
    if (code->differs)
        fprintf(to, "%s: not what the rules make\n", c->c);
    if (header->differs)
        fprintf(to, "%s: not what the rules make\n", c->h);
    for (uint32_t i = 0; i < left.paths.count; i++)
        fprintf(to, "%s: made from %s, which makes it no more\n", left.paths.v[i], left.from.v[i]);
    if (!code->differs && !header->differs && left.paths.count == 0)
        return CLI_GOOD;
    if (code->differs || header->differs)
        fprintf(to, "  help: run dwrc compile with the same rules and -o %s\n", c->folder);
    if (left.paths.count > 0)
        fputs("  help: remove the files that no rules make\n", to);
    return CLI_FINDINGS;
}

static int write_depfile(struct compile *c)
{
    struct out_file f;
    int status = CLI_GOOD;

    if (!c->depfile)
        c->depfile = cmd_in_folder(c->arena, c->folder, c->emit.id, ".d");
    out_file_prepare(&f, c->arena, c->depfile, false);
    out_file_begin(&f);
    depfile_put(&f.out, &c->targets, c->c, c->h, &c->r.ast.sources, c->phony);
    if (!out_file_finish(&f) || !out_file_commit(&f))
        status = cmd_failed(c->depfile, f.error);
    out_file_end(&f);
    return status;
}

/* The verdicts for the head of the file; what is refuted is printed, and nothing is written. A
 * check makes them where the file has some. */
static int prove_rules(struct compile *c)
{
    const struct prove_options options = { .schemas = c->r.schemas,
                                           .threads = c->findings.threads };
    struct prove_results results;
    struct out_memory shown;

    if (!c->prove && !(c->check && prove_is_stamped(c->c)))
        return CLI_GOOD;
    results = prove(c->arena, c->r.rules, &options);
    c->emit.proofs = prove_stamp(c->arena, &results);
    if (results.refuted == 0)
        return CLI_GOOD;
    out_memory_begin(&shown, c->arena);
    prove_text(&shown.out, c->arena, &results, false);
    fflush(stdout);
    return cmd_put(c->arena, NULL, out_memory_bytes(&shown)) == CLI_GOOD ? CLI_FINDINGS
                                                                         : CLI_TROUBLE;
}

static int compile(struct compile *c)
{
    struct out_file code, header;
    int status = CLI_GOOD;

    if (!emit_prepare(&c->emit, c->arena, c->r.rules, made_from(&c->r.ast)))
        return cli_trouble("the DocTypes' names cannot be told apart");
    c->c = cmd_in_folder(c->arena, c->folder, c->emit.id, ".c");
    c->h = cmd_in_folder(c->arena, c->folder, c->emit.id, ".h");
    c->emit.pieces = pieces_new(c->arena, c->r.ast.threads);
    status = prove_rules(c);
    if (status == CLI_GOOD && !c->check)
        status = cmd_make_folder(c->folder);
    if (status != CLI_GOOD)
        return status;
    out_file_prepare(&code, c->arena, c->c, c->check);
    out_file_prepare(&header, c->arena, c->h, c->check);
    out_file_begin(&code);
    out_file_begin(&header);
    status = write_files(c, &code, &header);
    out_file_end(&code);
    out_file_end(&header);
    if (status == CLI_GOOD && c->check)
        return report_check(c, &code, &header);
    return status == CLI_GOOD && c->make_depfile ? write_depfile(c) : status;
}

int cmd_compile(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct compile c = { .arena = arena };
    struct cli_list paths = { NULL, 0 };
    struct parse_options parsing = { .allow_stdin = false };
    const struct cli_option options[] = {
        { .name = "-o", .value = "FOLDER", .help = "where the files go", .text = &c.folder },
        { .name = "--check",
          .help = "write nothing; are the files up to date, is one left over?",
          .flag = &c.check },
        { .name = "--prove",
          .help = "prove the rules and say in the file's head what holds",
          .flag = &c.prove },
        { .name = "-MD", .help = "write a depfile, FOLDER/NAME.d", .flag = &c.make_depfile },
        { .name = "-MF", .value = "FILE", .help = "the depfile's name", .text = &c.depfile },
        { .name = "-MT",
          .value = "TARGET",
          .help = "the depfile's target; may be said again",
          .list = &c.targets },
        { .name = "-MP",
          .help = "targets without rules for the rule files, which may go away",
          .flag = &c.phony },
        CMD_FINDINGS_OPTIONS(&c.findings),
        CMD_FORMAT_OPTION(&c.findings),
    };
    int status = cmd_start(command, arena, options, sizeof options / sizeof *options, argc, argv,
                           &c.findings, &paths);

    if (status != CLI_RUN)
        return status;
    if (!c.folder || c.folder[0] == '\0')
        return cli_usage(command, "no folder given: say -o FOLDER");
    if (!c.make_depfile && (c.depfile || c.targets.count > 0 || c.phony))
        return cli_usage(command, "-MF, -MT and -MP need -MD");
    parsing.threads = c.findings.threads;
    cmd_read_checked(&c.r, arena, &paths, &parsing, &c.findings.schemas);
    status = c.findings.format == FINDINGS_TEXT
                 ? cmd_report(&c.r, &c.findings.style, stdout)
                 : cmd_report_findings(command, &c.r, &c.findings, NULL);
    return status == CLI_GOOD ? compile(&c) : status;
}
