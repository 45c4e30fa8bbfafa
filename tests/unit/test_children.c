/* test_children.c - child tables (semantics 6): which rows are one row, what becomes of them, their
 * order and labels, and that long tables take linear work. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules_of.h"
#include "work.h"

/* ' stands for ", and members of the three documents for the documents. base NULL: unknown. Each
 * row of a table has rules of its own: `child t { key k; … }` in a DocType of the strategy
 * field_level. */
struct child_case {
    const char *says, *table, *base, *server, *client, *expected;
};

static void run(const struct child_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct child_case *t = &cases[i];
        char body[512], line[1024], base[512] = "null";

        snprintf(body, sizeof body, "strategy field_level; child t { %s }", t->table);
        for (char *p = body; *p != '\0'; p++)
            if (*p == '\'')
                *p = '"';
        if (t->base != NULL)
            snprintf(base, sizeof base, "{%s}", t->base);
        snprintf(line, sizeof line, "{'base':%s,'server':{%s},'client':{%s}}", base, t->server,
                 t->client);
        expect_answer(t->says, rules_with(body), line, t->expected);
    }
}

#define RUN(cases) run(cases, sizeof(cases) / sizeof *(cases))

/* --- matching --- */

static const struct child_case match_cases[] = {
    { "a row with its key", "key k;", "'t':[{'k':1,'v':1},{'k':2,'v':2}]",
      "'t':[{'k':1,'v':1},{'k':2,'v':2}],'x':1", "'t':[{'k':1,'v':1},{'k':2,'v':3}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':1},{'k':2,'v':3}]},'fields':{'t[2]':{'outcome':'client',"
      "'conflict':false,'base':{'k':2,'v':2},'server':{'k':2,'v':2},'client':{'k':2,'v':3}}}}" },
    { "keys are equal by value", "key k;", "'t':[{'k':1}]", "'t':[{'k':1.0,'v':1}]",
      "'t':[{'k':1e0}]", "{'doc':{'t':[{'k':1.0,'v':1}]},'fields':{}}" },
    { "a key may be written with escapes", "key k;", "'t':[{'k':'A'}]",
      "'t':[{'\\u006b':'\\u0041','v':1}]", "'t':[{'k':'A','v':2}]",
      "{'doc':{'t':[{'\\u006b':'\\u0041','v':1}]},'fields':{'t[A]':{'outcome':'server',"
      "'conflict':true}}}" },
    { "1 is not '1'", "key k;", NULL, "'t':[{'k':1}]", "'t':[{'k':'1'}]",
      "{'doc':{'t':[{'k':1},{'k':'1'}]},'status':'merged'}" },
    { "all parts of a key", "key a, b;", NULL, "'t':[{'a':1,'b':1,'v':1}]",
      "'t':[{'a':1,'b':2,'v':2},{'b':1,'a':1,'v':1}]",
      "{'doc':{'t':[{'a':1,'b':1,'v':1},{'a':1,'b':2,'v':2}]}}" },
    { "one part may be unset", "key a, b;", NULL, "'t':[{'a':1,'v':1}]",
      "'t':[{'a':1,'b':'','v':1.0},{'b':1,'v':2}]",
      "{'doc':{'t':[{'a':1,'v':1},{'b':1,'v':2}]},'fields':{'t[null|1]':{'outcome':'client'}}}" },
    { "two rows with one key stay two rows", "key k;", "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}]",
      "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}],'x':1", "'t':[{'k':1,'v':'a'},{'k':1,'v':'c'}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':'a'},{'k':1,'v':'c'}]},'fields':{'t[1]':{"
      "'outcome':'client','conflict':false,'server':{'k':1,'v':'b'},'client':{'k':1,'v':'c'}}}}" },
    { "equal ones are paired first, wherever they stand", "key k;",
      "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}]", "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}],'x':1",
      "'t':[{'k':1,'v':'c'},{'k':1,'v':'a'}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':'c'},{'k':1,'v':'a'}]},'fields':{'t[1]':{'outcome':'client',"
      "'base':{'k':1,'v':'b'},'server':{'k':1,'v':'b'},'client':{'k':1,'v':'c'}}}}" },
    { "then by position", "key k;", NULL, "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}]",
      "'t':[{'k':1,'v':'c'},{'k':1,'v':'d'},{'k':1,'v':'e'}]",
      "{'doc':{'t':[{'k':1,'v':'a'},{'k':1,'v':'b'},{'k':1,'v':'e'}]},'fields':{"
      "'t[1]':{'server':{'k':1,'v':'a'},'client':{'k':1,'v':'c'}},"
      "'t[1#2]':{'server':{'k':1,'v':'b'},'client':{'k':1,'v':'d'}},"
      "'t[1#3]':{'outcome':'client','client':{'k':1,'v':'e'}}}}" },
    { "or by order_by", "key k; order_by o;", NULL, "'t':[{'k':1,'o':1},{'k':1,'o':2}]",
      "'t':[{'k':1,'o':9},{'k':1,'o':8}]",
      "{'fields':{'t[1]':{'server':{'k':1,'o':1},'client':{'k':1,'o':8}},"
      "'t[1#2]':{'server':{'k':1,'o':2},'client':{'k':1,'o':9}}}}" },
    { "base's rows go to equal ones first", "key k;", "'t':[{'k':1,'v':'a'},{'k':1,'v':'b'}]",
      "'t':[{'k':1,'v':'b'}],'x':1", "'t':[{'k':1,'v':'b'},{'k':1,'v':'a'}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':'b'}]},'fields':{}}" },
    { "a row without a key is paired with an equal one", "key k;", "'t':[{'v':1}]",
      "'t':[{'v':1}],'x':1", "'t':[{'k':null,'v':1.0}]",
      "{'doc':{'x':1,'t':[{'v':1}]},'fields':{}}" },
    { "and with nothing else", "key k; removes yes;", "'t':[{'v':1}]", "'t':[{'v':1}],'x':1",
      "'t':[{'v':2}]",
      "{'doc':{'x':1,'t':[{'v':2}]},'fields':{'t[#0]':{'outcome':'client','conflict':false}}}" },
    { "it is never dropped for want of a key", "key k;", "'x':0", "'x':1",
      "'t':[{'v':1},{'k':'','v':1},{'v':2}]",
      "{'doc':{'x':1,'t':[{'v':1},{'k':'','v':1},{'v':2}]}}" },
    { "two equal ones stay two", "key k;", "'t':[{'v':1},{'v':1}]", "'t':[{'v':1},{'v':1}],'x':1",
      "'t':[{'v':1},{'v':1},{'v':1}]",
      "{'doc':{'x':1,'t':[{'v':1},{'v':1},{'v':1}]},'fields':{'t[#2]':{'outcome':'client'}}}" },
    { "an empty row", "key k;", NULL, "'t':[{}]", "'t':[{},{'k':1}]",
      "{'doc':{'t':[{},{'k':1}]}}" },
};

