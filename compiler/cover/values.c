/* values.c - what stands in a field of a merge that is made up: what the rule set's own tests have
 * there, else what the schema says, else what a field of such a name holds. */
#include "scenario_parts.h"

#include <ctype.h>

#include "str.h"
#include "trial/literals.h"

enum { WANTED = HABIT_VALUES, MOST = 8 };

/* --- lists of values --- */

struct list {
    struct seek *seek;
    const struct schema_field *field; /* what it must be able to hold; NULL: anything */
    struct dwr_str v[MOST];
    uint32_t count;
};

static bool is_set(struct dwr_str value)
{
    return !dwr_is_unset((struct dwr_text){ value.p, value.n });
}

static void put(struct list *list, struct dwr_str value)
{
    const struct dwr_text text = { value.p, value.n };

    if (list->count == MOST || !is_set(value) ||
        (list->field && !schema_can_hold(list->seek->arena, list->field, value)))
        return;
    for (uint32_t i = 0; i < list->count; i++)
        if (trial_same(&list->seek->bench, text, (struct dwr_text){ list->v[i].p, list->v[i].n }))
            return;
    list->v[list->count++] = value;
}

/* --- names --- */

/* What is true or false has no third value. */
static bool is_full(const struct list *list)
{
    return list->count >= WANTED ||
           (list->count == 2 && (list->v[0].p[0] == 't' || list->v[0].p[0] == 'f') &&
            (list->v[1].p[0] == 't' || list->v[1].p[0] == 'f'));
}

/* "service type A": what no habit knows. */
static void put_plain(struct list *list, struct dwr_str name)
{
    if (list->count == 1 && (list->v[0].p[0] == 't' || list->v[0].p[0] == 'f')) {
        put(list, str_of("false"));
        put(list, str_of("true"));
        return;
    }
    for (char letter = 'A'; letter < 'A' + WANTED; letter++) {
        struct out_memory m;

        out_memory_begin(&m, list->seek->arena);
        out_char(&m.out, '"');
        out_json_text(&m.out, name);
        for (char *p = m.out.start + 1; p < m.out.at; p++)
            if (*p == '_')
                *p = ' ';
        out_char(&m.out, ' ');
        out_char(&m.out, letter);
        out_char(&m.out, '"');
        put(list, out_memory_bytes(&m));
    }
}

/* Whether values that fit a name fit the definition of the field too: `amended_from` sounds like a
 * time and `payable_account` like a count, and both name another document. */
static bool fits(const struct schema_field *field, const char *value)
{
    switch (field ? field->kind : SCHEMA_OTHER) {
    case SCHEMA_LINK:
    case SCHEMA_DYNAMIC_LINK:
        return value[0] == '"' && !isdigit((unsigned char)value[1]);
    case SCHEMA_DATA:
    case SCHEMA_TEXT:
    case SCHEMA_CODE:
        return value[0] == '"';
    default:
        return true;
    }
}

static void put_habit(struct list *list, struct dwr_str name, const struct schema_field *field)
{
    const char *const *habit = is_full(list) ? NULL : habit_of(name);

    if (habit && !fits(field, habit[0]))
        return;
    for (int i = 0; habit && i < WANTED; i++)
        put(list, str_of(habit[i]));
}

/* --- by rule --- */

static void put_texts(struct list *list)
{
    put(list, str_of("\"Ring twice\""));
    put(list, str_of("\"Ring twice\\nParking behind the house\""));
    put(list, str_of("\"Ring twice\\nDog in the yard\""));
}

static void put_arrays(struct list *list, struct dwr_str key)
{
    static const char *const names[WANTED] = { "front", "office", "site" };

    for (int i = 0; i < WANTED; i++) {
        struct out_memory m;

        out_memory_begin(&m, list->seek->arena);
        out_char(&m.out, '[');
        for (int k = 0; k <= i; k += i > 0 ? i : 1) {
            out_bytes(&m.out, k > 0 ? ", " : "", k > 0 ? 2 : 0);
            if (key.p) {
                out_lit(&m.out, "{ \"");
                out_json_text(&m.out, key);
                out_lit(&m.out, "\": ");
            }
            out_char(&m.out, '"');
            out_bytes(&m.out, names[k], strlen(names[k]));
            out_char(&m.out, '"');
            if (key.p)
                out_lit(&m.out, " }");
        }
        out_char(&m.out, ']');
        put(list, out_memory_bytes(&m));
    }
}

