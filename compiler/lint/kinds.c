/* kinds.c - what a field is to people: by the schema's fieldtype, or by the last word of its name.
 */
#include "lint_parts.h"

/* --- the words of a name --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* The last word of the name's first n bytes; *n becomes where it begins. Empty: there is none.
 * `completion_notes`, `completionNotes`, `completion notes 2` end in `notes`. */
static struct dwr_str last_word(struct dwr_str name, size_t *n)
{
    size_t end = *n, begin;

    while (end > 0 && !is_letter(name.p[end - 1]))
        end--;
    begin = end;
    while (begin > 0 && is_letter(name.p[begin - 1])) {
        begin--;
        if (is_upper(name.p[begin]) && (begin == 0 || !is_upper(name.p[begin - 1])))
            break;
    }
    *n = begin;
    return (struct dwr_str){ name.p + begin, end - begin };
}

static bool word_is(struct dwr_str word, const char *wanted)
{
    size_t i;

    for (i = 0; i < word.n && wanted[i] != '\0'; i++)
        if (lower(word.p[i]) != wanted[i])
            return false;
    return i == word.n && wanted[i] == '\0';
}

bool lint_has_word(struct dwr_str name, const char *wanted)
{
    size_t n = name.n;

    for (;;) {
        const struct dwr_str word = last_word(name, &n);

        if (word.n == 0)
            return false;
        if (word_is(word, wanted))
            return true;
    }
}

bool lint_has_one_of(struct dwr_str name, const char *const *words)
{
    for (; *words; words++)
        if (lint_has_word(name, *words))
            return true;
    return false;
}

/* --- by name --- */

#define WORD(text, kind)                                                                           \
    {                                                                                              \
        text, sizeof text - 1, kind                                                                \
    }

static const struct kind_word {
    const char *word;
    size_t n;
    enum lint_kind kind;
} kind_words[] = {
    WORD("notes", LINT_PROSE),        WORD("note", LINT_PROSE),
    WORD("comments", LINT_PROSE),     WORD("comment", LINT_PROSE),
    WORD("remarks", LINT_PROSE),      WORD("remark", LINT_PROSE),
    WORD("description", LINT_PROSE),  WORD("feedback", LINT_PROSE),
    WORD("instructions", LINT_PROSE), WORD("observations", LINT_PROSE),
    WORD("findings", LINT_PROSE),     WORD("analysis", LINT_PROSE),
    WORD("summary", LINT_PROSE),      WORD("narrative", LINT_PROSE),
    WORD("memo", LINT_PROSE),         WORD("signature", LINT_SIGNATURE),
    WORD("photo", LINT_FILE),         WORD("photos", LINT_FILES),
    WORD("picture", LINT_FILE),       WORD("pictures", LINT_FILES),
    WORD("image", LINT_FILE),         WORD("images", LINT_FILES),
    WORD("attachment", LINT_FILE),    WORD("attachments", LINT_FILES),
    WORD("file", LINT_FILE),          WORD("files", LINT_FILES),
    WORD("signatures", LINT_FILES),   WORD("date", LINT_DATE),
    WORD("time", LINT_TIME),          WORD("timestamp", LINT_MOMENT),
    WORD("datetime", LINT_MOMENT),    WORD("at", LINT_MOMENT),
    WORD("url", LINT_PLAIN),          WORD("uri", LINT_PLAIN),
    WORD("token", LINT_PLAIN),
};

#undef WORD

static enum lint_kind kind_by_name(struct dwr_str name)
{
    size_t n = name.n;
    const struct dwr_str word = last_word(name, &n);
    const char first = word.n > 0 ? lower(word.p[0]) : '\0';

    for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++)
        if (kind_words[i].n == word.n && kind_words[i].word[0] == first &&
            word_is(word, kind_words[i].word))
            return kind_words[i].kind;
    return LINT_UNKNOWN;
}

static bool is_file(enum lint_kind kind)
{
    return kind == LINT_SIGNATURE || kind == LINT_FILE || kind == LINT_FILES;
}

/* --- by schema --- */

/* Apps keep links to photos and signatures as text of one kind or another; there the name says what
 * the fieldtype does not. A text is one value, though it may hold a list. */
static enum lint_kind kind_of_text(enum lint_kind by_name, enum lint_kind otherwise)
{
    if (by_name == LINT_FILES)
        return LINT_FILE;
    return is_file(by_name) || by_name == LINT_PLAIN ? by_name : otherwise;
}

/* What people type or add. */
static bool is_content(enum schema_kind kind)
{
    return kind == SCHEMA_TEXT || kind == SCHEMA_DATA || kind == SCHEMA_CODE ||
           kind == SCHEMA_JSON || kind == SCHEMA_ATTACH || kind == SCHEMA_SIGNATURE;
}

enum lint_kind lint_field_kind(const struct schema_field *schema, struct dwr_str name)
{
    const enum lint_kind by_name = kind_by_name(name);

    if (!schema)
        return by_name;
    if ((schema->read_only || (schema->fetched && !schema->fetched_if_empty)) &&
        is_content(schema->kind))
        return LINT_PLAIN; /* shown to people, and typed or added by nobody */
    if (schema->hidden && schema->kind == SCHEMA_TEXT && !is_file(by_name))
        return LINT_PLAIN; /* nobody types where nothing is shown; a program may add a photo */
    switch (schema->kind) {
    case SCHEMA_TEXT:
        return kind_of_text(by_name, LINT_PROSE);
    case SCHEMA_JSON:
        if (by_name == LINT_FILES)
            return LINT_FILES;
        /* fall through */
    case SCHEMA_DATA:
    case SCHEMA_CODE:
        return kind_of_text(by_name, by_name == LINT_PROSE ? LINT_PROSE : LINT_PLAIN);
    case SCHEMA_OTHER:
        return by_name;
    case SCHEMA_ATTACH:
        return LINT_FILE; /* one, whatever its name */
    case SCHEMA_SIGNATURE:
        return LINT_SIGNATURE;
    case SCHEMA_DATE:
        return LINT_DATE;
    case SCHEMA_TIME:
        return LINT_TIME;
    case SCHEMA_DATETIME:
        return LINT_MOMENT;
    case SCHEMA_NUMBER:
    case SCHEMA_DURATION:
        return LINT_NUMBER;
    case SCHEMA_SELECT:
        return LINT_SELECT;
    case SCHEMA_TABLE:
        return LINT_TABLE;
    default:
        return LINT_PLAIN;
    }
}

/* `clock_in_time`, `checkin_at`, `punch_time`: pay hangs on them; not on `last_sync_of_checkin`,
 * which a program keeps. */
static bool is_clock_in(struct dwr_str name)
{
    const bool clocks = lint_has_word(name, "clock") || lint_has_word(name, "check");

    if (lint_has_word(name, "sync"))
        return false;
    return (clocks && (lint_has_word(name, "in") || lint_has_word(name, "out"))) ||
           lint_has_word(name, "clockin") || lint_has_word(name, "clockout") ||
           lint_has_word(name, "checkin") || lint_has_word(name, "checkout") ||
           lint_has_word(name, "punch");
}

bool lint_is_evidence(enum lint_kind kind, struct dwr_str name)
{
    if (kind == LINT_TABLE)
        return is_file(kind_by_name(name));
    return is_file(kind) || ((kind == LINT_TIME || kind == LINT_MOMENT) && is_clock_in(name));
}
