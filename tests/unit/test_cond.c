/* test_cond.c - conditions while merging (semantics 4), and whose times and roles count (2.5). */
#include <criterion/criterion.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_of.h"

/* A condition, the members of the three documents and of the line beside them; ' stands for ".
 * base NULL: unknown. */
static const struct cond_case {
    const char *says, *condition, *base, *server, *client, *beside;
    bool holds;
} cond_cases[] = {
    /* = and != are the equality of 1.2. */
    { "equal to a literal", "server.a = 'x'", "", "'a':'x'", "", "", true },
    { "not equal to a literal", "server.a = 'x'", "", "'a':'y'", "", "", false },
    { "escapes are resolved", "server.a = 'x'", "", "'a':'\\u0078'", "", "", true },
    { "numbers by value", "server.a = 1", "", "'a':1.0", "", "", true },
    { "every digit counts", "server.a = 9007199254740992", "", "'a':9007199254740993", "", "",
      false },
    { "a number is no string", "server.a = 1", "", "'a':'1'", "", "", false },
    { "true", "server.a = true", "", "'a':true", "", "", true },
    { "false is set", "server.a = false", "", "", "", "", false },
    { "an object in another order", "server.a = {'x':1,'y':[2]}", "", "'a':{'y':[2],'x':1.0}", "",
      "", true },
    { "an array in another order", "server.a = [1,2]", "", "'a':[2,1]", "", "", false },
    { "!= of another value", "server.a != 'x'", "", "'a':'y'", "", "", true },
    { "!= of the value", "server.a != 'x'", "", "'a':'x'", "", "", false },
    { "!= of an unset one", "server.a != 'x'", "", "", "", "", true },
    { "unset is null", "server.a = null", "", "", "", "", true },
    { "\"\" is null", "server.a = null", "", "'a':''", "", "", true },
    { "null is \"\"", "server.a = ''", "", "'a':null", "", "", true },
    { "0 is not null", "server.a = null", "", "'a':0", "", "", false },
    { "[] is not null", "server.a != null", "", "'a':[]", "", "", true },
    { "two fields", "server.a = server.b", "", "'a':1,'b':1.0", "", "", true },
    { "two unset fields", "server.a = server.b", "", "'b':''", "", "", true },
    { "two fields of two sides", "server.a != client.a", "'a':1", "'a':2", "", "", true },

    /* The order of 1.5, unset first. */
    { "5 < 12", "server.a < 12", "", "'a':5", "", "", true },
    { "12 < 12", "server.a < 12", "", "'a':12", "", "", false },
    { "12 <= 12.0", "server.a <= 12.0", "", "'a':12", "", "", true },
    { "13 <= 12", "server.a <= 12", "", "'a':13", "", "", false },
    { "13 > 12", "server.a > 12", "", "'a':13", "", "", true },
    { "12 > 12", "server.a > 12", "", "'a':12", "", "", false },
    { "12 >= 12", "server.a >= 12", "", "'a':12", "", "", true },
    { "11 >= 12", "server.a >= 12", "", "'a':11", "", "", false },
    { "unset comes first", "server.a < -1000000", "", "", "", "", true },
    { "unset is not after a number", "server.a >= 0", "", "'a':''", "", "", false },
    { "unset is not before unset", "server.a < server.b", "", "'a':null", "", "", false },
    { "unset ties with unset", "server.a <= server.b and server.a >= server.b", "", "'a':''", "",
      "", true },
    { "a timestamp by its instant", "server.a < '2026-03-02T10:00:00Z'", "",
      "'a':'2026-03-02T10:30:00+01:00'", "", "", true },
    { "a date is midnight", "server.a >= '2026-03-02 00:00:00'", "", "'a':'2026-03-02'", "", "",
      true },
    { "numbers before strings", "server.a < '1'", "", "'a':99999", "", "", true },
    { "timestamps before other strings", "server.a < 'a'", "", "'a':'2026-03-02'", "", "", true },
    { "strings before false", "server.a < false", "", "'a':'zzz'", "", "", true },
    { "false before true", "server.a < true", "", "'a':false", "", "", true },
    { "arrays tie", "server.a <= server.b and server.a >= server.b", "", "'a':[1],'b':[2,3]", "",
      "", true },
    { "arrays before objects", "server.a < server.b", "", "'a':[],'b':{}", "", "", true },
    { "a literal on a field's right", "client.a > server.b", "", "'b':1", "'a':2", "", true },

    /* Lists. */
    { "in the list", "server.a in ('x', 2, null)", "", "'a':2.0", "", "", true },
    { "not in the list", "server.a in ('x', 2)", "", "'a':'y'", "", "", false },
    { "an unset value in a list with null", "server.a in ('x', null)", "", "", "", "", true },
    { "an unset value in a list without", "server.a in ('x', 0)", "", "", "", "", false },
    { "not in", "server.a not in ('x', 2)", "", "'a':'y'", "", "", true },
    { "not in, though it is", "server.a not in ('x', 2)", "", "'a':'x'", "", "", false },

    /* Set or not. */
    { "set", "server.a is set", "", "'a':0", "", "", true },
    { "false is a value", "server.a is set", "", "'a':false", "", "", true },
    { "an empty array is a value", "server.a is set", "", "'a':[]", "", "", true },
    { "absent is not set", "server.a is set", "", "", "", "", false },
    { "null is not set", "server.a is set", "", "'a':null", "", "", false },
    { "\"\" is not set", "server.a is not set", "", "'a':''", "", "", true },
    { "a value is not unset", "server.a is not set", "", "'a':'x'", "", "", false },

    /* and, or, not, parentheses. */
    { "both hold", "server.a = 1 and server.b = 2", "", "'a':1,'b':2", "", "", true },
    { "the first of two", "server.a = 1 and server.b = 2", "", "'a':1", "", "", false },
    { "the second of two", "server.a = 1 and server.b = 2", "", "'b':2", "", "", false },
    { "one of two is enough", "server.a = 1 or server.b = 2", "", "'b':2", "", "", true },
    { "none is not", "server.a = 1 or server.b = 2", "", "'a':2", "", "", false },
    { "not turns it round", "not server.a = 1", "", "'a':2", "", "", true },
    { "not binds tightest", "not server.a = 1 and server.b = 2", "", "'a':2,'b':3", "", "", false },
    { "and before or", "server.a = 1 or server.a = 2 and server.b = 2", "", "'a':1,'b':3", "", "",
      true },
    { "parentheses", "(server.a = 1 or server.a = 2) and server.b = 2", "", "'a':1,'b':3", "", "",
      false },

    /* Sides. */
    { "base's value", "base.a = 1", "'a':1", "'a':2", "'a':3", "", true },
    { "not the server's", "base.a = 2", "'a':1", "'a':2", "'a':3", "", false },
    { "the server's value", "server.a = 2", "'a':1", "'a':2", "'a':3", "", true },
    { "the client's", "client.a = 3", "'a':1", "'a':2", "'a':3", "", true },
    { "what the client did not write is base's", "client.a = 1", "'a':1", "'a':2", "", "", true },
    { "or the server's where base is unknown", "client.a = 2", NULL, "'a':2", "", "", true },
    { "cleared by the client", "client.a is not set", "'a':1", "'a':1", "'a':null", "", true },
    { "an unknown base has nothing", "base.a is set", NULL, "'a':1", "'a':2", "", false },
    { "a field no side has", "base.a = client.a", "", "", "", "", true },
    { "of a meta field the view is base's", "client.owner = 'o'", "'owner':'o'", "'owner':'p'",
      "'owner':'q'", "", true },
    { "or the server's", "client.owner = 'p'", NULL, "'owner':'p'", "'owner':'q'", "", true },

    /* changes. */
    { "the server's value is not base's", "a changes", "'a':1", "'a':2", "", "", true },
    { "it is", "a changes", "'a':1", "'a':1.0", "'a':2", "", false },
    { "the server set it", "a changes", "", "'a':1", "", "", true },
    { "the server cleared it", "a changes", "'a':1", "'a':null", "", "", true },
    { "the server dropped it", "a changes", "'a':1", "", "", "", true },
    { "null in place of \"\"", "a changes", "'a':''", "'a':null", "", "", false },
    { "base unknown: not what the client wrote", "a changes", NULL, "'a':1", "'a':2", "", true },
    { "base unknown: just what the client wrote", "a changes", NULL, "'a':1", "'a':1.0", "",
      false },
    { "base unknown and not written", "a changes", NULL, "'a':1", "", "", false },
    { "base unknown and the server has none", "a changes", NULL, "", "'a':1", "", true },
    { "base unknown, a meta field", "owner changes", NULL, "'owner':'o'", "'owner':'p'", "",
      false },
    { "a meta field", "owner changes", "'owner':'p'", "'owner':'o'", "", "", true },
    { "a table whose row differs", "rows changes", "'rows':[{'k':1,'v':1}]",
      "'rows':[{'k':1,'v':2}]", "", "", true },
    { "a table written differently", "rows changes", "'rows':[{'k':1,'v':1}]",
      "'rows':[{'v':1.0,'idx':7,'k':1}]", "", "", false },

    /* Roles: strings, arrays, nothing. */
    { "the role", "client_role = 'tech'", "", "", "", "'client_role':'tech'", true },
    { "another role", "client_role = 'tech'", "", "", "", "'client_role':'clerk'", false },
    { "one of several", "client_role = 'tech'", "", "", "", "'client_role':['clerk','tech']",
      true },
    { "none of several", "client_role = 'tech'", "", "", "", "'client_role':['a','b']", false },
    { "no role", "client_role = 'tech'", "", "", "", "", false },
    { "null", "client_role = 'tech'", "", "", "", "'client_role':null", false },
    { "an empty array", "client_role = 'tech'", "", "", "", "'client_role':[]", false },
    { "a number is no role", "client_role = 'tech'", "", "", "", "'client_role':7", false },
    { "nor one among strings", "client_role = 'tech'", "", "", "", "'client_role':[7,'tech']",
      true },
    { "an escaped role", "client_role = 'tech'", "", "", "", "'client_role':'t\\u0065ch'", true },
    { "!= where none is it", "client_role != 'tech'", "", "", "", "'client_role':['a','b']", true },
    { "!= where one is it", "client_role != 'tech'", "", "", "", "'client_role':['a','tech']",
      false },
    { "!= of nothing", "client_role != 'tech'", "", "", "", "", true },
    { "one is in the list", "client_role in ('x', 'tech')", "", "", "",
      "'client_role':['a','tech']", true },
    { "none is in the list", "client_role in ('x', 'tech')", "", "", "", "'client_role':['a']",
      false },
    { "none is: not in", "client_role not in ('x', 'tech')", "", "", "", "'client_role':['a']",
      true },
    { "one is: not not in", "client_role not in ('x', 'tech')", "", "", "",
      "'client_role':['a','tech']", false },
    { "no role is in no list", "client_role not in ('x')", "", "", "", "", true },
    { "there is a role", "client_role is set", "", "", "", "'client_role':'a'", true },
    { "there is none", "client_role is set", "", "", "", "", false },
    { "nor in an empty array", "client_role is not set", "", "", "", "'client_role':[]", true },
    { "\"\" is none", "client_role is set", "", "", "", "'client_role':''", false },
    { "the server's role is another", "server_role = 'tech'", "", "", "", "'client_role':'tech'",
      false },

    /* The server's roles by field (the rule is that of the unit f, g). */
    { "for the whole document", "server_role = 'boss'", "", "", "", "'server_role':'boss'", true },
    { "for a field of the unit", "server_role = 'boss'", "", "", "",
      "'server_role':{'f':'boss','*':'x'}", true },
    { "for the other field of the unit", "server_role = 'boss'", "", "", "",
      "'server_role':{'g':['y','boss'],'f':'x'}", true },
    { "for fields not of the unit", "server_role = 'boss'", "", "", "",
      "'server_role':{'a':'boss','f':'x','g':'x','*':'x'}", false },
    { "for all other fields", "server_role = 'boss'", "", "", "",
      "'server_role':{'f':'x','*':'boss'}", true },
    { "not where both fields have their own", "server_role = 'boss'", "", "", "",
      "'server_role':{'f':'x','g':'x','*':'boss'}", false },
    { "by a name with an escape", "server_role = 'boss'", "", "", "",
      "'server_role':{'\\u0066':'boss'}", true },
    { "an object without an entry", "server_role is set", "", "", "", "'server_role':{'a':'boss'}",
      false },
    { "!= holds if none of all is it", "server_role != 'boss'", "", "", "",
      "'server_role':{'f':'x','g':'boss'}", false },

    /* The user. */
    { "the user", "client_user = 'MIA'", "", "", "", "'client_user':'MIA'", true },
    { "another user", "client_user = 'MIA'", "", "", "", "'client_user':'BEN'", false },
    { "no user", "client_user is not set", "", "", "", "", true },
    { "null is no user", "client_user is not set", "", "", "", "'client_user':null", true },
    { "one of a list", "client_user in ('BEN', 'MIA')", "", "", "", "'client_user':'MIA'", true },
    { "a field's value", "client_user = server.a", "", "'a':'MIA'", "", "'client_user':'MIA'",
      true },
    { "not a field's value", "client_user != server.a", "", "'a':'BEN'", "", "'client_user':'MIA'",
      true },
};

