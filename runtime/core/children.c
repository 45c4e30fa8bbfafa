/* children.c - child tables: which rows are the same row, what becomes of each, and in which order
 * they stand (section 6).
 *
 * Rows that stand in the same place with the same bytes on all sides need no thought: scan.c says how
 * many there are at the start, and behind them each such row (it is `aligned`) is left out as well
 * unless another row has its key. The rest are put into groups of one key (a row without a key: of
 * equal rows). Nearly every group has at most one row a side and is
 * a match at once; only in the others the order of section 6 has to be worked out. */
#include <stdlib.h>
#include <string.h>

#include "../name_hash.h"
#include "merge.h"

enum { NOBODY = -1 };

/* One row behind the common start that is not aligned. */
struct item {
    struct dwr_text row;
    uint32_t index; /* in its side's table */
    bool flat, taken;
    struct dwr_text part;  /* the first part of its key; p NULL: not set */
    struct dwr_order *order; /* of order_by's value; NULL: not read yet */
    uint64_t whole;        /* hash of the whole row; 0: not computed */
    uint32_t group;
    int32_t next;          /* the next row of its side and group, or NOBODY */
    int32_t match;         /* server's and client's: its match */
};

struct side_rows {
    struct item *v;
    uint32_t count;
};

struct group {
    uint64_t hash;
    const struct item *sample;
    uint32_t next; /* in its bucket, + 1 */
    bool keyed;
    uint32_t count[3];
    int32_t first[3], last[3]; /* by side, in position; NOBODY */
};

/* Base's, server's and client's row of one match; NOBODY: that side has none. */
struct match {
    int32_t row[3];
};

/* A row of the result, or its absence. */
struct outcome {
    struct dwr_text row; /* p NULL: not in the result */
    bool reported, conflict;
    uint8_t outcome; /* enum dwr_outcome */
    bool keep_client_too; /* keep_both: the client's row is added at the end */
    const struct dwr_str *rule;
};

struct merging {
    struct merge *m;
    struct dwr_scratch *s;
    const struct dwr_table *table;
    const struct dwr_rows3 *rows;
    bool base_known;
    bool hold, locked;
    uint32_t same; /* rows at the start that are the same bytes on all sides */
    bool *aligned; /* of the rows behind them, from `same` on */
    uint32_t aligned_end; /* no row from this index on is aligned */
    struct dwr_doctype *row_type; /* the table's names, as a document's, for scan->index */
    struct side_rows side[3];
    struct group *groups;
    uint32_t group_count, mask;
    uint32_t *first_group;
    struct match *matches;
    uint32_t match_count, server_matches;
    struct outcome *outcomes; /* beside the matches */
    bool out_of_memory;
    /* Where a member stood in the last row it was looked for in. */
    uint32_t predicted[2];
};

static const struct dwr_text ABSENT = { NULL, 0 };

static struct dwr_text row_text(const struct dwr_row *row)
{
    return (struct dwr_text){ row->p, row->n };
}

/* --- members of rows --- */

