"""What `dwrc why` says in words, held against the merge: untrue() returns every sentence that the
documents and the result do not bear out, and every one that is not known here.

The facts are the request's and the resolver's answer, compared as runtime/SEMANTICS.md says (by the
reference in tests/oracle, which also knows whether a condition holds); the words are never compared
with what other words would be."""
import re

from merge import Merge
from tables import rows_of
from values import ABSENT, Num, compare, field_equal, number_sum, unset

NAMES = r"(?P<names>.+?)"


def fields_in(text, known):
    """The fields of "a, b and c", longest names first: a name may hold commas."""
    return [f for f in known if f in text]


class Merged:
    """One merge: the request, the answer of `dwrc resolve`, and the explained lines."""

    def __init__(self, ruleset, request, got):
        self.d = ruleset.of(request["doctype"])
        self.request, self.got = request, got
        self.op = request.get("op", "update")
        self.server = request.get("server") or {}
        self.tombstone = self.server.get("_deleted") is True
        self.new = request.get("server") is None
        self.patch = request.get("client") if self.op != "delete" else None
        self.patch = self.patch if isinstance(self.patch, dict) else {}
        self.known = isinstance(request.get("base"), dict) and self.op != "insert" \
            and not self.tombstone
        self.base = request["base"] if self.known else {}
        self.result = got["result"] if isinstance(got["result"], dict) else {}
        self.oracle = Merge(self.d, request)
        self.oracle.resolve()
        self.soft = self.d.tombstone.get("soft_delete", (None, None))[0]
        if self.op == "delete" and self.soft is not None:
            self.patch = {self.soft[0]: self.soft[1]}

    def same(self, f, a, b):
        table = self.d.tables.get(f)
        return self.oracle.tables_equal(table, a, b) if table else field_equal(a, b)

    def value(self, side, f):
        doc = {"base": self.base, "server": self.server, "result": self.result}.get(side)
        if doc is not None:
            return doc.get(f, ABSENT)
        return self.patch.get(f, (self.base if self.known else self.server).get(f, ABSENT))

    def same_document(self):
        return self.oracle.documents_equal(self.result, self.server)

    def are(self, f, a, b):
        return self.same(f, self.value(a, f), self.value(b, f))

    def unit_of(self, f):
        return next((u.fields for u in self.d.units if f in u.fields), [f])

    def rules_at(self, line):
        return [r for u in self.d.units for r in u.rules if r.at == line["rule"]]


def number(v):
    return isinstance(v, Num)


def elements_kept(m, line, gone_too):
    """Of lists: what both have, and what one side added."""
    lists = [v if isinstance(v, list) else [] for v in (line["base"], line["server"], line["client"])]
    base, server, client = lists
    result = m.value("result", line["field"])
    result = result if isinstance(result, list) else []

    def has(some, e):
        return any(field_equal(x, e) for x in some)
    if any(isinstance(e, dict) for e in base + server + client):
        return True  # by key: their members are merged
    wanted = [e for e in server + client if gone_too or not m.known or not has(base, e)]
    return all(has(result, e) for e in wanted) and \
        all(has(result, e) for e in server if has(client, e))


def added_up(m, line):
    terms = [(1, v) for v in (line["server"], line["client"]) if number(v)] + \
        [(-1, line["base"])] * (m.known and number(line["base"]))
    return field_equal(m.value("result", line["field"]), number_sum(terms))


def result_is(side):
    return lambda m, line, found: m.are(line["field"], "result", "client" if side == "client" else side) \
        or field_equal(m.value("result", line["field"]), line[side])


def extreme(sign):
    def test(m, line, found):
        result = m.value("result", line["field"])
        sides = [line[s] for s in ("server", "client") if not unset(line[s])]
        return any(field_equal(result, s) for s in sides) and \
            all(sign * compare(result, s) >= 0 for s in sides)
    return test


