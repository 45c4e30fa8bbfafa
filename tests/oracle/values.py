"""JSON values as the merge semantics sees them: exact, strict, ordered (sections 1.2 to 1.5).

A value is None, True, False, a str, a Num, a list or a dict; ABSENT stands for a member that is
not there. Nothing here rounds: a Num keeps the digits it was written with.
"""
import re
import sys

sys.set_int_max_str_digits(0)

DEPTH_MAX = 64
DOCUMENT_MAX = 16 << 20
SUM_DIGITS_MAX = 400


class Absent:
    def __repr__(self):
        return "ABSENT"


ABSENT = Absent()


class JsonError(Exception):
    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")


class Num:
    """A number: `text` as written; (sign, digits, exponent) is its value, digits without zeros at
    either end, zero being (0, "", 0)."""

    __slots__ = ("text", "sign", "digits", "exponent")

    def __init__(self, text):
        m = NUMBER.fullmatch(text)
        if not m:
            raise ValueError(text)
        self.text = text
        fraction = m[3] or ""
        exponent = int(m[4] or "0") - len(fraction)
        digits = (m[2] + fraction).lstrip("0")
        bare = digits.rstrip("0")
        exponent += len(digits) - len(bare)
        if bare:
            self.sign, self.digits, self.exponent = (-1 if m[1] else 1), bare, exponent
        else:
            self.sign, self.digits, self.exponent = 0, "", 0

    def __repr__(self):
        return f"Num({self.text})"

    def value(self):
        return (self.sign, self.digits, self.exponent)


def number_compare(a, b):
    if a.sign != b.sign:
        return -1 if a.sign < b.sign else 1
    if a.sign == 0:
        return 0
    # How many digits stand before the point, then the digits as a fraction.
    ka = (len(a.digits) + a.exponent, a.digits)
    kb = (len(b.digits) + b.exponent, b.digits)
    if ka == kb:
        return 0
    return a.sign if ka > kb else -a.sign


def summable(n):
    """At most SUM_DIGITS_MAX digits when written out without exponent."""
    if n.sign == 0:
        return True
    before = max(1, len(n.digits) + n.exponent)
    after = max(0, -n.exponent)
    return before + after <= SUM_DIGITS_MAX


def number_sum(terms):
    """terms: (factor, Num) pairs. A Num without exponent, trailing zeros or minus zero."""
    low = min([0] + [n.exponent for _, n in terms])
    total = 0
    for factor, n in terms:
        total += factor * n.sign * int(n.digits or "0") * 10 ** (n.exponent - low)
    text = str(abs(total))
    if low < 0:
        text = text.rjust(-low + 1, "0")
        text = (text[:low] + "." + text[low:]).rstrip("0").rstrip(".")
    return Num(("-" if total < 0 else "") + text)


# --- strict parsing (1.4) ---

SPACE = " \t\n\r"
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
HEX4 = re.compile(r"[0-9a-fA-F]{4}")


class Parser:
    def __init__(self, text, depth_max):
        self.s = text
        self.i = 0
        self.depth = 0
        self.depth_max = depth_max

    def fail(self, why, code="INVALID_JSON"):
        raise JsonError(code, f"{why} at {self.i}")

    def space(self):
        while self.i < len(self.s) and self.s[self.i] in SPACE:
            self.i += 1

    def peek(self):
        return self.s[self.i] if self.i < len(self.s) else ""

    def string(self):
        self.i += 1
        out = []
        while True:
            m = PLAIN.match(self.s, self.i)
            out.append(m[0])
            self.i = m.end()
            c = self.peek()
            if c == '"':
                self.i += 1
                return "".join(out)
            if c != "\\":
                self.fail("unterminated string or control character")
            e = self.s[self.i + 1:self.i + 2]
            if e in ESCAPES and e:
                out.append(ESCAPES[e])
                self.i += 2
            elif e == "u":
                out.append(self.unicode())
            else:
                self.fail("unknown escape")

    def hex4(self, at):
        m = HEX4.match(self.s, at)
        if not m:
            self.fail("bad \\u escape")
        return int(m[0], 16)

    def unicode(self):
        u = self.hex4(self.i + 2)
        self.i += 6
        if 0xDC00 <= u <= 0xDFFF:
            self.fail("lone surrogate", "INVALID_UTF8")
        if 0xD800 <= u <= 0xDBFF:
            if self.s[self.i:self.i + 2] != "\\u":
                self.fail("lone surrogate", "INVALID_UTF8")
            low = self.hex4(self.i + 2)
            if not 0xDC00 <= low <= 0xDFFF:
                self.fail("lone surrogate", "INVALID_UTF8")
            self.i += 6
            u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00)
        return chr(u)

    def value(self):
        self.space()
        c = self.peek()
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        if c == '"':
            return self.string()
        for word, v in (("true", True), ("false", False), ("null", None)):
            if self.s.startswith(word, self.i):
                self.i += len(word)
                return v
        m = NUMBER.match(self.s, self.i)
        if not m:
            self.fail("no value")
        self.i = m.end()
        return Num(m[0])

    def enter(self):
        self.depth += 1
        self.i += 1
        if self.depth > self.depth_max:
            self.fail("nested too deep", "TOO_DEEP")
        self.space()

    def object(self):
        self.enter()
        out = {}
        if self.peek() == "}":
            self.i += 1
            self.depth -= 1
            return out
        while True:
            self.space()
            if self.peek() != '"':
                self.fail("no member name")
            name = self.string()
            if name in out:
                self.fail("member name twice", "DUPLICATE_KEY")
            self.space()
            if self.peek() != ":":
                self.fail("no colon")
            self.i += 1
            out[name] = self.value()
            self.space()
            c = self.peek()
            self.i += 1
            if c == "}":
                self.depth -= 1
                return out
            if c != ",":
                self.fail("no comma")

    def array(self):
        self.enter()
        out = []
        if self.peek() == "]":
            self.i += 1
            self.depth -= 1
            return out
        while True:
            out.append(self.value())
            self.space()
            c = self.peek()
            self.i += 1
            if c == "]":
                self.depth -= 1
                return out
            if c != ",":
                self.fail("no comma")


