/* test_parse.c - the whole language as a tree: every statement, the words that may be fields, the
 * bytes things stand on, and what the parser must survive. */
#include <criterion/criterion.h>

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../compiler/parse.h"
#include "str.h"

struct parsed {
    struct arena arena;
    struct ast_ruleset rules;
    struct diag diag;
};

static void parse_n(struct parsed *r, const char *text, size_t n, bool tokens)
{
    const struct parse_options options = { .keep_tokens = tokens };

    *r = (struct parsed){ 0 };
    diag_init(&r->diag, &r->arena, &r->rules.sources);
    parse_text(&r->arena, &r->rules, &r->diag, "rules/a.dwr", text, n, &options);
}

static void parse(struct parsed *r, const char *text)
{
    parse_n(r, text, strlen(text), false);
}

/* Parses what must be right. */
static void parse_good(struct parsed *r, const char *text)
{
    parse(r, text);
    cr_assert_eq(r->diag.count, 0, "%s: %s", text, r->diag.count > 0 ? r->diag.v[0]->text.p : "");
}

static bool is(struct dwr_str text, const char *word)
{
    return str_is(text, word);
}

/* The statements of the one doctype in a text. */
static const struct ast_block *doctype_of(const struct parsed *r)
{
    cr_assert_not_null(r->rules.top.of[AST_DOCTYPE]);
    return &AST_AS(ast_doctype, r->rules.top.of[AST_DOCTYPE])->block;
}

#define IN_DOCTYPE(text) "doctype \"A\" { " text " }"

Test(parse, a_rule_has_its_parts)
{
    struct parsed r;
    const struct ast_rule *rule;

    parse_good(
        &r, IN_DOCTYPE("manual together a, \"b c\" when server_role = \"x\" { provisional client; "
                       "watch w; set s = {\"x\" : [1.50, 2]}; }"));
    rule = AST_AS(ast_rule, doctype_of(&r)->of[AST_RULE]);
    cr_assert_eq(rule->rule, DWR_RULE_MANUAL);
    cr_assert(rule->together);
    cr_assert_eq(rule->fields.count, 2);
    cr_assert(is(rule->fields.v[0].text, "a") && is(rule->fields.v[1].text, "b c"));
    cr_assert_eq(rule->when->op, DWR_COND_EQ);
    cr_assert_eq(rule->when->left.side, DWR_SIDE_SERVER_ROLE);
    cr_assert_eq(rule->when->right.side, DWR_SIDE_VALUE);
    cr_assert(is(rule->when->right.value.text, "\"x\""));
    cr_assert_eq(rule->block->count, 3);
    cr_assert_not_null(rule->block->of[AST_PROVISIONAL]);
    cr_assert(is(AST_AS(ast_fields, rule->block->of[AST_WATCH])->fields.v[0].text, "w"));
    /* digits stay as they were written, white space goes */
    cr_assert(is(AST_AS(ast_set, rule->block->of[AST_SET])->value.text, "{\"x\":[1.50,2]}"));
    arena_clear(&r.arena);
}

Test(parse, spans_are_the_bytes_of_the_text)
{
    const char *text = "// x\ndoctype \"A\" {\n    server_wins a,\n        b;\n}\n";
    struct parsed r;
    const struct ast_stmt *rule, *doctype;
    struct dwr_str is_text;

    parse_good(&r, text);
    doctype = r.rules.top.of[AST_DOCTYPE];
    rule = doctype_of(&r)->of[AST_RULE];
    is_text = source_text(&r.rules.sources, rule->span);
    cr_assert(is(is_text, "server_wins a,\n        b;"), "%.*s", (int)is_text.n, is_text.p);
    cr_assert(is(source_text(&r.rules.sources, rule->word), "server_wins"));
    cr_assert(is(source_text(&r.rules.sources, AST_AS(ast_rule, rule)->fields.v[1].span), "b"));
    cr_assert_eq(doctype->span.begin, 5);
    cr_assert_eq(doctype->span.end, strlen(text) - 1);
    cr_assert(is(source_text(&r.rules.sources, AST_AS(ast_doctype, doctype)->name.span), "\"A\""));
    arena_clear(&r.arena);
}

