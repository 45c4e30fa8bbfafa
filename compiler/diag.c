/* diag.c - findings: collected and sorted. What they look like is findings/'s. */
#include "diag.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

void diag_init(struct diag *diag, struct arena *arena, struct sources *sources)
{
    *diag = (struct diag){ .arena = arena, .sources = sources };
}

/* --- the codes --- */

static const struct code_row {
    enum diag_code code;
    enum diag_severity severity;
    const char *title;
} codes[] = {
#define DIAG_CODE(NAME, number, severity, title) { DIAG_##NAME, severity, title },
#include "diag_codes.def"
#undef DIAG_CODE
};

static const struct code_row *code_row(enum diag_code code)
{
    size_t i;

    for (i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            return &codes[i];
    return NULL;
}

const char *diag_code_title(enum diag_code code)
{
    const struct code_row *row = code_row(code);

    return row == NULL ? NULL : row->title;
}

enum diag_severity diag_code_severity(enum diag_code code)
{
    const struct code_row *row = code_row(code);

    return row == NULL ? DIAG_ERROR : row->severity;
}

size_t diag_code_count(void)
{
    return sizeof codes / sizeof *codes;
}

enum diag_code diag_code_at(size_t i)
{
    return codes[i].code;
}

/* --- text that is safe to show --- */

size_t diag_printable(const char *p, size_t n)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)p;
    size_t length = u[0] < 0x80 ? 1 : u[0] < 0xC2 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    uint32_t c = u[0] & (0xFFu >> (length + 1));
    size_t i;

    if (length == 0 || length > n || u[0] > 0xF4)
        return 0;
    if (length == 1)
        return u[0] >= 0x20 && u[0] != 0x7F;
    for (i = 1; i < length; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (u[i] & 0x3Fu);
    }
    if (c < least[length] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
        return 0;
    /* C1 controls, and the marks that turn the direction of text, would change what a reader sees.
     */
    if (c < 0xA0 || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
        return 0;
    return length;
}

/* Overwrites what must not reach a terminal. */
static struct dwr_str make_printable(struct dwr_str text)
{
    char *p = (char *)(uintptr_t)text.p; /* just made by arena_vprintf, so it is ours to write */
    size_t i = 0;

    while (i < text.n) {
        size_t length = diag_printable(p + i, text.n - i);

        if (length == 0)
            p[i++] = '?';
        i += length;
    }
    return text;
}

/* --- collecting --- */

static void tally(struct diag *diag, const struct diag_finding *finding)
{
    diag->errors += finding->severity == DIAG_ERROR;
    diag->warnings += finding->severity == DIAG_WARNING;
    diag->notes += finding->severity == DIAG_NOTE;
}

static void append(struct diag *diag, struct diag_finding *finding)
{
    finding->order = diag->count;
    if (diag->count == diag->capacity) {
        uint32_t capacity = diag->capacity == 0 ? 16 : diag->capacity * 2;

        diag->v = arena_grow(diag->arena, diag->v, diag->capacity, capacity, sizeof(diag->v[0]));
        diag->capacity = capacity;
    }
    diag->v[diag->count++] = finding;
    tally(diag, finding);
}

struct diag_finding *diag_add(struct diag *diag, enum diag_code code, struct span span,
                              const char *format, ...)
{
    struct diag_finding *finding = ARENA_NEW(diag->arena, struct diag_finding);
    va_list args;

    va_start(args, format);
    finding->text = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
    finding->code = code;
    finding->severity = diag_code_severity(code);
    finding->span = span;
    finding->sources = diag->sources;
    append(diag, finding);
    return finding;
}

void diag_help(struct diag *diag, struct diag_finding *finding, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    finding->help = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
}

void diag_note(struct diag *diag, struct diag_finding *finding, struct span span,
               const char *format, ...)
{
    struct diag_note *note = ARENA_NEW(diag->arena, struct diag_note), **last = &finding->notes;
    va_list args;

    va_start(args, format);
    note->text = make_printable(arena_vprintf(diag->arena, format, args));
    va_end(args);
    note->span = span;
    note->sources = diag->sources;
    while (*last != NULL)
        last = &(*last)->next;
    *last = note;
}

void diag_subject(struct diag_finding *finding, struct dwr_str doctype, struct dwr_str field)
{
    finding->doctype = doctype;
    finding->field = field;
}

struct diag_fix *diag_fix(struct diag *diag, struct diag_finding *finding, bool safe,
                          const char *title, ...)
{
    struct diag_fix *fix = ARENA_NEW(diag->arena, struct diag_fix);
    va_list args;

    va_start(args, title);
    fix->title = make_printable(arena_vprintf(diag->arena, title, args));
    va_end(args);
    fix->safe = safe;
    finding->fix = fix;
    return fix;
}

void diag_edit(struct diag *diag, struct diag_fix *fix, struct span span, const char *text, ...)
{
    struct diag_edit *edit = ARENA_NEW(diag->arena, struct diag_edit), **last = &fix->edits;
    va_list args;

    va_start(args, text);
    edit->text = arena_vprintf(diag->arena, text, args);
    va_end(args);
    edit->span = span;
    while (*last != NULL)
        last = &(*last)->next;
    *last = edit;
}

static void append_failure(struct diag *diag, struct dwr_str text)
{
    if (diag->failure_count == diag->failure_capacity) {
        uint32_t capacity = diag->failure_capacity == 0 ? 4 : diag->failure_capacity * 2;

        diag->failures = arena_grow(diag->arena, diag->failures, diag->failure_capacity, capacity,
                                    sizeof *diag->failures);
        diag->failure_capacity = capacity;
    }
    diag->failures[diag->failure_count++] = text;
}

void diag_failure(struct diag *diag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append_failure(diag, make_printable(arena_vprintf(diag->arena, format, args)));
    va_end(args);
}

/* What was added by a diag without sources is of the sources of the one it comes to. */
static void give_sources(struct diag_finding *finding, struct sources *sources)
{
    if (finding->sources == NULL)
        finding->sources = sources;
    for (struct diag_note *note = finding->notes; note != NULL; note = note->next)
        if (note->sources == NULL)
            note->sources = sources;
}

void diag_join(struct diag *diag, const struct diag *part)
{
    for (uint32_t i = 0; i < part->count; i++) {
        give_sources(part->v[i], diag->sources);
        append(diag, part->v[i]);
    }
    for (uint32_t i = 0; i < part->failure_count; i++)
        append_failure(diag, part->failures[i]);
}

/* --- order --- */

void diag_filter(struct diag *diag, bool (*keep)(void *context, struct diag_finding *finding),
                 void *context)
{
    const uint32_t had = diag->count;

    diag->count = diag->errors = diag->warnings = diag->notes = 0;
    for (uint32_t i = 0; i < had; i++)
        if (keep(context, diag->v[i])) {
            diag->v[diag->count++] = diag->v[i];
            tally(diag, diag->v[diag->count - 1]);
        }
}

static int by_source(const struct diag_finding *x, const struct diag_finding *y)
{
    const char *a = x->sources->v[x->span.source].path.p, *b = y->sources->v[y->span.source].path.p;
    const int order = a == b ? 0 : strcmp(a, b);

    if (order != 0) /* rules and schemas are numbered apart: only their paths have an order */
        return order;
    return x->span.source < y->span.source ? -1 : x->span.source > y->span.source;
}

static int by_place(const void *a, const void *b)
{
    const struct diag_finding *x = *(struct diag_finding *const *)a;
    const struct diag_finding *y = *(struct diag_finding *const *)b;

    const int source = by_source(x, y);

    if (source != 0)
        return source;
    if (x->span.begin != y->span.begin)
        return x->span.begin < y->span.begin ? -1 : 1;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void diag_sort(struct diag *diag)
{
    if (diag->count > 1)
        qsort(diag->v, diag->count, sizeof(diag->v[0]), by_place);
}

void diag_print_failures(const struct diag *diag, FILE *err)
{
    for (uint32_t i = 0; i < diag->failure_count; i++)
        fprintf(err, "dwrc: %s\n", diag->failures[i].p);
}

bool diag_wants_color(enum diag_color color, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (color != DIAG_COLOR_AUTO)
        return color == DIAG_COLOR_ALWAYS;
    if (no_color != NULL && no_color[0] != '\0')
        return false;
    return term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(out));
}

int diag_exit(const struct diag *diag, enum diag_fail_on fail_on)
{
    if (diag->failure_count > 0)
        return 2;
    switch (fail_on) {
    case DIAG_FAIL_ERROR:
        return diag->errors > 0;
    case DIAG_FAIL_WARNING:
        return diag->errors + diag->warnings > 0;
    case DIAG_FAIL_NOTE:
        return diag->errors + diag->warnings + diag->notes > 0;
    case DIAG_FAIL_NEVER:
        break;
    }
    return 0;
}

/* --- did you mean --- */

/* Longer words than this are not compared: nobody mistypes them by a letter or two. */
#define WORD_MAX 64u

/* diag_distance of words that are not too long. Letters to insert, leave out, change or swap with
 * their neighbour to make b of a, case aside; the row of the distance table two lines up is kept
 * for the swaps. */
static unsigned distance(struct dwr_str a, struct dwr_str b)
{
    unsigned rows[3][WORD_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2];
    size_t i, j;

    for (j = 0; j <= b.n; j++)
        above[j] = (unsigned)j;
    for (i = 1; i <= a.n; i++) {
        unsigned *spare = before;
        int x = tolower((unsigned char)a.p[i - 1]);

        row[0] = (unsigned)i;
        for (j = 1; j <= b.n; j++) {
            int y = tolower((unsigned char)b.p[j - 1]);
            unsigned d = above[j - 1] + (x != y);

            if (above[j] + 1 < d)
                d = above[j] + 1;
            if (row[j - 1] + 1 < d)
                d = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == tolower((unsigned char)b.p[j - 2]) &&
                y == tolower((unsigned char)a.p[i - 2]) && before[j - 2] + 1 < d)
                d = before[j - 2] + 1;
            row[j] = d;
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.n];
}

unsigned diag_distance(struct dwr_str a, struct dwr_str b)
{
    return a.n > WORD_MAX || b.n > WORD_MAX ? UINT_MAX : distance(a, b);
}

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool is_between_words(char c)
{
    return c == ' ' || c == '_' || c == '-';
}

/* How many letters both have in whole words at the beginning and at the end: "Payment Entry" and
 * "Payment Country" are as far from each other as "Entry" and "Country". */
static size_t shared_words(struct dwr_str a, struct dwr_str b)
{
    const size_t n = a.n < b.n ? a.n : b.n;
    size_t front = 0, back = 0, i;

    for (i = 0; i < n && is_same_letter(a.p[i], b.p[i]); i++)
        if (is_between_words(a.p[i]))
            front = i + 1;
    for (i = 0; front + i < n && is_same_letter(a.p[a.n - 1 - i], b.p[b.n - 1 - i]); i++)
        if (is_between_words(a.p[a.n - 1 - i]))
            back = i + 1;
    return front + back;
}

/* A third of the letters may be wrong. */
static unsigned wrong_at_most(size_t letters)
{
    return letters < 3 ? 1 : (unsigned)(letters + 2) / 3;
}

int diag_nearest(struct dwr_str word, const struct dwr_str *candidates, size_t count)
{
    unsigned best = wrong_at_most(word.n), d;
    int nearest = -1;
    size_t i;

    if (word.n == 0 || word.n > WORD_MAX)
        return -1;
    best += 1;
    for (i = 0; i < count; i++) {
        size_t n = candidates[i].n;

        if (n > WORD_MAX || n + best <= word.n || word.n + best <= n)
            continue;
        d = distance(word, candidates[i]);
        /* A word of two letters that shares none is another word. */
        if (d < best && d < n && d <= wrong_at_most(word.n - shared_words(word, candidates[i]))) {
            best = d;
            nearest = (int)i;
        }
    }
    return nearest;
}

/* A quarter of the letters at most is wrong, and every other candidate is further away. What goes
 * on behind a whole candidate is another word without its space: `createno`. */
static bool is_sure(struct dwr_str word, const struct dwr_str *candidates, size_t count, int meant)
{
    const unsigned d = diag_distance(word, candidates[meant]);

    if (d * 4 > word.n || (word.n > candidates[meant].n + 1 &&
                           memcmp(word.p, candidates[meant].p, candidates[meant].n) == 0))
        return false;
    for (size_t i = 0; i < count; i++) {
        const size_t n = candidates[i].n;

        if ((int)i != meant && n <= WORD_MAX && n + d >= word.n && word.n + d >= n &&
            diag_distance(word, candidates[i]) <= d)
            return false;
    }
    return true;
}

int diag_propose(struct diag *diag, struct diag_finding *finding, struct span span,
                 struct dwr_str word, const struct dwr_str *candidates, size_t count)
{
    const int meant = diag_nearest(word, candidates, count);
    struct diag_fix *fix;
    struct dwr_str it;

    if (meant < 0)
        return meant;
    it = candidates[meant];
    diag_help(diag, finding, "did you mean '%.*s'?", (int)it.n, it.p);
    if (!is_sure(word, candidates, count, meant))
        return meant;
    fix = diag_fix(diag, finding, true, "write '%.*s'", (int)it.n, it.p);
    fix->told = true;
    diag_edit(diag, fix, span, "%.*s", (int)it.n, it.p);
    return meant;
}
