/* check_schema.c - each DocType's statements against its schema; names are check_names.c's, types
 * check_types.c's, literals check_values.c's, tests check_test_docs.c's. */
#include "check_schema.h"

#include <string.h>

#include "../team.h"
#include "check_schema_parts.h"
#include "str.h"

static void each_name(struct schema_check *c, const struct schema_owner *owner,
                      const struct ast_names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        schema_names(c, owner, &names->v[i]);
}

/* --- child tables --- */

/* A schema that does not have the rows' DocType says nothing about their members. */
static void rows_are_known(struct schema_check *c, const struct ast_child *child,
                           const struct schema_field *field)
{
    struct diag_finding *finding;

    if (field->rows != NULL || field->options.n == 0)
        return;
    finding = diag_add(c->diag, DIAG_SCHEMA_ROWS, child->field.span,
                       "the rows of '%.*s' are of DocType '%.*s', which the schemas do not have: "
                       "their members are not checked",
                       SCHEMA_TEXT(field->name), SCHEMA_TEXT(field->options));
    diag_help(c->diag, finding,
              "if another app defines it, name that app's folder too: --schema FOLDER");
    schema_defined(c, finding, field);
}

static const struct schema_field *child_is_a_table(struct schema_check *c,
                                                   const struct schema_owner *doctype,
                                                   const struct ast_child *child)
{
    const struct schema_field *field;
    struct diag_finding *finding;

    c->ruling = true;
    field = schema_names(c, doctype, &child->field);
    c->ruling = false;
    if (field == NULL || !schema_is(field, SCHEMA_BIT(TABLE) | SCHEMA_BIT(JSON))) {
        if (field == NULL)
            return NULL;
        finding = diag_add(c->diag, DIAG_NO_TABLE, child->field.span,
                           "'%.*s' is no table: it is %.*s, %s", SCHEMA_TEXT(field->name),
                           SCHEMA_TEXT(field->type), schema_kind_words(field->kind));
        schema_defined(c, finding, field);
        return NULL;
    }
    if (field->kind == SCHEMA_TABLE)
        rows_are_known(c, child, field);
    return field;
}

static void same_key(struct schema_check *c, const struct schema_owner *rows,
                     const struct ast_on_same_key *on)
{
    const struct ast_stmt *s;

    for (uint32_t i = 0; i < on->sum.count; i++) {
        const struct schema_field *member = schema_names(c, rows, &on->sum.v[i]);

        if (member != NULL)
            schema_rule_takes(c, DWR_RULE_SUM, &on->sum.v[i], member);
    }
    for (s = on->block == NULL ? NULL : on->block->of[AST_RULE]; s != NULL; s = s->same)
        schema_rule_type(c, rows, AST_AS(ast_rule, s));
}

static void child(struct schema_check *c, const struct schema_owner *doctype,
                  const struct ast_child *child)
{
    const struct schema_field *field = child_is_a_table(c, doctype, child);
    const struct schema_owner rows = { field == NULL ? NULL : field->rows, child->field.text };
    const struct ast_block *block = &child->block;
    const struct ast_stmt *s;

    for (s = block->of[AST_KEY]; s != NULL; s = s->same)
        each_name(c, &rows, &AST_AS(ast_fields, s)->fields);
    for (s = block->of[AST_ORDER_BY]; s != NULL; s = s->same) {
        const struct ast_name *name = &AST_AS(ast_field, s)->field;

        schema_has_order(c, name, schema_names(c, &rows, name), "rows are put in order");
    }
    for (s = block->of[AST_ON_SAME_KEY]; s != NULL; s = s->same)
        same_key(c, &rows, AST_AS(ast_on_same_key, s));
    for (s = block->of[AST_COUNT_INTO]; s != NULL; s = s->same) {
        const struct ast_name *name = &AST_AS(ast_field, s)->field;

        schema_holds_number(c, name, schema_names(c, doctype, name), "rows are counted");
    }
    for (s = block->of[AST_HOLD]; s != NULL; s = s->same)
        schema_cond(c, doctype, AST_AS(ast_when, s)->when);
}

/* --- tombstones --- */

