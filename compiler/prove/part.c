/* part.c - which fields belong together. */
#include "part.h"

#include <string.h>

#include "out.h"
#include "str.h"
#include "trial/conds.h"

struct build {
    struct arena *arena;
    struct parts *parts;
    const struct dwr_doctype *d;
    const struct schema_doctype *schema;
    struct part *part;
};

/* --- slots --- */

static void add_field(struct build *b, uint16_t field, bool own);

static void add_slot(struct build *b, struct part_slot slot)
{
    struct part *p = b->part;

    for (uint8_t i = 0; i < p->slot_count; i++)
        if (slot.field != DWR_NONE && p->slots[i].field == slot.field &&
            p->slots[i].in_row == slot.in_row) {
            p->slots[i].own = p->slots[i].own || slot.own;
            return;
        }
    if (p->slot_count == PART_SLOTS_MAX)
        p->too_large = true;
    else
        p->slots[p->slot_count++] = slot;
}

/* Is the name that of a mark which a merge puts beside a field (4.3): before, the field, after? */
static bool is_mark_of(struct dwr_str name, const char *before, struct dwr_str field,
                       const char *after)
{
    const size_t b = strlen(before), a = strlen(after);

    return name.n == b + field.n + a && memcmp(name.p, before, b) == 0 &&
           memcmp(name.p + b, field.p, field.n) == 0 && memcmp(name.p + b + field.n, after, a) == 0;
}

static bool leaves_marks(const struct dwr_doctype *d, uint16_t field)
{
    const struct dwr_name *name = &d->names.v[field];

    if (name->role == DWR_NAME_FREE)
        return d->free_rule.provisional_client;
    for (uint16_t r = 0; name->role == DWR_NAME_UNIT && r < d->units[name->index].rule_count; r++)
        if (d->units[name->index].rules[r].provisional_client)
            return true;
    return false;
}

/* What the sync layer keeps does not change by a merge, but marks do: of the field that they mark.
 * Copies of its values are not tried, nor is what tells a document from a tombstone. */
static void add_sync_layers(struct build *b, struct dwr_str name)
{
    const struct dwr_doctype *d = b->d;

    if (str_same(name, (struct dwr_str)DWR_STR("_deleted")))
        b->part->too_large = true;
    for (uint16_t i = 0; i < d->names.count; i++) {
        const struct dwr_str field = d->names.v[i].name;

        if (!leaves_marks(d, i))
            continue;
        if (is_mark_of(name, "_", field, "_conflict"))
            add_field(b, i, false);
        if (is_mark_of(name, "_server_", field, "") || is_mark_of(name, "_client_", field, ""))
            b->part->too_large = true;
    }
}

static void add_field(struct build *b, uint16_t field, bool own)
{
    const struct dwr_name *name = &b->d->names.v[field];

    add_slot(b, (struct part_slot){ .name = name->name, .field = field, .own = own });
    if (name->role == DWR_NAME_META)
        add_sync_layers(b, name->name);
    /* The one row of a part about rows is in its table. */
    if (name->role == DWR_NAME_COUNT &&
        (b->part->kind != PART_ROW || b->part->index != name->index))
        add_slot(b, (struct part_slot){ .name = b->d->names.v[b->d->tables[name->index].field].name,
                                        .field = b->d->tables[name->index].field });
}

static void add_operand(struct build *b, const struct dwr_operand *o)
{
    if (o->side >= DWR_SIDE_BASE && o->side <= DWR_SIDE_CLIENT && o->field != DWR_NONE)
        add_field(b, o->field, false);
}

static void add_cond(void *context, const struct dwr_cond *c)
{
    struct build *b = context;

    if (c->op == DWR_COND_CHANGES && c->left.field != DWR_NONE) {
        add_field(b, c->left.field, false);
        return;
    }
    add_operand(b, &c->left);
    if (c->op < DWR_COND_IN && c->value_count == 0)
        add_operand(b, &c->right);
}

static void add_rule(struct build *b, const struct dwr_rule *rule)
{
    conds_of(rule->when, add_cond, b);
    for (uint16_t i = 0; i < rule->watch_count; i++)
        add_field(b, rule->watch[i], false);
    for (uint16_t i = 0; i < rule->set_count; i++)
        if (rule->set[i].field != DWR_NONE)
            add_field(b, rule->set[i].field, false);
}

