/* values.c - which values of a slot are tried.
 *
 * What a rule wants (texts, arrays, numbers, ranks) gets lists made for it, with one value of the
 * wrong kind among them; any other field gets the literals that conditions compare it with and a
 * few that they do not. Literals that every condition treats alike stand for each other: of those,
 * two are tried, and only one where a part would become too large. */
#include "values.h"

#include <string.h>

#include "out.h"
#include "trial/conds.h"
#include "trial/trial.h"

static struct dwr_text text(struct dwr_str s)
{
    return (struct dwr_text){ s.p, s.n };
}

void values_put(struct chosen *c, struct dwr_str value)
{
    for (uint16_t i = 0; i < c->count; i++)
        if (trial_equal(c->arena, text(c->v[i]), text(value)))
            return;
    if (c->count < CHOSEN_MAX)
        c->v[c->count++] = value;
}

static void put_all(struct chosen *c, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values_put(c, (struct dwr_str){ list[i], strlen(list[i]) });
}

#define PUT_ALL(c, list) put_all((c), (list), sizeof(list) / sizeof *(list))

/* --- lists made for a rule --- */

/* Regions that are apart, meet, overlap and cover each other, at the start, within and at the end;
 * a line that repeats; an empty line at the end; no text. */
static const char *const texts[] = {
    "\"a\"",         "\"b\"",         "\"a\\nb\"",         "\"b\\na\"",     "\"a\\nc\"",
    "\"c\\nb\"",     "\"a\\nb\\nc\"", "\"d\\nb\\nc\"",     "\"a\\nb\\nd\"", "\"a\\nd\\nc\"",
    "\"a\\nc\\nb\"", "\"d\\na\\nb\"", "\"a\\nb\\nc\\nd\"", "\"d\"",         "\"a\\na\"",
    "\"a\\nb\\na\"", "\"a\\n\"",      "\"a\\n\\n\"",       "\"\\n\"",       "1",
};
static const char *const few_texts[] = {
    "\"a\"", "\"b\"", "\"a\\nb\"", "\"a\\nc\"", "\"a\\na\"", "\"a\\n\\n\"", "1",
};
static const char *const lists[] = {
    "[]",
    "[\"a\"]",
    "[\"b\"]",
    "[\"a\",\"b\"]",
    "[\"b\",\"a\"]",
    "[\"a\",\"c\"]",
    "[\"b\",\"c\"]",
    "[\"a\",\"a\"]",
    "\"a\"",
};
static const char *const few_lists[] = { "[\"a\"]", "[\"a\",\"b\"]", "[\"b\",\"c\"]", "\"a\"" };
static const char *const numbers[] = { "1", "2", "-1", "0.5", "\"x\"" };
static const char *const few_numbers[] = { "1", "2", "\"x\"" };
static const char *const ordered[] = { "1", "2", "3", "\"x\"", "[1]" };
static const char *const few_ordered[] = { "1", "2", "[1]" };

static void put_keyed_lists(struct chosen *c, struct dwr_str key, bool few)
{
    static const char *const patterns[] = {
        "[{%s:1,\"v\":1}]",
        "[{%s:1,\"v\":2}]",
        "[{%s:1,\"v\":1},{%s:2,\"v\":1}]",
        "[{%s:1,\"v\":1},{%s:1,\"v\":2}]",
        "[]",
        "[{%s:2,\"v\":1},{%s:1,\"v\":2}]",
        "[{%s:1,\"v\":3}]",
        "[{\"v\":1}]",
        "[{\"v\":1},{\"v\":2}]",
        "\"a\"",
    };
    const size_t count = few ? 4 : sizeof patterns / sizeof *patterns;
    struct out_memory m;
    const char *name;

    out_memory_begin(&m, c->arena);
    out_char(&m.out, '"');
    out_json_text(&m.out, key);
    out_char(&m.out, '"');
    name = arena_copy(c->arena, out_memory_bytes(&m).p, out_memory_bytes(&m).n);
    for (size_t i = 0; i < count; i++) {
        /* Each "%s" is the key's name. */
        struct dwr_str list = { "", 0 };

        for (const char *p = patterns[i]; *p;) {
            const char *stop = strstr(p, "%s");
            const size_t n = stop ? (size_t)(stop - p) : strlen(p);

            list = arena_printf(c->arena, "%s%.*s%s", list.p, (int)n, p, stop ? name : "");
            p += stop ? n + 2 : n;
        }
        values_put(c, list);
    }
}

