/* parse_recover.c - where reading goes on behind a syntax error.
 *
 * One error is one finding. Behind it the tokens are skipped to where its statement must be over: a
 * ';' of its own block, the '}' that ends what it had opened, a '}' of the block around it, or a
 * word that begins a statement and stands first on its line (then a ';' is what was missing). A
 * block that the text leaves unclosed is recognised by its height: a statement word of an outer
 * block, first on a line that is not further in than the block's own first line. */
#include "parse_scanner.h"
#include "parse_state.h"

/* --- where a token stands --- */

static const char *line_begin(const struct parse *p, uint32_t offset)
{
    const char *c = p->text + offset;

    while (c > p->text && c[-1] != '\n')
        c--;
    return c;
}

bool parse_first_on_line(const struct parse *p, struct span span)
{
    const char *c = line_begin(p, span.begin);

    while (*c == ' ' || *c == '\t')
        c++;
    return c >= p->text + span.begin || (c == p->text && span.begin == 3); /* a byte-order mark */
}

/* How far in the line of an offset begins. */
static size_t indent(const struct parse *p, uint32_t offset)
{
    const char *begin = line_begin(p, offset), *c = begin;

    while (*c == ' ' || *c == '\t')
        c++;
    return (size_t)(c - begin);
}

/* --- which words begin a statement of which block --- */

#define IN(KIND) (1u << PARSE_##KIND)

static unsigned blocks_of_word(int token)
{
    /* clang-format off */
    switch (token) {
    case T_RULESET: case T_SYNC: case T_ATTACHMENTS: case T_RETRY: case T_DEFAULT:
    case T_DOCTYPE: case T_TEST:
        return IN(TOP);
    case T_SERVER_WINS: case T_CLIENT_WINS: case T_LAST_WRITE_WINS: case T_FIRST_WRITE_WINS:
    case T_MANUAL: case T_MERGE_TEXT: case T_UNION: case T_KEEP_BOTH: case T_SUM: case T_MAX:
    case T_MIN: case T_IMMUTABLE: case T_SERVER_ONLY: case T_OTHERWISE:
        return IN(DOCTYPE) | IN(FIELDS);
    case T_STRATEGY:
        return IN(DOCTYPE) | IN(ATTACHMENTS);
    case T_META: case T_LOCK: case T_CHILD: case T_TOMBSTONE: case T_NO_OVERLAP: case T_NOTIFY:
    case T_LINK: case T_CURRENT: case T_AS_OF: case T_EFFECT: case T_PUSH_PRIORITY:
    case T_OFFLINE: case T_BRANCH: case T_REASON: case T_HINT:
        return IN(DOCTYPE);
    case T_PROVISIONAL: case T_WATCH: case T_SET:
        return IN(RULE);
    case T_KEY:
        return IN(RULE) | IN(CHILD);
    case T_ORDER_BY: case T_ON_SAME_KEY: case T_COUNT_INTO: case T_REMOVES: case T_APPEND_ONLY:
    case T_HOLD:
        return IN(CHILD);
    case T_ALLOW_DELETE: case T_SOFT_DELETE: case T_TTL: case T_DELETE_WINS_OVER_UPDATE:
    case T_ARCHIVE_AFTER:
        return IN(TOMBSTONE);
    case T_CREATE:
        return IN(EFFECT);
    case T_MAX_OFFLINE: case T_FORCE_REAUTH: case T_BATCH_SIZE: case T_MANUAL_TIMEOUT:
    case T_NOTIFY_CHANNEL: case T_CHANGE_RETENTION: case T_FEED_LIMIT:
        return IN(SYNC);
    case T_AUTO_SYNC_MAX: case T_ALWAYS_SYNC: case T_DEFER_SYNC: case T_THUMBNAILS:
    case T_ON_CONFLICT: case T_LOCAL_CACHE:
        return IN(ATTACHMENTS);
    case T_BACKOFF: case T_MAX_ATTEMPTS:
        return IN(RETRY);
    case T_BASE: case T_SERVER: case T_CLIENT: case T_OP: case T_CLIENT_TS: case T_SERVER_TS:
    case T_NOW: case T_SERVER_ROLE: case T_CLIENT_ROLE: case T_CLIENT_USER: case T_EXPECT:
        return IN(TEST);
    default:
        return 0;
    }
    /* clang-format on */
}

