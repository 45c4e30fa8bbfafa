/* resolve.c - one write and one document: sections 2, 5 and 7, and the result of section 8.
 *
 * dwr_merge reads from the top: the texts are checked, the three documents joined into slots, and
 * what the server has and what the client wants to do lead to one of the recipes below: update,
 * insert, remove, resurrect. What happens to each field is rules.c's and children.c's. */
#include <string.h>

#include "../name_hash.h"
#include "decimal.h"
#include "instant.h"
#include "report.h"

static const struct dwr_text ABSENT = { NULL, 0 };
static const struct scope STAR = { .name = { NULL, 0 } };

static struct dwr_text literal(const char *text)
{
    return (struct dwr_text){ text, strlen(text) };
}

/* --- what was sent --- */

static struct dwr_text trimmed(struct dwr_text t)
{
    while (t.n > 0 && (*t.p == ' ' || *t.p == '\t' || *t.p == '\n' || *t.p == '\r')) {
        t.p++;
        t.n--;
    }
    while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t' || t.p[t.n - 1] == '\n' ||
                       t.p[t.n - 1] == '\r'))
        t.n--;
    return t;
}

static bool is_null(struct dwr_text t)
{
    return t.p == NULL || (t.n == 4 && memcmp(t.p, "null", 4) == 0);
}

/* A document without the white space around it, ABSENT for null. trusted: it has been checked. */
static enum dwr_rc take_document(struct merge *m, struct dwr_text t, bool trusted,
                                 struct dwr_text *out)
{
    *out = ABSENT;
    if (t.p == NULL)
        return DWR_OK;
    if (t.n > m->s->document_limit)
        return DWR_TOO_LARGE;
    t = trimmed(t);
    if (is_null(t))
        return DWR_OK;
    if (!trusted) {
        const enum dwr_rc rc = m->s->scan->check(m->s, t, DWR_DEPTH_MAX, &t);

        if (rc != DWR_OK)
            return rc;
    }
    if (t.n < 2 || t.p[0] != '{' || t.p[t.n - 1] != '}')
        return DWR_INVALID_JSON;
    *out = t;
    return DWR_OK;
}

/* Is one of the eight bytes no printable ASCII, a quote or a backslash? Each of the four has the
 * high bit of every byte that is so (exactly so for the lowest such byte, which is enough). */
static bool is_odd_word(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const uint64_t quotes = w ^ ones * '"', backslashes = w ^ ones * '\\';

    return ((w | (w - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs) != 0;
}

/* A string of printable ASCII without escapes needs no parser. */
static bool is_plain_string(struct dwr_text t)
{
    const char *p = t.p + 1;
    size_t n = t.n - 2;

    if (t.n < 10 || t.n > 64 || t.p[0] != '"' || t.p[t.n - 1] != '"')
        return false;
    for (; n > 8; n -= 8, p += 8)
        if (is_odd_word(dwr_load_le(p, 8)))
            return false;
    return !is_odd_word(dwr_load_le(p + n - 8, 8));
}

/* One of the values beside the documents; of no kind but valid JSON. */
static enum dwr_rc take_value(struct merge *m, struct dwr_text t, bool trusted,
                              struct dwr_text *out)
{
    enum dwr_rc rc = DWR_OK;

    *out = ABSENT;
    if (t.p == NULL)
        return DWR_OK;
    t = trimmed(t);
    if (!trusted && !is_plain_string(t))
        rc = m->s->scan->check(m->s, t, DWR_DEPTH_MAX, &t);
    if (rc == DWR_OK && !is_null(t))
        *out = t;
    return rc;
}

static enum dwr_rc take_values(struct merge *m, bool trusted)
{
    const struct dwr_write *w = m->w;
    const struct {
        struct dwr_text from, *to;
    } values[] = {
        { w->client_ts, &m->client_ts },
        { w->server_ts, &m->server_ts },
        { w->now, &m->now },
        { w->server_role, &m->server_role },
        { w->client_role, &m->client_role },
        { w->client_user, &m->client_user },
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const enum dwr_rc rc = take_value(m, values[i].from, trusted, values[i].to);

        if (rc != DWR_OK)
            return rc;
    }
    return DWR_OK;
}

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

static uint32_t find_slot(const struct record *r, const char *name, size_t n)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->slots[i].name.n == n && dwr_bytes_equal(r->slots[i].name.p, name, n))
            return i;
    return NO_SLOT;
}

