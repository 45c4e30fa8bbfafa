/* testrun_findings.c - tests that fail, as findings at what they expect. */
#include "testrun.h"

/* "a; b" for the lines a and b: a finding's texts are one line each. */
static struct dwr_str one_line(struct arena *arena, struct dwr_str text)
{
    struct dwr_str line = { "", 0 };
    size_t begin = 0;

    for (size_t i = 0; i <= text.n; i++)
        if (i == text.n || text.p[i] == '\n') {
            line = arena_printf(arena, "%.*s%s%.*s", (int)line.n, line.p, begin ? "; " : "",
                                (int)(i - begin), text.p + begin);
            begin = i + 1;
        }
    return line;
}

static void put_problem(struct diag *diag, const struct ast_test *test,
                        const struct testrun_problem *p)
{
    const struct dwr_str title = test->title.text;
    struct diag_finding *finding;

    if (p->expected.p && p->got.p)
        finding = diag_add(diag, DIAG_TEST_FAILED, p->span,
                           "\"%.*s\" fails: %.*s: expected %.*s, got %.*s", (int)title.n, title.p,
                           (int)p->what.n, p->what.p, (int)p->expected.n, p->expected.p,
                           (int)p->got.n, p->got.p);
    else
        finding = diag_add(diag, DIAG_TEST_FAILED, p->span, "\"%.*s\" fails: %.*s", (int)title.n,
                           title.p, (int)p->what.n, p->what.p);
    if (p->decided.p) {
        const struct dwr_str decided = one_line(diag->arena, p->decided);

        diag_help(diag, finding, "decided by %.*s", (int)decided.n, decided.p);
    }
    if (p->span.begin != test->stmt.span.begin)
        diag_note(diag, finding, test->stmt.span, "in this test");
    diag_subject(finding, test->doctype.text, (struct dwr_str){ NULL, 0 });
}

void testrun_findings(struct diag *diag, const struct testrun_results *results)
{
    for (uint32_t i = 0; i < results->count; i++)
        for (const struct testrun_problem *p = results->v[i].problems; p; p = p->next)
            put_problem(diag, results->v[i].test, p);
}
