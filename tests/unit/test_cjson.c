/* test_cjson.c - the adapter for programs that hold cJSON trees (dwr_cjson.h). */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "../../runtime/dwr_cjson.h"
#include "rules_of.h"

static cJSON *tree(const char *text)
{
    cJSON *t = text == NULL ? NULL : cJSON_Parse(text);

    cr_assert(text == NULL || t != NULL, "JSON in a test: %s", text);
    return t;
}

/* Each member of a write as text; NULL: absent. */
static const struct cjson_case {
    const char *says;
    enum dwr_op op;
    const char *base, *server, *client, *client_ts, *server_ts, *now, *server_role, *client_role,
        *client_user, *answer;
} cjson_cases[] = {
    { "an update", DWR_UPDATE, "{}", "{\"a\":1}", "{\"b\":2}", NULL, NULL, NULL, NULL, NULL, NULL,
      "{\"id\":null,\"status\":\"merged\",\"doc\":{\"a\":1,\"b\":2},\"fields\":{\"b\":{\"outcome\":"
      "\"client\",\"conflict\":false,\"base\":null,\"server\":null,\"client\":2,\"rule\":"
      "\"test.dwr:2\"}},\"notifications\":[]}" },
    { "an insert", DWR_INSERT, NULL, NULL, "{\"name\":\"N\"}", NULL, NULL, NULL, NULL, NULL, NULL,
      "{\"id\":null,\"status\":\"success\",\"doc\":{\"name\":\"N\"},\"fields\":{},"
      "\"notifications\":[]}" },
    { "a delete", DWR_DELETE, "{}", "{}", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
      "{\"id\":null,\"status\":\"success\",\"doc\":null,\"fields\":{},\"notifications\":[],"
      "\"rule\":\"test.dwr:2\"}" },
    { "an undelete", DWR_UNDELETE, NULL, "{\"_deleted\":true,\"a\":1}", NULL, NULL, NULL, NULL,
      NULL, NULL, NULL,
      "{\"id\":null,\"status\":\"success\",\"doc\":{\"a\":1},\"fields\":{},\"notifications\":[]}" },
    { "null is absent", DWR_UPDATE, "null", "{\"a\":1}", "{\"b\":2}", "null", "null", "null",
      "null", "null", "null",
      "{\"id\":null,\"status\":\"success\",\"doc\":{\"a\":1,\"b\":2},\"fields\":{\"b\":{"
      "\"outcome\":"
      "\"client\",\"conflict\":false,\"base\":null,\"server\":null,\"client\":2,\"rule\":"
      "\"test.dwr:2\"}},\"notifications\":[]}" },
    { "times, by which t goes to the client", DWR_UPDATE, "{\"t\":0}", "{\"t\":1}", "{\"t\":2}",
      "\"2026-03-05\"", "{\"t\":\"2026-03-02\",\"*\":\"2026-03-09\"}", "\"2026-03-03\"", NULL, NULL,
      NULL,
      "{\"id\":null,\"status\":\"success\",\"doc\":{\"t\":2},\"fields\":{\"t\":{\"outcome\":"
      "\"client\",\"conflict\":true,\"base\":0,\"server\":1,\"client\":2,\"rule\":"
      "\"test.dwr:3\"}},\"notifications\":[]}" },
    { "now before the server's time", DWR_UPDATE, "{\"t\":0}", "{\"t\":1}", "{\"t\":2}",
      "\"2026-03-05\"", "\"2026-03-02\"", "\"2026-03-01\"", NULL, NULL, NULL,
      "{\"id\":null,\"status\":\"merged\",\"doc\":{\"t\":1},\"fields\":{\"t\":{\"outcome\":"
      "\"server\",\"conflict\":true,\"base\":0,\"server\":1,\"client\":2,\"rule\":"
      "\"test.dwr:3\"}},\"notifications\":[]}" },
    { "roles and user", DWR_UPDATE, "{\"r\":0}", "{\"r\":1}", "{\"r\":2}", NULL, NULL, NULL,
      "[\"x\",\"boss\"]", "\"tech\"", "\"MIA\"",
      "{\"id\":null,\"status\":\"success\",\"doc\":{\"r\":2},\"fields\":{\"r\":{\"outcome\":"
      "\"client\",\"conflict\":true,\"base\":0,\"server\":1,\"client\":2,\"rule\":"
      "\"test.dwr:4\"}},\"notifications\":[]}" },
    { "another user", DWR_UPDATE, "{\"r\":0}", "{\"r\":1}", "{\"r\":2}", NULL, NULL, NULL,
      "[\"x\",\"boss\"]", "\"tech\"", "\"BEN\"",
      "{\"id\":null,\"status\":\"merged\",\"doc\":{\"r\":1},\"fields\":{\"r\":{\"outcome\":"
      "\"server\",\"conflict\":true,\"base\":0,\"server\":1,\"client\":2,\"rule\":"
      "\"test.dwr:5\"}},\"notifications\":[]}" },
};