static const struct dwr_table *table_of(struct record *r, uint32_t i)
{
    return record_role(r, i) == DWR_NAME_TABLE
               ? &r->m->d->tables[r->names->v[r->slots[i].field].index]
               : NULL;
}

/* Are the slot's values of two sides equal, child tables row by row? */
static bool sides_equal(struct record *r, uint32_t i, enum dwr_side a, enum dwr_side b)
{
    const struct dwr_slot *slot = &r->slots[i];
    const struct dwr_table *table = table_of(r, i);

    return table != NULL ? tables_equal(r->m, table, slot, a, b)
                         : dwr_field_equal(r->m->s, slot->value[a], slot->value[b]);
}

/* Section 1.7, of the server's document and another side's. */
static bool equals_server(struct record *r, enum dwr_side side)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const bool same = side == DWR_BASE ? r->slots[i].base_same : r->slots[i].client_same;

        if (!same && !is_sync_layers(r, i) && !sides_equal(r, i, side, DWR_SERVER))
            return false;
    }
    return true;
}

/* --- results --- */

static const struct dwr_str *strategy_line(const struct merge *m)
{
    return &m->d->at;
}

static struct dwr_str line_or_strategy(const struct merge *m, const struct dwr_str *at)
{
    return at->p != NULL ? *at : *strategy_line(m);
}

static DWR_SELDOM enum dwr_rc reject(struct merge *m, struct dwr_result *out, enum dwr_code code,
                                     struct dwr_str rule, struct dwr_text stands)
{
    (void)m;
    *out = (struct dwr_result){
        .status = DWR_REJECTED,
        .code = code,
        .doc = stands,
        .message = code_message(code),
        .rule = rule,
    };
    return DWR_OK;
}

static enum dwr_rc plain_success(struct dwr_result *out, struct dwr_text doc, struct dwr_str rule)
{
    *out = (struct dwr_result){ .status = DWR_SUCCESS, .doc = doc, .rule = rule };
    return DWR_OK;
}

/* --- branches (5.1, 5.2) --- */

/* The time in a branch's name: client_ts, else now, else none. */
static DWR_SELDOM size_t branch_stamp(struct merge *m, char stamp[24])
{
    struct dwr_instant at;

    if (!dwr_value_instant(m->s, m->client_ts, &at) && !dwr_value_instant(m->s, m->now, &at))
        return 0;
    return dwr_instant_stamp(&at, stamp);
}

