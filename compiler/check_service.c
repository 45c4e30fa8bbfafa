/* check_service.c - sync, attachments and retry, and a DocType's statements that the sync service
 * carries out: their shapes and numbers. */
#include "check_parts.h"
#include "str.h"

/* Limits of what the tables hold (tables.h), and of what can be meant. */
#define BATCH_MAX 100000u
#define FEED_MAX 100000u
#define FEED_MAX_USUAL 500u /* where no max is said */
#define PIXELS_MAX 65535u
#define ATTEMPTS_MAX 1000000u

/* --- settings --- */

static void size_is_in_range(struct check *c, const struct ast_number *number)
{
    struct dwr_str text = source_text(&c->ruleset->sources, number->span);

    if (number->value > CHECK_BYTES_MAX)
        diag_add(c->diag, DIAG_RANGE, number->span, "'%.*s' is out of range: 0B to 1024GB",
                 CHECK_TEXT(text));
}

static bool is_said(const struct ast_number *number)
{
    return number->span.begin != number->span.end;
}

/* feed_limit N max M: N is at most M. */
static void limit_is_below_its_max(struct check *c, const struct ast_setting *setting)
{
    uint64_t max = FEED_MAX_USUAL;
    struct diag_finding *finding;

    if (!check_number(c, &setting->number, 1, FEED_MAX) ||
        (is_said(&setting->max) && !check_number(c, &setting->max, 1, FEED_MAX)))
        return;
    if (is_said(&setting->max))
        max = setting->max.value;
    if (setting->number.value <= max)
        return;
    finding = diag_add(c->diag, DIAG_RANGE, setting->number.span,
                       "the limit is above its max, %llu", (unsigned long long)max);
    if (!is_said(&setting->max))
        diag_help(c->diag, finding, "say the max too: feed_limit %llu max %llu;",
                  (unsigned long long)setting->number.value,
                  (unsigned long long)setting->number.value);
}

/* "image/jpeg", "video/ *" and the like. */
static bool is_media_type(struct dwr_str text)
{
    const char *slash = text.n == 0 ? NULL : memchr(text.p, '/', text.n);
    size_t i;

    if (slash == NULL || slash == text.p || slash + 1 == text.p + text.n)
        return false;
    for (i = 0; i < text.n; i++) {
        char ch = text.p[i];

        if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
              strchr("!#$&-^_.+*/", ch) != NULL) ||
            ch == '\0' || (ch == '/' && text.p + i != slash) ||
            (ch == '*' && text.n - (size_t)(slash + 1 - text.p) != 1 && text.p + i > slash))
            return false;
    }
    return true;
}

static void media_types_are_some(struct check *c, const struct ast_setting *setting)
{
    uint32_t i, j;

    check_limit(c, setting->stmt.word, setting->text_count, "media types");
    for (i = 0; i < setting->text_count; i++) {
        const struct ast_text *text = &setting->texts[i];
        struct diag_finding *finding;

        if (!is_media_type(text->text)) {
            finding = diag_add(c->diag, DIAG_MEDIA_TYPE, text->span, "this is no media type");
            diag_help(c->diag, finding, "write one as \"image/jpeg\" or \"video/*\"");
            continue;
        }
        for (j = i > 256 ? i - 256 : 0; j < i; j++)
            if (setting->texts[j].text.n == text->text.n &&
                memcmp(setting->texts[j].text.p, text->text.p, text->text.n) == 0) {
                finding = diag_add(c->diag, DIAG_LISTED_TWICE, text->span,
                                   "'%.*s' stands twice in this list", CHECK_TEXT(text->text));
                diag_note(c->diag, finding, setting->texts[j].span, "first here");
                break;
            }
    }
}

