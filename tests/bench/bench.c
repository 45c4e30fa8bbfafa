/* bench.c - how fast, as ratios measured in one run: bench BUILD [-q] [-o FILE.json]
 *
 * Each figure compares what is measured with its peer in the same process and in the same rounds:
 * in every round each takes its turn for a few milliseconds, the ratio is taken round by round and
 * the median of the rounds stands. So a machine that is slower, or busy for a while, changes the
 * times and not the figure. Every contestant's answer is checked before it is measured.
 *
 * The peer of most is the floor: cJSON parsing the three documents and printing one. The merges
 * that the table compares are dwr_merge_stored's, the entry of a server whose documents were
 * checked when they were stored, with the full field report in the result. Beside it stand
 * dwr_merge, which checks all three, and the report written out as JSON (dwr_answer).
 *
 * -q makes few and short rounds: do all parts work? The figures are not worth keeping then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_rules.h"
#include "editor.h"
#include "figures.h"
#include "layout.h"
#include "lint.h"
#include "machine.h"
#include "name_hash.h"
#include "node.h"
#include "race.h"
#include RULES_HEADER

/* --- what the answers must be --- */

static void must_be_json_equal(struct dwr_text a, struct dwr_text b, const char *claim)
{
    cJSON *x = parse(a), *y = parse(b);

    must(cJSON_Compare(x, y, 1), claim);
    cJSON_Delete(x);
    cJSON_Delete(y);
}

static int rows_of(struct dwr_text document, const char *table)
{
    cJSON *tree = parse(document);
    const int rows = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(tree, table));

    cJSON_Delete(tree);
    return rows;
}

static void must_be_the_job(const struct dwr_result *r)
{
    size_t fields = 0, rows = 0, conflicts = 0;

    for (size_t i = 0; i < r->field_count; i++) {
        const bool row = memchr(r->fields[i].field.p, '[', r->fields[i].field.n) != NULL;

        rows += row;
        fields += !row;
        conflicts += !row && r->fields[i].conflict;
    }
    must(r->status == DWR_MERGED, "the job is merged");
    must(fields == 8, "the job's report names the client's 8 fields");
    must(conflicts == 3, "3 of them in conflict");
    must(rows == 2, "and the two rows the client wrote");
    must(rows_of(r->doc, "parts_used") == 7, "the job has 7 rows of parts");
}

/* --- the figures --- */

static void job_figures(const struct dwr_ruleset *rules)
{
    const struct dwr_doctype *job = doctype(rules, "Dispatch Job");
    struct documents plain = documents_job(false), shuffled = documents_job(true);
    struct library portable = portable_library();
    struct node node = node_start(&plain);
    struct contestant floor = contestant("cJSON: parse 3, print 1", run_floor, job, plain);
    struct contestant stored = contestant("dwr_merge_stored", run_merge, job, plain);
    struct contestant order =
        contestant("dwr_merge_stored, members shuffled", run_merge, job, shuffled);
    struct contestant checked = contestant("dwr_merge", run_merge, job, plain);
    struct contestant answer = contestant("dwr_merge_stored, dwr_answer", run_merge, job, plain);
    struct contestant slow = contestant("dwr_merge_stored, portable build", run_merge, job, plain);
    struct contestant script = contestant("JavaScript in Node", run_node, job, plain);
    struct contestant reading =
        contestant("of it, reading the three documents", run_index, job, plain);
    struct contestant *all[] = { &floor,  &stored, &order,  &checked,
                                 &answer, &slow,   &script, &reading };
    struct dwr_text theirs = node_ask(&node, "doc");
    struct dwr_result r;

    checked.check_all = true;
    answer.write_answer = true;
    script.node = &node;
    dwr_scratch_free(slow.scratch);
    slow.library = &portable;
    slow.scratch = portable.scratch_new();
    must(slow.scratch != NULL, "the portable build has a scratch");
    must(strcmp(portable.simd_name(slow.scratch), "portable") == 0,
         "the portable build is portable");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->run == run_merge) {
            r = result_of(all[i]);
            must_be_the_job(&r);
            must_be_json_equal(r.doc, theirs, "the document is the JavaScript merge's");
        }
    free((char *)theirs.p);

    race(all, sizeof all / sizeof *all);
    node_end(&node);
    figure_text("merges of this run: vector code", dwr_simd_name(stored.scratch));
    figure("job", "2 KB Dispatch Job against cJSON, full field report", AT_LEAST, 10,
           ratio(&floor, &stored));
    figure_time(floor.name, typical(&floor));
    figure_time(stored.name, typical(&stored));
    figure_time(reading.name, typical(&reading));
    figure_beside("job_merge", "the same, all three documents checked (dwr_merge)",
                  ratio(&floor, &checked), typical(&checked));
    figure_beside("job_answer", "the same, the report written out (dwr_answer)",
                  ratio(&floor, &answer), typical(&answer));
    figure("job_shuffled", "the client's members in another order", AT_LEAST, 6,
           ratio(&floor, &order));
    figure_time(order.name, typical(&order));
    figure("job_node", "against plain JavaScript in Node", AT_LEAST, 10, ratio(&script, &stored));
    figure_time(script.name, typical(&script));
    figure("job_portable", "the portable build against cJSON", AT_LEAST, 4, ratio(&floor, &slow));
    figure_time(slow.name, typical(&slow));

    dwr_scratch_free(stored.scratch);
    dwr_scratch_free(order.scratch);
    dwr_scratch_free(checked.scratch);
    dwr_scratch_free(answer.scratch);
    dwr_scratch_free(reading.scratch);
    documents_free(&plain);
    documents_free(&shuffled);
}

