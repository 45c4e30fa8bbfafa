/* words_settings.c - the settings of a rule set in words: sync, attachments, retry. They have
 * values where no line says one (tables.h), so no line is named. */
#include "words_parts.h"

static const struct dwr_str nowhere = { NULL, 0 };

static void add(struct words_lines *lines, const struct words *w, struct dwr_str text)
{
    add_line(lines, w, text, nowhere);
}

static void add_sync(struct words_lines *lines, const struct words *w, const struct dwr_sync *s)
{
    add(lines, w,
        said(w, "A client may stay offline for %d; after %d it has to sign in again.",
             s->max_offline_seconds, s->force_reauth_seconds));
    add(lines, w,
        said(w,
             "Up to %u writes are sent at once, and up to %u changes fetched (%u where a client "
             "does not ask for a number).",
             (unsigned)s->batch_size, (unsigned)s->feed_limit_max, (unsigned)s->feed_limit));
    if (s->manual_timeout_seconds == 0)
        add(lines, w, said(w, "What a person has to decide waits until somebody does."));
    else
        add(lines, w,
            said(w,
                 "What a person has to decide is decided after %d without them: the %s value "
                 "stands.",
                 s->manual_timeout_seconds,
                 s->manual_timeout_rule == DWR_RULE_CLIENT_WINS ? "client's" : "server's"));
    add(lines, w, said(w, "People are told by %n.", s->notify_channel));
    add(lines, w, said(w, "The server remembers its changes for %d.", s->change_retention_seconds));
}

static struct dwr_str bytes(const struct words *w, uint64_t n)
{
    static const char *const units[] = { "bytes", "KB", "MB", "GB", "TB" };
    size_t i = 0;

    for (; n >= 1024 && n % 1024 == 0 && i < 4; i++)
        n /= 1024;
    return arena_printf(w->arena, "%llu %s", (unsigned long long)n, units[i]);
}

static void add_types(struct words_lines *lines, const struct words *w, const char *format,
                      const struct dwr_str *types, uint32_t count)
{
    struct sentence s;

    if (count == 0)
        return;
    say_begin(&s, w);
    say(&s, "%s", format);
    for (uint32_t i = 0; i < count; i++) {
        put_between(&s, i, count, "and");
        say(&s, "%n", types[i]);
    }
    say(&s, ".");
    add(lines, w, say_end(&s));
}

static void add_attachments(struct words_lines *lines, const struct words *w,
                            const struct dwr_attachments *a)
{
    add(lines, w,
        said(w, "Attachments are fetched by the strategy %n, by themselves up to %t.", a->strategy,
             bytes(w, a->auto_sync_max_bytes)));
    add_types(lines, w, "Always fetched: ", a->always_sync, a->always_sync_count);
    add_types(lines, w, "Fetched later: ", a->defer_sync, a->defer_sync_count);
    if (a->thumbnails)
        add(lines, w,
            said(w, "Pictures have thumbnails of up to %u pixels.", (unsigned)a->thumbnail_max));
    add(lines, w,
        said(w,
             "Of two attachments in conflict the rule is %n; a device keeps up to %t of them, and "
             "lets go of them by the rule %n.",
             a->on_conflict, bytes(w, a->local_cache_bytes), a->evict));
}

static void add_retry(struct words_lines *lines, const struct words *w, const struct dwr_retry *r)
{
    struct sentence s;

    say_begin(&s, w);
    say(&s, "A write that does not get through is tried again after ");
    for (uint32_t i = 0; i < r->backoff_count; i++) {
        put_between(&s, i, r->backoff_count, "and");
        say(&s, "%d", (uint64_t)r->backoff_seconds[i]);
    }
    say(&s, ", at most %u times.", (unsigned)r->max_attempts);
    add(lines, w, say_end(&s));
}

struct words_lines words_settings(struct arena *arena, const struct words_style *style,
                                  const struct dwr_ruleset *rules)
{
    const struct words w = { arena, NULL, style };
    struct words_lines lines = { NULL, 0, 0 };

    add_sync(&lines, &w, &rules->sync);
    add_attachments(&lines, &w, &rules->attachments);
    add_retry(&lines, &w, &rules->retry);
    return lines;
}
