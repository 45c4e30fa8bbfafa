/* free_names.c - the DocType that is looked at: what it is called where no rule names it, and the
 * names of fields that no rule of it names. */
#include "scenario_parts.h"

#include "str.h"

static bool is_free(struct seek *seek, struct dwr_str name)
{
    const unsigned index = dwr_names_find(&seek->d->names, name.p, name.n);

    return name.n > 0 && name.p[0] != '_' && index == DWR_NONE;
}

static void put_free_name(struct seek *seek, unsigned *count, struct dwr_str name)
{
    if (*count == 3 || !is_free(seek, name))
        return;
    for (unsigned i = 0; i < *count; i++)
        if (str_same(seek->free_names[i], name))
            return;
    seek->free_names[(*count)++] = name;
}

/* How well a field shows what becomes of any field, 0 best: a line of text that people write, of
 * which there can be three; a Select of one option has no other value to differ by. */
static int rank_of(const struct schema_field *field)
{
    const bool text = field->kind == SCHEMA_DATA ||
                      (field->kind == SCHEMA_SELECT && field->select_count >= HABIT_VALUES);
    const bool few = field->kind == SCHEMA_SELECT && field->select_count < HABIT_VALUES;

    if (field->kind == SCHEMA_TABLE || field->kind == SCHEMA_LAYOUT)
        return -1;
    return few ? 3 : !text ? 2 : field->read_only ? 1 : 0;
}

/* Three fields that no rule names: of the tests, of the schema, or, where there is none, made up.
 */
static void put_free_names(struct seek *seek)
{
    static const char *const made_up[] = { "title",   "description", "category",  "colour",
                                           "subject", "remarks_1",   "remarks_2", "remarks_3" };
    const struct schema_doctype *schema = seek->schema;
    unsigned count = 0;

    for (uint32_t i = 0; i < seek->examples.count; i++)
        if (seek->examples.v[i].table == DWR_NONE)
            put_free_name(seek, &count, seek->examples.v[i].name);
    for (int rank = 0; schema && rank < 4; rank++)
        for (uint32_t i = 0; i < schema->field_count; i++)
            if (rank_of(&schema->fields[i]) == rank)
                put_free_name(seek, &count, schema->fields[i].name);
    for (size_t i = 0; !schema && i < sizeof made_up / sizeof *made_up; i++)
        put_free_name(seek, &count, str_of(made_up[i]));
    /* Then those that the rules speak of without deciding them. */
    for (unsigned i = 0; i < seek->d->names.count && count < 3; i++)
        if (seek->d->names.v[i].role == DWR_NAME_FREE &&
            (!schema || schema_field(schema, seek->d->names.v[i].name)))
            seek->free_names[count++] = seek->d->names.v[i].name;
    seek->free_count = count; /* fewer where all that the schema has have rules */
}

/* Of the DocTypes that are not named, the first of those that are defined with the most fields;
 * where the definitions are not known, any name will do. */
static void put_unnamed(struct seek *seek)
{
    const struct schemas *schemas = seek->schemas;

    if (!schemas || schemas->broken)
        seek->name = str_of("Another DocType");
    for (uint32_t i = 0; schemas && i < schemas->count; i++) {
        const struct schema_doctype *one = &schemas->v[i];

        if (!one->is_table && !one->is_single &&
            dwr_doctype_find(seek->cover->rules, one->name.p, one->name.n) == seek->d &&
            (!seek->schema || one->field_count > seek->schema->field_count)) {
            seek->name = one->name;
            seek->schema = one;
        }
    }
}

void values_begin(struct seek *seek)
{
    seek->values = arena_zero(seek->arena, seek->d->names.count * sizeof *seek->values);
    seek->name = seek->type->name;
    seek->schema = NULL;
    if (seek->name.p)
        seek->schema = schema_find(seek->schemas, seek->name);
    else
        put_unnamed(seek);
    examples_begin(seek);
    put_free_names(seek);
}
