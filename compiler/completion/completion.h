/* completion.h - what shells are told of the commands and their options, so that they can complete
 * them. It is made of the commands' own tables and cannot lag behind them.
 *
 * A command's options are known to its function alone: completion_print runs each command with the
 * one argument --options=SHELL, which cli_parse answers with completion_options. */
#ifndef DWR_COMPILER_COMPLETION_H
#define DWR_COMPILER_COMPLETION_H

#include "cli.h"

enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH, COMPLETION_FISH, COMPLETION_SHELLS };

extern const char *const completion_shells[COMPLETION_SHELLS]; /* "bash", "zsh", "fish" */

/* The argument by which a command is asked, without the shell's name. */
#define COMPLETION_ASK "--options="

/* The script for a shell, to standard output. */
void completion_print(enum completion_shell shell, struct arena *arena,
                      const struct cli_command *commands, size_t count);

/* One command's part of it. */
void completion_options(enum completion_shell shell, const struct cli_command *command,
                        const struct cli_option *options, size_t count);

#endif
