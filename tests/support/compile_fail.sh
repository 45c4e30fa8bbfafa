#!/bin/bash
# compile_fail.sh DWRC - wrong rules: what each says, and that none of them makes a table.
#
# tests/compile_fail/X.dwr earns the words in X.err, to the byte, and exit 1; where there is a folder
# X.schema, it is checked against the DocTypes there. Every finding's code has such a pair. UPDATE=1 writes the .err files anew: the difference is what is to be reviewed. What is
# too large for a file, or no file at all, is made here.
set -u

dwrc=$(realpath "$1")
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/compile_fail
codes=$here/../../compiler/diag_codes.def
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/count.sh"

# A table must not appear, whatever else happens. A sanitizer's exit code is no answer.
run() { # ARGUMENTS...: output to $work/out and $work/err, exit code to $code
    rm -rf "$work/made"
    timeout 60 "$dwrc" compile "$@" -o "$work/made" >"$work/out" 2>"$work/err"
    code=$?
    if [ -n "$(find "$work/made" -type f 2>/dev/null)" ]; then
        fail "$*: a table was made"
    fi
}

# --- the pairs ---

cd "$here" || exit 1
for rules in *.dwr; do
    words=${rules%.dwr}.err
    schema=${rules%.dwr}.schema
    if [ -d "$schema" ]; then run "$rules" --schema "$schema"; else run "$rules"; fi
    if [ "${UPDATE:-}" = 1 ]; then
        cp "$work/out" "$words"
    fi
    if [ "$code" != 1 ]; then
        fail "$rules: exit $code, not 1"
        cat "$work/out" "$work/err"
    elif ! diff -u "$words" "$work/out"; then
        fail "$rules: other words"
    elif [ -s "$work/err" ]; then
        fail "$rules: $(head -n 1 "$work/err")"
    elif ! grep -qE "^($rules|$schema/[^:]*):[0-9]+:[0-9]+: error\[DW${rules%%-*}\]: " "$work/out"; then
        fail "$rules: not the finding it is named after"
    else
        pass
    fi
done

# --- what is made here: FILE, CODE and the beginning of its first finding ---

finding() {
    run "$work/$1"
    if [ "$code" != 1 ]; then
        fail "$1: exit $code, not 1"
    elif [ "$(grep -c 'error\[' "$work/out")" != "${4:-1}" ]; then
        fail "$1: $(grep -c 'error\[' "$work/out") errors"
        cat "$work/out"
    elif ! grep -q "^$work/$1:$3: error\[$2\]: " "$work/out"; then
        fail "$1: no $2 at $3"
        head -n 5 "$work/out"
    elif [ "$(wc -c <"$work/out")" -gt 4000 ]; then
        fail "$1: $(wc -c <"$work/out") bytes of words"
    else
        pass
    fi
}

block='doctype "Job" { strategy server_wins; }'

printf '%s\n// a\0b\n' "$block" >"$work/nul.dwr"
finding nul.dwr DW0010 2:5
printf '\0' >"$work/only-nul.dwr"
finding only-nul.dwr DW0010 1:1
head -c 100000 /dev/zero >"$work/zeros.dwr"
finding zeros.dwr DW0010 1:1
printf '%s\n// \xC3(\n' "$block" >"$work/utf8.dwr"
finding utf8.dwr DW0011 2:4
printf '// \xC0\xAF overlong\n' >"$work/overlong.dwr"
finding overlong.dwr DW0011 1:4
printf '// \xED\xA0\x80 a surrogate\n' >"$work/surrogate.dwr"
finding surrogate.dwr DW0011 1:4
printf '// \xF4\x90\x80\x80 beyond Unicode\n' >"$work/beyond.dwr"
finding beyond.dwr DW0011 1:4
printf '// cut \xE2\x82' >"$work/cut.dwr"
finding cut.dwr DW0011 1:8
{ printf '%s\n// ' "$block"; head -c 10000000 /dev/zero | tr '\0' x; printf '\n'; } >"$work/long.dwr"
finding long.dwr DW0012 2:1
{ printf 'doctype "Job" { strategy server_wins; reason "'; head -c 10000000 /dev/zero | tr '\0' x; } \
    >"$work/long-string.dwr"
