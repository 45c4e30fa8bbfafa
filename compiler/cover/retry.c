/* retry.c - the same write again, onto its own result (semantics 10): what must not change, and
 * what is excepted. */
#include "cover_parts.h"

/* --- exceptions --- */

static bool equal(struct cover_look *look, const struct cover_field *f, unsigned a, unsigned b)
{
    const struct dwr_text x = f->value[a], y = f->value[b];

    if (f->role == DWR_NAME_TABLE && x.p && y.p && x.p[0] == '[' && y.p[0] == '[') {
        const struct dwr_table *t = &look->d->tables[look->d->names.v[f->index].index];
        struct dwr_scratch *s = look->reader->scratch;
        struct dwr_walk v = dwr_walk_of(x), w = dwr_walk_of(y);
        struct dwr_text p, q;

        for (;;) {
            const bool more = dwr_walk_next(&v, s->scan, NULL, &p);

            if (dwr_walk_next(&w, s->scan, NULL, &q) != more)
                return false;
            if (!more)
                return true;
            if (p.p[0] == '{' && q.p[0] == '{' ? !rows_equal(t, s, p, q)
                                               : !dwr_value_equal(s, p, q))
                return false;
        }
    }
    return dwr_field_equal(look->reader->scratch, x, y);
}

/* Did the write itself change the field? */
static bool was_changed(struct cover_look *look, unsigned index)
{
    const struct cover_field *f =
        cover_field_of(&look->reader->fields, look->d->names.v[index].name);

    return f && !equal(look, f, COVER_SERVER, COVER_RESULT);
}

static bool reads_changed(struct cover_look *look, const struct dwr_cond *c)
{
    const struct dwr_operand *const sides[] = { &c->left, &c->right };

    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR)
        return reads_changed(look, c->a) || reads_changed(look, c->b);
    if (c->op == DWR_COND_NOT)
        return reads_changed(look, c->a);
    if (c->op == DWR_COND_CHANGES)
        return was_changed(look, c->left.field);
    for (int i = 0; i < 2; i++)
        if ((sides[i]->side == DWR_SIDE_SERVER ||
             (sides[i]->side == DWR_SIDE_CLIENT && !look->base_known)) &&
            was_changed(look, sides[i]->field))
            return true;
    return false;
}

/* A line that stands twice, or an empty one: at the end of a text it is the final newline, which is
 * no line any more. */
static bool line_repeats(struct cover_look *look, struct dwr_text value)
{
    struct dwr_text text;
    const char *end;

    if (!value.p || value.p[0] != '"')
        return false;
    text = dwr_string_bytes(look->reader->scratch, value);
    if (!text.p)
        return false; /* no memory, which is asked for at the end */
    end = text.p + text.n;
    for (const char *p = text.p; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const size_t n = (size_t)((stop ? stop : end) - p);

        if (n == 0)
            return true;
        for (const char *q = text.p; q < p;) {
            const char *q_stop = memchr(q, '\n', (size_t)(end - q));

            if ((size_t)(q_stop - q) == n && memcmp(p, q, n) == 0)
                return true;
            q = q_stop + 1;
        }
        if (!stop)
            break;
        p = stop + 1;
    }
    return false;
}

static bool adds_again(enum dwr_rule_kind rule)
{
    return rule == DWR_RULE_SUM || rule == DWR_RULE_KEEP_BOTH;
}

static bool rule_is_excepted(struct cover_look *look, const struct dwr_rule *rule,
                             const struct cover_field *f)
{
    if (adds_again(rule->kind) || (rule->when && reads_changed(look, rule->when)))
        return true;
    for (unsigned i = 0; i < rule->watch_count; i++)
        if (was_changed(look, rule->watch[i]))
            return true;
    for (unsigned side = 0; rule->kind == DWR_RULE_MERGE_TEXT && side < COVER_AGAIN; side++)
        if (line_repeats(look, f->value[side]))
            return true;
    return false;
}

/* In a row every text is excepted: which lines repeat in which of its rows is not looked for. */
static bool member_is_excepted(const struct dwr_rule *rule)
{
    return adds_again(rule->kind) || rule->kind == DWR_RULE_MERGE_TEXT;
}

static bool table_is_excepted(struct cover_look *look, const struct dwr_table *t,
                              const struct cover_field *f)
{
    if (t->same_key == DWR_SAME_KEY_KEEP_BOTH || (t->hold && reads_changed(look, t->hold)))
        return true;
    for (unsigned u = 0; t->same_key == DWR_SAME_KEY_FIELDS && u < t->unit_count; u++)
        if (member_is_excepted(&t->units[u].rules[0]))
            return true;
    if (t->same_key == DWR_SAME_KEY_FIELDS && member_is_excepted(&t->otherwise))
        return true;
    return !cover_keys_are_plain(look, t, f);
}

static bool is_set_by_a_rule(const struct dwr_doctype *d, unsigned index)
{
    for (unsigned u = 0; u < d->unit_count; u++)
        for (unsigned r = 0; r < d->units[u].rule_count; r++)
            for (unsigned k = 0; k < d->units[u].rules[r].set_count; k++)
                if (d->units[u].rules[r].set[k].field == index)
                    return true;
    return false;
}

