/* rules.y - the shape of the rule language (grammar/LANGUAGE.md); every action builds one node.
 *
 * What a statement may say is decided in compiler/check.c, where it can be said well; the grammar
 * takes whatever has the shape. Errors are collected, not printed, and the parser goes on behind
 * the statement or the block's head they are in: parse.c says where that is, with the tokens RESYNC
 * and RESYNC_OPEN.
 *
 * Words. Every word of the language may be a field name. Where a name may stand the parser takes
 * any word, and two words of the language keep another from it: after `together` the first name is
 * no bare `when` (nor, with max and min, `ranked`), and a name that begins a condition is no bare
 * `not`. */

%define api.pure full
%define api.prefix {rules_yy}
%define api.token.prefix {T_}
%define api.token.raw
%define api.value.type {union rules_value}
%define api.location.type {rules_place}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *p}
%initial-action { @$ = 0; }

%code requires {
#include "parse_state.h"
}

%code {
#include <stddef.h>

/* What is not said. */
static const struct ast_values no_values;
static const struct ast_number no_number;

/* Where a rule of the grammar stands: from its first symbol's begin to its last one's end. */
#define YYLLOC_DEFAULT(here, symbols, n)                                                          \
    ((here) = (n) ? PLACE_FROM_TO(YYRHSLOC(symbols, 1), YYRHSLOC(symbols, n))                     \
                  : PLACE_FROM_TO(YYRHSLOC(symbols, 0) >> 32, YYRHSLOC(symbols, 0)))

#define AT(place) place_span(p->index, place)

/* The stack never grows: it holds what may nest (PARSE_NESTING_MAX), and nothing is allocated that
 * running out of memory could leak. */
#define YYINITDEPTH 1600
#define YYMAXDEPTH  1600

#define rules_yylex(value, place, parse) parse_token(value, place, parse)

static void rules_yyerror(const rules_place *place, struct parse *p, const char *message)
{
    (void)message; /* with custom messages bison says only that its stack is full */
    parse_too_deep(p, AT(*place));
}

#define STMT(type, KIND, here, first, ...)                                                        \
    parse_stmt(p,                                                                                 \
               &(const struct type){ .stmt = { .kind = (KIND), .span = AT(here), .word = AT(first) }, \
                                     __VA_ARGS__ },                                               \
               sizeof(struct type))
/* A statement that ends with the innermost open block. */
#define CLOSE(type, KIND, here, first)                                                            \
    parse_close(p, KIND, AT(here), AT(first), sizeof(struct type), offsetof(struct type, block))
#define PLAIN(KIND, here, first)                                                                  \
    parse_stmt(p, &(const struct ast_stmt){ .kind = (KIND), .span = AT(here), .word = AT(first) },    \
               sizeof(struct ast_stmt))
}

/* A word that is no word of the language, and those that are. */
%token END 0 "the end of the file"
%token WORD "a word"
%token RULESET "ruleset" VERSION "version" SYNC "sync" ATTACHMENTS "attachments" RETRY "retry"
%token DEFAULT "default" DOCTYPE "doctype" TEST "test" FOR "for" MAX_OFFLINE "max_offline"
%token FORCE_REAUTH "force_reauth" BATCH_SIZE "batch_size" MANUAL_TIMEOUT "manual_timeout"
%token THEN "then" NOTIFY_CHANNEL "notify_channel" CHANGE_RETENTION "change_retention"
%token FEED_LIMIT "feed_limit" STRATEGY "strategy" AUTO_SYNC_MAX "auto_sync_max"
%token ALWAYS_SYNC "always_sync" DEFER_SYNC "defer_sync" THUMBNAILS "thumbnails"
%token ON_CONFLICT "on_conflict" LOCAL_CACHE "local_cache" EVICT "evict" BACKOFF "backoff"
%token MAX_ATTEMPTS "max_attempts" TOGETHER "together" RANKED "ranked" WHEN "when"
%token OTHERWISE "otherwise" META "meta" LOCK "lock" EXCEPT "except" CHILD "child"
%token TOMBSTONE "tombstone" NO_OVERLAP "no_overlap" BY "by" FROM "from" TO "to" UNLESS "unless"
%token MINUTES "minutes" SECONDS "seconds" HOURS "hours" NOTIFY "notify" CONFLICT "conflict"
%token CHANGES "changes" LINK "link" REFRESH "refresh" CURRENT "current" OF "of" AS_OF "as_of"
%token EFFECT "effect" BECOMES "becomes" CREATE "create" PUSH_PRIORITY "push_priority"
%token CREATED "created" OFFLINE "offline" UPDATE "update" DELETE "delete" BRANCH "branch"
%token VERSION_FIELD "version_field" REASON "reason" HINT "hint" PROVISIONAL "provisional"
%token CLIENT "client" WATCH "watch" SET "set" KEY "key" ORDER_BY "order_by"
%token ON_SAME_KEY "on_same_key" FIELDS "fields" COUNT_INTO "count_into" REMOVES "removes"
%token HOLD "hold" ALLOW_DELETE "allow_delete" SOFT_DELETE "soft_delete" TTL "ttl"
%token DELETE_WINS_OVER_UPDATE "delete_wins_over_update" ARCHIVE_AFTER "archive_after" IN "in"
%token NOT "not" IS "is" AND "and" OR "or" SERVER "server" BASE "base" TRUE "true" FALSE "false"
%token NULL "null" YES "yes" NO "no" OP "op" CLIENT_TS "client_ts" SERVER_TS "server_ts" NOW "now"
%token SERVER_ROLE "server_role" CLIENT_ROLE "client_role" CLIENT_USER "client_user"
%token EXPECT "expect" OUTCOME "outcome" CODE "code" NOTIFICATION "notification"
%token SERVER_WINS "server_wins" CLIENT_WINS "client_wins" LAST_WRITE_WINS "last_write_wins"
%token FIRST_WRITE_WINS "first_write_wins" MANUAL "manual" MERGE_TEXT "merge_text" UNION "union"
%token KEEP_BOTH "keep_both" SUM "sum" MAX "max" MIN "min" IMMUTABLE "immutable"
%token SERVER_ONLY "server_only" FIELD_LEVEL "field_level" MANUAL_RESOLVE "manual_resolve"
%token APPEND_ONLY "append_only" VERSION_ALL "version_all"

