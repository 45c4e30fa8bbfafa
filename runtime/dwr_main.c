/* dwr_main.c - dwr, the runtime's program: merges JSON lines by the rules it was linked with.
 *
 * The build says which: RULES_HEADER is the header that dwrc made, RULES_SYMBOL the rule set's
 * address. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include RULES_HEADER
#include "resolve_lines.h"

enum { EXIT_GOOD = 0, EXIT_TROUBLE = 2 };

static int trouble(const char *what, const char *why)
{
    fprintf(stderr, "dwr: %s: %s\n", what, why);
    return EXIT_TROUBLE;
}

static int run_resolve(void)
{
    switch (dwr_resolve_lines(RULES_SYMBOL, 0, 1)) {
    case DWR_LINES_READ:
        return trouble("standard input", strerror(errno));
    case DWR_LINES_WRITE:
        return trouble("standard output", strerror(errno));
    case DWR_LINES_NOMEM:
        return trouble("resolve", "out of memory");
    case DWR_LINES_BAD_TABLES:
        return trouble("resolve", "the linked rules are of another version: compile them again");
    case DWR_LINES_OK:
        break;
    }
    return EXIT_GOOD;
}

static int run_version(void)
{
    const struct dwr_ruleset *rules = RULES_SYMBOL;

    printf("dwr " DWR_VERSION "\nrules %.*s, version %llu, digest %.*s\n", (int)rules->name.n,
           rules->name.p, (unsigned long long)rules->version, (int)rules->digest.n,
           rules->digest.p);
    return EXIT_GOOD;
}

static int run_help(void)
{
    puts("usage: dwr COMMAND\n"
         "\n"
         "  resolve   merge JSON lines from standard input by the linked rules; one answer a line\n"
         "  version   what this is, and which rules it was linked with\n"
         "  help      this\n"
         "\n"
         "Exit status: 0 whatever the answers say, 2 where input or output failed.");
    return EXIT_GOOD;
}

static const struct {
    const char *name;
    int (*run)(void);
} commands[] = {
    { "resolve", run_resolve }, { "version", run_version }, { "--version", run_version },
    { "help", run_help },       { "--help", run_help },     { "-h", run_help },
};

int main(int argc, char **argv)
{
    const char *command = argc == 3 && strcmp(argv[2], "--help") == 0 ? "help" : argv[1];
    int status;
    size_t i;

    if (argc < 2 || (argc > 2 && command == argv[1]))
        return trouble("usage", "dwr resolve | version | help");
    for (i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(command, commands[i].name) == 0)
            break;
    if (i == sizeof commands / sizeof *commands)
        return trouble(command, "no such command; try dwr help");
    status = commands[i].run();
    if (fflush(stdout) != 0)
        return trouble("standard output", strerror(errno));
    return status;
}
