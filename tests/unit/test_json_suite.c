/* test_json_suite.c - what is JSON and what is not (section 1.4), text by text.
 *
 * The texts cover what the public JSON parsing suite covers: what every parser must accept, what
 * every parser must refuse, and what the grammar leaves to the parser, with the decision that
 * section 1.4 makes. Every text is read by every code path, with 0 to 70 spaces before it, so that
 * each of its bytes stands once at each place of a block; it ends where no byte can be read. */
#define _DEFAULT_SOURCE 1

#include "tests/support/scan_reference.h"

#include <criterion/criterion.h>

#define OK DWR_OK
#define JSON DWR_INVALID_JSON
#define UTF8 DWR_INVALID_UTF8
#define TWICE DWR_DUPLICATE_KEY
#define DEEP DWR_TOO_DEEP

#define T(literal) literal, sizeof literal - 1

struct json_case {
    enum dwr_rc rc;
    const char *text;
    size_t n;
    const char *says;
    unsigned times; /* the text so often; 0 is once */
};

/* --- accepted by every parser --- */

static const struct json_case accepted[] = {
    { OK, T("[[]   ]"), "an array in an array, then spaces", 0 },
    { OK, T("[\"\"]"), "an empty string in an array", 0 },
    { OK, T("[]"), "an empty array", 0 },
    { OK, T("[\"a\"]"), "one string", 0 },
    { OK, T("[false]"), "false", 0 },
    { OK, T("[true]"), "true", 0 },
    { OK, T("[null]"), "null", 0 },
    { OK, T("[null, 2, \"2\", {}]"), "elements of four kinds", 0 },
    { OK, T("[5\n]"), "a newline behind a number", 0 },
    { OK, T(" [5]"), "a space before the text", 0 },
    { OK, T("[5] "), "a space behind the text", 0 },
    { OK, T("[5,null,null,null,6]"), "several nulls", 0 },
    { OK, T(" [] "), "spaces on both sides", 0 },
    { OK, T("[\"a\"]\n"), "a newline behind the text", 0 },
    { OK, T("\t\r\n [\t\r\n 1\t\r\n ,\t\r\n 2\t\r\n ]\t\r\n "), "all four kinds of space", 0 },

    { OK, T("[321e56]"), "a number with an exponent", 0 },
    { OK, T("[0e+1]"), "zero with a signed exponent", 0 },
    { OK, T("[0e1]"), "zero with an exponent", 0 },
    { OK, T("[ 8]"), "a number behind a space", 0 },
    { OK, T("[-0.00000000000000000000000000000000000000000000000000000000000000000000000000002]\n"),
      "a number near zero, written out", 0 },
    { OK, T("[30e1]"), "an integer with an exponent", 0 },
    { OK, T("[-0]"), "minus zero", 0 },
    { OK, T("[0]"), "zero", 0 },
    { OK, T("[-321]"), "a negative integer", 0 },
    { OK, T("[-1]"), "minus one", 0 },
    { OK, T("[2E22]"), "a capital E", 0 },
    { OK, T("[2E-2]"), "a capital E and a minus", 0 },
    { OK, T("[2E+2]"), "a capital E and a plus", 0 },
    { OK, T("[321.654e87]"), "a fraction and an exponent", 0 },
    { OK, T("[2e-2]"), "a negative exponent", 0 },
    { OK, T("[2e+2]"), "a positive exponent with its sign", 0 },
    { OK, T("[321]"), "an integer", 0 },
    { OK, T("[321.987654]"), "a fraction", 0 },
    { OK, T("[1e007]"), "zeros at the start of an exponent", 0 },

    { OK, T("{\"one\":\"un\", \"two\":\"deux\"}"), "two members", 0 },
    { OK, T("{\"one\":\"un\"}"), "one member", 0 },
    { OK, T("{}"), "an empty object", 0 },
    { OK, T("{\"\":0}"), "an empty name", 0 },
    { OK, T("{\"a\\u0000b\": 17}"), "a NUL in a name", 0 },
    { OK, T("{ \"least\": -2.0e+28, \"most\": 2.0e+28 }"), "large numbers", 0 },
    { OK,
      T("{\"k\":[{\"id\": \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyy\"}], \"id\": \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
        "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"}"),
      "strings longer than a block", 0 },
    { OK, T("{\"a\":[]}"), "an array in an object", 0 },
    { OK, T("{\"name\":\"\\u0417\\u0435\\u043c\\u043b\\u0435\\u043a\\u043e\\u043f\"}"),
      "a word all of escapes", 0 },
    { OK, T("{\n\"a\": \"b\"\n}"), "newlines between the tokens", 0 },
    { OK, T("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}"), "one name in several objects",
      0 },

    { OK, T("[\"\\u0060\\u012b\\u12AC\"]"), "escapes of one, two and three bytes", 0 },
    { OK, T("[\"\\uD801\\udc38\"]"), "a pair of surrogates in both cases", 0 },
    { OK, T("[\"\\ud83d\\ude3a\\ud83d\\udc8e\"]"), "two pairs", 0 },
    { OK, T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), "every short escape", 0 },
    { OK, T("[\"\\\\u0000\"]"), "an escaped backslash before u0000", 0 },
    { OK, T("[\"\\\"\"]"), "an escaped quote", 0 },
    { OK, T("[\"a/*b*/c/*d//e\"]"), "comments inside a string are text", 0 },
    { OK, T("[\"\\\\b\"]"), "an escaped backslash before a letter", 0 },
    { OK, T("[\"\\\\n\"]"), "an escaped backslash before n", 0 },
    { OK, T("[\"\\u0013\"]"), "an escaped control character", 0 },
    { OK, T("[\"\\uFFFF\"]"), "an escaped noncharacter", 0 },
    { OK, T("[ \"word\"]"), "a space before a string", 0 },
    { OK, T("[\"\\uDBFF\\uDFFF\"]"), "the last pair there is", 0 },
    { OK, T("[\"\\uD800\\uDC00\"]"), "the first pair there is", 0 },
    { OK, T("[\"\\uD7FF\\uE000\"]"), "the code points beside the surrogates", 0 },
    { OK, T("[\"one\\u00A0two\"]"), "an escaped no-break space", 0 },
    { OK, T("[\"\xF4\x8F\xBF\xBF\"]"), "U+10FFFF, the last code point", 0 },
    { OK, T("[\"\xEF\xBF\xBF\"]"), "U+FFFF", 0 },
    { OK, T("[\"\\u0000\"]"), "an escaped NUL", 0 },
    { OK, T("[\"\\u002d\"]"), "an escape of an ASCII character", 0 },
    { OK, T("[\"\xCF\x81\"]"), "two bytes of UTF-8", 0 },
    { OK, T("[\"\xC2\x80\xDF\xBF\"]"), "the first and the last of two bytes", 0 },
    { OK, T("[\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\"]"),
      "the first of three bytes and the neighbours of the surrogates", 0 },
    { OK, T("[\"\xF0\x90\x80\x80\"]"), "the first of four bytes", 0 },
    { OK, T("[\"\xF0\x9B\xBF\xBE\"]"), "four bytes of UTF-8", 0 },
    { OK, T("[\"word \"]"), "a string with a space", 0 },
    { OK, T("\" \""), "a string of a space, alone", 0 },
    { OK, T("[\"\\uD834\\uDd1f\"]"), "a pair in mixed case", 0 },
    { OK, T("[\"\\u0822\"]"), "an escape of three bytes", 0 },
    { OK, T("[\"\\u0124\"]"), "an escape of two bytes", 0 },
    { OK, T("[\"\xE2\x80\xA8\"]"), "a line separator", 0 },
    { OK, T("[\"\xE2\x80\xA9\"]"), "a paragraph separator", 0 },
    { OK, T("[\"\\u0062\\u30ab\\u30EB\\u30ba\"]"), "escapes in both cases", 0 },
    { OK, T("[\"one\\u000Atwo\"]"), "an escaped newline by its number", 0 },
    { OK, T("[\"\x7F\"]"), "a delete character", 0 },
    { OK,
      T("[\"b\x7F"
        "b\"]"),
      "a delete character between letters", 0 },
    { OK, T("[\"\\uA66E\"]"), "an escape with a letter first", 0 },
    { OK, T("[\"\\u005C\"]"), "a backslash by its number", 0 },
    { OK, T("[\"\\u0022\"]"), "a quote by its number", 0 },
    { OK, T("[\"\xE2\x8D\x83\xE3\x88\xB5\xE2\x8D\x83\"]"), "three characters of three bytes", 0 },
    { OK, T("[\"\\uDBFF\\uDFFE\"]"), "U+10FFFE, no character", 0 },
    { OK, T("[\"\\uD83F\\uDFFF\"]"), "U+1FFFF, no character", 0 },
    { OK, T("[\"\\u200C\"]"), "a character of no width", 0 },
    { OK, T("[\"\\u2063\"]"), "an invisible separator", 0 },
    { OK, T("[\"\\uFDD1\"]"), "U+FDD1, no character", 0 },
    { OK, T("[\"\\uFFFE\"]"), "U+FFFE, no character", 0 },
    { OK, T("[\"\xE2\x82\xAC\xF0\x9D\x84\x9F\"]"), "three bytes, then four", 0 },

    { OK, T("false"), "false alone", 0 },
    { OK, T("17"), "a number alone", 0 },
    { OK, T("-0.2"), "a negative number alone", 0 },
    { OK, T("null"), "null alone", 0 },
    { OK, T("\"word\""), "a string alone", 0 },
    { OK, T("true"), "true alone", 0 },
    { OK, T("\"\""), "an empty string alone", 0 },
};

