/* rules.c - units and what decides them: sections 3 and 4 of the semantics, for documents and for
 * the rows of child tables alike.
 *
 * decide_units goes over what the client wrote; decide_unit is the table of section 3, one case
 * after the other; decide[] holds one function a rule of section 4. */
#include <string.h>

#include "decimal.h"
#include "merge.h"
#include "merge_text.h"

/* One unit whose C is not empty. */
struct unit_case {
    struct record *r;
    const uint32_t *slots; /* of its fields, those that some side has */
    uint32_t slot_count;
    bool several; /* it is a unit of several fields */
    const struct dwr_rule *rule;
    const struct scope *scope;
};

static bool is_number(struct dwr_text v)
{
    return v.p[0] == '-' || (v.p[0] >= '0' && v.p[0] <= '9');
}

/* --- decisions --- */

void decide_value(struct record *r, uint32_t i, struct dwr_text v)
{
    struct decision *d = &r->decisions[i];
    const struct dwr_text server = r->slots[i].value[DWR_SERVER];

    if (!d->touched)
        record_touch(r, i);
    d->value = v;
    if (v.p == NULL)
        d->action = server.p == NULL ? KEEP : REMOVE;
    else
        d->action =
            server.p != NULL && v.n == server.n && memcmp(v.p, server.p, v.n) == 0 ? KEEP : REPLACE;
}

void decide_report(struct record *r, uint32_t i, enum dwr_outcome outcome, bool conflict,
                   const struct dwr_str *rule)
{
    struct decision *d = &r->decisions[i];

    if (!d->touched)
        record_touch(r, i);
    d->reported = true;
    d->outcome = (uint8_t)outcome;
    d->conflict = conflict;
    d->rule = rule;
}

/* The fields of C, each with the client's own value. */
static void client_takes_c(const struct unit_case *u, bool conflict)
{
    for (uint32_t k = 0; k < u->slot_count; k++) {
        const uint32_t i = u->slots[k];

        if (!slot_in_c(u->r, i))
            continue;
        decide_value(u->r, i, u->r->slots[i].value[DWR_CLIENT]);
        decide_report(u->r, i, DWR_OUTCOME_CLIENT, conflict, &u->rule->at);
    }
}

/* Section 4: in a conflicting unit of several fields, a field of C with the server's value is
 * reported `same`. */
static bool same_in_company(const struct unit_case *u, uint32_t i)
{
    return u->several && slot_client_is_server(u->r, i);
}

/* A conflict the server wins: every field of C is reported. */
static void server_keeps(const struct unit_case *u, enum dwr_outcome outcome)
{
    for (uint32_t k = 0; k < u->slot_count; k++) {
        const uint32_t i = u->slots[k];

        if (!slot_in_c(u->r, i))
            continue;
        if (same_in_company(u, i))
            decide_report(u->r, i, DWR_OUTCOME_SAME, false, &u->rule->at);
        else
            decide_report(u->r, i, outcome, true, &u->rule->at);
    }
}

/* A conflict in which every field of the unit becomes the client's view: fields of C are reported,
 * and every other whose server value was replaced. */
static void view_taken(const struct unit_case *u, enum dwr_outcome outcome)
{
    for (uint32_t k = 0; k < u->slot_count; k++) {
        const uint32_t i = u->slots[k];
        const struct dwr_slot *slot = &u->r->slots[i];
        const struct dwr_text view = client_view(u->r, slot);
        const bool in_c = slot_in_c(u->r, i);
        const bool replaced = !dwr_field_equal(u->r->m->s, view, slot->value[DWR_SERVER]);

        if (replaced)
            decide_value(u->r, i, view);
        if (in_c && same_in_company(u, i))
            decide_report(u->r, i, DWR_OUTCOME_SAME, false, &u->rule->at);
        else if (in_c || replaced)
            decide_report(u->r, i, outcome, true, &u->rule->at);
    }
}

/* --- the rules of section 4; each is called for a conflict --- */

