"""Random rule sets in every form of the language, and random merges for any rule set.

Domains are small on purpose, so that the sides of a merge agree, clash and meet often. Documents
are lists of (name, JSON text) until they are written out, so that a value keeps its spelling.
"""
import rules as language
import values

WORDS = ["open", "closed", "held", "ok", "broken"]
NUMBERS = ["0", "-0", "1", "1.0", "1e0", "10e-1", "2", "2.50", "-1", "12345678901234567890",
           "12345678901234567891", "0.10000000000000000001", "9007199254740993", "1e-2", "3E+1"]
TIMES = ['"2024-01-01"', '"2024-01-01 00:00:00"', '"2024-01-01T00:00:00Z"',
         '"2024-01-01t01:00:00.000+01:00"', '"2024-01-01T00:00:00.5z"', '"2024-01-02"',
         '"2023-12-31T23:59:60Z"', '"2024-01-02T00:00:00-00:30"', '"2024-02-29 10:00:00.25"',
         '"2024-02-30"', '"2024-01-01T00:00:00"', '"2024-01-01 00:00:00Z"', '"0000-01-01"',
         '"9999-12-31T23:59:59Z"', '"0001-01-01"']
ODD = ['null', '""', 'true', 'false', '[]', '{}', '[1,2]', '[1.0,2]', '{"a":1,"b":null}',
       '{"b":null,"a":1.0}', '{"a":1}', '"\\u00e9\\ud83d\\ude00"', '"x\\ty"', '[null,""]', '"0"']
LINES = ["a", "b", "c", "ok", "broken", "", "d", "e", "f", "g"]
ROLES = ["supervisor", "tech"]
USERS = ["ann", "bob"]


def pick(r, some):
    return some[r.randrange(len(some))]


def chance(r, p):
    return r.random() < p


# --- rule sets ---

