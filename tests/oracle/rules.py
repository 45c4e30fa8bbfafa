"""The rule language read into plain data: what a merge needs of it, and the line of each statement.

A small recursive-descent reader. It trusts its input (dwrc checks rule files, this does not) and
skips the statements that decide nothing while one document is merged.
"""
import os
import re
from dataclasses import dataclass, field

import values

TOKEN = re.compile(r"""
    (?P<space>[ \t\r\n]+|//[^\n]*)
  | (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
  | (?P<duration>[0-9]+(?:[smhd]|[kKMG]?B)\b)
  | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<mark>->|!=|<=|>=|[{}()\[\];,.:=<>+])
""", re.X)

RULES = {"server_wins", "client_wins", "last_write_wins", "first_write_wins", "manual",
         "merge_text", "union", "keep_both", "sum", "max", "min", "immutable", "server_only"}
STRATEGY_RULE = {"server_wins": "server_wins", "server_only": "server_only",
                 "client_wins": "client_wins", "last_write_wins": "last_write_wins",
                 "field_level": "server_wins", "manual_resolve": "manual",
                 "append_only": "immutable", "version_all": "branch"}
BUILT_IN_META = {"name", "doctype", "owner", "creation", "modified", "modified_by", "idx"}
ROW_META = BUILT_IN_META | {"docstatus", "parent", "parenttype", "parentfield"}


@dataclass
class Rule:
    kind: str
    at: str = None
    when: object = None
    ranked: list = None
    key: str = None
    provisional: bool = False
    watch: list = field(default_factory=list)
    sets: list = field(default_factory=list)  # (field, value, at)


@dataclass
class Unit:
    fields: list
    rules: list


@dataclass
class Table:
    name: str
    at: str
    key: list = field(default_factory=list)
    order_by: str = None
    same_key: str = "server_wins"
    same_key_at: str = None
    units: list = field(default_factory=list)
    otherwise: Rule = None
    count_into: str = None
    removes: bool = False
    removes_at: str = None
    append_only: bool = False
    append_only_at: str = None
    hold: object = None
    hold_at: str = None


@dataclass
class Doctype:
    name: str = None
    strategy: str = "server_wins"
    strategy_at: str = None
    statements: list = field(default_factory=list)  # (fields, together, Rule)
    units: list = field(default_factory=list)
    otherwise: Rule = None
    meta: set = field(default_factory=set)
    lock: object = None
    lock_except: list = field(default_factory=list)
    lock_at: str = None
    tables: dict = field(default_factory=dict)
    tombstone: dict = field(default_factory=dict)  # member -> (value, at)
    branch: str = None
    branch_at: str = None
    version_field: str = None
    notify_conflict: bool = None
    notify: list = field(default_factory=list)  # (type, field)
    free: Rule = None
    free_together: bool = False


class RuleError(Exception):
    pass


