/* test_plan.c - what the rules become: defaults filled in, names and units, conditions. Every case
 * is a sentence of runtime/SEMANTICS.md, grammar/LANGUAGE.md or runtime/tables.h. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "../../runtime/name_hash.h"

/* One rule set at a time; tests run in processes of their own. */
static struct arena arena;
static struct ast_ruleset ast;
static struct diag diag;

static const struct dwr_ruleset *plan(const char *text)
{
    static const struct parse_options options;
    const struct dwr_ruleset *rules;

    ast = (struct ast_ruleset){ .symbol_count = 0 };
    diag_init(&diag, &arena, &ast.sources);
    parse_text(&arena, &ast, &diag, "t.dwr", text, strlen(text), &options);
    check_rules(&arena, &ast, &diag);
    cr_assert_eq(diag.errors, 0, "%s: %.*s", text, diag.errors ? (int)diag.v[0]->text.n : 0,
                 diag.errors ? diag.v[0]->text.p : "");
    rules = plan_rules(&arena, &ast, &diag);
    cr_assert_not_null(rules);
    return rules;
}

static void clear(void)
{
    arena_clear(&arena);
}

static bool is(struct dwr_str s, const char *expected)
{
    return expected ? s.n == strlen(expected) && memcmp(s.p, expected, s.n) == 0 : s.p == NULL;
}

static uint16_t find(const struct dwr_names *names, const char *name)
{
    return (uint16_t)dwr_names_find(names, name, strlen(name));
}

static const struct dwr_name *named(const struct dwr_names *names, const char *name)
{
    const uint16_t i = find(names, name);

    cr_assert_neq(i, DWR_NONE, "'%s' is listed", name);
    return &names->v[i];
}

static const struct dwr_unit *unit_of(const struct dwr_doctype *d, const char *field)
{
    const struct dwr_name *name = named(&d->names, field);

    cr_assert_eq(name->role, DWR_NAME_UNIT, "'%s' has a rule of its own", field);
    return &d->units[name->index];
}

/* --- defaults --- */

Test(plan, built_in_defaults_where_nothing_is_said, .fini = clear)
{
    const struct dwr_ruleset *r = plan("doctype \"A\" { strategy client_wins; }");
    const struct dwr_doctype *d = &r->doctypes[0];

    cr_expect(d->tombstone.allow_delete);
    cr_expect(d->tombstone.delete_wins_over_update);
    cr_expect_eq(d->tombstone.ttl_seconds, 30u * 86400);
    cr_expect_eq(d->tombstone.soft_delete.field, DWR_NONE);
    cr_expect_eq(d->tombstone.archive_after_seconds, 0);
    cr_expect(is(d->tombstone.ttl_at, NULL), "no line says it");
    cr_expect(d->offline.create && d->offline.update && d->offline.delete_);
    cr_expect_not(d->notify_conflict);
    cr_expect_eq(d->version_field, DWR_NONE);
    cr_expect_eq(r->sync.max_offline_seconds, 168u * 3600);
    cr_expect_eq(r->sync.force_reauth_seconds, 336u * 3600);
    cr_expect_eq(r->sync.batch_size, 100);
    cr_expect_eq(r->sync.manual_timeout_seconds, 0);
    cr_expect(is(r->sync.notify_channel, "push"));
    cr_expect_eq(r->sync.change_retention_seconds, 30u * 86400);
    cr_expect_eq(r->sync.feed_limit, 100);
    cr_expect_eq(r->sync.feed_limit_max, 500);
    cr_expect(is(r->attachments.strategy, "metadata_first"));
    cr_expect_eq(r->attachments.auto_sync_max_bytes, 5u << 20);
    cr_expect_not(r->attachments.thumbnails);
    cr_expect_eq(r->attachments.local_cache_bytes, 500u << 20);
    cr_expect(is(r->attachments.evict, "lru"));
    cr_expect_eq(r->retry.backoff_count, 6);
    cr_expect_eq(r->retry.backoff_seconds[5], 300);
    cr_expect_eq(r->retry.max_attempts, 10);
}

