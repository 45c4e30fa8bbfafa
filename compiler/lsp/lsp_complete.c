/* lsp_complete.c - what could stand at the cursor.
 *
 * The text up to the word that is being typed is parsed, and the parser says what it would take
 * next: its own tables know what is legal, whatever the grammar becomes. What the words mean (which
 * fields the DocType has, which DocTypes there are, what a Select may hold) comes from the rule
 * set's last state and the schemas, so that nothing is read anew while somebody types. */
#include <string.h>

#include "dwr.h"
#include "lsp/lsp.h"
#include "str.h"

/* The protocol's kinds of items. */
enum kind {
    KIND_FIELD = 5,
    KIND_CLASS = 7,
    KIND_PROPERTY = 10,
    KIND_VALUE = 12,
    KIND_KEYWORD = 14
};

/* The statement being written, and where. */
struct context {
    struct arena *arena;
    struct out *o;
    uint32_t count;
    const struct lsp_place *place;
    const char *text;
    uint32_t start, end;  /* what an item replaces: a word, or from a quote to the cursor */
    bool quoted;          /* it begins with a quote */
    struct dwr_str range; /* the same as JSON */
    struct parse_hint hint;
    const struct ast_token *tokens;
    uint32_t token_count;
    struct dwr_str doctype, table; /* p NULL: none */
    const struct lsp_names *names;
};

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* --- items --- */

static const char *help_of(struct dwr_str word)
{
    static const struct {
        const char *word, *sentence;
    } help[] = {
#define WORD_HELP(w, s) { w, s },
#include "lsp/word_help.def"
#undef WORD_HELP
    };

    for (size_t i = 0; i < sizeof help / sizeof *help; i++)
        if (strlen(help[i].word) == word.n && memcmp(help[i].word, word.p, word.n) == 0)
            return help[i].sentence;
    return NULL;
}

const char *lsp_word_help(struct dwr_str word)
{
    return help_of(word);
}

/* text goes in as it is; sort puts items into groups, the lowest first. */
static void item(struct context *c, struct dwr_str label, struct dwr_str text, enum kind kind,
                 char sort, const char *detail)
{
    struct out *o = c->o;

    if (c->count++ > 0)
        out_char(o, ',');
    out_lit(o, "{\"label\":");
    lsp_put_text(o, label);
    out_lit(o, ",\"kind\":");
    out_number(o, kind);
    if (detail != NULL) {
        out_lit(o, ",\"detail\":");
        lsp_put_text(o, (struct dwr_str){ detail, strlen(detail) });
    }
    out_lit(o, ",\"sortText\":\"");
    out_char(o, sort);
    out_json_text(o, label);
    out_lit(o, "\",\"filterText\":");
    lsp_put_text(o, text);
    out_lit(o, ",\"textEdit\":{\"range\":");
    out_str(o, c->range);
    out_lit(o, ",\"newText\":");
    lsp_put_text(o, text);
    out_lit(o, "}}");
}

static void keyword(struct context *c, const char *word, char sort)
{
    item(c, str_of(word), str_of(word), KIND_KEYWORD, sort, help_of(str_of(word)));
}

/* A word that some list of ours holds: an outcome, a status. */
static void word_of_list(struct context *c, const char *word)
{
    item(c, str_of(word), str_of(word), KIND_VALUE, '1', NULL);
}

static struct dwr_str quoted(struct context *c, struct dwr_str text)
{
    struct out_memory m;

    out_memory_begin(&m, c->arena);
    lsp_put_text(&m.out, text);
    return out_memory_bytes(&m);
}

static bool plain_name(struct dwr_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!word_char(name.p[i]))
            return false;
    return name.n > 0 && !(name.p[0] >= '0' && name.p[0] <= '9');
}

/* --- the tokens before the cursor --- */

static struct dwr_str token_text(const struct context *c, uint32_t i)
{
    const struct ast_token *t = &c->tokens[i];

    return (struct dwr_str){ c->text + t->begin, t->end - t->begin };
}

static bool token_is(const struct context *c, uint32_t i, const char *word)
{
    const struct dwr_str text = i < c->token_count ? token_text(c, i) : (struct dwr_str){ "", 0 };

    return str_is(text, word);
}

/* How far back the statement's first token is. */
static uint32_t first_token(const struct context *c)
{
    uint32_t i = c->token_count;

    while (i > 0 && !token_is(c, i - 1, ";") && !token_is(c, i - 1, "{") &&
           !token_is(c, i - 1, "}"))
        i--;
    return i;
}

static bool first_is(const struct context *c, const char *word)
{
    return token_is(c, first_token(c), word);
}

static bool last_is(const struct context *c, const char *word)
{
    return c->token_count > 0 && token_is(c, c->token_count - 1, word);
}

