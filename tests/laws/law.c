/* law.c - the laws, one function each (law.h). */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../runtime/dwr.h"

static const char *const law_names[LAW_COUNT] = {
    [LAW_NONE] = "none",
    [LAW_VALID] = "valid",
    [LAW_DETERMINISTIC] = "deterministic",
    [LAW_IDEMPOTENT] = "idempotent",
    [LAW_NO_LOSS] = "no silent loss",
    [LAW_CONVERGENT] = "convergent",
    [LAW_LOCAL] = "local",
    [LAW_COMPUTED] = "computed fields",
    [LAW_STATUS] = "status",
    [LAW_REPORT] = "report",
    [LAW_REJECTED] = "rejected",
};

const char *law_name(enum law law)
{
    return law_names[law];
}

bool laws_init(struct laws *laws)
{
    static const char *const paths[] = { "portable", "sse2", "avx2", "avx512", "neon" };

    *laws = (struct laws){ .path_count = 0 };
    laws->scratch[0] = dwr_scratch_new();
    if (laws->scratch[0] == NULL)
        return false;
    laws->path[laws->path_count++] = "best";
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct dwr_scratch *const s = dwr_scratch_new();

        if (s == NULL) {
            laws_clear(laws);
            return false;
        }
        if (!dwr_scratch_simd(s, paths[i])) {
            dwr_scratch_free(s);
            continue;
        }
        laws->scratch[laws->path_count] = s;
        laws->path[laws->path_count++] = paths[i];
    }
    return true;
}

void laws_clear(struct laws *laws)
{
    for (size_t i = 0; i < laws->path_count; i++)
        dwr_scratch_free(laws->scratch[i]);
    laws->path_count = 0;
    pool_free(&laws->pool);
}

/* --- valid --- */

static bool law_valid(struct judge *j)
{
    const struct seen *const seen = &j->seen;
    struct dwr_scratch *const s = j->laws->scratch[0];

    if (seen->root == NULL || seen->fields == NULL || tree_at(seen->root, "notifications") == NULL)
        return judge_break(j, LAW_VALID, "the answer is no JSON, or lacks a member");
    if (seen->doc != NULL && dwr_check(seen->doc->raw, s) != DWR_OK)
        return judge_break(j, LAW_VALID, "the resolved document is not valid: %.*s",
                           SHOW(tree_raw(seen->doc)));
    if (seen->branch != NULL && dwr_check(seen->branch->raw, s) != DWR_OK)
        return judge_break(j, LAW_VALID, "the branch is not valid: %.*s",
                           SHOW(tree_raw(seen->branch)));
    j->laws->tally.judged[LAW_VALID]++;
    return true;
}

/* --- deterministic --- */

static bool same_answer(struct judge *j, struct seen other, const char *how)
{
    if (other.rc != j->seen.rc)
        return judge_break(j, LAW_DETERMINISTIC, "%s: %s, not %s", how, dwr_rc_name(other.rc),
                           dwr_rc_name(j->seen.rc));
    if (!text_equal(other.answer, j->seen.answer))
        return judge_break(j, LAW_DETERMINISTIC, "%s: another answer: %.*s", how,
                           SHOW(other.answer));
    return true;
}

static bool law_deterministic(struct judge *j)
{
    const size_t paths = j->laws->path_count;

    if (!same_answer(j, judge_see(j, j->w, 0, false, 1), "merged again"))
        return false;
    for (size_t i = 1; i < paths; i++)
        if (!same_answer(j, judge_see(j, j->w, i, false, 2), j->laws->path[i]))
            return false;
    /* What an invalid stored document leads to is open. */
    if (j->seen.rc == DWR_OK)
        for (size_t i = 0; i < paths; i++)
            if (!same_answer(j, judge_see(j, j->w, i, true, 3),
                             "documents that were checked before"))
                return false;
    j->laws->tally.judged[LAW_DETERMINISTIC]++;
    return true;
}

/* --- rejected --- */

