"""The guarantees of semantics 10, looked for in the reference's own answers.

What breaks here is a fault of the reference, or of the page: the resolver is not asked. The
exceptions are those the page lists.
"""
import merge
import values
from combine import lines_of
from tables import rows_of
from unit import right_kind
from values import ABSENT, equal, field_equal, unset


def repeated(items, same):
    return any(same(a, b) for i, a in enumerate(items) for b in items[:i])


def conditions(d):
    out = [r.when for u in d.units for r in u.rules if r.when] + ([d.lock] if d.lock else [])
    return out + [t.hold for t in d.tables.values() if t.hold]


def all_rules(d):
    out = [(u, r) for u in d.units for r in u.rules]
    out.append((None, d.free))
    for t in d.tables.values():
        if t.same_key == "fields":
            out += [(u, r) for u in t.units for r in u.rules] + [(None, t.otherwise)]
    return out


def excepted(m, d, docs):
    """Is this merge one of the exceptions from idempotence?"""
    if any(r.kind in ("sum", "keep_both") for _, r in all_rules(d)):
        return True
    if any(t.same_key == "keep_both" for t in d.tables.values()):
        return True
    # The page excepts these with base unknown; with base known they read what was written too, as
    # `watch` does, and what `set` writes may be base's again.
    if conditions(d) or any(r.sets or r.watch for _, r in all_rules(d)):
        return True
    for t in d.tables.values():
        for doc in docs:
            rows = rows_of(values.ABSENT if doc is None else doc.get(t.name, ABSENT)) or []
            keys = [m.key_of(t, row) for row in rows]
            if None in keys or repeated(rows, lambda a, b, t=t: m.one_key(t, a, b)):
                return True
    if any(r.kind == "merge_text" for _, r in all_rules(d)):
        def texts(v):
            if isinstance(v, str):
                yield v
            elif isinstance(v, (list, dict)):
                for x in v.values() if isinstance(v, dict) else v:
                    yield from texts(x)
        for doc in docs:
            for text in texts(doc or {}):
                lines = lines_of(text)
                if len(set(lines)) != len(lines):
                    return True
    return False


def idempotent(ruleset, r, answer):
    d = ruleset.of(r["doctype"])
    doc = answer["doc"]
    if doc is None or answer["status"] == "rejected":
        return
    m = merge.Merge(d, r)
    again = {**r, "server": doc}
    m.start(None if r.get("op") == "insert" or r.get("base") is None else r["base"], doc,
            r.get("client") if isinstance(r.get("client"), dict) else {})
    if excepted(m, d, [r.get("base"), r.get("server"), r.get("client"), doc]):
        return
    second = merge.resolve(ruleset, again)
    if second["doc"] is None or not m.documents_equal(doc, second["doc"]):
        yield "idempotent", f"again: {values.dump(second['doc'])}"


def no_silent_loss(ruleset, r, answer):
    d = ruleset.of(r["doctype"])
    if answer["status"] == "rejected" or answer["doc"] is None or r.get("op") == "delete":
        return
    patch = r.get("client") or {}
    server = r.get("server") or {}
    base = r.get("base")
    if r.get("server") is None:
        base = {}
    elif r.get("op") == "insert":
        base = None
    if server.get("_deleted") is True:
        base = server = merge.without(server, "_deleted")
    m = merge.Merge(d, r)
    m.start(base, server, patch)
    doc = answer["doc"]
    reported = answer["fields"]
    branch = answer.get("branch") or {}
    for f, v in patch.items():
        if not m.compared(f):
            continue
        kept = [doc.get(f, ABSENT), branch.get(f, ABSENT)]
        t = d.tables.get(f)
        if not t:
            against = base if base is not None else server
            if field_equal(v, against.get(f, ABSENT)):
                continue
            if f not in reported and not any(field_equal(v, k) for k in kept):
                yield "no silent loss", f"{f} = {values.dump(v)}"
            continue
        told = [x["client"] for label, x in reported.items() if label.startswith(f + "[")]
        told += rows_of(reported.get(f, {}).get("client", ABSENT)) or []
        told += (rows_of(base.get(f, ABSENT)) or []) if base is not None else []
        for row in rows_of(v) or []:
            rows = [x for k in kept for x in rows_of(k) or []]
            if not any(isinstance(x, dict) and m.rows_equal(t, row, x) for x in rows + told):
                yield "no silent loss", f"{f}: {values.dump(row)}"


