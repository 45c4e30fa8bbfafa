/* slots.c - a date and its time, the start and the end of a slot, in separate units (DW2006): a
 * merge then makes a moment, or a span of time, out of two, which nobody chose (semantics 3.2). */
#include "lint_parts.h"
#include "str.h"

/* --- what belongs together --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where a word begins in a name, the name's length where it does not. Behind a letter only a
 * capital begins one: `visitDate`, but not `update`. */
static size_t word_at(struct dwr_str name, const char *word)
{
    const bool capital = word[0] >= 'A' && word[0] <= 'Z';
    size_t at = 0;

    while (at < name.n) {
        const struct dwr_str rest = { name.p + at, name.n - at };

        at += lint_find(rest, str_of(word));
        if (at == name.n || at == 0 || capital || !is_letter(name.p[at - 1]))
            break;
        at++;
    }
    return at;
}

/* Words of two fields that are otherwise called alike, in the three ways to write them. */
static const struct word_pair {
    const char *from[3], *to[3];
} date_time = { { "date", "Date", "DATE" }, { "time", "Time", "TIME" } }, ends[] = {
    { { "start", "Start", "START" }, { "end", "End", "END" } },
    { { "starts", "Starts", "STARTS" }, { "ends", "Ends", "ENDS" } },
    { { "begin", "Begin", "BEGIN" }, { "end", "End", "END" } },
    { { "begins", "Begins", "BEGINS" }, { "ends", "Ends", "ENDS" } },
    { { "from", "From", "FROM" }, { "to", "To", "TO" } },
};

/* Most names are done with this, and there are many. */
static bool has_letter(struct dwr_str name, char letter)
{
    return memchr(name.p, letter, name.n) || memchr(name.p, letter - 'a' + 'A', name.n);
}

/* The name with the pair's first word made into the second; p NULL: no such word. */
static struct dwr_str counterpart(struct lint *l, struct dwr_str name, const struct word_pair *pair)
{
    struct dwr_str other = { NULL, 0 };

    if (!has_letter(name, pair->from[0][0]) || !lint_has_word(name, pair->from[0]))
        return other;
    for (int i = 0; i < 3 && !other.p; i++) {
        const size_t at = word_at(name, pair->from[i]), n = strlen(pair->from[i]);

        if (at < name.n)
            other = arena_printf(l->arena, "%.*s%s%.*s", (int)at, name.p, pair->to[i],
                                 (int)(name.n - at - n), name.p + at + n);
    }
    return other;
}

/* A field of the document that is not the server's alone to set. */
static bool is_written(const struct lint *l, struct dwr_str field)
{
    const struct schema_field *f = schema_field(l->schema, field);

    return f ? !f->read_only : lint_name(l, field) != NULL;
}

/* Two fields of different units, both of the document's content. */
static bool are_apart(const struct lint *l, struct dwr_str a, struct dwr_str b)
{
    const struct dwr_name *x = lint_name(l, a), *y = lint_name(l, b);
    const bool free_x = !x || x->role == DWR_NAME_FREE, free_y = !y || y->role == DWR_NAME_FREE;

    if ((!free_x && x->role != DWR_NAME_UNIT) || (!free_y && y->role != DWR_NAME_UNIT))
        return false;
    if (free_x && free_y)
        return !l->plan->free_together;
    return free_x || free_y || x->index != y->index;
}

/* --- where, and what to do --- */

static const struct ast_rule *rule_of(const struct lint *l, struct dwr_str field,
                                      const struct ast_name **name)
{
    for (const struct ast_stmt *s = l->block->of[AST_RULE]; s; s = s->same)
        for (uint32_t i = 0; i < AST_AS(ast_rule, s)->fields.count; i++)
            if (str_same(AST_AS(ast_rule, s)->fields.v[i].text, field)) {
                *name = &AST_AS(ast_rule, s)->fields.v[i];
                return AST_AS(ast_rule, s);
            }
    *name = NULL;
    return NULL;
}

static bool takes_units(enum dwr_rule_kind rule)
{
    return rule == DWR_RULE_SERVER_WINS || rule == DWR_RULE_CLIENT_WINS ||
           rule == DWR_RULE_LAST_WRITE_WINS || rule == DWR_RULE_FIRST_WRITE_WINS ||
           rule == DWR_RULE_MANUAL;
}

