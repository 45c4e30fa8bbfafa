/* documents.c - builds the documents of documents.h. */
#include "documents.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
    char *p;
    size_t n, capacity;
};

static void grow(struct buffer *b, size_t more)
{
    if (b->capacity - b->n > more)
        return;
    b->capacity = 2 * (b->capacity + more);
    b->p = realloc(b->p, b->capacity);
    if (b->p == NULL) {
        perror("bench");
        exit(2);
    }
}

static void put(struct buffer *b, const char *format, ...)
{
    va_list arguments;
    int n;

    grow(b, 2048);
    va_start(arguments, format);
    n = vsnprintf(b->p + b->n, b->capacity - b->n, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= b->capacity - b->n)
        abort();
    b->n += (size_t)n;
}

static struct dwr_text finish(const struct buffer *b)
{
    return (struct dwr_text){ b->p, b->n };
}

void documents_free(struct documents *d)
{
    free((char *)d->base.p);
    free((char *)d->server.p);
    free((char *)d->client.p);
    *d = (struct documents){ 0 };
}

/* The same every time: a fixed generator, and Fisher and Yates. */
static uint32_t chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void shuffle(unsigned *v, unsigned n)
{
    uint32_t state = 7;

    for (unsigned i = n; i > 1; i--) {
        const unsigned j = chance(&state) % i, x = v[i - 1];

        v[i - 1] = v[j];
        v[j] = x;
    }
}

/* Below, `by` is whose document: 'b' base, 's' server, 'c' client. */

/* --- Dispatch Job --- */

/* What base, server and client say of a field; a side that is NULL says what base does. */
struct field {
    const char *name, *base, *server, *client;
};

#define NOTES                                                                                      \
    "Arrived on site at 08:10, met by the caretaker. Pump two in the boiler room was running dry " \
    "and had tripped its relay twice during the night. Isolated the circuit, bled the line and "   \
    "checked the pressure vessel, which holds 1.5 bar. Replaced the mechanical seal and both "     \
    "gaskets on the suction side. Test run of twenty minutes without leakage; current drawn is "   \
    "3.1 A on every phase, well inside the plate"

static const struct field job_fields[] = {
    { "name", "\"JOB-2026-00417\"", NULL, NULL },
    { "doctype", "\"Dispatch Job\"", NULL, NULL },
    { "owner", "\"office@example.com\"", NULL, NULL },
    { "creation", "\"2026-03-02 07:41:10.120000\"", NULL, NULL },
    { "modified", "\"2026-03-02 09:12:44.310000\"", NULL, NULL },
    { "modified_by", "\"dispatch@example.com\"", NULL, NULL },
    { "docstatus", "0", NULL, NULL },
    { "company", "\"Northern Heating Ltd\"", NULL, NULL },
    { "branch", "\"Harbour Depot\"", NULL, NULL },
    { "customer", "\"CUST-00291\"", NULL, NULL },
    { "address", "\"ADDR-00291-2\"", NULL, NULL },
    { "contact_phone", "\"+49 40 555 0134\"", "\"+49 40 555 0199\"", NULL },
    { "latitude", "53.5436219", NULL, NULL },
    { "longitude", "9.9665081", NULL, NULL },
    { "service_type", "\"Repair\"", NULL, NULL },
    { "status", "\"Assigned\"", "\"On Hold\"", "\"In Progress\"" },
    { "priority", "\"Medium\"", "\"High\"", "\"Low\"" },
    { "assigned_to", "\"TECH-014\"", "\"TECH-022\"", NULL },
    { "scheduled_date", "\"2026-03-03\"", "\"2026-03-04\"", NULL },
    { "scheduled_time", "\"08:00:00\"", NULL, NULL },
    { "estimated_duration", "90", NULL, NULL },
    { "actual_start_time", "null", NULL, "\"2026-03-03T08:10:00Z\"" },
    { "actual_end_time", "null", NULL, "\"2026-03-03T09:35:00Z\"" },
    { "travel_km", "0", NULL, "27.4" },
    { "completion_notes", "\"" NOTES "\"", "\"" NOTES ". Office: call back\"",
      "\"" NOTES ". Left at 09:35\"" },
    { "signature", "null", NULL, "\"/files/signature-00417.png\"" },
    { "customer_feedback", "\"\"", NULL, "\"Quick and clean\"" },
    { "photos", "[\"/files/pump-before.jpg\",\"/files/plate.jpg\"]", NULL, NULL },
    { "currency", "\"EUR\"", NULL, NULL },
};

enum { JOB_FIELDS = sizeof job_fields / sizeof *job_fields };

static void put_part(struct buffer *b, unsigned item, unsigned qty)
{
    put(b,
        "%s{\"name\":\"row-%04u\",\"idx\":%u,\"item_code\":\"SEAL-%03u\",\"qty\":%u,\"rate\":%u.50}",
        b->p[b->n - 1] == '[' ? "" : ",", item, item, 100 + item, qty, 12 + 3 * item);
}

static struct dwr_text job(char by, bool shuffled)
{
    struct buffer b = { 0 };
    unsigned order[JOB_FIELDS + 1];

