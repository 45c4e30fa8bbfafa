/* test_resolve.c - the promises of dwr.h: two entries with one result, failures that leave nothing,
 * no byte outside the texts, no trace of the merge before. What a merge means is tested in
 * tests/scenarios. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rules_of.h"

/* --- rules of every kind, and random merges by them --- */

static const char all_rules[] =
    "default { strategy last_write_wins; notify conflict; }\n"
    "doctype \"D\" {\n"
    "    strategy field_level; otherwise last_write_wins; meta synced;\n"
    "    server_wins a when server_role = \"boss\"; client_wins a;\n"
    "    client_wins together b, c; merge_text d; union e; keep_both f { key k; }\n"
    "    sum g; max h; immutable i; manual j { provisional client; watch a; set s = 1; }\n"
    "    first_write_wins l;\n"
    "    child t { key k; order_by o; on_same_key fields { sum n; union v; otherwise client_wins; "
    "}\n"
    "              removes yes; count_into tn; }\n"
    "    child u { key k, n; hold when server.a = 3; on_same_key keep_both; }\n"
    "    lock when server.a = 4 except b, c, t;\n"
    "    notify a_changed when a changes; notify conflict;\n"
    "    tombstone { delete_wins_over_update no; }\n"
    "}\n"
    "doctype \"One\" { strategy manual_resolve; tombstone { allow_delete no; soft_delete a = 9; } "
    "}\n"
    "doctype \"Log\" { strategy append_only; child t { key k; } }\n"
    "doctype \"Branches\" { strategy version_all; branch \"{name}/{timestamp}\" version_field g; "
    "}\n"
    "doctype \"Theirs\" { strategy server_only; }\n";

static const char *const names[] = { "D", "One", "Log", "Branches", "Theirs", "Nobody's" };

enum { NAMES = sizeof names / sizeof *names };

static uint64_t seed = 20260302;

static uint32_t draw(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

struct text_room {
    char text[8192];
    size_t n;
    bool spaced; /* white space where JSON allows it */
};

static void put(struct text_room *r, const char *text)
{
    const size_t n = strlen(text);

    cr_assert_lt(r->n + n + 1, sizeof r->text);
    memcpy(r->text + r->n, text, n + 1);
    r->n += n;
}

/* A token, with white space behind it now and then. */
static void token(struct text_room *r, const char *text)
{
    static const char *const spaces[] = { "", " ", "\n", "\t ", "  \r\n  " };

    put(r, text);
    if (r->spaced)
        put(r, spaces[draw(5)]);
}

static const char *one_of(const char *const *words, size_t n)
{
    return words[draw((uint32_t)n)];
}

#define ONE_OF(words) one_of(words, sizeof(words) / sizeof *(words))

static void scalar(struct text_room *r)
{
    static const char *const words[] = {
        "0",
        "1",
        "1.0",
        "2",
        "3",
        "4",
        "-7.25",
        "1e2",
        "9007199254740993",
        "\"x\"",
        "\"\"",
        "null",
        "true",
        "false",
        "\"\\u0078\"",
        "\"a\\nb\"",
        "\"a\\nb\\nc\"",
        "\"a\\n\xC3\xBC\\nc\"",
        "\"2026-03-02\"",
        "\"2026-03-02T10:00:00Z\"",
        "\"\\ud83d\\ude00\"",
        "12345678901234567890.5",
        "\"a longer text, of more than thirty-two bytes, \\\"quoted\\\"\"",
    };

    token(r, ONE_OF(words));
}

static void array(struct text_room *r, bool objects)
{
    const uint32_t n = draw(5);

    token(r, "[");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            token(r, ",");
        if (objects) {
            static const char *const keys[] = { "1", "2", "3", "\"p\"", "\"\\u0070\"", "null" };

            token(r, "{");
            token(r, "\"k\"");
            token(r, ":");
            token(r, ONE_OF(keys));
            token(r, ",\"n\":");
            token(r, draw(2) ? "1" : "2.50");
            if (draw(2)) {
                token(r, ",\"o\":");
                token(r, draw(2) ? "5" : "\"2026-03-02\"");
            }
            if (draw(3) == 0)
                token(r, ",\"v\":[1,{\"w\":2}]");
            token(r, "}");
        } else {
            scalar(r);
        }
    }
    token(r, "]");
}

