/* lsp_edit.c - where things are named, and changes of the text: definition, references, fixes. */
#include <string.h>

#include "lsp/lsp.h"

const struct lsp_name *lsp_name_of(const struct lsp_place *place, const struct lsp_names **names)
{
    static const struct lsp_names none;

    *names = &none;
    if (place->source == UINT32_MAX)
        return NULL;
    *names = lsp_names(place->rules);
    return lsp_name_at(*names, place->source, place->offset);
}

static void put_location(struct lsp *lsp, struct out *o, struct lsp_rules *r, struct span span)
{
    out_lit(o, "{\"uri\":");
    lsp_put_text(o, lsp_uri(lsp, r->c->diag.sources->v[span.source].path.p));
    out_lit(o, ",\"range\":");
    lsp_put_range(o, &r->arena, r->c->diag.sources, span);
    out_char(o, '}');
}

/* --- definition, references --- */

/* Where the schemas define it. */
static void put_definition(struct lsp *lsp, struct out *o, struct lsp_rules *r,
                           const struct lsp_name *name)
{
    const struct schema_doctype *doctype =
        r->c->schemas == NULL ? NULL : schema_find(r->c->schemas, name->doctype);
    const struct schema_field *field = NULL;

    if (doctype != NULL && name->role == LSP_MEMBER) {
        field = schema_field(doctype, name->table);
        doctype = field == NULL ? NULL : field->rows;
    }
    field = doctype == NULL || name->role == LSP_DOCTYPE ? NULL : schema_field(doctype, name->text);
    if (field != NULL)
        put_location(lsp, o, r, field->span);
    else if (doctype != NULL && name->role == LSP_DOCTYPE)
        put_location(lsp, o, r, doctype->span);
    else
        out_lit(o, "null");
}

/* The statements that say how it is merged; else its place in the schema. */
void lsp_definition(struct lsp *lsp, const cJSON *params, struct out *o,
                    struct lsp_failure *failure)
{
    struct lsp_place place;
    const struct lsp_names *names;
    const struct lsp_name *name;
    uint32_t count = 0;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    name = lsp_name_of(&place, &names);
    if (name == NULL) {
        out_lit(o, "null");
        return;
    }
    for (uint32_t i = 0; i < names->count; i++)
        if (names->v[i].decides && lsp_same(&names->v[i], name)) {
            out_char(o, count++ == 0 ? '[' : ',');
            put_location(lsp, o, place.rules, names->v[i].span);
        }
    if (count > 0)
        out_char(o, ']');
    else
        put_definition(lsp, o, place.rules, name);
}

void lsp_references(struct lsp *lsp, const cJSON *params, struct out *o,
                    struct lsp_failure *failure)
{
    const cJSON *context = cJSON_GetObjectItemCaseSensitive(params, "context");
    const bool all =
        !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(context, "includeDeclaration"));
    struct lsp_place place;
    const struct lsp_names *names;
    const struct lsp_name *name;
    uint32_t count = 0;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    name = lsp_name_of(&place, &names);
    out_char(o, '[');
    for (uint32_t i = 0; name != NULL && i < names->count; i++) {
        if (!lsp_same(&names->v[i], name) || (names->v[i].decides && !all))
            continue;
        if (count++ > 0)
            out_char(o, ',');
        put_location(lsp, o, place.rules, names->v[i].span);
    }
    out_char(o, ']');
}

/* --- fixes --- */

static bool overlap(struct span a, struct span b)
{
    return a.source == b.source && a.begin <= b.end && b.begin <= a.end;
}

/* The edits of a fix, as a WorkspaceEdit; a fix stands in one file. */
static void put_fix(struct lsp *lsp, struct out *o, struct lsp_rules *r, const struct diag_fix *fix)
{
    out_lit(o, "{\"changes\":{");
    lsp_put_text(o, lsp_uri(lsp, r->c->diag.sources->v[fix->edits->span.source].path.p));
    out_lit(o, ":[");
    for (const struct diag_edit *e = fix->edits; e != NULL; e = e->next) {
        out_lit(o, "{\"range\":");
        lsp_put_range(o, &r->arena, r->c->diag.sources, e->span);
        out_lit(o, ",\"newText\":");
        lsp_put_text(o, e->text);
        out_str(o, e->next == NULL ? (struct dwr_str){ "}", 1 } : (struct dwr_str){ "},", 2 });
    }
    out_lit(o, "]}}");
}

