"""Two sides' changes of one value in one: texts by lines (semantics 4.1), arrays as sets (4.2)."""
from values import ABSENT, equal, unset

# --- 4.1 ---

def lines_of(text):
    if unset(text):
        return []
    out = text.split("\n")
    if out[-1] == "":
        out.pop()
    return out


def region(base, side):
    """(from, to, replacing lines): what one side changed in base."""
    start = 0
    while start < len(base) and start < len(side) and base[start] == side[start]:
        start += 1
    end = 0
    while (end < len(base) - start and end < len(side) - start
           and base[len(base) - 1 - end] == side[len(side) - 1 - end]):
        end += 1
    return start, len(base) - end, side[start:len(side) - end]


def covers(text, some):
    """The lines `some` stand in the lines `text` as one run; no lines are covered by any."""
    return any(text[i:i + len(some)] == some for i in range(len(text) - len(some) + 1))


def merge_text(base, server, client):
    b, s, c = lines_of(base), lines_of(server), lines_of(client)
    s1, s2, srep = region(b, s)
    c1, c2, crep = region(b, c)

    def both():
        first, second = ((s1, s2, srep), (c1, c2, crep))
        if (c1, c2) < (s1, s2):
            first, second = second, first
        return (b[:first[0]] + first[2] + b[first[1]:second[0]] + second[2] + b[second[1]:])

    if s2 < c1 or c2 < s1:
        lines = both()
    elif s2 == c1 or c2 == s1:
        if crep and covers(srep, crep):
            lines = s
        elif srep and covers(crep, srep):
            lines = c
        else:
            lines = both()
    elif not crep or covers(s, crep):
        lines = s
    elif covers(c, srep):
        lines = c
    else:
        lines = s + crep
    if lines == s:
        return server
    if lines == c:
        return client
    return "\n".join(lines)


# --- 4.2 ---

def union(base_known, base, server, client, key, keep_both):
    b = [] if unset(base) or not base_known else base
    s = [] if unset(server) else server
    c = [] if unset(client) else client

    def keyed(e):
        return key is not None and isinstance(e, dict) and not unset(e.get(key, ABSENT))

    def same(x, y):
        """Are they the same element? By the key, or as a whole."""
        if keyed(x) and keyed(y):
            return equal(x[key], y[key])
        return not keyed(x) and not keyed(y) and equal(x, y)

    def find(e, where):
        return next((x for x in where if same(x, e)), ABSENT)

    # Of several elements of one side with one key the first is that side's version.
    out, added = [], []
    for i, e in enumerate(s):
        was, theirs = find(e, b), find(e, c)
        unchanged = was is not ABSENT and equal(was, e)
        if theirs is ABSENT:
            if not unchanged or keep_both:
                out.append(e)  # else the client removed it, the server did not change it
        elif unchanged and find(e, s[:i]) is ABSENT and not equal(theirs, e):
            out.append(theirs)
        else:
            out.append(e)
    for i, e in enumerate(c):
        was, sofar = find(e, b), out + added
        unchanged = was is not ABSENT and equal(was, e)
        if keep_both:
            # Every version that is not base's, nor there already.
            if any(equal(e, x) for x in sofar) or unchanged and find(e, s) is not ABSENT:
                continue
        elif find(e, sofar) is not ABSENT:
            continue
        elif find(e, s) is ABSENT and was is not ABSENT and equal(was, find(e, c)):
            continue  # the server removed it, the client did not change it
        added.append(e)
    return out + added
