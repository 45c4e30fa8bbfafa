/* discarded.c - what people typed, signed or photographed, under a rule that keeps one side only
 * (DW2001, DW2002, DW2003): fields with a rule, fields that the strategy decides, members of rows.
 *
 * Which side counts: the one that was offline, for it is not there to see what happened. A
 * `client_wins` on a text says that whoever writes it in the field is its author, and is left
 * alone; on a list of attachments it throws away what others added, which no author means.
 * `server_only` and `immutable` say that it is not the client's to write, so nobody is surprised.
 */
#include "lint_parts.h"
#include "str.h"

/* --- which rules, which fields --- */

static bool is_attachment(enum lint_kind kind)
{
    return kind == LINT_SIGNATURE || kind == LINT_FILE || kind == LINT_FILES;
}

/* Rules that keep one side's value. */
static bool keeps_one(enum dwr_rule_kind rule)
{
    return rule == DWR_RULE_SERVER_WINS || rule == DWR_RULE_FIRST_WRITE_WINS ||
           rule == DWR_RULE_LAST_WRITE_WINS || rule == DWR_RULE_MAX || rule == DWR_RULE_MIN;
}

bool lint_may_discard(enum dwr_rule_kind rule, enum lint_kind kind)
{
    if (rule == DWR_RULE_CLIENT_WINS)
        return kind == LINT_FILES;
    return keeps_one(rule) && (kind == LINT_PROSE || is_attachment(kind));
}

enum diag_code lint_discard_code(enum dwr_rule_kind rule, enum lint_kind kind)
{
    if (is_attachment(kind))
        return DIAG_ATTACHMENT_DISCARDED;
    return rule == DWR_RULE_LAST_WRITE_WINS ? DIAG_TEXT_BY_CLOCK : DIAG_TEXT_DISCARDED;
}

/* --- the merge --- */

/* Both sides write the field; true where one of them loses it. max and min may keep either. */
static bool loses(struct lint *l, struct lint_case *c, struct dwr_str field, enum lint_kind kind,
                  enum dwr_rule_kind rule)
{
    const struct dwr_str none = { NULL, 0 };
    struct dwr_str office, device;

    lint_values(kind, &office, &device);
    c->dated = rule == DWR_RULE_LAST_WRITE_WINS;
    lint_put(c, field, none, office, device);
    if (!lint_try(l, c))
        return false;
    if (rule == DWR_RULE_CLIENT_WINS)
        return lint_server_lost(c, field);
    if (lint_client_lost(c, field))
        return true;
    lint_put(c, field, none, office, lint_least_value(kind));
    return lint_try(l, c) && lint_client_lost(c, field);
}

static const char *why(enum dwr_rule_kind rule)
{
    switch (rule) {
    case DWR_RULE_LAST_WRITE_WINS:
        return "the office wrote later";
    case DWR_RULE_FIRST_WRITE_WINS:
        return "the office had written first";
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        return "only one of the two is kept";
    default:
        return "the office's stands";
    }
}

/* What the merge told, as the finding's scenario. */
static void show(struct lint *l, struct diag_finding *finding, const struct lint_case *c,
                 struct dwr_str field, enum lint_kind kind, enum dwr_rule_kind rule)
{
    const struct dwr_report *report = lint_report(c, field);
    const struct lint_cell *cell = NULL;
    const char *verb = kind == LINT_PROSE ? "wrote" : kind == LINT_SIGNATURE ? "took" : "added to";

    for (unsigned i = 0; i < c->count; i++)
        if (str_same(c->cells[i].name, field))
            cell = &c->cells[i];
    if (!cell)
        return;
    if (rule == DWR_RULE_CLIENT_WINS) {
        lint_show(l, finding, c,
                  "The office added to %.*s while a device that was offline did the same: the "
                  "device's list replaces the office's.",
                  LINT_TEXT(field));
        lint_kept(l, finding, field, cell->client, "the device's list");
        lint_gone(l, finding, field, cell->server, "what the office added, by %.*s",
                  report ? (int)report->rule.n : 0, report ? report->rule.p : "");
        return;
    }
    lint_show(l, finding, c, "A user %s %.*s offline; meanwhile the office changed it too: %s.",
              verb, LINT_TEXT(field), why(rule));
    lint_kept(l, finding, field, lint_result(c, field), "the office's");
    lint_gone(l, finding, field, cell->client, "what the user %s offline, by %.*s",
              kind == LINT_PROSE ? "wrote" : "added", report ? (int)report->rule.n : 0,
              report ? report->rule.p : "");
}

/* Fields that a finding speaks of, the first of them. */
struct listed {
    struct dwr_str fields[LINT_LISTED];
    enum lint_kind kinds[LINT_LISTED];
    unsigned count; /* all of them; the first are listed */
};

/* "merge_text notes, remarks;": the listed fields that are lists of files, or those that are not; p
 * NULL: there are none. */
static struct dwr_str statement(struct lint *l, const char *word, const struct listed *list,
                                bool files)
{
    struct dwr_str said = { NULL, 0 };

    for (unsigned i = 0; i < list->count && i < LINT_LISTED; i++) {
        if ((list->kinds[i] == LINT_FILES) != files)
            continue;
        said = said.p ? arena_printf(l->arena, "%.*s, %.*s", (int)said.n, said.p,
                                     LINT_TEXT(list->fields[i]))
                      : arena_printf(l->arena, "%s %.*s", word, LINT_TEXT(list->fields[i]));
    }
    return said.p ? arena_printf(l->arena, "%.*s;", (int)said.n, said.p) : said;
}

