/* fmt_read.c - a source as its tokens, with the space between each two where they stand on one
 * line, and as a tree of what begins lines: statements and comments. */
#include <assert.h>
#include <string.h>

#include "fmt_parts.h"

/* --- tokens --- */

static uint32_t characters(const char *p, uint32_t n)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xC0) != 0x80;
    return count;
}

static uint8_t line_ends(const char *p, const char *end)
{
    uint8_t n = 0;

    for (; p < end && n < 2; p++)
        n += *p == '\n';
    return n;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool fmt_is(const struct fmt *f, uint32_t i, const char *text)
{
    const struct fmt_token *t = &f->tokens[i];
    const size_t n = strlen(text);

    return t->end - t->begin == n && memcmp(f->source + t->begin, text, n) == 0;
}

/* A mark that stands alone: its character; else 0. */
static char mark(const struct fmt *f, uint32_t i)
{
    const struct fmt_token *t = &f->tokens[i];

    return t->kind == AST_TOKEN_PUNCTUATION && t->end - t->begin == 1 ? f->source[t->begin] : '\0';
}

/* Whether a space stands between a token and the one before it. */
static bool has_space(const struct fmt *f, uint32_t i)
{
    const char here = mark(f, i), before = mark(f, i - 1);

    if (here != '\0' && strchr(";,)].:", here))
        return false;
    if (before != '\0' && strchr("([.", before))
        return false;
    if (before == '{' && here == '}')
        return false;
    return !(here == '(' && i > 1 && fmt_is(f, i - 1, "sum") && fmt_is(f, i - 2, "on_same_key"));
}

/* No more brackets are open at once than the parser allows (PARSE_NESTING_MAX). */
enum { OPEN_MAX = 128 };

static void read_tokens(struct fmt *f, const struct ast_tokens *from)
{
    uint32_t open[OPEN_MAX], depth = 0, comments = 0, end = 0;

    f->count = from->count;
    f->tokens = arena_zero(f->arena, ((size_t)from->count + 1) * sizeof *f->tokens);
    for (uint32_t i = 0; i < from->count; i++) {
        struct fmt_token *t = &f->tokens[i];
        char c;

        t->kind = (uint8_t)from->v[i].kind;
        t->begin = from->v[i].begin;
        t->end = from->v[i].end;
        while (fmt_is_comment(f, i) && is_space(f->source[t->end - 1]))
            t->end--;
        t->width = characters(f->source + t->begin, t->end - t->begin);
        t->lines = line_ends(f->source + end, f->source + t->begin);
        t->comments = comments;
        t->match = FMT_NONE;
        t->space = i > 0 && has_space(f, i);
        end = from->v[i].end;
        comments += fmt_is_comment(f, i);
        c = mark(f, i);
        if (c != '\0' && strchr("{[(", c)) {
            assert(depth < OPEN_MAX);
            open[depth++] = i;
        } else if (c != '\0' && strchr("}])", c)) {
            assert(depth > 0);
            t->match = open[--depth];
            f->tokens[t->match].match = i;
        }
    }
}

/* The last token that begins before an offset. */
static uint32_t last_before(const struct fmt *f, uint32_t offset)
{
    uint32_t low = 0, high = f->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (f->tokens[middle].begin < offset)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low > 0);
    return low - 1;
}

static void lay_flat(struct fmt *f)
{
    for (uint32_t i = 1; i < f->count; i++)
        f->tokens[i].flat =
            f->tokens[i - 1].flat + f->tokens[i - 1].width + (f->tokens[i].space ? 1 : 0);
}

/* --- entries --- */