/* The place in the list of ranks; behind them all: none. */
static unsigned rank_in(const struct list *list, const struct dwr_rule *rule, struct dwr_str value)
{
    unsigned i = 0;

    while (i < rule->ranked_count &&
           !trial_same(&list->seek->bench, (struct dwr_text){ value.p, value.n },
                       (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n }))
        i++;
    return i;
}

static bool is_above(const struct list *list, const struct dwr_rule *rule, struct dwr_str a,
                     struct dwr_str b)
{
    if (rule && rule->ranked_count > 0)
        return rank_in(list, rule, a) > rank_in(list, rule, b);
    return dwr_value_compare(list->seek->bench.compare, (struct dwr_text){ a.p, a.n },
                             (struct dwr_text){ b.p, b.n }) > 0;
}

/* Smallest first, by the order of the values or by their rank. */
static void sort(struct list *list, const struct dwr_rule *rule)
{
    for (uint32_t i = 1; i < list->count; i++)
        for (uint32_t k = i; k > 0; k--) {
            const struct dwr_str a = list->v[k - 1], b = list->v[k];

            if (!is_above(list, rule, a, b))
                break;
            list->v[k - 1] = b;
            list->v[k] = a;
        }
}

/* Drops what is of another kind than the first (of the numbers, if there are any). */
static void one_kind(struct list *list)
{
    bool numbers = false;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++)
        numbers = numbers || list->v[i].p[0] == '-' || isdigit((unsigned char)list->v[i].p[0]);
    for (uint32_t i = 0; i < list->count; i++) {
        const char c = list->v[i].p[0];

        if (numbers ? c == '-' || isdigit((unsigned char)c) : c == '"')
            list->v[kept++] = list->v[i];
    }
    list->count = kept;
}

/* Of one kind as they are, else as numbers, else as texts: three, where the definition has them. */
static void put_ordered(struct list *list, struct dwr_str name)
{
    one_kind(list);
    if (list->count >= WANTED)
        return;
    put(list, str_of("1")), put(list, str_of("2")), put(list, str_of("3"));
    one_kind(list);
    if (list->count < WANTED && (list->count == 0 || list->v[0].p[0] == '"'))
        put_plain(list, name);
}

/* True: the rule wants values of its own kind, and they are in the list. */
static bool put_for_rule(struct list *list, const struct dwr_rule *rule)
{
    switch (rule ? rule->kind : DWR_RULE_COUNT) {
    case DWR_RULE_MERGE_TEXT:
        put_texts(list);
        return true;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        put_arrays(list, rule->key);
        return true;
    case DWR_RULE_SUM:
        put(list, str_of("2"));
        put(list, str_of("3"));
        put(list, str_of("5"));
        return true;
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        for (unsigned i = 0; i < rule->ranked_count; i++)
            put(list, rule->ranked[i]);
        return rule->ranked_count > 0;
    default:
        return false;
    }
}

static bool is_max_or_min(const struct dwr_rule *rule)
{
    return rule && (rule->kind == DWR_RULE_MAX || rule->kind == DWR_RULE_MIN);
}

static bool is_ordered(const struct dwr_rule *rule)
{
    return is_max_or_min(rule) && rule->ranked_count == 0;
}

/* --- literals --- */

struct spoken {
    struct seek *seek;
    unsigned field;
    struct list *list;
    bool at[MOST];
};

/* Values that a condition compares the field with while merging go to the end: a merge that is
 * about another field must not run into a lock. */
static void note_literal(void *context, const struct literal *l)
{
    struct spoken *s = context;

    if (!l->merging || l->field != s->field || !l->value.p)
        return;
    for (uint32_t i = 0; i < s->list->count; i++)
        if (trial_same(&s->seek->bench, (struct dwr_text){ s->list->v[i].p, s->list->v[i].n },
                       (struct dwr_text){ l->value.p, l->value.n }))
            s->at[i] = true;
}

static void quiet_first(struct list *list, unsigned field)
{
    struct spoken s = { .seek = list->seek, .field = field, .list = list };
    struct list sorted = { .seek = list->seek };

    literals_each(list->seek->d, note_literal, &s);
    for (int spoken = 0; spoken < 2; spoken++)
        for (uint32_t i = 0; i < list->count; i++)
            if (s.at[i] == (spoken == 1))
                sorted.v[sorted.count++] = list->v[i];
    *list = sorted;
}

