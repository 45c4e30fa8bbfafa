/* plan_service.c - what only the sync service reads: statements across documents (SEMANTICS 9) and
 * the settings of sync, attachments and retries. */
#include "plan_parts.h"

/* --- statements of a DocType --- */

static struct dwr_moment moment(struct plan *p, const struct ast_moment *m)
{
    struct dwr_moment result = { .field = DWR_NONE, .time_field = DWR_NONE };

    if (!m->said)
        return result;
    result.field = plan_name(p, &p->fields, &m->field);
    if (m->time.text.p)
        result.time_field = plan_name(p, &p->fields, &m->time);
    return result;
}

void plan_no_overlap(struct plan *p, const struct ast_no_overlap *s)
{
    struct dwr_no_overlap *row = &p->no_overlap[p->doctype->no_overlap_count++];

    *row = (struct dwr_no_overlap){ .by_count = plan_count(p, s->by.count, "fields of no_overlap"),
                                    .length_field = DWR_NONE,
                                    .at = plan_at(p, &s->stmt) };
    row->by = plan_name_list(p, &p->fields, &s->by);
    row->from = moment(p, &s->from);
    row->to = moment(p, &s->to);
    if (s->length.text.p) {
        row->length_field = plan_name(p, &p->fields, &s->length);
        row->unit_seconds = s->unit_seconds;
    }
    row->unless = plan_condition(p, s->unless);
}

/* One row a field. */
void plan_link(struct plan *p, const struct ast_link *s)
{
    const struct dwr_str at = plan_at(p, &s->stmt);
    const uint16_t first = p->doctype->link_count;
    const struct dwr_cond *when;

    for (uint32_t i = 0; i < s->fields.count; i++)
        p->links[p->doctype->link_count++] =
            (struct dwr_link){ .field = plan_name(p, &p->fields, &s->fields.v[i]),
                               .doctype = s->doctype.text,
                               .refresh = s->refresh,
                               .at = at };
    when = plan_condition(p, s->refresh ? s->refresh_when : NULL);
    for (uint16_t i = first; i < p->doctype->link_count; i++)
        p->links[i].refresh_when = when;
}

void plan_current(struct plan *p, const struct ast_current *s)
{
    struct dwr_current *row = &p->current[p->doctype->current_count++];

    row->field = plan_name(p, &p->fields, &s->field);
    row->link = plan_name(p, &p->fields, &s->link);
    row->doctype = s->doctype.text;
    row->target = s->target.text;
    row->manual = plan_name(p, &p->fields, &s->manual);
    row->at = plan_at(p, &s->stmt);
}

void plan_as_of(struct plan *p, const struct ast_as_of *s)
{
    struct dwr_as_of *row = &p->as_of[p->doctype->as_of_count++];

    row->time = plan_name(p, &p->fields, &s->time);
    row->link = plan_name(p, &p->fields, &s->link);
    row->doctype = s->doctype.text;
    row->at = plan_at(p, &s->stmt);
}

void plan_effect(struct plan *p, const struct ast_effect *s)
{
    struct dwr_effect *row = &p->effects[p->doctype->effect_count++];
    const uint32_t count = plan_how_many(&s->block, AST_CREATE);
    struct dwr_str *create = arena_array(p->arena, count, sizeof *create);

    *row = (struct dwr_effect){ .name = s->name.text,
                                .field = plan_name(p, &p->fields, &s->field),
                                .value = s->becomes.text,
                                .create = create,
                                .create_count = plan_count(p, count, "documents of an effect"),
                                .at = plan_at(p, &s->stmt) };
    for (const struct ast_stmt *c = s->block.of[AST_CREATE]; c; c = c->same)
        *create++ = AST_AS(ast_create, c)->doctype.text;
}

void plan_priority(struct plan *p, const struct ast_push_priority *s)
{
    p->priorities[p->doctype->priority_count++] =
        (struct dwr_priority){ .priority = (uint8_t)s->priority.value,
                               .when = plan_condition(p, s->when),
                               .at = plan_at(p, &s->stmt) };
}

/* yes, unless the DocType or else the default says otherwise. */
static bool offline(const struct ast_flag *own, const struct ast_flag *by_default)
{
    if (own && own->said)
        return own->yes;
    return !by_default || !by_default->said || by_default->yes;
}

void plan_offline(struct plan *p)
{
    const struct ast_stmt *own = plan_said(p->block, AST_OFFLINE);
    const struct ast_stmt *by_default = plan_said(p->defaults, AST_OFFLINE);
    const struct ast_offline *a = own ? AST_AS(ast_offline, own) : NULL;
    const struct ast_offline *b = by_default ? AST_AS(ast_offline, by_default) : NULL;

    p->doctype->offline = (struct dwr_offline){
        .create = offline(a ? &a->create : NULL, b ? &b->create : NULL),
        .update = offline(a ? &a->update : NULL, b ? &b->update : NULL),
        .delete_ = offline(a ? &a->delete_ : NULL, b ? &b->delete_ : NULL),
    };
    if (own || by_default)
        p->doctype->offline.at = plan_at(p, own ? own : by_default);
}

/* --- settings --- */

static const struct ast_setting *setting(const struct ast_block *block, enum ast_kind kind)
{
    return block && block->of[kind] ? AST_AS(ast_setting, block->of[kind]) : NULL;
}

