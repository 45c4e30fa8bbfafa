/* draw.c - random writes (draw.h). */
#include "draw.h"

#include <stdio.h>
#include <string.h>

#include "law.h"

#define FIELDS_MAX 96
#define ROWS_MAX 7
#define MEMBERS_MAX 14

/* --- numbers --- */

struct draw draw_seeded(uint64_t seed)
{
    return (struct draw){ .state = seed };
}

struct draw draw_from_bytes(const uint8_t *bytes, size_t n)
{
    return (struct draw){ .bytes = bytes, .byte_count = n, .from_bytes = true };
}

static uint64_t next(struct draw *d)
{
    uint64_t z;

    if (d->from_bytes) {
        if (d->byte_count == 0)
            return 0;
        d->byte_count--;
        return *d->bytes++;
    }
    /* splitmix64 */
    z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

unsigned draw_below(struct draw *d, unsigned n)
{
    return (unsigned)(next(d) % n);
}

static bool chance(struct draw *d, unsigned percent)
{
    return draw_below(d, 100) >= 100 - percent;
}

#define PICK(d, list) text_of((list)[draw_below((d), sizeof(list) / sizeof *(list))])

/* --- text --- */

struct out {
    struct pool *pool;
    char *p;
    size_t n, room;
};

static void put(struct out *o, struct dwr_text t)
{
    if (o->room - o->n < t.n) {
        const size_t room = 2 * o->room + t.n + 64;
        char *const p = pool_take(o->pool, room);

        if (o->n > 0)
            memcpy(p, o->p, o->n);
        o->p = p;
        o->room = room;
    }
    if (t.n > 0)
        memcpy(o->p + o->n, t.p, t.n);
    o->n += t.n;
}

static void put_char(struct out *o, char c)
{
    put(o, (struct dwr_text){ &c, 1 });
}

static void put_name(struct out *o, struct dwr_text name)
{
    char escape[8];

    put_char(o, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\' || (unsigned char)name.p[i] < 0x20) {
            sprintf(escape, "\\u%04x", (unsigned char)name.p[i]);
            put(o, text_of(escape));
        } else {
            put_char(o, name.p[i]);
        }
    }
    put_char(o, '"');
}

static struct dwr_text finish(const struct out *o)
{
    return (struct dwr_text){ o->p, o->n };
}

/* The same value, written differently: spaces, escaped letters, zeros after the point. */
static struct dwr_text respell(struct draw *d, struct pool *pool, struct dwr_text v)
{
    struct out o = { .pool = pool };
    bool in_string = false;

    for (size_t i = 0; i < v.n; i++) {
        const char c = v.p[i];
        char escape[8];

        if (in_string && c == '\\') {
            const size_t n = v.p[i + 1] == 'u' ? 6 : 2;

            put(&o, (struct dwr_text){ v.p + i, n });
            i += n - 1;
            continue;
        }
        if (c == '"')
            in_string = !in_string;
        if (in_string && c >= 'a' && c <= 'z' && chance(d, 15)) {
            sprintf(escape, "\\u%04x", (unsigned)c);
            put(&o, text_of(escape));
            continue;
        }
        put_char(&o, c);
        if (!in_string && (c == ',' || c == ':' || c == '[' || c == '{') && chance(d, 20))
            put(&o, text_of(chance(d, 50) ? " " : "\n\t"));
    }
    /* 1, 1.0, 1e0; only where the value is a whole number and nothing else. */
    if (v.n > 0 && v.n == strspn(finish(&o).p, "-0123456789") && chance(d, 50))
        put(&o, text_of(chance(d, 50) ? ".0" : "e0"));
    return finish(&o);
}

/* --- values --- */