static void put_ranks(struct chosen *c, const struct dwr_rule *rule, bool few)
{
    const uint16_t n = rule->ranked_count;

    values_put(c, rule->ranked[0]);
    if (n > 1)
        values_put(c, rule->ranked[n - 1]);
    if (n > 2 && !few)
        values_put(c, rule->ranked[n / 2]);
    values_put(c, (struct dwr_str){ "\"unranked\"", 10 });
}

/* The list that a rule wants; false: it takes any value as it is. */
static bool put_for_rule(struct chosen *c, const struct dwr_rule *rule, bool few)
{
    switch (rule->kind) {
    case DWR_RULE_MERGE_TEXT:
        if (few)
            PUT_ALL(c, few_texts);
        else
            PUT_ALL(c, texts);
        return true;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        if (rule->key.p)
            put_keyed_lists(c, rule->key, few);
        else if (few)
            PUT_ALL(c, few_lists);
        else
            PUT_ALL(c, lists);
        return true;
    case DWR_RULE_SUM:
        if (few)
            PUT_ALL(c, few_numbers);
        else
            PUT_ALL(c, numbers);
        return true;
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        if (rule->ranked_count > 0)
            put_ranks(c, rule, few);
        else if (few)
            PUT_ALL(c, few_ordered);
        else
            PUT_ALL(c, ordered);
        return true;
    default:
        return false;
    }
}

/* --- literals --- */

struct looked_for {
    struct arena *arena;
    uint16_t field;
    struct dwr_str a, b;
    bool a_is_literal, ordered, apart;
    bool with_another; /* compared with another field, or with the user */
};

static bool has_value(const struct looked_for *l, const struct dwr_cond *c, struct dwr_str value)
{
    for (uint16_t i = 0; i < c->value_count; i++)
        if (trial_equal(l->arena, text(c->values[i]), text(value)))
            return true;
    return false;
}

bool values_is_side(const struct dwr_operand *o, uint16_t field)
{
    return o->field == field && o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT;
}

/* Is `a` a literal of the field, and does a condition tell `b` from it? */
static void look(void *context, const struct dwr_cond *c)
{
    struct looked_for *l = context;

    const bool left = values_is_side(&c->left, l->field);
    const bool right = c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE && c->value_count == 0 &&
                       values_is_side(&c->right, l->field);

    if (!left && !right)
        return;
    l->ordered = l->ordered || (c->op >= DWR_COND_LT && c->op <= DWR_COND_GE);
    l->with_another =
        l->with_another || (c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE && c->value_count == 0);
    if (c->value_count == 0)
        return;
    l->a_is_literal = l->a_is_literal || has_value(l, c, l->a);
    l->apart = l->apart || has_value(l, c, l->a) != has_value(l, c, l->b);
}

static bool is_set_to(const struct dwr_doctype *d, struct arena *arena, uint16_t field,
                      struct dwr_str value)
{
    if (d->tombstone.soft_delete.field == field &&
        trial_equal(arena, text(d->tombstone.soft_delete.value), text(value)))
        return true;
    for (uint16_t u = 0; u < d->unit_count; u++)
        for (uint16_t r = 0; r < d->units[u].rule_count; r++)
            for (uint16_t i = 0; i < d->units[u].rules[r].set_count; i++)
                if (d->units[u].rules[r].set[i].field == field &&
                    trial_equal(arena, text(d->units[u].rules[r].set[i].value), text(value)))
                    return true;
    return false;
}

static struct looked_for compared(const struct part *part, struct arena *arena, uint16_t field,
                                  struct dwr_str a, struct dwr_str b)
{
    struct looked_for l = { .arena = arena, .field = field, .a = a, .b = b };

    conds_of_merging(part->asked, look, &l);
    return l;
}

