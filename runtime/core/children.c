/* children.c - child tables: what becomes of each row, and in which order they stand (section 6).
 */
#include <string.h>

#include "children.h"

static const struct dwr_str *at_or_table(const struct merging *t, const struct dwr_str *at)
{
    return at->p != NULL ? at : &t->table->at;
}

static DWR_SELDOM bool has_hidden_member(struct merging *t, struct dwr_text row)
{
    struct dwr_walk w = dwr_walk_of(row);
    struct dwr_text key, value;

    while (dwr_walk_next(&w, t->s->scan, &key, &value))
        if (!is_member(t->table, t->s, key))
            return true;
    return false;
}

/* The client's row in place of the server's: its members, with what the server's row has beside
 * them (idx, parent and so on). */
static DWR_SELDOM struct dwr_text client_row(struct merging *t, struct dwr_text server,
                                             struct dwr_text client)
{
    const struct dwr_text from[2] = { client, server };
    struct dwr_text key, value;
    char *start, *to;

    if (!has_hidden_member(t, server) && !has_hidden_member(t, client))
        return client;
    start = to = dwr_take(t->s, server.n + client.n + 2);
    if (start == NULL) {
        t->out_of_memory = true;
        return ABSENT;
    }
    *to++ = '{';
    for (int k = 0; k < 2; k++) {
        struct dwr_walk w = dwr_walk_of(from[k]);

        while (dwr_walk_next(&w, t->s->scan, &key, &value)) {
            if (is_member(t->table, t->s, key) != (k == 0))
                continue;
            if (to[-1] != '{')
                *to++ = ',';
            to = put_text(to, key.p, key.n);
            *to++ = ':';
            to = put_text(to, value.p, value.n);
        }
    }
    *to++ = '}';
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* The members of the three rows as slots: a row is indexed as a document is. */
static bool row_record(struct merging *t, const struct dwr_text rows[3], struct record *r)
{
    struct dwr_index index;

    if (t->row_type == NULL) {
        t->row_type = dwr_take(t->s, sizeof *t->row_type);
        if (t->row_type == NULL)
            return false;
        memset(t->row_type, 0, sizeof *t->row_type);
        t->row_type->names = t->table->names;
    }
    /* The rows have been checked with their documents. */
    if (t->s->scan->index(t->s, t->row_type, rows, true, &index) != DWR_OK)
        return false;
    r->slots = index.slots;
    r->count = index.count;
    return record_init(r);
}

/* A row is a whole, not a patch: what the client's row lacks of the others, it has cleared. */
static void absent_is_cleared(struct record *r)
{
    static const char null_text[] = "null";

    for (uint32_t i = 0; i < r->count; i++)
        if (!client_wrote(&r->slots[i]) && record_role(r, i) != DWR_NAME_META) {
            r->slots[i].value[DWR_CLIENT] = (struct dwr_text){ null_text, 4 };
            r->slots[i].client_same = false;
        }
}

/* Member by member (`fields { … }`, `sum(…)`). */
static void by_member(struct merging *t, const struct dwr_text rows[3], struct outcome *o)
{
    static const struct dwr_text empty_row = { "{}", 2 };
    struct merge *m = t->m;
    struct opened *const document_opened = m->opened;
    struct dwr_text sides[3] = { rows[DWR_BASE], rows[DWR_SERVER], rows[DWR_CLIENT] };
    struct record r = {
        .m = m,
        .names = &t->table->names,
        .units = t->table->units,
        .free_rule = &t->table->otherwise,
        .table = t->table,
        .base_known = t->base_known,
    };
    bool changed = false, conflict = false, client = false;

    if (t->base_known && sides[DWR_BASE].p == NULL)
        sides[DWR_BASE] = empty_row;
    m->opened = NULL;
    if (!row_record(t, sides, &r)) {
        t->out_of_memory = true;
        return;
    }
    absent_is_cleared(&r);
    if (!decide_units(&r) || !decide_sets(&r, m->opened)) {
        t->out_of_memory = true;
        return;
    }
    m->opened = document_opened;
    for (uint32_t i = 0; i < r.count; i++) {
        struct decision *d = &r.decisions[i];

        changed = changed || d->reported;
        conflict = conflict || (d->reported && d->conflict);
        client = client || (d->reported && d->outcome == DWR_OUTCOME_CLIENT);
        /* What a row lacks it lacks: it is not written as null. */
        if (d->action == REPLACE && d->value.n == 4 && d->value.p[0] == 'n') {
            struct dwr_text own =
                dwr_member(t->s, rows[DWR_CLIENT], r.slots[i].name.p, r.slots[i].name.n);

            if (own.p == NULL)
                decide_value(&r, i, ABSENT);
        }
    }
    if (!changed)
        return;
    o->row = write_record(&r, rows[DWR_SERVER], NULL, 0);
    if (o->row.p == NULL)
        t->out_of_memory = true;
    o->reported = true;
    o->conflict = conflict;
    o->outcome = conflict ? DWR_OUTCOME_MERGED : client ? DWR_OUTCOME_CLIENT : DWR_OUTCOME_SAME;
    o->rule = at_or_table(t, &t->table->same_key_at);
}

static DWR_SELDOM void conflicting_rows(struct merging *t, const struct match *m,
                                        const struct dwr_text rows[3], struct outcome *o)
{
    int order = 0;
    bool client = false;

    o->reported = o->conflict = true;
    o->rule = at_or_table(t, &t->table->same_key_at);
    o->row = rows[DWR_SERVER];
    if (t->table->order_by != DWR_NONE)
        order = dwr_order_compare(order_of(t, &t->side[DWR_CLIENT].v[m->row[DWR_CLIENT]]),
                                  order_of(t, &t->side[DWR_SERVER].v[m->row[DWR_SERVER]]));
    switch ((enum dwr_same_key)t->table->same_key) {
    case DWR_SAME_KEY_CLIENT_WINS:
        client = true;
        break;
    case DWR_SAME_KEY_FIRST_WRITE_WINS:
        client = order < 0;
        break;
    case DWR_SAME_KEY_LAST_WRITE_WINS:
        client = order > 0;
        break;
    case DWR_SAME_KEY_KEEP_BOTH:
        o->outcome = DWR_OUTCOME_MERGED;
        o->keep_client_too = true;
        return;
    case DWR_SAME_KEY_MANUAL:
        o->outcome = DWR_OUTCOME_MANUAL;
        t->m->manual_open = true;
        return;
    case DWR_SAME_KEY_SERVER_WINS:
    case DWR_SAME_KEY_FIELDS: /* a row without a key */
        break;
    }
    o->outcome = client ? DWR_OUTCOME_CLIENT : DWR_OUTCOME_SERVER;
    if (client)
        o->row = client_row(t, rows[DWR_SERVER], rows[DWR_CLIENT]);
}

static void report_row(struct outcome *o, enum dwr_outcome outcome, bool conflict,
                       const struct dwr_str *rule)
{
    o->reported = true;
    o->conflict = conflict;
    o->outcome = (uint8_t)outcome;
    o->rule = rule;
}

static bool both_have(struct merging *t, const struct match *m, const struct dwr_text rows[3],
                      struct outcome *o)
{
    const struct dwr_table *table = t->table;
    const bool keyed = t->groups[t->side[DWR_SERVER].v[m->row[DWR_SERVER]].group].keyed;
    const struct dwr_text was = t->base_known ? rows[DWR_BASE] : rows[DWR_SERVER];
    bool equal;

