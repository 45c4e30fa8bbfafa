/* classes.c - the conflict classes that a rule set has. */
#include "cover_parts.h"
#include "scenario.h"

#include <stdlib.h>

/* A list of classes that grows. */
struct classes {
    struct arena *arena;
    struct cover_class *v;
    uint32_t count, capacity;
};

static void add(struct classes *list, struct cover_class class_)
{
    if (list->count == list->capacity) {
        const uint32_t capacity = list->capacity == 0 ? 32 : 2 * list->capacity;

        list->v = arena_grow(list->arena, list->v, list->capacity, capacity, sizeof *list->v);
        list->capacity = capacity;
    }
    list->v[list->count++] = class_;
}

/* --- units --- */

bool cover_is_built_in(const struct dwr_doctype *d, const struct dwr_unit *unit)
{
    const struct dwr_str name = d->names.v[unit->fields[0]].name;

    /* Said by no line of its own, it names the strategy's. */
    return name.n == 9 && memcmp(name.p, "docstatus", 9) == 0 &&
           unit->rules[0].kind == DWR_RULE_SERVER_ONLY && unit->rules[0].at.p == d->at.p;
}

/* Whose value such a rule keeps depends on the values, or on time. */
static bool chooses(enum dwr_rule_kind rule)
{
    return rule == DWR_RULE_LAST_WRITE_WINS || rule == DWR_RULE_FIRST_WRITE_WINS ||
           rule == DWR_RULE_MAX || rule == DWR_RULE_MIN;
}

enum cover_kind cover_differ(enum dwr_rule_kind rule, bool client_kept)
{
    if (!chooses(rule))
        return COVER_DIFFER;
    return client_kept ? COVER_DIFFER_CLIENT : COVER_DIFFER_SERVER;
}

/* The classes of several fields, of which `several` says whether they are one unit. */
static void add_unit(struct classes *list, struct cover_class class_, const struct dwr_rule *rules,
                     unsigned rule_count, bool several)
{
    static const enum cover_kind first[] = { COVER_SERVER_ONLY, COVER_CLIENT_ONLY };
    const struct dwr_str last_at = rules[rule_count - 1].at;

    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        class_.kind = (uint8_t)first[i];
        class_.at = last_at;
        add(list, class_);
    }
    if (rule_count == 1 && rules[0].kind == DWR_RULE_IMMUTABLE) {
        class_.kind = COVER_FIRST_VALUE;
        add(list, class_);
    }
    class_.kind = COVER_BOTH_SAME;
    add(list, class_);
    for (unsigned r = 0; r < rule_count; r++) {
        class_.rule = (uint16_t)r;
        class_.at = rules[r].at;
        for (int client = 0; client < (chooses(rules[r].kind) ? 2 : 1); client++) {
            class_.kind = (uint8_t)cover_differ(rules[r].kind, client == 1);
            add(list, class_);
        }
        if (rules[r].watch_count > 0) {
            class_.kind = COVER_WATCHED;
            add(list, class_);
        }
    }
    if (several) {
        class_.rule = 0;
        class_.at = last_at;
        class_.kind = COVER_CROSSED;
        add(list, class_);
    }
}

/* --- child tables --- */

bool cover_by_order(const struct dwr_table *table)
{
    /* Rows of one key have one place. */
    for (unsigned k = 0; k < table->key_count; k++)
        if (table->key[k] == table->order_by)
            return false;
    return !table->append_only && table->order_by != DWR_NONE &&
           (table->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS ||
            table->same_key == DWR_SAME_KEY_LAST_WRITE_WINS);
}

static struct dwr_str said(struct dwr_str at, struct dwr_str otherwise)
{
    return at.p ? at : otherwise;
}