static const char *const unset_values[] = { "null", "\"\"" };
static const char *const plain_values[] = {
    "\"a\"",
    "\"b\"",
    "\"c\"",
    "1",
    "2",
    "1.5",
    "true",
    "false",
    "{\"x\":1}",
    "[1,2]",
    "\"\u00e9\"",
    "0",
    "\"Open\"",
    "\"Closed\"",
    "9007199254740993",
    "{\"x\":1,\"y\":null}",
    "\"a b\"",
};
static const char *const numbers[] = {
    "0",    "1",
    "2",    "3",
    "-1",   "0.5",
    "10",   "1e2",
    "-0",   "9007199254740993",
    "0.1",  "0.25",
    "1E-3", "12345678901234567890",
    "7.50", "0.10000000000000000001",
};
static const char *const odd_numbers[] = {
    "1e400", "1e-400", "1e399", "123456789012345678901234567890e370", "0e99999", "1e1000000",
};
static const char *const times[] = {
    "\"2026-01-01\"",
    "\"2026-01-01 00:00:00\"",
    "\"2026-01-01T01:00:00+01:00\"",
    "\"2026-01-02 10:00:00\"",
    "\"2026-01-02 10:00:00.5\"",
    "\"2026-01-02T10:00:00.50Z\"",
    "\"2026-01-02t12:30:00.000000000000000001+02:30\"",
    "\"2025-12-31 23:59:60\"",
    "\"2026-02-30\"",
    "\"2026-01-02T10:00:00\"",
    "\"0001-01-01\"",
    "\"9999-12-31 23:59:59\"",
    "\"not a time\"",
};
static const char *const lines[] = { "a", "b", "c", "pump off", "valve open", "", "\\u0061", "d" };
static const char *const elements[] = {
    "\"a\"", "\"b\"", "\"c\"", "1", "1.0", "{\"x\":1}", "null", "\"\"", "[]", "\"d\"", "2",
};
static const char *const keys[] = {
    "\"A\"", "\"B\"", "\"C\"", "\"D\"", "\"E\"", "1", "\"1\"", "\"\\u0041\"", "\"F\"", "\"G|H\"",
};

static struct dwr_text draw_text(struct draw *d, struct pool *pool)
{
    struct out o = { .pool = pool };
    const unsigned n = 1 + draw_below(d, 4);

    put_char(&o, '"');
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            put(&o, text_of(chance(d, 90) ? "\\n" : "\\u000a"));
        put(&o, PICK(d, lines));
    }
    if (chance(d, 20))
        put(&o, text_of("\\n"));
    put_char(&o, '"');
    return finish(&o);
}

static struct dwr_text draw_list(struct draw *d, struct pool *pool, struct dwr_str key)
{
    struct out o = { .pool = pool };
    const unsigned n = draw_below(d, 5);

    put_char(&o, '[');
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            put_char(&o, ',');
        if (key.p == NULL || chance(d, 10)) {
            put(&o, PICK(d, elements));
            continue;
        }
        put_char(&o, '{');
        if (chance(d, 90)) {
            put_name(&o, (struct dwr_text){ key.p, key.n });
            put_char(&o, ':');
            put(&o, PICK(d, keys));
            put_char(&o, ',');
        }
        put(&o, text_of("\"v\":"));
        put(&o, PICK(d, numbers));
        put_char(&o, '}');
    }
    put_char(&o, ']');
    return finish(&o);
}

/* A literal that a condition compares this field with; p NULL where none is found. Each chance at
 * each place: later ones are found when the earlier ones were passed over. */
static struct dwr_text literal_in(struct draw *d, const struct dwr_cond *c, unsigned field)
{
    struct dwr_text found = { NULL, 0 };

    if (c == NULL)
        return found;
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR || c->op == DWR_COND_NOT) {
        found = literal_in(d, c->a, field);
        return found.p != NULL || c->op == DWR_COND_NOT ? found : literal_in(d, c->b, field);
    }
    if (c->left.field == field && c->left.side != DWR_SIDE_VALUE && c->value_count > 0 &&
        c->left.side < DWR_SIDE_SERVER_ROLE && chance(d, 60)) {
        const unsigned i = draw_below(d, c->value_count);

        found = (struct dwr_text){ c->values[i].p, c->values[i].n };
    }
    return found;
}

static struct dwr_text literal_of(struct draw *d, const struct dwr_doctype *doctype, unsigned field)
{
    struct dwr_text found = literal_in(d, doctype->lock, field);

