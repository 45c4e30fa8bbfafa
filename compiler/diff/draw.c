/* draw.c - the merges that two rule sets are compared by.
 *
 * Each field that the two rule sets treat differently, alone: every value of its domain for base,
 * server and client. In turn with these, merges of a few fields at once, drawn at random from a
 * fixed seed, mostly of the fields that are treated differently and of those that decide them: what
 * only shows when several fields meet (`together`, conditions, watch, locks, tables, deletes) is
 * found there. Values are those that either rule set tells apart (trial/domain.h). */
#include <string.h>

#include "diff.h"
#include "str.h"
#include "trial/domain.h"

enum { ROWS_MAX = 4 };

struct values {
    struct dwr_str *v; /* v[0] is unset */
    uint32_t count, capacity;
};

struct member {
    struct dwr_str name;
    struct values values;
    bool key;
};

struct slot {
    struct dwr_str name;
    struct values values;
    bool hot;   /* the rule sets treat it differently, or it decides what they do */
    bool table; /* in one of them */
    struct member *members;
    uint32_t member_count, member_capacity;
};

struct diff_deck {
    struct arena *arena;
    struct slot *slots;
    uint32_t slot_count;
    uint32_t *hot, hot_count; /* numbers of slots */
    struct values instants, server_roles, client_roles, users;
    struct diff_random random;
    /* Where the one-field merges are. */
    uint32_t at_hot, at_base, at_server, at_client, turn;
};

/* splitmix64, by its published constants. */
uint32_t diff_below(struct diff_random *random, uint32_t n)
{
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)(((z ^ z >> 31) >> 32) * n >> 32);
}

static void add_value(struct arena *arena, struct values *values, struct dwr_str value)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (str_same(values->v[i], value))
            return;
    if (values->count == values->capacity) {
        const uint32_t capacity = values->capacity == 0 ? 8 : values->capacity * 2;

        values->v = arena_grow(arena, values->v, values->capacity, capacity, sizeof *values->v);
        values->capacity = capacity;
    }
    values->v[values->count++] = value;
}

static void add_domain(struct arena *arena, struct values *values, struct domain domain)
{
    for (uint16_t i = 0; i < domain.count; i++)
        add_value(arena, values, domain.values[i]);
}

static void add_plain(struct arena *arena, struct values *values)
{
    static const struct dwr_str plain[] = { DWR_STR("null"), DWR_STR("\"A\""), DWR_STR("\"B\""),
                                            DWR_STR("\"C\"") };

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        add_value(arena, values, plain[i]);
}

/* Something for every rule: texts of lines, numbers, arrays, times. For fields and members that no
 * rule names, whose rule is the strategy's or an `otherwise`. */
static void add_any(struct arena *arena, struct values *values)
{
    static const struct dwr_str any[] = {
        DWR_STR("null"),
        DWR_STR("\"A\""),
        DWR_STR("\"B\""),
        DWR_STR("1"),
        DWR_STR("2"),
        DWR_STR("5"),
        DWR_STR("\"A\\nB\""),
        DWR_STR("\"A\\nC\""),
        DWR_STR("[\"A\"]"),
        DWR_STR("[\"A\",\"B\"]"),
        DWR_STR("[\"C\"]"),
        DWR_STR("\"2026-01-01\""),
        DWR_STR("\"2026-01-02\""),
    };

    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        add_value(arena, values, any[i]);
}

/* --- slots --- */

static uint16_t index_of(const struct dwr_names *names, struct dwr_str name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (str_same(names->v[i].name, name))
            return i;
    return DWR_NONE;
}

static struct slot *slot_of(struct diff_deck *deck, struct dwr_str name)
{
    for (uint32_t i = 0; i < deck->slot_count; i++)
        if (str_same(deck->slots[i].name, name))
            return &deck->slots[i];
    return NULL;
}

static const struct schema_doctype *rows_of(const struct diff_pair *pair, struct dwr_str table)
{
    const struct schema_field *field =
        pair->schema == NULL ? NULL : schema_field(pair->schema, table);

    return field == NULL ? NULL : field->rows;
}

