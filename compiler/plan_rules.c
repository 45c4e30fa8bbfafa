/* plan_rules.c - conditions, rules and units (SEMANTICS 3 and 4). */
#include "plan_parts.h"

/* --- conditions --- */

static const struct dwr_cond *condition(struct plan *p, const struct ast_cond *cond);

static struct dwr_operand operand(struct plan *p, const struct ast_operand *o)
{
    struct dwr_operand result = { .side = (uint8_t)o->side };

    if (o->side == DWR_SIDE_BASE || o->side == DWR_SIDE_SERVER || o->side == DWR_SIDE_CLIENT ||
        o->side == DWR_SIDE_DOC)
        result.field = plan_name(p, &p->fields, &o->field);
    return result;
}

static void put_values(struct plan *p, struct dwr_cond *result, const struct ast_value *v,
                       uint32_t count)
{
    struct dwr_str *values = arena_array(p->arena, count, sizeof *values);

    for (uint32_t i = 0; i < count; i++)
        values[i] = v[i].text;
    result->values = values;
    result->value_count = plan_count(p, count, "values of a condition");
}

/* The literal of a comparison stands on its right in the tables, wherever the author put it. */
static void put_comparison(struct plan *p, struct dwr_cond *result, const struct ast_cond *cond)
{
    const bool turn = cond->left.side == DWR_SIDE_VALUE;
    const struct ast_operand *left = turn ? &cond->right : &cond->left;
    const struct ast_operand *right = turn ? &cond->left : &cond->right;

    result->op = (uint8_t)(turn ? ast_op_turned(cond->op) : cond->op);
    result->left = operand(p, left);
    result->right = operand(p, right);
    if (right->side == DWR_SIDE_VALUE)
        put_values(p, result, &right->value, 1);
}

static bool is_chain(const struct ast_cond *cond)
{
    return cond->op == DWR_COND_AND || cond->op == DWR_COND_OR;
}

/* How many conditions the same word joins here; the tree leans to the left. */
static uint32_t chain_length(const struct ast_cond *cond, enum dwr_cond_op op)
{
    uint32_t n = 1;

    for (; cond->op == op; cond = cond->a)
        n++;
    return n;
}

/* The chain's conditions from..to as a tree of the least depth. */
static const struct dwr_cond *balanced(struct plan *p, enum dwr_cond_op op,
                                       const struct dwr_cond *const *v, uint32_t count)
{
    struct dwr_cond *result;

    if (count == 1)
        return v[0];
    result = ARENA_NEW(p->arena, struct dwr_cond);
    result->op = (uint8_t)op;
    result->a = balanced(p, op, v, count / 2);
    result->b = balanced(p, op, v + count / 2, count - count / 2);
    return result;
}

static const struct dwr_cond *chain(struct plan *p, const struct ast_cond *cond)
{
    const enum dwr_cond_op op = cond->op;
    const uint32_t count = chain_length(cond, op);
    const struct dwr_cond **v = arena_array(p->arena, count, sizeof *v);
    const struct ast_cond **parts = arena_array(p->arena, count, sizeof *parts);

    for (uint32_t i = count; i-- > 1; cond = cond->a)
        parts[i] = cond->b;
    parts[0] = cond;
    for (uint32_t i = 0; i < count; i++)
        v[i] = condition(p, parts[i]);
    return balanced(p, op, v, count);
}

/* Goes down at most AST_COND_DEPTH_MAX, and the tables are no deeper. */
static const struct dwr_cond *condition(struct plan *p, const struct ast_cond *cond)
{
    struct dwr_cond *result;

    if (is_chain(cond))
        return chain(p, cond);
    if (cond->op == DWR_COND_NOT && cond->a->op == DWR_COND_NOT)
        return condition(p, cond->a->a);
    result = ARENA_NEW(p->arena, struct dwr_cond);
    result->op = (uint8_t)cond->op;
    switch (cond->op) {
    case DWR_COND_NOT:
        result->a = condition(p, cond->a);
        break;
    case DWR_COND_IN:
    case DWR_COND_NOT_IN:
    case DWR_COND_BECOMES:
        result->left = operand(p, &cond->left);
        put_values(p, result, cond->values.v, cond->values.count);
        break;
    case DWR_COND_IS_SET:
    case DWR_COND_IS_NOT_SET:
    case DWR_COND_CHANGES:
        result->left = operand(p, &cond->left);
        break;
    case DWR_COND_CREATED:
        break;
    default:
        put_comparison(p, result, cond);
    }
    return result;
}

