/* lsp_hover.c - what stands under the pointer, in words: a field's rules as they run, a DocType's
 * strategy, what a word of the language says. */
#include <string.h>

#include "doc/page.h"
#include "lsp/lsp.h"
#include "prove/prove.h"
#include "str.h"
#include "words.h"

/* --- Markdown --- */

static void put_escaped(struct out *o, struct dwr_str text)
{
    page_text(&(struct page){ .out = o, .kind = PAGE_MARKDOWN }, text);
}

static const struct words_style *markdown(void)
{
    return page_style(&(struct page){ .kind = PAGE_MARKDOWN });
}

static void put_strong(struct out *o, struct dwr_str text)
{
    markdown()->name(o, text);
}

static void put_code(struct out *o, struct dwr_str text)
{
    markdown()->field(o, text);
}

/* --- what there is to say --- */

static const struct dwr_doctype *doctype_of(const struct lsp_rules *r, struct dwr_str name)
{
    for (uint32_t i = 0; r->c->rules != NULL && i < r->c->rules->doctype_count; i++)
        if (str_same(r->c->rules->doctypes[i].name, name))
            return &r->c->rules->doctypes[i];
    return NULL;
}

static uint16_t index_of(const struct dwr_names *names, struct dwr_str name)
{
    for (uint16_t i = 0; i < names->count; i++)
        if (str_same(names->v[i].name, name))
            return i;
    return DWR_NONE;
}

static void put_lines(struct out *o, struct words_lines lines)
{
    for (uint32_t i = 0; i < lines.count; i++) {
        out_lit(o, "\n\n");
        out_str(o, lines.v[i].text);
    }
}

static void put_doctype(struct lsp *lsp, struct out *o, const struct dwr_doctype *d)
{
    const struct words w = { lsp->arena, d, markdown() };

    put_lines(o, words_strategy_lines(&w));
    out_lit(o, "\n\n");
    out_str(o, words_free(&w));
    if (d->reason.p != NULL) {
        out_lit(o, "\n\n> ");
        put_escaped(o, d->reason);
    }
    put_lines(o, words_lock(&w));
    put_lines(o, words_deletes(&w));
}

/* --- what is proved --- */

/* Proving a DocType takes some hundredths of a second: it is done once, when somebody asks. */
static const struct prove_doctype *proof_of(struct lsp_rules *r, const struct dwr_doctype *d)
{
    const struct prove_options options = { .schemas = r->c->schemas, .only = d->name };
    struct lsp_proof *p = r->proofs;
    struct prove_results results;

    while (p != NULL && p->doctype != d)
        p = p->next;
    if (p == NULL) {
        results = prove(&r->arena, r->c->rules, &options);
        p = ARENA_NEW(&r->arena, struct lsp_proof);
        *p = (struct lsp_proof){ d, results.count == 1 ? &results.v[0] : NULL, r->proofs };
        r->proofs = p;
    }
    return p->proof;
}

/* "qty" of "parts_used.qty", or the field itself. */
static bool is_about(const struct prove_shown *shown, const struct lsp_name *name)
{
    struct dwr_str field = shown->field;

    if (name->role == LSP_DOCTYPE)
        return true;
    if (name->role == LSP_MEMBER) {
        if (field.n <= name->table.n || field.p[name->table.n] != '.' ||
            memcmp(field.p, name->table.p, name->table.n) != 0)
            return false;
        field = (struct dwr_str){ field.p + name->table.n + 1, field.n - name->table.n - 1 };
    }
    return str_same(field, name->text);
}

static void put_exception(struct out *o, const struct prove_shown *shown,
                          const struct lsp_name *name)
{
    const char *const property = prove_property_words(shown->property), *const reason =
                                                                            prove_reason_words(
                                                                                shown->reason);

    out_lit(o, "\n- not always *");
    out_bytes(o, property, strlen(property));
    out_lit(o, "*: ");
    if (name->role == LSP_DOCTYPE && shown->field.p != NULL) {
        put_code(o, shown->field);
        out_lit(o, ", ");
    }
    put_escaped(o, (struct dwr_str){ reason, strlen(reason) });
}

