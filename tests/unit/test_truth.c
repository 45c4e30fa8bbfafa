/* test_truth.c - conditions that never or always hold, rules that others cover: what is told, and,
 * for random conditions, that it is so. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "rules_of.h"

struct told {
    struct arena arena;
    struct ast_ruleset rules;
    struct diag diag;
};

static void tell(struct told *t, const char *text)
{
    memset(t, 0, sizeof *t);
    diag_init(&t->diag, &t->arena, &t->rules.sources);
    parse_text(&t->arena, &t->rules, &t->diag, "test.dwr", text, strlen(text), NULL);
    check_rules(&t->arena, &t->rules, &t->diag);
}

/* What can hold and what is reached: a field has the kinds of values that literals make. */
static const struct {
    const char *says, *text;
    int code;
} truths[] = {
    { "two values at once",
      "doctype \"A\" { strategy field_level; server_wins a when server.s = \"A\" and server.s = \"B\"; client_wins a; }",
      3003 },
    { "more than this and less than that",
      "doctype \"A\" { strategy field_level; server_wins a when server.q > 5 and server.q < 3; client_wins a; }",
      3003 },
    { "between two whole numbers there are others",
      "doctype \"A\" { strategy field_level; server_wins a when server.q > 5 and server.q < 6; client_wins a; }",
      0 },
    { "set, and the empty text",
      "doctype \"A\" { strategy field_level; server_wins a when server.s is set and server.s = \"\"; client_wins a; }",
      3003 },
    { "who has both roles",
      "doctype \"A\" { strategy field_level; server_wins a when client_role = \"x\" and client_role = \"y\"; client_wins a; }",
      0 },
    { "a user is one",
      "doctype \"A\" { strategy field_level; server_wins a when client_user = \"x\" and client_user = \"y\"; client_wins a; }",
      3003 },
    { "no role at all, and one",
      "doctype \"A\" { strategy field_level; server_wins a when client_role is not set and client_role = \"y\"; client_wins a; }",
      3003 },
    { "less than unset",
      "doctype \"A\" { strategy field_level; server_wins a when server.s < null; client_wins a; }",
      3003 },
    { "unset or more is all", "doctype \"A\" { strategy field_level; lock when server.s >= null; }",
      3002 },
    { "unset and nothing else",
      "doctype \"A\" { strategy field_level; lock when server.s <= null; }", 0 },
    { "a literal to the left", "doctype \"A\" { strategy field_level; lock when \"\" > server.s; }",
      3002 },
    { "with itself",
      "doctype \"A\" { strategy field_level; server_wins a when server.s = server.s; client_wins a; }",
      3002 },
    { "with another side",
      "doctype \"A\" { strategy field_level; server_wins a when server.s = client.s; client_wins a; }",
      0 },
    { "set or not",
      "doctype \"A\" { strategy field_level; lock when server.s is set or server.s is not set; }",
      3002 },
    { "one of a list",
      "doctype \"A\" { strategy field_level; server_wins a when server.s in (\"A\", \"B\"); manual a when server.s = \"A\"; client_wins a; }",
      3003 },
    { "one of a list, and another",
      "doctype \"A\" { strategy field_level; server_wins a when server.s in (\"A\", \"B\"); manual a when server.s = \"C\"; client_wins a; }",
      0 },
    { "another side",
      "doctype \"A\" { strategy field_level; server_wins a when server.s in (\"A\", \"B\"); manual a when client.s = \"A\"; client_wins a; }",
      0 },
    { "set covers each value",
      "doctype \"A\" { strategy field_level; server_wins a when server.s is set; manual a when server.s = \"A\"; client_wins a; }",
      3003 },
    { "not equal is unequal",
      "doctype \"A\" { strategy field_level; server_wins a when not (server.s = \"A\"); manual a when server.s != \"A\"; client_wins a; }",
      3003 },
    { "two that leave nothing",
      "doctype \"A\" { strategy field_level; server_wins a when server.q > 5; manual a when server.q <= 5; merge_text a when server.q = 7; client_wins a; }",
      3003 },
    { "two that leave a gap",
      "doctype \"A\" { strategy field_level; server_wins a when server.q > 5; manual a when server.q < 5; merge_text a when server.q in (5, 7); client_wins a; }",
      0 },
    { "one number in two ways",
      "doctype \"A\" { strategy field_level; server_wins a when server.q = 1.0; manual a when server.q = 1; client_wins a; }",
      3003 },
    { "one moment in two ways",
      "doctype \"A\" { strategy field_level; server_wins a when server.t > \"2026-01-01\"; manual a when server.t > \"2026-01-01T00:00:00Z\"; client_wins a; }",
      3003 },
    { "but these are two texts",
      "doctype \"A\" { strategy field_level; server_wins a when server.t = \"2026-01-01\"; manual a when server.t = \"2026-01-01T00:00:00Z\"; client_wins a; }",
      0 },
    { "arrays tie, and differ",
      "doctype \"A\" { strategy field_level; lock when server.l >= [\"a\"] and server.l <= [\"b\"] and server.l != [\"a\"] and server.l != [\"b\"]; }",
      0 },
    { "false comes behind all texts",
      "doctype \"A\" { strategy field_level; server_wins a when server.q > \"x\" and server.q != true; manual a when server.q = false; client_wins a; }",
      3003 },
    { "two fields, turned round",
      "doctype \"A\" { strategy field_level; server_wins a when client.f > server.f; manual a when not (client.f <= server.f); client_wins a; }",
      3003 },
    { "what changes is asked by itself",
      "doctype \"A\" { strategy field_level; server_wins a when s changes; manual a when server.s = \"A\"; client_wins a; }",
      0 },
    { "half of a condition",
      "doctype \"A\" { strategy field_level; server_wins a when server.s = \"A\" and server.q = 1; manual a when server.s = \"A\"; client_wins a; }",
      0 },
};