static char *quoted(char *text)
{
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    return text;
}

static const char *comma(const char *members)
{
    return *members == '\0' ? "" : ",";
}

/* The unit f, g is in conflict; the condition says who wins it. */
static bool holds(const struct cond_case *t)
{
    char body[1024], line[2048], base[512] = "null", *answer;
    cJSON *tree;
    bool client;

    snprintf(body, sizeof body,
             "strategy field_level; client_wins together f, g when %s; server_wins together g, f;"
             "child rows { key k; }",
             t->condition);
    if (t->base != NULL)
        snprintf(base, sizeof base, "{'f':'base'%s%s}", comma(t->base), t->base);
    snprintf(
        line, sizeof line,
        "{'doctype':'D','base':%s,'server':{'f':'server'%s%s},'client':{'f':'client'%s%s}%s%s}",
        base, comma(t->server), t->server, comma(t->client), t->client, comma(t->beside),
        t->beside);
    answer = answer_of(rules_with(quoted(body)), quoted(line), 1);
    tree = cJSON_Parse(answer);
    client = strcmp("client", cJSON_GetStringValue(
                                  cJSON_GetObjectItem(cJSON_GetObjectItem(tree, "doc"), "f"))) == 0;
    cr_assert(client || strstr(answer, "\"f\":\"server\"") != NULL, "%s: %s", t->says, answer);
    cJSON_Delete(tree);
    free(answer);
    return client;
}

