#!/usr/bin/env python3
"""why_test.py DWRC LINES - does `dwrc why` say of each merge what `dwrc resolve` decided, and so that
a person understands it?

The rows below are written from the rules and runtime/SEMANTICS.md. Every line of LINES (random merges
by the shipped rules) is explained as well, and each field of the resolver's answer must be among
what is explained, with the same values and the same line of the rules. The last line counts."""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

dwrc, lines_file = sys.argv[1:3]
passed = failed = 0


def check(good, says):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("why_test: FAIL " + says)


def run(*arguments, stdin=b"", env=None):
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([dwrc, "why", *arguments], input=stdin, capture_output=True,
                          env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode()


RULES = """doctype "Job" {
    strategy    field_level;
    server_wins status;
    client_wins notes;
    server_wins together day, time;
    manual      cause { set state = "open"; }
    child parts { key item; on_same_key sum(qty); count_into part_count; }
    notify      conflict;
    tombstone   { allow_delete no; soft_delete status = "Cancelled"; }
}
doctype "Paper" { strategy version_all; }
"""
folder = tempfile.mkdtemp(prefix="dwr-why-")
rules = os.path.join(folder, "jobs")
os.mkdir(rules)
with open(os.path.join(rules, "jobs.dwr"), "w") as out:
    out.write(RULES)


def line(**merge):
    return json.dumps({"id": "1", "doctype": "Job", **merge}) + "\n"


def table(text):
    """The rows of the first merge: field -> its columns."""
    return {row[0]: row for row in
            (re.split(r"  +", l.strip()) for l in text.splitlines() if l.startswith("  "))}


merge = line(
    base={"name": "J-1", "status": "A", "notes": "", "day": 1, "time": 2, "x": 1, "y": 1,
          "parts": [{"item": "W", "qty": 1}]},
    server={"name": "J-1", "status": "B", "notes": "s", "day": 3, "time": 2, "x": 2, "y": 1,
            "parts": [{"item": "W", "qty": 2}]},
    client={"status": "C", "notes": "a long note about what was found", "time": 4,
            "parts": [{"item": "W", "qty": 4}, {"item": "S", "qty": 1}]})
code, out, err = run(rules, stdin=merge)
rows = table(out)
check(code == 0 and err == "", "a merge is explained, exit 0")
check(out.startswith('Job "J-1": merged, id "1"\n'),
      "the title names DocType, document, status and request")
for field, want in {
    "FIELD": ["WINS", "BASE", "SERVER", "CLIENT", "RULE", "WHY"],
    "status": ["server", '"A"', '"B"', '"C"', "jobs/jobs.dwr:3",
               "Both changed it; the server's value stands."],
    "notes": ["client", "-", '"s"', '"a long note abo\u2026"', "jobs/jobs.dwr:4",
              "Both changed it; the client's value stands."],
    "time": ["server", "2", "2", "4", "jobs/jobs.dwr:5",
             "Day and time".lower() + " are decided as one and both sides changed them; the server's "
             "values stand."],
    "parts[W]": ["merged", "qty:1", "qty:2", "qty:4", "jobs/jobs.dwr:7",
                 "Both changed the row, and it is merged member by member (qty: both changes are "
                 "added up; every other: the server's value stands). It is now qty:5."],
    "parts[S]": ["client", "-", "-", "qty:1", "jobs/jobs.dwr:7",
                 "Only the client has the row, and it is added."],
    "part_count": ["set", "-", "-", "-"],
}.items():
    got = rows.get(field, [field])[1:]
    check(got[:len(want)] == want, "%s: expected %r, got %r" % (field, want, got))
check("x" not in rows and "y" not in rows, "what nobody disputed is left out")
check("notified: client_change_overridden (status), client_change_overridden (time)" in out,
      "notifications")
check(len({l.index("jobs/jobs.dwr") for l in out.splitlines() if "jobs/jobs.dwr" in l}) == 1,
      "columns are aligned")

code, out, err = run(rules, "--all", stdin=merge)
rows = table(out)
check(rows["x"][1:] == ["server", "1", "2", "-", "-", "Only the server changed it."], "--all: server")
check(rows["y"][1:] == ["-", "1", "1", "-", "-", "Nobody changed it."], "--all: nobody")
check(rows["day"][1] == "server", "--all: what goes with another field")
check(rows["name"][-1] == "Belongs to the sync layer.", "--all: the sync layer's")
alone = line(base={"status": "A", "x": 1}, server={"status": "A", "x": 1}, client={"x": 2})
code, out, err = run(rules, stdin=alone)
check(out == "Job: success, id \"1\"\nThe document is what the client wrote: nobody else had changed it.\n",
      "nobody else wrote: %r" % out)
code, out, err = run(rules, "--all", stdin=alone)
check(table(out)["x"][1:] == ["client", "1", "1", "2", "-", "Only the client changed it."],
      "--all: the client alone")

# Decisions about the whole document (SEMANTICS 5.1, 7).
WHOLE = [
    (line(op="delete", base={"name": "J"}, server={"name": "J"}), "success",
     "Not deleted: documents of this kind get status set to \"Cancelled\" instead, which is decided "
     "like any other write. (jobs/jobs.dwr:9)"),
    (line(op="insert", client={"x": 1}), "success",
     "A new document: the server had none of this name."),
    (line(client={"x": 1}), "rejected NOT_FOUND",
     "Refused: the server has no such document. What the client wrote is in the audit record."),
    (line(server={"_deleted": True}, client={"x": 1}), "rejected DELETED",
     "Refused: the document was deleted, and a delete wins over a write. What the client wrote is in "
     "the audit record. (jobs/jobs.dwr:2)"),
    (line(server={}, client={"parts": 1}), "rejected VALIDATION_ERROR",
     "Refused: a table must be a list of rows. (jobs/jobs.dwr:7)"),
    (line(base={}, server={"cause": "a"}, client={"cause": "b"}), "conflict_manual",
     "A person has to decide; the document holds what stands until then."),
    (line(doctype="Paper", base={}, server={"a": 1}, client={"a": 2}), "branched",
     "Both sides wrote the document: the server's stands, and the client's is kept as a document of "
     "its own. (jobs/jobs.dwr:11)"),
    (line(doctype="Paper", op="delete", base={}, server={}), "success",
     "Deleted: nothing had changed since the client saw it. (jobs/jobs.dwr:11)"),
    (line(doctype="Paper", op="delete", base={}, server={"a": 1}), "success",
     "Deleted, although the client has not seen the server's last change: a delete wins. What was "
     "there can be recovered. (jobs/jobs.dwr:11)"),
    (line(doctype="Unheard of", base={}, server={"a": 1}, client={"a": 2}), "merged",
     "Both sides wrote: the document is made by the rules below."),
]
for text, status, words in WHOLE:
    code, out, err = run(rules, stdin=text)
    first, second = (out.splitlines() + ["", ""])[:2]
    check(first.endswith(": " + status + ', id "1"') and second == words,
          "%s: expected %r, got %r and %r" % (status, words, first, second))
code, out, err = run(rules, stdin=WHOLE[5][0])
check(table(out)["state"][1:] == ["set", "-", "-", "-", "jobs/jobs.dwr:6",
                                  'The conflict over cause sets it to "open".'], "a conflict's `set`")
own = os.path.join(folder, "own.dwr")
with open(own, "w") as out:
    out.write("""doctype "Job" {
    strategy field_level;
    manual   w { watch x; set w = 5; }
    manual   v { provisional client; set v = 6; set u = 7; }
    manual   together p, q { set p = 8; }
}
""")
for server, client, field, want in (
        ({"w": 2}, {"w": 3}, "w", ["refused", "Both changed it; the rule sets it to 5."]),
        ({"w": 1, "x": 2}, {"w": 3}, "w", ["refused", "x changed on the server; the rule sets it to 5."]),
        ({"v": 2}, {"v": 3}, "u", ["set", "The conflict over v sets it to 7."]),
        ({"v": 2}, {"v": 3, "u": 1}, "u", ["refused", "The conflict over v sets it to 7."]),
        ({"p": 2, "q": 1}, {"q": 3}, "p", ["set", "The conflict over p and q sets it to 8."])):
    code, out, err = run(own, "--format", "json", stdin=line(base={"w": 1, "v": 1, "p": 1, "q": 1},
                                                            server=server, client=client))
    got = [[f["wins"], f["words"]] for f in json.loads(out)["fields"] if f["field"] == field]
    check(got == [want], "a rule that sets its own field: expected %r, got %r" % (want, got))
code, out, err = run(rules, stdin=WHOLE[6][0])
check('\nbranch: {"name":' in out, "the branch is shown")

# Fields of the sync layer, computed fields and `set`: what a client wrote there, by which line
# (SEMANTICS 1.6, 4.3, 6, 7); and tables of which no row is reported.
with open(os.path.join(folder, "layer.dwr"), "w") as out:
    out.write("""default { strategy server_wins; meta seen_at; }
doctype "Job" {
    strategy field_level;
    meta     synced_at, device;
    manual   cause { set state = 1; }
    manual   other { set state = 2; }
    child    t { key k; order_by o; count_into n; }
    child    u { key k; removes yes; on_same_key client_wins; }
    tombstone { delete_wins_over_update no; }
}
doctype "Paper" {
    strategy version_all;
    branch   "{name}-b" version_field v;
}
""")
layer = os.path.join(folder, "layer.dwr")
label = os.path.basename(folder) + "/layer.dwr:"
ROW = [{"k": 1, "o": 1}, {"k": 2, "o": 2}]
THERE = {"synced_at": 1, "n": 2, "t": ROW, "u": ROW, "state": 5}
IGNORED = "Belongs to the sync layer: what the client wrote is ignored."
for says, write, field, want in (
        ("a declared meta field", {"client": {"synced_at": 2}}, "synced_at",
         ["server", "1", "1", "2", label + "4", IGNORED]),
        ("one that was not there", {"client": {"device": "d"}}, "device",
         ["server", "-", "-", '"d"', label + "4", IGNORED]),
        ("what the client left as it was", {"client": {"synced_at": 1}}, "synced_at", None),
        ("built-in ones, which every client sends", {"client": {"modified": 1, "_x": 2}}, "modified", None),
        ("the default's", {"doctype": "Not Named", "client": {"seen_at": 1}}, "seen_at",
         ["server", "-", "-", "1", label + "1", IGNORED]),
        ("a computed field", {"client": {"n": 7}}, "n", ["set", "2", "2", "7", label + "7"]),
        ("the version", {"doctype": "Paper", "client": {"a": 1, "v": 9}}, "v",
         ["set", "-", "-", "9", label + "13"]),
        ("set, written and left as it was", {"server": dict(THERE, other="s"),
                                             "client": {"other": "c", "state": 5}}, "state",
         ["set", "5", "5", "5", label + "6", "The conflict over other sets it to 2."]),
        ("set to what the client had seen", {"base": dict(THERE, state=1), "server": dict(THERE, cause="s"),
                                             "client": {"cause": "c", "state": 1}}, "state",
         ["set", "1", "5", "1", label + "5", "The conflict over cause sets it to 1."]),
        ("set where the client wrote just that", {"server": dict(THERE, cause="s"),
                                                  "client": {"cause": "c", "state": 1}}, "state",
         ["refused", "5", "5", "1", label + "5", "The conflict over cause sets it to 1."])):
    merge_ = dict({"id": 1, "doctype": "Job", "base": THERE, "server": THERE}, **write)
    code, out, err = run(layer, stdin=json.dumps(merge_))
    got = table(out).get(field, [None])[1:] or None
    check(got == want if want is None else (got or [])[:len(want)] == want,
          "%s: expected %r, got %r" % (says, want, out))
for says, server, client, field, want in (
        ("rows out of order", THERE, {"t": ROW[::-1]}, "t",
         ["server", label + "7", "The server's rows stand, in the table's order."]),
        ("each side its rows", dict(THERE, u=ROW + [{"k": 3}]), {"u": ROW[1:]}, "u",
         ["merged", label + "8", "Both changed it, and no row in two ways."]),
        ("a row taken away", THERE, {"u": ROW[1:]}, "u", ["client", "-", "Only the client changed it."])):
    code, out, err = run(layer, "--all", "--format", "json", stdin=json.dumps(
        {"doctype": "Job", "base": THERE, "server": server, "client": client}))
    got = [[f["wins"], f["rule"] or "-", f["words"]] for f in json.loads(out)["fields"]
           if f["field"] == field]
    check(got == [want], "%s: expected %r, got %r" % (says, want, got))
for op, rule in (("update", " (" + label + "9)"), ("insert", " (" + label + "9)"), ("undelete", "")):
    code, out, err = run(layer, stdin=json.dumps(
        {"doctype": "Job", "op": op, "server": {"_deleted": True, "state": 1}, "client": {"state": 2}}))
    check(out.splitlines()[1] == "The document was deleted and is brought back." + rule,
          "%s of a deleted document names the line that brings it back: %r" % (op, out))
check(run(layer, stdin=json.dumps({"doctype": "Job", "op": "insert", "server": None, "client": {}}))[1]
      == "Job: success\nA new document: the server had none of this name.\n", "server null is none")

# Input: several lines, blank ones, bad ones, one merge over several lines, a file, none at all.
code, out, err = run(rules, stdin=merge + "\n{]\n" + alone)
check(code == 0 and "\nline 3: error INVALID_JSON: " in out and out.count('": merged') == 1 and
      out.count("Job: success, id") == 1, "a bad line is named, the others are explained")
code, out, err = run(rules, "--format", "json", stdin="\n{\"id\": 7}\n")
answer = subprocess.run([dwrc, "resolve", rules], input=b"\n{\"id\": 7}\n", capture_output=True)
check(out == answer.stdout.decode() and '"line":2' in out, "a bad line in JSON is resolve's answer")
pretty = json.dumps(json.loads(merge), indent=2)
check(run(rules, stdin=pretty)[1] == run(rules, stdin=merge)[1], "one merge over several lines")
check(run(rules, stdin="")[:2] == (0, "") and run(rules, stdin=" \n\n")[:2] == (0, ""), "no merge")
with open(os.path.join(folder, "m.json"), "w") as out:
    out.write(merge)
check(run(rules, "--file", os.path.join(folder, "m.json"))[1] == run(rules, stdin=merge)[1], "--file")
check(run(rules, "--file", "-", stdin=merge)[1] == run(rules, stdin=merge)[1], "--file -")
code, out, err = run(rules, "-o", os.path.join(folder, "out.txt"), stdin=merge)
with open(os.path.join(folder, "out.txt")) as written:
    check(code == 0 and out == "" and written.read() == run(rules, stdin=merge)[1], "-o")
for arguments in (["--file", folder], ["--file", folder + "/none"], ["--format", "xml"],
                  ["-o", folder + "/none/x"]):
    code, out, err = run(rules, *arguments, stdin=merge)
    check(code == 2 and out == "" and err.startswith("dwrc"), "%s: exit 2 and a sentence" % arguments)
check(run(stdin=merge)[0] == 2, "no rules: exit 2")
code, out, err = run(rules, stdin=b"\x00\xff{\n" + merge.encode())
check(code == 0 and out.startswith("line 1: error ") and ": merged" in out, "bytes that are no text")

# A terminal obeys nothing of a document, and colour is where it is wanted.
evil = line(base={}, server={"\u202e\u009b31m": 1}, client={"\u202e\u009b31m": "\x1b[31m\u0085"})
code, out, err = run(rules, "--all", stdin=json.loads(json.dumps(evil)))
code, out, err = run(rules, "--all", stdin=json.dumps(json.loads(evil), ensure_ascii=False))
check(code == 0 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out),
      "control characters and marks of direction: %r" % out)
