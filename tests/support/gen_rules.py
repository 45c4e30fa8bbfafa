#!/usr/bin/env python3
"""Writes a folder of rules as large as asked for: DocTypes of 40 lines each, of the statements that
real rules are made of. The same arguments give the same bytes. For measuring `dwrc compile`.

usage: gen_rules.py [--doctypes 1000] [--files 20] [--seed 1] FOLDER
"""

import argparse
import os
import random

LINES = 40  # of a DocType, with its braces and the empty line behind it

STEMS = ("status assigned_to priority customer address service_type scheduled start_time end_time "
         "duration completion_notes signature feedback photos quantity amount currency tax total "
         "discount warehouse batch serial location latitude longitude radius approved approver "
         "reason category subject description contact phone email due_date reminder owner_team "
         "template version validated checklist invoice supplier unit rate contract project "
         "milestone progress risk estimate actual variance").split()
NOUNS = ("Job Order Visit Asset Part Ticket Claim Route Shift Policy Contract Quote Invoice Survey "
         "Audit Permit Lease Batch Pallet Crate").split()
KINDS = ("Field Service Repair Transport Storage Training Safety Quality Night Regional Remote "
         "Mobile Retail Annual Weekly Special Shared Internal External Pilot").split()
WORDS = ("Open", "Assigned", "In Progress", "On Hold", "Completed", "Cancelled", "Closed")


class Fields:
    """Field names of one DocType, none of them twice."""

    def __init__(self, rng):
        self.names = list(STEMS)
        rng.shuffle(self.names)
        self.suffix = 0

    def take(self, n=1):
        if len(self.names) < n:
            self.suffix += 1
            self.names += [f"{stem}_{self.suffix}" for stem in STEMS]
        taken, self.names = self.names[:n], self.names[n:]
        return ", ".join(taken)


def rule(rng, f):
    """One line with a rule of one to three fields."""
    one = lambda: f.take()
    return rng.choice((
        lambda: f"    server_wins {f.take(rng.randint(1, 3))};",
        lambda: f"    server_wins together {f.take(2)};",
        lambda: f"    client_wins {f.take(rng.randint(1, 3))};",
        lambda: f"    last_write_wins {one()};",
        lambda: f"    merge_text  {one()};",
        lambda: f"    keep_both   {one()};",
        lambda: f"    sum         {one()};",
        lambda: f"    max         {one()};",
        lambda: f'    max         {one()} ranked ("Low", "Medium", "High");',
        lambda: f"    manual      {one()};",
        lambda: f"    immutable   {one()};",
    ))()


def doctype(rng, name):
    f = Fields(rng)
    status, link = f.take(), f.take()
    table, date, other = f.take(), f.take(), f.take()
    guarded = f.take()
    tail = [
        f"    child {table} {{",
        f"        key         item_code;",
        f"        on_same_key sum(qty);",
        "    }",
        f"    server_wins {guarded} when server_role = \"supervisor\";",
        f"    client_wins {guarded};",
        f"    server_wins {status};",
        "",
        "    offline   create no, update yes, delete no;",
        f'    tombstone {{ allow_delete no; soft_delete {status} = "Cancelled"; ttl 90d; }}',
        "    notify    conflict;",
        f"    notify    {status}_changed when {status} changes;",
        f'    link      {link} -> "{rng.choice(KINDS)} {rng.choice(NOUNS)} 1" refresh when {status} '
        f'not in ("{rng.choice(WORDS)}", "Cancelled");',
        f'    effect    complete when {status} becomes "Completed" {{ create "Sales Invoice"; }}',
        f'    push_priority 3 when {status} becomes "{rng.choice(WORDS)}";',
        f"    push_priority 4 when {table} changes or {other} changes;",
        "    push_priority 5;",
        f'    lock when server.{status} in ("Closed", "Cancelled") except {date};',
        "}",
        "",
    ]
    head = [
        f"// {name}: whoever stands in front of the machine is right about it.",
        f'doctype "{name}" {{',
        "    strategy field_level;",
        '    reason   "Planning is the office\'s; what was done is the technician\'s";',
        "",
    ]
    middle = []
    while len(head) + len(middle) + len(tail) < LINES:
        middle.append(rule(rng, f))
    return head + middle + tail


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--doctypes", type=int, default=1000)
    arguments.add_argument("--files", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("folder")
    args = arguments.parse_args()
    rng = random.Random(args.seed)

    os.makedirs(args.folder, exist_ok=True)
    names = [f"{kind} {noun} {i}" for i in range(1, args.doctypes // 400 + 2)
             for kind in KINDS for noun in NOUNS][:args.doctypes]
    for file in range(args.files):
        with open(os.path.join(args.folder, f"area_{file:03}.dwr"), "w", encoding="utf-8") as out:
            for name in names[file::args.files]:
                out.write("\n".join(doctype(rng, name)) + "\n")


if __name__ == "__main__":
    main()
