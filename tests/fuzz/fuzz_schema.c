/* fuzz_schema.c - any bytes as a schema file: read, rules checked against what it defines, the
 * findings printed.
 *
 * What must hold: no crash and no read past the text; all findings lie in the rules or in the text;
 * the same text gives the same findings; what the runtime takes for a document is never called
 * broken; what was read is found by its name, and following tables ends.
 *
 * To build: as fuzz_parse.c. To run:
 * fuzz_schema -dict=tests/fuzz/schema.dict -max_total_time=60 CORPUS tests/fuzz/corpus/schema */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/parse.h"
#include "../../compiler/schema/check_schema.h"
#include "../../runtime/dwr.h"
#include "fuzz.h"

/* Longer texts only take longer; the limits have tests of their own. */
#define SIZE_LIMIT ((size_t)256 << 10)

/* Every statement that names a field. */
static const char rules[] =
    "doctype \"Job\" { strategy field_level; meta host; client_wins status when server.qty > 5 and"
    " client.day = \"2026-01-01\"; manual status { watch day; set notes = \"x\"; }"
    " merge_text notes; sum qty; keep_both photos { key id; } max at ranked (\"Open\", \"Done\");"
    " child parts { key code; order_by at; on_same_key fields { sum qty; client_wins at; }"
    " count_into count; hold when status changes; }"
    " lock when server.status in (\"Open\", 7, true) except notes;"
    " tombstone { allow_delete no; soft_delete status = \"Done\"; }"
    " no_overlap by host from day + at for length minutes unless qty is set;"
    " notify moved when day changes; link customer -> \"Customer\" refresh when qty = \"7\";"
    " current count of customer -> \"Customer\".version otherwise manual status;"
    " as_of day customer -> \"Customer\";"
    " effect e when status becomes \"Done\" { create \"Invoice\"; } }"
    " doctype \"Part\" { strategy version_all; branch \"{name}\" version_field qty; }"
    " test \"t\" for \"Job\" { base { \"parts\": [{ \"code\": 1, \"parts\": [{}] }] }"
    " client { \"stauts\": 1 } expect success; }";

struct reading {
    struct arena arena;
    struct ast_ruleset ast;
    struct sources sources;
    struct diag diag;
    struct schemas schemas;
    char *printed;
    size_t printed_n;
};

_Noreturn static void wrong(const char *says)
{
    fprintf(stderr, "fuzz_schema: %s\n", says);
    abort();
}

static void read_all(struct reading *r, const char *text, size_t size)
{
    const struct diag_style style = { .color = DIAG_COLOR_NEVER, .max_errors = 0 };
    FILE *out;

    memset(r, 0, sizeof *r);
    diag_init(&r->diag, &r->arena, &r->ast.sources);
    parse_text(&r->arena, &r->ast, &r->diag, "fuzz.dwr", rules, strlen(rules), NULL);
    check_rules(&r->arena, &r->ast, &r->diag);
    r->sources.v = arena_alloc(&r->arena, sizeof *r->sources.v);
    r->sources.v[0] = r->ast.sources.v[0];
    r->sources.count = r->sources.capacity = 1;
    r->diag.sources = &r->sources;
    schema_read_text(&r->arena, &r->schemas, &r->sources, &r->diag, "fuzz.json", text, size);
    check_schema(&r->arena, &r->ast, &r->schemas, &r->diag);
    out = open_memstream(&r->printed, &r->printed_n);
    if (out == NULL)
        wrong("out of memory");
    diag_print(&r->diag, &style, out, out);
    fclose(out);
}

static void check_span(const struct reading *r, struct span span)
{
    if (span.source >= r->sources.count || span.begin > span.end ||
        span.end > r->sources.v[span.source].size)
        wrong("a finding that lies outside of its text");
}

static void check_findings(const struct reading *r, bool is_document)
{
    if (r->diag.failure_count > 0)
        wrong("a failure");
    for (uint32_t i = 0; i < r->diag.count; i++) {
        const struct diag_finding *const f = r->diag.v[i];

        check_span(r, f->span);
        for (const struct diag_note *n = f->notes; n != NULL; n = n->next)
            check_span(r, n->span);
        for (const struct diag_edit *e = f->fix ? f->fix->edits : NULL; e != NULL; e = e->next)
            check_span(r, e->span);
        if (is_document && (f->code == DIAG_SCHEMA_JSON || f->code == DIAG_SCHEMA_LARGE))
            wrong("a document is called broken");
    }
}

/* Following `rows` ends: no way down is longer than there are DocTypes. */
static void follow(const struct reading *r, const struct schema_doctype *doctype, uint32_t depth)
{
    if (depth > r->schemas.count)
        wrong("tables that never end");
    for (uint32_t i = 0; i < doctype->field_count; i++)
        if (doctype->fields[i].rows != NULL) {
            follow(r, doctype->fields[i].rows, depth + 1);
            return; /* one way of each DocType: there may be very many */
        }
}

static void check_schemas(const struct reading *r)
{
    for (uint32_t i = 0; i < r->schemas.count; i++) {
        const struct schema_doctype *const d = &r->schemas.v[i];

        if (schema_find(&r->schemas, d->name) != d)
            wrong("a DocType that is not found by its name");
        for (uint32_t k = 0; k < d->field_count; k++)
            if (schema_field(d, d->fields[k].name) != &d->fields[k])
                wrong("a field that is not found by its name");
        follow(r, d, 0);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dwr_scratch *scratch;
    struct reading once, again;
    char *text;

    if (size > SIZE_LIMIT)
        return 0;
    if (scratch == NULL && (scratch = dwr_scratch_new()) == NULL)
        wrong("out of memory");
    text = malloc(size > 0 ? size : 1);
    if (text == NULL)
        wrong("out of memory");
    if (size > 0)
        memcpy(text, data, size);
    read_all(&once, text, size);
    read_all(&again, text, size);
    check_findings(&once, dwr_check((struct dwr_text){ text, size }, scratch) == DWR_OK);
    check_schemas(&once);
    if (once.printed_n != again.printed_n ||
        memcmp(once.printed, again.printed, once.printed_n) != 0)
        wrong("other findings the second time");
    free(text);
    free(once.printed);
    free(again.printed);
    arena_clear(&once.arena);
    arena_clear(&again.arena);
    return 0;
}
