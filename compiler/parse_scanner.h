/* parse_scanner.h - the scanner's and the parser's generated headers, in the order they need: flex
 * asks for two types by their plain names, whatever the parser's prefix is. */
#ifndef DWR_PARSE_SCANNER_H
#define DWR_PARSE_SCANNER_H

#include "rules.tab.h"

#define YYSTYPE RULES_YYSTYPE
#define YYLTYPE RULES_YYLTYPE
#include "rules.lex.h"

#endif
