/* words_outcome.c - what a merge decided of the whole document, in words (SEMANTICS 5, 7, 8). */
#include "words_parts.h"

#include "trial/trial.h"

static struct dwr_str rejected(const struct words *w, enum dwr_code code)
{
    switch (code) {
    case DWR_CODE_LOCKED:
        return said(w, "Refused: the document is locked, as %c.", w->doctype->lock, WORDS_OF_MERGE);
    case DWR_CODE_VALIDATION_ERROR:
        return said(w, "Refused: a table must be a list of rows.");
    case DWR_CODE_CREATE_NOT_ALLOWED:
        return said(w, "Refused: only the server makes documents of this kind.");
    case DWR_CODE_NOT_FOUND:
        return said(w, "Refused: the server has no such document. What the client wrote is in the "
                       "audit record.");
    case DWR_CODE_DELETE_NOT_ALLOWED:
        return said(w, "Refused: documents of this kind are never deleted.");
    case DWR_CODE_DELETE_CONFLICT:
        return said(w, "Not deleted: the document has changed since the client saw it.");
    case DWR_CODE_DELETED:
        return said(w,
                    "Refused: the document was deleted, and a delete wins over a write. What the "
                    "client wrote is in the audit record.");
    case DWR_CODE_NONE:
        break;
    }
    return said(w, "Refused.");
}

static struct dwr_str deleted(const struct words *w, const struct dwr_write *write, bool concurrent)
{
    if (words_is_tombstone(w, write->server))
        return said(w, "Nothing changes: it was deleted already.");
    if (concurrent)
        return said(w,
                    "Deleted, although the client has not seen the server's last change: a delete "
                    "wins. What was there can be recovered.");
    return said(w, "Deleted: nothing had changed since the client saw it.");
}

static struct dwr_str soft_deleted(const struct words *w)
{
    const struct dwr_set *set = &w->doctype->tombstone.soft_delete;

    return said(w,
                "Not deleted: documents of this kind get %f set to %v instead, which is decided "
                "like any other write.",
                (unsigned)set->field, set->value);
}

static struct dwr_str as_a_whole(const struct words *w, const struct dwr_result *result,
                                 bool concurrent)
{
    switch (result->status) {
    case DWR_BRANCHED:
        return said(w,
                    "Both sides wrote the document: the server's stands, and the client's is kept "
                    "as a document of its own.");
    case DWR_CONFLICT_MANUAL:
        return said(w, "A person has to decide; the document holds what stands until then.");
    case DWR_MERGED:
        if (concurrent && result->field_count == 0)
            return said(w, "What the two sides wrote did not meet.");
        if (result->field_count == 0)
            return said(w, "All that the client wrote was taken, but the rows stand in the table's "
                           "order.");
        return said(w, concurrent ? "Both sides wrote: the document is made by the rules below."
                                  : "Not all that the client wrote was taken.");
    default:
        if (concurrent && result->field_count == 0)
            return said(w, "The document is what the client wrote.");
        return said(w, concurrent
                           ? "The document is what the client wrote, by the rules below."
                           : "The document is what the client wrote: nobody else had changed "
                             "it.");
    }
}

static bool is_nothing(struct dwr_text doc)
{
    while (doc.n > 0 && strchr(" \t\r\n", *doc.p)) {
        doc.p++;
        doc.n--;
    }
    return doc.n == 0 || *doc.p == 'n'; /* absent, or null */
}

/* Section 7: the server has a tombstone. */
bool words_is_tombstone(const struct words *w, struct dwr_text server)
{
    static const struct dwr_str deleted_member = DWR_STR("_deleted");
    struct dwr_text value = { NULL, 0 };

    if (server.p && memchr(server.p, '{', server.n))
        value = trial_member(w->arena, server, deleted_member);
    return value.n == 4 && memcmp(value.p, "true", 4) == 0;
}

bool words_is_revived(const struct words *w, const struct dwr_write *write,
                      const struct dwr_result *result)
{
    return result->status != DWR_REJECTED && write->op != DWR_DELETE &&
           words_is_tombstone(w, write->server);
}

struct dwr_str words_outcome(const struct words *w, const struct dwr_write *write,
                             const struct dwr_result *result, bool concurrent)
{
    if (result->status == DWR_REJECTED)
        return rejected(w, result->code);
    if (write->op == DWR_DELETE && !result->doc.p)
        return deleted(w, write, concurrent);
    if (write->op == DWR_DELETE)
        return soft_deleted(w);
    if (write->op == DWR_INSERT && is_nothing(write->server))
        return said(w, "A new document: the server had none of this name.");
    if (words_is_revived(w, write, result))
        return said(w, "The document was deleted and is brought back.");
    return as_a_whole(w, result, concurrent);
}
