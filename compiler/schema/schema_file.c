/* schema_file.c - the DocType definitions in one file. */
#include <string.h>

#include "schema_parts.h"
#include "str.h"

/* --- fieldtypes --- */

static const struct type_row {
    const char *name;
    size_t n;
    enum schema_kind kind;
} types[] = {
#define SCHEMA_TYPE(name, kind) { name, sizeof name - 1, SCHEMA_##kind },
#include "schema_types.def"
#undef SCHEMA_TYPE
};

static enum schema_kind kind_of(struct dwr_str type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].n == type.n && memcmp(types[i].name, type.p, type.n) == 0)
            return types[i].kind;
    return SCHEMA_OTHER;
}

const char *schema_kind_words(enum schema_kind kind)
{
    static const char *const words[] = {
#define SCHEMA_KIND(kind, words) [SCHEMA_##kind] = words,
#include "schema_types.def"
#undef SCHEMA_KIND
    };

    return words[kind];
}

/* --- values --- */

static struct span span_of(const struct schema_reader *r, uint32_t begin, uint32_t end)
{
    return (struct span){ r->source, begin, end };
}

struct dwr_str schema_text(struct schema_reader *r, struct span *span)
{
    struct json_string s;

    if (!json_pull_string(&r->json, &s)) {
        json_pull_skip(&r->json);
        return (struct dwr_str){ NULL, 0 };
    }
    if (span != NULL)
        *span = span_of(r, s.begin, s.end);
    return json_pull_text(&r->json, r->arena, s);
}

static struct dwr_str trimmed(const char *p, const char *end)
{
    while (p < end && (unsigned char)*p <= ' ')
        p++;
    while (end > p && (unsigned char)end[-1] <= ' ')
        end--;
    return (struct dwr_str){ p, (size_t)(end - p) };
}

/* The options of a Select, one a line. */
static void read_select(struct arena *arena, struct schema_field *field)
{
    const char *p = field->options.p, *const end = p == NULL ? NULL : p + field->options.n;
    struct dwr_str *options;
    size_t lines = 1;

    if (p == NULL)
        return;
    for (const char *q = p; q < end; q++)
        lines += *q == '\n';
    if (lines > UINT16_MAX)
        return; /* nobody chooses from so many: nothing is said about its values */
    field->select = options = arena_array(arena, lines, sizeof *options);
    while (p <= end) {
        const char *const newline = p == end ? NULL : memchr(p, '\n', (size_t)(end - p));
        const struct dwr_str option = trimmed(p, newline == NULL ? end : newline);

        if (option.n > 0)
            options[field->select_count++] = option;
        p = newline == NULL ? end + 1 : newline + 1;
    }
}

/* --- fields --- */

static const char *const member_names[] = {
#define SCHEMA_MEMBER(member, name) [SCHEMA_MEMBER_##member] = name,
#include "schema_types.def"
#undef SCHEMA_MEMBER
};

static enum schema_member field_member(const struct json_pull *j, struct json_string name)
{
    for (int i = 0; i < SCHEMA_MEMBER_OTHER; i++)
        if (json_pull_is(j, name, member_names[i]))
            return (enum schema_member)i;
    return SCHEMA_MEMBER_OTHER;
}

enum schema_member schema_member(struct dwr_str name)
{
    for (int i = 0; i < SCHEMA_MEMBER_OTHER; i++)
        if (str_is(name, member_names[i]))
            return (enum schema_member)i;
    return SCHEMA_MEMBER_OTHER;
}