static struct member *new_member(struct arena *arena, struct slot *slot)
{
    if (slot->member_count == slot->member_capacity) {
        const uint32_t capacity = slot->member_capacity == 0 ? 8 : slot->member_capacity * 2;

        slot->members = arena_grow(arena, slot->members, slot->member_capacity, capacity,
                                   sizeof *slot->members);
        slot->member_capacity = capacity;
    }
    slot->members[slot->member_count] = (struct member){ .key = false };
    return &slot->members[slot->member_count++];
}

static void add_member(const struct diff_pair *pair, struct slot *slot, const struct dwr_doctype *d,
                       uint16_t table, uint16_t member)
{
    const struct dwr_table *t = &d->tables[table];
    const struct dwr_str name = t->names.v[member].name;
    uint32_t i = 0;

    while (i < slot->member_count && !str_same(slot->members[i].name, name))
        i++;
    if (i == slot->member_count)
        new_member(pair->arena, slot)->name = name;
    for (uint16_t k = 0; k < t->key_count; k++)
        slot->members[i].key = slot->members[i].key || t->key[k] == member;
    if (slot->members[i].key && t->key_count == 1) {
        add_plain(pair->arena, &slot->members[i].values);
        slot->members[i].values.count = 3; /* few keys, so that rows meet */
    }
    add_domain(pair->arena, &slot->members[i].values,
               domain_of_member(pair->arena, d, table, member, rows_of(pair, slot->name)));
}

/* Members of no rule take part, too. */
static void add_other_member(struct arena *arena, struct slot *slot)
{
    struct member *member = new_member(arena, slot);

    member->name = (struct dwr_str)DWR_STR("any_member");
    add_any(arena, &member->values);
}

static void add_table(const struct diff_pair *pair, struct slot *slot, const struct dwr_doctype *d,
                      uint16_t table)
{
    const struct dwr_names *names = &d->tables[table].names;

    slot->table = true;
    /* The key first: it is what tells rows apart. */
    for (uint16_t k = 0; k < d->tables[table].key_count; k++)
        add_member(pair, slot, d, table, d->tables[table].key[k]);
    for (uint16_t i = 0; i < names->count; i++)
        if (names->v[i].role != DWR_NAME_META)
            add_member(pair, slot, d, table, i);
}

static bool built_in(struct dwr_str name)
{
    static const char *const names[] = { "name",     "doctype",     "owner", "creation",
                                         "modified", "modified_by", "idx" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_same(name, (struct dwr_str){ names[i], strlen(names[i]) }))
            return true;
    return false;
}

static void add_slot(const struct diff_pair *pair, struct diff_deck *deck, struct dwr_str name)
{
    struct slot *slot = &deck->slots[deck->slot_count];

    if (built_in(name) || slot_of(deck, name) != NULL)
        return;
    deck->slot_count++;
    slot->name = name;
    add_value(pair->arena, &slot->values, (struct dwr_str)DWR_STR("null"));
    for (int i = 0; i < 2; i++) {
        const struct dwr_doctype *d = pair->by[i];
        const uint16_t field = index_of(&d->names, name);

        if (field == DWR_NONE)
            continue;
        add_domain(pair->arena, &slot->values,
                   domain_of_field(pair->arena, d, field, pair->schema));
        if (d->names.v[field].role == DWR_NAME_TABLE)
            add_table(pair, slot, d, d->names.v[field].index);
        else if (d->names.v[field].role == DWR_NAME_VERSION)
            add_value(pair->arena, &slot->values, (struct dwr_str)DWR_STR("2"));
    }
    if (index_of(&pair->by[0]->names, name) == DWR_NONE ||
        index_of(&pair->by[1]->names, name) == DWR_NONE)
        add_any(pair->arena, &slot->values);
    if (slot->values.count < 3)
        add_plain(pair->arena, &slot->values);
    if (slot->table)
        add_other_member(pair->arena, slot);
}

/* --- which fields are treated differently --- */

static void heat(struct diff_deck *deck, struct dwr_str name)
{
    struct slot *slot = slot_of(deck, name);

    if (slot == NULL || slot->hot)
        return;
    slot->hot = true;
    deck->hot[deck->hot_count++] = (uint32_t)(slot - deck->slots);
}

static void heat_operand(struct diff_deck *deck, const struct dwr_doctype *d,
                         const struct dwr_operand *o)
{
    if (o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT && o->field != DWR_NONE)
        heat(deck, d->names.v[o->field].name);
}