static void document_figure(const char *key, const char *says, double target,
                            const struct dwr_doctype *d, struct documents documents,
                            void (*check)(const struct dwr_result *))
{
    struct contestant floor = contestant("cJSON: parse 3, print 1", run_floor, d, documents);
    struct contestant stored = contestant("dwr_merge_stored", run_merge, d, documents);
    struct contestant checked = contestant("dwr_merge", run_merge, d, documents);
    struct contestant answer = contestant("dwr_answer", run_merge, d, documents);
    struct contestant reading =
        contestant("of it, reading the three documents", run_index, d, documents);
    struct contestant *all[] = { &floor, &stored, &checked, &answer, &reading };
    struct dwr_result r = result_of(&stored);
    char name[64];

    checked.check_all = true;
    answer.write_answer = true;
    check(&r);
    race(all, sizeof all / sizeof *all);
    figure(key, says, AT_LEAST, target, ratio(&floor, &stored));
    figure_time(floor.name, typical(&floor));
    figure_time(stored.name, typical(&stored));
    figure_time(reading.name, typical(&reading));
    snprintf(name, sizeof name, "%s_merge", key);
    figure_beside(name, "the same, all three documents checked (dwr_merge)",
                  ratio(&floor, &checked), typical(&checked));
    snprintf(name, sizeof name, "%s_answer", key);
    figure_beside(name, "the same, the report written out (dwr_answer)", ratio(&floor, &answer),
                  typical(&answer));
    dwr_scratch_free(stored.scratch);
    dwr_scratch_free(checked.scratch);
    dwr_scratch_free(answer.scratch);
    dwr_scratch_free(reading.scratch);
    documents_free(&documents);
}

static void must_be_the_conversation(const struct dwr_result *r)
{
    must(rows_of(r->doc, "messages") == 500, "the conversation has 500 messages");
    must(r->field_count == 10, "10 of them reported as the client's");
}

static void must_be_wide(const struct dwr_result *r)
{
    size_t conflicts = 0;

    for (size_t i = 0; i < r->field_count; i++)
        conflicts += r->fields[i].conflict;
    must(r->field_count == 40 && conflicts == 10, "40 fields reported, 10 in conflict");
}

