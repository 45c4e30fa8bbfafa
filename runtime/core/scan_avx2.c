/* scan_avx2.c - the scanner with AVX2, bit manipulation and carry-less multiplication. */
#include "scan_paths.h"

#if DWR_HAS_AVX2
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul"))),         \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")
#endif

#define SCAN_PATH SCAN_AVX2
#define SCAN_NAME "avx2"
#define SCAN_OPS dwr_scan_avx2
#include "scan_code.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
