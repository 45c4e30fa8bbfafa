/* parse.c - finds the rule files (files.h) and runs the parser over each. */
#include "parse.h"

#include <errno.h>

#include "files.h"
#include "parse_scanner.h"
#include "parse_state.h"
#include "team.h"

/* --- finding the files --- */

static struct dwr_str without_suffix(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
    size_t n = strlen(base);

    if (n > 4 && strcmp(base + n - 4, ".dwr") == 0)
        n -= 4;
    return (struct dwr_str){ arena_copy(arena, base, n), n };
}

static void find_stdin(struct files *f, struct ast_ruleset *ruleset,
                       const struct parse_options *options)
{
    const char *name = options->stdin_name;
    struct file_found found = { .from_stdin = true };

    if (name == NULL) {
        found.path = found.label = arena_printf(f->arena, "<stdin>");
    } else {
        found.path = arena_printf(f->arena, "%s", name);
        found.label = files_label(f->arena, name);
    }
    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(f->arena, name == NULL ? "stdin" : name);
    files_add(f, found);
}

/* The folder's own name: what the labels of its files begin with; a lone file's base name. */
static struct dwr_str overlaid_name(struct files *f, const char *path)
{
    const struct dwr_str label = f->v[f->count - 1].label;

    if (f->v[f->count - 1].path.n == strlen(path))
        return without_suffix(f->arena, path);
    return (struct dwr_str){ label.p, strcspn(label.p, "/") };
}

static void find(struct files *f, struct ast_ruleset *ruleset, const char *path,
                 const struct parse_options *options)
{
    struct stat st;
    uint32_t had = f->count, failures = f->diag->failure_count;

    if (strcmp(path, "-") == 0) {
        if (options->allow_stdin)
            find_stdin(f, ruleset, options);
        else
            diag_failure(f->diag, "this command does not read stdin");
        return;
    }
    if (files_add_overlays(f, path)) {
        if (ruleset->folder_name.p == NULL)
            ruleset->folder_name = overlaid_name(f, path);
        return;
    }
    if (stat(path, &st) != 0) {
        diag_failure(f->diag, "cannot read %s: %s", path, strerror(errno));
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        files_add_folder(f, path);
        if (f->count == had && f->diag->failure_count == failures)
            diag_failure(f->diag, "%s: there is no .dwr file in this folder", path);
        if (ruleset->folder_name.p == NULL)
            ruleset->folder_name = files_own_name(f->arena, path);
        return;
    }
    files_add_file(f, path, &st);
    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(f->arena, path);
}

static unsigned threads_for(size_t bytes, const struct parse_options *options)
{
    if (options->threads > 0)
        return options->threads < TEAM_MAX ? options->threads : TEAM_MAX;
    return team_for(bytes);
}

/* --- parsing them --- */

/* What makes a text unfit to scan becomes a finding; true: there is none. */
static bool fit_to_scan(struct parse *p, uint32_t index)
{
    const struct source *source = &p->ruleset->sources.v[index];
    struct span span = { .source = index };
    enum source_fault fault = source_inspect(source->text, source->size, &span.begin);

    span.end = span.begin + 1;
    switch (fault) {
    case SOURCE_GOOD:
        return true;
    case SOURCE_NUL:
        diag_add(p->diag, DIAG_NUL, span, "a NUL byte: this is no text");
        break;
    case SOURCE_UTF8:
        diag_add(p->diag, DIAG_UTF8, span, "the byte 0x%02X here is not UTF-8",
                 (unsigned)(unsigned char)source->text[span.begin]);
        break;
    case SOURCE_LINE_LONG:
        diag_add(p->diag, DIAG_LINE_LONG, span, "this line is longer than %zu bytes",
                 SOURCE_LINE_MAX);
        break;
    case SOURCE_LARGE:
        diag_add(p->diag, DIAG_FILE_LARGE, span, "this file is larger than %zu MiB",
                 SOURCE_BYTES_MAX >> 20);
        break;
    }
    p->ruleset->files[index].broken = true;
    parse_broken(p);
    return false;
}

static void parse_source(struct parse *p, uint32_t index)
{
    struct source *source = &p->ruleset->sources.v[index];
    const uint32_t mark = source->size >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    if (!fit_to_scan(p, index))
        return;
    p->index = index;
    p->source = source;
    p->file = &p->ruleset->files[index];
    p->text = source->text;
    p->block_count = 1;
    p->last = p->before = p->before_that = (struct parse_token){ 0 };
    p->braces = p->nesting = p->queue_count = 0;
    p->in_head = p->recovering = p->stopped = p->closing = p->swallow = p->ended = false;
    p->unopened = p->unopened_json = false;
    p->unsure = 0;
    p->scanner = NULL;
    if (rules_yylex_init_extra(p, &p->scanner) != 0)
        arena_fail(p->arena);
    /* The buffer's bytes include the two NULs. */
    if (rules_yy_scan_buffer(source->text + mark, source->size - mark + FILES_TEXT_END,
                             p->scanner) == NULL)
        arena_fail(p->arena);
    /* What it returns has been said where it happened. */
    (void)rules_yyparse(p);
    /* The scanner keeps a NUL behind the last token it read; another text makes it put the byte
     * back where it was. */
    if (rules_yy_scan_buffer(p->nothing, FILES_TEXT_END, p->scanner) == NULL)
        arena_fail(p->arena);
    rules_yylex_destroy(p->scanner);
    if (p->file->broken || p->block_count > 1) {
        p->block_count = 1;
        parse_broken(p);
    }
    /* The planner asks for lines, perhaps on several threads. */
    source_find_lines(p->arena, source);
}