Test(plan, doctypes_not_named_follow_the_default_block_or_server_wins, .fini = clear)
{
    const struct dwr_ruleset *r = plan("doctype \"A\" { strategy client_wins; }");

    cr_expect_eq(r->other.strategy, DWR_STRATEGY_SERVER_WINS);
    cr_expect(is(r->other.name, NULL));
    cr_expect(is(r->other.at, NULL));
    cr_expect(r->other.free_together);
    cr_expect_eq(unit_of(&r->other, "docstatus")->rules[0].kind, DWR_RULE_SERVER_ONLY);

    r = plan("default {\n strategy field_level;\n otherwise max;\n meta rev;\n push_priority 7; }");
    cr_expect_eq(r->other.strategy, DWR_STRATEGY_FIELD_LEVEL);
    cr_expect(is(r->other.at, "t.dwr:2") || is(r->other.at, "/t.dwr:2"), "%.*s", (int)r->other.at.n,
              r->other.at.p);
    cr_expect_eq(r->other.free_rule.kind, DWR_RULE_MAX);
    cr_expect_eq(named(&r->other.names, "rev")->role, DWR_NAME_META);
    cr_expect_eq(r->other.priority_count, 1);
}

Test(plan, a_doctype_takes_from_default_each_member_it_does_not_state_and_nothing_else,
     .fini = clear)
{
    const struct dwr_ruleset *r = plan(
        "sync { max_offline 5d; }\n"
        "default { strategy field_level; otherwise max; meta rev; push_priority 7; notify conflict;\n"
        " tombstone { allow_delete no; soft_delete gone = true; ttl 5d;\n"
        "  delete_wins_over_update no; archive_after 9d when state = \"x\"; }\n"
        " offline create no, delete no; }\n"
        "doctype \"A\" { strategy field_level;\n"
        " tombstone { ttl 7d; }\n"
        " offline delete yes; }");
    const struct dwr_doctype *d = &r->doctypes[0];

    cr_expect_eq(d->tombstone.ttl_seconds, 7u * 86400, "its own");
    cr_expect_not(d->tombstone.allow_delete, "the default's");
    cr_expect_not(d->tombstone.delete_wins_over_update, "the default's");
    cr_expect_eq(d->tombstone.soft_delete.field, find(&d->names, "gone"), "as its own field");
    cr_expect_eq(d->tombstone.archive_after_seconds, 9u * 86400);
    cr_expect_eq(d->tombstone.archive_when->left.field, find(&d->names, "state"));
    cr_expect_not(d->offline.create, "the default's");
    cr_expect(d->offline.update, "nobody's");
    cr_expect(d->offline.delete_, "its own");
    cr_expect(d->notify_conflict);
    cr_expect_eq(d->free_rule.kind, DWR_RULE_SERVER_WINS, "otherwise is not taken");
    cr_expect_eq(d->priority_count, 0, "push_priority is not taken");
    cr_expect_eq(find(&d->names, "rev"), DWR_NONE, "meta is not taken");
}

static const struct strategy_case {
    const char *word;
    enum dwr_rule_kind rule;
    bool together;
} strategy_cases[] = {
    { "server_wins", DWR_RULE_SERVER_WINS, true },
    { "server_only", DWR_RULE_SERVER_ONLY, false },
    { "client_wins", DWR_RULE_CLIENT_WINS, false },
    { "last_write_wins", DWR_RULE_LAST_WRITE_WINS, false },
    { "field_level", DWR_RULE_SERVER_WINS, false },
    { "manual_resolve", DWR_RULE_MANUAL, true },
    { "append_only", DWR_RULE_IMMUTABLE, false },
    { "version_all", DWR_RULE_BRANCH, true },
};

Test(plan, strategies_decide_the_fields_without_a_rule, .fini = clear)
{
    for (size_t i = 0; i < sizeof strategy_cases / sizeof *strategy_cases; i++) {
        const struct strategy_case *t = &strategy_cases[i];
        char text[100];
        const struct dwr_doctype *d;

        snprintf(text, sizeof text, "doctype \"A\" {\n\n strategy %s; }", t->word);
        d = &plan(text)->doctypes[0];
        cr_expect_eq(d->free_rule.kind, t->rule, "%s", t->word);
        cr_expect_eq(d->free_together, t->together, "%s", t->word);
        cr_expect(is(d->free_rule.at, "t.dwr:3"), "%s: %.*s", t->word, (int)d->free_rule.at.n,
                  d->free_rule.at.p);
        cr_expect_eq(unit_of(d, "docstatus")->rules[0].kind, DWR_RULE_SERVER_ONLY, "%s", t->word);
        cr_expect(is(unit_of(d, "docstatus")->rules[0].at, "t.dwr:3"), "%s", t->word);
    }
}

