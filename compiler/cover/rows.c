/* rows.c - of which conflict classes a merge is: the rows of a child table and their members. */
#include <stdlib.h>

#include "cover_parts.h"

/* The rows of one key; p NULL: that side has none. */
struct keyed {
    struct dwr_text row[COVER_SIDES];
};

/* --- reading --- */

static struct dwr_text part(struct cover_look *look, const struct dwr_table *t, struct dwr_text row,
                            unsigned k)
{
    const struct dwr_str name = t->names.v[t->key[k]].name;
    const struct dwr_text value = dwr_member(look->reader->scratch, row, name.p, name.n);

    return dwr_is_unset(value) ? (struct dwr_text){ NULL, 0 } : value;
}

static struct cover_row row_of(struct cover_look *look, const struct dwr_table *t,
                               struct dwr_text row, uint32_t side)
{
    struct cover_row r = { .row = row, .side = side };

    for (unsigned k = 0; k < t->key_count; k++) {
        const struct dwr_text p = part(look, t, row, k);

        r.keyed = r.keyed || p.p;
        r.hash =
            r.hash * 0x9E3779B97F4A7C15u + (p.p ? dwr_value_hash(look->reader->scratch, p) : 1);
    }
    return r;
}

static bool one_key(struct cover_look *look, const struct dwr_table *t, struct dwr_text a,
                    struct dwr_text b)
{
    for (unsigned k = 0; k < t->key_count; k++)
        if (!dwr_field_equal(look->reader->scratch, part(look, t, a, k), part(look, t, b, k)))
            return false;
    return true;
}

/* All rows of all sides, those without a key left out; *unkeyed: the server or the client has
 * such. False: a value is no table's. */
static bool read_rows(struct cover_look *look, const struct dwr_table *t,
                      const struct cover_field *field, uint32_t *count, bool *unkeyed)
{
    struct cover_reader *reader = look->reader;

    *count = 0;
    *unkeyed = false;
    for (uint32_t side = 0; side < COVER_SIDES; side++) {
        const struct dwr_text value = field->value[side];
        struct dwr_walk walk;
        struct dwr_text row;

        if (dwr_is_unset(value) || (side == COVER_BASE && !look->base_known))
            continue;
        if (value.p[0] != '[')
            return false;
        walk = dwr_walk_of(value);
        while (dwr_walk_next(&walk, reader->scratch->scan, NULL, &row)) {
            if (row.p[0] != '{')
                return false;
            if (*count == reader->row_capacity) {
                const uint32_t capacity = *count == 0 ? 32 : 2 * *count;

                reader->rows = arena_grow(look->cover->arena, reader->rows, *count, capacity,
                                          sizeof *reader->rows);
                reader->row_capacity = capacity;
            }
            reader->rows[*count] = row_of(look, t, row, side);
            *unkeyed = *unkeyed || (!reader->rows[*count].keyed &&
                                    (side == COVER_SERVER || side == COVER_CLIENT));
            *count += reader->rows[*count].keyed;
        }
    }
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const struct cover_row *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->side < y->side ? -1 : x->side > y->side;
}

bool cover_keys_are_plain(struct cover_look *look, const struct dwr_table *table,
                          const struct cover_field *field)
{
    const struct cover_row *rows;
    uint32_t count;
    bool unkeyed;

    if (!read_rows(look, table, field, &count, &unkeyed) || unkeyed)
        return false;
    rows = look->reader->rows;
    if (count > 0)
        qsort(look->reader->rows, count, sizeof *rows, by_hash);
    for (uint32_t i = 1; i < count; i++)
        if (rows[i].hash == rows[i - 1].hash && rows[i].side == rows[i - 1].side)
            return false;
    return true;
}

/* --- members --- */

static const struct cover_field *
first_that_differs(struct cover_look *look, struct cover_field *const *fields, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (cover_did_of(look, &fields[i], 1).differ)
            return fields[i];
    return NULL;
}

static void member_unit(struct cover_look *look, enum cover_part part_, unsigned table,
                        unsigned member, const struct dwr_rule *rule,
                        struct cover_field *const *fields, uint32_t count)
{
    const struct cover_did did = cover_did_of(look, fields, count);
    const struct cover_field *differs = first_that_differs(look, fields, count);
    enum cover_kind kind = COVER_CLIENT_ONLY;

