/* show.c - what changed, for a terminal, for a pull request, for programs. */
#include <string.h>

#include "diff.h"
#include "doc/page.h"
#include "str.h"
#include "words.h"

/* Documents are shown whole up to so many characters. */
enum { SHOWN = 200 };

static void put(struct out *o, const char *text)
{
    out_bytes(o, text, strlen(text));
}

/* Nothing in it moves a cursor or breaks a line. */
static void put_plain(struct out *o, struct dwr_str text)
{
    words_plain.name(o, text);
}

/* Brackets where it is no DocType's name. */
static struct dwr_str name_of(const struct diff_doctype *d)
{
    static const struct dwr_str words[DIFF_KINDS] = {
        [DIFF_DEFAULT] = DWR_STR("(DocTypes that are not named)"),
        [DIFF_SETTINGS] = DWR_STR("(settings)"),
    };

    return d->kind == DIFF_DOCTYPE ? d->name : words[d->kind];
}

static const char *presence(const struct diff_doctype *d)
{
    return d->added     ? " (new: it was decided as DocTypes that are not named)"
           : d->removed ? " (no longer named: it is decided as all those)"
                        : "";
}

static void counts(const struct diff_results *r, uint32_t by[DIFF_CLASSES])
{
    memset(by, 0, DIFF_CLASSES * sizeof *by);
    for (uint32_t i = 0; i < r->count; i++)
        for (uint32_t k = 0; k < r->v[i].item_count; k++)
            by[r->v[i].items[k].class]++;
}

static void put_summary(struct out *o, const struct diff_results *r)
{
    uint32_t by[DIFF_CLASSES], listed = 0, doctypes = 0;

    counts(r, by);
    for (int class = DIFF_CLASSES - 1; class > DIFF_SAME; class --) {
        if (by[class] == 0)
            continue;
        put(o, listed++ > 0 ? ", " : "");
        out_number(o, by[class]);
        out_char(o, ' ');
        put(o, diff_class_words[class]);
    }
    if (listed == 0)
        put(o, r->cut ? "all merges that were tried end alike" : "all merges end alike");
    put(o, "; ");
    for (uint32_t i = 0; i < r->count; i++)
        doctypes += r->v[i].kind != DIFF_SETTINGS;
    out_number(o, doctypes);
    put(o, doctypes == 1 ? " DocType changed" : " DocTypes changed");
    put(o, doctypes < r->count ? " and the settings, " : ", ");
    out_number(o, r->equal);
    put(o, " the same; ");
    out_number(o, r->merges);
    put(o, " merges tried\n");
    if (r->cut)
        put(o, "Not all kinds of merge were tried: --tries N tries more.\n");
}

/* --- text --- */

static void put_color(struct out *o, bool color, enum diff_class class)
{
    static const char *const codes[DIFF_CLASSES] = { "", "\033[32m", "\033[33m", "\033[35m",
                                                     "\033[31m" };

    if (color)
        put(o, codes[class]);
}

static void put_json(struct out *o, struct arena *arena, const char *label, struct dwr_text text)
{
    put(o, label);
    if (text.p == NULL)
        put(o, "(none)");
    else
        put_plain(o, words_short(arena, (struct dwr_str){ text.p, text.n }, SHOWN));
    out_char(o, '\n');
}

static void put_side(struct out *o, struct arena *arena, const char *label,
                     const struct diff_side *s)
{
    put(o, label);
    if (s->doc.p == NULL)
        put(o, "no document");
    else
        put_plain(o, words_short(arena, s->doc, SHOWN));
    put(o, "  (");
    put(o, dwr_status_name(s->status));
    if (s->code != DWR_CODE_NONE) {
        out_char(o, ' ');
        put(o, dwr_code_name(s->code));
    }
    if (s->outcome.n > 0) {
        put(o, ", ");
        out_str(o, s->outcome);
    }
    if (s->rule.p != NULL) {
        put(o, ", ");
        put_plain(o, s->rule);
    }
    put(o, ")\n");
    if (s->branch.p != NULL) {
        put(o, "      branch ");
        put_plain(o, words_short(arena, s->branch, SHOWN));
        out_char(o, '\n');
    }
}

static const char *const op_words[] = { [DWR_UPDATE] = "",
                                        [DWR_INSERT] = "      op      insert\n",
                                        [DWR_DELETE] = "      op      delete\n",
                                        [DWR_UNDELETE] = "      op      undelete\n" };

