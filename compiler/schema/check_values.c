/* check_values.c - that literals are values the fields beside them can have. A literal that no
 * document ever holds makes a condition that never holds, or a document that Frappe refuses. */
#include <string.h>

#include "../../runtime/core/instant.h"
#include "check_schema_parts.h"
#include "json_pull.h"
#include "str.h"

/* What a string literal says. */
static struct dwr_str text_of(struct arena *arena, const struct ast_value *value)
{
    struct json_pull j;
    struct json_string s;

    json_pull_begin(&j, value->text.p, (uint32_t)value->text.n);
    if (!json_pull_string(&j, &s))
        return (struct dwr_str){ "", 0 };
    return json_pull_text(&j, arena, s);
}

static void wrong_value(struct schema_check *c, const struct schema_field *field,
                        const struct ast_value *value)
{
    struct diag_finding *finding = diag_add(
        c->diag, DIAG_VALUE_TYPE, value->span, "%.*s cannot be the value of '%.*s': it is %.*s, %s",
        SCHEMA_TEXT(value->text), SCHEMA_TEXT(field->name), SCHEMA_TEXT(field->type),
        schema_kind_words(field->kind));

    schema_defined(c, finding, field);
}

/* A Select's value is one of its options; one without options is filled by a program. */
static bool has_option(const struct schema_field *field, struct dwr_str text)
{
    for (uint32_t i = 0; i < field->select_count; i++)
        if (str_same(field->select[i], text))
            return true;
    return field->select_count == 0;
}

static void is_option(struct schema_check *c, const struct schema_field *field,
                      const struct ast_value *value)
{
    const struct dwr_str text = text_of(c->arena, value);
    struct diag_finding *finding;

    if (has_option(field, text))
        return;
    finding =
        diag_add(c->diag, DIAG_OPTION, value->span, "\"%.*s\" is not among the options of '%.*s'",
                 SCHEMA_TEXT(text), SCHEMA_TEXT(field->name));
    schema_propose(c, finding, value->span, true, text, field->select, field->select_count);
    schema_defined(c, finding, field);
}

static bool is_timestamp(struct dwr_str text)
{
    struct dwr_instant at;

    return dwr_instant_read(text.p, text.n, &at);
}

/* hh:mm:ss, as Frappe keeps times; also without seconds, or with a fraction of them. */
static bool is_time(struct dwr_str text)
{
    static const char shape[] = "dd:dd:dd";
    size_t i = 0;

    while (i < text.n && i < sizeof shape - 1 &&
           (shape[i] == 'd' ? text.p[i] >= '0' && text.p[i] <= '9' : text.p[i] == shape[i]))
        i++;
    return (i == 5 || i == 8) && (i == text.n || (i == 8 && text.p[i] == '.'));
}

static bool is_zero_or_one(struct dwr_str text)
{
    return text.n == 1 && (text.p[0] == '0' || text.p[0] == '1');
}

static bool can_be(struct arena *arena, const struct schema_field *field,
                   const struct ast_value *value)
{
    const bool string = value->kind == AST_VALUE_STRING;

    switch (field->kind) {
    case SCHEMA_OTHER:
    case SCHEMA_LAYOUT:
    case SCHEMA_JSON:
        return true;
    case SCHEMA_NUMBER:
    case SCHEMA_DURATION:
        return value->kind == AST_VALUE_NUMBER;
    case SCHEMA_CHECK:
        return value->kind == AST_VALUE_TRUE || value->kind == AST_VALUE_FALSE ||
               (value->kind == AST_VALUE_NUMBER && is_zero_or_one(value->text));
    case SCHEMA_DATE:
    case SCHEMA_DATETIME:
        return string && is_timestamp(text_of(arena, value));
    case SCHEMA_TIME:
        return string && is_time(text_of(arena, value));
    case SCHEMA_TABLE:
        return value->kind == AST_VALUE_ARRAY;
    default:
        return string;
    }
}

void schema_value(struct schema_check *c, const struct schema_field *field,
                  const struct ast_value *value)
{
    /* Unset is right for every field (SEMANTICS 1.2). */
    if (field == NULL || value->kind == AST_VALUE_NONE || value->kind == AST_VALUE_NULL ||
        (value->kind == AST_VALUE_STRING && value->text.n == 2))
        return;
    if (!can_be(c->arena, field, value))
        wrong_value(c, field, value);
    else if (field->kind == SCHEMA_SELECT)
        is_option(c, field, value);
}

bool schema_can_hold(struct arena *arena, const struct schema_field *field, struct dwr_str json)
{
    const struct ast_value value = { .kind = ast_value_kind_of(json.p[0]), .text = json };

    if (str_is(json, "null") || str_is(json, "\"\""))
        return true;
    return can_be(arena, field, &value) &&
           (field->kind != SCHEMA_SELECT || has_option(field, text_of(arena, &value)));
}

/* --- conditions --- */

static bool has_field(const struct ast_operand *operand)
{
    return operand->side == DWR_SIDE_BASE || operand->side == DWR_SIDE_SERVER ||
           operand->side == DWR_SIDE_CLIENT || operand->side == DWR_SIDE_DOC;
}

static const struct schema_field *operand_field(struct schema_check *c,
                                                const struct schema_owner *owner,
                                                const struct ast_operand *operand)
{
    return has_field(operand) && operand->field.text.p != NULL
               ? schema_names(c, owner, &operand->field)
               : NULL;
}

static void comparison(struct schema_check *c, const struct schema_owner *owner,
                       const struct ast_cond *cond)
{
    const struct schema_field *left = operand_field(c, owner, &cond->left);
    const struct schema_field *right = operand_field(c, owner, &cond->right);
    const bool ordered = cond->op != DWR_COND_EQ && cond->op != DWR_COND_NE;

    if (ordered &&
        (!schema_has_order(c, &cond->left.field, left, "this comparison wants an order") ||
         !schema_has_order(c, &cond->right.field, right, "this comparison wants an order")))
        return;
    if (cond->right.side == DWR_SIDE_VALUE)
        schema_value(c, left, &cond->right.value);
    if (cond->left.side == DWR_SIDE_VALUE)
        schema_value(c, right, &cond->left.value);
}

void schema_cond(struct schema_check *c, const struct schema_owner *owner,
                 const struct ast_cond *cond)
{
    const struct schema_field *left;

    /* Deeper ones have been reported (AST_COND_DEPTH_MAX). */
    if (cond == NULL || cond->depth > AST_COND_DEPTH_MAX)
        return;
    switch (cond->op) {
    case DWR_COND_AND:
    case DWR_COND_OR:
    case DWR_COND_NOT:
        schema_cond(c, owner, cond->a);
        schema_cond(c, owner, cond->b);
        return;
    case DWR_COND_EQ:
    case DWR_COND_NE:
    case DWR_COND_LT:
    case DWR_COND_LE:
    case DWR_COND_GT:
    case DWR_COND_GE:
        comparison(c, owner, cond);
        return;
    case DWR_COND_CREATED:
        return;
    default:
        break;
    }
    left = operand_field(c, owner, &cond->left);
    for (uint32_t i = 0; i < cond->values.count; i++)
        schema_value(c, left, &cond->values.v[i]);
}
