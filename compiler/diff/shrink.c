/* shrink.c - a merge made small: members, rows, times and roles are left out one after the other as
 * long as the difference stays as grave as it is. */
#include <string.h>

#include "../../runtime/core/scan.h"
#include "diff.h"

/* More members or rows than this are not tried one by one; what is drawn has far fewer. */
enum { PARTS_MAX = 64, DIFFERENCES_MAX = 32 };

struct shrink {
    struct diff_bench *b;
    struct arena *arena;
    struct diff_difference goal;
};

static bool still(struct shrink *s, const struct dwr_write *write)
{
    struct diff_difference found[DIFFERENCES_MAX];
    const uint32_t count = diff_compare(s->b, s->arena, write, found, DIFFERENCES_MAX);

    for (uint32_t i = 0; i < count; i++)
        if (found[i].class == s->goal.class && found[i].field.n == s->goal.field.n &&
            (found[i].field.p == NULL) == (s->goal.field.p == NULL) &&
            (s->goal.field.n == 0 ||
             memcmp(found[i].field.p, s->goal.field.p, s->goal.field.n) == 0))
            return true;
    return false;
}

/* The parts of an object or array, members with their names. */
static uint32_t parts_of(struct dwr_text container, struct dwr_text *v)
{
    struct dwr_walk walk = dwr_walk_of(container);
    struct dwr_text key = { NULL, 0 }, value;
    uint32_t count = 0;

    while (count < PARTS_MAX && dwr_walk_next(&walk, dwr_scan_best(), &key, &value))
        v[count++] =
            key.p == NULL ? value : (struct dwr_text){ key.p, (size_t)(value.p + value.n - key.p) };
    return count;
}

static struct dwr_text joined(struct arena *arena, const struct dwr_text *v, uint32_t count,
                              uint32_t without, char open, char close)
{
    struct out_memory m;
    struct dwr_str bytes;
    bool first = true;

    out_memory_begin(&m, arena);
    out_char(&m.out, open);
    for (uint32_t i = 0; i < count; i++) {
        if (i == without)
            continue;
        if (!first)
            out_char(&m.out, ',');
        out_bytes(&m.out, v[i].p, v[i].n);
        first = false;
    }
    out_char(&m.out, close);
    bytes = out_memory_bytes(&m);
    return (struct dwr_text){ bytes.p, bytes.n };
}

/* Leaves out the members of one document that are not needed. */
static bool without_members(struct shrink *s, struct dwr_write *write, struct dwr_text *doc)
{
    struct dwr_text parts[PARTS_MAX];
    bool smaller = false;
    uint32_t count;

    if (doc->p == NULL)
        return false;
    count = parts_of(*doc, parts);
    for (uint32_t i = count; i-- > 0;) {
        const struct dwr_text before = *doc;

        *doc = joined(s->arena, parts, count, i, '{', '}');
        if (still(s, write)) {
            memmove(&parts[i], &parts[i + 1], (count - i - 1) * sizeof *parts);
            count--;
            smaller = true;
        } else {
            *doc = before;
        }
    }
    return smaller;
}

/* The same for the elements of its arrays. */
static bool without_elements(struct shrink *s, struct dwr_write *write, struct dwr_text *doc)
{
    struct dwr_text members[PARTS_MAX], elements[PARTS_MAX];
    bool smaller = false;
    uint32_t count;

    if (doc->p == NULL)
        return false;
    count = parts_of(*doc, members);
    for (uint32_t i = 0; i < count; i++) {
        const char *value = memchr(members[i].p, '[', members[i].n);
        struct dwr_text array;
        uint32_t rows;

        if (value == NULL || value[-1] != ':')
            continue;
        array = (struct dwr_text){ value, (size_t)(members[i].p + members[i].n - value) };
        rows = parts_of(array, elements);
        for (uint32_t k = rows; k-- > 0;) {
            const struct dwr_text member = members[i], before = *doc;
            const struct dwr_text fewer = joined(s->arena, elements, rows, k, '[', ']');
            const struct dwr_str text = arena_printf(s->arena, "%.*s%.*s", (int)(value - member.p),
                                                     member.p, (int)fewer.n, fewer.p);

            members[i] = (struct dwr_text){ text.p, text.n };
            *doc = joined(s->arena, members, count, PARTS_MAX, '{', '}');
            if (still(s, write)) {
                memmove(&elements[k], &elements[k + 1], (rows - k - 1) * sizeof *elements);
                rows--;
                value = members[i].p + (value - member.p);
                smaller = true;
            } else {
                members[i] = member;
                *doc = before;
            }
        }
    }
    return smaller;
}

/* --- what several documents have --- */

/* Left out of all documents: a member; or the first of the elements of it that are equal to this
 * one; or a member of all of its rows. */
struct cut {
    struct dwr_text key, element, member; /* p NULL: not this */
};

static bool has_key(struct dwr_text part, struct dwr_text key)
{
    return part.n > key.n && memcmp(part.p, key.p, key.n) == 0;
}

static struct dwr_text row_without(struct arena *arena, struct dwr_text row, struct dwr_text key)
{
    struct dwr_text parts[PARTS_MAX];
    const uint32_t count = row.p[0] == '{' ? parts_of(row, parts) : 0;

    for (uint32_t i = 0; i < count; i++)
        if (has_key(parts[i], key))
            return joined(arena, parts, count, i, '{', '}');
    return row;
}

