#!/bin/bash
# count.sh - sourced by tests in shell: cases counted in $passed and $failed. The test says both at its
# end, `N passed, N failed`.
# shellcheck disable=SC2034 # the test reads them
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
    echo "FAIL $1"
    failed=$((failed + 1))
}
is() { # WHAT, got, expected
    if [ "$2" = "$3" ]; then pass; else
        fail "$1: got '$2', expected '$3'"
    fi
}