static bool is_excepted(struct cover_look *look, const struct cover_field *f)
{
    const struct dwr_doctype *d = look->d;
    const struct dwr_unit *unit;

    if (f->index != DWR_NONE && is_set_by_a_rule(d, f->index))
        return true;
    switch ((enum dwr_name_role)f->role) {
    case DWR_NAME_TABLE:
        return table_is_excepted(look, &d->tables[d->names.v[f->index].index], f);
    case DWR_NAME_UNIT:
        unit = &d->units[d->names.v[f->index].index];
        for (unsigned r = 0; r < unit->rule_count; r++)
            if (rule_is_excepted(look, &unit->rules[r], f))
                return true;
        return false;
    case DWR_NAME_FREE:
        return rule_is_excepted(look, &d->free_rule, f);
    default:
        return false;
    }
}

/* --- twice --- */

/* The version, the counts and the marks of open conflicts: they change where something else does.
 */
static bool depends_on_others(const struct cover_field *f)
{
    return f->role == DWR_NAME_COUNT || f->role == DWR_NAME_VERSION || f->role == DWR_NAME_META;
}

/* The first field that changed though it must not; NULL: none. */
static const struct cover_field *broken(struct cover_look *look)
{
    const struct cover_fields *all = &look->reader->fields;
    bool excepted = false;

    for (int dependent = 0; dependent < 2; dependent++)
        for (uint32_t i = 0; i < all->count; i++) {
            const struct cover_field *f = &all->v[i];

            if (depends_on_others(f) != (dependent == 1) ||
                equal(look, f, COVER_RESULT, COVER_AGAIN))
                continue;
            if (is_excepted(look, f))
                excepted = true;
            else if (dependent == 0 || !excepted)
                return f;
        }
    return NULL;
}

/* What the store keeps of a document that was deleted: its last content, marked. */
static struct dwr_text tombstone_of(struct arena *arena, struct dwr_text server)
{
    struct out_memory m;
    struct dwr_str text;

    out_memory_begin(&m, arena);
    out_lit(&m.out, "{\"_deleted\":true");
    if (server.n > 2) {
        out_char(&m.out, ',');
        out_bytes(&m.out, server.p + 1, server.n - 1);
    } else {
        out_char(&m.out, '}');
    }
    text = out_memory_bytes(&m);
    return (struct dwr_text){ text.p, text.n };
}

static void read_sides(struct cover_look *look, const struct dwr_result *second,
                       struct dwr_text base)
{
    struct cover_fields *fields = &look->reader->fields;
    const struct dwr_text sides[COVER_SIDES] = { base, cover_trimmed(look->write->server),
                                                 cover_trimmed(look->write->client),
                                                 look->result->doc, second->doc };

    cover_read_none(fields);
    for (unsigned side = 0; side < COVER_SIDES; side++)
        cover_read(look->cover, fields, &look->d->names, sides[side], side);
}

bool cover_retry(struct cover *cover, const struct dwr_doctype *rules,
                 const struct dwr_write *write, const struct dwr_result *result,
                 struct cover_retry *found)
{
    struct cover_look look = {
        .cover = cover, .reader = cover->reader, .d = rules, .write = write, .result = result
    };
    const struct dwr_text server = cover_trimmed(write->server);
    struct dwr_write again = *write;
    struct dwr_result second;
    const struct cover_field *field;
    enum dwr_rc rc;
    bool was_deleted;

    *found = (struct cover_retry){ .retried = false };
    if (result->status == DWR_REJECTED || (!server.p && !result->doc.p))
        return true;
    dwr_scratch_reset(cover->reader->scratch);
    was_deleted = server.p && dwr_member(cover->reader->scratch, server, "_deleted", 8).p != NULL;
    if (was_deleted && write->op != DWR_DELETE) {
        /* What it was merged with as base was the tombstone's content (7). */
        again.op = DWR_UPDATE;
        again.base = server;
        if (!again.client.p)
            again.client = (struct dwr_text){ "{}", 2 };
    }
    again.server = result->doc.p ? result->doc
                   : was_deleted ? server
                                 : tombstone_of(cover->arena, server);
    rc = dwr_merge(rules, &again, cover->reader->again, &second);
    if (rc == DWR_NOMEM)
        arena_fail(cover->arena);
    found->retried = true;
    if (rc != DWR_OK || !result->doc.p != !second.doc.p) {
        found->field = (struct dwr_text){ "_deleted", 8 };
        return false;
    }
    if (!result->doc.p)
        return true;
    look.base_known = again.op != DWR_INSERT && cover_trimmed(again.base).p;
    read_sides(&look, &second,
               look.base_known ? cover_trimmed(again.base) : (struct dwr_text){ NULL, 0 });
    if (rules->lock && reads_changed(&look, rules->lock))
        return true;
    field = broken(&look);
    if (cover->reader->scratch->failed)
        arena_fail(cover->arena);
    if (field)
        *found = (struct cover_retry){ true, field->name, field->value[COVER_RESULT],
                                       field->value[COVER_AGAIN] };
    return !field;
}
