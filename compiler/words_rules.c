/* words_rules.c - what decides a conflict, in words: rules, units, and what a field is to the
 * rules. Sections are those of SEMANTICS. */
#include "words_parts.h"

#include "../runtime/name_hash.h"

/* --- a rule's clause --- */

static void put_ranked(struct sentence *s, const struct dwr_rule *rule, const char *which)
{
    if (rule->ranked_count == 0) {
        say(s, "the %s value stands", which);
        return;
    }
    say(s, "the %s in the order ", which);
    for (uint32_t i = 0; i < rule->ranked_count; i++)
        say(s, i > 0 ? ", %v" : "%v", rule->ranked[i]);
    say(s, " stands");
}

/* One sentence a row of section 4's table. */
static const char *clause(enum dwr_rule_kind kind, bool several)
{
    switch (kind) {
    case DWR_RULE_SERVER_WINS:
        return several ? "the server's values stand" : "the server's value stands";
    case DWR_RULE_CLIENT_WINS:
        return several ? "the client's values stand" : "the client's value stands";
    case DWR_RULE_LAST_WRITE_WINS:
        return "the later write stands";
    case DWR_RULE_FIRST_WRITE_WINS:
        return several ? "the server's values stand where it has any, else the client's"
                       : "the server's value stands where it has one, else the client's";
    case DWR_RULE_MANUAL:
        return "a person decides";
    case DWR_RULE_MERGE_TEXT:
        return "both texts are put together, line by line";
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        return "the elements of both are kept";
    case DWR_RULE_SUM:
        return "both changes are added up";
    case DWR_RULE_IMMUTABLE:
        return several ? "once one of them is set, all stay" : "what is set stays";
    case DWR_RULE_SERVER_ONLY:
        return several ? "only the server changes them" : "only the server changes it";
    default: /* DWR_RULE_BRANCH */
        return "the server's document stands, and the client's becomes a document of its own";
    }
}

/* Section 6: a row whose members are decided is `merged` and opens no conflict. */
bool words_asks_nobody(const struct dwr_table *table, const struct dwr_rule *rule)
{
    return table && rule->kind == DWR_RULE_MANUAL;
}

bool words_settles_itself(const struct dwr_unit *unit, const struct dwr_rule *rule)
{
    for (uint32_t i = 0; i < unit->field_count; i++) {
        bool is_set = false;

        for (uint32_t k = 0; k < rule->set_count; k++)
            is_set = is_set || rule->set[k].field == unit->fields[i];
        if (!is_set)
            return false;
    }
    return true;
}

void put_rule(struct sentence *s, const struct dwr_table *table, const struct dwr_rule *rule,
              bool several)
{
    enum dwr_rule_kind kind = (enum dwr_rule_kind)rule->kind;

    if (words_asks_nobody(table, rule))
        kind = rule->provisional_client ? DWR_RULE_CLIENT_WINS : DWR_RULE_SERVER_WINS;
    if (kind == DWR_RULE_MAX || kind == DWR_RULE_MIN)
        put_ranked(s, rule, kind == DWR_RULE_MAX ? "higher" : "lower");
    else
        say(s, "%s", clause(kind, several));
}

/* --- what else a rule says: clauses, put by `next` in front of each --- */

struct more {
    struct sentence *s;
    const char *next;            /* "; " or " (" and then "; " */
    const struct dwr_unit *unit; /* the rule's; NULL: of the fields that no rule names */
};

static struct sentence *next_of(struct more *m)
{
    say(m->s, "%s", m->next);
    m->next = "; ";
    return m->s;
}

static void more_of_manual(struct more *m, const struct dwr_table *table,
                           const struct dwr_rule *rule, bool several)
{
    const char *values = several ? "values stand" : "value stands";

    if (words_asks_nobody(table, rule))
        say(next_of(m), "no person is asked about members of a row");
    else if (m->unit && words_settles_itself(m->unit, rule))
        say(next_of(m), "no person is asked");
    else if (rule->provisional_client)
        say(next_of(m), "until then the client's %s, marked as open", values);
    else
        say(next_of(m), "until then the server's %s", values);
    if (rule->watch_count > 0)
        say(next_of(m), "a change of %l on the server is a conflict too", table, rule->watch,
            (unsigned)rule->watch_count);
    for (uint32_t i = 0; i < rule->set_count; i++)
        say(next_of(m),
            m->unit && words_settles_itself(m->unit, rule) ? "%m is set to %v"
                                                           : "%m is then set to %v",
            table, (unsigned)rule->set[i].field, rule->set[i].value);
}

