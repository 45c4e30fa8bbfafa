/* text.c - findings for people.
 *
 *     rules/ops.dwr:3:12: warning[DW2101]: the client's 'notes' are thrown away
 *         3 |     server_wins notes;
 *           |                 ^~~~~
 *       what can happen: a technician writes notes offline while the office corrects them
 *         base    {"notes":"a"}
 *         server  {"notes":"b"}
 *         client  {"notes":"c"}
 *         result  {"notes":"b"}
 *         kept:   notes "b": the server's stands, rules/ops.dwr:3
 *         gone:   notes "c": the client's is not in the document
 *       help: …
 *       fix: write 'merge_text' instead of 'server_wins'
 *     rules/ops.dwr:2:9: note: in this doctype
 *       = dwrc explain DW2101
 *
 * The first line is gcc's shape: every editor can jump to it. */
#include "findings.h"

/* A source line is shown in full up to this many characters, then a part of it around the caret. */
#define LINE_SHOWN 160u
/* Of a long line, this many characters stand before the caret. */
#define LINE_BEFORE 60u
/* Of a document or a value, this many bytes are shown: the machine formats have all of it. */
#define JSON_SHOWN 200u

struct printer {
    struct arena *arena;
    struct out *o;
    bool color;
};

static const char *const severity_colors[] = { "\33[1;31m", "\33[1;35m", "\33[1;36m" };

static void put(const struct printer *p, const char *text)
{
    out_bytes(p->o, text, strlen(text));
}

static void paint(const struct printer *p, const char *color)
{
    if (p->color)
        put(p, color);
}

static void plain(const struct printer *p)
{
    paint(p, "\33[0m");
}

/* One character, or '?' for what must not be printed; a tab stays one. */
static size_t put_char(struct out *o, const char *text, size_t n)
{
    const size_t length = text[0] == '\t' ? 1 : diag_printable(text, n);

    if (length > 0)
        out_bytes(o, text, length);
    else
        out_char(o, '?');
    return length > 0 ? length : 1;
}

/* Text that may hold anything: a path, a name. */
static void put_text(const struct printer *p, struct dwr_str text)
{
    for (size_t i = 0; i < text.n;)
        i += put_char(p->o, text.p + i, text.n - i);
}

static void put_place(const struct printer *p, const struct sources *sources, struct span span)
{
    struct source *source = &sources->v[span.source];
    const struct source_position at = source_position(p->arena, source, span.begin);

    paint(p, "\33[1m");
    put_text(p, source->path);
    out_char(p->o, ':');
    out_number(p->o, at.line);
    out_char(p->o, ':');
    out_number(p->o, at.column);
    out_lit(p->o, ": ");
    plain(p);
}

/* --- the source line --- */

/* What is shown of a line: bytes of it. */
struct shown {
    struct dwr_str line;
    size_t begin, caret, end;
};

static struct shown part_to_show(struct dwr_str line, size_t caret)
{
    struct shown s = { line, 0, caret < line.n ? caret : line.n, 0 };

    if (line.n > LINE_SHOWN && s.caret > LINE_BEFORE) {
        s.begin = s.caret - LINE_BEFORE;
        while (s.begin < s.caret && ((unsigned char)line.p[s.begin] & 0xC0) == 0x80)
            s.begin++;
    }
    return s;
}

static void put_line_number(struct out *o, uint32_t line)
{
    char digits[16];
    const int n = snprintf(digits, sizeof digits, "%5u", (unsigned)line);

    out_bytes(o, digits, (size_t)n);
}

/* Carets are as many as the characters of the span that are shown; tabs are repeated before them,
 * so that the two lines stay aligned. */
static void put_carets(const struct printer *p, const struct shown *s, size_t span_end)
{
    const struct dwr_str line = s->line;
    const size_t stop = span_end < s->end ? span_end : s->end;
    size_t length;

    for (size_t i = s->begin; i<s->caret; i += length> 0 ? length : 1) {
        length = line.p[i] == '\t' ? 1 : diag_printable(line.p + i, line.n - i);
        out_char(p->o, line.p[i] == '\t' ? '\t' : ' ');
    }
    paint(p, "\33[1;32m");
    out_char(p->o, '^');
    if (s->caret < line.n) {
        length = diag_printable(line.p + s->caret, line.n - s->caret);
        for (size_t i = s->caret + (length > 0 ? length : 1); i<stop; i += length> 0 ? length : 1) {
            length = diag_printable(line.p + i, line.n - i);
            out_char(p->o, '~');
        }
    }
    plain(p);
    out_char(p->o, '\n');
}

static void put_source_line(const struct printer *p, const struct sources *sources,
                            struct span span)
{
    struct source *source = &sources->v[span.source];
    const struct source_position at = source_position(p->arena, source, span.begin);
    const struct dwr_str line = source_line_text(p->arena, source, at.line);
    const size_t first = (size_t)(line.p - source->text);
    const size_t begin = span.begin < source->size ? span.begin : source->size;
    struct shown s = part_to_show(line, begin - first);
    size_t i = s.begin;

    put_line_number(p->o, at.line);
    put(p, s.begin > 0 ? " | ..." : " | ");
    for (unsigned count = 0; i < line.n && count < LINE_SHOWN; count++)
        i += put_char(p->o, line.p + i, line.n - i);
    s.end = i;
    put(p, i < line.n ? "...\n      | " : "\n      | ");
    put(p, s.begin > 0 ? "   " : "");
    put_carets(p, &s, span.end - first);
}

/* --- the scenario --- */