/* The literals, `alike` of each kind, and `others` that are none. */
static void put_chosen(struct chosen *c, const struct part *part, const struct part_slot *slot,
                       struct domain from, unsigned alike, unsigned others)
{
    for (uint16_t i = 1; i < from.count; i++) {
        const struct dwr_str v = from.values[i];
        const struct looked_for l = compared(part, c->arena, slot->field, v, v);
        const bool literal = l.a_is_literal || is_set_to(part->doctype, c->arena, slot->field, v);
        unsigned same = 0;

        if (l.ordered) {
            values_put(c, v);
            continue;
        }
        for (uint16_t k = 1; k < c->count && literal; k++) {
            const struct looked_for two = compared(part, c->arena, slot->field, v, c->v[k]);

            same += two.a_is_literal && !two.apart &&
                    is_set_to(part->doctype, c->arena, slot->field, v) ==
                        is_set_to(part->doctype, c->arena, slot->field, c->v[k]);
        }
        if (literal ? same < alike : others > 0)
            values_put(c, v);
        others -= !literal && others > 0;
    }
}

/* --- slots --- */

/* Nothing looks at more of a value than whether it is another one. */
static bool is_plain(const struct part *part, struct arena *arena, const struct part_slot *slot)
{
    const struct dwr_str none = { "null", 4 };
    struct looked_for l;

    if (slot->field == DWR_NONE || slot->in_row)
        return true;
    l = compared(part, arena, slot->field, none, none);
    return !l.ordered && !l.with_another;
}

/* What the slot's name is to the resolver; of what no rule names: free. */
static uint8_t role_of(const struct part *part, const struct part_slot *slot)
{
    return slot->field == DWR_NONE || slot->in_row ? DWR_NAME_FREE
                                                   : part->doctype->names.v[slot->field].role;
}

static bool put_typed(struct chosen *c, const struct part *part, const struct part_slot *slot,
                      bool few)
{
    const uint8_t at = (uint8_t)(slot - part->slots);
    const struct dwr_unit *unit = part_unit(part, at);
    bool typed = false;

    for (uint16_t r = 0; unit && r < unit->rule_count; r++)
        typed = put_for_rule(c, &unit->rules[r], few) || typed;
    if (!unit && slot->in_row)
        typed = put_for_rule(c, &part->doctype->tables[part->index].otherwise, few);
    else if (!unit && role_of(part, slot) == DWR_NAME_FREE)
        typed = put_for_rule(c, &part->doctype->free_rule, few);
    return typed;
}

static struct domain domain_of_slot(struct arena *arena, const struct part *part,
                                    const struct part_slot *slot,
                                    const struct schema_doctype *schema)
{
    static const struct dwr_str any[] = { DWR_STR("null"), DWR_STR("\"A\""), DWR_STR("\"B\""),
                                          DWR_STR("\"C\"") };

    if (slot->field == DWR_NONE || slot->in_row)
        return (struct domain){ any, 4 };
    return domain_of_field(arena, part->asked, slot->field, schema);
}

/* The rows of a table of one row, twice. */
static struct dwr_str twice(struct arena *arena, struct dwr_str table)
{
    const int n = (int)table.n - 2;

    return arena_printf(arena, "[%.*s,%.*s]", n, table.p + 1, n, table.p + 1);
}

static void put_table(struct chosen *c, struct domain tables, bool few, bool own)
{
    /* null, [], A, A', A B, B A, A A', no key: see domain.h. */
    static const uint16_t few_of[] = { 2, 3, 4, 6 };
    const size_t count = sizeof few_of / sizeof *few_of - (own ? 0 : 1);

    for (uint16_t i = 1; i < tables.count && !few; i++)
        values_put(c, tables.values[i]);
    for (size_t i = 0; i < count && few; i++)
        if (few_of[i] < tables.count)
            values_put(c, tables.values[few_of[i]]);
    if (tables.count > 7 && (own || !few)) {
        values_put(c, twice(c->arena, tables.values[2]));
        if (!few)
            values_put(c, twice(c->arena, tables.values[7]));
    }
}

/* The second field of a unit is there to differ or not: where there are many cases, one value does.
 */
static unsigned own_values(const struct part *part, const struct part_slot *slot, int level)
{
    return level < 2 ? 3 : level > 2 && slot != part->slots ? 1 : 2;
}

/* Values that no condition names, of a field that is only read. */
static unsigned read_values(int level)
{
    return level < 1 ? 3 : 2;
}

