/* wishes.c - values that make the conditions of a class hold: what they look at, which values of it
 * they tell apart, and which of those satisfy the most of them. */
#include "scenario_parts.h"

/* So many combinations of them are all tried, of so many places. */
enum { PLACES_MAX = 16, ALL_MAX = 60000 };

/* --- what conditions ask for --- */

/* The fields and people that a DocType's conditions speak of. */
struct asked {
    uint16_t *fields;
    uint32_t count, capacity;
    bool server_role, client_role, user;
};

static void ask_operand(struct seek *seek, struct asked *asked, const struct dwr_operand *o)
{
    switch ((enum dwr_operand_side)o->side) {
    case DWR_SIDE_SERVER_ROLE:
        asked->server_role = true;
        return;
    case DWR_SIDE_CLIENT_ROLE:
        asked->client_role = true;
        return;
    case DWR_SIDE_CLIENT_USER:
        asked->user = true;
        return;
    case DWR_SIDE_VALUE:
        return;
    default:
        break;
    }
    for (uint32_t i = 0; i < asked->count; i++)
        if (asked->fields[i] == o->field)
            return;
    if (asked->count == asked->capacity) {
        asked->fields = arena_grow(seek->arena, asked->fields, asked->capacity,
                                   2 * asked->capacity + 8, sizeof *asked->fields);
        asked->capacity = 2 * asked->capacity + 8;
    }
    asked->fields[asked->count++] = o->field;
}

static void ask(struct seek *seek, struct asked *asked, const struct dwr_cond *c)
{
    if (!c)
        return;
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR || c->op == DWR_COND_NOT) {
        ask(seek, asked, c->a);
        ask(seek, asked, c->b);
        return;
    }
    ask_operand(seek, asked, &c->left);
    if (c->value_count == 0 && c->op <= DWR_COND_GE)
        ask_operand(seek, asked, &c->right);
}

static void ask_unit(struct seek *seek, struct asked *asked, const struct dwr_unit *unit)
{
    const struct dwr_operand none = { .side = DWR_SIDE_DOC };

    for (unsigned r = 0; r < unit->rule_count; r++)
        ask(seek, asked, unit->rules[r].when);
    for (unsigned i = 0; i < unit->field_count; i++) {
        struct dwr_operand field = none;

        field.field = unit->fields[i];
        ask_operand(seek, asked, &field);
    }
}

static struct asked asked_by(struct seek *seek, const struct cover_class *class_)
{
    struct asked asked = { .count = 0 };

    ask(seek, &asked, seek->d->lock);
    if (class_->part == COVER_UNIT)
        ask_unit(seek, &asked, &seek->d->units[class_->index]);
    if (class_->part == COVER_TABLE)
        ask(seek, &asked, seek->d->tables[class_->index].hold);
    return asked;
}

/* --- at random --- */

static uint32_t below(struct seek *seek, uint32_t n)
{
    seek->random ^= seek->random << 13;
    seek->random ^= seek->random >> 7;
    seek->random ^= seek->random << 17;
    return (uint32_t)(seek->random >> 33) % n;
}

static struct dwr_str any(struct seek *seek, struct domain domain)
{
    const struct dwr_str value = domain.values[below(seek, domain.count)];

    return value.n == 4 && value.p[0] == 'n' ? (struct dwr_str){ NULL, 0 } : value;
}

/* --- values that make conditions hold --- */

/* Of one field, how many comparisons each value of one side satisfies. */
struct wish {
    struct seek *seek;
    uint16_t field;
    uint8_t side; /* enum dwr_operand_side */
    struct domain domain;
    uint16_t *score; /* by value */
    uint16_t best;   /* the greatest */
    bool asked;      /* some comparison reads that side */
};

static bool satisfies(struct seek *seek, const struct dwr_cond *c, struct dwr_text value)
{
    bool in = false;
    int order;

    if (c->op == DWR_COND_IS_SET || c->op == DWR_COND_IS_NOT_SET)
        return dwr_is_unset(value) == (c->op == DWR_COND_IS_NOT_SET);
    for (uint16_t i = 0; i < c->value_count; i++)
        in = in ||
             trial_same(&seek->bench, value, (struct dwr_text){ c->values[i].p, c->values[i].n });
    if (c->op == DWR_COND_EQ || c->op == DWR_COND_IN)
        return in;
    if (c->op == DWR_COND_NE || c->op == DWR_COND_NOT_IN)
        return !in;
    order = dwr_value_compare(seek->bench.compare, value,
                              (struct dwr_text){ c->values[0].p, c->values[0].n });
    return c->op == DWR_COND_LT   ? order < 0
           : c->op == DWR_COND_LE ? order <= 0
           : c->op == DWR_COND_GT ? order > 0
                                  : order >= 0;
}