Test(cond, conditions_of_a_rule)
{
    for (size_t i = 0; i < sizeof cond_cases / sizeof *cond_cases; i++)
        cr_expect_eq(holds(&cond_cases[i]), cond_cases[i].holds, "%s: %s %s", cond_cases[i].says,
                     cond_cases[i].condition, cond_cases[i].holds ? "holds" : "does not hold");
}

/* Each condition the other way round: `not (…)`. */
Test(cond, not_turns_every_condition_round)
{
    for (size_t i = 0; i < sizeof cond_cases / sizeof *cond_cases; i++) {
        struct cond_case t = cond_cases[i];
        char condition[256];

        snprintf(condition, sizeof condition, "not (%s)", t.condition);
        t.condition = condition;
        cr_expect_eq(holds(&t), !t.holds, "not: %s", t.says);
    }
}

/* Of several rules the first whose condition holds decides; the last has none (section 4). */
Test(cond, the_first_rule_whose_condition_holds)
{
    const struct dwr_ruleset *rules = rules_with("strategy field_level;\n"
                                                 "client_wins f when server.a = 1;\n"
                                                 "manual f when server.a in (1, 2);\n"
                                                 "server_wins f;");

    expect_answer(
        "the first", rules, "{'base':{'a':1},'server':{'a':1,'f':'s'},'client':{'f':'c'}}",
        "{'doc':{'a':1,'f':'c'},'fields':{'f':{'outcome':'client','rule':'test.dwr:3'}}}");
    expect_answer(
        "the second", rules, "{'base':{'a':2},'server':{'a':2,'f':'s'},'client':{'f':'c'}}",
        "{'doc':{'a':2,'f':'s'},'fields':{'f':{'outcome':'manual','rule':'test.dwr:4'}}}");
    expect_answer(
        "the last", rules, "{'base':{'a':3},'server':{'a':3,'f':'s'},'client':{'f':'c'}}",
        "{'doc':{'a':3,'f':'s'},'fields':{'f':{'outcome':'server','rule':'test.dwr:5'}}}");
}

