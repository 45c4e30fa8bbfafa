/* rowdocs.c - rows of a child table for a merge that is made up, and what a table is made of. */
#include "lint_parts.h"

#include "../../runtime/name_hash.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

const struct dwr_table *lint_table(const struct lint *l, struct dwr_str field)
{
    const struct dwr_name *name = lint_name(l, field);

    return name && name->role == DWR_NAME_TABLE ? &l->plan->tables[name->index] : NULL;
}

const struct schema_doctype *lint_rows_of(const struct lint *l, struct dwr_str field)
{
    const struct schema_field *f = l->schema ? schema_field(l->schema, field) : NULL;

    return f && f->kind == SCHEMA_TABLE ? f->rows : NULL;
}

enum lint_kind lint_member_kind(const struct schema_doctype *rows, struct dwr_str member)
{
    return lint_field_kind(rows ? schema_field(rows, member) : NULL, member);
}

void lint_member_values(struct lint *l, const struct schema_doctype *rows, struct dwr_str member,
                        struct dwr_str *office, struct dwr_str *device)
{
    const struct schema_field *f = rows ? schema_field(rows, member) : NULL;

    lint_values(lint_field_kind(f, member), office, device);
    if (f && f->kind == SCHEMA_CHECK) {
        *office = str_of("1");
        *device = str_of("0");
    } else if (f && f->kind == SCHEMA_SELECT && f->select_count > 1) {
        *office = lint_quoted(l, f->select[0]);
        *device = lint_quoted(l, f->select[1]);
    }
}

struct dwr_str lint_numbered(struct lint *l, const struct schema_doctype *rows,
                             struct dwr_str member, unsigned n)
{
    const struct schema_field *f = rows ? schema_field(rows, member) : NULL;

    if (str_is(member, "idx")) /* Frappe numbers the rows there */
        return arena_printf(l->arena, "%u", n);
    if (f && f->kind == SCHEMA_CHECK)
        return str_of(n % 2 ? "1" : "0");
    if (f && f->kind == SCHEMA_SELECT && n <= f->select_count && n > 0)
        return lint_quoted(l, f->select[n - 1]);
    switch (lint_field_kind(f, member)) {
    case LINT_NUMBER:
        return arena_printf(l->arena, "%u", n);
    case LINT_DATE:
        return arena_printf(l->arena, "\"2026-03-%02u\"", n % 28 + 1);
    case LINT_TIME:
        return arena_printf(l->arena, "\"%02u:00:00\"", (8 + n) % 24);
    case LINT_MOMENT:
        return arena_printf(l->arena, "\"2026-03-02T%02u:00:00Z\"", (8 + n) % 24);
    default:
        return arena_printf(l->arena, "\"A-%u\"", n);
    }
}

struct lint_row lint_row_begin(struct lint *l, const struct dwr_table *table,
                               const struct schema_doctype *rows, unsigned n)
{
    struct lint_row row = { .table = table };

    trial_doc_start(&row.doc, l->arena);
    for (uint16_t i = 0; table && i < table->key_count; i++) {
        const struct dwr_str name = table->names.v[table->key[i]].name;

        trial_doc_put(&row.doc, name, lint_numbered(l, rows, name, n));
    }
    return row;
}

void lint_row_put(struct lint_row *row, struct dwr_str member, struct dwr_str value)
{
    trial_doc_put(&row->doc, member, value);
}

struct dwr_str lint_row_end(struct lint_row *row)
{
    const struct dwr_text t = trial_doc_end(&row->doc);

    return (struct dwr_str){ t.p, t.n };
}

struct dwr_str lint_row_of(struct lint *l, const struct dwr_table *table,
                           const struct schema_doctype *rows, unsigned n, struct dwr_str member,
                           struct dwr_str value)
{
    struct lint_row row = lint_row_begin(l, table, rows, n);

    lint_row_put(&row, member, value);
    return lint_row_end(&row);
}

struct dwr_str lint_list(struct lint *l, struct dwr_str a, struct dwr_str b)
{
    if (!b.p)
        return arena_printf(l->arena, "[%.*s]", (int)a.n, a.p);
    return arena_printf(l->arena, "[%.*s,%.*s]", (int)a.n, a.p, (int)b.n, b.p);
}

const struct dwr_name *lint_row_name(const struct dwr_table *table, struct dwr_str member)
{
    const unsigned i = dwr_names_find(&table->names, member.p, member.n);

    return i == DWR_NONE ? NULL : &table->names.v[i];
}

bool lint_is_key_part(const struct dwr_table *table, struct dwr_str member)
{
    for (uint16_t i = 0; i < table->key_count; i++)
        if (str_same(table->names.v[table->key[i]].name, member))
            return true;
    return false;
}

bool lint_is_key(const struct dwr_table *table, struct dwr_str member)
{
    return lint_is_key_part(table, member) ||
           (table->order_by != DWR_NONE && str_same(table->names.v[table->order_by].name, member));
}

struct dwr_str lint_as_member(struct lint *l, struct dwr_str member, struct dwr_str value)
{
    return arena_printf(l->arena, "\"%.*s\":%.*s", (int)member.n, member.p, (int)value.n, value.p);
}

/* How much people miss what they wrote in the member, by the schema; 0: nobody writes it, or it is
 * no value that a made-up row can have. */
static unsigned worth(const struct schema_field *f)
{
    if (f->read_only)
        return 0;
    switch (f->kind) {
    case SCHEMA_TEXT:
        return 4;
    case SCHEMA_DATA:
    case SCHEMA_NUMBER:
        return 3;
    case SCHEMA_SELECT:
        return f->select_count < 2 ? 0 : 2;
    case SCHEMA_CHECK:
        return 1;
    case SCHEMA_TABLE:
    case SCHEMA_PASSWORD:
    case SCHEMA_LAYOUT:
        return 0;
    default:
        return 2;
    }
}

static struct dwr_str by_worth(const struct schema_doctype *rows, const struct dwr_table *table,
                               struct dwr_str key, unsigned nth)
{
    for (unsigned least = 4; least > 0; least--)
        for (uint32_t i = 0; i < rows->field_count; i++) {
            const struct schema_field *f = &rows->fields[i];

            if (worth(f) == least &&
                !(table ? lint_is_key(table, f->name) : str_same(key, f->name)) && nth-- == 0)
                return f->name;
        }
    return none;
}

struct dwr_str lint_plain_member(const struct dwr_table *table, const struct schema_doctype *rows,
                                 unsigned nth)
{
    struct dwr_str other[2] = { str_of("remark"), str_of("quantity") };
    unsigned found = 0;

    if (rows)
        return by_worth(rows, table, none, nth);
    for (uint16_t i = 0; i < table->names.count && found < 2; i++)
        if (table->names.v[i].role != DWR_NAME_META && !lint_is_key(table, table->names.v[i].name))
            other[found++] = table->names.v[i].name;
    return other[nth < 2 ? nth : 1];
}

struct dwr_str lint_plain_part(const struct schema_doctype *rows, struct dwr_str key)
{
    return rows ? by_worth(rows, NULL, key, 0) : str_of("remark");
}
