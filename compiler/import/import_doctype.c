/* import_doctype.c - one DocType of the dictionaries as a `doctype` statement. */
#include <string.h>

#include "import_parts.h"
#include "str.h"

#include "ast.h"

/* --- words --- */

static bool is_strategy(struct dwr_str word)
{
    static const char *const words[] = {
#define STRATEGY(NAME, word, units, rule) #word,
#include "../runtime/strategies.def"
#undef STRATEGY
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(word, words[i]))
            return true;
    return false;
}

/* The lists of fields: NAME_fields. What they decide that their names do not say is told. */
static const struct list {
    const char *name, *rule;
    bool together;
    const char *told;
} lists[] = {
    { "auto_merge", "merge_text", false,
      "auto_merge_fields: how they merge the dictionary does not say; merge_text keeps the lines "
      "of "
      "both sides." },
    { "auto_mergeable", "merge_text", false,
      "auto_mergeable_fields: how they merge the dictionary does not say; merge_text keeps the "
      "lines "
      "of both sides." },
    { "conflict", "manual", true,
      "conflict_fields: what is in conflict together is decided together, by a person." },
    { "manual_resolve", "manual", false, NULL },
    { "read_only", "server_only", false, NULL },
};

/* The rule of a list called prefix + "_fields", NULL: it is none. */
static const char *rule_of(struct dwr_str prefix, bool *together, const char **told)
{
    *together = false;
    *told = NULL;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (str_is(prefix, lists[i].name)) {
            *together = lists[i].together;
            *told = lists[i].told;
            return lists[i].rule;
        }
    for (int rule = 0; rule < DWR_RULE_COUNT; rule++)
        if (rule != DWR_RULE_BRANCH && str_is(prefix, ast_rule_word((enum dwr_rule_kind)rule)))
            return ast_rule_word((enum dwr_rule_kind)rule);
    return NULL;
}

/* --- fields --- */

bool import_is_new(struct import_doctype *d, const struct import_node *field, struct dwr_str list)
{
    struct import *im = d->im;
    struct diag_finding *finding;
    struct import_said *said;

    for (said = d->fields; said; said = said->next)
        if (said->field.n == field->text.n &&
            memcmp(said->field.p, field->text.p, field->text.n) == 0)
            break;
    if (!said) {
        said = ARENA_NEW(im->arena, struct import_said);
        *said = (struct import_said){ field->text, field->span, list, d->fields };
        d->fields = said;
        return true;
    }
    if (str_is(said->list, "child_table")) {
        import_comment(im, "%.*s is in %.*s too: its rows are merged one by one, see `child`.",
                       (int)field->text.n, field->text.p, (int)list.n, list.p);
        return false;
    }
    finding = diag_add(im->diag, DIAG_IMPORT_TWICE, field->span, "'%.*s' is in %.*s and in %.*s",
                       (int)field->text.n, field->text.p, (int)said->list.n, said->list.p,
                       (int)list.n, list.p);
    diag_note(im->diag, finding, said->span, "first here");
    diag_help(im->diag, finding, "leave it in one of them");
    return false;
}

static void put_list(struct import_doctype *d, struct import_node *list, const char *rule,
                     bool together)
{
    struct import *im = d->im;
    struct import_node **fields;
    uint32_t count = 0;

    if (!import_is_strings(im, list))
        return;
    for (const struct import_node *n = list->first; n; n = n->next)
        count++;
    fields = arena_array(im->arena, count, sizeof *fields);
    count = 0;
    for (struct import_node *n = list->first; n; n = n->next)
        if (import_is_new(d, n, list->name))
            fields[count++] = n;
    import_mark(im, list->name_span);
    for (uint32_t i = 0; i < count; i++) {
        import_put(im, i > 0 ? ", " : rule);
        if (i == 0)
            import_put(im, together && count > 1 ? " together " : " ");
        import_mark(im, fields[i]->span);
        import_put_name(im, fields[i]->text);
    }
    if (count > 0)
        import_put(im, ";\n");
}

/* exception_fields: those that the other side decides. */
static void put_exceptions(struct import_doctype *d, struct import_node *list)
{
    const bool servers = str_is(d->strategy, "server_wins") || str_is(d->strategy, "server_only") ||
                         str_is(d->strategy, "manual_resolve");

    if (!servers && !str_is(d->strategy, "client_wins"))
        return; /* an exception from what? It is left over. */
    import_comment(d->im, "%.*s: what the other fields' side does not decide, the other side does.",
                   (int)list->name.n, list->name.p);
    put_list(d, list, servers ? "client_wins" : "server_wins", false);
}

static void put_lists(struct import_doctype *d)
{
    static const char ending[] = "_fields";

    for (struct import_node *n = d->node->first; n; n = n->next) {
        const size_t tail = sizeof ending - 1;
        struct dwr_str prefix = n->name;
        const char *rule, *told;
        bool together;

        if (n->used)
            continue;
        if (str_is(n->name, "exceptions") || str_is(n->name, "exception_fields")) {
            put_exceptions(d, n);
            continue;
        }
        if (prefix.n <= tail || memcmp(prefix.p + prefix.n - tail, ending, tail) != 0)
            continue;
        prefix.n -= tail;
        rule = rule_of(prefix, &together, &told);
        if (!rule)
            continue;
        if (told)
            import_comment(d->im, "%s", told);
        put_list(d, n, rule, together);
    }
}

/* --- branches, tombstones, words --- */