/* Section 2.5: for `lock` and `hold` the entry "*" counts. */
Test(cond, lock_and_hold_ask_for_the_roles_of_the_document)
{
    const struct dwr_ruleset *locks =
        rules_with("strategy client_wins; lock when server_role = \"boss\";");
    const struct dwr_ruleset *holds_back =
        rules_with("strategy client_wins; child rows { key k; hold when server_role = \"boss\"; }");

    expect_answer("locked by *", locks,
                  "{'base':{},'server':{},'client':{'f':1},'server_role':{'*':'boss','f':'x'}}",
                  "{'doc':{},'fields':{'f':{'outcome':'refused','conflict':true}}}");
    expect_answer("not by the entry of a field", locks,
                  "{'base':{},'server':{},'client':{'f':1},'server_role':{'*':'x','f':'boss'}}",
                  "{'doc':{'f':1},'fields':{}}");
    expect_answer("held back by *", holds_back,
                  "{'base':{},'server':{},'client':{'rows':[{'k':1}]},"
                  "'server_role':{'*':'boss','rows':'x'}}",
                  "{'doc':{},'status':'conflict_manual','fields':{'rows[1]':{'outcome':'held'}}}");
    expect_answer("not by the entry of the table", holds_back,
                  "{'base':{},'server':{},'client':{'rows':[{'k':1}]},"
                  "'server_role':{'*':'x','rows':'boss'}}",
                  "{'doc':{'rows':[{'k':1}]},'status':'success'}");
}