/* One statement names just these two and nothing else hangs on it: one word makes them a unit. */
static void join(struct lint *l, struct diag_finding *finding, const struct ast_rule *a,
                 const struct ast_rule *b)
{
    struct span at;

    if (!a || a != b || a->together || a->fields.count != 2 || a->when || a->block ||
        a->ranked.count > 0)
        return;
    if (!takes_units(a->rule))
        return;
    at = a->fields.v[0].span;
    at.end = at.begin;
    diag_edit(l->diag, diag_fix(l->diag, finding, true, "make them one unit: together"), at,
              "together ");
}

/* --- the merge --- */

/* A field, and what it is; where nothing says that, what it must be to be part of a slot. */
struct slot_part {
    struct dwr_str field;
    enum lint_kind kind;
};

static struct slot_part slot_part(const struct lint *l, struct dwr_str field,
                                  enum lint_kind otherwise)
{
    const enum lint_kind kind = field.p ? lint_kind_of(l, field) : LINT_UNKNOWN;

    return (struct slot_part){ field, kind == LINT_UNKNOWN ? otherwise : kind };
}

/* The office moves one of the two, the device the other: are both changes in the document? */
static bool mixes(struct lint *l, struct lint_case *c, const struct slot_part *a,
                  const struct slot_part *b)
{
    struct dwr_str old, new_a, new_b;

    *c = lint_case_begin(l);
    lint_values(a->kind, &new_a, &old);
    lint_put(c, a->field, lint_least_value(a->kind), new_a, (struct dwr_str){ NULL, 0 });
    lint_values(b->kind, &old, &new_b);
    lint_put(c, b->field, old, old, new_b);
    if (l->plan->lock)
        lint_assume(l, c, l->plan->lock, false);
    return lint_try(l, c) && str_same(lint_result(c, a->field), new_a) &&
           str_same(lint_result(c, b->field), new_b);
}

/* What may decide the two as one: a rule that one of them has, or what decides them without one. */
static enum dwr_rule_kind common_rule(const struct lint *l, const struct ast_rule *a,
                                      const struct ast_rule *b)
{
    if (a && takes_units(a->rule))
        return a->rule;
    if (b && takes_units(b->rule))
        return b->rule;
    return takes_units(l->plan->free_rule.kind) ? (enum dwr_rule_kind)l->plan->free_rule.kind
                                                : DWR_RULE_SERVER_WINS;
}

static void belong_together(struct lint *l, const struct slot_part *part_a,
                            const struct slot_part *part_b)
{
    const struct dwr_str a = part_a->field, b = part_b->field;
    const struct ast_rule *rule_a, *rule_b;
    const struct ast_name *name_a, *name_b;
    struct diag_finding *finding;
    struct lint_case c;

    if (!is_written(l, a) || !is_written(l, b) || !are_apart(l, a, b) ||
        !mixes(l, &c, part_a, part_b))
        return;
    rule_a = rule_of(l, a, &name_a);
    rule_b = rule_of(l, b, &name_b);
    finding = lint_found(l, DIAG_SPLIT_SLOT,
                         name_b   ? name_b->span
                         : name_a ? name_a->span
                                  : lint_free_rule(l)->span,
                         b, "'%.*s' and '%.*s' belong together and are decided apart", LINT_TEXT(a),
                         LINT_TEXT(b));
    if (name_a && name_b && rule_a != rule_b)
        diag_note(l->diag, finding, name_a->span, "'%.*s' is decided here", LINT_TEXT(a));
    diag_help(l->diag, finding, "one rule for both: %s together %.*s, %.*s;",
              ast_rule_word(common_rule(l, rule_a, rule_b)), LINT_TEXT(a), LINT_TEXT(b));
    join(l, finding, rule_a, rule_b);
    lint_show(l, finding, &c,
              "The office changed %.*s while a user who was offline changed %.*s: the "
              "document has the one's and the other's, which nobody chose.",
              LINT_TEXT(a), LINT_TEXT(b));
    lint_kept(l, finding, a, lint_result(&c, a), "the office's");
    lint_kept(l, finding, b, lint_result(&c, b), "the user's");
    lint_gone(l, finding, a, lint_cell(&c, a)->base, "what the user saw beside it, and meant");
}

/* --- where to look --- */