static void wish_for(struct wish *w, const struct dwr_cond *c, bool wanted)
{
    if (!c)
        return;
    if (c->op <= DWR_COND_NOT) {
        wish_for(w, c->a, c->op == DWR_COND_NOT ? !wanted : wanted);
        if (c->op != DWR_COND_NOT)
            wish_for(w, c->b, wanted);
        return;
    }
    if (c->op == DWR_COND_CHANGES) {
        w->asked = w->asked || c->left.field == w->field;
        return;
    }
    if (c->value_count == 0 && c->op <= DWR_COND_GE && c->right.field == w->field &&
        c->right.side == w->side)
        w->asked = true;
    if (c->left.field != w->field || c->left.side != w->side)
        return;
    w->asked = true;
    if (c->value_count == 0 && c->op < DWR_COND_IS_SET)
        return;
    for (uint16_t i = 0; i < w->domain.count; i++) {
        const struct dwr_str v = w->domain.values[i];

        w->score[i] += satisfies(w->seek, c, (struct dwr_text){ v.p, v.n }) == wanted;
        w->best = w->score[i] > w->best ? w->score[i] : w->best;
    }
}

/* What one place of a merge may hold: a side of a field, or a person. */
struct place {
    struct domain domain;
    uint16_t field; /* DWR_NONE: a person */
    uint8_t side;   /* or which: 0 the server's role, 1 the client's, 2 the user */
};

struct wishes {
    struct asked asked;
    struct wish (*fields)[DRAFT_SIDES]; /* beside asked.fields */
    struct domain server_roles, client_roles, users;
    struct place places[PLACES_MAX];
    uint32_t place_count;
    uint32_t all; /* combinations; 0: too many, or none */
};

static void wish_for_all(struct seek *seek, struct wish *w, const struct cover_class *class_)
{
    const struct dwr_unit *unit =
        class_->part == COVER_UNIT ? &seek->d->units[class_->index] : NULL;

    wish_for(w, seek->d->lock, class_->part == COVER_LOCK);
    /* An earlier rule's condition must not hold. */
    for (unsigned r = 0; unit && r < unit->rule_count && r <= class_->rule; r++)
        wish_for(w, unit->rules[r].when, r == class_->rule);
    if (class_->part == COVER_TABLE)
        wish_for(w, seek->d->tables[class_->index].hold, class_->kind == COVER_HELD);
}

/* Those that the schema lets the field have. */
static struct domain held(struct seek *seek, uint16_t index, struct domain domain)
{
    const struct schema_field *field =
        seek->schema ? schema_field(seek->schema, seek->d->names.v[index].name) : NULL;
    struct dwr_str *v = arena_array(seek->arena, domain.count, sizeof *v);
    uint16_t n = 0;

    for (uint16_t i = 0; i < domain.count; i++)
        if (!field || schema_can_hold(seek->arena, field, domain.values[i]))
            v[n++] = domain.values[i];
    return (struct domain){ v, n };
}

/* What conditions tell apart, and what the class's own rule is for: that may be of another kind. */
static struct domain wanted_of(struct seek *seek, const struct cover_class *class_, uint16_t index)
{
    const struct domain domain = domain_of_field(seek->arena, seek->d, index, seek->schema);
    const struct dwr_name *name = &seek->d->names.v[index];
    const struct dwr_unit *unit = &seek->d->units[class_->index];
    struct values own;
    struct dwr_str *v;
    uint16_t n = domain.count;

    if (class_->part != COVER_UNIT || name->role != DWR_NAME_UNIT || name->index != class_->index)
        return domain;
    own = values_for_rule(seek, index, name->name, &unit->rules[class_->rule]);
    v = arena_array(seek->arena, (size_t)domain.count + own.count, sizeof *v);
    memcpy(v, domain.values, domain.count * sizeof *v);
    for (uint32_t i = 0; i < own.count; i++) {
        const struct dwr_text value = { own.v[i].p, own.v[i].n };
        bool is_there = false;

        for (uint16_t k = 0; k < n && !is_there; k++)
            is_there = trial_same(&seek->bench, value, (struct dwr_text){ v[k].p, v[k].n });
        if (!is_there)
            v[n++] = own.v[i];
    }
    return (struct domain){ v, n };
}

