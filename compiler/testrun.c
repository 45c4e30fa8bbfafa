/* testrun.c - runs `test` blocks: builds the write, merges, compares. */
#include "testrun.h"

#include "../runtime/core/value.h"
#include "str.h"
#include "testrun_rows.h"

struct run {
    struct arena *arena;
    const struct ast_ruleset *ast;
    const struct dwr_ruleset *rules;
    const struct testrun_options *options;
    struct testrun_results *results;
    struct dwr_scratch *merge, *compare; /* the result lives in the first */

    /* The test that is run. */
    struct testrun_problem **last;
    const struct dwr_doctype *doctype;
    struct dwr_result got;
    struct span span; /* of the expectation at hand */
};

/* --- what is found --- */

static struct dwr_str copy(struct run *r, struct dwr_text text)
{
    if (!text.p)
        return (struct dwr_str){ NULL, 0 };
    return (struct dwr_str){ arena_copy(r->arena, text.p, text.n), text.n };
}

static void problem(struct run *r, struct dwr_str what, struct dwr_str expected, struct dwr_str got,
                    struct dwr_str decided)
{
    struct testrun_problem *p = ARENA_NEW(r->arena, struct testrun_problem);

    *p = (struct testrun_problem){
        .span = r->span, .what = what, .expected = expected, .got = got, .decided = decided
    };
    *r->last = p;
    r->last = &p->next;
}

/* The rule of a decision about the whole document. */
static struct dwr_str decided_at(struct run *r)
{
    const struct dwr_str rule = r->got.rule;

    return rule.p ? (struct dwr_str){ arena_copy(r->arena, rule.p, rule.n), rule.n } : rule;
}

/* --- reports --- */

static bool is(struct dwr_text text, struct dwr_str s)
{
    return text.n == s.n && memcmp(text.p, s.p, s.n) == 0;
}

/* "parts_used" of "parts_used[WIDGET-9]". */
static bool is_row_of(struct dwr_text label, struct dwr_str field)
{
    return label.n > field.n && label.p[field.n] == '[' && memcmp(label.p, field.p, field.n) == 0;
}

static struct dwr_str label_of(struct run *r, const struct ast_expect *e)
{
    if (!e->row.text.p)
        return e->field.text;
    return arena_printf(r->arena, "%.*s[%.*s]", (int)e->field.text.n, e->field.text.p,
                        (int)e->row.text.n, e->row.text.p);
}

static const struct dwr_report *report_of(const struct run *r, struct dwr_str label)
{
    for (size_t i = 0; i < r->got.field_count; i++)
        if (is(r->got.fields[i].field, label))
            return &r->got.fields[i];
    return NULL;
}

static struct dwr_str described(struct run *r, const struct dwr_report *report)
{
    const char *rule = report->rule.p ? report->rule.p : "built in";
    const int n = report->rule.p ? (int)report->rule.n : (int)strlen(rule);

    return arena_printf(r->arena, "%.*s (%.*s: %s%s)", n, rule, (int)report->field.n,
                        report->field.p, dwr_outcome_name(report->outcome),
                        report->conflict ? ", conflict" : "");
}

/* What decided a field, or the rows of a table, one line each. */
static struct dwr_str decided_of(struct run *r, struct dwr_str field)
{
    struct dwr_str all = { NULL, 0 };

    for (size_t i = 0; i < r->got.field_count; i++) {
        const struct dwr_report *report = &r->got.fields[i];
        struct dwr_str one;

        if (!is(report->field, field) && !is_row_of(report->field, field))
            continue;
        one = described(r, report);
        all = all.p ? arena_printf(r->arena, "%.*s\n%.*s", (int)all.n, all.p, (int)one.n, one.p)
                    : one;
    }
    return all.p ? all : decided_at(r);
}

/* --- documents --- */

/* The child table of a name; NULL: it is a field. */
static const struct dwr_table *table_of(const struct run *r, struct dwr_text name)
{
    for (uint16_t i = 0; i < r->doctype->table_count; i++)
        if (is(name, r->doctype->names.v[r->doctype->tables[i].field].name))
            return &r->doctype->tables[i];
    return NULL;
}

static void row_differs(void *context, struct dwr_str what, struct dwr_str label,
                        struct dwr_text expected, struct dwr_text got)
{
    struct run *r = context;

