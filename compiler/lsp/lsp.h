/* lsp.h - `dwrc lsp`: the language server. An editor starts it and speaks the Language Server
 * Protocol 3.17 with it: JSON-RPC messages over standard input and output.
 *
 *   lsp.c         the session: one message after the other, what may be asked when
 *   lsp_message   messages: framing, the outer object, answers
 *   lsp_text      documents as the editor has them; positions as offsets and back
 *   lsp_rules     the rule sets they belong to, read, checked and kept until something changes
 *   lsp_names     every place of the rules where a field, a row member or a DocType is named
 *   lsp_complete  what could stand at the cursor, from the parser's own tables
 *   lsp_hover     a rule in words
 *   lsp_edit      definition, references, fixes
 *   lsp_rename    a new name, everywhere at once
 *   lsp_format    the canonical form
 *   lsp_symbols   the outline of a document
 *
 * The server answers in the order it is asked, on one thread; findings are sent when nothing waits
 * to be read. It keeps nothing but the open documents and the last state of each rule set, reads
 * files and never writes one: every change is the editor's to make.
 *
 * Memory. A request has an arena of its own that is cleared behind it; a rule set has one, cleared
 * when it is read anew. Documents are malloc'ed. Where memory runs out the request fails with an
 * answer that says so, and the session goes on. */
#ifndef DWR_COMPILER_LSP_H
#define DWR_COMPILER_LSP_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "cmd.h"
#include "out.h"

/* A message longer than this is skipped and refused: larger than any document we read. */
#define LSP_MESSAGE_MAX ((size_t)96 << 20)
/* A header line longer than this is no header. */
#define LSP_HEADER_MAX 1024u

/* JSON-RPC's and the protocol's error codes. */
enum lsp_error {
    LSP_PARSE_ERROR = -32700,
    LSP_INVALID_REQUEST = -32600,
    LSP_METHOD_NOT_FOUND = -32601,
    LSP_INVALID_PARAMS = -32602,
    LSP_INTERNAL_ERROR = -32603,
    LSP_NOT_INITIALIZED = -32002,
    LSP_REQUEST_FAILED = -32803
};

/* --- lsp_message.c --- */

/* Bytes from the editor: read as they come, so that one can ask whether more wait. */
struct lsp_input {
    int fd;
    bool ended;
    char *buffer; /* malloc'ed */
    size_t begin, end, capacity;
};

enum lsp_read {
    LSP_READ_MESSAGE, /* *body, *n: the text, until the next read */
    LSP_READ_BAD,     /* what came is no message; reading may go on */
    LSP_READ_LARGE,   /* a message over LSP_MESSAGE_MAX, or over memory: skipped */
    LSP_READ_END      /* the editor has gone */
};

enum lsp_read lsp_read(struct lsp_input *input, const char **body, size_t *n);
/* Something waits, or comes within so many milliseconds. */
bool lsp_waits(struct lsp_input *input, int milliseconds);
void lsp_input_clear(struct lsp_input *input);

/* Sends {"jsonrpc":"2.0",MEMBERS}. False: the editor has gone. */
bool lsp_send(int fd, struct arena *arena, struct dwr_str members);

/* --- lsp_text.c --- */

struct lsp_document {
    char *uri, *path; /* path: of a file: URI, else the URI; malloc'ed */
    char *text;       /* malloc'ed, NUL behind it */
    size_t size;
    int version;
    struct lsp_document *next;
};

/* The path a file: URI names, NULL: it is of another scheme. In the arena. */
const char *lsp_path_of_uri(struct arena *arena, const char *uri);
struct dwr_str lsp_uri_of_path(struct arena *arena, const char *path);

/* A place as the protocol counts: lines and UTF-16 units from 0. Beyond the end of a line or of the
 * text it is that end. */
uint32_t lsp_offset(const char *text, size_t size, uint32_t line, uint32_t character);
/* {"line":…,"character":…} */
void lsp_put_position(struct out *o, struct arena *arena, struct source *source, uint32_t offset);
/* {"start":…,"end":…} */
void lsp_put_range(struct out *o, struct arena *arena, struct sources *sources, struct span span);
void lsp_put_text(struct out *o, struct dwr_str text); /* a JSON string, quotes included */

/* Applies one change of textDocument/didChange; false: it is malformed, or there is no memory. */
bool lsp_change(struct lsp_document *document, const cJSON *change);

/* --- lsp_rules.c --- */

struct lsp_names;

/* A rule set that open documents belong to. */
struct lsp_rules {
    char *root;               /* the folder, or the lone file; malloc'ed */
    bool is_file;             /* it is one file: not on the disk, or with no folder of its own */
    bool read;                /* it was read once, whole */
    bool stale;               /* something changed since */
    bool unsaid;              /* its findings are not sent yet */
    struct arena arena;       /* what follows is its */
    struct cmd_rules *c;      /* as every command has them */
    struct lsp_names *names;  /* NULL: not asked for yet */
    struct lsp_proof *proofs; /* those that were asked for */
    char **told;              /* URIs that have findings at the editor; malloc'ed */
    size_t told_count;
    struct lsp_rules *next;
};

