/* test_words.c - rules and decisions in words. What a rule means is runtime/SEMANTICS.md's; each
 * row is a statement of the language and the sentence that a person is to read. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "../../compiler/words.h"
#include "../../runtime/name_hash.h"
#include "rules_of.h"

static struct arena arena;

static struct words words_of(const struct dwr_ruleset *rules)
{
    return (struct words){ &arena, &rules->doctypes[0], &words_plain };
}

static uint16_t field(const struct words *w, const char *name)
{
    const unsigned i = dwr_names_find(&w->doctype->names, name, strlen(name));

    cr_assert_neq(i, DWR_NONE, "'%s' is a name of the rules", name);
    return (uint16_t)i;
}

static void expect_text(struct dwr_str got, const char *expected, const char *says)
{
    cr_expect(got.n == strlen(expected) && memcmp(got.p, expected, got.n) == 0,
              "%s\n  expected: %s\n  got:      %.*s", says, expected, (int)got.n, got.p);
}

/* The lines' texts, each on a line of its own. */
static struct dwr_str joined(struct words_lines lines)
{
    struct dwr_str all = { "", 0 };

    for (uint32_t i = 0; i < lines.count; i++)
        all = arena_printf(&arena, "%.*s%s%.*s", (int)all.n, all.p, i > 0 ? "\n" : "",
                           (int)lines.v[i].text.n, lines.v[i].text.p);
    return all;
}

/* --- rules of section 4 --- */

static const struct {
    const char *rules, *expected;
} rule_rows[] = {
    { "server_wins f;", "The server's value stands." },
    { "client_wins f;", "The client's value stands." },
    { "last_write_wins f;", "The later write stands; a tie is the server's." },
    { "first_write_wins f;", "The server's value stands where it has one, else the client's." },
    { "manual f;", "A person decides; until then the server's value stands." },
    { "manual f { provisional client; }",
      "A person decides; until then the client's value stands, marked as open." },
    { "manual f { watch g, h; set s = \"x\"; }", "A person decides; until then the server's value "
                                                 "stands; a change of g and h on the server is "
                                                 "a conflict too; s is then set to \"x\"." },
    { "merge_text f;",
      "Both texts are put together, line by line; at one place the server's lines come first." },
    { "union f;",
      "The elements of both are kept; what one side removed and the other left alone is "
      "gone." },
    { "union f { key id; }",
      "The elements of both are kept; what one side removed and the other left alone is gone; of "
      "two "
      "with the same id the changed one stands, the server's where both changed it." },
    { "keep_both f;", "The elements of both are kept; only what both removed is gone." },
    { "keep_both f { key id; }",
      "The elements of both are kept; only what both removed is gone; of two with the same id the "
      "changed one stands, and both where both changed it." },
    { "sum f;", "Both changes are added up." },
    { "max f;", "The higher value stands." },
    { "min f;", "The lower value stands." },
    { "max f ranked (\"low\", \"high\");", "The higher in the order \"low\", \"high\" stands." },
    { "immutable f;", "What is set stays; a client fills it where the server has nothing." },
    { "server_only f;",
      "Only the server changes it; what a client writes there is refused, conflict or not." },
    { "server_wins together f, g;", "Decided as one with g: the server's values stand." },
    { "client_wins together g, f, h;", "Decided as one with g and h: the client's values stand." },
    { "server_wins f when server_role = \"supervisor\"; client_wins f;",
      "The server's value stands if the server's last change was by the role \"supervisor\"; "
      "otherwise the client's." },
    { "manual f when g changes; sum f;",
      "A person decides (until then the server's value stands) if "
      "g was changed on the server; otherwise both changes are "
      "added up." },
    { "server_wins f when client.g is set; client_wins f when base.g is not set; manual f;",
      "The server's value stands if the client's g is set; otherwise if g as the client last saw "
      "it "
      "is not set, the client's value stands; otherwise a person decides (until then the server's "
      "value stands)." },
    { "meta f;",
      "Belongs to the sync layer: the server's value stands and a client's is ignored." },
    { "client_wins f; lock when server.s = \"closed\";",
      "The client's value stands. Locked if the server's s is \"closed\": then what a client "
      "writes "
      "is refused." },
    { "client_wins f; lock when server.s = \"closed\" except f;", "The client's value stands." },
    { "child t { key k; count_into f; }",
      "The number of rows of t; what a client writes there is ignored." },
};