def condition(m, line, found):
    rules = [r for r in m.rules_at(line) if r.when is not None]
    names = m.unit_of(line["field"])
    return any(m.oracle.holds(r.when, m.oracle.roles_for(names)) for r in rules)


def changed(m, f):
    return not m.are(f, "base", "server")


def watched(m, line, found):
    """Some watched field changed, as 3 says it."""
    return any(m.oracle.changes(w) for r in m.rules_at(line) for w in r.watch)


# --- why it is a conflict ---

LEADS = [
    (r"Both changed it; ", lambda m, l, g: m.known and changed(m, l["field"]) and
        not m.are(l["field"], "base", "client")),
    (r"The server has another value, and what the client had seen is not known; ",
        lambda m, l, g: not m.known and not unset(l["server"]) and not field_equal(l["server"], l["client"])),
    (r"The server has other values, and what the client had seen is not known; ",
        lambda m, l, g: not m.known),
    (r"Both changed the document; ", lambda m, l, g: m.known and m.got["concurrent"]),
    (NAMES + r" are decided as one and both sides changed them; ",
        lambda m, l, g: m.known and any(changed(m, f) for f in m.unit_of(l["field"])) and
        any(not m.are(f, "base", "client") for f in m.unit_of(l["field"]))),
    (NAMES + r" are decided as one, the server has other values, and what the client had seen is not known; ",
        lambda m, l, g: not m.known and any(not m.are(f, "server", "client") for f in m.unit_of(l["field"]))),
    (NAMES + r" are decided as one, and one of them or (one of )?.+ changed on the server too; ",
        lambda m, l, g: m.known and (watched(m, l, g) or any(changed(m, f) for f in m.unit_of(l["field"])))),
    (r"(One of )?" + NAMES + r" changed on the server; ", lambda m, l, g: m.known and watched(m, l, g)),
    (r"(One of )?" + NAMES + r" has another value on the server, and what the client had seen is not known; ",
        lambda m, l, g: not m.known and watched(m, l, g)),
]

# --- and what comes of it ---

DECISIONS = [
    (r"the server's values? stands?", result_is("server")),
    (r"the client's values? stands?", result_is("client")),
    (r"the client's write does not count as the later one", result_is("server")),
    (r"the client's write counts as the later one", result_is("client")),
    (r"the server's was there first", lambda m, l, g: result_is("server")(m, l, g) and
        any(not unset(m.value("server", f)) for f in m.unit_of(l["field"]))),
    (r"the server had none", lambda m, l, g: result_is("client")(m, l, g) and
        all(unset(m.value("server", f)) for f in m.unit_of(l["field"]))),
    (r"a value is not of the kind that the rule is for, so the server's stands", result_is("server")),
    (r"a person decides, and until then the (server|client)'s values? stands?",
        lambda m, l, g: m.got["status"] == "conflict_manual" and result_is(g.group(1))(m, l, g)),
    (r"the rule sets it to .+", lambda m, l, g: sets_to(m, l, lambda u: l["field"] in u.fields)),
    (r"both texts are put together, line by line",
        lambda m, l, g: all(unset(l[s]) or isinstance(l[s], str) for s in ("base", "server", "client"))),
    (r"the elements of both are kept, but for what one side took away",
        lambda m, l, g: m.known and elements_kept(m, l, False)),
    (r"the elements of both are kept", lambda m, l, g: elements_kept(m, l, True)),
    (r"both changes are added up", lambda m, l, g: added_up(m, l)),
    (r"the higher value stands", extreme(1)),
    (r"the lower value stands", extreme(-1)),
    (r"the (higher|lower) in the order .+ stands",
        lambda m, l, g: any(field_equal(m.value("result", l["field"]), l[s]) for s in ("server", "client"))),
]

# --- fields that are no conflict, and those nobody reports ---


def nothing_there(m, line, found):
    return all(unset(m.value("server", f)) for f in m.unit_of(line["field"]))


