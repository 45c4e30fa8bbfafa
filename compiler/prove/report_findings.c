/* report_findings.c - what does not hold, as findings at the rules that decide. */
#include "report.h"

#include <stdlib.h>

/* "rules/ops.dwr:14" as a span: that line from its first letter to its end. */
static struct span span_at(struct arena *arena, struct sources *sources, struct dwr_str at)
{
    const struct span none = { 0, 0, 0 };
    size_t colon = at.n;

    while (colon > 0 && at.p[colon - 1] != ':')
        colon--;
    for (uint32_t i = 0; colon > 0 && i < sources->count; i++) {
        struct source *source = &sources->v[i];
        uint32_t line, begin;
        struct dwr_str text;

        if (source->label.n != colon - 1 || memcmp(source->label.p, at.p, colon - 1) != 0)
            continue;
        line = (uint32_t)strtoul(arena_copy(arena, at.p + colon, at.n - colon), NULL, 10);
        text = source_line_text(arena, source, line);
        begin = 0;
        while (begin < text.n && (text.p[begin] == ' ' || text.p[begin] == '\t'))
            begin++;
        return (struct span){ i, (uint32_t)(text.p - source->text) + begin,
                              (uint32_t)(text.p - source->text + (ptrdiff_t)text.n) };
    }
    return none;
}

static enum diag_code code_of(const struct prove_shown *s)
{
    if (s->reason == PROVE_BY_NOTHING)
        return (enum diag_code)prove_property_code(s->property);
    return prove_reason_is_named(s->reason) ? DIAG_PROVE_NAMED : DIAG_PROVE_UNNAMED;
}

static struct dwr_str str(struct dwr_text t)
{
    return (struct dwr_str){ t.p, t.n };
}

static struct dwr_str op_of(const struct prove_shown *s)
{
    static const struct dwr_str ops[] = { [DWR_UPDATE] = { NULL, 0 },
                                          [DWR_INSERT] = DWR_STR("insert"),
                                          [DWR_DELETE] = DWR_STR("delete"),
                                          [DWR_UNDELETE] = DWR_STR("undelete") };

    return ops[s->trial.write.op];
}

/* What the documents show, in a sentence. */
static struct dwr_str story_of(struct arena *arena, const struct prove_shown *s)
{
    if (s->second.p)
        return arena_printf(
            arena,
            "another client who saw the same document writes %.*s: after this write "
            "the document is %.*s, before it %.*s",
            (int)s->second.n, s->second.p, (int)s->one.n, s->one.p, (int)s->two.n, s->two.p);
    if (s->two.p)
        return arena_printf(arena, "the same write sent again makes it %.*s", (int)s->two.n,
                            s->two.p);
    return arena_printf(arena, "the smallest documents of %llu", (unsigned long long)s->times);
}

static void put_scenario(struct arena *arena, struct diag_finding *finding,
                         const struct prove_shown *s)
{
    struct diag_scenario *scenario = ARENA_NEW(arena, struct diag_scenario);

    scenario->story = story_of(arena, s);
    scenario->request = trial_line(arena, &s->trial);
    scenario->op = op_of(s);
    scenario->base = str(s->trial.write.base);
    scenario->server = str(s->trial.write.server);
    scenario->client = str(s->trial.write.client);
    scenario->result = str(s->one);
    finding->scenario = scenario;
}

static void put_shown(struct arena *arena, struct diag *diag, struct sources *sources,
                      const struct prove_doctype *d, const struct prove_shown *s)
{
    const struct span span = span_at(arena, sources, s->at);
    const struct dwr_str name = prove_doctype_name(d);
    struct diag_finding *finding;

    if (s->reason == PROVE_BY_NOTHING)
        finding = diag_add(diag, code_of(s), span, "\"%.*s\": %s refuted for '%.*s'", (int)name.n,
                           name.p, prove_property_words(s->property), (int)s->field.n, s->field.p);
    else
        finding = diag_add(diag, code_of(s), span, "\"%.*s\": %s, except %.*s (%s)", (int)name.n,
                           name.p, prove_property_words(s->property), (int)s->field.n, s->field.p,
                           prove_reason_words(s->reason));
    diag_subject(finding, d->name, s->field);
    put_scenario(arena, finding, s);
}

static void put_too_large(struct diag *diag, const struct prove_doctype *d, struct span span)
{
    const struct dwr_str name = prove_doctype_name(d);
    struct diag_finding *finding;

    if (d->too_large > 0)
        finding = diag_add(diag, DIAG_PROVE_TOO_LARGE, span,
                           "\"%.*s\": %u %s more combinations than are tried", (int)name.n, name.p,
                           d->too_large, d->too_large == 1 ? "part has" : "parts have");
    else if (d->order_too_large > 0)
        finding = diag_add(diag, DIAG_PROVE_TOO_LARGE, span,
                           "\"%.*s\": two clients write in more pairs than are tried", (int)name.n,
                           name.p);
    else
        return;
    diag_subject(finding, d->name, (struct dwr_str){ NULL, 0 });
}

void prove_findings(struct arena *arena, struct diag *diag, struct sources *sources,
                    const struct prove_results *results)
{
    for (uint32_t i = 0; i < results->count; i++) {
        const struct prove_doctype *d = &results->v[i];

        for (uint32_t k = 0; k < d->shown_count; k++)
            put_shown(arena, diag, sources, d, &d->shown[k]);
        put_too_large(diag, d, span_at(arena, sources, d->doctype->at));
    }
}
