/* lsp.c - a session with an editor: one message after the other. */
#include "lsp/lsp.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "dwr.h"

/* Findings are sent when nothing has come for this long: typing is not interrupted by them. */
#define QUIET_MILLISECONDS 60

/* --- answers --- */

/* "id":…, as it came: a number or a string. */
static void put_id(struct out *o, const cJSON *id, struct arena *arena)
{
    out_lit(o, "\"id\":");
    if (cJSON_IsString(id))
        lsp_put_text(o, (struct dwr_str){ id->valuestring, strlen(id->valuestring) });
    else if (cJSON_IsNumber(id))
        out_str(o, arena_printf(arena, "%.17g", id->valuedouble));
    else
        out_lit(o, "null");
}

static void send_error(struct lsp *lsp, const cJSON *id, enum lsp_error code, struct dwr_str text)
{
    struct out_memory m;

    out_memory_begin(&m, lsp->arena);
    put_id(&m.out, id, lsp->arena);
    out_str(&m.out, arena_printf(lsp->arena, ",\"error\":{\"code\":%d,\"message\":", (int)code));
    lsp_put_text(&m.out, text);
    out_char(&m.out, '}');
    if (!lsp_send(lsp->out, lsp->arena, out_memory_bytes(&m)))
        lsp->gone = true;
}

#define SEND_ERROR(lsp, id, code, literal)                                                         \
    send_error(lsp, id, code, (struct dwr_str){ literal, sizeof literal - 1 })

/* --- documents --- */

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void forget(struct lsp_document *d)
{
    free(d->uri);
    free(d->path);
    free(d->text);
    free(d);
}

static void did_close(struct lsp *lsp, const cJSON *params)
{
    const char *uri = text_of(cJSON_GetObjectItemCaseSensitive(params, "textDocument"), "uri");

    for (struct lsp_document **at = &lsp->documents; uri != NULL && *at != NULL;
         at = &(*at)->next) {
        struct lsp_document *d = *at;

        if (strcmp(d->uri, uri) != 0)
            continue;
        *at = d->next;
        lsp_touch(lsp, d->path);
        forget(d);
        return;
    }
}

static void did_open(struct lsp *lsp, const cJSON *params)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, "textDocument");
    const char *uri = text_of(item, "uri"), *text = text_of(item, "text"), *path;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(item, "version");
    struct lsp_document *d;

    if (uri == NULL || text == NULL || strlen(text) > SOURCE_BYTES_MAX)
        return;
    did_close(lsp, params); /* an editor that opens it again means the new text */
    path = lsp_path_of_uri(lsp->arena, uri);
    if ((d = calloc(1, sizeof *d)) == NULL)
        arena_fail(lsp->arena);
    d->uri = strdup(uri);
    d->path = strdup(path == NULL ? uri : path);
    d->text = strdup(text);
    if (d->uri == NULL || d->path == NULL || d->text == NULL) {
        forget(d);
        arena_fail(lsp->arena);
    }
    d->size = strlen(text);
    d->version = cJSON_IsNumber(version) ? version->valueint : 0;
    d->next = lsp->documents;
    lsp->documents = d;
    lsp_touch(lsp, d->path);
}

static void did_change(struct lsp *lsp, const cJSON *params)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(params, "textDocument"), *change;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(item, "version");
    const char *uri = text_of(item, "uri");
    struct lsp_document *d = uri == NULL ? NULL : lsp_document_of(lsp, uri);

    if (d == NULL)
        return;
    cJSON_ArrayForEach(
        change,
        cJSON_GetObjectItemCaseSensitive(
            params,
            "contentChanges")) if (!lsp_change(d, change)) break; /* what follows counts from a text
                                                                     that we do not have */
    if (cJSON_IsNumber(version))
        d->version = version->valueint;
    lsp_touch(lsp, d->path);
}

static void did_change_files(struct lsp *lsp, const cJSON *params)
{
    const cJSON *change;

    cJSON_ArrayForEach(change, cJSON_GetObjectItemCaseSensitive(params, "changes"))
    {
        const char *uri = text_of(change, "uri");
        const char *path = uri == NULL ? NULL : lsp_path_of_uri(lsp->arena, uri);

        if (path != NULL)
            lsp_touch(lsp, path);
    }
}

