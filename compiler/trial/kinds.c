/* kinds.c - kinds of values: by the schema, by what the rules use a field for, by its name. */
#include "kinds.h"

#include <string.h>

const char *const kind_values[KIND_COUNT][FILLERS] = {
    [KIND_WORD] = { "\"A\"", "\"B\"", "\"C\"", "\"D\"", "\"E\"" },
    [KIND_TEXT] = { "\"arrived\"", "\"arrived\\npump off\"", "\"arrived\\nvalve open\"",
                    "\"left early\"", "\"pump off\"" },
    [KIND_NUMBER] = { "1", "2", "5", "7", "11" },
    [KIND_CHECK] = { "0", "1" },
    [KIND_BOOLEAN] = { "false", "true" },
    [KIND_DATE] = { "\"2026-03-02\"", "\"2026-03-03\"", "\"2026-03-04\"", "\"2026-03-05\"",
                    "\"2026-03-06\"" },
    [KIND_TIME] = { "\"08:00:00\"", "\"09:00:00\"", "\"10:00:00\"", "\"11:00:00\"",
                    "\"12:00:00\"" },
    [KIND_DATETIME] = { "\"2026-03-02 08:00:00\"", "\"2026-03-02 09:00:00\"",
                        "\"2026-03-02 10:00:00\"", "\"2026-03-02 11:00:00\"",
                        "\"2026-03-02 12:00:00\"" },
    [KIND_FILE] = { "\"/files/a.jpg\"", "\"/files/b.jpg\"", "\"/files/c.jpg\"", "\"/files/d.jpg\"",
                    "\"/files/e.jpg\"" },
    [KIND_SIGNATURE] = { "\"data:image/png;base64,QQ==\"", "\"data:image/png;base64,Qg==\"",
                         "\"data:image/png;base64,Qw==\"", "\"data:image/png;base64,RA==\"",
                         "\"data:image/png;base64,RQ==\"" },
    [KIND_CODE] = { "\"{\\\"a\\\":1}\"", "\"{\\\"a\\\":2}\"", "\"{\\\"a\\\":3}\"",
                    "\"{\\\"a\\\":4}\"", "\"{\\\"a\\\":5}\"" },
    [KIND_COLOR] = { "\"#111111\"", "\"#222222\"", "\"#333333\"", "\"#444444\"", "\"#555555\"" },
    [KIND_USER] = { "\"ann@example.com\"", "\"ben@example.com\"", "\"cho@example.com\"",
                    "\"dee@example.com\"", "\"eva@example.com\"" },
    [KIND_ROWS] = { "[{\"value\":1}]", "[{\"value\":2}]", "[{\"value\":1},{\"value\":2}]",
                    "[{\"value\":3}]", "[{\"value\":4}]" },
};

enum kind kind_of_literal(struct dwr_str v)
{
    return v.p[0] == '"'                    ? KIND_WORD
           : v.p[0] == 't' || v.p[0] == 'f' ? KIND_BOOLEAN
           : v.p[0] == '[' || v.p[0] == '{' ? KIND_ROWS
                                            : KIND_NUMBER;
}

enum kind kind_of_schema(const struct schema_field *f)
{
    switch (f->kind) {
    case SCHEMA_TEXT:
        return KIND_TEXT;
    case SCHEMA_CODE:
        return KIND_CODE;
    case SCHEMA_NUMBER:
    case SCHEMA_DURATION:
        return KIND_NUMBER;
    case SCHEMA_CHECK:
        return KIND_CHECK;
    case SCHEMA_DATE:
        return KIND_DATE;
    case SCHEMA_TIME:
        return KIND_TIME;
    case SCHEMA_DATETIME:
        return KIND_DATETIME;
    case SCHEMA_ATTACH:
        return KIND_FILE;
    case SCHEMA_SIGNATURE:
        return KIND_SIGNATURE;
    case SCHEMA_COLOR:
        return KIND_COLOR;
    case SCHEMA_TABLE:
        return KIND_ROWS;
    default:
        return KIND_WORD;
    }
}

static bool moment_has(const struct dwr_moment *m, uint16_t field, enum kind *kind)
{
    if (m->field != field && m->time_field != field)
        return false;
    *kind = m->time_field == field      ? KIND_TIME
            : m->time_field != DWR_NONE ? KIND_DATE
                                        : KIND_DATETIME;
    return true;
}

bool kind_of_use(const struct dwr_doctype *d, uint16_t field, enum kind *kind)
{
    for (uint16_t i = 0; i < d->no_overlap_count; i++) {
        if (moment_has(&d->no_overlap[i].from, field, kind) ||
            moment_has(&d->no_overlap[i].to, field, kind))
            return true;
        if (d->no_overlap[i].length_field == field) {
            *kind = KIND_NUMBER;
            return true;
        }
    }
    for (uint16_t i = 0; i < d->as_of_count; i++)
        if (d->as_of[i].time == field) {
            *kind = KIND_DATETIME;
            return true;
        }
    return false;
}

bool sync_layers_kind(struct dwr_str name, enum kind *kind)
{
    static const struct {
        const char *name;
        enum kind kind;
    } known[] = { { "creation", KIND_DATETIME }, { "modified", KIND_DATETIME },
                  { "owner", KIND_USER },        { "modified_by", KIND_USER },
                  { "idx", KIND_NUMBER },        { "docstatus", KIND_NUMBER } };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (name.n == strlen(known[i].name) && memcmp(name.p, known[i].name, name.n) == 0) {
            *kind = known[i].kind;
            return true;
        }
    return false;
}