%token <text> STRING "a string in quotes"
%token <number> NUMBER "a number" DURATION "a duration (30d, 24h, 15m, 90s)"
%token <number> SIZE "a size (5MB)"
%token LBRACE "'{'" RBRACE "'}'" LPAREN "'('" RPAREN "')'" LBRACKET "'['" RBRACKET "']'"
%token SEMICOLON "';'" COMMA "','" COLON "':'" DOT "'.'" PLUS "'+'" ARROW "'->'"
%token EQ "'='" NE "'!='" LT "'<'" LE "'<='" GT "'>'" GE "'>='"

/* Not in any text: a token that was reported already; the end of what was skipped; the same before
 * the '{' of a block whose head was wrong. */
%token STRAY RESYNC RESYNC_OPEN

%type <word> word
%type <name> name
%type <names> names together_names ranked_names
%type <text> string
%type <texts> strings
%type <number> max_number
%type <numbers> durations
%type <flag> flag
%type <value> value document scalar_value
%type <values> values opt_ranked
%type <json> json scalar container
%type <operand> operand
%type <cond> cond and_cond not_cond comparison merge_when opt_when when unless
%type <op> compare
%type <side> side
%type <rule> many_rule ranked_rule rule_word timeout_rule
%type <strategy> strategy
%type <same_key> same_key
%type <kind> given
%type <count> time_unit
%type <moment> moment
%type <offline> offline_list
%type <block> rule_end
%type <row> row
%type <stmt> item statement rule rule_stmt child_stmt fields_stmt tombstone_stmt effect_stmt
%type <stmt> sync_stmt attachments_stmt retry_stmt test_stmt

%%

rules:
    %empty
|   rules item                  { parse_add(p, $2); }
|   rules error RESYNC          { yyerrok; parse_broken(p); }
;

item:
    RULESET string SEMICOLON
        { $$ = STMT(ast_ruleset_name, AST_RULESET, @$, @1, .name = *$2); }
|   RULESET string VERSION NUMBER SEMICOLON
        { $$ = STMT(ast_ruleset_name, AST_RULESET, @$, @1, .name = *$2, .version = *$4); }
|   doctype_head STRING open_doctype statements RBRACE
        { $$ = CLOSE(ast_doctype, AST_DOCTYPE, @$, @1);
          AST_AS(ast_doctype, $$)->name = *parse_name(p, $2);
          AST_AS(ast_doctype, $$)->doc = parse_doc(p, AT(@1).begin); }
|   default_head open_doctype statements RBRACE
        { $$ = CLOSE(ast_section, AST_DEFAULT, @$, @1);
          AST_AS(ast_section, $$)->doc = parse_doc(p, AT(@1).begin); }
|   sync_head open_sync sync_stmts RBRACE
        { $$ = CLOSE(ast_section, AST_SYNC, @$, @1); }
|   attachments_head open_attachments attachments_stmts RBRACE
        { $$ = CLOSE(ast_section, AST_ATTACHMENTS, @$, @1); }
|   retry_head open_retry retry_stmts RBRACE
        { $$ = CLOSE(ast_section, AST_RETRY, @$, @1); }
|   test_head string FOR STRING open_test test_stmts RBRACE
        { $$ = CLOSE(ast_test, AST_TEST, @$, @1);
          AST_AS(ast_test, $$)->title = *$2;
          AST_AS(ast_test, $$)->doctype = *parse_name(p, $4); }

|   doctype_head error resync_open open_doctype statements RBRACE
        { parse_drop(p); $$ = NULL; }
|   default_head error resync_open open_doctype statements RBRACE
        { parse_drop(p); $$ = NULL; }
|   sync_head error resync_open open_sync sync_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   attachments_head error resync_open open_attachments attachments_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   retry_head error resync_open open_retry retry_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   test_head error resync_open open_test test_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   doctype_head error RESYNC   { yyerrok; parse_broken(p); $$ = NULL; }
|   default_head error RESYNC   { yyerrok; parse_broken(p); $$ = NULL; }
|   sync_head error RESYNC      { yyerrok; parse_broken(p); $$ = NULL; }
|   attachments_head error RESYNC{ yyerrok; parse_broken(p); $$ = NULL; }
|   retry_head error RESYNC     { yyerrok; parse_broken(p); $$ = NULL; }
|   test_head error RESYNC      { yyerrok; parse_broken(p); $$ = NULL; }
;

doctype_head:     DOCTYPE       { parse_head(p, AT(@1)); } ;
default_head:     DEFAULT       { parse_head(p, AT(@1)); } ;
sync_head:        SYNC          { parse_head(p, AT(@1)); } ;
attachments_head: ATTACHMENTS   { parse_head(p, AT(@1)); } ;
retry_head:       RETRY         { parse_head(p, AT(@1)); } ;
test_head:        TEST          { parse_head(p, AT(@1)); } ;

