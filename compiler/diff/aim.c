/* aim.c - conditions taken apart: conjunctions of comparisons, each with the values by which it
 * holds. */
#include "aim.h"

#include <string.h>

#include "str.h"

/* So many conjunctions are made of a pair of rules, of each of these with what both rule sets say
 * alike, and aims of a DocType. Beyond so many steps a pair of rules has more ways than anyone
 * means. Merges of one aim (and field), beside one for each value.
 */
enum { WAYS_MAX = 64, REST_MAX = 2, AIMS_MAX = 8192, STEPS_MAX = 20000, DRAWS_LEAST = 8 };

/* --- what follows --- */

/* It follows from what is said already. */
static bool follows(struct builder *b, const struct dwr_cond *c, uint8_t by, bool holds)
{
    if (c->op == DWR_COND_NOT)
        return follows(b, c->a, by, !holds);
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR) {
        const bool one = follows(b, c->a, by, holds), two = follows(b, c->b, by, holds);

        return (c->op == DWR_COND_AND) == holds ? one && two : one || two;
    }
    if (c->op == DWR_COND_CREATED || c->op == DWR_COND_BECOMES)
        return !holds;
    return aim_said(b, aim_compared(b, c, by), holds) > 0;
}

/* --- aims --- */

static void add_aim(struct diff_deck *deck, const struct aim *aim)
{
    if (deck->aim_count == deck->aim_capacity) {
        const uint32_t capacity = 2 * deck->aim_capacity + 16;

        deck->aims =
            arena_grow(deck->arena, deck->aims, deck->aim_capacity, capacity, sizeof *deck->aims);
        deck->aim_capacity = capacity;
    }
    deck->aims[deck->aim_count++] = *aim;
}

/* The aim of the comparisons as they stand. False: no values are left, or the aims too many. */
static bool keep(struct builder *b)
{
    struct arena *arena = b->deck->arena;
    struct aim aim = b->aim;
    struct choice *choices = arena_array(arena, b->left_count + 1u, sizeof *choices);
    struct term *terms = arena_array(arena, b->count + 1u, sizeof *terms);

    for (uint32_t i = 0; i < b->left_count; i++) {
        if (b->left[i].used == 0)
            continue;
        choices[aim.choice_count] = aim_choice(b, &b->left[i]);
        if (choices[aim.choice_count].count == 0)
            return false;
        aim.draws += choices[aim.choice_count++].count;
        aim.base = aim.base || b->left[i].of.side == DWR_SIDE_BASE;
    }
    memcpy(terms, b->terms, b->count * sizeof *terms);
    aim.choices = choices;
    aim.terms = terms;
    aim.term_count = b->count;
    aim.draws += aim.subject == AIM_ANY ? DRAWS_LEAST * b->deck->slot_count : DRAWS_LEAST;
    add_aim(b->deck, &aim);
    return true;
}

/* --- conjunctions --- */

static void expand(struct builder *b, const struct formula *f);

/* All comparisons are said; then what both rule sets say alike. */
static void end(struct builder *b)
{
    if (b->in_rest) {
        b->rest_ways += keep(b);
        return;
    }
    b->in_rest = true;
    b->rest_ways = 0;
    expand(b, b->rest);
    b->in_rest = false;
    b->ways += b->rest_ways > 0;
}

static bool is_enough(struct builder *b)
{
    if (b->in_rest && b->rest_ways >= REST_MAX)
        return true;
    if (b->steps++ < STEPS_MAX && b->ways < WAYS_MAX && b->deck->aim_count < AIMS_MAX)
        return false;
    b->deck->cut = true;
    return true;
}

static void expand_term(struct builder *b, const struct formula *f)
{
    const struct compared *c = aim_compared(b, f->cond, f->by);
    const int already = aim_said(b, c, f->holds);
    uint64_t before[AIM_WORDS];

    if (already < 0)
        return;
    if (already > 0) {
        expand(b, f->next);
        return;
    }
    if (!c->alone && b->count == AIM_TERMS_MAX) {
        b->deck->cut = true;
        return;
    }
    aim_say(b, c, f->holds, before);
    expand(b, f->next);
    aim_unsay(b, c, before);
}

/* One of both is to be as f says: the first alone, the second alone, or both; of what both rule
 * sets say alike, whichever. */
static void expand_one_of(struct builder *b, const struct formula *f)
{
    static const struct {
        bool one, two;
    } ways[] = { { true, false }, { false, true }, { true, true } };
    const struct dwr_cond *c = f->cond;

    if (follows(b, c->a, f->by, f->holds) || follows(b, c->b, f->by, f->holds)) {
        expand(b, f->next);
    } else if (b->in_rest) {
        expand(b, &(struct formula){ c->a, f->by, f->holds, f->next });
        expand(b, &(struct formula){ c->b, f->by, f->holds, f->next });
    } else {
        for (int way = 0; way < (b->both ? 3 : 2); way++) {
            const struct formula two = { c->b, f->by, ways[way].two == f->holds, f->next };
            const struct formula one = { c->a, f->by, ways[way].one == f->holds, &two };

            expand(b, &one);
        }
    }
}

static void expand(struct builder *b, const struct formula *f)
{
    const struct dwr_cond *c;

    if (is_enough(b))
        return;
    if (f == NULL) {
        end(b);
        return;
    }
    c = f->cond;
    if (c == NULL || c->op == DWR_COND_CREATED || c->op == DWR_COND_BECOMES) {
        if (f->holds == (c == NULL)) /* always; never while merging */
            expand(b, f->next);
    } else if (c->op == DWR_COND_NOT) {
        expand(b, &(struct formula){ c->a, f->by, !f->holds, f->next });
    } else if (c->op > DWR_COND_NOT) {
        expand_term(b, f);
    } else if ((c->op == DWR_COND_AND) == f->holds) {
        const struct formula two = { c->b, f->by, f->holds, f->next };

        expand(b, &(struct formula){ c->a, f->by, f->holds, &two });
    } else {
        expand_one_of(b, f);
    }
}

/* --- formulas --- */

void aim_put(struct builder *b, struct formulas *f, const struct dwr_cond *cond, uint8_t by,
             bool holds)
{
    if (f->count == AIM_FORMULAS_MAX) {
        b->deck->cut = true;
        return;
    }
    f->v[f->count++] = (struct formula){ cond, by, holds, NULL };
}

static const struct formula *chain(struct formulas *f)
{
    for (uint32_t i = 1; i < f->count; i++)
        f->v[i - 1].next = &f->v[i];
    return f->count > 0 ? f->v : NULL;
}

void aim_build(struct builder *b)
{
    const struct formula *first = chain(&b->differ);

    b->rest = chain(&b->alike);
    b->ways = b->steps = 0;
    for (int both = 0; both < 2 && b->ways == 0; both++) {
        b->both = both == 1;
        expand(b, first);
    }
    b->differ.count = b->alike.count = 0;
}
