#!/usr/bin/env python3
"""reference_test.py DWRC - is the reference that `dwrc doc` writes right, valid and safe?

The rows of the strategy table are those of the plan that the shipped rules were written from, by
hand; where the rules take another reading the row says which. The rest is written from the man page
and runtime/SEMANTICS.md. The last line counts."""
import html
import html.parser
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

dwrc = os.path.abspath(sys.argv[1])
work = tempfile.mkdtemp(prefix="dwr-reference-")
passed = failed = 0


def check(good, says):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("reference_test: FAIL " + says)


def doc(*arguments):
    done = subprocess.run([dwrc, "doc", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def pages_of(text, *arguments, name="things"):
    """Markdown and HTML of rules written here."""
    folder = tempfile.mkdtemp(dir=work)
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "a.dwr"), "w", encoding="utf-8") as f:
        f.write(text)
    code, out, err = doc(os.path.join(folder, name), "-o", os.path.join(folder, "out"), *arguments)
    check(code == 0 and out == "" and err == "", "written: %d %s%s" % (code, out, err))
    return (read(os.path.join(folder, "out", name + ".md")),
            read(os.path.join(folder, "out", name + ".html")))


def cells(line):
    """The cells of a row of a Markdown table: an escaped bar is text."""
    return [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]


def names(cell):
    return set(re.findall(r"`([^`]*)`", cell))


# --- the plan's strategy table ---

# DocType: strategy, what the server wins, what the client wins ("all": every field but what the
# other columns name), and what stands in the last column in the reference's words. A field that the
# plan gives to one side and the rules to a rule of its own is in the last column: photos and
# attachments are kept from both sides, as the plan's own section on attachments says.
PLAN = {
    "Dispatch Job": ("field_level", "status assigned_to scheduled_time priority",
                     "completion_notes signature customer_feedback",
                     ["`photos`: both kept", "`parts_used`: rows of both by `item_code`, `qty` changes added up"]),
    "Appointment": ("manual_resolve", "", "",
                    ["`appointment_date` + `appointment_time` + `duration`: a person decides",
                     "all others: a person decides", "`notes`, `internal_notes`: texts put together",
                     "no two at one time"]),
    "Conversation": ("append_only", "", "",
                     ["`messages`: rows of both by `message_id`, never changed", "never deleted"]),
    "Inbound Message": ("append_only", "", "", ["all: stays once set", "never deleted"]),
    "Ticket": ("field_level", "status assigned_to priority sla_status",
               "resolution_notes internal_notes",
               ["`attachments`: both kept", "`description`: the later write"]),
    "Vault Document": ("version_all", "", "", ["all: each side's version is kept"]),
    "Form Submission": ("field_level", "template_version submitted_at", "field_values",
                        ["`signature`: a person decides", "`photos`: both kept"]),
    "Form Template": ("server_wins", "all", "", []),
    "Clock In Record": ("server_wins", "all", "notes", []),
    "Schedule Entry": ("server_wins", "all", "", []),
    "Shift Template": ("server_wins", "all", "", []),
    "Workflow Instance": ("server_wins", "all", "", []),
    "Broadcast Alert": ("field_level", "status sent_at delivery_stats",
                        "acknowledgment_status acknowledged_at", []),
    "Growth Campaign": ("server_wins", "all", "", []),
    "AI Call": ("append_only", "", "",
                ["`transcript_segments`: rows of both by `segment_id`, never changed"]),
    "SLA Policy": ("server_wins", "all", "", []),
    "Geofence": ("server_wins", "all", "", []),
}


def overview(markdown):
    part = markdown.split("## Overview\n", 1)[1].split("\n## ", 1)[0]
    rows = [cells(line) for line in part.splitlines() if line.startswith("| [")]
    return {re.match(r"\[(.*)\]\(#", row[0]).group(1): row for row in rows}


code, out, err = doc("rules", "-o", work + "/shipped")
check(code == 0 and sorted(os.listdir(work + "/shipped")) ==
      ["dartwing_company.html", "dartwing_company.md"], "two pages: %s%s" % (out, err))
shipped_md = read(work + "/shipped/dartwing_company.md")
shipped_html = read(work + "/shipped/dartwing_company.html")


