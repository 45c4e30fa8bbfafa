/* laws.c - the guarantees of semantics section 10 as properties over random documents, for every
 * DocType of the rule sets named.
 *
 *     laws [--seed N] [--cases N] [--doctype NAME] RULES...
 *
 * RULES are files or folders of rules, compiled in memory; the DocTypes that are not named
 * (`default`) are one more DocType. --cases is the least number of merges over all (24,000 unless
 * said). The seed is printed; a broken law prints its case as a line that `dwrc resolve` reads.
 *
 * Each law must also catch a fault that is planted into the results (faults.c), and every status,
 * outcome, code and rule must have been seen a number of times: else the run fails.
 *
 * To build: the C files of tests/laws, tests/support/{tree,load_rules}.c, libdwrc.a,
 * libdwr_core.a, -lcjson -lxxhash; with -Iruntime -Icompiler. Run: $B/laws rules
 * tests/laws/all_forms.dwr */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/load_rules.h"
#include "draw.h"
#include "faults.h"
#include "law.h"

#define CASES 24000
#define SETS_MAX 16
/* Of ten cases, two are about two clients. */
#define PAIRS_OF_TEN 2

struct run {
    uint64_t seed;
    unsigned long cases;
    const char *only;
    const struct dwr_ruleset *sets[SETS_MAX];
    size_t set_count;
    unsigned doctypes;
};

/* Every case has a seed of its own, so that it can be drawn again alone. */
static uint64_t case_seed(const struct run *run, size_t set, unsigned doctype, unsigned long i)
{
    return run->seed * 0x9E3779B97F4A7C15u ^ (uint64_t)set << 56 ^ (uint64_t)doctype << 40 ^ i;
}

static bool one_case(struct laws *laws, const struct dwr_doctype *doctype, uint64_t seed,
                     struct dwr_write writes[2], bool *pair)
{
    struct draw draw = draw_seeded(seed);

    pool_reset(&laws->pool);
    *pair = draw_below(&draw, 10) < PAIRS_OF_TEN;
    if (!*pair) {
        writes[0] = draw_write(&draw, &laws->pool, doctype);
        return laws_hold(laws, doctype, &writes[0]);
    }
    draw_two_writes(&draw, &laws->pool, doctype, &writes[0], &writes[1]);
    return laws_hold(laws, doctype, &writes[0]) &&
           laws_converge(laws, doctype, &writes[0], &writes[1]);
}

static void print_case(struct laws *laws, const struct dwr_doctype *doctype,
                       const struct dwr_write *write)
{
    const struct dwr_text line = write_line(&laws->pool, doctype, write);

    fprintf(stderr, "%.*s\n", (int)line.n, line.p);
}

static void report_broken(struct laws *laws, const struct run *run,
                          const struct dwr_doctype *doctype, const struct dwr_write writes[2],
                          bool pair, unsigned long i)
{
    fprintf(stderr, "laws: seed %" PRIu64 ", DocType '%.*s', case %lu\nlaws: broken: %s: %s\n",
            run->seed, (int)doctype->name.n, doctype->name.p == NULL ? "" : doctype->name.p, i,
            law_name(laws->broken), laws->says);
    print_case(laws, doctype, &writes[0]);
    if (pair)
        print_case(laws, doctype, &writes[1]);
}

static const struct dwr_doctype *doctype_at(const struct dwr_ruleset *rules, unsigned i)
{
    return i < rules->doctype_count ? &rules->doctypes[i] : &rules->other;
}

static bool is_wanted(const struct run *run, const struct dwr_doctype *d)
{
    return run->only == NULL || (d->name.p != NULL && strlen(run->only) == d->name.n &&
                                 memcmp(run->only, d->name.p, d->name.n) == 0);
}

/* All DocTypes of a rule set. False where a law was broken. */
static bool run_set(struct laws *laws, const struct run *run, size_t set)
{
    const struct dwr_ruleset *const rules = run->sets[set];
    const unsigned long each = run->cases / run->doctypes + 1;

    for (unsigned k = 0; k <= rules->doctype_count; k++) {
        const struct dwr_doctype *const d = doctype_at(rules, k);

        for (unsigned long i = 0; i < each && is_wanted(run, d); i++) {
            struct dwr_write writes[2];
            bool pair;

            if (!one_case(laws, d, case_seed(run, set, k, i), writes, &pair)) {
                report_broken(laws, run, d, writes, pair, i);
                return false;
            }
        }
    }
    return true;
}

/* --- planted faults --- */

/* Draws cases with the fault until a law is broken; it must be the fault's own. */
static bool fault_is_caught(struct laws *laws, const struct run *run, const struct fault *fault)
{
    enum { TRIES = 40000 };
    const struct dwr_doctype *d = NULL;
    struct dwr_write writes[2];
    unsigned long tries = 0;

    laws->spoil = fault->spoil;
    laws->broken = LAW_NONE;
    for (unsigned long i = 0; i < TRIES && laws->broken == LAW_NONE; i++) {
        const struct dwr_ruleset *const rules = run->sets[i % run->set_count];
        const unsigned k = (unsigned)(i / run->set_count) % (rules->doctype_count + 1u);
        bool pair;

        tries++;
        d = doctype_at(rules, k);
        (void)one_case(laws, d, case_seed(run, 99, k, i), writes, &pair);
    }
    laws->spoil = NULL;
    if (laws->broken == fault->law)
        return true;
    fprintf(stderr, "laws: planted fault '%s': %s, not %s, after %lu cases (%s)\n", fault->says,
            law_name(laws->broken), law_name(fault->law), tries, laws->says);
    if (laws->broken != LAW_NONE)
        print_case(laws, d, &writes[0]);
    return false;
}

