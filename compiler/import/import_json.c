/* import_json.c - a JSON file as a tree. */
#include "import_json.h"

#include <string.h>

#include "../schema/json_pull.h"

struct reader {
    struct arena *arena;
    struct diag *diag;
    struct json_pull json;
    uint32_t source;
};

static void read_value(struct reader *r, struct import_node *node);

static struct import_node *append(struct reader *r, struct import_node *parent,
                                  struct import_node *last)
{
    struct import_node *node = ARENA_NEW(r->arena, struct import_node);

    *(last ? &last->next : &parent->first) = node;
    return node;
}

/* Dictionaries are small: each name is compared with those before it. */
static void find_twice(struct reader *r, const struct import_node *parent,
                       const struct import_node *member)
{
    for (const struct import_node *n = parent->first; n && n != member; n = n->next)
        if (n->name.n == member->name.n && memcmp(n->name.p, member->name.p, n->name.n) == 0) {
            struct diag_finding *finding =
                diag_add(r->diag, DIAG_IMPORT_TWICE, member->name_span, "'%.*s' stands twice",
                         (int)member->name.n, member->name.p);

            diag_note(r->diag, finding, n->name_span, "first here");
            return;
        }
}

static void read_object(struct reader *r, struct import_node *node)
{
    struct import_node *last = NULL;
    struct json_string name;

    while (json_pull_member(&r->json, &name)) {
        last = append(r, node, last);
        last->name = json_pull_text(&r->json, r->arena, name);
        last->name_span = (struct span){ r->source, name.begin, name.end };
        read_value(r, last);
        find_twice(r, node, last);
    }
}

static void read_value(struct reader *r, struct import_node *node)
{
    const char kind = json_pull_kind(&r->json);
    struct import_node *last = NULL;
    struct json_string string;

    node->span = (struct span){ r->source, r->json.at, r->json.at };
    node->kind = kind == '{'                  ? IMPORT_OBJECT
                 : kind == '['                ? IMPORT_ARRAY
                 : kind == '"'                ? IMPORT_STRING
                 : kind == 'n'                ? IMPORT_NULL
                 : kind == 't' || kind == 'f' ? IMPORT_BOOL
                                              : IMPORT_NUMBER;
    if (json_pull_enter(&r->json, '{')) {
        read_object(r, node);
    } else if (json_pull_enter(&r->json, '[')) {
        while (json_pull_element(&r->json))
            read_value(r, last = append(r, node, last));
    } else if (json_pull_string(&r->json, &string)) {
        node->text = json_pull_text(&r->json, r->arena, string);
    } else {
        json_pull_skip(&r->json);
    }
    node->span.end = r->json.at;
    if (node->kind != IMPORT_STRING)
        node->text =
            (struct dwr_str){ r->json.text + node->span.begin, node->span.end - node->span.begin };
}

/* What begins a text, a comment, True, False or None in Python's own notation. */
static bool is_pythons(char c)
{
    return c == '\'' || c == '#' || c == 'T' || c == 'F' || c == 'N';
}

struct import_node *import_json(struct arena *arena, struct diag *diag, uint32_t source)
{
    const struct source *s = &diag->sources->v[source];
    struct reader r = { .arena = arena, .diag = diag, .source = source };
    struct import_node *root = ARENA_NEW(arena, struct import_node);
    struct diag_finding *finding;

    json_pull_begin(&r.json, s->text, s->size);
    read_value(&r, root);
    json_pull_end(&r.json);
    if (!r.json.fault)
        return root;
    finding =
        diag_add(diag, DIAG_IMPORT_JSON,
                 (struct span){ source, r.json.fault_at,
                                r.json.fault_at < s->size ? r.json.fault_at + 1 : r.json.fault_at },
                 "no JSON: %s", r.json.fault);
    if (r.json.fault_at < s->size && is_pythons(s->text[r.json.fault_at]))
        diag_help(diag, finding,
                  "so Python writes it: json.dump(STRATEGIES, open(\"strategies.json\", \"w\")) "
                  "writes JSON");
    return NULL;
}

struct import_node *import_member(const struct import_node *node, const char *name)
{
    const size_t length = strlen(name);

    if (!node || node->kind != IMPORT_OBJECT)
        return NULL;
    for (struct import_node *n = node->first; n; n = n->next)
        if (n->name.n == length && memcmp(n->name.p, name, length) == 0)
            return n;
    return NULL;
}

const char *import_kind_word(enum import_kind kind)
{
    static const char *const words[] = {
        [IMPORT_NULL] = "null",     [IMPORT_BOOL] = "true or false", [IMPORT_NUMBER] = "a number",
        [IMPORT_STRING] = "a text", [IMPORT_ARRAY] = "an array",     [IMPORT_OBJECT] = "an object",
    };

    return words[kind];
}
