/* elements.c - arrays and tables, looked at from outside. */
#include "inquiry.h"

#include "../../runtime/core/value.h"

static bool is_array(struct dwr_text t)
{
    return t.n >= 2 && t.p[0] == '[';
}

static bool next(const struct inquiry *j, struct dwr_walk *walk, struct dwr_text *value)
{
    struct dwr_text key;

    return dwr_walk_next(walk, j->again->scan, &key, value);
}

unsigned elements_like(const struct inquiry *j, struct dwr_text array, struct dwr_text element)
{
    struct dwr_walk walk;
    struct dwr_text value;
    unsigned count = 0;

    if (!is_array(array))
        return 0;
    walk = dwr_walk_of(array);
    while (next(j, &walk, &value))
        count += trial_same(j->bench, element, value);
    return count;
}

/* A row's key part, p NULL where it is unset. */
static struct dwr_text key_part(const struct inquiry *j, const struct dwr_table *table,
                                struct dwr_text row, uint16_t part)
{
    const struct dwr_text none = { NULL, 0 };
    const struct dwr_text v =
        trial_member(j->bench->arena, row, table->names.v[table->key[part]].name);

    return dwr_is_unset(v) ? none : v;
}

static bool has_key(const struct inquiry *j, const struct dwr_table *table, struct dwr_text row)
{
    for (uint16_t i = 0; i < table->key_count; i++)
        if (key_part(j, table, row, i).p)
            return true;
    return false;
}

static bool same_key(const struct inquiry *j, const struct dwr_table *table, struct dwr_text a,
                     struct dwr_text b)
{
    for (uint16_t i = 0; i < table->key_count; i++)
        if (!trial_same(j->bench, key_part(j, table, a, i), key_part(j, table, b, i)))
            return false;
    return true;
}

bool elements_keys_plain(const struct inquiry *j, const struct dwr_table *table,
                         struct dwr_text array)
{
    struct dwr_walk walk, other;
    struct dwr_text a, b;

    if (!is_array(array))
        return true;
    walk = dwr_walk_of(array);
    for (unsigned i = 0; next(j, &walk, &a); i++) {
        if (!has_key(j, table, a))
            return false;
        other = dwr_walk_of(array);
        for (unsigned k = 0; k < i && next(j, &other, &b); k++)
            if (same_key(j, table, a, b))
                return false;
    }
    return true;
}

bool elements_keys_in(const struct inquiry *j, const struct dwr_table *table, struct dwr_text a,
                      struct dwr_text b)
{
    struct dwr_walk walk, other;
    struct dwr_text row, two;

    if (!is_array(a))
        return true;
    walk = dwr_walk_of(a);
    while (next(j, &walk, &row)) {
        bool found = false;

        if (is_array(b)) {
            other = dwr_walk_of(b);
            while (!found && next(j, &other, &two))
                found = same_key(j, table, row, two);
        }
        if (!found)
            return false;
    }
    return true;
}

/* What identifies an element of a union: its key, else the whole of it (4.2). */
static struct dwr_text identity(const struct inquiry *j, struct dwr_str key,
                                struct dwr_text element)
{
    struct dwr_text v = { NULL, 0 };

    if (key.p && element.p[0] == '{')
        v = trial_member(j->bench->arena, element, key);
    return dwr_is_unset(v) ? element : v;
}

static bool same_identity(const struct inquiry *j, struct dwr_str key, struct dwr_text a,
                          struct dwr_text b)
{
    return trial_same(j->bench, identity(j, key, a), identity(j, key, b));
}

bool elements_key_twice(const struct inquiry *j, struct dwr_str key, struct dwr_text array)
{
    struct dwr_walk walk, other;
    struct dwr_text a, b;

    if (!key.p || !is_array(array))
        return false;
    walk = dwr_walk_of(array);
    for (unsigned i = 0; next(j, &walk, &a); i++) {
        other = dwr_walk_of(array);
        for (unsigned k = 0; k < i && next(j, &other, &b); k++)
            if (same_identity(j, key, a, b))
                return true;
    }
    return false;
}

bool elements_in(const struct inquiry *j, struct dwr_str key, struct dwr_text a, struct dwr_text b)
{
    struct dwr_walk walk, other;
    struct dwr_text one, two;

    if (!is_array(a))
        return true;
    walk = dwr_walk_of(a);
    while (next(j, &walk, &one)) {
        bool found = false;

        if (is_array(b)) {
            other = dwr_walk_of(b);
            while (!found && next(j, &other, &two))
                found = same_identity(j, key, one, two);
        }
        if (!found)
            return false;
    }
    return true;
}

bool elements_only_added(const struct inquiry *j, struct dwr_text base, struct dwr_text client)
{
    struct dwr_walk walk;
    struct dwr_text row;

    if (!is_array(base))
        return true;
    walk = dwr_walk_of(base);
    while (next(j, &walk, &row))
        if (elements_like(j, client, row) != 1)
            return false;
    return true;
}