/* Section 6: the sync layer's members and those that tie a row to its document are no members. */
static bool is_member(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text key)
{
    struct dwr_text name = { key.p + 1, key.n - 2 };
    struct dwr_mark mark;
    unsigned field;
    bool member;

    if (memchr(name.p, '\\', name.n) != NULL) {
        mark = dwr_mark(s);
        name = dwr_string_bytes(s, key);
        if (name.p == NULL)
            return true;
    } else {
        mark = (struct dwr_mark){ NULL, NULL };
    }
    field = dwr_names_find(&table->names, name.p, name.n);
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
static bool rows_equal(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text a,
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
static uint64_t row_hash(const struct dwr_table *table, struct dwr_scratch *s, struct dwr_text row)
{
    struct dwr_walk w = dwr_walk_of(row);
    struct dwr_text key, value;
    uint64_t h = 1;

    while (dwr_walk_next(&w, s->scan, &key, &value))
        if (!dwr_is_unset(value) && is_member(table, s, key)) {
            const uint64_t k = dwr_value_hash(s, key) ^ dwr_value_hash(s, value) * 0x9E3779B97F4A7C15u;

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

/* --- reading the rows behind the common start --- */

/* The value of a name of the table in a row. Rows of one table are written alike: where the member
 * stood in the last row is where it is looked for first. That is safe at the start of the row and
 * in a row without inner brackets: a quote, the name, a quote and a colon behind a comma can then be
 * nothing but that member. */
static struct dwr_text row_member(struct merging *t, struct dwr_text row, bool flat, unsigned field,
                                  uint32_t *predicted)
{
    const struct dwr_str name = t->table->names.v[field].name;
    const uint32_t at = *predicted;
    struct dwr_walk w;
    struct dwr_text key, value;

    if (at != 0 && at + name.n + 3 < row.n && (at == 1 || (flat && row.p[at - 1] == ',')) &&
        row.p[at] == '"' && memcmp(row.p + at + 1, name.p, name.n) == 0 &&
        row.p[at + name.n + 1] == '"' && row.p[at + name.n + 2] == ':' &&
        row.p[at + name.n + 3] != ' ' && row.p[at + name.n + 3] != '\n' &&
        row.p[at + name.n + 3] != '\t' && row.p[at + name.n + 3] != '\r' &&
        memchr(name.p, '\\', name.n) == NULL) {
        value.p = row.p + at + name.n + 3;
        value.n = (size_t)(dwr_past_value(value.p, row.p + row.n, t->s->scan) - value.p);
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

static struct dwr_text set_or_absent(struct dwr_text v)
{
    return dwr_is_unset(v) ? ABSENT : v;
}

static struct dwr_text key_part(struct merging *t, struct dwr_text row, unsigned k)
{
    uint32_t nowhere = 0;

    return set_or_absent(row_member(t, row, false, t->table->key[k], &nowhere));
}

/* The key's parts are equal, an unset one with an unset one. */
static bool keys_equal(struct merging *t, const struct item *a, const struct item *b)
{
    if (!dwr_field_equal(t->s, a->part, b->part))
        return false;
    for (unsigned k = 1; k < t->table->key_count; k++)
        if (!dwr_field_equal(t->s, key_part(t, a->row, k), key_part(t, b->row, k)))
            return false;
    return true;
}

static uint64_t whole_hash(struct merging *t, struct item *item)
{
    if (item->whole == 0)
        item->whole = row_hash(t->table, t->s, item->row);
    return item->whole;
}

static void join_member(struct merging *t, enum dwr_side side, uint32_t i, struct group *g)
{
    struct item *item = &t->side[side].v[i];

    item->group = (uint32_t)(g - t->groups);
    item->next = NOBODY;
    if (g->count[side]++ == 0)
        g->first[side] = (int32_t)i;
    else
        t->side[side].v[g->last[side]].next = (int32_t)i;
    g->last[side] = (int32_t)i;
}

/* The group of the server's row that stands beside this one, where the keys are the same bytes. */
static struct group *group_beside(struct merging *t, enum dwr_side side, uint32_t i)
{
    const struct side_rows *server = &t->side[DWR_SERVER];
    const struct dwr_text part = t->side[side].v[i].part;

    if (side == DWR_SERVER || i >= server->count || part.p == NULL || t->table->key_count != 1 ||
        !dwr_same_bytes(part, server->v[i].part))
        return NULL;
    return &t->groups[server->v[i].group];
}

/* The hash of an item's key, or of the whole row where it has none. */
static uint64_t hash_of(struct merging *t, struct item *item, bool *keyed)
{
    uint64_t hash = item->part.p == NULL ? 7 : dwr_value_hash(t->s, item->part);

    *keyed = item->part.p != NULL;
    for (unsigned k = 1; k < t->table->key_count; k++) {
        const struct dwr_text part = key_part(t, item->row, k);

        *keyed = *keyed || part.p != NULL;
        hash = (hash ^ (part.p == NULL ? 7 : dwr_value_hash(t->s, part))) * 0x9FB21C651E98DF25u;
        hash ^= hash >> 32;
    }
    return *keyed ? hash : whole_hash(t, item);
}

static struct group *find_group(struct merging *t, const struct item *item, uint64_t hash, bool keyed)
{
    for (uint32_t n = t->first_group[hash & t->mask]; n != 0; n = t->groups[n - 1].next) {
        struct group *g = &t->groups[n - 1];

        if (g->hash == hash && g->keyed == keyed &&
            (keyed ? keys_equal(t, g->sample, item)
                   : rows_equal(t->table, t->s, g->sample->row, item->row)))
            return g;
    }
    return NULL;
}

static void join_group(struct merging *t, enum dwr_side side, uint32_t i)
{
    struct item *item = &t->side[side].v[i];
    struct group *g = group_beside(t, side, i);
    uint64_t hash;
    uint32_t *bucket;
    bool keyed;

    if (g == NULL) {
        hash = hash_of(t, item, &keyed);
        g = find_group(t, item, hash, keyed);
        if (g == NULL) {
            g = &t->groups[t->group_count];
            bucket = &t->first_group[hash & t->mask];
            *g = (struct group){ .hash = hash, .sample = item, .next = *bucket, .keyed = keyed,
                                 .first = { NOBODY, NOBODY, NOBODY },
                                 .last = { NOBODY, NOBODY, NOBODY } };
            *bucket = ++t->group_count;
        }
    }
    join_member(t, side, i, g);
}

static const struct dwr_rows *rows_of(const struct merging *t, enum dwr_side side)
{
    return &t->rows->side[side];
}

static uint32_t row_count(const struct merging *t, enum dwr_side side)
{
    return side == DWR_BASE && !t->base_known ? 0 : rows_of(t, side)->count;
}

static bool is_aligned(const struct merging *t, uint32_t i)
{
    return i < t->aligned_end && t->aligned[i - t->same];
}

/* Which rows behind the common start are the same bytes in the same place on all sides. */
static bool find_aligned(struct merging *t)
{
    const struct dwr_row *server = rows_of(t, DWR_SERVER)->v, *client = rows_of(t, DWR_CLIENT)->v;
    const struct dwr_row *base = t->base_known ? rows_of(t, DWR_BASE)->v : server;
    uint32_t end = row_count(t, DWR_SERVER);

    if (row_count(t, DWR_CLIENT) < end)
        end = row_count(t, DWR_CLIENT);
    if (t->base_known && row_count(t, DWR_BASE) < end)
        end = row_count(t, DWR_BASE);
    t->aligned_end = t->same;
    if (end <= t->same)
        return true;
    t->aligned = dwr_take(t->s, end - t->same);
    if (t->aligned == NULL)
        return false;
    for (uint32_t i = t->same; i < end; i++)
        t->aligned[i - t->same] =
            dwr_same_bytes(row_text(&server[i]), row_text(&client[i])) &&
            (base == server || dwr_same_bytes(row_text(&server[i]), row_text(&base[i])));
    t->aligned_end = end;
    return true;
}

static struct item new_item(struct merging *t, enum dwr_side side, uint32_t i)
{
    const struct dwr_row *row = &rows_of(t, side)->v[i];
    struct item item = { .row = row_text(row), .index = i, .flat = row->flat, .match = NOBODY };

    item.part = set_or_absent(
        row_member(t, item.row, row->flat, t->table->key[0], &t->predicted[0]));
    return item;
}

static bool read_side(struct merging *t, enum dwr_side side)
{
    struct side_rows *to = &t->side[side];
    const uint32_t count = row_count(t, side);

    to->count = 0;
    to->v = dwr_take(t->s, ((size_t)(count > t->same ? count - t->same : 0) + 1) * sizeof *to->v);
    if (to->v == NULL)
        return false;
    for (uint32_t i = t->same; i < count; i++) {
        if (is_aligned(t, i))
            continue;
        to->v[to->count++] = new_item(t, side, i);
        join_group(t, side, to->count - 1);
    }
    return true;
}

static bool read_items(struct merging *t)
{
    size_t total = 0;
    uint32_t buckets = 16;

    for (int k = 0; k < 3; k++)
        total += row_count(t, (enum dwr_side)k) > t->same ? row_count(t, (enum dwr_side)k) - t->same
                                                          : 0;
    for (uint32_t i = t->same; i < t->aligned_end; i++)
        total -= t->aligned[i - t->same] ? 2u + t->base_known : 0;
    while (buckets < total)
        buckets *= 2;
    t->mask = buckets - 1;
    t->first_group = dwr_take(t->s, buckets * sizeof *t->first_group);
    t->groups = dwr_take(t->s, (total + 1) * sizeof *t->groups);
    t->group_count = 0;
    if (t->first_group == NULL || t->groups == NULL)
        return false;
    memset(t->first_group, 0, buckets * sizeof *t->first_group);
    return read_side(t, DWR_SERVER) && read_side(t, DWR_BASE) && read_side(t, DWR_CLIENT);
}

/* Does a row that is not aligned have the key of one that is? Then the order in which rows of that
 * key find each other is section 6's business. */
static bool key_repeats(struct merging *t)
{
    for (uint32_t i = t->same; i < t->aligned_end; i++) {
        struct item item;
        uint64_t hash;
        bool keyed;

        if (!t->aligned[i - t->same])
            continue;
        item = new_item(t, DWR_SERVER, i);
        hash = hash_of(t, &item, &keyed);
        if (find_group(t, &item, hash, keyed) != NULL)
            return true;
    }
    return false;
}

static bool read_rows(struct merging *t)
{
    if (!find_aligned(t) || !read_items(t))
        return false;
    if (t->group_count == 0 || !key_repeats(t))
        return true;
    t->aligned_end = t->same;
    return read_items(t);
}

/* --- matching --- */

static const struct dwr_order *order_of(struct merging *t, struct item *item)
{
    static const struct dwr_order nowhere = { .kind = 0 };

    if (item->order == NULL) {
        item->order = dwr_take(t->s, sizeof *item->order);
        if (item->order == NULL) {
            t->out_of_memory = true;
            return &nowhere;
        }
        *item->order = dwr_order_of(
            t->s, row_member(t, item->row, item->flat, t->table->order_by, &t->predicted[1]));
    }
    return item->order;
}

/* A stable merge sort of indices: libc's qsort promises neither stability nor to take no memory. */
typedef int compare_fn(struct merging *t, uint32_t a, uint32_t b, const void *context);

static void merge_sort(struct merging *t, uint32_t *v, uint32_t *spare, uint32_t n,
                       compare_fn *compare, const void *context)
{
    uint32_t *from = v, *to = spare;

    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t lo = 0; lo < n; lo += 2 * width) {
            const uint32_t mid = n - lo > width ? lo + width : n;
            const uint32_t hi = n - lo > 2 * width ? lo + 2 * width : n;
            uint32_t a = lo, b = mid, out = lo;

            while (a < mid && b < hi)
                to[out++] = compare(t, from[b], from[a], context) < 0 ? from[b++] : from[a++];
            while (a < mid)
                to[out++] = from[a++];
            while (b < hi)
                to[out++] = from[b++];
        }
        uint32_t *swap = from;

        from = to;
        to = swap;
    }
    if (from != v)
        memcpy(v, from, n * sizeof *v);
}

static int by_row_order(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    const struct side_rows *side = context;

    return dwr_order_compare(order_of(t, &side->v[a]), order_of(t, &side->v[b]));
}

/* The rows of a side and group that are not taken, in order (order_by, else position). */
static uint32_t *free_rows(struct merging *t, const struct group *g, enum dwr_side side, uint32_t *n)
{
    uint32_t *v = dwr_take(t->s, (2 * (size_t)g->count[side] + 1) * sizeof *v);

    *n = 0;
    if (v == NULL) {
        t->out_of_memory = true;
        return NULL;
    }
    for (int32_t i = g->first[side]; i != NOBODY; i = t->side[side].v[i].next)
        if (!t->side[side].v[i].taken)
            v[(*n)++] = (uint32_t)i;
    if (t->table->order_by != DWR_NONE)
        merge_sort(t, v, v + *n, *n, by_row_order, &t->side[side]);
    return v;
}

/* Rows of one side and group by their whole content, first by position: so that looking for equal
 * rows takes linear time however many share the key. */
struct by_content {
    uint32_t mask;
    int32_t *first, *next; /* by bucket; by place in the list */
    int32_t *rows;
};

static bool index_content(struct merging *t, const struct group *g, enum dwr_side side,
                          struct by_content *c)
{
    struct side_rows *rows = &t->side[side];
    const uint32_t n = g->count[side];
    uint32_t buckets = 4, k = 0;
    int32_t *last;

    while (buckets < n)
        buckets *= 2;
    c->mask = buckets - 1;
    c->first = dwr_take(t->s, buckets * sizeof *c->first);
    last = dwr_take(t->s, buckets * sizeof *last);
    c->next = dwr_take(t->s, (n + 1) * sizeof *c->next);
    c->rows = dwr_take(t->s, (n + 1) * sizeof *c->rows);
    if (c->first == NULL || last == NULL || c->next == NULL || c->rows == NULL) {
        t->out_of_memory = true;
        return false;
    }
    for (uint32_t i = 0; i < buckets; i++)
        c->first[i] = last[i] = NOBODY;
    for (int32_t i = g->first[side]; i != NOBODY; i = rows->v[i].next, k++) {
        const uint32_t b = (uint32_t)(whole_hash(t, &rows->v[i]) >> 7) & c->mask;

        c->rows[k] = i;
        c->next[k] = NOBODY;
        if (last[b] == NOBODY)
            c->first[b] = (int32_t)k;
        else
            c->next[last[b]] = (int32_t)k;
        last[b] = (int32_t)k;
    }
    return true;
}

/* Where the first free row equal to this one stands in the list; NULL where there is none. */
static int32_t *find_equal(struct merging *t, struct by_content *c, enum dwr_side side,
                           struct item *like)
{
    const uint64_t hash = whole_hash(t, like);
    int32_t *at = &c->first[(uint32_t)(hash >> 7) & c->mask];

    while (*at != NOBODY) {
        struct item *item = &t->side[side].v[c->rows[*at]];

        if (item->whole == hash && rows_equal(t->table, t->s, item->row, like->row))
            return at;
        at = &c->next[*at];
    }
    return NULL;
}

/* Takes it out of the list. */
static int32_t take_equal(struct merging *t, struct by_content *c, enum dwr_side side, int32_t *at)
{
    int32_t row;

    if (at == NULL)
        return NOBODY;
    row = c->rows[*at];
    *at = c->next[*at];
    t->side[side].v[row].taken = true;
    return row;
}

static int32_t new_match(struct merging *t, int32_t server, int32_t client)
{
    t->matches[t->match_count] = (struct match){ { NOBODY, server, client } };
    return (int32_t)t->match_count++;
}

/* Server's and client's rows of one key: equal ones first, by position, the rest in order. The
 * matches are made later, in the order of positions; here each row learns its partner. */
static void pair_group(struct merging *t, const struct group *g)
{
    struct side_rows *server = &t->side[DWR_SERVER], *client = &t->side[DWR_CLIENT];
    struct by_content equal;
    uint32_t *s, *c, ns, nc;

    if (!index_content(t, g, DWR_CLIENT, &equal))
        return;
    for (int32_t i = g->first[DWR_SERVER]; i != NOBODY; i = server->v[i].next) {
        server->v[i].match = take_equal(t, &equal, DWR_CLIENT,
                                        find_equal(t, &equal, DWR_CLIENT, &server->v[i]));
        server->v[i].taken = server->v[i].match != NOBODY;
    }
    s = free_rows(t, g, DWR_SERVER, &ns);
    c = free_rows(t, g, DWR_CLIENT, &nc);
    if (s == NULL || c == NULL)
        return;
    for (uint32_t k = 0; k < ns && k < nc; k++) {
        server->v[s[k]].match = (int32_t)c[k];
        client->v[c[k]].taken = true;
    }
}

/* The row that says where a match stands in the order: the server's, else the client's. */
static struct item *ordering_row(const struct merging *t, uint32_t match)
{
    const struct match *m = &t->matches[match];

    return m->row[DWR_SERVER] != NOBODY ? &t->side[DWR_SERVER].v[m->row[DWR_SERVER]]
                                        : &t->side[DWR_CLIENT].v[m->row[DWR_CLIENT]];
}

static int by_match_order(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    (void)context;
    return dwr_order_compare(order_of(t, ordering_row(t, a)), order_of(t, ordering_row(t, b)));
}

/* The matches of a group, the server's rows by position, then the client's. */
static uint32_t matches_of(struct merging *t, const struct group *g, uint32_t *v)
{
    uint32_t n = 0;

    for (int32_t i = g->first[DWR_SERVER]; i != NOBODY; i = t->side[DWR_SERVER].v[i].next)
        v[n++] = (uint32_t)t->side[DWR_SERVER].v[i].match;
    for (int32_t i = g->first[DWR_CLIENT]; i != NOBODY; i = t->side[DWR_CLIENT].v[i].next) {
        const int32_t match = t->side[DWR_CLIENT].v[i].match;

        if (t->matches[match].row[DWR_SERVER] == NOBODY)
            v[n++] = (uint32_t)match;
    }
    return n;
}

/* Base's rows join the matches of their key: first those that equal one of a match's rows, then in
 * order. */
static void join_base(struct merging *t, const struct group *g)
{
    struct by_content equal;
    uint32_t *v, *base, n, free_count, left = 0;

    v = dwr_take(t->s, 2 * ((size_t)g->count[DWR_SERVER] + g->count[DWR_CLIENT] + 1) * sizeof *v);
    if (v == NULL) {
        t->out_of_memory = true;
        return;
    }
    if (!index_content(t, g, DWR_BASE, &equal))
        return;
    n = matches_of(t, g, v);
    for (uint32_t k = 0; k < n; k++) {
        struct match *m = &t->matches[v[k]];
        int32_t *server = NULL, *client = NULL;

        if (m->row[DWR_SERVER] != NOBODY)
            server = find_equal(t, &equal, DWR_BASE, &t->side[DWR_SERVER].v[m->row[DWR_SERVER]]);
        if (m->row[DWR_CLIENT] != NOBODY)
            client = find_equal(t, &equal, DWR_BASE, &t->side[DWR_CLIENT].v[m->row[DWR_CLIENT]]);
        /* Base's first row that equals one of the two: of two such the earlier. */
        if (server == NULL || (client != NULL && equal.rows[*client] < equal.rows[*server]))
            server = client;
        m->row[DWR_BASE] = take_equal(t, &equal, DWR_BASE, server);
        if (m->row[DWR_BASE] == NOBODY)
            v[left++] = v[k];
    }
    if (left == 0)
        return;
    base = free_rows(t, g, DWR_BASE, &free_count);
    if (base == NULL)
        return;
    if (t->table->order_by != DWR_NONE)
        merge_sort(t, v, v + left, left, by_match_order, NULL);
    for (uint32_t k = 0; k < left && k < free_count; k++)
        t->matches[v[k]].row[DWR_BASE] = (int32_t)base[k];
}

static bool match_rows(struct merging *t)
{
    struct side_rows *server = &t->side[DWR_SERVER], *client = &t->side[DWR_CLIENT];
    const size_t most = (size_t)server->count + client->count;

    t->matches = dwr_take(t->s, (most + 1) * sizeof *t->matches);
    t->outcomes = dwr_take(t->s, (most + 1) * sizeof *t->outcomes);
    if (t->matches == NULL || t->outcomes == NULL)
        return false;
    for (uint32_t k = 0; k < t->group_count; k++) {
        const struct group *g = &t->groups[k];

        if (g->count[DWR_SERVER] == 0 || g->count[DWR_CLIENT] == 0)
            continue;
        if (g->count[DWR_SERVER] == 1 && g->count[DWR_CLIENT] == 1) {
            server->v[g->first[DWR_SERVER]].match = g->first[DWR_CLIENT];
            client->v[g->first[DWR_CLIENT]].taken = true;
        } else {
            pair_group(t, g);
        }
    }
    for (uint32_t i = 0; i < server->count; i++) {
        const int32_t partner = server->v[i].match;

        server->v[i].match = new_match(t, (int32_t)i, partner);
        if (partner != NOBODY)
            client->v[partner].match = server->v[i].match;
    }
    t->server_matches = t->match_count;
    for (uint32_t i = 0; i < client->count; i++)
        if (client->v[i].match == NOBODY)
            client->v[i].match = new_match(t, NOBODY, (int32_t)i);
    for (uint32_t k = 0; k < t->group_count && t->base_known; k++) {
        const struct group *g = &t->groups[k];
        const int32_t s = g->first[DWR_SERVER], c = g->first[DWR_CLIENT];

        if (g->count[DWR_BASE] == 0 || (s == NOBODY && c == NOBODY))
            continue;
        if (g->count[DWR_BASE] == 1 && g->count[DWR_SERVER] <= 1 && g->count[DWR_CLIENT] <= 1)
            t->matches[s != NOBODY ? server->v[s].match : client->v[c].match].row[DWR_BASE] =
                g->first[DWR_BASE];
        else
            join_base(t, g);
    }
    return !t->out_of_memory && !t->s->failed;
}

/* --- one match: the table of section 6 --- */

static struct dwr_text text_of(const struct merging *t, const struct match *m, enum dwr_side side)
{
    return m->row[side] == NOBODY ? ABSENT : t->side[side].v[m->row[side]].row;
}

static const struct dwr_str *at_or_table(const struct merging *t, const struct dwr_str *at)
{
    return at->p != NULL ? at : &t->table->at;
}

static bool has_hidden_member(struct merging *t, struct dwr_text row)
{
    struct dwr_walk w = dwr_walk_of(row);
    struct dwr_text key, value;

    while (dwr_walk_next(&w, t->s->scan, &key, &value))
        if (!is_member(t->table, t->s, key))
            return true;
    return false;
}

/* The client's row in place of the server's: its members, with what the server's row has beside
 * them (idx, parent and so on). */
static struct dwr_text client_row(struct merging *t, struct dwr_text server, struct dwr_text client)
{
    const struct dwr_text from[2] = { client, server };
    struct dwr_text key, value;
    char *start, *to;

    if (!has_hidden_member(t, server) && !has_hidden_member(t, client))
        return client;
    start = to = dwr_take(t->s, server.n + client.n + 2);
    if (start == NULL) {
        t->out_of_memory = true;
        return ABSENT;
    }
    *to++ = '{';
    for (int k = 0; k < 2; k++) {
        struct dwr_walk w = dwr_walk_of(from[k]);

        while (dwr_walk_next(&w, t->s->scan, &key, &value)) {
            if (is_member(t->table, t->s, key) != (k == 0))
                continue;
            if (to[-1] != '{')
                *to++ = ',';
            to = put_text(to, key.p, key.n);
            *to++ = ':';
            to = put_text(to, value.p, value.n);
        }
    }
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* The members of the three rows as slots: a row is indexed as a document is. */
static bool row_record(struct merging *t, const struct dwr_text rows[3], struct record *r)
{
    struct dwr_index index;

    if (t->row_type == NULL) {
        t->row_type = dwr_take(t->s, sizeof *t->row_type);
        if (t->row_type == NULL)
            return false;
        memset(t->row_type, 0, sizeof *t->row_type);
        t->row_type->names = t->table->names;
    }
    /* The rows have been checked with their documents. */
    if (t->s->scan->index(t->s, t->row_type, rows, true, &index) != DWR_OK)
        return false;
    r->slots = index.slots;
    r->count = index.count;
    return record_init(r);
}

/* A row is a whole, not a patch: what the client's row lacks of the others, it has cleared. */
static void absent_is_cleared(struct record *r)
{
    static const char null_text[] = "null";

    for (uint32_t i = 0; i < r->count; i++)
        if (!client_wrote(&r->slots[i]) && record_role(r, i) != DWR_NAME_META) {
            r->slots[i].value[DWR_CLIENT] = (struct dwr_text){ null_text, 4 };
            r->slots[i].client_same = false;
        }
}

/* Member by member (`fields { … }`, `sum(…)`). */
static void by_member(struct merging *t, const struct dwr_text rows[3], struct outcome *o)
{
    static const struct dwr_text empty_row = { "{}", 2 };
    struct merge *m = t->m;
    struct opened *const document_opened = m->opened;
    struct dwr_text sides[3] = { rows[DWR_BASE], rows[DWR_SERVER], rows[DWR_CLIENT] };
    struct record r = {
        .m = m, .names = &t->table->names, .units = t->table->units,
        .free_rule = &t->table->otherwise, .table = t->table, .base_known = t->base_known,
    };
    bool changed = false, conflict = false, client = false;

    if (t->base_known && sides[DWR_BASE].p == NULL)
        sides[DWR_BASE] = empty_row;
    m->opened = NULL;
    if (!row_record(t, sides, &r)) {
        t->out_of_memory = true;
        return;
    }
    absent_is_cleared(&r);
    if (!decide_units(&r) || !decide_sets(&r, m->opened)) {
        t->out_of_memory = true;
        return;
    }
    m->opened = document_opened;
    for (uint32_t i = 0; i < r.count; i++) {
        struct decision *d = &r.decisions[i];

        changed = changed || d->reported;
        conflict = conflict || (d->reported && d->conflict);
        client = client || (d->reported && d->outcome == DWR_OUTCOME_CLIENT);
        /* What a row lacks it lacks: it is not written as null. */
        if (d->action == REPLACE && d->value.n == 4 && d->value.p[0] == 'n') {
            struct dwr_text own = dwr_member(t->s, rows[DWR_CLIENT], r.slots[i].name.p,
                                             r.slots[i].name.n);

            if (own.p == NULL)
                decide_value(&r, i, ABSENT);
        }
    }
    if (!changed)
        return;
    o->row = write_record(&r, rows[DWR_SERVER], NULL, 0);
    if (o->row.p == NULL)
        t->out_of_memory = true;
    o->reported = true;
    o->conflict = conflict;
    o->outcome = conflict ? DWR_OUTCOME_MERGED : client ? DWR_OUTCOME_CLIENT : DWR_OUTCOME_SAME;
    o->rule = at_or_table(t, &t->table->same_key_at);
}

static void conflicting_rows(struct merging *t, const struct match *m, const struct dwr_text rows[3],
                             struct outcome *o)
{
    int order = 0;
    bool client = false;

    o->reported = o->conflict = true;
    o->rule = at_or_table(t, &t->table->same_key_at);
    o->row = rows[DWR_SERVER];
    if (t->table->order_by != DWR_NONE)
        order = dwr_order_compare(order_of(t, &t->side[DWR_CLIENT].v[m->row[DWR_CLIENT]]),
                                  order_of(t, &t->side[DWR_SERVER].v[m->row[DWR_SERVER]]));
    switch ((enum dwr_same_key)t->table->same_key) {
    case DWR_SAME_KEY_CLIENT_WINS: client = true; break;
    case DWR_SAME_KEY_FIRST_WRITE_WINS: client = order < 0; break;
    case DWR_SAME_KEY_LAST_WRITE_WINS: client = order > 0; break;
    case DWR_SAME_KEY_KEEP_BOTH:
        o->outcome = DWR_OUTCOME_MERGED;
        o->keep_client_too = true;
        return;
    case DWR_SAME_KEY_MANUAL:
        o->outcome = DWR_OUTCOME_MANUAL;
        t->m->manual_open = true;
        return;
    case DWR_SAME_KEY_SERVER_WINS:
    case DWR_SAME_KEY_FIELDS: /* a row without a key */
        break;
    }
    o->outcome = client ? DWR_OUTCOME_CLIENT : DWR_OUTCOME_SERVER;
    if (client)
        o->row = client_row(t, rows[DWR_SERVER], rows[DWR_CLIENT]);
}

static void report_row(struct outcome *o, enum dwr_outcome outcome, bool conflict,
                       const struct dwr_str *rule)
{
    o->reported = true;
    o->conflict = conflict;
    o->outcome = (uint8_t)outcome;
    o->rule = rule;
}

static bool both_have(struct merging *t, const struct match *m, const struct dwr_text rows[3],
                      struct outcome *o)
{
    const struct dwr_table *table = t->table;
    const bool keyed = t->groups[t->side[DWR_SERVER].v[m->row[DWR_SERVER]].group].keyed;
    const struct dwr_text was = t->base_known ? rows[DWR_BASE] : rows[DWR_SERVER];
    bool equal;

    o->row = rows[DWR_SERVER];
    if (dwr_same_bytes(was, rows[DWR_CLIENT]))
        return true;
    if (table->same_key == DWR_SAME_KEY_FIELDS && keyed && !t->locked) {
        by_member(t, rows, o);
        return !t->out_of_memory;
    }
    /* "Changed" is against base's row; base known but without it: always; base unknown: against the
     * server's row. */
    if (was.p != NULL && rows_equal(table, t->s, was, rows[DWR_CLIENT]))
        return true;
    equal = rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_CLIENT]);
    if (equal) {
        report_row(o, DWR_OUTCOME_SAME, false, t->locked ? &t->m->lock_rule.at : &table->at);
    } else if (t->locked) {
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
    } else if (table->append_only) {
        report_row(o, DWR_OUTCOME_REFUSED, true, at_or_table(t, &table->append_only_at));
    } else if (rows[DWR_BASE].p != NULL &&
               rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_BASE])) {
        report_row(o, DWR_OUTCOME_CLIENT, false, &table->at);
        o->row = client_row(t, rows[DWR_SERVER], rows[DWR_CLIENT]);
    } else {
        conflicting_rows(t, m, rows, o);
    }
    return !t->out_of_memory;
}

static void server_has(struct merging *t, const struct dwr_text rows[3], struct outcome *o)
{
    const struct dwr_table *table = t->table;

    o->row = rows[DWR_SERVER];
    if (rows[DWR_BASE].p == NULL)
        return;
    if (t->locked)
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
    else if (!table->removes)
        report_row(o, DWR_OUTCOME_REFUSED, true, &table->at);
    else if (rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_BASE]))
        o->row = ABSENT;
    else
        report_row(o, DWR_OUTCOME_SERVER, true, at_or_table(t, &table->removes_at));
}

