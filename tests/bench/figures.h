/* figures.h - figures: what was measured, what it must reach, and both on paper and as JSON. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdbool.h>

enum target { AT_LEAST, AT_MOST };

void figures_start(void);

/* A figure of the table, with what it must reach. key names it in the JSON file. */
void figure(const char *key, const char *says, enum target target, double limit, double value);

/* One to stand beside it: a ratio without a target, and the time behind it. */
void figure_beside(const char *key, const char *says, double value, double ns);

/* What a figure was made from. */
void figure_time(const char *says, double ns);
void figure_rate(const char *says, double per_second);
void figure_size(const char *says, double bytes);
void figure_text(const char *says, const char *text);

/* Prints how many were reached and writes all to the file, where one is named. False: it could not
 * be written. */
bool figures_end(const char *json);

#endif
