/* test_domain.c - the values that decide how a field merges. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/trial/domain.h"
#include "../../compiler/trial/trial.h"
#include "rules_of.h"

static struct arena arena;

static void clear(void)
{
    arena_clear(&arena);
}

static uint16_t index_of(const struct dwr_names *names, const char *name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (names->v[i].name.n == strlen(name) &&
            memcmp(names->v[i].name.p, name, strlen(name)) == 0)
            return i;
    cr_assert_fail("no name '%s'", name);
    return 0;
}

/* The domain as a JSON array, ' for ". */
static const char *shown(struct domain d)
{
    struct dwr_str s = arena_printf(&arena, "[");
    char *text;

    for (uint16_t i = 0; i < d.count; i++)
        s = arena_printf(&arena, "%s%s%.*s", s.p, i ? "," : "", (int)d.values[i].n, d.values[i].p);
    s = arena_printf(&arena, "%s]", s.p);
    text = arena_copy(&arena, s.p, s.n);
    for (char *p = text; *p; p++)
        *p = *p == '"' ? '\'' : *p;
    return text;
}

#define RULES                                                                                      \
    "strategy field_level;\n"                                                                      \
    "client_wins plain; merge_text note; union tags; keep_both photos { key id; }\n"               \
    "sum total; max top; max prio ranked ('low', 'high');\n"                                       \
    "server_wins status when client.status in ('Open', 'Closed') or server.qty > 5;\n"             \
    "client_wins status;\n"                                                                        \
    "server_wins flag when server.flag = true; client_wins flag;\n"                                \
    "server_wins owner_of when client_user = server.owner_of; client_wins owner_of;\n"             \
    "server_wins a when client.a = server.b; client_wins a;\n"                                     \
    "server_wins b when base.b = 'only b'; client_wins b;\n"                                       \
    "server_wins due when client.due < '2026-01-01'; client_wins due;\n"                           \
    "no_overlap by host from day + start for minutes_long minutes;\n"                              \
    "effect done when plain becomes 'Done' { create 'X'; }\n"                                      \
    "child rows { key k; order_by at; on_same_key sum(q); }\n"                                     \
    "child parts { key p; }\n"

static const struct field_case {
    const char *says, *field, *values;
} field_cases[] = {
    { "an effect's value, then others", "plain", "[null,'Done','A','B']" },
    { "texts of several lines", "note",
      "[null,'arrived','arrived\\npump off','arrived\\nvalve open','left early']" },
    { "arrays", "tags", "[null,['a'],['b'],['a','b'],['b','c']]" },
    { "arrays whose elements have keys", "photos",
      "[null,[{'id':'A','value':1}],[{'id':'A','value':2}],"
      "[{'id':'A','value':1},{'id':'B','value':1}],[{'id':'B','value':2}]]" },
    { "numbers to add up", "total", "[null,1,2,5]" },
    { "numbers to compare", "top", "[null,1,2,5]" },
    { "ranks, and a value of none", "prio", "[null,'low','high','no rank']" },
    { "what a condition asks for, and another", "status", "[null,'Open','Closed','A']" },
    { "a literal compared by order has neighbours", "qty", "[null,5,4,6,1]" },
    { "true and false", "flag", "[null,true,false]" },
    { "users, where the user is compared with it", "owner_of",
      "[null,'ann@example.com','ben@example.com','cho@example.com']" },
    { "the literals of the field that it is compared with", "a", "[null,'only b','A','B']" },
    { "a timestamp compared by order", "due",
      "[null,'2026-01-01','0001-01-01','9999-12-31','~','A']" },
    { "a day", "day", "[null,'2026-03-02','2026-03-03','2026-03-04']" },
    { "a time of day", "start", "[null,'08:00:00','09:00:00','10:00:00']" },
    { "a length", "minutes_long", "[null,1,2,5]" },
    { "small tables", "rows",
      "[null,[],[{'k':'A','at':'2026-03-02 08:00:00','q':1}],"
      "[{'k':'A','at':'2026-03-02 09:00:00','q':2}],"
      "[{'k':'A','at':'2026-03-02 08:00:00','q':1},{'k':'B','at':'2026-03-02 08:00:00','q':1}],"
      "[{'k':'B','at':'2026-03-02 08:00:00','q':1},{'k':'A','at':'2026-03-02 08:00:00','q':1}],"
      "[{'k':'A','at':'2026-03-02 08:00:00','q':1},{'k':'A','at':'2026-03-02 09:00:00','q':2}],"
      "[{'at':'2026-03-02 08:00:00','q':1}]]" },
    { "a table whose rows have only keys gets a member", "parts",
      "[null,[],[{'p':'A','note':'A'}],[{'p':'A','note':'B'}],"
      "[{'p':'A','note':'A'},{'p':'B','note':'A'}],[{'p':'B','note':'A'},{'p':'A','note':'A'}],"
      "[{'p':'A','note':'A'},{'p':'A','note':'B'}],[{'note':'A'}]]" },
};

