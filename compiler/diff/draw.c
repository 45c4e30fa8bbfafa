/* draw.c - the merges that two rule sets are compared by.
 *
 * In turn: those that an aim says (ways.c), which lead to a rule that is another one by the new
 * rules; each field that the two rule sets treat differently, alone, with every value of its domain
 * for base, server and client; and merges of a few fields at once, drawn at random from a fixed
 * seed, mostly of the fields that are treated differently and of those that decide them: what shows
 * only when several fields meet (`together`, watch, tables, deletes) is found there. */
#include <string.h>

#include "deck.h"
#include "str.h"

enum { ROWS_MAX = 4, MANY_VALUES = 20 };

/* --- writing documents --- */

struct dwr_str deck_pick(struct diff_deck *deck, const struct near_values *values)
{
    return values->v[diff_below(&deck->random, values->count)];
}

static struct dwr_text text(struct dwr_str s)
{
    /* "null" is not known. */
    return s.n == 4 && s.p[0] == 'n' ? (struct dwr_text){ NULL, 0 } : (struct dwr_text){ s.p, s.n };
}

/* Known or not, each role and time as it comes. */
void deck_who_and_when(struct diff_deck *deck, struct dwr_write *w)
{
    w->client_ts = text(deck_pick(deck, &deck->instants));
    w->server_ts = text(deck_pick(deck, &deck->instants));
    w->now = text(deck_pick(deck, &deck->instants));
    w->server_role = text(deck_pick(deck, &deck->server_roles));
    w->client_role = text(deck_pick(deck, &deck->client_roles));
    w->client_user = text(deck_pick(deck, &deck->users));
}

static void put(struct trial_doc *doc, struct dwr_str name, struct dwr_str value, bool client)
{
    const bool unset = value.n == 4 && value.p[0] == 'n';

    if (value.p != NULL && (client || !unset))
        trial_doc_put(doc, name, value);
}

static void start(struct trial_doc *doc, struct arena *arena, bool tombstone)
{
    trial_doc_start(doc, arena);
    if (tombstone)
        trial_doc_put(doc, (struct dwr_str)DWR_STR("_deleted"), (struct dwr_str)DWR_STR("true"));
}

/* --- rows --- */

struct row {
    uint32_t *value; /* by member */
};

struct rows {
    struct row v[ROWS_MAX];
    uint32_t count;
};

/* A row's members are the row's own: other sides may have the same one. */
static struct row new_row(struct diff_deck *deck, struct arena *arena, const struct slot *slot)
{
    const struct row row = { arena_array(arena, slot->member_count, sizeof *row.value) };

    for (uint32_t m = 0; m < slot->member_count; m++)
        row.value[m] = diff_below(&deck->random, 3) == 0 && !slot->members[m].key
                           ? 0
                           : diff_below(&deck->random, slot->members[m].values.count);
    return row;
}

static struct row changed_row(struct diff_deck *deck, struct arena *arena, const struct slot *slot,
                              struct row from)
{
    const struct row row = { arena_array(arena, slot->member_count, sizeof *row.value) };
    const uint32_t m = diff_below(&deck->random, slot->member_count);

    memcpy(row.value, from.value, slot->member_count * sizeof *row.value);
    row.value[m] = diff_below(&deck->random, slot->members[m].values.count);
    return row;
}

static void change_rows(struct diff_deck *deck, struct arena *arena, const struct slot *slot,
                        struct rows *rows)
{
    struct diff_random *r = &deck->random;
    uint32_t at;

    for (uint32_t n = diff_below(r, 3); n > 0; n--) {
        const uint32_t kind = diff_below(r, 8);

        if (kind == 0 && rows->count > 0) {
            at = diff_below(r, rows->count);
            memmove(&rows->v[at], &rows->v[at + 1], (rows->count - at - 1) * sizeof *rows->v);
            rows->count--;
        } else if (kind <= 3 && rows->count < ROWS_MAX) {
            rows->v[rows->count++] = new_row(deck, arena, slot);
        } else if (kind == 4 && rows->count > 1) {
            const struct row first = rows->v[0];

            rows->v[0] = rows->v[rows->count - 1];
            rows->v[rows->count - 1] = first;
        } else if (rows->count > 0) {
            at = diff_below(r, rows->count);
            rows->v[at] = changed_row(deck, arena, slot, rows->v[at]);
        }
    }
}

static struct dwr_str rows_text(struct arena *arena, const struct slot *slot,
                                const struct rows *rows)
{
    struct out_memory m;

    out_memory_begin(&m, arena);
    out_char(&m.out, '[');
    for (uint32_t i = 0; i < rows->count; i++) {
        struct trial_doc row;
        struct dwr_text written;

        trial_doc_start(&row, arena);
        for (uint32_t k = 0; k < slot->member_count; k++)
            put(&row, slot->members[k].name, slot->members[k].values.v[rows->v[i].value[k]], false);
        written = trial_doc_end(&row);
        if (i > 0)
            out_char(&m.out, ',');
        out_bytes(&m.out, written.p, written.n);
    }
    out_char(&m.out, ']');
    return out_memory_bytes(&m);
}

/* --- one merge --- */

static struct three draw_value(struct diff_deck *deck, const struct slot *slot)
{
    struct three t = { .base = deck_pick(deck, &slot->values) };

    t.server = diff_below(&deck->random, 3) == 0 ? t.base : deck_pick(deck, &slot->values);
    switch (diff_below(&deck->random, 8)) {
    case 0:
        t.client = (struct dwr_str){ NULL, 0 };
        break;
    case 1:
        t.client = t.server;
        break;
    case 2:
        t.client = t.base;
        break;
    default:
        t.client = deck_pick(deck, &slot->values);
        break;
    }
    return t;
}

