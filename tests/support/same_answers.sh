#!/bin/sh
# same_answers.sh FOLDER LINES - `dwr resolve` (linked tables) and `dwrc resolve` (rules from memory)
# answer the same bytes, line by line. A dwrc that reads other rules must be told apart.
set -u

dwr=$1/dwr
dwrc=$1/dwrc
lines=$2
work=$1/same-answers
mkdir -p "$work/rules"
passed=0
failed=0

"$dwr" resolve <"$lines" >"$work/dwr.out" || { echo "FAIL dwr resolve: exit $?"; failed=$((failed + 1)); }
"$dwrc" resolve rules <"$lines" >"$work/dwrc.out" || {
    echo "FAIL dwrc resolve: exit $?"
    failed=$((failed + 1))
}
asked=$(grep -c . "$lines")
answered=$(grep -c '' "$work/dwr.out")
if [ "$asked" != "$answered" ]; then
    echo "FAIL $asked lines, $answered answers"
    failed=$((failed + 1))
fi
if cmp "$work/dwr.out" "$work/dwrc.out"; then
    passed=$((passed + answered))
else
    diff "$work/dwr.out" "$work/dwrc.out" | head -n 6
    failed=$((failed + 1))
fi
# Are there answers at all, of more than one kind?
for status in success merged conflict_manual branched rejected error; do
    if grep -q "\"status\":\"$status\"" "$work/dwr.out"; then
        passed=$((passed + 1))
    else
        echo "FAIL no answer is $status"
        failed=$((failed + 1))
    fi
done

# Planted: one rule less.
cp -r rules/. "$work/rules"
sed -i 's/client_wins completion_notes, /client_wins /' "$work/rules/operations.dwr"
"$dwrc" resolve "$work/rules" <"$lines" >"$work/other.out"
if cmp -s rules/operations.dwr "$work/rules/operations.dwr" || cmp -s "$work/dwr.out" "$work/other.out"; then
    echo "FAIL planted fault not found: other rules, same answers"
    failed=$((failed + 1))
else
    passed=$((passed + 1))
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