static void help(struct lint *l, struct diag_finding *finding, const struct listed *list,
                 enum dwr_rule_kind rule, bool together)
{
    const char *apart = together ? "take it out of the unit: " : "";
    struct dwr_str joined, asked;

    if (list->kinds[0] == LINT_PROSE) {
        joined = statement(l, "merge_text", list, false);
        diag_help(l->diag, finding,
                  "%s%.*s keeps the lines of both; manual asks a person; client_wins where whoever "
                  "is offline is its author",
                  apart, (int)joined.n, joined.p);
        return;
    }
    joined = statement(l, "keep_both", list, true);
    asked = statement(l, "manual", list, false);
    diag_help(l->diag, finding, "%s%.*s%s%s%.*s%s%s", apart, (int)joined.n,
              joined.p ? joined.p : "", joined.p ? " keeps what both sides added" : "",
              joined.p && asked.p ? "; " : "", (int)asked.n, asked.p ? asked.p : "",
              asked.p ? " asks a person which of the two is right" : "",
              !asked.p || rule == DWR_RULE_CLIENT_WINS
                  ? ""
                  : "; client_wins where it is made on the device");
}

/* --- fields with a rule --- */

static void field_is_kept(struct lint *l, const struct ast_rule *s, const struct ast_name *name)
{
    const enum lint_kind kind = lint_kind_of(l, name->text);
    const struct dwr_name *planned_name = lint_name(l, name->text);
    const struct listed listed = { .fields = { name->text }, .kinds = { kind }, .count = 1 };
    struct lint_case c;
    const struct dwr_unit *unit;
    const struct dwr_rule *rule;
    struct diag_finding *finding;

    if (!lint_may_discard(s->rule, kind) || !planned_name || planned_name->role != DWR_NAME_UNIT)
        return;
    unit = &l->plan->units[planned_name->index];
    rule = lint_planned(l, unit, &s->stmt, name->symbol);
    if (!rule)
        return;
    c = lint_case_begin(l);
    lint_cell(&c, name->text);
    lint_assume_rule(l, &c, unit, rule);
    if (!loses(l, &c, name->text, kind, s->rule))
        return;
    finding =
        lint_found(l, lint_discard_code(s->rule, kind), name->span, name->text,
                   kind == LINT_PROSE ? "people type '%.*s', and %s keeps one text only"
                                      : "'%.*s' holds attachments, and %s keeps one side's only",
                   LINT_TEXT(name->text), ast_rule_word(s->rule));
    help(l, finding, &listed, s->rule, s->together && s->fields.count > 1);
    show(l, finding, &c, name->text, kind, s->rule);
}

void lint_discarded_fields(struct lint *l)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        if (!keeps_one(rule->rule) && rule->rule != DWR_RULE_CLIENT_WINS)
            continue;
        for (uint32_t i = 0; i < rule->fields.count; i++)
            field_is_kept(l, rule, &rule->fields.v[i]);
    }
}

/* --- fields that the strategy or `otherwise` decides --- */

/* The lists of prose and of attachments among the free fields. */
struct free_lists {
    struct listed prose, files;
};

static void put_free(struct lint *l, void *context, struct dwr_str field)
{
    const enum lint_kind kind = lint_kind_of(l, field);
    struct free_lists *lists = context;
    struct listed *list = kind == LINT_PROSE ? &lists->prose : &lists->files;

    if (!lint_may_discard((enum dwr_rule_kind)l->plan->free_rule.kind, kind))
        return;
    if (list->count < LINT_LISTED) {
        list->fields[list->count] = field;
        list->kinds[list->count] = kind;
    }
    list->count++;
}

static void free_are_kept(struct lint *l, const struct listed *list)
{
    const enum dwr_rule_kind rule = (enum dwr_rule_kind)l->plan->free_rule.kind;
    const struct ast_stmt *s = lint_free_rule(l);
    struct diag_finding *finding;
    struct dwr_str names;
    struct lint_case c;

    if (list->count == 0 || !s)
        return;
    c = lint_case_begin(l);
    lint_cell(&c, list->fields[0]);
    if (l->plan->lock)
        lint_assume(l, &c, l->plan->lock, false);
    if (!loses(l, &c, list->fields[0], list->kinds[0], rule))
        return;
    names = lint_names(l, list->fields, list->count);
    finding =
        lint_found(l, lint_discard_code(rule, list->kinds[0]), s->span, list->fields[0],
                   list->kinds[0] == LINT_PROSE
                       ? "people type %.*s, and without a rule of %s own only one text is kept"
                       : "%.*s: attachments, and without a rule of %s own one side's are lost",
                   (int)names.n, names.p, list->count == 1 ? "its" : "their");
    help(l, finding, list, rule, false);
    show(l, finding, &c, list->fields[0], list->kinds[0], rule);
}

void lint_discarded_free(struct lint *l)
{
    struct free_lists lists = { .prose = { .count = 0 } };

    if (!keeps_one((enum dwr_rule_kind)l->plan->free_rule.kind) &&
        l->plan->free_rule.kind != DWR_RULE_CLIENT_WINS)
        return;
    lint_each_free(l, put_free, &lists);
    free_are_kept(l, &lists.prose);
    free_are_kept(l, &lists.files);
}