/* Does a kind of merge apply to the table, and by which line? */
static bool row_kind(const struct dwr_table *t, enum cover_kind kind, struct dwr_str *at)
{
    *at = t->at;
    switch (kind) {
    case COVER_EDITED_CLIENT:
        *at = t->append_only ? said(t->append_only_at, t->at) : t->at;
        return true;
    case COVER_ADDED_BOTH:
        *at = t->append_only ? said(t->append_only_at, t->at) : said(t->same_key_at, t->at);
        return true;
    case COVER_EDITED_BOTH:
        *at = t->append_only ? said(t->append_only_at, t->at) : said(t->same_key_at, t->at);
        return !cover_by_order(t);
    case COVER_EDITED_BOTH_SERVER:
    case COVER_EDITED_BOTH_CLIENT:
        *at = said(t->same_key_at, t->at);
        return cover_by_order(t);
    case COVER_REMOVED_CLIENT:
        *at = said(t->removes_at, t->at);
        return true;
    case COVER_REMOVED_EDITED:
        *at = said(t->removes_at, t->at);
        return t->removes;
    case COVER_HELD:
        *at = said(t->hold_at, t->at);
        return t->hold != NULL;
    default:
        return true;
    }
}

static void add_table(struct classes *list, const struct dwr_doctype *d, unsigned index)
{
    const struct dwr_table *t = &d->tables[index];
    struct cover_class class_ = { .part = COVER_TABLE, .index = (uint16_t)index };

    for (int kind = COVER_ADDED_SERVER; kind <= COVER_HELD; kind++) {
        class_.kind = (uint8_t)kind;
        if (row_kind(t, (enum cover_kind)kind, &class_.at))
            add(list, class_);
    }
    if (t->same_key != DWR_SAME_KEY_FIELDS)
        return;
    class_.part = COVER_MEMBER;
    for (unsigned u = 0; u < t->unit_count; u++) {
        class_.member = (uint16_t)u;
        add_unit(list, class_, t->units[u].rules, t->units[u].rule_count,
                 t->units[u].field_count > 1);
    }
    class_.part = COVER_OTHER;
    class_.member = 0;
    add_unit(list, class_, &t->otherwise, 1, false);
}

/* --- locks, documents --- */

static bool every_table_is_excepted(const struct dwr_doctype *d)
{
    for (unsigned t = 0; t < d->table_count; t++) {
        bool excepted = false;

        for (unsigned i = 0; i < d->lock_except_count; i++)
            excepted = excepted || d->lock_except[i] == d->tables[t].field;
        if (!excepted)
            return false;
    }
    return true;
}

static void add_lock(struct classes *list, const struct dwr_doctype *d)
{
    struct cover_class class_ = { .part = COVER_LOCK, .at = d->lock_at };
    const bool has[] = { true, !every_table_is_excepted(d), d->lock_except_count > 0, true };

    for (int i = 0; d->lock && i < 4; i++) {
        class_.kind = (uint8_t)(COVER_LOCKED_FIELD + i);
        if (has[i])
            add(list, class_);
    }
}

static void add_document(struct classes *list, const struct dwr_doctype *d)
{
    const struct dwr_tombstone *t = &d->tombstone;
    const bool soft = !t->allow_delete && t->soft_delete.field != DWR_NONE;
    const struct {
        enum cover_kind kind;
        bool has;
        struct dwr_str at;
    } kinds[] = {
        { COVER_INSERT, true, d->at },
        { COVER_NAME_TAKEN, d->strategy == DWR_STRATEGY_APPEND_ONLY, said(d->branch_at, d->at) },
        { COVER_DELETE, !t->allow_delete,
          said(soft ? t->soft_delete.at : t->allow_delete_at, d->at) },
        { COVER_DELETE_CHANGED, t->allow_delete || soft,
          said(soft ? t->soft_delete.at : t->delete_wins_at, d->at) },
        { COVER_UPDATE_DELETED, t->allow_delete, said(t->delete_wins_at, d->at) },
        { COVER_RETRY, true, d->at },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].has)
            add(list, (struct cover_class){ .part = COVER_DOCUMENT,
                                            .kind = (uint8_t)kinds[i].kind,
                                            .at = kinds[i].at });
}

