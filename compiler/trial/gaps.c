/* gaps.c - a value in each open interval between literals. */
#include "near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/instant.h"
#include "../../runtime/core/scratch.h"
#include "../../runtime/core/value.h"
#include "str.h"

/* Digits behind a number or a second until one lies between: so close no two literals are. */
enum { CLOSEST = 24 };

struct gaps {
    struct arena *arena;
    struct dwr_scratch *scratch;
    struct near_values found;
};

static struct dwr_text text(struct dwr_str s)
{
    return (struct dwr_text){ s.p, s.n };
}

static bool is_text(struct dwr_str v)
{
    return v.n > 0 && v.p[0] == '"';
}

static bool is_number(struct dwr_str v)
{
    return v.n > 0 && (v.p[0] == '-' || (v.p[0] >= '0' && v.p[0] <= '9'));
}

static int order(struct gaps *g, struct dwr_str a, struct dwr_str b)
{
    dwr_scratch_reset(g->scratch);
    return dwr_value_compare(g->scratch, text(a), text(b));
}

static bool put_if_between(struct gaps *g, struct dwr_str low, struct dwr_str v,
                           struct dwr_str high)
{
    if (order(g, low, v) >= 0 || order(g, v, high) >= 0)
        return false;
    near_put(g->arena, &g->found, v);
    return true;
}

/* --- numbers --- */

static double number(struct gaps *g, struct dwr_str v)
{
    return strtod(arena_copy(g->arena, v.p, v.n), NULL);
}

/* The number away from zero by so little that it stays on this side of the other one. */
static void put_close(struct gaps *g, struct dwr_str low, struct dwr_str high)
{
    const struct dwr_str from = low.p[0] == '-' ? high : low;

    if (memchr(from.p, 'e', from.n) || memchr(from.p, 'E', from.n))
        return;
    for (int zeros = 0; zeros < CLOSEST; zeros++) {
        const char *point = memchr(from.p, '.', from.n) ? "" : ".";

        if (put_if_between(
                g, low,
                arena_printf(g->arena, "%.*s%s%0*d", (int)from.n, from.p, point, zeros + 1, 5),
                high))
            return;
    }
}

static void put_between_numbers(struct gaps *g, struct dwr_str low, struct dwr_str high)
{
    const double mid = number(g, low) / 2 + number(g, high) / 2;

    if (!isfinite(mid) || !put_if_between(g, low, arena_printf(g->arena, "%.15g", mid), high))
        put_close(g, low, high);
}

/* Above or below all others: by 1, or twice as much where 1 is nothing. */
static void put_outside(struct gaps *g, struct dwr_str literal, int sign)
{
    const double n = number(g, literal), step = fabs(n) > 1e15 ? fabs(n) : 1;

    if (isfinite(n + sign * step))
        near_put(g->arena, &g->found, arena_printf(g->arena, "%.15g", n + sign * step));
}

/* --- texts --- */

static void put_between_instants(struct gaps *g, struct dwr_str low, struct dwr_str high,
                                 const struct dwr_instant *a, const struct dwr_instant *b)
{
    const struct dwr_instant mid = { a->seconds + (b->seconds - a->seconds) / 2, a->fraction,
                                     a->fraction_n };
    char stamp[24];
    struct dwr_str second;

    dwr_instant_stamp(&mid, stamp); /* YYYYMMDDTHHMMSSZ */
    second = arena_printf(g->arena, "\"%.4s-%.2s-%.2s %.2s:%.2s:%.2s", stamp, stamp + 4, stamp + 6,
                          stamp + 9, stamp + 11, stamp + 13);
    if (put_if_between(g, low, arena_printf(g->arena, "%s\"", second.p), high))
        return;
    for (int zeros = 0; zeros < CLOSEST; zeros++)
        if (put_if_between(g, low,
                           arena_printf(g->arena, "%s.%.*s%0*d\"", second.p, (int)mid.fraction_n,
                                        mid.fraction, zeros + 1, 5),
                           high))
            return;
}

static void put_between_texts(struct gaps *g, struct dwr_str low, struct dwr_str high)
{
    /* The last is the next text of all. */
    static const char *const ends[] = { "m", " ", "\\u0001", "\\u0000" };
    struct dwr_instant a, b;
    bool one, two;

    dwr_scratch_reset(g->scratch);
    one = dwr_value_instant(g->scratch, text(low), &a);
    two = dwr_value_instant(g->scratch, text(high), &b);
    if (one && two) {
        put_between_instants(g, low, high, &a, &b);
        return;
    }
    if (one) /* all other timestamps, and texts, come between */
        put_if_between(g, low, str_of("\"9999-12-31\""), high);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct dwr_str v = arena_printf(g->arena, "%.*s%s\"", (int)low.n - 1, low.p, ends[i]);

        if (put_if_between(g, low, v, high))
            return;
    }
}

/* "~" is behind every text that people type; else the last one and a letter more. */
static void put_behind(struct gaps *g, struct dwr_str last)
{
    near_put(g->arena, &g->found, str_of("\"~\""));
    if (order(g, str_of("\"~\""), last) <= 0)
        near_put(g->arena, &g->found, arena_printf(g->arena, "%.*sm\"", (int)last.n - 1, last.p));
}

/* --- all of them --- */

static void sort(struct gaps *g, struct near_values *v)
{
    for (uint32_t i = 1; i < v->count; i++)
        for (uint32_t k = i; k > 0 && order(g, v->v[k], v->v[k - 1]) < 0; k--) {
            const struct dwr_str other = v->v[k];

            v->v[k] = v->v[k - 1];
            v->v[k - 1] = other;
        }
}

static void put_gaps(struct gaps *g, const struct near_values *sorted, bool texts)
{
    for (uint32_t i = 0; i + 1 < sorted->count; i++)
        if (order(g, sorted->v[i], sorted->v[i + 1]) < 0) {
            if (texts)
                put_between_texts(g, sorted->v[i], sorted->v[i + 1]);
            else
                put_between_numbers(g, sorted->v[i], sorted->v[i + 1]);
        }
}

struct near_values near_gaps(struct arena *arena, const struct near_values *cuts)
{
    struct near_values numbers = { NULL, 0, 0 }, texts = { NULL, 0, 0 };
    struct gaps g = { .arena = arena };

    if (cuts->count == 0)
        return g.found;
    g.scratch = dwr_scratch_new();
    if (!g.scratch)
        arena_fail(arena);
    for (uint32_t i = 0; i < cuts->count; i++)
        if (is_number(cuts->v[i]) || is_text(cuts->v[i]))
            near_put(arena, is_text(cuts->v[i]) ? &texts : &numbers, cuts->v[i]);
        else if (cuts->v[i].p[0] == 't' || cuts->v[i].p[0] == 'f') /* behind both: arrays */
            near_put(arena, &g.found, str_of("[0]"));
    sort(&g, &numbers);
    sort(&g, &texts);
    if (numbers.count > 0) {
        put_outside(&g, numbers.v[0], -1);
        put_outside(&g, numbers.v[numbers.count - 1], 1);
    }
    if (texts.count > 0) {
        near_put(arena, &g.found, str_of("\"0001-01-01\""));
        near_put(arena, &g.found, str_of("\"9999-12-31\""));
        put_behind(&g, texts.v[texts.count - 1]);
    }
    put_gaps(&g, &numbers, false);
    put_gaps(&g, &texts, true);
    dwr_scratch_free(g.scratch);
    return g.found;
}
