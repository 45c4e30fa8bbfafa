/* equal.c - what two DocTypes say to the resolver, compared by names and not by lines. */
#include <string.h>

#include "diff.h"
#include "out.h"
#include "str.h"

/* A DocType written out: whatever decides a merge, fields by their names, nothing else. */
struct writer {
    struct out *o;
    const struct dwr_doctype *d;
    const struct dwr_names *names;
};

static void put_number(struct writer *w, uint64_t n)
{
    out_number(w->o, n);
    out_char(w->o, ',');
}

static void put_field(struct writer *w, const struct dwr_names *names, uint16_t field)
{
    out_measured(w->o, field == DWR_NONE ? (struct dwr_str){ NULL, 0 } : names->v[field].name);
}

static void put_operand(struct writer *w, const struct dwr_operand *o)
{
    put_number(w, o->side);
    if (o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_DOC)
        put_field(w, &w->d->names, o->field);
}

static void put_cond(struct writer *w, const struct dwr_cond *c)
{
    if (c == NULL) {
        out_char(w->o, '-');
        return;
    }
    put_number(w, c->op);
    if (c->op <= DWR_COND_NOT) {
        put_cond(w, c->a);
        if (c->op != DWR_COND_NOT)
            put_cond(w, c->b);
        return;
    }
    put_operand(w, &c->left);
    put_number(w, c->value_count);
    for (uint16_t i = 0; i < c->value_count; i++)
        out_measured(w->o, c->values[i]);
    if (c->value_count == 0 && c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE)
        put_operand(w, &c->right);
}

static void put_set(struct writer *w, const struct dwr_set *set)
{
    put_field(w, w->names, set->field);
    out_measured(w->o, set->field == DWR_NONE ? (struct dwr_str){ NULL, 0 } : set->value);
}

static void put_rule(struct writer *w, const struct dwr_rule *r)
{
    put_number(w, r->kind);
    put_number(w, r->provisional_client);
    put_cond(w, r->when);
    put_number(w, r->ranked_count);
    for (uint16_t i = 0; i < r->ranked_count; i++)
        out_measured(w->o, r->ranked[i]);
    out_measured(w->o, r->key);
    put_number(w, r->watch_count);
    for (uint16_t i = 0; i < r->watch_count; i++)
        put_field(w, w->names, r->watch[i]);
    put_number(w, r->set_count);
    for (uint16_t i = 0; i < r->set_count; i++)
        put_set(w, &r->set[i]);
}

static void put_units(struct writer *w, const struct dwr_unit *units, uint16_t count)
{
    put_number(w, count);
    for (uint16_t u = 0; u < count; u++) {
        put_number(w, units[u].field_count);
        for (uint16_t i = 0; i < units[u].field_count; i++)
            put_field(w, w->names, units[u].fields[i]);
        put_number(w, units[u].rule_count);
        for (uint16_t r = 0; r < units[u].rule_count; r++)
            put_rule(w, &units[u].rules[r]);
    }
}

static void put_table(struct writer *w, const struct dwr_table *t)
{
    put_field(w, &w->d->names, t->field);
    w->names = &t->names;
    put_number(w, t->key_count);
    for (uint16_t i = 0; i < t->key_count; i++)
        put_field(w, w->names, t->key[i]);
    put_field(w, w->names, t->order_by);
    put_number(w, t->same_key);
    put_units(w, t->units, t->unit_count);
    put_rule(w, &t->otherwise);
    w->names = &w->d->names;
    put_field(w, w->names, t->count_into);
    put_number(w, t->removes);
    put_number(w, t->append_only);
    put_cond(w, t->hold);
}

static void put_notify(struct writer *w)
{
    put_number(w, w->d->notify_conflict);
    put_number(w, w->d->notify_count);
    for (uint16_t i = 0; i < w->d->notify_count; i++) {
        out_measured(w->o, w->d->notify[i].type);
        put_field(w, w->names, w->d->notify[i].field);
    }
}

