/* seek.c - a merge for every conflict class that no test tries: first many classes in one, then
 * each of those that are left alone, with what conditions ask for looked for at random. */
#include "scenario_parts.h"

/* So many random merges a class is worth, and so many more of which the base is not known (where
 * conditions see no base, and a delete no view but the server's). A condition of a few fields and
 * roles, each of few values, is met in far fewer. */
enum { TRIES = 3000, TWO_WAY_TRIES = 500 };

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

/* Everything that the conditions look at, in all combinations of values that they tell apart: where
 * none of them is a merge of the class, there is none. False: there are too many. The class's own
 * documents are in drafts->now. */
static bool try_all(struct seek *seek, struct drafts *drafts, const struct wishes *wishes,
                    uint32_t class_, bool *found)
{
    const uint32_t all = wishes_count(wishes);

    for (uint32_t k = 0; k < 2 * all && !*found; k++) {
        draft_copy(seek, &drafts->try, &drafts->now);
        wishes_put(seek, wishes, &drafts->try, k % all);
        drafts->try.two_way = k >= all;
        *found = still(seek, &drafts->try, class_);
    }
    return all > 0;
}

/* Would the draft be a merge of the class but for the lock and what holds rows (for a row held: if
 * it held every one)? Of the conditions of rules, and where the lock is what the class is about,
 * nothing else can be in the way. */
static bool is_up_to_conditions(struct seek *seek, const struct draft *draft, uint32_t class_)
{
    static const struct dwr_cond always = { .op = DWR_COND_IS_NOT_SET,
                                            .left = { .side = DWR_SIDE_CLIENT_USER } };
    const struct cover_class *c = &seek->type->v[class_];
    struct cover_type *const type = seek->type;
    const struct dwr_doctype *const rules = seek->d;
    struct dwr_doctype open = *rules;
    struct dwr_table *tables;
    struct cover_type other = *type;
    bool is;

    if (c->part == COVER_UNIT || c->part == COVER_LOCK)
        return true;
    tables = arena_array(seek->arena, rules->table_count, sizeof *tables);
    for (uint16_t t = 0; t < rules->table_count; t++) {
        tables[t] = rules->tables[t];
        tables[t].hold = c->kind == COVER_HELD ? &always : NULL;
    }
    open.tables = tables;
    open.lock = NULL;
    other.rules = &open;
    seek->d = &open;
    seek->type = &other;
    is = still(seek, draft, class_);
    seek->d = rules;
    seek->type = type;
    return is;
}

/* Found in drafts->try: as little of it as shows the class, as the latest merge. */
static bool keep_little(struct seek *seek, struct drafts *drafts, uint32_t class_)
{
    draft_copy(seek, &drafts->now, &drafts->try);
    shrink(seek, &drafts->now, &drafts->smaller, class_);
    return still(seek, &drafts->now, class_);
}

/* One class alone. True: draft is a merge of it, and the latest. */
static bool find_alone(struct seek *seek, struct drafts *drafts, uint32_t class_)
{
    const struct cover_class *c = &seek->type->v[class_];
    const struct wishes *wishes;
    bool found = false;

    draft_begin(seek, &drafts->now);
    seek->random = 0x9E3779B97F4A7C15u ^ class_;
    if (!make_class(seek, &drafts->now, c))
        return false;
    /* Of a field with a single value, the two sides differ where the base is not known alone. */
    for (int two_way = 0; two_way < 2; two_way++) {
        drafts->now.two_way = two_way == 1;
        if (still(seek, &drafts->now, class_))
            return true;
    }
    drafts->now.two_way = false;
    wishes = wishes_of(seek, c, &drafts->now);
    if (!wishes)
        return false;
    for (int i = 0; i < TRIES + TWO_WAY_TRIES; i++) {
        draft_copy(seek, &drafts->try, &drafts->now);
        wishes_shake(seek, wishes, &drafts->try);
        drafts->try.two_way = i >= TRIES;
        if (still(seek, &drafts->try, class_))
            return keep_little(seek, drafts, class_);
    }
    seek->none[class_] = is_up_to_conditions(seek, &drafts->now, class_) &&
                         try_all(seek, drafts, wishes, class_, &found) && !found;
    return found && keep_little(seek, drafts, class_);
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

/* Of a row with one key that the sides have otherwise. */
static bool is_of_change(const struct cover_class *c)
{
    switch ((enum cover_kind)c->kind) {
    case COVER_ADDED_BOTH:
    case COVER_EDITED_SERVER:
    case COVER_EDITED_CLIENT:
    case COVER_EDITED_SAME:
    case COVER_EDITED_BOTH:
    case COVER_EDITED_BOTH_SERVER:
    case COVER_EDITED_BOTH_CLIENT:
    case COVER_REMOVED_EDITED:
    case COVER_EDITED_REMOVED:
        return true;
    default:
        return false;
    }
}

/* Is the class about fields or documents that the schemas do not have? */
static bool has_no_field(struct seek *seek, const struct cover_class *c)
{
    if (c->part == COVER_TABLE && seek->name.p && is_of_change(c) &&
        !values_can_be_edited(seek, c->index))
        return true;
    if (c->part == COVER_OTHER && seek->name.p && !values_other_member(seek, c->index).p)
        return true;
    return !seek->name.p ||
           (c->part == COVER_FREE && seek->free_count < (c->kind == COVER_CROSSED ? 2u : 1u));
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
    seek->none = arena_zero(seek->arena, type->count * sizeof *seek->none);
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
        while (seek->name.p && find_together(seek, &drafts, &tests, planned))
            ;
        /* What one merge finds by chance is not looked for any more, so that a second look at what
         * is left finds nothing. */
        while (seek->name.p && find_rest(seek, &drafts, &tests))
            ;
        for (uint32_t i = 0; i < type->count; i++)
            seek->none[i] = seek->none[i] || has_no_field(seek, &type->v[i]);
    }
    for (uint32_t i = 0; i < type->count; i++) {
        type->v[i].made = all || seek->found[i];
        type->v[i].possible = type->v[i].made || !seek->none[i];
    }
    return tests.first;
}
