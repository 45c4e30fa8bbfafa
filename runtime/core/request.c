/* request.c - one line of `resolve` input: read, merge, answer.
 *
 * The line is checked as a whole, one level deeper than a document; its documents are then known to
 * be valid and are merged where they stand. */
#include <string.h>

#include "report.h"

/* A line holds three documents and little else: the rest gets this much room. */
enum { LINE_SLACK = 1 << 20 };

static const struct {
    const char *word;
    enum dwr_op op;
} ops[] = {
    { "update", DWR_UPDATE },
    { "insert", DWR_INSERT },
    { "delete", DWR_DELETE },
    { "undelete", DWR_UNDELETE },
};

static bool is_null(struct dwr_text v)
{
    return v.p == NULL || v.p[0] == 'n';
}

/* --- the id of a line that is no merge --- */

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* The byte after a string, which begins at p; end where it does not end. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\' && p + 1 < end)
            p++;
    return p < end ? p + 1 : end;
}

/* The byte after what looks like a value; nothing here is known to be valid. */
static const char *skip_anything(const char *p, const char *end)
{
    size_t depth = 0;

    do {
        if (p < end && *p == '"') {
            p = skip_string(p, end);
            continue;
        }
        if (p < end && (*p == '{' || *p == '['))
            depth++;
        else if (p < end && (*p == '}' || *p == ']'))
            depth -= depth > 0;
        else
            while (p + 1 < end && strchr(",:{}[]\" \t\r\n", p[1]) == NULL)
                p++;
        if (p < end)
            p++;
    } while (p < end && depth > 0);
    return p;
}

/* The value of the line's first member "id", as far as the line can be followed. */
static struct dwr_text readable_id(struct dwr_scratch *s, struct dwr_text line)
{
    const char *end = line.p + line.n, *p = skip_space(line.p, end), *key, *value;
    struct dwr_text id;

    if (p == end || *p != '{')
        return (struct dwr_text){ NULL, 0 };
    p = skip_space(p + 1, end);
    while (p < end && *p == '"') {
        key = p;
        p = skip_space(skip_string(p, end), end);
        if (p == end || *p != ':')
            break;
        value = skip_space(p + 1, end);
        p = skip_anything(value, end);
        if (p - value > 0 && memcmp(key, "\"id\"", 4) == 0) {
            id = (struct dwr_text){ value, (size_t)(p - value) };
            if (s->scan->check(s, id, DWR_DEPTH_MAX, &id) == DWR_OK)
                return id;
            break;
        }
        p = skip_space(p, end);
        if (p == end || *p != ',')
            break;
        p = skip_space(p + 1, end);
    }
    return (struct dwr_text){ NULL, 0 };
}

/* --- a line that is one --- */

struct parts {
    struct dwr_text doctype, op;
};

static void take_part(struct dwr_request *r, struct parts *parts, struct dwr_text key,
                      struct dwr_text value)
{
    const struct {
        const char *name;
        struct dwr_text *to;
    } members[] = {
        { "id", &r->id },
        { "doctype", &parts->doctype },
        { "op", &parts->op },
        { "base", &r->write.base },
        { "server", &r->write.server },
        { "client", &r->write.client },
        { "client_ts", &r->write.client_ts },
        { "server_ts", &r->write.server_ts },
        { "now", &r->write.now },
        { "server_role", &r->write.server_role },
        { "client_role", &r->write.client_role },
        { "client_user", &r->write.client_user },
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (dwr_string_is(key, members[i].name, strlen(members[i].name))) {
            *members[i].to = value;
            return;
        }
}

static bool take_op(struct dwr_text word, enum dwr_op *op)
{
    *op = DWR_UPDATE;
    if (is_null(word))
        return true;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (word.p[0] == '"' && dwr_string_is(word, ops[i].word, strlen(ops[i].word))) {
            *op = ops[i].op;
            return true;
        }
    return false;
}

/* A document is an object; absent where it may be. */
static enum dwr_rc check_document(const struct dwr_scratch *s, struct dwr_text v, bool compulsory)
{
    if (is_null(v))
        return compulsory ? DWR_INVALID_REQUEST : DWR_OK;
    if (v.p[0] != '{')
        return DWR_INVALID_REQUEST;
    return v.n > s->document_limit ? DWR_TOO_LARGE : DWR_OK;
}

enum dwr_rc dwr_request_read(const struct dwr_ruleset *rules, struct dwr_text line,
                             struct dwr_scratch *s, struct dwr_request *request)
{
    struct parts parts = { { NULL, 0 }, { NULL, 0 } };
    struct dwr_text object, key, value, name;
    struct dwr_walk w;
    enum dwr_rc rc;

