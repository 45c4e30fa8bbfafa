/* discarded_rows.c - discarded.c's question asked of the rows of child tables: two people wrote
 * into one row, and on_same_key keeps the row, or the member, of one of them. A member that is
 * `manual` asks nobody: the server's stands (semantics 6: a row with its members is merged). */
#include "lint_parts.h"
#include "str.h"

struct row_case {
    struct lint *l;
    const struct ast_child *child;
    const struct dwr_table *table;
    const struct schema_doctype *rows;
};

/* The rule that on_same_key is, where it takes rows whole. */
static enum dwr_rule_kind rule_of_rows(const struct dwr_table *table)
{
    switch (table->same_key) {
    case DWR_SAME_KEY_SERVER_WINS:
        return DWR_RULE_SERVER_WINS;
    case DWR_SAME_KEY_CLIENT_WINS:
        return DWR_RULE_CLIENT_WINS;
    case DWR_SAME_KEY_FIRST_WRITE_WINS:
        return DWR_RULE_FIRST_WRITE_WINS;
    case DWR_SAME_KEY_LAST_WRITE_WINS:
        return DWR_RULE_LAST_WRITE_WINS;
    default:
        return DWR_RULE_KEEP_BOTH; /* nothing is discarded, or a person is asked */
    }
}

static bool may_discard(enum dwr_rule_kind rule, enum lint_kind kind)
{
    return lint_may_discard(rule == DWR_RULE_MANUAL ? DWR_RULE_SERVER_WINS : rule, kind);
}

/* Both write the member of one row. */
static bool loses(struct row_case *r, struct lint_case *c, struct dwr_str member,
                  enum lint_kind kind, enum dwr_rule_kind rule)
{
    struct lint *l = r->l;
    const struct dwr_str null = { NULL, 0 }, field = r->child->field.text;
    struct lint_row row[3];
    struct dwr_str value[3] = { null, null, null };
    struct lint_cell *cell;

    lint_values(kind, &value[1], &value[2]);
    for (int i = 0; i < 3; i++) {
        row[i] = lint_row_begin(l, r->table, r->rows, 1);
        if (r->table->order_by !=
            DWR_NONE) { /* the office's row is the one that rows by time keep */
            static const unsigned early[] = { 1, 1, 2 }, late[] = { 1, 3, 2 };
            const struct dwr_str order = r->table->names.v[r->table->order_by].name;

            if (!lint_is_key_part(r->table, order))
                lint_row_put(&row[i], order,
                             lint_numbered(l, r->rows, order,
                                           (rule == DWR_RULE_LAST_WRITE_WINS ? late : early)[i]));
        }
        lint_row_put(&row[i], member, value[i]);
    }
    *c = lint_case_begin(l);
    c->dated = rule == DWR_RULE_LAST_WRITE_WINS && r->table->order_by == DWR_NONE;
    cell = lint_cell(c, field);
    cell->base = lint_list(l, lint_row_end(&row[0]), null);
    cell->server = lint_list(l, lint_row_end(&row[1]), null);
    cell->client = lint_list(l, lint_row_end(&row[2]), null);
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    if (!lint_try(l, c))
        return false;
    return rule == DWR_RULE_CLIENT_WINS
               ? !lint_result_has(c, field, value[1])
               : !lint_is_asked(c, field) && !lint_result_has(c, field, value[2]);
}

/* The statement that keeps what both sides put into the member, as it is to be written: a rule
 * where on_same_key has rules, else `fields` with all that held before. */
static struct dwr_str kept_apart(struct row_case *r, struct dwr_str member, bool named,
                                 const char *word, enum dwr_rule_kind rule)
{
    const struct ast_on_same_key *said =
        AST_AS(ast_on_same_key, r->child->block.of[AST_ON_SAME_KEY]);
    struct arena *arena = r->l->arena;
    struct dwr_str sum = { "", 0 };

    if (said->block)
        return arena_printf(arena, "%s %.*s; %s", word, LINT_TEXT(member),
                            named ? "in its place" : "among the rules in fields");
    for (uint32_t i = 0; i < said->sum.count; i++)
        sum = arena_printf(arena, "%.*s%s%.*s%s", (int)sum.n, sum.p, i == 0 ? "sum " : ", ",
                           LINT_TEXT(said->sum.v[i].text), i + 1 == said->sum.count ? "; " : "");
    return arena_printf(arena, "on_same_key fields { %.*s%s %.*s; otherwise %s; }", (int)sum.n,
                        sum.p, word, LINT_TEXT(member), ast_rule_word(rule));
}

static void help(struct row_case *r, struct diag_finding *finding, struct dwr_str member,
                 bool named, enum lint_kind kind, enum dwr_rule_kind rule)
{
    const char *const word = kind == LINT_PROSE   ? "merge_text"
                             : kind == LINT_FILES ? "keep_both"
                                                  : "client_wins";
    const struct dwr_str apart = kept_apart(r, member, named, word, rule);

    if (kind == LINT_PROSE || kind == LINT_FILES)
        diag_help(r->l->diag, finding, "%.*s keeps %s", (int)apart.n, apart.p,
                  kind == LINT_PROSE ? "the lines of both" : "the files of both");
    else
        diag_help(r->l->diag, finding,
                  "on_same_key manual; asks a person about the row; %.*s where it is made on the "
                  "device",
                  (int)apart.n, apart.p);
}