void schema_field_member(struct schema_reader *r, struct json_string name,
                         struct schema_field *field)
{
    switch (field_member(&r->json, name)) {
    case SCHEMA_MEMBER_FIELDNAME:
        field->name = schema_text(r, &field->span);
        break;
    case SCHEMA_MEMBER_FIELDTYPE:
        field->type = schema_text(r, NULL);
        break;
    case SCHEMA_MEMBER_LABEL:
        field->label = schema_text(r, NULL);
        break;
    case SCHEMA_MEMBER_OPTIONS:
        field->options = schema_text(r, NULL);
        break;
    case SCHEMA_MEMBER_REQD:
        field->required = json_pull_truth(&r->json);
        break;
    case SCHEMA_MEMBER_READ_ONLY:
    case SCHEMA_MEMBER_IS_VIRTUAL: /* worked out when it is asked for, and written by nobody */
        field->read_only |= json_pull_truth(&r->json);
        break;
    case SCHEMA_MEMBER_UNIQUE:
        field->unique = json_pull_truth(&r->json);
        break;
    case SCHEMA_MEMBER_HIDDEN:
        field->hidden = json_pull_truth(&r->json);
        break;
    case SCHEMA_MEMBER_FETCH_FROM:
        field->fetched = schema_text(r, NULL).n > 0;
        break;
    case SCHEMA_MEMBER_FETCH_IF_EMPTY:
        field->fetched_if_empty = json_pull_truth(&r->json);
        break;
    case SCHEMA_MEMBER_OTHER:
        json_pull_skip(&r->json);
    }
}

bool schema_typed(struct arena *arena, struct schema_field *field)
{
    field->kind = kind_of(field->type);
    field->select = NULL;
    field->select_count = 0;
    if (field->kind == SCHEMA_SELECT)
        read_select(arena, field);
    return field->kind != SCHEMA_LAYOUT;
}

/* A field with data and a name; layout, and what is no field, are passed over. */
static bool read_field(struct schema_reader *r, struct schema_field *field)
{
    struct json_string name;

    if (!json_pull_enter(&r->json, '{')) {
        json_pull_skip(&r->json);
        return false;
    }
    while (json_pull_member(&r->json, &name))
        schema_field_member(r, name, field);
    if (r->json.fault != NULL || field->name.n == 0 || field->type.p == NULL)
        return false;
    return schema_typed(r->arena, field);
}

static struct schema_field *new_field(struct schema_reader *r, uint32_t count)
{
    struct schema_room *room = r->room;

    if (count == room->capacity) {
        const uint32_t capacity = room->capacity == 0 ? 128 : room->capacity * 2;

        room->fields =
            arena_grow(r->arena, room->fields, room->capacity, capacity, sizeof *room->fields);
        room->capacity = capacity;
    }
    room->fields[count] = (struct schema_field){ .kind = SCHEMA_OTHER };
    return &room->fields[count];
}

/* How many; they stand in the room. */
static uint32_t read_fields(struct schema_reader *r)
{
    uint32_t count = 0;

    if (!json_pull_enter(&r->json, '[')) {
        json_pull_skip(&r->json);
        return 0;
    }
    while (json_pull_element(&r->json))
        count += read_field(r, new_field(r, count));
    return count;
}

/* --- a definition --- */

static void field_twice(struct schema_reader *r, const struct schema_doctype *doctype,
                        const struct schema_field *field, const struct schema_field *first)
{
    struct diag_finding *finding =
        diag_add(&r->file->diag, DIAG_SCHEMA_FIELD_TWICE, field->span,
                 "DocType '%.*s' has two fields '%.*s'", (int)doctype->name.n, doctype->name.p,
                 (int)field->name.n, field->name.p);

    diag_note(&r->file->diag, finding, first->span, "first here");
    diag_subject(finding, doctype->name, field->name);
}

const struct schema_field *schema_put(struct schema_doctype *doctype, struct schema_field *fields,
                                      uint32_t *slots, const struct schema_field *field)
{
    const uint64_t hash = dwr_name_hash(field->name.p, field->name.n);
    const struct schema_field *first = schema_field_hashed(doctype, field->name, hash);
    uint32_t slot = (uint32_t)hash & doctype->slot_mask;

    if (first != NULL)
        return first;
    while (slots[slot] != 0)
        slot = (slot + 1) & doctype->slot_mask;
    fields[doctype->field_count++] = *field;
    slots[slot] = doctype->field_count;
    return NULL;
}

