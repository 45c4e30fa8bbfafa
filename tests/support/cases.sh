#!/bin/sh
# cases.sh SCRIPT COMMAND... - for a check that ends with words of its own: sed's SCRIPT (-nE) prints
# the number of cases from its output. Exit 0 passes so many; anything else is a failed case.
set -u

script=$1
shift
output=$("$@" 2>&1)
code=$?
printf '%s\n' "$output"
cases=$(printf '%s\n' "$output" | sed -nE "$script" | awk '{ n += $1 } END { print n + 0 }')
if [ $code = 0 ]; then
    echo "$cases passed, 0 failed"
else
    echo "0 passed, 1 failed"
fi
exit $code