/* Every word of the language, as the tests' own list: a field may be called so, bare, wherever a
 * field stands (first behind `together` not `when`, in a condition not `not`). */
/* clang-format off */
static const char *const words[] = {
    "ruleset", "version", "sync", "attachments", "retry", "default", "doctype", "test", "for",
    "max_offline", "force_reauth", "batch_size", "manual_timeout", "then", "notify_channel",
    "change_retention", "feed_limit", "strategy", "auto_sync_max", "always_sync", "defer_sync",
    "thumbnails", "on_conflict", "local_cache", "evict", "backoff", "max_attempts", "together",
    "ranked", "when", "otherwise", "meta", "lock", "except", "child", "tombstone", "no_overlap",
    "by", "from", "to", "unless", "minutes", "seconds", "hours", "notify", "conflict", "changes",
    "link", "refresh", "current", "of", "as_of", "effect", "becomes", "create", "push_priority",
    "created", "offline", "update", "delete", "branch", "version_field", "reason", "hint",
    "provisional", "client", "watch", "set", "key", "order_by", "on_same_key", "fields",
    "count_into", "removes", "hold", "allow_delete", "soft_delete", "ttl",
    "delete_wins_over_update", "archive_after", "in", "not", "is", "and", "or", "server", "base",
    "true", "false", "null", "yes", "no", "op", "client_ts", "server_ts", "now", "server_role",
    "client_role", "client_user", "expect", "outcome", "code", "notification", "server_wins",
    "client_wins", "last_write_wins", "first_write_wins", "manual", "merge_text", "union",
    "keep_both", "sum", "max", "min", "immutable", "server_only", "field_level", "manual_resolve",
    "append_only", "version_all", "status", "lru", "merged", "insert",
};
/* clang-format on */

Test(parse, every_word_may_be_a_field)
{
    /* %s is the word; the forms in which fields stand */
    static const char *const forms[] = {
        "server_wins %s;",
        "client_wins a, %s;",
        "server_wins %s, b;",
        "merge_text %s when server.a = 1;",
        "manual together a, %s;",
        "max %s ranked (1, 2);",
        "max a, %s ranked (1);",
        "meta %s;",
        "manual a { watch %s; set %s = 1; }",
        "union %s { key %s; }",
        "lock when server.%s = 1 except %s;",
        "lock when %s changes;",
        "lock when base.%s = client.%s;",
        "child %s { key %s; order_by %s; on_same_key sum(%s); count_into %s; }",
        "child c { key a, %s; on_same_key fields { min %s; } hold when client.%s is set; }",
        "tombstone { soft_delete %s = 1; }",
        "no_overlap by %s from %s to %s;",
        "no_overlap by %s from %s + %s to %s + %s;",
        "no_overlap by a, %s from %s for %s minutes;",
        "notify %s when %s changes;",
        "link %s -> \"A\";",
        "link a, %s -> \"A\" refresh when a = 1;",
        "current %s of %s -> \"A\".%s otherwise manual %s;",
        "as_of %s %s -> \"A\";",
        "effect %s when %s becomes 1 { create \"B\"; }",
        "branch \"x\" version_field %s;",
    };
    char text[1024];

    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
            struct parsed r;
            const char *x = words[w];
            int n = snprintf(text, sizeof text, "doctype \"A\" { ");

            if (strcmp(x, "not") == 0 && strncmp(forms[f], "lock when %s", 12) == 0)
                continue; /* no bare field in a condition: the test below */
            n += snprintf(text + n, sizeof text - (size_t)n, forms[f], x, x, x, x, x);
            snprintf(text + n, sizeof text - (size_t)n, " }");
            parse_good(&r, text);
            cr_assert_eq(doctype_of(&r)->count, 1, "%s", text);
            arena_clear(&r.arena);
        }
}

