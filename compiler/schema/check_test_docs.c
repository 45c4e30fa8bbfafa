/* check_test_docs.c - the fields that tests speak of: in their documents, clocks and roles, and in
 * what they expect; and that the values are such as the fields can have. A test may show one wrong
 * value: a table that is none, where it expects the write to be rejected (SEMANTICS 6). */
#include "check_schema_parts.h"
#include "json_pull.h"
#include "str.h"

/* A value of a test that is being read, and where it stands. */
struct doc_reader {
    struct schema_check *c;
    struct json_pull json;
    struct span span;
    bool any_table; /* a table may be what no table is */
};

static struct span span_of(const struct doc_reader *r, struct json_string s)
{
    return (struct span){ r->span.source, r->span.begin + s.begin, r->span.begin + s.end };
}

/* Goes over the value that comes; it is of the field. */
static void value_of_field(struct doc_reader *r, const struct schema_field *field)
{
    const enum ast_value_kind kind = ast_value_kind_of(json_pull_kind(&r->json));
    const uint32_t begin = r->json.at;
    struct ast_value value;

    json_pull_skip(&r->json);
    value.kind = kind;
    value.span = span_of(r, (struct json_string){ begin, r->json.at, false });
    value.text = source_text(&r->c->ruleset->sources, value.span);
    schema_value(r->c, field, &value);
}

/* Those of a row that nothing is known of. */
static void skip_members(struct doc_reader *r)
{
    struct json_string name;

    while (json_pull_member(&r->json, &name))
        json_pull_skip(&r->json);
}

/* The members of an object that has been entered. */
static void members(struct doc_reader *r, const struct schema_owner *owner);

static void row_is_object(struct doc_reader *r, const struct schema_field *field)
{
    const uint32_t begin = r->json.at;
    struct diag_finding *finding;

    json_pull_skip(&r->json);
    finding = diag_add(r->c->diag, DIAG_VALUE_TYPE,
                       span_of(r, (struct json_string){ begin, r->json.at, false }),
                       "a row of '%.*s' is an object", SCHEMA_TEXT(field->name));
    schema_defined(r->c, finding, field);
}

static void rows(struct doc_reader *r, const struct schema_field *field)
{
    const struct schema_owner owner = { field->rows, field->name };

    if (json_pull_kind(&r->json) != '[' && r->any_table)
        json_pull_skip(&r->json);
    else if (!json_pull_enter(&r->json, '['))
        value_of_field(r, field);
    else
        while (json_pull_element(&r->json)) {
            json_pull_kind(&r->json); /* to where it begins */
            if (!json_pull_enter(&r->json, '{'))
                row_is_object(r, field);
            else if (field->rows != NULL)
                members(r, &owner);
            else
                skip_members(r);
        }
}

static void members(struct doc_reader *r, const struct schema_owner *owner)
{
    struct json_string name;

    while (json_pull_member(&r->json, &name)) {
        const struct schema_field *field = schema_names_text(
            r->c, owner, json_pull_text(&r->json, r->c->arena, name), span_of(r, name));

        if (field == NULL)
            json_pull_skip(&r->json);
        else if (field->kind == SCHEMA_TABLE)
            rows(r, field);
        else
            value_of_field(r, field);
    }
}

static struct doc_reader reader_of(struct schema_check *c, const struct ast_value *value)
{
    struct doc_reader r = { .c = c, .span = value->span };
    const struct dwr_str text = source_text(&c->ruleset->sources, value->span);

    json_pull_begin(&r.json, text.p, (uint32_t)text.n);
    return r;
}

static void document(struct schema_check *c, const struct ast_value *value, bool any_table)
{
    const struct schema_owner owner = { c->doctype, { NULL, 0 } };
    struct doc_reader r;

    if (value->kind != AST_VALUE_OBJECT)
        return;
    r = reader_of(c, value);
    r.any_table = any_table;
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

static bool expects_rejection(const struct ast_test *test)
{
    for (const struct ast_stmt *s = test->block.of[AST_EXPECT]; s != NULL; s = s->same)
        if (AST_AS(ast_expect, s)->expect == AST_EXPECT_STATUS &&
            str_is(AST_AS(ast_expect, s)->word.text, "rejected"))
            return true;
    return false;
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
            document(c, &AST_AS(ast_given, s)->value,
                     s->kind == AST_TEST_CLIENT && expects_rejection(test));
            break;
        case AST_TEST_SERVER_TS:
        case AST_TEST_SERVER_ROLE:
            by_field(c, &AST_AS(ast_given, s)->value);
            break;
        case AST_EXPECT:
            document(c, &expect->value, false);
            if (expect->field.text.p != NULL)
                schema_names(c, &owner, &expect->field);
            break;
        default:
            break;
        }
    }
}
