/* plan.c - the rule set and its DocTypes: every default filled in.
 *
 * A DocType's statements are taken in source order, so its names stand in the order in which the
 * rules speak of them, and after them what every document has: the built-in fields of SEMANTICS
 * 1.6 and docstatus. `default` is made into one more DocType, `other`, which decides for every
 * DocType that is not named. */
#include "plan_parts.h"
#include "team.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* How many of these the tables can count. */
#define COUNT_MAX 65535u

/* The strategies' rules, and whether the fields without a rule of their own are one unit. */
enum { ONE = true, EACH = false };
static const struct {
    enum dwr_rule_kind rule;
    bool together;
} strategies[] = {
#define STRATEGY(NAME, word, units, rule) [DWR_STRATEGY_##NAME] = { DWR_RULE_##rule, units },
#include "strategies.def"
#undef STRATEGY
};

/* --- shared with the other parts --- */

struct dwr_str plan_at(struct plan *p, const struct ast_stmt *stmt)
{
    return source_at(p->arena, &p->ast->sources, stmt->span, &p->line_hint);
}

void plan_fail(struct plan *p, struct span span, const char *why)
{
    struct source *source = &p->ast->sources.v[span.source];

    if (!p->failed)
        diag_failure(p->diag, "%s:%u: does not fit the tables: %s", source->path.p,
                     source_position(p->arena, source, span.begin).line, why);
    p->failed = true;
}

uint16_t plan_count(struct plan *p, uint32_t count, const char *of_what)
{
    if (count <= COUNT_MAX)
        return (uint16_t)count;
    plan_fail(p, p->place, arena_printf(p->arena, "more than %u %s", COUNT_MAX, of_what).p);
    return 0;
}

/* --- strategy and units --- */

static void put_strategy(struct plan *p, const struct ast_stmt *s)
{
    struct dwr_doctype *d = p->doctype;
    const struct ast_stmt *otherwise = p->block ? p->block->of[AST_OTHERWISE] : NULL;

    d->strategy = s ? (uint8_t)AST_AS(ast_strategy, s)->strategy : DWR_STRATEGY_SERVER_WINS;
    if (s)
        d->at = plan_at(p, s);
    d->free_rule = (struct dwr_rule){ .kind = (uint8_t)strategies[d->strategy].rule, .at = d->at };
    d->free_together = strategies[d->strategy].together;
    if (otherwise)
        d->free_rule = (struct dwr_rule){ .kind = (uint8_t)AST_AS(ast_otherwise, otherwise)->rule,
                                          .at = plan_at(p, otherwise) };
}

/* SEMANTICS 5.1, 5.2: the branch's name, and the version field. */
static void put_branch(struct plan *p)
{
    const struct ast_stmt *s = plan_said(p->block, AST_BRANCH);
    struct dwr_doctype *d = p->doctype;

    d->version_field = DWR_NONE;
    if (d->strategy == DWR_STRATEGY_VERSION_ALL || d->strategy == DWR_STRATEGY_APPEND_ONLY)
        d->branch = (struct dwr_str)DWR_STR("{name}_conflict_{timestamp}");
    if (!s)
        return;
    d->branch_at = plan_at(p, s);
    if (AST_AS(ast_branch, s)->pattern.text.p)
        d->branch = AST_AS(ast_branch, s)->pattern.text;
    if (AST_AS(ast_branch, s)->version_field.text.p) {
        d->version_field = plan_name(p, &p->fields, &AST_AS(ast_branch, s)->version_field);
        plan_role(&p->fields, d->version_field, DWR_NAME_VERSION, 0);
    }
}

/* --- tombstones --- */

/* What the DocType says, else what the default says, else NULL. */
static const struct ast_stmt *tombstone_said(const struct plan *p, enum ast_kind kind)
{
    const struct ast_stmt *own = plan_said(p->block, AST_TOMBSTONE);
    const struct ast_stmt *by_default = plan_said(p->defaults, AST_TOMBSTONE);

    if (own && AST_AS(ast_section, own)->block.of[kind])
        return AST_AS(ast_section, own)->block.of[kind];
    return by_default ? AST_AS(ast_section, by_default)->block.of[kind] : NULL;
}

static bool tombstone_switch(struct plan *p, enum ast_kind kind, struct dwr_str *at)
{
    const struct ast_stmt *s = tombstone_said(p, kind);

    if (!s)
        return true; /* allow_delete and delete_wins_over_update alike */
    *at = plan_at(p, s);
    return AST_AS(ast_switch, s)->flag.yes;
}

