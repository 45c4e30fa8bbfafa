#!/bin/bash
# fmt_test.sh DWRC - `dwrc fmt`: the golden pairs, and what it does to files.
#
# tests/golden/X.dwr with X.fmt: X.fmt, written by hand from grammar/LANGUAGE.md 15, is X.dwr's
# canonical form and its own.
set -u

dwrc=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/support/count.sh

# --- the form ---

for form in tests/golden/*.fmt; do
    for text in "${form%.fmt}.dwr" "$form"; do
        if "$dwrc" fmt - <"$text" | diff -u "$form" -; then pass; else
            fail "$text is not formatted as $form"
        fi
    done
done
is "the shipped rules are in form" "$("$dwrc" fmt --check rules; echo $?)" 0
for text in tests/golden/layout.dwr tests/laws/all_forms.dwr; do
    # CRLF, tabs and no line end at the end are the same file.
    sed 's/^    /\t/; s/$/\r/' "$text" | head -c -2 >"$work/crlf.dwr"
    is "$text with CRLF" "$("$dwrc" fmt - <"$work/crlf.dwr" | cksum)" "$("$dwrc" fmt - <"$text" | cksum)"
done

# --- files ---

cd "$work" || exit 2
mkdir -p r/deep
good='doctype "A" {
    strategy server_wins;
}'
bad='doctype "B" {
  strategy server_wins ;
}'
printf '%s\n' "$good" >r/a.dwr
printf '%s\n' "$bad" >r/b.dwr
printf '%s\n' 'retry{max_attempts 3;}' >r/deep/c.dwr

"$dwrc" fmt --check r >log 2>err
is "--check: status 1, a finding a file" "$? $(grep -c 'g.DW3001' log) $(cat err)" "1 2 "
is "--check: at the line that changes" "$(head -n 1 log)" \
    "r/b.dwr:2:3: warning[DW3001]: not in canonical form"
is "--check writes nothing" "$(cat r/b.dwr)" "$bad"
"$dwrc" fmt --check r/a.dwr >log 2>&1
is "--check of what is in form: status 0, no word" "$? $(cat log)" "0 "
"$dwrc" fmt --check --fail-on never r >log 2>&1
is "--fail-on never" "$?" 0
"$dwrc" fmt --check r -o report >log 2>&1
is "-o: the report in a file" "$? $(cat log) $(grep -c 'g.DW3001' report)" "1  2"

"$dwrc" fmt --check --format github r >log 2>&1
is "--format github" "$? $(cut -c1-70 log | head -n 1)" \
    "1 ::warning title=dwrc (DW3001),file=r/b.dwr,line=2,col=3,endLine=2,endC"
"$dwrc" fmt --check --format sarif r/a.dwr >log 2>&1
is "--format sarif: a clean run is a run" "$? $(grep -c '"results"' log)" "0 1"

"$dwrc" fmt --diff r >diff 2>err
is "--diff: status 1" "$? $(head -n 4 diff | tr '\n' '|') $(cat err)" \
    "1 --- r/b.dwr|+++ r/b.dwr|@@ -1,3 +1,3 @@| doctype \"B\" {| "
is "--diff writes nothing" "$(cat r/b.dwr)" "$bad"
cp -r r patched
(cd patched && patch -s -p1 <../diff) && is "patch takes it" "$("$dwrc" fmt --check patched; echo $?)" 0
"$dwrc" fmt --diff --color always r | grep -q "$(printf '\033')\[32m+    strategy" && pass || fail "--color"

touch -d 2001-01-01 r/a.dwr
chmod 640 r/b.dwr
ln -s b.dwr r/link.dwr
"$dwrc" fmt r >log 2>&1
is "fmt: status 0, what changed" "$? $(tr '\n' ' ' <log)" "0 r/b.dwr: formatted r/deep/c.dwr: formatted "
is "a file" "$(cat r/b.dwr)" "$(printf '%s' "$good" | sed 's/"A"/"B"/')"
is "its mode stays" "$(stat -c %a r/b.dwr)" 640
is "what is in form is not touched" "$(stat -c %y r/a.dwr | cut -c1-4)" 2001
is "nothing is left behind" "$(find r | grep -c tmp)" 0
"$dwrc" fmt r >log 2>&1
is "a second time nothing" "$? $(cat log)" "0 "
printf '%s\n' "$bad" >r/b.dwr
"$dwrc" fmt r/link.dwr >log 2>&1
is "through a link: status 0, the link stays one" "$? $(readlink r/link.dwr) $(sed -n 2p r/b.dwr)" \
    "0 b.dwr     strategy server_wins;"

# --- what is left alone ---

printf '%s\n' "$bad" >r/b.dwr
printf '%s\n' 'doctype "C" { strategy; }   // c' >r/broken.dwr
cp r/broken.dwr keep
"$dwrc" fmt r >log 2>&1
is "a syntax error: status 1, it is said, the others are formatted" \
    "$? $(head -n 1 log | cut -d: -f1-4) $(sed -n 2p r/b.dwr)" \
    "1 r/broken.dwr:1:23: error[DW0001]     strategy server_wins;"
is "the file is as it was" "$(cat r/broken.dwr)" "$(cat keep)"
"$dwrc" fmt --check r/broken.dwr >log 2>&1
is "--check of it: status 1" "$? $(grep -c 'g.DW3001' log)" "1 0"
rm r/broken.dwr

# Two DocTypes of one name, a field with two rules: no matter of form.
printf '%s\n' 'doctype "B" { strategy field_level; sum a; max a; }' >r/wrong.dwr
printf '%s\n' "$bad" >r/b.dwr
"$dwrc" fmt r >log 2>&1
is "an error of meaning is no matter of form" "$? $(sed -n 2p r/b.dwr)" "0     strategy server_wins;"
rm r/wrong.dwr

printf '%s\n' "$bad" >r/b.dwr
"$dwrc" fmt r nowhere >log 2>&1
is "a path that is not there: status 2, nothing is written" "$? $(cat log)" \
    "2 dwrc: cannot read nowhere: No such file or directory"
is "nothing" "$(cat r/b.dwr)" "$bad"
if [ "$(id -u)" != 0 ]; then
    chmod a-w r/b.dwr
    "$dwrc" fmt r >log 2>&1
    is "a file that may not be written: status 2" "$?" 2
    chmod u+w r/b.dwr
fi
mkfifo pipe.dwr
(printf '%s\n' "$bad" >pipe.dwr &)
"$dwrc" fmt pipe.dwr >log 2>&1
is "a pipe is no file to be written: status 2" "$? $(cut -d: -f3 log)" \
    "2  no file that could be written in place"
seq 200 | sed 's/.*/doctype  "A&" { strategy server_wins; }/' >big.dwr
cp big.dwr big.keep
(trap '' XFSZ && ulimit -f 4 && "$dwrc" fmt big.dwr) >log 2>&1
is "a write that fails: status 2" "$? $(cut -d: -f3 log)" "2  File too large"
is "nothing half written" "$(cmp big.dwr big.keep; find . -name '*.tmp')" ""