Test(words, a_rule_of_each_kind)
{
    for (size_t i = 0; i < sizeof rule_rows / sizeof *rule_rows; i++) {
        char body[512];
        struct words w;

        snprintf(body, sizeof body, "strategy field_level; %s", rule_rows[i].rules);
        w = words_of(rules_with(body));
        expect_text(words_field(&w, field(&w, "f")), rule_rows[i].expected, rule_rows[i].rules);
        arena_clear(&arena);
    }
}

/* --- section 5: the fields that no rule names --- */

static const struct {
    const char *rules, *expected;
} free_rows[] = {
    { "strategy server_wins;", "All fields are decided as one: the server's values stand." },
    { "strategy server_wins; client_wins a;",
      "All other fields are decided as one: the server's values stand." },
    { "strategy server_only;", "Every field is decided alone: only the server changes it; what a "
                               "client writes there is refused, conflict or not." },
    { "strategy client_wins;", "Every field is decided alone: the client's value stands." },
    { "strategy last_write_wins;",
      "Every field is decided alone: the later write stands; a tie is the server's." },
    { "strategy field_level; sum a;",
      "Every other field is decided alone: the server's value stands." },
    { "strategy field_level; otherwise max;",
      "Every field is decided alone: the higher value stands." },
    { "strategy manual_resolve;", "All fields are decided as one: a person decides; until then the "
                                  "server's values stand." },
    { "strategy append_only;", "Every field is decided alone: what is set stays; a client fills it "
                               "where the server has nothing." },
    { "strategy version_all;", "The document is decided as one: the server's document stands, and "
                               "the client's becomes a document of its own." },
};

Test(words, fields_without_a_rule)
{
    for (size_t i = 0; i < sizeof free_rows / sizeof *free_rows; i++) {
        const struct words w = words_of(rules_with(free_rows[i].rules));

        expect_text(words_free(&w), free_rows[i].expected, free_rows[i].rules);
        arena_clear(&arena);
    }
}

/* --- conditions --- */

static const struct {
    const char *condition, *expected;
} condition_rows[] = {
    { "server.a = 1", "the server's a is 1" },
    { "1 < client.a", "the client's a is more than 1" },
    { "base.a >= \"x\"", "a as the client last saw it is at least \"x\"" },
    { "not server.a > 1", "the server's a is not more than 1" },
    { "server.a != client.b", "the server's a is not the client's b" },
    { "server.a = null", "the server's a is not set" },
    { "server.a != \"\"", "the server's a is set" },
    { "server.a in (1, 2, 3)", "the server's a is 1, 2 or 3" },
    { "server.a not in (1, 2)", "the server's a is neither 1 nor 2" },
    { "server.a not in (1, 2, 3)", "the server's a is none of 1, 2 and 3" },
    { "server.a not in (1)", "the server's a is not 1" },
    { "server.a in (null, 1)", "the server's a is nothing or 1" },
    { "server_role = \"boss\"", "the server's last change was by the role \"boss\"" },
    { "server_role != \"boss\"", "the server's last change was not by the role \"boss\"" },
    { "client_role in (\"a\", \"b\")", "the client has the role \"a\" or \"b\"" },
    { "client_role not in (\"a\", \"b\")", "the client does not have the role \"a\" or \"b\"" },
    { "client_role is set", "the client's role is known" },
    { "client_user = server.owner_of", "the client's user is the server's owner_of" },
    { "a changes", "a was changed on the server" },
    { "not a changes", "a was not changed on the server" },
    { "a changes or b changes or c changes", "a, b or c was changed on the server" },
    { "a changes and b changes", "a was changed on the server and b was changed on the server" },
    { "server.a is set and client.a is not set",
      "the server's a is set and the client's a is not set" },
    { "server.a = 1 and (server.b = 2 or server.c = 3)",
      "the server's a is 1, and (the server's b is 2 or the server's c is 3)" },
    { "not (server.a = 1 or a changes)",
      "the server's a is not 1 and a was not changed on the server" },
    { "not (server.a = 1 and not (server.b = 2))",
      "the server's a is not 1 or the server's b is 2" },
    { "server.a in (1, 2) or server.b = 1", "the server's a is 1 or 2, or the server's b is 1" },
};