static void setting_is_sound(struct check *c, const struct ast_setting *setting)
{
    static const char *const channels[] = { "push", "email", "none", NULL };
    static const char *const strategies[] = { "metadata_first", NULL };
    static const char *const conflicts[] = { "keep_both", "server_wins", "client_wins", NULL };
    static const char *const evictions[] = { "lru", NULL };
    uint32_t i;

    switch (setting->stmt.kind) {
    case AST_MAX_OFFLINE:
    case AST_FORCE_REAUTH:
    case AST_CHANGE_RETENTION:
    case AST_MANUAL_TIMEOUT:
        check_seconds(c, &setting->number, 1);
        break;
    case AST_BATCH_SIZE:
        check_number(c, &setting->number, 1, BATCH_MAX);
        break;
    case AST_FEED_LIMIT:
        limit_is_below_its_max(c, setting);
        break;
    case AST_NOTIFY_CHANNEL:
        check_word(c, DIAG_WORD, &setting->word, "channel", channels);
        break;
    case AST_ATTACHMENT_STRATEGY:
        check_word(c, DIAG_WORD, &setting->word, "strategy of attachments", strategies);
        break;
    case AST_ON_CONFLICT:
        check_word(c, DIAG_WORD, &setting->word, "way to end a conflict of attachments", conflicts);
        break;
    case AST_AUTO_SYNC_MAX:
        size_is_in_range(c, &setting->number);
        break;
    case AST_LOCAL_CACHE:
        size_is_in_range(c, &setting->number);
        if (setting->word.text.p != NULL)
            check_word(c, DIAG_WORD, &setting->word, "way to evict", evictions);
        break;
    case AST_ALWAYS_SYNC:
    case AST_DEFER_SYNC:
        media_types_are_some(c, setting);
        break;
    case AST_THUMBNAILS:
        if (is_said(&setting->max))
            check_number(c, &setting->max, 1, PIXELS_MAX);
        break;
    case AST_BACKOFF:
        check_limit(c, setting->stmt.word, setting->number_count, "durations");
        for (i = 0; i < setting->number_count; i++)
            check_seconds(c, &setting->numbers[i], 0);
        break;
    case AST_MAX_ATTEMPTS:
        check_number(c, &setting->number, 1, ATTEMPTS_MAX);
        break;
    default:
        break;
    }
}

void check_sections(struct check *c)
{
    static const enum ast_kind sections[] = { AST_SYNC, AST_ATTACHMENTS, AST_RETRY };
    static const enum ast_kind once[] = {
        AST_MAX_OFFLINE,    AST_FORCE_REAUTH,     AST_BATCH_SIZE, AST_MANUAL_TIMEOUT,
        AST_NOTIFY_CHANNEL, AST_CHANGE_RETENTION, AST_FEED_LIMIT, AST_ATTACHMENT_STRATEGY,
        AST_AUTO_SYNC_MAX,  AST_ALWAYS_SYNC,      AST_DEFER_SYNC, AST_THUMBNAILS,
        AST_ON_CONFLICT,    AST_LOCAL_CACHE,      AST_BACKOFF,    AST_MAX_ATTEMPTS
    };
    const struct ast_stmt *s, *t;
    size_t i;

    for (i = 0; i < sizeof sections / sizeof *sections; i++)
        for (s = c->ruleset->top.of[sections[i]]; s != NULL; s = s->same) {
            check_once(c, &AST_AS(ast_section, s)->block, once, sizeof once / sizeof *once);
            for (t = AST_AS(ast_section, s)->block.first; t != NULL; t = t->next)
                setting_is_sound(c, AST_AS(ast_setting, t));
        }
}

/* --- a DocType's statements --- */

static const char *const built_in_types[] = { "client_change_overridden",
                                              "manual_resolution_required", "branch_created",
                                              "linked_changed_since" };

/* notify conflict once; a type for a field once; the built-in types are the resolver's. */
static void notify_is_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s, *t, *conflict = NULL;
    struct diag_finding *finding;
    uint64_t count = 0;
    size_t i;

    for (s = block->of[AST_NOTIFY]; s != NULL; s = s->same) {
        const struct ast_notify *notify = AST_AS(ast_notify, s);
        unsigned near = 0;

        if (notify->conflict) {
            if (conflict != NULL) {
                finding = diag_add(c->diag, DIAG_TWICE, s->word, "'notify conflict' is said twice");
                diag_note(c->diag, finding, conflict->word, "first here");
            }
            conflict = conflict == NULL ? s : conflict;
            continue;
        }
        count++;
        check_name(c, &notify->field);
        for (i = 0; i < sizeof built_in_types / sizeof *built_in_types; i++)
            if (str_is(notify->type.text, built_in_types[i]))
                diag_add(c->diag, DIAG_RESERVED, notify->type.span, "the type '%s' is built in",
                         built_in_types[i]);
        /* Notifications are few; where they are many only the first ones are compared. */
        for (t = block->of[AST_NOTIFY]; t != s && near < 256; t = t->same, near++) {
            const struct ast_notify *other = AST_AS(ast_notify, t);

            if (other->conflict || other->field.symbol != notify->field.symbol ||
                !str_same(other->type.text, notify->type.text))
                continue;
            finding = diag_add(c->diag, DIAG_TWICE, s->word, "this notification is said twice");
            diag_note(c->diag, finding, t->word, "first here");
            break;
        }
    }
    if (count > 0)
        check_limit(c, block->of[AST_NOTIFY]->word, count, "notifications");
}