static void wish_for_fields(struct seek *seek, struct wishes *wishes,
                            const struct cover_class *class_)
{
    static const uint8_t sides[DRAFT_SIDES] = { DWR_SIDE_BASE, DWR_SIDE_SERVER, DWR_SIDE_CLIENT };
    const struct asked *asked = &wishes->asked;

    struct domain *domains = arena_array(seek->arena, asked->count, sizeof *domains);

    wishes->fields = arena_array(seek->arena, asked->count, sizeof *wishes->fields);
    for (uint32_t i = 0; i < asked->count; i++)
        domains[i] = wanted_of(seek, class_, asked->fields[i]);
    ties_share(seek, class_, asked->fields, asked->count, domains);
    for (uint32_t i = 0; i < asked->count; i++)
        for (unsigned side = 0; side < DRAFT_SIDES; side++) {
            struct wish *w = &wishes->fields[i][side];

            *w = (struct wish){ .seek = seek, .field = asked->fields[i], .side = sides[side] };
            w->domain = held(seek, w->field, domains[i]);
            w->score = arena_zero(seek->arena, w->domain.count * sizeof *w->score);
            wish_for_all(seek, w, class_);
        }
}

static struct dwr_str set_or_not(struct dwr_str value)
{
    return value.n == 4 && value.p[0] == 'n' ? (struct dwr_str){ NULL, 0 } : value;
}

/* Mostly one of those that satisfy the most. */
static struct dwr_str wished(struct seek *seek, const struct wish *w)
{
    uint32_t best = 0, pick;

    if (w->best == 0 || below(seek, 4) == 0)
        return any(seek, w->domain);
    for (uint16_t i = 0; i < w->domain.count; i++)
        best += w->score[i] == w->best;
    pick = below(seek, best);
    for (uint16_t i = 0; i < w->domain.count; i++)
        if (w->score[i] == w->best && pick-- == 0)
            return set_or_not(w->domain.values[i]);
    return (struct dwr_str){ NULL, 0 };
}

/* What the sync layer writes, a client does not. */
static bool is_written_by_clients(struct seek *seek, uint16_t index)
{
    const uint8_t role = seek->d->names.v[index].role;

    return role != DWR_NAME_META && role != DWR_NAME_VERSION;
}

/* The field of the draft that conditions may be given; NULL: it stays as it is. */
static struct draft_field *shaken(struct seek *seek, struct draft *draft, uint16_t index)
{
    const struct dwr_name *name = &seek->d->names.v[index];

    if (name->role == DWR_NAME_TABLE && draft->tables[name->index].count > 0)
        return NULL;
    return draft_field(seek, draft, name->name);
}

static void shake_field(struct seek *seek, struct draft *draft, const struct wish wishes[])
{
    const bool asked =
        wishes[DRAFT_BASE].best + wishes[DRAFT_SERVER].best + wishes[DRAFT_CLIENT].best > 0;
    struct draft_field *field;

    if (below(seek, asked ? 8 : 2) == 0)
        return;
    field = shaken(seek, draft, wishes[0].field);
    if (!field)
        return;
    field->value[DRAFT_BASE] = wished(seek, &wishes[DRAFT_BASE]);
    field->value[DRAFT_SERVER] =
        wishes[DRAFT_SERVER].best == 0 && wishes[DRAFT_BASE].best == 0 && below(seek, 2) == 0
            ? field->value[DRAFT_BASE]
            : wished(seek, &wishes[DRAFT_SERVER]);
    field->value[DRAFT_CLIENT] = (struct dwr_str){ NULL, 0 };
    if (is_written_by_clients(seek, wishes[0].field) &&
        (wishes[DRAFT_CLIENT].best > 0 || below(seek, 2) == 0))
        field->value[DRAFT_CLIENT] = wished(seek, &wishes[DRAFT_CLIENT]);
}

void wishes_shake(struct seek *seek, const struct wishes *wishes, struct draft *draft)
{
    for (uint32_t i = 0; i < wishes->asked.count; i++)
        shake_field(seek, draft, wishes->fields[i]);
    if (wishes->asked.server_role)
        draft->server_role = any(seek, wishes->server_roles);
    if (wishes->asked.client_role)
        draft->client_role = any(seek, wishes->client_roles);
    if (wishes->asked.user)
        draft->client_user = any(seek, wishes->users);
}

/* --- all of them --- */

