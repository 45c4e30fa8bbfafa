/* print.c - a merge as a test block: its documents, and everything that came out. Laid out it is by
 * the formatter (fmt.h). */
#include "scenario_parts.h"

/* --- what is given --- */

static void given(struct out *o, const char *word, struct dwr_text value)
{
    if (!value.p)
        return;
    out_bytes(o, word, strlen(word));
    out_char(o, ' ');
    out_bytes(o, value.p, value.n);
    if (value.p[0] != '{')
        out_char(o, ';');
    out_char(o, '\n');
}

static void put_given(const struct seek *seek, struct out *o)
{
    const struct dwr_write *w = &seek->write;

    if (w->op == DWR_INSERT)
        out_lit(o, "op insert;\n");
    given(o, "base", w->base);
    given(o, "server", w->server);
    given(o, "client", w->client);
    if (w->op == DWR_DELETE)
        out_lit(o, "op delete;\n");
    given(o, "client_ts", w->client_ts);
    given(o, "server_ts", w->server_ts);
    given(o, "server_role", w->server_role);
    given(o, "client_role", w->client_role);
    given(o, "client_user", w->client_user);
}

/* --- what is expected --- */

static bool has_member(struct seek *seek, struct dwr_text doc, struct dwr_text key)
{
    const struct dwr_text name = dwr_string_bytes(seek->bench.compare, key);

    return name.p && dwr_member(seek->bench.compare, doc, name.p, name.n).p;
}

static bool is_key(struct dwr_text key, const char *name)
{
    return key.n == strlen(name) + 2 && memcmp(key.p + 1, name, key.n - 2) == 0;
}

/* The members of the result; and as null those that a side has and the result has not. */
static struct dwr_text expected_document(struct seek *seek, struct dwr_text doc)
{
    const struct dwr_text sides[] = { seek->write.base, seek->write.server, seek->write.client };
    struct dwr_text key, value, text = { "{}", 2 };
    struct trial_doc out;
    struct dwr_walk walk = dwr_walk_of(doc);

    trial_doc_start(&out, seek->arena);
    while (dwr_walk_next(&walk, seek->bench.compare->scan, &key, &value)) {
        const struct dwr_text name = dwr_string_bytes(seek->bench.compare, key);

        if (name.p && !is_key(key, "name"))
            trial_doc_put(&out, (struct dwr_str){ name.p, name.n },
                          (struct dwr_str){ value.p, value.n });
    }
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        if (!sides[i].p)
            continue;
        walk = dwr_walk_of(sides[i]);
        while (dwr_walk_next(&walk, seek->bench.compare->scan, &key, &value)) {
            const struct dwr_text name = dwr_string_bytes(seek->bench.compare, key);

            if (!name.p || is_key(key, "name") || key.p[1] == '_' || has_member(seek, doc, key))
                continue;
            text = trial_doc_end(&out);
            if (!has_member(seek, text, key)) {
                out.n--;
                trial_doc_put(&out, (struct dwr_str){ name.p, name.n },
                              (struct dwr_str)DWR_STR("null"));
            } else {
                out.n--;
            }
        }
    }
    return trial_doc_end(&out);
}

/* A field as an expectation names it: quoted unless it is a plain word. */
static void field_name(struct out *o, struct dwr_text name)
{
    bool is_word = name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9') &&
                   !(name.n == 3 && memcmp(name.p, "not", 3) == 0);

    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];

        is_word = is_word && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_');
    }
    if (is_word) {
        out_bytes(o, name.p, name.n);
        return;
    }
    out_char(o, '"');
    out_json_text(o, (struct dwr_str){ name.p, name.n });
    out_char(o, '"');
}

/* The table whose row is reported; DWR_NONE: it is a field. */
static unsigned table_of(const struct seek *seek, struct dwr_text label, size_t *n)
{
    for (unsigned t = 0; t < seek->d->table_count; t++) {
        const struct dwr_str name = seek->d->names.v[seek->d->tables[t].field].name;

        if (label.n > name.n + 1 && memcmp(label.p, name.p, name.n) == 0 &&
            label.p[name.n] == '[' && label.p[label.n - 1] == ']') {
            *n = name.n;
            return t;
        }
    }
    return DWR_NONE;
}

