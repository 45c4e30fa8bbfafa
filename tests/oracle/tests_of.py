"""The `test` blocks of rule files, and what the reference says of them.

A second reading of LANGUAGE.md, section 13, which shares nothing with the compiler: each block's
merge is answered by the reference (merge.py), and every expectation is compared with that answer.
"""
import merge
import rules as language
import values
from values import ABSENT, field_equal

GIVEN = ("base", "server", "client", "client_ts", "server_ts", "now", "server_role",
         "client_role", "client_user")


class Test:
    def __init__(self, title, doctype, at):
        self.title, self.doctype, self.at = title, doctype, at
        self.request = {"doctype": doctype}
        self.expected = []  # (kind, …), in the block's order


class TestReader(language.Reader):
    """Reads the tests of a file and passes over everything else."""

    def tests(self):
        out = []
        while self.group() != "end":
            if self.text() == "test":
                out.append(self.test_block())
            else:
                self.skip_statement()
        return out

    def test_block(self):
        at = self.at()
        self.take("test")
        title = self.string()
        self.take("for")
        test = Test(title, self.string(), at)
        self.take("{")
        while not self.accept("}"):
            word = self.take()
            if word == "op":
                test.request["op"] = self.take()
                self.take(";")
            elif word == "expect":
                test.expected.append(self.expectation())
            elif word in GIVEN:
                test.request[word] = self.literal()
                self.accept(";")
            else:
                raise language.RuleError(f"{self.at()}: {word!r} in a test")
        return test

    def field(self):
        name = self.name_()
        if self.accept("["):
            name += f"[{self.string()}]"
            self.take("]")
        return name

    def expectation(self):
        word = self.take()
        if word in ("outcome", "conflict"):
            field = self.field()
            out = (word, field, self.take()) if word == "outcome" else (word, field)
        elif word in ("code", "notification"):
            out = (word, self.take())
        elif word == "no":
            what = self.take()
            out = ("no " + what, None)
            if self.text() != ";":
                out = ("no " + what, self.field() if what == "conflict" else self.take())
        elif word == "branch":
            out = (word, self.literal())
        else:
            out = ("status", word, self.literal() if self.text() == "{" else None)
        self.accept(";")
        return out


def read_tests(paths):
    """Of the files that language.read reads, in the order of their names."""
    out = []
    for name, path in language.files(paths):
        with open(path, encoding="utf-8") as f:
            out += TestReader(f.read(), name).tests()
    return out


def shown(v):
    return "nothing" if v is ABSENT else values.dump(v)


def members(m, d, expected, doc):
    """What differs between the members that are expected and the document's."""
    for name, value in expected.items():
        got = ABSENT if doc is None else doc.get(name, ABSENT)
        table = d.tables.get(name)
        if table and isinstance(got, list) and isinstance(value, list):
            same = m.tables_equal(table, value, got)
        else:
            same = field_equal(value, got)
        if not same:
            yield f"{name}: expected {shown(value)}, the reference says {shown(got)}"


def is_row_of(label, field):
    return label.startswith(field + "[")


def compare(ruleset, test):
    """Yields what a test expects and the reference does not say."""
    request = dict(test.request)
    if "client" not in request and request.get("op", "update") in ("update", "insert"):
        request["client"] = {}
    d = ruleset.of(test.doctype)
    m = merge.Merge(d, request)
    got = m.resolve()
    fields = got["fields"]
    conflicts = [f for f, report in fields.items() if report["conflict"]]
    types = [n["type"] for n in got["notifications"]]
    for kind, what, *rest in test.expected:
        if kind == "status":
            if got["status"] != what:
                yield f"expected {what}, the reference says {got['status']}"
            yield from members(m, d, rest[0] or {}, got["doc"])
        elif kind == "branch":
            yield from members(m, d, what, got["branch"])
            if got["branch"] is None:
                yield "expected a branch, the reference makes none"
        elif kind == "code" and got["code"] != what:
            yield f"expected code {what}, the reference says {got['code']}"
        elif kind == "outcome" and fields.get(what, {}).get("outcome") != rest[0]:
            yield f"outcome of {what}: expected {rest[0]}, the reference reports {fields.get(what)}"
        elif kind == "conflict" and not any(f == what or is_row_of(f, what) for f in conflicts):
            yield f"expected a conflict of {what}, the reference has {conflicts}"
        elif kind == "no conflict" and any(what is None or f == what or is_row_of(f, what)
                                           for f in conflicts):
            yield f"expected no conflict, the reference has {conflicts}"
        elif kind == "notification" and what not in types:
            yield f"expected notification {what}, the reference has {types}"
        elif kind == "no notification" and (types if what is None else what in types):
            yield f"expected no notification, the reference has {types}"
