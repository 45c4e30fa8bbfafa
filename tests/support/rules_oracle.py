#!/usr/bin/env python3
"""rules_oracle.py RULES…: the test blocks of rules, answered by the reference implementation.

`dwrc test` asks whether the tests state what the resolver does; this asks whether they state what
the semantics page says, by its second reading in tests/oracle. --planted makes every test's
expectations wrong, one at a time, and demands that each is seen.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
import rules as language  # noqa: E402
import tests_of  # noqa: E402
import values  # noqa: E402

OTHER = {"success": "merged", "merged": "success", "conflict_manual": "merged",
         "branched": "merged", "rejected": "merged"}


def wrong(expectation):
    """The same expectation, made wrong; None where it has no contrary."""
    kind, what, *rest = expectation
    if kind == "status":
        return (kind, OTHER[what], *rest)
    if kind == "outcome":
        return (kind, what, "held" if rest[0] != "held" else "same")
    if kind in ("code", "notification"):
        return (kind, "something_else")
    if kind == "branch":
        return (kind, {**what, "name": "another"})
    if kind == "conflict":
        return ("no conflict", what)
    if kind == "no conflict":
        return ("conflict", what or "a_field")
    return ("notification", what or "something_else")


def wrong_members(expectation):
    """For each member of an expected document, the expectation with that member's value changed."""
    kind, what, *rest = expectation
    for name in (rest[0] or {}) if kind == "status" else ():
        yield (kind, what, {**rest[0], name: "quite another value"})


def planted(ruleset, tests):
    seen = missed = 0
    for test in tests:
        right = test.expected
        for i, expectation in enumerate(right):
            for fault in [wrong(expectation), *wrong_members(expectation)]:
                test.expected = right[:i] + [fault] + right[i + 1:]
                if any(tests_of.compare(ruleset, test)):
                    seen += 1
                else:
                    missed += 1
                    print(f"{test.at}: {test.title}: not seen: {fault}")
        test.expected = right
    return seen, missed


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--planted", action="store_true")
    p.add_argument("rules", nargs="+")
    a = p.parse_args()
    ruleset = language.read(a.rules)
    tests = tests_of.read_tests(a.rules)
    if a.planted:
        passed, failed = planted(ruleset, tests)
    else:
        passed = failed = 0
        for test in tests:
            differences = list(tests_of.compare(ruleset, test))
            failed += bool(differences)
            passed += not differences
            for d in differences:
                print(f"{test.at}: {test.title}: {d}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
