/* asks.c - questions to a person that close by themselves before the device they are about is back
 * (DW2004): who asks, and the merge that shows it.
 *
 * A person is asked by `manual`, by rows of one key, by rows that are held, by a slot that is taken
 * and by a strategy. When manual_timeout closes the question, the server's side stands: the value,
 * the row as the office has it, the table without the held row, the document without the write that
 * waited for its slot. */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

/* How the client's side waits. */
enum waiting {
    WAITS_APART,       /* in the conflict record; the server's stands */
    WAITS_PROVISIONAL, /* in the document, with the server's beside it */
    WAITS_ROW,         /* in the conflict record, as a row that was changed */
    WAITS_HELD,        /* likewise, one that was added */
    WAITS_SLOT         /* the whole write: the service sees it, and no merge of one document */
};

/* A question that is asked, with the merge that asks it. */
struct asked {
    enum waiting waiting;
    struct lint_case c;
    struct dwr_str field, member; /* member: of a row */
    struct dwr_str office, device;
};

static void assume_unlocked(struct lint *l, struct lint_case *c)
{
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
}

static bool is_asked_so(struct lint *l, struct asked *a, enum dwr_outcome outcome)
{
    const struct dwr_report *report;

    if (!lint_try(l, &a->c) || a->c.result.status != DWR_CONFLICT_MANUAL)
        return false;
    report = lint_report(&a->c, a->field);
    return report && report->outcome == outcome;
}

/* --- fields --- */

/* rule NULL: the strategy's. */
static bool field_asks(struct lint *l, struct asked *a, struct dwr_str field,
                       const struct dwr_unit *unit, const struct dwr_rule *rule)
{
    *a = (struct asked){ .c = lint_case_begin(l), .field = field };
    lint_member_values(l, l->schema, field, &a->office, &a->device);
    lint_put(&a->c, field, none, a->office, a->device);
    if (rule)
        lint_assume_rule(l, &a->c, unit, rule);
    else
        assume_unlocked(l, &a->c);
    if (!is_asked_so(l, a, DWR_OUTCOME_MANUAL))
        return false;
    a->waiting = lint_result_has(&a->c, field, a->device) ? WAITS_PROVISIONAL : WAITS_APART;
    return true;
}

static bool unit_asks(struct lint *l, struct asked *a)
{
    for (uint16_t i = 0; i < l->plan->unit_count; i++) {
        const struct dwr_unit *unit = &l->plan->units[i];

        for (uint16_t k = 0; k < unit->rule_count; k++)
            if (unit->rules[k].kind == DWR_RULE_MANUAL &&
                field_asks(l, a, l->plan->names.v[unit->fields[0]].name, unit, &unit->rules[k]))
                return true;
    }
    return false;
}

/* A field that is only in the schema, or in none: any other would be merged alike. */
static bool strategy_asks(struct lint *l, struct asked *a)
{
    if (l->plan->free_rule.kind != DWR_RULE_MANUAL)
        return false;
    for (uint16_t i = 0; i < l->plan->names.count; i++)
        if (l->plan->names.v[i].role == DWR_NAME_FREE &&
            field_asks(l, a, l->plan->names.v[i].name, NULL, NULL))
            return true;
    for (uint32_t i = 0; l->schema && i < l->schema->field_count; i++)
        if (!lint_name(l, l->schema->fields[i].name) &&
            field_asks(l, a, l->schema->fields[i].name, NULL, NULL))
            return true;
    return !l->schema && !lint_name(l, str_of("remark")) &&
           field_asks(l, a, str_of("remark"), NULL, NULL);
}

/* --- rows --- */

/* A row of number n with a value of the member; p NULL: without. */
static struct dwr_str row(struct lint *l, const struct asked *a, const struct dwr_table *table,
                          struct dwr_str value)
{
    return lint_list(l, lint_row_of(l, table, lint_rows_of(l, a->field), 1, a->member, value),
                     none);
}

static struct asked row_begin(struct lint *l, const struct dwr_table *table)
{
    struct asked a = { .c = lint_case_begin(l), .field = l->plan->names.v[table->field].name };
    const struct schema_doctype *rows = lint_rows_of(l, a.field);