    for (unsigned u = 0; u < doctype->unit_count && found.p == NULL; u++)
        for (unsigned r = 0; r < doctype->units[u].rule_count && found.p == NULL; r++)
            found = literal_in(d, doctype->units[u].rules[r].when, field);
    for (unsigned t = 0; t < doctype->table_count && found.p == NULL; t++)
        found = literal_in(d, doctype->tables[t].hold, field);
    if (found.p == NULL && doctype->tombstone.soft_delete.field == field && chance(d, 30))
        found = (struct dwr_text){ doctype->tombstone.soft_delete.value.p,
                                   doctype->tombstone.soft_delete.value.n };
    return found;
}

static struct dwr_text draw_number(struct draw *d)
{
    return chance(d, 95) ? PICK(d, numbers) : PICK(d, odd_numbers);
}

/* What the rule can work on. */
static struct dwr_text draw_for_rule(struct draw *d, struct pool *pool, const struct dwr_rule *rule)
{
    switch (rule->kind) {
    case DWR_RULE_MERGE_TEXT:
        return draw_text(d, pool);
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        return draw_list(d, pool, rule->key);
    case DWR_RULE_SUM:
        return draw_number(d);
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        if (rule->ranked_count > 0) {
            const unsigned i = draw_below(d, rule->ranked_count);

            return (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n };
        }
        return chance(d, 50) ? draw_number(d) : chance(d, 60) ? PICK(d, times) : PICK(d, keys);
    default:
        return PICK(d, plain_values);
    }
}

/* A value; wrong: the percentage of any kind whatever. */
static struct dwr_text draw_value(struct draw *d, struct pool *pool, const struct dwr_rule *rule,
                                  struct dwr_text literal, unsigned wrong)
{
    if (chance(d, 8))
        return PICK(d, unset_values);
    if (literal.p != NULL)
        return literal;
    if (rule == NULL || chance(d, wrong))
        return PICK(d, plain_values);
    return draw_for_rule(d, pool, rule);
}

/* --- rows --- */

struct member {
    struct dwr_text name, value; /* value.p NULL: absent */
};

struct row {
    struct member v[MEMBERS_MAX];
    unsigned count;
};

struct rows {
    struct row v[ROWS_MAX];
    unsigned count;
};

static const struct dwr_rule *member_rule(const struct dwr_table *table, unsigned name)
{
    if (table->same_key != DWR_SAME_KEY_FIELDS)
        return NULL;
    return table->names.v[name].role == DWR_NAME_UNIT
               ? &table->units[table->names.v[name].index].rules[0]
               : &table->otherwise;
}

static bool is_key(const struct dwr_table *table, unsigned name)
{
    for (unsigned k = 0; k < table->key_count; k++)
        if (table->key[k] == name)
            return true;
    return false;
}

static struct dwr_text draw_member(struct draw *d, struct pool *pool, const struct dwr_table *table,
                                   unsigned name)
{
    static const struct dwr_text none = { NULL, 0 };

    if (is_key(table, name))
        return chance(d, 5) ? PICK(d, unset_values) : PICK(d, keys);
    if (name == table->order_by)
        return chance(d, 10) ? PICK(d, plain_values) : PICK(d, times);
    return draw_value(d, pool, member_rule(table, name), none, 5);
}

static struct row draw_row(struct draw *d, struct pool *pool, const struct dwr_table *table)
{
    static const char *const more[] = { "qty", "note", "_local", "x" };
    struct row row = { .count = 0 };

    for (unsigned i = 0; i < table->names.count && row.count < MEMBERS_MAX - 2; i++) {
        const struct dwr_str name = table->names.v[i].name;
        const bool meta = table->names.v[i].role == DWR_NAME_META;

        if (is_key(table, i) ? !chance(d, 95) : !chance(d, meta ? 10 : 85))
            continue;
        row.v[row.count++] = (struct member){ { name.p, name.n }, draw_member(d, pool, table, i) };
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned index;

        if (chance(d, 30) && name_role(&table->names, text_of(more[i]), &index) != DWR_NAME_UNIT &&
            index == DWR_NONE && row.count < MEMBERS_MAX)
            row.v[row.count++] = (struct member){ text_of(more[i]), PICK(d, numbers) };
    }
    return row;
}