class RuleWriter:
    """One rule file; every statement on a line of its own, so that lines can be taken away."""

    def __init__(self, r):
        self.r = r
        self.lines = []

    def name(self, f):
        plain = f.isidentifier() and f.isascii()
        return f if plain and chance(self.r, 0.9) else values.quote(f)

    def scalar(self):
        return pick(self.r, [values.quote(w) for w in WORDS[:3]] + NUMBERS[:4]
                    + ['"2024-01-01"', "true"])

    def operand(self):
        r = self.r
        side = pick(r, ["server", "server", "client", "client", "base"])
        return f"{side}.{self.name(pick(r, self.fields))}"

    def test(self):
        r = self.r
        n = r.randrange(10)
        if n < 3:
            who = pick(r, ["server_role", "client_role", "client_user"])
            word = pick(r, USERS if who == "client_user" else ROLES)
            if chance(r, 0.3):
                both = ", ".join(values.quote(w) for w in (word, "other"))
                return f"{who} {pick(r, ['in', 'not in'])} ({both})"
            if chance(r, 0.2):
                return f"{who} {pick(r, ['is set', 'is not set'])}"
            if chance(r, 0.15):
                return f"{who} {pick(r, ['=', '!='])} {self.operand()}"
            if chance(r, 0.1):
                return f"{self.operand()} {pick(r, ['=', '!='])} {who}"
            return f"{who} {pick(r, ['=', '!='])} {values.quote(word)}"
        if n < 4:
            return f"{self.name(pick(r, self.fields + list(self.tables)))} changes"
        if n < 5:
            return f"{self.operand()} {pick(r, ['is set', 'is not set'])}"
        if n < 6:
            some = ", ".join(self.scalar() for _ in range(r.randint(1, 3)))
            return f"{self.operand()} {pick(r, ['in', 'not in'])} ({some})"
        if n < 7:
            return f"{self.operand()} {pick(r, ['=', '!=', '<', '>='])} {self.operand()}"
        op = pick(r, ["=", "=", "!=", "<", "<=", ">", ">="])
        if chance(r, 0.1):
            left = self.scalar()
            if left != "true":  # there a bare word is a field
                return f"{left} {op} {self.operand()}"
        return f"{self.operand()} {op} {self.scalar()}"

    def condition(self, depth=2):
        r = self.r
        n = r.random()
        if depth and n < 0.2:
            return f"{self.condition(depth - 1)} and {self.condition(depth - 1)}"
        if depth and n < 0.35:
            return f"({self.condition(depth - 1)} or {self.condition(depth - 1)})"
        if depth and n < 0.45:
            return f"not ({self.condition(depth - 1)})"
        return self.test()

    def rule(self, kind, fields, together, guard="", members=None):
        """members: the names watch and set may speak of; None: no block."""
        r = self.r
        text = f"{kind} " + ("together " if together else "")
        text += ", ".join(self.name(f) for f in fields)
        if kind in ("max", "min") and chance(r, 0.4):
            some = '"open", "held", "closed"' if chance(r, 0.7) else '2, 1, "open"'
            text += f" ranked ({some})"
        text += guard
        block = ""
        others = [f for f in members or [] if f not in fields]
        if kind == "manual" and members is not None:
            if chance(r, 0.4):
                block += " provisional client;"
            watchable = others + (self.tables + ["owner"] if members is self.fields else [])
            if watchable and chance(r, 0.4):
                block += f" watch {self.name(pick(r, watchable))};"
            # Not two units that set one field: the order of statements means nothing.
            own = fields if chance(r, 0.1) else []
            free = [f for f in others + own if f not in self.set_by]
            if free and chance(r, 0.4):
                self.set_by.append(pick(r, free))
                block += f" set {self.name(self.set_by[-1])} = {self.scalar()};"
        if kind in ("union", "keep_both") and chance(r, 0.5):
            block += f" key {self.name('id')};"
        return text + (f" {{{block} }}" if block else ";")

    def units(self, pool, single, many, members, guards):
        """Rule statements over fields of the pool, which they use up."""
        r = self.r
        out = []
        while pool and chance(r, 0.85):
            if len(pool) >= 2 and chance(r, 0.3):
                fields = [pool.pop() for _ in range(min(len(pool), r.randint(2, 3)))]
                together = True
            else:
                fields = [pool.pop() for _ in range(min(len(pool), r.randint(1, 2)))]
                together = False
            kinds = many if together else many + single
            if guards and chance(r, 0.35):
                for _ in range(r.randint(1, 2)):
                    shuffled = r.sample(fields, len(fields))
                    out.append(self.rule(pick(r, kinds), shuffled, together,
                                         f" when {self.condition()}", members))
            out.append(self.rule(pick(r, kinds), fields, together, "", members))
        return out

    def table(self, name, counts, append_only):
        r = self.r
        body = ["key k;" if chance(r, 0.7) else "key k, part;"]
        if chance(r, 0.45):
            body.append(f"order_by {pick(r, ['at', 'at', 'idx', 'k'])};")
        if not append_only and chance(r, 0.15):
            body.append("append_only yes;")
            append_only = True
        if append_only:
            if chance(r, 0.3):
                body.append("on_same_key first_write_wins;")
        elif chance(r, 0.85):
            how = pick(r, ["server_wins", "client_wins", "first_write_wins", "last_write_wins",
                           "keep_both", "manual", "sum", "fields", "fields"])
            if how == "sum":
                how = pick(r, ["sum(qty)", "sum(qty, n)"])
            if how == "fields":
                pool = ["qty", "n", "note", "done", "tags"]
                r.shuffle(pool)
                inner = self.units(pool, ["merge_text", "union", "keep_both", "sum", "max", "min"],
                                   ["server_wins", "client_wins", "last_write_wins",
                                    "first_write_wins", "manual", "immutable", "server_only"],
                                   ["qty", "n", "note"] if chance(r, 0.3) else None, False)
                if not inner or chance(r, 0.4):
                    inner.append("otherwise " + pick(r, ["last_write_wins", "client_wins",
                                                         "server_wins", "immutable", "manual",
                                                         "max"]) + ";")
                how = "fields { " + " ".join(inner) + " }"
                body.append(f"on_same_key {how}")
            else:
                body.append(f"on_same_key {how};")
        if counts and chance(r, 0.4):
            body.append(f"count_into {counts.pop()};")
        if chance(r, 0.4):
            body.append(f"removes {pick(r, ['yes', 'yes', 'no'])};")
        if chance(r, 0.2):
            body.append(f"hold when {self.condition(1)};")
        return f"    child {self.name(name)} {{ " + " ".join(body) + " }"

    def tombstone(self):
        r = self.r
        body = []
        if chance(r, 0.6):
            yes = pick(r, ["yes", "no", "no"])
            body.append(f"allow_delete {yes};")
            if yes == "no" and chance(r, 0.6):
                field = pick(r, self.fields)
                body.append(f"soft_delete {self.name(field)} = {self.scalar()};")
        if chance(r, 0.5):
            body.append("ttl 30d;")
        if chance(r, 0.6):
            body.append(f"delete_wins_over_update {pick(r, ['yes', 'no'])};")
        return "    tombstone { " + " ".join(body) + " }"

    def doctype(self, name):
        r = self.r
        strategy = pick(r, ["server_wins", "server_only", "client_wins", "last_write_wins",
                            "field_level", "field_level", "field_level", "manual_resolve",
                            "append_only", "version_all"])
        fields = ["status", "when_", "notes", "amount", "tags", "priority", "key", "2nd visit",
                  "sum", "done", "at", "a_name_of_more_than_sixteen_bytes", "größe \"m²\""]
        r.shuffle(fields)
        self.fields = fields[:r.randint(4, 9)]
        self.set_by = []
        whole = strategy == "version_all"
        self.tables = [] if whole else ["parts", "logs"][:r.randrange(3)]
        if chance(r, 0.2) and not whole:
            self.fields.append("docstatus")
        counts = ["total", "number"]
        out = [f'doctype "{name}" {{', f"    strategy {strategy};"]
        if not whole:
            for t in self.units(self.fields[:-1 if len(self.fields) > 4 else None],
                                ["merge_text", "union", "keep_both", "sum", "max", "min"] * 2,
                                ["server_wins", "client_wins", "last_write_wins", "last_write_wins",
                                 "first_write_wins", "manual", "manual", "immutable",
                                 "server_only"],
                                self.fields if chance(r, 0.7) else None, True):
                out.append("    " + t)
            for t in self.tables:
                out.append(self.table(t, counts, strategy == "append_only"))
            if chance(r, 0.25):
                text = f"    lock when {self.condition(1)}"
                if chance(r, 0.5):
                    some = r.sample(self.fields + list(self.tables), 1 + r.randrange(2))
                    text += " except " + ", ".join(self.name(f) for f in some)
                out.append(text + ";")
        if strategy == "field_level" and chance(r, 0.5):
            out.append("    otherwise " + pick(r, ["client_wins", "last_write_wins", "manual",
                                                   "first_write_wins", "max", "merge_text",
                                                   "union", "immutable", "sum"]) + ";")
        if chance(r, 0.3):
            out.append("    meta updatedAt;")
        if chance(r, 0.6):
            out.append(self.tombstone())
        if strategy in ("version_all", "append_only") and chance(r, 0.6):
            pattern = pick(r, ["{name}_conflict_{timestamp}", "{timestamp}-{name}-{name}",
                               "kept {name}"])
            out.append(f'    branch "{pattern}" version_field version;')
        if chance(r, 0.5):
            out.append("    notify conflict;")
        for kind in ("moved", "done")[:r.randrange(3)]:
            some = self.name(pick(r, self.fields + list(self.tables) + ["owner"]))
            out.append(f"    notify {kind} when {some} changes;")
        body = out[2:]
        r.shuffle_blocks(body)
        self.lines += out[:2] + body + ["}"]

    def default(self):
        r = self.r
        self.fields = ["status", "notes"]
        strategy = pick(r, ["server_wins", "client_wins", "field_level", "last_write_wins"])
        out = ["default {", f"    strategy {strategy};"]
        if strategy == "field_level" and chance(r, 0.5):
            out.append("    otherwise last_write_wins;")
        if chance(r, 0.5):
            out.append("    notify conflict;")
        if chance(r, 0.7):
            out.append(self.tombstone())
        if chance(r, 0.3):
            out.append("    meta changedOn;")
        self.lines += out + ["}"]


