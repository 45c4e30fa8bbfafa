/* emit_service.c - what only the sync service reads, as members of C. */
#include "emit_parts.h"

#define WORD(constant) [constant] = DWR_STR(#constant)

static const struct dwr_str timeout_words[] = {
#define RULE(NAME, word, arity, section) WORD(DWR_RULE_##NAME),
#include "rule_kinds.def"
#undef RULE
};

/* Opens the array of a member, and closes it with its count. */
#define ARRAY(o, member, row) out_lit(o, "        ." member " = (const struct " row "[]){\n")
#define ARRAY_END(o, member, n)                                                                    \
    do {                                                                                           \
        out_lit(o, "        },\n        ." member " = ");                                          \
        out_number(o, n);                                                                          \
        out_lit(o, ",\n");                                                                         \
    } while (0)

static void notify(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "notify", "dwr_notify");
    for (uint16_t i = 0; i < d->notify_count; i++) {
        out_lit(o, "            { .type = ");
        emit_str(o, d->notify[i].type);
        EMIT_MEMBER(o, "field");
        emit_index(o, &d->names, d->notify[i].field);
        EMIT_STR_MEMBER(o, "at", d->notify[i].at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "notify_count", d->notify_count);
}

static void moment(struct out *o, const struct dwr_names *names, struct dwr_moment m)
{
    out_lit(o, "{ .field = ");
    emit_index(o, names, m.field);
    EMIT_MEMBER(o, "time_field");
    emit_index(o, names, m.time_field);
    out_lit(o, " }");
}

static void no_overlap(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "no_overlap", "dwr_no_overlap");
    for (uint16_t i = 0; i < d->no_overlap_count; i++) {
        const struct dwr_no_overlap *row = &d->no_overlap[i];

        out_lit(o, "            { .by = ");
        emit_index_array(o, &d->names, row->by, row->by_count);
        EMIT_MEMBER(o, "by_count");
        out_number(o, row->by_count);
        out_lit(o, ",\n              .from = ");
        moment(o, &d->names, row->from);
        out_lit(o, ",\n              .to = ");
        moment(o, &d->names, row->to);
        out_lit(o, ",\n              .length_field = ");
        emit_index(o, &d->names, row->length_field);
        if (row->unit_seconds > 0) {
            EMIT_MEMBER(o, "unit_seconds");
            out_number(o, row->unit_seconds);
        }
        if (row->unless) {
            out_lit(o, ",\n              .unless = ");
            emit_condition(o, &d->names, row->unless);
        }
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "no_overlap_count", d->no_overlap_count);
}

static void links(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "links", "dwr_link");
    for (uint16_t i = 0; i < d->link_count; i++) {
        const struct dwr_link *row = &d->links[i];

        out_lit(o, "            { .field = ");
        emit_index(o, &d->names, row->field);
        EMIT_STR_MEMBER(o, "doctype", row->doctype);
        if (row->refresh)
            out_lit(o, ", .refresh = true");
        if (row->refresh_when) {
            out_lit(o, ",\n              .refresh_when = ");
            emit_condition(o, &d->names, row->refresh_when);
        }
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "link_count", d->link_count);
}

static void current(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "current", "dwr_current");
    for (uint16_t i = 0; i < d->current_count; i++) {
        const struct dwr_current *row = &d->current[i];

        out_lit(o, "            { .field = ");
        emit_index(o, &d->names, row->field);
        EMIT_MEMBER(o, "link");
        emit_index(o, &d->names, row->link);
        EMIT_STR_MEMBER(o, "doctype", row->doctype);
        EMIT_STR_MEMBER(o, "target", row->target);
        EMIT_MEMBER(o, "manual");
        emit_index(o, &d->names, row->manual);
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "current_count", d->current_count);
}

static void as_of(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "as_of", "dwr_as_of");
    for (uint16_t i = 0; i < d->as_of_count; i++) {
        const struct dwr_as_of *row = &d->as_of[i];

        out_lit(o, "            { .time = ");
        emit_index(o, &d->names, row->time);
        EMIT_MEMBER(o, "link");
        emit_index(o, &d->names, row->link);
        EMIT_STR_MEMBER(o, "doctype", row->doctype);
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "as_of_count", d->as_of_count);
}

static void effects(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "effects", "dwr_effect");
    for (uint16_t i = 0; i < d->effect_count; i++) {
        const struct dwr_effect *row = &d->effects[i];

        out_lit(o, "            { .name = ");
        emit_str(o, row->name);
        EMIT_MEMBER(o, "field");
        emit_index(o, &d->names, row->field);
        EMIT_STR_MEMBER(o, "value", row->value);
        if (row->create_count > 0) {
            out_lit(o, ",\n              .create = ");
            emit_str_array(o, row->create, row->create_count);
            EMIT_MEMBER(o, "create_count");
            out_number(o, row->create_count);
        }
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "effect_count", d->effect_count);
}

