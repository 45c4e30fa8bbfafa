/* faults.c - one function a planted fault (faults.h). Each leaves alone what other laws look at. */
#include "faults.h"

#include <stdio.h>
#include <string.h>

#define SPOIL(name)                                                                                \
    static void name(void *context, const struct dwr_doctype *d, const struct dwr_write *w,        \
                     const char *path, unsigned again, struct pool *pool, struct dwr_result *r)
#define UNUSED_BUT(...) ((void)context, (void)d, (void)w, (void)path, (void)again, (void)pool)

static bool ends_with_bracket(struct dwr_text name)
{
    return name.n > 0 && name.p[name.n - 1] == ']';
}

/* The document with one member's value replaced, or the member added. */
static void set_member(struct pool *pool, struct dwr_result *r, struct dwr_text name,
                       struct dwr_text value)
{
    struct tree *const doc = tree_parse(pool, r->doc);
    const struct tree *const member = tree_get(doc, name);
    char *const text = pool_take(pool, r->doc.n + name.n + value.n + 8);
    const char *const end = r->doc.p + r->doc.n;
    size_t n;

    if (member == NULL)
        n = (size_t)sprintf(text, "%.*s%s\"%.*s\":%.*s}", (int)r->doc.n - 1, r->doc.p,
                            doc->count > 0 ? "," : "", (int)name.n, name.p, (int)value.n, value.p);
    else
        n = (size_t)sprintf(
            text, "%.*s%.*s%.*s", (int)(member->raw.p - r->doc.p), r->doc.p, (int)value.n, value.p,
            (int)(end - member->raw.p - (ptrdiff_t)member->raw.n), member->raw.p + member->raw.n);
    r->doc = (struct dwr_text){ text, n };
}

/* The reports without some; of_rows: of rows alone, else of fields alone. */
static void drop_reports(struct pool *pool, struct dwr_result *r, bool of_rows)
{
    struct dwr_report *const kept = pool_take(pool, (r->field_count + 1) * sizeof *kept);
    size_t n = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        const struct dwr_report *const f = &r->fields[i];

        if (ends_with_bracket(f->field) != of_rows ||
            (f->outcome != DWR_OUTCOME_SERVER && f->outcome != DWR_OUTCOME_REFUSED))
            kept[n++] = *f;
    }
    r->fields = kept;
    r->field_count = n;
}

SPOIL(forget_a_report_when_merged_again)
{
    UNUSED_BUT();
    if (again == 1 && r->field_count > 0)
        r->field_count--;
}

SPOIL(flip_a_flag_on_one_path)
{
    UNUSED_BUT();
    if (again != 2 || strcmp(path, "portable") != 0 || r->field_count == 0)
        return;
    struct dwr_report *const copy = pool_take(pool, r->field_count * sizeof *copy);

    memcpy(copy, r->fields, r->field_count * sizeof *copy);
    copy[0].conflict = !copy[0].conflict;
    r->fields = copy;
}

SPOIL(forget_notifications_of_stored_documents)
{
    UNUSED_BUT();
    if (again == 3)
        r->notification_count = 0;
}

SPOIL(write_a_member_twice)
{
    UNUSED_BUT();
    if (r->doc.p == NULL || r->status == DWR_REJECTED)
        return;
    set_member(pool, r, text_of("zz_twice"), text_of("1,\"zz_twice\":1"));
}

SPOIL(cut_the_branch)
{
    UNUSED_BUT();
    if (r->branch.p != NULL)
        r->branch.n--;
}

SPOIL(let_max_count_up)
{
    UNUSED_BUT();
    if (r->status != DWR_MERGED)
        return;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct dwr_text name = r->fields[i].field;
        struct tree *const doc = tree_parse(pool, r->doc);
        const struct tree *const value = tree_get(doc, name);
        unsigned index;

        if (name_role(&d->names, name, &index) != DWR_NAME_UNIT ||
            d->units[d->names.v[index].index].rules[0].kind != DWR_RULE_MAX ||
            d->units[d->names.v[index].index].rules[0].ranked_count > 0 ||
            r->fields[i].outcome != DWR_OUTCOME_MERGED || value == NULL || value->kind != '#' ||
            value->raw.p[0] == '-')
            continue;
        char *const more = pool_take(pool, value->raw.n + 2);

        sprintf(more, "9%.*s", (int)value->raw.n, value->raw.p);
        set_member(pool, r, name, text_of(more));
    }
}

SPOIL(forget_overridden_fields)
{
    UNUSED_BUT();
    drop_reports(pool, r, false);
}

SPOIL(forget_overridden_rows)
{
    UNUSED_BUT();
    drop_reports(pool, r, true);
}

SPOIL(keep_the_servers_sum)
{
    UNUSED_BUT();
    for (size_t i = 0; i < r->field_count; i++) {
        const struct dwr_report *const f = &r->fields[i];
        unsigned index;

        /* Two equal changes would become the client's view. */
        if (tree_equal(tree_parse(pool, f->server), tree_parse(pool, f->client)))
            continue;
        if (name_role(&d->names, f->field, &index) == DWR_NAME_UNIT &&
            d->units[d->names.v[index].index].rules[0].kind == DWR_RULE_SUM &&
            f->outcome == DWR_OUTCOME_MERGED && f->server.p != NULL && r->status == DWR_MERGED)
            set_member(pool, r, f->field, f->server);
    }
}

