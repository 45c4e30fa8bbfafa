/* deck.c - the fields that merges are drawn from, their values, and which of them the rule sets
 * treat differently. Values are those that either rule set tells apart (trial/domain.h), and those
 * in the gaps between the literals of both. */
#include "deck.h"

#include <string.h>

#include "str.h"
#include "trial/conds.h"
#include "trial/domain.h"

/* splitmix64, by its published constants. */
uint32_t diff_below(struct diff_random *random, uint32_t n)
{
    uint64_t z = random->state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)(((z ^ z >> 31) >> 32) * n >> 32);
}

static void add_value(struct arena *arena, struct near_values *values, struct dwr_str value)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (str_same(values->v[i], value))
            return;
    near_put(arena, values, value);
}

static void add_domain(struct arena *arena, struct near_values *values, struct domain domain)
{
    for (uint16_t i = 0; i < domain.count; i++)
        add_value(arena, values, domain.values[i]);
}

static void add_plain(struct arena *arena, struct near_values *values)
{
    static const struct dwr_str plain[] = { DWR_STR("null"), DWR_STR("\"A\""), DWR_STR("\"B\""),
                                            DWR_STR("\"C\"") };

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        add_value(arena, values, plain[i]);
}

/* Something for every rule: texts of lines, numbers, arrays, times. For fields and members that no
 * rule names, whose rule is the strategy's or an `otherwise`. */
static void add_any(struct arena *arena, struct near_values *values)
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
        DWR_STR("true"),
        DWR_STR("false"),
        DWR_STR("\"2026-01-01\""),
        DWR_STR("\"2026-01-02\""),
    };

    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        add_value(arena, values, any[i]);
}

