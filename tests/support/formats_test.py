#!/usr/bin/env python3
"""formats_test.py DWRC WORK - does every command that finds things tell them in every format?

One rule set for each command, in which it finds something, and one in which it finds nothing; each
in all six formats, judged by formats.py where the format is that of all findings, and otherwise by
what any reader of it relies on. The last line counts."""
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import formats

DWRC, WORK = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
FORMATS = ("text", "json", "jsonl", "sarif", "github", "junit")
passed = failed = 0

GOOD = """doctype "Job" {
    strategy    field_level;
    server_wins status;
}

test "the office's status stands" for "Job" {
    base   { "status": "Open" }
    server { "status": "Held" }
    client { "status": "Done" }
    expect merged { "status": "Held" };
}
"""
BROKEN = 'doctype "Job" {\n    strategy    field_levl;\n}\n'
LEAKY = 'doctype "Job" {\n    strategy    field_level;\n    sum         hours;\n    merge_text  notes;\n}\n'
FAILING = GOOD.replace('"status": "Held" };', '"status": "Done" };')

# command: its arguments; the rules in which it finds something, the codes that are found; whether
# its JSON, JSON lines and JUnit are results of their own and not findings.
COMMANDS = {
    "lint": (["lint", "rules"], BROKEN, {"DW0001"}, ()),
    "compile": (["compile", "rules", "-o", "out"], BROKEN, {"DW0001"}, ()),
    "diff": (["diff", "old", "rules"], GOOD.replace("server_wins", "server_only"), {"DW7001"},
             ("json",)),
    "fmt": (["fmt", "--check", "rules"], GOOD.replace("    strategy", "  strategy"), {"DW3001"}, ()),
    "fmt, syntax": (["fmt", "--check", "rules"], BROKEN, {"DW0001"}, ()),
    "import": (["import", "rules/strategies.json"], '{"Job": {"strategy": "nobody_wins"}}', None, ()),
    "prove": (["prove", "rules"], LEAKY, {"DW6010", "DW6011"}, ("json", "jsonl")),
    "prove, syntax": (["prove", "rules"], BROKEN, {"DW0001"}, ()),
    "test": (["test", "rules"], FAILING, {"DW5008"}, ("json", "junit")),
    "test, coverage": (["test", "--threshold", "100", "rules"], GOOD, {"DW5014", "DW5015"},
                       ("json", "junit")),
    "test, syntax": (["test", "rules"], BROKEN, {"DW0001"}, ()),
}


def check(says, good, shown=""):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"formats_test: {says}: {str(shown)[:600]}")