static void table_figure(const char *key, const char *says, double target,
                         const struct dwr_doctype *d, enum row_order order)
{
    enum { FEW = 1000, MANY = 100000 };
    const int rounds_before = rounds;
    struct documents few = documents_table(FEW, order), many = documents_table(MANY, order);
    struct contestant short_one = contestant("1,000 rows", run_merge, d, few);
    struct contestant long_one = contestant("100,000 rows", run_merge, d, many);
    struct contestant *all[] = { &short_one, &long_one };
    struct dwr_result r = result_of(&short_one);

    must(rows_of(r.doc, "rows") == FEW, "1,000 rows");
    r = result_of(&long_one);
    must(rows_of(r.doc, "rows") == MANY, "100,000 rows");
    rounds = rounds > 15 ? 15 : rounds;
    race(all, 2);
    figure(key, says, AT_MOST, target, ratio(&long_one, &short_one) * FEW / MANY);
    figure_time("a row of 1,000", typical(&short_one) / FEW);
    figure_time("a row of 100,000", typical(&long_one) / MANY);
    rounds = rounds_before;
    dwr_scratch_free(short_one.scratch);
    dwr_scratch_free(long_one.scratch);
    documents_free(&few);
    documents_free(&many);
}

/* --- look-up --- */

static unsigned find_linear(const struct dwr_names *names, const char *p, size_t n)
{
    for (unsigned i = 0; i < names->count; i++)
        if (names->v[i].name.n == n && memcmp(names->v[i].name.p, p, n) == 0)
            return i;
    return DWR_NONE;
}

static const struct dwr_names *lookup_names;
static volatile unsigned lookup_kept;

static double run_lookup(const struct contestant *c, unsigned long n)
{
    const double start = now_ns();
    unsigned kept = 0;

    while (n-- > 0)
        for (unsigned i = 0; i < lookup_names->count; i++) {
            const struct dwr_str name = lookup_names->v[i].name;

            kept += c->check_all ? find_linear(lookup_names, name.p, name.n)
                                 : dwr_names_find(lookup_names, name.p, name.n);
        }
    lookup_kept = kept;
    return now_ns() - start;
}

static void lookup_figure(const char *key, const char *says, const struct dwr_names *names)
{
    struct contestant perfect = { .name = "perfect hash", .run = run_lookup };
    struct contestant linear = { .name = "linear", .run = run_lookup, .check_all = true };
    struct contestant *all[] = { &perfect, &linear };

    lookup_names = names;
    for (unsigned i = 0; i < names->count; i++)
        must(dwr_names_find(names, names->v[i].name.p, names->v[i].name.n) == i,
             "every name is found");
    race(all, 2);
    figure_beside(key, says, ratio(&linear, &perfect), typical(&perfect) / names->count);
    figure_time("one, linear", typical(&linear) / names->count);
}
int main(int argc, char **argv)
{
    static const char *const only[] = { ONLY_PATHS };
    const struct dwr_ruleset *rules = RULES_SYMBOL;
    const char *json = NULL;
    int option;

    while ((option = getopt(argc, argv, "qo:")) != -1) {
        if (option == 'q') {
            rounds = 3;
            slot_ns = 3e5;
        } else if (option == 'o') {
            json = optarg;
        } else {
            return 2;
        }
    }
    if (optind + 1 != argc)
        die("usage: bench [-q] [-o FILE.json] BUILD");
    build = argv[optind];

    figures_start();
    job_figures(rules);
    document_figure("conversation", "100 KB Conversation against cJSON", 30,
                    doctype(rules, "Conversation"), documents_conversation(),
                    must_be_the_conversation);
    document_figure("wide", "300 fields against cJSON", 10, doctype(&dwr_rules_bench_rules, "Wide"),
                    documents_wide(), must_be_wide);
    table_figure("rows", "100,000 rows against 1,000, time a row: in one order", 1.5,
                 doctype(&dwr_rules_bench_rules, "Log"), ROWS_SAME_ORDER);
    table_figure("rows_shuffled", "the client's rows shuffled", 3,
                 doctype(&dwr_rules_bench_rules, "Log"), ROWS_SHUFFLED);
    table_figure("rows_ordered", "with order_by", 4, doctype(&dwr_rules_bench_rules, "Ordered Log"),
                 ROWS_SAME_ORDER);
    thread_figure(rules);
    compile_figure();
    prove_figure();
    lint_figures();
    layout_figure(rounds == 3 ? 3000 : 100000);
    editor_figure("rules");
    heap_figure(rules);
    size_figure(only, sizeof only / sizeof *only);
    lookup_figure("lookup", "name look-up, Dispatch Job: perfect hash against linear search",
                  &doctype(rules, "Dispatch Job")->names);
    lookup_figure("lookup_doctypes", "DocType look-up", &rules->names);
    return figures_end(json) ? 0 : 2;
}