    o->row = rows[DWR_SERVER];
    if (dwr_same_bytes(was, rows[DWR_CLIENT]))
        return true;
    if (table->same_key == DWR_SAME_KEY_FIELDS && keyed && !t->locked) {
        by_member(t, rows, o);
        return !t->out_of_memory;
    }
    /* "Changed" is against base's row; base known but without it: always; base unknown: against the
     * server's row. */
    if (was.p != NULL && rows_equal(table, t->s, was, rows[DWR_CLIENT]))
        return true;
    equal = rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_CLIENT]);
    if (equal) {
        report_row(o, DWR_OUTCOME_SAME, false, t->locked ? &t->m->lock_rule.at : &table->at);
    } else if (t->locked) {
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
    } else if (table->append_only) {
        report_row(o, DWR_OUTCOME_REFUSED, true, at_or_table(t, &table->append_only_at));
    } else if (rows[DWR_BASE].p != NULL &&
               rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_BASE])) {
        report_row(o, DWR_OUTCOME_CLIENT, false, &table->at);
        o->row = client_row(t, rows[DWR_SERVER], rows[DWR_CLIENT]);
    } else {
        conflicting_rows(t, m, rows, o);
    }
    return !t->out_of_memory;
}

static DWR_SELDOM void server_has(struct merging *t, const struct dwr_text rows[3],
                                  struct outcome *o)
{
    const struct dwr_table *table = t->table;