static void tombstone(struct schema_check *c, const struct schema_owner *doctype,
                      const struct ast_block *block)
{
    const struct ast_stmt *s;

    for (s = block->of[AST_SOFT_DELETE]; s != NULL; s = s->same)
        schema_value(c, schema_names(c, doctype, &AST_AS(ast_set, s)->field),
                     &AST_AS(ast_set, s)->value);
    for (s = block->of[AST_ARCHIVE_AFTER]; s != NULL; s = s->same)
        schema_cond(c, doctype, AST_AS(ast_archive_after, s)->when);
}

static const struct ast_block *tombstone_of(const struct ast_block *block)
{
    const struct ast_stmt *s = block == NULL ? NULL : block->of[AST_TOMBSTONE];

    return s == NULL ? NULL : &AST_AS(ast_section, s)->block;
}

/* What a DocType does not say of its deletes it takes from `default` (LANGUAGE): its own fields
 * must do for that, too. */
static void tombstone_of_default(struct schema_check *c, const struct schema_owner *doctype,
                                 const struct ast_doctype *ast)
{
    const struct ast_block *own = tombstone_of(&ast->block), *theirs = tombstone_of(c->defaults);
    const struct ast_stmt *allow = own == NULL ? NULL : own->of[AST_ALLOW_DELETE];
    const uint32_t had = c->diag->count;
    struct ast_block taken = { .first = NULL };

    if (theirs == NULL || doctype->doctype == NULL)
        return;
    if (allow == NULL)
        allow = theirs->of[AST_ALLOW_DELETE];
    if ((own == NULL || own->of[AST_SOFT_DELETE] == NULL) && allow != NULL &&
        !AST_AS(ast_switch, allow)->flag.yes)
        taken.of[AST_SOFT_DELETE] = theirs->of[AST_SOFT_DELETE];
    if (own == NULL || own->of[AST_ARCHIVE_AFTER] == NULL)
        taken.of[AST_ARCHIVE_AFTER] = theirs->of[AST_ARCHIVE_AFTER];
    tombstone(c, doctype, &taken);
    for (uint32_t i = had; i < c->diag->count; i++) {
        c->diag->v[i]->fix = NULL; /* what is right for this DocType may be wrong for the others */
        diag_note(c->diag, c->diag->v[i], ast->name.span, "'%.*s' takes this from 'default'",
                  SCHEMA_TEXT(ast->name.text));
    }
}

/* --- times --- */

static void no_time(struct schema_check *c, const struct ast_name *name,
                    const struct schema_field *field, const char *wants)
{
    struct diag_finding *finding = diag_add(
        c->diag, DIAG_NO_TIME, name->span, "%s; '%.*s' is %.*s, %s", wants,
        SCHEMA_TEXT(field->name), SCHEMA_TEXT(field->type), schema_kind_words(field->kind));

    schema_defined(c, finding, field);
}

static void moment(struct schema_check *c, const struct schema_owner *doctype,
                   const struct ast_moment *moment)
{
    const bool two = moment->time.text.p != NULL;
    const struct schema_field *field, *time;

    if (!moment->said)
        return;
    field = schema_names(c, doctype, &moment->field);
    time = two ? schema_names(c, doctype, &moment->time) : NULL;
    if (two && !schema_is(field, SCHEMA_BIT(DATE)))
        no_time(c, &moment->field, field, "a date stands before the '+'");
    else if (!two && !schema_is(field, SCHEMA_BIT(DATE) | SCHEMA_BIT(DATETIME)))
        no_time(c, &moment->field, field, "a slot begins and ends at a time");
    if (!schema_is(time, SCHEMA_BIT(TIME)))
        no_time(c, &moment->time, time, "a time of day stands behind the '+'");
}

/* `for F minutes`: a Duration is kept in seconds, whatever is said. */
static void length(struct schema_check *c, const struct schema_owner *doctype,
                   const struct ast_no_overlap *overlap)
{
    const struct schema_field *field;
    struct diag_finding *finding;

    if (overlap->length.text.p == NULL)
        return;
    field = schema_names(c, doctype, &overlap->length);
    schema_holds_number(c, &overlap->length, field, "a length is a number");
    if (field == NULL || field->kind != SCHEMA_DURATION || overlap->unit_seconds == 1)
        return;
    finding = diag_add(c->diag, DIAG_NO_TIME, overlap->length.span,
                       "'%.*s' is a Duration, which is kept in seconds", SCHEMA_TEXT(field->name));
    diag_help(c->diag, finding, "say: for %.*s seconds", SCHEMA_TEXT(field->name));
    schema_defined(c, finding, field);
}