static void put_json(const struct printer *p, struct dwr_str json)
{
    size_t i = 0;

    while (i < json.n && i < JSON_SHOWN)
        i += put_char(p->o, json.p + i, json.n - i);
    if (i < json.n)
        out_lit(p->o, " ...");
}

static void put_document(const struct printer *p, const char *what, struct dwr_str json)
{
    if (!json.p)
        return;
    put(p, what);
    put_json(p, json);
    out_char(p->o, '\n');
}

static void put_fates(const struct printer *p, const char *what, const char *color,
                      const struct diag_fate *fate)
{
    for (; fate; fate = fate->next) {
        paint(p, color);
        put(p, what);
        plain(p);
        put_text(p, fate->field);
        if (fate->value.p) {
            out_char(p->o, ' ');
            put_json(p, fate->value);
        }
        if (fate->reason.p) {
            out_lit(p->o, ": ");
            put_text(p, fate->reason);
        }
        out_char(p->o, '\n');
    }
}

static void put_scenario(const struct printer *p, const struct diag_scenario *scenario)
{
    out_lit(p->o, "  what can happen: ");
    put_text(p, scenario->story);
    out_char(p->o, '\n');
    put_document(p, "    op      ", scenario->op);
    put_document(p, "    base    ", scenario->base);
    put_document(p, "    server  ", scenario->server);
    put_document(p, "    client  ", scenario->client);
    put_document(p, "    result  ", scenario->result);
    put_fates(p, "    kept:   ", "\33[1;32m", scenario->kept);
    put_fates(p, "    gone:   ", "\33[1;31m", scenario->gone);
}

/* --- a finding --- */

static void put_advice(const struct printer *p, const char *what, struct dwr_str text)
{
    paint(p, "\33[1m");
    put(p, what);
    plain(p);
    out_str(p->o, text);
    out_char(p->o, '\n');
}

static void put_finding(const struct printer *p, const struct diag_finding *finding)
{
    put_place(p, finding->sources, finding->span);
    paint(p, severity_colors[finding->severity]);
    put(p, findings_severities[finding->severity]);
    out_char(p->o, '[');
    findings_code(p->o, finding->code);
    out_char(p->o, ']');
    plain(p);
    out_lit(p->o, ": ");
    out_str(p->o, finding->text);
    out_char(p->o, '\n');
    put_source_line(p, finding->sources, finding->span);
    if (finding->scenario)
        put_scenario(p, finding->scenario);
    if (finding->help.p)
        put_advice(p, "  help: ", finding->help);
    if (finding->fix && !finding->fix->told)
        put_advice(p, "  fix: ", finding->fix->title);
    for (const struct diag_note *note = finding->notes; note; note = note->next) {
        put_place(p, note->sources, note->span);
        paint(p, severity_colors[DIAG_NOTE]);
        out_lit(p->o, "note");
        plain(p);
        out_lit(p->o, ": ");
        out_str(p->o, note->text);
        out_char(p->o, '\n');
    }
    out_lit(p->o, "  = dwrc explain ");
    findings_code(p->o, finding->code);
    out_char(p->o, '\n');
}

/* --- all of them --- */

static void put_count(struct out *o, uint32_t count, const char *what)
{
    out_number(o, count);
    out_char(o, ' ');
    out_bytes(o, what, strlen(what));
    if (count != 1)
        out_char(o, 's');
}

static uint32_t fixable(const struct diag *diag)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < diag->count; i++)
        count += diag->v[i]->fix && diag->v[i]->fix->safe;
    return count;
}

/* "3 findings (1 error, 2 warnings); 1 can be fixed: dwrc lint --fix" */
static void put_summary(struct out *o, const struct diag *diag)
{
    const uint32_t counts[3] = { diag->errors, diag->warnings, diag->notes };
    const uint32_t fixes = fixable(diag);
    bool first = true;

    put_count(o, diag->count, "finding");
    out_lit(o, " (");
    for (int i = 0; i < 3; i++) {
        if (counts[i] == 0)
            continue;
        if (!first)
            out_lit(o, ", ");
        put_count(o, counts[i], findings_severities[i]);
        first = false;
    }
    out_char(o, ')');
    if (fixes > 0) {
        out_lit(o, "; ");
        out_number(o, fixes);
        out_lit(o, " can be fixed: dwrc lint --fix");
    }
    out_char(o, '\n');
}

void findings_text(struct out *o, const struct findings_report *report)
{
    const struct diag *diag = report->diag;
    const struct printer p = { diag->arena, o, report->style.color == DIAG_COLOR_ALWAYS };
    const uint32_t max = report->style.max_errors;
    uint32_t i;

    for (i = 0; i < diag->count && (max == 0 || i < max); i++)
        put_finding(&p, diag->v[i]);
    if (i < diag->count) {
        out_lit(o, "... and ");
        out_number(o, diag->count - i);
        out_lit(o, " more (--max-errors 0 shows all)\n");
    }
    if (report->summary && diag->count > 0)
        put_summary(o, diag);
}

void diag_print(struct diag *diag, const struct diag_style *style, FILE *out, FILE *err)
{
    struct findings_report report = { .diag = diag, .style = *style };
    struct out_memory text;
    struct dwr_str bytes;

    if (!diag_wants_color(style->color, out))
        report.style.color = DIAG_COLOR_NEVER;
    else
        report.style.color = DIAG_COLOR_ALWAYS;
    out_memory_begin(&text, diag->arena);
    findings_print(FINDINGS_TEXT, &text.out, &report);
    bytes = out_memory_bytes(&text);
    fwrite(bytes.p, 1, bytes.n, out);
    diag_print_failures(diag, err);
}
