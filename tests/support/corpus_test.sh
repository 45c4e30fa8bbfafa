#!/bin/sh
# corpus_test.sh FOLDER TARGET... - each fuzz target over its seed corpus, without libFuzzer; and with a
# planted fault, which the corpus must find.
set -u

build=$1
shift
passed=0
failed=0

for target; do
    if out=$("$build/replay_$target" "tests/fuzz/corpus/$target" 2>&1); then
        inputs=$(echo "$out" | grep -oE '[0-9]+ inputs' | tail -n 1)
        passed=$((passed + ${inputs% inputs}))
    else
        echo "FAIL $target"
        failed=$((failed + 1))
    fi
    echo "$out"
done

# The laws are the oracle of `resolve`: a result that breaks one must be noticed.
if DWR_FUZZ_FAULT=1 "$build/replay_resolve" --must-fail tests/fuzz/corpus/resolve; then
    passed=$((passed + 1))
else
    echo "FAIL a planted fault is not found"
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