finding long-string.dwr DW0012 1:1
head -c $((64 * 1024 * 1024 + 1)) /dev/zero | tr '\0' '\n' >"$work/large.dwr"
finding large.dwr DW0013 1:1
rm "$work/large.dwr"

braces=$(head -c 100000 /dev/zero | tr '\0' '{')
printf 'test "t" for "Job" {\n    client %s\n' "$braces" >"$work/braces.dwr"
finding braces.dwr DW0009 2:83 2
printf '%s\n' "$braces" >"$work/only-braces.dwr"
finding only-braces.dwr DW0001 1:1 2
printf 'doctype "Job" {\n    strategy server_wins;\n    lock when %s\n' "${braces//\{/(}" >"$work/parens.dwr"
finding parens.dwr DW0009 3:86
printf 'test "t" for "Job" {\n    client {"a": %s\n' "${braces//\{/[}" >"$work/brackets.dwr"
finding brackets.dwr DW0009 2:88
printf 'doctype "Job" {\n    strategy server_wins;\n    lock when %sserver.a = 1;\n}\n' \
    "$(yes 'not' | head -n 50000 | tr '\n' ' ')" >"$work/nots.dwr"
finding nots.dwr DW0009 '3:[0-9]*'
{
    printf 'doctype "Job" {\n    strategy server_wins;\n    server_wins\n'
    seq -f 'f%.0f,' 1 70000
    printf 'last;\n}\n'
} >"$work/fields.dwr"
finding fields.dwr DW1033 1:9
yes '$' | head -n 100000 >"$work/strays.dwr"
run "$work/strays.dwr"
if [ "$code" = 1 ] && [ "$(grep -c 'error\[DW0004\]' "$work/out")" -ge 1 ] &&
    [ "$(grep -c 'error\[' "$work/out")" -le 100 ]; then pass; else fail "strays.dwr"; fi

# Cut anywhere, a DocType is no rules any more.
sed -n '/^doctype /,/^}/p;/^}/q' "$here/../../rules/operations.dwr" >"$work/whole"
size=$(wc -c <"$work/whole")
bad=0
for ((n = 1; n < size - 2; n += 5)); do
    head -c $n "$work/whole" >"$work/cut.dwr"
    run "$work/cut.dwr"
    [ "$code" = 1 ] || bad=$((bad + 1))
done
if [ "$size" -gt 500 ] && [ $bad = 0 ]; then pass; else fail "cut short: $bad of $size"; fi

# --- what cannot be read: exit 2, a sentence on stderr ---

failure() { # ARGUMENT, what the sentence holds
    run "$1"
    if [ "$code" != 2 ]; then
        fail "$1: exit $code, not 2"
    elif [ -s "$work/out" ]; then
        fail "$1: it goes to stdout"
    elif ! grep -q "^dwrc: .*$2" "$work/err"; then
        fail "$1: $(cat "$work/err")"
    else
        pass
    fi
}

failure "$work/none.dwr" 'none.dwr: No such file'
mkdir "$work/empty" "$work/broken"
failure "$work/empty" 'there is no .dwr file in this folder'
echo 'no rules' >"$work/empty/readme.txt"
failure "$work/empty" 'there is no .dwr file in this folder'
echo "$block" >"$work/broken/a.dwr"
ln -s nowhere "$work/broken/b.dwr"
# What is no file is nobody's to read in a folder: it may never end. Named, it is read.
mkdir "$work/pipes" "$work/pipes-only"
echo "$block" >"$work/pipes/a.dwr"
ln -s a.dwr "$work/pipes/link.dwr"
mkfifo "$work/pipes/x.dwr" "$work/pipes/x.json" "$work/pipes-only/x.dwr" "$work/named.dwr"
ln -s x.dwr "$work/pipes/to-pipe.dwr"
rm -rf "$work/made"
if timeout 20 "$dwrc" compile "$work/pipes" -o "$work/made" >"$work/out" 2>&1; then
    pass