/* A document that may have each of these members, in an order of its own. */
static void document(struct text_room *r, uint32_t one_in)
{
    static const char *const members[] = {
        "a", "b", "c", "d", "e", "f",  "g",      "h",    "i",         "j",        "l",      "m",
        "s", "t", "u", "y", "z", "tn", "synced", "name", "docstatus", "_private", "\\u0071"
    };
    const uint32_t count = sizeof members / sizeof *members, start = draw(count);
    bool first = true;

    token(r, "{");
    for (uint32_t i = 0; i < count; i++) {
        const char *name = members[(start + i) % count];

        if (draw(one_in) != 0)
            continue;
        if (!first)
            token(r, ",");
        first = false;
        put(r, "\"");
        put(r, name);
        token(r, "\"");
        token(r, ":");
        if (*name == 't' || *name == 'u')
            array(r, name[1] == '\0' && draw(20) > 0);
        else if (*name == 'e')
            array(r, false);
        else if (*name == 'f')
            array(r, true);
        else
            scalar(r);
    }
    token(r, "}");
}

struct drawn {
    struct text_room base, server, client;
    struct dwr_write write;
};

/* The server's document is a few members away from base's, or all of it is new. */
static void draw_write(struct drawn *d, bool spaced)
{
    static const char *const times[] = { NULL, "\"2026-03-01\"", "\"2026-03-02T10:00:00Z\"", "7" };
    static const char *const roles[] = { NULL, "\"boss\"", "[\"x\",\"boss\"]", "{\"a\":\"boss\"}" };

    d->base = d->server = d->client = (struct text_room){ .spaced = spaced };
    document(&d->base, 2);
    if (draw(3) == 0)
        document(&d->server, 2);
    else
        d->server = d->base;
    if (draw(3) == 0 && strchr(d->server.text, ':') != NULL) {
        /* A member of its own at the end. */
        d->server.n = (size_t)(strrchr(d->server.text, '}') - d->server.text);
        d->server.text[d->server.n] = '\0';
        put(&d->server, draw(4) ? ",\"w\":5}" : ",\"_deleted\":true}");
    }
    document(&d->client, draw(2) ? 2 : 6);
    d->write = (struct dwr_write){
        .op = (enum dwr_op)(draw(2) ? 0 : draw(4)),
        .base = draw(4) ? text_of(d->base.text) : text_of(draw(2) ? NULL : "null"),
        .server = draw(8) ? text_of(d->server.text) : text_of(draw(2) ? NULL : " null "),
        .client = text_of(d->client.text),
        .client_ts = text_of(ONE_OF(times)),
        .server_ts = text_of(ONE_OF(times)),
        .now = text_of(ONE_OF(times)),
        .server_role = text_of(ONE_OF(roles)),
        .client_role = text_of(ONE_OF(roles)),
    };
}

typedef enum dwr_rc merge_fn(const struct dwr_doctype *, const struct dwr_write *,
                             struct dwr_scratch *, struct dwr_result *);

/* The answer as a text of its own, or the name of the failure. */
static char *outcome(merge_fn *merge, const struct dwr_doctype *d, const struct dwr_write *w,
                     struct dwr_scratch *s)
{
    struct dwr_result r;
    const enum dwr_rc rc = merge(d, w, s, &r);
    struct dwr_text answer;

    if (rc != DWR_OK)
        return strdup(dwr_rc_name(rc));
    answer = dwr_answer(&r, text_of("1"), s);
    cr_assert_not_null(answer.p);
    return strndup(answer.p, answer.n);
}

static const struct dwr_doctype *doctype(const struct dwr_ruleset *rules, uint32_t i)
{
    return dwr_doctype_find(rules, names[i], strlen(names[i]));
}

/* dwr_merge_stored differs from dwr_merge in what it checks, not in what comes out; and neither in
 * which scratch nor what was in it. */