Test(words, conditions)
{
    for (size_t i = 0; i < sizeof condition_rows / sizeof *condition_rows; i++) {
        char body[512];
        struct words w;

        snprintf(body, sizeof body, "strategy field_level; lock when %s;",
                 condition_rows[i].condition);
        w = words_of(rules_with(body));
        expect_text(words_condition(&w, w.doctype->lock, WORDS_OF_MERGE),
                    condition_rows[i].expected, condition_rows[i].condition);
        arena_clear(&arena);
    }
}

/* --- the other statements --- */

typedef struct words_lines lines_of(const struct words *w);

static struct words_lines table_lines(const struct words *w)
{
    return words_table(w, &w->doctype->tables[0]);
}

#define ROWS_BY(keys, it)                                                                          \
    "Rows of both sides are kept. They are matched by " keys "; a row without " it                 \
    " matches only a row that is the same.\n"

static const struct {
    lines_of *of;
    const char *rules, *expected;
} line_rows[] = {
    { words_lock, "strategy field_level; lock when server.s = 1 except a, b;",
      "If the server's s is 1, the document is locked: what a client writes is refused, but for a "
      "and b, and so is a delete." },
    { words_strategy_lines, "strategy field_level;", "" },
    { words_strategy_lines, "strategy server_only;", "Clients make no documents of this kind." },
    { words_strategy_lines, "strategy append_only;",
      "A new document whose name is taken by another content is kept beside it, under the name "
      "{name}_conflict_{timestamp}." },
    { words_strategy_lines, "strategy version_all; branch \"{name}-2\" version_field v;",
      "The document of its own is named {name}-2.\nv counts the changes of the document." },
    { table_lines, "strategy field_level; child t { key k; }",
      ROWS_BY("k", "it") "Of a row that both changed the server's stands.\n"
                         "A row that the client leaves out stays." },
    { table_lines,
      "strategy field_level; child t { key k, l; on_same_key last_write_wins; order_by at; removes "
      "yes; count_into n; hold when s changes; }",
      ROWS_BY(
          "k and l",
          "any of them") "Of a row that both changed the one with the later at stands, at a tie "
                         "the server's.\n"
                         "A row that the client removed is removed, unless the server changed it.\n"
                         "A row that the client adds waits for a person if s was changed on the "
                         "server.\n"
                         "Rows stand in the order of at.\n"
                         "n is the number of rows." },
    { table_lines, "strategy field_level; child t { key k; on_same_key sum(qty); }",
      ROWS_BY("k", "it") "A row that both have is merged member by member.\n"
                         "qty: both changes are added up.\n"
                         "Every other member: the server's value stands.\n"
                         "A row that the client leaves out stays." },
    { table_lines,
      "strategy field_level; child t { key k; on_same_key fields { client_wins together a, b; "
      "otherwise last_write_wins; } }",
      ROWS_BY("k", "it") "A row that both have is merged member by member.\n"
                         "a and b: the client's values stand.\n"
                         "Every other member: the later write stands; a tie is the server's.\n"
                         "A row that the client leaves out stays." },
    /* 6: a row is decided at once: a member's manual opens no conflict. */
    { table_lines,
      "strategy field_level; child t { key k; on_same_key fields { manual a, b; manual together c, "
      "d { provisional client; watch w; set s = 1; } otherwise manual; } }",
      ROWS_BY("k",
              "it") "A row that both have is merged member by member.\n"
                    "a: the server's value stands; no person is asked about members of a "
                    "row.\n"
                    "b: the server's value stands; no person is asked about members of a "
                    "row.\n"
                    "c and d: the client's values stand; no person is asked about members of a "
                    "row; a change of w on the server is a conflict too; s is then set to 1.\n"
                    "Every other member: the server's value stands; no person is asked about "
                    "members of a row.\n"
                    "A row that the client leaves out stays." },
    { table_lines, "strategy append_only; child t { key k; }",
      ROWS_BY("k", "it") "Rows are only added: a stored row is never changed.\n"
                         "A row that the client leaves out stays." },
    { words_deletes, "strategy field_level;",
      "A client may delete a document.\nA delete goes over changes that the client has not seen; "
      "what was there can be recovered. A later write to the deleted document is refused and kept "
      "in "
      "the audit record.\nWhat is known of a deleted document is kept for 30 days." },
    { words_deletes,
      "strategy field_level; tombstone { delete_wins_over_update no; ttl 180h; archive_after 1d "
      "when "
      "s = 1; }",
      "A client may delete a document.\nA delete is refused where the document has changed since "
      "the "
      "client saw it. A later write to a deleted document brings it back.\nWhat is known of a "
      "deleted document is kept for 180 hours.\nA document is archived after 1 day if s is 1." },
    { words_deletes, "strategy field_level; tombstone { allow_delete no; soft_delete s = null; }",
      "A document is not deleted: a delete sets s to nothing, which is decided like any other "
      "write." },
    { words_deletes, "strategy field_level; tombstone { allow_delete no; }",
      "A document is never deleted." },
    { words_deletes,
      "strategy field_level; tombstone { allow_delete no; soft_delete s = \"gone\"; ttl 90d; }",
      "A document is not deleted: a delete sets s to \"gone\", which is decided like any other "
      "write.\nWhat is known of a deleted document is kept for 90 days." },
    { words_offline, "strategy field_level;",
      "Offline, documents may be created, changed and deleted." },
    { words_offline, "strategy field_level; offline create no, update yes, delete no;",
      "Offline, documents may be changed, but not created or deleted." },
    { words_offline, "strategy field_level; offline create no, update no, delete no;",
      "Offline, documents may be read, and not created, changed or deleted." },
    { words_notify, "strategy field_level; manual a; notify conflict; notify moved when a changes;",
      "client_change_overridden, when something that a client wrote was not taken.\nmoved, when a "
      "was changed on the server.\nmanual_resolution_required, when a person has to decide." },
    { words_notify, "strategy field_level; child t { key k; on_same_key fields { manual a; } }",
      "" },
    { words_notify, "strategy version_all;",
      "branch_created, when a write is kept as a document of its own." },
    { words_overlaps,
      "strategy field_level; no_overlap by a, b from d + t for n minutes unless s = 1;",
      "Two documents with the same a and b may not overlap in time, from d and t on for n minutes, "
      "unless s is 1. The one that arrives second waits for a person." },
    { words_overlaps, "strategy field_level; no_overlap by a from x to y;",
      "Two documents with the same a may not overlap in time, from x to y. The one that arrives "
      "second waits for a person." },
    { words_effects,
      "strategy field_level; effect e when s becomes 1 { create \"A\"; create \"B\"; }",
      "e: when s becomes 1, A and B are created, all or none, together with the change." },
    { words_links, "strategy field_level; link a -> \"A\";", "a links to A." },
    { words_links, "strategy field_level; link a -> \"A\" refresh when s = 1;",
      "a links to A; when that changes, clients get the document anew if s is 1." },
    { words_links,
      "strategy field_level; manual m; current v of l -> \"T\".version otherwise manual m;",
      "Where v is not the present version of the T that l names, a person decides about m." },
    { words_links, "strategy field_level; as_of at l -> \"T\";",
      "l means the T as it was at the time of at: that version is recorded with the write." },
    { words_priorities,
      "strategy field_level; push_priority 1 when created; push_priority 2 when a becomes 1 or b "
      "changes; push_priority 3;",
      "1, if the document is new.\n2, if a becomes 1 or b changes.\n3, whatever is written." },
};

