/* words.h - a rule set and its decisions in words for people.
 *
 * The words are made from the compiled rules (tables.h), never from the tree: what is said is what
 * runs. `dwrc why`, `dwrc doc` and editors all say it in these words.
 *
 * A clause begins small and ends without a full stop: "the server's value stands". A sentence has a
 * capital and a full stop. "The client" is whoever was offline, "the server" what everybody else
 * wrote meanwhile; a *conflict* is what SEMANTICS 3 calls one: both wrote, and differently.
 *
 * Fields and values are put by the style, so that Markdown and HTML can mark and escape them;
 * everything else is plain ASCII without a character that either of them would read otherwise.
 *
 * Ownership: texts are in the arena. */
#ifndef DWR_COMPILER_WORDS_H
#define DWR_COMPILER_WORDS_H

#include "arena.h"
#include "dwr.h"
#include "out.h"

struct words_style {
    void (*field)(struct out *o, struct dwr_str name); /* of a field or a row's member */
    void (*value)(struct out *o, struct dwr_str json); /* one JSON value, shortened already */
    void (*name)(struct out *o, struct dwr_str text);  /* a DocType, an effect, a notification */
};

/* Terminals and messages: names bare, values as JSON; control characters become '?'. Markdown and
 * HTML have theirs in doc/page.h. */
extern const struct words_style words_plain;

struct words {
    struct arena *arena;
    const struct dwr_doctype *doctype;
    const struct words_style *style;
};

/* --- leaves --- */

/* A value in at most so many characters, "…" for what is left out; unset (also p NULL) is "-".
 * White space between tokens is left out. */
struct dwr_str words_short(struct arena *arena, struct dwr_str json, size_t characters);

/* "90 days", "24 hours", "15 minutes", "90 seconds": the largest unit that divides it. */
struct dwr_str words_duration(struct arena *arena, uint64_t seconds);

/* The strategy in a few words for a table's cell: "field by field", "the server wins". */
const char *words_strategy(enum dwr_strategy strategy);

/* --- conditions --- */

/* What the bare fields of a condition are. */
enum words_of { WORDS_OF_MERGE, WORDS_OF_DOCUMENT, WORDS_OF_WRITE };

/* A clause: `the server's status is "closed" or "cancelled"`. */
struct dwr_str words_condition(const struct words *w, const struct dwr_cond *cond,
                               enum words_of of);

/* --- rules --- */

/* What decides a conflict over a unit: one sentence, and more where the rule says more. `table`:
 * whose row members the unit speaks of; NULL: the DocType's fields. */
struct dwr_str words_unit(const struct words *w, const struct dwr_table *table,
                          const struct dwr_unit *unit);

/* The same of a rule that has no condition, over one field or several. */
struct dwr_str words_rule(const struct words *w, const struct dwr_table *table,
                          const struct dwr_rule *rule, bool several);

/* Is the rule a row's `manual` (`fields { ... }`)? There it is server_wins, or client_wins with
 * `provisional client`, and no person is asked. table NULL: the rule is of a field. */
bool words_asks_nobody(const struct dwr_table *table, const struct dwr_rule *rule);

/* Does a `manual` rule of the unit set each field of it itself? Then no conflict stays open. */
bool words_settles_itself(const struct dwr_unit *unit, const struct dwr_rule *rule);

/* docstatus has a unit even where no line says so (SEMANTICS 1.6): is this one the author's? */
bool words_unit_is_said(const struct dwr_doctype *doctype, const struct dwr_unit *unit);

/* Has the DocType rules of fields or tables, beside which the strategy's is for the others? */
bool words_has_others(const struct dwr_doctype *doctype);

/* The fields that no rule names: "Every other field is decided alone: the server's value stands."
 */
struct dwr_str words_free(const struct words *w);

/* All that the rules say of one field (an index into the DocType's names), whatever it is to them:
 * for whoever points at it. */
struct dwr_str words_field(const struct words *w, uint16_t field);

/* "a, b and c": fields of the DocType, or members of a table's rows. */
struct dwr_str words_fields(const struct words *w, const struct dwr_table *table,
                            const uint16_t *fields, uint16_t count);

/* --- what else a DocType says --- */

struct words_line {
    struct dwr_str text; /* one sentence or two */
    struct dwr_str at;   /* the line that says so; p NULL: a built-in default */
};

struct words_lines {
    struct words_line *v;
    uint32_t count, capacity;
};

/* Each gives as many lines as there is something to say, none where that is nothing. */
struct words_lines words_strategy_lines(const struct words *w); /* the strategy, its branch */
struct words_lines words_lock(const struct words *w);
struct words_lines words_table(const struct words *w, const struct dwr_table *table);
struct words_lines words_deletes(const struct words *w);
struct words_lines words_offline(const struct words *w);
struct words_lines words_notify(const struct words *w);
struct words_lines words_overlaps(const struct words *w);
struct words_lines words_effects(const struct words *w);
struct words_lines words_links(const struct words *w); /* link, current, as_of */
struct words_lines words_priorities(const struct words *w);

/* The rule set's own settings: sync, attachments, retry. */
struct words_lines words_settings(struct arena *arena, const struct words_style *style,
                                  const struct dwr_ruleset *rules);

/* --- what a merge decided --- */

/* Why a field or a row became what it is: a sentence or two for a report of dwr_merge. The report
 * must be of a merge by w->doctype itself, as its lines tell which rule it was. Rows are compared
 * in the scratch, which is not the one that the report lies in. */
struct dwr_str words_decision(const struct words *w, const struct dwr_report *report,
                              bool base_known, struct dwr_scratch *scratch);

/* What a conflict gave another field (4.3): a sentence. */
struct dwr_str words_set(const struct words *w, const struct dwr_set *set);

/* Is the server's document a tombstone (7)? */
bool words_is_tombstone(const struct words *w, struct dwr_text server);

/* Did the write bring a deleted document back (7)? */
bool words_is_revived(const struct words *w, const struct dwr_write *write,
                      const struct dwr_result *result);

/* What became of the document as a whole. `concurrent`: the server's document is not what the
 * client last saw. */
struct dwr_str words_outcome(const struct words *w, const struct dwr_write *write,
                             const struct dwr_result *result, bool concurrent);

#endif