Test(resolve, both_entries_give_the_same_answer)
{
    static struct drawn d;
    const struct dwr_ruleset *rules = rules_of(all_rules);
    unsigned statuses[5] = { 0 };

    for (unsigned i = 0; i < 6000; i++) {
        const uint64_t from = seed;
        const struct dwr_doctype *type = doctype(rules, i % 2 ? 0 : draw(NAMES));
        struct dwr_scratch *fresh = dwr_scratch_new();
        char *strict, *stored, *again;

        draw_write(&d, i % 3 == 0);
        cr_assert_not_null(fresh);
        strict = outcome(dwr_merge, type, &d.write, the_scratch());
        stored = outcome(dwr_merge_stored, type, &d.write, the_scratch());
        again = outcome(dwr_merge, type, &d.write, fresh);
        cr_expect_str_eq(stored, strict, "seed %llu", (unsigned long long)from);
        cr_expect_str_eq(again, strict, "seed %llu", (unsigned long long)from);
        for (int k = 0; k < 5; k++) {
            char word[40];

            snprintf(word, sizeof word, "\"status\":\"%s\"", dwr_status_name((enum dwr_status)k));
            statuses[k] += strstr(strict, word) != NULL;
        }
        free(strict);
        free(stored);
        free(again);
        dwr_scratch_free(fresh);
    }
    for (int k = 0; k < 5; k++)
        cr_expect_gt(statuses[k], 50, "%s: %u", dwr_status_name((enum dwr_status)k), statuses[k]);
}

/* White space changes nothing but itself. */
Test(resolve, white_space_means_nothing)
{
    static struct drawn d;
    const struct dwr_ruleset *rules = rules_of(all_rules);

    for (unsigned i = 0; i < 2000; i++) {
        const uint64_t from = seed;
        const struct dwr_doctype *type = doctype(rules, i % NAMES);
        struct dwr_text *const documents[] = { &d.write.base, &d.write.server, &d.write.client };
        char *plain, *spaced, room[3][8192];

        draw_write(&d, false);
        plain = outcome(dwr_merge, type, &d.write, the_scratch());
        for (int k = 0; k < 3; k++) {
            bool in_string = false;
            char *to = room[k];

            if (documents[k]->p == NULL)
                continue;
            for (size_t c = 0; c < documents[k]->n; c++) {
                const char at = documents[k]->p[c];

                if (!in_string && strchr("{}[]:,\"", at) != NULL && draw(2))
                    *to++ = " \t\r\n"[draw(4)];
                in_string ^= at == '"' && (c == 0 || documents[k]->p[c - 1] != '\\');
                *to++ = at;
            }
            *to++ = '\n';
            *documents[k] = (struct dwr_text){ room[k], (size_t)(to - room[k]) };
        }
        spaced = outcome(i % 2 ? dwr_merge : dwr_merge_stored, type, &d.write, the_scratch());
        cr_expect(strcmp(plain, spaced) == 0 || same_json(plain, spaced),
                  "seed %llu: %s, spaced %s", (unsigned long long)from, plain, spaced);
        free(plain);
        free(spaced);
    }
}

/* --- failures --- */

static bool is_zero(const struct dwr_result *r)
{
    return r->status == 0 && r->code == 0 && r->doc.p == NULL && r->doc.n == 0 &&
           r->branch.p == NULL && r->branch.n == 0 && r->message.p == NULL && r->message.n == 0 &&
           r->rule.p == NULL && r->rule.n == 0 && r->fields == NULL && r->field_count == 0 &&
           r->notifications == NULL && r->notification_count == 0;
}

static void expect_failure(const char *says, merge_fn *merge, const struct dwr_write *w,
                           enum dwr_rc rc)
{
    struct dwr_result r;

    memset(&r, 0xAA, sizeof r);
    cr_expect_eq(merge(rules_of(all_rules)->doctypes, w, the_scratch(), &r), rc, "%s", says);
    cr_expect(is_zero(&r), "%s: nothing is left in the result", says);
}

