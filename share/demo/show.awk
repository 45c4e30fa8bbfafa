# show.awk - what was written, what was kept and which line decided, for a terminal of 80 columns.
#
# Reads scenarios.txt, then the answers of `dwrc resolve` to its merge lines, in order. Set home to the
# folder that holds the rule set's folder: answers name lines as rules/crm.dwr:22. The rule files are in
# the environment variable RULE_FILES, one a line. Any POSIX awk will do.

# --- JSON, just as much as the answers need: raw text of every value, members of every object ---

function fail(what) { print "show.awk: " what > "/dev/stderr"; failed = 1; exit 2 }

function blank() { while (substr(text, at, 1) ~ /[ \t\r\n]/) at++ }

function string(    from) {
    from = at++
    while (at <= length(text) && substr(text, at, 1) != "\"")
        at += substr(text, at, 1) == "\\" ? 2 : 1
    at++
    return substr(text, from + 1, at - from - 2)
}

# Leaves raw[path], and for an object count[path] and member[path, 1..count].
function value(path,    from, c, name) {
    blank()
    from = at
    c = substr(text, at, 1)
    count[path] = 0
    if (c == "{") {
        at++
        for (blank(); substr(text, at, 1) != "}"; blank()) {
            if (at > length(text))
                fail("an answer ends too early: " text)
            if (substr(text, at, 1) == ",") {
                at++
                blank()
            }
            name = string()
            blank()
            at++ # the colon
            member[path, ++count[path]] = name
            value(path SUBSEP name)
        }
        at++
    } else if (c == "[") {
        at++
        for (blank(); substr(text, at, 1) != "]"; blank()) {
            if (at > length(text))
                fail("an answer ends too early: " text)
            if (substr(text, at, 1) == ",")
                at++
            value(path SUBSEP "[]")
        }
        at++
    } else if (c == "\"") {
        string()
    } else {
        while (substr(text, at, 1) ~ /[-+.0-9A-Za-z]/)
            at++
    }
    raw[path] = substr(text, from, at - from)
}

function parse(path, json,    k) {
    for (k in raw)
        if (k == path || index(k, path SUBSEP) == 1)
            delete raw[k]
    text = json
    at = 1
    value(path)
}

function unescaped(s) { gsub(/\\"/, "\"", s); gsub(/\\\\/, "\\", s); return s }

# --- layout ---

# Words of s behind a label, wrapped at 80 columns; lines after the first begin under the first.
function tell(indent, label, width, s,    n, i, w, line, pad) {
    pad = sprintf("%" (indent + width) "s", "")
    line = sprintf("%" indent "s%-" width "s", "", label)
    if (length(label) >= width && label != "") {
        print substr(line, 1, indent + length(label))
        line = pad
    }
    n = split(s, w, " ")
    for (i = 1; i <= n; i++) {
        if (length(line) + length(w[i]) > 79 && line != pad) {
            sub(/ +$/, "", line)
            print line
            line = pad
        }
        line = line w[i] " "
    }
    sub(/ +$/, "", line)
    print line
}

# A value with room to break: blanks after commas and colons outside of strings.
function spaced(s,    out, i, c, inside) {
    inside = 0
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        out = out c
        if (c == "\\" && inside)
            out = out substr(s, ++i, 1)
        else if (c == "\"")
            inside = !inside
        else if (!inside && (c == "," || c == ":") && substr(s, i + 1, 1) != " ")
            out = out " "
    }
    return out
}

function shown(path) { return path in raw && raw[path] != "null" ? spaced(raw[path]) : "nothing" }

# The members of an object, one a line, apart from its name and those that are the same in `but`.
function list(label, path, but,    i, name, told) {
    for (i = 1; i <= count[path]; i++) {
        name = member[path, i]
        if (name == "name")
            continue
        if (but != "" && raw[but SUBSEP name] == raw[path SUBSEP name])
            continue
        tell(4, told++ ? "" : label, WIDTH, name " = " spaced(raw[path SUBSEP name]))
    }
}

# --- rule files ---

# The statement that begins at line n of a file, on one line, without comments.
function statement(file, n,    i, line, out) {
    i = 0
    while ((getline line < file) > 0) {
        if (++i < n + 0)
            continue
        sub(/[ \t]*\/\/.*/, "", line)
        gsub(/[ \t]+/, " ", line)
        sub(/^ /, "", line)
        sub(/ $/, "", line)
        out = out (out == "" ? "" : " ") line
        if (line ~ /[;{}]$/)
            break
    }
    close(file)
    if (out == "")
        fail("no line " n " in " file)
    return out
}

# Its position on one line, and what it says below.
function quote(position,    p) {
    p = match(position, /:[0-9]+$/)
    tell(4, "", WIDTH, position)
    tell(4, "", WIDTH + 2, statement(home "/" substr(position, 1, p - 1), substr(position, p + 1)))
}