open_doctype:     LBRACE        { parse_open(p, PARSE_DOCTYPE, AT(@1)); } ;
open_sync:        LBRACE        { parse_open(p, PARSE_SYNC, AT(@1)); } ;
open_attachments: LBRACE        { parse_open(p, PARSE_ATTACHMENTS, AT(@1)); } ;
open_retry:       LBRACE        { parse_open(p, PARSE_RETRY, AT(@1)); } ;
open_test:        LBRACE        { parse_open(p, PARSE_TEST, AT(@1)); } ;
open_rule:        LBRACE        { parse_open(p, PARSE_RULE, AT(@1)); } ;
open_child:       LBRACE        { parse_open(p, PARSE_CHILD, AT(@1)); } ;
open_fields:      LBRACE        { parse_open(p, PARSE_FIELDS, AT(@1)); } ;
open_tombstone:   LBRACE        { parse_open(p, PARSE_TOMBSTONE, AT(@1)); } ;
open_effect:      LBRACE        { parse_open(p, PARSE_EFFECT, AT(@1)); } ;

resync_open:      RESYNC_OPEN   { yyerrok; parse_broken(p); } ;

/* --- doctype and default --- */

statements:
    %empty
|   statements statement        { parse_add(p, $2); }
|   statements error RESYNC     { yyerrok; parse_broken(p); }
;

statement:
    rule
|   STRATEGY strategy SEMICOLON
        { $$ = STMT(ast_strategy, AST_STRATEGY, @$, @1, .strategy = $2, .span = AT(@2)); }
|   OTHERWISE rule_word SEMICOLON
        { $$ = STMT(ast_otherwise, AST_OTHERWISE, @$, @1, .rule = $2, .rule_span = AT(@2)); }
|   META names SEMICOLON
        { $$ = STMT(ast_fields, AST_META, @$, @1, .fields = *$2); }
|   LOCK merge_when SEMICOLON
        { $$ = STMT(ast_lock, AST_LOCK, @$, @1, .when = $2); }
|   LOCK merge_when EXCEPT names SEMICOLON
        { $$ = STMT(ast_lock, AST_LOCK, @$, @1, .when = $2, .except = *$4); }
|   child_head name open_child child_stmts RBRACE
        { $$ = CLOSE(ast_child, AST_CHILD, @$, @1);
          AST_AS(ast_child, $$)->field = *$2; }
|   tombstone_head open_tombstone tombstone_stmts RBRACE
        { $$ = CLOSE(ast_section, AST_TOMBSTONE, @$, @1); }
|   NO_OVERLAP BY names FROM moment TO moment unless SEMICOLON
        { $$ = STMT(ast_no_overlap, AST_NO_OVERLAP, @$, @1, .by = *$3, .from = *$5, .to = *$7,
                    .unless = $8); }
|   NO_OVERLAP BY names FROM moment FOR name time_unit unless SEMICOLON
        { $$ = STMT(ast_no_overlap, AST_NO_OVERLAP, @$, @1, .by = *$3, .from = *$5, .length = *$7,
                    .unit_seconds = $8, .unless = $9); }
|   NOTIFY CONFLICT SEMICOLON
        { $$ = STMT(ast_notify, AST_NOTIFY, @$, @1, .conflict = true); }
|   NOTIFY word WHEN name CHANGES SEMICOLON
        { $$ = STMT(ast_notify, AST_NOTIFY, @$, @1, .type = *$2, .field = *$4); }
|   LINK names ARROW STRING SEMICOLON
        { $$ = STMT(ast_link, AST_LINK, @$, @1, .fields = *$2,
                    .doctype = *parse_name(p, $4)); }
|   LINK names ARROW STRING REFRESH when SEMICOLON
        { $$ = STMT(ast_link, AST_LINK, @$, @1, .fields = *$2,
                    .doctype = *parse_name(p, $4), .refresh = true, .refresh_when = $6); }
|   CURRENT name OF name ARROW STRING DOT name OTHERWISE MANUAL name SEMICOLON
        { $$ = STMT(ast_current, AST_CURRENT, @$, @1, .field = *$2, .link = *$4,
                    .doctype = *parse_name(p, $6), .target = *$8, .manual = *$11); }
|   AS_OF name name ARROW STRING SEMICOLON
        { $$ = STMT(ast_as_of, AST_AS_OF, @$, @1, .time = *$2, .link = *$3,
                    .doctype = *parse_name(p, $5)); }
|   effect_head word WHEN name BECOMES value open_effect effect_stmts RBRACE
        { $$ = CLOSE(ast_effect, AST_EFFECT, @$, @1);
          AST_AS(ast_effect, $$)->name = *$2;
          AST_AS(ast_effect, $$)->field = *$4;
          AST_AS(ast_effect, $$)->becomes = *$6; }
|   PUSH_PRIORITY NUMBER SEMICOLON
        { $$ = STMT(ast_push_priority, AST_PUSH_PRIORITY, @$, @1, .priority = *$2); }
|   PUSH_PRIORITY NUMBER when SEMICOLON
        { $$ = STMT(ast_push_priority, AST_PUSH_PRIORITY, @$, @1, .priority = *$2, .when = $3); }
|   OFFLINE offline_list SEMICOLON
        { $2->stmt.span = AT(@$); $2->stmt.word = AT(@1); $$ = &$2->stmt; }
|   BRANCH string SEMICOLON
        { $$ = STMT(ast_branch, AST_BRANCH, @$, @1, .pattern = *$2); }
|   BRANCH string VERSION_FIELD name SEMICOLON
        { $$ = STMT(ast_branch, AST_BRANCH, @$, @1, .pattern = *$2, .version_field = *$4); }
|   REASON string SEMICOLON
        { $$ = STMT(ast_note, AST_REASON, @$, @1, .text = *$2); }
