/* sarif.c - findings as SARIF 2.1.0, for code scanning.
 *
 * What readers of such files are strict about: columns count UTF-16 units and the run says so;
 * every result has its level; paths are relative to the repository's root, with forward slashes and
 * escaped as URIs; a clean run still is a run without results, so that what was open closes; the
 * fingerprints hold no line numbers, so that what moved stays the same. What a comment allows is
 * there as suppressed, with its reason. */
#include "findings.h"

#include "../../runtime/dwr.h"
#include "../explain/explain.h"

/* What a result refers to: each code that occurs, once. */
struct rules {
    enum diag_code *codes; /* in their order */
    uint32_t count;
};

static uint32_t rule_index(const struct rules *rules, enum diag_code code)
{
    uint32_t i = 0;

    while (i < rules->count && rules->codes[i] < code)
        i++;
    return i;
}

static void add_rule(struct arena *arena, struct rules *rules, enum diag_code code)
{
    const uint32_t at = rule_index(rules, code);

    if (at < rules->count && rules->codes[at] == code)
        return;
    rules->codes =
        arena_grow(arena, rules->codes, rules->count, rules->count + 1, sizeof *rules->codes);
    memmove(rules->codes + at + 1, rules->codes + at, (rules->count - at) * sizeof *rules->codes);
    rules->codes[at] = code;
    rules->count++;
}

/* {"text":"…"} of a member. */
static void text(struct out *o, const char *name, struct dwr_str words)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":{\"text\":\"");
    findings_json_text(o, words);
    out_lit(o, "\"}");
}

static void rule(struct out *o, enum diag_code code)
{
    const char *title = diag_code_title(code),
               *level = findings_severities[diag_code_severity(code)];
    const struct dwr_str page = explain_page(code);

    out_lit(o, "{\"id\":\"");
    findings_code(o, code);
    out_lit(o, "\",");
    text(o, "shortDescription", (struct dwr_str){ title, strlen(title) });
    if (page.p) {
        out_lit(o, ",\"help\":{\"text\":\"");
        findings_json_text(o, page);
        out_lit(o, "\",\"markdown\":\"");
        findings_json_text(o, page);
        out_lit(o, "\"}");
    }
    out_lit(o, ",\"defaultConfiguration\":{\"level\":\"");
    out_bytes(o, level, strlen(level));
    out_lit(o, "\"}}");
}

/* A path as a URI reference: what is no plain character of a path is escaped, ':' as well, which
 * would make what stands before it a scheme. */
static void uri(struct out *o, struct dwr_str path)
{
    static const char hex[] = "0123456789ABCDEF", plain[] = "-._~/!$&'()*+,;=@";

    for (size_t i = 0; i < path.n; i++) {
        const unsigned char c = (unsigned char)path.p[i];

        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
            (c != 0 && strchr(plain, c))) {
            out_char(o, (char)c);
        } else {
            out_char(o, '%');
            out_char(o, hex[c >> 4]);
            out_char(o, hex[c & 15]);
        }
    }
}

static void artifact(struct out *o, struct arena *arena, const struct source *source)
{
    const struct dwr_str path = findings_repository_path(arena, source->path);

    out_lit(o, "\"artifactLocation\":{\"uri\":\"");
    uri(o, path);
    if (path.n > 0 && path.p[0] == '/')
        out_lit(o, "\"}"); /* outside of the repository */
    else
        out_lit(o, "\",\"uriBaseId\":\"%SRCROOT%\"}");
}

static void region(struct out *o, const char *name, const struct findings_place *at)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":{\"startLine\":");
    out_number(o, at->begin.line);
    out_lit(o, ",\"startColumn\":");
    out_number(o, at->begin.column_utf16);
    out_lit(o, ",\"endLine\":");
    out_number(o, at->end.line);
    out_lit(o, ",\"endColumn\":");
    out_number(o, at->end.column_utf16);
    out_char(o, '}');
}

static void location(struct out *o, struct arena *arena, const struct sources *sources,
                     struct span span)
{
    const struct findings_place at = findings_place(arena, sources, span);

    out_lit(o, "\"physicalLocation\":{");
    artifact(o, arena, at.source);
    out_char(o, ',');
    region(o, "region", &at);
    out_char(o, '}');
}

static void related(struct out *o, struct arena *arena, const struct diag_finding *finding)
{
    uint32_t id = 0;

    if (!finding->notes)
        return;
    out_lit(o, ",\"relatedLocations\":[");
    for (const struct diag_note *note = finding->notes; note; note = note->next) {
        out_lit(o, "{\"id\":");
        out_number(o, ++id);
        out_char(o, ',');
        location(o, arena, note->sources, note->span);
        out_char(o, ',');
        text(o, "message", note->text);
        out_char(o, '}');
        if (note->next)
            out_char(o, ',');
    }
    out_char(o, ']');
}

