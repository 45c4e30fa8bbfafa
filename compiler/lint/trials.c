/* trials.c - the merge that shows what a finding means: made up field by field, merged by the
 * resolver, asked what is left of whose value. */
#include "lint_parts.h"

#include <stdarg.h>
#include <stdlib.h>

bool lint_same(struct dwr_str a, struct dwr_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* --- values --- */

/* least: what a device writes where the greater of two values is kept. */
static const struct value_row {
    enum lint_kind kind;
    const char *office, *device, *least;
} value_rows[] = {
    { LINT_PROSE, "\"written in the office\"", "\"written on site\"", "\"noted on site\"" },
    { LINT_SIGNATURE, "\"signed in the office\"", "\"signed on site\"", "\"drawn on site\"" },
    { LINT_FILE, "\"/files/office.jpg\"", "\"/files/site.jpg\"", "\"/files/camera.jpg\"" },
    { LINT_FILES, "[\"office.jpg\"]", "[\"site.jpg\"]", "[\"camera.jpg\"]" },
    { LINT_DATE, "\"2026-03-05\"", "\"2026-03-03\"", "\"2026-03-02\"" },
    { LINT_TIME, "\"14:00:00\"", "\"15:30:00\"", "\"09:00:00\"" },
    { LINT_MOMENT, "\"2026-03-02T14:00:00Z\"", "\"2026-03-02T15:30:00Z\"",
      "\"2026-03-02T09:00:00Z\"" },
    { LINT_NUMBER, "7", "5", "3" },
    { LINT_UNKNOWN, "\"from the office\"", "\"from the device\"", "\"by the device\"" },
};

static const struct value_row *value_row(enum lint_kind kind)
{
    const struct value_row *row = value_rows;

    while (row->kind != kind && row->kind != LINT_UNKNOWN)
        row++;
    return row;
}

void lint_values(enum lint_kind kind, struct dwr_str *office, struct dwr_str *device)
{
    *office = lint_str(value_row(kind)->office);
    *device = lint_str(value_row(kind)->device);
}

struct dwr_str lint_least_value(enum lint_kind kind)
{
    return lint_str(value_row(kind)->least);
}

/* --- the fields of a case --- */

struct lint_case lint_case_begin(struct lint *l)
{
    return (struct lint_case){ .trial = { .doctype = l->plan } };
}

struct lint_cell *lint_cell(struct lint_case *c, struct dwr_str field)
{
    for (unsigned i = 0; i < c->count; i++)
        if (lint_same(c->cells[i].name, field))
            return &c->cells[i];
    if (c->count == LINT_CELLS) {
        c->full = true;
        c->count--;
    }
    c->cells[c->count] = (struct lint_cell){ .name = field };
    return &c->cells[c->count++];
}

void lint_put(struct lint_case *c, struct dwr_str field, struct dwr_str base, struct dwr_str server,
              struct dwr_str client)
{
    struct lint_cell *cell = lint_cell(c, field);

    cell->base = base;
    cell->server = server;
    cell->client = client;
}

/* --- conditions --- */

static struct dwr_str field_of(const struct lint *l, const struct dwr_operand *o)
{
    return l->plan->names.v[o->field].name;
}

/* What a field or role is compared with, made true: the value goes where it is not yet taken. */
static void set_operand(struct lint *l, struct lint_case *c, const struct dwr_operand *o,
                        struct dwr_str value)
{
    struct lint_cell *cell;

    switch (o->side) {
    case DWR_SIDE_SERVER_ROLE:
        c->server_role = c->server_role.p ? c->server_role : value;
        return;
    case DWR_SIDE_CLIENT_ROLE:
        c->client_role = c->client_role.p ? c->client_role : value;
        return;
    case DWR_SIDE_CLIENT_USER:
        c->client_user = c->client_user.p ? c->client_user : value;
        return;
    case DWR_SIDE_BASE:
        cell = lint_cell(c, field_of(l, o));
        cell->base = cell->base.p ? cell->base : value;
        return;
    case DWR_SIDE_SERVER:
        cell = lint_cell(c, field_of(l, o));
        if (!cell->server.p) {
            cell->server = value;
            cell->base = cell->base.p ? cell->base : value; /* nobody has just changed it */
        }
        return;
    case DWR_SIDE_CLIENT:
        cell = lint_cell(c, field_of(l, o));
        cell->client = cell->client.p ? cell->client : value;
        return;
    default:
        return;
    }
}

/* A literal that is itself unset. */
static bool is_unset(struct dwr_str value)
{
    return lint_same(value, lint_str("null")) || lint_same(value, lint_str("\"\""));
}

static void assume_equal(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                         bool want)
{
    const bool unset = cond->value_count > 0 && is_unset(cond->values[0]);

    if (cond->right.side != DWR_SIDE_VALUE) {
        if (want) { /* both of them unset is as good */
            set_operand(l, c, &cond->left, lint_str("\"alike\""));
            set_operand(l, c, &cond->right, lint_str("\"alike\""));
        }
        return;
    }
    if (want != unset)
        set_operand(l, c, &cond->left, want ? cond->values[0] : lint_str("\"something\""));
}

/* A number a little beyond the literal; other literals have no neighbour that is easily made. */
static void assume_beyond(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                          int step)
{
    const struct dwr_str value = cond->value_count > 0 ? cond->values[0] : lint_str("0");
    char *end;
    const double number = strtod(arena_copy(l->arena, value.p, value.n), &end);

    if (*end == '\0' && number > -1e9 && number < 1e9)
        set_operand(l, c, &cond->left, arena_printf(l->arena, "%.0f", number + step));
}

static void assume_order(struct lint *l, struct lint_case *c, const struct dwr_cond *cond,
                         bool want)
{
    const bool less = (cond->op == DWR_COND_LT || cond->op == DWR_COND_LE) == want;
    const bool touches = (cond->op == DWR_COND_LE || cond->op == DWR_COND_GE) == want;

    if (cond->right.side != DWR_SIDE_VALUE)
        return;
    if (touches)
        set_operand(l, c, &cond->left, cond->values[0]);
    else
        assume_beyond(l, c, cond, less ? -1 : 1);
}

static void assume_changes(struct lint *l, struct lint_case *c, const struct dwr_cond *cond)
{
    struct lint_cell *cell = lint_cell(c, field_of(l, &cond->left));

    if (!cell->base.p && !cell->server.p)
        cell->server = lint_str("\"changed meanwhile\"");
}

void lint_assume(struct lint *l, struct lint_case *c, const struct dwr_cond *cond, bool want)
{
    switch (cond->op) {
    case DWR_COND_NOT:
        lint_assume(l, c, cond->a, !want);
        return;
    case DWR_COND_AND:
    case DWR_COND_OR:
        lint_assume(l, c, cond->a, want);
        if ((cond->op == DWR_COND_AND) == want) /* both are needed; else one is enough */
            lint_assume(l, c, cond->b, want);
        return;
    case DWR_COND_EQ:
    case DWR_COND_NE:
    case DWR_COND_IN:
    case DWR_COND_NOT_IN:
        assume_equal(l, c, cond, (cond->op == DWR_COND_EQ || cond->op == DWR_COND_IN) == want);
        return;
    case DWR_COND_IS_SET:
    case DWR_COND_IS_NOT_SET:
        if ((cond->op == DWR_COND_IS_SET) == want)
            set_operand(l, c, &cond->left, lint_str("\"something\""));
        return;
    case DWR_COND_CHANGES:
        if (want)
            assume_changes(l, c, cond);
        return;
    case DWR_COND_LT:
    case DWR_COND_LE:
    case DWR_COND_GT:
    case DWR_COND_GE:
        assume_order(l, c, cond, want);
        return;
    default:
        return;
    }
}

void lint_assume_rule(struct lint *l, struct lint_case *c, const struct dwr_unit *unit,
                      const struct dwr_rule *rule)
{
    if (rule->when)
        lint_assume(l, c, rule->when, true);
    for (uint16_t i = 0; i < unit->rule_count && &unit->rules[i] != rule; i++)
        lint_assume(l, c, unit->rules[i].when, false);
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
}

/* --- the merge --- */

/* "DJ-1" of "Dispatch Job". */
static struct dwr_str document_name(struct lint *l)
{
    const struct dwr_str doctype = l->plan->name;
    char initials[9];
    size_t n = 0;

    for (size_t i = 0; i < doctype.n && n < sizeof initials - 1; i++) {
        const char c = doctype.p[i];
        const bool starts = i == 0 || doctype.p[i - 1] == ' ';

        if (starts && c >= 'a' && c <= 'z')
            initials[n++] = (char)(c - 'a' + 'A');
        else if (starts && ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
            initials[n++] = c;
    }
    if (n == 0)
        memcpy(initials, "DOC", n = 3);
    return arena_printf(l->arena, "\"%.*s-1\"", (int)n, initials);
}

static struct dwr_text text(struct dwr_str s)
{
    return (struct dwr_text){ s.p, s.n };
}

static void make_documents(struct lint *l, struct lint_case *c)
{
    struct dwr_write *w = &c->trial.write;
    struct trial_doc base, server, client;
    const struct dwr_str name = document_name(l);

    trial_doc_start(&base, l->arena);
    trial_doc_start(&server, l->arena);
    trial_doc_start(&client, l->arena);
    trial_doc_put(&base, lint_str("name"), name);
    if (c->tombstone)
        trial_doc_put(&server, lint_str("_deleted"), lint_str("true"));
    trial_doc_put(&server, lint_str("name"), name);
    for (unsigned i = 0; i < c->count; i++) {
        trial_doc_put(&base, c->cells[i].name, c->cells[i].base);
        trial_doc_put(&server, c->cells[i].name, c->cells[i].server);
        trial_doc_put(&client, c->cells[i].name, c->cells[i].client);
    }
    w->base = trial_doc_end(&base);
    w->server = trial_doc_end(&server);
    w->client = c->op == DWR_DELETE ? (struct dwr_text){ NULL, 0 } : trial_doc_end(&client);
}

bool lint_try(struct lint *l, struct lint_case *c)
{
    struct dwr_write *w = &c->trial.write;

    if (c->full)
        return false;
    make_documents(l, c);
    w->op = c->op;
    w->server_role = text(c->server_role);
    w->client_role = text(c->client_role);
    w->client_user = text(c->client_user);
    if (c->dated) {
        w->client_ts = text(lint_str("\"2026-03-02T09:00:00Z\""));
        w->server_ts = text(lint_str("\"2026-03-02T10:00:00Z\""));
        w->now = text(lint_str("\"2026-03-02T17:00:00Z\""));
    }
    return trial_merge(&l->bench, &c->trial, &c->result) == DWR_OK;
}

const struct dwr_report *lint_report(const struct lint_case *c, struct dwr_str field)
{
    for (size_t i = 0; i < c->result.field_count; i++) {
        const struct dwr_text label = c->result.fields[i].field;

        if (label.n >= field.n && memcmp(label.p, field.p, field.n) == 0 &&
            (label.n == field.n || label.p[field.n] == '['))
            return &c->result.fields[i];
    }
    return NULL;
}

size_t lint_find(struct dwr_str in, struct dwr_str wanted)
{
    for (size_t i = 0; in.p && i + wanted.n <= in.n; i++)
        if (memcmp(in.p + i, wanted.p, wanted.n) == 0)
            return i;
    return in.n;
}

unsigned lint_count(struct dwr_str in, struct dwr_str wanted)
{
    unsigned n = 0;

    for (size_t i = 0; in.p && wanted.n > 0 && i + wanted.n <= in.n; i++)
        n += memcmp(in.p + i, wanted.p, wanted.n) == 0;
    return n;
}

struct dwr_str lint_result(const struct lint_case *c, struct dwr_str field)
{
    const struct dwr_text value = trial_member(NULL, c->result.doc, field);

    return (struct dwr_str){ value.p, value.n };
}

bool lint_result_has(const struct lint_case *c, struct dwr_str field, struct dwr_str wanted)
{
    const struct dwr_str value = lint_result(c, field);

    return lint_find(value, wanted) < value.n;
}

/* A conflict record, a held row or a branch puts it before a person. */
bool lint_is_asked(const struct lint_case *c, struct dwr_str field)
{
    const struct dwr_report *report = lint_report(c, field);

    return report &&
           (report->outcome == DWR_OUTCOME_MANUAL || report->outcome == DWR_OUTCOME_HELD ||
            report->outcome == DWR_OUTCOME_BRANCHED);
}

static struct dwr_str bare(struct dwr_str value)
{
    /* ["site.jpg"] is found in a longer list as "site.jpg". */
    if (value.n > 2 && value.p[0] == '[')
        return (struct dwr_str){ value.p + 1, value.n - 2 };
    return value;
}

static const struct lint_cell *cell_of(const struct lint_case *c, struct dwr_str field)
{
    for (unsigned i = 0; i < c->count; i++)
        if (lint_same(c->cells[i].name, field))
            return &c->cells[i];
    return NULL;
}

bool lint_client_lost(const struct lint_case *c, struct dwr_str field)
{
    const struct lint_cell *cell = cell_of(c, field);

    return cell && cell->client.p && !lint_is_asked(c, field) &&
           !lint_result_has(c, field, bare(cell->client));
}

bool lint_server_lost(const struct lint_case *c, struct dwr_str field)
{
    const struct lint_cell *cell = cell_of(c, field);

    return cell && cell->server.p && !lint_is_asked(c, field) &&
           !lint_result_has(c, field, bare(cell->server));
}

/* --- findings --- */

struct diag_finding *lint_found(struct lint *l, enum diag_code code, struct span span,
                                struct dwr_str field, const char *format, ...)
{
    struct diag_finding *finding;
    struct dwr_str sentence;
    va_list args;

    va_start(args, format);
    sentence = arena_vprintf(l->arena, format, args);
    va_end(args);
    finding = diag_add(l->diag, code, span, "%.*s", (int)sentence.n, sentence.p);
    if (l->doctype)
        diag_subject(finding, l->doctype->name.text, field);
    return finding;
}

static struct dwr_str copy(struct lint *l, struct dwr_text t)
{
    if (!t.p)
        return (struct dwr_str){ NULL, 0 };
    return (struct dwr_str){ arena_copy(l->arena, t.p, t.n), t.n };
}

static struct dwr_str lent(struct dwr_text t)
{
    return (struct dwr_str){ t.p, t.n };
}

/* What the documents do not show. */
static struct dwr_str with_roles(struct lint *l, const struct lint_case *c, struct dwr_str story)
{
    if (c->server_role.p)
        story = arena_printf(l->arena, "%.*s (The office's change was made in the role %.*s.)",
                             (int)story.n, story.p, LINT_TEXT(c->server_role));
    if (c->client_role.p)
        story = arena_printf(l->arena, "%.*s (The user has the role %.*s.)", (int)story.n, story.p,
                             LINT_TEXT(c->client_role));
    if (c->client_user.p)
        story = arena_printf(l->arena, "%.*s (The user is %.*s.)", (int)story.n, story.p,
                             LINT_TEXT(c->client_user));
    return story;
}

void lint_show(struct lint *l, struct diag_finding *finding, const struct lint_case *c,
               const char *story, ...)
{
    struct diag_scenario *scenario = ARENA_NEW(l->arena, struct diag_scenario);
    const struct dwr_write *w = &c->trial.write;
    va_list args;

    va_start(args, story);
    scenario->story = with_roles(l, c, arena_vprintf(l->arena, story, args));
    va_end(args);
    scenario->request = trial_line(l->arena, &c->trial);
    if (w->op == DWR_DELETE)
        scenario->op = lint_str("delete");
    else if (w->op == DWR_INSERT)
        scenario->op = lint_str("insert");
    scenario->base = lent(w->base);
    scenario->server = lent(w->server);
    scenario->client = lent(w->client);
    scenario->result = copy(l, c->result.doc);
    finding->scenario = scenario;
}

struct dwr_str lint_member_label(struct lint *l, const struct lint_case *c, struct dwr_str table,
                                 struct dwr_str member)
{
    const struct dwr_report *report = lint_report(c, table);
    const struct dwr_str label =
        report ? (struct dwr_str){ report->field.p, report->field.n } : table;

    return arena_printf(l->arena, "%.*s.%.*s", (int)label.n, label.p, (int)member.n, member.p);
}

static void add_fate(struct lint *l, struct diag_fate **last, struct dwr_str field,
                     struct dwr_str value, struct dwr_str reason)
{
    struct diag_fate *fate = ARENA_NEW(l->arena, struct diag_fate);

    *fate = (struct diag_fate){ .field = copy(l, (struct dwr_text){ field.p, field.n }),
                                .value = copy(l, (struct dwr_text){ value.p, value.n }),
                                .reason = reason };
    while (*last)
        last = &(*last)->next;
    *last = fate;
}

void lint_kept(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    add_fate(l, &finding->scenario->kept, field, value, arena_vprintf(l->arena, reason, args));
    va_end(args);
}

void lint_gone(struct lint *l, struct diag_finding *finding, struct dwr_str field,
               struct dwr_str value, const char *reason, ...)
{
    va_list args;

    va_start(args, reason);
    add_fate(l, &finding->scenario->gone, field, value, arena_vprintf(l->arena, reason, args));
    va_end(args);
}

/* On a line of its own where the statement has one, as far in. */
void lint_say_behind(struct lint *l, struct diag_finding *finding, const struct ast_stmt *stmt,
                     const char *statement)
{
    const char *const text = l->ast->sources.v[stmt->span.source].text;
    const struct span behind = { stmt->span.source, stmt->span.end, stmt->span.end };
    uint32_t line = stmt->span.begin, indent;
    struct diag_fix *fix =
        diag_fix(l->diag, finding, true, "say what holds already: %s", statement);

    while (line > 0 && text[line - 1] != '\n')
        line--;
    for (indent = line; text[indent] == ' ' || text[indent] == '\t'; indent++)
        ;
    if (indent != stmt->span.begin)
        diag_edit(l->diag, fix, behind, " %s", statement);
    else
        diag_edit(l->diag, fix, behind, "\n%.*s%s", (int)(indent - line), text + line, statement);
}
