/* dwr.h - the resolver: one write merged into one document, by compiled rules.
 *
 * dwr_merge is a pure function from JSON text to JSON text: the same inputs give the same bytes on
 * every platform. It reads no clock, no file and no global and keeps nothing between calls except
 * in the scratch you hand it, so every function here may be called from any thread, with one
 * scratch a thread. What the merge means is runtime/SEMANTICS.md; "section N" below is its.
 *
 * Ownership, for the whole header: what you pass in is borrowed for the call. A result points into
 * the scratch, into the texts you passed in and into the rule set: it is valid until the scratch's
 * next use and as long as those texts stay. What dwr_scratch_new gives back is yours; free it with
 * dwr_scratch_free, which accepts NULL. The only memory ever taken is the scratch's: it grows to
 * what a merge needs and stays, so that in steady state a merge allocates nothing.
 *
 * Trust: rule sets are trusted as code is. Every byte of a document is not: for any input there is
 * no read past its end (texts need no terminator and no slack), no abort, no recursion deeper than
 * DWR_DEPTH_MAX, and time linear in the input (times its logarithm where rows are sorted).
 *
 * Limits: DWR_DEPTH_MAX, DWR_DOCUMENT_MAX (or dwr_scratch_limit's), DWR_SUM_DIGITS_MAX.
 */
#ifndef DWR_H
#define DWR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tables.h"

#if defined(__GNUC__)
#define DWR_MUST_CHECK __attribute__((warn_unused_result))
#define DWR_API __attribute__((visibility("default")))
#else
#define DWR_MUST_CHECK
#define DWR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define DWR_VERSION "0.1.0"

/* Section 1.4: a document nests at most this deep; the document itself is 1. */
#define DWR_DEPTH_MAX 64
/* Section 1.4: bytes of one document, unless dwr_scratch_limit says otherwise. */
#define DWR_DOCUMENT_MAX ((size_t)16 << 20)
/* The largest limit dwr_scratch_limit takes: offsets into a document are 32 bits. */
#define DWR_DOCUMENT_LIMIT_MAX ((size_t)1 << 30)
/* Section 4, sum: digits of a number written out, beyond which it is of the wrong kind. */
#define DWR_SUM_DIGITS_MAX 400

/* What a call may fail with. A refusal by a rule is no failure but a result (DWR_REJECTED). */
enum dwr_rc {
    DWR_OK = 0,
    DWR_NOMEM,         /* the scratch could not grow */
    DWR_INVALID_JSON,  /* not JSON, or not an object where a document must be */
    DWR_INVALID_UTF8,  /* also a lone surrogate */
    DWR_DUPLICATE_KEY, /* a member name twice in one object, after unescaping */
    DWR_TOO_DEEP,
    DWR_TOO_LARGE,
    DWR_INVALID_REQUEST, /* a DocType, op or document missing or of the wrong kind; dwr_merge: no
                            client document where the op wants one */
    DWR_BAD_TABLES       /* the rule set is of another DWR_TABLES_VERSION */
};

enum dwr_op { DWR_UPDATE, DWR_INSERT, DWR_DELETE, DWR_UNDELETE };

enum dwr_status { DWR_SUCCESS, DWR_MERGED, DWR_CONFLICT_MANUAL, DWR_BRANCHED, DWR_REJECTED };

enum dwr_outcome {
    DWR_OUTCOME_SAME,
    DWR_OUTCOME_CLIENT,
    DWR_OUTCOME_SERVER,
    DWR_OUTCOME_MERGED,
    DWR_OUTCOME_MANUAL,
    DWR_OUTCOME_REFUSED,
    DWR_OUTCOME_BRANCHED,
    DWR_OUTCOME_HELD
};

/* Why a write was rejected (sections 4, 6, 7). */
enum dwr_code {
    DWR_CODE_NONE,
    DWR_CODE_LOCKED,
    DWR_CODE_VALIDATION_ERROR,
    DWR_CODE_CREATE_NOT_ALLOWED,
    DWR_CODE_NOT_FOUND,
    DWR_CODE_DELETE_NOT_ALLOWED,
    DWR_CODE_DELETE_CONFLICT,
    DWR_CODE_DELETED
};

/* JSON text, UTF-8, white space around it allowed; p NULL: absent. In a result: one value, without
 * white space around it, or p NULL. */
struct dwr_text {
    const char *p;
    size_t n;
};

/* One write (section 2). */
struct dwr_write {
    enum dwr_op op;
    struct dwr_text base;   /* absent or null: unknown */
    struct dwr_text server; /* absent or null: nothing; with "_deleted": true, a tombstone */
    struct dwr_text client; /* the patch; not read for a delete, may be absent for an undelete */
    /* Each one JSON value; absent, null or of another kind: not known. Timestamps are strings
     * (1.5), a role is a string or an array of strings, and server_ts and server_role may be
     * objects of them by field, with "*" for the rest (2.5). */
    struct dwr_text client_ts, server_ts, now;
    struct dwr_text server_role, client_role, client_user;
};

/* What happened to one field, or to one row of a child table (section 8). */
struct dwr_report {
    struct dwr_text field; /* "status", "parts_used[WIDGET-9]": UTF-8, no JSON; may hold a NUL */
    enum dwr_outcome outcome;
    bool conflict;
    struct dwr_text base, server, client; /* JSON; p NULL: there is none */
    struct dwr_str rule;                  /* "rules/operations.dwr:14"; p NULL: built in */
};

