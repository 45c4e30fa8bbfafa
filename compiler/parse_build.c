/* parse_build.c - what the grammar's actions call: lists, conditions, statements, blocks. */
#include <stdarg.h>

#include "parse_state.h"
#include "str.h"

/* --- lists --- */

void parse_names_begin(struct parse *p, struct ast_name *name)
{
    p->names = name;
    p->name_count = 1;
    p->name_room = 0;
}

void parse_names_add(struct parse *p, const struct ast_name *name)
{
    if (p->name_room == 0 && name == p->names + p->name_count) {
        p->name_count++;
        return;
    }
    if (p->name_count >= p->name_room) {
        p->name_room = p->name_count * 2 + 6;
        p->names = memcpy(arena_array(p->arena, p->name_room, sizeof *p->names), p->names,
                          p->name_count * sizeof *p->names);
    }
    p->names[p->name_count++] = *name;
}

struct ast_names *parse_names_end(struct parse *p)
{
    struct ast_names *list = arena_alloc(p->arena, sizeof *list);

    *list = (struct ast_names){ p->names, p->name_count };
    return list;
}

void parse_values_begin(struct parse *p, struct ast_value *value)
{
    p->values = value;
    p->value_count = 1;
    p->value_room = 0;
}

void parse_values_add(struct parse *p, const struct ast_value *value)
{
    if (p->value_room == 0 && value == p->values + p->value_count) {
        p->value_count++;
        return;
    }
    if (p->value_count >= p->value_room) {
        p->value_room = p->value_count * 2 + 6;
        p->values = memcpy(arena_array(p->arena, p->value_room, sizeof *p->values), p->values,
                           p->value_count * sizeof *p->values);
    }
    p->values[p->value_count++] = *value;
}

struct ast_values *parse_values_end(struct parse *p)
{
    struct ast_values *list = arena_alloc(p->arena, sizeof *list);

    *list = (struct ast_values){ p->values, p->value_count };
    return list;
}

void parse_texts_begin(struct parse *p, struct ast_text *text)
{
    p->texts = text;
    p->text_count = 1;
    p->text_room = 0;
}

void parse_texts_add(struct parse *p, const struct ast_text *text)
{
    if (p->text_room == 0 && text == p->texts + p->text_count) {
        p->text_count++;
        return;
    }
    if (p->text_count >= p->text_room) {
        p->text_room = p->text_count * 2 + 6;
        p->texts = memcpy(arena_array(p->arena, p->text_room, sizeof *p->texts), p->texts,
                          p->text_count * sizeof *p->texts);
    }
    p->texts[p->text_count++] = *text;
}

struct rules_texts *parse_texts_end(struct parse *p)
{
    struct rules_texts *list = arena_alloc(p->arena, sizeof *list);

    *list = (struct rules_texts){ p->texts, p->text_count };
    return list;
}

void parse_numbers_begin(struct parse *p, struct ast_number *number)
{
    p->numbers = number;
    p->number_count = 1;
    p->number_room = 0;
}

void parse_numbers_add(struct parse *p, const struct ast_number *number)
{
    if (p->number_room == 0 && number == p->numbers + p->number_count) {
        p->number_count++;
        return;
    }
    if (p->number_count >= p->number_room) {
        p->number_room = p->number_count * 2 + 6;
        p->numbers = memcpy(arena_array(p->arena, p->number_room, sizeof *p->numbers), p->numbers,
                            p->number_count * sizeof *p->numbers);
    }
    p->numbers[p->number_count++] = *number;
}

struct rules_numbers *parse_numbers_end(struct parse *p)
{
    struct rules_numbers *list = arena_alloc(p->arena, sizeof *list);

    *list = (struct rules_numbers){ p->numbers, p->number_count };
    return list;
}

/* --- conditions --- */

/* Until parse_compare knows more, a word is a field of the document, and a string a value that
 * carries the field it may be. */
/* A comparison has at most two operands and keeps copies of them, so two are enough. */
static struct ast_operand *new_operand(struct parse *p)
{
    struct ast_operand *operand = &p->operands[p->operand_last ^= 1];

