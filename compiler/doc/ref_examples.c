/* ref_examples.c - merges that show a DocType's rules: its tests, or one made up. Each is made by
 * the resolver, and what came out is shown. */
#include "reference_parts.h"
#include "str.h"
#include "testrun.h"
#include "trial/domain.h"
#include "why.h"

enum { MADE_FIELDS = 3, SHOWN_FROM_ELSEWHERE = 3, VALUE_CHARACTERS = 60 };

static const struct dwr_str nowhere = { NULL, 0 };

/* --- a merge --- */

/* Explained for a table's cells, but the sentence about all of it, which stands in a line. */
static bool explain(struct ref *ref, const struct ref_doctype *d, const struct dwr_write *write,
                    struct why *why)
{
    const struct words cell = ref_cell_words(ref, d), line = ref_words(ref, d);
    struct why in_line;

    if (why_merge(ref->r->bench, cell.style, d->rules, write, why) != DWR_OK)
        return false;
    if (cell.style == line.style)
        return true;
    if (why_merge(ref->r->bench, line.style, d->rules, write, &in_line) != DWR_OK)
        return false;
    why->words = in_line.words;
    return true;
}

/* --- what is given beside the documents --- */

static void put_given(struct ref *ref, const char *what, struct dwr_text value, bool *any)
{
    struct page *p = &ref->page;

    if (!value.p)
        return;
    page_word(p, *any ? ", " : " Given: ");
    page_word(p, what);
    page_word(p, " ");
    page_style(p)->value(
        p->out, words_short(ref->arena, (struct dwr_str){ value.p, value.n }, VALUE_CHARACTERS));
    *any = true;
}

static void put_setting(struct ref *ref, const struct dwr_write *w)
{
    bool any = false;

    put_given(ref, "the client's time", w->client_ts, &any);
    put_given(ref, "the server's time", w->server_ts, &any);
    put_given(ref, "now", w->now, &any);
    put_given(ref, "the role behind the server's change", w->server_role, &any);
    put_given(ref, "the client's role", w->client_role, &any);
    put_given(ref, "the client's user", w->client_user, &any);
    if (any)
        page_word(&ref->page, ".");
}

static void put_sentence(struct ref *ref, const struct dwr_write *w, const struct why *why)
{
    static const char *const ops[] = { [DWR_UPDATE] = "",
                                       [DWR_INSERT] = "The client makes the document. ",
                                       [DWR_DELETE] = "The client deletes the document. ",
                                       [DWR_UNDELETE] =
                                           "The client takes the document's delete back. " };
    struct page *p = &ref->page;

    page_paragraph_begin(p);
    page_word(p, ops[w->op]);
    page_said(p, why->words);
    page_at(p, why->rule);
    put_setting(ref, w);
    page_paragraph_end(p);
}

/* --- its fields --- */

static void put_value(struct ref *ref, struct dwr_str shown, struct dwr_str json)
{
    struct page *p = &ref->page;

    page_cell_begin(p);
    if (shown.p)
        json = shown; /* of a row: what differs, which is no JSON */
    else
        json = words_short(ref->arena, json, VALUE_CHARACTERS);
    if (json.n == 1 && json.p[0] == '-')
        page_word(p, "-");
    else
        page_style(p)->value(p->out, json);
    page_cell_end(p);
}

static bool is(const struct why_line *line, const char *wins)
{
    return strcmp(line->wins, wins) == 0;
}

static void put_now(struct ref *ref, const struct why_line *line)
{
    const bool row = line->shown[0].p != NULL;

    if (!row)
        put_value(ref, nowhere, line->result);
    else if (line->became.p)
        put_value(ref, line->became, nowhere);
    else if (is(line, "client"))
        put_value(ref, line->shown[WHY_OF_CLIENT], nowhere);
    else
        put_value(ref, line->shown[WHY_OF_SERVER], nowhere);
}

static void put_line(struct ref *ref, const struct why_line *line)
{
    struct page *p = &ref->page;

    page_row_begin(p);
    page_cell_begin(p);
    page_code(p, line->field);
    page_cell_end(p);
    put_value(ref, line->shown[WHY_BASE], line->base);
    put_value(ref, line->shown[WHY_OF_SERVER], line->server);
    put_value(ref, line->shown[WHY_OF_CLIENT], line->client);
    put_now(ref, line);
    page_cell_begin(p);
    page_said(p, line->words);
    if (p->kind == PAGE_MARKDOWN && line->rule.p)
        page_word(p, " ");
    page_at(p, line->rule);
    page_cell_end(p);
    page_row_end(p);
}

/* What the client wrote and, where nothing was disputed, what only the other side did. */
static bool is_shown(const struct why *why, const struct why_line *line)
{
    return line->kind == WHY_REPORTED || line->kind == WHY_COMPUTED ||
           (why->status != DWR_REJECTED && (line->kind == WHY_CLIENT || line->kind == WHY_SERVER));
}

static void put_lines(struct ref *ref, const struct why *why)
{
    static const char *const heads[] = {
        "Field", "The client saw", "Server", "Client", "Now", "Why"
    };
    bool any = false;

    for (uint32_t i = 0; i < why->line_count; i++) {
        if (!is_shown(why, &why->lines[i]))
            continue;
        if (!any)
            page_table_begin(&ref->page, heads, 6);
        any = true;
        put_line(ref, &why->lines[i]);
    }
    if (any)
        page_table_end(&ref->page);
    if (!why->branch.p)
        return;
    page_paragraph_begin(&ref->page);
    page_word(&ref->page, "Kept beside it: ");
    page_code(&ref->page, words_short(ref->arena, why->branch, 300));
    page_paragraph_end(&ref->page);
}

