/* check_tests.c - test blocks: that they name what exists and can come out one way only. */
#include "check_parts.h"
#include "json_name.h"
#include "str.h"

#include "../runtime/dwr.h"

/* The words of interfaces: statuses, outcomes, codes and operations as results and requests carry
 * them. */
static const char *const statuses[] = { "success",  "merged",   "conflict_manual",
                                        "branched", "rejected", NULL };
static const char *const outcomes[] = { "same",    "client",   "server", "merged", "manual",
                                        "refused", "branched", "held",   NULL };
static const char *const codes[] = { "LOCKED",
                                     "VALIDATION_ERROR",
                                     "CREATE_NOT_ALLOWED",
                                     "NOT_FOUND",
                                     "DELETE_NOT_ALLOWED",
                                     "DELETE_CONFLICT",
                                     "DELETED",
                                     NULL };
static const char *const ops[] = { "insert", "update", "delete", "undelete", NULL };
static const char *const built_in_types[] = { "client_change_overridden",
                                              "manual_resolution_required", "branch_created",
                                              "linked_changed_since", NULL };

/* --- values --- */

static const struct ast_value *given(const struct ast_test *test, enum ast_kind kind)
{
    const struct ast_stmt *s = test->block.of[kind];

    return s == NULL ? NULL : &AST_AS(ast_given, s)->value;
}

/* base and server may be null: nothing is known, nothing is there. */
static void documents_are_objects(struct check *c, const struct ast_test *test)
{
    static const enum ast_kind documents[] = { AST_TEST_BASE, AST_TEST_SERVER, AST_TEST_CLIENT };
    size_t i;

    for (i = 0; i < 3; i++) {
        const struct ast_value *value = given(test, documents[i]);

        if (value != NULL && value->kind != AST_VALUE_OBJECT &&
            (documents[i] == AST_TEST_CLIENT || value->kind != AST_VALUE_NULL))
            diag_add(c->diag, DIAG_TEST_VALUE, value->span, "a document is an object");
    }
}

/* 2.5: clocks and users are strings, a role is a string or an array of strings; the server's may be
 * said field by field. */
static void context_has_its_kind(struct check *c, const struct ast_test *test)
{
    static const struct {
        enum ast_kind kind;
        bool array, object;
    } context[] = {
        { AST_TEST_CLIENT_TS, false, false },  { AST_TEST_SERVER_TS, false, true },
        { AST_TEST_NOW, false, false },        { AST_TEST_SERVER_ROLE, true, true },
        { AST_TEST_CLIENT_ROLE, true, false }, { AST_TEST_CLIENT_USER, false, false },
    };
    size_t i;

    for (i = 0; i < sizeof context / sizeof *context; i++) {
        const struct ast_value *value = given(test, context[i].kind);

        if (value == NULL || value->kind == AST_VALUE_STRING ||
            (context[i].array && value->kind == AST_VALUE_ARRAY) ||
            (context[i].object && value->kind == AST_VALUE_OBJECT))
            continue;
        diag_add(c->diag, DIAG_TEST_VALUE, value->span, "'%s' is a string%s%s",
                 ast_kind_word(context[i].kind), context[i].array ? " or an array of strings" : "",
                 context[i].object ? ", or an object of them by field" : "");
    }
}

/* --- what the test is about --- */

static void doctype_exists(struct check *c, const struct ast_test *test)
{
    struct dwr_str *names;
    const struct ast_stmt *s;
    struct diag_finding *finding;
    size_t count = 0;
    int nearest;

    if (c->ruleset->top.broken)
        return; /* it may be the one that could not be read */
    for (s = c->ruleset->top.of[AST_DOCTYPE]; s != NULL; s = s->same)
        count++;
    names = arena_array(c->arena, count, sizeof *names);
    for (s = c->ruleset->top.of[AST_DOCTYPE], count = 0; s != NULL; s = s->same)
        names[count++] = AST_AS(ast_doctype, s)->name.text;
    nearest = diag_nearest(test->doctype.text, names, count);
    /* With a `default` a test may show what happens to DocTypes that are not named. */
    if (c->defaults != NULL && nearest < 0)
        return;
    finding = diag_add(c->diag, DIAG_TEST_DOCTYPE, test->doctype.span,
                       "there is no DocType '%.*s' in these rules", CHECK_TEXT(test->doctype.text));
    if (nearest >= 0)
        diag_help(c->diag, finding, "did you mean \"%.*s\"?", CHECK_TEXT(names[nearest]));
}

