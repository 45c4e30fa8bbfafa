/* cli.h - options and arguments of a command, its help, and what is said to who mistypes.
 *
 * A command lists its options with the variables they set. Options may stand anywhere; `--` ends
 * them; a lone `-` is an argument. A value follows its option as the next argument, behind '='
 * (--run=x) or, where the option has one dash, directly (-ofolder, as compilers do).
 *
 * Ownership: texts point into argv; lists come from the arena. */
#ifndef DWR_COMPILER_CLI_H
#define DWR_COMPILER_CLI_H

#include <stdbool.h>

#include "arena.h"

/* The programs' exit statuses (tooling): nothing to say, findings, could not do the job. */
enum { CLI_GOOD = 0, CLI_FINDINGS = 1, CLI_TROUBLE = 2 };
/* cli_parse: go on. */
enum { CLI_RUN = -1 };

struct cli_list {
    const char **v;
    uint32_t count;
};

struct cli_option {
    const char *name;  /* "--check", "-o" */
    const char *value; /* what the help calls its value; NULL: it has none */
    const char *help;
    bool *flag;            /* without value: becomes true */
    const char **text;     /* with value: the last one said */
    struct cli_list *list; /* or, where it may be said several times, all of them */
    const char *choices;   /* its values, parted by spaces, where they are few: for completion */
};

struct cli_command {
    const char *name;
    const char *synopsis; /* what follows the name in its usage line */
    const char *summary;  /* one line */
    int (*run)(const struct cli_command *command, struct arena *arena, int argc, char **argv);
};

/* Reads argv[0..argc) (what stands behind the command's name) into the options' variables and the
 * arguments. CLI_RUN, or an exit status: after --help, or a mistake, which has been said. */
int cli_parse(const struct cli_command *command, struct arena *arena,
              const struct cli_option *options, size_t option_count, int argc, char **argv,
              struct cli_list *arguments);

/* The place of a word in a list; text NULL: the first. A word that is not in it is said to be
 * wrong, and -1. */
int cli_choice(const struct cli_command *command, const char *option, const char *text,
               const char *const *words, size_t count);

/* "dwrc: SENTENCE" to stderr; CLI_TROUBLE. */
int cli_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, with how to find help. */
int cli_usage(const struct cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
