/* ref_collect.c - the DocTypes of a reference: where they stand, what links call them, their
 * tests. */
#include "reference_parts.h"

/* --- ids --- */

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
}

/* "doctype-dispatch-job": never one of the page's own ids. */
static struct dwr_str slug(struct arena *arena, struct dwr_str name)
{
    const struct dwr_str text = arena_printf(arena, "doctype-%.*s", (int)name.n, name.p);
    char *p = arena_copy(arena, text.p, text.n);

    for (size_t i = 0; i < text.n; i++)
        p[i] = plain(p[i]);
    return (struct dwr_str){ p, text.n };
}

/* Names may become one slug: then their number in the rules is put behind it. */
struct taken {
    uint32_t *slots, mask;
};

static bool take(struct taken *t, struct ref *ref, uint32_t i)
{
    const struct dwr_str id = ref->v[i].id;
    uint64_t h = 1469598103934665603u;

    for (size_t k = 0; k < id.n; k++)
        h = (h ^ (unsigned char)id.p[k]) * 1099511628211u;
    for (h ^= h >> 32;; h++) {
        const uint32_t other = t->slots[h & t->mask];

        if (other == 0) {
            t->slots[h & t->mask] = i + 1;
            return true;
        }
        if (ref->v[other - 1].id.n == id.n && memcmp(ref->v[other - 1].id.p, id.p, id.n) == 0)
            return false;
    }
}

static void find_ids(struct ref *ref)
{
    struct taken taken = { .mask = 63 };

    while (taken.mask < 4 * ref->count)
        taken.mask = 2 * taken.mask + 1;
    taken.slots = arena_zero(ref->arena, ((size_t)taken.mask + 1) * sizeof *taken.slots);
    for (uint32_t i = 0; i < ref->count; i++) {
        const struct dwr_str wish = slug(ref->arena, ref->v[i].title);

        ref->v[i].id = wish;
        for (uint32_t n = i; !take(&taken, ref, i); n++)
            ref->v[i].id = arena_printf(ref->arena, "%.*s-%u", (int)wish.n, wish.p, n + 1);
    }
}

/* --- tests --- */

/* The place in v of the DocType with a symbol, +1; 0: it is not named. */
static uint32_t *places(const struct ref *ref)
{
    uint32_t *place =
        arena_zero(ref->arena, ((size_t)ref->r->ast->symbol_count + 1) * sizeof *place);

    for (uint32_t i = 0; i < ref->count; i++)
        if (ref->v[i].said)
            place[ref->v[i].said->name.symbol] = i + 1;
    return place;
}

static void find_tests(struct ref *ref)
{
    const uint32_t *place = places(ref);
    const struct ast_stmt *tests = ref->r->ast->top.of[AST_TEST];

    for (const struct ast_stmt *s = tests; s; s = s->same) {
        const uint32_t i = place[AST_AS(ast_test, s)->doctype.symbol];

        ref->v[i > 0 ? i - 1 : ref->count - 1].test_count++;
    }
    for (uint32_t i = 0; i < ref->count; i++) {
        ref->v[i].tests =
            arena_array(ref->arena, ref->v[i].test_count, sizeof(const struct ast_test *));
        ref->v[i].test_count = 0;
    }
    for (const struct ast_stmt *s = tests; s; s = s->same) {
        const uint32_t i = place[AST_AS(ast_test, s)->doctype.symbol];
        struct ref_doctype *d = &ref->v[i > 0 ? i - 1 : ref->count - 1];

        d->tests[d->test_count++] = AST_AS(ast_test, s);
    }
}

/* --- DocTypes --- */

void ref_collect(struct ref *ref)
{
    const struct reference *r = ref->r;
    const struct ast_stmt *doctypes = r->ast->top.of[AST_DOCTYPE];

    ref->v = arena_zero(ref->arena, ((size_t)r->rules->doctype_count + 1) * sizeof *ref->v);
    for (const struct ast_stmt *s = doctypes; s; s = s->same) {
        const struct ast_doctype *said = AST_AS(ast_doctype, s);

        ref->v[ref->count++] = (struct ref_doctype){
            .rules = dwr_doctype_find(r->rules, said->name.text.p, said->name.text.n),
            .said = said,
            .schema = schema_find(r->schemas, said->name.text),
            .title = said->name.text,
            .source = s->span.source,
        };
    }
    ref->v[ref->count++] =
        (struct ref_doctype){ .rules = &r->rules->other, .title = DWR_STR("Every other DocType") };
    find_ids(ref);
    find_tests(ref);
}
