/* compare.c - one merge by two rule sets: what ends differently. */
#include <string.h>

#include "../../runtime/core/scan.h"
#include "diff.h"
#include "str.h"

static bool same_bytes(struct dwr_text a, struct dwr_text b)
{
    return a.n == b.n && (a.p == NULL) == (b.p == NULL) && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static bool same_reports(const struct dwr_result *a, const struct dwr_result *b)
{
    if (a->field_count != b->field_count)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!same_bytes(a->fields[i].field, b->fields[i].field) ||
            a->fields[i].outcome != b->fields[i].outcome ||
            a->fields[i].conflict != b->fields[i].conflict)
            return false;
    return true;
}

static bool same_notifications(const struct dwr_result *a, const struct dwr_result *b)
{
    if (a->notification_count != b->notification_count)
        return false;
    for (size_t i = 0; i < a->notification_count; i++)
        if (!same_bytes(a->notifications[i].type, b->notifications[i].type) ||
            !same_bytes(a->notifications[i].field, b->notifications[i].field))
            return false;
    return true;
}

/* Most merges end alike to the byte. */
static bool alike(const struct dwr_result *a, const struct dwr_result *b)
{
    return a->status == b->status && a->code == b->code && same_bytes(a->doc, b->doc) &&
           same_bytes(a->branch, b->branch) && same_reports(a, b) && same_notifications(a, b);
}

/* The members of a document have no order (1.2). */
static bool says_alike(struct arena *arena, const struct dwr_result *a, const struct dwr_result *b)
{
    return a->status == b->status && a->code == b->code && trial_equal(arena, a->doc, b->doc) &&
           same_reports(a, b) && same_notifications(a, b);
}

/* --- fields --- */

static uint16_t index_of(const struct dwr_doctype *d, struct dwr_str name)
{
    return (uint16_t)dwr_field_named(&d->names, (struct dwr_text){ name.p, name.n });
}

static bool is_sync_layers(const struct dwr_doctype *d, uint16_t field)
{
    const uint8_t role = field == DWR_NONE ? DWR_NAME_FREE : d->names.v[field].role;

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

static enum trial_fate fate(struct diff_bench *b, int side, const struct dwr_write *write,
                            struct dwr_str name)
{
    const struct trial trial = { .doctype = b->pair->by[side], .write = *write };
    const uint16_t field = index_of(trial.doctype, name);
    const struct trial_view *view = &b->view[side];
    struct dwr_text wrote, kept;

    if (write->op == DWR_DELETE || write->client.p == NULL)
        return TRIAL_KEPT;
    if (!is_sync_layers(trial.doctype, field))
        return trial_fate_in(&b->bench[side], &trial, &b->result[side], view, name, field);
    /* By these rules the client's value is not even looked at. */
    wrote = trial_members_get(&view->wrote, name);
    kept = trial_members_get(&view->kept, name);
    return wrote.p == NULL || trial_same(&b->bench[side], wrote, kept) ||
                   trial_same(&b->bench[side], wrote, trial_members_get(&view->before, name))
               ? TRIAL_KEPT
               : TRIAL_LOST;
}

static bool is_of(const struct dwr_report *r, struct dwr_str name)
{
    return r->field.n >= name.n && memcmp(r->field.p, name.p, name.n) == 0 &&
           (r->field.n == name.n || r->field.p[name.n] == '[');
}

/* The first report from `at` on that is the field's or a row's of it; NULL: none is. */
static const struct dwr_report *next_report(const struct dwr_result *r, struct dwr_str name,
                                            size_t *at)
{
    while (*at < r->field_count)
        if (is_of(&r->fields[(*at)++], name))
            return &r->fields[*at - 1];
    return NULL;
}

/* The reports of a field and of its rows say the same. */
static bool field_reported_alike(const struct diff_bench *b, struct dwr_str name)
{
    size_t at[2] = { 0, 0 };
    const struct dwr_report *one, *two;

    do {
        one = next_report(&b->result[0], name, &at[0]);
        two = next_report(&b->result[1], name, &at[1]);
    } while (one != NULL && two != NULL && one->outcome == two->outcome &&
             one->conflict == two->conflict && same_bytes(one->field, two->field));
    return one == NULL && two == NULL;
}

/* --- conflicts that a person decides --- */

static bool is_asked(const struct dwr_report *r)
{
    return r->outcome == DWR_OUTCOME_MANUAL || r->outcome == DWR_OUTCOME_HELD;
}

/* Of the field or one of its rows a person was asked, and nobody is any more. */
static bool asks_no_more(const struct diff_bench *b, struct dwr_str name)
{
    const struct dwr_result *was = &b->result[0], *is = &b->result[1];

    for (size_t i = 0; i < was->field_count; i++) {
        bool asked = !is_of(&was->fields[i], name) || !is_asked(&was->fields[i]);

        for (size_t k = 0; k < is->field_count && !asked; k++)
            asked =
                is_asked(&is->fields[k]) && same_bytes(was->fields[i].field, is->fields[k].field);
        if (!asked)
            return true;
    }
    return false;
}

/* The marks of a provisional value (4.3) that either document has and the other has not. */
static bool marked_otherwise(struct diff_bench *b, struct arena *arena, struct dwr_str name)
{
    static const char *const marks[] = { "_%.*s_conflict", "_server_%.*s", "_client_%.*s" };

    if (b->result[0].doc.p == NULL || b->result[1].doc.p == NULL ||
        (!b->view[0].kept.marked && !b->view[1].kept.marked))
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct dwr_str mark = arena_printf(arena, marks[i], (int)name.n, name.p);

        if (!trial_same(&b->bench[0], trial_members_get(&b->view[0].kept, mark),
                        trial_members_get(&b->view[1].kept, mark)))
            return true;
    }
    return false;
}