def local(ruleset, r, answer):
    d = ruleset.of(r["doctype"])
    server = r.get("server")
    if answer["status"] == "rejected" or answer["doc"] is None or server is None:
        return
    patch = r.get("client") if isinstance(r.get("client"), dict) else {}
    if r.get("op") == "delete":
        patch = {d.tombstone["soft_delete"][0][0]: None}
    together = {f for u in d.units if len(u.fields) > 1 for f in u.fields}
    sets = {f for u in d.units for rule in u.rules for f, _, _ in rule.sets}
    free_together = d.free_together
    m = merge.Merge(d, r)
    for f in {**server, **answer["doc"]}:
        if f in patch and not m.is_meta(f) or f in together or f in sets or f in m.counts:
            continue
        if f == d.version_field or f == "_deleted":
            continue
        if f.startswith(("_server_", "_client_")) or f.startswith("_") and f.endswith("_conflict"):
            continue
        if free_together and not m.is_meta(f) and f not in d.tables:
            continue
        if values.exact(server.get(f)) != values.exact(answer["doc"].get(f)):
            yield "local", f


def convergent(ruleset, r, answer):
    d = ruleset.of(r["doctype"])
    base, server = r.get("base"), r.get("server")
    if r.get("op", "update") != "update" or base is None or server is None or d.lock:
        return
    if server.get("_deleted") is True or answer["status"] in ("rejected", "branched"):
        return
    m = merge.Merge(d, r)
    m.start(base, server, r["client"])
    view = dict(m.view)
    other = merge.resolve(ruleset, {**r, "server": view, "client": server})
    if other["status"] in ("rejected", "branched"):
        return
    sets = {f for u in d.units for rule in u.rules for f, _, _ in rule.sets}
    for u in d.units:
        rule, f = u.rules[0], u.fields[0]
        if f in sets:
            continue
        if len(u.rules) > 1 or rule.kind not in ("union", "keep_both", "sum", "max", "min"):
            continue
        sides = [x.get(f, ABSENT) for x in (base, server, view)]
        if not all(right_kind(rule, v) for v in sides):
            continue
        keys = [[x[rule.key] for x in v if isinstance(x, dict) and not unset(x.get(rule.key))]
                for v in sides if isinstance(v, list)]
        if any(repeated(some, equal) for some in keys):
            continue  # several elements of one key
        if f not in r["client"] or f not in server:
            continue
        a, b = answer["doc"].get(f, ABSENT), other["doc"].get(f, ABSENT)
        if rule.kind in ("union", "keep_both"):
            a, b = [] if unset(a) else a, [] if unset(b) else b

            def same(x, y, rule=rule):
                k = rule.key
                if k and isinstance(x, dict) and isinstance(y, dict) and not unset(x.get(k)):
                    return not unset(y.get(k)) and equal(x[k], y[k])
                return equal(x, y)
            bad = not (all(any(same(x, y) for y in b) for x in a)
                       and all(any(same(x, y) for y in a) for x in b))
        elif rule.kind == "sum" or rule.ranked:
            bad = not field_equal(a, b)
        else:
            bad = values.compare(a, b) != 0
        if bad:
            yield "convergent", f"{rule.kind} {f}: {values.dump(a)} {values.dump(b)}"
    for t in d.tables.values():
        if t.name not in r["client"] or t.name not in server or t.hold:
            continue
        b, s, c = (rows_of(x.get(t.name, ABSENT)) for x in (base, server, view))
        if not all(any(m.rows_equal(t, x, y) for y in side) for x in b for side in (s, c)):
            continue
        keys = []
        for doc in (answer["doc"], other["doc"]):
            rows = rows_of(doc.get(t.name, ABSENT))
            keys.append([m.key_of(t, row) or row for row in rows])

        def within(x, some):
            return any(type(x) is type(y) and (
                all(field_equal(p, q) for p, q in zip(x, y)) if isinstance(x, list)
                else m.rows_equal(t, x, y)) for y in some)
        if not all(within(x, b) for a, b in (keys, keys[::-1]) for x in a):
            yield "convergent", f"{t.name}: {values.dump(other['doc'].get(t.name))}"


def broken(ruleset, line, answer):
    """(law, where) of each guarantee that an answer breaks."""
    if answer["status"] == "error":
        return
    r = values.parse(line, values.DEPTH_MAX + 1)
    for law in (idempotent, no_silent_loss, local, convergent):
        yield from law(ruleset, r, answer)
