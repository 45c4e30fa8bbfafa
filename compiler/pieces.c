/* pieces.c - printing on several threads: a ring of buffers, piece n in buffer n modulo their
 * number. The piece that is next always has its buffer, so nobody waits for ever. */
#include "pieces.h"

#include <pthread.h>

#include "team.h"

/* A piece of 16 DocTypes is some 150 KB. */
enum { BUFFER = 1 << 18, BUFFERS_A_THREAD = 3 };

struct buffer {
    struct out out;
    struct pieces *pieces;
    uint32_t piece;
    bool done;  /* printed, and not yet handed on */
    bool going; /* it is next and holds the output: what is printed goes straight on */
};

struct pieces {
    struct arena *arena;
    unsigned threads, count;
    struct buffer *buffers;

    struct out *to;
    pieces_print *print;
    const void *context;

    pthread_mutex_t lock; /* of all below, and of `done` */
    pthread_cond_t moved; /* next has risen */
    uint32_t next;        /* the piece that goes out next */
    bool held;            /* someone is handing on */
};

/* The piece has the output: hands on what it has so far. */
static void hand_on(struct buffer *b)
{
    out_pass(b->pieces->to, b->out.start, (size_t)(b->out.at - b->out.start));
    b->out.at = b->out.start;
}

/* The buffer is full before its piece is finished: waits until the piece is next. */
static void drain(struct out *o)
{
    struct buffer *b = (struct buffer *)o; /* its first member */
    struct pieces *p = b->pieces;

    if (!b->going) {
        pthread_mutex_lock(&p->lock);
        while (p->next != b->piece || p->held)
            pthread_cond_wait(&p->moved, &p->lock);
        p->held = b->going = true;
        pthread_mutex_unlock(&p->lock);
    }
    hand_on(b);
}

/* With the lock: hands on all that is finished and next, without the lock while it does. */
static void hand_on_finished(struct pieces *p)
{
    struct buffer *b;

    while (!p->held && (b = &p->buffers[p->next % p->count])->done) {
        p->held = true;
        pthread_mutex_unlock(&p->lock);
        hand_on(b);
        pthread_mutex_lock(&p->lock);
        b->done = false;
        p->held = false;
        p->next++;
        pthread_cond_broadcast(&p->moved);
    }
}

static void print_part(void *context, unsigned worker, struct arena *arena, uint32_t piece)
{
    struct pieces *p = context;
    struct buffer *b = &p->buffers[piece % p->count];

    (void)worker;
    (void)arena;
    pthread_mutex_lock(&p->lock);
    while (piece - p->next >= p->count)
        pthread_cond_wait(&p->moved, &p->lock);
    pthread_mutex_unlock(&p->lock);
    b->piece = piece;
    b->going = false;
    p->print(p->context, piece, &b->out);
    if (b->going)
        hand_on(b);
    pthread_mutex_lock(&p->lock);
    if (b->going) {
        p->held = false;
        p->next++;
        pthread_cond_broadcast(&p->moved);
    } else {
        b->done = true;
    }
    hand_on_finished(p);
    pthread_mutex_unlock(&p->lock);
}

struct pieces *pieces_new(struct arena *arena, unsigned threads)
{
    struct pieces *p;
    char *memory;

    if (threads <= 1)
        return NULL;
    p = ARENA_NEW(arena, struct pieces);
    p->arena = arena;
    p->threads = threads;
    p->count = threads * BUFFERS_A_THREAD;
    p->buffers = arena_zero(arena, p->count * sizeof *p->buffers);
    memory = arena_array(arena, p->count, BUFFER);
    for (unsigned i = 0; i < p->count; i++, memory += BUFFER) {
        p->buffers[i].pieces = p;
        p->buffers[i].out = (struct out){ memory, memory, memory + BUFFER, drain, NULL };
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->moved, NULL);
    return p;
}

void pieces_put(struct pieces *p, struct out *to, uint32_t count, pieces_print *print,
                const void *context)
{
    if (!p) {
        for (uint32_t i = 0; i < count; i++)
            print(context, i, to);
        return;
    }
    p->to = to;
    p->print = print;
    p->context = context;
    p->next = 0;
    team_run(p->arena, p->threads, count, print_part, p);
}