    problem(r, what, expected.p ? copy(r, expected) : str_of("nothing"),
            got.p ? copy(r, got) : str_of("nothing"), decided_of(r, label));
}

static void compare_field(struct run *r, struct dwr_text name, struct dwr_text expected,
                          struct dwr_text got)
{
    const struct testrun_rows rows = { .arena = r->arena,
                                       .scratch = r->compare,
                                       .table = table_of(r, name),
                                       .name = { name.p, name.n },
                                       .expected = expected,
                                       .got = got };
    const bool is_table = rows.table && got.p && expected.p[0] == '[' && got.p[0] == '[';
    const bool equal =
        is_table ? testrun_rows_equal(&rows) : dwr_field_equal(r->compare, expected, got);

    if (r->compare->failed)
        arena_fail(r->arena);
    if (equal || (is_table && testrun_rows_differ(&rows, row_differs, r)))
        return;
    problem(r, arena_printf(r->arena, "field '%.*s'", (int)name.n, name.p), copy(r, expected),
            got.p          ? copy(r, got)
            : r->got.doc.p ? str_of("nothing")
                           : str_of("nothing: there is no document any more"),
            decided_of(r, rows.name));
}

/* Every member that is expected, against the document's; p NULL: there is none. */
static void compare_document(struct run *r, const struct ast_value *expected, struct dwr_text doc)
{
    struct dwr_walk w = dwr_walk_of((struct dwr_text){ expected->text.p, expected->text.n });
    struct dwr_text key, value, got, name;

    while (dwr_walk_next(&w, r->compare->scan, &key, &value)) {
        dwr_scratch_reset(r->compare);
        name = dwr_string_bytes(r->compare, key);
        if (!name.p)
            arena_fail(r->arena);
        name = (struct dwr_text){ arena_copy(r->arena, name.p, name.n), name.n };
        got = doc.p ? dwr_member(r->compare, doc, name.p, name.n) : (struct dwr_text){ NULL, 0 };
        compare_field(r, name, value, got);
    }
}

/* --- expectations --- */

static bool is_word(const struct ast_word *word, const char *name)
{
    return word->text.n == strlen(name) && memcmp(word->text.p, name, word->text.n) == 0;
}

static void expect_status(struct run *r, const struct ast_expect *e)
{
    const char *got = dwr_status_name(r->got.status);

    if (!is_word(&e->word, got)) {
        const char *code = dwr_code_name(r->got.code);
        struct dwr_str all = str_of("");

        for (size_t i = 0; i < r->got.field_count; i++) {
            const struct dwr_str one = described(r, &r->got.fields[i]);

            all = arena_printf(r->arena, "%.*s%s%.*s", (int)all.n, all.p, all.n > 0 ? "\n" : "",
                               (int)one.n, one.p);
        }
        problem(r, str_of("status"), e->word.text,
                *code ? arena_printf(r->arena, "%s (%s)", got, code) : str_of(got),
                r->got.rule.p ? decided_at(r)
                : all.n > 0   ? all
                              : (struct dwr_str){ NULL, 0 });
    }
    if (e->value.kind != AST_VALUE_NONE)
        compare_document(r, &e->value, r->got.doc);
}

static void expect_outcome(struct run *r, const struct ast_expect *e)
{
    const struct dwr_str label = label_of(r, e);
    const struct dwr_report *report = report_of(r, label);

    if (report && is_word(&e->word, dwr_outcome_name(report->outcome)))
        return;
    problem(r, arena_printf(r->arena, "outcome of '%.*s'", (int)label.n, label.p), e->word.text,
            str_of(report ? dwr_outcome_name(report->outcome) : "no report"), decided_of(r, label));
}

static void expect_code(struct run *r, const struct ast_expect *e)
{
    const char *got = dwr_code_name(r->got.code);

    if (!is_word(&e->word, got))
        problem(r, str_of("code"), e->word.text, str_of(*got ? got : "no code"), decided_at(r));
}

static void expect_branch(struct run *r, const struct ast_expect *e)
{
    if (!r->got.branch.p)
        problem(r, str_of("branch"), str_of("a branch"), str_of("none"), decided_at(r));
    else
        compare_document(r, &e->value, r->got.branch);
}

