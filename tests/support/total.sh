#!/bin/sh
# total.sh FOLDER NAME... - adds up what tally.sh counted for these checks; a check that left no
# count has failed. The last line, alone: `N passed, N failed`.
set -eu

folder=$1
shift
passed=0
failed=0
for name; do
    if read -r p f 2>/dev/null <"$folder/$name.count"; then
        passed=$((passed + p))
        failed=$((failed + f))
    else
        echo "$name did not run"
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
