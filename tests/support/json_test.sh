#!/bin/bash
# json_test.sh JSON_DIFFERENTIAL DOCUMENTS SEED - random documents read by the scanner, by cJSON and by
# Node; and with a planted difference, which Node must see.
set -uo pipefail

program=$1
documents=$2
seed=$3
node=tests/support/json_differential.mjs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

"$program" "$documents" "$seed" >"$work/tokens" || failed=1
node "$node" <"$work/tokens" || failed=1
valid=$(grep -c '^V ' "$work/tokens")
damaged=$(grep -c '^X ' "$work/tokens")
if [ "$valid" = 0 ] || [ "$damaged" = 0 ]; then
    echo "FAIL $valid valid and $damaged damaged documents"
    failed=1
fi
# Planted: one number is another, and one damaged document is called valid.
planted=0
sed '0,/^N [1-9]/s/^N \([1-9]\)/N 4\1/' "$work/tokens" >"$work/number"
if ! node "$node" <"$work/number" >/dev/null 2>&1; then planted=$((planted + 1)); else
    echo "FAIL a planted number is not seen"
    failed=1
fi
# {"a":1 with the closing brace gone
{ cat "$work/tokens" && echo 'X 0 7b2261223a31'; } >"$work/damaged"
if ! node "$node" <"$work/damaged" >/dev/null 2>&1; then planted=$((planted + 1)); else
    echo "FAIL a damaged document that is called valid is not seen"
    failed=1
fi
if [ $failed = 0 ]; then
    echo "$((valid + damaged + planted)) passed, 0 failed"
else
    echo "0 passed, $failed failed"
fi
[ $failed = 0 ]
