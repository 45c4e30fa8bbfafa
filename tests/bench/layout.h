/* layout.h - the formatter's figure. */
#ifndef BENCH_LAYOUT_H
#define BENCH_LAYOUT_H

/* files: so many random ones are formatted. */
void layout_figure(unsigned files);

#endif