Test(parse, two_words_are_no_fields_in_two_places)
{
    char text[256];

    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        const bool is_when = strcmp(words[w], "when") == 0, is_not = strcmp(words[w], "not") == 0;
        struct parsed r;

        snprintf(text, sizeof text, "doctype \"A\" { server_wins together %s, b; }", words[w]);
        parse(&r, text);
        cr_assert_eq(r.diag.count > 0, is_when, "%s", text);
        arena_clear(&r.arena);
        snprintf(text, sizeof text, "doctype \"A\" { push_priority 1 when %s = 1 and a = %s; }",
                 words[w], words[w]);
        parse(&r, text);
        cr_assert_eq(r.diag.count > 0, is_not, "%s", text);
        if (!is_not) {
            const struct ast_push_priority *p =
                AST_AS(ast_push_priority, doctype_of(&r)->of[AST_PUSH_PRIORITY]);

            cr_assert_eq(p->when->a->op, DWR_COND_EQ, "%s", text);
            cr_assert(is(p->when->a->left.field.text, words[w]), "%s", text);
        }
        arena_clear(&r.arena);
        /* Quoted, every word is a field everywhere. */
        snprintf(
            text, sizeof text,
            "doctype \"A\" { server_wins together \"%s\", b; push_priority 1 when \"%s\" = 1; }",
            words[w], words[w]);
        parse_good(&r, text);
        arena_clear(&r.arena);
    }
}

/* `together` is a field where no other field follows it. */
Test(parse, together_may_be_the_field)
{
    struct parsed r;
    const struct ast_rule *rule;

    parse_good(&r, IN_DOCTYPE("server_wins together; server_wins together, b; "
                              "server_wins together when server.a = 1; max together ranked (1);"));
    for (const struct ast_stmt *s = doctype_of(&r)->of[AST_RULE]; s != NULL; s = s->same) {
        rule = AST_AS(ast_rule, s);
        cr_assert_not(rule->together);
        cr_assert(is(rule->fields.v[0].text, "together"));
    }
    arena_clear(&r.arena);
}

/* `and` binds closer than `or`, `not` closer than `and`. */
Test(parse, conditions_bind_as_they_read)
{
    struct parsed r;
    const struct ast_cond *c;

    parse_good(&r, IN_DOCTYPE("lock when not server.a = 1 and server.b in (1, \"2\", null) "
                              "or client.c is not set and (base.d >= 2 or server_role != \"x\");"));
    c = AST_AS(ast_lock, doctype_of(&r)->of[AST_LOCK])->when;
    cr_assert_eq(c->op, DWR_COND_OR);
    cr_assert_eq(c->a->op, DWR_COND_AND);
    cr_assert_eq(c->a->a->op, DWR_COND_NOT);
    cr_assert_eq(c->a->a->a->op, DWR_COND_EQ);
    cr_assert_eq(c->a->b->op, DWR_COND_IN);
    cr_assert_eq(c->a->b->values.count, 3);
    cr_assert_eq(c->a->b->values.v[2].kind, AST_VALUE_NULL);
    cr_assert_eq(c->b->op, DWR_COND_AND);
    cr_assert_eq(c->b->a->op, DWR_COND_IS_NOT_SET);
    cr_assert_eq(c->b->a->left.side, DWR_SIDE_CLIENT);
    cr_assert_eq(c->b->b->op, DWR_COND_OR);
    cr_assert_eq(c->b->b->a->op, DWR_COND_GE);
    cr_assert_eq(c->b->b->b->op, DWR_COND_NE);
    cr_assert_eq(c->b->b->b->left.side, DWR_SIDE_SERVER_ROLE);
    arena_clear(&r.arena);
}

