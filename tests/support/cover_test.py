#!/usr/bin/env python3
"""cover_test.py DWRC WORK [--seed N] [--sets N]: coverage and the tests that `dwrc scenario` prints.

For random rule sets in every form of the language: what `scenario` prints is in canonical form,
passes, and brings the coverage to 100 per cent, after which there is nothing more to print; the
reference implementation says the same of each of these tests. For the shipped rules: without a test
file coverage falls, and `scenario` brings it back. And the formats, the threshold, and what is
asked for wrongly.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "oracle"))
import generate  # noqa: E402
import rules as language  # noqa: E402
import tests_of  # noqa: E402

RULES = os.path.join(HERE, "..", "..", "rules")
passed = failed = 0


def check(what, good, detail=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {what}: {detail}"[:2000])


def dwrc(*words):
    p = subprocess.run([args.dwrc, *words], capture_output=True, timeout=120, check=False)
    return p.returncode, p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace")


def fresh(name):
    folder = os.path.join(args.work, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def percent(out):
    return float(re.findall(r"([0-9.]+) %", out.strip().splitlines()[-1])[0])


# --- the round trip ---

def round_trip(what, folder):
    """Appends what scenario prints: then everything is tried."""
    code, text, err = dwrc("scenario", folder)
    check(f"{what}: scenario", code == 0, err)
    path = write(folder, "made.dwr", text)
    code, out, err = dwrc("test", "--coverage", "--format", "json", folder)
    classes = [c for d in json.loads(out)["coverage"]["doctypes"] for p in d["parts"]
               for c in p["classes"]]
    check(f"{what}: the tests pass and try all that was found", code == 0 and
          all(c["tests"] > 0 or not c["made"] for c in classes), out[-1500:] + err)
    unmade = sum(c["possible"] and not c["made"] for c in classes)
    check(f"{what}: what is not found is rare", unmade * 20 <= len(classes), out[-1500:])
    code, out, err = dwrc("fmt", "--check", path)
    check(f"{what}: they are in canonical form", code == 0 or not text, out + err)
    code, out, err = dwrc("scenario", folder)
    check(f"{what}: nothing more is missing", code == 0 and out == "", out[:600] + err)
    try:
        ruleset = language.read([folder])
        differences = [f"{t.at}: {d}" for t in tests_of.read_tests([path])
                       for d in tests_of.compare(ruleset, t)]
    except (language.RuleError, StopIteration) as e:
        differences = [repr(e)]
    check(f"{what}: the reference agrees", not differences, "\n".join(differences[:5]))
    return text


def random_sets():
    refused = 0
    for i in range(args.sets):
        r = random.Random(f"{args.seed}:{i}")
        folder = fresh("random")
        write(folder, "rules.dwr", "\n".join(generate.rule_file(r, 4)) + "\n")
        if dwrc("lint", "--fail-on", "error", folder)[0] != 0:
            refused += 1  # a guard that says what one before it said
        else:
            round_trip(f"random rule set {args.seed}:{i}", folder)
    check("random rule sets are rules", refused * 10 <= args.sets, f"{refused} refused")


def all_forms():
    folder = fresh("forms")
    shutil.copy(os.path.join(HERE, "..", "laws", "all_forms.dwr"), folder)
    first = round_trip("all forms", folder)
    os.remove(os.path.join(folder, "made.dwr"))
    check("all forms: the same tests every time", dwrc("scenario", folder)[1] == first)


def shipped_without_a_file():
    """Planted faults: for each file with tests of the shipped rules, all its tests taken out."""
    for path in sorted(os.listdir(RULES)):
        if not path.endswith(".dwr") or path == "sync.dwr":
            continue
        folder = fresh("shipped")
        shutil.copytree(RULES, os.path.join(folder, "rules"))
        here = os.path.join(folder, "rules")
        text = open(os.path.join(here, path), encoding="utf-8").read()
        doctypes = re.findall(r'(?m)^doctype "(.*)" \{$', text)
        for name in (path, os.path.join("tests", path)):
            file = os.path.join(here, name)
            if os.path.exists(file):
                text = open(file, encoding="utf-8").read()
                write(here, name, re.sub(r'(?ms)^test ".*?^\}$', "", text))
        code, out, _ = dwrc("test", "--coverage", here)
        check(f"{path} without tests: they still run", code == 0, out[-300:])
        check(f"{path} without tests: coverage falls", percent(out) < 100, out[-100:])
        check(f"{path} without tests: each DocType is named",
              all(f"\n{d}: 0 of " in "\n" + out for d in doctypes), out[:2000])
        write(here, "made.dwr", dwrc("scenario", here)[1])
        code, out, _ = dwrc("test", "--coverage", here)
        check(f"{path} without tests: scenario brings it back", percent(out) == 100, out[-300:])


def within_the_schema():
    """With schemas, the tests speak of the fields and row members that are there, and no others."""
    folder = fresh("schema")
    shutil.copytree(RULES, os.path.join(folder, "rules"))
    here = os.path.join(folder, "rules")
    schema = ["--schema", os.path.join(here, "schema")]
    shutil.rmtree(os.path.join(here, "tests"))
    for name in os.listdir(here):
        if name.endswith(".dwr"):
            text = open(os.path.join(here, name), encoding="utf-8").read()
            write(here, name, re.sub(r'(?ms)^test ".*?^\}$', "", text))
    path = write(here, "made.dwr", dwrc("scenario", here, *schema)[1])
    code, out, err = dwrc("lint", "--fail-on", "error", here, *schema)
    check("made for the schema", code == 0, out[-1000:])
    check("made for the schema: nothing is made up", "made.dwr" not in out, out[-1000:])
    code, out, err = dwrc("test", "--threshold", "100", here, *schema)
    check("made for the schema: everything is tried", code == 0, out[-600:])
    check("made for the schema: values that it allows",
          '"status": "Assigned"' in open(path, encoding="utf-8").read())


def by_the_definition_not_the_name():
    """A Link is no time and no count, whatever its name sounds like; a field of one value cannot
    show that both sides differ."""
    folder = fresh("defined")
    schema = ["--schema", os.path.join(folder, "schema")]
    fields = [("series", "Select", "HR-"), ("amended_from", "Link", "Claim"),
              ("payable_account", "Link", "Account"), ("employee", "Link", "Employee")]
    write(folder, "schema/claim.json", json.dumps({
        "doctype": "DocType", "name": "Claim",
        "fields": [{"fieldname": f, "fieldtype": t, "options": o} for f, t, o in fields]}))
    write(folder, "rules/claim.dwr", 'doctype "Claim" {\n    strategy field_level;\n'
                                     '    server_wins amended_from, payable_account;\n'
                                     '    otherwise client_wins;\n}\n')
    rules = os.path.join(folder, "rules")
    made = dwrc("scenario", rules, *schema)[1]
    check("a Link sounds like a time", '"amended_from": "amended from A"' in made, made[:500])
    check("a Link sounds like a count", '"payable_account": "payable account A"' in made, made[:500])
    code, out, _ = dwrc("test", "--coverage", rules, *schema)
    check("a field of one value: another shows it",
          "other fields: server only, client only, both same, both differ\n" in out and
          "no merge found" not in out, out)


def one_test_less():
    """A class that one test alone tries is missing without it, and by name."""
    rules = 'doctype "D" {\n    strategy    field_level;\n    client_wins a;\n}\n'
    tests = {
        "server only": 'base { "a": 1 } server { "a": 2 } client {}',
        "client only": 'base { "a": 1 } server { "a": 1 } client { "a": 2 }',
        "both same": 'base { "a": 1 } server { "a": 2 } client { "a": 2 }',
        "both differ": 'base { "a": 1 } server { "a": 2 } client { "a": 3 }',
    }
    folder = fresh("less")
    for left_out in tests:
        text = rules + "".join(f'test "{k}" for "D" {{ {v} expect no notification; }}\n'
                               for k, v in tests.items() if k != left_out)
        write(folder, "rules.dwr", text)
        _, out, _ = dwrc("test", "--coverage", folder)
        check(f"without a test for {left_out}", f"\n    a: {left_out}\n" in out, out)


# --- formats, options ---

def formats():
    folder = fresh("formats")
    write(folder, "rules.dwr",
          'doctype "<D>" {\n    strategy    field_level;\n    client_wins a;\n}\n'
          'test "t" for "<D>" {\n    base   { "a": 1 }\n    server { "a": 2 }\n'
          '    client { "a": 3 }\n    expect outcome a client;\n}\n')
    code, out, err = dwrc("test", "--coverage", "--format", "json", folder)
    got = json.loads(out)["coverage"]
    check("json: counts", (got["classes"], got["tried"]) == (12, 2), out)
    doctype = got["doctypes"][0]
    part = doctype["parts"][0]
    check("json: a class", doctype["doctype"] == "<D>" and part["part"] == "a"
          and part["classes"][3] == {"class": "both_differ", "rule": "formats/rules.dwr:3",
                                     "possible": True, "made": True, "tests": 1}, out)
    code, out, err = dwrc("test", "--threshold", "16.7", "--format", "json", folder)
    got = json.loads(out)["coverage"]
    check("json: a threshold", code == 1 and got["threshold"] == 16.7
          and got["reached"] is False, out)
    code, out, err = dwrc("test", "--threshold", "16.6", "--format", "junit", folder)
    tree = xml.etree.ElementTree.fromstring(out)
    check("junit: reached", code == 0 and tree.get("failures") == "0"
          and len(tree) == 2 and tree[1][0].get("classname") == "<D>", out)
    code, out, err = dwrc("test", "--threshold", "50", "--format", "junit", folder)
    tree = xml.etree.ElementTree.fromstring(out)
    check("junit: not reached", code == 1 and tree.get("failures") == "1"
          and tree[1].find("testcase/failure") is not None, out)
    code, out, err = dwrc("test", "--format", "lcov", folder)
    lines = out.splitlines()
    check("lcov: the file", code == 0 and lines[0] == "TN:dwrc"
          and f"SF:{folder}/rules.dwr" in lines and lines[-1] == "end_of_record", out)
    check("lcov: the line that decided", "DA:3,1" in lines, out)
    check("lcov: a line that decides nothing but has a class that is tried, the retry",
          "DA:2,1" in lines and "BRDA:2,0,7,1" in lines, out)
    check("lcov: its classes as branches", "BRDA:3,0,0,0" in lines and "BRDA:3,0,3,1" in lines
          and "BRF:12" in lines and "BRH:2" in lines, out)
    # One line a block: what coverage calls a line is a line of the file.
    with open(os.path.join(folder, "rules.dwr"), "a", encoding="utf-8") as f:
        f.write('doctype "E" {\n    strategy    field_level;\n    max b;\n}\n'
                'test "i" for "<D>" {\n    op     insert;\n    client { "a": 3 }\n    expect success;\n}\n')
    code, out, err = dwrc("test", "--format", "lcov", folder)
    lines = out.splitlines()
    check("lcov: an insert and its retry hit the line of their classes", "DA:2,2" in lines, out)
    check("lcov: no branch of a line that was not hit",
          "DA:12,0" in lines and "BRDA:12,0,0,-" in lines and "BRDA:12,0,0,0" not in lines, out)
    numbers = [int(x.split(":")[1].split(",")[0]) for x in lines if x.startswith("DA:")]
    check("lcov: lines in order", numbers == sorted(set(numbers)), out)
    target = os.path.join(folder, "out.info")
    code, out, err = dwrc("test", "--format", "lcov", "-o", target, folder)
    check("lcov: to a file", code == 0 and out == "" and open(target).read().startswith("TN:"), err)


def wrong_words():
    folder = fresh("wrong")
    write(folder, "rules.dwr", 'doctype "Work Order" { strategy field_level; }\n')
    for words in (["test", "--threshold", "101"], ["test", "--threshold", "-1"],
                  ["test", "--threshold", "many"], ["test", "--threshold", "nan"],
                  ["test", "--format", "xml"], ["scenario", "--doctype", "Work Ordre"],
                  ["scenario"]):
        rules = [] if words == ["scenario"] else [folder]
        code, out, err = dwrc(*words, *rules)
        check(" ".join(words), code == 2 and out == "" and err.startswith("dwrc"), out + err)
    check("did you mean", "did you mean 'Work Order'?" in dwrc("scenario", "--doctype",
                                                               "Work Ordre", folder)[2])
    code, out, err = dwrc("scenario", "--doctype", "Work Order", folder)
    check("one DocType alone", code == 0 and 'for "Work Order"' in out, out + err)
    write(folder, "rules.dwr", 'doctype "D" { strategy field_levl; }\n')
    for command in ("scenario", "test"):
        code, out, err = dwrc(command, folder)
        check(f"{command}: rules that do not compile", code == 1 and "DW0001" in out + err)


def impossible():
    """A guard that never holds, a lock that always does: named, not counted. The checker refuses
    those that literals make so; fields against fields are for the merges to tell."""
    folder = fresh("impossible")
    write(folder, "rules.dwr",
          'doctype "D" {\n    strategy    field_level;\n'
          '    server_wins a when server.x < server.y and server.x > server.y;\n    client_wins a;\n}\n')
    round_trip("a guard that never holds", folder)
    _, out, _ = dwrc("test", "--coverage", folder)
    check("a guard that never holds is named",
          "\n    there is no merge for a: both differ by impossible/rules.dwr:3\n" in out, out)
    write(folder, "rules.dwr",
          'doctype "D" {\n    strategy    field_level;\n    client_wins a;\n'
          '    lock when server.x <= server.y or server.x >= server.y;\n}\n')
    os.remove(os.path.join(folder, "made.dwr"))
    round_trip("a lock that always holds", folder)
    _, out, _ = dwrc("test", "--coverage", folder)
    check("what a lock that always holds makes impossible is named",
          "there is no merge for a: client only, both differ" in out, out)


def made_with(says, folder, *options):
    """Tests for all that no test tries: they compile, pass, and leave nothing out."""
    target = os.path.join(folder, "made.dwr")
    code, out, err = dwrc("scenario", folder, "-o", target, *options)
    check(f"{says}: made", code == 0, out + err)
    code, out, err = dwrc("test", "--coverage", folder, *options)
    check(f"{says}: all pass, all is tried", code == 0 and out.endswith(" tried, 100 %\n")
          and "merge found" not in out and ": 0 of" not in out.split("(DocTypes")[0], out + err)
    return out


def hard_to_reach():
    """What a search finds only when it looks for it; nothing of it may be left out."""
    folder = fresh("ordered")
    write(folder, "rules.dwr", """doctype "D" {
    strategy field_level;
    child t { key id; order_by at; on_same_key fields { client_wins at; } }
}
""")
    made_with("rows in the order of a member with a rule", folder)
    _, out, _ = dwrc("test", "--coverage", folder)
    check("rows in the order of a member with a rule: all classes", "D: 28 of 28 " in out, out)
    folder = fresh("hard")
    write(folder, "rules.dwr", """doctype "D" {
    strategy field_level;
    min      f ranked ("open", "held", "closed");
    lock when not (server.g >= client.f);
}
""")
    out = made_with("a lock that compares two fields", folder)
    check("the client's rank is kept where the lock lets it in", "no merge" not in out, out)
    for name, condition in (
            ("four fields", 'server.s = "A" and server.g = "B" and client.q = 5 and client.k = 2'),
            ("two roles", 'client_role = "tech" and client_role = "lead"'),
            ("close bounds", "server.q > 5 and server.q < 6"),
            ("an object", 'server.s = {"a": [1, 2]}')):
        folder = fresh("hard")
        write(folder, "rules.dwr", 'doctype "D" {\n    strategy    field_level;\n'
              f'    server_wins f when {condition};\n    client_wins f;\n}}\n')
        out = made_with(f"a guard of {name}", folder)
        check(f"a guard of {name}: nothing is left out", "no merge" not in out, out)
        write(folder, "rules.dwr", 'doctype "D" {\n    strategy    field_level;\n'
              f'    client_wins f;\n    lock when {condition};\n}}\n')
        os.remove(os.path.join(folder, "made.dwr"))
        out = made_with(f"a lock of {name}", folder)
        check(f"a lock of {name}: nothing is left out", "no merge" not in out, out)


def in_the_only_way():
    """Classes with one way to reach them: a base that is not known, a value of another rule's kind,
    a field that the sync layer writes. None may be left out, nor called impossible."""
    for name, body in (
            ("watched by the second rule", """
    client_wins together a, b when a changes;
    manual      together a, b { watch d; }"""),
            ("a rule that sets its own field", '    manual w { watch d; set w = "open"; }'),
            ("a lock by what the sync layer writes", '    lock when server.modified_by = "ann";'),
            ("a lock by a declared meta field", "    meta rev;\n    lock when server.rev = 3;"),
            ("a lock by the name", '    lock when server.name = "D-X";'),
            ("a delete that is locked where the base is not known",
             "    lock when server.a = client.a and base.a != server.a;"),
            ("a sum between rules of other kinds", """
    union  f when client.g not in ("open", true, 1.0) { key id; }
    sum    f when server.s = "held";
    manual f;"""),
            ("a least value behind lists", """
    keep_both at when server.s >= "open";
    min       at;"""),
            ("ranks that a condition names", """
    child parts { key k; }
    union f when parts changes;
    max   f ranked ("open", "held", "closed");
    union g when "held" <= client.f;
    union g { key id; }"""),
            ("a role that a field names", "    server_wins f when client_role = server.g;\n    client_wins f;"),
            ("rows in the order of their key", """
    child t { key id, at; order_by at; on_same_key last_write_wins; }
    child u { key id; order_by id; on_same_key first_write_wins; }"""),
            ("values behind true", "    server_wins f when client.g > true;\n    client_wins f;")):
        folder = fresh("only")
        write(folder, "rules.dwr", 'doctype "D" {\n    strategy field_level;\n' + body + "\n}\n")
        out = made_with(name, folder)
        check(f"{name}: nothing is left out", "no merge" not in out, out)
    folder = fresh("only")
    write(folder, "rules.dwr", 'default {\n    strategy field_level;\n    tombstone { allow_delete no; '
          'soft_delete state = "gone"; }\n}\ndoctype "D" { strategy server_only; }\n')
    made_with("a delete that writes a field of `default`", folder)


def with_schemas():
    """What the schemas do not have is in no test that is made."""
    definition = {"doctype": "DocType", "name": "D", "fields": [
        {"fieldname": "a", "fieldtype": "Data", "label": "A"}]}
    folder, schemas = fresh("defined"), fresh("definitions")
    write(schemas, "d.json", json.dumps(definition))
    write(folder, "rules.dwr", 'doctype "D" {\n    strategy    field_level;\n'
          '    client_wins a;\n}\ndefault { strategy server_wins; }\n')
    out = made_with("every field has a rule", folder, "--schema", schemas)
    check("every field has a rule: no other fields",
          "there is no merge for other fields: server only, client only, both same, both differ\n"
          in out and "not_named" not in open(os.path.join(folder, "made.dwr")).read(), out)
    check("no DocType is left for `default`", "Another" not in
          open(os.path.join(folder, "made.dwr")).read() and "(DocTypes not named): 0 of 0" in out,
          out)
    definition["name"] = "E"
    write(schemas, "e.json", json.dumps(definition))
    os.remove(os.path.join(folder, "made.dwr"))
    out = made_with("one is left for `default`", folder, "--schema", schemas)
    check("one is left for `default`: it is taken",
          'for "E"' in open(os.path.join(folder, "made.dwr")).read(), out)


def values_of_the_schema():
    """Tests with schemas hold what the fields can, or they would not compile."""
    folder, schemas = fresh("values"), fresh("definitions")
    fields = [("series", "Select", "TS-"), ("done", "Check", None), ("at", "Datetime", None),
              ("rows", "Table", "R")]
    for name, some in (("D", fields), ("R", fields[1:3] + [("text", "Small Text", None)])):
        write(schemas, name.lower() + ".json", json.dumps({
            "doctype": "DocType", "name": name, "istable": int(name == "R"), "fields": [
                {"fieldname": f, "fieldtype": t, "options": o} for f, t, o in some]}))
    write(folder, "rules.dwr", """doctype "D" {
    strategy    field_level;
    server_wins series;
    max         done when server.at > "2026-01-01";
    client_wins done;
    child rows {
        key         name;
        order_by    at;
        on_same_key fields { client_wins at; max done; merge_text text; }
    }
    lock when server.series != "TS-" except done;
}
""")
    out = made_with("values of the schema", folder, "--schema", schemas)
    check("a Select of one option differs where the base is not known",
          "no merge for series" not in out and "D: 47 of 47 " in out, out)


def keys_of_the_schema():
    """Rows are told apart by what their key can be."""
    types = [("k_int", "Int", None), ("k_date", "Date", None), ("k_at", "Datetime", None),
             ("k_time", "Time", None), ("k_data", "Data", None), ("k_one", "Link", "User"),
             ("k_some", "Select", '\na "quoted"\nb\nc\nd\ne\nf')]
    for key, kind, options in types:
        folder, schemas = fresh("keys"), fresh("definitions")
        for name, fields in (("D", [("rows", "Table", "R"), ("m", "Data", None)]),
                             ("R", [(key, kind, options), ("note", "Data", None)])):
            write(schemas, name.lower() + ".json", json.dumps({
                "doctype": "DocType", "name": name, "istable": int(name == "R"), "fields": [
                    {"fieldname": f, "fieldtype": t, "options": o} for f, t, o in fields]}))
        write(folder, "rules.dwr", f'doctype "D" {{\n    strategy field_level;\n    child rows {{ key {key}; }}\n'
              '    max m;\n    lock when server.m = "shut";\n}\n')
        out = made_with(f"rows by a key that is {kind}", folder, "--schema", schemas)
        check(f"rows by a key that is {kind}: nothing is left out", "no merge for rows" not in out
              and "no merge for m" not in out, out)
    write(schemas, "r.json", json.dumps({"doctype": "DocType", "name": "R", "istable": 1, "fields": [
        {"fieldname": key, "fieldtype": "Data"}]}))
    os.remove(os.path.join(folder, "made.dwr"))
    out = made_with("rows of a key alone", folder, "--schema", schemas)
    check("rows of a key alone: no class of an edited row", "there is no merge for rows: row added by both, "
          "row edited by the server" in out, out)


def kept_files():
    folder = fresh("kept")
    write(folder, "rules.dwr", 'doctype "D" { strategy field_level; }\n')
    target = os.path.join(folder, "rules.dwr")
    code, out, err = dwrc("scenario", folder, "-o", target)
    check("a file that is there is left alone", code == 2 and out == ""
          and err.endswith("rules.dwr: left alone: it is there already\n")
          and open(target).read() == 'doctype "D" { strategy field_level; }\n', out + err)
    code, out, err = dwrc("scenario", folder, "-o", "/dev/null")
    check("what is no file may be written to", code == 0, out + err)


def odd_names():
    """Names that must be quoted, and that look like something else."""
    folder = fresh("odd")
    write(folder, "rules.dwr", r"""
