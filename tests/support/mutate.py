#!/usr/bin/env python3
"""mutate.py DWRC RULES [--merges N] [--mutants N] [--seed N] - does `dwrc diff` see what merges see?

Every rule file is changed by one token: a rule's word for another, a name left out or another in its
place, a literal or number for another, yes for no, a statement, a condition or any one token left
out. A mutant that compiles and by which one of N random merges of its DocTypes ends otherwise (by the
resolver; made as tests/oracle makes them) must be seen by `dwrc diff`: all of them, or this fails.
How many of them the rules' own tests see is printed, file by file.

--survivors prints those that the tests do not see. --mutants takes a sample of so many, spread over the files; without it all are tried.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "oracle"))
import differential  # noqa: E402
import rules as language  # noqa: E402

TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z.]*|'
                   r'->|!=|<=|>=|[{}()\[\];,:.+=<>]')
RULES = ["server_wins", "client_wins", "last_write_wins", "first_write_wins", "manual", "merge_text",
         "union", "keep_both", "sum", "max", "min", "immutable", "server_only"]
STRATEGIES = ["server_wins", "server_only", "client_wins", "last_write_wins", "field_level",
              "manual_resolve", "append_only", "version_all"]
SAME_KEY = ["server_wins", "client_wins", "first_write_wins", "last_write_wins", "keep_both",
            "manual"]
WORDS = set(re.findall(r'"([a-z_]+)"', "".join(
    line for line in (pathlib.Path(__file__).parents[2] / "grammar/rules.y").read_text().splitlines()
    if line.startswith("%token "))))
COMPARISONS = {"=": ["!="], "!=": ["="], "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"],
               ">=": [">", "<="], "and": ["or"], "or": ["and"], "yes": ["no"], "no": ["yes"],
               "in": ["not in"], "server": ["client", "base"], "client": ["server", "base"],
               "base": ["server"], "server_role": ["client_role"], "client_role": ["server_role"]}


def doctype_blocks(text):
    """(begin, end) of each `doctype … { … }` and `default { … }`: tests do not decide merges."""
    depth, begin = 0, None
    for m in TOKEN.finditer(text):
        t = m.group()
        if depth == 0 and t in ("doctype", "default"):
            begin = m.start()
        elif t == "{":
            depth += 1
        elif t == "}":
            depth -= 1
            if depth == 0 and begin is not None:
                yield begin, m.end()
                begin = None


def statements(tokens):
    """Indices (first, last) of the statements of a block's tokens, those of inner blocks too; what
    stands before an inner block, with its brace, is one."""
    first = None
    for i, m in enumerate(tokens):
        t = m.group()
        if first is None and t not in "{}":
            first = i
        if t in ";{" and first is not None:
            yield first, i
        if t in ";{}":
            first = None


def is_name(tokens, i):
    """A field or a row member: no word of the language, or one that stands in a list of names."""
    t, before, after = (tokens[k].group() for k in (i, i - 1, i + 1))
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", t):
        return False
    return t not in WORDS or before in (",", ".") or (after == "," and before in RULES)


def mutants(text):
    """(begin, end, replacement) of every mutation of one token."""
    for begin, end in doctype_blocks(text):
        tokens = [m for m in TOKEN.finditer(text, begin, end) if not m.group().startswith("//")]
        literals = sorted({m.group() for i, m in enumerate(tokens) if m.group()[0] == '"' and
                           tokens[i - 1].group() in ("=", "!=", ",", "(", "becomes", "<", ">")})
        names = sorted({m.group() for i, m in enumerate(tokens[:-1])
                        if i > 0 and is_name(tokens, i)})
        for first, last in statements(tokens):
            words = [m.group() for m in tokens[first:last + 1]]
            if words[0] in ("reason", "hint", "effect", "create", "push_priority", "notify",
                            "link", "offline", "no_overlap", "as_of", "current", "ttl",
                            "archive_after"):
                continue
            if words[0] != "strategy":
                yield tokens[first].start(), tokens[last].end(), ""
            for i in range(first, last + 1):
                m, t = tokens[i], tokens[i].group()
                others = []
                if t in RULES and (i == first or words[0] == "child"):
                    others = [r for r in RULES if r != t]
                elif words[0] == "otherwise" and i == first + 1:
                    others = [r for r in RULES if r != t]
                elif words[0] == "strategy" and i == first + 1:
                    others = [s for s in STRATEGIES if s != t]
                elif words[0] == "on_same_key" and i == first + 1 and t in SAME_KEY:
                    others = [s for s in SAME_KEY if s != t]
                elif t in COMPARISONS and i > first:
                    others = list(COMPARISONS[t])
                elif t[0] == '"' and t in literals:
                    others = [o for o in literals if o != t][:3] + ['"no such value"']
                elif t[0].isdigit():
                    others = [re.sub(r"^[0-9]+", lambda n: str(int(n.group()) + 1), t)]
                elif i > first and is_name(tokens, i):
                    others = ["another_field"] + ([names[names.index(t) - 1]] if t in names else [])
                for other in others:
                    yield m.start(), m.end(), other
                # A name of a list left out, with its comma; neighbours swapped.
                if t == "," and i + 1 < last:
                    yield m.start(), tokens[i + 1].end(), ""
                    yield tokens[i - 1].start(), m.end(), ""
                if t == "when":
                    yield m.start(), tokens[last].start(), ""
                # Any one token left out; most of these do not compile.
                yield m.start(), m.end(), ""
                if t == "when" and i + 1 < last:
                    yield m.end(), m.end(), " not"


def answers(dwrc, folder, lines):
    """A line for each merge; None if the rules do not compile."""
    run = subprocess.run([dwrc, "resolve", folder], input=lines, capture_output=True)
    return run.stdout.splitlines() if run.returncode == 0 else None


def ending(line):
    """What a merge ends with, without the lines and words that say why."""
    answer = json.loads(line)
    answer.pop("rule", None)
    answer.pop("message", None)
    for report in answer.get("fields", {}).values():
        report.pop("rule", None)
    return answer


def first_otherwise(before, after):
    """The first merge that ends otherwise; None if none does."""
    for i, (x, y) in enumerate(zip(before, after)):
        if x != y and ending(x) != ending(y):
            return i
    return None


def doctypes_of(text, at):
    """The DocTypes whose merges a change at a place may change; None: all (`default`)."""
    for begin, end in doctype_blocks(text):
        if begin <= at < end:
            name = re.match(r'doctype\s+"([^"]*)"', text[begin:end])
            return [name.group(1)] if name else None
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("dwrc")
    p.add_argument("rules")
    p.add_argument("--merges", type=int, default=10000)
    p.add_argument("--mutants", type=int, default=0)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--survivors", action="store_true")
    a = p.parse_args()
    dwrc = os.path.realpath(a.dwrc)
    ruleset = language.read([a.rules])
    work = pathlib.Path(tempfile.mkdtemp())
    files = sorted(pathlib.Path(a.rules).rglob("*.dwr"))
    todo = []
    for path in files:
        text = path.read_text()
        found = sorted(set(mutants(text)))
        todo += [(path, text, m) for m in found]
    if a.mutants:
        todo = random.Random(a.seed).sample(todo, min(a.mutants, len(todo)))
    made = {}

    def merges(names):
        """Random lines and the rules' answers to them, made once."""
        key = tuple(names)
        if key not in made:
            r = random.Random(f"{a.seed}:{key}")
            lines = "\n".join(differential.random_lines(r, ruleset, list(names), a.merges))
            data = lines.encode("utf-8", "surrogatepass")
            made[key] = data, answers(dwrc, a.rules, data)
        return made[key]

    def try_one(number):
        path, text, (begin, end, other) = todo[number]
        names = doctypes_of(text, begin) or ["Not Named"] + sorted(ruleset.doctypes)[:5]
        folder = work / str(number) / "rules"
        shutil.copytree(a.rules, folder)
        (folder / path.relative_to(a.rules)).write_text(text[:begin] + other + text[end:])
        try:
            lines, before = merges(names)
            after = answers(dwrc, folder, lines)
            if after is None:
                return path, "does not compile", None
            example = first_otherwise(before, after)
            if example is None:
                return path, "merges alike", None
            seen = subprocess.run([dwrc, "diff", "--format", "json", a.rules, folder],
                                  capture_output=True)
            if seen.returncode not in (0, 1):
                return path, "diff failed", seen.stderr.decode()
            changed = json.loads(seen.stdout)["class"] != "same"
            tests = subprocess.run([dwrc, "test", folder], capture_output=True).returncode
            return (path, ("seen" if changed else "missed") + (" tested" if tests == 1 else ""),
                    lines.splitlines()[example].decode("utf-8", "replace"))
        finally:
            shutil.rmtree(folder.parent)

    for names in {tuple(doctypes_of(t, m[0]) or ()) for _, t, m in todo}:
        if names:
            merges(names)
    counts, missed = {}, 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (path, verdict, example) in enumerate(pool.map(try_one, range(len(todo)))):
            per = counts.setdefault(path.name, {})
            for word in verdict.split(" tested")[0:1] + (["tested"] if " tested" in verdict else []):
                per[word] = per.get(word, 0) + 1
            missed += verdict.startswith("missed") or verdict == "diff failed"
            if verdict.startswith("missed") or verdict == "diff failed" or (
                    a.survivors and verdict == "seen"):
                _, text, (begin, end, other) = todo[number]
                line = text.count("\n", 0, begin) + 1
                print(f"{path}:{line}: {text[begin:end]!r} became {other!r}: {verdict}"
                      + (f"\n    {example}" if verdict != "seen" else ""))
    shutil.rmtree(work)
    seen = tested = 0
    for name, per in sorted(counts.items()):
        different = per.get("seen", 0) + per.get("missed", 0)
        seen += different
        tested += per.get("tested", 0)
        print(f"  {name:24} {sum(v for k, v in per.items() if k != 'tested'):5} mutants, "
              f"{different:4} merge otherwise, {per.get('seen', 0):4} seen by diff, "
              f"{per.get('tested', 0):4} by the tests")
    print(f"mutate: the rules' own tests see {tested} of {seen}"
          f" ({100 * tested / max(seen, 1):.1f} %)")
    print(f"mutate: {seen - missed} passed, {missed} failed")
    sys.exit(1 if missed or seen == 0 else 0)


main()
