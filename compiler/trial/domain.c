/* domain.c - which values of a field are tried. First the literals that the rules compare it with,
 * then values of the kind that its rule, the schema or its use wants, until three differ. */
#include "domain.h"

#include "kinds.h"
#include "literals.h"
#include "near.h"
#include "out.h"
#include "str.h"
#include "trial.h"

/* Values besides unset and the literals: so many are put until there are this many that are set. */
enum { SET_VALUES = 3 };

/* No condition names it. */
#define OTHER_ROLE "\"another role\""

struct domain_build {
    struct arena *arena;
    struct dwr_str *v;
    uint32_t count, capacity;
    /* The field that is asked about; literals are collected for it. */
    const struct dwr_doctype *doctype;
    uint16_t field;
    uint8_t side; /* instead of a field: a role or the user; else DWR_SIDE_VALUE */
    bool ordered, against_user;
    bool against_server_role, against_client_role;
    struct near_values cuts; /* literals that values are compared with by order */
};

static bool put(struct domain_build *b, struct dwr_str value)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (trial_equal(b->arena, (struct dwr_text){ b->v[i].p, b->v[i].n },
                        (struct dwr_text){ value.p, value.n }))
            return false;
    if (b->count == UINT16_MAX)
        return false;
    if (b->count == b->capacity) {
        b->v = arena_grow(b->arena, b->v, b->capacity, 2 * b->capacity + 8, sizeof *b->v);
        b->capacity = 2 * b->capacity + 8;
    }
    b->v[b->count++] = value;
    return true;
}

static struct domain_build begin(struct arena *arena, const struct dwr_doctype *doctype)
{
    struct domain_build b = { .arena = arena, .doctype = doctype, .field = DWR_NONE };

    put(&b, str_of("null"));
    return b;
}

static struct domain end(const struct domain_build *b)
{
    return (struct domain){ b->v, (uint16_t)b->count };
}

/* --- literals --- */

static void put_near(struct domain_build *b, struct near_values values)
{
    for (uint32_t i = 0; i < values.count; i++)
        put(b, values.v[i]);
}

static void take_literal(void *context, const struct literal *l)
{
    struct domain_build *b = context;
    const bool mine = b->side != DWR_SIDE_VALUE ? l->side == b->side
                                                : l->field == b->field && l->field != DWR_NONE;

    if (!mine)
        return;
    if (l->other.side == DWR_SIDE_CLIENT_USER)
        b->against_user = true;
    b->against_server_role = b->against_server_role || l->other.side == DWR_SIDE_SERVER_ROLE;
    b->against_client_role = b->against_client_role || l->other.side == DWR_SIDE_CLIENT_ROLE;
    b->ordered = b->ordered || l->ordered;
    if (!l->value.p)
        return;
    put(b, l->value);
    if (l->ordered)
        near_put(b->arena, &b->cuts, l->value);
}

/* A field that is compared with another one must be able to have its values. */
static void take_others_literals(void *context, const struct literal *l)
{
    struct domain_build *b = context;
    struct domain_build other = *b;

    if (l->field != b->field || l->field == DWR_NONE || l->value.p ||
        l->other.side == DWR_SIDE_VALUE || l->other.side >= DWR_SIDE_DOC)
        return;
    other.field = l->other.field;
    literals_each(b->doctype, take_literal, &other);
    other.field = b->field;
    other.ordered = b->ordered;
    other.against_user = b->against_user;
    other.against_server_role = b->against_server_role;
    other.against_client_role = b->against_client_role;
    *b = other;
}

static void put_roles_of(struct domain_build *b, enum dwr_operand_side side)
{
    struct domain_build roles = *b;

    roles.side = (uint8_t)side;
    roles.field = DWR_NONE;
    literals_each(b->doctype, take_literal, &roles);
    b->v = roles.v;
    b->count = roles.count;
    b->capacity = roles.capacity;
    put(b, str_of(OTHER_ROLE));
}

/* What is compared with a role must be able to name one: those of conditions, and another. */
static void put_roles(struct domain_build *b)
{
    if (b->against_server_role)
        put_roles_of(b, DWR_SIDE_SERVER_ROLE);
    if (b->against_client_role)
        put_roles_of(b, DWR_SIDE_CLIENT_ROLE);
}

