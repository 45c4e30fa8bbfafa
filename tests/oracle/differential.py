#!/usr/bin/env python3
"""differential.py: `dwrc resolve` against the reference implementation, on random merges.

    differential.py [--dwrc PATH] [--seed N] [--count N] [--rules PATH…] [--show N]
    differential.py --laws …          semantics 10, on the reference's own answers
    differential.py --planted FAULT   with a fault in the reference, which must be found

--count is the number of rule sets (of 4 DocTypes, 60 merges each), or with --rules of merges for
each DocType. The first difference of each sort is made smaller and printed ready to paste. A rule
set that dwrc refuses counts as a failure: the generator writes only legal ones. Exit 0: no
difference; 1: some; 2: dwrc could not be run.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

import generate
import laws
import merge
import oracle
import rules as language
import unit
import values

MERGES = 60


FAULTS = ("tie", "unset", "text", "order", "number", "role", "set", "label", "delete")


def plant(name):
    """One fault in the reference, which a comparison must find."""
    def patch(where, what, make):
        setattr(where, what, make(getattr(where, what)))

    if name == "tie":  # last_write_wins: a tie is the client's
        patch(unit, "client_is_later", lambda f: lambda side, fields: f(side, fields) or (
            side.client_ts is not None and side.client_ts == side.server_ts(fields)))
    elif name == "unset":  # "" is something
        patch(unit, "unset", lambda f: lambda v: f(v) and v != "")
    elif name == "text":  # merge_text: insertions at one place, the client's first
        patch(unit, "merge_text", lambda f: lambda b, s, c: f(b, s, c)
              if values.unset(s) or values.unset(c) else f(b, c, s))
    elif name == "order":  # rows of one key by position, whatever order_by says
        patch(merge.Merge, "in_order", lambda f: lambda self, t, indices, rows: list(indices))
    elif name == "number":  # numbers as floats
        patch(values.Num, "value", lambda f: lambda self: float(self.text[:300]))
    elif name == "role":  # `*` is not looked at
        patch(merge, "by_field", lambda f: lambda v, names: f(
            merge.without(v, "*") if isinstance(v, dict) else v, names))
    elif name == "set":  # a manual unit's `set` does nothing
        patch(language.Reader, "rule", lambda f: lambda self, out: (
            f(self, out), setattr(out[-1][2], "sets", [])))
    elif name == "label":  # a label used twice
        patch(merge.Merge, "label", lambda f: lambda self, t, s, si, c, ci: f(
            self, t, s, si, c, ci).split("#")[0])
    elif name == "delete":  # a delete conflicts although base equals server
        patch(merge.Merge, "delete", lambda f: lambda self, base, server: f(self, None, server))
    else:
        sys.exit("faults: all " + " ".join(FAULTS))


def plant_all(dwrc, seed):
    """Every fault, each in a run of its own that ends where it is found."""
    missed = []
    for fault in FAULTS:
        p = subprocess.run([sys.executable, __file__, "--dwrc", dwrc, "--seed", str(seed),
                            "--count", "400", "--first", "--planted", fault],
                           capture_output=True, timeout=600, check=False)
        if p.returncode != 1 or b" differ" not in p.stdout:
            missed.append(fault)
            print(f"not found: {fault}", p.stdout.decode()[-500:], p.stderr.decode()[-500:])
    print(f"planted faults: {len(FAULTS) - len(missed)} passed, {len(missed)} failed")
    return 1 if missed else 0


class Dwrc:
    def __init__(self, path):
        self.path = path

    def run(self, paths, lines):
        """(answers, None) or (None, why)."""
        data = b"".join(line.encode("utf-8", "surrogatepass") + b"\n" for line in lines)
        p = subprocess.run([self.path, "resolve", *paths], input=data, capture_output=True,
                           timeout=120, check=False)
        out = p.stdout.split(b"\n")
        if p.returncode != 0:
            return None, f"exit {p.returncode}: " + (p.stdout + p.stderr).decode("utf-8", "replace")
        return out[:-1], None


def plain_label(label):
    """A row's label with the escapes of a key's JSON text resolved: it may stand as it was written."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), label)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def normal(answer):
    """An answer with its defaults, as exact JSON."""
    if answer.get("status") == "error":
        return {k: values.exact(answer.get(k)) for k in ("id", "status", "line", "code")}
    out = {k: values.exact(answer.get(k))
           for k in ("id", "status", "code", "branch", "rule", "doc")}
    for name, report in (answer.get("fields") or {}).items():
        name = plain_label(name) if "[" in name else name
        for k in ("outcome", "conflict", "base", "server", "client", "rule"):
            out[f"fields.{name}.{k}"] = values.exact(report.get(k))
        if "[" in name:  # rows are reported in the order of the matches
            out.setdefault("rows " + name.split("[")[0], []).append(name)
    # The page does not say in which order they stand.
    out["notifications"] = sorted(
        values.exact({**n, "field": plain_label(n["field"])} if "field" in n else n)
        for n in answer.get("notifications") or [])
    doc = answer.get("doc")
    if isinstance(doc, dict):
        out["doc"] = True
        for k, v in doc.items():
            out[f"doc.{k}"] = values.exact(v)
    return out


