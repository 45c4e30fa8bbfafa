/* resolved.c - a conflict record that a person resolves as the client wanted: afterwards the same
 * write changes nothing and asks nobody. (That is the resolution that any retry agrees with: with
 * the server's value the write would still be another one.) */
#include "inquiry.h"

#include "../../runtime/core/value.h"

static bool is_open(const struct dwr_report *r)
{
    return r->outcome == DWR_OUTCOME_MANUAL || r->outcome == DWR_OUTCOME_HELD;
}

/* The field of a report of a row: what stands before its bracket; else the whole. */
static struct dwr_str field_of(const struct dwr_report *r)
{
    const char *bracket = r->field.n > 0 && r->field.p[r->field.n - 1] == ']'
                              ? memchr(r->field.p, '[', r->field.n)
                              : NULL;

    return (struct dwr_str){ r->field.p, bracket ? (size_t)(bracket - r->field.p) : r->field.n };
}

static bool is_row(const struct dwr_report *r)
{
    return field_of(r).n < r->field.n;
}

static bool key_is(struct dwr_text key, const char *before, struct dwr_str field, const char *after)
{
    const size_t b = strlen(before), a = strlen(after);

    return key.n == b + field.n + a + 2 && memcmp(key.p + 1, before, b) == 0 &&
           memcmp(key.p + 1 + b, field.p, field.n) == 0 &&
           memcmp(key.p + 1 + b + field.n, after, a) == 0;
}

/* _f_conflict, _server_f, _client_f (4.3) go when the conflict is resolved. */
static bool is_mark(const struct dwr_result *result, struct dwr_text key)
{
    for (size_t i = 0; i < result->field_count; i++) {
        const struct dwr_str f = field_of(&result->fields[i]);

        if (key_is(key, "_", f, "_conflict") || key_is(key, "_server_", f, "") ||
            key_is(key, "_client_", f, ""))
            return true;
    }
    return false;
}

static struct dwr_str str(struct dwr_text t)
{
    return t.p ? (struct dwr_str){ t.p, t.n } : (struct dwr_str){ "null", 4 };
}

/* The table with the reported rows as the client wrote them. */
static struct dwr_str resolved_table(const struct inquiry *j, struct dwr_str field,
                                     struct dwr_text table)
{
    struct arena *arena = j->bench->arena;
    struct dwr_str rows = { "", 0 };
    struct dwr_text key, row;

    if (table.n >= 2 && table.p[0] == '[') {
        struct dwr_walk walk = dwr_walk_of(table);

        while (dwr_walk_next(&walk, j->again->scan, &key, &row)) {
            for (size_t i = 0; i < j->result.field_count; i++) {
                const struct dwr_report *r = &j->result.fields[i];
                const struct dwr_str f = field_of(r);

                if (r->outcome == DWR_OUTCOME_MANUAL && is_row(r) && f.n == field.n &&
                    memcmp(f.p, field.p, f.n) == 0 && trial_same(j->bench, r->server, row)) {
                    row = r->client;
                    break;
                }
            }
            rows = arena_printf(arena, "%s%s%.*s", rows.p, rows.n ? "," : "", (int)row.n, row.p);
        }
    }
    for (size_t i = 0; i < j->result.field_count; i++) {
        const struct dwr_report *r = &j->result.fields[i];
        const struct dwr_str f = field_of(r);

        if (r->outcome == DWR_OUTCOME_HELD && f.n == field.n && memcmp(f.p, field.p, f.n) == 0)
            rows = arena_printf(arena, "%s%s%.*s", rows.p, rows.n ? "," : "", (int)r->client.n,
                                r->client.p);
    }
    return arena_printf(arena, "[%s]", rows.p);
}

static struct dwr_str resolved_value(const struct inquiry *j, struct dwr_str field,
                                     struct dwr_text value)
{
    for (size_t i = 0; i < j->result.field_count; i++) {
        const struct dwr_report *r = &j->result.fields[i];
        const struct dwr_str f = field_of(r);

        if (!is_open(r) || f.n != field.n || memcmp(f.p, field.p, f.n) != 0)
            continue;
        return is_row(r) ? resolved_table(j, field, value) : str(r->client);
    }
    return str(value);
}

/* A key without its quotes; the names of slots may have been escaped in it. */
static struct dwr_str name_of(const struct inquiry *j, struct dwr_text key)
{
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (dwr_string_is(key, j->part->slots[i].name.p, j->part->slots[i].name.n))
            return j->part->slots[i].name;
    return (struct dwr_str){ key.p + 1, key.n - 2 };
}

struct dwr_text inquiry_resolved(struct inquiry *j)
{
    struct dwr_walk walk = dwr_walk_of(j->result.doc);
    struct dwr_text key, value;

    j->resolved.n = 1; /* behind its bracket: the text of the case before is used no more */
    j->resolved.members = 0;
    while (dwr_walk_next(&walk, j->again->scan, &key, &value)) {
        const struct dwr_str name = name_of(j, key);

        if (!is_mark(&j->result, key))
            trial_doc_put(&j->resolved, name, resolved_value(j, name, value));
    }
    for (size_t i = 0; i < j->result.field_count; i++) {
        const struct dwr_str f = field_of(&j->result.fields[i]);
        bool before = false;

        for (size_t k = 0; k < i; k++)
            before = before || (field_of(&j->result.fields[k]).n == f.n &&
                                memcmp(field_of(&j->result.fields[k]).p, f.p, f.n) == 0);
        if (is_open(&j->result.fields[i]) && !before &&
            !trial_member(j->bench->arena, j->result.doc, f).p)
            trial_doc_put(&j->resolved, f, resolved_value(j, f, (struct dwr_text){ NULL, 0 }));
    }
    return trial_doc_end(&j->resolved);
}

/* Does the write leave the document as it is, and open nothing? */
static bool rests(struct inquiry *j, struct dwr_scratch *scratch, struct dwr_text document,
                  struct dwr_result *result)
{
    struct dwr_write write = j->trial.write;

    write.server = document;
    if (write.op == DWR_INSERT)
        write.op = DWR_UPDATE;
    inquiry_returned(j, &write);
    return inquiry_merge(j, scratch, &write, 3, result) == DWR_OK &&
           result->status != DWR_CONFLICT_MANUAL &&
           inquiry_documents_equal(j, result->doc, document);
}

/* The field that stays open. */
static uint8_t open_slot(const struct inquiry *j)
{
    for (size_t i = 0; i < j->result.field_count; i++) {
        const struct dwr_str f = field_of(&j->result.fields[i]);

        for (uint8_t k = 0; is_open(&j->result.fields[i]) && k < j->part->slot_count; k++)
            if (f.n == j->part->slots[k].name.n && memcmp(f.p, j->part->slots[k].name.p, f.n) == 0)
                return k;
    }
    return 0;
}

void inquiry_resolvable(struct inquiry *j)
{
    struct dwr_result again, last;

    if (j->result.status != DWR_CONFLICT_MANUAL || !j->result.doc.p)
        return;
    j->out->cases[PROVE_RESOLVABLE]++;
    if (rests(j, j->again, inquiry_resolved(j), &again))
        return;
    /* What the merge makes of the resolution (rows put in order, counts) may be what rests. */
    if (again.status != DWR_CONFLICT_MANUAL && again.doc.p && rests(j, j->last, again.doc, &last))
        return;
    inquiry_record(j, PROVE_RESOLVABLE, reason_open(j), open_slot(j));
}