bool lsp_place(struct lsp *lsp, const cJSON *params, struct lsp_place *place, bool fresh,
               struct lsp_failure *failure)
{
    const char *uri = text_of(cJSON_GetObjectItemCaseSensitive(params, "textDocument"), "uri");
    const cJSON *position = cJSON_GetObjectItemCaseSensitive(params, "position");
    const cJSON *line = cJSON_GetObjectItemCaseSensitive(position, "line");
    const cJSON *character = cJSON_GetObjectItemCaseSensitive(position, "character");

    place->document = uri == NULL ? NULL : lsp_document_of(lsp, uri);
    if (place->document == NULL ||
        (position != NULL && (!cJSON_IsNumber(line) || !cJSON_IsNumber(character) ||
                              line->valueint < 0 || character->valueint < 0))) {
        failure->code = LSP_INVALID_PARAMS;
        failure->text = arena_printf(
            lsp->arena, place->document == NULL ? "the document is not open" : "no such position");
        return false;
    }
    place->rules = lsp_rules_of(lsp, place->document, fresh);
    place->source = lsp_source_of(place->rules, place->document);
    place->offset = position == NULL
                        ? 0
                        : lsp_offset(place->document->text, place->document->size,
                                     (uint32_t)line->valueint, (uint32_t)character->valueint);
    return true;
}

/* --- beginning and end --- */

static void add_schema(struct lsp *lsp, const char *folder)
{
    char **more = realloc(lsp->schemas, (lsp->schema_count + 1u) * sizeof *more);

    if (more == NULL)
        arena_fail(lsp->arena);
    lsp->schemas = more;
    if ((more[lsp->schema_count] = strdup(folder)) == NULL)
        arena_fail(lsp->arena);
    lsp->schema_count++;
}

/* A folder as the editor says it: where that is no whole path, in the folder it has open. */
static const char *in_workspace(struct lsp *lsp, const cJSON *params, const char *folder)
{
    const cJSON *folders = cJSON_GetObjectItemCaseSensitive(params, "workspaceFolders");
    const char *uri = text_of(cJSON_GetArrayItem(folders, 0), "uri"), *root;

    if (uri == NULL)
        uri = text_of(params, "rootUri");
    root = uri == NULL ? text_of(params, "rootPath") : lsp_path_of_uri(lsp->arena, uri);
    if (folder[0] == '/' || root == NULL)
        return folder;
    return arena_printf(lsp->arena, "%s/%s", root, folder).p;
}

/* One folder, or an array of them. */
static void take_schemas(struct lsp *lsp, const cJSON *params)
{
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(params, "initializationOptions"), *one;
    const cJSON *schema = cJSON_GetObjectItemCaseSensitive(options, "schema");

    if (lsp->schema_count > 0)
        return; /* the command line said so */
    if (cJSON_IsString(schema))
        add_schema(lsp, in_workspace(lsp, params, schema->valuestring));
    if (cJSON_IsArray(schema))
        cJSON_ArrayForEach(one, schema) if (cJSON_IsString(one))
            add_schema(lsp, in_workspace(lsp, params, one->valuestring));
}

/* Whether the editor's capabilities say yes at this path: its parts, NULL behind the last. */
static bool can(const cJSON *params, const char *const *path)
{
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(params, "capabilities");

    for (; *path != NULL; path++)
        at = cJSON_GetObjectItemCaseSensitive(at, *path);
    return cJSON_IsTrue(at) || cJSON_IsObject(at);
}

#define CAN(params, ...) can(params, (const char *const[]){ __VA_ARGS__, NULL })

static void initialize(struct lsp *lsp, const cJSON *params, struct out *o,
                       struct lsp_failure *failure)
{
    (void)failure;
    take_schemas(lsp, params);
    lsp->initialized = true;
    lsp->watches = CAN(params, "workspace", "didChangeWatchedFiles", "dynamicRegistration");
    lsp->outlines =
        CAN(params, "textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport");
    out_lit(o, "{\"capabilities\":{\"positionEncoding\":\"utf-16\","
               "\"textDocumentSync\":{\"openClose\":true,\"change\":2,\"save\":true},"
               "\"completionProvider\":{\"triggerCharacters\":[\" \",\".\",\"\\\"\",\"(\"]},"
               "\"hoverProvider\":true,\"definitionProvider\":true,\"referencesProvider\":true,"
               "\"documentFormattingProvider\":true,\"documentSymbolProvider\":true,");
    /* An editor that does not say that it knows these is not to be told of them. */
    if (CAN(params, "textDocument", "rename", "prepareSupport"))
        out_lit(o, "\"renameProvider\":{\"prepareProvider\":true}");
    else
        out_lit(o, "\"renameProvider\":true");
    if (CAN(params, "textDocument", "codeAction", "codeActionLiteralSupport"))
        out_lit(o, ",\"codeActionProvider\":"
                   "{\"codeActionKinds\":[\"quickfix\",\"source.fixAll\"]}");
    out_lit(o, "},"
               "\"serverInfo\":{\"name\":\"dwrc\",\"version\":\"" DWR_VERSION "\"}}");
}

