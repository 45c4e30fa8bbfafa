"""formats.py - are a command's findings in each format what programs may rely on?

check(format, text) raises Wrong with what is not so. SARIF is compared with the table below, which
is the standard's object model as far as dwrc writes it (a member that is not in the table is wrong);
where the environment variable SARIF_SCHEMA names the standard's own JSON schema and Python has
jsonschema, by that as well.
"""

import json
import os
import re
import xml.etree.ElementTree as xml


class Wrong(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Wrong(what)


def strict_json(text):
    def pairs(members):
        names = [name for name, _ in members]
        need(len(set(names)) == len(names), f"a member twice: {names}")
        return dict(members)

    try:
        return json.loads(text, object_pairs_hook=pairs)
    except ValueError as error:
        raise Wrong(f"no JSON: {error}") from None


# --- JSON ---

PLACE = {"file", "line", "column", "end_line", "end_column"}
FINDING = PLACE | {"code", "severity", "message", "doctype", "field", "fingerprint", "help", "notes",
                   "fix", "scenario"}
SCENARIO = {"story", "op", "base", "server", "client", "result", "kept", "gone", "request"}


def place(at):
    need(isinstance(at["file"], str) and at["file"], "no file")
    need(all(isinstance(at[k], int) and at[k] >= 1 for k in PLACE - {"file"}), f"no place: {at}")
    need((at["end_line"], at["end_column"]) >= (at["line"], at["column"]), "it ends before it begins")


def finding(one):
    need(set(one) == FINDING, f"members {sorted(set(one) ^ FINDING)}")
    need(re.fullmatch(r"DW\d{4}", one["code"]), one["code"])
    need(one["severity"] in ("error", "warning", "note"), one["severity"])
    need(re.fullmatch(r"[0-9a-f]{16}", one["fingerprint"]), "no fingerprint")
    need(one["message"] and "\n" not in one["message"], "no sentence")
    place(one)
    for note in one["notes"]:
        need(set(note) == PLACE | {"message"}, "a note's members")
        place(note)
    if one["fix"]:
        need(set(one["fix"]) == {"title", "safe", "edits"}, "a fix's members")
        for edit in one["fix"]["edits"]:
            need(set(edit) == PLACE | {"text"}, "an edit's members")
            place(edit)
    if one["scenario"]:
        need(set(one["scenario"]) == SCENARIO, "a scenario's members")
        need(isinstance(one["scenario"]["request"], dict), "no request")


def check_json(text):
    whole = strict_json(text)
    need(set(whole) == {"format_version", "command", "counts", "findings"}, "the envelope")
    need(whole["format_version"] == 1, "format_version")
    for one in whole["findings"]:
        finding(one)
    for severity in ("error", "warning", "note"):
        need(whole["counts"][severity] == sum(f["severity"] == severity for f in whole["findings"]),
             f"the count of {severity}s")
    prints = [f["fingerprint"] for f in whole["findings"]]
    need(len(prints) == len(set(prints)), "a fingerprint twice")
    return whole


def check_jsonl(text):
    need(text == "" or text.endswith("\n"), "the last line has no end")
    found = [strict_json(line) for line in text.splitlines()]
    for one in found:
        finding(one)
    return found


# --- SARIF ---

# object: its members; '!' is compulsory; a string or number is the value; (x,) one of; [x] an array.
WORDS = {"text!": str, "markdown": str}
SARIF = {
    "log": {"$schema!": "https://json.schemastore.org/sarif-2.1.0.json", "version!": "2.1.0",
            "runs!": ["run"]},
    "run": {"tool!": "tool", "invocations!": ["invocation"], "automationDetails": "automation",
            "columnKind!": "utf16CodeUnits", "originalUriBaseIds!": "bases", "results!": ["result"]},
    "tool": {"driver!": "driver"},
    "driver": {"name!": "dwrc", "semanticVersion!": str, "rules!": ["rule"]},
    "rule": {"id!": str, "shortDescription!": "words", "help": "words",
             "defaultConfiguration!": "configuration"},
    "configuration": {"level!": ("error", "warning", "note")},
    "words": WORDS,
    "automation": {"id!": str},
    "invocation": {"executionSuccessful!": bool, "toolExecutionNotifications": ["notification"]},
    "notification": {"level!": ("error",), "message!": "words"},
    "bases": {"%SRCROOT%!": "base"},
    "base": {"description!": "words"},
    "result": {"ruleId!": str, "ruleIndex!": int, "level!": ("error", "warning", "note"),
               "message!": "words", "locations!": ["location"], "relatedLocations": ["related"],
               "partialFingerprints!": "prints", "fixes": ["fix"], "suppressions": ["suppression"],
               "properties": "properties"},
    "properties": {"doctype!": str, "field!": (str, None)},
    "prints": {"dwrc/v1!": str},
    "location": {"physicalLocation!": "physical"},
    "related": {"id!": int, "physicalLocation!": "physical", "message!": "words"},
    "physical": {"artifactLocation!": "artifact", "region!": "region"},
    "artifact": {"uri!": str, "uriBaseId": "%SRCROOT%"},
    "region": {"startLine!": int, "startColumn!": int, "endLine!": int, "endColumn!": int},
    "fix": {"description!": "words", "artifactChanges!": ["change"]},
    "change": {"artifactLocation!": "artifact", "replacements!": ["replacement"]},
    "replacement": {"deletedRegion!": "region", "insertedContent!": "words"},
    "suppression": {"kind!": "inSource", "justification!": str},
}


def fits(value, want, at):
    if isinstance(want, list):
        need(isinstance(value, list), f"{at} is no array")
        for i, element in enumerate(value):
            fits(element, want[0], f"{at}[{i}]")
    elif isinstance(want, tuple):
        need(value in want or type(value) in want, f"{at} is {value!r}")
    elif isinstance(want, type):
        need(type(value) is want, f"{at} is {value!r}")
    elif want not in SARIF:
        need(value == want, f"{at} is {value!r}, not {want!r}")
    else:
        members = SARIF[want]
        need(isinstance(value, dict), f"{at} is no object")
        for name, kind in members.items():
            if name.endswith("!"):
                need(name[:-1] in value, f"{at} has no {name[:-1]}")
        for name, member in value.items():
            kind = members.get(name, members.get(name + "!"))
            need(kind is not None, f"{at}.{name} is not in the table")
            fits(member, kind, f"{at}.{name}")


_schema = None


def by_schema(log):
    """The standard's own JSON schema, where there is one."""
    global _schema
    name = os.environ.get("SARIF_SCHEMA", "")
    if not name or not os.path.isfile(name) or os.path.getsize(name) == 0:
        return False
    try:
        from jsonschema.validators import validator_for
    except ImportError:
        return False
    if _schema is None:
        with open(name, encoding="utf-8") as file:
            schema = json.load(file)
        _schema = validator_for(schema)(schema)
    for error in _schema.iter_errors(log):
        raise Wrong(f"schema: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    return True


def check_sarif(text):
    log = strict_json(text)
    fits(log, "log", "log")
    need(len(log["runs"]) == 1, "one run")
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        need(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex")
        need(len(result["locations"]) == 1, "one location")
        places = [l["physicalLocation"] for l in
                  result["locations"] + result.get("relatedLocations", [])]
        for change in (c for f in result.get("fixes", []) for c in f["artifactChanges"]):
            places += [{"artifactLocation": change["artifactLocation"], "region": r["deletedRegion"]}
                       for r in change["replacements"]]
        for at in places:
            uri, region = at["artifactLocation"]["uri"], at["region"]
            need(re.fullmatch(r"([A-Za-z0-9._~/!$&'()*+,;=@-]|%[0-9A-F]{2})+", uri), f"URI {uri}")
            need("\\" not in uri and not uri.startswith("./"), f"URI {uri}")
            need((region["endLine"], region["endColumn"]) >=
                 (region["startLine"], region["startColumn"]) >= (1, 1), f"region {region}")
    prints = [r["partialFingerprints"]["dwrc/v1"] for r in run["results"]]
    need(len(prints) == len(set(prints)), "a fingerprint twice")
    by_schema(log)
    return run["results"]


# --- GitHub ---

def check_github(text):
    need(text == "" or text.endswith("\n"), "the last line has no end")
    order = []
    for line in text.split("\n")[:-1]:
        command = re.fullmatch(r"::(error|warning|notice) title=dwrc \((DW\d{4})\),file=([^:,]+),"
                               r"line=(\d+)(,col=\d+)?,endLine=(\d+)(,endColumn=\d+)?::(.+)", line)
        need(command, f"no command: {line}")
        severity, _, _, first, column, last, end, message = command.groups()
        need(bool(column) == bool(end) == (first == last), "columns of several lines")
        need(not re.search(r"%(?!25|0D|0A)", message) and "\r" not in message, "not escaped")
        order.append(("error", "warning", "notice").index(severity))
    need(order == sorted(order), "not the most severe first")
    return order


# --- JUnit ---

def check_junit(text):
    try:
        root = xml.fromstring(text.encode())
    except xml.ParseError as error:
        raise Wrong(f"no XML: {error}") from None
    cases = root.findall("./testsuite/testcase")
    failures = root.findall("./testsuite/testcase/failure")
    need(root.tag == "testsuites" and cases, "no case")
    for counted in [root] + root.findall("./testsuite"):
        need(int(counted.get("tests")) == len(cases), "the count of cases")
        need(int(counted.get("failures")) == len(failures), "the count of failures")
    need(all(c.get("name") and c.get("classname") for c in cases), "a case without a name")
    return cases


CHECKS = {"json": check_json, "jsonl": check_jsonl, "sarif": check_sarif, "github": check_github,
          "junit": check_junit}


def check(name, text):
    return CHECKS[name](text)