/* What is proved of a DocType (prove/prove.h). */
struct lsp_proof {
    const struct dwr_doctype *doctype;
    const struct prove_doctype *proof;
    struct lsp_proof *next;
};

struct lsp {
    struct lsp_input input;
    int out;
    struct arena *arena; /* of the request */
    struct lsp_document *documents;
    struct lsp_rules *rulesets;
    char **schemas; /* --schema, else initializationOptions.schema; none: "schema" in the folder */
    uint32_t schema_count;
    bool initialized, shut_down, gone;
    bool watches;  /* the editor can be asked to tell of files that change */
    bool outlines; /* it knows symbols with children */
};

struct lsp_document *lsp_document_of(const struct lsp *lsp, const char *uri);
/* The rule set of a document; fresh: read anew where it is stale. */
struct lsp_rules *lsp_rules_of(struct lsp *lsp, const struct lsp_document *document, bool fresh);
/* The number of a document's source in its rule set, UINT32_MAX: it is not in it. */
uint32_t lsp_source_of(const struct lsp_rules *rules, const struct lsp_document *document);
/* What a document said or says may be used by its rule set. */
void lsp_touch(struct lsp *lsp, const char *path);
/* The name an editor has for a file: the open document's own, or the path's. */
struct dwr_str lsp_uri(const struct lsp *lsp, const char *path);
/* A finding as the protocol's Diagnostic. */
void lsp_put_finding(const struct lsp *lsp, struct out *o, struct lsp_rules *rules,
                     const struct diag_finding *finding);
/* Sends the findings of rule sets that were touched. */
void lsp_tell(struct lsp *lsp);
void lsp_rules_clear(struct lsp *lsp);

/* --- lsp_names.c --- */

enum lsp_role { LSP_DOCTYPE, LSP_FIELD, LSP_MEMBER };

/* One place where something is named. */
struct lsp_name {
    enum lsp_role role;
    struct span span;
    struct dwr_str text;    /* unescaped */
    struct dwr_str doctype; /* whose field; of a DocType: its own name */
    struct dwr_str table;   /* whose member */
    bool decides;           /* the statement says how it is merged (or, a DocType, is its block) */
    bool json;              /* a member name in a document of a test: always quoted */
    bool part;              /* inside of such a one: what `_server_` stands before */
    bool head;              /* the first name behind `together`, or one that begins a condition */
    struct span statement;
    enum ast_kind statement_kind;
};

/* Every name of a rule set as it was last read: found when first asked for. */
struct lsp_names {
    struct lsp_name *v;
    uint32_t count, capacity;
};

const struct lsp_names *lsp_names(struct lsp_rules *rules);
/* The same of any tree, in the order of its statements. */
struct lsp_names *lsp_names_in(struct arena *arena, const struct ast_ruleset *ast);
/* The name at an offset of a source, NULL: none. */
const struct lsp_name *lsp_name_at(const struct lsp_names *names, uint32_t source, uint32_t offset);
/* Whether both are the same thing. */
bool lsp_same(const struct lsp_name *a, const struct lsp_name *b);

/* --- what may be asked: each writes its result, or returns an error and says why --- */

struct lsp_failure {
    enum lsp_error code; /* 0: none */
    struct dwr_str text;
};

typedef void lsp_answer(struct lsp *lsp, const cJSON *params, struct out *o,
                        struct lsp_failure *failure);

lsp_answer lsp_complete;
lsp_answer lsp_hover;
lsp_answer lsp_definition;
lsp_answer lsp_references;
lsp_answer lsp_prepare_rename; /* lsp_rename.c */
lsp_answer lsp_rename;
lsp_answer lsp_format; /* lsp_format.c */
lsp_answer lsp_actions;
lsp_answer lsp_symbols; /* lsp_symbols.c */

/* What is asked about: a document, its rule set and a place in it. False: the parameters name no
 * open document, and the failure says so. */
struct lsp_place {
    struct lsp_document *document;
    struct lsp_rules *rules;
    uint32_t source; /* in rules->ast.sources, or UINT32_MAX */
    uint32_t offset;
};

/* fresh: the rule set is read anew where it is stale; else its last state will do. */
bool lsp_place(struct lsp *lsp, const cJSON *params, struct lsp_place *place, bool fresh,
               struct lsp_failure *failure);

/* The name at the place, NULL: there is none; *names: all of its rule set. */
const struct lsp_name *lsp_name_of(const struct lsp_place *place, const struct lsp_names **names);

/* What a word of the language says, in a sentence; NULL: it is none. */
const char *lsp_word_help(struct dwr_str word);

#endif
