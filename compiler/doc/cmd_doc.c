/* cmd_doc.c - `dwrc doc`: NAME.md and NAME.html in a folder, NAME being the rule set's.
 *
 * Both are made in memory and then written, each whole or not at all; a file that would not change
 * is not touched. With --check nothing is written and what differs is named. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "emit.h"
#include "reference.h"

struct command {
    struct arena *arena;
    struct cmd_findings findings;
    struct cmd_rules r;
    struct trial_bench bench;
    const char *folder;
    bool check;
    struct dwr_str pages[2]; /* by enum page_kind */
};

/* --- the pages --- */

static void make(void *context)
{
    struct command *c = context;
    const struct reference reference = { &c->r.ast, c->r.rules, c->r.schemas, &c->bench };

    for (int kind = PAGE_MARKDOWN; kind <= PAGE_HTML; kind++) {
        struct out_memory m;

        out_memory_begin(&m, c->arena);
        reference_put(&reference, (enum page_kind)kind, &m.out);
        c->pages[kind] = out_memory_bytes(&m);
    }
}

static void make_pages(struct command *c)
{
    bool done = trial_bench_open(&c->bench, c->arena);

    if (done) {
        done = arena_try(c->arena, make, c);
        trial_bench_close(&c->bench);
    }
    if (!done)
        arena_fail(c->arena);
}

/* --- the files --- */

static const char *path_of(struct command *c, enum page_kind kind)
{
    return cmd_in_folder(c->arena, c->folder, emit_identifier(c->arena, c->r.rules->name),
                         kind == PAGE_HTML ? ".html" : ".md");
}

/* CLI_FINDINGS: it is not up to date, and that has been said. */
static int write_page(struct command *c, enum page_kind kind)
{
    const char *path = path_of(c, kind);
    int status = CLI_GOOD;
    struct out_file f;

    out_file_prepare(&f, c->arena, path, c->check);
    out_file_begin(&f);
    out_str(&f.out, c->pages[kind]);
    if (!out_file_finish(&f) || (!c->check && !out_file_commit(&f)))
        status = cmd_failed(path, f.error);
    else if (c->check && f.differs)
        status = CLI_FINDINGS;
    out_file_end(&f);
    if (status == CLI_FINDINGS)
        printf("%s: not what the rules make\n", path);
    return status;
}

static int write_pages(struct command *c)
{
    int worst = c->check ? CLI_GOOD : cmd_make_folder(c->folder);

    for (int kind = PAGE_MARKDOWN; kind <= PAGE_HTML && worst != CLI_TROUBLE; kind++) {
        const int status = write_page(c, (enum page_kind)kind);

        worst = status > worst ? status : worst;
    }
    if (worst == CLI_FINDINGS)
        printf("  help: run dwrc doc with the same rules and -o %s\n", c->folder);
    return worst;
}

int cmd_doc(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct command c = { .arena = arena };
    struct cli_list paths = { NULL, 0 };
    struct parse_options parsing = { .allow_stdin = false };
    const struct cli_option options[] = {
        { .name = "-o", .value = "FOLDER", .help = "where the pages go", .text = &c.folder },
        { .name = "--check", .help = "write nothing; are the pages up to date?", .flag = &c.check },
        CMD_FINDINGS_OPTIONS(&c.findings),
    };
    int status = cmd_start(command, arena, options, sizeof options / sizeof *options, argc, argv,
                           &c.findings, &paths);

    if (status != CLI_RUN)
        return status;
    if (!c.folder || c.folder[0] == '\0')
        return cli_usage(command, "no folder given: say -o FOLDER");
    parsing.threads = c.findings.threads;
    cmd_read_checked(&c.r, arena, &paths, &parsing, &c.findings.schemas);
    status = cmd_report(&c.r, &c.findings.style, stdout);
    if (status != CLI_GOOD)
        return status;
    make_pages(&c);
    return write_pages(&c);
}
