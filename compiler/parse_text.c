/* parse_text.c - what stands inside one token or one JSON value: escapes, quantities, and the text
 * of a value without the white space around its parts (SEMANTICS 1.3: no digit is touched). */
#include <ctype.h>

#include "parse_state.h"
#include "rules.tab.h"

#include "../runtime/name_hash.h"

/* --- words --- */

void parse_words_init(struct parse_words *words)
{
    const uint32_t mask = sizeof words->slots / sizeof *words->slots - 1;

    memset(words, 0, sizeof *words);
    for (int token = T_RULESET; token <= T_VERSION_ALL; token++) {
        const char *word = parse_token_name(token);
        const size_t n = strlen(word);
        uint32_t i = parse_word_hash(word, n) & mask;

        while (words->slots[i].length != 0)
            i = (i + 1) & mask;
        words->slots[i] = (struct parse_word_slot){ word, (uint16_t)n, (int16_t)token };
    }
}

int parse_word_token(const struct parse_words *words, const char *p, size_t n)
{
    const uint32_t mask = sizeof words->slots / sizeof *words->slots - 1;

    for (uint32_t i = parse_word_hash(p, n) & mask; words->slots[i].length != 0; i = (i + 1) & mask)
        if (words->slots[i].length == n && memcmp(words->slots[i].word, p, n) == 0)
            return words->slots[i].token;
    return T_WORD;
}

/* --- strings --- */

