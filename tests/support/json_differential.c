/* json_differential.c - random documents read by the scanner, by cJSON and by Node.
 *
 *     json_differential [DOCUMENTS [SEED]] | node tests/support/json_differential.mjs
 *
 * What the scanner finds in a valid document (kinds, names and strings unescaped, numbers as
 * written) must be what cJSON's tree holds; exit 1 where it is not. It is also printed, one token a
 * line, for Node to compare with what JSON.parse gives. Documents with random damage are printed
 * with what the scanner says of them: Node must refuse those that are no JSON (cJSON is lenient and
 * is not asked). The lines:
 *
 *     V HEX      a valid document, its tokens follow: { } [ ] t f n, K HEX (a name), S HEX, N TEXT
 *     X RC HEX   a damaged one and what check() says of it (0: valid) */
#define _DEFAULT_SOURCE 1

#include "scan_reference.h"

#include <cjson/cJSON.h>
#include <time.h>

#include "core/scan_names.h"

static struct dwr_scratch *scratch;

static void print_hex(struct dwr_text t)
{
    for (size_t i = 0; i < t.n; i++)
        printf("%02x", (unsigned)(unsigned char)t.p[i]);
}

/* The bytes of a string as written, unescaped, with a NUL behind them. */
static struct dwr_text unescaped(struct dwr_text s)
{
    const struct dwr_text u = dwr_unescape(scratch, s.p + 1, s.n - 2);
    char *copy = dwr_take(scratch, u.n + 1);

    if (u.p == NULL || copy == NULL)
        abort();
    memcpy(copy, u.p, u.n);
    copy[u.n] = '\0';
    return (struct dwr_text){ copy, u.n };
}

static bool same_number(struct dwr_text written, double value)
{
    char text[200];

    if (written.n >= sizeof text)
        return true;
    memcpy(text, written.p, written.n);
    text[written.n] = '\0';
    return strtod(text, NULL) == value;
}

/* Prints the value's tokens; false where cJSON's tree is another. */
static bool compare(const struct dwr_scan_ops *scan, struct dwr_text v, const cJSON *tree)
{
    struct dwr_text key, value, bytes;
    struct dwr_walk w;
    const cJSON *child;
    bool same = true;

    switch (v.p[0]) {
    case '{':
    case '[':
        w = dwr_walk_of(v);
        same = w.object ? cJSON_IsObject(tree) : cJSON_IsArray(tree);
        child = same ? tree->child : NULL;
        puts(w.object ? "{" : "[");
        while (dwr_walk_next(&w, scan, &key, &value)) {
            if (w.object) {
                bytes = unescaped(key);
                fputs("K ", stdout);
                print_hex(bytes);
                putchar('\n');
                same = same && child != NULL && strcmp(child->string, bytes.p) == 0;
            }
            same = compare(scan, value, child) && same;
            child = child != NULL ? child->next : NULL;
        }
        puts(w.object ? "}" : "]");
        return same && child == NULL;
    case '"':
        bytes = unescaped(v);
        fputs("S ", stdout);
        print_hex(bytes);
        putchar('\n');
        return cJSON_IsString(tree) && strcmp(tree->valuestring, bytes.p) == 0;
    case 't':
        puts("t");
        return cJSON_IsTrue(tree);
    case 'f':
        puts("f");
        return cJSON_IsFalse(tree);
    case 'n':
        puts("n");
        return cJSON_IsNull(tree);
    default:
        printf("N %.*s\n", (int)v.n, v.p);
        return cJSON_IsNumber(tree) && same_number(v, tree->valuedouble);
    }
}

int main(int argc, char **argv)
{
    const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    struct chance c = { seed };
    struct random_document d = { 0 };
    struct buffer b = { 0 };
    unsigned long valid = 0, different = 0;
    const struct dwr_scan_ops *scan;

    scratch = dwr_scratch_new();
    if (scratch == NULL)
        return 2;
    scan = dwr_scan_best();
    for (unsigned long i = 0; i < wanted; i++) {
        const struct style style = { one_in(&c, 3) ? 4 : 0, one_in(&c, 3) ? 6 : 0 };
        struct dwr_text value;
        enum dwr_rc rc;

        random_document(&c, &d, style);
        document_write(&c, &d, &b, style);
        dwr_scratch_reset(scratch);
        if (scan->check(scratch, text_of(&b), DWR_DEPTH_MAX, &value) == DWR_OK) {
            cJSON *tree = cJSON_ParseWithLength(b.p, b.n);

            fputs("V ", stdout);
            print_hex(text_of(&b));
            putchar('\n');
            valid++;
            if (!compare(scan, value, tree)) {
                different++;
                fprintf(stderr, "json_differential: seed %llu: cJSON differs on %.*s\n",
                        (unsigned long long)seed, (int)b.n, b.p);
            }
            cJSON_Delete(tree);
        }
        random_damage(&c, &b);
        dwr_scratch_reset(scratch);
        rc = scan->check(scratch, text_of(&b), DWR_DEPTH_MAX, NULL);
        printf("X %d ", (int)rc);
        print_hex(text_of(&b));
        putchar('\n');
    }
    fprintf(stderr, "json_differential: seed %llu, %s, %lu valid documents, cJSON differs on %lu\n",
            (unsigned long long)seed, scan->name, valid, different);
    free(b.p);
    document_free(&d);
    dwr_scratch_free(scratch);
    return different == 0 && (valid > 0 || wanted == 0) && fflush(stdout) == 0 ? 0 : 1;
}