Test(words, every_other_statement)
{
    for (size_t i = 0; i < sizeof line_rows / sizeof *line_rows; i++) {
        const struct words w = words_of(rules_with(line_rows[i].rules));

        expect_text(joined(line_rows[i].of(&w)), line_rows[i].expected, line_rows[i].rules);
        arena_clear(&arena);
    }
}

Test(words, settings_and_their_defaults)
{
    const struct dwr_ruleset *rules = rules_of("sync { max_offline 168h; manual_timeout 24h then "
                                               "server_wins; }");

    expect_text(
        joined(words_settings(&arena, &words_plain, rules)),
        "A client may stay offline for 7 days; after 14 days it has to sign in again.\n"
        "Up to 100 writes are sent at once, and up to 500 changes fetched (100 where a client "
        "does not ask for a number).\n"
        "What a person has to decide is decided after 1 day without them: the server's value "
        "stands.\n"
        "People are told by push.\n"
        "The server remembers its changes for 30 days.\n"
        "Attachments are fetched by the strategy metadata_first, by themselves up to 5 MB.\n"
        "Of two attachments in conflict the rule is keep_both; a device keeps up to 500 MB of "
        "them, and lets go of them by the rule lru.\n"
        "A write that does not get through is tried again after 0 seconds, 5 seconds, 10 "
        "seconds, 30 seconds, 1 minute and 5 minutes, at most 10 times.",
        "sync, attachments, retry");
    arena_clear(&arena);
}