/* Takes the fields out of the room, with their table of names. Of two of one name the first. */
static void keep_fields(struct schema_reader *r, struct schema_doctype *doctype, uint32_t count)
{
    struct schema_field *fields = arena_array(r->arena, count, sizeof *fields);
    uint32_t *slots = schema_slots(r->arena, count, &doctype->slot_mask);

    doctype->fields = fields;
    doctype->slots = slots;
    for (uint32_t i = 0; i < count; i++) {
        const struct schema_field *field = &r->room->fields[i];
        const struct schema_field *first = schema_put(doctype, fields, slots, field);

        if (first != NULL)
            field_twice(r, doctype, field, first);
    }
}

static void keep_definition(struct schema_reader *r, struct schema_doctype *doctype,
                            uint32_t field_count)
{
    struct schema_file *file = r->file;

    doctype->path = r->sources->v[r->source].path;
    keep_fields(r, doctype, field_count);
    if (file->count == file->capacity) {
        /* There is one to a file, but in an export of several. */
        const uint32_t capacity = file->capacity == 0 ? 1 : file->capacity * 2;

        file->v = arena_grow(r->arena, file->v, file->capacity, capacity, sizeof *file->v);
        file->capacity = capacity;
    }
    file->v[file->count++] = *doctype;
}

/* What a definition must have, as far as it has been seen. */
struct seen {
    struct dwr_str doctype; /* what `doctype` says */
    bool fields;
    struct span no_list; /* what stands where the fields should */
    struct schema_custom custom;
};

static void read_member(struct schema_reader *r, struct json_string name,
                        struct schema_doctype *doctype, struct seen *seen, uint32_t *field_count)
{
    if (json_pull_is(&r->json, name, "doctype")) {
        seen->doctype = schema_text(r, NULL);
    } else if (json_pull_is(&r->json, name, "name")) {
        doctype->name = schema_text(r, &doctype->span);
    } else if (json_pull_is(&r->json, name, "fields")) {
        seen->fields = json_pull_kind(&r->json) == '[';
        seen->no_list = span_of(r, name.begin, name.end);
        *field_count = read_fields(r);
    } else if (json_pull_is(&r->json, name, "istable")) {
        doctype->is_table = json_pull_truth(&r->json);
    } else if (json_pull_is(&r->json, name, "issingle")) {
        doctype->is_single = json_pull_truth(&r->json);
    } else {
        schema_custom_member(r, name, &seen->custom);
    }
}

/* `fields` is missing, or no list. */
static void tell_no_fields(struct schema_reader *r, const struct schema_doctype *doctype,
                           const struct seen *seen, struct span definition)
{
    const bool missing = seen->no_list.end == 0;
    struct diag_finding *finding =
        diag_add(&r->file->diag, DIAG_SCHEMA_FIELDS, missing ? definition : seen->no_list,
                 missing ? "this DocType definition has no 'fields'"
                         : "the 'fields' of this DocType definition are no array");

    if (doctype->name.n > 0)
        diag_subject(finding, doctype->name, (struct dwr_str){ NULL, 0 });
}

/* An object that may be a definition, or say what a site adds to one. */
static void read_object(struct schema_reader *r)
{
    struct schema_doctype doctype = { .is_table = false };
    struct seen seen = { .fields = false };
    struct json_string name;
    uint32_t field_count = 0;
    const uint32_t begin = r->json.at;

    schema_custom_begin(r, &seen.custom);
    while (json_pull_member(&r->json, &name))
        read_member(r, name, &doctype, &seen, &field_count);
    if (r->json.fault != NULL || schema_custom_end(r, seen.doctype, &seen.custom) ||
        !str_is(seen.doctype, "DocType"))
        return;
    r->file->broken |= doctype.name.n == 0 || !seen.fields;
    if (!seen.fields)
        tell_no_fields(r, &doctype, &seen, span_of(r, begin - 1, begin));
    else if (doctype.name.n == 0)
        diag_add(&r->file->diag, DIAG_SCHEMA_NAME, span_of(r, begin - 1, begin),
                 "this DocType definition has no name");
    else
        keep_definition(r, &doctype, field_count);
}

