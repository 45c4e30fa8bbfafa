"""resolve(): one write merged into one document, step by step as the semantics page says it.

Slow and literal on purpose; "semantics N" in a comment is the sentence a function follows. A result
is a dict of status, code, doc, branch, rule, fields and notifications.
"""
from functools import cmp_to_key

from rules import BUILT_IN_META, ROW_META, Rule, Unit
from values import (ABSENT, Num, compare, dump, equal, field_equal, instant, number_sum, stamp,
                    summable, unset)


def without(d, *names):
    return {k: v for k, v in d.items() if k not in names}


def get(d, name):
    return ABSENT if d is None else d.get(name, ABSENT)


def put(doc, name, v):
    """The member becomes v; ABSENT takes it away."""
    if v is ABSENT:
        doc.pop(name, None)
    else:
        doc[name] = v


def by_field(v, names):
    """Semantics 2.5: one value, or an object by field with `*` for the rest; the values for names."""
    if isinstance(v, dict):
        return [v[n] if n in v else v.get("*", ABSENT) for n in names]
    return [v]


def roles_of(values):
    out = []
    for v in values:
        if isinstance(v, str):
            out.append(v)
        elif isinstance(v, list):
            out += [r for r in v if isinstance(r, str)]
    return out


def rows_of(v):
    """The rows of a child table's value, or None where it is no array of objects."""
    if unset(v):
        return []
    if isinstance(v, list) and all(isinstance(r, dict) for r in v):
        return v
    return None


# --- section 4.1 ---

def lines_of(text):
    if unset(text):
        return []
    out = text.split("\n")
    if out[-1] == "":
        out.pop()
    return out


def region(base, side):
    """(from, to, replacing lines): what one side changed in base."""
    start = 0
    while start < len(base) and start < len(side) and base[start] == side[start]:
        start += 1
    end = 0
    while (end < len(base) - start and end < len(side) - start
           and base[len(base) - 1 - end] == side[len(side) - 1 - end]):
        end += 1
    return start, len(base) - end, side[start:len(side) - end]


def covers(text, some):
    """The lines `some` stand in the lines `text` as one run; no lines are covered by any."""
    return any(text[i:i + len(some)] == some for i in range(len(text) - len(some) + 1))


def merge_text(base, server, client):
    b, s, c = lines_of(base), lines_of(server), lines_of(client)
    s1, s2, srep = region(b, s)
    c1, c2, crep = region(b, c)

    def both():
        first, second = ((s1, s2, srep), (c1, c2, crep))
        if (c1, c2) < (s1, s2):
            first, second = second, first
        return (b[:first[0]] + first[2] + b[first[1]:second[0]] + second[2] + b[second[1]:])

    if s2 < c1 or c2 < s1:
        lines = both()
    elif s2 == c1 or c2 == s1:
        if crep and covers(srep, crep):
            lines = s
        elif srep and covers(crep, srep):
            lines = c
        else:
            lines = both()
    elif not crep or covers(s, crep):
        lines = s
    elif covers(c, srep):
        lines = c
    else:
        lines = s + crep
    if lines == s:
        return server
    if lines == c:
        return client
    return "\n".join(lines)


# --- section 4.2 ---

def union(base_known, base, server, client, key, keep_both):
    b = [] if unset(base) or not base_known else base
    s = [] if unset(server) else server
    c = [] if unset(client) else client

    def keyed(e):
        return key is not None and isinstance(e, dict) and not unset(e.get(key, ABSENT))

    def same(x, y):
        """Are they the same element? By the key, or as a whole."""
        if keyed(x) and keyed(y):
            return equal(x[key], y[key])
        return not keyed(x) and not keyed(y) and equal(x, y)

    def find(e, where):
        return next((x for x in where if same(x, e)), ABSENT)

    # Of several elements of one side with one key the first is that side's version.
    out, added = [], []
    for i, e in enumerate(s):
        was, theirs = find(e, b), find(e, c)
        unchanged = was is not ABSENT and equal(was, e)
        if theirs is ABSENT:
            if not unchanged or keep_both:
                out.append(e)  # else the client removed it, the server did not change it
        elif unchanged and find(e, s[:i]) is ABSENT and not equal(theirs, e):
            out.append(theirs)
        else:
            out.append(e)
    for i, e in enumerate(c):
        was, sofar = find(e, b), out + added
        unchanged = was is not ABSENT and equal(was, e)
        if keep_both:
            # Every version that is not base's, nor there already.
            if any(equal(e, x) for x in sofar) or unchanged and find(e, s) is not ABSENT:
                continue
        elif find(e, sofar) is not ABSENT:
            continue
        elif find(e, s) is ABSENT and was is not ABSENT and equal(was, find(e, c)):
            continue  # the server removed it, the client did not change it
        added.append(e)
    return out + added


