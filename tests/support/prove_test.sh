#!/bin/bash
# prove_test.sh DWRC FOLDER BUILD SEED - `dwrc prove` as its users meet it: exit statuses, formats, and
# every document it shows given to `dwrc resolve`; then the arguments of compiler/PROVE.md against random
# documents (random_parts, random_domains of BUILD).
set -u

dwrc=$(realpath "$1")
work=$2
build=$(realpath "$3")
seed=$4
here=$(cd "$(dirname "$0")" && pwd)
rules=$(realpath "$here/../../rules")
forms=$(realpath "$here/../laws/all_forms.dwr")
passed=0
failed=0

rm -rf "$work" && mkdir -p "$work" && cd "$work" || exit 1

is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL %s\n  expected %s\n  got      %s\n' "$1" "$3" "$2"
    fi
}

cat >sum.dwr <<'END'
doctype "Tally" { strategy field_level; sum n; client_wins note; }
END
cat >wide.dwr <<'END'
doctype "Wide" {
    strategy field_level;
    client_wins b, c, d, e, f, g, h, i, j;
    server_wins a when server.b = "1" and server.c = "1" and server.d = "1" and server.e = "1" and
                       server.f = "1" and server.g = "1" and server.h = "1";
    client_wins a;
}
END

"$dwrc" prove "$rules" >out 2>err
is "the shipped rules: exit status" $? 0
is "the shipped rules: nothing on stderr" "$(cat err)" ""
is "the shipped rules: nothing is refuted" "$(sed -n '$s/.*; \([0-9]*\) refuted.*/\1/p' out)" 0
is "the shipped rules: a line for every DocType" "$(grep -c ': [0-9,]* merges · deterministic proved' out)" \
    "$(sed -n '$s/^\([0-9]*\) DocTypes.*/\1/p' out)"
is "what section 10 excepts is said" "$(grep -c '^Ticket: .*idempotent proved, except attachments (keep_both)' out)" 1

"$dwrc" prove sum.dwr --doctype Tally --verbose >out
is "an exception is no refutation" $? 0
is "the exception is named" "$(grep -c 'idempotent: proved, except n (sum)' out)" 1
line=$(sed -n '/idempotent except n (sum)/,/dwrc resolve/s/^ *dwrc resolve  *//p' out)
doc=$(sed -n '/idempotent except n (sum)/,/dwrc resolve/s/^ *result  *//p' out)
again=$(sed -n '/idempotent except n (sum)/,/dwrc resolve/s/^ *again  *//p' out)
got=$(printf '%s\n' "$line" | "$dwrc" resolve sum.dwr | sed 's/.*"doc":\({[^}]*}\).*/\1/')
is "the result is what dwrc resolve says" "$got" "$doc"
got=$(printf '%s\n' "$line" | sed "s/\"server\":{[^}]*}/\"server\":$doc/" | "$dwrc" resolve sum.dwr |
    sed 's/.*"doc":\({[^}]*}\).*/\1/')
is "and the second time" "$got" "$again"

n=0
for condition in 'client_role = server.g' 'client.g = server_role' 'client_user = base.g' \
    'not (server_role != client.g)'; do
    echo "doctype \"R\" { strategy field_level; sum n when $condition; server_wins n; }" >role.dwr
    "$dwrc" prove role.dwr --doctype R >out
    n=$((n + $(grep -c 'idempotent proved, except n (sum)' out)))
done
for rule in 'sum g' 'max g' 'union g' 'merge_text g' 'max g ranked ("a", "b")'; do
    echo "doctype \"R\" { strategy field_level; sum n when client_role = server.g; server_wins n; $rule; }" >role.dwr
    "$dwrc" prove role.dwr --doctype R >out
    n=$((n + $(grep -c 'idempotent proved, except .*n (sum)' out)))
done
is "a guard that compares a role or a user with a field can hold" $n 9

"$dwrc" prove sum.dwr --doctype Nobody >out 2>err
is "an unknown DocType: exit status" $? 2
is "an unknown DocType: said" "$(cat err)" "dwrc: no DocType 'Nobody' in the rules"
"$dwrc" prove >out 2>err
is "no rules: exit status" $? 2
"$dwrc" prove --format yaml sum.dwr >out 2>err
is "an unknown format: exit status" $? 2
echo 'doctype "X" { strategy fieldlevel; }' >wrong.dwr
"$dwrc" prove wrong.dwr >out 2>err
is "rules with a mistake: exit status" $? 1