|   HINT string SEMICOLON
        { $$ = STMT(ast_note, AST_HINT, @$, @1, .text = *$2); }

|   child_head error resync_open open_child child_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   tombstone_head error resync_open open_tombstone tombstone_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   effect_head error resync_open open_effect effect_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   child_head error RESYNC     { yyerrok; parse_broken(p); $$ = NULL; }
|   tombstone_head error RESYNC { yyerrok; parse_broken(p); $$ = NULL; }
|   effect_head error RESYNC    { yyerrok; parse_broken(p); $$ = NULL; }
;

child_head:       CHILD         { parse_head(p, AT(@1)); } ;
tombstone_head:   TOMBSTONE     { parse_head(p, AT(@1)); } ;
effect_head:      EFFECT        { parse_head(p, AT(@1)); } ;

strategy:
    SERVER_WINS                 { $$ = DWR_STRATEGY_SERVER_WINS; }
|   SERVER_ONLY                 { $$ = DWR_STRATEGY_SERVER_ONLY; }
|   CLIENT_WINS                 { $$ = DWR_STRATEGY_CLIENT_WINS; }
|   LAST_WRITE_WINS             { $$ = DWR_STRATEGY_LAST_WRITE_WINS; }
|   FIELD_LEVEL                 { $$ = DWR_STRATEGY_FIELD_LEVEL; }
|   MANUAL_RESOLVE              { $$ = DWR_STRATEGY_MANUAL_RESOLVE; }
|   APPEND_ONLY                 { $$ = DWR_STRATEGY_APPEND_ONLY; }
|   VERSION_ALL                 { $$ = DWR_STRATEGY_VERSION_ALL; }
;

/* --- rules --- */

rule:
    many_rule names opt_when rule_end
        { $$ = STMT(ast_rule, AST_RULE, @$, @1, .rule = $1, .fields = *$2, .when = $3,
                    .block = $4); }
|   many_rule TOGETHER together_names opt_when rule_end
        { $$ = STMT(ast_rule, AST_RULE, @$, @1, .rule = $1, .together = true,
                    .together_span = AT(@2), .fields = *$3, .when = $4, .block = $5); }
|   ranked_rule names opt_ranked opt_when rule_end
        { $$ = STMT(ast_rule, AST_RULE, @$, @1, .rule = $1, .fields = *$2, .ranked = *$3,
                    .ranked_span = AT(@3), .when = $4, .block = $5); }
|   ranked_rule TOGETHER ranked_names opt_ranked opt_when rule_end
        { $$ = STMT(ast_rule, AST_RULE, @$, @1, .rule = $1, .together = true,
                    .together_span = AT(@2), .fields = *$3, .ranked = *$4, .ranked_span = AT(@4),
                    .when = $5, .block = $6); }
;

many_rule:
    SERVER_WINS                 { $$ = DWR_RULE_SERVER_WINS; }
|   CLIENT_WINS                 { $$ = DWR_RULE_CLIENT_WINS; }
|   LAST_WRITE_WINS             { $$ = DWR_RULE_LAST_WRITE_WINS; }
|   FIRST_WRITE_WINS            { $$ = DWR_RULE_FIRST_WRITE_WINS; }
|   MANUAL                      { $$ = DWR_RULE_MANUAL; }
|   MERGE_TEXT                  { $$ = DWR_RULE_MERGE_TEXT; }
|   UNION                       { $$ = DWR_RULE_UNION; }
|   KEEP_BOTH                   { $$ = DWR_RULE_KEEP_BOTH; }
|   SUM                         { $$ = DWR_RULE_SUM; }
|   IMMUTABLE                   { $$ = DWR_RULE_IMMUTABLE; }
|   SERVER_ONLY                 { $$ = DWR_RULE_SERVER_ONLY; }
;

ranked_rule:
    MAX                         { $$ = DWR_RULE_MAX; }
|   MIN                         { $$ = DWR_RULE_MIN; }
;

rule_word: many_rule | ranked_rule ;

opt_ranked:
    %empty                      { $$ = (struct ast_values *)&no_values; }
|   RANKED LPAREN values RPAREN { $$ = $3; }
;

opt_when:
    %empty                      { $$ = NULL; }
|   merge_when
;

rule_end:
    SEMICOLON                   { $$ = NULL; }
|   open_rule rule_stmts RBRACE { $$ = parse_close_alone(p, AT(@3)); }
;

rule_stmts:
    %empty
|   rule_stmts rule_stmt        { parse_add(p, $2); }
|   rule_stmts error RESYNC     { yyerrok; parse_broken(p); }
;

rule_stmt:
    PROVISIONAL CLIENT SEMICOLON
        { $$ = PLAIN(AST_PROVISIONAL, @$, @1); }
|   WATCH names SEMICOLON
        { $$ = STMT(ast_fields, AST_WATCH, @$, @1, .fields = *$2); }
|   SET name EQ value SEMICOLON
        { $$ = STMT(ast_set, AST_SET, @$, @1, .field = *$2, .value = *$4); }
|   KEY names SEMICOLON
        { $$ = STMT(ast_fields, AST_KEY, @$, @1, .fields = *$2); }
;

/* --- child tables --- */

child_stmts:
    %empty
|   child_stmts child_stmt      { parse_add(p, $2); }
|   child_stmts error RESYNC    { yyerrok; parse_broken(p); }
;

child_stmt:
    KEY names SEMICOLON
        { $$ = STMT(ast_fields, AST_KEY, @$, @1, .fields = *$2); }
|   ORDER_BY name SEMICOLON
        { $$ = STMT(ast_field, AST_ORDER_BY, @$, @1, .field = *$2); }
