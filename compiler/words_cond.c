/* words_cond.c - conditions in words.
 *
 * `not` is said inside a comparison ("is not set") and never in front of a bracket: `not (a or b)`
 * is said as "not a and not b". */
#include "words_parts.h"

static bool is_role(unsigned side)
{
    return side == DWR_SIDE_SERVER_ROLE || side == DWR_SIDE_CLIENT_ROLE;
}

static void put_operand(struct sentence *s, const struct dwr_cond *c, const struct dwr_operand *o)
{
    switch (o->side) {
    case DWR_SIDE_VALUE:
        say(s, "%v", c->values[0]);
        break;
    case DWR_SIDE_BASE:
        say(s, "%f as the client last saw it", (unsigned)o->field);
        break;
    case DWR_SIDE_SERVER:
        say(s, "the server's %f", (unsigned)o->field);
        break;
    case DWR_SIDE_CLIENT:
        say(s, "the client's %f", (unsigned)o->field);
        break;
    case DWR_SIDE_CLIENT_USER:
        say(s, "the client's user");
        break;
    default:
        say(s, "%f", (unsigned)o->field);
    }
}

/* `"a", "b" or "c"` */
static void put_values(struct sentence *s, const struct dwr_cond *c, const char *last)
{
    for (uint32_t i = 0; i < c->value_count; i++) {
        put_between(s, i, c->value_count, last);
        say(s, "%v", c->values[i]);
    }
}

/* Comparisons and their opposites: `not` is said inside them, never in front of a bracket. */
static bool is_opposite(const struct dwr_cond *c, bool negated)
{
    return negated !=
           (c->op == DWR_COND_NE || c->op == DWR_COND_NOT_IN || c->op == DWR_COND_IS_NOT_SET);
}

static void put_role(struct sentence *s, const struct dwr_cond *c, bool negated)
{
    const bool left = is_role(c->left.side);
    const bool server = (left ? c->left.side : c->right.side) == DWR_SIDE_SERVER_ROLE;
    const bool opposite = is_opposite(c, negated);

    if (c->op == DWR_COND_IS_SET || c->op == DWR_COND_IS_NOT_SET) {
        say(s,
            server ? "the role behind the server's last change is %sknown"
                   : "the client's role is %sknown",
            opposite ? "not " : "");
        return;
    }
    if (server)
        say(s, "the server's last change was %sby the role ", opposite ? "not " : "");
    else
        say(s, "the client %s the role ", opposite ? "does not have" : "has");
    if (c->op == DWR_COND_IN || c->op == DWR_COND_NOT_IN)
        put_values(s, c, "or");
    else
        put_operand(s, c, left ? &c->right : &c->left);
}

static void put_order(struct sentence *s, const struct dwr_cond *c, bool negated)
{
    static const char *const words[] = { [DWR_COND_LT] = "less than",
                                         [DWR_COND_LE] = "at most",
                                         [DWR_COND_GT] = "more than",
                                         [DWR_COND_GE] = "at least" };

    put_operand(s, c, &c->left);
    say(s, " is %s%s ", negated ? "not " : "", words[c->op]);
    put_operand(s, c, &c->right);
}

static void put_equal(struct sentence *s, const struct dwr_cond *c, bool negated)
{
    const bool opposite = is_opposite(c, negated);

    put_operand(s, c, &c->left);
    if (c->right.side == DWR_SIDE_VALUE && is_unset_value(c->values[0])) {
        say(s, " is %sset", opposite ? "" : "not ");
        return;
    }
    say(s, opposite ? " is not " : " is ");
    put_operand(s, c, &c->right);
}

static void put_in(struct sentence *s, const struct dwr_cond *c, bool negated)
{
    const bool opposite = is_opposite(c, negated);

    put_operand(s, c, &c->left);
    if (!opposite || c->value_count == 1) {
        say(s, opposite ? " is not " : " is ");
        put_values(s, c, "or");
    } else {
        say(s, c->value_count == 2 ? " is neither " : " is none of ");
        put_values(s, c, c->value_count == 2 ? "nor" : "and");
    }
}

static void put_changes(struct sentence *s, unsigned field, bool negated, enum words_of of)
{
    if (of == WORDS_OF_MERGE)
        say(s, negated ? "%f was not changed on the server" : "%f was changed on the server",
            field);
    else
        say(s, negated ? "%f does not change" : "%f changes", field);
}