static bool wants(const cJSON *params, const char *kind)
{
    const cJSON *context = cJSON_GetObjectItemCaseSensitive(params, "context"), *k;
    const cJSON *only = cJSON_GetObjectItemCaseSensitive(context, "only");

    if (!cJSON_IsArray(only))
        return true;
    cJSON_ArrayForEach(k, only)
    {
        const char *text = cJSON_GetStringValue(k);

        /* "source" asks for "source.fixAll", too. */
        if (text != NULL && strncmp(kind, text, strlen(text)) == 0 &&
            (kind[strlen(text)] == '\0' || kind[strlen(text)] == '.'))
            return true;
    }
    return false;
}

static struct span asked_span(const cJSON *params, const struct lsp_place *place)
{
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(params, "range");
    const cJSON *ends[2] = { cJSON_GetObjectItemCaseSensitive(range, "start"),
                             cJSON_GetObjectItemCaseSensitive(range, "end") };
    uint32_t offsets[2];

    for (int i = 0; i < 2; i++) {
        const double line = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(ends[i], "line"));
        const double character =
            cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(ends[i], "character"));

        offsets[i] = lsp_offset(place->document->text, place->document->size,
                                line >= 0 && line < 4e9 ? (uint32_t)line : 0,
                                character >= 0 && character < 4e9 ? (uint32_t)character : 0);
    }
    return (struct span){ place->source, offsets[0], offsets[1] };
}

static void begin_action(struct out *o, uint32_t *count, struct dwr_str title, const char *kind)
{
    out_char(o, (*count)++ == 0 ? '[' : ',');
    out_lit(o, "{\"title\":");
    lsp_put_text(o, title);
    out_lit(o, ",\"kind\":");
    lsp_put_text(o, (struct dwr_str){ kind, strlen(kind) });
}

/* All safe fixes of a document that do not touch each other, as one change. */
static void put_fix_all(struct lsp *lsp, struct out *o, const struct lsp_place *place,
                        uint32_t *actions)
{
    struct lsp_rules *r = place->rules;
    struct span last = { UINT32_MAX, 0, 0 };
    struct diag_fix all = { .edits = NULL };
    struct diag_edit **end = &all.edits;

    for (uint32_t i = 0; i < r->c->diag.count; i++) {
        const struct diag_fix *fix = r->c->diag.v[i]->fix;
        bool apart = fix != NULL && fix->safe && r->c->diag.v[i]->span.source == place->source;

        for (const struct diag_edit *e = apart ? fix->edits : NULL; e != NULL; e = e->next)
            apart = apart && !overlap(e->span, last);
        for (const struct diag_edit *e = apart ? fix->edits : NULL; e != NULL; e = e->next) {
            struct diag_edit *copy = ARENA_NEW(lsp->arena, struct diag_edit);

            *copy = (struct diag_edit){ e->span, e->text, NULL };
            *end = copy;
            end = &copy->next;
            last = e->span;
        }
    }
    if (all.edits == NULL)
        return;
    begin_action(o, actions, (struct dwr_str){ "Fix all that has one answer", 27 },
                 "source.fixAll");
    out_lit(o, ",\"edit\":");
    put_fix(lsp, o, r, &all);
    out_char(o, '}');
}

void lsp_actions(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    struct lsp_place place;
    uint32_t count = 0;
    struct span asked;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    asked = asked_span(params, &place);
    for (uint32_t i = 0; i < place.rules->c->diag.count && wants(params, "quickfix"); i++) {
        const struct diag_finding *f = place.rules->c->diag.v[i];

        if (f->fix == NULL || f->fix->edits == NULL || !overlap(f->span, asked))
            continue;
        begin_action(o, &count, f->fix->title, "quickfix");
        out_lit(o, ",\"diagnostics\":[");
        lsp_put_finding(lsp, o, place.rules, f);
        out_lit(o, "],\"isPreferred\":");
        out_str(o, f->fix->safe ? (struct dwr_str){ "true", 4 } : (struct dwr_str){ "false", 5 });
        out_lit(o, ",\"edit\":");
        put_fix(lsp, o, place.rules, f->fix);
        out_char(o, '}');
    }
    if (wants(params, "source.fixAll"))
        put_fix_all(lsp, o, &place, &count);
    out_str(o, count == 0 ? (struct dwr_str){ "[]", 2 } : (struct dwr_str){ "]", 1 });
}