check("\x1b[" in run(rules, "--color", "always", stdin=merge)[1], "--color always")
check("\x1b[" not in run(rules, stdin=merge)[1], "no colour into a pipe")

def agrees(got, want):
    fields = {f["field"]: f for f in got["fields"]}
    reported = [f["field"] for f in got["fields"] if f["reported"]]
    # The resolver names no line where a write brings a deleted document back.
    revived = got["words"] == "The document was deleted and is brought back."
    if (got["id"], got["status"], got["notifications"], reported) != (
            want["id"], want["status"], want["notifications"], list(want["fields"])) or (
            got["rule"] != want.get("rule") and not (revived and "rule" not in want)):
        return False
    return all(fields[name]["wins"] == report["outcome"] and
               all(fields[name][k] == report[k]
                   for k in ("conflict", "base", "server", "client", "rule")) and
               re.match(r"^[A-Za-z_].*\.$", fields[name]["words"])
               for name, report in want["fields"].items())


sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import generate  # noqa: E402
import oracle  # noqa: E402
import rules as language  # noqa: E402
import values  # noqa: E402
import why_words  # noqa: E402

seen = collections.Counter()  # planted untruths, and those that nobody saw


def words_are_true(ruleset, merges, answers, out, what):
    """Every sentence, against the documents."""
    lines_ = [l for l in merges.split(b"\n") if l.strip(b" \t\r")]
    for number, (merge_, want, got) in enumerate(zip(lines_, answers.split(b"\n"), out.split("\n")), 1):
        want = values.parse(want, values.DEPTH_MAX + 2)
        if want["status"] == "error":
            continue
        got = dict(values.parse(got.encode("utf-8", "surrogatepass"), values.DEPTH_MAX + 2),
                   result=want["doc"])
        request = oracle.read_request(merge_)
        wrong = why_words.untrue(ruleset, request, got)
        check(wrong == [], "%s: line %d: it is not so: %s" % (what, number, wrong))
        if number % 7 == 0:
            unseen, planted = why_words.planted(ruleset, request, got)
            seen["planted"] += planted
            seen.update(unseen)


