/* report.c - the field report, notifications and the answer as text (section 8). */
#include "report.h"

#include <string.h>

/* --- words --- */

const char *dwr_status_name(enum dwr_status status)
{
    static const char *const names[] = { "success", "merged", "conflict_manual", "branched",
                                         "rejected" };

    return names[status];
}

const char *dwr_outcome_name(enum dwr_outcome outcome)
{
    static const char *const names[] = { "same",   "client",  "server",   "merged",
                                         "manual", "refused", "branched", "held" };

    return names[outcome];
}

static const struct {
    const char *name, *says;
} codes[] = {
    [DWR_CODE_NONE] = { "", "" },
    [DWR_CODE_LOCKED] = { "LOCKED", "the document is locked in its present state" },
    [DWR_CODE_VALIDATION_ERROR] = { "VALIDATION_ERROR",
                                    "a child table must be an array of objects" },
    [DWR_CODE_CREATE_NOT_ALLOWED] = { "CREATE_NOT_ALLOWED",
                                      "documents of this type are made by the server alone" },
    [DWR_CODE_NOT_FOUND] = { "NOT_FOUND", "the server has no such document" },
    [DWR_CODE_DELETE_NOT_ALLOWED] = { "DELETE_NOT_ALLOWED",
                                      "documents of this type are never deleted" },
    [DWR_CODE_DELETE_CONFLICT] = { "DELETE_CONFLICT",
                                   "the document has changed since the client saw it" },
    [DWR_CODE_DELETED] = { "DELETED", "the document has been deleted" },
};

const char *dwr_code_name(enum dwr_code code)
{
    return codes[code].name;
}

struct dwr_text code_message(enum dwr_code code)
{
    return (struct dwr_text){ codes[code].says, strlen(codes[code].says) };
}

struct dwr_str line_or_strategy(const struct merge *m, const struct dwr_str *at)
{
    return at->p != NULL ? *at : m->d->at;
}

DWR_SELDOM enum dwr_rc reject(struct dwr_result *out, enum dwr_code code, struct dwr_str rule,
                              struct dwr_text stands)
{
    *out = (struct dwr_result){
        .status = DWR_REJECTED,
        .code = code,
        .doc = stands,
        .message = code_message(code),
        .rule = rule,
    };
    return DWR_OK;
}

enum dwr_rc plain_success(struct dwr_result *out, struct dwr_text doc, struct dwr_str rule)
{
    *out = (struct dwr_result){ .status = DWR_SUCCESS, .doc = doc, .rule = rule };
    return DWR_OK;
}

static const struct {
    const char *name, *says;
} failures[] = {
    [DWR_OK] = { "OK", "" },
    [DWR_NOMEM] = { "NOMEM", "out of memory" },
    [DWR_INVALID_JSON] = { "INVALID_JSON", "not valid JSON, or no object where one must be" },
    [DWR_INVALID_UTF8] = { "INVALID_UTF8", "invalid UTF-8, or a lone surrogate" },
    [DWR_DUPLICATE_KEY] = { "DUPLICATE_KEY", "a member name stands twice in one object" },
    [DWR_TOO_DEEP] = { "TOO_DEEP", "nested deeper than 64" },
    [DWR_TOO_LARGE] = { "TOO_LARGE", "larger than the size limit" },
    [DWR_INVALID_REQUEST] = { "INVALID_REQUEST",
                              "a doctype, op or document is missing or of the wrong kind" },
    [DWR_BAD_TABLES] = { "BAD_TABLES", "the rules were compiled for another version" },
};

const char *dwr_rc_name(enum dwr_rc rc)
{
    return failures[rc].name;
}

const char *rc_message(enum dwr_rc rc)
{
    return failures[rc].says;
}

/* --- reports --- */

struct dwr_report *add_report(struct merge *m)
{
    if (m->report_count == m->report_room) {
        const size_t room = m->report_room == 0 ? 32 : 2 * m->report_room;
        struct dwr_report *reports = dwr_take(m->s, room * sizeof *reports);

        if (reports == NULL)
            return NULL;
        if (m->report_count > 0)
            memcpy(reports, m->reports, m->report_count * sizeof *reports);
        m->reports = reports;
        m->report_room = room;
    }
    return &m->reports[m->report_count++];
}

bool report_fields(struct merge *m)
{
    const struct record *r = &m->doc;

    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct decision *d = &r->decisions[i];
        struct dwr_report *report;

        /* Where nothing was concurrent only refusals are worth a word. */
        if (!d->reported || (!m->concurrent && !d->conflict))
            continue;
        if (d->outcome == DWR_OUTCOME_MANUAL)
            m->manual_open = true;
        report = add_report(m);
        if (report == NULL)
            return false;
        *report = (struct dwr_report){
            .field = r->slots[i].name,
            .outcome = (enum dwr_outcome)d->outcome,
            .conflict = d->conflict,
            .base = r->base_known ? r->slots[i].value[DWR_BASE] : (struct dwr_text){ NULL, 0 },
            .server = r->slots[i].value[DWR_SERVER],
            .client = client_view(r, &r->slots[i]),
            .rule = *d->rule,
        };
    }
    return true;
}

static bool is_overridden(const struct dwr_report *report)
{
    return (report->outcome == DWR_OUTCOME_SERVER && report->conflict) ||
           report->outcome == DWR_OUTCOME_REFUSED;
}