    *operand = (struct ast_operand){ .side = DWR_SIDE_VALUE };
    return operand;
}

struct ast_operand *parse_operand_word(struct parse *p, struct span span)
{
    struct ast_operand *operand = new_operand(p);

    operand->span = span;
    operand->side = DWR_SIDE_DOC;
    operand->field = *parse_bare(p, span);
    return operand;
}

struct ast_operand *parse_operand_string(struct parse *p, const struct ast_text *text)
{
    struct ast_operand *operand = new_operand(p);

    operand->span = text->span;
    operand->side = DWR_SIDE_VALUE;
    operand->field.span = text->span;
    operand->field.text = text->text;
    operand->value = *parse_value(p, AST_VALUE_STRING, text->span);
    return operand;
}

struct ast_operand *parse_operand_side(struct parse *p, struct span span,
                                       enum dwr_operand_side side, const struct ast_name *field)
{
    struct ast_operand *operand = new_operand(p);

    operand->span = span;
    operand->side = side;
    operand->field = *field;
    return operand;
}

struct ast_operand *parse_operand_value(struct parse *p, const struct ast_value *value)
{
    struct ast_operand *operand = new_operand(p);

    operand->span = value->span;
    operand->side = DWR_SIDE_VALUE;
    operand->value = *value;
    return operand;
}

/* server_role and its like are words only while merging; a document may have such fields. */
static void take_role(struct parse *p, struct ast_operand *operand)
{
    if (!p->merging || operand->side != DWR_SIDE_DOC)
        return;
    if (str_is(operand->field.text, "server_role"))
        operand->side = DWR_SIDE_SERVER_ROLE;
    else if (str_is(operand->field.text, "client_role"))
        operand->side = DWR_SIDE_CLIENT_ROLE;
    else if (str_is(operand->field.text, "client_user"))
        operand->side = DWR_SIDE_CLIENT_USER;
}

/* A string is a field before `is set`, `changes` and the like, and on the left of a comparison of
 * the document's fields; everywhere else it is a value. */
static void take_left(struct parse *p, struct ast_operand *left, enum dwr_cond_op op)
{
    bool names_field = !p->merging || op == DWR_COND_CHANGES || op == DWR_COND_BECOMES;

    if (left->side == DWR_SIDE_VALUE && left->value.kind == AST_VALUE_STRING && names_field) {
        left->field = *parse_name(p, &(struct ast_text){ left->span, left->field.text });
        left->side = DWR_SIDE_DOC;
        left->value = (struct ast_value){ .kind = AST_VALUE_NONE };
    } else if (op != DWR_COND_CHANGES && op != DWR_COND_BECOMES) {
        take_role(p, left);
    }
}

/* On the right `true`, `false` and `null` are values. */
static void take_right(struct parse *p, struct ast_operand *right)
{
    static const struct {
        const char *word;
        enum ast_value_kind kind;
    } values[] = { { "true", AST_VALUE_TRUE },
                   { "false", AST_VALUE_FALSE },
                   { "null", AST_VALUE_NULL } };
    size_t i;

    for (i = 0; i < sizeof values / sizeof *values && right->side == DWR_SIDE_DOC; i++)
        if (str_is(right->field.text, values[i].word)) {
            right->side = DWR_SIDE_VALUE;
            right->value = *parse_value(p, values[i].kind, right->span);
        }
    take_role(p, right);
}

struct ast_cond *parse_compare(struct parse *p, struct span span, enum dwr_cond_op op,
                               struct ast_operand *left, struct ast_operand *right,
                               const struct ast_values *values)
{
    struct ast_cond *cond = ARENA_NEW(p->arena, struct ast_cond);

    cond->op = op;
    cond->span = span;
    cond->depth = 1;
    cond->values = *values;
    if (left != NULL) {
        take_left(p, left, op);
        cond->left = *left;
    }
    if (right != NULL) {
        take_right(p, right);
        cond->right = *right;
    }
    return cond;
}

