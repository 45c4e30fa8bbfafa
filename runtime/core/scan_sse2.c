/* scan_sse2.c - the scanner with SSE2, which every x86-64 has. */
#include "scan_paths.h"

#if DWR_HAS_SSE2
#include <emmintrin.h>

#define SCAN_PATH SCAN_SSE2
#define SCAN_NAME "sse2"
#define SCAN_OPS dwr_scan_sse2
#include "scan_code.h"
#endif
