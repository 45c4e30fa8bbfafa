/* cmd_explain.c - `dwrc explain`: the pages of the codes, for people at a terminal.
 *
 * A code is what a finding shows (DW1005), also without its letters or its zeros (1005, dw1005, 1).
 * A page is Markdown; as text its fences go and its examples are set in, so that it reads like a
 * page of a manual. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "explain/explain.h"

/* The code that a word means; 0: none. */
static enum diag_code code_of(const char *word)
{
    const char *digits = word;
    unsigned long number;
    char *end;

    if (toupper((unsigned char)digits[0]) == 'D' && toupper((unsigned char)digits[1]) == 'W')
        digits += 2;
    if (!isdigit((unsigned char)digits[0]))
        return 0;
    number = strtoul(digits, &end, 10);
    if (*end != '\0' || number > 9999 || !diag_code_title((enum diag_code)number))
        return 0;
    return (enum diag_code)number;
}

static struct dwr_str name_of(struct arena *arena, enum diag_code code)
{
    return arena_printf(arena, "DW%04d", (int)code);
}

static int unknown(const struct cli_command *command, struct arena *arena, const char *word)
{
    const size_t count = diag_code_count();
    struct dwr_str *names = arena_array(arena, count, sizeof *names);
    int meant;

    for (size_t i = 0; i < count; i++)
        names[i] = name_of(arena, diag_code_at(i));
    meant = diag_nearest((struct dwr_str){ word, strlen(word) }, names, count);
    if (meant >= 0)
        return cli_usage(command, "there is no code '%s'; did you mean '%s'?", word,
                         names[meant].p);
    return cli_usage(command, "there is no code '%s'; dwrc explain --list shows them all", word);
}

/* --- as text --- */

static bool begins(struct dwr_str line, const char *with)
{
    const size_t n = strlen(with);

    return line.n >= n && memcmp(line.p, with, n) == 0;
}

static void text_line(struct out *o, struct dwr_str line, bool in_block, bool color)
{
    if (begins(line, "# ")) {
        out_bytes(o, color ? "\33[1m" : "", color ? 4 : 0);
        out_bytes(o, line.p + 2, line.n - 2);
        out_bytes(o, color ? "\33[0m" : "", color ? 4 : 0);
    } else {
        if (in_block && line.n > 0)
            out_lit(o, "    ");
        out_str(o, line);
    }
    out_char(o, '\n');
}

/* "```dwr wrong" becomes "  wrong:". */
static void fence(struct out *o, struct dwr_str line)
{
    if (begins(line, "```dwr wrong") || begins(line, "```sh wrong"))
        out_lit(o, "  Wrong:\n\n");
    else if (begins(line, "```dwr right"))
        out_lit(o, "  Right:\n\n");
    else if (begins(line, "```json schema"))
        out_lit(o, "  With the schema:\n\n");
    else if (begins(line, "```json baseline"))
        out_lit(o, "  With the baseline:\n\n");
    else if (begins(line, "```sh run"))
        out_lit(o, "  To see it:\n\n");
}

static void as_text(struct out *o, struct dwr_str page, bool color)
{
    const char *end = page.p + page.n;
    bool in_block = false;

    for (const char *p = page.p; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        const struct dwr_str line = { p, (size_t)((stop ? stop : end) - p) };

        if (begins(line, "```")) {
            if (!in_block)
                fence(o, line);
            in_block = !in_block;
        } else {
            text_line(o, line, in_block, color);
        }
        p = stop ? stop + 1 : end;
    }
}

/* --- the command --- */

/* All codes with their severity and title, a line each. */
static void list(struct out *o, struct arena *arena, bool markdown)
{
    if (markdown)
        out_lit(o, "| code | severity | what it finds |\n|---|---|---|\n");
    for (size_t i = 0; i < diag_code_count(); i++) {
        const enum diag_code code = diag_code_at(i);
        const char *severity = findings_severities[diag_code_severity(code)];

        out_str(o, arena_printf(arena, markdown ? "| DW%04d | %s | %s |\n" : "DW%04d  %-7s  %s\n",
                                (int)code, severity, diag_code_title(code)));
    }
}

static int put(struct out_memory *text)
{
    const struct dwr_str bytes = out_memory_bytes(text);

    fwrite(bytes.p, 1, bytes.n, stdout);
    return CLI_GOOD; /* main asks whether it was written */
}

static int explain(const struct cli_command *command, struct arena *arena,
                   const struct cli_list *words, bool markdown, bool color)
{
    struct out_memory text;

    out_memory_begin(&text, arena);
    for (uint32_t i = 0; i < words->count; i++) {
        const enum diag_code code = code_of(words->v[i]);
        const struct dwr_str page = explain_page(code);

        if (code == 0)
            return unknown(command, arena, words->v[i]);
        if (i > 0)
            out_char(&text.out, '\n');
        if (!page.p)
            out_str(&text.out,
                    arena_printf(arena, "# DW%04d: %s\n", (int)code, diag_code_title(code)));
        else if (markdown)
            out_str(&text.out, page);
        else
            as_text(&text.out, page, color);
    }
    return put(&text);
}

int cmd_explain(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    static const char *const formats[] = { "text", "markdown" };
    static const char *const colors[] = { "auto", "always", "never" };
    struct cli_list words = { NULL, 0 };
    const char *format_said = NULL, *color_said = NULL;
    bool all = false;
    const struct cli_option options[] = {
        { .name = "--list", .help = "all codes, a line each", .flag = &all },
        { .name = "--format",
          .value = "FORMAT",
          .help = "text or markdown",
          .text = &format_said,
          .choices = "text markdown" },
        { .name = "--color",
          .value = "WHEN",
          .help = "auto, always or never; NO_COLOR is honoured",
          .text = &color_said,
          .choices = "auto always never" },
    };
    const int status =
        cli_parse(command, arena, options, sizeof options / sizeof *options, argc, argv, &words);
    struct out_memory text;
    int format, color;

    if (status != CLI_RUN)
        return status;
    if ((format = cli_choice(command, "--format", format_said, formats, 2)) < 0 ||
        (color = cli_choice(command, "--color", color_said, colors, 3)) < 0)
        return CLI_TROUBLE;
    if (!all && words.count == 0)
        return cli_usage(command, "no code given: say the one a finding shows, or --list");
    if (!all)
        return explain(command, arena, &words, format == 1,
                       diag_wants_color((enum diag_color)color, stdout));
    out_memory_begin(&text, arena);
    list(&text.out, arena, format == 1);
    return put(&text);
}
