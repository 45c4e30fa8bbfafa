/* cmd.c - what the commands begin with. */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "findings/allow.h"
#include "out.h"
#include "schema/check_schema.h"
#include "team.h"

_Static_assert(TEAM_MAX == 8, "the help of --threads says so");

/* The number an option says, where it is said; false: it is none from low to high. */
static bool number(const struct cli_command *command, const char *option, const char *text,
                   unsigned long low, unsigned long high, unsigned long *n)
{
    char *end;

    if (!text)
        return true;
    errno = 0;
    *n = strtoul(text, &end, 10);
    if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *n >= low && *n <= high)
        return true;
    cli_usage(command, "'%s' is no value of %s: a number%s", text, option,
              high == TEAM_MAX ? " from 1 to 8" : "");
    return false;
}

bool cmd_style(const struct cli_command *command, struct cmd_findings *f)
{
    static const char *const colors[] = { "auto", "always", "never" };
    static const char *const levels[] = { "error", "warning", "note", "never" };
    const int color = cli_choice(command, "--color", f->color, colors, 3);
    const int fail_on = color < 0 ? -1 : cli_choice(command, "--fail-on", f->fail_on, levels, 4);
    const int format = fail_on < 0 ? -1
                                   : cli_choice(command, "--format", f->format_said,
                                                findings_formats, FINDINGS_FORMATS);
    unsigned long max = DIAG_MAX_ERRORS, threads = 0;

    if (format < 0 || !number(command, "--max-errors", f->max_errors, 0, UINT32_MAX, &max) ||
        !number(command, "--threads", f->threads_said, 1, TEAM_MAX, &threads))
        return false;
    f->style = (struct diag_style){ .color = (enum diag_color)color,
                                    .fail_on = (enum diag_fail_on)fail_on,
                                    .max_errors = (uint32_t)max };
    f->threads = (unsigned)threads;
    f->format = (enum findings_format)format;
    return true;
}

int cmd_start(const struct cli_command *command, struct arena *arena,
              const struct cli_option *options, size_t option_count, int argc, char **argv,
              struct cmd_findings *findings, struct cli_list *paths)
{
    const int status = cli_parse(command, arena, options, option_count, argc, argv, paths);

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, findings))
        return CLI_TROUBLE;
    if (paths->count == 0)
        return cli_usage(command, "no rules given: name files or folders");
    return CLI_RUN;
}

int cmd_failed(const char *path, int error)
{
    return cli_trouble("%s: %s", path, strerror(error));
}

int cmd_make_folder(const char *folder)
{
    struct stat status;

    if (mkdir(folder, 0777) == 0)
        return CLI_GOOD;
    if (errno != EEXIST || stat(folder, &status) != 0)
        return cmd_failed(folder, errno);
    return S_ISDIR(status.st_mode) ? CLI_GOOD : cmd_failed(folder, ENOTDIR);
}

const char *cmd_in_folder(struct arena *arena, const char *folder, struct dwr_str name,
                          const char *ending)
{
    const size_t n = strlen(folder);

    return arena_printf(arena, "%s%s%.*s%s", folder, n > 0 && folder[n - 1] == '/' ? "" : "/",
                        (int)name.n, name.p, ending)
        .p;
}

/* The schemas are shown in findings as the rules are, and are no rules. */
static void read_schemas(struct cmd_rules *r, struct arena *arena, const struct cli_list *folders,
                         unsigned threads)
{
    struct schemas *schemas = ARENA_NEW(arena, struct schemas);
    const uint32_t count = r->ast.sources.count;

    r->sources.v = arena_array(arena, count, sizeof *r->sources.v);
    r->sources.count = r->sources.capacity = count;
    if (count > 0)
        memcpy(r->sources.v, r->ast.sources.v, count * sizeof *r->sources.v);
    r->diag.sources = &r->sources;
    schema_read(arena, schemas, &r->sources, &r->diag, folders->v, folders->count, threads);
    r->schemas = schemas;
    /* Where some could not be read, what is missing may be there. */
    if (r->diag.failure_count == 0)
        check_schema(arena, &r->ast, schemas, &r->diag);
}

void cmd_read(struct cmd_rules *r, struct arena *arena, const struct cli_list *paths,
              const struct parse_options *options)
{
    const struct cli_list none = { NULL, 0 };

    cmd_read_checked(r, arena, paths, options, &none);
}

/* A rule that no merge reaches is a mistake of its author; what is merged by the others is defined.
 */
