/* soup.c - random rule files in random layouts. */
#include "soup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- bytes and pieces --- */

static void *grown(void *p, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return p;
    while (*room < need)
        *room = *room == 0 ? 1024 : *room * 2;
    p = realloc(p, *room * size);
    if (!p) {
        fputs("soup: out of memory\n", stderr);
        exit(2);
    }
    return p;
}

static void put(struct soup *s, const char *p, size_t n)
{
    s->text = grown(s->text, &s->text_room, s->text_n + n, 1);
    memcpy(s->text + s->text_n, p, n);
    s->text_n += n;
}

static void remember(struct soup *s, const char *p, size_t n)
{
    s->pieces_text = grown(s->pieces_text, &s->pieces_room, s->pieces_n + n, 1);
    s->pieces = grown(s->pieces, &s->room, s->count + 1, sizeof *s->pieces);
    memcpy(s->pieces_text + s->pieces_n, p, n);
    s->pieces[s->count++] = (struct soup_piece){ (uint32_t)s->pieces_n, (uint32_t)n };
    s->pieces_n += n;
}

static unsigned below(struct soup *s, unsigned n)
{
    return draw_below(s->draw, n);
}

#define PICK(s, list) (list)[below(s, sizeof(list) / sizeof *(list))]

/* --- layout --- */

static void comment(struct soup *s)
{
    static const char *const texts[] = {
        "//",
        "// a comment",
        "/// documentation",
        "//// a ruler ////",
        "//x",
        "// { ; \" }",
        "// \xC3\xA4\xE6\x9D\xB1\xF0\x9F\x98\x80",
        "//\ttabs\tinside",
        "// a\rcarriage return",
        "// so long that no line of a hundred columns holds it beside anything else, and more",
    };
    static const char *const ends[] = { "\n", "\n", " \n", "\t \r\n", "\n\n\n\n" };
    const char *text = PICK(s, texts), *end = PICK(s, ends);

    put(s, text, strlen(text));
    remember(s, text, strlen(text));
    put(s, end, strlen(end));
}

static void gap(struct soup *s, bool needed)
{
    static const char *const spaces[] = { " ",      " ",  " ",    "  ",    "\n",
                                          "\n    ", "\t", "\r\n", "\n\n\n" };

    if (needed || below(s, 3) == 0) {
        const char *space = PICK(s, spaces);

        put(s, space, strlen(space));
    }
    for (int i = 0; i < 4 && s->quiet == 0 && below(s, 40) < s->comments; i++) {
        comment(s);
        if (below(s, 3) == 0)
            put(s, "    ", below(s, 5));
    }
}

/* Whether two characters beside each other would be read as one token, or as another. */
static bool joins(char a, char b)
{
    const bool a_word = a == '_' || (a >= '0' && a <= '9') ||
                        ((unsigned char)(a | 32) >= 'a' && (unsigned char)(a | 32) <= 'z');
    const bool b_word = b == '_' || (b >= '0' && b <= '9') ||
                        ((unsigned char)(b | 32) >= 'a' && (unsigned char)(b | 32) <= 'z');

    return (a_word && (b_word || b == '.')) || (a == '.' && b_word) || strchr("-<>=!/", a) != NULL;
}

static void token(struct soup *s, const char *text)
{
    /* A point between two names may touch them: only numbers read on. */
    const char last = s->text_n > 0 ? s->text[s->text_n - 1] : ' ';
    const bool point = text[0] == '.' || last == '.';

    gap(s, !point && joins(last, text[0]));
    put(s, text, strlen(text));
    remember(s, text, strlen(text));
}

/* --- names and values --- */

static void name(struct soup *s)
{
    static const char *const names[] = {
        "a",
        "status",
        "assigned_to",
        "notes",
        "\"quoted name\"",
        "\"2nd\"",
        "\"\xC3\x9F\"",
        "x1",
        "priority",
        "key",
        "version",
        "default",
        "test",
        "sum",
        "fields",
        "child",
        "conflict",
        "a_name_that_is_rather_long_for_a_field",
        "otherwise",
        "refresh",
        "from",
        "to",
        "for",
        "by",
        "unless",
        "except",
        "set",
        "link",
        "max",
        "min",
        "yes",
        "server",
        "client",
        "base",
        "in",
        "and",
        "or",
        "is",
        "created",
        "expect",
        "true",
        "null",
        "union",
        "of",
        "create",
    };

    token(s, PICK(s, names));
}

