#!/usr/bin/env python3
"""scenarios.py FILE.scn…: merges written as text, played through `dwrc resolve`.

The format is described in tests/README.md. Everything an answer holds is compared: what a scenario
does not mention must not be there. --resolve COMMAND plays them through another program that reads
rules and JSON lines (the reference implementation, say); --planted turns every expectation wrong
and asks that every scenario fails, so that a runner that compares nothing is found out.

Exit 0: all as expected; 1: failures; 2: a file that is no scenario, or nothing to run.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import values  # noqa: E402

INPUTS = ("base", "server", "client", "client_ts", "server_ts", "now", "server_role",
          "client_role", "client_user", "id")
OUTCOMES = ("same", "client", "server", "merged", "manual", "refused", "branched", "held")
STATUSES = ("success", "merged", "conflict_manual", "branched", "rejected")


class BadScenario(Exception):
    pass


class Scenario:
    def __init__(self, path, line, title, rules, doctype):
        self.path, self.line, self.title = path, line, title
        self.rules, self.doctype = rules, doctype
        self.op = None
        self.inputs = {}
        self.raw = None      # bytes, instead of a request made of the inputs
        self.status = None
        self.doc = None
        self.fields = {}     # label -> (outcome, conflict, at or None)
        self.values = {}     # label -> [base, server, client]
        self.notifications = []
        self.branch = None
        self.code = None
        self.rule = None

    def request(self, number):
        if self.raw is not None:
            return self.raw
        parts = [f'"id":{number}'] if "id" not in self.inputs else []
        parts.append('"doctype":' + values.quote(self.doctype))
        if self.op is not None:
            parts.append('"op":' + values.quote(self.op))
        parts += [f'"{k}":{v}' for k, v in self.inputs.items()]
        return ("{" + ",".join(parts) + "}").encode("utf-8")

    # --- what is wrong with an answer ---

    def faults(self, text):
        try:
            a = values.parse(text, 1000)
        except values.JsonError as e:
            return [f"the answer is no JSON ({e}): {text[:200]!r}"]
        out = []

        def same(what, expected, found):
            if values.exact(expected) != values.exact(found):
                out.append(f"{what}: expected {values.dump(expected)}, got {values.dump(found)}")

        same("status", self.status, a.get("status"))
        same("code", self.code, a.get("code"))
        if self.status == "error":
            if a.get("line") is None:
                out.append("an error answer without line")
            return out
        doc = self.doc
        if doc == "server":
            doc = values.parse(self.inputs["server"], 1000)
        same("doc", doc, a.get("doc"))
        same("branch", self.branch, a.get("branch"))
        if not at_matches(self.rule, a.get("rule")):
            out.append(f"rule: expected {self.rule}, got {a.get('rule')}")
        if self.code is not None and not a.get("message"):
            out.append("a code without a message")
        fields = a.get("fields", {})
        for label in {**self.fields, **fields}:
            if label not in fields:
                out.append(f"field {label}: not reported")
                continue
            f = fields[label]
            if label not in self.fields:
                out.append(f"field {label}: reported {f.get('outcome')}, not expected")
                continue
            outcome, conflict, at = self.fields[label]
            same(f"field {label}", outcome, f.get("outcome"))
            same(f"field {label}, conflict", conflict, f.get("conflict"))
            if at is not None and not at_matches(None if at == "-" else at, f.get("rule")):
                out.append(f"field {label}: expected rule {at}, got {f.get('rule')}")
            for side, v in zip(("base", "server", "client"), self.values.get(label, ())):
                same(f"field {label}, {side}", v, f.get(side))
        def sort(notes):
            return sorted(notes, key=values.exact)

        expected = [{"type": t, **({"field": f} if f else {})} for t, f in self.notifications]
        same("notifications", sort(expected), sort(a.get("notifications", [])))
        return out


def at_matches(expected, found):
    """`ticket.dwr:6` is found as `folder/ticket.dwr:6`, `ticket.dwr` with any line."""
    if expected is None or found is None:
        return expected is found
    if ":" not in expected:
        found = found.partition(":")[0]
    return found == expected or found.endswith("/" + expected)


# --- reading ---

def json_parts(text, count=None):
    """The JSON values that stand one after the other in a text."""
    out = []
    p = values.Parser(text, 1000)
    p.space()
    while p.i < len(text):
        start = p.i
        p.value()
        out.append(text[start:p.i])
        p.space()
    if count is not None and len(out) != count:
        raise BadScenario(f"expected {count} values, found {len(out)}")
    return out


def label_of(text):
    """(label, rest): a bare word or a JSON string."""
    if text.startswith('"'):
        p = values.Parser(text, 1)
        return p.string(), text[p.i:].strip()
    label, _, rest = text.partition(" ")
    return label, rest.strip()


def statement(s, word, rest):
    if word in INPUTS:
        s.inputs[word] = json_parts(rest, 1)[0]
    elif word == "op":
        s.op = rest
    elif word == "doctype":
        s.doctype = values.parse(rest)
    elif word == "raw":
        s.raw = rest.encode("utf-8")
    elif word == "hex":
        s.raw = bytes.fromhex(rest)
    elif word == "expect":
        status, _, doc = rest.partition(" ")
        doc = doc.strip()
        if status not in STATUSES or not doc:
            raise BadScenario("expect STATUS and a document, null or server")
        s.status = status
        s.doc = doc if doc == "server" else values.parse(doc, 1000)
    elif word == "error":
        s.status, s.code = "error", rest
    elif word == "field":
        label, rest = label_of(rest)
        outcome, *more = rest.split()
        if outcome not in OUTCOMES:
            raise BadScenario(f"no outcome: {outcome}")
        conflict = bool(more) and more[0] == "conflict"
        more = more[1:] if conflict else more
        if len(more) > 1 or label in s.fields:
            raise BadScenario("field NAME OUTCOME [conflict] [file:line], each once")
        s.fields[label] = (outcome, conflict, more[0] if more else None)
    elif word == "values":
        label, rest = label_of(rest)
        s.values[label] = [values.parse(v, 1000) for v in json_parts(rest, 3)]
    elif word == "notification":
        kind, f = label_of(rest)
        s.notifications.append((kind, label_of(f)[0] if f else None))
    elif word == "branch":
        s.branch = values.parse(rest, 1000)
    elif word == "code":
        s.code = rest
    elif word == "rule":
        s.rule = rest
    else:
        raise BadScenario(f"unknown word: {word}")


def logical_lines(path):
    """(number, text) with indented lines joined to the line before; comments and blanks dropped."""
    out = []
    with open(path, encoding="utf-8") as f:
        for number, text in enumerate(f.read().split("\n"), 1):
            if text[:1] in (" ", "\t"):
                if not out:
                    raise BadScenario(f"{path}:{number}: nothing to continue")
                out[-1][1].append(text)
            elif text.strip() and not text.startswith("#"):
                out.append((number, [text]))
            elif not text.strip() and out and out[-1][1][0].startswith("rules "):
                out[-1][1].append("")  # a blank line inside rules counts
    return out


def read(path, folder):
    """The scenarios of a file; rules written into it go to files in folder."""
    out = []
    rules, doctype, s = None, None, None
    blocks = 0
    for number, texts in logical_lines(path):
        word, _, rest = texts[0].partition(" ")
        rest = rest.strip()
        try:
            if word == "rules":
                blocks += 1
                if any(texts[1:]):
                    own = os.path.join(folder, os.path.basename(path) + f".{blocks}")
                    os.makedirs(own, exist_ok=True)
                    rules = os.path.join(own, rest)
                    body = [t[4:] if t.startswith("    ") else t for t in texts[1:]]
                    with open(rules, "w", encoding="utf-8") as f:
                        f.write("\n".join(body) + "\n")
                    named = [t for t in body if t.startswith("doctype ")]
                    doctype = values.parse(named[0][8:].split("{")[0].strip()) if named else "Other"
                else:
                    rules = os.path.join(os.path.dirname(path), rest)
                    doctype = None
                s = None
            elif word == "===":
                if rules is None:
                    raise BadScenario("a scenario before any rules")
                s = Scenario(path, number, rest, rules, doctype)
                out.append(s)
            elif s is None:
                raise BadScenario(f"{word} outside a scenario")
            else:
                statement(s, word, " ".join([rest] + [t.strip() for t in texts[1:]]).strip())
        except (BadScenario, values.JsonError, ValueError) as e:
            raise BadScenario(f"{path}:{number}: {e}") from None
    for s in out:
        if s.status is None or (s.raw is None and s.doctype is None):
            raise BadScenario(f"{path}:{s.line}: {s.title}: no expectation, or no doctype")
    return out


# --- playing ---

def play(command, scenarios):
    """[(scenario, faults)] of scenarios that share one rule file."""
    data = b"".join(s.request(n) + b"\n" for n, s in enumerate(scenarios, 1))
    p = subprocess.run(command + [scenarios[0].rules], input=data, capture_output=True, timeout=60,
                       check=False)
    answers = p.stdout.split(b"\n")[:-1]
    if p.returncode != 0 or len(answers) != len(scenarios):
        why = (p.stdout + p.stderr).decode("utf-8", "replace").strip()
        return [(s, [f"exit {p.returncode}, {len(answers)} answers: {why}"]) for s in scenarios]
    return [(s, s.faults(a)) for s, a in zip(scenarios, answers)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--resolve", default=os.environ.get("RESOLVE", "build/dwrc resolve"))
    parser.add_argument("--planted", action="store_true")
    a = parser.parse_args()
    failed = count = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            groups = {}
            for path in a.files:
                for s in read(path, folder):
                    groups.setdefault(s.rules, []).append(s)
        except (BadScenario, OSError) as e:
            print(e, file=sys.stderr)
            return 2
        for scenarios in groups.values():
            if a.planted:
                for s in scenarios:
                    if s.status == "error":
                        s.code += "X"
                    else:
                        s.notifications.append(("planted", None))
            for s, faults in play(shlex.split(a.resolve), scenarios):
                count += 1
                if a.planted:
                    if not faults:
                        failed += 1
                        print(f"{s.path}:{s.line}: {s.title}: passes with a planted fault")
                elif faults:
                    failed += 1
                    for fault in faults:
                        print(f"{s.path}:{s.line}: {s.title}: {fault}")
    what = "scenarios with a planted fault" if a.planted else "scenarios"
    print(f"{what}: {count - failed} passed, {failed} failed")
    if count == 0:
        return 2
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