static void put_tombstone(struct plan *p)
{
    struct dwr_tombstone *t = &p->doctype->tombstone;
    const struct ast_stmt *soft_delete = tombstone_said(p, AST_SOFT_DELETE);
    const struct ast_stmt *ttl = tombstone_said(p, AST_TTL);
    const struct ast_stmt *archive = tombstone_said(p, AST_ARCHIVE_AFTER);

    t->allow_delete = tombstone_switch(p, AST_ALLOW_DELETE, &t->allow_delete_at);
    t->delete_wins_over_update = tombstone_switch(p, AST_DELETE_WINS, &t->delete_wins_at);
    t->soft_delete.field = DWR_NONE;
    if (soft_delete)
        t->soft_delete = plan_set(p, AST_AS(ast_set, soft_delete));
    t->ttl_seconds = 30 * 86400;
    if (ttl) {
        t->ttl_seconds = AST_AS(ast_ttl, ttl)->time.value;
        t->ttl_at = plan_at(p, ttl);
    }
    if (archive) {
        t->archive_after_seconds = AST_AS(ast_archive_after, archive)->time.value;
        t->archive_when = plan_condition(p, AST_AS(ast_archive_after, archive)->when);
        t->archive_at = plan_at(p, archive);
    }
}

/* --- the statements of a DocType, one after the other --- */

static void take_rule(struct plan *p, struct ast_stmt *s)
{
    plan_rule(p, &p->fields, &p->units, AST_AS(ast_rule, s));
}

static void take_meta(struct plan *p, struct ast_stmt *s)
{
    const struct ast_names *fields = &AST_AS(ast_fields, s)->fields;

    for (uint32_t i = 0; i < fields->count; i++)
        plan_role(&p->fields, plan_name(p, &p->fields, &fields->v[i]), DWR_NAME_META, 0);
}

static void take_lock(struct plan *p, struct ast_stmt *s)
{
    const struct ast_lock *lock = AST_AS(ast_lock, s);
    struct dwr_doctype *d = p->doctype;

    d->lock = plan_condition(p, lock->when);
    d->lock_at = plan_at(p, s);
    if (lock->except.count == 0)
        return;
    d->lock_except = plan_name_list(p, &p->fields, &lock->except);
    d->lock_except_count = plan_count(p, lock->except.count, "fields of `lock … except`");
}

static void take_child(struct plan *p, struct ast_stmt *s)
{
    plan_table(p, AST_AS(ast_child, s));
}

/* These two stand at most once and look themselves up, as they must where they are not said. */
static void take_tombstone(struct plan *p, struct ast_stmt *s)
{
    (void)s;
    put_tombstone(p);
}

static void take_branch(struct plan *p, struct ast_stmt *s)
{
    (void)s;
    put_branch(p);
}

static void take_notify(struct plan *p, struct ast_stmt *s)
{
    const struct ast_notify *notify = AST_AS(ast_notify, s);

    if (notify->conflict)
        return; /* whether it is said at all decides */
    p->notify[p->doctype->notify_count++] =
        (struct dwr_notify){ .type = notify->type.text,
                             .field = plan_name(p, &p->fields, &notify->field),
                             .at = plan_at(p, s) };
}

static void take_no_overlap(struct plan *p, struct ast_stmt *s)
{
    plan_no_overlap(p, AST_AS(ast_no_overlap, s));
}

static void take_link(struct plan *p, struct ast_stmt *s)
{
    plan_link(p, AST_AS(ast_link, s));
}

static void take_current(struct plan *p, struct ast_stmt *s)
{
    plan_current(p, AST_AS(ast_current, s));
}

static void take_as_of(struct plan *p, struct ast_stmt *s)
{
    plan_as_of(p, AST_AS(ast_as_of, s));
}

static void take_effect(struct plan *p, struct ast_stmt *s)
{
    plan_effect(p, AST_AS(ast_effect, s));
}

static void take_priority(struct plan *p, struct ast_stmt *s)
{
    plan_priority(p, AST_AS(ast_push_priority, s));
}

static void take_reason(struct plan *p, struct ast_stmt *s)
{
    p->doctype->reason = AST_AS(ast_note, s)->text.text;
}

static void take_hint(struct plan *p, struct ast_stmt *s)
{
    p->doctype->hint = AST_AS(ast_note, s)->text.text;
}

/* Strategy, otherwise and offline are not here: a default may stand for them. */
static void (*const take[AST_KIND_COUNT])(struct plan *, struct ast_stmt *) = {
    [AST_RULE] = take_rule,           [AST_META] = take_meta,
    [AST_LOCK] = take_lock,           [AST_CHILD] = take_child,
    [AST_TOMBSTONE] = take_tombstone, [AST_NO_OVERLAP] = take_no_overlap,
    [AST_NOTIFY] = take_notify,       [AST_LINK] = take_link,
    [AST_CURRENT] = take_current,     [AST_AS_OF] = take_as_of,
    [AST_EFFECT] = take_effect,       [AST_PUSH_PRIORITY] = take_priority,
    [AST_BRANCH] = take_branch,       [AST_REASON] = take_reason,
    [AST_HINT] = take_hint,
};

