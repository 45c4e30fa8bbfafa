"""A condition as the reference says it, read back: condition() gives what the reference in
tests/oracle takes for one, so that the words can be held against merges."""
import re

import values

LIST = r"`[^`]*`(?: as the client last saw it| was )"


class Reader:
    def __init__(self, text):
        self.text, self.at = text, 0

    def eat(self, words):
        found = self.text.startswith(words, self.at)
        self.at += len(words) * found
        return found

    def need(self, words):
        if not self.eat(words):
            raise ValueError("%r is expected in %r" % (words, self.text[self.at:]))

    def match(self, pattern):
        found = re.compile(pattern).match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found

    def operand(self):
        if found := self.match(r"the (server|client)'s `([^`]*)`"):
            return found.group(1), found.group(2)
        if self.eat("the client's user"):
            return ("client_user",)
        if self.eat("nothing"):
            return "value", None
        found = self.match(r"`([^`]*)`( as the client last saw it)?")
        if not found:
            raise ValueError("an operand is expected in %r" % self.text[self.at:])
        if found.group(2):
            return "base", found.group(1)
        return "value", values.parse(found.group(1).encode(), values.DEPTH_MAX)

    def operands(self):
        some = [self.operand()]
        while not re.compile("(?:,| or| nor| and) " + LIST).match(self.text, self.at) and \
                self.match(r"(?:,| or| nor| and) (?=`|nothing)"):
            some.append(self.operand())
        return some

    def is_one_of(self, what):
        some = self.operands()
        if len(some) == 1:
            return "=", what, some[0]
        return "in", what, [value for _, value in some]

    def role(self, what, words, known):
        """None: it is not about that role."""
        if found := self.match(known + " is (not )?known"):
            return "is not set" if found.group(1) else "is set", (what,)
        if found := self.match(words):
            c = self.is_one_of((what,))
            return ("not", c) if found.group(1) else c
        return None

    def changes(self):
        found = self.match(r"(`[^`]*`(?:(?:,| or) `[^`]*`)*) was (not )?changed on the server")
        if not found:
            return None
        c = join("or", [("changes", f) for f in re.findall("`([^`]*)`", found.group(1))])
        return ("not", c) if found.group(2) else c

    def comparison(self):
        left = self.operand()
        self.need(" is ")
        if found := self.match("(not )?set"):
            return "is not set" if found.group(1) else "is set", left
        if found := self.match("(not )?(less than|at most|more than|at least) "):
            op = {"less than": "<", "at most": "<=", "more than": ">", "at least": ">="}[found.group(2)]
            c = op, left, self.operand()
            return ("not", c) if found.group(1) else c
        opposite = self.match("neither |none of |not ") is not None
        c = self.is_one_of(left)
        return ("not", c) if opposite else c

    def part(self):
        if self.eat("("):
            c = self.whole()
            self.need(")")
            return c
        return self.role("server_role", "the server's last change was (not )?by the role ",
                         "the role behind the server's last change") or \
            self.role("client_role", "the client (?:has|(does not have)) the role ", "the client's role") or \
            self.changes() or self.comparison()

    def whole(self):
        parts, words = [self.part()], set()
        while found := self.match(",? (and|or) "):
            words.add(found.group(1))
            parts.append(self.part())
        if len(words) > 1:
            raise ValueError("and beside or: " + self.text)
        return join(words.pop() if words else "or", parts)


def join(word, parts):
    c = parts[0]
    for part in parts[1:]:
        c = (word, c, part)
    return c


def condition(text):
    reader = Reader(text)
    c = reader.whole()
    if reader.at != len(text):
        raise ValueError("what follows is not read: %r" % text[reader.at:])
    return c
