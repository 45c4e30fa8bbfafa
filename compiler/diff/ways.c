/* ways.c - which merges lead to a rule that the other rule set does not have there.
 *
 * A merge can end differently where the old rules decide a field by one rule and the new by another
 * one. For every such pair of rules there is a condition that says when: both rules' guards, none
 * of those before them, no lock. However many conditions stand together, merges that satisfy them
 * all, and merges that fail just one of them, are among those drawn (aim.c). */
#include "aim.h"
#include "str.h"

/* A rule as far as choosing it goes. */
struct branch {
    const struct dwr_cond *when; /* NULL: always */
    struct dwr_str text;         /* of it, by names */
    uint32_t twin;               /* the first with the same condition by the other rule set */
    const struct dwr_rule *rule; /* NULL: of a table, or of what no rule decides */
};

struct branches {
    struct branch *v;
    uint32_t count;
};

/* --- pairs of rules --- */

/* Neither is to be locked. */
static void put_unlocked(struct builder *b)
{
    const struct dwr_cond *locks[2] = { b->deck->pair->by[0]->lock, b->deck->pair->by[1]->lock };
    const bool same = str_same(diff_cond_text(b->deck->pair, 0, locks[0]),
                               diff_cond_text(b->deck->pair, 1, locks[1]));

    for (uint8_t i = 0; i < 2; i++)
        if (locks[i] != NULL && (i == 0 || !same))
            aim_put(b, same ? &b->alike : &b->differ, locks[i], i, false);
}

/* The guards before the one that decides do not hold. */
static void put_passed(struct builder *b, const struct branches branches[2], const uint32_t at[2])
{
    for (uint8_t by = 0; by < 2; by++)
        for (uint32_t i = 0; i < at[by]; i++) {
            const bool same = branches[by].v[i].twin < at[1 - by];

            if (!same)
                aim_put(b, &b->differ, branches[by].v[i].when, by, false);
            else if (by == 0)
                aim_put(b, &b->alike, branches[by].v[i].when, by, false);
        }
}

static void aim_at(struct builder *b, const struct branches branches[2], const uint32_t at[2])
{
    for (uint8_t by = 0; by < 2; by++)
        if (branches[by].v[at[by]].when != NULL)
            aim_put(b, &b->differ, branches[by].v[at[by]].when, by, true);
    put_passed(b, branches, at);
    put_unlocked(b);
    aim_build(b);
}

/* --- what decides a field --- */

static const struct dwr_unit *unit_of(const struct dwr_doctype *d, struct dwr_str name)
{
    const uint16_t field = deck_name(&d->names, name);

    return field != DWR_NONE && d->names.v[field].role == DWR_NAME_UNIT
               ? &d->units[d->names.v[field].index]
               : NULL;
}

static struct branches branches_of(const struct diff_pair *pair, uint8_t by, struct dwr_str name)
{
    const struct dwr_doctype *d = pair->by[by];
    const uint16_t field = deck_name(&d->names, name);
    const struct dwr_unit *unit = unit_of(d, name);
    const struct dwr_cond *hold = NULL;
    const uint32_t count = unit != NULL ? unit->rule_count : 2;
    struct branches b = { arena_zero(pair->arena, count * sizeof *b.v), 0 };

    for (uint16_t i = 0; unit != NULL && i < unit->rule_count; i++)
        b.v[b.count++] = (struct branch){ .when = unit->rules[i].when,
                                          .text = diff_cond_text(pair, by, unit->rules[i].when),
                                          .rule = &unit->rules[i] };
    if (unit != NULL)
        return b;
    if (field != DWR_NONE && d->names.v[field].role == DWR_NAME_TABLE)
        hold = d->tables[d->names.v[field].index].hold;
    if (hold != NULL)
        b.v[b.count++] = (struct branch){ .when = hold, .text = diff_cond_text(pair, by, hold) };
    if (field == DWR_NONE || d->names.v[field].role == DWR_NAME_FREE)
        b.v[b.count].rule = &d->free_rule;
    b.count++;
    return b;
}

struct slots {
    uint32_t *v, count, room;
};

static void add_slot(const struct builder *b, struct slots *s, uint32_t slot)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->v[i] == slot)
            return;
    if (slot != UINT32_MAX && slot != b->aim.subject && s->count < s->room)
        s->v[s->count++] = slot;
}

