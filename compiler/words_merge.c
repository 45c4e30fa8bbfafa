/* words_merge.c - what a merge decided, in words. Sections are those of SEMANTICS.
 *
 * A report names the line of its rule. The compiled rules of this run have one text for each line
 * that a statement stands on, and the report borrows it: so the rule is found by where that text
 * lies, also where two rules stand on one line. */
#include "words_parts.h"

#include "../runtime/name_hash.h"
#include "trial/trial.h"

/* What a report is about and which rule decided. */
struct found {
    const struct dwr_report *report;
    const struct dwr_table *table; /* a row of it; NULL: a field */
    const struct dwr_unit *unit;   /* of a field with a rule of its own; NULL: none */
    const struct dwr_rule *rule;   /* NULL: of a row, or unknown */
    bool several;                  /* the unit has several fields */
    bool base_known;
};

static bool is_line(struct dwr_str rule, struct dwr_str at)
{
    return rule.p && rule.p == at.p;
}

/* "parts_used" of "parts_used[WIDGET-9]", unless a field is called so. */
static const struct dwr_table *table_of_row(const struct dwr_doctype *d, struct dwr_text label)
{
    if (label.n == 0 || label.p[label.n - 1] != ']')
        return NULL;
    for (uint32_t i = 0; i < d->table_count; i++) {
        const struct dwr_str name = d->names.v[d->tables[i].field].name;

        if (label.n > name.n + 1 && label.p[name.n] == '[' && memcmp(label.p, name.p, name.n) == 0)
            return &d->tables[i];
    }
    return NULL;
}

static const struct dwr_rule *rule_of(const struct dwr_unit *unit, struct dwr_str at)
{
    for (uint32_t i = 0; i < unit->rule_count; i++)
        if (is_line(at, unit->rules[i].at))
            return &unit->rules[i];
    return &unit->rules[unit->rule_count - 1];
}

static struct found find(const struct dwr_doctype *d, const struct dwr_report *report,
                         bool base_known)
{
    const unsigned i = dwr_names_find(&d->names, report->field.p, report->field.n);
    struct found f = { .report = report, .base_known = base_known };

    if (i != DWR_NONE && d->names.v[i].role == DWR_NAME_UNIT) {
        f.unit = &d->units[d->names.v[i].index];
        f.rule = rule_of(f.unit, report->rule);
        f.several = f.unit->field_count > 1;
        return f;
    }
    if (i == DWR_NONE)
        f.table = table_of_row(d, report->field);
    if (!f.table) {
        f.rule = &d->free_rule;
        f.several = d->free_together;
    }
    return f;
}

/* --- fields --- */

/* Why it is a conflict (3). */
static void put_lead(struct sentence *s, const struct found *f)
{
    const struct dwr_report *r = f->report;

    if (f->several && f->unit)
        say(s, "%l are decided as one and both sides changed them; ",
            (const struct dwr_table *)NULL, f->unit->fields, (unsigned)f->unit->field_count);
    else if (f->several)
        say(s, "both changed the document; ");
    else if (!f->base_known)
        say(s, "the server has another value, and what the client had seen is not known; ");
    else if (f->rule->watch_count > 0 && trial_equal(s->w->arena, r->base, r->server))
        say(s, "%l changed on the server; ", (const struct dwr_table *)NULL, f->rule->watch,
            (unsigned)f->rule->watch_count);
    else
        say(s, "both changed it; ");
}

static void put_server_kept(struct sentence *s, const struct found *f)
{
    switch (f->rule->kind) {
    case DWR_RULE_SERVER_WINS:
        put_rule(s, NULL, f->rule, f->several);
        break;
    case DWR_RULE_LAST_WRITE_WINS:
        say(s, "the client's write does not count as the later one");
        break;
    case DWR_RULE_FIRST_WRITE_WINS:
        say(s, "the server's was there first");
        break;
    default: /* section 4: decided as server_wins */
        say(s, "a value is not of the kind that the rule is for, so the server's stands");
    }
}

static void put_client_taken(struct sentence *s, const struct found *f)
{
    switch (f->rule->kind) {
    case DWR_RULE_LAST_WRITE_WINS:
        say(s, "the client's write counts as the later one");
        break;
    case DWR_RULE_FIRST_WRITE_WINS:
        say(s, "the server had none");
        break;
    default:
        put_rule(s, NULL, f->rule, f->several);
    }
}

static void put_conflict(struct sentence *s, const struct found *f)
{
    put_lead(s, f);
    if (f->report->outcome == DWR_OUTCOME_SERVER)
        put_server_kept(s, f);
    else if (f->report->outcome == DWR_OUTCOME_CLIENT)
        put_client_taken(s, f);
    else
        put_rule(s, NULL, f->rule, f->several);
    if (f->report->outcome == DWR_OUTCOME_MANUAL)
        say(s, f->rule->provisional_client ? ", and until then the client's value stands"
                                           : ", and until then the server's value stands");
    if (f->rule->when)
        say(s, ", as %c", f->rule->when, WORDS_OF_MERGE);
}

