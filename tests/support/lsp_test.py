#!/usr/bin/env python3
"""lsp_test.py DWRC [SEED] - `dwrc lsp` as an editor meets it: what it says while somebody types, what it
offers, where it leads, what it changes; and what it does with messages that are none."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from random import Random

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from lsp_client import Client  # noqa: E402

DWRC = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
passed = failed = 0


def check(what, good, got=None):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"lsp_test: {what}", "" if got is None else f"\n    got {got!r:.600}")


RULES = '''\
doctype "Visit" {
    strategy    field_level;
    server_wins together day, time;
    client_wins report;
    child parts {
        key         item;
        on_same_key sum(qty);
    }
    notify late when day changes;
}

test "report" for "Visit" {
    base   { "day": "Mon" }
    server { "day": "Thu", "parts": [{ "item": "A", "qty": 1 }] }
    client { "report": "Valve \\u00e9", "day": "Tue" }
    expect merged { "day": "Thu" }
    expect outcome day server;
}
'''
SCHEMA = {
    "doctype": "DocType", "name": "Visit", "fields": [
        {"fieldname": "day", "fieldtype": "Data", "label": "Day"},
        {"fieldname": "time", "fieldtype": "Time"},
        {"fieldname": "report", "fieldtype": "Text"},
        {"fieldname": "status", "fieldtype": "Select", "options": "Open\nClosed"},
        {"fieldname": "parts", "fieldtype": "Table", "options": "Visit Part"}]}
ROWS = {
    "doctype": "DocType", "name": "Visit Part", "istable": 1, "fields": [
        {"fieldname": "item", "fieldtype": "Data", "reqd": 1},
        {"fieldname": "qty", "fieldtype": "Int"},
        {"fieldname": "remark", "fieldtype": "Data"}]}


def folder(rules=RULES, name="visits.dwr", schema=True):
    """A rule set of its own, with schemas."""
    root = pathlib.Path(tempfile.mkdtemp()) / "rules"
    (root / "schema").mkdir(parents=True)  # an empty one says nothing
    (root / name).write_text(rules)
    if schema:
        (root / "schema" / "visit.json").write_text(json.dumps(SCHEMA))
        (root / "schema" / "visit_part.json").write_text(json.dumps(ROWS))
        (root / "schema" / "depot.json").write_text(json.dumps(
            {"doctype": "DocType", "name": "Depot",
             "fields": [{"fieldname": "city", "fieldtype": "Data"}]}))
    return root


def place(text, needle, offset=0):
    """Line and character (UTF-16) of a needle's first place."""
    before = text[:text.index(needle) + offset]
    last = before.rsplit("\n", 1)[-1]
    return before.count("\n"), len(last.encode("utf-16-le")) // 2


def labels(answer):
    return [item["label"] for item in answer["result"]["items"]]


