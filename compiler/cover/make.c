/* make.c - documents for a conflict class: who has which of three values of a field. What
 * conditions say is not looked at here; seek.c does that. Rows are make_rows.c's. */
#include "scenario_parts.h"

/* --- fields --- */

struct hands make_hands(enum cover_kind kind, enum dwr_rule_kind rule)
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
struct hands make_crossed(unsigned place)
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
        return (struct dwr_str){ NULL, 0 };
    if (values.count < 3)
        place--;
    return place < 0 || (uint32_t)place >= values.count ? (struct dwr_str){ NULL, 0 }
                                                        : values.v[place];
}

void make_put(struct draft_field *field, struct values values, struct hands hands)
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
        make_put(draft_field(seek, draft, name), values_of(seek, rule->watch[i], name),
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

        make_put(field, values_for_rule(seek, unit->fields[i], name, rule),
                 kind == COVER_CROSSED ? make_crossed(i)
                                       : make_hands(kind, (enum dwr_rule_kind)rule->kind));
        field->newer = newer_of(kind, (enum dwr_rule_kind)rule->kind);
    }
    return true;
}

static bool make_free(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const enum cover_kind kind = (enum cover_kind)class_->kind;
    const enum dwr_rule_kind rule = (enum dwr_rule_kind)seek->d->free_rule.kind;
    const unsigned wanted = seek->d->free_together ? 2 : 1;
    const unsigned several = wanted < seek->free_count ? wanted : seek->free_count;

    if (several == 0 || (kind == COVER_CROSSED && several < 2))
        return false;
    for (unsigned i = 0; i < several; i++)
        if (draft_find(draft, seek->free_names[i]))
            return false;
    for (unsigned i = 0; i < several; i++) {
        const struct dwr_str name = seek->free_names[i];
        const struct values values = values_of(seek, DWR_NONE, name);
        struct draft_field *field = draft_field(seek, draft, name);
        struct hands hands = kind == COVER_CROSSED ? make_crossed(i) : make_hands(kind, rule);

        if (kind == COVER_SERVER_ONLY && seek->d->free_together)
            hands.client = 0; /* an old value sent back is no change */
        make_put(field, values, hands);
        field->newer = newer_of(kind, rule);
    }
    return true;
}

/* --- locks, documents --- */

/* A field that has a rule and is not excepted from the lock, written by the client. */
static bool make_unit_locked(struct seek *seek, struct draft *draft)
{
    const struct dwr_doctype *d = seek->d;

    for (unsigned u = 0; u < d->unit_count; u++) {
        const struct cover_class unit = { .part = COVER_UNIT,
                                          .kind = COVER_CLIENT_ONLY,
                                          .index = (uint16_t)u,
                                          .rule = (uint16_t)(d->units[u].rule_count - 1u) };
        bool excepted = cover_is_built_in(d, &d->units[u]);

        for (unsigned i = 0; i < d->lock_except_count; i++)
            for (unsigned k = 0; k < d->units[u].field_count; k++)
                excepted = excepted || d->lock_except[i] == d->units[u].fields[k];
        if (!excepted && make_unit(seek, draft, &unit))
            return true;
    }
    return false;
}

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
    if (!make_free(seek, draft, &free_) && !make_unit_locked(seek, draft))
        return false;
    for (unsigned i = 0; class_->kind == COVER_LOCK_EXCEPTED && i < d->lock_except_count; i++) {
        const struct dwr_name *name = &d->names.v[d->lock_except[i]];

        if (name->role == DWR_NAME_TABLE) {
            one.index = name->index;
            make_row(seek, draft, &one);
        } else if (!draft_find(draft, name->name)) {
            make_put(draft_field(seek, draft, name->name),
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
        make_put(draft_field(seek, draft, d->names.v[index].name), values, hands);
        count++;
    }
    for (unsigned i = 0; count < 2 && i < 2 && i < seek->free_count; i++, count++)
        make_put(draft_field(seek, draft, seek->free_names[i]),
                 values_of(seek, DWR_NONE, seek->free_names[i]), hands);
}

static bool make_document(struct seek *seek, struct draft *draft, const struct cover_class *class_)
{
    const struct dwr_set *soft = &seek->d->tombstone.soft_delete;
    const struct dwr_str soft_name =
        soft->field == DWR_NONE ? (struct dwr_str){ NULL, 0 } : seek->d->names.v[soft->field].name;

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
            make_put(draft_field(seek, draft, soft_name), values_of(seek, soft->field, soft_name),
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