/* Section 2.5: for the members of a child table's rows the entry of the table's name counts. */
Test(cond, members_of_rows_have_the_time_of_their_table)
{
    const struct dwr_ruleset *rules = rules_with(
        "strategy field_level; child rows { key k; on_same_key fields { last_write_wins v; } }");

    expect_answer("the table's entry", rules,
                  "{'base':{'rows':[{'k':1,'v':0}]},'server':{'rows':[{'k':1,'v':1}]},"
                  "'client':{'rows':[{'k':1,'v':2}]},'client_ts':'2026-03-02',"
                  "'server_ts':{'rows':'2026-03-03','v':'2026-03-01','*':'2026-03-01'}}",
                  "{'doc':{'rows':[{'k':1,'v':1}]}}");
    expect_answer("else *", rules,
                  "{'base':{'rows':[{'k':1,'v':0}]},'server':{'rows':[{'k':1,'v':1}]},"
                  "'client':{'rows':[{'k':1,'v':2}]},'client_ts':'2026-03-02',"
                  "'server_ts':{'v':'2026-03-03','*':'2026-03-01'}}",
                  "{'doc':{'rows':[{'k':1,'v':2}]}}");
}

/* --- the three clocks (section 4, last_write_wins; 2.5) --- */

static const struct clock_case {
    const char *says, *beside;
    bool client;
} clock_cases[] = {
    { "the client wrote later",
      "'client_ts':'2026-03-02T10:00:01Z','server_ts':'2026-03-02T10:00:00Z'", true },
    { "the server wrote later",
      "'client_ts':'2026-03-02T10:00:00Z','server_ts':'2026-03-02T10:00:01Z'", false },
    { "a tie is the server's",
      "'client_ts':'2026-03-02T10:00:00Z','server_ts':'2026-03-02 10:00:00'", false },
    { "instants, not letters",
      "'client_ts':'2026-03-02T11:30:00+02:00','server_ts':'2026-03-02T10:00:00Z'", false },
    { "fractions count to the last digit",
      "'client_ts':'2026-03-02 10:00:00.0000000001','server_ts':'2026-03-02 10:00:00'", true },
    { "a clock ahead of now counts as now",
      "'client_ts':'2027-01-01','server_ts':'2026-03-02','now':'2026-03-02'", false },
    { "and wins if now is later",
      "'client_ts':'2027-01-01','server_ts':'2026-03-02','now':'2026-03-03'", true },
    { "now takes nothing from a clock behind it",
      "'client_ts':'2026-03-01','server_ts':'2026-02-28','now':'2026-03-03'", true },
    { "without now the client's time as it is", "'client_ts':'2027-01-01','server_ts':'2026-12-31'",
      true },
    { "an unreadable now is none", "'client_ts':'2027-01-01','server_ts':'2026-12-31','now':'soon'",
      true },
    { "no client's time loses", "'server_ts':'2026-03-02'", false },
    { "an unreadable one too", "'client_ts':'later','server_ts':'2026-03-02'", false },
    { "also against none", "'client_ts':'later'", false },
    { "then no server's time loses", "'client_ts':'2026-03-02'", true },
    { "or an unreadable one", "'client_ts':'2026-03-02','server_ts':12", true },
    { "the unit's latest time: of f",
      "'client_ts':'2026-03-02','server_ts':{'f':'2026-03-03','g':'2026-03-01'}", false },
    { "or of g", "'client_ts':'2026-03-02','server_ts':{'g':'2026-03-03','f':'2026-03-01'}",
      false },
    { "both earlier",
      "'client_ts':'2026-03-02','server_ts':{'g':'2026-03-01','f':'2026-03-01','*':'2026-04-01'}",
      true },
    { "* for the one that has none",
      "'client_ts':'2026-03-02','server_ts':{'f':'2026-03-01','*':'2026-03-03'}", false },
    { "times of other fields do not count",
      "'client_ts':'2026-03-02','server_ts':{'a':'2026-03-03'}", true },
};

Test(cond, who_wrote_last)
{
    const struct dwr_ruleset *rules =
        rules_with("strategy field_level; last_write_wins together f, g;");

    for (size_t i = 0; i < sizeof clock_cases / sizeof *clock_cases; i++) {
        char line[512];

        snprintf(line, sizeof line,
                 "{'base':{'f':0,'g':0},'server':{'f':1,'g':0},'client':{'f':2},%s}",
                 clock_cases[i].beside);
        expect_answer(clock_cases[i].says, rules, line,
                      clock_cases[i].client ? "{'doc':{'f':2,'g':0}}" : "{'doc':{'f':1,'g':0}}");
    }
}

Test(cond, a_free_field_has_its_own_time)
{
    const struct dwr_ruleset *rules = rules_with("strategy last_write_wins;");

    expect_answer("each field by its entry", rules,
                  "{'base':{'a':0,'b':0},'server':{'a':1,'b':1},'client':{'a':2,'b':2},"
                  "'client_ts':'2026-03-02','server_ts':{'a':'2026-03-01','*':'2026-03-03'}}",
                  "{'doc':{'a':2,'b':1},'fields':{'a':{'outcome':'client','conflict':true},"
                  "'b':{'outcome':'server','conflict':true}}}");
}
