/* custom.c - what a site adds to DocTypes: Custom Fields and Property Setters.
 *
 * Apps ship them as documents (fixtures/custom_field.json, fixtures/property_setter.json, a list
 * each) or as Customize Form exports them (custom/sales_order.json: an object with `custom_fields`
 * and `property_setters`, of the DocType and of its tables' rows). What is said of a DocType that
 * no definition gives is passed over, and so is a Custom Field whose name the definition has, for
 * it came into the definition later. Of what is said twice the last stands, as when Frappe
 * installs it. */
#include <stdlib.h>
#include <string.h>

#include "schema_parts.h"
#include "str.h"

/* --- reading --- */

void schema_custom_begin(struct schema_reader *r, struct schema_custom *custom)
{
    *custom = (struct schema_custom){ .first = r->file->custom_count };
}

/* A text, or a number or truth value as written. */
static struct dwr_str value_text(struct schema_reader *r)
{
    const char kind = json_pull_kind(&r->json);
    const uint32_t begin = r->json.at;

    if (kind == '"')
        return schema_text(r, NULL);
    json_pull_skip(&r->json);
    if (r->json.fault != NULL || kind == '{' || kind == '[' || kind == 'n')
        return (struct dwr_str){ NULL, 0 };
    return (struct dwr_str){ r->json.text + begin, r->json.at - begin };
}

static void keep(struct schema_reader *r, const struct schema_custom *custom)
{
    struct schema_file *file = r->file;

    if (custom->is_setter ? custom->field_name.n == 0 || custom->value.p == NULL
                          : custom->field.name.n == 0 || custom->field.type.p == NULL)
        return;
    if (file->custom_count == file->custom_capacity) {
        const uint32_t capacity = file->custom_capacity == 0 ? 16 : file->custom_capacity * 2;

        file->custom = arena_grow(r->arena, file->custom, file->custom_capacity, capacity,
                                  sizeof *file->custom);
        file->custom_capacity = capacity;
    }
    file->custom[file->custom_count++] = *custom;
}

/* A member of a document: a Custom Field's or a Property Setter's. */
static void read_member(struct schema_reader *r, struct json_string name,
                        struct schema_custom *custom)
{
    if (json_pull_is(&r->json, name, "dt") || json_pull_is(&r->json, name, "doc_type"))
        custom->doctype = schema_text(r, NULL);
    else if (json_pull_is(&r->json, name, "field_name"))
        custom->field_name = schema_text(r, NULL);
    else if (json_pull_is(&r->json, name, "property"))
        custom->property = schema_text(r, NULL);
    else if (json_pull_is(&r->json, name, "value"))
        custom->value = value_text(r);
    else
        schema_field_member(r, name, &custom->field);
}

/* The documents of an export, which need not say what they are. */
static void read_list(struct schema_reader *r, bool setters)
{
    if (!json_pull_enter(&r->json, '[')) {
        json_pull_skip(&r->json);
        return;
    }
    while (json_pull_element(&r->json)) {
        struct schema_custom custom = { .is_setter = setters };
        struct json_string name;

        if (!json_pull_enter(&r->json, '{')) {
            json_pull_skip(&r->json);
            continue;
        }
        while (json_pull_member(&r->json, &name))
            read_member(r, name, &custom);
        keep(r, &custom);
    }
}

void schema_custom_member(struct schema_reader *r, struct json_string name,
                          struct schema_custom *custom)
{
    const bool setters = json_pull_is(&r->json, name, "property_setters");

    if (setters || json_pull_is(&r->json, name, "custom_fields")) {
        custom->is_export = true;
        read_list(r, setters);
    } else {
        read_member(r, name, custom);
    }
}

bool schema_custom_end(struct schema_reader *r, struct dwr_str doctype,
                       struct schema_custom *custom)
{
    if (custom->is_export) {
        for (uint32_t i = custom->first; i < r->file->custom_count; i++)
            if (r->file->custom[i].doctype.n == 0)
                r->file->custom[i].doctype = doctype;
        return true;
    }
    custom->is_setter = str_is(doctype, "Property Setter");
    if (!custom->is_setter && !str_is(doctype, "Custom Field"))
        return false;
    keep(r, custom);
    return true;
}

/* --- applying --- */