static bool law_rejected(struct judge *j)
{
    const struct seen *const seen = &j->seen;
    struct tree *const deleted = tree_at(j->server, "_deleted");
    const bool tombstone = deleted != NULL && deleted->kind == 't';

    if (judge_is_rejected(j) != (seen->code.n > 0))
        return judge_break(j, LAW_REJECTED, "a code and the status belong together");
    if (!judge_is_rejected(j))
        return true;
    j->laws->tally.judged[LAW_REJECTED]++;
    if (j->server == NULL || tombstone
            ? seen->doc != NULL
            : seen->doc == NULL || !text_equal(seen->doc->canonical, j->server->canonical))
        return judge_break(j, LAW_REJECTED, "not the document that stands: %.*s",
                           SHOW(tree_raw(seen->doc)));
    return seen->fields->count == 0 && seen->branch == NULL
               ? true
               : judge_break(j, LAW_REJECTED, "a rejected write decides no field");
}

/* --- no silent loss --- */

static struct tree *report_of(const struct judge *j, struct dwr_text name)
{
    return tree_get(j->seen.fields, name);
}

/* "tasks[…": a report of a row of the table. */
static bool is_row_report(const struct tree *report, struct dwr_text table)
{
    return report->name.n > table.n + 1 && memcmp(report->name.p, table.p, table.n) == 0 &&
           report->name.p[table.n] == '[';
}

static size_t reports_like(struct judge *j, const struct dwr_table *table, struct dwr_text name,
                           struct dwr_text row)
{
    size_t n = 0;

    for (size_t i = 0; i < j->seen.fields->count; i++) {
        const struct tree *const report = j->seen.fields->v[i];
        const struct tree *const client = tree_at(report, "client");

        n += is_row_report(report, name) && client != NULL && client->kind == '{' &&
             text_equal(judge_row_canonical(&j->laws->pool, table, client), row);
    }
    return n;
}

/* Each row the client wrote, as often as it wrote it (base's own aside), is somewhere. */
static bool rows_kept(struct judge *j, const struct dwr_table *table, struct dwr_text name)
{
    const struct tree *const rows = tree_get(j->client, name);
    const struct tree *const report = report_of(j, name);

    if (!judge_is_table(rows) ||
        (report != NULL && judge_tables_equal(j, table, tree_at(report, "client"), rows)))
        return true;
    for (size_t i = 0; i < judge_row_count(rows); i++) {
        const struct dwr_text row = judge_row_canonical(&j->laws->pool, table, rows->v[i]);
        const size_t written = judge_rows_like(j, table, rows, row);
        const size_t old =
            j->base == NULL ? 0 : judge_rows_like(j, table, tree_get(j->base, name), row);
        const size_t kept = judge_rows_like(j, table, tree_get(j->seen.doc, name), row) +
                            judge_rows_like(j, table, tree_get(j->seen.branch, name), row) +
                            reports_like(j, table, name, row);

        if (written > old + kept)
            return judge_break(j, LAW_NO_LOSS, "a row of %.*s is gone: %.*s", SHOW(name),
                               SHOW(rows->v[i]->raw));
    }
    return true;
}

static bool law_no_loss(struct judge *j)
{
    if (!judge_writes_fields(j))
        return true;
    for (size_t i = 0; i < j->client->count; i++) {
        const struct tree *const written = j->client->v[i];
        const struct dwr_table *const table = judge_table_of(j, written->name);
        const struct tree *report;

        if (!judge_in_c(j, written->name))
            continue;
        if (table != NULL) {
            if (!rows_kept(j, table, written->name))
                return false;
            continue;
        }
        report = report_of(j, written->name);
        if (!tree_equal(written, tree_get(j->seen.doc, written->name)) &&
            !(report != NULL && tree_equal(written, tree_at(report, "client"))) &&
            !(j->seen.branch != NULL &&
              tree_equal(written, tree_get(j->seen.branch, written->name))))
            return judge_break(j, LAW_NO_LOSS, "the client's %.*s is gone: %.*s",
                               SHOW(written->name), SHOW(written->raw));
    }
    j->laws->tally.judged[LAW_NO_LOSS]++;
    return true;
}

/* --- local --- */

static bool client_wrote_in(const struct judge *j, const struct dwr_unit *unit)
{
    for (unsigned i = 0; i < unit->field_count; i++)
        if (tree_get(j->client, judge_field_name(j, unit->fields[i])) != NULL)
            return true;
    return false;
}

