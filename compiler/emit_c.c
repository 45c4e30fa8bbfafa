/* emit_c.c - NAME.c: the DocTypes one after the other, then the rule set that points to them. */
#include "emit.h"

#include "dwr.h"
#include "emit_parts.h"
#include "team.h"

#define QUOTED(x) #x
#define VALUE_QUOTED(x) QUOTED(x)

static const struct dwr_str strategy_words[] = {
#define STRATEGY(NAME, word, units, rule) [DWR_STRATEGY_##NAME] = DWR_STR("DWR_STRATEGY_" #NAME),
#include "strategies.def"
#undef STRATEGY
};

/* --- a DocType's arrays --- */

static void heading(struct out *o, const struct dwr_doctype *d)
{
    if (d->name.p) {
        out_lit(o, "\n/* --- \"");
        out_c_comment(o, d->name);
        out_lit(o, "\" --- */\n\n");
    } else {
        out_lit(o, "\n/* --- every DocType that is not named --- */\n\n");
    }
}

static void arrays(struct out *o, const struct emit_doctype *ids, const struct dwr_doctype *d)
{
    heading(o, d);
    emit_names_arrays(o, ids->id, &d->names);
    emit_units(o, ids->id, &d->names, d->units, d->unit_count);
    emit_tables(o, ids, d);
}

/* --- a DocType's row --- */

static void str_line(struct out *o, const char *member, struct dwr_str s)
{
    if (!s.p)
        return;
    out_lit(o, "        .");
    out_bytes(o, member, strlen(member));
    out_lit(o, " = ");
    emit_str(o, s);
    out_lit(o, ",\n");
}

static void units_members(struct out *o, const struct emit_doctype *ids,
                          const struct dwr_doctype *d)
{
    if (d->unit_count > 0) {
        out_lit(o, "        .units = units_");
        out_str(o, ids->id);
        EMIT_MEMBER(o, "unit_count");
        out_number(o, d->unit_count);
        out_lit(o, ",\n");
    }
    out_lit(o, "        .free_rule = ");
    emit_rule(o, &d->names, &d->free_rule);
    if (d->free_together)
        out_lit(o, ", .free_together = true");
    out_lit(o, ",\n");
    if (d->table_count > 0) {
        out_lit(o, "        .tables = tables_");
        out_str(o, ids->id);
        EMIT_MEMBER(o, "table_count");
        out_number(o, d->table_count);
        out_lit(o, ",\n");
    }
}

static void lock_members(struct out *o, const struct dwr_doctype *d)
{
    if (!d->lock)
        return;
    out_lit(o, "        .lock = ");
    emit_condition(o, &d->names, d->lock);
    out_lit(o, ",\n");
    if (d->lock_except_count > 0) {
        out_lit(o, "        .lock_except = ");
        emit_index_array(o, &d->names, d->lock_except, d->lock_except_count);
        EMIT_MEMBER(o, "lock_except_count");
        out_number(o, d->lock_except_count);
        out_lit(o, ",\n");
    }
    str_line(o, "lock_at", d->lock_at);
}

static void tombstone(struct out *o, const struct dwr_names *names, const struct dwr_tombstone *t)
{
    out_lit(o, "        .tombstone = { .soft_delete = ");
    emit_set(o, names, &t->soft_delete);
    if (t->allow_delete)
        out_lit(o, ", .allow_delete = true");
    if (t->delete_wins_over_update)
        out_lit(o, ", .delete_wins_over_update = true");
    out_lit(o, ",\n                       .ttl_seconds = ");
    out_number(o, t->ttl_seconds);
    if (t->archive_after_seconds > 0) {
        EMIT_MEMBER(o, "archive_after_seconds");
        out_number(o, t->archive_after_seconds);
    }
    if (t->archive_when) {
        out_lit(o, ",\n                       .archive_when = ");
        emit_condition(o, names, t->archive_when);
    }
    if (t->allow_delete_at.p) {
        out_lit(o, ",\n                       .allow_delete_at = ");
        emit_str(o, t->allow_delete_at);
    }
    EMIT_STR_MEMBER(o, "delete_wins_at", t->delete_wins_at);
    EMIT_STR_MEMBER(o, "ttl_at", t->ttl_at);
    EMIT_STR_MEMBER(o, "archive_at", t->archive_at);
    out_lit(o, " },\n");
}

/* The members of a DocType between its braces, which are the caller's. */
static void members(struct out *o, const struct emit_doctype *ids, const struct dwr_doctype *d)
{
    str_line(o, "name", d->name);
    out_lit(o, "        .strategy = ");
    out_str(o, strategy_words[d->strategy]);
    out_lit(o, ",\n");
    str_line(o, "at", d->at);
    str_line(o, "reason", d->reason);
    str_line(o, "hint", d->hint);
    out_lit(o, "        .names = ");
    emit_names(o, ids->id, &d->names);
    out_lit(o, ",\n");
    units_members(o, ids, d);
    lock_members(o, d);
    tombstone(o, &d->names, &d->tombstone);
    str_line(o, "branch", d->branch);
    str_line(o, "branch_at", d->branch_at);
    out_lit(o, "        .version_field = ");
    emit_index(o, &d->names, d->version_field);
    out_lit(o, ",\n");
    if (d->notify_conflict)
        out_lit(o, "        .notify_conflict = true,\n");
    emit_service_members(o, d);
}

