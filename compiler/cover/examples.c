/* examples.c - what the rule set's own tests have in the fields of a DocType. */
#include "scenario_parts.h"
#include "str.h"

struct example *example_of(struct seek *seek, unsigned table, struct dwr_str name)
{
    struct examples *all = &seek->examples;

    for (uint32_t i = 0; i < all->count; i++)
        if (all->v[i].table == table && str_same(all->v[i].name, name))
            return &all->v[i];
    return NULL;
}

/* Values of some size are no help to a reader. */
enum { EXAMPLE_MAX = 60, EXAMPLES_MAX = 200 };

static void put_example(struct seek *seek, unsigned table, struct dwr_str name,
                        struct dwr_str value)
{
    struct examples *all = &seek->examples;
    struct example *e = example_of(seek, table, name);

    if (dwr_is_unset((struct dwr_text){ value.p, value.n }) || value.n > EXAMPLE_MAX ||
        (e && e->count == 8))
        return;
    if (!e) {
        if (all->count == EXAMPLES_MAX)
            return;
        if (all->count == all->capacity) {
            all->v = arena_grow(seek->arena, all->v, all->capacity, 2 * all->capacity + 16,
                                sizeof *all->v);
            all->capacity = 2 * all->capacity + 16;
        }
        e = &all->v[all->count++];
        *e = (struct example){ .name = name, .table = table };
    }
    for (unsigned i = 0; i < e->count; i++)
        if (trial_same(&seek->bench, (struct dwr_text){ e->v[i].p, e->v[i].n },
                       (struct dwr_text){ value.p, value.n }))
            return;
    e->v[e->count++] = value;
}

static void examples_of_object(struct seek *seek, unsigned table, struct dwr_text object);

static void examples_of_rows(struct seek *seek, unsigned table, struct dwr_text value)
{
    struct dwr_walk walk;
    struct dwr_text row;

    if (dwr_is_unset(value) || value.p[0] != '[')
        return;
    walk = dwr_walk_of(value);
    while (dwr_walk_next(&walk, seek->bench.compare->scan, NULL, &row))
        if (row.p[0] == '{')
            examples_of_object(seek, table, row);
}

/* table: whose row it is; DWR_NONE: it is a document. */
static void examples_of_object(struct seek *seek, unsigned table, struct dwr_text object)
{
    struct dwr_walk walk = dwr_walk_of(object);
    struct dwr_text key, value;

    while (dwr_walk_next(&walk, seek->bench.compare->scan, &key, &value)) {
        const struct dwr_str name = { key.p + 1, key.n - 2 };
        unsigned index;

        if (memchr(name.p, '\\', name.n))
            continue; /* a name with escapes does without */
        index = dwr_names_find(&seek->d->names, name.p, name.n);
        if (table == DWR_NONE && index != DWR_NONE &&
            seek->d->names.v[index].role == DWR_NAME_TABLE)
            examples_of_rows(seek, seek->d->names.v[index].index, value);
        else
            put_example(seek, table, name, (struct dwr_str){ value.p, value.n });
    }
}

static void examples_of_test(struct seek *seek, const struct ast_test *test)
{
    static const enum ast_kind documents[] = { AST_TEST_BASE, AST_TEST_SERVER, AST_TEST_CLIENT };

    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        const struct ast_stmt *s = test->block.of[documents[i]];
        const struct ast_value *value = s ? &AST_AS(ast_given, s)->value : NULL;

        if (value && value->kind == AST_VALUE_OBJECT)
            examples_of_object(seek, DWR_NONE, (struct dwr_text){ value->text.p, value->text.n });
    }
}

void examples_begin(struct seek *seek)
{
    const struct ast_ruleset *ast = seek->cover->ast;

    seek->examples.count = 0;
    for (const struct ast_stmt *s = ast->top.of[AST_TEST]; s; s = s->same) {
        const struct ast_test *test = AST_AS(ast_test, s);

        if (dwr_doctype_find(seek->cover->rules, test->doctype.text.p, test->doctype.text.n) ==
            seek->d)
            examples_of_test(seek, test);
    }
}