static void client_has(struct merging *t, const struct dwr_text rows[3], struct outcome *o)
{
    const bool base_had = rows[DWR_BASE].p != NULL;

    if (base_had && rows_equal(t->table, t->s, rows[DWR_CLIENT], rows[DWR_BASE]))
        return;
    if (t->locked) {
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
        return;
    }
    if (!base_had && t->hold) {
        report_row(o, DWR_OUTCOME_HELD, true, at_or_table(t, &t->table->hold_at));
        t->m->manual_open = true;
        return;
    }
    o->row = rows[DWR_CLIENT];
    report_row(o, DWR_OUTCOME_CLIENT, base_had, &t->table->at);
}

static bool decide_match(struct merging *t, uint32_t k)
{
    const struct match *m = &t->matches[k];
    struct outcome *o = &t->outcomes[k];
    const struct dwr_text rows[3] = { text_of(t, m, DWR_BASE), text_of(t, m, DWR_SERVER),
                                      text_of(t, m, DWR_CLIENT) };

    *o = (struct outcome){ .row = ABSENT };
    if (rows[DWR_SERVER].p != NULL && rows[DWR_CLIENT].p != NULL)
        return both_have(t, m, rows, o);
    if (rows[DWR_SERVER].p != NULL)
        server_has(t, rows, o);
    else
        client_has(t, rows, o);
    return true;
}