/* --- the file --- */

static void head(const struct emit *e, struct out *o)
{
    emit_first_line(e, o);
    out_lit(o, "// Tables of version " VALUE_QUOTED(DWR_TABLES_VERSION) ", digest of the rules ");
    out_str(o, e->rules->digest);
    out_lit(o, ".\n");
    out_str(o, e->proofs);
    out_lit(o, "\n#include \"");
    out_str(o, e->id);
    out_lit(o, ".h\"\n\n_Static_assert(DWR_TABLES_VERSION == " VALUE_QUOTED(
                   DWR_TABLES_VERSION) ",\n               \"these tables are of another version "
                                       "than the runtime: compile "
                                       "the rules again\");\n");
}

/* Units point into it: one field, or several that follow each other. */
static void from_array(const struct emit *e, struct out *o)
{
    const uint32_t size = emit_from_size(e->rules);

    if (size == 0)
        return;
    out_lit(
        o, "\n/* from[i] is i. A unit of the fields i, i + 1, ... i + n - 1 points to from[i]. */\n"
           "static const uint16_t from[] = {");
    for (uint32_t i = 0; i < size; i++) {
        if (i % 16 == 0)
            out_lit(o, "\n   ");
        out_char(o, ' ');
        out_number(o, i);
        out_char(o, ',');
    }
    out_lit(o, "\n};\n");
}

static void doctype_rows(const struct emit *e, struct out *o, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++) {
        out_lit(o, "    {\n");
        members(o, &e->doctypes[i], &e->rules->doctypes[i]);
        out_lit(o, "    },\n");
    }
}

static void ruleset(const struct emit *e, struct out *o)
{
    const struct dwr_ruleset *r = e->rules;

    out_lit(o, "\nconst struct dwr_ruleset dwr_rules_");
    out_str(o, e->id);
    out_lit(o, " = {\n    .tables_version = DWR_TABLES_VERSION,\n    .name = ");
    emit_str(o, r->name);
    if (r->version > 0) {
        out_lit(o, ",\n    .version = ");
        out_number(o, r->version);
        if (r->version > INT64_MAX)
            out_char(o, 'u');
    }
    out_lit(o, ",\n    .digest = ");
    emit_str(o, r->digest);
    if (r->doctype_count > 0) {
        out_lit(o, ",\n    .doctypes = doctypes,\n    .doctype_count = ");
        out_number(o, r->doctype_count);
    }
    out_lit(o, ",\n    .names = ");
    emit_names(o, e->names, &r->names);
    out_lit(o, ",\n    .other = {\n");
    members(o, &e->other, &r->other);
    out_lit(o, "    },\n");
    emit_settings(o, r);
    out_lit(o, "};\n");
}

static void doctype_arrays(const struct emit *e, struct out *o, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i < end; i++)
        arrays(o, &e->doctypes[i], &e->rules->doctypes[i]);
}

/* Between the arrays and the rows that point to them. */
static void middle(const struct emit *e, struct out *o)
{
    arrays(o, &e->other, &e->rules->other);
    if (e->rules->doctype_count > 0)
        out_lit(o, "\n/* --- all of them --- */\n\n"
                   "static const struct dwr_doctype doctypes[] = {\n");
}

static void tail(const struct emit *e, struct out *o)
{
    if (e->rules->doctype_count > 0) {
        out_lit(o, "};\n\n/* Their names; the index is the row. */\n");
        emit_names_arrays(o, e->names, &e->rules->names);
    }
    ruleset(e, o);
}

/* The head, DocTypes' arrays, the middle, DocTypes' rows, the tail. */
static void piece(const void *context, uint32_t n, struct out *o)
{
    const struct emit *e = context;
    const uint32_t count = e->rules->doctype_count, parts = team_doctype_parts(count);
    uint32_t from, end;

    if (n == 0) {
        head(e, o);
        from_array(e, o);
        return;
    }
    if (n == parts + 1) {
        middle(e, o);
        return;
    }
    if (n == 2 * parts + 2) {
        tail(e, o);
        return;
    }
    from = (n - (n <= parts ? 1 : parts + 2)) * TEAM_DOCTYPES;
    end = from + TEAM_DOCTYPES < count ? from + TEAM_DOCTYPES : count;
    (n <= parts ? doctype_arrays : doctype_rows)(e, o, from, end);
}

void emit_c(const struct emit *e, struct out *o)
{
    pieces_put(e->pieces, o, 2 * team_doctype_parts(e->rules->doctype_count) + 3, piece, e);
}