    *request = (struct dwr_request){ .doctype = NULL };
    dwr_scratch_reset(s);
    if (rules->tables_version != DWR_TABLES_VERSION)
        return DWR_BAD_TABLES;
    if (line.n > 3 * s->document_limit + LINE_SLACK)
        rc = DWR_TOO_LARGE;
    else
        rc = s->scan->check(s, line, DWR_DEPTH_MAX + 1, &object);
    if (rc != DWR_OK) {
        request->id = readable_id(s, line);
        return rc;
    }
    if (object.p[0] != '{')
        return DWR_INVALID_REQUEST;
    w = dwr_walk_of(object);
    while (dwr_walk_next(&w, s->scan, &key, &value))
        take_part(request, &parts, key, value);
    if (is_null(parts.doctype) || parts.doctype.p[0] != '"' ||
        !take_op(parts.op, &request->write.op))
        return DWR_INVALID_REQUEST;
    name = dwr_string_bytes(s, parts.doctype);
    if (name.p == NULL)
        return DWR_NOMEM;
    if (name.n == 0)
        return DWR_INVALID_REQUEST;
    request->doctype = dwr_doctype_find(rules, name.p, name.n);
    rc = check_document(s, request->write.base, false);
    if (rc == DWR_OK)
        rc = check_document(s, request->write.server, false);
    /* Data sent with a delete is ignored; an undelete may bring none. */
    if (rc == DWR_OK && request->write.op != DWR_DELETE)
        rc = check_document(s, request->write.client, request->write.op != DWR_UNDELETE);
    return rc;
}

enum dwr_rc dwr_request_merge(const struct dwr_request *request, struct dwr_scratch *s,
                              struct dwr_result *result)
{
    return merge_in(s, request->doctype, &request->write, true, true, result);
}

static struct dwr_text error_answer(struct dwr_scratch *s, enum dwr_rc rc, struct dwr_text id,
                                    size_t line_number)
{
    const char *const parts[] = { ",\"status\":\"error\",\"line\":",
                                  ",\"code\":\"",
                                  dwr_rc_name(rc),
                                  "\",\"message\":\"",
                                  rc_message(rc),
                                  "\"}" };
    char digits[24], *start, *to;
    size_t n = sizeof digits, room = id.n + sizeof digits + 16;

    do
        digits[--n] = (char)('0' + line_number % 10);
    while ((line_number /= 10) != 0);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        room += strlen(parts[i]);
    start = to = dwr_take(s, room);
    if (start == NULL)
        return (struct dwr_text){ NULL, 0 };
    to = put_text(to, "{\"id\":", 6);
    to = id.p == NULL ? put_text(to, "null", 4) : put_text(to, id.p, id.n);
    to = put_text(to, parts[0], strlen(parts[0]));
    to = put_text(to, digits + n, sizeof digits - n);
    for (size_t i = 1; i < sizeof parts / sizeof *parts; i++)
        to = put_text(to, parts[i], strlen(parts[i]));
    return (struct dwr_text){ start, (size_t)(to - start) };
}

struct dwr_text dwr_resolve_line(const struct dwr_ruleset *rules, struct dwr_text line,
                                 size_t line_number, struct dwr_scratch *s)
{
    struct dwr_request request;
    struct dwr_result result;
    enum dwr_rc rc = dwr_request_read(rules, line, s, &request);

    if (rc == DWR_OK)
        rc = dwr_request_merge(&request, s, &result);
    if (rc == DWR_NOMEM)
        return (struct dwr_text){ NULL, 0 };
    return rc == DWR_OK ? dwr_answer(&result, request.id, s)
                        : error_answer(s, rc, request.id, line_number);
}