static void priorities(struct out *o, const struct dwr_doctype *d)
{
    ARRAY(o, "priorities", "dwr_priority");
    for (uint16_t i = 0; i < d->priority_count; i++) {
        const struct dwr_priority *row = &d->priorities[i];

        out_lit(o, "            { .priority = ");
        out_number(o, row->priority);
        if (row->when) {
            EMIT_MEMBER(o, "when");
            emit_condition(o, &d->names, row->when);
        }
        EMIT_STR_MEMBER(o, "at", row->at);
        out_lit(o, " },\n");
    }
    ARRAY_END(o, "priority_count", d->priority_count);
}

static void yes_or_no(struct out *o, bool yes)
{
    if (yes)
        out_lit(o, "true");
    else
        out_lit(o, "false");
}

static void offline(struct out *o, const struct dwr_offline *offline)
{
    out_lit(o, "        .offline = { .create = ");
    yes_or_no(o, offline->create);
    EMIT_MEMBER(o, "update");
    yes_or_no(o, offline->update);
    EMIT_MEMBER(o, "delete_");
    yes_or_no(o, offline->delete_);
    EMIT_STR_MEMBER(o, "at", offline->at);
    out_lit(o, " },\n");
}

void emit_service_members(struct out *o, const struct dwr_doctype *d)
{
    static const struct {
        size_t count; /* where the count stands in struct dwr_doctype */
        void (*print)(struct out *, const struct dwr_doctype *);
    } members[] = {
        { offsetof(struct dwr_doctype, notify_count), notify },
        { offsetof(struct dwr_doctype, no_overlap_count), no_overlap },
        { offsetof(struct dwr_doctype, link_count), links },
        { offsetof(struct dwr_doctype, current_count), current },
        { offsetof(struct dwr_doctype, as_of_count), as_of },
        { offsetof(struct dwr_doctype, effect_count), effects },
        { offsetof(struct dwr_doctype, priority_count), priorities },
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        uint16_t count;

        memcpy(&count, (const char *)d + members[i].count, sizeof count);
        if (count > 0)
            members[i].print(o, d);
    }
    offline(o, &d->offline);
}

/* --- settings --- */

static void number(struct out *o, const char *member, uint64_t n)
{
    out_lit(o, "        .");
    out_bytes(o, member, strlen(member));
    out_lit(o, " = ");
    out_number(o, n);
    out_lit(o, ",\n");
}

static void text(struct out *o, const char *member, struct dwr_str s)
{
    out_lit(o, "        .");
    out_bytes(o, member, strlen(member));
    out_lit(o, " = ");
    emit_str(o, s);
    out_lit(o, ",\n");
}

static void types(struct out *o, const char *member, const struct dwr_str *v, uint16_t count)
{
    if (count == 0)
        return;
    out_lit(o, "        .");
    out_bytes(o, member, strlen(member));
    out_lit(o, " = ");
    emit_str_array(o, v, count);
    out_lit(o, ",\n        .");
    out_bytes(o, member, strlen(member));
    out_lit(o, "_count = ");
    out_number(o, count);
    out_lit(o, ",\n");
}

static void sync(struct out *o, const struct dwr_sync *s)
{
    out_lit(o, "    .sync = {\n");
    number(o, "max_offline_seconds", s->max_offline_seconds);
    number(o, "force_reauth_seconds", s->force_reauth_seconds);
    number(o, "batch_size", s->batch_size);
    number(o, "manual_timeout_seconds", s->manual_timeout_seconds);
    out_lit(o, "        .manual_timeout_rule = ");
    out_str(o, timeout_words[s->manual_timeout_rule]);
    out_lit(o, ",\n");
    text(o, "notify_channel", s->notify_channel);
    number(o, "change_retention_seconds", s->change_retention_seconds);
    number(o, "feed_limit", s->feed_limit);
    number(o, "feed_limit_max", s->feed_limit_max);
    out_lit(o, "    },\n");
}

static void attachments(struct out *o, const struct dwr_attachments *a)
{
    out_lit(o, "    .attachments = {\n");
    text(o, "strategy", a->strategy);
    number(o, "auto_sync_max_bytes", a->auto_sync_max_bytes);
    types(o, "always_sync", a->always_sync, a->always_sync_count);
    types(o, "defer_sync", a->defer_sync, a->defer_sync_count);
    out_lit(o, "        .thumbnails = ");
    yes_or_no(o, a->thumbnails);
    out_lit(o, ",\n");
    number(o, "thumbnail_max", a->thumbnail_max);
    text(o, "on_conflict", a->on_conflict);
    number(o, "local_cache_bytes", a->local_cache_bytes);
    text(o, "evict", a->evict);
    out_lit(o, "    },\n");
}

static void retry(struct out *o, const struct dwr_retry *r)
{
    out_lit(o, "    .retry = {\n        .backoff_seconds = (const uint32_t[]){ ");
    for (uint16_t i = 0; i < r->backoff_count; i++) {
        if (i > 0)
            out_lit(o, ", ");
        out_number(o, r->backoff_seconds[i]);
    }
    out_lit(o, " },\n");
    number(o, "backoff_count", r->backoff_count);
    number(o, "max_attempts", r->max_attempts);
    out_lit(o, "    },\n");
}

void emit_settings(struct out *o, const struct dwr_ruleset *rules)
{
    sync(o, &rules->sync);
    attachments(o, &rules->attachments);
    retry(o, &rules->retry);
}