static void no_overlap(struct schema_check *c, const struct schema_owner *doctype,
                       const struct ast_no_overlap *overlap)
{
    each_name(c, doctype, &overlap->by);
    moment(c, doctype, &overlap->from);
    moment(c, doctype, &overlap->to);
    length(c, doctype, overlap);
    schema_cond(c, doctype, overlap->unless);
}

/* --- other DocTypes --- */

/* A field that holds the name of another document: a Link to that DocType, or a text that may be
 * one. Returns the other DocType's schema; NULL: it is not there, which has been said, or said
 * otherwise: the field's own definition names it. */
static const struct schema_doctype *links_to(struct schema_check *c,
                                             const struct schema_owner *doctype,
                                             const struct ast_name *name,
                                             const struct ast_name *other)
{
    const struct schema_field *field = schema_names(c, doctype, name);
    struct diag_finding *finding;

    if (!schema_is(field, SCHEMA_BIT(LINK) | SCHEMA_BIT(DYNAMIC_LINK) | SCHEMA_BIT(DATA))) {
        finding = diag_add(c->diag, DIAG_LINK_TYPE, name->span,
                           "'%.*s' links to nothing: it is %.*s, %s", SCHEMA_TEXT(field->name),
                           SCHEMA_TEXT(field->type), schema_kind_words(field->kind));
        schema_defined(c, finding, field);
        return schema_find(c->schemas, other->text);
    }
    if (field == NULL || field->kind != SCHEMA_LINK || field->options.n == 0)
        return schema_names_doctype(c, other);
    if (str_same(field->options, other->text))
        return schema_find(c->schemas, other->text);
    finding = diag_add(c->diag, DIAG_LINK_TYPE, other->span, "'%.*s' links to \"%.*s\"",
                       SCHEMA_TEXT(field->name), SCHEMA_TEXT(field->options));
    schema_propose(c, finding, other->span, true, other->text, &field->options, 1);
    schema_defined(c, finding, field);
    return NULL;
}

static void current(struct schema_check *c, const struct schema_owner *doctype,
                    const struct ast_current *current)
{
    const struct schema_owner other = { links_to(c, doctype, &current->link, &current->doctype),
                                        { NULL, 0 } };

    schema_names(c, doctype, &current->field);
    schema_names(c, doctype, &current->manual);
    schema_names(c, &other, &current->target);
}

static void as_of(struct schema_check *c, const struct schema_owner *doctype,
                  const struct ast_as_of *as_of)
{
    const struct schema_field *time = schema_names(c, doctype, &as_of->time);

    if (!schema_is(time, SCHEMA_BIT(DATE) | SCHEMA_BIT(DATETIME)))
        no_time(c, &as_of->time, time, "'as_of' wants the time when it happened");
    links_to(c, doctype, &as_of->link, &as_of->doctype);
}

static void effect(struct schema_check *c, const struct schema_owner *doctype,
                   const struct ast_effect *effect)
{
    const struct ast_stmt *s;

    schema_value(c, schema_names(c, doctype, &effect->field), &effect->becomes);
    for (s = effect->block.of[AST_CREATE]; s != NULL; s = s->same)
        schema_names_doctype(c, &AST_AS(ast_create, s)->doctype);
}

static void branch(struct schema_check *c, const struct schema_owner *doctype,
                   const struct ast_branch *branch)
{
    if (branch->version_field.text.p != NULL)
        schema_holds_number(c, &branch->version_field,
                            schema_names(c, doctype, &branch->version_field),
                            "versions are counted");
}

/* --- a DocType --- */

static void ruled(struct schema_check *c, const struct ast_name *name)
{
    c->ruled_fields[name->symbol] = c->ruled_stamp;
}

/* Marks the fields that rules, tables and meta name. */
static void mark_ruled_fields(struct schema_check *c, const struct ast_block *block)
{
    const struct ast_stmt *s;

    c->ruled_stamp++;
    for (s = block->of[AST_RULE]; s != NULL; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_rule, s)->fields.count; i++)
            ruled(c, &AST_AS(ast_rule, s)->fields.v[i]);
    for (s = block->of[AST_META]; s != NULL; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_fields, s)->fields.count; i++)
            ruled(c, &AST_AS(ast_fields, s)->fields.v[i]);
    for (s = block->of[AST_CHILD]; s != NULL; s = s->same)
        ruled(c, &AST_AS(ast_child, s)->field);
}

