/* completion.c - scripts for bash, zsh and fish, made of the commands' tables. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

#include "diag.h"

const char *const completion_shells[COMPLETION_SHELLS] = { "bash", "zsh", "fish" };

/* --- what the tables say --- */

/* What stands at a command's place for arguments, as its synopsis calls it. */
enum arguments { NOTHING, RULES, COMMANDS, SHELLS, CODES, FOLDERS, FILES };

static enum arguments arguments_of(const struct cli_command *command)
{
    static const struct {
        const char *word;
        enum arguments arguments;
    } words[] = {
        { "RULES", RULES }, { "COMMAND", COMMANDS }, { "SHELL", SHELLS },
        { "CODE", CODES },  { "OLD", FOLDERS },      { "FILE.json", FILES },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(command->synopsis, words[i].word))
            return words[i].arguments;
    return NOTHING;
}

static bool is_folder(const struct cli_option *option)
{
    return strcmp(option->value, "FOLDER") == 0;
}

static bool is_file(const struct cli_option *option)
{
    return strncmp(option->value, "FILE", 4) == 0;
}

static void put_codes(void)
{
#define DIAG_CODE(NAME, number, severity, title) " DW" #number,
    static const char *const codes[] = {
#include "diag_codes.def"
    };
#undef DIAG_CODE

    /* Numbers in the list have no leading zeros, codes have four digits. */
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const char *digits = codes[i] + 3;

        printf(" DW%.*s%s", (int)(4 - strlen(digits)), "000", digits);
    }
}

