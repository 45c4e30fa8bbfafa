/* ast.h - what the author wrote: every statement of the rule language, in source order, with the
 * bytes it stands on.
 *
 * The tree says what was written and nothing more: no default is filled in, nothing is looked up,
 * a thing said twice is there twice (check.h finds that). After check_rules has found no error a
 * reader may rely on everything check.h promises.
 *
 * Shape. A block (a doctype, a child table, a test, the whole rule set …) is a list of statements.
 * Every statement begins with a struct ast_stmt; its kind says which struct it is, and AST_AS
 * casts:
 *
 *     for (s = block->first; s; s = s->next)             every statement, in source order
 *     for (s = block->of[AST_RULE]; s; s = s->same)      those of one kind, in source order
 *         const struct ast_rule *rule = AST_AS(ast_rule, s);
 *
 * Names. Every field, row member and DocType name is unescaped and interned over the whole rule
 * set: `symbol` is dense from 0 to ruleset->symbol_count - 1 and two names are the same exactly
 * when their symbols are. Arrays indexed by symbol take the place of hash tables.
 *
 * Spans. A span is the source's number and two byte offsets (source.h). stmt.span begins at the
 * first word of the statement and ends behind its ';' or '}': the line of stmt.span.begin is the
 * line of every `at`.
 *
 * Ownership: everything belongs to the arena. Strings may point into the sources' text, which lives
 * as long; they are not terminated. */
#ifndef DWR_AST_H
#define DWR_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "../runtime/tables.h"
#include "source.h"

/* --- leaves --- */

/* A name as written: a bare word or a quoted string. */
struct ast_name {
    struct span span;
    uint32_t symbol;
    struct dwr_str text; /* unescaped */
};

struct ast_names {
    struct ast_name *v; /* in source order */
    uint32_t count;
};

/* A quoted string that is no name: a reason, a title, a pattern. */
struct ast_text {
    struct span span;    /* with its quotes */
    struct dwr_str text; /* unescaped; p NULL: not said */
};

/* A bare word that is no name: a notification's type, a status, `lru`. */
struct ast_word {
    struct span span;
    struct dwr_str text; /* p NULL: not said */
};

enum ast_value_kind {
    AST_VALUE_NONE, /* not said */
    AST_VALUE_NULL,
    AST_VALUE_FALSE,
    AST_VALUE_TRUE,
    AST_VALUE_NUMBER,
    AST_VALUE_STRING,
    AST_VALUE_ARRAY,
    AST_VALUE_OBJECT
};

/* One JSON value: strictly valid (SEMANTICS 1.4), at most as deep as a document. */
struct ast_value {
    struct span span;
    enum ast_value_kind kind;
    struct dwr_str text; /* as written, digits and escapes kept, white space outside strings gone */
};

struct ast_values {
    struct ast_value *v;
    uint32_t count;
};

/* What a number was written with. */
enum ast_unit {
    AST_UNIT_NONE,
    AST_UNIT_SECONDS, /* 30d 24h 15m 90s: value is in seconds */
    AST_UNIT_BYTES    /* 1B 1KB 5MB 1GB, 1KB being 1024: value is in bytes */
};

/* A whole number, a duration or a size. */
struct ast_number {
    struct span span; /* begin == end: not said */
    uint64_t value;   /* UINT64_MAX where it does not fit (check.h refuses it) */
    enum ast_unit unit;
    bool whole; /* no sign, point or exponent: only such a number means value */
};

/* yes, no */
struct ast_flag {
    struct span span;
    bool said, yes;
};

/* --- conditions --- */

/* A condition's tree is at most this deep, so that walking it may recurse: more alternatives than
 * this belong into an `in (…)` list. */
#define AST_COND_DEPTH_MAX 200

struct ast_operand {
    struct span span;
    enum dwr_operand_side side;
    struct ast_name field;  /* base, server, client, doc */
    struct ast_value value; /* DWR_SIDE_VALUE */
};

/* op says which members are used, as in struct dwr_cond: a and b; left and right (right.side ==
 * DWR_SIDE_VALUE: the literal right.value); left and values; left alone (is set, changes:
 * left.field with side DWR_SIDE_DOC); left and values[0] (becomes). */
struct ast_cond {
    enum dwr_cond_op op;
    struct span span;
    const struct ast_cond *a, *b;
    struct ast_operand left, right;
    struct ast_values values;
    uint32_t depth; /* of the tree below it: at most AST_COND_DEPTH_MAX */
};

/* --- statements --- */

