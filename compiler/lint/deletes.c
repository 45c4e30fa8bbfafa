/* deletes.c - a delete that goes over a signature, a photo or a clock-in which the deleting side
 * has not seen (DW2005; semantics 7). */
#include "lint_parts.h"
#include "str.h"

static const struct ast_stmt *tombstone_said(const struct ast_block *block, enum ast_kind kind)
{
    const struct ast_stmt *s = block->of[AST_TOMBSTONE];

    return s ? AST_AS(ast_section, s)->block.of[kind] : NULL;
}

/* Where the delete is let through: its line, else the tombstone's, else the DocType's name. */
static struct span allowed_at(const struct lint *l)
{
    const struct ast_stmt *s = tombstone_said(l->block, AST_DELETE_WINS);

    if (!s)
        s = tombstone_said(l->block, AST_ALLOW_DELETE);
    if (s)
        return s->span;
    s = l->block->of[AST_TOMBSTONE];
    return s ? s->word : l->doctype->name.span;
}

static struct dwr_str value_of(struct lint *l, struct dwr_str field, enum lint_kind kind,
                               bool device)
{
    const struct dwr_table *table = lint_table(l, field);
    struct dwr_str values[2];

    if (table || kind == LINT_TABLE) {
        lint_values(LINT_FILE, &values[0], &values[1]);
        return lint_list(
            l, lint_row_of(l, table, lint_rows_of(l, field), 1, str_of("file"), values[device]),
            (struct dwr_str){ NULL, 0 });
    }
    lint_values(kind, &values[0], &values[1]);
    return values[device];
}

/* --- what is lost --- */

/* What a device captures of the field, put into a document that stands: is it taken? What is not
 * the client's to write, a delete takes from nobody. */
static bool is_taken(struct lint *l, struct dwr_str field, enum lint_kind kind)
{
    const struct dwr_str none = { NULL, 0 };
    struct lint_case c = lint_case_begin(l);

    lint_put(&c, field, none, none, value_of(l, field, kind, true));
    if (l->plan->lock)
        lint_assume(l, &c, l->plan->lock, false);
    return lint_try(l, &c) && !lint_client_lost(&c, field);
}

static bool is_lost(struct lint *l, struct dwr_str field, enum lint_kind *kind)
{
    *kind = lint_kind_of(l, field);
    return lint_is_evidence(*kind, field) && is_taken(l, field, *kind);
}

/* The first field of the DocType that is evidence; p NULL: none. */
static struct dwr_str evidence_of(struct lint *l, enum lint_kind *kind)
{
    for (uint16_t i = 0; i < l->plan->names.count; i++) {
        const struct dwr_name *name = &l->plan->names.v[i];

        if (name->role != DWR_NAME_META && name->role != DWR_NAME_COUNT &&
            name->role != DWR_NAME_VERSION && is_lost(l, name->name, kind))
            return name->name;
    }
    for (uint32_t i = 0; l->schema && i < l->schema->field_count; i++)
        if (is_lost(l, l->schema->fields[i].name, kind))
            return l->schema->fields[i].name;
    return (struct dwr_str){ NULL, 0 };
}

static struct diag_finding *found(struct lint *l, struct dwr_str field)
{
    struct diag_finding *finding =
        lint_found(l, DIAG_EVIDENCE_DELETED, allowed_at(l), field,
                   "a delete goes over '%.*s' that it has not seen", LINT_TEXT(field));

    if (l->block->of[AST_TOMBSTONE])
        diag_help(l->diag, finding,
                  "delete_wins_over_update no; in its tombstone refuses such a delete and brings "
                  "the document back; allow_delete no; forbids it");
    else
        diag_help(l->diag, finding,
                  "tombstone { delete_wins_over_update no; } refuses such a delete and brings the "
                  "document back; tombstone { allow_delete no; } forbids it");
    return finding;
}

/* The office deletes; a device that was offline sends what it has captured. */
static void edit_is_beaten(struct lint *l, struct dwr_str field, enum lint_kind kind)
{
    const struct dwr_str none = { NULL, 0 };
    struct lint_case c = lint_case_begin(l);
    struct diag_finding *finding;

    c.tombstone = true;
    lint_put(&c, field, none, none, value_of(l, field, kind, true));
    if (!lint_try(l, &c) || c.result.status != DWR_REJECTED || c.result.code != DWR_CODE_DELETED)
        return;
    finding = found(l, field);
    lint_show(l, finding, &c,
              "The office deleted the document while a user put in %.*s offline: the "
              "write is rejected, and the audit record alone still has it.",
              LINT_TEXT(field));
    lint_gone(l, finding, field, value_of(l, field, kind, true), "the user's, rejected as DELETED");
}

/* A device deletes; what the office has put in meanwhile goes, too. */
static void delete_goes_over(struct lint *l, struct dwr_str field, enum lint_kind kind)
{
    const struct dwr_str none = { NULL, 0 };
    struct lint_case c = lint_case_begin(l);
    struct diag_finding *finding;

    c.op = DWR_DELETE;
    lint_put(&c, field, none, value_of(l, field, kind, false), none);
    if (!lint_try(l, &c) || c.result.status != DWR_SUCCESS || c.result.doc.p)
        return;
    finding = found(l, field);
    lint_show(l, finding, &c,
              "A user deleted the document offline while the office put in %.*s: the "
              "delete goes through, unseen.",
              LINT_TEXT(field));
    lint_gone(l, finding, field, value_of(l, field, kind, false),
              "the office's, with the document");
}

/* Devices that may not change the document are told to be able to delete it: by its own `offline`,
 * or that of `default`. */
static bool deletes_are_said(const struct lint *l)
{
    const struct ast_stmt *defaults = l->ast->top.of[AST_DEFAULT];
    const struct ast_stmt *own = l->block->of[AST_OFFLINE];
    const struct ast_stmt *all =
        defaults ? AST_AS(ast_section, defaults)->block.of[AST_OFFLINE] : NULL;

    return l->plan->offline.delete_ && ((own && AST_AS(ast_offline, own)->delete_.said) ||
                                        (all && AST_AS(ast_offline, all)->delete_.said));
}

void lint_deleted_evidence(struct lint *l)
{
    const struct dwr_tombstone *t = &l->plan->tombstone;
    enum lint_kind kind;
    struct dwr_str field;

    if (!t->allow_delete || !t->delete_wins_over_update ||
        (l->schema && l->schema->is_single) || /* Frappe has one, and no way to delete it */
        (!l->plan->offline.update && !deletes_are_said(l)))
        return;
    field = evidence_of(l, &kind);
    if (!field.p)
        return;
    if (l->plan->offline.update)
        edit_is_beaten(l, field, kind);
    else
        delete_goes_over(l, field, kind);
}