Test(children, matching)
{
    RUN(match_cases);
}

/* --- members --- */

static const struct child_case member_cases[] = {
    { "what is no member is not compared", "key k;",
      "'t':[{'k':1,'name':'r','idx':1,'parent':'P','docstatus':0}]",
      "'t':[{'k':1,'name':'r','idx':1,'parent':'P','docstatus':0}]",
      "'t':[{'k':1,'name':'q','idx':9,'parent':'Q','parenttype':'X','parentfield':'y',"
      "'docstatus':2,'owner':'z','modified':'w','_x':1}]",
      "{'status':'success','doc':{'t':[{'k':1,'name':'r','idx':1,'parent':'P','docstatus':0}]}}" },
    { "the server's stand where the client's row is taken", "key k;", "'t':[{'k':1,'v':1,'idx':1}]",
      "'t':[{'k':1,'v':1,'idx':2,'name':'r'}]", "'t':[{'k':1,'v':2,'idx':7,'modified':'x'}]",
      "{'doc':{'t':[{'k':1,'v':2,'idx':2,'name':'r'}]}}" },
    { "a new row keeps its own", "key k;", "'x':1", "'x':1", "'t':[{'k':1,'name':'r','idx':1}]",
      "{'doc':{'x':1,'t':[{'k':1,'name':'r','idx':1}]}}" },
    { "what a row does not contain is unset", "key k;", "'t':[{'k':1,'v':1,'w':2}]",
      "'t':[{'k':1,'v':1,'w':2}]", "'t':[{'k':1,'w':2}]", "{'doc':{'t':[{'k':1,'w':2}]}}" },
    { "an unset member is an absent one", "key k;", "'t':[{'k':1,'v':null}]",
      "'t':[{'k':1,'v':''}],'x':1", "'t':[{'k':1}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':''}]},'fields':{}}" },
    { "idx as the key is a member", "key idx;", "'t':[{'idx':1,'v':1}]", "'t':[{'idx':1,'v':1}]",
      "'t':[{'idx':2,'v':1}]",
      "{'doc':{'t':[{'idx':2,'v':1},{'idx':1,'v':1}]},'fields':{'t[1]':{'outcome':'refused'}}}" },
    { "idx as order_by too", "key k; order_by idx;", "'t':[{'k':1,'idx':2},{'k':2,'idx':1}]",
      "'t':[{'k':2,'idx':1},{'k':1,'idx':2}]", "'t':[{'k':2,'idx':1},{'k':1,'idx':0}]",
      "{'doc':{'t':[{'k':1,'idx':0},{'k':2,'idx':1}]}}" },
};

Test(children, members_of_rows)
{
    RUN(member_cases);
}

/* --- deciding: the table of section 6, line by line --- */