static bool rule_server_wins(const struct unit_case *u)
{
    server_keeps(u, DWR_OUTCOME_SERVER);
    return true;
}

static bool rule_client_wins(const struct unit_case *u)
{
    view_taken(u, DWR_OUTCOME_CLIENT);
    return true;
}

static bool rule_last_write_wins(const struct unit_case *u)
{
    return client_wrote_last(u->r->m, u->scope) ? rule_client_wins(u) : rule_server_wins(u);
}

static bool set_on_server(const struct unit_case *u)
{
    for (uint32_t k = 0; k < u->slot_count; k++)
        if (!dwr_is_unset(u->r->slots[u->slots[k]].value[DWR_SERVER]))
            return true;
    return false;
}

static bool rule_first_write_wins(const struct unit_case *u)
{
    return set_on_server(u) ? rule_server_wins(u) : rule_client_wins(u);
}

/* Section 4.3. The conflict opens where some field is reported `manual`. */
static DWR_SELDOM bool rule_manual(const struct unit_case *u)
{
    struct merge *m = u->r->m;
    bool open = false;

    if (u->rule->provisional_client)
        view_taken(u, DWR_OUTCOME_MANUAL);
    else
        server_keeps(u, DWR_OUTCOME_MANUAL);
    for (uint32_t k = 0; k < u->slot_count; k++) {
        struct decision *d = &u->r->decisions[u->slots[k]];

        if (!d->reported || d->outcome != DWR_OUTCOME_MANUAL)
            continue;
        open = true;
        d->marked = u->rule->provisional_client;
    }
    if (open && u->rule->set_count > 0) {
        struct opened *o = dwr_take(m->s, sizeof *o);

        if (o == NULL)
            return false;
        *o = (struct opened){ u->rule, m->opened };
        m->opened = o;
    }
    return true;
}

/* The three values of a unit of one field; base is absent where it is not known. */
struct three {
    uint32_t slot;
    struct dwr_text base, server, client;
};

static struct three three_of(const struct unit_case *u)
{
    const struct dwr_slot *slot = &u->r->slots[u->slots[0]];

    return (struct three){
        .slot = u->slots[0],
        .base = u->r->base_known ? slot->value[DWR_BASE] : (struct dwr_text){ NULL, 0 },
        .server = slot->value[DWR_SERVER],
        .client = slot->value[DWR_CLIENT],
    };
}

/* Is every value unset or of the right kind? */
static bool all_kinds(const struct three *t,
                      bool (*right)(const struct dwr_rule *, struct dwr_text),
                      const struct dwr_rule *rule)
{
    return (dwr_is_unset(t->base) || right(rule, t->base)) &&
           (dwr_is_unset(t->server) || right(rule, t->server)) &&
           (dwr_is_unset(t->client) || right(rule, t->client));
}

static void merged(const struct unit_case *u, uint32_t slot, struct dwr_text value)
{
    decide_value(u->r, slot, value);
    decide_report(u->r, slot, DWR_OUTCOME_MERGED, true, &u->rule->at);
}

static bool is_text(const struct dwr_rule *rule, struct dwr_text v)
{
    (void)rule;
    return v.p[0] == '"';
}

static bool rule_merge_text(const struct unit_case *u)
{
    const struct three t = three_of(u);
    struct dwr_text out;

    if (!all_kinds(&t, is_text, u->rule))
        return rule_server_wins(u);
    if (dwr_merge_text(u->r->m->s, t.base, t.server, t.client, &out) != DWR_OK)
        return false;
    merged(u, t.slot, out);
    return true;
}

static bool is_array(const struct dwr_rule *rule, struct dwr_text v)
{
    (void)rule;
    return v.p[0] == '[';
}

static DWR_SELDOM bool lists(const struct unit_case *u, bool keep_both)
{
    const struct three t = three_of(u);
    struct dwr_text out;

    if (!all_kinds(&t, is_array, u->rule))
        return rule_server_wins(u);
    if (!merge_lists(u->r->m, keep_both, u->rule->key, u->r->base_known, t.base, t.server, t.client,
                     &out))
        return false;
    merged(u, t.slot, out);
    return true;
}

