/* values.c - values that a rule cannot mean: elements whose edits replace one another (DW2013),
 * client_wins where the client has no say (DW2014). Those of scales are ranks.c's. */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

/* --- DW2013: a keyed element that both sides edited --- */

static struct dwr_str element(struct lint *l, const struct schema_doctype *rows, struct dwr_str key,
                              struct dwr_str member, struct dwr_str value)
{
    struct trial_doc doc;
    struct dwr_text t;

    trial_doc_start(&doc, l->arena);
    trial_doc_put(&doc, key, lint_numbered(l, rows, key, 1));
    trial_doc_put(&doc, member, value);
    t = trial_doc_end(&doc);
    return (struct dwr_str){ t.p, t.n };
}

static void element_is_edited(struct lint *l, const struct ast_rule *s, const struct ast_name *name)
{
    const struct dwr_str key = AST_AS(ast_fields, s->block->of[AST_KEY])->fields.v[0].text;
    const struct schema_doctype *rows = lint_rows_of(l, name->text);
    const struct dwr_str member = lint_plain_part(rows, key);
    struct lint_case c = lint_case_begin(l);
    struct dwr_str office, device, label, at;
    struct diag_finding *finding;

    if (!member.p)
        return; /* the key is all there is to an element */
    lint_member_values(l, rows, member, &office, &device);
    lint_put(&c, name->text, lint_list(l, element(l, rows, key, member, none), none),
             lint_list(l, element(l, rows, key, member, office), none),
             lint_list(l, element(l, rows, key, member, device), none));
    if (l->plan->lock)
        lint_assume(l, &c, l->plan->lock, false);
    if (!lint_try(l, &c) || lint_is_asked(&c, name->text) ||
        lint_result_has(&c, name->text, device))
        return;
    finding =
        lint_found(l, DIAG_ELEMENT_EDITED, name->span, name->text,
                   "elements of '%.*s' with one %.*s replace one another: of two edits one is lost",
                   LINT_TEXT(name->text), LINT_TEXT(key));
    if (l->plan->strategy == DWR_STRATEGY_APPEND_ONLY) /* its tables' rows are not rewritten */
        diag_help(l->diag, finding, "keep_both keeps both edits");
    else
        diag_help(l->diag, finding,
                  "child %.*s { key %.*s; on_same_key fields { otherwise server_wins; } } in place "
                  "of its rule merges an element member by member; keep_both keeps both edits",
                  LINT_TEXT(name->text), LINT_TEXT(key));
    lint_show(l, finding, &c,
              "A user edited an element of %.*s offline; meanwhile the office edited the "
              "same one: the office's stands whole.",
              LINT_TEXT(name->text));
    at = lint_numbered(l, rows, key, 1);
    if (at.n > 1 && at.p[0] == '"')
        at = (struct dwr_str){ at.p + 1, at.n - 2 };
    label = arena_printf(l->arena, "%.*s[%.*s].%.*s", LINT_TEXT(name->text), LINT_TEXT(at),
                         LINT_TEXT(member));
    lint_kept(l, finding, label, office, "the office's edit");
    lint_gone(l, finding, label, device, "the user's edit");
}

void lint_keyed_elements(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        if (rule->rule == DWR_RULE_UNION && rule->block && rule->block->of[AST_KEY])
            for (uint32_t i = 0; i < rule->fields.count; i++)
                element_is_edited(l, rule, &rule->fields.v[i]);
    }
}

/* --- DW2014: client_wins where the client has no say --- */

/* A value the office may have set instead: another option, another value that the rules know. */
static struct dwr_str other_value(struct lint *l, const struct schema_field *f,
                                  struct dwr_str field, struct dwr_str not_this)
{
    const struct dwr_tombstone *t = &l->plan->tombstone;

    if (t->soft_delete.field != DWR_NONE &&
        str_same(l->plan->names.v[t->soft_delete.field].name, field))
        return t->soft_delete.value;
    for (uint16_t i = f ? f->select_count : 0; i > 0; i--)
        if (!str_same(lint_quoted(l, f->select[i - 1]), not_this))
            return lint_quoted(l, f->select[i - 1]);
    return str_of("\"On Hold\"");
}

static const struct dwr_effect *effect_of(const struct lint *l, struct dwr_str field)
{
    for (uint16_t i = 0; i < l->plan->effect_count; i++)
        if (str_same(l->plan->names.v[l->plan->effects[i].field].name, field))
            return &l->plan->effects[i];
    return NULL;
}

/* Lets the client's rule decide; rule NULL: the strategy's. A guard that asks what the office has
 * set is believed: the value is the office's, and the merge then ends otherwise. */
static void assume_the_clients(struct lint *l, struct lint_case *c, struct dwr_str field,
                               const struct dwr_rule *rule)
{
    const struct dwr_name *name = lint_name(l, field);

    if (rule && name)
        lint_assume_rule(l, c, &l->plan->units[name->index], rule);
    else if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
}