static struct rows draw_rows(struct draw *d, struct pool *pool, const struct dwr_table *table)
{
    struct rows rows = { .count = draw_below(d, ROWS_MAX - 2) };

    for (unsigned i = 0; i < rows.count; i++)
        rows.v[i] = draw_row(d, pool, table);
    return rows;
}

/* Another side's rows: some changed, removed, added, moved. add_only: only added. */
static struct rows edit_rows(struct draw *d, struct pool *pool, const struct dwr_table *table,
                             struct rows rows, bool add_only)
{
    if (!add_only) {
        for (unsigned i = 0; i < rows.count; i++) {
            struct row *const row = &rows.v[i];
            const unsigned at = row->count == 0 ? 0 : draw_below(d, row->count);
            unsigned index;

            if (row->count == 0 || !chance(d, 30))
                continue;
            name_role(&table->names, row->v[at].name, &index);
            row->v[at].value =
                index == DWR_NONE ? PICK(d, numbers) : draw_member(d, pool, table, index);
        }
        if (rows.count > 0 && chance(d, 25)) {
            const unsigned at = draw_below(d, rows.count);

            rows.v[at] = rows.v[--rows.count];
        }
        if (rows.count > 1 && chance(d, 20)) {
            const struct row first = rows.v[0];

            rows.v[0] = rows.v[rows.count - 1];
            rows.v[rows.count - 1] = first;
        }
    }
    for (unsigned n = draw_below(d, 3); n > 0 && rows.count < ROWS_MAX; n--)
        rows.v[rows.count++] = draw_row(d, pool, table);
    return rows;
}

static struct dwr_text print_rows(struct draw *d, struct pool *pool, const struct rows *rows)
{
    struct out o = { .pool = pool };

    put_char(&o, '[');
    for (unsigned i = 0; i < rows->count; i++) {
        const struct row *const row = &rows->v[i];
        const unsigned turn = row->count > 0 && chance(d, 15) ? draw_below(d, row->count) : 0;

        put(&o, text_of(i > 0 ? ",{" : "{"));
        for (unsigned k = 0; k < row->count; k++) {
            const struct member *const m = &row->v[(k + turn) % row->count];

            if (k > 0)
                put_char(&o, ',');
            put_name(&o, m->name);
            put_char(&o, ':');
            put(&o, m->value);
        }
        put_char(&o, '}');
    }
    put_char(&o, ']');
    return finish(&o);
}

/* --- documents --- */

struct field {
    struct dwr_text name;
    const struct dwr_table *table;
    const struct dwr_rule *rule; /* one of its unit's */
    unsigned index;              /* into the names, or DWR_NONE */
    bool meta, computed, converges;
    /* What the three sides say; p NULL: absent. rows: of a table, where it is one. */
    struct dwr_text value[3];
    struct rows rows[3];
    bool is_rows[3];
};

struct shape {
    const struct dwr_doctype *doctype;
    struct field *v;
    unsigned count;
};

static void add_field(struct draw *d, struct shape *s, struct dwr_text name, unsigned index)
{
    const struct dwr_doctype *const t = s->doctype;
    struct field *const f = &s->v[s->count];
    unsigned found;
    const enum dwr_name_role role = name_role(&t->names, name, &found);

    if (index == DWR_NONE && found != DWR_NONE)
        return;
    *f = (struct field){ .name = name, .index = index };
    s->count++;
    f->meta = role == DWR_NAME_META;
    f->computed = role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
    if (role == DWR_NAME_TABLE) {
        f->table = &t->tables[t->names.v[index].index];
        f->converges = true;
    } else if (role == DWR_NAME_UNIT) {
        const struct dwr_unit *const unit = &t->units[t->names.v[index].index];

        f->rule = &unit->rules[draw_below(d, unit->rule_count)];
        f->converges = f->rule->kind >= DWR_RULE_UNION && f->rule->kind <= DWR_RULE_MIN;
    } else if (role == DWR_NAME_FREE) {
        f->rule = &t->free_rule;
    }
}