Test(parse, outside_of_merging_a_role_is_a_field)
{
    struct parsed r;
    const struct ast_push_priority *p;

    parse_good(&r, IN_DOCTYPE("push_priority 1 when server_role = true;"));
    p = AST_AS(ast_push_priority, doctype_of(&r)->of[AST_PUSH_PRIORITY]);
    cr_assert_eq(p->when->left.side, DWR_SIDE_DOC);
    cr_assert(is(p->when->left.field.text, "server_role"));
    cr_assert_eq(p->when->right.value.kind, AST_VALUE_TRUE);
    arena_clear(&r.arena);
}

Test(parse, numbers_count_their_units)
{
    static const struct {
        const char *written;
        uint64_t value;
    } durations[] = { { "0s", 0 },
                      { "90s", 90 },
                      { "15m", 900 },
                      { "24h", 86400 },
                      { "30d", 2592000 },
                      { "00090s", 90 },
                      { "99999999999999999999d", UINT64_MAX },
                      { "213503982334601d", UINT64_C(18446744073709526400) },
                      { "213503982334602d", UINT64_MAX } },
      sizes[] = { { "7B", 7 }, { "5KB", 5120 }, { "5MB", 5242880 }, { "1GB", 1073741824 } };
    char text[128];
    struct parsed r;
    const struct ast_block *block;

    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        snprintf(text, sizeof text, "sync { max_offline %s; }", durations[i].written);
        parse_good(&r, text);
        block = &AST_AS(ast_section, r.rules.top.of[AST_SYNC])->block;
        cr_assert_eq(AST_AS(ast_setting, block->of[AST_MAX_OFFLINE])->number.value,
                     durations[i].value, "%s", text);
        arena_clear(&r.arena);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        snprintf(text, sizeof text, "attachments { auto_sync_max %s; }", sizes[i].written);
        parse_good(&r, text);
        block = &AST_AS(ast_section, r.rules.top.of[AST_ATTACHMENTS])->block;
        cr_assert_eq(AST_AS(ast_setting, block->of[AST_AUTO_SYNC_MAX])->number.value,
                     sizes[i].value, "%s", text);
        arena_clear(&r.arena);
    }
}

Test(parse, strings_are_unescaped)
{
    struct parsed r;
    const struct ast_note *note;

    parse_good(
        &r,
        IN_DOCTYPE("reason \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u20AC\\ud83d\\ude00\\u0000z\";"));
    note = AST_AS(ast_note, doctype_of(&r)->of[AST_REASON]);
    cr_assert_eq(note->text.text.n, 20);
    cr_assert_eq(
        memcmp(note->text.text.p, "a\"\\/\b\f\n\r\t\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\0z", 20),
        0);
    arena_clear(&r.arena);
}

Test(parse, names_are_one_symbol_however_they_are_written)
{
    struct parsed r;
    const struct ast_rule *rule;

    parse_good(&r, IN_DOCTYPE("server_wins abc, \"abc\", \"\\u0061bc\", abd;"));
    rule = AST_AS(ast_rule, doctype_of(&r)->of[AST_RULE]);
    cr_assert_eq(rule->fields.v[0].symbol, rule->fields.v[1].symbol);
    cr_assert_eq(rule->fields.v[0].symbol, rule->fields.v[2].symbol);
    cr_assert_neq(rule->fields.v[0].symbol, rule->fields.v[3].symbol);
    cr_assert_eq(ast_symbol_of(&r.rules, (struct dwr_str){ "abd", 3 }), rule->fields.v[3].symbol);
    cr_assert_eq(ast_symbol_of(&r.rules, (struct dwr_str){ "none", 4 }), AST_NO_SYMBOL);
    arena_clear(&r.arena);
}

