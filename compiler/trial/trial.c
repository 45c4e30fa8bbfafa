/* trial.c - merges made up: documents, lines, values compared. What became of a write is fate.c's.
 */
#include "trial.h"

#include "../../runtime/core/value.h"
#include "out.h"

bool trial_bench_open(struct trial_bench *bench, struct arena *arena)
{
    *bench = (struct trial_bench){ .arena = arena,
                                   .scratch = dwr_scratch_new(),
                                   .compare = dwr_scratch_new() };
    if (bench->scratch && bench->compare)
        return true;
    trial_bench_close(bench);
    return false;
}

void trial_bench_close(struct trial_bench *bench)
{
    dwr_scratch_free(bench->scratch);
    dwr_scratch_free(bench->compare);
    bench->scratch = bench->compare = NULL;
}

enum dwr_rc trial_merge(struct trial_bench *bench, const struct trial *trial,
                        struct dwr_result *result)
{
    const enum dwr_rc rc = dwr_merge(trial->doctype, &trial->write, bench->scratch, result);

    bench->merges++;
    if (rc == DWR_NOMEM)
        arena_fail(bench->arena);
    return rc;
}

/* --- the merge as a line --- */

static void line_text(struct out *o, const char *name, struct dwr_text json)
{
    if (!json.p)
        return;
    out_lit(o, ",\"");
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_bytes(o, json.p, json.n);
}

static struct dwr_str doctype_name(const struct trial *trial)
{
    static const char unnamed[] = "A DocType that is not named";

    if (trial->doctype_name.p)
        return trial->doctype_name;
    if (trial->doctype->name.p)
        return trial->doctype->name;
    return (struct dwr_str){ unnamed, sizeof unnamed - 1 };
}

struct dwr_str trial_line(struct arena *arena, const struct trial *trial)
{
    static const char *const ops[] = { [DWR_UPDATE] = "update",
                                       [DWR_INSERT] = "insert",
                                       [DWR_DELETE] = "delete",
                                       [DWR_UNDELETE] = "undelete" };
    const struct dwr_write *w = &trial->write;
    struct out_memory m;
    struct out *o = &m.out;

    out_memory_begin(&m, arena);
    out_lit(o, "{\"id\":\"1\",\"doctype\":\"");
    out_json_text(o, doctype_name(trial));
    out_lit(o, "\",\"op\":\"");
    out_bytes(o, ops[w->op], strlen(ops[w->op]));
    out_char(o, '"');
    line_text(o, "base", w->base);
    line_text(o, "server", w->server);
    line_text(o, "client", w->client);
    line_text(o, "client_ts", w->client_ts);
    line_text(o, "server_ts", w->server_ts);
    line_text(o, "now", w->now);
    line_text(o, "server_role", w->server_role);
    line_text(o, "client_role", w->client_role);
    line_text(o, "client_user", w->client_user);
    out_char(o, '}');
    return out_memory_bytes(&m);
}

/* --- documents --- */

static void doc_room(struct trial_doc *doc, size_t n)
{
    if (n <= doc->capacity - doc->n)
        return;
    if (n > UINT32_MAX / 4)
        arena_fail(doc->arena);
    doc->p = arena_grow(doc->arena, doc->p, doc->capacity, 2u * doc->capacity + (uint32_t)n, 1);
    doc->capacity = 2 * doc->capacity + (uint32_t)n;
}

static void doc_bytes(struct trial_doc *doc, const char *p, size_t n)
{
    doc_room(doc, n);
    memcpy(doc->p + doc->n, p, n);
    doc->n += (uint32_t)n;
}

/* As out_json_text escapes it, which few names need. */
static void doc_name(struct trial_doc *doc, struct dwr_str name)
{
    struct out_memory m;
    struct dwr_str escaped;

    if (out_is_plain(name)) {
        doc_bytes(doc, name.p, name.n);
        return;
    }
    out_memory_begin(&m, doc->arena);
    out_json_text(&m.out, name);
    escaped = out_memory_bytes(&m);
    doc_bytes(doc, escaped.p, escaped.n);
}

