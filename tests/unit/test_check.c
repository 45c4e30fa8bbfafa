/* test_check.c - what parses but means nothing, and what must not be accused. The words of each
 * finding are pinned by tests/compile_fail; here stands which finding a text earns, and where. */
#include <criterion/criterion.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"

/* The findings' codes in order, "" for none: "1005 1006". */
static const struct check_case {
    const char *says;
    const char *text;
    const char *codes;
} check_cases[] = {
    /* fields and units */
    { "a field alone, a unit, a table, a count",
      "doctype \"A\" { strategy field_level; server_wins a; "
      "client_wins together b, c; child d { key k; count_into n; } }",
      "" },
    { "guarded rules, the fields in any order",
      "doctype \"A\" { strategy field_level; server_wins "
      "together a, b when server_role = \"x\"; client_wins together b, a; }",
      "" },
    { "guarded rules in lists without together",
      "doctype \"A\" { strategy field_level; server_wins a, b "
      "when server_role = \"x\"; client_wins a; manual b; }",
      "" },
    { "one of two fields keeps a guard",
      "doctype \"A\" { strategy field_level; server_wins a, b when "
      "server_role = \"x\"; client_wins a; }",
      "1008" },
    { "guarded, unguarded, guarded",
      "doctype \"A\" { strategy field_level; server_wins a when server.b "
      "= 1; manual a; client_wins a when server.b = 2; }",
      "1007" },
    { "three rules: the second and the third are told",
      "doctype \"A\" { strategy field_level; server_wins "
      "a; manual a; client_wins a; }",
      "1005 1005" },
    { "units that share one field",
      "doctype \"A\" { strategy field_level; manual together a, b; "
      "server_wins together b, c; }",
      "1006" },
    { "units of which one holds the other",
      "doctype \"A\" { strategy field_level; manual together a, b, "
      "c; server_wins together a, b; }",
      "1006" },
    { "a field twice in one list is told once",
      "doctype \"A\" { strategy field_level; server_wins a, a; "
      "client_wins together b, b; }",
      "1011 1011" },
    { "the same field in two DocTypes",
      "doctype \"A\" { strategy field_level; server_wins a; } doctype "
      "\"B\" { strategy field_level; client_wins a; child c { key a; } }",
      "" },
    { "docstatus may have a rule", "doctype \"A\" { strategy field_level; client_wins docstatus; }",
      "" },
    { "idx and owner may not", "doctype \"A\" { strategy field_level; client_wins idx, owner; }",
      "1012 1012" },
    { "parent is a field of documents",
      "doctype \"A\" { strategy field_level; client_wins parent; }", "" },
    { "in rows a key or order_by may be called so",
      "doctype \"A\" { strategy field_level; child t { key "
      "name; order_by idx; on_same_key fields { max idx; } } }",
      "" },
    { "rows of one key have it in common",
      "doctype \"A\" { strategy field_level; child t { key a, b; on_same_key fields { client_wins b; "
      "} } }",
      "3002" },
    { "fields decides about some member",
      "doctype \"A\" { strategy field_level; child t { key a; on_same_key fields { } } }", "3002" },
    { "otherwise they are no members",
      "doctype \"A\" { strategy field_level; child t { key k; on_same_key "
      "fields { manual name; max idx, _x; } } }",
      "1012 1012 1012" },
    { "rows of two tables do not meet",
      "doctype \"A\" { strategy field_level; child t { key k; "
      "on_same_key fields { sum q; } } child u { key k; on_same_key fields { max q; } } }",
      "" },
    { "two rules for a member",
      "doctype \"A\" { strategy field_level; child t { key k; on_same_key "
      "fields { sum q; max q; } } }",
      "1005" },

    /* strategies */
    { "every strategy",
      "doctype \"A\" { strategy server_wins; } doctype \"B\" { strategy server_only; } "
      "doctype \"C\" { strategy client_wins; } doctype \"D\" { strategy last_write_wins; } doctype "
      "\"E\" { "
      "strategy field_level; otherwise manual; } doctype \"F\" { strategy manual_resolve; } "
      "doctype \"G\" "
      "{ strategy append_only; branch \"{name}\" version_field v; } doctype \"H\" { strategy "
      "version_all; "
      "branch \"{name}_{timestamp}\" version_field v; }",
      "" },
    { "every DocType says its strategy, default need not",
      "default { reason \"x\"; } doctype \"A\" { }", "1003" },
    { "default's own strategy takes otherwise",
      "default { strategy field_level; otherwise client_wins; }", "" },
    { "default without strategy does not", "default { otherwise client_wins; }", "1004" },
    { "default holds what it may",
      "default { strategy client_wins; tombstone { allow_delete no; "
      "soft_delete status = \"x\"; ttl 9d; } offline create no; notify conflict; push_priority 4 "
      "when "
      "status = \"x\"; meta updatedAt; }",
      "" },

    /* tombstones */
    { "a soft delete by default's allow_delete",
      "default { tombstone { allow_delete no; } } doctype \"A\" "
      "{ strategy server_wins; tombstone { soft_delete a = 1; } }",
      "" },
    { "the shortest and the longest time",
      "sync { max_offline 1s; } doctype \"A\" { strategy server_wins; tombstone { ttl 1s; "
      "archive_after 36500d; } }",
      "" },
    { "one second more", "doctype \"A\" { strategy server_wins; tombstone { ttl 3153600001s; } }",
      "1020" },

    /* tables */
    { "an append-only table may say first_write_wins",
      "doctype \"A\" { strategy append_only; child t { "
      "key k; on_same_key first_write_wins; append_only yes; } }",
      "" },
    { "append_only no takes any rule",
      "doctype \"A\" { strategy field_level; child t { key k; append_only "
      "no; on_same_key manual; removes yes; } }",
      "" },
    { "two tables count into one field",
      "doctype \"A\" { strategy field_level; child t { key k; "
      "count_into n; } child u { key k; count_into n; } }",
      "1002" },

    /* conditions */
    { "what may be asked while merging",
      "doctype \"A\" { strategy field_level; lock when server.a = "
      "client.a and base.a changed_no = 1; }",
      "1" },
    { "roles, users and changes while merging",
      "doctype \"A\" { strategy field_level; lock when "
      "server_role = \"x\" and client_role not in (\"y\") and client_user = server.owner and a "
      "changes and "
      "server_role is set; }",
      "" },
    { "a string on the left while merging is a value",
      "doctype \"A\" { strategy field_level; lock when "
      "\"x\" = server.a; }",
      "" },
    { "push_priority asks about the write",
      "doctype \"A\" { strategy field_level; push_priority 1 when "
      "created or a becomes 1 and b changes or \"not\" is set; push_priority 10; }",
      "" },

    /* one thing at a time: a broken block is not accused of what it may have meant */
    { "a broken strategy", "doctype \"A\" {\n strategy x;\n server_wins a;\n}", "1" },
    { "a broken key", "doctype \"A\" {\n strategy server_wins;\n child t {\n key ;\n }\n}", "1" },
    { "a broken last rule",
      "doctype \"A\" {\n strategy server_wins;\n manual a when server.b = 1;\n "
      "client_wins a b;\n}",
      "1" },
    { "a broken DocType's tests",
      "doctype A { strategy server_wins; } test \"t\" for \"A\" { client {} "
      "expect success; }",
      "1" },

    /* tests */
    { "a test of a DocType that default decides",
      "default { strategy client_wins; } test \"t\" for "
      "\"Anything\" { client {\"a\": 1} expect outcome a client; }",
      "" },
    { "a delete needs no client",
      "doctype \"A\" { strategy server_wins; } test \"t\" for \"A\" { server {} "
      "op delete; expect success; }",
      "" },
    { "a field of the server's document",
      "doctype \"A\" { strategy server_wins; } test \"t\" for \"A\" { "
      "server {\"x\": {\"y\": 1}} client {} expect no conflict x; expect no conflict y; }",
      "5002" },
    { "a field that the document writes with escapes",
      "doctype \"A\" { strategy server_wins; } test \"t\" for \"A\" { "
      "server {\"q\\\"q\": 1, \"\\u0078\": 1} client {} "
      "expect no conflict \"q\\\"q\"; expect no conflict x; expect no conflict y; }",
      "5002" },
};

