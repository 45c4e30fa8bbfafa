/* inquiry.h - one case before the properties: what goes in, what comes out, what is asked.
 *
 * Four scratches, because a result lives in the scratch of its merge and may point into the
 * documents of the merge before: the merge itself, the same on another code path (or the other
 * client's, first), and what is merged onto results. */
#ifndef DWR_COMPILER_PROVE_INQUIRY_H
#define DWR_COMPILER_PROVE_INQUIRY_H

#include "prove.h"

struct split; /* split.h */

struct inquiry_docs {
    struct arena *arena;
    struct dwr_text *doc; /* by combination; p NULL: not made yet (inquiry_need) */
    struct dwr_text *tombstone;
    int8_t *value; /* [combination * slot_count + slot]: which one; of clients -1: not written */
    uint16_t *members; /* of the document and of what is in it */
    uint32_t count;
    bool client; /* what clients write */
};

struct inquiry {
    struct trial_bench *bench; /* its scratch: of the merge that is judged */
    struct dwr_scratch *other, *again, *last;
    prove_spoil *spoil;
    void *spoil_context;

    const struct part *part;
    struct prove_part *out;
    struct inquiry_docs stored, client;
    struct trial_doc resolved; /* used again and again */

    /* The case. */
    struct prove_case at;
    struct trial trial;
    struct dwr_result result;
    struct dwr_text seen[PART_SLOTS_MAX]; /* the result's values */
};

bool inquiry_open(struct inquiry *j, struct trial_bench *bench);
void inquiry_close(struct inquiry *j);

/* Tries all cases of the part, with the most values that are not too many. */
void inquiry_part(struct inquiry *j, const struct part *part, struct prove_part *out);

/* The documents of the combinations of a part's values (documents.c), none of them made yet. */
void inquiry_documents(struct arena *arena, const struct part *part, struct inquiry_docs *stored,
                       struct inquiry_docs *client);
/* Makes one. */
void inquiry_need(const struct part *part, struct inquiry_docs *docs, uint32_t combination);
/* The write of a case; makes its documents. */
struct dwr_write inquiry_write(const struct part *part, struct inquiry_docs *stored,
                               struct inquiry_docs *client, const struct prove_case *at);

/* --- for the properties --- */

enum dwr_rc inquiry_merge(struct inquiry *j, struct dwr_scratch *scratch,
                          const struct dwr_write *write, unsigned again, struct dwr_result *result);
void inquiry_record(struct inquiry *j, enum prove_property property, enum prove_reason reason,
                    uint8_t slot);

/* Values of a slot in this case; p NULL: unset, or not written. */
struct dwr_text inquiry_base(const struct inquiry *j, uint8_t slot);
struct dwr_text inquiry_server(const struct inquiry *j, uint8_t slot); /* or the last content */
struct dwr_text inquiry_wrote(const struct inquiry *j, uint8_t slot);
bool inquiry_is_written(const struct inquiry *j, uint8_t slot);
/* The slot's value in a document. */
struct dwr_text inquiry_value_in(const struct inquiry *j, struct dwr_text doc, uint8_t slot);
/* Does the result have another value than the server had? */
bool inquiry_is_changed(const struct inquiry *j, uint8_t slot);

/* Equal member by member, unset as 1.2 says. */
bool inquiry_documents_equal(const struct inquiry *j, struct dwr_text a, struct dwr_text b);

/* What a tombstone came back from was merged with its last content as base (section 7): again too.
 */
void inquiry_returned(const struct inquiry *j, struct dwr_write *again);

void inquiry_idempotent(struct inquiry *j);
void inquiry_resurrection(struct inquiry *j);
void inquiry_resolvable(struct inquiry *j);
/* The result of the case, its conflicts resolved as the client wanted; until the next one. */
struct dwr_text inquiry_resolved(struct inquiry *j);
void inquiry_order(struct inquiry *j, struct split *split); /* all pairs of the part */

/* --- reasons (reason.c) --- */

/* Why the same write may change the slot a second time. */
enum prove_reason reason_again(const struct inquiry *j, uint8_t slot);
/* Why a field that nobody wrote may change. */
enum prove_reason reason_not_written(const struct inquiry *j, uint8_t slot);
/* Why an element that was taken away may stand in the result. */
enum prove_reason reason_returned(const struct inquiry *j, uint8_t slot);
/* Why the same write may open the conflict again. */
enum prove_reason reason_open(const struct inquiry *j);
bool reason_is_set_target(const struct part *part, uint16_t field);

/* --- rows and elements (elements.c) --- */

/* How often an element stands in an array; 0 where it is none. */
unsigned elements_like(const struct inquiry *j, struct dwr_text array, struct dwr_text element);
/* Every row has a key and none has another's. */
bool elements_keys_plain(const struct inquiry *j, const struct dwr_table *table,
                         struct dwr_text array);
/* Two elements with one key. */
bool elements_key_twice(const struct inquiry *j, struct dwr_str key, struct dwr_text array);
/* Every row's key in a is in b. */
bool elements_keys_in(const struct inquiry *j, const struct dwr_table *table, struct dwr_text a,
                      struct dwr_text b);
/* Every element of a is in b: by its key, where it has one. */
bool elements_in(const struct inquiry *j, struct dwr_str key, struct dwr_text a, struct dwr_text b);
/* Every row of base is in the client's table, once, as it is. */
bool elements_only_added(const struct inquiry *j, struct dwr_text base, struct dwr_text client);

#endif