else
    fail "a folder with a pipe in it: $(head -n 1 "$work/out")"
fi
failure "$work/pipes-only" 'there is no .dwr file in this folder'
echo "$block" >"$work/named.dwr" &
if timeout 20 "$dwrc" lint "$work/named.dwr" >"$work/out" 2>&1; then
    pass
else
    fail "a pipe that is named: $(head -n 1 "$work/out")"
fi
wait
failure "$work/broken" 'broken/b.dwr: No such file'
failure /proc/self/mem 'mem: Input/output error'
failure "$work/nul.dwr/x.dwr" 'x.dwr: Not a directory'
if [ "$(id -u)" != 0 ]; then
    echo "$block" >"$work/locked.dwr"
    chmod 000 "$work/locked.dwr"
    failure "$work/locked.dwr" 'locked.dwr: Permission denied'
fi
run -
if [ "$code" = 2 ] && grep -q '^dwrc: ' "$work/err"; then pass; else fail "compile reads stdin"; fi

# Braces in strings without an end nest nothing: each of them is told, to the last.
for i in $(seq 30); do
    printf 'test "t%s" for "A" {\n    client "x: {{{{{{\n    expect success;\n}\n' "$i"
done >"$work/braces.dwr"
run "$work/braces.dwr"
if [ "$code" = 1 ] && [ "$(grep -c 'this string has no end' "$work/out")" = 30 ] &&
    [ "$(grep -c ': error\[' "$work/out")" = 30 ]; then pass; else fail "braces in strings: $(tail -n 1 "$work/out")"; fi

# --- schemas: what cannot be read is trouble, what is something else is passed over ---

schemas=$work/schemas
mkdir -p "$schemas/app/doctype/job" "$schemas/app/frontend" "$schemas/none" "$schemas/other"
echo '{ "doctype": "DocType", "name": "Job", "fields": [{ "fieldname": "a", "fieldtype": "Int" }] }' \
    >"$schemas/app/doctype/job/job.json"
printf '{ // comments\n "compilerOptions": {}, }\n' >"$schemas/app/frontend/tsconfig.json"
echo '{ "doctype": "Report", "name": "Jobs" }' >"$schemas/other/report.json"
ln -s .. "$schemas/app/up"
echo "doctype \"Job\" { strategy field_level; sum a; }" >"$work/job.dwr"
mkdir "$work/jobs" && echo "doctype \"Jobs\" { strategy field_level; sum a; }" >"$work/jobs/jobs.dwr"

schema() { # exit code, what the output holds, ARGUMENTS...
    local expected=$1 says=$2
    shift 2
    run "$@"
    if [ "$code" != "$expected" ] || ! cat "$work/out" "$work/err" | grep -q "$says"; then
        fail "schema: $*: exit $code, not $expected, or not: $says"
        cat "$work/out" "$work/err"
    else
        pass
    fi
}

schema 2 "^dwrc: cannot read $schemas/missing: No such file" "$work/job.dwr" --schema "$schemas/missing"
schema 2 "^dwrc: $schemas/none: there is no .json file in this folder" "$work/job.dwr" --schema "$schemas/none"
schema 2 "^dwrc: $schemas/other: there is no DocType definition in this folder" \
    "$work/job.dwr" --schema "$schemas/other"