static void put_one(struct sentence *s, const struct dwr_cond *c, bool negated, enum words_of of)
{
    switch (c->op) {
    case DWR_COND_CHANGES:
        put_changes(s, c->left.field, negated, of);
        return;
    case DWR_COND_BECOMES:
        say(s, negated ? "%f does not become %v" : "%f becomes %v", (unsigned)c->left.field,
            c->values[0]);
        return;
    case DWR_COND_CREATED:
        say(s, negated ? "the document is not new" : "the document is new");
        return;
    default:
        break;
    }
    if (is_role(c->left.side) || is_role(c->right.side)) {
        put_role(s, c, negated);
    } else if (c->op == DWR_COND_EQ || c->op == DWR_COND_NE) {
        put_equal(s, c, negated);
    } else if (c->op == DWR_COND_IN || c->op == DWR_COND_NOT_IN) {
        put_in(s, c, negated);
    } else if (c->op == DWR_COND_IS_SET || c->op == DWR_COND_IS_NOT_SET) {
        put_operand(s, c, &c->left);
        say(s, is_opposite(c, negated) ? " is not set" : " is set");
    } else {
        put_order(s, c, negated);
    }
}

/* The conditions that one word joins, from left to right. `not (a or b)` is said as `not a and not
 * b`, so a condition carries whether it is turned round. */
struct joined {
    struct joined_part {
        const struct dwr_cond *cond;
        bool negated;
    } * v;
    uint32_t count, capacity;
    bool is_and;
};

static const struct dwr_cond *without_not(const struct dwr_cond *c, bool *negated)
{
    for (; c->op == DWR_COND_NOT; c = c->a)
        *negated = !*negated;
    return c;
}

static bool joins(const struct dwr_cond *c)
{
    return c->op == DWR_COND_AND || c->op == DWR_COND_OR;
}

static void collect(struct arena *arena, struct joined *j, const struct dwr_cond *c, bool negated)
{
    c = without_not(c, &negated);
    if (joins(c) && ((c->op == DWR_COND_AND) != negated) == j->is_and) {
        collect(arena, j, c->a, negated);
        collect(arena, j, c->b, negated);
        return;
    }
    if (j->count == j->capacity) {
        const uint32_t capacity = j->capacity == 0 ? 8 : 2 * j->capacity;

        j->v = arena_grow(arena, j->v, j->capacity, capacity, sizeof *j->v);
        j->capacity = capacity;
    }
    j->v[j->count++] = (struct joined_part){ c, negated };
}

/* How many parts from i on are changes of a field, which are said as one: "a, b or c changes". */
static uint32_t changes_from(const struct joined *j, uint32_t i)
{
    uint32_t n = 0;

    while (i + n < j->count && j->v[i + n].cond->op == DWR_COND_CHANGES && !j->v[i + n].negated)
        n++;
    return j->is_and ? n > 0 : n;
}

/* A part with a list of values or with parts of its own is set off by a comma. */
static bool is_long(const struct joined_part *part)
{
    return joins(part->cond) || part->cond->value_count > 1;
}

static void put_cond(struct sentence *s, const struct dwr_cond *c, bool negated, enum words_of of);

static void put_changes_of_any(struct sentence *s, const struct joined *j, uint32_t i, uint32_t n,
                               enum words_of of)
{
    for (uint32_t k = 0; k < n; k++) {
        put_between(s, k, n, "or");
        say(s, "%f", (unsigned)j->v[i + k].cond->left.field);
    }
    say(s, of == WORDS_OF_MERGE ? " was changed on the server" : " changes");
}

static void put_part(struct sentence *s, const struct joined_part *part, enum words_of of)
{
    const bool brackets = joins(part->cond);

    if (brackets)
        say(s, "(");
    put_cond(s, part->cond, part->negated, of);
    if (brackets)
        say(s, ")");
}

static void put_joined(struct sentence *s, const struct joined *j, enum words_of of)
{
    bool commas = false;

    for (uint32_t i = 0; i < j->count; i++)
        commas = commas || is_long(&j->v[i]) || changes_from(j, i) > 1;
    for (uint32_t i = 0; i < j->count;) {
        const uint32_t n = changes_from(j, i);

        if (i > 0)
            say(s, "%s %s ", commas ? "," : "", j->is_and ? "and" : "or");
        if (n > 1)
            put_changes_of_any(s, j, i, n, of);
        else
            put_part(s, &j->v[i], of);
        i += n > 1 ? n : 1;
    }
}

static void put_cond(struct sentence *s, const struct dwr_cond *c, bool negated, enum words_of of)
{
    struct joined j = { .v = NULL };

    c = without_not(c, &negated);
    if (!joins(c)) {
        put_one(s, c, negated, of);
        return;
    }
    j.is_and = (c->op == DWR_COND_AND) != negated;
    collect(s->w->arena, &j, c, negated);
    put_joined(s, &j, of);
}

void put_condition(struct sentence *s, const struct dwr_cond *cond, enum words_of of)
{
    put_cond(s, cond, false, of);
}

struct dwr_str words_condition(const struct words *w, const struct dwr_cond *cond, enum words_of of)
{
    return said(w, "%c", cond, (int)of);
}
