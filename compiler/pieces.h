/* pieces.h - an output that several threads print in pieces and that arrives in order.
 *
 * Whoever prints a piece prints it into a buffer of its own; whoever finishes the piece that is
 * next hands it on, and those behind it that are finished too. A piece that outgrows its buffer
 * waits until it is next and then goes straight on. So the bytes are those of printing one piece
 * after the other, whatever the number of threads.
 *
 * Ownership: the buffers come from the arena, when they are made; the printing takes no memory. */
#ifndef DWR_COMPILER_PIECES_H
#define DWR_COMPILER_PIECES_H

#include "arena.h"
#include "out.h"

struct pieces;

/* Buffers for so many threads; with one, there is nothing to make. */
struct pieces *pieces_new(struct arena *arena, unsigned threads);

typedef void pieces_print(const void *context, uint32_t piece, struct out *o);

/* Prints the pieces 0 to count - 1 to `to`; with pieces NULL, without threads. With threads, `to`
 * takes no memory from an arena either. */
void pieces_put(struct pieces *pieces, struct out *to, uint32_t count, pieces_print *print,
                const void *context);

#endif
