/* documents.c - the documents of a part: each combination of values that is used, once, as text. */
#include "inquiry.h"

static const struct dwr_str absent = { NULL, 0 };

/* The members of a row that the part is about stand behind its key. */
struct row {
    struct trial_doc doc;
    const struct dwr_table *table;
};

static void begin_row(struct row *row, struct arena *arena, const struct part *part)
{
    row->table = &part->doctype->tables[part->index];
    trial_doc_start(&row->doc, arena);
    for (uint16_t i = 0; i < row->table->key_count; i++)
        trial_doc_put(&row->doc, row->table->names.v[row->table->key[i]].name,
                      (struct dwr_str){ "\"A\"", 3 });
}

static struct dwr_str end_row(struct row *row, struct arena *arena)
{
    const struct dwr_text text = trial_doc_end(&row->doc);

    return arena_printf(arena, "[%.*s]", (int)text.n, text.p);
}

/* Rows and elements have members too. */
static uint16_t members_of(struct dwr_text doc)
{
    uint16_t n = 0;
    bool in_string = false;

    for (size_t i = 0; i < doc.n; i++) {
        if (doc.p[i] == '\\')
            i++;
        else if (doc.p[i] == '"')
            in_string = !in_string;
        else if (!in_string && doc.p[i] == ':')
            n++;
    }
    return n;
}

/* The document in which slot i has its value number chosen[i]; 0 is left out of a stored document
 * and null in a client's, -1 is left out. */
static struct dwr_text document(struct arena *arena, const struct part *part, const int8_t *chosen,
                                bool client, bool tombstone)
{
    struct trial_doc doc;
    struct row row;
    bool has_row = false;

    trial_doc_start(&doc, arena);
    if (tombstone)
        trial_doc_put(&doc, (struct dwr_str)DWR_STR("_deleted"), (struct dwr_str)DWR_STR("true"));
    if (part->kind == PART_ROW)
        begin_row(&row, arena, part);
    for (uint8_t i = 0; i < part->slot_count; i++) {
        const struct part_slot *slot = &part->slots[i];
        const int value = chosen[i];
        const bool out = value < 0 || (value == 0 && (!client || slot->in_row));

        if (slot->in_row && !out)
            trial_doc_put(&row.doc, slot->name, slot->values.values[value]);
        has_row = has_row || slot->in_row;
        if (!slot->in_row)
            trial_doc_put(&doc, slot->name, out ? absent : slot->values.values[value]);
    }
    if (has_row)
        trial_doc_put(&doc, part->doctype->names.v[row.table->field].name, end_row(&row, arena));
    return trial_doc_end(&doc);
}

static struct inquiry_docs none_yet(struct arena *arena, const struct part *part, uint64_t count,
                                    bool client)
{
    return (struct inquiry_docs){
        .arena = arena,
        .doc = arena_zero(arena, count * sizeof(struct dwr_text)),
        .tombstone = client ? NULL : arena_array(arena, count, sizeof(struct dwr_text)),
        .value = arena_array(arena, count * part->slot_count, sizeof(int8_t)),
        .members = arena_array(arena, count, sizeof(uint16_t)),
        .count = (uint32_t)count,
        .client = client,
    };
}

void inquiry_need(const struct part *part, struct inquiry_docs *docs, uint32_t k)
{
    int8_t *chosen = docs->value + (size_t)k * part->slot_count;

    if (docs->doc[k].p)
        return;
    for (uint8_t i = 0; i < part->slot_count; i++)
        chosen[i] =
            (int8_t)(docs->client ? part_client_value(part, k, i) : part_stored_value(part, k, i));
    docs->doc[k] = document(docs->arena, part, chosen, docs->client, false);
    docs->members[k] = members_of(docs->doc[k]);
    if (!docs->client)
        docs->tombstone[k] = document(docs->arena, part, chosen, false, true);
}

void inquiry_documents(struct arena *arena, const struct part *part, struct inquiry_docs *stored,
                       struct inquiry_docs *client)
{
    *stored = none_yet(arena, part, part_stored_count(part), false);
    *client = none_yet(arena, part, part_client_count(part), true);
}

struct dwr_write inquiry_write(const struct part *part, struct inquiry_docs *stored,
                               struct inquiry_docs *client, const struct prove_case *at)
{
    const struct part_env *env = &part->envs[at->env];
    struct dwr_write w = { .op = at->op,
                           .client_ts = env->client_ts,
                           .server_ts = env->server_ts,
                           .now = env->now,
                           .server_role = env->server_role,
                           .client_role = env->client_role,
                           .client_user = env->client_user };

    if (at->base_known) {
        inquiry_need(part, stored, at->base);
        w.base = stored->doc[at->base];
    }
    inquiry_need(part, stored, at->server);
    inquiry_need(part, client, at->client);
    if (at->server_is == PROVE_SERVER_HAS)
        w.server = stored->doc[at->server];
    else if (at->server_is == PROVE_SERVER_TOMBSTONE)
        w.server = stored->tombstone[at->server];
    if (at->op != DWR_DELETE)
        w.client = client->doc[at->client];
    return w;
}
