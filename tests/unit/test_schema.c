/* test_schema.c - DocType definitions as Frappe writes them: what of them is read, what is passed
 * over, and what is wrong with a file, to the byte. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "../../compiler/schema/schema.h"
#include "str.h"

struct read {
    struct arena arena;
    struct sources sources;
    struct diag diag;
    struct schemas schemas;
};

static void read_n(struct read *r, const char *text, size_t n)
{
    *r = (struct read){ .schemas = { .v = NULL } };
    diag_init(&r->diag, &r->arena, &r->sources);
    schema_read_text(&r->arena, &r->schemas, &r->sources, &r->diag, "schema/a.json", text, n);
}

static void read_text(struct read *r, const char *text)
{
    read_n(r, text, strlen(text));
}

static struct dwr_str str(const char *p)
{
    return (struct dwr_str){ p, strlen(p) };
}

static bool is(struct dwr_str text, const char *word)
{
    return str_is(text, word);
}

static const struct schema_field *field_of(const struct read *r, const char *doctype,
                                           const char *field)
{
    const struct schema_field *f = schema_field(schema_find(&r->schemas, str(doctype)), str(field));

    cr_assert_not_null(f, "%s.%s", doctype, field);
    return f;
}

#define DEFINITION(name, fields)                                                                   \
    "{\"doctype\":\"DocType\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type) "{\"fieldname\":\"" name "\",\"fieldtype\":\"" type "\"}"
#define TABLE(name, rows)                                                                          \
    "{\"fieldname\":\"" name "\",\"fieldtype\":\"Table\",\"options\":\"" rows "\"}"

Test(schema, a_definition_has_its_parts)
{
    const struct schema_field *f;
    struct read r;

    read_text(
        &r,
        "{ \"actions\": [], \"creation\": \"2013-01-10 16:34:14.123\", \"doctype\": \"DocType\",\n"
        "  \"field_order\": [\"status\", \"qty\"], \"istable\": 1, \"issingle\": 0,\n"
        "  \"fields\": [\n"
        "    { \"fieldname\": \"status\", \"fieldtype\": \"Select\", \"label\": \"St\\u00e4tus\",\n"
        "      \"options\": \"\\nOpen\\n In Progress \\r\\nDone\\n\", \"reqd\": 1, \"depends_on\": "
        "{} },\n"
        "    { \"fieldname\": \"section_1\", \"fieldtype\": \"Section Break\" },\n"
        "    { \"fieldtype\": \"Column Break\" },\n"
        "    { \"fieldname\": \"qty\", \"fieldtype\": \"Float\", \"read_only\": 1, \"unique\": "
        "\"1\",\n"
        "      \"hidden\": true, \"reqd\": 0.0, \"options\": null, \"label\": 7 },\n"
        "    { \"fieldname\": \"odd\", \"fieldtype\": \"Hologram\", \"hidden\": \"0\" },\n"
        "    \"no field\" ],\n"
        "  \"name\": \"Job Part\", \"permissions\": [{ \"read\": 1 }] }\n");
    cr_assert_eq(r.diag.count, 0, "%s", r.diag.count > 0 ? r.diag.v[0]->text.p : "");
    cr_assert_eq(r.schemas.count, 1);
    cr_expect(is(r.schemas.v[0].name, "Job Part"));
    cr_expect(is(r.schemas.v[0].path, "schema/a.json"));
    cr_expect(r.schemas.v[0].is_table && !r.schemas.v[0].is_single);
    cr_assert_eq(r.schemas.v[0].field_count, 3);

    f = field_of(&r, "Job Part", "status");
    cr_expect_eq(f, &r.schemas.v[0].fields[0]);
    cr_expect_eq(f->kind, SCHEMA_SELECT);
    cr_expect(is(f->type, "Select"));
    cr_expect(is(f->label, "St\xC3\xA4tus"));
    cr_expect(f->required && !f->read_only && !f->unique && !f->hidden);
    cr_assert_eq(f->select_count, 3);
    cr_expect(is(f->select[0], "Open") && is(f->select[1], "In Progress") &&
              is(f->select[2], "Done"));
    cr_expect(is(source_text(&r.sources, f->span), "\"status\""));

    f = field_of(&r, "Job Part", "qty");
    cr_expect_eq(f->kind, SCHEMA_NUMBER);
    cr_expect(!f->required && f->read_only && f->unique && f->hidden);
    cr_expect_null(f->label.p);
    cr_expect_null(f->options.p);
    cr_expect_eq(field_of(&r, "Job Part", "odd")->kind, SCHEMA_OTHER);
    cr_expect_not(field_of(&r, "Job Part", "odd")->hidden);
    cr_expect_null(schema_field(&r.schemas.v[0], str("section_1")), "layout is no data");
    cr_expect_null(schema_field(&r.schemas.v[0], str("")));
    cr_expect_null(schema_field(NULL, str("status")));
    cr_expect_null(schema_find(&r.schemas, str("job part")));
    cr_expect_null(schema_find(NULL, str("Job Part")));
    arena_clear(&r.arena);
}

Test(schema, every_fieldtype_is_known)
{
    static const struct {
        const char *type;
        enum schema_kind kind;
    } rows[] = {
        { "Data", SCHEMA_DATA },
        { "Small Text", SCHEMA_TEXT },
        { "Text Editor", SCHEMA_TEXT },
        { "Markdown Editor", SCHEMA_TEXT },
        { "Code", SCHEMA_CODE },
        { "JSON", SCHEMA_JSON },
        { "Link", SCHEMA_LINK },
        { "Dynamic Link", SCHEMA_DYNAMIC_LINK },
        { "Int", SCHEMA_NUMBER },
        { "Currency", SCHEMA_NUMBER },
        { "Rating", SCHEMA_NUMBER },
        { "Duration", SCHEMA_DURATION },
        { "Check", SCHEMA_CHECK },
        { "Date", SCHEMA_DATE },
        { "Time", SCHEMA_TIME },
        { "Datetime", SCHEMA_DATETIME },
        { "Attach", SCHEMA_ATTACH },
        { "Attach Image", SCHEMA_ATTACH },
        { "Signature", SCHEMA_SIGNATURE },
        { "Table", SCHEMA_TABLE },
        { "Table MultiSelect", SCHEMA_TABLE },
        { "Password", SCHEMA_PASSWORD },
        { "data", SCHEMA_OTHER },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        struct read r;

        snprintf(text, sizeof text, DEFINITION("D", FIELD("f", "%s")), rows[i].type);
        read_text(&r, text);
        cr_expect_eq(field_of(&r, "D", "f")->kind, rows[i].kind, "%s", rows[i].type);
        cr_expect_not_null(schema_kind_words(rows[i].kind));
        arena_clear(&r.arena);
    }
}

Test(schema, what_is_no_definition_is_passed_over)
{
    static const char *const rows[] = {
        "{}",
        "[]",
        "7",
        "\"DocType\"",
        " null ",
        "{\"doctype\":\"Report\",\"name\":\"R\",\"fields\":[]}",
        "{\"name\":\"No doctype\",\"fields\":[]}",
        "{\"doctype\":[\"DocType\"],\"name\":\"A list\",\"fields\":[]}",
        "[1, [{\"doctype\":\"DocType\",\"name\":\"Too deep\",\"fields\":[]}]]",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct read r;

        read_text(&r, rows[i]);
        cr_expect_eq(r.schemas.count, 0, "%s", rows[i]);
        cr_expect_eq(r.diag.count, 0, "%s: %s", rows[i],
                     r.diag.count > 0 ? r.diag.v[0]->text.p : "");
        arena_clear(&r.arena);
    }
}

Test(schema, a_definition_without_a_list_of_fields_is_told)
{
    static const char *const rows[] = {
        "{\"doctype\":\"DocType\",\"name\":\"No fields\"}",
        "{\"doctype\":\"DocType\",\"name\":\"No list\",\"fields\":{}}",
        "{\"fields\":null,\"doctype\":\"DocType\",\"name\":\"Null\"}",
        "[{\"doctype\":\"DocType\"}]",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct read r;

        read_text(&r, rows[i]);
        cr_expect(r.schemas.broken, "%s", rows[i]);
        cr_expect(r.diag.count == 1 && r.diag.v[0]->code == DIAG_SCHEMA_FIELDS, "%s: %u findings",
                  rows[i], (unsigned)r.diag.count);
        arena_clear(&r.arena);
    }
}

/* The finding stands at the byte, which is the first '^' before the text. */
Test(schema, broken_json_is_told_where_it_breaks)
{
    static const struct {
        const char *text;
        uint32_t at;
        enum diag_code code;
    } rows[] = {
        { "", 0, DIAG_SCHEMA_JSON },
        { "  ", 2, DIAG_SCHEMA_JSON },
        { "{", 1, DIAG_SCHEMA_JSON },
        { "{]", 1, DIAG_SCHEMA_JSON },
        { "{\"a\"}", 4, DIAG_SCHEMA_JSON },
        { "{\"a\":}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":1,}", 7, DIAG_SCHEMA_JSON },
        { "{\"a\":1 \"b\":2}", 7, DIAG_SCHEMA_JSON },
        { "{\"a\":[1,2}", 9, DIAG_SCHEMA_JSON },
        { "{\"a\":[1,]}", 8, DIAG_SCHEMA_JSON },
        { "{\"a\":01}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":1.}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":-}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":1e+}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":nul}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":None}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":\"x}", 5, DIAG_SCHEMA_JSON },
        { "{\"a\":\"\t\"}", 6, DIAG_SCHEMA_JSON },
        { "{\"a\":\"\\x\"}", 6, DIAG_SCHEMA_JSON },
        { "{\"a\":\"\\u12g4\"}", 6, DIAG_SCHEMA_JSON },
        { "{\"name\":\"\\ud800\"}", 9, DIAG_SCHEMA_JSON },
        { "{\"name\":\"\\udc00\\ud800\"}", 9, DIAG_SCHEMA_JSON },
        { "{'a':1}", 1, DIAG_SCHEMA_JSON },
        { "// a comment\n{}", 0, DIAG_SCHEMA_JSON },
        { "{} {}", 3, DIAG_SCHEMA_JSON },
        { "{\"a\":\"\xC3(\"}", 6, DIAG_SCHEMA_JSON },
        { "<<<<<<< ours\n{}", 0, DIAG_SCHEMA_JSON },
    };
    struct read r;
    char deep[400];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        read_text(&r, rows[i].text);
        cr_expect_eq(r.schemas.count, 0, "%s", rows[i].text);
        cr_assert_eq(r.diag.count, 1, "%s: %u findings", rows[i].text, (unsigned)r.diag.count);
        cr_expect_eq(r.diag.v[0]->code, rows[i].code, "%s", rows[i].text);
        cr_expect_eq(r.diag.v[0]->span.begin, rows[i].at, "%s: %u", rows[i].text,
                     (unsigned)r.diag.v[0]->span.begin);
        arena_clear(&r.arena);
    }
    read_n(&r, "{\"a\":\0}", 7);
    cr_assert_eq(r.diag.count, 1);
    cr_expect_eq(r.diag.v[0]->span.begin, 5);
    arena_clear(&r.arena);

    memset(deep, '[', 65); /* 64 are allowed, the document's own brackets being one */
    deep[65] = '\0';
    read_text(&r, deep);
    cr_assert_eq(r.diag.count, 1);
    cr_expect_eq(r.diag.v[0]->code, DIAG_SCHEMA_LARGE);
    cr_expect_eq(r.diag.v[0]->span.begin, 64);
    arena_clear(&r.arena);
    memset(deep + 64, ']', 64);
    deep[128] = '\0';
    read_text(&r, deep);
    cr_expect_eq(r.diag.count, 0);
    arena_clear(&r.arena);
}

