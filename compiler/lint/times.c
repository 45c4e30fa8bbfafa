/* times.c - what time does to writes: a feed that does not reach back far enough (DW4002), repeats
 * that nobody recognizes (DW2015). What it does to open conflicts is asks.c's. */
#include "lint_parts.h"
#include "str.h"

static const struct dwr_str none = { NULL, 0 };

const struct ast_setting *lint_setting(const struct lint *l, enum ast_kind section,
                                       enum ast_kind kind)
{
    const struct ast_stmt *s = l->ast->top.of[section];
    const struct ast_stmt *said = s ? AST_AS(ast_section, s)->block.of[kind] : NULL;

    return said ? AST_AS(ast_setting, said) : NULL;
}

/* "24h": the largest unit that says it exactly. */
static struct dwr_str duration(struct lint *l, uint64_t seconds)
{
    static const struct {
        unsigned seconds;
        char unit;
    } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' } };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (seconds > 0 && seconds % units[i].seconds == 0 && seconds / units[i].seconds > 1)
            return arena_printf(l->arena, "%llu%c",
                                (unsigned long long)(seconds / units[i].seconds), units[i].unit);
    return arena_printf(l->arena, "%llus", (unsigned long long)seconds);
}

/* As the rules say it, where they do. */
struct dwr_str lint_time_said(struct lint *l, enum ast_kind kind, uint64_t seconds)
{
    const struct ast_setting *said = lint_setting(l, AST_SYNC, kind);

    return said && said->number.span.end > said->number.span.begin
               ? source_text(&l->ast->sources, said->number.span)
               : duration(l, seconds);
}

/* --- DW4002: change_retention against max_offline --- */

void lint_retention(struct lint *l)
{
    const struct ast_setting *retention = lint_setting(l, AST_SYNC, AST_CHANGE_RETENTION);
    const struct ast_setting *offline = lint_setting(l, AST_SYNC, AST_MAX_OFFLINE);
    const struct dwr_sync *sync = &l->rules->sync;
    struct diag_finding *finding;
    struct dwr_str kept, away;

    if (sync->change_retention_seconds >= sync->max_offline_seconds || (!retention && !offline))
        return;
    kept = lint_time_said(l, AST_CHANGE_RETENTION, sync->change_retention_seconds);
    away = lint_time_said(l, AST_MAX_OFFLINE, sync->max_offline_seconds);
    finding =
        diag_add(l->diag, DIAG_RETENTION, retention ? retention->stmt.span : offline->stmt.span,
                 "the change feed reaches back %.*s, and a device may be away for %.*s",
                 (int)kept.n, kept.p, (int)away.n, away.p);
    diag_help(l->diag, finding,
              "change_retention %.*s or longer; else a device that is back in time "
              "must fetch everything anew",
              (int)away.n, away.p);
    if (retention && offline)
        diag_note(l->diag, finding, offline->stmt.span, "a device may be away for so long");
}

/* --- DW2015: repeats that nobody recognizes --- */

/* From the first attempt to send a write to the last: the last wait repeats. */
static uint64_t retry_seconds(const struct dwr_retry *retry)
{
    uint64_t all = 0;
    uint32_t i = 0;

    for (; i < retry->backoff_count && i < retry->max_attempts; i++)
        all += retry->backoff_seconds[i];
    if (i > 0 && i < retry->max_attempts)
        all += (uint64_t)(retry->max_attempts - i) * retry->backoff_seconds[i - 1];
    return all;
}

/* What the server remembers of a write, its request id and its answer, it remembers for as long as
 * its changes: a repeat that comes later is taken for a new write. */
static bool repeats_are_recognized(const struct lint *l)
{
    const struct dwr_sync *sync = &l->rules->sync;
    const uint64_t retry = retry_seconds(&l->rules->retry);

    return sync->change_retention_seconds >= sync->max_offline_seconds &&
           sync->change_retention_seconds >= retry;
}

/* How long after the first attempt the last may come. */
static struct dwr_str longest_repeat(struct lint *l)
{
    const uint64_t offline = l->rules->sync.max_offline_seconds;
    const uint64_t retry = retry_seconds(&l->rules->retry);

    return retry > offline ? duration(l, retry) : lint_time_said(l, AST_MAX_OFFLINE, offline);
}

/* The same write again, onto what it has made. */
static bool doubles(struct lint *l, struct lint_case *c, struct dwr_str field, struct dwr_str *once)
{
    struct dwr_write *w = &c->trial.write;
    const struct dwr_text first = c->result.doc;

    if (!first.p)
        return false;
    *once = lint_result(c, field);
    *once = (struct dwr_str){ arena_copy(l->arena, once->p ? once->p : "", once->n), once->n };
    w->server = (struct dwr_text){ arena_copy(l->arena, first.p, first.n), first.n };
    return trial_merge(&l->bench, &c->trial, &c->result) == DWR_OK && c->result.doc.p &&
           !str_same(*once, lint_result(c, field));
}

