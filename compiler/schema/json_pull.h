/* json_pull.h - JSON read member by member, as strictly as documents are (SEMANTICS 1.4), with the
 * place of whatever is wrong.
 *
 * Nothing is built: the reader asks for the next member and takes or skips its value. The first
 * fault ends everything: whatever is asked afterwards answers "no more". So a reader loops and
 * looks at fault once, at the end.
 *
 *     json_pull_begin(&j, text, size);
 *     if (json_pull_enter(&j, '{'))
 *         while (json_pull_member(&j, &name))
 *             json_pull_skip(&j);
 *     json_pull_end(&j);
 *
 * Members that stand twice are not looked for: who reads a member knows whether it had it before.
 *
 * Ownership: texts point into the JSON, or, where a string had escapes, into the arena. */
#ifndef DWR_COMPILER_JSON_PULL_H
#define DWR_COMPILER_JSON_PULL_H

#include <stdbool.h>
#include <stdint.h>

#include "../../runtime/tables.h"
#include "../arena.h"

/* As deep as a document may be. */
#define JSON_PULL_DEPTH_MAX 64u

struct json_pull {
    const char *text;
    uint32_t size, at;
    unsigned depth;
    bool first;        /* nothing of the present object or array has been read */
    bool too_deep;     /* the fault is the depth */
    const char *fault; /* what is wrong, as the end of a sentence; NULL: nothing so far */
    uint32_t fault_at;
};

/* A string as written. */
struct json_string {
    uint32_t begin, end; /* with its quotes */
    bool escaped;
};

/* The text is UTF-8 without NUL; a byte-order mark is skipped. */
void json_pull_begin(struct json_pull *j, const char *text, uint32_t size);

/* The first byte of the value that comes: '{' '[' '"' 't' 'f' 'n' '-' or a digit; 0: none. */
char json_pull_kind(struct json_pull *j);
/* Into an object or array; false: the value is something else, and still to be read. */
bool json_pull_enter(struct json_pull *j, char bracket);
/* The next member's name, the value is then to be read; false: that was the last. */
bool json_pull_member(struct json_pull *j, struct json_string *name);
/* Whether there is another element, which is then to be read. */
bool json_pull_element(struct json_pull *j);
/* A string; false: the value is something else, and still to be read. */
bool json_pull_string(struct json_pull *j, struct json_string *s);
/* Whether the value says yes, as Frappe takes it: a number other than 0, true, "1". */
bool json_pull_truth(struct json_pull *j);
void json_pull_skip(struct json_pull *j);
/* Nothing but white space may follow. */
void json_pull_end(struct json_pull *j);

/* What a string says; a lone surrogate is a fault. */
struct dwr_str json_pull_text(struct json_pull *j, struct arena *arena, struct json_string s);
/* Whether it says this word. */
bool json_pull_is(const struct json_pull *j, struct json_string s, const char *word);

#endif
