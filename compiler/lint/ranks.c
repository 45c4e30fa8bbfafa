/* ranks.c - scales: max and min over a Select that has no ranks (DW2012), or not all (DW2017). */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

/* --- DW2012: max and min over a Select --- */

struct dwr_str lint_quoted(struct lint *l, struct dwr_str text)
{
    struct trial_doc doc;
    struct dwr_text member;

    /* The name of a member is escaped as a string is: {"…":0} */
    trial_doc_start(&doc, l->arena);
    trial_doc_put(&doc, text, str_of("0"));
    member = trial_doc_end(&doc);
    return (struct dwr_str){ member.p + 1, member.n - 4 };
}

static bool comes_before(struct dwr_str a, struct dwr_str b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = memcmp(a.p, b.p, n);

    return order < 0 || (order == 0 && a.n < b.n);
}

/* Two options whose letters say the opposite of their places in the list. */
static bool contradicts(const struct schema_field *f, struct dwr_str *low, struct dwr_str *high)
{
    for (uint16_t i = 0; i + 1 < f->select_count; i++)
        if (comes_before(f->select[i + 1], f->select[i])) {
            *low = f->select[i];
            *high = f->select[i + 1];
            return true;
        }
    return false;
}

/* The options as the schema lists them. */
static struct dwr_str in_order(struct lint *l, const struct schema_field *f)
{
    struct dwr_str list = { "", 0 };

    for (uint16_t i = 0; i < f->select_count; i++) {
        const struct dwr_str quoted = lint_quoted(l, f->select[i]);

        list = arena_printf(l->arena, "%.*s%s%.*s", (int)list.n, list.p, i > 0 ? ", " : "",
                            (int)quoted.n, quoted.p);
    }
    return list;
}

static void scale_has_ranks(struct lint *l, const struct ast_rule *s, const struct ast_name *name)
{
    const struct schema_field *f = schema_field(l->schema, name->text);
    const bool max = s->rule == DWR_RULE_MAX;
    struct lint_case c = lint_case_begin(l);
    struct dwr_str low, high, wanted, other, ranks;
    struct diag_finding *finding;

    if (!f || f->kind != SCHEMA_SELECT || !contradicts(f, &low, &high))
        return;
    wanted = lint_quoted(l, max ? high : low);
    other = lint_quoted(l, max ? low : high);
    lint_put(&c, name->text, none, other, wanted);
    if (l->plan->lock)
        lint_assume(l, &c, l->plan->lock, false);
    if (!lint_try(l, &c) || !lint_client_lost(&c, name->text))
        return;
    finding = lint_found(l, DIAG_UNRANKED, name->span, name->text,
                         "%s over '%.*s' goes by the letters of its options, not by their meaning",
                         ast_rule_word(s->rule), LINT_TEXT(name->text));
    ranks = in_order(l, f);
    diag_help(l->diag, finding, "say the order, from the lowest: %s %.*s ranked (%.*s);",
              ast_rule_word(s->rule), LINT_TEXT(name->text), (int)ranks.n, ranks.p);
    lint_show(l, finding, &c,
              "A user set %.*s to %.*s offline; the office set %.*s: by the alphabet "
              "that is the %s of the two, and it stands.",
              LINT_TEXT(name->text), LINT_TEXT(wanted), LINT_TEXT(other),
              max ? "greater" : "smaller");
    lint_kept(l, finding, name->text, other, "the %s by its letters", max ? "greater" : "smaller");
    lint_gone(l, finding, name->text, wanted, "the %s by the list of options",
              max ? "later" : "earlier");
}

/* --- DW2017: ranks that leave out options --- */

/* A field, or a member of a table's rows, with its rule. */
struct scale {
    const struct ast_rule *rule;
    const struct ast_name *name;
    const struct schema_field *schema;
    struct dwr_str table;              /* p NULL: a field of the document */
    const struct schema_doctype *rows; /* of the table */
};

static struct dwr_str cell_of(struct lint *l, const struct scale *s, struct dwr_str value)
{
    const struct dwr_table *table = s->table.p ? lint_table(l, s->table) : NULL;

    if (!table)
        return value;
    return lint_list(l, lint_row_of(l, table, s->rows, 1, s->name->text, value), none);
}