static void put_type(struct arena *arena, struct cover_type *type, const struct dwr_doctype *d)
{
    struct classes list = { .arena = arena };

    for (unsigned u = 0; u < d->unit_count; u++)
        if (!cover_is_built_in(d, &d->units[u]))
            add_unit(&list, (struct cover_class){ .part = COVER_UNIT, .index = (uint16_t)u },
                     d->units[u].rules, d->units[u].rule_count, d->units[u].field_count > 1);
    add_unit(&list, (struct cover_class){ .part = COVER_FREE }, &d->free_rule, 1, d->free_together);
    for (unsigned t = 0; t < d->table_count; t++)
        add_table(&list, d, t);
    add_lock(&list, d);
    add_document(&list, d);
    *type = (struct cover_type){ .rules = d, .name = d->name, .v = list.v, .count = list.count };
}

/* --- lines --- */

/* The line's number, and the length of the file's name before it. */
static unsigned long line_of(struct dwr_str at, size_t *file)
{
    size_t n = at.n;
    unsigned long line = 0, place = 1;

    for (; n > 0 && at.p[n - 1] != ':'; n--, place *= 10)
        line += (unsigned long)(at.p[n - 1] - '0') * place;
    *file = n;
    return line;
}

static int by_place(const void *a, const void *b)
{
    const struct dwr_str x = ((const struct cover_line *)a)->at,
                         y = ((const struct cover_line *)b)->at;
    size_t n, m;
    const unsigned long i = line_of(x, &n), k = line_of(y, &m);
    const int order = memcmp(x.p, y.p, n < m ? n : m);

    if (order != 0 || n != m)
        return order != 0 ? order : n < m ? -1 : 1;
    return i < k ? -1 : i > k;
}

struct lines {
    struct arena *arena;
    struct cover_line *v;
    uint32_t count, capacity;
};

static void line(struct lines *lines, struct dwr_str at)
{
    if (!at.p)
        return;
    if (lines->count == lines->capacity) {
        const uint32_t capacity = lines->capacity == 0 ? 64 : 2 * lines->capacity;

        lines->v = arena_grow(lines->arena, lines->v, lines->capacity, capacity, sizeof *lines->v);
        lines->capacity = capacity;
    }
    lines->v[lines->count++] = (struct cover_line){ .at = at };
}

static void rule_lines(struct lines *lines, const struct dwr_rule *rule)
{
    line(lines, rule->at);
    for (unsigned i = 0; i < rule->set_count; i++)
        line(lines, rule->set[i].at);
}

static void type_lines(struct lines *lines, const struct cover_type *type)
{
    const struct dwr_doctype *d = type->rules;

    for (unsigned u = 0; u < d->unit_count; u++)
        for (unsigned r = 0; r < d->units[u].rule_count; r++)
            rule_lines(lines, &d->units[u].rules[r]);
    rule_lines(lines, &d->free_rule);
    for (unsigned i = 0; i < type->count; i++)
        line(lines, type->v[i].at);
}

static void put_lines(struct cover *cover)
{
    struct lines lines = { .arena = cover->arena };
    uint32_t kept = 0;

    for (uint32_t i = 0; i < cover->type_count; i++)
        type_lines(&lines, &cover->types[i]);
    if (lines.count > 0)
        qsort(lines.v, lines.count, sizeof *lines.v, by_place);
    for (uint32_t i = 0; i < lines.count; i++)
        if (kept == 0 || by_place(&lines.v[i], &lines.v[kept - 1]) != 0)
            lines.v[kept++] = lines.v[i];
    cover->lines = lines.v;
    cover->line_count = kept;
}

static void count_line(struct cover *cover, struct dwr_str at)
{
    const struct cover_line key = { .at = at };
    struct cover_line *found = NULL;

    if (at.p && cover->line_count > 0)
        found = bsearch(&key, cover->lines, cover->line_count, sizeof *cover->lines, by_place);
    if (found)
        found->count++;
}

/* --- all of it --- */