static const struct child_case decide_cases[] = {
    { "equal rows: the server's, `same` if changed", "key k;", "'t':[{'k':1,'v':0}]",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':1.0}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'status':'success',"
      "'fields':{'t[1]':{'outcome':'same','conflict':false}}}" },
    { "both added the same row", "key k;", "'x':0", "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':1}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'fields':{'t[1]':{'outcome':'same','conflict':false}}}" },
    { "not changed by the client: the server's", "key k;", "'t':[{'k':1,'v':0}]",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':0}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'status':'merged','fields':{}}" },
    { "append-only: a stored row is not rewritten", "key k; append_only yes;",
      "'t':[{'k':1,'v':0}]", "'t':[{'k':1,'v':0}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':0}]},'fields':{'t[1]':{'outcome':'refused','conflict':true}}}" },
    { "as in base on the server: the client's", "key k;", "'t':[{'k':1,'v':0}]",
      "'t':[{'k':1,'v':0}],'x':1", "'t':[{'k':1,'v':2}]",
      "{'doc':{'x':1,'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'client','conflict':false}}"
      "}" },
    { "both changed it: the server's", "key k;", "'t':[{'k':1,'v':0}]", "'t':[{'k':1,'v':1}]",
      "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'fields':{'t[1]':{'outcome':'server','conflict':true}}}" },
    { "on_same_key client_wins", "key k; on_same_key client_wins;", "'t':[{'k':1,'v':0}]",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'client','conflict':true}}}" },
    { "both added one: on_same_key", "key k; on_same_key client_wins;", "'x':0",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'client','conflict':true}}}" },
    { "base unknown: compared with the server's", "key k; on_same_key client_wins;", NULL,
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'client','conflict':true}}}" },
    { "first_write_wins: the earlier order_by", "key k; order_by o; on_same_key first_write_wins;",
      "'x':0", "'t':[{'k':1,'o':5}]", "'t':[{'k':1,'o':4}]",
      "{'doc':{'t':[{'k':1,'o':4}]},'fields':{'t[1]':{'outcome':'client','conflict':true}}}" },
    { "a tie is the server's", "key k; order_by o; on_same_key first_write_wins;", "'x':0",
      "'t':[{'k':1,'o':5,'v':1}]", "'t':[{'k':1,'o':5.0,'v':2}]",
      "{'doc':{'t':[{'k':1,'o':5,'v':1}]},'fields':{'t[1]':{'outcome':'server'}}}" },
    { "without order_by too", "key k; on_same_key first_write_wins;", "'x':0",
      "'t':[{'k':1,'o':5}]", "'t':[{'k':1,'o':4}]", "{'doc':{'t':[{'k':1,'o':5}]}}" },
    { "last_write_wins: the later", "key k; order_by o; on_same_key last_write_wins;", "'x':0",
      "'t':[{'k':1,'o':'2026-03-02T10:00:00+02:00'}]", "'t':[{'k':1,'o':'2026-03-02 09:00:00'}]",
      "{'doc':{'t':[{'k':1,'o':'2026-03-02 09:00:00'}]}}" },
    { "last_write_wins: a tie is the server's", "key k; order_by o; on_same_key last_write_wins;",
      "'x':0", "'t':[{'k':1,'o':5,'v':1}]", "'t':[{'k':1,'o':5,'v':2}]",
      "{'doc':{'t':[{'k':1,'o':5,'v':1}]}}" },
    { "keep_both: both, the client's at the end", "key k; on_same_key keep_both;", "'x':0",
      "'t':[{'k':1,'v':1},{'k':2}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':1},{'k':2},{'k':1,'v':2}]},"
      "'fields':{'t[1]':{'outcome':'merged','conflict':true}}}" },
    { "manual: the server's until a person decides", "key k; on_same_key manual;", "'x':0",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'status':'conflict_manual',"
      "'notifications':[{'type':'manual_resolution_required'}],"
      "'fields':{'t[1]':{'outcome':'manual','conflict':true}}}" },
    { "sum, member by member", "key k; on_same_key sum(n);", "'t':[{'k':1,'n':10,'v':'b'}]",
      "'t':[{'k':1,'n':12,'v':'s'}]", "'t':[{'k':1,'n':15,'v':'b'}]",
      "{'doc':{'t':[{'k':1,'n':17,'v':'s'}]},'fields':{'t[1]':{'outcome':'merged','conflict':true}}"
      "}" },
    { "sum: both added the row", "key k; on_same_key sum(n);", "'x':0", "'t':[{'k':1,'n':2}]",
      "'t':[{'k':1,'n':0.5}]", "{'doc':{'t':[{'k':1,'n':2.5}]}}" },
    { "member by member without conflict", "key k; on_same_key sum(n);",
      "'t':[{'k':1,'n':1,'v':1}]", "'t':[{'k':1,'n':1,'v':1}],'x':1", "'t':[{'k':1,'n':1,'v':2}]",
      "{'doc':{'x':1,'t':[{'k':1,'n':1,'v':2}]},"
      "'fields':{'t[1]':{'outcome':'client','conflict':false}}}" },
    { "member by member, all the same", "key k; on_same_key fields { client_wins v; }",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]", "'t':[{'k':1,'v':2.0}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'same','conflict':false}}}" },
    { "member by member, not changed by the client", "key k; on_same_key fields { client_wins v; }",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]", "'t':[{'k':1,'v':1}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{}}" },
    { "rules of members, and otherwise",
      "key k; on_same_key fields { client_wins together a, b; max m; otherwise client_wins; }",
      "'t':[{'k':1,'a':0,'b':0,'m':1,'o':0}]", "'t':[{'k':1,'a':1,'b':0,'m':9,'o':1}]",
      "'t':[{'k':1,'a':0,'b':2,'m':5,'o':2}]",
      "{'doc':{'t':[{'k':1,'a':0,'b':2,'m':9,'o':2}]},'fields':{'t[1]':{'outcome':'merged'}}}" },
    { "a refused member is a conflict", "key k; on_same_key fields { server_only v; }",
      "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':1}]},'fields':{'t[1]':{'outcome':'merged','conflict':true}}}" },
    { "a row without a key is decided as a whole", "key k; on_same_key sum(n);", "'x':0",
      "'t':[{'n':1}]", "'t':[{'n':2}]", "{'doc':{'t':[{'n':1},{'n':2}]}}" },

    { "removed by the client, removes yes", "key k; removes yes;", "'t':[{'k':1},{'k':2}]",
      "'t':[{'k':1},{'k':2}],'x':1", "'t':[{'k':2}]",
      "{'doc':{'x':1,'t':[{'k':2}]},'status':'merged','fields':{}}" },
    { "removed, but the server changed it", "key k; removes yes;", "'t':[{'k':1,'v':0}]",
      "'t':[{'k':1,'v':1}]", "'t':[]",
      "{'doc':{'t':[{'k':1,'v':1}]},'fields':{'t[1]':{'outcome':'server','conflict':true,"
      "'client':null}}}" },
    { "removed, and nothing says that one may", "key k;", "'t':[{'k':1}]", "'t':[{'k':1}]",
      "'t':[]", "{'doc':{'t':[{'k':1}]},'fields':{'t[1]':{'outcome':'refused','conflict':true}}}" },
    { "cleared with null", "key k; removes yes;", "'t':[{'k':1}]", "'t':[{'k':1}]", "'t':null",
      "{'doc':{'t':[]},'status':'success'}" },
    { "the client never had it", "key k; removes yes;", "'t':[{'k':1}]", "'t':[{'k':1},{'k':2}]",
      "'t':[{'k':1}]", "{'doc':{'t':[{'k':1},{'k':2}]},'fields':{}}" },
    { "base unknown: nothing was removed", "key k; removes yes;", NULL, "'t':[{'k':1},{'k':2}]",
      "'t':[{'k':1}]", "{'doc':{'t':[{'k':1},{'k':2}]},'fields':{}}" },

    { "removed by the server, not changed by the client", "key k;", "'t':[{'k':1},{'k':2}]",
      "'t':[{'k':1}]", "'t':[{'k':1},{'k':2}]", "{'doc':{'t':[{'k':1}]},'fields':{}}" },
    { "removed by the server, changed by the client", "key k;", "'t':[{'k':1,'v':0}]", "'t':[]",
      "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':2}]},'fields':{'t[1]':{'outcome':'client','conflict':true,"
      "'server':null}}}" },
    { "removed by both", "key k;", "'t':[{'k':1}]", "'t':[],'x':1", "'t':[]",
      "{'doc':{'x':1,'t':[]},'fields':{}}" },
    { "added by the client", "key k;", "'t':[]", "'t':[],'x':1", "'t':[{'k':1}]",
      "{'doc':{'x':1,'t':[{'k':1}]},'status':'merged',"
      "'fields':{'t[1]':{'outcome':'client','conflict':false,'base':null,'server':null}}}" },
    { "held", "key k; hold when server.x = 1;", "'t':[]", "'t':[],'x':1", "'t':[{'k':1}]",
      "{'doc':{'t':[],'x':1},'status':'conflict_manual',"
      "'fields':{'t[1]':{'outcome':'held','conflict':true}}}" },
    { "held, base unknown", "key k; hold when server.x = 1;", NULL, "'x':1", "'t':[{'k':1}]",
      "{'doc':{'x':1},'status':'conflict_manual','fields':{'t[1]':{'outcome':'held'}}}" },
    { "not held where the condition does not hold", "key k; hold when server.x = 1;", "'t':[]",
      "'t':[],'x':2", "'t':[{'k':1}]", "{'doc':{'t':[{'k':1}],'x':2},'status':'merged'}" },
    { "one base had is not held", "key k; hold when server.x = 1;", "'t':[{'k':1,'v':0}]",
      "'t':[],'x':1", "'t':[{'k':1,'v':2}]",
      "{'doc':{'t':[{'k':1,'v':2}],'x':1},'fields':{'t[1]':{'outcome':'client','conflict':true}}"
      "}" },

    { "not sent is not written", "key k; removes yes; count_into n;", "'t':[{'k':1}]",
      "'t':[{'k':1}],'x':1", "'y':1", "{'doc':{'t':[{'k':1}],'x':1,'y':1}}" },
    { "no array of objects", "key k;", "'x':0", "'t':[]", "'t':[{'k':1},2]",
      "{'status':'rejected','code':'VALIDATION_ERROR','doc':{'t':[]}}" },
    { "an object", "key k;", "'x':0", "'t':[]", "'t':{'k':1}",
      "{'status':'rejected','code':'VALIDATION_ERROR'}" },
    { "a string", "key k;", "'x':0", "'t':[]", "'t':'rows'",
      "{'status':'rejected','code':'VALIDATION_ERROR'}" },
    { "the server's is none", "key k;", "'x':0", "'t':7", "'t':[]",
      "{'status':'rejected','code':'VALIDATION_ERROR','doc':{'t':7}}" },
    { "base's is none", "key k;", "'t':[1]", "'t':[]", "'t':[]",
      "{'status':'rejected','code':'VALIDATION_ERROR'}" },
    { "that does not matter where it is not sent", "key k;", "'t':7", "'t':8", "'x':1",
      "{'status':'merged','doc':{'t':8,'x':1}}" },
};