def run(arguments, rules):
    folder = os.path.join(WORK, "case")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "rules"))
    os.makedirs(os.path.join(folder, "old"))
    with open(os.path.join(folder, "old", "job.dwr"), "w", encoding="utf-8") as file:
        file.write(GOOD)
    name = "strategies.json" if arguments[0] == "import" else "job.dwr"
    with open(os.path.join(folder, "rules", name), "w", encoding="utf-8") as file:
        file.write(rules)
    done = subprocess.run([DWRC, *arguments], cwd=folder, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def codes(form, out):
    """The codes of what is told, once it is what the format says."""
    if form == "text":
        return {line.split("[")[1].split("]")[0] for line in out.splitlines() if "[DW" in line}
    told = formats.check(form, out)
    if form == "json":
        return {finding["code"] for finding in told["findings"]}
    if form == "jsonl":
        return {finding["code"] for finding in told}
    if form == "sarif":
        return {result["ruleId"] for result in told}
    if form == "github":
        return {line.split("(")[1].split(")")[0] for line in out.splitlines()}
    return {case.get("name").split(" ")[0] for case in told}


def own(command, form, out):
    """Results of the command's own are well-formed; what failed is in them."""
    if form == "json":
        told = json.loads(out)
        return (told["format_version"] == 1 and told["command"] == command
                and all(isinstance(n, int) for n in told["counts"].values()))
    if form == "jsonl":
        return all(json.loads(line)["properties"] for line in out.splitlines())
    return int(xml.fromstring(out).get("failures")) > 0


def found(says, arguments, rules, wanted, owned):
    status = (0,) if says == "prove" else (1,)  # exceptions are no errors
    for form in FORMATS:
        code, out, err = run([*arguments, "--format", form], rules)
        told = f"{says} --format {form}"
        try:
            if form in owned:
                check(told, code in status and own(arguments[0], form, out), out + err)
            elif form == "text":
                check(told, code in status and re.search(r"DW\d{4}|failed|threshold|except|can lose", out + err), out + err)
            else:
                got = codes(form, out)
                check(told, code in status and got and (wanted is None or got == wanted), (got, out, err))
        except (formats.Wrong, ValueError, KeyError, xml.ParseError) as wrong:
            check(told, False, (code, wrong, out, err))
    code, out, err = run([*arguments, "--format", "xml"], rules)
    check(f"{says} --format xml", code == 2 and "'xml' is no value of --format" in err, err)


def clean(says, arguments):
    """A clean run is still a run: alerts that were open close."""
    if "coverage" in says or "import" in says:
        return
    code, out, err = run([*arguments, "--format", "sarif"], GOOD)
    try:
        check(f"{says}, nothing found", code == 0 and formats.check("sarif", out) == [], out + err)
    except formats.Wrong as wrong:
        check(f"{says}, nothing found", False, (code, wrong, out, err))


ROWS = """doctype "Job" {
    strategy field_level;
    child t { key id; on_same_key sum(q); }
}
test "two rows" for "Job" {
    base   { "t": [{"id": "A", "q": 1}] }
    server { "t": [{"id": "A", "q": 2}, {"id": "B", "q": 2}] }
    client { "t": [{"id": "A", "q": 3}, {"id": "B", "q": 5}] }
    expect merged { "t": [] };
}
"""
code, out, _ = run(["test", "rules"], ROWS.replace(
    '"t": [] }', '"t": [{"id": "B", "q": 7}, {"id": "A", "q": 4}] }'))
check("rows in another order", code == 1 and "order of 't'\n    expected  t[B], t[A]\n    got       t[A], t[B]\n"
      in out and out.count("expected ") == 1, out)
code, out, _ = run(["test", "rules"], ROWS.replace('"t": [] }', '"t": [{"id": "A", "q": 5}, {"id": "C"}] }'))
check("a member, a row too few and a row too many", code == 1 and re.findall(r":9: (.*)", out) ==
      ["member 'q' of t[A]", "row t[C]", "row t[B]"], out)
code, out, _ = run(["test", "rules"], GOOD.replace('client { "status": "Done" }', "op delete;").replace("merged", "success"))
check("a field of a document that is gone", "got       nothing: there is no document any more\n" in out, out)
DECIDED = "decided by rules/job.dwr:3 (t[A]: merged, conflict); rules/job.dwr:3 (t[B]: merged, conflict)"
code, out, _ = run(["test", "rules", "--format", "jsonl"], ROWS)
check("what decided two rows is one line", json.loads(out)["help"] == DECIDED, out)
code, out, _ = run(["test", "rules", "--format", "github"], ROWS)
check("what decided two rows, for github", out.rstrip().endswith("%0Ahelp: " + DECIDED), out)

TWO = GOOD.replace('expect merged { "status": "Held" };', 'expect success { "status": "Done" };')
code, out, _ = run(["test", "rules", "--format", "junit"], TWO)
cases = formats.check("junit", out)
check("a test that fails twice is one failure, which tells both",
      len(cases[0]) == 1 and cases[0][0].get("message").endswith("; and 1 more")
      and "status\n" in cases[0][0].text and "field 'status'\n" in cases[0][0].text, out)
ODD = GOOD.replace('test "the', 'test "\\u001b[1m\\nthe')
code, out, _ = run(["test", "rules"], ODD.replace("Held\" };", "Done\" };"))
check("a title's control characters stay out of a terminal", "failed: \"?[1m?the office" in out, out)


def odd_file():
    """GitHub unescapes what stands for a file's own characters; others do not reach the log."""
    folder = os.path.join(WORK, "case")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "a%,:\n\x1b.dwr"), "w", encoding="utf-8") as file:
        file.write(BROKEN)
    done = subprocess.run([DWRC, "lint", "--format", "github", "."], cwd=folder, capture_output=True)
    check("an odd file name", b"a%25%2C%3A%0A?.dwr,line=2" in done.stdout, done.stdout)


odd_file()


def not_done():
    """What could not be done looks like no clean run, in no format."""
    for command in (["lint"], ["test"], ["prove"], ["compile", "-o", "out"]):
        for form in ("json", "sarif", "github", "junit"):
            code, out, err = run([*command, "nowhere.dwr", "--format", form], GOOD)
            told = {"json": lambda: json.loads(out)["failures"] != [],
                    "sarif": lambda: json.loads(out)["runs"][0]["invocations"][0]["executionSuccessful"] is False,
                    "github": lambda: out.startswith("::error title=dwrc::cannot read nowhere.dwr: "),
                    "junit": lambda: xml.fromstring(out).get("errors") == "1"
                    and xml.fromstring(out).get("tests") == str(len(list(xml.fromstring(out).iter("testcase"))))}
            check(f"{command[0]} --format {form} of what is not there",
                  code == 2 and "cannot read nowhere.dwr" in err and told[form](), out + err)


not_done()
code, _, err = run(["lint", "rules", "--write-baseline", "base.json"], BROKEN)
check("no baseline of rules with errors", code == 1 and "base.json: not written" in err
      and not os.path.exists(os.path.join(WORK, "case", "base.json")), err)


def baseline():
    """Written over itself it keeps what it listed and takes what is new."""
    path = os.path.join(WORK, "case", "base.json")
    listed = []
    for rules in (GOOD.replace("status;", "status, notes;", 1), GOOD.replace("status;", "status, notes, remarks;", 1)):
        with open(os.path.join(WORK, "case", "rules", "job.dwr"), "w", encoding="utf-8") as f:
            f.write(rules)
        known = ["--baseline", "base.json"] if listed else []
        done = subprocess.run([DWRC, "lint", "rules", *known, "--write-baseline", "base.json"],
                              cwd=os.path.join(WORK, "case"), capture_output=True, text=True, timeout=60)
        with open(path, encoding="utf-8") as f:
            listed.append([e["field"] for e in json.load(f)["findings"] if e["code"] == "DW2001"])
        check("a baseline is written, and leaves out what it lists",
              done.returncode == 0 and "DW2001" not in done.stdout, done.stdout + done.stderr)
    check("a baseline written over itself keeps what it listed",
          listed == [["notes"], ["notes", "remarks"]], listed)


baseline()
for name, (words, text, expected, owned_formats) in COMMANDS.items():
    found(name, words, text, expected, owned_formats)
    clean(name, words)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
