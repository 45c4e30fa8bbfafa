/* reference.c - the page as a whole: how to read it, the overview, the settings, the DocTypes. */
#include "reference_parts.h"
#include "str.h"

static const struct dwr_str nowhere = { NULL, 0 };

struct words ref_words(const struct ref *ref, const struct ref_doctype *d)
{
    return (struct words){ ref->arena, d->rules, page_style(&ref->page) };
}

struct words ref_cell_words(const struct ref *ref, const struct ref_doctype *d)
{
    const struct page cell = { .kind = ref->page.kind, .in_cell = true };

    return (struct words){ ref->arena, d->rules, page_style(&cell) };
}

struct dwr_str ref_at(const struct ref *ref, const struct ast_stmt *stmt)
{
    uint32_t hint = 0;

    return source_at(ref->arena, &ref->r->ast->sources, stmt->span, &hint);
}

void ref_lines(struct ref *ref, struct words_lines lines)
{
    if (lines.count == 0)
        return;
    page_list_begin(&ref->page);
    for (uint32_t i = 0; i < lines.count; i++) {
        page_item_begin(&ref->page);
        page_said(&ref->page, lines.v[i].text);
        page_at(&ref->page, lines.v[i].at);
        page_item_end(&ref->page);
    }
    page_list_end(&ref->page);
}

/* --- how to read it --- */

static void item(struct page *p, const char *text)
{
    page_item_begin(p);
    page_word(p, text);
    page_item_end(p);
}

static void put_reading(struct ref *ref)
{
    struct page *p = &ref->page;

    page_heading(p, 2, str_of("reading"), str_of("How to read this"), nowhere);
    page_list_begin(p);
    item(p,
         "The client is whoever was offline: a phone, a laptop. The server is what everybody else "
         "has written meanwhile.");
    item(p, "Where only one side changed something, that change is taken, unless a rule says that "
            "only the server writes there or that what is set stays.");
    item(p, "Where both changed it, and differently, that is a conflict, and the rules below "
            "decide. Fields that are decided as one are in conflict when any of them is.");
    item(p,
         "What a client wrote and does not get is never lost: the answer to the client holds all "
         "three values, or it becomes a document of its own, or a person is asked.");
    item(p, "A value of the wrong kind for its rule, such as a text where numbers are added up, "
            "leaves the server's value.");
    item(p, "What the sync layer writes, such as name, owner and modified, no client changes; nor "
            "docstatus, unless a rule names it: there the server's value stands, or 0 in a new "
            "document, whatever a table says of all the other fields.");
    item(p, "Beside a sentence stands the line of the rules that says so; where none stands, it "
            "holds without being said.");
    page_list_end(p);
}

/* --- beside the text --- */

static bool begins_file(const struct ref *ref, uint32_t i)
{
    return i == 0 || !ref->v[i].said != !ref->v[i - 1].said ||
           ref->v[i].source != ref->v[i - 1].source;
}

static struct dwr_str file_of(const struct ref *ref, const struct ref_doctype *d)
{
    return d->said ? ref->r->ast->sources.v[d->source].label : str_of("Not named");
}

static void put_nav(struct ref *ref)
{
    struct page *p = &ref->page;

    page_nav_begin(p);
    page_nav_link(p, str_of("reading"), str_of("How to read this"));
    page_nav_link(p, str_of("overview"), str_of("Overview"));
    page_nav_link(p, str_of("settings"), str_of("Settings"));
    for (uint32_t i = 0; i < ref->count; i++) {
        if (begins_file(ref, i))
            page_nav_group(p, file_of(ref, &ref->v[i]));
        page_nav_link(p, ref->v[i].id, ref->v[i].title);
    }
    page_nav_end(p);
}

/* --- the whole --- */

static void put_head(struct ref *ref)
{
    const struct dwr_ruleset *rules = ref->r->rules;
    struct page *p = &ref->page;

    page_heading(p, 1, nowhere, rules->name, nowhere);
    page_paragraph_begin(p);
    page_word(p, "Who is right when two people changed one document: the rules of ");
    out_number(p->out, rules->doctype_count);
    page_word(p, rules->doctype_count == 1 ? " DocType" : " DocTypes");
    if (rules->version > 0) {
        page_word(p, ", version ");
        out_number(p->out, rules->version);
    }
    page_word(p, ". Made from the rules by dwrc doc; whatever is said here is what runs.");
    page_paragraph_end(p);
}

static void put_doctypes(struct ref *ref)
{
    struct page *p = &ref->page;

    for (uint32_t i = 0; i < ref->count; i++) {
        if (begins_file(ref, i))
            page_heading(p, 2, nowhere, file_of(ref, &ref->v[i]), nowhere);
        page_part_begin(p);
        ref_doctype(ref, &ref->v[i]);
        page_part_end(p);
    }
}

void reference_put(const struct reference *r, enum page_kind kind, struct out *out)
{
    struct ref ref = { .r = r, .arena = r->bench->arena, .page = { .out = out, .kind = kind } };

    ref_collect(&ref);
    page_begin(&ref.page, r->rules->name);
    put_nav(&ref);
    put_head(&ref);
    put_reading(&ref);
    page_heading(&ref.page, 2, str_of("overview"), str_of("Overview"), nowhere);
    ref_overview(&ref);
    page_heading(&ref.page, 2, str_of("settings"), str_of("Settings"), nowhere);
    ref_lines(&ref, words_settings(ref.arena, page_style(&ref.page), r->rules));
    put_doctypes(&ref);
    page_end(&ref.page);
}