Test(children, deciding)
{
    RUN(decide_cases);
}

/* --- order, counts, labels --- */

static const struct child_case order_cases[] = {
    { "the client's order where nobody else wrote", "key k;", "'t':[{'k':1},{'k':2},{'k':3}]",
      "'t':[{'k':1},{'k':2},{'k':3}]", "'t':[{'k':3},{'k':9},{'k':1},{'k':2}]",
      "{'doc':{'t':[{'k':3},{'k':9},{'k':1},{'k':2}]},'status':'success'}" },
    { "the rows it lacks last", "key k;", "'t':[{'k':1},{'k':2},{'k':3}]",
      "'t':[{'k':1},{'k':2},{'k':3}]", "'t':[{'k':3},{'k':2}]",
      "{'doc':{'t':[{'k':3},{'k':2},{'k':1}]},'status':'merged'}" },
    { "else the server's, then those added", "key k;", "'t':[{'k':1},{'k':2}]",
      "'t':[{'k':2},{'k':3},{'k':1}]", "'t':[{'k':9},{'k':1},{'k':8},{'k':2}]",
      "{'doc':{'t':[{'k':2},{'k':3},{'k':1},{'k':9},{'k':8}]}}" },
    { "also with base unknown", "key k;", NULL, "'t':[{'k':2},{'k':1}]",
      "'t':[{'k':1},{'k':9},{'k':2}]", "{'doc':{'t':[{'k':2},{'k':1},{'k':9}]}}" },
    { "by order_by, of any kind", "key k; order_by o;", "'x':0",
      "'t':[{'k':1,'o':'b'},{'k':2,'o':10}]",
      "'t':[{'k':3,'o':true},{'k':4,'o':9},{'k':5},{'k':6,'o':'2026-01-01'}]",
      "{'doc':{'t':[{'k':5},{'k':4,'o':9},{'k':2,'o':10},{'k':6,'o':'2026-01-01'},"
      "{'k':1,'o':'b'},{'k':3,'o':true}]}}" },
    { "instants, not letters", "key k; order_by o;", "'x':0",
      "'t':[{'k':1,'o':'2026-03-02T10:00:00+02:00'}]",
      "'t':[{'k':2,'o':'2026-03-02T09:00:00Z'},{'k':3,'o':'2026-03-02T07:59:59.9Z'}]",
      "{'doc':{'t':[{'k':3,'o':'2026-03-02T07:59:59.9Z'},{'k':1,'o':'2026-03-02T10:00:00+02:00'},"
      "{'k':2,'o':'2026-03-02T09:00:00Z'}]}}" },
    { "ties by key", "key k; order_by o;", "'x':0", "'t':[{'k':'b','o':1},{'k':'d','o':1}]",
      "'t':[{'k':'c','o':1.0},{'k':'a','o':1},{'k':7,'o':1}]",
      "{'doc':{'t':[{'k':7,'o':1},{'k':'a','o':1},{'k':'b','o':1},{'k':'c','o':1.0},"
      "{'k':'d','o':1}]}}" },
    { "then the server's before the client's", "key k; order_by o; on_same_key keep_both;", "'x':0",
      "'t':[{'k':1,'o':1,'v':'s'}]", "'t':[{'k':1,'o':1,'v':'c'}]",
      "{'doc':{'t':[{'k':1,'o':1,'v':'s'},{'k':1,'o':1,'v':'c'}]}}" },
    { "then as they were", "key k; order_by o;", "'x':0", "'t':[{'o':1,'v':3},{'o':1,'v':1}]",
      "'t':[{'o':1,'v':3},{'o':1,'v':1},{'o':1,'v':4},{'o':1,'v':2}]",
      "{'doc':{'t':[{'o':1,'v':3},{'o':1,'v':1},{'o':1,'v':4},{'o':1,'v':2}]}}" },
    { "whenever the client sent the table", "key k; order_by o;",
      "'t':[{'k':1,'o':2},{'k':2,'o':1}]", "'t':[{'k':1,'o':2},{'k':2,'o':1}]",
      "'t':[{'k':1,'o':2},{'k':2,'o':1}]", "{'doc':{'t':[{'k':2,'o':1},{'k':1,'o':2}]}}" },
    { "not where it did not", "key k; order_by o;", "'t':[{'k':1,'o':2},{'k':2,'o':1}]",
      "'t':[{'k':1,'o':2},{'k':2,'o':1}]", "'x':1",
      "{'doc':{'t':[{'k':1,'o':2},{'k':2,'o':1}],'x':1}}" },
    { "a row that was replaced stands by its new value", "key k; order_by o;",
      "'t':[{'k':1,'o':1},{'k':2,'o':2}]", "'t':[{'k':1,'o':1},{'k':2,'o':2}]",
      "'t':[{'k':1,'o':3},{'k':2,'o':2}]", "{'doc':{'t':[{'k':2,'o':2},{'k':1,'o':3}]}}" },
};

