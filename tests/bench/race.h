/* race.h - contestants of a measurement, and the rounds in which they take turns. */
#ifndef BENCH_RACE_H
#define BENCH_RACE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "documents.h"
#include "dwr.h"

enum { ROUNDS_MAX = 61 };

extern int rounds;
extern double slot_ns;
extern const char *build;

/* Ends the program: something outside of it failed. */
_Noreturn void die(const char *what);

/* Ends it because what is measured is not what it should be. */
void must(bool holds, const char *claim);

double now_ns(void);

/* A path in the build's folder; the caller's to free. */
char *in_build(const char *name);

struct contestant {
    const char *name;
    /* Makes n runs and returns the nanoseconds of all. */
    double (*run)(const struct contestant *c, unsigned long n);
    const struct library *library;
    const struct dwr_doctype *doctype;
    struct documents documents;
    struct dwr_scratch *scratch;
    bool check_all, write_answer;
    struct node *node;

    unsigned long per_slot;
    double ns[ROUNDS_MAX]; /* of one run, by round */
};

/* The functions that are measured, linked or from another build of the runtime. */
struct library {
    struct dwr_scratch *(*scratch_new)(void);
    enum dwr_rc (*merge)(const struct dwr_doctype *, const struct dwr_write *, struct dwr_scratch *,
                         struct dwr_result *);
    enum dwr_rc (*merge_stored)(const struct dwr_doctype *, const struct dwr_write *,
                                struct dwr_scratch *, struct dwr_result *);
    struct dwr_text (*answer)(const struct dwr_result *, struct dwr_text, struct dwr_scratch *);
    const char *(*simd_name)(const struct dwr_scratch *);
};

double median(const double *v, int n);
double ratio(const struct contestant *a, const struct contestant *b);
double typical(const struct contestant *c);
void race(struct contestant *const *all, int n);

cJSON *parse(struct dwr_text text);

/* What a contestant may do: a merge, the floor, or reading the documents of a merge alone. */
double run_merge(const struct contestant *c, unsigned long n);
double run_floor(const struct contestant *c, unsigned long n);
double run_index(const struct contestant *c, unsigned long n);

/* The scratch is made where the run needs one; free it. */
struct contestant contestant(const char *name,
                             double (*run)(const struct contestant *, unsigned long),
                             const struct dwr_doctype *doctype, struct documents documents);

struct dwr_result result_of(const struct contestant *c);
const struct dwr_doctype *doctype(const struct dwr_ruleset *rules, const char *name);
struct library portable_library(void);

#endif