/* --- the order of the result --- */

struct placing {
    struct result_row *v;
    struct dwr_order *order; /* of order_by's values, beside them; NULL without order_by */
    uint32_t count;
};

static int by_order_then_key(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    const struct placing *rows = context;
    const struct result_row *x = &rows->v[a], *y = &rows->v[b];
    int order = dwr_order_compare(&rows->order[a], &rows->order[b]);

    for (unsigned k = 0; k < t->table->key_count && order == 0; k++)
        order = dwr_value_compare(t->s, key_part(t, x->row, k), key_part(t, y->row, k));
    return order != 0 ? order : (int)y->of_server - (int)x->of_server;
}

/* Sorts by order_by, then by key, then the server's before the client's. Mostly the rows are in
 * order already. */
static bool sort_rows(struct merging *t, struct placing *rows)
{
    uint32_t *v, n = rows->count;
    struct result_row *sorted;
    bool in_order = true;

    for (uint32_t i = 1; i < n && in_order; i++)
        in_order = by_order_then_key(t, i - 1, i, rows) <= 0;
    if (in_order)
        return true;
    v = dwr_take(t->s, 2 * (size_t)n * sizeof *v);
    sorted = dwr_take(t->s, n * sizeof *sorted);
    if (v == NULL || sorted == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++)
        v[i] = i;
    merge_sort(t, v, v + n, n, by_order_then_key, rows);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = rows->v[v[i]];
    rows->v = sorted;
    return true;
}

