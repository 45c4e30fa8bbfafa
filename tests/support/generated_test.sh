#!/bin/sh
# generated_test.sh DWRC RULES GENERATED FIRST - the committed tables are those that the rules make now.
#
# `make` writes the tables before this runs, so what is compared with the last commit is what counts:
# where neither rules nor compiler are being changed, the tables may not differ from it either. Without
# git, FIRST holds what the folder's first build found: `current` or `stale`.
set -u

. "$(dirname "$0")/count.sh"

dwrc=$(realpath "$1")
rules=$2
generated=$3
first=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { "$dwrc" compile --check "$rules" -o "$1" >"$work/out" 2>&1; }

if check "$generated"; then pass; else
    fail "$generated is stale"
    cat "$work/out"
fi

if git rev-parse --is-inside-work-tree >/dev/null 2>&1 && git rev-parse -q --verify HEAD >/dev/null; then
    if [ -z "$(git status --porcelain -- "$rules" compiler grammar runtime)" ]; then
        changed=$(git status --porcelain -- "$generated")
        if [ -z "$changed" ]; then pass; else
            fail "the committed tables are not those of the committed rules: $changed"
        fi
    else
        echo "rules or sources are being changed: not compared with the last commit"
    fi
elif [ "$(cat "$first")" = current ]; then
    pass
else
    fail "the tables that came with the rules were not those of the rules"
fi

# What makes them stale is seen: a byte changed, a file gone, a pair that no rule makes any more.
stale() { # what
    check "$work/copy"
    code=$?
    if [ $code = 1 ]; then pass; else fail "$1: --check exits $code, not 1"; fi
}
copy() {
    rm -rf "$work/copy"
    cp -r "$generated" "$work/copy"
}
name=$(basename "$(ls "$generated"/*.h | head -n 1)" .h)
copy
if check "$work/copy"; then pass; else fail "a copy of the tables is not up to date"; fi
printf '\n' >>"$work/copy/$name.c"
stale "a byte more in $name.c"
copy
rm "$work/copy/$name.h"
stale "$name.h is gone"
copy
sed "1!s/$name/older/g" "$generated/$name.c" >"$work/copy/older.c"
sed "1!s/$name/older/g" "$generated/$name.h" >"$work/copy/older.h"
stale "tables of a rule set that is no more"
if [ -e "$work/copy/older.c" ]; then pass; else fail "--check has removed a file"; fi

# Reproducible: another folder, another time zone, locale and clock, the same bytes.
mkdir -p "$work/elsewhere" "$work/made"
cp -r "$rules" "$work/elsewhere/"
(cd "$work/elsewhere" && TZ=Asia/Tokyo LC_ALL=C HOME=/nonexistent \
    "$dwrc" compile --prove "$(basename "$rules")" -o "$work/made") >"$work/out" 2>&1 || fail "compile elsewhere"
if diff -r "$generated" "$work/made"; then pass; else fail "made elsewhere, the tables differ"; fi
# Untouched when nothing has changed.
before=$(stat -c %Y.%y "$work/made/$name.c")
sleep 0.02
"$dwrc" compile --prove "$rules" -o "$work/made" >/dev/null 2>&1
if [ "$before" = "$(stat -c %Y.%y "$work/made/$name.c")" ]; then pass; else fail "written though unchanged"; fi
if grep -rnE '/(home|root|tmp|usr)/' "$generated"; then fail "a path of a machine in the tables"; else pass; fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
