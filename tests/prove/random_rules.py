#!/usr/bin/env python3
"""random_rules.py DWRC [--seed N] [--doctypes N] FILE - writes small random DocTypes whose fields depend on
each other: guards, locks and holds over several fields, counts, fields of the sync layer, roles,
watched and set fields, units, provisional conflicts, literals that are lists and objects, close
bounds, deletes. For random_rules, which looks for documents by which a proof of them is false. DocTypes in which DWRC
finds a mistake (a condition that contradicts itself) are left out."""
import argparse
import json
import random
import subprocess

FIELDS = "a b c d e".split()
STRATEGIES = ["field_level"] * 4 + ["server_only", "server_wins", "client_wins", "last_write_wins",
                                    "manual_resolve", "append_only"]
PLAIN = ["server_wins", "client_wins", "last_write_wins", "first_write_wins", "immutable",
         "server_only"]
COUNTED = ["sum", "max", "min", "union", "keep_both"]
LITERALS = ['"A"', '"B"', "1", "2", "2.5", "true", '["A","B"]', '{"x":[1]}', '"2026-01-01"']


class Rules:
    def __init__(self, r):
        self.r = r
        self.table = r.random() < 0.4
        self.readable = FIELDS + (["n"] if self.table else []) + (["seen"] if r.random() < 0.3 else [])
        if r.random() < 0.2:
            self.readable.append("modified")

    def pick(self, some):
        return self.r.choice(some)

    def test(self):
        r, f = self.r, self.pick(self.readable)
        side = self.pick(("server", "server", "client", "base"))
        kind = r.random()
        if kind < 0.10:
            return f"{f} changes"
        if kind < 0.20:
            who = self.pick(("client_role", "server_role", "client_role", "server_role", "client_user"))
            return f'{who} {self.pick(("=", "!="))} "{self.pick("xy")}"'
        if kind < 0.26:
            return f"{side}.{f} is {self.pick(('', 'not '))}set"
        if kind < 0.32:
            return f"{side}.{f} {self.pick(('=', '<', '>='))} {self.pick(('server', 'client', 'base'))}.{self.pick(FIELDS)}"
        if f == "n":
            return f"{side}.n {self.pick(('=', '<', '>', '>='))} {self.pick((0, 1, 2, 3, 5))}"
        if kind < 0.45:
            return f"{side}.{f} {self.pick(('<', '<=', '>', '>='))} {self.pick(('1', '2', '2.5', chr(34) + 'B' + chr(34)))}"
        if kind < 0.55:
            return f'{side}.{f} in ("A", "B", 2)'
        return f"{side}.{f} {self.pick(('=', '=', '!='))} {self.pick(LITERALS)}"

    def condition(self):
        tests = [self.test() for _ in range(self.pick((1, 1, 1, 2, 2, 3, 4)))]
        text = tests[0]
        for test in tests[1:]:
            text = f"{text} and {test}" if self.r.random() < 0.7 else f"({text} or {test})"
        return text if self.r.random() < 0.9 else f"not ({text})"

    def manual(self, f, others):
        r, inside = self.r, []
        if r.random() < 0.5:
            inside.append("provisional client;")
        if r.random() < 0.5:
            inside.append(f"watch {self.pick([x for x in self.readable if x != f])};")
        if r.random() < 0.3 and others:
            inside.append(f"set {self.pick(others)} = \"B\";")
        return f"manual {f}" + (" { " + " ".join(inside) + " }" if inside else ";")

    def counted(self, f):
        rule, more = self.pick(COUNTED), self.r.random() < 0.3
        if more and rule in ("max", "min"):
            return f'{rule} {f} ranked ("A", 2, "B");'
        return f"{rule} {f} {{ key k; }}" if more and rule in ("union", "keep_both") else f"{rule} {f};"

    def rule(self, f, others):
        kind = self.r.random()
        if kind < 0.30:
            return self.manual(f, others)
        if kind < 0.65:
            return self.counted(f)
        return f"{self.pick(PLAIN)} {f};"

    def unit(self, f, others):
        r = self.r
        if r.random() < 0.5:
            first = f"{self.pick(PLAIN + COUNTED + ['manual'])} {f} when {self.condition()};"
            return first + f" {self.pick(PLAIN)} {f};"
        return self.rule(f, others)

    def child(self, append_only):
        same = self.pick(("server_wins", "client_wins", "first_write_wins", "last_write_wins",
                          "keep_both", "manual", "sum(q)",
                          "fields { max q; otherwise client_wins; }",
                          "fields { manual together q, v { watch w; set x = 1; } sum w; }",
                          "fields { last_write_wins together q, v; union w; otherwise immutable; }"))
        same += "" if same.endswith("}") else ";"
        never = append_only or self.r.random() < 0.1
        same = "append_only yes; " if never and not append_only else "" if never else f"on_same_key {same} "
        key = self.pick(("id", "id", "id, q")) if "q" not in same else "id"
        order = " order_by at;" if self.r.random() < 0.3 else ""
        hold = f" hold when {self.condition()};" if self.r.random() < 0.3 else ""
        removes = " removes yes;" if self.r.random() < 0.4 and not never else ""
        return f"child t {{ key {key}; {same}count_into n;{order}{removes}{hold} }}"

    def deletes(self):
        r, inside = self.r, []
        if r.random() < 0.5:
            inside.append("allow_delete no;")
            if r.random() < 0.6:
                inside.append(f'soft_delete {self.pick(FIELDS)} = "B";')
        if r.random() < 0.6:
            inside.append("delete_wins_over_update no;")
        return f"tombstone {{ {' '.join(inside)} }}"

    def doctype(self, name):
        r = self.r
        strategy = self.pick(STRATEGIES)
        ruled = r.sample(FIELDS, r.randint(1, 3))
        lines = [f"strategy {strategy};"]
        if "seen" in self.readable:
            lines.append("meta seen;")
        if len(ruled) > 2 and r.random() < 0.3:
            both = f"together {ruled[0]}, {ruled[1]}"
            if r.random() < 0.4:
                lines.append(f"{self.pick(PLAIN + ['manual'])} {both} when {self.condition()};")
            lines.append(f"{self.pick(PLAIN)} {both};")
            ruled = ruled[2:]
        for f in ruled:
            lines.append(self.unit(f, [x for x in FIELDS if x != f]))
        if self.table:
            lines.append(self.child(strategy == "append_only"))
        if r.random() < 0.25:
            free = f" except {', '.join(r.sample(FIELDS, r.randint(1, 2)))}" if r.random() < 0.5 else ""
            lines.append(f"lock when {self.condition()}{free};")
        if r.random() < 0.1:
            lines.append(f"{self.pick(['client_wins', 'manual', 'max'])} docstatus;")
        if r.random() < 0.2:
            lines.append(self.deletes())
        return f'doctype "{name}" {{\n    ' + "\n    ".join(lines) + "\n}\n"


def write(file, doctypes):
    with open(file, "w", encoding="utf-8") as out:
        out.write("".join(doctypes))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--doctypes", type=int, default=100)
    arguments.add_argument("dwrc")
    arguments.add_argument("file")
    args = arguments.parse_args()
    doctypes = [Rules(random.Random(f"{args.seed} {i}")).doctype(f"D{i}")
                for i in range(args.doctypes)]
    write(args.file, doctypes)
    found = json.loads(subprocess.run([args.dwrc, "lint", "--max-errors", "0", "--format", "json",
                                       args.file],
                                      capture_output=True, text=True).stdout)["findings"]
    wrong = {finding["line"] for finding in found if finding["severity"] == "error"}
    kept, line = [], 1
    for doctype in doctypes:
        after = line + doctype.count("\n")
        if not wrong & set(range(line, after)):
            kept.append(doctype)
        line = after
    write(args.file, kept)


if __name__ == "__main__":
    main()
