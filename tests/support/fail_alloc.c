/* fail_alloc.c - the wrapped allocator (fail_alloc.h). */
#include "fail_alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);

/* The blocks taken since the start: open addressing, GONE where one was removed. */
#define PLACES ((size_t)1 << 17)
#define GONE ((void *)1)

static struct {
    bool on, for_good;
    unsigned long n;
    struct fail_alloc_seen seen;
    void *block[PLACES];
} state;

static size_t place_of(const void *p)
{
    return (size_t)((uintptr_t)p >> 4) * 0x9E3779B97F4A7C15u >> 47;
}

static void remember(void *p)
{
    size_t i = place_of(p);

    if (!state.on || p == NULL)
        return;
    if (state.seen.live > PLACES / 2) {
        fputs("fail_alloc: too many blocks\n", stderr);
        abort();
    }
    while (state.block[i] != NULL && state.block[i] != GONE)
        i = (i + 1) % PLACES;
    state.block[i] = p;
    state.seen.live++;
}

/* Was it taken since the start? What is older, or libc's, is not counted. */
static bool forget(const void *p)
{
    if (!state.on || p == NULL)
        return false;
    for (size_t i = place_of(p); state.block[i] != NULL; i = (i + 1) % PLACES)
        if (state.block[i] == p) {
            state.block[i] = GONE;
            state.seen.live--;
            return true;
        }
    return false;
}

static bool fails(void)
{
    if (!state.on)
        return false;
    state.seen.allocations++;
    if (state.n == 0 || state.seen.allocations < state.n ||
        (state.seen.allocations > state.n && !state.for_good))
        return false;
    state.seen.failed++;
    return true;
}

void *__wrap_malloc(size_t n)
{
    void *const p = fails() ? NULL : __real_malloc(n);

    remember(p);
    return p;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *const p = fails() ? NULL : __real_calloc(count, size);

    remember(p);
    return p;
}

void *__wrap_realloc(void *p, size_t n)
{
    if (fails())
        return NULL;

    /* Before the call: afterwards the pointer must not even be looked at. */
    const bool known = forget(p);
    void *const more = __real_realloc(p, n);

    if (more != NULL)
        remember(more);
    else if (known)
        remember(p);
    return more;
}

void __wrap_free(void *p)
{
    (void)forget(p);
    __real_free(p);
}

void *fail_alloc_malloc(size_t n)
{
    return __wrap_malloc(n);
}

void fail_alloc_free(void *p)
{
    __wrap_free(p);
}

void fail_alloc_start(unsigned long n, bool for_good)
{
    for (size_t i = 0; i < PLACES; i++)
        state.block[i] = NULL;
    state.seen = (struct fail_alloc_seen){ 0, 0, 0 };
    state.n = n;
    state.for_good = for_good;
    state.on = true;
}

struct fail_alloc_seen fail_alloc_stop(void)
{
    state.on = false;
    return state.seen;
}