/* May the field differ from the server's although the client did not write it? */
static bool may_change(const struct judge *j, struct dwr_text name)
{
    const struct dwr_unit *const unit = judge_unit_of(j, name);

    switch (judge_role_of(j, name)) {
    case DWR_NAME_COUNT:
    case DWR_NAME_VERSION:
        return true; /* law_computed */
    case DWR_NAME_META:
        return judge_is_mark(j, name) || (j->fresh && text_is(name, "name")) ||
               (j->resurrected && text_is(name, "_deleted"));
    default:
        return tree_get(j->client, name) != NULL || judge_is_set_target(j, name) ||
               (unit != NULL && unit->field_count > 1 && client_wrote_in(j, unit));
    }
}

static bool law_local(struct judge *j)
{
    const struct tree *const sides[2] = { j->stands, j->seen.doc };

    if (!judge_writes_fields(j))
        return true;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sides[k]->count; i++) {
            const struct dwr_text name = sides[k]->v[i]->name;
            const struct tree *const before = tree_get(j->stands, name);
            const struct tree *const after = tree_get(j->seen.doc, name);

            if (before != NULL && after != NULL && text_equal(before->canonical, after->canonical))
                continue;
            if (text_is(j->seen.status, "branched") || !may_change(j, name))
                return judge_break(j, LAW_LOCAL,
                                   "%.*s was not written and changed from %.*s to %.*s", SHOW(name),
                                   SHOW(tree_raw(before)), SHOW(tree_raw(after)));
        }
    j->laws->tally.judged[LAW_LOCAL]++;
    return true;
}

/* --- computed fields --- */

/* A whole number of at most 15 digits, or -1. */
static long long small_number(const struct tree *t)
{
    long long v = 0;

    if (t == NULL || t->kind != '#' || t->raw.n > 15)
        return -1;
    for (size_t i = 0; i < t->raw.n; i++) {
        if (t->raw.p[i] < '0' || t->raw.p[i] > '9')
            return -1;
        v = v * 10 + (t->raw.p[i] - '0');
    }
    return v;
}

static bool version_is_right(struct judge *j)
{
    const struct dwr_text name = judge_field_name(j, j->d->version_field);
    const struct tree *const before = tree_get(j->stands, name);
    const struct tree *const after = tree_get(j->seen.doc, name);
    const bool changed = !judge_documents_equal(j, j->stands, j->seen.doc);
    const long long was = tree_unset(before) ? 1 : small_number(before);

    if (j->fresh)
        return small_number(after) == 1 ||
               judge_break(j, LAW_COMPUTED, "a new document has version %.*s",
                           SHOW(tree_raw(after)));
    if (!changed)
        return tree_equal(before, after) ||
               judge_break(j, LAW_COMPUTED, "nothing changed and the version is %.*s",
                           SHOW(tree_raw(after)));
    return was < 0 || small_number(after) == was + 1 ||
           judge_break(j, LAW_COMPUTED, "the version after %.*s is %.*s", SHOW(tree_raw(before)),
                       SHOW(tree_raw(after)));
}

static bool law_computed(struct judge *j)
{
    if (!judge_writes_fields(j) || text_is(j->seen.status, "branched"))
        return true;
    if (j->d->version_field != DWR_NONE && !version_is_right(j))
        return false;
    for (unsigned i = 0; i < j->d->table_count && j->d->lock == NULL; i++) {
        const struct dwr_table *const table = &j->d->tables[i];
        struct dwr_text rows, count;
        const struct tree *number;

        if (table->count_into == DWR_NONE)
            continue;
        rows = judge_field_name(j, table->field);
        count = judge_field_name(j, table->count_into);
        number = tree_get(j->seen.doc, count);
        if (tree_get(j->client, rows) == NULL) {
            if (!tree_equal(number, tree_get(j->stands, count)))
                return judge_break(j, LAW_COMPUTED, "%.*s changed and its table was not sent",
                                   SHOW(count));
        } else if (small_number(number) !=
                       (long long)judge_row_count(tree_get(j->seen.doc, rows)) &&
                   !judge_is_repetition(j)) {
            return judge_break(j, LAW_COMPUTED, "%.*s is %.*s", SHOW(count),
                               SHOW(tree_raw(number)));
        }
    }
    j->laws->tally.judged[LAW_COMPUTED]++;
    return true;
}

/* --- status --- */