def plan_faults(table):
    """What of the plan's table does not come out of the reference's."""
    faults = []
    for doctype, (strategy, server, client, rest) in PLAN.items():
        row = table.get(doctype, [""] * 5)
        if row[1] != "`%s`" % strategy:
            faults.append("%s is %s, not %s" % (doctype, strategy, row[1]))
        for wanted, cell, side in ((server, row[2], "server"), (client, row[3], "client")):
            good = re.search(r"\ball\b", cell) if wanted == "all" else set(wanted.split()) <= names(cell)
            if not good or (side == "client" and not wanted and cell != "-"):
                faults.append("%s: the %s wins '%s': %s" % (doctype, side, wanted, cell))
        faults += ["%s: '%s' in: %s" % (doctype, words, row[4]) for words in rest
                   if words not in row[4]]
    return faults


table = overview(shipped_md)
for doctype in PLAN:
    faults = [f for f in plan_faults(table) if f.startswith(doctype)]
    check(faults == [], str(faults))
# Planted: a cell that moved, a field that is missing, another strategy.
for doctype, cell, old, new in (("Geofence", 2, "all", "-"), ("Ticket", 3, "`resolution_notes`", ""),
                                ("AI Call", 1, "append", "client"), ("Appointment", 4, "a person", "it"),
                                ("SLA Policy", 3, "-", "all")):
    wrong = dict(table, **{doctype: list(table[doctype])})
    wrong[doctype][cell] = wrong[doctype][cell].replace(old, new)
    check(wrong != table and plan_faults(wrong) != [], "planted in the table: " + doctype)
check(len(table) == 36, "35 DocTypes and all others: %d" % len(table))

# --- a DocType's part ---

RULES = """/// What we sell.
///
/// A thing is <b>counted</b> by `hand`.
doctype "Thing" {
    strategy    field_level;
    reason      "Because | of *this*";
    hint        "Ask Ann";
    server_wins a, b;
    client_wins together c, d;
    sum         n;
    server_wins s when server_role = "boss";
    client_wins s;
    meta        m;
    child rows { key k; on_same_key sum(q); count_into row_count; }
    lock when server.s in ("x|y", "z") except c;
    tombstone   { allow_delete no; soft_delete s = "gone"; }
    offline     create yes, update yes, delete no;
    notify      conflict;
    effect      go when s becomes "x" { create "Other"; }
    link        a -> "Other";
    push_priority 2 when created;
}
test "both wrote a" for "Thing" {
    base { "a": 1, "n": 1 } server { "a": 2, "n": 2 } client { "a": 3, "n": 5 }
    expect outcome a server;
}
test "deleted" for "Thing" {
    base { "a": 1 } server { "a": 1 } op delete;
    expect success { "s": "gone" }
}
doctype "Bare" { strategy client_wins; }
doctype "Some" { strategy field_level; client_wins x; }
/// What nobody thought of.
default { strategy server_wins; }
"""
md, page = pages_of(RULES)
for line in [
    "# things",
    "### Thing (`things/a.dwr:4`)",
    "What we sell.",
    "A thing is &lt;b&gt;counted&lt;/b&gt; by \\`hand\\`.",
    "`field_level`: field by field. (`things/a.dwr:5`)",
    "> **Why:** Because \\| of \\*this\\*",
    "> **For whoever decides:** Ask Ann",
    "| `a`, `b` | The server's value stands. | `things/a.dwr:8` |",
    "| `c` + `d` | Decided as one: the client's values stand. | `things/a.dwr:9` |",
    "| `n` | Both changes are added up. | `things/a.dwr:10` |",
    "| `s` | The server's value stands if the server's last change was by the role `\"boss\"`; "
    "otherwise the client's. | `things/a.dwr:11` |",
    "| the others | Every other field is decided alone: the server's value stands. | "
    "`things/a.dwr:5` |",
    "| `m` | Belongs to the sync layer: the server's value stands and a client's is ignored. | "
    "`things/a.dwr:13` |",
    "- If the server's `s` is `\"x|y\"` or `\"z\"`, the document is locked: what a client writes is "
    "refused, but for `c`, and so is a delete. (`things/a.dwr:15`)",
    "#### Table rows (`things/a.dwr:14`)",
    "- `row_count` is the number of rows. (`things/a.dwr:14`)",
    "- A document is not deleted: a delete sets `s` to `\"gone\"`, which is decided like any other "
    "write. (`things/a.dwr:16`)",
    "- Offline, documents may be created and changed, but not deleted. (`things/a.dwr:17`)",
    "- **go**: when `s` becomes `\"x\"`, **Other** is created, together with the change. "
    "(`things/a.dwr:19`)",
    "- `a` links to **Other**. (`things/a.dwr:20`)",
    "- 2, if the document is new. (`things/a.dwr:21`)",
    # Its tests are its examples, and what comes out is the resolver's.
    "##### both wrote a (`things/a.dwr:23`)",
    "| `a` | `1` | `2` | `3` | `2` | Both changed it; the server's value stands. `things/a.dwr:8` |",
    "| `n` | `1` | `2` | `5` | `6` | Both changed it; both changes are added up. `things/a.dwr:10` |",
    "##### deleted (`things/a.dwr:27`)",
    "The client deletes the document. Not deleted: documents of this kind get `s` set to `\"gone\"` "
    "instead, which is decided like any other write. (`things/a.dwr:16`)",
    "| `s` | - | - | - | `\"gone\"` | Set in place of the delete. `things/a.dwr:16` |",
    "### Every other DocType",
    "What nobody thought of.",
]:
    check("\n" + line + "\n" in "\n" + md, "Markdown has the line: " + line)