/* clang-format off */
enum ast_kind {
    /* the rule set */
    AST_RULESET, AST_SYNC, AST_ATTACHMENTS, AST_RETRY, AST_DEFAULT, AST_DOCTYPE, AST_TEST,
    /* doctype, default */
    AST_STRATEGY, AST_RULE, AST_OTHERWISE, AST_META, AST_LOCK, AST_CHILD, AST_TOMBSTONE,
    AST_NO_OVERLAP, AST_NOTIFY, AST_LINK, AST_CURRENT, AST_AS_OF, AST_EFFECT, AST_PUSH_PRIORITY,
    AST_OFFLINE, AST_BRANCH, AST_REASON, AST_HINT,
    /* the block of a rule */
    AST_PROVISIONAL, AST_WATCH, AST_SET, AST_KEY,
    /* child; AST_KEY too. In fields { … }: AST_RULE, AST_OTHERWISE */
    AST_ORDER_BY, AST_ON_SAME_KEY, AST_COUNT_INTO, AST_REMOVES, AST_APPEND_ONLY, AST_HOLD,
    /* tombstone */
    AST_ALLOW_DELETE, AST_SOFT_DELETE, AST_TTL, AST_DELETE_WINS, AST_ARCHIVE_AFTER,
    /* effect */
    AST_CREATE,
    /* sync */
    AST_MAX_OFFLINE, AST_FORCE_REAUTH, AST_BATCH_SIZE, AST_MANUAL_TIMEOUT, AST_NOTIFY_CHANNEL,
    AST_CHANGE_RETENTION, AST_FEED_LIMIT,
    /* attachments; AST_STRATEGY is its own struct there: AST_ATTACHMENT_STRATEGY */
    AST_ATTACHMENT_STRATEGY, AST_AUTO_SYNC_MAX, AST_ALWAYS_SYNC, AST_DEFER_SYNC, AST_THUMBNAILS,
    AST_ON_CONFLICT, AST_LOCAL_CACHE,
    /* retry */
    AST_BACKOFF, AST_MAX_ATTEMPTS,
    /* test */
    AST_TEST_BASE, AST_TEST_SERVER, AST_TEST_CLIENT, AST_TEST_OP, AST_TEST_CLIENT_TS,
    AST_TEST_SERVER_TS, AST_TEST_NOW, AST_TEST_SERVER_ROLE, AST_TEST_CLIENT_ROLE,
    AST_TEST_CLIENT_USER, AST_EXPECT,
    AST_KIND_COUNT
};
/* clang-format on */

struct ast_stmt {
    enum ast_kind kind;
    struct span span;      /* first word to ';' or '}' */
    struct span word;      /* the first word */
    struct ast_stmt *next; /* in the block */
    struct ast_stmt *same; /* the next of this kind in the block */
};

#define AST_AS(type, stmt) ((struct type *)(void *)(stmt))

struct ast_block {
    struct span span; /* '{' to '}'; the rule set's: empty */
    struct ast_stmt *first;
    struct ast_stmt *of[AST_KIND_COUNT]; /* the first of each kind */
    uint32_t count;
    bool broken; /* a statement in it had a syntax error: what is missing may have been meant */
};

/* ruleset "NAME" version N; */
struct ast_ruleset_name { /* AST_RULESET */
    struct ast_stmt stmt;
    struct ast_text name;
    struct ast_number version;
};

struct ast_section { /* AST_SYNC, AST_ATTACHMENTS, AST_RETRY, AST_DEFAULT, AST_TOMBSTONE */
    struct ast_stmt stmt;
    struct ast_block block;
    struct dwr_str doc; /* AST_DEFAULT: as in ast_doctype */
};

struct ast_doctype {
    struct ast_stmt stmt;
    struct ast_name name;
    struct ast_block block;
    struct dwr_str doc; /* the `///` lines before it, without slashes, joined by \n; p NULL: none */
};

struct ast_strategy {
    struct ast_stmt stmt;
    enum dwr_strategy strategy;
    struct span span; /* of the strategy's word */
};

/* A rule of fields; in fields { … } of a child, of row members. */
struct ast_rule {
    struct ast_stmt stmt;
    enum dwr_rule_kind rule;
    bool together;
    struct span together_span;
    struct ast_names fields;
    struct ast_values ranked; /* max, min */
    struct span ranked_span;
    const struct ast_cond *when; /* NULL: always */
    /* AST_PROVISIONAL (a plain ast_stmt), AST_WATCH, AST_SET, AST_KEY; NULL: no block. */
    struct ast_block *block;
};

