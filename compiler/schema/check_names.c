/* check_names.c - that the DocTypes, fields and row members which rules name are there. */
#include <string.h>

#include "check_schema_parts.h"
#include "str.h"

/* --- did you mean --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether nothing but this candidate can be meant: only capitals differ, and no other candidate
 * differs in these alone. A name that is merely near is a guess: 'lost' may be a slip for 'cost',
 * or a field that is to come. */
static bool is_sure(struct dwr_str word, const struct dwr_str *candidates, size_t count,
                    size_t meant)
{
    if (diag_distance(word, candidates[meant]) != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (i != meant && candidates[i].n == word.n && diag_distance(word, candidates[i]) == 0 &&
            !str_same(candidates[i], candidates[meant]))
            return false;
    return true;
}

static bool is_bare(struct dwr_str name)
{
    if (name.n == 0 || is_digit(name.p[0]))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!is_digit(name.p[i]) && name.p[i] != '_' &&
            !((name.p[i] | 0x20) >= 'a' && (name.p[i] | 0x20) <= 'z'))
            return false;
    /* the two that cannot stand everywhere (LANGUAGE) */
    return !str_same(name, (struct dwr_str){ "when", 4 }) &&
           !str_same(name, (struct dwr_str){ "not", 3 });
}

static bool is_plain(struct dwr_str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '"' || name.p[i] == '\\' || (unsigned char)name.p[i] < 0x20)
            return false;
    return true;
}

/* Whether the name would stand twice among the fields with rules. */
static bool stands_already(const struct schema_check *c, struct dwr_str name)
{
    const uint32_t symbol = c->ruling ? ast_symbol_of(c->ruleset, name) : AST_NO_SYMBOL;

    return symbol != AST_NO_SYMBOL && c->ruled_fields[symbol] == c->ruled_stamp;
}

void schema_propose(struct schema_check *c, struct diag_finding *finding, struct span span,
                    bool quoted, struct dwr_str word, const struct dwr_str *candidates,
                    size_t count)
{
    const char *quote;
    struct diag_fix *fix;
    int meant;

    if (c->proposals++ >= SCHEMA_PROPOSALS_MAX ||
        (meant = diag_nearest(word, candidates, count)) < 0)
        return;
    diag_help(c->diag, finding, "did you mean '%.*s'?", SCHEMA_TEXT(candidates[meant]));
    if (!is_plain(candidates[meant]))
        return;
    quote = quoted || !is_bare(candidates[meant]) ? "\"" : "";
    fix = diag_fix(c->diag, finding,
                   is_sure(word, candidates, count, (size_t)meant) &&
                       !stands_already(c, candidates[meant]),
                   "write '%.*s'", SCHEMA_TEXT(candidates[meant]));
    fix->told = true;
    diag_edit(c->diag, fix, span, "%s%.*s%s", quote, (int)candidates[meant].n, candidates[meant].p,
              quote);
}

/* --- fields and members --- */

/* A Select's options in a row, cut where there are many. */
static const char *options_of(struct schema_check *c, const struct schema_field *field)
{
    struct dwr_str all = arena_printf(c->arena, "%.*s", SCHEMA_TEXT(field->select[0]));

    for (uint32_t i = 1; i < field->select_count; i++) {
        if (all.n >= 80)
            return arena_printf(c->arena, "%s, ...", all.p).p;
        all = arena_printf(c->arena, "%s, %.*s", all.p, SCHEMA_TEXT(field->select[i]));
    }
    return all.p;
}

void schema_defined(struct schema_check *c, struct diag_finding *finding,
                    const struct schema_field *field)
{
    if (field->select_count > 0)
        diag_note(c->diag, finding, field->span, "'%.*s' is defined here: %s",
                  SCHEMA_TEXT(field->name), options_of(c, field));
    else
        diag_note(c->diag, finding, field->span, "'%.*s' is defined here",
                  SCHEMA_TEXT(field->name));
    diag_subject(finding, c->name, field->name);
}

static void unknown(struct schema_check *c, const struct schema_owner *owner, struct dwr_str text,
                    struct span span, bool quoted)
{
    const struct schema_doctype *of = owner->doctype;
    struct dwr_str *names = arena_array(c->arena, of->field_count, sizeof *names);
    struct diag_finding *finding;

    if (owner->table.p != NULL)
        finding =
            diag_add(c->diag, DIAG_UNKNOWN_MEMBER, span, "the rows of '%.*s' have no member '%.*s'",
                     SCHEMA_TEXT(owner->table), SCHEMA_TEXT(text));
    else
        finding = diag_add(c->diag, DIAG_UNKNOWN_FIELD, span, "DocType '%.*s' has no field '%.*s'",
                           SCHEMA_TEXT(of->name), SCHEMA_TEXT(text));
    for (uint32_t i = 0; i < of->field_count; i++)
        names[i] = of->fields[i].name;
    schema_propose(c, finding, span, quoted, text, names, of->field_count);
    diag_note(c->diag, finding, of->span, "'%.*s' is defined here", SCHEMA_TEXT(of->name));
    diag_subject(finding, c->name, text);
}

const struct schema_field *schema_names(struct schema_check *c, const struct schema_owner *owner,
                                        const struct ast_name *name)
{
    const struct schema_field *field;

    if (owner->doctype == NULL || name->text.n == 0)
        return NULL;
    field = schema_field_hashed(owner->doctype, name->text, c->ruleset->symbols[name->symbol].hash);
    if (field == NULL && !schema_is_standard(name->text)) {
        const struct dwr_str written = source_text(&c->ruleset->sources, name->span);

        unknown(c, owner, name->text, name->span, written.n > 0 && written.p[0] == '"');
    }
    return field;
}

const struct schema_field *schema_names_text(struct schema_check *c,
                                             const struct schema_owner *owner, struct dwr_str text,
                                             struct span span)
{
    const struct schema_field *field;

    if (owner->doctype == NULL)
        return NULL;
    field = schema_field(owner->doctype, text);
    if (field == NULL && !schema_is_standard(text))
        unknown(c, owner, text, span, true);
    return field;
}

/* --- DocTypes --- */

static const struct schema_doctype *find(const struct schema_check *c, const struct ast_name *name)
{
    return schema_find_hashed(c->schemas, name->text, c->ruleset->symbols[name->symbol].hash);
}

const struct schema_doctype *schema_of_doctype(struct schema_check *c, const struct ast_name *name)
{
    const struct schema_doctype *doctype = find(c, name);
    struct diag_finding *finding;

    /* It may be the one that could not be read. */
    if (doctype != NULL || name->text.n == 0 || c->schemas->broken)
        return doctype;
    finding = diag_add(c->diag, DIAG_UNKNOWN_DOCTYPE, name->span,
                       "the schemas have no DocType '%.*s'", SCHEMA_TEXT(name->text));
    schema_propose(c, finding, name->span, true, name->text, c->doctype_names, c->schemas->count);
    diag_help(c->diag, finding,
              "%.*s%sif another app defines it, name that app's folder too: --schema FOLDER",
              (int)finding->help.n, finding->help.p == NULL ? "" : finding->help.p,
              finding->help.p == NULL ? "" : " ");
    diag_subject(finding, c->name, (struct dwr_str){ NULL, 0 });
    return NULL;
}

const struct schema_doctype *schema_names_doctype(struct schema_check *c,
                                                  const struct ast_name *name)
{
    return c->is_ruled[name->symbol] ? find(c, name) : schema_of_doctype(c, name);
}
