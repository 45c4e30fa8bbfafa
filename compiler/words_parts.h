/* words_parts.h - what the files of words.h share: texts being put together. */
#ifndef DWR_COMPILER_WORDS_PARTS_H
#define DWR_COMPILER_WORDS_PARTS_H

#include "words.h"

/* A sentence being written. */
struct sentence {
    struct out_memory m;
    const struct words *w;
    bool named; /* it begins with a name or a value: that stays as it is */
};

/* Marks in the format of say(): everything else stands as it is. */
/*   %f field (uint16_t index as unsigned)   %m member (table, index)   %v value (struct dwr_str)
 *   %n name (struct dwr_str)   %s const char *   %t struct dwr_str as it is   %l fields (table,
 *   list, count)   %c condition (cond, enum words_of)   %d duration (uint64_t)   %u unsigned */
void say_begin(struct sentence *s, const struct words *w);
void say(struct sentence *s, const char *format, ...);
struct dwr_str say_end(struct sentence *s);
/* null and "" are what unset is (SEMANTICS 1.2): said as "nothing". */
bool is_unset_value(struct dwr_str json);

/* With a capital, where it begins with a letter of ours, and a full stop. */
struct dwr_str say_sentence(struct sentence *s);

/* A whole text at once. */
struct dwr_str said(const struct words *w, const char *format, ...);

/* Adds a line. */
void add_line(struct words_lines *lines, const struct words *w, struct dwr_str text,
              struct dwr_str at);

/* The names that a unit's indices point into. */
const struct dwr_names *names_of(const struct words *w, const struct dwr_table *table);

/* The clause of a condition, at the end of a sentence. */
void put_condition(struct sentence *s, const struct dwr_cond *cond, enum words_of of);

/* What stands before the i-th of count things: ", " or, before the last, a word. */
void put_between(struct sentence *s, uint32_t i, uint32_t count, const char *last);

/* A rule's clause without condition: "the server's value stands". */
void put_rule(struct sentence *s, const struct dwr_table *table, const struct dwr_rule *rule,
              bool several);

/* A unit's sentence without its capital and without "decided as one", to stand behind a colon. */
struct dwr_str words_clause(const struct words *w, const struct dwr_table *table,
                            const struct dwr_unit *unit);

#endif
