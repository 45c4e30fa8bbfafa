/* faults.h - faults planted into results, each of which a law must catch: what proves that the laws
 * can fail. */
#ifndef DWR_TESTS_FAULTS_H
#define DWR_TESTS_FAULTS_H

#include "law.h"

struct fault {
    const char *says;
    enum law law; /* that must be the first to break */
    law_spoil *spoil;
};

extern const struct fault faults[];
extern const size_t fault_count;

#endif
