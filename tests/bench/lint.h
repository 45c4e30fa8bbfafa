/* lint.h - the figures of lint.c. */
#ifndef BENCH_LINT_H
#define BENCH_LINT_H

/* dwrc lint as a whole process: 1,000 DocTypes, the same with 1,000 schemas, the shipped rules; and
 * how many of forty planted errors one run tells of. */
void lint_figures(void);

#endif
