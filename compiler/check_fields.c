/* check_fields.c - fields and their rules: which unit a field is in, what decides it, and that it
 * is one thing only. The same for the members of rows (on_same_key fields { … }). */
#include "check_parts.h"
#include "str.h"

static const char *const use_words[] = {
    [USE_NAMED] = "named",
    [USE_META] = "a field of the sync layer",
    [USE_RULE] = "a field with a rule",
    [USE_CHILD] = "a child table",
    [USE_COUNT] = "a computed field",
    [USE_VERSION] = "the version field",
};

/* Rules that decide one field's value out of its values alone (runtime/rule_kinds.def). */
static bool is_single(enum dwr_rule_kind rule)
{
    enum { ANY, ONE };
    static const unsigned char arity[DWR_RULE_COUNT] = {
#define RULE(NAME, word, fields, section) [DWR_RULE_##NAME] = fields,
#include "../runtime/rule_kinds.def"
#undef RULE
    };

    return arity[rule] == ONE;
}

/* --- what a field is --- */

const struct check_field *check_field_of(const struct check *c, uint32_t symbol)
{
    return c->fields[symbol].stamp == c->field_stamp ? &c->fields[symbol] : NULL;
}

struct check_field *check_touch(struct check_field *fields, uint32_t stamp, uint32_t *count,
                                const struct ast_name *name)
{
    struct check_field *field = &fields[name->symbol];

    if (field->stamp != stamp) {
        *field = (struct check_field){ .stamp = stamp, .use = USE_NAMED, .span = name->span };
        ++*count;
    }
    return field;
}

void check_name(struct check *c, const struct ast_name *name)
{
    check_touch(c->fields, c->field_stamp, &c->field_count, name);
}

void check_names(struct check *c, const struct ast_names *names)
{
    uint32_t i;

    check_list(c, names);
    for (i = 0; i < names->count; i++)
        check_name(c, &names->v[i]);
}

static bool is_sync_name(const struct check *c, const struct ast_name *name)
{
    return c->is_meta[name->symbol] || (name->text.n > 0 && name->text.p[0] == '_');
}

/* A field becomes a table, computed, the version or meta; it is one of these things only. */
static void becomes(struct check *c, const struct ast_name *name, enum check_use use)
{
    struct check_field *field = check_touch(c->fields, c->field_stamp, &c->field_count, name);
    struct diag_finding *finding;

    if (name->text.n == 0)
        return; /* reported: a name is never empty */
    if (is_sync_name(c, name)) {
        diag_add(c->diag, DIAG_SYNC_FIELD, name->span,
                 use == USE_META ? "'%.*s' belongs to the sync layer already"
                                 : "'%.*s' belongs to the sync layer",
                 CHECK_TEXT(name->text));
    } else if (str_is(name->text, "docstatus")) {
        diag_add(c->diag, DIAG_SYNC_FIELD, name->span,
                 "'docstatus' is server_only or has a rule, and is nothing else");
    } else if (field->use != USE_NAMED) {
        finding = diag_add(c->diag, field->use == use ? DIAG_TWICE : DIAG_FIELD_ROLES, name->span,
                           field->use == use ? "'%.*s' is %s already"
                                             : "'%.*s' is %s, and cannot be something else",
                           CHECK_TEXT(name->text), use_words[field->use]);
        diag_note(c->diag, finding, field->span, "here");
    } else {
        field->use = use;
        field->span = name->span;
    }
}

/* --- the units that rules make --- */

static bool names_field(const struct ast_rule *rule, uint32_t symbol)
{
    for (uint32_t i = 0; i < rule->fields.count; i++)
        if (rule->fields.v[i].symbol == symbol)
            return true;
    return false;
}

/* Units have few rules; of very many only so many are looked at. */
enum { GUARDS_MAX = 200 };

