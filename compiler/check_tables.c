/* check_tables.c - child tables: their keys, and what decides about rows of one key. */
#include "check_parts.h"
#include "str.h"

/* An append-only table never rewrites a row (SEMANTICS 6). */
static void append_only_rewrites_nothing(struct check *c, const struct check_scope *scope,
                                         const struct ast_child *child)
{
    const struct ast_stmt *said = child->block.of[AST_APPEND_ONLY];
    const struct ast_stmt *same_key = child->block.of[AST_ON_SAME_KEY];
    bool by_strategy = scope->has_strategy && scope->strategy == DWR_STRATEGY_APPEND_ONLY;
    struct diag_finding *finding;

    if (by_strategy && said != NULL && !AST_AS(ast_switch, said)->flag.yes)
        diag_add(c->diag, DIAG_APPEND_ONLY, said->word,
                 "the tables of an append_only DocType are append-only");
    if (same_key == NULL || (!by_strategy && (said == NULL || !AST_AS(ast_switch, said)->flag.yes)))
        return;
    if (AST_AS(ast_on_same_key, same_key)->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS)
        return;
    finding = diag_add(c->diag, DIAG_APPEND_ONLY, AST_AS(ast_on_same_key, same_key)->word,
                       "the table '%.*s' is append-only: a stored row is never rewritten",
                       CHECK_TEXT(child->field.text));
    diag_help(c->diag, finding, "only first_write_wins says the same; or leave on_same_key out");
}

static void add_member(struct check *c, const struct ast_name *name)
{
    check_touch(c->members, c->member_stamp, &c->member_count, name);
}

/* Rows of one key have the key in common: no rule ever decides about it (SEMANTICS 6). */
static void rule_of_key(struct check *c, const struct ast_child *child,
                        const struct ast_names *names)
{
    const struct ast_stmt *key = child->block.of[AST_KEY];
    struct diag_finding *finding;

    for (uint32_t i = 0; key != NULL && i < names->count; i++)
        for (uint32_t k = 0; k < AST_AS(ast_fields, key)->fields.count; k++) {
            const struct ast_name *part = &AST_AS(ast_fields, key)->fields.v[k];

            if (part->symbol != names->v[i].symbol || part->text.n == 0)
                continue;
            finding = diag_add(c->diag, DIAG_DECIDES_NOTHING, names->v[i].span,
                               "rows of one key have the same '%.*s': %s", CHECK_TEXT(part->text),
                               names->count > 1 ? "the rule decides about the others only"
                                                : "this rule is never reached");
            diag_help(c->diag, finding, "leave it out: a row whose '%.*s' changes is another row",
                      CHECK_TEXT(part->text));
            diag_note(c->diag, finding, part->span, "it is the key here");
        }
}

static void same_key_is_sound(struct check *c, const struct check_scope *scope,
                              const struct ast_child *child, const struct ast_on_same_key *same_key)
{
    static const enum ast_kind once[] = { AST_OTHERWISE };
    const struct check_owner rows = { c->members, c->member_stamp, &c->member_count, true };
    const struct ast_stmt *s;
    uint32_t i;

    /* A DocType's meta fields are no members of its rows, unless they are key or order_by. */
    for (s = scope->block->of[AST_META]; s != NULL; s = s->same) {
        const struct ast_names *names = &AST_AS(ast_fields, s)->fields;

        for (i = 0; i < names->count; i++)
            if (c->members[names->v[i].symbol].stamp != c->member_stamp)
                check_touch(c->members, c->member_stamp, &c->member_count, &names->v[i])->use =
                    USE_META;
    }
    check_list(c, &same_key->sum);
    for (i = 0; i < same_key->sum.count; i++)
        if (check_may_have_rule(c, &rows, &same_key->sum.v[i]))
            add_member(c, &same_key->sum.v[i]);
    rule_of_key(c, child, &same_key->sum);
    if (same_key->block == NULL)
        return;
    check_once(c, same_key->block, once, sizeof once / sizeof *once);
    if (same_key->block->first == NULL && !same_key->block->broken)
        diag_add(c->diag, DIAG_DECIDES_NOTHING, same_key->word, "'fields' decides about no member");
    for (s = same_key->block->of[AST_RULE]; s != NULL; s = s->same) {
        check_rule(c, &rows, AST_AS(ast_rule, s));
        rule_of_key(c, child, &AST_AS(ast_rule, s)->fields);
    }
}

void check_child(struct check *c, const struct check_scope *scope, const struct ast_child *child)
{
    static const enum ast_kind once[] = { AST_KEY,        AST_ORDER_BY, AST_ON_SAME_KEY,
                                          AST_COUNT_INTO, AST_REMOVES,  AST_APPEND_ONLY,
                                          AST_HOLD };
    const struct ast_block *block = &child->block;
    struct diag_finding *finding;
    const struct ast_stmt *s;
    uint32_t i;

    c->member_stamp++;
    c->member_count = 0;
    check_once(c, block, once, sizeof once / sizeof *once);
    if (block->of[AST_KEY] == NULL && !block->broken) {
        finding = diag_add(c->diag, DIAG_KEY_MISSING, child->field.span,
                           "the child table '%.*s' has no key", CHECK_TEXT(child->field.text));
        diag_help(c->diag, finding, "say which members identify a row: key item_code;");
    }
    for (s = block->of[AST_KEY]; s != NULL; s = s->same) {
        check_list(c, &AST_AS(ast_fields, s)->fields);
        for (i = 0; i < AST_AS(ast_fields, s)->fields.count; i++)
            add_member(c, &AST_AS(ast_fields, s)->fields.v[i]);
    }
    for (s = block->of[AST_ORDER_BY]; s != NULL; s = s->same)
        add_member(c, &AST_AS(ast_field, s)->field);
    for (s = block->of[AST_ON_SAME_KEY]; s != NULL; s = s->same)
        same_key_is_sound(c, scope, child, AST_AS(ast_on_same_key, s));
    for (s = block->of[AST_HOLD]; s != NULL; s = s->same)
        check_cond(c, AST_AS(ast_when, s)->when, WHILE_MERGING);
    append_only_rewrites_nothing(c, scope, child);
    check_limit(c, child->field.span, c->member_count, "members");
}
