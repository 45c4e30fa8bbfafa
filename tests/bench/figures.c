/* figures.c - prints the figures of bench.c as they come and keeps them for the JSON file. */
#include "figures.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What stands in the way where a figure is not reached; printed with it. */
static const struct {
    const char *key, *why;
} in_the_way[] = {
    { "job", "a third is reading, a quarter the child table, the rest deciding and reporting" },
    { "job_shuffled", "members that stand elsewhere are looked up by name, some 40 ns each" },
    { "job_node",
      "the same merge: ten times would be 2.6 us, and reading alone is 1.0 of its 3.1" },
    { "conversation", "every row of the result is placed by its timestamp" },
    { "rows_shuffled", "rows that stand elsewhere are hashed: a cache miss for each of many" },
    { "size", "the reader of the documents, one copy for the instruction set, is a quarter of it" },
    { "compile", "both cores work; clearing 26 MB of new pages is a quarter, parsing a third" },
};

static cJSON *all, *last;
static int reached, missed;

void figures_start(void)
{
    all = cJSON_CreateArray();
    puts("Ratios of one run; the merge is dwr_merge_stored with the full field report in its "
         "result.");
}

static cJSON *add(const char *key, const char *says, double value)
{
    last = cJSON_CreateObject();
    cJSON_AddStringToObject(last, "figure", key);
    cJSON_AddStringToObject(last, "says", says);
    cJSON_AddNumberToObject(last, "value", value);
    cJSON_AddItemToArray(all, last);
    return last;
}

static void print_number(char *out, size_t n, double value)
{
    if (value >= 1e5)
        snprintf(out, n, "%.2f million", value / 1e6);
    else if (value >= 100)
        snprintf(out, n, "%.0f", value);
    else if (value < 10)
        snprintf(out, n, "%.2f", value);
    else
        snprintf(out, n, "%.1f", value);
}

void figure(const char *key, const char *says, enum target target, double limit, double value)
{
    const bool good = target == AT_LEAST ? value >= limit : value <= limit;
    cJSON *f = add(key, says, value);
    char number[32], wanted[32];

    cJSON_AddNumberToObject(f, target == AT_LEAST ? "at_least" : "at_most", limit);
    cJSON_AddBoolToObject(f, "reached", good);
    reached += good;
    missed += !good;
    print_number(number, sizeof number, value);
    print_number(wanted, sizeof wanted, limit);
    printf("\n%-58s %12s  %s %s: %s\n", says, number, target == AT_LEAST ? "at least" : "at most",
           wanted, good ? "reached" : "MISSED");
    for (size_t i = 0; !good && i < sizeof in_the_way / sizeof *in_the_way; i++)
        if (strcmp(in_the_way[i].key, key) == 0) {
            printf("    in the way: %s\n", in_the_way[i].why);
            cJSON_AddStringToObject(f, "in_the_way", in_the_way[i].why);
        }
    fflush(stdout);
}

void figure_beside(const char *key, const char *says, double value, double ns)
{
    cJSON *f = add(key, says, value);
    char number[32];

    cJSON_AddNumberToObject(f, "ns", ns);
    print_number(number, sizeof number, value);
    printf("  %-56s %12s\n", says, number);
    figure_time("its time", ns);
}

/* What stands below a figure: one member of its object. */
static void below(const char *says, double value)
{
    cJSON *parts = cJSON_GetObjectItemCaseSensitive(last, "from");

    if (parts == NULL)
        parts = cJSON_AddObjectToObject(last, "from");
    cJSON_AddNumberToObject(parts, says, value);
}

void figure_time(const char *says, double ns)
{
    below(says, ns);
    if (ns >= 1e6)
        printf("    %-54s %12.2f ms\n", says, ns / 1e6);
    else if (ns >= 1e3)
        printf("    %-54s %12.2f us\n", says, ns / 1e3);
    else
        printf("    %-54s %12.1f ns\n", says, ns);
}

void figure_rate(const char *says, double per_second)
{
    below(says, per_second);
    printf("    %-54s %12.0f\n", says, per_second);
}

void figure_size(const char *says, double bytes)
{
    add("size_of_path", says, bytes);
    printf("  text with the path %-37s %12.0f bytes\n", says, bytes);
}

void figure_text(const char *says, const char *text)
{
    cJSON *f = cJSON_CreateObject();

    cJSON_AddStringToObject(f, "says", says);
    cJSON_AddStringToObject(f, "text", text);
    cJSON_AddItemToArray(all, f);
    printf("%s: %s\n", says, text);
}

bool figures_end(const char *json)
{
    char *text;
    bool written = true;

    printf("\n%d reached, %d missed\n", reached, missed);
    if (json != NULL) {
        FILE *f = fopen(json, "w");

        text = cJSON_Print(all);
        written = f != NULL && text != NULL && fputs(text, f) >= 0 && putc('\n', f) != EOF;
        written = (f == NULL || fclose(f) == 0) && written;
        if (!written)
            fprintf(stderr, "bench: %s: %s\n", json, strerror(errno));
        cJSON_free(text);
    }
    cJSON_Delete(all);
    return written;
}