    if (!did.client && !did.server)
        return;
    if (!did.client)
        kind = COVER_SERVER_ONLY;
    else if (did.same)
        kind = COVER_BOTH_SAME;
    else if (did.differ)
        kind = cover_differ(rule->kind, cover_kept(look, differs, COVER_CLIENT));
    else if (did.crossed)
        kind = COVER_CROSSED;
    else if (rule->kind == DWR_RULE_IMMUTABLE && did.unset)
        kind = COVER_FIRST_VALUE;
    for (unsigned i = 0; kind == COVER_CLIENT_ONLY && i < rule->watch_count; i++) {
        struct cover_field *w =
            cover_field_of(&look->reader->row, look->d->tables[table].names.v[rule->watch[i]].name);

        if (w && cover_did_of(look, &w, 1).server)
            kind = COVER_WATCHED;
    }
    cover_mark(look, part_, table, member, kind, 0);
    if (did.differ && did.crossed)
        cover_mark(look, part_, table, member, COVER_CROSSED, 0);
}

static bool is_key(const struct dwr_table *t, unsigned index)
{
    for (unsigned k = 0; k < t->key_count; k++)
        if (t->key[k] == index)
            return true;
    return false;
}

/* The rows as they are: a member that one lacks is unset, so the client wrote all of them. */
static void members(struct cover_look *look, unsigned table, const struct keyed *rows)
{
    const struct dwr_table *t = &look->d->tables[table];
    struct cover_fields *row = &look->reader->row;

    cover_read_none(row);
    for (unsigned side = 0; side < COVER_SIDES; side++)
        cover_read(look->cover, row, &t->names, rows->row[side], side);
    for (uint32_t i = 0; i < row->count; i++)
        if (!row->v[i].value[COVER_CLIENT].p)
            row->v[i].value[COVER_CLIENT] = (struct dwr_text){ "null", 4 };
    for (unsigned u = 0; u < t->unit_count; u++) {
        const struct dwr_unit *unit = &t->units[u];
        struct cover_field **fields = cover_list(look->cover, unit->field_count);
        uint32_t count = 0;

        for (unsigned i = 0; i < unit->field_count; i++) {
            fields[count] = cover_field_of(row, t->names.v[unit->fields[i]].name);
            count += fields[count] != NULL;
        }
        member_unit(look, COVER_MEMBER, table, u, &unit->rules[0], fields, count);
    }
    for (uint32_t i = 0; i < row->count; i++) {
        struct cover_field *f = &row->v[i];

        if (f->role == DWR_NAME_FREE && !is_key(t, f->index))
            member_unit(look, COVER_OTHER, table, 0, &t->otherwise, &f, 1);
    }
}

/* --- rows --- */

static enum cover_kind edited_by_both(struct cover_look *look, const struct dwr_table *t,
                                      const struct keyed *rows)
{
    if (!cover_by_order(t))
        return COVER_EDITED_BOTH;
    return rows->row[COVER_RESULT].p && rows_equal(t, look->reader->scratch,
                                                   rows->row[COVER_RESULT], rows->row[COVER_CLIENT])
               ? COVER_EDITED_BOTH_CLIENT
               : COVER_EDITED_BOTH_SERVER;
}

/* The kind of merge of the rows of one key; COVER_KIND_COUNT: none. */
static enum cover_kind kind_of(struct cover_look *look, const struct dwr_table *t,
                               const struct keyed *rows)
{
    struct dwr_scratch *s = look->reader->scratch;
    const struct dwr_text base = rows->row[COVER_BASE], server = rows->row[COVER_SERVER],
                          client = rows->row[COVER_CLIENT];
    const bool both = server.p && client.p;
    const bool same = both && rows_equal(t, s, server, client);
    bool by_server, by_client;

    if (!base.p) {
        if (both)
            return same ? COVER_KIND_COUNT : COVER_ADDED_BOTH;
        if (server.p)
            return look->base_known ? COVER_ADDED_SERVER : COVER_KIND_COUNT;
        return client.p && rows->row[COVER_RESULT].p ? COVER_ADDED_CLIENT : COVER_KIND_COUNT;
    }
    by_server = !server.p || !rows_equal(t, s, server, base);
    by_client = !client.p || !rows_equal(t, s, client, base);
    if (both) {
        if (by_server && by_client)
            return same ? COVER_EDITED_SAME : edited_by_both(look, t, rows);
        return by_server ? COVER_EDITED_SERVER : by_client ? COVER_EDITED_CLIENT : COVER_KIND_COUNT;
    }
    if (server.p)
        return by_server && t->removes ? COVER_REMOVED_EDITED : COVER_REMOVED_CLIENT;
    if (client.p)
        return by_client ? COVER_EDITED_REMOVED : COVER_REMOVED_SERVER;
    return COVER_KIND_COUNT;
}