# --- stdin ---

is "stdin" "$(printf '%s\n' "$bad" | "$dwrc" fmt -)" "$(printf '%s' "$good" | sed 's/"A"/"B"/')"
printf 'doctype "C" { strategy; }' | "$dwrc" fmt - --stdin-filename x/y.dwr >log 2>err
is "a syntax error on stdin: status 1, no text, the finding on stderr" \
    "$? $(cat log)$(head -n 1 err | cut -d: -f1-4)" "1 x/y.dwr:1:23: error[DW0001]"
printf '%s\n' "$bad" | "$dwrc" fmt --check - >log 2>err
is "--check of stdin" "$? $(head -n 1 log) $(cat err)" \
    "1 <stdin>:2:3: warning[DW3001]: not in canonical form "
is "its help can be typed" "$(sed -n 's/^  help: //p' log)" "dwrc fmt -"
printf '%s\n' "$bad" | "$dwrc" fmt --check - --stdin-filename x/y.dwr >log 2>err
is "or names the file it is" "$(sed -n 's/^  help: //p' log)" "dwrc fmt x/y.dwr"
printf '' | "$dwrc" fmt - >log 2>&1
is "nothing" "$? $(cat log)" "0 "
head -c 100000 /dev/urandom | "$dwrc" fmt - >log 2>err
is "noise: status 1, no text" "$? $(cat log)" "1 "
printf '%s\n' "$bad" | "$dwrc" fmt - >/dev/full 2>err
is "a full standard output: status 2" "$? $(cat err)" "2 dwrc: standard output: No space left on device"

# --- usage ---

usage() { # EXPECTED, ARGUMENTS
    local expected=$1
    shift
    "$dwrc" "$@" >log 2>err </dev/null
    is "dwrc $*" "$? $(head -n 1 err) $(cat log)" "2 $expected "
}
usage "dwrc fmt: no rules given: name files or folders, or '-'" fmt
usage "dwrc fmt: --check or --diff, not both" fmt --check --diff r
usage "dwrc fmt: -o takes a report: say --check or --diff" fmt r -o x
usage "dwrc fmt: --format is how --check reports" fmt --format json r
usage "dwrc fmt: '-' stands alone" fmt r -
usage "dwrc fmt: unknown option '--dif'; did you mean '--diff'?" fmt --dif r

echo "fmt: $passed passed, $failed failed"
[ "$failed" = 0 ]
