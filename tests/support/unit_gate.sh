#!/bin/sh
# unit_gate.sh BINARY AT_LEAST - runs a Criterion binary and believes it only when everything
# agrees: exit 0, at least AT_LEAST tests run, each of them passed, no report of a sanitizer (a leak
# in a test leaves Criterion green), and an end within ten minutes (a failed assertion in a forked
# child can hang it for ever). tests/support/gate_test.sh keeps this gate honest.
set -u

binary=$1
at_least=$2
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

ASAN_OPTIONS="log_path=$reports/san:handle_segv=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}" \
    UBSAN_OPTIONS="log_path=$reports/san:print_stacktrace=1" \
    timeout -s KILL "${UNIT_OUTER:-600}" "$binary" --timeout "${UNIT_TIMEOUT:-120}" >"$reports/out" 2>&1
code=$?
cat "$reports/out"

# The colours of a terminal may stand in the line.
line=$(sed 's/\x1b\[[0-9;]*m//g' "$reports/out" | grep '^\[====\] Synthesis:' | tail -n 1)
number() { echo "$line" | sed -nE "s/.*$1: ([0-9]+).*/\1/p"; }
tested=$(number Tested)
passing=$(number Passing)
tested=${tested:-0}
passing=${passing:-0}
failed=$((tested - passing))

complain() {
    echo "unit_gate: $1"
    failed=$((failed + 1))
}
[ "$code" = 0 ] || [ "$failed" != 0 ] || complain "exit $code"
[ -n "$line" ] || complain "no closing line of Criterion"
[ "$tested" -ge "$at_least" ] || complain "$tested tests ran, at least $at_least are there"
for report in "$reports"/san.*; do
    [ -e "$report" ] || continue
    cat "$report"
    complain "a sanitizer reported (above)"
done

if grep -qE 'runtime error: |ERROR: [A-Za-z]+Sanitizer' "$reports/out"; then
    complain "a sanitizer reported (above)"
fi

echo "$passing passed, $failed failed"
[ "$failed" = 0 ]
