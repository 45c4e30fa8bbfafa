/* check_times.c - that what is remembered of a deleted document outlives every device's time away.
 *
 * A device that comes back after the tombstone has gone would bring the document back, and nobody
 * could tell: a tombstone must live as long as a device may be offline (SEMANTICS 7), and that
 * holds also where one of the two times is not said. */
#include "check_parts.h"

/* What holds where nothing is said (LANGUAGE). */
#define OFFLINE_USUAL ((uint64_t)168 * 3600)
#define TTL_USUAL ((uint64_t)30 * 86400)

static const struct ast_number *time_of(const struct ast_stmt *s)
{
    return s == NULL ? NULL : &AST_AS(ast_ttl, s)->time;
}

static const struct ast_number *ttl_of(const struct ast_block *block)
{
    const struct ast_stmt *s = block->of[AST_TOMBSTONE];

    return s == NULL ? NULL : time_of(AST_AS(ast_section, s)->block.of[AST_TTL]);
}

static const struct ast_number *max_offline(const struct check *c)
{
    const struct ast_stmt *s = c->ruleset->top.of[AST_SYNC];

    s = s == NULL ? NULL : AST_AS(ast_section, s)->block.of[AST_MAX_OFFLINE];
    return s == NULL ? NULL : &AST_AS(ast_setting, s)->number;
}

/* Zero and what does not fit have been reported. */
static bool is_time(const struct ast_number *time)
{
    return time->value >= 1 && time->value <= CHECK_SECONDS_MAX;
}

/* A time as written, else the usual one. */
static struct dwr_str words_of(const struct check *c, const struct ast_number *time,
                               const char *usual)
{
    return time == NULL ? (struct dwr_str){ usual, strlen(usual) }
                        : source_text(&c->ruleset->sources, time->span);
}

static void ttl_is_long_enough(struct check *c, const struct ast_number *ttl,
                               const struct ast_number *offline, struct dwr_str doctype)
{
    const struct dwr_str away = words_of(c, offline, "168h");
    struct diag_finding *finding;

    if (ttl == NULL || !is_time(ttl) || ttl->value >= (offline ? offline->value : OFFLINE_USUAL))
        return;
    finding = diag_add(c->diag, DIAG_TTL, ttl->span,
                       "a device may be away for %.*s, and a tombstone lives for %.*s only: the "
                       "device can bring back what was deleted",
                       CHECK_TEXT(away), CHECK_TEXT(words_of(c, ttl, "")));
    if (offline != NULL)
        diag_note(c->diag, finding, offline->span, "the longest time away");
    diag_help(c->diag, finding, "say at least: ttl %.*s", CHECK_TEXT(away));
    diag_subject(finding, doctype, (struct dwr_str){ NULL, 0 });
}

/* Where no ttl is said, the usual one must do. */
static void usual_ttl_is_long_enough(struct check *c, const struct ast_number *offline)
{
    struct diag_finding *finding;

    if (offline == NULL || !is_time(offline) || offline->value <= TTL_USUAL ||
        (c->defaults != NULL && (c->defaults->block.broken || ttl_of(&c->defaults->block) != NULL)))
        return;
    finding = diag_add(c->diag, DIAG_TTL, offline->span,
                       "a tombstone lives for 30d where no ttl is said, which is less than %.*s: a "
                       "device can bring back what was deleted",
                       CHECK_TEXT(words_of(c, offline, "")));
    diag_help(c->diag, finding,
              c->defaults == NULL ? "say it for all DocTypes: default { tombstone { ttl %.*s; } }"
              : c->defaults->block.of[AST_TOMBSTONE] == NULL
                  ? "say it for all DocTypes: tombstone { ttl %.*s; } in default"
                  : "say it for all DocTypes: ttl %.*s; in the tombstone of default",
              CHECK_TEXT(words_of(c, offline, "")));
}

void check_times(struct check *c)
{
    const struct ast_number *offline = max_offline(c);
    const struct ast_stmt *s;

    if (offline != NULL && !is_time(offline))
        return;
    usual_ttl_is_long_enough(c, offline);
    for (s = c->ruleset->top.of[AST_DEFAULT]; s != NULL; s = s->same)
        ttl_is_long_enough(c, ttl_of(&AST_AS(ast_section, s)->block), offline,
                           (struct dwr_str){ NULL, 0 });
    for (s = c->ruleset->top.of[AST_DOCTYPE]; s != NULL; s = s->same)
        ttl_is_long_enough(c, ttl_of(&AST_AS(ast_doctype, s)->block), offline,
                           AST_AS(ast_doctype, s)->name.text);
}
