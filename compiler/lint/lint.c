/* lint.c - which checks there are, and the DocTypes they go over. */
#include "lint_parts.h"

#include "../../runtime/name_hash.h"
#include "team.h"

/* --- what the checks ask --- */

void lint_doctype_at_hand(struct lint *l, const struct ast_doctype *doctype)
{
    l->doctype = doctype;
    l->block = &doctype->block;
    l->plan = dwr_doctype_find(l->rules, doctype->name.text.p, doctype->name.text.n);
    l->schema = schema_find(l->schemas, doctype->name.text);
}

const struct dwr_rule *lint_planned(const struct lint *l, const struct dwr_unit *unit,
                                    const struct ast_stmt *statement, uint32_t symbol)
{
    uint16_t nth = 0;

    if (unit->rule_count == 1)
        return unit->rules;
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s && s != statement; s = s->same) {
        const struct ast_names *fields = &AST_AS(ast_rule, s)->fields;

        for (uint32_t i = 0; i < fields->count; i++)
            nth = (uint16_t)(nth + (fields->v[i].symbol == symbol));
    }
    return nth < unit->rule_count ? &unit->rules[nth] : NULL;
}

const struct dwr_name *lint_name(const struct lint *l, struct dwr_str field)
{
    const unsigned i = dwr_names_find(&l->plan->names, field.p, field.n);

    return i == DWR_NONE ? NULL : &l->plan->names.v[i];
}

enum lint_kind lint_kind_of(const struct lint *l, struct dwr_str field)
{
    return lint_field_kind(schema_field(l->schema, field), field);
}

const struct ast_stmt *lint_free_rule(const struct lint *l)
{
    const struct ast_stmt *otherwise = l->block->of[AST_OTHERWISE];

    return otherwise ? otherwise : l->block->of[AST_STRATEGY];
}

static bool is_free(const struct lint *l, struct dwr_str field)
{
    const struct dwr_name *name = lint_name(l, field);

    return name ? name->role == DWR_NAME_FREE : field.n > 0 && field.p[0] != '_';
}

void lint_each_free(struct lint *l, lint_visit *visit, void *context)
{
    if (l->schema) {
        for (uint32_t i = 0; i < l->schema->field_count; i++)
            if (is_free(l, l->schema->fields[i].name))
                visit(l, context, l->schema->fields[i].name);
        return;
    }
    for (uint16_t i = 0; i < l->plan->names.count; i++)
        if (l->plan->names.v[i].role == DWR_NAME_FREE)
            visit(l, context, l->plan->names.v[i].name);
}

/* --- the list --- */

typedef void check(struct lint *l);

/* Of a DocType that devices may write to. */
static check *const of_writable[] = {
    lint_discarded_fields, lint_discarded_free, lint_discarded_rows, lint_scales,
    lint_keyed_elements,   lint_client_wins,    lint_split_slots,    lint_rows,
    lint_whole_tables,     lint_repeats,        lint_sets,
};

static void lint_doctype(struct lint *l, const struct ast_doctype *doctype)
{
    lint_doctype_at_hand(l, doctype);
    if (l->plan->offline.update)
        for (size_t i = 0; i < sizeof of_writable / sizeof *of_writable; i++)
            of_writable[i](l);
    lint_deleted_evidence(l);
    lint_undecided(l);
}

/* --- all DocTypes, on several threads --- */

struct lint_job {
    struct arena *arena;
    struct ast_ruleset *ast;
    const struct dwr_ruleset *rules;
    const struct schemas *schemas;
    struct sources *sources; /* of the rules and the schemas */
    const struct ast_doctype **doctypes;
    uint32_t count;
    bool whole;
    struct diag *diag;  /* of all */
    struct diag *diags; /* one a part */
    struct trial_bench benches[TEAM_MAX];
};

static void lint_part(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct lint_job *job = context;
    struct lint l = { .arena = arena,
                      .ast = job->ast,
                      .rules = job->rules,
                      .schemas = job->schemas,
                      .diag = &job->diags[part] };
    const uint32_t begin = part * TEAM_DOCTYPES;

    diag_init(l.diag, arena, job->sources);
    if (!job->benches[worker].scratch && !trial_bench_open(&job->benches[worker], arena))
        arena_fail(arena);
    l.bench = job->benches[worker];
    l.bench.arena = arena;
    for (uint32_t i = begin; i < job->count && i < begin + TEAM_DOCTYPES; i++)
        lint_doctype(&l, job->doctypes[i]);
}

static void lint_whole(struct lint_job *job, struct diag *diag)
{
    struct lint l = { .arena = job->arena,
                      .ast = job->ast,
                      .rules = job->rules,
                      .schemas = job->schemas,
                      .diag = diag };

    if (!job->benches[0].scratch && !trial_bench_open(&job->benches[0], job->arena))
        arena_fail(job->arena);
    l.bench = job->benches[0];
    l.bench.arena = job->arena;
    lint_manual_timeout(&l);
    lint_retention(&l);
    if (job->whole)
        lint_unspoken(&l);
}

static void lint_all(void *context)
{
    struct lint_job *job = context;
    const uint32_t parts = team_doctype_parts(job->count);

    team_run(job->arena, job->ast->threads, parts, lint_part, job);
    for (uint32_t i = 0; i < parts; i++)
        diag_join(job->diag, &job->diags[i]);
    lint_whole(job, job->diag);
}

void lint_rules(struct arena *arena, struct ast_ruleset *ast, const struct dwr_ruleset *rules,
                const struct schemas *schemas, bool whole, struct diag *diag)
{
    struct lint_job *job = ARENA_NEW(arena, struct lint_job);
    uint32_t i = 0;
    bool done;

    job->arena = arena;
    job->ast = ast;
    job->rules = rules;
    job->schemas = schemas;
    job->sources = diag->sources;
    job->diag = diag;
    job->whole = whole;
    for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s; s = s->same)
        job->count++;
    job->doctypes = arena_array(arena, job->count, sizeof *job->doctypes);
    job->diags = arena_array(arena, team_doctype_parts(job->count), sizeof *job->diags);
    for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s; s = s->same)
        job->doctypes[i++] = AST_AS(ast_doctype, s);
    done = arena_try(arena, lint_all, job);
    for (i = 0; i < TEAM_MAX; i++)
        trial_bench_close(&job->benches[i]); /* memory of their own */
    if (!done)
        arena_fail(arena);
}