struct ast_otherwise {
    struct ast_stmt stmt;
    enum dwr_rule_kind rule;
    struct span rule_span;
};

struct ast_fields { /* AST_META, AST_WATCH, AST_KEY */
    struct ast_stmt stmt;
    struct ast_names fields;
};

struct ast_field { /* AST_ORDER_BY, AST_COUNT_INTO */
    struct ast_stmt stmt;
    struct ast_name field;
};

struct ast_set { /* AST_SET, AST_SOFT_DELETE */
    struct ast_stmt stmt;
    struct ast_name field;
    struct ast_value value;
};

struct ast_when { /* AST_HOLD */
    struct ast_stmt stmt;
    const struct ast_cond *when;
};

struct ast_lock {
    struct ast_stmt stmt;
    const struct ast_cond *when;
    struct ast_names except;
};

struct ast_child {
    struct ast_stmt stmt;
    struct ast_name field;
    struct ast_block block;
};

/* on_same_key RULE; on_same_key sum(F, G); on_same_key fields { … } */
struct ast_on_same_key {
    struct ast_stmt stmt;
    enum dwr_same_key same_key; /* sum(…) and fields { … }: DWR_SAME_KEY_FIELDS */
    struct span word;           /* of what stands behind on_same_key */
    struct ast_names sum;       /* sum(…); else count 0 */
    struct ast_block *block;    /* fields { … }: AST_RULE, AST_OTHERWISE; else NULL */
};

struct ast_switch { /* AST_REMOVES, AST_APPEND_ONLY, AST_ALLOW_DELETE, AST_DELETE_WINS */
    struct ast_stmt stmt;
    struct ast_flag flag;
};

struct ast_ttl {
    struct ast_stmt stmt;
    struct ast_number time;
};

struct ast_archive_after {
    struct ast_stmt stmt;
    struct ast_number time;
    const struct ast_cond *when; /* NULL: always */
};

/* A datetime field, or a date and a time field. */
struct ast_moment {
    bool said;
    struct ast_name field, time; /* time.text.p NULL: there is none */
};

struct ast_no_overlap {
    struct ast_stmt stmt;
    struct ast_names by;
    struct ast_moment from, to;    /* to.said false: for length units of unit_seconds */
    struct ast_name length;        /* text.p NULL with `to` */
    uint32_t unit_seconds;         /* 1, 60, 3600 */
    const struct ast_cond *unless; /* NULL: none */
};

/* notify conflict; notify TYPE when F changes; */
struct ast_notify {
    struct ast_stmt stmt;
    bool conflict;
    struct ast_word type;  /* unless conflict */
    struct ast_name field; /* unless conflict */
};

struct ast_link {
    struct ast_stmt stmt;
    struct ast_names fields;
    struct ast_name doctype;
    bool refresh;
    const struct ast_cond *refresh_when; /* with refresh */
};

struct ast_current {
    struct ast_stmt stmt;
    struct ast_name field, link, doctype, target, manual;
};

struct ast_as_of {
    struct ast_stmt stmt;
    struct ast_name time, link, doctype;
};

struct ast_effect {
    struct ast_stmt stmt;
    struct ast_word name;
    struct ast_name field;
    struct ast_value becomes;
    struct ast_block block; /* AST_CREATE */
};

struct ast_create {
    struct ast_stmt stmt;
    struct ast_name doctype;
};

struct ast_push_priority {
    struct ast_stmt stmt;
    struct ast_number priority;
    const struct ast_cond *when; /* NULL: always; DWR_COND_CREATED: when created */
};

struct ast_offline {
    struct ast_stmt stmt;
    struct ast_flag create, update, delete_; /* the first said of each */
    struct ast_flag again[3];                /* one said a second time, in this order */
};

struct ast_branch {
    struct ast_stmt stmt;
    struct ast_text pattern;
    struct ast_name version_field; /* text.p NULL: not said */
};

struct ast_note { /* AST_REASON, AST_HINT */
    struct ast_stmt stmt;
    struct ast_text text;
};

/* A member of sync, attachments or retry: its kind says which of these it has.
 *   MAX_OFFLINE FORCE_REAUTH CHANGE_RETENTION (time)  BATCH_SIZE MAX_ATTEMPTS (number)
 *   MANUAL_TIMEOUT (time; rule)  NOTIFY_CHANNEL ATTACHMENT_STRATEGY ON_CONFLICT (word)
 *   FEED_LIMIT (number; max, may be missing)  AUTO_SYNC_MAX (size)  ALWAYS_SYNC DEFER_SYNC (texts)
 *   THUMBNAILS (flag; max, may be missing)  LOCAL_CACHE (size; word, may be missing)
 *   BACKOFF (times) */