static void heat_cond(struct diff_deck *deck, const struct dwr_doctype *d, const struct dwr_cond *c)
{
    if (c == NULL || c->op == DWR_COND_CREATED)
        return;
    if (c->op <= DWR_COND_NOT) {
        heat_cond(deck, d, c->a);
        if (c->op != DWR_COND_NOT)
            heat_cond(deck, d, c->b);
        return;
    }
    if (c->op == DWR_COND_CHANGES && c->left.field != DWR_NONE)
        heat(deck, d->names.v[c->left.field].name);
    heat_operand(deck, d, &c->left);
    if (c->value_count == 0 && c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE)
        heat_operand(deck, d, &c->right);
}

/* The field with all that decides it. */
static void heat_field(struct diff_deck *deck, const struct dwr_doctype *d, struct dwr_str name)
{
    const uint16_t field = index_of(&d->names, name);
    const struct dwr_unit *unit;

    if (field != DWR_NONE && d->names.v[field].role == DWR_NAME_TABLE)
        heat_cond(deck, d, d->tables[d->names.v[field].index].hold);
    if (field == DWR_NONE || d->names.v[field].role != DWR_NAME_UNIT)
        return;
    unit = &d->units[d->names.v[field].index];
    for (uint16_t i = 0; i < unit->field_count; i++)
        heat(deck, d->names.v[unit->fields[i]].name);
    for (uint16_t r = 0; r < unit->rule_count; r++) {
        const struct dwr_rule *rule = &unit->rules[r];

        heat_cond(deck, d, rule->when);
        for (uint16_t i = 0; i < rule->watch_count; i++)
            heat(deck, d->names.v[rule->watch[i]].name);
        for (uint16_t i = 0; i < rule->set_count; i++)
            if (rule->set[i].field != DWR_NONE)
                heat(deck, d->names.v[rule->set[i].field].name);
    }
}

static void find_hot(const struct diff_pair *pair, struct diff_deck *deck)
{
    const bool all = !diff_frames_equal(pair);

    for (uint32_t i = 0; i < deck->slot_count; i++) {
        const struct dwr_str name = deck->slots[i].name;

        if (!all && diff_fields_equal(pair, name))
            continue;
        heat(deck, name);
        heat_field(deck, pair->by[0], name);
        heat_field(deck, pair->by[1], name);
    }
    heat_cond(deck, pair->by[0], pair->by[0]->lock);
    heat_cond(deck, pair->by[1], pair->by[1]->lock);
}

struct diff_deck *diff_deck_new(const struct diff_pair *pair, uint64_t seed)
{
    struct diff_deck *deck = ARENA_NEW(pair->arena, struct diff_deck);
    const uint32_t most = pair->by[0]->names.count + pair->by[1]->names.count + 2u;

    deck->arena = pair->arena;
    deck->slots = arena_zero(pair->arena, most * sizeof *deck->slots);
    deck->hot = arena_array(pair->arena, most, sizeof *deck->hot);
    for (int i = 0; i < 2; i++) {
        const struct dwr_names *names = &pair->by[i]->names;

        for (uint16_t k = 0; k < names->count; k++)
            add_slot(pair, deck, names->v[k].name);
        add_domain(pair->arena, &deck->server_roles,
                   domain_of_roles(pair->arena, pair->by[i], false));
        add_domain(pair->arena, &deck->client_roles,
                   domain_of_roles(pair->arena, pair->by[i], true));
        add_domain(pair->arena, &deck->users, domain_of_users(pair->arena, pair->by[i]));
    }
    add_slot(pair, deck, (struct dwr_str)DWR_STR("any_field"));
    add_slot(pair, deck, (struct dwr_str)DWR_STR("any_other_field"));
    add_domain(pair->arena, &deck->instants, domain_of_instants(pair->arena));
    deck->random.state = seed;
    find_hot(pair, deck);
    return deck;
}

/* --- writing documents --- */

static struct dwr_str pick(struct diff_deck *deck, const struct values *values)
{
    return values->v[diff_below(&deck->random, values->count)];
}

