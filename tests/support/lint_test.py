#!/usr/bin/env python3
"""lint_test.py DWRC - what `dwrc lint` says about rules.

tests/lint/NNNN-name.dwr earns the words in NNNN-name.out, to the byte, with the schemas in
NNNN-name.schema/ where there are any and the further arguments in NNNN-name.args. DWNNNN is among
the codes found, unless nothing is found at all: such a pair shows what must stay silent.

For every pair each format for programs is made and checked as well (formats.py), and holds as many
findings as the text does. And a finding that tells what can happen must not tell a story: its
request, given to `dwrc resolve`, has the result that it shows, and what it says is gone is gone.

NNNN-name.fixed is what `dwrc lint --fix` makes of the file. Every file that has a safe fix, also
among the wrong rules of tests/compile_fail, is fixed in a copy: a second --fix finds nothing more, --fix --diff writes nothing
and prints what `patch` turns into the same, and no error is made that was not there before.

UPDATE=1 writes the .out files anew: the difference is what is to be reviewed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import formats

HERE = Path(__file__).resolve().parent.parent
LINT = HERE / "lint"
WRONG_RULES = HERE / "compile_fail"
TODAY = "2026-06-01"

passed = failed = 0


def fail(what):
    global failed
    failed += 1
    print(f"lint_test: {what}")


def run(dwrc, *arguments, text=None, cwd=LINT):
    done = subprocess.run([dwrc, *arguments], cwd=cwd, capture_output=True, timeout=60,
                          input=text.encode() if text else b"")
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def load(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def within(value, part):
    """Is it the part, or does it hold it somewhere?"""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value == part or any(within(v, part) for v in inner)


def holds(doc, field, value):
    """Does the document have the value at the field, or in the row, of a table or array, so called?"""
    row = re.fullmatch(r"([^\[]+)\[(.*)\](?:\..+)?", field)
    if field in doc or not row:
        return within(doc.get(field), value)
    return any(within(r, value) and row[2] in " ".join(map(str, r.values()))
               for r in doc.get(row[1]) or [] if isinstance(r, dict))


def check_scenario(dwrc, rules, one, request, cwd):
    scenario = one["scenario"]
    code, out, err = run(dwrc, "resolve", "--threads", "1", rules,
                         text=json.dumps(request) + "\n", cwd=cwd)
    if code != 0:
        return f"resolve: exit {code}: {err or out}"
    answer = load(out)
    if scenario["result"] is not None and answer.get("doc") != scenario["result"]:
        return f"it shows the result {scenario['result']}, and resolve makes {answer.get('doc')}"
    for fate in scenario["gone"]:
        if holds(answer.get("doc") or {}, fate["field"], fate["value"]):
            return f"{fate['field']} {fate['value']} is not gone: {answer.get('doc')}"
    for fate in scenario["kept"]:
        if not holds(answer.get("doc") or {}, fate["field"], fate["value"]):
            return f"{fate['field']} {fate['value']} is not kept: {answer.get('doc')}"
    return None


def check_formats(dwrc, arguments, rules, count, cwd=LINT):
    """None, or what is wrong with a format."""
    for name in formats.CHECKS:
        code, out, err = run(dwrc, "lint", *arguments, "--format", name, cwd=cwd)
        if code not in (0, 1):
            return f"--format {name}: exit {code}: {err}"
        try:
            found = formats.check(name, out)
        except formats.Wrong as wrong:
            return f"--format {name}: {wrong}"
        if name == "json":
            if len(found["findings"]) != count:
                return f"json has {len(found['findings'])} findings, the text {count}"
            for one, plain in zip(load(out)["findings"], found["findings"]):
                wrong = one["scenario"] and check_scenario(
                    dwrc, rules, one, plain["scenario"]["request"], cwd)
                if wrong:
                    return f"{one['code']} at line {one['line']}: {wrong}"
        elif name == "sarif":
            if sum("suppressions" not in r for r in found) != count:
                return f"sarif has {len(found)} results, the text {count}"
            for uri in set(re.findall(r'"uri": *"([^"]*)"', out)):
                if not uri.startswith("http") and not (HERE.parent / unquote(uri)).exists():
                    return f"sarif names {uri}, and there is no such file"
        elif name in ("jsonl", "github") and len(found) != count:
            return f"{name} has {len(found)} findings, the text {count}"
    return None


def arguments_of(rules):
    base = rules.with_suffix("")
    arguments = [rules.name, "--today", TODAY, "--max-errors", "0"]
    if base.with_suffix(".schema").is_dir():
        arguments += ["--schema", base.name + ".schema"]
    if base.with_suffix(".args").is_file():
        arguments += base.with_suffix(".args").read_text().split()
    return arguments


def check_pair(dwrc, rules):
    base = rules.with_suffix("")
    arguments = arguments_of(rules)
    code, out, err = run(dwrc, "lint", *arguments)
    expected = base.with_suffix(".out")
    if os.environ.get("UPDATE") == "1":
        expected.write_text(out)
    found = re.findall(r"^\S+:\d+:\d+: (error|warning|note)\[(DW\d{4})\]", out, re.M)
    if code not in (0, 1) or err:
        return f"exit {code}: {err}"
    if code != any(severity == "error" for severity, _ in found):
        return f"exit {code}"
    if not expected.is_file():
        return f"there is no {expected.name}"
    if out != expected.read_text():
        return "other words:\n" + diff(expected, out)
    if found and "DW" + rules.name[:4] not in (code for _, code in found):
        return "not the finding it is named after"
    return check_formats(dwrc, arguments, rules.name, len(found))


def errors_of(found):
    """The errors, by what they say: a fix may move lines."""
    return Counter((f["code"], f["message"]) for f in found if f["severity"] == "error")


def check_fix(dwrc, rules, arguments):
    """None, or what is wrong with the fixes of a file."""
    code, out, err = run(dwrc, "lint", *arguments, "--format", "json", cwd=rules.parent)
    found = json.loads(out)["findings"]
    sure = [f for f in found if f["fix"] and f["fix"]["safe"]]
    fixed = rules.with_suffix(".fixed")
    if not sure:
        return "there is nothing to fix" if fixed.is_file() else None
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(rules.parent, folder, dirs_exist_ok=True)
        copy = Path(folder) / rules.name
        before = copy.read_bytes()
        code, patch, err = run(dwrc, "lint", *arguments, "--fix", "--diff", cwd=folder)
        if code != 1 or err or copy.read_bytes() != before:
            return f"--fix --diff: exit {code} {err}"
        code, out, err = run(dwrc, "lint", *arguments, "--fix", cwd=folder)
        if code not in (0, 1) or err or not re.search(r"^[0-9]+ fixed$", out, re.M):
            return f"--fix: exit {code} {err}{out}"
        after = copy.read_bytes()
        if fixed.is_file() and after != fixed.read_bytes():
            return "--fix makes something else:\n" + diff(fixed, after.decode())
        _, out, _ = run(dwrc, "lint", *arguments, "--fix", cwd=folder)
        if copy.read_bytes() != after or re.search(r"^[0-9]+ fixed$", out, re.M):
            return "a second --fix finds more to do"
        _, out, _ = run(dwrc, "lint", *arguments, "--format", "json", cwd=folder)
        left = json.loads(out)["findings"]
        syntax = [sum(f["code"] < "DW1000" for f in some) for some in (found, left)]
        if syntax[1] > syntax[0] - sum(f["code"] < "DW1000" for f in sure):
            return f"{syntax[0]} errors of syntax before, {syntax[1]} after"
        new = errors_of(left) - errors_of(found)
        if new:
            return f"--fix makes errors: {sorted(new)}"
        copy.write_bytes(before)
        subprocess.run(["patch", "-s", "-p0"], cwd=folder, input=patch.encode(), check=True)
        if copy.read_bytes() != after:
            return "--diff shows another change than --fix makes"
    return None


def diff(expected, out):
    return subprocess.run(["diff", "-u", str(expected), "-"], input=out.encode(),
                          capture_output=True).stdout.decode()


def as_format(dwrc, name, arguments, cwd):
    """What a command finds in a format, and its exit code; or a text: what is wrong with it."""
    code, out, err = run(dwrc, *arguments, "--format", name, cwd=cwd)
    if code not in (0, 1):
        return f"{arguments[0]} --format {name}: exit {code}: {err}", 0, code
    try:
        return None, formats.check(name, out), code
    except formats.Wrong as wrong:
        return f"{arguments[0]} --format {name}: {wrong}", 0, code


def check_other_commands(dwrc, arguments, cwd, errors):
    """compile, and test as far as it speaks of findings: they say what lint says of wrong rules."""
    with tempfile.TemporaryDirectory() as folder:
        for name in formats.CHECKS:
            wrong, found, code = as_format(dwrc, name, ["compile", *arguments, "-o", folder], cwd)
            if wrong or code != 1:
                return wrong or f"compile --format {name}: exit {code}"
            if name == "json" and found["counts"]["error"] != errors:
                return f"compile has {found['counts']['error']} errors, lint {errors}"
    for name in ("jsonl", "sarif", "github"):
        wrong, found, code = as_format(dwrc, name, ["test", *arguments], cwd)
        if wrong or code != 1 or len(found) < errors:
            return wrong or f"test --format {name}: exit {code}, {len(found)} findings"
    return None


FAILING = """doctype "Job" { strategy field_level; server_wins status; }
test "the office, decides: 100%" for "Job" {
    base { "status": "a" } server { "status": "b" } client { "status": "c" }
    expect outcome status client;
}
test "it passes" for "Job" { server { } client { "note": "c" } expect success; }
"""


def check_failing_test(dwrc):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job.dwr").write_text(FAILING)
        for name in ("jsonl", "sarif", "github"):
            wrong, found, code = as_format(dwrc, name, ["test", "job.dwr"], folder)
            if wrong or code != 1 or len(found) != 1:
                return wrong or f"test --format {name}: exit {code}, {len(found)} findings"
    return None


def each(name, wrong):
    global passed
    if wrong:
        fail(f"{name}: {wrong}")
    else:
        passed += 1


def main():
    dwrc = os.path.realpath(sys.argv[1])
    for rules in sorted(LINT.glob("*.dwr")):
        each(rules.name, check_pair(dwrc, rules))
        each(rules.name, check_fix(dwrc, rules, arguments_of(rules)))
    # Whatever is wrong with rules, every format of every command can say it.
    for rules in sorted(WRONG_RULES.glob("*.dwr")):
        arguments = [rules.name]
        if rules.with_suffix(".schema").is_dir():
            arguments += ["--schema", rules.stem + ".schema"]
        _, out, _ = run(dwrc, "lint", *arguments, "--max-errors", "0", cwd=WRONG_RULES)
        errors = len(re.findall(r"^\S+:\d+:\d+: error\[DW[0-8]", out, re.M))
        count = len(re.findall(r"^\S+:\d+:\d+: (?:error|warning|note)\[", out, re.M))
        each(rules.name, check_formats(dwrc, arguments, rules.name, count, cwd=WRONG_RULES))
        each(rules.name, check_fix(dwrc, rules, arguments))
        each(rules.name, check_other_commands(dwrc, arguments, WRONG_RULES, errors))
    each("a test that fails", check_failing_test(dwrc))
    # The shipped rules: a clean run has a result in each format, too.
    each("rules", check_formats(dwrc, ["rules", "--fail-on", "note"], "rules",
                                shipped_count(dwrc), cwd=HERE.parent))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def shipped_count(dwrc):
    _, out, _ = run(dwrc, "lint", "rules", "--max-errors", "0", cwd=HERE.parent)
    return len(re.findall(r"^\S+:\d+:\d+: (?:error|warning|note)\[", out, re.M))


if __name__ == "__main__":
    sys.exit(main())
