/* make.c - documents for a conflict class: who has which of three values of a field, which rows a
 * table has. What conditions say is not looked at here; seek.c does that. */
#include "scenario_parts.h"

static struct dwr_str nothing(void)
{
    return (struct dwr_str){ NULL, 0 };
}

/* --- fields --- */

/* Who has which value, as an index into three that differ; -1: does not have it. */
struct hands {
    int8_t base, server, client;
};

static struct hands hands_of(enum cover_kind kind, enum dwr_rule_kind rule)
{
    const bool falling = rule == DWR_RULE_MIN;

    switch (kind) {
    case COVER_SERVER_ONLY:
        return (struct hands){ 0, 1, -1 };
    case COVER_CLIENT_ONLY:
    case COVER_WATCHED:
        return (struct hands){ 0, 0, 1 };
    case COVER_FIRST_VALUE:
        return (struct hands){ -1, -1, 1 };
    case COVER_BOTH_SAME:
        return (struct hands){ 0, 1, 1 };
    case COVER_DIFFER_SERVER:
        if (rule == DWR_RULE_MAX || falling)
            return falling ? (struct hands){ 2, 0, 1 } : (struct hands){ 0, 2, 1 };
        return (struct hands){ 0, 1, 2 };
    case COVER_DIFFER_CLIENT:
        if (rule == DWR_RULE_FIRST_WRITE_WINS)
            return (struct hands){ 0, -1, 2 };
        return falling ? (struct hands){ 2, 1, 0 } : (struct hands){ 0, 1, 2 };
    default:
        return (struct hands){ 0, 1, 2 };
    }
}

/* Of several fields that cross: the first is the server's, the second the client's. */
static struct hands crossed(unsigned place)
{
    return place == 0   ? (struct hands){ 0, 1, -1 }
           : place == 1 ? (struct hands){ 0, 0, 1 }
                        : (struct hands){ 0, 0, -1 };
}

static uint8_t newer_of(enum cover_kind kind, enum dwr_rule_kind rule)
{
    if (rule != DWR_RULE_LAST_WRITE_WINS)
        return NEWER_NOBODY;
    return kind == COVER_DIFFER_CLIENT   ? NEWER_CLIENT
           : kind == COVER_DIFFER_SERVER ? NEWER_SERVER
                                         : NEWER_NOBODY;
}

/* One of three values; where there are fewer, the first is unset. */
static struct dwr_str value(struct values values, int place)
{
    if (place < 0)
        return nothing();
    if (values.count < 3)
        place--;
    return place < 0 || (uint32_t)place >= values.count ? nothing() : values.v[place];
}

static void put_hands(struct draft_field *field, struct values values, struct hands hands)
{
    field->value[DRAFT_BASE] = value(values, hands.base);
    field->value[DRAFT_SERVER] = value(values, hands.server);
    field->value[DRAFT_CLIENT] = value(values, hands.client);
    /* A value that is taken away is a null in the patch. */
    if (hands.client >= 0 && !field->value[DRAFT_CLIENT].p)
        field->value[DRAFT_CLIENT] = (struct dwr_str)DWR_STR("null");
}

/* --- units --- */

/* Watched fields that nothing else in the draft is about. */
static bool make_watched(struct seek *seek, struct draft *draft, const struct dwr_rule *rule)
{
    for (unsigned i = 0; i < rule->watch_count; i++) {
        const struct dwr_str name = seek->d->names.v[rule->watch[i]].name;

        if (draft_find(draft, name))
            continue;
        put_hands(draft_field(seek, draft, name), values_of(seek, rule->watch[i], name),
                  (struct hands){ 0, 1, -1 });
        return true;
    }
    return false;
}

static bool make_unit(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const struct dwr_unit *unit = &seek->d->units[class_->index];
    const struct dwr_rule *rule = &unit->rules[class_->rule];
    const enum cover_kind kind = (enum cover_kind)class_->kind;

    for (unsigned i = 0; i < unit->field_count; i++)
        if (draft_find(draft, seek->d->names.v[unit->fields[i]].name))
            return false;
    if (kind == COVER_WATCHED && !make_watched(seek, draft, rule))
        return false;
    for (unsigned i = 0; i < unit->field_count; i++) {
        const struct dwr_str name = seek->d->names.v[unit->fields[i]].name;
        struct draft_field *field = draft_field(seek, draft, name);

        put_hands(field, values_of(seek, unit->fields[i], name),
                  kind == COVER_CROSSED ? crossed(i)
                                        : hands_of(kind, (enum dwr_rule_kind)rule->kind));
        field->newer = newer_of(kind, (enum dwr_rule_kind)rule->kind);
    }
    return true;
}