static bool is_view(struct judge *j)
{
    const struct tree *const documents[3] = { j->seen.doc, j->client,
                                              j->base != NULL ? j->base : j->stands };

    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < documents[k]->count; i++) {
            const struct dwr_text name = documents[k]->v[i]->name;

            if (!judge_is_sync_layers(j, name) &&
                !judge_fields_equal(j, name, judge_view(j, name), tree_get(j->seen.doc, name)))
                return false;
        }
    return true;
}

static bool law_status(struct judge *j)
{
    const struct seen *const seen = &j->seen;
    bool manual = false, branched = false;

    for (size_t i = 0; i < seen->fields->count; i++) {
        const struct tree *const outcome = tree_at(seen->fields->v[i], "outcome");

        manual = manual || text_is(outcome->string, "manual") || text_is(outcome->string, "held");
        branched = branched || text_is(outcome->string, "branched");
    }
    if (manual != text_is(seen->status, "conflict_manual"))
        return judge_break(j, LAW_STATUS, "a manual or held report is what conflict_manual says");
    /* (An insert that lacks what the server has is other content without a field of C.) */
    if (text_is(seen->status, "branched") != (seen->branch != NULL) ||
        (branched ? seen->branch == NULL : seen->branch != NULL && j->w->op != DWR_INSERT))
        return judge_break(j, LAW_STATUS,
                           "a branched report, the status and the branch go together");
    if (!judge_writes_fields(j) || manual || seen->branch != NULL)
        return true;
    j->laws->tally.judged[LAW_STATUS]++;
    if (judge_is_repetition(j))
        return text_is(seen->status, "success") ||
               judge_break(j, LAW_STATUS, "an insert of equal content is a success");
    if (text_is(seen->status, "success") && !is_view(j))
        return judge_break(j, LAW_STATUS, "a success whose document is not the client's view");
    if (text_is(seen->status, "merged") && is_view(j) && !j->resurrected)
        return judge_break(j, LAW_STATUS, "merged, and the document is the client's view");
    return true;
}

/* --- report --- */

static bool report_value_is(struct judge *j, const struct tree *report, const char *member,
                            const struct tree *value)
{
    const struct tree *const reported = tree_not_null(tree_at(report, member));

    if (value == NULL || value->kind == 'n'
            ? reported == NULL
            : reported != NULL && text_equal(reported->canonical, value->canonical))
        return true;
    return judge_break(j, LAW_REPORT, "%.*s: reports as %s's value %.*s, not %.*s",
                       SHOW(report->name), member, SHOW(tree_raw(reported)), SHOW(tree_raw(value)));
}

static bool field_report_is_right(struct judge *j, const struct tree *report)
{
    const struct dwr_text name = report->name, outcome = tree_at(report, "outcome")->string;
    const struct tree *const doc = tree_get(j->seen.doc, name);
    const struct tree *const server = tree_get(j->stands, name);
    const struct tree *client = judge_view(j, name);
    const bool conflict = tree_at(report, "conflict")->kind == 't';

    /* A branch of an insert says what was sent. */
    if (text_is(outcome, "branched") && j->w->op == DWR_INSERT)
        client = tree_get(j->client, name);
    if (!report_value_is(j, report, "base", j->base == NULL ? NULL : tree_get(j->base, name)) ||
        !report_value_is(j, report, "server", server) ||
        !report_value_is(j, report, "client", client))
        return false;
    if (!j->concurrent && !conflict)
        return judge_break(j, LAW_REPORT, "%.*s: reported, and nothing was concurrent", SHOW(name));
    if (text_is(outcome, "same") ? conflict : !text_is(outcome, "client") && !conflict)
        return judge_break(j, LAW_REPORT, "%.*s: outcome %.*s with conflict %d", SHOW(name),
                           SHOW(outcome), conflict);
    if (judge_table_of(j, name) != NULL || judge_is_set_target(j, name))
        return true;
    if (text_is(outcome, "client") && !tree_equal(doc, client))
        return judge_break(j, LAW_REPORT, "%.*s: `client`, and the document has %.*s", SHOW(name),
                           SHOW(tree_raw(doc)));
    if (text_is(outcome, "same") && !(tree_equal(doc, server) && tree_equal(server, client)))
        return judge_break(j, LAW_REPORT, "%.*s: `same`, and it is not", SHOW(name));
    if ((text_is(outcome, "server") || text_is(outcome, "refused") ||
         text_is(outcome, "branched")) &&
        !tree_equal(doc, server))
        return judge_break(j, LAW_REPORT, "%.*s: `%.*s`, and the document has %.*s", SHOW(name),
                           SHOW(outcome), SHOW(tree_raw(doc)));
    return true;
}

