/* import_tables.c - the child tables of a DocType: what its own dictionary and the one of child
 * tables say of them. */
#include <string.h>

#include "import_parts.h"
#include "str.h"

/* A table as the DocType's own dictionary and the one of child tables speak of it. */
struct table {
    struct dwr_str field;
    struct span place;               /* where it is named */
    struct import_node *own, *rules; /* NULL: not there */
};

/* A string's list is itself; behind it stand other members. */
static const struct import_node *next_name(const struct import_node *name)
{
    return name->name.p ? NULL : name->next;
}

static bool same_names(const struct import_node *a, const struct import_node *b)
{
    for (; a && b && str_same(a->text, b->text); a = next_name(a), b = next_name(b))
        ;
    return !a && !b;
}

/* What both say of a table: the dictionary of child tables stands, where they differ that is told.
 */
static const struct import_node *of_table(struct import *im, const struct table *t,
                                          const char *name)
{
    const struct import_node *own = t->own ? import_names(im, t->own, name) : NULL;
    const struct import_node *rules = t->rules ? import_names(im, t->rules, name) : NULL;

    if (own && rules && !same_names(own, rules))
        import_comment(im,
                       "The DocType's own dictionary says %s %.*s; the one of child tables, "
                       "which speaks of rows, stands.",
                       name, (int)own->text.n, own->text.p);
    return rules ? rules : own;
}

static void put_key(struct import *im, const struct table *t)
{
    const struct import_node *key = of_table(im, t, "dedup_key");

    if (!key) {
        import_comment(
            im, "The dictionary names no key: the name that the framework gives a row. A row "
                "without one is kept unless it is equal to another.");
        import_put(im, "key name;\n");
        return;
    }
    import_put(im, "key ");
    for (; key; key = next_name(key)) {
        import_mark(im, key->span);
        import_put_name(im, key->text);
        import_put(im, next_name(key) ? ", " : ";\n");
    }
}

/* Rows stand in the order of one member. */
static void put_order(struct import *im, const struct table *t)
{
    const struct import_node *order = of_table(im, t, "order_by");

    if (!order)
        return;
    if (next_name(order)) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, next_name(order)->span,
                 "rows are ordered by one member: '%.*s' is a second",
                 (int)next_name(order)->text.n, next_name(order)->text.p);
        return;
    }
    import_put(im, "order_by ");
    import_put_name(im, order->text);
    import_put(im, ";\n");
}

static void put_same_key(struct import *im, const struct table *t, bool append_only)
{
    static const char *const words[] = { "server_wins",     "client_wins", "first_write_wins",
                                         "last_write_wins", "keep_both",   "manual" };
    const struct dwr_str said =
        t->rules ? import_string(im, t->rules, "conflict_on_same_key") : (struct dwr_str){ 0 };

    if (str_is(said, "sum_quantities") || str_is(said, "sum")) {
        import_comment(im, "Which members are quantities the dictionary does not say: qty.");
        import_put(im, "on_same_key sum(qty);\n");
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (said.p && str_is(said, words[i])) {
            import_put(im, "on_same_key ");
            import_put(im, words[i]);
            import_put(im, ";\n");
            return;
        }
    if (said.p) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, import_member(t->rules, "conflict_on_same_key")->span,
                 "'%.*s' is no rule for two rows of one key", (int)said.n, said.p);
    } else if (append_only) {
        import_mark(im, t->place);
        import_comment(im,
                       "Two rows of one key: rows are never changed here, so the first stands.");
        import_put(im, "on_same_key first_write_wins;\n");
    } else {
        import_mark(im, t->place);
        import_comment(im, "Two rows of one key: the dictionary does not say; both are kept.");
        import_put(im, "on_same_key keep_both;\n");
    }
}

/* Unions are what child tables are merged by anyway. */
static void expect_union(struct import_node *object, const char *name)
{
    struct import_node *node = import_member(object, name);

    if (node && node->kind == IMPORT_STRING && node->text.n >= 5 &&
        memcmp(node->text.p, "union", 5) == 0)
        node->used = true;
}

static void put_table(struct import_doctype *d, const struct table *t)
{
    struct import *im = d->im;
    struct import_node field = { .text = t->field, .span = t->place };

    if (!import_is_new(d, &field, (struct dwr_str)DWR_STR("child_table")))
        return;
    import_mark(im, t->place);
    import_put(im, "child ");
    import_put_name(im, t->field);
    import_put(im, " {\n");
    put_key(im, t);
    put_order(im, t);
    put_same_key(im, t, str_is(d->strategy, "append_only"));
    expect_union(t->own, "merge_behavior");
    expect_union(t->rules, "merge_strategy");
    import_leftovers(im, t->rules);
    import_put(im, "}\n");
}

/* The tables of a DocType: of its own dictionary (one), and of the dictionary of child tables (an
 * object, or several in an array). */
void import_tables(struct import_doctype *d)
{
    struct import *im = d->im;
    struct import_node *rules = NULL, *n;
    struct dwr_str own = import_string(im, d->node, "child_table");

    for (n = im->children ? im->children->first : NULL; n; n = n->next)
        if (n->name.n == d->name.n && memcmp(n->name.p, d->name.p, n->name.n) == 0)
            rules = n;
    if (rules)
        rules->used = true;
    n = rules && rules->kind == IMPORT_ARRAY ? rules->first : rules;
    for (; n; n = rules->kind == IMPORT_ARRAY ? n->next : NULL) {
        struct table t = { .rules = n };

        if (n->kind != IMPORT_OBJECT) {
            diag_add(im->diag, DIAG_IMPORT_VALUE, n->span, "%s, not the rules of a child table",
                     import_kind_word(n->kind));
            continue;
        }
        t.field = import_string(im, n, "child_field");
        t.place = t.field.p ? import_member(n, "child_field")->span : n->span;
        if (!t.field.p) {
            t.field = import_string(im, n, "child_table");
            t.place = t.field.p ? import_member(n, "child_table")->span : n->span;
        }
        if (!t.field.p) {
            diag_add(im->diag, DIAG_IMPORT_VALUE, n->span, "which table? There is no child_field");
            continue;
        }
        if (own.p && own.n == t.field.n && memcmp(own.p, t.field.p, own.n) == 0) {
            t.own = d->node;
            own.p = NULL;
        }
        put_table(d, &t);
    }
    if (own.p)
        put_table(d, &(struct table){ .field = own,
                                      .place = import_member(d->node, "child_table")->span,
                                      .own = d->node });
}