void trial_doc_start(struct trial_doc *doc, struct arena *arena)
{
    *doc = (struct trial_doc){ .arena = arena };
    doc_room(doc, 120);
    doc->p[doc->n++] = '{';
}

void trial_doc_put(struct trial_doc *doc, struct dwr_str name, struct dwr_str json)
{
    if (!json.p)
        return;
    doc_bytes(doc, ",\"", doc->members == 0 ? 0 : 1);
    doc_bytes(doc, "\"", 1);
    doc_name(doc, name);
    doc_bytes(doc, "\":", 2);
    doc_bytes(doc, json.p, json.n);
    doc->members++;
}

struct dwr_text trial_doc_end(struct trial_doc *doc)
{
    doc_bytes(doc, "}", 1);
    return (struct dwr_text){ doc->p, doc->n };
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct dwr_text trial_trimmed(struct dwr_text t)
{
    for (; t.n > 0 && is_space(t.p[0]); t.p++)
        t.n--;
    while (t.n > 0 && is_space(t.p[t.n - 1]))
        t.n--;
    return t;
}

struct dwr_text trial_member(struct arena *arena, struct dwr_text doc, struct dwr_str name)
{
    const struct dwr_scan_ops *scan = dwr_scan_best();
    const struct dwr_text none = { NULL, 0 };
    struct dwr_text key, value;
    struct dwr_walk walk;

    (void)arena;
    doc = trial_trimmed(doc);
    if (doc.n < 2 || doc.p[0] != '{')
        return none;
    walk = dwr_walk_of(doc);
    while (dwr_walk_next(&walk, scan, &key, &value))
        if (dwr_string_is(key, name.p, name.n))
            return value;
    return none;
}

/* --- values --- */

/* Digits alone: JSON writes such a number in one way. */
static bool is_plain_number(struct dwr_text v)
{
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return true;
}

/* 1: equal, 0: not, -1: that takes more than a look. */
static int equal_at_sight(struct dwr_text a, struct dwr_text b)
{
    if (dwr_is_unset(a) || dwr_is_unset(b))
        return dwr_is_unset(a) && dwr_is_unset(b);
    if (dwr_same_bytes(a, b))
        return 1;
    if (a.p[0] != b.p[0] && (a.p[0] > '9' || b.p[0] > '9' || a.p[0] == '"' || b.p[0] == '"'))
        return 0;
    if (a.p[0] == '"' && !dwr_has_byte(a.p, a.n, '\\') && !dwr_has_byte(b.p, b.n, '\\'))
        return 0;
    if (is_plain_number(a) && is_plain_number(b))
        return 0;
    return -1;
}

bool trial_equal(struct arena *arena, struct dwr_text a, struct dwr_text b)
{
    struct dwr_scratch *scratch;
    int at_sight;
    bool equal, no_memory;

    a = trial_trimmed(a);
    b = trial_trimmed(b);
    at_sight = equal_at_sight(a, b);
    if (at_sight >= 0)
        return at_sight == 1;
    scratch = dwr_scratch_new();
    if (!scratch)
        arena_fail(arena);
    equal = dwr_field_equal(scratch, a, b);
    no_memory = scratch->failed;
    dwr_scratch_free(scratch);
    if (no_memory)
        arena_fail(arena);
    return equal;
}

bool trial_same(struct trial_bench *bench, struct dwr_text a, struct dwr_text b)
{
    int at_sight;
    bool equal;

    at_sight = equal_at_sight(a, b);
    if (at_sight >= 0)
        return at_sight == 1;
    dwr_scratch_reset(bench->compare);
    equal = dwr_field_equal(bench->compare, a, b);
    if (bench->compare->failed)
        arena_fail(bench->arena);
    return equal;
}

int trial_order(struct trial_bench *bench, struct dwr_text a, struct dwr_text b)
{
    int order;

    dwr_scratch_reset(bench->compare);
    order = dwr_value_compare(bench->compare, a, b);
    if (bench->compare->failed)
        arena_fail(bench->arena);
    return order;
}