static void statement(struct schema_check *c, const struct schema_owner *doctype,
                      const struct ast_stmt *s)
{
    switch (s->kind) {
    case AST_RULE:
        schema_rule_type(c, doctype, AST_AS(ast_rule, s));
        break;
    case AST_META:
        c->ruling = true;
        each_name(c, doctype, &AST_AS(ast_fields, s)->fields);
        c->ruling = false;
        break;
    case AST_LOCK:
        schema_cond(c, doctype, AST_AS(ast_lock, s)->when);
        each_name(c, doctype, &AST_AS(ast_lock, s)->except);
        break;
    case AST_CHILD:
        child(c, doctype, AST_AS(ast_child, s));
        break;
    case AST_TOMBSTONE:
        tombstone(c, doctype, &AST_AS(ast_section, s)->block);
        break;
    case AST_NO_OVERLAP:
        no_overlap(c, doctype, AST_AS(ast_no_overlap, s));
        break;
    case AST_NOTIFY:
        if (!AST_AS(ast_notify, s)->conflict)
            schema_names(c, doctype, &AST_AS(ast_notify, s)->field);
        break;
    case AST_LINK:
        for (uint32_t i = 0; i < AST_AS(ast_link, s)->fields.count; i++)
            links_to(c, doctype, &AST_AS(ast_link, s)->fields.v[i], &AST_AS(ast_link, s)->doctype);
        schema_cond(c, doctype, AST_AS(ast_link, s)->refresh_when);
        break;
    case AST_CURRENT:
        current(c, doctype, AST_AS(ast_current, s));
        break;
    case AST_AS_OF:
        as_of(c, doctype, AST_AS(ast_as_of, s));
        break;
    case AST_EFFECT:
        effect(c, doctype, AST_AS(ast_effect, s));
        break;
    case AST_PUSH_PRIORITY:
        schema_cond(c, doctype, AST_AS(ast_push_priority, s)->when);
        break;
    case AST_BRANCH:
        branch(c, doctype, AST_AS(ast_branch, s));
        break;
    default:
        break;
    }
}

/* Rows of tables are no documents of their own: they come and go with the one they are in. */
static void is_merged(struct schema_check *c, const struct ast_name *name)
{
    struct diag_finding *finding;

    if (c->doctype == NULL || !c->doctype->is_table)
        return;
    finding = diag_add(c->diag, DIAG_DECIDES_NOTHING, name->span,
                       "documents of '%.*s' are rows of tables: no merge is one of theirs",
                       SCHEMA_TEXT(name->text));
    diag_help(c->diag, finding,
              "say it in `child` of the DocTypes that have such a table; here it decides nothing");
    diag_note(c->diag, finding, c->doctype->span, "'%.*s' is defined here, with istable",
              SCHEMA_TEXT(name->text));
    diag_subject(finding, c->name, (struct dwr_str){ NULL, 0 });
}

static void check_doctype(struct schema_check *c, const struct ast_doctype *ast)
{
    struct schema_owner doctype = { NULL, { NULL, 0 } };

    c->name = ast->name.text;
    c->ruling = false;
    c->doctype = doctype.doctype = schema_of_doctype(c, &ast->name);
    is_merged(c, &ast->name);
    mark_ruled_fields(c, &ast->block);
    for (const struct ast_stmt *s = ast->block.first; s != NULL; s = s->next)
        statement(c, &doctype, s);
    tombstone_of_default(c, &doctype, ast);
}

/* --- all of them, each on any thread --- */

struct schema_check_job {
    const struct schema_check *shared;
    struct schema_check *workers[TEAM_MAX];
    const struct ast_stmt **v; /* DocTypes, then tests */
    uint32_t count;
    struct diag *diags; /* one a part */
};

static void check_test(struct schema_check *c, const struct ast_test *test)
{
    c->ruling = false;
    c->name = test->doctype.text;
    c->doctype = schema_names_doctype(c, &test->doctype);
    schema_test(c, test);
}

