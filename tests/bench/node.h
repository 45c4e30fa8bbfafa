/* node.h - the merge in JavaScript as a contestant. */
#ifndef BENCH_NODE_H
#define BENCH_NODE_H

#include <stdio.h>
#include <sys/types.h>

#include "race.h"

struct node {
    FILE *to, *from;
    pid_t pid;
};

struct node node_start(const struct documents *d);

/* Its answer, without the newline; yours. */
struct dwr_text node_ask(struct node *node, const char *command);

double run_node(const struct contestant *c, unsigned long n);
void node_end(struct node *node);

#endif
