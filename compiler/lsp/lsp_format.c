/* lsp_format.c - the document in its canonical form, as `dwrc fmt` writes it. */
#include <string.h>

#include "fmt/fmt.h"
#include "lsp/lsp.h"

/* The one region of lines that differs: what stands around it is not touched, so that the cursor
 * and the marks of the editor stay where they are. */
static struct span differing(const struct source *old, struct dwr_str *new)
{
    struct span span = { 0, 0, old->size };
    size_t end = new->n, begin = 0;

    while (begin < old->size && begin < end && old->text[begin] == new->p[begin])
        begin++;
    while (begin > 0 && old->text[begin - 1] != '\n')
        begin--;
    while (span.end > begin && end > begin && old->text[span.end - 1] == new->p[end - 1])
        span.end--, end--;
    while (span.end < old->size && (span.end == 0 || old->text[span.end - 1] != '\n'))
        span.end++, end++;
    span.begin = (uint32_t)begin;
    *new = (struct dwr_str){ new->p + begin, end - begin };
    return span;
}

void lsp_format(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    struct lsp_place place;
    struct sources *sources;
    struct dwr_str text;
    struct span span;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    text = place.source == UINT32_MAX ? (struct dwr_str){ NULL, 0 }
                                      : fmt_source(lsp->arena, &place.rules->c->ast, place.source);
    if (text.p == NULL) {
        out_lit(o, "[]"); /* a file with a syntax error has no canonical form */
        return;
    }
    sources = &place.rules->c->ast.sources;
    span = differing(&sources->v[place.source], &text);
    if (span.begin == span.end && text.n == 0) {
        out_lit(o, "[]");
        return;
    }
    span.source = place.source;
    out_lit(o, "[{\"range\":");
    lsp_put_range(o, &place.rules->arena, sources, span);
    out_lit(o, ",\"newText\":");
    lsp_put_text(o, text);
    out_lit(o, "}]");
}