/* The fields of this case: the DocType's names and a few others. Of a DocType with very many, a run
 * of them. */
static struct shape draw_shape(struct draw *d, struct pool *pool, const struct dwr_doctype *t)
{
    static const char *const more[] = { "zz_free",   "zz_other", "_local",
                                        "_conflict", "Title",    "zz_third" };
    struct shape s = { .doctype = t, .v = pool_take(pool, FIELDS_MAX * sizeof *s.v) };
    const unsigned most = FIELDS_MAX - 6;
    const unsigned from = t->names.count > most ? draw_below(d, t->names.count - most) : 0;

    for (unsigned i = from; i < t->names.count && i - from < most; i++)
        add_field(d, &s, (struct dwr_text){ t->names.v[i].name.p, t->names.v[i].name.n }, i);
    for (unsigned i = 0; i < sizeof more / sizeof *more; i++)
        add_field(d, &s, text_of(more[i]), DWR_NONE);
    return s;
}

enum { BASE, SERVER, CLIENT };

static void draw_field(struct draw *d, struct pool *pool, const struct shape *s, struct field *f,
                       int side)
{
    if (f->table != NULL && !chance(d, 3)) {
        f->is_rows[side] = true;
        f->rows[side] = draw_rows(d, pool, f->table);
        f->value[side] = print_rows(d, pool, &f->rows[side]);
        return;
    }
    f->is_rows[side] = false;
    if (f->computed)
        f->value[side] = PICK(d, numbers);
    else
        f->value[side] = draw_value(
            d, pool, f->rule,
            f->index == DWR_NONE ? text_of(NULL) : literal_of(d, s->doctype, f->index), 4);
}

/* Another side's value of the field, made from the side `from`. */
static void edit_field(struct draw *d, struct pool *pool, const struct shape *s, struct field *f,
                       int from, int to, bool add_only)
{
    if (f->table != NULL && f->is_rows[from]) {
        f->is_rows[to] = true;
        f->rows[to] = edit_rows(d, pool, f->table, f->rows[from], add_only);
        f->value[to] = print_rows(d, pool, &f->rows[to]);
    } else {
        draw_field(d, pool, s, f, to);
    }
}

static void copy_field(struct field *f, int from, int to)
{
    f->value[to] = f->value[from];
    f->rows[to] = f->rows[from];
    f->is_rows[to] = f->is_rows[from];
}

static struct dwr_text print_document(struct draw *d, struct pool *pool, const struct shape *s,
                                      int side, const char *before)
{
    struct out o = { .pool = pool };
    const unsigned turn = chance(d, 20) ? draw_below(d, s->count) : 0;
    const bool respelled = chance(d, 25);
    bool first = true;

    put(&o, text_of(chance(d, 5) ? " {" : "{"));
    if (*before != '\0') {
        put(&o, text_of(before));
        first = false;
    }
    for (unsigned k = 0; k < s->count; k++) {
        const struct field *const f = &s->v[(k + turn) % s->count];

        if (f->value[side].p == NULL)
            continue;
        if (!first)
            put(&o, text_of(respelled ? ", " : ","));
        first = false;
        put_name(&o, f->name);
        put_char(&o, ':');
        put(&o, respelled && chance(d, 50) ? respell(d, pool, f->value[side]) : f->value[side]);
    }
    put_char(&o, '}');
    return finish(&o);
}

static struct dwr_text draw_roles(struct draw *d, const struct dwr_doctype *t)
{
    static const char *const roles[] = { "\"supervisor\"",
                                         "\"technician\"",
                                         "null",
                                         "\"\"",
                                         "[\"technician\",\"supervisor\"]",
                                         "[]",
                                         "7",
                                         "{\"*\":\"supervisor\",\"zz_free\":\"technician\"}" };

    /* A literal that some condition compares a role with. */
    for (unsigned u = 0; u < t->unit_count; u++)
        for (unsigned r = 0; r < t->units[u].rule_count; r++) {
            const struct dwr_cond *const c = t->units[u].rules[r].when;

            if (c != NULL && c->left.side >= DWR_SIDE_SERVER_ROLE && c->value_count > 0 &&
                chance(d, 40))
                return (struct dwr_text){ c->values[0].p, c->values[0].n };
        }
    return chance(d, 40) ? text_of(NULL) : PICK(d, roles);
}

