/* cmd_fmt.c - `dwrc fmt`: rule files in their canonical form.
 *
 * Files with syntax errors are left alone and their findings printed; the others are formatted,
 * looked over together (fmt_verify) and only then written, each beside its place and moved there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "fmt.h"
#include "out.h"
#include "unified.h"

struct format {
    struct arena *arena;
    struct cmd_findings findings;
    struct parse_options parsing;
    struct ast_ruleset rules;
    struct diag diag;
    struct dwr_str *texts; /* by source; p NULL: it is left alone */
    uint32_t changed;      /* how many differ */
    bool check, diff, from_stdin;
    const char *output;
};

static struct dwr_str text_of(const struct source *source)
{
    return (struct dwr_str){ source->text, source->size };
}

static bool changes(const struct format *f, uint32_t i)
{
    const struct dwr_str is = text_of(&f->rules.sources.v[i]), to = f->texts[i];

    return to.p && (to.n != is.n || memcmp(to.p, is.p, is.n) != 0);
}

/* --- reading and formatting --- */

static int format_all(struct format *f)
{
    const uint32_t count = f->rules.sources.count;
    enum fmt_fault fault;
    uint32_t at;

    f->texts = arena_array(f->arena, count, sizeof *f->texts);
    for (uint32_t i = 0; i < count; i++) {
        f->texts[i] = fmt_source(f->arena, &f->rules, i);
        if (!f->texts[i].p && !f->rules.files[i].broken)
            return cli_trouble("%s: left alone: formatted it would be too large for a rule file",
                               f->rules.sources.v[i].path.p);
        f->changed += changes(f, i);
    }
    if (f->changed == 0)
        return CLI_GOOD;
    fault = fmt_verify(f->arena, &f->rules, f->texts, &at);
    if (fault == FMT_GOOD)
        return CLI_GOOD;
    return cli_trouble("%s: left alone: formatted, %s (a fault of dwrc)",
                       f->rules.sources.v[at].path.p, fmt_fault_text(fault));
}

/* --- what is said --- */

/* The first line that changes. */
static struct span first_change(const struct format *f, uint32_t i)
{
    const struct dwr_str is = text_of(&f->rules.sources.v[i]), to = f->texts[i];
    struct span span = { .source = i };
    uint32_t k = 0;

    for (; k < is.n && k < to.n && is.p[k] == to.p[k]; k++)
        if (is.p[k] == '\n')
            span.begin = k + 1;
    while (span.begin < is.n && (is.p[span.begin] == ' ' || is.p[span.begin] == '\t'))
        span.begin++;
    for (span.end = span.begin; span.end < is.n && is.p[span.end] != '\n';)
        span.end++;
    return span;
}

static void add_findings(struct format *f)
{
    for (uint32_t i = 0; i < f->rules.sources.count; i++)
        if (changes(f, i)) {
            struct diag_finding *finding =
                diag_add(&f->diag, DIAG_LAYOUT, first_change(f, i), "not in canonical form");

            diag_help(&f->diag, finding, "dwrc fmt %s",
                      f->from_stdin && !f->parsing.stdin_name ? "-" : f->rules.sources.v[i].path.p);
        }
}

static void put_diffs(struct format *f, struct out *o, bool color)
{
    for (uint32_t i = 0; i < f->rules.sources.count; i++) {
        const struct dwr_str path = f->rules.sources.v[i].path;

        if (changes(f, i))
            unified_diff(o, f->arena, path, text_of(&f->rules.sources.v[i]), path, f->texts[i],
                         color);
    }
}

/* --- writing --- */

/* Whether a file still holds what was read from it. */
static bool is_as_read(const char *path, struct dwr_str text)
{
    char some[4096];
    ssize_t n = 0;
    size_t at = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    while ((n = read(fd, some, sizeof some)) > 0 && (size_t)n <= text.n - at &&
           memcmp(some, text.p + at, (size_t)n) == 0)
        at += (size_t)n;
    close(fd);
    return n == 0 && at == text.n;
}

