/* ref_doctype.c - one DocType's part of the reference. */
#include "reference_parts.h"

#include "../../runtime/name_hash.h"
#include "str.h"

static const struct dwr_str nowhere = { NULL, 0 };

static void heading(struct ref *ref, const char *text)
{
    page_heading(&ref->page, 4, nowhere, str_of(text), nowhere);
}

/* --- what its author says of it --- */

/* Paragraphs are separated by an empty line. */
static void put_comment(struct ref *ref, struct dwr_str text)
{
    while (text.n > 0) {
        size_t end = 0;

        while (end < text.n &&
               !(text.p[end] == '\n' && end + 1 < text.n && text.p[end + 1] == '\n'))
            end++;
        while (end > 0 && (*text.p == '\n' || *text.p == ' ')) {
            text.p++;
            text.n--;
            end--;
        }
        if (end > 0) {
            page_paragraph_begin(&ref->page);
            page_text(&ref->page, (struct dwr_str){ text.p, end });
            page_paragraph_end(&ref->page);
        }
        end += end < text.n;
        text.p += end;
        text.n -= end;
    }
}

static void put_head(struct ref *ref, const struct ref_doctype *d)
{
    const struct ast_stmt *defaults = ref->r->ast->top.of[AST_DEFAULT];
    struct page *p = &ref->page;
    const enum dwr_strategy strategy = (enum dwr_strategy)d->rules->strategy;

    page_heading(p, 3, d->id, d->title, d->said ? ref_at(ref, &d->said->stmt) : nowhere);
    page_paragraph_begin(p);
    page_code(p, str_of(ast_strategy_word(strategy)));
    page_word(p, ": ");
    page_word(p, words_strategy(strategy));
    page_word(p, ".");
    page_at(p, d->rules->at);
    page_paragraph_end(p);
    if (!d->said) {
        page_paragraph_begin(p);
        page_word(p, "What holds for a document of a DocType that no rule names.");
        page_paragraph_end(p);
        if (defaults)
            put_comment(ref, AST_AS(ast_section, defaults)->doc);
    } else {
        put_comment(ref, d->said->doc);
    }
    if (d->rules->reason.p)
        page_quote(p, "Why:", d->rules->reason);
    if (d->rules->hint.p)
        page_quote(p, "For whoever decides:", d->rules->hint);
}

/* --- who wins --- */

static bool is_sign(char c)
{
    return c == '_' || c == '-' || c == ' ' || c == '.';
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "Assigned To" says no more than `assigned_to`. */
static bool says_the_same(struct dwr_str label, struct dwr_str name)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < label.n && is_sign(label.p[i]))
            i++;
        while (k < name.n && is_sign(name.p[k]))
            k++;
        if (i == label.n || k == name.n)
            return i == label.n && k == name.n;
        if (small(label.p[i++]) != small(name.p[k++]))
            return false;
    }
}

/* The schema's label behind a field's name, where it says more than the name. */
static void put_label(struct ref *ref, const struct ref_doctype *d, struct dwr_str name)
{
    const struct schema_field *known = d->schema ? schema_field(d->schema, name) : NULL;

    if (!known || !known->label.p || says_the_same(known->label, name))
        return;
    page_word(&ref->page, " (");
    page_text(&ref->page, known->label);
    page_word(&ref->page, ")");
}

static void put_unit_fields(struct ref *ref, const struct ref_doctype *d,
                            const struct dwr_unit *unit, bool first)
{
    for (uint32_t i = 0; i < unit->field_count; i++) {
        if (i > 0 || !first)
            page_word(&ref->page, i > 0 ? " + " : ", ");
        page_code(&ref->page, d->rules->names.v[unit->fields[i]].name);
        put_label(ref, d, d->rules->names.v[unit->fields[i]].name);
    }
}

static void end_row(struct ref *ref, struct dwr_str words, struct dwr_str at)
{
    struct page *p = &ref->page;

    page_cell_begin(p);
    page_said(p, words);
    page_cell_end(p);
    page_cell_begin(p);
    page_at(p, at);
    page_cell_end(p);
    page_row_end(p);
}

/* Units that stand in one statement stand in one row. Returns the first unit behind them. */
static uint32_t put_units(struct ref *ref, const struct ref_doctype *d, uint32_t u)
{
    const struct dwr_doctype *rules = d->rules;
    const struct dwr_unit *first = &rules->units[u];
    const struct words w = ref_cell_words(ref, d);

    page_row_begin(&ref->page);
    page_cell_begin(&ref->page);
    put_unit_fields(ref, d, first, true);
    for (u++; u < rules->unit_count && first->field_count == 1 &&
              rules->units[u].field_count == 1 && rules->units[u].rules == first->rules;
         u++)
        put_unit_fields(ref, d, &rules->units[u], false);
    page_cell_end(&ref->page);
    end_row(ref, words_unit(&w, NULL, first), first->rules[0].at);
    return u;
}