static struct dwr_text draw_time(struct draw *d)
{
    return chance(d, 20) ? text_of(NULL) : PICK(d, times);
}

static void draw_sides(struct draw *d, const struct dwr_doctype *t, struct dwr_write *w)
{
    static const char *const server_times[] = {
        "{\"*\":\"2026-01-02 10:00:00\",\"zz_free\":\"2025-01-01\"}",
        "{\"zz_free\":\"2026-01-03\"}",
    };

    w->client_ts = draw_time(d);
    w->server_ts = chance(d, 20) ? PICK(d, server_times) : draw_time(d);
    w->now = draw_time(d);
    w->server_role = draw_roles(d, t);
    w->client_role = draw_roles(d, t);
    w->client_user = chance(d, 50) ? text_of(NULL) : text_of("\"ann@example.org\"");
}

struct dwr_write draw_write(struct draw *d, struct pool *pool, const struct dwr_doctype *t)
{
    struct shape s = draw_shape(d, pool, t);
    const bool quiet = chance(d, 15), base_known = chance(d, 75);
    const unsigned density = 20 + draw_below(d, 70), edits = 10 + draw_below(d, 50);
    const bool tombstone = chance(d, 6);
    struct dwr_write w = { .op = DWR_UPDATE };

    if (chance(d, 25))
        w.op =
            (enum dwr_op[]){ DWR_INSERT, DWR_DELETE, DWR_UNDELETE, DWR_INSERT }[draw_below(d, 4)];
    for (unsigned i = 0; i < s.count; i++) {
        struct field *const f = &s.v[i];

        if (chance(d, density))
            draw_field(d, pool, &s, f, BASE);
        if (quiet || !chance(d, edits))
            copy_field(f, BASE, SERVER);
        else if (chance(d, 10))
            f->value[SERVER] = text_of(NULL);
        else
            edit_field(d, pool, &s, f, BASE, SERVER, false);
        if (!chance(d, edits))
            continue;
        if (chance(d, 12))
            copy_field(f, BASE, CLIENT);
        else if (chance(d, 12))
            copy_field(f, SERVER, CLIENT);
        else
            edit_field(d, pool, &s, f, chance(d, 80) ? BASE : SERVER, CLIENT, chance(d, 30));
    }
    if (base_known || tombstone)
        w.base = print_document(d, pool, &s, BASE, "");
    else if (chance(d, 50))
        w.base = text_of("null");
    if (!chance(d, w.op == DWR_INSERT ? 60 : 4))
        w.server = print_document(d, pool, &s, SERVER, tombstone ? "\"_deleted\":true" : "");
    if (w.op != DWR_UNDELETE || chance(d, 50))
        w.client =
            print_document(d, pool, &s, w.op == DWR_INSERT && chance(d, 15) ? SERVER : CLIENT, "");
    draw_sides(d, t, &w);
    return w;
}

void draw_two_writes(struct draw *d, struct pool *pool, const struct dwr_doctype *t,
                     struct dwr_write *a, struct dwr_write *b)
{
    struct shape s = draw_shape(d, pool, t);
    struct dwr_write *const writes[2] = { a, b };

    for (unsigned i = 0; i < s.count; i++)
        if (chance(d, 70))
            draw_field(d, pool, &s, &s.v[i], BASE);
    const struct dwr_text document = print_document(d, pool, &s, BASE, "");

    for (int k = 0; k < 2; k++) {
        *writes[k] = (struct dwr_write){ .op = DWR_UPDATE, .base = document, .server = document };
        for (unsigned i = 0; i < s.count; i++) {
            struct field *const f = &s.v[i];

            f->value[CLIENT] = text_of(NULL);
            if (chance(d, f->converges ? 75 : 15))
                edit_field(d, pool, &s, f, BASE, CLIENT, chance(d, 85));
        }
        writes[k]->client = print_document(d, pool, &s, CLIENT, "");
        draw_sides(d, t, writes[k]);
    }
}