/* Text inside single quotes of a shell, characters of `marked` behind a backslash. */
static void put_quoted(const char *text, const char *quote, const char *marked)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else if (strchr(marked, *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void put_commands(const struct cli_command *commands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf(" %s", commands[i].name);
}

static void ask(enum completion_shell shell, struct arena *arena, const struct cli_command *command)
{
    char word[32];
    char *argv[] = { word, NULL };

    snprintf(word, sizeof word, COMPLETION_ASK "%s", completion_shells[shell]);
    (void)command->run(command, arena, 1, argv);
}

/* --- bash --- */

static void bash_options(const struct cli_command *command, const struct cli_option *options,
                         size_t count)
{
    bool values = false;

    printf("    %s)\n        options='", command->name);
    for (size_t i = 0; i < count; i++) {
        printf("%s ", options[i].name);
        values |= options[i].value != NULL;
    }
    fputs("--help'\n", stdout);
    if (values) {
        fputs("        case $prev in\n", stdout);
        for (size_t i = 0; i < count; i++) {
            if (!options[i].value)
                continue;
            printf("        %s) value=%s words='%s' ;;\n", options[i].name,
                   options[i].choices       ? "words"
                   : is_folder(&options[i]) ? "folder"
                   : is_file(&options[i])   ? "file"
                                            : "other",
                   options[i].choices ? options[i].choices : "");
        }
        fputs("        esac\n", stdout);
    }
    switch (arguments_of(command)) {
    case RULES:
        fputs("        arguments=rules\n", stdout);
        break;
    case COMMANDS:
        fputs("        arguments=words words_here=$commands\n", stdout);
        break;
    case SHELLS:
        fputs("        arguments=words words_here='bash zsh fish'\n", stdout);
        break;
    case CODES:
        fputs("        arguments=words words_here='", stdout);
        put_codes();
        fputs("'\n", stdout);
        break;
    case FOLDERS:
        fputs("        arguments=folder\n", stdout);
        break;
    case FILES:
        fputs("        arguments=file\n", stdout);
        break;
    case NOTHING:
        break;
    }
    fputs("        ;;\n", stdout);
}

static void bash(struct arena *arena, const struct cli_command *commands, size_t count)
{
    fputs("# bash completion for dwrc; made by `dwrc completion bash`.\n"
          "_dwrc()\n"
          "{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local options= value= words= arguments= words_here= commands='",
          stdout);
    put_commands(commands, count);
    fputs("'\n"
          "    COMPREPLY=()\n"
          "    # bash parts --color=auto into three words.\n"
          "    if [ \"$cur\" = = ]; then\n"
          "        cur=\n"
          "    elif [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt 2 ]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"$commands --help --version\" -- \"$cur\"))\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        ask(COMPLETION_BASH, arena, &commands[i]);
    fputs("    esac\n"
          "    if [ -z \"$value\" ]; then\n"
          "        case $cur in\n"
          "        -?*)\n"
          "            COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "            return\n"
          "            ;;\n"
          "        esac\n"
          "        value=$arguments words=$words_here\n"
          "    fi\n"
          "    local IFS=$'\\n'\n"
          "    case $value in\n"
          "    words) IFS=$' \\n' COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
          "    folder) COMPREPLY=($(compgen -d -- \"$cur\")) ;;\n"
          "    file) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
          "    rules) COMPREPLY=($(compgen -d -- \"$cur\"; compgen -G \"$cur*.dwr\")) ;;\n"
          "    esac\n"
          "    case $value in\n"
          "    folder | file | rules) compopt -o filenames 2>/dev/null ;;\n"
          "    esac\n"
          "}\n"
          "complete -F _dwrc dwrc\n",
          stdout);
}

/* --- zsh --- */

static void zsh_text(const char *text)
{
    put_quoted(text, "'\\''", "[]:\\");
}

static void zsh_option(const struct cli_option *option)
{
    /* One that may be said again: the only ones that keep all their values. */
    printf("            '%s%s%s[", option->list ? "*" : "", option->name,
           !option->value           ? ""
           : option->name[1] == '-' ? "="
                                    : "");
    zsh_text(option->help);
    fputs("]", stdout);
    if (option->value) {
        printf(":%s:", option->value);
        if (option->choices)
            printf("(%s)", option->choices);
        else if (is_folder(option))
            fputs("_files -/", stdout);
        else if (is_file(option))
            fputs("_files", stdout);
    }
    fputs("' \\\n", stdout);
}

static void zsh_options(const struct cli_command *command, const struct cli_option *options,
                        size_t count)
{
    printf("    %s)\n        _arguments \\\n", command->name);
    for (size_t i = 0; i < count; i++)
        zsh_option(&options[i]);
    fputs("            '--help[say what it does]'", stdout);
    switch (arguments_of(command)) {
    case RULES:
        fputs(" \\\n            '*:rules:_files -g \"*.dwr(-.) *(-/)\"'", stdout);
        break;
    case COMMANDS:
        fputs(" \\\n            '1:command:($names)'", stdout);
        break;
    case SHELLS:
        fputs(" \\\n            '1:shell:(bash zsh fish)'", stdout);
        break;
    case CODES:
        fputs(" \\\n            '*:code:(", stdout);
        put_codes();
        fputs(")'", stdout);
        break;
    case FOLDERS:
        fputs(" \\\n            '*:rules:_files -/'", stdout);
        break;
    case FILES:
        fputs(" \\\n            '*:file:_files'", stdout);
        break;
    case NOTHING:
        break;
    }
    fputs("\n        ;;\n", stdout);
}

static void zsh(struct arena *arena, const struct cli_command *commands, size_t count)
{
    fputs("#compdef dwrc\n"
          "# zsh completion for dwrc; made by `dwrc completion zsh`.\n"
          "_dwrc() {\n"
          "    local -a commands\n"
          "    local names='",
          stdout);
    put_commands(commands, count);
    fputs("'\n    commands=(\n", stdout);
    for (size_t i = 0; i < count; i++) {
        printf("        '%s:", commands[i].name);
        zsh_text(commands[i].summary);
        fputs("'\n", stdout);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $command in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        ask(COMPLETION_ZSH, arena, &commands[i]);
    fputs("    esac\n"
          "}\n"
          "if [ \"$funcstack[1]\" = _dwrc ]; then\n"
          "    _dwrc \"$@\"\n"
          "else\n"
          "    compdef _dwrc dwrc\n"
          "fi\n",
          stdout);
}

/* --- fish --- */

static void fish_text(const char *text)
{
    put_quoted(text, "\\'", "\\");
}

static void fish_options(const struct cli_command *command, const struct cli_option *options,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cli_option *option = &options[i];
        const char *name = option->name;

        printf("complete -c dwrc -n '__fish_seen_subcommand_from %s' %s %s -d '", command->name,
               name[1] == '-'    ? "-l"
               : name[2] == '\0' ? "-s"
                                 : "-o",
               name[1] == '-' ? name + 2 : name + 1);
        fish_text(option->help);
        fputs("'", stdout);
        if (option->value) {
            fputs(option->choices || is_folder(option) ? " -x" : " -r", stdout);
            if (option->choices)
                printf(" -a '%s'", option->choices);
            else if (is_folder(option))
                fputs(" -a '(__fish_complete_directories)'", stdout);
            else if (is_file(option))
                fputs("F", stdout);
        }
        fputs("\n", stdout);
    }
    printf("complete -c dwrc -n '__fish_seen_subcommand_from %s' -l help -d 'say what it does'\n",
           command->name);
    printf("complete -c dwrc -n '__fish_seen_subcommand_from %s'", command->name);
    switch (arguments_of(command)) {
    case RULES:
        fputs(" -a '(__fish_complete_suffix .dwr)'\n", stdout);
        break;
    case COMMANDS:
        fputs(" -a '$__dwrc_commands'\n", stdout);
        break;
    case SHELLS:
        fputs(" -a 'bash zsh fish'\n", stdout);
        break;
    case CODES:
        fputs(" -a '", stdout);
        put_codes();
        fputs("'\n", stdout);
        break;
    case FOLDERS:
        fputs(" -a '(__fish_complete_directories)'\n", stdout);
        break;
    case FILES:
        fputs(" -F\n", stdout);
        break;
    case NOTHING:
        fputs("\n", stdout);
    }
}

static void fish(struct arena *arena, const struct cli_command *commands, size_t count)
{
    fputs("# fish completion for dwrc; made by `dwrc completion fish`.\n"
          "set -g __dwrc_commands",
          stdout);
    put_commands(commands, count);
    fputs("\ncomplete -c dwrc -f\n", stdout);
    for (size_t i = 0; i < count; i++) {
        printf(
            "complete -c dwrc -n \"not __fish_seen_subcommand_from $__dwrc_commands\" -a %s -d '",
            commands[i].name);
        fish_text(commands[i].summary);
        fputs("'\n", stdout);
    }
    for (size_t i = 0; i < count; i++)
        ask(COMPLETION_FISH, arena, &commands[i]);
}

void completion_print(enum completion_shell shell, struct arena *arena,
                      const struct cli_command *commands, size_t count)
{
    static void (*const print[])(struct arena *, const struct cli_command *, size_t) = {
        [COMPLETION_BASH] = bash, [COMPLETION_ZSH] = zsh, [COMPLETION_FISH] = fish
    };

    print[shell](arena, commands, count);
}

void completion_options(enum completion_shell shell, const struct cli_command *command,
                        const struct cli_option *options, size_t count)
{
    static void (*const print[])(const struct cli_command *, const struct cli_option *,
                                 size_t) = { [COMPLETION_BASH] = bash_options,
                                             [COMPLETION_ZSH] = zsh_options,
                                             [COMPLETION_FISH] = fish_options };

    print[shell](command, options, count);
}