def difference(ours, theirs):
    """Where two answers part: [(place, ours, theirs)]."""
    try:
        theirs = values.parse(theirs, 10000)
    except values.JsonError as e:
        return [("answer", "JSON", str(e))]
    a = normal(values.parse(values.dump(ours), 10000))
    b = normal(theirs)
    if ours["status"] == "error" and ours["id"] is None:
        b["id"] = a["id"]  # a line that cannot be read may yet show its id
    if ours.get("code") == "INVALID_UTF8" and theirs.get("code") == "INVALID_JSON":
        b["code"] = a["code"]  # bytes that are no text stand where no string is: both are true
    if ours.get("code") == "VALIDATION_ERROR" and "rule" not in ours:
        b["rule"] = a["rule"]
    return [(k, a.get(k), b.get(k)) for k in sorted({**a, **b}) if a.get(k) != b.get(k)]


def sort_of(d, line):
    """What makes two differences the same sort, roughly."""
    names = {".".join([k.split(".")[0], k.split(".")[-1] if k.startswith("fields") else ""])
             for k, _, _ in d}
    return tuple(sorted(names))


def oracle_answers(paths, lines):
    ruleset = language.read(paths)
    return [oracle.answer(ruleset, line.encode("utf-8", "surrogatepass"), n)
            for n, line in enumerate(lines, 1)]


class Shrinker:
    def __init__(self, dwrc, folder):
        self.dwrc = dwrc
        self.folder = os.path.join(folder, "small")
        os.makedirs(self.folder, exist_ok=True)

    def write(self, rule_lines):
        path = os.path.join(self.folder, "rules.dwr")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(rule_lines) + "\n")
        return [path]

    def differing(self, paths, lines):
        """The index of the first line on which the two still part, or None."""
        theirs, why = self.dwrc.run(paths, lines)
        if theirs is None or len(theirs) != len(lines):
            return None
        for i, ours in enumerate(oracle_answers(paths, lines)):
            if difference(ours, theirs[i]):
                return i
        return None

    def smaller_values(self, v):
        """Values with one part less."""
        if isinstance(v, dict):
            for k in v:
                yield {x: y for x, y in v.items() if x != k}
            for k in v:
                for y in self.smaller_values(v[k]):
                    yield {**v, k: y}
        elif isinstance(v, list):
            for i in range(len(v)):
                yield v[:i] + v[i + 1:]
            for i in range(len(v)):
                for y in self.smaller_values(v[i]):
                    yield v[:i] + [y] + v[i + 1:]

    def line(self, paths, line):
        try:
            v = values.parse(line, 10000)
        except values.JsonError:
            return line
        if self.differing(paths, [values.dump(v)]) is None:
            return line  # the spelling matters
        for _ in range(300):
            some = []
            for k in ("base", "server", "client"):  # a field of all three at once
                for f in v.get(k) or {} if isinstance(v.get(k), dict) else {}:
                    some.append({x: ({a: b for a, b in y.items() if a != f}
                                     if x in ("base", "server", "client") and isinstance(y, dict)
                                     else y) for x, y in v.items()})
            some += list(self.smaller_values(v))
            some = [x for x in some if "doctype" in x]
            i = self.differing(paths, [values.dump(x) for x in some])
            if i is None:
                break
            v = some[i]
        return values.dump(v)

    def rules(self, rule_lines, line):
        i = 0
        while i < len(rule_lines):
            fewer = rule_lines[:i] + rule_lines[i + 1:]
            try:
                ok = self.differing(self.write(fewer), [line]) is not None
            except (language.RuleError, StopIteration, IndexError, values.JsonError):
                ok = False
            if ok:
                rule_lines = fewer
            else:
                i += 1
        return rule_lines

    def doctype_only(self, rule_lines, name):
        out, keep = [], True
        for text in rule_lines:
            if text.startswith("doctype"):
                keep = text == f'doctype "{name}" {{'
            elif text.startswith("default"):
                keep = True
            if keep:
                out.append(text)
        return out

    def shrink(self, rule_lines, line):
        try:
            name = values.parse(line, 10000).get("doctype")
        except (values.JsonError, AttributeError):
            name = None
        only = self.doctype_only(rule_lines, name)
        if self.differing(self.write(only), [line]) is not None:
            rule_lines = only
        for _ in range(2):
            line = self.line(self.write(rule_lines), line)
            rule_lines = self.rules(rule_lines, line)
        return rule_lines, line


