/* junit.c - findings as JUnit's XML, for servers that show nothing else.
 *
 * A case a finding, failed where its severity makes the run fail (--fail-on); below that it passes
 * and says its words as output. A file without findings is a case that passes, so that a clean run
 * has results; what could not be done is a case with an error. */
#include "findings.h"

#include <stdlib.h>

static bool fails(const struct findings_report *report, const struct diag_finding *finding)
{
    return report->style.fail_on != DIAG_FAIL_NEVER &&
           (int)finding->severity <= (int)report->style.fail_on;
}

_Static_assert((int)DIAG_FAIL_ERROR == (int)DIAG_ERROR && (int)DIAG_FAIL_NOTE == (int)DIAG_NOTE,
               "a level is the least severity that fails");

static void counts(struct out *o, uint32_t cases, uint32_t failed, uint32_t errors)
{
    out_lit(o, " tests=\"");
    out_number(o, cases);
    out_lit(o, "\" failures=\"");
    out_number(o, failed);
    out_lit(o, "\" errors=\"");
    out_number(o, errors);
    out_lit(o, "\">\n");
}

static void line(struct out *o, const char *what, struct dwr_str text)
{
    if (!text.p)
        return;
    out_bytes(o, what, strlen(what));
    out_xml_text(o, text);
    out_char(o, '\n');
}

/* What text prints, without the source line. */
static void words(struct out *o, const struct diag_finding *finding,
                  const struct findings_place *at)
{
    const struct diag_scenario *scenario = finding->scenario;

    out_xml_text(o, at->path);
    out_char(o, ':');
    out_number(o, at->begin.line);
    out_char(o, ':');
    out_number(o, at->begin.column);
    line(o, ": ", finding->text);
    if (scenario) {
        line(o, "what can happen: ", scenario->story);
        line(o, "base    ", scenario->base);
        line(o, "server  ", scenario->server);
        line(o, "client  ", scenario->client);
        line(o, "result  ", scenario->result);
    }
    line(o, "help: ", finding->help);
    if (finding->fix)
        line(o, "fix: ", finding->fix->title);
}

static void testcase(struct out *o, struct dwr_str file, uint32_t at_line)
{
    out_lit(o, "    <testcase classname=\"");
    out_xml_text(o, file);
    out_lit(o, "\" name=\"");
    if (at_line == 0)
        out_lit(o, "no findings");
}

static void one(struct out *o, const struct findings_report *report,
                const struct diag_finding *finding)
{
    const struct findings_place at =
        findings_place(report->diag->arena, finding->sources, finding->span);

    testcase(o, at.path, at.begin.line);
    findings_code(o, finding->code);
    out_lit(o, " line ");
    out_number(o, at.begin.line);
    out_lit(o, ": ");
    out_xml_text(o, finding->text);
    out_lit(o, "\" file=\"");
    out_xml_text(o, at.path);
    out_lit(o, "\" line=\"");
    out_number(o, at.begin.line);
    out_lit(o, "\">\n");
    if (fails(report, finding)) {
        out_lit(o, "      <failure type=\"");
        findings_code(o, finding->code);
        out_lit(o, "\" message=\"");
        out_xml_text(o, finding->text);
        out_lit(o, "\">");
        words(o, finding, &at);
        out_lit(o, "</failure>\n");
    } else {
        out_lit(o, "      <system-out>");
        words(o, finding, &at);
        out_lit(o, "</system-out>\n");
    }
    out_lit(o, "    </testcase>\n");
}

/* The files that have no finding. Those of a finding's own sources are known by their paths, which
 * both lists share. */
static bool *clean_files(const struct diag *diag, uint32_t *count)
{
    bool *clean = arena_array(diag->arena, diag->sources->count + 1, sizeof *clean);

    for (uint32_t i = 0; i < diag->sources->count; i++)
        clean[i] = true;
    for (uint32_t i = 0; i < diag->count; i++) {
        const uint32_t source = diag->v[i]->span.source;

        if (source < diag->sources->count &&
            diag->v[i]->sources->v[source].path.p == diag->sources->v[source].path.p)
            clean[source] = false;
    }
    *count = 0;
    for (uint32_t i = 0; i < diag->sources->count; i++)
        *count += clean[i];
    return clean;
}

static void failure(struct out *o, const struct findings_report *report, struct dwr_str text)
{
    out_lit(o, "    <testcase classname=\"dwrc\" name=\"");
    out_bytes(o, report->command, strlen(report->command));
    out_lit(o, "\">\n      <error message=\"");
    out_xml_text(o, text);
    out_lit(o, "\"/>\n    </testcase>\n");
}

void findings_junit(struct out *o, const struct findings_report *report)
{
    const struct diag *diag = report->diag;
    uint32_t clean_count, failed = 0;
    const bool *clean = clean_files(diag, &clean_count);

    for (uint32_t i = 0; i < diag->count; i++)
        failed += fails(report, diag->v[i]);
    out_lit(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    counts(o, diag->count + clean_count + diag->failure_count, failed, diag->failure_count);
    out_lit(o, "  <testsuite name=\"dwrc ");
    out_bytes(o, report->command, strlen(report->command));
    out_char(o, '"');
    counts(o, diag->count + clean_count + diag->failure_count, failed, diag->failure_count);
    for (uint32_t i = 0; i < diag->failure_count; i++)
        failure(o, report, diag->failures[i]);
    for (uint32_t i = 0; i < diag->count; i++)
        one(o, report, diag->v[i]);
    for (uint32_t i = 0; i < diag->sources->count; i++) {
        if (!clean[i])
            continue;
        testcase(o, findings_shown(diag->arena, diag->sources->v[i].path), 0);
        out_lit(o, "\"/>\n");
    }
    out_lit(o, "  </testsuite>\n</testsuites>\n");
}
