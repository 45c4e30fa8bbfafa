/* rows.c - child tables: rows that both changed where nothing is said (DW2011), keys that may be
 * missing (DW2007), order that is missing or wrong (DW2008, DW2009), tables that are no child
 * (DW2010). */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

/* Both sides set a member of one row: is the device's value gone, and nobody asked? */
static bool row_is_lost(struct lint *l, struct lint_case *c, const struct dwr_table *table,
                        const struct schema_doctype *rows, struct dwr_str field,
                        struct dwr_str office, struct dwr_str device)
{
    const struct dwr_str member = lint_plain_member(table, rows, 0);

    lint_put(c, field, lint_list(l, lint_row_of(l, table, rows, 1, member, none), none),
             lint_list(l, lint_row_of(l, table, rows, 1, member, office), none),
             lint_list(l, lint_row_of(l, table, rows, 1, member, device), none));
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    return lint_try(l, c) && !lint_is_asked(c, field) &&
           !lint_result_has(c, field, lint_as_member(l, member, device));
}

/* --- DW2011: on_same_key is not said --- */

static void same_key_is_said(struct lint *l, const struct ast_child *child,
                             const struct dwr_table *table, const struct schema_doctype *rows)
{
    const struct dwr_str field = child->field.text;
    const struct dwr_str member = lint_plain_member(table, rows, 0);
    const struct ast_stmt *key = child->block.of[AST_KEY];
    struct lint_case c = lint_case_begin(l);
    struct dwr_str office, device;
    struct diag_finding *finding;

    if (child->block.of[AST_ON_SAME_KEY] || table->append_only || !key || !member.p)
        return;
    lint_member_values(l, rows, member, &office, &device);
    if (!row_is_lost(l, &c, table, rows, field, office, device))
        return;
    finding =
        lint_found(l, DIAG_SAME_KEY_UNSAID, child->field.span, field,
                   "'%.*s' says nothing about a row that both sides changed", LINT_TEXT(field));
    diag_help(l->diag, finding,
              "the server's row stands, as a whole; on_same_key fields { otherwise server_wins; } "
              "decides member by member, and takes rules for some of them");
    lint_say_behind(l, finding, key, "on_same_key server_wins;");
    lint_show(l, finding, &c,
              "A user changed a row of %.*s offline; meanwhile the office changed the "
              "same row: the office's row stands, and the user's is only in the field report.",
              LINT_TEXT(field));
    lint_kept(l, finding, lint_member_label(l, &c, field, member), office, "the office's");
    lint_gone(l, finding, lint_member_label(l, &c, field, member), device, "the user's");
}

/* --- DW2007: an append-only table whose key may be missing --- */

static bool key_is_required(const struct dwr_table *table, const struct schema_doctype *rows)
{
    for (uint16_t i = 0; i < table->key_count; i++) {
        const struct schema_field *f = schema_field(rows, table->names.v[table->key[i]].name);

        if (!f || f->required)
            return true; /* `name`, which every row has, is no field of the schema */
    }
    return false;
}

static void key_is_there(struct lint *l, const struct ast_child *child,
                         const struct dwr_table *table, const struct schema_doctype *rows)
{
    const struct ast_stmt *key = child->block.of[AST_KEY];
    const struct dwr_str field = child->field.text;
    struct lint_case c = lint_case_begin(l);
    struct dwr_str first, second, office, device, unused;
    struct lint_row stored, sent;
    struct diag_finding *finding;

    if (!table->append_only || !rows || !key || key_is_required(table, rows))
        return;
    first = lint_plain_member(table, rows, 0);
    second = lint_plain_member(table, rows, 1);
    if (!second.p || str_same(first, second))
        return;
    lint_member_values(l, rows, second, &office, &device);
    lint_member_values(l, rows, first, &unused, &device);
    stored = lint_row_begin(l, NULL, rows, 1);
    lint_row_put(&stored, first, device);
    lint_row_put(&stored, second, office);
    sent = lint_row_begin(l, NULL, rows, 1);
    lint_row_put(&sent, first, device);
    lint_put(&c, field, str_of("[]"), lint_list(l, lint_row_end(&stored), none),
             lint_list(l, lint_row_end(&sent), none));
    if (!lint_try(l, &c) ||
        lint_count(lint_result(&c, field), lint_as_member(l, first, device)) != 2)
        return;
    finding = lint_found(l, DIAG_KEY_NOT_REQUIRED, AST_AS(ast_fields, key)->fields.v[0].span, field,
                         "'%.*s' is added to only, and its rows need not have the key '%.*s'",
                         LINT_TEXT(field), LINT_TEXT(AST_AS(ast_fields, key)->fields.v[0].text));
    diag_help(l->diag, finding,
              "mark it reqd in %.*s, or take `name`, which every row has, as the key",
              LINT_TEXT(rows->path));
    lint_show(
        l, finding, &c,
        "A device sends a row of %.*s without %.*s, and again because the answer "
        "was lost; the office has added to the stored row in between: the row is there twice.",
        LINT_TEXT(field), LINT_TEXT(AST_AS(ast_fields, key)->fields.v[0].text));
    lint_kept(l, finding, field, lint_result(&c, field), "one row, stored twice");
    lint_gone(l, finding, field, lint_cell(&c, field)->server, "the table as it should be");
}