/* Thousands of names: the table of symbols grows, and each is still itself. */
Test(parse, many_names_stay_apart)
{
    enum { NAMES = 5000 };
    char *text = malloc(NAMES * 8 + 64), *p = text;
    struct parsed r;
    const struct ast_rule *rule;

    p += sprintf(p, "doctype \"A\" { server_wins f0");
    for (int i = 1; i < NAMES; i++)
        p += sprintf(p, ",\nf%d", i);
    sprintf(p, "; }");
    parse_good(&r, text);
    rule = AST_AS(ast_rule, doctype_of(&r)->of[AST_RULE]);
    cr_assert_eq(rule->fields.count, NAMES);
    for (uint32_t i = 0; i < NAMES; i++)
        cr_assert_eq(ast_symbol_of(&r.rules, rule->fields.v[i].text), rule->fields.v[i].symbol);
    cr_assert_eq(r.rules.symbol_count, NAMES + 1);
    arena_clear(&r.arena);
    free(text);
}

Test(parse, tokens_and_comments_are_all_kept)
{
    const char *text =
        "/// Doc.\n///  More. \ndoctype \"A\" { // c\n\tserver_wins a; }\n//// ruler\n";
    static const struct {
        const char *text;
        enum ast_token_kind kind;
    } tokens[] = {
        { "/// Doc.", AST_TOKEN_DOC_COMMENT }, { "///  More. ", AST_TOKEN_DOC_COMMENT },
        { "doctype", AST_TOKEN_WORD },         { "\"A\"", AST_TOKEN_STRING },
        { "{", AST_TOKEN_PUNCTUATION },        { "// c", AST_TOKEN_COMMENT },
        { "server_wins", AST_TOKEN_WORD },     { "a", AST_TOKEN_WORD },
        { ";", AST_TOKEN_PUNCTUATION },        { "}", AST_TOKEN_PUNCTUATION },
        { "//// ruler", AST_TOKEN_COMMENT },
    };
    struct parsed r;
    const struct ast_file *file;

    parse_n(&r, text, strlen(text), true);
    cr_assert_eq(r.diag.count, 0);
    file = &r.rules.files[0];
    cr_assert_eq(file->tokens.count, sizeof tokens / sizeof *tokens);
    cr_assert_eq(file->comments.count, 4);
    for (uint32_t i = 0; i < file->tokens.count; i++) {
        const struct ast_token *t = &file->tokens.v[i];

        cr_assert_eq(t->kind, tokens[i].kind, "token %u", i);
        cr_assert(is((struct dwr_str){ text + t->begin, t->end - t->begin }, tokens[i].text),
                  "token %u", i);
    }
    cr_assert(is(AST_AS(ast_doctype, r.rules.top.of[AST_DOCTYPE])->doc, "Doc.\n More."));
    arena_clear(&r.arena);
}