def explained_as_resolved(rules, merges, what, all_):
    """Every report of every merge, as the resolver has it."""
    answers = subprocess.run([dwrc, "resolve", rules], input=merges, capture_output=True).stdout
    code, out, err = run(rules, "--format", "json", *all_, stdin=merges)
    check(code == 0 and err == "", "%s: exit %d %s" % (what, code, err[:2000]))
    for number, (got, want) in enumerate(zip(out.splitlines(), answers.splitlines()), 1):
        got, want = json.loads(got), json.loads(want)
        if want["status"] == "error":
            check(got == want, "%s: line %d: an error is the same" % (what, number))
            continue
        check(agrees(got, want), "%s: line %d: %s" % (what, number, got))
        # Planted: another outcome is told apart.
        for name, report in want["fields"].items():
            wrong = dict(report, outcome="held" if report["outcome"] != "held" else "same")
            check(not agrees(got, dict(want, fields=dict(want["fields"], **{name: wrong}))),
                  "%s: line %d: a planted outcome is not found" % (what, number))
            break
    check(len(out.splitlines()) == len(answers.splitlines()), what + ": as many as answers")
    words_are_true(language.read([rules]), merges, answers, out, what)
    check(run(rules, *all_, stdin=merges)[0] == 0, what + ": and as text")


