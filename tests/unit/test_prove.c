/* test_prove.c - verdicts: what holds, what the semantics except, and that each property can be
 * refuted. */
#include <criterion/criterion.h>

#include <string.h>

#include "../../compiler/prove/report.h"
#include "rules_of.h"

static struct arena arena;

static void clear(void)
{
    arena_clear(&arena);
}

/* Rules are written with ' for ". */
static const struct dwr_ruleset *rules(const char *body)
{
    char *copy = arena_copy(&arena, body, strlen(body));

    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return rules_with(copy);
}

static struct prove_results results_of(const char *body, prove_spoil *spoil)
{
    const struct prove_options options = { .only = DWR_STR("D"), .threads = 1, .spoil = spoil };

    return prove(&arena, rules(body), &options);
}

static const char *verdict_of(const struct prove_results *r, enum prove_property property)
{
    const struct dwr_str s = prove_verdict_text(&arena, &r->v[0], property);

    return arena_copy(&arena, s.p, s.n);
}

/* What section 10 of the semantics says of the rules. */
static const struct verdict_case {
    const char *says, *rules;
    enum prove_property property;
    const char *verdict;
} verdict_cases[] = {
    { "plain rules are idempotent", "strategy field_level; client_wins a; server_wins b;",
      PROVE_IDEMPOTENT, "proved" },
    { "adding up is not", "strategy field_level; sum n;", PROVE_IDEMPOTENT,
      "proved, except n (sum)" },
    { "nor is keeping both", "strategy field_level; keep_both photos;", PROVE_IDEMPOTENT,
      "proved, except photos (keep_both)" },
    { "a union is", "strategy field_level; union tags;", PROVE_IDEMPOTENT, "proved" },
    { "a text is but for lines that repeat", "strategy field_level; merge_text t;",
      PROVE_IDEMPOTENT,
      "proved, except t (a line that repeats), t (a merged text that ends in an empty line)" },
    { "the greater is", "strategy field_level; max m; min n;", PROVE_IDEMPOTENT, "proved" },
    { "rows are but for their keys", "strategy field_level; child r { key k; on_same_key sum(q); }",
      PROVE_IDEMPOTENT, "proved, except r, r.q (sum), r (rows with a repeated or no key)" },
    { "otherwise sum", "strategy field_level; otherwise sum;", PROVE_IDEMPOTENT,
      "proved, except any_field (sum)" },
    { "a condition may read what the write changes",
      "strategy field_level; server_wins a when server.b = 'x'; client_wins a; client_wins b;",
      PROVE_IDEMPOTENT,
      "proved, except a (base unknown, a condition reads what the write changes), "
      "a (a condition reads what the write changes)" },
    { "a condition on what nobody writes is none",
      "strategy field_level; server_wins a when server.b = 'x'; client_wins a; server_only b;",
      PROVE_IDEMPOTENT, "proved" },
    { "nor on what the sync layer keeps",
      "strategy field_level; client_wins a when server.modified > '2026-01-01'; server_wins a;",
      PROVE_IDEMPOTENT, "proved" },
    { "but what it lets through is what it is",
      "strategy field_level; meta seen; sum n when server.seen = 'y'; server_wins n;",
      PROVE_IDEMPOTENT, "proved, except n (sum)" },
    { "between close texts there is one",
      "strategy server_only; sum n when server.s > 'A' and server.s < 'A\\u0001'; server_wins n;",
      PROVE_IDEMPOTENT, "proved, except n (sum)" },
    { "and behind each", "strategy server_only; sum n when server.s > '\\u00e9'; server_wins n;",
      PROVE_IDEMPOTENT, "proved, except n (sum)" },
    { "a lock parts what it leaves alone from the rest",
      "strategy server_wins; client_wins status; lock when server.status = 'x' except notes;",
      PROVE_IDEMPOTENT,
      "proved, except notes (base unknown, a condition reads what the write changes), "
      "notes (the lock)" },
    { "a count changes with its table",
      "strategy field_level; child t { key id; count_into n; } manual f { watch n; }",
      PROVE_IDEMPOTENT,
      "proved, except f (a watched field changed), t (rows with a repeated or no key)" },
    { "nothing is lost",
      "strategy last_write_wins; sum n; union u; child r { key k; removes yes; }", PROVE_NO_LOSS,
      "proved" },
    { "a branch keeps all", "strategy version_all;", PROVE_NO_LOSS, "proved" },
    { "sets, sums and the greater arrive in either order",
      "strategy field_level; union u; keep_both k; sum n; max m; min o ranked ('a','b','c');",
      PROVE_ORDER, "proved" },
    { "rows that are only added too", "strategy append_only; child r { key k; order_by t; }",
      PROVE_ORDER, "proved" },
    { "no other rule claims it", "strategy field_level; client_wins a;", PROVE_ORDER,
      "nothing to prove" },
    { "a keyed set with a key twice does not", "strategy field_level; union u { key k; }",
      PROVE_ORDER, "proved, except u (a key twice in one array)" },
    { "a lock is of one order",
      "strategy field_level; union u; client_wins s; lock when server.s = 'closed';", PROVE_ORDER,
      "proved, except u (the lock)" },
    { "what is deleted stays deleted", "strategy client_wins;", PROVE_NO_RESURRECTION, "proved" },
    { "unless the rules say otherwise",
      "strategy client_wins; tombstone { delete_wins_over_update no; }", PROVE_NO_RESURRECTION,
      "proved, except a deleted document (delete_wins_over_update no)" },
    { "what both removed is gone, no more", "strategy field_level; keep_both photos;",
      PROVE_NO_RESURRECTION, "proved, except photos (keep_both)" },
    { "a conflict can be resolved", "strategy manual_resolve;", PROVE_RESOLVABLE, "proved" },
    { "rows too, where they have keys of their own",
      "strategy manual_resolve; child r { key k; on_same_key manual; }", PROVE_RESOLVABLE,
      "proved, except r (rows with a repeated or no key)" },
    { "held rows too", "strategy append_only; child r { key k; hold when s changes; }",
      PROVE_RESOLVABLE, "proved, except r (rows with a repeated or no key)" },
    { "unless a watched field keeps it open",
      "strategy field_level; manual a { provisional client; watch b; } server_wins b;",
      PROVE_RESOLVABLE, "proved, except a (a watched field changed)" },
    { "no conflict, no record", "strategy server_wins;", PROVE_RESOLVABLE, "nothing to prove" },
    { "unless another conflict sets its field",
      "strategy server_only; manual a; manual c { provisional client; set a = 'B'; }",
      PROVE_RESOLVABLE, "proved, except c (a conflict sets what a rule decides)" },
    { "a document that comes back is merged with its last content, again too",
      "strategy field_level; server_only d when base.c = 1; client_wins d;", PROVE_IDEMPOTENT,
      "proved" },
    { "the count in a lock is that of its rows",
      "strategy client_wins; child t { key id; on_same_key sum(q); count_into n; } "
      "lock when n changes;",
      PROVE_DETERMINISTIC, "proved" },
    { "what nobody wrote stays", "strategy last_write_wins; max m; child r { key k; }", PROVE_LOCAL,
      "proved" },
    { "the client's view of a unit aside", "strategy field_level; client_wins together a, b;",
      PROVE_LOCAL, "proved, except a, b (together)" },
    { "and what a conflict sets",
      "strategy field_level; manual a { set b = 'asked'; } server_wins b;", PROVE_LOCAL,
      "proved, except b (set by a conflict)" },
    { "counts are the sync layer's", "strategy field_level; child r { key k; count_into n; }",
      PROVE_LOCAL, "proved" },
    { "all that the clocks say is deterministic", "strategy last_write_wins; first_write_wins a;",
      PROVE_DETERMINISTIC, "proved" },
};

