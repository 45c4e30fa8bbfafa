/* revision.c - the rules of a git revision, by running git: once to list the folder, once for all
 * texts. No shell is involved, and git's own words go to nobody: what is said is said here. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diff.h"
#include "files.h"
#include "out.h"

extern char **environ;

struct git {
    pid_t pid;
    int to, from;
};

/* False: git could not be started. */
static bool git_start(struct git *git, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    int to[2], from[2], error;

    if (pipe(to) != 0)
        return false;
    if (pipe(from) != 0) {
        close(to[0]);
        close(to[1]);
        return false;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclose(&actions, to[1]);
    posix_spawn_file_actions_addclose(&actions, from[0]);
    error = posix_spawnp(&git->pid, "git", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    git->to = to[1];
    git->from = from[0];
    if (error == 0)
        return true;
    close(to[1]);
    close(from[0]);
    return false;
}

/* True: it ended well. */
static bool git_end(struct git *git)
{
    int status = 0;

    if (git->to >= 0)
        close(git->to);
    close(git->from);
    while (waitpid(git->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* All that comes, malloc'ed, NUL behind it; NULL: no memory, or it cannot be read. */
static char *read_to_end(int fd, size_t *size)
{
    size_t room = (size_t)64 << 10, used = 0;
    char *text = malloc(room + 1);

    while (text != NULL) {
        ssize_t n;

        if (used == room) {
            char *grown = realloc(text, room * 2 + 1);

            if (grown == NULL)
                break;
            text = grown;
            room *= 2;
        }
        n = read(fd, text + used, room - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            text[used] = '\0';
            *size = used;
            if (n == 0)
                return text;
            break;
        }
        used += (size_t)n;
    }
    free(text);
    return NULL;
}

/* What git prints, in the arena; p NULL: it failed. *started: there is a git. */
static struct dwr_str git_says(struct arena *arena, char *const *argv, bool *started)
{
    struct dwr_str said = { NULL, 0 };
    struct git git;
    size_t size = 0;
    char *text;

    *started = git_start(&git, argv);
    if (!*started)
        return said;
    close(git.to);
    git.to = -1;
    text = read_to_end(git.from, &size);
    if (git_end(&git) && text != NULL) {
        char *copy;

        /* The arena may jump away; text would be left behind then, and the process ends. */
        copy = arena_copy(arena, text, size);
        said = (struct dwr_str){ copy, size };
    }
    free(text);
    return said;
}

/* --- texts --- */

/* One object of `git cat-file --batch`: "SHA blob SIZE\n", the bytes, "\n". */
static bool read_object(struct arena *arena, FILE *from, struct dwr_str *text)
{
    char line[256], kind[16];
    unsigned long size;
    char *bytes;

    if (fgets(line, sizeof line, from) == NULL || sscanf(line, "%*s %15s %lu", kind, &size) != 2 ||
        strcmp(kind, "blob") != 0 || size > SOURCE_BYTES_MAX)
        return false;
    bytes = arena_alloc(arena, size + 1);
    if (fread(bytes, 1, size, from) != size || fgetc(from) != '\n')
        return false;
    bytes[size] = '\0';
    *text = (struct dwr_str){ bytes, size };
    return true;
}

/* The texts of all files, whose ids stand in `ids`. An id is written, its object read, and so on:
 * neither side ever waits for the other. */
static bool read_texts(struct arena *arena, struct revision *revision, const char *const *ids)
{
    char *argv[] = { (char[]){ "git" }, (char[]){ "cat-file" }, (char[]){ "--batch" }, NULL };
    struct git git;
    bool good = true;
    FILE *from;

    if (revision->count == 0)
        return true;
    if (!git_start(&git, argv))
        return false;
    from = fdopen(git.from, "r");
    for (uint32_t i = 0; i < revision->count && good; i++)
        good = from != NULL && out_all(git.to, ids[i], strlen(ids[i])) == 0 &&
               out_all(git.to, "\n", 1) == 0 && read_object(arena, from, &revision->files[i].text);
    close(git.to);
    git.to = -1;
    if (from != NULL) {
        git.from = dup(git.from);
        fclose(from);
    }
    return git_end(&git) && good;
}

/* --- the folder --- */

static bool is_rule_file(struct dwr_str name)
{
    return name.n > 4 && memcmp(name.p + name.n - 4, ".dwr", 4) == 0;
}

/* The folder's or file's own name: the label of its files begins with it. */
static struct dwr_str own_name(struct arena *arena, const char *folder)
{
    size_t n = strlen(folder), begin;

    while (n > 0 && folder[n - 1] == '/')
        n--;
    begin = n;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    if (n == begin || (n - begin == 1 && folder[begin] == '.'))
        return files_own_name(arena, ".");
    return (struct dwr_str){ arena_copy(arena, folder + begin, n - begin), n - begin };
}

/* Lines of `git ls-tree -r -z`: "MODE blob ID\tPATH\0". */
static const char **list_files(struct arena *arena, struct dwr_str listing, const char *name,
                               const char *folder, struct revision *revision)
{
    const struct dwr_str label = own_name(arena, folder);
    const char **ids;
    size_t lines = 0, n = strlen(name);

    while (n > 0 && name[n - 1] == '/')
        n--;
    for (size_t i = 0; i < listing.n; i++)
        lines += listing.p[i] == '\0';
    revision->files = arena_array(arena, lines + 1, sizeof *revision->files);
    ids = arena_array(arena, lines + 1, sizeof *ids);
    for (const char *line = listing.p; line < listing.p + listing.n; line += strlen(line) + 1) {
        const char *tab = strchr(line, '\t'), *blob = strstr(line, " blob ");
        const struct dwr_str path = { tab == NULL ? "" : tab + 1,
                                      tab == NULL ? 0 : strlen(tab + 1) };

        if (tab == NULL || blob == NULL || blob > tab || !is_rule_file(path))
            continue;
        ids[revision->count] = arena_copy(arena, blob + 6, (size_t)(tab - blob - 6));
        revision->files[revision->count++] = (struct file_overlay){
            .path = arena_printf(arena, "%.*s%s%s", (int)n, name, name[n - 1] == ':' ? "" : "/",
                                 path.p),
            .label = arena_printf(arena, "%s/%s", label.p, path.p),
        };
    }
    return ids;
}

/* REVISION:FOLDER as git resolves it: from the folder we are in first, then from the top. */
static struct dwr_str object_of(struct arena *arena, const char *revision, const char *folder,
                                bool *started)
{
    struct dwr_str id = { NULL, 0 };

    for (size_t i = 0; i < 2 && id.p == NULL; i++) {
        char *name = (char *)(uintptr_t)(i == 0 ? arena_printf(arena, "%s:./%s", revision, folder)
                                                : arena_printf(arena, "%s:%s", revision, folder))
                         .p;
        char *argv[] = { (char[]){ "git" },
                         (char[]){ "rev-parse" },
                         (char[]){ "--verify" },
                         (char[]){ "-q" },
                         (char[]){ "--end-of-options" },
                         name,
                         NULL };

        id = git_says(arena, argv, started);
        if (!*started)
            return id;
    }
    while (id.p != NULL && id.n > 0 && id.p[id.n - 1] == '\n')
        id.n--;
    return id;
}

/* `git rev-parse` of one thing; p NULL: git does not know it. */
static struct dwr_str parsed(struct arena *arena, const char *option, const char *what)
{
    char *argv[] = { (char[]){ "git" }, (char[]){ "rev-parse" }, (char *)(uintptr_t)option,
                     (char *)(uintptr_t)what, NULL };
    bool started;

    return git_says(arena, argv, &started);
}

/* Why git does not know a folder of a revision. */
static const char *why_unknown(struct arena *arena, const char *rev, const char *folder)
{
    static const char depth[] =
        "; this is a shallow clone, which has the newest revisions only: git fetch --unshallow "
        "gets the others (actions/checkout: fetch-depth: 0)";
    struct dwr_str shallow;

    if (parsed(arena, "--git-dir", NULL).p == NULL)
        return arena_printf(arena, "'%s:%s': this folder is in no git repository", rev, folder).p;
    /* An empty revision is the index. */
    if (rev[0] == '\0' ||
        (rev[0] != '-' &&
         parsed(arena, "--verify", arena_printf(arena, "%s^{tree}", rev).p).p != NULL))
        return arena_printf(arena, "there is no '%s' in %s%s%s", folder,
                            rev[0] == '\0' ? "git's index" : "the revision '", rev,
                            rev[0] == '\0' ? "" : "'")
            .p;
    shallow = parsed(arena, "--is-shallow-repository", NULL);
    return arena_printf(arena, "git knows no revision '%s'%s", rev,
                        shallow.n >= 4 && memcmp(shallow.p, "true", 4) == 0 ? depth : "")
        .p;
}

const char *revision_read(struct arena *arena, const char *name, struct revision *revision)
{
    const char *colon = strchr(name, ':');
    char *rev = arena_copy(arena, name, (size_t)(colon - name)), *id;
    const char *folder = colon + 1;
    struct dwr_str object, listing;
    const char **ids;
    bool started;

    *revision = (struct revision){ NULL, 0 };
    object = object_of(arena, rev, folder, &started);
    if (!started)
        return "git cannot be started";
    if (object.p == NULL)
        return why_unknown(arena, rev, folder);
    id = arena_copy(arena, object.p, object.n);
    {
        char *argv[] = { (char[]){ "git" },
                         (char[]){ "ls-tree" },
                         (char[]){ "-r" },
                         (char[]){ "-z" },
                         (char[]){ "--full-tree" },
                         id,
                         NULL };

        listing = git_says(arena, argv, &started);
    }
    if (listing.p == NULL) { /* one file */
        const size_t slash =
            strrchr(folder, '/') == NULL ? 0 : (size_t)(strrchr(folder, '/') - folder);

        if (!is_rule_file((struct dwr_str){ folder, strlen(folder) }))
            return arena_printf(arena, "'%s' is neither a folder nor a rule file", name).p;
        revision->files = arena_array(arena, 1, sizeof *revision->files);
        revision->count = 1;
        revision->files[0] = (struct file_overlay){
            .path = arena_printf(arena, "%s", name),
            .label = slash == 0 ? arena_printf(arena, "%s/%s", files_own_name(arena, ".").p, folder)
                                : arena_printf(arena, "%s%s",
                                               own_name(arena, arena_copy(arena, folder, slash)).p,
                                               folder + slash),
        };
        ids = arena_array(arena, 1, sizeof *ids);
        ids[0] = id;
    } else {
        ids = list_files(arena, listing, name, folder, revision);
    }
    signal(SIGPIPE, SIG_IGN); /* a git that ends early is an answer that does not come */
    if (!read_texts(arena, revision, ids))
        return arena_printf(arena, "git does not give the files of '%s'", name).p;
    return NULL;
}
