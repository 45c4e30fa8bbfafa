/* hit.c - merges drawn by an aim: values by which its comparisons hold, a conflict in the field
 * that is decided, and the rest at random. */
#include <string.h>

#include "../../runtime/core/scan.h"
#include "deck.h"
#include "str.h"

/* Fields of one merge; values that are looked at until comparisons of two fields hold. */
enum { FIELDS_MAX = 96, STEPS_MAX = 2000 };

/* --- does it hold? --- */

static struct dwr_text text(struct dwr_str s)
{
    return (struct dwr_text){ s.p, s.n };
}

static bool is_unset(struct dwr_str v)
{
    return v.p == NULL || (v.n == 4 && v.p[0] == 'n') || (v.n == 2 && v.p[0] == '"');
}

static bool equal(struct trial_bench *bench, struct dwr_str a, struct dwr_str b)
{
    return is_unset(a) || is_unset(b) ? is_unset(a) && is_unset(b)
                                      : trial_same(bench, text(a), text(b));
}

static bool is_role(const struct operand *o)
{
    return o->side == DWR_SIDE_SERVER_ROLE || o->side == DWR_SIDE_CLIENT_ROLE;
}

/* A role, or one of several. */
static bool has_role(struct trial_bench *bench, struct dwr_str roles, struct dwr_str role)
{
    struct dwr_walk walk;
    struct dwr_text key, one;

    if (roles.p == NULL || roles.p[0] != '[')
        return !is_unset(roles) && equal(bench, roles, role);
    walk = dwr_walk_of(text(roles));
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &one))
        if (equal(bench, (struct dwr_str){ one.p, one.n }, role))
            return true;
    return false;
}

static bool is_among(struct trial_bench *bench, const struct term *t, struct dwr_str left)
{
    for (uint16_t i = 0; i < t->value_count; i++)
        if (is_role(&t->left) ? has_role(bench, left, t->values[i])
                              : equal(bench, left, t->values[i]))
            return true;
    return false;
}

static bool is_equal(struct trial_bench *bench, const struct term *t, struct dwr_str left,
                     struct dwr_str right)
{
    return is_role(&t->left)    ? has_role(bench, left, right)
           : is_role(&t->right) ? has_role(bench, right, left)
                                : equal(bench, left, right);
}

bool deck_holds(struct trial_bench *bench, const struct term *t, struct dwr_str left,
                struct dwr_str right)
{
    const struct dwr_str other = t->value_count > 0 ? t->values[0] : right;
    bool found;

    switch (t->op) {
    case DWR_COND_IN:
        found = is_among(bench, t, left);
        break;
    case DWR_COND_IS_SET:
        found = !is_unset(left);
        break;
    case DWR_COND_CHANGES:
        found = !equal(bench, left, right);
        break;
    case DWR_COND_EQ:
        found = is_equal(bench, t, left, other);
        break;
    case DWR_COND_LT:
        found = trial_order(bench, text(left), text(other)) < 0;
        break;
    default:
        found = trial_order(bench, text(left), text(other)) <= 0;
    }
    return found == t->holds;
}

/* --- values --- */

struct hit {
    struct diff_deck *deck;
    struct arena *arena;
    const struct aim *aim;
    struct dwr_str *chosen; /* by choice */
    uint32_t slots[FIELDS_MAX];
    struct three values[FIELDS_MAX];
    uint8_t fixed[FIELDS_MAX]; /* bits of sides */
    uint32_t count;
};

static uint32_t choice_of(const struct aim *a, struct operand o)
{
    uint32_t i = 0;

    while (i < a->choice_count &&
           (a->choices[i].of.side != o.side || a->choices[i].of.slot != o.slot))
        i++;
    return i;
}

/* --- values that agree --- */

enum found { FOUND, NONE, GAVE_UP };

struct search {
    struct hit *hit;
    uint32_t *left, *right; /* by term: its operands' choices */
    uint32_t fixed, value;  /* a choice that has this value; none: UINT32_MAX */
    uint32_t steps;
};

/* The comparisons that the first choices up to this one decide, hold. */
static bool agrees(const struct search *s, uint32_t at)
{
    const struct hit *h = s->hit;

    for (uint32_t i = 0; i < h->aim->term_count; i++) {
        const uint32_t left = s->left[i], right = s->right[i];

        if ((left > right ? left : right) == at &&
            !deck_holds(h->deck->bench, &h->aim->terms[i], h->chosen[left], h->chosen[right]))
            return false;
    }
    return true;
}

