/* find.c - what changed as findings at the lines of the new rules, for --format sarif and the like.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"

/* The source of "rules/ops.dwr:14", and its line; false: the new rules have none of that name. */
static bool source_of(const struct sources *sources, struct dwr_str at, uint32_t *source,
                      uint32_t *line)
{
    size_t colon = at.n;

    while (colon > 0 && at.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    *line = (uint32_t)strtoul(at.p + colon, NULL, 10);
    for (*source = 0; *source < sources->count; (*source)++)
        if (sources->v[*source].label.n == colon - 1 &&
            memcmp(sources->v[*source].label.p, at.p, colon - 1) == 0)
            return true;
    return false;
}

/* What stands in the line. */
static struct span line_span(struct arena *arena, struct sources *sources, uint32_t source,
                             uint32_t line)
{
    const struct dwr_str text = source_line_text(arena, &sources->v[source], line);
    const uint32_t begin = (uint32_t)(text.p - sources->v[source].text);
    struct span span = { source, begin, begin + (uint32_t)text.n };

    while (span.begin < span.end && (sources->v[source].text[span.begin] == ' ' ||
                                     sources->v[source].text[span.begin] == '\t'))
        span.begin++;
    return span;
}

/* Where the new rules say it: the line that decides now, else the DocType, else their beginning. */
static struct span span_of(struct arena *arena, const struct ast_ruleset *ast,
                           struct sources *sources, const struct diff_doctype *d,
                           const struct diff_item *item)
{
    uint32_t source, line;

    if (item->new_at.p != NULL && source_of(sources, item->new_at, &source, &line))
        return line_span(arena, sources, source, line);
    for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s && d->kind == DIFF_DOCTYPE;
         s = s->same) {
        const struct ast_doctype *doctype = AST_AS(ast_doctype, s);

        if (doctype->name.text.n == d->name.n &&
            memcmp(doctype->name.text.p, d->name.p, d->name.n) == 0)
            return doctype->name.span;
    }
    return (struct span){ 0, 0, 0 };
}

static struct dwr_str str(struct dwr_text text)
{
    return (struct dwr_str){ text.p, text.n };
}

static struct diag_scenario *scenario_of(struct arena *arena, const struct diff_item *item)
{
    static const char *const ops[] = { [DWR_UPDATE] = NULL,
                                       [DWR_INSERT] = "insert",
                                       [DWR_DELETE] = "delete",
                                       [DWR_UNDELETE] = "undelete" };
    struct diag_scenario *s = ARENA_NEW(arena, struct diag_scenario);
    const struct dwr_write *w = &item->trial.write;

    s->story = item->old_side.doc.p == NULL
                   ? arena_printf(arena, "By the old rules there was no document.")
                   : arena_printf(arena, "By the old rules it was %.*s", (int)item->old_side.doc.n,
                                  item->old_side.doc.p);
    s->request = item->request;
    if (ops[w->op] != NULL)
        s->op = (struct dwr_str){ ops[w->op], strlen(ops[w->op]) };
    s->base = str(w->base);
    s->server = str(w->server);
    s->client = str(w->client);
    s->result = item->new_side.doc;
    if (item->lost.p != NULL) {
        s->gone = ARENA_NEW(arena, struct diag_fate);
        *s->gone = (struct diag_fate){ .field = item->field,
                                       .value = item->lost,
                                       .reason = DWR_STR("but for the field report") };
    }
    return s;
}

static void add(struct arena *arena, struct diag *diag, const struct ast_ruleset *ast,
                const struct diff_doctype *d, const struct diff_item *item)
{
    static const enum diag_code codes[DIFF_CLASSES] = { [DIFF_OUTCOME] = DIAG_DIFF_OUTCOME,
                                                        [DIFF_BOTH_TABLES] = DIAG_DIFF_BOTH_TABLES,
                                                        [DIFF_LOSES] = DIAG_DIFF_LOSES };
    const struct dwr_str name = d->name;
    const bool of_field = item->field.p != NULL;
    struct diag_finding *finding;

    if (codes[item->class] == 0)
        return; /* what is safe is no finding */
    finding = diag_add(diag, codes[item->class], span_of(arena, ast, diag->sources, d, item),
                       "%.*s%s%.*s %s: %.*s", (int)name.n, name.p, of_field ? ", " : "",
                       of_field ? (int)item->field.n : 0, of_field ? item->field.p : "",
                       diff_class_words[item->class], (int)item->what.n, item->what.p);
    diag_subject(finding, name, item->field);
    if (item->has_merge)
        finding->scenario = scenario_of(arena, item);
    else if (item->becomes.p != NULL || item->was.p != NULL)
        diag_help(diag, finding, "was: %.*s; becomes: %.*s",
                  item->was.p == NULL ? 10 : (int)item->was.n,
                  item->was.p == NULL ? "(not said)" : item->was.p,
                  item->becomes.p == NULL ? 10 : (int)item->becomes.n,
                  item->becomes.p == NULL ? "(not said)" : item->becomes.p);
}

void diff_find(struct arena *arena, const struct diff_results *results,
               const struct ast_ruleset *new_rules, struct diag *diag)
{
    for (uint32_t i = 0; i < results->count; i++)
        for (uint32_t k = 0; k < results->v[i].item_count; k++)
            add(arena, diag, new_rules, &results->v[i], &results->v[i].items[k]);
}
