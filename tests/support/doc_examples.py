#!/usr/bin/env python3
"""doc_examples.py DWRC [LIBDWR.a]: does what the documents show happen?

README.md, grammar/LANGUAGE.md and runtime/SEMANTICS.md mark an example by the word after its fence,
manual pages by a comment `.\\" example: KIND` before .EX:

  dwr      a complete rule file (a first line `// rules/NAME` names it): lint finds no error and nothing lost,
           its tests pass, and it is in canonical form
  merge    a request, on one line or several; resolved by the dwr example before it ...
  answer   ... it gives this answer, member by member and in this order
  why      ... and `dwrc why` says these lines about it
  program  a C program, built against the library with the rules of the dwr example before it ...
  output   ... prints this
  words    the words of the language, all of them, in order

Relative links and their anchors must lead somewhere. Every function of the public headers has a manual
page whose synopsis declares it as the header does, and every option that a command's --help lists is in
dwrc(1). LIBDWR.a missing: programs are not built.
"""
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = {"dwr": "dwr", "json merge": "merge", "json answer": "answer", "c": "program",
         "text output": "output", "text why": "why", "text words": "words"}
# So many are there at least: a change of the fences must not silence the test.
AT_LEAST = {"README.md": {"dwr": 1, "merge": 1, "answer": 1, "why": 1, "program": 1, "output": 1},
            "grammar/LANGUAGE.md": {"dwr": 15, "words": 1},
            "share/man/dwr.1": {"dwr": 1, "merge": 1, "answer": 1},
            "share/man/dwr-rules.5": {"dwr": 2}}


class Failures:
    def __init__(self):
        self.count = 0

    def tell(self, where, what):
        self.count += 1
        print(f"{where}: {what}")


def markdown_examples(text):
    for m in re.finditer(r"^```(\w[^\n]*)\n(.*?)^```$", text, re.M | re.S):
        if m[1] in KINDS:
            yield text.count("\n", 0, m.start()) + 1, KINDS[m[1]], m[2]


def roff_text(body):
    lines = [re.sub(r"^\\&", "", line) for line in body.split("\n")]
    return "\n".join(lines).replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\")


def roff_examples(text):
    for m in re.finditer(r'^\.\\" example: (\w+)\n\.EX\n(.*?)^\.EE$', text, re.M | re.S):
        yield text.count("\n", 0, m.start()) + 2, m[1], roff_text(m[2])


def ordered(text):
    """JSON with the order of its members and the digits of its numbers."""
    return json.loads(text, object_pairs_hook=lambda p: ("object", p), parse_int=str, parse_float=str)


class Page:
    def __init__(self, name, dwrc, lib, failures):
        self.name, self.dwrc, self.lib, self.failures = name, dwrc, lib, failures
        self.folder = tempfile.TemporaryDirectory()
        self.rules = os.path.join(self.folder.name, "rules")
        self.given = None  # what the last merge or program gave
        self.counts = {}

    def run(self, *args, **more):
        return subprocess.run(args, capture_output=True, text=True, timeout=120, **more)

    def dwr(self, where, text):
        os.makedirs(self.rules, exist_ok=True)
        for old in os.listdir(self.rules):
            os.unlink(os.path.join(self.rules, old))
        named = re.match(r"// rules/(\w+\.dwr)\n", text)
        with open(os.path.join(self.rules, named[1] if named else "example.dwr"), "w") as f:
            f.write(text)
        lint = self.run(self.dwrc, "lint", "--fail-on", "warning", self.rules)
        if lint.returncode != 0 or re.search(r": (error|warning)\[", lint.stdout):
            self.failures.tell(where, f"lint says {lint.returncode}\n{lint.stdout}{lint.stderr}")
        fmt = self.run(self.dwrc, "fmt", "--diff", self.rules)
        if fmt.returncode != 0:
            self.failures.tell(where, f"not in canonical form\n{fmt.stdout}{fmt.stderr}")
        if re.search(r"^test ", text, re.M):
            test = self.run(self.dwrc, "test", self.rules)
            if test.returncode != 0:
                self.failures.tell(where, f"its tests fail\n{test.stdout}{test.stderr}")

    def merge(self, where, text):
        r = self.run(self.dwrc, "resolve", self.rules, input=" ".join(text.split("\n")) + "\n")
        if r.returncode != 0 or r.stdout.count("\n") != 1:
            self.failures.tell(where, f"no answer: {r.returncode}\n{r.stdout}{r.stderr}")
        self.given = r.stdout
        self.explained = self.run(self.dwrc, "why", self.rules, input=text).stdout

    def answer(self, where, text):
        try:
            if ordered(self.given) != ordered(text):
                self.failures.tell(where, f"the answer is {self.given}")
        except (TypeError, ValueError) as e:
            self.failures.tell(where, f"no JSON: {e}")

    def why(self, where, text):
        if "\n" + text not in self.explained:
            self.failures.tell(where, f"dwrc why says\n{self.explained}")

    def program(self, where, text):
        if self.lib is None:
            return
        made = os.path.join(self.folder.name, "made")
        source = os.path.join(self.folder.name, "program.c")
        with open(source, "w") as f:
            f.write(text)
        # As the library was built: make hands its command line's variables down.
        sanitize = os.environ.get("SANITIZE")
        flags = ["-fsanitize=" + sanitize, "-fno-sanitize-recover=all"] if sanitize else []
        for args in ([self.dwrc, "compile", self.rules, "-o", made],
                     [os.environ.get("CC", "cc"), "-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                      *flags, "-I" + os.path.join(TOP, "runtime"), "-I" + made, source,
                      os.path.join(made, "rules.c"), self.lib, "-o",
                      os.path.join(self.folder.name, "program")]):
            r = self.run(*args)
            if r.returncode != 0:
                self.failures.tell(where, f"{args[0]}: {r.stdout}{r.stderr}")
                self.given = None
                return
        self.given = self.run(os.path.join(self.folder.name, "program")).stdout

    def output(self, where, text):
        if self.lib is not None and self.given != text:
            self.failures.tell(where, f"the program prints\n{self.given}")

    def words(self, where, text):
        with open(os.path.join(TOP, "grammar/rules.y"), encoding="utf-8") as f:
            tokens = re.findall(r"^%token ([A-Z].*)$", f.read(), re.M)
        words = sorted(re.findall(r'[A-Z_]+ "([a-z_]+)"', " ".join(tokens)))
        if text.split() != words:
            self.failures.tell(where, f"these differ: {sorted(set(words) ^ set(text.split()))}")

    def check(self):
        with open(os.path.join(TOP, self.name), encoding="utf-8") as f:
            text = f.read()
        markdown = self.name.endswith(".md")
        for line, kind, body in (markdown_examples if markdown else roff_examples)(text):
            self.counts[kind] = self.counts.get(kind, 0) + 1
            getattr(self, kind)(f"{self.name}:{line}", body)
        for kind, least in AT_LEAST.get(self.name, {}).items():
            if self.counts.get(kind, 0) < least:
                self.failures.tell(self.name, f"{self.counts.get(kind, 0)} examples of {kind}, not {least}")
        if markdown:
            self.links(text)
        self.folder.cleanup()

    def links(self, text):
        text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:", target):
                continue
            path, _, anchor = target.partition("#")
            there = os.path.normpath(os.path.join(TOP, os.path.dirname(self.name), path)) if path else \
                os.path.join(TOP, self.name)
            if not os.path.exists(there):
                self.failures.tell(self.name, f"no {path}")
            elif anchor:
                with open(there, encoding="utf-8") as f:
                    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", f.read(), flags=re.M | re.S),
                                       re.M)
                if anchor not in {slug(h) for h in heads}:
                    self.failures.tell(self.name, f"no heading for #{anchor} in {path or self.name}")


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def synopsis(page):
    """The bold and italic words of a page, without the blanks between them."""
    with open(os.path.join(TOP, "share/man", page), encoding="utf-8") as f:
        text = f.read()
    elsewhere = re.match(r"\.so (\S+)", text)
    if elsewhere:
        return synopsis(os.path.basename(elsewhere[1]))
    words = [w for line in re.findall(r"^\.(?:B|BI) (.*)$", text, re.M) for w in shlex.split(line)]
    return re.sub(r"\s", "", "".join(words))