/* A rule whose condition rules before it cover never decides. */
static void guard_is_new(struct check *c, const struct check_unit *unit,
                         const struct ast_rule *rule, const struct ast_name *name)
{
    const struct ast_rule *rules[GUARDS_MAX];
    const struct ast_cond *conds[GUARDS_MAX];
    const struct ast_stmt *s = &unit->first->stmt;
    struct diag_finding *finding;
    unsigned count = 0, by = 0;
    bool same = false;

    for (; rule->when != NULL && s != NULL && s != &rule->stmt && count < GUARDS_MAX; s = s->same) {
        const struct ast_rule *before = AST_AS(ast_rule, s);

        if (before->when == NULL || before->fields.count == 0 ||
            before->together != rule->together || !names_field(before, name->symbol))
            continue;
        if (!same)
            by = count;
        same = same || check_same_cond(before->when, rule->when);
        rules[count] = before;
        conds[count++] = before->when;
    }
    if (!same && !check_covered(c, conds, count, rule->when, &by))
        return;
    finding = diag_add(c->diag, same ? DIAG_UNREACHABLE : DIAG_NEVER_REACHED, rule->stmt.word,
                       same ? "this rule of '%.*s' is never reached: one before it has the same "
                              "'when'"
                            : "this rule of '%.*s' is never reached: where its 'when' holds, one "
                              "before it does",
                       CHECK_TEXT(name->text));
    diag_note(c->diag, finding, rules[by]->stmt.word, "this one decides where it holds");
}

/* A rule of `field`'s unit comes after `unit`'s rules: it may, where those have conditions. */
static void follows(struct check *c, struct check_unit *unit, const struct ast_rule *rule,
                    const struct ast_name *name)
{
    struct diag_finding *finding;

    if (unit->last->when == NULL) {
        if (unit->guarded || rule->when != NULL) {
            finding = diag_add(c->diag, DIAG_UNREACHABLE, rule->stmt.word,
                               "this rule of '%.*s' is never reached: one before it has no 'when'",
                               CHECK_TEXT(name->text));
            diag_note(c->diag, finding, unit->last->stmt.word, "this one always decides");
        } else {
            finding = diag_add(c->diag, DIAG_TWO_RULES, name->span, "field '%.*s' has two rules",
                               CHECK_TEXT(name->text));
            diag_note(c->diag, finding, unit->first->stmt.word, "the other one is here");
        }
        return; /* the rule before stays the last, so that each further one is told once */
    }
    guard_is_new(c, unit, rule, name);
    unit->last = rule;
    unit->guarded = true;
}

static void in_two_units(struct check *c, const struct check_field *field,
                         const struct ast_name *name)
{
    struct diag_finding *finding = diag_add(c->diag, DIAG_TWO_UNITS, name->span,
                                            "field '%.*s' is in two units", CHECK_TEXT(name->text));

    diag_note(c->diag, finding, field->span, "here it is in another one");
    diag_help(c->diag, finding,
              "the rules of a unit name the same fields, with 'together' in each");
}

bool check_may_have_rule(struct check *c, const struct check_owner *o, const struct ast_name *name)
{
    const struct check_field *field = &o->fields[name->symbol];
    struct diag_finding *finding;
    bool known = field->stamp == o->stamp;

    if (name->text.n == 0)
        return false;
    if (o->of_rows) {
        /* key and order_by are members whatever they are called */
        if (known && field->use == USE_NAMED)
            return true;
        if (c->is_row_meta[name->symbol] || name->text.p[0] == '_' ||
            (known && field->use == USE_META)) {
            diag_add(c->diag, DIAG_SYNC_FIELD, name->span,
                     "'%.*s' belongs to the sync layer: it is no member of a row",
                     CHECK_TEXT(name->text));
            return false;
        }
        return true;
    }
    if (is_sync_name(c, name)) {
        diag_add(c->diag, DIAG_SYNC_FIELD, name->span, "'%.*s' belongs to the sync layer",
                 CHECK_TEXT(name->text));
        return false;
    }
    if (known && field->use != USE_NAMED && field->use != USE_RULE) {
        finding = diag_add(c->diag, field->use == USE_CHILD ? DIAG_FIELD_ROLES : DIAG_SYNC_FIELD,
                           name->span, "'%.*s' is %s: it has no rule", CHECK_TEXT(name->text),
                           use_words[field->use]);
        diag_note(c->diag, finding, field->span, "here");
        return false;
    }
    return true;
}

