/* check_test_docs.c - the fields that tests speak of: in their documents, clocks and roles, and in
 * what they expect. Values are not looked at: a test may show what becomes of a wrong one. */
#include "check_schema_parts.h"
#include "json_pull.h"

/* A value of a test that is being read, and where it stands. */
struct doc_reader {
    struct schema_check *c;
    struct json_pull json;
    struct span span;
};

static struct span span_of(const struct doc_reader *r, struct json_string s)
{
    return (struct span){ r->span.source, r->span.begin + s.begin, r->span.begin + s.end };
}

/* The members of an object that has been entered. */
static void members(struct doc_reader *r, const struct schema_owner *owner);

static void rows(struct doc_reader *r, const struct schema_field *field)
{
    const struct schema_owner owner = { field->rows, field->name };

    if (!json_pull_enter(&r->json, '[')) {
        json_pull_skip(&r->json);
        return;
    }
    while (json_pull_element(&r->json)) {
        if (json_pull_enter(&r->json, '{'))
            members(r, &owner);
        else
            json_pull_skip(&r->json);
    }
}

static void members(struct doc_reader *r, const struct schema_owner *owner)
{
    struct json_string name;

    while (json_pull_member(&r->json, &name)) {
        const struct schema_field *field = schema_names_text(
            r->c, owner, json_pull_text(&r->json, r->c->arena, name), span_of(r, name));

        if (field != NULL && field->rows != NULL)
            rows(r, field);
        else
            json_pull_skip(&r->json);
    }
}

static struct doc_reader reader_of(struct schema_check *c, const struct ast_value *value)
{
    struct doc_reader r = { .c = c, .span = value->span };
    const struct dwr_str text = source_text(&c->ruleset->sources, value->span);

    json_pull_begin(&r.json, text.p, (uint32_t)text.n);
    return r;
}

static void document(struct schema_check *c, const struct ast_value *value)
{
    const struct schema_owner owner = { c->doctype, { NULL, 0 } };
    struct doc_reader r;

    if (value->kind != AST_VALUE_OBJECT)
        return;
    r = reader_of(c, value);
    if (json_pull_enter(&r.json, '{'))
        members(&r, &owner);
}

/* server_ts, server_role by field: the names, and "*" for the rest. */
static void by_field(struct schema_check *c, const struct ast_value *value)
{
    const struct schema_owner owner = { c->doctype, { NULL, 0 } };
    struct json_string name;
    struct doc_reader r;

    if (value->kind != AST_VALUE_OBJECT)
        return;
    r = reader_of(c, value);
    if (!json_pull_enter(&r.json, '{'))
        return;
    while (json_pull_member(&r.json, &name)) {
        if (!json_pull_is(&r.json, name, "*"))
            schema_names_text(c, &owner, json_pull_text(&r.json, c->arena, name),
                              span_of(&r, name));
        json_pull_skip(&r.json);
    }
}

void schema_test(struct schema_check *c, const struct ast_test *test)
{
    const struct schema_owner owner = { c->doctype, { NULL, 0 } };
    const struct ast_stmt *s;

    for (s = test->block.first; s != NULL; s = s->next) {
        const struct ast_expect *expect = AST_AS(ast_expect, s);

        switch (s->kind) {
        case AST_TEST_BASE:
        case AST_TEST_SERVER:
        case AST_TEST_CLIENT:
            document(c, &AST_AS(ast_given, s)->value);
            break;
        case AST_TEST_SERVER_TS:
        case AST_TEST_SERVER_ROLE:
            by_field(c, &AST_AS(ast_given, s)->value);
            break;
        case AST_EXPECT:
            document(c, &expect->value);
            if (expect->field.text.p != NULL)
                schema_names(c, &owner, &expect->field);
            break;
        default:
            break;
        }
    }
}