static void names(struct soup *s)
{
    unsigned n = below(s, 4) == 0 ? below(s, 12) : below(s, 3);

    name(s);
    while (n-- > 0) {
        token(s, ",");
        name(s);
    }
}

static void word(struct soup *s)
{
    static const char *const words[] = { "moved", "status_changed", "lru", "push", "when", "not" };

    token(s, PICK(s, words));
}

static void string(struct soup *s)
{
    static const char *const strings[] = {
        "\"Customer\"",
        "\"a \\\"quoted\\\" \\\\ text\"",
        "\"// no comment\"",
        "\"{\"",
        "\"\\u00e4\"",
        "\"\xE6\x9D\xB1\xE4\xBA\xAC\"",
        "\"a text that is long enough to make lines go over their end, now and then\"",
    };

    token(s, PICK(s, strings));
}

static void title(struct soup *s)
{
    static const char *const titles[] = {
        "\"Dispatch Job\"",
        "\"A\"",
        "\"Form \\\"X\\\"\"",
        "\"a title of a test that says what it claims in rather many words, as they do\"",
    };

    token(s, PICK(s, titles));
}

static void json(struct soup *s, unsigned depth);

static void array(struct soup *s, unsigned depth)
{
    unsigned n = below(s, 4);

    token(s, "[");
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            token(s, ",");
        json(s, depth + 1);
    }
    token(s, "]");
}

static void object(struct soup *s, unsigned depth)
{
    static const char *const members[] = { "\"a\"",          "\"status\"",
                                           "\"parts_used\"", "\"item_code\"",
                                           "\"\xC3\xA4\"",   "\"a member with a long name\"",
                                           "\"g\"" };
    unsigned n = below(s, sizeof members / sizeof *members + 1);

    token(s, "{");
    for (unsigned i = 0; i < n; i++) {
        if (i > 0)
            token(s, ",");
        token(s, members[i]);
        token(s, ":");
        json(s, depth + 1);
    }
    token(s, "}");
}

static void document(struct soup *s)
{
    gap(s, true);
    s->quiet++;
    object(s, 0);
    s->quiet--;
}

static void scalar(struct soup *s)
{
    static const char *const scalars[] = {
        "1",    "-2.50", "0",    "1e-7",     "12345678901234567890.0",
        "true", "false", "null", "\"Open\"", "\"\""
    };

    if (below(s, 4) == 0)
        string(s);
    else
        token(s, PICK(s, scalars));
}

static void json(struct soup *s, unsigned depth)
{
    switch (depth > 3 ? 9 : below(s, 6)) {
    case 0:
        object(s, depth);
        break;
    case 1:
        array(s, depth);
        break;
    default:
        scalar(s);
    }
}

static void value(struct soup *s)
{
    gap(s, true);
    s->quiet++;
    json(s, 2);
    s->quiet--;
}

static void values(struct soup *s)
{
    unsigned n = below(s, 5);

    token(s, "(");
    value(s);
    while (n-- > 0) {
        token(s, ",");
        value(s);
    }
    token(s, ")");
}

/* --- conditions --- */

static void side_name(struct soup *s)
{
    static const char *const sides[] = { "server", "client", "base" };

    switch (below(s, 4)) {
    case 0:
        token(s, "doc_field");
        break;
    case 1:
        token(s, "client_role");
        break;
    default:
        token(s, PICK(s, sides));
        token(s, ".");
        name(s);
    }
}

