/* law.c - the laws, one function each (law.h). */
#include "law.h"

#include <stdarg.h>
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

/* --- one case --- */

struct seen {
    enum dwr_rc rc;
    struct dwr_text answer;
    struct tree *root, *doc, *fields, *branch; /* doc, branch: NULL for null */
    struct dwr_text status, code;
};

struct judge {
    struct laws *laws;
    const struct dwr_doctype *d;
    const struct dwr_write *w;
    struct tree *server;           /* as it is stored; NULL: nothing */
    struct tree *base, *client;    /* what the merge works with (2, 7): base NULL: unknown */
    struct tree *stands;           /* what the write is merged into: server, its last content, {} */
    bool fresh, resurrected, soft; /* soft: a delete that is a write */
    bool concurrent;
    struct seen seen;
};

__attribute__((format(printf, 3, 4))) static bool break_law(struct judge *j, enum law law,
                                                            const char *format, ...)
{
    va_list args;

    if (j->laws->broken != LAW_NONE)
        return false;
    j->laws->broken = law;
    va_start(args, format);
    vsnprintf(j->laws->says, sizeof j->laws->says, format, args);
    va_end(args);
    return false;
}

#define SHOW(t) (int)((t).n > 200 ? 200 : (t).n), ((t).p == NULL ? "" : (t).p)

static struct dwr_text raw(const struct tree *t)
{
    return t == NULL ? text_of("(absent)") : t->raw;
}

static void put(char **to, const char *text, size_t n)
{
    memcpy(*to, text, n);
    *to += n;
}

static void put_input(char **to, const char *name, struct dwr_text value)
{
    if (value.p == NULL)
        return;
    *to += sprintf(*to, ",\"%s\":", name);
    put(to, value.p, value.n);
}

struct dwr_text write_line(struct pool *pool, const struct dwr_doctype *doctype,
                           const struct dwr_write *w)
{
    static const char *const ops[] = { "update", "insert", "delete", "undelete" };
    const struct dwr_text name = doctype->name.p == NULL
                                     ? text_of("A DocType that is not named")
                                     : (struct dwr_text){ doctype->name.p, doctype->name.n };
    const size_t room = 400 + 6 * name.n + w->base.n + w->server.n + w->client.n + w->client_ts.n +
                        w->server_ts.n + w->now.n + w->server_role.n + w->client_role.n +
                        w->client_user.n;
    char *const start = pool_take(pool, room), *to = start;

    to += sprintf(to, "{\"id\":1,\"op\":\"%s\",\"doctype\":\"", ops[w->op]);
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"' || name.p[i] == '\\' || (unsigned char)name.p[i] < 0x20)
            to += sprintf(to, "\\u%04x", (unsigned char)name.p[i]);
        else
            *to++ = name.p[i];
    }
    *to++ = '"';
    put_input(&to, "base", w->base);
    put_input(&to, "server", w->server);
    put_input(&to, "client", w->client);
    put_input(&to, "client_ts", w->client_ts);
    put_input(&to, "server_ts", w->server_ts);
    put_input(&to, "now", w->now);
    put_input(&to, "server_role", w->server_role);
    put_input(&to, "client_role", w->client_role);
    put_input(&to, "client_user", w->client_user);
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* Merges and answers; the answer is copied out of the scratch. */
static struct seen see(struct judge *j, const struct dwr_write *w, size_t path, bool stored,
                       unsigned again)
{
    struct laws *const laws = j->laws;
    struct dwr_scratch *const s = laws->scratch[path];
    struct dwr_result result;
    struct seen seen = { .rc = stored ? dwr_merge_stored(j->d, w, s, &result)
                                      : dwr_merge(j->d, w, s, &result) };

    if (seen.rc != DWR_OK)
        return seen;
    if (laws->spoil != NULL)
        laws->spoil(laws->spoil_context, j->d, w, laws->path[path], again, &laws->pool, &result);
    seen.answer = pool_copy(&laws->pool, dwr_answer(&result, text_of("1"), s));
    if (seen.answer.p == NULL)
        seen.rc = DWR_NOMEM;
    return seen;
}

static struct tree *not_null(struct tree *t)
{
    return t == NULL || t->kind == 'n' ? NULL : t;
}

static void read_answer(struct judge *j, struct seen *seen)
{
    struct tree *status, *code;

    seen->root = tree_parse(&j->laws->pool, seen->answer);
    seen->doc = not_null(tree_at(seen->root, "doc"));
    seen->branch = not_null(tree_at(seen->root, "branch"));
    seen->fields = tree_at(seen->root, "fields");
    status = tree_at(seen->root, "status");
    code = tree_at(seen->root, "code");
    if (status != NULL)
        seen->status = status->string;
    if (code != NULL)
        seen->code = code->string;
}

static bool is(struct dwr_text text, const char *word)
{
    return text.n == strlen(word) && memcmp(text.p, word, text.n) == 0;
}

static bool is_rejected(const struct judge *j)
{
    return is(j->seen.status, "rejected");
}

/* --- what the rules say of a name --- */

enum dwr_name_role name_role(const struct dwr_names *names, struct dwr_text name, unsigned *index)
{
    *index = DWR_NONE;
    for (unsigned i = 0; i < names->count; i++)
        if (names->v[i].name.n == name.n && memcmp(names->v[i].name.p, name.p, name.n) == 0) {
            *index = i;
            return (enum dwr_name_role)names->v[i].role;
        }
    return name.n > 0 && name.p[0] == '_' ? DWR_NAME_META : DWR_NAME_FREE;
}

static enum dwr_name_role role_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index);
}