static bool rule_union(const struct unit_case *u)
{
    return lists(u, false);
}

static bool rule_keep_both(const struct unit_case *u)
{
    return lists(u, true);
}

static bool is_summable(const struct dwr_rule *rule, struct dwr_text v)
{
    (void)rule;
    return is_number(v) && dwr_decimal_summable(v);
}

static struct dwr_text set_or_absent(struct dwr_text v)
{
    return dwr_is_unset(v) ? (struct dwr_text){ NULL, 0 } : v;
}

static bool rule_sum(const struct unit_case *u)
{
    const struct three t = three_of(u);
    char *digits;
    size_t n;

    if (!all_kinds(&t, is_summable, u->rule))
        return rule_server_wins(u);
    digits = dwr_take(u->r->m->s, DWR_DECIMAL_SUM_BYTES);
    if (digits == NULL)
        return false;
    n = dwr_decimal_sum(set_or_absent(t.base), set_or_absent(t.server), set_or_absent(t.client),
                        digits);
    merged(u, t.slot, (struct dwr_text){ digits, n });
    return true;
}

/* The place in `ranked`, from 0; -1 where it has none. */
static DWR_SELDOM int rank_of(struct dwr_scratch *s, const struct dwr_rule *rule, struct dwr_text v)
{
    for (unsigned i = 0; i < rule->ranked_count; i++)
        if (dwr_field_equal(s, v, (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n }))
            return (int)i;
    return -1;
}

static bool has_order(const struct dwr_rule *rule, struct dwr_text v)
{
    (void)rule;
    return v.p[0] == '"' || is_number(v);
}

/* direction: 1 keeps the later, -1 the earlier. An unset side does not take part; a tie is the
 * server's. */
static DWR_SELDOM bool extreme(const struct unit_case *u, int direction)
{
    struct dwr_scratch *s = u->r->m->s;
    const struct three t = three_of(u);
    const struct dwr_text sides[3] = { t.base, t.server, t.client };
    int order;

    if (u->rule->ranked_count == 0 && !all_kinds(&t, has_order, u->rule))
        return rule_server_wins(u);
    for (int i = 0; i < 3 && u->rule->ranked_count > 0; i++)
        if (!dwr_is_unset(sides[i]) && rank_of(s, u->rule, sides[i]) < 0)
            return rule_server_wins(u);
    if (dwr_is_unset(t.server) || dwr_is_unset(t.client))
        order = dwr_is_unset(t.client) ? 0 : direction;
    else if (u->rule->ranked_count > 0)
        order = rank_of(s, u->rule, t.client) - rank_of(s, u->rule, t.server);
    else
        order = dwr_value_compare(s, t.client, t.server);
    merged(u, t.slot, order * direction > 0 ? t.client : t.server);
    return true;
}

static bool rule_max(const struct unit_case *u)
{
    return extreme(u, 1);
}

static bool rule_min(const struct unit_case *u)
{
    return extreme(u, -1);
}

/* These two also hold where nothing conflicts: decide_unit calls them before it asks. */
static bool rule_server_only(const struct unit_case *u)
{
    server_keeps(u, DWR_OUTCOME_REFUSED);
    return true;
}

static bool rule_immutable(const struct unit_case *u)
{
    if (set_on_server(u))
        return rule_server_only(u);
    client_takes_c(u, false);
    return true;
}

/* Section 5.1: the server's document stands, the client's view becomes a branch; every field of C
 * is reported so. */
static DWR_SELDOM bool rule_branch(const struct unit_case *u)
{
    for (uint32_t k = 0; k < u->slot_count; k++)
        if (slot_in_c(u->r, u->slots[k]))
            decide_report(u->r, u->slots[k], DWR_OUTCOME_BRANCHED, true, &u->rule->at);
    u->r->m->branched = true;
    return true;
}

