/* source.h - the text of a rule file: where it came from, and offsets into it as lines and columns.
 *
 * A position in a source is a byte offset; lines and columns are made from it when a person is to
 * read them. A span is two offsets and the number of its source in the run.
 *
 * Every source has two names:
 *   path   how messages call it: as given on the command line, or that folder as given + '/' + the
 *          path inside it ("rules/ops.dwr", "../x/rules/crm.dwr"); stdin: "<stdin>" or what
 *          --stdin-filename says.
 *   label  what `at` strings begin with ("rules/ops.dwr" of "rules/ops.dwr:14"): the folder's own
 *          name + '/' + the path inside it, whatever the folder was called on the command line. A
 *          file given by itself: its directory's own name + '/' + its base name. A relative folder
 *          such as "." has the name its real path ends with; the root folder's name is empty
 *          ("/ops.dwr"). stdin: "<stdin>", or the path rule applied to --stdin-filename.
 *
 * Ownership: sources and everything in them belong to the arena they were read into. */
#ifndef DWR_SOURCE_H
#define DWR_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../runtime/tables.h"
#include "arena.h"

/* A file larger than this is refused: offsets are 32 bits, and a rule set of ten thousand DocTypes
 * is a quarter of it. */
#define SOURCE_BYTES_MAX ((size_t)64 << 20)
/* A line longer than this is refused: no person reviews it, and it bounds every token. */
#define SOURCE_LINE_MAX ((size_t)1 << 20)

struct span {
    uint32_t source;     /* index into struct sources */
    uint32_t begin, end; /* byte offsets, end is behind the last byte */
};

struct source {
    struct dwr_str path;  /* NUL behind it */
    struct dwr_str label; /* NUL behind it */
    char *text; /* two NUL bytes behind it; without NUL and valid UTF-8 unless source_inspect found
                 * a fault, and then it is not scanned */
    uint32_t size;
    uint32_t *lines; /* offset of each line's first byte; made by the first question */
    uint32_t line_count;
};

struct sources {
    struct source *v;
    uint32_t count, capacity;
};

struct source_position {
    uint32_t line;         /* from 1 */
    uint32_t column;       /* from 1, in characters (code points) */
    uint32_t column_utf16; /* from 1, in UTF-16 units: what SARIF and editors count in */
};

/* Makes the table of lines now, while one thread has the source. */
void source_find_lines(struct arena *arena, struct source *source);

/* An offset as line and column. The first question of a source makes its table of lines in the
 * arena; each is then a binary search. */
struct source_position source_position(struct arena *arena, struct source *source, uint32_t offset);

/* Only the line, from 1: what `at` strings need. For offsets asked in rising order this is a step
 * from the line before; *hint (start with 0) holds where that was. */
uint32_t source_line(struct arena *arena, struct source *source, uint32_t offset, uint32_t *hint);

/* The text of a line (from 1) without its line end. */
struct dwr_str source_line_text(struct arena *arena, struct source *source, uint32_t line);

/* "rules/ops.dwr:14" for the line of a span's first byte, in the arena, NUL behind it. */
struct dwr_str source_at(struct arena *arena, struct sources *sources, struct span span,
                         uint32_t *hint);

/* The text of a span. */
struct dwr_str source_text(const struct sources *sources, struct span span);

/* What is wrong with a text that is no rule source. */
enum source_fault {
    SOURCE_GOOD,
    SOURCE_NUL,       /* a NUL byte */
    SOURCE_UTF8,      /* no UTF-8: also overlong forms and surrogates */
    SOURCE_LINE_LONG, /* a line over SOURCE_LINE_MAX */
    SOURCE_LARGE      /* over SOURCE_BYTES_MAX */
};

/* Looks the whole text over; *offset is where it is wrong. A byte-order mark at the start is valid
 * (the scanner skips it). */
enum source_fault source_inspect(const char *text, size_t size, uint32_t *offset);

#endif