struct dwr_notification {
    struct dwr_text type;  /* UTF-8, no JSON */
    struct dwr_text field; /* likewise; p NULL: without field */
};

struct dwr_result {
    enum dwr_status status;
    enum dwr_code code;
    struct dwr_text doc;     /* p NULL: a tombstone, or nothing */
    struct dwr_text branch;  /* p NULL: none */
    struct dwr_text message; /* a sentence for people, UTF-8, no JSON; with code */
    struct dwr_str rule;     /* of a decision about the whole document; p NULL: none */
    const struct dwr_report *fields;
    size_t field_count;
    const struct dwr_notification *notifications;
    size_t notification_count;
};

/* --- the scratch --- */

struct dwr_scratch;

/* NULL when there is no memory. */
DWR_API struct dwr_scratch *dwr_scratch_new(void);
DWR_API void dwr_scratch_free(struct dwr_scratch *scratch);

/* Documents larger than this many bytes are DWR_TOO_LARGE from now on; capped at
 * DWR_DOCUMENT_LIMIT_MAX. */
DWR_API void dwr_scratch_limit(struct dwr_scratch *scratch, size_t document_bytes);

/* --- merging --- */

/* The rules of a DocType by its name (UTF-8): never NULL, the rule set's `other` where it is not
 * named. O(1). */
DWR_API const struct dwr_doctype *dwr_doctype_find(const struct dwr_ruleset *rules,
                                                   const char *name, size_t n);

/* Merges one write, checking everything it is given (1.4). On failure the result is all zero and
 * nothing has happened. */
DWR_API DWR_MUST_CHECK enum dwr_rc dwr_merge(const struct dwr_doctype *doctype,
                                             const struct dwr_write *write,
                                             struct dwr_scratch *scratch,
                                             struct dwr_result *result);

/* The same for a caller whose base and server documents were checked when they were stored (they
 * came out of dwr_merge, or dwr_check has passed them): only what the client sent is checked. With
 * a base or server document that is not valid the result may be nonsense, but no byte outside the
 * texts is read. */
DWR_API DWR_MUST_CHECK enum dwr_rc dwr_merge_stored(const struct dwr_doctype *doctype,
                                                    const struct dwr_write *write,
                                                    struct dwr_scratch *scratch,
                                                    struct dwr_result *result);

/* DWR_OK when the text is one valid document: an object, all of 1.4. */
DWR_API DWR_MUST_CHECK enum dwr_rc dwr_check(struct dwr_text document, struct dwr_scratch *scratch);

/* --- JSON lines --- */

/* One line of `resolve` input: {"id":…,"doctype":…,"op":…,"base":…,"server":…,"client":…,…}. */
struct dwr_request {
    struct dwr_text id; /* JSON; p NULL: none */
    const struct dwr_doctype *doctype;
    struct dwr_write write;
};

/* Reads and checks a line. The request points into the line and the scratch and must be given to
 * dwr_request_merge before the scratch is used otherwise. On failure request->id is still set where
 * it could be read. */
DWR_API DWR_MUST_CHECK enum dwr_rc dwr_request_read(const struct dwr_ruleset *rules,
                                                    struct dwr_text line,
                                                    struct dwr_scratch *scratch,
                                                    struct dwr_request *request);

DWR_API DWR_MUST_CHECK enum dwr_rc dwr_request_merge(const struct dwr_request *request,
                                                     struct dwr_scratch *scratch,
                                                     struct dwr_result *result);

/* The answer as one JSON object without a newline at the end, in the scratch; p NULL where memory
 * ran out. id: JSON, or p NULL for null. */
DWR_API struct dwr_text dwr_answer(const struct dwr_result *result, struct dwr_text id,
                                   struct dwr_scratch *scratch);

/* Reads a line, merges and answers, whatever the line holds: a line that is no merge gets an answer
 * with "status":"error". line_number is what that answer names. p NULL where memory ran out. */
DWR_API struct dwr_text dwr_resolve_line(const struct dwr_ruleset *rules, struct dwr_text line,
                                         size_t line_number, struct dwr_scratch *scratch);

/* --- names --- */

/* The words of the interface: "merged", "client", "LOCKED", "INVALID_JSON". */
DWR_API const char *dwr_status_name(enum dwr_status status);
DWR_API const char *dwr_outcome_name(enum dwr_outcome outcome);
DWR_API const char *dwr_code_name(enum dwr_code code); /* "" for DWR_CODE_NONE */
DWR_API const char *dwr_rc_name(enum dwr_rc rc);

/* --- code paths --- */

/* The vector code of this build: "portable", "sse2", "avx2", "avx512", "neon"; the best the machine
 * has is chosen. dwr_scratch_simd asks for one by name, for tests and measurements, and returns
 * false where this build or this machine does not have it. All give the same bytes. */
DWR_API const char *dwr_simd_name(const struct dwr_scratch *scratch);
DWR_API bool dwr_scratch_simd(struct dwr_scratch *scratch, const char *name);

#ifdef __cplusplus
}
#endif
#endif
