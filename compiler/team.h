/* team.h - one job done by several threads: its parts are independent, and each is done by whoever
 * is free.
 *
 * A large rule set is parsed file by file, checked, planned and printed DocType by DocType; none of
 * these parts needs another's result. What comes out must not depend on who did which part, nor on
 * how many there were: a job keeps what its parts found by the number of the part and joins it
 * afterwards, in order.
 *
 * Ownership: each thread has an arena of its own while it works; what was taken from it belongs to
 * the caller's arena afterwards. */
#ifndef DWR_COMPILER_TEAM_H
#define DWR_COMPILER_TEAM_H

#include "arena.h"

/* More threads than this do not help any rule set. */
enum { TEAM_MAX = ARENA_OTHERS };

/* How many threads rules of this size are worth on this machine: one unless they are large. */
unsigned team_for(size_t bytes);

/* Does one part; worker is the number of the thread, from 0, the arena its own. */
typedef void team_work(void *context, unsigned worker, struct arena *arena, uint32_t part);

/* Does all parts and returns when they are done. Parts are begun in rising order. Threads that
 * cannot be had are done without; worker 0 is the caller. Out of memory in one of them: jumps to
 * the arena's no_memory when all have stopped. */
void team_run(struct arena *arena, unsigned threads, uint32_t parts, team_work *work,
              void *context);

/* DocTypes are so many to a part. */
enum { TEAM_DOCTYPES = 16 };

static inline uint32_t team_doctype_parts(uint32_t doctypes)
{
    return (doctypes + TEAM_DOCTYPES - 1) / TEAM_DOCTYPES;
}

#endif