# Where a DocType says something: "rules/hr.dwr:13".
function place(doctype, word,    n, i, name, line, number, inside) {
    n = split(ENVIRON["RULE_FILES"], name, "\n")
    for (i = 1; i <= n; i++) {
        number = inside = 0
        while ((getline line < name[i]) > 0) {
            number++
            if (index(line, "doctype \"" doctype "\"") == 1)
                inside = 1
            else if (line ~ /^}/)
                inside = 0
            sub(/^[ \t]+/, "", line)
            if (inside && index(line, word " ") == 1) {
                close(name[i])
                return substr(name[i], length(home) + 2) ":" number
            }
        }
        close(name[i])
    }
    fail("no " word " in " doctype)
}

# --- one answer ---

function outcome(path, name,    word, server, client, kept, row) {
    word = raw[path SUBSEP "outcome"]
    server = shown(path SUBSEP "server")
    client = shown(path SUBSEP "client")
    kept = shown("answer" SUBSEP "doc" SUBSEP name)
    row = name ~ /\]$/
    if (word == "\"server\"")
        return server " is kept; " client " is reported back"
    if (word == "\"client\"" && raw[path SUBSEP "conflict"] == "true")
        return client " is kept; " server " is reported"
    if (word == "\"client\"")
        return client " is " (row ? "added" : "taken")
    if (word == "\"same\"")
        return "both wrote " server
    if (word == "\"merged\"")
        return "of both: " (row ? "see the document" : kept)
    if (word == "\"manual\"")
        return "a person decides between " server " and " client "; for now " kept
    if (word == "\"held\"")
        return client " waits for a person"
    if (word == "\"refused\"")
        return server " stands; " client " is refused"
    return word
}

function meaning(status) {
    if (status == "\"success\"")
        return "success: stored as it was written"
    if (status == "\"merged\"")
        return "merged: the rules have settled it"
    if (status == "\"conflict_manual\"")
        return "conflict_manual: a person decides"
    if (status == "\"branched\"")
        return "branched: both versions are kept"
    return status
}

function show(device, office, request, answer,    i, f, name, rule, told) {
    parse("ask", request)
    parse("answer", answer)
    if (raw["answer" SUBSEP "status"] == "\"error\"" || raw["answer" SUBSEP "id"] != raw["ask" SUBSEP "id"])
        fail("the answer does not fit: " answer)
    print ""
    if (raw["ask" SUBSEP "base"] != "")
        list("before", "ask" SUBSEP "base", "")
    if (office != "-" && raw["ask" SUBSEP "server"] != "")
        list(office, "ask" SUBSEP "server", "ask" SUBSEP "base")
    list(device, "ask" SUBSEP "client", "")
    print ""
    tell(4, "result", WIDTH, meaning(raw["answer" SUBSEP "status"]))
    f = "answer" SUBSEP "fields"
    if (count[f] == 0)
        tell(4, "", WIDTH, "nobody else wrote here, nothing had to be decided")
    else
        list("document now", "answer" SUBSEP "doc", "")
    for (i = 1; i <= count[f]; i++) {
        name = member[f, i]
        tell(4, unescaped(name), WIDTH, outcome(f SUBSEP name, name))
        rule = raw[f SUBSEP name SUBSEP "rule"]
        quote(unescaped(substr(rule, 2, length(rule) - 2)))
    }
    told = raw["answer" SUBSEP "notifications"]
    gsub(/[][{}"]/, "", told)
    gsub(/type:/, "", told)
    gsub(/,field:/, " by_", told)
    gsub(/,/, ", ", told)
    gsub(/ by_/, " of ", told)
    if (told ~ /[a-z]/)
        tell(4, "told", WIDTH, told)
}

# --- reading ---

BEGIN { WIDTH = 17 } # of the labels
FNR == 1 { input++ }
input == 2 { reply[++replies] = $0; next }
/^#/ || /^[ \t]*$/ { next }
/^(scenario|text|device|office|merge|later) / {
    kind[++lines] = $1
    rest[lines] = substr($0, length($1) + 2)
    next
}
{ fail("scenarios.txt: " $0) }

END {
    if (failed)
        exit 2
    for (l = 1; l <= lines; l++) {
        if (kind[l] == "scenario") {
            title = ++number ". " rest[l]
            print "\n" title
            gsub(/./, "-", title)
            print title
        } else if (kind[l] == "text") {
            if (kind[l - 1] != "text")
                print ""
            print rest[l]
        } else if (kind[l] == "device") {
            device = rest[l]
        } else if (kind[l] == "office") {
            office = rest[l]
        } else if (kind[l] == "merge") {
            if (++merges > replies)
                fail("fewer answers than merges")
            show(device, office, rest[l], reply[merges])
        } else {
            split(rest[l], part, / *[|] */)
            sub(/^ +/, "", part[1])
            print ""
            tell(4, "when stored", WIDTH, part[3])
            quote(place(part[1], part[2]))
        }
    }
    if (merges != replies)
        fail("more answers than merges")
    print "\n" number " scenarios, " merges " merges. Every line named above is in the folder rules; change"
    print "one, run it again, and see what becomes of the same conflict."
}
