/* scan_neon.c - the scanner with NEON, which every AArch64 has. */
#include "scan_paths.h"

#if DWR_HAS_NEON
#include <arm_neon.h>

#define SCAN_PATH SCAN_NEON
#define SCAN_NAME "neon"
#define SCAN_OPS dwr_scan_neon
#include "scan_code.h"
#endif
