/* scan_portable.c - the scanner with words of eight bytes, for every architecture. */
#include "scan_paths.h"

#if DWR_HAS_PORTABLE
#define SCAN_PATH SCAN_PORTABLE
#define SCAN_NAME "portable"
#define SCAN_OPS dwr_scan_portable
#include "scan_code.h"
#endif
