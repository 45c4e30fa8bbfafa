/* why.c - a merge, its reports in words, and what is to be said of every other field. */
#include "why.h"

#include "../../runtime/core/value.h"
#include "check.h"
#include "str.h"

enum { SERVER, BASE, CLIENT, RESULT, SIDES };

/* A field of any of the documents. */
struct entry {
    struct dwr_str name;
    struct dwr_text value[SIDES];
    bool reported;                 /* itself, or a row of it */
    const struct dwr_table *table; /* NULL: it is none */
};

struct explain {
    struct trial_bench *bench;
    struct arena *arena;
    struct words words;
    const struct dwr_write *write;
    struct why *why;
    bool base_known;
    struct entry *entries; /* in the order of the documents: server's, base's, client's, result's */
    uint32_t count, capacity;
    uint32_t *slots, mask; /* entry + 1 by hash, or 0 */
    uint32_t line_capacity;
};

static struct dwr_str copy(struct arena *arena, const char *p, size_t n)
{
    return p ? (struct dwr_str){ arena_copy(arena, p, n), n } : (struct dwr_str){ NULL, 0 };
}

static struct dwr_str copy_text(struct arena *arena, struct dwr_text t)
{
    return copy(arena, t.p, t.n);
}

/* --- the fields of the documents, joined by name --- */

static void rehash(struct explain *x)
{
    x->mask = x->mask == 0 ? 63 : 2 * x->mask + 1;
    x->slots = arena_zero(x->arena, ((size_t)x->mask + 1) * sizeof *x->slots);
    for (uint32_t i = 0; i < x->count; i++) {
        uint64_t at = dwr_name_hash(x->entries[i].name.p, x->entries[i].name.n);

        while (x->slots[at & x->mask] != 0)
            at++;
        x->slots[at & x->mask] = i + 1;
    }
}

/* Where the name's entry is, or is to go. */
static uint32_t *slot_of(struct explain *x, const char *p, size_t n)
{
    uint64_t at = dwr_name_hash(p, n);

    for (;; at++) {
        const uint32_t i = x->slots[at & x->mask];

        if (i == 0 ||
            (x->entries[i - 1].name.n == n && memcmp(x->entries[i - 1].name.p, p, n) == 0))
            return &x->slots[at & x->mask];
    }
}

static struct entry *entry_of(struct explain *x, struct dwr_text name)
{
    uint32_t *slot;

    if (2 * x->count >= x->mask)
        rehash(x);
    slot = slot_of(x, name.p, name.n);
    if (*slot != 0)
        return &x->entries[*slot - 1];
    if (x->count == x->capacity) {
        const uint32_t capacity = x->capacity == 0 ? 64 : 2 * x->capacity;

        x->entries = arena_grow(x->arena, x->entries, x->capacity, capacity, sizeof *x->entries);
        x->capacity = capacity;
    }
    x->entries[x->count] = (struct entry){ .name = copy_text(x->arena, name) };
    *slot = ++x->count;
    return &x->entries[x->count - 1];
}

static struct dwr_text trimmed(struct dwr_text t)
{
    while (t.n > 0 && strchr(" \t\r\n", *t.p)) {
        t.p++;
        t.n--;
    }
    while (t.n > 0 && strchr(" \t\r\n", t.p[t.n - 1]))
        t.n--;
    return t;
}

static void add_document(struct explain *x, struct dwr_text doc, int side)
{
    struct dwr_scratch *s = x->bench->compare;
    struct dwr_walk w;
    struct dwr_text key, value;

    doc = trimmed(doc);
    if (doc.n < 2 || doc.p[0] != '{')
        return;
    for (w = dwr_walk_of(doc); dwr_walk_next(&w, s->scan, &key, &value);) {
        const struct dwr_text name = dwr_string_bytes(s, key);

        if (!name.p)
            arena_fail(x->arena);
        entry_of(x, name)->value[side] = value;
        dwr_scratch_reset(s);
    }
}

/* Whether a field is the same on two sides. */
static bool same(struct explain *x, const struct entry *e, int side, int other)
{
    return e->table ? why_same_tables(x->bench, e->table, e->value[side], e->value[other])
                    : trial_same(x->bench, e->value[side], e->value[other]);
}

/* --- lines --- */

static struct why_line *new_line(struct explain *x)
{
    struct why *why = x->why;