static const struct bad_case {
    const char *says, *text;
    enum dwr_rc rc;
} bad_cases[] = {
    { "nothing", "", DWR_INVALID_JSON },
    { "white space", " \n", DWR_INVALID_JSON },
    { "an array", "[]", DWR_INVALID_JSON },
    { "a string", "\"{}\"", DWR_INVALID_JSON },
    { "a number", "7", DWR_INVALID_JSON },
    { "true", "true", DWR_INVALID_JSON },
    { "an opening brace", "{", DWR_INVALID_JSON },
    { "a closing one", "}", DWR_INVALID_JSON },
    { "a word", "{\"a\":nul}", DWR_INVALID_JSON },
    { "a member without a value", "{\"a\":}", DWR_INVALID_JSON },
    { "a member without a name", "{:1}", DWR_INVALID_JSON },
    { "a comma at the end", "{\"a\":1,}", DWR_INVALID_JSON },
    { "no comma", "{\"a\":1 \"b\":2}", DWR_INVALID_JSON },
    { "a number with a leading zero", "{\"a\":01}", DWR_INVALID_JSON },
    { "a number without digits behind the point", "{\"a\":1.}", DWR_INVALID_JSON },
    { "NaN", "{\"a\":NaN}", DWR_INVALID_JSON },
    { "a string without end", "{\"a\":\"b}", DWR_INVALID_JSON },
    { "an unknown escape", "{\"a\":\"\\x41\"}", DWR_INVALID_JSON },
    { "a control character", "{\"a\":\"\t\"}", DWR_INVALID_JSON },
    { "a comment", "{} // end", DWR_INVALID_JSON },
    { "another document behind it", "{}{}", DWR_INVALID_JSON },
    { "a byte-order mark", "\xEF\xBB\xBF{}", DWR_INVALID_JSON },
    { "no UTF-8", "{\"a\":\"\x80\"}", DWR_INVALID_UTF8 },
    { "no UTF-8 in a name", "{\"\xFF\":1}", DWR_INVALID_UTF8 },
    { "an overlong form", "{\"a\":\"\xE0\x80\xAF\"}", DWR_INVALID_UTF8 },
    { "beyond the last code point", "{\"a\":\"\xF4\x90\x80\x80\"}", DWR_INVALID_UTF8 },
    { "a surrogate", "{\"a\":\"\xED\xBF\xBF\"}", DWR_INVALID_UTF8 },
    { "a lone escaped surrogate", "{\"a\":\"\\ud83dx\"}", DWR_INVALID_UTF8 },
    { "a member twice", "{\"a\":1,\"a\":1}", DWR_DUPLICATE_KEY },
    { "twice, once with an escape", "{\"a\":1,\"b\":2,\"\\u0061\":3}", DWR_DUPLICATE_KEY },
    { "twice within", "{\"a\":{\"x\":1,\"x\":2}}", DWR_DUPLICATE_KEY },
    { "twice in a row of a table", "{\"t\":[{\"k\":1,\"k\":2}]}", DWR_DUPLICATE_KEY },
};

/* One valid write, of which one text is exchanged. */
static struct dwr_write good_write(void)
{
    return (struct dwr_write){ .base = text_of("{\"a\":0,\"t\":[{\"k\":1,\"n\":1}]}"),
                               .server = text_of("{\"a\":1,\"t\":[{\"k\":1,\"n\":2}]}"),
                               .client = text_of("{\"a\":2,\"t\":[{\"k\":1,\"n\":3}]}") };
}

Test(resolve, each_document_is_checked)
{
    for (size_t i = 0; i < sizeof bad_cases / sizeof *bad_cases; i++) {
        const struct bad_case *t = &bad_cases[i];
        const struct dwr_text bad = exact_copy(text_of(t->text));
        struct dwr_write base = good_write(), server = base, client = base;

        base.base = server.server = client.client = bad;
        cr_expect_eq(dwr_check(bad, the_scratch()), t->rc, "dwr_check: %s", t->says);
        expect_failure(t->says, dwr_merge, &base, t->rc);
        expect_failure(t->says, dwr_merge, &server, t->rc);
        expect_failure(t->says, dwr_merge, &client, t->rc);
        expect_failure(t->says, dwr_merge_stored, &client, t->rc);
        client.op = DWR_INSERT;
        expect_failure(t->says, dwr_merge_stored, &client, t->rc);
        client.server = text_of(NULL);
        expect_failure(t->says, dwr_merge_stored, &client, t->rc);
        client.op = DWR_UPDATE;
        expect_failure(t->says, dwr_merge_stored, &client, t->rc);
        client.op = DWR_UNDELETE;
        client.server = text_of("{\"a\":1,\"_deleted\":true}");
        expect_failure(t->says, dwr_merge_stored, &client, t->rc);
        free((void *)bad.p);
    }
}

Test(resolve, the_values_beside_the_documents_are_checked)
{
    static const struct bad_case values[] = {
        { "no JSON", "soon", DWR_INVALID_JSON },
        { "not closed", "\"2026-03-02", DWR_INVALID_JSON },
        { "nothing", "", DWR_INVALID_JSON },
        { "two values", "1 2", DWR_INVALID_JSON },
        { "no UTF-8", "\"\xC3\"", DWR_INVALID_UTF8 },
        { "a member twice", "{\"a\":1,\"a\":2}", DWR_DUPLICATE_KEY },
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int k = 0; k < 6; k++) {
            struct dwr_write w = good_write();
            struct dwr_text *const texts[] = { &w.client_ts,   &w.server_ts,   &w.now,
                                               &w.server_role, &w.client_role, &w.client_user };

            *texts[k] = text_of(values[i].text);
            expect_failure(values[i].says, dwr_merge, &w, values[i].rc);
        }
}