/* The name a token is, without its quotes; escapes are left alone, they name nothing we propose. */
static struct dwr_str token_name(const struct context *c, uint32_t i)
{
    struct dwr_str text = token_text(c, i);

    if (text.n >= 2 && text.p[0] == '"')
        text = (struct dwr_str){ text.p + 1, text.n - 2 };
    return text;
}

/* What stands between a block's first word and its '{'. */
static struct dwr_str head_name(const struct context *c, const struct parse_hint_block *block)
{
    struct dwr_str name = { NULL, 0 };

    for (uint32_t i = 0; i < c->token_count; i++)
        if (c->tokens[i].begin >= block->head.end && c->tokens[i].begin < block->open.begin)
            name = token_name(c, i); /* of a test the last one: its DocType */
    return name;
}

static bool head_is(const struct context *c, const struct parse_hint_block *block, const char *word)
{
    return block->head.end - block->head.begin == strlen(word) &&
           memcmp(c->text + block->head.begin, word, strlen(word)) == 0;
}

static void find_blocks(struct context *c)
{
    for (uint32_t i = 0; i < c->hint.block_count; i++) {
        const struct parse_hint_block *block = &c->hint.blocks[i];

        if (head_is(c, block, "doctype") || head_is(c, block, "test"))
            c->doctype = head_name(c, block);
        else if (head_is(c, block, "child"))
            c->table = head_name(c, block);
    }
}

/* --- names --- */

static const struct schema_doctype *schema_of(const struct context *c)
{
    const struct schema_doctype *doctype =
        c->doctype.p == NULL || c->place->rules->c->schemas == NULL
            ? NULL
            : schema_find(c->place->rules->c->schemas, c->doctype);
    const struct schema_field *table;

    if (doctype == NULL || c->table.p == NULL)
        return doctype;
    table = schema_field(doctype, c->table);
    return table == NULL ? NULL : table->rows;
}

/* A name that the rules use; decided: one of its places is a rule's. */
struct known {
    struct dwr_str name;
    bool decided;
};

static bool of_this_block(const struct context *c, const struct lsp_name *n)
{
    return c->table.p == NULL ? n->role == LSP_FIELD && str_same(n->doctype, c->doctype)
                              : n->role == LSP_MEMBER && str_same(n->doctype, c->doctype) &&
                                    str_same(n->table, c->table);
}

static void put_name(struct context *c, struct dwr_str name, bool decided, const char *detail)
{
    const bool bare = plain_name(name) && !c->quoted;

    /* A field that has a rule already seldom gets another one: it comes behind the others. */
    item(c, name, bare ? name : quoted(c, name), KIND_FIELD, decided ? '3' : '2', detail);
}

/* The fields, or the table's row members, that the schema or the rules know. json: as member names
 * of a document. */
static void put_names(struct context *c, bool json)
{
    const struct schema_doctype *schema = schema_of(c);
    struct known *known = arena_array(c->arena, c->names->count + 1, sizeof *known);
    uint32_t count = 0;
    const bool was_quoted = c->quoted;

    c->quoted = c->quoted || json;
    for (uint32_t i = 0; i < c->names->count; i++) {
        const struct lsp_name *n = &c->names->v[i];
        uint32_t k = 0;

        if (!of_this_block(c, n))
            continue;
        while (k < count && !str_same(known[k].name, n->text))
            k++;
        if (k == count)
            known[count++] = (struct known){ n->text, false };
        known[k].decided = known[k].decided || n->decides;
    }
    for (uint32_t i = 0; schema != NULL && i < schema->field_count; i++) {
        const struct schema_field *f = &schema->fields[i];
        bool decided = false;

        for (uint32_t k = 0; k < count; k++)
            decided = decided || (str_same(known[k].name, f->name) && known[k].decided);
        put_name(c, f->name, decided,
                 f->label.p == NULL || f->label.n == 0
                     ? arena_printf(c->arena, "%.*s", (int)f->type.n, f->type.p).p
                     : arena_printf(c->arena, "%.*s: %.*s", (int)f->type.n, f->type.p,
                                    (int)f->label.n, f->label.p)
                           .p);
    }
    for (uint32_t k = 0; k < count; k++)
        if (schema == NULL || schema_field(schema, known[k].name) == NULL)
            put_name(c, known[k].name, known[k].decided, NULL);
    c->quoted = was_quoted;
}

