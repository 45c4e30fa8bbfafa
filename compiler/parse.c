/* parse.c - finds the rule files, reads them, and runs the parser over each.
 *
 * Running out of memory jumps away (arena.h), so nothing is allocated while a folder or a file is
 * open: room is made first, and where it was too small the folder or file is read again. */
#include "parse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse_scanner.h"
#include "parse_state.h"
#include "team.h"

/* --- finding the files --- */

/* Folders nest at most this deep, so that a mount that goes in circles ends. */
#define FOLDERS_MAX 64
/* Room for the names of one folder at first: some two thousand of them. */
#define NAMES_ROOM ((size_t)64 << 10)

struct found {
    struct dwr_str path, label;
    dev_t device;
    ino_t inode;
    off_t size;
    bool regular, from_stdin;
};

struct finder {
    struct arena *arena;
    struct diag *diag;
    struct found *v;
    uint32_t count, capacity;
};

static void add_found(struct finder *f, struct found found)
{
    if (f->count == f->capacity) {
        uint32_t capacity = f->capacity == 0 ? 16 : f->capacity * 2;

        f->v = arena_grow(f->arena, f->v, f->capacity, capacity, sizeof *f->v);
        f->capacity = capacity;
    }
    f->v[f->count++] = found;
}

static void add_file(struct finder *f, struct dwr_str path, struct dwr_str label,
                     const struct stat *st)
{
    add_found(f, (struct found){ .path = path, .label = label, .device = st->st_dev,
                                 .inode = st->st_ino, .size = st->st_size,
                                 .regular = S_ISREG(st->st_mode) });
}

static bool is_rule_file(const char *name)
{
    size_t n = strlen(name);

    return n > 4 && strcmp(name + n - 4, ".dwr") == 0;
}

/* The names in a folder, one after the other with their NULs, into room; how many bytes they are,
 * also where that is more than the room. SIZE_MAX: it cannot be read, errno says why. */
static size_t list_folder(const char *path, char *names, size_t room)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t used = 0;
    int error;

    if (folder == NULL)
        return SIZE_MAX;
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        size_t n = strlen(entry->d_name) + 1;

        if (entry->d_name[0] == '.')
            continue;
        if (used + n <= room)
            memcpy(names + used, entry->d_name, n);
        used += n;
    }
    error = errno;
    closedir(folder);
    errno = error;
    return error == 0 ? used : SIZE_MAX;
}