static void cond(struct soup *s, unsigned depth)
{
    static const char *const compares[] = { "=", "!=", "<", "<=", ">", ">=" };

    switch (depth > 3 ? below(s, 5) : below(s, 9)) {
    case 0:
        side_name(s);
        token(s, PICK(s, compares));
        value(s);
        break;
    case 1:
        side_name(s);
        if (below(s, 2) == 0)
            token(s, "not");
        token(s, "in");
        values(s);
        break;
    case 2:
        side_name(s);
        token(s, "is");
        if (below(s, 2) == 0)
            token(s, "not");
        token(s, "set");
        break;
    case 3:
        token(s, "status");
        token(s, "changes");
        break;
    case 4:
        token(s, "status");
        token(s, "becomes");
        value(s);
        break;
    case 5:
        token(s, "not");
        cond(s, 9);
        break;
    case 6:
        token(s, "(");
        cond(s, depth + 1);
        token(s, ")");
        break;
    default:
        cond(s, depth + 1);
        token(s, below(s, 2) == 0 ? "and" : "or");
        cond(s, depth + 1);
    }
}

static void when(struct soup *s)
{
    token(s, "when");
    cond(s, 0);
}

/* --- statements --- */

static void flag(struct soup *s)
{
    token(s, below(s, 2) == 0 ? "yes" : "no");
}

static void duration(struct soup *s)
{
    static const char *const durations[] = { "30d", "24h", "15m", "90s" };

    token(s, PICK(s, durations));
}

static void rule_word(struct soup *s)
{
    static const char *const rules[] = {
        "server_wins", "client_wins", "last_write_wins", "first_write_wins",
        "manual",      "merge_text",  "union",           "keep_both",
        "sum",         "immutable",   "server_only"
    };

    token(s, PICK(s, rules));
}

static void rule_block(struct soup *s)
{
    token(s, "{");
    for (unsigned n = below(s, 4); n > 0; n--) {
        switch (below(s, 4)) {
        case 0:
            token(s, "provisional");
            token(s, "client");
            break;
        case 1:
            token(s, "watch");
            names(s);
            break;
        case 2:
            token(s, "set");
            name(s);
            token(s, "=");
            value(s);
            break;
        default:
            token(s, "key");
            names(s);
        }
        token(s, ";");
    }
    token(s, "}");
}

static void rule(struct soup *s)
{
    const bool ranked = below(s, 5) == 0;

    if (ranked)
        token(s, below(s, 2) == 0 ? "max" : "min");
    else
        rule_word(s);
    if (below(s, 4) == 0) {
        token(s, "together");
        token(s, "first_of_them");
        token(s, ",");
    }
    names(s);
    if (ranked && below(s, 2) == 0) {
        token(s, "ranked");
        values(s);
    }
    if (below(s, 4) == 0)
        when(s);
    if (below(s, 4) == 0)
        rule_block(s);
    else
        token(s, ";");
}

static void fields(struct soup *s)
{
    token(s, "{");
    for (unsigned n = below(s, 5); n > 0; n--) {
        if (below(s, 4) == 0) {
            token(s, "otherwise");
            rule_word(s);
            token(s, ";");
        } else {
            rule(s);
        }
    }
    token(s, "}");
}

static void on_same_key(struct soup *s)
{
    token(s, "on_same_key");
    switch (below(s, 3)) {
    case 0:
        token(s, "sum");
        token(s, "(");
        names(s);
        token(s, ")");
        token(s, ";");
        break;
    case 1:
        token(s, "fields");
        fields(s);
        break;
    default:
        token(s, below(s, 2) == 0 ? "client_wins" : "keep_both");
        token(s, ";");
    }
}

static void child(struct soup *s)
{
    token(s, "child");
    name(s);
    token(s, "{");
    for (unsigned n = below(s, 6); n > 0; n--) {
        switch (below(s, 6)) {
        case 0:
            token(s, "order_by");
            name(s);
            token(s, ";");
            break;
        case 1:
            on_same_key(s);
            break;
        case 2:
            token(s, "count_into");
            name(s);
            token(s, ";");
            break;
        case 3:
            token(s, below(s, 2) == 0 ? "removes" : "append_only");
            flag(s);
            token(s, ";");
            break;
        case 4:
            token(s, "hold");
            when(s);
            token(s, ";");
            break;
        default:
            token(s, "key");
            names(s);
            token(s, ";");
        }
    }
    token(s, "}");
}

