#!/bin/sh
# setup_test.sh - the set-up on machines that this one is not: something missing, no apt-get, no root.
# Each is a PATH with only the programs that it has; apt-get, sudo and id are scripts that write down
# what they were asked.
set -u

setup=$PWD/tests/support/setup.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# What the table of setup.sh asks for by a program's name.
asked_for=$(sed -n 's/^[^|]*| command \([^ ]*\).*/\1/p' "$setup" | sort -u)

machine() { # the programs that it lacks…
    rm -rf "$work/bin" "$work/asked"
    mkdir "$work/bin"
    : >"$work/asked"
    for program in sh cat tr sed printf id cc1 as ld uname $asked_for; do
        case " $* " in *" $program "*) continue ;; esac
        # Programs themselves: what stands before them in a PATH may look for them there.
        where=$(PATH=/usr/bin:$PATH && command -v "$program") && ln -s "$where" "$work/bin/$program"
    done
}
fake() { # name, what it does
    printf '#!/bin/sh\necho "%s $*" >>"%s"\n%s\n' "$1" "$work/asked" "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
want() { # WHAT exit
    env -i PATH="$work/bin" sh "$setup" $groups >"$work/out" 2>&1
    code=$?
    if [ $code = "$2" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL $1: exit $code, not $2"
        cat "$work/out"
    fi
}
says() { # WHAT pattern file
    if grep -qE -- "$2" "$3"; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL $1: not there: $2"
        cat "$3"
    fi
}
silent() { # WHAT file
    if [ ! -s "$2" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "FAIL $1: it says"
        cat "$2"
    fi
}

groups="build check bench"
machine
fake apt-get ''
want "all is there" 0
silent "all is there" "$work/out"
silent "all is there: nothing installed" "$work/asked"

machine flex qemu-aarch64
want "no apt-get" 1
says "no apt-get: what and why" 'flex +makes the scanner' "$work/out"
says "no apt-get: the list" 'flex qemu-user$' "$work/out"

groups=build
machine qemu-aarch64 node
want "the build does not ask for what the tests need" 0
silent "the build does not ask for what the tests need" "$work/out"

groups="build check bench"
machine flex id
fake apt-get ''
fake id 'echo 0'
want "as root" 0
says "as root" '^apt-get .*update' "$work/asked"
says "as root" '^apt-get .*install .*flex' "$work/asked"

machine flex id
fake apt-get ''
fake id 'echo 1000'
want "neither root nor sudo" 1
says "neither root nor sudo" 'apt-get install flex' "$work/out"

machine flex id
fake apt-get ''
fake id 'echo 1000'
# shellcheck disable=SC2016 # for the script
fake sudo '"$@"'
want "with sudo" 0
says "with sudo" '^sudo apt-get .*install .*flex' "$work/asked"

machine flex id
fake id 'echo 0'
fake apt-get 'exit 100'
want "apt-get fails" 100

# Every program and header that the Makefile names is in the table.
for needed in flex bison libcjson-dev libxxhash-dev libcriterion-dev nodejs python3 clang qemu-user; do
    says "the table" "^$needed " tests/support/setup.sh
done

# A folder is called `build`: that is no reason to make nothing.
mkdir "$work/made"
env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -n "B=$work/made" build >"$work/out" 2>&1
for target in dwrc dwr libdwr.so; do
    says "make build" "$work/made/$target( |\$)" "$work/out"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
