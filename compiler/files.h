/* files.h - the files of a run: found in folders by their suffix, sorted by path, and read.
 *
 * Running out of memory jumps away (arena.h), so nothing is allocated while a folder or a file is
 * open: room is made first, and where it was too small the folder or file is read again.
 *
 * Ownership: everything belongs to the arena. */
#ifndef DWR_COMPILER_FILES_H
#define DWR_COMPILER_FILES_H

#include <sys/stat.h>
#include <sys/types.h>

#include "arena.h"
#include "diag.h"
#include "source.h"

/* Bytes of value 0 behind a text: flex wants two. */
#define FILES_TEXT_END 2u

struct file_found {
    struct dwr_str path, label; /* source.h */
    dev_t device;
    ino_t inode;
    off_t size;
    bool regular, from_stdin;
};

/* The text of a file as an editor has it, in place of what the disk has, if it has the file at all.
 */
struct file_overlay {
    struct dwr_str path; /* as a search of its folder spells it, NUL behind it */
    struct dwr_str text;
    struct dwr_str
        label; /* of a file that is in no folder of the disk (a revision's); else p NULL */
};

struct files {
    struct arena *arena;
    struct diag *diag;  /* takes the failures: what cannot be read */
    const char *suffix; /* ".dwr": which files of a folder are meant */
    const struct file_overlay *overlays;
    uint32_t overlay_count;
    struct file_found *v;
    uint32_t count, capacity;
};

void files_add(struct files *f, struct file_found found);
/* A file given by itself; st as stat has it. */
void files_add_file(struct files *f, const char *path, const struct stat *st);
/* The files of a folder that end with the suffix, those of its folders too. Names that begin with
 * '.' are left out, links to folders are not followed. Overlays that belong into it are there, too.
 */
void files_add_folder(struct files *f, const char *path);

/* The overlays of a folder, or of a file, that is not on the disk; false: there are none. */
bool files_add_overlays(struct files *f, const char *path);

/* Sorts bytewise by path; what was added twice (a folder and a file in it, a link) stays once. */
void files_sort(struct files *f);

/* Their sizes, as far as they were known when they were found. */
size_t files_bytes(const struct files *f);

/* Reads them into sources, behind what is there already; what cannot be read is a failure. */
void files_read(struct files *f, struct sources *sources, unsigned threads);

/* What the last part of a path is called, links and dots resolved; "" for the root folder. */
struct dwr_str files_own_name(struct arena *arena, const char *path);
/* The label of a file given by itself: its folder's own name + '/' + its base name. */
struct dwr_str files_label(struct arena *arena, const char *path);

#endif