def rule_file(r, doctypes):
    """The lines of a random rule file."""
    def shuffle_blocks(body):
        # Guarded rules of one unit must stay in their order; everything else may move.
        def guarded(line):
            return " when " in line and line.split()[0] in language.RULES
        blocks, block = [], []
        for line in body:
            block.append(line)
            if not guarded(line):
                blocks.append(block)
                block = []
        r.shuffle(blocks)
        body[:] = [line for block in blocks for line in block]

    r.shuffle_blocks = shuffle_blocks
    w = RuleWriter(r)
    if chance(r, 0.6):
        w.default()
    for i in range(doctypes):
        w.doctype(f"D{i}")
    return w.lines


# --- merges ---

class Domain:
    """What the fields of a DocType may hold: read off its rules."""

    def __init__(self, d):
        self.d = d
        self.fields = {}  # name -> candidate literals its rules speak of
        self.kind = {}

        def seen(f, *literals):
            if f not in d.tables:
                self.fields.setdefault(f, []).extend(values.dump(v) for v in literals)

        def condition(c):
            if c[0] in ("and", "or", "not"):
                for x in c[1:]:
                    condition(x)
            elif c[0] == "changes":
                seen(c[1])
            else:
                operands = [o for o in c[1:] if isinstance(o, tuple)]
                literals = [o[1] for o in operands if o[0] == "value"]
                literals += c[2] if len(c) > 2 and isinstance(c[2], list) else []
                for o in operands:
                    if len(o) == 2 and o[0] != "value":
                        seen(o[1], *literals)

        for u in d.units:
            for f in u.fields:
                seen(f)
            for rule in u.rules:
                for f in u.fields:
                    self.kind[f] = rule
                    if rule.ranked:
                        seen(f, *rule.ranked)
                for f in rule.watch:
                    seen(f)
                for f, v, _ in rule.sets:
                    seen(f, v)
                if rule.when:
                    condition(rule.when)
        if d.lock:
            condition(d.lock)
        for t in d.tables.values():
            if t.hold:
                condition(t.hold)
            if t.count_into:
                seen(t.count_into)
        for _, f in d.notify:
            seen(f)
        if "soft_delete" in d.tombstone:
            seen(d.tombstone["soft_delete"][0][0], d.tombstone["soft_delete"][0][1])
        if d.version_field:
            seen(d.version_field)
        for f in ("x", "y", "", "é\0", "parts[a]", "docstatus", "name", "owner", "_tag", *d.meta):
            seen(f)

    def value(self, r, f):
        known = self.fields.get(f) or []
        if known and chance(r, 0.5):
            return pick(r, known)
        if f == "name":
            return '"N-1"'
        if f == "docstatus":
            return pick(r, ["0", "1", "2"])
        if f == self.d.version_field or any(f == t.count_into for t in self.d.tables.values()):
            return pick(r, ["1", "2", "7", "null", "3.0"])
        rule = self.kind.get(f) or self.d.free
        return by_rule(r, rule)


