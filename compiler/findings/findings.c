/* findings.c - the formats, and what they share: places, fingerprints, paths of the repository. */
#include "findings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

const char *const findings_formats[FINDINGS_FORMATS] = {
    [FINDINGS_TEXT] = "text",   [FINDINGS_JSON] = "json",     [FINDINGS_JSONL] = "jsonl",
    [FINDINGS_SARIF] = "sarif", [FINDINGS_GITHUB] = "github", [FINDINGS_JUNIT] = "junit",
};

const char *const findings_severities[3] = { "error", "warning", "note" };

void findings_print(enum findings_format format, struct out *o,
                    const struct findings_report *report)
{
    static void (*const prints[FINDINGS_FORMATS])(struct out *, const struct findings_report *) = {
        [FINDINGS_TEXT] = findings_text,     [FINDINGS_JSON] = findings_json,
        [FINDINGS_JSONL] = findings_jsonl,   [FINDINGS_SARIF] = findings_sarif,
        [FINDINGS_GITHUB] = findings_github, [FINDINGS_JUNIT] = findings_junit,
    };

    diag_sort(report->diag);
    prints[format](o, report);
}

struct dwr_str findings_shown(struct arena *arena, struct dwr_str text)
{
    char *copy = NULL;

    for (size_t i = 0; i < text.n;) {
        const size_t length = diag_printable(text.p + i, text.n - i);

        if (length == 0) {
            if (!copy)
                copy = arena_copy(arena, text.p, text.n);
            copy[i] = '?';
        }
        i += length > 0 ? length : 1;
    }
    return copy ? (struct dwr_str){ copy, text.n } : text;
}

struct findings_place findings_place(struct arena *arena, const struct sources *sources,
                                     struct span span)
{
    struct source *source = &sources->v[span.source];

    return (struct findings_place){ source, findings_shown(arena, source->path),
                                    source_position(arena, source, span.begin),
                                    source_position(arena, source, span.end) };
}

void findings_json_text(struct out *o, struct dwr_str s)
{
    size_t begin = 0, i = 0;

    while (i < s.n) {
        const size_t length = (unsigned char)s.p[i] < 0x80 ? 1 : diag_printable(s.p + i, s.n - i);

        if (length == 0) {
            out_json_text(o, (struct dwr_str){ s.p + begin, i - begin });
            out_lit(o, "\xEF\xBF\xBD");
            begin = i + 1;
        }
        i += length > 0 ? length : 1;
    }
    out_json_text(o, (struct dwr_str){ s.p + begin, i - begin });
}

void findings_json_string(struct out *o, const char *name, struct dwr_str text)
{
    out_char(o, '"');
    out_bytes(o, name, strlen(name));
    out_lit(o, "\":");
    if (!text.p) {
        out_lit(o, "null");
        return;
    }
    out_char(o, '"');
    findings_json_text(o, text);
    out_char(o, '"');
}

void findings_code(struct out *o, enum diag_code code)
{
    char text[16];
    const int n = snprintf(text, sizeof text, "DW%04d", (int)code);

    out_bytes(o, text, (size_t)n);
}

/* --- fingerprints --- */

/* A line with its white space squeezed: laying it out anew makes no other finding. */
static struct dwr_str squeezed_line(struct arena *arena, const struct diag_finding *finding)
{
    struct source *source = &finding->sources->v[finding->span.source];
    const uint32_t line = source_position(arena, source, finding->span.begin).line;
    const struct dwr_str text = source_line_text(arena, source, line);
    char *to = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        const bool space = text.p[i] == ' ' || text.p[i] == '\t';

        if (!space)
            to[n++] = text.p[i];
        else if (n > 0 && to[n - 1] != ' ')
            to[n++] = ' ';
    }
    return (struct dwr_str){ to, n };
}

