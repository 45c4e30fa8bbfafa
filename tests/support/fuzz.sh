#!/bin/sh
# fuzz.sh FOLDER SECONDS TARGET... - libFuzzer, one target after the other. What was learned stays in
# FOLDER/corpus_TARGET, what was found in FOLDER/found_TARGET-*.
set -u

build=$1
seconds=$2
shift 2
status=0
for target; do
    mkdir -p "$build/corpus_$target"
    dictionary=
    case $target in
    parse | fmt) dictionary=-dict=tests/fuzz/rules.dict ;;
    schema) dictionary=-dict=tests/fuzz/schema.dict ;;
    resolve) dictionary=-dict=tests/fuzz/resolve.dict ;;
    esac
    echo "fuzz: $target for $seconds s"
    # shellcheck disable=SC2086 # one word or none
    "$build/fuzz_$target" $dictionary -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
        -print_final_stats=1 -artifact_prefix="$build/found_$target-" "$build/corpus_$target" \
        "tests/fuzz/corpus/$target" >"$build/fuzz_$target.log" 2>&1 || {
        status=1
        echo "fuzz: $target found something; the end of $build/fuzz_$target.log:"
        tail -n 30 "$build/fuzz_$target.log"
    }
    sed -n 's/^stat::number_of_executed_units: */    runs: /p' "$build/fuzz_$target.log"
done
exit $status