/* Names that are neither of a unit nor of a table. */
static void put_roles(struct writer *w, const struct dwr_names *names)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (names->v[i].role == DWR_NAME_META || names->v[i].role == DWR_NAME_COUNT ||
            names->v[i].role == DWR_NAME_VERSION) {
            put_number(w, names->v[i].role);
            out_measured(w->o, names->v[i].name);
        }
}

/* What holds for the document as a whole, and for fields that no rule names. */
static void put_frame(struct writer *w)
{
    const struct dwr_doctype *d = w->d;

    put_number(w, d->strategy);
    put_rule(w, &d->free_rule);
    put_number(w, d->free_together);
    put_cond(w, d->lock);
    put_number(w, d->lock_except_count);
    for (uint16_t i = 0; i < d->lock_except_count; i++)
        put_field(w, &d->names, d->lock_except[i]);
    put_number(w, d->tombstone.allow_delete);
    put_number(w, d->tombstone.delete_wins_over_update);
    put_set(w, &d->tombstone.soft_delete);
    out_measured(w->o, d->branch);
    put_field(w, &d->names, d->version_field);
    put_notify(w);
}

static struct writer begin(struct out_memory *m, struct arena *arena, const struct dwr_doctype *d)
{
    out_memory_begin(m, arena);
    return (struct writer){ &m->out, d, &d->names };
}

static struct dwr_str written_frame(struct arena *arena, const struct dwr_doctype *d)
{
    struct out_memory m;
    struct writer w = begin(&m, arena, d);

    put_frame(&w);
    return out_memory_bytes(&m);
}

static struct dwr_str written(struct arena *arena, const struct dwr_doctype *d)
{
    struct out_memory m;
    struct writer w = begin(&m, arena, d);

    put_frame(&w);
    put_units(&w, d->units, d->unit_count);
    put_number(&w, d->table_count);
    for (uint16_t i = 0; i < d->table_count; i++)
        put_table(&w, &d->tables[i]);
    put_roles(&w, &d->names);
    for (uint16_t i = 0; i < d->table_count; i++)
        put_roles(&w, &d->tables[i].names);
    return out_memory_bytes(&m);
}

/* One field with its unit or its table. */
static struct dwr_str written_field(struct arena *arena, const struct dwr_doctype *d,
                                    struct dwr_str name)
{
    struct out_memory m;
    struct writer w = begin(&m, arena, d);

    for (uint16_t i = 0; i < d->names.count; i++) {
        const struct dwr_name *n = &d->names.v[i];

        if (!str_same(n->name, name))
            continue;
        put_number(&w, n->role);
        if (n->role == DWR_NAME_UNIT)
            put_units(&w, &d->units[n->index], 1);
        else if (n->role == DWR_NAME_TABLE || n->role == DWR_NAME_COUNT)
            put_table(&w, &d->tables[n->index]);
        if (n->role == DWR_NAME_TABLE)
            put_roles(&w, &d->tables[n->index].names);
    }
    return out_memory_bytes(&m);
}

bool diff_tables_equal(const struct diff_pair *pair)
{
    return str_same(written(pair->arena, pair->by[0]), written(pair->arena, pair->by[1]));
}

bool diff_frames_equal(const struct diff_pair *pair)
{
    return str_same(written_frame(pair->arena, pair->by[0]),
                    written_frame(pair->arena, pair->by[1]));
}

bool diff_fields_equal(const struct diff_pair *pair, struct dwr_str name)
{
    return str_same(written_field(pair->arena, pair->by[0], name),
                    written_field(pair->arena, pair->by[1], name));
}

/* --- conditions and rules --- */

struct dwr_str diff_cond_text(const struct diff_pair *pair, int by, const struct dwr_cond *cond)
{
    struct out_memory m;
    struct writer w = begin(&m, pair->arena, pair->by[by]);

    put_cond(&w, cond);
    return out_memory_bytes(&m);
}

bool diff_rules_act_alike(const struct diff_pair *pair, const struct dwr_rule *old_rule,
                          const struct dwr_rule *new_rule)
{
    const struct dwr_rule *rules[2] = { old_rule, new_rule };
    struct out_memory m[2];

    for (int i = 0; i < 2; i++) {
        struct writer w = begin(&m[i], pair->arena, pair->by[i]);
        struct dwr_rule always = *rules[i];

        always.when = NULL;
        put_rule(&w, &always);
    }
    return str_same(out_memory_bytes(&m[0]), out_memory_bytes(&m[1]));
}

