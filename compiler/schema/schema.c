/* schema.c - all definitions of the folders: read, put in order, and found by name. */
#include "schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../files.h"
#include "../team.h"
#include "schema_parts.h"
#include "str.h"

/* --- by name --- */

uint32_t *schema_slots(struct arena *arena, uint32_t count, uint32_t *mask)
{
    uint32_t size = 8;

    while (size / 2 < count)
        size *= 2;
    *mask = size - 1;
    return arena_zero(arena, size * sizeof(uint32_t));
}

const struct schema_doctype *schema_find_hashed(const struct schemas *schemas, struct dwr_str name,
                                                uint64_t hash)
{
    if (schemas == NULL || schemas->slots == NULL)
        return NULL;
    for (uint32_t slot = (uint32_t)hash & schemas->slot_mask; schemas->slots[slot] != 0;
         slot = (slot + 1) & schemas->slot_mask)
        if (str_same(schemas->v[schemas->slots[slot] - 1].name, name))
            return &schemas->v[schemas->slots[slot] - 1];
    return NULL;
}

const struct schema_doctype *schema_find(const struct schemas *schemas, struct dwr_str name)
{
    return schema_find_hashed(schemas, name, dwr_name_hash(name.p, name.n));
}

const struct schema_field *schema_field_hashed(const struct schema_doctype *doctype,
                                               struct dwr_str name, uint64_t hash)
{
    if (doctype == NULL || doctype->slots == NULL)
        return NULL;
    for (uint32_t slot = (uint32_t)hash & doctype->slot_mask; doctype->slots[slot] != 0;
         slot = (slot + 1) & doctype->slot_mask)
        if (str_same(doctype->fields[doctype->slots[slot] - 1].name, name))
            return &doctype->fields[doctype->slots[slot] - 1];
    return NULL;
}

const struct schema_field *schema_field(const struct schema_doctype *doctype, struct dwr_str name)
{
    return schema_field_hashed(doctype, name, dwr_name_hash(name.p, name.n));
}

bool schema_is_standard(struct dwr_str name)
{
    static const char *const names[] = { "name",     "doctype",     "owner",     "creation",
                                         "modified", "modified_by", "idx",       "docstatus",
                                         "parent",   "parentfield", "parenttype" };

    if (name.n > 0 && name.p[0] == '_')
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == name.n && memcmp(names[i], name.p, name.n) == 0)
            return true;
    return false;
}

/* --- what the files say, as one list --- */

static int by_name(const void *a, const void *b)
{
    const struct schema_doctype *x = a, *y = b;
    const size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    const int order = memcmp(x->name.p, y->name.p, n);

    if (order != 0)
        return order;
    if (x->name.n != y->name.n)
        return x->name.n < y->name.n ? -1 : 1;
    if (x->span.source != y->span.source)
        return x->span.source < y->span.source ? -1 : 1;
    return x->span.begin < y->span.begin ? -1 : x->span.begin > y->span.begin;
}

/* Of a DocType that is defined twice the first stands. */
static uint32_t without_second_ones(struct diag *diag, struct schema_doctype *v, uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct diag_finding *finding;

        if (kept == 0 || !str_same(v[kept - 1].name, v[i].name)) {
            v[kept++] = v[i];
            continue;
        }
        finding = diag_add(diag, DIAG_SCHEMA_TWICE, v[i].span, "DocType '%.*s' is defined twice",
                           (int)v[i].name.n, v[i].name.p);
        diag_note(diag, finding, v[kept - 1].span, "first here");
        diag_subject(finding, v[i].name, (struct dwr_str){ NULL, 0 });
    }
    return kept;
}

static void join(struct arena *arena, struct schemas *schemas, struct diag *diag,
                 struct schema_file *files, uint32_t file_count)
{
    struct schema_doctype *v;
    uint32_t count = 0, *slots;

    for (uint32_t i = 0; i < file_count; i++)
        count += files[i].count;
    v = arena_array(arena, count, sizeof *v);
    count = 0;
    for (uint32_t i = 0; i < file_count; i++) {
        diag_join(diag, &files[i].diag);
        schemas->broken |= files[i].broken;
        for (uint32_t k = 0; k < files[i].count; k++)
            v[count++] = files[i].v[k];
    }
    if (count > 0)
        qsort(v, count, sizeof *v, by_name);
    count = without_second_ones(diag, v, count);
    slots = schema_slots(arena, count, &schemas->slot_mask);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = (uint32_t)dwr_name_hash(v[i].name.p, v[i].name.n) & schemas->slot_mask;