/* --- decisions --- */

static struct dwr_result result;
static struct dwr_request request;

static void merge(const struct dwr_ruleset *rules, const char *line)
{
    char *text = arena_copy(&arena, line, strlen(line));

    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    cr_assert_eq(dwr_request_read(rules, text_of(text), the_scratch(), &request), DWR_OK, "%s",
                 text);
    cr_assert_eq(dwr_request_merge(&request, the_scratch(), &result), DWR_OK);
}

static const struct {
    const char *rules, *line, *field, *expected;
} decision_rows[] = {
    { "strategy field_level;", "'base':{'f':1},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; the server's value stands." },
    { "strategy field_level;", "'base':{'f':1,'g':1},'server':{'f':1,'g':2},'client':{'f':3}", "f",
      "Only the client changed it." },
    { "strategy field_level;", "'base':{'f':1},'server':{'f':2},'client':{'f':2}", "f",
      "Both wrote the same." },
    { "strategy field_level;", "'server':{'f':2},'client':{'f':3}", "f",
      "The server has another value, and what the client had seen is not known; the server's value "
      "stands." },
    { "strategy field_level;", "'server':{'g':2},'client':{'f':3}", "f",
      "The server had nothing there." },
    { "strategy field_level; client_wins f;", "'base':{},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; the client's value stands." },
    { "strategy field_level; last_write_wins f;",
      "'client_ts':'2026-01-02','server_ts':'2026-01-01','base':{},'server':{'f':2},'client':{'f':"
      "3}",
      "f", "Both changed it; the client's write counts as the later one." },
    { "strategy field_level; last_write_wins f;", "'base':{},'server':{'f':2},'client':{'f':3}",
      "f", "Both changed it; the client's write does not count as the later one." },
    { "strategy field_level; first_write_wins f;", "'base':{},'server':{'f':2},'client':{'f':3}",
      "f", "Both changed it; the server's was there first." },
    { "strategy field_level; first_write_wins f;", "'base':{'f':1},'server':{},'client':{'f':3}",
      "f", "Both changed it; the server had none." },
    { "strategy field_level; manual f;", "'base':{},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; a person decides, and until then the server's value stands." },
    { "strategy field_level; manual f { provisional client; watch g; }",
      "'base':{'g':1},'server':{'g':2},'client':{'f':3}", "f",
      "g changed on the server; a person decides, and until then the client's value stands." },
    { "strategy field_level; manual f { set s = 1; }",
      "'base':{},'server':{'f':2},'client':{'f':3,'s':5}", "s",
      "The conflict over f sets it to 1." },
    { "strategy field_level; manual f { watch g, h; }",
      "'base':{'g':1},'server':{'g':2},'client':{'f':3}", "f",
      "One of g and h changed on the server; a person decides, and until then the server's value "
      "stands." },
    { "strategy field_level; manual f { watch g; }", "'server':{'g':2},'client':{'f':3,'g':1}", "f",
      "g has another value on the server, and what the client had seen is not known; a person "
      "decides, and until then the server's value stands." },
    { "strategy field_level; manual together f, e { watch g; }",
      "'base':{'g':1},'server':{'g':2},'client':{'f':3}", "f",
      "f and e are decided as one, and one of them or g changed on the server too; a person "
      "decides, and until then the server's value stands." },
    { "strategy field_level; sum f;", "'base':{'f':1},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; both changes are added up." },
    { "strategy field_level; sum f;", "'base':{'f':1},'server':{'f':2},'client':{'f':'x'}", "f",
      "Both changed it; a value is not of the kind that the rule is for, so the server's stands." },
    { "strategy field_level; immutable f;", "'base':{'f':1},'server':{'f':1},'client':{'f':3}", "f",
      "What is set stays." },
    { "strategy field_level; immutable f;", "'base':{'g':1},'server':{'g':2},'client':{'f':3}", "f",
      "The server had nothing there, and the client filled it." },
    { "strategy server_only;", "'base':{'f':1},'server':{'f':1},'client':{'f':3}", "f",
      "Only the server changes it." },
    { "strategy server_wins;", "'base':{'f':1},'server':{'g':2,'f':1},'client':{'f':3}", "f",
      "Both changed the document; the server's values stand." },
    { "strategy field_level; server_wins together f, g;",
      "'base':{'f':1,'g':1},'server':{'f':1,'g':2},'client':{'f':3}", "f",
      "f and g are decided as one and both sides changed them; the server's values stand." },
    { "strategy field_level; server_wins together f, g;", "'server':{'g':2},'client':{'f':3}", "f",
      "f and g are decided as one, the server has other values, and what the client had seen is not "
      "known; the server's values stand." },
    { "strategy server_wins;", "'server':{'g':2},'client':{'f':3}", "f",
      "The server has other values, and what the client had seen is not known; the server's values "
      "stand." },
    { "strategy field_level; server_wins together f, g;",
      "'base':{'f':1,'h':1},'server':{'f':1,'h':2},'client':{'f':3}", "f",
      "Of f and g only the client changed any." },
    /* Two rules on one line: it is said which. */
    { "strategy field_level; server_wins f when server_role = \"a\"; client_wins f;",
      "'server_role':'a','base':{},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; the server's value stands, as the server's last change was by the role "
      "\"a\"." },
    { "strategy field_level; server_wins f when server_role = \"a\"; client_wins f;",
      "'base':{},'server':{'f':2},'client':{'f':3}", "f",
      "Both changed it; the client's value stands." },
    { "strategy field_level; lock when server.s = 1;",
      "'base':{'s':1},'server':{'s':1},'client':{'f':3}", "f",
      "The document is locked, as the server's s is 1." },
    { "strategy version_all;", "'base':{'f':1},'server':{'f':2},'client':{'f':3}", "f",
      "Both wrote the document, and the client's is kept as a document of its own." },
    { "strategy field_level; child t { key k; }",
      "'base':{'t':[]},'server':{'g':1},'client':{'t':[{'k':1}]}", "t[1]",
      "Only the client has the row, and it is added." },
    { "strategy field_level; child t { key k; }",
      "'base':{'t':[{'k':1,'a':1}]},'server':{'t':[{'k':1,'a':2}]},'client':{'t':[{'k':1,'a':3}]}",
      "t[1]", "Both changed the row; the server's stands." },
    { "strategy field_level; child t { key k; }",
      "'base':{'g':1,'t':[{'k':1,'a':1}]},'server':{'t':[{'k':1,'a':1}]},'client':{'t':[{'k':1,'a':"
      "3}"
      "]}",
      "t[1]", "Only the client changed the row." },
    { "strategy field_level; child t { key k; }",
      "'base':{'t':[{'k':1,'a':1}]},'server':{'t':[{'k':1,'a':1}]},'client':{'t':[]}", "t[1]",
      "The client left the row out, and rows are not removed here." },
    { "strategy field_level; child t { key k; removes yes; }",
      "'base':{'t':[{'k':1,'a':1}]},'server':{'t':[{'k':1,'a':2}]},'client':{'t':[]}", "t[1]",
      "The client removed the row and the server changed it, so it stays." },
    { "strategy field_level; child t { key k; }",
      "'base':{'t':[{'k':1,'a':1}]},'server':{'t':[]},'client':{'t':[{'k':1,'a':2}]}", "t[1]",
      "The server removed the row and the client changed it, so it is kept." },
    { "strategy field_level; child t { key k; on_same_key first_write_wins; order_by o; }",
      "'server':{'t':[{'k':1,'o':2}]},'client':{'t':[{'k':1,'o':1}]}", "t[1]",
      "Both have the row, and it differs; the client's has the earlier o and stands." },
    { "strategy field_level; child t { key k; on_same_key sum(q); }",
      "'base':{'t':[{'k':1,'q':1}]},'server':{'t':[{'k':1,'q':2}]},'client':{'t':[{'k':1,'q':3}]}",
      "t[1]",
      "Both changed the row, and it is merged member by member (q: both changes are added up; "
      "every "
      "other: the server's value stands)." },
    { "strategy field_level; child t { key k; on_same_key keep_both; }",
      "'server':{'t':[{'k':1,'q':2}]},'client':{'t':[{'k':1,'q':3}]}", "t[1]",
      "Both have the row, and it differs; both are kept." },
    /* A field may be called like a row. */
    { "strategy field_level; child t { key k; on_same_key fields { sum q; } }",
      "'server':{'t[1]':2},'client':{'t[1]':{'k':1}}", "t[1]",
      "The server has another value, and what the client had seen is not known; the server's value "
      "stands." },
    { "strategy append_only; child t { key k; }",
      "'base':{'t':[{'k':1,'q':2}]},'server':{'t':[{'k':1,'q':2}]},'client':{'t':[{'k':1,'q':3}]}",
      "t[1]", "A stored row is never changed." },
    { "strategy field_level; child t { key k; hold when s changes; }",
      "'base':{'s':1},'server':{'s':2},'client':{'t':[{'k':1}]}", "t[1]",
      "A row of the client's alone waits for a person, as s was changed on the server." },
};

