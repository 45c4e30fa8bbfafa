/* trials.c - the merge that shows what a finding means: made up field by field, merged by the
 * resolver, asked what is left of whose value. */
#include "lint_parts.h"
#include "str.h"

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
    *office = str_of(value_row(kind)->office);
    *device = str_of(value_row(kind)->device);
}

struct dwr_str lint_least_value(enum lint_kind kind)
{
    return str_of(value_row(kind)->least);
}

/* --- the fields of a case --- */

struct lint_case lint_case_begin(struct lint *l)
{
    return (struct lint_case){ .trial = { .doctype = l->plan } };
}

struct lint_cell *lint_cell(struct lint_case *c, struct dwr_str field)
{
    for (unsigned i = 0; i < c->count; i++)
        if (str_same(c->cells[i].name, field))
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

/* --- the merge --- */

/* "DJ-1" of "Dispatch Job"; the one document of a single is called as the DocType is. */
static struct dwr_str document_name(struct lint *l)
{
    const struct dwr_str doctype = l->plan->name;
    char initials[9];
    size_t n = 0;

    if (l->schema && l->schema->is_single)
        return lint_quoted(l, doctype);
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
    trial_doc_put(&base, str_of("name"), name);
    if (c->tombstone)
        trial_doc_put(&server, str_of("_deleted"), str_of("true"));
    trial_doc_put(&server, str_of("name"), name);
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
        const char *const early = "\"2026-03-02T09:00:00Z\"", *const late =
                                                                  "\"2026-03-02T10:00:00Z\"";

        w->client_ts = text(str_of(c->client_last ? late : early));
        w->server_ts = text(str_of(c->client_last ? early : late));
        w->now = text(str_of("\"2026-03-02T17:00:00Z\""));
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
        if (str_same(c->cells[i].name, field))
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
