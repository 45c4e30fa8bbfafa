/* files.c - finds files in folders and reads them. */
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "team.h"

/* Folders nest at most this deep, so that a mount that goes in circles ends. */
#define FOLDERS_MAX 64
/* Room for the names of one folder at first: some two thousand of them. */
#define NAMES_ROOM ((size_t)64 << 10)

/* --- finding them --- */

void files_add(struct files *f, struct file_found found)
{
    if (f->count == f->capacity) {
        uint32_t capacity = f->capacity == 0 ? 16 : f->capacity * 2;

        f->v = arena_grow(f->arena, f->v, f->capacity, capacity, sizeof *f->v);
        f->capacity = capacity;
    }
    f->v[f->count++] = found;
}

static void add_file(struct files *f, struct dwr_str path, struct dwr_str label,
                     const struct stat *st)
{
    files_add(f, (struct file_found){ .path = path,
                                      .label = label,
                                      .device = st->st_dev,
                                      .inode = st->st_ino,
                                      .size = st->st_size,
                                      .regular = S_ISREG(st->st_mode) });
}

static bool has_suffix(const char *name, const char *suffix)
{
    size_t n = strlen(name), end = strlen(suffix);

    return n > end && strcmp(name + n - end, suffix) == 0;
}

/* The names in a folder, one after the other with their NULs, into room; how many bytes they are,
 * also where that is more than the room. SIZE_MAX: it cannot be read, errno says why. */
static size_t list_folder(const char *path, char *names, size_t room)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t used = 0;
    int error;

    if (folder == NULL)
        return SIZE_MAX;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        size_t n = strlen(entry->d_name) + 1;

        if (entry->d_name[0] == '.')
            continue;
        if (used + n <= room)
            memcpy(names + used, entry->d_name, n);
        used += n;
    }
    error = errno;
    closedir(folder);
    errno = error;
    return error == 0 ? used : SIZE_MAX;
}

/* Links to folders are not followed, links to files are. What is no file (a pipe, a device) is
 * passed over: nobody has asked for it, and it may never end. */