with open(lines_file, "rb") as source:
    merges = source.read()
for all_ in ([], ["--all"]):
    explained_as_resolved("rules", merges, "shipped rules", all_)

# The same of random rules in every form of the language.
SEED, SETS, MERGES = 1, 8, 60
accepted = 0
for n in range(3 * SETS):
    r = random.Random("why %d:%d" % (SEED, n))
    path = os.path.join(folder, "random.dwr")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(generate.rule_file(r, 4)) + "\n")
    # What is random may be refused: a rule that is never reached.
    if accepted == SETS or subprocess.run([dwrc, "lint", path], capture_output=True).returncode != 0:
        continue
    accepted += 1
    random_rules = language.read([path])
    named = sorted(random_rules.doctypes) + ["Not Named"]
    domains = {name: generate.Domain(random_rules.of(name)) for name in named}
    merges = []
    for i in range(MERGES):
        name = generate.pick(r, named)
        text = generate.write(r, generate.merge(r, domains[name], name, i), 0.01)
        merges.append(generate.spoiled(r, text) if generate.chance(r, 0.03) else text)
    explained_as_resolved(path, "\n".join(merges).encode("utf-8", "surrogatepass") + b"\n",
                          "seed %d, rules %d" % (SEED, n), ["--all"] if n % 2 else [])

unseen = {k: n for k, n in seen.items() if k != "planted"}
check(seen["planted"] > 300 and sum(unseen.values()) == 0,
      "%d planted untruths, unseen: %s" % (seen["planted"], unseen))
check(accepted == SETS, "%d random rule sets are good enough" % SETS)

print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