    o->row = rows[DWR_SERVER];
    if (rows[DWR_BASE].p == NULL)
        return;
    if (t->locked)
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
    else if (!table->removes)
        report_row(o, DWR_OUTCOME_REFUSED, true, &table->at);
    else if (rows_equal(table, t->s, rows[DWR_SERVER], rows[DWR_BASE]))
        o->row = ABSENT;
    else
        report_row(o, DWR_OUTCOME_SERVER, true, at_or_table(t, &table->removes_at));
}

static void client_has(struct merging *t, const struct dwr_text rows[3], struct outcome *o)
{
    const bool base_had = rows[DWR_BASE].p != NULL;

    if (base_had && rows_equal(t->table, t->s, rows[DWR_CLIENT], rows[DWR_BASE]))
        return;
    if (t->locked) {
        report_row(o, DWR_OUTCOME_REFUSED, true, &t->m->lock_rule.at);
        return;
    }
    if (!base_had && t->hold) {
        report_row(o, DWR_OUTCOME_HELD, true, at_or_table(t, &t->table->hold_at));
        t->m->manual_open = true;
        return;
    }
    o->row = rows[DWR_CLIENT];
    report_row(o, DWR_OUTCOME_CLIENT, base_had, &t->table->at);
}

/* The rows of the client's that stand elsewhere than the server's are asked for ahead. */
static void ask_for_rows(const struct merging *t, uint32_t k)
{
    enum { AHEAD = 6 };

    if (k + 2 * AHEAD < t->match_count && t->matches[k + 2 * AHEAD].row[DWR_CLIENT] != NOBODY)
        DWR_PREFETCH(&t->side[DWR_CLIENT].v[t->matches[k + 2 * AHEAD].row[DWR_CLIENT]]);
    if (k + AHEAD < t->match_count && t->matches[k + AHEAD].row[DWR_CLIENT] != NOBODY) {
        const struct dwr_text row = match_text(t, &t->matches[k + AHEAD], DWR_CLIENT);

        DWR_PREFETCH(row.p);
        DWR_PREFETCH(row.p + row.n - 1);
    }
}

static bool decide_match(struct merging *t, uint32_t k)
{
    const struct match *m = &t->matches[k];
    struct outcome *o = &t->outcomes[k];
    const struct dwr_text rows[3] = { match_text(t, m, DWR_BASE), match_text(t, m, DWR_SERVER),
                                      match_text(t, m, DWR_CLIENT) };

    *o = (struct outcome){ .row = ABSENT };
    if (rows[DWR_SERVER].p == NULL)
        client_has(t, rows, o);
    else if (rows[DWR_CLIENT].p == NULL)
        server_has(t, rows, o);
    else if (!both_have(t, m, rows, o))
        return false;
    o->of_server = rows[DWR_SERVER].p != NULL;
    o->server = o->of_server && o->row.p == rows[DWR_SERVER].p
                    ? (int32_t)t->side[DWR_SERVER].v[m->row[DWR_SERVER]].index
                    : NOBODY;
    return true;
}

/* --- the order of the result --- */

struct placing {
    struct result_row *v;
    struct dwr_order *order; /* of order_by's values, beside them; NULL without order_by */
    uint32_t count;
};

static int by_order_then_key(struct merging *t, uint32_t a, uint32_t b, const void *context)
{
    const struct placing *rows = context;
    const struct result_row *x = &rows->v[a], *y = &rows->v[b];
    int order = dwr_order_compare(&rows->order[a], &rows->order[b]);

    for (unsigned k = 0; k < t->table->key_count && order == 0; k++)
        order = dwr_value_compare(t->s, key_part(t, x->row, k), key_part(t, y->row, k));
    return order != 0 ? order : (int)y->of_server - (int)x->of_server;
}

