/* words_doctype.c - what a DocType says besides its rules, in words: tables, deletes, what happens
 * offline and afterwards. Sections are those of SEMANTICS. */
#include "words_parts.h"

static const struct dwr_table *const FIELDS = NULL; /* a list of the DocType's, not of rows */

static struct dwr_str at_or(struct dwr_str at, struct dwr_str otherwise)
{
    return at.p ? at : otherwise;
}

/* --- strategy and lock (5, 4) --- */

const char *words_strategy(enum dwr_strategy strategy)
{
    static const char *const words[] = {
        [DWR_STRATEGY_SERVER_WINS] = "the server wins",
        [DWR_STRATEGY_SERVER_ONLY] = "only the server writes",
        [DWR_STRATEGY_CLIENT_WINS] = "the client wins",
        [DWR_STRATEGY_LAST_WRITE_WINS] = "the later write wins",
        [DWR_STRATEGY_FIELD_LEVEL] = "field by field",
        [DWR_STRATEGY_MANUAL_RESOLVE] = "a person decides",
        [DWR_STRATEGY_APPEND_ONLY] = "only added to",
        [DWR_STRATEGY_VERSION_ALL] = "every version is kept",
    };

    return words[strategy];
}

struct words_lines words_strategy_lines(const struct words *w)
{
    const struct dwr_doctype *d = w->doctype;
    const struct dwr_str branch_at = at_or(d->branch_at, d->at);
    struct words_lines lines = { NULL, 0, 0 };

    if (d->strategy == DWR_STRATEGY_SERVER_ONLY)
        add_line(&lines, w, said(w, "Clients make no documents of this kind."), d->at);
    if (d->strategy == DWR_STRATEGY_APPEND_ONLY)
        add_line(&lines, w,
                 said(w,
                      "A new document whose name is taken by another content is kept beside it, "
                      "under the name %n.",
                      d->branch),
                 branch_at);
    if (d->strategy == DWR_STRATEGY_VERSION_ALL)
        add_line(&lines, w, said(w, "The document of its own is named %n.", d->branch), branch_at);
    if (d->version_field != DWR_NONE)
        add_line(&lines, w,
                 said(w, "%f counts the changes of the document.", (unsigned)d->version_field),
                 branch_at);
    return lines;
}

struct words_lines words_lock(const struct words *w)
{
    const struct dwr_doctype *d = w->doctype;
    struct words_lines lines = { NULL, 0, 0 };
    struct sentence s;

    if (!d->lock)
        return lines;
    say_begin(&s, w);
    say(&s, "If %c, the document is locked: what a client writes is refused", d->lock,
        WORDS_OF_MERGE);
    if (d->lock_except_count > 0)
        say(&s, ", but for %l", FIELDS, d->lock_except, (unsigned)d->lock_except_count);
    say(&s, ", and so is a delete.");
    add_line(&lines, w, say_end(&s), d->lock_at);
    return lines;
}

/* --- tables (6) --- */

static const char *same_key_clause(const struct dwr_table *table)
{
    const bool ordered = table->order_by != DWR_NONE;

    switch (table->same_key) {
    case DWR_SAME_KEY_CLIENT_WINS:
        return "the client's stands";
    case DWR_SAME_KEY_FIRST_WRITE_WINS:
        return ordered ? "the one with the earlier %m stands, at a tie the server's"
                       : "the server's stands";
    case DWR_SAME_KEY_LAST_WRITE_WINS:
        return ordered ? "the one with the later %m stands, at a tie the server's"
                       : "the server's stands";
    case DWR_SAME_KEY_KEEP_BOTH:
        return "both are kept";
    case DWR_SAME_KEY_MANUAL:
        return "a person decides; until then the server's stands";
    default:
        return "the server's stands";
    }
}