static struct dwr_text text(struct dwr_str s)
{
    /* "null" is not known. */
    return s.n == 4 && s.p[0] == 'n' ? (struct dwr_text){ NULL, 0 } : (struct dwr_text){ s.p, s.n };
}

/* Known or not, each role and time as it comes. */
static void draw_who_and_when(struct diff_deck *deck, struct dwr_write *w)
{
    w->client_ts = text(pick(deck, &deck->instants));
    w->server_ts = text(pick(deck, &deck->instants));
    w->now = text(pick(deck, &deck->instants));
    w->server_role = text(pick(deck, &deck->server_roles));
    w->client_role = text(pick(deck, &deck->client_roles));
    w->client_user = text(pick(deck, &deck->users));
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

/* What base, server and client have in a slot; p NULL: the client wrote nothing. */
struct three {
    struct dwr_str base, server, client;
};

static struct three draw_value(struct diff_deck *deck, const struct slot *slot)
{
    struct three t = { .base = pick(deck, &slot->values) };

    t.server = diff_below(&deck->random, 3) == 0 ? t.base : pick(deck, &slot->values);
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
        t.client = pick(deck, &slot->values);
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

static void finish(struct dwr_write *w, struct trial_doc docs[3], bool base, bool server)
{
    const struct dwr_text b = trial_doc_end(&docs[0]), s = trial_doc_end(&docs[1]);

    if (base)
        w->base = b;
    if (server)
        w->server = s;
    w->client = trial_doc_end(&docs[2]);
}

static void put_three(struct trial_doc docs[3], struct dwr_str name, const struct three *t)
{
    put(&docs[0], name, t->base, false);
    put(&docs[1], name, t->server, false);
    put(&docs[2], name, t->client, true);
}

static void start_three(struct trial_doc docs[3], struct arena *arena, bool tombstone)
{
    const struct dwr_str name = DWR_STR("name"), value = DWR_STR("\"X-1\"");

    start(&docs[0], arena, false);
    start(&docs[1], arena, tombstone);
    start(&docs[2], arena, false);
    trial_doc_put(&docs[0], name, value);
    trial_doc_put(&docs[1], name, value);
}

/* The next of the one-field merges; false: they are through. */
static bool draw_alone(struct diff_deck *deck, struct arena *arena, struct dwr_write *w)
{
    struct trial_doc docs[3];
    const struct slot *slot;
    struct three t;
    uint32_t n;

    if (deck->at_hot == deck->hot_count)
        return false;
    slot = &deck->slots[deck->hot[deck->at_hot]];
    n = slot->values.count;
    t = (struct three){ slot->values.v[deck->at_base % n], slot->values.v[deck->at_server],
                        slot->values.v[deck->at_client] };
    start_three(docs, arena, false);
    put_three(docs, slot->name, &t);
    draw_who_and_when(deck, w);
    finish(w, docs, deck->at_base < n, true);
    if (++deck->at_client == n) {
        deck->at_client = 0;
        if (++deck->at_server == n) {
            deck->at_server = 0;
            if (++deck->at_base == n + 1) { /* the last: base is not known */
                deck->at_base = 0;
                deck->at_hot++;
            }
        }
    }
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
    struct trial_doc docs[3];

    w->op = op == 0 ? DWR_INSERT : op <= 2 ? DWR_DELETE : op == 3 ? DWR_UNDELETE : DWR_UPDATE;
    start_three(docs, arena, is == 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct slot *slot = &deck->slots[chosen[i] = draw_slot(deck)];
        bool again = false;
        struct three t;

        for (uint32_t k = 0; k < i; k++)
            again = again || chosen[k] == chosen[i];
        if (again)
            continue;
        t = slot->table && diff_below(r, 4) > 0 ? draw_rows(deck, arena, slot)
                                                : draw_value(deck, slot);
        put_three(docs, slot->name, &t);
    }
    draw_who_and_when(deck, w);
    finish(w, docs, diff_below(r, 5) > 0, is != 1);
}

void diff_draw(struct diff_deck *deck, struct arena *arena, struct dwr_write *write)
{
    *write = (struct dwr_write){ .op = DWR_UPDATE };
    if (deck->turn++ % 2 != 0 || !draw_alone(deck, arena, write))
        draw_together(deck, arena, write);
}
