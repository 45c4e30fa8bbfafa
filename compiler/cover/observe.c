/* observe.c - of which conflict classes a merge is: the document and its fields. */
#include "cover_parts.h"

/* --- reading --- */

struct dwr_text cover_trimmed(struct dwr_text text)
{
    while (text.n > 0 && (unsigned char)text.p[0] <= ' ') {
        text.p++;
        text.n--;
    }
    while (text.n > 0 && (unsigned char)text.p[text.n - 1] <= ' ')
        text.n--;
    if (text.n == 0 || (text.n == 4 && memcmp(text.p, "null", 4) == 0))
        return (struct dwr_text){ NULL, 0 };
    return text;
}

static struct cover_field *place_of(struct cover_fields *fields, struct dwr_str name,
                                    uint32_t **slot)
{
    uint32_t at = (uint32_t)dwr_name_hash(name.p, name.n) & fields->mask;

    for (; fields->slots[at] != 0; at = (at + 1) & fields->mask) {
        struct cover_field *field = &fields->v[fields->slots[at] - 1];

        if (field->name.n == name.n && memcmp(field->name.p, name.p, name.n) == 0)
            return field;
    }
    *slot = &fields->slots[at];
    return NULL;
}

/* Room for one more, and slots twice as many. */
static void make_room(struct cover *cover, struct cover_fields *fields)
{
    const uint32_t capacity = fields->capacity == 0 ? 32 : 2 * fields->capacity;

    if (fields->count < fields->capacity)
        return;
    fields->v = arena_grow(cover->arena, fields->v, fields->capacity, capacity, sizeof *fields->v);
    fields->slots = arena_zero(cover->arena, 2 * (size_t)capacity * sizeof *fields->slots);
    fields->capacity = capacity;
    fields->mask = 2 * capacity - 1;
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct dwr_str name = { fields->v[i].name.p, fields->v[i].name.n };
        uint32_t *slot = NULL;

        place_of(fields, name, &slot);
        *slot = i + 1;
    }
}

void cover_read_none(struct cover_fields *fields)
{
    fields->count = 0;
    if (fields->slots)
        memset(fields->slots, 0, ((size_t)fields->mask + 1) * sizeof *fields->slots);
}

struct cover_field *cover_field_of(struct cover_fields *fields, struct dwr_str name)
{
    uint32_t *slot;

    return fields->count == 0 ? NULL : place_of(fields, name, &slot);
}

/* The members of a row that are none (6) and `_` names are the sync layer's as well. */
static uint8_t role_of(const struct dwr_names *names, struct dwr_text name, unsigned *index)
{
    *index = dwr_names_find(names, name.p, name.n);
    if (*index != DWR_NONE)
        return names->v[*index].role;
    return name.n > 0 && name.p[0] == '_' ? DWR_NAME_META : DWR_NAME_FREE;
}

void cover_read(struct cover *cover, struct cover_fields *fields, const struct dwr_names *names,
                struct dwr_text object, unsigned side)
{
    struct dwr_scratch *scratch = cover->reader->scratch;
    struct dwr_walk walk;
    struct dwr_text key, value;

    if (!object.p)
        return;
    walk = dwr_walk_of(object);
    while (dwr_walk_next(&walk, scratch->scan, &key, &value)) {
        const struct dwr_text name = dwr_string_bytes(scratch, key);
        struct cover_field *field;
        uint32_t *slot;

        if (!name.p)
            arena_fail(cover->arena);
        make_room(cover, fields);
        field = place_of(fields, (struct dwr_str){ name.p, name.n }, &slot);
        if (!field) {
            field = &fields->v[fields->count++];
            *slot = fields->count;
            *field = (struct cover_field){ .name = name };
            field->role = role_of(names, name, &field->index);
        }
        field->value[side] = value;
    }
}

struct cover_field **cover_list(struct cover *cover, uint32_t count)
{
    struct cover_reader *reader = cover->reader;

    if (count > reader->list_capacity) {
        reader->list = arena_array(cover->arena, 2 * (size_t)count, sizeof(struct cover_field *));
        reader->list_capacity = 2 * count;
    }
    return reader->list;
}

/* --- what the sides did --- */

