/* scan.c - which code scans on this machine, and the plain walk over a valid value. */
#include "scan.h"

#include "../name_hash.h"
#include "scan_paths.h"

/* --- the choice --- */

/* The first that is in the build and that the machine can run is the best. */
static const struct dwr_scan_ops *const paths[] = {
#if DWR_HAS_AVX512
    &dwr_scan_avx512,
#endif
#if DWR_HAS_AVX2
    &dwr_scan_avx2,
#endif
#if DWR_HAS_SSE2
    &dwr_scan_sse2,
#endif
#if DWR_HAS_NEON
    &dwr_scan_neon,
#endif
#if DWR_HAS_PORTABLE
    &dwr_scan_portable,
#endif
};

static bool machine_runs(const struct dwr_scan_ops *path)
{
#if DWR_HAS_AVX512
    if (path == &dwr_scan_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2") &&
               __builtin_cpu_supports("pclmul");
#endif
#if DWR_HAS_AVX2
    if (path == &dwr_scan_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
               __builtin_cpu_supports("pclmul");
#endif
    return path != NULL;
}

/* A build of one path is for machines that are known to have it. */
const struct dwr_scan_ops *dwr_scan_best(void)
{
    const size_t count = sizeof paths / sizeof *paths;
    size_t i = 0;

    while (i + 1 < count && !machine_runs(paths[i]))
        i++;
    return paths[i];
}

const struct dwr_scan_ops *dwr_scan_named(const char *name)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(paths[i]->name, name) == 0)
            return machine_runs(paths[i]) ? paths[i] : NULL;
    return NULL;
}

unsigned dwr_field_named(const struct dwr_names *names, struct dwr_text name)
{
    return dwr_names_find(names, name.p, name.n);
}

/* --- walking --- */

static const char *past_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

struct dwr_walk dwr_walk_of(struct dwr_text container)
{
    return (struct dwr_walk){ container.p + 1, container.p + container.n - 1,
                              container.p[0] == '{' };
}

enum { SHORT_STRING = 24 };

const char *dwr_past_value(const char *p, const char *end, const struct dwr_scan_ops *scan)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const char *quote;

    switch (*p) {
    case '"':
        /* A quote behind anything but a backslash ends the string. The lowest high bit of `quotes`
         * is a quote's; those above it need not be. */
        for (quote = p + 1; end - quote >= 8 && quote - p <= SHORT_STRING; quote += 8) {
            const uint64_t w = dwr_load_le(quote, 8) ^ ones * '"';
            const uint64_t quotes = (w - ones) & ~w & highs;

            if (quotes == 0)
                continue;
            quote += (unsigned)__builtin_ctzll(quotes) / 8;
            return quote[-1] != '\\' ? quote + 1 : scan->skip(p, end);
        }
        return scan->skip(p, end);
    case '{':
    case '[':
        return scan->skip(p, end);
    default:
        while (p < end && *p != ',' && *p != '}' && *p != ']' && *p != ':' && *p != ' ' &&
               *p != '\n' && *p != '\t' && *p != '\r')
            p++;
        return p;
    }
}

/* The end is the closing bracket, so that nothing here reads behind the container even where it is
 * not as valid as it was said to be. */
bool dwr_walk_next(struct dwr_walk *w, const struct dwr_scan_ops *scan, struct dwr_text *key,
                   struct dwr_text *value)
{
    const char *p = past_space(w->p, w->end), *start;

    if (p < w->end && *p == ',')
        p = past_space(p + 1, w->end);
    if (w->object && p < w->end) {
        start = p;
        p = dwr_past_value(p, w->end, scan);
        if (key != NULL)
            *key = (struct dwr_text){ start, (size_t)(p - start) };
        p = past_space(p, w->end);
        if (p < w->end && *p == ':')
            p = past_space(p + 1, w->end);
    }
    start = p;
    if (p < w->end)
        p = dwr_past_value(p, w->end, scan);
    if (p == start) {
        w->p = w->end;
        return false;
    }
    *value = (struct dwr_text){ start, (size_t)(p - start) };
    w->p = p;
    return true;
}