/* --- a DocType --- */

static bool says_notify_conflict(const struct ast_block *block)
{
    for (const struct ast_stmt *s = plan_said(block, AST_NOTIFY); s; s = s->same)
        if (AST_AS(ast_notify, s)->conflict)
            return true;
    return false;
}

/* Room for the rows that the statements will fill; the counts count up as they do. */
static void make_room(struct plan *p)
{
    const struct ast_block *b = p->block;
    uint32_t links = 0;

    for (const struct ast_stmt *s = plan_said(b, AST_LINK); s; s = s->same)
        links += AST_AS(ast_link, s)->fields.count;
#define ROOM(member, row, kind, of_what)                                                           \
    p->doctype->member = p->member =                                                               \
        arena_zero(p->arena, plan_count(p, plan_how_many(b, kind), of_what) * sizeof(struct row))
    ROOM(notify, dwr_notify, AST_NOTIFY, "`notify`");
    ROOM(tables, dwr_table, AST_CHILD, "child tables");
    ROOM(no_overlap, dwr_no_overlap, AST_NO_OVERLAP, "`no_overlap`");
    ROOM(current, dwr_current, AST_CURRENT, "`current`");
    ROOM(as_of, dwr_as_of, AST_AS_OF, "`as_of`");
    ROOM(effects, dwr_effect, AST_EFFECT, "effects");
    ROOM(priorities, dwr_priority, AST_PUSH_PRIORITY, "`push_priority`");
#undef ROOM
    p->doctype->links = p->links =
        arena_zero(p->arena, plan_count(p, links, "links") * sizeof(struct dwr_link));
}

/* The built-in fields, and docstatus, which is server_only unless a rule names it. */
static void put_built_in(struct plan *p)
{
    struct dwr_rule *rule;
    uint16_t docstatus;

    for (uint32_t i = 0; i < PLAN_META; i++)
        plan_role(&p->fields, plan_name(p, &p->fields, &p->built_in[i]), DWR_NAME_META, 0);
    docstatus = plan_name(p, &p->fields, &p->built_in[PLAN_DOCSTATUS]);
    if (p->fields.v[docstatus].role != DWR_NAME_FREE)
        return;
    rule = ARENA_NEW(p->arena, struct dwr_rule);
    rule->kind = DWR_RULE_SERVER_ONLY;
    rule->at = p->doctype->at;
    plan_single_unit(p, &p->fields, &p->units, docstatus, rule);
}

/* block NULL: there is not even a `default`. */
static void plan_doctype(struct plan *p, const struct ast_block *block, struct dwr_doctype *d)
{
    p->doctype = d;
    p->block = block;
    plan_names_begin(&p->fields);
    put_strategy(p, plan_said(block, AST_STRATEGY));
    make_room(p);
    for (struct ast_stmt *s = block && !p->failed ? block->first : NULL; s; s = s->next)
        if (take[s->kind])
            take[s->kind](p, s);
    if (!plan_said(block, AST_BRANCH))
        put_branch(p);
    if (!plan_said(block, AST_TOMBSTONE))
        put_tombstone(p);
    plan_offline(p);
    d->notify_conflict = says_notify_conflict(block) || says_notify_conflict(p->defaults);
    put_built_in(p);
    d->units = plan_units_end(p, &p->units, &d->unit_count);
    d->names = plan_names_end(p, &p->fields);
}

/* --- the rule set --- */

/* The DocTypes, each on any thread: what they share is read only. */
struct plan_job {
    const struct plan *shared;
    struct plan *workers[TEAM_MAX];
    const struct ast_stmt **statements;
    struct dwr_doctype *doctypes;
    uint32_t count;
    struct diag *diags; /* one a part */
};

static void plan_part(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct plan_job *job = context;
    struct plan *p = job->workers[worker];
    uint32_t i = part * TEAM_DOCTYPES;
    const uint32_t end = i + TEAM_DOCTYPES;

    if (!p) {
        p = job->workers[worker] = arena_alloc(arena, sizeof *p);
        *p = *job->shared;
        p->arena = arena;
        p->maker = (struct names_maker){ 0 };
        p->units = p->row_units = (struct plan_units){ 0 };
        plan_names_init(p, &p->fields);
        plan_names_init(p, &p->rows);
    }
    p->failed = false;
    p->diag = &job->diags[part];
    diag_init(p->diag, arena, &p->ast->sources);
    for (; i < job->count && i < end && !p->failed; i++) {
        const struct ast_doctype *doctype = AST_AS(ast_doctype, job->statements[i]);

        p->place = doctype->stmt.span;
        job->doctypes[i].name = doctype->name.text;
        plan_doctype(p, &doctype->block, &job->doctypes[i]);
    }
}

