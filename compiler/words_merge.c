/* words_merge.c - what a merge decided of fields and rows, in words. Sections are those of
 * SEMANTICS.
 *
 * A report names the line of its rule. The compiled rules of this run have one text for each line
 * that a statement stands on, and the report borrows it: so the rule is found by where that text
 * lies, also where two rules stand on one line. */
#include "words_parts.h"

#include "../runtime/core/children.h"
#include "../runtime/name_hash.h"
#include "trial/trial.h"

/* What a report is about and which rule decided. */
struct found {
    struct arena *arena;
    struct dwr_scratch *scratch;
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

static bool is_row(struct dwr_text value)
{
    return !value.p || *value.p == '{';
}

/* A row's report names a line of its table, or the lock's. */
static bool is_of(const struct dwr_doctype *d, const struct dwr_table *t,
                  const struct dwr_report *report)
{
    const struct dwr_str lines[] = { t->at,      t->same_key_at,    t->removes_at,
                                     t->hold_at, t->append_only_at, d->lock_at };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (is_line(report->rule, lines[i]))
            return is_row(report->base) && is_row(report->server) && is_row(report->client);
    return false;
}

/* "parts_used" of "parts_used[WIDGET-9]", unless that is what a field is called. */
static const struct dwr_table *table_of_row(const struct dwr_doctype *d,
                                            const struct dwr_report *report)
{
    const struct dwr_text label = report->field;

    if (label.n == 0 || label.p[label.n - 1] != ']')
        return NULL;
    for (uint32_t i = 0; i < d->table_count; i++) {
        const struct dwr_str name = d->names.v[d->tables[i].field].name;

        if (label.n > name.n + 1 && label.p[name.n] == '[' &&
            memcmp(label.p, name.p, name.n) == 0 && is_of(d, &d->tables[i], report))
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

static struct found find(const struct words *w, const struct dwr_report *report, bool base_known,
                         struct dwr_scratch *scratch)
{
    const struct dwr_doctype *d = w->doctype;
    const unsigned i = dwr_names_find(&d->names, report->field.p, report->field.n);
    struct found f = {
        .arena = w->arena, .scratch = scratch, .report = report, .base_known = base_known
    };

    if (i != DWR_NONE && d->names.v[i].role == DWR_NAME_UNIT) {
        f.unit = &d->units[d->names.v[i].index];
        f.rule = rule_of(f.unit, report->rule);
        f.several = f.unit->field_count > 1;
        return f;
    }
    if (i == DWR_NONE)
        f.table = table_of_row(d, report);
    if (!f.table) {
        f.rule = &d->free_rule;
        f.several = d->free_together;
    }
    return f;
}

/* --- fields --- */

/* What else makes it a conflict: fields that a manual rule watches (3). */
static void put_watched(struct sentence *s, const struct dwr_rule *rule)
{
    say(s, rule->watch_count > 1 ? "one of %l" : "%l", (const struct dwr_table *)NULL, rule->watch,
        (unsigned)rule->watch_count);
}

/* Which of a unit's fields the server changed its other fields' reports say. */
static void put_lead_of_unit(struct sentence *s, const struct found *f)
{
    say(s, "%l are decided as one", (const struct dwr_table *)NULL, f->unit->fields,
        (unsigned)f->unit->field_count);
    if (!f->base_known)
        say(s, ", the server has other values, and what the client had seen is not known; ");
    else if (f->rule->watch_count == 0)
        say(s, " and both sides changed them; ");
    else {
        say(s, ", and one of them or ");
        put_watched(s, f->rule);
        say(s, " changed on the server too; ");
    }
}

/* Why it is a conflict (3). */
static void put_lead(struct sentence *s, const struct found *f)
{
    const struct dwr_report *r = f->report;
    const struct dwr_text unset = { NULL, 0 };
    const bool watches = f->rule->watch_count > 0;

    if (f->several && f->unit) {
        put_lead_of_unit(s, f);
    } else if (!f->base_known && watches && trial_equal(s->w->arena, r->server, unset)) {
        put_watched(s, f->rule);
        say(s, " has another value on the server, and what the client had seen is not known; ");
    } else if (!f->base_known) {
        say(s, "the server has %s, and what the client had seen is not known; ",
            f->several ? "other values" : "another value");
    } else if (f->several) {
        say(s, "both changed the document; ");
    } else if (watches && trial_equal(s->w->arena, r->base, r->server)) {
        put_watched(s, f->rule);
        say(s, " changed on the server; ");
    } else {
        say(s, "both changed it; ");
    }
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

static void put_merged(struct sentence *s, const struct found *f)
{
    put_rule(s, NULL, f->rule, f->several);
    /* Section 4.2: without base nobody knows. */
    if (f->rule->kind == DWR_RULE_UNION && f->base_known)
        say(s, ", but for what one side took away");
}

static void put_conflict(struct sentence *s, const struct found *f)
{
    put_lead(s, f);
    if (f->report->outcome == DWR_OUTCOME_SERVER)
        put_server_kept(s, f);
    else if (f->report->outcome == DWR_OUTCOME_CLIENT)
        put_client_taken(s, f);
    else
        put_merged(s, f);
    if (f->report->outcome == DWR_OUTCOME_MANUAL)
        say(s, f->rule->provisional_client ? ", and until then the client's value stands"
                                           : ", and until then the server's value stands");
    if (f->rule->when)
        say(s, ", as %c", f->rule->when, WORDS_OF_MERGE);
}

/* --- what a manual rule sets when the conflict opens (4.3) --- */

/* The rule of the unit that has this `set`; NULL: none has. */
static const struct dwr_rule *rule_with(const struct dwr_unit *unit, const struct dwr_set *set)
{
    for (uint32_t i = 0; i < unit->rule_count; i++)
        for (uint32_t k = 0; k < unit->rules[i].set_count; k++)
            if (unit->rules[i].set[k].field == set->field &&
                is_line(unit->rules[i].set[k].at, set->at))
                return &unit->rules[i];
    return NULL;
}

/* NULL: it is no line of a `set`. */
static const struct dwr_set *set_at(const struct dwr_doctype *d, struct dwr_str at)
{
    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t i = 0; i < d->units[u].rule_count; i++)
            for (uint32_t k = 0; k < d->units[u].rules[i].set_count; k++)
                if (is_line(at, d->units[u].rules[i].set[k].at))
                    return &d->units[u].rules[i].set[k];
    return NULL;
}

/* How many units have it: one statement may speak of several. */
static uint32_t units_with(const struct dwr_doctype *d, const struct dwr_set *set)
{
    uint32_t count = 0;

    for (uint32_t u = 0; u < d->unit_count; u++)
        count += rule_with(&d->units[u], set) != NULL;
    return count;
}

/* Over which of several units the conflict was the other reports say. */
static void put_set_of(struct sentence *s, const struct dwr_set *set)
{
    const struct dwr_doctype *d = s->w->doctype;
    uint16_t *fields = arena_array(s->w->arena, d->names.count, sizeof *fields);
    unsigned count = 0;

    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t i = 0; i < d->units[u].field_count && rule_with(&d->units[u], set); i++)
            fields[count++] = d->units[u].fields[i];
    say(s, units_with(d, set) > 1 ? "a conflict over one of %l" : "the conflict over %l",
        (const struct dwr_table *)NULL, fields, count);
    say(s, " sets it to %v", set->value);
}

/* False: no `set` refused what the client wrote. */
static bool put_set(struct sentence *s, const struct found *f)
{
    const struct dwr_doctype *d = s->w->doctype;
    const struct dwr_set *set = set_at(d, f->report->rule);
    struct found own = *f;

    if (!set)
        return false;
    own.rule = f->unit ? rule_with(f->unit, set) : NULL;
    if (!own.rule || units_with(d, set) > 1) {
        put_set_of(s, set);
        return true;
    }
    put_lead(s, &own);
    say(s, "the rule sets it to %v", set->value);
    if (own.rule->when)
        say(s, ", as %c", own.rule->when, WORDS_OF_MERGE);
    return true;
}

static void put_lock(struct sentence *s)
{
    say(s, "the document is locked, as %c", s->w->doctype->lock, WORDS_OF_MERGE);
}

static void put_refused(struct sentence *s, const struct found *f)
{
    if (is_line(f->report->rule, s->w->doctype->lock_at)) {
        put_lock(s);
    } else if (!put_set(s, f)) {
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

static bool same_rows(const struct found *f, struct dwr_text a, struct dwr_text b)
{
    bool same;

    dwr_scratch_reset(f->scratch);
    same = rows_equal(f->table, f->scratch, a, b);
    if (f->scratch->failed)
        arena_fail(f->arena);
    return same;
}

static bool server_changed_row(const struct found *f)
{
    return !f->report->base.p || !same_rows(f, f->report->base, f->report->server);
}

static const char *row_lead(const struct found *f)
{
    if (!f->report->base.p)
        return same_rows(f, f->report->server, f->report->client)
                   ? "both have the row"
                   : "both have the row, and it differs";
    return server_changed_row(f) ? "both changed the row" : "only the client changed the row";
}

static void put_both_rows(struct sentence *s, const struct found *f)
{
    const struct dwr_table *t = f->table;
    const bool timed = (t->same_key == DWR_SAME_KEY_FIRST_WRITE_WINS ||
                        t->same_key == DWR_SAME_KEY_LAST_WRITE_WINS) &&
                       t->order_by != DWR_NONE;
    const char *whose = f->report->outcome == DWR_OUTCOME_CLIENT ? "client's" : "server's";

    say(s, "%s; ", row_lead(f));
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

/* Member by member, and no member was in conflict. */
static void put_members_of_client(struct sentence *s, const struct found *f)
{
    if (!f->report->base.p)
        say(s, "both have the row, and where it differs only the client has a value");
    else if (server_changed_row(f))
        say(s, "both changed the row, but no member in two ways: what each changed stands");
    else
        say(s, "only the client changed the row");
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
        put_members_of_client(s, f);
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
        say(s, "%s; both are kept", row_lead(f));
        return;
    }
    say(s,
        f->report->base.p ? "%s, and it is merged member by member ("
                          : "%s; it is merged member by member (",
        row_lead(f));
    for (uint32_t u = 0; u < t->unit_count; u++) {
        say(s, "%l: ", t, t->units[u].fields, (unsigned)t->units[u].field_count);
        put_rule(s, t, &t->units[u].rules[0], t->units[u].field_count > 1);
        say(s, "; ");
    }
    say(s, "every other: ");
    put_rule(s, t, &t->otherwise, false);
    say(s, ")");
}

/* Of a row decided member by member only what the client changed has to be the same. */
static void put_same_row(struct sentence *s, const struct found *f)
{
    if (f->table->same_key != DWR_SAME_KEY_FIELDS ||
        same_rows(f, f->report->server, f->report->client))
        say(s, "both wrote the same row");
    else if (f->report->base.p)
        say(s, "whatever the client changed in the row, the server changed to the same");
    else
        say(s, "the server's row has all that the client's has");
}

static void put_row_decision(struct sentence *s, const struct found *f)
{
    switch (f->report->outcome) {
    case DWR_OUTCOME_SAME:
        put_same_row(s, f);
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
        say(s, "%s; a person decides, and until then the server's stands", row_lead(f));
        break;
    case DWR_OUTCOME_HELD:
        say(s, "a row of the client's alone waits for a person, as %c", f->table->hold,
            WORDS_OF_MERGE);
        break;
    default:
        put_refused_row(s, f);
    }
}

struct dwr_str words_set(const struct words *w, const struct dwr_set *set)
{
    struct sentence s;

    say_begin(&s, w);
    put_set_of(&s, set);
    return say_sentence(&s);
}

struct dwr_str words_decision(const struct words *w, const struct dwr_report *report,
                              bool base_known, struct dwr_scratch *scratch)
{
    const struct found f = find(w, report, base_known, scratch);
    struct sentence s;

    say_begin(&s, w);
    if (f.table)
        put_row_decision(&s, &f);
    else
        put_field_decision(&s, &f);
    return say_sentence(&s);
}
