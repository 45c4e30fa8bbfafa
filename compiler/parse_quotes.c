/* parse_quotes.c - quotation marks and letters beyond ASCII, as word processors, chats and manuals
 * put them: what a piece of text between such marks must have been, and which names are words. */
#include "parse_state.h"

/* --- marks --- */

/* Of one class any two make a pair: „de“, “en”, ”sv”. */
static const struct mark {
    const char *bytes;
    char class;
} marks[] = {
    { "\xE2\x80\x9C", '"' },  { "\xE2\x80\x9D", '"' },  { "\xE2\x80\x9E", '"' },
    { "\xE2\x80\x9F", '"' },  { "\xE2\x80\x98", '\'' }, { "\xE2\x80\x99", '\'' },
    { "\xE2\x80\x9A", '\'' }, { "\xE2\x80\x9B", '\'' }, { "\xC2\xAB", '<' },
    { "\xC2\xBB", '<' },      { "\xE2\x80\xB9", '(' },  { "\xE2\x80\xBA", '(' },
};

/* The mark that text begins with, or NULL. */
static const struct mark *mark_at(const char *text, size_t n)
{
    if (n == 0 || (unsigned char)*text < 0x80)
        return NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t length = strlen(marks[i].bytes);

        if (n >= length && memcmp(text, marks[i].bytes, length) == 0)
            return &marks[i];
    }
    return NULL;
}

bool parse_goes_on_word(char byte)
{
    const unsigned char c = (unsigned char)byte;

    return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* An apostrophe is the same sign as a closing mark; but a word goes on behind it. */
static bool ends(const char *text, size_t n)
{
    return n == 0 || !parse_goes_on_word(*text);
}

bool parse_begins_quoted(const char *text, size_t n)
{
    return mark_at(text, n) != NULL;
}

size_t parse_quoted(const char *text, size_t n, struct dwr_str *within)
{
    const struct mark *open = mark_at(text, n);
    const size_t begin = strlen(open->bytes);
    size_t i = begin;

    *within = (struct dwr_str){ NULL, 0 };
    for (; i < n && (unsigned char)text[i] >= 0x20 && text[i] != '"' && text[i] != '\\'; i++) {
        const struct mark *close = mark_at(text + i, n - i);
        const size_t length = close ? strlen(close->bytes) : 0;

        if (close && close->class == open->class && ends(text + i + length, n - i - length)) {
            *within = (struct dwr_str){ text + begin, i - begin };
            return i + length;
        }
    }
    for (i = begin; i < n && parse_goes_on_word(text[i]);)
        i++;
    return i;
}

/* --- letters --- */

/* The character at text, of well-formed UTF-8, and how many bytes it has. */
static uint32_t character(const char *text, size_t *length)
{
    const unsigned char *c = (const unsigned char *)text;

    *length = c[0] < 0x80 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
    switch (*length) {
    case 1:
        return c[0];
    case 2:
        return (c[0] & 0x1FU) << 6 | (c[1] & 0x3FU);
    case 3:
        return (c[0] & 0x0FU) << 12 | (c[1] & 0x3FU) << 6 | (c[2] & 0x3FU);
    default:
        return (c[0] & 0x07U) << 18 | (c[1] & 0x3FU) << 12 | (c[2] & 0x3FU) << 6 | (c[3] & 0x3FU);
    }
}

/* Where Unicode keeps spaces, punctuation, signs and pictures; the rest is taken for letters. */
static const struct block {
    uint32_t first, last;
} no_letters[] = {
    { 0x80, 0xA9 },        { 0xAB, 0xB4 },     { 0xB6, 0xB9 },     { 0xBB, 0xBF },
    { 0xD7, 0xD7 },        { 0xF7, 0xF7 },     { 0x37E, 0x37E },   { 0x387, 0x387 },
    { 0x55A, 0x55F },      { 0x589, 0x58F },   { 0x5BE, 0x5BE },   { 0x5F3, 0x5F4 },
    { 0x600, 0x60F },      { 0x61B, 0x61F },   { 0x66A, 0x66D },   { 0x6D4, 0x6D4 },
    { 0x964, 0x965 },      { 0x1680, 0x1680 }, { 0x180E, 0x180E }, { 0x2000, 0x206F },
    { 0x20A0, 0x20CF },    { 0x2190, 0x2BFF }, { 0x2E00, 0x2E7F }, { 0x3000, 0x3004 },
    { 0x3008, 0x3020 },    { 0x3030, 0x3030 }, { 0x30FB, 0x30FB }, { 0xD800, 0xF8FF },
    { 0xFD3E, 0xFD3F },    { 0xFE10, 0xFE6F }, { 0xFEFF, 0xFF0F }, { 0xFF1A, 0xFF20 },
    { 0xFF3B, 0xFF40 },    { 0xFF5B, 0xFF65 }, { 0xFFE0, 0xFFFF }, { 0x1F000, 0x1FFFF },
    { 0xE0000, 0x10FFFF },
};

bool parse_is_all_letters(const char *text, size_t n)
{
    size_t length;

    for (size_t i = 0; i < n; i += length) {
        const uint32_t c = character(text + i, &length);

        for (size_t k = 0; k < sizeof no_letters / sizeof *no_letters; k++)
            if (c >= no_letters[k].first && c <= no_letters[k].last)
                return false;
    }
    return true;
}