static void write_is_complete(struct check *c, const struct ast_test *test)
{
    const struct ast_stmt *op = test->block.of[AST_TEST_OP];
    bool needs_data = op == NULL || !(str_is(AST_AS(ast_test_op, op)->op.text, "delete") ||
                                      str_is(AST_AS(ast_test_op, op)->op.text, "undelete"));

    if (test->block.broken)
        return;
    if (needs_data && test->block.of[AST_TEST_CLIENT] == NULL)
        diag_add(c->diag, DIAG_TEST_EMPTY, test->title.span,
                 "this test has no 'client': it writes "
                 "nothing");
    if (test->block.of[AST_EXPECT] == NULL)
        diag_add(c->diag, DIAG_TEST_EMPTY, test->title.span, "this test expects nothing");
}

/* The fields that the test's documents have, as far as rules or tests speak of them. */
static void know_members(struct check *c, const struct ast_value *document)
{
    const char *p, *end, *name;
    unsigned depth = 0;

    if (document == NULL || document->kind != AST_VALUE_OBJECT)
        return;
    p = document->text.p;
    end = p + document->text.n;
    while (p < end) {
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        if (*p != '"') {
            p++;
            continue;
        }
        for (name = ++p; p < end && *p != '"'; p++)
            if (*p == '\\')
                p++;
        if (depth == 1 && p + 1 < end && p[1] == ':') {
            const uint32_t symbol =
                ast_symbol_of(c->ruleset, json_name(c->arena, name, (size_t)(p - name)));

            if (symbol != AST_NO_SYMBOL)
                c->listed[symbol] = c->list_stamp;
        }
        p++;
    }
}

/* What a DocType takes from `default`, it has: a delete may write it. */
static void know_inherited(struct check *c)
{
    const struct ast_block *tombstone =
        check_tombstone_of(c->defaults == NULL ? NULL : &c->defaults->block);
    const struct ast_stmt *s = tombstone == NULL ? NULL : tombstone->of[AST_SOFT_DELETE];

    if (s != NULL)
        c->listed[AST_AS(ast_set, s)->field.symbol] = c->list_stamp;
}

/* --- what it expects --- */

/* Nothing of what the test is about was skipped for a syntax error. */
static bool is_whole(const struct check *c, const struct ast_test *test,
                     const struct ast_doctype *doctype)
{
    if (test->block.broken)
        return false;
    return doctype != NULL ? !doctype->block.broken : !c->ruleset->top.broken;
}

static void field_exists(struct check *c, const struct ast_test *test,
                         const struct ast_expect *expect, const struct ast_doctype *doctype)
{
    const struct ast_name *name = &expect->field;
    const struct check_field *field;

    if (name->text.p == NULL)
        return;
    field = check_field_of(c, name->symbol);
    if (expect->row.text.p != NULL) {
        if (doctype != NULL && is_whole(c, test, doctype) &&
            (field == NULL || field->use != USE_CHILD))
            diag_add(c->diag, DIAG_TEST_ROW, name->span, "'%.*s' is no child table: it has no rows",
                     CHECK_TEXT(name->text));
        return;
    }
    if (field == NULL && c->listed[name->symbol] != c->list_stamp && is_whole(c, test, doctype))
        diag_add(c->diag, DIAG_TEST_FIELD, name->span,
                 "neither the rules nor this test's documents have a field '%.*s'",
                 CHECK_TEXT(name->text));
}

