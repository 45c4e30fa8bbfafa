/* check_truth.c - whether conditions can hold: comparisons whose answer is known, conditions that
 * never or always hold, rules whose condition others before them cover.
 *
 * A condition looks at a field through equality and order with literals alone. So a field has as
 * many kinds of values as the literals make: unset, each literal, and what lies below, between and
 * above them (SEMANTICS 1.5). All combinations are tried. Whatever else is asked (that a field
 * changes, how two fields compare) is true or false by itself. That is more than there can be, so
 * what holds in none of the combinations holds in no merge; what is not told may still be so.
 *
 * Roles are sets: `client_role = "a" and client_role = "b"` holds for whoever has both. */
#include "check_parts.h"
#include "str.h"

#include "../runtime/core/value.h"

/* More than these, and nothing is said. */
enum { VARIABLES_MAX = 12, LITERALS_MAX = 64, CONDITIONS_MAX = 256 };
#define COMBINATIONS_MAX 20000u

enum variable_kind {
    A_VALUE, /* of a field or user: one of its states */
    A_ROLE,  /* has it, or not: of one literal */
    A_FACT   /* true or false: a comparison by itself */
};

/* A literal among those of a variable. */
struct literal {
    const struct ast_value *value;
    unsigned place; /* in their order: 0 is unset's, then 2, 4, …; between them, 1, 3, … */
    unsigned same;  /* equal literals have one number, from 1; 0: unset */
};

/* One kind of values: where it stands, and which literal it is (OTHER: none). */
struct state {
    unsigned place, same;
};

#define OTHER UINT32_MAX

struct variable {
    enum variable_kind kind;
    const struct ast_operand *operand;
    const struct ast_cond *fact;
    struct literal literals[LITERALS_MAX];
    unsigned literal_count;
    struct state states[3 * LITERALS_MAX + 3];
    unsigned state_count, at;
};

struct truth {
    struct variable *v;
    unsigned count;
    bool too_much;
};

static bool is_role(enum dwr_operand_side side)
{
    return side == DWR_SIDE_SERVER_ROLE || side == DWR_SIDE_CLIENT_ROLE;
}

static bool is_unset(const struct ast_value *value)
{
    return value->kind == AST_VALUE_NULL ||
           (value->kind == AST_VALUE_STRING && str_is(value->text, "\"\""));
}

/* --- a comparison, the field to the left --- */

struct atom {
    enum dwr_cond_op op;
    const struct ast_operand *field;
    const struct ast_value *value; /* NULL: of two fields, or none */
    bool fact;
};

static struct atom atom_of(const struct ast_cond *cond)
{
    const bool two = cond->op >= DWR_COND_EQ && cond->op <= DWR_COND_GE;

    if (cond->op >= DWR_COND_CHANGES)
        return (struct atom){ cond->op, &cond->left, NULL, true };
    if (!two)
        return (struct atom){ cond->op, &cond->left, NULL, false };
    if (cond->left.side == DWR_SIDE_VALUE)
        return (struct atom){ ast_op_turned(cond->op), &cond->right, &cond->left.value, false };
    if (cond->right.side == DWR_SIDE_VALUE)
        return (struct atom){ cond->op, &cond->left, &cond->right.value, false };
    return (struct atom){ cond->op, &cond->left, NULL, true };
}

/* --- variables --- */

static struct variable *add_variable(struct truth *t, enum variable_kind kind,
                                     const struct ast_operand *operand)
{
    struct variable *v;

    if (t->count == VARIABLES_MAX)
        t->too_much = true;
    else
        t->count++;
    v = &t->v[t->count - 1];
    v->kind = kind;
    v->operand = operand;
    v->fact = NULL;
    v->literal_count = v->state_count = v->at = 0;
    return v;
}

static bool same_field(const struct ast_operand *a, const struct ast_operand *b)
{
    const bool named =
        a->side != DWR_SIDE_VALUE && a->side != DWR_SIDE_CLIENT_USER && !is_role(a->side);

    return a->side == b->side && (!named || a->field.symbol == b->field.symbol);
}

static struct variable *variable_of(struct truth *t, const struct ast_operand *operand)
{
    for (unsigned i = 0; i < t->count; i++)
        if (t->v[i].kind != A_FACT && same_field(t->v[i].operand, operand))
            return &t->v[i];
    return NULL;
}