static void put_place(struct seek *seek, struct draft *draft, const struct place *place, uint16_t k)
{
    const struct dwr_str value = set_or_not(place->domain.values[k]);
    struct draft_field *field;

    if (place->field == DWR_NONE) {
        *(place->side == 0   ? &draft->server_role
          : place->side == 1 ? &draft->client_role
                             : &draft->client_user) = value;
        return;
    }
    field = shaken(seek, draft, place->field);
    if (field)
        field->value[place->side] =
            value.p || place->side != DRAFT_CLIENT ? value : (struct dwr_str)DWR_STR("null");
}

static bool put_in_place(struct wishes *wishes, struct domain domain, uint16_t field, uint8_t side)
{
    if (wishes->place_count == PLACES_MAX)
        return false;
    wishes->places[wishes->place_count++] = (struct place){ domain, field, side };
    return true;
}

/* A field that the class is about: what conditions read of it goes together with the rest of it. */
static bool is_asked(struct seek *seek, const struct wishes *wishes, uint32_t i, unsigned side,
                     struct draft *draft)
{
    const struct wish *w = wishes->fields[i];

    if (draft_find(draft, seek->d->names.v[wishes->asked.fields[i]].name))
        return w[DRAFT_BASE].asked || w[DRAFT_SERVER].asked || w[DRAFT_CLIENT].asked;
    return w[side].asked;
}

static void find_places(struct seek *seek, struct wishes *wishes, struct draft *draft)
{
    const struct asked *asked = &wishes->asked;
    const struct domain people[] = { wishes->server_roles, wishes->client_roles, wishes->users };
    const bool wanted[] = { asked->server_role, asked->client_role, asked->user };
    uint64_t all = 1;
    bool fits = true;

    for (uint32_t i = 0; i < asked->count; i++)
        for (uint8_t side = 0; side < DRAFT_SIDES; side++)
            if (is_asked(seek, wishes, i, side, draft) &&
                (side != DRAFT_CLIENT || is_written_by_clients(seek, asked->fields[i])))
                fits = fits &&
                       put_in_place(wishes, wishes->fields[i][side].domain, asked->fields[i], side);
    for (uint8_t who = 0; who < 3; who++)
        if (wanted[who])
            fits = fits && put_in_place(wishes, people[who], DWR_NONE, who);
    for (uint32_t i = 0; i < wishes->place_count && all <= ALL_MAX; i++)
        all *= wishes->places[i].domain.count;
    wishes->all = fits && wishes->place_count > 0 && all <= ALL_MAX ? (uint32_t)all : 0;
}

uint32_t wishes_count(const struct wishes *wishes)
{
    return wishes->all;
}

void wishes_put(struct seek *seek, const struct wishes *wishes, struct draft *draft, uint32_t k)
{
    for (uint32_t i = 0; i < wishes->place_count; i++) {
        put_place(seek, draft, &wishes->places[i], (uint16_t)(k % wishes->places[i].domain.count));
        k /= wishes->places[i].domain.count;
    }
}

/* The DocType with no conditions but those of the class: what tells people apart elsewhere is not
 * worth trying. */
static struct dwr_doctype narrowed(struct seek *seek, const struct cover_class *class_)
{
    struct dwr_doctype d = *seek->d;

    d.unit_count = class_->part == COVER_UNIT;
    d.units = &seek->d->units[d.unit_count ? class_->index : 0];
    d.table_count = class_->part == COVER_TABLE;
    d.tables = &seek->d->tables[d.table_count ? class_->index : 0];
    d.tombstone.archive_when = NULL;
    d.no_overlap_count = d.link_count = d.effect_count = d.priority_count = 0;
    return d;
}

const struct wishes *wishes_of(struct seek *seek, const struct cover_class *class_,
                               struct draft *draft)
{
    struct wishes *wishes = ARENA_NEW(seek->arena, struct wishes);
    const struct dwr_doctype narrow = narrowed(seek, class_);

    *wishes = (struct wishes){ .asked = asked_by(seek, class_) };
    if (wishes->asked.count == 0 && !wishes->asked.server_role && !wishes->asked.client_role &&
        !wishes->asked.user)
        return NULL;
    wish_for_fields(seek, wishes, class_);
    wishes->server_roles = domain_of_roles(seek->arena, &narrow, false);
    wishes->client_roles = domain_of_roles(seek->arena, &narrow, true);
    wishes->users = domain_of_users(seek->arena, &narrow);
    find_places(seek, wishes, draft);
    return wishes;
}
