/* cmd_import.c - `dwrc import`: strategy dictionaries into a rule file. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "files.h"
#include "import.h"
#include "out.h"

/* FOLDER/NAME.dwr of PATH/NAME.json. */
static const char *rule_file(struct arena *arena, const char *folder, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t n = strlen(base);

    if (strcmp(path, "-") == 0)
        base = "imported", n = strlen(base);
    else if (n > 5 && strcmp(base + n - 5, ".json") == 0)
        n -= 5;
    return arena_printf(arena, "%s%s%.*s.dwr", folder,
                        folder[0] != '\0' && folder[strlen(folder) - 1] == '/' ? "" : "/", (int)n,
                        base)
        .p;
}

static int write_rules(struct arena *arena, const char *folder, const char *path,
                       struct dwr_str rules)
{
    const char *to = rule_file(arena, folder, path);
    struct stat status;
    struct out_file f;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return cli_trouble("%s: %s", folder, strerror(errno));
    /* It may have been worked on since. */
    if (lstat(to, &status) == 0)
        return cli_trouble("%s: left alone: it is there already", to);
    out_file_prepare(&f, arena, to, false);
    out_file_begin(&f);
    out_str(&f.out, rules);
    if (!out_file_finish(&f) || !out_file_commit(&f)) {
        out_file_end(&f);
        return cli_trouble("%s: %s", to, strerror(f.error));
    }
    out_file_end(&f);
    printf("%s: written\n", to);
    return CLI_GOOD;
}

/* The file as the one source, looked over. */
static void read_file(struct arena *arena, struct diag *diag, const char *path)
{
    struct files f = { .arena = arena, .diag = diag, .suffix = ".json" };
    struct span span = { .source = 0 };
    enum source_fault fault;
    struct stat status;

    if (strcmp(path, "-") == 0) {
        const struct dwr_str name = arena_printf(arena, "<stdin>");

        files_add(&f, (struct file_found){ .path = name, .label = name, .from_stdin = true });
    } else if (stat(path, &status) != 0 || S_ISDIR(status.st_mode)) {
        diag_failure(diag, "cannot read %s: %s", path,
                     strerror(stat(path, &status) == 0 ? EISDIR : errno));
        return;
    } else {
        files_add_file(&f, path, &status);
    }
    files_read(&f, diag->sources, 1);
    if (diag->failure_count > 0)
        return;
    fault = source_inspect(diag->sources->v[0].text, diag->sources->v[0].size, &span.begin);
    span.end = span.begin + 1;
    if (fault == SOURCE_NUL || fault == SOURCE_UTF8)
        diag_add(diag, DIAG_IMPORT_JSON, span, "no JSON: the text is not UTF-8");
    else if (fault == SOURCE_LARGE)
        diag_add(diag, DIAG_IMPORT_JSON, (struct span){ 0, 0, 0 },
                 "this file is larger than %zu MiB", SOURCE_BYTES_MAX >> 20);
}

/* Where something is found there are no rules, and standard output is for the rules or for what a
 * program reads. */
static int report(const struct cli_command *command, struct diag *diag,
                  const struct cmd_findings *findings)
{
    if (findings->format != FINDINGS_TEXT && (diag->count > 0 || diag->failure_count > 0))
        return cmd_put_findings(command, diag, findings, NULL);
    diag_print(diag, &findings->style, stderr, stderr);
    return CLI_GOOD;
}

static int import(const struct cli_command *command, struct arena *arena,
                  const struct cmd_findings *findings, const char *path, const char *folder)
{
    struct sources sources = { .count = 0 };
    struct dwr_str rules = { NULL, 0 };
    struct diag diag;
    int status;

    diag_init(&diag, arena, &sources);
    read_file(arena, &diag, path);
    if (diag.failure_count == 0 && diag.errors == 0)
        rules = import_rules(arena, &diag, 0);
    status = report(command, &diag, findings);
    if (status == CLI_GOOD)
        status = diag_exit(&diag, DIAG_FAIL_ERROR);
    if (status != CLI_GOOD)
        return status;
    if (!rules.p)
        return cli_trouble("%s: its rules would be larger than a rule file may be", path);
    if (folder)
        return write_rules(arena, folder, path, rules);
    fwrite(rules.p, 1, rules.n, stdout);
    return CLI_GOOD;
}

int cmd_import(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct cmd_findings findings = { .color = NULL };
    struct cli_list paths = { NULL, 0 };
    const char *folder = NULL;
    const struct cli_option options[] = {
        { .name = "-o",
          .value = "FOLDER",
          .help = "where NAME.dwr goes, instead of standard output",
          .text = &folder },
        { .name = "--color",
          .value = "WHEN",
          .help = "auto, always or never; NO_COLOR is honoured",
          .text = &findings.color,
          .choices = "auto always never" },
        { .name = "--max-errors",
          .value = "N",
          .help = "print at most N findings (100; 0: all)",
          .text = &findings.max_errors },
        CMD_FORMAT_OPTION(&findings),
    };
    const int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings))
        return CLI_TROUBLE;
    if (paths.count != 1)
        return cli_usage(command, "name one JSON file, or '-'");
    return import(command, arena, &findings, paths.v[0], folder);
}