static void reported(const struct seek *seek, struct out *o, struct dwr_text label)
{
    size_t n;

    if (table_of(seek, label, &n) == DWR_NONE) {
        field_name(o, label);
        return;
    }
    field_name(o, (struct dwr_text){ label.p, n });
    out_lit(o, "[\"");
    out_json_text(o, (struct dwr_str){ label.p + n + 1, label.n - n - 2 });
    out_lit(o, "\"]");
}

static void put_reports(const struct seek *seek, struct out *o)
{
    bool conflict = false;

    for (size_t i = 0; i < seek->result.field_count; i++) {
        const struct dwr_report *report = &seek->result.fields[i];
        const char *outcome = dwr_outcome_name(report->outcome);

        out_lit(o, "expect outcome ");
        reported(seek, o, report->field);
        out_char(o, ' ');
        out_bytes(o, outcome, strlen(outcome));
        out_lit(o, ";\n");
    }
    for (size_t i = 0; i < seek->result.field_count; i++) {
        if (!seek->result.fields[i].conflict)
            continue;
        out_lit(o, "expect conflict ");
        reported(seek, o, seek->result.fields[i].field);
        out_lit(o, ";\n");
        conflict = true;
    }
    if (!conflict && seek->result.status != DWR_REJECTED)
        out_lit(o, "expect no conflict;\n");
}

static void put_notifications(const struct seek *seek, struct out *o)
{
    for (size_t i = 0; i < seek->result.notification_count; i++) {
        const struct dwr_text type = seek->result.notifications[i].type;
        bool said = false;

        for (size_t k = 0; k < i; k++) {
            const struct dwr_text other = seek->result.notifications[k].type;

            said = said || (other.n == type.n && memcmp(other.p, type.p, type.n) == 0);
        }
        if (said)
            continue;
        out_lit(o, "expect notification ");
        out_bytes(o, type.p, type.n);
        out_lit(o, ";\n");
    }
    if (seek->result.notification_count == 0 && seek->result.status != DWR_REJECTED)
        out_lit(o, "expect no notification;\n");
}

static void put_expected(struct seek *seek, struct out *o)
{
    const char *status = dwr_status_name(seek->result.status);
    const char *code = dwr_code_name(seek->result.code);

    out_lit(o, "expect ");
    out_bytes(o, status, strlen(status));
    if (seek->result.doc.p) {
        const struct dwr_text doc = expected_document(seek, seek->result.doc);

        out_char(o, ' ');
        out_bytes(o, doc.p, doc.n);
        out_char(o, '\n');
    } else {
        out_lit(o, ";\n");
    }
    if (*code) {
        out_lit(o, "expect code ");
        out_bytes(o, code, strlen(code));
        out_lit(o, ";\n");
    }
    if (seek->result.branch.p) {
        out_lit(o, "expect branch ");
        out_bytes(o, seek->result.branch.p, seek->result.branch.n);
        out_char(o, '\n');
    }
    put_reports(seek, o);
    put_notifications(seek, o);
}

/* --- titles --- */