/* The rows of a group of one hash, which is one key's unless hashes collide: then the group is
 * passed by. Returns whether a side of the merge has the key twice. */
static bool one_of_each(struct cover_look *look, const struct dwr_table *t,
                        const struct cover_row *group, uint32_t count, struct keyed *rows,
                        bool *single)
{
    bool repeated = false;

    *rows = (struct keyed){ .row = { { NULL, 0 } } };
    *single = true;
    for (uint32_t i = 0; i < count; i++) {
        if (!one_key(look, t, group[0].row, group[i].row)) {
            *single = false;
            return false;
        }
        if (rows->row[group[i].side].p && group[i].side != COVER_RESULT) {
            *single = false;
            repeated = repeated || group[i].side != COVER_BASE;
        }
        rows->row[group[i].side] = group[i].row;
    }
    return repeated;
}

static bool is_label_of(struct dwr_text label, struct dwr_str field)
{
    return label.n > field.n && label.p[field.n] == '[' && memcmp(label.p, field.p, field.n) == 0;
}

/* What only the report says: a row that waits, a row that the lock refused. True: it was locked. */
static bool reported(struct cover_look *look, unsigned table)
{
    const struct dwr_doctype *d = look->d;
    const struct dwr_str name = d->names.v[d->tables[table].field].name;

    for (size_t i = 0; i < look->result->field_count; i++) {
        const struct dwr_report *report = &look->result->fields[i];

        if (!is_label_of(report->field, name))
            continue;
        if (report->outcome == DWR_OUTCOME_HELD)
            cover_mark(look, COVER_TABLE, table, 0, COVER_HELD, 0);
        if (d->lock && report->rule.p == d->lock_at.p) {
            cover_mark(look, COVER_LOCK, 0, 0, COVER_LOCKED_ROWS, 0);
            return true;
        }
    }
    return false;
}

void cover_observe_table(struct cover_look *look, unsigned table)
{
    const struct dwr_table *t = &look->d->tables[table];
    const struct cover_field *field =
        cover_field_of(&look->reader->fields, look->d->names.v[t->field].name);
    struct cover_row *rows;
    uint32_t count, next;
    bool unkeyed;

    if (!field || !field->value[COVER_CLIENT].p || reported(look, table) ||
        !read_rows(look, t, field, &count, &unkeyed))
        return;
    if (unkeyed)
        cover_mark(look, COVER_TABLE, table, 0, COVER_MISSING_KEY, 0);
    rows = look->reader->rows;
    if (count > 0)
        qsort(rows, count, sizeof *rows, by_hash);
    for (uint32_t i = 0; i < count; i = next) {
        struct keyed keyed;
        bool single;
        enum cover_kind kind;

        for (next = i + 1; next < count && rows[next].hash == rows[i].hash; next++)
            ;
        if (one_of_each(look, t, &rows[i], next - i, &keyed, &single))
            cover_mark(look, COVER_TABLE, table, 0, COVER_REPEATED_KEY, 0);
        if (!single)
            continue;
        kind = kind_of(look, t, &keyed);
        if (kind != COVER_KIND_COUNT)
            cover_mark(look, COVER_TABLE, table, 0, kind, 0);
        if (t->same_key == DWR_SAME_KEY_FIELDS && keyed.row[COVER_SERVER].p &&
            keyed.row[COVER_CLIENT].p)
            members(look, table, &keyed);
    }
}