const struct dwr_cond *plan_condition(struct plan *p, const struct ast_cond *cond)
{
    return cond ? condition(p, cond) : NULL;
}

/* --- rules --- */

struct dwr_set plan_set(struct plan *p, const struct ast_set *set)
{
    return (struct dwr_set){ .field = plan_name(p, &p->fields, &set->field),
                             .value = set->value.text,
                             .at = plan_at(p, &set->stmt) };
}

static void put_watch(struct plan *p, struct plan_names *names, struct dwr_rule *rule,
                      const struct ast_block *block)
{
    uint32_t count = 0;
    uint16_t *watch;

    for (const struct ast_stmt *s = block->of[AST_WATCH]; s; s = s->same)
        count += AST_AS(ast_fields, s)->fields.count;
    if (count == 0)
        return;
    rule->watch = watch = arena_array(p->arena, count, sizeof *watch);
    rule->watch_count = plan_count(p, count, "watched fields");
    for (const struct ast_stmt *s = block->of[AST_WATCH]; s; s = s->same) {
        const struct ast_names *fields = &AST_AS(ast_fields, s)->fields;

        for (uint32_t i = 0; i < fields->count; i++)
            *watch++ = plan_name(p, names, &fields->v[i]);
    }
}

/* In a row, `set` speaks of members of the row. */
static void put_sets(struct plan *p, struct plan_names *names, struct dwr_rule *rule,
                     const struct ast_block *block)
{
    const uint32_t count = plan_how_many(block, AST_SET);
    struct dwr_set *sets;

    if (count == 0)
        return;
    rule->set = sets = arena_array(p->arena, count, sizeof *sets);
    rule->set_count = plan_count(p, count, "`set` of one rule");
    for (const struct ast_stmt *s = block->of[AST_SET]; s; s = s->same) {
        const struct ast_set *set = AST_AS(ast_set, s);

        *sets++ = (struct dwr_set){ .field = plan_name(p, names, &set->field),
                                    .value = set->value.text,
                                    .at = plan_at(p, s) };
    }
}

static void put_block(struct plan *p, struct plan_names *names, struct dwr_rule *rule,
                      const struct ast_block *block)
{
    if (!block)
        return;
    rule->provisional_client = block->of[AST_PROVISIONAL] != NULL;
    if (block->of[AST_KEY])
        rule->key = AST_AS(ast_fields, block->of[AST_KEY])->fields.v[0].text;
    put_watch(p, names, rule, block);
    put_sets(p, names, rule, block);
}

static const struct dwr_rule *rule_of(struct plan *p, struct plan_names *names,
                                      const struct ast_rule *s)
{
    struct dwr_rule *rule = ARENA_NEW(p->arena, struct dwr_rule);

    rule->kind = (uint8_t)s->rule;
    rule->when = plan_condition(p, s->when);
    rule->at = plan_at(p, &s->stmt);
    if (s->ranked.count > 0) {
        struct dwr_str *ranked = arena_array(p->arena, s->ranked.count, sizeof *ranked);

        for (uint32_t i = 0; i < s->ranked.count; i++)
            ranked[i] = s->ranked.v[i].text;
        rule->ranked = ranked;
        rule->ranked_count = plan_count(p, s->ranked.count, "ranked values");
    }
    put_block(p, names, rule, s->block);
    return rule;
}

/* --- units --- */