static bool make_free(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const enum cover_kind kind = (enum cover_kind)class_->kind;
    const enum dwr_rule_kind rule = (enum dwr_rule_kind)seek->d->free_rule.kind;
    const unsigned several = seek->d->free_together ? 2 : 1;

    for (unsigned i = 0; i < several; i++)
        if (draft_find(draft, seek->free_names[i]))
            return false;
    for (unsigned i = 0; i < several; i++) {
        const struct dwr_str name = seek->free_names[i];
        const struct values values = values_of(seek, DWR_NONE, name);
        struct draft_field *field = draft_field(seek, draft, name);
        struct hands hands = kind == COVER_CROSSED ? crossed(i) : hands_of(kind, rule);

        if (kind == COVER_SERVER_ONLY && seek->d->free_together)
            hands.client = 0; /* an old value sent back is no change */
        put_hands(field, values, hands);
        field->newer = newer_of(kind, rule);
    }
    return true;
}

/* --- rows --- */

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
    has[DRAFT_CLIENT] = row != COVER_ADDED_SERVER && row != COVER_REMOVED_CLIENT &&
                        row != COVER_REMOVED_EDITED;
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
static struct dwr_str key_value(struct making *m, struct dwr_str name)
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

static bool is_key(const struct dwr_table *t, unsigned index)
{
    for (unsigned k = 0; k < t->key_count; k++)
        if (t->key[k] == index)
            return true;
    return false;
}

/* Where a row stands in its table: everywhere the same, unless time decides who wrote the row. */
static void put_order(struct making *m)
{
    const struct dwr_table *t = &m->seek->d->tables[m->table];
    const bool first_wins = t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS;
    const bool client = m->row == COVER_EDITED_BOTH_CLIENT;
    struct dwr_str name;
    struct values values;

    if (t->order_by == DWR_NONE || is_key(t, t->order_by))
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

    put_hands(&field, values, hands);
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
                   kind == COVER_CROSSED ? crossed(i)
                                         : hands_of(kind, (enum dwr_rule_kind)rule->kind));
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

    if (kind == COVER_CROSSED || kind == COVER_WATCHED ||
        (kind == COVER_FIRST_VALUE && !(by_rule && t->otherwise.kind == DWR_RULE_IMMUTABLE)))
        return;
    put_member(m, name,
               values_of_member(m->seek, m->table, dwr_names_find(&t->names, name.p, name.n), name),
               hands_of(kind, by_rule ? (enum dwr_rule_kind)t->otherwise.kind : DWR_RULE_COUNT));
}

/* Rows in which nobody changes a member: what one has, all have. */
static bool is_still(enum cover_kind row)
{
    return row == COVER_ADDED_SERVER || row == COVER_ADDED_CLIENT || row == COVER_REMOVED_SERVER ||
           row == COVER_REMOVED_CLIENT || row == COVER_REPEATED_KEY || row == COVER_MISSING_KEY ||
           row == COVER_HELD;
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
            put_on_all(m, t->names.v[index].name, values.v[(m->number + m->variant) % values.count]);
    }
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
        put_on_all(m, name, k == 0 || values.count == 0 ? key_value(m, name) : values.v[0]);
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

        row.row[side] = has[side] ? (struct dwr_str){ text.p, text.n } : nothing();
    }
    return row;
}

static bool make_row(struct seek *seek, struct draft *draft, const struct cover_class *class_)
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

/* --- locks, documents --- */