def apply(text, edits):
    """A text with an editor's edits, which count in UTF-16 units."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(position):
        line = lines[position["line"]]
        return starts[position["line"]] + len(
            line.encode("utf-16-le")[:2 * position["character"]].decode("utf-16-le"))
    for edit in sorted(edits, key=lambda e: offset(e["range"]["start"]), reverse=True):
        begin, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:begin] + edit["newText"] + text[end:]
    return text


# --- beginning and end ---

def session():
    client = Client(DWRC)
    check("nothing is answered before initialize",
          client.ask("textDocument/hover")["error"]["code"] == -32002)
    answer = client.start()
    capabilities = answer["result"]["capabilities"]
    for name in ("completionProvider", "hoverProvider", "definitionProvider", "referencesProvider",
                 "renameProvider", "documentFormattingProvider", "codeActionProvider",
                 "documentSymbolProvider", "textDocumentSync"):
        check(f"{name} is announced", name in capabilities, capabilities)
    check("initialize comes once", client.ask("initialize")["error"]["code"] == -32600)
    check("an unknown method", client.ask("textDocument/dance")["error"]["code"] == -32601)
    client.notify("$/setTrace", {"value": "off"})
    check("a document that is not open",
          client.at("hover", "file:///nowhere.dwr", 0, 0)["error"]["code"] == -32602)
    check("shutdown", client.ask("shutdown")["result"] is None)
    check("nothing is answered after shutdown", "error" in client.ask("textDocument/hover"))
    client.notify("exit")
    check("exit after shutdown is 0", client.process.wait(20) == 0)
    # The protocol: what the editor does not say that it knows is not announced to it.
    client = Client(DWRC)
    capabilities = client.start(capabilities={})["result"]["capabilities"]
    check("options of rename need prepareSupport", capabilities["renameProvider"] is True, capabilities)
    check("code actions need literals", "codeActionProvider" not in capabilities, capabilities)
    check("nobody is asked to watch files", client.read(0.3) is None)
    check("a plain editor's session ends with 0", client.stop() == 0)
    client = Client(DWRC)
    client.start()
    client.process.stdin.close()
    check("an editor that goes without a word: 1", client.process.wait(20) == 1)


# --- findings ---

def findings():
    root = folder()
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    client.settle()
    check("good rules: no errors",
          [d for d in client.diagnostics[uri] if d["severity"] == 1] == [], client.diagnostics)
    wrong = RULES.replace("field_level", "field_levl").replace("\\u00e9", "\U0001F600")
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2},
                                             "contentChanges": [{"text": wrong}]})
    client.settle()
    found = [d for d in client.diagnostics[uri] if d["severity"] == 1]
    check("a misspelt word is found", len(found) == 1 and found[0]["code"] == "DW0001", found)
    check("its place", found and found[0]["range"] == {
        "start": {"line": 1, "character": 16}, "end": {"line": 1, "character": 26}}, found)
    check("its help", found and "did you mean 'field_level'?" in found[0]["message"], found)
    line, character = place(wrong, "field_levl")
    client.notify("textDocument/didChange", {
        "textDocument": {"uri": uri, "version": 3},
        "contentChanges": [{"range": {"start": {"line": line, "character": character},
                                      "end": {"line": line, "character": character + 10}},
                            "text": "field_level"}]})
    client.settle()
    check("a change of a part corrects it",
          [d for d in client.diagnostics[uri] if d["severity"] == 1] == [], client.diagnostics)
    # Characters behind one that UTF-16 counts twice.
    odd = RULES.replace('"Valve \\u00e9", "day": "Tue" }',
                        '"\U0001F600", "day": "Tue" } expect outcome day servr;')
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 4},
                                             "contentChanges": [{"text": odd}]})
    client.settle()
    found = [d for d in client.diagnostics[uri] if "servr" in d["message"]]
    check("columns count UTF-16 units", found and
          found[0]["range"]["start"]["character"] == place(odd, "servr")[1], client.diagnostics)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    check("a session ends with 0", client.stop() == 0)

    roots()
    watched()
    # Two files: a finding in one whose cause is in the other.
    (root / "more.dwr").write_text('doctype "Visit" {\n    strategy server_wins;\n}\n')
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    client.settle()
    found = [d for ds in client.diagnostics.values() for d in ds if d["code"] == "DW1001"]
    check("a DocType twice, in two files", len(found) == 1, client.diagnostics)
    related = found and found[0].get("relatedInformation", [])
    check("with the other place", related and related[0]["location"]["uri"].endswith("more.dwr"),
          found)
    # An open document is called as the editor called it, wherever it is named.
    odd = (root / "more.dwr").as_uri().replace("more", "%6Dore")
    client.open(odd, (root / "more.dwr").read_text())
    client.settle()
    uris = [uri for uri, ds in client.diagnostics.items() for d in ds if d["code"] == "DW1001"] + [
        r["location"]["uri"] for ds in client.diagnostics.values() for d in ds
        if d["code"] == "DW1001" for r in d["relatedInformation"]]
    check("an open document has one name", odd in uris and (root / "more.dwr").as_uri() not in uris,
          client.diagnostics)
    client.notify("textDocument/didClose", {"textDocument": {"uri": odd}})
    (root / "more.dwr").unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [
        {"uri": (root / "more.dwr").as_uri(), "type": 3}]})
    client.settle()
    check("a file that is gone has no findings",
          not [d for ds in client.diagnostics.values() for d in ds if d["code"] == "DW1001"],
          client.diagnostics)
    client.stop()

    # What is lost is told, unless a comment allows it.
    lossy = 'doctype "Visit" {\n    strategy    field_level;\n    %sserver_wins visit_notes;\n}\n'
    client = Client(DWRC)
    client.start()
    uri = client.open(folder(schema=False) / "visits.dwr", lossy % "")
    client.settle()
    found = [d for d in client.diagnostics[uri] if d["severity"] == 2]
    check("a warning tells what is gone", found and "gone: visit_notes" in found[0]["message"],
          client.diagnostics)
    allowed = lossy % f'// dwrc: allow({found[0]["code"] if found else "DW2001"}) ' \
        'reason="the office knows"\n    '
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2},
                                             "contentChanges": [{"text": allowed}]})
    client.settle()
    check("what a comment allows is not shown",
          [d for d in client.diagnostics[uri] if d["severity"] == 2] == [], client.diagnostics)
    client.stop()

    # An app's DocTypes refer to those of other apps: there may be several folders.
    for name in ("one", "two"):
        (root / name).mkdir()
        (root / name / "t.json").write_text(json.dumps(
            {"doctype": "DocType", "name": name, "fields": [{"fieldname": "a", "fieldtype": "Int"}]}))
    (root / "apps").mkdir()
    for folders, unknown in (([root / "one"], 1), ([root / "one", root / "two"], 0)):
        client = Client(DWRC)
        client.start({"schema": [str(f) for f in folders]})
        uri = client.open(root / "apps" / "apps.dwr", "".join(
            f'doctype "{name}" {{\n    strategy field_level;\n}}\n' for name in ("one", "two")))
        client.settle()
        check(f"{len(folders)} folders of schemas",
              [d["code"] for d in client.diagnostics[uri]].count("DW1041") == unknown,
              client.diagnostics)
        client.stop()

    # A folder of schemas that cannot be read is told of.
    client = Client(DWRC)
    client.start({"schema": str(root / "nowhere")})
    client.open(root / "visits.dwr")
    logged = [m for m in iter(lambda: client.read(3), None)
              if m.get("method") == "window/logMessage"]
    check("what cannot be read is told", logged and "nowhere" in logged[0]["params"]["message"],
          logged)
    client.stop()

    # A document that no file has yet, and one of no file system.
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "new.dwr", 'doctype "New" {\n    strategy no_such;\n}\n')
    other = client.open("untitled:1", 'doctype "New" {\n    strategy no_such;\n}\n')
    client.settle()
    for name in (uri, other):
        check(f"findings in {name.rsplit('/', 1)[-1]}",
              [d["code"] for d in client.diagnostics.get(name, [])].count("DW0001") == 1,
              client.diagnostics)
    client.stop()


# --- completion ---

def roots():
    """How far up a rule set goes: through folders with rules, not out of a repository, and never to
    the folders that hold everything."""
    top = pathlib.Path(tempfile.mkdtemp())
    inner = top / "rules" / "tests"
    inner.mkdir(parents=True)
    (top / "stray.dwr").write_text('doctype "Visit" { strategy server_wins; }\n')
    (top / "rules" / "visits.dwr").write_text('doctype "Visit" { strategy client_wins; }\n')
    (inner / "more.dwr").write_text('doctype "Visit" { strategy version_all; }\n')

    def twice(path):
        client = Client(DWRC)
        client.start()
        client.open(path)
        client.settle()
        client.stop()
        return sum(d["code"] == "DW1001" for ds in client.diagnostics.values() for d in ds)

    check("through folders with rules", twice(inner / "more.dwr") == 2)
    (top / "rules" / ".git").write_text("gitdir: elsewhere\n")
    check("not out of a repository", twice(inner / "more.dwr") == 1)
    (top / "rules" / ".git").unlink()
    home = os.environ.get("HOME")
    os.environ["HOME"] = f"{top}/"
    check("not to the home folder", twice(inner / "more.dwr") == 1)
    check("a file in the home folder stands alone", twice(top / "stray.dwr") == 0)
    os.environ["HOME"] = home or "/"


def watched():
    """Files that change outside of the editor, and a schema named by a path in its folder."""
    root = folder(schema=False)
    (root / "app").mkdir()
    definition = root / "app" / "visit.json"
    definition.write_text('{"doctype": "DocType", "name": "Visit", "fields": []}')
    client = Client(DWRC)
    client.start({"schema": "app"}, rootUri="file:///nowhere",
                 workspaceFolders=[{"uri": root.as_uri(), "name": "x"}],
                 capabilities={"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    asked = client.read()
    check("it asks to be told of files", asked.get("method") == "client/registerCapability" and
          [r["method"] for r in asked["params"]["registrations"]] == ["workspace/didChangeWatchedFiles"],
          asked)
    client.send({"id": asked["id"], "result": None})
    uri = client.open(root / "visits.dwr")
    client.settle()
    check("a relative schema is in the first workspace folder",
          any(d["code"] == "DW1042" for d in client.diagnostics[uri]), client.diagnostics)
    definition.unlink()
    (root / "app" / "none.json").write_text("[]")
    client.notify("workspace/didChangeWatchedFiles",
                  {"changes": [{"uri": definition.as_uri(), "type": 3}]})
    client.settle()
    check("a definition that is gone is not known any more",
          not any(d["code"] == "DW1042" for d in client.diagnostics[uri]), client.diagnostics)
    check("the watching session ends with 0", client.stop() == 0)


def completion():
    root = folder()
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    client.settle()
    version = 1

    def at(text, needle="|"):
        """The completion where the text has a bar."""
        nonlocal version
        version += 1
        line, character = place(text, needle)
        text = text.replace(needle, "", 1)
        client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                                 "contentChanges": [{"text": text}]})
        answer = client.at("completion", uri, line, character)
        return answer, text, (line, character)

    cases = [
        # (text, offered, not offered)
        ("|", ["doctype", "test", "default", "sync", "retry"], ["server_wins", "day"]),
        ("doctype \"X\" {\n    |\n}\n",
         ["strategy", "server_wins", "child", "tombstone", "push_priority"], ["base", "doctype"]),
        ("doctype \"X\" {\n    strategy fi|",
         ["field_level", "server_wins", "version_all"], ["manual", "merge_text", "together"]),
        (RULES.replace("client_wins report;", "client_wins |;"),
         ["report", "status", "together", "day"], ["item", "strategy"]),
        (RULES.replace("client_wins report;", "client_wins report |"), ["when"], ["report", "day"]),
        (RULES.replace("client_wins report;", "client_wins report when |"),
         ["server", "client", "base", "server_role", "not"], ["strategy"]),
        (RULES.replace("client_wins report;", "client_wins report when server.|"),
         ["status", "day"], ["item", "together"]),
        (RULES.replace("client_wins report;", "client_wins report when server.status = |"),
         ["Open", "Closed"], []),
        (RULES.replace("client_wins report;", "client_wins report when server.status = \"|"),
         ["Open", "Closed"], ["server"]),
        (RULES.replace("client_wins report;", "client_wins report when server.status in (\"Open\", |"),
         ["Open", "Closed"], []),
        (RULES.replace("on_same_key sum(qty);", "on_same_key |"),
         ["sum", "fields", "client_wins", "keep_both"], ["max", "together"]),
        (RULES.replace("sum(qty)", "sum(|"), ["qty", "item", "remark"], ["day"]),
        (RULES.replace("key         item;", "key |"), ["item", "qty"], ["report", "day"]),
        (RULES.replace("notify late when day changes;", "tombstone { |"),
         ["allow_delete", "ttl", "soft_delete"], ["strategy"]),
        (RULES.replace("notify late when day changes;", "tombstone { soft_delete status = |"),
         ["Open", "Closed"], []),
        (RULES.replace("notify late when day changes;", "notify |"), ["conflict"], []),
        (RULES + "test \"x\" for |", ["Visit"], ["doctype"]),
        ("doctype |", ["Depot"], ["Visit", "Visit Part", "for"]),
        (RULES.replace('base   { "day": "Mon" }', 'base   { |'), ["day", "report"], ["item"]),
        (RULES.replace('base   { "day": "Mon" }', 'base   { "day": "Mon", "re|'),
         ["report", "status"], ["item"]),
        (RULES.replace('"item": "A", "qty": 1', '"item": "A", |'), ["qty", "remark"], ["day"]),
        (RULES.replace("expect outcome day server;", "expect |"),
         ["merged", "rejected", "outcome", "no", "conflict"], ["day"]),
        (RULES.replace("expect outcome day server;", "expect outcome |"), ["day"], ["merged"]),
        (RULES.replace("expect outcome day server;", "expect outcome day |"),
         ["client", "server", "merged", "refused"], ["report"]),
        (RULES.replace("expect outcome day server;", "expect code |"), ["LOCKED"], ["day"]),
        (RULES.replace("expect outcome day server;", "expect notification |"),
         ["late", "client_change_overridden"], ["day"]),
        (RULES.replace("expect outcome day server;", "op |"), ["delete", "insert"], ["day"]),
        ("sync {\n    |", ["max_offline", "manual_timeout"], ["backoff"]),
        ("// doctype |", [], ["doctype", "Visit"]),
        # Behind a mistake.
        (RULES.replace("field_level;", "field_levl;").replace("client_wins report;",
                                                              "client_wins |;"),
         ["report", "status"], []),
        ("}}} ; ;\ndoctype \"X\" {\n    strategy |", ["field_level"], []),
    ]
    for text, offered, refused in cases:
        answer, text, _ = at(text)
        got = labels(answer)
        for label in offered:
            check(f"{text[-60:]!r}: {label} is offered", label in got, got)
        for label in refused:
            check(f"{text[-60:]!r}: {label} is not offered", label not in got, got)

    # What is accepted goes in as it must.
    answer, text, position = at(RULES.replace('base   { "day": "Mon" }', 'base   { "re|": 1 }'))
    item = next(i for i in answer["result"]["items"] if i["label"] == "report")
    check("a name in a document replaces its quote",
          '{ "report"' in apply(text, [item["textEdit"]]), item)
    answer, text, position = at(RULES.replace("client_wins report;", "client_wins st|;"))
    item = next(i for i in answer["result"]["items"] if i["label"] == "status")
    check("a field replaces the word",
          "client_wins status;" in apply(text, [item["textEdit"]]), item)
    check("a field's type is shown", item.get("detail", "").startswith("Select"), item)
    answer, text, position = at('doctype "X" {\n    strat|\n}\n')
    item = next(i for i in answer["result"]["items"] if i["label"] == "strategy")
    check("a word of the language says what it is", len(item.get("detail", "")) > 10, item)
    check("no word twice", len(labels(answer)) == len(set(labels(answer))), labels(answer))
    client.stop()


# --- hover, places, rename ---

def places():
    root = folder()
    (root / "tests").mkdir()
    (root / "tests" / "more.dwr").write_text(
        'test "more" for "Visit" {\n    base { "day": "Mon" }\n    client { "day": "Tue" }\n'
        '    expect success { "day": "Tue" }\n}\n')
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    more = client.open(root / "tests" / "more.dwr")

    def hover(needle, offset=0):
        answer = client.at("hover", uri, *place(RULES, needle, offset))
        return answer["result"] and answer["result"]["contents"]["value"].replace("\\", "")
    text = hover("report;")
    check("hover on a field: its rule in words", text and "client" in text, text)
    check("hover on a field: its type", text and "Text" in text, text)
    check("hover on a field: its proof", text and "Proved of Visit on" in text and
          "idempotent" in text, text)
    text = hover("qty);")
    check("hover: what is not always so", text and "not always *idempotent*" in text, text)
    check("hover on a row's member", text and "Int" in text and "qty" in text, text)
    text = hover('"Visit"', 2)
    check("hover on a DocType", text and "Visit" in text and len(text) > 40, text)
    text = hover("on_same_key", 3)
    check("hover on a word of the language", text and "both sides" in text, text)
    text = hover("merged")
    check("hover on a status", text and "decided by the rules" in text, text)
    check("hover on nothing", hover("}\n\ntest") is None)

    def lines(answer):
        result = answer["result"] or []
        result = result if isinstance(result, list) else [result]
        return sorted((pathlib.Path(r["uri"]).name, r["range"]["start"]["line"]) for r in result)
    check("definition: from a test to the rule",
          lines(client.at("definition", uri, *place(RULES, "day server"))) == [("visits.dwr", 2)])
    check("definition: of a DocType",
          lines(client.at("definition", more, 0, 18)) == [("visits.dwr", 0)])
    check("definition: of a table, from a document",
          lines(client.at("definition", uri, *place(RULES, '"parts"', 2))) == [("visits.dwr", 4)])
    check("definition: a field without a rule stands in the schema",
          [n for n, _ in lines(client.at("definition", uri, *place(RULES, "item;")))]
          == ["visit_part.json"])
    day = client.at("references", uri, *place(RULES, "day, time"),
                    context={"includeDeclaration": True})
    check("references: everywhere, in all files", lines(day) == sorted(
        [("visits.dwr", n) for n in (2, 8, 12, 13, 14, 15, 16)] +
        [("more.dwr", n) for n in (1, 2, 3)]), lines(day))

    prepared = client.at("prepareRename", uri, *place(RULES, "day, time"))["result"]
    check("prepareRename: the name's place", prepared and prepared["placeholder"] == "day", prepared)
    check("prepareRename: no name",
          client.at("prepareRename", uri, *place(RULES, "strategy", 2))["result"] is None)

    def renamed(needle, new_name, offset=0):
        return client.at("rename", uri, *place(RULES, needle, offset), newName=new_name)
    changes = renamed("day, time", "visit_day")["result"]["changes"]
    new = apply(RULES, changes[uri])
    check("rename: in rules and documents", "day" not in new.replace("visit_day", "")
          .replace("together", ""), new)
    check("rename: quoted in documents, bare in rules",
          '"visit_day": "Thu"' in new and "together visit_day, time" in new, new)
    check("rename: in other files", len(changes[more]) == 3, changes)
    (root / "visits.dwr").write_text(new)
    changes = renamed("day, time", "2nd day")["result"]["changes"]
    check("rename: a name that must be quoted", 'together "2nd day", time' in
          apply(RULES, changes[uri]), apply(RULES, changes[uri]))
    changes = renamed("day, time", "when")["result"]["changes"]
    new = apply(RULES, changes[uri])
    check("rename: to a word that would be the language's", 'together "when", time' in new and
          "notify late when when changes" in new.replace('"when" changes', "when changes"), new)
    changes = renamed("qty);", "amount")["result"]["changes"]
    new = apply(RULES, changes[uri])
    check("rename: a row's member", "sum(amount)" in new and '"amount": 1' in new, new)
    changes = renamed('"Visit"', "Site \"Visit\"", 3)["result"]["changes"]
    new = apply(RULES, changes[uri])
    check("rename: a DocType", new.startswith('doctype "Site \\"Visit\\""'), new)
    check("rename: to a name in use", "error" in renamed("day, time", "report"))
    check("rename: to no name", "error" in renamed("day, time", ""))
    check("rename: of nothing", "error" in renamed("strategy", "x", 2))

    symbols = client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})["result"]
    check("the outline", [s["name"] for s in symbols] == ["Visit", "report"] and
          "parts" in [c["name"] for c in symbols[0]["children"]], symbols)
    client.stop()
    client = Client(DWRC)
    client.start(capabilities={})
    uri = client.open(root / "visits.dwr")
    flat = client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})["result"]
    check("the outline of an editor that knows no children: one list",
          [(s["name"], s.get("containerName")) for s in flat if s["kind"] != 8] ==
          [("Visit", None), ("parts", "Visit"), ("report", None)], flat)
    check("its places", all(s["location"]["uri"] == uri and "selectionRange" not in s for s in flat), flat)
    client.stop()


# Every place where a field can stand.
EVERYWHERE = '''\
doctype "Job" {
    strategy    field_level;
    meta        synced;
    server_wins together f, g when server.f = "a" and not f changes;
    client_wins together f, g;
    manual      h { provisional client; watch f, g; set state = "open"; }
    child rows { key k, l; order_by o; on_same_key fields { client_wins together q, k2; manual m { watch q; } } }
    child more { key name; order_by idx; count_into n; hold when f changes; }
    lock when server.f = "locked" except h, rows;
    no_overlap by f from d + t to e unless f = "x" or not g = 1;
    link f -> "Other" refresh when f in ("a", "b");
    as_of t f -> "Other";
    current v of f -> "Other".w otherwise manual h;
    notify changed when f changes;
    effect done when f becomes "z" { create "Other"; }
    push_priority 3 when f becomes "z" or f changes;
    tombstone { allow_delete no; soft_delete f = "gone"; archive_after 1d when f = "x"; }
}
doctype "Other" { strategy server_wins; client_wins w; }

test "one" for "Job" {
    base   { "f": "a", "g": 1, "h": 1, "rows": [{ "k": 1, "l": 2, "q": 1 }], "note": 1 }
    server { "f": "b", "g": 2, "\\u0068": 2, "rows": [{ "k": 1, "l": 2, "q": 2 }], "note": 1 }
    client { "f": "c", "h": 3, "rows": [{ "k": 1, "l": 2, "q": 3 }], "note": 2 }
    server_ts { "f": "2024-01-01", "*": "2024-01-02" }
    expect conflict_manual { "h": 3, "_h_conflict": true, "_server_h": 2, "_client_h": 3, "state": "open" }
    expect outcome f client;
    expect conflict h;
    expect outcome note client;
}
'''
TAKEN = {"Job": "synced f g h state rows more n d t e v note", "Other": "w",
         "rows": "k l o q k2 m", "more": "name idx"}
META = ["name", "doctype", "owner", "creation", "modified", "modified_by", "idx", "_x", "_"]
ROW_META = META + ["docstatus", "parent", "parenttype", "parentfield"]


def renames():
    """A new name is taken where the rules are the same ones with it, and refused where they are not."""
    top = pathlib.Path(__file__).parents[2]
    root = folder(EVERYWHERE, schema=False)
    file = root / "visits.dwr"
    client = Client(DWRC)
    client.start()
    uri = client.open(file)
    client.settle()
    tables = subprocess.run([DWRC, "compile", root, "-o", root / "c"], capture_output=True)
    check("the rules compile", tables.returncode == 0, tables.stderr)
    meant = (root / "c" / "rules.c").read_text()

    def rename(needle, new_name, offset=0):
        answer = client.at("rename", uri, *place(EVERYWHERE, needle, offset), newName=new_name)
        return (None, answer["error"]["message"]) if "error" in answer else \
            (apply(EVERYWHERE, answer["result"]["changes"].get(uri, [])), "")

    def is_same(new, old_name, new_name, row):
        """The tests hold, and back again the rules are what they were."""
        other = pathlib.Path(tempfile.mkdtemp()) / "rules"
        other.mkdir()
        (other / "visits.dwr").write_text(new)
        done = subprocess.run([DWRC, "test", other], capture_output=True, text=True)
        if done.returncode != 0:
            return done.stdout + done.stderr
        back = Client(DWRC)
        back.start()
        there = back.open(other / "visits.dwr")
        # The same place: what stands before it is on the lines before it, or is renamed behind it.
        line, character = place(EVERYWHERE, row)
        answer = back.at("rename", there, line, character, newName=old_name)
        back.stop()
        if "result" not in answer:
            return answer["error"]["message"]
        (other / "visits.dwr").write_text(apply(new, answer["result"]["changes"][there]))
        subprocess.run([DWRC, "compile", other, "-o", other / "c"], capture_output=True)
        again = (other / "c" / "rules.c").read_text()
        return "" if re.sub("digest.*", "", again) == re.sub("digest.*", "", meant) else "other rules"

    for row, what, meta, taken in (("f, g when", "f", META, "Job"), ("k, l;", "k", [], "rows"),
                                   ("q, k2", "q", ROW_META, "rows"), ("h { prov", "h", META, "Job"),
                                   ("rows {", "rows", META, "Job")):
        for name in meta:
            new, why = rename(row, name)
            check(f"rename {what} to {name}: the sync layer's", new is None and
                  f"'{name}' belongs to the sync layer" in why, why or new)
        for name in TAKEN[taken].split():
            new, why = rename(row, name)
            check(f"rename {what} to {name}: in use", (new is None and "used already" in why) or
                  (name == what and new == EVERYWHERE), why or new)
        new, why = rename(row, "")
        check(f"rename {what} to nothing", new is None and "at least one character" in why, why)
        for name in ("\t", "a\nb", "\x7f"):
            new, why = rename(row, name)
            check(f"rename {what} to {name!r}: refused with the reason", new is None and
                  ("the rules would be wrong" in why or "control" in why), why or new)
        # The place that leads back must stand where it stood.
        for name in ("x", "größe", 'a "b"', "a\\b", "2nd visit", "\U0001F600", "x" * 1000):
            new, why = rename(row, name)
            check(f"rename {what} to {name[:20]!r}", new is not None and
                  is_same(new, what, name, row) == "", why or is_same(new, what, name, row))
    for name in META:
        if name not in ("name", "idx"):
            new, why = rename("name; order_by", name)
            check(f"rename a key to {name}, which a key may be", new is not None, why)
    new, why = rename('"note": 1', "_note", 1)
    check("rename a field of tests alone to the sync layer's", new is None and "sync layer" in why, new)
    new, why = rename('"note": 1', "remark", 1)
    check("rename a field of tests alone", new is not None and new.count('"remark"') == 3, new or why)
    new, why = rename('"note": 1', 'a "b"', 1)
    check("and to a name that documents write with escapes", new is not None and
          is_same(new, "note", 'a "b"', '"note": 1') == "", why or is_same(new, "note", 'a "b"', '"note": 1'))
    new, why = rename("h { prov", "verdict")
    check("what an open conflict adds is renamed with its field", new and
          '"_verdict_conflict": true, "_server_verdict": 2, "_client_verdict": 3' in new, new)
    check("a name written with escapes is the same name", new and '"g": 2, "verdict": 2' in new, new)

    # Every word of the language is a name, and stays one.
    tokens = sorted({w for line in (top / "grammar/rules.y").read_text().splitlines()
                     if line.startswith("%token ") for w in re.findall(r'"([a-z_]+)"', line)})
    for name in tokens:
        new, why = rename("f, g when", name)
        if name in META:
            continue
        check(f"rename f to the word {name}", new is not None, why)
        if new is not None and tokens.index(name) % 4 == SEED % 4:
            again = is_same(new, "f", name, "f, g when")
            check(f"rename f to the word {name}: the same rules", again == "", again)
    new, why = rename('"Other" {', "Job", 2)
    check("a DocType's name in use", new is None and "used already" in why, why)
    new, why = rename('"Other" {', "Another One", 2)
    check("a DocType everywhere", new and "Other\"" not in new and new.count("Another One") == 5, new)

    said = client.at("hover", uri, *place(EVERYWHERE, "m { watch q"))["result"]["contents"]["value"]
    check("hover: a row's manual asks nobody", "server's value stands; no person is asked" in said and
          "a person decides" not in said, said)
    proved = json.loads(subprocess.run([DWRC, "prove", "--format", "json", file],
                                       capture_output=True).stdout)["doctypes"][0]["properties"]
    groups = dict.fromkeys(("proved", "refuted", "too_large"), "nothing")
    for title, group in ((r"small merges: ", "proved"), (r"Not true: ", "refuted"),
                         (r"Too large to try all: ", "too_large")):
        found = re.search(title + r"([a-z, ]+)\\\.", said)
        groups[group] = found.group(1) if found else "nothing"
    words_ = {"no_silent_loss": "no silent loss", "order": "order of arrival",
              "no_resurrection": "no resurrection", "resolvable": "conflicts can be resolved"}
    for group, verdicts in (("proved", ("proved", "proved_except")), ("refuted", ("refuted",)),
                            ("too_large", ("too_large",))):
        want = ", ".join(words_.get(p["property"], p["property"]) for p in proved if p["verdict"] in verdicts) or "nothing"
        check(f"hover: what is {group}", groups[group] == want, (groups[group], want))

    # A rule set that is wrong otherwise can be renamed in.
    wrong = EVERYWHERE.replace("client_wins w;", "client_wins w, w;")
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 9},
                                             "contentChanges": [{"text": wrong}]})
    answer = client.at("rename", uri, *place(wrong, "f, g when"), newName="x")
    check("an error elsewhere is none of the new name's", "result" in answer, answer)
    wrong = EVERYWHERE.replace("client_wins w;", "client_wins w,, w;")
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 10},
                                             "contentChanges": [{"text": wrong}]})
    answer = client.at("rename", uri, *place(wrong, "f, g when"), newName="x")
    check("a syntax error hides names", "syntax errors" in answer.get("error", {}).get("message", ""),
          answer)
    client.stop()

    # A DocType that only `default` speaks of.
    text = ('default { strategy server_wins; }\ntest "depot" for "Depot" {\n    server { "city": "A" }\n'
            '    client { "city": "B" }\n    expect merged;\n}\n')
    client = Client(DWRC)
    client.start()
    uri = client.open(folder(text) / "visits.dwr")
    for needle, what in (('"Depot"', "DocType"), ('"city": "B"', "field")):
        there = client.at("definition", uri, *place(text, needle, 1))["result"]
        check(f"definition of a {what} without rules: the schema's", there and
              there["uri"].endswith("/depot.json") and there["range"]["start"]["character"] > 0, there)
        said = client.at("hover", uri, *place(text, needle, 1))["result"]["contents"]["value"]
        check(f"hover on a {what} without rules", "No rules name the DocType" in said and
              "ll fields are decided as one: the server's values stand" in said and
              "Proved" not in said, said)
    client.stop()

    # The sync layer's own names are not ours to change.
    text = 'doctype "A" {\n    strategy field_level;\n    lock when server.modified = "x";\n}\n'
    client = Client(DWRC)
    client.start()
    uri = client.open(folder(text, schema=False) / "visits.dwr")
    answer = client.at("rename", uri, *place(text, "modified"), newName="x")
    check("rename of the sync layer's field", "which calls it so" in answer["error"]["message"], answer)
    check("prepareRename of the sync layer's field",
          client.at("prepareRename", uri, *place(text, "modified"))["result"] is None)
    client.stop()


# --- changes of the text ---

def edits():
    ugly = 'doctype "X"   {\nstrategy   field_level ;\n\n\n\n// why\n  client_wins a,b ;}\n'
    root = folder(ugly, schema=False)
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    answer = client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}})
    new = apply(ugly, answer["result"])
    check("formatting", "    strategy" in new and "// why" in new and new.endswith("}\n"), new)
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2},
                                             "contentChanges": [{"text": new}]})
    answer = client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}})
    check("formatting again changes nothing", apply(new, answer["result"]) == new, answer)
    wrong = 'doctype "X" {\n    strategy field_levl;\n    client_wins a,, b;\n}\n'
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 3},
                                             "contentChanges": [{"text": wrong}]})
    answer = client.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": {}})
    check("nothing is formatted that has syntax errors",
          "error" in answer or not answer["result"], answer)

    def actions(only=None):
        end = {"line": wrong.count("\n"), "character": 0}
        context = {"diagnostics": []} | ({"only": only} if only else {})
        return client.ask("textDocument/codeAction", {
            "textDocument": {"uri": uri}, "context": context,
            "range": {"start": {"line": 0, "character": 0}, "end": end}})["result"]
    got = [a for a in actions() if a["kind"] == "quickfix"]
    check("a fix for the misspelt word", any(
        "field_level;" in apply(wrong, a["edit"]["changes"][uri]) for a in got), got)
    check("its finding is named", got and got[0]["diagnostics"][0]["code"] == "DW0001", got)
    everything = actions(["source.fixAll"])
    check("all fixes at once", len(everything) == 1, everything)
    if everything:
        new = apply(wrong, everything[0]["edit"]["changes"][uri])
        check("they correct the file", "field_level;" in new and ",," not in new, new)
    check("only what is asked for", all(a["kind"] == "quickfix" for a in actions(["quickfix"])))
    client.stop()


# --- messages that are none ---

def malformed():
    def after(data, what, codes):
        client = Client(DWRC)
        client.start()
        client.raw(data)
        answer = client.read(10)
        check(f"{what}: an error", answer and answer.get("error", {}).get("code") in codes, answer)
        check(f"{what}: the session goes on",
              client.ask("textDocument/dance")["error"]["code"] == -32601)
        check(f"{what}: it ends as it should", client.stop() == 0)
    after(b"Content-Length: 5\r\n\r\n{nono", "no JSON", [-32700])
    after(b"Content-Length: 2\r\n\r\n[]", "no object", [-32600])
    after(b"Content-Length: 2\r\n\r\n{}", "an empty object", [-32600])
    after(b"Content-Length: 0\r\n\r\n", "an empty body", [-32700])
    after(b"Content-Length: -7\r\n\r\n", "a negative length", [-32700])
    after(b"Content-Length: ninety\r\n\r\n", "a length in words", [-32700])
    after(b"Content-Length: 99999999999999999999999\r\n\r\n", "a length beyond numbers", [-32700])
    after(b"hello\r\n\r\n", "no header", [-32700])
    after(b"X" * 100000 + b"\r\n\r\n", "a header without end", [-32700])
    body = b'{"id":{},"method":"x"}'
    after(b"Content-Length: %d\r\n\r\n" % len(body) + body, "an id that is none", [-32600])
    deep = b"[" * 100000 + b"]" * 100000
    after(b"Content-Length: %d\r\n\r\n" % len(deep) + deep, "nested without end", [-32700])
    huge = 97 << 20
    after(b"Content-Length: %d\r\n\r\n" % huge + b" " * huge, "a gigantic message", [-32600])

    client = Client(DWRC)
    client.start()
    client.raw(b"Content-Length: 1000\r\n\r\n{\"half")
    client.process.stdin.close()
    check("half a message, then the end", client.process.wait(20) == 1)

    # Parameters of the wrong shape, for everything there is to ask.
    root = folder()
    client = Client(DWRC)
    client.start()
    uri = client.open(root / "visits.dwr")
    shapes = [None, [], "x", 7, {}, {"textDocument": 7}, {"textDocument": {"uri": 7}},
              {"textDocument": {"uri": uri}, "position": "here"},
              {"textDocument": {"uri": uri}, "position": {"line": -1, "character": 0}},
              {"textDocument": {"uri": uri}, "position": {"line": 1e300, "character": 1e300}},
              {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 7},
               "newName": 7, "context": [], "range": []}]
    for method in ("completion", "hover", "definition", "references", "prepareRename", "rename",
                   "formatting", "codeAction", "documentSymbol"):
        for shape in shapes:
            client.id += 1
            client.send({"id": client.id, "method": "textDocument/" + method, "params": shape})
            answer = client.answer(client.id)
            check(f"{method} with {shape!r:.60}", answer is not None and
                  ("result" in answer or "error" in answer), answer)
            if answer is None:
                return
    for method in ("didOpen", "didChange", "didClose"):
        for shape in shapes + [{"textDocument": {"uri": uri}, "contentChanges": [7, {}, []]},
                               {"textDocument": {"uri": uri}, "contentChanges": [
                                   {"range": {"start": {"line": 5, "character": 0},
                                              "end": {"line": 2, "character": 0}}, "text": "x"}]}]:
            client.send({"method": "textDocument/" + method, "params": shape})
    client.notify("workspace/didChangeWatchedFiles", {"changes": [7, {"uri": 7}, {"uri": "x:y"}]})
    check("notifications of every shape are survived",
          client.ask("textDocument/dance")["error"]["code"] == -32601)
    uri = client.open(root / "visits.dwr")

    # The cursor everywhere, in a text cut everywhere.
    for end in range(0, len(RULES), 7):
        client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": end + 2},
                                                 "contentChanges": [{"text": RULES[:end]}]})
        line = RULES[:end].count("\n")
        for method in ("completion", "hover", "definition", "prepareRename"):
            answer = client.at(method, uri, line, end % 50)
            if answer is None or "result" not in answer:
                check(f"{method} in a text of {end} characters", False, answer)
                return
    check("a text cut everywhere", client.stop() == 0)


def soup():
    """A session's bytes with some of them changed: whatever comes of it, no crash."""
    root = folder()
    uri = (root / "visits.dwr").as_uri()
    where = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 16}}
    messages = [{"id": 1, "method": "initialize", "params": {}},
                {"method": "textDocument/didOpen", "params": {"textDocument": {
                    "uri": uri, "version": 1, "text": RULES}}}]
    messages += [{"id": i + 2, "method": "textDocument/" + m, "params": where | {"newName": "x"}}
                 for i, m in enumerate(("completion", "hover", "definition", "rename",
                                        "formatting", "codeAction", "documentSymbol"))]
    messages += [{"method": "textDocument/didChange", "params": {
        "textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": RULES[:200]}]}},
        {"id": 90, "method": "textDocument/completion", "params": where},
        {"id": 91, "method": "shutdown"}, {"method": "exit"}]
    bodies = [json.dumps({"jsonrpc": "2.0", **m}).encode() for m in messages]
    random = Random(SEED)
    for round_ in range(60):
        data = bytearray()
        for body in bodies:
            body = bytearray(body)
            for _ in range(random.choice((0, 0, 1, 2, 8))):
                at = random.randrange(len(body))
                kind = random.randrange(4)
                if kind == 0:
                    body[at] = random.randrange(256)
                elif kind == 1:
                    body[at:at] = random.choice((b"{", b"[", b'"', b"\\", b"null", b"-1", b"\0"))
                elif kind == 2:
                    del body[at:at + random.randrange(1, 9)]
                else:
                    body[at:at] = body[at:at + 40]
            length = len(body) if random.randrange(12) else len(body) + random.randrange(-20, 20)
            data += b"Content-Length: %d\r\n\r\n" % length + body
        run = subprocess.run([DWRC, "lsp"], input=bytes(data), capture_output=True, timeout=60)
        check(f"soup {SEED}.{round_}", run.returncode in (0, 1), (run.returncode, run.stderr[-500:]))


def words():
    """Every word of the language says what it is."""
    top = pathlib.Path(__file__).parents[2]
    grammar = (top / "grammar/rules.y").read_text()
    tokens = {w for line in grammar.splitlines() if line.startswith("%token ")
              for w in re.findall(r'"([a-z_]+)"', line)}
    help_ = set(re.findall(r'WORD_HELP\("([a-z_]+)"',
                           (top / "compiler/lsp/word_help.def").read_text()))
    check("the words of the grammar", len(tokens) > 100, tokens)
    check("each has its sentence", tokens == help_, tokens ^ help_)
    report = (top / "runtime/core/report.c").read_text()
    names = set(re.findall(r'"(\w{2,})"', report[:report.index("dwr_code_name(")]))
    values = set(re.findall(r'VALUE_HELP\("(\w+)"', (top / "compiler/lsp/value_help.def").read_text()))
    check("every status, outcome and code of the resolver has one", {"merged", "held", "LOCKED"} <= names
          <= values | help_, names - values - help_)
    check("and none has two", not values & help_, values & help_)


for part in (session, findings, completion, places, renames, edits, malformed, soup, words):
    part()
print(f"lsp_test: {passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
