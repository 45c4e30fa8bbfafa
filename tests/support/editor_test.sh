#!/bin/sh
# editor_test.sh DWRC - the language server in a real editor: editor_test.lua, in Neovim.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
DWRC=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
RULES=$work/rules
SETUP=$here/../../share/editor/dwr.lua
export DWRC RULES SETUP
mkdir "$RULES"
cat >"$RULES/visits.dwr" <<'END'
doctype "Visit" {
    strategy    field_levl;
    server_wins day;
    client_wins report;

  notify   conflict ;
}

test "both wrote" for "Visit" {
    base { "report": "a" } server { "report": "c" } client { "report": "b" }
    expect outcome report client;
}
END
# Nothing of the machine's own settings, and nothing left behind in them.
HOME=$work XDG_CONFIG_HOME=$work XDG_STATE_HOME=$work XDG_CACHE_HOME=$work XDG_DATA_HOME=$work \
    timeout -s KILL 120 nvim --headless -u NONE -n -c "luafile $here/editor_test.lua" 2>&1 | tr -d '\r' >"$work/out"
cat "$work/out"
echo
grep -q 'editor_test: [1-9][0-9]* passed, 0 failed' "$work/out"
