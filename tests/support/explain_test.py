#!/usr/bin/env python3
"""explain_test.py DWRC - every code has a page, and its examples are true.

compiler/explain/DWnnnn.md says what compiler/explain/explain.h describes: its title is the code's, its wrong example
earns the code from `dwrc lint`, and no other error or warning; its right one earns none, and no finding of this code.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "compiler" / "explain"
TODAY = "2026-06-01"

# What no rules can earn: faults of the resolver, which tests/unit/test_prove.c plants.
FAULTS = {f"DW{number}" for number in range(6001, 6008)}
# What only two rule sets earn, of `dwrc diff`: tests/support/diff_test.py.
FAULTS |= {"DW7001", "DW7002", "DW7003"}

# A comment that does not allow a finding leaves it: that one stands beside the comment's.
ALONGSIDE = {f"DW{number}": ("DW2001",) for number in range(9002, 9007)}

passed = failed = 0


def titles():
    text = (ROOT / "compiler" / "diag_codes.def").read_text()
    rows = re.findall(r'^DIAG_CODE\(\w+,\s*(\d+),\s*DIAG_(\w+),\s*"(.*)"\)$', text, re.M)
    return {f"DW{int(number):04d}": title for number, _, title in rows}


def blocks(page):
    """(language, word, more words, text) of each fenced block."""
    for fence, text in re.findall(r"^```([^\n]*)\n(.*?)^```$", page, re.M | re.S):
        words = fence.split()
        yield (words + ["", ""])[0], (words + ["", ""])[1], words[2:], text


class Wrong(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Wrong(what)


def lint(dwrc, folder, arguments):
    if (folder / "schema").is_dir():
        arguments = arguments + ["--schema", "schema"]
    if (folder / "baseline.json").is_file():
        arguments = arguments + ["--baseline", "baseline.json"]
    if "--today" not in arguments:
        arguments = arguments + ["--today", TODAY]
    done = subprocess.run([dwrc, "lint", "ops.dwr", *arguments], cwd=folder, capture_output=True,
                          timeout=60)
    need(done.returncode in (0, 1), f"exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def example(dwrc, code, folder, language, word, arguments, text):
    if language == "json":
        if word == "schema":
            (folder / "schema").mkdir(exist_ok=True)
            name = re.search(r'"name"\s*:\s*"([^"]+)"', text)[1].lower().replace(" ", "_")
            number = len(list((folder / "schema").iterdir()))
            (folder / "schema" / f"{number}_{name}.json").write_text(text)
        else:
            (folder / "baseline.json").write_text(text)
        return
    if language == "sh":
        done = subprocess.run(["sh", "-c", text, "sh", dwrc, "ops.dwr"], cwd=folder,
                              capture_output=True, timeout=60)
        if word == "run":
            need(code.encode() in done.stdout + done.stderr, f"the command does not say {code}")
            return
        need(done.returncode == 0, f"sh: {done.stderr.decode()}")
        (folder / "ops.dwr").write_bytes(done.stdout)
    else:
        (folder / "ops.dwr").write_text(text)
    if word not in ("wrong", "right"):
        return
    out = lint(dwrc, folder, arguments)
    found = re.findall(r"^\S+:\d+:\d+: (error|warning|note)\[(DW\d{4})\]", out, re.M)
    others = {c for s, c in found if s != "note" and c != code} - set(ALONGSIDE.get(code, ())) \
        if word == "wrong" else {c for s, c in found if s != "note"}
    need(not others, f"the {word} example earns {others} besides:\n{out}")
    if word == "wrong":
        need(code in (c for _, c in found), f"the wrong example earns {found}")
    else:
        need(code not in (c for _, c in found), f"the right example earns it:\n{out}")
        need(not any(s == "error" for s, _ in found), f"the right example is wrong:\n{out}")


def check(dwrc, code, title):
    path = PAGES / f"{code}.md"
    need(path.is_file(), "there is no page")
    page = path.read_text()
    need(page.startswith(f"# {code}: {title}\n\n"), f"its first line is not '# {code}: {title}'")
    need(len(page) < 8000 and all(len(line) <= 120 for line in page.splitlines()), "it is too wide or long")
    all_blocks = list(blocks(page))
    shown = {word for _, word, _, _ in all_blocks}
    need(page.count("```") == 2 * len(all_blocks), "a block is not closed")
    need(code in FAULTS or "run" in shown or {"wrong", "right"} <= shown, f"it shows {sorted(shown)}")
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S)
    need(len(prose.split()) >= 25, "it says next to nothing")
    with tempfile.TemporaryDirectory() as folder:
        for language, word, arguments, text in all_blocks:
            example(dwrc, code, Path(folder), language, word, arguments, text)
    for said in (code, code[2:], code.lower(), str(int(code[2:]))):
        out = subprocess.run([dwrc, "explain", said], capture_output=True).stdout.decode()
        need(out.startswith(f"{code}: {title}\n"), f"explain {said} says another page")
    done = subprocess.run([dwrc, "explain", code, "--format", "markdown"], capture_output=True)
    need(done.stdout.decode() == page, "--format markdown is not the page")


def command(dwrc):
    """The command itself: several codes, the list, and what it does not take."""
    def run(*arguments):
        done = subprocess.run([dwrc, "explain", *arguments], capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    yield "two pages", run("1001", "1005")[1].count("\n# ") + run("1001", "1005")[1].count("DW1005: ") == 1
    yield "the list", len(run("--list")[1].splitlines()) == len(titles())
    yield "the list as a table", len(run("--list", "--format", "markdown")[1].splitlines()) == len(titles()) + 2
    yield "no code", run()[0] == 2
    for word in ("9", "DW", "10055", "x", "", "-1", "DW1005x", "99999999999999999999"):
        if f"DW{word.zfill(4)}" in titles():
            continue
        code, out, err = run("--", word)
        yield f"'{word}' is no code", code == 2 and out == "" and "there is no code" in err
    yield "did you mean", "did you mean 'DW1005'?" in run("DQ1005")[2]


def main():
    global passed, failed
    dwrc = os.path.realpath(sys.argv[1])
    for code, title in titles().items():
        try:
            check(dwrc, code, title)
            passed += 1
        except Wrong as wrong:
            print(f"explain_test: {code}: {wrong}")
            failed += 1
    for page in sorted(PAGES.glob("DW*.md")):
        if page.stem not in titles():
            print(f"explain_test: {page.name}: there is no such code")
            failed += 1
    for what, good in command(dwrc):
        passed += good
        failed += not good
        if not good:
            print(f"explain_test: {what}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
