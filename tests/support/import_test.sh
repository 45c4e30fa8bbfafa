#!/bin/bash
# import_test.sh DWRC - `dwrc import`: dictionaries into rules.
#
# tests/import/X.json becomes X.dwr, which was written by hand from compiler/import/import.h and the
# language. plan.json holds the dictionary of the plan that the shipped rules were written from: where
# both say the same about a DocType, both merge alike.
set -u

dwrc=$(realpath "$1")
lines=$(realpath "$2")
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/support/count.sh

# --- the rules ---

for rules in tests/import/*.dwr; do
    if "$dwrc" import "${rules%.dwr}.json" | diff -u "$rules" -; then pass; else
        fail "$rules is not what its dictionaries make"
    fi
    is "$rules is in form and compiles" \
        "$("$dwrc" fmt --check "$rules" 2>&1; "$dwrc" compile "$rules" -o "$work/tables" 2>&1; echo $?)" 0
done

"$dwrc" import tests/import/plan.json -o "$work/plan" >"$work/log" 2>&1
is "import -o" "$? $(cat "$work/log")" "0 $work/plan/plan.dwr: written"
is "it compiles" "$("$dwrc" lint --fail-on error "$work/plan" >/dev/null 2>&1; echo $?)" 0

# Writes (no deletes: the plan has those in another dictionary) whose documents, statuses and reports
# must be the same by both. The lines that decide stand in other files, of course.
python3 - "$dwrc" "$lines" "$work/plan" >"$work/log" <<'END'
import json, subprocess, sys
dwrc, lines, plan = sys.argv[1:]
names = ["Vault Document", "Clock In Record", "Schedule Entry", "Workflow Instance", "Growth Campaign",
         "SLA Policy", "Geofence", "Form Template"]
read = lambda line: json.loads(line, parse_int=str, parse_float=str)
asked = {name: [] for name in names}
for line in open(lines, encoding="utf-8", errors="surrogateescape"):
    try:
        line.encode()
        request = read(line)
    except (ValueError, RecursionError):
        continue
    if (isinstance(request, dict) and request.get("doctype") in names and "_deleted" not in line
            and request.get("op") in (None, "insert", "update")):
        asked[request["doctype"]].append(line)
def answers(rules, requests):
    out = subprocess.run([dwrc, "resolve", rules], input="".join(requests), capture_output=True,
                         text=True, check=True).stdout
    for answer in map(read, out.splitlines()):
        for report in (answer.get("fields") or {}).values():
            report.pop("rule", None)
        yield {k: answer.get(k) for k in ("status", "doc", "fields", "branch", "code")}
for name, requests in asked.items():
    same = list(answers("rules", requests)) == list(answers(plan, requests))
    print(name, "same" if same and len(requests) > 20 else f"differs in {len(requests)} merges")
END
is "the plan's DocTypes merge as the shipped ones" "$(grep -c ' same$' "$work/log") $(grep differs "$work/log")" "8 "

# --- files ---

cd "$work" || exit 2
printf '{"A":{"strategy":"server_wins"}}' >a.json
made='// Made by dwrc import from a.json. Comments tell what had to be decided, and what was not
// imported.

doctype "A" {
    strategy server_wins;
}'
is "to standard output" "$("$dwrc" import a.json)" "$made"
is "from standard input" "$("$dwrc" import - <a.json)" \
    "$(printf '%s' "$made" | sed -e 's/from a.json/from standard input/' -e 's/ what was not$/ what/' \
        -e 's,^// imported,// was not imported,')"
"$dwrc" import a.json -o new >log 2>&1
is "into a folder" "$? $(cat log) $(cat new/a.dwr)" "0 new/a.dwr: written $made"
printf 'mine\n' >new/a.dwr
"$dwrc" import a.json -o new >log 2>&1
is "a file that is there is left alone: status 2" "$? $(cat log) $(cat new/a.dwr)" \
    "2 dwrc: new/a.dwr: left alone: it is there already mine"

# --- what is wrong ---

refused() { # EXPECTED (the first finding, without the file's name), JSON
    printf '%s' "$2" >wrong.json
    "$dwrc" import wrong.json >log 2>err
    is "refused: $2" "$? $(head -n 1 err | sed 's/^wrong.json://') $(cat log)" "1 $1 "
}
refused "1:1: error[DW1070]: no JSON: the end, where a value should stand" ''
refused "1:2: error[DW1070]: no JSON: no JSON value" '[nul]'
refused "1:1: error[DW1072]: an array, not a dictionary of DocTypes" '[]'
refused "1:6: error[DW1072]: a number, not the strategy of 'A'" '{"A":3}'
refused "1:2: error[DW1072]: 'A' has no strategy" '{"A":{}}'
refused "1:18: error[DW1072]: 'server_win' is no strategy" '{"A":{"strategy":"server_win"}}'
refused "1:18: error[DW1072]: 'strategy' is a number, not a text" '{"A":{"strategy":1}}'
refused "1:33: error[DW1071]: 'A' stands twice" '{"A":{"strategy":"server_wins"},"A":{"strategy":"server_wins"}}'
refused "1:81: error[DW1071]: 'x' is in server_wins_fields and in client_wins_fields" \
    '{"A":{"strategy":"field_level","server_wins_fields":["x"],"client_wins_fields":["x"]}}'
refused "1:53: error[DW1072]: 'server_wins_fields' is a text, not an array of texts" \
    '{"A":{"strategy":"field_level","server_wins_fields":"x"}}'
refused "1:54: error[DW1072]: a number in 'server_wins_fields', not a text" \
    '{"A":{"strategy":"field_level","server_wins_fields":[1]}}'
# What is wrong with the rules is said at what they are made of.
at() { # PLACE (the text that stands there), CODE'S WORDS, JSON
    local before=${3%%"$1"*}
    refused "1:$((${#before} + 1)): error[DW1074]: the rules would be wrong: $2" "$3"
}
at '"server_wins_fields"' "the strategy version_all takes no 'server_wins'" \
    '{"A":{"strategy":"version_all","server_wins_fields":["x"]}}'
at '"name"' "'name' belongs to the sync layer" \
    '{"A":{"strategy":"field_level","server_wins_fields":["x","y","name"],"reason":"r"}}'
at '"name"' "'name' belongs to the sync layer" \
    '{"C":{"strategy":"server_wins"},"A":{"strategy":"client_wins","exceptions":["x","name"]}}'
at 'true' "the strategy field_level takes no 'branch'" \
    '{"A":{"strategy":"field_level","conflict_creates_branch":true,"branch_naming":"{name}"}}'
at '"{nam}{name}"' "a branch pattern holds text, {name} and {timestamp}" \
    '{"A":{"strategy":"version_all","conflict_creates_branch":true,"branch_naming":"{nam}{name}"}}'
at '"a"]' "'a' stands twice in this list" '{"A":{"strategy":"field_level","child_table":"t","dedup_key":["a","a"]}}'
at '"keep_both"' "the table 't' is append-only: a stored row is never rewritten" \
    '{"S":{"A":{"strategy":"append_only"}},"CHILD_TABLE_MERGE_RULES":{"A":{"child_field":"t","conflict_on_same_key":"keep_both"}},"CONFLICT_STRATEGIES":{"A":{"strategy":"append_only"}}}'
at '200' "'2000000000h' is out of range: 1s to 36500d" \
    '{"SYNC_CONFIG":{"max_offline_duration_hours":2000000000}}'
at '"image"' "this is no media type" '{"ATTACHMENT_SYNC_CONFIG":{"always_sync_types":["image/png","image"]}}'
printf '{"A":{"strategy":"field_level",\n "server_wins_fields":["owner"],\n "client_wins_fields":["x",\n  "idx"]}}' >wrong.json
is "in the formats for programs, too" "$("$dwrc" import --format json wrong.json | python3 -c '
import json, sys
print([(f["code"], f["line"], f["column"]) for f in json.load(sys.stdin)["findings"]])')" \
    "[('DW1074', 2, 24), ('DW1074', 4, 3)]"
refused "1:62: error[DW1072]: 'dedup_key' is a number, not a text or a list of texts" \
    '{"A":{"strategy":"field_level","child_table":"t","dedup_key":1}}'
refused "1:69: error[DW1072]: a number in 'dedup_key', not a text" \
    '{"A":{"strategy":"field_level","child_table":"t","dedup_key":["a",  3]}}'
refused "1:82: error[DW1072]: rows are ordered by one member: 'b' is a second" \
    '{"A":{"strategy":"field_level","child_table":"t","dedup_key":"k","order_by":["a","b"]}}'
refused "1:63: error[DW1073]: a tombstone for 'B', for which no strategy is given" \
    '{"CONFLICT_STRATEGIES":{},"SYNC_CONFIG":{},"TOMBSTONE_RULES":{"B":{}}}'
refused "1:71: error[DW1073]: a child table for 'B', for which no strategy is given" \
    '{"CONFLICT_STRATEGIES":{},"SYNC_CONFIG":{},"CHILD_TABLE_MERGE_RULES":{"B":{}}}'
refused "1:44: error[DW1072]: 'tombstone_ttl_days' is a number, not a whole number that is not negative" \
    '{"SYNC_CONFIG":{      "tombstone_ttl_days":-1}}'
printf '{"A":{"strategy":"server_wins","reason":"\377"}}' >wrong.json
"$dwrc" import wrong.json >log 2>err
is "no UTF-8" "$? $(grep -c DW1070 err)" "1 2"

for python in "{'A': {'strategy': 'server_wins'}}" '{"A": {"strategy": "server_wins", "x": True}}' \
    '{"A": {"strategy": "server_wins"} # ours'; do
    printf '%s' "$python" >wrong.json
    "$dwrc" import wrong.json >log 2>err
    is "Python's notation: $python" "$? $(grep -c '  help: so Python writes it: json.dump' err)" "1 1"
done
# What json.dump writes stands on one line.
python3 -c '
import json
print(json.dumps({f"D{i}": {"strategy": "server_wins", "reason": "r" * 200} for i in range(6000)}))' >wide.json
"$dwrc" import wide.json >log 2>err
is "a line of more than 1 MiB" "$? $(cat err) $(grep -c '^doctype ' log)" "0  6000"

usage() { # EXPECTED, ARGUMENTS
    local expected=$1
    shift
    "$dwrc" "$@" >log 2>err </dev/null
    is "dwrc $*" "$? $(head -n 1 err) $(cat log)" "2 $expected "
}
usage "dwrc import: name one JSON file, or '-'" import
usage "dwrc import: name one JSON file, or '-'" import a.json a.json
usage "dwrc: cannot read nowhere.json: No such file or directory" import nowhere.json
usage "dwrc: cannot read new: Is a directory" import new
for i in 1 2 3 4 5 6 7 8; do
    head -c $((i * 300)) "$root/tests/import/forms.json" >cut.json
    "$dwrc" import cut.json >log 2>err
    is "cut off after $((i * 300)) bytes" "$? $(cat log)" "1 "
done

echo "import: $passed passed, $failed failed"
[ "$failed" = 0 ]