Test(plan, branches_have_a_pattern_where_their_strategy_makes_them, .fini = clear)
{
    const struct dwr_ruleset *r =
        plan("doctype \"A\" { strategy version_all; }\n"
             "doctype \"B\" { strategy append_only; branch \"{name}~\" version_field v; }\n"
             "doctype \"C\" { strategy server_wins; }");

    cr_expect(is(r->doctypes[0].branch, "{name}_conflict_{timestamp}"));
    cr_expect(is(r->doctypes[0].branch_at, NULL));
    cr_expect_eq(r->doctypes[0].version_field, DWR_NONE);
    cr_expect(is(r->doctypes[1].branch, "{name}~"));
    cr_expect(is(r->doctypes[1].branch_at, "t.dwr:2"));
    cr_expect_eq(named(&r->doctypes[1].names, "v")->role, DWR_NAME_VERSION);
    cr_expect_eq(r->doctypes[1].version_field, find(&r->doctypes[1].names, "v"));
    cr_expect(is(r->doctypes[2].branch, NULL));
}

/* --- names --- */

Test(plan, every_field_that_a_statement_names_is_listed_once_and_meta_behind, .fini = clear)
{
    static const char *const expected[] = {
        "s",    "c",       "w",     "v",        "lock",     "except",      "link", "n",         "m",
        "name", "doctype", "owner", "creation", "modified", "modified_by", "idx",  "docstatus",
    };
    const struct dwr_doctype *d = &plan("doctype \"A\" { strategy manual_resolve;\n"
                                        " server_wins s when client.c = 1;\n"
                                        " manual s { watch w; set v = 1; }\n"
                                        " lock when server.lock is set except except;\n"
                                        " link link -> \"B\";\n"
                                        " notify changed when n changes;\n"
                                        " meta m; }\n"
                                        "doctype \"B\" { strategy server_wins; }")
                                       ->doctypes[0];

    cr_assert_eq(d->names.count, sizeof expected / sizeof *expected);
    for (uint16_t i = 0; i < d->names.count; i++)
        cr_expect(is(d->names.v[i].name, expected[i]), "name %u is '%s', got '%.*s'", i,
                  expected[i], (int)d->names.v[i].name.n, d->names.v[i].name.p);
    cr_expect_eq(named(&d->names, "c")->role, DWR_NAME_FREE, "named in a condition only");
    cr_expect_eq(named(&d->names, "m")->role, DWR_NAME_META);
    cr_expect_eq(named(&d->names, "modified_by")->role, DWR_NAME_META);
}

Test(plan, what_begins_with_an_underscore_is_meta_even_where_a_condition_names_it, .fini = clear)
{
    const struct dwr_doctype *d =
        &plan(
             "doctype \"A\" { strategy field_level; server_wins a when server._x = 1; client_wins a; }")
             ->doctypes[0];

    cr_expect_eq(named(&d->names, "_x")->role, DWR_NAME_META);
}

Test(plan, docstatus_has_the_rule_that_the_author_gives_it, .fini = clear)
{
    const struct dwr_doctype *d =
        &plan("doctype \"A\" { strategy field_level; client_wins docstatus; }")->doctypes[0];

    cr_expect_eq(d->unit_count, 1);
    cr_expect_eq(unit_of(d, "docstatus")->rules[0].kind, DWR_RULE_CLIENT_WINS);
}

/* --- units --- */

Test(plan, a_list_makes_units_and_together_makes_one, .fini = clear)
{
    const struct dwr_doctype *d =
        &plan("doctype \"A\" { strategy field_level;\n"
              " client_wins x, a, b;\n"
              " manual together d, c, e { provisional client; watch x; set a = \"v\"; } }")
             ->doctypes[0];
    const struct dwr_unit *u = unit_of(d, "c");

    cr_expect_neq(unit_of(d, "a"), unit_of(d, "b"));
    cr_expect_eq(unit_of(d, "a")->field_count, 1);
    cr_expect_eq(u->field_count, 3);
    cr_expect_eq(u, unit_of(d, "d"));
    cr_expect_eq(u, unit_of(d, "e"));
    cr_expect_eq(u->fields[0], find(&d->names, "d"), "in the author's order");
    cr_expect(u->rules[0].provisional_client);
    cr_expect_eq(u->rules[0].watch[0], find(&d->names, "x"));
    cr_expect_eq(u->rules[0].set[0].field, find(&d->names, "a"));
    cr_expect(is(u->rules[0].set[0].value, "\"v\""));
    cr_expect(is(u->rules[0].at, "t.dwr:3"));
}

