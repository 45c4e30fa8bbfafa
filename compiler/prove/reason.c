/* reason.c - why a property does not hold in a case: what the rules say of the fields in it.
 *
 * The first reason that fits is the one; one that section 10 names comes before one that it does
 * not. PROVE_BY_NOTHING is none: the property is refuted. */
#include "inquiry.h"

#include <string.h>

#include "../../runtime/core/value.h"
#include "trial/conds.h"

static bool is_set_by(const struct dwr_unit *units, uint16_t count, uint16_t field)
{
    for (uint16_t u = 0; u < count; u++)
        for (uint16_t r = 0; r < units[u].rule_count; r++)
            for (uint16_t i = 0; i < units[u].rules[r].set_count; i++)
                if (units[u].rules[r].set[i].field == field)
                    return true;
    return false;
}

bool reason_is_set_target(const struct part *part, uint16_t field)
{
    return is_set_by(part->doctype->units, part->doctype->unit_count, field);
}

/* The same of a slot, a row's member too. */
static bool slot_is_set(const struct part *part, const struct part_slot *s)
{
    const struct dwr_table *table = &part->doctype->tables[part->index];

    return s->in_row ? is_set_by(table->units, table->unit_count, s->field)
                     : reason_is_set_target(part, s->field);
}

/* Is the slot set, or another one that is decided with it? */
static bool unit_is_set(const struct part *part, uint8_t slot)
{
    const struct dwr_unit *unit = part_unit(part, slot);
    const struct dwr_doctype *d = part->doctype;

    if (slot_is_set(part, &part->slots[slot]))
        return true;
    for (uint16_t i = 0; unit && !part->slots[slot].in_row && i < unit->field_count; i++)
        if (reason_is_set_target(part, unit->fields[i]))
            return true;
    for (uint16_t i = 0; !unit && d->free_together && i < d->names.count; i++)
        if (d->names.v[i].role == DWR_NAME_FREE && reason_is_set_target(part, i))
            return true;
    return false;
}

/* --- conditions that read what the write changes --- */

struct reads {
    const struct inquiry *j;
    bool base_known, changed;
};

static bool changed(const struct inquiry *j, uint16_t field, bool in_row)
{
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (j->part->slots[i].field == field && j->part->slots[i].in_row == in_row)
            return inquiry_is_changed(j, i);
    return false;
}

static bool field_changed(const struct inquiry *j, uint16_t field)
{
    return changed(j, field, false);
}

static void read_operand(struct reads *r, const struct dwr_operand *o)
{
    if (o->side == DWR_SIDE_SERVER || (o->side == DWR_SIDE_CLIENT && !r->base_known))
        r->changed = r->changed || field_changed(r->j, o->field);
}

static void read_cond(void *context, const struct dwr_cond *c)
{
    struct reads *r = context;

    if (c->op == DWR_COND_CHANGES) {
        /* Of a new document base is empty; again it is not known, and what is written changes. */
        r->changed = r->changed || field_changed(r->j, c->left.field) ||
                     r->j->at.server_is == PROVE_SERVER_NOTHING;
        return;
    }
    read_operand(r, &c->left);
    if (c->value_count == 0 && c->op < DWR_COND_IN)
        read_operand(r, &c->right);
}

/* Is base known when the same write comes again? */
static bool base_known_again(const struct inquiry *j)
{
    return j->at.server_is == PROVE_SERVER_TOMBSTONE ||
           (j->at.op != DWR_INSERT && j->at.base_known);
}

static bool reads_changed(const struct inquiry *j, const struct dwr_cond *cond)
{
    struct reads r = { j, base_known_again(j), false };

    conds_of(cond, read_cond, &r);
    return r.changed;
}

static enum prove_reason by_condition(const struct inquiry *j)
{
    return base_known_again(j) ? PROVE_BY_CONDITION : PROVE_BY_UNKNOWN_BASE;
}

/* --- texts --- */

static size_t line_end(struct dwr_text t, size_t at)
{
    const char *stop = memchr(t.p + at, '\n', t.n - at);

    return stop ? (size_t)(stop - t.p) : t.n;
}