static void add_members(struct words_lines *lines, const struct words *w,
                        const struct dwr_table *table, struct dwr_str at)
{
    add_line(lines, w, said(w, "A row that both have is merged member by member."), at);
    for (uint32_t u = 0; u < table->unit_count; u++) {
        const struct dwr_unit *unit = &table->units[u];

        add_line(lines, w,
                 said(w, "%l: %t", table, unit->fields, (unsigned)unit->field_count,
                      words_clause(w, table, unit)),
                 unit->rules[0].at);
    }
    add_line(
        lines, w,
        said(w, "Every other member: %t",
             words_clause(w, table,
                          &(struct dwr_unit){
                              .field_count = 1, .rules = &table->otherwise, .rule_count = 1 })),
        table->otherwise.at);
}

static void add_same_key(struct words_lines *lines, const struct words *w,
                         const struct dwr_table *table)
{
    const struct dwr_str at = at_or(table->same_key_at, table->at);

    if (table->append_only) {
        add_line(lines, w, said(w, "Rows are only added: a stored row is never changed."),
                 at_or(table->append_only_at, table->at));
        return;
    }
    if (table->same_key == DWR_SAME_KEY_FIELDS) {
        add_members(lines, w, table, at);
        return;
    }
    add_line(lines, w,
             said(w, "Of a row that both changed %t.",
                  said(w, same_key_clause(table), table, (unsigned)table->order_by)),
             at);
}

struct words_lines words_table(const struct words *w, const struct dwr_table *table)
{
    struct words_lines lines = { NULL, 0, 0 };

    add_line(
        &lines, w,
        said(w,
             "Rows of both sides are kept. They are matched by %l; a row without %s matches only "
             "a row that is the same.",
             table, table->key, (unsigned)table->key_count,
             table->key_count > 1 ? "any of them" : "it"),
        table->at);
    add_same_key(&lines, w, table);
    if (table->removes)
        add_line(&lines, w,
                 said(w, "A row that the client removed is removed, unless the server changed it."),
                 at_or(table->removes_at, table->at));
    else
        add_line(&lines, w, said(w, "A row that the client leaves out stays."), table->at);
    if (table->hold)
        add_line(&lines, w,
                 said(w, "A row that the client adds waits for a person if %c.", table->hold,
                      WORDS_OF_MERGE),
                 table->hold_at);
    if (table->order_by != DWR_NONE)
        add_line(&lines, w,
                 said(w, "Rows stand in the order of %m.", table, (unsigned)table->order_by),
                 table->at);
    if (table->count_into != DWR_NONE)
        add_line(&lines, w, said(w, "%f is the number of rows.", (unsigned)table->count_into),
                 table->at);
    return lines;
}

/* --- deletes (7) --- */

static void add_delete(struct words_lines *lines, const struct words *w)
{
    const struct dwr_tombstone *t = &w->doctype->tombstone;

    if (t->allow_delete)
        add_line(lines, w, said(w, "A client may delete a document."), t->allow_delete_at);
    else if (t->soft_delete.field != DWR_NONE)
        add_line(lines, w,
                 said(w,
                      "A document is not deleted: a delete sets %f to %v, which is decided like "
                      "any other write.",
                      (unsigned)t->soft_delete.field, t->soft_delete.value),
                 t->soft_delete.at);
    else
        add_line(lines, w, said(w, "A document is never deleted."), t->allow_delete_at);
}

struct words_lines words_deletes(const struct words *w)
{
    const struct dwr_tombstone *t = &w->doctype->tombstone;
    struct words_lines lines = { NULL, 0, 0 };
    struct sentence s;

