/* lsp_rules.c - the rule sets that open documents belong to, and what is wrong with them.
 *
 * A document belongs to the topmost folder above it that is reached through folders with rules:
 * from rules/tests/ops.dwr to rules/, where rules/ has .dwr files of its own, and not beyond the
 * repository. One that is no file, or lies where everything is, in the home folder or in that of
 * temporary files, stands alone: nobody means all that is below. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "findings/allow.h"
#include "lint/lint.h"
#include "lsp/lsp.h"
#include "plan.h"

struct lsp_document *lsp_document_of(const struct lsp *lsp, const char *uri)
{
    struct lsp_document *d = lsp->documents;

    while (d != NULL && strcmp(d->uri, uri) != 0)
        d = d->next;
    return d;
}

/* --- where a rule set begins --- */

/* A folder with a file of that suffix, in itself. */
static bool has_files(const char *folder, const char *suffix)
{
    const size_t end = strlen(suffix);
    DIR *dir = opendir(folder);
    struct dirent *entry;
    bool found = false;

    if (dir == NULL)
        return false;
    while (!found && (entry = readdir(dir)) != NULL) {
        const size_t n = strlen(entry->d_name);

        found = entry->d_name[0] != '.' && n > end && strcmp(entry->d_name + n - end, suffix) == 0;
    }
    closedir(dir);
    return found;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder of a path, NULL: it has none. */
static char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (path[0] != '/' || slash == NULL || slash == path)
        return NULL;
    return arena_copy(arena, path, (size_t)(slash - path));
}

/* A folder of everything: no rule set's. */
static bool is_everyones(const char *folder)
{
    const char *const folders[] = { "/tmp", "/var/tmp", getenv("TMPDIR"), getenv("HOME") };

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t n = folders[i] == NULL ? 0 : strlen(folders[i]);

        while (n > 0 && folders[i][n - 1] == '/')
            n--;
        if (n > 0 && strlen(folder) == n && memcmp(folder, folders[i], n) == 0)
            return true;
    }
    return false;
}

/* A repository begins here: `.git` is a folder, or, in a second work tree, a file. */
static bool is_repository(struct arena *arena, const char *folder)
{
    struct stat st;

    return stat(arena_printf(arena, "%s/.git", folder).p, &st) == 0;
}

static const char *root_of(struct arena *arena, const char *path, bool *is_file)
{
    char *folder = folder_of(arena, path), *above;

    *is_file = folder == NULL || !is_folder(folder) || is_everyones(folder);
    if (*is_file)
        return path;
    while (!is_repository(arena, folder) && (above = folder_of(arena, folder)) != NULL &&
           !is_everyones(above) && has_files(above, ".dwr"))
        folder = above;
    return folder;
}

