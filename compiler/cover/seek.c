/* seek.c - a merge for every conflict class that no test tries: first many classes in one, then
 * each of those that are left alone, with what conditions ask for looked for at random. */
#include "scenario_parts.h"

/* So many random merges a class is worth. A condition of a few fields and roles, each of few
 * values, is met in far fewer. */
enum { TRIES = 3000 };

/* --- beginning and ending --- */

struct seek *scenario_open(struct arena *arena, struct cover *cover, const struct schemas *schemas)
{
    struct seek *seek = ARENA_NEW(arena, struct seek);

    seek->arena = arena;
    seek->cover = cover;
    seek->schemas = schemas;
    return trial_bench_open(&seek->bench, arena) ? seek : NULL;
}

void scenario_close(struct seek *seek)
{
    if (seek)
        trial_bench_close(&seek->bench);
}

/* --- which classes stand in one test --- */

/* What a test is about: classes of one theme read well together. */
enum theme {
    THEME_SERVER,
    THEME_CLIENT,
    THEME_SAME,
    THEME_BOTH,
    THEME_CROSSED,
    THEME_KEYS,
    THEME_ALONE
};

static enum theme theme_of(enum cover_kind kind)
{
    switch (kind) {
    case COVER_SERVER_ONLY:
    case COVER_ADDED_SERVER:
    case COVER_EDITED_SERVER:
    case COVER_REMOVED_SERVER:
        return THEME_SERVER;
    case COVER_CLIENT_ONLY:
    case COVER_FIRST_VALUE:
    case COVER_ADDED_CLIENT:
    case COVER_EDITED_CLIENT:
    case COVER_REMOVED_CLIENT:
        return THEME_CLIENT;
    case COVER_BOTH_SAME:
    case COVER_EDITED_SAME:
        return THEME_SAME;
    case COVER_DIFFER:
    case COVER_DIFFER_SERVER:
    case COVER_DIFFER_CLIENT:
    case COVER_ADDED_BOTH:
    case COVER_EDITED_BOTH:
    case COVER_EDITED_BOTH_SERVER:
    case COVER_EDITED_BOTH_CLIENT:
    case COVER_REMOVED_EDITED:
    case COVER_EDITED_REMOVED:
        return THEME_BOTH;
    case COVER_CROSSED:
        return THEME_CROSSED;
    case COVER_REPEATED_KEY:
    case COVER_MISSING_KEY:
        return THEME_KEYS;
    default:
        return THEME_ALONE;
    }
}

static bool is_of_rows(const struct cover_class *class_)
{
    return class_->part == COVER_TABLE || class_->part == COVER_MEMBER ||
           class_->part == COVER_OTHER;
}

static bool goes_with(const struct draft *draft, const struct cover_class *class_)
{
    const enum theme theme = theme_of((enum cover_kind)class_->kind);

    return draft->is_empty || (theme == theme_of(draft->theme) && theme != THEME_ALONE &&
                               draft->of_rows == is_of_rows(class_));
}

/* --- what conditions ask for --- */

/* The fields and people that a DocType's conditions speak of. */
struct asked {
    uint16_t *fields;
    uint32_t count, capacity;
    bool server_role, client_role, user;
};

static void ask_operand(struct seek *seek, struct asked *asked, const struct dwr_operand *o)
{
    switch ((enum dwr_operand_side)o->side) {
    case DWR_SIDE_SERVER_ROLE:
        asked->server_role = true;
        return;
    case DWR_SIDE_CLIENT_ROLE:
        asked->client_role = true;
        return;
    case DWR_SIDE_CLIENT_USER:
        asked->user = true;
        return;
    case DWR_SIDE_VALUE:
        return;
    default:
        break;
    }
    for (uint32_t i = 0; i < asked->count; i++)
        if (asked->fields[i] == o->field)
            return;
    if (asked->count == asked->capacity) {
        asked->fields = arena_grow(seek->arena, asked->fields, asked->capacity,
                                   2 * asked->capacity + 8, sizeof *asked->fields);
        asked->capacity = 2 * asked->capacity + 8;
    }
    asked->fields[asked->count++] = o->field;
}

static void ask(struct seek *seek, struct asked *asked, const struct dwr_cond *c)
{
    if (!c)
        return;
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR || c->op == DWR_COND_NOT) {
        ask(seek, asked, c->a);
        ask(seek, asked, c->b);
        return;
    }
    ask_operand(seek, asked, &c->left);
    if (c->value_count == 0 && c->op <= DWR_COND_GE)
        ask_operand(seek, asked, &c->right);
}

static void ask_unit(struct seek *seek, struct asked *asked, const struct dwr_unit *unit)
{
    const struct dwr_operand none = { .side = DWR_SIDE_DOC };

    for (unsigned r = 0; r < unit->rule_count; r++)
        ask(seek, asked, unit->rules[r].when);
    for (unsigned i = 0; i < unit->field_count; i++) {
        struct dwr_operand field = none;

        field.field = unit->fields[i];
        ask_operand(seek, asked, &field);
    }
}