    add_delete(&lines, w);
    if (t->allow_delete)
        add_line(
            &lines, w,
            said(w, t->delete_wins_over_update
                        ? "A delete goes over changes that the client has not seen; what was "
                          "there can be recovered. A later write to the deleted document is "
                          "refused and kept in the audit record."
                        : "A delete is refused where the document has changed since the client "
                          "saw it. A later write to a deleted document brings it back."),
            t->delete_wins_at);
    if (t->allow_delete || t->ttl_at.p)
        add_line(&lines, w,
                 said(w, "What is known of a deleted document is kept for %d.", t->ttl_seconds),
                 t->ttl_at);
    if (t->archive_after_seconds == 0)
        return lines;
    say_begin(&s, w);
    say(&s, "A document is archived after %d", t->archive_after_seconds);
    if (t->archive_when)
        say(&s, " if %c", t->archive_when, WORDS_OF_DOCUMENT);
    say(&s, ".");
    add_line(&lines, w, say_end(&s), t->archive_at);
    return lines;
}

/* --- offline, notifications, priorities --- */

static void put_ops(struct sentence *s, bool create, bool update, bool delete_, const char *last)
{
    static const char *const ops[] = { "created", "changed", "deleted" };
    const bool which[] = { create, update, delete_ };
    const uint32_t count = (uint32_t)create + update + delete_;

    for (uint32_t i = 0, n = 0; i < 3; i++) {
        if (!which[i])
            continue;
        put_between(s, n++, count, last);
        say(s, "%s", ops[i]);
    }
}

struct words_lines words_offline(const struct words *w)
{
    const struct dwr_offline *o = &w->doctype->offline;
    const bool any = o->create || o->update || o->delete_;
    const bool all = o->create && o->update && o->delete_;
    struct words_lines lines = { NULL, 0, 0 };
    struct sentence s;

    say_begin(&s, w);
    say(&s, "Offline, documents may be ");
    if (!any) {
        say(&s, "read, and not created, changed or deleted.");
    } else {
        put_ops(&s, o->create, o->update, o->delete_, "and");
        if (!all)
            say(&s, ", but not ");
        put_ops(&s, !o->create, !o->update, !o->delete_, "or");
        say(&s, ".");
    }
    add_line(&lines, w, say_end(&s), o->at);
    return lines;
}

static bool is_manual(const struct dwr_doctype *d)
{
    bool manual = d->free_rule.kind == DWR_RULE_MANUAL;

    for (uint32_t u = 0; u < d->unit_count; u++)
        for (uint32_t i = 0; i < d->units[u].rule_count; i++)
            manual = manual || d->units[u].rules[i].kind == DWR_RULE_MANUAL;
    for (uint32_t i = 0; i < d->table_count; i++)
        manual = manual || d->tables[i].same_key == DWR_SAME_KEY_MANUAL || d->tables[i].hold;
    return manual;
}

struct words_lines words_notify(const struct words *w)
{
    const struct dwr_doctype *d = w->doctype;
    const struct dwr_str built_in = { NULL, 0 };
    struct words_lines lines = { NULL, 0, 0 };

    if (d->notify_conflict)
        add_line(&lines, w,
                 said(w, "%n, when something that a client wrote was not taken.",
                      (struct dwr_str)DWR_STR("client_change_overridden")),
                 built_in);
    for (uint32_t i = 0; i < d->notify_count; i++)
        add_line(&lines, w,
                 said(w, "%n, when %f was changed on the server.", d->notify[i].type,
                      (unsigned)d->notify[i].field),
                 d->notify[i].at);
    if (is_manual(d))
        add_line(&lines, w,
                 said(w, "%n, when a person has to decide.",
                      (struct dwr_str)DWR_STR("manual_resolution_required")),
                 built_in);
    if (d->branch.p)
        add_line(&lines, w,
                 said(w, "%n, when a write is kept as a document of its own.",
                      (struct dwr_str)DWR_STR("branch_created")),
                 built_in);
    return lines;
}

struct words_lines words_priorities(const struct words *w)
{
    struct words_lines lines = { NULL, 0, 0 };

    for (uint32_t i = 0; i < w->doctype->priority_count; i++) {
        const struct dwr_priority *p = &w->doctype->priorities[i];

        add_line(&lines, w,
                 p->when ? said(w, "%u, if %c.", (unsigned)p->priority, p->when, WORDS_OF_WRITE)
                         : said(w, "%u, whatever is written.", (unsigned)p->priority),
                 p->at);
    }
    return lines;
}