/* Row by row for tables' values, as 1.7 compares them. */
static bool equal(struct cover_look *look, const struct cover_field *field, unsigned a, unsigned b)
{
    return dwr_field_equal(look->reader->scratch, field->value[a], field->value[b]);
}

struct cover_did cover_did_of(struct cover_look *look, struct cover_field *const *fields,
                              uint32_t count)
{
    const unsigned against = look->base_known ? COVER_BASE : COVER_SERVER;
    struct cover_did did = { .same = true, .unset = true };
    bool client_alone = false;

    for (uint32_t i = 0; i < count; i++) {
        const struct cover_field *f = fields[i];
        const bool set = !dwr_is_unset(f->value[COVER_SERVER]);
        const bool client = f->value[COVER_CLIENT].p && !equal(look, f, COVER_CLIENT, against);
        const bool server = look->base_known ? !equal(look, f, COVER_SERVER, COVER_BASE) : set;
        const bool alike = client && equal(look, f, COVER_CLIENT, COVER_SERVER);

        did.client = did.client || client;
        did.server = did.server || server;
        did.same = did.same && (!client || alike);
        did.differ = did.differ || (client && server && !alike);
        did.unset = did.unset && !set;
        client_alone = client_alone || (client && !server);
    }
    did.crossed = did.server && client_alone;
    return did;
}

bool cover_kept(struct cover_look *look, const struct cover_field *field, unsigned side)
{
    return equal(look, field, COVER_RESULT, side);
}

void cover_mark(struct cover_look *look, enum cover_part part, unsigned index, unsigned member,
                enum cover_kind kind, unsigned rule)
{
    const struct cover_type *type = look->type;

    for (uint32_t i = 0; i < type->count; i++) {
        const struct cover_class *c = &type->v[i];

        if (c->part == part && c->kind == kind && c->index == index && c->member == member &&
            c->rule == rule) {
            look->is[i] = true;
            return;
        }
    }
}

/* --- units --- */

/* The conflict of some fields; NULL: there was none. */
static const struct dwr_report *conflict_of(struct cover_field *const *fields, uint32_t count,
                                            const struct cover_field **field)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct dwr_report *report = fields[i]->report;

        if (report && report->conflict) {
            *field = fields[i];
            return report;
        }
    }
    return NULL;
}

/* merge_text to min: what they cannot decide is decided as server_wins (4). */
static bool makes_a_value(enum dwr_rule_kind rule)
{
    return rule == DWR_RULE_MERGE_TEXT || rule == DWR_RULE_UNION || rule == DWR_RULE_KEEP_BOTH ||
           rule == DWR_RULE_SUM || rule == DWR_RULE_MAX || rule == DWR_RULE_MIN;
}

static bool client_kept(struct cover_look *look, const struct dwr_report *report,
                        const struct cover_field *field, bool by_value)
{
    return by_value ? cover_kept(look, field, COVER_CLIENT) : report->outcome == DWR_OUTCOME_CLIENT;
}

/* The rule that decided, which may have set its own field besides; rule_count: another unit's. */
static unsigned rule_of(const struct dwr_rule *rules, unsigned rule_count,
                        const struct dwr_report *report)
{
    for (unsigned r = 0; r < rule_count; r++) {
        if (rules[r].at.p == report->rule.p)
            return r;
        for (unsigned i = 0; i < rules[r].set_count; i++)
            if (rules[r].set[i].at.p == report->rule.p)
                return r;
    }
    return rule_count;
}

static bool refuses(const struct dwr_rule *rules, unsigned rule_count,
                    const struct dwr_report *report)
{
    const unsigned r = rule_of(rules, rule_count, report);

    return r < rule_count &&
           (rules[r].kind == DWR_RULE_IMMUTABLE || rules[r].kind == DWR_RULE_SERVER_ONLY);
}

/* A conflict that one of the unit's rules decided. */
static void conflict(struct cover_look *look, enum cover_part part, unsigned index,
                     const struct dwr_rule *rules, unsigned rule_count, const struct cover_did *did,
                     const struct dwr_report *report, const struct cover_field *field)
{
    const unsigned r = rule_of(rules, rule_count, report);

    if (r == rule_count)
        return;
    if (makes_a_value(rules[r].kind) && report->outcome != DWR_OUTCOME_MERGED)
        return;
    if (did->differ)
        cover_mark(look, part, index, 0,
                   cover_differ(rules[r].kind,
                                client_kept(look, report, field, makes_a_value(rules[r].kind))),
                   r);
    else if (!did->server && rules[r].watch_count > 0)
        cover_mark(look, part, index, 0, COVER_WATCHED, r);
    if (did->crossed)
        cover_mark(look, part, index, 0, COVER_CROSSED, 0);
}