def by_rule(r, rule):
    if chance(r, 0.1):
        return pick(r, ODD)
    if rule.ranked and chance(r, 0.9):
        return values.dump(pick(r, rule.ranked))
    if rule.kind == "merge_text":
        some = "\n".join(pick(r, LINES) for _ in range(pick(r, [0, 1, 2, 3, 5, 7])))
        return values.quote(some + ("\n" if chance(r, 0.2) else ""))
    if rule.kind in ("union", "keep_both"):
        def element():
            if rule.key and chance(r, 0.8):
                body = [("v", pick(r, NUMBERS[:6]))]
                if chance(r, 0.9):
                    body.append((rule.key, pick(r, ['1', '2', '"a"', 'null', '1.0'])))
                r.shuffle(body)
                return write(r, body)
            return pick(r, ['1', '1.0', '2', '"a"', 'null', '""', '{"a":1}', '{"a":1.0}', '3'])
        return "[" + ",".join(element() for _ in range(r.randint(0, 4))) + "]"
    if rule.kind == "sum" or chance(r, 0.3):
        return pick(r, NUMBERS + ["9" * 400, "1e400", "1e399"][:3 if chance(r, 0.1) else 0])
    if rule.kind in ("max", "min") and chance(r, 0.6):
        return pick(r, TIMES + NUMBERS)
    if chance(r, 0.1):
        return pick(r, TIMES)
    return values.quote(pick(r, WORDS[:3]))