Test(words, decisions_of_fields_and_rows)
{
    struct dwr_scratch *compare = dwr_scratch_new();

    cr_assert_not_null(compare);
    for (size_t i = 0; i < sizeof decision_rows / sizeof *decision_rows; i++) {
        const struct dwr_ruleset *rules = rules_with(decision_rows[i].rules);
        const struct words w = words_of(rules);
        bool found = false;

        merge(rules, arena_printf(&arena, "{'doctype':'D',%s}", decision_rows[i].line).p);
        for (size_t k = 0; k < result.field_count; k++) {
            if (!text_is(result.fields[k].field, decision_rows[i].field))
                continue;
            found = true;
            expect_text(
                words_decision(&w, &result.fields[k], request.write.base.p != NULL, compare),
                decision_rows[i].expected, decision_rows[i].rules);
        }
        cr_expect(found, "%s: '%s' is reported", decision_rows[i].rules, decision_rows[i].field);
        arena_clear(&arena);
    }
    dwr_scratch_free(compare);
}

static const struct {
    const char *rules, *line;
    bool concurrent;
    const char *expected;
} outcome_rows[] = {
    { "strategy field_level;", "'base':{'a':1},'server':{'a':1},'client':{'a':2}", false,
      "The document is what the client wrote: nobody else had changed it." },
    { "strategy client_wins;", "'base':{},'server':{'a':1},'client':{'a':2}", true,
      "The document is what the client wrote, by the rules below." },
    { "strategy field_level;", "'base':{},'server':{'a':1},'client':{'a':2}", true,
      "Both sides wrote: the document is made by the rules below." },
    { "strategy server_only;", "'base':{},'server':{},'client':{'a':2}", false,
      "Not all that the client wrote was taken." },
    { "strategy manual_resolve;", "'base':{},'server':{'a':1},'client':{'a':2}", true,
      "A person has to decide; the document holds what stands until then." },
    { "strategy version_all;", "'base':{},'server':{'a':1},'client':{'a':2}", true,
      "Both sides wrote the document: the server's stands, and the client's is kept as a document "
      "of "
      "its own." },
    { "strategy field_level; tombstone { delete_wins_over_update no; }",
      "'server':{'_deleted':true,'a':1},'client':{'a':2}", false,
      "The document was deleted and is brought back." },
    { "strategy field_level;", "'op':'undelete','server':{'_deleted':true,'a':1}", false,
      "The document was deleted and is brought back." },
    { "strategy field_level;", "'op':'insert','server':{'a':1},'client':{'a':1}", true,
      "The document is what the client wrote." },
    { "strategy field_level;", "'base':{'a':1},'server':{'a':2},'client':{}", true,
      "What the two sides wrote did not meet." },
    { "strategy field_level;", "'op':'insert','server':null,'client':{'a':2}", false,
      "A new document: the server had none of this name." },
    { "strategy field_level; child t { key k; order_by k; }",
      "'base':{'t':[{'k':1},{'k':2}]},'server':{'t':[{'k':1},{'k':2}]},"
      "'client':{'t':[{'k':2},{'k':1}]}",
      false, "All that the client wrote was taken, but the rows stand in the table's order." },
    { "strategy field_level;", "'op':'insert','client':{'a':2}", false,
      "A new document: the server had none of this name." },
    { "strategy server_only;", "'op':'insert','client':{'a':2}", false,
      "Refused: only the server makes documents of this kind." },
    { "strategy field_level;", "'op':'delete','base':{},'server':{}", false,
      "Deleted: nothing had changed since the client saw it." },
    { "strategy field_level;", "'op':'delete','base':{},'server':{'a':1}", true,
      "Deleted, although the client has not seen the server's last change: a delete wins. What was "
      "there can be recovered." },
    { "strategy field_level;", "'op':'delete','server':{'_deleted':true}", false,
      "Nothing changes: it was deleted already." },
    { "strategy field_level; tombstone { allow_delete no; soft_delete s = 1; }",
      "'op':'delete','base':{},'server':{}", false,
      "Not deleted: documents of this kind get s set to 1 instead, which is decided like any other "
      "write." },
    { "strategy field_level; tombstone { allow_delete no; }", "'op':'delete','base':{},'server':{}",
      false, "Refused: documents of this kind are never deleted." },
    { "strategy field_level; tombstone { delete_wins_over_update no; }",
      "'op':'delete','base':{},'server':{'a':1}", true,
      "Not deleted: the document has changed since the client saw it." },
    { "strategy field_level;", "'server':{'_deleted':true},'client':{'a':1}", false,
      "Refused: the document was deleted, and a delete wins over a write. What the client wrote is "
      "in the audit record." },
    { "strategy field_level; lock when server.s = 1;", "'op':'delete','server':{'s':1}", true,
      "Refused: the document is locked, as the server's s is 1." },
    { "strategy field_level;", "'client':{'a':1}", false,
      "Refused: the server has no such document. What the client wrote is in the audit record." },
    { "strategy field_level; child t { key k; }", "'base':{},'server':{},'client':{'t':1}", false,
      "Refused: a table must be a list of rows." },
};