static bool hinders(void *context, struct diag_finding *finding)
{
    (void)context;
    return finding->severity == DIAG_ERROR && finding->code != DIAG_NEVER_REACHED;
}

bool cmd_can_plan(const struct diag *diag)
{
    for (uint32_t i = 0; i < diag->count && diag->errors > 0; i++)
        if (hinders(NULL, diag->v[i]))
            return false;
    return diag->failure_count == 0;
}

/* What follows the parsing. */
static void check_and_plan(struct cmd_rules *r, struct arena *arena,
                           const struct parse_options *options, const struct cli_list *schemas)
{
    check_rules(arena, &r->ast, &r->diag);
    if (!options->warn)
        diag_filter(&r->diag, hinders, NULL);
    if (schemas->count > 0)
        read_schemas(r, arena, schemas, options->threads);
    if (cmd_can_plan(&r->diag))
        r->rules = plan_rules(arena, &r->ast, &r->diag);
}

void cmd_read_checked(struct cmd_rules *r, struct arena *arena, const struct cli_list *paths,
                      const struct parse_options *options, const struct cli_list *schemas)
{
    *r = (struct cmd_rules){ .rules = NULL };
    diag_init(&r->diag, arena, &r->ast.sources);
    parse_rules(arena, &r->ast, &r->diag, paths->v, paths->count, options);
    check_and_plan(r, arena, options, schemas);
}

void cmd_read_texts(struct cmd_rules *r, struct arena *arena, const struct cmd_rules *before,
                    const struct source *texts, const struct parse_options *options,
                    const struct cli_list *schemas)
{
    *r = (struct cmd_rules){ .ast = { .folder_name = before->ast.folder_name } };
    diag_init(&r->diag, arena, &r->ast.sources);
    parse_texts(arena, &r->ast, &r->diag, texts, before->ast.sources.count, options);
    check_and_plan(r, arena, options, schemas);
}

/* Whether the rules are there to go on with, and may be. */
static int status_of(const struct cmd_rules *r, const struct diag_style *style)
{
    if (!r->rules && r->diag.failure_count == 0)
        return CLI_FINDINGS; /* errors, whatever --fail-on says: there is nothing to go on with */
    return diag_exit(&r->diag, style->fail_on);
}

bool cmd_today(long *day)
{
    const time_t now = time(NULL);
    char text[16];
    struct tm here;

    return localtime_r(&now, &here) != NULL &&
           strftime(text, sizeof text, "%Y-%m-%d", &here) == 10 &&
           allow_day((struct dwr_str){ text, 10 }, day);
}

int cmd_report(struct cmd_rules *r, const struct diag_style *style, FILE *out)
{
    diag_print(&r->diag, style, out, stderr);
    return status_of(r, style);
}

int cmd_report_findings(const struct cli_command *command, struct cmd_rules *r,
                        const struct cmd_findings *f, const char *output)
{
    const int status = cmd_put_findings(command, &r->diag, f, output);

    return status == CLI_GOOD ? status_of(r, &f->style) : status;
}

int cmd_put(struct arena *arena, const char *path, struct dwr_str bytes)
{
    struct out_stream stream;
    struct out_file file;
    bool good;

    if (!path) {
        out_stream_begin(&stream, STDOUT_FILENO);
        out_str(&stream.out, bytes);
        good = out_stream_end(&stream);
        return good ? CLI_GOOD : cli_trouble("standard output: %s", strerror(stream.error));
    }
    out_file_prepare(&file, arena, path, false);
    out_file_begin(&file);
    out_str(&file.out, bytes);
    good = out_file_finish(&file) && out_file_commit(&file);
    out_file_end(&file);
    return good ? CLI_GOOD : cli_trouble("%s: %s", path, strerror(file.error));
}

int cmd_put_findings(const struct cli_command *command, struct diag *diag,
                     const struct cmd_findings *f, const char *output)
{
    struct findings_report report = {
        .diag = diag, .command = command->name, .style = f->style, .summary = true
    };
    struct out_memory text;

    diag_print_failures(diag, stderr);
    report.style.color =
        !output && diag_wants_color(f->style.color, stdout) ? DIAG_COLOR_ALWAYS : DIAG_COLOR_NEVER;
    if (output && f->style.color == DIAG_COLOR_ALWAYS)
        report.style.color = DIAG_COLOR_ALWAYS;
    out_memory_begin(&text, diag->arena);
    findings_print(f->format, &text.out, &report);
    return cmd_put(diag->arena, output, out_memory_bytes(&text));
}