static void report(struct row_case *r, struct lint_case *c, struct span span, struct dwr_str member,
                   bool named, enum lint_kind kind, enum dwr_rule_kind rule)
{
    struct lint *l = r->l;
    const struct dwr_str table = r->child->field.text;
    const struct dwr_report *said = lint_report(c, table);
    const struct dwr_str label = lint_member_label(l, c, table, member);
    struct dwr_str office, device;
    const char *keeps = rule == DWR_RULE_MANUAL ? "asks nobody about them and keeps" : "keeps";
    struct diag_finding *finding = lint_found(
        l, lint_discard_code(rule, kind), span, table,
        kind == LINT_PROSE
            ? "people type '%.*s' in the rows of '%.*s', and %s %s one text only"
            : "'%.*s' in the rows of '%.*s' holds attachments, and %s %s one side's only",
        LINT_TEXT(member), LINT_TEXT(table), ast_rule_word(rule), keeps);

    lint_values(kind, &office, &device);
    help(r, finding, member, named, kind, rule);
    lint_show(l, finding, c,
              "A user wrote %.*s in a row of %.*s offline; meanwhile the office "
              "changed the same row: %s.",
              LINT_TEXT(member), LINT_TEXT(table),
              rule == DWR_RULE_CLIENT_WINS ? "the user's row stands" : "the office's stands");
    if (rule == DWR_RULE_CLIENT_WINS) {
        lint_kept(l, finding, label, device, "the device's %.*s", LINT_TEXT(member));
        lint_gone(l, finding, label, office, "the office's %.*s, by %.*s", LINT_TEXT(member),
                  said ? (int)said->rule.n : 0, said ? said->rule.p : "");
        return;
    }
    lint_kept(l, finding, label, office, "the office's %.*s", LINT_TEXT(member));
    lint_gone(l, finding, label, device, "the user's %.*s, by %.*s", LINT_TEXT(member),
              said ? (int)said->rule.n : 0, said ? said->rule.p : "");
}

static void member_is_kept(struct row_case *r, struct span span, struct dwr_str member,
                           enum dwr_rule_kind rule)
{
    const enum lint_kind kind = lint_member_kind(r->rows, member);
    struct lint_case c;

    if (may_discard(rule, kind) && loses(r, &c, member, kind, rule))
        report(r, &c, span, member, true, kind, rule);
}

/* Members that the table's rows have and no rule names; the first that loses speaks for all. */
static void others_are_kept(struct row_case *r, struct span span, enum dwr_rule_kind rule)
{
    for (uint32_t i = 0; r->rows && i < r->rows->field_count; i++) {
        const struct dwr_str member = r->rows->fields[i].name;
        const enum lint_kind kind = lint_member_kind(r->rows, member);
        const struct dwr_name *name = lint_row_name(r->table, member);
        struct lint_case c;

        if (lint_is_key(r->table, member) || (name && name->role != DWR_NAME_FREE) ||
            !may_discard(rule, kind) || !loses(r, &c, member, kind, rule))
            continue;
        report(r, &c, span, member, false, kind, rule);
        return;
    }
}

static void table_is_kept(struct row_case *r)
{
    const struct ast_stmt *said = r->child->block.of[AST_ON_SAME_KEY];
    const struct ast_on_same_key *s;
    const struct ast_stmt *otherwise;

    if (!said || r->table->append_only)
        return; /* rows.c speaks of a table that says nothing */
    s = AST_AS(ast_on_same_key, said);
    if (r->table->same_key != DWR_SAME_KEY_FIELDS) {
        others_are_kept(r, said->span, rule_of_rows(r->table));
        return;
    }
    for (const struct ast_stmt *rule = s->block ? s->block->of[AST_RULE] : NULL; rule;
         rule = rule->same)
        for (uint32_t i = 0; i < AST_AS(ast_rule, rule)->fields.count; i++)
            member_is_kept(r, AST_AS(ast_rule, rule)->fields.v[i].span,
                           AST_AS(ast_rule, rule)->fields.v[i].text, AST_AS(ast_rule, rule)->rule);
    otherwise = s->block ? s->block->of[AST_OTHERWISE] : NULL;
    others_are_kept(r, otherwise ? otherwise->span : said->span,
                    (enum dwr_rule_kind)r->table->otherwise.kind);
}

void lint_discarded_rows(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_CHILD]; s; s = s->same) {
        const struct ast_child *child = AST_AS(ast_child, s);
        struct row_case r = { .l = l,
                              .child = child,
                              .table = lint_table(l, child->field.text),
                              .rows = lint_rows_of(l, child->field.text) };

        if (r.table)
            table_is_kept(&r);
    }
}