/* The other fields of its units, then what its rules watch and set. */
static void go_with(struct builder *b, struct dwr_str name)
{
    enum { MOST = 32 };
    struct slots s = { arena_array(b->deck->arena, MOST, sizeof *s.v), 0, MOST };

    for (uint8_t by = 0; by < 2; by++) {
        const struct dwr_unit *unit = unit_of(b->deck->pair->by[by], name);

        for (uint16_t i = 0; unit != NULL && i < unit->field_count; i++)
            add_slot(b, &s, b->deck->slot_of[by][unit->fields[i]]);
    }
    b->aim.beside = s.count;
    for (uint8_t by = 0; by < 2; by++) {
        const struct dwr_unit *unit = unit_of(b->deck->pair->by[by], name);

        for (uint16_t r = 0; unit != NULL && r < unit->rule_count; r++) {
            for (uint16_t i = 0; i < unit->rules[r].watch_count; i++)
                add_slot(b, &s, b->deck->slot_of[by][unit->rules[r].watch[i]]);
            for (uint16_t i = 0; i < unit->rules[r].set_count; i++)
                if (unit->rules[r].set[i].field != DWR_NONE)
                    add_slot(b, &s, b->deck->slot_of[by][unit->rules[r].set[i].field]);
        }
    }
    b->aim.with = s.v;
    b->aim.with_count = s.count;
}

/* Rules that do the same need no merge; of two tables' branches, those that hold every row. */
static bool act_alike(const struct builder *b, const struct branch *one, const struct branch *two,
                      bool same_fields)
{
    if (one->rule != NULL && two->rule != NULL)
        return same_fields && diff_rules_act_alike(b->deck->pair, one->rule, two->rule);
    return one->rule == two->rule && one->when != NULL && two->when != NULL;
}

static bool same_fields(const struct builder *b, struct dwr_str name)
{
    const struct dwr_unit *one = unit_of(b->deck->pair->by[0], name),
                          *two = unit_of(b->deck->pair->by[1], name);

    if (one == NULL || two == NULL || one->field_count != two->field_count)
        return one == two;
    for (uint16_t i = 0; i < one->field_count; i++)
        if (!str_same(b->deck->pair->by[0]->names.v[one->fields[i]].name,
                      b->deck->pair->by[1]->names.v[two->fields[i]].name))
            return false;
    return true;
}

static void find_twins(const struct branches branches[2])
{
    for (int by = 0; by < 2; by++)
        for (uint32_t i = 0; i < branches[by].count; i++) {
            struct branch *one = &branches[by].v[i];

            one->twin = 0;
            while (one->twin < branches[1 - by].count &&
                   !str_same(one->text, branches[1 - by].v[one->twin].text))
                one->twin++;
        }
}

static void aim_at_slot(struct builder *b, uint32_t slot)
{
    const struct dwr_str name = b->deck->slots[slot].name;
    const struct branches branches[2] = { branches_of(b->deck->pair, 0, name),
                                          branches_of(b->deck->pair, 1, name) };
    const bool fields = same_fields(b, name);

    find_twins(branches);
    b->aim = (struct aim){ .subject = slot };
    go_with(b, name);
    for (uint32_t i = 0; i < branches[0].count; i++)
        for (uint32_t k = 0; k < branches[1].count; k++)
            if (!act_alike(b, &branches[0].v[i], &branches[1].v[k], fields))
                aim_at(b, branches, (const uint32_t[]){ i, k });
}

/* What one lock lets through and the other does not; where both are the same, what it is kept from.
 */
static void aim_at_locks(struct builder *b)
{
    const struct dwr_cond *locks[2] = { b->deck->pair->by[0]->lock, b->deck->pair->by[1]->lock };

    b->aim = (struct aim){ .subject = AIM_ANY };
    for (int way = 0; way < 3; way++) {
        const bool holds[2] = { way != 0, way != 1 };

        if ((locks[0] == NULL && holds[0]) || (locks[1] == NULL && holds[1]))
            continue;
        for (uint8_t i = 0; i < 2; i++)
            if (locks[i] != NULL) /* else never */
                aim_put(b, &b->differ, locks[i], i, holds[i]);
        aim_build(b);
    }
}

void deck_aim(struct diff_deck *deck)
{
    struct builder *b = ARENA_NEW(deck->arena, struct builder);

    b->deck = deck;
    aim_at_locks(b);
    for (uint32_t i = 0; i < deck->hot_count; i++)
        if (!diff_fields_equal(deck->pair, deck->slots[deck->hot[i]].name) ||
            !diff_frames_equal(deck->pair))
            aim_at_slot(b, deck->hot[i]);
}
