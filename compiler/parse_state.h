/* parse_state.h - what the scanner, the parser and parse.c share while a source is read.
 *
 * Recovery. Every block's list of statements ends an error with one token of our own, RESYNC, and
 * every block's head with RESYNC or RESYNC_OPEN ('{' follows). Where to stop skipping is decided in
 * one place, parse_token (parse.c), which sees braces, line starts and statement words; the grammar
 * only says what can be gone on with. */
#ifndef DWR_PARSE_STATE_H
#define DWR_PARSE_STATE_H

#include <pthread.h>

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "parse.h"

enum parse_block_kind {
    PARSE_TOP,
    PARSE_DOCTYPE, /* default too */
    PARSE_RULE,
    PARSE_CHILD,
    PARSE_FIELDS,
    PARSE_TOMBSTONE,
    PARSE_EFFECT,
    PARSE_SYNC,
    PARSE_ATTACHMENTS,
    PARSE_RETRY,
    PARSE_TEST
};

/* A block whose '}' has not come yet. */
struct parse_block {
    enum parse_block_kind kind;
    struct span head; /* the word that began its statement */
    struct span open; /* its '{' */
    uint32_t braces;  /* how many are open inside it */
    struct ast_block block;
    struct ast_stmt *last;
    struct ast_stmt *last_of[AST_KIND_COUNT];
};

/* top, doctype, child, fields { … }, the block of a rule: no more can be open at once */
#define PARSE_BLOCKS_MAX 6

/* Braces, brackets and parentheses nest at most this deep: a document as deep as it may be, inside
 * the deepest block. */
#define PARSE_NESTING_MAX 72
/* A JSON value nests at most this deep (SEMANTICS 1.4). */
#define PARSE_JSON_DEPTH_MAX 64

/* What a token or a part of the grammar stands for: the parser's value type. */
struct rules_texts {
    struct ast_text *v;
    uint32_t count;
};

struct rules_numbers {
    struct ast_number *v;
    uint32_t count;
};

struct rules_row { /* parts_used["WIDGET-9"] */
    struct ast_name field;
    struct ast_text row;
};

/* Where a token or a part of the grammar stands: begin in the low half, end in the high one. One
 * number and not a struct, because the parser copies one for every symbol. */
typedef uint64_t rules_place;

/* first and last may be one place; `offset << 32` and `offset >> 32` make a place of one offset. */
#define PLACE_FROM_TO(first, last)                                                                 \
    ((rules_place)(uint32_t)(first) | ((rules_place)(last) >> 32 << 32))

static inline struct span place_span(uint32_t source, rules_place place)
{
    return (struct span){ source, (uint32_t)place, (uint32_t)(place >> 32) };
}

static inline rules_place span_place(struct span span)
{
    return (rules_place)span.end << 32 | span.begin;
}

/* Eight bytes: the parser copies one for every symbol, and a struct written in parts and copied
 * whole makes the processor wait. */
union rules_value {
    struct ast_word *word;
    struct ast_name *name;
    struct ast_names *names;
    struct ast_text *text;
    struct rules_texts *texts;
    struct ast_number *number;
    struct rules_numbers *numbers;
    struct ast_flag *flag;
    struct ast_value *value;
    struct ast_values *values;
    enum ast_value_kind json;
    struct ast_operand *operand;
    struct ast_cond *cond;
    enum dwr_cond_op op;
    enum dwr_operand_side side;
    enum dwr_rule_kind rule;
    enum dwr_strategy strategy;
    enum dwr_same_key same_key;
    enum ast_kind kind;
    uint32_t count;
    struct ast_moment *moment;
    struct ast_offline *offline;
    struct ast_block *block;
    struct rules_row *row;
    struct ast_stmt *stmt;
};

#define NO_VALUES (&(struct ast_values){ 0 })

struct parse_token {
    int kind;
    rules_place place;
};

/* Tokens that parse_token has yet to hand out before it asks the scanner again. */
#define PARSE_QUEUE_MAX 8

/* A name and its symbol, in a table by hash that holds the last one of each place: so that threads
 * seldom need the lock. */
struct parse_known {
    struct ast_symbol name; /* text.p NULL: none */
    uint32_t symbol;
};

#define PARSE_KNOWN 4096u

/* The words of the language by a hash of some of their letters: open addressing. */
struct parse_words {
    struct parse_word_slot {
        const char *word;
        uint16_t length; /* 0: free */
        int16_t token;
    } slots[512];
};

/* From the grammar's own list of tokens. */
void parse_words_init(struct parse_words *words);

static inline uint32_t parse_word_hash(const char *p, size_t n)
{
    const unsigned char first = (unsigned char)p[0], middle = (unsigned char)p[n / 2];
    const unsigned char last = (unsigned char)p[n - 1];

    return first * 7u + middle * 31u + last * 101u + (uint32_t)n * 13u;
}