static struct asked asked_by(struct seek *seek, const struct cover_class *class_)
{
    struct asked asked = { .count = 0 };

    ask(seek, &asked, seek->d->lock);
    if (class_->part == COVER_UNIT)
        ask_unit(seek, &asked, &seek->d->units[class_->index]);
    if (class_->part == COVER_TABLE)
        ask(seek, &asked, seek->d->tables[class_->index].hold);
    return asked;
}

/* --- at random --- */

static uint32_t below(struct seek *seek, uint32_t n)
{
    seek->random ^= seek->random << 13;
    seek->random ^= seek->random >> 7;
    seek->random ^= seek->random << 17;
    return (uint32_t)(seek->random >> 33) % n;
}

static struct dwr_str any(struct seek *seek, struct domain domain)
{
    const struct dwr_str value = domain.values[below(seek, domain.count)];

    return value.n == 4 && value.p[0] == 'n' ? (struct dwr_str){ NULL, 0 } : value;
}

/* The values that are tried for what is asked. */
struct pools {
    struct domain *fields; /* beside asked.fields */
    struct domain server_roles, client_roles, users;
};

static struct pools pools_of(struct seek *seek, const struct asked *asked)
{
    struct pools pools = { .fields =
                               arena_array(seek->arena, asked->count, sizeof(struct domain)) };

    for (uint32_t i = 0; i < asked->count; i++)
        pools.fields[i] = domain_of_field(seek->arena, seek->d, asked->fields[i], seek->schema);
    pools.server_roles = domain_of_roles(seek->arena, seek->d, false);
    pools.client_roles = domain_of_roles(seek->arena, seek->d, true);
    pools.users = domain_of_users(seek->arena, seek->d);
    return pools;
}

static void shake_field(struct seek *seek, struct draft *draft, unsigned index,
                        struct domain domain)
{
    const struct dwr_name *name = &seek->d->names.v[index];
    struct draft_field *field;

    if (name->role == DWR_NAME_META || name->role == DWR_NAME_COUNT ||
        name->role == DWR_NAME_VERSION || below(seek, 2) == 0)
        return;
    if (name->role == DWR_NAME_TABLE && draft->tables[name->index].count > 0)
        return;
    field = draft_field(seek, draft, name->name);
    field->value[DRAFT_BASE] = any(seek, domain);
    field->value[DRAFT_SERVER] = below(seek, 2) == 0 ? field->value[DRAFT_BASE] : any(seek, domain);
    field->value[DRAFT_CLIENT] = (struct dwr_str){ NULL, 0 };
    if (below(seek, 2) == 0)
        field->value[DRAFT_CLIENT] = any(seek, domain);
}

static void shake(struct seek *seek, struct draft *draft, const struct asked *asked,
                  const struct pools *pools)
{
    for (uint32_t i = 0; i < asked->count; i++)
        shake_field(seek, draft, asked->fields[i], pools->fields[i]);
    if (asked->server_role)
        draft->server_role = any(seek, pools->server_roles);
    if (asked->client_role)
        draft->client_role = any(seek, pools->client_roles);
    if (asked->user)
        draft->client_user = any(seek, pools->users);
}

/* --- what a merge does not need --- */

static bool still(struct seek *seek, const struct draft *draft, uint32_t class_)
{
    return draft_try(seek, draft) && seek->is[class_];
}

static void drop_field(struct draft *draft, uint32_t i)
{
    memmove(&draft->fields[i], &draft->fields[i + 1],
            (draft->count - i - 1) * sizeof *draft->fields);
    draft->count--;
}

/* Takes out fields, then what one side has, then people, as long as the merge is of the class. */
static void shrink(struct seek *seek, struct draft *draft, struct draft *smaller, uint32_t class_)
{
    for (uint32_t i = draft->count; i-- > 0;) {
        draft_copy(seek, smaller, draft);
        drop_field(smaller, i);
        if (still(seek, smaller, class_))
            draft_copy(seek, draft, smaller);
    }
    for (uint32_t i = 0; i < draft->count; i++)
        for (unsigned side = 0; side < DRAFT_SIDES; side++) {
            draft_copy(seek, smaller, draft);
            if (!smaller->fields[i].value[side].p)
                continue;
            smaller->fields[i].value[side] = side == DRAFT_SERVER
                                                 ? smaller->fields[i].value[DRAFT_BASE]
                                                 : (struct dwr_str){ NULL, 0 };
            if (still(seek, smaller, class_))
                draft_copy(seek, draft, smaller);
        }
    for (int who = 0; who < 3; who++) {
        draft_copy(seek, smaller, draft);
        *(who == 0   ? &smaller->server_role
          : who == 1 ? &smaller->client_role
                     : &smaller->client_user) = (struct dwr_str){ NULL, 0 };
        if (still(seek, smaller, class_))
            draft_copy(seek, draft, smaller);
    }
}

