/* check_types.c - that a field is of a type which what is said of it can work on.
 *
 * A rule over values of the wrong kind decides nothing: the conflict falls back to server_wins
 * (SEMANTICS 4), and what the client wrote is gone. So it is an error. */
#include <string.h>

#include "check_schema_parts.h"

/* What has no order that a person means. */
#define UNORDERED                                                                                  \
    (SCHEMA_BIT(CODE) | SCHEMA_BIT(JSON) | SCHEMA_BIT(ATTACH) | SCHEMA_BIT(SIGNATURE) |            \
     SCHEMA_BIT(TABLE) | SCHEMA_BIT(PASSWORD) | SCHEMA_BIT(COLOR) | SCHEMA_BIT(ICON))
#define NUMBERS (SCHEMA_BIT(NUMBER) | SCHEMA_BIT(DURATION))

bool schema_is(const struct schema_field *field, uint32_t kinds)
{
    return field == NULL || field->kind == SCHEMA_OTHER || (kinds >> field->kind & 1u) != 0;
}

static void wrong_type(struct schema_check *c, enum diag_code code, const struct ast_name *name,
                       const struct schema_field *field, const char *wants, const char *help)
{
    struct diag_finding *finding = diag_add(
        c->diag, code, name->span, "%s; '%.*s' is %.*s, %s", wants, SCHEMA_TEXT(field->name),
        SCHEMA_TEXT(field->type), schema_kind_words(field->kind));

    if (help != NULL)
        diag_help(c->diag, finding, "%s", help);
    schema_defined(c, finding, field);
}

/* --- rules --- */

static const struct taken {
    uint32_t kinds; /* 0: all */
    const char *wants, *help;
} takes[DWR_RULE_COUNT] = {
    [DWR_RULE_MERGE_TEXT] = { SCHEMA_BIT(DATA) | SCHEMA_BIT(TEXT) | SCHEMA_BIT(CODE),
                              "merge_text joins lines of text", NULL },
    [DWR_RULE_UNION] = { SCHEMA_BIT(TABLE) | SCHEMA_BIT(JSON), "union joins arrays",
                         "several values stand in a Table, a Table MultiSelect or a JSON field; where it "
                         "holds one: server_wins, client_wins, manual" },
    [DWR_RULE_KEEP_BOTH] = { SCHEMA_BIT(TABLE) | SCHEMA_BIT(JSON), "keep_both joins arrays",
                             "it holds one value: manual asks a person which of the two is right, client_wins "
                             "or server_wins decides" },
    [DWR_RULE_SUM] = { NUMBERS, "sum adds numbers", NULL },
    [DWR_RULE_MAX] = { ~UNORDERED, "max wants an order", NULL },
    [DWR_RULE_MIN] = { ~UNORDERED, "min wants an order", NULL },
};

void schema_rule_takes(struct schema_check *c, enum dwr_rule_kind rule, const struct ast_name *name,
                       const struct schema_field *field)
{
    const struct taken *t = &takes[rule];

    if (t->kinds != 0 && !schema_is(field, t->kinds))
        wrong_type(c, DIAG_RULE_TYPE, name, field, t->wants, t->help);
}

/* The block of a rule: watch, set, key. */
static void block_type(struct schema_check *c, const struct schema_owner *owner,
                       const struct ast_rule *rule)
{
    const struct ast_stmt *s;

    for (s = rule->block->of[AST_WATCH]; s != NULL; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_fields, s)->fields.count; i++)
            schema_names(c, owner, &AST_AS(ast_fields, s)->fields.v[i]);
    for (s = rule->block->of[AST_SET]; s != NULL; s = s->same)
        schema_value(c, schema_names(c, owner, &AST_AS(ast_set, s)->field),
                     &AST_AS(ast_set, s)->value);
    for (s = rule->block->of[AST_KEY]; s != NULL; s = s->same) {
        const struct schema_field *field =
            rule->fields.count == 1 && owner->doctype != NULL
                ? schema_field(owner->doctype, rule->fields.v[0].text)
                : NULL;

        if (field != NULL && field->rows != NULL)
            for (uint32_t i = 0; i < AST_AS(ast_fields, s)->fields.count; i++)
                schema_names(c, &(struct schema_owner){ field->rows, field->name },
                             &AST_AS(ast_fields, s)->fields.v[i]);
    }
}

void schema_rule_type(struct schema_check *c, const struct schema_owner *owner,
                      const struct ast_rule *rule)
{
    const bool ranked = rule->ranked.count > 0;

    for (uint32_t i = 0; i < rule->fields.count; i++) {
        const struct schema_field *field;

        c->ruling = owner->table.p == NULL;
        field = schema_names(c, owner, &rule->fields.v[i]);
        c->ruling = false;
        if (field == NULL)
            continue;
        if (!ranked)
            schema_rule_takes(c, rule->rule, &rule->fields.v[i], field);
        for (uint32_t k = 0; k < rule->ranked.count; k++)
            schema_value(c, field, &rule->ranked.v[k]);
    }
    if (rule->block != NULL)
        block_type(c, owner, rule);
    schema_cond(c, owner, rule->when);
}

/* --- other statements --- */

bool schema_has_order(struct schema_check *c, const struct ast_name *name,
                      const struct schema_field *field, const char *what)
{
    if (schema_is(field, ~UNORDERED))
        return true;
    wrong_type(c, DIAG_NO_ORDER, name, field, what, NULL);
    return false;
}

void schema_holds_number(struct schema_check *c, const struct ast_name *name,
                         const struct schema_field *field, const char *what)
{
    if (!schema_is(field, NUMBERS))
        wrong_type(c, DIAG_NO_COUNT, name, field, what, NULL);
}