/* --- how grave it is --- */

static bool is_table(const struct dwr_doctype *d, struct dwr_str name)
{
    const uint16_t field = index_of(d, name);

    return field != DWR_NONE && d->names.v[field].role == DWR_NAME_TABLE;
}

static bool reported_as(const struct diff_bench *b, int side, struct dwr_str name,
                        enum dwr_outcome outcome)
{
    size_t at = 0;
    const struct dwr_report *r = next_report(&b->result[side], name, &at);

    return r != NULL && r->outcome == outcome;
}

/* Something the client wrote, and the old rules took, is not taken: not in the document, nor shown
 * to a person. A write that the old rules rejected, a value that they refused (and that a `set`
 * happens to be) or did not look at (and that a count happens to be) is nothing that the new ones
 * could lose. */
static bool loses(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                  struct dwr_str name, enum trial_fate old_fate, enum trial_fate new_fate)
{
    const struct dwr_text wrote = trial_members_get(&b->view[0].wrote, name);
    const bool tables = is_table(b->pair->by[0], name) && is_table(b->pair->by[1], name);

    if (b->result[0].status == DWR_REJECTED || write->op == DWR_DELETE || wrote.p == NULL ||
        is_sync_layers(b->pair->by[0], index_of(b->pair->by[0], name)) ||
        (!tables && old_fate == TRIAL_KEPT && reported_as(b, 0, name, DWR_OUTCOME_REFUSED)))
        return false;
    /* Of both sides' elements each is one that was written. */
    if (b->result[1].status != DWR_REJECTED && wrote.p[0] == '[' &&
        (tables || reported_as(b, 1, name, DWR_OUTCOME_MERGED)))
        return diff_rows_lost(b, arena, write, name);
    return old_fate <= TRIAL_SHOWN && new_fate >= TRIAL_REPORTED;
}

