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

/* --- comparisons --- */

static struct operand operand_of(const struct diff_deck *deck, uint8_t by,
                                 const struct dwr_operand *o)
{
    const bool field = o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT;

    return (struct operand){ o->side, field && o->field != DWR_NONE ? deck->slot_of[by][o->field]
                                                                    : UINT32_MAX };
}

static struct term term_of(const struct diff_deck *deck, const struct formula *f)
{
    const struct dwr_cond *c = f->cond;
    struct term t = { .op = c->op,
                      .holds = f->holds,
                      .left = operand_of(deck, f->by, &c->left),
                      .right = { DWR_SIDE_VALUE, UINT32_MAX },
                      .values = c->values,
                      .value_count = c->value_count };
    static const uint8_t opposite[] = { [DWR_COND_NE] = DWR_COND_EQ,
                                        [DWR_COND_GE] = DWR_COND_LT,
                                        [DWR_COND_GT] = DWR_COND_LE,
                                        [DWR_COND_NOT_IN] = DWR_COND_IN,
                                        [DWR_COND_IS_NOT_SET] = DWR_COND_IS_SET };

    if (c->op < sizeof opposite && opposite[c->op] != 0) {
        t.op = opposite[c->op];
        t.holds = !f->holds;
    }
    if (c->op == DWR_COND_CHANGES)
        t.left = (struct operand){ DWR_SIDE_CLIENT, deck->slot_of[f->by][c->left.field] };
    if (c->value_count == 0 && c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE)
        t.right = operand_of(deck, f->by, &c->right);
    if (c->op == DWR_COND_CHANGES)
        t.right = (struct operand){ DWR_SIDE_BASE, t.left.slot };
    return t;
}

static bool same_operand(struct operand a, struct operand b)
{
    return a.side == b.side && a.slot == b.slot;
}

static bool same_term(const struct term *a, const struct term *b)
{
    if (a->op != b->op || !same_operand(a->left, b->left) || !same_operand(a->right, b->right) ||
        a->value_count != b->value_count)
        return false;
    for (uint16_t i = 0; i < a->value_count; i++)
        if (!str_same(a->values[i], b->values[i]))
            return false;
    return true;
}

/* Of the same comparison: 1 it is to hold just so, -1 just not, 0 nothing is said. */
static int said(const struct builder *b, const struct term *t)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (same_term(&b->terms[i], t))
            return b->terms[i].holds == t->holds ? 1 : -1;
    return 0;
}

/* It follows from what is said already. */
static bool follows(const struct builder *b, const struct dwr_cond *c, uint8_t by, bool holds)
{
    const struct formula f = { c, by, holds, NULL };
    struct term t;

    if (c->op == DWR_COND_NOT)
        return follows(b, c->a, by, !holds);
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR) {
        const bool one = follows(b, c->a, by, holds), two = follows(b, c->b, by, holds);

        return (c->op == DWR_COND_AND) == holds ? one && two : one || two;
    }
    if (c->op == DWR_COND_CREATED || c->op == DWR_COND_BECOMES)
        return !holds;
    t = term_of(b->deck, &f);
    return said(b, &t) > 0;
}

/* --- values by which all hold --- */

static const struct near_values *values_of(const struct diff_deck *deck, struct operand o)
{
    static const struct near_values none = { NULL, 0, 0 };

    switch (o.side) {
    case DWR_SIDE_BASE:
    case DWR_SIDE_SERVER:
    case DWR_SIDE_CLIENT:
        return o.slot == UINT32_MAX ? &none : &deck->slots[o.slot].values;
    case DWR_SIDE_SERVER_ROLE:
        return &deck->server_roles;
    case DWR_SIDE_CLIENT_ROLE:
        return &deck->client_roles;
    case DWR_SIDE_CLIENT_USER:
        return &deck->users;
    default:
        return &none;
    }
}

static bool is_alone(const struct term *t)
{
    return t->right.side == DWR_SIDE_VALUE;
}

static bool answers(const struct builder *b, struct operand o, struct dwr_str value)
{
    const struct dwr_str none = { NULL, 0 };

    for (uint32_t i = 0; i < b->count; i++)
        if (is_alone(&b->terms[i]) && same_operand(b->terms[i].left, o) &&
            !deck_holds(b->deck->bench, &b->terms[i], value, none))
            return false;
    return true;
}

static bool is_possible(const struct builder *b, struct operand o)
{
    const struct near_values *values = values_of(b->deck, o);

    for (uint32_t i = 0; i < values->count; i++)
        if (answers(b, o, values->v[i]))
            return true;
    return o.side == DWR_SIDE_VALUE;
}

static struct choice choice_of(const struct builder *b, struct operand o)
{
    const struct near_values *values = values_of(b->deck, o);
    struct dwr_str *v = arena_array(b->deck->arena, values->count + 1u, sizeof *v);
    struct choice choice = { .of = o, .v = v };

    for (uint32_t i = 0; i < values->count; i++)
        if (answers(b, o, values->v[i]))
            v[choice.count++] = values->v[i];
    return choice;
}

static bool is_chosen(const struct choice *choices, uint32_t count, struct operand o)
{
    for (uint32_t i = 0; i < count; i++)
        if (same_operand(choices[i].of, o))
            return true;
    return false;
}

static void add_choice(const struct builder *b, struct aim *aim, struct choice *choices,
                       struct operand o)
{
    if (o.side == DWR_SIDE_VALUE || is_chosen(choices, aim->choice_count, o))
        return;
    choices[aim->choice_count] = choice_of(b, o);
    aim->draws += choices[aim->choice_count++].count;
    aim->base = aim->base || o.side == DWR_SIDE_BASE;
}

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

/* The aim of the comparisons as they stand; nothing where they contradict each other. */
static bool keep(struct builder *b)
{
    struct arena *arena = b->deck->arena;
    struct aim aim = b->aim;
    struct choice *choices;
    struct term *two;

    for (uint32_t i = 0; i < b->count; i++)
        if (!is_possible(b, b->terms[i].left) || !is_possible(b, b->terms[i].right))
            return false;
    aim.choices = choices = arena_array(arena, 2 * b->count + 1u, sizeof *choices);
    aim.terms = two = arena_array(arena, b->count + 1u, sizeof *two);
    for (uint32_t i = 0; i < b->count; i++) {
        add_choice(b, &aim, choices, b->terms[i].left);
        add_choice(b, &aim, choices, b->terms[i].right);
        if (!is_alone(&b->terms[i]))
            two[aim.term_count++] = b->terms[i];
    }
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
    const struct term t = term_of(b->deck, f);
    const int already = said(b, &t);

    if (already < 0)
        return;
    if (already == 0 && b->count == AIM_TERMS_MAX) {
        b->deck->cut = true;
        return;
    }
    if (already == 0)
        b->terms[b->count++] = t;
    expand(b, f->next);
    b->count -= already == 0;
}

/* One of both is to be as f says: the first alone, the second alone, or both. */
static void expand_one_of(struct builder *b, const struct formula *f)
{
    static const struct {
        bool one, two;
    } ways[] = { { true, false }, { false, true }, { true, true } };
    const struct dwr_cond *c = f->cond;

    if (follows(b, c->a, f->by, f->holds) || follows(b, c->b, f->by, f->holds)) {
        expand(b, f->next);
        return;
    }
    for (int way = 0; way < (b->both ? 3 : 2); way++) {
        const struct formula two = { c->b, f->by, ways[way].two == f->holds, f->next };
        const struct formula one = { c->a, f->by, ways[way].one == f->holds, &two };

        expand(b, &one);
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
