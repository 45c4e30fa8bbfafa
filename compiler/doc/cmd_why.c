/* cmd_why.c - `dwrc why`: merges explained, one after the other.
 *
 * A merge is a line, as `dwrc resolve` takes it; an input that is one JSON value written over
 * several lines is one merge too. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../runtime/core/report.h"
#include "cmd.h"
#include "str.h"
#include "why.h"

/* As much as one line of `dwrc resolve` may be. */
#define INPUT_MAX ((size_t)64 << 20)

struct command {
    struct arena *arena;
    const struct dwr_ruleset *rules;
    struct ast_ruleset *ast;
    struct trial_bench bench;
    struct dwr_text input;
    struct out_memory out;
    struct why_frame frame;
    bool json;
    uint32_t shown; /* merges so far */
};

/* --- input --- */

/* Grows before it reads, so that nothing is allocated while it matters: the descriptor may stay
 * open when memory runs out, the process ends then. */
static int read_all(struct arena *arena, const char *path, int fd, struct dwr_text *input)
{
    size_t capacity = (size_t)1 << 16, n = 0;
    char *p = arena_alloc(arena, capacity);

    for (;;) {
        const ssize_t got = read(fd, p + n, capacity - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cli_trouble("%s: %s", path, strerror(errno));
        n += (size_t)got;
        if (got == 0)
            break;
        if (n > INPUT_MAX)
            return cli_trouble("%s: more than 64 MiB", path);
        if (n == capacity) {
            p = arena_grow(arena, p, capacity, 2 * capacity, 1);
            capacity *= 2;
        }
    }
    *input = (struct dwr_text){ p, n };
    return CLI_GOOD;
}

static int read_input(struct arena *arena, const char *path, struct dwr_text *input)
{
    int fd, status;

    if (!path || strcmp(path, "-") == 0)
        return read_all(arena, "standard input", STDIN_FILENO, input);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cli_trouble("%s: %s", path, strerror(errno));
    status = read_all(arena, path, fd, input);
    close(fd);
    return status;
}

static bool is_blank(struct dwr_text t)
{
    for (size_t i = 0; i < t.n; i++)
        if (!strchr(" \t\r\n", t.p[i]))
            return false;
    return true;
}

/* --- a merge --- */

/* The request's texts, apart from the scratch that is used next. */
static struct dwr_write copied(struct arena *arena, const struct dwr_write *from)
{
    struct dwr_write w = *from;
    struct dwr_text *const texts[] = { &w.base,        &w.server,      &w.client,
                                       &w.client_ts,   &w.server_ts,   &w.now,
                                       &w.server_role, &w.client_role, &w.client_user };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i]->p)
            texts[i]->p = arena_copy(arena, texts[i]->p, texts[i]->n);
    return w;
}

/* The DocType as the request names it. */
static struct dwr_str doctype_of(struct command *c, struct dwr_text line,
                                 const struct dwr_doctype *doctype)
{
    static const struct dwr_str member = DWR_STR("doctype");
    struct dwr_text name;

    if (doctype->name.p)
        return doctype->name;
    name = trial_member(c->arena, line, member);
    return name.n > 2 ? (struct dwr_str){ name.p + 1, name.n - 2 } : (struct dwr_str)DWR_STR("");
}

static void show_error(struct command *c, enum dwr_rc rc, struct dwr_text line, size_t number)
{
    struct out *o = &c->out.out;

    if (c->json) {
        const struct dwr_text answer = dwr_resolve_line(c->rules, line, number, c->bench.scratch);

        if (!answer.p)
            arena_fail(c->arena);
        out_bytes(o, answer.p, answer.n);
        out_char(o, '\n');
        return;
    }
    if (c->shown > 0)
        out_char(o, '\n');
    out_lit(o, "line ");
    out_number(o, number);
    out_lit(o, ": error ");
    out_bytes(o, dwr_rc_name(rc), strlen(dwr_rc_name(rc)));
    out_lit(o, ": ");
    out_bytes(o, rc_message(rc), strlen(rc_message(rc)));
    out_char(o, '\n');
    c->shown++;
}

static void show(struct command *c, const struct why *why)
{
    if (c->json) {
        why_json(&c->out.out, &c->frame, why);
        return;
    }
    if (c->shown++ > 0)
        out_char(&c->out.out, '\n');
    why_text(&c->out.out, c->arena, &c->frame, why);
}

/* The `meta` of a block that names the field; NULL: none does. */
static const struct ast_stmt *meta_of(const struct ast_block *block, struct dwr_str field)
{
    for (const struct ast_stmt *s = block->of[AST_META]; s; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_fields, s)->fields.count; i++)
            if (str_same(AST_AS(ast_fields, s)->fields.v[i].text, field))
                return s;
    return NULL;
}

/* The tables do not say by which line a field is the sync layer's: the rules' tree does. */
static struct dwr_str line_of_meta(struct command *c, struct dwr_str doctype, struct dwr_str field)
{
    const struct ast_block *top = &c->ast->top;
    const struct ast_stmt *meta = NULL;
    uint32_t hint = 0;

