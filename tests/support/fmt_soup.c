/* fmt_soup.c - fmt_soup [--seed N] [--count N]: random rule files in random layouts, formatted.
 *
 * Of each file: it has a form, no token and no comment is lost, added or moved (as a reader that
 * shares nothing with the compiler sees it), its lines do not end in white space and no two blank
 * ones follow one another, and its form has itself as form. Every tenth is also given to the
 * formatter's own looking over. A file that fails is printed; the last line says how many pieces
 * were lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../compiler/fmt/fmt.h"
#include "../../compiler/parse.h"
#include "soup.h"

struct reading {
    struct arena arena;
    struct ast_ruleset rules;
    struct diag diag;
};

static struct dwr_str form_of(struct reading *r, const char *text, size_t n)
{
    const struct parse_options options = { .keep_tokens = true, .threads = 1 };

    memset(r, 0, sizeof *r);
    diag_init(&r->diag, &r->arena, &r->rules.sources);
    parse_text(&r->arena, &r->rules, &r->diag, "soup.dwr", text, n, &options);
    return fmt_source(&r->arena, &r->rules, 0);
}

static bool is_tidy(struct dwr_str text)
{
    if (text.n > 0 && (text.p[0] == '\n' || text.p[text.n - 1] != '\n'))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '\n' && i > 0 &&
            (text.p[i - 1] == ' ' || text.p[i - 1] == '\t' ||
             (i > 1 && text.p[i - 1] == '\n' && text.p[i - 2] == '\n')))
            return false;
    return true;
}

/* NULL, or what is wrong. */
static const char *fault(const struct soup *soup, bool verify, size_t *lost)
{
    struct reading first, second;
    struct dwr_str form = form_of(&first, soup->text, soup->text_n), again;
    const char *wrong = NULL;
    uint32_t at;

    second.arena = (struct arena){ 0 };
    if (!form.p) {
        *lost += soup->count;
        wrong = first.diag.count > 0 ? first.diag.v[0]->text.p : "no form";
    } else if (soup_lost(soup, form.p, form.n) > 0) {
        *lost += soup_lost(soup, form.p, form.n);
        wrong = "lost";
    } else if (!is_tidy(form)) {
        wrong = "not tidy";
    } else {
        again = form_of(&second, form.p, form.n);
        if (!again.p || again.n != form.n || memcmp(again.p, form.p, form.n) != 0)
            wrong = "another form the second time";
        else if (verify && fmt_verify(&first.arena, &first.rules, &form, &at) != FMT_GOOD)
            wrong = "it is not the same to the formatter";
    }
    if (wrong)
        fprintf(stderr, "fmt_soup: %s\n--- file\n%.*s\n--- form\n%.*s\n---\n", wrong,
                (int)soup->text_n, soup->text, (int)form.n, form.p ? form.p : "");
    arena_clear(&first.arena);
    arena_clear(&second.arena);
    return wrong;
}

/* The reader itself: a text that lacks any one character is seen to have lost something. */
static bool reader_sees(struct soup *soup, unsigned long seed)
{
    struct draw draw = draw_seeded(seed);
    struct reading r;
    struct dwr_str form;
    bool seen = true;
    char *less;

    soup_write(soup, &draw, 12);
    form = form_of(&r, soup->text, soup->text_n);
    less = malloc(form.n + 1);
    for (size_t i = 0; less && form.p && i < form.n; i++) {
        if (form.p[i] == ' ' || form.p[i] == '\n' || form.p[i] == '\t' || form.p[i] == '\r')
            continue;
        memcpy(less, form.p, i);
        memcpy(less + i, form.p + i + 1, form.n - i - 1);
        seen &= soup_lost(soup, less, form.n - 1) > 0;
    }
    seen &= less && form.p && soup_lost(soup, form.p, form.n) == 0;
    free(less);
    arena_clear(&r.arena);
    return seen;
}

int main(int argc, char **argv)
{
    unsigned long seed = 1, count = 1000, failed = 0;
    struct soup soup = { 0 };
    size_t lost = 0, pieces = 0;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--count") == 0)
            count = strtoul(argv[i + 1], NULL, 10);
    }
    if (!reader_sees(&soup, seed)) {
        fputs("fmt_soup: a character is gone and the reader does not see it\n", stderr);
        return 2;
    }
    for (unsigned long i = 0; i < count && failed < 5; i++) {
        struct draw draw = draw_seeded(seed * 1000003 + i);

        soup_write(&soup, &draw, 12);
        pieces += soup.count;
        failed += fault(&soup, i % 10 == 0, &lost) != NULL;
    }
    soup_free(&soup);
    printf("fmt_soup: %lu files of %zu tokens and comments, %zu lost\n", count, pieces, lost);
    printf("%lu passed, %lu failed\n", count - failed, failed);
    return failed > 0;
}