static void repeat_counts(struct lint *l, struct span span, struct dwr_str field,
                          struct lint_case *c)
{
    struct diag_finding *finding;
    struct dwr_str once, kept, longest;

    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    if (!lint_try(l, c) || !doubles(l, c, field, &once))
        return;
    kept = lint_time_said(l, AST_CHANGE_RETENTION, l->rules->sync.change_retention_seconds);
    longest = longest_repeat(l);
    finding = lint_found(l, DIAG_REPEAT_COUNTS, span, field,
                         "a repeated write counts twice in '%.*s': requests are remembered for "
                         "%.*s, and repeated for up to %.*s",
                         LINT_TEXT(field), (int)kept.n, kept.p, (int)longest.n, longest.p);
    diag_help(l->diag, finding, "change_retention as long as max_offline and all of retry");
    lint_show(
        l, finding, c,
        "A device sent its write to %.*s and the answer was lost; after more than %.*s it sends it "
        "again: nobody knows the request any more, and it is added once more.",
        LINT_TEXT(field), (int)kept.n, kept.p);
    lint_kept(l, finding, field, lint_result(c, field), "counted twice");
    lint_gone(l, finding, field, once, "what it was, and should be");
}

static void sum_is_repeated(struct lint *l, struct span span, struct dwr_str field)
{
    struct lint_case c = lint_case_begin(l);

    lint_put(&c, field, str_of("10"), str_of("10"), str_of("15"));
    repeat_counts(l, span, field, &c);
}

static void table_is_repeated(struct lint *l, const struct ast_child *child)
{
    const struct ast_stmt *said = child->block.of[AST_ON_SAME_KEY];
    const struct dwr_table *table = lint_table(l, child->field.text);
    const struct schema_doctype *rows = lint_rows_of(l, child->field.text);
    struct lint_case c = lint_case_begin(l);
    struct dwr_str member = none;
    const char *values[3] = { "10", "10", "15" };
    struct dwr_str row[3];

    if (!said || !table)
        return;
    for (uint16_t i = 0; i < table->unit_count && !member.p; i++)
        if (table->units[i].rules[0].kind == DWR_RULE_SUM)
            member = table->names.v[table->units[i].fields[0]].name;
    if (table->same_key == DWR_SAME_KEY_KEEP_BOTH) {
        member = lint_plain_member(table, rows, 0);
        values[1] = "12";
    }
    if (!member.p)
        return;
    for (int i = 0; i < 3; i++)
        row[i] = lint_list(l, lint_row_of(l, table, rows, 1, member, str_of(values[i])), none);
    lint_put(&c, child->field.text, row[0], row[1], row[2]);
    repeat_counts(l, said->span, child->field.text, &c);
}

static void elements_are_repeated(struct lint *l, struct span span, struct dwr_str field,
                                  const struct ast_rule *s)
{
    struct lint_case c = lint_case_begin(l);
    const struct dwr_str key = s->block && s->block->of[AST_KEY]
                                   ? AST_AS(ast_fields, s->block->of[AST_KEY])->fields.v[0].text
                                   : none;
    const struct schema_doctype *rows = lint_rows_of(l, field);
    const struct dwr_str first = key.p ? key : lint_plain_part(rows, none);
    const struct dwr_str second = lint_plain_part(rows, first);
    struct dwr_str value[3], texts[3] = { none, none, none };

    if (!first.p || !second.p)
        return; /* by the schema an element has nothing in it that changes */
    lint_member_values(l, rows, second, &texts[1], &texts[2]);
    for (int i = 0; i < 3; i++) {
        struct lint_row row = lint_row_begin(l, NULL, NULL, 1);

        lint_row_put(&row, first, lint_numbered(l, rows, first, 1));
        lint_row_put(&row, second, texts[i]);
        value[i] = lint_list(l, lint_row_end(&row), none);
    }
    lint_put(&c, field, value[0], value[1], value[2]);
    repeat_counts(l, span, field, &c);
}

void lint_repeats(struct lint *l)
{
    if (repeats_are_recognized(l))
        return;
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        for (uint32_t i = 0; i < rule->fields.count; i++)
            if (rule->rule == DWR_RULE_SUM)
                sum_is_repeated(l, rule->fields.v[i].span, rule->fields.v[i].text);
            else if (rule->rule == DWR_RULE_KEEP_BOTH)
                elements_are_repeated(l, rule->fields.v[i].span, rule->fields.v[i].text, rule);
    }
    for (const struct ast_stmt *s = l->block->of[AST_CHILD]; s; s = s->same)
        table_is_repeated(l, AST_AS(ast_child, s));
}
