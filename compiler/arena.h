/* arena.h - memory that is given back all at once.
 *
 * dwrc is a batch program: what it reads, parses and plans lives until it ends. One arena holds it
 * all, so no node has a destructor and no error path anything to undo. (The runtime does not do
 * this: it runs for months and keeps a scratch of its own.)
 *
 * Running out of memory: an allocation never returns NULL. It jumps to *no_memory, which the
 * program sets with setjmp before its first allocation; everything the arena handed out is still
 * there and is freed by arena_clear, so nothing leaks:
 *
 *     jmp_buf no_memory;
 *     struct arena arena = { .no_memory = &no_memory };
 *
 *     if (setjmp(no_memory) != 0) {
 *         arena_clear(&arena);
 *         return out_of_memory();
 *     }
 *
 * With no_memory NULL the program aborts: for unit tests only.
 *
 * Ownership: what an arena hands out belongs to it and lives until arena_clear. */
#ifndef DWR_ARENA_H
#define DWR_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../runtime/tables.h"

struct arena_chunk;

/* Arenas of other threads that this one may know (team.h). */
enum { ARENA_OTHERS = 8 };

struct arena {
    jmp_buf *no_memory;
    char *next, *end;
    struct arena_chunk *chunks;
    size_t chunk_size; /* of the next chunk; grows */
    /* What is left of others' last chunks, to be used up: touching new memory is what a large rule
     * set spends a fifth of its time on. */
    struct arena_rest {
        char *next, *end;
    } others[ARENA_OTHERS];
};

#define ARENA_ALIGN 8u

/* The slow path of arena_alloc: takes a new chunk. */
void *arena_more(struct arena *a, size_t n);

/* n bytes, aligned for everything the compiler stores (8), not zeroed. n may be 0. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
    char *p = a->next;

    n = (n + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
    if (n > (size_t)(a->end - p) || p == NULL)
        return arena_more(a, n);
    a->next = p + n;
    return p;
}

/* The same, zeroed. */
static inline void *arena_zero(struct arena *a, size_t n)
{
    return memset(arena_alloc(a, n), 0, n);
}

#define ARENA_NEW(arena, type) ((type *)arena_zero((arena), sizeof(type)))

/* count elements of size bytes, not zeroed; a product beyond size_t is no memory. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* An array of old_count elements that becomes one of new_count: grown in place where it was the
 * last thing allocated, else copied. */
void *arena_grow(struct arena *a, void *array, size_t old_count, size_t new_count, size_t size);

/* A copy of n bytes with a NUL behind it. */
char *arena_copy(struct arena *a, const char *p, size_t n);

/* Formatted text in the arena, NUL behind it. */
struct dwr_str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct dwr_str arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Jumps to no_memory: for allocations that others make (a library's, a stream's). */
_Noreturn void arena_fail(struct arena *a);

/* Runs it. False: memory ran out on the way, and the jump ended here, so that what no arena owns (a
 * scratch, a library's memory) can be given back before arena_fail goes on with it. */
bool arena_try(struct arena *a, void (*run)(void *context), void *context);

/* An arena for another thread, number i: it owns nothing, and goes on in memory of this one that
 * it had before. */
struct arena arena_lend(struct arena *a, unsigned i);
/* Takes it back: what it handed out belongs to this one from now on. */
void arena_adopt(struct arena *a, struct arena *other, unsigned i);

/* Frees everything; the arena is as new and may be used again. */
void arena_clear(struct arena *a);

#endif
