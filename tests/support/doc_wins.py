"""What the reference's "Who wins" tables say, held against merges by the same rules: broken() returns
the sentences that the answers of `dwrc resolve` do not bear out.

A row is looked up by the field of a report; the clause of it that must hold is the one of the rule
whose line the report names, in the order of the rules. Values are compared by the reference."""
import re

from condition_words import condition
from doc_claims import part_of
from values import field_equal, unset
from why_words import Merged


def rows_of(markdown, doctype):
    """(the fields of a row, its sentence, its rules); no fields: those that no rule names."""
    part = part_of(markdown, doctype).split("#### Who wins\n", 1)[1].split("\n#### ", 1)[0]
    for line in part.splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\) \| ", line[1:].rstrip(" |"))]
        if line.startswith("| ") and len(cells) == 3 and cells[0] not in ("Fields", "---"):
            others = cells[0].startswith(("the others", "all"))
            yield [] if others else re.findall(r"`([^`]*)`", cells[0]), cells[1], cells[2]


def kept(side):
    return lambda m, l, outcome: outcome == side and m.are(l["field"], "result", side)


def person(m, l, outcome, then):
    return outcome == "manual" and m.are(l["field"], "result", then)


def first_value(m, l, outcome):
    has = any(not unset(m.value("server", f)) for f in m.unit_of(l["field"]))
    return kept("server" if has else "client")(m, l, outcome)


def made(m, l, outcome):
    """Of both; a value of the wrong kind leaves the server's."""
    return outcome == "merged" or kept("server")(m, l, outcome)


def one_of(m, l, outcome):
    return made(m, l, outcome) and any(field_equal(m.value("result", l["field"]), l[s])
                                       for s in ("server", "client"))


def refused(m, l, outcome):
    return outcome == "refused" and field_equal(m.value("result", l["field"]), l["server"])


CLAUSES = [
    (r"the server's values? stands? where it has (one|any), else the client's", first_value),
    (r"^the server's\.?$", kept("server")),
    (r"^the client's\.?$", kept("client")),
    (r"the later write stands", lambda m, l, o: kept("server")(m, l, o) or kept("client")(m, l, o)),
    (r"a person decides(;| \() ?until then the client's",
     lambda m, l, o: person(m, l, o, "client")),
    (r"a person decides(;| \() ?until then the server's",
     lambda m, l, o: person(m, l, o, "server")),
    (r"the rule settles it", lambda m, l, o: o == "refused" and m.got["status"] != "conflict_manual"),
    (r"both texts are put together", made),
    (r"the elements of both are kept", made),
    (r"both changes are added up", made),
    (r"the (higher|lower)\b", one_of),
    (r"what is set stays|once one of them is set, all stay", refused),
    (r"only the server changes (it|them)", refused),
    (r"the server's document stands, and the client's becomes a document of its own",
     lambda m, l, o: o == "branched" and m.are(l["field"], "result", "server")),
    (r"the server's values? stands?", kept("server")),
    (r"the client's values? stands?", kept("client")),
]


DOCSTATUS = "Only the server changes it."


def clause_holds(m, line, clause):
    for pattern, test in CLAUSES:
        if re.search(pattern, clause):
            return test(m, line, line["outcome"])
    return False


def sentence_of(rows, field):
    return next((r for r in rows if field in r[0]), None) or next((r for r in rows if not r[0]), None)


def clauses_of(sentence):
    text = re.sub(r"^(Decided as one|Every other field is decided alone|Every field is decided alone|"
                  r"All fields are decided as one|All other fields are decided as one|"
                  r"The document is decided as one): ", "", sentence)
    parts = text[0].lower() + text[1:]
    return parts.split("; otherwise ")


def condition_of(clause):
    """What a clause says of when it decides; None: always."""
    if clause.startswith("if "):  # "if …, the client's value stands (…)"
        ends = [f.start() for pattern, _ in CLAUSES for f in re.finditer(pattern, clause)
                if clause[:f.start()].endswith(", ")]
        return condition(clause[3:max(ends)].rstrip(", "))
    # "a person decides (until then …) if …"
    text = re.sub(r" \([^()]*\) if ", " if ", clause, count=1)
    found = re.search(r" if (.*?)\.?$", text)
    return condition(found.group(1)) if found else None


def decide(m, line, clauses, number):
    """The conditions are those of the clause that decided, and of none before it."""
    roles = m.oracle.roles_for(m.unit_of(line["field"]))
    conditions = [condition_of(c) for c in clauses[:number + 1]]
    return all(not m.oracle.holds(c, roles) for c in conditions[:-1]) and \
        (conditions[-1] is None or m.oracle.holds(conditions[-1], roles))


def broken(ruleset, markdown, request, answer):
    """(what is not so, how much was looked at)"""
    if answer["status"] in ("error", "rejected") or (
            answer["status"] == "branched" and request.get("op") == "insert"):
        return [], 0  # of the document as a whole
    m = Merged(ruleset, request, dict(answer, result=answer["doc"], fields=[]))
    rows = list(rows_of(markdown, request["doctype"]))
    sets = {(f, at) for u in m.d.units for r in u.rules for f, _, at in r.sets}
    wrong, count = [], 0
    for field, report in answer["fields"].items():
        if not report["conflict"] or field in m.oracle.rows_reported or report["outcome"] == "same" \
                or report["rule"] == m.d.lock_at or (field, report["rule"]) in sets or field in m.d.tables:
            continue
        line = dict(report, field=field)
        if field == "docstatus" and not any(field in r[0] for r in rows):
            # "How to read this" says so, once.
            sentence, at = DOCSTATUS, report["rule"]
        else:
            _, sentence, at = sentence_of(rows, field)
        rules = [r.at for u in m.d.units if field in u.fields for r in u.rules]
        number = rules.index(report["rule"]) if report["rule"] in rules else 0
        clauses = clauses_of(sentence)
        count += 1
        if report["rule"] not in at and not rules or number >= len(clauses) \
                or not clause_holds(m, line, clauses[number]) or (rules and not decide(m, line, clauses, number)):
            wrong.append("%s: %s" % (field, sentence))
    return wrong, count
