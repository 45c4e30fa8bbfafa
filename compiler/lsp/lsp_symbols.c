/* lsp_symbols.c - the outline of a document: DocTypes with their tables, tests, settings. */
#include "lsp/lsp.h"
#include "str.h"

/* The protocol's kinds of symbols. */
enum {
    SYMBOL_NAMESPACE = 3,
    SYMBOL_CLASS = 5,
    SYMBOL_METHOD = 6,
    SYMBOL_FIELD = 8,
    SYMBOL_ARRAY = 18
};

/* What is being answered. An editor that does not know of children gets all symbols in one list,
 * each with what it is in. */
struct outline {
    struct out *o;
    struct lsp_rules *r;
    bool nested;
    struct dwr_str uri;
    uint32_t count; /* of the list that is open */
};

struct symbol {
    struct dwr_str name;
    const char *detail; /* NULL: none */
    int kind;
    struct span all, word;
    struct dwr_str within; /* p NULL: nothing */
};

static void put_span(struct outline *out, struct span span)
{
    lsp_put_range(out->o, &out->r->arena, &out->r->c->ast.sources, span);
}

static void put_nested(struct outline *out, const struct symbol *s)
{
    if (s->detail != NULL) {
        out_lit(out->o, ",\"detail\":");
        lsp_put_text(out->o, str_of(s->detail));
    }
    out_lit(out->o, ",\"range\":");
    put_span(out, s->all);
    out_lit(out->o, ",\"selectionRange\":");
    put_span(out, s->word);
}

static void put_flat(struct outline *out, const struct symbol *s)
{
    if (s->within.p != NULL) {
        out_lit(out->o, ",\"containerName\":");
        lsp_put_text(out->o, s->within);
    }
    out_lit(out->o, ",\"location\":{\"uri\":");
    lsp_put_text(out->o, out->uri);
    out_lit(out->o, ",\"range\":");
    put_span(out, s->all);
    out_char(out->o, '}');
}

/* All but its last brace. */
static void begin(struct outline *out, const struct symbol *s)
{
    if (out->count++ > 0)
        out_char(out->o, ',');
    out_lit(out->o, "{\"name\":");
    /* The protocol wants a name that is not empty. */
    lsp_put_text(out->o, s->name.n == 0 ? (struct dwr_str)DWR_STR("\"\"") : s->name);
    out_lit(out->o, ",\"kind\":");
    out_number(out->o, (uint64_t)s->kind);
    if (out->nested)
        put_nested(out, s);
    else
        put_flat(out, s);
}

static void put(struct outline *out, struct symbol s)
{
    begin(out, &s);
    out_char(out->o, '}');
}

static void put_fields(struct outline *out, const struct ast_doctype *d)
{
    for (const struct ast_stmt *s = d->block.first; s; s = s->next) {
        if (s->kind == AST_RULE) {
            const struct ast_rule *rule = AST_AS(ast_rule, s);

            for (uint32_t i = 0; i < rule->fields.count; i++)
                put(out, (struct symbol){ rule->fields.v[i].text, ast_rule_word(rule->rule),
                                          SYMBOL_FIELD, rule->fields.v[i].span,
                                          rule->fields.v[i].span, d->name.text });
        } else if (s->kind == AST_CHILD) {
            const struct ast_name *field = &AST_AS(ast_child, s)->field;

            put(out, (struct symbol){ field->text, "child table", SYMBOL_ARRAY, s->span,
                                      field->span, d->name.text });
        }
    }
}

static void put_doctype(struct outline *out, const struct ast_doctype *d)
{
    const struct ast_stmt *strategy = d->block.of[AST_STRATEGY];
    const uint32_t count = out->count + 1;

    begin(out, &(struct symbol){ d->name.text,
                                 strategy == NULL
                                     ? NULL
                                     : ast_strategy_word(AST_AS(ast_strategy, strategy)->strategy),
                                 SYMBOL_CLASS,
                                 d->stmt.span,
                                 d->name.span,
                                 { NULL, 0 } });
    if (out->nested) {
        out->count = 0;
        out_lit(out->o, ",\"children\":[");
        put_fields(out, d);
        out_lit(out->o, "]}");
        out->count = count;
    } else {
        out_char(out->o, '}');
        put_fields(out, d);
    }
}

void lsp_symbols(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    struct lsp_place place;
    struct outline out = { .o = o, .nested = lsp->outlines };

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    out.r = place.rules;
    if (place.source != UINT32_MAX)
        out.uri = lsp_uri(lsp, place.rules->c->ast.sources.v[place.source].path.p);
    out_char(o, '[');
    for (const struct ast_stmt *s = place.rules->c->ast.top.first; s; s = s->next) {
        if (s->span.source != place.source)
            continue;
        if (s->kind == AST_DOCTYPE)
            put_doctype(&out, AST_AS(ast_doctype, s));
        else if (s->kind == AST_TEST)
            put(&out, (struct symbol){ AST_AS(ast_test, s)->title.text,
                                       "test",
                                       SYMBOL_METHOD,
                                       s->span,
                                       AST_AS(ast_test, s)->title.span,
                                       { NULL, 0 } });
        else
            put(&out, (struct symbol){ source_text(&place.rules->c->ast.sources, s->word),
                                       NULL,
                                       SYMBOL_NAMESPACE,
                                       s->span,
                                       s->word,
                                       { NULL, 0 } });
    }
    out_char(o, ']');
}