/* The rules are written with ' for ". */
static const struct dwr_doctype *doctype_of(const char *body)
{
    char *copy = arena_copy(&arena, body, strlen(body));

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return &rules_with(copy)->doctypes[0];
}

Test(domain, values_are_what_the_rules_tell_apart, .fini = clear)
{
    const struct dwr_doctype *d = doctype_of(RULES);

    for (size_t i = 0; i < sizeof field_cases / sizeof *field_cases; i++) {
        const struct field_case *t = &field_cases[i];
        const char *got = shown(domain_of_field(&arena, d, index_of(&d->names, t->field), NULL));

        cr_expect_str_eq(got, t->values, "%s: %s", t->says, got);
    }
}

Test(domain, members_of_rows_have_values_of_their_own, .fini = clear)
{
    const struct dwr_doctype *d = doctype_of(
        "strategy field_level;\n"
        "child tasks { key id; order_by at; on_same_key fields { max p ranked ('x', 'y');\n"
        " merge_text said; client_wins together done, done_at; otherwise sum; } }\n");
    static const struct field_case cases[] = {
        { "a key", "id", "['A'" },
        { "what the rows are ordered by", "at", "['2026-03-02 08:00:00'" },
        { "ranks", "p", "['x'" },
        { "texts", "said", "['arrived'" },
        { "any value", "done", "['A'" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct domain of =
            domain_of_member(&arena, d, 0, index_of(&d->tables[0].names, cases[i].field), NULL);
        const char *got = shown((struct domain){ of.values + 1, 1 });

        cr_expect_eq(strncmp(got, cases[i].values, strlen(cases[i].values)), 0, "%s: %s",
                     cases[i].says, got);
        cr_expect_geq(of.count, 3);
    }
}

Test(domain, no_two_values_are_equal_and_the_first_is_unset, .fini = clear)
{
    const struct dwr_doctype *d = doctype_of(RULES);

    for (uint16_t f = 0; f < d->names.count; f++) {
        const struct domain of = domain_of_field(&arena, d, f, NULL);

        cr_expect(text_is((struct dwr_text){ of.values[0].p, of.values[0].n }, "null"));
        for (uint16_t i = 0; i < of.count; i++)
            for (uint16_t k = 0; k < i; k++)
                cr_expect_not(trial_equal(&arena,
                                          (struct dwr_text){ of.values[i].p, of.values[i].n },
                                          (struct dwr_text){ of.values[k].p, of.values[k].n }));
    }
}

Test(domain, a_person_would_see_what_the_schema_says, .fini = clear)
{
    static const struct dwr_str options[] = { DWR_STR("Open"), DWR_STR("Done") };
    static const struct schema_field row_fields[] = { { .name = DWR_STR("item"),
                                                        .kind = SCHEMA_NUMBER } };
    static const struct schema_doctype rows = { .fields = row_fields, .field_count = 1 };
    static const struct schema_field fields[] = {
        { .name = DWR_STR("state"), .kind = SCHEMA_SELECT, .select = options, .select_count = 2 },
        { .name = DWR_STR("customer"), .kind = SCHEMA_LINK, .options = DWR_STR("Customer") },
        { .name = DWR_STR("when"), .kind = SCHEMA_DATE },
        { .name = DWR_STR("what"), .kind = SCHEMA_TEXT },
        { .name = DWR_STR("odd"), .kind = SCHEMA_OTHER },
        { .name = DWR_STR("lines"), .kind = SCHEMA_TABLE, .rows = &rows },
        { .name = DWR_STR("latest"), .kind = SCHEMA_DATETIME },
    };
    static const struct schema_doctype schema = { .fields = fields, .field_count = 7 };
    static const struct field_case cases[] = {
        { "a Select", "state", "[null,'Open','Done']" },
        { "a Link", "customer", "[null,'Customer 1','Customer 2','Customer 3']" },
        { "a Date", "when", "[null,'2026-03-02','2026-03-03','2026-03-04']" },
        { "a Text", "what", "[null,'arrived','arrived\\npump off','arrived\\nvalve open']" },
        { "another fieldtype", "odd", "[null,'A','B','C']" },
        { "max of datetimes", "latest",
          "[null,'2026-03-02 08:00:00','2026-03-02 09:00:00','2026-03-02 10:00:00']" },
    };
    const struct dwr_doctype *d = doctype_of(
        "strategy field_level; client_wins state, customer, \"when\", what, odd; max latest;\n"
        "child lines { key k; }");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got =
            shown(domain_of_field(&arena, d, index_of(&d->names, cases[i].field), &schema));

        cr_expect_str_eq(got, cases[i].values, "%s: %s", cases[i].says, got);
    }
    cr_expect_not_null(strstr(
        shown(domain_of_field(&arena, d, index_of(&d->names, "lines"), &schema)), "'item':2"));
}