static bool (*const decide[])(const struct unit_case *) = {
#define RULE(NAME, word, arity, section) [DWR_RULE_##NAME] = rule_##word,
#include "../rule_kinds.def"
#undef RULE
    [DWR_RULE_BRANCH] = rule_branch,
};

/* --- section 3 --- */

/* The client wrote the server's value: of a table row by row, of a field of the sync layer's never,
 * for what it writes there is ignored (1.6). */
static bool client_agrees(struct record *r, uint32_t i)
{
    if (!client_wrote(&r->slots[i]))
        return false;
    if (r->table != NULL)
        return slot_client_is_server(r, i);
    return !is_sync_layers(r, i) && sides_equal(r, i, DWR_CLIENT, DWR_SERVER);
}

/* A field of the watch list changed: on the server, and not to what the client's view says. */
static bool watched_changed(struct record *r, const struct dwr_rule *rule)
{
    for (unsigned k = 0; k < rule->watch_count; k++) {
        const uint32_t i = record_part(r, rule->watch[k]);

        if (i != NO_SLOT && field_changes(r, rule->watch[k]) &&
            (!r->base_known || !client_agrees(r, i)))
            return true;
    }
    return false;
}

/* Some field of the unit differs between server and base; base unknown: is set on the server. */
static bool server_changed(const struct unit_case *u)
{
    if (!u->r->base_known)
        return set_on_server(u);
    for (uint32_t k = 0; k < u->slot_count; k++)
        if (slot_base_differs(u->r, u->slots[k]))
            return true;
    return false;
}

/* Equal values still add up: what the client counted is not what the server counted. */
static bool sums_numbers(const struct unit_case *u)
{
    struct three t;

    if (u->rule->kind != DWR_RULE_SUM)
        return false;
    t = three_of(u);
    return all_kinds(&t, is_summable, u->rule);
}

/* The table of section 3, for a unit whose C is not empty. */
static bool decide_unit(const struct unit_case *u)
{
    struct record *r = u->r;
    const bool watched = watched_changed(r, u->rule);
    bool all_same = true;

    for (uint32_t k = 0; k < u->slot_count && all_same; k++)
        all_same = !slot_in_c(r, u->slots[k]) || slot_client_is_server(r, u->slots[k]);
    if (all_same && !watched && !sums_numbers(u)) {
        for (uint32_t k = 0; k < u->slot_count; k++)
            if (slot_in_c(r, u->slots[k]))
                decide_report(r, u->slots[k], DWR_OUTCOME_SAME, false, &u->rule->at);
        return true;
    }
    if (u->rule->kind == DWR_RULE_IMMUTABLE || u->rule->kind == DWR_RULE_SERVER_ONLY)
        return decide[u->rule->kind](u);
    if (!watched && !server_changed(u)) {
        client_takes_c(u, false);
        return true;
    }
    return decide[u->rule->kind](u);
}

const struct dwr_rule *select_rule(struct merge *m, const struct dwr_unit *unit,
                                   const struct scope *scope)
{
    const struct dwr_rule *rule = unit->rules;

    while (rule->when != NULL && !cond_holds(m, rule->when, scope))
        rule++;
    return rule;
}

static DWR_SELDOM bool lock_excepts(const struct merge *m, unsigned field)
{
    for (unsigned i = 0; i < m->d->lock_except_count; i++)
        if (m->d->lock_except[i] == field)
            return true;
    return false;
}

/* The lock holds for every unit but those of the listed fields. */
static bool locked(const struct record *r, const uint16_t *fields, uint32_t n)
{
    if (!r->m->locked || r->table != NULL)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (lock_excepts(r->m, fields[i]))
            return false;
    return true;
}