def rows_of_server(m, line, found):
    a, b = rows_of(m.value("result", line["field"])), rows_of(m.value("server", line["field"]))
    table = m.d.tables[line["field"]]
    return len(a) == len(b) and all(any(m.oracle.rows_equal(table, x, y) for y in b) for x in a)


def wrote(m, f):
    """C of 3; a delete writes what stands for it."""
    return f in m.patch and not m.same(f, m.patch[f], m.value("base" if m.known else "server", f))


def unwritten(m, f):
    """The client's write says nothing of it: a delete says nothing of any field."""
    return m.op == "delete" or not wrote(m, f)


def sets_to(m, line, is_unit):
    """A rule of such a unit sets the field to what it now has."""
    return any(f == line["field"] and field_equal(v, m.value("result", f))
               for u in m.d.units if is_unit(u) for r in u.rules for f, v, _ in r.sets)


def conflict_over(m, u):
    """A field of the unit is a person's, or was set before one was asked."""
    return any(l["field"] in u.fields and l["conflict"] and l["wins"] in ("manual", "refused")
               for l in m.got["fields"] if l["reported"])


FIELDS = [
    (r"Both wrote the same\.", lambda m, l, g: m.got["concurrent"] and field_equal(l["server"], l["client"])),
    (r"Only the client changed it\.", lambda m, l, g: wrote(m, l["field"]) and (not m.known or not changed(m, l["field"])) and (
        m.got["status"] == "branched" or result_is("client")(m, l, g) or l["field"] in m.d.tables)),
    (r"Of " + NAMES + r" only the client changed any\.", lambda m, l, g: result_is("client")(m, l, g) and
        m.known and not any(changed(m, f) for f in m.unit_of(l["field"]))),
    (r"The server had nothing there\.", lambda m, l, g: not m.known and nothing_there(m, l, g) and
        result_is("client")(m, l, g)),
    (r"The server had nothing there, and the client filled it\.",
        lambda m, l, g: nothing_there(m, l, g) and result_is("client")(m, l, g)),
    (r"What is set stays(, as .+)?\.", lambda m, l, g: not unset(l["server"]) and result_is("server")(m, l, g)),
    (r"Once one of them is set, all stay(, as .+)?\.",
        lambda m, l, g: not nothing_there(m, l, g) and result_is("server")(m, l, g)),
    (r"Only the server changes (it|them)(, as .+)?\.", result_is("server")),
    (r"The document is locked, as .+\.", lambda m, l, g: m.oracle.locked and l["rule"] == m.d.lock_at and (
        "[" in l["field"] or result_is("server")(m, l, g))),
    (r"(?:The conflict over|A conflict over one of) " + NAMES + r" sets it to .+\.", lambda m, l, g: sets_to(
        m, l, lambda u: fields_in(g.group("names"), u.fields) == u.fields and conflict_over(m, u))),
    (r"Both wrote the document, and the client's is kept as a document of its own\.",
        lambda m, l, g: m.got["status"] == "branched"),
    (r"Set in place of the delete\.", lambda m, l, g: m.op == "delete" and m.soft is not None and
        m.soft[0] == l["field"] and field_equal(m.soft[1], m.value("result", l["field"]))),
    (r"Nobody changed it\.", lambda m, l, g: m.known and not changed(m, l["field"]) and
        unwritten(m, l["field"]) and stays(m, l)),
    (r"Only the server changed it\.", lambda m, l, g: m.known and changed(m, l["field"]) and
        unwritten(m, l["field"]) and stays(m, l)),
    (r"The client did not write it\.", lambda m, l, g: not m.known and (
        m.op == "delete" or l["field"] not in m.patch) and stays(m, l)),
    (r"The client wrote what the server has\.", lambda m, l, g: not m.known and
        m.op != "delete" and l["field"] in m.patch and unwritten(m, l["field"]) and stays(m, l)),
    (r"The write is refused as a whole\.", lambda m, l, g: m.got["status"] == "rejected" and
        not unwritten(m, l["field"])),
    (r"The server's stands\.", lambda m, l, g: stays(m, l)),
    (r"The server's rows stand(, in the table's order)?\.", rows_of_server),
    (r"Both changed it, and no row in two ways\.", lambda m, l, g: m.known and changed(m, l["field"]) and
        not unwritten(m, l["field"])),
    (r"Belongs to the sync layer\.", lambda m, l, g: m.oracle.is_meta(l["field"])),
    (r"Belongs to the sync layer: what the client wrote is ignored\.",
        lambda m, l, g: l["field"] in m.d.meta and not m.are(l["field"], "result", "client")),
    (r"The number of rows of " + NAMES + r"; what a client writes there is ignored\.( Locked .+)?",
        lambda m, l, g: l["field"] in m.oracle.counts),
    (r"One more on every change of the document; what a client writes there is ignored\.( Locked .+)?",
        lambda m, l, g: l["field"] == m.d.version_field),
]