/* The units whose conflict sets the field. */
static void add_setters(struct build *b, uint16_t field)
{
    for (uint16_t u = 0; u < b->d->unit_count; u++)
        for (uint16_t r = 0; r < b->d->units[u].rule_count; r++)
            for (uint16_t i = 0; i < b->d->units[u].rules[r].set_count; i++)
                if (b->d->units[u].rules[r].set[i].field == field)
                    add_field(b, b->d->units[u].fields[0], false);
}

static void add_what_decides(struct build *b, const struct part_slot *slot)
{
    const struct dwr_name *name;

    if (slot->in_row || slot->field == DWR_NONE)
        return;
    name = &b->d->names.v[slot->field];
    if (name->role == DWR_NAME_UNIT)
        for (uint16_t r = 0; r < b->d->units[name->index].rule_count; r++)
            add_rule(b, &b->d->units[name->index].rules[r]);
    if (name->role == DWR_NAME_TABLE)
        conds_of(b->d->tables[name->index].hold, add_cond, b);
    add_setters(b, slot->field);
}

/* --- parts --- */

static void begin(struct build *b, enum part_kind kind, uint16_t index)
{
    struct parts *parts = b->parts;

    if (parts->count == parts->capacity) {
        parts->v = arena_grow(b->arena, parts->v, parts->capacity, 2 * parts->capacity + 16,
                              sizeof *parts->v);
        parts->capacity = 2 * parts->capacity + 16;
    }
    b->part = &parts->v[parts->count++];
    *b->part = (struct part){ .doctype = b->d, .kind = kind, .index = index, .unit = DWR_NONE };
}

bool part_is_small(const struct part *p)
{
    const uint64_t stored = part_stored_count(p), client = part_client_count(p),
                   most = PART_CASES_MAX;

    return stored * stored <= most && client <= most &&
           stored * stored * client * p->env_count <= most;
}

/* Adds the lock's fields and all that has a say, then the values. */
static void finish(struct build *b)
{
    struct part *p = b->part, *smaller;

    conds_of(b->d->lock, add_cond, b);
    for (uint8_t i = 0; i < p->slot_count; i++)
        add_what_decides(b, &p->slots[i]);
    part_put_asked(b->arena, p);
    part_put_envs(b->arena, p);
    for (int level = 0; level < PART_LEVELS && !p->too_large; level++) {
        part_put_values(b->arena, p, b->schema, level);
        if (part_is_small(p) || level + 1 == PART_LEVELS)
            return;
        smaller = ARENA_NEW(b->arena, struct part);
        *smaller = *p;
        p->smaller = smaller;
        p = smaller;
    }
}

struct mention {
    uint16_t field;
    bool found;
};

static void find_mention(void *context, const struct dwr_cond *c)
{
    struct mention *m = context;

    m->found = m->found || c->left.field == m->field || c->right.field == m->field;
}

static bool is_mentioned(const struct dwr_unit *unit, uint16_t field)
{
    struct mention m = { field, false };

    for (uint16_t r = 0; r < unit->rule_count; r++)
        conds_of(unit->rules[r].when, find_mention, &m);
    return m.found;
}

/* The fields of a unit are alike but for those its conditions name: two of the others stand for
 * all. */
static void add_unit(struct build *b, uint16_t u)
{
    const struct dwr_unit *unit = &b->d->units[u];
    uint16_t alike = 0;

    begin(b, PART_UNIT, u);
    for (uint16_t i = 0; i < unit->field_count; i++)
        if (is_mentioned(unit, unit->fields[i]) || alike++ < 2)
            add_field(b, unit->fields[i], true);
    finish(b);
}

static bool is_named(const struct dwr_names *names, struct dwr_str name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (names->v[i].name.n == name.n && memcmp(names->v[i].name.p, name.p, name.n) == 0)
            return true;
    return name.n > 0 && name.p[0] == '_';
}