/* Section 4.2. */
static void more_of_list(struct more *m, const struct dwr_rule *rule)
{
    const bool keep_both = rule->kind == DWR_RULE_KEEP_BOTH;

    say(next_of(m), keep_both ? "only what both removed is gone"
                              : "what one side removed and the other left alone is gone");
    if (!rule->key.p)
        return;
    next_of(m);
    say(m->s, "of two with the same ");
    m->s->w->style->field(&m->s->m.out, rule->key);
    say(m->s, keep_both ? " the changed one stands, and both where both changed it"
                        : " the changed one stands, the server's where both changed it");
}

static void put_more(struct more *m, const struct dwr_table *table, const struct dwr_rule *rule,
                     bool several)
{
    switch (rule->kind) {
    case DWR_RULE_LAST_WRITE_WINS:
        say(next_of(m), "a tie is the server's");
        break;
    case DWR_RULE_MANUAL:
        more_of_manual(m, table, rule, several);
        break;
    case DWR_RULE_MERGE_TEXT:
        say(next_of(m), "at one place the server's lines come first");
        break;
    case DWR_RULE_UNION:
    case DWR_RULE_KEEP_BOTH:
        more_of_list(m, rule);
        break;
    case DWR_RULE_IMMUTABLE:
        say(next_of(m), "a client fills it where the server has nothing");
        break;
    case DWR_RULE_SERVER_ONLY:
        say(next_of(m), "what a client writes there is refused, conflict or not");
        break;
    default:
        break;
    }
}

/* Of a rule without a unit. */
static void put_rule_more(struct sentence *s, const struct dwr_table *table,
                          const struct dwr_rule *rule, bool several)
{
    put_more(&(struct more){ s, "; ", NULL }, table, rule, several);
}

/* --- units --- */

static void put_rule_of(struct sentence *s, const struct dwr_table *table,
                        const struct dwr_unit *unit, const struct dwr_rule *rule)
{
    if (!table && words_settles_itself(unit, rule))
        say(s, "the rule settles it");
    else
        put_rule(s, table, rule, unit->field_count > 1);
}

static bool is_of_a_side(const struct dwr_rule *rule)
{
    return rule->kind == DWR_RULE_SERVER_WINS || rule->kind == DWR_RULE_CLIENT_WINS;
}

/* "; otherwise the client's" is short for a whole clause where the one before was of its shape. */
static void put_otherwise(struct sentence *s, const struct dwr_table *table,
                          const struct dwr_unit *unit, const struct dwr_rule *rule)
{
    say(s, "; otherwise ");
    if (rule->when)
        say(s, "if %c, ", rule->when, WORDS_OF_MERGE);
    else if (is_of_a_side(rule) && is_of_a_side(rule - 1)) {
        say(s, rule->kind == DWR_RULE_SERVER_WINS ? "the server's" : "the client's");
        return;
    }
    put_rule_of(s, table, unit, rule);
}

static void put_in_brackets(struct sentence *s, const struct dwr_table *table,
                            const struct dwr_unit *unit, const struct dwr_rule *rule)
{
    struct more more = { s, " (", unit };

    put_more(&more, table, rule, unit->field_count > 1);
    if (more.next[0] == ';')
        say(s, ")");
}

static void put_rules(struct sentence *s, const struct dwr_table *table,
                      const struct dwr_unit *unit)
{
    struct more more = { s, "; ", unit };

    put_rule_of(s, table, unit, &unit->rules[0]);
    if (unit->rule_count == 1) {
        put_more(&more, table, &unit->rules[0], unit->field_count > 1);
        return;
    }
    put_in_brackets(s, table, unit, &unit->rules[0]);
    say(s, " if %c", unit->rules[0].when, WORDS_OF_MERGE);
    for (uint32_t i = 1; i < unit->rule_count; i++) {
        put_otherwise(s, table, unit, &unit->rules[i]);
        put_in_brackets(s, table, unit, &unit->rules[i]);
    }
}

struct dwr_str words_unit(const struct words *w, const struct dwr_table *table,
                          const struct dwr_unit *unit)
{
    struct sentence s;

    say_begin(&s, w);
    if (unit->field_count > 1)
        say(&s, "decided as one: ");
    put_rules(&s, table, unit);
    return say_sentence(&s);
}

