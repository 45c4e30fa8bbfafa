/* habits.c - what a field holds, by its name: for merges that are made up where neither a test nor
 * a schema says it. */
#include <ctype.h>

#include "scenario_parts.h"

/* What fields of such names hold; of the parts the longest that fits decides. */
static const struct habit {
    const char *part; /* of the name in lower case; "_x": its end */
    const char *v[HABIT_VALUES];
} habits[] = {
    { "date", { "\"2026-03-02\"", "\"2026-03-05\"", "\"2026-03-09\"" } },
    { "due", { "\"2026-03-02\"", "\"2026-03-05\"", "\"2026-03-09\"" } },
    { "until", { "\"2026-03-31\"", "\"2026-04-15\"", "\"2026-04-30\"" } },
    { "time", { "\"2026-03-02 08:00:00\"", "\"2026-03-02 09:30:00\"", "\"2026-03-02 10:15:00\"" } },
    { "_at", { "\"2026-03-02 08:00:00\"", "\"2026-03-02 09:30:00\"", "\"2026-03-02 10:15:00\"" } },
    { "_on", { "\"2026-03-02 08:00:00\"", "\"2026-03-02 09:30:00\"", "\"2026-03-02 10:15:00\"" } },
    { "timestamp",
      { "\"2026-03-02T08:00:00Z\"", "\"2026-03-02T09:30:00Z\"", "\"2026-03-02T10:15:00Z\"" } },
    { "start",
      { "\"2026-03-02T08:00:00Z\"", "\"2026-03-02T08:30:00Z\"", "\"2026-03-02T09:00:00Z\"" } },
    { "end",
      { "\"2026-03-02T16:00:00Z\"", "\"2026-03-02T16:30:00Z\"", "\"2026-03-02T17:00:00Z\"" } },
    { "minutes", { "30", "45", "60" } },
    { "duration", { "30", "60", "90" } },
    { "hours", { "2", "3", "4.5" } },
    { "qty", { "2", "3", "5" } },
    { "quantity", { "12", "9", "11" } },
    { "count", { "3", "4", "6" } },
    { "amount", { "980", "1020", "1050" } },
    { "total", { "1200", "1250", "1180" } },
    { "price", { "49.5", "52", "47.9" } },
    { "budget", { "500", "800", "650" } },
    { "rate", { "0.5", "0.65", "0.7" } },
    { "version", { "3", "4", "5" } },
    { "number", { "7", "8", "9" } },
    { "notes", { "\"Gate is locked\"", "\"Key is at the porter's\"", "\"Ring twice\"" } },
    { "note", { "\"Gate is locked\"", "\"Key is at the porter's\"", "\"Ring twice\"" } },
    { "remark", { "\"was low\"", "\"refilled\"", "\"leaks\"" } },
    { "comment", { "\"Looks good\"", "\"Needs a second look\"", "\"Agreed\"" } },
    { "description", { "\"Pump 3\"", "\"Pump 3, hall 2\"", "\"Seal of pump 3\"" } },
    { "analysis", { "\"Bearing worn\"", "\"Shaft bent\"", "\"Seal too old\"" } },
    { "feedback", { "\"5 of 5\"", "\"4 of 5\"", "\"3 of 5\"" } },
    { "text", { "\"On our way\"", "\"Arriving at noon\"", "\"Delayed by an hour\"" } },
    { "message", { "\"On our way\"", "\"Arriving at noon\"", "\"Delayed by an hour\"" } },
    { "content", { "\"First draft\"", "\"Second draft\"", "\"Second draft, with remarks\"" } },
    { "title", { "\"Boiler\"", "\"Boiler, 2nd floor\"", "\"Boiler, cellar\"" } },
    { "subject", { "\"Boiler\"", "\"Boiler, 2nd floor\"", "\"Boiler, cellar\"" } },
    { "status", { "\"Open\"", "\"In Progress\"", "\"On Hold\"" } },
    { "state", { "\"Open\"", "\"In Progress\"", "\"On Hold\"" } },
    { "priority", { "\"Low\"", "\"Medium\"", "\"High\"" } },
    { "type", { "\"Repair\"", "\"Inspection\"", "\"Installation\"" } },
    { "category", { "\"Power\"", "\"Light\"", "\"Heating\"" } },
    { "assigned", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "owner", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "user", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "employee", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "host", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "_by", { "\"ANNA\"", "\"BEN\"", "\"CARL\"" } },
    { "customer", { "\"Acme\"", "\"Borg\"", "\"Cyan\"" } },
    { "address", { "\"Elm St 1\"", "\"Oak St 9\"", "\"Elm St 2\"" } },
    { "location", { "\"Depot\"", "\"Site A\"", "\"Site B\"" } },
    { "city", { "\"Bonn\"", "\"Berlin\"", "\"Basel\"" } },
    { "phone", { "\"0228 1234\"", "\"0228 5678\"", "\"0170 4711\"" } },
    { "signature", { "\"sig-1\"", "\"sig-2\"", "\"sig-3\"" } },
    { "photo", { "\"before.jpg\"", "\"office.jpg\"", "\"after.jpg\"" } },
    { "image", { "\"front.jpg\"", "\"side.jpg\"", "\"back.jpg\"" } },
    { "file", { "\"plan.pdf\"", "\"plan-2.pdf\"", "\"plan-3.pdf\"" } },
    { "color", { "\"red\"", "\"blue\"", "\"green\"" } },
    { "colour", { "\"red\"", "\"blue\"", "\"green\"" } },
};

/* Does the name end with the word? As "_at" or, behind a small letter, as "At". */
static bool name_ends(struct dwr_str name, const char *word)
{
    const size_t n = strlen(word);
    const char *end;

    if (name.n <= n)
        return false;
    end = name.p + name.n - n;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)end[i]) != word[i])
            return false;
    return end[-1] == '_' || (isupper((unsigned char)end[0]) && islower((unsigned char)end[-1]));
}

static bool name_has(struct dwr_str name, const char *part)
{
    const size_t n = strlen(part);

    if (part[0] == '_')
        return name_ends(name, part + 1);
    for (size_t i = 0; i + n <= name.n; i++) {
        size_t k = 0;

        while (k < n && tolower((unsigned char)name.p[i + k]) == part[k])
            k++;
        if (k == n)
            return true;
    }
    return false;
}

const char *const *habit_of(struct dwr_str name)
{
    const struct habit *found = NULL;

    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (name_has(name, habits[i].part) &&
            (!found || strlen(habits[i].part) > strlen(found->part)))
            found = &habits[i];
    return found ? found->v : NULL;
}