static const char *told(const struct draft *draft)
{
    switch (draft->theme) {
    case COVER_SERVER_ONLY:
    case COVER_ADDED_SERVER:
    case COVER_EDITED_SERVER:
    case COVER_REMOVED_SERVER:
        return "changed on the server alone";
    case COVER_CLIENT_ONLY:
    case COVER_ADDED_CLIENT:
    case COVER_EDITED_CLIENT:
    case COVER_REMOVED_CLIENT:
        return "changed on the device alone";
    case COVER_FIRST_VALUE:
        return "set on the device for the first time";
    case COVER_BOTH_SAME:
    case COVER_EDITED_SAME:
        return "the same change on both sides";
    case COVER_CROSSED:
        return "each side changed another field";
    case COVER_WATCHED:
        return "changed on the device while what it depends on changed on the server";
    case COVER_REPEATED_KEY:
    case COVER_MISSING_KEY:
        return "rows that cannot be told apart by their key";
    case COVER_HELD:
        return "a row that waits for a person";
    case COVER_LOCKED_FIELD:
        return "a change of what is locked";
    case COVER_LOCKED_ROWS:
        return "a row added to what is locked";
    case COVER_LOCK_EXCEPTED:
        return "what may be changed although it is locked";
    case COVER_LOCKED_DELETE:
        return "a delete of what is locked";
    case COVER_INSERT:
        return "made on the device";
    case COVER_NAME_TAKEN:
        return "made on the device under a name that is taken";
    case COVER_DELETE:
        return "deleted on the device";
    case COVER_DELETE_CHANGED:
        return "deleted on the device, changed on the server meanwhile";
    case COVER_UPDATE_DELETED:
        return "changed on the device, deleted on the server meanwhile";
    case COVER_RETRY:
        return "sent twice";
    default:
        return "changed on both sides";
    }
}

/* Of the conflicts, the outcome that all have; DWR_OUTCOME_SAME: there are none, or several. */
static enum dwr_outcome only_outcome(const struct seek *seek)
{
    enum dwr_outcome only = DWR_OUTCOME_SAME;

    for (size_t i = 0; i < seek->result.field_count; i++) {
        const struct dwr_report *report = &seek->result.fields[i];

        if (!report->conflict || report->outcome == only)
            continue;
        if (only != DWR_OUTCOME_SAME)
            return DWR_OUTCOME_SAME;
        only = report->outcome;
    }
    return only;
}

static const char *decided(const struct seek *seek)
{
    bool conflict = false;

    for (size_t i = 0; i < seek->result.field_count; i++)
        conflict = conflict || seek->result.fields[i].conflict;
    if (!conflict)
        return "it is taken over";
    switch (only_outcome(seek)) {
    case DWR_OUTCOME_SERVER:
        return "the server's stands";
    case DWR_OUTCOME_CLIENT:
        return "the device's stands";
    case DWR_OUTCOME_MERGED:
        return "one is made of both";
    case DWR_OUTCOME_REFUSED:
        return "refused";
    default:
        return "each field by its rule";
    }
}

static const char *ended(const struct seek *seek, const struct draft *draft)
{
    switch (seek->result.status) {
    case DWR_SUCCESS:
        if (!seek->result.doc.p)
            return "it is gone";
        return draft->op == DWR_DELETE ? "it is marked" : decided(seek);
    case DWR_MERGED:
        return draft->tombstone ? "it is back" : decided(seek);
    case DWR_CONFLICT_MANUAL:
        return "a person decides";
    case DWR_BRANCHED:
        return "both are kept";
    default:
        return "refused";
    }
}

/* One DocType's tests have titles of their own. */
static struct dwr_str title_of(const struct seek *seek, const struct draft *draft)
{
    const char *first = told(draft), *then = ended(seek, draft);
    struct dwr_str title = arena_printf(seek->arena, "%s: %s", first, then);
    unsigned same = 1;

    for (const struct scenario *s = seek->titles; s; s = s->next)
        same += s->plain.n == title.n && memcmp(s->plain.p, title.p, title.n) == 0;
    return same == 1 ? title : arena_printf(seek->arena, "%s: %s (%u)", first, then, same);
}

struct scenario *print_scenario(struct seek *seek, const struct draft *draft)
{
    struct scenario *s = ARENA_NEW(seek->arena, struct scenario);
    struct out_memory m;

    s->plain = arena_printf(seek->arena, "%s: %s", told(draft), ended(seek, draft));
    s->title = title_of(seek, draft);
    out_memory_begin(&m, seek->arena);
    out_lit(&m.out, "test \"");
    out_str(&m.out, s->title);
    out_lit(&m.out, "\" for \"");
    out_json_text(&m.out, seek->name);
    out_lit(&m.out, "\" {\n");
    put_given(seek, &m.out);
    put_expected(seek, &m.out);
    out_lit(&m.out, "}\n");
    s->text = out_memory_bytes(&m);
    return s;
}