static enum diff_class class_of_field(struct diff_bench *b, struct arena *arena,
                                      const struct dwr_write *write, struct dwr_str name)
{
    const struct dwr_text was = trial_members_get(&b->view[0].kept, name),
                          is = trial_members_get(&b->view[1].kept, name);
    const enum trial_fate old_fate = fate(b, 0, write, name), new_fate = fate(b, 1, write, name);

    if (loses(b, arena, write, name, old_fate, new_fate))
        return DIFF_LOSES;
    if (!trial_same(&b->bench[0], was, is) || asks_no_more(b, name) ||
        marked_otherwise(b, arena, name))
        return DIFF_OUTCOME;
    if (old_fate != new_fate || !field_reported_alike(b, name))
        return DIFF_SAFE;
    return DIFF_SAME;
}

struct found {
    struct diff_difference *v;
    uint32_t count, room;
};

static void add(struct found *f, struct dwr_str field, enum diff_class class)
{
    if (class != DIFF_SAME && f->count < f->room)
        f->v[f->count++] = (struct diff_difference){ field, class };
}

/* The members of a document, but for those of one that were looked at before. */
static void add_fields(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                       const struct trial_members *members, const struct trial_members *before[2],
                       struct found *f)
{
    for (uint32_t i = 0; i < members->count; i++) {
        const struct dwr_str name = members->v[i].name;

        /* The marks of a provisional value are its field's. */
        if (name.n > 0 && name.p[0] != '_' &&
            (before[0] == NULL || trial_members_get(before[0], name).p == NULL) &&
            (before[1] == NULL || trial_members_get(before[1], name).p == NULL))
            add(f, name, class_of_field(b, arena, write, name));
    }
}

static void add_all_fields(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                           struct found *f)
{
    const struct trial_members *docs[] = { NULL, NULL, &b->view[0].wrote, &b->view[0].kept,
                                           &b->view[1].kept };

    for (int i = 2; i < 5; i++)
        add_fields(b, arena, write, docs[i], &docs[i - 2], f);
}

/* The document as a whole; whether it is success or merged follows from the fields. */
static bool ends_otherwise(const struct diff_bench *b)
{
    const struct dwr_result *was = &b->result[0], *is = &b->result[1];

    return (was->status == DWR_REJECTED) != (is->status == DWR_REJECTED) || was->code != is->code ||
           (was->doc.p == NULL) != (is->doc.p == NULL);
}

uint32_t diff_compare(struct diff_bench *b, struct arena *arena, const struct dwr_write *write,
                      struct diff_difference *found, uint32_t room)
{
    const struct dwr_str none = { NULL, 0 };
    struct found f = { found, 0, room };
    bool ends;

    for (int i = 0; i < 2; i++) {
        const struct trial trial = { .doctype = b->pair->by[i], .write = *write };

        if (trial_merge(&b->bench[i], &trial, &b->result[i]) != DWR_OK)
            return 0; /* what is drawn is valid: only a limit is left */
    }
    if (alike(&b->result[0], &b->result[1]))
        return 0;
    /* A delete that is refused, or taken, is one change and not one of every field. */
    ends = ends_otherwise(b);
    if (write->op != DWR_DELETE || !ends) {
        b->view[0] = trial_view_of(&b->bench[0], arena, write, &b->result[0]);
        b->view[1] = trial_view_again(arena, &b->view[0], &b->result[1]);
        add_all_fields(b, arena, write, &f);
    }
    if (ends)
        add(&f, none,
            write->op != DWR_DELETE && b->result[1].status == DWR_REJECTED && f.count > 0
                ? DIFF_LOSES
                : DIFF_OUTCOME);
    else if (!trial_equal(arena, b->result[0].branch, b->result[1].branch))
        add(&f, none, DIFF_OUTCOME);
    else if (f.count == 0 && !says_alike(arena, &b->result[0], &b->result[1]))
        add(&f, none, DIFF_SAFE); /* only what is reported or notified */
    return f.count;
}