static void tombstone(struct soup *s)
{
    token(s, "tombstone");
    token(s, "{");
    for (unsigned n = below(s, 5); n > 0; n--) {
        switch (below(s, 5)) {
        case 0:
            token(s, "allow_delete");
            flag(s);
            break;
        case 1:
            token(s, "soft_delete");
            name(s);
            token(s, "=");
            value(s);
            break;
        case 2:
            token(s, "ttl");
            duration(s);
            break;
        case 3:
            token(s, "delete_wins_over_update");
            flag(s);
            break;
        default:
            token(s, "archive_after");
            duration(s);
            if (below(s, 2) == 0)
                when(s);
        }
        token(s, ";");
    }
    token(s, "}");
}

static void moment(struct soup *s)
{
    name(s);
    if (below(s, 2) == 0) {
        token(s, "+");
        name(s);
    }
}

static void no_overlap(struct soup *s)
{
    token(s, "no_overlap");
    token(s, "by");
    names(s);
    token(s, "from");
    moment(s);
    if (below(s, 2) == 0) {
        token(s, "to");
        moment(s);
    } else {
        token(s, "for");
        name(s);
        token(s, "minutes");
    }
    if (below(s, 2) == 0) {
        token(s, "unless");
        cond(s, 1);
    }
    token(s, ";");
}

static void effect(struct soup *s)
{
    token(s, "effect");
    word(s);
    token(s, "when");
    name(s);
    token(s, "becomes");
    value(s);
    token(s, "{");
    for (unsigned n = below(s, 3); n > 0; n--) {
        token(s, "create");
        string(s);
        token(s, ";");
    }
    token(s, "}");
}

static void link_or_current(struct soup *s)
{
    switch (below(s, 4)) {
    case 0:
        token(s, "current");
        name(s);
        token(s, "of");
        name(s);
        token(s, "->");
        string(s);
        token(s, ".");
        name(s);
        token(s, "otherwise");
        token(s, "manual");
        name(s);
        break;
    case 1:
        token(s, "as_of");
        name(s);
        name(s);
        token(s, "->");
        string(s);
        break;
    default:
        token(s, "link");
        names(s);
        token(s, "->");
        string(s);
        if (below(s, 2) == 0) {
            token(s, "refresh");
            when(s);
        }
    }
    token(s, ";");
}

static void small_statement(struct soup *s)
{
    switch (below(s, 9)) {
    case 0:
        token(s, "strategy");
        token(s, below(s, 2) == 0 ? "field_level" : "append_only");
        break;
    case 1:
        token(s, "otherwise");
        rule_word(s);
        break;
    case 2:
        token(s, "meta");
        names(s);
        break;
    case 3:
        token(s, "lock");
        when(s);
        if (below(s, 2) == 0) {
            token(s, "except");
            names(s);
        }
        break;
    case 4:
        token(s, "notify");
        word(s);
        token(s, "when");
        name(s);
        token(s, "changes");
        break;
    case 5:
        token(s, "push_priority");
        token(s, "5");
        if (below(s, 2) == 0)
            when(s);
        break;
    case 6:
        token(s, "offline");
        token(s, "create");
        flag(s);
        token(s, ",");
        token(s, "delete");
        flag(s);
        break;
    case 7:
        token(s, "branch");
        string(s);
        token(s, "version_field");
        name(s);
        break;
    default:
        token(s, below(s, 2) == 0 ? "reason" : "hint");
        string(s);
    }
    token(s, ";");
}

static void statement(struct soup *s)
{
    static void (*const all[])(struct soup *) = {
        rule,  rule,      rule,       rule,   small_statement, small_statement, small_statement,
        child, tombstone, no_overlap, effect, link_or_current, link_or_current,
    };

    PICK(s, all)(s);
}

static void doctype(struct soup *s, unsigned statements)
{
    if (below(s, 5) == 0) {
        token(s, "default");
    } else {
        token(s, "doctype");
        title(s);
    }
    token(s, "{");
    for (unsigned n = below(s, statements + 1); n > 0; n--)
        statement(s);
    token(s, "}");
}

static void expect(struct soup *s)
{
    token(s, "expect");
    switch (below(s, 6)) {
    case 0:
        token(s, "merged");
        document(s);
        if (below(s, 4) == 0)
            token(s, ";");
        return;
    case 1:
        token(s, "outcome");
        name(s);
        if (below(s, 2) == 0) {
            token(s, "[");
            token(s, "\"A|B\"");
            token(s, "]");
        }
        word(s);
        break;
    case 2:
        token(s, "code");
        word(s);
        break;
    case 3:
        token(s, "conflict");
        name(s);
        break;
    case 4:
        token(s, "no");
        token(s, "notification");
        break;
    default:
        token(s, "branch");
        document(s);
        return;
    }
    token(s, ";");
}

