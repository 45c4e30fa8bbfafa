/* draft.c - a merge being made: its documents as text, merged and looked at. */
#include "scenario_parts.h"

#define CLIENT_TS "\"2026-03-02T10:00:00Z\""
#define EARLIER "\"2026-03-02T09:00:00Z\""
#define LATER "\"2026-03-02T11:00:00Z\""

void draft_begin(struct seek *seek, struct draft *draft)
{
    struct draft_field *fields = draft->fields;
    struct draft_table *tables = draft->tables;
    const uint32_t capacity = draft->capacity;

    *draft = (struct draft){
        .fields = fields, .capacity = capacity, .tables = tables, .is_empty = true
    };
    if (!tables)
        draft->tables = arena_array(seek->arena, seek->d->table_count, sizeof *tables);
    memset(draft->tables, 0, seek->d->table_count * sizeof *draft->tables);
}

struct draft_field *draft_find(struct draft *draft, struct dwr_str name)
{
    for (uint32_t i = 0; i < draft->count; i++)
        if (draft->fields[i].name.n == name.n &&
            memcmp(draft->fields[i].name.p, name.p, name.n) == 0)
            return &draft->fields[i];
    return NULL;
}

struct draft_field *draft_field(struct seek *seek, struct draft *draft, struct dwr_str name)
{
    struct draft_field *field = draft_find(draft, name);

    if (field)
        return field;
    if (draft->count == draft->capacity) {
        draft->fields = arena_grow(seek->arena, draft->fields, draft->capacity,
                                   2 * draft->capacity + 16, sizeof *draft->fields);
        draft->capacity = 2 * draft->capacity + 16;
    }
    field = &draft->fields[draft->count++];
    *field = (struct draft_field){ .name = name };
    return field;
}

void draft_copy(struct seek *seek, struct draft *to, const struct draft *from)
{
    struct draft_field *fields = to->fields;
    struct draft_table *tables = to->tables;
    uint32_t capacity = to->capacity;

    if (capacity < from->count) {
        capacity = 2 * from->count + 16;
        fields = arena_array(seek->arena, capacity, sizeof *fields);
    }
    if (from->count > 0)
        memcpy(fields, from->fields, from->count * sizeof *fields);
    memcpy(tables, from->tables, seek->d->table_count * sizeof *tables);
    *to = *from;
    to->fields = fields;
    to->capacity = capacity;
    to->tables = tables;
}

/* --- as text --- */

static struct out *again(struct seek *seek, struct buffer *buffer)
{
    if (!buffer->begun)
        out_memory_begin(&buffer->text, seek->arena);
    buffer->begun = true;
    buffer->text.out.at = buffer->text.out.start;
    return &buffer->text.out;
}

static struct dwr_text text_of(const struct buffer *buffer)
{
    return (struct dwr_text){ buffer->text.out.start,
                              (size_t)(buffer->text.out.at - buffer->text.out.start) };
}

static void member(struct out *o, bool *first, struct dwr_str name)
{
    out_bytes(o, ",\"", 2);
    if (*first) {
        o->at -= 2;
        out_char(o, '"');
    }
    *first = false;
    out_json_text(o, name);
    out_lit(o, "\":");
}

static void rows(struct out *o, const struct draft_table *table, unsigned side)
{
    bool first = true;

    out_char(o, '[');
    for (unsigned i = 0; i < table->count; i++) {
        if (!table->v[i].row[side].p)
            continue;
        if (!first)
            out_char(o, ',');
        out_str(o, table->v[i].row[side]);
        first = false;
    }
    out_char(o, ']');
}

static void initials(struct out *o, struct dwr_str name)
{
    bool begins = true;

    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];

        if (begins && ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            out_char(o, (char)(c & ~0x20));
        begins = c == ' ' || c == '-' || c == '_';
    }
}

/* A condition may ask for a name. */
static bool is_named(const struct draft *draft, unsigned side)
{
    for (uint32_t i = 0; i < draft->count; i++)
        if (draft->fields[i].value[side].p && draft->fields[i].name.n == 4 &&
            memcmp(draft->fields[i].name.p, "name", 4) == 0)
            return true;
    return false;
}

static struct dwr_text document(struct seek *seek, const struct draft *draft, unsigned side)
{
    struct out *o = again(seek, &seek->documents[side]);
    bool first = true;

