/* unspoken.c - what nobody has spoken of: fields and DocTypes that only a default decides (DW5010,
 * DW5011), DocTypes and rules that no test tries (DW5012, DW5013). */
#include "lint_parts.h"

#include <stdlib.h>

#include "testrun.h"

static const struct dwr_str none = { NULL, 0 };

/* "a", "b" and 3 more */
enum { LISTED = 3 };

struct listed {
    struct dwr_str text;
    unsigned count;
};

static void list(struct lint *l, struct listed *all, struct dwr_str name)
{
    all->count++;
    if (all->count == 1)
        all->text = arena_printf(l->arena, "'%.*s'", LINT_TEXT(name));
    else if (all->count <= LISTED)
        all->text =
            arena_printf(l->arena, "%.*s, '%.*s'", (int)all->text.n, all->text.p, LINT_TEXT(name));
}

static struct dwr_str listed(struct lint *l, const struct listed *all)
{
    if (all->count <= LISTED)
        return all->text;
    return arena_printf(l->arena, "%.*s and %u more", (int)all->text.n, all->text.p,
                        all->count - LISTED);
}

/* --- DW5010: field_level, and no word about a field --- */

static void list_free(struct lint *l, void *context, struct dwr_str field)
{
    const struct schema_field *f = schema_field(l->schema, field);

    if (f && f->kind != SCHEMA_TABLE) /* rows.c speaks of those */
        list(l, context, field);
}

/* Every other strategy says in its name who is right; field_level leaves it to the rules. */
void lint_undecided(struct lint *l)
{
    const struct ast_stmt *strategy = l->block->of[AST_STRATEGY];
    struct listed all = { .count = 0 };
    struct diag_finding *finding;
    struct dwr_str names;

    if (!l->schema || !strategy || l->plan->strategy != DWR_STRATEGY_FIELD_LEVEL ||
        l->block->of[AST_OTHERWISE])
        return;
    lint_each_free(l, list_free, &all);
    if (all.count == 0)
        return;
    names = listed(l, &all);
    finding =
        lint_found(l, DIAG_FIELD_UNDECIDED, strategy->span, none,
                   "no rule speaks of %.*s: the server's wins, unsaid", (int)names.n, names.p);
    diag_help(l->diag, finding, "give them rules, or say `otherwise server_wins;`");
    lint_say_behind(l, finding, strategy, "otherwise server_wins;");
}

/* --- DW5011: DocTypes that only the built-in default decides --- */

static bool default_has_strategy(const struct lint *l)
{
    const struct ast_stmt *s = l->ast->top.of[AST_DEFAULT];

    return s && AST_AS(ast_section, s)->block.of[AST_STRATEGY];
}

static bool is_named(const struct lint *l, struct dwr_str doctype)
{
    return dwr_doctype_find(l->rules, doctype.p, doctype.n)->name.p != NULL;
}

/* One finding: an app has hundreds of DocTypes. */
static void doctypes_are_decided(struct lint *l)
{
    struct listed all = { .count = 0 };
    const struct ast_stmt *first = l->ast->top.first;
    struct diag_finding *finding;
    struct dwr_str names;

    if (!l->schemas || default_has_strategy(l) || !first)
        return;
    for (uint32_t i = 0; i < l->schemas->count; i++) {
        const struct schema_doctype *d = &l->schemas->v[i];

        if (!d->is_table && !d->is_single && !is_named(l, d->name))
            list(l, &all, d->name);
    }
    if (all.count == 0)
        return;
    names = listed(l, &all);
    finding = diag_add(l->diag, DIAG_DOCTYPE_UNDECIDED, first->word,
                       "no rule speaks of the DocType%s %.*s: server_wins decides, unsaid",
                       all.count == 1 ? "" : "s", (int)names.n, names.p);
    diag_help(l->diag, finding,
              l->ast->top.of[AST_DEFAULT]
                  ? "say it in one place: strategy server_wins; in default"
                  : "say it in one place: default { strategy server_wins; }");
}

/* --- DW5012, DW5013: what the tests try --- */

/* The lines that decided in some test, as the plan's own texts: their places are compared. */
struct tried {
    const char **v;
    uint32_t count, capacity;
};

static void add_tried(struct lint *l, struct tried *t, const char *at)
{
    if (!at)
        return;
    if (t->count == t->capacity) {
        const uint32_t capacity = t->capacity ? 2 * t->capacity : 256;

        t->v = arena_grow(l->arena, t->v, t->capacity, capacity, sizeof *t->v);
        t->capacity = capacity;
    }
    t->v[t->count++] = at;
}

static int by_place(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;

    return x < y ? -1 : x > y;
}

static bool is_tried(const struct tried *t, struct dwr_str at)
{
    return at.p && t->count > 0 && bsearch(&at.p, t->v, t->count, sizeof *t->v, by_place);
}