Test(children, order_of_the_rows)
{
    RUN(order_cases);
}

static const struct child_case count_cases[] = {
    { "the number of rows in the result", "key k; count_into n;", "'t':[{'k':1}],'n':1",
      "'t':[{'k':1},{'k':2}],'n':2", "'t':[{'k':1},{'k':3}]",
      "{'doc':{'t':[{'k':1},{'k':2},{'k':3}],'n':3},'fields':{'t[3]':{}}}" },
    { "into a field that was not there", "key k; count_into n;", "'x':1", "'x':1", "'t':[{'k':1}]",
      "{'doc':{'x':1,'t':[{'k':1}],'n':1},'status':'success'}" },
    { "no rows are 0", "key k; removes yes; count_into n;", "'t':[{'k':1}],'n':1",
      "'t':[{'k':1}],'n':1", "'t':[]", "{'doc':{'t':[],'n':0},'status':'success'}" },
    { "what the client says of it is ignored", "key k; count_into n;", "'t':[],'n':0",
      "'t':[],'n':0", "'t':[{'k':1}],'n':77",
      "{'doc':{'t':[{'k':1}],'n':1},'status':'success','fields':{}}" },
    { "also alone", "key k; count_into n;", "'t':[],'n':0", "'t':[],'n':0", "'n':77",
      "{'doc':{'t':[],'n':0},'status':'success','fields':{}}" },
    { "a wrong number is put right when the table is sent", "key k; count_into n;",
      "'t':[{'k':1}],'n':5", "'t':[{'k':1}],'n':5", "'t':[{'k':1}]",
      "{'doc':{'t':[{'k':1}],'n':1},'status':'success'}" },
    { "held rows do not count", "key k; count_into n; hold when server.x = 1;", "'t':[],'n':0",
      "'t':[],'n':0,'x':1", "'t':[{'k':1}]", "{'doc':{'t':[],'n':0,'x':1}}" },
};

