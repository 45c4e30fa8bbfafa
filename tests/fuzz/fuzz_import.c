/* fuzz_import.c - any bytes as a file of strategy dictionaries.
 *
 * What must hold: no crash and no read past the text; findings lie in the text; without an error
 * there are rules, they pass the checks and are in canonical form; with one there are none.
 *
 * To run: fuzz_import -max_total_time=60 CORPUS tests/fuzz/corpus/import */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/fmt/fmt.h"
#include "../../compiler/import/import.h"
#include "../../compiler/parse.h"
#include "fuzz.h"

/* Longer texts only take longer. */
#define SIZE_LIMIT ((size_t)64 << 10)

_Noreturn static void wrong(const char *says)
{
    fprintf(stderr, "fuzz_import: %s\n", says);
    abort();
}

static void check_made(struct arena *arena, struct dwr_str text)
{
    const struct parse_options options = { .keep_tokens = true, .threads = 1 };
    struct ast_ruleset rules = { 0 };
    struct diag diag;
    struct dwr_str form;

    diag_init(&diag, arena, &rules.sources);
    parse_text(arena, &rules, &diag, "made.dwr", text.p, text.n, &options);
    check_rules(arena, &rules, &diag);
    if (diag.errors > 0)
        wrong("rules with an error");
    form = fmt_source(arena, &rules, 0);
    if (form.n != text.n || memcmp(form.p, text.p, text.n) != 0)
        wrong("rules in another form");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source source = { .path = DWR_STR("fuzz.json"), .label = DWR_STR("fuzz.json") };
    struct sources sources = { &source, 1, 1 };
    struct arena arena = { 0 };
    struct diag diag;
    struct dwr_str rules;
    uint32_t at;

    if (size > SIZE_LIMIT)
        return 0;
    source.text = malloc(size + 2);
    if (source.text == NULL)
        wrong("out of memory");
    if (size > 0)
        memcpy(source.text, data, size);
    source.text[size] = source.text[size + 1] = '\0';
    source.size = (uint32_t)size;
    if (source_inspect(source.text, size, &at) == SOURCE_GOOD) {
        diag_init(&diag, &arena, &sources);
        rules = import_rules(&arena, &diag, 0);
        if ((rules.p == NULL) != (diag.errors > 0))
            wrong("rules and an error, or neither");
        for (uint32_t i = 0; i < diag.count; i++)
            if (diag.v[i]->span.begin > diag.v[i]->span.end || diag.v[i]->span.end > size)
                wrong("a finding that lies outside of the text");
        if (rules.p)
            check_made(&arena, rules);
    }
    arena_clear(&arena);
    free(source.text);
    return 0;
}
