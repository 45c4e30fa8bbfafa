/* load_rules.c - what `dwrc` does before a command's own work (load_rules.h). */
#include "load_rules.h"

#include <stdio.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"

const struct dwr_ruleset *load_rules(struct arena *arena, const char *path)
{
    const struct parse_options options = { .keep_tokens = false };
    const struct diag_style style = { .color = DIAG_COLOR_NEVER, .max_errors = DIAG_MAX_ERRORS };
    struct ast_ruleset *const ast = ARENA_NEW(arena, struct ast_ruleset);
    struct diag *const diag = ARENA_NEW(arena, struct diag);
    const struct dwr_ruleset *rules = NULL;

    diag_init(diag, arena, &ast->sources);
    parse_rules(arena, ast, diag, &path, 1, &options);
    if (diag->failure_count == 0)
        check_rules(arena, ast, diag);
    if (diag->failure_count == 0 && diag->errors == 0)
        rules = plan_rules(arena, ast, diag);
    if (rules == NULL)
        diag_print(diag, &style, stderr, stderr);
    return rules;
}