Test(children, number_of_the_rows)
{
    RUN(count_cases);
}

/* x changes on the server, so that every merge is concurrent. */
static const struct child_case label_cases[] = {
    { "by the key", "key k;", "'x':0", "'x':1", "'t':[{'k':'WIDGET-9'}]",
      "{'fields':{'t[WIDGET-9]':{}}}" },
    { "an escape is resolved", "key k;", "'x':0", "'x':1", "'t':[{'k':'\\u0041|]'}]",
      "{'fields':{'t[A|]]':{}}}" },
    { "the parts of a composite key", "key a, b;", "'x':0", "'x':1", "'t':[{'a':'p','b':'q'}]",
      "{'fields':{'t[p|q]':{}}}" },
    { "a part that is no string as JSON", "key a, b;", "'x':0", "'x':1",
      "'t':[{'a':1.50,'b':[1,{'x':'y z'}]},{'a':true}]",
      "{'fields':{'t[1.50|[1,{\\\"x\\\":\\\"y z\\\"}]]':{},'t[true|null]':{}}}" },
    { "as the server writes it", "key k;", NULL, "'t':[{'k':1.0,'v':1}]", "'t':[{'k':1,'v':2}]",
      "{'fields':{'t[1.0]':{}}}" },
    { "a label in use gets a number", "key k;", "'x':0", "'x':1",
      "'t':[{'k':1},{'k':'1','v':1},{'k':1,'v':2}]",
      "{'fields':{'t[1]':{'client':{'k':1}},'t[1#2]':{'client':{'k':'1','v':1}},"
      "'t[1#3]':{'client':{'k':1,'v':2}}}}" },
    { "also one that looks like a numbered one", "key k;", "'x':0", "'x':1",
      "'t':[{'k':'1#2'},{'k':1},{'k':1,'v':2}]",
      "{'fields':{'t[1#2]':{'client':{'k':'1#2'}},'t[1]':{'client':{'k':1}},"
      "'t[1#3]':{'client':{'k':1,'v':2}}}}" },
    { "without a key, the client's index", "key k;", "'x':0", "'x':1",
      "'t':[{'k':5},{'v':1},{'v':2}]",
      "{'fields':{'t[5]':{},'t[#1]':{'client':{'v':1}},"
      "'t[#2]':{'client':{'v':2}}}}" },
    { "the server's where the client lacks it", "key k;", "'t':[{'k':5},{'v':1}]",
      "'t':[{'k':5},{'v':1}],'x':1", "'t':[{'k':5}]",
      "{'fields':{'t[-#1]':{'outcome':'refused','client':null}}}" },
};