/* One failure a rule set: the first. */
static void join_failures(struct plan *p, const struct plan_job *job, uint32_t parts)
{
    for (uint32_t i = 0; i < parts && !p->failed; i++)
        if (job->diags[i].failure_count > 0) {
            diag_join(p->diag, &job->diags[i]);
            p->failed = true;
        }
}

static void put_doctypes(struct plan *p, struct dwr_ruleset *set)
{
    const uint32_t count = plan_how_many(&p->ast->top, AST_DOCTYPE);
    const uint32_t parts = team_doctype_parts(count);
    struct plan_job *job = ARENA_NEW(p->arena, struct plan_job);
    struct plan_names names;
    uint32_t i = 0;

    plan_names_init(p, &names);
    plan_names_begin(&names);
    job->shared = p;
    job->count = count;
    job->statements = arena_array(p->arena, count, sizeof *job->statements);
    job->doctypes = arena_zero(p->arena, count * sizeof *job->doctypes);
    job->diags = arena_array(p->arena, parts, sizeof *job->diags);
    for (const struct ast_stmt *s = p->ast->top.of[AST_DOCTYPE]; s && !p->failed; s = s->same) {
        const uint16_t index = plan_name(p, &names, &AST_AS(ast_doctype, s)->name);

        p->place = s->span;
        names.v[index].index = index;
        job->statements[i++] = s;
    }
    if (!p->failed)
        team_run(p->arena, p->ast->threads, parts, plan_part, job);
    else
        i = 0;
    join_failures(p, job, p->failed ? 0 : parts);
    set->doctypes = job->doctypes;
    set->doctype_count = (uint16_t)i; /* at most the names */
    set->names = plan_names_end(p, &names);
}

static const char *hexadecimal(struct arena *arena, XXH128_hash_t hash)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 33);

    for (int i = 0; i < 16; i++) {
        text[15 - i] = digits[hash.high64 >> (4 * i) & 15];
        text[31 - i] = digits[hash.low64 >> (4 * i) & 15];
    }
    text[32] = '\0';
    return text;
}

/* Of the files' names and bytes, each with its length, so that no byte can move from one to
 * another unseen. */
static struct dwr_str digest(struct plan *p)
{
    XXH3_state_t state;

    XXH3_INITSTATE(&state);
    XXH3_128bits_reset(&state);
    for (uint32_t i = 0; i < p->ast->sources.count; i++) {
        const struct source *s = &p->ast->sources.v[i];
        unsigned char sizes[8];

        for (int k = 0; k < 4; k++) {
            sizes[k] = (unsigned char)(s->label.n >> (8 * k));
            sizes[4 + k] = (unsigned char)(s->size >> (8 * k));
        }
        XXH3_128bits_update(&state, sizes, sizeof sizes);
        XXH3_128bits_update(&state, s->label.p, s->label.n);
        XXH3_128bits_update(&state, s->text, s->size);
    }
    return (struct dwr_str){ hexadecimal(p->arena, XXH3_128bits_digest(&state)), 32 };
}

static void put_name(const struct ast_ruleset *ast, struct dwr_ruleset *set)
{
    const struct ast_stmt *s = ast->top.of[AST_RULESET];

    set->name = ast->folder_name;
    if (!s)
        return;
    set->name = AST_AS(ast_ruleset_name, s)->name.text;
    if (AST_AS(ast_ruleset_name, s)->version.span.begin !=
        AST_AS(ast_ruleset_name, s)->version.span.end)
        set->version = AST_AS(ast_ruleset_name, s)->version.value;
}

const struct dwr_ruleset *plan_rules(struct arena *arena, struct ast_ruleset *ast,
                                     struct diag *diag)
{
    struct plan *p = ARENA_NEW(arena, struct plan);
    struct dwr_ruleset *set = ARENA_NEW(arena, struct dwr_ruleset);

    *p = (struct plan){ .arena = arena, .ast = ast, .diag = diag };
    if (ast->top.of[AST_DEFAULT])
        p->defaults = &AST_AS(ast_section, ast->top.of[AST_DEFAULT])->block;
    plan_names_init(p, &p->fields);
    plan_names_init(p, &p->rows);
    plan_built_in(p);
    set->tables_version = DWR_TABLES_VERSION;
    put_name(ast, set);
    set->digest = digest(p);
    put_doctypes(p, set);
    plan_doctype(p, p->defaults, &set->other);
    plan_settings(p, set);
    return p->failed ? NULL : set;
}
