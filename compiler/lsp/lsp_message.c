/* lsp_message.c - messages as they come and go: "Content-Length: N", an empty line, N bytes. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lsp/lsp.h"

/* Makes room for n bytes behind what is there; false: no memory. */
static bool room(struct lsp_input *input, size_t n)
{
    char *grown;

    if (input->begin > 0 && input->end > input->begin)
        memmove(input->buffer, input->buffer + input->begin, input->end - input->begin);
    input->end -= input->begin;
    input->begin = 0;
    if (input->capacity - input->end >= n)
        return true;
    grown = realloc(input->buffer, input->end + n);
    if (grown == NULL)
        return false;
    input->buffer = grown;
    input->capacity = input->end + n;
    return true;
}

/* Reads what there is, at most what there is room for; false: the end, or it cannot be read. */
static bool more(struct lsp_input *input)
{
    ssize_t n;

    if (input->ended)
        return false;
    do
        n = read(input->fd, input->buffer + input->end, input->capacity - input->end);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        input->ended = true;
    else
        input->end += (size_t)n;
    return n > 0;
}

enum line { LINE_END, LINE_READ, LINE_LONG };

/* One header line, without its end; a lone \n ends one, too. What is too long is skipped. */
static enum line header_line(struct lsp_input *input, char *line)
{
    size_t n = 0;
    bool overlong = false;

    for (;;) {
        char c;

        if (input->begin == input->end) {
            if (!room(input, (size_t)64 << 10) || !more(input))
                return LINE_END;
        }
        c = input->buffer[input->begin++];
        if (c == '\n')
            break;
        if (n == LSP_HEADER_MAX)
            overlong = true;
        else
            line[n++] = c;
    }
    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    return overlong ? LINE_LONG : LINE_READ;
}

/* The number of a Content-Length header; false: the line is another header, or none. */
static bool content_length(const char *line, size_t *n)
{
    static const char name[] = "Content-Length:";
    char *end;

    if (strncasecmp(line, name, sizeof name - 1) != 0)
        return false;
    line += sizeof name - 1;
    line += strspn(line, " \t");
    if (*line < '0' || *line > '9')
        return false;
    errno = 0;
    *n = strtoull(line, &end, 10);
    end += strspn(end, " \t");
    return errno == 0 && *end == '\0';
}

static enum lsp_read skip(struct lsp_input *input, size_t n)
{
    while (n > 0) {
        size_t here;

        if (input->begin == input->end && (!room(input, (size_t)64 << 10) || !more(input)))
            return LSP_READ_END;
        here = input->end - input->begin;
        here = here < n ? here : n;
        input->begin += here;
        n -= here;
    }
    return LSP_READ_LARGE;
}

enum lsp_read lsp_read(struct lsp_input *input, const char **body, size_t *n)
{
    char line[LSP_HEADER_MAX + 1];
    bool known = false, wrong = false;

    for (;;) {
        switch (header_line(input, line)) {
        case LINE_END:
            return LSP_READ_END;
        case LINE_LONG:
            wrong = true;
            continue;
        case LINE_READ:
            break;
        }
        if (line[0] == '\0') {
            if (known)
                break;
            if (wrong)
                return LSP_READ_BAD;
        } else if (content_length(line, n)) {
            known = true;
        } else if (strchr(line, ':') == NULL || strncasecmp(line, "Content-", 8) != 0 ||
                   strncasecmp(line, "Content-Length", 14) == 0) {
            wrong = true;
        }
    }
    if (*n > LSP_MESSAGE_MAX || !room(input, *n + 1))
        return skip(input, *n);
    while (input->end - input->begin < *n)
        if (!more(input))
            return LSP_READ_END;
    *body = input->buffer + input->begin;
    input->begin += *n;
    return LSP_READ_MESSAGE;
}

bool lsp_waits(struct lsp_input *input, int milliseconds)
{
    struct pollfd fd = { .fd = input->fd, .events = POLLIN };

    if (input->begin < input->end)
        return true;
    return !input->ended && poll(&fd, 1, milliseconds) > 0;
}

void lsp_input_clear(struct lsp_input *input)
{
    free(input->buffer);
    input->buffer = NULL;
    input->begin = input->end = input->capacity = 0;
}

bool lsp_send(int fd, struct arena *arena, struct dwr_str members)
{
    static const char begin[] = "{\"jsonrpc\":\"2.0\",";
    const struct dwr_str head = arena_printf(arena, "Content-Length: %zu\r\n\r\n%s",
                                             sizeof begin - 1 + members.n + 1, begin);

    return out_all(fd, head.p, head.n) == 0 && out_all(fd, members.p, members.n) == 0 &&
           out_all(fd, "}", 1) == 0;
}
