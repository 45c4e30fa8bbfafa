/* fuzz_parse.c - any bytes as a rule file: parsed, checked, planned, its findings printed; and
 * where it is a rule set after all, a write merged by it.
 *
 * What must hold: no crash and no read past the text (it is a block of its own); all findings lie
 * in the text; the same text gives the same findings and the same tables; a rule set with an error
 * gives no tables; the scenarios of lint's warnings end as they say; whatever passes the checks
 * merges to an answer that is JSON, on every code path the same.
 *
 * To build: clang with -fsanitize=fuzzer,address,undefined (without libFuzzer: replay.c instead of
 * `fuzzer`), -Iruntime -Icompiler; tests/fuzz/fuzz_parse.c, the C files of tests/laws but laws.c,
 * tests/support/tree.c, libdwrc.a, libdwr_core.a, -lcjson -lxxhash.
 * To run: fuzz_parse -dict=tests/fuzz/rules.dict -max_total_time=60 CORPUS tests/fuzz/corpus/parse
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/lint/lint.h"
#include "../../compiler/parse.h"
#include "../../compiler/plan.h"
#include "../laws/draw.h"
#include "../laws/law.h"
#include "fuzz.h"

/* Longer texts only take longer; the limits of the scanner have tests of their own. */
#define SIZE_LIMIT ((size_t)256 << 10)

struct reading {
    struct arena arena;
    struct ast_ruleset ast;
    struct diag diag;
    const struct dwr_ruleset *rules;
    char *printed; /* the findings as text */
    size_t printed_n;
};

_Noreturn static void wrong(const char *says)
{
    fprintf(stderr, "fuzz_parse: %s\n", says);
    abort();
}

static void read_rules(struct reading *r, const char *text, size_t size)
{
    const struct parse_options options = { .keep_tokens = true };
    const struct diag_style style = { .color = DIAG_COLOR_NEVER, .max_errors = 0 };
    FILE *out;

    memset(r, 0, sizeof *r);
    diag_init(&r->diag, &r->arena, &r->ast.sources);
    parse_text(&r->arena, &r->ast, &r->diag, "fuzz.dwr", text, size, &options);
    if (r->diag.failure_count == 0)
        check_rules(&r->arena, &r->ast, &r->diag);
    if (r->diag.failure_count == 0 && r->diag.errors == 0)
        r->rules = plan_rules(&r->arena, &r->ast, &r->diag);
    if (r->rules != NULL)
        lint_rules(&r->arena, &r->ast, r->rules, NULL, true, &r->diag);
    out = open_memstream(&r->printed, &r->printed_n);
    if (out == NULL)
        wrong("out of memory");
    diag_print(&r->diag, &style, out, out);
    fclose(out);
}

static void clear(struct reading *r)
{
    free(r->printed);
    arena_clear(&r->arena);
}

static void check_findings(const struct reading *r, size_t size)
{
    for (uint32_t i = 0; i < r->diag.count; i++) {
        const struct diag_finding *const f = r->diag.v[i];

        if (f->span.begin > f->span.end || f->span.end > size)
            wrong("a finding that lies outside of the text");
        if (f->text.n == 0)
            wrong("a finding that says nothing");
        for (const struct diag_note *n = f->notes; n != NULL; n = n->next)
            if (n->span.begin > n->span.end || n->span.end > size)
                wrong("a note that lies outside of the text");
    }
    if (r->rules == NULL && r->diag.errors == 0 && r->diag.failure_count == 0)
        wrong("no rule set and no reason");
}

static struct dwr_text answer(struct dwr_scratch *s, const struct dwr_doctype *d,
                              const struct dwr_write *w, struct pool *pool)
{
    struct dwr_result result;

    if (dwr_merge(d, w, s, &result) != DWR_OK)
        wrong("a write of valid documents was refused");
    return pool_copy(pool, dwr_answer(&result, text_of("1"), s));
}

/* The laws of section 10 are laws.c's: rules from here may say anything. */
static void merge_by(struct laws *laws, const struct dwr_ruleset *rules, const uint8_t *data,
                     size_t size)
{
    struct draw draw = draw_from_bytes(data, size);

    for (unsigned i = 0; i <= rules->doctype_count && i < 4; i++) {
        const struct dwr_doctype *const d =
            i < rules->doctype_count ? &rules->doctypes[i] : &rules->other;
        struct dwr_write w;

        pool_reset(&laws->pool);
        w = draw_write(&draw, &laws->pool, d);
        if (w.client.p == NULL)
            w.client = text_of("{}");
        const struct dwr_text best = answer(laws->scratch[0], d, &w, &laws->pool);

        if (tree_parse(&laws->pool, best) == NULL)
            wrong("an answer that is no JSON");
        for (size_t k = 1; k < laws->path_count; k++)
            if (!text_equal(best, answer(laws->scratch[k], d, &w, &laws->pool)))
                wrong("another answer on another code path");
    }
}

/* Whoever doubts a warning can run its merge: it ends as the warning says. */
static void check_scenarios(const struct reading *r, struct laws *laws)
{
    for (uint32_t i = 0; i < r->diag.count; i++) {
        const struct diag_scenario *const s = r->diag.v[i]->scenario;
        struct dwr_request request;
        struct dwr_result result;

        if (s == NULL)
            continue;
        if (dwr_request_read(r->rules, (struct dwr_text){ s->request.p, s->request.n },
                             laws->scratch[0], &request) != DWR_OK ||
            dwr_request_merge(&request, laws->scratch[0], &result) != DWR_OK)
            wrong("a scenario that is no merge");
        if (!text_equal(result.doc, (struct dwr_text){ s->result.p, s->result.n }))
            wrong("a scenario that ends otherwise");
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
    static struct laws laws;
    struct reading once, again;
    char *text;

    if (size > SIZE_LIMIT)
        return 0;
    if (laws.path_count == 0 && !laws_init(&laws))
        wrong("out of memory");
    text = malloc(size > 0 ? size : 1);
    if (text == NULL)
        wrong("out of memory");
    if (size > 0)
        memcpy(text, data, size);
    read_rules(&once, text, size);
    read_rules(&again, text, size);
    free(text); /* it was copied */
    check_findings(&once, size);
    if (once.printed_n != again.printed_n ||
        memcmp(once.printed, again.printed, once.printed_n) != 0)
        wrong("other findings the second time");
    if ((once.rules == NULL) != (again.rules == NULL))
        wrong("a rule set only once");
    if (once.rules != NULL) {
        if (once.rules->digest.n != again.rules->digest.n ||
            memcmp(once.rules->digest.p, again.rules->digest.p, once.rules->digest.n) != 0)
            wrong("another digest the second time");
        merge_by(&laws, once.rules, data, size);
        check_scenarios(&once, &laws);
    }
    clear(&once);
    clear(&again);
    return 0;
}
