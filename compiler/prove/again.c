/* again.c - the same write onto its own result, and what must not come back. */
#include "inquiry.h"

#include "../../runtime/core/value.h"

/* --- idempotent --- */

/* The document as it is stored after the case; p NULL: nothing is. */
static struct dwr_text stored_after(const struct inquiry *j)
{
    if (j->result.doc.p)
        return j->result.doc;
    if (j->at.server_is == PROVE_SERVER_NOTHING)
        return (struct dwr_text){ NULL, 0 };
    return j->stored.tombstone[j->at.server];
}

void inquiry_returned(const struct inquiry *j, struct dwr_write *again)
{
    if (j->at.server_is != PROVE_SERVER_TOMBSTONE || j->at.op == DWR_DELETE || !j->result.doc.p)
        return;
    again->op = DWR_UPDATE;
    again->base = j->stored.doc[j->at.server];
}

/* Says for each slot that changed a second time why; false: none did. */
static bool record_changed(struct inquiry *j, struct dwr_text again, bool sync_layers)
{
    bool any = false;

    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (part_is_sync_layers(j->part, i) == sync_layers &&
            !trial_same(j->bench, j->seen[i], inquiry_value_in(j, again, i))) {
            inquiry_record(j, PROVE_IDEMPOTENT, reason_again(j, i), i);
            any = true;
        }
    return any;
}

void inquiry_idempotent(struct inquiry *j)
{
    struct dwr_write write = j->trial.write;
    struct dwr_result again;

    j->out->cases[PROVE_IDEMPOTENT]++;
    write.server = stored_after(j);
    inquiry_returned(j, &write);
    if (inquiry_merge(j, j->again, &write, 2, &again) != DWR_OK) {
        inquiry_record(j, PROVE_IDEMPOTENT, PROVE_BY_NOTHING, 0);
        return;
    }
    if (dwr_same_bytes(j->result.doc, again.doc))
        return;
    if (!j->result.doc.p || !again.doc.p)
        inquiry_record(j, PROVE_IDEMPOTENT, PROVE_BY_NOTHING, 0);
    else if (!record_changed(j, again.doc, false) && !record_changed(j, again.doc, true) &&
             !inquiry_documents_equal(j, j->result.doc, again.doc))
        inquiry_record(j, PROVE_IDEMPOTENT, reason_again(j, 0), 0); /* marks, counts, the version */
}

/* --- no resurrection --- */

static void inquiry_document_returned(struct inquiry *j)
{
    const bool declared = !j->part->doctype->tombstone.delete_wins_over_update;
    const bool nothing = j->at.server_is == PROVE_SERVER_NOTHING && j->at.op != DWR_INSERT;
    const bool deleted = j->at.server_is == PROVE_SERVER_TOMBSTONE && j->at.op != DWR_UNDELETE;

    if ((nothing || deleted) && j->result.doc.p)
        inquiry_record(j, PROVE_NO_RESURRECTION,
                       deleted && declared && j->at.op != DWR_DELETE ? PROVE_BY_DECLARED
                                                                     : PROVE_BY_NOTHING,
                       PROVE_DOCUMENT);
}

static bool is_list(struct dwr_text v)
{
    return v.n >= 2 && v.p[0] == '[';
}

/* What base had, the server took away and the client did not touch. */
static bool element_returned(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_text base = inquiry_base(j, slot), server = inquiry_server(j, slot),
                          wrote = inquiry_wrote(j, slot);
    struct dwr_walk walk = dwr_walk_of(base);
    struct dwr_text key, element;

    while (dwr_walk_next(&walk, j->again->scan, &key, &element))
        if (elements_like(j, wrote, element) <= elements_like(j, base, element) &&
            elements_like(j, j->seen[slot], element) > elements_like(j, server, element) &&
            elements_like(j, server, element) < elements_like(j, base, element))
            return true;
    return false;
}

/* Does any rule of the slot work on the elements of its value? */
static bool has_elements(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_unit *unit = part_unit(j->part, slot);

    if (part_table(j->part, slot))
        return true;
    return unit && unit->rule_count == 1 &&
           (unit->rules[0].kind == DWR_RULE_UNION || unit->rules[0].kind == DWR_RULE_KEEP_BOTH);
}

static bool value_returned(const struct inquiry *j, uint8_t slot)
{
    const struct dwr_text base = inquiry_base(j, slot), server = inquiry_server(j, slot);

    if (!inquiry_is_written(j, slot) || dwr_is_unset(base) || j->part->slots[slot].in_row ||
        part_is_sync_layers(j->part, slot))
        return false;
    if (has_elements(j, slot) && is_list(base))
        return (is_list(server) || dwr_is_unset(server)) && is_list(inquiry_wrote(j, slot)) &&
               element_returned(j, slot);
    return dwr_is_unset(server) && !dwr_is_unset(j->seen[slot]) &&
           trial_same(j->bench, inquiry_wrote(j, slot), base);
}

void inquiry_resurrection(struct inquiry *j)
{
    j->out->cases[PROVE_NO_RESURRECTION]++;
    inquiry_document_returned(j);
    if (j->at.op != DWR_UPDATE || j->at.server_is != PROVE_SERVER_HAS || !j->at.base_known ||
        !j->result.doc.p)
        return;
    for (uint8_t i = 0; i < j->part->slot_count; i++)
        if (value_returned(j, i))
            inquiry_record(j, PROVE_NO_RESURRECTION, reason_returned(j, i), i);
}