/* --- refused by every parser --- */

static const struct json_case refused[] = {
    { JSON, T("[2 true]"), "no comma between elements", 0 },
    { JSON, T("[b\xE5]"), "a letter and a broken byte", 0 },
    { JSON, T("[\"\": 2]"), "a colon in an array", 0 },
    { JSON, T("[\"\"],"), "a comma behind the text", 0 },
    { JSON, T("[,2]"), "a comma first", 0 },
    { JSON, T("[2,,3]"), "two commas", 0 },
    { JSON, T("[\"y\",,]"), "two commas last", 0 },
    { JSON, T("[\"y\"]]"), "a bracket too many", 0 },
    { JSON, T("[\"\",]"), "a comma last", 0 },
    { JSON, T("[\"y\""), "an array left open", 0 },
    { JSON, T("[y"), "a letter in an array left open", 0 },
    { JSON, T("[4[5]]"), "no comma before an array", 0 },
    { JSON, T("[\xFF]"), "a byte that is no UTF-8, as an element", 0 },
    { JSON, T("[2:3]"), "a colon for a comma", 0 },
    { JSON, T("[2;3]"), "a semicolon for a comma", 0 },
    { JSON, T("[,]"), "only a comma", 0 },
    { JSON, T("[-]"), "only a minus", 0 },
    { JSON, T("[   , \"\"]"), "spaces where an element belongs", 0 },
    { JSON, T("[\"b\",\n5\n,2,"), "newlines, and left open", 0 },
    { JSON, T("[2,]"), "a comma behind a number", 0 },
    { JSON, T("[2,,]"), "commas behind a number", 0 },
    { JSON,
      T("[\"\x0B"
        "b\"\\f]"),
      "a raw vertical tab, an escape outside", 0 },
    { JSON, T("[*]"), "a star", 0 },
    { JSON, T("[\"\""), "an array of a string left open", 0 },
    { JSON, T("[2,"), "left open behind a comma", 0 },
    { JSON, T("[2,\n2\n,2"), "left open behind lines", 0 },
    { JSON, T("[{}"), "left open behind an object", 0 },
    { JSON, T("[fals]"), "false cut short", 0 },
    { JSON, T("[nul]"), "null cut short", 0 },
    { JSON, T("[tru]"), "true cut short", 0 },
    { JSON, T("[truee]"), "true too long", 0 },
    { JSON, T("[nulll]"), "null too long", 0 },
    { JSON, T("321\0"), "a NUL behind a number", 0 },

    { JSON, T("[++4321]"), "two plus signs", 0 },
    { JSON, T("[+2]"), "a plus sign", 0 },
    { JSON, T("[+Inf]"), "plus Inf", 0 },
    { JSON, T("[-02]"), "a zero before digits, negative", 0 },
    { JSON, T("[-2.0.]"), "a point behind a fraction", 0 },
    { JSON, T("[-3.]"), "nothing behind the point, negative", 0 },
    { JSON, T("[-NaN]"), "minus NaN", 0 },
    { JSON, T("[.-2]"), "a point before the minus", 0 },
    { JSON, T("[.3e-4]"), "a point first, with exponent", 0 },
    { JSON, T("[0.2.3]"), "two points", 0 },
    { JSON, T("[0.4e+]"), "an exponent of only a plus", 0 },
    { JSON, T("[0.4e]"), "an empty exponent", 0 },
    { JSON, T("[0.e2]"), "an empty fraction", 0 },
    { JSON, T("[0E+]"), "zero, E and plus", 0 },
    { JSON, T("[0E]"), "zero and E", 0 },
    { JSON, T("[0e+]"), "zero, e and plus", 0 },
    { JSON, T("[0e]"), "zero and e", 0 },
    { JSON, T("[2.0e+]"), "a fraction, e and plus", 0 },
    { JSON, T("[2.0e-]"), "a fraction, e and minus", 0 },
    { JSON, T("[2.0e]"), "a fraction and e", 0 },
    { JSON, T("[2 000.0]"), "a space between digits", 0 },
    { JSON, T("[2_000]"), "an underline between digits", 0 },
    { JSON, T("[2eE3]"), "two exponents", 0 },
    { JSON, T("[3.e+4]"), "an empty fraction, e and plus", 0 },
    { JSON, T("[3.e-4]"), "an empty fraction, e and minus", 0 },
    { JSON, T("[3.e4]"), "an empty fraction and e", 0 },
    { JSON, T("[8.e+]"), "an empty fraction, an empty exponent", 0 },
    { JSON, T("[Inf]"), "Inf", 0 },
    { JSON, T("[NaN]"), "NaN", 0 },
    { JSON, T("[\xEF\xBC\x92]"), "a digit of full width", 0 },
    { JSON, T("[2+3]"), "a sum", 0 },
    { JSON, T("[0x2]"), "a hexadecimal digit", 0 },
    { JSON, T("[0x24]"), "two hexadecimal digits", 0 },
    { JSON, T("[Infinity]"), "Infinity", 0 },
    { JSON, T("[0e+-2]"), "an exponent with two signs", 0 },
    { JSON, T("[-321.321bar]"), "letters behind a negative number", 0 },
    { JSON, T("[321\xE5]"), "a broken byte behind digits", 0 },
    { JSON, T("[2e2\xE5]"), "a broken byte behind an exponent", 0 },
    { JSON, T("[0\xE5]\n"), "a broken byte behind zero", 0 },
    { JSON, T("[-Infinity]"), "minus Infinity", 0 },
    { JSON, T("[-bar]"), "letters behind a minus", 0 },
    { JSON, T("[- 2]"), "a space behind the minus", 0 },
    { JSON, T("[-021]"), "a zero before negative digits", 0 },
    { JSON, T("[-.321]"), "nothing before the point, negative", 0 },
    { JSON, T("[-2y]"), "a letter behind a negative number", 0 },
    { JSON, T("[2eb]"), "a letter for an exponent", 0 },
    { JSON, T("[2e\xE5]"), "a broken byte for an exponent", 0 },
    { JSON, T("[2.]"), "nothing behind the point", 0 },
    { JSON, T("[.321]"), "nothing before the point", 0 },
    { JSON, T("[2.3b-4]"), "a letter in a number", 0 },
    { JSON, T("[2.7011670033376514H-307]"), "an H for the exponent", 0 },
    { JSON, T("[021]"), "a zero before digits", 0 },
    { JSON, T("[00]"), "two zeros", 0 },

    { JSON, T("[\"y\", truly]"), "a word that begins as true", 0 },
    { JSON, T("{[: \"y\"}\n"), "a bracket for a name", 0 },
    { JSON, T("{\"y\", null}"), "a comma for the colon", 0 },
    { JSON, T("{\"y\"::\"c\"}"), "two colons", 0 },
    { JSON, T("{\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA}"), "a flag for a member", 0 },
    { JSON, T("{\"b\":\"b\" 321}"), "a number behind a member", 0 },
    { JSON, T("{word: 'value'}"), "no quotes, and single quotes", 0 },
    { UTF8, T("{\"\xB8\":\"0\",}"), "a lone tail byte in a name", 0 },
    { JSON, T("{\"b\" c}"), "no colon before a word", 0 },
    { JSON, T("{:\"c\"}"), "no name", 0 },
    { JSON, T("{\"b\" \"c\"}"), "no colon before a string", 0 },
    { JSON, T("{\"b\":"), "left open behind the colon", 0 },
    { JSON, T("{\"b\""), "left open behind the name", 0 },
    { JSON, T("{\"b\":}"), "no value", 0 },
    { JSON, T("{2:2}"), "a number for a name", 0 },
    { JSON, T("{8888E8888:2}"), "a large number for a name", 0 },
    { JSON, T("{null:null,null:null}"), "null for names", 0 },
    { JSON, T("{\"no\":0,,,,,}"), "five commas last", 0 },
    { JSON, T("{'b':0}"), "single quotes around a name", 0 },
    { JSON, T("{\"no\":0,}"), "a comma last", 0 },
    { JSON, T("{\"b\":\"c\"}/**/"), "a comment behind the text", 0 },
    { JSON, T("{\"b\":\"c\"}/**//"), "a comment and a slash", 0 },
    { JSON, T("{\"b\":\"c\"}//"), "a comment of a line", 0 },
    { JSON, T("{\"b\":\"c\"}/"), "a slash behind the text", 0 },
    { JSON, T("{\"b\":\"c\",,\"d\":\"e\"}"), "two commas between members", 0 },
    { JSON, T("{b: \"c\"}"), "a name without quotes", 0 },
    { JSON, T("{\"b\":\"b"), "left open inside a value", 0 },
    { JSON, T("{ \"bar\" : \"foo\", \"b\" }"), "a name alone", 0 },
    { JSON, T("{\"b\":\"c\"}#"), "a number sign behind the text", 0 },

    { JSON, T(" "), "a space", 0 },
    { UTF8, T("[\"\\uD801\\\"]"), "half a pair, then an escaped quote", 0 },
    { JSON, T("[\"\\uD801\\u\"]"), "half a pair, then an empty escape", 0 },
    { JSON, T("[\"\\uD801\\u2\"]"), "half a pair, then an escape of one digit", 0 },
    { JSON, T("[\"\\uD801\\u2y\"]"), "half a pair, then a wrong digit", 0 },
    { JSON, T("[\xC3\xA8]"), "a letter without quotes", 0 },
    { JSON, T("[\"\\\0\"]"), "a backslash and a NUL", 0 },
    { JSON, T("[\"\\x01\"]"), "an escape by x", 0 },
    { JSON, T("[\"\\\\\\\"]"), "three backslashes and the quote", 0 },
    { JSON, T("[\"\\\t\"]"), "a backslash and a tab", 0 },
    { JSON, T("[\"\\\xF0\x9F\x8C\x81\"]"), "a backslash and four bytes", 0 },
    { JSON, T("[\"\\\"]"), "a backslash and the quote", 0 },
    { JSON, T("[\"\\u00B\"]"), "an escape of three digits", 0 },
    { JSON, T("[\"\\uD835\\uDe\"]"), "a second half of two digits", 0 },
    { UTF8, T("[\"\\uD801\\uD801\\y\"]"), "two first halves", 0 },
    { JSON, T("[\"\\u\xE5\"]"), "a broken byte in an escape", 0 },
    { JSON, T("[\"\\c\"]"), "a letter that escapes nothing", 0 },
    { JSON, T("[\"\\uwwww\"]"), "an escape of no digits", 0 },
    { JSON, T("[\"\\u12g4\"]"), "an escape with a letter behind f", 0 },
    { JSON, T("[\"\\u-123\"]"), "an escape with a sign", 0 },
    { JSON, T("[\"\\\xE5\"]"), "a backslash and a broken byte", 0 },
    { JSON, T("[\\u0020\"word\"]"), "an escape outside of a string", 0 },
    { JSON, T("[\\n]"), "a newline escape outside of a string", 0 },
    { JSON, T("\""), "a quote", 0 },
    { JSON, T("['a word']"), "single quotes", 0 },
    { JSON, T("bcd"), "letters", 0 },
    { JSON, T("[\"\\"), "left open behind a backslash", 0 },
    { JSON, T("[\"b\0b\"]"), "a raw NUL", 0 },
    { JSON, T("[\"one\ntwo\"]"), "a raw newline", 0 },
    { JSON, T("[\"\t\"]"), "a raw tab", 0 },
    { JSON, T("[\"\x1F\"]"), "the last control character", 0 },
    { JSON, T("\"\\UA66E\""), "a capital U", 0 },
    { JSON, T("\"\"y"), "a letter behind a string", 0 },

    { DEEP, T("["), "100,000 arrays that open", 100000 },
    { DEEP, T("[{\"\":"), "50,000 arrays and objects that open", 50000 },
    { JSON, T("[\xE2\x81\xA1]"), "an invisible character for an element", 0 },
    { JSON, T("\xEF\xBB\xBF"), "a byte-order mark alone", 0 },
    { JSON, T("<.>"), "angle brackets", 0 },
    { JSON, T("[<null>]"), "null in angle brackets", 0 },
    { JSON, T("[2]y"), "a letter behind an array", 0 },
    { JSON, T("[2]]"), "a bracket behind an array", 0 },
    { JSON, T("[\"word]"), "a string left open", 0 },
    { JSON, T("b\xC3\xA5"), "a word alone", 0 },
    { JSON, T("[True]"), "a capital letter in true", 0 },
    { JSON, T("2]"), "a bracket that nothing opened", 0 },
    { JSON, T("{\"y\": true,"), "an object left open behind a comma", 0 },
    { JSON, T("[][]"), "two arrays", 0 },
    { JSON, T("]"), "a closing bracket", 0 },
    { JSON, T("}"), "a closing brace", 0 },
    { JSON, T("\xEF\xBB{}"), "two thirds of a byte-order mark", 0 },
    { JSON, T("\xE5"), "a broken byte alone", 0 },
    { JSON, T("["), "an opening bracket", 0 },
    { JSON, T(""), "nothing", 0 },
    { JSON, T("[\0]"), "a NUL for an element", 0 },
    { JSON, T("3@"), "a sign behind a number", 0 },
    { JSON, T("{}}"), "a brace behind an object", 0 },
    { JSON, T("{\"\":"), "an empty name, left open", 0 },
    { JSON, T("{\"b\":/*words*/\"c\"}"), "a comment before a value", 0 },
    { JSON, T("{\"b\": true} \"y\""), "a string behind an object", 0 },
    { JSON, T("['"), "an apostrophe in an array left open", 0 },
    { JSON, T("[,"), "a comma in an array left open", 0 },
    { JSON, T("[{"), "an object left open in an array", 0 },
    { JSON, T("[\"b"), "a string left open in an array", 0 },
    { JSON, T("[\"b\""), "an array left open behind a string", 0 },
    { JSON, T("{"), "an opening brace", 0 },
    { JSON, T("{]"), "a brace closed by a bracket", 0 },
    { JSON, T("[}"), "a bracket closed by a brace", 0 },
    { JSON, T("[{\"a\":1]}"), "brackets that cross", 0 },
    { JSON, T("{,"), "a comma in an object left open", 0 },
    { JSON, T("{["), "an array for a name", 0 },
    { JSON, T("{\"b"), "a name left open", 0 },
    { JSON, T("{'b'"), "an apostrophe for a name", 0 },
    { JSON, T("[\"\\{[\"\\{[\"\\{[\"\\{"), "escapes of braces", 0 },
    { JSON, T("\xE8"), "a letter of another encoding", 0 },
    { JSON, T("*"), "a star alone", 0 },
    { JSON, T("{\"b\":\"c\"}#{}"), "a second text behind a number sign", 0 },
    { JSON, T("[\\u000A\"\"]"), "an escaped newline for space", 0 },
    { JSON, T("[2"), "an array left open behind a number", 0 },
    { JSON, T("[ false, nul"), "left open inside null", 0 },
    { JSON, T("[ true, fals"), "left open inside false", 0 },
    { JSON, T("[ false, tru"), "left open inside true", 0 },
    { JSON, T("{\"word\":\"word\""), "an object left open", 0 },
    { JSON, T("\xC3\xA5"), "a letter alone", 0 },
    { JSON, T("[\xE2\x81\xA0]"), "a word joiner for space", 0 },
    { JSON, T("[\x0C]"), "a form feed for space", 0 },
    { JSON, T("[\xC2\xA0]"), "a no-break space for space", 0 },
};