/* The literals that the field is compared with, then what is near them: all that conditions tell
 * apart but for a value that they do not name. */
static void put_literals(struct domain_build *b)
{
    const uint32_t first = b->count;
    uint32_t literals;

    literals_each(b->doctype, take_literal, b);
    literals_each(b->doctype, take_others_literals, b);
    put_roles(b);
    literals = b->count;
    put_near(b, near_gaps(b->arena, &b->cuts));
    for (uint32_t i = first; i < literals; i++)
        put_near(b, near_variants(b->arena, b->v[i]));
}

/* --- values of a kind --- */

static void put_fillers(struct domain_build *b, enum kind kind)
{
    uint32_t others = 0;

    for (int i = 0; i < FILLERS && kind_values[kind][i]; i++)
        if ((b->count <= SET_VALUES || others == 0) && put(b, str_of(kind_values[kind][i])))
            others++;
}

/* "Customer 1": a document of the DocType that a field links to. */
static void put_links(struct domain_build *b, struct dwr_str doctype)
{
    for (int i = 1; i <= SET_VALUES; i++) {
        struct out_memory m;

        out_memory_begin(&m, b->arena);
        out_char(&m.out, '"');
        out_json_text(&m.out, doctype);
        out_char(&m.out, ' ');
        out_number(&m.out, (uint64_t)i);
        out_char(&m.out, '"');
        put(b, out_memory_bytes(&m));
    }
}

static struct dwr_str option(struct domain_build *b, const struct schema_field *f, uint16_t i)
{
    struct out_memory m;

    out_memory_begin(&m, b->arena);
    out_char(&m.out, '"');
    out_json_text(&m.out, f->select[i]);
    out_char(&m.out, '"');
    return out_memory_bytes(&m);
}

static void put_options(struct domain_build *b, const struct schema_field *f)
{
    for (uint16_t i = 0; i < f->select_count && i <= SET_VALUES; i++)
        put(b, option(b, f, i));
}

static void put_seen(struct domain_build *b, enum kind unless_said, const struct schema_field *f)
{
    if (f && f->kind == SCHEMA_SELECT && f->select_count > 1)
        put_options(b, f);
    else if (f && f->kind == SCHEMA_LINK && f->options.p)
        put_links(b, f->options);
    else
        put_fillers(b, f && f->kind != SCHEMA_OTHER && f->kind != SCHEMA_DATA ? kind_of_schema(f)
                                                                              : unless_said);
}

static void put_list(struct domain_build *b, const struct dwr_rule *rule)
{
    static const char *const plain[] = { "[\"a\"]", "[\"b\"]", "[\"a\",\"b\"]", "[\"b\",\"c\"]" };
    static const char *const keyed[] = { "[{\"%s\":\"A\",\"value\":1}]",
                                         "[{\"%s\":\"A\",\"value\":2}]",
                                         "[{\"%s\":\"A\",\"value\":1},{\"%s\":\"B\",\"value\":1}]",
                                         "[{\"%s\":\"B\",\"value\":2}]" };
    struct out_memory m;
    const char *key;

    if (!rule->key.p) {
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            put(b, str_of(plain[i]));
        return;
    }
    out_memory_begin(&m, b->arena);
    out_json_text(&m.out, rule->key);
    key = arena_copy(b->arena, out_memory_bytes(&m).p, out_memory_bytes(&m).n);
    put(b, arena_printf(b->arena, keyed[0], key));
    put(b, arena_printf(b->arena, keyed[1], key));
    put(b, arena_printf(b->arena, keyed[2], key, key));
    put(b, arena_printf(b->arena, keyed[3], key));
}

/* The ranks, then values of no rank. */
static void put_ranked(struct domain_build *b, const struct dwr_rule *rule,
                       const struct schema_field *f)
{
    struct near_values numbers = { NULL, 0, 0 };
    bool unranked = false;

    for (uint16_t i = 0; i < rule->ranked_count; i++) {
        put(b, rule->ranked[i]);
        if (rule->ranked[i].p[0] != '"')
            near_put(b->arena, &numbers, rule->ranked[i]);
    }
    put_near(b, near_gaps(b->arena, &numbers));
    if (!f || f->kind != SCHEMA_SELECT)
        put(b, str_of("\"no rank\""));
    for (uint16_t i = 0; f && i < f->select_count && !unranked; i++)
        unranked = put(b, option(b, f, i));
}