static void check_part(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct schema_check_job *job = context;
    struct schema_check *c = job->workers[worker];
    const uint32_t begin = part * TEAM_DOCTYPES;

    if (c == NULL) {
        c = job->workers[worker] = ARENA_NEW(arena, struct schema_check);
        *c = *job->shared;
        c->arena = arena;
        c->ruled_fields =
            arena_zero(arena, ((size_t)c->ruleset->symbol_count + 1) * sizeof *c->ruled_fields);
    }
    c->diag = &job->diags[part];
    c->proposals = 0;
    diag_init(c->diag, arena, job->shared->diag->sources);
    for (uint32_t i = begin; i < begin + TEAM_DOCTYPES && i < job->count; i++) {
        if (job->v[i]->kind == AST_DOCTYPE)
            check_doctype(c, AST_AS(ast_doctype, job->v[i]));
        else
            check_test(c, AST_AS(ast_test, job->v[i]));
    }
}

static void find_doctypes_and_tests(struct schema_check_job *job, struct arena *arena,
                                    const struct ast_ruleset *ruleset)
{
    static const enum ast_kind kinds[] = { AST_DOCTYPE, AST_TEST };
    const struct ast_stmt *s;
    uint32_t i = 0;

    for (int k = 0; k < 2; k++)
        for (s = ruleset->top.of[kinds[k]]; s != NULL; s = s->same)
            job->count++;
    job->v = arena_array(arena, job->count, sizeof(job->v[0]));
    for (int k = 0; k < 2; k++)
        for (s = ruleset->top.of[kinds[k]]; s != NULL; s = s->same)
            job->v[i++] = s;
}

/* --- one mistake, one finding --- */

static bool at_one_place(const struct diag_finding *a, const struct diag_finding *b)
{
    return a->span.begin == b->span.begin &&
           a->sources->v[a->span.source].text == b->sources->v[b->span.source].text;
}

/* A DocType or field of a test that neither rules nor schemas have is told by both; here, of two at
 * one place, the second. The codes of the schemas' go first. */
static bool is_news(void *context, struct diag_finding *finding)
{
    const struct diag_finding **unknown = context;

    switch (finding->code) {
    case DIAG_UNKNOWN_DOCTYPE:
    case DIAG_UNKNOWN_FIELD:
        *unknown = finding;
        return true;
    case DIAG_TEST_DOCTYPE:
    case DIAG_TEST_FIELD:
    case DIAG_TEST_ROW:
        return !*unknown || !at_one_place(*unknown, finding);
    default:
        return true;
    }
}

static void tell_once(struct diag *diag)
{
    const struct diag_finding *unknown = NULL;

    diag_sort(diag);
    diag_filter(diag, is_news, &unknown);
}

void check_schema(struct arena *arena, struct ast_ruleset *ruleset, const struct schemas *schemas,
                  struct diag *diag)
{
    struct schema_check_job *job = ARENA_NEW(arena, struct schema_check_job);
    struct schema_check *c = ARENA_NEW(arena, struct schema_check);
    struct dwr_str *names = arena_array(arena, schemas->count, sizeof *names);
    bool *is_ruled = arena_zero(arena, (size_t)ruleset->symbol_count + 1);
    const struct ast_stmt *s;
    uint32_t parts;

    for (uint32_t i = 0; i < schemas->count; i++)
        names[i] = schemas->v[i].name;
    for (s = ruleset->top.of[AST_DOCTYPE]; s != NULL; s = s->same)
        is_ruled[AST_AS(ast_doctype, s)->name.symbol] = true;
    c->arena = arena;
    c->ruleset = ruleset;
    c->is_ruled = is_ruled;
    if (ruleset->top.of[AST_DEFAULT] != NULL)
        c->defaults = &AST_AS(ast_section, ruleset->top.of[AST_DEFAULT])->block;
    c->schemas = schemas;
    c->diag = diag;
    c->doctype_names = names;
    job->shared = c;
    find_doctypes_and_tests(job, arena, ruleset);
    parts = team_doctype_parts(job->count);
    job->diags = arena_array(arena, parts, sizeof *job->diags);
    team_run(arena, ruleset->threads, parts, check_part, job);
    for (uint32_t i = 0; i < parts; i++)
        diag_join(diag, &job->diags[i]);
    if (diag->count > 1)
        tell_once(diag);
}
