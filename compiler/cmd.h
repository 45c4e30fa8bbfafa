/* cmd.h - the commands of dwrc, and what several of them begin with: rules read, parsed, checked
 * and planned, their findings printed. */
#ifndef DWR_COMPILER_CMD_H
#define DWR_COMPILER_CMD_H

#include <stdio.h>

#include "cli.h"
#include "findings/findings.h"
#include "parse.h"
#include "plan.h"
#include "schema/schema.h"

int cmd_compile(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_fmt(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_doc(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_explain(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_import(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_lint(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_diff(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_lsp(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_prove(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_resolve(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_scenario(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_test(const struct cli_command *command, struct arena *arena, int argc, char **argv);
int cmd_why(const struct cli_command *command, struct arena *arena, int argc, char **argv);

/* Rules as a command needs them. */
struct cmd_rules {
    struct ast_ruleset ast;
    struct diag diag;
    struct sources sources;          /* of the rules and behind them of the schemas: diag's */
    const struct schemas *schemas;   /* NULL where no --schema was said */
    const struct dwr_ruleset *rules; /* NULL where cmd_can_plan says no */
};

/* What decides how findings are shown, as the options say it. */
struct cmd_findings {
    const char *color, *fail_on, *max_errors, *threads_said, *format_said;
    struct cli_list schemas;     /* --schema: folders, for cmd_read_checked */
    struct diag_style style;     /* made from them by cmd_style */
    unsigned threads;            /* likewise; 0: as many as the rules are worth */
    enum findings_format format; /* likewise */
};

/* Four rows for a command's table of options. */
#define CMD_STYLE_OPTIONS(f)                                                                       \
    { .name = "--color",                                                                           \
      .value = "WHEN",                                                                             \
      .help = "auto, always or never; NO_COLOR is honoured",                                       \
      .text = &(f)->color,                                                                         \
      .choices = "auto always never" },                                                            \
        { .name = "--fail-on",                                                                     \
          .value = "LEVEL",                                                                        \
          .help = "error (the default), warning, note or never: what makes the status 1",          \
          .text = &(f)->fail_on,                                                                   \
          .choices = "error warning note never" },                                                 \
        { .name = "--max-errors",                                                                  \
          .value = "N",                                                                            \
          .help = "print at most N findings (100; 0: all)",                                        \
          .text = &(f)->max_errors },                                                              \
    {                                                                                              \
        .name = "--threads", .value = "N",                                                         \
        .help = "work on N threads, 1 to 8; else as many as the rules are worth",                  \
        .text = &(f)->threads_said                                                                 \
    }

/* Those and --schema, for commands that look for what the rules mean. */
#define CMD_FINDINGS_OPTIONS(f)                                                                    \
    CMD_STYLE_OPTIONS(f),                                                                          \
    {                                                                                              \
        .name = "--schema", .value = "FOLDER",                                                     \
        .help = "check the rules against the DocTypes defined there; may be repeated",             \
        .list = &(f)->schemas                                                                      \
    }

/* One more, for a command whose results are findings and nothing else. */
#define CMD_FORMAT_OPTION(f)                                                                       \
    {                                                                                              \
        .name = "--format", .value = "FORMAT",                                                     \
        .help = "text (the default), json, jsonl, sarif, github or junit",                         \
        .text = &(f)->format_said, .choices = "text json jsonl sarif github junit"                 \
    }

/* What every command on rules begins with: its options and the rules' paths are read, and the style
 * made. CLI_RUN: go on; else the exit status, and what was wrong has been said. */
int cmd_start(const struct cli_command *command, struct arena *arena,
              const struct cli_option *options, size_t option_count, int argc, char **argv,
              struct cmd_findings *findings, struct cli_list *paths);
/* False: a value is wrong, which has been said. */
bool cmd_style(const struct cli_command *command, struct cmd_findings *f);

/* Whether rules can be made into tables: no finding is an error but of rules that no merge reaches
 * (which lint and editors show), and nothing failed. */
bool cmd_can_plan(const struct diag *diag);

/* Reads, parses, checks and plans; prints nothing. The rules must be named. */
void cmd_read(struct cmd_rules *r, struct arena *arena, const struct cli_list *paths,
              const struct parse_options *options);
/* The same, checked against the DocTypes of the schemas' folders too, where some were said
 * (findings.schemas). */
void cmd_read_checked(struct cmd_rules *r, struct arena *arena, const struct cli_list *paths,
                      const struct parse_options *options, const struct cli_list *schemas);

/* The same of texts that are in memory: rules as cmd_read_checked found them, changed. before says
 * how the rule set is called, and what else of it stays. */
void cmd_read_texts(struct cmd_rules *r, struct arena *arena, const struct cmd_rules *before,
                    const struct source *texts, const struct parse_options *options,
                    const struct cli_list *schemas);

/* Prints the findings to `out` and the failures to stderr; the exit status they make, CLI_GOOD
 * where the rules are there to be used. */
int cmd_report(struct cmd_rules *r, const struct diag_style *style, FILE *out);

/* Today, here, in days since 1970-01-01: by which comments that allow a finding expire. Nothing
 * else asks a clock. False: it names no day. */
bool cmd_today(long *day);

/* Says what went wrong with a file: CLI_TROUBLE. */
int cmd_failed(const char *path, int error);

/* The folder that -o names: it may be missing, its own folder may not. CLI_GOOD, or it was said. */
int cmd_make_folder(const char *folder);

/* FOLDER/NAMEENDING. */
const char *cmd_in_folder(struct arena *arena, const char *folder, struct dwr_str name,
                          const char *ending);

/* Bytes to the file, whole or not at all; without one to standard output. CLI_GOOD, or what went
 * wrong has been said. */
int cmd_put(struct arena *arena, const char *path, struct dwr_str bytes);

/* Prints a command's findings in the format that the options say, to the file `output` (NULL: to
 * standard output), and the failures to stderr. CLI_GOOD, whatever was found, or the status of what
 * could not be written. */
int cmd_put_findings(const struct cli_command *command, struct diag *diag,
                     const struct cmd_findings *f, const char *output);
/* The same of what was found in the rules, and then the status as cmd_report makes it. */
int cmd_report_findings(const struct cli_command *command, struct cmd_rules *r,
                        const struct cmd_findings *f, const char *output);

#endif