static void test(struct soup *s)
{
    static const char *const givens[] = { "base",        "server",      "client",
                                          "client_ts",   "server_ts",   "now",
                                          "server_role", "client_role", "client_user" };

    token(s, "test");
    title(s);
    token(s, "for");
    title(s);
    token(s, "{");
    for (unsigned n = below(s, 8); n > 0; n--) {
        if (below(s, 2) == 0) {
            expect(s);
            continue;
        }
        token(s, PICK(s, givens));
        if (below(s, 3) == 0) {
            gap(s, true);
            scalar(s);
            token(s, ";");
        } else {
            document(s);
        }
    }
    token(s, "}");
}

static void settings(struct soup *s)
{
    switch (below(s, 4)) {
    case 0:
        token(s, "ruleset");
        title(s);
        token(s, "version");
        token(s, "7");
        token(s, ";");
        return;
    case 1:
        token(s, "sync");
        token(s, "{");
        token(s, "manual_timeout");
        duration(s);
        token(s, "then");
        token(s, "server_wins");
        token(s, ";");
        token(s, "feed_limit");
        token(s, "100");
        token(s, "max");
        token(s, "500");
        break;
    case 2:
        token(s, "attachments");
        token(s, "{");
        token(s, "always_sync");
        string(s);
        token(s, ",");
        string(s);
        token(s, ";");
        token(s, "local_cache");
        token(s, "5MB");
        token(s, "evict");
        word(s);
        break;
    default:
        token(s, "retry");
        token(s, "{");
        token(s, "backoff");
        duration(s);
        token(s, ",");
        duration(s);
    }
    token(s, ";");
    token(s, "}");
}

void soup_write(struct soup *s, struct draw *draw, unsigned statements)
{
    s->draw = draw;
    s->text_n = s->pieces_n = s->count = s->quiet = 0;
    s->comments = below(s, 3) * below(s, 12);
    for (unsigned n = 1 + below(s, 3); n > 0; n--) {
        switch (below(s, 5)) {
        case 0:
            settings(s);
            break;
        case 1:
            test(s);
            break;
        default:
            doctype(s, statements);
        }
    }
    gap(s, false);
}

void soup_free(struct soup *s)
{
    free(s->text);
    free(s->pieces_text);
    free(s->pieces);
    *s = (struct soup){ 0 };
}

/* --- reading back --- */

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The end of the token or comment at p. */
static const char *piece_end(const char *p, const char *end)
{
    if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
        while (p < end && *p != '\n')
            p++;
    } else if (*p == '"') {
        for (p++; p < end && *p != '"'; p++)
            p += *p == '\\';
        p = p < end ? p + 1 : end;
    } else if (*p == '-' && p + 1 < end && p[1] == '>') {
        p += 2;
    } else if (is_word(*p) || *p == '-') {
        const bool number = *p == '-' || (*p >= '0' && *p <= '9');

        for (p++; p < end && (is_word(*p) || (number && *p == '.') ||
                              (number && (*p == '-' || *p == '+') && (p[-1] | 32) == 'e'));)
            p++;
    } else if (strchr("<>!", *p) && p + 1 < end && p[1] == '=') {
        p += 2;
    } else {
        p++;
    }
    return p;
}

size_t soup_lost(const struct soup *s, const char *text, size_t n)
{
    const char *p = text, *end = text + n;
    size_t i = 0;

    for (;; i++) {
        const char *from, *to;

        while (p < end && (*p == ' ' || *p == '\n'))
            p++;
        if (p == end)
            return s->count - i;
        from = p;
        p = to = piece_end(p, end);
        while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r') && from[0] == '/')
            to--;
        if (i == s->count || s->pieces[i].n != (size_t)(to - from) ||
            memcmp(s->pieces_text + s->pieces[i].at, from, (size_t)(to - from)) != 0)
            return s->count > i ? s->count - i : 1;
    }
}