SPOIL(write_a_field_nobody_wrote)
{
    UNUSED_BUT();
    if (r->doc.p != NULL && r->status != DWR_REJECTED)
        set_member(pool, r, text_of("zz_extra"), text_of("1"));
}

SPOIL(take_a_meta_field_from_the_client)
{
    UNUSED_BUT();
    const struct tree *const owner = tree_at(tree_parse(pool, w->client), "owner");

    if (r->doc.p != NULL && r->status != DWR_REJECTED && w->op == DWR_UPDATE && owner != NULL)
        set_member(pool, r, text_of("owner"), owner->raw);
}

SPOIL(count_wrongly)
{
    UNUSED_BUT();
    if (r->status == DWR_BRANCHED)
        return;
    for (unsigned i = 0; i < d->table_count; i++) {
        if (d->tables[i].count_into == DWR_NONE || r->doc.p == NULL || r->status == DWR_REJECTED)
            continue;
        const struct dwr_str name = d->names.v[d->tables[i].count_into].name;

        set_member(pool, r, (struct dwr_text){ name.p, name.n }, text_of("77"));
    }
}

SPOIL(count_a_version_twice)
{
    UNUSED_BUT();
    if (d->version_field == DWR_NONE || r->doc.p == NULL || r->status == DWR_REJECTED ||
        r->status == DWR_BRANCHED)
        return;
    const struct dwr_str name = d->names.v[d->version_field].name;

    set_member(pool, r, (struct dwr_text){ name.p, name.n }, text_of("4711"));
}

SPOIL(call_a_success_merged)
{
    UNUSED_BUT();
    if (r->status == DWR_SUCCESS)
        r->status = DWR_MERGED;
}

SPOIL(call_a_merge_a_success)
{
    UNUSED_BUT();
    if (r->status == DWR_MERGED && w->op == DWR_UPDATE)
        r->status = DWR_SUCCESS;
}

SPOIL(forget_that_a_person_decides)
{
    UNUSED_BUT();
    if (r->status == DWR_CONFLICT_MANUAL)
        r->status = DWR_MERGED;
}

SPOIL(report_the_server_as_base)
{
    UNUSED_BUT();
    struct dwr_report *const copy = pool_take(pool, (r->field_count + 1) * sizeof *copy);

    if (r->field_count > 0)
        memcpy(copy, r->fields, r->field_count * sizeof *copy);
    for (size_t i = 0; i < r->field_count; i++)
        if (!ends_with_bracket(copy[i].field))
            copy[i].base = copy[i].server;
    r->fields = copy;
}

SPOIL(call_an_agreement_a_conflict)
{
    UNUSED_BUT();
    struct dwr_report *const copy = pool_take(pool, (r->field_count + 1) * sizeof *copy);

    if (r->field_count > 0)
        memcpy(copy, r->fields, r->field_count * sizeof *copy);
    for (size_t i = 0; i < r->field_count; i++)
        if (copy[i].outcome == DWR_OUTCOME_SAME && !ends_with_bracket(copy[i].field))
            copy[i].conflict = true;
    r->fields = copy;
}

SPOIL(answer_nothing_when_rejected)
{
    UNUSED_BUT();
    if (r->status == DWR_REJECTED)
        r->doc = (struct dwr_text){ "{}", 2 };
}

const struct fault faults[] = {
    { "a report less when merged again", LAW_DETERMINISTIC, forget_a_report_when_merged_again },
    { "another flag on the portable path", LAW_DETERMINISTIC, flip_a_flag_on_one_path },
    { "no notifications for stored documents", LAW_DETERMINISTIC,
      forget_notifications_of_stored_documents },
    { "a member that stands twice", LAW_VALID, write_a_member_twice },
    { "a branch without its end", LAW_VALID, cut_the_branch },
    { "max counts up every time", LAW_IDEMPOTENT, let_max_count_up },
    { "fields the server won are not reported", LAW_NO_LOSS, forget_overridden_fields },
    { "rows the server won are not reported", LAW_NO_LOSS, forget_overridden_rows },
    { "a sum that drops the second client's part", LAW_CONVERGENT, keep_the_servers_sum },
    { "a field that nobody wrote", LAW_LOCAL, write_a_field_nobody_wrote },
    { "the client writes a meta field", LAW_LOCAL, take_a_meta_field_from_the_client },
    { "count_into is wrong", LAW_COMPUTED, count_wrongly },
    { "the version jumps", LAW_COMPUTED, count_a_version_twice },
    { "a success called merged", LAW_STATUS, call_a_success_merged },
    { "a merge called a success", LAW_STATUS, call_a_merge_a_success },
    { "a manual conflict called merged", LAW_STATUS, forget_that_a_person_decides },
    { "the server's value reported as base's", LAW_REPORT, report_the_server_as_base },
    { "an agreement called a conflict", LAW_REPORT, call_an_agreement_a_conflict },
    { "another document when rejected", LAW_REJECTED, answer_nothing_when_rejected },
};
const size_t fault_count = sizeof faults / sizeof *faults;