Test(truth, each_condition_earns_its_findings)
{
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        struct told t;
        int code;

        tell(&t, truths[i].text);
        code = t.diag.count == 0 ? 0 : (int)t.diag.v[0]->code;
        cr_expect(t.diag.count == (truths[i].code != 0) && code == truths[i].code,
                  "%s: %u findings, DW%04d and not DW%04d", truths[i].says, (unsigned)t.diag.count,
                  code, truths[i].code);
        arena_clear(&t.arena);
    }
}

/* --- random conditions --- */

static const char *const literals[] = { "1", "2.0", "\"x\"", "\"2026-01-01\"", "true", "null" };
/* The literals' values, what lies between them, and what equals them in other words. */
static const char *const values[] = { "null",
                                      "\"\"",
                                      "0",
                                      "1",
                                      "1.5",
                                      "2",
                                      "3",
                                      "\"2025-01-01\"",
                                      "\"2026-01-01\"",
                                      "\"2026-01-01T00:00:00Z\"",
                                      "\"2027-01-01\"",
                                      "\"a\"",
                                      "\"x\"",
                                      "\"y\"",
                                      "false",
                                      "true",
                                      "[]" };
static const char *const roles[] = { NULL, "\"p\"", "\"q\"", "\"r\"", "[\"p\",\"q\"]" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint32_t state = 20260301;

static unsigned up_to(size_t n)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % (unsigned)n;
}

static const char *some_literal(void)
{
    return literals[up_to(COUNT(literals))];
}

