/* depfile.c - depfiles, quoted as gcc quotes them. */
#include "depfile.h"

#include <string.h>

/* White space takes a backslash, and the backslashes before it are doubled; '$' is doubled; '#' and
 * ':' take a backslash. */
static void put_path(struct out *o, const char *path)
{
    size_t backslashes = 0;

    for (; *path; path++) {
        switch (*path) {
        case ' ':
        case '\t':
            for (; backslashes > 0; backslashes--)
                out_char(o, '\\');
            out_char(o, '\\');
            break;
        case '$':
            out_char(o, '$');
            break;
        case '#':
        case ':':
            out_char(o, '\\');
            break;
        default:
            break;
        }
        backslashes = *path == '\\' ? backslashes + 1 : 0;
        out_char(o, *path);
    }
}

void depfile_put(struct out *o, const struct cli_list *targets, const char *c, const char *h,
                 const struct sources *sources, bool phony)
{
    if (targets->count == 0) {
        put_path(o, c);
        out_char(o, ' ');
        put_path(o, h);
    }
    for (uint32_t i = 0; i < targets->count; i++) {
        if (i > 0)
            out_char(o, ' ');
        out_bytes(o, targets->v[i], strlen(targets->v[i]));
    }
    out_char(o, ':');
    for (uint32_t i = 0; i < sources->count; i++) {
        out_lit(o, " \\\n  ");
        put_path(o, sources->v[i].path.p);
    }
    out_char(o, '\n');
    for (uint32_t i = 0; phony && i < sources->count; i++) {
        put_path(o, sources->v[i].path.p);
        out_lit(o, ":\n");
    }
}