static struct plan_unit *new_unit(struct plan *p, struct plan_names *names,
                                  struct plan_units *units, const uint16_t *fields, uint32_t count)
{
    const uint32_t u = units->count;

    if (u == units->capacity) {
        const uint32_t capacity = u == 0 ? 256 : 4 * u;

        units->v = arena_grow(p->arena, units->v, u, capacity, sizeof *units->v);
        units->capacity = capacity;
    }
    for (uint32_t i = 0; i < count; i++)
        plan_role(names, fields[i], DWR_NAME_UNIT, u);
    units->v[u] = (struct plan_unit){ .fields = fields, .field_count = count };
    units->count++;
    return &units->v[u];
}

static void add_rule(struct plan *p, struct plan_unit *unit, const struct dwr_rule *rule)
{
    struct plan_link *link = arena_alloc(p->arena, sizeof *link);

    *link = (struct plan_link){ .rule = rule };
    if (unit->last)
        unit->last->next = link;
    else
        unit->first = link;
    unit->last = link;
    unit->rule_count++;
}

/* The unit that the fields already are, by an earlier rule with a `when`; or a new one. */
static struct plan_unit *unit_of(struct plan *p, struct plan_names *names, struct plan_units *units,
                                 const uint16_t *fields, uint32_t count)
{
    if (fields[0] < names->count && names->v[fields[0]].role == DWR_NAME_UNIT)
        return &units->v[names->v[fields[0]].index];
    return new_unit(p, names, units, fields, count);
}

void plan_rule(struct plan *p, struct plan_names *names, struct plan_units *units,
               const struct ast_rule *s)
{
    const uint16_t *fields = plan_name_list(p, names, &s->fields);
    const struct dwr_rule *rule = rule_of(p, names, s);

    if (s->together) {
        add_rule(p, unit_of(p, names, units, fields, s->fields.count), rule);
        return;
    }
    for (uint32_t i = 0; i < s->fields.count; i++)
        add_rule(p, unit_of(p, names, units, fields + i, 1), rule);
}

void plan_single_unit(struct plan *p, struct plan_names *names, struct plan_units *units,
                      uint16_t field, const struct dwr_rule *rule)
{
    uint16_t *fields = arena_alloc(p->arena, sizeof *fields);

    *fields = field;
    add_rule(p, new_unit(p, names, units, fields, 1), rule);
}

static bool same_rules(const struct plan_unit *a, const struct plan_unit *b)
{
    const struct plan_link *x = a->first, *y = b->first;

    while (x && y && x->rule == y->rule) {
        x = x->next;
        y = y->next;
    }
    return !x && !y;
}

/* The rules of a unit in one piece; units that have theirs from the same statements share it. */
static const struct dwr_rule *rules_of(struct plan *p, const struct plan_unit *unit,
                                       const struct dwr_unit *before)
{
    struct dwr_rule *rules;
    uint32_t i = 0;

    if (unit->rule_count == 1)
        return unit->first->rule;
    if (before && same_rules(unit - 1, unit))
        return before->rules;
    rules = arena_array(p->arena, unit->rule_count, sizeof *rules);
    for (const struct plan_link *link = unit->first; link; link = link->next)
        rules[i++] = *link->rule;
    return rules;
}

const struct dwr_unit *plan_units_end(struct plan *p, struct plan_units *units, uint16_t *count)
{
    struct dwr_unit *v = arena_array(p->arena, units->count, sizeof *v);

    for (uint32_t u = 0; u < units->count; u++) {
        const struct plan_unit *unit = &units->v[u];

        v[u] = (struct dwr_unit){
            .fields = unit->fields,
            .field_count = (uint16_t)unit->field_count, /* at most the names */
            .rules = rules_of(p, unit, u > 0 ? &v[u - 1] : NULL),
            .rule_count = plan_count(p, unit->rule_count, "rules of one field"),
        };
    }
    *count = (uint16_t)units->count; /* likewise */
    units->count = 0;
    return v;
}
