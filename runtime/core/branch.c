/* branch.c - branches (5.1, 5.2): the server's document stands, and the client's becomes one beside
 * it, with a name of its own. */
#include <string.h>

#include "decimal.h"
#include "instant.h"
#include "report.h"

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

DWR_SELDOM struct dwr_text next_version(struct merge *m, struct dwr_text version)
{
    const bool counts = !dwr_is_unset(version) &&
                        (version.p[0] == '-' || (version.p[0] >= '0' && version.p[0] <= '9')) &&
                        dwr_decimal_summable(version);
    char *digits = dwr_take(m->s, DWR_DECIMAL_SUM_BYTES);

    if (digits == NULL)
        return ABSENT;
    return (struct dwr_text){ digits, dwr_decimal_next(counts ? version : literal("1"), digits) };
}

/* The branch document: the fields of the client's view (5.1), or of the document as sent (5.2),
 * without the sync layer's, then name, _branch_of and the version field. */
static DWR_SELDOM struct dwr_text branch_document(struct merge *m, bool as_sent)
{
    struct record *r = &m->doc;
    const uint32_t name_slot = record_find(r, "name", 4);
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
    to = put_text(put_key(to, literal("\"name\"")), new_name.p, new_name.n);
    for (uint32_t i = 0; i < r->count; i++) {
        const enum dwr_name_role role = record_role(r, i);
        const struct dwr_text v =
            as_sent ? r->slots[i].value[DWR_CLIENT] : client_view(r, &r->slots[i]);

        if (v.p != NULL && role != DWR_NAME_META && role != DWR_NAME_VERSION)
            to = put_text(put_key(to, r->slots[i].key), v.p, v.n);
    }
    to = put_text(put_key(to, literal("\"_branch_of\"")), of.p, of.n);
    if (version.p != NULL)
        to = put_text(put_key(to, version_key), version.p, version.n);
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

DWR_SELDOM enum dwr_rc branched(struct merge *m, bool as_sent, struct dwr_result *out)
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

DWR_SELDOM enum dwr_rc branch_insert(struct merge *m, struct dwr_result *out)
{
    struct record *r = &m->doc;

    for (uint32_t i = 0; i < r->count; i++)
        if (client_wrote(&r->slots[i]) && !is_sync_layers(r, i) &&
            !sides_equal(r, i, DWR_CLIENT, DWR_SERVER))
            decide_report(r, i, DWR_OUTCOME_BRANCHED, true, &m->d->at);
    return branched(m, true, out);
}
