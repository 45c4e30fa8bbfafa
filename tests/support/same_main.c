/* same_main.c - same FILE: the rule set of a file compiled in memory, against the one that dwrc
 * wrote as C and that is linked here: every member, and that comparing is not blind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include RULES_HEADER
#include "load_rules.h"
#include "same_rules.h"

/* A difference at the far end of the rule set must be seen. */
static bool sees_a_difference(const struct dwr_ruleset *rules)
{
    struct dwr_ruleset other = *rules;
    struct dwr_doctype *doctypes = malloc((rules->doctype_count + 1u) * sizeof *doctypes);
    char where[256];
    bool seen;

    if (doctypes == NULL)
        return false;
    other.retry.max_attempts++;
    seen = !same_rules(rules, &other, where) && strcmp(where, ".retry.max_attempts") == 0;
    other = *rules;
    if (rules->doctype_count > 0) {
        memcpy(doctypes, rules->doctypes, rules->doctype_count * sizeof *doctypes);
        doctypes[rules->doctype_count - 1].tombstone.ttl_seconds++;
        other.doctypes = doctypes;
        seen = seen && !same_rules(rules, &other, where) && strstr(where, "ttl_seconds") != NULL;
    }
    free(doctypes);
    return seen;
}

int main(int argc, char **argv)
{
    struct arena arena = { .no_memory = NULL };
    const struct dwr_ruleset *rules = argc == 2 ? load_rules(&arena, argv[1]) : NULL;
    char where[256];
    int status = 1;

    if (rules == NULL)
        fprintf(stderr, "same: no rules\n");
    else if (!same_rules(rules, RULES_SYMBOL, where))
        fprintf(stderr, "same: the tables in C differ from those in memory at %s\n", where);
    else if (!sees_a_difference(rules))
        fprintf(stderr, "same: the comparison is blind\n");
    else
        status = 0;
    arena_clear(&arena);
    return status;
}
