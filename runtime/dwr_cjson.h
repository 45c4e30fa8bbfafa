/* dwr_cjson.h - the resolver for programs that hold their documents as cJSON trees.
 *
 * A file of its own: libdwr does not need cJSON, a program that compiles or links this does. The
 * trees are printed, merged as text by dwr_merge and the answer parsed again, which costs about ten
 * times what the merge of texts does; and a tree holds only what cJSON can: a number is a double
 * (9007199254740993 has lost its last digit before it gets here), a string ends at its first NUL.
 * Where that matters, hand dwr_merge the texts.
 *
 * Ownership: what you pass in is borrowed for the call; the answer is yours, free it with
 * cJSON_Delete. May be called from any thread with a scratch of its own (cJSON's allocator must
 * allow that; the default one does). */
#ifndef DWR_CJSON_H
#define DWR_CJSON_H

#include <cjson/cJSON.h>

#include "dwr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One write (dwr.h, struct dwr_write); NULL: absent. */
struct dwr_cjson_write {
    enum dwr_op op;
    const cJSON *base, *server, *client;
    const cJSON *client_ts, *server_ts, *now;
    const cJSON *server_role, *client_role, *client_user;
};

/* Merges, and gives the answer as the object that dwr_answer writes ("status", "doc", "fields",
 * "notifications" and so on; "id" is null) in *answer. On failure *answer is NULL: as dwr_merge,
 * and DWR_NOMEM also where cJSON has no memory; DWR_DUPLICATE_KEY for a tree that holds a name
 * twice. */
DWR_API DWR_MUST_CHECK enum dwr_rc dwr_cjson_merge(const struct dwr_doctype *doctype,
                                                   const struct dwr_cjson_write *write,
                                                   struct dwr_scratch *scratch, cJSON **answer);

#ifdef __cplusplus
}
#endif
#endif