static void type_exists(struct check *c, const struct ast_test *test,
                        const struct ast_expect *expect, const struct ast_doctype *doctype)
{
    const struct ast_stmt *s;
    size_t i;

    if (expect->word.text.p == NULL || !is_whole(c, test, doctype))
        return;
    for (i = 0; built_in_types[i] != NULL; i++)
        if (str_is(expect->word.text, built_in_types[i]))
            return;
    for (s = doctype == NULL ? NULL : doctype->block.of[AST_NOTIFY]; s != NULL; s = s->same) {
        struct dwr_str type = AST_AS(ast_notify, s)->type.text;

        if (!AST_AS(ast_notify, s)->conflict && type.n == expect->word.text.n &&
            memcmp(type.p, expect->word.text.p, type.n) == 0)
            return;
    }
    diag_add(c->diag, DIAG_TEST_TYPE, expect->word.span,
             "no 'notify' of this DocType has the type '%.*s'", CHECK_TEXT(expect->word.text));
}

static void expects_what_exists(struct check *c, const struct ast_test *test,
                                const struct ast_doctype *doctype)
{
    const struct ast_stmt *s, *status = NULL, *code = NULL;
    struct diag_finding *finding;

    for (s = test->block.of[AST_EXPECT]; s != NULL; s = s->same) {
        const struct ast_expect *expect = AST_AS(ast_expect, s);
        const struct ast_stmt **one = NULL;

        switch (expect->expect) {
        case AST_EXPECT_STATUS:
            check_word(c, DIAG_TEST_WORD, &expect->word, "status", statuses);
            one = &status; /* one more is one too many, mistyped or not */
            break;
        case AST_EXPECT_CODE:
            check_word(c, DIAG_TEST_WORD, &expect->word, "code", codes);
            one = &code;
            break;
        case AST_EXPECT_OUTCOME:
            check_word(c, DIAG_TEST_WORD, &expect->word, "outcome", outcomes);
            field_exists(c, test, expect, doctype);
            break;
        case AST_EXPECT_CONFLICT:
        case AST_EXPECT_NO_CONFLICT:
            field_exists(c, test, expect, doctype);
            break;
        case AST_EXPECT_NOTIFICATION:
        case AST_EXPECT_NO_NOTIFICATION:
            type_exists(c, test, expect, doctype);
            break;
        case AST_EXPECT_BRANCH:
            break;
        }
        if (expect->value.kind == AST_VALUE_ARRAY)
            diag_add(c->diag, DIAG_TEST_VALUE, expect->value.span, "a document is an object");
        if (one == NULL)
            continue;
        if (*one != NULL) {
            finding = diag_add(c->diag, DIAG_TWICE, expect->word.span, "a result has one %s",
                               one == &status ? "status" : "code");
            diag_note(c->diag, finding, AST_AS(ast_expect, *one)->word.span,
                      "the other one is here");
        }
        *one = s;
    }
}

/* --- all of it --- */

static void test_is_sound(struct check *c, const struct ast_test *test,
                          const struct ast_doctype *doctype)
{
    static const enum ast_kind once[] = { AST_TEST_BASE,        AST_TEST_SERVER,
                                          AST_TEST_CLIENT,      AST_TEST_OP,
                                          AST_TEST_CLIENT_TS,   AST_TEST_SERVER_TS,
                                          AST_TEST_NOW,         AST_TEST_SERVER_ROLE,
                                          AST_TEST_CLIENT_ROLE, AST_TEST_CLIENT_USER };
    const struct ast_stmt *s;

    check_once(c, &test->block, once, sizeof once / sizeof *once);
    for (s = test->block.of[AST_TEST_OP]; s != NULL; s = s->same)
        check_word(c, DIAG_TEST_WORD, &AST_AS(ast_test_op, s)->op, "operation", ops);
    documents_are_objects(c, test);
    context_has_its_kind(c, test);
    write_is_complete(c, test);
    c->list_stamp++;
    know_members(c, given(test, AST_TEST_BASE));
    know_members(c, given(test, AST_TEST_SERVER));
    know_members(c, given(test, AST_TEST_CLIENT));
    know_inherited(c);
    expects_what_exists(c, test, doctype);
}

void check_tests(struct check *c, uint32_t symbol, const struct ast_doctype *doctype)
{
    uint32_t i = c->places[symbol].test;

    if (i != 0 && doctype == NULL)
        doctype_exists(c, c->tests[i - 1].test);
    for (; i != 0; i = c->tests[i - 1].next)
        test_is_sound(c, c->tests[i - 1].test, doctype);
}
