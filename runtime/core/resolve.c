/* resolve.c - one write and one document: sections 2 and 7.
 *
 * dwr_merge reads from the end: the texts are taken in (take.c), the three documents joined into
 * slots, and what the server has and what the client wants to do lead to one of the recipes: update
 * (update.c), insert, remove, resurrect. */
#include "report.h"

/* --- documents --- */

static enum dwr_rc join(struct merge *m, struct dwr_text base, struct dwr_text server,
                        struct dwr_text client, bool client_checked)
{
    const struct dwr_text texts[3] = { base, server, client };
    enum dwr_rc rc;

    rc = m->s->scan->index(m->s, m->d, texts, client_checked, &m->index);
    if (rc != DWR_OK)
        return rc;
    m->doc = (struct record){
        .m = m,
        .names = &m->d->names,
        .units = m->d->units,
        .free_rule = &m->d->free_rule,
        .free_together = m->d->free_together,
        .slots = m->index.slots,
        .count = m->index.count,
        .base_known = base.p != NULL,
    };
    return record_init(&m->doc) ? DWR_OK : DWR_NOMEM;
}

/* --- insert --- */

/* Where the server has nothing: an update of an empty document that base equals. */
static DWR_SELDOM enum dwr_rc insert_new(struct merge *m, struct dwr_text client, bool checked,
                                         struct dwr_result *out)
{
    static const char empty[] = "{}", draft[] = "{\"docstatus\":0}";
    uint32_t docstatus = NO_SLOT;
    enum dwr_rc rc;

    if (m->d->strategy == DWR_STRATEGY_SERVER_ONLY) {
        rc = checked ? DWR_OK : m->s->scan->check(m->s, client, DWR_DEPTH_MAX, NULL);
        return rc != DWR_OK ? rc : reject(out, DWR_CODE_CREATE_NOT_ALLOWED, m->d->at, ABSENT);
    }
    m->fresh = true;
    rc = join(m, literal(empty), literal(empty), client, checked);
    if (rc == DWR_OK)
        docstatus = record_find(&m->doc, "docstatus", 9);
    if (docstatus != NO_SLOT && !dwr_is_unset(m->doc.slots[docstatus].value[DWR_CLIENT]))
        rc = join(m, literal(draft), literal(draft), client, checked);
    return rc != DWR_OK ? rc : update(m, out);
}

/* Where the server has a document. */
static DWR_SELDOM enum dwr_rc insert_existing(struct merge *m, struct dwr_result *out)
{
    if (invalid_table(&m->doc) != NULL)
        return update(m, out);
    if (equals_server(&m->doc, DWR_CLIENT))
        return plain_success(out, m->index.document[DWR_SERVER], (struct dwr_str){ NULL, 0 });
    return m->d->strategy == DWR_STRATEGY_APPEND_ONLY ? branch_insert(m, out) : update(m, out);
}

/* --- delete and undelete (7) --- */

static DWR_SELDOM enum dwr_rc soft_delete(struct merge *m, struct dwr_text base,
                                          struct dwr_text server, struct dwr_result *out)
{
    const struct dwr_set *set = &m->d->tombstone.soft_delete;
    const struct dwr_str name = m->d->names.v[set->field].name;
    const struct dwr_text key = write_string(m->s, name.p, name.n);
    const size_t room = key.n + set->value.n + 3;
    char *start, *to;
    enum dwr_rc rc;

    start = to = key.p == NULL ? NULL : dwr_take(m->s, room);
    if (start == NULL)
        return DWR_NOMEM;
    *to++ = '{';
    to = put_text(put_key(to, key), set->value.p, set->value.n);
    *to++ = '}';
    rc = join(m, base, server, (struct dwr_text){ start, (size_t)(to - start) }, true);
    if (rc == DWR_OK)
        rc = update(m, out);
    if (rc == DWR_OK)
        out->rule = line_or_strategy(m, &set->at);
    return rc;
}

static DWR_SELDOM enum dwr_rc remove_document(struct merge *m, struct dwr_text base,
                                              struct dwr_text server, struct dwr_result *out)
{
    const struct dwr_tombstone *t = &m->d->tombstone;

    if (lock_holds(m))
        return reject(out, DWR_CODE_LOCKED, m->d->lock_at, server);
    if (!t->allow_delete && t->soft_delete.field != DWR_NONE)
        return soft_delete(m, base, server, out);
    if (!t->allow_delete)
        return reject(out, DWR_CODE_DELETE_NOT_ALLOWED, line_or_strategy(m, &t->allow_delete_at),
                      server);
    if (!m->concurrent)
        return plain_success(out, ABSENT, line_or_strategy(m, &t->allow_delete_at));
    if (t->delete_wins_over_update)
        return plain_success(out, ABSENT, line_or_strategy(m, &t->delete_wins_at));
    return reject(out, DWR_CODE_DELETE_CONFLICT, line_or_strategy(m, &t->delete_wins_at), server);
}

/* A write to a tombstone whose last content is `server`. */
static DWR_SELDOM enum dwr_rc resurrect(struct merge *m, struct dwr_text server,
                                        struct dwr_text client, bool checked,
                                        struct dwr_result *out)
{
    uint32_t deleted;
    enum dwr_rc rc = join(m, server, server, client, checked);