/* --- all of them, each on any thread --- */

struct parse_job {
    struct ast_ruleset *ruleset;
    const struct parse_options *options;
    struct parse *workers[TEAM_MAX];
    pthread_mutex_t lock;
    struct parse_words words;
    struct parsed { /* one a source */
        struct parse_block top;
        struct diag diag;
    } * parsed;
};

static struct parse *new_parse(struct parse_job *job, struct arena *arena)
{
    struct parse *p = ARENA_NEW(arena, struct parse);

    p->arena = arena;
    p->ruleset = job->ruleset;
    p->options = job->options;
    p->words = &job->words;
    if (job->ruleset->threads > 1) {
        p->lock = &job->lock;
        p->known = arena_zero(arena, PARSE_KNOWN * sizeof *p->known);
    }
    return p;
}

static void parse_part(void *context, unsigned worker, struct arena *arena, uint32_t index)
{
    struct parse_job *job = context;
    struct parsed *parsed = &job->parsed[index];
    struct parse *p = job->workers[worker];

    if (p == NULL)
        p = job->workers[worker] = new_parse(job, arena);
    diag_init(&parsed->diag, arena, &job->ruleset->sources);
    p->diag = &parsed->diag;
    memset(&p->blocks[0], 0, sizeof p->blocks[0]);
    p->blocks[0].kind = PARSE_TOP;
    p->block_count = 1;
    parse_source(p, index);
    parsed->top = p->blocks[0];
}

/* Puts the statements of a source behind those of the sources before it. */
static void join(struct parse_block *all, const struct parse_block *one)
{
    if (one->last != NULL) {
        *(all->last == NULL ? &all->block.first : &all->last->next) = one->block.first;
        all->last = one->last;
    }
    for (int kind = 0; kind < AST_KIND_COUNT; kind++) {
        if (one->block.of[kind] == NULL)
            continue;
        *(all->block.of[kind] == NULL ? &all->block.of[kind] : &all->last_of[kind]->same) =
            one->block.of[kind];
        all->last_of[kind] = one->last_of[kind];
    }
    all->block.count += one->block.count;
    all->block.broken |= one->block.broken;
}

static void parse_sources(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                          const struct parse_options *options)
{
    static const struct parse_options none;
    struct parse_job *job = ARENA_NEW(arena, struct parse_job);
    struct parse_block *top = ARENA_NEW(arena, struct parse_block);
    uint32_t count = ruleset->sources.count, i;
    size_t bytes = 0;

    for (i = 0; i < count; i++)
        bytes += ruleset->sources.v[i].size;
    job->ruleset = ruleset;
    job->options = options != NULL ? options : &none;
    job->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    parse_words_init(&job->words);
    job->parsed = arena_array(arena, count, sizeof *job->parsed);
    ruleset->threads = threads_for(bytes, job->options);
    ruleset->files = arena_zero(arena, count * sizeof *ruleset->files);
    team_run(arena, ruleset->threads, count, parse_part, job);
    for (i = 0; i < count; i++) {
        join(top, &job->parsed[i].top);
        diag_join(diag, &job->parsed[i].diag);
    }
    ruleset->top = top->block;
}

void parse_rules(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                 const char *const *paths, size_t path_count, const struct parse_options *options)
{
    static const struct parse_options none;
    struct files f = { .arena = arena, .diag = diag, .suffix = ".dwr" };
    size_t i;

    if (options == NULL)
        options = &none;
    f.overlays = options->overlays;
    f.overlay_count = options->overlay_count;
    for (i = 0; i < path_count; i++)
        find(&f, ruleset, paths[i], options);
    if (path_count == 0)
        diag_failure(diag, "no rules were named");
    files_sort(&f);
    files_read(&f, &ruleset->sources, threads_for(files_bytes(&f), options));
    parse_sources(arena, ruleset, diag, options);
    if (diag->failure_count > 0)
        ruleset->top.broken = true;
}

/* What a caller has in its hands becomes a source: copied, for the scanner writes into it. */
static void copy_source(struct arena *arena, struct source *source, const struct source *from)
{
    const size_t size = from->size;

    *source = (struct source){ .path = from->path, .label = from->label, .size = from->size };
    source->text = arena_alloc(arena, size + FILES_TEXT_END);
    if (size > 0)
        memcpy(source->text, from->text, size);
    memset(source->text + size, 0, FILES_TEXT_END);
}

void parse_texts(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                 const struct source *texts, uint32_t count, const struct parse_options *options)
{
    ruleset->sources.v = arena_array(arena, count, sizeof *ruleset->sources.v);
    ruleset->sources.count = ruleset->sources.capacity = count;
    for (uint32_t i = 0; i < count; i++)
        copy_source(arena, &ruleset->sources.v[i], &texts[i]);
    parse_sources(arena, ruleset, diag, options);
}

void parse_text(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                const char *name, const char *text, size_t size,
                const struct parse_options *options)
{
    const struct dwr_str path = arena_printf(arena, "%s", name);
    const struct source source = {
        .path = path,
        .label = path,
        .text = (char *)text,
        /* reported as too large */
        .size = (uint32_t)(size > SOURCE_BYTES_MAX ? SOURCE_BYTES_MAX + 1 : size),
    };

    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(arena, name);
    parse_texts(arena, ruleset, diag, &source, 1, options);
}
