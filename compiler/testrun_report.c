/* testrun_report.c - results of tests for people, for programs and for build servers. */
#include "testrun.h"

#include "findings/findings.h"

static void place(struct out *o, struct arena *arena, struct sources *sources, struct span span)
{
    struct source *source = &sources->v[span.source];

    out_str(o, findings_shown(arena, source->path));
    out_char(o, ':');
    out_number(o, source_position(arena, source, span.begin).line);
}

/* --- text --- */

/* "    expected  …", every line of it under the first. */
static void text_part(struct out *o, const char *label, struct dwr_str text)
{
    if (!text.p)
        return;
    out_lit(o, "    ");
    out_bytes(o, label, strlen(label));
    for (size_t i = 0; i < text.n; i++) {
        out_char(o, text.p[i]);
        if (text.p[i] == '\n')
            out_lit(o, "              ");
    }
    out_char(o, '\n');
}

static void text_failure(struct out *o, struct arena *arena, struct sources *sources,
                         const struct testrun_result *result)
{
    place(o, arena, sources, result->test->stmt.span);
    out_lit(o, ": failed: \"");
    out_str(o, findings_shown(arena, result->test->title.text));
    out_lit(o, "\" for \"");
    out_str(o, findings_shown(arena, result->test->doctype.text));
    out_lit(o, "\"\n");
    for (const struct testrun_problem *p = result->problems; p; p = p->next) {
        out_lit(o, "  ");
        place(o, arena, sources, p->span);
        out_lit(o, ": ");
        out_str(o, findings_shown(arena, p->what));
        out_char(o, '\n');
        text_part(o, "expected  ", p->expected);
        text_part(o, "got       ", p->got);
        text_part(o, "decided   ", p->decided);
    }
}

void testrun_text(struct out *o, struct arena *arena, struct sources *sources,
                  const struct testrun_results *results)
{
    for (uint32_t i = 0; i < results->count; i++)
        if (results->v[i].problems)
            text_failure(o, arena, sources, &results->v[i]);
    out_number(o, results->count);
    if (results->count == 1)
        out_lit(o, " test, ");
    else
        out_lit(o, " tests, ");
    out_number(o, results->failed);
    out_lit(o, " failed\n");
}

/* --- JSON --- */

static void json_place(struct out *o, struct arena *arena, struct sources *sources,
                       struct span span)
{
    struct source *source = &sources->v[span.source];

    out_json_member(o, "file", source->path);
    out_lit(o, ",\"line\":");
    out_number(o, source_position(arena, source, span.begin).line);
}

static void json_result(struct out *o, struct arena *arena, struct sources *sources,
                        const struct testrun_result *result)
{
    out_char(o, '{');
    out_json_member(o, "title", result->test->title.text);
    out_char(o, ',');
    out_json_member(o, "doctype", result->test->doctype.text);
    out_char(o, ',');
    json_place(o, arena, sources, result->test->stmt.span);
    if (result->problems)
        out_lit(o, ",\"status\":\"failed\",\"problems\":[");
    else
        out_lit(o, ",\"status\":\"passed\",\"problems\":[");
    for (const struct testrun_problem *p = result->problems; p; p = p->next) {
        out_char(o, '{');
        json_place(o, arena, sources, p->span);
        out_char(o, ',');
        out_json_member(o, "what", p->what);
        out_char(o, ',');
        out_json_member(o, "expected", p->expected);
        out_char(o, ',');
        out_json_member(o, "got", p->got);
        out_char(o, ',');
        out_json_member(o, "decided", p->decided);
        out_char(o, '}');
        if (p->next)
            out_char(o, ',');
    }
    out_lit(o, "]}");
}

void testrun_json_members(struct out *o, struct arena *arena, struct sources *sources,
                          const struct testrun_results *results)
{
    out_lit(o, "\"format_version\":1,\"command\":\"test\",\"counts\":{\"tests\":");
    out_number(o, results->count);
    out_lit(o, ",\"failed\":");
    out_number(o, results->failed);
    out_lit(o, "},\"results\":[");
    for (uint32_t i = 0; i < results->count; i++) {
        if (i > 0)
            out_char(o, ',');
        json_result(o, arena, sources, &results->v[i]);
    }
    out_char(o, ']');
}

void testrun_json(struct out *o, struct arena *arena, struct sources *sources,
                  const struct testrun_results *results)
{
    out_char(o, '{');
    testrun_json_members(o, arena, sources, results);
    out_lit(o, "}\n");
}

/* --- JUnit --- */

/* A test case has one failure: readers show the first, and most schemas allow no more. */
static void junit_failure(struct out *o, struct arena *arena, struct sources *sources,
                          const struct testrun_problem *first)
{
    struct out_memory text;
    uint32_t more = 0;

    out_memory_begin(&text, arena);
    for (const struct testrun_problem *p = first; p; p = p->next) {
        more += p != first;
        place(&text.out, arena, sources, p->span);
        out_lit(&text.out, ": ");
        out_str(&text.out, p->what);
        out_char(&text.out, '\n');
        text_part(&text.out, "expected  ", p->expected);
        text_part(&text.out, "got       ", p->got);
        text_part(&text.out, "decided   ", p->decided);
    }
    out_lit(o, "      <failure message=\"");
    out_xml_text(o, first->what);
    out_lit(o, ": expected ");
    out_xml_text(o, first->expected);
    out_lit(o, ", got ");
    out_xml_text(o, first->got);
    if (more > 0) {
        out_lit(o, "; and ");
        out_number(o, more);
        out_lit(o, " more");
    }
    out_lit(o, "\">");
    out_xml_text(o, out_memory_bytes(&text));
    out_lit(o, "</failure>\n");
}

static void junit_counts(struct out *o, uint32_t tests, uint32_t failures)
{
    out_lit(o, " tests=\"");
    out_number(o, tests);
    out_lit(o, "\" failures=\"");
    out_number(o, failures);
    out_lit(o, "\" errors=\"0\">\n");
}

void testrun_junit_begin(struct out *o, uint32_t tests, uint32_t failures)
{
    out_lit(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    junit_counts(o, tests, failures);
}

void testrun_junit_end(struct out *o)
{
    out_lit(o, "</testsuites>\n");
}

void testrun_junit_suite(struct out *o, struct arena *arena, struct sources *sources,
                         const struct testrun_results *results)
{
    out_lit(o, "  <testsuite name=\"dwrc test\"");
    junit_counts(o, results->count, results->failed);
    for (uint32_t i = 0; i < results->count; i++) {
        const struct testrun_result *result = &results->v[i];
        struct source *source = &sources->v[result->test->stmt.span.source];

        out_lit(o, "    <testcase classname=\"");
        out_xml_text(o, result->test->doctype.text);
        out_lit(o, "\" name=\"");
        out_xml_text(o, result->test->title.text);
        out_lit(o, "\" file=\"");
        out_xml_text(o, source->path);
        out_lit(o, "\" line=\"");
        out_number(o, source_position(arena, source, result->test->stmt.span.begin).line);
        if (!result->problems) {
            out_lit(o, "\"/>\n");
            continue;
        }
        out_lit(o, "\">\n");
        junit_failure(o, arena, sources, result->problems);
        out_lit(o, "    </testcase>\n");
    }
    out_lit(o, "  </testsuite>\n");
}

void testrun_junit(struct out *o, struct arena *arena, struct sources *sources,
                   const struct testrun_results *results)
{
    testrun_junit_begin(o, results->count, results->failed);
    testrun_junit_suite(o, arena, sources, results);
    testrun_junit_end(o);
}
