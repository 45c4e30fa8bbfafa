#!/bin/bash
# paths_test.sh FOLDER PATH... - every code path gives the same bytes, and so does a build that has
# only one of them (the portable build among them).
set -u

build=$1
shift
passed=0
failed=0
said=

run() { # command…: adds up what it says, which stays in $said
    local code line
    said=$("$@" 2>&1)
    code=$?
    line=$(echo "$said" | grep -E '^[0-9]+ passed, [0-9]+ failed$' | tail -n 1)
    echo "$said" | grep -vE '^[0-9]+ passed, '
    if [ -z "$line" ] || { [ $code != 0 ] && [[ $line = *" 0 failed" ]]; }; then
        echo "FAIL $*: exit $code"
        failed=$((failed + 1))
    fi
    if [ -n "$line" ]; then
        passed=$((passed + ${line%% *}))
        line=${line#*, }
        failed=$((failed + ${line%% *}))
    fi
}

machine_has() {
    case $1 in
    avx2) grep -qw avx2 /proc/cpuinfo ;;
    avx512) grep -qw avx512bw /proc/cpuinfo && grep -qw avx512vl /proc/cpuinfo ;;
    esac
}

rounds=${ROUNDS:-20000}
said=$("$build/simd_paths" "$rounds" 1)
code=$?
echo "$said"
if [ $code = 0 ]; then
    passed=$((passed + rounds))
else
    failed=$((failed + 1))
fi
here=
for path; do
    if machine_has "$path"; then
        here="$here $path"
        if [[ " ${said%%, best*} " != *" $path "* ]]; then
            echo "FAIL this machine has $path, but simd_paths did not run it"
            failed=$((failed + 1))
        fi
    else
        echo "this machine has no $path: it cannot be run here"
    fi
done

run "$build/paths" -m "${MUTANTS:-8}" -o "$build/answers.all" <"$build/lines.jsonl"
for path in $here; do
    # The build with this path alone says so, and answers as the build with all of them.
    run "$build/only_$path/paths" -m "${MUTANTS:-8}" -o "$build/answers.$path" <"$build/lines.jsonl"
    if [[ $said != *"paths: $path;"* ]] || ! cmp "$build/answers.all" "$build/answers.$path"; then
        echo "FAIL the build with $path alone answers otherwise"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