def show(title, rule_lines, line, ours, theirs):
    print(f"=== {title}")
    if rule_lines is not None:
        for n, text in enumerate(rule_lines, 1):
            print(f"{n:4} {text}")
    print("line    ", line)
    print("oracle  ", values.dump(ours))
    print("dwrc    ", theirs.decode("utf-8", "replace"))
    for place, a, b in difference(ours, theirs):
        print(f"   at {place}: oracle {a} dwrc {b}")
    print(flush=True)


def random_lines(r, ruleset, names, count):
    domains = {n: generate.Domain(ruleset.of(n)) for n in names}
    lines = []
    for i in range(count):
        name = generate.pick(r, names)
        line = generate.write(r, generate.merge(r, domains[name], name, i), 0.01)
        lines.append(generate.spoiled(r, line) if generate.chance(r, 0.03) else line)
    return lines


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dwrc", default=os.environ.get("DWRC", "build/dwrc"))
    p.add_argument("--seed", type=int, default=None)
    p.add_argument("--count", type=int, default=50)
    p.add_argument("--show", type=int, default=8, help="how many sorts of differences to print")
    p.add_argument("--rules", nargs="+")
    p.add_argument("--laws", action="store_true")
    p.add_argument("--planted", metavar="FAULT",
                   help="a fault in the reference; all: each must be found; list: which there are")
    p.add_argument("--first", action="store_true", help="stop at the first difference")
    a = p.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    if a.planted and a.planted != "all":
        plant(a.planted)
    seed = a.seed if a.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f"seed {seed}", flush=True)
    if a.planted == "all":
        return plant_all(a.dwrc, seed)
    dwrc = Dwrc(a.dwrc)
    checked = differing = refused = 0  # merges, merges, rule sets
    sorts = set()
    with tempfile.TemporaryDirectory() as folder:
        shrinker = Shrinker(dwrc, folder)
        if a.rules:
            ruleset = language.read(a.rules)
            names = sorted(ruleset.doctypes) + ["Not Named"]
            runs = [(name, None, a.rules, [name], a.count) for name in names]
        else:
            runs = [(f"{seed}:{n}", n, None, None, MERGES) for n in range(a.count)]
        for title, n, paths, names, count in runs:
            r = random.Random(f"{seed}:{title}")
            rule_lines = None
            if n is not None:
                rule_lines = generate.rule_file(r, 4)
                path = os.path.join(folder, "rules.dwr")
                with open(path, "w", encoding="utf-8") as f:
                    f.write("\n".join(rule_lines) + "\n")
                paths = [path]
                ruleset = language.read(paths)
                names = sorted(ruleset.doctypes) + ["Not Named"]
            lines = random_lines(r, ruleset, names, count)
            ours = oracle_answers(paths, lines)
            if a.laws:
                for line, answer in zip(lines, ours):
                    checked += 1
                    for law, why in laws.broken(ruleset, line, answer):
                        if law not in sorts or a.show > 100:
                            print(f"=== {title}: {law}: {why}")
                            name = values.parse(line, 99)["doctype"]
                            for text in shrinker.doctype_only(rule_lines or [], name):
                                print("    ", text)
                            print("line    ", line)
                            print("answer  ", values.dump(answer), flush=True)
                        sorts.add(law)
                        differing += 1
                continue
            theirs, why = dwrc.run(paths, lines)
            if theirs is None:
                refused += 1
                if refused <= a.show or why.startswith("exit -"):
                    print(f"=== {title}: dwrc resolve: {why}", flush=True)
                    if why.startswith("exit -"):
                        print("\n".join(rule_lines or paths))
                continue
            if len(theirs) != len(lines):
                print(f"=== {title}: {len(lines)} lines, {len(theirs)} answers")
                refused += 1
                continue
            for line, mine, its in zip(lines, ours, theirs):
                checked += 1
                d = difference(mine, its)
                if not d:
                    continue
                differing += 1
                if a.first:
                    print(f"seed {seed}: answers differ at {title}, merge {checked}")
                    return 1
                sort = sort_of(d, line)
                if sort in sorts or len(sorts) >= a.show:
                    continue
                sorts.add(sort)
                small_rules, small = rule_lines, line
                if rule_lines is not None:
                    small_rules, small = shrinker.shrink(rule_lines, line)
                    here = shrinker.write(small_rules)
                else:
                    small = shrinker.line(paths, line)
                    here = paths
                show(title, small_rules, small, oracle_answers(here, [small])[0],
                     dwrc.run(here, [small])[0][0])
    failed = differing + refused
    print(f"seed {seed}: {checked - differing} passed, {failed} failed")
    if refused and not checked:
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
