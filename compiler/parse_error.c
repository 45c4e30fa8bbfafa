/* parse_error.c - syntax errors: which is reported, and in which words. */
#include <stdarg.h>
#include <stdio.h>

#include "parse_scanner.h"
#include "parse_state.h"

#include "../runtime/dwr.h"

struct diag_finding *parse_lexical(struct parse *p, enum diag_code code, struct span span,
                                   const char *format, ...)
{
    struct dwr_str text;
    va_list args;

    if (p->recovering || p->stopped)
        return NULL;
    va_start(args, format);
    text = arena_vprintf(p->arena, format, args);
    va_end(args);
    p->file->broken = true;
    return diag_add(p->diag, code, span, "%s", text.p);
}

bool parse_nest(struct parse *p, struct span span, bool brace, int by)
{
    if (by > 0) {
        p->nesting++;
        p->braces += brace;
        if (p->nesting > PARSE_NESTING_MAX) {
            p->recovering = false; /* this ends the source: it is said whatever went before */
            parse_lexical(p, DIAG_DEPTH, span, "nested deeper than %d: the rest is not read",
                          PARSE_NESTING_MAX);
            p->stopped = true;
            return false;
        }
    } else {
        p->nesting -= p->nesting > 0;
        p->braces -= brace && p->braces > 0;
    }
    return true;
}

void parse_too_deep(struct parse *p, struct span span)
{
    p->recovering = false;
    parse_lexical(p, DIAG_DEPTH, span, "nested too deep: the rest is not read");
    p->stopped = true;
}

void parse_unclosed(struct parse *p, struct span before, const char *what)
{
    const struct parse_block *block = &p->blocks[p->block_count - 1];
    struct dwr_str word = parse_token_text(p, block->head);
    struct diag_finding *finding;

    if (p->unsure > block->open.begin)
        return;
    finding = parse_lexical(p, DIAG_UNCLOSED, block->head,
                            "this '%.*s' block is not closed before %s", (int)word.n, word.p, what);
    if (finding != NULL)
        diag_note(p->diag, finding, before, "a '}' is missing before this");
}

/* A mark twice, where once is what is meant; a comma behind JSON's last element. */
static void propose_less(struct parse *p, struct diag_finding *finding, int token, struct span span)
{
    const struct span before = parse_token_span(p, &p->before);
    struct diag_fix *fix;

    if ((token == T_COMMA || token == T_SEMICOLON) && p->before.kind == token) {
        fix = diag_fix(p->diag, finding, true, "leave it out");
        diag_edit(p->diag, fix, (struct span){ span.source, before.end, span.end }, "%s", "");
    } else if ((token == T_RBRACE || token == T_RBRACKET) && p->before.kind == T_COMMA) {
        fix = diag_fix(p->diag, finding, true, "leave out the comma before it");
        diag_edit(p->diag, fix, before, "%s", "");
    }
}

/* The scanner has complained of this very token. */
static bool was_reported(const struct parse *p, struct span span)
{
    const struct diag_finding *last = p->diag->count == 0 ? NULL : p->diag->v[p->diag->count - 1];

    return last != NULL && last->span.source == span.source && last->span.begin == span.begin &&
           span.end > span.begin;
}

void parse_fill_hint(struct parse *p, const int *expected, int expected_count)
{
    struct parse_hint *hint = p->options->hint;
    bool can[T_RESYNC_OPEN + 1] = { false };
    bool any_word;

    for (int i = 0; i < expected_count; i++)
        can[expected[i]] = true;
    any_word = can[T_WORD] && can[T_STRATEGY];
    hint->reached = true;
    hint->name = any_word;
    hint->condition = any_word && can[T_LPAREN];
    hint->operand = any_word && !can[T_LPAREN] && can[T_NUMBER];
    hint->string = can[T_STRING];
    hint->number = can[T_NUMBER];
    hint->duration = can[T_DURATION];
    hint->size = can[T_SIZE];
    hint->value = !any_word && can[T_STRING] && can[T_TRUE] && can[T_NULL];
    hint->status = can[T_WORD] && !any_word && can[T_OUTCOME];
    hint->words = arena_array(p->arena, T_VERSION_ALL + 1, sizeof *hint->words);
    hint->word_count = 0;
    for (int t = T_WORD + 1; t <= T_VERSION_ALL && !any_word; t++)
        if (can[t])
            hint->words[hint->word_count++] = parse_token_name(t);
    hint->block_count = p->block_count - 1;
    hint->blocks = arena_array(p->arena, p->block_count, sizeof *hint->blocks);
    for (uint32_t i = 1; i < p->block_count; i++)
        hint->blocks[i - 1] =
            (struct parse_hint_block){ .head = p->blocks[i].head, .open = p->blocks[i].open };
}

