/* make_rows.c - the rows of a child table for a conflict class, on all three sides. */
#include "scenario_parts.h"

/* The kind of a row in which its members do what the class says. */
static enum cover_kind row_kind(const struct cover_class *class_)
{
    if (class_->part == COVER_TABLE)
        return (enum cover_kind)class_->kind;
    switch ((enum cover_kind)class_->kind) {
    case COVER_SERVER_ONLY:
        return COVER_EDITED_SERVER;
    case COVER_CLIENT_ONLY:
        return COVER_EDITED_CLIENT;
    case COVER_BOTH_SAME:
        return COVER_EDITED_SAME;
    case COVER_DIFFER:
        return COVER_EDITED_BOTH;
    default:
        return (enum cover_kind)class_->kind; /* a row of its own */
    }
}

/* What a member does in a row of that kind. */
static enum cover_kind member_kind(enum cover_kind row, const struct dwr_rule *rule)
{
    switch (row) {
    case COVER_EDITED_SERVER:
        return COVER_SERVER_ONLY;
    case COVER_EDITED_CLIENT:
    case COVER_EDITED_REMOVED:
        return COVER_CLIENT_ONLY;
    case COVER_EDITED_SAME:
        return COVER_BOTH_SAME;
    case COVER_EDITED_BOTH:
    case COVER_EDITED_BOTH_SERVER:
    case COVER_EDITED_BOTH_CLIENT:
    case COVER_ADDED_BOTH:
        return COVER_DIFFER;
    case COVER_DIFFER_SERVER:
    case COVER_DIFFER_CLIENT:
        return rule && cover_differ((enum dwr_rule_kind)rule->kind, true) == COVER_DIFFER
                   ? COVER_DIFFER
                   : row;
    case COVER_REMOVED_EDITED:
        return COVER_SERVER_ONLY;
    default:
        return row;
    }
}

/* Which sides have the row at all. */
static void sides_of(enum cover_kind row, bool has[DRAFT_SIDES])
{
    has[DRAFT_BASE] = row != COVER_ADDED_SERVER && row != COVER_ADDED_CLIENT &&
                      row != COVER_ADDED_BOTH && row != COVER_REPEATED_KEY &&
                      row != COVER_MISSING_KEY && row != COVER_HELD;
    has[DRAFT_SERVER] = row != COVER_ADDED_CLIENT && row != COVER_REMOVED_SERVER &&
                        row != COVER_EDITED_REMOVED && row != COVER_REPEATED_KEY &&
                        row != COVER_MISSING_KEY && row != COVER_HELD;
    has[DRAFT_CLIENT] =
        row != COVER_ADDED_SERVER && row != COVER_REMOVED_CLIENT && row != COVER_REMOVED_EDITED;
}

/* A row being written on all three sides. */
struct making {
    struct seek *seek;
    struct trial_doc doc[DRAFT_SIDES];
    unsigned table;
    enum cover_kind row;
    unsigned number;  /* of the row in its table, for its key */
    unsigned variant; /* another row of the same key */
};

static void put_on_all(struct making *m, struct dwr_str name, struct dwr_str json)
{
    for (unsigned side = 0; side < DRAFT_SIDES; side++)
        trial_doc_put(&m->doc[side], name, json);
}

/* "ITEM-1" of item_code. */
static struct dwr_str key_text(struct making *m, struct dwr_str name)
{
    struct out_memory text;
    size_t n = name.n;

    for (size_t i = 1; i < name.n; i++)
        if (name.p[i] == '_' || (name.p[i] >= 'A' && name.p[i] <= 'Z')) {
            n = i;
            break;
        }
    out_memory_begin(&text, m->seek->arena);
    out_char(&text.out, '"');
    for (size_t i = 0; i < n; i++) {
        const char c = name.p[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out_char(&text.out, (char)(c >= 'a' && c <= 'z' ? c & ~0x20 : c));
    }
    out_char(&text.out, '-');
    out_number(&text.out, m->number);
    out_char(&text.out, '"');
    return out_memory_bytes(&text);
}

/* Another one for each row: a text, or what else its definition lets it hold. */
static struct dwr_str key_value(struct making *m, struct dwr_str name, struct values defined)
{
    static const char *const forms[] = { "%u", "\"2026-03-0%u\"", "\"2026-03-0%u 08:00:00\"",
                                         "\"0%u:00:00\"" };
    const struct schema_field *field = values_member_field(m->seek, m->table, name);
    const struct dwr_str text = key_text(m, name);