Test(parse, a_test_block_has_its_parts)
{
    struct parsed r;
    const struct ast_test *test;
    const struct ast_stmt *s;
    const struct ast_expect *e[9];
    size_t n = 0;

    parse_good(&r, "test \"t\" for \"A\" { base null; server {} client { \"a\" : 1 };\n"
                   "op delete; client_ts \"x\"; server_ts {\"*\": \"y\"} server_role [\"a\"];\n"
                   "expect merged; expect merged {\"a\": 1} expect outcome p[\"W-9\"] client;\n"
                   "expect code DELETED; expect branch {}; expect conflict f; expect no conflict;\n"
                   "expect notification t; expect no notification; }");
    test = AST_AS(ast_test, r.rules.top.of[AST_TEST]);
    cr_assert(is(test->title.text, "t") && is(test->doctype.text, "A"));
    cr_assert(is(AST_AS(ast_given, test->block.of[AST_TEST_CLIENT])->value.text, "{\"a\":1}"));
    cr_assert_eq(AST_AS(ast_given, test->block.of[AST_TEST_BASE])->value.kind, AST_VALUE_NULL);
    cr_assert(is(AST_AS(ast_test_op, test->block.of[AST_TEST_OP])->op.text, "delete"));
    for (s = test->block.of[AST_EXPECT]; s != NULL && n < 9; s = s->same)
        e[n++] = AST_AS(ast_expect, s);
    cr_assert_eq(n, 9);
    cr_assert_null(s);
    cr_assert(e[0]->expect == AST_EXPECT_STATUS && e[0]->value.kind == AST_VALUE_NONE);
    cr_assert(e[1]->expect == AST_EXPECT_STATUS && is(e[1]->value.text, "{\"a\":1}"));
    cr_assert(e[2]->expect == AST_EXPECT_OUTCOME && is(e[2]->field.text, "p") &&
              is(e[2]->row.text, "W-9") && is(e[2]->word.text, "client"));
    cr_assert(e[3]->expect == AST_EXPECT_CODE && is(e[3]->word.text, "DELETED"));
    cr_assert(e[4]->expect == AST_EXPECT_BRANCH && is(e[4]->value.text, "{}"));
    cr_assert(e[5]->expect == AST_EXPECT_CONFLICT && is(e[5]->field.text, "f"));
    cr_assert(e[6]->expect == AST_EXPECT_NO_CONFLICT && e[6]->field.text.p == NULL);
    cr_assert(e[7]->expect == AST_EXPECT_NOTIFICATION && is(e[7]->word.text, "t"));
    cr_assert(e[8]->expect == AST_EXPECT_NO_NOTIFICATION && e[8]->word.text.p == NULL);
    arena_clear(&r.arena);
}

/* A statement that is wrong is left out and its block says so; what stands around it is there. */
Test(parse, a_broken_statement_is_left_out)
{
    struct parsed r;
    const struct ast_block *block;

    parse(&r, "doctype \"A\" {\n strategy field_level;\n server_wins a b;\n client_wins c;\n}\n"
              "doctype \"B\" { strategy server_wins; }");
    cr_assert_eq(r.diag.count, 1);
    block = doctype_of(&r);
    cr_assert(block->broken);
    cr_assert_eq(block->count, 2);
    cr_assert(is(AST_AS(ast_rule, block->of[AST_RULE])->fields.v[0].text, "c"));
    cr_assert_not(AST_AS(ast_doctype, r.rules.top.of[AST_DOCTYPE]->same)->block.broken);
    cr_assert(r.rules.files[0].broken);
    arena_clear(&r.arena);
}

/* Cut anywhere, or with a byte changed, a text is findings or rules: never a crash or a hang. */
Test(parse, any_text_is_survived)
{
    static const char text[] =
        "ruleset \"r\" version 1;\nsync { max_offline 1h; feed_limit 1 max 5; }\n"
        "doctype \"A\" {\n strategy field_level;\n manual together a, b when not server.x in (1, "
        "\"y\") { watch c; set d = {\"e\": [null]}; }\n max p ranked (\"l\", \"h\");\n"
        " child t { key k; on_same_key fields { sum q; otherwise manual; } }\n"
        " effect e when s becomes \"C\" { create \"X\"; }\n push_priority 3 when created;\n}\n"
        "test \"t\" for \"A\" { client {\"a\": [1, {\"b\": \"\\u0041\"}]} expect merged; }\n";
    static const char bytes[] = "{}()[];,\"\\.=x9 \n/\x80";
    const size_t n = sizeof text - 1;
    char changed[sizeof text];
    struct parsed r;

    for (size_t cut = 0; cut < n; cut++) {
        parse_n(&r, text, cut, true);
        arena_clear(&r.arena);
    }
    for (size_t at = 0; at < n; at++)
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            memcpy(changed, text, n);
            changed[at] = bytes[b];
            parse_n(&r, changed, n, false);
            cr_assert_leq(r.diag.count, 4, "'%c' at %zu leads to %u findings", bytes[b], at,
                          r.diag.count);
            arena_clear(&r.arena);
        }
    memcpy(changed, text, n);
    parse_n(&r, changed, n, true);
    cr_assert_eq(r.diag.count, 0, "the text itself is right");
    arena_clear(&r.arena);
}