/* `a != b` is the same fact as `a = b`, turned round; so are the orders. */
static bool is_same_fact(const struct ast_cond *a, const struct ast_cond *b)
{
    struct ast_cond x = *a, y = *b;

    x.op = a->op == DWR_COND_NE   ? DWR_COND_EQ
           : a->op == DWR_COND_GE ? DWR_COND_LT
           : a->op == DWR_COND_GT ? DWR_COND_LE
                                  : a->op;
    y.op = b->op == DWR_COND_NE   ? DWR_COND_EQ
           : b->op == DWR_COND_GE ? DWR_COND_LT
           : b->op == DWR_COND_GT ? DWR_COND_LE
                                  : b->op;
    return check_same_cond(&x, &y);
}

static bool is_turned_fact(enum dwr_cond_op op)
{
    return op == DWR_COND_NE || op == DWR_COND_GE || op == DWR_COND_GT;
}

static struct variable *fact_of(struct truth *t, const struct ast_cond *cond)
{
    for (unsigned i = 0; i < t->count; i++)
        if (t->v[i].kind == A_FACT && is_same_fact(t->v[i].fact, cond))
            return &t->v[i];
    return NULL;
}

static void add_literal(struct truth *t, struct variable *v, const struct ast_value *value)
{
    for (unsigned i = 0; i < v->literal_count; i++)
        if (v->literals[i].value->kind == value->kind &&
            str_same(v->literals[i].value->text, value->text))
            return;
    if (v->literal_count == LITERALS_MAX)
        t->too_much = true;
    else
        v->literals[v->literal_count++] = (struct literal){ .value = value };
}

static void add_atom(struct truth *t, const struct ast_cond *cond)
{
    const struct atom atom = atom_of(cond);
    struct variable *v;

    if (atom.fact) {
        if (!fact_of(t, cond)) {
            v = add_variable(t, A_FACT, &cond->left);
            v->fact = cond;
        }
        return;
    }
    v = variable_of(t, atom.field);
    if (!v)
        v = add_variable(t, is_role(atom.field->side) ? A_ROLE : A_VALUE, atom.field);
    if (atom.value)
        add_literal(t, v, atom.value);
    for (uint32_t i = 0; !atom.value && i < cond->values.count; i++)
        add_literal(t, v, &cond->values.v[i]);
}

static void add_cond(struct truth *t, const struct ast_cond *cond)
{
    if (cond->depth > AST_COND_DEPTH_MAX) {
        t->too_much = true;
    } else if (cond->op == DWR_COND_NOT) {
        add_cond(t, cond->a);
    } else if (cond->op == DWR_COND_AND || cond->op == DWR_COND_OR) {
        add_cond(t, cond->a);
        add_cond(t, cond->b);
    } else if (!t->too_much) {
        add_atom(t, cond);
    }
}

/* --- the states of a variable --- */

static struct dwr_text text_of(const struct ast_value *value)
{
    return (struct dwr_text){ value->text.p, value->text.n };
}

/* Counts for each literal what is less, and which is the first that is equal. */
static void place_literals(struct variable *v, struct dwr_scratch *scratch)
{
    for (unsigned i = 0; i < v->literal_count; i++) {
        struct literal *literal = &v->literals[i];

        if (is_unset(literal->value))
            continue;
        literal->place = 2;
        for (unsigned k = 0; k < v->literal_count; k++) {
            const struct ast_value *other = v->literals[k].value;

            if (!is_unset(other) &&
                dwr_value_compare(scratch, text_of(other), text_of(literal->value)) < 0)
                literal->place += 2;
            if (literal->same == 0 &&
                dwr_field_equal(scratch, text_of(other), text_of(literal->value)))
                literal->same = k + 1;
        }
    }
}

static void add_state(struct variable *v, unsigned place, unsigned same)
{
    for (unsigned i = 0; i < v->state_count; i++)
        if (v->states[i].place == place && v->states[i].same == same)
            return;
    v->states[v->state_count++] = (struct state){ place, same };
}

/* Another value may stand in the same place: arrays tie, and one moment is written in many ways. */
static bool may_tie(const struct ast_value *value)
{
    return value->kind == AST_VALUE_ARRAY || value->kind == AST_VALUE_OBJECT ||
           (value->kind == AST_VALUE_STRING && value->text.p[1] >= '0' && value->text.p[1] <= '9');
}

