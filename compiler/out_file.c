/* out_file.c - files written whole or not at all. */
#define _GNU_SOURCE /* fallocate */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file's output. Small enough to stay in the cache, large enough that the calls do not count.
 */
enum { FILE_BUFFER = 1 << 17 };

static void close_quietly(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Reads exactly n bytes; false at the end of the file, or with errno in *error. */
static bool read_all(int fd, char *p, size_t n, int *error)
{
    while (n > 0) {
        const ssize_t got = read(fd, p, n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            *error = errno;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* Room on the disk is asked for ahead, in growing steps. It saves time twice: the file system lays
 * the file out once, and it need not do it in the middle of the rename. Where it cannot be had (not
 * every file system gives it, and what is asked for may be more than what is needed) the writes
 * will tell. */
static void reserve(struct out_file *f, uint64_t end)
{
    const uint64_t more = f->reserved > 1 << 16 ? f->reserved : 1 << 16;

    if (end <= f->reserved)
        return;
    while (f->reserved < end)
        f->reserved += more;
    (void)fallocate(f->fd, 0, 0, (off_t)f->reserved);
}

static void write_new(struct out_file *f, const char *p, size_t n)
{
    if (!f->direct)
        reserve(f, f->length + n);
    f->error = out_all(f->fd, p, n);
    f->length += n;
}

static bool open_temporary(struct out_file *f)
{
    unlink(f->temporary); /* left behind by a process of this number that was killed */
    f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (f->fd < 0)
        f->error = errno;
    f->exists = f->fd >= 0;
    return f->exists;
}

/* What is no file takes the bytes as they come. */
static bool open_direct(struct out_file *f)
{
    f->fd = open(f->path, O_WRONLY | O_CLOEXEC);
    if (f->fd < 0)
        f->error = errno;
    return f->fd >= 0;
}

/* The old file is no longer what comes: begins the new one with what both share. */
static void part(struct out_file *f)
{
    uint64_t shared = f->length;
    int old = f->old;
    char *copy = f->out.start + FILE_BUFFER;

    f->old = -1;
    f->differs = true;
    if (f->check || !(f->direct ? open_direct(f) : open_temporary(f)))
        shared = 0;
    else if (shared > 0 && lseek(old, 0, SEEK_SET) < 0)
        f->error = errno;
    f->length = 0;
    while (shared > 0 && f->error == 0) {
        const size_t n = shared < FILE_BUFFER ? (size_t)shared : FILE_BUFFER;

        if (!read_all(old, copy, n, &f->error)) {
            if (f->error == 0)
                f->error = EIO; /* it was longer a moment ago */
            break;
        }
        write_new(f, copy, n);
        shared -= n;
    }
    close_quietly(&old);
}

/* Bytes that are next: compares them with the old file's while there is one; how many agreed. */
static size_t compare(struct out_file *f, const char *p, size_t n)
{
    char *copy = f->out.start + FILE_BUFFER;
    size_t agreed = 0;

    while (f->old >= 0 && f->error == 0 && agreed < n) {
        const size_t some = n - agreed < FILE_BUFFER ? n - agreed : FILE_BUFFER;

        if (read_all(f->old, copy, some, &f->error) && memcmp(copy, p + agreed, some) == 0) {
            f->length += some;
            agreed += some;
        } else if (f->error == 0) {
            part(f);
        }
    }
    return agreed;
}

static void pass_file(struct out *o, const char *p, size_t n)
{
    struct out_file *f = (struct out_file *)o; /* its first member */
    const size_t agreed = compare(f, p, n);

    if (f->error == 0 && f->fd >= 0 && agreed < n)
        write_new(f, p + agreed, n - agreed);
}

static void drain_file(struct out *o)
{
    const size_t n = (size_t)(o->at - o->start);

    o->at = o->start;
    pass_file(o, o->start, n);
}

/* The old file, if it is one. A folder cannot be written; a device, a pipe or a socket is written
 * to, and stays what it is. */
static void open_old(struct out_file *f)
{
    struct stat status = { .st_mode = 0 };

    if (stat(f->path, &status) == 0 && !S_ISREG(status.st_mode)) {
        f->direct = !S_ISDIR(status.st_mode);
        if (!f->direct)
            f->error = EISDIR;
        return;
    }
    f->old = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (f->old < 0)
        return;
    if (fstat(f->old, &status) == 0 && S_ISREG(status.st_mode)) {
        if (f->keep)
            f->was = status;
        return;
    }
    close_quietly(&f->old); /* another one by now */
    f->error = EAGAIN;
}

/* Two runs at once must not write into one file: the process's number is in the name. */
static char *temporary_path(struct arena *arena, const char *path)
{
    struct out_memory name;

    out_memory_begin(&name, arena);
    out_bytes(&name.out, path, strlen(path));
    out_char(&name.out, '.');
    out_number(&name.out, (uint64_t)getpid());
    out_bytes(&name.out, ".tmp", sizeof ".tmp"); /* with its NUL */
    return name.out.start;
}

/* Behind symbolic links stands the file that is meant: it is replaced, and the links stay. */
static const char *behind_links(const char *path, char resolved[PATH_MAX])
{
    struct stat status;

    if (lstat(path, &status) != 0 || !S_ISLNK(status.st_mode) || realpath(path, resolved) == NULL)
        return path;
    return resolved;
}

void out_file_prepare(struct out_file *f, struct arena *arena, const char *path, bool check)
{
    char *buffer = arena_alloc(arena, 2 * (size_t)FILE_BUFFER); /* ours, and for the old file */
    char resolved[PATH_MAX];

    path = behind_links(path, resolved);
    *f = (struct out_file){
        .out = { buffer, buffer, buffer + FILE_BUFFER, drain_file, pass_file },
        .path = arena_copy(arena, path, strlen(path)),
        .temporary = temporary_path(arena, path),
        .old = -1,
        .fd = -1,
        .check = check,
    };
}

void out_file_begin(struct out_file *f)
{
    open_old(f);
    if (f->old < 0 && f->error == 0)
        part(f);
}

/* What is there may be longer than what came. */
static bool at_end(struct out_file *f)
{
    char more;

    return !read_all(f->old, &more, 1, &f->error);
}

/* The owner only where that is allowed: a file of somebody else's becomes one's own otherwise. */
static void keep_mode(struct out_file *f)
{
    if (f->was.st_nlink == 0 || f->fd < 0 || f->error != 0)
        return;
    if (fchown(f->fd, f->was.st_uid, f->was.st_gid) != 0 && errno != EPERM)
        f->error = errno;
    else if (fchmod(f->fd, f->was.st_mode & 07777) != 0)
        f->error = errno;
}

bool out_file_finish(struct out_file *f)
{
    drain_file(&f->out);
    if (f->error == 0 && f->old >= 0 && !at_end(f) && f->error == 0)
        part(f);
    if (f->error == 0 && f->fd >= 0 && !f->direct && ftruncate(f->fd, (off_t)f->length) != 0)
        f->error = errno;
    keep_mode(f);
    if (f->fd >= 0 && close(f->fd) != 0 && f->error == 0)
        f->error = errno;
    f->fd = -1;
    return f->error == 0;
}

bool out_file_commit(struct out_file *f)
{
    if (!f->exists)
        return true; /* nothing has changed */
    if (rename(f->temporary, f->path) != 0) {
        f->error = errno;
        return false;
    }
    f->exists = false;
    return true;
}

void out_file_end(struct out_file *f)
{
    close_quietly(&f->old);
    close_quietly(&f->fd);
    if (f->exists)
        unlink(f->temporary);
    f->exists = false;
}
