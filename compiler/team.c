/* team.c - threads that take the parts of a job from a counter. */
#include "team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

/* Below this a thread costs more than it saves: some 7,000 lines of rules. */
#define BYTES_A_THREAD ((size_t)256 << 10)

struct team {
    team_work *work;
    void *context;
    uint32_t parts;
    atomic_uint_fast32_t next; /* the first part that nobody has begun */
    atomic_bool stop;          /* one of them is out of memory */
};

struct member {
    struct team *team;
    struct arena *arena;
    unsigned number;
};

unsigned team_for(size_t bytes)
{
    size_t threads = bytes / BYTES_A_THREAD;
    long processors;

    if (threads <= 1)
        return 1;
    processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1)
        processors = 1;
    if (threads > (size_t)processors)
        threads = (size_t)processors;
    return threads < TEAM_MAX ? (unsigned)threads : TEAM_MAX;
}

static void take_parts(struct member *m)
{
    struct team *team = m->team;

    while (!atomic_load(&team->stop)) {
        const uint_fast32_t part = atomic_fetch_add(&team->next, 1);

        if (part >= team->parts)
            break;
        team->work(team->context, m->number, m->arena, (uint32_t)part);
    }
}

static void work_member(struct member *m)
{
    jmp_buf no_memory;

    m->arena->no_memory = &no_memory;
    if (setjmp(no_memory) != 0)
        atomic_store(&m->team->stop, true);
    else
        take_parts(m);
}

static void *work_apart(void *member)
{
    work_member(member);
    return NULL;
}

/* Apart from team_run, whose own arena's jump must not skip the joining. */
static bool run(struct arena *arena, unsigned threads, struct team *team)
{
    struct arena arenas[TEAM_MAX];
    struct member members[TEAM_MAX] = { { .team = team, .arena = arena } };
    pthread_t thread[TEAM_MAX];
    jmp_buf *const no_memory = arena->no_memory;
    unsigned started = 1;

    for (; started < threads; started++) {
        arenas[started] = arena_lend(arena, started);
        members[started] =
            (struct member){ .team = team, .arena = &arenas[started], .number = started };
        if (pthread_create(&thread[started], NULL, work_apart, &members[started]) != 0)
            break;
    }
    work_member(&members[0]);
    arena->no_memory = no_memory;
    for (unsigned i = 1; i < started; i++) {
        pthread_join(thread[i], NULL);
        arena_adopt(arena, &arenas[i], i);
    }
    return !atomic_load(&team->stop);
}

void team_run(struct arena *arena, unsigned threads, uint32_t parts, team_work *work, void *context)
{
    struct team team = { .work = work, .context = context, .parts = parts };

    if (threads > TEAM_MAX)
        threads = TEAM_MAX;
    if (threads > parts)
        threads = parts;
    if (threads <= 1) {
        for (uint32_t part = 0; part < parts; part++)
            work(context, 0, arena, part);
        return;
    }
    if (!run(arena, threads, &team))
        arena_fail(arena);
}
