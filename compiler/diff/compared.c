/* compared.c - comparisons that are to hold, and the values they leave: a bit for each. */
#include <string.h>

#include "aim.h"
#include "str.h"

/* --- comparisons as terms --- */

static struct operand operand_of(const struct diff_deck *deck, uint8_t by,
                                 const struct dwr_operand *o)
{
    const bool field = o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT;

    return (struct operand){ o->side, field && o->field != DWR_NONE ? deck->slot_of[by][o->field]
                                                                    : UINT32_MAX };
}

/* As the condition holds. */
static struct term term_of(const struct diff_deck *deck, const struct dwr_cond *c, uint8_t by)
{
    struct term t = { .op = c->op,
                      .holds = true,
                      .left = operand_of(deck, by, &c->left),
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
        t.holds = false;
    }
    if (c->op == DWR_COND_CHANGES)
        t.left = (struct operand){ DWR_SIDE_CLIENT, deck->slot_of[by][c->left.field] };
    if (c->value_count == 0 && c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE)
        t.right = operand_of(deck, by, &c->right);
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

/* --- by condition --- */

static uint32_t words_of(const struct left *left)
{
    return (left->values->count + 63) / 64;
}

/* The number of an operand. */
static uint32_t left_of(struct builder *b, struct operand o)
{
    struct left *left;

    for (uint32_t i = 0; i < b->left_count; i++)
        if (same_operand(b->left[i].of, o))
            return i;
    if (b->left_count == b->left_capacity) {
        const uint32_t capacity = 2 * b->left_capacity + 16;

        b->left = arena_grow(b->deck->arena, b->left, b->left_capacity, capacity, sizeof *b->left);
        b->left_capacity = capacity;
    }
    left = &b->left[b->left_count++];
    *left = (struct left){ .of = o, .values = values_of(b->deck, o) };
    if (words_of(left) > AIM_WORDS) { /* the others are not looked at */
        struct near_values *fewer = ARENA_NEW(b->deck->arena, struct near_values);

        *fewer = *left->values;
        fewer->count = AIM_WORDS * 64;
        left->values = fewer;
        b->deck->cut = true;
    }
    for (uint32_t i = 0; i < left->values->count; i++)
        left->bits[i / 64] |= 1ull << i % 64;
    return b->left_count - 1;
}

static struct compared *compare(struct builder *b, const struct dwr_cond *cond, uint8_t by)
{
    struct compared *c = ARENA_NEW(b->deck->arena, struct compared);
    const struct dwr_str none = { NULL, 0 };
    const struct left *left;

    *c = (struct compared){ .cond = cond, .by = by, .term = term_of(b->deck, cond, by) };
    c->alone = c->term.right.side == DWR_SIDE_VALUE;
    c->of[0] = left_of(b, c->term.left);
    if (!c->alone) {
        c->of[1] = left_of(b, c->term.right);
        return c;
    }
    left = &b->left[c->of[0]];
    c->answers = arena_zero(b->deck->arena, AIM_WORDS * sizeof *c->answers);
    for (uint32_t i = 0; i < left->values->count; i++)
        if (deck_holds(b->deck->bench, &c->term, left->values->v[i], none))
            c->answers[i / 64] |= 1ull << i % 64;
    return c;
}

static uint32_t place_of(const struct builder *b, const struct dwr_cond *cond, uint8_t by)
{
    uint32_t i = (uint32_t)((uintptr_t)cond / sizeof *cond * 2654435761u) + by;

    for (i &= b->compared_capacity - 1; b->compared[i] != NULL;
         i = (i + 1) & (b->compared_capacity - 1))
        if (b->compared[i]->cond == cond && b->compared[i]->by == by)
            break;
    return i;
}

static void make_room(struct builder *b)
{
    struct compared **before = b->compared;
    const uint32_t capacity = b->compared_capacity;

    b->compared_capacity = capacity == 0 ? 64 : 2 * capacity;
    b->compared = arena_zero(b->deck->arena, b->compared_capacity * sizeof *b->compared);
    for (uint32_t i = 0; i < capacity; i++)
        if (before[i] != NULL)
            b->compared[place_of(b, before[i]->cond, before[i]->by)] = before[i];
}

const struct compared *aim_compared(struct builder *b, const struct dwr_cond *cond, uint8_t by)
{
    uint32_t i;

    if (2 * b->compared_count >= b->compared_capacity)
        make_room(b);
    i = place_of(b, cond, by);
    if (b->compared[i] == NULL) {
        b->compared[i] = compare(b, cond, by);
        b->compared_count++;
    }
    return b->compared[i];
}

/* --- what is said --- */

int aim_said(const struct builder *b, const struct compared *c, bool holds)
{
    const struct left *left = &b->left[c->of[0]];
    uint64_t yes = 0, no = 0;

    if (!c->alone) {
        for (uint32_t i = 0; i < b->count; i++)
            if (same_term(&b->terms[i], &c->term))
                return b->terms[i].holds == (c->term.holds == holds) ? 1 : -1;
        return 0;
    }
    for (uint32_t w = 0; w < words_of(left); w++) {
        yes |= left->bits[w] & c->answers[w];
        no |= left->bits[w] & ~c->answers[w];
    }
    return (holds ? yes : no) == 0 ? -1 : (holds ? no : yes) == 0 ? 1 : 0;
}

void aim_say(struct builder *b, const struct compared *c, bool holds, uint64_t before[AIM_WORDS])
{
    struct left *left = &b->left[c->of[0]];

    left->used++;
    if (c->alone) {
        memcpy(before, left->bits, sizeof left->bits);
        for (uint32_t w = 0; w < words_of(left); w++)
            left->bits[w] &= holds ? c->answers[w] : ~c->answers[w];
        return;
    }
    b->left[c->of[1]].used++;
    b->terms[b->count] = c->term;
    b->terms[b->count++].holds = c->term.holds == holds;
}

void aim_unsay(struct builder *b, const struct compared *c, const uint64_t before[AIM_WORDS])
{
    struct left *left = &b->left[c->of[0]];

    left->used--;
    if (c->alone) {
        memcpy(left->bits, before, sizeof left->bits);
        return;
    }
    b->left[c->of[1]].used--;
    b->count--;
}

struct choice aim_choice(const struct builder *b, const struct left *left)
{
    struct dwr_str *v = arena_array(b->deck->arena, left->values->count + 1u, sizeof *v);
    struct choice choice = { .of = left->of, .v = v };

    for (uint32_t i = 0; i < left->values->count; i++)
        if ((left->bits[i / 64] >> i % 64 & 1) != 0)
            v[choice.count++] = left->values->v[i];
    return choice;
}
