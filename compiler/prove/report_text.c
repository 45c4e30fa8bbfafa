/* report_text.c - verdicts for people: a line a DocType, documents where something does not hold.
 */
#include "report.h"

/* Fields that one reason excepts are listed together; more than this are counted. */
enum { FIELDS_SHOWN = 6 };

struct dwr_str prove_doctype_name(const struct prove_doctype *doctype)
{
    static const char others[] = "(DocTypes that are not named)";

    return doctype->name.p ? doctype->name : (struct dwr_str){ others, sizeof others - 1 };
}

static void put(struct out *o, const char *text)
{
    out_bytes(o, text, strlen(text));
}

/* 12,345 */
static void put_thousands(struct out *o, uint64_t n)
{
    char digits[3];

    if (n < 1000) {
        out_number(o, n);
        return;
    }
    put_thousands(o, n / 1000);
    digits[0] = (char)('0' + n / 100 % 10);
    digits[1] = (char)('0' + n / 10 % 10);
    digits[2] = (char)('0' + n % 10);
    out_char(o, ',');
    out_bytes(o, digits, 3);
}

static bool is_first_of_reason(const struct prove_doctype *d, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (d->shown[k].property == d->shown[i].property &&
            d->shown[k].reason == d->shown[i].reason)
            return false;
    return true;
}

/* "photos, files (keep_both)" */
static void put_reason(struct out *o, const struct prove_doctype *d, uint32_t first)
{
    uint32_t count = 0;

    for (uint32_t i = first; i < d->shown_count; i++) {
        if (d->shown[i].property != d->shown[first].property ||
            d->shown[i].reason != d->shown[first].reason)
            continue;
        if (count++ < FIELDS_SHOWN) {
            if (count > 1)
                out_lit(o, ", ");
            out_str(o, d->shown[i].field);
        }
    }
    if (count > FIELDS_SHOWN) {
        out_lit(o, " and ");
        out_number(o, count - FIELDS_SHOWN);
        out_lit(o, " more");
    }
    if (d->shown[first].reason == PROVE_BY_NOTHING)
        return;
    out_lit(o, " (");
    put(o, prove_reason_words(d->shown[first].reason));
    out_char(o, ')');
}

struct dwr_str prove_verdict_text(struct arena *arena, const struct prove_doctype *d,
                                  enum prove_property property)
{
    const char *word = prove_verdict_word(d->verdict[property]);
    const char *before = d->verdict[property] == PROVE_REFUTED ? " for " : " ";
    struct out_memory m;

    out_memory_begin(&m, arena);
    put(&m.out, word);
    for (uint32_t i = 0; i < d->shown_count; i++)
        if (d->shown[i].property == property && is_first_of_reason(d, i)) {
            put(&m.out, before);
            put_reason(&m.out, d, i);
            before = "; except ";
            if (d->verdict[property] == PROVE_EXCEPT)
                before = ", ";
        }
    return out_memory_bytes(&m);
}

static void put_words(struct out *o, enum prove_property property)
{
    put(o, prove_property_words(property));
}

static void put_line(struct out *o, struct arena *arena, const struct prove_doctype *d)
{
    out_str(o, prove_doctype_name(d));
    out_lit(o, ": ");
    put_thousands(o, d->merges);
    out_lit(o, " merges");
    for (int p = 0; p < PROVE_PROPERTIES; p++) {
        if (d->verdict[p] == PROVE_NOTHING)
            continue;
        out_lit(o, " · ");
        put_words(o, (enum prove_property)p);
        out_char(o, ' ');
        out_str(o, prove_verdict_text(arena, d, (enum prove_property)p));
    }
    out_char(o, '\n');
}

static void put_lines(struct out *o, struct arena *arena, const struct prove_doctype *d)
{
    out_str(o, prove_doctype_name(d));
    out_lit(o, ": ");
    put_thousands(o, d->merges);
    out_lit(o, " merges\n");
    for (int p = 0; p < PROVE_PROPERTIES; p++) {
        out_lit(o, "  ");
        put_words(o, (enum prove_property)p);
        out_lit(o, ": ");
        out_str(o, prove_verdict_text(arena, d, (enum prove_property)p));
        if (d->cases[p] > 0) {
            out_lit(o, " (");
            put_thousands(o, d->cases[p]);
            out_lit(o, " cases)");
        }
        out_char(o, '\n');
    }
}