/* With what the client sent looked at as it is: any byte of it exchanged gives the same from both
 * entries, and a failure or an answer. */
Test(resolve, any_byte_of_the_clients_exchanged)
{
    static const char client[] =
        "{\"a\":1,\"d\":\"x\\u00fc\xC3\xBC\",\"t\":[{\"k\":1,\"n\":2},{\"k\":2}],"
        "\"e\":[1.5e3,true,null],\"y\":{\"z\":[]}}";
    static const char bytes[] = "\0 \"\\{}[]:,0aetu-.\x80\xC3\xFF\n";
    const struct dwr_ruleset *rules = rules_of(all_rules);
    unsigned refused = 0, accepted = 0;

    for (size_t at = 0; at < sizeof client - 1; at++)
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            const struct dwr_text changed =
                exact_copy((struct dwr_text){ client, sizeof client - 1 });
            struct dwr_write w = good_write();
            char *strict, *stored;

            ((char *)changed.p)[at] = bytes[b];
            w.client = changed;
            /* Also beside a server's document of the same bytes up to there. */
            w.server = (struct dwr_text){ client, sizeof client - 1 };
            strict = outcome(dwr_merge, rules->doctypes, &w, the_scratch());
            stored = outcome(dwr_merge_stored, rules->doctypes, &w, the_scratch());
            cr_expect_str_eq(stored, strict, "byte %zu as %02x", at, (unsigned char)bytes[b]);
            cr_expect_eq(*strict == '{', dwr_check(changed, the_scratch()) == DWR_OK,
                         "byte %zu as %02x: %s", at, (unsigned char)bytes[b], strict);
            *(*strict == '{' ? &accepted : &refused) += 1;
            free(strict);
            free(stored);
            free((void *)changed.p);
        }
    cr_expect_gt(refused, 500);
    cr_expect_gt(accepted, 100);
}

Test(resolve, a_client_that_sent_nothing)
{
    struct dwr_write w = good_write();
    struct dwr_result r;

    w.client = text_of(NULL);
    w.op = DWR_DELETE;
    cr_expect_eq(dwr_merge(rules_of(all_rules)->doctypes, &w, the_scratch(), &r), DWR_OK);
    w.client = text_of("not looked at");
    cr_expect_eq(dwr_merge(rules_of(all_rules)->doctypes, &w, the_scratch(), &r), DWR_OK);
    cr_expect_eq(dwr_merge_stored(rules_of(all_rules)->doctypes, &w, the_scratch(), &r), DWR_OK);
    w.client = text_of(NULL);
    w.op = DWR_UNDELETE;
    cr_expect_eq(dwr_merge(rules_of(all_rules)->doctypes, &w, the_scratch(), &r), DWR_OK);
    for (int op = 0; op < 2; op++)
        for (int null = 0; null < 2; null++) {
            memset(&r, 0xAA, sizeof r);
            w.op = (enum dwr_op)op;
            w.client = text_of(null ? "null" : NULL);
            cr_expect_neq(dwr_merge(rules_of(all_rules)->doctypes, &w, the_scratch(), &r), DWR_OK);
            cr_expect(is_zero(&r));
        }
}

Test(resolve, rules_of_another_version)
{
    struct dwr_ruleset other = *rules_of(all_rules);
    struct dwr_request request;
    struct dwr_text answer;
    char *copy;

    other.tables_version = DWR_TABLES_VERSION + 1;
    cr_expect_eq(dwr_request_read(&other, text_of("{\"id\":1,\"doctype\":\"D\",\"client\":{}}"),
                                  the_scratch(), &request),
                 DWR_BAD_TABLES);
    answer = dwr_resolve_line(&other, text_of("{\"id\":1,\"doctype\":\"D\",\"client\":{}}"), 3,
                              the_scratch());
    cr_assert_not_null(answer.p);
    copy = strndup(answer.p, answer.n);
    cr_expect_not_null(strstr(copy, "\"status\":\"error\""), "%s", copy);
    cr_expect_not_null(strstr(copy, "\"code\":\"BAD_TABLES\""), "%s", copy);
    free(copy);
}

/* --- limits --- */