/* All edits of a fix are in the finding's own file. */
static void fixes(struct out *o, struct arena *arena, const struct diag_finding *finding)
{
    const struct diag_fix *fix = finding->fix;

    if (!fix || !fix->edits)
        return;
    out_lit(o, ",\"fixes\":[{");
    text(o, "description", fix->title);
    out_lit(o, ",\"artifactChanges\":[{");
    artifact(o, arena, &finding->sources->v[finding->span.source]);
    out_lit(o, ",\"replacements\":[");
    for (const struct diag_edit *edit = fix->edits; edit; edit = edit->next) {
        const struct findings_place at = findings_place(arena, finding->sources, edit->span);

        out_char(o, '{');
        region(o, "deletedRegion", &at);
        out_char(o, ',');
        text(o, "insertedContent", edit->text);
        out_char(o, '}');
        if (edit->next)
            out_char(o, ',');
    }
    out_lit(o, "]}]}]");
}

/* The sentence, and behind it what the people who see only this should know. */
static void message(struct out *o, const struct diag_finding *finding)
{
    const struct diag_scenario *scenario = finding->scenario;

    out_lit(o, "\"message\":{\"text\":\"");
    findings_json_text(o, finding->text);
    if (scenario) {
        out_lit(o, "\\nWhat can happen: ");
        findings_json_text(o, scenario->story);
        for (const struct diag_fate *fate = scenario->gone; fate; fate = fate->next) {
            out_lit(o, "\\nGone: ");
            findings_json_text(o, fate->field);
            out_char(o, ' ');
            findings_json_text(o, fate->value);
        }
    }
    if (finding->help.p) {
        out_lit(o, "\\nHelp: ");
        findings_json_text(o, finding->help);
    }
    out_lit(o, "\"}");
}

static void subject(struct out *o, const struct diag_finding *finding)
{
    if (!finding->doctype.p)
        return;
    out_lit(o, ",\"properties\":{");
    findings_json_string(o, "doctype", finding->doctype);
    out_char(o, ',');
    findings_json_string(o, "field", finding->field);
    out_char(o, '}');
}

static void result(struct out *o, struct diag *diag, const struct rules *rules,
                   const struct diag_finding *finding, uint32_t ordinal)
{
    const char *level = findings_severities[finding->severity];

    out_lit(o, "{\"ruleId\":\"");
    findings_code(o, finding->code);
    out_lit(o, "\",\"ruleIndex\":");
    out_number(o, rule_index(rules, finding->code));
    out_lit(o, ",\"level\":\"");
    out_bytes(o, level, strlen(level));
    out_lit(o, "\",");
    message(o, finding);
    out_lit(o, ",\"locations\":[{");
    location(o, diag->arena, finding->sources, finding->span);
    out_lit(o, "}]");
    related(o, diag->arena, finding);
    out_lit(o, ",\"partialFingerprints\":{\"dwrc/v1\":\"");
    out_str(o, findings_fingerprint(diag->arena, finding, ordinal));
    out_lit(o, "\"}");
    fixes(o, diag->arena, finding);
    if (finding->allowed.p) {
        out_lit(o, ",\"suppressions\":[{\"kind\":\"inSource\",\"justification\":\"");
        findings_json_text(o, finding->allowed);
        out_lit(o, "\"}]");
    }
    subject(o, finding);
    out_char(o, '}');
}

/* Failures of the run: what could not be read. */
static void invocation(struct out *o, const struct diag *diag)
{
    out_lit(o, "\"invocations\":[{\"executionSuccessful\":");
    if (diag->failure_count == 0) {
        out_lit(o, "true}],");
        return;
    }
    out_lit(o, "false,\"toolExecutionNotifications\":[");
    for (uint32_t i = 0; i < diag->failure_count; i++) {
        out_lit(o, "{\"level\":\"error\",");
        text(o, "message", diag->failures[i]);
        out_char(o, '}');
        if (i + 1 < diag->failure_count)
            out_char(o, ',');
    }
    out_lit(o, "]}],");
}

static void driver(struct out *o, const struct rules *rules)
{
    out_lit(o, "\"tool\":{\"driver\":{\"name\":\"dwrc\",\"semanticVersion\":\"" DWR_VERSION
               "\",\"rules\":[");
    for (uint32_t i = 0; i < rules->count; i++) {
        if (i > 0)
            out_char(o, ',');
        rule(o, rules->codes[i]);
    }
    out_lit(o, "]}},");
}

void findings_sarif(struct out *o, const struct findings_report *report)
{
    struct diag *diag = report->diag;
    const uint32_t *ordinals = findings_ordinals(diag), all = diag->count + diag->allowed_count;
    struct rules rules = { NULL, 0 };

    for (uint32_t i = 0; i < all; i++)
        add_rule(diag->arena, &rules,
                 (i < diag->count ? diag->v[i] : diag->allowed[i - diag->count])->code);
    out_lit(o,
            "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
            "\"runs\":[{");
    driver(o, &rules);
    invocation(o, diag);
    out_lit(o, "\"automationDetails\":{\"id\":\"dwrc/");
    out_bytes(o, report->command, strlen(report->command));
    out_lit(o, "/\"},\"columnKind\":\"utf16CodeUnits\",\"originalUriBaseIds\":{\"%SRCROOT%\":"
               "{\"description\":{\"text\":\"the root of the repository\"}}},\"results\":[");
    for (uint32_t i = 0; i < all; i++) {
        if (i > 0)
            out_char(o, ',');
        result(o, diag, &rules, i < diag->count ? diag->v[i] : diag->allowed[i - diag->count],
               ordinals[i]);
    }
    out_lit(o, "]}]}\n");
}
