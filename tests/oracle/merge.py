"""resolve(): one write merged into one document, step by step as the semantics page says it.

Slow and literal on purpose; "semantics N" in a comment is the sentence a function follows. A
result is a dict of status, code, doc, branch, rule, fields and notifications. A unit is decided in
unit.py, a child table in tables.py.
"""
from rules import BUILT_IN_META, Rule, Unit
from tables import Tables, rows_of
from unit import Side, decide, get, put
from values import (ABSENT, Num, compare, dump, field_equal, instant, number_sum, stamp, summable,
                    unset)


def without(d, *names):
    return {k: v for k, v in d.items() if k not in names}


def by_field(v, names):
    """Semantics 2.5: one value, or an object by field, `*` for the rest; the values for names."""
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


class Merge(Tables):
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

    # --- equality of rows, tables, documents (1.7, 6) ---

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
        self.fields.pop(label, None)  # a field of this name that is not reported stood before
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
        self.rows_reported = set()
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
                    self.server_ts_for, self.same_field)
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
                put(doc, f, v)
                if side.c([f]):
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


def resolve(rules, request):
    return Merge(rules.of(request["doctype"]), request).resolve()
