/* ref_overview.c - all DocTypes in one table: strategy, what the server wins, what the client wins,
 * and everything that is neither. */
#include "reference_parts.h"

/* Which side's column a rule belongs to. */
enum column { OF_SERVER, OF_CLIENT, OF_NEITHER };

static enum column column_of(const struct dwr_rule *rule)
{
    if (rule->kind == DWR_RULE_SERVER_WINS || rule->kind == DWR_RULE_SERVER_ONLY)
        return OF_SERVER;
    return rule->kind == DWR_RULE_CLIENT_WINS ? OF_CLIENT : OF_NEITHER;
}

static enum column column_of_unit(const struct dwr_unit *unit)
{
    return unit->rule_count > 1 ? OF_NEITHER : column_of(&unit->rules[0]);
}

/* A rule in as few words as a cell has room for. */
static const char *few_words(const struct dwr_table *table, const struct dwr_rule *rule)
{
    if (words_asks_nobody(table, rule))
        return rule->provisional_client ? "the client's" : "the server's";
    switch (rule->kind) {
    case DWR_RULE_SERVER_WINS:
        return "the server's";
    case DWR_RULE_CLIENT_WINS:
        return "the client's";
    case DWR_RULE_LAST_WRITE_WINS:
        return "the later write";
    case DWR_RULE_FIRST_WRITE_WINS:
        return "the first value";
    case DWR_RULE_MANUAL:
        return rule->provisional_client ? "a person decides, until then the client's"
                                        : "a person decides";
    case DWR_RULE_MERGE_TEXT:
        return "texts put together";
    case DWR_RULE_UNION:
        return "elements of both";
    case DWR_RULE_KEEP_BOTH:
        return "both kept";
    case DWR_RULE_SUM:
        return "changes added up";
    case DWR_RULE_MAX:
        return "the higher";
    case DWR_RULE_MIN:
        return "the lower";
    case DWR_RULE_IMMUTABLE:
        return "stays once set";
    case DWR_RULE_SERVER_ONLY:
        return "only the server writes";
    default: /* DWR_RULE_BRANCH */
        return "each side's version is kept";
    }
}

/* The entries of a cell are put one behind the other. */
struct cell {
    struct ref *ref;
    const struct ref_doctype *d;
    uint32_t entries;
};

static struct page *next_entry(struct cell *c)
{
    if (c->entries++ > 0)
        page_word(&c->ref->page, "; ");
    return &c->ref->page;
}

/* Fields that are decided as one are joined by '+'. */
static void put_fields(struct cell *c, const struct dwr_table *table, const struct dwr_unit *unit)
{
    const struct dwr_names *names = table ? &table->names : &c->d->rules->names;

    for (uint32_t i = 0; i < unit->field_count; i++) {
        if (i > 0)
            page_word(&c->ref->page, " + ");
        page_code(&c->ref->page, names->v[unit->fields[i]].name);
    }
}

/* --- the columns of a side --- */

static void put_side(struct cell *c, enum column column)
{
    const struct dwr_doctype *d = c->d->rules;

    page_cell_begin(&c->ref->page);
    for (uint32_t u = 0; u < d->unit_count; u++) {
        if (!words_unit_is_said(d, &d->units[u]) || column_of_unit(&d->units[u]) != column)
            continue;
        if (c->entries++ > 0)
            page_word(&c->ref->page, ", ");
        put_fields(c, NULL, &d->units[u]);
    }
    if (column_of(&d->free_rule) == column) {
        if (c->entries++ > 0)
            page_word(&c->ref->page, ", ");
        page_word(&c->ref->page, words_has_others(d) ? "all others" : "all");
    }
    if (c->entries == 0)
        page_word(&c->ref->page, "-");
    c->entries = 0;
    page_cell_end(&c->ref->page);
}

/* --- everything else --- */

static void put_rules(struct cell *c, const struct dwr_unit *unit)
{
    page_word(&c->ref->page, ": ");
    for (uint32_t i = 0; i < unit->rule_count; i++) {
        if (i > 0)
            page_word(&c->ref->page, " or ");
        page_word(&c->ref->page, words_settles_itself(unit, &unit->rules[i])
                                     ? "set by the rule"
                                     : few_words(NULL, &unit->rules[i]));
    }
    if (unit->rule_count > 1)
        page_word(&c->ref->page, ", by a condition");
}