/* The office sets a value that has a rank, a device one that has none. */
static bool is_lost(struct lint *l, struct lint_case *c, const struct scale *s,
                    struct dwr_str office, struct dwr_str device)
{
    const struct dwr_str field = s->table.p ? s->table : s->name->text;
    const struct dwr_name *name = lint_name(l, field);
    const struct dwr_unit *unit =
        name && name->role == DWR_NAME_UNIT ? &l->plan->units[name->index] : NULL;
    const struct dwr_rule *rule =
        unit ? lint_planned(l, unit, &s->rule->stmt, s->name->symbol) : NULL;

    *c = lint_case_begin(l);
    lint_put(c, field, s->table.p ? cell_of(l, s, none) : none, cell_of(l, s, office),
             cell_of(l, s, device));
    if (rule)
        lint_assume_rule(l, c, unit, rule);
    else if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    return lint_try(l, c) && !lint_is_asked(c, field) && !lint_result_has(c, field, device);
}

static bool has_rank(const struct ast_values *ranked, struct dwr_str option)
{
    for (uint32_t i = 0; i < ranked->count; i++)
        if (str_same(ranked->v[i].text, option))
            return true;
    return false;
}

static void ranks_are_all(struct lint *l, const struct scale *s)
{
    const struct ast_values *ranked = &s->rule->ranked;
    struct dwr_str missing[LINT_LISTED], names, label;
    struct diag_finding *finding;
    struct lint_case c;
    unsigned count = 0;

    if (!s->schema || s->schema->kind != SCHEMA_SELECT)
        return;
    for (uint16_t i = 0; i < s->schema->select_count; i++)
        if (!has_rank(ranked, lint_quoted(l, s->schema->select[i])) && count++ < LINT_LISTED)
            missing[count - 1] = s->schema->select[i];
    if (count == 0 || !is_lost(l, &c, s, ranked->v[0].text, lint_quoted(l, missing[0])))
        return;
    names = lint_names(l, missing, count);
    finding = lint_found(l, DIAG_RANKS_MISSING, s->rule->ranked_span, s->name->text,
                         "%.*s %s no rank among those of '%.*s': with %s the server's wins",
                         (int)names.n, names.p, count == 1 ? "has" : "have",
                         LINT_TEXT(s->name->text), count == 1 ? "it" : "them");
    diag_help(l->diag, finding, "put %s in, from the lowest to the highest",
              count == 1 ? "it" : "them");
    lint_show(l, finding, &c,
              "A user set %.*s to '%.*s' offline; the office set %.*s: one of them has no rank, "
              "so the office's stands, whichever is the greater.",
              LINT_TEXT(s->name->text), LINT_TEXT(missing[0]), LINT_TEXT(ranked->v[0].text));
    label = s->table.p ? lint_member_label(l, &c, s->table, s->name->text) : s->name->text;
    lint_kept(l, finding, label, ranked->v[0].text, "the office's");
    lint_gone(l, finding, label, lint_quoted(l, missing[0]), "the user's, without a rank");
}

/* --- the rules of a DocType, and of the members of its tables --- */

static bool is_scale(const struct ast_rule *rule)
{
    return rule->rule == DWR_RULE_MAX || rule->rule == DWR_RULE_MIN;
}

static void members_are_ranked(struct lint *l, const struct ast_child *child)
{
    const struct ast_stmt *said = child->block.of[AST_ON_SAME_KEY];
    const struct ast_block *block = said ? AST_AS(ast_on_same_key, said)->block : NULL;
    const struct schema_doctype *rows = lint_rows_of(l, child->field.text);

    for (const struct ast_stmt *s = block ? block->of[AST_RULE] : NULL; s && rows; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        for (uint32_t i = 0; is_scale(rule) && rule->ranked.count > 0 && i < rule->fields.count;
             i++)
            ranks_are_all(l, &(struct scale){ rule, &rule->fields.v[i],
                                              schema_field(rows, rule->fields.v[i].text),
                                              child->field.text, rows });
    }
}

void lint_scales(struct lint *l)
{
    if (!l->schema)
        return;
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        for (uint32_t i = 0; is_scale(rule) && i < rule->fields.count; i++)
            if (rule->ranked.count == 0)
                scale_has_ranks(l, rule, &rule->fields.v[i]);
            else
                ranks_are_all(l, &(struct scale){ rule, &rule->fields.v[i],
                                                  schema_field(l->schema, rule->fields.v[i].text),
                                                  none, NULL });
    }
    for (const struct ast_stmt *s = l->block->of[AST_CHILD]; s; s = s->same)
        members_are_ranked(l, AST_AS(ast_child, s));
}