Test(prove, verdicts_are_what_section_10_says, .fini = clear)
{
    for (size_t i = 0; i < sizeof verdict_cases / sizeof *verdict_cases; i++) {
        const struct verdict_case *t = &verdict_cases[i];
        const struct prove_results r = results_of(t->rules, NULL);

        cr_assert_eq(r.count, 1);
        cr_expect_str_eq(verdict_of(&r, t->property), t->verdict, "%s: %s", t->says,
                         verdict_of(&r, t->property));
        cr_expect_eq(r.refuted, 0, "%s: nothing is refuted", t->says);
    }
}

/* --- faults --- */

static bool is_in(struct dwr_text text, const char *word)
{
    const size_t n = strlen(word);

    for (size_t i = 0; i + n <= text.n; i++)
        if (memcmp(text.p + i, word, n) == 0)
            return true;
    return false;
}

static void answers_differ(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                           unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)w;
    if (again == 1 && r->status == DWR_MERGED)
        r->status = DWR_SUCCESS;
}

static void changes_again(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                          unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)w;
    if (again == 2 && r->doc.p)
        r->doc = text_of("{\"a\":\"something else\"}");
}

static void forgets_reports(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                            unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)w, (void)again;
    r->field_count = 0;
}

static void second_order_wins(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                              unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)w;
    if (again == 7)
        r->doc = text_of("{\"n\":12345}");
}

