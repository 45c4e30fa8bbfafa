/* dwrc.c - the rule author's tool: its commands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "completion/completion.h"
#include "dwr.h"

static int cmd_completion(const struct cli_command *command, struct arena *arena, int argc,
                          char **argv);
static int cmd_version(const struct cli_command *command, struct arena *arena, int argc,
                       char **argv);
static int cmd_help(const struct cli_command *command, struct arena *arena, int argc, char **argv);

static const struct cli_command commands[] = {
    { "compile", "RULES... -o FOLDER [options]",
      "Compile rules into NAME.c and NAME.h, NAME being the rule set's.", cmd_compile },
    { "lint", "RULES... [options]", "Check rules; print what is wrong with them.", cmd_lint },
    { "fmt", "[--check | --diff] RULES... [options]",
      "Bring rules into their canonical form, in place; '-' from stdin to stdout.", cmd_fmt },
    { "test", "RULES... [options]", "Run the test blocks of the rules.", cmd_test },
    { "scenario", "RULES... [options]", "Print the tests that are missing, ready to paste.",
      cmd_scenario },
    { "prove", "RULES... [options]", "Try the guarantees of the rules on every small document.",
      cmd_prove },
    { "resolve", "RULES... [options]",
      "Merge JSON lines from standard input by the rules; one answer a line.", cmd_resolve },
    { "why", "RULES... [options]",
      "Explain merges from standard input: who wins each field, and by which rule.", cmd_why },
    { "doc", "RULES... -o FOLDER [options]",
      "Write a reference of the rules for people, as Markdown and as one HTML page.", cmd_doc },
    { "import", "FILE.json [-o FOLDER] [options]",
      "Make rules of strategy dictionaries, as Python programs keep them.", cmd_import },
    { "diff", "OLD NEW [options]",
      "Compare two rule sets, or REVISION:FOLDER of git: which merges end otherwise.", cmd_diff },
    { "lsp", "[options]",
      "Serve an editor: the Language Server Protocol over standard input and output.", cmd_lsp },
    { "completion", "SHELL", "Print the completion script for bash, zsh or fish.", cmd_completion },
    { "explain", "CODE... [options]", "Say what a finding means, with an example and the fix.",
      cmd_explain },
    { "version", "", "Print the version.", cmd_version },
    { "help", "[COMMAND]", "Print what a command does.", cmd_help },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct cli_command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    struct dwr_str names[COMMANDS];
    int meant;

    for (int i = 0; i < COMMANDS; i++)
        names[i] = (struct dwr_str){ commands[i].name, strlen(commands[i].name) };
    meant = diag_nearest((struct dwr_str){ name, strlen(name) }, names, COMMANDS);
    if (meant >= 0)
        return cli_trouble("no command '%s'; did you mean '%s'?", name, commands[meant].name);
    return cli_trouble("no command '%s'; try: dwrc help", name);
}

static void print_commands(FILE *to)
{
    fputs("usage: dwrc COMMAND [...]\n\n", to);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("\ndwrc COMMAND --help says more. Exit status: 0 nothing to say, 1 findings, 2 could not "
          "do "
          "the job.\n",
          to);
}

static int cmd_version(const struct cli_command *command, struct arena *arena, int argc,
                       char **argv)
{
    struct cli_list arguments = { NULL, 0 };
    const int status = cli_parse(command, arena, NULL, 0, argc, argv, &arguments);

    if (status != CLI_RUN)
        return status;
    if (arguments.count > 0)
        return cli_usage(command, "no arguments, please: '%s'", arguments.v[0]);
    printf("dwrc " DWR_VERSION ", tables of version %d\n", DWR_TABLES_VERSION);
    return CLI_GOOD;
}

static int cmd_completion(const struct cli_command *command, struct arena *arena, int argc,
                          char **argv)
{
    struct cli_list arguments = { NULL, 0 };
    const int status = cli_parse(command, arena, NULL, 0, argc, argv, &arguments);
    int shell;

    if (status != CLI_RUN)
        return status;
    if (arguments.count != 1)
        return cli_usage(command, "for which shell? bash, zsh or fish");
    shell = cli_choice(command, "SHELL", arguments.v[0], completion_shells, COMPLETION_SHELLS);
    if (shell < 0)
        return CLI_TROUBLE;
    completion_print((enum completion_shell)shell, arena, commands, COMMANDS);
    return CLI_GOOD;
}

static int cmd_help(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    char word[] = "--help";
    char *ask[] = { word, NULL };
    struct cli_list arguments = { NULL, 0 };
    const int status = cli_parse(command, arena, NULL, 0, argc, argv, &arguments);
    const struct cli_command *about;

    if (status != CLI_RUN)
        return status;
    if (arguments.count == 0) {
        print_commands(stdout);
        return CLI_GOOD;
    }
    about = find(arguments.v[0]);
    if (!about)
        return unknown_command(arguments.v[0]);
    return about->run(about, arena, 1, ask);
}

/* Words that people try first. */
static const char *other_name(const char *word)
{
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return "version";
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ? "help" : word;
}

static int run(struct arena *arena, int argc, char **argv)
{
    const struct cli_command *command;
    int status;

    if (argc < 2) {
        print_commands(stderr);
        return CLI_TROUBLE;
    }
    command = find(other_name(argv[1]));
    if (!command)
        return unknown_command(argv[1]);
    status = command->run(command, arena, argc - 2, argv + 2);
    if (fflush(stdout) != 0 || ferror(stdout))
        return cli_trouble("standard output: %s", strerror(errno));
    return status;
}

/* Apart from main, so that the arena outlives the jump. */
static int run_in(struct arena *arena, int argc, char **argv)
{
    jmp_buf no_memory;

    arena->no_memory = &no_memory;
    if (setjmp(no_memory) != 0)
        return cli_trouble("out of memory");
    return run(arena, argc, argv);
}

int main(int argc, char **argv)
{
    struct arena arena = { .no_memory = NULL };
    const int status = run_in(&arena, argc, argv);

    arena_clear(&arena);
    return status;
}