/* --- what clients send --- */

static const struct dwr_name *name_of(const struct dwr_names *names, struct dwr_str name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (str_same(names->v[i].name, name))
            return &names->v[i];
    return NULL;
}

static uint8_t role_of(const struct dwr_doctype *d, struct dwr_str name)
{
    const struct dwr_name *n = name_of(&d->names, name);

    /* A unit's field and a field without a rule are sent alike. */
    return n == NULL || n->role == DWR_NAME_UNIT ? DWR_NAME_FREE : n->role;
}

static const char *const role_words[] = {
    [DWR_NAME_FREE] = "a field",           [DWR_NAME_UNIT] = "a field",
    [DWR_NAME_TABLE] = "a child table",    [DWR_NAME_META] = "the sync layer's",
    [DWR_NAME_COUNT] = "a computed count", [DWR_NAME_VERSION] = "the version field",
};

static void meaning(const struct diff_pair *pair, struct diff_items *items, struct dwr_str field,
                    const char *what, struct dwr_str was, struct dwr_str becomes)
{
    struct diff_item *item = diff_add(pair->arena, items);

    item->class = DIFF_BOTH_TABLES;
    item->field = field;
    item->what = (struct dwr_str){ what, strlen(what) };
    item->was = was;
    item->becomes = becomes;
}

static struct dwr_str key_words(struct arena *arena, const struct dwr_table *t)
{
    struct dwr_str words = { "", 0 };

    for (uint16_t i = 0; i < t->key_count; i++) {
        const struct dwr_str part = t->names.v[t->key[i]].name;

        words = arena_printf(arena, "%s%s%.*s", words.p, i > 0 ? ", " : "", (int)part.n, part.p);
    }
    return words;
}

static void compare_tables(const struct diff_pair *pair, struct diff_items *items,
                           struct dwr_str name, const struct dwr_table *a,
                           const struct dwr_table *b)
{
    const struct dwr_str ka = key_words(pair->arena, a), kb = key_words(pair->arena, b);

    if (!str_same(ka, kb))
        meaning(pair, items, name, "rows are matched by another key", ka, kb);
    if (a->removes != b->removes)
        meaning(pair, items, name, "a row that the client leaves out means something else",
                str_of(a->removes ? "it is removed" : "it stays"),
                str_of(b->removes ? "it is removed" : "it stays"));
}

static void compare_name(const struct diff_pair *pair, struct diff_items *items,
                         struct dwr_str name)
{
    const uint8_t a = role_of(pair->by[0], name), b = role_of(pair->by[1], name);

    if (a != b)
        meaning(pair, items, name, "the field is sent, but means something else",
                str_of(role_words[a]), str_of(role_words[b]));
    else if (a == DWR_NAME_TABLE)
        compare_tables(pair, items, name,
                       &pair->by[0]->tables[name_of(&pair->by[0]->names, name)->index],
                       &pair->by[1]->tables[name_of(&pair->by[1]->names, name)->index]);
}

void diff_meanings(const struct diff_pair *pair, struct diff_items *items)
{
    const bool was = pair->by[0]->strategy == DWR_STRATEGY_VERSION_ALL,
               is = pair->by[1]->strategy == DWR_STRATEGY_VERSION_ALL;

    for (uint16_t i = 0; i < pair->by[0]->names.count; i++)
        compare_name(pair, items, pair->by[0]->names.v[i].name);
    for (uint16_t i = 0; i < pair->by[1]->names.count; i++)
        if (name_of(&pair->by[0]->names, pair->by[1]->names.v[i].name) == NULL)
            compare_name(pair, items, pair->by[1]->names.v[i].name);
    if (was != is)
        meaning(pair, items, (struct dwr_str){ NULL, 0 },
                "documents are decided as a whole or field by field",
                str_of(was ? "a conflict makes a branch" : "fields are merged"),
                str_of(is ? "a conflict makes a branch" : "fields are merged"));
}