/* The DocTypes of the rules, and of the schemas. fresh: those without rules. */
static void put_doctypes(struct context *c, bool fresh)
{
    const struct schemas *schemas = c->place->rules->c->schemas;
    const struct ast_ruleset *ast = &c->place->rules->c->ast;

    for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s && !fresh; s = s->same) {
        const struct dwr_str name = AST_AS(ast_doctype, s)->name.text;

        item(c, name, quoted(c, name), KIND_CLASS, '1', "DocType");
    }
    for (uint32_t i = 0; schemas != NULL && i < schemas->count; i++) {
        bool ruled = false;

        for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s; s = s->same)
            ruled = ruled || str_same(AST_AS(ast_doctype, s)->name.text, schemas->v[i].name);
        if (!ruled && !(fresh && schemas->v[i].is_table))
            item(c, schemas->v[i].name, quoted(c, schemas->v[i].name), KIND_CLASS, '2',
                 fresh ? "a DocType without rules" : "DocType, without rules");
    }
}

/* The values of the Select field that stands before '=', `becomes`, `in (` … */
static void put_values(struct context *c)
{
    static const char *const between[] = { "=", "!=", "becomes", "in", "not", "(", ",", "ranked" };
    uint32_t i = c->token_count;
    const struct schema_doctype *schema = schema_of(c);
    const struct schema_field *field = NULL;

    while (i > first_token(c) && field == NULL) {
        bool skip = token_text(c, i - 1).p[0] == '"';

        i--;
        for (size_t k = 0; k < sizeof between / sizeof *between; k++)
            skip = skip || token_is(c, i, between[k]);
        if (skip)
            continue;
        if (schema != NULL)
            field = schema_field(schema, token_name(c, i));
        break;
    }
    for (uint32_t k = 0; field != NULL && k < field->select_count; k++)
        item(c, field->select[k], quoted(c, field->select[k]), KIND_VALUE, '1', "value");
}

/* --- what stands where --- */

static void put_operands(struct context *c)
{
    static const char *const sides[] = { "server", "client", "base" };
    static const char *const roles[] = { "server_role", "client_role", "client_user" };
    /* Rules, lock and hold are asked while merging: there a field has a side. */
    const bool sided = !first_is(c, "link") && !first_is(c, "no_overlap") &&
                       !first_is(c, "archive_after") && !first_is(c, "push_priority") &&
                       !first_is(c, "notify") && !first_is(c, "effect");

    if (sided) {
        for (size_t i = 0; i < 3; i++)
            item(c, str_of(sides[i]), arena_printf(c->arena, "%s.", sides[i]), KIND_KEYWORD, '1',
                 help_of(str_of(sides[i])));
        for (size_t i = 0; i < 3; i++)
            keyword(c, roles[i], '1');
    }
    if (c->hint.condition)
        keyword(c, "not", '4');
    if (c->hint.condition && first_is(c, "push_priority"))
        keyword(c, "created", '1');
    put_names(c, false);
}

static void put_words_of_tests(struct context *c)
{
    static const char *const ops[] = { "insert", "update", "delete", "undelete" };

    if (first_is(c, "op"))
        for (size_t i = 0; i < 4; i++)
            word_of_list(c, ops[i]);
    else if (token_is(c, first_token(c) + 1, "outcome"))
        for (int i = DWR_OUTCOME_SAME; i <= DWR_OUTCOME_HELD; i++)
            word_of_list(c, dwr_outcome_name((enum dwr_outcome)i));
    else if (token_is(c, first_token(c) + 1, "code"))
        for (int i = DWR_CODE_NONE + 1; i <= DWR_CODE_DELETED; i++)
            word_of_list(c, dwr_code_name((enum dwr_code)i));
}

/* The types of notification that the DocType has; with_built_in: and those that every one has. */
static void put_types(struct context *c, bool with_built_in)
{
    static const char *const built_in[] = { "client_change_overridden",
                                            "manual_resolution_required", "branch_created" };
    const struct ast_ruleset *ast = &c->place->rules->c->ast;

    for (size_t i = 0; with_built_in && i < sizeof built_in / sizeof *built_in; i++)
        word_of_list(c, built_in[i]);
    for (const struct ast_stmt *s = ast->top.of[AST_DOCTYPE]; s; s = s->same) {
        const struct ast_doctype *d = AST_AS(ast_doctype, s);

        if (!str_same(d->name.text, c->doctype))
            continue;
        for (const struct ast_stmt *n = d->block.of[AST_NOTIFY]; n; n = n->same)
            if (!AST_AS(ast_notify, n)->conflict)
                item(c, AST_AS(ast_notify, n)->type.text, AST_AS(ast_notify, n)->type.text,
                     KIND_VALUE, '1', NULL);
    }
}

static bool in_document(const struct context *c)
{
    const struct parse_hint_block *block =
        c->hint.block_count == 0 ? NULL : &c->hint.blocks[c->hint.block_count - 1];

    return block != NULL && head_is(c, block, "test") && c->hint.string && !c->hint.name &&
           !c->hint.value && (last_is(c, "{") || last_is(c, ","));
}