/* A unit of one field. */
static void rule_of_field(struct check *c, const struct check_owner *o, const struct ast_rule *rule,
                          const struct ast_name *name)
{
    struct check_field *field;

    if (!check_may_have_rule(c, o, name))
        return;
    field = check_touch(o->fields, o->stamp, o->count, name);
    if (field->use != USE_RULE) {
        field->use = USE_RULE;
        field->span = name->span;
        field->unit = arena_alloc(c->arena, sizeof *field->unit);
        *field->unit = (struct check_unit){ rule, rule, rule->when != NULL };
    } else if (field->unit->first->together && field->unit->first->fields.count > 1) {
        in_two_units(c, field, name);
    } else if (field->unit->last != rule) { /* else it is twice in the list, and that was said */
        follows(c, field->unit, rule, name);
    }
}

/* One unit of all the rule's fields. */
static void rule_of_unit(struct check *c, const struct check_owner *o, const struct ast_rule *rule)
{
    const struct ast_names *names = &rule->fields;
    struct check_unit *unit = NULL;
    uint32_t i, known = 0;
    bool good = true;

    for (i = 0; i < names->count; i++) {
        const struct check_field *field = &o->fields[names->v[i].symbol];

        if (!check_may_have_rule(c, o, &names->v[i])) {
            good = false;
        } else if (field->stamp == o->stamp && field->use == USE_RULE) {
            if (unit == NULL || field->unit == unit)
                known++;
            if (unit == NULL)
                unit = field->unit;
        }
    }
    if (!good)
        return;
    if (unit == NULL) {
        unit = arena_alloc(c->arena, sizeof *unit);
        *unit = (struct check_unit){ rule, rule, rule->when != NULL };
        for (i = 0; i < names->count; i++) {
            struct check_field *field = check_touch(o->fields, o->stamp, o->count, &names->v[i]);

            field->use = USE_RULE;
            field->span = names->v[i].span;
            field->unit = unit;
        }
        return;
    }
    if (known == names->count && unit->first->together &&
        unit->first->fields.count == names->count) {
        follows(c, unit, rule, &names->v[0]);
        return;
    }
    for (i = 0; i < names->count; i++) {
        const struct check_field *field = &o->fields[names->v[i].symbol];

        if (field->stamp == o->stamp && field->use == USE_RULE) {
            in_two_units(c, field, &names->v[i]);
            return;
        }
    }
}

static void last_rule_is_unguarded(struct check *c, const struct ast_block *block)
{
    const struct ast_stmt *s;

    for (s = block->of[AST_RULE]; s != NULL; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);
        uint32_t i;

        for (i = 0; i < rule->fields.count; i++) {
            const struct check_field *field = check_field_of(c, rule->fields.v[i].symbol);
            struct diag_finding *finding;

            if (field == NULL || field->use != USE_RULE || field->unit->last != rule ||
                rule->when == NULL)
                continue;
            finding = diag_add(c->diag, DIAG_GUARDED, rule->fields.v[i].span,
                               "the last rule of '%.*s' has a 'when': nothing decides where it "
                               "does not hold",
                               CHECK_TEXT(rule->fields.v[i].text));
            diag_help(c->diag, finding, "end with a rule of the same field%s without 'when'",
                      rule->together ? "s" : "");
            if (rule->together)
                break;
        }
    }
}

/* --- one rule --- */