static void put_branch(struct import_doctype *d)
{
    struct import *im = d->im;
    bool branches = false;
    struct dwr_str pattern, version;

    if (!import_truth(im, d->node, "conflict_creates_branch", &branches) || !branches)
        return;
    pattern = import_string(im, d->node, "branch_naming");
    version = import_string(im, d->node, "version_field");
    if (!pattern.p) {
        import_comment(im, "What a branch is called the dictionary does not say.");
        pattern = (struct dwr_str)DWR_STR("{name}_conflict_{timestamp}");
    }
    import_mark(im, import_member(d->node, "conflict_creates_branch")->span);
    import_put(im, "branch ");
    if (import_member(d->node, "branch_naming"))
        import_mark(im, import_member(d->node, "branch_naming")->span);
    import_put_text(im, pattern);
    if (version.p) {
        import_put(im, " version_field ");
        import_mark(im, import_member(d->node, "version_field")->span);
        import_put_name(im, version);
    }
    import_put(im, ";\n");
}

static void put_note(struct import_doctype *d, const char *member, const char *word)
{
    const struct dwr_str text = import_string(d->im, d->node, member);

    if (!text.p)
        return;
    import_put(d->im, word);
    import_put_text(d->im, text);
    import_put(d->im, ";\n");
}

static void put_flag(struct import *im, const char *word, bool yes)
{
    import_put(im, word);
    import_put(im, yes ? " yes;\n" : " no;\n");
}

void import_tombstone(struct import *im, struct import_node *tombstone, uint64_t ttl_days)
{
    uint64_t days;
    bool yes;

    if (!tombstone && ttl_days == 0)
        return;
    if (tombstone && tombstone->kind != IMPORT_OBJECT) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, tombstone->span, "%s, not the rules of a tombstone",
                 import_kind_word(tombstone->kind));
        return;
    }
    if (tombstone)
        import_mark(im, tombstone->name_span);
    import_put(im, "tombstone {\n");
    if (import_truth(im, tombstone, "allow_delete", &yes))
        put_flag(im, "allow_delete", yes);
    if (import_number(im, tombstone, "tombstone_ttl_days", &days) || ttl_days > 0) {
        if (ttl_days > 0 && days > 0 && ttl_days != days)
            import_comment(im, "Two times are said, %llu and %llu days: the longer stands.",
                           (unsigned long long)ttl_days, (unsigned long long)days);
        import_put(im, "ttl ");
        import_put_number(im, ttl_days > days ? ttl_days : days);
        import_put(im, "d;\n");
    }
    if (import_truth(im, tombstone, "tombstone_wins_over_update", &yes))
        put_flag(im, "delete_wins_over_update", yes);
    if (import_number(im, tombstone, "archive_after_days", &days)) {
        import_put(im, "archive_after ");
        import_put_number(im, days);
        import_put(im, "d;\n");
    }
    import_leftovers(im, tombstone);
    import_put(im, "}\n");
}

static void put_tombstone(struct import_doctype *d)
{
    struct import *im = d->im;

    for (struct import_node *n = im->tombstones ? im->tombstones->first : NULL; n; n = n->next)
        if (n->name.n == d->name.n && memcmp(n->name.p, d->name.p, n->name.n) == 0) {
            n->used = true;
            import_tombstone(im, n, 0);
        }
}

/* The strategy, p NULL where it is none. */
static struct dwr_str strategy_of(struct import_doctype *d)
{
    struct import *im = d->im;
    const struct dwr_str word = import_string(im, d->node, "strategy");
    struct diag_finding *finding;

    if (word.p && is_strategy(word))
        return word;
    if (word.p) {
        finding = diag_add(im->diag, DIAG_IMPORT_VALUE, import_member(d->node, "strategy")->span,
                           "'%.*s' is no strategy", (int)word.n, word.p);
        diag_help(im->diag, finding,
                  "server_wins, server_only, client_wins, last_write_wins, field_level, "
                  "manual_resolve, append_only or version_all");
    } else if (!import_member(d->node, "strategy")) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, d->node->name_span, "'%.*s' has no strategy",
                 (int)d->name.n, d->name.p);
    }
    return (struct dwr_str){ NULL, 0 };
}

void import_doctype(struct import *im, struct import_node *node)
{
    struct import_doctype d = { .im = im, .node = node, .name = node->name };
    const bool is_default = str_is(node->name, "_default");
    bool notify = false;

    node->used = true;
    if (node->kind != IMPORT_OBJECT) {
        diag_add(im->diag, DIAG_IMPORT_VALUE, node->span, "%s, not the strategy of '%.*s'",
                 import_kind_word(node->kind), (int)d.name.n, d.name.p);
        return;
    }
    d.strategy = strategy_of(&d);
    if (!d.strategy.p)
        return;
    import_put(im, "\n");
    import_mark(im, node->name_span);
    if (is_default) {
        import_put(im, "default {\n");
    } else {
        import_put(im, "doctype ");
        import_put_text(im, d.name);
        import_put(im, " {\n");
    }
    import_mark(im, import_member(node, "strategy")->span);
    import_put(im, "strategy ");
    out_str(&im->rules.out, d.strategy);
    import_put(im, ";\n");
    put_note(&d, "reason", "reason ");
    put_note(&d, "resolution_hint", "hint ");
    put_branch(&d);
    import_tables(&d);
    put_lists(&d);
    put_tombstone(&d);
    if (import_truth(im, node, "conflict_notification", &notify) && notify)
        import_put(im, "notify conflict;\n");
    import_leftovers(im, node);
    import_put(im, "}\n");
}
