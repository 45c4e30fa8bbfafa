/* parse_say.c - the words of a syntax error: what could have stood there, and what whoever wrote it
 * may have meant. */
#include <ctype.h>
#include <stdio.h>

#include "parse_scanner.h"
#include "parse_state.h"

#include "../runtime/dwr.h"

bool parse_is_word(int token)
{
    return token >= T_WORD && token <= T_VERSION_ALL;
}

/* --- what was expected --- */

/* A sentence's end as it grows: "a field name, ',' or ';'". */
struct wanted {
    const char *v[24];
    unsigned count;
};

static void want(struct wanted *w, const char *what)
{
    if (w->count < sizeof w->v / sizeof *w->v)
        w->v[w->count++] = what;
}

/* More words than this are not listed: they are called by what they begin. */
#define WORDS_LISTED 8u

static const char *const statements_of[] = {
    [PARSE_TOP] = "'doctype', 'default', 'test', 'sync', 'attachments', 'retry', 'ruleset'",
    [PARSE_DOCTYPE] = "a statement",
    [PARSE_RULE] = "a statement",
    [PARSE_CHILD] = "a statement of a child table",
    [PARSE_FIELDS] = "a rule, 'otherwise'",
    [PARSE_TOMBSTONE] = "a statement",
    [PARSE_EFFECT] = "'create'",
    [PARSE_SYNC] = "a statement of 'sync'",
    [PARSE_ATTACHMENTS] = "a statement of 'attachments'",
    [PARSE_RETRY] = "a statement of 'retry'",
    [PARSE_TEST] = "a statement of a test",
};

/* What the words and openings that could stand here are together, where that has a name; what it
 * names is taken out of can. */
static const char *name_of_all(const struct parse *p, bool *can)
{
    static const int of_values[] = { T_STRING, T_NUMBER, T_LBRACE, T_LBRACKET, T_LPAREN };
    const bool any_word = can[T_WORD] && can[T_STRATEGY]; /* a name: whatever word it is */
    const bool value = can[T_STRING] && can[T_TRUE] && can[T_NULL];
    const char *name;
    unsigned words = 0, i;
    int t;

    for (t = T_WORD; t <= T_VERSION_ALL; t++)
        words += can[t];
    if (any_word)
        name = can[T_LPAREN]   ? "a condition"
               : can[T_NUMBER] ? "a field or a value"
               : can[T_STRING] ? "a field name"
                               : "a word";
    else if (value)
        name = "a value";
    else if (can[T_FIELD_LEVEL])
        name = "a strategy";
    else if (can[T_MERGE_TEXT] && !can[T_OTHERWISE])
        name = "a rule";
    else if (words > WORDS_LISTED || can[T_DOCTYPE] || can[T_OTHERWISE])
        name = statements_of[p->blocks[p->block_count - 1].kind];
    else if (can[T_WORD]) /* expect STATUS: the other words stay */
        return can[T_WORD] = false, "a status";
    else
        return NULL;
    for (t = T_WORD; t <= T_VERSION_ALL; t++)
        can[t] = false;
    for (i = 0; i < sizeof of_values / sizeof *of_values; i++)
        can[of_values[i]] = can[of_values[i]] && !any_word && !value;
    return name;
}

/* What could have stood here, in words. */
struct dwr_str parse_describe(struct parse *p, const bool *could)
{
    static const int first[] = { T_COMMA, T_SEMICOLON, T_LBRACE };
    bool can[T_RESYNC_OPEN + 1];
    struct wanted w = { .count = 0 };
    char text[1024];
    const char *all;
    size_t n = 0;
    unsigned i;
    int t;

    memcpy(can, could, sizeof can);
    can[T_STRAY] = can[T_RESYNC] = can[T_RESYNC_OPEN] = false;
    all = name_of_all(p, can);
    if (all != NULL)
        want(&w, all);
    for (i = 0; i < sizeof first / sizeof *first; i++)
        if (can[first[i]]) {
            want(&w, parse_token_name(first[i]));
            can[first[i]] = false;
        }
    if (can[T_EQ] && can[T_NE]) {
        want(&w, "a comparison");
        for (t = T_EQ; t <= T_GE; t++)
            can[t] = false;
    }
    for (t = T_WORD; t <= T_RESYNC_OPEN; t++)
        if (can[t])
            want(&w, parse_is_word(t) ? arena_printf(p->arena, "'%s'", parse_token_name(t)).p
                                      : parse_token_name(t));
    if (can[T_END])
        want(&w, parse_token_name(T_END));
    for (i = 0; i < w.count && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                              i == 0             ? ""
                              : i + 1 == w.count ? " or "
                                                 : ", ",
                              w.v[i]);
    if (n >= sizeof text)
        n = sizeof text - 1;
    return (struct dwr_str){ arena_copy(p->arena, text, n), n };
}