/* The field's report, or a row's where the field is a table and no row is named. */
static const struct dwr_report *conflict_of(const struct run *r, const struct ast_expect *e,
                                            struct dwr_str label)
{
    for (size_t i = 0; i < r->got.field_count; i++) {
        const struct dwr_report *report = &r->got.fields[i];

        if (report->conflict &&
            (is(report->field, label) || (!e->row.text.p && is_row_of(report->field, label))))
            return report;
    }
    return NULL;
}

static void expect_conflict(struct run *r, const struct ast_expect *e)
{
    const struct dwr_str label = label_of(r, e);

    if (!conflict_of(r, e, label))
        problem(r, arena_printf(r->arena, "'%.*s'", (int)label.n, label.p), str_of("a conflict"),
                str_of(report_of(r, label) ? "a report without conflict" : "no report"),
                decided_of(r, label));
}

static void expect_no_conflict(struct run *r, const struct ast_expect *e)
{
    const struct dwr_report *report = NULL;

    if (e->field.text.p)
        report = conflict_of(r, e, label_of(r, e));
    for (size_t i = 0; !e->field.text.p && !report && i < r->got.field_count; i++)
        if (r->got.fields[i].conflict)
            report = &r->got.fields[i];
    if (report)
        problem(r, arena_printf(r->arena, "'%.*s'", (int)report->field.n, report->field.p),
                str_of("no conflict"), str_of("a conflict"), described(r, report));
}

static bool has_notification(const struct run *r, struct dwr_str type)
{
    for (size_t i = 0; i < r->got.notification_count; i++)
        if (is(r->got.notifications[i].type, type))
            return true;
    return false;
}

static struct dwr_str notifications(struct run *r)
{
    struct dwr_str all = str_of("");

    for (size_t i = 0; i < r->got.notification_count; i++) {
        const struct dwr_text type = r->got.notifications[i].type;

        all = arena_printf(r->arena, "%.*s%s%.*s", (int)all.n, all.p, i > 0 ? ", " : "",
                           (int)type.n, type.p);
    }
    return all.n > 0 ? all : str_of("none");
}

static void expect_notification(struct run *r, const struct ast_expect *e)
{
    if (!has_notification(r, e->word.text))
        problem(r, str_of("notification"), e->word.text, notifications(r),
                (struct dwr_str){ NULL, 0 });
}

static void expect_no_notification(struct run *r, const struct ast_expect *e)
{
    const bool there =
        e->word.text.p ? has_notification(r, e->word.text) : r->got.notification_count > 0;

    if (there)
        problem(r, str_of("notification"),
                e->word.text.p
                    ? arena_printf(r->arena, "no %.*s", (int)e->word.text.n, e->word.text.p)
                    : str_of("none"),
                notifications(r), (struct dwr_str){ NULL, 0 });
}

static void (*const expect[])(struct run *, const struct ast_expect *) = {
    [AST_EXPECT_STATUS] = expect_status,
    [AST_EXPECT_OUTCOME] = expect_outcome,
    [AST_EXPECT_CODE] = expect_code,
    [AST_EXPECT_BRANCH] = expect_branch,
    [AST_EXPECT_CONFLICT] = expect_conflict,
    [AST_EXPECT_NO_CONFLICT] = expect_no_conflict,
    [AST_EXPECT_NOTIFICATION] = expect_notification,
    [AST_EXPECT_NO_NOTIFICATION] = expect_no_notification,
};

/* --- a test --- */

static struct dwr_text given(const struct ast_test *test, enum ast_kind kind)
{
    const struct ast_stmt *s = test->block.of[kind];
    const struct ast_value *value = s ? &AST_AS(ast_given, s)->value : NULL;

    return value ? (struct dwr_text){ value->text.p, value->text.n } : (struct dwr_text){ NULL, 0 };
}

static enum dwr_op op_of(const struct ast_test *test)
{
    static const char *const words[] = { [DWR_UPDATE] = "update",
                                         [DWR_INSERT] = "insert",
                                         [DWR_DELETE] = "delete",
                                         [DWR_UNDELETE] = "undelete" };
    const struct ast_stmt *s = test->block.of[AST_TEST_OP];

    for (int op = 0; s && op < 4; op++)
        if (is_word(&AST_AS(ast_test_op, s)->op, words[op]))
            return (enum dwr_op)op;
    return DWR_UPDATE;
}