/* What is said of a DocType, by its place among them. */
struct said {
    uint32_t doctype, order;
    const struct schema_custom *custom;
};

static int by_doctype(const void *a, const void *b)
{
    const struct said *x = a, *y = b;

    if (x->doctype != y->doctype)
        return x->doctype < y->doctype ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* As Frappe reads what is kept as text. */
static bool says_yes(struct dwr_str value)
{
    return str_is(value, "true") || (value.n > 0 && value.p[0] >= '1' && value.p[0] <= '9');
}

static void set(struct arena *arena, struct schema_field *field, const struct schema_custom *custom)
{
    struct schema_field as = *field;

    switch (schema_member(custom->property)) {
    case SCHEMA_MEMBER_FIELDTYPE:
        as.type = custom->value;
        if (!schema_typed(arena, &as))
            return; /* no field becomes layout */
        break;
    case SCHEMA_MEMBER_OPTIONS:
        as.options = custom->value;
        schema_typed(arena, &as);
        break;
    case SCHEMA_MEMBER_LABEL:
        as.label = custom->value;
        break;
    case SCHEMA_MEMBER_REQD:
        as.required = says_yes(custom->value);
        break;
    case SCHEMA_MEMBER_READ_ONLY:
        as.read_only = says_yes(custom->value);
        break;
    case SCHEMA_MEMBER_UNIQUE:
        as.unique = says_yes(custom->value);
        break;
    case SCHEMA_MEMBER_HIDDEN:
        as.hidden = says_yes(custom->value);
        break;
    case SCHEMA_MEMBER_FETCH_FROM:
        as.fetched = custom->value.n > 0;
        break;
    case SCHEMA_MEMBER_FETCH_IF_EMPTY:
        as.fetched_if_empty = says_yes(custom->value);
        break;
    case SCHEMA_MEMBER_FIELDNAME:
    case SCHEMA_MEMBER_IS_VIRTUAL:
    case SCHEMA_MEMBER_OTHER:
        return;
    }
    *field = as;
}

/* The definition's fields, those that are added, and then what is set. */
static void customize(struct arena *arena, struct schema_doctype *doctype, const struct said *said,
                      uint32_t count)
{
    const uint32_t own = doctype->field_count;
    const struct schema_field *const defined = doctype->fields;
    struct schema_field *fields = arena_array(arena, own + count, sizeof *fields);
    uint32_t *slots = schema_slots(arena, own + count, &doctype->slot_mask);

    doctype->fields = fields;
    doctype->slots = slots;
    doctype->field_count = 0;
    for (uint32_t i = 0; i < own; i++)
        schema_put(doctype, fields, slots, &defined[i]);
    for (uint32_t i = 0; i < count; i++) {
        struct schema_field field = said[i].custom->field;
        const struct schema_field *first;

        if (said[i].custom->is_setter || !schema_typed(arena, &field))
            continue;
        first = schema_put(doctype, fields, slots, &field);
        if (first != NULL && first >= fields + own)
            fields[first - fields] = field;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct schema_custom *custom = said[i].custom;
        const struct schema_field *field =
            custom->is_setter ? schema_field(doctype, custom->field_name) : NULL;

        if (field != NULL)
            set(arena, &fields[field - fields], custom);
    }
}

void schema_customize(struct arena *arena, const struct schemas *schemas, struct schema_doctype *v,
                      const struct schema_file *files, uint32_t file_count)
{
    uint32_t count = 0, total = 0;
    struct said *said;

    for (uint32_t i = 0; i < file_count; i++)
        total += files[i].custom_count;
    if (total == 0)
        return;
    said = arena_array(arena, total, sizeof *said);
    for (uint32_t i = 0; i < file_count; i++)
        for (uint32_t k = 0; k < files[i].custom_count; k++) {
            const struct schema_custom *custom = &files[i].custom[k];
            const struct schema_doctype *doctype = schema_find(schemas, custom->doctype);

            if (doctype != NULL) {
                said[count] = (struct said){ (uint32_t)(doctype - v), count, custom };
                count++;
            }
        }
    qsort(said, count, sizeof *said, by_doctype);
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && said[end].doctype == said[i].doctype;)
            end++;
        customize(arena, &v[said[i].doctype], &said[i], end - i);
    }
}