static void date_and_time(struct lint *l, struct dwr_str field)
{
    const struct slot_part date = slot_part(l, field, LINT_UNKNOWN);
    struct slot_part time;

    if (date.kind != LINT_DATE)
        return;
    time = slot_part(l, counterpart(l, field, &date_time), LINT_UNKNOWN);
    if (time.kind == LINT_TIME)
        belong_together(l, &date, &time);
}

/* Does the name say what was recorded or counted, each by itself, or who it goes to? */
static bool is_no_slot(struct dwr_str name)
{
    static const char *const words[] = { "actual",    "actually", "clock",   "check",   "punch",
                                         "mail",      "email",    "message", "account", "currency",
                                         "odometer",  "mileage",  "reading", "meter",   "page",
                                         "warehouse", "location", "place",   "address", "city",
                                         NULL };

    return lint_has_one_of(name, words);
}

static bool is_time(enum lint_kind kind)
{
    return kind == LINT_DATE || kind == LINT_TIME || kind == LINT_MOMENT;
}

/* A schema says what a field is; without one, what begins or ends is taken for a moment. */
static struct slot_part slot_end(const struct lint *l, struct dwr_str field)
{
    return slot_part(l, field, l->schema ? LINT_UNKNOWN : LINT_MOMENT);
}

/* The last letters of a name, apart from case, are the word's: what it names is the word's too. */
static bool is_last(struct dwr_str name, const char *word)
{
    const size_t n = strlen(word);
    const struct dwr_str tail = { name.p + (name.n < n ? 0 : name.n - n), n };

    return name.n >= n && lint_has_word(tail, word);
}

static bool is_end_pair(const struct lint *l, const struct slot_part *start,
                        const struct slot_part *end, const struct word_pair *pair)
{
    if (!is_time(start->kind) || !is_time(end->kind) || is_no_slot(start->field))
        return false;
    return lint_kind_of(l, start->field) != LINT_UNKNOWN || is_last(start->field, pair->from[0]);
}

/* The field that ends what this one begins; p NULL: it begins nothing. */
static struct slot_part end_of(struct lint *l, const struct slot_part *start)
{
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct slot_part end = slot_end(l, counterpart(l, start->field, &ends[i]));

        if (end.field.p && is_written(l, end.field) && is_end_pair(l, start, &end, &ends[i]))
            return end;
    }
    return (struct slot_part){ { NULL, 0 }, LINT_UNKNOWN };
}

static void start_and_end(struct lint *l, struct dwr_str field)
{
    const struct slot_part start = slot_end(l, field), end = end_of(l, &start);

    if (end.field.p)
        belong_together(l, &start, &end);
}

static void pairs(struct lint *l, struct dwr_str field)
{
    date_and_time(l, field);
    start_and_end(l, field);
}

/* A slot that no_overlap keeps free: every part of it with its first. */
static void parts_of_slot(struct lint *l, const struct ast_no_overlap *s)
{
    const struct dwr_str from = s->from.field.text, time = counterpart(l, from, &date_time);
    const struct slot_part first =
        slot_part(l, from, s->from.time.text.p ? LINT_DATE : LINT_MOMENT);
    const struct slot_part end = end_of(l, &first);
    const struct slot_part parts[] = {
        slot_part(l, s->from.time.text, LINT_TIME),
        slot_part(l, s->to.field.text, s->to.time.text.p ? LINT_DATE : LINT_MOMENT),
        slot_part(l, s->to.time.text, LINT_TIME),
        slot_part(l, s->length.text, LINT_NUMBER),
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].field.p && !(time.p && str_same(time, parts[i].field)) &&
            !(end.field.p && str_same(end.field, parts[i].field)))
            belong_together(l, &first, &parts[i]);
}

void lint_split_slots(struct lint *l)
{
    for (uint16_t i = 0; i < l->plan->names.count; i++)
        if (!schema_field(l->schema, l->plan->names.v[i].name))
            pairs(l, l->plan->names.v[i].name);
    for (uint32_t i = 0; l->schema && i < l->schema->field_count; i++)
        pairs(l, l->schema->fields[i].name);
    for (const struct ast_stmt *s = l->block->of[AST_NO_OVERLAP]; s; s = s->same)
        parts_of_slot(l, AST_AS(ast_no_overlap, s));
}
