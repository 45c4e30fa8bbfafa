/* cmd_scenario.c - `dwrc scenario`: the tests that are missing, ready to paste. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "fmt/fmt.h"
#include "scenario.h"

/* What is asked for and what is found; jumped out of, so nothing in it is a register's. */
struct finding {
    struct cmd_rules *r;
    struct arena *arena;
    struct cover *cover;
    struct seek *seek;
    const char *doctype; /* NULL: all */
    struct out_memory text;
    uint32_t tests;
};

static bool is_wanted(const struct finding *f, const struct cover_type *type)
{
    return !f->doctype || (type->name.p && type->name.n == strlen(f->doctype) &&
                           memcmp(type->name.p, f->doctype, type->name.n) == 0);
}

static void head(struct out *o)
{
    out_lit(
        o,
        "// Made by `dwrc scenario`: kinds of merge that no test tries, each as the rules decide "
        "it today.\n"
        "// They pass, whatever the rules say. Read each, ask whether that is what you want, "
        "give it a title\n"
        "// that says so, and only then keep it.\n");
}

static void find(void *context)
{
    struct finding *f = context;
    const struct testrun_options options = { .observer = cover_see, .observer_context = f->cover };
    const struct testrun_results results =
        testrun_with(f->arena, &f->r->ast, f->r->rules, &options);

    (void)results; /* tests that fail try what they try */
    for (uint32_t i = 0; i < f->cover->type_count; i++) {
        if (!is_wanted(f, &f->cover->types[i]))
            continue;
        for (const struct scenario *s = scenario_seek(f->seek, &f->cover->types[i], true); s;
             s = s->next) {
            if (f->tests++ == 0)
                head(&f->text.out);
            out_char(&f->text.out, '\n');
            out_str(&f->text.out, s->text);
        }
    }
}

static void find_all(struct finding *f)
{
    bool done = false;

    f->cover = cover_open(f->arena, &f->r->ast, f->r->rules);
    if (f->cover && (f->seek = scenario_open(f->arena, f->cover, f->r->schemas)))
        done = arena_try(f->arena, find, f);
    scenario_close(f->seek);
    if (f->cover)
        cover_close(f->cover);
    if (!done)
        arena_fail(f->arena);
}

/* In the canonical form. */
static struct dwr_str laid_out(struct arena *arena, struct dwr_str text)
{
    const struct parse_options options = { .keep_tokens = true };
    struct ast_ruleset *ast = ARENA_NEW(arena, struct ast_ruleset);
    struct dwr_str formatted = { NULL, 0 };
    struct diag diag;

    if (text.n == 0)
        return text;
    diag_init(&diag, arena, &ast->sources);
    parse_text(arena, ast, &diag, "scenario", text.p, text.n, &options);
    if (diag.errors == 0 && diag.failure_count == 0)
        formatted = fmt_source(arena, ast, 0);
    return formatted.p ? formatted : text;
}

/* False: there is no such DocType, which has been said. */
static bool doctype_exists(const struct cmd_rules *r, const char *doctype)
{
    const size_t n = strlen(doctype);
    struct dwr_str names[1];
    const struct dwr_ruleset *rules = r->rules;

    for (uint16_t i = 0; i < rules->doctype_count; i++) {
        names[0] = rules->doctypes[i].name;
        if (names[0].n == n && memcmp(names[0].p, doctype, n) == 0)
            return true;
    }
    for (uint16_t i = 0; i < rules->doctype_count; i++) {
        names[0] = rules->doctypes[i].name;
        if (diag_nearest((struct dwr_str){ doctype, n }, names, 1) == 0) {
            cli_trouble("the rules have no DocType '%s'; did you mean '%.*s'?", doctype,
                        (int)names[0].n, names[0].p);
            return false;
        }
    }
    cli_trouble("the rules have no DocType '%s'", doctype);
    return false;
}

/* A file that is there may hold rules or tests that were worked on. True: it is one. */
static bool is_taken(const char *path)
{
    struct stat status;

    if (!path || strcmp(path, "-") == 0 || lstat(path, &status) != 0 ||
        (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)))
        return false;
    cli_trouble("%s: left alone: it is there already", path);
    return true;
}

int cmd_scenario(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct cmd_findings findings = { .color = NULL };
    struct parse_options parsing = { .allow_stdin = false };
    struct cli_list paths = { NULL, 0 };
    const char *output = NULL;
    struct cmd_rules r;
    struct finding f = { .r = &r, .arena = arena };
    const struct cli_option options[] = {
        { .name = "--doctype",
          .value = "NAME",
          .help = "only for the DocType of that name",
          .text = &f.doctype },
        { .name = "-o",
          .value = "FILE",
          .help = "the tests' file, instead of standard output",
          .text = &output },
        CMD_FINDINGS_OPTIONS(&findings),
    };
    int status = cmd_start(command, arena, options, sizeof options / sizeof *options, argc, argv,
                           &findings, &paths);

    if (status != CLI_RUN)
        return status;
    if (is_taken(output))
        return CLI_TROUBLE;
    parsing.threads = findings.threads;
    cmd_read_checked(&r, arena, &paths, &parsing, &findings.schemas);
    status = cmd_report(&r, &findings.style, stderr);
    if (status != CLI_GOOD)
        return status;
    if (f.doctype && !doctype_exists(&r, f.doctype))
        return CLI_TROUBLE;
    out_memory_begin(&f.text, arena);
    find_all(&f);
    return cmd_put(arena, output, laid_out(arena, out_memory_bytes(&f.text)));
}