/* " Too large to try: idempotent, local." Whether there are any. */
static bool put_properties(struct out *o, const struct prove_doctype *proof, const char *title,
                           unsigned verdicts)
{
    bool any = false;

    for (int i = 0; i < PROVE_PROPERTIES; i++) {
        const char *words = prove_property_words((enum prove_property)i);

        if ((verdicts >> proof->verdict[i] & 1) == 0)
            continue;
        out_str(o, str_of(any ? ", " : title));
        out_bytes(o, words, strlen(words));
        any = true;
    }
    if (any)
        out_lit(o, "\\.");
    return any;
}

/* What is tried of the DocType: "Proved of Job on 71928 small merges: deterministic, no silent
 * loss", what is not, and the exceptions below. */
static void put_proof(struct out *o, struct lsp_rules *r, const struct dwr_doctype *d,
                      const struct lsp_name *name)
{
    const struct prove_doctype *proof = proof_of(r, d);

    if (proof == NULL)
        return;
    out_lit(o, "\n\nProved of ");
    put_escaped(o, d->name);
    out_lit(o, " on ");
    out_number(o, proof->merges);
    out_lit(o, " small merges: ");
    if (!put_properties(o, proof, "", 1u << PROVE_PROVED | 1u << PROVE_EXCEPT))
        out_lit(o, "nothing\\.");
    put_properties(o, proof, " Not true: ", 1u << PROVE_REFUTED);
    put_properties(o, proof, " Too large to try all: ", 1u << PROVE_TOO_LARGE);
    out_char(o, '\n');
    for (uint32_t i = 0; i < proof->shown_count; i++)
        if (is_about(&proof->shown[i], name))
            put_exception(o, &proof->shown[i], name);
}

/* The unit of a table's row member, in words; else what its table says. */
static void put_member(struct lsp *lsp, struct out *o, const struct dwr_doctype *d,
                       const struct lsp_name *name)
{
    const struct words w = { lsp->arena, d, markdown() };
    const uint16_t field = index_of(&d->names, name->table);
    const struct dwr_table *table = NULL;
    uint16_t member;

    for (uint16_t i = 0; field != DWR_NONE && i < d->table_count; i++)
        if (d->tables[i].field == field)
            table = &d->tables[i];
    if (table == NULL)
        return;
    member = index_of(&table->names, name->text);
    for (uint16_t i = 0; member != DWR_NONE && i < table->unit_count; i++)
        for (uint16_t k = 0; k < table->units[i].field_count; k++)
            if (table->units[i].fields[k] == member) {
                out_lit(o, "\n\n");
                out_str(o, words_unit(&w, table, &table->units[i]));
                return;
            }
    put_lines(o, words_table(&w, table));
}

static void put_field(struct lsp *lsp, struct out *o, const struct dwr_doctype *d,
                      const struct lsp_name *name)
{
    const struct words w = { lsp->arena, d, markdown() };
    const uint16_t field = index_of(&d->names, name->text);

    out_lit(o, "\n\n");
    out_str(o, field == DWR_NONE ? words_free(&w) : words_field(&w, field));
}

/* What the schema has of it: "Select: Open, Closed". */
static void put_schema(struct out *o, const struct lsp_rules *r, const struct lsp_name *name)
{
    const struct schema_doctype *doctype =
        r->c->schemas == NULL ? NULL : schema_find(r->c->schemas, name->doctype);
    const struct schema_field *field = NULL;

    if (doctype != NULL && name->role == LSP_MEMBER) {
        field = schema_field(doctype, name->table);
        doctype = field == NULL ? NULL : field->rows;
    }
    if (doctype == NULL || name->role == LSP_DOCTYPE)
        return;
    field = schema_field(doctype, name->text);
    if (field == NULL)
        return;
    out_lit(o, "\n\n");
    put_escaped(o, field->type);
    if (field->label.p != NULL && field->label.n > 0) {
        out_lit(o, ", ");
        put_escaped(o, field->label);
    }
    for (uint32_t i = 0; i < field->select_count; i++) {
        out_str(o, i == 0 ? (struct dwr_str){ ": ", 2 } : (struct dwr_str){ ", ", 2 });
        put_code(o, field->select[i]);
    }
    if (field->required)
        out_lit(o, ", required");
    if (field->read_only)
        out_lit(o, ", read only");
}

