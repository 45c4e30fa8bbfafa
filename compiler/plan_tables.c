/* plan_tables.c - child tables (SEMANTICS 6). */
#include "plan_parts.h"

static void put_meta_name(struct plan *p, const struct ast_name *name, uint32_t named)
{
    const uint16_t i = plan_name(p, &p->rows, name);

    if (i >= named)
        plan_role(&p->rows, i, DWR_NAME_META, 0);
}

/* What is no member of a row: the built-in fields and what the DocType declares meta; but not the
 * first names, which are key and order_by. */
static void put_meta(struct plan *p, uint32_t named)
{
    const struct ast_stmt *meta = plan_said(p->block, AST_META);

    for (uint32_t i = 0; i < PLAN_BUILT_IN; i++)
        put_meta_name(p, &p->built_in[i], named);
    if (!meta)
        return;
    for (uint32_t i = 0; i < AST_AS(ast_fields, meta)->fields.count; i++)
        put_meta_name(p, &AST_AS(ast_fields, meta)->fields.v[i], named);
}

/* sum(f, g): a unit for each, whose rule is sum. */
static void put_sum(struct plan *p, const struct ast_on_same_key *s)
{
    struct dwr_rule *rule = ARENA_NEW(p->arena, struct dwr_rule);

    rule->kind = DWR_RULE_SUM;
    rule->at = plan_at(p, &s->stmt);
    for (uint32_t i = 0; i < s->sum.count; i++)
        plan_single_unit(p, &p->rows, &p->row_units, plan_name(p, &p->rows, &s->sum.v[i]), rule);
}

static void put_on_same_key(struct plan *p, struct dwr_table *table,
                            const struct ast_on_same_key *s)
{
    table->same_key = (uint8_t)s->same_key;
    table->same_key_at = plan_at(p, &s->stmt);
    if (s->same_key != DWR_SAME_KEY_FIELDS)
        return;
    table->otherwise = (struct dwr_rule){ .kind = DWR_RULE_SERVER_WINS, .at = table->same_key_at };
    put_sum(p, s);
    if (!s->block)
        return;
    for (const struct ast_stmt *rule = s->block->of[AST_RULE]; rule; rule = rule->same)
        plan_rule(p, &p->rows, &p->row_units, AST_AS(ast_rule, rule));
    if (s->block->of[AST_OTHERWISE])
        table->otherwise = (struct dwr_rule){
            .kind = (uint8_t)AST_AS(ast_otherwise, s->block->of[AST_OTHERWISE])->rule,
            .at = plan_at(p, s->block->of[AST_OTHERWISE])
        };
}

/* The statements that name members of the row: the names come in this order. */
static void put_rows(struct plan *p, struct dwr_table *table, const struct ast_block *block)
{
    const struct ast_stmt *key = block->of[AST_KEY], *order_by = block->of[AST_ORDER_BY];
    uint32_t named;

    plan_names_begin(&p->rows);
    if (key) {
        table->key = plan_name_list(p, &p->rows, &AST_AS(ast_fields, key)->fields);
        table->key_count = plan_count(p, AST_AS(ast_fields, key)->fields.count, "parts of a key");
    }
    table->order_by = DWR_NONE;
    if (order_by)
        table->order_by = plan_name(p, &p->rows, &AST_AS(ast_field, order_by)->field);
    named = p->rows.count;
    for (uint32_t i = 0; i < named; i++)
        p->rows.v[i].role = DWR_NAME_FREE; /* also one that begins with '_' */
    if (block->of[AST_ON_SAME_KEY])
        put_on_same_key(p, table, AST_AS(ast_on_same_key, block->of[AST_ON_SAME_KEY]));
    put_meta(p, named);
    table->units = plan_units_end(p, &p->row_units, &table->unit_count);
    table->names = plan_names_end(p, &p->rows);
}

static bool switched(const struct ast_stmt *s)
{
    return s && AST_AS(ast_switch, s)->flag.yes;
}

static struct dwr_str at_if_said(struct plan *p, const struct ast_stmt *s)
{
    return s ? plan_at(p, s) : (struct dwr_str){ 0 };
}

void plan_table(struct plan *p, const struct ast_child *child)
{
    const struct ast_block *block = &child->block;
    const struct ast_stmt *count_into = block->of[AST_COUNT_INTO], *hold = block->of[AST_HOLD];
    const uint16_t index = p->doctype->table_count++;
    struct dwr_table *table = &p->tables[index];

    *table = (struct dwr_table){
        .field = plan_name(p, &p->fields, &child->field),
        .count_into = DWR_NONE,
        .removes = switched(block->of[AST_REMOVES]),
        .append_only = switched(block->of[AST_APPEND_ONLY]) ||
                       p->doctype->strategy == DWR_STRATEGY_APPEND_ONLY,
        .at = plan_at(p, &child->stmt),
        .removes_at = at_if_said(p, block->of[AST_REMOVES]),
        .append_only_at = at_if_said(p, block->of[AST_APPEND_ONLY]),
        .hold_at = at_if_said(p, hold),
    };
    plan_role(&p->fields, table->field, DWR_NAME_TABLE, index);
    put_rows(p, table, block);
    if (count_into) {
        table->count_into = plan_name(p, &p->fields, &AST_AS(ast_field, count_into)->field);
        plan_role(&p->fields, table->count_into, DWR_NAME_COUNT, index);
    }
    if (hold)
        table->hold = plan_condition(p, AST_AS(ast_when, hold)->when);
}