static void dead_rise(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                      unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)again;
    if (w->op == DWR_UPDATE && is_in(w->server, "_deleted")) {
        r->doc = w->client;
        r->status = DWR_MERGED;
    }
}

static void never_resolved(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                           unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)w;
    if (again == 3)
        r->status = DWR_CONFLICT_MANUAL;
}

static void puts_a_field(void *context, const struct dwr_doctype *d, const struct dwr_write *w,
                         unsigned again, struct dwr_result *r)
{
    (void)context, (void)d, (void)again;
    if (r->doc.p && w->server.n == 2)
        r->doc = text_of("{\"stranger\":1}");
}

static const struct fault_case {
    enum prove_property property;
    prove_spoil *spoil;
} fault_cases[] = {
    { PROVE_DETERMINISTIC, answers_differ }, { PROVE_IDEMPOTENT, changes_again },
    { PROVE_NO_LOSS, forgets_reports },      { PROVE_ORDER, second_order_wins },
    { PROVE_NO_RESURRECTION, dead_rise },    { PROVE_RESOLVABLE, never_resolved },
    { PROVE_LOCAL, puts_a_field },
};

Test(prove, every_property_can_be_refuted, .fini = clear)
{
    static const char sound[] = "strategy field_level; server_wins a; max n; manual m;";
    const struct prove_results held = results_of(sound, NULL);

    cr_assert_eq(sizeof fault_cases / sizeof *fault_cases, PROVE_PROPERTIES);
    for (int p = 0; p < PROVE_PROPERTIES; p++) {
        const struct prove_results r = results_of(sound, fault_cases[p].spoil);
        const enum prove_property property = fault_cases[p].property;

        cr_expect_eq(held.v[0].verdict[property], PROVE_PROVED);
        cr_expect_eq(r.v[0].verdict[property], PROVE_REFUTED, "%s: %s", prove_property_id(property),
                     verdict_of(&r, property));
        cr_expect_gt(r.refuted, 0);
    }
}

/* --- documents --- */

static const struct prove_shown *shown_of(const struct prove_results *r,
                                          enum prove_property property, const char *field)
{
    for (uint32_t i = 0; i < r->v[0].shown_count; i++) {
        const struct prove_shown *s = &r->v[0].shown[i];

        if (s->property == property && s->field.n == strlen(field) &&
            memcmp(s->field.p, field, s->field.n) == 0)
            return s;
    }
    cr_assert_fail("nothing shown of '%s'", field);
    return NULL;
}