static void codes_of(const char *text, char *codes, size_t size)
{
    struct arena arena = { 0 };
    struct ast_ruleset rules = { 0 };
    struct diag diag;
    size_t n = 0;

    diag_init(&diag, &arena, &rules.sources);
    parse_text(&arena, &rules, &diag, "rules/a.dwr", text, strlen(text), NULL);
    check_rules(&arena, &rules, &diag);
    diag_sort(&diag);
    codes[0] = '\0';
    for (uint32_t i = 0; i < diag.count; i++)
        n += (size_t)snprintf(codes + n, size - n, "%s%d", i == 0 ? "" : " ", (int)diag.v[i]->code);
    arena_clear(&arena);
}

Test(check, each_text_earns_its_findings)
{
    char codes[256];

    for (size_t i = 0; i < sizeof check_cases / sizeof *check_cases; i++) {
        codes_of(check_cases[i].text, codes, sizeof codes);
        cr_expect_str_eq(codes, check_cases[i].codes, "%s: '%s', not '%s'", check_cases[i].says,
                         codes, check_cases[i].codes);
    }
}

/* A broken statement anywhere leads to nothing but its own finding. */
Test(check, a_broken_statement_is_one_finding)
{
    static const char *const statements[] = {
        "strategy field_level;",
        "server_wins a;",
        "client_wins a when server.b = 1;",
        "child t { key k; on_same_key sum(q); }",
        "tombstone { allow_delete no; soft_delete s = 1; }",
        "lock when server.a = 1;",
        "notify moved when p changes;",
        "effect e when s becomes 1 { create \"X\"; }",
        "push_priority 3;",
        "offline create no;",
        "link l -> \"X\";",
        "meta m;",
        "no_overlap by h from a to b;",
    };
    const size_t count = sizeof statements / sizeof *statements;
    char text[2048], codes[256];

    for (size_t broken = 0; broken < count; broken++) {
        size_t n = (size_t)snprintf(text, sizeof text, "doctype \"A\" {\n");

        for (size_t i = 0; i < count; i++) {
            if (i == 1 || i == 2) /* the guarded rule stands first */
                n += (size_t)snprintf(text + n, sizeof text - n, "    %s%s\n",
                                      i == broken ? "% " : "", statements[3 - i]);
            else
                n += (size_t)snprintf(text + n, sizeof text - n, "    %s%s\n",
                                      i == broken ? "% " : "", statements[i]);
        }
        snprintf(text + n, sizeof text - n, "}\n");
        codes_of(text, codes, sizeof codes);
        cr_expect_str_eq(codes, "4", "with %s: %s", statements[broken], codes);
    }
}