|   ON_SAME_KEY same_key SEMICOLON
        { $$ = STMT(ast_on_same_key, AST_ON_SAME_KEY, @$, @1, .same_key = $2, .word = AT(@2)); }
|   ON_SAME_KEY SUM LPAREN names RPAREN SEMICOLON
        { $$ = STMT(ast_on_same_key, AST_ON_SAME_KEY, @$, @1, .same_key = DWR_SAME_KEY_FIELDS,
                    .word = AT(@2), .sum = *$4); }
|   ON_SAME_KEY fields_head open_fields fields_stmts RBRACE
        { $$ = STMT(ast_on_same_key, AST_ON_SAME_KEY, @$, @1, .same_key = DWR_SAME_KEY_FIELDS,
                    .word = AT(@2), .block = parse_close_alone(p, AT(@5))); }
|   COUNT_INTO name SEMICOLON
        { $$ = STMT(ast_field, AST_COUNT_INTO, @$, @1, .field = *$2); }
|   REMOVES flag SEMICOLON
        { $$ = STMT(ast_switch, AST_REMOVES, @$, @1, .flag = *$2); }
|   APPEND_ONLY flag SEMICOLON
        { $$ = STMT(ast_switch, AST_APPEND_ONLY, @$, @1, .flag = *$2); }
|   HOLD merge_when SEMICOLON
        { $$ = STMT(ast_when, AST_HOLD, @$, @1, .when = $2); }

|   ON_SAME_KEY fields_head error resync_open open_fields fields_stmts RBRACE
        { parse_drop(p); $$ = NULL; }
|   ON_SAME_KEY fields_head error RESYNC
        { yyerrok; parse_broken(p); $$ = NULL; }
;

fields_head:      FIELDS        { parse_head(p, AT(@1)); } ;

same_key:
    SERVER_WINS                 { $$ = DWR_SAME_KEY_SERVER_WINS; }
|   CLIENT_WINS                 { $$ = DWR_SAME_KEY_CLIENT_WINS; }
|   FIRST_WRITE_WINS            { $$ = DWR_SAME_KEY_FIRST_WRITE_WINS; }
|   LAST_WRITE_WINS             { $$ = DWR_SAME_KEY_LAST_WRITE_WINS; }
|   KEEP_BOTH                   { $$ = DWR_SAME_KEY_KEEP_BOTH; }
|   MANUAL                      { $$ = DWR_SAME_KEY_MANUAL; }
;

fields_stmts:
    %empty
|   fields_stmts fields_stmt    { parse_add(p, $2); }
|   fields_stmts error RESYNC   { yyerrok; parse_broken(p); }
;

fields_stmt:
    rule
|   OTHERWISE rule_word SEMICOLON
        { $$ = STMT(ast_otherwise, AST_OTHERWISE, @$, @1, .rule = $2, .rule_span = AT(@2)); }
;

/* --- tombstone, effect --- */

tombstone_stmts:
    %empty
|   tombstone_stmts tombstone_stmt { parse_add(p, $2); }
|   tombstone_stmts error RESYNC   { yyerrok; parse_broken(p); }
;

tombstone_stmt:
    ALLOW_DELETE flag SEMICOLON
        { $$ = STMT(ast_switch, AST_ALLOW_DELETE, @$, @1, .flag = *$2); }
|   SOFT_DELETE name EQ value SEMICOLON
        { $$ = STMT(ast_set, AST_SOFT_DELETE, @$, @1, .field = *$2, .value = *$4); }
|   TTL DURATION SEMICOLON
        { $$ = STMT(ast_ttl, AST_TTL, @$, @1, .time = *$2); }
|   DELETE_WINS_OVER_UPDATE flag SEMICOLON
        { $$ = STMT(ast_switch, AST_DELETE_WINS, @$, @1, .flag = *$2); }
|   ARCHIVE_AFTER DURATION SEMICOLON
        { $$ = STMT(ast_archive_after, AST_ARCHIVE_AFTER, @$, @1, .time = *$2); }
|   ARCHIVE_AFTER DURATION when SEMICOLON
        { $$ = STMT(ast_archive_after, AST_ARCHIVE_AFTER, @$, @1, .time = *$2, .when = $3); }
;

effect_stmts:
    %empty
|   effect_stmts effect_stmt    { parse_add(p, $2); }
|   effect_stmts error RESYNC   { yyerrok; parse_broken(p); }
;

effect_stmt:
    CREATE STRING SEMICOLON
        { $$ = STMT(ast_create, AST_CREATE, @$, @1, .doctype = *parse_name(p, $2)); }
;

moment:
    name                        { $$ = parse_moment(p, $1, NULL); }
|   name PLUS name              { $$ = parse_moment(p, $1, $3); }
;

time_unit:
    SECONDS                     { $$ = 1; }
|   MINUTES                     { $$ = 60; }
|   HOURS                       { $$ = 3600; }
;

offline_list:
    CREATE flag                 { $$ = parse_offline(p, NULL, 0, $2); }
|   UPDATE flag                 { $$ = parse_offline(p, NULL, 1, $2); }
|   DELETE flag                 { $$ = parse_offline(p, NULL, 2, $2); }
|   offline_list COMMA CREATE flag { $$ = parse_offline(p, $1, 0, $4); }
|   offline_list COMMA UPDATE flag { $$ = parse_offline(p, $1, 1, $4); }
|   offline_list COMMA DELETE flag { $$ = parse_offline(p, $1, 2, $4); }
;

/* --- sync, attachments, retry --- */

sync_stmts:
    %empty
|   sync_stmts sync_stmt        { parse_add(p, $2); }
|   sync_stmts error RESYNC     { yyerrok; parse_broken(p); }
;