static void find_in_folder(struct files *f, struct dwr_str path, struct dwr_str label,
                           unsigned depth)
{
    size_t room = NAMES_ROOM, used;
    char *names = arena_alloc(f->arena, room), *name;

    while ((used = list_folder(path.p, names, room)) != SIZE_MAX && used > room) {
        room = used * 2;
        names = arena_alloc(f->arena, room);
    }
    if (used == SIZE_MAX) {
        diag_failure(f->diag, "cannot read %s: %s", path.p, strerror(errno));
        return;
    }
    for (name = names; name < names + used; name += strlen(name) + 1) {
        const char *slash = path.n > 0 && path.p[path.n - 1] == '/' ? "" : "/";
        struct dwr_str inside = arena_printf(f->arena, "%s%s%s", path.p, slash, name);
        struct dwr_str inside_label = arena_printf(f->arena, "%s/%s", label.p, name);
        struct stat st;

        if (lstat(inside.p, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (depth < FOLDERS_MAX)
                find_in_folder(f, inside, inside_label, depth + 1);
        } else if (has_suffix(name, f->suffix)) {
            if (stat(inside.p, &st) != 0)
                diag_failure(f->diag, "cannot read %s: %s", inside.p, strerror(errno));
            else if (S_ISREG(st.st_mode))
                add_file(f, inside, inside_label, &st);
        }
    }
}

struct dwr_str files_own_name(struct arena *arena, const char *path)
{
    char *real = realpath(path, NULL), *slash;
    struct dwr_str name;
    char keep[256] = "";

    /* Copied before the arena is asked: it may jump away. A name is at most 255 bytes. */
    if (real != NULL && (slash = strrchr(real, '/')) != NULL && strlen(slash) <= sizeof keep)
        strcpy(keep, slash + 1);
    free(real);
    name.n = strlen(keep);
    name.p = arena_copy(arena, keep, name.n);
    return name;
}

struct dwr_str files_label(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
    const char *folder = slash == NULL   ? "."
                         : slash == path ? "/"
                                         : arena_copy(arena, path, (size_t)(slash - path));

    return arena_printf(arena, "%s/%s", files_own_name(arena, folder).p, base);
}

void files_add_file(struct files *f, const char *path, const struct stat *st)
{
    add_file(f, arena_printf(f->arena, "%s", path), files_label(f->arena, path), st);
}

/* A file that only an editor has yet, if it belongs into the folder. */
static void add_overlay(struct files *f, struct dwr_str folder, struct dwr_str label,
                        const struct file_overlay *overlay)
{
    if (overlay->path.n <= folder.n + 1 || memcmp(overlay->path.p, folder.p, folder.n) != 0 ||
        overlay->path.p[folder.n] != '/' || !has_suffix(overlay->path.p, f->suffix))
        return;
    for (uint32_t i = 0; i < f->count; i++)
        if (strcmp(f->v[i].path.p, overlay->path.p) == 0)
            return;
    files_add(f, (struct file_found){
                     .path = overlay->path,
                     .label = arena_printf(f->arena, "%s%s", label.p, overlay->path.p + folder.n),
                     /* No file has this place: it is like no other one. */
                     .device = (dev_t)-1,
                     .inode = (ino_t)-1 - f->count });
}

bool files_add_overlays(struct files *f, const char *path)
{
    const uint32_t had = f->count;
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    for (uint32_t i = 0; i < f->overlay_count; i++) {
        const struct file_overlay *overlay = &f->overlays[i];

        if (overlay->label.p == NULL || overlay->path.n < n ||
            memcmp(overlay->path.p, path, n) != 0 ||
            (overlay->path.n > n && overlay->path.p[n] != '/' && path[n - 1] != ':'))
            continue;
        files_add(f, (struct file_found){ .path = overlay->path,
                                          .label = overlay->label,
                                          .device = (dev_t)-1,
                                          .inode = (ino_t)-1 - f->count });
    }
    return f->count > had;
}

void files_add_folder(struct files *f, const char *path)
{
    struct dwr_str name = files_own_name(f->arena, path);
    struct dwr_str folder = { path, strlen(path) };

    while (folder.n > 1 && path[folder.n - 1] == '/')
        folder.n--;
    folder.p = arena_copy(f->arena, path, folder.n);
    find_in_folder(f, folder, name, 0);
    for (uint32_t i = 0; i < f->overlay_count; i++)
        add_overlay(f, folder, name, &f->overlays[i]);
}

size_t files_bytes(const struct files *f)
{
    size_t bytes = 0;

    for (uint32_t i = 0; i < f->count; i++)
        bytes += (size_t)f->v[i].size;
    return bytes;
}

static int by_path(const void *a, const void *b)
{
    const struct file_found *x = a, *y = b;
    int order = strcmp(x->path.p, y->path.p);

    return order != 0 ? order : x->from_stdin - y->from_stdin;
}

static int by_inode(const void *a, const void *b)
{
    const struct file_found *x = *(struct file_found *const *)a,
                            *y = *(struct file_found *const *)b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return strcmp(x->path.p, y->path.p);
}

void files_sort(struct files *f)
{
    struct file_found **order = arena_array(f->arena, f->count, sizeof *order);
    uint32_t i, kept = 0;

    if (f->count == 0) /* qsort wants an array also where nothing is in it */
        return;
    qsort(f->v, f->count, sizeof *f->v, by_path);
    for (i = 0; i < f->count; i++)
        order[i] = &f->v[i];
    qsort(order, f->count, sizeof(order[0]), by_inode);
    for (i = 1; i < f->count; i++)
        if (order[i]->device == order[i - 1]->device && order[i]->inode == order[i - 1]->inode &&
            !order[i]->from_stdin && !order[i - 1]->from_stdin)
            order[i]->path.p = NULL;
    for (i = 0; i < f->count; i++)
        if (f->v[i].path.p != NULL)
            f->v[kept++] = f->v[i];
    f->count = kept;
}

/* --- reading them --- */

/* Reads until the end or until room is full; false: it cannot be read, errno says why. */
static bool read_all(int fd, char *to, size_t room, size_t *used)
{
    while (*used < room) {
        ssize_t n = read(fd, to + *used, room - *used);

        if (n == 0)
            return true;
        if (n > 0)
            *used += (size_t)n;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/* What has a beginning to go back to: read with the file closed whenever memory is taken. */
static bool read_regular(struct arena *arena, const struct file_found *found, struct source *source)
{
    size_t room = (size_t)found->size + 1, used;

    for (;; room *= 2) {
        char *text;
        bool good;
        int fd, error;

        if (room > SOURCE_BYTES_MAX + 1)
            room = SOURCE_BYTES_MAX + 1;
        text = arena_alloc(arena, room + FILES_TEXT_END);
        fd = open(found->path.p, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return false;
        used = 0;
        good = read_all(fd, text, room, &used);
        error = errno;
        close(fd);
        errno = error;
        if (!good)
            return false;
        if (used < room || room == SOURCE_BYTES_MAX + 1) {
            memset(text + used, 0, FILES_TEXT_END);
            source->text = text;
            source->size = (uint32_t)used;
            return true;
        }
    }
}

/* A pipe or a device. */
static bool read_stream(struct arena *arena, int fd, struct source *source)
{
    size_t room = (size_t)64 << 10, used = 0;
    char *text = arena_alloc(arena, room + FILES_TEXT_END);

    for (;;) {
        size_t had = room;

        if (!read_all(fd, text, room, &used))
            return false;
        if (used < room || room > SOURCE_BYTES_MAX)
            break;
        room = room * 2 > SOURCE_BYTES_MAX ? SOURCE_BYTES_MAX + 1 : room * 2;
        text = arena_grow(arena, text, had + FILES_TEXT_END, room + FILES_TEXT_END, 1);
    }
    memset(text + used, 0, FILES_TEXT_END);
    source->text = text;
    source->size = (uint32_t)used;
    return true;
}

static bool read_found(struct arena *arena, const struct file_found *found, struct source *source)
{
    bool good;
    int fd, error;

    if (found->from_stdin)
        return read_stream(arena, STDIN_FILENO, source);
    if (found->regular)
        return read_regular(arena, found, source);
    fd = open(found->path.p, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    good = read_stream(arena, fd, source);
    error = errno;
    close(fd);
    errno = error;
    return good;
}

/* --- all of them, each on any thread --- */

struct read_job {
    const struct files *files;
    const struct file_found *found;
    struct was_read { /* one a file */
        struct source source;
        int error; /* errno, or 0 */
    } * read;
};

static const struct file_overlay *overlay_of(const struct files *f, struct dwr_str path)
{
    for (uint32_t i = 0; i < f->overlay_count; i++)
        if (strcmp(f->overlays[i].path.p, path.p) == 0)
            return &f->overlays[i];
    return NULL;
}

/* The parser writes into what it reads, so it gets a copy. */
static void take_overlay(struct arena *arena, const struct file_overlay *overlay,
                         struct source *source)
{
    size_t size = overlay->text.n > SOURCE_BYTES_MAX ? SOURCE_BYTES_MAX + 1 : overlay->text.n;

    source->text = arena_alloc(arena, size + FILES_TEXT_END);
    if (size > 0)
        memcpy(source->text, overlay->text.p, size);
    memset(source->text + size, 0, FILES_TEXT_END);
    source->size = (uint32_t)size;
}

static void read_part(void *context, unsigned worker, struct arena *arena, uint32_t i)
{
    struct read_job *job = context;
    struct was_read *read = &job->read[i];

    const struct file_overlay *overlay = overlay_of(job->files, job->found[i].path);

    (void)worker;
    read->source = (struct source){ .path = job->found[i].path, .label = job->found[i].label };
    if (overlay != NULL) {
        take_overlay(arena, overlay, &read->source);
        return;
    }
    read->error = read_found(arena, &job->found[i], &read->source) ? 0 : errno;
}

void files_read(struct files *f, struct sources *sources, unsigned threads)
{
    struct read_job job = { f, f->v, arena_zero(f->arena, f->count * sizeof *job.read) };
    uint32_t i;

    team_run(f->arena, threads, f->count, read_part, &job);
    sources->v = arena_grow(f->arena, sources->v, sources->capacity,
                            (size_t)sources->count + f->count, sizeof *sources->v);
    sources->capacity = sources->count + f->count;
    for (i = 0; i < f->count; i++) {
        if (job.read[i].error == 0)
            sources->v[sources->count++] = job.read[i].source;
        else
            diag_failure(f->diag, "cannot read %s: %s", f->v[i].path.p,
                         strerror(job.read[i].error));
    }
}