class Reader:
    def __init__(self, text, name):
        self.name = name
        self.tokens = []
        self.i = 0
        at, line = 0, 1
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise RuleError(f"{name}:{line}: what is {text[at:at + 20]!r}?")
            if m.lastgroup != "space":
                self.tokens.append((m.lastgroup, m[0], line))
            line += m[0].count("\n")
            at = m.end()
        self.tokens.append(("end", "", line))

    # --- tokens ---

    def text(self, ahead=0):
        i = min(self.i + ahead, len(self.tokens) - 1)
        return self.tokens[i][1]

    def group(self, ahead=0):
        i = min(self.i + ahead, len(self.tokens) - 1)
        return self.tokens[i][0]

    def at(self):
        return f"{self.name}:{self.tokens[self.i][2]}"

    def take(self, expected=None):
        t = self.text()
        if expected is not None and t != expected:
            raise RuleError(f"{self.at()}: expected {expected!r}, found {t!r}")
        self.i += 1
        return t

    def accept(self, t):
        if self.text() == t and self.group() != "string":
            self.i += 1
            return True
        return False

    def name_(self):
        g, t = self.group(), self.text()
        if g not in ("word", "string"):
            raise RuleError(f"{self.at()}: expected a name, found {t!r}")
        self.i += 1
        return values.parse(t) if g == "string" else t

    def names(self):
        out = [self.name_()]
        while self.accept(","):
            out.append(self.name_())
        return out

    def string(self):
        return values.parse(self.take())

    def literal(self):
        start = self.i
        depth = 0
        while True:
            t = self.take()
            if t in ("{", "["):
                depth += 1
            elif t in ("}", "]"):
                depth -= 1
            if depth == 0:
                break
        return values.parse(" ".join(t[1] for t in self.tokens[start:self.i]))

    def duration(self):
        t = self.take()
        return int(t[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[t[-1]]

    def skip_statement(self):
        depth = 0
        while True:
            t = self.take()
            if t in ("{", "(", "["):
                depth += 1
            elif t in ("}", ")", "]"):
                depth -= 1
                if depth == 0 and t == "}":
                    return
            elif t == ";" and depth == 0:
                return

    # --- conditions ---

    def condition(self):
        left = self.conjunction()
        while self.accept("or"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self):
        left = self.negation()
        while self.accept("and"):
            left = ("and", left, self.negation())
        return left

    def negation(self):
        if self.accept("not"):
            return ("not", self.negation())
        if self.accept("("):
            c = self.condition()
            self.take(")")
            return c
        return self.test()

    def operand(self):
        g, t = self.group(), self.text()
        if g == "word" and t in ("server", "client", "base") and self.text(1) == ".":
            self.i += 2
            return (t, self.name_())
        if g == "word" and t in ("server_role", "client_role", "client_user"):
            self.i += 1
            return (t,)
        if g == "word" and t not in ("true", "false", "null"):
            self.i += 1
            return ("doc", t)
        return ("value", self.literal())

    def test(self):
        if self.group() in ("word", "string") and self.text(1) == "changes":
            f = self.name_()
            self.take("changes")
            return ("changes", f)
        left = self.operand()
        t = self.take()
        if t == "is":
            negated = self.accept("not")
            self.take("set")
            return ("is not set" if negated else "is set", left)
        if t in ("in", "not"):
            if t == "not":
                self.take("in")
            self.take("(")
            items = [self.literal()]
            while self.accept(","):
                items.append(self.literal())
            self.take(")")
            return ("not in" if t == "not" else "in", left, items)
        if t not in ("=", "!=", "<", "<=", ">", ">="):
            raise RuleError(f"{self.at()}: expected a comparison, found {t!r}")
        return (t, left, self.operand())

    # --- statements ---

    def rule(self, doctype):
        """RULE [together] F, G [ranked (…)] [when CONDITION] ; or block."""
        at = self.at()
        r = Rule(self.take(), at)
        together = False
        # `together` is a field where no field follows it.
        if (self.text() == "together" and self.group() == "word"
                and (self.group(1) == "string"
                     or self.group(1) == "word" and self.text(1) != "when"
                     and not (self.text(1) == "ranked" and self.text(2) == "("))):
            self.i += 1
            together = True
        fields = self.names()
        if self.text() == "ranked":
            self.take()
            self.take("(")
            r.ranked = [self.literal()]
            while self.accept(","):
                r.ranked.append(self.literal())
            self.take(")")
        if self.text() == "when":
            self.take()
            r.when = self.condition()
        if self.accept("{"):
            while not self.accept("}"):
                at = self.at()
                word = self.take()
                if word == "provisional":
                    self.take("client")
                    r.provisional = True
                elif word == "watch":
                    r.watch += self.names()
                elif word == "set":
                    f = self.name_()
                    self.take("=")
                    r.sets.append((f, self.literal(), at))
                elif word == "key":
                    r.key = self.name_()
                else:
                    raise RuleError(f"{self.at()}: {word!r} in a rule's block")
                self.take(";")
        else:
            self.take(";")
        doctype.append((fields, together, r))

    def otherwise(self):
        r = Rule("", self.at())
        self.take("otherwise")
        r.kind = self.take()
        self.take(";")
        return r

    def yes(self):
        t = self.take()
        if t not in ("yes", "no"):
            raise RuleError(f"{self.at()}: expected yes or no, found {t!r}")
        return t == "yes"

    def child(self, d):
        at = self.at()
        self.take("child")
        t = Table(self.name_(), at)
        self.take("{")
        statements = []
        while not self.accept("}"):
            at = self.at()
            word = self.take()
            if word == "key":
                t.key = self.names()
            elif word == "order_by":
                t.order_by = self.name_()
            elif word == "count_into":
                t.count_into = self.name_()
            elif word == "removes":
                t.removes, t.removes_at = self.yes(), at
            elif word == "append_only":
                t.append_only, t.append_only_at = self.yes(), at
            elif word == "hold":
                self.take("when")
                t.hold, t.hold_at = self.condition(), at
            elif word == "on_same_key":
                t.same_key_at = at
                how = self.take()
                if how == "sum":
                    self.take("(")
                    statements.append((self.names(), False, Rule("sum", at)))
                    self.take(")")
                    t.same_key = "fields"
                elif how == "fields":
                    t.same_key = "fields"
                    self.take("{")
                    while not self.accept("}"):
                        if self.text() == "otherwise":
                            t.otherwise = self.otherwise()
                        else:
                            self.rule(statements)
                    self.accept(";")
                    continue
                else:
                    t.same_key = how
            else:
                raise RuleError(f"{self.at()}: {word!r} in a child table")
            self.take(";")
        t.units = units_of(statements)
        if t.otherwise is None:
            t.otherwise = Rule("server_wins", t.same_key_at or t.at)
        d.tables[t.name] = t

    def tombstone(self, d):
        self.take("tombstone")
        self.take("{")
        while not self.accept("}"):
            at = self.at()
            word = self.take()
            if word in ("allow_delete", "delete_wins_over_update"):
                d.tombstone[word] = (self.yes(), at)
                self.take(";")
            elif word == "soft_delete":
                f = self.name_()
                self.take("=")
                d.tombstone[word] = ((f, self.literal()), at)
                self.take(";")
            else:
                self.skip_statement()

    def doctype(self, d):
        self.take("{")
        while not self.accept("}"):
            at, word = self.at(), self.text()
            if word == "strategy":
                self.take()
                d.strategy, d.strategy_at = self.take(), at
                self.take(";")
            elif word in RULES:
                self.rule(d.statements)
            elif word == "otherwise":
                d.otherwise = self.otherwise()
            elif word == "meta":
                self.take()
                d.meta |= set(self.names())
                self.take(";")
            elif word == "lock":
                self.take()
                self.take("when")
                d.lock, d.lock_at = self.condition(), at
                if self.accept("except"):
                    d.lock_except = self.names()
                self.take(";")
            elif word == "child":
                self.child(d)
            elif word == "tombstone":
                self.tombstone(d)
            elif word == "branch":
                self.take()
                d.branch, d.branch_at = self.string(), at
                if self.accept("version_field"):
                    d.version_field = self.name_()
                self.take(";")
            elif word == "notify":
                self.take()
                if self.text() == "conflict" and self.text(1) == ";":
                    d.notify_conflict = True
                    self.i += 2
                else:
                    kind = self.name_()
                    self.take("when")
                    f = self.name_()
                    self.take("changes")
                    self.take(";")
                    d.notify.append((kind, f))
            else:
                self.skip_statement()

    def file(self, rules):
        while self.group() != "end":
            word = self.text()
            if word == "doctype":
                self.take()
                d = Doctype(self.string())
                self.doctype(d)
                rules.doctypes[d.name] = d
            elif word == "default":
                self.take()
                self.doctype(rules.other)
            else:
                self.skip_statement()


def units_of(statements):
    """Statements of one field (or of one set of fields together), in order: one unit's rules."""
    units = {}
    for fields, together, r in statements:
        for group in [fields] if together else [[f] for f in fields]:
            unit = units.setdefault(frozenset(group), Unit(group, []))
            unit.rules.append(r)
    return list(units.values())


class Ruleset:
    def __init__(self):
        self.doctypes = {}
        self.other = Doctype()

    def of(self, name):
        return self.doctypes.get(name, self.other)


def finish(d, default):
    """Fills in what the DocType takes from `default`, and its units."""
    d.tombstone = {**default.tombstone, **d.tombstone}
    if d.notify_conflict is None:
        d.notify_conflict = bool(default.notify_conflict)
    d.units = units_of(d.statements)
    if not any("docstatus" in u.fields for u in d.units):
        d.units.append(Unit(["docstatus"], [Rule("server_only", d.strategy_at)]))
    d.free = d.otherwise or Rule(STRATEGY_RULE[d.strategy], d.strategy_at)
    d.free_together = d.strategy in ("server_wins", "manual_resolve", "version_all")
    d.branch = d.branch or "{name}_conflict_{timestamp}"
    for t in d.tables.values():
        t.append_only = t.append_only or d.strategy == "append_only"


def files(paths):
    """(name as rules are reported, path) of every .dwr file."""
    for path in paths:
        if os.path.isdir(path):
            own = os.path.basename(os.path.abspath(path))
            found = []
            for folder, _, names in os.walk(path):
                found += [os.path.join(folder, n) for n in names if n.endswith(".dwr")]
            yield from sorted((os.path.join(own, os.path.relpath(f, path)), f) for f in found)
        else:
            own, name = os.path.split(os.path.abspath(path))
            yield (os.path.join(os.path.basename(own), name), path)


def read(paths):
    """Files or folders of .dwr as one rule set."""
    rules = Ruleset()
    for name, file in files(paths):
        with open(file, encoding="utf-8") as f:
            Reader(f.read(), name).file(rules)
    for d in rules.doctypes.values():
        finish(d, rules.other)
    finish(rules.other, rules.other)
    return rules