"$dwrc" prove wide.dwr --doctype Wide >out
is "too large: exit status" $? 0
is "too large: nothing is claimed" "$(grep -c 'idempotent too large to try' out)" 1
is "too large: the last line says so" "$(tail -n 1 out | sed 's/.*, //')" "1 DocType too large to try"
"$dwrc" prove wide.dwr --doctype Wide --fail-on warning >out
is "too large: a warning" $? 1
"$dwrc" prove wide.dwr --doctype Wide --format json >out
is "too large: json" "$(grep -c '"too_large":1}' out)" 1
"$dwrc" prove wide.dwr --doctype Wide --format github >out
is "too large: a finding" "$(grep -c 'DW6012.*1 part has more combinations than are tried' out)" 1
cat >five.dwr <<'END'
doctype "Five" {
    strategy field_level;
    client_wins b, c, d, e;
    sum a when server.b = "1" and server.c in ("1", "2") and client.d = 5 and (server.e > 2 or base.f = "x");
    server_wins a;
}
END
"$dwrc" prove five.dwr --doctype Five >out
is "a guard over five fields is tried" "$(grep -c 'idempotent proved, except a (sum)' out)" 1

# Fields that are read only for others that are read; a lock's fields that open conflicts and set.
cat >chain.dwr <<'END'
doctype "Chain" {
    strategy field_level;
    sum a when server.b = "1" and client.c > 2;
    server_wins a;
    client_wins b when server.d in ("1", "2") and client.e = 5;
    manual b;
    client_wins c when server.f = "x";
    server_wins c;
}
doctype "Locked" {
    strategy field_level;
    manual e { provisional client; set d = "B"; }
    lock when base.e > 2.5 or client.b = 1;
}
END
"$dwrc" prove chain.dwr --doctype Chain >out
is "guards of guards are tried" "$(grep -c 'idempotent proved, except a (sum)' out)" 1
"$dwrc" prove chain.dwr --doctype Locked >out
is "a lock on what opens conflicts is tried" "$(grep -c 'no resurrection proved, except d (set by a conflict)' out)" 1
# What conditions of other units compare a field with is nothing to a part.
{
    echo 'doctype "Many" { strategy field_level;'
    for i in $(seq 60); do
        echo "client_wins together a$i, b$i, c$i, d$i when server.s = \"$i\" and client_role = \"r$i\";"
        echo "server_wins together a$i, b$i, c$i, d$i;"
    done
    echo '}'
} >many.dwr
"$dwrc" prove many.dwr --doctype Many >out
is "sixty guards on one field, and sixty roles" "$(grep -c 'Many: .*deterministic proved .*idempotent proved, except' out)" 1

"$dwrc" prove "$rules" --threads 1 >one
"$dwrc" prove "$rules" --threads 4 >four
is "threads change nothing" "$(cmp one four && echo same)" same
"$dwrc" prove "$rules" -o file >out
is "-o: the same in a file" "$(cmp one file && echo same)" same
is "-o: nothing on standard output" "$(cat out)" ""

for format in json jsonl sarif github junit; do
    "$dwrc" prove "$rules" --format $format >out.$format 2>err
    is "$format: exit status" $? 0
    is "$format: nothing on stderr" "$(cat err)" ""
done
python3 - "$dwrc" "$rules" <<'END'
import json, subprocess, sys
dwrc, rules = sys.argv[1:]
passed = failed = 0

def check(says, good):
    global passed, failed
    passed += good
    failed += not good
    if not good:
        print("FAIL", says)

whole = json.load(open("out.json"))
check("json: format_version", whole["format_version"] == 1)
check("json: counts agree", whole["counts"]["doctypes"] == len(whole["doctypes"]))
lines = [json.loads(line) for line in open("out.jsonl")]
check("jsonl: a DocType a line", lines == whole["doctypes"])
properties = {p["property"] for d in lines for p in d["properties"]}
check("json: seven properties", len(properties) == 7)
check("json: a verdict each", {p["verdict"] for d in lines for p in d["properties"]} <=
      {"proved", "proved_except", "nothing_to_prove"})
check("json: exceptions where the verdict says so", all(
    (p["verdict"] == "proved_except") == bool(p["exceptions"]) for d in lines for p in d["properties"]))