/* Bit 0: a line stands twice; bit 1: one is empty. */
static unsigned lines_of(const struct inquiry *j, struct dwr_text value)
{
    struct dwr_text t;
    unsigned what = 0;

    if (dwr_is_unset(value) || value.p[0] != '"')
        return 0;
    dwr_scratch_reset(j->bench->compare);
    t = dwr_string_bytes(j->bench->compare, value);
    for (size_t at = 0; at < t.n; at = line_end(t, at) + 1) {
        const size_t n = line_end(t, at) - at;

        what |= n == 0 ? 2 : 0;
        for (size_t k = 0; k < at; k = line_end(t, k) + 1)
            if (line_end(t, k) - k == n && memcmp(t.p + k, t.p + at, n) == 0)
                what |= 1;
    }
    return what;
}

static enum prove_reason by_lines(const struct inquiry *j, uint8_t slot)
{
    const unsigned what = lines_of(j, inquiry_base(j, slot)) |
                          lines_of(j, inquiry_server(j, slot)) |
                          lines_of(j, inquiry_wrote(j, slot)) | lines_of(j, j->seen[slot]);

    return what & 1 ? PROVE_BY_LINES : what & 2 ? PROVE_BY_EMPTY_LINE : PROVE_BY_NOTHING;
}

/* --- rules --- */

static enum prove_reason by_kind(const struct inquiry *j, enum dwr_rule_kind kind, uint8_t slot)
{
    switch (kind) {
    case DWR_RULE_SUM:
        return PROVE_BY_SUM;
    case DWR_RULE_KEEP_BOTH:
        return PROVE_BY_KEEP_BOTH;
    case DWR_RULE_MERGE_TEXT:
        return by_lines(j, slot);
    default:
        return PROVE_BY_NOTHING;
    }
}

static enum prove_reason by_unit(const struct inquiry *j, const struct dwr_unit *unit, uint8_t slot)
{
    enum prove_reason reason = PROVE_BY_NOTHING;
    bool condition = false, watched = false;

    for (uint16_t r = 0; r < unit->rule_count; r++) {
        const struct dwr_rule *rule = &unit->rules[r];

        if (reason == PROVE_BY_NOTHING)
            reason = by_kind(j, (enum dwr_rule_kind)rule->kind, slot);
        condition = condition || reads_changed(j, rule->when);
        for (uint16_t i = 0; i < rule->watch_count; i++)
            watched = watched || changed(j, rule->watch[i], j->part->slots[slot].in_row);
    }
    if (reason != PROVE_BY_NOTHING)
        return reason;
    return condition ? by_condition(j) : watched ? PROVE_BY_WATCH : PROVE_BY_NOTHING;
}

static enum prove_reason by_member_rules(const struct inquiry *j, const struct dwr_table *table,
                                         uint8_t slot)
{
    enum prove_reason reason = by_kind(j, (enum dwr_rule_kind)table->otherwise.kind, slot);

    for (uint16_t u = 0; u < table->unit_count && reason == PROVE_BY_NOTHING; u++)
        for (uint16_t r = 0; r < table->units[u].rule_count && reason == PROVE_BY_NOTHING; r++)
            reason = by_kind(j, (enum dwr_rule_kind)table->units[u].rules[r].kind, slot);
    return reason;
}

static bool keys_are_plain(const struct inquiry *j, const struct dwr_table *table, uint8_t slot)
{
    return elements_keys_plain(j, table, inquiry_base(j, slot)) &&
           elements_keys_plain(j, table, inquiry_server(j, slot)) &&
           elements_keys_plain(j, table, inquiry_wrote(j, slot)) &&
           elements_keys_plain(j, table, j->seen[slot]);
}

static enum prove_reason by_table(const struct inquiry *j, const struct dwr_table *table,
                                  uint8_t slot)
{
    enum prove_reason reason = PROVE_BY_NOTHING;

    if (!base_known_again(j) && reads_changed(j, table->hold))
        return PROVE_BY_UNKNOWN_BASE;
    if (table->same_key == DWR_SAME_KEY_KEEP_BOTH)
        return PROVE_BY_KEEP_BOTH;
    if (!keys_are_plain(j, table, slot))
        return PROVE_BY_ROW_KEYS;
    if (table->same_key == DWR_SAME_KEY_FIELDS)
        reason = by_member_rules(j, table, slot);
    if (reason == PROVE_BY_NOTHING && reads_changed(j, table->hold))
        reason = by_condition(j);
    return reason;
}

