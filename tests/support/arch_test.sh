#!/bin/bash
# arch_test.sh FOLDER CC - the architecture, read off the objects of a plain build in FOLDER.
#
# The runtime is pure: of libc it uses memory functions alone, the heap in scratch.c alone; no
# clock, file, socket, environment or locale, and no JSON library. Nothing of it, of the compiler,
# the scanner and the parser is writable. What the libraries define begins with dwr_, and the shared
# one exports exactly what dwr.h declares. Programs are hardened. A planted fault of each kind must
# be found, so that a test that has gone blind fails too.
set -u

build=$1
cc=$2
passed=0
failed=0

verdict() { # WHAT, findings (empty: none)
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1:"
        printf '%s\n' "$2" | sed 's/^/    /'
    fi
}

found() { # WHAT, findings: there must be some
    if [ -n "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL planted fault not found: $1"
    fi
}

# __*_chk and __stack_chk_fail are the hardened forms; __cpu_* is how the compiler asks for the
# machine's instruction sets (part of its own library, linked in).
memory='memcpy|memmove|memset|memcmp|memchr|strlen|strchr|strcmp|__(memcpy|memmove|memset)_chk|__stack_chk_fail|__cpu_model|__cpu_indicator_init|_GLOBAL_OFFSET_TABLE_'
heap='malloc|calloc|realloc|free'

# object: symbol, for each symbol that the object needs, that no object of the runtime defines and
# that it may not have.
impure() {
    local allowed=$memory
    [ "$(basename "$1")" = scratch.o ] && allowed="$memory|$heap"
    nm -u "$1" | awk '{ print $2 }' | grep -vxE "$allowed" | grep -vxF "$runtime_defines" |
        sed "s|^|$(basename "$1"): |"
}

# object: section, for each section that can be written and is not empty. (.data.rel.ro, constants
# with addresses in them, is read-only once the program is loaded.)
writable() {
    local object
    for object; do
        size -A "$object" | awk -v o="$(basename "$object")" \
            '$1 ~ /^\.(data|bss|tdata|tbss)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 { print o ": " $1 " " $2 " bytes" }'
        nm "$object" | awk -v o="$(basename "$object")" '$2 == "C" { print o ": common " $3 }'
    done
}

unprefixed() { nm --defined-only -g "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | grep -v '^dwr_'; }

runtime_objects=$(find "$build/runtime/core" -name '*.o' | sort)
compiler_objects=$(find "$build/compiler" "$build/grammar" -name '*.o' | sort)
generated_objects=$(find "$build/generated" -name '*.o' | sort)
[ -n "$runtime_objects" ] && [ -n "$compiler_objects" ] && [ -n "$generated_objects" ] || {
    echo "FAIL nothing is built in $build"
    echo "0 passed, 1 failed"
    exit 1
}
# shellcheck disable=SC2086 # a list of objects without white space in their names
runtime_defines=$(nm --defined-only -g $runtime_objects | awk 'NF == 3 { print $3 }' | sort -u)

for o in $runtime_objects; do
    verdict "$o is pure" "$(impure "$o")"
    verdict "$o has nothing writable" "$(writable "$o")"
done
for o in $compiler_objects $generated_objects; do
    verdict "$o has nothing writable" "$(writable "$o")"
done

verdict "generated tables define dwr_ names only" "$(unprefixed $generated_objects)"
exported=$(nm -D --defined-only "$build/libdwr.so" | awk '{ print $3 }' | sort)
declared=$(grep -v '^#' runtime/dwr.h | tr '\n' ' ' | grep -oE 'DWR_API[^;(]*\(' | grep -oE 'dwr_[a-z_0-9]+\($' |
    sed 's/($//' | sort -u)
verdict "libdwr.so exports what dwr.h declares" "$(diff <(echo "$declared") <(echo "$exported"))"
exported=$(nm -g --defined-only "$build/libdwr.a" | awk 'NF == 3 { print $3 }' | sort)
verdict "libdwr.a defines what dwr.h declares" "$(diff <(echo "$declared") <(echo "$exported"))"
found "a declared function" "$(echo "$declared" | grep -x dwr_merge_stored)"
verdict "libdwr.so needs libc alone" \
    "$(readelf -d "$build/libdwr.so" | grep NEEDED | grep -v 'libc\.so\.6')"
verdict "dwr needs libc alone" "$(readelf -d "$build/dwr" | grep NEEDED | grep -v 'libc\.so\.6')"

verdict "runtime/ includes nothing of compiler/" \
    "$(grep -rnE '#include "[^"]*(compiler|grammar)/' runtime)"
verdict "runtime/core includes no header with input, output or time" \
    "$(grep -rnE '#include <(stdio|time|locale|errno|fcntl|unistd|pthread|signal|sys/[a-z]+)\.h>' runtime/core)"

for program in dwrc dwr libdwr.so; do
    headers=$(readelf -lW "$build/$program")
    dynamic=$(readelf -dW "$build/$program")
    verdict "$program: relocations are read-only" "$(echo "$headers" | grep -q GNU_RELRO || echo no RELRO)"
    verdict "$program: bound at start" "$(echo "$dynamic" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' || echo lazy)"
    verdict "$program: no executable stack" "$(echo "$headers" | grep GNU_STACK | grep RWE)"
    verdict "$program: position independent" "$(readelf -hW "$build/$program" | grep -q 'DYN' || echo fixed)"
    verdict "$program: stack protector" \
        "$(nm -D "$build/$program" | grep -q __stack_chk_fail || echo none)"
done

# --- planted faults ---

plant=$(mktemp -d)
trap 'rm -rf "$plant"' EXIT
planted() { # name, source
    printf '%s\n' "$2" >"$plant/$1.c"
    "$cc" -O2 -fPIC -c "$plant/$1.c" -o "$plant/$1.o" || echo "FAIL $1 does not compile"
}
planted clock '#include <time.h>
long dwr_planted(void) { return (long)time(NULL); }'
planted heap '#include <stdlib.h>
void *dwr_planted(void) { return malloc(3); }'
planted file '#include <stdio.h>
int dwr_planted(void) { return puts("x"); }'
planted env '#include <stdlib.h>
char *dwr_planted(void) { return getenv("HOME"); }'
planted counter 'int dwr_planted(void) { static int n; return ++n; }'
planted data 'int dwr_planted(int i); static int v[] = { 1, 2 }; int dwr_planted(int i) { return v[i]++; }'
planted thread 'int dwr_planted(void) { static _Thread_local int n; return ++n; }'
planted name 'int planted(void) { return 1; }'
for p in clock heap file env; do
    found "$p" "$(impure "$plant/$p.o")"
done
for p in counter data thread; do
    found "$p" "$(writable "$plant/$p.o")"
done
found name "$(unprefixed "$plant/name.o")"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