/* A value of each kind that 1.5 orders: for what is compared by order. */
static void add_kinds(struct arena *arena, struct near_values *values)
{
    static const struct dwr_str kinds[] = {
        DWR_STR("1"),     DWR_STR("2"),     DWR_STR("\"2026-01-01\""),
        DWR_STR("\"A\""), DWR_STR("false"), DWR_STR("true"),
        DWR_STR("[1]"),
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        add_value(arena, values, kinds[i]);
}

/* A value that the rule does not work on, and decides as `server_wins` (4). */
static void add_wrong_kind(struct arena *arena, struct near_values *values,
                           const struct dwr_rule *rule)
{
    switch (rule->kind) {
    case DWR_RULE_SUM:
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        add_value(arena, values, (struct dwr_str)DWR_STR("\"A\""));
        add_value(arena, values, (struct dwr_str)DWR_STR("\"B\""));
        break;
    case DWR_RULE_MERGE_TEXT:
        add_value(arena, values, (struct dwr_str)DWR_STR("1"));
        add_value(arena, values, (struct dwr_str)DWR_STR("2"));
        break;
    default:
        break;
    }
}

/* Beside the values that its rules want; what a schema says what it holds holds nothing else. */
static void add_for_unit(struct arena *arena, struct near_values *values,
                         const struct dwr_unit *unit, const struct schema_field *schema)
{
    for (uint16_t i = 0; i < unit->rule_count; i++) {
        const uint8_t kind = unit->rules[i].kind;

        if (kind == DWR_RULE_MAX || kind == DWR_RULE_MIN)
            add_kinds(arena, values);
        else if (schema == NULL)
            add_wrong_kind(arena, values, &unit->rules[i]);
    }
}

/* --- conditions --- */

/* What the conditions do with one field. */
struct read {
    struct arena *arena;
    uint16_t field;
    bool is_read, with_another; /* compared by order, or with another field */
    struct near_values cuts;    /* the literals it is compared with by order */
};

static bool is_field(const struct dwr_operand *o, uint16_t field)
{
    return o->field == field && o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT;
}

static void look(void *context, const struct dwr_cond *c)
{
    struct read *r = context;
    const bool ordered = c->op >= DWR_COND_LT && c->op <= DWR_COND_GE;
    const bool two = c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE && c->value_count == 0;

    if (!is_field(&c->left, r->field) && !(two && is_field(&c->right, r->field)) &&
        !(c->op == DWR_COND_CHANGES && c->left.field == r->field))
        return;
    r->is_read = true;
    r->with_another = r->with_another || two || ordered;
    for (uint16_t i = 0; ordered && i < c->value_count; i++)
        near_put(r->arena, &r->cuts, c->values[i]);
}

/* By both rule sets. */
static struct read read_of(const struct diff_pair *pair, struct dwr_str name)
{
    struct read r = { .arena = pair->arena };

    for (int i = 0; i < 2; i++) {
        r.field = deck_name(&pair->by[i]->names, name);
        if (r.field != DWR_NONE)
            conds_of_merging(pair->by[i], look, &r);
    }
    return r;
}

/* --- slots --- */

uint16_t deck_name(const struct dwr_names *names, struct dwr_str name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (str_same(names->v[i].name, name))
            return i;
    return DWR_NONE;
}

struct slot *deck_slot(struct diff_deck *deck, struct dwr_str name)
{
    for (uint32_t i = 0; i < deck->slot_count; i++)
        if (str_same(deck->slots[i].name, name))
            return &deck->slots[i];
    return NULL;
}

static const struct schema_field *schema_field_of(const struct schema_doctype *schema,
                                                  struct dwr_str name)
{
    return schema == NULL ? NULL : schema_field(schema, name);
}

static const struct schema_doctype *rows_of(const struct diff_pair *pair, struct dwr_str table)
{
    const struct schema_field *field = schema_field_of(pair->schema, table);

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
    if (t->names.v[member].role == DWR_NAME_UNIT)
        add_for_unit(pair->arena, &slot->members[i].values, &t->units[t->names.v[member].index],
                     schema_field_of(rows_of(pair, slot->name), name));
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

/* The values of a field by one rule set. */
static void add_field(const struct diff_pair *pair, struct slot *slot, const struct dwr_doctype *d,
                      uint16_t field)
{
    const struct dwr_name *name = &d->names.v[field];

    add_domain(pair->arena, &slot->values, domain_of_field(pair->arena, d, field, pair->schema));
    if (name->role == DWR_NAME_TABLE)
        add_table(pair, slot, d, name->index);
    else if (name->role == DWR_NAME_VERSION)
        add_value(pair->arena, &slot->values, (struct dwr_str)DWR_STR("2"));
    else if (name->role == DWR_NAME_UNIT)
        add_for_unit(pair->arena, &slot->values, &d->units[name->index],
                     schema_field_of(pair->schema, slot->name));
}

static void add_slot(const struct diff_pair *pair, struct diff_deck *deck, struct dwr_str name)
{
    struct slot *slot = &deck->slots[deck->slot_count];
    const struct read read = read_of(pair, name);
    bool known[2];

    if (deck_slot(deck, name) != NULL || (built_in(name) && !read.is_read))
        return;
    deck->slot_count++;
    slot->name = name;
    add_value(pair->arena, &slot->values, (struct dwr_str)DWR_STR("null"));
    for (int i = 0; i < 2; i++) {
        const uint16_t field = deck_name(&pair->by[i]->names, name);

        known[i] = field != DWR_NONE;
        if (known[i])
            add_field(pair, slot, pair->by[i], field);
    }
    if (!known[0] || !known[1])
        add_any(pair->arena, &slot->values);
    if (slot->values.count < 3)
        add_plain(pair->arena, &slot->values);
    if (read.with_another) {
        const struct near_values gaps = near_gaps(pair->arena, &read.cuts);

        for (uint32_t i = 0; i < gaps.count; i++)
            add_value(pair->arena, &slot->values, gaps.v[i]);
        add_kinds(pair->arena, &slot->values);
    }
    if (slot->table)
        add_other_member(pair->arena, slot);
}

/* --- which fields are treated differently --- */

static void heat(struct diff_deck *deck, struct dwr_str name)
{
    struct slot *slot = deck_slot(deck, name);

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
    const uint16_t field = deck_name(&d->names, name);
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
        deck->slots[i].differs = true;
        heat_field(deck, pair->by[0], name);
        heat_field(deck, pair->by[1], name);
    }
    heat_cond(deck, pair->by[0], pair->by[0]->lock);
    heat_cond(deck, pair->by[1], pair->by[1]->lock);
}

/* The slot of every name. */
static void find_slots(const struct diff_pair *pair, struct diff_deck *deck)
{
    for (int i = 0; i < 2; i++) {
        const struct dwr_names *names = &pair->by[i]->names;

        deck->slot_of[i] = arena_array(pair->arena, names->count + 1u, sizeof **deck->slot_of);
        for (uint16_t k = 0; k < names->count; k++) {
            const struct slot *slot = deck_slot(deck, names->v[k].name);

            deck->slot_of[i][k] = slot == NULL ? UINT32_MAX : (uint32_t)(slot - deck->slots);
        }
    }
}

struct diff_deck *diff_deck_new(const struct diff_pair *pair, struct trial_bench *bench,
                                uint64_t seed)
{
    struct diff_deck *deck = ARENA_NEW(pair->arena, struct diff_deck);
    const uint32_t most = pair->by[0]->names.count + pair->by[1]->names.count + 2u;

    deck->arena = pair->arena;
    deck->pair = pair;
    deck->bench = bench;
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
    find_slots(pair, deck);
    find_hot(pair, deck);
    deck_aim(deck);
    return deck;
}
