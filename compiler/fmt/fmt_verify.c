/* fmt_verify.c - a canonical text looked over before it replaces a file, in four ways, none of
 * which knows how the text was made: it is read again, from its bytes. */
#include "check.h"
#include "emit.h"
#include "fmt.h"
#include "out.h"
#include "parse.h"
#include "plan.h"
#include "str.h"

/* Tokens or comments of a source, one after the other. */
struct walk {
    const char *text;
    const struct ast_token *at, *end;
};

static struct walk walk_of(const struct ast_ruleset *rules, uint32_t source,
                           const struct ast_tokens *tokens)
{
    return (struct walk){ rules->sources.v[source].text, tokens->v,
                          tokens->count > 0 ? tokens->v + tokens->count : tokens->v };
}

/* The text of a token; of a comment, without white space at its end. */
static struct dwr_str text_of(const struct walk *w)
{
    struct dwr_str text = { w->text + w->at->begin, w->at->end - w->at->begin };

    if (w->at->kind >= AST_TOKEN_COMMENT)
        while (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t' ||
               text.p[text.n - 1] == '\r')
            text.n--;
    return text;
}

enum { WORDS = 1, COMMENTS = 2 };

static void skip(struct walk *w, int which)
{
    while (w->at < w->end && !(which & (w->at->kind >= AST_TOKEN_COMMENT ? COMMENTS : WORDS)))
        w->at++;
}

static bool same(struct walk a, struct walk b, int which)
{
    for (;; a.at++, b.at++) {
        skip(&a, which);
        skip(&b, which);
        if (a.at == a.end || b.at == b.end)
            return a.at == a.end && b.at == b.end;
        if (a.at->kind != b.at->kind || !str_same(text_of(&a), text_of(&b)))
            return false;
    }
}

/* Comments between other words are other comments: one before a DocType documents it. */
static enum fmt_fault compare_tokens(struct walk a, struct walk b)
{
    if (!same(a, b, WORDS))
        return FMT_TOKENS;
    return same(a, b, WORDS | COMMENTS) ? FMT_GOOD : FMT_COMMENTS;
}

static bool same_findings(const struct diag *a, const struct diag *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->v[i]->code != b->v[i]->code || !str_same(a->v[i]->text, b->v[i]->text))
            return false;
    return true;
}

/* The tables as C, as if all of each source stood in its first line. p NULL: there are none. */
static struct dwr_str tables_of(struct arena *arena, struct ast_ruleset *rules, struct diag *diag)
{
    uint32_t *first_line = arena_zero(arena, sizeof *first_line);
    const struct dwr_ruleset *set;
    struct dwr_ruleset plain;
    struct out_memory m;
    struct emit emit;

    for (uint32_t i = 0; i < rules->sources.count; i++) {
        rules->sources.v[i].lines = first_line;
        rules->sources.v[i].line_count = 1;
    }
    set = plan_rules(arena, rules, diag);
    if (!set)
        return (struct dwr_str){ NULL, 0 };
    plain = *set;
    plain.digest = (struct dwr_str){ "", 0 }; /* of the bytes */
    if (!emit_prepare(&emit, arena, &plain, plain.name))
        return (struct dwr_str){ NULL, 0 };
    out_memory_begin(&m, arena);
    emit_h(&emit, &m.out);
    emit_c(&emit, &m.out);
    return out_memory_bytes(&m);
}

struct reading {
    struct ast_ruleset rules;
    struct diag diag;
};

/* The rules from bytes: those that were there (texts NULL), or those that are to come. */
static struct reading *read_again(struct arena *arena, const struct ast_ruleset *was,
                                  const struct dwr_str *texts)
{
    const struct parse_options options = { .keep_tokens = true, .threads = was->threads };
    struct source *sources = arena_array(arena, was->sources.count, sizeof *sources);
    struct reading *r = ARENA_NEW(arena, struct reading);

    for (uint32_t i = 0; i < was->sources.count; i++) {
        sources[i] = was->sources.v[i];
        if (texts && texts[i].p) {
            sources[i].text = (char *)texts[i].p;
            sources[i].size = (uint32_t)texts[i].n;
        }
    }
    r->rules.folder_name = was->folder_name;
    diag_init(&r->diag, arena, &r->rules.sources);
    parse_texts(arena, &r->rules, &r->diag, sources, was->sources.count, &options);
    check_rules(arena, &r->rules, &r->diag);
    diag_sort(&r->diag);
    return r;
}

static bool same_meaning(struct arena *arena, const struct ast_ruleset *was, struct reading *now)
{
    struct reading *before = read_again(arena, was, NULL);
    struct dwr_str a, b;

    if (!same_findings(&before->diag, &now->diag))
        return false;
    if (before->diag.errors > 0)
        return true; /* tables there are none */
    a = tables_of(arena, &before->rules, &before->diag);
    b = tables_of(arena, &now->rules, &now->diag);
    return str_same(a, b);
}

enum fmt_fault fmt_verify(struct arena *arena, const struct ast_ruleset *rules,
                          const struct dwr_str *texts, uint32_t *source)
{
    struct reading *now = read_again(arena, rules, texts);

    for (uint32_t i = *source = 0; i < rules->sources.count; *source = ++i) {
        enum fmt_fault fault;
        struct dwr_str again;

        if (!texts[i].p)
            continue;
        fault = compare_tokens(walk_of(rules, i, &rules->files[i].tokens),
                               walk_of(&now->rules, i, &now->rules.files[i].tokens));
        if (fault != FMT_GOOD)
            return fault;
        again = fmt_source(arena, &now->rules, i);
        if (!again.p || !str_same(texts[i], again))
            return FMT_UNSTABLE;
    }
    *source = 0;
    return same_meaning(arena, rules, now) ? FMT_GOOD : FMT_TABLES;
}

const char *fmt_fault_text(enum fmt_fault fault)
{
    static const char *const texts[] = {
        [FMT_GOOD] = "nothing",
        [FMT_TOKENS] = "it would have other words",
        [FMT_COMMENTS] = "it would have other comments",
        [FMT_UNSTABLE] = "it would be formatted otherwise the next time",
        [FMT_TABLES] = "it would mean something else",
    };

    return texts[fault];
}
