#!/usr/bin/env python3
"""diff_test.py DWRC - `dwrc diff`: which class a change of rules is, and that the documents it shows
really end as it says, by both rule sets."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

DWRC = os.path.realpath(sys.argv[1])
passed = failed = 0
work = pathlib.Path(tempfile.mkdtemp())


def check(what, good, got=None):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"diff_test: {what}", "" if got is None else f"\n    got {got!r:.900}")


def folder(name, text):
    path = work / name / "rules"
    path.mkdir(parents=True, exist_ok=True)
    (path / "rules.dwr").write_text(text)
    return str(path)


def run(*arguments, cwd=None, tries=6000):
    return subprocess.run([DWRC, "diff", "--tries", str(tries), *arguments], capture_output=True, text=True, cwd=cwd,
                          timeout=120)


def resolve(rules, request):
    out = subprocess.run([DWRC, "resolve", rules], input=json.dumps(request) + "\n",
                         capture_output=True, text=True)
    return json.loads(out.stdout)


def told(answer):
    """All but the lines that decide."""
    fields = {name: {key: value for key, value in report.items() if key != "rule"}
              for name, report in answer["fields"].items()}
    return {**answer, "fields": fields, "rule": None}


def was_written(change):
    """A value that the client only sends back as it saw it is nothing that could be lost."""
    request, field = change["request"], change["field"]
    if change["class"] != "can_lose_a_write" or field is None or request["op"] == "delete":
        return True
    seen = request.get("base" if request["op"] != "insert" else "", request.get("server", {}))
    return request["client"].get(field) != seen.get(field)


def compare(what, old_text, new_text, tries=6000):
    """The changes of DocType X by (field, class), each of which was seen to happen."""
    old, new = folder("old", old_text), folder("new", new_text)
    out = run("--format", "json", old, new, tries=tries)
    result = json.loads(out.stdout)
    assert "class" in result, (what, out)
    check(f"{what}: the exit status says whether a write can be lost",
          out.returncode == (1 if result["class"] == "can_lose_a_write" else 0), out)
    changes = {}
    for doctype in result["doctypes"]:
        for change in doctype["changes"]:
            changes.setdefault((doctype["name"], change["field"]), []).append(change)
            if "request" not in change:
                continue
            check(f"{what}: what is lost was written", was_written(change), change)
            answers = [resolve(rules, change["request"]) for rules in (old, new)]
            check(f"{what}: something differs", told(answers[0]) != told(answers[1]), change)
            for side, answer in zip(("old", "new"), answers):
                check(f"{what}: the documents end so by the {side} rules",
                      answer.get("doc") == change[side]["doc"] and
                      answer["status"] == change[side]["status"], (answer, change))
    return result, changes


def doctype(body, strategy="field_level"):
    return f'doctype "X" {{\n    strategy {strategy};\n    {body}\n}}\n'


PAIRS = [
    # (what, old, new, {field: class}); the class of "X"'s gravest change comes out of them.
    ("the same in other words", "server_wins a, b;", "server_wins b;\n    server_wins a;", {}),
    ("a field without a rule gets the strategy's", "", "server_wins a;", {}),
    ("the client's value no longer stands", "client_wins a;", "server_wins a;",
     {"a": "can_lose_a_write"}),
    ("it stands now", "server_wins a;", "client_wins a;", {"a": "changes_outcome"}),
    ("a person is asked no more", "manual a;", "server_wins a;", {"a": "can_lose_a_write"}),
    ("a person is asked", "server_wins a;", "manual a;", {"a": "safe"}),
    ("both texts are kept", "server_wins a;", "merge_text a;", {"a": "changes_outcome"}),
    ("texts are merged no more", "merge_text a;", "server_wins a;", {"a": "can_lose_a_write"}),
    ("elements are kept no more", "keep_both a;", "union a;", {"a": "can_lose_a_write"}),
    ("amounts add up no more", "sum a;", "server_wins a;", {"a": "can_lose_a_write"}),
    ("refused also when nobody else wrote", "server_wins a;", "server_only a;",
     {"a": "can_lose_a_write"}),
    ("fields part", "client_wins together a, b;", "client_wins a, b;",
     {"a": "changes_outcome", "b": "changes_outcome"}),
    ("fields part, the server winning", "server_wins together a, b;", "server_wins a, b;",
     {"a": "changes_outcome", "b": "changes_outcome"}),
    ("a third one parts", "server_wins together a, b, c;",
     "server_wins together a, b;\n    server_wins c;", {"c": "changes_outcome"}),
    ("a guard's literal", 'client_wins a when server.s = "x";\n    server_wins a;',
     'client_wins a when server.s = "y";\n    server_wins a;', {"a": "can_lose_a_write"}),
    ("one of several literals",
     'client_wins a when server.s in ("x", "y", "z");\n    server_wins a;',
     'client_wins a when server.s in ("x", "y");\n    server_wins a;', {"a": "can_lose_a_write"}),
    ("a role", 'client_wins a when client_role = "chief";\n    server_wins a;',
     'client_wins a when client_role = "boss";\n    server_wins a;', {"a": "can_lose_a_write"}),
    ("a role that a field names", 'client_wins a when client_role = server.s;\n    server_wins a;',
     "server_wins a;", {"a": "can_lose_a_write"}),
    ("a watched field", "manual a { watch w; }", "manual a;", None),
    ("a set field", 'manual a { set s = "open"; }', 'manual a { set s = "shut"; }',
     None),
    ("ranks", 'max a ranked ("lo", "hi");', 'max a ranked ("hi", "lo");', None),
    ("a lock", 'lock when server.s = "closed";', "", None),
    ("a lock comes", "", 'lock when server.s = "closed";', "can_lose_a_write"),
    ("another key", "child t { key k; on_same_key client_wins; }",
     "child t { key m; on_same_key client_wins; }", None),
    ("a row left out", "child t { key k; removes yes; on_same_key server_wins; }",
     "child t { key k; on_same_key server_wins; }", {"t": "needs_both_tables"}),
    ("rows are merged otherwise", "child t { key k; on_same_key client_wins; }",
     "child t { key k; on_same_key server_wins; }", {"t": "can_lose_a_write"}),
    ("a member's rule", "child t { key k; on_same_key fields { client_wins m; } }",
     "child t { key k; on_same_key fields { server_wins m; } }", None),
    ("the order of rows", "child t { key k; on_same_key server_wins; order_by o; }",
     "child t { key k; on_same_key server_wins; }", None),
    ("a table becomes a value", "child t { key k; on_same_key server_wins; }", "server_wins t;",
     None),
    ("the sync layer takes a field", "client_wins a;", "meta a;", {"a": "can_lose_a_write"}),
    ("deletes are refused", "tombstone { allow_delete yes; }", "tombstone { allow_delete no; }",
     {None: "changes_outcome"}),
    ("deletes become soft", "tombstone { allow_delete no; }",
     'tombstone { allow_delete no; soft_delete s = "gone"; }', {None: "changes_outcome"}),
    ("a deletion beats an update", "tombstone { delete_wins_over_update no; }",
     "tombstone { delete_wins_over_update yes; }", "can_lose_a_write"),
    ("a deletion is forgotten sooner", "tombstone { ttl 90d; }", "tombstone { ttl 30d; }",
     {None: "can_lose_a_write"}),
    ("a deletion is remembered longer", "tombstone { ttl 30d; }", "tombstone { ttl 90d; }",
     {None: "safe"}),
    ("what may be done offline", "offline create yes, update yes, delete yes;",
     "offline create no, update yes, delete yes;", {None: "needs_both_tables"}),
    ("a reason", 'reason "Because";', 'reason "Just because";', {None: "safe"}),
    ("a notification", "notify late when a changes;", "", {None: "safe"}),
    ("an effect", 'effect e when a becomes "x" { create "Y"; }', "", {None: "changes_outcome"}),
    ("how urgent", "push_priority 3;", "push_priority 4;", {None: "safe"}),
]
# What is hidden behind many others, or behind how it is written.
MANY = [f'"v{i:02}"' for i in range(60)]
MEMBERS = [f"m{i:02}" for i in range(30)]
PAIRS += [
    ("the last of many literals",
     f'client_wins a when server.s in ({", ".join(MANY)});\n    server_wins a;',
     f'client_wins a when server.s in ({", ".join(MANY[:-1])});\n    server_wins a;',
     {"a": "can_lose_a_write"}),
    ("the last of many members",
     "child t { key k; on_same_key fields { client_wins " + ", ".join(MEMBERS) + "; } }",
     "child t { key k; on_same_key fields { client_wins " + ", ".join(MEMBERS[:-1]) +
     "; server_wins m29; } }", {"t": "can_lose_a_write"}),
    ("a member that is the client's no more",
     "child t { key k; on_same_key fields { client_wins m, n; } }",
     "child t { key k; on_same_key fields { client_wins m; server_wins n; } }",
     {"t": "can_lose_a_write"}),
    ("a member that becomes the client's",
     "child t { key k; on_same_key fields { server_wins m; } }",
     "child t { key k; on_same_key fields { client_wins m; } }", {"t": "changes_outcome"}),
    ("members that add up",
     "child t { key k; on_same_key fields { client_wins m; } }",
     "child t { key k; on_same_key sum(m); }", {"t": "changes_outcome"}),
    ("a name with a quote", r'client_wins "a\"b";', r'server_wins "a\"b";',
     {'a"b': "can_lose_a_write"}),
    ("a name with a backslash", r'client_wins "a\\x", "é";', r'server_wins "a\\x", "é";',
     {"a\\x": "can_lose_a_write", "é": "can_lose_a_write"}),
]
# What is safe and what is not: another value is never safe, nor is a conflict that nobody decides any
# more; a write is lost where something of it was taken and is not, row by row, member by member.
TABLE_HELD = "child t { key k; on_same_key fields { last_write_wins m; } removes yes; %s }"
TABLE = "child t { key k; on_same_key fields { %s } }"
PAIRS += [
    ("the greater one", "server_wins a;", "max a;", {"a": "changes_outcome"}),
    ("the smaller one", "server_wins a;", "min a;", {"a": "changes_outcome"}),
    ("both", "server_wins a;", "keep_both a;", {"a": "changes_outcome"}),
    ("a rank more", 'max a ranked ("A", "B");', 'max a ranked ("A", "B", "C");',
     {"a": "changes_outcome"}),
    ("ranks no more", "min a ranked (-1, 0, 1);", "min a;", {"a": "changes_outcome"}),
    ("nobody decides", "manual a { provisional client; }", "client_wins a;",
     {"a": "changes_outcome"}),
    ("somebody decides", "client_wins a;", "manual a { provisional client; }",
     {"a": "changes_outcome"}),
    ("nobody decides rows", "child t { key k; on_same_key manual; }",
     "child t { key k; on_same_key keep_both; }", {"t": "changes_outcome"}),
    ("a false for a true", "client_wins a when client.a > server.a;\n    server_wins a;", "max a;",
     {"a": "can_lose_a_write"}),
    ("members part", TABLE % "client_wins together m, n;", TABLE % "client_wins m, n;",
     {"t": "changes_outcome"}),
    ("members part, the server winning", TABLE % "server_wins together m, n;",
     TABLE % "server_wins m, n;", {"t": "changes_outcome"}),
    ("members meet, the server winning", TABLE % "server_wins m, n;",
     TABLE % "server_wins together m, n;", {"t": "can_lose_a_write"}),
    ("other members are the client's", TABLE % "sum m;", TABLE % "sum m; otherwise client_wins;",
     {"t": "changes_outcome"}),
    ("other members are the server's", TABLE % "sum m; otherwise client_wins;", TABLE % "sum m;",
     {"t": "can_lose_a_write"}),
    ("a member's provisional value", TABLE % "manual m;",
     TABLE % "manual m { provisional client; }", {"t": "changes_outcome"}),
    ("rows are held", "child t { key k; }", 'child t { key k; hold when s changes; }',
     {"t": "changes_outcome"}),
    ("rows of one key are held", TABLE_HELD % "", TABLE_HELD % "hold when s changes;",
     {"t": "changes_outcome"}),
    ("a count is not the client's", "child t { key k; count_into n; }",
     'child t { key k; count_into n; } lock when server.s = "closed";',
     {"n": "changes_outcome", "t": "can_lose_a_write"}),
    ("a field becomes a count", "child t { key k; }", "child t { key k; count_into n; }",
     {"n": "can_lose_a_write"}),
    ("a field that was refused becomes a count", "server_only n; child t { key k; }",
     "child t { key k; count_into n; }", None),
    ("rows are refused", "child t { key k; on_same_key client_wins; }",
     "child t { key k; append_only yes; }", {"t": "can_lose_a_write"}),
    ("an update comes back", "tombstone { delete_wins_over_update yes; }",
     "tombstone { delete_wins_over_update no; }", "changes_outcome"),
    ("a branch keeps what is refused", "", "", "can_lose_a_write", "version_all", "client_wins"),
    ("a refused value that is set anyway", "manual a { set s = [1, 2]; }",
     "manual a { set s = [2, 1]; }", {"s": "changes_outcome"}),
]
# What the service is told, in other words.
for what, said in (("a link", 'link f -> "T" refresh when %s;'),
                   ("what may overlap", "no_overlap by f from a to b unless %s;"),
                   ("how urgent", "push_priority 2 when %s;"),
                   ("archiving", "tombstone { archive_after 30d when %s; }")):
    for one, two in (('s in ("A", "B")', 's in ("B", "A", "B")'),
                     ('s = "A" or s = "B"', 's in ("B", "A")'), ('s in ("A")', 's = "A"'),
                     ('not (s = "A" or g is set)', 'g is not set and s != "A"'),
                     ('s != "A" and q > 5 and s != "B"', 'not (s in ("B", "A") or q <= 5)'),
                     ('s = null', 's is not set'),
                     ('(s = "A" and g = "B") or (s = "A" and g = "B")', 'g = "B" and s = "A"')):
        PAIRS.append((f"{what}: {one}", said % one, said % two, {}))
    for one, two in (('s = "A" or g = "B"', 's = "A" and g = "B"'), ("q < 5", "q <= 5"),
                     ('s in ("A", "B")', 's in ("A", "C")'), ('s = ["A", "B"]', 's = ["B", "A"]'),
                     ('s != "A" or g != "B"', 's != "A" and g != "B"'), ('s = "1"', "s = 1")):
        PAIRS.append((f"{what}: {one} is another", said % one, said % two,
                      {None: "safe" if what == "how urgent" else "changes_outcome"}))
# Conditions that only a merge made for them meets, by what is gone with them: the guard of a rule for
# the client's value, a lock, a hold.
CONDITIONS = [
    'server.s = "A" and server.g = "B" and client.q = 5',
    'server.s = "A" and server.g = "B" and base.x = "C" and client.q = 5',
    'server.s = "A" and server.g = "B" and base.x = "C" and client.q = 5 and h changes',
    'server.status = "Open" and server.priority = "High" and server.customer is set',
    'not (server.s != "A" or server.g != "B" or server.x not in ("C", "D"))',
    'server.s = "A" and (server.g = "B" or server.x = "C" and server.y = "D" and server.z = "E")',
    'server.s = ["A", "B"]', 'server.s = ["A", "A"]', 'server.s = {"k": ["A", {"b": [1]}]}',
    'server.s in ("A", ["B"])', 'server.q > 5 and server.q < 6',
    'server.q > 1 and server.q < 1.0000001',
    'server.d > "2026-01-01" and server.d < "2026-01-01T00:00:01Z"',
    'server.w > "b" and server.w < "c"', 'client_role = "tech" and client_role = "lead"',
    'server_role = "tech" and server_role != "lead" and server_role in ("lead", "boss", "tech")',
    'server.modified > "2026-01-01"', 'server.owner = client_user and server.idx > 3',
    'client.m > server.m and server.m > base.m',
    "server.s = server.g and server.g = server.x and server.x is set",
]
for condition in CONDITIONS:
    PAIRS += [
        (f"a guard goes: {condition}", f"client_wins f when {condition};\n    server_wins f;",
         "server_wins f;", {"f": "can_lose_a_write"}),
        (f"a guard comes: {condition}", "client_wins f;",
         f"server_only f when {condition};\n    client_wins f;", {"f": "can_lose_a_write"}),
        (f"a lock comes: {condition}", "", f"lock when {condition};", "can_lose_a_write"),
        (f"a hold goes: {condition}", f"child t {{ key k; hold when {condition}; }}",
         "child t { key k; }", "changes_outcome"),
    ]
# Sixty guards in a row, each of several conditions, one of which says a little more.
def chain(limit):
    return "".join(f'client_wins f when server.s = "v{i}" and server.g{i % 7} = "w{i}" and '
                   f'client.h{i % 5} > {limit if i == 31 else i};\n    ' for i in range(60)) + "server_wins f;"


PAIRS += [("one of many guards", chain(31), chain(32), {"f": "can_lose_a_write"}),
          ("one of many guards, the other way", chain(32), chain(31), {"f": "changes_outcome"})]
FIVE = ['server.a = "A"', 'server.b = "B"', 'server.c = "C"', 'client.d = "D"', 'base.e = "E"']
PAIRS += [
    (f"the guard without its condition {i}",
     f'client_wins f when {" and ".join(FIVE)};\n    server_wins f;',
     f'client_wins f when {" and ".join(FIVE[:i] + FIVE[i + 1:])};\n    server_wins f;',
     {"f": "changes_outcome"}) for i in range(5)
]
PAIRS += [
    ("other elements", 'client_wins f when server.s = ["A", "B"];\n    server_wins f;',
     'client_wins f when server.s = ["B", "A"];\n    server_wins f;', {"f": "can_lose_a_write"}),
    ("an element twice", 'client_wins f when server.s = ["A"];\n    server_wins f;',
     'client_wins f when server.s = ["A", "A"];\n    server_wins f;', {"f": "can_lose_a_write"}),
    ("between the bounds of both", "client_wins f when server.q > 5;\n    server_wins f;",
     "client_wins f when server.q >= 6;\n    server_wins f;", {"f": "can_lose_a_write"}),
    ("the second of two guards is another",
     'client_wins f when server.s = "A" and server.g = "B";\n'
     '    client_wins f when server.s = "C" and server.g = "D" and server.x = "E";\n    server_wins f;',
     'client_wins f when server.s = "A" and server.g = "B";\n'
     '    client_wins f when server.s = "C" and server.g = "D" and server.x = "F";\n    server_wins f;',
     {"f": "can_lose_a_write"}),
    ("ranks of numbers", "max f;", "max f ranked (1, 2, 5);", {"f": "can_lose_a_write"}),
    ("ranks of a member", "child t { key k; on_same_key fields { max m; } }",
     "child t { key k; on_same_key fields { max m ranked (1, 2, 5); } }", {"t": "can_lose_a_write"}),
    ("the same members in another order",
     'client_wins f when server.s = {"a": 1, "b": 2};\n    server_wins f;',
     'client_wins f when server.s = {"b": 2, "a": 1.0};\n    server_wins f;', {}),
    ("the same condition in other words",
     'client_wins f when server.s = "A" and server.g = "B" and server.q > 5;\n    server_wins f;',
     'client_wins f when not (server.q <= 5 or server.g != "B" or not server.s in ("A"));\n'
     "    server_wins f;", {}),
]
# As many comparisons of two fields as any guard may have, one of which is another.
AGAINST = [f"server.c{i} < client.c{i + 1}" for i in range(40)]
PAIRS += [
    ("one of many comparisons of two fields",
     f"client_wins f when {' and '.join(AGAINST)};\n    server_wins f;",
     f"client_wins f when {' and '.join(AGAINST[:7] + ['server.c7 < client.c9'] + AGAINST[8:])};\n"
     "    server_wins f;", {"f": "can_lose_a_write"}),
    ("a value of the wrong kind that a person was shown",
     "manual f when server.g <= 10;\n    sum f;", "sum f;", {"f": "can_lose_a_write"}),
    ("a text that is none, shown to a person",
     "manual f when server.g <= 10;\n    merge_text f;", "merge_text f;", {"f": "can_lose_a_write"}),
]
ORDER = ["same", "safe", "changes_outcome", "needs_both_tables", "can_lose_a_write"]


def pairs():
    for what, old, new, expected, *strategies in PAIRS:
        result, changes = compare(what, *(doctype(body, strategy) for body, strategy in zip(
            (old, new), strategies or ("field_level", "field_level"))))
        mine = {field: max((c["class"] for c in cs), key=ORDER.index)
                for (name, field), cs in changes.items() if name == "X"}
        if isinstance(expected, str):
            check(f"{what}: {expected}", result["class"] == expected, mine)
        elif expected is None:
            check(f"{what}: seen", result["class"] not in ("same", "safe"), mine)
        elif expected == {}:
            check(f"{what}: the same", result["class"] == "same", mine)
        else:
            for field, class_ in expected.items():
                check(f"{what}: {field} {class_}", mine.get(field) == class_, mine)

    # Strategies against each other: none merges as another one does.
    strategies = ["server_wins", "server_only", "client_wins", "last_write_wins", "field_level",
                  "manual_resolve", "append_only", "version_all"]
    for one in strategies:
        for two in strategies:
            result, _ = compare(f"{one} becomes {two}", doctype("", one), doctype("", two))
            check(f"{one} becomes {two}", (result["class"] == "same") == (one == two),
                  result["class"])

    # A DocType comes, goes; `default` changes.
    result, changes = compare("a DocType goes", doctype("client_wins a;"),
                              'doctype "Y" { strategy server_wins; }\n')
    check("a DocType goes: named", {d["name"]: (d["added"], d["removed"])
                                    for d in result["doctypes"]} ==
          {"X": (False, True), "Y": (True, False)}, result)
    check("a DocType goes: what its clients lose",
          changes[("X", "a")][0]["class"] == "can_lose_a_write", changes)
    result, changes = compare("default", "default { strategy server_wins; }\n" + doctype(""),
                              "default { strategy client_wins; }\n" + doctype(""))
    check("the DocTypes that are not named", [d["name"] for d in result["doctypes"]] == ["default"],
          result)
    result, _ = compare("settings", "sync { max_offline 168h; }\n" + doctype(""),
                        "sync { max_offline 24h; }\n" + doctype(""))
    for what, old, new, expected in (
            ("one file of two", "attachments { on_conflict keep_both; }",
             "attachments { on_conflict server_wins; }", "can_lose_a_write"),
            ("both files", "attachments { on_conflict client_wins; }",
             "attachments { on_conflict keep_both; }", "changes_outcome"),
            ("another file", "attachments { on_conflict client_wins; }",
             "attachments { on_conflict server_wins; }", "changes_outcome"),
            ("fewer attempts", "retry { max_attempts 10; }", "retry { max_attempts 1; }",
             "changes_outcome"),
            ("more attempts", "retry { max_attempts 1; }", "retry { max_attempts 10; }", "safe")):
        out, _ = compare(what, old + "\n" + doctype(""), new + "\n" + doctype(""))
        check(f"{what}: {expected}", out["class"] == expected, out)
    check("less time offline", result["class"] == "can_lose_a_write" and
          result["doctypes"][0]["name"] == "settings", result)


def small():
    _, changes = compare("small", doctype("client_wins a, b, c, d;"),
                         doctype("client_wins b, c, d;\n    server_wins a;"))
    check("only the field that changes", list(changes) == [("X", "a")], list(changes))
    change = changes[("X", "a")][0]
    request = change["request"]
    check("the smallest documents", set(request["client"]) == {"a"} and
          set(request["server"]) == {"a"} and not request.get("base"), request)
    check("the lines of both", change["old"]["rule"] == "rules/rules.dwr:3" and
          change["new"]["rule"] == "rules/rules.dwr:4", change)
    check("what is gone", change["lost"] == request["client"]["a"], change)


    # What base and server share goes from both, members of rows from all rows.
    _, changes = compare("small where documents are equal",
                         doctype("meta z; child t { key k; order_by o; count_into n; }"),
                         doctype("child t { key k; order_by o; count_into n; }"))
    requests = {field: change["request"] for (name, field), (change,) in changes.items()
                if name == "X" and "request" in change}
    check("rows without what no rule reads", all(
        set(row) <= {"k", "o"} for request in requests.values() for side in ("base", "server", "client")
        for row in request.get(side, {}).get("t") or []), requests)
    check("only what differs beside them", all(
        set(request.get("base", {})) & set(request.get("server", {})) <= {field, "z"}
        for field, request in requests.items()), requests)


    # Members have no order (1.2): two documents of the same ones differ in nothing.
    compare("members in another order", *(
        doctype(f"child t {{ key id; order_by {by}; on_same_key fields {{ min w; }} count_into n; "
                "removes yes; }", "server_wins")
        for by in ("q", "at")), tries=120000)
    result, _ = compare("comparisons that nothing meets", doctype(
        "client_wins f when server.a < server.b and server.b < server.a;\n    server_wins f;"),
                        doctype("server_wins f;"), tries=60000)
    check("comparisons that nothing meets are no merges left out",
          result["class"] == "same" and result["complete"], result)


def gone():
    """Only what is gone is said to be: of rows their keys and members, of arrays the elements."""
    for what, old, new, field, text in (
            ("a member", TABLE % "client_wins m, n;", TABLE % "client_wins m; server_wins n;", "t",
             ("k", "n")),
            ("an element", "keep_both f;", "keep_both f { key id; }", "f", ("id", "value"))):
        _, changes = compare(what, doctype(old), doctype(new))
        for change in changes[("X", field)]:
            lost = change.get("lost")
            check(f"{what}: it alone", isinstance(lost, list) and len(lost) == 1 and
                  tuple(lost[0]) == text, change)
            after = change["new"]["doc"].get(field) or []
            check(f"{what}: it is not there any more", not any(
                all(row.get(k) == v for k, v in lost[0].items()) for row in after), change)


def shown():
    old, new = folder("old", doctype("client_wins a;")), folder("new", doctype("server_wins a;"))
    text = run(old, new)
    check("text: the words of the class", "can lose a write: a:" in text.stdout and
          text.returncode == 1, text)
    check("text: was and becomes", "was " in text.stdout and "becomes " in text.stdout, text.stdout)
    check("no colour where nobody looks", "\033" not in text.stdout)
    check("colour when asked", "\033[31m" in run("--color", "always", old, new).stdout)
    mark = run("--format", "markdown", old, new)
    check("markdown", mark.stdout.startswith("### ") and mark.stdout.count("<details") ==
          mark.stdout.count("</details>") == 1, mark.stdout)
    odd = work / "odd.md"
    name = 'doctype "<b>`x`" {\n    strategy field_level;\n    %s "|*a*";\n}\n'
    run("--format", "markdown", "-o", str(odd), folder("old", name % "client_wins"),
        folder("new", name % "server_wins"))
    check("markdown: a name stays a name", "&lt;b&gt;" in odd.read_text() and
          "<b>`x`" not in odd.read_text(), odd.read_text())
    again = [run("--format", f, old, new).stdout for f in ("json", "json")]
    check("the same bytes every time", again[0] == again[1])
    check("--fail-on never", run("--fail-on", "never", old, new).returncode == 0)
    two = folder("two", doctype("client_wins a;") + 'doctype "Y" { strategy server_wins; }\n')
    check("--doctype", json.loads(run("--format", "json", "--doctype", "Y", two, new).stdout)
          ["doctypes"][0]["name"] == "Y")
    counted = run(folder("old", "sync { batch_size 50; }\n" + doctype("client_wins a;")),
                  folder("new", doctype("server_wins a;")))
    check("the settings are no DocType",
          "; 1 DocType changed and the settings, 1 the same; " in counted.stdout, counted)
    pseudo = "sync { max_offline %s; }\ndefault { strategy %s; }\n"
    names = "".join(f'doctype "{n}" {{ strategy %s; }}\n' for n in ("settings", "default"))
    out = json.loads(run("--format", "json",
                         folder("old", pseudo % ("24h", "server_wins") + names % (("server_wins",) * 2)),
                         folder("new", pseudo % ("48h", "client_wins") + names % (("client_wins",) * 2))
                         ).stdout)
    check("a DocType may be called so", [(d["kind"], d["name"]) for d in out["doctypes"]] ==
          [("settings", "settings"), ("doctype", "default"), ("default", "default"),
           ("doctype", "settings")], out)
    requests = {d["kind"] + d["name"]: d["changes"][0]["request"]["doctype"]
                for d in out["doctypes"] if "request" in d["changes"][0]}
    check("a request of the DocTypes that are not named", requests["doctypedefault"] == "default" and
          requests["defaultdefault"] not in ("default", "settings"), requests)
    guard = "client_wins f when %s;\n    server_wins f;"
    few = (folder("old", doctype(guard % 'server.s = "A" and server.g = "B"')),
           folder("new", doctype(guard % 'server.g = "B" and server.s = "A"')))
    out = run(*few, tries=3)
    check("few tries: said to be few", "all merges that were tried end alike" in out.stdout and
          "Not all kinds of merge were tried" in out.stdout, out)
    check("few tries: said to programs",
          [json.loads(run("--format", "json", *few, tries=n).stdout)["complete"]
           for n in (3, 20000)] == [False, True])
    check("enough tries: nothing is said", "Not all" not in run(*few, tries=20000).stdout)
    both = folder("old", doctype("client_wins a;"))
    check("no change: exit 0", run(both, both).returncode == 0)


def formats():
    """Every change that is not safe is a finding at the new rules' line, in the formats that lint has."""
    old = folder("old", doctype("client_wins a;\n    child t { key k; removes yes; on_same_key "
                                "server_wins; }\n    server_wins c;\n    server_wins d;"))
    new = folder("new", doctype("server_wins a;\n    child t { key k; on_same_key server_wins; }"
                                "\n    client_wins c;\n    manual d;"))
    found = [json.loads(line) for line in run("--format", "jsonl", old, new).stdout.splitlines()]
    check("a finding for each", {(f["code"], f["field"]) for f in found} >=
          {("DW7001", "a"), ("DW7002", "t"), ("DW7003", "c")}, found)
    check("none for what is safe", not [f for f in found if f["field"] == "d"], found)
    mine = [f for f in found if f["field"] == "a"][0]
    check("at the new line", (mine["line"], mine["severity"]) == (3, "error"), mine)
    answer = resolve(new, json.loads(mine["scenario"]["request"])
                     if isinstance(mine["scenario"]["request"], str)
                     else mine["scenario"]["request"])
    check("its documents end as it says", answer["doc"] == (
        json.loads(mine["scenario"]["result"]) if isinstance(mine["scenario"]["result"], str)
        else mine["scenario"]["result"]), (answer, mine))
    sarif = json.loads(run("--format", "sarif", old, new).stdout)
    check("sarif", {r["ruleId"] for r in sarif["runs"][0]["results"]} ==
          {"DW7001", "DW7002", "DW7003"}, sarif)
    same = json.loads(run("--format", "sarif", new, new).stdout)
    check("sarif: a run without results", same["runs"][0]["results"] == [])
    check("github: the gravest first",
          run("--format", "github", old, new).stdout.startswith("::error title=dwrc (DW7001)"))
    check("junit", "<testsuites" in run("--format", "junit", old, new).stdout)
    for level, old_rule, new_rule, status in (
            ("error", "client_wins a;", "server_wins a;", 1), ("error", "server_wins a;",
                                                               "client_wins a;", 0),
            ("note", "server_wins a;", "client_wins a;", 1), ("note", "server_wins a;",
                                                              "manual a;", 0)):
        out = run("--fail-on", level, folder("old", doctype(old_rule)),
                  folder("new", doctype(new_rule)))
        check(f"--fail-on {level}: {old_rule} {new_rule}", out.returncode == status, out)