struct ast_setting {
    struct ast_stmt stmt;
    struct ast_number number, max;
    struct ast_number *numbers; /* BACKOFF */
    uint32_t number_count;
    enum dwr_rule_kind rule;
    struct span rule_span;
    struct ast_word word;
    struct ast_flag flag;
    struct ast_text *texts;
    uint32_t text_count;
};

/* --- tests --- */

struct ast_test {
    struct ast_stmt stmt;
    struct ast_text title;
    struct ast_name doctype;
    struct ast_block block;
};

/* base {…} server {…} client {…}, and client_ts, server_ts, now, roles and user with a value. */
struct ast_given { /* AST_TEST_BASE … AST_TEST_CLIENT_USER, but AST_TEST_OP */
    struct ast_stmt stmt;
    struct ast_value value;
};

struct ast_test_op {
    struct ast_stmt stmt;
    struct ast_word op; /* insert, update, delete, undelete */
};

enum ast_expect_kind {
    AST_EXPECT_STATUS,         /* word; value: members the result must have, or kind NONE */
    AST_EXPECT_OUTCOME,        /* field; row; word */
    AST_EXPECT_CODE,           /* word */
    AST_EXPECT_BRANCH,         /* value: members the branch must have */
    AST_EXPECT_CONFLICT,       /* field; row */
    AST_EXPECT_NO_CONFLICT,    /* none at all, or of the field where it is said */
    AST_EXPECT_NOTIFICATION,   /* word */
    AST_EXPECT_NO_NOTIFICATION /* none at all, or of the type where word is said */
};

struct ast_expect {
    struct ast_stmt stmt;
    enum ast_expect_kind expect;
    struct ast_word word;  /* status, outcome, code, notification's type */
    struct ast_name field; /* text.p NULL: none */
    struct ast_text
        row; /* parts_used["WIDGET-9"]: what stands between the brackets of the report */
    struct ast_value value;
};

/* --- the rule set --- */

/* Every token and comment of a source, in order, for the formatter and editors; kept when asked for
 * (parse.h). Comments are always kept. */
enum ast_token_kind {
    AST_TOKEN_WORD,
    AST_TOKEN_STRING,
    AST_TOKEN_NUMBER,
    AST_TOKEN_PUNCTUATION,
    AST_TOKEN_COMMENT,    /* "//" to the end of its line, without the line end */
    AST_TOKEN_DOC_COMMENT /* "///" */
};

struct ast_token {
    uint32_t begin, end;
    enum ast_token_kind kind;
};

struct ast_tokens {
    struct ast_token *v;
    uint32_t count, capacity;
};

struct ast_file {
    struct ast_tokens tokens; /* with comments; empty unless asked for */
    struct ast_tokens comments;
    bool broken; /* it had a syntax error */
};

struct ast_symbol {
    struct dwr_str text;
    uint64_t hash; /* dwr_name_hash */
};

struct ast_ruleset {
    struct sources sources;     /* in the order of their paths */
    struct ast_file *files;     /* one a source */
    struct ast_block top;       /* of all files: the statements of file after file */
    struct ast_symbol *symbols; /* in no order that means anything */
    uint32_t symbol_count, symbol_capacity;
    uint32_t *slots; /* symbol + 1 by hash, or 0: open addressing */
    uint32_t slot_mask;
    /* The name where no `ruleset` statement says one: the folder's own name, or the base name of a
     * lone file without ".dwr"; with several arguments the first one's. */
    struct dwr_str folder_name;
    unsigned threads; /* how many the rules are worth (team.h) */
};

#define AST_NO_SYMBOL UINT32_MAX

/* The symbol of a text, or AST_NO_SYMBOL: no name in the rule set is called so. */
uint32_t ast_symbol_of(const struct ast_ruleset *ruleset, struct dwr_str text);

/* The words of the language for what the enums name: "client_wins", "manual_resolve", "child". */
const char *ast_rule_word(enum dwr_rule_kind rule);
const char *ast_strategy_word(enum dwr_strategy strategy);
const char *ast_kind_word(enum ast_kind kind);

/* A comparison read from the other side: < for >. */
enum dwr_cond_op ast_op_turned(enum dwr_cond_op op);

/* What a JSON value is, by its first byte. */
enum ast_value_kind ast_value_kind_of(char first);

#endif