static const struct dwr_doctype *the_doctype(void)
{
    return rules_with("strategy field_level;\n"
                      "last_write_wins t;\n"
                      "client_wins r when server_role = \"boss\" and client_role = \"tech\" and "
                      "client_user = \"MIA\";\n"
                      "server_wins r;")
        ->doctypes;
}

Test(cjson, trees_in_and_a_tree_out)
{
    for (size_t i = 0; i < sizeof cjson_cases / sizeof *cjson_cases; i++) {
        const struct cjson_case *t = &cjson_cases[i];
        cJSON *trees[9] = { tree(t->base),        tree(t->server),      tree(t->client),
                            tree(t->client_ts),   tree(t->server_ts),   tree(t->now),
                            tree(t->server_role), tree(t->client_role), tree(t->client_user) };
        const struct dwr_cjson_write w = { t->op,    trees[0], trees[1], trees[2], trees[3],
                                           trees[4], trees[5], trees[6], trees[7], trees[8] };
        cJSON *answer = NULL, *expected = tree(t->answer);
        char *text;

        cr_assert_eq(dwr_cjson_merge(the_doctype(), &w, the_scratch(), &answer), DWR_OK, "%s",
                     t->says);
        text = cJSON_PrintUnformatted(answer);
        cr_expect(cJSON_Compare(answer, expected, true), "%s: %s", t->says, text);
        cJSON_free(text);
        cJSON_Delete(answer);
        cJSON_Delete(expected);
        for (size_t k = 0; k < 9; k++)
            cJSON_Delete(trees[k]);
    }
}

static void expect_failure(const char *says, cJSON *server, cJSON *client, enum dwr_rc rc)
{
    const struct dwr_cjson_write w = { .server = server, .client = client };
    cJSON *answer = server; /* anything but NULL */

    cr_expect_eq(dwr_cjson_merge(the_doctype(), &w, the_scratch(), &answer), rc, "%s", says);
    cr_expect_null(answer, "%s", says);
    cJSON_Delete(server);
    cJSON_Delete(client);
}

Test(cjson, failures_leave_no_answer)
{
    cJSON *twice = tree("{\"a\":1}"), *deep = tree("{}");

    cJSON_AddNumberToObject(twice, "a", 2);
    expect_failure("a name twice", tree("{}"), twice, DWR_DUPLICATE_KEY);
    twice = tree("{\"a\":1}");
    cJSON_AddNumberToObject(twice, "a", 2);
    expect_failure("a name twice on the server", twice, tree("{}"), DWR_DUPLICATE_KEY);
    expect_failure("an array", tree("{}"), tree("[]"), DWR_INVALID_JSON);
    expect_failure("a string where the server's document should be", tree("\"x\""), tree("{}"),
                   DWR_INVALID_JSON);
    for (int i = 0; i < 64; i++) {
        cJSON *outer = cJSON_CreateObject();

        cJSON_AddItemToObject(outer, "x", deep);
        deep = outer;
    }
    expect_failure("65 levels", tree("{}"), deep, DWR_TOO_DEEP);
    twice = cJSON_CreateObject();
    cJSON_AddStringToObject(twice, "a", "\xFF");
    expect_failure("bytes that are no UTF-8", tree("{}"), twice, DWR_INVALID_UTF8);
    dwr_scratch_limit(the_scratch(), 16);
    expect_failure("above the limit", tree("{}"), tree("{\"a\":\"0123456789\"}"), DWR_TOO_LARGE);
    dwr_scratch_limit(the_scratch(), DWR_DOCUMENT_MAX);
}

/* --- cJSON without memory --- */

static long allowed;

static void *scarce(size_t n)
{
    return allowed-- > 0 ? malloc(n) : NULL;
}

Test(cjson, no_memory_for_trees_is_an_error_of_its_own)
{
    cJSON *base = tree("{\"t\":0}"), *server = tree("{\"t\":1,\"x\":[1,2]}"),
          *client = tree("{\"t\":2}");
    cJSON_Hooks hooks = { .malloc_fn = scarce, .free_fn = free };
    const struct dwr_cjson_write w = { .base = base, .server = server, .client = client };
    const struct dwr_doctype *d = the_doctype();
    bool merged = false;
    long n;

    cJSON_InitHooks(&hooks);
    for (n = 0; n < 1000 && !merged; n++) {
        cJSON *answer = base;
        enum dwr_rc rc;

        allowed = n;
        rc = dwr_cjson_merge(d, &w, the_scratch(), &answer);
        merged = rc == DWR_OK;
        cr_expect_eq(answer != NULL, merged, "with %ld allocations", n);
        cr_expect(merged || rc == DWR_NOMEM, "with %ld allocations: %s", n, dwr_rc_name(rc));
        cJSON_Delete(answer);
    }
    cJSON_InitHooks(NULL);
    cr_expect(merged, "with enough of them it merges");
    cr_expect_gt(n, 10, "and it takes some: %ld", n);
    cJSON_Delete(base);
    cJSON_Delete(server);
    cJSON_Delete(client);
}
