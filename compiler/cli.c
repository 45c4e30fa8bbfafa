/* cli.c - options and arguments. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "completion/completion.h"
#include "diag.h"

int cli_trouble(const char *format, ...)
{
    va_list args;

    fputs("dwrc: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return CLI_TROUBLE;
}

int cli_usage(const struct cli_command *command, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "dwrc %s: ", command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\ntry: dwrc %s --help\n", command->name);
    return CLI_TROUBLE;
}

/* The word that was meant, or NULL. */
static const char *nearest(struct arena *arena, const char *word, const char *const *words,
                           size_t count)
{
    struct dwr_str *candidates = arena_array(arena, count, sizeof *candidates);
    int i;

    for (size_t k = 0; k < count; k++)
        candidates[k] = (struct dwr_str){ words[k], strlen(words[k]) };
    i = diag_nearest((struct dwr_str){ word, strlen(word) }, candidates, count);
    return i < 0 ? NULL : words[i];
}

static int help(const struct cli_command *command, const struct cli_option *options, size_t count)
{
    printf("usage: dwrc %s %s\n\n%s\n", command->name, command->synopsis, command->summary);
    for (size_t i = 0; i < count; i++)
        printf("%s  %s%s%-*s  %s\n", i == 0 ? "\n" : "", options[i].name,
               options[i].value ? " " : "",
               24 - (int)(strlen(options[i].name) + (options[i].value ? 1 : 0)),
               options[i].value ? options[i].value : "", options[i].help);
    return CLI_GOOD;
}

static int unknown_option(const struct cli_command *command, struct arena *arena,
                          const struct cli_option *options, size_t count, const char *word)
{
    const char **names = arena_array(arena, count + 1, sizeof *names);
    const char *equals = strchr(word, '='), *meant;
    const char *name = equals ? arena_copy(arena, word, (size_t)(equals - word)) : word;

    for (size_t i = 0; i < count; i++)
        names[i] = options[i].name;
    names[count] = "--help";
    meant = nearest(arena, name, names, count + 1);
    if (meant)
        return cli_usage(command, "unknown option '%s'; did you mean '%s'?", name, meant);
    return cli_usage(command, "unknown option '%s'", name);
}

/* The option that a word is, and its value where it is in the same word. */
static const struct cli_option *find(const struct cli_option *options, size_t count,
                                     const char *word, const char **value)
{
    *value = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(word, options[i].name) == 0)
            return &options[i];
    for (size_t i = 0; i < count; i++) {
        const size_t n = strlen(options[i].name);
        const bool two_dashes = options[i].name[1] == '-';

        if (strncmp(word, options[i].name, n) != 0)
            continue;
        if (two_dashes ? word[n] == '=' : options[i].value != NULL) {
            *value = word + n + (two_dashes ? 1 : 0);
            return &options[i];
        }
    }
    return NULL;
}

static void append(struct arena *arena, struct cli_list *list, const char *text)
{
    /* There are few of them. */
    list->v = arena_grow(arena, list->v, list->count, list->count + 1, sizeof *list->v);
    list->v[list->count++] = text;
}

static void set(struct arena *arena, const struct cli_option *option, const char *value)
{
    if (!option->value)
        *option->flag = true;
    else if (option->list)
        append(arena, option->list, value);
    else
        *option->text = value;
}

/* The question of completion_print; false: it is none. */
static bool asks_for_options(const struct cli_command *command, const struct cli_option *options,
                             size_t option_count, int argc, char **argv)
{
    const size_t n = sizeof COMPLETION_ASK - 1;

    if (argc != 1 || strncmp(argv[0], COMPLETION_ASK, n) != 0)
        return false;
    for (int shell = 0; shell < COMPLETION_SHELLS; shell++)
        if (strcmp(argv[0] + n, completion_shells[shell]) == 0) {
            completion_options((enum completion_shell)shell, command, options, option_count);
            return true;
        }
    return false;
}

int cli_parse(const struct cli_command *command, struct arena *arena,
              const struct cli_option *options, size_t option_count, int argc, char **argv,
              struct cli_list *arguments)
{
    bool only_arguments = false;

    if (asks_for_options(command, options, option_count, argc, argv))
        return CLI_GOOD;
    for (int i = 0; i < argc; i++) {
        const struct cli_option *option;
        const char *value;

        if (only_arguments || argv[i][0] != '-' || argv[i][1] == '\0') {
            append(arena, arguments, argv[i]);
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_arguments = true;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return help(command, options, option_count);
        option = find(options, option_count, argv[i], &value);
        if (!option)
            return unknown_option(command, arena, options, option_count, argv[i]);
        if (value && !option->value)
            return cli_usage(command, "option '%s' takes no value", option->name);
        if (!value && option->value && ++i == argc)
            return cli_usage(command, "option '%s' needs a value", option->name);
        set(arena, option, value ? value : argv[i]);
    }
    return CLI_RUN;
}

int cli_choice(const struct cli_command *command, const char *option, const char *text,
               const char *const *words, size_t count)
{
    char list[200] = "";
    size_t used = 0;

    if (!text)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return (int)i;
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    cli_usage(command, "'%s' is no value of %s: %s", text, option, list);
    return -1;
}