/* --- DW2008, DW2009: order --- */

/* Words that name lists people read from top to bottom. */
static bool is_read(struct dwr_str name)
{
    static const char *const words[] = { "messages", "comments", "log",        "logs",
                                         "history",  "timeline", "thread",     "transcript",
                                         "segments", "entries",  "activities", "events",
                                         "notes",    "remarks",  "updates",    NULL };

    return lint_has_one_of(name, words);
}

/* Does the name say when something was put down? A departure or a due date orders rows, too, but
 * says nothing about who wrote later. */
static bool says_written(struct dwr_str name)
{
    static const char *const words[] = { "at",       "timestamp", "datetime", "created",
                                         "creation", "changed",   "modified", "updated",
                                         "written",  "entered",   "added",    "recorded",
                                         "logged",   "posted",    "sent",     NULL };

    return lint_has_one_of(name, words);
}

/* The member that says when a row was made, or, so far as its name tells, when it was written: by
 * schema, or one that the rules name. */
static struct dwr_str moment_of(const struct dwr_table *table, const struct schema_doctype *rows,
                                bool written)
{
    for (uint32_t i = 0; rows && i < rows->field_count; i++)
        if (lint_member_kind(rows, rows->fields[i].name) == LINT_MOMENT &&
            (!written || says_written(rows->fields[i].name)))
            return rows->fields[i].name;
    for (uint16_t i = 0; !rows && i < table->names.count; i++)
        if (table->names.v[i].role != DWR_NAME_META &&
            lint_member_kind(NULL, table->names.v[i].name) == LINT_MOMENT)
            return table->names.v[i].name;
    return none;
}

/* A row whose key is its number and whose other member, where there is one, has that value. */
static struct dwr_str row_at(struct lint *l, const struct dwr_table *table,
                             const struct schema_doctype *rows, unsigned n, struct dwr_str member,
                             const char *value)
{
    struct lint_row row;

    if (!member.p)
        return lint_row_of(l, table, rows, n, member, none);
    if (!lint_is_key_part(table, member))
        return lint_row_of(l, table, rows, n, member, str_of(value));
    row = lint_row_begin(l, NULL, rows, n);
    for (uint16_t i = 0; i < table->key_count; i++) {
        const struct dwr_str name = table->names.v[table->key[i]].name;

        lint_row_put(&row, name,
                     str_same(name, member) ? str_of(value)
                                            : arena_printf(l->arena, "\"A-%u\"", n));
    }
    return lint_row_end(&row);
}

/* The office adds one row, the device another: does the later value stand before the earlier? */
static bool turns(struct lint *l, struct lint_case *c, const struct dwr_table *table,
                  const struct schema_doctype *rows, struct dwr_str member, const char *office,
                  const char *device, struct dwr_str field)
{
    struct dwr_str result;
    size_t at_office, at_device;

    *c = lint_case_begin(l);
    lint_put(c, field, str_of("[]"), lint_list(l, row_at(l, table, rows, 2, member, office), none),
             lint_list(l, row_at(l, table, rows, 1, member, device), none));
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    if (!lint_try(l, c))
        return false;
    result = lint_result(c, field);
    at_office = lint_find(result, str_of(office));
    at_device = lint_find(result, str_of(device));
    return at_office < result.n && at_device < result.n && at_office < at_device;
}

/* The device's row, then the office's. */
static struct dwr_str in_order(struct lint *l, struct lint_case *c, struct dwr_str field)
{
    const struct lint_cell *cell = lint_cell(c, field);

    return arena_printf(l->arena, "%.*s,%.*s", (int)cell->client.n - 1, cell->client.p,
                        (int)cell->server.n - 1, cell->server.p + 1);
}