/* A definition, or an export of several in an array. */
static void read_value(struct schema_reader *r)
{
    if (json_pull_enter(&r->json, '{')) {
        read_object(r);
    } else if (json_pull_enter(&r->json, '[')) {
        while (json_pull_element(&r->json)) {
            if (json_pull_enter(&r->json, '{'))
                read_object(r);
            else
                json_pull_skip(&r->json);
        }
    } else {
        json_pull_skip(&r->json);
    }
    json_pull_end(&r->json);
}

/* --- what is wrong with a file --- */

static bool holds(const char *text, size_t size, const char *word)
{
    const size_t n = strlen(word);
    const char *p = text, *const end = text + size;

    while ((size_t)(end - p) >= n && (p = memchr(p, word[0], (size_t)(end - p) - n + 1)) != NULL) {
        if (memcmp(p, word, n) == 0)
            return true;
        p++;
    }
    return false;
}

/* Other programs keep JSON of their own in the same folders, also with comments in it: a broken
 * file is told of only where a definition is meant. */
static bool is_meant(const struct source *source, bool at_place)
{
    return at_place || holds(source->text, source->size, "\"DocType\"") ||
           holds(source->text, source->size, "\"fieldtype\"");
}

static void tell_fault(struct schema_reader *r, enum diag_code code, uint32_t at, const char *says)
{
    const uint32_t size = r->sources->v[r->source].size;

    r->file->broken = true;
    diag_add(&r->file->diag, code, span_of(r, at, at < size ? at + 1 : at),
             "this schema file is broken here: %s", says);
}

/* Whether the text can be read at all. */
static bool fit_to_read(struct schema_reader *r, bool at_place)
{
    const struct source *source = &r->sources->v[r->source];
    const char *says = NULL;
    uint32_t at;

    switch (source_inspect(source->text, source->size, &at)) {
    case SOURCE_GOOD:
    case SOURCE_LINE_LONG: /* JSON may stand on one line */
        return true;
    case SOURCE_NUL:
        says = "a NUL byte";
        break;
    case SOURCE_UTF8:
        says = "this byte is not UTF-8";
        break;
    case SOURCE_LARGE:
        break;
    }
    if (!is_meant(source, at_place))
        return false;
    r->file->broken = true;
    if (says != NULL)
        tell_fault(r, DIAG_SCHEMA_JSON, at, says);
    else
        diag_add(&r->file->diag, DIAG_SCHEMA_LARGE, span_of(r, 0, 0),
                 "this schema file is larger than %zu MiB", SOURCE_BYTES_MAX >> 20);
    return false;
}

void schema_read_file(struct arena *arena, struct schema_room *room, struct sources *sources,
                      uint32_t source, bool at_place, struct schema_file *file)
{
    struct schema_reader r = {
        .arena = arena, .room = room, .sources = sources, .source = source, .file = file
    };
    const struct source *text = &sources->v[source];

    *file = (struct schema_file){ .v = NULL };
    diag_init(&file->diag, arena, sources);
    if (!fit_to_read(&r, at_place))
        return;
    json_pull_begin(&r.json, text->text, text->size);
    read_value(&r);
    if (r.json.fault == NULL)
        return;
    file->count = file->custom_count = 0; /* what came before the fault is not trusted */
    if (is_meant(text, at_place))
        tell_fault(&r, r.json.too_deep ? DIAG_SCHEMA_LARGE : DIAG_SCHEMA_JSON, r.json.fault_at,
                   r.json.fault);
}