/* Links to folders are not followed, links to files are. */
static void find_in_folder(struct finder *f, struct dwr_str path, struct dwr_str label,
                           unsigned depth)
{
    size_t room = NAMES_ROOM, used;
    char *names = arena_alloc(f->arena, room), *name;

    while ((used = list_folder(path.p, names, room)) != SIZE_MAX && used > room) {
        room = used * 2;
        names = arena_alloc(f->arena, room);
    }
    if (used == SIZE_MAX) {
        diag_failure(f->diag, "cannot read %s: %s", path.p, strerror(errno));
        return;
    }
    for (name = names; name < names + used; name += strlen(name) + 1) {
        const char *slash = path.n > 0 && path.p[path.n - 1] == '/' ? "" : "/";
        struct dwr_str inside = arena_printf(f->arena, "%s%s%s", path.p, slash, name);
        struct dwr_str inside_label = arena_printf(f->arena, "%s/%s", label.p, name);
        struct stat st;

        if (lstat(inside.p, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (depth < FOLDERS_MAX)
                find_in_folder(f, inside, inside_label, depth + 1);
        } else if (is_rule_file(name)) {
            if (stat(inside.p, &st) != 0)
                diag_failure(f->diag, "cannot read %s: %s", inside.p, strerror(errno));
            else if (!S_ISDIR(st.st_mode))
                add_file(f, inside, inside_label, &st);
        }
    }
}

/* What the last part of a path is called, links and dots resolved; "" for the root folder. */
static struct dwr_str own_name(struct arena *arena, const char *path)
{
    char *real = realpath(path, NULL), *slash;
    struct dwr_str name;
    char keep[256] = "";

    /* Copied before the arena is asked: it may jump away. A name is at most 255 bytes. */
    if (real != NULL && (slash = strrchr(real, '/')) != NULL && strlen(slash) <= sizeof keep)
        strcpy(keep, slash + 1);
    free(real);
    name.n = strlen(keep);
    name.p = arena_copy(arena, keep, name.n);
    return name;
}

/* The label of a file given by itself: its directory's own name + '/' + its base name. */
static struct dwr_str file_label(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
    const char *folder = slash == NULL ? "." : slash == path ? "/"
                                                             : arena_copy(arena, path,
                                                                          (size_t)(slash - path));

    return arena_printf(arena, "%s/%s", own_name(arena, folder).p, base);
}

static struct dwr_str without_suffix(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
    size_t n = strlen(base) - (is_rule_file(base) ? 4 : 0);

    return (struct dwr_str){ arena_copy(arena, base, n), n };
}

static void find_stdin(struct finder *f, struct ast_ruleset *ruleset,
                       const struct parse_options *options)
{
    const char *name = options->stdin_name;
    struct found found = { .from_stdin = true };

    if (name == NULL) {
        found.path = found.label = arena_printf(f->arena, "<stdin>");
    } else {
        found.path = arena_printf(f->arena, "%s", name);
        found.label = file_label(f->arena, name);
    }
    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(f->arena, name == NULL ? "stdin" : name);
    add_found(f, found);
}

static void find(struct finder *f, struct ast_ruleset *ruleset, const char *path,
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
    if (stat(path, &st) != 0) {
        diag_failure(f->diag, "cannot read %s: %s", path, strerror(errno));
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        struct dwr_str name = own_name(f->arena, path);
        size_t n = strlen(path);

        while (n > 1 && path[n - 1] == '/')
            n--;
        find_in_folder(f, (struct dwr_str){ arena_copy(f->arena, path, n), n }, name, 0);
        if (f->count == had && f->diag->failure_count == failures)
            diag_failure(f->diag, "%s: there is no .dwr file in this folder", path);
        if (ruleset->folder_name.p == NULL)
            ruleset->folder_name = name;
        return;
    }
    add_file(f, arena_printf(f->arena, "%s", path), file_label(f->arena, path), &st);
    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(f->arena, path);
}

static int by_path(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = strcmp(x->path.p, y->path.p);

    return order != 0 ? order : x->from_stdin - y->from_stdin;
}

static int by_inode(const void *a, const void *b)
{
    const struct found *x = *(struct found *const *)a, *y = *(struct found *const *)b;

    if (x->device != y->device)
        return x->device < y->device ? -1 : 1;
    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return strcmp(x->path.p, y->path.p);
}

/* Sorts by path; what is named twice (a folder and a file in it, a link) stays once. */
static void sort_found(struct finder *f)
{
    struct found **order = arena_array(f->arena, f->count, sizeof *order);
    uint32_t i, kept = 0;

    if (f->count == 0) /* qsort wants an array also where nothing is in it */
        return;
    qsort(f->v, f->count, sizeof *f->v, by_path);
    for (i = 0; i < f->count; i++)
        order[i] = &f->v[i];
    qsort(order, f->count, sizeof(order[0]), by_inode);
    for (i = 1; i < f->count; i++)
        if (order[i]->device == order[i - 1]->device && order[i]->inode == order[i - 1]->inode &&
            !order[i]->from_stdin && !order[i - 1]->from_stdin)
            order[i]->path.p = NULL;
    for (i = 0; i < f->count; i++)
        if (f->v[i].path.p != NULL)
            f->v[kept++] = f->v[i];
    f->count = kept;
}

/* --- reading them --- */

/* Reads until the end or until room is full; false: it cannot be read, errno says why. */
static bool read_all(int fd, char *to, size_t room, size_t *used)
{
    while (*used < room) {
        ssize_t n = read(fd, to + *used, room - *used);

        if (n == 0)
            return true;
        if (n > 0)
            *used += (size_t)n;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/* The two NULs that flex wants behind a text. */
#define TEXT_END 2u

/* What has a beginning to go back to: read with the file closed whenever memory is taken. */
static bool read_regular(struct arena *arena, const struct found *found, struct source *source)
{
    size_t room = (size_t)found->size + 1, used;

    for (;; room *= 2) {
        char *text;
        bool good;
        int fd, error;

        if (room > SOURCE_BYTES_MAX + 1)
            room = SOURCE_BYTES_MAX + 1;
        text = arena_alloc(arena, room + TEXT_END);
        fd = open(found->path.p, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return false;
        used = 0;
        good = read_all(fd, text, room, &used);
        error = errno;
        close(fd);
        errno = error;
        if (!good)
            return false;
        if (used < room || room == SOURCE_BYTES_MAX + 1) {
            memset(text + used, 0, TEXT_END);
            source->text = text;
            source->size = (uint32_t)used;
            return true;
        }
    }
}

/* A pipe or a device. */
static bool read_stream(struct arena *arena, int fd, struct source *source)
{
    size_t room = (size_t)64 << 10, used = 0;
    char *text = arena_alloc(arena, room + TEXT_END);

    for (;;) {
        size_t had = room;

        if (!read_all(fd, text, room, &used))
            return false;
        if (used < room || room > SOURCE_BYTES_MAX)
            break;
        room = room * 2 > SOURCE_BYTES_MAX ? SOURCE_BYTES_MAX + 1 : room * 2;
        text = arena_grow(arena, text, had + TEXT_END, room + TEXT_END, 1);
    }
    memset(text + used, 0, TEXT_END);
    source->text = text;
    source->size = (uint32_t)used;
    return true;
}

static bool read_found(struct arena *arena, const struct found *found, struct source *source)
{
    bool good;
    int fd, error;

    if (found->from_stdin)
        return read_stream(arena, STDIN_FILENO, source);
    if (found->regular)
        return read_regular(arena, found, source);
    fd = open(found->path.p, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    good = read_stream(arena, fd, source);
    error = errno;
    close(fd);
    errno = error;
    return good;
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
    p->scanner = NULL;
    if (rules_yylex_init_extra(p, &p->scanner) != 0)
        arena_fail(p->arena);
    /* The buffer's bytes include the two NULs. */
    if (rules_yy_scan_buffer(source->text + mark, source->size - mark + TEXT_END, p->scanner) ==
        NULL)
        arena_fail(p->arena);
    /* What it returns has been said where it happened. */
    (void)rules_yyparse(p);
    /* The scanner keeps a NUL behind the last token it read; another text makes it put the byte back
     * where it was. */
    if (rules_yy_scan_buffer(p->nothing, TEXT_END, p->scanner) == NULL)
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
    } *parsed;
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

/* --- reading all of them, each on any thread --- */

struct read_job {
    const struct found *found;
    struct was_read { /* one a file */
        struct source source;
        int error; /* errno, or 0 */
    } *read;
};

static void read_part(void *context, unsigned worker, struct arena *arena, uint32_t i)
{
    struct read_job *job = context;
    struct was_read *read = &job->read[i];

    (void)worker;
    read->source = (struct source){ .path = job->found[i].path, .label = job->found[i].label };
    read->error = read_found(arena, &job->found[i], &read->source) ? 0 : errno;
}

static void read_sources(struct finder *f, struct sources *sources,
                         const struct parse_options *options)
{
    struct read_job job = { f->v, arena_array(f->arena, f->count, sizeof *job.read) };
    size_t bytes = 0;
    uint32_t i;

    for (i = 0; i < f->count; i++)
        bytes += (size_t)f->v[i].size;
    team_run(f->arena, threads_for(bytes, options), f->count, read_part, &job);
    sources->capacity = f->count;
    sources->v = arena_zero(f->arena, f->count * sizeof *sources->v);
    for (i = 0; i < f->count; i++) {
        if (job.read[i].error == 0)
            sources->v[sources->count++] = job.read[i].source;
        else
            diag_failure(f->diag, "cannot read %s: %s", f->v[i].path.p,
                         strerror(job.read[i].error));
    }
}

void parse_rules(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                 const char *const *paths, size_t path_count, const struct parse_options *options)
{
    static const struct parse_options none;
    struct finder f = { .arena = arena, .diag = diag };
    size_t i;

    if (options == NULL)
        options = &none;
    for (i = 0; i < path_count; i++)
        find(&f, ruleset, paths[i], options);
    if (path_count == 0)
        diag_failure(diag, "no rules were named");
    sort_found(&f);
    read_sources(&f, &ruleset->sources, options);
    parse_sources(arena, ruleset, diag, options);
    if (diag->failure_count > 0)
        ruleset->top.broken = true;
}

void parse_text(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag,
                const char *name, const char *text, size_t size,
                const struct parse_options *options)
{
    struct source *source = ARENA_NEW(arena, struct source);

    if (size > SOURCE_BYTES_MAX)
        size = SOURCE_BYTES_MAX + 1; /* reported as too large */
    source->path = source->label = arena_printf(arena, "%s", name);
    source->text = arena_alloc(arena, size + TEXT_END);
    if (size > 0)
        memcpy(source->text, text, size);
    memset(source->text + size, 0, TEXT_END);
    source->size = (uint32_t)size;
    ruleset->sources = (struct sources){ source, 1, 1 };
    if (ruleset->folder_name.p == NULL)
        ruleset->folder_name = without_suffix(arena, name);
    parse_sources(arena, ruleset, diag, options);
}
