/* allow.c - reads the comments that allow findings, and takes away what they allow. */
#include "allow.h"

#include <ctype.h>

struct allowed_code {
    enum diag_code code;
    struct span span;
    bool used;
};

struct allow {
    struct span span; /* the comment's */
    struct allowed_code *codes;
    uint32_t code_count;
    struct dwr_str reason;
    struct dwr_str until; /* p NULL: for ever */
    uint32_t first, last; /* the lines it holds for */
    bool expired;
};

struct allows {
    struct arena *arena;
    const struct ast_ruleset *ruleset;
    struct diag *diag;
    long today;
    struct allow *v; /* in the order of sources and places */
    uint32_t count, capacity;
    uint32_t *first_of; /* by source: its first one; of the source behind the last: count */
};

bool allow_can(enum diag_code code)
{
    return (int)code >= 2000 && (int)code < 9000;
}

/* --- days --- */

bool allow_day(struct dwr_str text, long *day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    long number[3] = { 0, 0, 0 };
    int part = 0;

    if (text.n != 10)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (i == 4 || i == 7) {
            if (text.p[i] != '-')
                return false;
            part++;
        } else if (text.p[i] >= '0' && text.p[i] <= '9') {
            number[part] = number[part] * 10 + (text.p[i] - '0');
        } else {
            return false;
        }
    }
    const long y = number[0], m = number[1], d = number[2];
    const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

    if (y < 1 || m < 1 || m > 12 || d < 1 || d > days[m - 1] + (m == 2 && leap))
        return false;
    *day = 365 * (y - 1970) + ((y - 1) / 4 - (y - 1) / 100 + (y - 1) / 400) - 477 + (d - 1);
    for (long i = 1; i < m; i++)
        *day += days[i - 1] + (i == 2 && leap);
    return true;
}

/* --- reading a comment --- */

struct reader {
    struct allows *all;
    const char *text; /* the source's */
    const char *at, *end;
    struct allow *allow;
    bool bad; /* something was said about it */
};

static struct span span_of(const struct reader *r, const char *begin, const char *end)
{
    return (struct span){ r->allow->span.source, (uint32_t)(begin - r->text),
                          (uint32_t)(end - r->text) };
}

static struct diag_finding *wrong_form(struct reader *r, const char *what)
{
    const char *stop = r->at < r->end ? r->at + 1 : r->at;
    struct diag_finding *finding;

    while (stop < r->end && ((unsigned char)*stop & 0xC0) == 0x80)
        stop++;
    r->bad = true;
    finding = diag_add(r->all->diag, DIAG_ALLOW_FORM, span_of(r, r->at, stop),
                       "this comment cannot be read: %s", what);
    diag_help(r->all->diag, finding, "dwrc: allow(DW2001) reason=\"why\" until=2026-12-31");
    return finding;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

static bool take(struct reader *r, const char *word)
{
    const size_t n = strlen(word);

    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

/* A run of letters, digits and what else dates and codes are made of. */
static struct dwr_str take_word(struct reader *r)
{
    const char *begin = r->at;

    while (r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '-' || *r->at == '_'))
        r->at++;
    return (struct dwr_str){ begin, (size_t)(r->at - begin) };
}

/* "DW2001"; 0: it is none. */
static enum diag_code code_of(struct dwr_str word)
{
    int number = 0;

    if (word.n != 6 || word.p[0] != 'D' || word.p[1] != 'W')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        if (word.p[i] < '0' || word.p[i] > '9')
            return 0;
        number = number * 10 + (word.p[i] - '0');
    }
    return diag_code_title((enum diag_code)number) ? (enum diag_code)number : 0;
}

static void unknown_code(struct reader *r, struct dwr_str word)
{
    struct diag *diag = r->all->diag;
    const struct span span = span_of(r, word.p, word.p + word.n);
    struct dwr_str *names = arena_array(r->all->arena, diag_code_count(), sizeof *names);
    size_t count = 0;
    int nearest;
    struct diag_finding *finding =
        diag_add(diag, DIAG_ALLOW_CODE, span, "there is no code '%.*s'", (int)word.n, word.p);

    r->bad = true;
    for (size_t i = 0; i < diag_code_count(); i++)
        if (allow_can(diag_code_at(i)))
            names[count++] = arena_printf(r->all->arena, "DW%04d", (int)diag_code_at(i));
    nearest = diag_nearest(word, names, count);
    if (nearest >= 0) /* codes are near to many: none is the only one that can be meant */
        diag_help(diag, finding, "did you mean '%s'?", names[nearest].p);
}

