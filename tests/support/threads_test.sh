#!/bin/sh
# threads_test.sh BINARY - the thread test, without address randomisation where that may be turned
# off: the thread sanitizer does not know every layout that new kernels choose.
set -u
export TSAN_OPTIONS="halt_on_error=1:exitcode=66"
if setarch "$(uname -m)" -R true 2>/dev/null; then
    exec setarch "$(uname -m)" -R "$1"
fi
exec "$1"