/* Fields of one statement are one entry. */
static void put_units(struct cell *c)
{
    const struct dwr_doctype *d = c->d->rules;

    for (uint32_t u = 0; u < d->unit_count; u++) {
        const struct dwr_unit *unit = &d->units[u];

        if (!words_unit_is_said(d, unit) || column_of_unit(unit) != OF_NEITHER)
            continue;
        next_entry(c);
        put_fields(c, NULL, unit);
        for (; u + 1 < d->unit_count && d->units[u + 1].rules == unit->rules; u++) {
            page_word(&c->ref->page, ", ");
            put_fields(c, NULL, &d->units[u + 1]);
        }
        put_rules(c, unit);
    }
}

static const char *same_key(const struct dwr_table *t)
{
    static const char *const words[] = {
        [DWR_SAME_KEY_SERVER_WINS] = "of one key the server's",
        [DWR_SAME_KEY_CLIENT_WINS] = "of one key the client's",
        [DWR_SAME_KEY_FIRST_WRITE_WINS] = "of one key the first",
        [DWR_SAME_KEY_LAST_WRITE_WINS] = "of one key the later",
        [DWR_SAME_KEY_KEEP_BOTH] = "of one key both",
        [DWR_SAME_KEY_MANUAL] = "of one key a person decides",
    };

    return t->append_only ? "never changed" : words[t->same_key];
}

static void put_table(struct cell *c, const struct dwr_table *t)
{
    const struct words w = ref_words(c->ref, c->d);
    struct page *p = next_entry(c);

    page_said(p, words_fields(&w, NULL, &t->field, 1));
    page_word(p, ": rows of both by ");
    page_said(p, words_fields(&w, t, t->key, t->key_count));
    if (t->append_only || t->same_key != DWR_SAME_KEY_FIELDS) {
        page_word(p, ", ");
        page_word(p, same_key(t));
    }
    for (uint32_t u = 0; u < t->unit_count && !t->append_only; u++) {
        page_word(p, ", ");
        put_fields(c, t, &t->units[u]);
        page_word(p, " ");
        page_word(p, few_words(t, &t->units[u].rules[0]));
    }
    if (t->same_key == DWR_SAME_KEY_FIELDS && !t->append_only &&
        t->otherwise.kind != DWR_RULE_SERVER_WINS) {
        page_word(p, ", the others ");
        page_word(p, few_words(t, &t->otherwise));
    }
    if (t->hold)
        page_word(p, ", held for a person by a condition");
}

static void put_special(struct cell *c)
{
    const struct dwr_doctype *d = c->d->rules;

    if (d->no_overlap_count > 0)
        page_word(next_entry(c), "no two at one time");
    if (d->current_count > 0)
        page_word(next_entry(c), "what it was made with must be current");
    if (d->as_of_count > 0)
        page_word(next_entry(c), "judged by what was in force at its time");
    if (d->lock)
        page_word(next_entry(c), "locked by a condition");
    if (!d->tombstone.allow_delete)
        page_word(next_entry(c), d->tombstone.soft_delete.field == DWR_NONE
                                     ? "never deleted"
                                     : "a delete only marks it");
}

static void put_rest(struct cell *c)
{
    const struct dwr_doctype *d = c->d->rules;

    page_cell_begin(&c->ref->page);
    put_units(c);
    for (uint32_t i = 0; i < d->table_count; i++)
        put_table(c, &d->tables[i]);
    if (column_of(&d->free_rule) == OF_NEITHER) {
        page_word(next_entry(c), words_has_others(d) ? "all others: " : "all: ");
        page_word(&c->ref->page, few_words(NULL, &d->free_rule));
    }
    put_special(c);
    if (c->entries == 0)
        page_word(&c->ref->page, "-");
    page_cell_end(&c->ref->page);
}

static void put_row(struct ref *ref, const struct ref_doctype *d)
{
    struct page *p = &ref->page;
    struct cell cell = { ref, d, 0 };
    const char *word = ast_strategy_word((enum dwr_strategy)d->rules->strategy);

    page_row_begin(p);
    page_cell_begin(p);
    page_link(p, d->id, d->title);
    page_cell_end(p);
    page_cell_begin(p);
    page_code(p, (struct dwr_str){ word, strlen(word) });
    page_cell_end(p);
    put_side(&cell, OF_SERVER);
    put_side(&cell, OF_CLIENT);
    put_rest(&cell);
    page_row_end(p);
}

void ref_overview(struct ref *ref)
{
    static const char *const heads[] = { "DocType", "Strategy", "Server wins", "Client wins",
                                         "Other and special handling" };

    page_paragraph_begin(&ref->page);
    page_word(&ref->page, "Who wins a conflict. Fields joined by + are decided as one.");
    page_paragraph_end(&ref->page);
    page_table_begin(&ref->page, heads, 5);
    for (uint32_t i = 0; i < ref->count; i++)
        put_row(ref, &ref->v[i]);
    page_table_end(&ref->page);
}