/* The token of a word that has at least one letter: the language's, or WORD. */
int parse_word_token(const struct parse_words *words, const char *p, size_t n);

struct parse {
    struct arena *arena;
    struct diag *diag;
    struct ast_ruleset *ruleset;
    const struct parse_options *options;
    const struct parse_words *words;

    /* the source being read */
    void *scanner;
    char nothing[2]; /* an empty text for the scanner */
    struct source *source;
    struct ast_file *file;
    const char *text;
    uint32_t index; /* of the source */

    struct parse_block blocks[PARSE_BLOCKS_MAX]; /* [0] is the source */
    uint32_t block_count;
    bool merging;   /* the condition being read is asked while merging: fields have sides */
    bool in_head;   /* between a block's first word and its '{' */
    int head_token; /* that word */
    struct span head;

    struct parse_known *known; /* names this thread has met; NULL: there is only one */
    pthread_mutex_t *lock;     /* the rule set's names belong to whoever has it */

    struct ast_operand operands[2]; /* of the comparison being read */
    unsigned operand_last;

    /* Lists being read; no two of one kind are read at once. Elements that were made one behind the
     * other are a list where they lie; room 0 says that they still are. */
    struct ast_name *names;
    uint32_t name_count, name_room;
    struct ast_value *values;
    uint32_t value_count, value_room;
    struct ast_text *texts;
    uint32_t text_count, text_room;
    struct ast_number *numbers;
    uint32_t number_count, number_room;

    /* what parse_token watches */
    struct parse_token last, before, before_that; /* the last tokens handed to the parser */
    uint32_t braces, nesting;                     /* open ones; all kinds of brackets */
    bool ended;         /* blocks that the source's end leaves open were reported */
    char behind;        /* the byte behind the last ';' */
    bool recovering;    /* an error was reported: what is asked for next is RESYNC */
    bool unopened;      /* the error stands in a block without '{': its ';' end nothing */
    bool unopened_json; /* the '{' of an object is missing: there is a '}' too many */
    uint32_t unsure;    /* up to here braces may be counted wrong; 0: nowhere */
    int meant;          /* the word that the one the error was reported at may stand for, or 0 */
    bool stopped;       /* the rest of the source is not read */
    bool closing;       /* the queue closes blocks that the source does not: no word about them */
    struct parse_token queue[PARSE_QUEUE_MAX];
    union rules_value queue_value; /* of the queue's last token, the only one that has one */
    uint32_t queue_first, queue_count;
    bool swallow; /* a ';' directly behind what was skipped belongs to it */
};

/* --- for the scanner --- */