static struct three draw_rows(struct diff_deck *deck, struct arena *arena, const struct slot *slot)
{
    struct rows base = { .count = 0 }, server, client;
    struct three t;

    for (int i = 0; i < 3; i++)
        change_rows(deck, arena, slot, &base);
    server = client = base;
    change_rows(deck, arena, slot, &server);
    change_rows(deck, arena, slot, &client);
    t = (struct three){ rows_text(arena, slot, &base), rows_text(arena, slot, &server),
                        rows_text(arena, slot, &client) };
    if (diff_below(&deck->random, 8) == 0)
        t.client = (struct dwr_str){ NULL, 0 };
    return t;
}

struct three deck_value(struct diff_deck *deck, struct arena *arena, const struct slot *slot)
{
    return slot->table && diff_below(&deck->random, 4) > 0 ? draw_rows(deck, arena, slot)
                                                           : draw_value(deck, slot);
}

void deck_put(struct documents *docs, struct dwr_str name, const struct three *t)
{
    docs->named = docs->named || str_is(name, "name");
    put(&docs->v[0], name, t->base, false);
    put(&docs->v[1], name, t->server, false);
    put(&docs->v[2], name, t->client, true);
}

void deck_start(struct documents *docs, struct arena *arena, bool tombstone)
{
    docs->named = false;
    start(&docs->v[0], arena, false);
    start(&docs->v[1], arena, tombstone);
    start(&docs->v[2], arena, false);
}

void deck_finish(struct dwr_write *w, struct documents *docs, bool base, bool server)
{
    static const struct three name = { DWR_STR("\"X-1\""), DWR_STR("\"X-1\""), { NULL, 0 } };
    struct dwr_text b, s;

    if (!docs->named)
        deck_put(docs, (struct dwr_str)DWR_STR("name"), &name);
    b = trial_doc_end(&docs->v[0]);
    s = trial_doc_end(&docs->v[1]);
    if (base)
        w->base = b;
    if (server)
        w->server = s;
    w->client = trial_doc_end(&docs->v[2]);
}

/* Every base, server and client, and base unknown; else each server's value with each client's,
 * base being one or the other: of many values, and of fields that only decide about others. */
static bool has_every_base(const struct slot *slot)
{
    return slot->differs && slot->values.count <= MANY_VALUES;
}

static void step_alone(struct diff_deck *deck, const struct slot *slot)
{
    const uint32_t n = slot->values.count;

    if (++deck->at_client < n)
        return;
    deck->at_client = 0;
    if (++deck->at_server < n)
        return;
    deck->at_server = 0;
    if (has_every_base(slot) && ++deck->at_base <= n)
        return;
    deck->at_base = 0;
    deck->at_hot++;
}

/* The next of the one-field merges; false: they are through. */
static bool draw_alone(struct diff_deck *deck, struct arena *arena, struct dwr_write *w)
{
    struct documents docs;
    const struct slot *slot;
    struct three t;
    uint32_t n, base;

    if (deck->at_hot == deck->hot_count)
        return false;
    slot = &deck->slots[deck->hot[deck->at_hot]];
    n = slot->values.count;
    base = has_every_base(slot) ? deck->at_base : diff_below(&deck->random, n + 1);
    t = (struct three){ slot->values.v[base % n], slot->values.v[deck->at_server],
                        slot->values.v[deck->at_client] };
    deck_start(&docs, arena, false);
    deck_put(&docs, slot->name, &t);
    deck_who_and_when(deck, w);
    deck_finish(w, &docs, base < n, true);
    step_alone(deck, slot);
    return true;
}

static uint32_t draw_slot(struct diff_deck *deck)
{
    if (deck->hot_count > 0 && diff_below(&deck->random, 4) > 0)
        return deck->hot[diff_below(&deck->random, deck->hot_count)];
    return diff_below(&deck->random, deck->slot_count);
}

static void draw_together(struct diff_deck *deck, struct arena *arena, struct dwr_write *w)
{
    struct diff_random *r = &deck->random;
    const uint32_t op = diff_below(r, 20), is = diff_below(r, 20);
    uint32_t chosen[5], count = 1 + diff_below(r, 5);
    struct documents docs;

    w->op = op == 0 ? DWR_INSERT : op <= 2 ? DWR_DELETE : op == 3 ? DWR_UNDELETE : DWR_UPDATE;
    deck_start(&docs, arena, is == 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct slot *slot = &deck->slots[chosen[i] = draw_slot(deck)];
        bool again = false;
        struct three t;

        for (uint32_t k = 0; k < i; k++)
            again = again || chosen[k] == chosen[i];
        if (again)
            continue;
        t = deck_value(deck, arena, slot);
        deck_put(&docs, slot->name, &t);
    }
    deck_who_and_when(deck, w);
    deck_finish(w, &docs, diff_below(r, 5) > 0, is != 1);
}

bool diff_drawn_all(const struct diff_deck *deck)
{
    return !deck->cut && deck->at_aim == deck->aim_count && deck->at_hot == deck->hot_count;
}

void diff_draw(struct diff_deck *deck, struct arena *arena, struct dwr_write *write)
{
    const uint32_t turn = deck->turn++ % 4;

    *write = (struct dwr_write){ .op = DWR_UPDATE };
    if ((turn == 0 || turn == 2) && deck_hit(deck, arena, write))
        return;
    if (turn == 3 || !draw_alone(deck, arena, write))
        draw_together(deck, arena, write);
}
