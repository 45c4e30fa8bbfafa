/* same_rules.c - compares rule sets deeply: one line a member, so that a member added to tables.h
 * and forgotten here is seen by the sizes at the end. */
#include "same_rules.h"

#include <stdio.h>
#include <string.h>

/* Where the walk is. */
struct walk {
    char path[256];
    size_t n;
};

static size_t enter(struct walk *w, const char *member, long index)
{
    const size_t before = w->n;
    int n;

    if (index < 0)
        n = snprintf(w->path + w->n, sizeof w->path - w->n, ".%s", member);
    else
        n = snprintf(w->path + w->n, sizeof w->path - w->n, ".%s[%ld]", member, index);
    w->n += n > 0 && (size_t)n < sizeof w->path - w->n ? (size_t)n : 0;
    return before;
}

static bool leave(struct walk *w, size_t before, bool same)
{
    if (same) {
        w->n = before;
        w->path[before] = '\0';
    }
    return same;
}

static bool same_str(struct dwr_str a, struct dwr_str b)
{
    return a.n == b.n && (a.p == NULL) == (b.p == NULL) && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#define NUMBER(member) leave(w, enter(w, #member, -1), a->member == b->member)
#define STR(member) leave(w, enter(w, #member, -1), same_str(a->member, b->member))
#define ONE(same, member)                                                                          \
    do {                                                                                           \
        const size_t before_ = enter(w, #member, -1);                                              \
        if (!leave(w, before_, same(w, &a->member, &b->member)))                                   \
            return false;                                                                          \
    } while (0)
#define MANY(same, member, count)                                                                  \
    do {                                                                                           \
        if (!NUMBER(count))                                                                        \
            return false;                                                                          \
        for (long i_ = 0; i_ < (long)a->count; i_++) {                                             \
            const size_t before_ = enter(w, #member, i_);                                          \
            if (!leave(w, before_, same(w, &a->member[i_], &b->member[i_])))                       \
                return false;                                                                      \
        }                                                                                          \
    } while (0)

static bool str(struct walk *w, const struct dwr_str *a, const struct dwr_str *b)
{
    (void)w;
    return same_str(*a, *b);
}

static bool index16(struct walk *w, const uint16_t *a, const uint16_t *b)
{
    (void)w;
    return *a == *b;
}

static bool index32(struct walk *w, const uint32_t *a, const uint32_t *b)
{
    (void)w;
    return *a == *b;
}

static bool name(struct walk *w, const struct dwr_name *a, const struct dwr_name *b)
{
    return STR(name) && NUMBER(role) && NUMBER(index);
}

static bool names(struct walk *w, const struct dwr_names *a, const struct dwr_names *b)
{
    MANY(name, v, count);
    if (!NUMBER(bucket_mask) || !NUMBER(slot_mask))
        return false;
    if (a->count == 0)
        return true;
    return leave(w, enter(w, "displace", -1),
                 memcmp(a->displace, b->displace, (a->bucket_mask + 1) * sizeof *a->displace) ==
                     0) &&
           leave(w, enter(w, "slots", -1),
                 memcmp(a->slots, b->slots, (a->slot_mask + 1) * sizeof *a->slots) == 0);
}

static bool operand(struct walk *w, const struct dwr_operand *a, const struct dwr_operand *b)
{
    return NUMBER(side) && NUMBER(field);
}

static bool cond(struct walk *w, const struct dwr_cond *a, const struct dwr_cond *b);

static bool cond_at(struct walk *w, const struct dwr_cond *const *a,
                    const struct dwr_cond *const *b)
{
    if (*a == NULL || *b == NULL)
        return *a == *b;
    return cond(w, *a, *b);
}

static bool cond(struct walk *w, const struct dwr_cond *a, const struct dwr_cond *b)
{
    if (!NUMBER(op))
        return false;
    ONE(cond_at, a);
    ONE(cond_at, b);
    ONE(operand, left);
    ONE(operand, right);
    MANY(str, values, value_count);
    return true;
}

static bool set(struct walk *w, const struct dwr_set *a, const struct dwr_set *b)
{
    return NUMBER(field) && STR(value) && STR(at);
}

static bool rule(struct walk *w, const struct dwr_rule *a, const struct dwr_rule *b)
{
    if (!NUMBER(kind) || !NUMBER(provisional_client))
        return false;
    ONE(cond_at, when);
    MANY(str, ranked, ranked_count);
    MANY(index16, watch, watch_count);
    MANY(set, set, set_count);
    return STR(key) && STR(at);
}

static bool unit(struct walk *w, const struct dwr_unit *a, const struct dwr_unit *b)
{
    MANY(index16, fields, field_count);
    MANY(rule, rules, rule_count);
    return true;
}

static bool table(struct walk *w, const struct dwr_table *a, const struct dwr_table *b)
{
    ONE(names, names);
    MANY(index16, key, key_count);
    MANY(unit, units, unit_count);
    ONE(rule, otherwise);
    ONE(cond_at, hold);
    return NUMBER(field) && NUMBER(order_by) && NUMBER(same_key) && NUMBER(count_into) &&
           NUMBER(removes) && NUMBER(append_only) && STR(at) && STR(same_key_at) &&
           STR(removes_at) && STR(append_only_at) && STR(hold_at);
}

static bool tombstone(struct walk *w, const struct dwr_tombstone *a, const struct dwr_tombstone *b)
{
    ONE(set, soft_delete);
    ONE(cond_at, archive_when);
    return NUMBER(allow_delete) && NUMBER(delete_wins_over_update) && NUMBER(ttl_seconds) &&
           NUMBER(archive_after_seconds) && STR(allow_delete_at) && STR(delete_wins_at) &&
           STR(ttl_at) && STR(archive_at);
}

static bool notify(struct walk *w, const struct dwr_notify *a, const struct dwr_notify *b)
{
    return STR(type) && NUMBER(field) && STR(at);
}

static bool moment(struct walk *w, const struct dwr_moment *a, const struct dwr_moment *b)
{
    return NUMBER(field) && NUMBER(time_field);
}

static bool no_overlap(struct walk *w, const struct dwr_no_overlap *a,
                       const struct dwr_no_overlap *b)
{
    MANY(index16, by, by_count);
    ONE(moment, from);
    ONE(moment, to);
    ONE(cond_at, unless);
    return NUMBER(length_field) && NUMBER(unit_seconds) && STR(at);
}

static bool links(struct walk *w, const struct dwr_link *a, const struct dwr_link *b)
{
    ONE(cond_at, refresh_when);
    return NUMBER(field) && STR(doctype) && NUMBER(refresh) && STR(at);
}

static bool current(struct walk *w, const struct dwr_current *a, const struct dwr_current *b)
{
    return NUMBER(field) && NUMBER(link) && STR(doctype) && STR(target) && NUMBER(manual) &&
           STR(at);
}

static bool as_of(struct walk *w, const struct dwr_as_of *a, const struct dwr_as_of *b)
{
    return NUMBER(time) && NUMBER(link) && STR(doctype) && STR(at);
}

static bool effect(struct walk *w, const struct dwr_effect *a, const struct dwr_effect *b)
{
    MANY(str, create, create_count);
    return STR(name) && NUMBER(field) && STR(value) && STR(at);
}

static bool priority(struct walk *w, const struct dwr_priority *a, const struct dwr_priority *b)
{
    ONE(cond_at, when);
    return NUMBER(priority) && STR(at);
}

static bool offline(struct walk *w, const struct dwr_offline *a, const struct dwr_offline *b)
{
    return NUMBER(create) && NUMBER(update) && NUMBER(delete_) && STR(at);
}

static bool doctype(struct walk *w, const struct dwr_doctype *a, const struct dwr_doctype *b)
{
    if (!STR(name) || !NUMBER(strategy) || !STR(at) || !STR(reason) || !STR(hint))
        return false;
    ONE(names, names);
    MANY(unit, units, unit_count);
    ONE(rule, free_rule);
    MANY(table, tables, table_count);
    ONE(cond_at, lock);
    MANY(index16, lock_except, lock_except_count);
    ONE(tombstone, tombstone);
    MANY(notify, notify, notify_count);
    MANY(no_overlap, no_overlap, no_overlap_count);
    MANY(links, links, link_count);
    MANY(current, current, current_count);
    MANY(as_of, as_of, as_of_count);
    MANY(effect, effects, effect_count);
    MANY(priority, priorities, priority_count);
    ONE(offline, offline);
    return NUMBER(free_together) && STR(lock_at) && STR(branch) && STR(branch_at) &&
           NUMBER(version_field) && NUMBER(notify_conflict);
}

static bool sync(struct walk *w, const struct dwr_sync *a, const struct dwr_sync *b)
{
    return NUMBER(max_offline_seconds) && NUMBER(force_reauth_seconds) && NUMBER(batch_size) &&
           NUMBER(manual_timeout_seconds) && NUMBER(manual_timeout_rule) && STR(notify_channel) &&
           NUMBER(change_retention_seconds) && NUMBER(feed_limit) && NUMBER(feed_limit_max);
}

static bool attachments(struct walk *w, const struct dwr_attachments *a,
                        const struct dwr_attachments *b)
{
    MANY(str, always_sync, always_sync_count);
    MANY(str, defer_sync, defer_sync_count);
    return STR(strategy) && NUMBER(auto_sync_max_bytes) && NUMBER(thumbnails) &&
           NUMBER(thumbnail_max) && STR(on_conflict) && NUMBER(local_cache_bytes) && STR(evict);
}

static bool retry(struct walk *w, const struct dwr_retry *a, const struct dwr_retry *b)
{
    MANY(index32, backoff_seconds, backoff_count);
    return NUMBER(max_attempts);
}

static bool ruleset(struct walk *w, const struct dwr_ruleset *a, const struct dwr_ruleset *b)
{
    if (!NUMBER(tables_version) || !STR(name) || !NUMBER(version) || !STR(digest))
        return false;
    MANY(doctype, doctypes, doctype_count);
    ONE(names, names);
    ONE(doctype, other);
    ONE(sync, sync);
    ONE(attachments, attachments);
    ONE(retry, retry);
    return true;
}

bool same_rules(const struct dwr_ruleset *a, const struct dwr_ruleset *b, char where[256])
{
    struct walk w = { .n = 0 };
    const bool same = ruleset(&w, a, b);

    memcpy(where, w.path, sizeof w.path);
    return same;
}

/* A member more in a struct is a line more above. */
#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(struct dwr_rule) == 96 && sizeof(struct dwr_table) == 272 &&
                   sizeof(struct dwr_tombstone) == 136 && sizeof(struct dwr_doctype) == 600 &&
                   sizeof(struct dwr_ruleset) == 888,
               "a struct of tables.h has changed: compare its new member");
#endif
