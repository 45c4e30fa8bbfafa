/* out.c - appends, escapes, and files written whole or not at all. */
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

void out_bytes_slowly(struct out *o, const char *p, size_t n)
{
    while (n > 0) {
        size_t room;

        if (o->at == o->end)
            o->drain(o);
        room = (size_t)(o->end - o->at);
        if (room > n)
            room = n;
        memcpy(o->at, p, room);
        o->at += room;
        p += room;
        n -= room;
    }
}

void out_pass(struct out *o, const char *p, size_t n)
{
    if (!o->pass) {
        out_bytes(o, p, n);
        return;
    }
    if (o->at > o->start)
        o->drain(o);
    o->pass(o, p, n);
}

void out_number_slowly(struct out *o, uint64_t n)
{
    char digits[20]; /* 2^64 has 20 */
    char *p = digits + sizeof digits;

    do
        *--p = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    out_bytes(o, p, (size_t)(digits + sizeof digits - p));
}

/* --- escaping --- */

/* What cannot stand in a literal as it is. */
static bool special(unsigned char c)
{
    return c < 0x20 || c > 0x7E || c == '"' || c == '\\' || c == '?';
}

/* Sixteen bytes at once: most texts are plain, and this question costs more than copying them. */
typedef unsigned char block __attribute__((vector_size(16)));

static bool block_special(const char *bytes)
{
    uint64_t words[2];
    block x;

    memcpy(&x, bytes, sizeof x);
    x = (block)((x - 0x20 > 0x7E - 0x20) | (x == '"') | (x == '\\') | (x == '?'));
    memcpy(words, &x, sizeof x);
    return (words[0] | words[1]) != 0;
}

/* Short texts fill a block with their two ends, which may overlap. */
bool out_is_plain(struct dwr_str s)
{
    const char *const p = s.p;
    const size_t n = s.n;
    char bytes[16];

    if (n >= 16) {
        for (size_t i = 0; i + 16 < n; i += 16)
            if (block_special(p + i))
                return false;
        return !block_special(p + n - 16);
    }
    if (n >= 8) {
        memcpy(bytes, p, 8);
        memcpy(bytes + 8, p + n - 8, 8);
        return !block_special(bytes);
    }
    if (n >= 4) {
        memcpy(bytes, p, 4);
        memcpy(bytes + 4, p + n - 4, 4);
        memcpy(bytes + 8, bytes, 8);
        return !block_special(bytes);
    }
    for (size_t i = 0; i < n; i++)
        if (special((unsigned char)p[i]))
            return false;
    return true;
}

/* Bytes of the character at p, which is not ASCII; 0: not valid UTF-8. */
static size_t character(const unsigned char *p, size_t n, uint32_t *code)
{
    const size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

    if (p[0] < 0xC2 || p[0] > 0xF4 || length > n)
        return 0;
    *code = p[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3F);
    }
    return length;
}

/* Characters a reader does not see, or that turn the direction of what he sees. */
static bool invisible(uint32_t c)
{
    return c < 0xA0 || c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000;
}

/* Always three digits: a digit that follows must not become part of the escape. */
static void put_octal(struct out *o, unsigned char c)
{
    const char escape[4] = { '\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
                             (char)('0' + (c & 7)) };

    out_bytes(o, escape, sizeof escape);
}

static void put_ascii_escaped(struct out *o, unsigned char c)
{
    switch (c) {
    case '"':
        out_lit(o, "\\\"");
        break;
    case '\\':
        out_lit(o, "\\\\");
        break;
    case '\n':
        out_lit(o, "\\n");
        break;
    case '\t':
        out_lit(o, "\\t");
        break;
    default:
        put_octal(o, c);
    }
}

/* Puts the special character at p; how many bytes it was. */
static size_t put_special(struct out *o, const unsigned char *p, size_t n, bool after_question)
{
    uint32_t code = 0;
    size_t length;

    if (*p == '?') {
        if (after_question)
            out_char(o, '\\');
        out_char(o, '?');
        return 1;
    }
    if (*p < 0x80) {
        put_ascii_escaped(o, *p);
        return 1;
    }
    length = character(p, n, &code);
    if (length > 0 && !invisible(code)) {
        out_bytes(o, (const char *)p, length);
        return length;
    }
    length = length > 0 ? length : 1;
    for (size_t i = 0; i < length; i++)
        put_octal(o, p[i]);
    return length;
}

