/* lsp_symbols.c - the outline of a document: DocTypes with their tables, tests, settings. */
#include <string.h>

#include "lsp/lsp.h"

/* The protocol's kinds of symbols. */
enum {
    SYMBOL_NAMESPACE = 3,
    SYMBOL_CLASS = 5,
    SYMBOL_METHOD = 6,
    SYMBOL_FIELD = 8,
    SYMBOL_ARRAY = 18
};

static void begin(struct out *o, struct lsp_rules *r, uint32_t *count, struct dwr_str name,
                  const char *detail, int kind, struct span all, struct span word)
{
    if ((*count)++ > 0)
        out_char(o, ',');
    out_lit(o, "{\"name\":");
    /* The protocol wants a name that is not empty. */
    lsp_put_text(o, name.n == 0 ? (struct dwr_str){ "\"\"", 2 } : name);
    if (detail != NULL) {
        out_lit(o, ",\"detail\":");
        lsp_put_text(o, (struct dwr_str){ detail, strlen(detail) });
    }
    out_lit(o, ",\"kind\":");
    out_number(o, (uint64_t)kind);
    out_lit(o, ",\"range\":");
    lsp_put_range(o, &r->arena, &r->c->ast.sources, all);
    out_lit(o, ",\"selectionRange\":");
    lsp_put_range(o, &r->arena, &r->c->ast.sources, word);
}

static void put_doctype(struct out *o, struct lsp_rules *r, uint32_t *count,
                        const struct ast_doctype *d)
{
    const struct ast_stmt *strategy = d->block.of[AST_STRATEGY];
    uint32_t inside = 0;

    begin(o, r, count, d->name.text,
          strategy == NULL ? NULL : ast_strategy_word(AST_AS(ast_strategy, strategy)->strategy),
          SYMBOL_CLASS, d->stmt.span, d->name.span);
    out_lit(o, ",\"children\":[");
    for (const struct ast_stmt *s = d->block.first; s; s = s->next) {
        if (s->kind == AST_RULE) {
            const struct ast_rule *rule = AST_AS(ast_rule, s);

            for (uint32_t i = 0; i < rule->fields.count; i++) {
                begin(o, r, &inside, rule->fields.v[i].text, ast_rule_word(rule->rule),
                      SYMBOL_FIELD, rule->fields.v[i].span, rule->fields.v[i].span);
                out_char(o, '}');
            }
        } else if (s->kind == AST_CHILD) {
            begin(o, r, &inside, AST_AS(ast_child, s)->field.text, "child table", SYMBOL_ARRAY,
                  s->span, AST_AS(ast_child, s)->field.span);
            out_char(o, '}');
        }
    }
    out_lit(o, "]}");
}

void lsp_symbols(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    struct lsp_place place;
    uint32_t count = 0;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    out_char(o, '[');
    for (const struct ast_stmt *s = place.rules->c->ast.top.first; s; s = s->next) {
        if (s->span.source != place.source)
            continue;
        if (s->kind == AST_DOCTYPE) {
            put_doctype(o, place.rules, &count, AST_AS(ast_doctype, s));
            continue;
        }
        if (s->kind == AST_TEST)
            begin(o, place.rules, &count, AST_AS(ast_test, s)->title.text, "test", SYMBOL_METHOD,
                  s->span, AST_AS(ast_test, s)->title.span);
        else
            begin(o, place.rules, &count, source_text(&place.rules->c->ast.sources, s->word), NULL,
                  SYMBOL_NAMESPACE, s->span, s->word);
        out_char(o, '}');
    }
    out_char(o, ']');
}