def functions(failures):
    count = 0
    for header in ("dwr.h", "dwr_cjson.h"):
        with open(os.path.join(TOP, "runtime", header), encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
        for declared in re.findall(r"^DWR_API (?:DWR_MUST_CHECK )?([^;]*);", text, re.M):
            count += 1
            name = re.search(r"(\w+)\(", declared)[1]
            page = f"{name}.3"
            if not os.path.exists(os.path.join(TOP, "share/man", page)):
                failures.tell(header, f"{name} has no manual page")
            elif re.sub(r"\s", "", declared) + ";" not in synopsis(page):
                failures.tell(f"share/man/{page}", f"does not declare {name} as {header} does")
    if count < 16:
        failures.tell("the headers", f"only {count} functions found")
    return count


def options(dwrc, failures):
    def said(*args):
        return subprocess.run([dwrc, *args], capture_output=True, text=True, timeout=60).stdout

    with open(os.path.join(TOP, "share/man/dwrc.1"), encoding="utf-8") as f:
        page = roff_text(f.read())
    sections = dict(re.findall(r"^\.SS ([^\n]+)\n(.*?)(?=^\.S[SH] )", page, re.M | re.S))
    count = 0
    for command in re.findall(r"^  (\w+)", said("help"), re.M):
        if not re.search(rf"^\.B {command}$", page, re.M):
            failures.tell("share/man/dwrc.1", f"does not tell of the command {command}")
        for option in re.findall(r"^  (--?[\w-]+)", said(command, "--help"), re.M):
            count += 1
            told = sections["All commands on rules"] + sections.get(command, "")
            if not re.search(rf"^\.BI? {option}( |$)", told, re.M):
                failures.tell("share/man/dwrc.1", f"does not tell of {command} {option}")
    if count == 0:
        failures.tell("dwrc help", "no options found")
    return count


def main():
    dwrc = os.path.abspath(sys.argv[1])
    lib = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    failures = Failures()
    counts = {}
    pages = ["README.md", "grammar/LANGUAGE.md", "runtime/SEMANTICS.md"]
    pages += sorted(os.path.relpath(p, TOP) for p in glob.glob(os.path.join(TOP, "share/man/*")))
    pages += sorted(set(AT_LEAST) - set(pages))
    for name in pages:
        if not os.path.exists(os.path.join(TOP, name)):
            failures.tell(name, "is not there")
            continue
        page = Page(name, dwrc, lib, failures)
        page.check()
        for kind, n in page.counts.items():
            counts[kind] = counts.get(kind, 0) + n
    counts["function"] = functions(failures)
    counts["option"] = options(dwrc, failures)
    if failures.count:
        sys.exit(1)
    print("doc_examples: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))


if __name__ == "__main__":
    main()
