/* findings.c - coverage as findings: for each DocType what no test tries, and a threshold that is
 * not reached. */
#include "cover.h"
#include "str.h"

/* The DocType's name in the rules; of those that are not named, the `default` statement. */
static struct span place_of(const struct cover *cover, const struct cover_type *type)
{
    const struct ast_block *top = &cover->ast->top;

    for (const struct ast_stmt *s = type->name.p ? top->of[AST_DOCTYPE] : NULL; s; s = s->same)
        if (str_same(((const struct ast_doctype *)s)->name.text, type->name))
            return ((const struct ast_doctype *)s)->name.span;
    return top->of[AST_DEFAULT] ? top->of[AST_DEFAULT]->span : (struct span){ 0, 0, 0 };
}

static void put_untried(struct diag *diag, const struct cover *cover, const struct cover_type *type)
{
    const struct dwr_str name = cover_type_name(type);
    struct out_memory missing;
    struct diag_finding *finding;
    struct dwr_str text;

    finding = diag_add(diag, DIAG_CLASS_UNTRIED, place_of(cover, type),
                       "\"%.*s\": no test tries %u of its %u conflict classes", (int)name.n, name.p,
                       type->possible - type->tried, type->possible);
    out_memory_begin(&missing, diag->arena);
    cover_missing(&missing.out, diag->arena, type);
    text = out_memory_bytes(&missing);
    diag_help(diag, finding, "`dwrc scenario` prints tests for %.*s", (int)text.n, text.p);
    diag_subject(finding, name, (struct dwr_str){ NULL, 0 });
}

void cover_findings(struct diag *diag, const struct cover_shown *shown)
{
    const struct cover *cover = shown->cover;
    const struct cover_type *first = NULL;

    for (uint32_t i = 0; i < cover->type_count; i++) {
        const struct cover_type *type = &cover->types[i];

        if (type->tried == type->possible)
            continue;
        put_untried(diag, cover, type);
        if (!first)
            first = type;
    }
    if (first && cover_is_below(cover, shown->threshold))
        diag_add(diag, DIAG_BELOW_THRESHOLD, place_of(cover, first),
                 "%u of %u conflict classes are tried, below the threshold of %.10g %%",
                 cover->tried, cover->possible, shown->threshold);
}