void parse_unexpected(struct parse *p, int token, struct span span, const int *expected,
                      int expected_count)
{
    bool can[T_RESYNC_OPEN + 1] = { false };
    const struct parse_block *block = &p->blocks[p->block_count - 1];
    struct diag_finding *finding;
    struct dwr_str wanted, got = parse_token_text(p, span);
    int i;

    p->file->broken = true;
    p->meant = 0;
    p->unopened = p->unopened_json = false;
    if (p->braces > block->braces)
        p->unsure = span.end;
    if (token == T_STRAY && p->options->hint != NULL && !p->options->hint->reached &&
        span.begin >= p->source->size) {
        parse_fill_hint(p, expected, expected_count);
        p->recovering = true;
        return;
    }
    if (token == T_STRAY || p->closing || p->stopped || was_reported(p, span)) {
        p->recovering = true;
        return;
    }
    if (p->block_count > 1 && parse_unclosed_before(p, &p->last) > 0) {
        parse_unclosed(p, span, arena_printf(p->arena, "'%.*s'", (int)got.n, got.p).p);
        p->recovering = true;
        return;
    }
    for (i = 0; i < expected_count; i++)
        can[expected[i]] = true;
    wanted = parse_describe(p, can);
    p->unopened = parse_is_unopened(p, token, can[T_LBRACE]);
    p->unopened_json =
        block->kind == PARSE_TEST &&
        ((token == T_COLON && p->before.kind == T_STRING) || (token == T_STRING && can[T_LBRACE]));
    if (can[T_SEMICOLON] && p->before.kind != 0 &&
        (token == T_RBRACE || token == T_END || parse_first_on_line(p, span))) {
        struct span end = { span.source, parse_token_span(p, &p->before).end,
                            parse_token_span(p, &p->before).end };

        got = parse_token_text(p, parse_token_span(p, &p->before));
        finding = diag_add(p->diag, DIAG_SYNTAX, end, "expected %.*s after '%.*s'", (int)wanted.n,
                           wanted.p, (int)(got.n < 60 ? got.n : 60), got.p);
        if (token == T_RBRACE || token == T_END || parse_begins_statement(token, block->kind))
            diag_edit(p->diag, diag_fix(p->diag, finding, true, "put ';' there"), end, ";");
        if (!parse_first_on_line(p, span) || token == T_RBRACE || token == T_END)
            token = T_SEMICOLON; /* nothing helpful can be said about it */
    } else if (token == T_END) {
        finding = diag_add(p->diag, DIAG_SYNTAX, span, "unexpected end of the file; expected %.*s",
                           (int)wanted.n, wanted.p);
    } else {
        finding = diag_add(p->diag, DIAG_SYNTAX, span, "unexpected %s%s%.*s%s; expected %.*s",
                           parse_is_word(token)  ? "word "
                           : token == T_STRING   ? "string "
                           : token == T_NUMBER   ? "number "
                           : token == T_DURATION ? "duration "
                           : token == T_SIZE     ? "size "
                                                 : "",
                           token == T_STRING ? "" : "'", (int)(got.n < 60 ? got.n : 60), got.p,
                           token == T_STRING ? "" : "'", (int)wanted.n, wanted.p);
        propose_less(p, finding, token, span);
    }
    parse_help(p, finding, token, span, can);
    if (p->block_count > 1) {
        struct dwr_str word = parse_token_text(p, block->head);

        if (block->kind == PARSE_RULE)
            diag_note(p->diag, finding, block->head, "in this block");
        else
            diag_note(p->diag, finding, block->head, "in this %.*s", (int)word.n, word.p);
    }
    p->recovering = true;
}