Test(children, labels_of_the_rows)
{
    RUN(label_cases);
}

/* A lock leaves the table as it is, its order and number included (section 4). */
Test(children, a_locked_table)
{
    const struct dwr_ruleset *rules =
        rules_with("strategy field_level; lock when server.state = \"done\" except free;\n"
                   "child t { key k; order_by o; count_into n; removes yes; }\n"
                   "child free { key k; removes yes; }");

    expect_answer("added, changed and removed are refused", rules,
                  "{'base':{'state':'done','t':[{'k':2,'o':2},{'k':1,'o':1},{'k':3,'o':0}],'n':9},"
                  "'server':{'state':'done','t':[{'k':2,'o':2},{'k':1,'o':1},{'k':3,'o':0}],'n':9},"
                  "'client':{'t':[{'k':1,'o':7},{'k':2,'o':2},{'k':4,'o':4}],'free':[{'k':1}]}}",
                  "{'doc':{'state':'done','t':[{'k':2,'o':2},{'k':1,'o':1},{'k':3,'o':0}],'n':9,"
                  "'free':[{'k':1}]},'status':'merged','fields':{"
                  "'t[1]':{'outcome':'refused','rule':'test.dwr:2'},'t[3]':{'outcome':'refused'},"
                  "'t[4]':{'outcome':'refused','conflict':true}}}");
}

/* --- the text of a table: runs of the server's rows between others --- */

enum { ROWS = 7 };

/* The rows of the mask, forwards or backwards, with the separators of a style; row `changed` says
 * so. Returns a text to free. */
static char *table_text(unsigned mask, bool backwards, int style, int changed)
{
    static const char *const separators[] = { ",", " , ", "\n,\t" };
    char *text = malloc(1024), *to = text;
    bool first = true;

    cr_assert_not_null(text);
    to += sprintf(to, "{\"t\":[");
    for (int i = 0; i < ROWS; i++) {
        const int k = backwards ? ROWS - 1 - i : i;

        if ((mask >> k & 1) == 0)
            continue;
        to += sprintf(to, "%s{\"k\":%d,\"v\":%s}", first ? "" : separators[style], k,
                      k == changed ? "\"new\"" : "[1, 2]");
        first = false;
    }
    sprintf(to, "]}");
    return text;
}

/* Base and server are equal, so the result is the client's table (removes yes), for every set of
 * rows, in both orders, one row of it changed. */
Test(children, every_set_of_rows_in_both_orders)
{
    const struct dwr_doctype *d =
        rules_with("strategy field_level; child t { key k; removes yes; }")->doctypes;
    const unsigned all = (1u << ROWS) - 1;

    for (int style = 0; style < 3; style++)
        for (unsigned mask = 0; mask <= all; mask++)
            for (int backwards = 0; backwards < 2; backwards++) {
                const int changed = (int)(mask % (ROWS + 1));
                char *stored = table_text(all, false, style, -1);
                char *sent = table_text(mask, backwards, 0, changed);
                const struct dwr_write w = { .base = text_of(stored),
                                             .server = text_of(stored),
                                             .client = text_of(sent) };
                struct dwr_result r;
                char *doc;

                cr_assert_eq(dwr_merge(d, &w, the_scratch(), &r), DWR_OK);
                doc = strndup(r.doc.p, r.doc.n);
                cr_expect(same_json(doc, sent), "%s became %s", sent, doc);
                cr_expect_eq(r.status, DWR_SUCCESS);
                free(doc);
                free(sent);
                free(stored);
            }
}

/* The server has all rows in its order and changed one of them: it keeps its order, without what
 * the client removed (but for the changed one) and with what the client added behind it. */