check(md.count("##### Made up: ") == 3, "an example is made up where there is no test")
bare = md.split("### Bare", 1)[1].split("### Some", 1)[0]
check(re.search(r"^\| `any_field` \| `\"A\"` \| `\"B\"` \| `\"C\"` \| `\"C\"` \| Both changed it; the "
                r"client's value stands\. ", bare, re.M), "for a DocType that names no field:\n" + bare)
some = md.split("### Some", 1)[1]
check(re.search(r"^\| `x` \| (\S+) \| (\S+) \| (\S+) \| \3 \| ", some, re.M), "and for one that does")
check("`any_field`" not in some.split("###")[0], "a stand-in only where nothing is named")

# A row's `manual` asks nobody (SEMANTICS 6: the row is `merged`).
rows, _ = pages_of('doctype "R" { strategy field_level; child t { key k; on_same_key fields { manual a; '
                   'manual b { provisional client; } otherwise manual; } } }\n')
check("`a` the server's, `b` the client's, the others the server's" in overview(rows)["R"][4] and
      "a person decides" not in rows, "a row's manual: " + overview(rows)["R"][4])

two = ('doctype "Two" { strategy client_wins; }\n',
       "".join('test "claim %d" for "Two" { server { "a": 1 } client { "a": 2 } expect success; }\n' % i
               for i in range(5)))
os.makedirs(work + "/two")
for i, text in enumerate(two):
    with open(work + "/two/%d.dwr" % i, "w") as f:
        f.write(text)
doc(work + "/two", "-o", work + "/two-out")
apart = read(work + "/two-out/two.md")
check(re.findall(r"^##### (claim \d) \(`two/1.dwr:\d`\)$", apart, re.M) ==
      ["claim 0", "claim 1", "claim 2"] and "Made up" not in apart.split("### Every other")[0],
      "tests in another file: some are shown where there are no others")
check("\n#### Tested besides\n\n- claim 3 (`two/1.dwr:4`)\n- claim 4 (`two/1.dwr:5`)\n" in apart,
      "and the others named")

# Every table row has as many cells as its head, whatever is in them.
for text in (md, shipped_md):
    width = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            width = 0
            continue
        width = width or len(cells(line))
        check(len(cells(line)) == width, "line %d has %d cells: %s" % (number, width, line))

