/* values_counts.c - numbers of the sync layer: counts with tables of as many rows, the version. */
#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/core/value.h"
#include "trial/conds.h"
#include "trial/trial.h"

/* A table of more rows than that is not tried. */
enum { ROWS_MAX = 24 };

struct numbers {
    uint16_t field;
    double v[16]; /* that conditions compare the field with */
    uint16_t count;
    bool too_many; /* or with what is no number */
};

static void take_number(struct numbers *n, struct dwr_str value)
{
    char text[32];

    if (dwr_is_unset((struct dwr_text){ value.p, value.n }))
        return;
    if (n->count == sizeof n->v / sizeof *n->v || value.n >= sizeof text ||
        (value.p[0] != '-' && (value.p[0] < '0' || value.p[0] > '9'))) {
        n->too_many = true;
        return;
    }
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    n->v[n->count] = strtod(text, NULL);
    n->too_many = n->too_many || n->v[n->count] < -1e9 || n->v[n->count] > 1e9;
    n->count++;
}

static void take_numbers(void *context, const struct dwr_cond *c)
{
    struct numbers *n = context;

    if (!values_is_side(&c->left, n->field) && !values_is_side(&c->right, n->field))
        return;
    if (c->op >= DWR_COND_EQ && c->op <= DWR_COND_GE && c->value_count == 0)
        n->too_many = true; /* another field's */
    for (uint16_t i = 0; i < c->value_count; i++)
        take_number(n, c->values[i]);
}

static struct numbers numbers_of(const struct part *part, uint16_t field)
{
    struct numbers n = { .field = field };

    conds_of_merging(part->asked, take_numbers, &n);
    return n;
}

/* Each number that a condition names, what comes before it and what comes behind. */
void values_put_numbers(struct chosen *c, struct part *part, uint16_t field)
{
    const struct numbers n = numbers_of(part, field);

    part->too_large = part->too_large || n.too_many;
    values_put(c, (struct dwr_str)DWR_STR("1"));
    values_put(c, (struct dwr_str)DWR_STR("2"));
    for (uint16_t i = 0; i < n.count; i++)
        for (int beside = -1; beside <= 1; beside++)
            values_put(c, arena_printf(c->arena, "%.0f", floor(n.v[i]) + beside));
    for (uint16_t i = 0; i < n.count; i++)
        values_put(c, arena_printf(c->arena, "%.17g", n.v[i]));
}

static struct dwr_str table_of_rows(struct arena *arena, const struct dwr_table *table, int rows)
{
    struct dwr_str all = { "", 0 };

    for (int i = 0; i < rows; i++) {
        struct trial_doc row;
        struct dwr_text one;
        const struct dwr_str key = arena_printf(arena, "\"row %d\"", i + 1);

        trial_doc_start(&row, arena);
        for (uint16_t k = 0; k < table->key_count; k++)
            trial_doc_put(&row, table->names.v[table->key[k]].name, key);
        one = trial_doc_end(&row);
        all = arena_printf(arena, "%s%s%.*s", all.p, i ? "," : "", (int)one.n, one.p);
    }
    return arena_printf(arena, "[%s]", all.p);
}

/* Tables with so many rows as let the count be each of its numbers, less and more. */
void values_put_sizes(struct chosen *c, struct part *part, const struct dwr_table *table)
{
    const struct numbers n = numbers_of(part, table->count_into);

    for (uint16_t i = 0; i < n.count; i++)
        for (int beside = -1; beside <= 1; beside++) {
            const double rows = floor(n.v[i]) + beside;

            if (rows > ROWS_MAX)
                part->too_large = true;
            else if (rows >= 0)
                values_put(c, table_of_rows(c->arena, table, (int)rows));
        }
}