bool parse_begins_statement(int token, enum parse_block_kind kind)
{
    return (blocks_of_word(token) & 1u << kind) != 0;
}

/* The block that a head's word announces. */
static enum parse_block_kind block_of_head(int token)
{
    switch (token) {
    case T_DOCTYPE:
    case T_DEFAULT:
        return PARSE_DOCTYPE;
    case T_SYNC:
        return PARSE_SYNC;
    case T_ATTACHMENTS:
        return PARSE_ATTACHMENTS;
    case T_RETRY:
        return PARSE_RETRY;
    case T_TEST:
        return PARSE_TEST;
    case T_CHILD:
        return PARSE_CHILD;
    case T_FIELDS:
        return PARSE_FIELDS;
    case T_TOMBSTONE:
        return PARSE_TOMBSTONE;
    default:
        return PARSE_EFFECT;
    }
}

uint32_t parse_unclosed_before(const struct parse *p, const struct parse_token *t)
{
    uint32_t i = p->block_count - 1;

    if (blocks_of_word(t->kind) == 0 || !parse_first_on_line(p, parse_token_span(p, t)))
        return 0;
    while (i > 0 && indent(p, parse_token_span(p, t).begin) <= indent(p, p->blocks[i].head.begin)) {
        i--;
        if (parse_begins_statement(t->kind, p->blocks[i].kind))
            return p->block_count - 1 - i;
    }
    return 0;
}

/* A statement of a block whose '{' is missing, or whose '}' came too early. */
bool parse_is_unopened(const struct parse *p, int token, bool can_open)
{
    const enum parse_block_kind kind = p->blocks[p->block_count - 1].kind;

    if (p->in_head)
        return can_open && parse_begins_statement(token, block_of_head(p->head_token));
    if (parse_begins_statement(token, kind))
        return false;
    return (can_open && parse_begins_statement(token, PARSE_RULE)) ||
           (p->before.kind == T_RBRACE && kind != PARSE_TOP &&
            (blocks_of_word(token) &
             (IN(RULE) | IN(CHILD) | IN(FIELDS) | IN(TOMBSTONE) | IN(EFFECT))) != 0);
}

/* --- the queue --- */

static struct parse_token token_of(int kind, rules_place place)
{
    return (struct parse_token){ kind, place };
}

static void queue_add(struct parse *p, struct parse_token token)
{
    if (p->queue_count == 0)
        p->queue_first = 0;
    p->queue[p->queue_first + p->queue_count++] = token;
}

/* '}' for the innermost blocks, as many as count says. */
static void queue_closing(struct parse *p, uint32_t count, rules_place before)
{
    before = PLACE_FROM_TO(before, before << 32);
    p->closing = true;
    while (count-- > 0)
        queue_add(p, token_of(T_RBRACE, before));
}

static int queue_take(struct parse *p, union rules_value *value, rules_place *place)
{
    struct parse_token token = p->queue[p->queue_first++];

    p->queue_count--;
    if (p->queue_count == 0) {
        *value = p->queue_value;
        p->closing = p->closing && token.kind == T_RBRACE;
    }
    if (token.kind == T_RBRACE && p->closing)
        p->braces = p->blocks[p->block_count - 1].braces - 1;
    *place = token.place;
    return token.kind;
}

static int scan(struct parse *p, union rules_value *value, rules_place *place)
{
    int token = p->stopped ? T_END : rules_yylex(value, place, p->scanner);

    if (token == T_END)
        *place = (rules_place)p->source->size << 32 | p->source->size;
    return token;
}

/* --- going on behind an error --- */

static int give(struct parse *p, rules_place *place, int token)
{
    p->recovering = false;
    p->in_head = false;
    *place = PLACE_FROM_TO(*place, *place << 32);
    p->before = p->last;
    p->last = token_of(token, *place);
    return token;
}

/* The token is to be read again, by the statement behind what was skipped. */
static int give_before(struct parse *p, rules_place *place, int token,
                       const union rules_value *value, struct parse_token again)
{
    queue_add(p, again);
    p->queue_value = *value;
    return give(p, place, token);
}