/* The `set` of a manual rule that refused what the client wrote (4.3). */
static const struct dwr_set *set_of(const struct dwr_doctype *d, struct dwr_str at)
{
    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t i = 0; i < d->units[u].rule_count; i++)
            for (uint32_t k = 0; k < d->units[u].rules[i].set_count; k++)
                if (is_line(at, d->units[u].rules[i].set[k].at))
                    return &d->units[u].rules[i].set[k];
    return NULL;
}

static void put_lock(struct sentence *s)
{
    say(s, "the document is locked, as %c", s->w->doctype->lock, WORDS_OF_MERGE);
}

static void put_refused(struct sentence *s, const struct found *f)
{
    const struct dwr_set *set = set_of(s->w->doctype, f->report->rule);

    if (is_line(f->report->rule, s->w->doctype->lock_at)) {
        put_lock(s);
    } else if (set) {
        say(s, "a conflict was opened, and that sets it to %v", set->value);
    } else {
        put_rule(s, NULL, f->rule, f->several);
        if (f->rule->when)
            say(s, ", as %c", f->rule->when, WORDS_OF_MERGE);
    }
}

static void put_taken_alone(struct sentence *s, const struct found *f)
{
    if (f->rule->kind == DWR_RULE_IMMUTABLE)
        say(s, "the server had nothing there, and the client filled it");
    else if (!f->base_known)
        say(s, "the server had nothing there");
    else if (f->several && f->unit)
        say(s, "of %l only the client changed any", (const struct dwr_table *)NULL, f->unit->fields,
            (unsigned)f->unit->field_count);
    else
        say(s, "only the client changed it");
}

static void put_field_decision(struct sentence *s, const struct found *f)
{
    switch (f->report->outcome) {
    case DWR_OUTCOME_SAME:
        say(s, "both wrote the same");
        break;
    case DWR_OUTCOME_REFUSED:
        put_refused(s, f);
        break;
    case DWR_OUTCOME_BRANCHED:
        say(s, "both wrote the document, and the client's is kept as a document of its own");
        break;
    default:
        if (f->report->conflict)
            put_conflict(s, f);
        else
            put_taken_alone(s, f);
    }
}

/* --- rows (6) --- */

static void put_both_rows(struct sentence *s, const struct found *f)
{
    const struct dwr_table *t = f->table;
    const bool timed = (t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS ||
                        t->same_key == DWR_SAME_KEY_LAST_WRITE_WINS) &&
                       t->order_by != DWR_NONE;
    const char *whose = f->report->outcome == DWR_OUTCOME_CLIENT ? "client's" : "server's";

    say(s, f->report->base.p ? "both changed the row; " : "both have the row, and it differs; ");
    if (timed && f->report->outcome == DWR_OUTCOME_CLIENT)
        say(s, "the client's has the %s %m and stands",
            t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS ? "earlier" : "later", t,
            (unsigned)t->order_by);
    else if (timed)
        say(s, "the client's has no %s %m, so the server's stands",
            t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS ? "earlier" : "later", t,
            (unsigned)t->order_by);
    else
        say(s, "the %s stands", whose);
}

static void put_client_row(struct sentence *s, const struct found *f)
{
    const struct dwr_report *r = f->report;

    if (!r->server.p)
        say(s, r->conflict ? "the server removed the row and the client changed it, so it is kept"
                           : "only the client has the row, and it is added");
    else if (r->conflict)
        put_both_rows(s, f);
    else
        say(s, "only the client changed the row");
}

static void put_server_row(struct sentence *s, const struct found *f)
{
    if (!f->report->client.p)
        say(s, "the client removed the row and the server changed it, so it stays");
    else
        put_both_rows(s, f);
}

static void put_refused_row(struct sentence *s, const struct found *f)
{
    if (is_line(f->report->rule, s->w->doctype->lock_at))
        put_lock(s);
    else if (!f->report->client.p)
        say(s, "the client left the row out, and rows are not removed here");
    else
        say(s, "a stored row is never changed");
}

/* Member by member: what each rule says. */
static void put_merged_row(struct sentence *s, const struct found *f)
{
    const struct dwr_table *t = f->table;

    if (t->same_key != DWR_SAME_KEY_FIELDS) {
        say(s, "both changed the row; both are kept");
        return;
    }
    say(s, "both changed the row, and it is merged member by member (");
    for (uint32_t u = 0; u < t->unit_count; u++) {
        say(s, "%l: ", t, t->units[u].fields, (unsigned)t->units[u].field_count);
        put_rule(s, t, &t->units[u].rules[0], t->units[u].field_count > 1);
        say(s, "; ");
    }
    say(s, "every other: ");
    put_rule(s, t, &t->otherwise, false);
    say(s, ")");
}

