/* lsp_names.c - every place of the rules where a field, a row member or a DocType is named, the
 * documents of the tests included. */
#include <string.h>

#include "json_name.h"
#include "lsp/lsp.h"
#include "str.h"

struct walk {
    struct arena *arena;
    const struct ast_ruleset *ast;
    struct lsp_names *names;
    struct dwr_str doctype, table; /* whose fields, whose members */
    const struct ast_stmt *stmt;
    bool decides;
    const struct ast_block *of; /* the DocType's block: where its child tables stand; or NULL */
};

static struct lsp_name *add(struct walk *w, enum lsp_role role, struct span span,
                            struct dwr_str text, bool json, bool head)
{
    struct lsp_names *names = w->names;

    if (names->count == names->capacity) {
        const uint32_t capacity = names->capacity == 0 ? 256 : names->capacity * 2;

        names->v = arena_grow(w->arena, names->v, names->capacity, capacity, sizeof *names->v);
        names->capacity = capacity;
    }
    names->v[names->count++] = (struct lsp_name){
        .role = role,
        .span = span,
        .text = text,
        .doctype = role == LSP_DOCTYPE ? text : w->doctype,
        .table = role == LSP_MEMBER ? w->table : (struct dwr_str){ NULL, 0 },
        .decides = w->decides,
        .json = json,
        .head = head,
        .statement = w->stmt->span,
        .statement_kind = w->stmt->kind,
    };
    return &names->v[names->count - 1];
}

static void name(struct walk *w, const struct ast_name *n)
{
    if (n->text.p != NULL)
        add(w, w->table.p != NULL ? LSP_MEMBER : LSP_FIELD, n->span, n->text, false, false);
}

static void doctype_name(struct walk *w, const struct ast_name *n)
{
    if (n->text.p != NULL)
        add(w, LSP_DOCTYPE, n->span, n->text, false, false);
}

static void names_of(struct walk *w, const struct ast_names *list, bool together)
{
    for (uint32_t i = 0; i < list->count; i++)
        add(w, w->table.p != NULL ? LSP_MEMBER : LSP_FIELD, list->v[i].span, list->v[i].text, false,
            together && i == 0);
}

static void condition(struct walk *w, const struct ast_cond *c)
{
    const struct ast_operand *operands[2];

    if (c == NULL)
        return;
    condition(w, c->a);
    condition(w, c->b);
    if (c->op == DWR_COND_AND || c->op == DWR_COND_OR || c->op == DWR_COND_NOT ||
        c->op == DWR_COND_CREATED)
        return;
    operands[0] = &c->left;
    operands[1] = &c->right;
    for (int i = 0; i < 2; i++) {
        const struct ast_operand *o = operands[i];

        if (o->field.text.p != NULL && (o->side == DWR_SIDE_BASE || o->side == DWR_SIDE_SERVER ||
                                        o->side == DWR_SIDE_CLIENT || o->side == DWR_SIDE_DOC))
            add(w, LSP_FIELD, o->field.span, o->field.text, false, o->side == DWR_SIDE_DOC);
    }
}

static void moment(struct walk *w, const struct ast_moment *m)
{
    name(w, &m->field);
    name(w, &m->time);
}

/* --- the documents of tests: the source's own text, which the parser has found to be JSON --- */

struct json {
    struct walk *w;
    const char *text;
    uint32_t at, end, source;
};

/* White space, commas and comments. */
static void skip_space(struct json *j)
{
    while (j->at < j->end) {
        const char c = j->text[j->at];

        if (c == '/' && j->at + 1 < j->end && j->text[j->at + 1] == '/')
            while (j->at < j->end && j->text[j->at] != '\n')
                j->at++;
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':')
            j->at++;
        else
            return;
    }
}

/* A string; its span, quotes included. */
static struct span string(struct json *j)
{
    struct span span = { j->source, j->at++, 0 };

    while (j->at < j->end && j->text[j->at] != '"')
        j->at += j->text[j->at] == '\\' ? 2 : 1;
    j->at = j->at < j->end ? j->at + 1 : j->end;
    span.end = j->at;
    return span;
}

