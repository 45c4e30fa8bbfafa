/* tables.h - the shape of the compiled rules: the contract between dwrc and the resolver.
 *
 * dwrc prints these structs as const rows of C and builds the very same structs in memory for
 * `dwrc resolve`; the resolver reads nothing else. Everything is constant: nothing here is ever
 * written, copied or freed by the runtime, and the pointers live as long as the rule set.
 *
 * Trust: a rule set is trusted as code is. It comes from dwrc, which has checked it.
 *
 * Conventions: a count stands behind the pointer it counts; an index into `names` is a uint16_t,
 * DWR_NONE where there is none; `at` is "file:line" of the statement that says so, the path inside
 * the rule set's folder after that folder's own name, with p NULL where no line says it (the
 * built-in defaults). A `value` is one JSON value as text, without white space around it. */
#ifndef DWR_TABLES_H
#define DWR_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Changes whenever a struct below does. Generated files assert it. */
#define DWR_TABLES_VERSION 1

/* At most this many names (fields, or members of a child table) and units in one DocType: an index
 * is 16 bits and two of its values are taken. */
#define DWR_NAMES_MAX 60000
#define DWR_NONE 0xFFFFu

/* UTF-8 bytes with their length; not terminated as far as anyone may assume. p NULL: absent. */
struct dwr_str {
    const char *p;
    size_t n;
};

/* For generated rows: a string literal with its length. */
#define DWR_STR(literal)                                                                           \
    {                                                                                              \
        literal, sizeof literal - 1                                                                \
    }

enum dwr_rule_kind {
#define RULE(NAME, word, arity, section) DWR_RULE_##NAME,
#include "rule_kinds.def"
#undef RULE
    DWR_RULE_BRANCH, /* version_all: section 5.1; no word of the language */
    DWR_RULE_COUNT
};

enum dwr_strategy {
#define STRATEGY(NAME, word, units, rule) DWR_STRATEGY_##NAME,
#include "strategies.def"
#undef STRATEGY
    DWR_STRATEGY_COUNT
};

/* What decides two rows of a child table with one key (section 6). */
enum dwr_same_key {
    DWR_SAME_KEY_SERVER_WINS,
    DWR_SAME_KEY_CLIENT_WINS,
    DWR_SAME_KEY_FIRST_WRITE_WINS,
    DWR_SAME_KEY_LAST_WRITE_WINS,
    DWR_SAME_KEY_KEEP_BOTH,
    DWR_SAME_KEY_MANUAL,
    DWR_SAME_KEY_FIELDS /* member by member; sum(f) is short for it */
};

/* What a name is to the resolver. */
enum dwr_name_role {
    DWR_NAME_FREE,   /* no rule of its own: the strategy decides (in a row: `otherwise`) */
    DWR_NAME_UNIT,   /* index: the unit it belongs to */
    DWR_NAME_TABLE,  /* index: its child table */
    DWR_NAME_META,   /* the sync layer's (1.6); in a row: no member (6) */
    DWR_NAME_COUNT,  /* computed by count_into; index: the table */
    DWR_NAME_VERSION /* the version field (5.1) */
};

struct dwr_name {
    struct dwr_str name; /* unescaped */
    uint8_t role;        /* enum dwr_name_role */
    uint16_t index;
};

/* Names with a perfect hash: hash and displace. With h = dwr_name_hash(p, n), the place of a name
 * is slots[((h >> 32) + displace[h & bucket_mask] * ((h >> 16) | 1)) & slot_mask] (32-bit
 * arithmetic), DWR_NONE or an index into v whose name is then compared. See dwr_names_find in
 * name_hash.h. Names beginning with '_' are META without being listed, in documents and in rows,
 * unless they are. */
struct dwr_names {
    const struct dwr_name *v;
    uint16_t count;
    uint32_t bucket_mask, slot_mask;
    const uint16_t *displace; /* bucket_mask + 1 */
    const uint16_t *slots;    /* slot_mask + 1 */
};

enum dwr_cond_op {
    DWR_COND_AND, /* a and b */
    DWR_COND_OR,  /* a or b */
    DWR_COND_NOT, /* not a */
    DWR_COND_EQ,  /* left, values[0] unless right is set */
    DWR_COND_NE,
    DWR_COND_LT,
    DWR_COND_LE,
    DWR_COND_GT,
    DWR_COND_GE,
    DWR_COND_IN, /* left, values */
    DWR_COND_NOT_IN,
    DWR_COND_IS_SET, /* left */
    DWR_COND_IS_NOT_SET,
    DWR_COND_CHANGES, /* left.field */
    DWR_COND_BECOMES, /* left.field, values[0] (push_priority) */
    DWR_COND_CREATED  /* (push_priority) */
};

