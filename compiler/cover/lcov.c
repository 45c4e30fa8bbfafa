/* lcov.c - coverage as a tracefile, which genhtml, editors and code hosts show beside the rules.
 *
 * A line (DA) is one that can decide a merge, its count how often it did, or was tried: an insert
 * is of its DocType's line, which no report names. A branch (BRDA) is a conflict class of the line
 * that decides it, its count how many tests try it. Readers want a line with a branch that was
 * taken to be hit, and branches of a line that was not to be `-`. */
#include <stdlib.h>

#include "cover.h"

/* A class at its place. */
struct branch {
    uint32_t line, type, class_;
    uint32_t at; /* of the cover's lines */
};

/* The line behind the file's name in "rules/ops.dwr:14"; false: another file. */
static bool line_in(const struct source *source, struct dwr_str at, uint32_t *line)
{
    const struct dwr_str label = source->label;

    if (!at.p || at.n <= label.n + 1 || at.p[label.n] != ':' || memcmp(at.p, label.p, label.n) != 0)
        return false;
    *line = 0;
    for (size_t i = label.n + 1; i < at.n; i++) {
        if (at.p[i] < '0' || at.p[i] > '9')
            return false;
        *line = *line * 10 + (uint32_t)(at.p[i] - '0');
    }
    return true;
}

static void record(struct out *o, const char *word, uint64_t n)
{
    out_bytes(o, word, strlen(word));
    out_number(o, n);
    out_char(o, '\n');
}

static int by_line(const void *a, const void *b)
{
    const struct branch *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return x->class_ < y->class_ ? -1 : x->class_ > y->class_;
}

static uint32_t branches_of(const struct cover *cover, const struct source *source,
                            struct branch *v)
{
    uint32_t count = 0, line;

    for (uint32_t t = 0; t < cover->type_count; t++)
        for (uint32_t i = 0; i < cover->types[t].count; i++)
            if (cover->types[t].v[i].possible && line_in(source, cover->types[t].v[i].at, &line))
                v[count++] = (struct branch){ line, t, i, 0 };
    if (count > 0)
        qsort(v, count, sizeof *v, by_line);
    return count;
}

/* How often each line of the file decided, or how many tests try the class of it that most of them
 * try; branches are in the order of lines, which all are. */
static void count_hits(const struct cover *cover, const struct source *source, struct branch *v,
                       uint32_t count, uint32_t *hits)
{
    uint32_t line, next = 0;

    for (uint32_t i = 0; i < cover->line_count; i++) {
        if (!line_in(source, cover->lines[i].at, &line))
            continue;
        hits[i] = cover->lines[i].count;
        for (; next < count && v[next].line <= line; next++) {
            const uint32_t tests = cover->types[v[next].type].v[v[next].class_].tests;

            v[next].at = i;
            if (hits[i] < tests)
                hits[i] = tests;
        }
    }
}

/* Line, block, number in the block, count: `-` where the line was not hit. */
static void branches(struct out *o, const struct cover *cover, const struct branch *v,
                     uint32_t count, const uint32_t *hits)
{
    uint32_t in_line = 0, hit = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct cover_class *c = &cover->types[v[i].type].v[v[i].class_];

        in_line = i > 0 && v[i].line == v[i - 1].line ? in_line + 1 : 0;
        out_lit(o, "BRDA:");
        out_number(o, v[i].line);
        out_lit(o, ",0,");
        out_number(o, in_line);
        out_char(o, ',');
        if (hits[v[i].at] > 0)
            out_number(o, c->tests);
        else
            out_char(o, '-');
        out_char(o, '\n');
        hit += c->tests > 0;
    }
    record(o, "BRF:", count);
    record(o, "BRH:", hit);
}

static void file(struct out *o, const struct cover *cover, const struct source *source,
                 struct branch *room, uint32_t *hits)
{
    const uint32_t count = branches_of(cover, source, room);
    uint32_t found = 0, hit = 0, line;

    out_lit(o, "SF:");
    out_str(o, source->path);
    out_char(o, '\n');
    count_hits(cover, source, room, count, hits);
    branches(o, cover, room, count, hits);
    for (uint32_t i = 0; i < cover->line_count; i++) {
        if (!line_in(source, cover->lines[i].at, &line))
            continue;
        out_lit(o, "DA:");
        out_number(o, line);
        out_char(o, ',');
        out_number(o, hits[i]);
        out_char(o, '\n');
        found++;
        hit += hits[i] > 0;
    }
    record(o, "LF:", found);
    record(o, "LH:", hit);
    out_lit(o, "end_of_record\n");
}

static bool decides(const struct cover *cover, const struct source *source)
{
    uint32_t line;

    for (uint32_t i = 0; i < cover->line_count; i++)
        if (line_in(source, cover->lines[i].at, &line))
            return true;
    return false;
}

void cover_lcov(struct out *o, struct arena *arena, const struct cover_shown *shown)
{
    const struct cover *cover = shown->cover;
    size_t classes = 0;
    struct branch *room;
    uint32_t *hits;

    for (uint32_t i = 0; i < cover->type_count; i++)
        classes += cover->types[i].count;
    room = arena_array(arena, classes, sizeof *room);
    hits = arena_array(arena, cover->line_count, sizeof *hits);
    out_lit(o, "TN:dwrc\n");
    for (uint32_t i = 0; i < shown->sources->count; i++)
        if (decides(cover, &shown->sources->v[i]))
            file(o, cover, &shown->sources->v[i], room, hits);
}