/* A row of which table: `"parts_used": [ {` before the cursor. */
static void find_table(struct context *c)
{
    uint32_t depth = 0, i = c->token_count;

    for (; i > 0; i--) {
        if (token_is(c, i - 1, "]") || token_is(c, i - 1, "}"))
            depth++;
        else if ((token_is(c, i - 1, "[") || token_is(c, i - 1, "{")) && depth > 0)
            depth--;
        else if (token_is(c, i - 1, "["))
            break;
        else if (token_is(c, i - 1, "{") && (i < 2 || !token_is(c, i - 2, "[")) && depth == 0 &&
                 !(i >= 2 && token_is(c, i - 2, ",")))
            return;
    }
    if (i >= 3 && token_is(c, i - 2, ":"))
        c->table = token_name(c, i - 3);
}

static bool rule_word_before(const struct context *c)
{
    static const char *const words[] = {
#define RULE(NAME, word, arity, section) #word,
#include "rule_kinds.def"
#undef RULE
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (last_is(c, words[i]))
            return c->token_count == first_token(c) + 1;
    return false;
}

static void propose(struct context *c)
{
    const struct parse_hint *hint = &c->hint;

    if (in_document(c)) {
        find_table(c);
        put_names(c, true);
        return;
    }
    if (hint->name && !hint->string) {
        put_words_of_tests(c);
        if (last_is(c, "notify"))
            keyword(c, "conflict", '1');
        if (last_is(c, "notify") || last_is(c, "notification"))
            put_types(c, last_is(c, "notification"));
        return;
    }
    if (hint->condition || hint->operand) {
        if (hint->operand)
            put_values(c);
        if (!c->quoted)
            put_operands(c);
        return;
    }
    if (hint->name) {
        if (rule_word_before(c) && !c->quoted)
            keyword(c, "together", '1');
        put_names(c, false);
        return;
    }
    if (hint->value)
        put_values(c);
    else if (hint->string && last_is(c, "doctype"))
        put_doctypes(c, true);
    else if (hint->string && (last_is(c, "for") || last_is(c, "->") || last_is(c, "create")))
        put_doctypes(c, false);
    if (c->quoted)
        return;
    if (hint->status)
        for (int i = DWR_SUCCESS; i <= DWR_REJECTED; i++)
            word_of_list(c, dwr_status_name((enum dwr_status)i));
    for (uint32_t i = 0; i < hint->word_count; i++)
        keyword(c, hint->words[i], '2');
}

/* Where the word, or the string, under the cursor begins; false: the cursor is in a comment. */
static bool find_start(struct context *c)
{
    uint32_t line = c->end, at;
    bool in_string = false;

    while (line > 0 && c->text[line - 1] != '\n')
        line--;
    for (at = line; at < c->end; at++) {
        if (in_string && c->text[at] == '\\') {
            at++;
        } else if (c->text[at] == '"') {
            in_string = !in_string;
            c->start = at;
        } else if (!in_string && c->text[at] == '/' && at + 1 < c->end && c->text[at + 1] == '/') {
            return false;
        }
    }
    c->quoted = in_string;
    if (in_string)
        return true;
    c->start = c->end;
    while (c->start > line && word_char(c->text[c->start - 1]))
        c->start--;
    return true;
}

static struct dwr_str range_of(const struct context *c)
{
    struct source source = { .text = c->place->document->text,
                             .size = (uint32_t)c->place->document->size };
    struct sources sources = { &source, 1, 1 };
    struct out_memory m;

    out_memory_begin(&m, c->arena);
    lsp_put_range(&m.out, c->arena, &sources, (struct span){ 0, c->start, c->end });
    return out_memory_bytes(&m);
}

void lsp_complete(struct lsp *lsp, const cJSON *params, struct out *o, struct lsp_failure *failure)
{
    struct lsp_place place;
    struct context c = { .arena = lsp->arena, .o = o, .place = &place };
    struct parse_options options = { .keep_tokens = true, .hint = &c.hint, .threads = 1 };
    struct ast_ruleset ast = { .threads = 0 };
    struct diag diag;

    if (!lsp_place(lsp, params, &place, false, failure))
        return;
    c.text = place.document->text;
    c.end = place.offset;
    out_lit(o, "{\"isIncomplete\":false,\"items\":[");
    if (find_start(&c)) {
        diag_init(&diag, lsp->arena, &ast.sources);
        parse_text(lsp->arena, &ast, &diag, "completion", c.text, c.start, &options);
        if (c.hint.reached) {
            c.tokens = ast.files[0].tokens.v;
            c.token_count = ast.files[0].tokens.count;
            c.range = range_of(&c);
            find_blocks(&c);
            c.names = lsp_names(place.rules);
            propose(&c);
        }
    }
    out_lit(o, "]}");
}
