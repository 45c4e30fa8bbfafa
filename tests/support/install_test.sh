#!/bin/bash
# install_test.sh FOLDER - a program outside the tree, with rules of its own, against nothing but
# what `make install` has put into a folder. B, CC and CXX come from the Makefile.
set -u

case $1 in
/*) work=$1 ;;
*) work=$PWD/$1 ;;
esac
tree=$PWD
passed=0
failed=0

ok() { # WHAT command…: the command must succeed
    local what=$1
    shift
    local code
    "$@" >"$work/log" 2>&1
    code=$?
    if [ $code = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what: $* (exit $code)"
        sed 's/^/    | /' "$work/log"
    fi
}
same() { # WHAT expected got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL %s\n    expected %s\n    got      %s\n' "$1" "$2" "$3"
    fi
}

rm -rf "$work"
mkdir -p "$work"
prefix=$work/prefix
ok "make install" make --no-print-directory B="$B" CC="$CC" install PREFIX="$prefix"
installed=$(cd "$prefix" && find . ! -type d | sort)
for file in bin/dwrc bin/dwr include/dwr/dwr.h include/dwr/tables.h include/dwr/rule_kinds.def \
    include/dwr/strategies.def include/dwr/name_hash.h include/dwr/dwr_cjson.h lib/libdwr.a \
    lib/libdwr.so lib/libdwr_cjson.a lib/pkgconfig/dwr.pc lib/pkgconfig/dwr-cjson.pc share/dwr/dwr.mk \
    share/man/man1/dwr.1 share/man/man3/dwr.3 share/bash-completion/completions/dwrc \
    share/zsh/site-functions/_dwrc share/fish/vendor_completions.d/dwrc.fish \
    share/dwr/editor/dwr.tmLanguage.json share/dwr/editor/vim/syntax/dwr.vim share/dwr/ci/github.yml; do
    ok "$file is installed" test -s "$prefix/$file"
done
same "no path of the tree in the text files" "" \
    "$(grep -rIl "$tree" "$prefix" 2>/dev/null | grep -v "^$work/log")"

# DESTDIR: the same files in another root, none of which knows of it.
ok "make install DESTDIR=" make --no-print-directory B="$B" CC="$CC" install DESTDIR="$work/stage" PREFIX=/usr
same "the same files under DESTDIR" "$installed" "$(cd "$work/stage/usr" 2>/dev/null && find . ! -type d | sort)"
same "nothing outside the prefix" "usr" "$(ls "$work/stage")"
ok "make uninstall" make --no-print-directory B="$B" CC="$CC" uninstall DESTDIR="$work/stage" PREFIX=/usr
same "nothing left" "" "$(find "$work/stage" ! -type d)"

# --- a project of somebody else ---

app=$work/app
mkdir -p "$app/policy/more"
cat >"$app/policy/base.dwr" <<'END'
ruleset "shop-floor" version 3;

default { strategy server_wins; }
END
cat >"$app/policy/more/visit.dwr" <<'END'
doctype "Visit" {
    strategy    field_level;
    client_wins notes;
}
END
cat >"$app/app.c" <<'END'
#include <stdio.h>

#include "dwr.h"
#include "shop_floor.h"

int main(void)
{
    struct dwr_scratch *scratch = dwr_scratch_new();
    const struct dwr_write write = {
        .op = DWR_UPDATE,
        .base = { "{\"status\":\"a\",\"notes\":\"\"}", 25 },
        .server = { "{\"status\":\"b\",\"notes\":\"s\"}", 26 },
        .client = { "{\"status\":\"c\",\"notes\":\"n\"}", 26 },
    };
    struct dwr_result result;
    struct dwr_text answer;

    if (scratch == NULL || dwr_merge(dwr_doctype_find(&dwr_rules_shop_floor, "Visit", 5), &write,
                                     scratch, &result) != DWR_OK)
        return 1;
    answer = dwr_answer(&result, (struct dwr_text){ "1", 1 }, scratch);
    printf("%.*s %d\n", (int)answer.n, answer.p, (int)DWR_DOCTYPE_SHOP_FLOOR_VISIT);
    dwr_scratch_free(scratch);
    return 0;
}
END
# By hand from the semantics: status differs on both sides and the strategy's server_wins keeps the
# server's; notes is client_wins, line 3.
expected='{"id":1,"status":"merged","doc":{"status":"b","notes":"n"},"fields":{"status":{"outcome":"server","conflict":true,"base":"a","server":"b","client":"c","rule":"policy/more/visit.dwr:2"},"notes":{"outcome":"client","conflict":true,"base":"","server":"s","client":"n","rule":"policy/more/visit.dwr:3"}},"notifications":[]} 0'

cat >"$app/Makefile" <<'END'
DWR_RULES := policy
include $(shell pkg-config --variable=makefragment dwr)
CFLAGS += -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Werror
app: app.o $(DWR_OBJECTS)
	$(CC) $(LDFLAGS) -o $@ $^ $(DWR_LIBS)
app.o: app.c $(DWR_HEADER)
	$(CC) $(CFLAGS) $(DWR_CPPFLAGS) -c $< -o $@
END
# MAKEFLAGS of the build that runs this test would reach the user's make.
unset MAKEFLAGS MFLAGS MAKELEVEL
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
user_make() { make -C "$app" -f Makefile CC="$CC" --no-print-directory "$@"; } # its first target is app

ok "dwr.mk builds the program" user_make
same "it merges by its own rules" "$expected" "$("$app/app")"
same "the static library is in it" "" "$(readelf -d "$app/app" | grep libdwr)"
same "a second make does nothing" "make: 'app' is up to date." "$(user_make 2>&1)"

sleep 1 # file systems that keep whole seconds
sed -i 's/client_wins notes/server_wins notes/' "$app/policy/more/visit.dwr"
ok "a rule changes" user_make
same "the program follows" "${expected/\"doc\":\{\"status\":\"b\",\"notes\":\"n\"/\"doc\":{\"status\":\"b\",\"notes\":\"s\"}" \
    "$("$app/app" | sed 's/"notes":{"outcome":"server"/"notes":{"outcome":"client"/')"
sleep 1
printf 'doctype "Area" { strategy client_wins; }\n' >"$app/policy/area.dwr"
ok "a rule file comes" user_make
same "its DocType is in the header" 1 "$(grep -c 'DWR_DOCTYPE_SHOP_FLOOR_AREA' "$app/dwr-generated/shop_floor.h")"
sleep 1
rm "$app/policy/area.dwr"
ok "a rule file goes" user_make
same "its DocType is gone" 0 "$(grep -c 'DWR_DOCTYPE_SHOP_FLOOR_AREA' "$app/dwr-generated/shop_floor.h")"
printf 'doctype "Visit" { strategy client_wins; }\n' >"$app/policy/twice.dwr"
if user_make >"$work/log" 2>&1; then
    failed=$((failed + 1))
    echo "FAIL wrong rules build"
else
    passed=$((passed + 1))
fi
same "the error names both places" "2" "$(grep -cE 'policy/(twice|more/visit)\.dwr:1:' "$work/log")"
rm "$app/policy/twice.dwr"
if user_make DWR_NAME=workshop >"$work/log" 2>&1; then
    failed=$((failed + 1))
    echo "FAIL a rule set of another name builds"
else
    passed=$((passed + 1))
fi
same "the error names the name" "1" "$(grep -c 'the rule set is not called workshop' "$work/log")"
sed -i 's/server_wins notes/client_wins notes/' "$app/policy/more/visit.dwr"

rm -rf "$app/app" "$app/app.o" "$app/dwr-generated"
ok "with the shared library" user_make DWR_SHARED=1
same "it merges likewise" "$expected" "$("$app/app")"
ok "the shared library is needed" sh -c "readelf -d '$app/app' | grep -q 'NEEDED.*libdwr.so'"

# Without dwr.mk: pkg-config and dwrc.
cd "$app" || exit 1
# shellcheck disable=SC2046 # flags are words
by_hand() { # compiler, flags and source…
    rm -f app
    "$@" -Wall -Wextra -Wshadow -Werror $(pkg-config --cflags dwr) -Iby-hand -o app \
        by-hand/shop_floor.o $(pkg-config --libs dwr) -Wl,-rpath,"$prefix/lib"
}
ok "dwrc compile" "$prefix/bin/dwrc" compile policy -o by-hand
# shellcheck disable=SC2046
ok "the tables compile" "$CC" -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Werror $(pkg-config --cflags dwr) \
    -c by-hand/shop_floor.c -o by-hand/shop_floor.o
ok "C by pkg-config" by_hand "$CC" -std=c17 app.c
same "it merges likewise" "$expected" "$(./app)"
ok "moved as a whole" mv "$prefix" "$work/moved"
export PKG_CONFIG_PATH=$work/moved/lib/pkgconfig
prefix=$work/moved
ok "C++ by pkg-config, from where it was moved" by_hand "$CXX" -std=c++20 -Wno-missing-field-initializers \
    -x c++ app.c -x none
same "it merges likewise" "$expected" "$(./app)"

cat >tree.c <<'END'
#include <stdio.h>
#include <stdlib.h>

#include "dwr_cjson.h"
#include "shop_floor.h"

int main(void)
{
    struct dwr_scratch *scratch = dwr_scratch_new();
    cJSON *server = cJSON_Parse("{\"notes\":\"s\"}"), *client = cJSON_Parse("{\"notes\":\"n\"}"), *answer;
    const struct dwr_cjson_write write = { .op = DWR_UPDATE, .base = server, .server = server,
                                           .client = client };
    char *text;

    if (dwr_cjson_merge(dwr_doctype_find(&dwr_rules_shop_floor, "Visit", 5), &write, scratch,
                        &answer) != DWR_OK)
        return 1;
    text = cJSON_PrintUnformatted(cJSON_GetObjectItem(answer, "doc"));
    puts(text);
    cJSON_free(text);
    cJSON_Delete(answer);
    cJSON_Delete(server);
    cJSON_Delete(client);
    dwr_scratch_free(scratch);
    return 0;
}
END
# shellcheck disable=SC2046
ok "the cJSON adapter" "$CC" -Wall -Wextra -Werror $(pkg-config --cflags dwr-cjson) -Iby-hand -o tree tree.c \
    by-hand/shop_floor.o $(pkg-config --libs dwr-cjson) -Wl,-rpath,"$prefix/lib"
same "it merges trees" '{"notes":"n"}' "$(./tree)"
same "dwr resolve, installed" '"status":"rejected"' \
    "$(echo '{"doctype":"Anything","client":{"a":1}}' | "$prefix/bin/dwr" resolve | grep -o '"status":"rejected"')"
same "dwrc resolve, installed" '"doc":{"notes":"n"}' \
    "$(echo '{"doctype":"Visit","base":{},"server":{},"client":{"notes":"n"}}' |
        "$prefix/bin/dwrc" resolve policy | grep -o '"doc":{"notes":"n"}')"

# The static library has no global name but those of the interface.
same "no inner names in libdwr.a" "" \
    "$(nm -g --defined-only "$prefix/lib/libdwr.a" | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' |
        while read -r name; do grep -q "\b$name\b" "$prefix/include/dwr/dwr.h" || echo "$name"; done)"

cd "$tree" || exit 1
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
