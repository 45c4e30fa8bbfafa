/* stamp.c - verdicts as comment lines: DocTypes that have the same ones stand together. */
#include "stamp.h"

#include <stdio.h>

#include "out.h"
#include "report.h"
#include "str.h"

/* The first words of the first line. */
static const char first_line[] = "/* Proved by trying every small document";

/* A line's words stop here; names go on in the next. */
enum { COLUMNS = 100 };

static struct dwr_str verdicts(struct arena *arena, const struct prove_doctype *d)
{
    struct out_memory m;
    bool first = true;

    out_memory_begin(&m, arena);
    for (int p = 0; p < PROVE_PROPERTIES; p++) {
        const struct dwr_str verdict = prove_verdict_text(arena, d, (enum prove_property)p);
        const char *words = prove_property_words((enum prove_property)p);

        if (d->verdict[p] == PROVE_NOTHING)
            continue;
        if (!first)
            out_lit(&m.out, "; ");
        first = false;
        out_bytes(&m.out, words, strlen(words));
        if (d->verdict[p] == PROVE_PROVED)
            continue;
        out_lit(&m.out, ": ");
        out_c_comment(&m.out, verdict);
    }
    return out_memory_bytes(&m);
}

/* Words, broken into comment lines. */
static void put_wrapped(struct out *o, const char *begin, struct dwr_str text)
{
    size_t column = 0;

    for (size_t i = 0; i < text.n;) {
        const char *space = memchr(text.p + i, ' ', text.n - i);
        const size_t n = space ? (size_t)(space - (text.p + i)) : text.n - i;

        if (column == 0 || column + 1 + n > COLUMNS) {
            if (column > 0)
                out_char(o, '\n');
            out_bytes(o, begin, strlen(begin));
            column = strlen(begin);
        } else {
            out_char(o, ' ');
            column++;
        }
        out_bytes(o, text.p + i, n);
        column += n;
        i += n + 1;
    }
    out_char(o, '\n');
}

/* The DocTypes from the i-th on that have its verdicts. */
static struct dwr_str names_like(struct arena *arena, const struct prove_results *results,
                                 const struct dwr_str *verdict, uint32_t i, bool *done)
{
    struct out_memory m;

    out_memory_begin(&m, arena);
    for (uint32_t k = i; k < results->count; k++) {
        if (!str_same(verdict[i], verdict[k]))
            continue;
        done[k] = true;
        if (k > i)
            out_lit(&m.out, ", ");
        out_c_comment(&m.out, prove_doctype_name(&results->v[k]));
    }
    out_char(&m.out, ':');
    return out_memory_bytes(&m);
}

struct dwr_str prove_stamp(struct arena *arena, const struct prove_results *results)
{
    struct dwr_str *verdict = arena_array(arena, results->count, sizeof *verdict);
    bool *done = arena_zero(arena, results->count * sizeof *done);
    struct out_memory m;

    for (uint32_t i = 0; i < results->count; i++)
        verdict[i] = verdicts(arena, &results->v[i]);
    out_memory_begin(&m, arena);
    out_bytes(&m.out, first_line, sizeof first_line - 1);
    out_lit(&m.out, ", by `dwrc prove` (compiler/PROVE.md):\n");
    for (uint32_t i = 0; i < results->count; i++)
        if (!done[i]) {
            put_wrapped(&m.out, " * ", names_like(arena, results, verdict, i, done));
            put_wrapped(&m.out, " *     ", verdict[i]);
        }
    out_lit(&m.out, " */\n");
    return out_memory_bytes(&m);
}

bool prove_is_stamped(const char *path)
{
    char head[4096];
    FILE *f = fopen(path, "r");
    size_t n;

    if (!f)
        return false;
    n = fread(head, 1, sizeof head - 1, f);
    fclose(f);
    head[n] = '\0';
    return strstr(head, first_line) != NULL;
}