    if (why->line_count == x->line_capacity) {
        const uint32_t capacity = x->line_capacity == 0 ? 16 : 2 * x->line_capacity;

        why->lines =
            arena_grow(x->arena, why->lines, x->line_capacity, capacity, sizeof *why->lines);
        x->line_capacity = capacity;
    }
    return &why->lines[why->line_count++];
}

static void show_row(struct explain *x, struct why_line *line, const struct dwr_table *table)
{
    const struct dwr_str rows[] = { line->base, line->server, line->client };

    for (int i = 0; i < 3; i++)
        line->shown[i] = why_row_part(x->bench, table, rows, 3, rows[i]);
}

static void mark_reported(struct explain *x, struct why_line *line)
{
    const struct dwr_doctype *d = x->words.doctype;
    uint32_t *slot = slot_of(x, line->field.p, line->field.n);
    const struct dwr_table *table;

    if (*slot != 0) {
        x->entries[*slot - 1].reported = true;
        line->result = copy_text(x->arena, x->entries[*slot - 1].value[RESULT]);
        return;
    }
    table = why_table(d, line->field);
    if (!table)
        return;
    slot = slot_of(x, d->names.v[table->field].name.p, d->names.v[table->field].name.n);
    if (*slot != 0)
        x->entries[*slot - 1].reported = true;
    show_row(x, line, table);
}

static void add_report(struct explain *x, const struct dwr_report *r)
{
    struct why_line *line = new_line(x);

    *line = (struct why_line){
        .kind = WHY_REPORTED,
        .field = copy_text(x->arena, r->field),
        .wins = dwr_outcome_name(r->outcome),
        .conflict = r->conflict,
        .base = copy_text(x->arena, r->base),
        .server = copy_text(x->arena, r->server),
        .client = copy_text(x->arena, r->client),
        .rule = copy(x->arena, r->rule.p, r->rule.n),
        .words = words_decision(&x->words, r, x->base_known, x->bench->compare),
    };
    mark_reported(x, line);
}

/* --- fields without a report --- */

static void say_line(struct why_line *line, enum why_kind kind, const char *wins, const char *words)
{
    line->kind = kind;
    line->wins = wins;
    if (words)
        line->words = (struct dwr_str){ words, strlen(words) };
}

static void say_set(struct why_line *line, const char *words, struct dwr_str at)
{
    say_line(line, WHY_COMPUTED, "set", words);
    line->rule = at;
}

/* What the client wrote there is ignored. */
static void say_counted(struct explain *x, struct why_line *line, const struct dwr_name *name)
{
    const struct dwr_doctype *d = x->words.doctype;

    say_set(line, NULL, name->role == DWR_NAME_COUNT ? d->tables[name->index].at : d->branch_at);
    line->words = words_field(&x->words, (uint16_t)(name - d->names.v));
}

static void say_unwritten(struct explain *x, struct why_line *line, const struct entry *e)
{
    if (!x->base_known)
        say_line(line, WHY_NOBODY, "-",
                 e->value[CLIENT].p ? "The client wrote what the server has."
                                    : "The client did not write it.");
    else if (same(x, e, BASE, SERVER))
        say_line(line, WHY_NOBODY, "-", "Nobody changed it.");
    else
        say_line(line, WHY_SERVER, "server", "Only the server changed it.");
}

/* Rows that were reported stand in lines of their own. */
static void say_table(struct explain *x, struct why_line *line, const struct entry *e,
                      const struct dwr_table *table)
{
    const int seen = x->base_known ? BASE : SERVER;

    if (same(x, e, RESULT, SERVER) || same(x, e, seen, CLIENT)) {
        say_line(line, WHY_SERVER, "server",
                 table->order_by == DWR_NONE ? "The server's rows stand."
                                             : "The server's rows stand, in the table's order.");
        line->rule = table->at;
    } else if (x->base_known && !same(x, e, BASE, SERVER)) {
        say_line(line, WHY_CLIENT, "merged", "Both changed it, and no row in two ways.");
        line->rule = table->at;
    } else {
        say_line(line, WHY_CLIENT, "client", "Only the client changed it.");
    }
}

