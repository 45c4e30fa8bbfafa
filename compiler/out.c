/* out.c - appends: into memory, into a descriptor, into whatever the drain is. */
#include "out.h"

#include <errno.h>
#include <unistd.h>

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