def stays(m, line):
    """What the server had, or nothing at all where the document is gone or stands otherwise."""
    return m.got["status"] == "rejected" or not isinstance(m.got["result"], dict) or \
        m.are(line["field"], "result", "server")


# --- rows ---


def sides(m, line):
    """Which of the three rows are the same: (base and server, base and client, server and client)."""
    table = m.d.tables[next(t for t in m.d.tables if line["field"].startswith(t + "["))]
    rows = [line[s] for s in ("base", "server", "client")]
    return [a is not None and b is not None and m.oracle.rows_equal(table, a, b)
            for a, b in ((rows[0], rows[1]), (rows[0], rows[2]), (rows[1], rows[2]))]


def both_changed(m, l, g):
    return None not in (l["base"], l["server"], l["client"]) and not any(sides(m, l)[:2])


def only_client(m, l, g):
    return None not in (l["base"], l["server"], l["client"]) and sides(m, l)[0] and not sides(m, l)[1]


ROW_LEADS = [
    (r"Both changed the row(; |, and )", both_changed),
    (r"Both have the row, and it differs; ", lambda m, l, g: l["base"] is None and not sides(m, l)[2]
        and l["server"] is not None and l["client"] is not None),
    (r"Both have the row; ", lambda m, l, g: l["base"] is None and sides(m, l)[2]),
    (r"Only the client changed the row, and ", only_client),
]
ROW_DECISIONS = [
    (r"the (server|client)'s stands", lambda m, l, g: l["wins"] == g.group(1)),
    (r"the client's has the (earlier|later) .+ and stands", lambda m, l, g: l["wins"] == "client" and
        times(m, l) * (1 if g.group(1) == "later" else -1) > 0),
    (r"the client's has no (earlier|later) .+, so the server's stands", lambda m, l, g: l["wins"] == "server" and
        times(m, l) * (1 if g.group(1) == "later" else -1) <= 0),
    (r"both are kept", lambda m, l, g: l["wins"] == "merged"),
    (r"a person decides, and until then the server's stands",
        lambda m, l, g: l["wins"] == "manual" and m.got["status"] == "conflict_manual"),
    (r"it is merged member by member \(.+\)", lambda m, l, g: l["wins"] == "merged" and l["conflict"]),
]
ROWS = [
    (r"Both wrote the same row\.", lambda m, l, g: sides(m, l)[2]),
    (r"Whatever the client changed in the row, the server changed to the same\.",
        lambda m, l, g: both_changed(m, l, g) and members(m, l, lambda b, s, c: field_equal(b, c) or field_equal(s, c))),
    (r"The server's row has all that the client's has\.",
        lambda m, l, g: l["base"] is None and members(m, l, lambda b, s, c: unset(c) or field_equal(s, c))),
    (r"Only the client changed the row\.", only_client),
    (r"Both changed the row, but no member in two ways: what each changed stands\.",
        lambda m, l, g: both_changed(m, l, g) and members(
            m, l, lambda b, s, c: field_equal(b, s) or field_equal(b, c) or field_equal(s, c))),
    (r"Both have the row, and where it differs only the client has a value\.",
        lambda m, l, g: l["base"] is None and members(
            m, l, lambda b, s, c: field_equal(s, c) or unset(s) or (m.known and unset(c)))),
    (r"Only the client has the row, and it is added\.", lambda m, l, g: l["base"] is None is l["server"]),
    (r"The server removed the row and the client changed it, so it is kept\.",
        lambda m, l, g: l["server"] is None is not l["base"] and not sides(m, l)[1]),
    (r"The client removed the row and the server changed it, so it stays\.",
        lambda m, l, g: l["client"] is None is not l["base"] and not sides(m, l)[0]),
    (r"The client left the row out, and rows are not removed here\.",
        lambda m, l, g: l["client"] is None is not l["base"] and l["wins"] == "refused"),
    (r"A stored row is never changed\.", lambda m, l, g: l["server"] is not None and l["wins"] == "refused"),
    (r"A row of the client's alone waits for a person, as .+\.",
        lambda m, l, g: l["wins"] == "held" and l["server"] is None and m.got["status"] == "conflict_manual"),
    (r"The document is locked, as .+\.", lambda m, l, g: m.oracle.locked and l["rule"] == m.d.lock_at),
]