def parse(data, depth_max=DEPTH_MAX):
    """data: bytes or str. One JSON text; JsonError where it is none."""
    if isinstance(data, bytes):
        try:
            data = data.decode("utf-8")
        except UnicodeDecodeError as e:
            raise JsonError("INVALID_UTF8", str(e)) from None
    p = Parser(data, depth_max)
    v = p.value()
    p.space()
    if p.i != len(data):
        p.fail("text after the value")
    return v


def quote(s):
    out = ['"']
    for c in s:
        if c in '"\\':
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\n")
        elif c < " ":
            out.append("\\u%04x" % ord(c))
        else:
            out.append(c)
    out.append('"')
    return "".join(out)


def dump(v):
    if v is None or v is ABSENT:
        return "null"
    if v is True:
        return "true"
    if v is False:
        return "false"
    if isinstance(v, str):
        return quote(v)
    if isinstance(v, Num):
        return v.text
    if isinstance(v, int):
        return str(v)
    if isinstance(v, list):
        return "[" + ",".join(dump(e) for e in v) + "]"
    return "{" + ",".join(quote(k) + ":" + dump(e) for k, e in v.items()) + "}"


def exact(v):
    """A form two answers are compared by: member order aside, numbers by their text."""
    if isinstance(v, Num):
        return ("number", v.text)
    if isinstance(v, list):
        return ("array", tuple(exact(e) for e in v))
    if isinstance(v, dict):
        return ("object", tuple(sorted((k, exact(e)) for k, e in v.items())))
    return (type(v).__name__, v)


# --- equality (1.2) ---

def unset(v):
    return v is ABSENT or v is None or (isinstance(v, str) and v == "")


def equal(a, b):
    """As JSON values."""
    if isinstance(a, Num) or isinstance(b, Num):
        return isinstance(a, Num) and isinstance(b, Num) and a.value() == b.value()
    if isinstance(a, list) or isinstance(b, list):
        return (isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
                and all(equal(x, y) for x, y in zip(a, b)))
    if isinstance(a, dict) or isinstance(b, dict):
        return (isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys()
                and all(equal(a[k], b[k]) for k in a))
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a == b
    return a is b


def field_equal(a, b):
    """As field values or row members: absent, null and "" are one."""
    if unset(a) or unset(b):
        return unset(a) and unset(b)
    return equal(a, b)


# --- timestamps and order (1.5) ---

DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
STAMP = re.compile(f"{DATE}(?: {TIME})?|{DATE}[Tt]{TIME}(?:[Zz]|([+-])([0-9]{{2}}):([0-9]{{2}}))")
MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def leap(y):
    return y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)


def days_before_year(y):
    y -= 1
    return 365 * y + y // 4 - y // 100 + y // 400


def instant(v):
    """(seconds since 0001-01-01, fraction digits without trailing zeros), or None."""
    if not isinstance(v, str):
        return None
    m = STAMP.fullmatch(v)
    if not m:
        return None
    g = m.groups()
    if g[0] is not None:
        year, month, day, hour, minute, second, fraction = g[0:7]
        sign = None
    else:
        year, month, day, hour, minute, second, fraction = g[7:14]
        sign, oh, om = g[14:17]
    y, mo, d = int(year), int(month), int(day)
    if y < 1 or not 1 <= mo <= 12:
        return None
    if not 1 <= d <= MONTHS[mo - 1] + (1 if mo == 2 and leap(y) else 0):
        return None
    h, mi, s = int(hour or 0), int(minute or 0), int(second or 0)
    if h > 23 or mi > 59 or s > 60:
        return None
    day_of_year = sum(MONTHS[:mo - 1]) + (1 if mo > 2 and leap(y) else 0) + d - 1
    seconds = (days_before_year(y) + day_of_year) * 86400 + h * 3600 + mi * 60 + s
    if sign:
        if int(oh) > 23 or int(om) > 59:
            return None
        offset = int(oh) * 3600 + int(om) * 60
        seconds -= offset if sign == "+" else -offset
    return (seconds, (fraction or "").rstrip("0"))


def stamp(at):
    """YYYYMMDDTHHMMSSZ of an instant."""
    days, rest = divmod(at[0], 86400)
    y = days // 366 + 1
    while days_before_year(y + 1) <= days:
        y += 1
    days -= days_before_year(y)
    mo = 1
    while True:
        n = MONTHS[mo - 1] + (1 if mo == 2 and leap(y) else 0)
        if days < n:
            break
        days -= n
        mo += 1
    return "%04d%02d%02dT%02d%02d%02dZ" % (y, mo, days + 1,
                                           rest // 3600, rest // 60 % 60, rest % 60)


def kind(v):
    if unset(v):
        return 0
    if isinstance(v, Num):
        return 1
    if isinstance(v, str):
        return 2 if instant(v) else 3
    if v is False:
        return 4
    if v is True:
        return 5
    return 6 if isinstance(v, list) else 7


def compare(a, b):
    """-1, 0 or 1 by the order of 1.5."""
    ka, kb = kind(a), kind(b)
    if ka != kb:
        return -1 if ka < kb else 1
    if ka == 1:
        return number_compare(a, b)
    if ka == 2:
        a, b = instant(a), instant(b)
    elif ka != 3:
        return 0
    return 0 if a == b else (-1 if a < b else 1)