    if (rc != DWR_OK)
        return rc;
    if (m->w->op != DWR_UNDELETE && m->d->tombstone.delete_wins_over_update)
        return reject(out, DWR_CODE_DELETED, line_or_strategy(m, &m->d->tombstone.delete_wins_at),
                      ABSENT);
    m->resurrected = true;
    deleted = record_find(&m->doc, "_deleted", 8);
    decide_value(&m->doc, deleted, ABSENT);
    rc = update(m, out);
    if (rc == DWR_OK && m->w->op != DWR_UNDELETE && out->status == DWR_SUCCESS)
        out->status = DWR_MERGED;
    return rc;
}

static bool is_tombstone(const struct record *r)
{
    const uint32_t i = record_find(r, "_deleted", 8);

    return i != NO_SLOT && dwr_is_true(r->slots[i].value[DWR_SERVER]);
}

/* --- the write --- */

static enum dwr_rc merge_write(struct merge *m, bool stored_checked, bool client_checked,
                               struct dwr_result *out)
{
    const struct dwr_write *w = m->w;
    struct dwr_text base, server, client = literal("{}");
    enum dwr_rc rc;

    rc = take_values(m, client_checked);
    if (rc == DWR_OK)
        rc = take_document(m, w->base, stored_checked, &base);
    if (rc == DWR_OK)
        rc = take_document(m, w->server, stored_checked, &server);
    if (rc == DWR_OK && w->op != DWR_DELETE) {
        rc = take_document(m, w->client, client_checked || stored_checked, &client);
        if (rc == DWR_OK && client.p == NULL && w->op == DWR_UNDELETE)
            client = literal("{}");
        else if (rc == DWR_OK && client.p == NULL)
            rc = DWR_INVALID_REQUEST;
    }
    if (rc != DWR_OK)
        return rc;
    /* The strict way has checked the client's text by now; the other leaves it to join. */
    client_checked = client_checked || !stored_checked || w->op == DWR_DELETE;

    if (server.p == NULL && w->op == DWR_INSERT)
        return insert_new(m, client, client_checked, out);
    if (server.p == NULL) {
        rc = client_checked ? DWR_OK : m->s->scan->check(m->s, client, DWR_DEPTH_MAX, NULL);
        return rc != DWR_OK ? rc
                            : reject(out, DWR_CODE_NOT_FOUND, (struct dwr_str){ NULL, 0 }, ABSENT);
    }
    if (w->op == DWR_INSERT)
        base = ABSENT;
    rc = join(m, base, server, client, client_checked);
    if (rc != DWR_OK)
        return rc;
    if (is_tombstone(&m->doc))
        return w->op == DWR_DELETE ? plain_success(out, ABSENT, (struct dwr_str){ NULL, 0 })
                                   : resurrect(m, server, client, client_checked, out);
    m->concurrent = base.p == NULL || !equals_server(&m->doc, DWR_BASE);
    switch (w->op) {
    case DWR_DELETE:
        return remove_document(m, base, server, out);
    case DWR_INSERT:
        return insert_existing(m, out);
    case DWR_UPDATE:
    case DWR_UNDELETE:
        break;
    }
    return update(m, out);
}

enum dwr_rc merge_in(struct dwr_scratch *s, const struct dwr_doctype *doctype,
                     const struct dwr_write *write, bool stored_checked, bool client_checked,
                     struct dwr_result *result)
{
    struct merge m = { .s = s, .d = doctype, .w = write };
    enum dwr_rc rc;

    *result = (struct dwr_result){ .status = DWR_SUCCESS };
    rc = merge_write(&m, stored_checked, client_checked, result);
    if (rc == DWR_OK && s->failed)
        rc = DWR_NOMEM;
    if (rc != DWR_OK)
        *result = (struct dwr_result){ .status = DWR_SUCCESS };
    return rc;
}

enum dwr_rc dwr_merge(const struct dwr_doctype *doctype, const struct dwr_write *write,
                      struct dwr_scratch *scratch, struct dwr_result *result)
{
    dwr_scratch_reset(scratch);
    return merge_in(scratch, doctype, write, false, false, result);
}

enum dwr_rc dwr_merge_stored(const struct dwr_doctype *doctype, const struct dwr_write *write,
                             struct dwr_scratch *scratch, struct dwr_result *result)
{
    dwr_scratch_reset(scratch);
    return merge_in(scratch, doctype, write, true, false, result);
}

enum dwr_rc dwr_check(struct dwr_text document, struct dwr_scratch *scratch)
{
    struct dwr_text value;
    enum dwr_rc rc;

    dwr_scratch_reset(scratch);
    if (document.n > scratch->document_limit)
        return DWR_TOO_LARGE;
    rc = scratch->scan->check(scratch, document, DWR_DEPTH_MAX, &value);
    return rc == DWR_OK && value.p[0] != '{' ? DWR_INVALID_JSON : rc;
}

const struct dwr_doctype *dwr_doctype_find(const struct dwr_ruleset *rules, const char *name,
                                           size_t n)
{
    const unsigned i = dwr_field_named(&rules->names, (struct dwr_text){ name, n });

    return i == DWR_NONE ? &rules->other : &rules->doctypes[rules->names.v[i].index];
}