/* A field links to one DocType, whichever statement says so: link, current, as_of. */
static void field_links_to(struct check *c, const struct ast_name *field,
                           const struct ast_name *doctype, bool said_by_link)
{
    /* list_stamp was raised for this: symbol -> the DocType's name */
    struct diag_finding *finding;

    check_name(c, field);
    if (c->listed[field->symbol] != c->list_stamp) {
        c->listed[field->symbol] = c->list_stamp;
        c->listed_at[field->symbol] = doctype->span;
        return;
    }
    if (!str_same(source_text(&c->ruleset->sources, c->listed_at[field->symbol]),
                  source_text(&c->ruleset->sources, doctype->span))) {
        finding = diag_add(c->diag, DIAG_LINK, doctype->span, "'%.*s' links to another DocType",
                           CHECK_TEXT(field->text));
        diag_note(c->diag, finding, c->listed_at[field->symbol], "to this one");
    } else if (said_by_link) {
        finding = diag_add(c->diag, DIAG_TWICE, field->span, "the link of '%.*s' is said twice",
                           CHECK_TEXT(field->text));
        diag_note(c->diag, finding, c->listed_at[field->symbol], "first here");
    }
}

static void links_are_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s;
    uint32_t i;

    for (s = block->of[AST_LINK]; s != NULL; s = s->same)
        check_cond(c, AST_AS(ast_link, s)->refresh_when, OF_DOCUMENT);
    c->list_stamp++;
    for (s = block->of[AST_LINK]; s != NULL; s = s->same) {
        const struct ast_link *link = AST_AS(ast_link, s);

        for (i = 0; i < link->fields.count; i++)
            field_links_to(c, &link->fields.v[i], &link->doctype, true);
    }
    for (s = block->of[AST_CURRENT]; s != NULL; s = s->same)
        field_links_to(c, &AST_AS(ast_current, s)->link, &AST_AS(ast_current, s)->doctype, false);
    for (s = block->of[AST_AS_OF]; s != NULL; s = s->same)
        field_links_to(c, &AST_AS(ast_as_of, s)->link, &AST_AS(ast_as_of, s)->doctype, false);
    for (s = block->of[AST_CURRENT]; s != NULL; s = s->same) {
        check_name(c, &AST_AS(ast_current, s)->field);
        check_name(c, &AST_AS(ast_current, s)->manual);
    }
    for (s = block->of[AST_AS_OF]; s != NULL; s = s->same)
        check_name(c, &AST_AS(ast_as_of, s)->time);
}

static void effects_are_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s, *t;
    struct diag_finding *finding;

    for (s = block->of[AST_EFFECT]; s != NULL; s = s->same) {
        const struct ast_effect *effect = AST_AS(ast_effect, s);
        unsigned near = 0;

        check_name(c, &effect->field);
        if (effect->block.of[AST_CREATE] == NULL && !effect->block.broken)
            diag_add(c->diag, DIAG_EMPTY, effect->name.span, "the effect '%.*s' creates nothing",
                     CHECK_TEXT(effect->name.text));
        check_limit(c, s->word, effect->block.count, "effects");
        c->list_stamp++;
        for (t = effect->block.of[AST_CREATE]; t != NULL; t = t->same) {
            const struct ast_name *name = &AST_AS(ast_create, t)->doctype;

            if (c->listed[name->symbol] == c->list_stamp) {
                finding = diag_add(c->diag, DIAG_TWICE, name->span, "'%.*s' is created twice",
                                   CHECK_TEXT(name->text));
                diag_note(c->diag, finding, c->listed_at[name->symbol], "first here");
            }
            c->listed[name->symbol] = c->list_stamp;
            c->listed_at[name->symbol] = name->span;
        }
        for (t = block->of[AST_EFFECT]; t != s && near < 256; t = t->same, near++)
            if (str_same(AST_AS(ast_effect, t)->name.text, effect->name.text)) {
                finding =
                    diag_add(c->diag, DIAG_TWICE, effect->name.span,
                             "the effect '%.*s' is said twice", CHECK_TEXT(effect->name.text));
                diag_note(c->diag, finding, AST_AS(ast_effect, t)->name.span, "first here");
                break;
            }
    }
}