static void place(struct merging *t, struct placing *rows, struct result_row row, bool flat)
{
    if (row.row.p == NULL)
        return;
    if (rows->order != NULL)
        rows->order[rows->count] = dwr_order_of(
            t->s, row_member(t, row.row, flat, t->table->order_by, &t->predicted[1]));
    rows->v[rows->count++] = row;
}

static void place_server(struct merging *t, struct placing *rows, uint32_t i)
{
    const struct dwr_row *row = &t->rows->side[DWR_SERVER].v[i];

    place(t, rows,
          (struct result_row){ .row = row_text(row), .server = (int32_t)i, .of_server = true },
          row->flat);
}

/* What match k leaves in the table. */
static void place_match(struct merging *t, struct placing *rows, uint32_t k)
{
    const int32_t server = t->matches[k].row[DWR_SERVER];

    if (server != NOBODY && t->outcomes[k].row.p == t->side[DWR_SERVER].v[server].row.p)
        place_server(t, rows, t->side[DWR_SERVER].v[server].index);
    else
        place(t, rows,
              (struct result_row){ .row = t->outcomes[k].row, .server = -1,
                                   .of_server = server != NOBODY },
              false);
}

/* The client's row of match k, where keep_both adds it. */
static void place_added(struct merging *t, struct placing *rows, uint32_t k)
{
    if (t->outcomes[k].keep_client_too)
        place(t, rows,
              (struct result_row){ .row = text_of(t, &t->matches[k], DWR_CLIENT), .server = -1 },
              false);
}