static const struct ast_child *child_of(const struct walk *w, struct dwr_str field)
{
    if (w->of == NULL)
        return NULL;
    for (struct ast_stmt *s = w->of->of[AST_CHILD]; s; s = s->same) {
        const struct ast_child *child = AST_AS(ast_child, s);

        if (child->field.text.n == field.n && memcmp(child->field.text.p, field.p, field.n) == 0)
            return child;
    }
    return NULL;
}

static bool is_provisional(const struct walk *w, struct dwr_str field)
{
    for (const struct ast_stmt *s = w->of == NULL ? NULL : w->of->of[AST_RULE]; s; s = s->same) {
        const struct ast_rule *rule = AST_AS(ast_rule, s);

        if (rule->block == NULL || rule->block->of[AST_PROVISIONAL] == NULL)
            continue;
        for (uint32_t i = 0; i < rule->fields.count; i++)
            if (str_same(rule->fields.v[i].text, field))
                return true;
    }
    return false;
}

/* `_f_conflict`, `_server_f` and `_client_f` of an open conflict over f (SEMANTICS 4.3): the place
 * of f in the string. False: it is none of them. */
static bool mark(struct json *j, struct span span)
{
    static const struct {
        const char *before, *behind;
    } marks[] = { { "\"_", "_conflict\"" }, { "\"_server_", "\"" }, { "\"_client_", "\"" } };
    const char *const text = j->text + span.begin;
    const size_t n = span.end - span.begin;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const size_t before = strlen(marks[i].before), behind = strlen(marks[i].behind);
        const struct span inside = { span.source, span.begin + (uint32_t)before,
                                     span.end - (uint32_t)behind };
        struct dwr_str field;

        if (n <= before + behind || memcmp(text, marks[i].before, before) != 0 ||
            memcmp(text + n - behind, marks[i].behind, behind) != 0)
            continue;
        field = json_name(j->w->arena, j->text + inside.begin, inside.end - inside.begin);
        if (!is_provisional(j->w, field))
            continue;
        add(j->w, LSP_FIELD, inside, field, true, false)->part = true;
        return true;
    }
    return false;
}

static void value(struct json *j, bool names, struct dwr_str table);

/* An object; its members' names are fields, or members of the table's rows, where names is said. */
static void object(struct json *j, bool names, struct dwr_str table)
{
    j->at++;
    for (;;) {
        struct dwr_str inside = { NULL, 0 };
        struct span span;
        struct dwr_str text;

        skip_space(j);
        if (j->at >= j->end || j->text[j->at] != '"')
            break;
        span = string(j);
        text = json_name(j->w->arena, j->text + span.begin + 1, span.end - span.begin - 2);
        if (names && (table.p != NULL || !mark(j, span))) {
            j->w->table = table;
            add(j->w, table.p != NULL ? LSP_MEMBER : LSP_FIELD, span, text, true, false);
            j->w->table = (struct dwr_str){ NULL, 0 };
            if (table.p == NULL && child_of(j->w, text) != NULL)
                inside = text;
        }
        skip_space(j);
        value(j, false, inside);
    }
    if (j->at < j->end)
        j->at++;
}

/* table: the value is that child table. */
static void value(struct json *j, bool names, struct dwr_str table)
{
    const char c = j->at < j->end ? j->text[j->at] : '\0';

    if (c == '{') {
        object(j, names, (struct dwr_str){ NULL, 0 });
    } else if (c == '[') {
        j->at++;
        for (skip_space(j); j->at < j->end && j->text[j->at] != ']'; skip_space(j)) {
            if (table.p != NULL && j->text[j->at] == '{')
                object(j, true, table);
            else
                value(j, false, (struct dwr_str){ NULL, 0 });
        }
        j->at += j->at < j->end;
    } else if (c == '"') {
        string(j);
    } else {
        while (j->at < j->end && strchr(" \t\r\n,]}:/", j->text[j->at]) == NULL)
            j->at++;
    }
}