/* What is refused while a lock holds; that it does, the search sees to. */
static bool make_locked(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const struct dwr_doctype *d = seek->d;
    const struct cover_class free_ = { .part = COVER_FREE, .kind = COVER_CLIENT_ONLY };
    const struct cover_class row = { .part = COVER_TABLE, .kind = COVER_ADDED_CLIENT };
    struct cover_class one = row;

    if (!draft->is_empty)
        return false;
    if (class_->kind == COVER_LOCKED_DELETE) {
        draft->op = DWR_DELETE;
        return true;
    }
    if (class_->kind == COVER_LOCKED_ROWS) {
        for (unsigned t = 0; t < d->table_count; t++) {
            one.index = (uint16_t)t;
            if (!make_row(seek, draft, &one))
                return false;
        }
        return true;
    }
    if (!make_free(seek, draft, &free_))
        return false;
    for (unsigned i = 0; class_->kind == COVER_LOCK_EXCEPTED && i < d->lock_except_count; i++) {
        const struct dwr_name *name = &d->names.v[d->lock_except[i]];

        if (name->role == DWR_NAME_TABLE) {
            one.index = name->index;
            make_row(seek, draft, &one);
        } else if (!draft_find(draft, name->name)) {
            put_hands(draft_field(seek, draft, name->name),
                      values_of(seek, d->lock_except[i], name->name), (struct hands){ 0, 0, 1 });
        }
    }
    return true;
}

/* A field or two that a document of the DocType has. */
static void put_some(struct seek *seek, struct draft *draft, struct hands hands)
{
    const struct dwr_doctype *d = seek->d;
    unsigned count = 0;

    for (unsigned u = 0; u < d->unit_count && count < 3; u++) {
        const unsigned index = d->units[u].fields[0];
        struct values values;

        if (cover_is_built_in(d, &d->units[u]))
            continue;
        values = values_of(seek, index, d->names.v[index].name);
        put_hands(draft_field(seek, draft, d->names.v[index].name), values, hands);
        count++;
    }
    for (unsigned i = 0; count < 2 && i < 2; i++, count++)
        put_hands(draft_field(seek, draft, seek->free_names[i]),
                  values_of(seek, DWR_NONE, seek->free_names[i]), hands);
}

static bool make_document(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const struct dwr_set *soft = &seek->d->tombstone.soft_delete;
    const struct dwr_str soft_name =
        soft->field == DWR_NONE ? nothing() : seek->d->names.v[soft->field].name;

    if (!draft->is_empty)
        return false;
    switch ((enum cover_kind)class_->kind) {
    case COVER_INSERT:
        draft->op = DWR_INSERT;
        draft->no_server = true;
        put_some(seek, draft, (struct hands){ -1, -1, 0 });
        return true;
    case COVER_NAME_TAKEN:
        draft->op = DWR_INSERT;
        draft->timed = true;
        put_some(seek, draft, (struct hands){ -1, 0, 1 });
        return true;
    case COVER_DELETE:
        draft->op = DWR_DELETE;
        put_some(seek, draft, (struct hands){ 0, 0, -1 });
        return true;
    case COVER_DELETE_CHANGED:
        draft->op = DWR_DELETE;
        if (!seek->d->tombstone.allow_delete && soft_name.p)
            put_hands(draft_field(seek, draft, soft_name), values_of(seek, soft->field, soft_name),
                      (struct hands){ 0, 1, -1 });
        else
            put_some(seek, draft, (struct hands){ 0, 1, -1 });
        return true;
    case COVER_UPDATE_DELETED:
        draft->tombstone = true;
        put_some(seek, draft, (struct hands){ -1, 0, 1 });
        return true;
    case COVER_RETRY:
        put_some(seek, draft, (struct hands){ 0, 0, 1 });
        return true;
    default:
        return false;
    }
}

bool make_class(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    bool made = false;

    switch ((enum cover_part)class_->part) {
    case COVER_UNIT:
        made = make_unit(seek, draft, class_);
        break;
    case COVER_FREE:
        made = make_free(seek, draft, class_);
        break;
    case COVER_TABLE:
    case COVER_MEMBER:
    case COVER_OTHER:
        made = make_row(seek, draft, class_);
        break;
    case COVER_LOCK:
        made = make_locked(seek, draft, class_);
        break;
    case COVER_DOCUMENT:
        made = make_document(seek, draft, class_);
        break;
    }
    if (made && draft->is_empty) {
        draft->theme = (enum cover_kind)class_->kind;
        draft->is_empty = false;
    }
    return made;
}
