/* dwr_cjson.c - see dwr_cjson.h. */
#include "dwr_cjson.h"

#include <string.h>

enum { TEXTS = 9 };

/* Prints the trees; false when cJSON has no memory. */
static bool print_all(const cJSON *const trees[TEXTS], char *texts[TEXTS])
{
    for (int i = 0; i < TEXTS; i++) {
        if (trees[i] == NULL)
            continue;
        texts[i] = cJSON_PrintUnformatted(trees[i]);
        if (texts[i] == NULL)
            return false;
    }
    return true;
}

static struct dwr_text text_of(const char *text)
{
    return (struct dwr_text){ text, text == NULL ? 0 : strlen(text) };
}

enum dwr_rc dwr_cjson_merge(const struct dwr_doctype *doctype, const struct dwr_cjson_write *write,
                            struct dwr_scratch *scratch, cJSON **answer)
{
    const cJSON *const trees[TEXTS] = {
        write->base, write->server,      write->client,      write->client_ts,   write->server_ts,
        write->now,  write->server_role, write->client_role, write->client_user,
    };
    char *texts[TEXTS] = { NULL };
    struct dwr_result result;
    struct dwr_text text;
    enum dwr_rc rc = DWR_NOMEM;

    *answer = NULL;
    if (print_all(trees, texts)) {
        const struct dwr_write w = {
            .op = write->op,
            .base = text_of(texts[0]),
            .server = text_of(texts[1]),
            .client = text_of(texts[2]),
            .client_ts = text_of(texts[3]),
            .server_ts = text_of(texts[4]),
            .now = text_of(texts[5]),
            .server_role = text_of(texts[6]),
            .client_role = text_of(texts[7]),
            .client_user = text_of(texts[8]),
        };

        rc = dwr_merge(doctype, &w, scratch, &result);
    }
    if (rc == DWR_OK) {
        text = dwr_answer(&result, (struct dwr_text){ NULL, 0 }, scratch);
        *answer = text.p == NULL ? NULL : cJSON_ParseWithLength(text.p, text.n);
        rc = *answer == NULL ? DWR_NOMEM : DWR_OK;
    }
    for (int i = 0; i < TEXTS; i++)
        cJSON_free(texts[i]);
    return rc;
}