enum prove_reason reason_again(const struct inquiry *j, uint8_t slot)
{
    const struct part_slot *s = &j->part->slots[slot];
    const struct dwr_unit *unit = part_unit(j->part, slot);
    const struct dwr_table *table = part_table(j->part, slot);
    enum prove_reason reason;

    if (unit)
        reason = by_unit(j, unit, slot);
    else if (table)
        reason = by_table(j, table, slot);
    else if (s->in_row)
        reason = by_kind(
            j, (enum dwr_rule_kind)j->part->doctype->tables[j->part->index].otherwise.kind, slot);
    else
        reason = by_kind(j, (enum dwr_rule_kind)j->part->doctype->free_rule.kind, slot);
    if (reason != PROVE_BY_NOTHING)
        return reason;
    if (reads_changed(j, j->part->doctype->lock))
        return base_known_again(j) ? PROVE_BY_LOCK : PROVE_BY_UNKNOWN_BASE;
    return unit_is_set(j->part, slot) ? PROVE_BY_SET : PROVE_BY_NOTHING;
}

enum prove_reason reason_not_written(const struct inquiry *j, uint8_t slot)
{
    const struct part_slot *s = &j->part->slots[slot];
    const struct dwr_unit *unit = part_unit(j->part, slot);
    const struct dwr_set *soft = &j->part->doctype->tombstone.soft_delete;

    if (j->at.op == DWR_DELETE && soft->field != DWR_NONE && soft->field == s->field)
        return PROVE_BY_SET_FIELD; /* a delete that is a write (7) */
    if (slot_is_set(j->part, s))
        return PROVE_BY_SET_FIELD;
    if (unit && unit->field_count > 1)
        return PROVE_BY_TOGETHER;
    return !unit && s->field == DWR_NONE && j->part->doctype->free_together ? PROVE_BY_TOGETHER
                                                                            : PROVE_BY_NOTHING;
}

enum prove_reason reason_returned(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_unit *unit = part_unit(j->part, slot);
    const struct dwr_table *table = part_table(j->part, slot);

    if (table && table->same_key == DWR_SAME_KEY_KEEP_BOTH)
        return PROVE_BY_KEEP_BOTH;
    if (table && !keys_are_plain(j, table, slot))
        return PROVE_BY_ROW_KEYS;
    for (uint16_t r = 0; unit && r < unit->rule_count; r++) {
        const struct dwr_str key = unit->rules[r].key;

        if (unit->rules[r].kind == DWR_RULE_KEEP_BOTH)
            return PROVE_BY_KEEP_BOTH;
        if (elements_key_twice(j, key, inquiry_base(j, slot)) ||
            elements_key_twice(j, key, inquiry_server(j, slot)) ||
            elements_key_twice(j, key, inquiry_wrote(j, slot)))
            return PROVE_BY_KEY_TWICE;
    }
    if (!unit && !table && j->part->doctype->free_rule.kind == DWR_RULE_KEEP_BOTH)
        return PROVE_BY_KEEP_BOTH;
    return reason_not_written(j, slot);
}

/* --- conflicts that open again --- */

enum prove_reason reason_open(const struct inquiry *j)
{
    bool watched = false, condition = j->part->doctype->lock != NULL, set = false;

    for (uint8_t i = 0; i < j->part->slot_count; i++) {
        const struct dwr_unit *unit = part_unit(j->part, i);
        const struct dwr_table *table = part_table(j->part, i);

        for (uint16_t r = 0; unit && r < unit->rule_count; r++) {
            watched = watched || unit->rules[r].watch_count > 0;
            condition = condition || unit->rules[r].when;
        }
        if (table && !keys_are_plain(j, table, i))
            return PROVE_BY_ROW_KEYS;
        set = set || unit_is_set(j->part, i);
        condition = condition || (table && table->hold);
    }
    return watched     ? PROVE_BY_WATCH
           : condition ? PROVE_BY_CONDITION
           : set       ? PROVE_BY_SET
                       : PROVE_BY_NOTHING;
}