/* Where the order breaks first, from a row on; the count where it does not. */
static uint32_t run_end(struct merging *t, const struct placing *rows, uint32_t from)
{
    uint32_t i = from + 1;

    while (i < rows->count && by_order_then_key(t, i - 1, i, rows) <= 0)
        i++;
    return i < rows->count ? i : rows->count;
}

/* The first row of a sorted run [0, n) that stands behind row `at`. */
static uint32_t place_of(struct merging *t, const struct placing *rows, uint32_t n, uint32_t at)
{
    uint32_t lo = 0;

    while (lo < n) {
        const uint32_t mid = lo + (n - lo) / 2;

        if (by_order_then_key(t, at, mid, rows) < 0)
            n = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Sorts by order_by, then by key, then the server's before the client's. Mostly the rows are in
 * order already, or the server's are and the added ones behind them: then only the rows from the
 * first added one's place on have to move. */
static bool sort_rows(struct merging *t, struct placing *rows)
{
    const uint32_t n = rows->count, first = n == 0 ? 0 : run_end(t, rows, 0);
    uint32_t *v, from = 0, out;
    struct result_row *sorted;

    if (first == n)
        return true;
    v = dwr_take(t->s, 2 * (size_t)n * sizeof *v);
    sorted = dwr_take(t->s, n * sizeof *sorted);
    if (v == NULL || sorted == NULL)
        return false;
    if (run_end(t, rows, first) == n) {
        uint32_t a = from = place_of(t, rows, first, first), b = first;

        for (out = from; a < first && b < n; out++)
            v[out] = by_order_then_key(t, b, a, rows) < 0 ? b++ : a++;
        while (a < first)
            v[out++] = a++;
        while (b < n)
            v[out++] = b++;
    } else {
        for (uint32_t i = 0; i < n; i++)
            v[i] = i;
        merge_sort(t, v, v + n, n, by_order_then_key, rows);
    }
    for (uint32_t i = from; i < n; i++)
        sorted[i] = rows->v[v[i]];
    memcpy(&rows->v[from], &sorted[from], (n - from) * sizeof *sorted);
    return true;
}

static void place(struct merging *t, struct placing *rows, struct dwr_text row, int32_t server,
                  bool of_server, bool flat)
{
    struct result_row *to = &rows->v[rows->count];

    to->row = row;
    to->server = server;
    to->of_server = of_server;
    if (rows->order != NULL)
        row_order(t, row, flat, &rows->order[rows->count]);
    rows->count++;
}

static void place_server(struct merging *t, struct placing *rows, uint32_t i)
{
    const struct dwr_row *row = &rows_of(t, DWR_SERVER)->v[i];

    place(t, rows, row_text(row), (int32_t)i, true, row->flat);
}

/* What match k leaves in the table. */
static void place_match(struct merging *t, struct placing *rows, uint32_t k)
{
    const struct outcome *o = &t->outcomes[k];

    if (o->row.p != NULL)
        place(t, rows, o->row, o->server, o->of_server,
              o->server != NOBODY && rows_of(t, DWR_SERVER)->v[o->server].flat);
}

/* The client's row of match k, where keep_both adds it. */
static void place_added(struct merging *t, struct placing *rows, uint32_t k)
{
    if (t->outcomes[k].keep_client_too)
        place(t, rows, match_text(t, &t->matches[k], DWR_CLIENT), NOBODY, false, false);
}

/* The server's rows in their order, then the added ones in the client's. */
static void server_order(struct merging *t, struct placing *rows)
{
    uint32_t next = 0;

    for (uint32_t i = t->same; i < row_count(t, DWR_SERVER); i++)
        if (is_aligned(t, i))
            place_server(t, rows, i);
        else
            place_match(t, rows, (uint32_t)t->side[DWR_SERVER].v[next++].match);
    for (uint32_t i = 0; i < t->side[DWR_CLIENT].count; i++) {
        const uint32_t k = (uint32_t)t->side[DWR_CLIENT].v[i].match;

        if (k >= t->server_matches)
            place_match(t, rows, k);
        else
            place_added(t, rows, k);
    }
}

/* The client's order, the rows it lacks last. */
static void client_order(struct merging *t, struct placing *rows)
{
    uint32_t next = 0;

    for (uint32_t i = t->same; i < row_count(t, DWR_CLIENT); i++)
        if (is_aligned(t, i)) {
            place_server(t, rows, i);
        } else {
            if (next + 8 < t->side[DWR_CLIENT].count)
                DWR_PREFETCH(&t->outcomes[t->side[DWR_CLIENT].v[next + 8].match]);
            place_match(t, rows, (uint32_t)t->side[DWR_CLIENT].v[next++].match);
        }
    for (uint32_t k = 0; k < t->server_matches; k++)
        if (t->matches[k].row[DWR_CLIENT] == NOBODY)
            place_match(t, rows, k);
    for (uint32_t k = 0; k < t->server_matches; k++)
        place_added(t, rows, k);
}

/* --- the whole table --- */

/* The rows in the result are the server's, one after the other, nothing else. */
static bool is_server_table(const struct merging *t, const struct placing *rows)
{
    const struct dwr_rows *server = &t->rows->side[DWR_SERVER];

    if (rows->count != server->count)
        return false;
    for (uint32_t i = 0; i < rows->count; i++)
        if (rows->v[i].server != (int32_t)i)
            return false;
    return true;
}

/* Is the result what the client's table says, row by row? */
static bool is_client_table(struct merging *t, const struct placing *rows)
{
    const struct dwr_rows *client = &t->rows->side[DWR_CLIENT];

    if (rows->count != client->count)
        return false;
    for (uint32_t i = 0; i < rows->count; i++)
        if ((i >= t->same || rows->v[i].server != (int32_t)i) &&
            !rows_equal(t->table, t->s, rows->v[i].row, row_text(&client->v[i])))
            return false;
    return true;
}

bool merge_table(struct record *r, uint32_t i, const struct dwr_table *table)
{
    static const struct scope star = { .name = { NULL, 0 } };
    struct merge *m = r->m;
    const struct dwr_slot *slot = &r->slots[i];
    struct merging t = {
        .m = m, .s = m->s, .table = table, .rows = slot->rows, .base_known = r->base_known
    };
    const struct dwr_rows *server = &slot->rows->side[DWR_SERVER];
    struct placing rows = { NULL, NULL, 0 };
    size_t most;
    struct table_result *result = dwr_take(m->s, sizeof *result);

    if (result == NULL)
        return false;
    t.locked = m->locked;
    for (unsigned k = 0; k < m->d->lock_except_count; k++)
        if (m->d->lock_except[k] == table->field)
            t.locked = false;
    t.hold = table->hold != NULL && cond_holds(m, table->hold, &star);
    /* The same bytes at the start of every side that counts. */
    if (server->count > 0 && slot->rows->side[DWR_CLIENT].count > 0 &&
        (!t.base_known || slot->rows->side[DWR_BASE].count > 0))
        t.same = slot->rows->same;
    if (!match_rows(&t))
        return false;
    for (uint32_t k = 0; k < t.match_count; k++) {
        ask_for_rows(&t, k);
        if (!decide_match(&t, k))
            return false;
    }
    if (t.out_of_memory || !report_rows(&t))
        return false;

    most = (size_t)server->count + 2 * (size_t)t.match_count + 1;
    rows.v = dwr_take(m->s, most * sizeof *rows.v);
    if (table->order_by != DWR_NONE)
        rows.order = dwr_take(m->s, most * sizeof *rows.order);
    if (rows.v == NULL || (table->order_by != DWR_NONE && rows.order == NULL))
        return false;
    for (uint32_t k = 0; k < (t.locked ? server->count : t.same); k++)
        place_server(&t, &rows, k);
    if (!t.locked) {
        if (t.base_known && table->order_by == DWR_NONE &&
            tables_equal(m, table, slot, DWR_BASE, DWR_SERVER))
            client_order(&t, &rows);
        else
            server_order(&t, &rows);
        if (table->order_by != DWR_NONE && !sort_rows(&t, &rows))
            return false;
    }
    *result = (struct table_result){ rows.v, rows.count, is_client_table(&t, &rows), t.locked };
    r->decisions[i].table = result;
    r->decisions[i].action = is_server_table(&t, &rows) ? KEEP : ROWS;
    return !t.out_of_memory && !m->s->failed;
}