struct ast_cond *parse_cond(struct parse *p, struct span span, enum dwr_cond_op op,
                            struct ast_cond *a, struct ast_cond *b)
{
    struct ast_cond *cond = ARENA_NEW(p->arena, struct ast_cond);

    cond->op = op;
    cond->span = span;
    cond->a = a;
    cond->b = b;
    cond->depth = 1 + (b != NULL && b->depth > a->depth ? b->depth : a->depth);
    if (cond->depth <= AST_COND_DEPTH_MAX)
        return cond;
    if (cond->depth == AST_COND_DEPTH_MAX + 1)
        parse_lexical(p, DIAG_DEPTH, b != NULL ? b->span : span,
                      "a condition of more than %d parts that hang together; 'in (…)' takes lists",
                      AST_COND_DEPTH_MAX);
    /* Reported once: what is above stays flat and says nothing more. */
    cond->depth = AST_COND_DEPTH_MAX + 2;
    cond->op = DWR_COND_CREATED;
    cond->a = cond->b = NULL;
    return cond;
}

/* --- parts of statements --- */

struct ast_moment *parse_moment(struct parse *p, const struct ast_name *field,
                                const struct ast_name *time)
{
    struct ast_moment *moment = ARENA_NEW(p->arena, struct ast_moment);

    moment->said = true;
    moment->field = *field;
    if (time != NULL)
        moment->time = *time;
    return moment;
}

struct ast_offline *parse_offline(struct parse *p, struct ast_offline *list, unsigned which,
                                  const struct ast_flag *flag)
{
    struct ast_flag *flags[3];

    if (list == NULL) {
        list = ARENA_NEW(p->arena, struct ast_offline);
        list->stmt.kind = AST_OFFLINE;
    }
    flags[0] = &list->create;
    flags[1] = &list->update;
    flags[2] = &list->delete_;
    if (flags[which]->said)
        list->again[which] = *flag;
    else
        *flags[which] = *flag;
    return list;
}

struct rules_row *parse_row(struct parse *p, const struct ast_name *field,
                            const struct ast_text *row)
{
    struct rules_row *it = arena_alloc(p->arena, sizeof *it);

    *it = (struct rules_row){ .field = *field };
    if (row != NULL)
        it->row = *row;
    return it;
}

/* --- statements and blocks --- */

struct ast_stmt *parse_stmt(struct parse *p, const void *stmt, size_t size)
{
    return memcpy(arena_alloc(p->arena, size), stmt, size);
}

void parse_add(struct parse *p, struct ast_stmt *stmt)
{
    struct parse_block *block = &p->blocks[p->block_count - 1];

    if (stmt == NULL)
        return;
    if (block->last == NULL)
        block->block.first = stmt;
    else
        block->last->next = stmt;
    block->last = stmt;
    if (block->block.of[stmt->kind] == NULL)
        block->block.of[stmt->kind] = stmt;
    else
        block->last_of[stmt->kind]->same = stmt;
    block->last_of[stmt->kind] = stmt;
    block->block.count++;
}

void parse_broken(struct parse *p)
{
    p->blocks[p->block_count - 1].block.broken = true;
}

void parse_broken_last(struct parse *p)
{
    struct ast_stmt *last = p->blocks[0].last;

    if (last != NULL && last->kind == AST_DOCTYPE)
        AST_AS(ast_doctype, last)->block.broken = true;
    else if (last != NULL && last->kind == AST_TEST)
        AST_AS(ast_test, last)->block.broken = true;
}

void parse_head(struct parse *p, struct span head)
{
    p->in_head = true;
    p->head = head;
    p->head_token = p->last.kind;
}

void parse_open(struct parse *p, enum parse_block_kind kind, struct span brace)
{
    struct parse_block *block = &p->blocks[p->block_count++];

    memset(&block->block, 0, sizeof block->block);
    block->kind = kind;
    block->head = kind != PARSE_RULE ? p->head : brace; /* which has no head of its own */
    block->open = brace;
    block->braces = p->braces;
    block->last = NULL;
    p->in_head = false;
}

