/* lint.c - dwrc lint, as a whole process each time. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"
#include "lint.h"
#include "race.h"

extern char **environ;

/* The rule set of gen_rules.py: 1,000 DocTypes of 40 lines. */
enum { LINES = 40000 };

/* Where the findings of a run go. */
static char *findings;

/* Lints what argv names; how long that took, all in all. */
static double lint(char *const *argv, int expected)
{
    posix_spawn_file_actions_t actions;
    const double start = now_ns();
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, findings,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
    errno = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
    if (errno != 0 || waitpid(pid, &status, 0) < 0)
        die(argv[0]);
    posix_spawn_file_actions_destroy(&actions);
    must(WIFEXITED(status) && WEXITSTATUS(status) == expected, "dwrc lint says what is expected");
    return now_ns() - start;
}

static double typical_lint(char *const *argv)
{
    double v[ROUNDS_MAX];
    const int n = rounds > 15 ? 15 : rounds;

    for (int i = 0; i < n; i++)
        v[i] = lint(argv, 0);
    return median(v, n);
}

/* Lines of the rules that say so, and of those how many a finding names. */
static unsigned told(const char *rules, unsigned *planted)
{
    bool named[200] = { false };
    char line[2000];
    unsigned count = 0;
    FILE *f = fopen(findings, "r");

    if (!f)
        die(findings);
    while (fgets(line, sizeof line, f)) {
        const char *at = strstr(line, ": error[DW"), *colon = strstr(line, ".rules:");
        const unsigned long n = at && colon && colon < at ? strtoul(colon + 7, NULL, 10) : 0;

        if (n > 0 && n < sizeof named / sizeof *named)
            named[n] = true;
    }
    fclose(f);
    if (!(f = fopen(rules, "r")))
        die(rules);
    *planted = 0;
    for (unsigned n = 1; fgets(line, sizeof line, f) && n < sizeof named / sizeof *named; n++) {
        const bool wrong = strstr(line, "// ERROR") != NULL;

        *planted += wrong;
        count += wrong && named[n];
        must(wrong || !named[n], "no finding leads to another");
    }
    fclose(f);
    return count;
}

static void planted_figure(char *dwrc)
{
    char rules[] = "tests/compile_fail/planted.rules";
    unsigned planted;
    char schemas[] = "tests/compile_fail/planted.schema";
    char *argv[] = { dwrc, (char[]){ "lint" }, rules, (char[]){ "--schema" }, schemas, NULL };

    lint(argv, 1);
    figure("lint_planted", "planted errors told in one run, of 40 in one file", AT_LEAST, 40,
           told(rules, &planted));
    must(planted == 40, "forty errors are planted");
}

void lint_figures(void)
{
    char *dwrc = in_build("dwrc"), *large = in_build("bench/large");
    char *schemas = in_build("bench/schemas");
    char *plain[] = { dwrc, (char[]){ "lint" }, large, NULL };
    char *checked[] = { dwrc, (char[]){ "lint" }, large, (char[]){ "--schema" }, schemas, NULL };
    char *shipped[] = { dwrc,
                        (char[]){ "lint" },
                        (char[]){ "rules" },
                        (char[]){ "--schema" },
                        (char[]){ "rules/schema" },
                        NULL };
    double ns;

    findings = in_build("bench/findings");
    ns = typical_lint(plain);
    figure("lint", "dwrc lint of 1,000 DocTypes, lines a second of the whole process", AT_LEAST,
           1e6, LINES / ns * 1e9);
    figure_time("the whole process", ns);
    figure("lint_schemas", "the same with 1,000 schemas of 40 fields, ms", AT_MOST, 300,
           typical_lint(checked) / 1e6);
    figure("lint_shipped", "dwrc lint of the shipped rules with their schemas, ms", AT_MOST, 20,
           typical_lint(shipped) / 1e6);
    planted_figure(dwrc);
    free(findings);
    free(schemas);
    free(large);
    free(dwrc);
}