    a.member = lint_plain_member(table, rows, 0);
    if (!a.member.p)
        a.member = str_of("remark"); /* a row has `name` and `idx` at least */
    lint_member_values(l, rows, a.member, &a.office, &a.device);
    return a;
}

/* Is the device's value in the table? */
static bool row_stands(struct lint *l, const struct asked *a)
{
    return lint_result_has(&a->c, a->field, lint_as_member(l, a->member, a->device));
}

static bool same_key_asks(struct lint *l, struct asked *a, const struct dwr_table *table)
{
    if (table->same_key != DWR_SAME_KEY_MANUAL || table->append_only)
        return false;
    *a = row_begin(l, table);
    a->waiting = WAITS_ROW;
    lint_put(&a->c, a->field, row(l, a, table, none), row(l, a, table, a->office),
             row(l, a, table, a->device));
    assume_unlocked(l, &a->c);
    return is_asked_so(l, a, DWR_OUTCOME_MANUAL) && !row_stands(l, a);
}

static bool hold_asks(struct lint *l, struct asked *a, const struct dwr_table *table)
{
    if (!table->hold)
        return false;
    *a = row_begin(l, table);
    a->waiting = WAITS_HELD;
    lint_put(&a->c, a->field, none, none, row(l, a, table, a->device));
    lint_assume(l, &a->c, table->hold, true);
    assume_unlocked(l, &a->c);
    return is_asked_so(l, a, DWR_OUTCOME_HELD) && !row_stands(l, a);
}

static bool table_asks(struct lint *l, struct asked *a)
{
    for (uint16_t i = 0; i < l->plan->table_count; i++)
        if (same_key_asks(l, a, &l->plan->tables[i]) || hold_asks(l, a, &l->plan->tables[i]))
            return true;
    return false;
}

/* --- slots --- */

static bool slot_asks(struct lint *l, struct asked *a)
{
    if (l->plan->no_overlap_count == 0)
        return false;
    *a = (struct asked){ .waiting = WAITS_SLOT,
                         .field = l->plan->names.v[l->plan->no_overlap[0].from.field].name };
    return true;
}

/* --- the finding --- */

/* The next DocType that asks, from *s on; it becomes the DocType at hand. */
static bool next_asked(struct lint *l, const struct ast_stmt **s, struct asked *a)
{
    for (; *s; *s = (*s)->same) {
        lint_doctype_at_hand(l, AST_AS(ast_doctype, *s));
        if (l->plan->offline.update &&
            (unit_asks(l, a) || strategy_asks(l, a) || table_asks(l, a) || slot_asks(l, a)))
            return true;
    }
    return false;
}

/* The strategy of `default`, where it asks: about DocTypes that the rules do not name. NULL: it
 * does not. */
static const struct ast_stmt *default_asks(const struct lint *l)
{
    const struct ast_stmt *said = l->ast->top.of[AST_DEFAULT];
    const struct dwr_doctype *unnamed = dwr_doctype_find(l->rules, "", 0);

    if (!said || unnamed->free_rule.kind != DWR_RULE_MANUAL || !unnamed->offline.update)
        return NULL;
    return AST_AS(ast_section, said)->block.of[AST_STRATEGY];
}

/* Notes where a person decides, from the DocType of s on: some places, and how many more. */
static void note_all(struct lint *l, struct diag_finding *finding, const struct ast_stmt *s,
                     struct span timeout)
{
    enum { NOTES = 3 };
    struct asked a;
    unsigned count = 0;

    for (; next_asked(l, &s, &a); s = s->same)
        if (count++ < NOTES)
            diag_note(l->diag, finding, l->doctype->name.span,
                      a.waiting == WAITS_SLOT
                          ? "a write whose '%.*s' is in a taken slot waits for a person here"
                          : "a person decides about '%.*s' here",
                      LINT_TEXT(a.field));
    if (count > NOTES)
        diag_note(l->diag, finding, timeout, "and in %u more DocTypes", count - NOTES);
}

