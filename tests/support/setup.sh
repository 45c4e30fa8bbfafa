#!/bin/sh
# setup.sh GROUP... - installs what the build (build), the tests (check), the measurements (bench)
# or an empty machine's test (fresh) need and this machine lacks. Says what and why; does nothing,
# in a few milliseconds, where all is there. On a system without apt-get it lists the packages and
# stops.
#
# This table is the one list of what the project needs: package | how to see that it is there |
# which groups need it | why. A program is looked for by name (command), a header through the
# compiler (header), anything else by a function below.
set -eu

table='
gcc                   | command gcc                  | build | compiles everything
libc6-dev             | header stdio.h               | build | headers of the C library
make                  | command make                 | build | reads the Makefile
flex                  | command flex                 | build | makes the scanner of the rule language
bison                 | command bison                | build | makes the parser of the rule language
libcjson-dev          | header cjson/cJSON.h         | build | JSON literals and machine formats of dwrc; the adapter
libxxhash-dev         | header xxhash.h              | build | the digest of a rule set
libcriterion-dev      | header criterion/criterion.h | check | unit tests
python3               | command python3              | check bench | runs scenarios, laws and documents; writes large rule sets
python3-jsonschema    | python_has jsonschema        | check | validates SARIF by its schema
nodejs                | command node                 | check bench | a second opinion on JSON; the merge to compare speed with
tidy                  | command tidy                 | check | reads the HTML reference as strictly as HTML is meant
pkg-config            | command pkg-config           | check | the test of the installed library
g++                   | command g++                  | check | the same from C++
clang                 | command clang                | check | the second compiler; fuzzing
libclang-rt-14-dev    | fuzzer_runtime               | check | sanitizers and libFuzzer of clang
gcc-aarch64-linux-gnu | command aarch64-linux-gnu-gcc | check | compiles the NEON code
libc6-dev-arm64-cross | arm64_headers                | check | its C library
qemu-user             | command qemu-aarch64         | check | runs the NEON code
neovim                | command nvim                 | check | the language server in a real editor
patch                 | command patch                | check | applies what --diff prints
util-linux            | command setarch              | check | thread sanitizer without address randomisation
zsh                   | command zsh                  | check | reads and runs its completion
fish                  | command fish                 | check | the same
vim                   | command vim                  | check | colours a rule file
git                   | command git                  | check fresh | revisions for dwrc diff; clones the project
debootstrap           | command debootstrap          | fresh | makes an empty Debian
'

command_there() { command -v "$1" >/dev/null 2>&1; }

header_there() { echo "#include <$1>" | gcc -E -x c - >/dev/null 2>&1; }

python_has() { python3 -c "import $1" >/dev/null 2>&1; }

fuzzer_runtime() {
    command_there clang &&
        [ -e "$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer-$(uname -m).a" ]
}

arm64_headers() { [ -e /usr/aarch64-linux-gnu/include/stdio.h ] || [ "$(uname -m)" = aarch64 ]; }

there() {
    case $1 in
    command) command_there "$2" ;;
    header) header_there "$2" ;;
    *) "$@" ;;
    esac
}

groups=${*:-build check bench}
missing=
reasons=
while IFS='|' read -r package probe needed why; do
    [ -n "$package" ] || continue
    wanted=no
    for group in $groups; do
        case " $needed " in *" $group "*) wanted=yes ;; esac
    done
    # shellcheck disable=SC2086 # the probe is a word and its argument
    if [ $wanted = yes ] && ! there $probe; then
        package=$(echo "$package" | tr -d ' ')
        missing="$missing $package"
        reasons="$reasons    $(printf %-22s "$package")$(echo "$why" | sed 's/^ *//')
"
    fi
done <<END
$table
END

[ -n "$missing" ] || exit 0

printf 'setup: this machine lacks\n%s' "$reasons"
if ! command_there apt-get; then
    echo "setup: no apt-get here; install these packages (or what your system calls them) and run make again:"
    echo "   $missing"
    exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
    if ! command_there sudo; then
        echo "setup: run as root:  apt-get install$missing"
        exit 1
    fi
    as_root=sudo
fi
echo "setup: apt-get install$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
# shellcheck disable=SC2086 # a list of packages
$as_root apt-get -qq install -y --no-install-recommends $missing >/dev/null
echo "setup: done"
