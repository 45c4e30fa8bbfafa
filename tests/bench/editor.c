/* editor.c - what an editor waits for: completion at the cursor, asked of `dwrc lsp` over its
 * pipes, from the request to the last byte of the answer, while somebody types. */
#define _GNU_SOURCE
#include "editor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "figures.h"
#include "race.h"

extern char **environ;

struct editor {
    pid_t pid;
    FILE *to, *from;
    char *text; /* of the file that is edited */
    char uri[PATH_MAX + 16];
    char *answer; /* the last one */
    size_t room;
};

static void start(struct editor *e)
{
    char *argv[] = { in_build("dwrc"), (char[]){ "lsp" }, NULL };
    posix_spawn_file_actions_t actions;
    int to[2], from[2];

    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        die("pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    errno = posix_spawn(&e->pid, argv[0], &actions, NULL, argv, environ);
    if (errno != 0)
        die("dwrc");
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    e->to = fdopen(to[1], "w");
    e->from = fdopen(from[0], "r");
    free(argv[0]);
}

static void send(struct editor *e, const char *message)
{
    if (fprintf(e->to, "Content-Length: %zu\r\n\r\n%s", strlen(message), message) < 0 ||
        fflush(e->to) != 0)
        die("dwrc lsp");
}

/* The next message, whole. */
static const char *receive(struct editor *e)
{
    char line[256];
    size_t n = 0;

    while (fgets(line, sizeof line, e->from) != NULL && strcmp(line, "\r\n") != 0)
        if (strncmp(line, "Content-Length:", 15) == 0)
            n = strtoul(line + 15, NULL, 10);
    if (e->room < n + 1)
        e->answer = realloc(e->answer, e->room = n + 1);
    must(e->answer != NULL && n > 0 && fread(e->answer, 1, n, e->from) == n, "dwrc lsp answers");
    e->answer[n] = '\0';
    return e->answer;
}

/* The largest file of a folder; where it is. */
static char *largest(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[PATH_MAX], best[PATH_MAX] = "";
    off_t size = 0;
    struct stat st;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".dwr") != NULL && stat(path, &st) == 0 && st.st_size > size) {
            size = st.st_size;
            strcpy(best, path);
        }
    }
    if (dir != NULL)
        closedir(dir);
    return realpath(best, NULL);
}

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t n = 0;

    if (f == NULL || getdelim(&text, &n, '\0', f) < 0)
        die(path);
    fclose(f);
    return text;
}

static void open_file(struct editor *e)
{
    cJSON *text = cJSON_CreateString(e->text);
    char *quoted = cJSON_PrintUnformatted(text), *message;

    if (asprintf(&message,
                 "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didOpen\",\"params\":{"
                 "\"textDocument\":{\"uri\":\"%s\",\"languageId\":\"dwr\",\"version\":1,"
                 "\"text\":%s}}}",
                 e->uri, quoted) < 0)
        die("asprintf");
    send(e, message);
    free(message);
    free(quoted);
    cJSON_Delete(text);
}

/* A letter is typed at the place, completion is asked for, the letter is taken away again. */
static double complete(struct editor *e, int id, unsigned line, unsigned character)
{
    char message[PATH_MAX + 400];
    double begin, ns;

    for (int typed = 1; typed >= 0; typed--) {
        snprintf(message, sizeof message,
                 "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{"
                 "\"textDocument\":{\"uri\":\"%s\",\"version\":2},\"contentChanges\":[{\"range\":{"
                 "\"start\":{\"line\":%u,\"character\":%u},\"end\":{\"line\":%u,"
                 "\"character\":%u}},\"text\":\"%s\"}]}}",
                 e->uri, line, character, line, character + (typed ? 0 : 1), typed ? "s" : "");
        begin = now_ns();
        send(e, message);
        if (!typed)
            break;
        snprintf(message, sizeof message,
                 "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"textDocument/completion\","
                 "\"params\":{\"textDocument\":{\"uri\":\"%s\"},\"position\":{\"line\":%u,"
                 "\"character\":%u}}}",
                 id, e->uri, line, character + 1);
        send(e, message);
        while (strstr(receive(e), "\"items\"") == NULL)
            ;
        ns = now_ns() - begin;
    }
    return ns;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void editor_figure(const char *folder)
{
    enum { PLACES = 200 };
    struct editor e = { .pid = 0 };
    char *path = largest(folder);
    double times[PLACES];
    unsigned lines = 0;
    int status = 0;
    unsigned offered = 0;

    must(path != NULL, "there is a rule file");
    start(&e);
    e.text = read_text(path);
    snprintf(e.uri, sizeof e.uri, "file://%s", path);
    for (const char *c = e.text; *c != '\0'; c++)
        lines += *c == '\n';
    send(&e, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}");
    receive(&e);
    open_file(&e);
    while (strstr(receive(&e), "publishDiagnostics") == NULL)
        ;
    for (int i = 0; i < PLACES; i++) {
        times[i] = complete(&e, i + 1, (unsigned)i * lines / PLACES, 0);
        offered += strstr(e.answer, "\"label\"") != NULL;
    }
    must(offered > PLACES / 2, "something is offered");
    qsort(times, PLACES, sizeof *times, by_size);
    figure("completion", "completion at the cursor in the largest shipped file, ms", AT_MOST, 1,
           times[PLACES / 2] / 1e6);
    figure_time("typed, asked and answered: the median place", times[PLACES / 2]);
    figure_time("the slowest of a hundred", times[PLACES - 2]);
    send(&e, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"shutdown\"}");
    while (strstr(receive(&e), "\"result\":null") == NULL)
        ;
    send(&e, "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}");
    fclose(e.to);
    fclose(e.from);
    if (waitpid(e.pid, &status, 0) < 0 || status != 0)
        die("dwrc lsp did not end well");
    free(e.answer);
    free(e.text);
    free(path);
}