def altered(r, rule, old):
    """A value near the old one: some lines or elements of it replaced, dropped, added."""
    v = values.parse(old)
    if rule.kind == "merge_text" and isinstance(v, str) and v:
        lines = v.split("\n")
        for _ in range(r.randint(1, 2)):
            at = r.randrange(len(lines) + 1)
            lines[at:at + r.randrange(3)] = [pick(r, LINES) for _ in range(r.randrange(3))]
        return values.quote("\n".join(lines))
    if rule.kind in ("union", "keep_both") and isinstance(v, list) and v:
        parts = [values.dump(x) for x in v]
        at = r.randrange(len(parts))
        fresh = values.parse(by_rule(r, rule))
        fresh = [values.dump(x) for x in fresh] if isinstance(fresh, list) else []
        if isinstance(v[at], dict) and rule.key in v[at] and chance(r, 0.6):
            fresh = [values.dump({**v[at], "v": values.Num(pick(r, NUMBERS[:6]))})]
        parts[at:at + r.randrange(3)] = fresh[:2]
        return "[" + ",".join(parts) + "]"
    return by_rule(r, rule)


def escaped(r, text):
    """A JSON string written otherwise."""
    s = values.parse(text)
    out = ""
    for c in s:
        if ord(c) < 0x10000 and chance(r, 0.4):
            out += "\\u%04x" % ord(c) if chance(r, 0.5) else "\\u%04X" % ord(c)
        elif c == "/" and chance(r, 0.5):
            out += "\\/"
        else:
            out += values.quote(c)[1:-1]
    return f'"{out}"'


def respelled(r, text):
    """An equal value in another spelling."""
    v = values.parse(text)
    if values.unset(v):
        return pick(r, ["null", '""'])
    if isinstance(v, values.Num):
        if len(v.text) > 30:
            return text
        if v.sign == 0:
            return pick(r, ["0", "-0", "0.0", "0e5"])
        sign = "-" if v.sign < 0 else ""
        return pick(r, [f"{sign}{v.digits}e{v.exponent}",
                        f"{sign}{v.digits}0E{v.exponent - 1}", text])
    if isinstance(v, str):
        return escaped(r, values.quote(v))
    if isinstance(v, dict):
        body = [(k, values.dump(x)) for k, x in v.items()]
        r.shuffle(body)
        return write(r, body)
    return values.dump(v)


def write(r, members, space=0.05):
    def gap():
        return pick(r, [" ", "\t", "  "]) if chance(r, space) else ""
    parts = []
    for k, v in members:
        name = escaped(r, values.quote(k)) if chance(r, 0.03) else values.quote(k)
        parts.append(f"{gap()}{name}{gap()}:{gap()}{v}{gap()}")
    return "{" + ",".join(parts) + "}"


# A table's value is ("rows", [row, …]) until it is written; a row is a list of (member, text).

def row(r, t, domain):
    out = []
    for i, k in enumerate(t.key):
        if chance(r, 0.93 if i == 0 else 0.8):
            out.append((k, pick(r, ['"a"', '"b"', '"c"', "1", "1.0", '"d"'])
                        if chance(r, 0.95) else pick(r, ODD + ['"a|b"', '"a#2"', '"#0"'])))
    names = {f: u.rules[0] for u in t.units for f in u.fields}
    for f in ["qty", "note"]:
        names.setdefault(f, t.otherwise)
    if t.order_by and t.order_by not in t.key:
        if chance(r, 0.9):
            out.append((t.order_by, pick(r, TIMES[:7] + ["1", "2", '"z"'])))
        names.pop(t.order_by, None)
    for f, rule in names.items():
        if f not in t.key and chance(r, 0.6):
            out.append((f, pick(r, ["1", "2", "1.0", "3"]) if rule.kind in ("sum", "server_wins")
                        and chance(r, 0.8) else by_rule(r, rule)))
    for f in ["idx", "name", "parent", "_x", "docstatus"]:
        if chance(r, 0.12) and f not in t.key and f != t.order_by:
            out.append((f, pick(r, ["1", "2", '"r1"'])))
    return out


def changed_row(r, t, old, domain):
    fresh = dict(row(r, t, domain))
    out = []
    for k, v in old:
        if k in t.key or chance(r, 0.6):
            out.append((k, v if chance(r, 0.85) else respelled(r, v)))
        elif chance(r, 0.85):
            rule = next((u.rules[0] for u in t.units if k in u.fields), t.otherwise)
            out.append((k, altered(r, rule, v) if chance(r, 0.3) else fresh.get(k, v)))
    out += [(k, v) for k, v in fresh.items() if k not in dict(old) and k not in t.key
            and chance(r, 0.3)]
    if chance(r, 0.2):
        r.shuffle(out)
    return out