def members(m, line, test):
    table = m.d.tables[next(t for t in m.d.tables if line["field"].startswith(t + "["))]
    rows = [line[s] or {} for s in ("base", "server", "client")]
    return all(test(*(r.get(f, ABSENT) for r in rows)) for f in {**rows[0], **rows[1], **rows[2]}
               if m.oracle.is_member(table, f))


def times(m, line):
    table = m.d.tables[next(t for t in m.d.tables if line["field"].startswith(t + "["))]
    return compare(*(line[s].get(table.order_by, ABSENT) for s in ("client", "server")))


# --- the document ---

OUTCOMES = [
    (r"The document is what the client wrote: nobody else had changed it\.",
        lambda m: m.got["status"] == "success" and not m.got["concurrent"]),
    (r"The document is what the client wrote(, by the rules below)?\.", lambda m: m.got["status"] == "success"),
    (r"All that the client wrote was taken, but the rows stand in the table's order\.",
        lambda m: m.got["status"] == "merged" and all(
            m.same(f, v, m.result.get(f, ABSENT)) or f in m.d.tables
            for f, v in m.patch.items() if m.oracle.compared(f))),
    (r"Both sides wrote: the document is made by the rules below\.",
        lambda m: m.got["status"] == "merged" and m.got["concurrent"]),
    (r"Not all that the client wrote was taken\.", lambda m: m.got["status"] == "merged" and
        not m.got["concurrent"] and any(l["conflict"] for l in m.got["fields"])),
    (r"What the two sides wrote did not meet\.", lambda m: m.got["status"] == "merged" and m.got["concurrent"]),
    (r"A person has to decide; the document holds what stands until then\.",
        lambda m: m.got["status"] == "conflict_manual"),
    (r"Both sides wrote the document: the server's stands, and the client's is kept as a document of its own\.",
        lambda m: m.got["status"] == "branched" and m.same_document()),
    (r"A new document: the server had none of this name\.", lambda m: m.new and m.op == "insert"),
    (r"The document was deleted and is brought back\.", lambda m: m.tombstone and m.op != "delete" and
        isinstance(m.got["result"], dict)),
    (r"Nothing changes: it was deleted already\.", lambda m: m.tombstone and m.op == "delete"),
    (r"Deleted: nothing had changed since the client saw it\.",
        lambda m: m.op == "delete" and m.got["result"] is None and not m.got["concurrent"] and not m.tombstone),
    (r"Deleted, although the client has not seen the server's last change: a delete wins\. What was there can be "
        r"recovered\.", lambda m: m.op == "delete" and m.got["result"] is None and m.got["concurrent"]),
    (r"Not deleted: documents of this kind get .+ set to .+ instead, which is decided like any other write\.",
        lambda m: m.op == "delete" and m.soft is not None and m.got["result"] is not None),
    (r"Not deleted: the document has changed since the client saw it\.",
        lambda m: m.op == "delete" and m.got["code"] == "DELETE_CONFLICT" and m.got["concurrent"]),
    (r"Refused: .+\.", lambda m: m.got["status"] == "rejected"),
]


