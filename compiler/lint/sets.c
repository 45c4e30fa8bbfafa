/* sets.c - DW2018: a conflict's `set` into a field that a person is to decide about. */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

/* The unit of a field, and its rule that asks a person; NULL: it has none. */
struct asking {
    const struct dwr_unit *unit;
    const struct dwr_rule *rule;
};

static struct asking asking_of(const struct lint *l, struct dwr_str field)
{
    const struct dwr_name *name = lint_name(l, field);
    struct asking a = { .unit = NULL };

    if (!name || name->role != DWR_NAME_UNIT)
        return a;
    a.unit = &l->plan->units[name->index];
    for (uint16_t i = 0; i < a.unit->rule_count && !a.rule; i++)
        if (a.unit->rules[i].kind == DWR_RULE_MANUAL)
            a.rule = &a.unit->rules[i];
    return a;
}

/* Both sides wrote the field. */
static void dispute(struct lint *l, struct lint_case *c, struct dwr_str field,
                    const struct asking *a)
{
    struct dwr_str office, device;

    lint_assume_rule(l, c, a->unit, a->rule);
    lint_member_values(l, l->schema, field, &office, &device);
    lint_put(c, field, none, office, device);
}

static void set_is_asked(struct lint *l, const struct ast_rule *said, const struct ast_set *set)
{
    const struct dwr_str target = set->field.text, own = said->fields.v[0].text;
    const struct asking of_target = asking_of(l, target);
    struct asking of_own = asking_of(l, own);
    struct lint_case c = lint_case_begin(l);
    struct diag_finding *finding;

    if (!of_target.rule || !of_own.unit)
        return;
    of_own.rule = lint_planned(l, of_own.unit, &said->stmt, said->fields.v[0].symbol);
    if (!str_same(own, target))
        dispute(l, &c, own, &of_own);
    dispute(l, &c, target, str_same(own, target) ? &of_own : &of_target);
    if (!lint_try(l, &c) || !lint_client_lost(&c, target) ||
        !str_same(lint_result(&c, target), set->value.text))
        return;
    finding = lint_found(l, DIAG_SET_DECIDES, set->field.span, target,
                         "a person is to decide about '%.*s', and this `set` does it instead",
                         LINT_TEXT(target));
    diag_help(l->diag, finding, "set a field that no person decides about, such as a status");
    lint_show(l, finding, &c,
              "A user and the office wrote %.*s; the conflict sets it to %.*s at once: neither "
              "stands, and nobody is asked.",
              LINT_TEXT(target), LINT_TEXT(set->value.text));
    lint_kept(l, finding, target, set->value.text, "what the conflict sets");
    lint_gone(l, finding, target, lint_cell(&c, target)->client, "the user's");
    lint_gone(l, finding, target, lint_cell(&c, target)->server, "the office's");
}

void lint_sets(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        for (const struct ast_stmt *set = rule->block ? rule->block->of[AST_SET] : NULL; set;
             set = set->same)
            set_is_asked(l, rule, AST_AS(ast_set, set));
    }
}