static void find_states(struct variable *v, struct dwr_scratch *scratch)
{
    if (v->kind == A_FACT) {
        v->state_count = 2;
        return;
    }
    if (v->kind == A_ROLE) { /* any of them, and any other */
        v->state_count = v->literal_count < 10 ? 2U << v->literal_count : COMBINATIONS_MAX;
        return;
    }
    place_literals(v, scratch);
    add_state(v, 0, 0);
    add_state(v, 1, OTHER);
    for (unsigned i = 0; i < v->literal_count; i++) {
        const struct literal *literal = &v->literals[i];

        if (is_unset(literal->value))
            continue;
        add_state(v, literal->place, literal->same);
        add_state(v, literal->place - 1, OTHER);
        add_state(v, literal->place + 1, OTHER);
        if (may_tie(literal->value))
            add_state(v, literal->place, OTHER);
    }
}

/* --- asking --- */

static const struct literal *literal_of(const struct variable *v, const struct ast_value *value)
{
    unsigned i = 0;

    while (v->literals[i].value->kind != value->kind ||
           !str_same(v->literals[i].value->text, value->text))
        i++;
    return &v->literals[i];
}

static bool equals(const struct variable *v, const struct ast_value *value)
{
    const struct literal *literal = literal_of(v, value);

    return v->kind == A_ROLE ? (v->at >> (literal - v->literals) & 1) != 0
                             : v->states[v->at].same == literal->same;
}

static bool is_among(const struct variable *v, const struct ast_values *values)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (equals(v, &values->v[i]))
            return true;
    return false;
}

static bool atom_holds(struct truth *t, const struct ast_cond *cond)
{
    const struct atom atom = atom_of(cond);
    const struct variable *v = atom.fact ? fact_of(t, cond) : variable_of(t, atom.field);
    unsigned place;

    if (atom.fact) /* facts are told by the first that was met */
        return (v->at == 1) == (is_turned_fact(cond->op) == is_turned_fact(v->fact->op));
    switch (atom.op) {
    case DWR_COND_IN:
    case DWR_COND_NOT_IN:
        return is_among(v, &cond->values) == (atom.op == DWR_COND_IN);
    case DWR_COND_IS_SET:
    case DWR_COND_IS_NOT_SET:
        return (v->kind == A_ROLE ? v->at != 0 : v->states[v->at].place != 0) ==
               (atom.op == DWR_COND_IS_SET);
    case DWR_COND_EQ:
    case DWR_COND_NE:
        return equals(v, atom.value) == (atom.op == DWR_COND_EQ);
    default:
        break;
    }
    if (v->kind == A_ROLE)
        return true; /* roles have no order, which has been said */
    place = v->states[v->at].place;
    return atom.op == DWR_COND_LT   ? place < literal_of(v, atom.value)->place
           : atom.op == DWR_COND_LE ? place <= literal_of(v, atom.value)->place
           : atom.op == DWR_COND_GT ? place > literal_of(v, atom.value)->place
                                    : place >= literal_of(v, atom.value)->place;
}

static bool holds(struct truth *t, const struct ast_cond *cond)
{
    switch (cond->op) {
    case DWR_COND_AND:
        return holds(t, cond->a) && holds(t, cond->b);
    case DWR_COND_OR:
        return holds(t, cond->a) || holds(t, cond->b);
    case DWR_COND_NOT:
        return !holds(t, cond->a);
    default:
        return atom_holds(t, cond);
    }
}

/* The next combination; false: that was the last. */
static bool next(struct truth *t)
{
    for (unsigned i = 0; i < t->count; i++) {
        if (++t->v[i].at < t->v[i].state_count)
            return true;
        t->v[i].at = 0;
    }
    return false;
}

/* Gathers what the conditions ask; false: too much. */
static bool begin(struct check *c, struct truth *t, const struct ast_cond *const *conds,
                  unsigned count)
{
    uint64_t combinations = 1;
    struct dwr_scratch *scratch;

    if (c->variables == NULL)
        c->variables = arena_zero(c->arena, VARIABLES_MAX * sizeof *t->v);
    *t = (struct truth){ .v = c->variables };
    for (unsigned i = 0; i < count; i++)
        add_cond(t, conds[i]);
    if (t->too_much)
        return false;
    scratch = dwr_scratch_new();
    if (!scratch)
        arena_fail(c->arena);
    for (unsigned i = 0; i < t->count && combinations <= COMBINATIONS_MAX; i++) {
        find_states(&t->v[i], scratch);
        combinations *= t->v[i].state_count;
    }
    dwr_scratch_free(scratch);
    return combinations <= COMBINATIONS_MAX;
}

/* --- comparisons whose answer is known --- */

