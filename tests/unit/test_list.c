/* test_list.c - union and keep_both of arrays (semantics 4.2). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/merge.h"
#include "rules_of.h"
#include "work.h"

/* What a row says of base: not known, or a value (NULL: unset). */
#define UNKNOWN "unknown"

static const struct list_case {
    const char *says, *key, *base, *server, *client; /* ' stands for " */
    const char *joined, *both; /* union's and keep_both's result; both NULL: the same */
} list_cases[] = {
    /* Elements are what they are. */
    { "the server's in their order, then what the client added", NULL, "[1]", "[2,1]", "[1,3]",
      "[2,1,3]", NULL },
    { "each once", NULL, "[]", "[1,2]", "[2,3,1,4]", "[1,2,3,4]", NULL },
    { "in the client's order", NULL, "[]", "[]", "[3,1,2]", "[3,1,2]", NULL },
    { "equal is equal by value", NULL, "[]", "[1,'a',{'x':1,'y':2}]",
      "[1.0,'\\u0061',{'y':2,'x':1.0},2]", "[1,'a',{'x':1,'y':2},2]", NULL },
    { "a string is no number", NULL, "[]", "[1]", "['1']", "[1,'1']", NULL },
    { "null, \"\" and false are elements", NULL, "[]", "[null]", "['',false,null]",
      "[null,'',false]", NULL },
    { "arrays are elements", NULL, "[]", "[[1,2]]", "[[2,1],[1,2.0]]", "[[1,2],[2,1]]", NULL },

    /* Removals. */
    { "the client removed one the server kept", NULL, "[1,2,3]", "[1,2,3]", "[1,3]", "[1,3]",
      "[1,2,3]" },
    { "the server removed one the client kept", NULL, "[1,2,3]", "[1,3]", "[1,2,3]", "[1,3]",
      "[1,3,2]" },
    { "both removed it", NULL, "[1,2,3]", "[1,3]", "[1,3]", "[1,3]", NULL },
    { "each removed another", NULL, "[1,2,3]", "[1,2]", "[2,3]", "[2]", "[1,2,3]" },
    { "removed here, added there: a new one stays", NULL, "[1]", "[2]", "[1,3]", "[2,3]",
      "[2,1,3]" },
    { "the client emptied it", NULL, "[1,2]", "[1,2,3]", "[]", "[3]", "[1,2,3]" },
    { "the client cleared it", NULL, "[1,2]", "[1,2,3]", "null", "[3]", "[1,2,3]" },
    { "the server cleared it", NULL, "[1,2]", "null", "[1,2,3]", "[3]", "[1,2,3]" },
    { "both removed all", NULL, "[1,2]", "[]", "[]", "[]", NULL },
    { "nothing was removed from an unknown base", NULL, UNKNOWN, "[1,2]", "[2,3]", "[1,2,3]",
      NULL },
    { "unset is the empty array", NULL, NULL, "''", "[1]", "[1]", NULL },

    /* With a key. */
    { "another key is another element", "id", "[]", "[{'id':1,'v':'a'}]", "[{'id':2,'v':'a'}]",
      "[{'id':1,'v':'a'},{'id':2,'v':'a'}]", NULL },
    { "the client's version where the server's is base's", "id", "[{'id':1,'v':'a'}]",
      "[{'id':1,'v':'a'}]", "[{'id':1,'v':'c'}]", "[{'id':1,'v':'c'}]", NULL },
    { "the server's where the client's is base's", "id", "[{'id':1,'v':'a'}]", "[{'id':1,'v':'s'}]",
      "[{'id':1,'v':'a'}]", "[{'id':1,'v':'s'}]", NULL },
    { "both have one: the server's, and keep_both keeps both", "id", "[{'id':1,'v':'a'}]",
      "[{'id':1,'v':'s'}]", "[{'id':1,'v':'c'}]", "[{'id':1,'v':'s'}]",
      "[{'id':1,'v':'s'},{'id':1,'v':'c'}]" },
    { "both the same", "id", "[{'id':1,'v':'a'}]", "[{'id':1,'v':'s'}]", "[{'v':'s','id':1.0}]",
      "[{'id':1,'v':'s'}]", NULL },
    { "base unknown: the server's", "id", UNKNOWN, "[{'id':1,'v':'s'}]", "[{'id':1,'v':'c'}]",
      "[{'id':1,'v':'s'}]", "[{'id':1,'v':'s'},{'id':1,'v':'c'}]" },
    { "keys are equal by value", "id", "[]", "[{'id':1,'v':'s'}]", "[{'id':1.0,'v':'c'}]",
      "[{'id':1,'v':'s'}]", "[{'id':1,'v':'s'},{'id':1.0,'v':'c'}]" },
    { "a key may be written with an escape", "id", "[{'id':'k'}]", "[{'id':'k'}]",
      "[{'\\u0069d':'\\u006b','v':1}]", "[{'\\u0069d':'\\u006b','v':1}]", NULL },
    { "an unset key: the whole value", "id", "[]", "[{'id':null,'v':1}]",
      "[{'id':'','v':1},{'id':null,'v':1},{'v':1}]", "[{'id':null,'v':1},{'id':'','v':1},{'v':1}]",
      NULL },
    { "what is no object has no key", "id", "['a']", "['a','b']", "['a','c',{'id':'a'}]",
      "['a','b','c',{'id':'a'}]", NULL },
    { "the key of one is not the value of another", "id", "[]", "[{'id':'a'}]", "['a']",
      "[{'id':'a'},'a']", NULL },
    { "removed by the client, unchanged by the server", "id", "[{'id':1,'v':'a'},{'id':2}]",
      "[{'id':1,'v':'a'},{'id':2}]", "[{'id':2}]", "[{'id':2}]", "[{'id':1,'v':'a'},{'id':2}]" },
    { "removed by the client, changed by the server", "id", "[{'id':1,'v':'a'}]",
      "[{'id':1,'v':'s'}]", "[]", "[{'id':1,'v':'s'}]", NULL },
    { "removed by the server, unchanged by the client", "id", "[{'id':1,'v':'a'}]", "[]",
      "[{'id':1,'v':'a'}]", "[]", "[{'id':1,'v':'a'}]" },
    { "removed by the server, changed by the client", "id", "[{'id':1,'v':'a'}]", "[]",
      "[{'id':1,'v':'c'}]", "[{'id':1,'v':'c'}]", NULL },

    /* One key more than once. */
    { "the first of one side is its version", "id", "[]", "[]", "[{'id':1,'v':1},{'id':1,'v':2}]",
      "[{'id':1,'v':1}]", "[{'id':1,'v':1},{'id':1,'v':2}]" },
    { "keep_both takes each content once", "id", "[]", "[{'id':1,'v':1}]",
      "[{'id':1,'v':2},{'id':1,'v':1},{'id':1,'v':2},{'id':1,'v':3}]", "[{'id':1,'v':1}]",
      "[{'id':1,'v':1},{'id':1,'v':2},{'id':1,'v':3}]" },
    { "a repeated element of the client's", NULL, "[]", "[1]", "[2,2,1,2]", "[1,2]", NULL },
};

