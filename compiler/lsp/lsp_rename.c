/* lsp_rename.c - a new name for a field, a row member or a DocType, in the rules and in the
 * documents of the tests at once.
 *
 * The editor gets its edits only after they were tried: the changed texts are read and checked as
 * rules, and must name the same things in the same places. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lsp/lsp.h"
#include "str.h"

struct rename {
    struct lsp *lsp;
    struct lsp_rules *rules;
    const struct lsp_names *names;
    const struct lsp_name *name; /* what is renamed */
    struct dwr_str to;
    bool quoted;                   /* in rules, too */
    const struct lsp_name **edits; /* in the order of the texts */
    uint32_t count;
};

static bool refuse(struct lsp_failure *failure, enum lsp_error code, struct dwr_str why)
{
    *failure = (struct lsp_failure){ code, why };
    return false;
}

/* --- what no name may be, whatever the rules say --- */

/* A row's key and order may be what is else the sync layer's (SEMANTICS 6). */
static bool is_key(const struct rename *r)
{
    for (uint32_t i = 0; i < r->names->count; i++) {
        const struct lsp_name *n = &r->names->v[i];

        if (lsp_same(n, r->name) &&
            (n->statement_kind == AST_KEY || n->statement_kind == AST_ORDER_BY))
            return true;
    }
    return false;
}

static bool is_sync_field(const struct rename *r, struct dwr_str name)
{
    return r->name->role == LSP_FIELD
               ? check_is_sync_field(name, false)
               : r->name->role == LSP_MEMBER && check_is_sync_field(name, true) && !is_key(r);
}

static bool can_be_name(const struct rename *r, struct lsp_failure *failure)
{
    struct arena *arena = r->lsp->arena;

    if (r->to.n == 0)
        return refuse(failure, LSP_INVALID_PARAMS, str_of("a name has at least one character"));
    if (is_sync_field(r, r->to))
        return refuse(
            failure, LSP_INVALID_PARAMS,
            arena_printf(arena, "'%.*s' belongs to the sync layer", (int)r->to.n, r->to.p));
    if (is_sync_field(r, r->name->text))
        return refuse(failure, LSP_REQUEST_FAILED,
                      arena_printf(arena, "'%.*s' belongs to the sync layer, which calls it so",
                                   (int)r->name->text.n, r->name->text.p));
    return true;
}

static bool is_used(const struct rename *r)
{
    struct lsp_name wanted = *r->name;

    wanted.text = r->to;
    if (wanted.role == LSP_DOCTYPE)
        wanted.doctype = wanted.text;
    for (uint32_t i = 0; i < r->names->count; i++)
        if (lsp_same(&r->names->v[i], &wanted))
            return true;
    return false;
}

static bool is_known(const struct rename *r)
{
    for (uint32_t i = 0; i < r->rules->c->ast.sources.count; i++)
        if (r->rules->c->ast.files[i].broken)
            return false;
    return true;
}

/* --- the edits --- */

static int by_place(const void *a, const void *b)
{
    const struct span x = (*(const struct lsp_name *const *)a)->span;
    const struct span y = (*(const struct lsp_name *const *)b)->span;

    if (x.source != y.source)
        return x.source < y.source ? -1 : 1;
    return x.begin < y.begin ? -1 : x.begin > y.begin;
}

static void find_edits(struct rename *r)
{
    r->edits = arena_array(r->lsp->arena, r->names->count, sizeof *r->edits);
    for (uint32_t i = 0; i < r->names->count; i++)
        if (lsp_same(&r->names->v[i], r->name))
            r->edits[r->count++] = &r->names->v[i];
    qsort(r->edits, r->count, sizeof *r->edits, by_place);
}

static bool is_word(struct dwr_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];

        if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return name.n > 0;
}

static struct dwr_str new_text(const struct rename *r, const struct lsp_name *place)
{
    const bool bare = place->role != LSP_DOCTYPE && !place->json && !r->quoted && is_word(r->to) &&
                      !(place->head && (str_is(r->to, "when") || str_is(r->to, "not")));
    struct out_memory m;
    struct dwr_str text;

    if (bare)
        return r->to;
    out_memory_begin(&m, r->lsp->arena);
    lsp_put_text(&m.out, r->to);
    text = out_memory_bytes(&m);
    return place->part ? (struct dwr_str){ text.p + 1, text.n - 2 } : text;
}

/* A source with its edits; *edit is the first behind it then. */
static struct source edited(const struct rename *r, uint32_t source, uint32_t *edit)
{
    struct source s = r->rules->c->ast.sources.v[source];
    struct out_memory m;
    uint32_t at = 0;

    out_memory_begin(&m, r->lsp->arena);
    for (; *edit < r->count && r->edits[*edit]->span.source == source; ++*edit) {
        const struct lsp_name *n = r->edits[*edit];

        out_bytes(&m.out, s.text + at, n->span.begin - at);
        out_str(&m.out, new_text(r, n));
        at = n->span.end;
    }
    out_bytes(&m.out, s.text + at, s.size - at);
    s.size = (uint32_t)out_memory_bytes(&m).n;
    s.text = arena_copy(r->lsp->arena, out_memory_bytes(&m).p, s.size);
    return s;
}

/* --- trying them --- */

static uint32_t errors_of(const struct diag *diag, enum diag_code code)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < diag->count; i++)
        n += diag->v[i]->severity == DIAG_ERROR && diag->v[i]->code == code;
    return n;
}

