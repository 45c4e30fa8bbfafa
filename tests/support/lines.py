#!/usr/bin/env python3
"""lines.py --rules PATH… [--seed N] [--count N]: random lines of `resolve` input, on stdout.

COUNT for each DocType that the rules name and for one that they do not; a few of them are no
merges. The same seed gives the same lines.
"""
import argparse
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import differential  # noqa: E402
import rules as language  # noqa: E402


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rules", nargs="+", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=60)
    a = p.parse_args()
    ruleset = language.read(a.rules)
    for name in sorted(ruleset.doctypes) + ["Not Named"]:
        r = random.Random(f"{a.seed}:{name}")
        for line in differential.random_lines(r, ruleset, [name], a.count):
            sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")


main()
