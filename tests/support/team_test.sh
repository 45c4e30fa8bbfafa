#!/bin/bash
# team_test.sh DWRC WORK - one rule set on 1, 2, 3 and 8 threads: the same tables, findings, changes
# and proofs, byte for byte. Built with the thread sanitizer, the same runs look for races.
set -u

dwrc=$(realpath "$1")
work=$2
mkdir -p "$work"
work=$(realpath "$work")
cd "$(dirname "$0")/../.." || exit 2
passed=0
failed=0
export TSAN_OPTIONS="halt_on_error=1:exitcode=66"
calm=
if setarch "$(uname -m)" -R true 2>/dev/null; then
    calm="setarch $(uname -m) -R"
fi

result() { # WHAT, exit status
    if [ "$2" = 0 ]; then passed=$((passed + 1)); else
        echo "FAIL $1"
        failed=$((failed + 1))
    fi
}

compiles() { # NAME, RULES...
    local name=$1 threads
    shift
    rm -rf "$work/$name".*
    for threads in 1 2 3 8; do
        # shellcheck disable=SC2086 # a command and its words, or nothing
        $calm "$dwrc" compile "$@" -o "$work/$name.$threads" --threads $threads >"$work/out" 2>&1
        result "compile $name on $threads threads" $?
        [ $threads = 1 ] && continue
        diff -r "$work/$name.1" "$work/$name.$threads" >/dev/null
        result "$name on $threads threads is not what one makes" $?
        # shellcheck disable=SC2086
        $calm "$dwrc" compile "$@" -o "$work/$name.1" --threads $threads --check >/dev/null
        result "$name on $threads threads is not up to date" $?
    done
}

finds() { # NAME, RULES...
    local name=$1 threads code
    shift
    for threads in 1 2 3 8; do
        # shellcheck disable=SC2086
        $calm "$dwrc" lint "$@" --max-errors 0 --threads $threads >"$work/$name.$threads" 2>&1
        code=$?
        result "lint $name on $threads threads: exit $code" $((code != 1))
        cmp -s "$work/$name.1" "$work/$name.$threads"
        result "lint $name on $threads threads finds otherwise" $?
    done
}

large=$work/large
rm -rf "$large" && mkdir -p "$large"
python3 tests/support/gen_rules.py --doctypes 160 --files 7 "$large" || exit 2
compiles large "$large"
compiles rules rules
for golden in tests/golden/*.dwr; do
    compiles "$(basename "$golden" .dwr)" "$golden"
done

# All that cannot be compiled, as one rule set: hundreds of findings, in most of the files.
finds all-wrong tests/compile_fail
[ "$(grep -c ': error\[DW' "$work/all-wrong.1")" -gt 200 ]
result "the wrong rules have more than 200 errors" $?

# Mistakes that only the check finds, in every sixteenth DocType or so.
wrong=$work/wrong
rm -rf "$wrong" && cp -r "$large" "$wrong"
sed -i -E '0~97s/^    (manual|sum) +([a-z_]+);/    \1 \2, \2;/' "$wrong"/*.dwr
finds wrong "$wrong"
grep -q 'error\[DW1' "$work/wrong.1"
result "the planted mistakes are found" $?

# The same against schemas: all of them right, then with fields and DocTypes that are not there.
schemas=$work/schemas
rm -rf "$schemas"
python3 tests/support/gen_schemas.py "$large" "$schemas" || exit 2
for threads in 1 3; do
    $calm "$dwrc" lint "$large" --schema "$schemas" --threads $threads >"$work/out" 2>&1
    result "the generated rules fit the generated schemas on $threads threads" $?
done
sed -i 's/"fieldname": "status"/"fieldname": "state_of_it"/' "$schemas"/field_*.json
rm "$schemas"/service_*.json
finds against-schemas "$large" --schema "$schemas"
grep -q 'error\[DW1041' "$work/against-schemas.1" && grep -q 'error\[DW1042' "$work/against-schemas.1"
result "what the schemas lack is found" $?

# What changes, DocType by DocType, when every rule that was the client's becomes the server's.
changed=$work/changed
rm -rf "$changed" && cp -r rules "$changed"
sed -i 's/^    client_wins/    server_wins/' "$changed"/*.dwr
for threads in 1 2 3 8; do
    # shellcheck disable=SC2086
    $calm "$dwrc" diff rules "$changed" --tries 500 --threads $threads >"$work/diff.$threads" 2>&1
    code=$?
    result "diff on $threads threads: exit $code" $((code != 1))
    cmp -s "$work/diff.1" "$work/diff.$threads"
    result "diff on $threads threads finds otherwise" $?
done

# What is proved.
for threads in 1 2 3 8; do
    # shellcheck disable=SC2086
    $calm "$dwrc" prove rules/crm.dwr rules/hr.dwr --threads $threads >"$work/prove.$threads" 2>&1
    result "prove on $threads threads" $?
    cmp -s "$work/prove.1" "$work/prove.$threads"
    result "prove on $threads threads says otherwise" $?
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