sync_stmt:
    MAX_OFFLINE DURATION SEMICOLON
        { $$ = STMT(ast_setting, AST_MAX_OFFLINE, @$, @1, .number = *$2); }
|   FORCE_REAUTH DURATION SEMICOLON
        { $$ = STMT(ast_setting, AST_FORCE_REAUTH, @$, @1, .number = *$2); }
|   BATCH_SIZE NUMBER SEMICOLON
        { $$ = STMT(ast_setting, AST_BATCH_SIZE, @$, @1, .number = *$2); }
|   MANUAL_TIMEOUT DURATION THEN timeout_rule SEMICOLON
        { $$ = STMT(ast_setting, AST_MANUAL_TIMEOUT, @$, @1, .number = *$2, .rule = $4,
                    .rule_span = AT(@4)); }
|   NOTIFY_CHANNEL word SEMICOLON
        { $$ = STMT(ast_setting, AST_NOTIFY_CHANNEL, @$, @1, .word = *$2); }
|   CHANGE_RETENTION DURATION SEMICOLON
        { $$ = STMT(ast_setting, AST_CHANGE_RETENTION, @$, @1, .number = *$2); }
|   FEED_LIMIT NUMBER max_number SEMICOLON
        { $$ = STMT(ast_setting, AST_FEED_LIMIT, @$, @1, .number = *$2, .max = *$3); }
;

timeout_rule:
    SERVER_WINS                 { $$ = DWR_RULE_SERVER_WINS; }
|   CLIENT_WINS                 { $$ = DWR_RULE_CLIENT_WINS; }
;

max_number:
    %empty                      { $$ = (struct ast_number *)&no_number; }
|   MAX NUMBER                  { $$ = $2; }
;

attachments_stmts:
    %empty
|   attachments_stmts attachments_stmt { parse_add(p, $2); }
|   attachments_stmts error RESYNC     { yyerrok; parse_broken(p); }
;

attachments_stmt:
    STRATEGY word SEMICOLON
        { $$ = STMT(ast_setting, AST_ATTACHMENT_STRATEGY, @$, @1, .word = *$2); }
|   AUTO_SYNC_MAX SIZE SEMICOLON
        { $$ = STMT(ast_setting, AST_AUTO_SYNC_MAX, @$, @1, .number = *$2); }
|   ALWAYS_SYNC strings SEMICOLON
        { $$ = STMT(ast_setting, AST_ALWAYS_SYNC, @$, @1, .texts = $2->v,
                    .text_count = $2->count); }
|   DEFER_SYNC strings SEMICOLON
        { $$ = STMT(ast_setting, AST_DEFER_SYNC, @$, @1, .texts = $2->v, .text_count = $2->count); }
|   THUMBNAILS flag max_number SEMICOLON
        { $$ = STMT(ast_setting, AST_THUMBNAILS, @$, @1, .flag = *$2, .max = *$3); }
|   ON_CONFLICT word SEMICOLON
        { $$ = STMT(ast_setting, AST_ON_CONFLICT, @$, @1, .word = *$2); }
|   LOCAL_CACHE SIZE SEMICOLON
        { $$ = STMT(ast_setting, AST_LOCAL_CACHE, @$, @1, .number = *$2); }
|   LOCAL_CACHE SIZE EVICT word SEMICOLON
        { $$ = STMT(ast_setting, AST_LOCAL_CACHE, @$, @1, .number = *$2, .word = *$4); }
;

retry_stmts:
    %empty
|   retry_stmts retry_stmt      { parse_add(p, $2); }
|   retry_stmts error RESYNC    { yyerrok; parse_broken(p); }
;

retry_stmt:
    BACKOFF durations SEMICOLON
        { $$ = STMT(ast_setting, AST_BACKOFF, @$, @1, .numbers = $2->v,
                    .number_count = $2->count); }
|   MAX_ATTEMPTS NUMBER SEMICOLON
        { $$ = STMT(ast_setting, AST_MAX_ATTEMPTS, @$, @1, .number = *$2); }
;

/* --- tests --- */

test_stmts:
    %empty
|   test_stmts test_stmt        { parse_add(p, $2); }
|   test_stmts error RESYNC     { yyerrok; parse_broken(p); }
;

/* A document ends by itself; a ';' behind it is taken too. */
test_stmt:
    given scalar_value SEMICOLON
        { $$ = STMT(ast_given, $1, @$, @1, .value = *$2); }
|   given document
        { $$ = STMT(ast_given, $1, @$, @1, .value = *$2); }
|   given document SEMICOLON
        { $$ = STMT(ast_given, $1, @$, @1, .value = *$2); }
|   OP word SEMICOLON
        { $$ = STMT(ast_test_op, AST_TEST_OP, @$, @1, .op = *$2); }
|   EXPECT WORD SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_STATUS,
                    .word = *parse_word(p, AT(@2))); }
|   EXPECT WORD document
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_STATUS,
                    .word = *parse_word(p, AT(@2)), .value = *$3); }
|   EXPECT WORD document SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_STATUS,
                    .word = *parse_word(p, AT(@2)), .value = *$3); }
|   EXPECT OUTCOME row word SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_OUTCOME,
                    .field = $3->field, .row = $3->row, .word = *$4); }
|   EXPECT CODE word SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_CODE, .word = *$3); }
|   EXPECT BRANCH document
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_BRANCH, .value = *$3); }
|   EXPECT BRANCH document SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_BRANCH, .value = *$3); }
|   EXPECT CONFLICT row SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_CONFLICT,
                    .field = $3->field, .row = $3->row); }