static bool faults_are_caught(struct laws *laws, const struct run *run)
{
    bool caught[LAW_COUNT] = { false };
    bool all = true;

    for (size_t i = 0; i < fault_count; i++) {
        const bool this_one = fault_is_caught(laws, run, &faults[i]);

        caught[faults[i].law] = caught[faults[i].law] || this_one;
        all = all && this_one;
    }
    for (int law = LAW_NONE + 1; law < LAW_COUNT; law++)
        if (!caught[law]) {
            fprintf(stderr, "laws: no planted fault for '%s'\n", law_name((enum law)law));
            all = false;
        }
    return all;
}

/* --- what was seen --- */

static bool at_least(const char *what, const char *name, unsigned long n, unsigned long least)
{
    printf(" %s %lu", name, n);
    if (n >= least)
        return true;
    fprintf(stderr, "laws: %s '%s' was seen %lu times, fewer than %lu\n", what, name, n, least);
    return false;
}

static const char *const rule_names[DWR_RULE_COUNT] = {
#define RULE(NAME, word, arity, section) #word,
#include "../../runtime/rule_kinds.def"
#undef RULE
    "branch"
};

/* The least numbers are far below what a run of CASES gives; they only tell a test that has gone
 * empty. A run of fewer cases, or of one DocType, is not held to them. */
static bool print_tally(const struct law_tally *t, bool strict)
{
    const unsigned long few = strict ? 8 : 0, many = strict ? 200 : 0;
    bool enough = true;

    printf("laws: %lu merges, each on every code path, again, and onto its result; %lu errors\n",
           t->merges, t->errors);
    printf("laws: status:");
    for (int i = 0; i < LAW_STATUSES; i++)
        enough &= at_least("status", dwr_status_name((enum dwr_status)i), t->status[i], many);
    printf("\nlaws: outcome:");
    for (int i = 0; i < LAW_OUTCOMES; i++)
        enough &= at_least("outcome", dwr_outcome_name((enum dwr_outcome)i), t->outcome[i],
                           i == DWR_OUTCOME_HELD ? few : many);
    printf("\nlaws: code:");
    for (int i = 1; i < LAW_CODES; i++)
        enough &= at_least("code", dwr_code_name((enum dwr_code)i), t->code[i], few);
    printf("\nlaws: conflicts by rule:");
    for (int i = 0; i < DWR_RULE_BRANCH; i++)
        enough &= at_least("rule", rule_names[i], t->rule[i], few);
    printf("\nlaws: reports of rows %lu, notifications %lu, branches %lu\nlaws: judged:", t->rows,
           t->notifications, t->branches);
    for (int i = LAW_NONE + 1; i < LAW_COUNT; i++)
        enough &= at_least("law", law_name((enum law)i), t->judged[i], many);
    putchar('\n');
    return enough && (!strict || (t->rows >= many && t->notifications >= many));
}

/* --- the command --- */

static int usage(void)
{
    fputs("usage: laws [--seed N] [--cases N] [--doctype NAME] RULES...\n", stderr);
    return 2;
}

static bool read_options(struct run *run, struct arena *arena, int argc, char **argv)
{
    int i = 1;

    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            run->seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--cases") == 0)
            run->cases = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--doctype") == 0)
            run->only = argv[i + 1];
        else
            return false;
    }
    for (; i < argc && argv[i][0] != '-' && run->set_count < SETS_MAX; i++) {
        const struct dwr_ruleset *const rules = load_rules(arena, argv[i]);

        if (rules == NULL)
            return false;
        run->sets[run->set_count++] = rules;
        run->doctypes += rules->doctype_count + 1u;
    }
    return i == argc && run->set_count > 0;
}

static bool run_all(struct run *run)
{
    struct laws laws;
    bool good = true;

    if (!laws_init(&laws)) {
        fputs("laws: out of memory\n", stderr);
        return false;
    }
    if (run->only != NULL)
        run->doctypes = 1;
    printf("laws: seed %" PRIu64 ", %u DocTypes, code paths:", run->seed, run->doctypes);
    for (size_t i = 1; i < laws.path_count; i++)
        printf(" %s", laws.path[i]);
    putchar('\n');
    for (size_t i = 0; i < run->set_count && good; i++)
        good = run_set(&laws, run, i);
    good = print_tally(&laws.tally, good && run->only == NULL && run->cases >= CASES) && good;
    if (good && run->only == NULL)
        good = faults_are_caught(&laws, run);
    laws_clear(&laws);
    return good;
}

int main(int argc, char **argv)
{
    struct arena arena = { .no_memory = NULL };
    struct run run = { .seed = (uint64_t)time(NULL), .cases = CASES };
    const bool asked = read_options(&run, &arena, argc, argv);
    const bool good = asked && run_all(&run);

    arena_clear(&arena);
    if (!asked)
        return usage();
    puts(good ? "laws: all hold, and every planted fault was caught" : "laws: FAILED");
    return good ? 0 : 1;
}
