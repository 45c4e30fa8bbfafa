/* json.c - findings as JSON: one object, or a finding a line.
 *
 *     {"format_version":1,"command":"lint","counts":{"error":1,…},"findings":[…]}
 *
 * A finding has its code, severity, message, file, line, column, end_line, end_column (columns
 * count characters, from 1; the end is behind the last), doctype, field, fingerprint, help, notes,
 * fix and scenario; what there is not is null. The documents of a scenario stand as they are, not
 * as strings. */
#include "findings.h"

static void number(struct out *o, const char *name, uint64_t n)
{
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_number(o, n);
}

static void string(struct out *o, const char *name, struct dwr_str text)
{
    out_char(o, ',');
    findings_json_string(o, name, text);
}

/* A document; a line end in it can only be white space. */
static void document(struct out *o, const char *name, struct dwr_str json)
{
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    if (!json.p)
        out_lit(o, "null");
    for (size_t i = 0; i < json.n; i++)
        out_char(o, json.p[i] == '\n' || json.p[i] == '\r' ? ' ' : json.p[i]);
}

/* "file", "line" …; the first of an object's members. */
static void place(struct out *o, struct arena *arena, const struct sources *sources,
                  struct span span)
{
    const struct findings_place at = findings_place(arena, sources, span);

    findings_json_string(o, "file", at.source->path);
    number(o, "line", at.begin.line);
    number(o, "column", at.begin.column);
    number(o, "end_line", at.end.line);
    number(o, "end_column", at.end.column);
}

static void notes(struct out *o, struct arena *arena, const struct diag_finding *finding)
{
    out_lit(o, ",\"notes\":[");
    for (const struct diag_note *note = finding->notes; note; note = note->next) {
        out_char(o, '{');
        place(o, arena, note->sources, note->span);
        string(o, "message", note->text);
        out_char(o, '}');
        if (note->next)
            out_char(o, ',');
    }
    out_char(o, ']');
}

static void fix(struct out *o, struct arena *arena, const struct diag_finding *finding)
{
    if (!finding->fix) {
        out_lit(o, ",\"fix\":null");
        return;
    }
    out_lit(o, ",\"fix\":{");
    findings_json_string(o, "title", finding->fix->title);
    if (finding->fix->safe)
        out_lit(o, ",\"safe\":true,\"edits\":[");
    else
        out_lit(o, ",\"safe\":false,\"edits\":[");
    for (const struct diag_edit *edit = finding->fix->edits; edit; edit = edit->next) {
        out_char(o, '{');
        place(o, arena, finding->sources, edit->span);
        string(o, "text", edit->text);
        out_char(o, '}');
        if (edit->next)
            out_char(o, ',');
    }
    out_lit(o, "]}");
}

static void fates(struct out *o, const char *name, const struct diag_fate *fate)
{
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":[");
    for (; fate; fate = fate->next) {
        out_char(o, '{');
        findings_json_string(o, "field", fate->field);
        document(o, "value", fate->value);
        string(o, "reason", fate->reason);
        out_char(o, '}');
        if (fate->next)
            out_char(o, ',');
    }
    out_char(o, ']');
}

static void scenario(struct out *o, const struct diag_scenario *scenario)
{
    static const struct dwr_str update = DWR_STR("update");

    if (!scenario) {
        out_lit(o, ",\"scenario\":null");
        return;
    }
    out_lit(o, ",\"scenario\":{");
    findings_json_string(o, "story", scenario->story);
    string(o, "op", scenario->op.p ? scenario->op : update);
    document(o, "base", scenario->base);
    document(o, "server", scenario->server);
    document(o, "client", scenario->client);
    document(o, "result", scenario->result);
    fates(o, "kept", scenario->kept);
    fates(o, "gone", scenario->gone);
    document(o, "request", scenario->request);
    out_char(o, '}');
}

static void one(struct out *o, struct diag *diag, const struct diag_finding *finding, uint32_t n)
{
    out_lit(o, "{\"code\":\"");
    findings_code(o, finding->code);
    out_lit(o, "\",\"severity\":\"");
    out_bytes(o, findings_severities[finding->severity],
              strlen(findings_severities[finding->severity]));
    out_char(o, '"');
    string(o, "message", finding->text);
    out_char(o, ',');
    place(o, diag->arena, finding->sources, finding->span);
    string(o, "doctype", finding->doctype);
    string(o, "field", finding->field);
    string(o, "fingerprint", findings_fingerprint(diag->arena, finding, n));
    string(o, "help", finding->help);
    notes(o, diag->arena, finding);
    fix(o, diag->arena, finding);
    scenario(o, finding->scenario);
    out_char(o, '}');
}

/* What could not be done: a reader that does not see the status must not take it for a clean run.
 */
static void failures(struct out *o, const struct diag *diag)
{
    if (diag->failure_count == 0)
        return;
    out_lit(o, ",\"failures\":[");
    for (uint32_t i = 0; i < diag->failure_count; i++) {
        if (i > 0)
            out_char(o, ',');
        out_char(o, '"');
        findings_json_text(o, diag->failures[i]);
        out_char(o, '"');
    }
    out_char(o, ']');
}

void findings_json(struct out *o, const struct findings_report *report)
{
    struct diag *diag = report->diag;
    const uint32_t *ordinals = findings_ordinals(diag);

    out_lit(o, "{\"format_version\":1,");
    findings_json_string(o, "command",
                         (struct dwr_str){ report->command, strlen(report->command) });
    out_lit(o, ",\"counts\":{\"error\":");
    out_number(o, diag->errors);
    number(o, "warning", diag->warnings);
    number(o, "note", diag->notes);
    number(o, "allowed", diag->allowed_count);
    out_lit(o, "},\"findings\":[");
    for (uint32_t i = 0; i < diag->count; i++) {
        if (i > 0)
            out_char(o, ',');
        one(o, diag, diag->v[i], ordinals[i]);
    }
    out_char(o, ']');
    failures(o, diag);
    out_lit(o, "}\n");
}

void findings_jsonl(struct out *o, const struct findings_report *report)
{
    const uint32_t *ordinals = findings_ordinals(report->diag);

    for (uint32_t i = 0; i < report->diag->count; i++) {
        one(o, report->diag, report->diag->v[i], ordinals[i]);
        out_char(o, '\n');
    }
}