static void put_merge(struct out *o, struct arena *arena, const struct diff_item *item)
{
    const struct dwr_write *w = &item->trial.write;
    const struct {
        const char *label;
        struct dwr_text text;
    } others[] = {
        { "      client_ts   ", w->client_ts },   { "      server_ts   ", w->server_ts },
        { "      now         ", w->now },         { "      server_role ", w->server_role },
        { "      client_role ", w->client_role }, { "      client_user ", w->client_user },
    };

    put(o, op_words[w->op]);
    put_json(o, arena, "      base    ", w->base);
    put_json(o, arena, "      server  ", w->server);
    if (w->op != DWR_DELETE)
        put_json(o, arena, "      client  ", w->client);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].text.p != NULL)
            put_json(o, arena, others[i].label, others[i].text);
    put_side(o, arena, "      was     ", &item->old_side);
    put_side(o, arena, "      becomes ", &item->new_side);
    if (item->lost.p != NULL) {
        put(o, "      gone    ");
        if (str_is(item->lost, "null") || str_is(item->lost, "\"\""))
            put(o, "that it was cleared");
        else
            put_plain(o, words_short(arena, item->lost, SHOWN));
        put(o, ", but for the field report\n");
    }
}

static void put_words(struct out *o, const char *label, struct dwr_str text, struct dwr_str at)
{
    put(o, label);
    if (text.p == NULL)
        put(o, "(not said)");
    else
        put_plain(o, text);
    if (at.p != NULL) {
        put(o, "  (");
        put_plain(o, at);
        out_char(o, ')');
    }
    out_char(o, '\n');
}

void diff_text(struct out *o, struct arena *arena, const struct diff_results *r,
               const char *old_name, const char *new_name, bool color)
{
    (void)old_name;
    (void)new_name;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct diff_doctype *d = &r->v[i];

        put(o, color ? "\033[1m" : "");
        put_plain(o, name_of(d));
        put(o, color ? "\033[0m" : "");
        put(o, ": ");
        put_color(o, color, d->class);
        put(o, diff_class_words[d->class]);
        put(o, color ? "\033[0m" : "");
        put(o, presence(d));
        out_char(o, '\n');
        for (uint32_t k = 0; k < d->item_count; k++) {
            const struct diff_item *item = &d->items[k];

            put(o, "  ");
            put_color(o, color, item->class);
            put(o, diff_class_words[item->class]);
            put(o, color ? "\033[0m" : "");
            put(o, ": ");
            if (item->field.p != NULL) {
                put_plain(o, item->field);
                put(o, ": ");
            }
            put_plain(o, item->what);
            out_char(o, '\n');
            if (item->was.p != NULL || item->becomes.p != NULL) {
                put_words(o, "      was     ", item->was,
                          item->has_merge ? (struct dwr_str){ NULL, 0 } : item->old_at);
                put_words(o, "      becomes ", item->becomes,
                          item->has_merge ? (struct dwr_str){ NULL, 0 } : item->new_at);
            }
            if (item->has_merge)
                put_merge(o, arena, item);
        }
        out_char(o, '\n');
    }
    put_summary(o, r);
}

/* --- Markdown --- */

static void put_escaped(struct out *o, struct dwr_str text)
{
    page_text(&(struct page){ .out = o, .kind = PAGE_MARKDOWN }, text);
}

void diff_markdown(struct out *o, struct arena *arena, const struct diff_results *r,
                   const char *old_name, const char *new_name)
{
    static const char *const marks[DIFF_CLASSES] = { "", ":green_circle:", ":yellow_circle:",
                                                     ":purple_circle:", ":red_circle:" };

    put(o, "### Which merges change: ");
    put_escaped(o, (struct dwr_str){ old_name, strlen(old_name) });
    put(o, " → ");
    put_escaped(o, (struct dwr_str){ new_name, strlen(new_name) });
    put(o, "\n\n");
    put_summary(o, r);
    out_char(o, '\n');
    for (uint32_t i = 0; i < r->count; i++) {
        const struct diff_doctype *d = &r->v[i];

        put(o, "<details");
        put(o, d->class == DIFF_LOSES ? " open" : "");
        put(o, "><summary>");
        put(o, marks[d->class]);
        put(o, " <b>");
        out_xml_text(o, name_of(d));
        put(o, "</b>: ");
        put(o, diff_class_words[d->class]);
        put(o, presence(d));
        put(o, "</summary>\n\n");
        for (uint32_t k = 0; k < d->item_count; k++) {
            const struct diff_item *item = &d->items[k];

            put(o, "- **");
            put(o, diff_class_words[item->class]);
            put(o, "**: ");
            if (item->field.p != NULL) {
                put_escaped(o, item->field);
                put(o, ": ");
            }
            put_escaped(o, item->what);
            out_char(o, '\n');
            if (item->was.p == NULL && item->becomes.p == NULL && !item->has_merge)
                continue;
            put(o, "\n  ````text\n");
            if (item->was.p != NULL || item->becomes.p != NULL) {
                put_words(o, "      was     ", item->was, item->old_at);
                put_words(o, "      becomes ", item->becomes, item->new_at);
            }
            if (item->has_merge)
                put_merge(o, arena, item);
            put(o, "  ````\n\n");
        }
        put(o, "\n</details>\n\n");
    }
}

