/* baseline.c - reads and writes baselines. */
#include "baseline.h"

#include <errno.h>
#include <stdlib.h>

#include "../files.h"
#include "../schema/json_pull.h"
#include "allow.h"
#include "findings.h"

struct entry {
    struct dwr_str fingerprint, code, doctype, field;
    struct span span; /* of the fingerprint in the file */
    bool found;
};

struct baseline {
    struct diag *diag;
    struct entry *v; /* in the order of their fingerprints */
    uint32_t count, capacity;
    const uint32_t *ordinals;
    uint32_t next;
};

static int compare(struct dwr_str a, struct dwr_str b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    const int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

    return order != 0 ? order : a.n < b.n ? -1 : a.n > b.n;
}

static int by_fingerprint(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const int order = compare(x->fingerprint, y->fingerprint);

    return order != 0 ? order : x->span.begin < y->span.begin ? -1 : x->span.begin > y->span.begin;
}

/* --- reading --- */

static void add(struct baseline *b, struct entry entry)
{
    if (b->count == b->capacity) {
        const uint32_t capacity = b->capacity == 0 ? 16 : b->capacity * 2;

        b->v = arena_grow(b->diag->arena, b->v, b->capacity, capacity, sizeof *b->v);
        b->capacity = capacity;
    }
    b->v[b->count++] = entry;
}

/* A member that is a text; something else is passed over, as are members nobody knows. */
static void read_text(struct json_pull *j, struct arena *arena, struct dwr_str *to, struct span *at)
{
    struct json_string s;

    if (!json_pull_string(j, &s)) {
        json_pull_skip(j);
        return;
    }
    *to = json_pull_text(j, arena, s);
    if (at)
        *at = (struct span){ 0, s.begin, s.end };
}

static bool read_entry(struct baseline *b, struct json_pull *j)
{
    struct arena *arena = b->diag->arena;
    struct entry entry = { .found = false };
    struct json_string name;

    if (!json_pull_enter(j, '{'))
        return false;
    while (json_pull_member(j, &name)) {
        if (json_pull_is(j, name, "fingerprint"))
            read_text(j, arena, &entry.fingerprint, &entry.span);
        else if (json_pull_is(j, name, "code"))
            read_text(j, arena, &entry.code, NULL);
        else if (json_pull_is(j, name, "doctype"))
            read_text(j, arena, &entry.doctype, NULL);
        else if (json_pull_is(j, name, "field"))
            read_text(j, arena, &entry.field, NULL);
        else
            json_pull_skip(j);
    }
    if (!entry.fingerprint.p)
        return false;
    add(b, entry);
    return true;
}

static bool read_entries(struct baseline *b, struct json_pull *j)
{
    if (!json_pull_enter(j, '['))
        return false;
    while (json_pull_element(j))
        if (!read_entry(b, j))
            return false;
    return true;
}

/* NULL: it is a baseline; else why not. */
static const char *read_baseline(struct baseline *b, const struct source *source)
{
    struct json_pull j;
    struct json_string name;
    bool version = false, findings = false, good = true;

    json_pull_begin(&j, source->text, source->size);
    if (!json_pull_enter(&j, '{'))
        return "it is no JSON object";
    while (good && json_pull_member(&j, &name)) {
        if (json_pull_is(&j, name, "format_version")) {
            const uint32_t at = j.at;

            json_pull_skip(&j);
            version = memchr(source->text + at, '1', j.at - at) != NULL;
        } else if (json_pull_is(&j, name, "findings")) {
            findings = good = read_entries(b, &j);
        } else {
            json_pull_skip(&j);
        }
    }
    if (!good && !j.fault)
        return "an entry is no object with a fingerprint";
    json_pull_end(&j);
    if (j.fault)
        return j.fault;
    if (!version || !findings)
        return "format_version 1 and findings are not there";
    return NULL;
}

static struct sources *read_file(struct diag *diag, const char *path)
{
    struct sources *sources = ARENA_NEW(diag->arena, struct sources);
    struct files files = { .arena = diag->arena, .diag = diag, .suffix = "" };
    struct stat st;
    uint32_t at;

    if (stat(path, &st) != 0 || S_ISDIR(st.st_mode)) {
        diag_failure(diag, "cannot read %s: %s", path,
                     strerror(S_ISDIR(st.st_mode) ? EISDIR : errno));
        return NULL;
    }
    files_add_file(&files, path, &st);
    files_read(&files, sources, 1);
    if (sources->count == 0)
        return NULL;
    if (source_inspect(sources->v[0].text, sources->v[0].size, &at) != SOURCE_GOOD) {
        diag_failure(diag, "%s: no baseline: it is no text", path);
        return NULL;
    }
    return sources;
}

/* --- applying --- */