/* An error that is not there without the edits, NULL: none. */
static const struct diag_finding *new_error(const struct rename *r, const struct cmd_rules *c)
{
    for (uint32_t i = 0; i < c->diag.count; i++)
        if (c->diag.v[i]->severity == DIAG_ERROR &&
            errors_of(&c->diag, c->diag.v[i]->code) >
                errors_of(&r->rules->c->diag, c->diag.v[i]->code))
            return c->diag.v[i];
    return NULL;
}

/* What a name is called afterwards. */
static struct lsp_name renamed(const struct rename *r, const struct lsp_name *n)
{
    struct lsp_name to = *n;

    if (lsp_same(n, r->name))
        to.text = r->to;
    if (r->name->role == LSP_DOCTYPE && str_same(n->doctype, r->name->text))
        to.doctype = r->to;
    if (r->name->role == LSP_FIELD && n->role == LSP_MEMBER &&
        str_same(n->doctype, r->name->doctype) && str_same(n->table, r->name->text))
        to.table = r->to;
    return to;
}

static bool names_the_same(const struct rename *r, const struct cmd_rules *c)
{
    const struct lsp_names *now = lsp_names_in(r->lsp->arena, &c->ast);
    bool same = now->count == r->names->count;

    for (uint32_t i = 0; same && i < now->count; i++) {
        const struct lsp_name want = renamed(r, &r->names->v[i]);

        same = lsp_same(&now->v[i], &want);
    }
    return same;
}

/* Reads the rules as they would be. */
static bool is_sound(const struct rename *r, struct lsp_failure *failure)
{
    const struct parse_options options = { .threads = 1 };
    const struct cli_list no_schemas = { NULL, 0 };
    const uint32_t count = r->rules->c->ast.sources.count;
    struct source *texts = arena_array(r->lsp->arena, count, sizeof *texts);
    struct cmd_rules *c = ARENA_NEW(r->lsp->arena, struct cmd_rules);
    const struct diag_finding *error;
    uint32_t edit = 0;

    for (uint32_t i = 0; i < count; i++)
        texts[i] = edited(r, i, &edit);
    cmd_read_texts(c, r->lsp->arena, r->rules->c, texts, &options, &no_schemas);
    error = new_error(r, c);
    if (error != NULL)
        return refuse(failure, LSP_REQUEST_FAILED,
                      arena_printf(r->lsp->arena, "the rules would be wrong: %.*s",
                                   (int)error->text.n, error->text.p));
    if (c->diag.failure_count > 0 || !names_the_same(r, c))
        return refuse(failure, LSP_REQUEST_FAILED,
                      arena_printf(r->lsp->arena, "'%.*s' would be read as something else",
                                   (int)r->to.n, r->to.p));
    return true;
}

/* --- the answers --- */

static void put_edits(const struct rename *r, struct out *o)
{
    struct sources *sources = &r->rules->c->ast.sources;

    out_lit(o, "{\"changes\":{");
    for (uint32_t i = 0; i < r->count; i++) {
        const struct span span = r->edits[i]->span;
        const bool first = i == 0 || r->edits[i - 1]->span.source != span.source;

        if (first) {
            out_str(o, str_of(i == 0 ? "" : "],"));
            lsp_put_text(o, lsp_uri(r->lsp, sources->v[span.source].path.p));
            out_lit(o, ":[");
        }
        out_str(o, str_of(first ? "{\"range\":" : ",{\"range\":"));
        lsp_put_range(o, &r->rules->arena, sources, span);
        out_lit(o, ",\"newText\":");
        lsp_put_text(o, new_text(r, r->edits[i]));
        out_char(o, '}');
    }
    out_str(o, str_of(r->count == 0 ? "}}" : "]}}"));
}

static bool can_rename(struct rename *r, struct lsp_failure *failure)
{
    if (!can_be_name(r, failure))
        return false;
    if (is_used(r))
        return refuse(failure, LSP_REQUEST_FAILED, str_of("this name is used already"));
    if (!is_known(r))
        return refuse(failure, LSP_REQUEST_FAILED,
                      str_of("a file of the rule set has syntax errors: not all places are known"));
    find_edits(r);
    if (is_sound(r, failure))
        return true;
    /* A bare word may be the language's where it would stand. */
    r->quoted = true;
    if (!is_sound(r, failure))
        return false;
    *failure = (struct lsp_failure){ .code = 0 };
    return true;
}

void lsp_rename(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    const char *new_name =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(params, "newName"));
    struct lsp_place place;
    struct rename r = { .lsp = lsp };

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    r.rules = place.rules;
    r.name = lsp_name_of(&place, &r.names);
    if (r.name == NULL || new_name == NULL) {
        refuse(failure, LSP_INVALID_PARAMS,
               str_of(r.name == NULL ? "there is no name here" : "there is no new name"));
        return;
    }
    r.to = str_of(new_name);
    if (str_same(r.to, r.name->text) || can_rename(&r, failure))
        put_edits(&r, o);
}

void lsp_prepare_rename(struct lsp *lsp, const cJSON *params, struct out *o,
                        struct lsp_failure *failure)
{
    struct rename r = { .lsp = lsp };
    struct lsp_place place;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    r.name = lsp_name_of(&place, &r.names);
    if (r.name == NULL || is_sync_field(&r, r.name->text)) {
        out_lit(o, "null");
        return;
    }
    out_lit(o, "{\"range\":");
    lsp_put_range(o, &place.rules->arena, &place.rules->c->ast.sources, r.name->span);
    out_lit(o, ",\"placeholder\":");
    lsp_put_text(o, r.name->text);
    out_char(o, '}');
}
