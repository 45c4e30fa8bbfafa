/* unified.c - lines that two texts share, found by the shortest edit script (Myers, An O(ND)
 * Difference Algorithm and Its Variations, 1986, in linear space), and printed with three lines
 * around each change. */
#include "unified.h"

#include "../runtime/name_hash.h"

enum { CONTEXT = 3 };
/* Beyond so many changes between two points that are known to be equal the rest between them counts
 * as changed: the time is the square of it. */
enum { CHANGES_MAX = 2000 };

struct lines {
    struct dwr_str *v;
    uint32_t *class; /* equal lines have equal ones */
    bool *changed;
    int64_t count;
};

struct diff {
    struct arena *arena;
    struct lines a, b;
    int64_t *forward, *backward; /* the furthest reaching paths by diagonal */
    int64_t offset;              /* of diagonal 0 */
};

/* --- lines --- */

/* With the line end; the last one may have none. */
static struct lines split(struct arena *arena, struct dwr_str text)
{
    struct lines lines = { .count = 0 };
    const char *p = text.p, *end = text.p + text.n;
    size_t count = 1;

    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == '\n';
    lines.v = arena_array(arena, count, sizeof *lines.v);
    lines.class = arena_array(arena, count, sizeof *lines.class);
    lines.changed = arena_zero(arena, count * sizeof *lines.changed);
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const size_t n = newline ? (size_t)(newline - p) + 1 : (size_t)(end - p);

        lines.v[lines.count++] = (struct dwr_str){ p, n };
        p += n;
    }
    return lines;
}

struct classes {
    struct dwr_str *v;
    uint32_t *slots, mask, count;
};

static uint32_t class_of(struct classes *c, struct dwr_str line)
{
    uint32_t slot = (uint32_t)dwr_name_hash(line.p, line.n) & c->mask;

    for (; c->slots[slot] != 0; slot = (slot + 1) & c->mask) {
        const struct dwr_str other = c->v[c->slots[slot] - 1];

        if (other.n == line.n && memcmp(other.p, line.p, line.n) == 0)
            return c->slots[slot];
    }
    c->v[c->count] = line;
    return c->slots[slot] = ++c->count;
}

static void classify(struct arena *arena, struct lines *a, struct lines *b)
{
    const uint64_t total = (uint64_t)(a->count + b->count);
    struct classes c = { .mask = 15 };

    while (c.mask < total * 2)
        c.mask = c.mask * 2 + 1;
    c.slots = arena_zero(arena, ((size_t)c.mask + 1) * sizeof *c.slots);
    c.v = arena_array(arena, total + 1, sizeof *c.v);
    for (int64_t i = 0; i < a->count; i++)
        a->class[i] = class_of(&c, a->v[i]);
    for (int64_t i = 0; i < b->count; i++)
        b->class[i] = class_of(&c, b->v[i]);
}

/* --- the script --- */

/* Lines a0 to a1 and b0 to b1. */
struct box {
    int64_t a0, a1, b0, b1;
};

static void all_changed(struct diff *d, struct box box)
{
    for (int64_t i = box.a0; i < box.a1; i++)
        d->a.changed[i] = true;
    for (int64_t i = box.b0; i < box.b1; i++)
        d->b.changed[i] = true;
}

static bool equal(const struct diff *d, int64_t x, int64_t y)
{
    return d->a.class[x] == d->b.class[y];
}

/* A point in the middle of a shortest script; false: it is too long. The ends of the box differ. */
static bool middle(struct diff *d, struct box box, int64_t *mx, int64_t *my)
{
    const int64_t n = box.a1 - box.a0, m = box.b1 - box.b0, delta = n - m;
    int64_t *const fw = d->forward + d->offset, *const bw = d->backward + d->offset;

    fw[1] = bw[1] = 0;
    for (int64_t c = 0; c <= (n + m + 1) / 2 && c <= CHANGES_MAX; c++) {
        for (int64_t k = -c; k <= c; k += 2) {
            int64_t x = k == -c || (k != c && fw[k - 1] < fw[k + 1]) ? fw[k + 1] : fw[k - 1] + 1;
            int64_t y = x - k;

            while (x < n && y < m && y >= 0 && equal(d, box.a0 + x, box.b0 + y))
                x++, y++;
            fw[k] = x;
            if (delta % 2 != 0 && delta - k >= -(c - 1) && delta - k <= c - 1 &&
                x + bw[delta - k] >= n) {
                *mx = box.a0 + x;
                *my = box.b0 + y;
                return true;
            }
        }
        for (int64_t k = -c; k <= c; k += 2) {
            int64_t x = k == -c || (k != c && bw[k - 1] < bw[k + 1]) ? bw[k + 1] : bw[k - 1] + 1;
            int64_t y = x - k;

            while (x < n && y < m && y >= 0 && equal(d, box.a1 - x - 1, box.b1 - y - 1))
                x++, y++;
            bw[k] = x;
            if (delta % 2 == 0 && delta - k >= -c && delta - k <= c && x + fw[delta - k] >= n) {
                *mx = box.a1 - x;
                *my = box.b1 - y;
                return true;
            }
        }
    }
    return false;
}