static void say_written(struct explain *x, struct why_line *line, const struct entry *e)
{
    const int seen = x->base_known ? BASE : SERVER;
    const bool stands = same(x, e, RESULT, SERVER);

    if (same(x, e, seen, CLIENT) && (stands || x->why->status == DWR_REJECTED))
        say_unwritten(x, line, e);
    else if (x->why->status == DWR_REJECTED)
        say_line(line, WHY_SERVER, "server", "The write is refused as a whole.");
    else if (e->table)
        say_table(x, line, e, e->table);
    else if (stands)
        say_line(line, WHY_SERVER, "server", "The server's stands.");
    else
        say_line(line, WHY_CLIENT, "client", "Only the client changed it.");
}

/* 1.6: the sync layer's own; `name`: what the rules say of it, NULL: they do not. A write to a
 * field that the rules declare so is told, and every client writes the others. */
static void say_layer(struct explain *x, struct why_line *line, const struct entry *e,
                      const struct dwr_name *name)
{
    const int seen = x->base_known ? BASE : SERVER;

    say_line(line, WHY_LAYER, "-", "Belongs to the sync layer.");
    if (name && name->name.p[0] != '_' && !check_is_sync_field(name->name, false) &&
        e->value[CLIENT].p && !same(x, e, seen, CLIENT) && !same(x, e, RESULT, CLIENT))
        say_line(line, WHY_IGNORED, "server",
                 "Belongs to the sync layer: what the client wrote is ignored.");
}

/* The client changed it, and that stands. */
static bool takes_client(struct explain *x, const struct entry *e)
{
    return e->value[CLIENT].p && same(x, e, RESULT, CLIENT) &&
           !same(x, e, x->base_known ? BASE : SERVER, CLIENT);
}

/* What changed it, where neither side's write did. */
static bool say_computed(struct explain *x, struct why_line *line, const struct entry *e,
                         unsigned field)
{
    const struct dwr_doctype *d = x->words.doctype;
    const struct dwr_name *name = field == DWR_NONE ? NULL : &d->names.v[field];
    const struct dwr_set *set;

    if (!name)
        return false;
    if (name->role == DWR_NAME_COUNT || name->role == DWR_NAME_VERSION) {
        say_counted(x, line, name);
        return true;
    }
    if (!x->why->doc.p || x->why->status == DWR_REJECTED || same(x, e, RESULT, SERVER))
        return false;
    if (x->write->op == DWR_DELETE && field == d->tombstone.soft_delete.field) {
        say_set(line, "Set in place of the delete.", d->tombstone.soft_delete.at);
        return true;
    }
    set = takes_client(x, e) ? NULL : why_set(x->bench, d, x->why, e->value[RESULT], field);
    if (!set)
        return false;
    say_set(line, NULL, set->at);
    line->words = words_set(&x->words, set);
    return true;
}

static void add_other(struct explain *x, struct entry *e)
{
    const struct dwr_doctype *d = x->words.doctype;
    const unsigned i = dwr_names_find(&d->names, e->name.p, e->name.n);
    const struct dwr_name *name = i != DWR_NONE ? &d->names.v[i] : NULL;
    const bool layer = name ? name->role == DWR_NAME_META : e->name.n > 0 && e->name.p[0] == '_';
    struct why_line *line = new_line(x);

    if (name && name->role == DWR_NAME_TABLE)
        e->table = &d->tables[name->index];
    *line = (struct why_line){
        .kind = WHY_NOBODY,
        .field = e->name,
        .base = copy_text(x->arena, e->value[BASE]),
        .server = copy_text(x->arena, e->value[SERVER]),
        .client = copy_text(x->arena, e->value[CLIENT]),
        .result = copy_text(x->arena, e->value[RESULT]),
    };
    if (layer)
        say_layer(x, line, e, name);
    else if (say_computed(x, line, e, i))
        return;
    else if (e->value[CLIENT].p)
        say_written(x, line, e);
    else
        say_unwritten(x, line, e);
}

/* --- the whole --- */

static struct dwr_text absent(void)
{
    return (struct dwr_text){ NULL, 0 };
}

static bool is_null(struct dwr_text t)
{
    t = trimmed(t);
    return t.n == 0 || (t.n == 4 && memcmp(t.p, "null", 4) == 0);
}

/* Section 2.4, asked of the resolver: a delete that gives way to any change it has not seen is
 * refused exactly then. */
