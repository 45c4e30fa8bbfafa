/* scan_paths.h - what every scan_<path>.c includes before it turns its instruction set on. */
#ifndef DWR_SCAN_PATHS_H
#define DWR_SCAN_PATHS_H

#include "scan.h"
#include "scan_names.h"
#include "scan_simd.h"
#include "value.h"

extern const struct dwr_scan_ops dwr_scan_portable, dwr_scan_sse2, dwr_scan_avx2, dwr_scan_avx512,
    dwr_scan_neon;

#endif