static void effect_is_not_the_clients(struct lint *l, struct span span, struct dwr_str field,
                                      const struct dwr_effect *effect, const struct dwr_rule *rule)
{
    const struct schema_field *f = schema_field(l->schema, field);
    const struct dwr_str office = other_value(l, f, field, effect->value);
    struct lint_case c = lint_case_begin(l);
    struct diag_finding *finding;

    lint_put(&c, field, none, office, effect->value);
    assume_the_clients(l, &c, field, rule);
    if (str_same(office, effect->value) || !lint_try(l, &c) || !lint_server_lost(&c, field))
        return;
    finding = lint_found(l, DIAG_CLIENT_DECIDES, span, field,
                         "client_wins '%.*s', and the effect '%.*s' follows from it",
                         LINT_TEXT(field), LINT_TEXT(effect->name));
    diag_help(l->diag, finding,
              "server_wins %.*s, or manual; or a guarded rule for the values that the "
              "office sets",
              LINT_TEXT(field));
    lint_show(l, finding, &c,
              "The office set %.*s to %.*s; a device that was offline then writes %.*s: "
              "the device's stands, and the effect creates %s%.*s%s.",
              LINT_TEXT(field), LINT_TEXT(office), LINT_TEXT(effect->value),
              effect->create_count > 0 ? "a " : "nothing",
              effect->create_count > 0 ? (int)effect->create[0].n : 0,
              effect->create_count > 0 ? effect->create[0].p : "",
              effect->create_count > 1 ? " and more" : "");
    lint_kept(l, finding, field, effect->value, "the device's");
    lint_gone(l, finding, field, office, "what the office decided");
}

/* Read-only fields that one statement leaves to the client; the first that is lost shows it. */
struct read_only {
    struct dwr_str fields[LINT_LISTED];
    unsigned count;
    struct lint_case first;
    struct dwr_str office, device;
};

static void put_read_only(struct lint *l, struct read_only *list, struct dwr_str field,
                          const struct dwr_rule *rule)
{
    struct lint_case c = lint_case_begin(l);
    struct dwr_str office, device;

    lint_member_values(l, l->schema, field, &office, &device);
    lint_put(&c, field, none, office, device);
    assume_the_clients(l, &c, field, rule);
    if (!lint_try(l, &c) || !lint_server_lost(&c, field))
        return;
    if (list->count == 0) {
        list->first = c;
        list->office = office;
        list->device = device;
    }
    if (list->count < LINT_LISTED)
        list->fields[list->count] = field;
    list->count++;
}

static void read_only_is_not_the_clients(struct lint *l, struct span span, struct read_only *list)
{
    const struct dwr_str field = list->fields[0];
    struct diag_finding *finding;
    struct dwr_str names;

    if (list->count == 0 || !lint_try(l, &list->first))
        return;
    names = lint_names(l, list->fields, list->count);
    finding =
        lint_found(l, DIAG_CLIENT_DECIDES, span, field,
                   "client_wins %.*s, which the schema marks read-only", (int)names.n, names.p);
    if (list->count == 1)
        diag_help(l->diag, finding, "server_only %.*s; or server_wins", LINT_TEXT(field));
    else
        diag_help(l->diag, finding,
                  "server_only for those that the server alone sets, else "
                  "server_wins");
    lint_show(l, finding, &list->first,
              "The server set %.*s, which no person may edit; a device that was offline "
              "sends another: the device's stands.",
              LINT_TEXT(field));
    lint_kept(l, finding, field, list->device, "the device's");
    lint_gone(l, finding, field, list->office, "the server's");
}

/* Says what an effect has against it at once, and collects what is read-only. */
static void client_has_no_say(struct lint *l, struct span span, struct dwr_str field,
                              const struct dwr_rule *rule, struct read_only *list)
{
    const struct schema_field *f = schema_field(l->schema, field);
    const struct dwr_effect *effect = effect_of(l, field);

    if (effect)
        effect_is_not_the_clients(l, span, field, effect, rule);
    else if (f && f->read_only)
        put_read_only(l, list, field, rule);
}

static void free_field(struct lint *l, void *context, struct dwr_str field)
{
    client_has_no_say(l, lint_free_rule(l)->span, field, NULL, context);
}

/* Each field of a rule stands in the text: each is a finding. */
static void named_fields(struct lint *l, const struct ast_rule *rule)
{
    for (uint32_t i = 0; i < rule->fields.count; i++) {
        const struct ast_name *field = &rule->fields.v[i];
        const struct dwr_name *name = lint_name(l, field->text);
        struct read_only list = { .count = 0 };

        if (!name || name->role != DWR_NAME_UNIT)
            continue;
        client_has_no_say(l, field->span, field->text,
                          lint_planned(l, &l->plan->units[name->index], &rule->stmt, field->symbol),
                          &list);
        read_only_is_not_the_clients(l, field->span, &list);
    }
}

void lint_client_wins(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        if (rule->rule == DWR_RULE_CLIENT_WINS)
            named_fields(l, rule);
    }
    if (l->plan->free_rule.kind == DWR_RULE_CLIENT_WINS) {
        struct read_only list = { .count = 0 };

        lint_each_free(l, free_field, &list);
        read_only_is_not_the_clients(l, lint_free_rule(l)->span, &list);
    }
}