static size_t comparison(char *to, size_t room)
{
    static const char *const operators[] = { "=", "!=", "<", "<=", ">", ">=" };
    const char *const side = up_to(3) == 0 ? "client.b" : "server.a";

    switch (up_to(6)) {
    case 0:
        return (size_t)snprintf(to, room, "client_role %s \"%s\"",
                                up_to(2) ? "=" : "!=", up_to(2) ? "p" : "q");
    case 1:
        return (size_t)snprintf(to, room, "%s is %sset", side, up_to(2) ? "" : "not ");
    case 2:
        return (size_t)snprintf(to, room, "%s %sin (%s, %s)", side, up_to(2) ? "" : "not ",
                                some_literal(), some_literal());
    default:
        return (size_t)snprintf(to, room, "%s %s %s", side, operators[up_to(COUNT(operators))],
                                some_literal());
    }
}

static size_t condition(char *to, size_t room, unsigned depth)
{
    size_t n;

    if (depth == 0 || up_to(3) == 0)
        return comparison(to, room);
    n = (size_t)snprintf(to, room, up_to(4) == 0 ? "not (" : "(");
    n += condition(to + n, room - n, depth - 1);
    n += (size_t)snprintf(to + n, room - n, up_to(2) ? " and " : " or ");
    n += condition(to + n, room - n, depth - 1);
    return n + (size_t)snprintf(to + n, room - n, ")");
}

/* Does the rule in the given line decide for some document? */
static bool is_reached(const struct dwr_ruleset *rules, const char *line)
{
    for (size_t a = 0; a < COUNT(values); a++)
        for (size_t b = 0; b < COUNT(values); b++)
            for (size_t r = 0; r < COUNT(roles); r++) {
                char server[64], client[64];
                struct dwr_result result;
                const int n = snprintf(server, sizeof server, "{\"a\":%s,\"f\":1}", values[a]);
                const int m = snprintf(client, sizeof client, "{\"b\":%s,\"f\":2}", values[b]);
                const struct dwr_write write = { .op = DWR_UPDATE,
                                                 .server = { server, (size_t)n },
                                                 .client = { client, (size_t)m },
                                                 .client_role = text_of(roles[r]) };

                cr_assert_eq(
                    dwr_merge(dwr_doctype_find(rules, "D", 1), &write, the_scratch(), &result),
                    DWR_OK);
                for (size_t i = 0; i < result.field_count; i++) {
                    const struct dwr_report *const report = &result.fields[i];

                    if (text_is(report->field, "f") &&
                        text_is((struct dwr_text){ report->rule.p, report->rule.n }, line))
                        return true;
                }
            }
    return false;
}

/* Whatever is called unreachable decides in no merge; and little that decides in none is not. */
Test(truth, what_is_told_of_random_conditions_is_so)
{
    unsigned told = 0, untold = 0, reached = 0;

    for (int round = 0; round < 1500; round++) {
        char first[512], second[512], text[1400];
        struct told t;
        bool never = false, other = false;

        condition(first, sizeof first, 2);
        condition(second, sizeof second, 2);
        snprintf(text, sizeof text,
                 "doctype \"D\" {\n strategy field_level; \n server_wins f when %s;\n"
                 " manual f when %s;\n client_wins f;\n}\n",
                 first, second);
        tell(&t, text);
        for (uint32_t i = 0; i < t.diag.count; i++) {
            const uint32_t line =
                source_position(&t.arena, &t.rules.sources.v[0], t.diag.v[i]->span.begin).line;

            const char *const text_told = t.diag.v[i]->text.p;
            const bool is_never = line == 4 && (strstr(text_told, "never reached") ||
                                                strstr(text_told, "contradicts"));

            never = never || is_never;
            other = other || !is_never;
        }
        if (never || !other) {
            const struct dwr_ruleset *const rules = plan_rules(&t.arena, &t.rules, &t.diag);
            const bool is = is_reached(rules, "test.dwr:4");

            cr_expect(!(never && is), "told as unreachable: %s", text);
            told += never;
            untold += !never && !is;
            reached += is;
        }
        arena_clear(&t.arena);
    }
    cr_expect(told > 50 && reached > 500, "%u told, %u reached", told, reached);
    cr_expect(untold * 20 < told, "%u of %u are not told", untold, told + untold);
}
