/* tell.c - what a merge has shown, as a finding: its sentence, its story, what is kept and what
 * gone. */
#include "lint_parts.h"
#include "str.h"

#include <stdarg.h>

struct dwr_str lint_names(struct lint *l, const struct dwr_str *listed, unsigned count)
{
    struct dwr_str all = arena_printf(l->arena, "'%.*s'", LINT_TEXT(listed[0]));

    for (unsigned i = 1; i < count && i < LINT_LISTED; i++)
        all = arena_printf(l->arena, "%.*s%s'%.*s'", (int)all.n, all.p,
                           i + 1 == count ? " and " : ", ", LINT_TEXT(listed[i]));
    if (count > LINT_LISTED)
        all = arena_printf(l->arena, "%.*s and %u more", (int)all.n, all.p, count - LINT_LISTED);
    return all;
}

struct diag_finding *lint_found(struct lint *l, enum diag_code code, struct span span,
                                struct dwr_str field, const char *format, ...)
{
    struct diag_finding *finding;
    struct dwr_str sentence;
    va_list args;

    va_start(args, format);
    sentence = arena_vprintf(l->arena, format, args);
    va_end(args);
    finding = diag_add(l->diag, code, span, "%.*s", (int)sentence.n, sentence.p);
    if (l->doctype)
        diag_subject(finding, l->doctype->name.text, field);
    return finding;
}

static struct dwr_str copy(struct lint *l, struct dwr_text t)
{
    if (!t.p)
        return (struct dwr_str){ NULL, 0 };
    return (struct dwr_str){ arena_copy(l->arena, t.p, t.n), t.n };
}

static struct dwr_str lent(struct dwr_text t)
{
    return (struct dwr_str){ t.p, t.n };
}

/* What the documents do not show. */
static struct dwr_str with_roles(struct lint *l, const struct lint_case *c, struct dwr_str story)
{
    if (c->server_role.p)
        story = arena_printf(l->arena, "%.*s (The office's change was made in the role %.*s.)",
                             (int)story.n, story.p, LINT_TEXT(c->server_role));
    if (c->client_role.p)
        story = arena_printf(l->arena, "%.*s (The user has the role %.*s.)", (int)story.n, story.p,
                             LINT_TEXT(c->client_role));
    if (c->client_user.p)
        story = arena_printf(l->arena, "%.*s (The user is %.*s.)", (int)story.n, story.p,
                             LINT_TEXT(c->client_user));
    return story;
}

void lint_show(struct lint *l, struct diag_finding *finding, const struct lint_case *c,
               const char *story, ...)
{
    struct diag_scenario *scenario = ARENA_NEW(l->arena, struct diag_scenario);
    const struct dwr_write *w = &c->trial.write;
    va_list args;

    va_start(args, story);
    scenario->story = with_roles(l, c, arena_vprintf(l->arena, story, args));
    va_end(args);
    scenario->request = trial_line(l->arena, &c->trial);
    if (w->op == DWR_DELETE)
        scenario->op = str_of("delete");
    else if (w->op == DWR_INSERT)
        scenario->op = str_of("insert");
    scenario->base = lent(w->base);
    scenario->server = lent(w->server);
    scenario->client = lent(w->client);
    scenario->result = copy(l, c->result.doc);
    finding->scenario = scenario;
}

struct dwr_str lint_member_label(struct lint *l, const struct lint_case *c, struct dwr_str table,
                                 struct dwr_str member)
{
    const struct dwr_report *report = lint_report(c, table);
    const struct dwr_str label =
        report ? (struct dwr_str){ report->field.p, report->field.n } : table;

    return arena_printf(l->arena, "%.*s.%.*s", (int)label.n, label.p, (int)member.n, member.p);
}

static void add_fate(struct lint *l, struct diag_fate **last, struct dwr_str field,
                     struct dwr_str value, struct dwr_str reason)
{
    struct diag_fate *fate = ARENA_NEW(l->arena, struct diag_fate);

    *fate = (struct diag_fate){ .field = copy(l, (struct dwr_text){ field.p, field.n }),
                                .value = copy(l, (struct dwr_text){ value.p, value.n }),
                                .reason = reason };
    while (*last)
        last = &(*last)->next;
    *last = fate;
}

void lint_kept(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    add_fate(l, &finding->scenario->kept, field, value, arena_vprintf(l->arena, reason, args));
    va_end(args);
}

void lint_gone(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    add_fate(l, &finding->scenario->gone, field, value, arena_vprintf(l->arena, reason, args));
    va_end(args);
}

/* On a line of its own where the statement has one, as far in. */
void lint_say_behind(struct lint *l, struct diag_finding *finding, const struct ast_stmt *stmt,
                     const char *statement)
{
    const char *const text = l->ast->sources.v[stmt->span.source].text;
    const struct span behind = { stmt->span.source, stmt->span.end, stmt->span.end };
    uint32_t line = stmt->span.begin, indent;
    struct diag_fix *fix =
        diag_fix(l->diag, finding, true, "say what holds already: %s", statement);

    while (line > 0 && text[line - 1] != '\n')
        line--;
    for (indent = line; text[indent] == ' ' || text[indent] == '\t'; indent++)
        ;
    if (indent != stmt->span.begin)
        diag_edit(l->diag, fix, behind, " %s", statement);
    else
        diag_edit(l->diag, fix, behind, "\n%.*s%s", (int)(indent - line), text + line, statement);
}