/* --- left to the parser: section 1.4 decides --- */

static const struct json_case decided[] = {
    /* Section 1.3: numbers are digits, of any size. */
    { OK, T("[321.654e-987]"), "an exponent below every double", 0 },
    { OK,
      T("[0."
        "5e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999"
        "999999999999999999999999999999999999999969999999006]"),
      "an exponent of more than a hundred digits", 0 },
    { OK, T("[-2e+9999]"), "a negative number above every double", 0 },
    { OK, T("[2.5e+9999]"), "a number above every double", 0 },
    { OK, T("[-321321e100000]"), "a large negative exponent number", 0 },
    { OK, T("[321321e100000]"), "a large exponent", 0 },
    { OK, T("[321e-10000000]"), "a small exponent", 0 },
    { OK, T("[-321321321321321321321321321321]"), "a negative integer above 64 bits", 0 },
    { OK, T("[200000000000000000000]"), "an integer above 64 bits", 0 },
    { OK, T("[-137462374673276894279832749832423479823246327846]"), "48 digits", 0 },

    /* Half a pair of surrogates is refused, escaped or raw. */
    { UTF8, T("{\"\\uDFAB\":0}"), "a second half alone in a name", 0 },
    { UTF8, T("[\"\\uDADB\"]"), "a first half alone", 0 },
    { UTF8, T("[\"\\uD889\\u2234\"]"), "a first half before another character", 0 },
    { UTF8, T("[\"\xED\xA0\x80\"]"), "a raw first half", 0 },
    { UTF8, T("[\"\xED\xBF\xBF\"]"), "a raw second half", 0 },
    { UTF8, T("[\"\\uD801\\n\"]"), "a first half before an escape", 0 },
    { UTF8, T("[\"\\uDd1fb\"]"), "a second half before a letter", 0 },
    { UTF8, T("[\"\\uD801\\uD801\\n\"]"), "two first halves and an escape", 0 },
    { UTF8, T("[\"\\ud801\"]"), "a first half, small letters", 0 },
    { UTF8, T("[\"\\ud801bcd\"]"), "a first half before letters", 0 },
    { UTF8, T("[\"\\uDd1f\\uD834\"]"), "a pair in the wrong order", 0 },
    { UTF8, T("[\"\\uDFAB\"]"), "a second half alone", 0 },

    /* Only valid UTF-8, in its shortest form. */
    { UTF8, T("[\"\xE6\x97\xA6\xD1\x89\xFB\"]"), "a byte that UTF-8 never has", 0 },
    { UTF8, T("[\"\xFE\"]"), "another", 0 },
    { UTF8, T("[\"\xE8\"]"), "a letter of another encoding", 0 },
    { UTF8, T("[\"\x82\"]"), "a lone tail byte", 0 },
    { UTF8, T("[\"\xF4\x90\x80\x80\"]"), "U+110000, one too far", 0 },
    { UTF8, T("[\"\xF5\x80\x80\x80\"]"), "a first byte behind the last code point", 0 },
    { UTF8, T("[\"\xC0\xAE\"]"), "two bytes for one", 0 },
    { UTF8, T("[\"\xC1\xBF\"]"), "two bytes for a delete character", 0 },
    { UTF8, T("[\"\xE0\x9F\xBF\"]"), "three bytes for two", 0 },
    { UTF8, T("[\"\xF0\x8F\xBF\xBF\"]"), "four bytes for three", 0 },
    { UTF8, T("[\"\xFC\x83\xBF\xBF\xBF\xBE\"]"), "six bytes", 0 },
    { UTF8, T("[\"\xFC\x80\x80\x80\x80\x81\"]"), "six bytes for one", 0 },
    { UTF8, T("[\"\xE0\xFE\"]"), "a character cut short", 0 },
    { UTF8, T("[\"\xE2\x82\"]"), "a character without its last byte", 0 },
    { UTF8, T("[\"\xF0\x9F\x98\"]"), "four bytes without the last", 0 },

    /* UTF-8 alone, without a mark. */
    { JSON, T("\xFF\xFE[\0\"\0\xE8\0\"\0]\0"), "UTF-16, little end first, with a mark", 0 },
    { JSON, T("\0[\0\"\0\xE8\0\"\0]"), "UTF-16, big end first", 0 },
    { JSON, T("[\0\"\0\xE8\0\"\0]\0"), "UTF-16, little end first", 0 },
    { JSON, T("\xEF\xBB\xBF{}"), "a byte-order mark before an object", 0 },

    /* A name stands once in an object; nesting is bounded. */
    { TWICE, T("{\"a\":\"b\",\"a\":\"c\"}"), "a name twice, with two values", 0 },
    { TWICE, T("{\"a\":\"b\",\"a\":\"b\"}"), "a name twice, with one value", 0 },
    { TWICE, T("{\"a\":1,\"\\u0061\":2}"), "a name twice, once escaped", 0 },
    { TWICE, T("{\"\":1,\"\":2}"), "the empty name twice", 0 },
    { TWICE, T("[{\"a\":{\"b\":1,\"c\":2,\"b\":3}}]"), "a name twice, deeper", 0 },
    { DEEP, T("["), "500 arrays", 500 },
};