static bool is_locked(const struct cover_look *look, const struct dwr_report *report)
{
    return look->d->lock && report->rule.p == look->d->lock_at.p;
}

static void unit(struct cover_look *look, enum cover_part part, unsigned index,
                 const struct dwr_rule *rules, unsigned rule_count,
                 struct cover_field *const *fields, uint32_t count)
{
    const struct cover_did did = cover_did_of(look, fields, count);
    const struct cover_field *field = NULL;
    const struct dwr_report *report = conflict_of(fields, count, &field);

    if (report && is_locked(look, report)) {
        cover_mark(look, COVER_LOCK, 0, 0, COVER_LOCKED_FIELD, 0);
        return;
    }
    if (!did.client) {
        if (did.server && look->base_known)
            cover_mark(look, part, index, 0, COVER_SERVER_ONLY, 0);
    } else if (did.same) {
        if (look->base_known)
            cover_mark(look, part, index, 0, COVER_BOTH_SAME, 0);
    } else if (!report) {
        if (rule_count == 1 && rules[0].kind == DWR_RULE_IMMUTABLE)
            cover_mark(look, part, index, 0, COVER_FIRST_VALUE, 0);
        else if (!did.server)
            cover_mark(look, part, index, 0, COVER_CLIENT_ONLY, 0);
    } else if (!did.server && refuses(rules, rule_count, report)) {
        cover_mark(look, part, index, 0, COVER_CLIENT_ONLY, 0);
    } else {
        conflict(look, part, index, rules, rule_count, &did, report, field);
    }
}

static void ruled_units(struct cover_look *look)
{
    struct cover_fields *all = &look->reader->fields;

    for (unsigned u = 0; u < look->d->unit_count; u++) {
        const struct dwr_unit *one = &look->d->units[u];
        struct cover_field **fields = cover_list(look->cover, one->field_count);
        uint32_t count = 0;

        for (unsigned i = 0; i < one->field_count; i++) {
            fields[count] = cover_field_of(all, look->d->names.v[one->fields[i]].name);
            count += fields[count] != NULL;
        }
        if (count > 0)
            unit(look, COVER_UNIT, u, one->rules, one->rule_count, fields, count);
    }
}

static void free_fields(struct cover_look *look)
{
    struct cover_fields *all = &look->reader->fields;
    struct cover_field **fields = cover_list(look->cover, all->count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < all->count; i++)
        if (all->v[i].role == DWR_NAME_FREE)
            fields[count++] = &all->v[i];
    if (look->d->free_together && count > 0)
        unit(look, COVER_FREE, 0, &look->d->free_rule, 1, fields, count);
    for (uint32_t i = 0; i < count && !look->d->free_together; i++)
        unit(look, COVER_FREE, 0, &look->d->free_rule, 1, &fields[i], 1);
}

/* While something else was refused by the lock: of the fields it lets through, did one change? */
static void excepted_fields(struct cover_look *look)
{
    bool locked = false;

    for (size_t i = 0; i < look->result->field_count; i++)
        locked = locked || is_locked(look, &look->result->fields[i]);
    for (unsigned i = 0; locked && i < look->d->lock_except_count; i++) {
        const struct cover_field *f =
            cover_field_of(&look->reader->fields, look->d->names.v[look->d->lock_except[i]].name);

        if (f && f->value[COVER_CLIENT].p &&
            !equal(look, f, COVER_CLIENT, look->base_known ? COVER_BASE : COVER_SERVER))
            cover_mark(look, COVER_LOCK, 0, 0, COVER_LOCK_EXCEPTED, 0);
    }
}

/* --- documents --- */

