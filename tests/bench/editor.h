/* editor.h - the figure of editor.c. */
#ifndef BENCH_EDITOR_H
#define BENCH_EDITOR_H

/* Completion at the cursor in the largest of the shipped rule files. */
void editor_figure(const char *folder);

#endif