/* A report of a field, not of a row: its name is one of the documents'. */
static bool is_field_report(const struct judge *j, const struct tree *report)
{
    return tree_get(j->client, report->name) != NULL || tree_get(j->stands, report->name) != NULL ||
           (j->base != NULL && tree_get(j->base, report->name) != NULL);
}

static bool law_report(struct judge *j)
{
    struct tree *const fields = j->seen.fields;

    for (size_t i = 0; i < fields->count; i++) {
        if (tree_at(fields->v[i], "outcome") == NULL || tree_at(fields->v[i], "conflict") == NULL)
            return judge_break(j, LAW_REPORT, "%.*s: no outcome or conflict",
                               SHOW(fields->v[i]->name));
        if (is_field_report(j, fields->v[i]) && !field_report_is_right(j, fields->v[i]))
            return false;
    }
    if (j->seen.doc == NULL || judge_is_rejected(j) || (j->w->op == DWR_DELETE && !j->soft) ||
        judge_is_repetition(j))
        return true;
    /* Concurrent: a report of every field of C; tables are reported by rows. */
    for (size_t i = 0; i < j->client->count && j->concurrent; i++) {
        const struct dwr_text name = j->client->v[i]->name;

        if (judge_in_c(j, name) && judge_table_of(j, name) == NULL && report_of(j, name) == NULL)
            return judge_break(j, LAW_REPORT, "%.*s is in C and not reported", SHOW(name));
    }
    j->laws->tally.judged[LAW_REPORT]++;
    return true;
}

/* --- all of them --- */

static void count(struct judge *j)
{
    struct law_tally *const tally = &j->laws->tally;
    const struct seen *const seen = &j->seen;
    const struct tree *const notifications = tree_at(seen->root, "notifications");

    for (int i = 0; i < LAW_STATUSES; i++)
        tally->status[i] += text_is(seen->status, dwr_status_name((enum dwr_status)i));
    for (int i = 1; i < LAW_CODES; i++)
        tally->code[i] += text_is(seen->code, dwr_code_name((enum dwr_code)i));
    tally->notifications += notifications == NULL ? 0 : notifications->count;
    tally->branches += seen->branch != NULL;
    for (size_t i = 0; seen->fields != NULL && i < seen->fields->count; i++) {
        const struct tree *const report = seen->fields->v[i];
        const struct tree *const outcome = tree_at(report, "outcome");
        const struct tree *const conflict = tree_at(report, "conflict");
        const struct dwr_unit *const unit = judge_unit_of(j, report->name);

        for (int k = 0; k < LAW_OUTCOMES && outcome != NULL; k++)
            tally->outcome[k] += text_is(outcome->string, dwr_outcome_name((enum dwr_outcome)k));
        tally->rows += !is_field_report(j, report);
        if (unit != NULL && conflict != NULL && conflict->kind == 't')
            for (unsigned r = 0; r < unit->rule_count; r++)
                tally->rule[unit->rules[r].kind]++;
    }
}

bool laws_hold(struct laws *laws, const struct dwr_doctype *doctype, const struct dwr_write *write)
{
    struct judge j = { .laws = laws, .d = doctype, .w = write };

    laws->broken = LAW_NONE;
    laws->tally.merges++;
    j.seen = judge_see(&j, write, 0, false, 0);
    if (!law_deterministic(&j))
        return false;
    if (j.seen.rc != DWR_OK) {
        laws->tally.errors++;
        return true;
    }
    judge_read_answer(&j, &j.seen);
    if (!law_valid(&j))
        return false;
    judge_set_scene(&j);
    count(&j);
    /* An exponent of a length that tree.h does not compute with: equality is not known. */
    if (laws->pool.inexact)
        return true;
    return law_rejected(&j) && law_no_loss(&j) && law_local(&j) && law_status(&j) &&
           law_report(&j) && law_computed(&j) && judge_idempotent(&j);
}
