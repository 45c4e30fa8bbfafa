/* import.c - which dictionaries a file has, the settings, and the whole as rules. */
#include "import.h"
#include "str.h"

#include <string.h>

#include "check.h"
#include "fmt/fmt.h"
#include "import_parts.h"
#include "parse.h"

/* --- which dictionaries there are --- */

static bool ends_with(struct dwr_str name, const char *ending)
{
    const size_t n = strlen(ending);

    if (name.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char c = name.p[name.n - n + i];

        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != ending[i])
            return false;
    }
    return true;
}

static struct import_node **dictionary(struct import *im, struct dwr_str name)
{
    /* The longer ending first. */
    if (ends_with(name, "attachment_sync_config"))
        return &im->attachments;
    if (ends_with(name, "sync_config"))
        return &im->sync;
    if (ends_with(name, "conflict_strategies"))
        return &im->strategies;
    if (ends_with(name, "tombstone_rules"))
        return &im->tombstones;
    if (ends_with(name, "child_table_merge_rules"))
        return &im->children;
    return NULL;
}

static void find_dictionaries(struct import *im, struct import_node *root)
{
    bool any = false;

    if (root->kind != IMPORT_OBJECT) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, root->span, "%s, not a dictionary of DocTypes",
                 import_kind_word(root->kind));
        return;
    }
    for (struct import_node *n = root->first; n; n = n->next) {
        struct import_node **place = dictionary(im, n->name);

        if (!place)
            continue;
        any = n->used = true;
        if (n->kind != IMPORT_OBJECT) {
            diag_add(im->diag, DIAG_IMPORT_VALUE, n->span, "%s, not a dictionary",
                     import_kind_word(n->kind));
        } else if (*place) {
            struct diag_finding *finding = diag_add(im->diag, DIAG_IMPORT_TWICE, n->name_span,
                                                    "a second dictionary of this kind");

            diag_note(im->diag, finding, (*place)->name_span, "the first");
        } else {
            *place = n;
        }
    }
    if (!any)
        im->strategies = root;
}

/* --- settings --- */

static void put_number(struct import *im, struct import_node *from, const char *name,
                       const char *word, const char *unit)
{
    uint64_t number;

    if (!import_number(im, from, name, &number))
        return;
    import_put(im, word);
    import_put_number(im, number);
    import_put(im, unit);
    import_put(im, ";\n");
}

static void put_word(struct import *im, struct import_node *from, const char *name,
                     const char *word)
{
    const struct dwr_str text = import_string(im, from, name);

    if (!text.p)
        return;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '_' && !(text.p[i] >= 'a' && text.p[i] <= 'z')) {
            diag_add(im->diag, DIAG_IMPORT_VALUE, import_member(from, name)->span,
                     "'%.*s' is no word of the rule language", (int)text.n, text.p);
            return;
        }
    import_put(im, word);
    out_str(&im->rules.out, text);
    import_put(im, ";\n");
}

static void put_timeout(struct import *im)
{
    const struct dwr_str rule = import_string(im, im->sync, "auto_resolve_fallback");
    uint64_t hours;

    if (!import_number(im, im->sync, "manual_resolve_timeout_hours", &hours))
        return;
    if (rule.p && !str_is(rule, "server_wins") && !str_is(rule, "client_wins")) {
        diag_add(im->diag, DIAG_IMPORT_VALUE,
                 import_member(im->sync, "auto_resolve_fallback")->span,
                 "'%.*s' cannot close a conflict: server_wins or client_wins", (int)rule.n, rule.p);
        return;
    }
    if (!rule.p)
        import_comment(im, "How a conflict closes the dictionary does not say.");
    import_put(im, "manual_timeout ");
    import_put_number(im, hours);
    import_put(im, rule.p && str_is(rule, "client_wins") ? "h then client_wins;\n"
                                                         : "h then server_wins;\n");
}

