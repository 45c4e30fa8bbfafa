/* options.h - what the programs of this folder are told: [--seed N] [--cases N] [--planted]
 * RULES... */
#ifndef DWR_TESTS_PROVE_OPTIONS_H
#define DWR_TESTS_PROVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct options {
    uint64_t seed;
    unsigned long cases;
    bool planted; /* a mistake is made on purpose: the program must find it */
    int rules;    /* index of the first of RULES; argc: none are named */
};

/* False: an option that is unknown or has no number. */
static inline bool options_read(struct options *o, int argc, char **argv)
{
    for (o->rules = 1; o->rules < argc && argv[o->rules][0] == '-'; o->rules++) {
        const char *option = argv[o->rules];

        if (strcmp(option, "--planted") == 0) {
            o->planted = true;
            continue;
        }
        if (++o->rules == argc)
            return false;
        if (strcmp(option, "--seed") == 0)
            o->seed = strtoull(argv[o->rules], NULL, 10);
        else if (strcmp(option, "--cases") == 0)
            o->cases = strtoul(argv[o->rules], NULL, 10);
        else
            return false;
    }
    return o->rules < argc;
}

#endif
