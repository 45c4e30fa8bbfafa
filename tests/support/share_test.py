#!/usr/bin/env python3
"""share_test.py - share/editor: the TextMate grammar and vim's syntax know every word of the language and
no other, and colour a rule file as they should.

The words are those of grammar/rules.y. The TextMate patterns are applied as an editor does, line by line,
the earliest match first (they are written so that Python's expressions read them); vim itself is asked
where it is there. share/ci and .pre-commit-hooks.yaml name commands and options that dwrc has.
"""
import json
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DWRC = os.path.abspath(sys.argv[1])
os.chdir(TOP)
passed = failed = 0


def expect(says, got, wanted):
    global passed, failed
    if got == wanted:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {says}: got {got!r}, expected {wanted!r}")


def language_words():
    text = open("grammar/rules.y").read()
    tokens = text[text.index("%token RULESET"):text.index("%token <text> STRING")]
    return set(re.findall(r'"([a-z_]+)"', tokens))


# --- the words ---

WORDS = language_words()
expect("the grammar has words", len(WORDS) > 100, True)
GRAMMAR = json.load(open("share/editor/dwr.tmLanguage.json"))
MATCHES = []


def walk(node):
    if isinstance(node, dict):
        MATCHES.extend(node[k] for k in ("match", "begin", "end") if k in node)
        for value in node.values():
            walk(value)
    elif isinstance(node, list):
        for value in node:
            walk(value)


def words_in(text):
    """The words of a pattern: character classes, escapes and quantities left out."""
    text = re.sub(r"\\[\\<>a-zA-Z.]|\[[^]]*\]|\\u", " ", text)
    return set(re.findall(r"[a-z_]{2,}", text))


walk(GRAMMAR)
HAS = set().union(*map(words_in, MATCHES))
EXTRA = {"dwrc", "allow", "smhd", "bfnrt"}
expect("TextMate: words that are missing", sorted(WORDS - HAS), [])
expect("TextMate: words that are none of the language", sorted(HAS - WORDS - EXTRA), [])
VIM = open("share/editor/vim/syntax/dwr.vim").read()
VIM_LINES = [line for line in VIM.split("\n") if re.match(r"syntax (match|keyword) dwr", line)]
VIM_WORDS = set().union(*(words_in(re.sub(r"^syntax \w+ \w+( contained)?|contains=.*", "", line))
                          for line in VIM_LINES))
expect("vim: words that are missing", sorted(WORDS - VIM_WORDS), [])
expect("vim: words that are none of the language", sorted(VIM_WORDS - WORDS - EXTRA - {"zs", "ze"}), [])

# --- what a file looks like ---

TEXT = """\
/// A job.
// dwrc: allow(DW2101) reason="x"
doctype "Dispatch Job" {
    strategy    field_level;
    server_wins status, priority;  // office
    max         risk ranked ("low", "high") when client.status = "Open" and not changes;
    child parts_used { key item_code; on_same_key sum(qty); }
    tombstone { allow_delete no; ttl 90d; }
}
test "a \\"test\\"" for "Dispatch Job" {
    client { "status": -1.5, "b": null }
    expect no conflict status;
}
"""
# (line, text, scope, vim's group)
LOOKS = [
    (1, "/// A job.", "comment.line.documentation.dwr", "dwrDoc"),
    (2, "allow", "keyword.other.directive.dwr", "dwrDirective"),
    (3, "doctype", "keyword.declaration.dwr", "dwrBlock"),
    (3, '"Dispatch Job"', "entity.name.type.doctype.dwr", "dwrString"),
    (4, "strategy", "keyword.other.statement.dwr", "dwrStatement"),
    (4, "field_level", "storage.type.strategy.dwr", "dwrStrategy"),
    (5, "server_wins", "keyword.control.rule.dwr", "dwrRule"),
    (5, "status", "variable.other.field.dwr", ""),
    (5, "office", "comment.line.double-slash.dwr", "dwrComment"),
    (6, "max", "keyword.control.rule.dwr", "dwrRule"),
    (6, "ranked", "keyword.other.dwr", "dwrOperator"),
    (6, '"low"', "string.quoted.double.dwr", "dwrString"),
    (6, "when", "keyword.operator.word.dwr", "dwrOperator"),
    (6, "client", "variable.language.side.dwr", "dwrSide"),
    (6, "and", "keyword.operator.word.dwr", "dwrOperator"),
    (7, "child", "keyword.declaration.dwr", "dwrBlock"),
    (7, "parts_used", "entity.name.section.table.dwr", ""),
    (7, "key", "keyword.other.statement.dwr", "dwrStatement"),
    (7, "on_same_key", "keyword.other.statement.dwr", "dwrStatement"),
    (7, "sum", "keyword.control.rule.dwr", "dwrStrategy"),
    (8, "no", "constant.language.dwr", "dwrConstant"),
    (8, "90d", "constant.numeric.duration.dwr", "dwrNumber"),
    (10, "test", "keyword.declaration.dwr", "dwrBlock"),
    (10, "for", "keyword.other.dwr", "dwrWord"),
    (11, "client", "keyword.other.given.dwr", "dwrStatement"),
    (11, '"status"', "support.type.property-name.dwr", "dwrString"),
    (11, "null", "constant.language.dwr", "dwrConstant"),
    (12, "expect", "keyword.other.expect.dwr", "dwrStatement"),
    (12, "conflict", "keyword.other.expect.dwr", "dwrWord"),
]