/* A rule is tried when it had to decide; a table when a row came to it at all. */
static void run_test(struct lint *l, struct tried *t, const struct ast_test *test)
{
    const struct dwr_write write = testrun_write(test);
    const struct trial trial = { .doctype = dwr_doctype_find(l->rules, test->doctype.text.p,
                                                             test->doctype.text.n),
                                 .write = write };
    struct dwr_result result;

    if (trial_merge(&l->bench, &trial, &result) != DWR_OK)
        return;
    add_tried(l, t, result.rule.p);
    for (size_t i = 0; i < result.field_count; i++) {
        const struct dwr_report *report = &result.fields[i];

        if (report->conflict || memchr(report->field.p, '[', report->field.n))
            add_tried(l, t, report->rule.p);
    }
}

static void rule_is_tried(struct lint *l, const struct tried *t, const struct ast_rule *s)
{
    struct diag_finding *finding;

    for (uint32_t i = 0; i < s->fields.count; i++) {
        const struct dwr_name *name = lint_name(l, s->fields.v[i].text);
        const struct dwr_unit *unit =
            name && name->role == DWR_NAME_UNIT ? &l->plan->units[name->index] : NULL;
        const struct dwr_rule *rule =
            unit ? lint_planned(l, unit, &s->stmt, s->fields.v[i].symbol) : NULL;

        if (!rule || is_tried(t, rule->at))
            return;
    }
    finding = lint_found(l, DIAG_RULE_UNTESTED, s->stmt.span, s->fields.v[0].text,
                         "no test lets this rule decide");
    diag_help(l->diag, finding, "dwrc scenario prints the tests that are missing");
}

static void table_is_tried(struct lint *l, const struct tried *t, const struct ast_child *child)
{
    const struct dwr_table *table = lint_table(l, child->field.text);
    bool tried;

    if (!table)
        return;
    tried = is_tried(t, table->at) || is_tried(t, table->same_key_at) ||
            is_tried(t, table->append_only_at) || is_tried(t, table->hold_at) ||
            is_tried(t, table->removes_at) || is_tried(t, table->otherwise.at);
    for (uint16_t i = 0; i < table->unit_count && !tried; i++)
        tried = is_tried(t, table->units[i].rules[0].at);
    if (!tried)
        diag_help(l->diag,
                  lint_found(l, DIAG_RULE_UNTESTED, child->stmt.word, child->field.text,
                             "no test writes a row of '%.*s'", LINT_TEXT(child->field.text)),
                  "dwrc scenario prints the tests that are missing");
}

static void rules_are_tried(struct lint *l, const struct tried *t)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same)
        rule_is_tried(l, t, AST_AS(ast_rule, s));
    for (const struct ast_stmt *s = l->block->of[AST_CHILD]; s; s = s->same)
        table_is_tried(l, t, AST_AS(ast_child, s));
}

/* Without a single test there is one thing to say, not one for each DocType. */
static bool has_tests(struct lint *l)
{
    const struct ast_stmt *first = l->ast->top.of[AST_DOCTYPE];

    if (l->ast->top.of[AST_TEST] || !first)
        return l->ast->top.of[AST_TEST] != NULL;
    diag_help(
        l->diag,
        diag_add(l->diag, DIAG_DOCTYPE_UNTESTED, AST_AS(ast_doctype, first)->name.span,
                 "there are no tests: nobody sees when a change of the rules changes a merge"),
        "dwrc scenario prints them, ready to paste");
    return false;
}

static void doctype_is_tried(struct lint *l, const struct tried *t, const bool *tested)
{
    if (tested[l->doctype->name.symbol]) {
        rules_are_tried(l, t);
        return;
    }
    diag_help(l->diag,
              lint_found(l, DIAG_DOCTYPE_UNTESTED, l->doctype->name.span, none,
                         "DocType '%.*s' has no test", LINT_TEXT(l->doctype->name.text)),
              "dwrc scenario --doctype prints the tests that are missing");
}

void lint_unspoken(struct lint *l)
{
    bool *tested = arena_zero(l->arena, (size_t)l->ast->symbol_count + 1);
    struct tried t = { .count = 0 };

    l->doctype = NULL;
    doctypes_are_decided(l);
    if (!has_tests(l))
        return;
    for (const struct ast_stmt *s = l->ast->top.of[AST_TEST]; s; s = s->same) {
        tested[AST_AS(ast_test, s)->doctype.symbol] = true;
        run_test(l, &t, AST_AS(ast_test, s));
    }
    if (t.count > 0)
        qsort(t.v, t.count, sizeof *t.v, by_place);
    for (const struct ast_stmt *s = l->ast->top.of[AST_DOCTYPE]; s; s = s->same) {
        lint_doctype_at_hand(l, AST_AS(ast_doctype, s));
        doctype_is_tried(l, &t, tested);
    }
}
