/* explain.c - finds the page of a code. */
#include "explain.h"

struct dwr_str explain_page(enum diag_code code)
{
    size_t low = 0, high = explain_page_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (explain_pages[middle].code < (int)code)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < explain_page_count && explain_pages[low].code == (int)code)
        return (struct dwr_str){ explain_pages[low].text, explain_pages[low].size };
    return (struct dwr_str){ NULL, 0 };
}
