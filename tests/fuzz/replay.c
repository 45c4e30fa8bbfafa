/* replay.c - runs a fuzz target over files and folders of inputs, without libFuzzer: `make check`
 * does it with the corpus, so that what was once found stays found.
 *
 *     replay_TARGET [--must-fail] PATH...
 *
 * Prints the number of inputs; none is a failure. With --must-fail the target has to abort on one
 * of them (a fault was planted): then the status is 0. Each input is also tried cut at half its
 * length.
 *
 * To build: as the target, with this file and without -fsanitize=fuzzer. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define PATH_ROOM 4096

static int trouble(const char *path)
{
    fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    return -1;
}

static int replay_file(const char *path)
{
    FILE *const f = fopen(path, "rb");
    struct stat st;
    uint8_t *data;

    if (f == NULL || fstat(fileno(f), &st) != 0)
        return trouble(path);
    data = malloc((size_t)st.st_size + 1);
    if (data == NULL || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
        return trouble(path);
    fclose(f);
    (void)LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
    (void)LLVMFuzzerTestOneInput(data, (size_t)st.st_size / 2);
    free(data);
    return 1;
}

static int is_no_dot(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* The number of inputs, -1 where one cannot be read. */
static int replay(const char *path)
{
    struct dirent **entries;
    struct stat st;
    int total = 0, n;

    if (stat(path, &st) != 0)
        return trouble(path);
    if (!S_ISDIR(st.st_mode))
        return replay_file(path);
    n = scandir(path, &entries, is_no_dot, alphasort);
    if (n < 0)
        return trouble(path);
    for (int i = 0; i < n; i++) {
        char inner[PATH_ROOM];

        if (total >= 0 &&
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name) < (int)sizeof inner) {
            const int count = replay(inner);

            total = count < 0 ? -1 : total + count;
        }
        free(entries[i]);
    }
    free(entries);
    return total;
}

static int replay_all(int argc, char **argv, int from)
{
    int total = 0;

    (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = from; i < argc; i++) {
        const int n = replay(argv[i]);

        if (n < 0)
            return 2;
        total += n;
    }
    printf("replay: %d inputs\n", total);
    return total > 0 ? 0 : 1;
}

/* In a process of its own, quietly: the abort is what is wanted. */
static int must_fail(int argc, char **argv)
{
    const pid_t child = fork();
    int status;

    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        _exit(replay_all(argc, argv, 2));
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        (void)trouble("fork");
        return 2;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
        return 0;
    fputs("replay: the planted fault was not found\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--must-fail") == 0)
        return must_fail(argc, argv);
    if (argc < 2) {
        fputs("usage: replay [--must-fail] PATH...\n", stderr);
        return 2;
    }
    return replay_all(argc, argv, 1);
}
