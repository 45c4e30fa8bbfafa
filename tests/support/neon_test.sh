#!/bin/bash
# neon_test.sh FOLDER - the NEON code, cross-compiled and run by user-mode emulation, answers the
# same bytes as this machine's.
set -u

build=$1
passed=0
failed=0
rounds=${ROUNDS:-1000}

out=$(qemu-aarch64 "$build/arm64/simd_paths" "$rounds" 1)
code=$?
echo "$out"
if [ $code = 0 ] && [[ $out == *neon* ]]; then
    passed=$((passed + rounds))
else
    echo "FAIL simd_paths: exit $code"
    failed=$((failed + 1))
fi

head -c 3000000 "$build/lines.jsonl" | awk 'NR % 4 == 1' >"$build/lines.neon.jsonl"
out=$(qemu-aarch64 "$build/arm64/paths" -m 2 -o "$build/answers.neon" <"$build/lines.neon.jsonl")
code=$?
echo "$out"
line=$(echo "$out" | tail -n 1)
if [ $code = 0 ] && [[ $out == *neon* && $line == *" passed, 0 failed" ]]; then
    passed=$((passed + ${line%% *}))
else
    echo "FAIL paths: exit $code"
    failed=$((failed + 1))
fi
"$build/paths" -m 2 -o "$build/answers.native" <"$build/lines.neon.jsonl" >/dev/null || failed=$((failed + 1))
if cmp "$build/answers.native" "$build/answers.neon"; then
    passed=$((passed + 1))
else
    echo "FAIL the two machines answer differently"
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