static void document(struct walk *w, const struct ast_value *v)
{
    struct json j = { w, w->ast->sources.v[v->span.source].text, v->span.begin, v->span.end,
                      v->span.source };

    if (v->kind == AST_VALUE_OBJECT)
        value(&j, true, (struct dwr_str){ NULL, 0 });
}

/* --- statements --- */

static void block(struct walk *w, const struct ast_block *b);

static void rule(struct walk *w, const struct ast_rule *r)
{
    w->decides = true;
    names_of(w, &r->fields, r->together);
    w->decides = false;
    condition(w, r->when);
    if (r->block != NULL)
        block(w, r->block);
}

static void child(struct walk *w, const struct ast_child *c)
{
    w->decides = true;
    name(w, &c->field);
    w->decides = false;
    w->table = c->field.text;
    block(w, &c->block);
    w->table = (struct dwr_str){ NULL, 0 };
}

/* What speaks of the document inside a child's block. */
static void of_document(struct walk *w, const struct ast_name *n, const struct ast_cond *when)
{
    const struct dwr_str table = w->table;

    w->table = (struct dwr_str){ NULL, 0 };
    if (n != NULL)
        name(w, n);
    condition(w, when);
    w->table = table;
}

static void on_same_key(struct walk *w, const struct ast_on_same_key *s)
{
    w->decides = true;
    names_of(w, &s->sum, false);
    w->decides = false;
    if (s->block != NULL)
        block(w, s->block);
}

static void no_overlap(struct walk *w, const struct ast_no_overlap *s)
{
    names_of(w, &s->by, false);
    moment(w, &s->from);
    moment(w, &s->to);
    name(w, &s->length);
    condition(w, s->unless);
}

static void current(struct walk *w, const struct ast_current *s)
{
    const struct dwr_str doctype = w->doctype;

    name(w, &s->field);
    name(w, &s->link);
    doctype_name(w, &s->doctype);
    w->doctype = s->doctype.text;
    name(w, &s->target);
    w->doctype = doctype;
    name(w, &s->manual);
}

static void expect(struct walk *w, const struct ast_expect *s)
{
    name(w, &s->field);
    document(w, &s->value);
}

static void statement(struct walk *w, const struct ast_stmt *s)
{
    /* clang-format off */
    switch (s->kind) {
    case AST_RULE:        rule(w, AST_AS(ast_rule, s)); break;
    case AST_CHILD:       child(w, AST_AS(ast_child, s)); break;
    case AST_TOMBSTONE:   block(w, &AST_AS(ast_section, s)->block); break;
    case AST_ON_SAME_KEY: on_same_key(w, AST_AS(ast_on_same_key, s)); break;
    case AST_NO_OVERLAP:  no_overlap(w, AST_AS(ast_no_overlap, s)); break;
    case AST_CURRENT:     current(w, AST_AS(ast_current, s)); break;
    case AST_EXPECT:      expect(w, AST_AS(ast_expect, s)); break;
    case AST_HOLD:        of_document(w, NULL, AST_AS(ast_when, s)->when); break;
    case AST_COUNT_INTO:  of_document(w, &AST_AS(ast_field, s)->field, NULL); break;
    case AST_ORDER_BY:    name(w, &AST_AS(ast_field, s)->field); break;
    case AST_META: case AST_WATCH: case AST_KEY:
        w->decides = s->kind == AST_META;
        names_of(w, &AST_AS(ast_fields, s)->fields, false);
        w->decides = false;
        break;
    case AST_SET: case AST_SOFT_DELETE:
        name(w, &AST_AS(ast_set, s)->field);
        break;
    case AST_LOCK:
        condition(w, AST_AS(ast_lock, s)->when);
        names_of(w, &AST_AS(ast_lock, s)->except, false);
        break;
    case AST_NOTIFY:
        name(w, &AST_AS(ast_notify, s)->field);
        break;
    case AST_LINK:
        names_of(w, &AST_AS(ast_link, s)->fields, false);
        doctype_name(w, &AST_AS(ast_link, s)->doctype);
        condition(w, AST_AS(ast_link, s)->refresh_when);
        break;
    case AST_AS_OF:
        name(w, &AST_AS(ast_as_of, s)->time);
        name(w, &AST_AS(ast_as_of, s)->link);
        doctype_name(w, &AST_AS(ast_as_of, s)->doctype);
        break;
    case AST_EFFECT:
        name(w, &AST_AS(ast_effect, s)->field);
        block(w, &AST_AS(ast_effect, s)->block);
        break;
    case AST_CREATE:
        doctype_name(w, &AST_AS(ast_create, s)->doctype);
        break;
    case AST_PUSH_PRIORITY:
        condition(w, AST_AS(ast_push_priority, s)->when);
        break;
    case AST_ARCHIVE_AFTER:
        condition(w, AST_AS(ast_archive_after, s)->when);
        break;
    case AST_BRANCH:
        name(w, &AST_AS(ast_branch, s)->version_field);
        break;
    case AST_TEST_BASE: case AST_TEST_SERVER: case AST_TEST_CLIENT: case AST_TEST_SERVER_TS:
    case AST_TEST_SERVER_ROLE:
        document(w, &AST_AS(ast_given, s)->value);
        break;
    default:
        break;
    }
    /* clang-format on */
}