/* --- all together --- */

static struct values values_from(const struct list *list)
{
    struct dwr_str *v = arena_array(list->seek->arena, list->count, sizeof *v);

    if (list->count > 0)
        memcpy(v, list->v, list->count * sizeof *v);
    return (struct values){ v, list->count };
}

static void put_examples(struct list *list, unsigned table, struct dwr_str name)
{
    const struct example *e = example_of(list->seek, table, name);

    for (unsigned i = 0; e && i < e->count; i++)
        put(list, e->v[i]);
}

static void put_domain(struct list *list, struct domain domain)
{
    for (unsigned i = 0; i < domain.count; i++)
        put(list, domain.values[i]);
}

/* What the definition of a field allows it to hold; nothing where any text will do. */
static void put_defined(struct list *list, const struct schema_field *field)
{
    static const struct {
        enum schema_kind kind;
        const char *v[WANTED];
    } kinds[] = {
        { SCHEMA_NUMBER, { "1", "2", "5" } },
        { SCHEMA_DURATION, { "60", "90", "300" } },
        { SCHEMA_CHECK, { "0", "1", NULL } },
        { SCHEMA_DATE, { "\"2026-03-02\"", "\"2026-03-05\"", "\"2026-03-09\"" } },
        { SCHEMA_TIME, { "\"08:00:00\"", "\"09:30:00\"", "\"10:15:00\"" } },
        { SCHEMA_DATETIME,
          { "\"2026-03-02 08:00:00\"", "\"2026-03-02 09:30:00\"", "\"2026-03-02 10:15:00\"" } },
    };

    for (uint16_t i = 0; field && i < field->select_count; i++) {
        struct out_memory m;

        out_memory_begin(&m, list->seek->arena);
        out_char(&m.out, '"');
        out_json_text(&m.out, field->select[i]);
        out_char(&m.out, '"');
        put(list, out_memory_bytes(&m));
    }
    for (size_t i = 0; field && i < sizeof kinds / sizeof *kinds; i++)
        for (int k = 0; kinds[i].kind == field->kind && k < WANTED && kinds[i].v[k]; k++)
            put(list, str_of(kinds[i].v[k]));
}

/* Its definition says all there is: no habit helps. */
static bool is_defined(const struct schema_field *field)
{
    return field &&
           (field->select_count > 0 || field->kind == SCHEMA_NUMBER || field->kind == SCHEMA_CHECK);
}

static const struct dwr_rule *rule_of(const struct dwr_name *name, const struct dwr_unit *units,
                                      const struct dwr_rule *otherwise)
{
    if (name && name->role == DWR_NAME_UNIT)
        return &units[name->index].rules[units[name->index].rule_count - 1];
    return otherwise;
}

struct values values_for_rule(struct seek *seek, unsigned index, struct dwr_str name,
                              const struct dwr_rule *rule)
{
    const struct schema_field *field = seek->schema ? schema_field(seek->schema, name) : NULL;
    struct list list = { .seek = seek, .field = field };

    if (!put_for_rule(&list, rule)) {
        put_examples(&list, DWR_NONE, name);
        put_defined(&list, field);
        if (!is_defined(field))
            put_habit(&list, name, field);
        if (list.count < WANTED && is_ordered(rule))
            put_domain(&list, domain_of_field(seek->arena, seek->d, (uint16_t)index, seek->schema));
        else if (!is_full(&list) && !is_defined(field))
            put_plain(&list, name);
        if (is_ordered(rule))
            put_ordered(&list, name);
    }
    if (index != DWR_NONE)
        quiet_first(&list, index);
    if (list.count > WANTED && is_max_or_min(rule))
        list.count = WANTED;
    if (is_max_or_min(rule))
        sort(&list, rule);
    return values_from(&list);
}

struct values values_of(struct seek *seek, unsigned index, struct dwr_str name)
{
    const struct dwr_name *known = index == DWR_NONE ? NULL : &seek->d->names.v[index];
    const struct dwr_rule *rule = rule_of(known, seek->d->units, &seek->d->free_rule);