|   EXPECT NO CONFLICT SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_NO_CONFLICT); }
|   EXPECT NO CONFLICT row SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_NO_CONFLICT,
                    .field = $4->field, .row = $4->row); }
|   EXPECT NOTIFICATION word SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_NOTIFICATION,
                    .word = *$3); }
|   EXPECT NO NOTIFICATION SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_NO_NOTIFICATION); }
|   EXPECT NO NOTIFICATION word SEMICOLON
        { $$ = STMT(ast_expect, AST_EXPECT, @$, @1, .expect = AST_EXPECT_NO_NOTIFICATION,
                    .word = *$4); }
;

given:
    BASE                        { $$ = AST_TEST_BASE; }
|   SERVER                      { $$ = AST_TEST_SERVER; }
|   CLIENT                      { $$ = AST_TEST_CLIENT; }
|   CLIENT_TS                   { $$ = AST_TEST_CLIENT_TS; }
|   SERVER_TS                   { $$ = AST_TEST_SERVER_TS; }
|   NOW                         { $$ = AST_TEST_NOW; }
|   SERVER_ROLE                 { $$ = AST_TEST_SERVER_ROLE; }
|   CLIENT_ROLE                 { $$ = AST_TEST_CLIENT_ROLE; }
|   CLIENT_USER                 { $$ = AST_TEST_CLIENT_USER; }
;

row:
    name                        { $$ = parse_row(p, $1, NULL); }
|   name LBRACKET string RBRACKET { $$ = parse_row(p, $1, $3); }
;

/* --- conditions --- */

merge_when:
    WHEN merging cond           { $$ = $3; }
;

merging: %empty                 { p->merging = true; } ;
of_document: %empty             { p->merging = false; } ;

when:
    WHEN of_document cond       { $$ = $3; }
;

unless:
    %empty                      { $$ = NULL; }
|   UNLESS of_document cond     { $$ = $3; }
;

cond:
    and_cond
|   cond OR and_cond            { $$ = parse_cond(p, AT(@$), DWR_COND_OR, $1, $3); }
;

and_cond:
    not_cond
|   and_cond AND not_cond       { $$ = parse_cond(p, AT(@$), DWR_COND_AND, $1, $3); }
;

not_cond:
    comparison
|   NOT not_cond                { $$ = parse_cond(p, AT(@$), DWR_COND_NOT, $2, NULL); }
;

comparison:
    LPAREN cond RPAREN          { $$ = $2; }
|   operand compare operand
        { $$ = parse_compare(p, AT(@$), $2, $1, $3, NO_VALUES); }
|   operand IN LPAREN values RPAREN
        { $$ = parse_compare(p, AT(@$), DWR_COND_IN, $1, NULL, $4); }
|   operand NOT IN LPAREN values RPAREN
        { $$ = parse_compare(p, AT(@$), DWR_COND_NOT_IN, $1, NULL, $5); }
|   operand IS SET
        { $$ = parse_compare(p, AT(@$), DWR_COND_IS_SET, $1, NULL, NO_VALUES); }
|   operand IS NOT SET
        { $$ = parse_compare(p, AT(@$), DWR_COND_IS_NOT_SET, $1, NULL, NO_VALUES); }
|   operand CHANGES
        { $$ = parse_compare(p, AT(@$), DWR_COND_CHANGES, $1, NULL, NO_VALUES); }
|   operand BECOMES value
        { parse_values_begin(p, $3);
          $$ = parse_compare(p, AT(@$), DWR_COND_BECOMES, $1, NULL, parse_values_end(p)); }
|   CREATED
        { $$ = parse_compare(p, AT(@$), DWR_COND_CREATED, NULL, NULL, NO_VALUES); }
;

compare:
    EQ                          { $$ = DWR_COND_EQ; }
|   NE                          { $$ = DWR_COND_NE; }
|   LT                          { $$ = DWR_COND_LT; }
|   LE                          { $$ = DWR_COND_LE; }
|   GT                          { $$ = DWR_COND_GT; }
|   GE                          { $$ = DWR_COND_GE; }
;

/* A bare or quoted name is a field or a literal: parse_compare knows which side it stands on. */
operand:
    cond_word                   { $$ = parse_operand_word(p, AT(@1)); }
|   side DOT name               { $$ = parse_operand_side(p, AT(@$), $1, $3); }
|   STRING                      { $$ = parse_operand_string(p, $1); }
|   NUMBER
        { $$ = parse_operand_value(p, parse_value(p, AST_VALUE_NUMBER, AT(@1))); }
|   container                   { $$ = parse_operand_value(p, parse_value(p, $1, AT(@1))); }
;

side:
    BASE                        { $$ = DWR_SIDE_BASE; }
|   SERVER                      { $$ = DWR_SIDE_SERVER; }
|   CLIENT                      { $$ = DWR_SIDE_CLIENT; }
;

/* --- JSON --- */

value:
    json                        { $$ = parse_value(p, $1, AT(@1)); }
;

document:
    container                   { $$ = parse_value(p, $1, AT(@1)); }
;

scalar_value:
    scalar                      { $$ = parse_value(p, $1, AT(@1)); }
;

values: value_list              { $$ = parse_values_end(p); } ;

value_list:
    value                       { parse_values_begin(p, $1); }
|   value_list COMMA value      { parse_values_add(p, $3); }
;

json: scalar | container ;

scalar:
    STRING                      { $$ = AST_VALUE_STRING; }
|   NUMBER                      { $$ = AST_VALUE_NUMBER; }
|   TRUE                        { $$ = AST_VALUE_TRUE; }
|   FALSE                       { $$ = AST_VALUE_FALSE; }
|   NULL                        { $$ = AST_VALUE_NULL; }
;

