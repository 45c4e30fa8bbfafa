/* fmt.h - rules in their canonical form (grammar/LANGUAGE.md, section 15).
 *
 * The order of statements, every token and every comment stay; only white space is decided here. A
 * text with a syntax error has no canonical form. Errors of meaning do not matter: a file that is
 * being written can be formatted.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_FMT_H
#define DWR_COMPILER_FMT_H

#include "arena.h"
#include "ast.h"
#include "diag.h"

/* Lines are filled up to this column. */
#define FMT_COLUMNS 100u

/* The canonical text of one source of rules that were parsed with keep_tokens; p NULL where the
 * source has a syntax error, or would become larger than a rule file may be. */
struct dwr_str fmt_source(struct arena *arena, const struct ast_ruleset *rules, uint32_t source);

/* The four ways in which a canonical text is looked over before it replaces a file. */
enum fmt_fault {
    FMT_GOOD,
    FMT_TOKENS,   /* other tokens */
    FMT_COMMENTS, /* other comments, in another order or between other tokens */
    FMT_UNSTABLE, /* formatting the text again changes it */
    FMT_TABLES    /* other tables, or where there are none other findings */
};

/* Looks over all of a run: texts[i] is to replace source i of the rules, which were parsed with
 * keep_tokens; p NULL leaves it as it is. Lines are not compared: where a rule stands is the one
 * thing that may change. *source is the first at fault (the first of all where it is the whole). */
enum fmt_fault fmt_verify(struct arena *arena, const struct ast_ruleset *rules,
                          const struct dwr_str *texts, uint32_t *source);

/* "it would have other comments": what a fault is, for the message. */
const char *fmt_fault_text(enum fmt_fault fault);

#endif