/* The branch pattern filled in, as JSON. */
static DWR_SELDOM struct dwr_text branch_name(struct merge *m, struct dwr_text name)
{
    const struct dwr_str pattern = m->d->branch;
    char stamp[24], *start, *to;
    const size_t stamp_n = branch_stamp(m, stamp);
    const bool is_string = name.p != NULL && name.p[0] == '"';
    size_t room = 2, i = 0;

    if (dwr_is_unset(name))
        name.n = 0;
    for (i = 0; i < pattern.n; i++)
        room += pattern.p[i] == '{' ? name.n * 6 + stamp_n + 6 : 6;
    start = to = dwr_take(m->s, room);
    if (start == NULL)
        return ABSENT;
    *to++ = '"';
    for (i = 0; i < pattern.n;) {
        if (pattern.n - i >= 6 && memcmp(pattern.p + i, "{name}", 6) == 0) {
            /* A string's own escapes stay as they were written. */
            if (is_string && name.n >= 2) {
                to = put_text(to, name.p + 1, name.n - 2);
            } else if (name.n > 0) {
                char *const at = to;

                to = put_string(to, name.p, name.n);
                memmove(at, at + 1, (size_t)(to - at) - 2);
                to -= 2;
            }
            i += 6;
        } else if (pattern.n - i >= 11 && memcmp(pattern.p + i, "{timestamp}", 11) == 0) {
            to = put_text(to, stamp, stamp_n);
            i += 11;
        } else {
            char *const at = to;

            to = put_string(to, pattern.p + i, 1);
            memmove(at, at + 1, (size_t)(to - at) - 2);
            to -= 2;
            i++;
        }
    }
    *to++ = '"';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* The version after this one; unset, and what is no number, counts as 1. */
static DWR_SELDOM struct dwr_text next_version(struct merge *m, struct dwr_text version)
{
    const bool counts = !dwr_is_unset(version) &&
                        (version.p[0] == '-' || (version.p[0] >= '0' && version.p[0] <= '9')) &&
                        dwr_decimal_summable(version);
    char *digits = dwr_take(m->s, DWR_DECIMAL_SUM_BYTES);

    if (digits == NULL)
        return ABSENT;
    return (struct dwr_text){ digits, dwr_decimal_next(counts ? version : literal("1"), digits) };
}

static char *put_member(char *to, struct dwr_text key, struct dwr_text value)
{
    if (to[-1] != '{')
        *to++ = ',';
    to = put_text(to, key.p, key.n);
    *to++ = ':';
    return put_text(to, value.p, value.n);
}

/* The branch document: the fields of the client's view (5.1), or of the document as sent (5.2),
 * without the sync layer's, then name, _branch_of and the version field. */
static DWR_SELDOM struct dwr_text branch_document(struct merge *m, bool as_sent)
{
    struct record *r = &m->doc;
    const uint32_t name_slot = find_slot(r, "name", 4);
    const struct dwr_text name =
        name_slot == NO_SLOT ? ABSENT : r->slots[name_slot].value[DWR_SERVER];
    const struct dwr_text of = name.p == NULL ? literal("null") : name;
    struct dwr_text new_name = branch_name(m, name), version = ABSENT, version_key = ABSENT;
    size_t room = 64;
    char *start, *to;

    if (new_name.p == NULL)
        return ABSENT;
    if (m->d->version_field != DWR_NONE) {
        const uint32_t i = record_slot(r, m->d->version_field);
        const struct dwr_str field = m->d->names.v[m->d->version_field].name;

        version = next_version(m, i == NO_SLOT ? ABSENT : r->slots[i].value[DWR_SERVER]);
        version_key = write_string(m->s, field.p, field.n);
        if (version.p == NULL || version_key.p == NULL)
            return ABSENT;
    }
    for (uint32_t i = 0; i < r->count; i++)
        room += r->slots[i].key.n + 2 +
                (as_sent ? r->slots[i].value[DWR_CLIENT] : client_view(r, &r->slots[i])).n;
    room += new_name.n + of.n + version.n + version_key.n;
    start = to = dwr_take(m->s, room);
    if (start == NULL)
        return ABSENT;
    *to++ = '{';
    to = put_member(to, literal("\"name\""), new_name);
    for (uint32_t i = 0; i < r->count; i++) {
        const enum dwr_name_role role = record_role(r, i);
        const struct dwr_text v =
            as_sent ? r->slots[i].value[DWR_CLIENT] : client_view(r, &r->slots[i]);

        if (v.p != NULL && role != DWR_NAME_META && role != DWR_NAME_VERSION)
            to = put_member(to, r->slots[i].key, v);
    }
    to = put_member(to, literal("\"_branch_of\""), of);
    if (version.p != NULL)
        to = put_member(to, version_key, version);
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

static DWR_SELDOM enum dwr_rc branched(struct merge *m, bool as_sent, struct dwr_result *out)
{
    struct dwr_text branch;

    m->branched = true;
    branch = branch_document(m, as_sent);
    if (branch.p == NULL || !report_fields(m) || !finish_result(m, out))
        return DWR_NOMEM;
    out->status = DWR_BRANCHED;
    out->doc = m->index.document[DWR_SERVER];
    out->branch = branch;
    out->rule = line_or_strategy(m, &m->d->branch_at);
    return DWR_OK;
}

/* Section 5.2: an insert into an append_only DocType whose name exists with other content. */
static DWR_SELDOM enum dwr_rc branch_insert(struct merge *m, struct dwr_result *out)
{
    struct record *r = &m->doc;

    for (uint32_t i = 0; i < r->count; i++)
        if (client_wrote(&r->slots[i]) && !is_sync_layers(r, i) &&
            !sides_equal(r, i, DWR_CLIENT, DWR_SERVER))
            decide_report(r, i, DWR_OUTCOME_BRANCHED, true, strategy_line(m));
    return branched(m, true, out);
}

/* --- update --- */

/* Is the side's value neither unset nor an array of objects? Rows are read wherever a value begins
 * like an array. */
static bool is_no_table(const struct dwr_slot *slot, enum dwr_side side)
{
    return slot->rows != NULL ? slot->rows->side[side].state == DWR_ROWS_INVALID
                              : !dwr_is_unset(slot->value[side]);
}

/* Section 6: what the client sends as a child table is an array of objects; so must be what it is
 * merged with. */
static const struct dwr_table *invalid_table(struct record *r)
{
    for (unsigned k = 0; k < r->m->d->table_count; k++) {
        const struct dwr_table *table = &r->m->d->tables[k];
        const uint32_t i = record_slot(r, table->field);
        const struct dwr_slot *slot = i == NO_SLOT ? NULL : &r->slots[i];

        if (slot != NULL && client_wrote(slot) &&
            (is_no_table(slot, DWR_CLIENT) || is_no_table(slot, DWR_SERVER) ||
             (r->base_known && is_no_table(slot, DWR_BASE))))
            return table;
    }
    return NULL;
}

static bool merge_tables(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count && r->m->d->table_count > 0; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_table *table =
            r->slots[i].rows == NULL || !client_wrote(&r->slots[i]) ? NULL : table_of(r, i);

        if (table != NULL && !merge_table(r, i, table))
            return false;
    }
    return true;
}

static struct dwr_text count_text(struct merge *m, uint32_t n)
{
    char *start = dwr_take(m->s, 16);
    size_t at = 11, end = 11;

    if (start == NULL)
        return ABSENT;
    do
        start[--at] = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    return (struct dwr_text){ start + at, end - at };
}

/* Section 6: count_into holds the number of rows whenever the client sent the table. */
static bool set_counts(struct record *r)
{
    for (unsigned k = 0; k < r->m->d->table_count; k++) {
        const struct dwr_table *table = &r->m->d->tables[k];
        uint32_t i, at;
        struct dwr_text count;

        if (table->count_into == DWR_NONE || (i = record_slot(r, table->field)) == NO_SLOT ||
            r->decisions[i].table == NULL || r->decisions[i].table->locked)
            continue;
        count = count_text(r->m, r->decisions[i].table->count);
        at = record_slot(r, table->count_into);
        if (at == NO_SLOT)
            at = record_add(r, table->count_into);
        if (count.p == NULL || at == NO_SLOT)
            return false;
        decide_value(r, at, count);
    }
    return true;
}

/* Is the content, the sync layer's fields aside, not the server's any more? */
static bool content_changed(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct decision *d = &r->decisions[i];

        if (d->action == KEEP || is_sync_layers(r, i))
            continue;
        if (d->action == ROWS || !dwr_field_equal(r->m->s, d->action == REMOVE ? ABSENT : d->value,
                                                  r->slots[i].value[DWR_SERVER]))
            return true;
    }
    return false;
}

