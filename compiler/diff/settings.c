/* settings.c - what is said beside the merge: compared in the words people read. */
#include <string.h>

#include "diff.h"
#include "str.h"
#include "words.h"

/* What a change of these words is, where no number says more. */
struct topic {
    const char *what;
    enum diff_class class;
    struct words_lines (*lines)(const struct words *w);
};

static const struct topic topics[] = {
    { "what may be done offline", DIFF_BOTH_TABLES, words_offline },
    { "what may overlap", DIFF_OUTCOME, words_overlaps },
    { "links and versions of other documents", DIFF_OUTCOME, words_links },
    { "documents made by an effect", DIFF_OUTCOME, words_effects },
    { "deleting and archiving", DIFF_SAFE, words_deletes },
    { "who is notified", DIFF_SAFE, words_notify },
    { "how urgent a write is", DIFF_SAFE, words_priorities },
};

/* What one side says: as it is written, and as it is compared. */
struct said {
    struct words_lines lines, normal;
};

/* The lines of a that b does not have, one after the other, and where the first stands. */
static struct dwr_str only_in(struct arena *arena, const struct said *a, const struct said *b,
                              struct dwr_str *at)
{
    struct dwr_str text = { NULL, 0 };

    for (uint32_t i = 0; i < a->lines.count; i++) {
        const struct words_line *line = &a->lines.v[i];
        bool found = false;

        for (uint32_t k = 0; k < b->normal.count && !found; k++)
            found = str_same(a->normal.v[i].text, b->normal.v[k].text);
        if (found)
            continue;
        if (text.p == NULL)
            *at = line->at;
        text = text.p == NULL ? line->text
                              : arena_printf(arena, "%.*s %.*s", (int)text.n, text.p,
                                             (int)line->text.n, line->text.p);
    }
    return text;
}

static struct diff_item *compare(struct arena *arena, struct diff_items *items, const char *what,
                                 enum diff_class class, struct said a, struct said b)
{
    struct dwr_str old_at = { NULL, 0 }, new_at = { NULL, 0 };
    const struct dwr_str was = only_in(arena, &a, &b, &old_at),
                         is = only_in(arena, &b, &a, &new_at);
    struct diff_item *item;

    if (was.p == NULL && is.p == NULL)
        return NULL;
    item = diff_add(arena, items);
    *item = (struct diff_item){ .class = class,
                                .what = { what, strlen(what) },
                                .old_at = old_at,
                                .new_at = new_at,
                                .was = was,
                                .becomes = is };
    return item;
}

static void compare_text(struct arena *arena, struct diff_items *items, const char *what,
                         struct dwr_str a, struct dwr_str b)
{
    struct diff_item *item;

    if (str_same(a, b))
        return;
    item = diff_add(arena, items);
    *item = (struct diff_item){
        .class = DIFF_SAFE, .what = { what, strlen(what) }, .was = a, .becomes = b
    };
}

void diff_words(const struct diff_pair *pair, struct diff_items *items)
{
    const struct dwr_doctype *normal[2] = { diff_normal(pair, 0), diff_normal(pair, 1) };
    const struct dwr_tombstone *was = &pair->by[0]->tombstone, *is = &pair->by[1]->tombstone;

    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        struct diff_item *item;
        struct said said[2];

        for (int by = 0; by < 2; by++) {
            said[by].lines =
                topics[i].lines(&(struct words){ pair->arena, pair->by[by], &words_plain });
            said[by].normal =
                topics[i].lines(&(struct words){ pair->arena, normal[by], &words_plain });
        }
        item = compare(pair->arena, items, topics[i].what, topics[i].class, said[0], said[1]);
        if (item == NULL || topics[i].lines != words_deletes)
            continue;
        /* A deletion that is forgotten sooner comes back with an offline client; a document that is
         * archived sooner is gone from devices. */
        if (is->ttl_seconds < was->ttl_seconds)
            item->class = DIFF_LOSES;
        else if (is->archive_after_seconds != was->archive_after_seconds ||
                 !str_same(diff_cond_text(pair, 0, normal[0]->tombstone.archive_when),
                           diff_cond_text(pair, 1, normal[1]->tombstone.archive_when)))
            item->class = DIFF_OUTCOME;
    }
    compare_text(pair->arena, items, "the reason", pair->by[0]->reason, pair->by[1]->reason);
    compare_text(pair->arena, items, "the hint", pair->by[0]->hint, pair->by[1]->hint);
}

/* Less time for a client to come back, or for a person to decide. */
static bool less_time(const struct dwr_sync *was, const struct dwr_sync *is)
{
    return is->max_offline_seconds < was->max_offline_seconds ||
           is->change_retention_seconds < was->change_retention_seconds ||
           (is->manual_timeout_seconds > 0 &&
            (was->manual_timeout_seconds == 0 ||
             is->manual_timeout_seconds < was->manual_timeout_seconds)) ||
           (is->manual_timeout_seconds > 0 && is->manual_timeout_rule == DWR_RULE_SERVER_WINS &&
            was->manual_timeout_rule != DWR_RULE_SERVER_WINS);
}

/* Of two files of a document one is dropped that both were kept of. */
static bool drops_a_file(const struct dwr_attachments *was, const struct dwr_attachments *is)
{
    return str_is(was->on_conflict, "keep_both") && !str_is(is->on_conflict, "keep_both");
}

static enum diff_class class_of_settings(const struct dwr_ruleset *was,
                                         const struct dwr_ruleset *is)
{
    if (less_time(&was->sync, &is->sync) || drops_a_file(&was->attachments, &is->attachments))
        return DIFF_LOSES;
    /* What a client gives up sooner waits for a person, or for the next change. */
    return is->retry.max_attempts < was->retry.max_attempts ||
                   !str_same(was->attachments.on_conflict, is->attachments.on_conflict)
               ? DIFF_OUTCOME
               : DIFF_SAFE;
}

void diff_settings(struct arena *arena, const struct dwr_ruleset *old_rules,
                   const struct dwr_ruleset *new_rules, struct diff_items *items)
{
    const struct words_lines was = words_settings(arena, &words_plain, old_rules),
                             is = words_settings(arena, &words_plain, new_rules);

    compare(arena, items, "settings", class_of_settings(old_rules, new_rules),
            (struct said){ was, was }, (struct said){ is, is });
    compare_text(arena, items, "the rule set's name", old_rules->name, new_rules->name);
}
