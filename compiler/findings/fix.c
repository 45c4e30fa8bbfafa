/* fix.c - edits of findings, applied to text. */
#include "fix.h"

#include <stdlib.h>

/* One edit of a fix that is to be applied. */
struct planned {
    struct span span;
    struct dwr_str text;
};

struct plan {
    struct planned *v;
    uint32_t count, capacity;
};

static int by_place(const void *a, const void *b)
{
    const struct planned *x = a, *y = b;

    if (x->span.begin != y->span.begin)
        return x->span.begin < y->span.begin ? -1 : 1;
    return x->span.end < y->span.end ? -1 : x->span.end > y->span.end;
}

/* Two that begin at one place touch as well: which would come first? */
static bool touches(const struct plan *plan, struct span span)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct span other = plan->v[i].span;

        if (span.begin == other.begin || (span.begin < other.end && other.begin < span.end))
            return true;
    }
    return false;
}

static bool fits(const struct plan *plan, const struct diag_fix *fix, const struct source *source)
{
    for (const struct diag_edit *edit = fix->edits; edit; edit = edit->next)
        if (edit->span.begin > edit->span.end || edit->span.end > source->size ||
            touches(plan, edit->span))
            return false;
    return fix->edits != NULL;
}

static void add(struct arena *arena, struct plan *plan, const struct diag_fix *fix)
{
    for (const struct diag_edit *edit = fix->edits; edit; edit = edit->next) {
        if (plan->count == plan->capacity) {
            const uint32_t capacity = plan->capacity == 0 ? 16 : plan->capacity * 2;

            plan->v = arena_grow(arena, plan->v, plan->capacity, capacity, sizeof *plan->v);
            plan->capacity = capacity;
        }
        plan->v[plan->count++] = (struct planned){ edit->span, edit->text };
    }
}

static void apply(struct arena *arena, struct plan *plan, struct source *source)
{
    size_t n = source->size, at = 0, from = 0;
    char *text;

    for (uint32_t i = 0; i < plan->count; i++)
        n += plan->v[i].text.n;
    text = arena_alloc(arena, n + 2);
    qsort(plan->v, plan->count, sizeof *plan->v, by_place);
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct planned *edit = &plan->v[i];

        memcpy(text + at, source->text + from, edit->span.begin - from);
        at += edit->span.begin - from;
        if (edit->text.n > 0)
            memcpy(text + at, edit->text.p, edit->text.n);
        at += edit->text.n;
        from = edit->span.end;
    }
    memcpy(text + at, source->text + from, source->size - from);
    at += source->size - from;
    memset(text + at, 0, 2);
    source->text = text;
    source->size = (uint32_t)at;
    source->lines = NULL;
    source->line_count = 0;
}

uint32_t fix_texts(struct diag *diag, const struct sources *rules, struct source *fixed)
{
    uint32_t count = 0, i = 0;

    diag_sort(diag);
    for (uint32_t source = 0; source < rules->count; source++)
        fixed[source] = rules->v[source];
    for (uint32_t source = 0; source < rules->count; source++) {
        struct plan plan = { NULL, 0, 0 };

        for (i = 0; i < diag->count; i++) {
            const struct diag_finding *finding = diag->v[i];

            if (!finding->fix || !finding->fix->safe || finding->span.source != source ||
                finding->sources->v[source].text != rules->v[source].text ||
                !fits(&plan, finding->fix, &rules->v[source]))
                continue;
            add(diag->arena, &plan, finding->fix);
            count++;
        }
        if (plan.count > 0)
            apply(diag->arena, &plan, &fixed[source]);
    }
    return count;
}
