/* report.c - coverage for people, for programs and for build servers. */
#include "cover.h"

/* 87.5 of 7 in 8; never rounded up, so that 100 is all of them. */
static void percent(struct out *o, uint32_t tried, uint32_t possible)
{
    const uint64_t tenths = possible == 0 ? 1000 : (uint64_t)tried * 1000 / possible;

    out_number(o, tenths / 10);
    if (tenths % 10 != 0) {
        out_char(o, '.');
        out_number(o, tenths % 10);
    }
}

static void plain(struct out *o, const char *text)
{
    out_bytes(o, text, strlen(text));
}

static void type_name(struct out *o, const struct cover_type *type)
{
    out_str(o, cover_type_name(type));
}

static bool same_part(const struct cover_class *a, const struct cover_class *b)
{
    return a->part == b->part && a->index == b->index && a->member == b->member;
}

static bool is_missing(const struct cover_class *c)
{
    return c->possible && c->tests == 0;
}

/* Is the class that of one rule of several? */
static bool is_of_one_rule(const struct cover_type *type, const struct cover_class *c)
{
    return c->part == COVER_UNIT && type->rules->units[c->index].rule_count > 1 &&
           (c->kind == COVER_DIFFER || c->kind == COVER_DIFFER_SERVER ||
            c->kind == COVER_DIFFER_CLIENT || c->kind == COVER_WATCHED);
}

/* --- text --- */

typedef bool wanted(const struct cover_class *c);

static bool is_impossible(const struct cover_class *c)
{
    return !c->possible;
}

static bool is_unmade(const struct cover_class *c)
{
    return c->possible && !c->made;
}

/* What stands before the first part, between two and behind the last. */
struct layout {
    const char *first, *next, *end;
};
static const struct layout missing_lines = { "    ", "\n    ", "\n" };
static const struct layout unmade_lines = { "    no merge found for ", "\n    no merge found for ",
                                            "\n" };
static const struct layout impossible_lines = { "    there is no merge for ",
                                                "\n    there is no merge for ", "\n" };

/* "status: both same, both differ by rules/cmms.dwr:19", for each part that has such. */
static void parts(struct out *o, struct arena *arena, const struct cover_type *type,
                  struct layout layout, wanted *is_wanted)
{
    const struct cover_class *last = NULL;

    for (uint32_t i = 0; i < type->count; i++) {
        const struct cover_class *c = &type->v[i];

        if (!is_wanted(c))
            continue;
        if (last && same_part(last, c)) {
            out_lit(o, ", ");
        } else {
            plain(o, last ? layout.next : layout.first);
            out_str(o, cover_part_text(arena, type, c));
            out_lit(o, ": ");
        }
        plain(o, cover_kind_text((enum cover_kind)c->kind));
        if (is_of_one_rule(type, c)) {
            out_lit(o, " by ");
            out_str(o, c->at);
        }
        last = c;
    }
    if (last)
        plain(o, layout.end);
}

void cover_missing(struct out *o, struct arena *arena, const struct cover_type *type)
{
    parts(o, arena, type, (struct layout){ "", "; ", "" }, is_missing);
}

static void sum(struct out *o, const struct cover *cover)
{
    out_number(o, cover->tried);
    out_lit(o, " of ");
    out_number(o, cover->possible);
    plain(o, cover->possible == 1 ? " conflict class tried, " : " conflict classes tried, ");
    percent(o, cover->tried, cover->possible);
    out_lit(o, " %\n");
}

/* As it was asked for, with what a person would write. */
static void threshold_number(struct out *o, struct arena *arena, double threshold)
{
    out_str(o, arena_printf(arena, "%.10g", threshold));
}

static bool is_below(const struct cover_shown *shown)
{
    return cover_is_below(shown->cover, shown->threshold);
}

void cover_text(struct out *o, struct arena *arena, const struct cover_shown *shown)
{
    for (uint32_t i = 0; i < shown->cover->type_count; i++) {
        const struct cover_type *type = &shown->cover->types[i];

        type_name(o, type);
        out_lit(o, ": ");
        out_number(o, type->tried);
        out_lit(o, " of ");
        out_number(o, type->possible);
        out_lit(o, " conflict classes tried, ");
        percent(o, type->tried, type->possible);
        out_lit(o, " %\n");
        parts(o, arena, type, missing_lines, is_missing);
        parts(o, arena, type, unmade_lines, is_unmade);
        parts(o, arena, type, impossible_lines, is_impossible);
    }
    sum(o, shown->cover);
    if (is_below(shown)) {
        out_lit(o, "below the threshold of ");
        threshold_number(o, arena, shown->threshold);
        out_lit(o, " %\n");
    }
}

