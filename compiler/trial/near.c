/* near.c - arrays and objects that look like a literal, and roles that a person has at once. */
#include "near.h"

#include <string.h>

#include "../../runtime/core/scan.h"
#include "literals.h"
#include "str.h"

/* Nested so deep, and no deeper, is something changed; so many arrays of roles are made, beside
 * that of all. */
enum { DEPTH_MAX = 8, ROLE_SETS_MAX = 12, ROLES_MAX = 64 };

void near_put(struct arena *arena, struct near_values *values, struct dwr_str value)
{
    if (values->count == values->capacity) {
        values->v =
            arena_grow(arena, values->v, values->capacity, 2 * values->capacity + 8, sizeof value);
        values->capacity = 2 * values->capacity + 8;
    }
    values->v[values->count++] = value;
}

static struct dwr_str joined(struct arena *arena, struct dwr_str a, const char *between,
                             struct dwr_str b)
{
    return arena_printf(arena, "%.*s%s%.*s", (int)a.n, a.p ? a.p : "", between, (int)b.n, b.p);
}

/* --- arrays and objects --- */

static bool is_composite(struct dwr_str v)
{
    return v.n > 0 && (v.p[0] == '[' || v.p[0] == '{');
}

static struct dwr_walk walk_of(struct dwr_str v)
{
    return dwr_walk_of((struct dwr_text){ v.p, v.n });
}

/* The literal with its first number, text, true or false changed; of p NULL: it has none. */
static struct dwr_str changed(struct arena *arena, struct dwr_str v, int depth)
{
    struct dwr_walk walk;
    struct dwr_text key, value;

    if (!is_composite(v))
        return str_of(v.p[0] == '"'   ? "\"another\""
                      : v.p[0] == 't' ? "false"
                      : v.p[0] == '2' ? "3"
                                      : "2");
    walk = walk_of(v);
    while (depth > 0 && dwr_walk_next(&walk, dwr_scan_best(), &key, &value)) {
        const struct dwr_str other =
            changed(arena, (struct dwr_str){ value.p, value.n }, depth - 1);
        const char *rest = value.p + value.n;

        if (other.p)
            return joined(
                arena, joined(arena, (struct dwr_str){ v.p, (size_t)(value.p - v.p) }, "", other),
                "", (struct dwr_str){ rest, (size_t)(v.p + v.n - rest) });
    }
    return (struct dwr_str){ NULL, 0 };
}

struct near_values near_variants(struct arena *arena, struct dwr_str literal)
{
    struct near_values found = { NULL, 0, 0 };
    struct dwr_str reversed = { NULL, 0 }, all = { NULL, 0 }, first = { NULL, 0 }, other;
    struct dwr_text key, value;
    struct dwr_walk walk;

    if (!is_composite(literal))
        return found;
    walk = walk_of(literal);
    while (literal.p[0] == '[' && dwr_walk_next(&walk, dwr_scan_best(), &key, &value)) {
        const struct dwr_str element = { value.p, value.n };

        if (!first.p)
            first = element;
        reversed = reversed.p ? joined(arena, element, ",", reversed) : element;
        all = all.p ? joined(arena, all, ",", element) : element;
    }
    if (first.p) {
        near_put(arena, &found, arena_printf(arena, "[%.*s]", (int)reversed.n, reversed.p));
        near_put(arena, &found,
                 arena_printf(arena, "[%.*s,%.*s]", (int)all.n, all.p, (int)first.n, first.p));
    }
    other = changed(arena, literal, DEPTH_MAX);
    if (other.p)
        near_put(arena, &found, other);
    return found;
}

/* --- roles --- */

/* Which conditions name a role, a bit each: that is all they ask of it, and of an array they ask
 * whether they name one of its roles. */
struct role {
    struct dwr_str name;
    uint64_t named;
};

struct roles {
    struct arena *arena;
    uint8_t side;
    struct role v[ROLES_MAX];
    uint32_t count;
    const struct dwr_cond *conds[64];
    uint32_t cond_count;
};

static void take_role(void *context, const struct literal *l)
{
    struct roles *r = context;
    uint32_t c = 0, i = 0;

    if (l->side != r->side || !l->cond || !l->value.p || l->value.p[0] != '"')
        return;
    while (c < r->cond_count && r->conds[c] != l->cond)
        c++;
    while (i < r->count && !str_same(r->v[i].name, l->value))
        i++;
    if (c == 64 || i == ROLES_MAX)
        return;
    if (c == r->cond_count)
        r->conds[r->cond_count++] = l->cond;
    if (i == r->count)
        r->v[r->count++] = (struct role){ .name = l->value };
    r->v[i].named |= 1ull << c;
}

static bool is_known(const struct roles *r, const struct role *sets, uint32_t count, uint64_t named)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->v[i].named == named)
            return true;
    for (uint32_t i = 0; i < count; i++)
        if (sets[i].named == named)
            return true;
    return false;
}

/* Sets that are told apart: two roles each, then one more, and at last all. */
static uint32_t role_sets(const struct roles *r, struct role sets[ROLE_SETS_MAX + 1])
{
    struct role all = { { NULL, 0 }, 0 };
    uint32_t count = 0;

    for (uint32_t i = 0; i < r->count; i++) {
        all.named |= r->v[i].named;
        all.name = all.name.p ? joined(r->arena, all.name, ",", r->v[i].name) : r->v[i].name;
    }
    for (uint32_t i = 0; i < r->count + count; i++)
        for (uint32_t k = i < r->count ? i + 1 : 0; k < r->count; k++) {
            const struct role *a = i < r->count ? &r->v[i] : &sets[i - r->count];
            const uint64_t named = a->named | r->v[k].named;

            if (count < ROLE_SETS_MAX && !is_known(r, sets, count, named))
                sets[count++] =
                    (struct role){ joined(r->arena, a->name, ",", r->v[k].name), named };
        }
    if (!is_known(r, sets, count, all.named))
        sets[count++] = all;
    return count;
}

struct near_values near_roles(struct arena *arena, const struct dwr_doctype *doctype, bool client)
{
    struct near_values found = { NULL, 0, 0 };
    struct role sets[ROLE_SETS_MAX + 1];
    struct roles *r = ARENA_NEW(arena, struct roles);
    uint32_t count;

    r->arena = arena;
    r->side = client ? DWR_SIDE_CLIENT_ROLE : DWR_SIDE_SERVER_ROLE;
    literals_each(doctype, take_role, r);
    count = r->count > 1 ? role_sets(r, sets) : 0;
    for (uint32_t i = 0; i < count; i++)
        near_put(arena, &found, arena_printf(arena, "[%.*s]", (int)sets[i].name.n, sets[i].name.p));
    return found;
}
