/* scan_avx512.c - the scanner with AVX-512: 64 bytes are one register and its masks. */
#include "scan_paths.h"

#if DWR_HAS_AVX512
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,lzcnt,popcnt,pclmul"))),        \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,lzcnt,popcnt,pclmul")
#endif

#define SCAN_PATH SCAN_AVX512
#define SCAN_NAME "avx512"
#define SCAN_OPS dwr_scan_avx512
#include "scan_code.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