/* --- documents --- */

static void put_document(struct out *o, const char *label, struct dwr_text json)
{
    const size_t n = strlen(label);

    if (!json.p)
        return;
    out_lit(o, "      ");
    out_bytes(o, label, n);
    out_bytes(o, "                 ", n < 17 ? 17 - n : 1);
    out_bytes(o, json.p, json.n);
    out_char(o, '\n');
}

static void put_shown(struct out *o, struct arena *arena, const struct prove_shown *s)
{
    static const char *const ops[] = {
        [DWR_INSERT] = "\"insert\"", [DWR_DELETE] = "\"delete\"", [DWR_UNDELETE] = "\"undelete\""
    };
    const struct dwr_write *w = &s->trial.write;

    out_lit(o, "    ");
    put_words(o, s->property);
    put(o, s->reason == PROVE_BY_NOTHING ? " refuted for " : " except ");
    out_str(o, s->field);
    if (s->reason != PROVE_BY_NOTHING) {
        out_lit(o, " (");
        put(o, prove_reason_words(s->reason));
        out_char(o, ')');
    }
    if (s->at.p) {
        out_lit(o, ", ");
        out_str(o, s->at);
    }
    out_lit(o, ": ");
    put_thousands(o, s->times);
    put(o, s->times == 1 ? " case; the smallest:\n" : " cases; the smallest:\n");
    if (w->op != DWR_UPDATE)
        put_document(o, "op", (struct dwr_text){ ops[w->op], strlen(ops[w->op]) });
    put_document(o, "base", w->base);
    put_document(o, "server", w->server);
    put_document(o, "client", w->client);
    put_document(o, "other client", s->second);
    put_document(o, s->one_is, s->one);
    put_document(o, s->two_is ? s->two_is : "", s->two);
    {
        const struct dwr_str line = trial_line(arena, &s->trial);

        put_document(o, "dwrc resolve", (struct dwr_text){ line.p, line.n });
    }
}

static void put_doctype(struct out *o, struct arena *arena, const struct prove_doctype *d,
                        bool verbose)
{
    if (verbose)
        put_lines(o, arena, d);
    else
        put_line(o, arena, d);
    if (d->too_large > 0) {
        out_lit(o, "    not tried: ");
        out_number(o, d->too_large);
        put(o, d->too_large == 1 ? " part has" : " parts have");
        out_lit(o, " more combinations than are tried\n");
    }
    if (d->too_large == 0 && d->order_too_large > 0)
        out_lit(o, "    not tried: more pairs of two clients than are tried\n");
    for (uint32_t i = 0; i < d->shown_count; i++)
        if (verbose || d->shown[i].reason == PROVE_BY_NOTHING)
            put_shown(o, arena, &d->shown[i]);
}

void prove_text(struct out *o, struct arena *arena, const struct prove_results *results,
                bool verbose)
{
    for (uint32_t i = 0; i < results->count; i++)
        put_doctype(o, arena, &results->v[i], verbose);
    out_number(o, results->count);
    put(o, results->count == 1 ? " DocType, " : " DocTypes, ");
    out_number(o, results->parts);
    out_lit(o, " parts, ");
    out_number(o, results->different);
    out_lit(o, " different; ");
    put_thousands(o, results->merges);
    out_lit(o, " merges; ");
    out_number(o, results->refuted);
    out_lit(o, " refuted, ");
    out_number(o, results->excepted);
    out_lit(o, " with exceptions (");
    out_number(o, results->unnamed);
    out_lit(o, " beyond those that section 10 of the semantics names)");
    if (results->too_large > 0) {
        out_lit(o, ", ");
        out_number(o, results->too_large);
        put(o, results->too_large == 1 ? " DocType" : " DocTypes");
        out_lit(o, " too large to try");
    }
    out_char(o, '\n');
}