/* --- JSON --- */

static void json_counts(struct out *o, uint32_t tried, uint32_t possible)
{
    out_lit(o, "\"classes\":");
    out_number(o, possible);
    out_lit(o, ",\"tried\":");
    out_number(o, tried);
    out_lit(o, ",\"percent\":");
    percent(o, tried, possible);
}

static void json_class(struct out *o, const struct cover_class *c)
{
    out_lit(o, "{\"class\":\"");
    plain(o, cover_kind_word((enum cover_kind)c->kind));
    out_lit(o, "\",\"rule\":");
    out_json_string(o, c->at);
    out_lit(o, ",\"possible\":");
    plain(o, c->possible ? "true" : "false");
    out_lit(o, ",\"made\":");
    plain(o, c->made ? "true" : "false");
    out_lit(o, ",\"tests\":");
    out_number(o, c->tests);
    out_char(o, '}');
}

static void json_type(struct out *o, struct arena *arena, const struct cover_type *type)
{
    out_lit(o, "{\"doctype\":");
    out_json_string(o, type->name);
    out_lit(o, ",\"tests\":");
    out_number(o, type->tests);
    out_char(o, ',');
    json_counts(o, type->tried, type->possible);
    out_lit(o, ",\"parts\":[");
    for (uint32_t i = 0; i < type->count; i++) {
        const bool first = i == 0 || !same_part(&type->v[i], &type->v[i - 1]);

        if (first) {
            if (i > 0)
                out_lit(o, "]},");
            out_lit(o, "{\"part\":");
            out_json_string(o, cover_part_text(arena, type, &type->v[i]));
            out_lit(o, ",\"classes\":[");
        } else {
            out_char(o, ',');
        }
        json_class(o, &type->v[i]);
    }
    out_lit(o, "]}]}");
}

void cover_json(struct out *o, struct arena *arena, const struct cover_shown *shown)
{
    out_char(o, '{');
    json_counts(o, shown->cover->tried, shown->cover->possible);
    if (shown->threshold >= 0) {
        out_lit(o, ",\"threshold\":");
        threshold_number(o, arena, shown->threshold);
        plain(o, is_below(shown) ? ",\"reached\":false" : ",\"reached\":true");
    }
    out_lit(o, ",\"doctypes\":[");
    for (uint32_t i = 0; i < shown->cover->type_count; i++) {
        if (i > 0)
            out_char(o, ',');
        json_type(o, arena, &shown->cover->types[i]);
    }
    out_lit(o, "]}");
}

/* --- JUnit --- */

static void junit_case(struct out *o, struct arena *arena, const struct cover_type *type)
{
    struct out_memory missing;

    out_memory_begin(&missing, arena);
    parts(&missing.out, arena, type, missing_lines, is_missing);
    out_lit(o, "    <testcase classname=\"");
    out_xml_text(o, type->name.p ? type->name : (struct dwr_str)DWR_STR("(DocTypes not named)"));
    out_lit(o, "\" name=\"conflict classes: ");
    out_number(o, type->tried);
    out_lit(o, " of ");
    out_number(o, type->possible);
    if (type->tried == type->possible) {
        out_lit(o, "\"/>\n");
        return;
    }
    out_lit(o, "\">\n      <system-out>");
    out_xml_text(o, out_memory_bytes(&missing));
    out_lit(o, "</system-out>\n    </testcase>\n");
}

void cover_junit(struct out *o, struct arena *arena, const struct cover_shown *shown)
{
    const struct cover *cover = shown->cover;

    out_lit(o, "  <testsuite name=\"dwrc test --coverage\" tests=\"");
    out_number(o, cover->type_count + (shown->threshold >= 0 ? 1u : 0u));
    out_lit(o, "\" failures=\"");
    out_number(o, is_below(shown) ? 1 : 0);
    out_lit(o, "\" errors=\"0\">\n");
    for (uint32_t i = 0; i < cover->type_count; i++)
        junit_case(o, arena, &cover->types[i]);
    if (shown->threshold >= 0) {
        out_lit(o, "    <testcase classname=\"(all)\" name=\"threshold\"");
        if (is_below(shown)) {
            out_lit(o, ">\n      <failure message=\"");
            percent(o, cover->tried, cover->possible);
            out_lit(o, " % of the conflict classes are tried, below the threshold of ");
            threshold_number(o, arena, shown->threshold);
            out_lit(o, " %\"/>\n    </testcase>\n");
        } else {
            out_lit(o, "/>\n");
        }
    }
    out_lit(o, "  </testsuite>\n");
}