static const struct dwr_table *table_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index) == DWR_NAME_TABLE
               ? &j->d->tables[j->d->names.v[index].index]
               : NULL;
}

static const struct dwr_unit *unit_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index) == DWR_NAME_UNIT
               ? &j->d->units[j->d->names.v[index].index]
               : NULL;
}

/* The sync layer's own: not the client's to write, not compared (1.6). */
static bool is_sync_layers(const struct judge *j, struct dwr_text name)
{
    const enum dwr_name_role role = role_of(j, name);

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

static struct dwr_text field_name(const struct judge *j, unsigned index)
{
    return (struct dwr_text){ j->d->names.v[index].name.p, j->d->names.v[index].name.n };
}

/* --- rows --- */

/* A row's members and nothing else: what rows are compared by (6). */
static struct dwr_text row_canonical(struct pool *pool, const struct dwr_table *table,
                                     const struct tree *row)
{
    size_t room = 1;
    char *start, *to;

    for (size_t i = 0; i < row->count; i++)
        room += row->v[i]->name.n + row->v[i]->canonical.n + 26;
    start = to = pool_take(pool, room);
    for (size_t i = 0; i < row->count; i++) {
        unsigned index;

        if (tree_unset(row->v[i]) ||
            name_role(&table->names, row->v[i]->name, &index) == DWR_NAME_META)
            continue;
        to += sprintf(to, "%zu:", row->v[i]->name.n);
        put(&to, row->v[i]->name.p, row->v[i]->name.n);
        put(&to, row->v[i]->canonical.p, row->v[i]->canonical.n);
        *to++ = ',';
    }
    return (struct dwr_text){ start, (size_t)(to - start) };
}

static bool is_table(const struct tree *t)
{
    if (tree_unset(t))
        return true;
    if (t->kind != '[')
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (t->v[i]->kind != '{')
            return false;
    return true;
}

static size_t row_count(const struct tree *t)
{
    return tree_unset(t) ? 0 : t->count;
}

static bool tables_equal(struct judge *j, const struct dwr_table *table, const struct tree *a,
                         const struct tree *b)
{
    struct pool *const pool = &j->laws->pool;

    if (!is_table(a) || !is_table(b))
        return tree_equal(a, b);
    if (row_count(a) != row_count(b))
        return false;
    for (size_t i = 0; i < row_count(a); i++)
        if (!text_equal(row_canonical(pool, table, a->v[i]), row_canonical(pool, table, b->v[i])))
            return false;
    return true;
}

/* The key of a row; n 0: it has none. */
static struct dwr_text row_key(struct pool *pool, const struct dwr_table *table,
                               const struct tree *row)
{
    size_t room = 1;
    char *start, *to;
    bool set = false;

    for (unsigned k = 0; k < table->key_count; k++) {
        const struct dwr_str name = table->names.v[table->key[k]].name;
        const struct tree *const part = tree_get(row, (struct dwr_text){ name.p, name.n });

        room += tree_unset(part) ? 2 : part->canonical.n + 2;
    }
    start = to = pool_take(pool, room);
    for (unsigned k = 0; k < table->key_count; k++) {
        const struct dwr_str name = table->names.v[table->key[k]].name;
        const struct tree *const part = tree_get(row, (struct dwr_text){ name.p, name.n });

        if (!tree_unset(part)) {
            set = true;
            put(&to, part->canonical.p, part->canonical.n);
        }
        *to++ = '|';
    }
    return (struct dwr_text){ start, set ? (size_t)(to - start) : 0 };
}

static bool keys_are_plain(struct judge *j, const struct dwr_table *table, const struct tree *t)
{
    struct pool *const pool = &j->laws->pool;

    for (size_t i = 0; i < row_count(t); i++) {
        const struct dwr_text key = row_key(pool, table, t->v[i]);

        if (key.n == 0)
            return false;
        for (size_t k = 0; k < i; k++)
            if (text_equal(key, row_key(pool, table, t->v[k])))
                return false;
    }
    return true;
}

/* --- documents --- */

static bool fields_equal(struct judge *j, struct dwr_text name, const struct tree *a,
                         const struct tree *b)
{
    const struct dwr_table *const table = table_of(j, name);

    return table != NULL ? tables_equal(j, table, a, b) : tree_equal(a, b);
}

/* 1.7 */
static bool documents_equal(struct judge *j, const struct tree *a, const struct tree *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (!is_sync_layers(j, a->v[i]->name) &&
            !fields_equal(j, a->v[i]->name, a->v[i], tree_get(b, a->v[i]->name)))
            return false;
    for (size_t i = 0; i < b->count; i++)
        if (!is_sync_layers(j, b->v[i]->name) && tree_get(a, b->v[i]->name) == NULL &&
            !fields_equal(j, b->v[i]->name, NULL, b->v[i]))
            return false;
    return true;
}

/* The field in the client's view (2.3). */
static struct tree *view(const struct judge *j, struct dwr_text name)
{
    struct tree *const written = tree_get(j->client, name);

    return written != NULL ? written : tree_get(j->base != NULL ? j->base : j->stands, name);
}

/* In C of its unit (3). */
static bool in_c(struct judge *j, struct dwr_text name)
{
    struct tree *const written = tree_get(j->client, name);

    return written != NULL && !is_sync_layers(j, name) &&
           !fields_equal(j, name, written, tree_get(j->base != NULL ? j->base : j->stands, name));
}

static struct tree *parse_document(struct judge *j, struct dwr_text text)
{
    return not_null(tree_parse(&j->laws->pool, text));
}

/* Sections 2 and 7: what is merged with what. */
static void set_scene(struct judge *j)
{
    const struct dwr_set *const soft = &j->d->tombstone.soft_delete;
    struct tree *deleted;

    j->server = parse_document(j, j->w->server);
    j->base = j->w->op == DWR_INSERT ? NULL : parse_document(j, j->w->base);
    j->client = j->w->op == DWR_DELETE ? NULL : parse_document(j, j->w->client);
    if (j->client == NULL)
        j->client = tree_parse(&j->laws->pool, text_of("{}"));
    j->stands = j->server;
    deleted = tree_at(j->server, "_deleted");
    if (j->server == NULL) {
        j->fresh = j->w->op == DWR_INSERT;
        j->stands = tree_parse(
            &j->laws->pool,
            text_of(tree_unset(tree_at(j->client, "docstatus")) ? "{}" : "{\"docstatus\":0}"));
        j->base = j->stands;
    } else if (deleted != NULL && deleted->kind == 't') {
        j->resurrected = j->w->op != DWR_DELETE;
        j->base = j->stands;
    } else if (j->w->op == DWR_DELETE && !j->d->tombstone.allow_delete && soft->field != DWR_NONE) {
        const struct dwr_text name = field_name(j, soft->field);
        char *const text = pool_take(&j->laws->pool, name.n + soft->value.n + 16);
        const int n = sprintf(text, "{\"%.*s\":%.*s}", (int)name.n, name.p, (int)soft->value.n,
                              soft->value.p);

        j->soft = true;
        j->client = tree_parse(&j->laws->pool, (struct dwr_text){ text, (size_t)n });
    }
    j->concurrent = j->base == NULL || !documents_equal(j, j->base, j->stands);
}

/* A delete that is not a write, and what found nothing to write to, change no field. */
static bool writes_fields(const struct judge *j)
{
    return !is_rejected(j) && j->seen.doc != NULL && (j->w->op != DWR_DELETE || j->soft);
}

/* An insert of what is there already: nothing changes and nothing is reported. */
static bool is_repetition(struct judge *j)
{
    return j->w->op == DWR_INSERT && !j->fresh && !j->resurrected &&
           documents_equal(j, j->stands, j->client);
}

/* --- valid --- */

static bool law_valid(struct judge *j)
{
    const struct seen *const seen = &j->seen;
    struct dwr_scratch *const s = j->laws->scratch[0];

    if (seen->root == NULL || seen->fields == NULL || tree_at(seen->root, "notifications") == NULL)
        return break_law(j, LAW_VALID, "the answer is no JSON, or lacks a member");
    if (seen->doc != NULL && dwr_check(seen->doc->raw, s) != DWR_OK)
        return break_law(j, LAW_VALID, "the resolved document is not valid: %.*s",
                         SHOW(raw(seen->doc)));
    if (seen->branch != NULL && dwr_check(seen->branch->raw, s) != DWR_OK)
        return break_law(j, LAW_VALID, "the branch is not valid: %.*s", SHOW(raw(seen->branch)));
    j->laws->tally.judged[LAW_VALID]++;
    return true;
}

/* --- deterministic --- */

static bool same_answer(struct judge *j, struct seen other, const char *how)
{
    if (other.rc != j->seen.rc)
        return break_law(j, LAW_DETERMINISTIC, "%s: %s, not %s", how, dwr_rc_name(other.rc),
                         dwr_rc_name(j->seen.rc));
    if (!text_equal(other.answer, j->seen.answer))
        return break_law(j, LAW_DETERMINISTIC, "%s: another answer: %.*s", how, SHOW(other.answer));
    return true;
}

static bool law_deterministic(struct judge *j)
{
    const size_t paths = j->laws->path_count;

    if (!same_answer(j, see(j, j->w, 0, false, 1), "merged again"))
        return false;
    for (size_t i = 1; i < paths; i++)
        if (!same_answer(j, see(j, j->w, i, false, 2), j->laws->path[i]))
            return false;
    /* What an invalid stored document leads to is open. */
    if (j->seen.rc == DWR_OK)
        for (size_t i = 0; i < paths; i++)
            if (!same_answer(j, see(j, j->w, i, true, 3), "documents that were checked before"))
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

    if (is_rejected(j) != (seen->code.n > 0))
        return break_law(j, LAW_REJECTED, "a code and the status belong together");
    if (!is_rejected(j))
        return true;
    j->laws->tally.judged[LAW_REJECTED]++;
    if (j->server == NULL || tombstone
            ? seen->doc != NULL
            : seen->doc == NULL || !text_equal(seen->doc->canonical, j->server->canonical))
        return break_law(j, LAW_REJECTED, "not the document that stands: %.*s",
                         SHOW(raw(seen->doc)));
    return seen->fields->count == 0 && seen->branch == NULL
               ? true
               : break_law(j, LAW_REJECTED, "a rejected write decides no field");
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

static size_t rows_like(struct judge *j, const struct dwr_table *table, const struct tree *in,
                        struct dwr_text row)
{
    size_t n = 0;

    if (!is_table(in))
        return 0;
    for (size_t i = 0; i < row_count(in); i++)
        n += text_equal(row_canonical(&j->laws->pool, table, in->v[i]), row);
    return n;
}

static size_t reports_like(struct judge *j, const struct dwr_table *table, struct dwr_text name,
                           struct dwr_text row)
{
    size_t n = 0;

    for (size_t i = 0; i < j->seen.fields->count; i++) {
        const struct tree *const report = j->seen.fields->v[i];
        const struct tree *const client = tree_at(report, "client");

        n += is_row_report(report, name) && client != NULL && client->kind == '{' &&
             text_equal(row_canonical(&j->laws->pool, table, client), row);
    }
    return n;
}

/* Each row the client wrote, as often as it wrote it (base's own aside), is somewhere. */
static bool rows_kept(struct judge *j, const struct dwr_table *table, struct dwr_text name)
{
    const struct tree *const rows = tree_get(j->client, name);
    const struct tree *const report = report_of(j, name);

    if (!is_table(rows) ||
        (report != NULL && tables_equal(j, table, tree_at(report, "client"), rows)))
        return true;
    for (size_t i = 0; i < row_count(rows); i++) {
        const struct dwr_text row = row_canonical(&j->laws->pool, table, rows->v[i]);
        const size_t written = rows_like(j, table, rows, row);
        const size_t old = j->base == NULL ? 0 : rows_like(j, table, tree_get(j->base, name), row);
        const size_t kept = rows_like(j, table, tree_get(j->seen.doc, name), row) +
                            rows_like(j, table, tree_get(j->seen.branch, name), row) +
                            reports_like(j, table, name, row);

        if (written > old + kept)
            return break_law(j, LAW_NO_LOSS, "a row of %.*s is gone: %.*s", SHOW(name),
                             SHOW(rows->v[i]->raw));
    }
    return true;
}

static bool law_no_loss(struct judge *j)
{
    if (!writes_fields(j))
        return true;
    for (size_t i = 0; i < j->client->count; i++) {
        const struct tree *const written = j->client->v[i];
        const struct dwr_table *const table = table_of(j, written->name);
        const struct tree *report;

        if (!in_c(j, written->name))
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
            return break_law(j, LAW_NO_LOSS, "the client's %.*s is gone: %.*s", SHOW(written->name),
                             SHOW(written->raw));
    }
    j->laws->tally.judged[LAW_NO_LOSS]++;
    return true;
}

/* --- local --- */

static bool is_set_target(const struct judge *j, struct dwr_text name)
{
    for (unsigned u = 0; u < j->d->unit_count; u++)
        for (unsigned r = 0; r < j->d->units[u].rule_count; r++)
            for (unsigned k = 0; k < j->d->units[u].rules[r].set_count; k++)
                if (text_equal(field_name(j, j->d->units[u].rules[r].set[k].field), name))
                    return true;
    return false;
}

/* _f_conflict, _server_f or _client_f of a field f that is reported manual (4.3). */
static bool is_mark(const struct judge *j, struct dwr_text name)
{
    for (size_t i = 0; i < j->seen.fields->count; i++) {
        const struct dwr_text f = j->seen.fields->v[i]->name;
        const struct dwr_unit *const unit = unit_of(j, f);
        char mark[600];
        bool provisional = false;

        if (unit == NULL || f.n > 500)
            continue;
        for (unsigned r = 0; r < unit->rule_count; r++)
            provisional = provisional || unit->rules[r].provisional_client;
        for (int k = 0; k < 3 && provisional; k++) {
            static const char *const before[] = { "_", "_server_", "_client_" };
            char *to = mark;

            put(&to, before[k], strlen(before[k]));
            put(&to, f.p, f.n);
            if (k == 0)
                put(&to, "_conflict", 9);
            if (text_equal(name, (struct dwr_text){ mark, (size_t)(to - mark) }))
                return true;
        }
    }
    return false;
}

static bool client_wrote_in(const struct judge *j, const struct dwr_unit *unit)
{
    for (unsigned i = 0; i < unit->field_count; i++)
        if (tree_get(j->client, field_name(j, unit->fields[i])) != NULL)
            return true;
    return false;
}

/* May the field differ from the server's although the client did not write it? */
static bool may_change(const struct judge *j, struct dwr_text name)
{
    const struct dwr_unit *const unit = unit_of(j, name);

    switch (role_of(j, name)) {
    case DWR_NAME_COUNT:
    case DWR_NAME_VERSION:
        return true; /* law_computed */
    case DWR_NAME_META:
        return is_mark(j, name) || (j->fresh && is(name, "name")) ||
               (j->resurrected && is(name, "_deleted"));
    default:
        return tree_get(j->client, name) != NULL || is_set_target(j, name) ||
               (unit != NULL && unit->field_count > 1 && client_wrote_in(j, unit));
    }
}

static bool law_local(struct judge *j)
{
    const struct tree *const sides[2] = { j->stands, j->seen.doc };

    if (!writes_fields(j))
        return true;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < sides[k]->count; i++) {
            const struct dwr_text name = sides[k]->v[i]->name;
            const struct tree *const before = tree_get(j->stands, name);
            const struct tree *const after = tree_get(j->seen.doc, name);

            if (before != NULL && after != NULL && text_equal(before->canonical, after->canonical))
                continue;
            if (is(j->seen.status, "branched") || !may_change(j, name))
                return break_law(j, LAW_LOCAL, "%.*s was not written and changed from %.*s to %.*s",
                                 SHOW(name), SHOW(raw(before)), SHOW(raw(after)));
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
    const struct dwr_text name = field_name(j, j->d->version_field);
    const struct tree *const before = tree_get(j->stands, name);
    const struct tree *const after = tree_get(j->seen.doc, name);
    const bool changed = !documents_equal(j, j->stands, j->seen.doc);
    const long long was = tree_unset(before) ? 1 : small_number(before);

    if (j->fresh)
        return small_number(after) == 1 ||
               break_law(j, LAW_COMPUTED, "a new document has version %.*s", SHOW(raw(after)));
    if (!changed)
        return tree_equal(before, after) ||
               break_law(j, LAW_COMPUTED, "nothing changed and the version is %.*s",
                         SHOW(raw(after)));
    return was < 0 || small_number(after) == was + 1 ||
           break_law(j, LAW_COMPUTED, "the version after %.*s is %.*s", SHOW(raw(before)),
                     SHOW(raw(after)));
}

static bool law_computed(struct judge *j)
{
    if (!writes_fields(j) || is(j->seen.status, "branched"))
        return true;
    if (j->d->version_field != DWR_NONE && !version_is_right(j))
        return false;
    for (unsigned i = 0; i < j->d->table_count && j->d->lock == NULL; i++) {
        const struct dwr_table *const table = &j->d->tables[i];
        struct dwr_text rows, count;
        const struct tree *number;

        if (table->count_into == DWR_NONE)
            continue;
        rows = field_name(j, table->field);
        count = field_name(j, table->count_into);
        number = tree_get(j->seen.doc, count);
        if (tree_get(j->client, rows) == NULL) {
            if (!tree_equal(number, tree_get(j->stands, count)))
                return break_law(j, LAW_COMPUTED, "%.*s changed and its table was not sent",
                                 SHOW(count));
        } else if (small_number(number) != (long long)row_count(tree_get(j->seen.doc, rows)) &&
                   !is_repetition(j)) {
            return break_law(j, LAW_COMPUTED, "%.*s is %.*s", SHOW(count), SHOW(raw(number)));
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

            if (!is_sync_layers(j, name) &&
                !fields_equal(j, name, view(j, name), tree_get(j->seen.doc, name)))
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

        manual = manual || is(outcome->string, "manual") || is(outcome->string, "held");
        branched = branched || is(outcome->string, "branched");
    }
    if (manual != is(seen->status, "conflict_manual"))
        return break_law(j, LAW_STATUS, "a manual or held report is what conflict_manual says");
    /* (An insert that lacks what the server has is other content without a field of C.) */
    if (is(seen->status, "branched") != (seen->branch != NULL) ||
        (branched ? seen->branch == NULL : seen->branch != NULL && j->w->op != DWR_INSERT))
        return break_law(j, LAW_STATUS, "a branched report, the status and the branch go together");
    if (!writes_fields(j) || manual || seen->branch != NULL)
        return true;
    j->laws->tally.judged[LAW_STATUS]++;
    if (is_repetition(j))
        return is(seen->status, "success") ||
               break_law(j, LAW_STATUS, "an insert of equal content is a success");
    if (is(seen->status, "success") && !is_view(j))
        return break_law(j, LAW_STATUS, "a success whose document is not the client's view");
    if (is(seen->status, "merged") && is_view(j) && !j->resurrected)
        return break_law(j, LAW_STATUS, "merged, and the document is the client's view");
    return true;
}

/* --- report --- */

static bool report_value_is(struct judge *j, const struct tree *report, const char *member,
                            const struct tree *value)
{
    const struct tree *const reported = not_null(tree_at(report, member));

    if (value == NULL || value->kind == 'n'
            ? reported == NULL
            : reported != NULL && text_equal(reported->canonical, value->canonical))
        return true;
    return break_law(j, LAW_REPORT, "%.*s: reports as %s's value %.*s, not %.*s",
                     SHOW(report->name), member, SHOW(raw(reported)), SHOW(raw(value)));
}

static bool field_report_is_right(struct judge *j, const struct tree *report)
{
    const struct dwr_text name = report->name, outcome = tree_at(report, "outcome")->string;
    const struct tree *const doc = tree_get(j->seen.doc, name);
    const struct tree *const server = tree_get(j->stands, name);
    const struct tree *client = view(j, name);
    const bool conflict = tree_at(report, "conflict")->kind == 't';

    /* A branch of an insert says what was sent. */
    if (is(outcome, "branched") && j->w->op == DWR_INSERT)
        client = tree_get(j->client, name);
    if (!report_value_is(j, report, "base", j->base == NULL ? NULL : tree_get(j->base, name)) ||
        !report_value_is(j, report, "server", server) ||
        !report_value_is(j, report, "client", client))
        return false;
    if (!j->concurrent && !conflict)
        return break_law(j, LAW_REPORT, "%.*s: reported, and nothing was concurrent", SHOW(name));
    if (is(outcome, "same") ? conflict : !is(outcome, "client") && !conflict)
        return break_law(j, LAW_REPORT, "%.*s: outcome %.*s with conflict %d", SHOW(name),
                         SHOW(outcome), conflict);
    if (table_of(j, name) != NULL || is_set_target(j, name))
        return true;
    if (is(outcome, "client") && !tree_equal(doc, client))
        return break_law(j, LAW_REPORT, "%.*s: `client`, and the document has %.*s", SHOW(name),
                         SHOW(raw(doc)));
    if (is(outcome, "same") && !(tree_equal(doc, server) && tree_equal(server, client)))
        return break_law(j, LAW_REPORT, "%.*s: `same`, and it is not", SHOW(name));
    if ((is(outcome, "server") || is(outcome, "refused") || is(outcome, "branched")) &&
        !tree_equal(doc, server))
        return break_law(j, LAW_REPORT, "%.*s: `%.*s`, and the document has %.*s", SHOW(name),
                         SHOW(outcome), SHOW(raw(doc)));
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
            return break_law(j, LAW_REPORT, "%.*s: no outcome or conflict",
                             SHOW(fields->v[i]->name));
        if (is_field_report(j, fields->v[i]) && !field_report_is_right(j, fields->v[i]))
            return false;
    }
    if (j->seen.doc == NULL || is_rejected(j) || (j->w->op == DWR_DELETE && !j->soft) ||
        is_repetition(j))
        return true;
    /* Concurrent: a report of every field of C; tables are reported by rows. */
    for (size_t i = 0; i < j->client->count && j->concurrent; i++) {
        const struct dwr_text name = j->client->v[i]->name;

        if (in_c(j, name) && table_of(j, name) == NULL && report_of(j, name) == NULL)
            return break_law(j, LAW_REPORT, "%.*s is in C and not reported", SHOW(name));
    }
    j->laws->tally.judged[LAW_REPORT]++;
    return true;
}

/* --- idempotent --- */

/* Did the write itself change the field? */
static bool was_changed(struct judge *j, unsigned index)
{
    const struct dwr_text name = field_name(j, index);

    return !fields_equal(j, name, tree_get(j->stands, name), tree_get(j->seen.doc, name));
}

static bool reads_changed(struct judge *j, const struct dwr_cond *c)
{
    const struct dwr_operand *const sides[2] = { &c->left, &c->right };

    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR)
        return reads_changed(j, c->a) || reads_changed(j, c->b);
    if (c->op == DWR_COND_NOT)
        return reads_changed(j, c->a);
    if (c->op == DWR_COND_CHANGES)
        return was_changed(j, c->left.field);
    for (int i = 0; i < 2; i++)
        if ((sides[i]->side == DWR_SIDE_SERVER ||
             (sides[i]->side == DWR_SIDE_CLIENT && j->base == NULL)) &&
            was_changed(j, sides[i]->field))
            return true;
    return false;
}

/* A line that stands twice, or an empty one: joined at the end of a text it is the final newline,
 * which is no line any more. */
static bool line_repeats(const struct tree *t)
{
    const char *p, *end;

    if (tree_unset(t) || t->kind != '"')
        return false;
    end = t->string.p + t->string.n;
    for (p = t->string.p; p < end;) {
        const char *const stop = memchr(p, '\n', (size_t)(end - p));
        const size_t n = (size_t)((stop == NULL ? end : stop) - p);

        if (n == 0)
            return true;
        for (const char *q = t->string.p; q < p;) {
            const char *const q_stop = memchr(q, '\n', (size_t)(end - q));

            if ((size_t)(q_stop - q) == n && memcmp(p, q, n) == 0)
                return true;
            q = q_stop + 1;
        }
        if (stop == NULL)
            break;
        p = stop + 1;
    }
    return false;
}

static bool text_repeats(struct judge *j, struct dwr_text name)
{
    return line_repeats(tree_get(j->base, name)) || line_repeats(tree_get(j->stands, name)) ||
           line_repeats(tree_get(j->client, name)) || line_repeats(tree_get(j->seen.doc, name));
}

static bool kind_is_exempt(struct judge *j, const struct dwr_rule *rule, struct dwr_text name)
{
    return rule->kind == DWR_RULE_SUM || rule->kind == DWR_RULE_KEEP_BOTH ||
           (rule->kind == DWR_RULE_MERGE_TEXT && text_repeats(j, name));
}

static bool unit_is_exempt(struct judge *j, const struct dwr_unit *unit, struct dwr_text name)
{
    for (unsigned r = 0; r < unit->rule_count; r++) {
        const struct dwr_rule *const rule = &unit->rules[r];

        if (kind_is_exempt(j, rule, name) || (rule->when != NULL && reads_changed(j, rule->when)))
            return true;
        for (unsigned k = 0; k < rule->watch_count; k++)
            if (was_changed(j, rule->watch[k]))
                return true;
    }
    return false;
}

static bool table_is_exempt(struct judge *j, const struct dwr_table *table, struct dwr_text name)
{
    if (table->same_key == DWR_SAME_KEY_KEEP_BOTH ||
        (table->hold != NULL && reads_changed(j, table->hold)))
        return true;
    if (table->same_key == DWR_SAME_KEY_FIELDS) {
        for (unsigned u = 0; u < table->unit_count; u++)
            for (unsigned r = 0; r < table->units[u].rule_count; r++)
                if (table->units[u].rules[r].kind == DWR_RULE_SUM ||
                    table->units[u].rules[r].kind == DWR_RULE_KEEP_BOTH ||
                    table->units[u].rules[r].kind == DWR_RULE_MERGE_TEXT)
                    return true;
        if (table->otherwise.kind == DWR_RULE_SUM || table->otherwise.kind == DWR_RULE_KEEP_BOTH ||
            table->otherwise.kind == DWR_RULE_MERGE_TEXT)
            return true;
    }
    return !is_table(tree_get(j->base, name)) ||
           !keys_are_plain(j, table, tree_get(j->base, name)) ||
           !keys_are_plain(j, table, tree_get(j->stands, name)) ||
           !keys_are_plain(j, table, tree_get(j->client, name)) ||
           !keys_are_plain(j, table, tree_get(j->seen.doc, name));
}

static bool is_exempt(struct judge *j, struct dwr_text name)
{
    const struct dwr_unit *const unit = unit_of(j, name);
    const struct dwr_table *const table = table_of(j, name);

    if (is_set_target(j, name))
        return true;
    if (table != NULL)
        return table_is_exempt(j, table, name);
    if (unit != NULL)
        return unit_is_exempt(j, unit, name);
    return role_of(j, name) == DWR_NAME_FREE && kind_is_exempt(j, &j->d->free_rule, name);
}

/* What depends on all fields: the version, the counts and the marks. */
static bool depends_on_others(struct judge *j, struct dwr_text name)
{
    const enum dwr_name_role role = role_of(j, name);

    return role == DWR_NAME_COUNT || role == DWR_NAME_VERSION || is_mark(j, name);
}

static bool law_idempotent(struct judge *j)
{
    struct dwr_write again = *j->w;
    struct seen seen;
    bool exempt = false;

    if (is_rejected(j) || (j->server == NULL && !j->fresh))
        return true;
    if (j->d->lock != NULL && j->seen.doc != NULL && reads_changed(j, j->d->lock))
        return true;
    if (j->resurrected) {
        /* What it was merged with as base was the tombstone's content (7). */
        again.base = j->server->raw;
        again.op = DWR_UPDATE;
        again.client = j->client->raw;
    }
    if (j->seen.doc != NULL) {
        again.server = j->seen.doc->raw;
    } else { /* the tombstone that the store keeps */
        char *const text = pool_take(&j->laws->pool, again.server.n + 32);
        const struct dwr_text last = j->server->raw;
        const int n = tree_at(j->server, "_deleted") != NULL
                          ? sprintf(text, "%.*s", (int)last.n, last.p)
                          : sprintf(text, "{\"_deleted\":true%s%.*s",
                                    j->server->count > 0 ? "," : "", (int)last.n - 1, last.p + 1);

        again.server = (struct dwr_text){ text, (size_t)n };
    }
    seen = see(j, &again, 0, false, 0);
    if (seen.rc != DWR_OK)
        return break_law(j, LAW_IDEMPOTENT, "the second time: %s", dwr_rc_name(seen.rc));
    read_answer(j, &seen);
    if (seen.root == NULL)
        return break_law(j, LAW_VALID, "the second time: no JSON: %.*s", SHOW(seen.answer));
    if ((seen.doc == NULL) != (j->seen.doc == NULL))
        return break_law(j, LAW_IDEMPOTENT, "the second time: %.*s", SHOW(seen.answer));
    j->laws->tally.judged[LAW_IDEMPOTENT]++;
    if (seen.doc == NULL)
        return true;
    for (int dependent = 0; dependent < 2; dependent++) {
        const struct tree *const sides[2] = { j->seen.doc, seen.doc };

        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < sides[k]->count; i++) {
                const struct dwr_text name = sides[k]->v[i]->name;
                const struct tree *const once = tree_get(j->seen.doc, name);
                const struct tree *const twice = tree_get(seen.doc, name);

                if (depends_on_others(j, name) != (dependent == 1) ||
                    (once != NULL && twice != NULL &&
                     text_equal(once->canonical, twice->canonical)))
                    continue;
                if (is_exempt(j, name))
                    exempt = true;
                else if (dependent == 0 || !exempt)
                    return break_law(j, LAW_IDEMPOTENT, "%.*s: %.*s, the second time %.*s",
                                     SHOW(name), SHOW(raw(once)), SHOW(raw(twice)));
            }
    }
    return true;
}