def git(*arguments):
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
                   cwd=work / "repo", check=True, capture_output=True)


def revisions():
    repo = work / "repo"
    (repo / "sub" / "rules" / "more").mkdir(parents=True)
    rules = repo / "sub" / "rules"
    (rules / "a.dwr").write_text(doctype("client_wins a;"))
    (rules / "more" / "b \"ü.dwr").write_text('doctype "Y" { strategy server_wins; }\n')
    (rules / "note.txt").write_text("no rules\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    (rules / "a.dwr").write_text(doctype("server_wins a;"))
    git("commit", "-qam", "two")

    def classes(*arguments, cwd=repo):
        out = run("--format", "json", *arguments, cwd=cwd)
        return json.loads(out.stdout)["class"] if out.returncode in (0, 1) else out.stderr
    check("two revisions", classes("HEAD~1:sub/rules", "HEAD:sub/rules") == "can_lose_a_write")
    check("a revision and the folder", classes("HEAD:sub/rules", "sub/rules") == "same")
    check("from a folder below", classes("HEAD~1:rules", "rules", cwd=repo / "sub")
          == "can_lose_a_write")
    check("from the top, said in a folder below",
          classes("HEAD~1:sub/rules", "rules", cwd=repo / "sub") == "can_lose_a_write")
    check("one file", classes("HEAD~1:sub/rules/a.dwr", "HEAD:sub/rules/a.dwr")
          == "can_lose_a_write")
    out = json.loads(run("--format", "json", "HEAD~1:sub/rules", "sub/rules", cwd=repo).stdout)
    change = out["doctypes"][0]["changes"][0]
    check("lines are called as in the folder", change["old"]["rule"] == "rules/a.dwr:3", change)
    for what, name in (("a revision that is not", "nowhere:sub/rules"),
                       ("a folder that is not", "HEAD:sub/nothing"),
                       ("a folder without rules", "HEAD:sub/rules/note.txt"),
                       ("an option as a revision", "--help=x:rules"),
                       ("an empty revision", ":sub/rules"), ("nothing", ":")):
        out = run("--", name, "sub/rules", cwd=repo)
        check(f"{what}: exit 2 and a sentence", out.returncode == 2 and
              out.stderr.startswith("dwrc") and not out.stdout, out)
    for what, name, words in (("a revision", "nowhere:sub/rules", "no revision 'nowhere'"),
                              ("a folder", "HEAD:sub/nothing", "no 'sub/nothing' in the revision 'HEAD'"),
                              ("the index", ":sub/nothing", "no 'sub/nothing' in git's index")):
        out = run(name, "sub/rules", cwd=repo)
        check(f"{what} that is not there is named", words in out.stderr and
              "shallow" not in out.stderr, out)
    shallow = work / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{repo}", str(shallow)], check=True,
                   capture_output=True)
    out = run("HEAD~1:sub/rules", "sub/rules", cwd=shallow)
    check("a shallow clone is told how to get the rest", out.returncode == 2 and
          "no revision 'HEAD~1'" in out.stderr and "fetch-depth" in out.stderr, out)
    out = run("HEAD", "sub/rules", cwd=repo)
    check("a revision alone is told how to be written",
          out.returncode == 2 and "HEAD:rules" in out.stderr, out.stderr)
    out = run("HEAD:rules", "rules", cwd=work)
    check("no repository", out.returncode == 2 and "no git repository" in out.stderr, out)
    out = subprocess.run([DWRC, "diff", "HEAD:sub/rules", "sub/rules"], cwd=repo,
                         capture_output=True, text=True, env={"PATH": "/nonexistent"})
    check("no git", out.returncode == 2 and "git" in out.stderr, out)


