/* source.c - offsets into rule text as lines and columns, and what makes a text unfit to scan. */
#include "source.h"

/* The table of line starts, made by the first question. */
void source_find_lines(struct arena *arena, struct source *source)
{
    const char *p = source->text, *end = source->text + source->size, *newline;
    uint32_t capacity = source->size / 16 + 64, count = 0, *lines;

    if (source->lines != NULL)
        return;
    lines = arena_array(arena, capacity, sizeof *lines);
    lines[count++] = 0;
    for (newline = p; (newline = memchr(newline, '\n', (size_t)(end - newline))) != NULL;
         newline++) {
        if (count == capacity) {
            lines = arena_grow(arena, lines, capacity, 2 * (size_t)capacity, sizeof *lines);
            capacity *= 2;
        }
        lines[count++] = (uint32_t)(newline + 1 - p);
    }
    source->lines = lines;
    source->line_count = count;
}

static uint32_t line_of(const struct source *source, uint32_t offset)
{
    uint32_t low = 0, high = source->line_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (source->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct source_position source_position(struct arena *arena, struct source *source, uint32_t offset)
{
    struct source_position position = { .column = 1, .column_utf16 = 1 };
    uint32_t line, i;

    if (offset > source->size)
        offset = source->size;
    source_find_lines(arena, source);
    line = line_of(source, offset);
    position.line = line + 1;
    for (i = source->lines[line]; i < offset; i++) {
        unsigned char c = (unsigned char)source->text[i];

        position.column += (c & 0xC0) != 0x80;
        position.column_utf16 += ((c & 0xC0) != 0x80) + (c >= 0xF0);
    }
    return position;
}

uint32_t source_line(struct arena *arena, struct source *source, uint32_t offset, uint32_t *hint)
{
    uint32_t line = *hint, steps;

    source_find_lines(arena, source);
    if (line >= source->line_count || source->lines[line] > offset)
        line = 0;
    /* A few lines on is the usual case; further away a search is shorter. */
    for (steps = 0; line + 1 < source->line_count && source->lines[line + 1] <= offset; steps++) {
        if (steps == 8) {
            line = line_of(source, offset);
            break;
        }
        line++;
    }
    *hint = line;
    return line + 1;
}

struct dwr_str source_line_text(struct arena *arena, struct source *source, uint32_t line)
{
    const char *begin, *end;

    source_find_lines(arena, source);
    if (line == 0 || line > source->line_count)
        return (struct dwr_str){ "", 0 };
    begin = source->text + source->lines[line - 1];
    end = line < source->line_count ? source->text + source->lines[line] - 1
                                    : source->text + source->size;
    if (end > begin && end[-1] == '\r')
        end--;
    return (struct dwr_str){ begin, (size_t)(end - begin) };
}

struct dwr_str source_at(struct arena *arena, struct sources *sources, struct span span,
                         uint32_t *hint)
{
    struct source *source = &sources->v[span.source];
    uint32_t line = source_line(arena, source, span.begin, hint), n = line;
    char digits[10], *text;
    size_t count = 0;

    /* Written out by hand: there is one for every rule, and printf is half of their cost. */
    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    text = arena_alloc(arena, source->label.n + count + 2);
    memcpy(text, source->label.p, source->label.n);
    text[source->label.n] = ':';
    for (n = 0; n < count; n++)
        text[source->label.n + 1 + n] = digits[count - 1 - n];
    text[source->label.n + 1 + count] = '\0';
    return (struct dwr_str){ text, source->label.n + 1 + count };
}

struct dwr_str source_text(const struct sources *sources, struct span span)
{
    return (struct dwr_str){ sources->v[span.source].text + span.begin, span.end - span.begin };
}

/* The length of the UTF-8 sequence at p (its first byte is not ASCII), 0 where there is none. */
static unsigned utf8_sequence(const unsigned char *p, size_t n)
{
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    if (n < 2 || (p[1] & 0xC0) != 0x80)
        return 0;
    if (p[0] < 0xE0)
        return 2;
    if (n < 3 || (p[2] & 0xC0) != 0x80 || (p[0] == 0xE0 && p[1] < 0xA0) ||
        (p[0] == 0xED && p[1] > 0x9F))
        return 0;
    if (p[0] < 0xF0)
        return 3;
    if (n < 4 || (p[3] & 0xC0) != 0x80 || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return 4;
}

/* Where the text stops being UTF-8; size where it does not. Whole words of ASCII at once. */
static size_t utf8_valid(const char *text, size_t size)
{
    size_t i = 0;

    while (i < size) {
        uint64_t word[4];
        unsigned n;

        while (size - i >= sizeof word) {
            memcpy(word, text + i, sizeof word);
            if (((word[0] | word[1] | word[2] | word[3]) & 0x8080808080808080u) != 0)
                break;
            i += sizeof word;
        }
        while (i < size && (unsigned char)text[i] < 0x80)
            i++;
        if (i == size)
            break;
        n = utf8_sequence((const unsigned char *)text + i, size - i);
        if (n == 0)
            return i;
        i += n;
    }
    return size;
}

/* The start of a line that is too long; size where there is none. Looks backwards from where each
 * line would have to have ended, so that it reads little. */
static size_t long_line(const char *text, size_t size)
{
    size_t line = 0;

    while (size - line > SOURCE_LINE_MAX) {
        size_t i = line + SOURCE_LINE_MAX + 1;

        while (i > line && text[i - 1] != '\n')
            i--;
        if (i == line)
            return line;
        line = i;
    }
    return size;
}

enum source_fault source_inspect(const char *text, size_t size, uint32_t *offset)
{
    const char *nul;
    size_t at;

    *offset = 0;
    if (size > SOURCE_BYTES_MAX)
        return SOURCE_LARGE;
    if (size > 0 && (nul = memchr(text, '\0', size)) != NULL) {
        *offset = (uint32_t)(nul - text);
        return SOURCE_NUL;
    }
    if ((at = utf8_valid(text, size)) != size) {
        *offset = (uint32_t)at;
        return SOURCE_UTF8;
    }
    if ((at = long_line(text, size)) != size) {
        *offset = (uint32_t)at;
        return SOURCE_LINE_LONG;
    }
    return SOURCE_GOOD;
}