# --- HTML ---

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Reader(html.parser.HTMLParser):
    """Balance, ids, links, and what a browser would load or run."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.links, self.tags = [], [], [], [], []
        self.text, self.headings = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.links.append(value)
            if name in ("src", "srcset", "action", "data", "ping", "poster") or name.startswith("on"):
                self.faults.append("attribute %s" % name)
        if len({name for name, _ in attributes}) != len(attributes):
            self.faults.append("attribute twice in %s" % tag)
        if tag not in VOID:
            self.open.append(tag)
        if re.match("h[1-6]$", tag):
            self.headings.append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append("</%s> at %s" % (tag, self.getpos()))

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)
        if self.headings and any(re.match("h[1-6]$", t) for t in self.open):
            self.headings[-1] += data


def html_faults(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    faults = reader.faults + reader.open
    if len(reader.ids) != len(set(reader.ids)):
        faults.append("an id twice")
    faults += ["a link to " + l for l in reader.links if l[0] != "#" or l[1:] not in reader.ids]
    if reader.tags.count("script") != 1 or reader.tags.count("style") != 1:
        faults.append("one script, one style")
    faults += list({"link", "img", "iframe", "object", "embed", "form", "base"} & set(reader.tags))
    if "Content-Security-Policy\" content=\"default-src 'none'; " not in text:
        faults.append("no policy")
    if not text.startswith("<!DOCTYPE html>\n<html lang=\"en\">"):
        faults.append("no document of HTML")
    levels = [int(tag[1]) for tag in reader.tags if re.match("h[1-6]$", tag)]
    if levels[:1] != [1] or levels.count(1) != 1 or \
            any(b > a + 1 for a, b in zip(levels, levels[1:])):
        faults.append("headings leave a step out")
    return reader, faults


def read_html(text, what):
    reader, faults = html_faults(text)
    check(faults == [], "%s: %s" % (what, faults[:5]))
    return reader


shipped = read_html(shipped_html, "shipped")
read_html(page, "things")
for old, new in (("</td>", ""), ("</section>", "</div>"), ('id="settings"', 'id="overview"'),
                 ('href="#settings"', 'href="#none"'), ("<h4>", '<h4><img src="x">'),
                 ("<h4>", "<h6>"), ("</main>", "<script></script></main>"), ("<p>", '<p onclick="x">'),
                 ("default-src 'none'", "default-src *")):
    check(html_faults(page.replace(old, new, 1))[1] != [], "planted in the page: " + new)
check(not re.search(r"https?:|//[a-z]|url\(|@import", shipped_html), "no address of any network")
check("</code>" in page and " is <code class=\"value\">&quot;x|y&quot;</code> or " in page,
      "values are marked")
check("prefers-color-scheme: dark" in page and "@media print" in page and "max-width" in page,
      "light and dark, paper, narrow screens")
check('<p id="search" hidden>' in page, "the search box is there when the script is")
beside = elsewhere = 0
files = {os.path.join(where, f): read(os.path.join(where, f))
         for where, _, names_ in os.walk("rules") for f in names_ if f.endswith(".dwr")}
home = {name: f for f in files for name in re.findall(r'^doctype "(.*)" \{', files[f], re.M)}
for f in files:
    for name in re.findall(r'^test ".*" for "(.*)" \{', files[f], re.M):
        beside += home.get(name, f) == f
        elsewhere += home.get(name, f) != f
check(beside > 100 and shipped_html.count("<h5>") == beside + shipped_html.count("Made up: "),
      "every test beside its DocType is an example")
claims = re.findall(r"<h4>Tested besides</h4>\n<ul>\n(.*?)</ul>", shipped_html, re.S)
check(sum(c.count("<li>") for c in claims) == elsewhere, "and every other one is a claim")
for doctype in table:
    check(any(h == doctype or h.startswith(doctype + " rules/") for h in shipped.headings),
          "a part for " + doctype)
if shutil.which("tidy"):
    for text, what in ((shipped_html, "shipped"), (page, "things")):
        done = subprocess.run(["tidy", "-q", "-e", "-utf8"], input=text, capture_output=True, text=True)
        check(done.returncode == 0, "tidy finds nothing in %s: %s" % (what, done.stderr[:600]))


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * c for c in color[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


palettes = re.findall(r":root \{(.*?)\}", page, re.S)[:2]
for palette in palettes:
    colors = dict(re.findall(r"--(\w+): (#[0-9a-f]+)", palette))
    for ink in ("ink", "quiet", "link"):
        for paper in ("paper", "wash"):
            a, b = sorted((luminance(colors[ink]), luminance(colors[paper])))
            check((b + 0.05) / (a + 0.05) >= 4.5, "%s on %s can be read" % (ink, paper))

# --- names that are markup ---

EVIL = ["<script>alert(1)</script>", "</title></style><img src=x onerror=alert(1)>", "a\" onload=\"x",
        "`code` | bar", "[x](http://example.com)", "&amp;", "*bold* _it_ ~~no~~ $x$", "# head",
        "1. one", "-", "\u202eesrever", "\u00e4\u00f6\u00fc \u4e2d\u6587", "A b", "a-B"]
text = ""
for i, name in enumerate(EVIL):
    quoted = json.dumps(name, ensure_ascii=False)
    # A name holds no control character; every other text may stand anywhere.
    text += ("/// %s\ndoctype %s {\n strategy field_level; reason %s; hint %s;\n client_wins %s;\n"
             " lock when server.x = %s;\n link x -> %s;\n}\ntest %s for %s {\n server { %s: %s }\n"
             " client { %s: 1 }\n expect merged;\n}\n"
             % ((name,) + (quoted,) * 6 + (quoted, quoted, quoted, quoted, quoted)))
md, page = pages_of(text, name="evil")
reader = read_html(page, "names that are markup")
shown = [n.replace("\u202e", "\ufffd") for n in EVIL]
titles = [h.rsplit(" evil/", 1)[0] for h in reader.headings]
for name in shown:
    check(titles.count(name) >= 2, "'%s' is a title, as text" % name)
    check(sum(name in t for t in reader.text) >= 5, "'%s' is text wherever it stands" % name)
check(len(reader.ids) == len(set(reader.ids)) and len(overview(md)) == len(EVIL) + 1,
      "names that become one id are told apart")
check("\u202e" not in md + page, "no mark that turns text round")
check(set(re.findall(r"<(/?\w+)", re.sub(r"`[^`\n]*`", "", md))) == {"a", "/a"},
      "no tag in Markdown but our own anchors")
width = 0
for line in md.splitlines():
    width = 0 if not line.startswith("|") else width or len(cells(line))
    check(not line.startswith("|") or len(cells(line)) == width, "bars in names: " + line)

# The same names for tables, their members, values, effects, notifications and links.
FORMS = """doctype "T#" {
    strategy field_level;
    child @ {
        key @, k;
        order_by @;
        count_into n;
        hold when server.s = @;
        on_same_key fields { max m ranked (@, 1); manual together b, c { set b = @; } }
    }
    child u { key k; on_same_key fields { max @ ranked (@, 1); } }
    client_wins together f@, g;
    effect made when s becomes @ { create @; }
    notify moved when @ changes;
    link l -> @ refresh when s = @;
    tombstone { archive_after 1d when s = @; }
}
"""
forms = "".join(FORMS.replace("#", str(i))
                .replace("f@", json.dumps("f" + name, ensure_ascii=False))
                .replace("@", json.dumps(name, ensure_ascii=False)) for i, name in enumerate(EVIL))
md, page = pages_of(forms, name="names")
reader = read_html(page, "names of tables")
check(sum(h.startswith("Table ") for h in reader.headings) == 2 * len(EVIL), "each table has its heading")
for name in shown:
    check(any(h.startswith("Table %s names/" % name) for h in reader.headings), "the table '%s'" % name)
    check(sum(name in t for t in reader.text) >= 10, "'%s' is text in every form" % name)
check(set(re.findall(r"<(/?\w+)", re.sub(r"`[^`\n]*`", "", md))) == {"a", "/a"} and "\u202e" not in md + page,
      "no tag of theirs in Markdown")
width = 0
for line in md.splitlines():
    width = 0 if not line.startswith("|") else width or len(cells(line))
    check(not line.startswith("|") or len(cells(line)) == width, "bars in names of tables: " + line)

# --- random rules in every form of the language ---

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import doc_claims  # noqa: E402
import doc_wins  # noqa: E402
import generate  # noqa: E402
import oracle  # noqa: E402
import rules as language  # noqa: E402
import values  # noqa: E402

said = 0


def claims_hold(path, markdown, doctypes, what):
    """What is said of deletes, inserts and rows, against merges by the same rules."""
    global said
    for doctype in doctypes:
        wrong, count = doc_claims.broken(dwrc, path, markdown, doctype)
        said += count
        check(wrong == [], "%s: %s: it is not so: %s" % (what, doctype, wrong))


def wins_hold(path, markdown, seed, merges, planted=()):
    """What "Who wins" says, against random merges: how often it was looked at, and how many of the
    planted changes of the page were told apart."""
    r, ruleset, looked = random.Random(seed), language.read([path]), 0
    named = sorted(ruleset.doctypes)
    domains = {name: generate.Domain(ruleset.of(name)) for name in named}
    lines = []
    for i in range(merges):
        name = generate.pick(r, named)
        lines.append(generate.write(r, generate.merge(r, domains[name], name, i), 0.01).encode("utf-8", "surrogatepass"))
    answers = subprocess.run([dwrc, "resolve", path], input=b"\n".join(lines) + b"\n", capture_output=True).stdout
    told = [False] * len(planted)
    for line, answer in zip(lines, answers.split(b"\n")):
        answer, request = values.parse(answer, values.DEPTH_MAX + 2), oracle.read_request(line)
        if answer["status"] == "error":
            continue
        wrong, count = doc_wins.broken(ruleset, markdown, request, answer)
        looked += count
        check(wrong == [], "%s: %s: it is not so: %s" % (seed, request["doctype"], wrong))
        for i, (old, new) in enumerate(planted):
            told[i] = told[i] or (old in markdown and doc_wins.broken(
                ruleset, markdown.replace(old, new), request, answer)[0] != [])
    return looked, told


claims_hold("rules", shipped_md, PLAN, "shipped")
SWAPPED = [("| The server's value stands. |", "| The client's value stands. |"),
           ("| The client's value stands. |", "| Both changes are added up. |"),
           ("| Every other field is decided alone: the server's", "| Every other field is decided alone: the client's"),
           ("| Decided as one: the server's values stand", "| Decided as one: the client's values stand"),
           ("| The elements of both are kept", "| The client's value stands"),
           ("| A person decides; until then the server's", "| A person decides; until then the client's"),
           ("what is set stays;", "the later write stands;")]
looked, told = wins_hold("rules", shipped_md, "shipped", 500, SWAPPED)
check(looked > 400, "conflicts that were looked at: %d" % looked)
check("nor docstatus, unless a rule names it: there the server's value stands" in shipped_md, "docstatus")
for (_, new), seen in zip(SWAPPED, told):
    check(seen, "planted in 'Who wins': " + new)
# Conditions that say something else.
TURNED = [(" is set", " is not set"), (", and ", ", or "), (" is `", " is not `"), ("less than", "at least"),
          ("more than", "at most"), ("does not have", "has"), (" was changed on", " was not changed on")]
turned = [False] * len(TURNED)
accepted = 0
for n in range(24):
    lines = generate.rule_file(random.Random("reference 1:%d" % n), 4)
    # What is random may be refused: a rule that is never reached.
    if accepted == 8 or subprocess.run([dwrc, "lint", "-"], input="\n".join(lines) + "\n", text=True,
                                       capture_output=True).returncode != 0:
        continue
    accepted += 1
    md, page = pages_of("\n".join(lines) + "\n", name="random")
    read_html(page, "random rules %d" % n)
    with open(work + "/random.dwr", "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    claims_hold(work + "/random.dwr", md, ["D%d" % i for i in range(4)], "random rules %d" % n)
    os.makedirs(work + "/wins/random", exist_ok=True)
    shutil.copy(work + "/random.dwr", work + "/wins/random/a.dwr")
    looked, told = wins_hold(work + "/wins/random", md, "wins %d" % n, 80, TURNED)
    check(looked > 50, "random rules %d: conflicts" % n)
    turned = [a or b for a, b in zip(turned, told)]
    check(len(overview(md)) == 5 and md.count("#### Who wins") == 5, "random rules %d: all parts" % n)
    width = 0
    for line in md.splitlines():
        width = 0 if not line.startswith("|") else width or len(cells(line))
        check(not line.startswith("|") or len(cells(line)) == width, "random rules: " + line)

for (_, new), seen in zip(TURNED, turned):
    check(seen, "planted in a condition: " + new)
check(said > 150, "claims that were looked at: %d" % said)
# Planted: another sentence about the same rules is told apart.
for old, new in (("A row that the client leaves out stays.",
                  "A row that the client removed is removed, unless the server changed it."),
                 ("A later write to the deleted document is refused and kept in the audit record.",
                  "A later write to a deleted document brings it back."),
                 ("A document is never deleted.", "A client may delete a document."),
                 ("Rows are only added: a stored row is never changed.",
                  "Of a row that both changed the client's stands."),
                 ("A row that both have is merged member by member.",
                  "Of a row that both changed the server's stands.")):
    check(any(doc_claims.broken(dwrc, "rules", shipped_md.replace(old, new), d)[0] for d in PLAN
              if old in doc_claims.part_of(shipped_md, d)), "planted in the reference: " + new)
check(accepted == 8, "8 random rule sets are good enough: %d" % accepted)

# --- schemas ---

os.mkdir(work + "/schema")
with open(work + "/schema/thing.json", "w") as f:
    json.dump({"doctype": "DocType", "name": "Thing", "fields": [
        {"fieldname": "a", "fieldtype": "Data", "label": "The <A>"},
        {"fieldname": "b_c", "fieldtype": "Data", "label": "B C"},
        {"fieldname": "z", "fieldtype": "Data", "label": "Zed"}]}, f)
small = 'doctype "Thing" { strategy field_level; client_wins a; first_write_wins b_c; }\n'
md, page = pages_of(small, "--schema", work + "/schema")
check("| `a` (The &lt;A&gt;) | The client's value stands. | `things/a.dwr:1` |" in md, "a field's label")
check("| `b_c` | The server's value stands where" in md, "a label that says no more than the name is left out")
check("| the others: `z` (Zed) | Every other field" in md, "the fields that no rule names")

# --- the same bytes, --check, and what cannot be done ---

for arguments in ([], ["--threads", "1"], ["--threads", "4"]):
    doc("rules", "-o", work + "/again", *arguments)
    check(read(work + "/again/dartwing_company.md") == shipped_md and
          read(work + "/again/dartwing_company.html") == shipped_html, "the same bytes %s" % arguments)
shutil.copytree("rules", work + "/elsewhere/rules")
doc(work + "/elsewhere/rules/", "-o", work + "/again/")
check(read(work + "/again/dartwing_company.html") == shipped_html, "wherever the rules lie")
check(work not in shipped_html + shipped_md, "no path of the machine")
check(doc("rules", "-o", work + "/again", "--check") == (0, "", ""), "--check: up to date")
with open(work + "/again/dartwing_company.md", "a") as f:
    f.write("x")
code, out, err = doc("rules", "-o", work + "/again", "--check")
check(code == 1 and out.startswith(work + "/again/dartwing_company.md: not what the rules make\n") and
      ".html" not in out and read(work + "/again/dartwing_company.md") == shipped_md + "x",
      "--check names what is not, and writes nothing: %s" % out)
before = os.stat(work + "/again/dartwing_company.html").st_mtime_ns
doc("rules", "-o", work + "/again")
check(read(work + "/again/dartwing_company.md") == shipped_md and
      os.stat(work + "/again/dartwing_company.html").st_mtime_ns == before, "what is right is not touched")
code, out, err = doc("rules", "-o", work + "/none", "--check")
check(code == 1 and not os.path.exists(work + "/none"), "--check where nothing is")
with open(work + "/file", "w") as f:
    f.write("x")
with open(work + "/wrong.dwr", "w") as f:
    f.write('doctype "A" { strategy nonsense; }\n')
for arguments, want in (([], 2), (["rules"], 2), (["rules", "-o", ""], 2),
                        (["rules", "-o", work + "/file"], 2), (["rules", "-o", work + "/no/no"], 2),
                        ([work + "/missing", "-o", work + "/new"], 2),
                        ([work + "/wrong.dwr", "-o", work + "/new"], 1)):
    code, out, err = doc(*arguments)
    check(code == want and (out + err) != "" and not os.path.exists(work + "/new"),
          "%s: exit %d, %d" % (arguments, want, code))
md, page = pages_of('sync { batch_size 5; }\n')
check("the rules of 0 DocTypes" in md and list(overview(md)) == ["Every other DocType"],
      "rules without a DocType")
read_html(page, "rules without a DocType")

shutil.rmtree(work)
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