Test(plan, guarded_rules_of_a_unit_stand_in_order_whatever_is_between, .fini = clear)
{
    const struct dwr_doctype *d = &plan("doctype \"A\" { strategy field_level;\n"
                                        " server_wins a, b when server_role = \"x\";\n"
                                        " sum z;\n"
                                        " client_wins b when client_role = \"y\";\n"
                                        " manual a;\n"
                                        " immutable b;\n"
                                        " max between;\n"
                                        " server_wins together p, q when server.z > 1;\n"
                                        " client_wins together q, p; }")
                                       ->doctypes[0];
    const struct dwr_unit *a = unit_of(d, "a"), *b = unit_of(d, "b"), *p = unit_of(d, "p");

    cr_assert_eq(a->rule_count, 2);
    cr_expect_eq(a->rules[0].kind, DWR_RULE_SERVER_WINS);
    cr_expect_not_null(a->rules[0].when);
    cr_expect_eq(a->rules[1].kind, DWR_RULE_MANUAL);
    cr_expect_null(a->rules[1].when);
    cr_assert_eq(b->rule_count, 3);
    cr_expect_eq(b->rules[1].kind, DWR_RULE_CLIENT_WINS);
    cr_expect(is(b->rules[2].at, "t.dwr:6"));
    cr_expect_eq(p, unit_of(d, "q"));
    cr_expect_eq(p->rule_count, 2);
}

/* --- conditions --- */

Test(plan, the_literal_of_a_comparison_stands_on_the_right, .fini = clear)
{
    const struct dwr_doctype *d =
        &plan("doctype \"A\" { strategy server_wins; lock when server.a < 5; }")->doctypes[0];

    cr_expect_eq(d->lock->op, DWR_COND_LT);
    cr_expect_eq(d->lock->left.side, DWR_SIDE_SERVER);
    cr_expect_eq(d->lock->right.side, DWR_SIDE_VALUE);
    cr_expect_eq(d->lock->value_count, 1);
    cr_expect(is(d->lock->values[0], "5"));
    d = &plan("doctype \"A\" { strategy server_wins; lock when server.a != client.b; }")
             ->doctypes[0];
    cr_expect_eq(d->lock->right.side, DWR_SIDE_CLIENT);
    cr_expect_eq(d->lock->right.field, find(&d->names, "b"));
    cr_expect_eq(d->lock->value_count, 0);
}

static unsigned depth(const struct dwr_cond *c)
{
    const unsigned a = c->a ? depth(c->a) : 0, b = c->b ? depth(c->b) : 0;

    return 1 + (a > b ? a : b);
}

/* The leaves from left to right, as the values they compare with. */
static void leaves(const struct dwr_cond *c, char *text)
{
    if (c->a)
        leaves(c->a, text);
    if (c->b)
        leaves(c->b, text);
    if (!c->a)
        strncat(text, c->values[0].p, c->values[0].n);
}

Test(plan, a_chain_of_one_word_is_a_flat_tree_in_the_same_order, .fini = clear)
{
    const struct dwr_doctype *d =
        &plan("doctype \"A\" { strategy server_wins; lock when server.a = 1 or server.a = 2\n"
              " or server.a = 3 or server.a = 4 or server.a = 5 or server.a = 6 or server.a = 7\n"
              " or not (not (server.a = 8 and server.a = 9)); }")
             ->doctypes[0];
    char text[20] = "";

    leaves(d->lock, text);
    cr_expect_str_eq(text, "123456789");
    cr_expect_leq(depth(d->lock), 5, "eight alternatives, one of them two: depth %u",
                  depth(d->lock));
}

/* --- tables --- */

static const char tables[] =
    "doctype \"A\" { strategy field_level; meta stamp;\n"
    " child plain { key k; }\n"
    " child stock { key k, idx; order_by t; on_same_key sum(f, g); removes yes; }\n"
    " child parts { key k; on_same_key fields { client_wins together a, b; otherwise max; }\n"
    "  append_only no; count_into n; hold when status changes; } }";

