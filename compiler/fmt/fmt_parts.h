/* fmt_parts.h - what the files of the formatter share.
 *
 *   fmt_read.c   a source as tokens with the space between them, and as a tree of entries
 *   fmt_block.c  the entries of a block: what is aligned with what, blank lines, comments
 *   fmt_stmt.c   one statement that does not fit on its line
 *   fmt_lines.c  lines on their way out, and the comments behind them */
#ifndef DWR_COMPILER_FMT_PARTS_H
#define DWR_COMPILER_FMT_PARTS_H

#include "fmt.h"
#include "out.h"

#define FMT_INDENT 4u
#define FMT_NONE UINT32_MAX

struct fmt_token {
    uint32_t begin, end; /* offsets; the white space at the end of a comment is left out */
    uint32_t width;      /* in characters */
    uint32_t flat;       /* where it begins when all tokens of the source stand on one line */
    uint32_t match;      /* of a bracket: the other one; else FMT_NONE */
    uint32_t comments;   /* how many comments stand before it */
    uint8_t kind;        /* enum ast_token_kind */
    uint8_t lines;       /* line ends before it: none, one, or (2) more, which make a blank line */
    bool space;          /* a space before it, where it goes on a line */
};

/* Something that begins a line of its own in a block: a statement or a comment. */
struct fmt_entry {
    uint32_t first, last;        /* tokens */
    uint32_t trailing;           /* the comment behind it on its line, or FMT_NONE */
    uint32_t open;               /* the '{' of its block, or FMT_NONE */
    const struct ast_stmt *stmt; /* NULL: a comment */
    struct fmt_list *list;       /* of its block; NULL: it has none */
    uint32_t value; /* the column, from the indentation, at which its second token stands */
    bool blank;     /* a blank line before it */
    bool folded;    /* its block was written on one line, and fits there */
};

struct fmt_list {
    struct fmt_entry *v;
    uint32_t count, capacity;
    enum ast_kind in;  /* of the statement whose block it is; AST_KIND_COUNT: the source */
    uint32_t trailing; /* the comment behind the '{', or FMT_NONE */
};

/* A line that is complete but for the place of the comment behind it. */
struct fmt_line {
    uint32_t begin, end; /* in the text */
    uint32_t indent, width;
    uint32_t comment; /* token, or FMT_NONE */
};

struct fmt {
    struct arena *arena;
    const char *source;
    struct fmt_token *tokens;
    uint32_t count;
    struct fmt_list top;

    struct out_memory text; /* of all lines, without line ends and comments behind */
    struct fmt_line *lines;
    uint32_t line_count, line_capacity;
    bool too_large; /* the text would be no rule file any more */
};

/* --- fmt_read.c --- */

void fmt_read(struct fmt *f, const struct ast_ruleset *rules, uint32_t source);

static inline bool fmt_is_comment(const struct fmt *f, uint32_t i)
{
    return f->tokens[i].kind >= AST_TOKEN_COMMENT;
}

/* The columns that tokens first to last take on one line. */
static inline uint32_t fmt_flat(const struct fmt *f, uint32_t first, uint32_t last)
{
    return f->tokens[last].flat + f->tokens[last].width - f->tokens[first].flat;
}

/* Whether a comment stands among tokens first to last. */
static inline bool fmt_commented(const struct fmt *f, uint32_t first, uint32_t last)
{
    return f->tokens[last].comments != f->tokens[first].comments || fmt_is_comment(f, last);
}

/* Whether a token is this word or mark. */
bool fmt_is(const struct fmt *f, uint32_t i, const char *text);

/* --- fmt_lines.c --- */

void fmt_line(struct fmt *f, uint32_t indent); /* begins one */
void fmt_blank(struct fmt *f);
uint32_t fmt_column(const struct fmt *f);
uint32_t fmt_indent(const struct fmt *f); /* of the line */
/* Spaces up to a column, which is not to the left. */
void fmt_pad(struct fmt *f, uint32_t column);
/* The space before a token, where it wants one and neither begins its line nor stands behind spaces
 * already. */
void fmt_space(struct fmt *f, uint32_t i);
/* One token, without the space before it. */
void fmt_put(struct fmt *f, uint32_t i);
/* Tokens as on one line, with the spaces before them. */
void fmt_put_flat(struct fmt *f, uint32_t first, uint32_t last);
void fmt_trailing(struct fmt *f, uint32_t comment); /* FMT_NONE: nothing */
struct dwr_str fmt_finish(struct fmt *f);

/* --- fmt_stmt.c --- */

/* Tokens of a statement that has begun a line, up to its end or its block's '{', over as many lines
 * as they take. */
void fmt_stmt(struct fmt *f, const struct fmt_entry *entry, uint32_t last);

/* --- fmt_block.c --- */

void fmt_block(struct fmt *f, struct fmt_list *list, uint32_t indent);

#endif
