/* machine.h - the figures of machine.c. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "tables.h"

void thread_figure(const struct dwr_ruleset *rules);
void compile_figure(void);
void prove_figure(void);
void heap_figure(const struct dwr_ruleset *rules);

/* paths: the builds with one code path, $B/only_PATH. */
void size_figure(const char *const *paths, int n);

#endif
