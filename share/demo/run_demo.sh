#!/bin/sh
# run_demo.sh - plays the six problem scenarios with the project's own rules.
#
#   run_demo.sh [DWRC [RULES]]      default: build/dwrc and rules, seen from the project's folder
#
# Prints for each what was written by whom, what was kept, and the line of the rule file that decided.
# Needs a POSIX shell, sed, awk and dwrc.

set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
dwrc=${1:-$here/../../build/dwrc}
rules=$(CDPATH='' cd -- "${2:-$here/../../rules}" && pwd)

if [ ! -x "$dwrc" ]; then
    echo "run_demo.sh: no program $dwrc; 'make' builds it" >&2
    exit 2
fi

answers=$(sed -n 's/^merge //p' "$here/scenarios.txt" | "$dwrc" resolve "$rules")
files=$(find "$rules" -name '*.dwr' | LC_ALL=C sort)

# A variable of awk's command line may not hold a newline; the environment may.
printf '%s\n' "$answers" |
    RULE_FILES=$files LC_ALL=C awk -v home="$(dirname -- "$rules")" \
        -f "$here/show.awk" "$here/scenarios.txt" -