def table(r, t, domain, old=None):
    if chance(r, 0.02):
        return pick(r, ['"no table"', "[1]", "{}", "[{},null]"])
    if chance(r, 0.04):
        return pick(r, ["null", '""', "[]"])
    if old is None or isinstance(old, str):
        rows = [row(r, t, domain) for _ in range(pick(r, [0, 1, 2, 3, 4, 4, 4, 30]))]
        if len(rows) > 4:  # many rows want many keys
            rows = [[(k, str(n) if k == t.key[0] and chance(r, 0.9) else v) for k, v in x]
                    for n, x in enumerate(rows)]
    else:
        rows = []
        for x in old[1]:
            n = r.random()
            if n < 0.35:
                rows.append(list(x))
            elif n < 0.88:
                rows.append(changed_row(r, t, x, domain))
            if n > 0.97:
                rows.append(list(x))
        for _ in range(r.randrange(3)):
            rows.append(row(r, t, domain))
        if chance(r, 0.3):
            r.shuffle(rows)
    return ("rows", rows)


def document(r, domain, p=0.6):
    out = {}
    for f in domain.fields:
        if chance(r, p):
            out[f] = domain.value(r, f)
    for t in domain.d.tables.values():
        if chance(r, p):
            out[t.name] = table(r, t, domain)
    return out


def changed(r, domain, doc, p):
    out = dict(doc)
    for f in domain.fields:
        lists = f in domain.kind and domain.kind[f].kind in ("merge_text", "union", "keep_both")
        if chance(r, 0.7 if lists and f in doc else p):
            n = r.random()
            if n < 0.12:
                out.pop(f, None)
            elif n < 0.2:
                out[f] = pick(r, ["null", '""'])
            elif (f in doc and isinstance(doc[f], str) and f in domain.kind
                  and n < (0.9 if lists else 0.6)):
                out[f] = altered(r, domain.kind[f], doc[f])
            else:
                out[f] = domain.value(r, f)
        elif f in out and isinstance(out[f], str) and chance(r, 0.08):
            out[f] = respelled(r, out[f])
    for t in domain.d.tables.values():
        if chance(r, p + 0.2):
            out[t.name] = table(r, t, domain, out.get(t.name))
    return out


def padded(r, base, server, client):
    """Long values and many rows, so that the texts cross the blocks a scanner works in."""
    for n in range(r.randint(1, 12)):
        text = values.quote(pick(r, ["x", "\\", '"', "é", "😀", "ab ", "{[,"]) * r.randrange(90))
        for doc in (base, server):
            doc[f"pad{n}"] = text
        if chance(r, 0.3):
            client[f"pad{n}"] = text
        if chance(r, 0.1):
            server[f"pad{n}"] = '"other"'


def text_of(r, doc):
    members = []
    for k, v in doc.items():
        if isinstance(v, tuple):
            v = "[" + ",".join(write(r, x, 0.01) for x in v[1]) + "]"
        members.append((k, v))
    if chance(r, 0.4):
        r.shuffle(members)
    return write(r, members, 0.02)


def by_field(r, names, one):
    if chance(r, 0.6) or not names:
        return one()
    body = [(f, one()) for f in r.sample(names, min(len(names), r.randint(0, 3)))]
    if chance(r, 0.7):
        body.append(("*", one()))
    return write(r, body)


def time_value(r):
    if chance(r, 0.6):
        return pick(r, TIMES[:7])
    return pick(r, TIMES) if chance(r, 0.85) else pick(r, ["null", "5", '"soon"', "{}", '""', "[]"])


def role_value(r):
    n = r.random()
    if n < 0.6:
        return values.quote(pick(r, ROLES))
    if n < 0.92:
        some = r.sample(ROLES + ["other"], r.randrange(3))
        return "[" + ",".join(values.quote(w) for w in some) + "]"
    return pick(r, ["null", "3", '"open"'])