schema 2 'there is no .json file' "$work/job.dwr" --schema "$schemas/app" --schema "$schemas/none"
mkfifo "$schemas/none/x.json"
schema 2 'there is no .json file' "$work/job.dwr" --schema "$schemas/none"
ln -s nowhere "$schemas/other/gone.json"
schema 2 'other/gone.json: No such file' "$work/job.dwr" --schema "$schemas/app" --schema "$schemas/other"
rm "$schemas/other/gone.json"
schema 1 "jobs.dwr:1:9: error\[DW1041\]" "$work/jobs" --schema "$schemas/app"
schema 1 'help: did you mean .Job.' "$work/jobs" --schema "$schemas/app" --schema "$schemas/other"
schema 1 'tsconfig.json:1:3: error\[DW1034\]' "$work/job.dwr" --schema "$schemas/app/frontend"
head -c 60 "$schemas/app/doctype/job/job.json" >"$schemas/other/cut.json"
schema 1 'other/cut.json:1:[0-9]*: error\[DW1034\]' "$work/jobs" --schema "$schemas/other"
if grep -q DW1041 "$work/out"; then fail "a missing DocType may be in the broken file"; else pass; fi
head -c 3 "$schemas/app/doctype/job/job.json" >"$schemas/app/doctype/job/job.json.cut"
mv "$schemas/app/doctype/job/job.json.cut" "$schemas/app/doctype/job/job.json"
schema 1 'job/job.json:1:[0-9]*: error\[DW1034\]' "$work/job.dwr" --schema "$schemas/app"
yes '[' | head -c 3000000 | tr -d '\n' >"$schemas/other/cut.json"
schema 1 'other/cut.json:1:65: error\[DW1035\]' "$work/job.dwr" --schema "$schemas/other"
printf '{"doctype":"DocType","name":"Job","fields":[{"fieldname":"a","fieldtype":"Int"}]}' \
    >"$schemas/other/cut.json"
for twice in "$schemas/other" "$schemas/other/" "$schemas/other/cut.json" "$schemas/other/../other"; do
    rm -rf "$work/made"
    if "$dwrc" compile "$work/job.dwr" --schema "$schemas/other" --schema "$twice" -o "$work/made" >"$work/out" 2>&1 &&
        [ ! -s "$work/out" ]; then pass; else fail "schema named twice: $twice: $(cat "$work/out")"; fi
done

# --- forty errors of all kinds in one file: each is told, and nothing else ---

cp "$here/planted.rules" "$work/planted.dwr"
grep -n '// ERROR' "$work/planted.dwr" | cut -d: -f1 >"$work/planted.lines"
run "$work/planted.dwr" --schema "$here/planted.schema"
grep 'error\[' "$work/out" | sed "s|^$work/planted.dwr:\([0-9]*\):.*|\1|" >"$work/planted.told"
if diff "$work/planted.lines" "$work/planted.told" >"$work/planted.diff" &&
    [ "$(wc -l <"$work/planted.lines")" = 40 ]; then
    pass
else
    fail "planted errors ($(wc -l <"$work/planted.lines")): '<' is not told, '>' was not planted"
    cat "$work/planted.diff"
fi

# --- every code is earned somewhere ---

# A failing test earns DW5008: lint_test.py has one. Coverage earns DW5015: formats_test.py has it.
# The importer earns DW1070 DW1071 DW1072 DW1073 DW1074: import_test.sh has them. Faults of the
# Comments that allow earn DW9003 DW9004 DW9005 DW9006: the pairs in tests/lint have them.
# resolver earn DW6001 DW6002 DW6003 DW6004 DW6005 DW6006 DW6007: tests/unit/test_prove.c plants them.
# Two rule sets earn DW7001: diff_test.py.
for number in $(sed -n 's/^DIAG_CODE([A-Z0-9_]*, *\([0-9]*\), DIAG_ERROR.*/\1/p' "$codes"); do
    code=DW$(printf %04d "$number")
    if cat ./*.err ../lint/*.out "$here/../support/compile_fail.sh" | grep -q "$code"; then
        pass
    else
        fail "no rules earn $code"
    fi
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
