/* node.c - the merge in JavaScript (merge.js) as a contestant: a process that measures itself, on
 * demand, and waits in between. */
#define _GNU_SOURCE
#include "node.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *save(const char *name, struct dwr_text text)
{
    char *path = in_build(name);
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0)
        die(path);
    return path;
}

struct node node_start(const struct documents *d)
{
    char *argv[] = { (char[]){ "node" },
                     (char[]){ "tests/bench/merge.js" },
                     save("bench/base.json", d->base),
                     save("bench/server.json", d->server),
                     save("bench/client.json", d->client),
                     NULL };
    posix_spawn_file_actions_t actions;
    struct node node = { 0 };
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0)
        die("pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawn_file_actions_addclose(&actions, to[1]);
    posix_spawn_file_actions_addclose(&actions, from[0]);
    errno = posix_spawnp(&node.pid, "node", &actions, NULL, argv, environ);
    if (errno != 0)
        die("node");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    node.to = fdopen(to[1], "w");
    node.from = fdopen(from[0], "r");
    for (int i = 2; i < 5; i++)
        free(argv[i]);
    return node;
}

/* Its answer, without the newline; yours. */
struct dwr_text node_ask(struct node *node, const char *command)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n;

    if (fprintf(node->to, "%s\n", command) < 0 || fflush(node->to) != 0)
        die("node");
    n = getline(&line, &capacity, node->from);
    must(n > 0, "node answers");
    line[n - 1] = '\0';
    return (struct dwr_text){ line, (size_t)n - 1 };
}

double run_node(const struct contestant *c, unsigned long n)
{
    char command[32];
    struct dwr_text answer;
    double ns;

    snprintf(command, sizeof command, "%lu", n);
    answer = node_ask(c->node, command);
    ns = strtod(answer.p, NULL) * (double)n;
    free((char *)answer.p);
    return ns;
}

void node_end(struct node *node)
{
    int status;

    fclose(node->to);
    fclose(node->from);
    if (waitpid(node->pid, &status, 0) < 0 || status != 0)
        die("node did not end well");
}
