/* arena.c - memory that is given back all at once: chunks from malloc, each larger than the last.
 */
#define _DEFAULT_SOURCE /* madvise */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; /* keeps what follows aligned */
};

/* The first chunk holds a small rule set; later ones double up to the large size, one large page,
 * so that a large rule set takes few of them and a small one touches few pages. */
#define CHUNK_FIRST ((size_t)256 << 10)
#define CHUNK_LARGE ((size_t)2 << 20)

_Static_assert(sizeof(struct arena_chunk) % ARENA_ALIGN == 0, "a chunk's bytes begin aligned");

_Noreturn void arena_fail(struct arena *a)
{
    if (a->no_memory == NULL)
        abort();
    longjmp(*a->no_memory, 1);
}

/* Large chunks ask for large pages: to touch 20 MB of small ones for the first time costs a large
 * rule set a fifth of its whole time. */
static void *chunk_memory(size_t n)
{
#ifdef MADV_HUGEPAGE
    const size_t page = (size_t)2 << 20;
    void *p;

    if (n >= page && n <= SIZE_MAX - page) {
        p = aligned_alloc(page, (n + page - 1) & ~(page - 1));
        if (p != NULL)
            (void)madvise(p, n, MADV_HUGEPAGE); /* where there are none, it goes without */
        return p;
    }
#endif
    return malloc(n);
}

static struct arena_chunk *chunk_new(struct arena *a, size_t n)
{
    struct arena_chunk *c;

    if (n > SIZE_MAX - sizeof *c || (c = chunk_memory(sizeof *c + n)) == NULL)
        arena_fail(a);
    c->size = n;
    c->next = a->chunks;
    a->chunks = c;
    return c;
}

void *arena_more(struct arena *a, size_t n)
{
    struct arena_chunk *c;

    if (n > PTRDIFF_MAX - ARENA_ALIGN)
        arena_fail(a);
    if (a->chunk_size == 0)
        a->chunk_size = CHUNK_FIRST;
    if (n >
        a->chunk_size / 4) /* a chunk of its own; what is left of the present one stays in use */
        return chunk_new(a, n) + 1;
    c = chunk_new(a, a->chunk_size - sizeof *c); /* whole pages with its head */
    a->next = (char *)(c + 1) + n;
    a->end = (char *)c + a->chunk_size;
    if (a->chunk_size < CHUNK_LARGE)
        a->chunk_size *= 2;
    return c + 1;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        arena_fail(a);
    return arena_alloc(a, count * size);
}

void *arena_grow(struct arena *a, void *array, size_t old_count, size_t new_count, size_t size)
{
    size_t old_bytes = (old_count * size + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
    size_t new_bytes;
    void *grown;

    if (array != NULL && (char *)array + old_bytes == a->next && new_count >= old_count &&
        (size == 0 || new_count <= SIZE_MAX / 2 / size)) {
        new_bytes = (new_count * size + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
        if (new_bytes - old_bytes <= (size_t)(a->end - a->next)) {
            a->next += new_bytes - old_bytes;
            return array;
        }
    }
    grown = arena_array(a, new_count, size);
    if (old_count > 0)
        memcpy(grown, array, (old_count < new_count ? old_count : new_count) * size);
    return grown;
}

char *arena_copy(struct arena *a, const char *p, size_t n)
{
    char *copy;

    if (n == SIZE_MAX)
        arena_fail(a);
    copy = arena_alloc(a, n + 1);
    if (n > 0)
        memcpy(copy, p, n);
    copy[n] = '\0';
    return copy;
}

struct dwr_str arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    char *text;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0)
        arena_fail(a);
    text = arena_alloc(a, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, format, args);
    return (struct dwr_str){ text, (size_t)n };
}

struct dwr_str arena_printf(struct arena *a, const char *format, ...)
{
    struct dwr_str text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf(a, format, args);
    va_end(args);
    return text;
}

bool arena_try(struct arena *a, void (*run)(void *context), void *context)
{
    jmp_buf *const outer = a->no_memory;
    jmp_buf no_memory;

    if (setjmp(no_memory) != 0) {
        a->no_memory = outer;
        return false;
    }
    a->no_memory = &no_memory;
    run(context);
    a->no_memory = outer;
    return true;
}

struct arena arena_lend(struct arena *a, unsigned i)
{
    const struct arena_rest *rest = &a->others[i];

    /* What is worth a thread is worth a large page. */
    a->chunk_size = CHUNK_LARGE;
    return (struct arena){ .next = rest->next, .end = rest->end, .chunk_size = CHUNK_LARGE };
}

void arena_adopt(struct arena *a, struct arena *other, unsigned i)
{
    struct arena_chunk **last = &other->chunks;

    while (*last != NULL)
        last = &(*last)->next;
    *last = a->chunks;
    a->chunks = other->chunks;
    other->chunks = NULL;
    a->others[i] = (struct arena_rest){ other->next, other->end };
}

void arena_clear(struct arena *a)
{
    while (a->chunks != NULL) {
        struct arena_chunk *c = a->chunks;

        a->chunks = c->next;
        free(c);
    }
    *a = (struct arena){ .no_memory = a->no_memory };
}