def merge(r, domain, doctype, number):
    """The members of one line: [(name, JSON text)]."""
    op = pick(r, ["update"] * 14 + ["insert"] * 3 + ["delete"] * 2 + ["undelete"])
    base = document(r, domain)
    if domain.d.tables and chance(r, 0.1):
        base = document(r, domain, 0.2)
    server = base if chance(r, 0.15) else changed(r, domain, base, 0.3)
    full = changed(r, domain, base, 0.35)
    client = {}
    for f in full:
        if f not in base or full[f] is not base[f] or chance(r, 0.15):
            client[f] = full[f]
        if f in client and f in server and chance(r, 0.15):
            client[f] = server[f]
            if isinstance(server[f], str) and chance(r, 0.3):
                client[f] = respelled(r, server[f])
    for f in domain.fields:
        if f in base and f not in full and chance(r, 0.5):
            client[f] = "null"
    if op == "insert" and chance(r, 0.3):
        client = dict(server)
    for f in list(domain.fields):  # an open conflict
        if f in server and chance(r, 0.06):
            server = {**server, f"_{f}_conflict": pick(r, ["true", "true", "false"]),
                      f"_server_{f}": domain.value(r, f), f"_client_{f}": "1"}
    if chance(r, 0.15):
        base, server, client = dict(base), dict(server), dict(client)
        padded(r, base, server, client)
    members = [("id", pick(r, [f'"{number}"', str(number)])), ("doctype", values.quote(doctype))]
    if op != "update" or chance(r, 0.5):
        members.append(("op", f'"{op}"'))
    if chance(r, 0.8):
        members.append(("base", text_of(r, base)))
    elif chance(r, 0.3):
        members.append(("base", "null"))
    n = r.random()
    if n < 0.88:
        members.append(("server", text_of(r, server)))
    elif n < 0.95:
        members.append(("server", text_of(r, {**server, "_deleted": "true"})))
    elif n < 0.97:
        server = {**server, "_deleted": pick(r, ["false", "1", "null"])}
        members.append(("server", text_of(r, server)))
    elif n < 0.98:
        members.append(("server", "null"))
    if op != "delete" and not (op == "undelete" and chance(r, 0.5)) or chance(r, 0.3):
        members.append(("client", text_of(r, client)))
    names = list(domain.fields) + list(domain.d.tables)
    for name in ("client_ts", "now"):
        if chance(r, 0.75):
            members.append((name, time_value(r)))
    if chance(r, 0.75):
        members.append(("server_ts", by_field(r, names, lambda: time_value(r))))
    if chance(r, 0.6):
        members.append(("server_role", by_field(r, names, lambda: role_value(r))))
    if chance(r, 0.6):
        members.append(("client_role", role_value(r)))
    if chance(r, 0.6):
        members.append(("client_user", pick(r, ['"ann"', '"bob"', "null", '"open"'])))
    if chance(r, 0.03):
        members.append(("remark", '{"not":"ours"}'))
    if chance(r, 0.2):
        r.shuffle(members)
    return members


def spoiled(r, line):
    """A line that is no merge, or nearly."""
    n = r.randrange(9)
    if n > 6:
        at = r.randrange(len(line))
        byte = pick(r, ["", '"', "}", "]", "\\", "\x01", "0", ",", "\ud800", "e"])
        return line[:at] + byte + line[at + r.randrange(2):]
    if n == 0:
        return line[:r.randrange(1, len(line))]
    if n == 1:
        side = pick(r, ["client", "server", "base"])
        return line.replace(f'"{side}":{{', f'"{side}":{{"x":{{"q":1}},"\\u0078":2,', 1)
    if n == 2:
        deep = pick(r, [62, 63, 64, 65])
        deep = "[" * deep + "]" * deep
        side = pick(r, ["client", "server", "base"])
        return line.replace(f'"{side}":{{', f'"{side}":{{"deep":{deep},', 1)
    if n == 3:
        return line.replace('"client":{', '"client":{"s":"\\ud800",', 1)
    if n == 4:
        return line.replace('"client":{', '"client":5,"more":{', 1)
    if n == 5:
        return line.replace('"doctype":', '"doctipe":', 1)
    return pick(r, ["[]", "5", "{}", "null", "nul", "\u00e9", '{"doctype":"D0"}',
                    '{"id":[1],"doctype":7}'])