/* Gives the choices from this one on values that agree, in an order at random. */
static bool settle(struct search *s, uint32_t at)
{
    const struct choice *c = &s->hit->aim->choices[at];
    uint32_t first;

    if (at == s->hit->aim->choice_count)
        return true;
    first = diff_below(&s->hit->deck->random, c->count);
    for (uint32_t i = 0; i < (at == s->fixed ? 1 : c->count) && s->steps++ < STEPS_MAX; i++) {
        s->hit->chosen[at] = c->v[at == s->fixed ? s->value : (first + i) % c->count];
        if (agrees(s, at) && settle(s, at + 1))
            return true;
    }
    return false;
}

/* One value an operand; in turn each value of each has its merge, and then any. */
static enum found choose(struct hit *h, uint32_t draw)
{
    const struct aim *a = h->aim;
    struct search s = { .hit = h, .fixed = 0, .value = draw };

    s.left = arena_array(h->arena, a->term_count + 1u, sizeof *s.left);
    s.right = arena_array(h->arena, a->term_count + 1u, sizeof *s.right);
    for (uint32_t i = 0; i < a->term_count; i++) {
        s.left[i] = choice_of(a, a->terms[i].left);
        s.right[i] = choice_of(a, a->terms[i].right);
    }
    for (uint32_t i = 0; i < a->choice_count; i++) /* where nothing agrees */
        h->chosen[i] = a->choices[i].v[0];
    while (s.fixed < a->choice_count && s.value >= a->choices[s.fixed].count)
        s.value -= a->choices[s.fixed++].count;
    return settle(&s, 0) ? FOUND : s.steps < STEPS_MAX ? NONE : GAVE_UP;
}

/* --- documents --- */

static struct dwr_str *side_of(struct three *t, uint8_t side)
{
    return side == DWR_SIDE_BASE ? &t->base : side == DWR_SIDE_SERVER ? &t->server : &t->client;
}

/* The place of a slot in the merge, made where there is none; FIELDS_MAX: there is no room. */
static uint32_t place_of(struct hit *h, uint32_t slot)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->slots[i] == slot)
            return i;
    if (h->count < FIELDS_MAX) {
        h->slots[h->count] = slot;
        h->fixed[h->count] = 0;
        h->count++;
        return h->count - 1;
    }
    h->deck->cut = true;
    return FIELDS_MAX;
}

static bool is_fixed(const struct hit *h, uint32_t place, uint8_t side)
{
    return (h->fixed[place] >> side & 1) != 0;
}

static void set(struct hit *h, uint32_t place, uint8_t side, struct dwr_str value)
{
    if (!is_fixed(h, place, side))
        *side_of(&h->values[place], side) = value;
}

static void fix_choices(struct hit *h, struct dwr_write *w)
{
    for (uint32_t i = 0; i < h->aim->choice_count; i++) {
        const struct operand o = h->aim->choices[i].of;
        const struct dwr_str v = h->chosen[i];
        const struct dwr_text known = is_unset(v) ? (struct dwr_text){ NULL, 0 } : text(v);
        uint32_t place;

        if (o.side == DWR_SIDE_SERVER_ROLE)
            w->server_role = known;
        else if (o.side == DWR_SIDE_CLIENT_ROLE)
            w->client_role = known;
        else if (o.side == DWR_SIDE_CLIENT_USER)
            w->client_user = known;
        else if ((place = place_of(h, o.slot)) < FIELDS_MAX) {
            set(h, place, o.side, v);
            h->fixed[place] |= (uint8_t)(1u << o.side);
        }
    }
}

