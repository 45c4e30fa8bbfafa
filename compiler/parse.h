/* parse.h - from files to a tree: finds the .dwr files, reads and inspects them, scans and parses.
 *
 * Everything wrong in the text becomes a finding (diag.h), all of a run in one run; a statement
 * with a syntax error is not in the tree and its block is marked broken. What cannot be read is a
 * failure of the run. Either way the tree is there and may be checked for more.
 *
 * Re-entrant: no global is written. Ownership: everything belongs to the arena. */
#ifndef DWR_PARSE_H
#define DWR_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "files.h"

/* What could stand at the end of a text: the parser's own answer, for an editor. */
struct parse_hint {
    bool reached;       /* the parser came to the end of the text and was asked */
    const char **words; /* the words of the language that could stand there, as words */
    uint32_t word_count;
    bool name;      /* a field's or a row member's name could; then any word could be one */
    bool condition; /* a condition could begin */
    bool operand;   /* the right side of a comparison could: a value, or a field with its side */
    bool string, number, duration, size;
    bool value;               /* any JSON value could */
    bool status;              /* `expect` stands before it */
    struct parse_hint_block { /* the blocks that are open, the outermost first */
        struct span head;     /* the word that began its statement */
        struct span open;     /* its '{' */
    } * blocks;
    uint32_t block_count;
};

struct parse_options {
    bool keep_tokens; /* fill ast_file.tokens */
    bool warn; /* cmd_read…: keep findings that are no errors (lint and editors show them) */
    const struct file_overlay *overlays; /* parse_rules: in place of the disk's files */
    uint32_t overlay_count;
    struct parse_hint *hint; /* parse_text: filled; the findings then mean nothing */
    bool allow_stdin;        /* "-" is stdin (lint, fmt); else a failure */
    const char *stdin_name;  /* --stdin-filename; NULL: "<stdin>" */
    unsigned threads;        /* ast_ruleset.threads; 0: as the size of the rules says */
};

/* Reads files and folders into *ruleset and parses them. A folder is searched for *.dwr, its
 * folders too (names beginning with '.' are left out, symbolic links to folders not followed), and
 * everything is sorted bytewise by path; a file named twice is read once.
 *
 * diag must have been made with diag_init(diag, arena, &ruleset->sources); ruleset is zeroed.
 * Failures: a path that does not exist or cannot be read, a folder (or a run) without rules. */
void parse_rules(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                 const char *const *paths, size_t path_count, const struct parse_options *options);

/* One text as a whole rule set: for tests, the fuzzer and editors. name stands for path and label.
 * The text is copied. */
void parse_text(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                const char *name, const char *text, size_t size,
                const struct parse_options *options);

/* Several texts as a rule set. Of each source its path, label, text and size are read, in the order
 * of their paths; the texts are copied. ruleset is zeroed but for folder_name, which the caller
 * knows. */
void parse_texts(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                 const struct source *texts, uint32_t count, const struct parse_options *options);

#endif