/* With braces open that look like JSON's, a '}' further on in the line is theirs: the error was the
 * '{', and what is in the braces is a block. */
static bool closed_on_line(const struct parse *p, const struct parse_block *block,
                           const struct parse_token *t)
{
    const char *c = p->text + parse_token_span(p, t).end + 1;

    if (p->braces <= block->braces || p->behind == '\n' || p->behind == '\0')
        return false;
    if (p->behind == '}')
        return true;
    while (*c != '\0' && *c != '\n' && *c != '}')
        c++;
    return *c == '}';
}

/* What follows a word on its line, blanks left out. (The byte behind the word is flex's while it
 * reads.) */
static char follows(const struct parse *p, struct span word)
{
    const char *c = p->text + word.end, *end = p->text + p->source->size;

    for (c += c < end; c < end && (*c == ' ' || *c == '\t');)
        c++;
    return c < end ? *c : '\0';
}

/* A misspelt word that begins a block is read as what it was meant to be, so that what is wrong in
 * the block is found in the same run. */
static bool begins_block(const struct parse *p, int word)
{
    const enum parse_block_kind kind = p->blocks[p->block_count - 1].kind;
    const struct span span = parse_token_span(p, &p->last);

    if (p->in_head || !parse_first_on_line(p, span))
        return false;
    switch (word) {
    case T_DOCTYPE:
    case T_TEST:
        return kind == PARSE_TOP && follows(p, span) == '"';
    case T_DEFAULT:
    case T_SYNC:
    case T_ATTACHMENTS:
    case T_RETRY:
        return kind == PARSE_TOP && follows(p, span) == '{';
    case T_TOMBSTONE:
        return kind == PARSE_DOCTYPE && follows(p, span) == '{';
    case T_CHILD:
    case T_EFFECT:
        return kind == PARSE_DOCTYPE;
    default:
        return false;
    }
}

/* The block's '{' is missing before the token. */
static int open_before(struct parse *p, rules_place *place, const union rules_value *value,
                       struct parse_token t, rules_place before)
{
    p->braces = p->blocks[p->block_count - 1].braces + 1;
    queue_add(p, token_of(T_LBRACE, PLACE_FROM_TO(before >> 32, before)));
    return give_before(p, place, T_RESYNC_OPEN, value, t);
}

/* What stands behind a '}' shows that the block was not to end there: its next statement, further
 * in than its first word, or a '}' right below that word. */
static bool goes_on(const struct parse *p, const struct parse_token *t,
                    const struct parse_token *next)
{
    const struct parse_block *block = &p->blocks[p->block_count - 1];
    const size_t head = indent(p, block->head.begin);
    const struct span closing = parse_token_span(p, t), behind = parse_token_span(p, next);

    if (next->kind == T_END || !parse_first_on_line(p, behind))
        return false;
    if (next->kind == T_RBRACE)
        return indent(p, behind.begin) == head &&
               (!parse_first_on_line(p, closing) || indent(p, closing.begin) > head);
    return indent(p, behind.begin) > head && parse_begins_statement(next->kind, block->kind);
}

/* Behind a '}' the block goes on: what had no '{' is over. */
static int go_on(struct parse *p, rules_place *place, const union rules_value *value,
                 struct parse_token next)
{
    p->braces = p->blocks[p->block_count - 1].braces - (next.kind == T_RBRACE);
    p->unsure = 0;
    *place = next.place;
    return give_before(p, place, T_RESYNC, value, next);
}

