/* members.c - the members of a document by their names, read once. */
#include "../../runtime/core/unescape.h"
#include "../../runtime/core/value.h"
#include "str.h"
#include "trial.h"

/* Up to here members are looked at one by one. */
enum { FEW = 12 };

struct dwr_str trial_unquoted(struct arena *arena, struct dwr_text key)
{
    struct dwr_unescape u = { .p = key.p + 1, .end = key.p + key.n - 1 };
    struct dwr_str name = { key.p + 1, key.n - 2 };
    char *to;
    int byte;

    if (memchr(name.p, '\\', name.n) == NULL)
        return name;
    name.p = to = arena_alloc(arena, name.n + 1); /* escapes are longer than what they stand for */
    while ((byte = dwr_next_byte(&u)) >= 0)
        *to++ = (char)byte;
    name.n = (size_t)(to - name.p);
    return name;
}

static uint32_t hash_of(struct dwr_str name)
{
    uint32_t hash = (uint32_t)name.n;

    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)name.p[i]) * 0x01000193u;
    return hash ^ (hash >> 15);
}

static void index_names(struct arena *arena, struct trial_members *m)
{
    uint32_t room = 32; /* a power of two, at least half of it free */

    while (room < 2 * m->count)
        room *= 2;
    m->slots = arena_zero(arena, room * sizeof *m->slots);
    m->mask = room - 1;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t at = hash_of(m->v[i].name) & m->mask;

        while (m->slots[at] != 0)
            at = (at + 1) & m->mask;
        m->slots[at] = i + 1;
    }
}

struct trial_members trial_members_of(struct arena *arena, struct dwr_text doc)
{
    const struct dwr_scan_ops *scan = dwr_scan_best();
    struct trial_members m = { .v = NULL };
    struct dwr_text key, value;
    struct dwr_walk walk;
    uint32_t room = 0, more;

    doc = trial_trimmed(doc);
    if (doc.n < 2 || doc.p[0] != '{')
        return m;
    walk = dwr_walk_of(doc);
    while (dwr_walk_next(&walk, scan, &key, &value)) {
        if (m.count == room) {
            more = room == 0 ? FEW : 2 * room;
            m.v = arena_grow(arena, m.v, room, more, sizeof *m.v);
            room = more;
        }
        m.v[m.count] = (struct trial_named){ trial_unquoted(arena, key), value };
        m.marked = m.marked || (m.v[m.count].name.n > 0 && m.v[m.count].name.p[0] == '_');
        m.count++;
    }
    if (m.count > FEW)
        index_names(arena, &m);
    return m;
}

struct dwr_text trial_members_get(const struct trial_members *m, struct dwr_str name)
{
    const struct dwr_text none = { NULL, 0 };

    if (m->slots == NULL) {
        for (uint32_t i = 0; i < m->count; i++)
            if (str_same(m->v[i].name, name))
                return m->v[i].value;
        return none;
    }
    for (uint32_t at = hash_of(name) & m->mask; m->slots[at] != 0; at = (at + 1) & m->mask)
        if (str_same(m->v[m->slots[at] - 1].name, name))
            return m->v[m->slots[at] - 1].value;
    return none;
}
