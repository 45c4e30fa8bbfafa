/* json_pull.c - JSON read member by member. */
#include "json_pull.h"

#include <string.h>

static void fault(struct json_pull *j, uint32_t at, const char *says)
{
    if (j->fault == NULL) {
        j->fault = says;
        j->fault_at = at;
    }
    j->at = j->size; /* nothing more comes */
}

/* The next byte that is no white space, 0 at the end. */
static char peek(struct json_pull *j)
{
    while (j->at < j->size) {
        const char c = j->text[j->at];

        if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
            return c;
        j->at++;
    }
    return 0;
}

void json_pull_begin(struct json_pull *j, const char *text, uint32_t size)
{
    *j = (struct json_pull){ .text = text, .size = size };
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        j->at = 3;
}

char json_pull_kind(struct json_pull *j)
{
    return peek(j);
}

/* --- scalars --- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The place behind an escape whose backslash is at `at`, or 0. */
static uint32_t past_escape(const struct json_pull *j, uint32_t at)
{
    const char c = at + 1 < j->size ? j->text[at + 1] : 0;

    if (c == 'u') {
        for (uint32_t i = 2; i < 6; i++)
            if (at + i >= j->size || !is_hex(j->text[at + i]))
                return 0;
        return at + 6;
    }
    return c != 0 && strchr("\"\\/bfnrt", c) != NULL ? at + 2 : 0;
}

/* Bytes of a string that mean something: the quote, the backslash, controls. */
static bool is_special(char c)
{
    return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

static bool scan_string(struct json_pull *j, struct json_string *s)
{
    uint32_t at = j->at + 1;

    *s = (struct json_string){ .begin = j->at };
    for (;;) {
        while (at < j->size && !is_special(j->text[at]))
            at++;
        if (at == j->size) {
            fault(j, s->begin, "a string without an end");
            return false;
        }
        if (j->text[at] == '"')
            break;
        if (j->text[at] != '\\') {
            fault(j, at, "a control character in a string");
            return false;
        }
        s->escaped = true;
        const uint32_t next = past_escape(j, at);

        if (next == 0) {
            fault(j, at, "an escape that is none");
            return false;
        }
        at = next;
    }
    s->end = j->at = at + 1;
    return true;
}

static bool is_digit(const struct json_pull *j, uint32_t at)
{
    return at < j->size && j->text[at] >= '0' && j->text[at] <= '9';
}

static uint32_t past_digits(const struct json_pull *j, uint32_t at)
{
    while (is_digit(j, at))
        at++;
    return at;
}

/* Whether a number begins here; j->at is then behind it. */
static bool scan_number(struct json_pull *j)
{
    const uint32_t begin = j->at;
    uint32_t at = begin + (j->text[begin] == '-');

    if (!is_digit(j, at)) {
        fault(j, begin, "a number without digits");
        return false;
    }
    if (j->text[at] == '0' && is_digit(j, at + 1)) {
        fault(j, begin, "a number that begins with 0");
        return false;
    }
    at = past_digits(j, at);
    if (at < j->size && j->text[at] == '.') {
        if (!is_digit(j, at + 1)) {
            fault(j, begin, "a point without digits");
            return false;
        }
        at = past_digits(j, at + 1);
    }
    if (at < j->size && (j->text[at] == 'e' || j->text[at] == 'E')) {
        at++;
        at += at < j->size && (j->text[at] == '+' || j->text[at] == '-');
        if (!is_digit(j, at)) {
            fault(j, begin, "an exponent without digits");
            return false;
        }
        at = past_digits(j, at);
    }
    j->at = at;
    return true;
}

static bool scan_word(struct json_pull *j, const char *word)
{
    const size_t n = strlen(word);

    if (j->size - j->at < n || memcmp(j->text + j->at, word, n) != 0)
        return false;
    j->at += (uint32_t)n;
    return true;
}

static void skip_scalar(struct json_pull *j)
{
    const char c = peek(j);
    struct json_string s;

    if (c == '"')
        scan_string(j, &s);
    else if (c == '-' || (c >= '0' && c <= '9'))
        scan_number(j);
    else if (!scan_word(j, "true") && !scan_word(j, "false") && !scan_word(j, "null"))
        fault(j, j->at, c == 0 ? "the end, where a value should stand" : "no JSON value");
}

/* --- objects and arrays --- */

bool json_pull_enter(struct json_pull *j, char bracket)
{
    if (peek(j) != bracket)
        return false;
    if (j->depth == JSON_PULL_DEPTH_MAX) {
        j->too_deep = j->fault == NULL;
        fault(j, j->at, "brackets nested deeper than 64");
        return false;
    }
    j->depth++;
    j->at++;
    j->first = true;
    return true;
}

/* Whether something follows in the present object or array, which ends with `close`. */
static bool more(struct json_pull *j, char close)
{
    const char c = peek(j);

    if (j->fault != NULL)
        return false;
    if (c == close) {
        j->at++;
        j->depth--;
        j->first = false; /* of the one around it something has been read: this */
        return false;
    }
    if (j->first) {
        j->first = false;
        return true;
    }
    if (c != ',') {
        fault(j, j->at, c == 0 ? "the end, before all brackets are closed" : "a missing comma");
        return false;
    }
    j->at++;
    if (peek(j) == close) {
        fault(j, j->at, "a comma with nothing behind it");
        return false;
    }
    return true;
}

bool json_pull_member(struct json_pull *j, struct json_string *name)
{
    if (!more(j, '}'))
        return false;
    if (peek(j) != '"') {
        fault(j, j->at,
              j->at == j->size ? "the end, before all brackets are closed"
                               : "a member without a name in quotes");
        return false;
    }
    if (!scan_string(j, name))
        return false;
    if (peek(j) != ':') {
        fault(j, j->at, "a member without ':' behind its name");
        return false;
    }
    j->at++;
    return true;
}

bool json_pull_element(struct json_pull *j)
{
    return more(j, ']');
}

bool json_pull_string(struct json_pull *j, struct json_string *s)
{
    return peek(j) == '"' && scan_string(j, s);
}

bool json_pull_truth(struct json_pull *j)
{
    const char c = peek(j);
    const uint32_t begin = j->at;

    json_pull_skip(j);
    if (j->fault != NULL)
        return false;
    if (c == '-' || (c >= '0' && c <= '9')) {
        for (uint32_t i = begin; i < j->at && j->text[i] != 'e' && j->text[i] != 'E'; i++)
            if (j->text[i] >= '1' && j->text[i] <= '9')
                return true;
        return false;
    }
    return c == 't' || (j->at - begin == 3 && memcmp(j->text + begin, "\"1\"", 3) == 0);
}

void json_pull_skip(struct json_pull *j)
{
    struct json_string name;

    if (json_pull_enter(j, '{')) {
        while (json_pull_member(j, &name))
            json_pull_skip(j);
    } else if (json_pull_enter(j, '[')) {
        while (json_pull_element(j))
            json_pull_skip(j);
    } else {
        skip_scalar(j);
    }
}

void json_pull_end(struct json_pull *j)
{
    if (peek(j) != 0)
        fault(j, j->at, "text behind the JSON value");
}

/* --- what strings say --- */

static unsigned hex4(const char *p)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        const char c = p[i];

        value = value << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        *to++ = (char)(0xE0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        *to++ = (char)(0xF0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3F));
        *to++ = (char)(0x80 | (c >> 6 & 0x3F));
    }
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