static struct dwr_text array_without(struct arena *arena, struct dwr_text array,
                                     const struct cut *cut)
{
    struct dwr_text rows[PARTS_MAX];
    const uint32_t count = parts_of(array, rows);
    uint32_t out = PARTS_MAX;

    for (uint32_t i = 0; i < count; i++)
        if (cut->member.p != NULL)
            rows[i] = row_without(arena, rows[i], cut->member);
        else if (out == PARTS_MAX && rows[i].n == cut->element.n &&
                 memcmp(rows[i].p, cut->element.p, rows[i].n) == 0)
            out = i;
    return joined(arena, rows, count, out, '[', ']');
}

static struct dwr_text doc_without(struct arena *arena, struct dwr_text doc, const struct cut *cut)
{
    struct dwr_text parts[PARTS_MAX];
    const uint32_t count = doc.p == NULL ? 0 : parts_of(doc, parts);

    for (uint32_t i = 0; i < count; i++) {
        const size_t before = cut->key.n + 1;
        struct dwr_text array;
        struct dwr_str text;

        if (!has_key(parts[i], cut->key))
            continue;
        if (cut->element.p == NULL && cut->member.p == NULL)
            return joined(arena, parts, count, i, '{', '}');
        array = (struct dwr_text){ parts[i].p + before, parts[i].n - before };
        if (array.p[0] != '[')
            return doc;
        array = array_without(arena, array, cut);
        text = arena_printf(arena, "%.*s%.*s", (int)before, parts[i].p, (int)array.n, array.p);
        parts[i] = (struct dwr_text){ text.p, text.n };
        return joined(arena, parts, count, PARTS_MAX, '{', '}');
    }
    return doc;
}

static bool without_in_all(struct shrink *s, struct dwr_write *write, struct cut cut)
{
    const struct dwr_write before = *write;

    write->base = doc_without(s->arena, before.base, &cut);
    write->server = doc_without(s->arena, before.server, &cut);
    write->client = doc_without(s->arena, before.client, &cut);
    if (write->base.n + write->server.n + write->client.n <
            before.base.n + before.server.n + before.client.n &&
        still(s, write))
        return true;
    *write = before;
    return false;
}

static bool without_rows(struct shrink *s, struct dwr_write *write, struct dwr_text key,
                         struct dwr_text array)
{
    struct dwr_walk walk = dwr_walk_of(array), row;
    struct dwr_text none, element, member, value;
    bool smaller = false;

    while (dwr_walk_next(&walk, dwr_scan_best(), &none, &element)) {
        if (without_in_all(s, write, (struct cut){ .key = key, .element = element })) {
            smaller = true;
            continue;
        }
        row = dwr_walk_of(element);
        while (element.p[0] == '{' && dwr_walk_next(&row, dwr_scan_best(), &member, &value))
            smaller |= without_in_all(s, write, (struct cut){ .key = key, .member = member });
    }
    return smaller;
}

/* What one document has to lack where the others do. */
static bool without_shared(struct shrink *s, struct dwr_write *write, struct dwr_text doc)
{
    struct dwr_text key, value;
    bool smaller = false;
    struct dwr_walk walk;

    if (doc.p == NULL)
        return false;
    walk = dwr_walk_of(doc);
    while (dwr_walk_next(&walk, dwr_scan_best(), &key, &value))
        if (without_in_all(s, write, (struct cut){ .key = key }))
            smaller = true;
        else if (value.p[0] == '[')
            smaller |= without_rows(s, write, key, value);
    return smaller;
}

/* --- all of it --- */

static void without(struct shrink *s, struct dwr_write *write, struct dwr_text *text)
{
    const struct dwr_text before = *text;

    if (text->p == NULL)
        return;
    *text = (struct dwr_text){ NULL, 0 };
    if (!still(s, write))
        *text = before;
}

static struct dwr_text kept(struct arena *keep, struct dwr_text text)
{
    return text.p == NULL ? text : (struct dwr_text){ arena_copy(keep, text.p, text.n), text.n };
}

struct dwr_write diff_kept(struct arena *keep, const struct dwr_write *write)
{
    return (struct dwr_write){ .op = write->op,
                               .base = kept(keep, write->base),
                               .server = kept(keep, write->server),
                               .client = kept(keep, write->client),
                               .client_ts = kept(keep, write->client_ts),
                               .server_ts = kept(keep, write->server_ts),
                               .now = kept(keep, write->now),
                               .server_role = kept(keep, write->server_role),
                               .client_role = kept(keep, write->client_role),
                               .client_user = kept(keep, write->client_user) };
}

struct dwr_write diff_shrink(struct diff_bench *b, struct arena *keep,
                             const struct dwr_write *write, const struct diff_difference *found)
{
    struct arena arena = { .no_memory = keep->no_memory };
    struct shrink s = { b, &arena, *found };
    struct dwr_write w = *write;
    struct dwr_text *docs[] = { &w.client, &w.base, &w.server };
    bool smaller = true;

    while (smaller) {
        smaller = false;
        for (int i = 0; i < 3; i++) {
            smaller |= without_members(&s, &w, docs[i]);
            smaller |= without_elements(&s, &w, docs[i]);
        }
        smaller |= without_shared(&s, &w, w.server);
        smaller |= without_shared(&s, &w, w.client);
    }
    without(&s, &w, &w.client_user);
    without(&s, &w, &w.client_role);
    without(&s, &w, &w.server_role);
    without(&s, &w, &w.now);
    without(&s, &w, &w.client_ts);
    without(&s, &w, &w.server_ts);
    w = diff_kept(keep, &w);
    arena_clear(&arena);
    return w;
}