Test(plan, a_table_lists_its_members_and_what_is_none, .fini = clear)
{
    const struct dwr_doctype *d = &plan(tables)->doctypes[0];
    const struct dwr_table *plain = &d->tables[0], *stock = &d->tables[1];
    static const char *const none[] = { "name",     "doctype",     "owner",       "creation",
                                        "modified", "modified_by", "idx",         "docstatus",
                                        "parent",   "parenttype",  "parentfield", "stamp" };

    cr_assert_eq(d->table_count, 3);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect_eq(named(&plain->names, none[i])->role, DWR_NAME_META, "%s", none[i]);
    cr_expect_eq(plain->names.count, 13);
    cr_expect_eq(plain->key_count, 1);
    cr_expect_eq(named(&plain->names, "k")->role, DWR_NAME_FREE);
    cr_expect_eq(plain->order_by, DWR_NONE);
    cr_expect_eq(plain->count_into, DWR_NONE);
    cr_expect_eq(plain->same_key, DWR_SAME_KEY_SERVER_WINS, "the default");
    cr_expect(is(plain->same_key_at, NULL));
    cr_expect_eq(named(&d->names, "plain")->role, DWR_NAME_TABLE);

    cr_expect_eq(named(&stock->names, "idx")->role, DWR_NAME_FREE, "named as key");
    cr_expect_eq(stock->key[1], find(&stock->names, "idx"));
    cr_expect_eq(stock->order_by, find(&stock->names, "t"));
    cr_expect(stock->removes);
    cr_expect(is(stock->removes_at, "t.dwr:3"));
}

Test(plan, sum_is_short_for_fields, .fini = clear)
{
    const struct dwr_table *t = &plan(tables)->doctypes[0].tables[1];

    cr_expect_eq(t->same_key, DWR_SAME_KEY_FIELDS);
    cr_assert_eq(t->unit_count, 2);
    cr_expect_eq(t->units[1].rules[0].kind, DWR_RULE_SUM);
    cr_expect_eq(t->units[1].fields[0], find(&t->names, "g"));
    cr_expect(is(t->units[1].rules[0].at, "t.dwr:3"));
    cr_expect_eq(t->otherwise.kind, DWR_RULE_SERVER_WINS);
    cr_expect(is(t->otherwise.at, "t.dwr:3"));
}

Test(plan, fields_of_a_row_have_their_rules_and_otherwise, .fini = clear)
{
    const struct dwr_doctype *d = &plan(tables)->doctypes[0];
    const struct dwr_table *t = &d->tables[2];

    cr_expect_eq(t->unit_count, 1);
    cr_expect_eq(t->units[0].field_count, 2);
    cr_expect_eq(t->otherwise.kind, DWR_RULE_MAX);
    cr_expect_not(t->append_only);
    cr_expect(is(t->append_only_at, "t.dwr:5"));
    cr_expect_eq(t->count_into, find(&d->names, "n"));
    cr_expect_eq(named(&d->names, "n")->role, DWR_NAME_COUNT);
    cr_expect_eq(named(&d->names, "n")->index, 2);
    cr_expect_eq(t->hold->op, DWR_COND_CHANGES);
    cr_expect_eq(t->hold->left.field, find(&d->names, "status"), "a field of the document");
}

Test(plan, tables_of_an_append_only_doctype_are_append_only, .fini = clear)
{
    const struct dwr_ruleset *r = plan(
        "doctype \"A\" { strategy append_only; child c { key k; } }\n"
        "doctype \"B\" { strategy server_wins; child c { key k; append_only yes; } child d { key k; } }");

    cr_expect(r->doctypes[0].tables[0].append_only);
    cr_expect(r->doctypes[1].tables[0].append_only);
    cr_expect_not(r->doctypes[1].tables[1].append_only);
}

/* --- the rule set --- */

Test(plan, a_doctype_is_found_by_its_name, .fini = clear)
{
    const struct dwr_ruleset *r = plan(
        "ruleset \"x\" version 3;\n"
        "doctype \"B\" { strategy server_wins; } doctype \"\\u0041\" { strategy server_wins; }");

    cr_expect(is(r->name, "x"));
    cr_expect_eq(r->version, 3);
    cr_expect_eq(r->tables_version, DWR_TABLES_VERSION);
    cr_expect_eq(find(&r->names, "B"), 0);
    cr_expect_eq(find(&r->names, "A"), 1, "names are unescaped");
    cr_expect_eq(r->names.v[1].index, 1);
    cr_expect_eq(find(&r->names, "C"), DWR_NONE);
}

Test(plan, the_digest_is_of_the_text, .fini = clear)
{
    struct dwr_str a = plan("doctype \"A\" { strategy server_wins; }")->digest;
    struct dwr_str b = plan("doctype \"A\" { strategy server_wins; }")->digest;
    struct dwr_str c = plan("doctype \"A\" { strategy server_wins; } ")->digest;

    cr_expect_eq(a.n, 32);
    cr_expect_arr_eq(a.p, b.p, 32);
    cr_expect_neq(memcmp(a.p, c.p, 32), 0);
}
