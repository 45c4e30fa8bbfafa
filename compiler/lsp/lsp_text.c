/* lsp_text.c - documents as the editor has them; places as it counts them. */
#include <stdlib.h>
#include <string.h>

#include "lsp/lsp.h"

/* --- URIs --- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *lsp_path_of_uri(struct arena *arena, const char *uri)
{
    static const char scheme[] = "file://";
    char *path, *to;

    if (strncmp(uri, scheme, sizeof scheme - 1) != 0)
        return NULL;
    uri = strchr(uri + sizeof scheme - 1, '/'); /* what stands between is a host: this one */
    if (uri == NULL)
        return NULL;
    path = to = arena_copy(arena, uri, strlen(uri));
    for (; *uri != '\0'; uri++) {
        if (uri[0] == '%' && hex(uri[1]) >= 0 && hex(uri[2]) >= 0 &&
            (hex(uri[1]) != 0 || hex(uri[2]) != 0)) {
            *to++ = (char)(hex(uri[1]) << 4 | hex(uri[2]));
            uri += 2;
        } else {
            *to++ = *uri;
        }
    }
    *to = '\0';
    return path;
}

struct dwr_str lsp_uri_of_path(struct arena *arena, const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    static const char digits[] = "0123456789ABCDEF";
    const size_t n = strlen(path);
    char *uri = arena_alloc(arena, sizeof "file://" + 3 * n), *to = uri;

    if (path[0] == '/')
        to += strlen(strcpy(to, "file://"));
    for (const char *c = path; *c != '\0'; c++) {
        if (path[0] != '/' || strchr(plain, *c) != NULL) {
            *to++ = *c; /* what is no path is a URI already */
            continue;
        }
        *to++ = '%';
        *to++ = digits[(unsigned char)*c >> 4];
        *to++ = digits[(unsigned char)*c & 15];
    }
    *to = '\0';
    return (struct dwr_str){ uri, (size_t)(to - uri) };
}

/* --- places --- */

/* How many bytes the character at p has, and its UTF-16 units. */
static size_t character_bytes(const char *p, size_t left, uint32_t *units)
{
    const unsigned char c = (unsigned char)*p;
    size_t n = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

    *units = n == 4 ? 2 : 1;
    return n < left ? n : left;
}

uint32_t lsp_offset(const char *text, size_t size, uint32_t line, uint32_t character)
{
    const char *p = text, *end = text + size, *stop;

    while (line > 0) {
        const char *next = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

        if (next == NULL)
            return (uint32_t)size;
        p = next + 1;
        line--;
    }
    stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    if (stop == NULL)
        stop = end;
    else if (stop > p && stop[-1] == '\r')
        stop--;
    while (p < stop && character > 0) {
        uint32_t units;
        const size_t n = character_bytes(p, (size_t)(stop - p), &units);

        if (units > character)
            break;
        character -= units;
        p += n;
    }
    return (uint32_t)(p - text);
}

void lsp_put_position(struct out *o, struct arena *arena, struct source *source, uint32_t offset)
{
    const struct source_position at = source_position(arena, source, offset);

    out_lit(o, "{\"line\":");
    out_number(o, at.line - 1);
    out_lit(o, ",\"character\":");
    out_number(o, at.column_utf16 - 1);
    out_char(o, '}');
}

void lsp_put_range(struct out *o, struct arena *arena, struct sources *sources, struct span span)
{
    struct source *source = &sources->v[span.source];

    out_lit(o, "{\"start\":");
    lsp_put_position(o, arena, source, span.begin);
    out_lit(o, ",\"end\":");
    lsp_put_position(o, arena, source, span.end);
    out_char(o, '}');
}

void lsp_put_text(struct out *o, struct dwr_str text)
{
    out_char(o, '"');
    out_json_text(o, text);
    out_char(o, '"');
}

/* --- changes --- */

static bool place_of(const struct lsp_document *document, const cJSON *position, uint32_t *offset)
{
    const cJSON *line = cJSON_GetObjectItemCaseSensitive(position, "line");
    const cJSON *character = cJSON_GetObjectItemCaseSensitive(position, "character");

    if (!cJSON_IsNumber(line) || !cJSON_IsNumber(character) || line->valuedouble < 0 ||
        character->valuedouble < 0)
        return false;
    /* What is beyond a 32-bit number is beyond every line. */
    *offset =
        lsp_offset(document->text, document->size,
                   line->valuedouble < 4e9 ? (uint32_t)line->valuedouble : UINT32_MAX,
                   character->valuedouble < 4e9 ? (uint32_t)character->valuedouble : UINT32_MAX);
    return true;
}

bool lsp_change(struct lsp_document *document, const cJSON *change)
{
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(change, "text");
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(change, "range");
    uint32_t begin = 0, end = (uint32_t)document->size;
    size_t n, size;
    char *made;

    if (!cJSON_IsString(text))
        return false;
    if (cJSON_IsObject(range) &&
        (!place_of(document, cJSON_GetObjectItemCaseSensitive(range, "start"), &begin) ||
         !place_of(document, cJSON_GetObjectItemCaseSensitive(range, "end"), &end) || end < begin))
        return false;
    n = strlen(text->valuestring);
    size = document->size - (end - begin) + n;
    if (size > SOURCE_BYTES_MAX || (made = malloc(size + 1)) == NULL)
        return false;
    memcpy(made, document->text, begin);
    memcpy(made + begin, text->valuestring, n);
    memcpy(made + begin + n, document->text + end, document->size - end);
    made[size] = '\0';
    free(document->text);
    document->text = made;
    document->size = size;
    return true;
}