    out_char(o, '{');
    if (side == DRAFT_SERVER && draft->tombstone) {
        member(o, &first, (struct dwr_str)DWR_STR("_deleted"));
        out_lit(o, "true");
    }
    if ((side != DRAFT_CLIENT || draft->op == DWR_INSERT) && !is_named(draft, side)) {
        member(o, &first, (struct dwr_str)DWR_STR("name"));
        out_char(o, '"');
        initials(o, seek->name);
        out_char(o, '-');
        out_number(o, seek->number);
        out_char(o, '"');
    }
    for (uint32_t i = 0; i < draft->count; i++) {
        if (!draft->fields[i].value[side].p)
            continue;
        member(o, &first, draft->fields[i].name);
        out_str(o, draft->fields[i].value[side]);
    }
    for (unsigned t = 0; t < seek->d->table_count; t++) {
        if (draft->tables[t].count == 0)
            continue;
        member(o, &first, seek->d->names.v[seek->d->tables[t].field].name);
        rows(o, &draft->tables[t], side);
    }
    out_char(o, '}');
    return text_of(&seek->documents[side]);
}

/* One value where all fields agree, else one for each field that is not like the rest. */
static struct dwr_text server_ts(struct seek *seek, const struct draft *draft, bool *timed)
{
    bool client = false, server = false, first = true;
    struct out *o;

    for (uint32_t i = 0; i < draft->count; i++) {
        client = client || draft->fields[i].newer == NEWER_CLIENT;
        server = server || draft->fields[i].newer == NEWER_SERVER;
    }
    for (unsigned t = 0; t < seek->d->table_count; t++) {
        client = client || draft->tables[t].newer == NEWER_CLIENT;
        server = server || draft->tables[t].newer == NEWER_SERVER;
    }
    *timed = client || server;
    if (!*timed)
        return (struct dwr_text){ NULL, 0 };
    if (client != server)
        return client ? (struct dwr_text){ EARLIER, sizeof EARLIER - 1 }
                      : (struct dwr_text){ LATER, sizeof LATER - 1 };
    o = again(seek, &seek->server_ts);
    out_char(o, '{');
    member(o, &first, (struct dwr_str)DWR_STR("*"));
    out_lit(o, EARLIER);
    for (uint32_t i = 0; i < draft->count; i++) {
        if (draft->fields[i].newer != NEWER_SERVER)
            continue;
        member(o, &first, draft->fields[i].name);
        out_lit(o, LATER);
    }
    for (unsigned t = 0; t < seek->d->table_count; t++) {
        if (draft->tables[t].newer != NEWER_SERVER)
            continue;
        member(o, &first, seek->d->names.v[seek->d->tables[t].field].name);
        out_lit(o, LATER);
    }
    out_char(o, '}');
    return text_of(&seek->server_ts);
}

static struct dwr_text given(struct dwr_str value)
{
    return (struct dwr_text){ value.p, value.n };
}

static struct dwr_write write_of(struct seek *seek, const struct draft *draft)
{
    struct dwr_write w = { .op = draft->op,
                           .server_role = given(draft->server_role),
                           .client_role = given(draft->client_role),
                           .client_user = given(draft->client_user) };
    bool timed;

    w.server_ts = server_ts(seek, draft, &timed);
    if (timed || draft->timed)
        w.client_ts = (struct dwr_text){ CLIENT_TS, sizeof CLIENT_TS - 1 };
    if (!draft->no_server)
        w.server = document(seek, draft, DRAFT_SERVER);
    if (!draft->two_way && !draft->no_server && !draft->tombstone && draft->op != DWR_INSERT)
        w.base = document(seek, draft, DRAFT_BASE);
    if (draft->op != DWR_DELETE)
        w.client = document(seek, draft, DRAFT_CLIENT);
    return w;
}

bool draft_try(struct seek *seek, const struct draft *draft)
{
    const struct trial trial = { .doctype = seek->d, .write = write_of(seek, draft) };
    struct cover_retry retry;

    seek->write = trial.write;
    if (trial_merge(&seek->bench, &trial, &seek->result) != DWR_OK)
        return false;
    cover_observe(seek->cover, seek->type, &seek->write, &seek->result, seek->is);
    cover_retry(seek->cover, seek->d, &seek->write, &seek->result, &retry);
    for (uint32_t i = 0; i < seek->type->count && retry.retried; i++)
        seek->is[i] = seek->is[i] || seek->type->v[i].kind == COVER_RETRY;
    return true;
}