static void put_row_decision(struct sentence *s, const struct found *f)
{
    switch (f->report->outcome) {
    case DWR_OUTCOME_SAME:
        say(s, "both wrote the same row");
        break;
    case DWR_OUTCOME_CLIENT:
        put_client_row(s, f);
        break;
    case DWR_OUTCOME_SERVER:
        put_server_row(s, f);
        break;
    case DWR_OUTCOME_MERGED:
        put_merged_row(s, f);
        break;
    case DWR_OUTCOME_MANUAL:
        say(s, "both changed the row; a person decides, and until then the server's stands");
        break;
    case DWR_OUTCOME_HELD:
        say(s, "a row of the client's alone waits for a person, as %c", f->table->hold,
            WORDS_OF_MERGE);
        break;
    default:
        put_refused_row(s, f);
    }
}

struct dwr_str words_decision(const struct words *w, const struct dwr_report *report,
                              bool base_known)
{
    const struct found f = find(w->doctype, report, base_known);
    struct sentence s;

    say_begin(&s, w);
    if (f.table)
        put_row_decision(&s, &f);
    else
        put_field_decision(&s, &f);
    return say_sentence(&s);
}

/* --- the document (5, 7, 8) --- */

static struct dwr_str rejected(const struct words *w, enum dwr_code code)
{
    switch (code) {
    case DWR_CODE_LOCKED:
        return said(w, "Refused: the document is locked, as %c.", w->doctype->lock, WORDS_OF_MERGE);
    case DWR_CODE_VALIDATION_ERROR:
        return said(w, "Refused: a table must be a list of rows.");
    case DWR_CODE_CREATE_NOT_ALLOWED:
        return said(w, "Refused: only the server makes documents of this kind.");
    case DWR_CODE_NOT_FOUND:
        return said(w, "Refused: the server has no such document. What the client wrote is in the "
                       "audit record.");
    case DWR_CODE_DELETE_NOT_ALLOWED:
        return said(w, "Refused: documents of this kind are never deleted.");
    case DWR_CODE_DELETE_CONFLICT:
        return said(w, "Not deleted: the document has changed since the client saw it.");
    case DWR_CODE_DELETED:
        return said(w,
                    "Refused: the document was deleted, and a delete wins over a write. What the "
                    "client wrote is in the audit record.");
    case DWR_CODE_NONE:
        break;
    }
    return said(w, "Refused.");
}

static struct dwr_str deleted(const struct words *w, const struct dwr_result *result,
                              bool concurrent)
{
    if (!result->rule.p && !concurrent)
        return said(w, "Nothing changes: it was deleted already.");
    if (concurrent)
        return said(w,
                    "Deleted, although the client has not seen the server's last change: a delete "
                    "wins. What was there can be recovered.");
    return said(w, "Deleted: nothing had changed since the client saw it.");
}

static struct dwr_str soft_deleted(const struct words *w)
{
    const struct dwr_set *set = &w->doctype->tombstone.soft_delete;

    return said(w,
                "Not deleted: documents of this kind get %f set to %v instead, which is decided "
                "like any other write.",
                (unsigned)set->field, set->value);
}

static struct dwr_str as_a_whole(const struct words *w, const struct dwr_result *result,
                                 bool concurrent)
{
    switch (result->status) {
    case DWR_BRANCHED:
        return said(w,
                    "Both sides wrote the document: the server's stands, and the client's is kept "
                    "as a document of its own.");
    case DWR_CONFLICT_MANUAL:
        return said(w, "A person has to decide; the document holds what stands until then.");
    case DWR_MERGED:
        if (concurrent && result->field_count == 0)
            return said(w, "What the two sides wrote did not meet.");
        return said(w, concurrent ? "Both sides wrote: the document is made by the rules below."
                                  : "Not all that the client wrote was taken.");
    default:
        if (concurrent && result->field_count == 0)
            return said(w, "The document is what the client wrote.");
        return said(w, concurrent
                           ? "The document is what the client wrote, by the rules below."
                           : "The document is what the client wrote: nobody else had changed "
                             "it.");
    }
}

/* Section 7: the server has a tombstone. */
static bool is_tombstone(const struct words *w, struct dwr_text server)
{
    static const struct dwr_str deleted_member = DWR_STR("_deleted");
    struct dwr_text value = { NULL, 0 };

    if (server.p && memchr(server.p, '{', server.n))
        value = trial_member(w->arena, server, deleted_member);
    return value.n == 4 && memcmp(value.p, "true", 4) == 0;
}

struct dwr_str words_outcome(const struct words *w, const struct dwr_write *write,
                             const struct dwr_result *result, bool concurrent)
{
    if (result->status == DWR_REJECTED)
        return rejected(w, result->code);
    if (write->op == DWR_DELETE && !result->doc.p)
        return deleted(w, result, concurrent);
    if (write->op == DWR_DELETE)
        return soft_deleted(w);
    if (write->op == DWR_INSERT && !write->server.p)
        return said(w, "A new document: the server had none of this name.");
    if (is_tombstone(w, write->server))
        return said(w, "The document was deleted and is brought back.");
    return as_a_whole(w, result, concurrent);
}