static void add_code(struct reader *r, struct dwr_str word)
{
    struct allow *allow = r->allow;
    const struct span span = span_of(r, word.p, word.p + word.n);
    const enum diag_code code = code_of(word);
    struct diag_finding *finding;

    if (code == 0) {
        unknown_code(r, word);
        return;
    }
    if (!allow_can(code)) {
        finding = diag_add(r->all->diag, DIAG_ALLOW_STRUCTURE, span, "%.*s cannot be allowed: %s",
                           (int)word.n, word.p,
                           (int)code < 2000 ? "rules with an error of structure do not compile"
                                            : "it is about the tool's own use");
        diag_help(r->all->diag, finding, "put right what it finds: dwrc explain %.*s", (int)word.n,
                  word.p);
        r->bad = true;
        return;
    }
    allow->codes = arena_grow(r->all->arena, allow->codes, allow->code_count,
                              (size_t)allow->code_count + 1, sizeof *allow->codes);
    allow->codes[allow->code_count++] = (struct allowed_code){ code, span, false };
}

static bool read_codes(struct reader *r)
{
    if (!take(r, "(")) {
        wrong_form(r, "'(' and the codes belong here");
        return false;
    }
    do {
        struct dwr_str word;

        skip_space(r);
        word = take_word(r);
        if (word.n == 0) {
            wrong_form(r, "a code belongs here");
            return false;
        }
        add_code(r, word);
        skip_space(r);
    } while (take(r, ","));
    if (!take(r, ")")) {
        wrong_form(r, "',' or ')' belongs here");
        return false;
    }
    return true;
}

static bool read_reason(struct reader *r)
{
    const char *begin;

    if (r->allow->reason.p) {
        wrong_form(r, "a second reason");
        return false;
    }
    if (!take(r, "\"")) {
        wrong_form(r, "the reason belongs in quotes");
        return false;
    }
    begin = r->at;
    while (r->at < r->end && *r->at != '"')
        r->at += *r->at == '\\' && r->at + 1 < r->end ? 2 : 1;
    r->allow->reason = (struct dwr_str){ begin, (size_t)(r->at - begin) };
    if (!take(r, "\"")) {
        wrong_form(r, "the reason's second quote is missing");
        return false;
    }
    return true;
}

static bool read_until(struct reader *r)
{
    const char *begin = r->at;
    const struct dwr_str word = take_word(r);
    long day;

    if (r->allow->until.p || !allow_day(word, &day)) {
        r->at = begin;
        wrong_form(r, r->allow->until.p ? "a second day" : "no day: write it as 2026-12-31");
        return false;
    }
    r->allow->until = word;
    r->allow->expired = r->all->today > day;
    return true;
}

static bool read_parts(struct reader *r)
{
    for (;;) {
        skip_space(r);
        if (r->at == r->end)
            return true;
        if (take(r, "reason=")) {
            if (!read_reason(r))
                return false;
        } else if (take(r, "until=")) {
            if (!read_until(r))
                return false;
        } else {
            wrong_form(r, "only reason=\"…\" and until=YYYY-MM-DD go here");
            return false;
        }
    }
}

static bool is_blank(struct dwr_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != ' ' && text.p[i] != '\t')
            return false;
    return true;
}

/* False: it is no comment for us, or nothing that can be used; then it has been said why. */
static bool read_comment(struct reader *r, bool doc)
{
    struct diag_finding *finding;

    r->at += 2 + doc;
    skip_space(r);
    if (!take(r, "dwrc:"))
        return false;
    if (doc) {
        r->at = r->text + r->allow->span.begin;
        wrong_form(r, "'///' is for the reference; '//' speaks to dwrc");
        return false;
    }
    skip_space(r);
    if (!take(r, "allow")) {
        wrong_form(r, "'allow' is all there is");
        return false;
    }
    if (!read_codes(r) || !read_parts(r))
        return false;
    if (!r->allow->reason.p || is_blank(r->allow->reason)) {
        finding = diag_add(r->all->diag, DIAG_ALLOW_REASON, r->allow->span,
                           "this comment does not say why: it allows nothing");
        diag_help(r->all->diag, finding, "add reason=\"…\": who reads it next year will ask");
        return false;
    }
    return r->allow->code_count > 0;
}