    for (unsigned i = 0; i <= JOB_FIELDS; i++)
        order[i] = i;
    if (shuffled)
        shuffle(order, JOB_FIELDS + 1);
    put(&b, "{");
    for (unsigned i = 0; i <= JOB_FIELDS; i++) {
        const char *comma = i == 0 ? "" : ",";

        if (order[i] == JOB_FIELDS) {
            put(&b, "%s\"parts_used\":[", comma);
            for (unsigned item = 1; item <= 5; item++)
                put_part(&b, item, item != 3 ? item : by == 's' ? 5 : by == 'c' ? 4 : 3);
            if (by != 'b')
                put_part(&b, by == 's' ? 6 : 7, 2);
            put(&b, "]");
        } else {
            const struct field *f = &job_fields[order[i]];
            const char *value = by == 's' ? f->server : by == 'c' ? f->client : NULL;

            put(&b, "%s\"%s\":%s", comma, f->name, value != NULL ? value : f->base);
        }
    }
    put(&b, "}");
    return finish(&b);
}

struct documents documents_job(bool shuffled)
{
    return (struct documents){ job('b', false), job('s', false), job('c', shuffled) };
}

/* --- Conversation --- */

static void put_message(struct buffer *b, unsigned minute, char by)
{
    put(b,
        "%s{\"message_id\":\"%c-%06u\",\"timestamp\":\"2026-03-%02uT%02u:%02u:00Z\","
        "\"sender\":\"%s@example.com\",\"body\":\"Message %u: the valve in room %u has been looked at "
        "and will be exchanged on the next visit\"}",
        b->p[b->n - 1] == '[' ? "" : ",", by, minute, 1 + minute / 1440, minute / 60 % 24,
        minute % 60,
        by == 's'   ? "office"
        : by == 'c' ? "technician"
                    : "customer",
        minute, minute % 40);
}

static struct dwr_text conversation(char by)
{
    struct buffer b = { 0 };

    put(&b,
        "{\"name\":\"CONV-0042\",\"doctype\":\"Conversation\",\"owner\":\"office@example.com\","
        "\"subject\":\"Boiler room\",\"status\":\"Open\",\"assigned_to\":\"AGENT-3\","
        "\"priority\":\"Medium\",\"message_count\":%u,\"messages\":[",
        by == 'b' ? 480u : 490u);
    for (unsigned i = 0; i < 480; i++)
        put_message(&b, 3 * i, 'b');
    if (by != 'b')
        for (unsigned i = 0; i < 10; i++)
            put_message(&b, 3 * (480 + 2 * i) + (by == 's' ? 0 : 3), by);
    put(&b, "]}");
    return finish(&b);
}

struct documents documents_conversation(void)
{
    return (struct documents){ conversation('b'), conversation('s'), conversation('c') };
}

/* --- 300 fields --- */

static struct dwr_text wide(char by)
{
    struct buffer b = { 0 };

    put(&b, "{");
    for (unsigned i = 0; i < 300; i++) {
        const bool changed = by == 's' ? i % 10 == 3 : by == 'c' && (i % 30 == 3 || i % 10 == 7);

        put(&b, "%s\"field_%03u\":", i == 0 ? "" : ",", i);
        if (i % 5 == 0)
            put(&b, "%u.%02u", i * 17, changed ? 99 : i % 97);
        else
            put(&b, "\"value %u of the form, as %s wrote it\"", i,
                !changed    ? "the office first"
                : by == 's' ? "the server"
                            : "the client");
    }
    put(&b, "}");
    return finish(&b);
}

struct documents documents_wide(void)
{
    return (struct documents){ wide('b'), wide('s'), wide('c') };
}

/* --- tables --- */

/* The added rows stand at the end of their side; by `at` they belong all over the table. */
static struct dwr_text table(unsigned rows, char by, enum row_order order)
{
    const unsigned old = rows - 2 * (rows / 100), added = by == 'b' ? 0 : rows / 100;
    unsigned *place = malloc((old + added) * sizeof *place);
    struct buffer b = { 0 };

    if (place == NULL)
        exit(2);
    for (unsigned i = 0; i < old + added; i++)
        place[i] = i;
    if (order == ROWS_SHUFFLED)
        shuffle(place, old + added);
    put(&b, "{\"name\":\"LOG-1\",\"rows\":[");
    for (unsigned i = 0; i < old + added; i++) {
        const unsigned row = place[i];
        const bool own = row >= old;
        const unsigned second = own ? (row - old) * 100 + (by == 's' ? 11 : 61) : row;

        put(&b,
            "%s{\"id\":\"%c%07u\",\"at\":\"2026-01-%02uT%02u:%02u:%02uZ\",\"value\":%u.5,"
            "\"note\":\"reading\"}",
            i == 0 ? "" : ",", own ? by : 'r', row, 1 + second / 86400, second / 3600 % 24,
            second / 60 % 60, second % 60, row * 7 % 1000);
    }
    put(&b, "]}");
    free(place);
    return finish(&b);
}

struct documents documents_table(unsigned rows, enum row_order order)
{
    return (struct documents){ table(rows, 'b', ROWS_SAME_ORDER), table(rows, 's', ROWS_SAME_ORDER),
                               table(rows, 'c', order) };
}