/* --- what may have been meant --- */

/* The words of the language that are legal here, and their tokens. */
static size_t legal_words(const bool *can, struct dwr_str *words, int *tokens)
{
    size_t count = 0;

    for (int t = T_WORD + 1; t <= T_VERSION_ALL; t++) {
        if (!can[t])
            continue;
        tokens[count] = t;
        words[count++] = (struct dwr_str){ parse_token_name(t), strlen(parse_token_name(t)) };
    }
    return count;
}

/* The only one of them that begins with the word, as "manual" does manual_resolve; or NULL. */
static const char *completed(struct dwr_str word, const struct dwr_str *words, size_t count)
{
    const char *found = NULL;

    for (size_t i = 0; i < count; i++) {
        if (word.n < 4 || words[i].n <= word.n || memcmp(words[i].p, word.p, word.n) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = words[i].p;
    }
    return found;
}

/* May a statement of the word stand in one block more than once? */
static bool is_repeatable(int token)
{
    /* clang-format off */
    switch (token) {
    case T_SERVER_WINS: case T_CLIENT_WINS: case T_LAST_WRITE_WINS: case T_FIRST_WRITE_WINS:
    case T_MANUAL: case T_MERGE_TEXT: case T_UNION: case T_KEEP_BOTH: case T_SUM: case T_MAX:
    case T_MIN: case T_IMMUTABLE: case T_SERVER_ONLY: case T_DOCTYPE: case T_TEST: case T_META:
    case T_CHILD: case T_NO_OVERLAP: case T_NOTIFY: case T_LINK: case T_CURRENT: case T_AS_OF:
    case T_EFFECT: case T_PUSH_PRIORITY: case T_ARCHIVE_AFTER: case T_CREATE: case T_SET:
    case T_EXPECT:
        return true;
    default:
        return false;
    }
    /* clang-format on */
}

/* Does the word stand in the source's text from begin to end, apart from strings and comments? */
static bool stands_in(const char *begin, const char *end, const char *word)
{
    const size_t n = strlen(word);

    for (const char *c = begin; c < end; c++) {
        if (*c == '"') {
            for (c++; c < end && *c != '"' && *c != '\n';)
                c += *c == '\\' ? 2 : 1;
        } else if (*c == '/' && c + 1 < end && c[1] == '/') {
            while (c < end && *c != '\n')
                c++;
        } else if (parse_goes_on_word(*c)) {
            const char *const first = c;

            while (c < end && parse_goes_on_word(*c))
                c++;
            if ((size_t)(c - first) == n && memcmp(first, word, n) == 0)
                return true;
            c--;
        }
    }
    return false;
}

/* Where the block that is open ends: with the next line that begins with '}', or a statement of the
 * source. Good enough to say that something is not sure. */
static const char *block_end(const struct parse *p, const char *c)
{
    const char *const end = p->text + p->source->size;

    for (; c < end; c++)
        if (*c == '\n' && c + 1 < end && (c[1] == '}' || islower((unsigned char)c[1])))
            break;
    return c;
}

/* Would the word, in the place of the span, say for a second time what is said once? */
static bool says_again(const struct parse *p, struct span span, int token)
{
    const struct parse_block *block = &p->blocks[p->block_count - 1];
    const char *const word = parse_token_name(token);
    const char *const at = p->text + span.end + 1; /* flex has a NUL behind the token */

    return parse_begins_statement(token, block->kind) && !is_repeatable(token) &&
           (stands_in(p->text + block->open.end, p->text + span.begin, word) ||
            stands_in(at, block_end(p, at), word));
}

/* The word that began the statement being read: behind the last ';', '{' or '}'. */
static bool statement_begins(const struct parse *p, const char *const *words)
{
    const char *const end = p->text + parse_token_span(p, &p->last).end;
    const char *c = end;

    while (c > p->text && c[-1] != ';' && c[-1] != '{' && c[-1] != '}')
        c--;
    while (c < end && isspace((unsigned char)*c))
        c++;
    for (; *words != NULL; words++)
        if ((size_t)(end - c) > strlen(*words) && memcmp(c, *words, strlen(*words)) == 0 &&
            !parse_goes_on_word(c[strlen(*words)]))
            return true;
    return false;
}

bool parse_may_follow(const struct parse *p, int token)
{
    static const char *const links[] = { "link", "as_of", "current", NULL };
    const int last = p->last.kind;
    const bool operand = parse_is_word(last) || last == T_STRING || last == T_NUMBER ||
                         last == T_RPAREN || last == T_TRUE || last == T_FALSE || last == T_NULL;

    if (p->recovering)
        return false;
    if (token == T_NOT)
        return last == T_WHEN || last == T_UNLESS || last == T_AND || last == T_OR ||
               last == T_NOT || last == T_LPAREN;
    if (token == T_ARROW)
        return operand && statement_begins(p, links);
    return operand;
}

/* "Did you mean" proposes only what is legal here; false: nothing is near. */
static bool suggest_word(struct parse *p, struct diag_finding *finding, struct span span,
                         const bool *can)
{
    const struct dwr_str word = parse_token_text(p, span);
    struct dwr_str words[T_VERSION_ALL + 1];
    int tokens[T_VERSION_ALL + 1];
    const size_t count = legal_words(can, words, tokens);
    const int near = diag_propose(p->diag, finding, span, word, words, count);
    const char *whole;

    if (near >= 0) {
        p->meant = tokens[near];
        if (finding->fix != NULL && says_again(p, span, tokens[near]))
            finding->fix->safe = false;
        return true;
    }
    whole = completed(word, words, count);
    if (whole != NULL)
        diag_help(p->diag, finding, "did you mean '%s'?", whole);
    return whole != NULL;
}

/* What people write who come from other languages, and how it is said here. */
static const struct habit {
    const char *words; /* in lower case, each between spaces */
    int where;         /* a token that must be legal in its place */
    const char *say;   /* what is meant, or NULL: ... */
    const char *help;  /* ... only this can be said */
} habits[] = {
    { " null none nil undefined empty blank ", T_SET, "not set", NULL },
    { " true false yes no ", T_SET, NULL, "say '= true', '= false' or 'is set'" },
    { " if where ", T_WHEN, "when", NULL },
    { " unless except ", T_WHEN, NULL, "say 'when not (…)'" },
    { " true on ", T_YES, "yes", NULL },
    { " false off never ", T_YES, "no", NULL },
    { " lww latest newest ", T_LAST_WRITE_WINS, "last_write_wins", NULL },
    { " fww oldest ", T_FIRST_WRITE_WINS, "first_write_wins", NULL },
    { " readonly read_only ", T_SERVER_ONLY, "server_only", NULL },
    { " like contains matches startswith between ", T_EQ, NULL,
      "a condition compares whole values: =, !=, <, >, in (…), is set" },
    { " import include require use using from load ", T_DOCTYPE, NULL,
      "nothing is included: all files of the folder are one rule set" },
};

static void help_with(struct parse *p, struct diag_finding *finding, struct span span,
                      const struct habit *habit)
{
    struct diag_fix *fix;

    if (habit->say == NULL) {
        diag_help(p->diag, finding, "%s", habit->help);
        return;
    }
    diag_help(p->diag, finding, "say '%s'", habit->say);
    fix = diag_fix(p->diag, finding, true, "say '%s'", habit->say);
    fix->told = true;
    diag_edit(p->diag, fix, span, "%s", habit->say);
}

static bool help_with_habit(struct parse *p, struct diag_finding *finding, struct span span,
                            const bool *can)
{
    const struct dwr_str word = parse_token_text(p, span);
    char text[20];

    if (word.n + 3 > sizeof text)
        return false;
    text[0] = text[word.n + 1] = ' ';
    text[word.n + 2] = '\0';
    for (size_t i = 0; i < word.n; i++)
        text[i + 1] = (char)tolower((unsigned char)word.p[i]);
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (can[habits[i].where] && strstr(habits[i].words, text) != NULL) {
            help_with(p, finding, span, &habits[i]);
            return true;
        }
    return false;
}

/* Where a name ends whose first word is at span: words with capitals belong to it, as in Leave
 * Application. The byte behind the first word is flex's while it reads. */
static uint32_t end_of_name(const struct parse *p, struct span span)
{
    const char *at = p->text + span.end, *end = p->text + p->source->size;
    const char *name_end = at;

    while (at + 1 < end && (*at == ' ' || name_end == p->text + span.end) &&
           isupper((unsigned char)at[1])) {
        for (at++; at < end && (isalnum((unsigned char)*at) || *at == '_');)
            at++;
        name_end = at;
    }
    return (uint32_t)(name_end - p->text);
}

/* A name without quotes: that they belong around it is sure where nothing follows on its line that
 * could be more of it. */
static void propose_quotes(struct parse *p, struct diag_finding *finding, struct span span)
{
    const struct span whole = { span.source, span.begin, end_of_name(p, span) };
    const char *next = p->text + whole.end, *end = p->text + p->source->size;
    const struct dwr_str first = parse_token_text(p, span);
    struct dwr_str name = first;
    struct diag_fix *fix;

    if (whole.end > span.end)
        name = arena_printf(p->arena, "%.*s %.*s", (int)first.n, first.p,
                            (int)(whole.end - span.end - 1), p->text + span.end + 1);
    else
        next += next < end;
    diag_help(p->diag, finding, "put it in quotes: \"%.*s\"", (int)name.n, name.p);
    while (next < end && (*next == ' ' || *next == '\t' || *next == '\r'))
        next++;
    if (next < end && *next != '{' && *next != ';' && *next != '\n')
        return;
    fix = diag_fix(p->diag, finding, true, "put it in quotes");
    fix->told = true;
    diag_edit(p->diag, fix, whole, "\"%.*s\"", (int)name.n, name.p);
}

/* A statement of another block; false: the word begins none. */
static bool help_with_place(struct parse *p, struct diag_finding *finding, int token,
                            const bool *can)
{
    static const struct {
        enum parse_block_kind kind;
        const char *how;
    } places[] = {
        { PARSE_TOMBSTONE, "tombstone { %s …; }" },
        { PARSE_CHILD, "child FIELD { %s …; }" },
        { PARSE_RULE, "manual FIELD { %s …; }" },
        { PARSE_EFFECT, "effect NAME when … { %s …; }" },
        { PARSE_SYNC, "sync { %s …; }" },
        { PARSE_RETRY, "retry { %s …; }" },
        { PARSE_TEST, "test \"NAME\" for \"DOCTYPE\" { %s … }" },
        { PARSE_DOCTYPE, "doctype \"NAME\" { %s … }" },
        { PARSE_ATTACHMENTS, "attachments { %s …; }" },
    };
    const enum parse_block_kind here = p->blocks[p->block_count - 1].kind;

    if (!(here == PARSE_TOP ? can[T_DOCTYPE] : can[T_RBRACE]) ||
        parse_begins_statement(token, here))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (parse_begins_statement(token, places[i].kind)) {
            const char *const word = parse_token_name(token);
            const struct dwr_str how = arena_printf(p->arena, places[i].how, word);

            diag_help(p->diag, finding, "'%s' belongs in %.*s", word, (int)how.n, how.p);
            return true;
        }
    return false;
}

static void help_with_word(struct parse *p, struct diag_finding *finding, struct span span,
                           const bool *can)
{
    const enum parse_block_kind kind = p->blocks[p->block_count - 1].kind;

    if (help_with_habit(p, finding, span, can) || suggest_word(p, finding, span, can))
        return;
    if (can[T_STRING] && !can[T_WORD])
        propose_quotes(p, finding, span);
    else if (can[T_FIELD_LEVEL])
        diag_help(p->diag, finding,
                  "strategies: field_level, server_wins, server_only, client_wins, "
                  "last_write_wins, manual_resolve, append_only, version_all");
    else if (can[T_OTHERWISE] && kind == PARSE_DOCTYPE)
        diag_help(p->diag, finding,
                  "a rule is a word and its fields: server_wins status, notes; "
                  "dwr-rules(5) has all statements");
}

/* Marks between a word and what it says, as in YAML, JSON, Python. */
static void help_with_mark(struct parse *p, struct diag_finding *finding, int token,
                           const bool *can)
{
    const enum parse_block_kind kind = p->blocks[p->block_count - 1].kind;

    if (token == T_EQ && kind == PARSE_TEST)
        diag_help(p->diag, finding,
                  "what must come out is a document: expect merged { \"status\": "
                  "\"Open\" }");
    else if (token == T_EQ && p->before.kind == T_NOT)
        diag_help(p->diag, finding, "a field of this name stands in quotes here: \"not\"");
    else if ((parse_is_word(p->before.kind) || p->before.kind == T_STRING) && !can[T_EQ])
        diag_help(p->diag, finding, "leave it out: nothing stands between a word and what it says");
}

/* A number whose unit is missing or stands apart; false: none was wanted. */
static bool help_with_unit(struct parse *p, struct diag_finding *finding, struct span span,
                           const bool *can)
{
    const struct dwr_str number = parse_token_text(p, span);

    if (can[T_NUMBER] || (!can[T_DURATION] && !can[T_SIZE]) || number.n > 10)
        return false;
    if (can[T_DURATION])
        diag_help(p->diag, finding, "the unit stands at the number: %.*sd, %.*sh, %.*sm or %.*ss",
                  (int)number.n, number.p, (int)number.n, number.p, (int)number.n, number.p,
                  (int)number.n, number.p);
    else
        diag_help(p->diag, finding, "the unit stands at the number: %.*sKB, %.*sMB or %.*sGB",
                  (int)number.n, number.p, (int)number.n, number.p, (int)number.n, number.p);
    return true;
}

static void help_with_bracket(struct parse *p, struct diag_finding *finding, const bool *can)
{
    if (can[T_LPAREN] && !can[T_WORD])
        diag_help(p->diag, finding, "a list of values stands in parentheses: in (\"a\", \"b\")");
    else if (can[T_WORD] && can[T_STRATEGY] && !can[T_LPAREN])
        diag_help(p->diag, finding, "fields are listed without brackets: status, notes");
}

void parse_help(struct parse *p, struct diag_finding *finding, int token, struct span span,
                const bool *can)
{
    const enum parse_block_kind kind = p->blocks[p->block_count - 1].kind;
    const struct dwr_str before = parse_token_text(p, parse_token_span(p, &p->before));

    if (p->before.kind == T_STRING && parse_token_span(p, &p->before).end == span.begin &&
        (parse_is_word(token) || token == T_NUMBER))
        diag_help(p->diag, finding, "a string ends right before it: one of its quotes is missing");
    else if (p->before_that.kind == T_COMMA && parse_begins_statement(p->before.kind, kind) &&
             (parse_is_word(token) || token == T_STRING))
        diag_help(p->diag, finding, "the comma before '%.*s' makes it a field name", (int)before.n,
                  before.p);
    else if (p->unopened_json)
        diag_help(p->diag, finding, "a document stands in braces: its '{' is missing");
    else if (p->unopened && can[T_LBRACE])
        diag_help(p->diag, finding, "the '{' before it is missing");
    else if (p->unopened)
        diag_help(p->diag, finding, "the '}' before it ends the block that it belongs to");
    else if (token == T_RANKED)
        diag_help(p->diag, finding, "'ranked' goes with max and min");
    else if (token == T_LBRACE && kind == PARSE_TOP && can[T_DOCTYPE])
        diag_help(p->diag, finding,
                  "rules are no JSON: doctype \"NAME\" { strategy field_level; }");
    else if (token == T_LBRACE && can[T_STRING] && can[T_WORD] && !can[T_NUMBER])
        diag_help(p->diag, finding, "a name goes before '{'");
    else if (token == T_LBRACKET)
        help_with_bracket(p, finding, can);
    else if (p->before.kind == T_COMMA && (token == T_RPAREN || token == T_SEMICOLON))
        diag_help(p->diag, finding, "the comma before it is one too many");
    else if (token == T_DOT && p->before.kind == T_WORD)
        diag_help(p->diag, finding, "the sides of a merge are server, client and base");
    else if (token == T_COLON || token == T_EQ)
        help_with_mark(p, finding, token, can);
    else if (token == T_NUMBER && help_with_unit(p, finding, span, can))
        return;
    else if (help_with_place(p, finding, token, can))
        return;
    else if (parse_is_word(token))
        help_with_word(p, finding, span, can);
}