/* A value that the rule alone decides on; false: it takes any. */
static bool put_for_rule(struct domain_build *b, const struct dwr_rule *rule,
                         const struct schema_field *f)
{
    switch (rule->kind) {
    case DWR_RULE_MERGE_TEXT:
        for (int i = 0; i < FILLERS - 1; i++)
            put(b, str_of(kind_values[KIND_TEXT][i]));
        return true;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        put_list(b, rule);
        return true;
    case DWR_RULE_SUM:
        put_fillers(b, KIND_NUMBER);
        return true;
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        if (rule->ranked_count > 0)
            put_ranked(b, rule, f);
        else
            put_seen(b, KIND_NUMBER, f);
        return true;
    default:
        return false;
    }
}

static void put_plain(struct domain_build *b, enum kind kind, const struct schema_field *f)
{
    if (b->against_user)
        kind = KIND_USER;
    else if (b->count > 1)
        kind = kind_of_literal(b->v[1]);
    if (b->against_user || b->ordered)
        f = NULL;
    put_seen(b, kind, f);
}

/* --- tables --- */

static struct dwr_str member_value(struct domain_build *b, uint16_t table_index, uint16_t member,
                                   unsigned which, const struct schema_doctype *rows)
{
    const struct domain d = domain_of_member(b->arena, b->doctype, table_index, member, rows);

    return d.values[1 + which % (d.count - 1u)];
}

static bool is_key(const struct dwr_table *table, uint16_t member)
{
    for (uint16_t i = 0; i < table->key_count; i++)
        if (table->key[i] == member)
            return true;
    return false;
}

/* A member that no rule names, so that rows of one key can differ where no other may. */
static void put_other_member(struct trial_doc *row, const struct dwr_table *table,
                             const struct schema_doctype *rows, unsigned other)
{
    const struct schema_field *f = NULL;
    struct dwr_str name = str_of("note");

    for (uint32_t i = 0; rows && i < rows->field_count && !f; i++) {
        f = &rows->fields[i];
        for (uint16_t k = 0; k < table->names.count; k++)
            if (f && table->names.v[k].name.n == f->name.n &&
                memcmp(table->names.v[k].name.p, f->name.p, f->name.n) == 0)
                f = NULL;
    }
    if (f)
        name = f->name;
    trial_doc_put(row, name, str_of(kind_values[f ? kind_of_schema(f) : KIND_WORD][other % 2]));
}

/* One row: which key (0: none), which of the other values. */
static struct dwr_str row_of(struct domain_build *b, uint16_t table_index, unsigned key,
                             unsigned other, const struct schema_doctype *rows)
{
    const struct dwr_table *table = &b->doctype->tables[table_index];
    struct trial_doc row;
    bool named = false;
    struct dwr_text text;

    trial_doc_start(&row, b->arena);
    for (uint16_t i = 0; i < table->names.count; i++) {
        const struct dwr_name *name = &table->names.v[i];
        const bool keyed = is_key(table, i);

        if (name->role == DWR_NAME_META || (keyed && key == 0))
            continue;
        trial_doc_put(&row, name->name,
                      member_value(b, table_index, i, keyed ? key - 1 : other, rows));
        named = named || (!keyed && i != table->order_by);
    }
    if (!named)
        put_other_member(&row, table, rows, other);
    text = trial_doc_end(&row);
    return (struct dwr_str){ text.p, text.n };
}

static void put_rows(struct domain_build *b, struct dwr_str first, struct dwr_str second)
{
    if (second.p)
        put(b,
            arena_printf(b->arena, "[%.*s,%.*s]", (int)first.n, first.p, (int)second.n, second.p));
    else
        put(b, arena_printf(b->arena, "[%.*s]", (int)first.n, first.p));
}

static void put_tables(struct domain_build *b, uint16_t table_index,
                       const struct schema_doctype *rows)
{
    const struct dwr_str absent = { NULL, 0 };
    const struct dwr_str a = row_of(b, table_index, 1, 0, rows);
    const struct dwr_str a2 = row_of(b, table_index, 1, 1, rows);
    const struct dwr_str other = row_of(b, table_index, 2, 0, rows);
    const struct dwr_str no_key = row_of(b, table_index, 0, 0, rows);

    put(b, str_of("[]"));
    put_rows(b, a, absent);
    put_rows(b, a2, absent);
    put_rows(b, a, other);
    put_rows(b, other, a);
    put_rows(b, a, a2);
    put_rows(b, no_key, absent);
}

