#!/usr/bin/env python3
"""Writes the DocType definitions that the rules of gen_rules.py are about, one file a DocType, as
Frappe keeps them. For measuring `dwrc lint --schema`.

usage: gen_schemas.py RULES FOLDER [--fields 40]
"""

import argparse
import json
import os
import re

SELECT = "\n".join(("", "Open", "Assigned", "In Progress", "On Hold", "Completed", "Cancelled", "Closed"))
RANKED = "\n".join(("", "Low", "Medium", "High"))
TYPES = {"sum": "Float", "merge_text": "Text", "keep_both": "JSON", "union": "JSON", "child": "Table",
         "max": "Int"}


def fields_of(block):
    """Name -> (fieldtype, options), from what the rules say of it."""
    fields = {}

    def put(name, kind, options=None):
        if name not in fields or fields[name][0] == "Data":
            fields[name] = (kind, options)

    for name in re.findall(r"(\w+) (?:becomes|=|not in|in) [\"(]", block):
        if name != "server_role":
            put(name, "Select", SELECT)
    for name, target in re.findall(r'link +(\w+) +-> "([^"]*)"', block):
        put(name, "Link", target)
    for moment in re.findall(r"from (\w+) to (\w+)", block):
        for name in moment:
            put(name, "Datetime")
    for rule, names in re.findall(r"^ {4}(\w+) +((?:together )?\w+(?:, \w+)*)(?: |;|\n)", block, re.M):
        if rule in ("strategy", "reason", "offline", "tombstone", "notify", "link", "effect", "lock",
                    "push_priority", "no_overlap", "hint"):
            continue
        ranked = re.search(rf"^ {{4}}{rule} +{names} ranked", block, re.M)
        for name in names.replace("together ", "").split(", "):
            if ranked:
                put(name, "Select", RANKED)
            elif rule == "child":
                put(name, "Table", "Generated Row")
            else:
                put(name, TYPES.get(rule, "Data"))
    for name in re.findall(r"(\w+) changes", block) + re.findall(r"(?:server|client|base)\.(\w+)", block):
        put(name, "Data")
    for names in re.findall(r"except ([\w, ]+);", block) + re.findall(r"no_overlap by ([\w, ]+?) from", block):
        for name in names.split(", "):
            put(name, "Data")
    return fields


def definition(name, fields, istable=False):
    rows = []
    for field, (kind, options) in fields.items():
        row = {"fieldname": field, "fieldtype": kind, "label": field.replace("_", " ").title()}
        if options:
            row["options"] = options
        rows.append(row)
    return {"actions": [], "creation": "2025-12-01 09:00:00.000000", "doctype": "DocType",
            "engine": "InnoDB", "field_order": list(fields), "fields": rows,
            "istable": int(istable), "links": [], "modified": "2025-12-01 09:00:00.000000",
            "modified_by": "Administrator", "module": "Generated", "name": name,
            "owner": "Administrator", "permissions": [{"read": 1, "role": "System Manager"}],
            "sort_field": "modified", "sort_order": "DESC", "states": [], "track_changes": 1}


def write(folder, name, fields, istable=False):
    path = os.path.join(folder, name.lower().replace(" ", "_") + ".json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(definition(name, fields, istable), f, indent=1)
        f.write("\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("rules")
    p.add_argument("folder")
    p.add_argument("--fields", type=int, default=40)
    args = p.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    named, linked = set(), set()
    for file in sorted(os.listdir(args.rules)):
        with open(os.path.join(args.rules, file), encoding="utf-8") as f:
            text = f.read()
        linked.update(re.findall(r'create "([^"]*)"', text) + re.findall(r'-> "([^"]*)"', text))
        for name, block in re.findall(r'^doctype "([^"]*)" \{\n(.*?)^\}', text, re.M | re.S):
            fields = fields_of(block)
            for i in range(len(fields), args.fields):
                fields[f"remark_{i}"] = ("Data", None)
            named.add(name)
            write(args.folder, name, fields)
    for name in sorted(linked - named):
        write(args.folder, name, {"title": ("Data", None)})
    write(args.folder, "Generated Row", {"item_code": ("Data", None), "qty": ("Float", None)}, True)


main()