def many():
    """Of many DocTypes the same is said whoever compares which."""
    rules = [f'client_wins a when server.b = "{{}}"; server_wins a; sum c{i};' for i in range(24)]
    old, new = (folder(f"many {literal}", "".join(
        f'doctype "D{i}" {{ strategy field_level; {rule.format(literal)} }}\n'
        for i, rule in enumerate(rules))) for literal in "xy")
    one, two = (run("--format", "json", "--threads", n, old, new, tries=3000).stdout for n in ("1", "2"))
    out = json.loads(one)
    check("threads change nothing", one == two)
    check("in the order of the names", [d["name"] for d in out["doctypes"]] ==
          sorted(f"D{i}" for i in range(24)), one)
    check("all merges are counted", out["merges"] == 2 * 24 * 3000, out["merges"])


def bad():
    good, wrong = folder("old", doctype("")), folder("new", "doctype {\n")
    for form, begin in (("text", wrong), ("json", "{"), ("sarif", "{"), ("github", "::error ")):
        out = run(good, wrong, "--format", form)
        check(f"rules that do not compile, --format {form}", out.returncode == 1 and
              "does not compile" in out.stderr and out.stdout.startswith(begin), out)
    visit = folder("visit", doctype("").replace('"X"', '"Visit"'))
    for name, hint in (("Y", ""), ("Vist", "did you mean 'Visit'?"), ("default", "")):
        out = run(good, visit, "--doctype", name)
        check(f"--doctype {name}: neither has it", out.returncode == 2 and not out.stdout and
              f"'{name}'" in out.stderr and hint in out.stderr, out)
    check("a DocType that one of them has", all(
        run(good, visit, "--doctype", name).stdout.startswith(name) for name in ("X", "Visit")))
    for word in ("0", "-1", "x", "1e9", "99999999999999999999"):
        check(f"--tries {word}", run(good, good, tries=word).returncode == 2)
    check("the old rules do not compile", run(wrong, good).returncode == 1)
    for arguments in ((good,), (good, good, good), (good, str(work / "nowhere")), (good, good, "--format", "yaml")):
        out = run(*arguments)
        check(f"{len(arguments)} arguments: exit 2", out.returncode == 2 and out.stderr, out)


for part in (pairs, small, gone, shown, formats, revisions, bad, many):
    part()
print(f"diff_test: {passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