static const struct ast_block *block_of(const struct ast_stmt *stmt)
{
    switch ((int)stmt->kind) {
    case AST_SYNC:
    case AST_ATTACHMENTS:
    case AST_RETRY:
    case AST_DEFAULT:
    case AST_TOMBSTONE:
        return &AST_AS(ast_section, stmt)->block;
    case AST_DOCTYPE:
        return &AST_AS(ast_doctype, stmt)->block;
    case AST_CHILD:
        return &AST_AS(ast_child, stmt)->block;
    case AST_EFFECT:
        return &AST_AS(ast_effect, stmt)->block;
    case AST_TEST:
        return &AST_AS(ast_test, stmt)->block;
    case AST_RULE:
        return AST_AS(ast_rule, stmt)->block;
    case AST_ON_SAME_KEY:
        return AST_AS(ast_on_same_key, stmt)->block;
    default:
        return NULL;
    }
}

static struct fmt_entry *add_entry(struct fmt *f, struct fmt_list *list)
{
    if (list->count == list->capacity) {
        const uint32_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;

        list->v = arena_grow(f->arena, list->v, list->capacity, capacity, sizeof *list->v);
        list->capacity = capacity;
    }
    return &list->v[list->count++];
}

/* The comment that stands behind a token on its line. */
static uint32_t comment_behind(const struct fmt *f, uint32_t i)
{
    return i + 1 < f->count && fmt_is_comment(f, i + 1) && f->tokens[i + 1].lines == 0 ? i + 1
                                                                                       : FMT_NONE;
}

static bool on_one_line(const struct fmt *f, uint32_t first, uint32_t last)
{
    for (uint32_t i = first + 1; i <= last; i++)
        if (f->tokens[i].lines > 0)
            return false;
    return true;
}

/* expect outcome parts["A"] …: the bracket belongs to the name before it. */
static void join_row(struct fmt *f, const struct fmt_entry *entry)
{
    for (uint32_t i = entry->first + 3; i < entry->last && i <= entry->first + 4; i++)
        if (mark(f, i) == '[')
            f->tokens[i].space = false;
}

static void read_list(struct fmt *f, struct fmt_list *list, const struct ast_stmt *stmt, uint32_t i,
                      uint32_t end);

static void read_statement(struct fmt *f, struct fmt_entry *entry, const struct ast_stmt *stmt)
{
    const struct ast_block *block = block_of(stmt);

    entry->stmt = stmt;
    entry->last = last_before(f, stmt->span.end);
    if (stmt->kind == AST_EXPECT)
        join_row(f, entry);
    if (!block)
        return;
    entry->open = last_before(f, block->span.begin + 1);
    entry->folded = entry->open + 1 == entry->last || on_one_line(f, entry->open, entry->last);
    entry->list = ARENA_NEW(f->arena, struct fmt_list);
    entry->list->in = stmt->kind;
    entry->list->trailing = comment_behind(f, entry->open);
    read_list(f, entry->list, block->first,
              entry->list->trailing == FMT_NONE ? entry->open + 1 : entry->open + 2, entry->last);
}

/* Tokens i to before end. */
static void read_list(struct fmt *f, struct fmt_list *list, const struct ast_stmt *stmt, uint32_t i,
                      uint32_t end)
{
    while (i < end) {
        struct fmt_entry *entry = add_entry(f, list);

        *entry = (struct fmt_entry){ .first = i,
                                     .last = i,
                                     .trailing = FMT_NONE,
                                     .open = FMT_NONE,
                                     .blank = list->count > 1 && f->tokens[i].lines > 1 };
        if (!fmt_is_comment(f, i)) {
            assert(stmt && stmt->span.begin == f->tokens[i].begin);
            read_statement(f, entry, stmt);
            entry->trailing = comment_behind(f, entry->last);
            stmt = stmt->next;
        }
        i = (entry->trailing == FMT_NONE ? entry->last : entry->trailing) + 1;
    }
}

void fmt_read(struct fmt *f, const struct ast_ruleset *rules, uint32_t source)
{
    const struct ast_stmt *stmt = rules->top.first;

    f->source = rules->sources.v[source].text;
    read_tokens(f, &rules->files[source].tokens);
    while (stmt && stmt->span.source != source)
        stmt = stmt->next;
    f->top.in = AST_KIND_COUNT;
    read_list(f, &f->top, stmt, 0, f->count);
    lay_flat(f);
}