void out_c_text(struct out *o, struct dwr_str s)
{
    const unsigned char *p = (const unsigned char *)s.p, *const end = p + s.n;
    bool question = false;

    if (out_is_plain(s)) {
        out_str(o, s);
        return;
    }
    while (p < end) {
        const unsigned char *run = p;

        while (p < end && !special(*p))
            p++;
        if (p > run) {
            out_bytes(o, (const char *)run, (size_t)(p - run));
            question = false;
        }
        if (p < end) {
            const bool again = *p == '?';

            p += put_special(o, p, (size_t)(end - p), question);
            question = again;
        }
    }
}

void out_c_comment(struct out *o, struct dwr_str s)
{
    const char *star;

    while (s.n > 0 && (star = memchr(s.p, '*', s.n)) != NULL) {
        const size_t n = (size_t)(star - s.p);

        out_c_text(o, (struct dwr_str){ s.p, n });
        put_octal(o, '*');
        s = (struct dwr_str){ star + 1, s.n - n - 1 };
    }
    out_c_text(o, s);
}

void out_json_text(struct out *o, struct dwr_str s)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\') {
            out_char(o, '\\');
            out_char(o, (char)c);
        } else if (c == '\n') {
            out_lit(o, "\\n");
        } else if (c < 0x20) {
            const char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

            out_bytes(o, escape, sizeof escape);
        } else {
            out_char(o, (char)c);
        }
    }
}

void out_json_string(struct out *o, struct dwr_str s)
{
    if (!s.p) {
        out_lit(o, "null");
        return;
    }
    out_char(o, '"');
    out_json_text(o, s);
    out_char(o, '"');
}

void out_json_member(struct out *o, const char *name, struct dwr_str s)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_json_string(o, s);
}

/* XML has no way to write most control characters, nor U+FFFE and U+FFFF: they become U+FFFD. */
void out_xml_text(struct out *o, struct dwr_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];

        if (c == '&')
            out_lit(o, "&amp;");
        else if (c == '<')
            out_lit(o, "&lt;");
        else if (c == '>')
            out_lit(o, "&gt;");
        else if (c == '"')
            out_lit(o, "&quot;");
        else if (c == '\n')
            out_lit(o, "&#10;");
        else if (c < 0x20 && c != '\t')
            out_lit(o, "\xEF\xBF\xBD");
        else if (c == 0xEF && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xBF &&
                 (unsigned char)s.p[i + 2] >= 0xBE) {
            out_lit(o, "\xEF\xBF\xBD");
            i += 2;
        } else
            out_char(o, (char)c);
    }
}

/* --- memory --- */

static void grow(struct out *o)
{
    struct out_memory *m = (struct out_memory *)o; /* its first member */
    const size_t used = (size_t)(o->at - o->start), room = 2 * used + 1024;

    o->start = arena_grow(m->arena, o->start, used, room, 1);
    o->at = o->start + used;
    o->end = o->start + room;
}

void out_memory_begin(struct out_memory *m, struct arena *arena)
{
    char *start = arena_alloc(arena, 64);

    m->arena = arena;
    m->out = (struct out){ start, start, start + 64, grow, NULL };
}

struct dwr_str out_memory_bytes(const struct out_memory *m)
{
    return (struct dwr_str){ m->out.start, (size_t)(m->out.at - m->out.start) };
}

/* --- descriptors --- */

int out_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        const ssize_t written = write(fd, p, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        p += written;
        n -= (size_t)written;
    }
    return 0;
}

static void drain_stream(struct out *o)
{
    struct out_stream *s = (struct out_stream *)o; /* its first member */

    if (s->error == 0)
        s->error = out_all(s->fd, o->start, (size_t)(o->at - o->start));
    o->at = o->start;
}

void out_stream_begin(struct out_stream *s, int fd)
{
    s->fd = fd;
    s->error = 0;
    s->out = (struct out){ s->buffer, s->buffer, s->buffer + sizeof s->buffer, drain_stream, NULL };
}

bool out_stream_end(struct out_stream *s)
{
    drain_stream(&s->out);
    return s->error == 0;
}

/* --- files --- */

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