static struct entry *find(const struct baseline *b, struct dwr_str fingerprint)
{
    const struct entry key = { .fingerprint = fingerprint };
    uint32_t low = 0, high = b->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (compare(b->v[middle].fingerprint, key.fingerprint) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < b->count && compare(b->v[low].fingerprint, fingerprint) == 0)
        return &b->v[low];
    return NULL;
}

static bool keep(void *context, struct diag_finding *finding)
{
    struct baseline *b = context;
    const uint32_t ordinal = b->ordinals[b->next++];
    struct entry *entry;

    if (!allow_can(finding->code))
        return true;
    entry = find(b, findings_fingerprint(b->diag->arena, finding, ordinal));
    if (!entry)
        return true;
    entry->found = true;
    return false;
}

static void tell_stale(struct diag *diag, const struct entry *entry)
{
    struct diag_finding *finding;

    if (entry->field.p)
        finding = diag_add(diag, DIAG_BASELINE_STALE, entry->span,
                           "%.*s of '%.*s' in '%.*s' is found no more", (int)entry->code.n,
                           entry->code.p ? entry->code.p : "", (int)entry->field.n, entry->field.p,
                           (int)entry->doctype.n, entry->doctype.p ? entry->doctype.p : "");
    else if (entry->doctype.p)
        finding =
            diag_add(diag, DIAG_BASELINE_STALE, entry->span, "%.*s in '%.*s' is found no more",
                     (int)entry->code.n, entry->code.p ? entry->code.p : "", (int)entry->doctype.n,
                     entry->doctype.p);
    else
        finding = diag_add(diag, DIAG_BASELINE_STALE, entry->span, "%.*s is found no more here",
                           (int)entry->code.n, entry->code.p ? entry->code.p : "");
    diag_help(diag, finding, "--write-baseline writes the file anew");
    diag_subject(finding, entry->doctype, entry->field);
}

void baseline_apply(struct diag *diag, const char *path, bool part)
{
    struct baseline b = { .diag = diag };
    struct sources *sources = read_file(diag, path);
    struct diag own;
    const char *fault;

    if (!sources)
        return;
    fault = read_baseline(&b, &sources->v[0]);
    if (fault) {
        diag_failure(diag, "%s: no baseline: %s", path, fault);
        return;
    }
    if (b.count > 1)
        qsort(b.v, b.count, sizeof *b.v, by_fingerprint);
    diag_sort(diag);
    b.ordinals = findings_ordinals(diag);
    diag_filter(diag, keep, &b);
    if (part)
        return;
    diag_init(&own, diag->arena, sources);
    for (uint32_t i = 0; i < b.count; i++)
        if (!b.v[i].found)
            tell_stale(&own, &b.v[i]);
    diag_join(diag, &own);
}

/* --- writing --- */

struct written {
    const struct diag_finding *finding;
    struct dwr_str fingerprint;
};

static int by_code_and_subject(const void *a, const void *b)
{
    const struct written *x = a, *y = b;
    int order;

    if (x->finding->code != y->finding->code)
        return x->finding->code < y->finding->code ? -1 : 1;
    if ((order = compare(x->finding->doctype, y->finding->doctype)) != 0 ||
        (order = compare(x->finding->field, y->finding->field)) != 0)
        return order;
    return compare(x->fingerprint, y->fingerprint);
}

static void put_entry(struct out *o, const struct written *w)
{
    out_lit(o, "    {\"fingerprint\":\"");
    out_str(o, w->fingerprint);
    out_lit(o, "\",\"code\":\"");
    findings_code(o, w->finding->code);
    out_lit(o, "\",");
    findings_json_string(o, "doctype", w->finding->doctype);
    out_char(o, ',');
    findings_json_string(o, "field", w->finding->field);
    out_char(o, '}');
}

static bool stays(void *context, struct diag_finding *finding)
{
    (void)context;
    return !allow_can(finding->code);
}

uint32_t baseline_take(struct out *o, struct diag *diag)
{
    struct written *v = arena_array(diag->arena, (size_t)diag->count + 1, sizeof *v);
    const uint32_t *ordinals;
    uint32_t count = 0;

    diag_sort(diag);
    ordinals = findings_ordinals(diag);
    for (uint32_t i = 0; i < diag->count; i++)
        if (allow_can(diag->v[i]->code))
            v[count++] = (struct written){ diag->v[i], findings_fingerprint(diag->arena, diag->v[i],
                                                                            ordinals[i]) };
    if (count > 1)
        qsort(v, count, sizeof *v, by_code_and_subject);
    out_lit(o, "{\n  \"format_version\": 1,\n  \"findings\": [\n");
    for (uint32_t i = 0; i < count; i++) {
        put_entry(o, &v[i]);
        if (i + 1 < count)
            out_char(o, ',');
        out_char(o, '\n');
    }
    out_lit(o, "  ]\n}\n");
    diag_filter(diag, stays, NULL);
    return count;
}
