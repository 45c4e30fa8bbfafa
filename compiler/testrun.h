/* testrun.h - the `test` blocks of a rule set, run by the resolver itself.
 *
 * A test is one merge and what it must give. What it gave instead is kept as data, expectation by
 * expectation; cmd_test.c shows it to people and to programs.
 *
 * Ownership: results belong to the arena. */
#ifndef DWR_COMPILER_TESTRUN_H
#define DWR_COMPILER_TESTRUN_H

#include <stdbool.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "dwr.h"
#include "out.h"

/* One thing that is not as the test expects it. */
struct testrun_problem {
    struct span span;        /* of the expectation, or of the test */
    struct dwr_str what;     /* "field 'status'", "status", "outcome of 'notes'",
                                "member 'qty' of parts_used[WIDGET-9]" */
    struct dwr_str expected; /* p NULL: nothing to compare */
    struct dwr_str got;
    struct dwr_str decided; /* the rule line that decided, and how; p NULL: none did */
    struct testrun_problem *next;
};

struct testrun_result {
    const struct ast_test *test;
    struct testrun_problem *problems; /* NULL: it passed */
};

struct testrun_results {
    struct testrun_result *v;
    uint32_t count, failed;
};

/* The merge that a test says: what it gives to dwr_merge. */
struct dwr_write testrun_write(const struct ast_test *test);

/* Whether a test of this title is to run. */
typedef bool testrun_filter(void *context, const char *title);

/* Runs the tests of a rule set in source order; filter NULL: all of them. Out of memory: jumps to
 * the arena's no_memory, with nothing lost. */
struct testrun_results testrun(struct arena *arena, const struct ast_ruleset *ast,
                               const struct dwr_ruleset *rules, testrun_filter *filter,
                               void *context);

/* A merge that a test made: for those who count what is tried. Valid while it is seen. */
struct testrun_seen {
    const struct ast_test *test;
    const struct dwr_doctype *doctype;
    const struct dwr_write *write;
    const struct dwr_result *result;
};

/* Sees it; what it finds wrong about it is a problem of the test. NULL: nothing. */
typedef struct testrun_problem *testrun_observer(void *context, const struct testrun_seen *seen);

/* What to run, and who looks on. */
struct testrun_options {
    testrun_filter *filter; /* NULL: all tests */
    void *filter_context;
    testrun_observer *observer; /* NULL: nobody */
    void *observer_context;
};

struct testrun_results testrun_with(struct arena *arena, const struct ast_ruleset *ast,
                                    const struct dwr_ruleset *rules,
                                    const struct testrun_options *options);

/* --- showing them --- */

/* What failed, and a line that counts. */
void testrun_text(struct out *o, struct arena *arena, struct sources *sources,
                  const struct testrun_results *results);
/* One object: format_version, counts, results; and its members alone. */
void testrun_json(struct out *o, struct arena *arena, struct sources *sources,
                  const struct testrun_results *results);
void testrun_json_members(struct out *o, struct arena *arena, struct sources *sources,
                          const struct testrun_results *results);
/* JUnit's XML, as build servers read it: a case a test, its DocType the class. The head and the end
 * of the file, and the suite between them. */
void testrun_junit(struct out *o, struct arena *arena, struct sources *sources,
                   const struct testrun_results *results);
void testrun_junit_begin(struct out *o, uint32_t tests, uint32_t failures);
void testrun_junit_suite(struct out *o, struct arena *arena, struct sources *sources,
                         const struct testrun_results *results);
void testrun_junit_end(struct out *o);
/* A finding for each expectation that is not met (testrun_findings.c). */
void testrun_findings(struct diag *diag, const struct testrun_results *results);

#endif
