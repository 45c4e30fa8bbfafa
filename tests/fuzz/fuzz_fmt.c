/* fuzz_fmt.c - any bytes as a rule file, formatted; and as what chooses a random file in a random
 * layout, formatted too.
 *
 * What must hold: no crash and no read past the text; what has a syntax error has no form and what
 * has none has one; the form has the same tokens and comments, itself as form, and the same tables
 * (fmt_verify); of the random file nothing is lost as a reader sees it that shares nothing with the
 * compiler.
 *
 * To run: fuzz_fmt -dict=tests/fuzz/rules.dict -max_total_time=60 CORPUS tests/fuzz/corpus/fmt */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/check.h"
#include "../../compiler/fmt/fmt.h"
#include "../../compiler/fmt/unified.h"
#include "../../compiler/parse.h"
#include "../support/soup.h"
#include "fuzz.h"

/* Longer texts only take longer. */
#define SIZE_LIMIT ((size_t)64 << 10)

_Noreturn static void wrong(const char *says)
{
    fprintf(stderr, "fuzz_fmt: %s\n", says);
    abort();
}

static void format(const char *text, size_t n, const struct soup *soup)
{
    const struct parse_options options = { .keep_tokens = true, .threads = 1 };
    const struct dwr_str name = DWR_STR("fuzz.dwr");
    struct arena arena = { 0 };
    struct ast_ruleset rules = { 0 };
    struct out_memory m;
    struct diag diag;
    struct dwr_str form;
    uint32_t at;

    diag_init(&diag, &arena, &rules.sources);
    parse_text(&arena, &rules, &diag, "fuzz.dwr", text, n, &options);
    form = fmt_source(&arena, &rules, 0);
    if ((form.p == NULL) != (diag.errors > 0))
        wrong("a form and an error, or neither");
    if (form.p) {
        if (fmt_verify(&arena, &rules, &form, &at) != FMT_GOOD)
            wrong("the form is not the same rules, or not its own form");
        if (soup && soup_lost(soup, form.p, form.n) > 0)
            wrong("tokens or comments are lost");
        out_memory_begin(&m, &arena);
        unified_diff(&m.out, &arena, name, (struct dwr_str){ text, n }, name, form, false);
    } else if (soup) {
        wrong("a good file has no form");
    }
    arena_clear(&arena);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct soup soup;
    struct draw draw = draw_from_bytes(data, size);
    char *text;

    if (size > SIZE_LIMIT)
        return 0;
    text = malloc(size > 0 ? size : 1);
    if (text == NULL)
        wrong("out of memory");
    if (size > 0)
        memcpy(text, data, size);
    format(text, size, NULL);
    free(text);
    soup_write(&soup, &draw, 6);
    format(soup.text, soup.text_n, &soup);
    return 0;
}