/* Section 5.1: 1 on a new document, one more on every change. */
static bool set_version(struct merge *m)
{
    struct record *r = &m->doc;
    const unsigned field = m->d->version_field;
    uint32_t i;
    struct dwr_text version;

    if (field == DWR_NONE || (!m->fresh && !content_changed(r)))
        return true;
    i = record_slot(r, field);
    if (i == NO_SLOT)
        i = record_add(r, field);
    if (i == NO_SLOT)
        return false;
    version = m->fresh ? literal("1") : next_version(m, r->slots[i].value[DWR_SERVER]);
    decide_value(r, i, version);
    return version.p != NULL;
}

/* Section 8, `success`: the document now is what the client's view said. */
static bool is_client_view(struct record *r)
{
    for (uint32_t k = 0; k < r->touched_count; k++) {
        const uint32_t i = r->touched[k];
        const struct dwr_slot *slot = &r->slots[i];
        const struct decision *d = &r->decisions[i];
        const bool stays = d->action == KEEP;
        struct dwr_text result;

        if (stays && (slot->base_same || !r->base_known) &&
            (slot->client_same || !client_wrote(slot)) && d->table == NULL)
            continue;
        if (is_sync_layers(r, i))
            continue;
        if (d->table != NULL) {
            if (!d->table->is_view)
                return false;
            continue;
        }
        if (!client_wrote(slot) && stays) {
            if (r->base_known && !sides_equal(r, i, DWR_BASE, DWR_SERVER))
                return false;
            continue;
        }
        result = stays ? slot->value[DWR_SERVER] : d->action == REMOVE ? ABSENT : d->value;
        if (!dwr_field_equal(r->m->s, result, client_view(r, slot)))
            return false;
    }
    return true;
}