Test(resolve, the_limit_is_one_of_each_document)
{
    static const char fits[] = "{\"a\":\"0123456789\"}", more[] = "{\"a\":\"0123456789a\"}";
    struct dwr_write w = { .client = text_of("{}") };
    struct dwr_text *const texts[] = { &w.base, &w.server, &w.client };
    struct dwr_scratch *s = the_scratch();
    struct dwr_result r;

    dwr_scratch_limit(s, sizeof fits - 1);
    for (int k = 0; k < 3; k++) {
        w = (struct dwr_write){ .server = text_of("{}"), .client = text_of("{}") };
        *texts[k] = text_of(fits);
        cr_expect_eq(dwr_merge(rules_of(all_rules)->doctypes, &w, s, &r), DWR_OK);
        cr_expect_eq(dwr_merge_stored(rules_of(all_rules)->doctypes, &w, s, &r), DWR_OK);
        *texts[k] = text_of(more);
        expect_failure("a byte more", dwr_merge, &w, DWR_TOO_LARGE);
        expect_failure("a byte more", dwr_merge_stored, &w, DWR_TOO_LARGE);
    }
    cr_expect_eq(dwr_check(text_of(fits), s), DWR_OK);
    cr_expect_eq(dwr_check(text_of(more), s), DWR_TOO_LARGE);
    /* Above what offsets can hold there is nothing, whatever is asked for. */
    dwr_scratch_limit(s, SIZE_MAX);
    w.client = (struct dwr_text){ more, DWR_DOCUMENT_LIMIT_MAX + 1 };
    cr_expect_eq(dwr_check(w.client, s), DWR_TOO_LARGE);
    expect_failure("above every limit", dwr_merge, &w, DWR_TOO_LARGE);
    cr_expect_eq(dwr_check(text_of(more), s), DWR_OK);
    dwr_scratch_limit(s, DWR_DOCUMENT_MAX);
}

Test(resolve, the_limit_is_16_mib_unless_said_otherwise)
{
    char *text = malloc(DWR_DOCUMENT_MAX + 1);
    struct dwr_scratch *s = dwr_scratch_new();

    cr_assert(text != NULL && s != NULL);
    memset(text, 'x', DWR_DOCUMENT_MAX + 1);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + DWR_DOCUMENT_MAX - 2, "\"}", 2);
    cr_expect_eq(dwr_check((struct dwr_text){ text, DWR_DOCUMENT_MAX }, s), DWR_OK);
    memcpy(text + DWR_DOCUMENT_MAX - 2, "x\"}", 3);
    cr_expect_eq(dwr_check((struct dwr_text){ text, DWR_DOCUMENT_MAX + 1 }, s), DWR_TOO_LARGE);
    dwr_scratch_limit(s, DWR_DOCUMENT_MAX + 1);
    cr_expect_eq(dwr_check((struct dwr_text){ text, DWR_DOCUMENT_MAX + 1 }, s), DWR_OK);
    dwr_scratch_free(s);
    free(text);
}

/* --- what is read and what is written --- */

/* Memory that may be read and not written, between two pages that may not be touched at all. */
struct guarded {
    char *pages;
    size_t page;
};

static struct guarded guarded_new(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cr_assert_neq(p, MAP_FAILED);
    return (struct guarded){ p, page };
}

/* The text at the end (or the start) of what may be read; at most two pages. */
static struct dwr_text guard(struct guarded *g, struct dwr_text text, bool at_end)
{
    char *from = g->pages + g->page, *p = at_end ? from + 2 * g->page - text.n : from;

    if (text.p == NULL)
        return text;
    cr_assert_leq(text.n, 2 * g->page);
    cr_assert_eq(mprotect(from, 2 * g->page, PROT_READ | PROT_WRITE), 0);
    memcpy(p, text.p, text.n);
    cr_assert_eq(mprotect(from, 2 * g->page, PROT_READ), 0);
    return (struct dwr_text){ p, text.n };
}

static void guarded_free(struct guarded *g)
{
    munmap(g->pages, 4 * g->page);
}

/* Every text of a write in memory of its own; a byte read beside it or written in it ends the test.
 */
static struct dwr_write guard_all(struct guarded g[8], struct dwr_write w, bool at_end)
{
    struct dwr_text *const texts[] = { &w.base, &w.server,      &w.client,      &w.client_ts,
                                       &w.now,  &w.server_role, &w.client_role, &w.server_ts };