    for (const struct ast_stmt *s = top->of[AST_DOCTYPE]; s && !meta; s = s->same)
        if (str_same(AST_AS(ast_doctype, s)->name.text, doctype))
            meta = meta_of(&AST_AS(ast_doctype, s)->block, field);
    if (!meta && top->of[AST_DEFAULT])
        meta = meta_of(&AST_AS(ast_section, top->of[AST_DEFAULT])->block, field);
    return meta ? source_at(c->arena, &c->ast->sources, meta->span, &hint)
                : (struct dwr_str){ NULL, 0 };
}

static void explain(struct command *c, struct dwr_text line, size_t number)
{
    struct dwr_request request;
    enum dwr_rc rc = dwr_request_read(c->rules, line, c->bench.scratch, &request);
    struct dwr_write write;
    struct why why;

    if (rc == DWR_OK) {
        c->frame.id = (struct dwr_str){ NULL, 0 };
        if (request.id.p)
            c->frame.id =
                (struct dwr_str){ arena_copy(c->arena, request.id.p, request.id.n), request.id.n };
        write = copied(c->arena, &request.write);
        c->frame.doctype = doctype_of(c, line, request.doctype);
        rc = why_merge(&c->bench, &words_plain, request.doctype, &write, &why);
        for (uint32_t i = 0; rc == DWR_OK && i < why.line_count; i++)
            if (why.lines[i].kind == WHY_IGNORED)
                why.lines[i].rule = line_of_meta(c, request.doctype->name, why.lines[i].field);
    }
    if (rc == DWR_NOMEM)
        arena_fail(c->arena);
    if (rc == DWR_OK)
        show(c, &why);
    else
        show_error(c, rc, line, number);
}

static struct dwr_text next_line(struct dwr_text *rest)
{
    const char *newline = memchr(rest->p, '\n', rest->n);
    const struct dwr_text line = { rest->p, newline ? (size_t)(newline - rest->p) : rest->n };
    const size_t gone = line.n + (newline ? 1 : 0);

    rest->p += gone;
    rest->n -= gone;
    return line;
}

/* Is it one merge over several lines? Its first line is then no JSON, and all of it is. */
static bool is_one(struct command *c, struct dwr_text input)
{
    struct dwr_request request;
    struct dwr_text rest = input, line = { NULL, 0 };

    while (rest.n > 0 && is_blank(line))
        line = next_line(&rest);
    return dwr_request_read(c->rules, line, c->bench.scratch, &request) == DWR_INVALID_JSON &&
           dwr_request_read(c->rules, input, c->bench.scratch, &request) != DWR_INVALID_JSON;
}

static void explain_all(void *context)
{
    struct command *c = context;
    struct dwr_text input = c->input;
    size_t number = 0;

    if (!is_blank(input) && is_one(c, input)) {
        explain(c, input, 1);
        return;
    }
    while (input.n > 0) {
        const struct dwr_text line = next_line(&input);

        number++;
        if (!is_blank(line))
            explain(c, line, number);
    }
}

/* Of the terminal that standard output is; 0: it is none. */
static uint32_t terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static int run(struct command *c, const char *output)
{
    bool done;

    out_memory_begin(&c->out, c->arena);
    done = trial_bench_open(&c->bench, c->arena);
    if (done) {
        done = arena_try(c->arena, explain_all, c);
        trial_bench_close(&c->bench);
    }
    if (!done)
        arena_fail(c->arena);
    return cmd_put(c->arena, output, out_memory_bytes(&c->out));
}

int cmd_why(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    static const char *const formats[] = { "text", "json" };
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct command c = { .arena = arena };
    struct cli_list paths = { NULL, 0 };
    const char *format = NULL, *file = NULL, *output = NULL;
    const struct cli_option options[] = {
        { .name = "--file",
          .value = "FILE",
          .help = "read the merges from there instead of from standard input",
          .text = &file },
        { .name = "--all", .help = "also the fields that nobody disputed", .flag = &c.frame.all },
        { .name = "--format",
          .value = "FORMAT",
          .help = "text or json",
          .text = &format,
          .choices = "text json" },
        { .name = "-o",
          .value = "FILE",
          .help = "write there instead of to standard output",
          .text = &output },
        CMD_FINDINGS_OPTIONS(&findings),
    };
    int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &paths);
    struct cmd_rules r;
    int as;

    if (status != CLI_RUN)
        return status;
    if (!cmd_style(command, &findings) ||
        (as = cli_choice(command, "--format", format, formats, 2)) < 0)
        return CLI_TROUBLE;
    if (paths.count == 0)
        return cli_usage(command, "no rules given: name files or folders");
    parsing.threads = findings.threads;
    cmd_read(&r, arena, &paths, &parsing);
    /* Standard output is for the explanations alone. */
    status = cmd_report(&r, &findings.style, stderr);
    if (status != CLI_GOOD)
        return status;
    status = read_input(arena, file, &c.input);
    if (status != CLI_GOOD)
        return status;
    c.rules = r.rules;
    c.ast = &r.ast;
    c.json = as == 1;
    c.frame.width = output ? 0 : terminal_width();
    c.frame.color = !output && diag_wants_color(findings.style.color, stdout);
    return run(&c, output);
}