container:
    LBRACKET RBRACKET           { $$ = AST_VALUE_ARRAY; }
|   LBRACKET elements RBRACKET  { $$ = AST_VALUE_ARRAY; }
|   LBRACE RBRACE               { $$ = AST_VALUE_OBJECT; }
|   LBRACE members RBRACE       { $$ = AST_VALUE_OBJECT; }
;

elements:
    json                        { }
|   elements COMMA json         { }
;

members:
    STRING COLON json           { }
|   members COMMA STRING COLON json { }
;

/* --- names and lists --- */

names: name_list                { $$ = parse_names_end(p); } ;
together_names: together_list   { $$ = parse_names_end(p); } ;
ranked_names: ranked_list       { $$ = parse_names_end(p); } ;

name_list:
    name                        { parse_names_begin(p, $1); }
|   name_list COMMA name        { parse_names_add(p, $3); }
;

/* The first word behind `together` that is not `when`: there `together` itself is the field. */
together_list:
    together_word               { parse_names_begin(p, parse_bare(p, AT(@1))); }
|   STRING                      { parse_names_begin(p, parse_name(p, $1)); }
|   together_list COMMA name    { parse_names_add(p, $3); }
;

ranked_list:
    ranked_word                 { parse_names_begin(p, parse_bare(p, AT(@1))); }
|   STRING                      { parse_names_begin(p, parse_name(p, $1)); }
|   ranked_list COMMA name      { parse_names_add(p, $3); }
;

name:
    WORD                        { $$ = parse_bare(p, AT(@1)); }
|   language_word               { $$ = parse_bare(p, AT(@1)); }
|   WHEN                        { $$ = parse_bare(p, AT(@1)); }
|   RANKED                      { $$ = parse_bare(p, AT(@1)); }
|   NOT                         { $$ = parse_bare(p, AT(@1)); }
|   STRING                      { $$ = parse_name(p, $1); }
;

word: any_word                  { $$ = parse_word(p, AT(@1)); } ;

string: STRING                  { $$ = $1; } ;

strings: string_list            { $$ = parse_texts_end(p); } ;

string_list:
    STRING                      { parse_texts_begin(p, $1); }
|   string_list COMMA STRING    { parse_texts_add(p, $3); }
;

durations: duration_list        { $$ = parse_numbers_end(p); } ;

duration_list:
    DURATION                    { parse_numbers_begin(p, $1); }
|   duration_list COMMA DURATION { parse_numbers_add(p, $3); }
;

flag:
    YES                         { $$ = parse_flag(p, AT(@1), true); }
|   NO                          { $$ = parse_flag(p, AT(@1), false); }
;

/* Words of the language as names. Three have nonterminals that leave them out. */
any_word: WORD | language_word | WHEN | RANKED | NOT ;
cond_word: WORD | language_word | WHEN | RANKED ;
together_word: WORD | language_word | RANKED | NOT ;
ranked_word: WORD | language_word | NOT ;

language_word:
    RULESET | VERSION | SYNC | ATTACHMENTS | RETRY | DEFAULT | DOCTYPE | TEST | FOR
    | MAX_OFFLINE | FORCE_REAUTH | BATCH_SIZE | MANUAL_TIMEOUT | THEN | NOTIFY_CHANNEL
    | CHANGE_RETENTION | FEED_LIMIT | STRATEGY | AUTO_SYNC_MAX | ALWAYS_SYNC | DEFER_SYNC
    | THUMBNAILS | ON_CONFLICT | LOCAL_CACHE | EVICT | BACKOFF | MAX_ATTEMPTS | TOGETHER
    | OTHERWISE | META | LOCK | EXCEPT | CHILD | TOMBSTONE | NO_OVERLAP | BY | FROM | TO | UNLESS
    | MINUTES | SECONDS | HOURS | NOTIFY | CONFLICT | CHANGES | LINK | REFRESH | CURRENT | OF
    | AS_OF | EFFECT | BECOMES | CREATE | PUSH_PRIORITY | CREATED | OFFLINE | UPDATE | DELETE
    | BRANCH | VERSION_FIELD | REASON | HINT | PROVISIONAL | CLIENT | WATCH | SET | KEY | ORDER_BY
    | ON_SAME_KEY | FIELDS | COUNT_INTO | REMOVES | HOLD | ALLOW_DELETE | SOFT_DELETE | TTL
    | DELETE_WINS_OVER_UPDATE | ARCHIVE_AFTER | IN | IS | AND | OR | SERVER | BASE | TRUE | FALSE
    | NULL | YES | NO | OP | CLIENT_TS | SERVER_TS | NOW | SERVER_ROLE | CLIENT_ROLE | CLIENT_USER
    | EXPECT | OUTCOME | CODE | NOTIFICATION | SERVER_WINS | CLIENT_WINS | LAST_WRITE_WINS
    | FIRST_WRITE_WINS | MANUAL | MERGE_TEXT | UNION | KEEP_BOTH | SUM | MAX | MIN | IMMUTABLE
    | SERVER_ONLY | FIELD_LEVEL | MANUAL_RESOLVE | APPEND_ONLY | VERSION_ALL
;

%%

/* What stands here instead of what could: handed to parse.c, which knows the words for it. */
static int yyreport_syntax_error(const yypcontext_t *context, struct parse *p)
{
    yysymbol_kind_t expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);

    /* api.token.raw: a token's kind is its number. */
    parse_unexpected(p, yypcontext_token(context), AT(*yypcontext_location(context)),
                     (const int *)expected, count);
    return 0;
}

const char *parse_token_name(int token)
{
    return yysymbol_name((yysymbol_kind_t)token);
}