/* \uXXXX, or two of them for one character; NULL: a surrogate alone. *p is behind it. */
static char *put_unicode(char *to, const char **p, const char *end)
{
    unsigned c = hex4(*p + 2);

    *p += 6;
    if (c >= 0xDC00 && c <= 0xDFFF)
        return NULL;
    if (c >= 0xD800 && c <= 0xDBFF) {
        unsigned low;

        if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
            return NULL;
        low = hex4(*p + 2);
        if (low < 0xDC00 || low > 0xDFFF)
            return NULL;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        *p += 6;
    }
    return put_utf8(to, c);
}

struct dwr_str json_pull_text(struct json_pull *j, struct arena *arena, struct json_string s)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    const char *p = j->text + s.begin + 1, *const end = j->text + s.end - 1, *letter;
    char *text, *to;

    if (!s.escaped)
        return (struct dwr_str){ p, (size_t)(end - p) };
    text = to = arena_alloc(arena, (size_t)(end - p) + 1);
    while (p < end) {
        if (*p != '\\') {
            *to++ = *p++;
        } else if (p[1] == 'u') {
            const char *const at = p;

            to = put_unicode(to, &p, end);
            if (to == NULL) {
                fault(j, (uint32_t)(at - j->text), "half of a surrogate pair");
                return (struct dwr_str){ "", 0 };
            }
        } else {
            letter = strchr(letters, p[1]);
            *to++ = letter != NULL ? controls[letter - letters] : p[1];
            p += 2;
        }
    }
    return (struct dwr_str){ text, (size_t)(to - text) };
}

bool json_pull_is(const struct json_pull *j, struct json_string s, const char *word)
{
    const size_t n = strlen(word);

    /* A name written with escapes is another program's; no definition has one. */
    return s.end - s.begin - 2 == n && memcmp(j->text + s.begin + 1, word, n) == 0;
}