/* The server's rows in their order, then the added ones in the client's. */
static void server_order(struct merging *t, struct placing *rows)
{
    uint32_t next = 0;

    for (uint32_t i = t->same; i < row_count(t, DWR_SERVER); i++)
        if (is_aligned(t, i))
            place_server(t, rows, i);
        else
            place_match(t, rows, (uint32_t)t->side[DWR_SERVER].v[next++].match);
    for (uint32_t i = 0; i < t->side[DWR_CLIENT].count; i++) {
        const uint32_t k = (uint32_t)t->side[DWR_CLIENT].v[i].match;

        if (k >= t->server_matches)
            place_match(t, rows, k);
        else
            place_added(t, rows, k);
    }
}

/* The client's order, the rows it lacks last. */
static void client_order(struct merging *t, struct placing *rows)
{
    uint32_t next = 0;

    for (uint32_t i = t->same; i < row_count(t, DWR_CLIENT); i++)
        if (is_aligned(t, i))
            place_server(t, rows, i);
        else
            place_match(t, rows, (uint32_t)t->side[DWR_CLIENT].v[next++].match);
    for (uint32_t k = 0; k < t->server_matches; k++)
        if (t->matches[k].row[DWR_CLIENT] == NOBODY)
            place_match(t, rows, k);
    for (uint32_t k = 0; k < t->server_matches; k++)
        place_added(t, rows, k);
}