static void read_sides(struct cover_look *look, struct dwr_text base, struct dwr_text server)
{
    struct cover_fields *fields = &look->reader->fields;
    const struct dwr_text client = cover_trimmed(look->write->client);

    cover_read_none(fields);
    cover_read(look->cover, fields, &look->d->names, base, COVER_BASE);
    cover_read(look->cover, fields, &look->d->names, server, COVER_SERVER);
    cover_read(look->cover, fields, &look->d->names, client, COVER_CLIENT);
    cover_read(look->cover, fields, &look->d->names, look->result->doc, COVER_RESULT);
    for (size_t i = 0; i < look->result->field_count; i++) {
        const struct dwr_report *report = &look->result->fields[i];
        struct cover_field *field =
            cover_field_of(fields, (struct dwr_str){ report->field.p, report->field.n });

        if (field)
            field->report = report;
    }
}

static void deleted(struct cover_look *look, struct dwr_text base, struct dwr_text server)
{
    const struct dwr_tombstone *t = &look->d->tombstone;
    const struct dwr_result *result = look->result;
    bool changed = !base.p;

    if (result->code == DWR_CODE_LOCKED) {
        cover_mark(look, COVER_LOCK, 0, 0, COVER_LOCKED_DELETE, 0);
        return;
    }
    read_sides(look, base, server);
    if (!t->allow_delete && t->soft_delete.field != DWR_NONE) {
        struct cover_field *f =
            cover_field_of(&look->reader->fields, look->d->names.v[t->soft_delete.field].name);

        changed = base.p && f && cover_did_of(look, &f, 1).server;
    } else if (t->allow_delete) {
        for (uint32_t i = 0; base.p && i < look->reader->fields.count && !changed; i++) {
            struct cover_field *f = &look->reader->fields.v[i];

            changed = (f->role == DWR_NAME_FREE || f->role == DWR_NAME_UNIT ||
                       f->role == DWR_NAME_TABLE) &&
                      cover_did_of(look, &f, 1).server;
        }
    } else {
        changed = false;
    }
    cover_mark(look, COVER_DOCUMENT, 0, 0, changed ? COVER_DELETE_CHANGED : COVER_DELETE, 0);
}

static bool is_tombstone(struct cover_look *look, struct dwr_text server)
{
    const struct dwr_text mark = dwr_member(look->reader->scratch, server, "_deleted", 8);

    return mark.n == 4 && memcmp(mark.p, "true", 4) == 0;
}

static void changed(struct cover_look *look, struct dwr_text base, struct dwr_text server)
{
    read_sides(look, base, server);
    ruled_units(look);
    free_fields(look);
    for (unsigned t = 0; t < look->d->table_count; t++)
        cover_observe_table(look, t);
    excepted_fields(look);
}

void cover_observe(struct cover *cover, const struct cover_type *type,
                   const struct dwr_write *write, const struct dwr_result *result, bool *is)
{
    const struct dwr_text server = cover_trimmed(write->server);
    struct dwr_text base = cover_trimmed(write->base);
    struct cover_look look = { .cover = cover,
                               .reader = cover->reader,
                               .type = type,
                               .d = type->rules,
                               .write = write,
                               .result = result,
                               .is = is };

    memset(is, 0, type->count * sizeof *is);
    dwr_scratch_reset(cover->reader->scratch);
    if (write->op == DWR_INSERT)
        base = (struct dwr_text){ NULL, 0 };
    look.base_known = base.p != NULL;
    if (!server.p) {
        if (write->op == DWR_INSERT && result->code != DWR_CODE_VALIDATION_ERROR)
            cover_mark(&look, COVER_DOCUMENT, 0, 0, COVER_INSERT, 0);
    } else if (is_tombstone(&look, server)) {
        if (write->op == DWR_UPDATE || write->op == DWR_INSERT)
            cover_mark(&look, COVER_DOCUMENT, 0, 0, COVER_UPDATE_DELETED, 0);
    } else if (write->op == DWR_DELETE) {
        deleted(&look, base, server);
    } else if (write->op == DWR_INSERT && result->status == DWR_BRANCHED) {
        cover_mark(&look, COVER_DOCUMENT, 0, 0, COVER_NAME_TAKEN, 0);
    } else if (result->status != DWR_REJECTED) {
        changed(&look, base, server);
    }
    if (cover->reader->scratch->failed)
        arena_fail(cover->arena);
}