/* Fields of the schema that no rule names. */
static void put_free_fields(struct ref *ref, const struct ref_doctype *d)
{
    bool any = false;

    for (uint32_t i = 0; d->schema && i < d->schema->field_count; i++) {
        const struct schema_field *f = &d->schema->fields[i];
        const unsigned n = dwr_names_find(&d->rules->names, f->name.p, f->name.n);

        if (n != DWR_NONE && d->rules->names.v[n].role != DWR_NAME_FREE)
            continue;
        page_word(&ref->page, any ? ", " : ": ");
        page_code(&ref->page, f->name);
        put_label(ref, d, f->name);
        any = true;
    }
}

static void put_free(struct ref *ref, const struct ref_doctype *d)
{
    const struct words w = ref_cell_words(ref, d);

    page_row_begin(&ref->page);
    page_cell_begin(&ref->page);
    page_word(&ref->page, words_has_others(d->rules) ? "the others" : "all fields");
    put_free_fields(ref, d);
    page_cell_end(&ref->page);
    end_row(ref, words_free(&w), d->rules->free_rule.at);
}

/* What the sync layer keeps to itself beside the built-in fields (SEMANTICS 1.6). */
static void put_meta(struct ref *ref, const struct ref_doctype *d)
{
    const struct ast_stmt *meta = d->said ? d->said->block.of[AST_META] : NULL;
    struct page *p = &ref->page;

    if (!meta)
        return;
    page_row_begin(p);
    page_cell_begin(p);
    for (uint32_t i = 0; i < AST_AS(ast_fields, meta)->fields.count; i++) {
        if (i > 0)
            page_word(p, ", ");
        page_code(p, AST_AS(ast_fields, meta)->fields.v[i].text);
    }
    page_cell_end(p);
    end_row(ref,
            str_of("Belongs to the sync layer: the server's value stands and a client's is "
                   "ignored."),
            ref_at(ref, meta));
}

static void put_winners(struct ref *ref, const struct ref_doctype *d)
{
    static const char *const heads[] = { "Fields", "In a conflict", "Rule" };
    const struct words w = ref_words(ref, d);

    heading(ref, "Who wins");
    page_table_begin(&ref->page, heads, 3);
    for (uint32_t u = 0; u < d->rules->unit_count;) {
        if (words_unit_is_said(d->rules, &d->rules->units[u]))
            u = put_units(ref, d, u);
        else
            u++;
    }
    put_free(ref, d);
    put_meta(ref, d);
    page_table_end(&ref->page);
    ref_lines(ref, words_strategy_lines(&w));
    ref_lines(ref, words_lock(&w));
}

/* --- the rest --- */

static void put_tables(struct ref *ref, const struct ref_doctype *d)
{
    const struct words w = ref_words(ref, d);

    for (uint32_t i = 0; i < d->rules->table_count; i++) {
        const struct dwr_table *table = &d->rules->tables[i];

        page_heading(&ref->page, 4, nowhere,
                     arena_printf(ref->arena, "Table %.*s",
                                  (int)d->rules->names.v[table->field].name.n,
                                  d->rules->names.v[table->field].name.p),
                     table->at);
        ref_lines(ref, words_table(&w, table));
    }
}

static void put_others(struct ref *ref, const struct ref_doctype *d)
{
    static const struct {
        const char *title;
        struct words_lines (*lines)(const struct words *w);
    } topics[] = {
        { "Deletes", words_deletes },
        { "Offline", words_offline },
        { "Overlaps", words_overlaps },
        { "Links", words_links },
        { "Effects", words_effects },
        { "Notifications", words_notify },
        { "Push priority, 1 first: the lowest number that applies", words_priorities },
    };
    const struct words w = ref_words(ref, d);

    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        const struct words_lines lines = topics[i].lines(&w);

        if (lines.count == 0)
            continue;
        heading(ref, topics[i].title);
        ref_lines(ref, lines);
    }
}

void ref_doctype(struct ref *ref, const struct ref_doctype *d)
{
    put_head(ref, d);
    put_winners(ref, d);
    put_tables(ref, d);
    put_others(ref, d);
    ref_examples(ref, d);
}