Test(schema, escapes_in_names_are_read)
{
    struct read r;

    read_text(&r, "\xEF\xBB\xBF" DEFINITION("A\\u0020\\ud83d\\ude00\\/\\n\\\"\\\\\\t", "") "\n");
    cr_assert_eq(r.schemas.count, 1);
    cr_expect(is(r.schemas.v[0].name, "A \xF0\x9F\x98\x80/\n\"\\\t"));
    arena_clear(&r.arena);
}

Test(schema, an_export_holds_several)
{
    struct read r;

    read_text(&r, "[" DEFINITION(
                      "B", FIELD("x", "Data")) ", 7,"
                                               "{\"doctype\":\"Role\",\"name\":\"R\"}," DEFINITION(
                                                   "A", FIELD("y", "Int")) "]");
    cr_assert_eq(r.diag.count, 0);
    cr_assert_eq(r.schemas.count, 2);
    cr_expect(is(r.schemas.v[0].name, "A") && is(r.schemas.v[1].name, "B"), "sorted by name");
    cr_expect_eq(field_of(&r, "A", "y")->kind, SCHEMA_NUMBER);
    cr_expect_eq(field_of(&r, "B", "x")->kind, SCHEMA_DATA);
    arena_clear(&r.arena);
}

Test(schema, a_doctype_stands_once_and_so_do_its_fields)
{
    struct read r;

    read_text(&r, "[" DEFINITION("A", FIELD("x", "Data")) "," DEFINITION(
                      "A", FIELD("x", "Int") "," FIELD("x", "Date")) "]");
    cr_assert_eq(r.diag.count, 2);
    diag_sort(&r.diag);
    cr_expect_eq(r.diag.v[0]->code, DIAG_SCHEMA_TWICE);
    cr_expect_not_null(r.diag.v[0]->notes);
    cr_expect_eq(r.diag.v[1]->code, DIAG_SCHEMA_FIELD_TWICE);
    cr_expect(is(r.diag.v[1]->doctype, "A") && is(r.diag.v[1]->field, "x"));
    cr_assert_eq(r.schemas.count, 1);
    cr_expect_eq(field_of(&r, "A", "x")->kind, SCHEMA_DATA, "the first stands");
    arena_clear(&r.arena);

    read_text(&r, "{\"doctype\":\"DocType\",\"fields\":[],\"name\":\"\"}");
    cr_assert_eq(r.diag.count, 1);
    cr_expect_eq(r.diag.v[0]->code, DIAG_SCHEMA_NAME);
    cr_expect_eq(r.schemas.count, 0);
    arena_clear(&r.arena);
}

