#!/bin/sh
# threads_test.sh BINARY LINES [tsan] - the thread test; with `tsan` the binary is built with the
# thread sanitizer, which must then also find the planted race.
#
# Run without address randomisation where that may be turned off: the sanitizer does not know every
# layout that new kernels choose.
set -u

binary=$1
lines=$2
calm=
if setarch "$(uname -m)" -R true 2>/dev/null; then
    calm="setarch $(uname -m) -R"
fi
export TSAN_OPTIONS="halt_on_error=1:exitcode=66"

# shellcheck disable=SC2086 # a command and its words, or nothing
out=$($calm "$binary" <"$lines" 2>&1)
code=$?
echo "$out"
if [ "${3:-}" = tsan ]; then
    if [ $code != 0 ]; then
        echo "FAIL exit $code"
        echo "0 passed, 1 failed"
        exit 1
    fi
    # shellcheck disable=SC2086
    $calm "$binary" -p <"$lines" >/dev/null 2>&1
    if [ $? != 66 ]; then
        echo "FAIL the sanitizer does not find a planted race"
        echo "0 passed, 1 failed"
        exit 1
    fi
    # The planted race is one case more.
    echo "$out" | sed -nE 's/^([0-9]+) passed, 0 failed$/\1/p' | awk '{ print $1 + 1 " passed, 0 failed" }'
fi
exit $code