static int hex4(const char *p)
{
    int value = 0, i;

    for (i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* What a wrong escape is. */
enum escape_fault { ESCAPE_GOOD, ESCAPE_UNKNOWN, ESCAPE_HEX, ESCAPE_SURROGATE };

/* One escape at p ('\\'): how long it is, and what it stands for. */
static enum escape_fault escape(const char *p, const char *end, size_t *length, uint32_t *c)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    int high, low;

    *length = 2;
    *c = '?';
    if (p[1] != 'u') {
        letter = p[1] == '\0' ? NULL : strchr(letters, p[1]);
        if (letter == NULL)
            return ESCAPE_UNKNOWN;
        *c = (unsigned char)meant[letter - letters];
        return ESCAPE_GOOD;
    }
    if (end - p < 6 || (high = hex4(p + 2)) < 0) {
        while (*length < 6 && p + *length < end && isxdigit((unsigned char)p[*length]))
            ++*length;
        return ESCAPE_HEX;
    }
    *length = 6;
    *c = (uint32_t)high;
    if (high < 0xD800 || high > 0xDFFF)
        return ESCAPE_GOOD;
    if (high > 0xDBFF || end - p < 12 || p[6] != '\\' || p[7] != 'u' ||
        (low = hex4(p + 8)) < 0xDC00 || low > 0xDFFF)
        return ESCAPE_SURROGATE;
    *length = 12;
    *c = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return ESCAPE_GOOD;
}

/* Unescapes into to (NULL: only tells how long that is). p may be NULL: the string is known good.
 */
static size_t unescape(struct parse *p, struct span span, const char *text, const char *end,
                       char *to)
{
    static const char *const faults[] = {
        [ESCAPE_UNKNOWN] =
            "'%.*s' is no escape; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
        [ESCAPE_HEX] = "'%.*s' wants four hexadecimal digits",
        [ESCAPE_SURROGATE] = "'%.*s' is half a surrogate pair",
    };
    const char *from = text;
    size_t n = 0, length;
    uint32_t c;

    while (from < end) {
        struct span here = { span.source, span.begin + 1 + (uint32_t)(from - text), 0 };

        if (*from != '\\') {
            if ((unsigned char)*from < 0x20 && p != NULL) {
                here.end = here.begin + 1;
                parse_lexical(p, DIAG_STRING, here,
                              "a control character (U+%04X) in a string; write it as an escape",
                              (unsigned)(unsigned char)*from);
            }
            to[n++] = *from++;
            continue;
        }
        switch (escape(from, end, &length, &c)) {
        case ESCAPE_GOOD:
            break;
        case ESCAPE_UNKNOWN:
        case ESCAPE_HEX:
        case ESCAPE_SURROGATE:
            /* The escaped character may be several bytes long. */
            while (from + length < end && ((unsigned char)from[length] & 0xC0) == 0x80)
                length++;
            here.end = here.begin + (uint32_t)length;
            if (p != NULL)
                parse_lexical(p, DIAG_STRING, here, faults[escape(from, end, &(size_t){ 0 }, &c)],
                              (int)length, from);
            c = '?';
            break;
        }
        n += put_utf8(to + n, c);
        from += length;
    }
    return n;
}

static bool is_plain(const char *p, const char *end)
{
    for (; p < end; p++)
        if (*p == '\\' || (unsigned char)*p < 0x20)
            return false;
    return true;
}

struct ast_text *parse_string(struct parse *p, struct span span)
{
    const char *text = p->text + span.begin + 1, *end = p->text + span.end - 1;
    struct dwr_str meant = { text, (size_t)(end - text) };
    struct ast_text *it;

    if (!is_plain(text, end)) {
        char *to = arena_alloc(p->arena, meant.n); /* an escape is longer than what it means */

        meant = (struct dwr_str){ to, unescape(p, span, text, end, to) };
    }
    it = arena_alloc(p->arena, sizeof *it);
    it->span = span;
    it->text = meant;
    return it;
}

/* --- numbers --- */

/* Digits, times what the unit counts; UINT64_MAX where that does not fit. */
struct ast_number *parse_quantity(struct parse *p, struct span span)
{
    struct ast_number number = { .span = span, .unit = AST_UNIT_NONE }, *it;
    const char *c = p->text + span.begin, *end = p->text + span.end;
    uint64_t factor = 1;

    for (; c < end && *c >= '0' && *c <= '9'; c++) {
        uint64_t digit = (uint64_t)(*c - '0');

        number.value =
            number.value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : number.value * 10 + digit;
    }
    number.whole = c > p->text + span.begin;
    if (c < end) {
        number.unit = strchr("smhd", *c) != NULL ? AST_UNIT_SECONDS : AST_UNIT_BYTES;
        /* clang-format off */
        switch (*c) {
        case 'm': factor = 60; break;
        case 'h': factor = 3600; break;
        case 'd': factor = 86400; break;
        case 'K': factor = (uint64_t)1 << 10; break;
        case 'M': factor = (uint64_t)1 << 20; break;
        case 'G': factor = (uint64_t)1 << 30; break;
        case 's':
        case 'B': break;
        default: /* a sign, a point or an exponent */
            number.unit = AST_UNIT_NONE;
            number.whole = false;
        }
        /* clang-format on */
    }
    number.value = number.value > UINT64_MAX / factor ? UINT64_MAX : number.value * factor;
    it = arena_alloc(p->arena, sizeof *it);
    *it = number;
    return it;
}

/* --- JSON values --- */

/* A container while it is walked: where the walk is, and where the text without white space goes
 * (NULL: it has none, the source's own text serves). */
struct json {
    struct parse *p;
    uint32_t source;
    const char *at, *end;
    char *to;
    unsigned depth;
    bool too_deep;
};

struct member {
    struct dwr_str name;
    struct span span;
    uint64_t hash;
};

struct members {
    struct member *v;
    uint32_t count, capacity;
    uint32_t *slots; /* once they are many: index + 1 by hash */
    uint32_t slot_mask;
};

/* Up to this many members, comparing each with each is the faster way. */
#define MEMBERS_FEW 16u

static void take(struct json *j, const char *end)
{
    if (j->to != NULL) {
        memcpy(j->to, j->at, (size_t)(end - j->at));
        j->to += end - j->at;
    }
    j->at = end;
}

static void skip_space(struct json *j)
{
    while (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t')
        j->at++;
}

static const char *string_end(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

/* The member of the same name that came before, or NULL; it is added if there is none. */
static const struct member *member_before(struct arena *arena, struct members *m,
                                          struct member member)
{
    uint32_t i, slot;

    if (m->count < MEMBERS_FEW) {
        for (i = 0; i < m->count; i++)
            if (m->v[i].hash == member.hash && m->v[i].name.n == member.name.n &&
                memcmp(m->v[i].name.p, member.name.p, member.name.n) == 0)
                return &m->v[i];
    } else {
        if (m->count * 2 > m->slot_mask) {
            m->slot_mask = m->slot_mask == 0 ? 63 : m->slot_mask * 2 + 1;
            m->slots = arena_zero(arena, ((size_t)m->slot_mask + 1) * sizeof *m->slots);
            for (i = 0; i < m->count; i++) {
                for (slot = (uint32_t)m->v[i].hash & m->slot_mask; m->slots[slot] != 0;)
                    slot = (slot + 1) & m->slot_mask;
                m->slots[slot] = i + 1;
            }
        }
        for (slot = (uint32_t)member.hash & m->slot_mask; m->slots[slot] != 0;
             slot = (slot + 1) & m->slot_mask) {
            const struct member *other = &m->v[m->slots[slot] - 1];

            if (other->hash == member.hash && other->name.n == member.name.n &&
                memcmp(other->name.p, member.name.p, member.name.n) == 0)
                return other;
        }
        m->slots[slot] = m->count + 1;
    }
    if (m->count == m->capacity) {
        uint32_t capacity = m->capacity == 0 ? 8 : m->capacity * 2;

        m->v = arena_grow(arena, m->v, m->capacity, capacity, sizeof *m->v);
        m->capacity = capacity;
    }
    m->v[m->count++] = member;
    return NULL;
}

/* SEMANTICS 1.4: a member name twice in one object, after unescaping. */
static void walk_name(struct json *j, struct members *members)
{
    const char *end = string_end(j->at);
    struct parse *p = j->p;
    struct member member = { .span = { j->source, (uint32_t)(j->at - p->text),
                                       (uint32_t)(end - p->text) } };
    const struct member *before;
    struct diag_finding *finding;

    member.name = (struct dwr_str){ j->at + 1, (size_t)(end - j->at - 2) };
    if (!is_plain(j->at + 1, end - 1)) {
        char *to = arena_alloc(p->arena, member.name.n);

        /* What is wrong in it the scanner has reported. */
        member.name = (struct dwr_str){ to, unescape(NULL, member.span, j->at + 1, end - 1, to) };
    }
    member.hash = dwr_name_hash(member.name.p, member.name.n);
    before = member_before(p->arena, members, member);
    if (before != NULL) {
        finding = parse_lexical(p, DIAG_MEMBER_TWICE, member.span,
                                "the member '%.*s' stands twice in this object",
                                (int)(member.name.n < 80 ? member.name.n : 80), member.name.p);
        if (finding != NULL)
            diag_note(p->diag, finding, before->span, "first here");
    }
    take(j, end);
}

static void walk(struct json *j)
{
    struct members members = { 0 };
    bool object = *j->at == '{';

    if (*j->at == '"') {
        take(j, string_end(j->at));
        return;
    }
    if (*j->at != '{' && *j->at != '[') {
        const char *end = j->at;

        while (end < j->end && strchr(" \t\r\n,]}", *end) == NULL)
            end++;
        take(j, end);
        return;
    }
    if (++j->depth > PARSE_JSON_DEPTH_MAX) {
        j->too_deep = true;
        return;
    }
    do {
        take(j, j->at + 1); /* '{', '[' or ',' */
        skip_space(j);
        if (*j->at == '}' || *j->at == ']')
            break; /* empty */
        if (object) {
            walk_name(j, &members);
            skip_space(j);
            take(j, j->at + 1); /* ':' */
            skip_space(j);
        }
        walk(j);
        if (j->too_deep)
            return;
        skip_space(j);
    } while (*j->at == ',');
    take(j, j->at + 1);
    j->depth--;
}

/* The first comment inside a span, or NULL. The parser may have read one beyond it. */
static const struct ast_token *comment_inside(const struct ast_tokens *comments, struct span span)
{
    const struct ast_token *inside = NULL;
    uint32_t i;

    for (i = comments->count; i > 0 && comments->v[i - 1].begin > span.begin; i--)
        if (comments->v[i - 1].begin < span.end)
            inside = &comments->v[i - 1];
    return inside;
}

static struct dwr_str container_text(struct parse *p, struct span span)
{
    const struct ast_token *comment = comment_inside(&p->file->comments, span);
    struct dwr_str text = source_text(&p->ruleset->sources, span);
    struct json j = { .p = p, .source = span.source, .at = text.p, .end = text.p + text.n };
    char *to;

    if (comment != NULL) {
        parse_lexical(p, DIAG_COMMENT, (struct span){ span.source, comment->begin, comment->end },
                      "a comment inside a JSON value");
        return text;
    }
    j.to = to = arena_alloc(p->arena, text.n);
    walk(&j);
    if (!j.too_deep)
        return (struct dwr_str){ to, (size_t)(j.to - to) };
    parse_lexical(p, DIAG_DEPTH, span, "this value nests deeper than %d", PARSE_JSON_DEPTH_MAX);
    return text;
}

/* The parser has seen that the value has JSON's shape. */
struct ast_value *parse_value(struct parse *p, enum ast_value_kind kind, struct span span)
{
    struct dwr_str text = kind == AST_VALUE_ARRAY || kind == AST_VALUE_OBJECT
                              ? container_text(p, span)
                              : (struct dwr_str){ p->text + span.begin, span.end - span.begin };
    struct ast_value *value = arena_alloc(p->arena, sizeof *value);

    value->span = span;
    value->kind = kind;
    value->text = text;
    return value;
}
