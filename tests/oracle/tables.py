"""Child tables: how rows are matched, decided, ordered and named (semantics 6)."""
from functools import cmp_to_key

from rules import ROW_META, Unit
from unit import Side, decide, get, put
from values import ABSENT, Num, compare, dump, field_equal, unset


def rows_of(v):
    """The rows of a child table's value, or None where it is no array of objects."""
    if unset(v):
        return []
    if isinstance(v, list) and all(isinstance(r, dict) for r in v):
        return v
    return None


class Tables:
    """What a Merge does with its child tables."""

    def is_member(self, t, f):
        if f in t.key or f == t.order_by:
            return True
        return not (f in ROW_META or f in self.d.meta or f.startswith("_"))

    def rows_equal(self, t, a, b):
        return all(field_equal(get(a, f), get(b, f))
                   for f in {**a, **b} if self.is_member(t, f))

    def tables_equal(self, t, a, b):
        ra, rb = rows_of(a), rows_of(b)
        if ra is None or rb is None:
            return field_equal(a, b)
        return len(ra) == len(rb) and all(self.rows_equal(t, x, y) for x, y in zip(ra, rb))

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
            if side.c([f]):
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
        def used(label):
            # A field may be named like a row; it uses the label where it is reported.
            f = self.fields.get(label)
            return f and (label in self.rows_reported or self.concurrent or f["conflict"])

        label, n = f"{t.name}[{text}]", 1
        while used(label):
            n += 1
            label = f"{t.name}[{text}#{n}]"
        self.rows_reported.add(label)
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
