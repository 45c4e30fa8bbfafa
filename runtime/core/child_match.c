/* child_match.c - which rows of a child table are the same row (section 6).
 *
 * Rows that stand in the same place with the same bytes on all sides need no thought: scan.c says
 * how many there are at the start, and behind them each such row (it is `aligned`) is left out as
 * well unless another row has its key. The rest are put into groups of one key (a row without a
 * key: of equal rows). Nearly every group has at most one row a side and is a match at once; only
 * in the others the order of section 6 has to be worked out. */
#include <string.h>

#include "children.h"

#define NO_GROUP UINT32_MAX

/* The key's parts are equal, an unset one with an unset one. */
static bool keys_equal(struct merging *t, const struct group *g, const struct item *item)
{
    if (!dwr_field_equal(t->s, g->part, item->part))
        return false;
    for (unsigned k = 1; k < t->table->key_count; k++)
        if (!dwr_field_equal(t->s, key_part(t, g->sample->row, k), key_part(t, item->row, k)))
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
static void hash_item(struct merging *t, struct item *item)
{
    uint64_t hash = item->part.p == NULL ? 7 : dwr_value_hash(t->s, item->part);

    item->keyed = item->part.p != NULL;
    for (unsigned k = 1; k < t->table->key_count; k++) {
        const struct dwr_text part = key_part(t, item->row, k);

        item->keyed = item->keyed || part.p != NULL;
        hash = (hash ^ (part.p == NULL ? 7 : dwr_value_hash(t->s, part))) * 0x9FB21C651E98DF25u;
        hash ^= hash >> 32;
    }
    item->hash = item->keyed ? hash : whole_hash(t, item);
}

static struct group *find_group(struct merging *t, const struct item *item)
{
    for (uint32_t n = t->first_group[item->hash & t->mask]; n != 0; n = t->groups[n - 1].next) {
        struct group *g = &t->groups[n - 1];

        if (g->hash == item->hash && g->keyed == item->keyed &&
            (item->keyed ? keys_equal(t, g, item)
                         : rows_equal(t->table, t->s, g->sample->row, item->row)))
            return g;
    }
    return NULL;
}

static struct group *new_group(struct merging *t, const struct item *item)
{
    struct group *g = &t->groups[t->group_count];
    uint32_t *bucket = &t->first_group[item->hash & t->mask];

    *g = (struct group){ .hash = item->hash,
                         .part = item->part,
                         .sample = item,
                         .next = *bucket,
                         .keyed = item->keyed,
                         .first = { NOBODY, NOBODY, NOBODY },
                         .last = { NOBODY, NOBODY, NOBODY } };
    *bucket = ++t->group_count;
    return g;
}

/* How far ahead of the work memory is asked for: the rows of a large table in another order stand
 * anywhere. */
enum { AHEAD = 8 };

static void ask_for_group(const struct merging *t, const struct side_rows *side, uint32_t i)
{
    if (i + 3 * AHEAD < side->count)
        DWR_PREFETCH(&t->first_group[side->v[i + 3 * AHEAD].hash & t->mask]);
    if (i + 2 * AHEAD < side->count) {
        const uint32_t n = t->first_group[side->v[i + 2 * AHEAD].hash & t->mask];

        if (n != 0)
            DWR_PREFETCH(&t->groups[n - 1]);
    }
    if (i + AHEAD < side->count) {
        const uint32_t n = t->first_group[side->v[i + AHEAD].hash & t->mask];

        if (n != 0)
            DWR_PREFETCH(t->groups[n - 1].part.p);
    }
}

/* Puts the items of a side, which have been read, into their groups, in position. */
static void join_groups(struct merging *t, enum dwr_side side)
{
    struct side_rows *items = &t->side[side];

    for (uint32_t i = 0; i < items->count; i++) {
        struct group *g = items->v[i].group == NO_GROUP ? NULL : &t->groups[items->v[i].group];

        if (items->count > 3 * AHEAD)
            ask_for_group(t, items, i);
        if (g == NULL)
            g = find_group(t, &items->v[i]);
        if (g == NULL)
            g = new_group(t, &items->v[i]);
        join_member(t, side, i, g);
    }
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

/* Filled in where it stands: a struct of this size is slow to hand over. */
static void read_item(struct merging *t, enum dwr_side side, uint32_t i, struct item *item)
{
    const struct dwr_row *row = &rows_of(t, side)->v[i];

    item->row = row_text(row);
    item->part =
        set_or_absent(row_member(t, item->row, row->flat, t->table->key[0], &t->predicted[0]));
    item->order = NULL;
    item->hash = 0;
    item->whole = 0;
    item->index = i;
    item->group = NO_GROUP;
    item->next = NOBODY;
    item->match = NOBODY;
    item->keyed = false;
    item->flat = row->flat;
    item->taken = false;
}

static bool read_side(struct merging *t, enum dwr_side side)
{
    struct side_rows *to = &t->side[side];
    const uint32_t count = row_count(t, side);
    struct group *beside;

    to->count = 0;
    to->v = dwr_take(t->s, ((size_t)(count > t->same ? count - t->same : 0) + 1) * sizeof *to->v);
    if (to->v == NULL)
        return false;
    for (uint32_t i = t->same; i < count; i++) {
        if (is_aligned(t, i))
            continue;
        read_item(t, side, i, &to->v[to->count]);
        beside = group_beside(t, side, to->count);
        if (beside != NULL)
            to->v[to->count].group = (uint32_t)(beside - t->groups);
        else
            hash_item(t, &to->v[to->count]);
        to->count++;
    }
    join_groups(t, side);
    return true;
}

static bool read_items(struct merging *t)
{
    size_t total = 0;
    uint32_t buckets = 16;

    for (int k = 0; k < 3; k++)
        total +=
            row_count(t, (enum dwr_side)k) > t->same ? row_count(t, (enum dwr_side)k) - t->same : 0;
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

        if (!t->aligned[i - t->same])
            continue;
        read_item(t, DWR_SERVER, i, &item);
        hash_item(t, &item);
        if (find_group(t, &item) != NULL)
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

const struct dwr_order *order_of(struct merging *t, struct item *item)
{
    static const struct dwr_order nowhere = { .kind = 0 };

    if (item->order == NULL) {
        item->order = dwr_take(t->s, sizeof *item->order);
        if (item->order == NULL) {
            t->out_of_memory = true;
            return &nowhere;
        }
        row_order(t, item->row, item->flat, item->order);
    }
    return item->order;
}

void merge_sort(struct merging *t, uint32_t *v, uint32_t *spare, uint32_t n, compare_fn *compare,
                const void *context)
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

static DWR_SELDOM int by_row_order(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    const struct side_rows *side = context;

    return dwr_order_compare(order_of(t, &side->v[a]), order_of(t, &side->v[b]));
}

/* The rows of a side and group that are not taken, in order (order_by, else position). */
static DWR_SELDOM uint32_t *free_rows(struct merging *t, const struct group *g, enum dwr_side side,
                                      uint32_t *n)
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

static DWR_SELDOM bool index_content(struct merging *t, const struct group *g, enum dwr_side side,
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
static DWR_SELDOM int32_t *find_equal(struct merging *t, struct by_content *c, enum dwr_side side,
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
static DWR_SELDOM int32_t take_equal(struct merging *t, struct by_content *c, enum dwr_side side,
                                     int32_t *at)
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
static DWR_SELDOM void pair_group(struct merging *t, const struct group *g)
{
    struct side_rows *server = &t->side[DWR_SERVER], *client = &t->side[DWR_CLIENT];
    struct by_content equal;
    uint32_t *s, *c, ns, nc;

    if (!index_content(t, g, DWR_CLIENT, &equal))
        return;
    for (int32_t i = g->first[DWR_SERVER]; i != NOBODY; i = server->v[i].next) {
        server->v[i].match =
            take_equal(t, &equal, DWR_CLIENT, find_equal(t, &equal, DWR_CLIENT, &server->v[i]));
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

static DWR_SELDOM int by_match_order(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    (void)context;
    return dwr_order_compare(order_of(t, ordering_row(t, a)), order_of(t, ordering_row(t, b)));
}

/* The matches of a group, the server's rows by position, then the client's. */
static DWR_SELDOM uint32_t matches_of(struct merging *t, const struct group *g, uint32_t *v)
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
static DWR_SELDOM void join_base(struct merging *t, const struct group *g)
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

static bool match_items(struct merging *t)
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
        if (k + AHEAD < t->group_count && t->groups[k + AHEAD].first[DWR_CLIENT] != NOBODY)
            DWR_PREFETCH(&client->v[t->groups[k + AHEAD].first[DWR_CLIENT]].match);
        if (g->count[DWR_SERVER] == 1 && g->count[DWR_CLIENT] == 1) {
            server->v[g->first[DWR_SERVER]].match = g->first[DWR_CLIENT];
            client->v[g->first[DWR_CLIENT]].taken = true;
        } else {
            pair_group(t, g);
        }
    }
    for (uint32_t i = 0; i < server->count; i++) {
        const int32_t partner = server->v[i].match;

        if (i + AHEAD < server->count && server->v[i + AHEAD].match != NOBODY)
            DWR_PREFETCH(&client->v[server->v[i + AHEAD].match].match);
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

bool match_rows(struct merging *t)
{
    return read_rows(t) && match_items(t);
}