/* A name that no rule uses: the schema's own, else one made up. */
static struct dwr_str unnamed(struct build *b, const struct dwr_names *names,
                              const struct schema_doctype *schema, const char *made_up,
                              unsigned which)
{
    struct dwr_str name = str_of(made_up);

    for (uint32_t i = 0; schema && i < schema->field_count; i++)
        if (!is_named(names, schema->fields[i].name) && which-- == 0)
            return schema->fields[i].name;
    for (unsigned n = 2; is_named(names, name); n++)
        name = arena_printf(b->arena, "%s_%u", made_up, n);
    return name;
}

/* Fields without a rule of their own that a lock leaves alone; all of them are treated alike. Those
 * of one unit part from it while the lock holds. */
static uint16_t excepted(const struct dwr_doctype *d)
{
    for (uint16_t i = 0; d->free_together && i < d->lock_except_count; i++)
        if (d->names.v[d->lock_except[i]].role == DWR_NAME_FREE)
            return d->lock_except[i];
    return DWR_NONE;
}

static void begin_free(struct build *b)
{
    begin(b, PART_FREE, 0);
    add_slot(b, (struct part_slot){ .name = unnamed(b, &b->d->names, b->schema, "any_field", 0),
                                    .field = DWR_NONE,
                                    .own = true });
}

static void add_free(struct build *b)
{
    if (excepted(b->d) != DWR_NONE) {
        begin_free(b);
        add_field(b, excepted(b->d), true);
        finish(b);
    }
    begin_free(b);
    if (b->d->free_together)
        add_slot(b, (struct part_slot){
                        .name = unnamed(b, &b->d->names, b->schema, "any_other_field", 1),
                        .field = DWR_NONE,
                        .own = true });
    finish(b);
}

static const struct schema_doctype *rows_schema(const struct build *b, const struct dwr_table *t)
{
    const struct dwr_str name = b->d->names.v[t->field].name;

    for (uint32_t i = 0; b->schema && i < b->schema->field_count; i++)
        if (b->schema->fields[i].name.n == name.n &&
            memcmp(b->schema->fields[i].name.p, name.p, name.n) == 0)
            return b->schema->fields[i].rows;
    return NULL;
}

static bool is_key(const struct dwr_table *t, uint16_t member)
{
    for (uint16_t i = 0; i < t->key_count; i++)
        if (t->key[i] == member)
            return true;
    return false;
}

static void add_member(struct build *b, const struct dwr_table *t, uint16_t member, bool own)
{
    if (!is_key(t, member))
        add_slot(
            b, (struct part_slot){
                   .name = t->names.v[member].name, .field = member, .own = own, .in_row = true });
}

/* What a unit of members watches and sets, and the units that set it. */
static void add_what_decides_member(struct build *b, const struct dwr_table *t, uint16_t member)
{
    for (uint16_t u = 0; u < t->unit_count; u++)
        for (uint16_t r = 0; r < t->units[u].rule_count; r++) {
            const struct dwr_rule *rule = &t->units[u].rules[r];
            const bool is_its_own =
                t->names.v[member].role == DWR_NAME_UNIT && t->names.v[member].index == u;

            for (uint16_t i = 0; i < rule->watch_count && is_its_own; i++)
                add_member(b, t, rule->watch[i], false);
            for (uint16_t i = 0; i < rule->set_count; i++) {
                if (is_its_own)
                    add_member(b, t, rule->set[i].field, false);
                if (rule->set[i].field == member)
                    add_member(b, t, t->units[u].fields[0], false);
            }
        }
}

static void add_row_units(struct build *b, uint16_t table)
{
    const struct dwr_table *t = &b->d->tables[table];

    for (uint16_t u = 0; u < t->unit_count; u++) {
        begin(b, PART_ROW, table);
        b->part->unit = u;
        for (uint16_t i = 0; i < t->units[u].field_count && i < 2; i++)
            add_member(b, t, t->units[u].fields[i], true);
        for (uint8_t i = 0; i < b->part->slot_count; i++)
            add_what_decides_member(b, t, b->part->slots[i].field);
        finish(b);
    }
    begin(b, PART_ROW, table);
    add_slot(b,
             (struct part_slot){ .name = unnamed(b, &t->names, rows_schema(b, t), "any_member", 0),
                                 .field = DWR_NONE,
                                 .own = true,
                                 .in_row = true });
    finish(b);
}

static void add_table(struct build *b, uint16_t table)
{
    begin(b, PART_TABLE, table);
    add_field(b, b->d->tables[table].field, true);
    finish(b);
    if (b->d->tables[table].same_key == DWR_SAME_KEY_FIELDS)
        add_row_units(b, table);
}