/* What stands between two quotes, unescaped; what is wrong in it is reported. */
struct ast_text *parse_string(struct parse *p, struct span span);
struct ast_number *parse_quantity(struct parse *p, struct span span);
void parse_keep_token(struct parse *p, struct span span, enum ast_token_kind kind);
void parse_keep_comment(struct parse *p, struct span span);
/* Reports, and marks the source broken, unless the parser is skipping after an error (NULL). */
struct diag_finding *parse_lexical(struct parse *p, enum diag_code code, struct span span,
                                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* '{' '(' '[' and their ends; false: too deep, nothing more is to be read. */
bool parse_nest(struct parse *p, struct span span, bool brace, int by);

/* May the mark, or the word of a condition, follow the token that was read last? Enough to tell a
 * sign that was meant so from one that was typed by chance. */
bool parse_may_follow(const struct parse *p, int token);
/* Does the text begin with a quotation mark of typography, “ ‘ « or their like? */
bool parse_begins_quoted(const char *text, size_t n);
/* How long what such a mark begins is: to the mark that ends it on the same line, with which
 * *within is what stands between them; p NULL: none does, and this is the mark and the word behind
 * it. */
size_t parse_quoted(const char *text, size_t n, struct dwr_str *within);
/* Would a word that the byte follows go on? Bytes of characters beyond ASCII count. */
bool parse_goes_on_word(char byte);
/* Is nothing beyond ASCII in it but letters: no space, mark, sign or picture? */
bool parse_is_all_letters(const char *text, size_t n);

/* --- for the parser --- */

struct ast_name *parse_name(struct parse *p, const struct ast_text *text);
/* A word as a field name. */
struct ast_name *parse_bare(struct parse *p, struct span span);
struct ast_word *parse_word(struct parse *p, struct span span);
struct ast_flag *parse_flag(struct parse *p, struct span span, bool yes);

void parse_names_begin(struct parse *p, struct ast_name *name);
void parse_names_add(struct parse *p, const struct ast_name *name);
struct ast_names *parse_names_end(struct parse *p);
void parse_values_begin(struct parse *p, struct ast_value *value);
void parse_values_add(struct parse *p, const struct ast_value *value);
struct ast_values *parse_values_end(struct parse *p);
void parse_texts_begin(struct parse *p, struct ast_text *text);
void parse_texts_add(struct parse *p, const struct ast_text *text);
struct rules_texts *parse_texts_end(struct parse *p);
void parse_numbers_begin(struct parse *p, struct ast_number *number);
void parse_numbers_add(struct parse *p, const struct ast_number *number);
struct rules_numbers *parse_numbers_end(struct parse *p);

/* One JSON value, its containers checked for depth and for members that stand twice. */
struct ast_value *parse_value(struct parse *p, enum ast_value_kind kind, struct span span);

struct rules_row *parse_row(struct parse *p, const struct ast_name *field,
                            const struct ast_text *row);

/* Operands. What a word or a string means depends on where it stands: parse_compare decides. */
struct ast_operand *parse_operand_word(struct parse *p, struct span span);
struct ast_operand *parse_operand_string(struct parse *p, const struct ast_text *text);
struct ast_operand *parse_operand_side(struct parse *p, struct span span,
                                       enum dwr_operand_side side, const struct ast_name *field);
struct ast_operand *parse_operand_value(struct parse *p, const struct ast_value *value);
struct ast_cond *parse_compare(struct parse *p, struct span span, enum dwr_cond_op op,
                               struct ast_operand *left, struct ast_operand *right,
                               const struct ast_values *values);
struct ast_cond *parse_cond(struct parse *p, struct span span, enum dwr_cond_op op,
                            struct ast_cond *a, struct ast_cond *b);

/* time NULL: there is none. */
struct ast_moment *parse_moment(struct parse *p, const struct ast_name *field,
                                const struct ast_name *time);
/* which: 0 create, 1 update, 2 delete. list NULL: the first. */
struct ast_offline *parse_offline(struct parse *p, struct ast_offline *list, unsigned which,
                                  const struct ast_flag *flag);

/* A copy of a statement in the arena. */
struct ast_stmt *parse_stmt(struct parse *p, const void *stmt, size_t size);
/* Appends a statement to the innermost open block. NULL (it was broken) is ignored. */
void parse_add(struct parse *p, struct ast_stmt *stmt);
/* A statement of the innermost open block was skipped. */
void parse_broken(struct parse *p);
/* What follows the source's last DocType or test seems to be of it. */
void parse_broken_last(struct parse *p);
/* The first word of a block's statement, and its '{'. */
void parse_head(struct parse *p, struct span head);
void parse_open(struct parse *p, enum parse_block_kind kind, struct span brace);
/* The innermost block is over: it becomes part of a statement of `size` bytes, at `offset` in it;
 * or stands alone; or belongs to a statement whose head was wrong. */
struct ast_stmt *parse_close(struct parse *p, enum ast_kind kind, struct span span,
                             struct span word, size_t size, size_t offset);
struct ast_block *parse_close_alone(struct parse *p, struct span brace);
void parse_drop(struct parse *p);
/* The `///` lines before offset. */
struct dwr_str parse_doc(struct parse *p, uint32_t offset);

/* The parser's yylex: the scanner's tokens, and RESYNC where an error is over. */
int parse_token(union rules_value *value, rules_place *place, struct parse *p);

/* What the parser met and what it would have taken. */
void parse_unexpected(struct parse *p, int token, struct span span, const int *expected,
                      int expected_count);
/* The innermost block is still open where something else comes: a finding, unless an error in it
 * was one of braces. */
void parse_unclosed(struct parse *p, struct span before, const char *what);
/* What parse_unexpected is told, where parse_options.hint asks for it. */
void parse_fill_hint(struct parse *p, const int *expected, int expected_count);
/* The parser's own stack is full. */
void parse_too_deep(struct parse *p, struct span span);

/* The spelling of a token: "server_wins", "'{'". */
const char *parse_token_name(int token);

/* What could have stood here, in words: "a field name, ',' or ';'". can: by token. */
struct dwr_str parse_describe(struct parse *p, const bool *can);
/* Adds to a finding about a token what its author may have meant, where that can be told. */
void parse_help(struct parse *p, struct diag_finding *finding, int token, struct span span,
                const bool *can);
/* The tokens that are words of the language stand together, the mere word before them. */
bool parse_is_word(int token);
/* Whether a token is a word that begins a statement of such a block. */
bool parse_begins_statement(int token, enum parse_block_kind kind);
/* Whether it begins a statement of a block whose '{' is missing (can_open: it could have stood
 * there), or whose '}' came too early. */
bool parse_is_unopened(const struct parse *p, int token, bool can_open);
bool parse_first_on_line(const struct parse *p, struct span span);
/* How many blocks a word that begins an outer block's statement finds unclosed; 0: none, or the
 * word does not say so. */
uint32_t parse_unclosed_before(const struct parse *p, const struct parse_token *token);

static inline struct span parse_token_span(const struct parse *p, const struct parse_token *token)
{
    return place_span(p->index, token->place);
}

static inline struct dwr_str parse_token_text(const struct parse *p, struct span span)
{
    return (struct dwr_str){ p->text + span.begin, span.end - span.begin };
}

#endif