static void block(struct walk *w, const struct ast_block *b)
{
    const struct ast_stmt *outer = w->stmt;

    for (const struct ast_stmt *s = b->first; s; s = s->next) {
        /* The key of a rule's block is a member of its elements, which nothing else names. */
        if (outer != NULL && outer->kind == AST_RULE && s->kind == AST_KEY)
            continue;
        w->stmt = s;
        statement(w, s);
    }
    w->stmt = outer;
}

static const struct ast_block *block_of(const struct ast_ruleset *ast, struct dwr_str doctype)
{
    for (struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s; s = s->same) {
        const struct ast_doctype *d = AST_AS(ast_doctype, s);

        if (d->name.text.n == doctype.n && memcmp(d->name.text.p, doctype.p, doctype.n) == 0)
            return &d->block;
    }
    return NULL;
}

struct lsp_names *lsp_names_in(struct arena *arena, const struct ast_ruleset *ast)
{
    struct walk w = { .arena = arena, .ast = ast, .names = ARENA_NEW(arena, struct lsp_names) };

    for (const struct ast_stmt *s = ast->top.first; s; s = s->next) {
        w.stmt = s;
        if (s->kind == AST_DOCTYPE) {
            w.decides = true;
            doctype_name(&w, &AST_AS(ast_doctype, s)->name);
            w.decides = false;
            w.doctype = AST_AS(ast_doctype, s)->name.text;
            w.of = &AST_AS(ast_doctype, s)->block;
            block(&w, w.of);
        } else if (s->kind == AST_TEST) {
            doctype_name(&w, &AST_AS(ast_test, s)->doctype);
            w.doctype = AST_AS(ast_test, s)->doctype.text;
            w.of = block_of(ast, w.doctype);
            block(&w, &AST_AS(ast_test, s)->block);
        } else if (s->kind == AST_DEFAULT) {
            w.doctype = (struct dwr_str){ "", 0 };
            w.of = NULL;
            block(&w, &AST_AS(ast_section, s)->block);
        }
    }
    return w.names;
}

const struct lsp_names *lsp_names(struct lsp_rules *rules)
{
    if (rules->names == NULL)
        rules->names = lsp_names_in(&rules->arena, &rules->c->ast);
    return rules->names;
}

const struct lsp_name *lsp_name_at(const struct lsp_names *names, uint32_t source, uint32_t offset)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (names->v[i].span.source == source && names->v[i].span.begin <= offset &&
            offset <= names->v[i].span.end)
            return &names->v[i];
    return NULL;
}

static bool equal(struct dwr_str a, struct dwr_str b)
{
    return (a.p == NULL) == (b.p == NULL) && str_same(a, b);
}

bool lsp_same(const struct lsp_name *a, const struct lsp_name *b)
{
    return a->role == b->role && equal(a->text, b->text) && equal(a->doctype, b->doctype) &&
           equal(a->table, b->table);
}