static void put_merge(struct ref *ref, const struct ref_doctype *d, struct dwr_str title,
                      struct dwr_str at, const struct dwr_write *write)
{
    struct why why;

    if (!explain(ref, d, write, &why))
        return; /* a test whose documents are refused is no example; `dwrc test` says so */
    page_heading(&ref->page, 5, nowhere, title, at);
    put_sentence(ref, write, &why);
    put_lines(ref, &why);
}

/* --- a merge made up --- */

/* Fields that both sides change, and what they write. */
struct made {
    struct trial_doc side[3];
    uint32_t fields;
};

static void put_values(struct made *m, struct dwr_str name, const struct dwr_str values[3])
{
    for (int i = 0; i < 3; i++)
        trial_doc_put(&m->side[i], name, values[i]);
    m->fields++;
}

static void make_field(struct ref *ref, const struct ref_doctype *d, struct made *m, uint16_t field)
{
    const struct domain domain = domain_of_field(ref->arena, d->rules, field, d->schema);

    if (domain.count < 4)
        return;
    put_values(m, d->rules->names.v[field].name, domain.values + 1);
}

static bool is_of_role(const struct dwr_doctype *d, uint32_t i, enum dwr_name_role role)
{
    return d->names.v[i].role == role &&
           (role != DWR_NAME_UNIT || words_unit_is_said(d, &d->units[d->names.v[i].index]));
}

static void make_fields(struct ref *ref, const struct ref_doctype *d, struct made *m,
                        enum dwr_name_role role)
{
    for (uint32_t i = 0; i < d->rules->names.count && m->fields < MADE_FIELDS; i++)
        if (is_of_role(d->rules, i, role))
            make_field(ref, d, m, (uint16_t)i);
}

static const struct dwr_str letters[] = { DWR_STR("\"A\""), DWR_STR("\"B\""), DWR_STR("\"C\"") };

/* Fields that the schema alone knows, or one that stands for any. */
static void make_any(const struct ref_doctype *d, struct made *m)
{
    for (uint32_t i = 0; d->schema && i < d->schema->field_count && m->fields < MADE_FIELDS; i++)
        if (d->schema->fields[i].kind == SCHEMA_DATA || d->schema->fields[i].kind == SCHEMA_TEXT)
            put_values(m, d->schema->fields[i].name, letters);
    if (m->fields == 0)
        put_values(m, str_of("any_field"), letters);
}

static void put_made(struct ref *ref, const struct ref_doctype *d)
{
    struct dwr_write write = { .op = DWR_UPDATE };
    struct dwr_text *const texts[] = { &write.base, &write.server, &write.client };
    struct made made = { .fields = 0 };

    for (int i = 0; i < 3; i++)
        trial_doc_start(&made.side[i], ref->arena);
    make_fields(ref, d, &made, DWR_NAME_UNIT);
    make_fields(ref, d, &made, DWR_NAME_FREE);
    if (made.fields == 0)
        make_any(d, &made);
    for (int i = 0; i < 3; i++)
        *texts[i] = trial_doc_end(&made.side[i]);
    put_merge(ref, d, str_of("Made up: both sides changed the same fields"), nowhere, &write);
}

/* --- all of them --- */

/* Tests beside the rules were written to explain them; those in other files try what is left. */
static bool is_beside(const struct ref_doctype *d, uint32_t i)
{
    return !d->said || d->tests[i]->stmt.span.source == d->source;
}

static uint32_t put_tests(struct ref *ref, const struct ref_doctype *d, bool beside, uint32_t most)
{
    uint32_t shown = 0;

    for (uint32_t i = 0; i < d->test_count && shown < most; i++) {
        const struct dwr_write write = testrun_write(d->tests[i]);

        if (is_beside(d, i) != beside)
            continue;
        put_merge(ref, d, d->tests[i]->title.text, ref_at(ref, &d->tests[i]->stmt), &write);
        shown++;
    }
    return shown;
}

/* What the tests elsewhere claim, but for those that are shown already. */
static void put_claims(struct ref *ref, const struct ref_doctype *d, uint32_t skip)
{
    struct page *p = &ref->page;
    bool any = false;

    for (uint32_t i = 0; i < d->test_count; i++) {
        if (is_beside(d, i) || (skip > 0 && skip-- > 0))
            continue;
        if (!any) {
            page_heading(p, 4, nowhere, str_of("Tested besides"), nowhere);
            page_list_begin(p);
        }
        any = true;
        page_item_begin(p);
        page_text(p, d->tests[i]->title.text);
        page_at(p, ref_at(ref, &d->tests[i]->stmt));
        page_item_end(p);
    }
    if (any)
        page_list_end(p);
}

void ref_examples(struct ref *ref, const struct ref_doctype *d)
{
    uint32_t elsewhere = 0;

    page_heading(&ref->page, 4, nowhere, str_of(d->test_count > 0 ? "Examples" : "Example"),
                 nowhere);
    if (d->test_count == 0)
        put_made(ref, d);
    else if (put_tests(ref, d, true, UINT32_MAX) == 0)
        elsewhere = put_tests(ref, d, false, SHOWN_FROM_ELSEWHERE);
    put_claims(ref, d, elsewhere);
}
