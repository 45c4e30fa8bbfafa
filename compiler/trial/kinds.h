/* kinds.h - what a person would see in a field, and values of that kind.
 *
 * Ownership: the texts are constant. */
#ifndef DWR_COMPILER_KINDS_H
#define DWR_COMPILER_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "dwr.h"
#include "schema/schema.h"

/* The order of each list is the order of its values (1.5). */
enum kind {
    KIND_WORD,
    KIND_TEXT,
    KIND_NUMBER,
    KIND_CHECK,
    KIND_BOOLEAN,
    KIND_DATE,
    KIND_TIME,
    KIND_DATETIME,
    KIND_FILE,
    KIND_SIGNATURE,
    KIND_CODE,
    KIND_COLOR,
    KIND_USER,
    KIND_ROWS, /* an array that is one value */
    KIND_COUNT
};

enum { FILLERS = 5 };

/* JSON texts; NULL behind the last where there are fewer. */
extern const char *const kind_values[KIND_COUNT][FILLERS];

enum kind kind_of_literal(struct dwr_str v);
enum kind kind_of_schema(const struct schema_field *f);
/* What the rules use the field for, where that says its kind. */
bool kind_of_use(const struct dwr_doctype *d, uint16_t field, enum kind *kind);
bool sync_layers_kind(struct dwr_str name, enum kind *kind);

#endif
