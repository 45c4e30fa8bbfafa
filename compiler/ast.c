/* ast.c - the tree's names by their text, and the words of the language for what its enums name. */
#include "ast.h"

#include "../runtime/name_hash.h"

uint32_t ast_symbol_of(const struct ast_ruleset *ruleset, struct dwr_str text)
{
    uint64_t hash = dwr_name_hash(text.p, text.n);
    uint32_t slot;

    if (ruleset->symbol_count == 0)
        return AST_NO_SYMBOL;
    for (slot = (uint32_t)hash & ruleset->slot_mask; ruleset->slots[slot] != 0;
         slot = (slot + 1) & ruleset->slot_mask) {
        const struct ast_symbol *symbol = &ruleset->symbols[ruleset->slots[slot] - 1];

        if (symbol->hash == hash && symbol->text.n == text.n &&
            memcmp(symbol->text.p, text.p, text.n) == 0)
            return ruleset->slots[slot] - 1;
    }
    return AST_NO_SYMBOL;
}

const char *ast_rule_word(enum dwr_rule_kind rule)
{
    static const char *const words[DWR_RULE_COUNT] = {
#define RULE(NAME, word, arity, section) [DWR_RULE_##NAME] = #word,
#include "../runtime/rule_kinds.def"
#undef RULE
        [DWR_RULE_BRANCH] = "branch",
    };

    return words[rule];
}

const char *ast_strategy_word(enum dwr_strategy strategy)
{
    static const char *const words[DWR_STRATEGY_COUNT] = {
#define STRATEGY(NAME, word, units, rule) [DWR_STRATEGY_##NAME] = #word,
#include "../runtime/strategies.def"
#undef STRATEGY
    };

    return words[strategy];
}

const char *ast_kind_word(enum ast_kind kind)
{
    /* clang-format off */
    static const char *const words[AST_KIND_COUNT] = {
        [AST_RULESET] = "ruleset", [AST_SYNC] = "sync", [AST_ATTACHMENTS] = "attachments",
        [AST_RETRY] = "retry", [AST_DEFAULT] = "default", [AST_DOCTYPE] = "doctype",
        [AST_TEST] = "test",
        [AST_STRATEGY] = "strategy", [AST_RULE] = "a rule", [AST_OTHERWISE] = "otherwise",
        [AST_META] = "meta", [AST_LOCK] = "lock", [AST_CHILD] = "child",
        [AST_TOMBSTONE] = "tombstone", [AST_NO_OVERLAP] = "no_overlap", [AST_NOTIFY] = "notify",
        [AST_LINK] = "link", [AST_CURRENT] = "current", [AST_AS_OF] = "as_of",
        [AST_EFFECT] = "effect", [AST_PUSH_PRIORITY] = "push_priority", [AST_OFFLINE] = "offline",
        [AST_BRANCH] = "branch", [AST_REASON] = "reason", [AST_HINT] = "hint",
        [AST_PROVISIONAL] = "provisional", [AST_WATCH] = "watch", [AST_SET] = "set",
        [AST_KEY] = "key",
        [AST_ORDER_BY] = "order_by", [AST_ON_SAME_KEY] = "on_same_key",
        [AST_COUNT_INTO] = "count_into", [AST_REMOVES] = "removes",
        [AST_APPEND_ONLY] = "append_only", [AST_HOLD] = "hold",
        [AST_ALLOW_DELETE] = "allow_delete", [AST_SOFT_DELETE] = "soft_delete", [AST_TTL] = "ttl",
        [AST_DELETE_WINS] = "delete_wins_over_update", [AST_ARCHIVE_AFTER] = "archive_after",
        [AST_CREATE] = "create",
        [AST_MAX_OFFLINE] = "max_offline", [AST_FORCE_REAUTH] = "force_reauth",
        [AST_BATCH_SIZE] = "batch_size", [AST_MANUAL_TIMEOUT] = "manual_timeout",
        [AST_NOTIFY_CHANNEL] = "notify_channel", [AST_CHANGE_RETENTION] = "change_retention",
        [AST_FEED_LIMIT] = "feed_limit",
        [AST_ATTACHMENT_STRATEGY] = "strategy", [AST_AUTO_SYNC_MAX] = "auto_sync_max",
        [AST_ALWAYS_SYNC] = "always_sync", [AST_DEFER_SYNC] = "defer_sync",
        [AST_THUMBNAILS] = "thumbnails", [AST_ON_CONFLICT] = "on_conflict",
        [AST_LOCAL_CACHE] = "local_cache",
        [AST_BACKOFF] = "backoff", [AST_MAX_ATTEMPTS] = "max_attempts",
        [AST_TEST_BASE] = "base", [AST_TEST_SERVER] = "server", [AST_TEST_CLIENT] = "client",
        [AST_TEST_OP] = "op", [AST_TEST_CLIENT_TS] = "client_ts",
        [AST_TEST_SERVER_TS] = "server_ts", [AST_TEST_NOW] = "now",
        [AST_TEST_SERVER_ROLE] = "server_role", [AST_TEST_CLIENT_ROLE] = "client_role",
        [AST_TEST_CLIENT_USER] = "client_user", [AST_EXPECT] = "expect",
    };
    /* clang-format on */

    return words[kind];
}

enum dwr_cond_op ast_op_turned(enum dwr_cond_op op)
{
    switch (op) {
    case DWR_COND_LT:
        return DWR_COND_GT;
    case DWR_COND_LE:
        return DWR_COND_GE;
    case DWR_COND_GT:
        return DWR_COND_LT;
    case DWR_COND_GE:
        return DWR_COND_LE;
    default:
        return op;
    }
}

enum ast_value_kind ast_value_kind_of(char first)
{
    switch (first) {
    case '{':
        return AST_VALUE_OBJECT;
    case '[':
        return AST_VALUE_ARRAY;
    case '"':
        return AST_VALUE_STRING;
    case 't':
        return AST_VALUE_TRUE;
    case 'f':
        return AST_VALUE_FALSE;
    case 'n':
        return AST_VALUE_NULL;
    default:
        return AST_VALUE_NUMBER;
    }
}