        while (slots[slot] != 0)
            slot = (slot + 1) & schemas->slot_mask;
        slots[slot] = i + 1;
    }
    schemas->v = v;
    schemas->count = count;
    schemas->slots = slots;
    schema_customize(arena, schemas, v, files, file_count);
}

/* --- tables and the DocTypes of their rows --- */

/* The fields are ours to write until they are handed out. */
static struct schema_field *fields_of(const struct schema_doctype *doctype)
{
    return (struct schema_field *)(uintptr_t)doctype->fields;
}

static void find_rows(struct schemas *schemas)
{
    for (uint32_t i = 0; i < schemas->count; i++) {
        struct schema_field *fields = fields_of(&schemas->v[i]);

        for (uint32_t k = 0; k < schemas->v[i].field_count; k++)
            if (fields[k].kind == SCHEMA_TABLE && fields[k].options.p != NULL)
                fields[k].rows = schema_find(schemas, fields[k].options);
    }
}

static void contains_itself(struct diag *diag, const struct schema_doctype *in,
                            const struct schema_field *field)
{
    struct diag_finding *finding =
        diag_add(diag, DIAG_SCHEMA_CYCLE, field->span,
                 "the rows of '%.*s' are of DocType '%.*s', which contains this table",
                 (int)field->name.n, field->name.p, (int)field->options.n, field->options.p);

    diag_note(diag, finding, field->rows->span, "'%.*s' is defined here", (int)field->options.n,
              field->options.p);
    diag_subject(finding, in->name, field->name);
}

/* Goes down all tables, without recursion: a chain of them may be as long as there are DocTypes. A
 * table that leads back is told of and cut off. */
static void cut_cycles(struct arena *arena, struct schemas *schemas, struct diag *diag)
{
    enum { NEW, OPEN, DONE };
    unsigned char *state = arena_zero(arena, schemas->count);
    struct {
        uint32_t doctype, next; /* next: the field to look at */
    } *path = arena_array(arena, schemas->count, sizeof *path);

    for (uint32_t root = 0; root < schemas->count; root++) {
        uint32_t depth = 0;

        if (state[root] != NEW)
            continue;
        state[root] = OPEN;
        path[depth].doctype = root;
        path[depth++].next = 0;
        while (depth > 0) {
            const uint32_t at = path[depth - 1].doctype;
            struct schema_field *field;
            uint32_t rows;

            if (path[depth - 1].next == schemas->v[at].field_count) {
                state[at] = DONE;
                depth--;
                continue;
            }
            field = &fields_of(&schemas->v[at])[path[depth - 1].next++];
            if (field->rows == NULL)
                continue;
            rows = (uint32_t)(field->rows - schemas->v);
            if (state[rows] == OPEN) {
                contains_itself(diag, &schemas->v[at], field);
                field->rows = NULL;
            } else if (state[rows] == NEW) {
                state[rows] = OPEN;
                path[depth].doctype = rows;
                path[depth++].next = 0;
            }
        }
    }
}

/* --- reading --- */

struct schema_job {
    struct sources *sources;
    uint32_t first;       /* the first source that is a schema */
    const bool *at_place; /* by file */
    struct schema_file *files;
    struct schema_room rooms[TEAM_MAX];
};

/* Files are so many to a part: most are read in microseconds. */
enum { FILES_A_PART = 8 };

static void read_part(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct schema_job *job = context;
    const uint32_t count = job->sources->count - job->first;
    uint32_t i = part * FILES_A_PART;

    for (uint32_t end = i + FILES_A_PART; i < end && i < count; i++)
        schema_read_file(arena, &job->rooms[worker], job->sources, job->first + i, job->at_place[i],
                         &job->files[i]);
}

static void read_sources(struct arena *arena, struct schemas *schemas, struct sources *sources,
                         struct diag *diag, uint32_t first, const bool *at_place, unsigned threads)
{
    struct schema_job *job = ARENA_NEW(arena, struct schema_job);
    const uint32_t count = sources->count - first;