static struct buffer case_text;

static void case_run(const struct json_case *c, struct guarded *g, struct dwr_scratch *s)
{
    for (unsigned before = 0; before <= 70; before += c->times > 1000 ? 70 : 1) {
        struct dwr_text text, value;

        case_text.n = 0;
        for (unsigned i = 0; i < before; i++)
            put_text(&case_text, " ");
        for (unsigned i = 0; i < (c->times ? c->times : 1); i++)
            put_bytes(&case_text, c->text, c->n);
        text = guarded_copy(g, (struct dwr_text){ case_text.p ? case_text.p : "", case_text.n });
        for (size_t k = 0; k < REFERENCE_PATHS; k++) {
            const struct dwr_scan_ops *scan = reference_path(k);

            if (scan == NULL)
                continue;
            dwr_scratch_reset(s);
            cr_expect_eq(scan->check(s, text, DWR_DEPTH_MAX, &value), c->rc,
                         "%s, behind %u spaces: %s", scan->name, before, c->says);
        }
    }
}

static void cases_run(const struct json_case *cases, size_t count)
{
    struct guarded g = guarded_new((size_t)1 << 20);
    struct dwr_scratch *s = dwr_scratch_new();

    cr_assert_not_null(s);
    for (size_t i = 0; i < count; i++)
        case_run(&cases[i], &g, s);
    free(case_text.p);
    case_text = (struct buffer){ 0 };
    dwr_scratch_free(s);
    guarded_free(&g);
}

Test(json_suite, what_every_parser_accepts)
{
    cases_run(accepted, sizeof accepted / sizeof *accepted);
}

Test(json_suite, what_every_parser_refuses)
{
    cases_run(refused, sizeof refused / sizeof *refused);
}

Test(json_suite, what_section_1_4_decides)
{
    cases_run(decided, sizeof decided / sizeof *decided);
}