/* *value and *place hold the token that the error was reported at: bison leaves them alone. */
static int resync(union rules_value *value, rules_place *place, struct parse *p)
{
    const struct parse_block *block = &p->blocks[p->block_count - 1];
    struct parse_token t = p->last, before = p->before;
    /* Braces that were open when the error came belong to JSON: no ';' and no bare word ends in it,
     * so both end the statement. */
    uint32_t level = p->braces - (t.kind == T_LBRACE), missing;
    /* At the top a statement that is none belongs to a block that was closed too early. */
    bool lost = block->kind == PARSE_TOP && !p->in_head &&
                (before.kind == 0 || before.kind == T_RBRACE || before.kind == T_SEMICOLON ||
                 before.kind == T_RESYNC);

    if (begins_block(p, p->meant))
        return give_before(p, place, T_RESYNC, value, token_of(p->meant, t.place));
    if (p->in_head && p->unopened)
        return open_before(p, place, value, t, before.place);
    if (level < block->braces)
        level = block->braces;
    if (lost)
        parse_broken_last(p);
    for (;;) {
        if (lost && t.kind != T_END &&
            !(parse_begins_statement(t.kind, PARSE_TOP) &&
              parse_first_on_line(p, parse_token_span(p, &t)) &&
              (t.kind == T_DOCTYPE || indent(p, parse_token_span(p, &t).begin) == 0))) {
            before = t;
            t.kind = scan(p, value, place);
            t.place = *place;
            continue;
        }
        if (lost)
            p->braces = level = block->braces;
        switch (t.kind) {
        case T_END:
            return give_before(p, place, T_RESYNC, value, t);
        case T_RBRACE:
            if (!p->closing && (p->braces < block->braces || p->unopened_json)) {
                struct parse_token next = { .kind = scan(p, value, place) };

                next.place = *place;
                if (goes_on(p, &t, &next))
                    return go_on(p, place, value, next);
                if (!p->unopened_json) {
                    queue_add(p, t);
                    return give_before(p, place, T_RESYNC, value, next);
                }
                before = t;
                t = next;
                continue;
            }
            if (p->closing) {
                p->queue[--p->queue_first] = t; /* it was the last one taken */
                p->queue_count++;
                return give(p, place, T_RESYNC);
            }
            if (p->braces == block->braces && !p->unopened) {
                p->swallow = true;
                return give(p, place, T_RESYNC);
            }
            break;
        case T_SEMICOLON:
            if (p->braces <= level && !p->unopened && !closed_on_line(p, block, &t)) {
                p->braces = block->braces;
                p->unsure = 0;
                return give(p, place, T_RESYNC);
            }
            break;
        case T_LBRACE:
            if (p->in_head && p->braces == block->braces + 1)
                return give_before(p, place, T_RESYNC_OPEN, value, t);
            break;
        default:
            if (p->braces > level || !parse_first_on_line(p, parse_token_span(p, &t)) ||
                (before.kind == T_COMMA && !p->in_head)) /* a list that goes on */
                break;
            if (parse_begins_statement(t.kind, block->kind)) {
                p->braces = block->braces;
                p->unsure = 0;
                return give_before(p, place, T_RESYNC, value, t);
            }
            if (p->in_head && parse_begins_statement(t.kind, block_of_head(p->head_token)))
                return open_before(p, place, value, t, before.place);
            missing = parse_unclosed_before(p, &t);
            if (missing > 0) {
                queue_closing(p, missing, t.place);
                return give_before(p, place, T_RESYNC, value, t);
            }
        }
        before = t;
        t.kind = scan(p, value, place);
        t.place = *place;
    }
}

int parse_token(union rules_value *value, rules_place *place, struct parse *p)
{
    int token;

    if (p->recovering)
        return resync(value, place, p);
    token = p->queue_count > 0 ? queue_take(p, value, place) : scan(p, value, place);
    if (p->swallow) {
        p->swallow = false;
        if (token == T_SEMICOLON)
            token = scan(p, value, place);
    }
    if (token == T_END && p->options->hint != NULL && !p->options->hint->reached) {
        token = T_STRAY;
    } else if (token == T_END && p->block_count > 1) {
        if (!p->ended)
            parse_unclosed(p, place_span(p->index, *place), "the end of the file");
        p->ended = true;
        if (p->braces > p->blocks[p->block_count - 1].braces) {
            /* A '}' made up for the block would end the JSON value that is open: that goes first.
             */
            p->braces = p->blocks[p->block_count - 1].braces;
            token = T_STRAY;
        } else {
            queue_closing(p, p->block_count - 1, *place);
            queue_add(p, token_of(T_END, *place));
            token = queue_take(p, value, place);
        }
    }
    p->before_that = p->before;
    p->before = p->last;
    p->last = token_of(token, *place);
    return token;
}
