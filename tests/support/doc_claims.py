"""What the reference says of a DocType's deletes, inserts and tables, held against merges by the same
rules: broken() returns the sentences that `dwrc resolve` does not bear out.

Each sentence is looked for in the DocType's part of the Markdown; the merge that would show it is the
smallest there is. Where a lock might hold, what is refused by it says nothing."""
import json
import subprocess


def part_of(markdown, doctype):
    """From the DocType's heading to the next one's, without Markdown's backslashes."""
    after = markdown.split("\n### %s (`" % doctype, 1)[1]
    return after.split("\n### ", 1)[0].split("\n## ", 1)[0].replace("\\", "")


def table_parts(part):
    """table -> its part."""
    return {piece.split(" (`", 1)[0]: piece.split("\n#### ", 1)[0] for piece in part.split("\n#### Table ")[1:]}


class Resolver:
    def __init__(self, dwrc, rules, doctype):
        self.dwrc, self.rules, self.doctype = dwrc, rules, doctype

    def __call__(self, **write):
        line = json.dumps(dict(write, doctype=self.doctype))
        done = subprocess.run([self.dwrc, "resolve", self.rules], input=line, capture_output=True, text=True)
        return json.loads(done.stdout)


OLD, NEW = {"free_field": 1}, {"free_field": 2}
GONE = {"free_field": 1, "_deleted": True}


def deletes(resolve):
    """(sentence, whether the merges show it) for all that can be said of deletes and inserts."""
    same = resolve(op="delete", base=OLD, server=OLD)
    changed = resolve(op="delete", base=OLD, server=NEW)
    late = resolve(base=OLD, server=GONE, client={"other_field": 1})
    new = resolve(op="insert", client=OLD)
    taken = resolve(op="insert", server=OLD, client=NEW)
    if "LOCKED" in (same.get("code"), changed.get("code")):
        return []
    deleted = same["status"] == "success" and same["doc"] is None
    return [
        ("A client may delete a document.", deleted),
        ("A document is never deleted.", same.get("code") == "DELETE_NOT_ALLOWED"),
        ("A document is not deleted: a delete sets ", "code" not in same and same["doc"] is not None),
        ("A delete goes over changes that the client has not seen", deleted and changed["doc"] is None),
        ("A delete is refused where the document has changed since the client saw it.",
         deleted and changed.get("code") == "DELETE_CONFLICT"),
        ("A later write to the deleted document is refused and kept in the audit record.",
         deleted and late.get("code") == "DELETED"),
        ("A later write to a deleted document brings it back.", deleted and late["status"] != "rejected"),
        ("Clients make no documents of this kind.", new.get("code") == "CREATE_NOT_ALLOWED"),
        ("A new document whose name is taken by another content is kept beside it",
         taken["status"] == "branched" and new["status"] == "success"),
        ("The document of its own is named ", resolve(base=OLD, server=NEW, client={"free_field": 3})["status"]
         == "branched"),
    ]


def rows_of(answer, table):
    return (answer.get("doc") or {}).get(table) or []


def tables(resolve, part, locks):
    for name, said in table_parts(part).items():
        key = said.split("They are matched by `", 1)[1].split("`", 1)[0]
        rows = [{key: k, "free": k} for k in (1, 2, 3)]
        base = {name: rows}
        less = resolve(base=base, server=base, client={name: rows[:2]})
        other = resolve(base=base, server={name: rows[:2] + [{key: 3, "free": 9}]}, client={name: rows[:2]})
        stored = resolve(base=base, server=base, client={name: rows[:2] + [{key: 3, "free": 8}]})
        both = resolve(base=base, server={name: rows[:2] + [{key: 3, "free": 9}]},
                       client={name: rows[:2] + [{key: 3, "free": 8}]})
        if locks and (less["fields"] or stored["fields"]):
            continue
        free = {row.get("free") for row in rows_of(both, name) if row.get(key) == 3}
        # A composite key's label: "t[3|null]".
        outcome = next((f["outcome"] for label, f in both["fields"].items()
                        if label.startswith("%s[3" % name)), None)
        whole = len(rows_of(less, name))
        shown = (
            ("A row that the client leaves out stays.", whole == 3),
            ("A row that the client removed is removed, unless the server changed it.",
             whole == 2 and len(rows_of(other, name)) == 3),
            ("Rows are only added: a stored row is never changed.",
             {row["free"] for row in rows_of(stored, name)} == {1, 2, 3}),
            ("Of a row that both changed the server's stands.", free == {9} and outcome == "server"),
            ("Of a row that both changed the client's stands.", free == {8} and outcome == "client"),
            ("Of a row that both changed both are kept.", free == {8, 9} and outcome == "merged"),
            ("Of a row that both changed a person decides; until then the server's stands.",
             free == {9} and both["status"] == "conflict_manual"),
            ("Of a row that both changed the one with the ", outcome in ("server", "client")),
            ("A row that both have is merged member by member.", outcome == "merged"),
        )
        for sentence, so in shown:
            yield sentence, sentence in said, so
        for words in said.split("` is the number of rows.")[:-1]:
            field = words.rsplit("`", 1)[1]
            yield ("`%s` is the number of rows." % field, True,
                   both["doc"].get(field) == len(rows_of(both, name)))


def broken(dwrc, rules, markdown, doctype):
    """(sentences that are not so, or are missing; how many were said)"""
    resolve, part = Resolver(dwrc, rules, doctype), part_of(markdown, doctype)
    claims = [(sentence, sentence in part, so) for sentence, so in deletes(resolve)]
    # Branches have two reasons.
    wrong = [sentence for sentence, said, so in claims
             if said != so and (said or "kept beside" not in sentence)]
    rows = list(tables(resolve, part, "the document is locked" in part))
    wrong += [sentence for sentence, said, so in rows if said and not so]
    return wrong, sum(said for _, said, _ in claims + rows)