/* How many tables deep the rows go. */
static unsigned depth_of(const struct schema_doctype *doctype, unsigned depth)
{
    unsigned deepest = depth;

    cr_assert_lt(depth, 100, "a table that contains itself is cut off");
    for (uint32_t i = 0; i < doctype->field_count; i++)
        if (doctype->fields[i].rows != NULL) {
            const unsigned d = depth_of(doctype->fields[i].rows, depth + 1);

            deepest = d > deepest ? d : deepest;
        }
    return deepest;
}

Test(schema, rows_are_of_the_doctype_that_options_name)
{
    struct read r;

    read_text(
        &r,
        "[" DEFINITION("Job", TABLE("parts", "Part") "," TABLE("gone", "Nothing")) "," DEFINITION(
            "Part", FIELD("qty", "Float")) "]");
    cr_assert_eq(r.diag.count, 0,
                 "a table whose rows are not there is told of where rules name it");
    cr_expect_eq(field_of(&r, "Job", "parts")->rows, schema_find(&r.schemas, str("Part")));
    cr_expect_null(field_of(&r, "Job", "gone")->rows);
    arena_clear(&r.arena);
}

Test(schema, a_table_that_contains_itself_is_told_of_and_cut_off)
{
    static const struct {
        const char *text;
        unsigned findings;
    } rows[] = {
        { "[" DEFINITION("A", TABLE("a", "A")) "]", 1 },
        { "[" DEFINITION("A", TABLE("b", "B")) "," DEFINITION("B", TABLE("a", "A")) "]", 1 },
        { "[" DEFINITION("A", TABLE("b", "B") "," TABLE("c", "C")) "," DEFINITION(
              "B", TABLE("c", "C")) "," DEFINITION("C", FIELD("x", "Int")) "]",
          0 },
        { "[" DEFINITION("A", TABLE("b", "B") "," TABLE("a", "A")) "," DEFINITION(
              "B", TABLE("c", "C")) "," DEFINITION("C", TABLE("b", "B")) "]",
          2 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct read r;

        read_text(&r, rows[i].text);
        cr_expect_eq(r.diag.count, rows[i].findings, "%s", rows[i].text);
        for (uint32_t k = 0; k < r.diag.count; k++)
            cr_expect_eq(r.diag.v[k]->code, DIAG_SCHEMA_CYCLE);
        for (uint32_t k = 0; k < r.schemas.count; k++)
            depth_of(&r.schemas.v[k], 0);
        arena_clear(&r.arena);
    }
}

/* A chain of tables as long as there are DocTypes is followed without recursion. */
Test(schema, many_doctypes_are_found_by_name)
{
    enum { COUNT = 20000 };
    char *text = malloc((size_t)COUNT * 160 + 16), *to = text;
    struct read r;

    *to++ = '[';
    for (int i = 0; i < COUNT; i++)
        to += sprintf(to, "%s" DEFINITION("D%d", FIELD("f%d", "Int") "," TABLE("t", "D%d")),
                      i > 0 ? "," : "", i, i, (i + 1) % COUNT);
    *to++ = ']';
    read_n(&r, text, (size_t)(to - text));
    cr_assert_eq(r.schemas.count, COUNT);
    cr_expect_eq(r.diag.count, 1, "all of them are one ring");
    for (int i = 0; i < COUNT; i += 7) {
        char name[16], field[16];

        sprintf(name, "D%d", i);
        sprintf(field, "f%d", i);
        cr_expect_eq(field_of(&r, name, field)->kind, SCHEMA_NUMBER);
    }
    arena_clear(&r.arena);
    free(text);
}

Test(schema, some_fields_are_on_every_doctype)
{
    static const char *const standard[] = { "name",        "owner",      "creation",   "modified",
                                            "modified_by", "idx",        "docstatus",  "parent",
                                            "parentfield", "parenttype", "_user_tags", "_deleted",
                                            "doctype" };

    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        cr_expect(schema_is_standard(str(standard[i])), "%s", standard[i]);
    cr_expect_not(schema_is_standard(str("naming_series")));
    cr_expect_not(schema_is_standard(str("status")));
    cr_expect_not(schema_is_standard(str("")));
}

/* --- what a site adds --- */

#define CUSTOM(dt, name, rest)                                                                     \
    "{\"doctype\":\"Custom Field\",\"dt\":\"" dt "\",\"fieldname\":\"" name "\"," rest "}"
#define SETTER(dt, name, property, value)                                                          \
    "{\"doctype\":\"Property Setter\",\"doc_type\":\"" dt "\",\"field_name\":\"" name              \
    "\",\"property\":\"" property "\",\"value\":" value "}"

/* As fixtures/custom_field.json has them: in a list, `doctype` somewhere, the definition after. */
Test(schema, custom_fields_are_fields_of_their_doctype)
{
    const struct schema_field *f;
    struct read r;

    read_text(&r, "[{\"default\":null,\"dt\":\"Job\",\"fieldname\":\"route\",\"options\":\"A\\nB\","
                  "\"fieldtype\":\"Select\",\"label\":\"Route\",\"read_only\":1,"
                  "\"doctype\":\"Custom Field\",\"name\":\"Job-route\"},"                //
              CUSTOM("Job", "cb", "\"fieldtype\":\"Column Break\"") ","                  //
              CUSTOM("Job", "stops", "\"fieldtype\":\"Table\",\"options\":\"Stop\"") "," //
              CUSTOM("Job", "qty", "\"fieldtype\":\"Data\"") ","                         //
              CUSTOM("Elsewhere", "x", "\"fieldtype\":\"Int\"") ","                      //
              CUSTOM("Job", "route2", "\"label\":\"no type\"") ","                       //
              DEFINITION("Job", FIELD("qty", "Int")) ","                                 //
              DEFINITION("Stop", FIELD("at", "Time")) "]");
    cr_assert_eq(r.diag.count, 0, "%s", r.diag.count > 0 ? r.diag.v[0]->text.p : "");
    cr_assert_eq(r.schemas.count, 2);
    f = field_of(&r, "Job", "route");
    cr_expect_eq(f->kind, SCHEMA_SELECT);
    cr_assert_eq(f->select_count, 2);
    cr_expect(is(f->select[1], "B") && is(f->label, "Route") && f->read_only);
    cr_assert_not_null(field_of(&r, "Job", "stops")->rows);
    cr_expect(is(field_of(&r, "Job", "stops")->rows->name, "Stop"));
    cr_expect_eq(field_of(&r, "Job", "qty")->kind, SCHEMA_NUMBER, "the definition's stands");
    cr_expect_eq(schema_find(&r.schemas, str("Job"))->field_count, 3);
    cr_expect_eq(schema_find(&r.schemas, str("Stop"))->field_count, 1);
    arena_clear(&r.arena);
}

/* As Customize Form exports them to custom/job.json: no document says what it is, and those of the
 * tables' rows are there too. */
Test(schema, an_export_of_customize_form_adds_to_several_doctypes)
{
    struct read r;

    read_text(
        &r, "[" DEFINITION("Job", FIELD("status", "Select") "," FIELD("notes", "Text")) "," //
        DEFINITION(
            "Stop",
            FIELD(
                "at",
                "Time")) "," //
                         "{\"custom_fields\":[{\"dt\":\"Job\",\"fieldname\":\"gate\",\"fieldtype\":\"Check\"},"
                         "{\"dt\":\"Stop\",\"fieldname\":\"gate\",\"fieldtype\":\"Data\"},"
                         "{\"fieldname\":\"own\",\"fieldtype\":\"Int\"},7],"
                         "\"custom_perms\":[],\"doctype\":\"Job\",\"links\":[],\"property_setters\":["
                         "{\"doc_type\":\"Job\",\"field_name\":\"status\",\"property\":\"options\","
                         "\"value\":\"Open\\nShut\"},"
                         "{\"doc_type\":\"Job\",\"field_name\":null,\"property\":\"sort_order\",\"value\":\"ASC\"}],"
                         "\"sync_on_migrate\":1},"
                         "{\"custom_fields\":[],\"doctype\":\"DocType\",\"property_setters\":[]}]");
    cr_assert_eq(r.diag.count, 0, "%s", r.diag.count > 0 ? r.diag.v[0]->text.p : "");
    cr_expect_eq(field_of(&r, "Job", "gate")->kind, SCHEMA_CHECK);
    cr_expect_eq(field_of(&r, "Stop", "gate")->kind, SCHEMA_DATA);
    cr_expect_eq(field_of(&r, "Job", "own")->kind, SCHEMA_NUMBER, "the export's DocType");
    cr_assert_eq(field_of(&r, "Job", "status")->select_count, 2);
    cr_expect(is(field_of(&r, "Job", "status")->select[1], "Shut"));
    cr_expect_not(r.schemas.broken);
    arena_clear(&r.arena);
}

/* Whatever the order in which they stand: setters follow fields, and the last of two stands. */
Test(schema, property_setters_change_fields)
{
    const struct schema_field *f;
    struct read r;

    read_text(&r, "[" SETTER("Job", "kind", "options", "\"X\\nY\\nZ\"") ","          //
              SETTER("Job", "kind", "fieldtype", "\"Select\"") ","                   //
              SETTER("Job", "kind", "read_only", "\"1\"") ","                        //
              SETTER("Job", "own", "reqd", "1") ","                                  //
              SETTER("Job", "own", "label", "\"Own one\"") ","                       //
              SETTER("Job", "own", "fieldtype", "\"Section Break\"") ","             //
              SETTER("Job", "own", "hidden", "\"1\"") ","                            //
              SETTER("Job", "own", "hidden", "\"0\"") ","                            //
              SETTER("Job", "own", "unique", "true") ","                             //
              SETTER("Job", "own", "fieldname", "\"other\"") ","                     //
              SETTER("Job", "gone", "reqd", "\"1\"") ","                             //
              SETTER("Job", "own", "options", "null") ","                            //
              CUSTOM("Job", "own", "\"fieldtype\":\"Int\",\"options\":\"km\"") ","   //
              CUSTOM("Job", "own", "\"fieldtype\":\"Float\",\"options\":\"km\"") "," //
              DEFINITION("Job", FIELD("kind", "Data")) "]");
    cr_assert_eq(r.diag.count, 0, "%s", r.diag.count > 0 ? r.diag.v[0]->text.p : "");
    f = field_of(&r, "Job", "kind");
    cr_expect_eq(f->kind, SCHEMA_SELECT);
    cr_expect_eq(f->select_count, 3);
    cr_expect(f->read_only && is(f->type, "Select"));
    f = field_of(&r, "Job", "own");
    cr_expect(is(f->type, "Float") && f->kind == SCHEMA_NUMBER, "the last Custom Field stands");
    cr_expect(f->required && f->unique && !f->hidden && is(f->label, "Own one"));
    cr_expect(is(f->options, "km"));
    cr_expect_eq(schema_find(&r.schemas, str("Job"))->field_count, 2);
    arena_clear(&r.arena);
}

Test(schema, a_virtual_field_is_read_only)
{
    struct read r;

    read_text(&r, DEFINITION("A", "{\"fieldname\":\"v\",\"fieldtype\":\"Text\",\"is_virtual\":1,"
                                  "\"read_only\":0}," FIELD("w", "Text")));
    cr_expect(field_of(&r, "A", "v")->read_only);
    cr_expect_not(field_of(&r, "A", "w")->read_only);
    arena_clear(&r.arena);
}

Test(schema, a_field_is_fetched_always_or_where_it_is_empty)
{
    struct read r;

    read_text(&r, DEFINITION("A", "{\"fieldname\":\"a\",\"fieldtype\":\"Text\",\"fetch_from\":"
                                  "\"b.c\",\"fetch_if_empty\":1},{\"fieldname\":\"b\","
                                  "\"fieldtype\":\"Text\",\"fetch_from\":\"b.c\"},"
                                  "{\"fieldname\":\"c\",\"fieldtype\":\"Text\","
                                  "\"fetch_from\":\"\"}"));
    cr_expect(field_of(&r, "A", "a")->fetched && field_of(&r, "A", "a")->fetched_if_empty);
    cr_expect(field_of(&r, "A", "b")->fetched && !field_of(&r, "A", "b")->fetched_if_empty);
    cr_expect_not(field_of(&r, "A", "c")->fetched);
    arena_clear(&r.arena);
}

Test(schema, broken_fixtures_add_nothing)
{
    struct read r;

    read_text(&r, "[" DEFINITION("A", FIELD("x", "Int")) "," //
              CUSTOM("A", "y", "\"fieldtype\":\"Int\"") ",]");
    cr_expect_eq(r.diag.count, 1);
    cr_expect_eq(r.schemas.count, 0);
    cr_expect(r.schemas.broken);
    arena_clear(&r.arena);
}