static uint64_t number(const struct ast_block *block, enum ast_kind kind, uint64_t otherwise)
{
    const struct ast_setting *s = setting(block, kind);

    return s ? s->number.value : otherwise;
}

/* What stands behind `max`. */
static uint64_t maximum(const struct ast_block *block, enum ast_kind kind, uint64_t otherwise)
{
    const struct ast_setting *s = setting(block, kind);

    return s && s->max.span.begin != s->max.span.end ? s->max.value : otherwise;
}

static struct dwr_str word(const struct ast_block *block, enum ast_kind kind,
                           struct dwr_str otherwise)
{
    const struct ast_setting *s = setting(block, kind);

    return s && s->word.text.p ? s->word.text : otherwise;
}

static const struct dwr_str *texts(struct plan *p, const struct ast_block *block,
                                   enum ast_kind kind, uint16_t *count)
{
    struct dwr_str *v;
    uint32_t n = 0;

    *count = 0;
    for (const struct ast_stmt *s = plan_said(block, kind); s; s = s->same)
        n += AST_AS(ast_setting, s)->text_count;
    if (n == 0)
        return NULL;
    *count = plan_count(p, n, "MIME types");
    v = arena_array(p->arena, n, sizeof *v);
    n = 0;
    for (const struct ast_stmt *s = plan_said(block, kind); s; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_setting, s)->text_count; i++)
            v[n++] = AST_AS(ast_setting, s)->texts[i].text;
    return v;
}

static void put_sync(const struct ast_block *block, struct dwr_sync *sync)
{
    const struct ast_setting *timeout = setting(block, AST_MANUAL_TIMEOUT);

    *sync = (struct dwr_sync){
        .max_offline_seconds = number(block, AST_MAX_OFFLINE, 168 * 3600),
        .force_reauth_seconds = number(block, AST_FORCE_REAUTH, 336 * 3600),
        .batch_size = (uint32_t)number(block, AST_BATCH_SIZE, 100),
        .manual_timeout_seconds = number(block, AST_MANUAL_TIMEOUT, 0),
        .manual_timeout_rule = timeout ? (uint8_t)timeout->rule : DWR_RULE_SERVER_WINS,
        .notify_channel = word(block, AST_NOTIFY_CHANNEL, (struct dwr_str)DWR_STR("push")),
        .change_retention_seconds = number(block, AST_CHANGE_RETENTION, 30 * 86400),
        .feed_limit = (uint32_t)number(block, AST_FEED_LIMIT, 100),
    };
    /* Without `max` the usual one, but never less than the limit itself. */
    sync->feed_limit_max =
        (uint32_t)maximum(block, AST_FEED_LIMIT, sync->feed_limit > 500 ? sync->feed_limit : 500);
}

static void put_attachments(struct plan *p, const struct ast_block *block,
                            struct dwr_attachments *a)
{
    const struct ast_setting *thumbnails = setting(block, AST_THUMBNAILS);

    *a = (struct dwr_attachments){
        .strategy = word(block, AST_ATTACHMENT_STRATEGY, (struct dwr_str)DWR_STR("metadata_first")),
        .auto_sync_max_bytes = number(block, AST_AUTO_SYNC_MAX, (uint64_t)5 << 20),
        .thumbnails = thumbnails && thumbnails->flag.yes,
        .thumbnail_max = (uint32_t)maximum(block, AST_THUMBNAILS, 200),
        .on_conflict = word(block, AST_ON_CONFLICT, (struct dwr_str)DWR_STR("keep_both")),
        .local_cache_bytes = number(block, AST_LOCAL_CACHE, (uint64_t)500 << 20),
        .evict = word(block, AST_LOCAL_CACHE, (struct dwr_str)DWR_STR("lru")),
    };
    a->always_sync = texts(p, block, AST_ALWAYS_SYNC, &a->always_sync_count);
    a->defer_sync = texts(p, block, AST_DEFER_SYNC, &a->defer_sync_count);
}

static void put_retry(struct plan *p, const struct ast_block *block, struct dwr_retry *retry)
{
    static const uint32_t usual[] = { 0, 5, 10, 30, 60, 300 };
    const struct ast_setting *s = setting(block, AST_BACKOFF);
    uint32_t *backoff;

    *retry = (struct dwr_retry){ .backoff_seconds = usual,
                                 .backoff_count = sizeof usual / sizeof *usual,
                                 .max_attempts = (uint32_t)number(block, AST_MAX_ATTEMPTS, 10) };
    if (!s)
        return;
    backoff = arena_array(p->arena, s->number_count, sizeof *backoff);
    for (uint32_t i = 0; i < s->number_count; i++)
        backoff[i] = (uint32_t)s->numbers[i].value;
    retry->backoff_seconds = backoff;
    retry->backoff_count = plan_count(p, s->number_count, "times of backoff");
}

static const struct ast_block *section(const struct plan *p, enum ast_kind kind)
{
    const struct ast_stmt *s = p->ast->top.of[kind];

    return s ? &AST_AS(ast_section, s)->block : NULL;
}

void plan_settings(struct plan *p, struct dwr_ruleset *set)
{
    put_sync(section(p, AST_SYNC), &set->sync);
    put_attachments(p, section(p, AST_ATTACHMENTS), &set->attachments);
    put_retry(p, section(p, AST_RETRY), &set->retry);
}