/* --- the lines it holds for --- */

/* Behind the ';', '{' or '}' that ends the statement beginning at p, or its head. */
static const char *statement_end(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == ';' || *p == '{' || *p == '}')
            return p;
        if (*p == '"') {
            for (p++; p < end && *p != '"' && *p != '\n'; p++)
                p += *p == '\\' && p + 1 < end;
        } else if (*p == '/' && p + 1 < end && p[1] == '/') {
            while (p + 1 < end && p[1] != '\n')
                p++;
        }
    }
    return end;
}

/* The first byte behind p that is neither white space nor in a comment. */
static const char *next_code(const char *p, const char *end)
{
    for (;;) {
        while (p < end && isspace((unsigned char)*p))
            p++;
        if (p + 1 >= end || p[0] != '/' || p[1] != '/')
            return p;
        while (p < end && *p != '\n')
            p++;
    }
}

static bool alone_on_line(const char *text, uint32_t begin)
{
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    return begin == 0 || text[begin - 1] == '\n' || (begin == 3 && (unsigned char)text[0] == 0xEF);
}

static uint32_t line_of(const struct allows *all, uint32_t source, const char *at)
{
    struct source *s = &all->ruleset->sources.v[source];

    return source_position(all->arena, s, (uint32_t)(at - s->text)).line;
}

static void find_lines(const struct allows *all, struct allow *allow)
{
    const struct source *source = &all->ruleset->sources.v[allow->span.source];
    const char *text = source->text, *end = text + source->size;
    const char *from = text + allow->span.begin;

    allow->first = allow->last = line_of(all, allow->span.source, from);
    if (!alone_on_line(text, allow->span.begin))
        return;
    from = next_code(text + allow->span.end, end);
    allow->first = line_of(all, allow->span.source, from);
    allow->last = line_of(all, allow->span.source, statement_end(from, end));
}

static void read_file(struct allows *all, uint32_t source)
{
    const struct ast_tokens *comments = &all->ruleset->files[source].comments;
    const char *text = all->ruleset->sources.v[source].text;

    for (uint32_t i = 0; i < comments->count; i++) {
        const struct ast_token *c = &comments->v[i];
        struct allow allow = { .span = { source, c->begin, c->end } };
        struct reader r = {
            .all = all, .text = text, .at = text + c->begin, .end = text + c->end, .allow = &allow
        };

        if (!read_comment(&r, c->kind == AST_TOKEN_DOC_COMMENT))
            continue;
        find_lines(all, &allow);
        if (all->count == all->capacity) {
            const uint32_t capacity = all->capacity == 0 ? 16 : all->capacity * 2;

            all->v = arena_grow(all->arena, all->v, all->capacity, capacity, sizeof *all->v);
            all->capacity = capacity;
        }
        all->v[all->count++] = allow;
    }
}

/* --- taking findings away --- */

static bool allows_at(struct allow *allow, enum diag_code code, uint32_t line)
{
    if (allow->expired || line < allow->first || line > allow->last)
        return false;
    for (uint32_t i = 0; i < allow->code_count; i++)
        if (allow->codes[i].code == code) {
            allow->codes[i].used = true;
            return true;
        }
    return false;
}

/* Whether the finding's source is the rule file of that number; schemas are numbered behind. */
static bool in_rules(const struct allows *all, const struct diag_finding *finding)
{
    const uint32_t source = finding->span.source;

    return source < all->ruleset->sources.count &&
           finding->sources->v[source].text == all->ruleset->sources.v[source].text;
}