    job->sources = sources;
    job->first = first;
    job->at_place = at_place;
    job->files = arena_zero(arena, count * sizeof *job->files);
    team_run(arena, threads, (count + FILES_A_PART - 1) / FILES_A_PART, read_part, job);
    join(arena, schemas, diag, job->files, count);
    find_rows(schemas);
    cut_cycles(arena, schemas, diag);
}

/* --- finding the files --- */

static bool find(struct files *f, const char *path)
{
    const uint32_t had = f->count, failures = f->diag->failure_count;
    struct stat st;

    if (stat(path, &st) != 0) {
        diag_failure(f->diag, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode)) {
        files_add_file(f, path, &st);
        return true;
    }
    files_add_folder(f, path);
    if (f->count == had && f->diag->failure_count == failures)
        diag_failure(f->diag, "%s: there is no .json file in this folder", path);
    return f->count > had;
}

/* The part of a path before its last '/'; n 0: there is none. */
static struct dwr_str folder_of(struct dwr_str path)
{
    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    if (path.n > 0)
        path.n--;
    return path;
}

static struct dwr_str base_of(struct dwr_str path)
{
    const size_t begin = folder_of(path).n;

    if (begin > 0 || (path.n > 0 && path.p[0] == '/'))
        return (struct dwr_str){ path.p + begin + 1, path.n - begin - 1 };
    return path;
}

/* Whether the file stands where a definition does: in a folder that was named, by itself, or as
 * Frappe keeps them, doctype/sales_order/sales_order.json. */
static bool is_at_place(struct dwr_str path, const char *const *folders, size_t folder_count)
{
    const struct dwr_str folder = folder_of(path);
    struct dwr_str name = base_of(path);

    for (size_t i = 0; i < folder_count; i++) {
        size_t n = strlen(folders[i]);

        if (n == path.n && memcmp(folders[i], path.p, n) == 0)
            return true;
        while (n > 1 && folders[i][n - 1] == '/')
            n--;
        if (n == folder.n && memcmp(folders[i], path.p, n) == 0)
            return true;
    }
    name.n = name.n > 5 ? name.n - 5 : 0; /* .json */
    return str_same(base_of(folder), name) &&
           str_same(base_of(folder_of(folder)), (struct dwr_str){ "doctype", 7 });
}

void schema_read(struct arena *arena, struct schemas *schemas, struct sources *sources,
                 struct diag *diag, const char *const *folders, size_t folder_count,
                 unsigned threads)
{
    struct files f = { .arena = arena, .diag = diag, .suffix = ".json" };
    const uint32_t first = sources->count, findings = diag->count;
    bool *at_place, good = true;

    *schemas = (struct schemas){ .v = NULL };
    for (size_t i = 0; i < folder_count; i++)
        good &= find(&f, folders[i]);
    files_sort(&f);
    if (threads == 0)
        threads = team_for(files_bytes(&f));
    files_read(&f, sources, threads);
    at_place = arena_alloc(arena, sources->count - first);
    for (uint32_t i = first; i < sources->count; i++)
        at_place[i - first] = is_at_place(sources->v[i].path, folders, folder_count);
    read_sources(arena, schemas, sources, diag, first, at_place, threads);
    if (good && schemas->count == 0 && diag->count == findings)
        diag_failure(diag, "%s: there is no DocType definition in %s", folders[0],
                     folder_count == 1 ? "this folder" : "these folders");
}

void schema_read_text(struct arena *arena, struct schemas *schemas, struct sources *sources,
                      struct diag *diag, const char *name, const char *text, size_t size)
{
    static const bool at_place = true;
    const uint32_t first = sources->count;
    struct source *source;

    *schemas = (struct schemas){ .v = NULL };
    if (size > SOURCE_BYTES_MAX)
        size = SOURCE_BYTES_MAX + 1; /* reported as too large */
    sources->v =
        arena_grow(arena, sources->v, sources->capacity, (size_t)first + 1, sizeof *sources->v);
    sources->capacity = sources->count = first + 1;
    source = &sources->v[first];
    *source = (struct source){ .text = arena_copy(arena, text, size), .size = (uint32_t)size };
    source->path = source->label = arena_printf(arena, "%s", name);
    read_sources(arena, schemas, sources, diag, first, &at_place, 1);
}