static char *unquoted(const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);

    for (char *p = copy; p != NULL && *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

/* The members of two arrays in one order, compared as JSON. */
static bool merges_to(const struct list_case *t, bool keep_both, const char *expected, char **got)
{
    struct merge m = { .s = the_scratch() };
    const bool known = t->base == NULL || strcmp(t->base, UNKNOWN) != 0;
    char *base = unquoted(known ? t->base : NULL), *server = unquoted(t->server);
    char *client = unquoted(t->client), *want = unquoted(expected);
    const struct dwr_text b = exact_copy(text_of(base)), s = exact_copy(text_of(server));
    const struct dwr_text c = exact_copy(text_of(client));
    const struct dwr_str key = { t->key, t->key == NULL ? 0 : strlen(t->key) };
    struct dwr_text out = { NULL, 0 };
    bool same;

    cr_assert(merge_lists(&m, keep_both, key, known, b, s, c, &out));
    cr_assert_not_null(out.p);
    *got = strndup(out.p, out.n);
    same = same_json(*got, want);
    free((void *)b.p);
    free((void *)s.p);
    free((void *)c.p);
    free(base);
    free(server);
    free(client);
    free(want);
    return same;
}

Test(list, union_joins_what_both_have)
{
    for (size_t i = 0; i < sizeof list_cases / sizeof *list_cases; i++) {
        const struct list_case *t = &list_cases[i];
        char *got;

        cr_expect(merges_to(t, false, t->joined, &got), "%s: %s, not %s", t->says, t->joined, got);
        free(got);
    }
}

Test(list, keep_both_removes_only_what_both_removed)
{
    for (size_t i = 0; i < sizeof list_cases / sizeof *list_cases; i++) {
        const struct list_case *t = &list_cases[i];
        const char *const expected = t->both != NULL ? t->both : t->joined;
        char *got;

        cr_expect(merges_to(t, true, expected, &got), "%s: %s, not %s", t->says, expected, got);
        free(got);
    }
}

/* Section 4: these rules need arrays; another kind on any side is decided as by server_wins. */
Test(list, other_kinds_are_the_servers)
{
    const struct dwr_ruleset *rules = rules_with("strategy field_level;\nunion f;");
    static const char *const lines[] = {
        "{'base':{'f':[1]},'server':{'f':[2]},'client':{'f':'x'}}",
        "{'base':{'f':'x'},'server':{'f':[2]},'client':{'f':[1]}}",
        "{'base':{'f':{}},'server':{'f':[2]},'client':{'f':[1]}}",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect_answer("no array", rules, lines[i],
                      "{'doc':{'f':[2]},'status':'merged',"
                      "'fields':{'f':{'outcome':'server','conflict':true,'rule':'test.dwr:3'}}}");
    expect_answer("unset is the empty array", rules,
                  "{'base':{'f':[3]},'server':{'f':null},'client':{'f':[3,1]}}",
                  "{'doc':{'f':[1]},'fields':{'f':{'outcome':'merged','conflict':true}}}");
}

/* --- long lists take linear work --- */

/* [{"id":[FIRST]},{"id":[FIRST+STEP]},…] */
static char *long_list(uint32_t n, uint32_t first, uint32_t step, const char *member)
{
    char *text = malloc((size_t)n * 40 + 3), *to = text;

    cr_assert_not_null(text);
    *to++ = '[';
    for (uint32_t i = 0; i < n; i++)
        to += sprintf(to, "%s{\"id\":[%u]%s}", i == 0 ? "" : ",", first + i * step, member);
    *to++ = ']';
    *to = '\0';
    return text;
}

struct list_work {
    unsigned long looks;
    size_t bytes, elements;
};

/* Half of the n elements are on one side only; with a common id all have one key. */
static struct list_work list_work(uint32_t n, bool keep_both, const char *key, bool one_key)
{
    struct merge m = { .s = dwr_scratch_new() };
    char *base = long_list(n / 2, 0, one_key ? 0 : 1, "");
    char *server = long_list(n, 0, one_key ? 0 : 1, ",\"v\":{\"s\":1}");
    char *client = long_list(n, one_key ? 0 : n / 2, one_key ? 0 : 1, ",\"v\":{\"c\":1}");
    const struct dwr_str k = { key, key == NULL ? 0 : strlen(key) };
    struct dwr_text out = { NULL, 0 };
    struct list_work work;

    cr_assert_not_null(m.s);
    work_count(m.s);
    cr_assert(
        merge_lists(&m, keep_both, k, true, text_of(base), text_of(server), text_of(client), &out));
    work = (struct list_work){ .looks = work_looks, .bytes = m.s->total, .elements = 0 };
    for (size_t i = 1; i < out.n; i++)
        work.elements += out.p[i] == '[';
    m.s->scan = work_real;
    dwr_scratch_free(m.s);
    free(base);
    free(server);
    free(client);
    return work;
}

Test(list, long_lists_take_linear_work)
{
    enum { SHORT = 1000, LONG = 100000 };
    static const struct {
        const char *says, *key;
        bool keep_both, one_key;
        uint32_t elements; /* of a list of 1000 */
    } forms[] = {
        /* Unkeyed and with other contents nothing is equal: all stay. */
        { "whole values", NULL, false, false, 2 * SHORT },
        { "whole values, keep_both", NULL, true, false, 2 * SHORT },
        { "by key", "id", false, false, SHORT + SHORT / 2 },
        { "by key, keep_both", "id", true, false, 2 * SHORT },
        { "one key for all", "id", false, true, SHORT },
    };

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct list_work few =
            list_work(SHORT, forms[i].keep_both, forms[i].key, forms[i].one_key);
        const struct list_work many =
            list_work(LONG, forms[i].keep_both, forms[i].key, forms[i].one_key);

        cr_expect_eq(few.elements, forms[i].elements, "%s: %zu elements", forms[i].says,
                     few.elements);
        cr_expect_eq(many.elements, (size_t)forms[i].elements * (LONG / SHORT), "%s",
                     forms[i].says);
        cr_expect_gt(few.looks, SHORT, "%s: the work is counted", forms[i].says);
        cr_expect_leq(many.looks, few.looks * (LONG / SHORT) * 3 / 2, "%s: %lu looks, then %lu",
                      forms[i].says, few.looks, many.looks);
        cr_expect_leq(many.bytes, few.bytes * (LONG / SHORT) * 2, "%s: %zu bytes, then %zu",
                      forms[i].says, few.bytes, many.bytes);
    }
}