/* 1 to 10; one without a condition at most. */
static void priorities_are_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s, *always = NULL;
    struct diag_finding *finding;
    uint64_t count = 0;

    for (s = block->of[AST_PUSH_PRIORITY]; s != NULL; s = s->same, count++) {
        const struct ast_push_priority *priority = AST_AS(ast_push_priority, s);

        check_number(c, &priority->priority, 1, 10);
        check_cond(c, priority->when, OF_WRITE);
        if (priority->when != NULL)
            continue;
        if (always != NULL) {
            finding = diag_add(c->diag, DIAG_TWICE, s->word,
                               "a priority without a condition is said twice");
            diag_note(c->diag, finding, always->word, "first here");
        } else {
            always = s;
        }
    }
    if (count > 0)
        check_limit(c, block->of[AST_PUSH_PRIORITY]->word, count, "priorities");
}

static void moment_is_named(struct check *c, const struct ast_moment *moment)
{
    if (!moment->said)
        return;
    check_name(c, &moment->field);
    if (moment->time.text.p != NULL)
        check_name(c, &moment->time);
}

static void overlaps_are_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s;

    for (s = block->of[AST_NO_OVERLAP]; s != NULL; s = s->same) {
        const struct ast_no_overlap *overlap = AST_AS(ast_no_overlap, s);

        check_names(c, &overlap->by);
        moment_is_named(c, &overlap->from);
        moment_is_named(c, &overlap->to);
        if (overlap->length.text.p != NULL)
            check_name(c, &overlap->length);
        check_cond(c, overlap->unless, OF_DOCUMENT);
    }
}

static void offline_is_said_once(struct check *c, const struct ast_block *block)
{
    static const char *const words[] = { "create", "update", "delete" };
    const struct ast_stmt *s;
    unsigned i;

    for (s = block->of[AST_OFFLINE]; s != NULL; s = s->same) {
        const struct ast_offline *offline = AST_AS(ast_offline, s);
        const struct ast_flag *first[] = { &offline->create, &offline->update, &offline->delete_ };

        for (i = 0; i < 3; i++)
            if (offline->again[i].said) {
                struct diag_finding *finding = diag_add(c->diag, DIAG_TWICE, offline->again[i].span,
                                                        "'%s' is said twice", words[i]);

                diag_note(c->diag, finding, first[i]->span, "first here");
            }
    }
}

/* SEMANTICS 5.1: the pattern knows {name} and {timestamp}. Without {name} all branches would be
 * called alike. */
static void pattern_is_sound(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s;

    for (s = block->of[AST_BRANCH]; s != NULL; s = s->same) {
        const struct ast_text *pattern = &AST_AS(ast_branch, s)->pattern;
        const char *p = pattern->text.p, *end = p + pattern->text.n;
        bool named = false, good = true;

        while (p < end && good) {
            if (end - p >= 6 && memcmp(p, "{name}", 6) == 0) {
                named = true;
                p += 6;
            } else if (end - p >= 11 && memcmp(p, "{timestamp}", 11) == 0) {
                p += 11;
            } else {
                good = *p != '{' && *p != '}' && (unsigned char)*p >= 0x20;
                p++;
            }
        }
        if (!good)
            diag_add(c->diag, DIAG_PATTERN, pattern->span,
                     "a branch pattern holds text, {name} and {timestamp}");
        else if (!named)
            diag_add(c->diag, DIAG_PATTERN, pattern->span, "the branch pattern wants {name}");
    }
}

void check_service(struct check *c, const struct check_scope *scope)
{
    notify_is_sound(c, scope->block);
    links_are_sound(c, scope->block);
    effects_are_sound(c, scope->block);
    priorities_are_sound(c, scope->block);
    overlaps_are_sound(c, scope->block);
    offline_is_said_once(c, scope->block);
    pattern_is_sound(c, scope->block);
}
