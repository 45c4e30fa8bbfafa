/* emit_ids.c - identifiers for names that are none: unique, and the same every time.
 *
 * Two names may become one identifier ("A-B" and "A B"; field c of DocType "A B" and field b_c of
 * "A"); the second then gets _2, the third _3. Looking for that among all the fields of all
 * DocTypes would cost more than printing them, so a DocType's fields are only looked at where it
 * can happen: a field's name changes when it becomes an identifier, or the DocType's identifier
 * begins with another's and '_' or the other way round. */
#include "emit.h"
#include "name_hash.h"
#include "names.h"
#include "str.h"

/* Identifiers that are taken: open addressing, at most half full. */
struct taken {
    struct arena *arena;
    struct dwr_str *v;
    uint32_t count, mask;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_letter_or_digit(char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

struct dwr_str emit_identifier(struct arena *arena, struct dwr_str name)
{
    char *p;

    if (name.n == 0)
        return (struct dwr_str)DWR_STR("rules");
    p = arena_copy(arena, name.p, name.n);
    for (size_t i = 0; i < name.n; i++)
        if (!is_letter_or_digit(p[i]))
            p[i] = '_';
    return (struct dwr_str){ p, name.n };
}

static struct dwr_str cased(struct arena *arena, struct dwr_str s, char (*letter)(char))
{
    char *p = arena_copy(arena, s.p, s.n);

    for (size_t i = 0; i < s.n; i++)
        p[i] = letter(p[i]);
    return (struct dwr_str){ p, s.n };
}

/* --- what is taken --- */

static void put(struct taken *t, struct dwr_str id)
{
    uint32_t i = (uint32_t)dwr_name_hash(id.p, id.n) & t->mask;

    while (t->v[i].p)
        i = (i + 1) & t->mask;
    t->v[i] = id;
    t->count++;
}

static bool has(const struct taken *t, struct dwr_str id)
{
    for (uint32_t i = (uint32_t)dwr_name_hash(id.p, id.n) & t->mask; t->v && t->v[i].p;
         i = (i + 1) & t->mask)
        if (str_same(t->v[i], id))
            return true;
    return false;
}

static void make_room(struct taken *t)
{
    const struct taken old = *t;

    if (t->v && 2 * (t->count + 1) <= t->mask)
        return;
    t->mask = t->v ? 4 * t->mask + 3 : 255;
    t->v = arena_zero(t->arena, ((size_t)t->mask + 1) * sizeof *t->v);
    t->count = 0;
    for (uint32_t i = 0; old.v && i <= old.mask; i++)
        if (old.v[i].p)
            put(t, old.v[i]);
}

/* The identifier, or with the first of _2, _3 … that makes it one of its own; taken from now on. */
static struct dwr_str unique(struct taken *t, struct dwr_str id)
{
    struct dwr_str result = id;

    make_room(t);
    for (unsigned i = 2; has(t, result); i++)
        result = arena_printf(t->arena, "%.*s_%u", (int)id.n, id.p, i);
    put(t, result);
    return result;
}

static struct dwr_str joined(struct arena *arena, struct dwr_str a, struct dwr_str b)
{
    char *p = arena_alloc(arena, a.n + 1 + b.n);

    memcpy(p, a.p, a.n);
    p[a.n] = '_';
    memcpy(p + a.n + 1, b.p, b.n);
    return (struct dwr_str){ p, a.n + 1 + b.n };
}

/* --- DocTypes and tables --- */

static void find_doctype_ids(struct emit *e, struct taken *t)
{
    for (uint16_t i = 0; i < e->rules->doctype_count; i++) {
        const struct dwr_str id = emit_identifier(t->arena, e->rules->doctypes[i].name);

        e->doctypes[i].id = unique(t, cased(t->arena, id, lower));
        e->doctypes[i].upper = cased(t->arena, e->doctypes[i].id, upper);
    }
    e->other.id = unique(t, (struct dwr_str)DWR_STR("other"));
    e->names = unique(t, (struct dwr_str)DWR_STR("doctypes"));
}

static void find_table_ids(struct taken *t, const struct dwr_doctype *d, struct emit_doctype *e)
{
    struct dwr_str *tables = arena_array(t->arena, d->table_count, sizeof *tables);

    for (uint16_t i = 0; i < d->table_count; i++) {
        const struct dwr_str field = d->names.v[d->tables[i].field].name;
        const struct dwr_str id = cased(t->arena, emit_identifier(t->arena, field), lower);

        tables[i] = unique(t, joined(t->arena, e->id, id));
    }
    e->tables = tables;
}

/* --- fields --- */

/* Names of small letters, digits and '_' stay different when they become identifiers. */
static bool is_plain(struct dwr_str name)
{
    /* A bit for each byte that may stand: every field of every DocType is asked. */
    static const uint64_t may[4] = { 0x03FF000000000000, 0x07FFFFFE80000000, 0, 0 };
    uint64_t all = 1;

    for (size_t i = 0; i < name.n; i++) {
        const unsigned char c = (unsigned char)name.p[i];

        all &= may[c >> 6] >> (c & 63);
    }
    return all;
}

static bool all_plain(const struct dwr_names *names)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (!is_plain(names->v[i].name))
            return false;
    return true;
}

/* Marks the DocTypes whose fields must be looked at because of their own identifiers. */
static bool find_related(const struct emit *e, struct arena *arena, bool *related)
{
    const uint16_t count = e->rules->doctype_count;
    struct dwr_name *v = arena_array(arena, count, sizeof *v);
    uint64_t *hash = arena_array(arena, count, sizeof *hash);
    struct dwr_names ids = { .v = v, .count = count };
    struct names_maker maker = { 0 };

    for (uint16_t i = 0; i < count; i++) {
        v[i] = (struct dwr_name){ .name = e->doctypes[i].id };
        hash[i] = dwr_name_hash(v[i].name.p, v[i].name.n);
    }
    if (!names_make(&maker, arena, &ids, hash))
        return false;
    for (uint16_t i = 0; i < count; i++)
        for (size_t n = 1; n < v[i].name.n; n++) {
            const unsigned shorter =
                v[i].name.p[n] == '_' ? dwr_names_find(&ids, v[i].name.p, n) : DWR_NONE;

            if (shorter != DWR_NONE)
                related[i] = related[shorter] = true;
        }
    return true;
}

static void find_field_ids(struct taken *t, const struct dwr_names *names, struct emit_doctype *e)
{
    struct dwr_str *fields = arena_array(t->arena, names->count, sizeof *fields);

    for (uint16_t i = 0; i < names->count; i++) {
        const struct dwr_str id =
            cased(t->arena, emit_identifier(t->arena, names->v[i].name), upper);
        const struct dwr_str whole = unique(t, joined(t->arena, e->upper, id));

        fields[i] = (struct dwr_str){ whole.p + e->upper.n + 1, whole.n - e->upper.n - 1 };
    }
    e->fields = fields;
}

bool emit_prepare(struct emit *e, struct arena *arena, const struct dwr_ruleset *rules,
                  struct dwr_str from)
{
    const uint16_t count = rules->doctype_count;
    struct taken ids = { .arena = arena }, enumerators = { .arena = arena };
    bool *related = arena_zero(arena, count * sizeof *related);

    *e = (struct emit){ .rules = rules, .from = from };
    e->id = emit_identifier(arena, rules->name);
    e->upper = cased(arena, e->id, upper);
    e->doctypes = arena_zero(arena, count * sizeof *e->doctypes);
    find_doctype_ids(e, &ids);
    for (uint16_t i = 0; i < count; i++)
        find_table_ids(&ids, &rules->doctypes[i], &e->doctypes[i]);
    find_table_ids(&ids, &rules->other, &e->other);
    if (!find_related(e, arena, related))
        return false;
    for (uint16_t i = 0; i < count; i++)
        if (related[i] || !all_plain(&rules->doctypes[i].names))
            find_field_ids(&enumerators, &rules->doctypes[i].names, &e->doctypes[i]);
    return true;
}