/* --- provisional values (4.3) --- */

struct marks {
    struct extra *extra;
    size_t count;
};

/* A member "_f_conflict", "_server_f" or "_client_f": where some side has it, in its slot. */
static DWR_SELDOM bool set_mark(struct record *r, struct marks *marks, struct dwr_text name,
                                struct dwr_text value, bool keep)
{
    uint32_t i = find_slot(r, name.p, name.n);
    struct dwr_text key;

    if (i != NO_SLOT) {
        if (!keep || r->slots[i].value[DWR_SERVER].p == NULL)
            decide_value(r, i, value);
        return true;
    }
    key = write_string(r->m->s, name.p, name.n);
    if (key.p == NULL)
        return false;
    marks->extra[marks->count++] = (struct extra){ key, value };
    return true;
}

static DWR_SELDOM struct dwr_text joined(struct dwr_scratch *s, const char *before,
                                         struct dwr_text name, const char *after)
{
    const size_t nb = strlen(before), na = strlen(after);
    char *p = dwr_take(s, nb + name.n + na);

    if (p == NULL)
        return ABSENT;
    put_text(put_text(put_text(p, before, nb), name.p, name.n), after, na);
    return (struct dwr_text){ p, nb + name.n + na };
}

static bool is_true(struct dwr_text v)
{
    return v.n == 4 && v.p[0] == 't';
}

static struct dwr_text or_null(struct dwr_text v)
{
    return v.p == NULL ? literal("null") : v;
}

static bool mark_provisional(struct merge *m, struct marks *marks)
{
    struct record *r = &m->doc;
    uint32_t marked = 0;

    for (uint32_t k = 0; k < r->touched_count; k++) {
        struct decision *d = &r->decisions[r->touched[k]];

        /* Another unit's `set` may have made it `refused`. */
        d->marked = d->marked && d->outcome == DWR_OUTCOME_MANUAL;
        marked += d->marked;
    }
    if (marked == 0)
        return true;
    marks->extra = dwr_take(m->s, 3 * (size_t)marked * sizeof *marks->extra);
    if (marks->extra == NULL)
        return false;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct dwr_slot slot = r->slots[i];
        const struct dwr_text conflict = joined(m->s, "_", slot.name, "_conflict");
        const struct dwr_text server = joined(m->s, "_server_", slot.name, "");
        const struct dwr_text client = joined(m->s, "_client_", slot.name, "");
        uint32_t open;

        if (!r->decisions[i].marked)
            continue;
        if (conflict.p == NULL || server.p == NULL || client.p == NULL)
            return false;
        /* An open conflict keeps the server's value it began with. */
        open = find_slot(r, conflict.p, conflict.n);
        if (!set_mark(r, marks, server, or_null(slot.value[DWR_SERVER]),
                      open != NO_SLOT && is_true(or_null(r->slots[open].value[DWR_SERVER]))) ||
            !set_mark(r, marks, conflict, literal("true"), false) ||
            !set_mark(r, marks, client, or_null(client_view(r, &slot)), false))
            return false;
    }
    return true;
}