/* --- all of them --- */

static void count(struct judge *j)
{
    struct law_tally *const tally = &j->laws->tally;
    const struct seen *const seen = &j->seen;
    const struct tree *const notifications = tree_at(seen->root, "notifications");

    for (int i = 0; i < LAW_STATUSES; i++)
        tally->status[i] += is(seen->status, dwr_status_name((enum dwr_status)i));
    for (int i = 1; i < LAW_CODES; i++)
        tally->code[i] += is(seen->code, dwr_code_name((enum dwr_code)i));
    tally->notifications += notifications == NULL ? 0 : notifications->count;
    tally->branches += seen->branch != NULL;
    for (size_t i = 0; seen->fields != NULL && i < seen->fields->count; i++) {
        const struct tree *const report = seen->fields->v[i];
        const struct tree *const outcome = tree_at(report, "outcome");
        const struct tree *const conflict = tree_at(report, "conflict");
        const struct dwr_unit *const unit = unit_of(j, report->name);

        for (int k = 0; k < LAW_OUTCOMES && outcome != NULL; k++)
            tally->outcome[k] += is(outcome->string, dwr_outcome_name((enum dwr_outcome)k));
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
    j.seen = see(&j, write, 0, false, 0);
    if (!law_deterministic(&j))
        return false;
    if (j.seen.rc != DWR_OK) {
        laws->tally.errors++;
        return true;
    }
    read_answer(&j, &j.seen);
    if (!law_valid(&j))
        return false;
    set_scene(&j);
    count(&j);
    /* An exponent of a length that tree.h does not compute with: equality is not known. */
    if (laws->pool.inexact)
        return true;
    return law_rejected(&j) && law_no_loss(&j) && law_local(&j) && law_status(&j) &&
           law_report(&j) && law_computed(&j) && law_idempotent(&j);
}

/* --- convergent --- */

/* Both writes, one after the other; NULL where one was rejected or failed. */
static struct tree *write_both(struct judge *j, const struct dwr_write *first,
                               const struct dwr_write *second)
{
    struct dwr_write next = *second;
    struct seen seen = see(j, first, 0, false, 0);

    if (seen.rc != DWR_OK)
        return NULL;
    read_answer(j, &seen);
    if (seen.doc == NULL || is(seen.status, "rejected"))
        return NULL;
    next.server = seen.doc->raw;
    seen = see(j, &next, 0, false, 0);
    if (seen.rc != DWR_OK)
        return NULL;
    read_answer(j, &seen);
    return is(seen.status, "rejected") ? NULL : seen.doc;
}

/* The element's identity in a union: its key where it has one, else the whole of it. */
static struct dwr_text element_identity(const struct dwr_rule *rule, const struct tree *e)
{
    const struct tree *const key = rule->key.p == NULL || e->kind != '{'
                                       ? NULL
                                       : tree_get(e, (struct dwr_text){ rule->key.p, rule->key.n });

    return tree_unset(key) ? e->canonical : key->canonical;
}

static bool all_identities_in(const struct dwr_rule *rule, const struct tree *a,
                              const struct tree *b)
{
    for (size_t i = 0; i < (tree_unset(a) ? 0 : a->count); i++) {
        bool found = false;

        for (size_t k = 0; k < (tree_unset(b) ? 0 : b->count) && !found; k++)
            found = text_equal(element_identity(rule, a->v[i]), element_identity(rule, b->v[k]));
        if (!found)
            return false;
    }
    return true;
}

static bool all_keys_in(struct judge *j, const struct dwr_table *table, const struct tree *a,
                        const struct tree *b)
{
    struct pool *const pool = &j->laws->pool;

    for (size_t i = 0; i < row_count(a); i++) {
        const struct dwr_text key = row_key(pool, table, a->v[i]);
        bool found = key.n == 0;

        for (size_t k = 0; k < row_count(b) && !found; k++)
            found = text_equal(key, row_key(pool, table, b->v[k]));
        if (!found)
            return false;
    }
    return true;
}

/* Two elements of one key in one array: which of them the other side's is, is left open. */
static bool identity_repeats(const struct dwr_rule *rule, const struct tree *t)
{
    for (size_t i = 0; rule->key.p != NULL && i < t->count; i++)
        for (size_t k = 0; k < i; k++)
            if (text_equal(element_identity(rule, t->v[i]), element_identity(rule, t->v[k])))
                return true;
    return false;
}

/* Do base and both clients have values the rule can work on? */
static bool fits(struct judge *j, const struct dwr_rule *rule, const struct tree *v)
{
    if (tree_unset(v))
        return true;
    switch (rule->kind) {
    case DWR_RULE_SUM:
        return v->kind == '#' && v->raw.n < 100 && memchr(v->raw.p, 'e', v->raw.n) == NULL &&
               memchr(v->raw.p, 'E', v->raw.n) == NULL;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        return v->kind == '[' && !identity_repeats(rule, v);
    case DWR_RULE_MAX:
    case DWR_RULE_MIN:
        for (unsigned i = 0; i < rule->ranked_count; i++) {
            const struct tree *const rank = tree_parse(
                &j->laws->pool, (struct dwr_text){ rule->ranked[i].p, rule->ranked[i].n });

            if (tree_equal(rank, v))
                return true;
        }
        /* Times tie in many spellings: numbers and other strings show enough. */
        return rule->ranked_count == 0 &&
               (v->kind == '#' ||
                (v->kind == '"' && (v->string.p[0] < '0' || v->string.p[0] > '9')));
    default:
        return false;
    }
}

static bool field_converges(const struct dwr_rule *rule, const struct tree *one,
                            const struct tree *two)
{
    if (rule->kind == DWR_RULE_UNION || rule->kind == DWR_RULE_KEEP_BOTH)
        return all_identities_in(rule, one, two) && all_identities_in(rule, two, one);
    return tree_equal(one, two);
}

/* The client's table has every row of base's, unchanged. */
static bool only_adds(struct judge *j, const struct dwr_table *table, const struct tree *base,
                      const struct tree *client)
{
    if (client == NULL || !is_table(base) || !is_table(client) || !keys_are_plain(j, table, base) ||
        !keys_are_plain(j, table, client))
        return false;
    for (size_t i = 0; i < row_count(base); i++)
        if (rows_like(j, table, client, row_canonical(&j->laws->pool, table, base->v[i])) != 1)
            return false;
    return true;
}

bool laws_converge(struct laws *laws, const struct dwr_doctype *doctype, const struct dwr_write *a,
                   const struct dwr_write *b)
{
    struct judge j = { .laws = laws, .d = doctype, .w = a };
    struct tree *base, *client_a, *client_b, *one, *two;

    laws->broken = LAW_NONE;
    if (doctype->lock != NULL)
        return true;
    base = tree_parse(&laws->pool, a->base);
    client_a = tree_parse(&laws->pool, a->client);
    client_b = tree_parse(&laws->pool, b->client);
    one = write_both(&j, a, b);
    two = write_both(&j, b, a);
    if (one == NULL || two == NULL || laws->pool.inexact)
        return true;
    for (unsigned i = 0; i < doctype->names.count; i++) {
        const struct dwr_text name = field_name(&j, i);
        const struct dwr_unit *const unit = unit_of(&j, name);
        const struct dwr_table *const table = table_of(&j, name);
        const struct tree *const x = tree_get(one, name), *const y = tree_get(two, name);

        if (unit != NULL && unit->rule_count == 1 && !is_set_target(&j, name) &&
            fits(&j, &unit->rules[0], tree_get(base, name)) &&
            fits(&j, &unit->rules[0], tree_get(client_a, name)) &&
            fits(&j, &unit->rules[0], tree_get(client_b, name))) {
            laws->tally.judged[LAW_CONVERGENT]++;
            if (!field_converges(&unit->rules[0], x, y))
                return break_law(&j, LAW_CONVERGENT, "%.*s: %.*s or %.*s", SHOW(name), SHOW(raw(x)),
                                 SHOW(raw(y)));
        }
        if (table != NULL && table->hold == NULL &&
            only_adds(&j, table, tree_get(base, name), tree_get(client_a, name)) &&
            only_adds(&j, table, tree_get(base, name), tree_get(client_b, name))) {
            laws->tally.judged[LAW_CONVERGENT]++;
            if (!all_keys_in(&j, table, x, y) || !all_keys_in(&j, table, y, x))
                return break_law(&j, LAW_CONVERGENT, "%.*s: %.*s or %.*s", SHOW(name), SHOW(raw(x)),
                                 SHOW(raw(y)));
        }
    }
    return true;
}