/* The other sides of fields that conditions look at: mostly as they were. */
static void fill(struct hit *h, uint32_t place)
{
    struct diff_random *r = &h->deck->random;
    const struct near_values *values = &h->deck->slots[h->slots[place]].values;
    struct three *t = &h->values[place];
    const bool server = is_fixed(h, place, DWR_SIDE_SERVER);

    set(h, place, DWR_SIDE_BASE,
        server && diff_below(r, 2) == 0 ? t->server : deck_pick(h->deck, values));
    set(h, place, DWR_SIDE_SERVER, diff_below(r, 2) == 0 ? t->base : deck_pick(h->deck, values));
    set(h, place, DWR_SIDE_CLIENT,
        diff_below(r, 4) > 0 ? (struct dwr_str){ NULL, 0 } : deck_pick(h->deck, values));
    /* The client's view is base's where it wrote nothing. */
    if (is_fixed(h, place, DWR_SIDE_CLIENT) && !is_fixed(h, place, DWR_SIDE_BASE) &&
        diff_below(r, 4) == 0) {
        t->base = t->client;
        t->client = (struct dwr_str){ NULL, 0 };
    }
}

/* What is decided: mostly all three differ, where values are drawn at random. */
static void decide(struct hit *h, uint32_t slot)
{
    const struct slot *s = &h->deck->slots[slot];
    const uint32_t place = place_of(h, slot);
    struct three t = deck_value(h->deck, h->arena, s);

    if (place == FIELDS_MAX)
        return;
    if ((h->fixed[place] != 0 || !s->table) &&
        diff_below(&h->deck->random, 4) > (h->aim->subject == AIM_ANY)) {
        for (int i = 0; i < 4 && str_same(t.server, t.base); i++)
            t.server = deck_pick(h->deck, &s->values);
        for (int i = 0; i < 4 && (t.client.p == NULL || str_same(t.client, t.base) ||
                                  str_same(t.client, t.server));
             i++)
            t.client = deck_pick(h->deck, &s->values);
    }
    set(h, place, DWR_SIDE_BASE, t.base);
    set(h, place, DWR_SIDE_SERVER, t.server);
    set(h, place, DWR_SIDE_CLIENT, t.client);
    h->fixed[place] = 0xFF;
}

static void decide_all(struct hit *h)
{
    struct diff_deck *deck = h->deck;
    struct diff_random *r = &deck->random;
    const struct aim *a = h->aim;

    decide(h, a->subject != AIM_ANY ? a->subject : deck->at_draw % deck->slot_count);
    for (uint32_t i = 0; i < a->with_count; i++)
        if (i < a->beside ? diff_below(r, 4) > 0 : diff_below(r, 2) == 0)
            decide(h, a->with[i]);
    if (diff_below(r, 3) == 0)
        decide(h, diff_below(r, deck->slot_count));
}

static void next_aim(struct diff_deck *deck)
{
    deck->cut = deck->cut || (deck->gave_up && !deck->found);
    deck->found = deck->gave_up = false;
    deck->at_draw = 0;
    deck->at_aim++;
}

/* Of fields that are compared with each other no values may agree at all. */
static bool is_impossible(struct hit *h)
{
    return h->deck->at_draw == 0 && h->aim->term_count > 0 && choose(h, UINT32_MAX) == NONE;
}

/* The aim of the next merge; false: there is none. */
static bool begin(struct hit *h, struct diff_deck *deck)
{
    while (deck->at_aim < deck->aim_count) {
        h->aim = &deck->aims[deck->at_aim];
        h->chosen = arena_array(h->arena, h->aim->choice_count + 1u, sizeof *h->chosen);
        if (!is_impossible(h))
            return true;
        next_aim(deck);
    }
    return false;
}

bool deck_hit(struct diff_deck *deck, struct arena *arena, struct dwr_write *w)
{
    struct hit h = { .deck = deck, .arena = arena };
    struct documents docs;
    enum found found;

    if (!begin(&h, deck))
        return false;
    deck_who_and_when(deck, w);
    found = choose(&h, deck->at_draw);
    deck->found = deck->found || found == FOUND;
    deck->gave_up = deck->gave_up || found == GAVE_UP;
    fix_choices(&h, w);
    decide_all(&h);
    deck_start(&docs, arena, false);
    for (uint32_t i = 0; i < h.count; i++) {
        if (h.fixed[i] != 0xFF)
            fill(&h, i);
        deck_put(&docs, deck->slots[h.slots[i]].name, &h.values[i]);
    }
    deck_finish(w, &docs, h.aim->base || diff_below(&deck->random, 8) > 0, true);
    if (++deck->at_draw == h.aim->draws)
        next_aim(deck);
    return true;
}
