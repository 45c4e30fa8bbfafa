/* list.c - arrays as sets: union and keep_both (section 4.2).
 *
 * Every element has an identity: an object its key member where one is named and set, else its
 * whole value. The three sides' elements are joined by identity in one hash table, so that long
 * lists take linear time; the rest is a walk along the server's list and one along the client's. */
#include <string.h>

#include "merge.h"

enum { NOBODY = -1 };

struct element {
    struct dwr_text v;
    uint32_t ident;
};

struct ident {
    struct dwr_text key; /* of a keyed element; p NULL: identified by its whole value */
    struct dwr_text v;
    uint64_t hash;
    uint32_t next;    /* in its bucket, + 1; 0 ends it */
    int32_t first[3]; /* by side: the first element with this identity, or NOBODY */
};

struct list {
    struct element *v;
    uint32_t count;
};

struct join {
    struct dwr_scratch *s;
    struct dwr_str key;
    struct ident *idents;
    uint32_t ident_count, mask;
    uint32_t *first;
    struct list side[3];
};

static struct dwr_text key_of(const struct join *j, struct dwr_text v)
{
    struct dwr_text key = { NULL, 0 };

    if (j->key.p != NULL && v.p[0] == '{')
        key = dwr_member(j->s, v, j->key.p, j->key.n);
    return dwr_is_unset(key) ? (struct dwr_text){ NULL, 0 } : key;
}

/* The identity of v, a new one where it has none yet. */
static uint32_t identify(struct join *j, struct dwr_text v, struct dwr_text key)
{
    const uint64_t hash = key.p != NULL ? dwr_value_hash(j->s, key) ^ 1 : dwr_value_hash(j->s, v);
    uint32_t *bucket = &j->first[hash & j->mask];

    for (uint32_t i = *bucket; i != 0; i = j->idents[i - 1].next) {
        const struct ident *d = &j->idents[i - 1];

        if (d->hash == hash && (d->key.p == NULL) == (key.p == NULL) &&
            (key.p != NULL ? dwr_value_equal(j->s, d->key, key) : dwr_value_equal(j->s, d->v, v)))
            return i - 1;
    }
    j->idents[j->ident_count] = (struct ident){
        .key = key, .v = v, .hash = hash, .next = *bucket, .first = { NOBODY, NOBODY, NOBODY }
    };
    *bucket = ++j->ident_count;
    return j->ident_count - 1;
}

static uint32_t count_elements(struct dwr_scratch *s, struct dwr_text array)
{
    struct dwr_walk w;
    struct dwr_text key, v;
    uint32_t n = 0;

    if (dwr_is_unset(array))
        return 0;
    w = dwr_walk_of(array);
    while (dwr_walk_next(&w, s->scan, &key, &v))
        n++;
    return n;
}

static void read_side(struct join *j, enum dwr_side side, struct dwr_text array)
{
    struct list *list = &j->side[side];
    struct dwr_walk w;
    struct dwr_text key, v;

    if (list->count == 0)
        return;
    w = dwr_walk_of(array);
    for (uint32_t i = 0; dwr_walk_next(&w, j->s->scan, &key, &v); i++) {
        const uint32_t ident = identify(j, v, key_of(j, v));

        list->v[i] = (struct element){ v, ident };
        if (j->idents[ident].first[side] == NOBODY)
            j->idents[ident].first[side] = (int32_t)i;
    }
}

static bool join_init(struct join *j, const struct dwr_text sides[3])
{
    uint32_t total = 0, buckets = 16;

    for (int k = 0; k < 3; k++) {
        j->side[k].count = count_elements(j->s, sides[k]);
        j->side[k].v = dwr_take(j->s, (j->side[k].count + 1) * sizeof *j->side[k].v);
        if (j->side[k].v == NULL)
            return false;
        total += j->side[k].count;
    }
    while (buckets < total)
        buckets *= 2;
    j->mask = buckets - 1;
    j->first = dwr_take(j->s, buckets * sizeof *j->first);
    j->idents = dwr_take(j->s, (total + 1) * sizeof *j->idents);
    if (j->first == NULL || j->idents == NULL)
        return false;
    memset(j->first, 0, buckets * sizeof *j->first);
    for (int k = 0; k < 3; k++)
        read_side(j, (enum dwr_side)k, sides[k]);
    return true;
}

