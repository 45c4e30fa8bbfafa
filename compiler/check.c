/* check.c - what parses but means nothing: the rule set as a whole, and each DocType's block.
 *
 * Fields and rules are check_fields.c's, child tables check_tables.c's, conditions check_cond.c's
 * and (whether they hold) check_truth.c's, settings and the statements of the sync service
 * check_service.c's, tests check_tests.c's. */
#include "check_parts.h"
#include "str.h"

#include <stdio.h>

#include "team.h"

/* --- what all parts use --- */

void check_once(struct check *c, const struct ast_block *block, const enum ast_kind *kinds,
                size_t count)
{
    const struct ast_stmt *s;
    size_t i;

    for (i = 0; i < count; i++) {
        if (block->of[kinds[i]] == NULL)
            continue;
        for (s = block->of[kinds[i]]->same; s != NULL; s = s->same) {
            struct diag_finding *finding = diag_add(c->diag, DIAG_TWICE, s->word,
                                                    "'%s' is said twice", ast_kind_word(s->kind));

            diag_note(c->diag, finding, block->of[kinds[i]]->word, "first here");
        }
    }
}

void check_list(struct check *c, const struct ast_names *names)
{
    uint32_t i;

    c->list_stamp++;
    for (i = 0; i < names->count; i++) {
        const struct ast_name *name = &names->v[i];
        struct diag_finding *finding;

        if (c->listed[name->symbol] == c->list_stamp) {
            finding = diag_add(c->diag, DIAG_LISTED_TWICE, name->span,
                               "'%.*s' stands twice in this list", CHECK_TEXT(name->text));
            diag_note(c->diag, finding, c->listed_at[name->symbol], "first here");
            continue;
        }
        c->listed[name->symbol] = c->list_stamp;
        c->listed_at[name->symbol] = name->span;
    }
}

/* The tables count with 16 bits; some places are taken by names that every DocType has. */
#define COUNT_MAX (DWR_NAMES_MAX - 100)

void check_limit(struct check *c, struct span span, uint64_t count, const char *what)
{
    if (count > COUNT_MAX)
        diag_add(c->diag, DIAG_LIMIT, span, "%llu %s: there can be %u", (unsigned long long)count,
                 what, (unsigned)COUNT_MAX);
}

bool check_number(struct check *c, const struct ast_number *number, uint64_t low, uint64_t high)
{
    struct dwr_str text = source_text(&c->ruleset->sources, number->span);

    if (!number->whole)
        diag_add(c->diag, DIAG_RANGE, number->span, "'%.*s' is no whole number", CHECK_TEXT(text));
    else if (number->value < low || number->value > high)
        diag_add(c->diag, DIAG_RANGE, number->span, "'%.*s' is out of range: %llu to %llu",
                 CHECK_TEXT(text), (unsigned long long)low, (unsigned long long)high);
    else
        return true;
    return false;
}

void check_seconds(struct check *c, const struct ast_number *number, uint64_t low)
{
    struct dwr_str text = source_text(&c->ruleset->sources, number->span);

    if (number->value < low || number->value > CHECK_SECONDS_MAX)
        diag_add(c->diag, DIAG_RANGE, number->span, "'%.*s' is out of range: %us to 36500d",
                 CHECK_TEXT(text), (unsigned)low);
}

bool check_word(struct check *c, enum diag_code code, const struct ast_word *word, const char *what,
                const char *const *words)
{
    struct dwr_str candidates[16];
    struct diag_finding *finding;
    size_t count = 0, n = 0;
    char list[256] = "";

    for (; words[count] != NULL; count++) {
        if (str_is(word->text, words[count]))
            return true;
        candidates[count] = (struct dwr_str){ words[count], strlen(words[count]) };
        n += (size_t)snprintf(list + n, sizeof list - n, "%s'%s'",
                              count == 0                 ? ""
                              : words[count + 1] == NULL ? " or "
                                                         : ", ",
                              words[count]);
    }
    finding = diag_add(c->diag, code, word->span, "'%.*s' is no %s; there is %s",
                       CHECK_TEXT(word->text), what, list);
    diag_propose(c->diag, finding, word->span, word->text, candidates, count);
    return false;
}

