/* child_rows.c - a row of a child table: its members, when two rows are equal, and its parts. */
#include <string.h>

#include "children.h"
#include "instant.h"

/* Section 6: the sync layer's members and those that tie a row to its document are no members. */
bool is_member(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text key)
{
    struct dwr_text name = { key.p + 1, key.n - 2 };
    struct dwr_mark mark;
    unsigned field;
    bool member;

    if (dwr_has_byte(name.p, name.n, '\\')) {
        mark = dwr_mark(s);
        name = dwr_string_bytes(s, key);
        if (name.p == NULL)
            return true;
    } else {
        mark = (struct dwr_mark){ NULL, NULL };
    }
    field = dwr_field_named(&table->names, name);
    member = field != DWR_NONE ? table->names.v[field].role != DWR_NAME_META
                               : name.n == 0 || name.p[0] != '_';
    if (mark.end != NULL)
        dwr_release(s, mark);
    return member;
}

/* No more members than this are in the row: the least a member takes is `"":0,`. Long rows are
 * counted, so that the scratch does not grow with them. */
static size_t members_at_most(struct dwr_scratch *s, struct dwr_text row)
{
    struct dwr_walk w;
    struct dwr_text key, value;
    size_t n = 0;

    if (row.n <= 2048)
        return row.n / 5 + 1;
    w = dwr_walk_of(row);
    while (dwr_walk_next(&w, s->scan, &key, &value))
        n++;
    return n;
}

/* The members that are set. */
static bool set_members(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text row,
                        struct dwr_cell **cells, size_t *count)
{
    struct dwr_walk w = dwr_walk_of(row);
    struct dwr_cell cell;
    size_t n;

    *cells = dwr_take(s, (members_at_most(s, row) + 1) * sizeof **cells);
    if (*cells == NULL) {
        s->failed = true;
        return false;
    }
    for (n = 0; dwr_walk_next(&w, s->scan, &cell.key, &cell.value);)
        if (!dwr_is_unset(cell.value) && is_member(table, s, cell.key))
            (*cells)[n++] = cell;
    *count = n;
    return true;
}

/* Rows are equal when their members are. */
bool rows_equal(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text a,
                struct dwr_text b)
{
    struct dwr_mark mark;
    struct dwr_cell *ca, *cb;
    size_t na, nb;
    bool equal;

    if (a.n == b.n && memcmp(a.p, b.p, a.n) == 0)
        return true;
    mark = dwr_mark(s);
    equal = set_members(table, s, a, &ca, &na) && set_members(table, s, b, &cb, &nb) &&
            dwr_cells_equal(s, ca, na, cb, nb);
    dwr_release(s, mark);
    return equal;
}

/* Equal rows have equal hashes: members in any order, unset ones left out. */
uint64_t row_hash(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text row)
{
    struct dwr_walk w = dwr_walk_of(row);
    struct dwr_text key, value;
    uint64_t h = 1;

    while (dwr_walk_next(&w, s->scan, &key, &value))
        if (!dwr_is_unset(value) && is_member(table, s, key)) {
            const uint64_t k =
                dwr_value_hash(s, key) ^ dwr_value_hash(s, value) * 0x9E3779B97F4A7C15u;

            h += (k ^ k >> 31) * 0x9FB21C651E98DF25u;
        }
    return h == 0 ? 1 : h;
}

bool tables_equal(struct merge *m, const struct dwr_table *table, const struct dwr_slot *slot,
                  enum dwr_side a, enum dwr_side b)
{
    const struct dwr_rows *ra, *rb;
    uint32_t i;

    if (slot->rows == NULL || slot->rows->side[a].state == DWR_ROWS_INVALID ||
        slot->rows->side[b].state == DWR_ROWS_INVALID)
        return dwr_field_equal(m->s, slot->value[a], slot->value[b]);
    ra = &slot->rows->side[a];
    rb = &slot->rows->side[b];
    if (ra->count != rb->count)
        return false;
    for (i = slot->rows->same; i < ra->count; i++)
        if (!rows_equal(table, m->s, row_text(&ra->v[i]), row_text(&rb->v[i])))
            return false;
    return true;
}

/* The first byte of a value of the row, if its member stands where it stood in the last row: rows
 * of one table are written alike. That is safe at the start of the row and in a row without inner
 * brackets: a quote, the name, a quote and a colon behind a comma can then be nothing but that
 * member. NULL: look for it. */