    if (!field || schema_can_hold(m->seek->arena, field, text))
        return text;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct dwr_str value = arena_printf(m->seek->arena, forms[i], m->number % 10);

        if (schema_can_hold(m->seek->arena, field, value))
            return value;
    }
    if (defined.count > 0)
        return defined.v[m->number % defined.count];
    return arena_printf(m->seek->arena, "%u", m->number % 2);
}

static bool is_key(const struct dwr_table *t, unsigned index)
{
    for (unsigned k = 0; k < t->key_count; k++)
        if (t->key[k] == index)
            return true;
    return false;
}

/* Rows in which nobody changes a member: what one has, all have. */
static bool is_still(enum cover_kind row)
{
    return row == COVER_ADDED_SERVER || row == COVER_ADDED_CLIENT || row == COVER_REMOVED_SERVER ||
           row == COVER_REMOVED_CLIENT || row == COVER_REPEATED_KEY || row == COVER_MISSING_KEY ||
           row == COVER_HELD;
}

/* Where a row stands in its table: everywhere the same, unless time decides who wrote the row. */
static void put_order(struct making *m)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    const bool first_wins = t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS;
    const bool client = m->row == COVER_EDITED_BOTH_CLIENT;
    struct dwr_str name;
    struct values values;

    /* A member with a rule of its own is put with its unit. */
    if (t->order_by == DWR_NONE || is_key(t, t->order_by) ||
        (t->names.v[t->order_by].role == DWR_NAME_UNIT && !is_still(m->row)))
        return;
    name = t->names.v[t->order_by].name;
    values = values_of_member(m->seek, m->table, t->order_by, name);
    if (values.count == 0)
        return;
    if (!client && m->row != COVER_EDITED_BOTH_SERVER) {
        put_on_all(m, name, values.v[(m->number + m->variant) % values.count]);
        return;
    }
    trial_doc_put(&m->doc[DRAFT_BASE], name, values.v[values.count / 2]);
    trial_doc_put(&m->doc[client ? DRAFT_CLIENT : DRAFT_SERVER], name,
                  first_wins ? values.v[0] : values.v[values.count - 1]);
    trial_doc_put(&m->doc[client ? DRAFT_SERVER : DRAFT_CLIENT], name,
                  first_wins ? values.v[values.count - 1] : values.v[0]);
}

static void put_member(struct making *m, struct dwr_str name, struct values values,
                       struct hands hands)
{
    struct draft_field field = { .name = name };

    make_put(&field, values, hands);
    /* A row is whole: what the client does not change it sends as it was. */
    if (hands.client < 0 && m->row != COVER_FIRST_VALUE)
        field.value[DRAFT_CLIENT] = field.value[DRAFT_BASE];
    for (unsigned side = 0; side < DRAFT_SIDES; side++)
        trial_doc_put(&m->doc[side], name, field.value[side]);
}

static void put_unit(struct making *m, const struct dwr_unit *unit)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    const struct dwr_rule *rule = &unit->rules[0];
    const enum cover_kind kind = member_kind(m->row, rule);
    const bool alone = unit->field_count == 1;

    if (kind == COVER_FIRST_VALUE && rule->kind != DWR_RULE_IMMUTABLE)
        return;
    if ((kind == COVER_CROSSED && alone) || (kind == COVER_WATCHED && rule->watch_count == 0))
        return;
    for (unsigned i = 0; i < unit->field_count; i++) {
        const struct dwr_str name = t->names.v[unit->fields[i]].name;

        if (is_key(t, unit->fields[i]))
            continue;
        put_member(m, name, values_of_member(m->seek, m->table, unit->fields[i], name),
                   kind == COVER_CROSSED ? make_crossed(i)
                                         : make_hands(kind, (enum dwr_rule_kind)rule->kind));
    }
    for (unsigned i = 0; kind == COVER_WATCHED && i < rule->watch_count; i++) {
        const struct dwr_str name = t->names.v[rule->watch[i]].name;

        put_member(m, name, values_of_member(m->seek, m->table, rule->watch[i], name),
                   (struct hands){ 0, 1, -1 });
    }
}

