/* soup.h - random rule files in random layouts: every form of the grammar, words of the language as
 * names, and white space and comments wherever they may stand.
 *
 * What was written is known apart from the text, token for token and comment for comment, and a
 * text is read back by a few lines that share nothing with the compiler: so what the formatter
 * loses, adds or joins is seen. */
#ifndef DWR_TESTS_SOUP_H
#define DWR_TESTS_SOUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../laws/draw.h"

struct soup_piece {
    uint32_t at, n; /* in pieces_text */
};

struct soup {
    struct draw *draw;
    char *text; /* the file */
    size_t text_n, text_room;
    char *pieces_text; /* all tokens and comments, comments without white space at their ends */
    size_t pieces_n, pieces_room;
    struct soup_piece *pieces;
    size_t count, room;
    unsigned comments; /* of ten gaps so many hold one */
    unsigned quiet;    /* inside a JSON value no comment may stand */
    bool line_open;    /* a comment ends with its line */
};

/* A new file of some statements; the soup is zeroed at first and then may be used again. */
void soup_write(struct soup *soup, struct draw *draw, unsigned statements);
void soup_free(struct soup *soup);

/* How many tokens and comments of the soup are not in a text, in their order (0: all are, and no
 * others). */
size_t soup_lost(const struct soup *soup, const char *text, size_t n);

#endif