/* Asks to be told of files that change outside of the editor: with a branch, or an app. */
static void did_initialize(struct lsp *lsp, const cJSON *params)
{
    static const char watch[] =
        "\"id\":\"watch\",\"method\":\"client/registerCapability\",\"params\":"
        "{\"registrations\":[{\"id\":\"watch\",\"method\":\"workspace/didChangeWatchedFiles\","
        "\"registerOptions\":{\"watchers\":[{\"globPattern\":\"**/*.{dwr,json}\"}]}}]}";

    (void)params;
    if (lsp->watches &&
        !lsp_send(lsp->out, lsp->arena, (struct dwr_str){ watch, sizeof watch - 1 }))
        lsp->gone = true;
}

static void shut_down(struct lsp *lsp, const cJSON *params, struct out *o,
                      struct lsp_failure *failure)
{
    (void)params;
    (void)failure;
    lsp->shut_down = true;
    out_lit(o, "null");
}

static const struct request {
    const char *method;
    lsp_answer *answer;
} requests[] = {
    { "initialize", initialize },
    { "shutdown", shut_down },
    { "textDocument/completion", lsp_complete },
    { "textDocument/hover", lsp_hover },
    { "textDocument/definition", lsp_definition },
    { "textDocument/references", lsp_references },
    { "textDocument/prepareRename", lsp_prepare_rename },
    { "textDocument/rename", lsp_rename },
    { "textDocument/formatting", lsp_format },
    { "textDocument/codeAction", lsp_actions },
    { "textDocument/documentSymbol", lsp_symbols },
};

static const struct notification {
    const char *method;
    void (*take)(struct lsp *lsp, const cJSON *params);
} notifications[] = {
    { "initialized", did_initialize },
    { "textDocument/didOpen", did_open },
    { "textDocument/didChange", did_change },
    { "textDocument/didClose", did_close },
    { "workspace/didChangeWatchedFiles", did_change_files },
};

/* --- messages --- */

static void take_request(struct lsp *lsp, const char *method, const cJSON *id, const cJSON *params)
{
    const bool first = strcmp(method, "initialize") == 0;
    struct lsp_failure failure = { .text = { NULL, 0 } };
    struct out_memory m;

    if (lsp->shut_down || (first && lsp->initialized)) {
        SEND_ERROR(lsp, id, LSP_INVALID_REQUEST, "not now");
        return;
    }
    if (!lsp->initialized && !first) {
        SEND_ERROR(lsp, id, LSP_NOT_INITIALIZED, "initialize comes first");
        return;
    }
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (strcmp(method, requests[i].method) != 0)
            continue;
        out_memory_begin(&m, lsp->arena);
        put_id(&m.out, id, lsp->arena);
        out_lit(&m.out, ",\"result\":");
        requests[i].answer(lsp, params, &m.out, &failure);
        if (failure.code != 0)
            send_error(lsp, id, failure.code, failure.text);
        else if (!lsp_send(lsp->out, lsp->arena, out_memory_bytes(&m)))
            lsp->gone = true;
        return;
    }
    send_error(lsp, id, LSP_METHOD_NOT_FOUND,
               arena_printf(lsp->arena, "no method '%.100s'", method));
}

static void take_notification(struct lsp *lsp, const char *method, const cJSON *params)
{
    if (!lsp->initialized || lsp->shut_down)
        return;
    for (size_t i = 0; i < sizeof notifications / sizeof *notifications; i++)
        if (strcmp(method, notifications[i].method) == 0)
            notifications[i].take(lsp, params);
}