struct dwr_str words_clause(const struct words *w, const struct dwr_table *table,
                            const struct dwr_unit *unit)
{
    struct sentence s;

    say_begin(&s, w);
    put_rules(&s, table, unit);
    say(&s, ".");
    return say_end(&s);
}

struct dwr_str words_rule(const struct words *w, const struct dwr_table *table,
                          const struct dwr_rule *rule, bool several)
{
    struct sentence s;

    say_begin(&s, w);
    put_rule(&s, table, rule, several);
    put_rule_more(&s, table, rule, several);
    return say_sentence(&s);
}

/* --- fields without a rule of their own --- */

bool words_unit_is_said(const struct dwr_doctype *d, const struct dwr_unit *unit)
{
    return unit->rules[0].at.p != d->at.p;
}

bool words_has_others(const struct dwr_doctype *d)
{
    for (uint32_t u = 0; u < d->unit_count; u++)
        if (words_unit_is_said(d, &d->units[u]))
            return true;
    return d->table_count > 0;
}

struct dwr_str words_free(const struct words *w)
{
    const struct dwr_doctype *d = w->doctype;
    const bool other = words_has_others(d), one = d->free_together;
    struct sentence s;

    say_begin(&s, w);
    if (d->free_rule.kind == DWR_RULE_BRANCH)
        say(&s, "the document is decided as one: ");
    else if (one)
        say(&s,
            other ? "all other fields are decided as one: " : "all fields are decided as one: ");
    else
        say(&s, other ? "every other field is decided alone: " : "every field is decided alone: ");
    put_rule(&s, NULL, &d->free_rule, one);
    put_rule_more(&s, NULL, &d->free_rule, one);
    return say_sentence(&s);
}

/* --- a field, whatever it is --- */

/* The others of its unit: "decided as one with b and c: ". */
static void put_company(struct sentence *s, const struct dwr_unit *unit, uint16_t field)
{
    uint16_t *others = arena_array(s->w->arena, unit->field_count, sizeof *others), n = 0;

    for (uint32_t i = 0; i < unit->field_count; i++)
        if (unit->fields[i] != field)
            others[n++] = unit->fields[i];
    if (n > 0)
        say(s, "decided as one with %l: ", (const struct dwr_table *)NULL, others, (unsigned)n);
}

static struct dwr_str field_of_unit(const struct words *w, uint16_t field)
{
    const struct dwr_unit *unit = &w->doctype->units[w->doctype->names.v[field].index];
    struct sentence s;

    say_begin(&s, w);
    put_company(&s, unit, field);
    put_rules(&s, NULL, unit);
    return say_sentence(&s);
}

static struct dwr_str field_of_table(const struct words *w, uint16_t field)
{
    const struct dwr_table *table = &w->doctype->tables[w->doctype->names.v[field].index];
    const struct words_lines lines = words_table(w, table);
    struct sentence s;

    say_begin(&s, w);
    for (uint32_t i = 0; i < lines.count; i++)
        say(&s, i > 0 ? " %t" : "%t", lines.v[i].text);
    return say_end(&s);
}

static struct dwr_str alone(const struct words *w, uint16_t field)
{
    const struct dwr_name *name = &w->doctype->names.v[field];

    switch (name->role) {
    case DWR_NAME_UNIT:
        return field_of_unit(w, field);
    case DWR_NAME_TABLE:
        return field_of_table(w, field);
    case DWR_NAME_META:
        return said(w, "Belongs to the sync layer: the server's value stands and a client's is "
                       "ignored.");
    case DWR_NAME_COUNT:
        return said(w, "The number of rows of %f; what a client writes there is ignored.",
                    (unsigned)w->doctype->tables[name->index].field);
    case DWR_NAME_VERSION:
        return said(w, "One more on every change of the document; what a client writes there is "
                       "ignored.");
    default:
        return words_free(w);
    }
}

/* Does the lock hold for the field too? (4) */
static bool is_locked(const struct dwr_doctype *d, uint16_t field)
{
    const uint8_t role = d->names.v[field].role;

    for (uint32_t i = 0; i < d->lock_except_count; i++)
        if (d->lock_except[i] == field)
            return false;
    return d->lock && (role == DWR_NAME_UNIT || role == DWR_NAME_TABLE || role == DWR_NAME_FREE);
}

struct dwr_str words_field(const struct words *w, uint16_t field)
{
    const struct dwr_str text = alone(w, field);

    if (!is_locked(w->doctype, field))
        return text;
    return said(w, "%t Locked if %c: then what a client writes is refused.", text, w->doctype->lock,
                WORDS_OF_MERGE);
}
