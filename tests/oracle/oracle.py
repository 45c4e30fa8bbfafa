#!/usr/bin/env python3
"""oracle.py RULES… < lines: merges JSON lines as `dwrc resolve` does, by the reference."""
import sys

import merge
import rules
import values
from values import DEPTH_MAX, DOCUMENT_MAX, JsonError


def read_request(line):
    """The request of a line, or JsonError; the id it could read is left in the exception."""
    r = values.parse(line, DEPTH_MAX + 1)
    if not isinstance(r, dict):
        raise JsonError("INVALID_REQUEST", "no object")
    error = JsonError("INVALID_REQUEST", "")
    error.id = r.get("id")
    if not isinstance(r.get("doctype"), str):
        raise error
    op = r.get("op", "update")
    if op not in ("insert", "update", "delete", "undelete"):
        raise error
    for name in ("base", "server"):
        if not (r.get(name) is None or isinstance(r[name], dict)):
            raise error
    if op != "delete":
        client = r.get("client")
        if not (isinstance(client, dict) or client is None and op == "undelete"):
            raise error
    return r


def answer(ruleset, line, number):
    """line: bytes without its newline."""
    try:
        if len(line) > 3 * DOCUMENT_MAX + (1 << 20):
            raise JsonError("TOO_LARGE", "")
        r = read_request(line)
    except JsonError as e:
        return {"id": getattr(e, "id", None), "status": "error", "line": values.Num(str(number)),
                "code": e.code}
    m = merge.resolve(ruleset, r)
    out = {"id": r.get("id"), "status": m["status"], "doc": m["doc"], "fields": m["fields"],
           "notifications": m["notifications"]}
    for name in ("branch", "code", "rule"):
        if m[name] is not None:
            out[name] = m[name]
    if m.get("several"):
        del out["rule"]  # the page does not say which of them is named
    if m["code"] is not None:
        out["message"] = m["code"].lower().replace("_", " ")  # dwrc's wording is its own
    return out


def main():
    ruleset = rules.read(sys.argv[1:])
    for number, line in enumerate(sys.stdin.buffer.read().split(b"\n"), 1):
        if line.strip(b" \t\r"):
            print(values.dump(answer(ruleset, line, number)))


if __name__ == "__main__":
    main()