/* --- the rule set --- */

/* The name becomes the name of files and of C identifiers. */
static void ruleset_name_is_a_file_name(struct check *c)
{
    const struct ast_stmt *s;

    for (s = c->ruleset->top.of[AST_RULESET]; s != NULL; s = s->same) {
        const struct ast_ruleset_name *ruleset = AST_AS(ast_ruleset_name, s);
        struct dwr_str name = ruleset->name.text;
        size_t i;
        bool good = name.n > 0 && name.n <= 100 && name.p[0] != '.' && name.p[0] != '-';

        for (i = 0; i < name.n; i++)
            good = good && ((name.p[i] >= 'a' && name.p[i] <= 'z') ||
                            (name.p[i] >= 'A' && name.p[i] <= 'Z') ||
                            (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '_' ||
                            name.p[i] == '-' || name.p[i] == '.');
        if (!good)
            diag_add(c->diag, DIAG_RULESET_NAME, ruleset->name.span,
                     "the rule set's name is a file's: ASCII letters, digits, '_', '-' and '.', "
                     "at most 100");
        if (ruleset->version.span.begin != ruleset->version.span.end)
            check_number(c, &ruleset->version, 0, UINT64_MAX - 1);
    }
}

static void doctypes_stand_once(struct check *c)
{
    const struct ast_stmt *s;
    uint32_t count = 0;

    for (s = c->ruleset->top.of[AST_DOCTYPE]; s != NULL; s = s->same, count++) {
        const struct ast_doctype *doctype = AST_AS(ast_doctype, s);
        struct check_doctype_place *place = &c->places[doctype->name.symbol];
        struct diag_finding *finding;

        if (place->doctype == NULL) {
            place->doctype = doctype;
            continue;
        }
        finding = diag_add(c->diag, DIAG_DOCTYPE_TWICE, doctype->name.span,
                           "DocType '%.*s' stands twice", CHECK_TEXT(doctype->name.text));
        diag_note(c->diag, finding, place->doctype->name.span, "first here");
    }
    if (count > COUNT_MAX)
        check_limit(c, c->ruleset->top.of[AST_DOCTYPE]->word, count, "DocTypes");
}

/* --- the block of a DocType, and of `default` --- */

static void strategy_is_said(struct check *c, const struct check_scope *scope)
{
    struct diag_finding *finding;

    if (scope->has_strategy || scope->block->broken)
        return;
    finding = diag_add(c->diag, DIAG_STRATEGY, scope->head, "DocType '%.*s' has no strategy",
                       CHECK_TEXT(scope->name));
    diag_help(c->diag, finding, "say how fields without a rule are decided: strategy server_wins;");
}

static bool strategy_takes(enum dwr_strategy strategy, enum ast_kind kind)
{
    switch (kind) {
    case AST_RULE:
    case AST_LOCK:
    case AST_CHILD:
        return strategy != DWR_STRATEGY_VERSION_ALL;
    case AST_OTHERWISE:
        return strategy == DWR_STRATEGY_FIELD_LEVEL;
    case AST_BRANCH:
        return strategy == DWR_STRATEGY_VERSION_ALL || strategy == DWR_STRATEGY_APPEND_ONLY;
    default:
        return true;
    }
}

static void strategy_takes_not(struct check *c, const struct check_scope *scope,
                               const struct ast_stmt *strategy, const struct ast_stmt *s)
{
    struct diag_finding *finding;

    if (scope->is_default && s->kind != AST_OTHERWISE)
        return; /* no statement of `default` anyway */
    finding = diag_add(c->diag, DIAG_NOT_TAKEN, s->word, "the strategy %s takes no '%s'",
                       ast_strategy_word(scope->strategy),
                       s->kind == AST_RULE ? ast_rule_word(AST_AS(ast_rule, s)->rule)
                                           : ast_kind_word(s->kind));
    if (strategy != NULL)
        diag_note(c->diag, finding, AST_AS(ast_strategy, strategy)->span,
                  "the strategy is chosen here");
    if (s->kind == AST_OTHERWISE)
        diag_help(c->diag, finding, "'otherwise' goes with field_level");
}

static void strategy_takes_its_statements(struct check *c, const struct check_scope *scope)
{
    static const enum ast_kind choosy[] = { AST_RULE, AST_LOCK, AST_CHILD, AST_OTHERWISE,
                                            AST_BRANCH };
    const struct ast_stmt *strategy = scope->block->of[AST_STRATEGY], *s;
    size_t i;

    for (i = 0; i < sizeof choosy / sizeof *choosy && scope->has_strategy; i++)
        if (!strategy_takes(scope->strategy, choosy[i]))
            for (s = scope->block->of[choosy[i]]; s != NULL; s = s->same)
                strategy_takes_not(c, scope, strategy, s);
}

/* `default` holds what needs no DocType. */
static void default_holds_its_own(struct check *c, const struct check_scope *scope)
{
    const struct ast_stmt *s;

    for (s = scope->block->first; s != NULL; s = s->next) {
        switch (s->kind) {
        case AST_STRATEGY:
        case AST_OTHERWISE:
        case AST_TOMBSTONE:
        case AST_OFFLINE:
        case AST_PUSH_PRIORITY:
        case AST_META:
        case AST_REASON:
        case AST_HINT:
            break;
        case AST_NOTIFY:
            if (AST_AS(ast_notify, s)->conflict)
                break;
            /* fall through */
        default:
            diag_add(c->diag, DIAG_DEFAULT, s->word,
                     "'default' holds no '%s': fields belong to a DocType",
                     s->kind == AST_RULE ? ast_rule_word(AST_AS(ast_rule, s)->rule)
                                         : ast_kind_word(s->kind));
        }
    }
}

const struct ast_block *check_tombstone_of(const struct ast_block *block)
{
    const struct ast_stmt *s = block == NULL ? NULL : block->of[AST_TOMBSTONE];

    return s == NULL ? NULL : &AST_AS(ast_section, s)->block;
}

/* SEMANTICS 7: a soft delete takes the place of a delete that is not allowed. */
static void soft_delete_replaces_delete(struct check *c, const struct ast_block *tombstone)
{
    const struct ast_block *fallback =
        check_tombstone_of(c->defaults == NULL ? NULL : &c->defaults->block);
    const struct ast_stmt *soft = tombstone->of[AST_SOFT_DELETE];
    const struct ast_stmt *allow = tombstone->of[AST_ALLOW_DELETE];
    struct diag_finding *finding;

    if (soft == NULL || tombstone->broken)
        return;
    if (allow == NULL && fallback != NULL) {
        if (fallback->broken)
            return;
        allow = fallback->of[AST_ALLOW_DELETE];
    }
    if (allow != NULL && !AST_AS(ast_switch, allow)->flag.yes)
        return;
    finding = diag_add(c->diag, DIAG_SOFT_DELETE, soft->word,
                       "deletes are allowed here: the soft delete never happens");
    if (allow != NULL)
        diag_note(c->diag, finding, allow->word, "they are allowed here");
    else
        diag_help(c->diag, finding, "say allow_delete no;");
}

static void tombstone_is_sound(struct check *c, const struct check_scope *scope)
{
    static const enum ast_kind once[] = { AST_ALLOW_DELETE, AST_SOFT_DELETE, AST_TTL,
                                          AST_DELETE_WINS, AST_ARCHIVE_AFTER };
    const struct ast_stmt *s, *t;

    for (s = scope->block->of[AST_TOMBSTONE]; s != NULL; s = s->same) {
        const struct ast_block *tombstone = &AST_AS(ast_section, s)->block;

        check_once(c, tombstone, once, sizeof once / sizeof *once);
        soft_delete_replaces_delete(c, tombstone);
        for (t = tombstone->of[AST_TTL]; t != NULL; t = t->same)
            check_seconds(c, &AST_AS(ast_ttl, t)->time, 1);
        for (t = tombstone->of[AST_ARCHIVE_AFTER]; t != NULL; t = t->same) {
            check_seconds(c, &AST_AS(ast_archive_after, t)->time, 1);
            check_cond(c, AST_AS(ast_archive_after, t)->when, OF_DOCUMENT);
        }
        for (t = tombstone->of[AST_SOFT_DELETE]; t != NULL; t = t->same) {
            const struct ast_name *name = &AST_AS(ast_set, t)->field;
            const struct check_field *field;

            check_name(c, name);
            field = check_field_of(c, name->symbol);
            if (c->is_meta[name->symbol] || (name->text.n > 0 && name->text.p[0] == '_') ||
                (field->use != USE_NAMED && field->use != USE_RULE))
                diag_add(c->diag, DIAG_SYNC_FIELD, name->span,
                         "a soft delete writes a field of the document, and '%.*s' is none",
                         CHECK_TEXT(name->text));
        }
    }
}

static void check_block(struct check *c, const struct ast_block *block, struct span head,
                        struct dwr_str name, bool is_default)
{
    static const enum ast_kind once[] = { AST_STRATEGY, AST_OTHERWISE, AST_LOCK,   AST_TOMBSTONE,
                                          AST_OFFLINE,  AST_BRANCH,    AST_REASON, AST_HINT };
    struct check_scope scope = {
        .block = block, .head = head, .name = name, .is_default = is_default
    };
    const struct ast_stmt *strategy = block->of[AST_STRATEGY];

    c->field_stamp++;
    c->field_count = 0;
    if (strategy != NULL) {
        scope.has_strategy = true;
        scope.strategy = AST_AS(ast_strategy, strategy)->strategy;
    } else if (is_default && !block->broken) {
        scope.has_strategy = true; /* server_wins is taken for granted */
        scope.strategy = DWR_STRATEGY_SERVER_WINS;
    }
    check_once(c, block, once, sizeof once / sizeof *once);
    if (is_default)
        default_holds_its_own(c, &scope);
    else
        strategy_is_said(c, &scope);
    strategy_takes_its_statements(c, &scope);
    check_fields(c, &scope);
    tombstone_is_sound(c, &scope);
    check_service(c, &scope);
}

/* --- all of it --- */

/* SEMANTICS 1.6, 6. */
static const char *const of_documents[] = { "name",     "doctype",     "owner", "creation",
                                            "modified", "modified_by", "idx" };
static const char *const of_rows[] = { "docstatus", "parent", "parenttype", "parentfield" };

bool check_is_sync_field(struct dwr_str name, bool of_row)
{
    if (name.n > 0 && name.p[0] == '_')
        return true;
    for (size_t i = 0; i < sizeof of_documents / sizeof *of_documents; i++)
        if (str_is(name, of_documents[i]))
            return true;
    for (size_t i = 0; of_row && i < sizeof of_rows / sizeof *of_rows; i++)
        if (str_is(name, of_rows[i]))
            return true;
    return false;
}

static void find_built_in(struct check *c)
{
    uint32_t symbol;
    size_t i;

    for (i = 0; i < sizeof of_documents / sizeof *of_documents; i++) {
        symbol = ast_symbol_of(c->ruleset, str_of(of_documents[i]));
        if (symbol != AST_NO_SYMBOL)
            c->is_meta[symbol] = c->is_row_meta[symbol] = true;
    }
    for (i = 0; i < sizeof of_rows / sizeof *of_rows; i++) {
        symbol = ast_symbol_of(c->ruleset, str_of(of_rows[i]));
        if (symbol != AST_NO_SYMBOL)
            c->is_row_meta[symbol] = true;
    }
}

/* Each test to the DocType it is for. */
static void sort_tests(struct check *c)
{
    const struct ast_stmt *s;
    uint32_t i;

    for (s = c->ruleset->top.of[AST_TEST]; s != NULL; s = s->same)
        c->test_count++;
    c->tests = arena_array(c->arena, c->test_count, sizeof *c->tests);
    for (s = c->ruleset->top.of[AST_TEST], i = 0; s != NULL; s = s->same, i++)
        c->tests[i].test = AST_AS(ast_test, s);
    for (i = c->test_count; i > 0; i--) { /* from behind, so that the chains are in order */
        struct check_doctype_place *place = &c->places[c->tests[i - 1].test->doctype.symbol];

        c->tests[i - 1].next = place->test;
        place->test = i;
    }
}

/* What is of one DocType, or of one list, at a time. */
static void make_room(struct check *c)
{
    const size_t n = (size_t)c->ruleset->symbol_count + 1;

    c->fields = arena_zero(c->arena, n * sizeof *c->fields);
    c->members = arena_zero(c->arena, n * sizeof *c->members);
    c->listed = arena_zero(c->arena, n * sizeof *c->listed);
    c->listed_at = arena_array(c->arena, n, sizeof *c->listed_at);
}

/* The DocTypes, each on any thread: what they share is read only. */
struct check_job {
    const struct check *shared;
    struct check *workers[TEAM_MAX];
    const struct ast_doctype **doctypes;
    uint32_t count;
    struct diag *diags; /* one a part */
};

static void check_doctype(struct check *c, const struct ast_doctype *doctype)
{
    check_block(c, &doctype->block, doctype->name.span, doctype->name.text, false);
    if (c->places[doctype->name.symbol].doctype == doctype)
        check_tests(c, doctype->name.symbol, doctype);
}

static void check_part(void *context, unsigned worker, struct arena *arena, uint32_t part)
{
    struct check_job *job = context;
    struct check *c = job->workers[worker];
    uint32_t i = part * TEAM_DOCTYPES, end = i + TEAM_DOCTYPES;

    if (c == NULL) {
        c = job->workers[worker] = ARENA_NEW(arena, struct check);
        *c = *job->shared;
        c->arena = arena;
        make_room(c);
    }
    c->diag = &job->diags[part];
    diag_init(c->diag, arena, &c->ruleset->sources);
    for (; i < job->count && i < end; i++)
        check_doctype(c, job->doctypes[i]);
}

static void check_doctypes(struct check *c)
{
    struct check_job *job = ARENA_NEW(c->arena, struct check_job);
    const struct ast_stmt *s;
    uint32_t parts, i;

    for (s = c->ruleset->top.of[AST_DOCTYPE]; s != NULL; s = s->same)
        job->count++;
    parts = team_doctype_parts(job->count);
    job->shared = c;
    job->doctypes = arena_array(c->arena, job->count, sizeof *job->doctypes);
    job->diags = arena_array(c->arena, parts, sizeof *job->diags);
    for (s = c->ruleset->top.of[AST_DOCTYPE], i = 0; s != NULL; s = s->same, i++)
        job->doctypes[i] = AST_AS(ast_doctype, s);
    team_run(c->arena, c->ruleset->threads, parts, check_part, job);
    for (i = 0; i < parts; i++)
        diag_join(c->diag, &job->diags[i]);
}

void check_rules(struct arena *arena, struct ast_ruleset *ruleset, struct diag *diag)
{
    static const enum ast_kind once[] = { AST_RULESET, AST_SYNC, AST_ATTACHMENTS, AST_RETRY,
                                          AST_DEFAULT };
    const size_t n = (size_t)ruleset->symbol_count + 1;
    struct check *c = ARENA_NEW(arena, struct check);
    const struct ast_stmt *s;
    uint32_t i;

    c->arena = arena;
    c->ruleset = ruleset;
    c->diag = diag;
    make_room(c);
    c->places = arena_zero(arena, n * sizeof *c->places);
    c->is_meta = arena_zero(arena, n);
    c->is_row_meta = arena_zero(arena, n);
    c->defaults = ruleset->top.of[AST_DEFAULT] == NULL
                      ? NULL
                      : AST_AS(ast_section, ruleset->top.of[AST_DEFAULT]);
    find_built_in(c);
    check_once(c, &ruleset->top, once, sizeof once / sizeof *once);
    ruleset_name_is_a_file_name(c);
    check_sections(c);
    doctypes_stand_once(c);
    sort_tests(c);
    for (s = ruleset->top.of[AST_DEFAULT]; s != NULL; s = s->same)
        check_block(c, &AST_AS(ast_section, s)->block, s->word,
                    (struct dwr_str){ "default", strlen("default") }, true);
    check_doctypes(c);
    check_times(c);
    for (i = 0; i < c->test_count; i++) {
        uint32_t symbol = c->tests[i].test->doctype.symbol;

        if (c->places[symbol].doctype == NULL && c->places[symbol].test == i + 1) {
            c->field_stamp++;
            check_tests(c, symbol, NULL);
        }
    }
}
