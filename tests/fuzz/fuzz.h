/* fuzz.h - what a fuzz target is: libFuzzer's two functions. replay.c calls them too, so that the
 * corpus is run without libFuzzer. */
#ifndef DWR_TESTS_FUZZ_H
#define DWR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
