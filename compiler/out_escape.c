/* out_escape.c - texts as C, JSON and XML write them. */
#include "out.h"

/* What cannot stand in a literal as it is. */
static bool special(unsigned char c)
{
    return c < 0x20 || c > 0x7E || c == '"' || c == '\\' || c == '?';
}

/* Sixteen bytes at once: most texts are plain, and this question costs more than copying them. */
typedef unsigned char block __attribute__((vector_size(16)));

static bool block_special(const char *bytes)
{
    uint64_t words[2];
    block x;

    memcpy(&x, bytes, sizeof x);
    x = (block)((x - 0x20 > 0x7E - 0x20) | (x == '"') | (x == '\\') | (x == '?'));
    memcpy(words, &x, sizeof x);
    return (words[0] | words[1]) != 0;
}

/* Short texts fill a block with their two ends, which may overlap. */
bool out_is_plain(struct dwr_str s)
{
    const char *const p = s.p;
    const size_t n = s.n;
    char bytes[16];

    if (n >= 16) {
        for (size_t i = 0; i + 16 < n; i += 16)
            if (block_special(p + i))
                return false;
        return !block_special(p + n - 16);
    }
    if (n >= 8) {
        memcpy(bytes, p, 8);
        memcpy(bytes + 8, p + n - 8, 8);
        return !block_special(bytes);
    }
    if (n >= 4) {
        memcpy(bytes, p, 4);
        memcpy(bytes + 4, p + n - 4, 4);
        memcpy(bytes + 8, bytes, 8);
        return !block_special(bytes);
    }
    for (size_t i = 0; i < n; i++)
        if (special((unsigned char)p[i]))
            return false;
    return true;
}

/* Bytes of the character at p, which is not ASCII; 0: not valid UTF-8. */
static size_t character(const unsigned char *p, size_t n, uint32_t *code)
{
    const size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;

    if (p[0] < 0xC2 || p[0] > 0xF4 || length > n)
        return 0;
    *code = p[0] & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (p[i] & 0x3F);
    }
    return length;
}

/* Characters a reader does not see, or that turn the direction of what he sees. */
static bool invisible(uint32_t c)
{
    return c < 0xA0 || c == 0xAD || c == 0x61C || c == 0x180E || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000;
}

/* Always three digits: a digit that follows must not become part of the escape. */
static void put_octal(struct out *o, unsigned char c)
{
    const char escape[4] = { '\\', (char)('0' + (c >> 6)), (char)('0' + (c >> 3 & 7)),
                             (char)('0' + (c & 7)) };

    out_bytes(o, escape, sizeof escape);
}

static void put_ascii_escaped(struct out *o, unsigned char c)
{
    switch (c) {
    case '"':
        out_lit(o, "\\\"");
        break;
    case '\\':
        out_lit(o, "\\\\");
        break;
    case '\n':
        out_lit(o, "\\n");
        break;
    case '\t':
        out_lit(o, "\\t");
        break;
    default:
        put_octal(o, c);
    }
}

/* Puts the special character at p; how many bytes it was. */
static size_t put_special(struct out *o, const unsigned char *p, size_t n, bool after_question)
{
    uint32_t code = 0;
    size_t length;

    if (*p == '?') {
        if (after_question)
            out_char(o, '\\');
        out_char(o, '?');
        return 1;
    }
    if (*p < 0x80) {
        put_ascii_escaped(o, *p);
        return 1;
    }
    length = character(p, n, &code);
    if (length > 0 && !invisible(code)) {
        out_bytes(o, (const char *)p, length);
        return length;
    }
    length = length > 0 ? length : 1;
    for (size_t i = 0; i < length; i++)
        put_octal(o, p[i]);
    return length;
}

void out_c_text(struct out *o, struct dwr_str s)
{
    const unsigned char *p = (const unsigned char *)s.p, *const end = p + s.n;
    bool question = false;

    if (out_is_plain(s)) {
        out_str(o, s);
        return;
    }
    while (p < end) {
        const unsigned char *run = p;

        while (p < end && !special(*p))
            p++;
        if (p > run) {
            out_bytes(o, (const char *)run, (size_t)(p - run));
            question = false;
        }
        if (p < end) {
            const bool again = *p == '?';

            p += put_special(o, p, (size_t)(end - p), question);
            question = again;
        }
    }
}

void out_c_comment(struct out *o, struct dwr_str s)
{
    const char *star;

    while (s.n > 0 && (star = memchr(s.p, '*', s.n)) != NULL) {
        const size_t n = (size_t)(star - s.p);

        out_c_text(o, (struct dwr_str){ s.p, n });
        put_octal(o, '*');
        s = (struct dwr_str){ star + 1, s.n - n - 1 };
    }
    out_c_text(o, s);
}

void out_json_text(struct out *o, struct dwr_str s)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];

        if (c == '"' || c == '\\') {
            out_char(o, '\\');
            out_char(o, (char)c);
        } else if (c == '\n') {
            out_lit(o, "\\n");
        } else if (c < 0x20) {
            const char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

            out_bytes(o, escape, sizeof escape);
        } else {
            out_char(o, (char)c);
        }
    }
}

void out_json_string(struct out *o, struct dwr_str s)
{
    if (!s.p) {
        out_lit(o, "null");
        return;
    }
    out_char(o, '"');
    out_json_text(o, s);
    out_char(o, '"');
}

void out_json_member(struct out *o, const char *name, struct dwr_str s)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    out_json_string(o, s);
}

/* XML has no way to write most control characters, nor U+FFFE and U+FFFF: they become U+FFFD. */
void out_xml_text(struct out *o, struct dwr_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];

        if (c == '&')
            out_lit(o, "&amp;");
        else if (c == '<')
            out_lit(o, "&lt;");
        else if (c == '>')
            out_lit(o, "&gt;");
        else if (c == '"')
            out_lit(o, "&quot;");
        else if (c == '\n')
            out_lit(o, "&#10;");
        else if (c < 0x20 && c != '\t')
            out_lit(o, "\xEF\xBF\xBD");
        else if (c == 0xEF && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xBF &&
                 (unsigned char)s.p[i + 2] >= 0xBE) {
            out_lit(o, "\xEF\xBF\xBD");
            i += 2;
        } else
            out_char(o, (char)c);
    }
}