static void put_name(struct lsp *lsp, struct out *o, struct lsp_rules *r,
                     const struct lsp_name *name)
{
    const struct dwr_doctype *d = doctype_of(r, name->doctype);
    const bool own = d != NULL;

    if (!own && r->c->rules != NULL && name->role != LSP_MEMBER)
        d = &r->c->rules->other;
    put_strong(o, name->text);
    if (name->role == LSP_FIELD && name->doctype.n > 0) {
        out_lit(o, " of ");
        put_escaped(o, name->doctype);
    } else if (name->role == LSP_MEMBER) {
        out_lit(o, " of a row of ");
        put_escaped(o, name->table);
    }
    put_schema(o, r, name);
    if (d == NULL)
        return;
    if (!own && name->doctype.n > 0)
        out_lit(o, "\n\nNo rules name the DocType\\. What holds for those:");
    if (name->role == LSP_DOCTYPE)
        put_doctype(lsp, o, d);
    else if (name->role == LSP_MEMBER)
        put_member(lsp, o, d, name);
    else
        put_field(lsp, o, d, name);
    if (own)
        put_proof(o, r, d, name);
}

/* What a word means that is a value of the language; NULL: it is none. */
static const char *value_help(struct dwr_str word)
{
    static const struct {
        const char *word, *sentence;
    } help[] = {
#define VALUE_HELP(w, s) { w, s },
#include "lsp/value_help.def"
#undef VALUE_HELP
    };

    for (size_t i = 0; i < sizeof help / sizeof *help; i++)
        if (str_is(word, help[i].word))
            return help[i].sentence;
    return NULL;
}

/* The word of the language at the place, n 0: none. */
static struct dwr_str word_at(const struct lsp_place *place, struct span *span)
{
    const struct ast_tokens *tokens = &place->rules->c->ast.files[place->source].tokens;

    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct ast_token *t = &tokens->v[i];

        if (t->kind == AST_TOKEN_WORD && t->begin <= place->offset && place->offset <= t->end) {
            *span = (struct span){ place->source, t->begin, t->end };
            return source_text(&place->rules->c->ast.sources, *span);
        }
    }
    return (struct dwr_str){ "", 0 };
}

void lsp_hover(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    const struct lsp_name *name;
    struct lsp_place place;
    struct out_memory m;
    struct span span;
    struct dwr_str word;
    const char *help;

    if (!lsp_place(lsp, params, &place, true, failure))
        return;
    out_memory_begin(&m, lsp->arena);
    if (place.source == UINT32_MAX) {
        out_lit(o, "null");
        return;
    }
    name = lsp_name_at(lsp_names(place.rules), place.source, place.offset);
    word = word_at(&place, &span);
    help = lsp_word_help(word) != NULL ? lsp_word_help(word) : value_help(word);
    if (name != NULL) {
        span = name->span;
        put_name(lsp, &m.out, place.rules, name);
    } else if (help != NULL) {
        put_strong(&m.out, word);
        out_lit(&m.out, "\n\n");
        put_escaped(&m.out, (struct dwr_str){ help, strlen(help) });
    } else {
        out_lit(o, "null");
        return;
    }
    out_lit(o, "{\"contents\":{\"kind\":\"markdown\",\"value\":");
    lsp_put_text(o, out_memory_bytes(&m));
    out_lit(o, "},\"range\":");
    lsp_put_range(o, &place.rules->arena, &place.rules->c->ast.sources, span);
    out_char(o, '}');
}