/* Deletes and tombstones: a field that no rule names, and the soft delete's. */
static void add_document(struct build *b)
{
    begin(b, PART_DOCUMENT, 0);
    add_slot(b, (struct part_slot){ .name = unnamed(b, &b->d->names, b->schema, "any_field", 0),
                                    .field = DWR_NONE,
                                    .own = true });
    if (b->d->tombstone.soft_delete.field != DWR_NONE)
        add_field(b, b->d->tombstone.soft_delete.field, true);
    finish(b);
}

void parts_of(struct arena *arena, struct parts *parts, const struct dwr_doctype *doctype,
              const struct schema_doctype *schema)
{
    struct build b = { .arena = arena, .parts = parts, .d = doctype, .schema = schema };

    for (uint16_t u = 0; u < doctype->unit_count; u++)
        add_unit(&b, u);
    add_free(&b);
    for (uint16_t t = 0; t < doctype->table_count; t++)
        add_table(&b, t);
    add_document(&b);
}

/* --- questions about a part --- */

struct dwr_str part_field_name(struct arena *arena, const struct part *part, uint8_t slot)
{
    const struct part_slot *s = &part->slots[slot];
    struct dwr_str table;

    if (!s->in_row)
        return s->name;
    table = part->doctype->names.v[part->doctype->tables[part->index].field].name;
    return arena_printf(arena, "%.*s.%.*s", (int)table.n, table.p, (int)s->name.n, s->name.p);
}

const struct dwr_unit *part_unit(const struct part *part, uint8_t slot)
{
    const struct part_slot *s = &part->slots[slot];
    const struct dwr_name *name;

    if (s->field == DWR_NONE)
        return NULL;
    if (s->in_row) {
        name = &part->doctype->tables[part->index].names.v[s->field];
        return name->role == DWR_NAME_UNIT ? &part->doctype->tables[part->index].units[name->index]
                                           : NULL;
    }
    name = &part->doctype->names.v[s->field];
    return name->role == DWR_NAME_UNIT ? &part->doctype->units[name->index] : NULL;
}

const struct dwr_table *part_table(const struct part *part, uint8_t slot)
{
    const struct part_slot *s = &part->slots[slot];
    const struct dwr_name *name;

    if (s->in_row || s->field == DWR_NONE)
        return NULL;
    name = &part->doctype->names.v[s->field];
    return name->role == DWR_NAME_TABLE ? &part->doctype->tables[name->index] : NULL;
}

bool part_is_sync_layers(const struct part *part, uint8_t slot)
{
    const struct part_slot *s = &part->slots[slot];
    const uint8_t role =
        s->in_row || s->field == DWR_NONE ? DWR_NAME_FREE : part->doctype->names.v[s->field].role;

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

uint32_t part_stored_values(const struct part *part, unsigned slot)
{
    return part->slots[slot].values.count;
}

/* A row is a whole: all its members are written. */
uint32_t part_client_values(const struct part *part, unsigned slot)
{
    return part->slots[slot].values.count + (part->slots[slot].in_row ? 0u : 1u);
}

uint64_t part_stored_count(const struct part *part)
{
    uint64_t n = 1;

    for (uint8_t i = 0; i < part->slot_count && n <= PART_DOCUMENTS_MAX; i++)
        n *= part_stored_values(part, i);
    return n;
}

uint64_t part_client_count(const struct part *part)
{
    uint64_t n = 1;

    for (uint8_t i = 0; i < part->slot_count && n <= PART_DOCUMENTS_MAX; i++)
        n *= part_client_values(part, i);
    return n;
}

int part_stored_value(const struct part *part, uint64_t combination, uint8_t slot)
{
    for (uint8_t i = 0; i < slot; i++)
        combination /= part->slots[i].values.count;
    return (int)(combination % part->slots[slot].values.count);
}

int part_client_value(const struct part *part, uint64_t combination, uint8_t slot)
{
    for (uint8_t i = 0; i < slot; i++)
        combination /= part_client_values(part, i);
    return (int)(combination % part_client_values(part, slot)) - (part->slots[slot].in_row ? 0 : 1);
}