/* --- the questions --- */

static const struct schema_field *find_field(const struct schema_doctype *schema,
                                             struct dwr_str name)
{
    for (uint32_t i = 0; schema && i < schema->field_count; i++)
        if (schema->fields[i].name.n == name.n &&
            memcmp(schema->fields[i].name.p, name.p, name.n) == 0)
            return &schema->fields[i];
    return NULL;
}

static void put_unit(struct domain_build *b, const struct dwr_unit *unit,
                     const struct schema_field *f, enum kind kind)
{
    bool decided = false;

    for (uint16_t i = 0; i < unit->rule_count; i++)
        decided = put_for_rule(b, &unit->rules[i], f) || decided;
    if (!decided)
        put_plain(b, kind, f);
}

struct domain domain_of_field(struct arena *arena, const struct dwr_doctype *doctype,
                              uint16_t field, const struct schema_doctype *schema)
{
    const struct dwr_name *name = &doctype->names.v[field];
    const struct schema_field *f = find_field(schema, name->name);
    struct domain_build b = begin(arena, doctype);
    enum kind kind = KIND_WORD;

    b.field = field;
    if (name->role == DWR_NAME_TABLE) {
        put_tables(&b, name->index, f ? f->rows : NULL);
        put_literals(&b);
        return end(&b);
    }
    if (!kind_of_use(doctype, field, &kind))
        sync_layers_kind(name->name, &kind);
    if (name->role == DWR_NAME_COUNT || name->role == DWR_NAME_VERSION)
        kind = KIND_NUMBER;
    put_literals(&b);
    if (name->role == DWR_NAME_UNIT)
        put_unit(&b, &doctype->units[name->index], f, kind);
    else if (name->role != DWR_NAME_FREE || !put_for_rule(&b, &doctype->free_rule, f))
        put_plain(&b, kind, f);
    return end(&b);
}

struct domain domain_of_member(struct arena *arena, const struct dwr_doctype *doctype,
                               uint16_t table, uint16_t member, const struct schema_doctype *schema)
{
    const struct dwr_table *t = &doctype->tables[table];
    const struct dwr_name *name = &t->names.v[member];
    const struct schema_field *f = find_field(schema, name->name);
    struct domain_build b = begin(arena, doctype);

    if (t->order_by == member)
        put_fillers(
            &b, f && (f->kind == SCHEMA_DATE || f->kind == SCHEMA_TIME || f->kind == SCHEMA_NUMBER)
                    ? kind_of_schema(f)
                    : KIND_DATETIME);
    else if (name->role == DWR_NAME_UNIT)
        put_unit(&b, &t->units[name->index], f, KIND_WORD);
    else if (t->same_key != DWR_SAME_KEY_FIELDS || is_key(t, member) ||
             !put_for_rule(&b, &t->otherwise, f))
        put_plain(&b, KIND_WORD, f);
    return end(&b);
}

struct domain domain_of_roles(struct arena *arena, const struct dwr_doctype *doctype, bool client)
{
    struct domain_build b = begin(arena, doctype);

    b.side = client ? DWR_SIDE_CLIENT_ROLE : DWR_SIDE_SERVER_ROLE;
    literals_each(doctype, take_literal, &b);
    put_near(&b, near_roles(arena, doctype, client));
    put(&b, str_of(OTHER_ROLE));
    return end(&b);
}

struct domain domain_of_users(struct arena *arena, const struct dwr_doctype *doctype)
{
    struct domain_build b = begin(arena, doctype);

    b.side = DWR_SIDE_CLIENT_USER;
    literals_each(doctype, take_literal, &b);
    put(&b, str_of(kind_values[KIND_USER][0]));
    put(&b, str_of(kind_values[KIND_USER][1]));
    return end(&b);
}

struct domain domain_of_instants(struct arena *arena)
{
    struct domain_build b = begin(arena, NULL);

    for (int i = 0; i < SET_VALUES; i++)
        put(&b, str_of(kind_values[KIND_DATETIME][i]));
    return end(&b);
}