struct dwr_write testrun_write(const struct ast_test *test)
{
    struct dwr_write write = {
        .op = op_of(test),
        .base = given(test, AST_TEST_BASE),
        .server = given(test, AST_TEST_SERVER),
        .client = given(test, AST_TEST_CLIENT),
        .client_ts = given(test, AST_TEST_CLIENT_TS),
        .server_ts = given(test, AST_TEST_SERVER_TS),
        .now = given(test, AST_TEST_NOW),
        .server_role = given(test, AST_TEST_SERVER_ROLE),
        .client_role = given(test, AST_TEST_CLIENT_ROLE),
        .client_user = given(test, AST_TEST_CLIENT_USER),
    };

    if (!write.client.p && (write.op == DWR_UPDATE || write.op == DWR_INSERT))
        write.client = (struct dwr_text){ "{}", 2 }; /* a write of nothing */
    return write;
}

static void observed(struct run *r, const struct ast_test *test, const struct dwr_write *write)
{
    const struct testrun_seen seen = { test, r->doctype, write, &r->got };

    *r->last = r->options->observer(r->options->observer_context, &seen);
    while (*r->last)
        r->last = &(*r->last)->next;
}

static void run_test(struct run *r, const struct ast_test *test, struct testrun_result *result)
{
    const struct dwr_write write = testrun_write(test);
    enum dwr_rc rc;

    *result = (struct testrun_result){ .test = test };
    r->last = &result->problems;
    r->span = test->stmt.word;
    r->doctype = dwr_doctype_find(r->rules, test->doctype.text.p, test->doctype.text.n);
    rc = dwr_merge(r->doctype, &write, r->merge, &r->got);
    if (rc == DWR_NOMEM)
        arena_fail(r->arena);
    if (rc != DWR_OK) {
        problem(r, str_of("merge"), str_of("an answer"), str_of(dwr_rc_name(rc)),
                (struct dwr_str){ NULL, 0 });
        return;
    }
    if (!test->block.of[AST_EXPECT])
        problem(r, str_of("test"), str_of("something"), str_of("no `expect`: it could not fail"),
                (struct dwr_str){ NULL, 0 });
    for (const struct ast_stmt *s = test->block.of[AST_EXPECT]; s; s = s->same) {
        r->span = s->span;
        dwr_scratch_reset(r->compare);
        expect[AST_AS(ast_expect, s)->expect](r, AST_AS(ast_expect, s));
    }
    if (r->options->observer)
        observed(r, test, &write);
}

static void run_all(void *context)
{
    struct run *r = context;
    const struct testrun_options *o = r->options;
    struct testrun_results *results = r->results;

    for (const struct ast_stmt *s = r->ast->top.of[AST_TEST]; s; s = s->same) {
        const struct ast_test *test = AST_AS(ast_test, s);
        struct testrun_result *result = &results->v[results->count];

        if (o->filter && !o->filter(o->filter_context,
                                    arena_copy(r->arena, test->title.text.p, test->title.text.n)))
            continue;
        run_test(r, test, result);
        results->count++;
        results->failed += result->problems != NULL;
    }
}

struct testrun_results testrun_with(struct arena *arena, const struct ast_ruleset *ast,
                                    const struct dwr_ruleset *rules,
                                    const struct testrun_options *options)
{
    struct testrun_results results = { NULL, 0, 0 };
    struct run r = {
        .arena = arena, .ast = ast, .rules = rules, .options = options, .results = &results
    };
    uint32_t count = 0;
    bool done;

    for (const struct ast_stmt *s = ast->top.of[AST_TEST]; s; s = s->same)
        count++;
    results.v = arena_array(arena, count, sizeof *results.v);
    r.merge = dwr_scratch_new();
    r.compare = dwr_scratch_new();
    done = r.merge && r.compare && arena_try(arena, run_all, &r);
    dwr_scratch_free(r.merge);
    dwr_scratch_free(r.compare);
    if (!done)
        arena_fail(arena);
    return results;
}

struct testrun_results testrun(struct arena *arena, const struct ast_ruleset *ast,
                               const struct dwr_ruleset *rules, testrun_filter *filter,
                               void *context)
{
    const struct testrun_options options = { .filter = filter, .filter_context = context };

    return testrun_with(arena, ast, rules, &options);
}
