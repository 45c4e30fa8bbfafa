#!/bin/sh
# gate_test.sh FOLDER - negative controls of unit_gate.sh: binaries that leak, leave early, hold no
# test, fail, overflow or hang must turn it red, and one that is fine must not. Built with
# AddressSanitizer whatever the rest of the build is made with.
set -u

folder=$1
# How the Makefile links the unit tests: see no_exit.c.
NO_EXIT='-Wl,--wrap=exit,--wrap=_exit,--wrap=_Exit,--wrap=quick_exit'
here=$(dirname "$0")
mkdir -p "$folder"
passed=0
failed=0

control() { # NAME, what the gate must say, least number of tests
    bin=$folder/gate_$1
    if ! ${CC:-gcc} -std=gnu17 -g -fsanitize=address,undefined -DCONTROL_"$1" "$here/gate_control.c" \
        "$here/no_exit.c" $NO_EXIT -o "$bin" -lcriterion; then
        echo "FAIL $1: does not compile"
        failed=$((failed + 1))
        return
    fi
    if UNIT_TIMEOUT=5 UNIT_OUTER=15 sh "$here/unit_gate.sh" "$bin" "$3" >"$bin.log" 2>&1; then
        verdict=green
    else
        verdict=red
    fi
    if [ $verdict = "$2" ]; then
        passed=$((passed + 1))
    else
        echo "FAIL $1: the gate is $verdict, it must be $2"
        sed 's/^/    | /' "$bin.log"
        failed=$((failed + 1))
    fi
}

control FINE green 1
control FINE red 2
control NONE red 1
control LEAKS red 1
control EXITS_EARLY red 1
control TEST_EXITS red 1
control FAILS red 1
control UNDEFINED red 1
control HANGS red 1
echo "$passed passed, $failed failed"
[ $failed = 0 ]