/* True: the session is over. */
static bool take_message(struct lsp *lsp, const cJSON *message)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(message, "id");
    const cJSON *params = cJSON_GetObjectItemCaseSensitive(message, "params");
    const char *method = text_of(message, "method");

    if (!cJSON_IsObject(message) || (method == NULL && id == NULL)) {
        SEND_ERROR(lsp, NULL, LSP_INVALID_REQUEST, "no request");
        return false;
    }
    if (method == NULL)
        return false; /* an answer: we have asked nothing */
    if (strcmp(method, "exit") == 0)
        return true;
    if (id == NULL)
        take_notification(lsp, method, params);
    else if (!cJSON_IsString(id) && !cJSON_IsNumber(id))
        SEND_ERROR(lsp, NULL, LSP_INVALID_REQUEST, "an id is a number or a string");
    else
        take_request(lsp, method, id, params);
    return false;
}

/* One message, or the findings; true: the session is over. *message is the caller's to delete. */
static bool step(struct lsp *lsp, cJSON **message)
{
    const char *body, *end;
    size_t n;

    if (!lsp_waits(&lsp->input, QUIET_MILLISECONDS) && lsp->initialized && !lsp->shut_down)
        lsp_tell(lsp);
    switch (lsp_read(&lsp->input, &body, &n)) {
    case LSP_READ_END:
        return true;
    case LSP_READ_BAD:
        SEND_ERROR(lsp, NULL, LSP_PARSE_ERROR, "no message: Content-Length is missing");
        return false;
    case LSP_READ_LARGE:
        SEND_ERROR(lsp, NULL, LSP_INVALID_REQUEST, "the message is too large");
        return false;
    case LSP_READ_MESSAGE:
        break;
    }
    *message = cJSON_ParseWithLengthOpts(body, n, &end, false);
    if (*message == NULL) {
        SEND_ERROR(lsp, NULL, LSP_PARSE_ERROR, "the message is no JSON");
        return false;
    }
    return take_message(lsp, *message);
}

/* Apart, so that everything outlives the jump. */
static bool step_in(struct lsp *lsp, cJSON **message)
{
    jmp_buf no_memory;

    lsp->arena->no_memory = &no_memory;
    if (setjmp(no_memory) != 0) {
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(*message, "id");

        /* The last state of every rule set may be half made. */
        for (struct lsp_rules *r = lsp->rulesets; r != NULL; r = r->next)
            r->stale = true;
        arena_clear(lsp->arena);
        if (setjmp(no_memory) == 0 && id != NULL)
            SEND_ERROR(lsp, id, LSP_INTERNAL_ERROR, "out of memory");
        return false;
    }
    return step(lsp, message);
}

int cmd_lsp(const struct cli_command *command, struct arena *arena, int argc, char **argv)
{
    struct lsp lsp = { .input = { .fd = STDIN_FILENO }, .out = STDOUT_FILENO };
    struct arena of_request = { .no_memory = NULL };
    struct cli_list schemas = { NULL, 0 };
    bool stdio = false, over = false;
    const struct cli_option options[] = {
        { .name = "--schema",
          .value = "FOLDER",
          .help = "the DocTypes' definitions, may be repeated; else 'schema' beside the rules",
          .list = &schemas },
        { .name = "--stdio",
          .help = "speak over standard input and output, which it does anyway",
          .flag = &stdio },
    };
    struct cli_list arguments = { NULL, 0 };
    const int status = cli_parse(command, arena, options, sizeof options / sizeof *options, argc,
                                 argv, &arguments);

    if (status != CLI_RUN)
        return status;
    if (arguments.count > 0)
        return cli_usage(command, "no arguments, please: '%s'", arguments.v[0]);
    lsp.arena = arena;
    for (uint32_t i = 0; i < schemas.count; i++)
        add_schema(&lsp, schemas.v[i]);
    lsp.arena = &of_request;
    signal(SIGPIPE, SIG_IGN); /* an editor that has gone is an end like another */
    while (!over && !lsp.gone) {
        cJSON *message = NULL;

        over = step_in(&lsp, &message);
        cJSON_Delete(message);
        arena_clear(&of_request);
    }
    lsp_rules_clear(&lsp);
    while (lsp.documents != NULL) {
        struct lsp_document *d = lsp.documents;

        lsp.documents = d->next;
        forget(d);
    }
    lsp_input_clear(&lsp.input);
    while (lsp.schema_count > 0)
        free(lsp.schemas[--lsp.schema_count]);
    free(lsp.schemas);
    return lsp.shut_down ? CLI_GOOD : CLI_FINDINGS;
}
