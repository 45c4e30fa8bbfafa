/* judge.c - what all laws look at (judge.h). */
#include "judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool judge_break(struct judge *j, enum law law, const char *format, ...)
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

struct dwr_text tree_raw(const struct tree *t)
{
    return t == NULL ? text_of("(absent)") : t->raw;
}

void text_put(char **to, const char *text, size_t n)
{
    memcpy(*to, text, n);
    *to += n;
}

static void put_input(char **to, const char *name, struct dwr_text value)
{
    if (value.p == NULL)
        return;
    *to += sprintf(*to, ",\"%s\":", name);
    text_put(to, value.p, value.n);
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
struct seen judge_see(struct judge *j, const struct dwr_write *w, size_t path, bool stored,
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

struct tree *tree_not_null(struct tree *t)
{
    return t == NULL || t->kind == 'n' ? NULL : t;
}

void judge_read_answer(struct judge *j, struct seen *seen)
{
    struct tree *status, *code;

    seen->root = tree_parse(&j->laws->pool, seen->answer);
    seen->doc = tree_not_null(tree_at(seen->root, "doc"));
    seen->branch = tree_not_null(tree_at(seen->root, "branch"));
    seen->fields = tree_at(seen->root, "fields");
    status = tree_at(seen->root, "status");
    code = tree_at(seen->root, "code");
    if (status != NULL)
        seen->status = status->string;
    if (code != NULL)
        seen->code = code->string;
}

bool text_is(struct dwr_text text, const char *word)
{
    return text.n == strlen(word) && memcmp(text.p, word, text.n) == 0;
}

bool judge_is_rejected(const struct judge *j)
{
    return text_is(j->seen.status, "rejected");
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

enum dwr_name_role judge_role_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index);
}

const struct dwr_table *judge_table_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index) == DWR_NAME_TABLE
               ? &j->d->tables[j->d->names.v[index].index]
               : NULL;
}

const struct dwr_unit *judge_unit_of(const struct judge *j, struct dwr_text name)
{
    unsigned index;

    return name_role(&j->d->names, name, &index) == DWR_NAME_UNIT
               ? &j->d->units[j->d->names.v[index].index]
               : NULL;
}

/* The sync layer's own: not the client's to write, not compared (1.6). */
bool judge_is_sync_layers(const struct judge *j, struct dwr_text name)
{
    const enum dwr_name_role role = judge_role_of(j, name);

    return role == DWR_NAME_META || role == DWR_NAME_COUNT || role == DWR_NAME_VERSION;
}

struct dwr_text judge_field_name(const struct judge *j, unsigned index)
{
    return (struct dwr_text){ j->d->names.v[index].name.p, j->d->names.v[index].name.n };
}

/* --- rows --- */

/* A row's members and nothing else: what rows are compared by (6). */
struct dwr_text judge_row_canonical(struct pool *pool, const struct dwr_table *table,
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
        text_put(&to, row->v[i]->name.p, row->v[i]->name.n);
        text_put(&to, row->v[i]->canonical.p, row->v[i]->canonical.n);
        *to++ = ',';
    }
    return (struct dwr_text){ start, (size_t)(to - start) };
}

bool judge_is_table(const struct tree *t)
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

size_t judge_row_count(const struct tree *t)
{
    return tree_unset(t) ? 0 : t->count;
}

bool judge_tables_equal(struct judge *j, const struct dwr_table *table, const struct tree *a,
                        const struct tree *b)
{
    struct pool *const pool = &j->laws->pool;

    if (!judge_is_table(a) || !judge_is_table(b))
        return tree_equal(a, b);
    if (judge_row_count(a) != judge_row_count(b))
        return false;
    for (size_t i = 0; i < judge_row_count(a); i++)
        if (!text_equal(judge_row_canonical(pool, table, a->v[i]),
                        judge_row_canonical(pool, table, b->v[i])))
            return false;
    return true;
}

/* The key of a row; n 0: it has none. */
struct dwr_text judge_row_key(struct pool *pool, const struct dwr_table *table,
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
            text_put(&to, part->canonical.p, part->canonical.n);
        }
        *to++ = '|';
    }
    return (struct dwr_text){ start, set ? (size_t)(to - start) : 0 };
}

bool judge_keys_are_plain(struct judge *j, const struct dwr_table *table, const struct tree *t)
{
    struct pool *const pool = &j->laws->pool;

    for (size_t i = 0; i < judge_row_count(t); i++) {
        const struct dwr_text key = judge_row_key(pool, table, t->v[i]);

        if (key.n == 0)
            return false;
        for (size_t k = 0; k < i; k++)
            if (text_equal(key, judge_row_key(pool, table, t->v[k])))
                return false;
    }
    return true;
}