static bool keep(void *context, struct diag_finding *finding)
{
    struct allows *all = context;
    struct diag *diag = all->diag;
    uint32_t line;

    if (!allow_can(finding->code) || !in_rules(all, finding))
        return true;
    line = line_of(all, finding->span.source,
                   all->ruleset->sources.v[finding->span.source].text + finding->span.begin);
    for (uint32_t i = all->first_of[finding->span.source];
         i < all->first_of[finding->span.source + 1]; i++) {
        if (!allows_at(&all->v[i], finding->code, line))
            continue;
        finding->allowed = all->v[i].reason;
        diag->allowed = arena_grow(all->arena, diag->allowed, diag->allowed_count,
                                   (size_t)diag->allowed_count + 1, sizeof(diag->allowed[0]));
        diag->allowed[diag->allowed_count++] = finding;
        return false;
    }
    return true;
}

/* --- the comments themselves --- */

/* The comment with its line where it is alone on it, else with the white space before it. */
static struct span whole_comment(const struct allows *all, const struct allow *allow)
{
    const char *text = all->ruleset->sources.v[allow->span.source].text;
    struct span span = allow->span;

    while (span.begin > 0 && (text[span.begin - 1] == ' ' || text[span.begin - 1] == '\t'))
        span.begin--;
    if (span.begin == 0 || text[span.begin - 1] == '\n') {
        span.end += text[span.end] == '\r';
        span.end += text[span.end] == '\n';
    }
    return span;
}

/* One code of several, with the comma that goes. */
static struct span code_and_comma(const struct allows *all, const struct allow *allow, uint32_t i)
{
    const char *text = all->ruleset->sources.v[allow->span.source].text;
    struct span span = allow->codes[i].span;

    if (i > 0) {
        span.begin = allow->codes[i - 1].span.end;
        return span;
    }
    while (text[span.end] != ',' && span.end < allow->codes[1].span.begin)
        span.end++;
    span.end = allow->codes[1].span.begin;
    return span;
}

/* Without schemas a code of the data may be found only with them. */
static bool may_be_found_with_schemas(enum diag_code code)
{
    return ((int)code >= 2000 && (int)code < 3000) || ((int)code >= 5000 && (int)code < 6000);
}

static void tell_unused(struct allows *all, struct allow *allow, uint32_t i, enum allow_scope scope,
                        bool none_used)
{
    const struct allowed_code *code = &allow->codes[i];
    const bool unsure = scope == ALLOW_RULES && may_be_found_with_schemas(code->code);
    struct diag_finding *finding = diag_add(all->diag, DIAG_ALLOW_UNUSED, code->span,
                                            "there is no DW%04d here to allow", (int)code->code);
    struct diag_fix *fix;

    if (unsure) {
        diag_help(all->diag, finding, "take it away if none is found with --schema either");
        return;
    }
    if (none_used && i > 0)
        return; /* the first one's fix takes the comment away */
    fix = diag_fix(all->diag, finding, true, none_used ? "delete the comment" : "delete the code");
    diag_edit(all->diag, fix, none_used ? whole_comment(all, allow) : code_and_comma(all, allow, i),
              "%s", "");
}

static void tell_unneeded(struct allows *all, struct allow *allow, enum allow_scope scope)
{
    bool used = false;

    if (allow->expired) {
        diag_add(all->diag, DIAG_ALLOW_EXPIRED, allow->span,
                 "this comment held until %.*s: what it allowed is shown again",
                 (int)allow->until.n, allow->until.p);
        return;
    }
    if (scope == ALLOW_PART)
        return;
    for (uint32_t i = 0; i < allow->code_count; i++)
        used |= allow->codes[i].used;
    for (uint32_t i = 0; i < allow->code_count; i++)
        if (!allow->codes[i].used)
            tell_unused(all, allow, i, scope, !used);
}

void allow_findings(struct arena *arena, const struct ast_ruleset *ruleset, struct diag *diag,
                    enum allow_scope scope, long today)
{
    struct allows all = { .arena = arena, .ruleset = ruleset, .diag = diag, .today = today };
    const uint32_t sources = ruleset->sources.count;

    all.first_of = arena_array(arena, (size_t)sources + 1, sizeof *all.first_of);
    for (uint32_t i = 0; i < sources; i++) {
        all.first_of[i] = all.count;
        read_file(&all, i);
    }
    all.first_of[sources] = all.count;
    diag_sort(diag); /* which of two comments is the used one must not depend on chance */
    diag_filter(diag, keep, &all);
    for (uint32_t i = 0; i < all.count; i++)
        tell_unneeded(&all, &all.v[i], scope);
}