Test(words, what_became_of_the_document)
{
    for (size_t i = 0; i < sizeof outcome_rows / sizeof *outcome_rows; i++) {
        const struct dwr_ruleset *rules = rules_with(outcome_rows[i].rules);
        const struct words w = words_of(rules);

        merge(rules, arena_printf(&arena, "{'doctype':'D',%s}", outcome_rows[i].line).p);
        expect_text(words_outcome(&w, &request.write, &result, outcome_rows[i].concurrent),
                    outcome_rows[i].expected, outcome_rows[i].rules);
        arena_clear(&arena);
    }
}

/* --- values --- */

Test(words, values_cut_short)
{
    static const struct {
        const char *json;
        size_t characters;
        const char *expected;
    } rows[] = {
        { "null", 9, "-" },
        { "\"\"", 9, "-" },
        { "\"abc\"", 5, "\"abc\"" },
        { "\"abcdef\"", 6, "\"abc\xE2\x80\xA6\"" },
        { "{ \"a\" : [ 1 , \"x y\" ] }", 30, "{\"a\":[1,\"x y\"]}" },
        { "{ \"a\" : [ 1 , 2 ] }", 6, "{\"a\":\xE2\x80\xA6" },
        { "\"\xC3\xA4\xC3\xB6\xC3\xBC\"", 5, "\"\xC3\xA4\xC3\xB6\xC3\xBC\"" },
        { "\"\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\"", 5, "\"\xC3\xA4\xC3\xB6\xE2\x80\xA6\"" },
        /* An escape is not cut in two. */
        { "\"ab\\u00e4cdefgh\"", 8, "\"ab\xE2\x80\xA6\"" },
        { "\"abc\\\\\\nxyz\"", 8, "\"abc\\\\\xE2\x80\xA6\"" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_text(words_short(&arena, (struct dwr_str){ rows[i].json, strlen(rows[i].json) },
                                rows[i].characters),
                    rows[i].expected, rows[i].json);
    expect_text(words_short(&arena, (struct dwr_str){ NULL, 0 }, 9), "-", "nothing");
    arena_clear(&arena);
}

Test(words, durations_in_the_largest_unit)
{
    expect_text(words_duration(&arena, 0), "0 seconds", "0");
    expect_text(words_duration(&arena, 1), "1 second", "1");
    expect_text(words_duration(&arena, 90), "90 seconds", "90");
    expect_text(words_duration(&arena, 900), "15 minutes", "15m");
    expect_text(words_duration(&arena, 3600), "1 hour", "1h");
    expect_text(words_duration(&arena, 2555u * 86400), "2555 days", "2555d");
    arena_clear(&arena);
}

/* Whatever the rules hold, a terminal is not to obey it, nor to turn it round. */
Test(words, nothing_that_a_terminal_obeys)
{
    const struct words w =
        words_of(rules_with("strategy field_level; lock when server.a = \"x\xE2\x80\xAEy\x7Fz\";"));

    expect_text(words_condition(&w, w.doctype->lock, WORDS_OF_MERGE),
                "the server's a is \"x???y?z\"",
                "each byte of a mark that turns text round, and DEL");
    arena_clear(&arena);
}
