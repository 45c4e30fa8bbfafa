/* out.h - bytes on their way out: appends to a buffer, and a file written whole or not at all.
 *
 * Generated C and reports are built by appending; nothing here formats, so that an append costs
 * what a copy costs. Errors do not stop the appending: they are kept, everything after them is
 * dropped, and whoever finishes the output asks once.
 *
 * An out_file compares what comes with the file that is there, and begins to write a temporary file
 * beside it only at the first byte that differs. So an output that has not changed touches nothing,
 * and one that has replaces the old one by a rename, in one step. What a symbolic link leads to is
 * what is replaced; a device or a pipe is written to.
 *
 * Ownership: buffers and paths come from the arena that a ..._begin is given. An out_file owns two
 * descriptors and its temporary file besides, from out_file_begin to out_file_end: between the two
 * nothing may run that jumps to the arena's no_memory. */
#ifndef DWR_COMPILER_OUT_H
#define DWR_COMPILER_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"
#include "tables.h"

struct out {
    char *start, *at, *end;
    /* Takes the bytes from start to at and makes room: at < end afterwards, whatever happens. */
    void (*drain)(struct out *o);
    /* Takes bytes that stand elsewhere; NULL: they are appended. The buffer is empty before. */
    void (*pass)(struct out *o, const char *p, size_t n);
};

void out_bytes_slowly(struct out *o, const char *p, size_t n);
void out_number_slowly(struct out *o, uint64_t n);

static inline void out_bytes(struct out *o, const char *p, size_t n)
{
    if (n > (size_t)(o->end - o->at)) {
        out_bytes_slowly(o, p, n);
        return;
    }
    memcpy(o->at, p, n);
    o->at += n;
}

/* Appends many bytes, without copying them where that can be. */
void out_pass(struct out *o, const char *p, size_t n);

/* A string literal. */
#define out_lit(o, literal) out_bytes(o, "" literal, sizeof literal - 1)

static inline void out_str(struct out *o, struct dwr_str s)
{
    if (s.n > 0)
        out_bytes(o, s.p, s.n);
}

static inline void out_char(struct out *o, char c)
{
    out_bytes(o, &c, 1);
}

static inline void out_number(struct out *o, uint64_t n)
{
    if (n < 100 && o->end - o->at >= 2) {
        const unsigned tens = (unsigned)n / 10;

        o->at[0] = (char)('0' + tens);
        o->at += tens > 0;
        *o->at++ = (char)('0' + n % 10);
    } else {
        out_number_slowly(o, n);
    }
}

/* Its length, then the text: what follows cannot be taken for a part of it. p NULL differs from "".
 */
static inline void out_measured(struct out *o, struct dwr_str s)
{
    out_number(o, s.p ? s.n + 1 : 0);
    out_char(o, ':');
    out_str(o, s);
}

/* Whether text stands in a C literal as it is: nothing of it is escaped. */
bool out_is_plain(struct dwr_str s);

/* The inside of a C string literal: quotes, backslashes and control characters escaped, also
 * characters that a reader would not see (formatting and direction marks) and every second of two
 * question marks, which would begin a trigraph. */
void out_c_text(struct out *o, struct dwr_str s);

/* The same for the inside of a comment, in which no comment can begin or end. */
void out_c_comment(struct out *o, struct dwr_str s);

/* The inside of a JSON string; the bytes are valid UTF-8. */
void out_json_text(struct out *o, struct dwr_str s);
/* A JSON string, quotes and all; null where p is NULL. */
void out_json_string(struct out *o, struct dwr_str s);
/* "NAME":"TEXT", or null; the name stands as it is. */
void out_json_member(struct out *o, const char *name, struct dwr_str s);

/* Text between tags or inside a quoted attribute, of XML and of HTML: what neither can hold becomes
 * U+FFFD. The bytes are valid UTF-8. */
void out_xml_text(struct out *o, struct dwr_str s);

/* --- an output kept in memory --- */

struct out_memory {
    struct out out;
    struct arena *arena;
};

void out_memory_begin(struct out_memory *m, struct arena *arena);
/* All of it, in the arena; the output may go on, and then this is no longer its place. */
struct dwr_str out_memory_bytes(const struct out_memory *m);

/* --- an output that goes to a descriptor (standard output) --- */

/* All bytes to a descriptor: 0, or errno of what failed. */
int out_all(int fd, const char *p, size_t n);

struct out_stream {
    struct out out;
    int fd;
    int error; /* errno of the first write that failed, or 0 */
    char buffer[1 << 14];
};

void out_stream_begin(struct out_stream *s, int fd);
/* Writes what is left; false, with error set, when any write failed. */
bool out_stream_end(struct out_stream *s);

/* --- a file --- */

struct out_file {
    struct out out;
    char *path, *temporary;
    int old;           /* the file that is there, while all bytes agree with it; else -1 */
    int fd;            /* the temporary file, or -1 */
    uint64_t length;   /* bytes that left the buffer */
    uint64_t reserved; /* room on the disk */
    bool check;        /* compare only */
    bool keep;         /* set by the caller before it begins: mode and owner stay the old file's */
    struct stat was;   /* with keep: of the old file; st_nlink 0: there was none */
    bool direct;       /* it is no file: written to, never replaced */
    bool differs;
    bool exists; /* the temporary file does */
    int error;   /* errno of the first thing that failed, or 0 */
};

/* Takes what an output for path needs from the arena, and touches nothing yet. With check, nothing
 * is ever written. */
void out_file_prepare(struct out_file *f, struct arena *arena, const char *path, bool check);
/* Begins it. */
void out_file_begin(struct out_file *f);
/* The output is complete. False: it failed, and f->error says why. Afterwards f->differs says
 * whether it is not what the file holds already. */
bool out_file_finish(struct out_file *f);
/* Puts a finished output in its place; false, with f->error set, when that failed. */
bool out_file_commit(struct out_file *f);
/* Closes everything; an output that was not committed leaves no trace. */
void out_file_end(struct out_file *f);

#endif