static void put_others(struct making *m)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    const bool by_rule = t->same_key == DWR_SAME_KEY_FIELDS;
    const enum cover_kind kind = member_kind(m->row, by_rule ? &t->otherwise : NULL);
    const struct dwr_str name = values_other_member(m->seek, m->table);

    if (!name.p || kind == COVER_CROSSED || kind == COVER_WATCHED ||
        (kind == COVER_FIRST_VALUE && !(by_rule && t->otherwise.kind == DWR_RULE_IMMUTABLE)))
        return;
    put_member(m, name,
               values_of_member(m->seek, m->table, dwr_names_find(&t->names, name.p, name.n), name),
               make_hands(kind, by_rule ? (enum dwr_rule_kind)t->otherwise.kind : DWR_RULE_COUNT));
}

static void put_still(struct making *m)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    const struct dwr_str name = values_other_member(m->seek, m->table);
    struct values values;

    for (unsigned u = 0; u < t->unit_count && u < 2; u++) {
        const unsigned index = t->units[u].fields[0];

        if (is_key(t, index) || index == t->order_by)
            continue;
        values = values_of_member(m->seek, m->table, index, t->names.v[index].name);
        if (values.count > 0)
            put_on_all(m, t->names.v[index].name,
                       values.v[(m->number + m->variant) % values.count]);
    }
    if (!name.p)
        return;
    values = values_of_member(m->seek, m->table, dwr_names_find(&t->names, name.p, name.n), name);
    if (t->unit_count == 0 && values.count > 0)
        put_on_all(m, name, values.v[(m->number + m->variant) % values.count]);
}

static struct draft_row row_of(struct making *m, bool keyed)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    struct draft_row row;
    bool has[DRAFT_SIDES];

    for (unsigned side = 0; side < DRAFT_SIDES; side++)
        trial_doc_start(&m->doc[side], m->seek->arena);
    for (unsigned k = 0; keyed && k < t->key_count; k++) {
        const struct dwr_str name = t->names.v[t->key[k]].name;
        const struct values values = values_of_member(m->seek, m->table, t->key[k], name);

        /* The first part tells the rows apart. */
        put_on_all(m, name, k == 0 || values.count == 0 ? key_value(m, name, values) : values.v[0]);
    }
    put_order(m);
    if (is_still(m->row)) {
        put_still(m);
    } else {
        for (unsigned u = 0; u < t->unit_count; u++)
            put_unit(m, &t->units[u]);
        put_others(m);
    }
    sides_of(m->row, has);
    for (unsigned side = 0; side < DRAFT_SIDES; side++) {
        const struct dwr_text text = trial_doc_end(&m->doc[side]);

        row.row[side] =
            has[side] ? (struct dwr_str){ text.p, text.n } : (struct dwr_str){ NULL, 0 };
    }
    return row;
}

bool make_row(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    struct draft_table *table = &draft->tables[class_->index];
    const struct dwr_table *t = &seek->d->tables[class_->index];
    struct making m = { .seek = seek, .table = class_->index, .row = row_kind(class_) };
    const uint64_t bit = (uint64_t)1 << m.row;
    const uint8_t newer = m.row == COVER_DIFFER_CLIENT   ? NEWER_CLIENT
                          : m.row == COVER_DIFFER_SERVER ? NEWER_SERVER
                                                         : NEWER_NOBODY;
    const unsigned rows = m.row == COVER_REPEATED_KEY ? 2 : 1;

    if (draft_find(draft, seek->d->names.v[t->field].name))
        return false;
    if (table->kinds & bit)
        return true;
    if (table->count + rows > DRAFT_ROWS || (newer && table->newer && newer != table->newer))
        return false;
    m.number = table->count + 1u;
    for (unsigned i = 0; i < rows; i++, m.variant++)
        table->v[table->count++] = row_of(&m, m.row != COVER_MISSING_KEY);
    table->kinds |= bit;
    if (newer)
        table->newer = newer;
    return true;
}