Test(children, every_set_of_rows_beside_a_changed_table)
{
    const struct dwr_doctype *d =
        rules_with("strategy field_level; child t { key k; removes yes; }")->doctypes;
    const unsigned had = (1u << (ROWS - 1)) - 1, added = 1u << (ROWS - 1);

    for (unsigned mask = 0; mask <= (had | added); mask++) {
        char *base = table_text(had, false, 0, -1), *server = table_text(had, false, 0, 2);
        char *sent = table_text(mask, false, 0, -1);
        char *expected = table_text((mask & had) | 1u << 2 | (mask & added), false, 0, 2);
        const struct dwr_write w = { .base = text_of(base),
                                     .server = text_of(server),
                                     .client = text_of(sent) };
        struct dwr_result r;
        char *doc;

        cr_assert_eq(dwr_merge(d, &w, the_scratch(), &r), DWR_OK);
        doc = strndup(r.doc.p, r.doc.n);
        cr_expect(same_json(doc, expected), "%s became %s", sent, doc);
        free(doc);
        free(sent);
        free(base);
        free(server);
        free(expected);
    }
}

/* --- long tables take linear work --- */

struct form {
    const char *says, *table;
    unsigned step;    /* row i of the client's stands at i * step mod n */
    bool one_key;     /* all rows have one */
    bool without_key; /* none has one */
};

static char *long_table(uint32_t n, unsigned step, const struct form *f, const char *value,
                        uint32_t added)
{
    char *text = malloc((size_t)(n + added) * 64 + 16), *to = text;

    cr_assert_not_null(text);
    to += sprintf(to, "{\"t\":[");
    for (uint32_t i = 0; i < n + added; i++) {
        const uint32_t k = i < n ? (uint32_t)((uint64_t)i * step % n) : n + i;

        if (f->without_key)
            to += sprintf(to, "%s{\"id\":%u,\"v\":[%s],\"o\":%u}", i == 0 ? "" : ",", k, "0", k);
        else
            to += sprintf(to, "%s{\"k\":\"r%u\",\"v\":[%s],\"o\":%u}", i == 0 ? "" : ",",
                          f->one_key ? 0 : k, k % 3 == 0 ? value : "0", k);
    }
    sprintf(to, "]}");
    return text;
}

struct table_work {
    unsigned long looks;
    size_t bytes, rows;
};

static struct table_work table_work(const struct form *f, uint32_t n)
{
    char body[128], *base, *server, *client;
    struct dwr_scratch *s = dwr_scratch_new();
    struct dwr_write w = { .op = DWR_UPDATE };
    struct dwr_result r;
    struct table_work work = { 0, 0, 0 };

    cr_assert_not_null(s);
    snprintf(body, sizeof body, "strategy field_level; child t { key k; %s }", f->table);
    base = long_table(n, 1, f, "0", 0);
    server = long_table(n, 1, f, "1", 0);
    client = long_table(n, f->step, f, "2", n / 10);
    w.base = text_of(base);
    w.server = text_of(server);
    w.client = text_of(client);
    work_count(s);
    cr_assert_eq(dwr_merge(rules_with(body)->doctypes, &w, s, &r), DWR_OK);
    work.looks = work_looks;
    work.bytes = s->total;
    for (const char *p = r.doc.p; p < r.doc.p + r.doc.n; p++)
        work.rows += *p == '[';
    s->scan = work_real;
    dwr_scratch_free(s);
    free(base);
    free(server);
    free(client);
    return work;
}

/* The steps are prime to 1,000 and to 100,000. */
static const struct form forms[] = {
    { "in order", "", 1, false, false },
    { "shuffled", "", 7919, false, false },
    { "shuffled, the client wins", "on_same_key client_wins;", 7919, false, false },
    { "shuffled, both are kept", "on_same_key keep_both;", 7919, false, false },
    { "shuffled, member by member", "on_same_key fields { union v; }", 7919, false, false },
    { "shuffled, with order_by", "order_by o;", 7919, false, false },
    { "shuffled, removes yes", "removes yes; count_into n;", 7919, false, false },
    { "one key for all", "", 7919, true, false },
    { "one key for all, with order_by", "order_by o;", 7919, true, false },
    { "no keys at all", "", 7919, false, true },
};

Test(children, long_tables_take_linear_work)
{
    enum { SHORT = 1000, LONG = 100000 };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct table_work few = table_work(&forms[i], SHORT);
        const struct table_work many = table_work(&forms[i], LONG);

        cr_expect_geq(few.rows, SHORT + SHORT / 10, "%s: %zu rows", forms[i].says, few.rows);
        cr_expect_geq(many.rows, LONG + LONG / 10, "%s: %zu rows", forms[i].says, many.rows);
        cr_expect_gt(few.looks, SHORT / 10, "%s: the work is counted", forms[i].says);
        cr_expect_leq(many.looks, few.looks * (LONG / SHORT) * 3 / 2, "%s: %lu looks, then %lu",
                      forms[i].says, few.looks, many.looks);
        cr_expect_leq(many.bytes, few.bytes * (LONG / SHORT) * 2, "%s: %zu bytes, then %zu",
                      forms[i].says, few.bytes, many.bytes);
    }
}