    for (int k = 0; k < 8; k++)
        *texts[k] = guard(&g[k], *texts[k], at_end);
    return w;
}

Test(resolve, nothing_beside_the_texts_is_read_and_nothing_in_them_written)
{
    static struct drawn d;
    const struct dwr_ruleset *rules = rules_of(all_rules);
    struct guarded g[8];

    for (int k = 0; k < 8; k++)
        g[k] = guarded_new();
    for (unsigned i = 0; i < 2000; i++) {
        const uint64_t from = seed;
        const struct dwr_doctype *type = doctype(rules, i % 2 ? 0 : draw(NAMES));
        char *open, *strict, *stored;
        struct dwr_write w;

        draw_write(&d, i % 3 == 0);
        open = outcome(dwr_merge, type, &d.write, the_scratch());
        w = guard_all(g, d.write, i % 5 != 0);
        strict = outcome(dwr_merge, type, &w, the_scratch());
        stored = outcome(dwr_merge_stored, type, &w, the_scratch());
        cr_expect_str_eq(strict, open, "seed %llu", (unsigned long long)from);
        cr_expect_str_eq(stored, open, "seed %llu", (unsigned long long)from);
        free(open);
        free(strict);
        free(stored);
    }
    for (int k = 0; k < 8; k++)
        guarded_free(&g[k]);
}

/* Documents of every length around those of vector registers, cut short at every byte as well: the
 * strict entry refuses what is cut, the other may answer what it likes but reads nothing outside.
 */
Test(resolve, documents_of_every_length_cut_at_every_byte)
{
    const struct dwr_ruleset *rules = rules_of(all_rules);
    struct guarded g[8];
    char text[256], letters[160];
    struct dwr_result r;

    for (int k = 0; k < 8; k++)
        g[k] = guarded_new();
    memset(letters, 'x', sizeof letters);
    for (int pad = 0; pad < 140; pad += pad < 70 ? 1 : 7) {
        const int n =
            snprintf(text, sizeof text,
                     "{\"a\":1,\"d\":\"%.*s\\u00fc\",\"t\":[{\"k\":2,\"n\":[7]}]}", pad, letters);

        for (int cut = 0; cut <= n; cut++) {
            const struct dwr_text part = { text, (size_t)cut };
            struct dwr_write base = good_write(), server = base, client = base;

            base.base = server.server = client.client = part;
            base = guard_all(g, base, true);
            cr_assert_eq(dwr_merge(rules->doctypes, &base, the_scratch(), &r) == DWR_OK, cut == n);
            (void)!dwr_merge_stored(rules->doctypes, &base, the_scratch(), &r);
            server = guard_all(g, server, true);
            cr_assert_eq(dwr_merge(rules->doctypes, &server, the_scratch(), &r) == DWR_OK,
                         cut == n);
            (void)!dwr_merge_stored(rules->doctypes, &server, the_scratch(), &r);
            client = guard_all(g, client, true);
            cr_assert_eq(dwr_merge(rules->doctypes, &client, the_scratch(), &r) == DWR_OK,
                         cut == n);
            cr_assert_eq(dwr_merge_stored(rules->doctypes, &client, the_scratch(), &r) == DWR_OK,
                         cut == n);
            cr_assert_eq(dwr_check(client.client, the_scratch()) == DWR_OK, cut == n);
        }
    }
    for (int k = 0; k < 8; k++)
        guarded_free(&g[k]);
}

/* --- the scratch between merges --- */

/* {"a":1,"y":["xxx…"],"t":[{"k":0,"n":1},…]} of about a megabyte. */
static char *large_document(int n)
{
    char *text = malloc(1 << 21), *to = text;

    cr_assert_not_null(text);
    to += sprintf(to, "{\"a\":%d,\"y\":[\"", n);
    memset(to, 'x', 1 << 19);
    to += 1 << 19;
    to += sprintf(to, "\"],\"t\":[");
    for (int i = 0; i < 20000; i++)
        to += sprintf(to, "%s{\"k\":%d,\"n\":%d}", i == 0 ? "" : ",", i, i % 7 == 0 ? n : 0);
    sprintf(to, "]}");
    return text;
}