static void list_has_an_order(struct lint *l, const struct ast_child *child,
                              const struct dwr_table *table, const struct schema_doctype *rows)
{
    static const char office[] = "\"2026-03-02T11:00:00Z\"", device[] = "\"2026-03-02T09:00:00Z\"";
    const struct dwr_str field = child->field.text;
    struct diag_finding *finding;
    struct dwr_str moment;
    struct lint_case c;

    if (table->order_by != DWR_NONE || (!table->append_only && !is_read(field)))
        return;
    moment = moment_of(table, rows, false);
    /* Without a schema a list that is called so has a moment nobody has named yet: the rows are
     * then told apart by their keys. */
    if (!moment.p && (rows || !is_read(field)))
        return;
    if (!turns(l, &c, table, rows, moment, moment.p ? office : "A-2", moment.p ? device : "A-1",
               field))
        return;
    finding = lint_found(l, DIAG_ORDER_MISSING, child->field.span, field,
                         "people read '%.*s' from top to bottom, and its rows have no order",
                         LINT_TEXT(field));
    if (moment.p)
        diag_help(l->diag, finding, "order_by %.*s;", LINT_TEXT(moment));
    else
        diag_help(l->diag, finding, "order_by the member that says when a row was written");
    lint_show(
        l, finding, &c,
        "A user added a row to %.*s at 9 o'clock, offline; the office added one at 11: the row "
        "of 9 o'clock comes after that of 11, where nobody looks for it.",
        LINT_TEXT(field));
    lint_kept(l, finding, field, lint_result(&c, field), "both rows, the later one first");
    lint_gone(l, finding, field, in_order(l, &c, field), "the order in which they were written");
}

/* Words that end the names of members that count rows. */
static bool is_count(struct dwr_str name)
{
    static const char *const words[] = { "no",   "nr",       "number",   "num", "idx",   "index",
                                         "seq",  "sequence", "position", "pos", "order", "rank",
                                         "line", "step",     "page",     NULL };

    return lint_has_one_of(name, words);
}

static void order_is_by_numbers(struct lint *l, const struct ast_child *child,
                                const struct dwr_table *table, const struct schema_doctype *rows)
{
    const struct dwr_str field = child->field.text;
    const struct schema_field *f;
    struct diag_finding *finding;
    struct dwr_str member;
    struct lint_case c;

    if (table->order_by == DWR_NONE || !rows)
        return;
    member = table->names.v[table->order_by].name;
    f = schema_field(rows, member);
    if (!f || (f->kind != SCHEMA_DATA && f->kind != SCHEMA_TEXT) || !is_count(member) ||
        !turns(l, &c, table, rows, member, "\"10\"", "\"9\"", field))
        return;
    finding = lint_found(
        l, DIAG_ORDER_OF_TEXT, AST_AS(ast_field, child->block.of[AST_ORDER_BY])->field.span, field,
        "'%.*s' counts the rows of '%.*s' and is kept as text: \"10\" comes before \"9\"",
        LINT_TEXT(member), LINT_TEXT(field));
    diag_help(l->diag, finding, "make it an Int in %.*s, or order by another member",
              LINT_TEXT(rows->path));
    lint_show(l, finding, &c,
              "A user added row 9 of %.*s offline, the office row 10: as texts, 10 stands "
              "before 9.",
              LINT_TEXT(field));
    lint_kept(l, finding, field, lint_result(&c, field), "both rows, the tenth first");
    lint_gone(l, finding, field, in_order(l, &c, field), "the order that is meant");
}

/* --- DW2016: rows of one key by their order, without one --- */

/* Semantics 6: the later row, the earlier one, by order_by; without it, always the server's. */
static void same_key_has_an_order(struct lint *l, const struct ast_child *child,
                                  const struct dwr_table *table, const struct schema_doctype *rows)
{
    const struct ast_stmt *said = child->block.of[AST_ON_SAME_KEY];
    const bool last = table->same_key == DWR_SAME_KEY_LAST_WRITE_WINS;
    const struct dwr_str field = child->field.text, member = lint_plain_member(table, rows, 0);
    const struct dwr_str moment = moment_of(table, rows, true);
    struct diag_finding *finding;
    struct dwr_str office, device, label;
    struct lint_case c = lint_case_begin(l);

    if (!said || !member.p || table->append_only || table->order_by != DWR_NONE ||
        (!last && table->same_key != DWR_SAME_KEY_FIRST_WRITE_WINS))
        return;
    lint_member_values(l, rows, member, &office, &device);
    c.dated = true;
    c.client_last = last;
    if (!row_is_lost(l, &c, table, rows, field, office, device))
        return;
    finding = lint_found(l, DIAG_SAME_KEY_UNORDERED, said->span, field,
                         "rows of '%.*s' have no order_by: %s_write_wins is always the server's",
                         LINT_TEXT(field), last ? "last" : "first");
    if (moment.p)
        diag_help(l->diag, finding, "order_by %.*s; or on_same_key server_wins;",
                  LINT_TEXT(moment));
    else
        diag_help(
            l->diag, finding,
            "order_by the member that says when a row was written; or on_same_key server_wins;");
    lint_show(l, finding, &c,
              "A user wrote in a row of %.*s offline, %s the office did: the office's row stands.",
              LINT_TEXT(field), last ? "later than" : "before");
    label = lint_member_label(l, &c, field, member);
    lint_kept(l, finding, label, office, "the office's, the %s of the two",
              last ? "earlier" : "later");
    lint_gone(l, finding, label, device, "the user's, the %s one", last ? "later" : "earlier");
}