    if (!known)
        return values_for_rule(seek, index, name, rule);
    if (!seek->values[index].v)
        seek->values[index] = values_for_rule(seek, index, name, rule);
    return seek->values[index];
}

/* The definition of the table's rows; NULL: not known. */
static const struct schema_doctype *rows_of_table(const struct seek *seek, unsigned table)
{
    const struct schema_field *field =
        seek->schema
            ? schema_field(seek->schema, seek->d->names.v[seek->d->tables[table].field].name)
            : NULL;

    return field ? field->rows : NULL;
}

const struct schema_field *values_member_field(const struct seek *seek, unsigned table,
                                               struct dwr_str name)
{
    const struct schema_doctype *rows = rows_of_table(seek, table);

    return rows ? schema_field(rows, name) : NULL;
}

struct values values_of_member(struct seek *seek, unsigned table, unsigned index,
                               struct dwr_str name)
{
    const struct dwr_table *t = &seek->d->tables[table];
    const struct dwr_name *known = index == DWR_NONE ? NULL : &t->names.v[index];
    const struct dwr_rule *rule =
        t->same_key == DWR_SAME_KEY_FIELDS ? rule_of(known, t->units, &t->otherwise) : NULL;
    const bool keeps_place = known && known->role != DWR_NAME_UNIT && index == t->order_by;
    const struct schema_doctype *rows = rows_of_table(seek, table);
    const struct schema_field *field = rows ? schema_field(rows, name) : NULL;
    struct list list = { .seek = seek, .field = field };

    if (keeps_place || !put_for_rule(&list, rule)) {
        put_examples(&list, table, name);
        put_defined(&list, field);
        if (!is_defined(field))
            put_habit(&list, name, field);
        if (is_ordered(rule) && list.count < WANTED)
            put_ordered(&list, name);
        else if (!is_full(&list) && !is_defined(field))
            put_plain(&list, name);
        if (is_ordered(rule) || keeps_place)
            one_kind(&list);
        if (is_ordered(rule) || keeps_place)
            sort(&list, NULL);
    }
    return values_from(&list);
}

static bool is_key(const struct dwr_table *t, unsigned index)
{
    for (unsigned k = 0; k < t->key_count; k++)
        if (t->key[k] == index)
            return true;
    return false;
}

/* No rule names the member, and no key or order does. */
static bool is_other(const struct dwr_table *t, struct dwr_str name)
{
    const unsigned index = dwr_names_find(&t->names, name.p, name.n);

    return name.n > 0 && name.p[0] != '_' &&
           (index == DWR_NONE ||
            (t->names.v[index].role == DWR_NAME_FREE && !is_key(t, index) && index != t->order_by));
}

bool values_can_be_edited(struct seek *seek, unsigned table)
{
    const struct dwr_table *t = &seek->d->tables[table];
    const struct schema_doctype *rows = rows_of_table(seek, table);

    for (uint32_t i = 0; rows && i < rows->field_count; i++)
        if (rows->fields[i].kind != SCHEMA_LAYOUT &&
            !is_key(t, dwr_names_find(&t->names, rows->fields[i].name.p, rows->fields[i].name.n)))
            return true;
    return !rows;
}

struct dwr_str values_other_member(struct seek *seek, unsigned table)
{
    static const char *const made_up[] = { "description", "note", "detail" };
    const struct dwr_table *t = &seek->d->tables[table];
    const struct schema_doctype *rows = rows_of_table(seek, table);

    for (uint32_t i = 0; i < seek->examples.count; i++)
        if (seek->examples.v[i].table == table && is_other(t, seek->examples.v[i].name))
            return seek->examples.v[i].name;
    for (int kind = 0; rows && kind < 2; kind++) /* texts rather than others */
        for (uint32_t i = 0; i < rows->field_count; i++)
            if (is_other(t, rows->fields[i].name) &&
                (kind == 1 || rows->fields[i].kind == SCHEMA_DATA ||
                 rows->fields[i].kind == SCHEMA_TEXT))
                return rows->fields[i].name;
    for (size_t i = 0; !rows && i < sizeof made_up / sizeof *made_up; i++)
        if (is_other(t, str_of(made_up[i])))
            return str_of(made_up[i]);
    return rows ? (struct dwr_str){ NULL, 0 } : str_of("another_member");
}