Test(resolve, a_merge_leaves_no_trace_in_the_scratch)
{
    static struct drawn d;
    const struct dwr_ruleset *rules = rules_of(all_rules);
    char *base = large_document(0), *server = large_document(1), *client = large_document(2);
    const struct dwr_write large = { .base = text_of(base),
                                     .server = text_of(server),
                                     .client = text_of(client) };
    struct dwr_write bad = good_write();
    struct dwr_result r;
    char *first_large = outcome(dwr_merge, rules->doctypes, &large, the_scratch());

    bad.client = text_of("{\"t\":[{\"k\":1},{\"k\":");
    for (unsigned i = 0; i < 60; i++) {
        char *before, *after, *failed_between;

        draw_write(&d, false);
        before = outcome(dwr_merge, rules->doctypes, &d.write, the_scratch());
        if (i % 4 == 0) {
            char *again = outcome(dwr_merge, rules->doctypes, &large, the_scratch());

            cr_expect_str_eq(again, first_large, "the large one among small ones");
            free(again);
        }
        after = outcome(dwr_merge, rules->doctypes, &d.write, the_scratch());
        cr_expect_eq(dwr_merge(rules->doctypes, &bad, the_scratch(), &r), DWR_INVALID_JSON);
        failed_between = outcome(dwr_merge, rules->doctypes, &d.write, the_scratch());
        cr_expect_str_eq(after, before);
        cr_expect_str_eq(failed_between, before);
        free(before);
        free(after);
        free(failed_between);
    }
    free(first_large);
    free(base);
    free(server);
    free(client);
}

/* --- the small functions --- */

Test(resolve, a_doctype_by_its_name)
{
    const struct dwr_ruleset *rules = rules_of(all_rules);

    for (uint32_t i = 0; i < NAMES - 1; i++)
        cr_expect_eq(doctype(rules, i), &rules->doctypes[i], "%s", names[i]);
    cr_expect_eq(doctype(rules, NAMES - 1), &rules->other);
    cr_expect_eq(dwr_doctype_find(rules, "d", 1), &rules->other, "capitals count");
    cr_expect_eq(dwr_doctype_find(rules, "", 0), &rules->other);
    cr_expect_eq(dwr_doctype_find(rules, "Branches", 7), &rules->other, "all of the name counts");
}

Test(resolve, the_words_of_the_interface)
{
    static const char *const statuses[] = { "success", "merged", "conflict_manual", "branched",
                                            "rejected" };
    static const char *const outcomes[] = { "same",   "client",  "server",   "merged",
                                            "manual", "refused", "branched", "held" };
    static const char *const codes[] = { "",
                                         "LOCKED",
                                         "VALIDATION_ERROR",
                                         "CREATE_NOT_ALLOWED",
                                         "NOT_FOUND",
                                         "DELETE_NOT_ALLOWED",
                                         "DELETE_CONFLICT",
                                         "DELETED" };

    for (int i = 0; i < 5; i++)
        cr_expect_str_eq(dwr_status_name((enum dwr_status)i), statuses[i]);
    for (int i = 0; i < 8; i++)
        cr_expect_str_eq(dwr_outcome_name((enum dwr_outcome)i), outcomes[i]);
    for (int i = 0; i < 8; i++)
        cr_expect_str_eq(dwr_code_name((enum dwr_code)i), codes[i]);
    cr_expect_str_eq(dwr_rc_name(DWR_INVALID_JSON), "INVALID_JSON");
    cr_expect_str_eq(dwr_rc_name(DWR_INVALID_UTF8), "INVALID_UTF8");
    cr_expect_str_eq(dwr_rc_name(DWR_DUPLICATE_KEY), "DUPLICATE_KEY");
    cr_expect_str_eq(dwr_rc_name(DWR_TOO_DEEP), "TOO_DEEP");
    cr_expect_str_eq(dwr_rc_name(DWR_TOO_LARGE), "TOO_LARGE");
    cr_expect_str_eq(dwr_rc_name(DWR_INVALID_REQUEST), "INVALID_REQUEST");
}

Test(resolve, code_paths_by_name)
{
    struct dwr_scratch *s = the_scratch();
    const char *best = dwr_simd_name(s);

    cr_expect(dwr_scratch_simd(s, "portable"), "every build has it");
    cr_expect_str_eq(dwr_simd_name(s), "portable");
    cr_expect_not(dwr_scratch_simd(s, "mmx"));
    cr_expect_str_eq(dwr_simd_name(s), "portable", "and stays with what it had");
    cr_expect(dwr_scratch_simd(s, best));
    cr_expect_str_eq(dwr_simd_name(s), best);
    dwr_scratch_free(NULL);
}
