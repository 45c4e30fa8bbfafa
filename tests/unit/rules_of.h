/* rules_of.h - for tests of the resolver: rules from a text, merges of one line, answers compared.
 *
 * Rules come through the compiler's own parser, checker and planner, in memory; a text with a
 * mistake fails the test. Documents are compared as JSON, by another library's reading of it. */
#ifndef DWR_TESTS_RULES_OF_H
#define DWR_TESTS_RULES_OF_H

#include <stdbool.h>
#include <stddef.h>

#include "../../runtime/dwr.h"

/* The rule set of a text, "test.dwr" being its name; it lives as long as the test's process. */
const struct dwr_ruleset *rules_of(const char *text);

/* `doctype "D" { BODY }` and nothing else. */
const struct dwr_ruleset *rules_with(const char *body);

/* p NULL: absent. */
struct dwr_text text_of(const char *p);

/* A copy in memory of exactly its size, so that a sanitizer sees one byte too many; free it by
 * free((void *)copy.p). */
struct dwr_text exact_copy(struct dwr_text text);

bool text_is(struct dwr_text text, const char *expected);

/* The scratch of this test's process. */
struct dwr_scratch *the_scratch(void);

/* What dwr_resolve_line says of a line, with a NUL behind it; free it. The line is given in memory
 * of exactly its size. */
char *answer_of(const struct dwr_ruleset *rules, const char *line, size_t line_number);

/* Are two JSON texts the same value? Member order does not count. */
bool same_json(const char *a, const char *b);

/* Merges a line and compares the answer with what is expected of it: JSON in which ' may stand for
 * ". Members that are not named are not looked at; of "fields" all names must be there and no
 * others, of each report the members that are named. The line likewise; a line without "doctype"
 * gets "D". */
void expect_answer(const char *says, const struct dwr_ruleset *rules, const char *line,
                   const char *expected);

#endif