# Every document that is shown is what the resolver says, once and again.
shown = [(p["property"], e) for d in lines for p in d["properties"] for e in p["exceptions"]]
check("there is something to look at", len(shown) > 20)
def merged(requests):
    out = subprocess.run([dwrc, "resolve", rules], input="\n".join(json.dumps(r) for r in requests),
                         capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]
requests = [json.loads(e["request"]) for _, e in shown]
for (p, e), answer in zip(shown, merged(requests)):
    first = e.get("doc", None) if "other_client" not in e else answer["doc"]
    check("the request of %s %s" % (p, e["field"]), answer["status"] != "error" and answer["doc"] == first)
twice = [(e, dict(r, server=e["doc"])) for (p, e), r in zip(shown, requests) if "doc_again" in e]
for (e, _), answer in zip(twice, merged([r for _, r in twice])):
    check("the second time: %s" % e["field"], answer["doc"] == e["doc_again"] != e["doc"])
pairs = [(e, r) for (p, e), r in zip(shown, requests) if "other_client" in e]
once = merged([r for _, r in pairs])
for (e, r), one, two in zip(pairs, once, merged(
        [dict(r, server=o["doc"], client=e["other_client"]) for (e, r), o in zip(pairs, once)])):
    check("both clients: %s" % e["field"], two["doc"] == e["result"])
turned = merged([dict(r, client=e["other_client"]) for e, r in pairs])
for (e, r), two in zip(pairs, merged([dict(r, server=o["doc"]) for (e, r), o in zip(pairs, turned)])):
    check("in the other order: %s" % e["field"], two["doc"] == e["result_in_other_order"])
sarif = json.load(open("out.sarif"))
check("sarif: 2.1.0", sarif["version"] == "2.1.0")
check("sarif: warnings and notes, no error", {r["level"] for r in sarif["runs"][0]["results"]} ==
      {"warning", "note"})
print("%d %d" % (passed, failed), file=open("counts", "w"))
END
[ -s counts ] || { echo "FAIL the formats could not be read"; echo "0 1" >counts; }
read -r more fewer <counts
passed=$((passed + more))
failed=$((failed + fewer))

# The verdicts in the head of the generated file.
"$dwrc" compile sum.dwr -o plain >out
is "compile alone proves nothing" "$(grep -c 'Proved' plain/*.c)" 0
"$dwrc" compile --prove sum.dwr -o stamped >out
is "compile --prove: exit status" $? 0
is "compile --prove: the verdicts stand in the head" "$(sed -n '3,8p' stamped/*.c | grep -c 'idempotent: proved, except n (sum)')" 1
"$dwrc" compile --check sum.dwr -o stamped >out
is "a check of stamped files proves too" $? 0
"$dwrc" compile --check sum.dwr -o plain >out
is "a check of plain files does not" $? 0
cp stamped/*.c before.c && "$dwrc" compile --prove sum.dwr -o stamped
is "the same every time" "$(cmp before.c stamped/*.c && echo same)" same
sed -i 's/sum n/max n/' sum.dwr
"$dwrc" compile --check sum.dwr -o stamped >out
is "rules that changed: the check says so" $? 1

# The arguments of compiler/PROVE.md.
"$build/random_parts" --seed "$seed" --cases 60 "$rules" "$forms" >out 2>&1
is "parts merge on their own" $? 0
"$build/random_parts" --seed "$seed" --cases 60 --planted "$rules" "$forms" >out 2>&1
is "parts without the fields they read do not" $? 0
"$build/random_domains" --seed "$seed" --cases 2 "$rules" "$forms" >out 2>&1
is "random values find nothing new" "$(tail -n 1 out | sed 's/.*, //')" "0 new"
grep 'new:' -A 1 out
python3 "$here/../prove/random_rules.py" "$dwrc" --seed "$seed" --doctypes 24 rules.dwr
"$build/random_rules" --seed "$seed" --cases 1500 rules.dwr >out 2>&1
is "random rules: no claim is false" "$(tail -n 1 out | sed 's/.*, //')" "0 claims false"
grep 'is claimed' -A 2 out
"$build/random_rules" --seed "$seed" --cases 1500 --planted rules.dwr >out 2>&1
is "random rules: exceptions that are forgotten are found" $? 0

echo "prove_test: $passed passed, $failed failed"
[ "$failed" = 0 ]