static int write_file(struct format *f, uint32_t i)
{
    const char *path = f->rules.sources.v[i].path.p;
    char *real = realpath(path, NULL); /* a link stays one */
    struct out_file file;
    struct stat status;

    if (!real || stat(real, &status) != 0) {
        free(real);
        return cli_trouble("%s: %s", path, strerror(errno));
    }
    path = arena_copy(f->arena, real, strlen(real));
    free(real);
    if (!S_ISREG(status.st_mode))
        return cli_trouble("%s: no file that could be written in place", path);
    if (access(path, W_OK) != 0)
        return cli_trouble("%s: %s", path, strerror(errno));
    if (!is_as_read(path, text_of(&f->rules.sources.v[i])))
        return cli_trouble("%s: left alone: it changed meanwhile", path);
    out_file_prepare(&file, f->arena, path, false);
    file.keep = true;
    out_file_begin(&file);
    out_str(&file.out, f->texts[i]);
    if (!out_file_finish(&file) || !out_file_commit(&file)) {
        out_file_end(&file);
        return cli_trouble("%s: %s", path, strerror(file.error));
    }
    out_file_end(&file);
    return CLI_GOOD;
}

static int write_all(struct format *f)
{
    for (uint32_t i = 0; i < f->rules.sources.count; i++) {
        int status;

        if (!changes(f, i))
            continue;
        status = write_file(f, i);
        if (status != CLI_GOOD)
            return status;
        printf("%s: formatted\n", f->rules.sources.v[i].path.p);
    }
    return CLI_GOOD;
}

static int put_text(struct format *f)
{
    const struct dwr_str text = f->texts[0];

    if (text.p)
        fwrite(text.p, 1, text.n, stdout);
    return CLI_GOOD;
}

/* What was found of the syntax goes where findings go, but never into a text. */
static int report(const struct cli_command *command, struct format *f)
{
    struct out_memory m;

    if (f->check) {
        add_findings(f);
        return cmd_put_findings(command, &f->diag, &f->findings, f->output);
    }
    diag_print(&f->diag, &f->findings.style, f->from_stdin || f->diff ? stderr : stdout, stderr);
    if (!f->diff)
        return CLI_GOOD;
    out_memory_begin(&m, f->arena);
    put_diffs(f, &m.out, !f->output && diag_wants_color(f->findings.style.color, stdout));
    return cmd_put(f->arena, f->output, out_memory_bytes(&m));
}

static int run(const struct cli_command *command, struct format *f, const struct cli_list *paths)
{
    int status;

    diag_init(&f->diag, f->arena, &f->rules.sources);
    parse_rules(f->arena, &f->rules, &f->diag, paths->v, paths->count, &f->parsing);
    if (f->diag.failure_count > 0) {
        diag_print_failures(&f->diag, stderr);
        return CLI_TROUBLE;
    }
    status = format_all(f);
    if (status == CLI_GOOD)
        status = report(command, f);
    if (status != CLI_GOOD)
        return status;
    if (!f->check && !f->diff)
        status = f->from_stdin ? put_text(f) : write_all(f);
    if (status != CLI_GOOD)
        return status;
    if (f->findings.style.fail_on == DIAG_FAIL_NEVER)
        return CLI_GOOD;
    return f->diag.errors > 0 || ((f->check || f->diff) && f->changed > 0) ? CLI_FINDINGS
                                                                           : CLI_GOOD;
}

int cmd_fmt(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct format f = { .arena = arena, .parsing = { .allow_stdin = true, .keep_tokens = true } };
    struct cli_list paths = { NULL, 0 };
    const struct cli_option options[] = {
        { .name = "--check",
          .help = "write nothing; which files are not in form?",
          .flag = &f.check },
        { .name = "--diff", .help = "write nothing; print what would change", .flag = &f.diff },
        { .name = "-o",
          .value = "FILE",
          .help = "the report's file, instead of standard output",
          .text = &f.output },
        { .name = "--stdin-filename",
          .value = "NAME",
          .help = "what '-' is called in findings",
          .text = &f.parsing.stdin_name },
        CMD_STYLE_OPTIONS(&f.findings),
        CMD_FORMAT_OPTION(&f.findings),
    };
    const int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &f.findings))
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders, or '-'");
    if (f.check && f.diff)
        return cli_usage(command, "--check or --diff, not both");
    if (f.findings.format_said && !f.check)
        return cli_usage(command, "--format is how --check reports");
    if (f.output && !f.check && !f.diff)
        return cli_usage(command, "-o takes a report: say --check or --diff");
    for (uint32_t i = 0; i < paths.count; i++)
        f.from_stdin |= strcmp(paths.v[i], "-") == 0;
    if (f.from_stdin && paths.count > 1)
        return cli_usage(command, "'-' stands alone");
    f.parsing.threads = f.findings.threads;
    return run(command, &f, &paths);
}
