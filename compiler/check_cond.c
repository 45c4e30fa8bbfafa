/* check_cond.c - conditions: what may be asked where. */
#include "check_parts.h"
#include "str.h"

static bool is_role(enum dwr_operand_side side)
{
    return side == DWR_SIDE_SERVER_ROLE || side == DWR_SIDE_CLIENT_ROLE ||
           side == DWR_SIDE_CLIENT_USER;
}

static bool is_sided(enum dwr_operand_side side)
{
    return side == DWR_SIDE_BASE || side == DWR_SIDE_SERVER || side == DWR_SIDE_CLIENT;
}

/* Whether a bare name is what people call who writes, before they have read how it is said. */
static bool is_called_role(struct dwr_str name)
{
    static const char *const names[] = { "role", "roles", "user", "user_role", "owner_role" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

/* What to say instead of a bare name. Right of a comparison it is mostly meant as a value. */
static void help_with_side(struct check *c, struct diag_finding *finding, struct dwr_str name,
                           bool right)
{
    if (is_called_role(name))
        diag_help(c->diag, finding, "who writes is server_role, client_role, client_user");
    else if (right && (str_is(name, "yes") || str_is(name, "no")))
        diag_help(c->diag, finding, "a flag is compared with true or false, or with 1 or 0");
    else if (right)
        diag_help(c->diag, finding,
                  "a text is put in quotes, \"%.*s\"; a field is server.%.*s, "
                  "client.%.*s or base.%.*s",
                  CHECK_TEXT(name), CHECK_TEXT(name), CHECK_TEXT(name), CHECK_TEXT(name));
    else
        diag_help(c->diag, finding, "say server.%.*s, client.%.*s or base.%.*s", CHECK_TEXT(name),
                  CHECK_TEXT(name), CHECK_TEXT(name));
}

/* While merging a field is named with its side, elsewhere without. */
static void operand_has_its_side(struct check *c, const struct ast_operand *operand,
                                 enum check_moment moment, bool right)
{
    struct diag_finding *finding;

    if (operand->side == DWR_SIDE_VALUE || is_role(operand->side))
        return;
    check_name(c, &operand->field);
    if (moment == WHILE_MERGING && operand->side == DWR_SIDE_DOC) {
        finding = diag_add(c->diag, DIAG_SIDE, operand->span,
                           "while merging the field '%.*s' is named with its side",
                           CHECK_TEXT(operand->field.text));
        help_with_side(c, finding, operand->field.text, right);
    } else if (moment != WHILE_MERGING && is_sided(operand->side)) {
        finding = diag_add(c->diag, DIAG_SIDE, operand->span,
                           "this condition speaks of one document: '%.*s' has no side",
                           CHECK_TEXT(operand->field.text));
        diag_help(c->diag, finding, "say just '%.*s'", CHECK_TEXT(operand->field.text));
    }
}

/* `F changes`, `F becomes V` and `created` ask about a write. */
static void asked_of_a_write(struct check *c, const struct ast_cond *cond, enum check_moment moment)
{
    const char *word = cond->op == DWR_COND_CHANGES   ? "changes"
                       : cond->op == DWR_COND_BECOMES ? "becomes"
                                                      : "created";
    struct diag_finding *finding;

    if (cond->op != DWR_COND_CREATED) {
        if (is_sided(cond->left.side)) {
            finding = diag_add(c->diag, DIAG_SIDE, cond->left.span,
                               "'%s' speaks of a field without a side", word);
            diag_help(c->diag, finding, "say '%.*s %s'", CHECK_TEXT(cond->left.field.text), word);
        } else if (cond->left.side != DWR_SIDE_DOC) {
            diag_add(c->diag, DIAG_OPERANDS, cond->left.span, "only a field %s", word);
        } else {
            check_name(c, &cond->left.field);
        }
    }
    if (moment == OF_WRITE || (moment == WHILE_MERGING && cond->op == DWR_COND_CHANGES))
        return;
    diag_add(c->diag, DIAG_MOMENT, cond->span,
             moment == WHILE_MERGING ? "'%s' cannot be asked while merging"
                                     : "'%s' cannot be asked here: the condition is of a document, "
                                       "not of a write",
             word);
}

/* A role is a text: it is one of some texts or it is none of them. */
static void role_is_a_text(struct check *c, const struct ast_cond *cond)
{
    const struct ast_operand *role = is_role(cond->left.side) ? &cond->left : &cond->right;
    const struct ast_operand *other = is_role(cond->left.side) ? &cond->right : &cond->left;
    uint32_t i;

    if (!is_role(role->side) || cond->op == DWR_COND_IS_SET || cond->op == DWR_COND_IS_NOT_SET)
        return;
    if (cond->op == DWR_COND_IN || cond->op == DWR_COND_NOT_IN) {
        for (i = 0; i < cond->values.count; i++)
            if (cond->values.v[i].kind != AST_VALUE_STRING)
                diag_add(c->diag, DIAG_OPERANDS, cond->values.v[i].span,
                         "a role or user is a string");
        return;
    }
    if (cond->op != DWR_COND_EQ && cond->op != DWR_COND_NE)
        diag_add(c->diag, DIAG_OPERANDS, cond->span,
                 "roles and users have no order; there are =, !=, in, not in, is set, is not set");
    else if (is_role(other->side))
        diag_add(c->diag, DIAG_OPERANDS, other->span,
                 "a role or user is compared with a string or a field");
    else if (other->side == DWR_SIDE_VALUE && other->value.kind != AST_VALUE_STRING)
        diag_add(c->diag, DIAG_OPERANDS, other->span, "a role or user is a string");
}

static void compares_something(struct check *c, const struct ast_cond *cond)
{
    bool two = cond->op >= DWR_COND_EQ && cond->op <= DWR_COND_GE;

    if (cond->left.side != DWR_SIDE_VALUE)
        return;
    if (two && cond->right.side == DWR_SIDE_VALUE)
        diag_add(c->diag, DIAG_OPERANDS, cond->span, "two values are compared, and no field");
    else if (!two)
        diag_add(c->diag, DIAG_OPERANDS, cond->left.span, "a field stands here, not a value");
}

static void cond_is_sound(struct check *c, const struct ast_cond *cond, enum check_moment moment)
{
    /* Deeper ones have been reported (AST_COND_DEPTH_MAX). */
    if (cond == NULL || cond->depth > AST_COND_DEPTH_MAX)
        return;
    switch (cond->op) {
    case DWR_COND_AND:
    case DWR_COND_OR:
    case DWR_COND_NOT:
        cond_is_sound(c, cond->a, moment);
        cond_is_sound(c, cond->b, moment);
        return;
    case DWR_COND_CHANGES:
    case DWR_COND_BECOMES:
    case DWR_COND_CREATED:
        asked_of_a_write(c, cond, moment);
        return;
    default:
        break;
    }
    operand_has_its_side(c, &cond->left, moment, false);
    if (cond->op >= DWR_COND_EQ && cond->op <= DWR_COND_GE)
        operand_has_its_side(c, &cond->right, moment, true);
    compares_something(c, cond);
    role_is_a_text(c, cond);
    check_limit(c, cond->span, cond->values.count, "values");
}

/* What is wrong with its parts goes first: the whole is asked only where they are right. */
static void check_whole(struct check *c, const struct ast_cond *cond, enum check_moment moment,
                        enum diag_code never)
{
    const uint32_t before = c->diag->count;

    cond_is_sound(c, cond, moment);
    if (cond != NULL && c->diag->count == before)
        check_truth(c, cond, never);
}

void check_cond(struct check *c, const struct ast_cond *cond, enum check_moment moment)
{
    check_whole(c, cond, moment, DIAG_DECIDES_NOTHING);
}

void check_guard(struct check *c, const struct ast_cond *cond)
{
    check_whole(c, cond, WHILE_MERGING, DIAG_NEVER_REACHED);
}

/* --- conditions that say the same --- */

static bool same_value(const struct ast_value *a, const struct ast_value *b)
{
    return a->kind == b->kind && a->text.n == b->text.n &&
           (a->text.n == 0 || memcmp(a->text.p, b->text.p, a->text.n) == 0);
}

static bool same_operand(const struct ast_operand *a, const struct ast_operand *b)
{
    if (a->side != b->side)
        return false;
    return a->side == DWR_SIDE_VALUE ? same_value(&a->value, &b->value)
                                     : is_role(a->side) || a->field.symbol == b->field.symbol;
}

bool check_same_cond(const struct ast_cond *a, const struct ast_cond *b)
{
    if (a->op != b->op || a->depth != b->depth || a->depth > AST_COND_DEPTH_MAX)
        return false;
    switch (a->op) {
    case DWR_COND_AND:
    case DWR_COND_OR:
        return check_same_cond(a->a, b->a) && check_same_cond(a->b, b->b);
    case DWR_COND_NOT:
        return check_same_cond(a->a, b->a);
    case DWR_COND_CREATED:
        return true;
    default:
        break;
    }
    if (!same_operand(&a->left, &b->left) || a->values.count != b->values.count)
        return false;
    if (a->op >= DWR_COND_EQ && a->op <= DWR_COND_GE && !same_operand(&a->right, &b->right))
        return false;
    for (uint32_t i = 0; i < a->values.count; i++)
        if (!same_value(&a->values.v[i], &b->values.v[i]))
            return false;
    return true;
}