def rules_of(patterns):
    for p in patterns:
        if "include" in p:
            node = GRAMMAR["repository"][p["include"][1:]]
            yield from rules_of(node["patterns"]) if "patterns" in node and "begin" not in node else [node]
        else:
            yield p


RULES = []
for rule in rules_of(GRAMMAR["patterns"]):
    if "begin" in rule:
        RULES.append((re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)'), rule))
    else:
        RULES.append((re.compile(rule["match"]), rule))


def scopes(line):
    """[(begin, end, scope)], the innermost last."""
    at, found = 0, []
    while at < len(line):
        best = None
        for pattern, rule in RULES:
            m = pattern.search(line, at)
            if m and m.end() > m.start() and (best is None or m.start() < best[0].start()):
                best = (m, rule)
        if best is None:
            break
        m, rule = best
        if "name" in rule:
            found.append((m.start(), m.end(), rule["name"]))
        for number, capture in rule.get("captures", {}).items():
            if m.start(int(number)) >= 0:
                found.append((m.start(int(number)), m.end(int(number)), capture["name"]))
        at = m.end()
    return found


LINES = TEXT.split("\n")
for number, text, scope, _ in LOOKS:
    begin = LINES[number - 1].index(text)
    got = [s for b, e, s in scopes(LINES[number - 1]) if b <= begin < e]
    expect(f"TextMate: line {number}, {text}", got[-1] if got else "", scope)

if shutil.which("vim"):
    work = subprocess.run(["mktemp", "-d"], capture_output=True, text=True).stdout.strip()
    with open(f"{work}/a.dwr", "w") as f:
        f.write(TEXT)
    script = ["set nocompatible", f"set rtp^={TOP}/share/editor/vim", "filetype plugin on", "syntax on",
              f"edit {work}/a.dwr", f"redir! > {work}/out", "silent echo &filetype &shiftwidth &makeprg[:8]"]
    for number, text, _, _ in LOOKS:
        column = len(LINES[number - 1][:LINES[number - 1].index(text)].encode()) + 1
        script.append(f"silent echo synIDattr(synID({number}, {column}, 1), 'name')")
    with open(f"{work}/script.vim", "w") as f:
        f.write("\n".join(script + ["redir END", "qall!"]) + "\n")
    subprocess.run(["vim", "-u", "NONE", "-i", "NONE", "-n", "-es", "-S", f"{work}/script.vim"],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                   env={**os.environ, "TERM": "xterm"})
    out = open(f"{work}/out").read().split("\n")[1:]
    expect("vim: the file type and its settings", out[0], "dwr 4 dwrc lint")
    for (number, text, _, group), got in zip(LOOKS, out[1:]):
        expect(f"vim: line {number}, {text}", got, group)
    shutil.rmtree(work)
else:
    print("share_test: no vim here")

# --- commands that examples name ---

EXAMPLES = {path: open(path).read() for path in (".pre-commit-hooks.yaml", "share/ci/github.yml", "share/ci/gitlab.yml")}
for path, text in EXAMPLES.items():
    commands = re.findall(r"dwrc ([a-z]+)((?: --?[a-z-]+(?: [a-z.]+)?)*)", re.sub(r"(?m)#.*$", "", text))
    expect(f"{path} names commands", len(commands) >= 3, True)
    for command, options in commands:
        help_text = subprocess.run([DWRC, command, "--help"], capture_output=True, text=True)
        if help_text.returncode == 0:
            for option in re.findall(r"--?[a-z-]+", options):
                expect(f"{path}: dwrc {command} {option}", f"  {option} " in help_text.stdout, True)

print(f"share: {passed} passed, {failed} failed")
sys.exit(failed != 0)