static bool inside(const char *folder, const char *path)
{
    const size_t n = strlen(folder);

    return strncmp(folder, path, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

void lsp_touch(struct lsp *lsp, const char *path)
{
    for (struct lsp_rules *r = lsp->rulesets; r != NULL; r = r->next)
        if (inside(r->root, path) || (r->read && r->c->schemas && strstr(path, ".json") != NULL))
            r->stale = r->unsaid = true;
}

/* --- reading one --- */

static struct lsp_document *lone_document(const struct lsp *lsp, const struct lsp_rules *r)
{
    struct lsp_document *d = lsp->documents;

    while (d != NULL && strcmp(d->path, r->root) != 0)
        d = d->next;
    return d;
}

static struct cli_list schema_folders(const struct lsp *lsp, struct lsp_rules *r)
{
    const char **folders = arena_array(&r->arena, lsp->schema_count + 1, sizeof *folders);
    uint32_t count = 0;

    for (; count < lsp->schema_count; count++)
        folders[count] = lsp->schemas[count];
    if (count == 0) {
        folders[0] = arena_printf(&r->arena, "%s/schema", r->root).p;
        count = has_files(folders[0], ".json");
    }
    return (struct cli_list){ folders, count };
}

static void read_folder(struct lsp *lsp, struct lsp_rules *r)
{
    struct parse_options options = { .keep_tokens = true, .warn = true, .threads = 1 };
    const char *root = r->root;
    const struct cli_list paths = { &root, 1 }, schemas = schema_folders(lsp, r);
    struct file_overlay *overlays;
    uint32_t count = 0;

    for (struct lsp_document *d = lsp->documents; d != NULL; d = d->next)
        count++;
    overlays = arena_array(&r->arena, count + 1, sizeof *overlays);
    for (struct lsp_document *d = lsp->documents; d != NULL; d = d->next)
        overlays[options.overlay_count++] = (struct file_overlay){
            .path = { arena_copy(&r->arena, d->path, strlen(d->path)), strlen(d->path) },
            .text = { d->text, d->size },
        };
    options.overlays = overlays;
    cmd_read_checked(r->c, &r->arena, &paths, &options, &schemas);
}

static void read_lone(struct lsp *lsp, struct lsp_rules *r)
{
    const struct parse_options options = { .keep_tokens = true, .warn = true, .threads = 1 };
    const struct lsp_document *d = lone_document(lsp, r);
    struct cmd_rules *c = r->c;

    diag_init(&c->diag, &r->arena, &c->ast.sources);
    parse_text(&r->arena, &c->ast, &c->diag, r->root, d == NULL ? "" : d->text,
               d == NULL ? 0 : d->size, &options);
    check_rules(&r->arena, &c->ast, &c->diag);
    if (cmd_can_plan(&c->diag))
        c->rules = plan_rules(&r->arena, &c->ast, &c->diag);
}

/* What comments allow is not shown. */
static void allow(struct lsp_rules *r)
{
    struct cmd_rules *c = r->c;
    long today;

    if (cmd_today(&today))
        allow_findings(&r->arena, &c->ast, &c->diag,
                       c->rules == NULL     ? ALLOW_PART
                       : c->schemas == NULL ? ALLOW_RULES
                                            : ALLOW_SCHEMAS,
                       today);
}

static void read_rules(struct lsp *lsp, struct lsp_rules *r)
{
    jmp_buf *no_memory = r->arena.no_memory;

    r->read = false;
    arena_clear(&r->arena);
    r->arena.no_memory = no_memory;
    r->c = ARENA_NEW(&r->arena, struct cmd_rules);
    r->names = NULL;
    r->proofs = NULL;
    if (r->is_file)
        read_lone(lsp, r);
    else
        read_folder(lsp, r);
    if (r->c->rules != NULL)
        lint_rules(&r->arena, &r->c->ast, r->c->rules, r->c->schemas, !r->is_file, &r->c->diag);
    allow(r);
    diag_sort(&r->c->diag);
    r->stale = false;
    r->read = true;
}

struct lsp_rules *lsp_rules_of(struct lsp *lsp, const struct lsp_document *document, bool fresh)
{
    struct lsp_rules *r = lsp->rulesets;
    bool is_file;
    const char *root = root_of(lsp->arena, document->path, &is_file);

    while (r != NULL && strcmp(r->root, root) != 0)
        r = r->next;
    if (r == NULL) {
        if ((r = calloc(1, sizeof *r)) == NULL || (r->root = strdup(root)) == NULL) {
            free(r);
            arena_fail(lsp->arena);
        }
        r->is_file = is_file;
        r->stale = r->unsaid = true;
        r->next = lsp->rulesets;
        lsp->rulesets = r;
    }
    r->arena.no_memory = lsp->arena->no_memory;
    if (r->stale && (fresh || !r->read))
        read_rules(lsp, r);
    return r;
}

uint32_t lsp_source_of(const struct lsp_rules *rules, const struct lsp_document *document)
{
    const size_t n = strlen(document->path);

    for (uint32_t i = 0; i < rules->c->ast.sources.count; i++)
        if (rules->c->ast.sources.v[i].path.n == n &&
            memcmp(rules->c->ast.sources.v[i].path.p, document->path, n) == 0)
            return i;
    return UINT32_MAX;
}

/* --- telling what was found --- */

static void put_related(const struct lsp *lsp, struct out *o, struct lsp_rules *r,
                        const struct diag_finding *f)
{
    out_lit(o, ",\"relatedInformation\":[");
    for (const struct diag_note *note = f->notes; note != NULL; note = note->next) {
        out_lit(o, "{\"location\":{\"uri\":");
        lsp_put_text(o, lsp_uri(lsp, r->c->diag.sources->v[note->span.source].path.p));
        out_lit(o, ",\"range\":");
        lsp_put_range(o, &r->arena, r->c->diag.sources, note->span);
        out_lit(o, "},\"message\":");
        lsp_put_text(o, note->text);
        out_str(o, note->next == NULL ? (struct dwr_str){ "}", 1 } : (struct dwr_str){ "},", 2 });
    }
    out_char(o, ']');
}

/* Who did what, and what is gone of it. */
static void put_scenario(struct out *o, const struct diag_scenario *s)
{
    out_lit(o, "\\n");
    out_json_text(o, s->story);
    for (const struct diag_fate *fate = s->gone; fate != NULL; fate = fate->next) {
        out_lit(o, "\\ngone: ");
        out_json_text(o, fate->field);
        out_char(o, ' ');
        out_json_text(o, fate->value);
        if (fate->reason.p != NULL) {
            out_lit(o, ", ");
            out_json_text(o, fate->reason);
        }
    }
}

void lsp_put_finding(const struct lsp *lsp, struct out *o, struct lsp_rules *r,
                     const struct diag_finding *f)
{
    out_lit(o, "{\"range\":");
    lsp_put_range(o, &r->arena, r->c->diag.sources, f->span);
    out_lit(o, ",\"severity\":");
    out_number(o, (uint64_t)f->severity + 1);
    out_str(o, arena_printf(&r->arena, ",\"code\":\"DW%04d\",\"source\":\"dwrc\",\"message\":\"",
                            (int)f->code));
    out_json_text(o, f->text);
    if (f->help.p != NULL) {
        out_lit(o, "\\nhelp: ");
        out_json_text(o, f->help);
    }
    if (f->scenario != NULL)
        put_scenario(o, f->scenario);
    out_char(o, '"');
    if (f->notes != NULL)
        put_related(lsp, o, r, f);
    out_char(o, '}');
}

/* The findings of one file; how many there are. */
static uint32_t tell_file(struct lsp *lsp, struct lsp_rules *r, const char *uri, uint32_t source)
{
    struct out_memory m;
    struct out *o = &m.out;
    uint32_t count = 0;

    out_memory_begin(&m, lsp->arena);
    out_lit(o, "\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":");
    lsp_put_text(o, (struct dwr_str){ uri, strlen(uri) });
    for (const struct lsp_document *d = lsp->documents; d != NULL; d = d->next)
        if (strcmp(d->uri, uri) == 0)
            out_str(o, arena_printf(lsp->arena, ",\"version\":%d", d->version));
    out_lit(o, ",\"diagnostics\":[");
    for (uint32_t i = 0; i < r->c->diag.count; i++) {
        if (r->c->diag.v[i]->span.source != source)
            continue;
        if (count++ > 0)
            out_char(o, ',');
        lsp_put_finding(lsp, o, r, r->c->diag.v[i]);
    }
    out_lit(o, "]}");
    if (!lsp_send(lsp->out, lsp->arena, out_memory_bytes(&m)))
        lsp->gone = true;
    return count;
}

static void remember(struct lsp *lsp, struct lsp_rules *r, const char *uri)
{
    char **grown = realloc(r->told, (r->told_count + 1) * sizeof *grown);

    if (grown == NULL)
        arena_fail(lsp->arena);
    r->told = grown;
    if ((r->told[r->told_count] = strdup(uri)) == NULL)
        arena_fail(lsp->arena);
    r->told_count++;
}

struct dwr_str lsp_uri(const struct lsp *lsp, const char *path)
{
    for (const struct lsp_document *d = lsp->documents; d != NULL; d = d->next)
        if (strcmp(d->path, path) == 0)
            return (struct dwr_str){ d->uri, strlen(d->uri) };
    return lsp_uri_of_path(lsp->arena, path);
}

/* What could not be read has no place in a document. */
static void tell_failures(struct lsp *lsp, const struct diag *diag)
{
    for (uint32_t i = 0; i < diag->failure_count; i++) {
        struct out_memory m;

        out_memory_begin(&m, lsp->arena);
        out_lit(&m.out, "\"method\":\"window/logMessage\",\"params\":{\"type\":1,\"message\":");
        lsp_put_text(&m.out, diag->failures[i]);
        out_char(&m.out, '}');
        if (!lsp_send(lsp->out, lsp->arena, out_memory_bytes(&m)))
            lsp->gone = true;
    }
}

static void tell_rules(struct lsp *lsp, struct lsp_rules *r)
{
    char **told = r->told;
    const size_t count = r->told_count;

    r->told = NULL;
    r->told_count = 0;
    for (uint32_t i = 0; i < r->c->diag.sources->count; i++) {
        const char *uri = lsp_uri(lsp, r->c->diag.sources->v[i].path.p).p;
        bool had = lsp_document_of(lsp, uri) != NULL;

        for (size_t k = 0; k < count; k++)
            had = had || strcmp(told[k], uri) == 0;
        for (uint32_t k = 0; k < r->c->diag.count && !had; k++)
            had = r->c->diag.v[k]->span.source == i;
        if (had && tell_file(lsp, r, uri, i) > 0)
            remember(lsp, r, uri);
    }
    /* A file that is no longer there has none. */
    for (size_t k = 0; k < count; k++) {
        bool there = false;

        for (uint32_t i = 0; i < r->c->diag.sources->count && !there; i++)
            there = strcmp(lsp_uri(lsp, r->c->diag.sources->v[i].path.p).p, told[k]) == 0;
        if (!there)
            tell_file(lsp, r, told[k], UINT32_MAX);
        free(told[k]);
    }
    free(told);
    tell_failures(lsp, &r->c->diag);
    r->unsaid = false;
}

void lsp_tell(struct lsp *lsp)
{
    for (struct lsp_document *d = lsp->documents; d != NULL; d = d->next)
        lsp_rules_of(lsp, d, true);
    for (struct lsp_rules *r = lsp->rulesets; r != NULL; r = r->next) {
        if (!r->unsaid)
            continue;
        r->arena.no_memory = lsp->arena->no_memory;
        if (r->stale)
            read_rules(lsp, r);
        tell_rules(lsp, r);
    }
}

void lsp_rules_clear(struct lsp *lsp)
{
    while (lsp->rulesets != NULL) {
        struct lsp_rules *r = lsp->rulesets;

        lsp->rulesets = r->next;
        arena_clear(&r->arena);
        for (size_t i = 0; i < r->told_count; i++)
            free(r->told[i]);
        free(r->told);
        free(r->root);
        free(r);
    }
}
