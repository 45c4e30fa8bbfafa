/* child_report.c - what the rows of a child table are called in the report (section 6). */
#include <string.h>

#include "children.h"

/* Labels in use, so that a repeated one gets #2, #3, … */
struct label {
    struct dwr_text text;
    uint32_t next, uses;
};

struct labels {
    const struct dwr_scratch *s;
    struct label *v;
    uint32_t count, mask, *first;
};

static struct label *find_label(struct labels *l, struct dwr_text text)
{
    if (l->count == 0)
        return NULL;
    for (uint32_t i = l->first[dwr_bytes_hash(l->s, text.p, text.n) & l->mask]; i != 0;
         i = l->v[i - 1].next)
        if (l->v[i - 1].text.n == text.n && memcmp(l->v[i - 1].text.p, text.p, text.n) == 0)
            return &l->v[i - 1];
    return NULL;
}

static void add_label(struct labels *l, struct dwr_text text)
{
    uint32_t *bucket = &l->first[dwr_bytes_hash(l->s, text.p, text.n) & l->mask];

    l->v[l->count] = (struct label){ .text = text, .next = *bucket, .uses = 1 };
    *bucket = ++l->count;
}

static char *put_number(char *to, uint32_t v)
{
    char digits[10];
    int n = 0;

    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

/* A value of valid JSON without the white space between its tokens. */
static char *put_compact(char *to, struct dwr_text v)
{
    bool in_string = false;

    for (size_t i = 0; i < v.n; i++) {
        const char c = v.p[i];

        if (in_string && c == '\\' && i + 1 < v.n) {
            *to++ = c;
            *to++ = v.p[++i];
            continue;
        }
        in_string ^= c == '"';
        if (in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            *to++ = c;
    }
    return to;
}

/* The parts of the key joined by '|'; a part that is no string as JSON text. */
static struct dwr_text key_label(struct merging *t, const struct item *item)
{
    const struct dwr_text row = item->row;
    const size_t room = row.n + 5 * (size_t)t->table->key_count;
    char *start, *to;

    start = to = dwr_take(t->s, room);
    if (start == NULL)
        return ABSENT;
    for (unsigned k = 0; k < t->table->key_count; k++) {
        uint32_t nowhere = 0;
        const struct dwr_text part = k == 0 && item->part.p != NULL
                                         ? item->part
                                         : row_member(t, row, false, t->table->key[k], &nowhere);

        if (k > 0)
            *to++ = '|';
        if (part.p == NULL) {
            to = put_text(to, "null", 4);
        } else if (part.p[0] == '"') {
            const struct dwr_mark mark = dwr_mark(t->s);
            const struct dwr_text bytes = dwr_string_bytes(t->s, part);

            if (bytes.p == NULL)
                return ABSENT;
            to = put_text(to, bytes.p, bytes.n);
            dwr_release(t->s, mark);
        } else {
            to = put_compact(to, part);
        }
    }
    return (struct dwr_text){ start, (size_t)(to - start) };
}

/* "parts_used[WIDGET-9]"; with a number behind it where the label is in use already. */
static struct dwr_text label_of(struct merging *t, struct labels *used, const struct match *m)
{
    const struct dwr_str field = t->m->d->names.v[t->table->field].name;
    const enum dwr_side side = m->row[DWR_SERVER] != NOBODY ? DWR_SERVER : DWR_CLIENT;
    const struct item *item = &t->side[side].v[m->row[side]];
    struct dwr_text key = ABSENT, label;
    struct label *taken;
    char *start, *to;

    if (t->groups[item->group].keyed) {
        key = key_label(t, item);
        if (key.p == NULL)
            return ABSENT;
    }
    start = to = dwr_take(t->s, field.n + key.n + 32);
    if (start == NULL)
        return ABSENT;
    to = put_text(to, field.p, field.n);
    *to++ = '[';
    if (key.p != NULL) {
        to = put_text(to, key.p, key.n);
    } else {
        /* The client's index, or the server's with a minus for a row that the client lacks. */
        const enum dwr_side index = m->row[DWR_CLIENT] != NOBODY ? DWR_CLIENT : DWR_SERVER;

        if (index == DWR_SERVER)
            *to++ = '-';
        *to++ = '#';
        to = put_number(to, t->side[index].v[m->row[index]].index);
    }
    *to++ = ']';
    label = (struct dwr_text){ start, (size_t)(to - start) };
    taken = find_label(used, label);
    if (taken != NULL) {
        do {
            to = start + label.n - 1;
            *to++ = '#';
            to = put_number(to, ++taken->uses);
            *to++ = ']';
        } while (find_label(used, (struct dwr_text){ start, (size_t)(to - start) }) != NULL);
        label.n = (size_t)(to - start);
    }
    add_label(used, label);
    return label;
}

/* A field, which is reported before all rows, may be named like one; so may another table's row. */
static bool may_be_label(struct dwr_text name)
{
    return name.n > 0 && name.p[name.n - 1] == ']';
}

/* Every row that something happened to has its label, also where the merge is not concurrent and
 * only refusals are reported: a row's label does not depend on that. */
bool report_rows(struct merging *t)
{
    struct labels used = { .s = t->s, .mask = 15 };
    uint32_t n = 0;

    for (uint32_t k = 0; k < t->match_count; k++)
        n += t->outcomes[k].reported;
    if (n == 0)
        return true;
    for (size_t k = 0; k < t->m->report_count; k++)
        n += may_be_label(t->m->reports[k].field);
    while (used.mask < n)
        used.mask = used.mask * 2 + 1;
    used.v = dwr_take(t->s, n * sizeof *used.v);
    used.first = dwr_take(t->s, ((size_t)used.mask + 1) * sizeof *used.first);
    if (used.v == NULL || used.first == NULL)
        return false;
    memset(used.first, 0, ((size_t)used.mask + 1) * sizeof *used.first);
    for (size_t k = 0; k < t->m->report_count; k++)
        if (may_be_label(t->m->reports[k].field))
            add_label(&used, t->m->reports[k].field);
    for (uint32_t k = 0; k < t->match_count; k++) {
        const struct outcome *o = &t->outcomes[k];
        struct dwr_report *report;
        struct dwr_text label;

        if (!o->reported)
            continue;
        label = label_of(t, &used, &t->matches[k]);
        if (label.p == NULL)
            return false;
        if (!t->m->concurrent && !o->conflict)
            continue;
        report = add_report(t->m);
        if (report == NULL)
            return false;
        *report = (struct dwr_report){
            .field = label,
            .outcome = (enum dwr_outcome)o->outcome,
            .conflict = o->conflict,
            .base = match_text(t, &t->matches[k], DWR_BASE),
            .server = match_text(t, &t->matches[k], DWR_SERVER),
            .client = match_text(t, &t->matches[k], DWR_CLIENT),
            .rule = *o->rule,
        };
    }
    return true;
}
