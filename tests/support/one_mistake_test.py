#!/usr/bin/env python3
"""one_mistake_test.py DWRC RULES [--seed N] [--count N] [--together] - one mistake, one finding.

In a shipped rule file one token is left out, doubled, misspelt, or put where none belongs; `dwrc
lint` must answer with exactly one error: what follows the mistake is read as it was meant.

--together makes a mistake in every twelfth line instead, and prints how many are told in one run.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\\n])*"|[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z.]*|'
                   r'->|!=|<=|>=|[{}()\[\];,:.+=<>]')
WORDS = set("server_wins client_wins strategy reason child key otherwise manual tombstone offline "
            "push_priority notify expect base server client when".split())


def misspelt(word, draw):
    i = draw.randrange(len(word))
    return word[:i] + draw.choice([c for c in "xqz" if c != word[i]]) + word[i + 1:]


# What a mistake is called: which tokens it can happen to, and what stands in their place.
MISTAKES = {f"'{mark}' left out": (lambda t, mark=mark: t == mark, lambda t, draw: "")
            for mark in ";,{}()"}
MISTAKES |= {f"'{mark}' twice": (lambda t, mark=mark: t == mark, lambda t, draw: t + t)
             for mark in ";,"}
MISTAKES |= {
    "a quote left open": (lambda t: t[0] == '"', lambda t, draw: t[:-1]),
    "a '}' too many": (lambda t: t == ";", lambda t, draw: "; }"),
    "a stray character": (lambda t: t in ";,", lambda t, draw: t + draw.choice("@$%?!&|")),
    "a misspelt word": (lambda t: t in WORDS, misspelt),
    "a wrong literal": (lambda t: t[0].isdigit() or t in ("yes", "no"),
                        lambda t, draw: draw.choice(["maybe", "1x", "-", "1..2", "yess"])),
    "a trailing comma": (lambda t: t in ";)", lambda t, draw: "," + t),
}


def with_mistake(text, name, draw):
    """The text with the mistake, and its line; None: it has no token for it."""
    at, instead = MISTAKES[name]
    tokens = [m for m in TOKEN.finditer(text) if not m.group().startswith("//") and at(m.group())]
    if not tokens:
        return None
    m = draw.choice(tokens)
    return (text[:m.start()] + instead(m.group(), draw) + text[m.end():],
            text.count("\n", 0, m.start()) + 1)


def errors_in(dwrc, text, folder):
    path = folder / "rules.dwr"
    path.write_text(text)
    done = subprocess.run([dwrc, "lint", "--format", "jsonl", "--max-errors", "0", "--fail-on",
                           "never", path], capture_output=True, text=True, check=True)
    return [f for f in map(json.loads, done.stdout.splitlines()) if f["severity"] == "error"]


def one_by_one(args, texts, draw, folder):
    passed = failed = 0
    for _ in range(args.count):
        path, text = draw.choice(texts)
        name = draw.choice(sorted(MISTAKES))
        made = with_mistake(text, name, draw)
        if made is None:
            continue
        found = errors_in(args.dwrc, made[0], folder)
        if len(found) == 1:
            passed += 1
            continue
        failed += 1
        print(f"FAIL {path}:{made[1]}: {name}: {len(found)} errors")
        print(f"    {made[0].splitlines()[made[1] - 1]}")
        for f in found[:5]:
            print(f"    line {f['line']}: {f['message']}")
    print(f"one_mistake_test: {passed} passed, {failed} failed")
    return failed == 0 and passed > 0


def together(args, texts, draw, folder):
    made = told = more = 0
    for _ in range(args.count):
        _, text = draw.choice(texts)
        lines = []
        for _ in range(text.count("\n")):
            if len(lines) >= text.count("\n") // 12:
                break
            mistake = with_mistake(text, draw.choice(sorted(MISTAKES)), draw)
            if mistake and all(abs(mistake[1] - line) >= 6 for line in lines):
                text = mistake[0]
                lines.append(mistake[1])
        found = errors_in(args.dwrc, text, folder)
        made += len(lines)
        told += min(len(found), len(lines))
        more += max(0, len(found) - len(lines))
    print(f"one_mistake_test: {told} of {made} mistakes told ({100 * told / made:.1f} %), "
          f"{more} findings too many, in {args.count} files")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dwrc")
    parser.add_argument("rules", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--together", action="store_true")
    args = parser.parse_args()
    draw = random.Random(args.seed)
    texts = [(path, path.read_text()) for path in sorted(args.rules.glob("*.dwr"))]
    with tempfile.TemporaryDirectory() as folder:
        run = together if args.together else one_by_one
        return run(args, texts, draw, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