/* Ends the innermost block, its text ending where `end` does. */
static const struct ast_block *close(struct parse *p, struct span end)
{
    struct parse_block *block = &p->blocks[--p->block_count];

    block->block.span = (struct span){ end.source, block->open.begin, end.end };
    return &block->block;
}

struct ast_stmt *parse_close(struct parse *p, enum ast_kind kind, struct span span,
                             struct span word, size_t size, size_t offset)
{
    char *it = arena_alloc(p->arena, size);
    struct ast_stmt *stmt = (struct ast_stmt *)(void *)it;

    /* The block is large: it is copied once, and only what stands beside it is zeroed. */
    memset(it, 0, offset);
    memset(it + offset + sizeof(struct ast_block), 0, size - offset - sizeof(struct ast_block));
    memcpy(it + offset, close(p, span), sizeof(struct ast_block));
    stmt->kind = kind;
    stmt->span = span;
    stmt->word = word;
    return stmt;
}

struct ast_block *parse_close_alone(struct parse *p, struct span brace)
{
    struct ast_block *block = arena_alloc(p->arena, sizeof *block);

    return memcpy(block, close(p, brace), sizeof *block);
}

void parse_drop(struct parse *p)
{
    p->block_count--;
}

/* --- tokens and comments --- */

static void add_token(struct parse *p, struct ast_tokens *tokens, struct span span,
                      enum ast_token_kind kind)
{
    if (tokens->count == tokens->capacity) {
        uint32_t capacity = tokens->capacity == 0 ? 64 : tokens->capacity * 2;

        tokens->v = arena_grow(p->arena, tokens->v, tokens->capacity, capacity, sizeof *tokens->v);
        tokens->capacity = capacity;
    }
    tokens->v[tokens->count++] = (struct ast_token){ span.begin, span.end, kind };
}

void parse_keep_token(struct parse *p, struct span span, enum ast_token_kind kind)
{
    if (p->options->keep_tokens)
        add_token(p, &p->file->tokens, span, kind);
}

/* Three slashes and no fourth make a doc comment; a row of slashes is a ruler. */
void parse_keep_comment(struct parse *p, struct span span)
{
    const char *text = p->text + span.begin;
    size_t n = span.end - span.begin;
    enum ast_token_kind kind = n >= 3 && memcmp(text, "///", 3) == 0 && (n == 3 || text[3] != '/')
                                   ? AST_TOKEN_DOC_COMMENT
                                   : AST_TOKEN_COMMENT;

    add_token(p, &p->file->comments, span, kind);
    parse_keep_token(p, span, kind);
}

static bool is_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    return p == end;
}

struct dwr_str parse_doc(struct parse *p, uint32_t offset)
{
    const struct ast_tokens *comments = &p->file->comments;
    uint32_t low = 0, high = comments->count, first, i;
    size_t n = 0;
    char *doc;

    while (low < high) { /* how many comments stand before the offset */
        uint32_t middle = low + (high - low) / 2;

        if (comments->v[middle].begin < offset)
            low = middle + 1;
        else
            high = middle;
    }
    for (first = low; first > 0; first--) {
        const struct ast_token *c = &comments->v[first - 1];
        uint32_t next = first == low ? offset : comments->v[first].begin;

        if (c->kind != AST_TOKEN_DOC_COMMENT || !is_space(p->text + c->end, p->text + next))
            break;
        n += c->end - c->begin;
    }
    if (first == low)
        return (struct dwr_str){ NULL, 0 };
    doc = arena_alloc(p->arena, n);
    for (n = 0, i = first; i < low; i++) {
        const char *text = p->text + comments->v[i].begin + 3;
        const char *end = p->text + comments->v[i].end;

        if (text < end && *text == ' ')
            text++;
        while (end > text && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
            end--;
        if (i > first)
            doc[n++] = '\n';
        memcpy(doc + n, text, (size_t)(end - text));
        n += (size_t)(end - text);
    }
    return (struct dwr_str){ doc, n };
}