bool finish_result(struct merge *m, struct dwr_result *out)
{
    static const char overridden[] = "client_change_overridden";
    static const char manual[] = "manual_resolution_required";
    static const char branch[] = "branch_created";
    const struct dwr_doctype *d = m->d;
    const size_t room = d->notify_count + (d->notify_conflict ? m->report_count : 0) + 2;
    struct dwr_notification *v;
    size_t n = 0;

    out->fields = m->reports;
    out->field_count = m->report_count;
    v = dwr_take(m->s, room * sizeof *v);
    if (v == NULL)
        return false;
    for (unsigned k = 0; k < d->notify_count && m->concurrent; k++) {
        const struct dwr_str field = d->names.v[d->notify[k].field].name;

        if (field_changes(&m->doc, d->notify[k].field))
            v[n++] = (struct dwr_notification){ { d->notify[k].type.p, d->notify[k].type.n },
                                                { field.p, field.n } };
    }
    for (size_t k = 0; k < m->report_count && d->notify_conflict; k++)
        if (is_overridden(&m->reports[k]))
            v[n++] = (struct dwr_notification){ { overridden, sizeof overridden - 1 },
                                                m->reports[k].field };
    if (m->manual_open)
        v[n++] = (struct dwr_notification){ { manual, sizeof manual - 1 }, { NULL, 0 } };
    if (m->branched)
        v[n++] = (struct dwr_notification){ { branch, sizeof branch - 1 }, { NULL, 0 } };
    out->notifications = v;
    out->notification_count = n;
    return true;
}

/* --- the answer --- */

static char *put(char *to, const char *text)
{
    return put_text(to, text, strlen(text));
}

static char *put_or_null(char *to, struct dwr_text v)
{
    return v.p == NULL ? put_text(to, "null", 4) : put_text(to, v.p, v.n);
}

static char *put_rule(char *to, struct dwr_str rule)
{
    return rule.p == NULL ? put_text(to, "null", 4) : put_string(to, rule.p, rule.n);
}

/* A generous count of the bytes the answer takes: every escaped byte as six. */
static size_t answer_room(const struct dwr_result *r, struct dwr_text id)
{
    size_t room = 256 + id.n + r->doc.n + r->branch.n + 6 * (r->message.n + r->rule.n);

    for (size_t i = 0; i < r->field_count; i++) {
        const struct dwr_report *f = &r->fields[i];

        room += 128 + 6 * (f->field.n + f->rule.n) + f->base.n + f->server.n + f->client.n;
    }
    for (size_t i = 0; i < r->notification_count; i++)
        room += 40 + 6 * (r->notifications[i].type.n + r->notifications[i].field.n);
    return room;
}

static char *put_report(char *to, const struct dwr_report *f)
{
    to = put_string(to, f->field.p, f->field.n);
    to = put_text(to, ":{\"outcome\":\"", 13);
    to = put(to, dwr_outcome_name(f->outcome));
    to = f->conflict ? put_text(to, "\",\"conflict\":true,\"base\":", 25)
                     : put_text(to, "\",\"conflict\":false,\"base\":", 26);
    to = put_or_null(to, f->base);
    to = put_text(to, ",\"server\":", 10);
    to = put_or_null(to, f->server);
    to = put_text(to, ",\"client\":", 10);
    to = put_or_null(to, f->client);
    to = put_text(to, ",\"rule\":", 8);
    to = put_rule(to, f->rule);
    *to++ = '}';
    return to;
}

static char *put_notification(char *to, const struct dwr_notification *n)
{
    to = put(to, "{\"type\":");
    to = put_string(to, n->type.p, n->type.n);
    if (n->field.p != NULL) {
        to = put(to, ",\"field\":");
        to = put_string(to, n->field.p, n->field.n);
    }
    *to++ = '}';
    return to;
}

struct dwr_text dwr_answer(const struct dwr_result *r, struct dwr_text id, struct dwr_scratch *s)
{
    char *start = dwr_take(s, answer_room(r, id)), *to = start;

    if (start == NULL)
        return (struct dwr_text){ NULL, 0 };
    to = put(to, "{\"id\":");
    to = put_or_null(to, id);
    to = put(to, ",\"status\":\"");
    to = put(to, dwr_status_name(r->status));
    to = put(to, "\",\"doc\":");
    to = put_or_null(to, r->doc);
    to = put(to, ",\"fields\":{");
    for (size_t i = 0; i < r->field_count; i++) {
        if (i > 0)
            *to++ = ',';
        to = put_report(to, &r->fields[i]);
    }
    to = put(to, "},\"notifications\":[");
    for (size_t i = 0; i < r->notification_count; i++) {
        if (i > 0)
            *to++ = ',';
        to = put_notification(to, &r->notifications[i]);
    }
    *to++ = ']';
    if (r->branch.p != NULL) {
        to = put(to, ",\"branch\":");
        to = put_or_null(to, r->branch);
    }
    if (r->code != DWR_CODE_NONE) {
        to = put(to, ",\"code\":\"");
        to = put(to, dwr_code_name(r->code));
        to = put(to, "\",\"message\":");
        to = put_string(to, r->message.p, r->message.n);
    }
    if (r->rule.p != NULL) {
        to = put(to, ",\"rule\":");
        to = put_rule(to, r->rule);
    }
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}