/* What the fingerprint is made of, NULs between. */
static uint64_t key_of(struct arena *arena, const struct diag_finding *finding)
{
    static const char none[] = "";
    const char *kind = finding->doctype.p ? "doctype" : "line";
    struct dwr_str a = finding->doctype, b = finding->field, key;

    if (!finding->doctype.p) {
        a = finding->sources->v[finding->span.source].label;
        b = squeezed_line(arena, finding);
    }
    key = arena_printf(arena, "%d%c%s%c%.*s%c%.*s", (int)finding->code, 0, kind, 0, (int)a.n,
                       a.p ? a.p : none, 0, (int)b.n, b.p ? b.p : none);
    return XXH3_64bits(key.p, key.n);
}

struct dwr_str findings_fingerprint(struct arena *arena, const struct diag_finding *finding,
                                    uint32_t n)
{
    const uint64_t key = key_of(arena, finding) ^ (n * UINT64_C(0x9E3779B97F4A7C15));

    return arena_printf(arena, "%016llx", (unsigned long long)key);
}

struct keyed {
    uint64_t key;
    uint32_t index;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

uint32_t *findings_ordinals(struct diag *diag)
{
    const uint32_t all = diag->count + diag->allowed_count;
    struct keyed *keyed = arena_array(diag->arena, all + 1, sizeof *keyed);
    uint32_t *ordinals = arena_array(diag->arena, all + 1, sizeof *ordinals);

    for (uint32_t i = 0; i < all; i++) {
        const struct diag_finding *finding =
            i < diag->count ? diag->v[i] : diag->allowed[i - diag->count];

        keyed[i] = (struct keyed){ key_of(diag->arena, finding), i };
    }
    qsort(keyed, all, sizeof *keyed, by_key);
    for (uint32_t i = 0; i < all; i++)
        ordinals[keyed[i].index] =
            i > 0 && keyed[i].key == keyed[i - 1].key ? ordinals[keyed[i - 1].index] + 1 : 0;
    return ordinals;
}

/* --- paths --- */

/* Paths are this long at most; a longer one stays as it was given. */
enum { PATH_ROOM = 4096 };

/* "/a/./b//../c" without its dots, in place. */
static void resolve_dots(char *path)
{
    const char *from = path + 1, *const end = path + strlen(path);
    char *to = path + 1;

    while (from < end) {
        const char *slash = memchr(from, '/', (size_t)(end - from));
        const size_t n = (size_t)((slash ? slash : end) - from);

        if (n == 2 && from[0] == '.' && from[1] == '.') {
            to -= to > path + 1;
            while (to > path + 1 && to[-1] != '/')
                to--;
        } else if (n > 0 && !(n == 1 && from[0] == '.')) {
            memmove(to, from, n);
            to += n;
            *to++ = '/'; /* over what has been read, or over the end */
        }
        from += n + 1;
    }
    to -= to > path + 1;
    *to = '\0';
}

/* The working folder, and how much of it is the repository's root. */
static bool find_root(char *folder, size_t *root)
{
    char probe[PATH_ROOM + 8];
    struct stat st;

    if (!getcwd(folder, PATH_ROOM))
        return false;
    for (size_t n = strlen(folder); n > 0; n--) {
        if (folder[n] != '\0' && folder[n] != '/')
            continue;
        memcpy(probe, folder, n);
        memcpy(probe + n, "/.git", 6);
        if (stat(probe, &st) == 0) {
            *root = n;
            return true;
        }
    }
    *root = strlen(folder);
    return true;
}

struct dwr_str findings_repository_path(struct arena *arena, struct dwr_str path)
{
    char folder[PATH_ROOM], whole[2 * PATH_ROOM + 2];
    size_t root, n;

    if (path.n == 0 || path.p[0] == '<' || path.n >= PATH_ROOM || !find_root(folder, &root))
        return path;
    if (path.p[0] == '/')
        snprintf(whole, sizeof whole, "%s", path.p);
    else
        snprintf(whole, sizeof whole, "%s/%s", folder, path.p);
    resolve_dots(whole);
    n = strlen(whole);
    if (n <= root + 1 || memcmp(whole, folder, root) != 0 || whole[root] != '/')
        return path;
    return (struct dwr_str){ arena_copy(arena, whole + root + 1, n - root - 1), n - root - 1 };
}