# --- one unit (sections 3 and 4) ---

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

    def __init__(self, base_known, base, server, view, wrote, client_ts, now, server_ts):
        self.base_known, self.base, self.server, self.view = base_known, base, server, view
        self.wrote = wrote  # name -> did the client write it
        self.client_ts, self.now = instant(client_ts), instant(now)
        self.server_ts = server_ts  # names -> the latest readable time, or None

    def c(self, fields):
        against = self.base if self.base_known else self.server
        return [f for f in fields
                if self.wrote(f) and not field_equal(get(self.view, f), get(against, f))]

    def watched(self, f):
        s = get(self.server, f)
        if self.base_known:
            return (not field_equal(s, get(self.base, f))
                    and not field_equal(s, get(self.view, f)))
        return self.wrote(f) and not field_equal(s, get(self.view, f))


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


# --- the merge of a document ---

class Merge:
    def __init__(self, d, request):
        self.d = d
        self.r = request
        self.meta = BUILT_IN_META | d.meta
        self.counts = {t.count_into: t for t in d.tables.values() if t.count_into}
        self.result = {"status": None, "code": None, "doc": None, "branch": None, "rule": None,
                       "fields": {}, "notifications": []}

    # --- names (1.6) ---

    def is_meta(self, f):
        return f in self.meta or f.startswith("_")

    def compared(self, f):
        return not self.is_meta(f) and f not in self.counts and f != self.d.version_field

    def is_member(self, t, f):
        if f in t.key or f == t.order_by:
            return True
        return not (f in ROW_META or f in self.d.meta or f.startswith("_"))

    # --- equality of rows, tables, documents (1.7, 6) ---

    def rows_equal(self, t, a, b):
        return all(field_equal(get(a, f), get(b, f))
                   for f in {**a, **b} if self.is_member(t, f))

    def tables_equal(self, t, a, b):
        ra, rb = rows_of(a), rows_of(b)
        if ra is None or rb is None:
            return field_equal(a, b)
        return len(ra) == len(rb) and all(self.rows_equal(t, x, y) for x, y in zip(ra, rb))

    def same_field(self, f, a, b):
        t = self.d.tables.get(f)
        return self.tables_equal(t, a, b) if t else field_equal(a, b)

    def documents_equal(self, a, b):
        return all(self.same_field(f, get(a, f), get(b, f))
                   for f in {**a, **b} if self.compared(f))

    # --- conditions (4) ---

    def changes(self, f):
        s = get(self.server, f)
        if self.base_known:
            return not self.same_field(f, s, get(self.base, f))
        return self.wrote(f) and not self.same_field(f, s, self.patch[f])

    def holds(self, c, roles):
        op = c[0]
        if op == "and":
            return self.holds(c[1], roles) and self.holds(c[2], roles)
        if op == "or":
            return self.holds(c[1], roles) or self.holds(c[2], roles)
        if op == "not":
            return not self.holds(c[1], roles)
        if op == "changes":
            return self.changes(c[1])

        def operand(o):
            """A value, or a list of roles."""
            if o[0] == "value":
                return o[1], None
            if o[0] == "server_role":
                return None, roles
            if o[0] == "client_role":
                return None, roles_of([self.r.get("client_role", ABSENT)])
            if o[0] == "client_user":
                user = self.r.get("client_user", ABSENT)
                return (user if isinstance(user, str) else ABSENT), None
            doc = {"server": self.server, "client": self.view, "base": self.base}[o[0]]
            return get(doc, o[1]), None

        left, left_roles = operand(c[1])
        if op in ("is set", "is not set"):
            is_set = bool(left_roles) if left_roles is not None else not unset(left)
            return is_set == (op == "is set")
        if op in ("in", "not in"):
            lefts = [left] if left_roles is None else left_roles
            found = any(field_equal(x, v) for x in lefts for v in c[2])
            return found == (op == "in")
        right, right_roles = operand(c[2])
        lefts = [left] if left_roles is None else left_roles
        rights = [right] if right_roles is None else right_roles
        if op in ("=", "!="):
            found = any(field_equal(x, y) for x in lefts for y in rights)
            return found == (op == "=")
        test = {"<": lambda n: n < 0, "<=": lambda n: n <= 0,
                ">": lambda n: n > 0, ">=": lambda n: n >= 0}[op]
        return any(test(compare(x, y)) for x in lefts for y in rights)

    def roles_for(self, names):
        return roles_of(by_field(self.r.get("server_role", ABSENT), names))

    def server_ts_for(self, names):
        times = [instant(v) for v in by_field(self.r.get("server_ts", ABSENT), names)]
        return max((t for t in times if t is not None), default=None)

    def rule_for(self, rules, names):
        roles = self.roles_for(names)
        return next(r for r in rules if r.when is None or self.holds(r.when, roles))

    # --- results ---

    def reject(self, code, at, doc):
        self.result.update(status="rejected", code=code, rule=at, doc=doc)
        return self.result

    def succeed(self, doc, at=None):
        self.result.update(status="success", doc=doc, rule=at)
        return self.result

    def report(self, label, outcome, conflict, base, server, client, at):
        self.fields[label] = {"outcome": outcome, "conflict": conflict, "base": base,
                              "server": server, "client": client, "rule": at}

    def tomb(self, member, otherwise):
        """(value, line); the strategy's line where none says it."""
        value, at = self.d.tombstone.get(member, (otherwise, None))
        return value, at or self.d.strategy_at

    # --- section 7 ---

    def resolve(self):
        d, r = self.d, self.r
        op = r.get("op", "update")
        server = r.get("server")
        base = r.get("base")
        patch = r.get("client")
        patch = patch if isinstance(patch, dict) else {}
        if server is None:
            if op != "insert":
                return self.reject("NOT_FOUND", None, None)
            if d.strategy == "server_only":
                return self.reject("CREATE_NOT_ALLOWED", d.strategy_at, None)
            empty = {}
            if not unset(patch.get("docstatus", ABSENT)):
                empty["docstatus"] = Num("0")
            return self.merge(empty, empty, patch, new=True)
        if get(server, "_deleted") is True:
            if op == "delete":
                return self.succeed(None)
            content = without(server, "_deleted")
            wins, at = self.tomb("delete_wins_over_update", True)
            if op != "undelete" and wins:
                return self.reject("DELETED", at, None)
            self.merge(content, content, patch, stands=None)
            if op != "undelete" and self.result["status"] == "success":
                self.result["status"] = "merged"
            return self.result
        if op == "delete":
            return self.delete(base, server)
        if op == "insert":
            return self.insert(server, patch)
        return self.merge(base, server, patch)

    def start(self, base, server, patch):
        self.base_known = base is not None
        self.base = base
        self.server = server
        self.patch = patch
        own = {f: v for f, v in patch.items() if self.compared(f)}
        self.view = {**(base if self.base_known else server), **own}
        self.fields = {}
        self.concurrent = not (self.base_known and self.documents_equal(base, server))
        self.locked = (self.d.lock is not None
                       and self.holds(self.d.lock, self.roles_for(["*"])))

    def wrote(self, f):
        return f in self.patch and self.compared(f)

    def delete(self, base, server):
        self.start(base, server, {})
        if self.locked:
            return self.reject("LOCKED", self.d.lock_at, server)
        allowed, at = self.tomb("allow_delete", True)
        if not allowed:
            soft, soft_at = self.tomb("soft_delete", None)
            if soft is None:
                return self.reject("DELETE_NOT_ALLOWED", at, server)
            self.merge(base, server, {soft[0]: soft[1]})
            self.result["rule"] = soft_at
            return self.result
        if not self.concurrent:
            return self.succeed(None, at)
        wins, at = self.tomb("delete_wins_over_update", True)
        if wins:
            return self.succeed(None, at)
        return self.reject("DELETE_CONFLICT", at, server)

    def insert(self, server, patch):
        bad = self.invalid_table(None, server, patch)
        if bad:
            return self.reject("VALIDATION_ERROR", bad.at, server)
        if self.documents_equal(server, patch):
            return self.succeed(server)
        if self.d.strategy == "append_only":
            return self.insert_branch(server, patch)
        return self.merge(None, server, patch)

    def invalid_table(self, base, server, patch):
        """The first of the tables that hold no array of objects; of several any may be named."""
        bad = [t for t in self.d.tables.values() if t.name in patch
               and any(rows_of(get(doc, t.name)) is None for doc in (base, server, patch))]
        self.result["several"] = len(bad) > 1
        return bad[0] if bad else None

    # --- branches (5.1, 5.2) ---

    def next_version(self, doc):
        v = get(doc, self.d.version_field)
        if not (isinstance(v, Num) and summable(v)):
            v = Num("1")
        return number_sum([(1, v), (1, Num("1"))])

    def branch_of(self, content, server):
        d = self.d
        name = get(server, "name")
        at = instant(self.r.get("client_ts", ABSENT)) or instant(self.r.get("now", ABSENT))
        words = {"{name}": "" if unset(name) else name if isinstance(name, str) else dump(name),
                 "{timestamp}": stamp(at) if at else ""}
        text, i = "", 0
        while i < len(d.branch):
            word = next((w for w in words if d.branch.startswith(w, i)), None)
            text += words[word] if word else d.branch[i]
            i += len(word) if word else 1
        doc = {"name": text, "_branch_of": None if name is ABSENT else name}
        doc.update({f: v for f, v in content.items() if not self.is_meta(f)})
        if d.version_field:
            doc[d.version_field] = self.next_version(server)
        return doc

    def finish_branch(self, content):
        self.result.update(status="branched", doc=self.server,
                           branch=self.branch_of(content, self.server),
                           rule=self.d.branch_at or self.d.strategy_at)
        self.finish(self.server)
        self.result["status"] = "branched"
        return self.result

    def insert_branch(self, server, patch):
        """Semantics 5.2: kept as a branch, tables as one field."""
        self.start(None, server, patch)
        for f in patch:
            if self.wrote(f) and not self.same_field(f, patch[f], get(server, f)):
                self.report(f, "branched", True, ABSENT, get(server, f), patch[f],
                            self.d.strategy_at)
        return self.finish_branch(patch)

    # --- sections 3 to 6 ---

    def all_units(self):
        d = self.d
        ruled = {f for u in d.units for f in u.fields}
        free = []
        for doc in (self.server, self.base or {}, self.view):
            for f in doc:
                if f not in ruled and f not in d.tables and f not in free and self.compared(f):
                    free.append(f)
        units = list(d.units)
        if d.free_together and not self.locked:
            units.append(Unit(free, [d.free]))
        else:
            units += [Unit([f], [d.free]) for f in free]
        return units

    def merge(self, base, server, patch, new=False, stands=ABSENT):
        """stands: the document of a rejection, where it is not server's."""
        bad = self.invalid_table(base, server, patch)
        if bad:
            if stands is ABSENT:
                stands = None if new else server
            return self.reject("VALIDATION_ERROR", bad.at, stands)
        self.start(base, server, patch)
        d = self.d
        doc = dict(server)
        if new and not unset(patch.get("name", ABSENT)):
            doc["name"] = patch["name"]
        side = Side(self.base_known, self.base, self.server, self.view, self.wrote,
                    self.r.get("client_ts", ABSENT), self.r.get("now", ABSENT),
                    self.server_ts_for)
        opened = []
        branch = False
        for u in self.all_units():
            if self.locked and not any(f in d.lock_except for f in u.fields):
                rule = Rule("server_only", d.lock_at)
            else:
                rule = self.rule_for(u.rules, u.fields)
            done = decide(u.fields, rule, side)
            branch = branch or done.branch
            for f, v in done.values.items():
                put(doc, f, v)
            for f, outcome, conflict in done.reports:
                self.report(f, outcome, conflict, get(self.base, f), get(server, f),
                            get(self.view, f), rule.at)
            manual = [f for f, outcome, _ in done.reports if outcome == "manual"]
            if manual:
                opened.append((rule, manual))
        if branch:
            return self.finish_branch(self.view)
        for t in d.tables.values():
            if t.name in patch:
                self.merge_table(t, doc)
        for rule, manual in opened:
            for f, v, at in rule.sets:
                if not field_equal(get(doc, f), v):
                    put(doc, f, v)
                if side.c([f]) and not field_equal(get(self.view, f), v):
                    self.report(f, "refused", True, get(self.base, f), get(server, f),
                                get(self.view, f), at)
        for rule, manual in opened:
            for f in manual if rule.provisional else []:
                if self.fields[f]["outcome"] == "manual":
                    flag = f"_{f}_conflict"
                    if get(server, flag) is not True or f"_server_{f}" not in server:
                        s = get(server, f)
                        doc[f"_server_{f}"] = None if s is ABSENT else s
                    c = get(self.view, f)
                    doc[f"_client_{f}"] = None if c is ABSENT else c
                    doc[flag] = True
        if d.version_field:
            if new:
                doc[d.version_field] = Num("1")
            elif not self.documents_equal(doc, server):
                doc[d.version_field] = self.next_version(server)
        self.finish(doc)
        return self.result

    def finish(self, doc):
        """Semantics 8."""
        r, d = self.result, self.d
        r["doc"] = doc
        r["fields"] = {f: v for f, v in self.fields.items() if self.concurrent or v["conflict"]}
        notes = r["notifications"]
        if self.concurrent:
            notes += [{"type": kind, "field": f} for kind, f in d.notify if self.changes(f)]
        if d.notify_conflict:
            notes += [{"type": "client_change_overridden", "field": f}
                      for f, v in r["fields"].items()
                      if v["outcome"] == "refused" or v["outcome"] == "server" and v["conflict"]]
        outcomes = {v["outcome"] for v in r["fields"].values()}
        if outcomes & {"manual", "held"}:
            r["status"] = "conflict_manual"
            notes.append({"type": "manual_resolution_required"})
        elif self.documents_equal(doc, self.view):
            r["status"] = "success"
        else:
            r["status"] = "merged"
        if r["branch"] is not None:
            notes.append({"type": "branch_created"})

    # --- section 6 ---

    def key_of(self, t, row):
        """None where the row has no key."""
        parts = [get(row, k) for k in t.key]
        return None if all(unset(p) for p in parts) else parts

    def one_key(self, t, a, b):
        ka, kb = self.key_of(t, a), self.key_of(t, b)
        if ka is None or kb is None:
            return ka is None and kb is None and self.rows_equal(t, a, b)
        return all(field_equal(x, y) for x, y in zip(ka, kb))

    def in_order(self, t, indices, rows):
        """By order_by, else by position."""
        if t.order_by is None:
            return list(indices)
        return sorted(indices, key=cmp_to_key(
            lambda x, y: compare(get(rows[x], t.order_by), get(rows[y], t.order_by))))

    def match_rows(self, t, base, server, client):
        """[(base index, server index, client index)], None for a side that has none: first the
        server's rows by position, then the client's."""
        partner = {}
        free = set(range(len(client)))
        for i, s in enumerate(server):
            for j in range(len(client)):
                if j in free and self.one_key(t, s, client[j]) and \
                        self.rows_equal(t, s, client[j]):
                    partner[i] = j
                    free.discard(j)
                    break
        for i in self.in_order(t, [i for i in range(len(server)) if i not in partner], server):
            if self.key_of(t, server[i]) is None:
                continue
            for j in self.in_order(t, sorted(free), client):
                if self.key_of(t, client[j]) is not None and \
                        self.one_key(t, server[i], client[j]):
                    partner[i] = j
                    free.discard(j)
                    break
        matches = [[None, i, partner.get(i)] for i in range(len(server))]
        matches += [[None, None, j] for j in sorted(free)]

        def rows_in(m):
            return ([server[m[1]]] if m[1] is not None else []) + \
                   ([client[m[2]]] if m[2] is not None else [])

        unused = list(range(len(base)))
        for m in matches:
            for b in unused:
                if any(self.one_key(t, base[b], x) and self.rows_equal(t, base[b], x)
                       for x in rows_in(m)):
                    m[0] = b
                    unused.remove(b)
                    break
        left = [m for m in matches if m[0] is None]
        if t.order_by is not None:
            left.sort(key=cmp_to_key(lambda x, y: compare(get(rows_in(x)[0], t.order_by),
                                                          get(rows_in(y)[0], t.order_by))))
        for m in left:
            x = rows_in(m)[0]
            if self.key_of(t, x) is None:
                continue
            for b in self.in_order(t, unused, base):
                if self.key_of(t, base[b]) is not None and self.one_key(t, base[b], x):
                    m[0] = b
                    unused.remove(b)
                    break
        return matches

    def server_meta(self, t, members, server):
        """members' members with the server's of what is no member."""
        out = {f: v for f, v in members.items() if self.is_member(t, f)}
        out.update({f: v for f, v in server.items() if not self.is_member(t, f)})
        return out

    def row_fields(self, t, base_known, base, server, client):
        """on_same_key fields {…}: (row, outcome, conflict) where the client changed it."""
        side = Side(base_known, base, server, client, lambda f: True,
                    self.r.get("client_ts", ABSENT), self.r.get("now", ABSENT),
                    lambda fields: self.server_ts_for([t.name]))
        units = list(t.units)
        named = {f for u in units for f in u.fields}
        for row in (server, base or {}, client):
            for f in row:
                if f not in named and self.is_member(t, f):
                    named.add(f)
                    units.append(Unit([f], [t.otherwise]))
        row = dict(server)
        reports, sets = [], []
        for u in units:
            rule = u.rules[0]
            done = decide(u.fields, rule, side)
            for f, v in done.values.items():
                put(row, f, v)
            reports += done.reports
            if any(outcome == "manual" for _, outcome, _ in done.reports):
                sets += rule.sets
        for f, v, _ in sets:
            if not field_equal(get(row, f), v):
                put(row, f, v)
            if side.c([f]) and not field_equal(get(client, f), v):
                reports.append((f, "refused", True))
        if not reports:
            return row, None, False
        if any(conflict for _, _, conflict in reports):
            return row, "merged", True
        if all(outcome == "same" for _, outcome, _ in reports):
            return row, "same", False
        return row, "client", False

    def row_case(self, t, base_known, b, s, c):
        """The table of section 6: (result rows as (row, whose), outcome or None, conflict, at)."""
        had = b is not None
        if s is not None and c is not None:
            against = b if base_known else s
            changed = against is None or not self.rows_equal(t, c, against)
            keyed = self.key_of(t, c) is not None and self.key_of(t, s) is not None
            equal_rows = self.rows_equal(t, s, c)
            if self.locked_table(t):
                if not changed:
                    return [s], None, False, None
                if equal_rows:
                    return [s], "same", False, self.d.lock_at
                return [s], "refused", True, self.d.lock_at
            if keyed and t.same_key == "fields":
                row, outcome, conflict = self.row_fields(
                    t, base_known, (b if had else {}) if base_known else None, s, c)
                if not changed:
                    outcome, conflict = None, False
                return [row], outcome, conflict, t.same_key_at
            if equal_rows:
                return [s], ("same" if changed else None), False, t.at
            if not changed:
                return [s], None, False, None
            if t.append_only:
                return [s], "refused", True, t.append_only_at or t.at
            if had and self.rows_equal(t, s, b):
                return [self.server_meta(t, c, s)], "client", False, t.at
            return self.same_key(t, s, c)
        if s is not None:
            if base_known and had:
                if self.locked_table(t):
                    return [s], "refused", True, self.d.lock_at
                if t.removes:
                    if self.rows_equal(t, s, b):
                        return [], None, False, None
                    return [s], "server", True, t.removes_at
                return [s], "refused", True, t.at
            return [s], None, False, None
        if base_known and had and self.rows_equal(t, c, b):
            return [], None, False, None
        if self.locked_table(t):
            return [], "refused", True, self.d.lock_at
        if not had and t.hold is not None and self.holds(t.hold, self.roles_for(["*"])):
            return [], "held", True, t.hold_at
        return [c], "client", had, t.at

    def same_key(self, t, s, c):
        at = t.same_key_at or t.at
        how = t.same_key
        order = 0
        if t.order_by is not None:
            order = compare(get(c, t.order_by), get(s, t.order_by))
        if how == "keep_both":
            return [s, c], "merged", True, at
        if how == "manual":
            return [s], "manual", True, at
        if (how == "client_wins" or how == "first_write_wins" and order < 0
                or how == "last_write_wins" and order > 0):
            return [self.server_meta(t, c, s)], "client", True, at
        return [s], "server", True, at

    def locked_table(self, t):
        return self.locked and t.name not in self.d.lock_except

    def label(self, t, s, si, c, ci):
        row = s if s is not None else c
        key = self.key_of(t, row)
        if key is None:
            text = f"#{ci}" if c is not None else f"-#{si}"
        else:
            text = "|".join(p if isinstance(p, str) else dump(p) for p in key)
        label, n = f"{t.name}[{text}]", 1
        while label in self.fields:
            n += 1
            label = f"{t.name}[{text}#{n}]"
        return label

    def merge_table(self, t, doc):
        base_known = self.base_known
        base = rows_of(get(self.base, t.name))
        server = rows_of(get(self.server, t.name))
        client = rows_of(self.patch[t.name])
        kept, added = [], []  # (row, client index or None, is it a second row of its match)
        for bi, si, ci in self.match_rows(t, base, server, client):
            b = base[bi] if bi is not None else None
            s = server[si] if si is not None else None
            c = client[ci] if ci is not None else None
            rows, outcome, conflict, at = self.row_case(t, base_known, b, s, c)
            if outcome is not None:
                self.report(self.label(t, s, si, c, ci), outcome, conflict,
                            ABSENT if b is None else b, ABSENT if s is None else s,
                            ABSENT if c is None else c, at)
            for n, row in enumerate(rows):
                (added if s is None or n else kept).append((row, ci, n > 0))
        if self.locked_table(t):
            return
        added.sort(key=lambda o: o[1])
        if t.order_by is not None:
            def order(x, y):
                for f in [t.order_by] + t.key:
                    n = compare(get(x[0], f), get(y[0], f))
                    if n:
                        return n
                return 0
            rows = sorted(kept + added, key=cmp_to_key(order))  # stable: the server's first
        elif base_known and self.tables_equal(t, get(self.base, t.name), get(self.server, t.name)):
            rows = sorted([o for o in kept + added if o[1] is not None and not o[2]],
                          key=lambda o: o[1])
            rows += [o for o in kept if o[1] is None] + [o for o in added if o[2]]
        else:
            rows = kept + added
        rows = [o[0] for o in rows]
        was = get(self.server, t.name)
        if rows or server:
            doc[t.name] = rows
        elif was is ABSENT:
            doc.pop(t.name, None)
        if t.count_into:
            doc[t.count_into] = Num(str(len(rows)))


def resolve(rules, request):
    return Merge(rules.of(request["doctype"]), request).resolve()