/* 1: always, -1: never, 0: it depends. */
static int known(const struct ast_cond *cond)
{
    const struct atom atom = atom_of(cond);
    const bool two = cond->op >= DWR_COND_EQ && cond->op <= DWR_COND_GE;

    if (two && cond->left.side != DWR_SIDE_VALUE && same_field(&cond->left, &cond->right))
        return cond->op == DWR_COND_EQ || cond->op == DWR_COND_LE || cond->op == DWR_COND_GE ? 1
                                                                                             : -1;
    if (two && atom.value && is_unset(atom.value))
        return atom.op == DWR_COND_LT ? -1 : atom.op == DWR_COND_GE ? 1 : 0;
    return 0;
}

/* How many have been told. */
static unsigned tell_known(struct check *c, const struct ast_cond *cond, enum diag_code never)
{
    const enum diag_code part = DIAG_DECIDES_NOTHING; /* what one says, the whole need not */
    enum diag_code code;
    int is;

    if (cond->depth > AST_COND_DEPTH_MAX)
        return 0;
    if (cond->op == DWR_COND_NOT)
        return tell_known(c, cond->a, part);
    if (cond->op == DWR_COND_AND || cond->op == DWR_COND_OR)
        return tell_known(c, cond->a, part) + tell_known(c, cond->b, part);
    is = known(cond);
    if (is == 0)
        return 0;
    code = is < 0 ? never : part;
    if (atom_of(cond).value)
        diag_add(c->diag, code, cond->span, "nothing is less than unset: this %s holds",
                 is > 0 ? "always" : "never");
    else
        diag_add(c->diag, code, cond->span, "a field is compared with itself: this %s holds",
                 is > 0 ? "always" : "never");
    return 1;
}

static bool has_known(const struct ast_cond *cond)
{
    if (cond->depth > AST_COND_DEPTH_MAX)
        return false;
    if (cond->op == DWR_COND_NOT)
        return has_known(cond->a);
    if (cond->op == DWR_COND_AND || cond->op == DWR_COND_OR)
        return has_known(cond->a) || has_known(cond->b);
    return known(cond) != 0;
}

/* --- conditions --- */

/* Does it hold in some combination, and not in some? Where that is too much to try, both. */
static void try_all(struct check *c, const struct ast_cond *cond, bool *some, bool *not_all)
{
    struct truth t;

    *some = *not_all = true;
    /* One comparison alone does both, but for those whose answer is known. */
    if (cond->op != DWR_COND_AND && cond->op != DWR_COND_OR && cond->op != DWR_COND_NOT)
        return;
    if (!begin(c, &t, &cond, 1))
        return;
    *some = *not_all = false;
    do {
        if (holds(&t, cond))
            *some = true;
        else
            *not_all = true;
    } while (!(*some && *not_all) && next(&t));
}

bool check_truth(struct check *c, const struct ast_cond *cond, enum diag_code never)
{
    bool some, not_all;

    if (tell_known(c, cond, never) > 0)
        return false;
    try_all(c, cond, &some, &not_all);
    if (!some)
        diag_add(c->diag, never, cond->span,
                 never == DIAG_NEVER_REACHED
                     ? "this rule is never reached: its 'when' contradicts itself"
                     : "this condition never holds: it contradicts itself");
    else if (!not_all)
        diag_add(c->diag, DIAG_DECIDES_NOTHING, cond->span, "this condition always holds");
    return some && not_all;
}

bool check_covered(struct check *c, const struct ast_cond *const *before, unsigned count,
                   const struct ast_cond *cond, unsigned *by)
{
    const struct ast_cond *all[CONDITIONS_MAX];
    bool alone[CONDITIONS_MAX], some = false;
    struct truth t;

    if (count == 0 || count >= CONDITIONS_MAX || has_known(cond))
        return false;
    for (unsigned i = 0; i < count; i++) {
        all[i] = before[i];
        alone[i] = true;
        if (has_known(before[i]))
            return false;
    }
    all[count] = cond;
    if (!begin(c, &t, all, count + 1))
        return false;
    do {
        bool decided = false;

        if (!holds(&t, cond))
            continue;
        some = true;
        for (unsigned i = 0; i < count; i++) {
            const bool it = holds(&t, before[i]);

            decided = decided || it;
            alone[i] = alone[i] && it;
        }
        if (!decided)
            return false;
    } while (next(&t));
    for (*by = 0; *by + 1 < count && !alone[*by];)
        ++*by;
    return some; /* what never holds has been told */
}