/* --- across documents (9) --- */

static void put_moment(struct sentence *s, const struct dwr_moment *m)
{
    say(s, "%f", (unsigned)m->field);
    if (m->time_field != DWR_NONE)
        say(s, " and %f", (unsigned)m->time_field);
}

static struct dwr_str overlap(const struct words *w, const struct dwr_no_overlap *o)
{
    struct sentence s;

    say_begin(&s, w);
    say(&s, "Two documents with the same %l may not overlap in time, from ", FIELDS, o->by,
        (unsigned)o->by_count);
    put_moment(&s, &o->from);
    if (o->to.field != DWR_NONE) {
        say(&s, " to ");
        put_moment(&s, &o->to);
    } else {
        say(&s, " on for %f %s", (unsigned)o->length_field,
            o->unit_seconds == 1    ? "seconds"
            : o->unit_seconds == 60 ? "minutes"
                                    : "hours");
    }
    if (o->unless)
        say(&s, ", unless %c", o->unless, WORDS_OF_DOCUMENT);
    say(&s, ". The one that arrives second waits for a person.");
    return say_end(&s);
}

struct words_lines words_overlaps(const struct words *w)
{
    struct words_lines lines = { NULL, 0, 0 };

    for (uint32_t i = 0; i < w->doctype->no_overlap_count; i++)
        add_line(&lines, w, overlap(w, &w->doctype->no_overlap[i]), w->doctype->no_overlap[i].at);
    return lines;
}

struct words_lines words_effects(const struct words *w)
{
    struct words_lines lines = { NULL, 0, 0 };
    struct sentence s;

    for (uint32_t i = 0; i < w->doctype->effect_count; i++) {
        const struct dwr_effect *e = &w->doctype->effects[i];

        say_begin(&s, w);
        say(&s, "%n: when %f becomes %v, ", e->name, (unsigned)e->field, e->value);
        for (uint32_t k = 0; k < e->create_count; k++) {
            put_between(&s, k, e->create_count, "and");
            say(&s, "%n", e->create[k]);
        }
        say(&s, e->create_count == 1 ? " is created" : " are created, all or none");
        say(&s, ", together with the change.");
        add_line(&lines, w, say_end(&s), e->at);
    }
    return lines;
}

static struct dwr_str link_line(const struct words *w, const struct dwr_link *link)
{
    struct sentence s;

    say_begin(&s, w);
    say(&s, "%f links to %n", (unsigned)link->field, link->doctype);
    if (link->refresh)
        say(&s, "; when that changes, clients get the document anew");
    if (link->refresh_when)
        say(&s, " if %c", link->refresh_when, WORDS_OF_DOCUMENT);
    say(&s, ".");
    return say_end(&s);
}

struct words_lines words_links(const struct words *w)
{
    const struct dwr_doctype *d = w->doctype;
    struct words_lines lines = { NULL, 0, 0 };

    for (uint32_t i = 0; i < d->link_count; i++)
        add_line(&lines, w, link_line(w, &d->links[i]), d->links[i].at);
    for (uint32_t i = 0; i < d->current_count; i++)
        add_line(&lines, w,
                 said(w,
                      "Where %f is not the present %n of the %n that %f names, a person decides "
                      "about %f.",
                      (unsigned)d->current[i].field, d->current[i].target, d->current[i].doctype,
                      (unsigned)d->current[i].link, (unsigned)d->current[i].manual),
                 d->current[i].at);
    for (uint32_t i = 0; i < d->as_of_count; i++)
        add_line(&lines, w,
                 said(w,
                      "%f means the %n as it was at the time of %f: that version is recorded with "
                      "the write.",
                      (unsigned)d->as_of[i].link, d->as_of[i].doctype, (unsigned)d->as_of[i].time),
                 d->as_of[i].at);
    return lines;
}