doctype "Odd \"one\" <b> \u00e9 \\ x" {
    strategy field_level;
    client_wins "a\"b", "c\\d", "not", "2nd", "\u043a\u043b\u044e\u0447", "x[1]", "when", key;
    server_wins together "p q", "r|s";
    child "t[x]" {
        key "k\"1", "k 2";
        order_by "o o";
        on_same_key fields { sum "q q"; max "m]"; merge_text "t t"; }
        count_into "n n";
    }
    child t2 { key id; hold when "a\"b" changes; }
    lock when server."2nd" = "\"x\"" except "not";
}
""")
    round_trip("odd names", folder)
    for form in ("json", "junit", "lcov"):
        code, out, err = dwrc("test", "--coverage", "--format", form, folder)
        good = code == 0
        if form == "json":
            good = good and json.loads(out)["coverage"]["percent"] == 100
        elif form == "junit":
            good = good and xml.etree.ElementTree.fromstring(out).get("failures") == "0"
        check(f"odd names as {form}", good, out[:300] + err)


def large():
    """A test of very many fields and rows takes no time worth mentioning."""
    folder = fresh("large")
    lines = []
    for i, side in enumerate(("base", "server", "client")):
        doc = {f"f{n}": n + i for n in range(30000)}
        doc["t"] = [{"id": n, "q": n * i} for n in range(10000)]
        lines.append(f" {side} " + json.dumps(doc).replace(', "', ',\n"') + "\n")
    write(folder, "rules.dwr",
          'doctype "D" { strategy field_level; child t { key id; on_same_key sum(q); } }\n'
          'test "large" for "D" {\n' + "".join(lines) + " expect merged;\n}\n")
    for command in (["test", "--coverage"], ["scenario"]):
        start = time.monotonic()
        code, out, err = dwrc(*command, folder)
        seconds = time.monotonic() - start
        check(f"{command[0]} of a large test", code == 0 and seconds < 30, f"{seconds} s {err}")


def failing():
    """Coverage is told also where tests fail, and the status is 1."""
    folder = fresh("failing")
    write(folder, "rules.dwr",
          'doctype "D" { strategy field_level; client_wins a; }\n'
          'test "t" for "D" { client { "a": 3 } expect success; }\n')
    code, out, _ = dwrc("test", "--coverage", folder)
    check("a failing test", code == 1 and "failed: \"t\"" in out and "conflict classes" in out, out)
    code, out, err = dwrc("test", "--format", "lcov", folder)
    check("a failing test beside a tracefile", code == 1 and "failed: \"t\"" in err, out + err)


p = argparse.ArgumentParser()
p.add_argument("dwrc")
p.add_argument("work")
p.add_argument("--seed", type=int, default=1)
p.add_argument("--sets", type=int, default=25)
args = p.parse_args()
args.dwrc = os.path.realpath(args.dwrc)
args.work = os.path.realpath(args.work)
one_test_less()
formats()
wrong_words()
impossible()
hard_to_reach()
in_the_only_way()
with_schemas()
values_of_the_schema()
keys_of_the_schema()
kept_files()
odd_names()
large()
failing()
all_forms()
shipped_without_a_file()
within_the_schema()
by_the_definition_not_the_name()
random_sets()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