/* --- files and folders --- */

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    cr_assert_not_null(f, "%s: %s", path, strerror(errno));
    fputs(text, f);
    fclose(f);
}

Test(parse, a_folder_is_searched_and_sorted)
{
    char folder[] = "/tmp/dwr_parse_XXXXXX", path[256];
    struct parsed r = { 0 };
    static const char *const paths[] = { "b-.dwr", "b.dwr", "b/a.dwr", "c.dwr" };
    const char *arguments[2];

    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    mkdir("rules", 0700);
    mkdir("rules/b", 0700);
    mkdir("rules/.hidden", 0700);
    put("rules/c.dwr", "doctype \"C\" { strategy server_wins; }");
    put("rules/b/a.dwr", "doctype \"BA\" { strategy server_wins; }");
    put("rules/b.dwr", "doctype \"B\" { strategy server_wins; }");
    put("rules/b-.dwr", "doctype \"B-\" { strategy server_wins; }");
    put("rules/.hidden/x.dwr", "$");
    put("rules/other.txt", "$");
    put("rules/.dwr", "$");
    diag_init(&r.diag, &r.arena, &r.rules.sources);
    arguments[0] = "rules/";
    arguments[1] = "rules/c.dwr"; /* named twice, read once */
    parse_rules(&r.arena, &r.rules, &r.diag, arguments, 2, NULL);
    cr_assert_eq(r.diag.count, 0);
    cr_assert_eq(r.diag.failure_count, 0);
    cr_assert_eq(r.rules.sources.count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "rules/%s", paths[i]);
        cr_assert_str_eq(r.rules.sources.v[i].path.p, path);
        cr_assert_str_eq(r.rules.sources.v[i].label.p, path);
    }
    cr_assert(is(r.rules.folder_name, "rules"));
    cr_assert_eq(r.rules.top.count, 4);
    arena_clear(&r.arena);

    /* From inside: the label keeps the folder's own name. */
    cr_assert_eq(chdir("rules"), 0);
    r = (struct parsed){ 0 };
    diag_init(&r.diag, &r.arena, &r.rules.sources);
    arguments[0] = ".";
    parse_rules(&r.arena, &r.rules, &r.diag, arguments, 1, NULL);
    cr_assert_str_eq(r.rules.sources.v[3].path.p, "./c.dwr");
    cr_assert_str_eq(r.rules.sources.v[3].label.p, "rules/c.dwr");
    cr_assert(is(r.rules.folder_name, "rules"));
    arena_clear(&r.arena);

    /* A file by itself: its directory's own name, and its own for the rule set. */
    r = (struct parsed){ 0 };
    diag_init(&r.diag, &r.arena, &r.rules.sources);
    arguments[0] = "b/a.dwr";
    parse_rules(&r.arena, &r.rules, &r.diag, arguments, 1, NULL);
    cr_assert_str_eq(r.rules.sources.v[0].label.p, "b/a.dwr");
    cr_assert(is(r.rules.folder_name, "a"));
    arena_clear(&r.arena);
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(system("rm -r rules"), 0);
    rmdir(folder);
}

Test(parse, no_memory_is_an_answer)
{
    /* A jump set by the caller is what an arena without memory ends in. */
    struct arena arena = { 0 };
    jmp_buf no_memory;
    volatile int jumped = 0;

    arena.no_memory = &no_memory;
    if (setjmp(no_memory) == 0) {
        arena_alloc(&arena, 100);
        arena_alloc(&arena, SIZE_MAX / 2);
    } else {
        jumped = 1;
    }
    cr_assert(jumped, "an impossible allocation jumps");
    arena_clear(&arena);
    if (setjmp(no_memory) == 0)
        arena_array(&arena, SIZE_MAX / 2, 16);
    else
        jumped = 2;
    cr_assert_eq(jumped, 2, "an overflowing array jumps");
    arena_clear(&arena);
}