static void put_sync(struct import *im)
{
    if (!im->sync)
        return;
    import_put(im, "\nsync {\n");
    put_number(im, im->sync, "max_offline_duration_hours", "max_offline ", "h");
    put_number(im, im->sync, "force_reauth_after_hours", "force_reauth ", "h");
    put_number(im, im->sync, "batch_upsert_size", "batch_size ", "");
    put_timeout(im);
    put_word(im, im->sync, "conflict_notification_channel", "notify_channel ");
    import_leftovers(im, im->sync);
    import_put(im, "}\n");
}

/* 5242880 as 5MB: the largest unit that is exact. */
static void put_bytes(struct import *im, uint64_t bytes)
{
    static const char *const units[] = { "B", "KB", "MB", "GB" };
    size_t unit = 0;

    while (unit < 3 && bytes > 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    import_put_number(im, bytes);
    import_put(im, units[unit]);
}

static void put_types(struct import *im, const char *name, const char *word)
{
    struct import_node *list = import_member(im->attachments, name);

    if (!list || !import_is_strings(im, list))
        return;
    import_mark(im, list->name_span);
    import_put(im, word);
    for (const struct import_node *n = list->first; n; n = n->next) {
        import_mark(im, n->span);
        import_put_text(im, n->text);
        import_put(im, n->next ? ", " : ";\n");
    }
}

static void put_thumbnails(struct import *im)
{
    bool yes = false;
    uint64_t most;

    if (!import_truth(im, im->attachments, "generate_thumbnails", &yes))
        return;
    import_put(im, yes ? "thumbnails yes" : "thumbnails no");
    if (import_number(im, im->attachments, "thumbnail_max_dimension", &most) && yes) {
        import_put(im, " max ");
        import_put_number(im, most);
    }
    import_put(im, ";\n");
}

static void put_cache(struct import *im)
{
    struct dwr_str evict = import_string(im, im->attachments, "local_cache_eviction");
    uint64_t megabytes;

    if (!import_number(im, im->attachments, "local_cache_max_mb", &megabytes))
        return;
    import_put(im, "local_cache ");
    import_put_number(im, megabytes);
    import_put(im, "MB");
    if (evict.p && str_is(evict, "lru"))
        import_put(im, " evict lru");
    else if (evict.p)
        diag_add(im->diag, DIAG_IMPORT_VALUE,
                 import_member(im->attachments, "local_cache_eviction")->span,
                 "'%.*s' is no way to make room: lru", (int)evict.n, evict.p);
    import_put(im, ";\n");
}

static void put_attachments(struct import *im)
{
    const bool own = import_member(im->attachments, "strategy") != NULL;
    const struct import_node *of_sync = import_member(im->sync, "attachment_sync_priority");
    uint64_t bytes;

    if (!im->attachments && !of_sync)
        return;
    import_put(im, "\nattachments {\n");
    if (own)
        put_word(im, im->attachments, "strategy", "strategy ");
    else
        put_word(im, im->sync, "attachment_sync_priority", "strategy ");
    if (import_number(im, im->attachments, "auto_sync_max_bytes", &bytes)) {
        import_put(im, "auto_sync_max ");
        put_bytes(im, bytes);
        import_put(im, ";\n");
    }
    put_types(im, "always_sync_types", "always_sync ");
    put_types(im, "defer_sync_types", "defer_sync ");
    put_thumbnails(im);
    put_word(im, im->attachments, "attachment_conflict", "on_conflict ");
    put_cache(im);
    import_leftovers(im, im->attachments);
    import_put(im, "}\n");
}

/* The default where the strategies have none: only its tombstone may be said. */
static void put_default(struct import *im)
{
    struct import_node *tombstone = import_member(im->tombstones, "_default");
    uint64_t days;

    if (import_member(im->strategies, "_default"))
        return; /* a DocType among them */
    import_number(im, im->sync, "tombstone_ttl_days", &days);
    if (tombstone)
        tombstone->used = true;
    if (!tombstone && days == 0)
        return;
    import_put(im, "\n");
    import_comment(im, "For DocTypes that are not named: no dictionary gives them a strategy.");
    import_put(im, "default {\nstrategy server_wins;\n");
    import_tombstone(im, tombstone, days);
    import_put(im, "}\n");
}

/* --- the whole --- */

/* Dictionaries of DocTypes that have no strategy cannot be followed. */
static void find_strays(struct import *im, const struct import_node *dictionary, const char *what)
{
    if (!dictionary)
        return;
    for (const struct import_node *n = dictionary->first; n; n = n->next)
        if (!n->used)
            diag_add(im->diag, DIAG_IMPORT_NOWHERE, n->name_span,
                     "%s for '%.*s', for which no strategy is given", what, (int)n->name.n,
                     n->name.p);
}

/* What the language does not take of the rules is said where the dictionaries say it, with the line
 * that was made. */
static void tell(struct import *im, uint32_t source, struct sources *made,
                 const struct diag_finding *finding)
{
    struct source *rules = &made->v[finding->span.source];
    const uint32_t line = source_position(im->arena, rules, finding->span.begin).line;
    struct dwr_str text = source_line_text(im->arena, rules, line);
    struct diag_finding *told =
        diag_add(im->diag, DIAG_IMPORT_RULES, import_from(im, source, finding->span.begin),
                 "the rules would be wrong: %.*s", (int)finding->text.n, finding->text.p);

    for (const struct diag_note *n = finding->notes; n; n = n->next)
        diag_note(im->diag, told, import_from(im, source, n->span.begin), "%.*s", (int)n->text.n,
                  n->text.p);
    if (text.n > 100)
        text.n = 100;
    diag_help(im->diag, told, "they would say: %.*s", (int)text.n, text.p);
}

/* The rules in canonical form, if they are rules. */
static struct dwr_str finish(struct import *im, uint32_t source)
{
    const struct parse_options options = { .keep_tokens = true, .threads = 1 };
    const struct dwr_str text = out_memory_bytes(&im->rules);
    struct ast_ruleset *rules = ARENA_NEW(im->arena, struct ast_ruleset);
    struct diag diag;

    diag_init(&diag, im->arena, &rules->sources);
    parse_text(im->arena, rules, &diag, "rules", text.p, text.n, &options);
    check_rules(im->arena, rules, &diag);
    diag_sort(&diag);
    for (uint32_t i = 0; i < diag.count; i++)
        if (diag.v[i]->severity == DIAG_ERROR)
            tell(im, source, &rules->sources, diag.v[i]);
    return diag.errors > 0 ? (struct dwr_str){ NULL, 0 } : fmt_source(im->arena, rules, 0);
}

/* Members of the sync settings that belong elsewhere, if nothing there says the same. */
static void share_members(struct import *im)
{
    struct import_node *priority = import_member(im->sync, "attachment_sync_priority");
    struct import_node *days = import_member(im->sync, "tombstone_ttl_days");
    const struct import_node *own = import_member(im->attachments, "strategy");

    if (priority)
        priority->used = !own || (own->text.n == priority->text.n &&
                                  memcmp(own->text.p, priority->text.p, own->text.n) == 0);
    if (days)
        days->used = !import_member(im->strategies, "_default");
}

struct dwr_str import_rules(struct arena *arena, struct diag *diag, uint32_t source)
{
    struct import im = { .arena = arena, .diag = diag };
    struct import_node *root = import_json(arena, diag, source);
    const struct dwr_str path = diag->sources->v[source].path;
    const char *slash = strrchr(path.p, '/'), *name = slash ? slash + 1 : path.p;

    if (!root)
        return (struct dwr_str){ NULL, 0 };
    find_dictionaries(&im, root);
    out_memory_begin(&im.rules, arena);
    import_comment(&im,
                   "Made by dwrc import from %s. Comments tell what had to be decided, and what "
                   "was not imported.",
                   str_is(path, "<stdin>") ? "standard input" : name);
    share_members(&im);
    put_sync(&im);
    put_attachments(&im);
    put_default(&im);
    for (struct import_node *n = im.strategies ? im.strategies->first : NULL; n; n = n->next)
        import_doctype(&im, n);
    find_strays(&im, im.tombstones, "a tombstone");
    find_strays(&im, im.children, "a child table");
    if (root != im.strategies)
        import_leftovers(&im, root);
    return diag->errors > 0 ? (struct dwr_str){ NULL, 0 } : finish(&im, source);
}