/* --- reports --- */

/* Labels in use, so that a repeated one gets #2, #3, … */
struct label {
    struct dwr_text text;
    uint32_t next, uses;
};

struct labels {
    struct label *v;
    uint32_t count, mask, *first;
};

static struct label *find_label(struct labels *l, struct dwr_text text)
{
    for (uint32_t i = l->first[dwr_name_hash(text.p, text.n) & l->mask]; i != 0; i = l->v[i - 1].next)
        if (l->v[i - 1].text.n == text.n && memcmp(l->v[i - 1].text.p, text.p, text.n) == 0)
            return &l->v[i - 1];
    return NULL;
}

static void add_label(struct labels *l, struct dwr_text text)
{
    uint32_t *bucket = &l->first[dwr_name_hash(text.p, text.n) & l->mask];

    l->v[l->count] = (struct label){ .text = text, .next = *bucket, .uses = 1 };
    *bucket = ++l->count;
}

static char *put_number(char *to, uint32_t v)
{
    char digits[10];
    int n = 0;

    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

/* A value of valid JSON without the white space between its tokens. */
static char *put_compact(char *to, struct dwr_text v)
{
    bool in_string = false;

    for (size_t i = 0; i < v.n; i++) {
        const char c = v.p[i];

        if (in_string && c == '\\' && i + 1 < v.n) {
            *to++ = c;
            *to++ = v.p[++i];
            continue;
        }
        in_string ^= c == '"';
        if (in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            *to++ = c;
    }
    return to;
}

/* The parts of the key joined by '|'; a part that is no string as JSON text. */
static struct dwr_text key_label(struct merging *t, const struct item *item)
{
    const struct dwr_text row = item->row;
    const size_t room = row.n + 5 * (size_t)t->table->key_count;
    char *start, *to;

    start = to = dwr_take(t->s, room);
    if (start == NULL)
        return ABSENT;
    for (unsigned k = 0; k < t->table->key_count; k++) {
        uint32_t nowhere = 0;
        const struct dwr_text part = k == 0 && item->part.p != NULL
                                         ? item->part
                                         : row_member(t, row, false, t->table->key[k], &nowhere);

        if (k > 0)
            *to++ = '|';
        if (part.p == NULL) {
            to = put_text(to, "null", 4);
        } else if (part.p[0] == '"') {
            const struct dwr_mark mark = dwr_mark(t->s);
            const struct dwr_text bytes = dwr_string_bytes(t->s, part);

            if (bytes.p == NULL)
                return ABSENT;
            to = put_text(to, bytes.p, bytes.n);
            dwr_release(t->s, mark);
        } else {
            to = put_compact(to, part);
        }
    }
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* "parts_used[WIDGET-9]"; with a number behind it where the label is in use already. */
static struct dwr_text label_of(struct merging *t, struct labels *used, const struct match *m)
{
    const struct dwr_str field = t->m->d->names.v[t->table->field].name;
    const enum dwr_side side = m->row[DWR_SERVER] != NOBODY ? DWR_SERVER : DWR_CLIENT;
    const struct item *item = &t->side[side].v[m->row[side]];
    struct dwr_text key = ABSENT, label;
    struct label *taken;
    char *start, *to;

    if (t->groups[item->group].keyed) {
        key = key_label(t, item);
        if (key.p == NULL)
            return ABSENT;
    }
    start = to = dwr_take(t->s, field.n + key.n + 32);
    if (start == NULL)
        return ABSENT;
    to = put_text(to, field.p, field.n);
    *to++ = '[';
    if (key.p != NULL) {
        to = put_text(to, key.p, key.n);
    } else {
        /* The client's index, or the server's with a minus for a row that the client lacks. */
        const enum dwr_side index = m->row[DWR_CLIENT] != NOBODY ? DWR_CLIENT : DWR_SERVER;

        if (index == DWR_SERVER)
            *to++ = '-';
        *to++ = '#';
        to = put_number(to, t->side[index].v[m->row[index]].index);
    }
    *to++ = ']';
    label = (struct dwr_text){ start, (size_t)(to - start) };
    taken = find_label(used, label);
    if (taken != NULL) {
        do {
            to = start + label.n - 1;
            *to++ = '#';
            to = put_number(to, ++taken->uses);
            *to++ = ']';
        } while (find_label(used, (struct dwr_text){ start, (size_t)(to - start) }) != NULL);
        label.n = (size_t)(to - start);
    }
    add_label(used, label);
    return label;
}

/* Every row that something happened to has its label, also where the merge is not concurrent and
 * only refusals are reported: a row's label does not depend on that. */
static bool report_rows(struct merging *t)
{
    struct labels used = { .mask = 15 };
    uint32_t n = 0;

    for (uint32_t k = 0; k < t->match_count; k++)
        n += t->outcomes[k].reported;
    if (n == 0)
        return true;
    while (used.mask < n)
        used.mask = used.mask * 2 + 1;
    used.v = dwr_take(t->s, n * sizeof *used.v);
    used.first = dwr_take(t->s, ((size_t)used.mask + 1) * sizeof *used.first);
    if (used.v == NULL || used.first == NULL)
        return false;
    memset(used.first, 0, ((size_t)used.mask + 1) * sizeof *used.first);
    for (uint32_t k = 0; k < t->match_count; k++) {
        const struct outcome *o = &t->outcomes[k];
        struct dwr_report *report;
        struct dwr_text label;

        if (!o->reported)
            continue;
        label = label_of(t, &used, &t->matches[k]);
        if (label.p == NULL)
            return false;
        if (!t->m->concurrent && !o->conflict)
            continue;
        report = add_report(t->m);
        if (report == NULL)
            return false;
        *report = (struct dwr_report){
            .field = label,
            .outcome = (enum dwr_outcome)o->outcome,
            .conflict = o->conflict,
            .base = text_of(t, &t->matches[k], DWR_BASE),
            .server = text_of(t, &t->matches[k], DWR_SERVER),
            .client = text_of(t, &t->matches[k], DWR_CLIENT),
            .rule = *o->rule,
        };
    }
    return true;
}

/* --- the whole table --- */

/* The rows in the result are the server's, one after the other, nothing else. */
static bool is_server_table(const struct merging *t, const struct placing *rows)
{
    const struct dwr_rows *server = &t->rows->side[DWR_SERVER];

    if (rows->count != server->count)
        return false;
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->v[i].server != (int32_t)i)
            return false;
    return true;
}

/* Is the result what the client's table says, row by row? */
static bool is_client_table(struct merging *t, const struct placing *rows)
{
    const struct dwr_rows *client = &t->rows->side[DWR_CLIENT];

    if (rows->count != client->count)
        return false;
    for (uint32_t i = 0; i < rows->count; i++)
        if ((i >= t->same || rows->v[i].server != (int32_t)i) &&
            !rows_equal(t->table, t->s, rows->v[i].row, row_text(&client->v[i])))
            return false;
    return true;
}

bool merge_table(struct record *r, uint32_t i, const struct dwr_table *table)
{
    static const struct scope star = { .name = { NULL, 0 } };
    struct merge *m = r->m;
    const struct dwr_slot *slot = &r->slots[i];
    struct merging t = { .m = m, .s = m->s, .table = table, .rows = slot->rows,
                         .base_known = r->base_known };
    const struct dwr_rows *server = &slot->rows->side[DWR_SERVER];
    struct placing rows = { NULL, NULL, 0 };
    size_t most;
    struct table_result *result = dwr_take(m->s, sizeof *result);

    if (result == NULL)
        return false;
    t.locked = m->locked;
    for (unsigned k = 0; k < m->d->lock_except_count; k++)
        if (m->d->lock_except[k] == table->field)
            t.locked = false;
    t.hold = table->hold != NULL && cond_holds(m, table->hold, &star);
    /* The same bytes at the start of every side that counts. */
    if (server->count > 0 && slot->rows->side[DWR_CLIENT].count > 0 &&
        (!t.base_known || slot->rows->side[DWR_BASE].count > 0))
        t.same = slot->rows->same;
    if (!read_rows(&t) || !match_rows(&t))
        return false;
    for (uint32_t k = 0; k < t.match_count; k++)
        if (!decide_match(&t, k))
            return false;
    if (t.out_of_memory || !report_rows(&t))
        return false;

    most = (size_t)server->count + 2 * (size_t)t.match_count + 1;
    rows.v = dwr_take(m->s, most * sizeof *rows.v);
    if (table->order_by != DWR_NONE)
        rows.order = dwr_take(m->s, most * sizeof *rows.order);
    if (rows.v == NULL || (table->order_by != DWR_NONE && rows.order == NULL))
        return false;
    for (uint32_t k = 0; k < (t.locked ? server->count : t.same); k++)
        place_server(&t, &rows, k);
    if (!t.locked) {
        if (t.base_known && table->order_by == DWR_NONE &&
            tables_equal(m, table, slot, DWR_BASE, DWR_SERVER))
            client_order(&t, &rows);
        else
            server_order(&t, &rows);
        if (table->order_by != DWR_NONE && !sort_rows(&t, &rows))
            return false;
    }
    *result = (struct table_result){ rows.v, rows.count, is_client_table(&t, &rows), t.locked };
    r->decisions[i].table = result;
    r->decisions[i].action = is_server_table(&t, &rows) ? KEEP : ROWS;
    return !t.out_of_memory && !m->s->failed;
}
