/* fuzz_resolve.c - any bytes as a line of `dwrc resolve`, by a rule set of every form, with the
 * laws of semantics section 10 as oracle (tests/laws/law.h).
 *
 * An input is a line, or, where it begins with '@', the random numbers that tests/laws/draw.c draws
 * a write from: bytes that a fuzzer changes then become other fields, rows and times instead of
 * broken JSON.
 *
 * What must hold: no crash and no read past the line (it is a block of its own); one answer, valid
 * JSON, the same on every code path; and for every line that is a merge, all the laws.
 *
 * The rules are $DWR_FUZZ_RULES, else tests/laws/all_forms.dwr from the project's folder.
 * $DWR_FUZZ_FAULT, a number, plants a fault of tests/laws/faults.c: then the run must fail.
 *
 * To build: as fuzz_parse.c, with tests/support/load_rules.c besides.
 * To run: fuzz_resolve -dict=tests/fuzz/resolve.dict -max_total_time=60 CORPUS \
 *         tests/fuzz/corpus/resolve */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../laws/draw.h"
#include "../laws/faults.h"
#include "../laws/law.h"
#include "../support/load_rules.h"
#include "fuzz.h"

#define SIZE_LIMIT ((size_t)256 << 10)

static struct {
    struct arena arena;
    const struct dwr_ruleset *rules;
    struct laws laws;
    struct dwr_scratch *reading;
} fuzz;

_Noreturn static void wrong(const char *law, const char *says)
{
    fprintf(stderr, "fuzz_resolve: %s: %s\n", law, says);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *const path = getenv("DWR_FUZZ_RULES"), *const fault = getenv("DWR_FUZZ_FAULT");

    (void)argc;
    (void)argv;
    fuzz.rules = load_rules(&fuzz.arena, path != NULL ? path : "tests/laws/all_forms.dwr");
    fuzz.reading = dwr_scratch_new();
    if (fuzz.rules == NULL || fuzz.reading == NULL || !laws_init(&fuzz.laws))
        wrong("start", "no rules, or no memory");
    if (fault != NULL)
        fuzz.laws.spoil = faults[strtoul(fault, NULL, 10) % fault_count].spoil;
    return 0;
}

static const struct dwr_doctype *doctype_at(unsigned i)
{
    return i < fuzz.rules->doctype_count ? &fuzz.rules->doctypes[i] : &fuzz.rules->other;
}

static void judge(bool held)
{
    if (!held)
        wrong(law_name(fuzz.laws.broken), fuzz.laws.says);
}

static void draw_and_merge(const uint8_t *data, size_t size)
{
    struct draw draw = draw_from_bytes(data, size);
    const struct dwr_doctype *const d =
        doctype_at(draw_below(&draw, fuzz.rules->doctype_count + 1u));
    struct dwr_write a, b;

    if (draw_below(&draw, 4) == 3) {
        draw_two_writes(&draw, &fuzz.laws.pool, d, &a, &b);
        judge(laws_hold(&fuzz.laws, d, &a));
        judge(laws_converge(&fuzz.laws, d, &a, &b));
    } else {
        a = draw_write(&draw, &fuzz.laws.pool, d);
        judge(laws_hold(&fuzz.laws, d, &a));
    }
}

static void resolve(struct dwr_text line)
{
    struct pool *const pool = &fuzz.laws.pool;
    struct dwr_text answer = { NULL, 0 };
    struct dwr_request request;

    for (size_t i = 0; i < fuzz.laws.path_count; i++) {
        const struct dwr_text other =
            pool_copy(pool, dwr_resolve_line(fuzz.rules, line, 7, fuzz.laws.scratch[i]));

        if (tree_at(tree_parse(pool, other), "status") == NULL)
            wrong("line", "an answer that is none");
        if (i > 0 && !text_equal(answer, other))
            wrong("line", "another answer on another code path");
        answer = other;
    }
    if (dwr_request_read(fuzz.rules, line, fuzz.reading, &request) == DWR_OK)
        judge(laws_hold(&fuzz.laws, request.doctype, &request.write));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *line;

    if (size > SIZE_LIMIT)
        return 0;
    pool_reset(&fuzz.laws.pool);
    if (size > 0 && data[0] == '@') {
        draw_and_merge(data + 1, size - 1);
        return 0;
    }
    line = malloc(size > 0 ? size : 1);
    if (line == NULL)
        wrong("start", "no memory");
    if (size > 0)
        memcpy(line, data, size);
    resolve((struct dwr_text){ line, size });
    free(line);
    return 0;
}
