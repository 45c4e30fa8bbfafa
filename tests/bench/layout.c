/* layout.c - what the formatter loses of random files in random layouts: tests/support/fmt_soup.c
 * counts, with a reader that shares nothing with the compiler. */
#define _GNU_SOURCE
#include "layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "figures.h"
#include "race.h"

void layout_figure(unsigned files)
{
    unsigned long formatted = 0, pieces = 0, lost = 1, failed = 1;
    const double start = now_ns();
    char *command, line[256], many[32];
    FILE *f;

    if (asprintf(&command, "%s/fmt_soup --seed 3 --count %u 2>/dev/null", build, files) < 0 ||
        (f = popen(command, "r")) == NULL)
        die("fmt_soup");
    while (fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "fmt_soup: %lu files of %lu tokens and comments, %lu lost", &formatted,
                   &pieces, &lost) != 3)
            sscanf(line, "%*u passed, %lu failed", &failed);
    must(pclose(f) == 0 && formatted == files && failed == 0, "every file has a form that stays");
    free(command);
    figure("format", "formatter: comments or tokens lost over 100,000 fuzzed files", AT_MOST, 0,
           (double)lost);
    snprintf(many, sizeof many, "%lu", pieces);
    figure_text("tokens and comments in them", many);
    figure_time("a file", (now_ns() - start) / files);
}