def first(table, text, whole=True):
    for pattern, test in table:
        found = (re.fullmatch if whole else re.match)(pattern, text, re.S)
        if found:
            return found, test
    return None, None


def true_in_parts(m, line, leads, decisions):
    words = line["words"]
    found, test = first(leads, words, False)
    if not found or not test(m, line, found):
        return False
    rest = words[found.end():].rstrip(".")
    decided, test = first(decisions, rest)
    if not decided:
        rest, cut, _ = rest.rpartition(", as ")
        while cut and not first(decisions, rest)[0]:
            rest, cut, _ = rest.rpartition(", as ")
        decided, test = first(decisions, rest)
        if not decided or not condition(m, line, decided):
            return False
    return test(m, line, decided)


def is_row(m, line):
    """A field may be called like a row."""
    return line["reported"] and line["field"] in m.oracle.rows_reported


def is_true(m, line):
    row = is_row(m, line)
    found, test = first(ROWS if row else FIELDS, line["words"])
    if found:
        return test(m, line, found)
    return true_in_parts(m, line, *((ROW_LEADS, ROW_DECISIONS) if row else (LEADS, DECISIONS)))


def untrue(ruleset, request, got):
    """The sentences of an explained merge (`got`, with the document as "result") that are not so."""
    m = Merged(ruleset, request, got)
    found, test = first(OUTCOMES, got["words"])
    wrong = [] if found and test(m) else [got["words"]]
    return wrong + ["%s: %s" % (line["field"], line["words"]) for line in got["fields"]
                    if not is_true(m, line)]


# Each is another claim than the one it is made of.
PLANTED = [("Both changed it;", "The server has another value, and what the client had seen is not known;"),
           ("The server has another value, and what the client had seen is not known;", "Both changed it;"),
           ("the server's value stands", "the client's value stands"),
           ("the client's value stands", "the server's value stands"),
           ("Only the client changed it.", "Only the server changed it."),
           ("Only the server changed it.", "Nobody changed it."),
           ("Nobody changed it.", "Only the client changed it."),
           ("The client did not write it.", "The client wrote what the server has."),
           ("both changes are added up", "the higher value stands"),
           ("Both wrote the same row.", "Only the client changed the row."),
           ("Both changed the row", "Both have the row, and it differs"),
           ("Both have the row, and it differs", "Both changed the row"),
           ("Only the client has the row, and it is added.",
            "The server removed the row and the client changed it, so it is kept."),
           ("nobody else had changed it.", "by the rules below."),
           ("Both sides wrote:", "All that the client wrote was taken:")]


def planted(ruleset, request, got):
    """Which planted untruths about a merge go unseen, and how many there were."""
    unseen, count = [], 0
    for line in got["fields"]:
        for old, new in PLANTED:
            # What each member's rule is: those of the table, not of this merge.
            inside = "member by member" in line["words"] and not old.startswith("Both")
            if old in line["words"] and not inside:
                count += 1
                changed = dict(line, words=line["words"].replace(old, new))
                fields = [changed if f is line else f for f in got["fields"]]
                if not untrue(ruleset, request, dict(got, fields=fields)):
                    unseen.append(changed["words"])
    return unseen, count
