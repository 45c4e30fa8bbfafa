"""One unit decided: the table of semantics 3 and the rules of 4, for documents and rows alike."""
from combine import merge_text, union
from values import (ABSENT, Num, compare, equal, field_equal, instant, number_sum, summable, unset)


def get(d, name):
    return ABSENT if d is None else d.get(name, ABSENT)


def put(doc, name, v):
    """The member becomes v; ABSENT takes it away."""
    if v is ABSENT:
        doc.pop(name, None)
    else:
        doc[name] = v


def right_kind(rule, v):
    if unset(v):
        return True
    if rule.kind == "merge_text":
        return isinstance(v, str)
    if rule.kind in ("union", "keep_both"):
        return isinstance(v, list)
    if rule.kind == "sum":
        return isinstance(v, Num) and summable(v)
    if rule.kind in ("max", "min"):
        if rule.ranked is not None:
            return any(equal(v, r) for r in rule.ranked)
        return isinstance(v, (Num, str))
    return True


class Side:
    """What a unit is decided from: the documents, or the rows, and the clocks."""

    def __init__(self, base_known, base, server, view, wrote, client_ts, now, server_ts,
                 same=lambda f, a, b: field_equal(a, b)):
        self.base_known, self.base, self.server, self.view = base_known, base, server, view
        self.wrote = wrote  # name -> did the client write it
        self.same = same    # of two values of a field, which may be a child table
        self.client_ts, self.now = instant(client_ts), instant(now)
        self.server_ts = server_ts  # names -> the latest readable time, or None

    def c(self, fields):
        against = self.base if self.base_known else self.server
        return [f for f in fields
                if self.wrote(f) and not field_equal(get(self.view, f), get(against, f))]

    def watched(self, f):
        s = get(self.server, f)
        if self.base_known:
            return (not self.same(f, s, get(self.base, f))
                    and not self.same(f, s, get(self.view, f)))
        return self.wrote(f) and not self.same(f, s, get(self.view, f))


class Decided:
    def __init__(self):
        self.values = {}   # name -> the value kept, where it is not the server's
        self.reports = []  # (name, outcome, conflict)
        self.branch = False


def client_is_later(side, fields):
    written = side.client_ts
    if written is None:
        return False
    stored = side.server_ts(fields)
    if stored is None:
        return True
    if side.now is not None and side.now < written:
        written = side.now
    return written > stored


def single_value(rule, side, f):
    """merge_text, union, keep_both, sum, max, min of one field."""
    b = get(side.base, f) if side.base_known else ABSENT
    s, c = get(side.server, f), get(side.view, f)
    if rule.kind == "merge_text":
        return merge_text(b, s, c)
    if rule.kind in ("union", "keep_both"):
        return union(side.base_known, b, s, c, rule.key, rule.kind == "keep_both")
    if rule.kind == "sum":
        terms = [(1, v) for v in (s, c) if not unset(v)]
        return number_sum(terms + ([] if unset(b) else [(-1, b)]))
    if unset(s) or unset(c):
        return c if unset(s) else s
    if rule.ranked is not None:
        def place(v):
            return next(i for i, r in enumerate(rule.ranked) if equal(r, v))
        order = (place(c) > place(s)) - (place(c) < place(s))
    else:
        order = compare(c, s)
    return c if (order > 0 if rule.kind == "max" else order < 0) else s


def decide(unit_fields, rule, side):
    """The table of section 3."""
    out = Decided()
    c = side.c(unit_fields)
    if not c:
        return out
    base, server, view = side.base, side.server, side.view
    kinds_ok = all(right_kind(rule, get(d, f)) for f in unit_fields
                   for d in (base if side.base_known else None, server, view))
    same = [f for f in c if field_equal(get(view, f), get(server, f))]
    watched = any(side.watched(f) for f in rule.watch)
    if len(same) == len(c) and not watched and not (rule.kind == "sum" and kinds_ok):
        out.reports = [(f, "same", False) for f in c]
        return out

    def client_view():
        for f in unit_fields:
            if not field_equal(get(view, f), get(server, f)):
                out.values[f] = get(view, f)

    def report(outcome, conflict):
        """C, then what else was replaced; in a unit of several, what agreed is `same`."""
        for f in c:
            if len(unit_fields) > 1 and f in same and conflict and outcome != "branched":
                out.reports.append((f, "same", False))
            else:
                out.reports.append((f, outcome, conflict))
        if conflict:
            out.reports += [(f, outcome, conflict) for f in out.values if f not in c]

    server_set = any(not unset(get(server, f)) for f in unit_fields)
    if rule.kind in ("immutable", "server_only"):
        if rule.kind == "immutable" and not server_set:
            for f in c:
                out.values[f] = get(view, f)
            report("client", False)
        else:
            report("refused", True)
        return out

    if side.base_known:
        s = any(not field_equal(get(server, f), get(base, f)) for f in unit_fields)
    else:
        s = server_set
    if not s and not watched:
        for f in c:
            if f not in same:
                out.values[f] = get(view, f)
        report("client", False)
        return out

    kind = rule.kind if kinds_ok else "server_wins"
    if kind == "branch":
        out.branch = True
        report("branched", True)
    elif kind == "server_wins":
        report("server", True)
    elif kind == "client_wins":
        client_view()
        report("client", True)
    elif kind in ("last_write_wins", "first_write_wins"):
        if client_is_later(side, unit_fields) if kind == "last_write_wins" else not server_set:
            client_view()
            report("client", True)
        else:
            report("server", True)
    elif kind == "manual":
        if rule.provisional:
            client_view()
        report("manual", True)
    else:
        f = unit_fields[0]
        v = single_value(rule, side, f)
        if v is not get(server, f):
            out.values[f] = v
        report("merged", True)
    return out
