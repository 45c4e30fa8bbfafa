/* github.c - findings as GitHub's workflow commands: they show up at the lines of a pull request.
 *
 *     ::error title=dwrc (DW2101),file=rules/hr.dwr,line=12,col=3,endLine=12,endColumn=14::…
 *
 * GitHub shows ten errors and ten warnings of a step, so the most severe come first. Columns are
 * given only where the finding ends on the line it begins on: elsewhere GitHub does not take them.
 */
#include "findings.h"

static const char *const commands[] = { "::error", "::warning", "::notice" };

/* A message: a line end would end the command. */
static void message(struct out *o, struct dwr_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%')
            out_lit(o, "%25");
        else if (s.p[i] == '\r')
            out_lit(o, "%0D");
        else if (s.p[i] == '\n')
            out_lit(o, "%0A");
        else
            out_char(o, s.p[i]);
    }
}

/* A property's value: ':' and ',' are its ends. */
static void property(struct out *o, struct dwr_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ':')
            out_lit(o, "%3A");
        else if (s.p[i] == ',')
            out_lit(o, "%2C");
        else
            message(o, (struct dwr_str){ s.p + i, 1 });
    }
}

/* The file's own name, however odd: a line end in it is escaped too. */
static void file(struct out *o, struct arena *arena, struct dwr_str path)
{
    const struct dwr_str name = findings_repository_path(arena, path);
    size_t from = 0;

    for (size_t i = 0; i <= name.n; i++) {
        if (i < name.n && name.p[i] != '\n' && name.p[i] != '\r')
            continue;
        property(o, findings_shown(arena, (struct dwr_str){ name.p + from, i - from }));
        if (i < name.n)
            property(o, (struct dwr_str){ name.p + i, 1 });
        from = i + 1;
    }
}

static void number(struct out *o, const char *name, uint32_t n)
{
    out_char(o, ',');
    out_bytes(o, name, strlen(name));
    out_char(o, '=');
    out_number(o, n);
}

/* What stands behind the sentence, each on a line of its own. */
static void details(struct out *o, const struct diag_finding *finding)
{
    const struct diag_scenario *scenario = finding->scenario;

    if (scenario) {
        out_lit(o, "%0Awhat can happen: ");
        message(o, scenario->story);
        for (const struct diag_fate *fate = scenario->gone; fate; fate = fate->next) {
            out_lit(o, "%0Agone: ");
            message(o, fate->field);
            out_char(o, ' ');
            message(o, fate->value);
        }
    }
    if (finding->help.p) {
        out_lit(o, "%0Ahelp: ");
        message(o, finding->help);
    }
    if (finding->fix && !finding->fix->told) {
        out_lit(o, "%0Afix: ");
        message(o, finding->fix->title);
    }
}

static void one(struct out *o, struct arena *arena, const struct diag_finding *finding)
{
    const struct findings_place at = findings_place(arena, finding->sources, finding->span);

    out_bytes(o, commands[finding->severity], strlen(commands[finding->severity]));
    out_lit(o, " title=dwrc (");
    findings_code(o, finding->code);
    out_lit(o, "),file=");
    file(o, arena, at.source->path);
    number(o, "line", at.begin.line);
    if (at.begin.line == at.end.line)
        number(o, "col", at.begin.column);
    number(o, "endLine", at.end.line);
    if (at.begin.line == at.end.line)
        number(o, "endColumn", at.end.column);
    out_lit(o, "::");
    message(o, finding->text);
    details(o, finding);
    out_char(o, '\n');
}

void findings_github(struct out *o, const struct findings_report *report)
{
    const struct diag *diag = report->diag;

    for (uint32_t i = 0; i < diag->failure_count; i++) {
        out_lit(o, "::error title=dwrc::");
        message(o, diag->failures[i]);
        out_char(o, '\n');
    }
    for (enum diag_severity severity = DIAG_ERROR; severity <= DIAG_NOTE; severity++)
        for (uint32_t i = 0; i < diag->count; i++)
            if (diag->v[i]->severity == severity)
                one(o, diag->arena, diag->v[i]);
}