enum dwr_operand_side {
    DWR_SIDE_VALUE, /* the literal values[0] stands here */
    DWR_SIDE_BASE,
    DWR_SIDE_SERVER,
    DWR_SIDE_CLIENT, /* the client's view (2.3) */
    DWR_SIDE_DOC,    /* a bare field: the document's, outside of merging */
    DWR_SIDE_SERVER_ROLE,
    DWR_SIDE_CLIENT_ROLE,
    DWR_SIDE_CLIENT_USER
};

struct dwr_operand {
    uint8_t side;   /* enum dwr_operand_side */
    uint16_t field; /* index into the DocType's names, where the side has one */
};

struct dwr_cond {
    uint8_t op; /* enum dwr_cond_op */
    const struct dwr_cond *a, *b;
    struct dwr_operand left, right;
    const struct dwr_str *values; /* JSON texts */
    uint16_t value_count;
};

/* set F = VALUE; soft_delete F = VALUE. */
struct dwr_set {
    uint16_t field; /* DWR_NONE: there is none */
    struct dwr_str value;
    struct dwr_str at;
};

struct dwr_rule {
    uint8_t kind; /* enum dwr_rule_kind */
    bool provisional_client;
    const struct dwr_cond *when;  /* NULL: always */
    const struct dwr_str *ranked; /* max, min: JSON texts, lowest first */
    uint16_t ranked_count;
    struct dwr_str key; /* union, keep_both: the member that identifies an element; p NULL: none */
    const uint16_t *watch;
    uint16_t watch_count;
    const struct dwr_set *set;
    uint16_t set_count;
    struct dwr_str at;
};

struct dwr_unit {
    const uint16_t *fields; /* indices into the names of the DocType (or of the table) */
    uint16_t field_count;
    const struct dwr_rule *rules; /* the first whose `when` holds decides; the last has none */
    uint16_t rule_count;
};

/* The names of a table are its row members; those that are no members (1.6, 6) are listed as META
 * unless they are key or order_by. */
struct dwr_table {
    uint16_t field; /* index into the DocType's names */
    struct dwr_names names;
    const uint16_t *key; /* indices into the table's names */
    uint16_t key_count;
    uint16_t order_by;            /* likewise, or DWR_NONE */
    uint8_t same_key;             /* enum dwr_same_key */
    const struct dwr_unit *units; /* DWR_SAME_KEY_FIELDS: the named members */
    uint16_t unit_count;
    struct dwr_rule otherwise; /* DWR_SAME_KEY_FIELDS: the rule of each other member */
    uint16_t count_into;       /* index into the DocType's names, or DWR_NONE */
    bool removes;
    bool append_only; /* said, or because the DocType's strategy is append_only */
    const struct dwr_cond *hold;
    struct dwr_str at, same_key_at, removes_at, append_only_at,
        hold_at; /* p NULL: not said; use at */
};

/* Filled in from `default` and the built-in defaults; at of each as written there. */
struct dwr_tombstone {
    bool allow_delete, delete_wins_over_update;
    struct dwr_set soft_delete;
    uint64_t ttl_seconds;
    uint64_t archive_after_seconds; /* 0: never */
    const struct dwr_cond *archive_when;
    struct dwr_str allow_delete_at, delete_wins_at, ttl_at, archive_at;
};

struct dwr_notify {
    struct dwr_str type;
    uint16_t field;
    struct dwr_str at;
};

/* What follows is for the sync service; the resolver does not read it. */

struct dwr_moment {             /* a datetime field, or a date and a time field */
    uint16_t field, time_field; /* time_field: DWR_NONE where there is none */
};

struct dwr_no_overlap {
    const uint16_t *by;
    uint16_t by_count;
    struct dwr_moment from, to; /* to.field DWR_NONE: for length_field units of unit_seconds */
    uint16_t length_field;
    uint32_t unit_seconds; /* 1, 60, 3600 */
    const struct dwr_cond *unless;
    struct dwr_str at;
};

struct dwr_link {
    uint16_t field;
    struct dwr_str doctype;
    bool refresh; /* false: just the link */
    const struct dwr_cond *refresh_when;
    struct dwr_str at;
};