/* The name the client gave a new document. */
static bool keep_name(struct merge *m)
{
    const uint32_t i = m->fresh ? find_slot(&m->doc, "name", 4) : NO_SLOT;

    if (i != NO_SLOT && !dwr_is_unset(m->doc.slots[i].value[DWR_CLIENT]))
        decide_value(&m->doc, i, m->doc.slots[i].value[DWR_CLIENT]);
    return true;
}

/* Every op that writes fields ends here: the documents are joined, m->concurrent is known. */
static enum dwr_rc update(struct merge *m, struct dwr_result *out)
{
    struct record *r = &m->doc;
    const struct dwr_table *invalid = invalid_table(r);
    struct marks marks = { NULL, 0 };

    if (invalid != NULL)
        return reject(m, out, DWR_CODE_VALIDATION_ERROR, invalid->at,
                      m->fresh || m->resurrected ? ABSENT : m->index.document[DWR_SERVER]);
    m->locked = m->d->lock != NULL && cond_holds(m, m->d->lock, &STAR);
    m->lock_rule = (struct dwr_rule){ .kind = DWR_RULE_SERVER_ONLY, .at = m->d->lock_at };
    if (!decide_units(r))
        return DWR_NOMEM;
    if (m->branched)
        return branched(m, false, out);
    if (!decide_sets(r, m->opened) || !report_fields(m) || !merge_tables(r) || !set_counts(r) ||
        !set_version(m) || !keep_name(m) || !mark_provisional(m, &marks) || !finish_result(m, out))
        return DWR_NOMEM;
    out->status = m->manual_open      ? DWR_CONFLICT_MANUAL
                  : is_client_view(r) ? DWR_SUCCESS
                                      : DWR_MERGED;
    out->doc = write_record(r, m->index.document[DWR_SERVER], marks.extra, marks.count);
    return out->doc.p == NULL ? DWR_NOMEM : DWR_OK;
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
        return rc != DWR_OK
                   ? rc
                   : reject(m, out, DWR_CODE_CREATE_NOT_ALLOWED, *strategy_line(m), ABSENT);
    }
    m->fresh = true;
    rc = join(m, literal(empty), literal(empty), client, checked);
    if (rc == DWR_OK)
        docstatus = find_slot(&m->doc, "docstatus", 9);
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
    to = put_member(to, key, (struct dwr_text){ set->value.p, set->value.n });
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

    if (m->d->lock != NULL && cond_holds(m, m->d->lock, &STAR))
        return reject(m, out, DWR_CODE_LOCKED, m->d->lock_at, server);
    if (!t->allow_delete && t->soft_delete.field != DWR_NONE)
        return soft_delete(m, base, server, out);
    if (!t->allow_delete)
        return reject(m, out, DWR_CODE_DELETE_NOT_ALLOWED, line_or_strategy(m, &t->allow_delete_at),
                      server);
    if (!m->concurrent)
        return plain_success(out, ABSENT, line_or_strategy(m, &t->allow_delete_at));
    if (t->delete_wins_over_update)
        return plain_success(out, ABSENT, line_or_strategy(m, &t->delete_wins_at));
    return reject(m, out, DWR_CODE_DELETE_CONFLICT, line_or_strategy(m, &t->delete_wins_at),
                  server);
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
        return reject(m, out, DWR_CODE_DELETED,
                      line_or_strategy(m, &m->d->tombstone.delete_wins_at), ABSENT);
    m->resurrected = true;
    deleted = find_slot(&m->doc, "_deleted", 8);
    decide_value(&m->doc, deleted, ABSENT);
    rc = update(m, out);
    if (rc == DWR_OK && m->w->op != DWR_UNDELETE && out->status == DWR_SUCCESS)
        out->status = DWR_MERGED;
    return rc;
}

static bool is_tombstone(const struct record *r)
{
    const uint32_t i = find_slot(r, "_deleted", 8);

    return i != NO_SLOT && is_true(or_null(r->slots[i].value[DWR_SERVER]));
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
        return rc != DWR_OK
                   ? rc
                   : reject(m, out, DWR_CODE_NOT_FOUND, (struct dwr_str){ NULL, 0 }, ABSENT);
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
