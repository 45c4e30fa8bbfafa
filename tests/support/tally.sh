#!/bin/sh
# tally.sh FOLDER NAME COMMAND... - runs one check, keeps its output in FOLDER/NAME.log and what it
# counted in FOLDER/NAME.count ("PASSED FAILED"), prints one line, and the end of the output if it
# failed (CHECK_LINES, CHECK_COLUMNS: how much of it).
#
# A check says what it counted in its last line of the form `N passed, N failed`, perhaps after
# other words. One that says nothing, or counts no case at all, or exits non-zero without a
# failed case, has one failed case: nothing passes by keeping silent.
set -u

folder=$1
name=$2
shift 2
mkdir -p "$folder"
log=$folder/$name.log
rm -f "$folder/$name.count"

# A check runs as if called by hand: what make passes on is not for the makes it calls.
unset MAKEFLAGS MFLAGS MAKELEVEL
start=$(date +%s)
timeout -s KILL "${CHECK_TIMEOUT:-1800}" "$@" >"$log" 2>&1 </dev/null
code=$?
seconds=$(($(date +%s) - start))

counts=$(sed -nE 's/^(.* )?([0-9]+) passed, ([0-9]+) failed\.?$/\2 \3/p' "$log" | tail -n 1)
passed=${counts% *}
failed=${counts#* }
if [ -z "$counts" ]; then
    echo "tally: no line 'N passed, N failed'" >>"$log"
    passed=0
    failed=1
elif [ "$passed" = 0 ] && [ "$failed" = 0 ]; then
    echo "tally: no case was run" >>"$log"
    failed=1
elif [ "$code" != 0 ] && [ "$failed" = 0 ]; then
    echo "tally: exit $code although no case failed" >>"$log"
    failed=1
elif [ "$code" = 0 ] && [ "$failed" != 0 ]; then
    echo "tally: exit 0 although a case failed" >>"$log"
    code=1
fi
echo "$passed $failed" >"$folder/$name.count"

if [ "$failed" != 0 ]; then
    printf '%-22s %6d passed %4d FAILED %5d s\n' "$name" "$passed" "$failed" "$seconds"
    tail -n "${CHECK_LINES:-60}" "$log" | cut -c "1-${CHECK_COLUMNS:-800}" | sed 's/^/    | /'
    exit 1
fi
printf '%-22s %6d passed %4d failed %5d s\n' "$name" "$passed" "$failed" "$seconds"