struct dwr_current { /* current field of link -> doctype.target otherwise manual unit_field */
    uint16_t field, link;
    struct dwr_str doctype, target;
    uint16_t manual;
    struct dwr_str at;
};

struct dwr_as_of {
    uint16_t time, link;
    struct dwr_str doctype;
    struct dwr_str at;
};

struct dwr_effect {
    struct dwr_str name;
    uint16_t field;
    struct dwr_str value;
    const struct dwr_str *create; /* DocTypes */
    uint16_t create_count;
    struct dwr_str at;
};

struct dwr_priority {
    uint8_t priority;            /* 1 highest to 10 */
    const struct dwr_cond *when; /* NULL: always */
    struct dwr_str at;
};

struct dwr_offline {
    bool create, update, delete_; /* all yes unless said otherwise */
    struct dwr_str at;
};

struct dwr_doctype {
    struct dwr_str name; /* p NULL: the rules of DocTypes that are not named */
    uint8_t strategy;    /* enum dwr_strategy */
    struct dwr_str at;   /* the strategy's line */
    struct dwr_str reason, hint;
    struct dwr_names names; /* every field the rules name, and the built-in ones of 1.6 */

    const struct dwr_unit *units; /* docstatus has one (server_only) even where no rule names it */
    uint16_t unit_count;
    struct dwr_rule free_rule; /* of the fields without a rule of their own (5) */
    bool free_together;        /* they are one unit; else one each */

    const struct dwr_table *tables;
    uint16_t table_count;

    const struct dwr_cond *lock; /* NULL: none */
    const uint16_t *lock_except;
    uint16_t lock_except_count;
    struct dwr_str lock_at;

    struct dwr_tombstone tombstone;
    struct dwr_str branch; /* the name pattern */
    struct dwr_str branch_at;
    uint16_t version_field; /* or DWR_NONE */

    bool notify_conflict;
    const struct dwr_notify *notify;
    uint16_t notify_count;

    const struct dwr_no_overlap *no_overlap;
    uint16_t no_overlap_count;
    const struct dwr_link *links;
    uint16_t link_count;
    const struct dwr_current *current;
    uint16_t current_count;
    const struct dwr_as_of *as_of;
    uint16_t as_of_count;
    const struct dwr_effect *effects;
    uint16_t effect_count;
    const struct dwr_priority *priorities;
    uint16_t priority_count;
    struct dwr_offline offline;
};

/* sync { … }, attachments { … }, retry { … }; a member that is not said has the value in brackets.
 */
struct dwr_sync {
    uint64_t max_offline_seconds;        /* [168h] */
    uint64_t force_reauth_seconds;       /* [336h] */
    uint32_t batch_size;                 /* [100] */
    uint64_t manual_timeout_seconds;     /* [0: never] */
    uint8_t manual_timeout_rule;         /* DWR_RULE_SERVER_WINS or DWR_RULE_CLIENT_WINS */
    struct dwr_str notify_channel;       /* [push] */
    uint64_t change_retention_seconds;   /* [30d] */
    uint32_t feed_limit, feed_limit_max; /* [100 max 500] */
};

struct dwr_attachments {
    struct dwr_str strategy;           /* [metadata_first] */
    uint64_t auto_sync_max_bytes;      /* [5MB] */
    const struct dwr_str *always_sync; /* MIME types */
    uint16_t always_sync_count;
    const struct dwr_str *defer_sync;
    uint16_t defer_sync_count;
    bool thumbnails;            /* [no] */
    uint32_t thumbnail_max;     /* pixels [200] */
    struct dwr_str on_conflict; /* [keep_both] */
    uint64_t local_cache_bytes; /* [500MB] */
    struct dwr_str evict;       /* [lru] */
};

struct dwr_retry {
    const uint32_t *backoff_seconds; /* [0 5 10 30 60 300] */
    uint16_t backoff_count;
    uint32_t max_attempts; /* [10] */
};

struct dwr_ruleset {
    uint32_t tables_version; /* DWR_TABLES_VERSION */
    struct dwr_str name;
    uint64_t version;      /* ruleset "…" version N; 0 where it is not said */
    struct dwr_str digest; /* of the rules, in hexadecimal */
    const struct dwr_doctype *doctypes;
    uint16_t doctype_count;
    /* The DocTypes' names: v[i].index is the index into doctypes. */
    struct dwr_names names;
    struct dwr_doctype other; /* for a DocType that is not named */
    struct dwr_sync sync;
    struct dwr_attachments attachments;
    struct dwr_retry retry;
};

#endif