/* The first element of a side with this identity. */
static const struct element *first_of(const struct join *j, enum dwr_side side, uint32_t ident)
{
    const int32_t i = j->idents[ident].first[side];

    return i == NOBODY ? NULL : &j->side[side].v[i];
}

static bool is_base(const struct join *j, const struct element *e)
{
    const struct element *base = first_of(j, DWR_BASE, e->ident);

    return base != NULL && dwr_value_equal(j->s, base->v, e->v);
}

/* Of the elements of keep_both with one key, each content stays once: `seen` joins whole values. */
static bool add_unseen(struct join *seen, struct dwr_text v)
{
    const uint32_t before = seen->ident_count;

    identify(seen, v, (struct dwr_text){ NULL, 0 });
    return seen->ident_count > before;
}

static struct dwr_text write_array(struct dwr_scratch *s, const struct dwr_text *v, uint32_t n)
{
    size_t size = 2;
    char *start, *to;

    for (uint32_t i = 0; i < n; i++)
        size += v[i].n + 1;
    start = to = dwr_take(s, size);
    if (start == NULL)
        return (struct dwr_text){ NULL, 0 };
    *to++ = '[';
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            *to++ = ',';
        to = put_text(to, v[i].p, v[i].n);
    }
    *to++ = ']';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

bool merge_lists(struct merge *m, bool keep_both, struct dwr_str key, bool base_known,
                 struct dwr_text base, struct dwr_text server, struct dwr_text client,
                 struct dwr_text *out)
{
    struct dwr_scratch *s = m->s;
    struct join j = { .s = s, .key = key };
    struct join seen = { .s = s };
    const struct dwr_text sides[3] = { base_known ? base : (struct dwr_text){ NULL, 0 }, server,
                                       client };
    struct dwr_text *result;
    uint32_t n = 0;
    bool is_server = true;

    if (!join_init(&j, sides) ||
        (keep_both && !join_init(&seen, (struct dwr_text[3]){ { NULL, 0 }, server, client })))
        return false;
    if (keep_both) {
        /* Only what the server has is seen at first. */
        memset(seen.first, 0, (seen.mask + 1) * sizeof *seen.first);
        seen.ident_count = 0;
    }
    result = dwr_take(s, ((size_t)j.side[DWR_SERVER].count + j.side[DWR_CLIENT].count + 1) *
                             sizeof *result);
    if (result == NULL)
        return false;

    for (uint32_t i = 0; i < j.side[DWR_SERVER].count; i++) {
        const struct element *e = &j.side[DWR_SERVER].v[i];
        const struct element *c = first_of(&j, DWR_CLIENT, e->ident);
        struct dwr_text v = e->v;

        /* Removed by the client, not changed by the server. */
        if (c == NULL && !keep_both && is_base(&j, e)) {
            is_server = false;
            continue;
        }
        /* Of two with one key the client's is kept where the server's equals base's. */
        if (c != NULL && j.idents[e->ident].first[DWR_SERVER] == (int32_t)i && is_base(&j, e) &&
            !dwr_value_equal(s, c->v, e->v)) {
            v = c->v;
            is_server = false;
        }
        if (keep_both)
            add_unseen(&seen, v);
        result[n++] = v;
    }
    for (uint32_t i = 0; i < j.side[DWR_CLIENT].count; i++) {
        const struct element *e = &j.side[DWR_CLIENT].v[i];
        const bool first = j.idents[e->ident].first[DWR_CLIENT] == (int32_t)i;
        const bool on_server = first_of(&j, DWR_SERVER, e->ident) != NULL;

        if (!keep_both) {
            /* Removed by the server, not changed by the client: stays removed. */
            if (on_server || !first || is_base(&j, e))
                continue;
        } else if ((on_server && is_base(&j, e)) || !add_unseen(&seen, e->v)) {
            continue;
        }
        result[n++] = e->v;
        is_server = false;
    }
    if (is_server && !dwr_is_unset(server)) {
        *out = server;
        return true;
    }
    *out = write_array(s, result, n);
    return out->p != NULL;
}