static bool is_concurrent(struct trial_bench *bench, const struct dwr_doctype *doctype,
                          const struct dwr_write *write)
{
    struct dwr_doctype careful = *doctype;
    struct trial trial = { .doctype = &careful, .write = *write };
    struct dwr_result result;

    if (write->op == DWR_INSERT && is_null(write->server))
        return false;
    careful.lock = NULL;
    careful.tombstone.allow_delete = true;
    careful.tombstone.delete_wins_over_update = false;
    if (write->op == DWR_INSERT)
        trial.write.base = absent();
    trial.write.op = DWR_DELETE;
    return trial_merge(bench, &trial, &result) == DWR_OK && result.code == DWR_CODE_DELETE_CONFLICT;
}

static void take_notices(struct explain *x, const struct dwr_result *result)
{
    struct why *why = x->why;

    why->notices = arena_array(x->arena, result->notification_count, sizeof *why->notices);
    why->notice_count = (uint32_t)result->notification_count;
    for (uint32_t i = 0; i < why->notice_count; i++) {
        why->notices[i].type = copy_text(x->arena, result->notifications[i].type);
        why->notices[i].field = copy_text(x->arena, result->notifications[i].field);
    }
}

static struct dwr_str name_of(struct explain *x)
{
    static const struct dwr_text name = { "name", 4 };
    const struct entry *e = entry_of(x, name);

    for (int side = SERVER; side < SIDES; side++)
        if (e->value[side].p)
            return copy_text(x->arena, e->value[side]);
    return (struct dwr_str){ NULL, 0 };
}

/* What a merge made of a row is looked up in the table: not for thousands of them. */
enum { ROWS_LOOKED_UP = 100 };

static struct dwr_str became(struct explain *x, const struct why_line *line)
{
    const struct dwr_str rows[] = { line->server, line->client, line->result };

    return line->result.p ? why_row_part(x->bench, why_table(x->words.doctype, line->field), rows,
                                         3, line->result)
                          : line->result;
}

static void add_results(struct explain *x)
{
    struct why *why = x->why;

    for (uint32_t i = 0, n = 0; i < why->line_count && n < ROWS_LOOKED_UP; i++) {
        struct why_line *line = &why->lines[i];

        if (!line->shown[0].p || line->result.p || strcmp(line->wins, "merged") != 0)
            continue;
        line->result = why_row(x->bench, x->words.doctype, why, line);
        line->became = became(x, line);
        n++;
    }
}

static void explain(struct explain *x, const struct dwr_result *result)
{
    struct why *why = x->why;

    add_document(x, x->write->server, SERVER);
    if (x->base_known)
        add_document(x, x->write->base, BASE);
    if (x->write->op != DWR_DELETE)
        add_document(x, x->write->client, CLIENT);
    add_document(x, result->doc, RESULT);
    why->name = name_of(x);
    for (size_t i = 0; i < result->field_count; i++)
        add_report(x, &result->fields[i]);
    add_results(x);
    for (uint32_t i = 0; i < x->count; i++) {
        struct entry *e = &x->entries[i];

        if (!e->reported &&
            (e->value[SERVER].p || e->value[BASE].p || e->value[CLIENT].p || e->value[RESULT].p))
            add_other(x, e);
    }
}

enum dwr_rc why_merge(struct trial_bench *bench, const struct words_style *style,
                      const struct dwr_doctype *doctype, const struct dwr_write *write,
                      struct why *why)
{
    const struct trial trial = { .doctype = doctype, .write = *write };
    struct explain x = { .bench = bench,
                         .arena = bench->arena,
                         .words = { bench->arena, doctype, style },
                         .write = write,
                         .why = why,
                         .base_known = !is_null(write->base) && write->op != DWR_INSERT };
    const bool concurrent = is_concurrent(bench, doctype, write);
    struct dwr_result result;
    enum dwr_rc rc;

    *why = (struct why){ .concurrent = concurrent };
    /* 7: base is then taken to be what was deleted. */
    if (words_is_tombstone(&x.words, write->server))
        x.base_known = false;
    rc = trial_merge(bench, &trial, &result);
    if (rc != DWR_OK)
        return rc;
    why->status = result.status;
    why->code = result.code;
    why->rule = copy(x.arena, result.rule.p, result.rule.n);
    if (words_is_revived(&x.words, write, &result) && !why->rule.p && write->op != DWR_UNDELETE)
        why->rule = doctype->tombstone.delete_wins_at;
    why->doc = copy_text(x.arena, result.doc);
    why->branch = copy_text(x.arena, result.branch);
    why->words = words_outcome(&x.words, write, &result, concurrent);
    explain(&x, &result);
    take_notices(&x, &result);
    return DWR_OK;
}