void lint_rows(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_CHILD]; s; s = s->same) {
        const struct ast_child *child = AST_AS(ast_child, s);
        const struct dwr_table *table = lint_table(l, child->field.text);
        const struct schema_doctype *rows = lint_rows_of(l, child->field.text);

        if (!table)
            continue;
        same_key_is_said(l, child, table, rows);
        key_is_there(l, child, table, rows);
        list_has_an_order(l, child, table, rows);
        order_is_by_numbers(l, child, table, rows);
        same_key_has_an_order(l, child, table, rows);
    }
}

/* --- DW2010: a table of the schema that is no child --- */

/* Where the field's rule names it; without one, where the strategy is. */
static struct span decided_at(const struct lint *l, struct dwr_str field)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_rule, s)->fields.count; i++)
            if (str_same(AST_AS(ast_rule, s)->fields.v[i].text, field))
                return AST_AS(ast_rule, s)->fields.v[i].span;
    return lint_free_rule(l)->span;
}

static struct dwr_str whole_row(struct lint *l, const struct schema_doctype *rows, const char *name,
                                const char *value)
{
    struct lint_row row = lint_row_begin(l, NULL, rows, 1);

    lint_row_put(&row, str_of("name"), str_of(name));
    for (uint32_t i = 0; rows && i < rows->field_count; i++)
        if (rows->fields[i].kind == SCHEMA_DATA || rows->fields[i].kind == SCHEMA_LINK ||
            rows->fields[i].kind == SCHEMA_TEXT) {
            lint_row_put(&row, rows->fields[i].name, str_of(value));
            break;
        }
    return lint_row_end(&row);
}

static void table_is_whole(struct lint *l, const struct schema_field *f)
{
    const struct dwr_str old = whole_row(l, f->rows, "\"row-1\"", "\"planned\"");
    const struct dwr_str office = whole_row(l, f->rows, "\"row-2\"", "\"added in the office\"");
    const struct dwr_str device = whole_row(l, f->rows, "\"row-3\"", "\"added on site\"");
    struct lint_case c = lint_case_begin(l);
    const struct dwr_report *report;
    struct diag_finding *finding;
    bool client;

    lint_put(&c, f->name, lint_list(l, old, none), lint_list(l, old, office),
             lint_list(l, old, device));
    if (l->plan->lock)
        lint_assume(l, &c, l->plan->lock, false);
    if (!lint_try(l, &c) || lint_is_asked(&c, f->name))
        return;
    report = lint_report(&c, f->name);
    if (report && report->outcome == DWR_OUTCOME_REFUSED)
        return; /* not the client's to write */
    client = !lint_result_has(&c, f->name, device);
    if (!client && lint_result_has(&c, f->name, office))
        return;
    finding = lint_found(l, DIAG_WHOLE_TABLE, decided_at(l, f->name), f->name,
                         "'%.*s' is a table, and without `child` it is one value: rows of one side "
                         "are lost",
                         LINT_TEXT(f->name));
    diag_help(
        l->diag, finding,
        "child %.*s { key name;%s } %smerges it row by row; a better key is what two people would "
        "both write for the same row",
        LINT_TEXT(f->name),
        l->plan->strategy == DWR_STRATEGY_APPEND_ONLY
            ? ""
            : " on_same_key fields { otherwise server_wins; }",
        lint_name(l, f->name) && lint_name(l, f->name)->role == DWR_NAME_UNIT
            ? "in place of its rule "
            : "");
    lint_show(l, finding, &c,
              "A user added a row to %.*s offline, the office added another: only the "
              "%s's table is left.",
              LINT_TEXT(f->name), client ? "office" : "user");
    lint_kept(l, finding, f->name, lint_result(&c, f->name),
              client ? "the office's rows" : "the user's rows");
    lint_gone(l, finding,
              arena_printf(l->arena, "%.*s[%s]", LINT_TEXT(f->name), client ? "row-3" : "row-2"),
              client ? device : office, client ? "the user's row" : "the office's row");
}

void lint_whole_tables(struct lint *l)
{
    for (uint32_t i = 0; l->schema && i < l->schema->field_count; i++) {
        const struct schema_field *f = &l->schema->fields[i];
        const struct dwr_name *name = lint_name(l, f->name);

        if (f->kind == SCHEMA_TABLE && !f->read_only &&
            (!name || name->role == DWR_NAME_FREE || name->role == DWR_NAME_UNIT))
            table_is_whole(l, f);
    }
}