static void together_is_of_several(struct check *c, const struct ast_rule *rule)
{
    struct diag_finding *finding;

    if (!rule->together)
        return;
    if (rule->fields.count < 2) {
        finding = diag_add(c->diag, DIAG_TOGETHER, rule->together_span,
                           "'together' joins two fields or more");
        diag_help(c->diag, finding, "leave it out");
    } else if (is_single(rule->rule)) {
        finding = diag_add(c->diag, DIAG_SINGLE, rule->together_span,
                           "'%s' decides single fields, not a unit of %u",
                           ast_rule_word(rule->rule), (unsigned)rule->fields.count);
        diag_help(c->diag, finding, "leave 'together' out");
    }
}

/* A ranked list names values that can be set, each once. */
static void ranks_are_values(struct check *c, const struct ast_rule *rule)
{
    uint32_t i, j;

    check_limit(c, rule->ranked_span, rule->ranked.count, "values");
    for (i = 0; i < rule->ranked.count; i++) {
        const struct ast_value *value = &rule->ranked.v[i];

        if (value->kind != AST_VALUE_STRING && value->kind != AST_VALUE_NUMBER) {
            diag_add(c->diag, DIAG_VALUE, value->span, "a ranked value is a string or a number");
            continue;
        }
        if (value->kind == AST_VALUE_STRING && value->text.n == 2) {
            diag_add(c->diag, DIAG_VALUE, value->span, "the empty string is unset: it has no rank");
            continue;
        }
        /* Lists of ranks are short; a very long one is compared with its neighbours only. */
        for (j = i > 256 ? i - 256 : 0; j < i; j++) {
            const struct ast_value *other = &rule->ranked.v[j];
            struct diag_finding *finding;

            if (other->text.n != value->text.n ||
                memcmp(other->text.p, value->text.p, value->text.n) != 0)
                continue;
            finding = diag_add(c->diag, DIAG_LISTED_TWICE, value->span, "%.*s has two ranks",
                               CHECK_TEXT(value->text));
            diag_note(c->diag, finding, other->span, "first here");
            break;
        }
    }
}

/* set F = VALUE: F is a field like others, and set once. */
static void sets_are_of_plain_fields(struct check *c, const struct check_owner *o,
                                     const struct ast_block *block)
{
    const struct ast_stmt *s;

    c->list_stamp++;
    for (s = block->of[AST_SET]; s != NULL; s = s->same) {
        const struct ast_name *name = &AST_AS(ast_set, s)->field;
        const struct check_field *field;
        struct diag_finding *finding;

        if (c->listed[name->symbol] == c->list_stamp) {
            finding = diag_add(c->diag, DIAG_TWICE, name->span, "'%.*s' is set twice",
                               CHECK_TEXT(name->text));
            diag_note(c->diag, finding, c->listed_at[name->symbol], "first here");
        }
        c->listed[name->symbol] = c->list_stamp;
        c->listed_at[name->symbol] = name->span;
        if (o->of_rows)
            continue;
        check_name(c, name);
        field = check_field_of(c, name->symbol);
        if (is_sync_name(c, name) || (field->use != USE_NAMED && field->use != USE_RULE))
            diag_add(c->diag, DIAG_SYNC_FIELD, name->span, "'%.*s' is %s: it cannot be set",
                     CHECK_TEXT(name->text),
                     use_words[is_sync_name(c, name) ? USE_META : field->use]);
    }
}