static const char *predicted_value(struct dwr_text row, bool flat, struct dwr_str name, uint32_t at)
{
    const char *p = row.p + at;

    if (at == 0 || at + name.n + 3 >= row.n || (at != 1 && !(flat && p[-1] == ',')) ||
        p[0] != '"' || !dwr_bytes_equal(p + 1, name.p, name.n) || p[name.n + 1] != '"' ||
        p[name.n + 2] != ':' || dwr_has_byte(name.p, name.n, '\\'))
        return NULL;
    p += name.n + 3;
    return *p == ' ' || *p == '\n' || *p == '\t' || *p == '\r' ? NULL : p;
}

struct dwr_text row_member(struct merging *t, struct dwr_text row, bool flat, unsigned field,
                           uint32_t *predicted)
{
    const struct dwr_str name = t->table->names.v[field].name;
    const char *at = predicted_value(row, flat, name, *predicted);
    struct dwr_walk w;
    struct dwr_text key, value;

    if (at != NULL) {
        value.p = at;
        value.n = (size_t)(dwr_past_value(at, row.p + row.n, t->s->scan) - at);
        return value;
    }
    w = dwr_walk_of(row);
    while (dwr_walk_next(&w, t->s->scan, &key, &value))
        if (dwr_string_is(key, name.p, name.n)) {
            *predicted = (uint32_t)(key.p - row.p);
            return value;
        }
    return ABSENT;
}

struct dwr_text key_part(struct merging *t, struct dwr_text row, unsigned k)
{
    uint32_t nowhere = 0;

    return set_or_absent(row_member(t, row, false, t->table->key[k], &nowhere));
}

enum { DATE = 12, LENGTH = 22 }; /* "2025-11-20T and "2025-11-20T10:00:00Z", with their quotes */

/* hh:mm:ssZ" behind a date that is known: seconds of the day, -1 where it is not just that. The
 * eight bytes at once: each has the upper half of a digit, which a colon has too, and of the lower
 * halves only the colons' are above nine. */
static int32_t time_of_day(const char *p)
{
    const uint64_t w = dwr_load_le(p, 8), low = w & 0x0F0F0F0F0F0F0F0Fu;
    unsigned h, m, s;

    if ((w & 0xF0F0F0F0F0F0F0F0u) != 0x3030303030303030u || p[2] != ':' || p[5] != ':' ||
        ((low + 0x0606060606060606u) & 0x1010101010101010u) != 0x0000100000100000u || p[8] != 'Z' ||
        p[9] != '"')
        return -1;
    h = (unsigned)(low & 15) * 10 + (unsigned)(low >> 8 & 15);
    m = (unsigned)(low >> 24 & 15) * 10 + (unsigned)(low >> 32 & 15);
    s = (unsigned)(low >> 48 & 15) * 10 + (unsigned)(low >> 56 & 15);
    return h > 23 || m > 59 || s > 60 ? -1 : (int32_t)(h * 3600 + m * 60 + s);
}

/* Reads the whole timestamp, and remembers its date. */
static void order_anew(struct merging *t, struct dwr_text value, struct dwr_order *order)
{
    const char *const at = value.p;
    int32_t time;

    *order = dwr_order_of(t->s, value);
    if (value.n == LENGTH && at[DATE - 1] == 'T' && order->fraction_n == 0 &&
        dwr_value_instant(t->s, value, &(struct dwr_instant){ 0 }) &&
        (time = time_of_day(at + DATE)) >= 0) {
        memcpy(t->date, at, DATE);
        t->date_seconds = order->seconds - time;
        t->date_kind = order->kind;
    }
}

/* The rows of a table are mostly of few days: where the date is the last one read, only the time of
 * the day has to be. */
void row_order(struct merging *t, struct dwr_text row, bool flat, struct dwr_order *order)
{
    const unsigned field = t->table->order_by;
    const char *at = NULL;
    int32_t time;

    if (t->date_kind != 0)
        at = predicted_value(row, flat, t->table->names.v[field].name, t->predicted[1]);
    if (at != NULL && row.p + row.n - at > LENGTH && memcmp(at, t->date, DATE) == 0 &&
        (time = time_of_day(at + DATE)) >= 0)
        *order = (struct dwr_order){ .value = { at, LENGTH },
                                     .seconds = t->date_seconds + time,
                                     .kind = t->date_kind };
    else
        order_anew(t, row_member(t, row, flat, field, &t->predicted[1]), order);
}
