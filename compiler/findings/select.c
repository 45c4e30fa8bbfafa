/* select.c - codes and their beginnings, as options name them. */
#include "select.h"

#include <ctype.h>

/* "DW20" and what is said of it. */
struct prefix {
    char text[8];
    unsigned n;
    enum { SELECT, IGNORE, SEVERITY } what;
    enum diag_severity severity;
};

struct selection {
    const struct cli_command *command;
    struct arena *arena;
    struct prefix *v;
    uint32_t count;
    bool anything_selected;
};

static const char *const options[] = { "--select", "--ignore", "--severity" };

static void code_text(char text[8], enum diag_code code)
{
    const int number = (int)code;

    text[0] = 'D';
    text[1] = 'W';
    for (int i = 0, by = 1000; i < 4; i++, by /= 10)
        text[2 + i] = (char)('0' + number / by % 10);
    text[6] = '\0';
}

static bool is_structure(enum diag_code code)
{
    return (int)code < 2000;
}

/* How many codes begin so, and how many of them can be left out. */
static void count_codes(const struct prefix *p, unsigned *all, unsigned *free)
{
    char text[8];

    *all = *free = 0;
    for (size_t i = 0; i < diag_code_count(); i++) {
        code_text(text, diag_code_at(i));
        if (strncmp(text, p->text, p->n) != 0)
            continue;
        ++*all;
        *free += !is_structure(diag_code_at(i));
    }
}

static bool unknown(const struct selection *s, const char *option, struct dwr_str word)
{
    struct dwr_str *names = arena_array(s->arena, diag_code_count(), sizeof *names);
    int nearest;

    for (size_t i = 0; i < diag_code_count(); i++)
        names[i] = arena_printf(s->arena, "DW%04d", (int)diag_code_at(i));
    nearest = diag_nearest(word, names, diag_code_count());
    if (nearest >= 0)
        cli_usage(s->command, "%s: no code begins with '%.*s'; did you mean '%s'?", option,
                  (int)word.n, word.p, names[nearest].p);
    else
        cli_usage(s->command, "%s: no code begins with '%.*s'; dwrc explain --list shows them all",
                  option, (int)word.n, word.p);
    return false;
}

/* "DW20", "dw20" and "20" are the same; false: no code begins so. */
static bool read_prefix(const struct selection *s, const char *option, struct dwr_str word,
                        struct prefix *p)
{
    struct dwr_str rest = word;
    unsigned all, free;

    if (rest.n >= 2 && toupper((unsigned char)rest.p[0]) == 'D' &&
        toupper((unsigned char)rest.p[1]) == 'W')
        rest = (struct dwr_str){ rest.p + 2, rest.n - 2 };
    if (word.n == 0 || rest.n > 4)
        return unknown(s, option, word);
    memcpy(p->text, "DW", 2);
    memcpy(p->text + 2, rest.p, rest.n);
    p->n = 2 + (unsigned)rest.n;
    count_codes(p, &all, &free);
    if (all == 0)
        return unknown(s, option, word);
    if (free > 0 || p->what == SELECT)
        return true;
    cli_usage(s->command, "%s: errors of structure are always shown: '%.*s'", option, (int)word.n,
              word.p);
    return false;
}

/* Of "DW2001=error" the part behind '='. */
static bool read_severity(const struct selection *s, struct dwr_str *word, struct prefix *p)
{
    static const char *const words[] = { "error", "warning", "note" };
    const char *equals = memchr(word->p, '=', word->n);
    size_t n;

    if (!equals) {
        cli_usage(s->command, "--severity takes CODE=error, CODE=warning or CODE=note: '%.*s'",
                  (int)word->n, word->p);
        return false;
    }
    n = word->n - (size_t)(equals + 1 - word->p);
    for (int i = 0; i < 3; i++)
        if (strlen(words[i]) == n && memcmp(words[i], equals + 1, n) == 0) {
            p->severity = (enum diag_severity)i;
            word->n = (size_t)(equals - word->p);
            return true;
        }
    cli_usage(s->command, "--severity: '%.*s' is no severity: error, warning, note", (int)n,
              equals + 1);
    return false;
}

static bool read_list(struct selection *s, const struct cli_list *list, int what)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const char *p = list->v[i];

        for (;;) {
            struct prefix prefix = { .what = what };
            struct dwr_str word = { p, strcspn(p, ",") };

            p += word.n;
            if (what == SEVERITY && !read_severity(s, &word, &prefix))
                return false;
            if (!read_prefix(s, options[what], word, &prefix))
                return false;
            s->v = arena_grow(s->arena, s->v, s->count, (size_t)s->count + 1, sizeof *s->v);
            s->v[s->count++] = prefix;
            s->anything_selected |= what == SELECT;
            if (*p++ == '\0')
                break;
        }
    }
    return true;
}

static bool keep(void *context, struct diag_finding *finding)
{
    const struct selection *s = context;
    unsigned best = s->anything_selected ? 0 : 1, best_severity = 0;
    bool kept = !s->anything_selected;
    char text[8];

    if (is_structure(finding->code))
        return true;
    code_text(text, finding->code);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct prefix *p = &s->v[i];

        if (strncmp(text, p->text, p->n) != 0)
            continue;
        if (p->what == SEVERITY) {
            if (p->n >= best_severity) {
                best_severity = p->n;
                finding->severity = p->severity;
            }
        } else if (p->n > best || (p->n == best && p->what == IGNORE)) {
            best = p->n;
            kept = p->what == SELECT;
        }
    }
    return kept;
}

bool select_findings(const struct cli_command *command, struct diag *diag,
                     const struct select_lists *lists)
{
    struct selection s = { .command = command, .arena = diag->arena };

    if (!read_list(&s, &lists->select, SELECT) || !read_list(&s, &lists->ignore, IGNORE) ||
        !read_list(&s, &lists->severity, SEVERITY))
        return false;
    diag_filter(diag, keep, &s);
    return true;
}