/* --- JSON --- */

static void put_string(struct out *o, const char *name, struct dwr_str text)
{
    out_char(o, '"');
    put(o, name);
    put(o, "\":");
    if (text.p == NULL) {
        put(o, "null");
        return;
    }
    out_char(o, '"');
    out_json_text(o, text);
    out_char(o, '"');
}

static void put_value(struct out *o, const char *name, struct dwr_str json)
{
    out_char(o, '"');
    put(o, name);
    put(o, "\":");
    if (json.p == NULL)
        put(o, "null");
    else
        out_str(o, json);
}

static void put_json_side(struct out *o, const char *name, const struct diff_side *s)
{
    out_char(o, '"');
    put(o, name);
    put(o, "\":{\"status\":\"");
    put(o, dwr_status_name(s->status));
    put(o, "\",");
    put_string(o, "code",
               s->code == DWR_CODE_NONE
                   ? (struct dwr_str){ NULL, 0 }
                   : (struct dwr_str){ dwr_code_name(s->code), strlen(dwr_code_name(s->code)) });
    out_char(o, ',');
    put_value(o, "doc", s->doc);
    out_char(o, ',');
    put_value(o, "branch", s->branch);
    out_char(o, ',');
    put_string(o, "outcome", s->outcome.n == 0 ? (struct dwr_str){ NULL, 0 } : s->outcome);
    out_char(o, ',');
    put_string(o, "rule", s->rule);
    out_char(o, '}');
}

static void put_item(struct out *o, const struct diff_item *item)
{
    put(o, "{\"class\":\"");
    put(o, diff_class_ids[item->class]);
    put(o, "\",");
    put_string(o, "field", item->field);
    out_char(o, ',');
    put_string(o, "what", item->what);
    out_char(o, ',');
    put_string(o, "old_rule", item->old_at);
    out_char(o, ',');
    put_string(o, "new_rule", item->new_at);
    out_char(o, ',');
    put_string(o, "was", item->was);
    out_char(o, ',');
    put_string(o, "becomes", item->becomes);
    if (item->has_merge) {
        out_char(o, ',');
        put_value(o, "request", item->request);
        out_char(o, ',');
        put_json_side(o, "old", &item->old_side);
        out_char(o, ',');
        put_json_side(o, "new", &item->new_side);
        out_char(o, ',');
        put_value(o, "lost", item->lost);
    }
    out_char(o, '}');
}

void diff_json(struct out *o, struct arena *arena, const struct diff_results *r,
               const char *old_name, const char *new_name)
{
    uint32_t by[DIFF_CLASSES];

    (void)arena;
    counts(r, by);
    put(o, "{\"format_version\":1,\"command\":\"diff\",");
    put_string(o, "old", (struct dwr_str){ old_name, strlen(old_name) });
    out_char(o, ',');
    put_string(o, "new", (struct dwr_str){ new_name, strlen(new_name) });
    put(o, ",\"class\":\"");
    put(o, diff_class_ids[r->class]);
    put(o, r->cut ? "\",\"complete\":false" : "\",\"complete\":true");
    put(o, ",\"merges\":");
    out_number(o, r->merges);
    put(o, ",\"equal\":");
    out_number(o, r->equal);
    put(o, ",\"counts\":{");
    for (int class = DIFF_SAFE; class < DIFF_CLASSES; class ++) {
        put(o, class == DIFF_SAFE ? "\"" : ",\"");
        put(o, diff_class_ids[class]);
        put(o, "\":");
        out_number(o, by[class]);
    }
    put(o, "},\"doctypes\":[");
    for (uint32_t i = 0; i < r->count; i++) {
        const struct diff_doctype *d = &r->v[i];

        put(o, i > 0 ? ",{" : "{");
        put(o, "\"kind\":\"");
        put(o, diff_kind_ids[d->kind]);
        put(o, "\",");
        put_string(o, "name", d->name);
        put(o, d->cut ? ",\"complete\":false" : ",\"complete\":true");
        put(o, ",\"class\":\"");
        put(o, diff_class_ids[d->class]);
        put(o, d->added ? "\",\"added\":true" : "\",\"added\":false");
        put(o, d->removed ? ",\"removed\":true" : ",\"removed\":false");
        put(o, ",\"changes\":[");
        for (uint32_t k = 0; k < d->item_count; k++) {
            put(o, k > 0 ? "," : "");
            put_item(o, &d->items[k]);
        }
        put(o, "]}");
    }
    put(o, "]}\n");
}