Test(prove, the_smallest_documents_are_shown, .fini = clear)
{
    const struct prove_results r = results_of("strategy field_level; sum n;", NULL);
    const struct prove_shown *s = shown_of(&r, PROVE_IDEMPOTENT, "n");

    /* 0 + (0 - 0) + (1 - 0), and 0 + (1 - 0) + (1 - 0) the second time. */
    cr_expect(text_is(s->trial.write.base, "{}"));
    cr_expect(text_is(s->trial.write.server, "{}"));
    cr_expect(text_is(s->trial.write.client, "{\"n\":1}"));
    cr_expect(text_is(s->one, "{\"n\":1}"));
    cr_expect(text_is(s->two, "{\"n\":2}"));
    cr_expect_eq(s->members, 1);
}

Test(prove, both_orders_are_shown, .fini = clear)
{
    const struct prove_results r = results_of("strategy field_level; union u { key k; }", NULL);
    const struct prove_shown *s = shown_of(&r, PROVE_ORDER, "u");

    cr_expect_not_null(s->second.p);
    cr_expect_not_null(s->one.p);
    cr_expect_not_null(s->two.p);
    cr_expect_not(text_is(s->one, arena_copy(&arena, s->two.p, s->two.n)));
}

/* Equal parts are tried once, whatever their fields and values are called. */
Test(prove, equal_rules_are_proved_once, .fini = clear)
{
    const struct prove_results r =
        results_of("strategy field_level; client_wins a, b, c;\n"
                   "server_wins x when server.s = 'one'; client_wins x;\n"
                   "server_wins y when server.t = 'another'; client_wins y;\n"
                   "client_wins s, t;",
                   NULL);

    /* a, b, c, s, t; x, y; docstatus; what no rule names; the document. */
    cr_expect_eq(r.parts, 10);
    cr_expect_eq(r.different, 5);
}

Test(prove, other_values_are_other_parts, .fini = clear)
{
    const struct prove_results same = results_of("strategy field_level; max a; max b;", NULL);
    const struct prove_results ranks =
        results_of("strategy field_level; max a ranked ('x','y'); max b ranked ('y','x');", NULL);

    cr_expect_eq(same.parts - same.different, 1);
    cr_expect_eq(ranks.parts - ranks.different, 0);
}

Test(prove, threads_do_not_change_what_is_found, .fini = clear)
{
    static const char body[] = "strategy field_level; sum n; union u { key k; } merge_text t;\n"
                               "manual m { watch n; provisional client; }";
    const struct prove_options many = { .only = DWR_STR("D"), .threads = 4 };
    const struct prove_results one = results_of(body, NULL);
    const struct prove_results four = prove(&arena, rules(body), &many);

    cr_expect_eq(one.merges, four.merges);
    cr_assert_eq(one.v[0].shown_count, four.v[0].shown_count);
    for (uint32_t i = 0; i < one.v[0].shown_count; i++) {
        const struct dwr_str a = trial_line(&arena, &one.v[0].shown[i].trial);
        const struct dwr_str b = trial_line(&arena, &four.v[0].shown[i].trial);

        cr_expect(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
    }
}

/* A condition of many fields is not passed over in silence. */
Test(prove, what_is_too_large_is_said, .fini = clear)
{
    const struct prove_results r = results_of(
        "strategy field_level; client_wins b, c, d, e, f, g, h, i, j;\n"
        "server_wins a when server.b = '1' and server.c = '1' and server.d = '1' and\n"
        " server.e = '1' and server.f = '1' and server.g = '1' and server.h = '1'; client_wins a;",
        NULL);

    cr_expect_eq(r.v[0].too_large, 1);
    cr_expect_eq(r.v[0].verdict[PROVE_IDEMPOTENT], PROVE_TOO_LARGE);
}