static bool decide_named_unit(struct record *r, const struct dwr_unit *unit)
{
    const struct scope scope =
        r->table == NULL ? (struct scope){ r->names, unit->fields, unit->field_count, { NULL, 0 } }
                         : (struct scope){ .name = { r->m->d->names.v[r->table->field].name.p,
                                                     r->m->d->names.v[r->table->field].name.n } };
    uint32_t few[8], *slots = few;
    struct unit_case u = { .r = r, .scope = &scope, .several = unit->field_count > 1 };
    bool empty = true;

    for (unsigned k = 0; k < unit->field_count; k++) {
        const uint32_t i = record_part(r, unit->fields[k]);

        if (i == NO_SLOT)
            continue;
        r->decisions[i].decided = true;
        empty = empty && !slot_in_c(r, i);
    }
    if (empty)
        return true;
    if (unit->field_count > sizeof few / sizeof *few) {
        slots = dwr_take(r->m->s, unit->field_count * sizeof *slots);
        if (slots == NULL)
            return false;
    }
    for (unsigned k = 0; k < unit->field_count; k++) {
        const uint32_t i = record_slot(r, unit->fields[k]);

        if (i != NO_SLOT)
            slots[u.slot_count++] = i;
    }
    u.slots = slots;
    u.rule = locked(r, unit->fields, unit->field_count) ? &r->m->lock_rule
                                                        : select_rule(r->m, unit, &scope);
    return decide_unit(&u);
}

/* A field without a rule of its own that is a unit alone. */
static bool decide_free_field(struct record *r, uint32_t i)
{
    const uint16_t field = r->slots[i].field;
    const struct scope scope = {
        .name = r->table == NULL ? r->slots[i].name
                                 : (struct dwr_text){ r->m->d->names.v[r->table->field].name.p,
                                                      r->m->d->names.v[r->table->field].name.n }
    };
    const struct unit_case u = {
        .r = r,
        .slots = &i,
        .slot_count = 1,
        .scope = &scope,
        .rule = locked(r, &field, 1) ? &r->m->lock_rule : r->free_rule,
    };

    r->decisions[i].decided = true;
    return !slot_in_c(r, i) || decide_unit(&u);
}

/* All fields without a rule of their own, as one unit. */
static DWR_SELDOM bool decide_free_unit(struct record *r)
{
    static const struct scope everywhere = { .name = { NULL, 0 } };
    uint32_t *slots = dwr_take(r->m->s, (r->count + 1) * sizeof *slots);
    struct unit_case u = { .r = r, .rule = r->free_rule, .scope = &everywhere };
    bool empty = true;

    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < r->count; i++) {
        if (record_role(r, i) != DWR_NAME_FREE)
            continue;
        r->decisions[i].decided = true;
        slots[u.slot_count++] = i;
        empty = empty && !slot_in_c(r, i);
    }
    u.slots = slots;
    u.several = u.slot_count > 1;
    return empty || decide_unit(&u);
}

bool decide_units(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_slot *slot = &r->slots[i];
        bool ok = true;

        if (!client_wrote(slot) || (slot->client_same && (slot->base_same || !r->base_known)) ||
            r->decisions[i].decided)
            continue;
        switch (record_role(r, i)) {
        case DWR_NAME_UNIT:
            ok = decide_named_unit(r, &r->units[r->names->v[slot->field].index]);
            break;
        case DWR_NAME_FREE:
            ok = r->free_together && !r->m->locked ? decide_free_unit(r) : decide_free_field(r, i);
            break;
        default: /* tables are children.c's; the rest is the sync layer's */
            break;
        }
        if (!ok)
            return false;
    }
    return true;
}

bool decide_sets(struct record *r, const struct opened *opened)
{
    for (const struct opened *o = opened; o != NULL; o = o->next)
        for (unsigned k = 0; k < o->rule->set_count; k++) {
            const struct dwr_set *set = &o->rule->set[k];
            const struct dwr_text value = { set->value.p, set->value.n };
            uint32_t i = record_slot(r, set->field);

            if (i == NO_SLOT)
                i = record_add(r, set->field);
            if (i == NO_SLOT)
                return false;
            /* What the client wrote there is refused, were it the very value. */
            if (slot_in_c(r, i))
                decide_report(r, i, DWR_OUTCOME_REFUSED, true, &set->at);
            decide_value(r, i, value);
        }
    return true;
}
