#!/bin/sh
# tally_test.sh - the counting of tests, with checks that are wrong on purpose: none of them may
# pass.
set -u

here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

want() { # expected count file, expected exit, command…
    count=$1
    code=$2
    shift 2
    sh "$here/tally.sh" "$folder" case "$@" >"$folder/out"
    got=$?
    if [ "$(cat "$folder/case.count")" = "$count" ] && [ $got = "$code" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL $*: counted '$(cat "$folder/case.count")', exit $got; expected '$count', exit $code"
        failed=$((failed + 1))
    fi
}

want "3 0" 0 echo "3 passed, 0 failed"
want "3 0" 0 printf '9 passed, 9 failed\nsome check: 3 passed, 0 failed\n'
want "2 1" 1 sh -c 'echo "2 passed, 1 failed"; exit 1'
want "2 1" 1 echo "2 passed, 1 failed"
want "2 1" 1 sh -c 'echo "2 passed, 0 failed"; exit 1'
want "0 1" 1 true
want "0 1" 1 echo "0 passed, 0 failed"
want "0 1" 1 echo "all passed, 0 failed"
want "0 1" 1 "$folder/no such program"
CHECK_TIMEOUT=1
export CHECK_TIMEOUT
want "0 1" 1 sleep 20
unset CHECK_TIMEOUT

total() { # expected last line, expected exit, names…
    line=$1
    code=$2
    shift 2
    out=$(sh "$here/total.sh" "$folder" "$@")
    got=$?
    if [ "$(echo "$out" | tail -n 1)" = "$line" ] && [ $got = "$code" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL total of $*: $out, exit $got"
        failed=$((failed + 1))
    fi
}
echo "3 0" >"$folder/a.count"
echo "4 1" >"$folder/b.count"
echo "0 0" >"$folder/c.count"
: >"$folder/d.count"
total "3 passed, 0 failed" 0 a
total "7 passed, 1 failed" 1 a b
total "0 passed, 0 failed" 1 c
total "3 passed, 1 failed" 1 a missing
total "3 passed, 1 failed" 1 d a

echo "$passed passed, $failed failed"
[ $failed = 0 ]