/* --- searching --- */

struct drafts {
    struct draft now, try, smaller;
};

/* One class alone. True: draft is a merge of it, and the latest. */
static bool find_alone(struct seek *seek, struct drafts *drafts, uint32_t class_)
{
    const struct cover_class *c = &seek->type->v[class_];
    struct asked asked;
    struct pools pools;

    draft_begin(seek, &drafts->now);
    seek->random = 0x9E3779B97F4A7C15u ^ class_;
    if (!make_class(seek, &drafts->now, c))
        return false;
    if (still(seek, &drafts->now, class_))
        return true;
    asked = asked_by(seek, c);
    if (asked.count == 0 && !asked.server_role && !asked.client_role && !asked.user)
        return false;
    pools = pools_of(seek, &asked);
    for (int i = 0; i < TRIES; i++) {
        draft_copy(seek, &drafts->try, &drafts->now);
        shake(seek, &drafts->try, &asked, &pools);
        if (!still(seek, &drafts->try, class_))
            continue;
        draft_copy(seek, &drafts->now, &drafts->try);
        shrink(seek, &drafts->now, &drafts->smaller, class_);
        return still(seek, &drafts->now, class_);
    }
    return false;
}

/* What the latest merge is of is found. How many of them were not before. */
static uint32_t take(struct seek *seek)
{
    uint32_t news = 0;

    for (uint32_t i = 0; i < seek->type->count; i++) {
        news += seek->is[i] && !seek->found[i];
        seek->found[i] = seek->found[i] || seek->is[i];
    }
    return news;
}

struct tests {
    struct scenario *first, **last;
    bool with_text;
};

static void keep(struct seek *seek, struct tests *tests, const struct draft *draft)
{
    if (!tests->with_text)
        return;
    *tests->last = print_scenario(seek, draft);
    tests->last = &(*tests->last)->next;
    seek->titles = tests->first;
    seek->number++;
}

/* As many classes as go together, from the first that is not found. False: there was none. */
static bool find_together(struct seek *seek, struct drafts *drafts, struct tests *tests,
                          bool *planned)
{
    draft_begin(seek, &drafts->now);
    for (uint32_t i = 0; i < seek->type->count; i++) {
        const struct cover_class *c = &seek->type->v[i];

        if (seek->found[i] || planned[i] || c->part == COVER_LOCK || c->kind == COVER_HELD ||
            !goes_with(&drafts->now, c))
            continue;
        planned[i] = make_class(seek, &drafts->now, c);
        if (planned[i])
            drafts->now.of_rows = is_of_rows(c);
    }
    if (drafts->now.is_empty)
        return false;
    if (draft_try(seek, &drafts->now) && take(seek) > 0)
        keep(seek, tests, &drafts->now);
    return true;
}

static bool find_rest(struct seek *seek, struct drafts *drafts, struct tests *tests)
{
    bool any_found = false;

    for (uint32_t i = 0; i < seek->type->count; i++) {
        if (seek->found[i] || !find_alone(seek, drafts, i))
            continue;
        take(seek);
        keep(seek, tests, &drafts->now);
        any_found = true;
    }
    return any_found;
}

struct scenario *scenario_seek(struct seek *seek, struct cover_type *type, bool with_text)
{
    struct tests tests = { .first = NULL, .with_text = with_text };
    struct drafts drafts = { .now = { .fields = NULL } };
    bool *planned, all = true;

    tests.last = &tests.first;
    for (uint32_t i = 0; i < type->count; i++)
        all = all && type->v[i].tests > 0;
    seek->type = type;
    seek->d = type->rules;
    if (!all) {
        seek->found = arena_zero(seek->arena, type->count * sizeof *seek->found);
        seek->is = arena_zero(seek->arena, type->count * sizeof *seek->is);
        planned = arena_zero(seek->arena, type->count * sizeof *planned);
        seek->number = 1;
        seek->titles = NULL;
        values_begin(seek);
        draft_begin(seek, &drafts.try);
        draft_begin(seek, &drafts.smaller);
        for (uint32_t i = 0; i < type->count; i++)
            seek->found[i] = type->v[i].tests > 0;
        while (find_together(seek, &drafts, &tests, planned))
            ;
        /* What one merge finds by chance is not looked for any more, so that a second look at what
         * is left finds nothing. */
        while (find_rest(seek, &drafts, &tests))
            ;
    }
    for (uint32_t i = 0; i < type->count; i++)
        type->v[i].possible = all || seek->found[i];
    return tests.first;
}
