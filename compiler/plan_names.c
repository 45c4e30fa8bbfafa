/* plan_names.c - lists of names: every name once, in the order in which the rules speak of them. */
#include "name_hash.h"
#include "plan_parts.h"

static const struct dwr_name built_in[PLAN_BUILT_IN] = {
    { .name = DWR_STR("name") },        { .name = DWR_STR("doctype") },
    { .name = DWR_STR("owner") },       { .name = DWR_STR("creation") },
    { .name = DWR_STR("modified") },    { .name = DWR_STR("modified_by") },
    { .name = DWR_STR("idx") },         { .name = DWR_STR("docstatus") },
    { .name = DWR_STR("parent") },      { .name = DWR_STR("parenttype") },
    { .name = DWR_STR("parentfield") },
};

void plan_names_init(struct plan *p, struct plan_names *names)
{
    *names = (struct plan_names){
        .place = arena_zero(p->arena, p->ast->symbol_count * sizeof *names->place),
    };
}

void plan_names_begin(struct plan_names *names)
{
    names->list++;
    names->count = 0;
}

static void make_room(struct plan *p, struct plan_names *names)
{
    const uint32_t capacity = names->capacity == 0 ? 256 : 4 * names->capacity;

    names->v = arena_grow(p->arena, names->v, names->capacity, capacity, sizeof *names->v);
    names->hash = arena_grow(p->arena, names->hash, names->capacity, capacity, sizeof *names->hash);
    names->capacity = capacity;
}

static uint16_t append(struct plan *p, struct plan_names *names, const struct ast_name *name,
                       uint64_t hash)
{
    const uint32_t i = names->count;

    if (i == DWR_NAMES_MAX) {
        plan_fail(p, name->span, "more than 60000 names");
        return 0;
    }
    if (i == names->capacity)
        make_room(p, names);
    /* SEMANTICS 1.6: what begins with '_' is the sync layer's. */
    names->v[i] = (struct dwr_name){
        .name = name->text,
        .role = name->text.n > 0 && name->text.p[0] == '_' ? DWR_NAME_META : DWR_NAME_FREE,
    };
    names->hash[i] = hash;
    names->count++;
    return (uint16_t)i;
}

uint16_t plan_name(struct plan *p, struct plan_names *names, const struct ast_name *name)
{
    struct plan_place *place;

    if (name->symbol == UINT32_MAX) /* built in, and no rule speaks of it */
        return append(p, names, name, dwr_name_hash(name->text.p, name->text.n));
    place = &names->place[name->symbol];
    if (place->list != names->list) {
        place->list = names->list;
        place->index = append(p, names, name, p->ast->symbols[name->symbol].hash);
    }
    return (uint16_t)place->index;
}

const uint16_t *plan_name_list(struct plan *p, struct plan_names *names,
                               const struct ast_names *list)
{
    uint16_t *indices = arena_array(p->arena, list->count, sizeof *indices);

    for (uint32_t i = 0; i < list->count; i++)
        indices[i] = plan_name(p, names, &list->v[i]);
    return indices;
}

void plan_role(struct plan_names *names, uint16_t i, enum dwr_name_role role, uint32_t index)
{
    if (i >= names->count || names->v[i].role != DWR_NAME_FREE)
        return;
    names->v[i].role = (uint8_t)role;
    names->v[i].index = (uint16_t)index;
}

struct dwr_names plan_names_end(struct plan *p, struct plan_names *names)
{
    struct dwr_name *v = arena_array(p->arena, names->count, sizeof *v);
    struct dwr_names done = { .v = v, .count = (uint16_t)names->count };

    if (names->count > 0)
        memcpy(v, names->v, names->count * sizeof *v);
    if (!names_make(&p->maker, p->arena, &done, names->hash))
        plan_fail(p, p->place, "names that no table can tell apart");
    return done;
}

/* A symbol is a built-in field when the hash of the built-in ones says so: faster than comparing
 * every symbol with each of them. */
void plan_built_in(struct plan *p)
{
    struct dwr_names names = { .v = built_in, .count = PLAN_BUILT_IN };
    uint64_t hash[PLAN_BUILT_IN];

    for (uint32_t i = 0; i < PLAN_BUILT_IN; i++) {
        hash[i] = dwr_name_hash(built_in[i].name.p, built_in[i].name.n);
        p->built_in[i] = (struct ast_name){ .symbol = UINT32_MAX, .text = built_in[i].name };
    }
    if (!names_make(&p->maker, p->arena, &names, hash))
        return; /* names.c's test holds it to this: they are ordinary names */
    for (uint32_t s = 0; s < p->ast->symbol_count; s++) {
        const struct ast_symbol *symbol = &p->ast->symbols[s];
        const unsigned i =
            dwr_names_find_hashed(&names, symbol->hash, symbol->text.p, symbol->text.n);

        if (i != DWR_NONE)
            p->built_in[i].symbol = s;
    }
}
