/* report_json.c - verdicts for programs. */
#include "report.h"

static void word(struct out *o, const char *name, const char *text)
{
    out_json_member(o, name, (struct dwr_str){ text, strlen(text) });
}

static void number(struct out *o, const char *name, uint64_t n)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_number(o, n);
}

static void json(struct out *o, const char *name, struct dwr_text text)
{
    if (!text.p)
        return;
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_bytes(o, text.p, text.n);
}

/* The request as a string: a line of `dwrc resolve`. */
static void shown(struct out *o, struct arena *arena, const struct prove_shown *s)
{
    const struct dwr_write *w = &s->trial.write;

    out_char(o, '{');
    out_json_member(o, "field", s->field);
    out_char(o, ',');
    word(o, "reason", prove_reason_id(s->reason));
    out_lit(o, ",\"named\":");
    if (prove_reason_is_named(s->reason))
        out_lit(o, "true,");
    else
        out_lit(o, "false,");
    out_json_member(o, "rule", s->at);
    out_char(o, ',');
    number(o, "cases", s->times);
    json(o, "base", w->base);
    json(o, "server", w->server);
    json(o, "client", w->client);
    json(o, "other_client", s->second);
    json(o, s->second.p ? "result" : "doc", s->one);
    json(o, s->second.p ? "result_in_other_order" : "doc_again", s->two);
    out_char(o, ',');
    out_json_member(o, "request", trial_line(arena, &s->trial));
    out_char(o, '}');
}

static const char *verdict_id(enum prove_verdict verdict)
{
    static const char *const ids[] = { [PROVE_NOTHING] = "nothing_to_prove",
                                       [PROVE_PROVED] = "proved",
                                       [PROVE_EXCEPT] = "proved_except",
                                       [PROVE_REFUTED] = "refuted",
                                       [PROVE_TOO_LARGE] = "too_large" };

    return ids[verdict];
}

static void property(struct out *o, struct arena *arena, const struct prove_doctype *d,
                     enum prove_property p)
{
    bool first = true;

    out_char(o, '{');
    word(o, "property", prove_property_id(p));
    out_char(o, ',');
    word(o, "verdict", verdict_id(d->verdict[p]));
    out_char(o, ',');
    number(o, "cases", d->cases[p]);
    out_lit(o, ",\"exceptions\":[");
    for (uint32_t i = 0; i < d->shown_count; i++)
        if (d->shown[i].property == p) {
            if (!first)
                out_char(o, ',');
            first = false;
            shown(o, arena, &d->shown[i]);
        }
    out_lit(o, "]}");
}

static void doctype(struct out *o, struct arena *arena, const struct prove_doctype *d)
{
    out_char(o, '{');
    out_json_member(o, "doctype", d->name);
    out_char(o, ',');
    number(o, "merges", d->merges);
    out_char(o, ',');
    number(o, "parts_too_large", d->too_large);
    out_lit(o, ",\"properties\":[");
    for (int p = 0; p < PROVE_PROPERTIES; p++) {
        if (p > 0)
            out_char(o, ',');
        property(o, arena, d, (enum prove_property)p);
    }
    out_lit(o, "]}");
}

void prove_json(struct out *o, struct arena *arena, const struct prove_results *results)
{
    out_lit(o, "{\"format_version\":1,\"command\":\"prove\",\"counts\":{");
    number(o, "doctypes", results->count);
    out_char(o, ',');
    number(o, "parts", results->parts);
    out_char(o, ',');
    number(o, "different_parts", results->different);
    out_char(o, ',');
    number(o, "merges", results->merges);
    out_char(o, ',');
    number(o, "refuted", results->refuted);
    out_char(o, ',');
    number(o, "excepted", results->excepted);
    out_char(o, ',');
    number(o, "excepted_beyond_section_10", results->unnamed);
    out_char(o, ',');
    number(o, "too_large", results->too_large);
    out_lit(o, "},\"doctypes\":[");
    for (uint32_t i = 0; i < results->count; i++) {
        if (i > 0)
            out_char(o, ',');
        doctype(o, arena, &results->v[i]);
    }
    out_lit(o, "]}\n");
}

void prove_jsonl(struct out *o, struct arena *arena, const struct prove_results *results)
{
    for (uint32_t i = 0; i < results->count; i++) {
        doctype(o, arena, &results->v[i]);
        out_char(o, '\n');
    }
}