/* --- documents --- */

bool judge_fields_equal(struct judge *j, struct dwr_text name, const struct tree *a,
                        const struct tree *b)
{
    const struct dwr_table *const table = judge_table_of(j, name);

    return table != NULL ? judge_tables_equal(j, table, a, b) : tree_equal(a, b);
}

/* 1.7 */
bool judge_documents_equal(struct judge *j, const struct tree *a, const struct tree *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (!judge_is_sync_layers(j, a->v[i]->name) &&
            !judge_fields_equal(j, a->v[i]->name, a->v[i], tree_get(b, a->v[i]->name)))
            return false;
    for (size_t i = 0; i < b->count; i++)
        if (!judge_is_sync_layers(j, b->v[i]->name) && tree_get(a, b->v[i]->name) == NULL &&
            !judge_fields_equal(j, b->v[i]->name, NULL, b->v[i]))
            return false;
    return true;
}

/* The field in the client's view (2.3). */
struct tree *judge_view(const struct judge *j, struct dwr_text name)
{
    struct tree *const written = tree_get(j->client, name);

    return written != NULL ? written : tree_get(j->base != NULL ? j->base : j->stands, name);
}

/* In C of its unit (3). */
bool judge_in_c(struct judge *j, struct dwr_text name)
{
    struct tree *const written = tree_get(j->client, name);

    return written != NULL && !judge_is_sync_layers(j, name) &&
           !judge_fields_equal(j, name, written,
                               tree_get(j->base != NULL ? j->base : j->stands, name));
}

static struct tree *parse_document(struct judge *j, struct dwr_text text)
{
    return tree_not_null(tree_parse(&j->laws->pool, text));
}

/* Sections 2 and 7: what is merged with what. */
void judge_set_scene(struct judge *j)
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
        const struct dwr_text name = judge_field_name(j, soft->field);
        char *const text = pool_take(&j->laws->pool, name.n + soft->value.n + 16);
        const int n = sprintf(text, "{\"%.*s\":%.*s}", (int)name.n, name.p, (int)soft->value.n,
                              soft->value.p);

        j->soft = true;
        j->client = tree_parse(&j->laws->pool, (struct dwr_text){ text, (size_t)n });
    }
    j->concurrent = j->base == NULL || !judge_documents_equal(j, j->base, j->stands);
}

/* A delete that is not a write, and what found nothing to write to, change no field. */
bool judge_writes_fields(const struct judge *j)
{
    return !judge_is_rejected(j) && j->seen.doc != NULL && (j->w->op != DWR_DELETE || j->soft);
}

/* An insert of what is there already: nothing changes and nothing is reported. */
bool judge_is_repetition(struct judge *j)
{
    return j->w->op == DWR_INSERT && !j->fresh && !j->resurrected &&
           judge_documents_equal(j, j->stands, j->client);
}

size_t judge_rows_like(struct judge *j, const struct dwr_table *table, const struct tree *in,
                       struct dwr_text row)
{
    size_t n = 0;

    if (!judge_is_table(in))
        return 0;
    for (size_t i = 0; i < judge_row_count(in); i++)
        n += text_equal(judge_row_canonical(&j->laws->pool, table, in->v[i]), row);
    return n;
}

bool judge_is_set_target(const struct judge *j, struct dwr_text name)
{
    for (unsigned u = 0; u < j->d->unit_count; u++)
        for (unsigned r = 0; r < j->d->units[u].rule_count; r++)
            for (unsigned k = 0; k < j->d->units[u].rules[r].set_count; k++)
                if (text_equal(judge_field_name(j, j->d->units[u].rules[r].set[k].field), name))
                    return true;
    return false;
}

/* _f_conflict, _server_f or _client_f of a field f that is reported manual (4.3). */
bool judge_is_mark(const struct judge *j, struct dwr_text name)
{
    for (size_t i = 0; i < j->seen.fields->count; i++) {
        const struct dwr_text f = j->seen.fields->v[i]->name;
        const struct dwr_unit *const unit = judge_unit_of(j, f);
        char mark[600];
        bool provisional = false;

        if (unit == NULL || f.n > 500)
            continue;
        for (unsigned r = 0; r < unit->rule_count; r++)
            provisional = provisional || unit->rules[r].provisional_client;
        for (int k = 0; k < 3 && provisional; k++) {
            static const char *const before[] = { "_", "_server_", "_client_" };
            char *to = mark;

            text_put(&to, before[k], strlen(before[k]));
            text_put(&to, f.p, f.n);
            if (k == 0)
                text_put(&to, "_conflict", 9);
            if (text_equal(name, (struct dwr_text){ mark, (size_t)(to - mark) }))
                return true;
        }
    }
    return false;
}
