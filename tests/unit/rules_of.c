/* rules_of.c - see rules_of.h. */
#include <criterion/criterion.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "rules_of.h"

const struct dwr_ruleset *rules_of(const char *text)
{
    static struct arena arena; /* what it holds stays reachable: no leak */
    const struct parse_options options = { .keep_tokens = false };
    const struct diag_style style = { .color = DIAG_COLOR_NEVER, .max_errors = DIAG_MAX_ERRORS };
    struct ast_ruleset *const ast = ARENA_NEW(&arena, struct ast_ruleset);
    struct diag *const diag = ARENA_NEW(&arena, struct diag);
    const struct dwr_ruleset *rules = NULL;

    diag_init(diag, &arena, &ast->sources);
    parse_text(&arena, ast, diag, "test.dwr", text, strlen(text), &options);
    if (diag->failure_count == 0)
        check_rules(&arena, ast, diag);
    if (diag->failure_count == 0 && diag->errors == 0)
        rules = plan_rules(&arena, ast, diag);
    if (rules == NULL)
        diag_print(diag, &style, stderr, stderr);
    cr_assert_not_null(rules, "the rules of this test compile: %s", text);
    return rules;
}

const struct dwr_ruleset *rules_with(const char *body)
{
    const size_t room = strlen(body) + 32;
    char *text = malloc(room);
    const struct dwr_ruleset *rules;

    cr_assert_not_null(text);
    snprintf(text, room, "doctype \"D\" {\n%s\n}\n", body);
    rules = rules_of(text);
    free(text);
    return rules;
}

struct dwr_text text_of(const char *p)
{
    return (struct dwr_text){ p, p == NULL ? 0 : strlen(p) };
}

struct dwr_text exact_copy(struct dwr_text text)
{
    char *p;

    if (text.p == NULL)
        return text;
    p = malloc(text.n == 0 ? 1 : text.n);
    cr_assert_not_null(p);
    memcpy(p, text.p, text.n);
    return (struct dwr_text){ p, text.n };
}

bool text_is(struct dwr_text text, const char *expected)
{
    if (expected == NULL || text.p == NULL)
        return expected == NULL && text.p == NULL;
    return text.n == strlen(expected) && memcmp(text.p, expected, text.n) == 0;
}

static struct dwr_scratch *scratch;

static void free_scratch(void)
{
    dwr_scratch_free(scratch);
}

struct dwr_scratch *the_scratch(void)
{
    if (scratch == NULL) {
        scratch = dwr_scratch_new();
        cr_assert_not_null(scratch);
        atexit(free_scratch);
    }
    return scratch;
}

char *answer_of(const struct dwr_ruleset *rules, const char *line, size_t line_number)
{
    const struct dwr_text copy = exact_copy(text_of(line));
    const struct dwr_text answer = dwr_resolve_line(rules, copy, line_number, the_scratch());
    char *out;

    cr_assert_not_null(answer.p, "an answer to %s", line);
    out = malloc(answer.n + 1);
    cr_assert_not_null(out);
    memcpy(out, answer.p, answer.n);
    out[answer.n] = '\0';
    free((void *)copy.p);
    return out;
}

bool same_json(const char *a, const char *b)
{
    cJSON *x = cJSON_Parse(a), *y = cJSON_Parse(b);
    const bool same = x != NULL && y != NULL && cJSON_Compare(x, y, true);

    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}

/* A copy in which every ' is a "; where it lacks a "doctype" and should have one, "D" is put in.
 * The text stays as it was written but for that. */
static char *unquoted(const char *text, bool request)
{
    static const char doctype[] = "{\"doctype\":\"D\",";
    const bool insert = request && strstr(text, "'doctype'") == NULL;
    char *copy = malloc(sizeof doctype + strlen(text));

    cr_assert_not_null(copy);
    strcpy(copy, insert ? doctype : "");
    strcat(copy, insert ? text + 1 : text);
    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

/* Every member of expected is in actual, with an equal value. */
static bool members_agree(const cJSON *expected, const cJSON *actual)
{
    const cJSON *e;

    cJSON_ArrayForEach(e, expected)
    {
        const cJSON *a = cJSON_GetObjectItemCaseSensitive(actual, e->string);

        if (a == NULL || !cJSON_Compare(e, a, true))
            return false;
    }
    return true;
}

static bool reports_agree(const cJSON *expected, const cJSON *actual)
{
    const cJSON *e;

    if (cJSON_GetArraySize(expected) != cJSON_GetArraySize(actual))
        return false;
    cJSON_ArrayForEach(e, expected)
    {
        const cJSON *a = cJSON_GetObjectItemCaseSensitive(actual, e->string);

        if (a == NULL || !members_agree(e, a))
            return false;
    }
    return true;
}

void expect_answer(const char *says, const struct dwr_ruleset *rules, const char *line,
                   const char *expected)
{
    char *asked = unquoted(line, true), *hoped = unquoted(expected, false);
    char *got = answer_of(rules, asked, 1);
    cJSON *want = cJSON_Parse(hoped), *answer = cJSON_Parse(got);
    cJSON *fields = cJSON_DetachItemFromObjectCaseSensitive(want, "fields");
    bool agree;

    cr_assert_not_null(want, "JSON in a test: %s", hoped);
    agree = answer != NULL && members_agree(want, answer) &&
            (fields == NULL ||
             reports_agree(fields, cJSON_GetObjectItemCaseSensitive(answer, "fields")));
    cr_expect(agree, "%s\n  asked    %s\n  expected %s\n  got      %s", says, asked, hoped, got);
    cJSON_Delete(want);
    cJSON_Delete(fields);
    cJSON_Delete(answer);
    free(asked);
    free(hoped);
    free(got);
}