static void compare(struct diff *d, struct box box)
{
    for (;;) {
        int64_t x, y;

        while (box.a0 < box.a1 && box.b0 < box.b1 && equal(d, box.a0, box.b0))
            box.a0++, box.b0++;
        while (box.a0 < box.a1 && box.b0 < box.b1 && equal(d, box.a1 - 1, box.b1 - 1))
            box.a1--, box.b1--;
        if (box.a0 == box.a1 || box.b0 == box.b1 || !middle(d, box, &x, &y) || x < box.a0 ||
            x > box.a1 || y < box.b0 || y > box.b1 || (x == box.a0 && y == box.b0) ||
            (x == box.a1 && y == box.b1)) {
            all_changed(d, box);
            return;
        }
        compare(d, (struct box){ box.a0, x, box.b0, y });
        box.a0 = x;
        box.b0 = y;
    }
}

/* --- printing --- */

static void put_line(struct out *o, char sign, struct dwr_str line, bool color)
{
    const char *code = sign == '-' ? "\033[31m" : sign == '+' ? "\033[32m" : NULL;
    const bool ends = line.p[line.n - 1] == '\n';

    if (color && code)
        out_bytes(o, code, 5);
    out_char(o, sign);
    out_bytes(o, line.p, ends ? line.n - 1 : line.n);
    if (color && code)
        out_lit(o, "\033[m");
    out_char(o, '\n');
    if (!ends)
        out_lit(o, "\\ No newline at end of file\n");
}

/* "-12,7": a range of no lines is named by the line before it. */
static void put_range(struct out *o, char sign, int64_t from, int64_t count)
{
    out_char(o, sign);
    out_number(o, (uint64_t)(count == 0 ? from : from + 1));
    if (count != 1) {
        out_char(o, ',');
        out_number(o, (uint64_t)count);
    }
}

/* How many lines that did not change follow. */
static int64_t same_run(const struct diff *d, int64_t x, int64_t y)
{
    int64_t n = 0;

    while (x + n < d->a.count && y + n < d->b.count && !d->a.changed[x + n] && !d->b.changed[y + n])
        n++;
    return n;
}

/* The end of the hunk that begins with changes at *x, *y: before lines that are all the same. */
static void hunk_end(const struct diff *d, int64_t *x, int64_t *y)
{
    for (;;) {
        int64_t same;

        while (*x < d->a.count && d->a.changed[*x])
            ++*x;
        while (*y < d->b.count && d->b.changed[*y])
            ++*y;
        same = same_run(d, *x, *y);
        if ((*x + same == d->a.count && *y + same == d->b.count) || same > 2 * CONTEXT) {
            same = same < CONTEXT ? same : CONTEXT;
            *x += same;
            *y += same;
            return;
        }
        *x += same;
        *y += same;
    }
}

static void put_hunk(struct out *o, const struct diff *d, struct box box, bool color)
{
    int64_t x = box.a0, y = box.b0;

    out_lit(o, "@@ ");
    put_range(o, '-', box.a0, box.a1 - box.a0);
    out_char(o, ' ');
    put_range(o, '+', box.b0, box.b1 - box.b0);
    out_lit(o, " @@\n");
    while (x < box.a1 || y < box.b1) {
        if (x < box.a1 && d->a.changed[x])
            put_line(o, '-', d->a.v[x++], color);
        else if (y < box.b1 && d->b.changed[y])
            put_line(o, '+', d->b.v[y++], color);
        else
            put_line(o, ' ', d->a.v[x], color), x++, y++;
    }
}

static void put_name(struct out *o, const char *sign, struct dwr_str name)
{
    out_bytes(o, sign, 4);
    out_str(o, name);
    out_char(o, '\n');
}

void unified_diff(struct out *o, struct arena *arena, struct dwr_str old_name, struct dwr_str old,
                  struct dwr_str new_name, struct dwr_str new, bool color)
{
    struct diff d = { .arena = arena, .a = split(arena, old), .b = split(arena, new) };
    const int64_t reach = CHANGES_MAX + 2;
    bool named = false;

    classify(arena, &d.a, &d.b);
    d.offset = reach;
    d.forward = arena_zero(arena, (size_t)(2 * reach + 1) * sizeof *d.forward);
    d.backward = arena_zero(arena, (size_t)(2 * reach + 1) * sizeof *d.backward);
    compare(&d, (struct box){ 0, d.a.count, 0, d.b.count });
    for (int64_t x = 0, y = 0; x < d.a.count || y < d.b.count;) {
        const int64_t same = same_run(&d, x, y);
        const int64_t before = same < CONTEXT ? same : CONTEXT;
        struct box box = { .a0 = x + same - before, .b0 = y + same - before };

        x += same;
        y += same;
        if (x == d.a.count && y == d.b.count)
            break;
        if (!named) {
            put_name(o, "--- ", old_name);
            put_name(o, "+++ ", new_name);
            named = true;
        }
        hunk_end(&d, &x, &y);
        box.a1 = x;
        box.b1 = y;
        put_hunk(o, &d, box, color);
    }
}
