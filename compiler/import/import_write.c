/* import_write.c - names, values and comments as rules have them, and values as dictionaries have
 * them. */
#include <string.h>

#include "import_parts.h"
#include "str.h"

/* Comments are broken before this column. */
enum { COMMENT_COLUMNS = 88 };

/* --- rules --- */

void import_put(struct import *im, const char *text)
{
    out_bytes(&im->rules.out, text, strlen(text));
}

void import_put_number(struct import *im, uint64_t number)
{
    out_number(&im->rules.out, number);
}

void import_put_text(struct import *im, struct dwr_str text)
{
    out_char(&im->rules.out, '"');
    out_json_text(&im->rules.out, text);
    out_char(&im->rules.out, '"');
}

void import_mark(struct import *im, struct span from)
{
    const size_t offset = (size_t)(im->rules.out.at - im->rules.out.start);

    if (im->mark_count == im->mark_capacity) {
        const uint32_t capacity = im->mark_capacity == 0 ? 64 : 2 * im->mark_capacity;

        im->marks =
            arena_grow(im->arena, im->marks, im->mark_capacity, capacity, sizeof *im->marks);
        im->mark_capacity = capacity;
    }
    im->marks[im->mark_count++] = (struct import_mark){ offset, from };
}

struct span import_from(const struct import *im, uint32_t source, size_t offset)
{
    struct span from = { .source = source };

    for (uint32_t i = 0; i < im->mark_count && im->marks[i].offset <= offset; i++)
        from = im->marks[i].from;
    return from;
}

/* Whether a name may stand without quotes wherever a field may. */
static bool is_bare(struct dwr_str name)
{
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];

        if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return name.n > 0 && !str_is(name, "when") && !str_is(name, "not") && !str_is(name, "ranked") &&
           !str_is(name, "together");
}

void import_put_name(struct import *im, struct dwr_str name)
{
    if (is_bare(name))
        out_str(&im->rules.out, name);
    else
        import_put_text(im, name);
}

/* A text as comment lines, broken at spaces. Line ends in it become spaces. */
static void put_comment(struct import *im, struct dwr_str text)
{
    while (text.n > 0) {
        size_t n = text.n;

        if (n > COMMENT_COLUMNS) {
            for (n = COMMENT_COLUMNS; n > 0 && text.p[n] != ' ';)
                n--;
            if (n == 0)
                for (n = COMMENT_COLUMNS; n < text.n && text.p[n] != ' ';)
                    n++;
        }
        out_lit(&im->rules.out, "// ");
        for (size_t i = 0; i < n; i++)
            out_char(&im->rules.out, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
        out_char(&im->rules.out, '\n');
        while (n < text.n && text.p[n] == ' ')
            n++;
        text.p += n;
        text.n -= n;
    }
}

void import_comment(struct import *im, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    put_comment(im, arena_vprintf(im->arena, format, args));
    va_end(args);
}

/* --- what is not known --- */

/* A value as written, white space around its parts made one space. */
static struct dwr_str as_written(struct import *im, struct span span)
{
    const char *text = im->diag->sources->v[span.source].text;
    char *line = arena_alloc(im->arena, span.end - span.begin + 1);
    size_t n = 0;
    bool in_string = false;

    for (uint32_t i = span.begin; i < span.end; i++) {
        const char c = text[i];

        if (!in_string && (c == '\n' || c == '\r' || c == '\t' || c == ' ')) {
            if (n > 0 && line[n - 1] != ' ')
                line[n++] = ' ';
            continue;
        }
        if (c == '"')
            in_string = !in_string;
        line[n++] = c;
        if (in_string && c == '\\' && i + 1 < span.end)
            line[n++] = text[++i];
    }
    return (struct dwr_str){ line, n };
}

void import_leftovers(struct import *im, const struct import_node *object)
{
    if (!object || object->kind != IMPORT_OBJECT)
        return;
    for (const struct import_node *n = object->first; n; n = n->next) {
        struct dwr_str value;

        if (n->used)
            continue;
        value = as_written(im, (struct span){ n->span.source, n->name_span.begin, n->span.end });
        import_comment(im, "Not imported: %.*s", (int)value.n, value.p);
    }
}

/* --- values --- */

static void wrong_kind(struct import *im, const struct import_node *node, const char *wanted)
{
    diag_add(im->diag, DIAG_IMPORT_VALUE, node->span, "'%.*s' is %s, not %s", (int)node->name.n,
             node->name.p, import_kind_word(node->kind), wanted);
}

static struct import_node *member(struct import *im, struct import_node *object, const char *name)
{
    struct import_node *node = import_member(object, name);

    if (!node)
        return NULL;
    node->used = true;
    if (node->kind == IMPORT_NULL)
        return NULL;
    import_mark(im, node->span);
    return node;
}

struct dwr_str import_string(struct import *im, struct import_node *object, const char *name)
{
    struct import_node *node = member(im, object, name);

    if (node && node->kind == IMPORT_STRING && node->text.n > 0)
        return node->text;
    if (node)
        wrong_kind(im, node, "a text");
    return (struct dwr_str){ NULL, 0 };
}

bool import_number(struct import *im, struct import_node *object, const char *name,
                   uint64_t *number)
{
    struct import_node *node = member(im, object, name);

    *number = 0;
    if (!node)
        return false;
    for (size_t i = 0; i < node->text.n && *number < UINT64_MAX / 10 - 9; i++) {
        if (node->kind != IMPORT_NUMBER || node->text.p[i] < '0' || node->text.p[i] > '9') {
            wrong_kind(im, node, "a whole number that is not negative");
            return false;
        }
        *number = *number * 10 + (uint64_t)(node->text.p[i] - '0');
    }
    if (node->kind == IMPORT_NUMBER)
        return true;
    wrong_kind(im, node, "a number");
    return false;
}

bool import_truth(struct import *im, struct import_node *object, const char *name, bool *truth)
{
    struct import_node *node = member(im, object, name);

    if (!node)
        return false;
    *truth = str_is(node->text, "true");
    if (node->kind == IMPORT_BOOL)
        return true;
    wrong_kind(im, node, "true or false");
    return false;
}

bool import_is_strings(struct import *im, struct import_node *node)
{
    node->used = true;
    if (node->kind != IMPORT_ARRAY) {
        wrong_kind(im, node, "an array of texts");
        return false;
    }
    for (const struct import_node *n = node->first; n; n = n->next)
        if (n->kind != IMPORT_STRING || n->text.n == 0) {
            diag_add(im->diag, DIAG_IMPORT_VALUE, n->span, "%s in '%.*s', not a text",
                     n->kind == IMPORT_STRING ? "an empty text" : import_kind_word(n->kind),
                     (int)node->name.n, node->name.p);
            return false;
        }
    return node->first != NULL;
}

const struct import_node *import_names(struct import *im, struct import_node *object,
                                       const char *name)
{
    struct import_node *node = member(im, object, name);

    if (!node)
        return NULL;
    if (node->kind == IMPORT_STRING && node->text.n > 0)
        return node;
    if (node->kind != IMPORT_ARRAY)
        wrong_kind(im, node, "a text or a list of texts");
    return node->kind == IMPORT_ARRAY && import_is_strings(im, node) ? node->first : NULL;
}