/* A list of single conditions' values; the field is `x`. */
static const struct {
    const char *says, *condition, *values;
} near_cases[] = {
    { "one value in each gap", "server.x > 5 and server.x < 6", "[null,5,6,4,7,5.5,1]" },
    { "a literal that only equality asks for is no end of a gap",
      "server.x > 5 and server.x < 9 and server.x != 6", "[null,5,9,6,4,10,7,1]" },
    { "numbers too close for floating point",
      "server.x > 9007199254740993 and server.x < 9007199254740994",
      "[null,9007199254740993,9007199254740994,0,1.8014398509482e+16,"
      "9007199254740993.5,1]" },
    { "below zero", "server.x > -0.3 and server.x < -0.29999999999999999",
      "[null,-0.3,-0.29999999999999999,-1.3,0.7,-0.299999999999999995,1]" },
    { "moments", "server.x > '2026-01-01' and server.x < '2026-01-03'",
      "[null,'2026-01-01','2026-01-03','0001-01-01','9999-12-31','~','2026-01-02 00:00:00','A']" },
    { "moments of one second",
      "server.x > '2026-01-01 00:00:00.4' and server.x < '2026-01-01T00:00:00.41Z'",
      "[null,'2026-01-01 00:00:00.4','2026-01-01T00:00:00.41Z','0001-01-01','9999-12-31','~',"
      "'2026-01-01 00:00:00.405','A']" },
    { "words", "server.x >= 'b' and server.x < 'c'",
      "[null,'b','c','0001-01-01','9999-12-31','~','bm','A']" },
    { "words that almost meet", "server.x > 'b' and server.x < 'b0'",
      "[null,'b','b0','0001-01-01','9999-12-31','~','b ','A']" },
    { "an array", "server.x = ['A','B']",
      "[null,['A','B'],['B','A'],['A','B','A'],['another','B'],[{'value':1}]]" },
    { "an array in a list", "server.x in ([1],'A')", "[null,[1],'A',[1,1],[2],[{'value':1}]]" },
    { "an object", "server.x = {'k':{'a':[true]}}",
      "[null,{'k':{'a':[true]}},{'k':{'a':[false]}},[{'value':1}]]" },
    { "nothing in it", "server.x = []", "[null,[],[{'value':1}],[{'value':2}]]" },
};

Test(domain, what_is_near_a_literal, .fini = clear)
{
    for (size_t i = 0; i < sizeof near_cases / sizeof *near_cases; i++) {
        const struct dwr_doctype *d = doctype_of(
            arena_printf(&arena, "strategy field_level; client_wins a when %s; server_wins a;",
                         near_cases[i].condition)
                .p);
        const char *got = shown(domain_of_field(&arena, d, index_of(&d->names, "x"), NULL));

        cr_expect_str_eq(got, near_cases[i].values, "%s: %s", near_cases[i].says, got);
    }
}

Test(domain, ranks_that_are_numbers, .fini = clear)
{
    const struct dwr_doctype *d = doctype_of("strategy field_level; max a ranked (1, 5, 2);");

    cr_expect_str_eq(shown(domain_of_field(&arena, d, index_of(&d->names, "a"), NULL)),
                     "[null,1,5,2,0,6,1.5,3.5,'no rank']");
}

Test(domain, several_roles_at_once, .fini = clear)
{
    static const struct {
        const char *says, *condition, *values;
    } cases[] = {
        { "both", "client_role = 'a' and client_role = 'b'",
          "[null,'a','b',['a','b'],'another role']" },
        { "a list of one condition: any of them is as good", "client_role in ('a','b')",
          "[null,'a','b','another role']" },
        { "one of the list and another", "client_role in ('a','b') and client_role != 'c'",
          "[null,'a','b','c',['a','c'],'another role']" },
        { "three", "client_role = 'a' and client_role = 'b' and client_role = 'c'",
          "[null,'a','b','c',['a','b'],['a','c'],['b','c'],['a','b','c'],'another role']" },
        { "of another side", "client_role = 'a' and server_role = 'b'",
          "[null,'a','another role']" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct dwr_doctype *d = doctype_of(
            arena_printf(&arena, "strategy field_level; client_wins a when %s; server_wins a;",
                         cases[i].condition)
                .p);
        const char *got = shown(domain_of_roles(&arena, d, true));

        cr_expect_str_eq(got, cases[i].values, "%s: %s", cases[i].says, got);
    }
}

Test(domain, roles_users_and_instants, .fini = clear)
{
    const struct dwr_doctype *d = doctype_of(
        "strategy field_level; server_wins a when server_role = 'boss' and client_role != 'temp';\n"
        "server_wins a when client_user = 'eve@example.com'; client_wins a;");

    cr_expect_str_eq(shown(domain_of_roles(&arena, d, false)), "[null,'boss','another role']");
    cr_expect_str_eq(shown(domain_of_roles(&arena, d, true)), "[null,'temp','another role']");
    cr_expect_str_eq(shown(domain_of_users(&arena, d)),
                     "[null,'eve@example.com','ann@example.com','ben@example.com']");
    cr_expect_str_eq(shown(domain_of_instants(&arena)),
                     "[null,'2026-03-02 08:00:00','2026-03-02 09:00:00','2026-03-02 10:00:00']");
}