static void show_row(struct lint *l, struct diag_finding *finding, const struct asked *a,
                     struct dwr_str after)
{
    const struct dwr_str label = lint_member_label(l, &a->c, a->field, a->member);
    const bool held = a->waiting == WAITS_HELD;

    lint_show(l, finding, &a->c,
              "A user %s a row of %.*s in a document of '%.*s' offline; it waits for a person, and "
              "the user was away again: after %.*s the question closes by itself, and %s.",
              held ? "added" : "wrote in", LINT_TEXT(a->field), LINT_TEXT(l->doctype->name.text),
              (int)after.n, after.p,
              held ? "the row is not added" : "the row stays as the office has it");
    if (!held)
        lint_kept(l, finding, label, a->office, "the office's, once the question closes");
    lint_gone(l, finding, label, a->device,
              "the user's, waiting in the conflict record until then");
}

static void show_field(struct lint *l, struct diag_finding *finding, const struct asked *a,
                       struct dwr_str after)
{
    if (a->waiting == WAITS_PROVISIONAL) {
        lint_show(l, finding, &a->c,
                  "A user wrote %.*s in a document of '%.*s' offline; it holds provisionally, and "
                  "the user was away again: after %.*s the question closes by itself, and the "
                  "office's value is put in its place.",
                  LINT_TEXT(a->field), LINT_TEXT(l->doctype->name.text), (int)after.n, after.p);
        lint_kept(l, finding, a->field, a->device, "the user's, until the question closes");
        return;
    }
    lint_show(
        l, finding, &a->c,
        "A user wrote %.*s in a document of '%.*s' offline; the conflict opened, and the user was "
        "away again: after %.*s it closes by itself, and the office's value stands.",
        LINT_TEXT(a->field), LINT_TEXT(l->doctype->name.text), (int)after.n, after.p);
    lint_kept(l, finding, a->field, lint_result(&a->c, a->field),
              "the office's, once the conflict closes");
    lint_gone(l, finding, a->field, a->device,
              "the user's, waiting in the conflict record until then");
}

static void show(struct lint *l, struct diag_finding *finding, const struct asked *a,
                 struct dwr_str after)
{
    if (a->waiting == WAITS_ROW || a->waiting == WAITS_HELD)
        show_row(l, finding, a, after);
    else if (a->waiting != WAITS_SLOT)
        show_field(l, finding, a, after);
}

void lint_manual_timeout(struct lint *l)
{
    const struct ast_setting *timeout = lint_setting(l, AST_SYNC, AST_MANUAL_TIMEOUT);
    const struct ast_stmt *s = l->ast->top.of[AST_DOCTYPE];
    const struct dwr_sync *sync = &l->rules->sync;
    struct diag_finding *finding;
    struct dwr_str after, away;
    const struct ast_stmt *unnamed = default_asks(l);
    bool found;
    struct asked a;

    if (!timeout || sync->manual_timeout_rule == DWR_RULE_CLIENT_WINS ||
        sync->manual_timeout_seconds >= sync->max_offline_seconds)
        return;
    found = next_asked(l, &s, &a);
    if (!found && !unnamed)
        return;
    after = lint_time_said(l, AST_MANUAL_TIMEOUT, sync->manual_timeout_seconds);
    away = lint_time_said(l, AST_MAX_OFFLINE, sync->max_offline_seconds);
    finding =
        diag_add(l->diag, DIAG_MANUAL_TIMEOUT, timeout->stmt.span,
                 "an open conflict closes after %.*s with the server's value, and its device may "
                 "be away for %.*s",
                 (int)after.n, after.p, (int)away.n, away.p);
    diag_subject(finding, none, none);
    diag_help(l->diag, finding,
              "manual_timeout %.*s then server_wins; or longer, or `then client_wins`", (int)away.n,
              away.p);
    if (found)
        show(l, finding, &a, after);
    note_all(l, finding, s, timeout->stmt.span);
    if (unnamed)
        diag_note(l->diag, finding, unnamed->span,
                  "a person decides about every DocType that has no rules of its own");
}