struct cover *cover_open(struct arena *arena, const struct ast_ruleset *ast,
                         const struct dwr_ruleset *rules)
{
    struct cover *cover = ARENA_NEW(arena, struct cover);
    const bool others = ast->top.of[AST_DEFAULT] != NULL;

    *cover = (struct cover){ .arena = arena, .ast = ast, .rules = rules };
    cover->type_count = rules->doctype_count + (others ? 1u : 0u);
    cover->types = arena_array(arena, cover->type_count, sizeof *cover->types);
    for (uint32_t i = 0; i < rules->doctype_count; i++)
        put_type(arena, &cover->types[i], &rules->doctypes[i]);
    if (others)
        put_type(arena, &cover->types[rules->doctype_count], &rules->other);
    put_lines(cover);
    cover->reader = ARENA_NEW(arena, struct cover_reader);
    cover->reader->scratch = dwr_scratch_new();
    cover->reader->again = dwr_scratch_new();
    if (cover->reader->scratch && cover->reader->again)
        return cover;
    cover_close(cover);
    return NULL;
}

void cover_close(struct cover *cover)
{
    dwr_scratch_free(cover->reader->scratch);
    dwr_scratch_free(cover->reader->again);
    cover->reader->scratch = cover->reader->again = NULL;
}

struct cover_type *cover_type_of(struct cover *cover, const struct dwr_doctype *rules)
{
    if (rules == &cover->rules->other)
        return cover->type_count > cover->rules->doctype_count
                   ? &cover->types[cover->rules->doctype_count]
                   : NULL;
    return &cover->types[rules - cover->rules->doctypes];
}

static struct testrun_problem *retry_problem(struct cover *cover, const struct testrun_seen *seen,
                                             const struct cover_retry *found)
{
    struct testrun_problem *p = ARENA_NEW(cover->arena, struct testrun_problem);
    struct arena *arena = cover->arena;

    *p = (struct testrun_problem){
        .span = seen->test->stmt.word,
        .what = arena_printf(arena, "the same write again: field '%.*s'", (int)found->field.n,
                             found->field.p),
        .expected = { found->once.p ? found->once.p : "nothing",
                      found->once.p ? found->once.n : 7 },
        .got = { found->twice.p ? found->twice.p : "nothing", found->twice.p ? found->twice.n : 7 },
    };
    p->expected.p = arena_copy(arena, p->expected.p, p->expected.n);
    p->got.p = arena_copy(arena, p->got.p, p->got.n);
    return p;
}

struct testrun_problem *cover_see(void *context, const struct testrun_seen *seen)
{
    struct cover *cover = context;
    struct cover_type *type = cover_type_of(cover, seen->doctype);
    struct cover_retry found;
    bool good, *is;

    count_line(cover, seen->result->rule);
    for (size_t i = 0; i < seen->result->field_count; i++)
        count_line(cover, seen->result->fields[i].rule);
    good = cover_retry(cover, seen->doctype, seen->write, seen->result, &found);
    if (type) {
        is = arena_zero(cover->arena, type->count * sizeof *is);
        cover_observe(cover, type, seen->write, seen->result, is);
        type->tests++;
        for (uint32_t i = 0; i < type->count; i++)
            if (is[i] || (type->v[i].kind == COVER_RETRY && good && found.retried))
                type->v[i].tests++;
    }
    return good ? NULL : retry_problem(cover, seen, &found);
}

void cover_finish(struct cover *cover, struct seek *seek)
{
    for (uint32_t t = 0; t < cover->type_count; t++) {
        struct cover_type *type = &cover->types[t];

        if (seek)
            scenario_seek(seek, type, false);
        for (uint32_t i = 0; i < type->count; i++) {
            type->v[i].possible = type->v[i].possible || !seek;
            type->v[i].made = type->v[i].made || !seek;
            type->tried += type->v[i].tests > 0;
            type->possible += type->v[i].possible;
        }
        cover->tried += type->tried;
        cover->possible += type->possible;
    }
}

double cover_percent(uint32_t tried, uint32_t possible)
{
    return possible == 0 ? 100 : 100.0 * tried / possible;
}

bool cover_is_below(const struct cover *cover, double threshold)
{
    return threshold >= 0 && cover_percent(cover->tried, cover->possible) < threshold;
}