/* provisional, watch and set go with manual; key with union and keep_both. */
static void block_is_the_rules(struct check *c, const struct check_owner *o,
                               const struct ast_rule *rule)
{
    static const enum ast_kind once[] = { AST_PROVISIONAL, AST_KEY };
    bool manual = rule->rule == DWR_RULE_MANUAL;
    bool keyed = rule->rule == DWR_RULE_UNION || rule->rule == DWR_RULE_KEEP_BOTH;
    const struct ast_stmt *s;

    if (rule->block == NULL)
        return;
    check_once(c, rule->block, once, sizeof once / sizeof *once);
    for (s = rule->block->first; s != NULL; s = s->next) {
        struct diag_finding *finding;

        if (s->kind == AST_KEY ? keyed : manual)
            continue;
        finding = diag_add(c->diag, DIAG_BLOCK_MEMBER, s->word, "'%s' takes no '%s'",
                           ast_rule_word(rule->rule), ast_kind_word(s->kind));
        diag_help(c->diag, finding, "'%s' goes with %s", ast_kind_word(s->kind),
                  s->kind == AST_KEY ? "union and keep_both" : "manual");
    }
    for (s = rule->block->of[AST_KEY]; s != NULL; s = s->same)
        if (AST_AS(ast_fields, s)->fields.count > 1)
            diag_add(c->diag, DIAG_KEY_MANY, AST_AS(ast_fields, s)->fields.v[1].span,
                     "one member identifies an element");
    for (s = rule->block->of[AST_WATCH]; s != NULL; s = s->same) {
        if (o->of_rows)
            check_list(c, &AST_AS(ast_fields, s)->fields);
        else
            check_names(c, &AST_AS(ast_fields, s)->fields);
    }
    sets_are_of_plain_fields(c, o, rule->block);
}

void check_rule(struct check *c, const struct check_owner *o, const struct ast_rule *rule)
{
    uint32_t i;

    check_list(c, &rule->fields);
    together_is_of_several(c, rule);
    ranks_are_values(c, rule);
    block_is_the_rules(c, o, rule);
    if (rule->together && rule->fields.count > 1) {
        rule_of_unit(c, o, rule);
    } else {
        for (i = 0; i < rule->fields.count; i++)
            rule_of_field(c, o, rule, &rule->fields.v[i]);
    }
    if (rule->when == NULL)
        return;
    if (o->of_rows)
        diag_add(c->diag, DIAG_ROW_WHEN, rule->when->span,
                 "the rules of row members have no conditions");
    else
        check_guard(c, rule->when);
}

/* --- all fields of a DocType --- */

void check_fields(struct check *c, const struct check_scope *scope)
{
    const struct check_owner doctype = { c->fields, c->field_stamp, &c->field_count, false };
    const struct ast_block *block = scope->block;
    const struct ast_stmt *s, *t;
    uint32_t i;

    /* First what a field is, so that a rule before and a rule behind it are told the same. */
    for (s = block->of[AST_META]; s != NULL; s = s->same) {
        check_list(c, &AST_AS(ast_fields, s)->fields);
        for (i = 0; i < AST_AS(ast_fields, s)->fields.count; i++) {
            const struct ast_name *name = &AST_AS(ast_fields, s)->fields.v[i];
            const struct check_field *field = check_field_of(c, name->symbol);

            /* Twice in one list has been said already. */
            if (field == NULL || field->span.begin < s->span.begin)
                becomes(c, name, USE_META);
        }
    }
    for (s = block->of[AST_CHILD]; s != NULL; s = s->same)
        becomes(c, &AST_AS(ast_child, s)->field, USE_CHILD);
    for (s = block->of[AST_BRANCH]; s != NULL; s = s->same)
        if (AST_AS(ast_branch, s)->version_field.text.p != NULL)
            becomes(c, &AST_AS(ast_branch, s)->version_field, USE_VERSION);
    for (s = block->of[AST_CHILD]; s != NULL; s = s->same)
        for (t = AST_AS(ast_child, s)->block.of[AST_COUNT_INTO]; t != NULL; t = t->same)
            becomes(c, &AST_AS(ast_field, t)->field, USE_COUNT);

    for (s = block->of[AST_RULE]; s != NULL; s = s->same)
        check_rule(c, &doctype, AST_AS(ast_rule, s));
    if (!block->broken)
        last_rule_is_unguarded(c, block);
    for (s = block->of[AST_CHILD]; s != NULL; s = s->same)
        check_child(c, scope, AST_AS(ast_child, s));
    for (s = block->of[AST_LOCK]; s != NULL; s = s->same) {
        check_cond(c, AST_AS(ast_lock, s)->when, WHILE_MERGING);
        check_names(c, &AST_AS(ast_lock, s)->except);
    }
    check_limit(c, scope->head, c->field_count, "fields");
}