static void put_values(struct arena *arena, struct part *part, struct part_slot *slot,
                       const struct schema_doctype *schema, int level)
{
    const struct domain from = domain_of_slot(arena, part, slot, schema);
    const bool few = slot->own ? level >= 2 : level >= 1;
    const struct dwr_table *table = part_table(part, (uint8_t)(slot - part->slots));
    const uint8_t role = role_of(part, slot);
    struct chosen c = { .arena = arena };
    struct dwr_str *values;

    values_put(&c, (struct dwr_str){ "null", 4 });
    slot->plain = false;
    if (table) {
        put_table(&c, from, few, slot->own);
        if (table->count_into != DWR_NONE)
            values_put_sizes(&c, part, table);
    } else if (role == DWR_NAME_COUNT || role == DWR_NAME_VERSION) {
        values_put_numbers(&c, part, slot->field);
    } else if (put_typed(&c, part, slot, few)) {
        if (slot->field != DWR_NONE && !slot->in_row)
            put_chosen(&c, part, slot, from, level < 1 ? 2 : 1, 0);
    } else {
        slot->plain = is_plain(part, arena, slot);
        put_chosen(&c, part, slot, from, level < 1 ? 2 : 1,
                   slot->own ? own_values(part, slot, level) : read_values(level));
    }
    if (c.count == 1) /* a field that is only asked whether it changes must be able to */
        put_chosen(&c, part, slot, from, 1, 1);
    values = arena_array(arena, c.count, sizeof *values);
    memcpy(values, c.v, c.count * sizeof *values);
    slot->values = (struct domain){ values, c.count };
}

/* --- fields that are compared with each other have each other's values --- */

struct sharing {
    struct arena *arena;
    struct part *part;
};

static struct part_slot *slot_of(struct part *part, const struct dwr_operand *o)
{
    for (uint8_t i = 0; i < part->slot_count; i++)
        if (!part->slots[i].in_row && values_is_side(o, part->slots[i].field))
            return &part->slots[i];
    return NULL;
}

static void take_values(struct sharing *s, struct part_slot *to, struct domain from)
{
    struct chosen c = { .arena = s->arena };
    struct dwr_str *values;

    for (uint16_t i = 0; i < to->values.count; i++)
        values_put(&c, to->values.values[i]);
    for (uint16_t i = 0; i < from.count; i++)
        values_put(&c, from.values[i]);
    values = arena_array(s->arena, c.count, sizeof *values);
    memcpy(values, c.v, c.count * sizeof *values);
    to->values = (struct domain){ values, c.count };
}

/* A field that is compared with a role or the user can name each that conditions tell apart; of
 * several roles at once it is one. */
static void take_people(struct sharing *s, struct part_slot *to, const struct dwr_operand *who)
{
    const struct dwr_doctype *asked = s->part->asked;
    const struct domain all =
        who->side == DWR_SIDE_CLIENT_USER
            ? domain_of_users(s->arena, asked)
            : domain_of_roles(s->arena, asked, who->side == DWR_SIDE_CLIENT_ROLE);
    struct dwr_str *v = arena_array(s->arena, all.count, sizeof *v);
    uint16_t n = 0;

    for (uint16_t i = 0; i < all.count; i++)
        if (all.values[i].p[0] == '"')
            v[n++] = all.values[i];
    take_values(s, to, (struct domain){ v, n });
}

static void share(void *context, const struct dwr_cond *c)
{
    struct sharing *s = context;
    struct part_slot *a, *b;

    if (c->op < DWR_COND_EQ || c->op > DWR_COND_GE || c->value_count > 0)
        return;
    a = slot_of(s->part, &c->left);
    b = slot_of(s->part, &c->right);
    if (a && b && a != b) {
        take_values(s, a, b->values);
        take_values(s, b, a->values);
    } else if (a && c->right.side >= DWR_SIDE_SERVER_ROLE) {
        take_people(s, a, &c->right);
    } else if (b && c->left.side >= DWR_SIDE_SERVER_ROLE) {
        take_people(s, b, &c->left);
    }
}

void part_put_values(struct arena *arena, struct part *part, const struct schema_doctype *schema,
                     int level)
{
    struct sharing sharing = { arena, part };

    for (uint8_t i = 0; i < part->slot_count; i++)
        put_values(arena, part, &part->slots[i], schema, level);
    conds_of_merging(part->asked, share, &sharing);
}
